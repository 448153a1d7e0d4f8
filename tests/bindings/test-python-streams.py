# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Channels, logs, events and locks, from threads."""
import datetime
import io
import os
import queue
import subprocess
import sys
import threading
import time
import unittest

import tap_unittest
from py_beaver import ROUNDS, Case, library_threads, run_program, wait_until

import beaver
from beaver import BeaverDB

WAIT = 120.0


class Channel(Case):
    def test_every_subscriber_gets_every_message(self):
        channel, got, ready = self.db.channel('c'), [[] for _ in range(4)], threading.Barrier(5)

        def listen(into):
            with channel.subscribe() as subscription:
                ready.wait(WAIT)
                for payload in subscription.listen(timeout=WAIT):
                    into.append(payload)
                    if payload == 'end':
                        return

        threads = [threading.Thread(target=listen, args=[into]) for into in got]
        for thread in threads:
            thread.start()
        ready.wait(WAIT)
        sent = [{'n': n} for n in range(200)] + ['end']
        for payload in sent:
            channel.publish(payload)
        for thread in threads:
            thread.join(WAIT)
        self.assertEqual(got, [sent] * 4)

    def test_messages(self):
        channel = self.db.channel('c')
        with channel.subscribe() as subscription:
            channel.publish_many([1, 'zwei'])
            message = subscription.next(WAIT)
            self.assertEqual((message.channel, message.payload), ('c', 1))
            name, payload, timestamp = next(subscription)
            self.assertEqual((name, payload), ('c', 'zwei'))
            self.assertAlmostEqual(timestamp, time.time(), delta=60)
            for timeout in (0, 0.05, datetime.timedelta(milliseconds=1)):
                with self.assertRaises(TimeoutError):
                    subscription.next(timeout)
            with self.assertRaises(TimeoutError):
                next(subscription.listen(timeout=0.3))
        self.assertTrue(subscription.closed)
        with self.assertRaises(beaver.ClosedError):
            subscription.next(0)
        self.assertEqual([payload for _, payload, _ in channel.history()], [1, 'zwei'])
        self.assertEqual([message.payload for message in channel.history(limit=1)], ['zwei'])
        self.assertEqual((len(channel), channel.clear(), channel.count()), (2, 2, 0))
        with self.assertRaises(TypeError):
            channel.publish(object())

    def test_consumer(self):
        channel = self.db.channel('c')
        with channel.consumer('worker') as consumer:
            channel.publish_batch(['a', 'b', 'c'])
            message = consumer.next(WAIT)
            self.assertEqual((message.payload, consumer.name), ('a', 'worker'))
            consumer.ack(message)
            self.assertEqual(next(consumer).payload, 'b')      # not acknowledged
        with channel.consumer('worker') as consumer:
            self.assertEqual([consumer.next(WAIT).payload for _ in range(2)], ['b', 'c'])
        info, = channel.consumers()
        self.assertEqual((info.name, info.lag, info.open), ('worker', 2, False))
        with channel.consumer('late') as consumer:
            self.assertEqual(consumer.next(WAIT).payload, 'a')
        with channel.consumer('new', beginning=False) as consumer:
            channel.publish('d')
            self.assertEqual(consumer.next(WAIT).payload, 'd')

    def test_listen_of_the_channel(self):
        channel, got = self.db.channel('c'), queue.Queue()

        def listen():
            for message in channel.listen():
                got.put(message.payload)
            got.put('over')

        thread = threading.Thread(target=listen)
        thread.start()
        # until it is subscribed
        seen = []

        def arrived():
            channel.publish('x')
            try:
                seen.append(got.get(timeout=0.05))
            except queue.Empty:
                return False
            return True
        wait_until(arrived, 'a message')
        channel.close()
        while seen[-1] != 'over':
            seen.append(got.get(timeout=WAIT))
        thread.join(WAIT)

    def test_other_processes(self):
        with self.db.channel('c').subscribe() as subscription:
            run_program(f'from beaver import BeaverDB\n'
                        f'with BeaverDB({self.path!r}) as db:\n'
                        f'    for i in range(50): db.channel("c").publish(i)\n', self.dir)
            self.assertEqual([subscription.next(WAIT).payload for _ in range(50)], list(range(50)))


