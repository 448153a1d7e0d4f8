# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After close, whatever ran: no descriptor on the file, no thread of ours, nobody blocked, nothing acknowledged is lost."""
import gc
import os
import queue
import sqlite3
import threading
import time
import unittest
import weakref

import tap_unittest
from py_beaver import ROUNDS, Case, descriptors, library_threads, run_program, wait_until

import beaver
from beaver import BeaverDB
from gi.repository import Beaver, GLib

WAIT = 120.0


class Crowd:
    """Threads, live logs, subscribers and callbacks at work on a database."""

    def __init__(self, db):
        self.ends, self.written, self.threads = [], [], []
        self.callbacks = queue.Queue()
        self.ready = threading.Semaphore(0)
        # what refers to the database from a callback is what used to keep databases alive
        db.dict('d').on('set', lambda payload: self.callbacks.put((db.path, payload)))
        db.on('topic', 'event', lambda payload: db.dict('seen').set('x', payload))
        for target in (self.write, self.listen, self.live_blocked, self.live_running, self.tail, self.lock, self.emit):
            thread = threading.Thread(target=self.run, args=[target, db], name=target.__name__)
            self.threads.append(thread)
            thread.start()
        for _ in self.threads:
            if not self.ready.acquire(timeout=WAIT):
                raise AssertionError('a thread did not get going')

    def run(self, target, db):
        started = [False]

        def go():
            if not started[0]:
                started[0] = True
                self.ready.release()
        try:
            target(db, go)
            self.ends.append((target.__name__, None))
        except beaver.ClosedError as error:
            self.ends.append((target.__name__, type(error)))
        except BaseException as error:
            self.ends.append((target.__name__, error))
            raise
        finally:
            go()

    def write(self, db, go):
        d, n = db.dict('d'), 0
        while True:
            d[str(n)] = n
            self.written.append(n)
            n += 1
            go()

    def listen(self, db, go):
        with db.channel('c').subscribe() as subscription:
            go()
            for _ in subscription.listen():
                pass

    def live_blocked(self, db, go):
        with db.log('l').live(60, 60, len) as live:
            for _ in live:
                go()

    def live_running(self, db, go):
        with db.log('l').live(60, 0.005, lambda window: [db.path, len(window)]) as live:
            for _ in live:
                go()

    def tail(self, db, go):
        with db.log('l').live() as live:
            go()
            for _ in live:
                pass

    def lock(self, db, go):
        held = db.lock('l')
        held.acquire()
        go()
        db.lock('l').acquire()      # for ever

    def emit(self, db, go):
        while True:
            db.emit('topic', 'event', 1)
            db.channel('c').publish(2)
            db.log('l').log(3)
            go()

    def check_over(self, case):
        for thread in self.threads:
            thread.join(WAIT)
            case.assertFalse(thread.is_alive(), thread.name)
        ends = dict(self.ends)
        case.assertEqual({name: ends[name] for name in ('listen', 'live_blocked', 'live_running', 'tail')},
                         dict.fromkeys(('listen', 'live_blocked', 'live_running', 'tail')))
        case.assertEqual([ends[name] for name in ('write', 'lock', 'emit')], [beaver.ClosedError] * 3)


def nothing_left(case, path):
    case.assertEqual(descriptors(path), [])
    wait_until(lambda: not library_threads(), f'the end of {library_threads()}')


