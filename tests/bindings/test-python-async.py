# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import itertools
import math
import os
import unittest

import tap_unittest
from py_beaver import ROUNDS, descriptors, library_threads, wait_until

import beaver
from beaver import BeaverDB
from gi.repository import Beaver, GLib
import tempfile

WAIT = 120.0


class Async(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir, self.path = directory.name, os.path.join(directory.name, 'x.db')
        self.db = BeaverDB(self.path)
        self.addCleanup(self.db.close)

    async def test_dict(self):
        d = self.db.dict('d')
        await d.set_async('a', {'x': 1})
        self.assertEqual(await d.get_async('a'), {'x': 1})
        self.assertEqual((await d.get_async('b'), await d.get_async('b', 5), await d.pop_async('b', 6)), (None, 5, 6))
        self.assertEqual((await d.contains_async('a'), await d.count_async(), await d.ttl_async('a')), (True, 1, float('inf')))
        with self.assertRaises(KeyError):
            await d.delete_async('b')
        with self.assertRaises(beaver.NotFoundError):
            await d.get_json_async('b')             # a pair of C
        with self.assertRaises(ValueError):
            await d.set_async('a\0', 1)
        await asyncio.gather(*[d.increment_async('n') for _ in range(200)])
        self.assertEqual(await d.get_async('n'), 200)
        self.assertEqual(await d.get_many_async(['n', 'zz']), {'n': 200})
        async with d.batched() as batch:
            batch['c'] = 3
        self.assertEqual([key async for key in d], ['a', 'c', 'n'])
        self.assertEqual([item async for item in d.items_async('c')], [('c', 3)])
        await d.clear_async()
        self.assertEqual(len(d), 0)

    async def test_a_transaction_is_of_a_thread(self):
        with self.assertRaisesRegex(TypeError, 'to_thread'):
            async with self.db.transaction():
                self.fail('it began')

        def move():
            with self.db.transaction():
                self.db.dict('d')['a'] = 1
        await asyncio.to_thread(move)
        self.assertEqual(await self.db.dict('d').get_async('a'), 1)

    async def test_callbacks_of_c_still_work(self):
        def run():
            context, results = GLib.MainContext.new(), []
            context.push_thread_default()
            try:
                d = self.db.dict('d')
                d.set_json_async('a', '1', None, lambda source, result: results.append(source.set_json_finish(result)))
                while not results:      # a count does not queue behind a write
                    context.iteration(True)
                d.count_async(None, lambda source, result: results.append(source.count_finish(result)))
                while len(results) < 2:
                    context.iteration(True)
            finally:
                context.pop_thread_default()
            return results
        self.assertEqual(await asyncio.to_thread(run), [True, 1])

    async def test_as_async(self):
        d = self.db.dict('d').as_async()
        await d.set('a', 1)
        self.assertEqual((await d.get('a'), await d.count(), await d.fetch('x', 2), await d.setdefault('b', 3)), (1, 1, 2, 3))
        self.assertEqual([key async for key in d], ['a', 'b'])
        self.assertEqual(d.name, 'd')
        async with self.db.log('l').as_async() as log:
            await log.log('x')
            self.assertEqual([data for _, data in await log.range()], ['x'])
        self.assertIsNone(await self.db.dict('d').as_async().update({'q': 1}))      # without a form of its own: in a thread
        self.assertEqual(self.db.dict('d')['q'], 1)

    async def test_subscription(self):
        channel = self.db.channel('c')
        async with await channel.subscribe_async() as subscription:
            async def publish():
                for i in range(100):
                    await channel.publish_async(i)
            task = asyncio.create_task(publish())
            got = []
            async for message in subscription:
                got.append(message.payload)
                if len(got) == 100:
                    break
            await task
            self.assertEqual(got, list(range(100)))
            with self.assertRaises(TimeoutError):
                await subscription.next_async(timeout=0.05)
            await channel.publish_async('x')
            async for payload in subscription.listen_async():
                self.assertEqual(payload, 'x')
                break
        self.assertEqual([message async for message in subscription], [])

    async def test_live(self):
        log = self.db.log('l')
        log.log(5)
        async with log.live(60, 0.01, sum) as live:
            values = []
            async for value in live:
                values.append(value)
                if len(values) == 1:
                    log.log(6)
                if value == 11:
                    break
            self.assertEqual(values[0], 5)
        with self.assertRaises(beaver.ClosedError):
            await live.next_async()
        self.assertEqual([data async for _, data in log], [5, 6])

    async def test_lock(self):
        inside = []

        async def work():
            async with self.db.lock('l') as lock:
                inside.append(lock.locked)
                self.assertEqual(len(inside), 1)
                await asyncio.wait([asyncio.create_task(self.db.dict('d').count_async())])
                inside.pop()

        await asyncio.gather(*[work() for _ in range(20)])
        async with self.db.lock('l'):
            with self.assertRaises(TimeoutError):
                async with self.db.lock('l', timeout=0.05):
                    pass
            self.assertFalse(await self.db.lock('l').acquire_async(block=False))

    async def test_cancelling(self):
        with self.db.channel('c').subscribe() as subscription:
            task = asyncio.create_task(subscription.next_async())
            await asyncio.wait([task], timeout=0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            await self.db.channel('c').publish_async(1)
            self.assertEqual((await asyncio.wait_for(subscription.next_async(), WAIT)).payload, 1)      # nothing was swallowed
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(subscription.next_async(), 0.05)
        held = self.db.lock('l')
        held.acquire()
        task = asyncio.create_task(self.db.lock('l').acquire_async())
        await asyncio.wait([task], timeout=0.05)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        held.release()
        self.assertTrue(await asyncio.wait_for(self.db.lock('l').acquire_async(), WAIT))

    async def cancelled_takers(self, take, bring):
        """What takers got who were cancelled about when something came."""
        got = []
        for i in range(60 * ROUNDS):
            task = asyncio.create_task(take())
            for _ in range(i % 4):
                await asyncio.wait([task], timeout=0)
            bring(i)
            if i % 3 == 0:      # it is taken while the loop is busy
                for _ in range(100):
                    self.db.dict('d').count()
            task.cancel()
            try:
                got.append(await task)
            except asyncio.CancelledError:
                pass
        return got

    async def test_nothing_is_lost_by_cancelling(self):
        queue = self.db.queue('q')
        n = 60 * ROUNDS

        got = [item.data for item in await self.cancelled_takers(queue.get_async, queue.put)]
        wait_until(lambda: len(got) + queue.count() == n, 'the items that were taken for nobody')
        self.assertEqual(sorted(got + [item.data for item in queue]), list(range(n)))
        queue.clear()

        got = [item.data for item in await self.cancelled_takers(queue.pop_async, queue.put) if item is not None]
        wait_until(lambda: len(got) + queue.count() == n, 'the items that were popped for nobody')
        queue.clear()

        got = await self.cancelled_takers(lambda: queue.claim_async(lease=3600), queue.put)
        wait_until(lambda: len(got) + len([*queue.jobs('waiting')]) == n, 'the jobs that were claimed for nobody')
        for job in got:
            job.ack()

        items = self.db.list('l')
        for take in items.pop_async, items.deque_async:
            got = [item for item in await self.cancelled_takers(take, items.push) if item is not None]
            wait_until(lambda: len(got) + len(items) == n, 'the items that were taken out of the list for nobody')
            self.assertEqual(sorted(got + [*items]), list(range(n)))
            items.clear()

        keys, counter = self.db.dict('keys'), itertools.count()
        got = [item for item in await self.cancelled_takers(lambda: keys.pop_async(str(next(counter))),
                                                            lambda i: keys.set(str(i), i, ttl_seconds=i % 2 * 5000 or None))
               if item is not None]
        wait_until(lambda: len(got) + len(keys) == n, 'the values that were taken out of the dict for nobody')
        self.assertEqual(sorted(got + [*keys.values()]), list(range(n)))
        for key, value in keys.items():
            self.assertEqual(math.isinf(keys.ttl(key)), value % 2 == 0)

        channel = self.db.channel('c')
        async with await channel.subscribe_async() as subscription:
            got = [message.payload for message in await self.cancelled_takers(subscription.next_async, channel.publish)]
            while len(got) < n:
                got.append((await subscription.next_async(timeout=WAIT)).payload)
        self.assertEqual(sorted(got), list(range(n)))

    async def test_events(self):
        got, loop = asyncio.Queue(), asyncio.get_running_loop()

        async def callback(payload):
            self.assertIs(asyncio.get_running_loop(), loop)
            await got.put(payload)

        self.db.on('t', 'e', callback)
        self.db.on('t', 'e', got.put_nowait)
        await asyncio.to_thread(self.db.emit, 't', 'e', 1)
        self.assertEqual([await asyncio.wait_for(got.get(), WAIT) for _ in range(2)], [1, 1])

    async def test_close_with_everything_pending(self):
        for _ in range(10):
            path = os.path.join(self.dir, 'y.db')
            async with BeaverDB(path) as db:
                held = db.lock('l')
                await held.acquire_async()
                live = db.log('l').live(60, 60, len)
                await live.next_async()
                tasks = [asyncio.create_task(work) for work in (
                    db.channel('c').subscribe().next_async(), live.next_async(), db.log('l').live().next_async(),
                    db.lock('l').acquire_async())]
                writes = [asyncio.create_task(db.dict('d').set_async(str(i), i)) for i in range(50)]
                await asyncio.wait(tasks, timeout=0.01)
            results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), WAIT)
            self.assertEqual([type(result) for result in results], [beaver.ClosedError] * 4)
            written = await asyncio.wait_for(asyncio.gather(*writes, return_exceptions=True), WAIT)
            self.assertLessEqual({type(result) for result in written}, {type(None), beaver.ClosedError})
            self.assertEqual((descriptors(path), [name for name in library_threads() if 'beaver' in name]), ([], []))
            with self.assertRaises(beaver.ClosedError):
                await live.next_async()
            with BeaverDB(path) as db:
                kept = set(db.dict('d'))
            self.assertLessEqual({str(i) for i, result in enumerate(written) if result is None}, kept)

    async def test_close_in_the_loop(self):
        """Synchronously, while calls are pending."""
        with BeaverDB(os.path.join(self.dir, 'z.db')) as db:
            task = asyncio.create_task(db.channel('c').subscribe().next_async())
            await asyncio.wait([task], timeout=0.01)
        with self.assertRaises(beaver.ClosedError):
            await asyncio.wait_for(task, WAIT)
        self.assertIsInstance(db, Beaver.Db)


if __name__ == '__main__':
    tap_unittest.main()
