# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import copy
import itertools

import tap_unittest
from py_beaver import Case

import beaver
from beaver import Document, q
from gi.repository import Beaver


class Documents(Case):
    def setUp(self):
        super().setUp()
        self.docs = self.db.docs('articles')
        self.docs.index(id='py', body={'title': 'Python programming', 'year': 1991, 'author': {'name': 'Guido'}})
        self.docs.index(Document('sql', {'title': 'SQLite database', 'year': 2000, 'tags': ['small', 'fast']}))
        self.docs.index({'title': 'Rust language', 'year': 2015}, id='rust', fuzzy=True)

    def ids(self, hits):
        return [document.id for document, score in hits]

    def test_store(self):
        self.assertIs(self.db.docs('articles'), self.docs)
        self.assertEqual(len(self.docs), 3)
        self.assertEqual(self.docs.get('py').body['author'], {'name': 'Guido'})
        self.assertEqual(self.docs['sql']['year'], 2000)
        self.assertIn('rust', self.docs)
        self.assertNotIn('ru', self.docs)
        self.assertNotIn('ru\0st', self.docs)
        self.assertTrue(self.docs.contains('py'))
        self.assertNotIn('none', self.docs)
        with self.assertRaises(KeyError):
            self.docs.get('none')
        made = self.docs.index(body='only text')
        self.assertEqual(len(made.id), 32)
        self.assertEqual([document.id for document in self.docs.get_many(['sql', 'x', 'py'])], ['sql', 'py'])
        self.docs.drop(made)
        self.docs.drop('none')
        self.assertEqual([document.id for document in self.docs], ['py', 'rust', 'sql'])
        with self.assertRaises(ValueError):
            self.docs.index()

    def test_search(self):
        found = self.docs.search('program')
        self.assertEqual(self.ids(found), ['py'])
        self.assertLess(found[0][1], 0)
        self.assertEqual(self.docs.search(limit=1)[0][1], None)
        for sort in ({'year': 'DESC'}, '-year', ['-year', 'title']):
            self.assertEqual(self.ids(self.docs.search('lang* OR sqlite', sort=sort)), ['rust', 'sql'])
            self.assertEqual(self.ids(self.docs.query().fts('lang* OR sqlite').sort(*sort if isinstance(sort, list) else [],
                                      **sort if isinstance(sort, dict) else {'year': 'desc'}).execute()), ['rust', 'sql'])
        self.assertEqual(self.ids(self.docs.query().fts('lang* OR sqlite').sort('year', '-title').execute()), ['sql', 'rust'])
        for sort in (5, [5]):
            self.assertRaises(TypeError, self.docs.search, 'sqlite', sort=sort)
        with self.assertRaises(beaver.InvalidError):
            self.docs.search('C++')
        self.assertEqual(self.docs.search('C++', raw=False), [])
        self.assertEqual(self.ids(self.docs.search('Guido', on=['author.name'])), ['py'])
        self.assertEqual(self.ids(self.docs.search('langage', fuzzy=True)), ['rust'])
        self.assertEqual(self.ids(self.docs.match('rust langage', fuzziness=1)), ['rust'])
        self.assertEqual(self.ids(self.docs.search(where=[q('year') > 1995, q('title').contains('SQL')])), ['sql'])

    def test_hybrid(self):
        places = self.db.vectors('articles')
        for i, id in enumerate(['py', 'sql', 'rust', 'nobody']):
            places.set(id, [float(i), 1.0], {'n': i})
        found = self.docs.search('python', vectors=places, near=[2.0, 1.0], k=2)
        self.assertEqual(self.ids(found), ['py', 'rust', 'sql'])
        self.assertEqual([score for document, score in found], [1 / 60, 1 / 60, 1 / 61])
        self.assertEqual(self.ids(self.docs.search(vectors=places, near=[2.0, 1.0], k=1)), ['rust'])
        query = self.docs.query().fts('python').near(places, [0.0, 1.0], k=1, weight=2, metric='euclid')
        self.assertEqual(query.execute(), [(self.docs.get('py'), 3 / 60)])
        self.assertIn('reciprocal', query.explain().get_text())
        query = self.docs.query().near(places, [0.0, 1.0], metric='euclid', filters={'n': 1})
        self.assertEqual(self.ids(asyncio.run(query.execute_async())), ['sql'])
        self.assertEqual(self.ids(self.docs.search(vectors=places, near=[0, 1], where=[q('year') > 1995])), ['sql', 'rust'])
        for wrong in [dict(near=[1.0]), dict(vectors=places), dict(vectors=places, near=[0, 1], weight=0),
                      dict(vectors=places, near=[0, 1], k=0), dict(vectors=places, near=[])]:
            with self.assertRaises(beaver.InvalidError):
                self.docs.search('python', **wrong)
        with self.assertRaises(beaver.InvalidError):
            self.docs.search('python', vectors=places, near=[1.0, 2.0, 3.0])

    def test_builder(self):
        query = self.docs.query().where(q('year') >= 1991, q().author.name.exists(False)).sort(year='DESC').limit(5)
        self.assertEqual(self.ids(query.execute()), ['rust', 'sql'])
        self.assertEqual(self.ids(query.offset(1).execute()), ['sql'])
        self.assertEqual(self.ids(self.docs.query().where(q('tags')[-1] == 'fast').execute()), ['sql'])
        self.assertEqual(self.ids(self.docs.query().where(q('year').is_in([1991, 7])).execute()), ['py'])
        self.assertEqual(self.ids(self.docs.query().fts('database').execute()), ['sql'])
        with self.assertRaises(TypeError):
            self.docs.query().where(True)
        with self.assertRaises(TypeError):
            bool(q('a') == 1)

    def test_snippet(self):
        hit, = self.docs.query().fts('guido OR python', raw=True).snippet('<', '>', 5).execute()
        document, score = hit
        self.assertEqual((document.id, hit.document, hit.score), ('py', document, score))
        self.assertIn((hit.path, hit.snippet), [('title', '<Python> programming'), ('author.name', '<Guido>')])
        plain, = self.docs.search('sqlite')
        self.assertIsNone(plain.snippet)
        self.assertEqual(copy.deepcopy(hit).snippet, hit.snippet)

    def test_batch(self):
        with self.docs.batched() as batch:
            batch.index(id='a', body='first')
            batch.index(id='a', body='last')
            self.assertEqual(len(batch), 1)
        self.assertEqual(self.docs['a'], 'last')
        with self.assertRaises(ZeroDivisionError):
            with self.docs.batched() as batch:
                batch.index(id='b', body='x')
                1 / 0
        self.assertNotIn('b', self.docs)

    def test_async(self):
        async def main():
            await self.docs.index_async(id='async', body='awaited')
            document = await self.docs.get_async('async')
            found = await self.docs.search_async('awaited')
            return document, found
        document, found = asyncio.run(main())
        self.assertEqual(document, Document('async', 'awaited'))
        self.assertEqual(self.ids(found), ['async'])

    def test_rerank(self):
        a, b = self.docs.search('rust'), self.docs.search('lang* OR python')
        fused = beaver.rerank([a, b], weights=[1, 1])
        self.assertEqual(fused[0][0].id, 'rust')
        with self.assertRaises(beaver.InvalidError):
            beaver.rerank([a, b], weights=[1])

    def test_index(self):
        self.docs.add_index('year')
        self.assertEqual(self.docs.reindex(None), 3)
        told = []
        self.assertEqual(self.docs.reindex(lambda done, total: told.append((done, total))), 3)
        self.assertEqual(told[-1], (3, 3))

        async def reindex():
            return await self.docs.reindex_async(progress=lambda done, total: told.append('async')), await self.docs.reindex_async()

        self.assertEqual(asyncio.run(reindex()), (3, 3))
        self.assertEqual(told[-1], 'async')
        with self.assertRaises(ZeroDivisionError):
            self.docs.reindex(lambda done, total: 1 / 0)
        self.assertEqual(self.docs.reindex(), 3)
        info, = self.docs.list_indexes()
        self.assertTrue(info.get_used())
        self.assertEqual(self.ids(self.docs.search(where=[q('year') == 2000])), ['sql'])
        self.assertEqual(self.docs.query().where(q('year') == 2000).explain().get_indexed(), ['year'])

    def test_log_where(self):
        log = self.db.log('l', indexed=['level'])
        for i, level in enumerate(['info', 'error', 'info'], 1):
            log.log({'level': level}, timestamp=float(i))
        self.assertEqual(log.range(where=[q('level') == 'info']), [(1.0, {'level': 'info'}), (3.0, {'level': 'info'})])
        self.assertEqual(log.range(start=2.0, where=[q('level') == 'info'], order='DESC'), [(3.0, {'level': 'info'})])
        with self.assertRaises(TypeError):
            log.range(where=['x'])
        # a limit and an offset mean the same with conditions and without
        every = self.db.log('every')
        for i in range(20):
            every.log({'even': i % 2 == 0, 'any': 1}, timestamp=i)
        for where, least in (q('any') == 1, 1), (q('even') == True, 2):     # noqa: E712
            for order, limit, offset in itertools.product(('ASC', 'DESC'), (None, -1, 0, 1, 3, 100), (None, 0, 1, 5, 100)):
                stamps = [float(i) for i in range(2, 18, least)][::-1 if order == 'DESC' else 1][offset or 0:]
                if limit is not None and limit >= 0:
                    stamps = stamps[:limit]
                found = every.range(2, 17, limit, where, order, offset)
                self.assertEqual([stamp for stamp, _ in found], stamps, (order, limit, offset))
                if least == 1:
                    self.assertEqual(every.range(2, 17, limit, None, order, offset), found)


if __name__ == '__main__':
    tap_unittest.main()
