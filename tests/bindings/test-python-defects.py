# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Defects of the original that only its users in Python could see; doc/defects.md has the whole table."""
import queue
import re

import tap_unittest
from py_beaver import Case

import beaver
from beaver import q

WAIT = 60
KINDS = ('dict', 'list', 'queue', 'log', 'channel', 'blob', 'docs', 'graph', 'vectors', 'sketch')


class Defects(Case):
    def test_D22_E17_keyword_calls_tell_too(self):
        got = queue.Queue()
        graph = self.db.graph('g')
        graph.on('link', got.put)
        graph.link(source='a', target='b', label='knows')
        graph.link('a', 'c', label='knows')
        self.assertEqual([got.get(timeout=WAIT)['target'] for _ in range(2)], ['b', 'c'])
        settings = self.db.dict('settings')
        settings.on('set', got.put)
        settings.set(key='theme', value='dark')
        self.assertEqual(got.get(timeout=WAIT), {'key': 'theme'})

    def test_D23_off_and_query_work(self):
        got = queue.Queue()
        settings = self.db.dict('settings')
        handler = settings.on('set', got.put)
        settings['a'] = {'n': 1}
        self.assertEqual(got.get(timeout=WAIT), {'key': 'a'})
        self.assertIsNone(handler.off())        # no coroutine that nobody awaits
        settings['b'] = {'n': 2}
        done = self.db.dict('done')
        done.on('set', got.put)
        done['x'] = 1
        self.assertEqual(got.get(timeout=WAIT), {'key': 'x'})
        self.assertTrue(got.empty())

    def test_D60_errors_say_it_once(self):
        settings = self.db.dict('settings')
        with self.assertRaises(KeyError) as caught:
            settings['missing']
        self.assertNotIn('"\'', str(caught.exception))
        self.assertIn('missing', str(caught.exception))
        with self.assertRaises(IndexError):
            self.db.list('l')[3]
        with self.assertRaises(TypeError):
            settings[3.5] = object()

    def test_D64_log_has_indexed(self):
        log = self.db.log('visits', indexed=['user'])
        for number in range(20):
            log.log({'user': f'u{number % 4}', 'n': number})
        self.assertEqual([entry[1]['n'] for entry in log.range(where=[q('user') == 'u1'])], [1, 5, 9, 13, 17])

    def test_D66_what_is_declared_is_there(self):
        self.assertTrue(callable(self.db.channel('news').subscribe))
        for kind in KINDS:
            manager = getattr(self.db, kind)('name of ' + kind)
            for name in dir(manager):
                if not name.startswith('_'):
                    getattr(type(manager), name)
            for method in ('on', 'off', 'count', 'clear'):
                self.assertTrue(callable(getattr(manager, method)), f'{kind}.{method}')

    def test_E16_vectors_set_again_have_one_place(self):
        vectors = self.db.vectors('v')
        vectors.set('a', [1.0, 0.0])
        vectors.set('b', [0.0, 1.0])
        self.assertEqual([hit.id for hit in vectors.near([1.0, 0.0], 2)], ['a', 'b'])
        vectors.set('a', [0.0, -1.0])
        self.assertEqual([hit.id for hit in vectors.near([0.0, -1.0], 2)], ['a', 'b'])
        scores = {hit.id: hit.score for hit in vectors.near([1.0, 0.0], 5)}
        self.assertEqual(sorted(scores), ['a', 'b'])            # neither twice, nor where it was
        self.assertAlmostEqual(scores['a'], scores['b'], places=5)
        vectors.remove('a')
        self.assertEqual([hit.id for hit in vectors.near([0.0, -1.0], 5)], ['b'])
        vectors.set('a', [1.0, 0.0])
        self.assertEqual([hit.id for hit in vectors.near([1.0, 0.0], 1)], ['a'])

    def test_E22_what_the_package_offers_can_be_imported(self):
        for name in beaver.__all__:
            self.assertTrue(hasattr(beaver, name), name)
            self.assertTrue(re.fullmatch(r'\w+', name))


if __name__ == '__main__':
    tap_unittest.main()