class Close(Case):
    def setUp(self):
        super().setUp()
        self.db.close()

    def test_leaving_the_with(self):
        for number in range(50 * ROUNDS):
            with self.subTest(number):
                path = os.path.join(self.dir, f'{number}.db')
                with BeaverDB(path) as db:
                    crowd = Crowd(db)
                # no waiting here: the with has ended
                self.assertEqual(descriptors(path), [])
                self.assertEqual(library_threads(), [])
                crowd.check_over(self)
                with BeaverDB(path) as db:
                    kept = set(db.dict('d'))
                self.assertLessEqual({str(n) for n in crowd.written}, kept)
                reference = weakref.ref(db)
                del db, crowd
                gc.collect()
                self.assertIsNone(reference())

    def test_an_exception_in_the_with(self):
        with self.assertRaises(ZeroDivisionError):
            with BeaverDB(self.path) as db:
                crowd = Crowd(db)
                1 / 0
        crowd.check_over(self)
        nothing_left(self, self.path)

    def test_two_at_once_and_again(self):
        for _ in range(10):
            db = BeaverDB(self.path)
            crowd = Crowd(db)
            closers = [threading.Thread(target=db.close) for _ in range(4)]
            for closer in closers:
                closer.start()
            for closer in closers:
                closer.join(WAIT)
            db.close()
            self.assertTrue(db.closed)
            crowd.check_over(self)
            nothing_left(self, self.path)

    def test_dropped_without_close(self):
        """A callback that refers to the database does not keep it."""
        for _ in range(20):
            db = BeaverDB(self.path)
            seen = queue.Queue()
            db.dict('d').on('set', lambda payload: seen.put(db.path))
            db.on('t', 'e', lambda payload: db.emit('t', 'f'))
            live = db.log('l').live(60, 60, lambda window: db.path)
            self.assertEqual(next(live), self.path)
            subscription, d = db.channel('c').subscribe(), db.dict('d')
            subscription.mine = lambda: (db, subscription)
            with self.assertRaises(AttributeError):
                d.mine = db
            d['x'] = 1
            self.assertEqual(seen.get(timeout=WAIT), self.path)
            db.lock('l').acquire()
            with db.dict('d'):
                pass
            reference = weakref.ref(db)
            db = None
            # the live iterator's aggregator refers to the variable, not to the database
            gc.collect()
            self.assertIsNone(reference())
            wait_until(lambda: not descriptors(self.path), 'the descriptors')
            wait_until(lambda: not library_threads(), f'the threads {library_threads()}')
            self.assertEqual((list(live), list(subscription)), ([], []))
            with self.assertRaises(beaver.ClosedError):
                d['x']

    def test_dropped_by_a_cycle(self):
        class Application:
            def __init__(self, path):
                self.db = BeaverDB(path)
                self.settings = self.db.dict('settings')
                self.settings.on('set', self.changed)
                self.db.events('app').attach('x', self.changed)
                self.live = self.db.log('l').live(60, 60, self.aggregate)
                next(self.live)

            def changed(self, event):
                raise AssertionError('nothing was set')

            def aggregate(self, window):
                return len(window)

        for _ in range(20):
            application = Application(self.path)
            reference = weakref.ref(application)
            del application
            gc.collect()
            self.assertIsNone(reference())
            wait_until(lambda: not descriptors(self.path), 'the descriptors')
            wait_until(lambda: not library_threads(), 'the threads')

    def test_from_a_callback(self):
        for _ in range(10):
            db = BeaverDB(self.path)
            done, crowd = threading.Event(), Crowd(db)

            def callback(payload):
                db.close()
                done.set()

            db.on('stop', 'now', callback)
            try:
                db.emit('stop', 'now')
            except beaver.ClosedError:
                pass
            self.assertTrue(done.wait(WAIT))
            crowd.check_over(self)
            nothing_left(self, self.path)

    def test_a_callback_that_does_not_end_is_left_to_itself(self):
        inside, let_go = threading.Event(), threading.Event()
        self.addCleanup(let_go.set)
        with BeaverDB(self.path) as db:
            db.on('t', 'e', lambda payload: (inside.set(), let_go.wait(WAIT)))
            db.emit('t', 'e')
            self.assertTrue(inside.wait(WAIT))
            started = time.monotonic()
        self.assertLess(time.monotonic() - started, WAIT / 2)
        self.assertEqual(descriptors(self.path), [])
        let_go.set()
        nothing_left(self, self.path)

    def test_in_the_middle_of_a_transaction(self):
        db = BeaverDB(self.path)
        db.dict('d')['kept'] = 1
        with self.assertRaises(beaver.ClosedError):
            with db.transaction():
                db.dict('d')['lost'] = 1
                db.close()
                db.dict('d')['lost'] = 2
        nothing_left(self, self.path)
        with BeaverDB(self.path) as db:
            self.assertEqual(db.dict('d').copy(), {'kept': 1})

    def test_while_another_process_writes(self):
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        with BeaverDB(self.path, connection_timeout=3600) as db:
            other.execute('BEGIN IMMEDIATE')
            results, going = [], threading.Event()

            def write():
                going.set()
                try:
                    db.dict('d')['x'] = 1
                except beaver.Error as error:
                    results.append(type(error))

            thread = threading.Thread(target=write)
            thread.start()
            going.wait(WAIT)
            started = time.monotonic()
        self.assertLess(time.monotonic() - started, WAIT)       # the connection timeout is much longer
        thread.join(WAIT)
        self.assertEqual(results, [beaver.ClosedError])
        other.execute('ROLLBACK')

    def test_a_half_read_loop(self):
        with BeaverDB(self.path) as db:
            db.dict('d').update({str(i): i for i in range(1000)})
            keys, items = iter(db.dict('d')), iter(db.dict('d').items())
            next(keys), next(items)
        self.assertEqual(descriptors(self.path), [])
        with self.assertRaises(beaver.ClosedError):
            list(keys)

    def test_report(self):
        db = BeaverDB(self.path)
        crowd = Crowd(db)
        report = db.close_full()
        self.assertGreaterEqual(report.threads_joined, 3)
        self.assertGreaterEqual(report.connections_closed, 2)
        self.assertLess(report.duration, WAIT / 2)
        self.assertTrue(str(report))
        crowd.check_over(self)
        nothing_left(self, self.path)

    def test_threads_that_ended(self):
        with BeaverDB(self.path) as db:
            for _ in range(64):
                thread = threading.Thread(target=lambda: list(db.dict('d').items()))
                thread.start()
                thread.join(WAIT)
            self.assertLess(len(descriptors(self.path)), 40)
        nothing_left(self, self.path)

    def test_memory_of_callbacks(self):
        """Handlers that are off, and closed databases, leave no callback behind."""
        class Callback:
            def __call__(self, payload):
                pass

        callbacks = []
        for _ in range(5):
            with BeaverDB(self.path) as db:
                for _ in range(10):
                    callback = Callback()
                    callbacks.append(weakref.ref(callback))
                    db.dict('d').on('set', callback)
                    callback = Callback()
                    callbacks.append(weakref.ref(callback))
                    db.on('a', 'b', callback).off()
                del callback
            gc.collect()
            self.assertEqual([reference for reference in callbacks if reference() is not None], [])

    def test_with_a_main_loop(self):
        """Beaver.Db itself delivers in the context in which it was opened."""
        got = []
        with Beaver.Db(self.path) as db:
            loop = GLib.MainLoop()
            db.dict('d').on('set', lambda payload: (got.append((payload, threading.current_thread())), loop.quit()))
            db.dict('d')['x'] = 1
            GLib.timeout_add_seconds(int(WAIT), loop.quit)
            loop.run()
        self.assertEqual(got, [({'key': 'x'}, threading.main_thread())])
        nothing_left(self, self.path)


