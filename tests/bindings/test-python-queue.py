# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import io
import threading

import tap_unittest
from py_beaver import Case

import beaver


class Queue(Case):
    def setUp(self):
        super().setUp()
        self.q = self.db.queue('q')

    def test_order(self):
        self.q.put({'a': 1}, priority=5)
        self.q.put('first', 1)
        self.assertEqual(self.q.peek().data, 'first')
        self.assertEqual([item.data for item in self.q], ['first', {'a': 1}])
        priority, timestamp, data = self.q.get()
        self.assertEqual((priority, data), (1.0, 'first'))
        self.assertEqual(len(self.q), 1)
        self.q.get(timeout=120)
        self.assertRaisesRegex(IndexError, '“q”', self.q.get, block=False)
        self.assertRaises(TimeoutError, self.q.get, timeout=0.01)
        self.assertIsNone(self.q.peek())

    def test_waiting(self):
        timer = threading.Timer(0.05, self.q.put, ('late',))
        timer.start()
        self.assertEqual(self.q.get(timeout=120).data, 'late')
        timer.join()

    def test_jobs(self):
        self.q.put_job('a', max_attempts=1, unique_key='k')
        self.assertRaises(beaver.ConflictError, self.q.put_job, 'b', unique_key='k')
        with self.assertRaises(ZeroDivisionError), self.q.claim(lease=30) as job:
            self.assertEqual(job.data, 'a')
            1 / 0
        dead, = self.q.dead()
        self.assertIn('ZeroDivisionError', dead.reason)
        self.assertEqual(self.q.requeue_dead(0), 1)
        with self.q.claim(30, 1) as job:
            self.assertTrue(job.extend(60))
        self.assertRaises(beaver.ConflictError, job.ack)
        self.assertEqual(self.q.put_many([1, 2, 3]), 3)
        jobs = self.q.claim_many(2, 30)
        self.assertEqual([job.data for job in jobs], [1, 2])
        self.assertEqual([job.token for job in self.q.jobs()], [job.token for job in jobs])
        self.q.resume(jobs[0].id, jobs[0].token).ack()
        self.assertRaises(beaver.ConflictError, self.q.resume, jobs[0].id, jobs[0].token)
        self.assertEqual([job.data for job in self.q.jobs('waiting')], [3])

    def test_async(self):
        async def use():
            waiting = asyncio.ensure_future(self.q.get_async(timeout=120))
            await self.q.put_async('x')
            item = await waiting
            await self.q.put_async('y')
            job = await self.q.claim_async(30)
            await job.ack_async()
            return item.data, job.data
        self.assertEqual(asyncio.run(use()), ('x', 'y'))

    def test_async_jobs(self):
        async def use():
            await self.q.put_async('x')
            with self.assertRaises(ZeroDivisionError):
                async with await self.q.claim_async(30) as job:
                    1 / 0
            async with await self.q.claim_async(30) as job:
                self.assertEqual((job.data, job.attempts), ('x', 2))
            with self.assertRaises(beaver.ConflictError):
                await job.ack_async()
        asyncio.run(use())
        self.assertEqual(len(self.q), 0)

    def test_dump(self):
        self.q.put('x', 2)
        dump = self.q.dump()
        self.assertEqual(dump['items'][0]['data'], 'x')
        other = self.db.queue('other')
        out = io.StringIO()
        self.q.dump(out, 'jsonl')
        out.seek(0)
        other.load(out, 'jsonl')
        self.assertEqual(other.get().priority, 2.0)


if __name__ == '__main__':
    tap_unittest.main()
