# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import builtins
import os
import pathlib
import pickle
import shutil
import sqlite3
import sys
import traceback
import unittest
import unittest.mock

import gi
import tap_unittest
from py_beaver import Case, run_program

import beaver
from beaver import BeaverDB
from gi.overrides._beaver.base import state_of
from gi.repository import Beaver, GLib

SOURCE = pathlib.Path(__file__).resolve().parents[2] / 'bindings' / 'python'

PROGRAM = '''\
from beaver import BeaverDB

with BeaverDB("my_app.db") as db:
    # threads can be spawned here, using 'db'; background tasks like db.log("x").live(...) can be started
    db.dict("settings")["theme"] = "dark"
# here ALL connections are closed and ALL background threads are stopped
'''


class Override(Case):
    def test_a_the_override_is_ours(self):
        """Or all the others would test PyGObject."""
        self.assertEqual(pathlib.Path(sys.modules['gi.overrides.Beaver'].__file__), SOURCE / 'gi' / 'overrides' / 'Beaver.py')
        self.assertEqual(pathlib.Path(beaver.__file__), SOURCE / 'beaver' / '__init__.py')

    def test_no_typelib(self):
        with self.assertRaisesRegex(ImportError, 'GI_TYPELIB_PATH'), unittest.mock.patch('gi.require_version', side_effect=ValueError('Namespace Beaver not available')):
            with unittest.mock.patch.dict(sys.modules):
                del sys.modules['beaver']
                import beaver as again
                self.fail(again)

    def test_the_program(self):
        self.assertEqual(run_program(PROGRAM, self.dir), '')
        self.assertEqual(sorted(os.listdir(self.dir))[:1], ['my_app.db'])
        with BeaverDB(os.path.join(self.dir, 'my_app.db')) as db:
            self.assertEqual(db.dict('settings')['theme'], 'dark')

    def test_a_class_of_the_library_is_its_override(self):
        raw = gi.module.get_introspection_module('Beaver')
        for name in dir(raw):
            cls = getattr(raw, name)
            if isinstance(cls, type) and issubclass(cls, gi.repository.GObject.Object):
                with self.subTest(name):
                    self.assertIsNot(getattr(Beaver, name), cls)
                    self.assertIs(cls.__gtype__.pytype, getattr(Beaver, name))

    def test_it_is_a_db(self):
        self.assertIsInstance(self.db, Beaver.Db)
        self.assertIsInstance(self.db, BeaverDB)
        self.assertTrue(issubclass(Beaver.Db, BeaverDB))
        self.assertFalse(self.db.closed)
        self.assertEqual(self.db.path, self.path)
        self.assertIn('x.db', repr(self.db))

    def test_options(self):
        path = os.path.join(self.dir, 'options.db')
        with BeaverDB(path, connection_timeout=3.5, cache_timeout=0.25, pragma_wal=False, pragma_synchronous=True,
                      pragma_temp_memory=False, pragma_mmap_size=1 << 20) as db:
            self.assertEqual(
                (db.get_connection_timeout(), db.get_cache_timeout(), db.get_wal(), db.get_synchronous(), db.get_temp_memory(),
                 db.get_mmap_size()), (3.5, 0.25, False, True, False, 1 << 20))

    def test_paths(self):
        with BeaverDB(pathlib.Path(self.dir) / 'päth.db') as db:
            db.dict('a')['x'] = 1
        self.assertTrue(os.path.exists(os.path.join(self.dir, 'päth.db')))
        with BeaverDB(':memory:') as db:
            db.dict('a')['x'] = 1
            self.assertEqual(db.dict('a')['x'], 1)
        with self.assertRaises(ValueError):
            BeaverDB('a\0b')
        with self.assertRaises(TypeError):
            BeaverDB(5)

    def test_the_same_manager_and_its_options(self):
        class Model:
            @classmethod
            def model_validate_json(cls, text):
                return cls()

        self.assertIs(self.db.dict('a'), self.db.dict('a'))
        with self.assertRaises(beaver.ConflictError):
            self.db.dict('a', model=Model)
        self.assertIs(self.db.dict('b', model=Model), self.db.dict('b'))
        for model in (5, str, 'x'):
            with self.assertRaises(TypeError):
                self.db.dict('c', model=model)
        for name in ('', None, 5):
            with self.assertRaises(TypeError):
                self.db.dict(name)

    def test_names(self):
        self.db.dict('b')['x'] = 1
        self.db.dict('a')['x'] = 1
        self.db.channel('c').publish(1)
        self.db.log('l').log(1)
        self.assertEqual((self.db.dicts, self.db.channels, self.db.logs, self.db.locks), (['a', 'b'], ['c'], ['l'], []))


class Locks(Case):
    options = {'connection_timeout': 0.05}

    def test_a_release_that_failed_is_told(self):
        """While another keeps the file busy the lock cannot be given back; afterwards it can."""
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        lock, structure = self.db.lock('l'), self.db.dict('d')
        # what the main thread gets when it has to wait
        taken = self.db.dict('waited')
        state_of(self.db).main_holds[taken.topic] = [taken.hold(0.0, 60.0), 1]
        for held in (lock, structure, taken):
            with self.subTest(held=held):
                self.assertTrue(held is taken or held.acquire())
                other.execute('BEGIN IMMEDIATE')
                self.assertRaises(beaver.BusyError, held.release)
                other.execute('ROLLBACK')
                self.assertTrue(held.locked)
                held.release()
                self.assertFalse(held.locked)

    def test_clear_tells_of_its_own(self):
        lock = self.db.lock('l')
        lock.acquire()
        self.assertTrue(lock.clear())
        self.assertFalse(lock.locked)
        self.assertFalse(lock.clear())


