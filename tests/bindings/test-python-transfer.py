# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Moving data in Python: dump, load, backup, export, check, migrate."""
import asyncio
import dataclasses
import io
import json
import os
import shutil
import sqlite3
import unittest

import beaver
import tap_unittest
from beaver import BeaverDB
from gi.repository import Gio
from py_beaver import Case


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Transfer(Case):
    def file(self, name):
        return os.path.join(self.dir, name)

    def fill(self, db):
        db.dict('d').set('a', {'x': [1, 2.0, 'ü']}, ttl_seconds=3600)
        db.list('l').push('one')
        db.queue('q').put({'job': 1}, priority=2)
        db.log('g').log('entry', 5.0)
        db.blob('b').put('k', b'\0\xff', {'m': 1})
        db.docs('o').index(id='1', body={'t': 'red', 'u': 'green'}, fts=['t'], fuzzy=True)
        db.graph('r').link('a', 'b', 'knows')

    def assert_filled(self, db):
        self.assertEqual(db.dict('d')['a'], {'x': [1, 2.0, 'ü']})
        self.assertEqual([*db.list('l')], ['one'])
        self.assertEqual(db.queue('q').peek().data, {'job': 1})
        self.assertEqual([*db.log('g')], [(5.0, 'entry')])
        self.assertEqual(db.blob('b').fetch('k'), ('k', b'\0\xff', {'m': 1}))
        self.assertEqual([document.id for document, _ in db.docs('o').search('red')], ['1'])
        self.assertEqual(db.docs('o').search('green'), [])
        self.assertTrue(db.graph('r').linked('a', 'b', 'knows'))

    def test_whole(self):
        self.fill(self.db)
        text = io.StringIO()
        binary = io.BytesIO()
        stream = Gio.MemoryOutputStream.new_resizable()
        self.db.dump(self.file('x.json'))
        self.db.dump(self.file('x.jsonl'))
        self.db.dump(text, 'jsonl')
        self.db.dump(binary)
        self.db.dump(stream)
        stream.close(None)
        whole = self.db.dump()
        self.assertEqual(whole['metadata']['type'], 'Database')
        with open(self.file('x.json'), encoding='utf-8') as file:
            self.assertEqual(json.load(file)['structures'][0]['items'], whole['structures'][0]['items'])
        sources = [(self.file('x.json'), None), (self.file('x.jsonl'), None), (io.StringIO(text.getvalue()), 'jsonl'),
                   (io.BytesIO(binary.getvalue()), 'json'),
                   (Gio.MemoryInputStream.new_from_bytes(stream.steal_as_bytes()), 'json'), (io.StringIO(json.dumps(whole)), None)]
        for number, (source, kind) in enumerate(sources):
            with self.subTest(number), BeaverDB(self.file(f'copy-{number}.db')) as other:
                told = []
                self.assertEqual(other.load(source, kind, progress=lambda done, total: told.append((done, total))), 7)
                self.assertEqual(told[-1], (7, 7))
                self.assert_filled(other)

    def test_D36_times_to_live(self):
        self.db.dict('d').set('a', 1, ttl_seconds=3600)
        dumped = self.db.dict('d').dump()
        expires = dumped['items'][0]['expires_at']
        self.db.dict('d').load(io.StringIO(json.dumps(dumped)))
        self.assertEqual(self.db.dict('d').dump()['items'][0]['expires_at'], expires)

    def test_encrypted(self):
        vault = self.db.dict('v', secret='correct horse')
        vault['pin'] = 1234
        self.assertTrue(vault.dump()['metadata']['encrypted'])
        self.assertEqual(vault.dump()['items'], [{'key': 'pin', 'value': 1234}])
        self.assertNotIn('1234', json.dumps(self.db.dump()))

    def test_model(self):
        points = self.db.dict('p', model=Point)
        points['a'] = Point(1, 2)
        with self.assertRaises((ValueError, TypeError)):
            points.load(io.StringIO('{"items": [{"key": "b", "value": {"x": 1}}]}'))
        self.assertEqual(points['a'], Point(1, 2))
        points.load(io.StringIO('{"items": [{"key": "b", "value": {"x": 3, "y": 4}}]}'))
        self.assertEqual(points['b'], Point(3, 4))

    def test_indent(self):
        self.db.list('l').push({'a': []})
        for indent in (None, 0, 1, 2, 4):
            file, expected = io.StringIO(), io.StringIO()
            self.db.list('l').dump(file, indent=indent)
            json.dump(json.loads(file.getvalue()), expected, indent=indent)
            self.assertEqual(file.getvalue(), expected.getvalue())

    def test_a_bad_dump_keeps_the_file(self):
        self.fill(self.db)
        with self.assertRaises(beaver.InvalidError):
            self.db.load(io.StringIO('{"structures": [{"metadata": {"type": "Dict", "name": "d"}, "items": [1]}]}'))
        with self.assertRaises(beaver.InvalidError):
            self.db.load(io.StringIO('{}'), strategy='replace')
        self.assert_filled(self.db)

    def test_awaited(self):
        self.fill(self.db)

        async def main():
            told = []
            await self.db.dump_async(self.file('x.jsonl'))
            await self.db.backup_async(self.file('backup.db'), progress=lambda done, total: told.append((done, total)))
            await self.db.export_async(self.file('export.db'))
            self.assertEqual((await self.db.dict('d').dump_async())['metadata']['count'], 1)
            self.assertEqual(await self.db.dict('e').load_async(io.StringIO('{"key": "a", "value": 5}\n'), 'jsonl'), 1)
            self.assertEqual(await self.db.dict('e').as_async().dump(), self.db.dict('e').dump())
            self.assertEqual([f.code for f in await self.db.check_async()], [f.code for f in self.db.check()])
            for name in ('x.jsonl',):
                with BeaverDB(self.file('loaded.db')) as other:
                    self.assertGreater(await other.load_async(self.file(name)), 6)
                    self.assert_filled(other)
            with self.assertRaises(beaver.ConflictError):
                await self.db.export_async(self.file('export.db'))
        asyncio.run(main())
        for name in ('backup.db', 'export.db'):
            with BeaverDB(self.file(name)) as other:
                self.assert_filled(other)

    def test_backup(self):
        self.fill(self.db)
        told = []
        self.db.backup(self.file('backup.db'), progress=lambda done, total: told.append((done, total)))
        self.assertEqual(told[-1][0], told[-1][1])

        def stop(done, total):
            raise ZeroDivisionError

        before = os.stat(self.file('backup.db'))
        with self.assertRaises(ZeroDivisionError):
            self.db.backup(self.file('backup.db'), progress=stop)
        self.assertEqual(os.stat(self.file('backup.db')).st_ino, before.st_ino)
        self.db.export(self.file('export.db'))
        with self.assertRaises(beaver.ConflictError):
            self.db.export(self.file('export.db'))
        for name in ('backup.db', 'export.db'):
            with BeaverDB(self.file(name)) as other:
                self.assert_filled(other)

    def test_check(self):
        self.fill(self.db)
        self.assertEqual([finding for finding in self.db.check() if finding.severity != 'note'], [])
        with sqlite3.connect(self.path) as raw:
            raw.execute("INSERT INTO __beaver_trigrams__ VALUES ('none', 'none', 'abc')")
        raw.close()
        for fix in (False, True):
            found = [finding for finding in self.db.check(fix=fix) if finding.code == 'orphan-trigrams']
            self.assertEqual([(finding.severity, finding.fixed) for finding in found], [('warning', fix)])
            self.assertIn('1', str(found[0]))
        self.assertEqual([finding for finding in self.db.check() if finding.code == 'orphan-trigrams'], [])

    def test_migrate(self):
        source = self.file('old.db')
        shutil.copy(os.path.join(os.environ['BEAVER_TEST_DATA'], 'legacy_130.db'), source)
        dry = beaver.migrate(source)
        self.assertTrue(dry['dry_run'])
        report = beaver.migrate(source, self.file('new.db'))
        self.assertFalse(report['dry_run'])
        self.assertGreater(report['total_rows'], 0)
        with BeaverDB(self.file('new.db')) as db:
            self.assertTrue(db.dicts)
        with self.assertRaises(beaver.Error):
            beaver.migrate(source, self.file('new.db'))
        with self.assertRaises(beaver.Error):
            beaver.migrate(self.file('none.db'))

    def test_closed(self):
        self.db.close()
        for call in (lambda: self.db.dump(), lambda: self.db.load(io.StringIO('{}')), lambda: self.db.backup(self.file('x')),
                     lambda: self.db.export(self.file('y')), lambda: self.db.check()):
            with self.assertRaises(beaver.ClosedError):
                call()
        self.assertFalse(os.path.exists(self.file('x')))


if __name__ == '__main__':
    tap_unittest.main()
