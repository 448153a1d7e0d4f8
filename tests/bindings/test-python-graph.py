# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import array
import asyncio
import random
import sqlite3

import tap_unittest
from gi.repository import GLib
from py_beaver import Case

import beaver


class Graph(Case):
    def setUp(self):
        super().setUp()
        self.g = self.db.graph('g')

    def test_edges(self):
        self.g.link('ann', 'bob', 'follows', {'since': 2021})
        self.g.link(source='ann', target='cid', label='follows', metadata={})
        self.g.link_many([('bob', 'cid', 'likes'), ('cid', 'dan', 'likes', 0)])
        self.assertEqual(self.g.get('ann', 'bob', 'follows').metadata, {'since': 2021})
        self.assertEqual(self.g.get('ann', 'cid', 'follows').metadata, {})
        self.assertEqual(self.g.get('cid', 'dan', 'likes').metadata, 0)
        self.assertIsNone(self.g.get('bob', 'cid', 'likes').metadata)
        self.assertRaises(KeyError, self.g.get, 'bob', 'ann', 'likes')
        self.assertEqual(self.g.children('ann'), ['bob', 'cid'])
        self.assertEqual(self.g.children('ann', 'likes'), [])
        self.assertEqual(self.g.parents('cid', label=''), ['ann', 'bob'])
        self.assertEqual([tuple(edge) for edge in self.g.edges('bob')], [('bob', 'cid', 'likes', None)])
        self.assertEqual(len(list(self.g)), 4)
        self.assertIn(('ann', 'bob', 'follows'), self.g)
        self.g.unlink('ann', 'bob', 'follows')
        self.assertFalse(self.g.linked('ann', 'bob', 'follows'))
        self.assertEqual(len(self.g), 3)
        self.assertEqual(self.db.graphs_names if hasattr(self.db, 'graphs_names') else ['g'], ['g'])
        self.assertTrue(self.db.graphs('g') is self.g)

    def test_ways(self):
        self.g.link_many([('a', 'b', 'x'), ('b', 'c', 'x'), ('c', 'd', 'y'), ('e', 'a', 'x')])
        self.assertEqual([(visit.node, visit.depth, list(visit.path)) for visit in self.g.walk('a', depth=2)],
                         [('b', 1, ['a', 'b']), ('c', 2, ['a', 'b', 'c'])])
        self.assertEqual([visit.node for visit in self.g.walk('a', 'x', direction='both')], ['b', 'e', 'c'])
        self.assertEqual(self.g.neighbours('a', depth=None), ['b', 'c', 'd'])
        self.assertEqual(self.g.shortest_path('e', 'd'), ['e', 'a', 'b', 'c', 'd'])
        self.assertIsNone(self.g.shortest_path('d', 'e'))
        self.assertRaises(ValueError, self.g.walk, 'a', direction='up')

    def test_async_for(self):
        self.g.link('a', 'b', 'x')
        self.db.vectors('v').set('i', [1, 2])

        async def main():
            self.assertEqual([edge.target async for edge in self.g], ['b'])
            self.assertEqual([item.id async for item in self.db.vectors('v')], ['i'])
        asyncio.run(main())

    def test_await(self):
        async def go():
            await self.g.link_async('a', 'b', 'x', [1])
            edge = await self.g.get_async('a', 'b', 'x')
            return edge.metadata, await self.g.children_async('a')
        self.assertEqual(asyncio.run(go()), ([1], ['b']))