class Errors(Case):
    def test_every_code_has_a_class(self):
        classes = [getattr(beaver, name) for name in dir(beaver) if name.endswith('Error')]
        by_code = {int(cls.code_of_class): cls for cls in classes if 'code_of_class' in cls.__dict__}
        codes = {int(value) for value in vars(Beaver.Error).values() if isinstance(value, Beaver.Error)}
        self.assertEqual(set(by_code), codes)

    def test_they_are_those_of_python_too(self):
        for cls, wanted in ((beaver.ClosedError, ConnectionError), (beaver.NotFoundError, KeyError),
                            (beaver.NotFoundError, IndexError), (beaver.TimeoutError, builtins.TimeoutError),
                            (beaver.InvalidError, ValueError), (beaver.SecretError, ValueError),
                            (beaver.LegacySchemaError, beaver.SchemaError), (beaver.FileError, OSError)):
            with self.subTest(cls):
                self.assertTrue(issubclass(cls, wanted) and issubclass(cls, beaver.Error) and issubclass(cls, GLib.Error))
                error = cls('what happened')
                self.assertEqual(str(error), 'what happened')
                self.assertTrue(error.matches(Beaver.error_quark(), cls.code_of_class))
                # in a traceback, and on the way to another process
                self.assertEqual(''.join(traceback.format_exception_only(error)), f'beaver.{cls.__name__}: what happened\n')
                again = pickle.loads(pickle.dumps(error))
                self.assertEqual((type(again), str(again), again.code, again.domain), (cls, 'what happened', error.code, error.domain))

    def test_of_the_library(self):
        with self.assertRaises(beaver.NotFoundError) as caught:
            self.db.dict('a')['nothing']
        self.assertTrue(caught.exception.matches(Beaver.error_quark(), Beaver.Error.NOT_FOUND))
        self.assertIn('nothing', str(caught.exception))
        with self.assertRaises(beaver.NotFoundError):
            self.db.dict('a').get_string('nothing')     # a method of C
        with self.assertRaises(beaver.InvalidError):
            self.db.dict('a').set_json('x', '{')
        with self.assertRaises(ValueError):
            self.db.dict('a')['x'] = float('nan')

    def test_nul_is_refused(self):
        d = self.db.dict('a')
        for call in (lambda: d.get('a\0b'), lambda: d.set('a\0b', 1), lambda: d.__getitem__('a\0b'), lambda: 'a\0b' in d,
                     lambda: d.set_json('a\0b', '1'), lambda: d.get_many(['x', 'a\0b']), lambda: self.db.dict('a\0b'),
                     lambda: self.db.lock('a\0b'), lambda: self.db.emit('a\0', 'b'), lambda: d.pop('a\0')):
            with self.assertRaises(ValueError):
                call()
        d['x'] = 'a\0b'         # in values it is escaped
        self.assertEqual(d['x'], 'a\0b')

    def test_files_that_are_refused(self):
        data = pathlib.Path(os.environ['BEAVER_TEST_DATA'])
        for name, error in (('legacy_130', beaver.LegacySchemaError), ('split_brain', beaver.SplitBrainError),
                            ('newer_user_version', beaver.SchemaError)):
            with self.subTest(name):
                path = shutil.copy(data / f'{name}.db', self.dir)
                with self.assertRaises(error):
                    BeaverDB(path)
        with self.assertRaises(beaver.Error):
            BeaverDB(os.path.join(self.dir, 'no', 'such', 'directory.db'))

    def test_busy(self):
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        with BeaverDB(self.path, connection_timeout=0.05) as db:
            d = db.dict('a')
            d['x'] = 1
            other.execute('BEGIN IMMEDIATE')
            with self.assertRaises(beaver.BusyError):
                d['x'] = 2
            other.execute('ROLLBACK')
            d['x'] = 3
            self.assertEqual(d['x'], 3)

    def test_closed(self):
        d, channel, log = self.db.dict('a'), self.db.channel('c'), self.db.log('l')
        lock, subscription = self.db.lock('l'), channel.subscribe()
        self.db.close()
        self.db.close()
        self.assertTrue(self.db.closed and d.closed and d)
        for call in (lambda: d['x'], lambda: d.__setitem__('x', 1), lambda: len(d), lambda: list(d), lambda: list(d.items()),
                     lambda: self.db.dict('a'), lambda: self.db.dict('new'), lambda: self.db.dicts, lambda: self.db.lock('l'),
                     lambda: channel.publish(1), lambda: channel.subscribe(), lambda: log.log(1), lambda: list(log),
                     lambda: log.live(), lambda: lock.acquire(), lambda: self.db.on('t', 'e', print), lambda: d.on('set', print),
                     lambda: self.db.emit('t', 'e'), lambda: self.db.__enter__(), lambda: self.db.transaction().__enter__(),
                     lambda: subscription.next(), lambda: d.acquire()):
            with self.assertRaises(beaver.ClosedError):
                call()
        self.assertEqual(list(subscription), [])
        self.assertEqual(list(subscription.listen()), [])


if __name__ == '__main__':
    tap_unittest.main()
