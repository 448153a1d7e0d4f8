# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import collections.abc
import dataclasses
import datetime
import io
import json
import math
import sqlite3
import threading

import tap_unittest
from py_beaver import Case

import beaver
from beaver import BeaverDB
from gi.repository import Beaver, Gio, GLib


class Pydantic:
    """As much of a pydantic model as is used."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def model_dump_json(self):
        return json.dumps(self.__dict__, separators=(',', ':'))

    @classmethod
    def model_validate_json(cls, text):
        return cls(**json.loads(text))


@dataclasses.dataclass
class Inner:
    z: int = 0


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0
    inner: Inner = dataclasses.field(default_factory=Inner)


class Dict(Case):
    def setUp(self):
        super().setUp()
        self.d = self.db.dict('d')

    def test_values(self):
        values = [None, True, False, 0, -1, 2**53 + 1, 2**63 - 1, -2**63, 10**30, 0.1, 1.0, -0.0, 1e300, 5e-324, '', 'x', 'ü€😀',
                  '\ud800', 'a\0b', '"\\/\b\f\n\r\t\x7f', [], {}, [1, [2, {'a': None}]], {'b': 1, 'a': 2.0}, 'x' * 100000]
        for value in values:
            with self.subTest(repr(value)[:50]):
                self.d['k'] = value
                found = self.d['k']
                self.assertEqual(repr(found), repr(value))
                self.assertEqual(self.d.get('k'), value)
        self.d['t'] = (1, 2)
        self.assertEqual(self.d['t'], [1, 2])
        self.d['n'] = {1: 'a', None: 'b', False: 'c'}
        self.assertEqual(self.d['n'], {'1': 'a', 'null': 'b', 'false': 'c'})

    def test_the_file_holds_what_python_writes(self):
        for number, value in enumerate(['é', 1.0, [1, {'a': None}], 'a/b\x7f', 1e16]):
            self.d[number] = value
            with sqlite3.connect(self.path) as other:
                row = other.execute('SELECT value, typeof(value) FROM __beaver_dicts__ WHERE key = ?', [str(number)]).fetchone()
            other.close()
            self.assertEqual(row, (json.dumps(value), 'text'))

    def test_values_that_do_not_fit(self):
        for value, error in ((object(), TypeError), ({1, 2}, TypeError), (b'x', TypeError), (math.inf, ValueError),
                             ([math.nan], ValueError)):
            with self.assertRaises(error):
                self.d['k'] = value
        self.assertNotIn('k', self.d)
        for key in (None, (1,), b'x'):
            with self.assertRaises(TypeError):
                self.d[key] = 1
            with self.assertRaises(TypeError):
                self.d.get(key)
            self.assertNotIn(key, self.d)

    def test_keys(self):
        for key in ('', 'ü', 'a b', "'; DROP TABLE x", '%', '*', 'k' * 10000):
            self.d[key] = key
            self.assertEqual(self.d[key], key)
        self.d[5] = 'five'
        self.assertEqual((self.d['5'], self.d[5], 5 in self.d), ('five', 'five', True))

    def test_as_a_mapping(self):
        d = self.d
        self.assertIsInstance(d, collections.abc.MutableMapping)
        self.assertTrue(d)
        self.assertEqual((len(d), list(d), list(d.items())), (0, [], []))
        d.update({'b': 2, 'a': 1}, c=3)
        d.update()
        self.assertEqual((len(d), list(d), d.count()), (3, ['a', 'b', 'c'], 3))
        self.assertEqual((list(d.keys()), list(d.values()), list(d.items())), (['a', 'b', 'c'], [1, 2, 3],
                                                                             [('a', 1), ('b', 2), ('c', 3)]))
        self.assertEqual((dict(d), d.copy(), {**d}), ({'a': 1, 'b': 2, 'c': 3},) * 3)
        self.assertEqual((len(d.keys()), 'a' in d.keys(), 'z' in d.keys(), ('a', 1) in d.items(), ('a', 2) in d.items(),
                          3 in d.values(), 4 in d.values()), (3, True, False, True, False, True, False))
        self.assertEqual((d.pop('a'), d.pop('a'), d.pop('a', 7)), (1, None, 7))
        del d['b']
        for call in (lambda: d.__delitem__('b'), lambda: d.delete('b'), lambda: d['b']):
            with self.assertRaises(KeyError):
                call()
        self.assertEqual(d.popitem(), ('c', 3))
        with self.assertRaises(KeyError):
            d.popitem()
        self.assertEqual((d.get('x'), d.get('x', 5), d.fetch('x'), d.fetch('x', 6)), (None, 5, None, 6))
        self.assertEqual((d.setdefault('s', [1]), d.setdefault('s', [2]), d['s']), ([1], [1], [1]))
        d.set('n', None)
        self.assertEqual((d['n'], d.get('n', 1), 'n' in d, d.contains('n')), (None, None, True, True))
        d.clear()
        self.assertEqual((len(d), bool(d)), (0, True))

    def test_prefix(self):
        self.d.update({'user:1': 1, 'user:2': 2, 'other': 3})
        self.assertEqual((list(self.d.keys('user:')), list(self.d.items(prefix='user:2'))), (['user:1', 'user:2'], [('user:2', 2)]))

    def test_iterating_many_while_writing(self):
        self.d.update({f'{i:05}': i for i in range(2500)})
        seen = 0
        for key in self.d:
            self.d[key] = -1
            seen += 1
        self.assertEqual((seen, set(self.d.values())), (2500, {-1}))
        for _ in self.d.items():
            break               # the cursor is let go

    def test_none_at_once(self):
        self.d.set_many({})
        self.d.update({})
        self.assertEqual(self.d.get_many([]), {})
        for thing in (self.d, self.db.list('l'), self.db.docs('d'), self.db.blob('b'), self.db.log('l'), self.db.sketch('s')):
            with thing.batched():
                pass
            self.assertEqual(len(thing), 0)

    def test_ttl(self):
        self.d.set('a', 1, ttl_seconds=1000)
        self.d.set('b', 1)
        self.assertTrue(500 < self.d.ttl('a') <= 1000)
        self.assertEqual(self.d.ttl('b'), math.inf)
        self.d.set('c', 1, datetime.timedelta(hours=1))
        self.assertTrue(1800 < self.d.ttl('c') <= 3600)
        del self.d['c']
        for ttl in (0, -1, 'x', math.nan, None.__class__):
            with self.assertRaises(ValueError):
                self.d.set('a', 1, ttl_seconds=ttl)
        with sqlite3.connect(self.path) as other:
            other.execute('UPDATE __beaver_dicts__ SET expires_at = 5 WHERE key = ?', ['a'])
        other.close()
        self.assertEqual((list(self.d), len(self.d), 'a' in self.d, self.d.get('a')), (['b'], 1, False, None))

    def test_atomic(self):
        threads = [threading.Thread(target=lambda: [self.d.increment('n') for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.d['n'], 400)
        self.assertEqual(self.d.increment('f', 0.5), 0.5)
        self.assertTrue(self.d.add('x', [1]))
        self.assertFalse(self.d.add('x', [2]))
        self.assertFalse(self.d.compare_and_set('x', [2], 3))
        self.assertTrue(self.d.compare_and_set('x', [1], 3))
        self.assertEqual(self.d['x'], 3)

    def test_many(self):
        self.d.set_many({'a': 1, 'b': [2]})
        self.assertEqual(self.d.get_many(['b', 'x', 'a']), {'b': [2], 'a': 1})
        self.assertEqual(self.d.get_many([]), {})

    def test_batched(self):
        with self.d.batched() as batch:
            batch['a'] = 1
            batch.set('b', {'x': 2}, ttl_seconds=100)
            self.assertEqual((len(batch), len(self.d)), (2, 0))
        self.assertEqual(self.d.copy(), {'a': 1, 'b': {'x': 2}})
        with self.assertRaises(ZeroDivisionError):
            with self.d.batched() as batch:
                batch['c'] = 1 / 0
        with self.assertRaises(ZeroDivisionError):
            with self.d.batched() as batch:
                batch['c'] = 1
                1 / 0
        self.assertNotIn('c', self.d)

    def test_models(self):
        users = self.db.dict('users', model=Pydantic)
        users['a'] = Pydantic(name='ü', age=3)
        self.assertIsInstance(users['a'], Pydantic)
        self.assertEqual((users['a'].name, [user.age for user in users.values()]), ('ü', [3]))
        points = self.db.dict('points', model=Point)
        points['p'] = Point(1.5, 2.5, Inner(7))
        self.assertEqual(points['p'], Point(1.5, 2.5, Inner(7)))
        points.set_json('bad', '{"q": 1}')
        with self.assertRaises(ValueError):
            points['bad']
        self.d['mixed'] = [Point(1.0)]
        self.assertEqual(self.d['mixed'], [{'x': 1.0, 'y': 0.0, 'inner': {'z': 0}}])

    def test_transaction(self):
        with self.db.transaction():
            self.d['a'] = 1
            self.db.log('l').log('x')
        with self.assertRaises(ZeroDivisionError):
            with self.db.transaction():
                self.d['a'] = 2
                with self.db.transaction():
                    self.d['b'] = 1
                1 / 0
        self.assertEqual((self.d.copy(), len(self.db.log('l'))), ({'a': 1}, 1))

    def test_cancelled_commit(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.db.transaction() as transaction:
            self.d['a'] = 1
            with self.assertRaises(GLib.Error) as caught:
                transaction.commit(cancellable)
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
            self.assertFalse(transaction.is_open())
            self.d['b'] = 2
        self.assertEqual(self.d.copy(), {'b': 2})

    def test_dump_and_load(self):
        self.d.update({'a': 1, 'b': [2.0, None]})
        dumped = self.d.dump()
        self.assertEqual(dumped, {'metadata': {'type': 'Dict', 'name': 'd', 'count': 2, 'encrypted': False},
                                  'items': [{'key': 'a', 'value': 1}, {'key': 'b', 'value': [2.0, None]}]})
        for kind in ('json', 'jsonl'):
            file = io.StringIO()
            self.assertIsNone(self.d.dump(file, format=kind))
            other = self.db.dict('other-' + kind)
            other['old'] = 1
            other.load(io.StringIO(file.getvalue()), format=kind, strategy='append')
            self.assertEqual(other.copy(), {'a': 1, 'b': [2.0, None], 'old': 1})
            other.load(io.StringIO(file.getvalue()), format=kind)
            self.assertEqual(other.copy(), {'a': 1, 'b': [2.0, None]})
        for text, options in (('{"items": [', {}), ('[1', {'format': 'jsonl'}), ('{}', {'format': 'xml'}),
                              ('{}', {'strategy': 'replace'}), ('{"items": [{"key": "x"}]}', {}),
                              ('{"items": [{"key": "x", "value": 1}, {"key": null, "value": 1}]}', {})):
            with self.subTest(text), self.assertRaises((ValueError, KeyError, TypeError)):
                self.d.load(io.StringIO(text), **options)
        self.assertEqual(self.d.copy(), {'a': 1, 'b': [2.0, None]})     # D37: nothing was lost
        with self.assertRaises(ValueError):
            self.d.dump(format='jsonl')
        with self.assertRaises(ValueError):
            self.d.dump(format='xml')

    def test_two_databases_on_one_file(self):
        with BeaverDB(self.path) as other:
            self.d['a'] = 1
            self.assertEqual(other.dict('d')['a'], 1)
            other.dict('d')['a'] = 2
            self.assertEqual(self.d['a'], 2)

    def test_secret(self):
        secret = self.db.dict('secret', secret='correct horse')
        secret['a'] = 1
        self.assertEqual(secret['a'], 1)
        self.assertIs(self.db.dict('secret'), secret)
        with self.assertRaises(beaver.ConflictError):
            self.db.dict('secret', secret='another')
        with BeaverDB(self.path) as other:
            with self.assertRaises(beaver.SecretError):
                other.dict('secret')['a']
            with self.assertRaises(beaver.SecretError):
                other.dict('secret', secret='another')
            self.assertEqual(other.dict('secret', secret='correct horse')['a'], 1)
        told = []
        secret.rotate_secret('another', lambda done, total, *_: told.append((done, total)), None)
        self.assertEqual(told[-1][0], told[-1][1])
        self.assertEqual(secret['a'], 1)
        with BeaverDB(self.path) as other:
            self.assertEqual(other.dict('secret', secret='another')['a'], 1)

    def test_one_way_secret(self):
        users = self.db.dict('users', model=Beaver.Secret)
        users['ann'] = Beaver.Secret('hunter2')
        self.assertTrue(users['ann'] == 'hunter2')
        self.assertFalse(users['ann'] == 'hunter3')
        self.assertEqual(users['ann'], users['ann'])
        self.assertNotEqual(users['ann'], Beaver.Secret('hunter2'))
        self.assertNotIn('hunter2', repr(users['ann']) + str(users['ann']))
        with self.assertRaises(beaver.InvalidError):
            Beaver.Secret.model_validate_json('{}')


if __name__ == '__main__':
    tap_unittest.main()