EXITS = {
    'threads that nobody closes': '''
start(threading.Thread)
''',
    'daemon threads': '''
start(lambda **options: threading.Thread(daemon=True, **options))
''',
    'an exception': '''
start(threading.Thread)
try:
    raise SystemExit(0)
finally:
    print('leaving')
''',
    'in the with': '''
with db:
    start(threading.Thread)
    sys.exit(0)
''',
    'a callback': '''
db.on('t', 'e', lambda payload: print(db.path))
start(threading.Thread)
''',
    'writers that finish their work': '''
def write():
    for i in range(300):
        db.dict('d')[str(i)] = i
    print('written', len(db.dict('d')))
threading.Thread(target=write).start()
start(threading.Thread)
''',
    'asyncio that was left': '''
import asyncio
async def main():
    asyncio.get_running_loop().create_task(db.channel('c').subscribe().next_async())
    await db.dict('d').set_async('x', 1)
asyncio.run(main())
start(threading.Thread)
''',
}

EXIT = '''
import os, sys, threading
import beaver
from beaver import BeaverDB
db = BeaverDB('exit.db')
channel, log = db.channel('c'), db.log('l')
subscription, live, tail = channel.subscribe(), log.live(60, 60, len), log.live()
held = db.lock('l')
held.acquire()
next(live)

def start(make):
    ready = threading.Semaphore(0)
    for function in (lambda: list(subscription), lambda: list(live), lambda: list(tail), lambda: list(channel.listen()),
                     lambda: db.lock('l').acquire()):
        def run(function=function):
            ready.release()
            try:
                function()
            except beaver.ClosedError:
                pass            # the end came before it had begun
        make(target=run).start()
        ready.acquire()
'''


class Exit(Case):
    def test_the_program_ends(self):
        for name, text in EXITS.items():
            for _ in range(3):
                with self.subTest(name):
                    output = run_program(EXIT + text, self.dir)
                    self.assertEqual(output, {'an exception': 'leaving\n', 'writers that finish their work': 'written 300\n'}
                                     .get(name, ''))
                    with sqlite3.connect(os.path.join(self.dir, 'exit.db')) as other:
                        self.assertEqual(other.execute('SELECT count(*) FROM __beaver_lock_waiters__').fetchone(), (0,))
                    other.close()
                    os.remove(os.path.join(self.dir, 'exit.db'))


if __name__ == '__main__':
    tap_unittest.main()
