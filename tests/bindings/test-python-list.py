# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import io

import tap_unittest
from py_beaver import Case

import beaver


class List(Case):
    def setUp(self):
        super().setUp()
        self.l = self.db.list('l')

    def test_as_a_list(self):
        values = [1, 1.0, 'ü', None, {'a': [True]}]
        self.l.extend(values)
        self.l.append('end')
        self.l.prepend('front')
        self.l.insert(1, 'second')
        expected = ['front', 'second'] + values + ['end']
        self.assertEqual(list(self.l), expected)
        self.assertEqual(list(reversed(self.l)), expected[::-1])
        self.assertEqual(len(self.l), len(expected))
        self.assertIn({'a': [True]}, self.l)
        self.assertNotIn('nowhere', self.l)
        self.assertEqual(self.l.index('ü'), 4)
        self.assertRaises(ValueError, self.l.index, 'nowhere')
        self.l[-1] = 'last'
        del self.l[0]
        self.assertEqual(self.l.pop(), 'last')
        self.assertEqual(self.l.deque(), 'second')
        self.assertEqual(self.l[:], values)
        self.l.clear()
        self.assertIsNone(self.l.pop())
        self.assertIsNone(self.l.deque())
        self.assertTrue(self.l is self.db.list('l'))
        for index in (0, -1, 10 ** 30, -10 ** 30):
            self.assertRaises(IndexError, lambda index=index: self.l[index])
        self.assertRaises(TypeError, lambda: self.l['x'])
        self.assertRaises(ValueError, lambda: self.l[::2])

    def test_slices(self):
        values = list(range(7))
        self.l.extend(values[:5])
        self.l.push_many(values[5:])
        ends = [None, -10 ** 30, -9, -7, -3, -1, 0, 1, 3, 7, 9, 10 ** 30]
        for start in ends:
            for stop in ends:
                self.assertEqual(self.l[start:stop], values[start:stop], (start, stop))

    def test_batch_and_dump(self):
        with self.l.batched() as batch:
            batch.push(1)
            batch.prepend(0)
        with self.assertRaises(ZeroDivisionError), self.l.batched() as batch:
            batch.push(9)
            1 / 0
        dump = self.l.dump()
        self.assertEqual(dump['items'], [0, 1])
        self.assertEqual((dump['metadata']['type'], dump['metadata']['count']), ('List', 2))
        self.l.load(io.StringIO('[2]\n\n"three"\n'), 'jsonl', 'append')
        self.assertEqual(list(self.l), [0, 1, [2], 'three'])
        with self.assertRaises(ValueError):
            self.l.load(io.StringIO('[2]\n{broken'), 'jsonl')
        self.assertEqual(len(self.l), 4)

    def test_async(self):
        async def use():
            await self.l.push_async('a')
            await self.l.as_async().push('b')
            self.assertEqual(await self.l.get_async(-1), 'b')
            return [value async for value in self.l]
        self.assertEqual(asyncio.run(use()), ['a', 'b'])

    def test_closed(self):
        self.db.close()
        self.assertRaises(beaver.ClosedError, self.l.push, 1)


if __name__ == '__main__':
    tap_unittest.main()