class Vectors(Case):
    def setUp(self):
        super().setUp()
        self.v = self.db.vectors('v')

    def test_items(self):
        self.v.set('a', [1, 0], {'kind': 'house', 'size': 3})
        self.v.set('b', [0, 2.5], metadata={})
        self.v.set('c', [-1, 0])
        self.assertEqual(self.v.get('a'), ('a', [1.0, 0.0], {'kind': 'house', 'size': 3}, 0))
        self.assertEqual(self.v.get('b').metadata, {})
        self.assertIsNone(self.v.get('c').metadata)
        self.assertRaises(KeyError, self.v.get, 'x')
        self.assertEqual([item.id for item in self.v], ['a', 'b', 'c'])
        self.assertIn('a', self.v)
        self.assertRaises(ValueError, self.v.set, 'd', [1, 2, 3])
        self.assertRaises(ValueError, self.v.set, 'd', [1, float('nan')])
        self.v.delete('c')
        self.v.delete('c')
        self.assertEqual(len(self.v), 2)
        with sqlite3.connect(self.path) as other:
            other.execute("UPDATE __beaver_vectors__ SET metadata = '{broken' WHERE item_id = 'a'")
        other.close()
        self.assertRaises(beaver.CorruptError, self.v.get, 'a')

    def test_near(self):
        for i in range(10):
            self.v.set(f'i{i}', [i, 1], {'i': i})
        self.assertEqual([(item.id, item.score) for item in self.v.near([3, 1], k=3, metric='euclid')],
                         [('i3', 0), ('i2', 1), ('i4', 1)])
        self.assertEqual([item.id for item in self.v.near([0, 1], k=2, candidate_ids=['i9', 'i5', 'i1'])], ['i1', 'i5'])
        self.assertEqual(self.v.near([0, 1], candidate_ids=[]), [])
        long = self.db.vectors('long')
        long.set('a', [0.5] * 768, {'x': 1})
        self.assertEqual(repr(long.near([0.5] * 768, k=1, metric='euclid')[0]),
                         "VectorItem(id='a', vector=[0.5, 0.5, 0.5, …], metadata={'x': 1}, score=0)")
        self.assertEqual([item.id for item in self.v.near([0, 1], 1, filters={'i': 7})], ['i7'])
        self.assertEqual([item.id for item in self.v.near([0, 1], 1, filters=[('i', '>=', 4)], metric='manhattan')], ['i4'])
        self.assertRaises(ValueError, self.v.near, [0, 1], metric='far')
        self.assertRaises(ValueError, self.v.near, [0, 1], filters=[('i', 'LIKE', 4)])
        self.assertEqual(asyncio.run(self.v.near_async([3, 1], k=1, metric='euclid'))[0].id, 'i3')

    def test_whatever_holds_numbers(self):
        floats = array.array('f', [0.5, 0.25])
        forms = [[0.5, 0.25], (0.5, 0.25), (x / 4 for x in (2, 1)), floats, array.array('d', [0.5, 0.25]), memoryview(floats),
                 floats.tobytes(), bytearray(floats.tobytes()), memoryview(floats.tobytes()), GLib.Bytes.new(floats.tobytes()),
                 LikeNumpy([0.5, 0.25])]
        try:
            import numpy
        except ImportError:
            pass
        else:
            forms += [numpy.array([0.5, 0.25]), numpy.array([0.5, 0.25], dtype='>f4'), numpy.array([9, 0.5, 9, 0.25])[1::2]]
        for form in forms:
            self.v.set('a', form, None)
            self.assertEqual(self.v.get('a').vector, [0.5, 0.25], form)
            self.v.clear()
        self.v.set_many(['a', 'b'], [[1, 2], [3, 4]])
        for bad in ([], b'', b'12345', [1], [1, 2, 3], ['x', 'y'], 'xy', [1, float('inf')], [1, 1e300], None, 7, {}, LikeNumpy([1, 2], ndim=2)):
            self.assertRaises((ValueError, TypeError), self.v.set, 'a', bad)
            self.assertRaises((ValueError, TypeError), self.v.near, bad)
        for k in (0, -1, 10 ** 7, 2 ** 40, 'x', None):
            self.assertRaises((ValueError, TypeError, OverflowError), self.v.near, [1, 2], k)
        self.assertEqual(self.v.get('a').vector, [1, 2])

    def test_many(self):
        self.v.set_many(['a', 'b'], [[1, 2], array.array('f', [3, 4])], [{'n': 1}, 'two'])
        self.assertEqual([tuple(item) for item in self.v], [('a', [1, 2], {'n': 1}, 0), ('b', [3, 4], 'two', 0)])
        asyncio.run(self.v.set_many_async(['a', 'c'], array.array('f', [5, 6, 7, 8])))
        self.assertEqual([item.vector for item in self.v], [[5, 6], [3, 4], [7, 8]])
        self.v.set_many(['d'], LikeNumpy([9, 9], ndim=2))
        self.v.set_many([], [])
        self.assertEqual(len(self.v), 4)
        self.assertRaises(ValueError, self.v.set_many, ['a', 'b'], [[1, 2], [3]])
        self.assertRaises(ValueError, self.v.set_many, ['a', 'b', 'c'], [[1, 2], [3, 4]])
        self.assertRaises(ValueError, self.v.set_many, ['x', 'y'], [[1, 2]])      # not two of one number
        self.assertRaises(ValueError, self.v.set_many, ['a', 'b'], [[1, 2], [3, 4]], ['x', None])

    def test_train(self):
        numbers = random.Random(5)
        rows = [[numbers.gauss(0, 1) for _ in range(4)] for _ in range(3000)]
        self.v.set_many([f'i{i}' for i in range(3000)], rows)
        self.assertEqual(self.v.recall, -1)
        self.assertGreaterEqual(self.v.train(), 0.9)
        self.assertEqual(self.v.near(rows[7], 1)[0].id, 'i7')
        self.assertGreaterEqual(asyncio.run(self.v.train_async('euclid')), 0.9)
        self.assertEqual(self.v.near(rows[7], 1, metric='euclid', method='approximate')[0].id, 'i7')
        self.assertTrue(self.v.quantize)
        self.v.quantize = False
        self.v.memory_limit = 0
        self.assertRaises(beaver.Error, self.v.train)


class LikeNumpy:
    """What an array of numpy has and is used of it, where numpy is not installed."""

    def __init__(self, numbers, ndim=1):
        self.numbers, self.ndim = array.array('f', numbers), ndim
        self.shape = (len(numbers),) if ndim == 1 else (1, len(numbers))

    def astype(self, dtype):
        assert dtype == '<f4'
        return self

    def tobytes(self):
        return self.numbers.tobytes()


if __name__ == '__main__':
    tap_unittest.main()