class Log(Case):
    def setUp(self):
        super().setUp()
        self.log = self.db.log('l')

    def test_entries(self):
        log = self.log
        log.log({'v': 1}, timestamp=1000.5)
        log.log('x', timestamp=datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc))
        log.log(3)
        stamps = [stamp for stamp, _ in log]
        self.assertEqual(stamps[:2], [1000.5, 978307200.0])
        self.assertEqual([data for _, data in log], [{'v': 1}, 'x', 3])
        self.assertEqual([data for _, data in reversed(log)], [3, 'x', {'v': 1}])
        self.assertEqual(log.range(1000.5, 978307200.0), [(1000.5, {'v': 1}), (978307200.0, 'x')])
        self.assertEqual(log.range(limit=1, order='desc'), [(stamps[2], 3)])
        self.assertEqual(log.range(limit=1, offset=1), [(978307200.0, 'x')])
        moment = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
        self.assertEqual(log.range(moment, moment), ['x'])      # as in 1.3
        self.assertEqual((len(log), log.first(), log.last()[1]), (3, (1000.5, {'v': 1}), 3))
        for options in ({'order': 'up'}, {'order': 5}):
            with self.assertRaises(ValueError):
                log.range(**options)
        self.assertEqual((log.clear(), len(log), log.first()), (3, 0, None))

    def test_batched_and_dumped(self):
        with self.log.batched() as batch:
            batch.log('b', timestamp=5)
            batch.log('a', timestamp=4)
        with self.assertRaises(ZeroDivisionError):
            with self.log.batched() as batch:
                batch.log('c')
                1 / 0
        self.assertEqual(self.log.range(), [(4.0, 'a'), (5.0, 'b')])
        dumped = self.log.dump()
        self.assertEqual(dumped['items'], [{'timestamp': 4.0, 'data': 'a'}, {'timestamp': 5.0, 'data': 'b'}])
        file = io.StringIO()
        self.log.dump(file)
        other = self.db.log('other')
        other.load(io.StringIO(file.getvalue()))
        self.assertEqual(other.range(), self.log.range())

    def test_live_windows(self):
        self.log.log(1, timestamp=5.0)
        self.log.log(2)
        threads = []

        def aggregate(window):
            threads.append(threading.current_thread())
            return {'sum': sum(window), 'n': len(window)}

        with self.log.live(window=datetime.timedelta(seconds=60), period=datetime.timedelta(milliseconds=20),
                           aggregator=aggregate) as live:
            self.assertEqual(next(live), {'sum': 2, 'n': 1})
            self.log.log(3)
            wait_until(lambda: next(live) == {'sum': 5, 'n': 2}, 'the next window')
            self.assertEqual(set(threads), {threading.current_thread()})
            self.assertEqual((live.window, live.period), (60.0, 0.02))
        with self.assertRaises(StopIteration):
            next(live)
        wait_until(lambda: not [name for name in library_threads() if 'live' in name], 'the end of its thread')

    def test_an_aggregator_that_fails(self):
        calls = []

        def aggregate(window):
            calls.append(window)
            if len(calls) == 2:
                raise KeyError('mine')
            return len(calls)

        live = self.log.live(10, 0.01, aggregate)
        self.assertEqual(next(live), 1)
        with self.assertRaisesRegex(KeyError, 'mine'):
            next(live)
        self.assertEqual(next(live), 3)
        live.close()
        self.assertEqual(list(live), [])

    def test_live_close_does_not_wait_for_the_period(self):
        for _ in range(20 * ROUNDS):
            live, rest = self.log.live(60, 60, len), []
            self.assertEqual(next(live), 0)
            waiting = threading.Thread(target=lambda: rest.append(list(live)))
            waiting.start()
            live.close()            # before it starts, while it starts, or while it waits
            waiting.join(WAIT)
            self.assertEqual(rest, [[]])

    def test_a_closed_one_is_at_its_end(self):
        for live in (self.log.live(), self.log.live(60, 60, len)):
            live.close()
            self.assertEqual((list(live), list(live)), ([], []))
            with self.assertRaises(beaver.ClosedError):
                live.next()
            with self.assertRaises(beaver.ClosedError):
                live.__enter__()
        subscription = self.db.channel('c').subscribe()
        subscription.close()
        self.assertEqual((list(subscription), list(subscription.listen())), ([], []))

    def test_tail(self):
        self.log.log('before')
        with self.log.live() as live:
            for i in range(100):
                self.log.log(i, timestamp=1000 - i)         # D25: back-dated
            self.assertEqual([next(live)[1] for _ in range(100)], list(range(100)))
            with self.assertRaises(TimeoutError):
                live.next(timeout=0)


class Sketch(Case):
    def test_sketch(self):
        sketch = self.db.sketch('s', capacity=1000)
        sketch.add('apple')
        sketch.update([['a', 1], 5])
        sketch.add_many([['a', 1], 5])
        with sketch.batched() as batch:
            batch.add({'x': None})
        self.assertEqual((len(sketch), 'apple' in sketch, ['a', 1] in sketch, {'x': None} in sketch, 'pear' in sketch),
                         (4, True, True, True, False))
        self.assertEqual((sketch.capacity, sketch.error_rate, self.db.sketches), (1000, 0.01, ['s']))
        with self.assertRaises(beaver.Error):
            self.db.sketch('s', capacity=2000)
        sketch.clear()
        self.assertEqual((len(sketch), 'apple' in sketch), (0, False))      # D27


class Events(Case):
    def test_on_and_off(self):
        got = queue.Queue()
        handler = self.db.on('topic', 'ping', got.put)
        self.assertTrue(self.db.emit('topic', 'ping', {'n': 1}))
        payload = got.get(timeout=WAIT)
        self.assertEqual((payload, payload.event, payload.topic), ({'n': 1}, 'ping', 'topic'))
        self.db.emit('topic', 'ping', [1])
        self.assertEqual(got.get(timeout=WAIT), [1])
        handler.off()
        handler.off()
        second = queue.Queue()
        self.db.on('topic', 'ping', second.put)
        self.db.on('topic', 'ping', second.put)      # twice, as in 1.3
        self.db.emit('topic', 'ping')
        self.assertEqual([second.get(timeout=WAIT) for _ in range(2)], [None, None])
        self.db.off('topic', 'ping', second.put)
        self.db.off('topic', 'ping', print)
        self.db.emit('topic', 'ping', 2)
        self.assertEqual(second.get(timeout=WAIT), 2)
        self.assertTrue(got.empty() and second.empty())

    def test_of_structures(self):
        got, d = queue.Queue(), self.db.dict('d')
        for name in ('set', 'del', 'clear'):
            handler = d.on(name, got.put)
            self.assertIs(d.on(name, got.put), handler)
        d['a'] = 1
        del d['a']
        d.clear()
        events = [got.get(timeout=WAIT) for _ in range(3)]
        self.assertEqual([(event.event, dict(event)) for event in events], [('set', {'key': 'a'}), ('del', {'key': 'a'}),
                                                                           ('clear', {})])
        d.off('set', got.put)
        d['b'] = 1
        d.clear()
        self.assertEqual(got.get(timeout=WAIT).event, 'clear')

    def test_as_in_2(self):
        got, bus = queue.Queue(), self.db.events('bus')
        handler = bus.attach('x', got.put)
        bus.emit('x', {'a': 1})
        event = got.get(timeout=WAIT)
        self.assertEqual((event.event, event.payload, len(event.id)), ('x', {'a': 1}, 32))
        handler.off()
        d = self.db.dict('d')
        d.events.attach('set', got.put)
        d['k'] = 1
        self.assertEqual(got.get(timeout=WAIT).payload, {'key': 'k'})
        d.events.detach('set', got.put)

    def test_a_callback_may_use_the_database(self):
        """D24."""
        done = threading.Event()

        def callback(payload):
            self.db.dict('seen')[payload['key']] = True
            if len(self.db.dict('seen')) == 10:
                done.set()

        self.db.dict('d').on('set', callback)
        for i in range(10):
            self.db.dict('d')[str(i)] = i
        self.assertTrue(done.wait(WAIT))

    def test_a_callback_that_fails_leaves_the_others_alone(self):
        """D21."""
        program = f'''
import queue, sys
from beaver import BeaverDB
sys.excepthook = lambda *exception: print('told', exception[1])
got = queue.Queue()
def bad(payload): raise ValueError('mine')
with BeaverDB({self.path!r}) as db:
    db.on('t', 'e', bad)
    db.on('t', 'e', got.put)
    for i in range(3):
        db.emit('t', 'e', i)
    print([got.get(timeout=120) for _ in range(3)])
'''
        self.assertEqual(run_program(program, self.dir).splitlines(), ['told mine'] * 3 + ['[0, 1, 2]'])

    def test_of_other_processes(self):
        got = queue.Queue()
        self.db.dict('d').on('set', got.put)
        run_program(f'from beaver import BeaverDB\n'
                    f'with BeaverDB({self.path!r}) as db: db.dict("d")["far"] = 1\n', self.dir)
        self.assertEqual(got.get(timeout=WAIT), {'key': 'far'})


class Lock(Case):
    def test_it_excludes(self):
        one, two = self.db.lock('l'), self.db.lock('l')
        self.assertTrue(one.acquire() and one.acquire() and one.locked)
        self.assertFalse(two.acquire(timeout=0.05))
        self.assertFalse(two.acquire(block=False))
        with self.assertRaises(TimeoutError):
            with self.db.lock('l', timeout=0.05):
                pass
        first = one.token
        one.release()
        one.release()
        self.assertFalse(one.locked)
        with two as held:
            self.assertIs(held, two)
            self.assertGreater(two.token, first)
            self.assertTrue(two.renew(600))
        self.assertFalse(two.renew())

    def test_arguments(self):
        for options in ({'lock_ttl': 0}, {'lock_ttl': -1}, {'poll_interval': 0}):
            with self.assertRaises(ValueError):
                self.db.lock('l', **options)
        for name in ('', None, 5):
            with self.assertRaises(ValueError):
                self.db.lock(name)

    def test_guards(self):
        one, two = self.db.lock('l'), self.db.lock('l', timeout=0.05)
        self.assertFalse(one.auto_renew)
        one.auto_renew = True
        self.assertTrue(two.auto_renew)
        self.assertFalse(one.is_locked())
        with one.hold(timeout=1, lock_ttl=600) as guard:
            self.assertTrue(guard.held and one.is_locked())
            self.assertFalse(one.locked)
            info = one.get_info()
            self.assertEqual((info.name, info.token, info.process_id, info.waiting), ('l', guard.token, os.getpid(), 0))
            self.assertRegex(repr(info), f'process {os.getpid()} ')
            self.assertRaises(TimeoutError, two.hold)
        self.assertFalse(guard.held or one.is_locked())
        self.assertIn('nobody', repr(one.get_info()))
        two.hold().release()

    def test_threads(self):
        inside, together, total = [], [], []

        def work():
            for _ in range(10):
                with self.db.lock('l'):
                    inside.append(1)
                    together.append(len(inside))
                    total.append(1)
                    inside.pop()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        self.assertEqual((max(together), len(total)), (1, 60))

    def test_of_structures(self):
        d = self.db.dict('d')
        with d as held:
            self.assertIs(held, d)
            with d:                 # the same thread
                pass
            self.assertTrue(d.locked)
            results = []
            thread = threading.Thread(target=lambda: results.append((d.acquire(timeout=0.05), d.acquire(block=False))))
            thread.start()
            thread.join(WAIT)
            self.assertEqual(results, [(False, False)])
            self.assertTrue(d.renew(10))
        self.assertFalse(d.locked)

    def test_clear(self):
        one = self.db.lock('l')
        one.acquire()
        self.assertTrue(self.db.lock('l').clear())
        self.assertFalse(self.db.lock('l').clear())
        with self.db.lock('l', timeout=WAIT):
            pass

    def test_main_thread_waits_for_another_one(self):
        """By a guard, for both kinds of locks."""
        for acquire, release, other in (
                (self.db.dict('d').acquire, self.db.dict('d').release, self.db.dict('d')),
                (self.db.lock('l').acquire, lambda: None, self.db.lock('l'))):
            held, let_go = threading.Event(), threading.Event()

            def hold():
                with other:
                    held.set()
                    let_go.wait(WAIT)

            thread = threading.Thread(target=hold)
            thread.start()
            held.wait(WAIT)
            self.assertFalse(acquire(timeout=0.1))
            threading.Timer(0.1, let_go.set).start()
            self.assertTrue(acquire(timeout=WAIT))
            release()
            thread.join(WAIT)


INTERRUPTED = '''
import os, signal, sys, threading
from beaver import BeaverDB
db = BeaverDB(sys.argv[1] if len(sys.argv) > 1 else 'i.db')
what = {what!r}
other = threading.Event()
def hold():
    with db.dict('held'), db.lock('held'):
        other.set()
        threading.Event().wait(60)
threading.Thread(target=hold, daemon=True).start()
other.wait()
log, channel = db.log('l'), db.channel('c')
live = log.live(1000, 1000, len)
next(live)
waits = {{
    'subscription': lambda subscription=channel.subscribe(): next(subscription),
    'listen': lambda: list(channel.subscribe().listen()),
    'live': lambda: next(live),
    'tail': lambda tail=log.live(): next(tail),
    'lock': lambda: db.lock('held').acquire(),
    'manager': lambda: db.dict('held').acquire(),
}}
main = threading.get_ident()
def calls():
    frame = sys._current_frames()[main]
    while frame is not None:
        yield frame.f_code.co_name
        frame = frame.f_back
def interrupt():
    while 'result' not in calls():      # of a future: it waits for what does not come
        threading.Event().wait(0.01)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    waits[what]()
except KeyboardInterrupt:
    print('interrupted')
db.close()
'''


class Interrupt(Case):
    def test_ctrl_c(self):
        for what in ('subscription', 'listen', 'live', 'tail', 'lock', 'manager'):
            with self.subTest(what):
                self.assertEqual(run_program(INTERRUPTED.format(what=what), self.dir), 'interrupted\n')

    def test_a_signal_that_raises_nothing(self):
        program = '''
import os, signal, threading
from beaver import BeaverDB
seen = []
signal.signal(signal.SIGUSR1, lambda *arguments: seen.append(1))
with BeaverDB('s.db') as db:
    held = threading.Event()
    def hold():
        with db.dict('d'):
            held.set()
            for _ in range(3):
                os.kill(os.getpid(), signal.SIGUSR1)
                threading.Event().wait(0.1)
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with db.dict('d'):
        print('acquired', len(seen) > 0)
    thread.join()
'''
        self.assertEqual(run_program(program, self.dir), 'acquired True\n')


if __name__ == '__main__':
    tap_unittest.main()
