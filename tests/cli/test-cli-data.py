# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists, queues, documents, graphs, sketches, queries and indexes, each as processes."""
import json
import os
import subprocess

import tap_unittest
from command import COMMAND, SIGPIPE, CommandTest


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class List(CommandTest):
    def test_verbs(self):
        beaver = lambda *words, **options: self.beaver('list', 'l', *words, **options)   # noqa: E731
        beaver('push', 'b')
        beaver('prepend', 'a')
        beaver('push', '{"c": 1}')
        beaver('insert', '1', '5')
        self.assertEqual(lines(beaver('items')), [{'index': 0, 'value': 'a'}, {'index': 1, 'value': 5}, {'index': 2, 'value': 'b'},
                                                  {'index': 3, 'value': {'c': 1}}])
        self.assertEqual(beaver('get', '-1'), '{"c": 1}\n')
        beaver('set', '1', '6')
        self.assertEqual(beaver('get', '1'), '6\n')
        self.assertEqual(beaver('index', 'b'), '2\n')
        self.assertEqual(beaver('contains', '6'), 'true\n')
        run = self.run_command('app.db', 'list', 'l', 'contains', 'x')
        self.assertEqual((run.code, run.out), (3, 'false\n'))
        beaver('remove', '1')
        self.assertEqual(beaver('pop'), '{"c": 1}\n')
        self.assertEqual(beaver('deque'), '"a"\n')
        self.assertEqual(beaver('count'), '1\n')
        self.assertEqual(beaver('clear'), '1\n')
        self.refused(4, 'empty', 'app.db', 'list', 'l', 'pop')
        self.refused(3, '', 'app.db', 'list', 'l', 'get', '0')
        self.refused(2, 'no whole number', 'app.db', 'list', 'l', 'get', 'first')
        self.refused(3, 'no such value', 'app.db', 'list', 'l', 'index', 'x')
        self.assertEqual(self.beaver('list'), '')
        self.assert_clean()

    def test_many_and_a_closed_pipe(self):
        self.beaver('list', 'l', 'push', '--lines', stdin=''.join(f'value {i} {"x" * 400}\n' for i in range(1500)))
        self.assertEqual(self.beaver('list', 'l', 'count'), '1500\n')
        process = self.start('app.db', 'list', 'l', 'items')
        process.line()
        process.close_output()
        self.assertEqual(process.end().code, -SIGPIPE)

    def test_lines_are_what_they_are(self):
        self.beaver('list', 'l', 'push', '--lines', '--string', stdin='  a \n\nb\t\r\nc')
        self.assertEqual([row['value'] for row in lines(self.beaver('list', 'l', 'items'))], ['  a ', '', 'b\t', 'c'])
        self.refused(2, 'NUL', 'app.db', 'list', 'l', 'push', '--lines', stdin='a\0b\n')
        self.assertEqual(self.beaver('list', 'l', 'count'), '4\n')

    def test_output_does_not_take_the_place_of_the_database(self):
        self.beaver('list', 'l', 'push', 'a')
        self.beaver('blob', 'b', 'put', 'k', stdin='x')
        os.link(self.path('app.db'), self.path('other'))
        for words in (['dump', '-o', 'app.db'], ['list', 'l', 'dump', '-o', './other'], ['blob', 'b', 'get', 'k', 'app.db']):
            self.refused(1, 'in use', 'app.db', *words)
        self.assertEqual(self.beaver('list', 'l', 'count'), '1\n')

    def test_nor_of_what_stands_beside_it(self):
        """Named by a symbolic link, the database has its log where the link leads to."""
        os.mkdir(self.path('elsewhere'))
        os.symlink('elsewhere/real.db', self.path('app.db'))
        self.beaver('blob', 'b', 'put', 'k', stdin='x')
        listener = self.start('app.db', 'events', 't', 'listen', 'e', '--count', '1')
        self.retry(lambda: os.path.exists(self.path('elsewhere/real.db-wal')))
        self.beaver('list', 'l', 'push', 'a')
        for suffix in ('', '-wal', '-shm'):
            for words in (['dump', '-o'], ['blob', 'b', 'get', 'k']):
                self.refused(1, 'in use', 'app.db', *words, 'elsewhere/real.db' + suffix)
        self.assertGreater(json.loads(self.beaver('info'))['wal_bytes'], 0)
        self.assertIsNotNone(json.loads(self.beaver('top', '--count', '1'))['commit_rate'])

        def tell():
            self.beaver('events', 't', 'emit', 'e')
            return listener.popen.poll() is not None
        self.retry(tell)
        self.assertEqual(self.beaver('check'), '')

    def test_two_at_once_lose_nothing(self):
        both = [subprocess.Popen([COMMAND, 'app.db', 'list', 'l', 'push', '--lines'], cwd=self.directory, env=self.env,
                                 stdin=subprocess.PIPE) for _ in range(2)]
        for process in both:
            process.stdin.write(''.join(f'{i}\n' for i in range(200)).encode())
            process.stdin.close()
        self.assertEqual([process.wait(120) for process in both], [0, 0])
        self.assertEqual(self.beaver('list', 'l', 'count'), '400\n')

    def test_on_a_terminal(self):
        self.beaver('list', 'l', 'push', 'a')
        terminal = self.terminal('app.db', 'list', 'l', 'items')
        self.assertEqual(terminal.end().code, 0)
        self.assertEqual([line.split() for line in terminal.screen.lines[:2]], [['INDEX', 'VALUE'], ['0', '"a"']])


class Queue(CommandTest):
    def test_both_spellings(self):
        beaver = lambda *words, **options: self.beaver('queue', 'q', *words, **options)   # noqa: E731
        beaver('put', '{"a": 1}', '--priority', '5')
        beaver('put', '1', 'urgent')
        self.assertEqual(json.loads(beaver('peek'))['data'], 'urgent')
        self.assertEqual([(item['priority'], item['data']) for item in lines(beaver('items'))], [(1.0, 'urgent'), (5.0, {'a': 1})])
        self.assertEqual(json.loads(beaver('get'))['data'], 'urgent')
        self.assertEqual(json.loads(beaver('get', '--block', '--timeout', '5'))['data'], {'a': 1})
        for words in (['get', '--no-block'], ['get', '--timeout', '0.05'], ['peek']):
            self.refused(4, '', 'app.db', 'queue', 'q', *words)
        self.refused(2, 'no number', 'app.db', 'queue', 'q', 'put', 'soon', 'x')
        self.refused(2, 'twice', 'app.db', 'queue', 'q', 'put', '1', 'x', '--priority', '2')
        beaver('put', '--lines', stdin='1\n2\n')
        self.assertEqual(beaver('count'), '2\n')
        self.assertEqual(beaver('clear'), '2\n')
        self.assert_clean()

    def test_get_waits(self):
        process = self.start('app.db', 'queue', 'q', 'get')
        self.beaver('queue', 'q', 'put', 'here')
        self.assertEqual(json.loads(process.line())['data'], 'here')
        self.assertEqual(process.end().code, 0)

    def test_work(self):
        self.beaver('queue', 'q', 'put', '--lines', stdin='{"n": 1}\ntwo\n')
        run = self.run_command('app.db', 'queue', 'q', 'work', '--count', '2', '--', 'sh', '-c', 'cat; echo "$BEAVER_QUEUE_NAME $BEAVER_JOB_ATTEMPT"')
        self.assertEqual((run.code, run.out), (0, '{"n": 1}\nq 1\n"two"\nq 1\n'))
        self.assertEqual(json.loads(self.beaver('queue', 'q', 'jobs')), {'waiting': 0, 'delayed': 0, 'claimed': 0, 'dead': 0})
        self.assertEqual(self.run_command('app.db', 'queue', 'q', 'work', '--timeout', '0.05', 'cat').code, 124)
        self.assert_clean()

    def test_work_that_fails_comes_again_and_dies(self):
        self.beaver('queue', 'q', 'put', 'job', '--attempts', '2')
        run = self.run_command('app.db', 'queue', 'q', 'work', '--count', '2', '--delay', '0', '--', 'sh', '-c', 'echo $BEAVER_JOB_ATTEMPT; exit 3')
        self.assertEqual((run.code, run.out), (0, '1\n2\n'))
        dead = json.loads(self.beaver('queue', 'q', 'dead'))
        self.assertEqual((dead['data'], dead['attempts']), ('job', 2))
        self.assertIn('3', dead['reason'])
        self.assertEqual(self.beaver('queue', 'q', 'requeue'), '1\n')
        self.assertEqual(json.loads(self.beaver('queue', 'q', 'get'))['data'], 'job')
        self.assertEqual(self.beaver('queue', 'q', 'purge'), '0\n')

    def test_a_missing_command_burns_no_jobs(self):
        self.beaver('queue', 'q', 'put', 'job')
        run = self.run_command('app.db', 'queue', 'q', 'work', 'no-such-command-anywhere')
        self.assertEqual(run.code, 127)
        self.assertEqual(self.beaver('queue', 'q', 'count'), '1\n')

    def test_ctrl_c_gives_the_job_back(self):
        self.beaver('queue', 'q', 'put', 'job')
        terminal = self.terminal('app.db', 'queue', 'q', 'work', '--', 'sh', '-c', 'echo running; read a; read b < /dev/tty')
        terminal.until(lambda screen: 'running' in screen.text)
        self.assertEqual(json.loads(self.beaver('queue', 'q', 'jobs'))['claimed'], 1)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)
        self.assertEqual(json.loads(self.beaver('queue', 'q', 'get', '--no-block'))['data'], 'job')

    def test_two_workers_do_every_job_once(self):
        self.beaver('queue', 'q', 'put', '--lines', stdin=''.join(f'{i}\n' for i in range(30)))
        both = [self.start('app.db', 'queue', 'q', 'work', '--timeout', '0', 'cat') for _ in range(2)]
        runs = [process.end() for process in both]
        self.assertEqual([run.code for run in runs], [124, 124])
        self.assertEqual(sorted(int(line) for run in runs for line in run.out.splitlines()), list(range(30)))


class Blob(CommandTest):
    def test_files_and_pipes(self):
        data = bytes(range(256)) * 4000
        with open(self.path('in.bin'), 'wb') as file:
            file.write(data)
        self.beaver('blob', 'b', 'put', 'k', 'in.bin', '--metadata', '{"type": "image"}')
        self.beaver('blob', 'b', 'put', 'empty', stdin='')
        self.beaver('blob', 'b', 'get', 'k', 'out.bin')
        with open(self.path('out.bin'), 'rb') as file:
            self.assertEqual(file.read(), data)
        done = subprocess.run([COMMAND, 'app.db', 'blob', 'b', 'get', 'k'], cwd=self.directory, env=self.env, stdout=subprocess.PIPE,
                              check=True, timeout=240)
        self.assertEqual(done.stdout, data)
        self.assertEqual(lines(self.beaver('blob', 'b', 'items')), [{'key': 'empty', 'size': 0}, {'key': 'k', 'size': len(data)}])
        self.assertEqual(self.beaver('blob', 'b', 'metadata', 'k'), '{"type": "image"}\n')
        self.assertEqual(self.beaver('blob', 'b', 'contains', 'k'), 'true\n')
        self.beaver('blob', 'b', 'del', 'k')
        self.refused(3, 'k', 'app.db', 'blob', 'b', 'get', 'k', 'out.bin')
        with open(self.path('out.bin'), 'rb') as file:
            self.assertEqual(len(file.read()), len(data))
        self.refused(1, 'none.bin', 'app.db', 'blob', 'b', 'put', 'x', 'none.bin')
        self.assertEqual(self.beaver('blob', 'b', 'count'), '1\n')
        self.assert_clean()


class Docs(CommandTest):
    def test_verbs(self):
        self.assertEqual(self.beaver('docs', 'd', 'index', '{"name": "Ann", "age": 30}', '--id', 'ann'), '"ann"\n')
        self.assertEqual(self.beaver('docs', 'd', 'index', '-', stdin='{"id": "bob", "name": "Bob", "age": 12}'), '"bob"\n')
        new = json.loads(self.beaver('docs', 'd', 'index', '{"name": "Carl"}'))
        self.assertEqual(json.loads(self.beaver('docs', 'd', 'get', new)), {'name': 'Carl'})
        self.assertEqual([item['body'] for item in lines(self.beaver('docs', 'd', 'items')) if item['id'] == 'ann'], [{'name': 'Ann', 'age': 30}])
        self.beaver('docs', 'd', 'drop', new)
        self.refused(3, new, 'app.db', 'docs', 'd', 'get', new)
        self.assertEqual(self.beaver('docs', 'd', 'count'), '2\n')
        self.assertEqual(self.beaver('docs'), '"d"\n')
        self.assertEqual(self.beaver('docs', 'd', 'clear'), '2\n')
        self.assert_clean()

    def test_files(self):
        with open(self.path('people.jsonl'), 'w', encoding='utf-8') as file:
            file.write('{"id": "a", "x": 1}\n\n{"id": "b", "x": 2}\n')
        with open(self.path('people.json'), 'w', encoding='utf-8') as file:
            json.dump([{'id': 'c'}, {'id': 'd'}], file)
        self.assertEqual(lines(self.beaver('docs', 'd', 'index', 'people.jsonl')), ['a', 'b'])
        self.assertEqual(lines(self.beaver('docs', 'd', 'index', 'people.json')), ['c', 'd'])
        self.assertEqual(lines(self.beaver('docs', 'd', 'index', '--lines', stdin='{"id": "e"}\n')), ['e'])
        # blanks before it, numbers that fit no machine word, and text in which brackets are no brackets
        self.assertEqual(lines(self.beaver('docs', 'd', 'index', stdin='\n {"id": "blank"}')), ['blank'])
        array = '[{"id": "big", "n": 123456789012345678901234, "t": "],[\\"}"},\n {"id": "deep", "n": [[1, {"a": []}], -0.0]}]'
        self.assertEqual(lines(self.beaver('docs', 'd', 'index', stdin=array)), ['big', 'deep'])
        self.assertEqual([json.loads(self.beaver('docs', 'd', 'get', name)) for name in ('big', 'deep')], json.loads(array))
        self.assertEqual(self.beaver('docs', 'd', 'index', stdin=' [ ] '), '')
        # what stands behind a NUL is not lost without a word
        count = self.beaver('docs', 'd', 'count')
        with open(self.path('nul.jsonl'), 'wb') as file:
            file.write(b'{"id": "x"}\n\0\n{"id": "y"}\n')
        self.refused(2, 'NUL', 'app.db', 'docs', 'd', 'index', 'nul.jsonl')
        self.refused(2, 'NUL', 'app.db', 'docs', 'd', 'index', stdin='{"id": "z"}\0garbage')
        self.assertEqual(self.beaver('docs', 'd', 'count'), count)
        with open(self.path('bad.jsonl'), 'w', encoding='utf-8') as file:
            file.write('{"id": "f"}\n{oops\n')
        self.refused(2, '', 'app.db', 'docs', 'd', 'index', 'bad.jsonl')

    def test_search(self):
        for name, text in (('dam', 'The beaver builds a dam'), ('wide', 'The river is wide'), ('swim', 'A beaver swims in the river')):
            self.beaver('docs', 'd', 'index', json.dumps({'id': name, 'text': text, 'words': len(text.split())}), '--fuzzy')
        ids = lambda *words: sorted(hit['id'] for hit in lines(self.beaver('docs', 'd', *words)))   # noqa: E731
        self.assertEqual(ids('search', 'beaver'), ['dam', 'swim'])
        self.assertEqual(ids('match', 'rivers'), ['swim', 'wide'])
        self.assertEqual(ids('match', 'rivers', '--on', 'words'), [])
        self.assertIn('[river]', self.beaver('docs', 'd', 'search', 'river'))
        self.assertEqual(ids('search', '--where', 'words >= 5'), ['dam', 'swim'])
        self.assertEqual(ids('search', '--where', 'words = 4'), ['wide'])
        self.assertEqual(ids('search', 'beaver', '--where', 'words != 5'), ['swim'])
        self.assertEqual(ids('search', '--where', 'text contains dam'), ['dam'])
        self.assertEqual(ids('search', '--where', 'words in [4, 5]', '--where', 'text'), ['dam', 'wide'])
        self.assertEqual([hit['id'] for hit in lines(self.beaver('docs', 'd', 'search', '--sort', '-words', '--limit', '2'))], ['swim', 'dam'])
        self.assertEqual(ids('search', 'beaver buids', '--fuzziness', '1'), ['dam'])
        terminal = self.terminal('app.db', 'docs', 'd', 'search', 'dam')
        self.assertEqual(terminal.end().code, 0)
        self.assertIn('FOUND', terminal.screen.lines[0])

    def test_E11_collections_of_1_3(self):
        self.beaver('collection', 'c', 'index', '{"id": "a", "body": "text"}', '--no-fts')
        self.beaver('collection', 'c', 'connect', 'a', 'b', 'knows', '--metadata', '{"since": 2020}')
        self.beaver('collection', 'c', 'connect', 'b', 'd', 'knows')
        self.assertEqual(lines(self.beaver('collection', 'c', 'neighbors', 'a', '--label', 'knows')), ['b'])
        self.assertEqual([visit['node'] for visit in lines(self.beaver('collection', 'c', 'walk', 'a', '--labels', 'knows', '--depth', '2'))], ['b', 'd'])
        self.assertEqual(json.loads(self.beaver('collection', 'c', 'get', 'a')), {'id': 'a', 'body': 'text'})
        self.assertEqual(self.beaver('collection', 'c', 'match', 'text'), '')


class Fields(CommandTest):
    def setUp(self):
        super().setUp()
        self.beaver('log', 'l', 'append', '--lines', stdin=''.join(json.dumps({'ms': i, 'user': {'name': 'ann' if i % 2 else 'bob'}}) + '\n' for i in range(10)))

    def test_queries(self):
        self.assertEqual([entry['data']['ms'] for entry in lines(self.beaver('log', 'l', 'query', '--where', 'ms between [3, 5]'))], [3, 4, 5])
        self.assertEqual(len(lines(self.beaver('log', 'l', 'query', '-w', 'user.name = ann', '-w', 'ms < 4'))), 2)
        self.beaver('dict', 'd', 'update', '{"a": {"n": 1}, "b": {"n": 2}, "c": 3}')
        self.assertEqual([row['key'] for row in lines(self.beaver('dict', 'd', 'query', '--where', 'n > 1'))], ['b'])
        self.assertEqual([row['key'] for row in lines(self.beaver('dict', 'd', 'query', '--where', 'n', '--sort', '-n'))], ['b', 'a'])
        self.refused(2, 'quote it', 'app.db', 'log', 'l', 'query', '--where', 'ms in [1, 2')

    def test_D63_indexes_are_listed(self):
        self.assertEqual(self.beaver('log', 'l', 'indexes'), '')
        self.beaver('log', 'l', 'add-index', 'ms')
        index = json.loads(self.beaver('log', 'l', 'indexes'))
        self.assertEqual((index['field'], index['complete'], index['rows']), ('ms', True, 10))
        self.assertIn('ms', json.loads(self.beaver('log', 'l', 'explain', '--where', 'ms = 3'))['plan'] + json.dumps(lines(self.beaver('log', 'l', 'explain', '--where', 'ms = 3'))))
        self.beaver('log', 'l', 'reindex')
        self.assertIn('ms', self.beaver('log', 'l', 'indexes', '--table'))
        self.beaver('log', 'l', 'remove-index', 'ms')
        self.assertEqual(self.beaver('log', 'l', 'indexes'), '')


class Graph(CommandTest):
    def test_verbs(self):
        for edge in (['a', 'b'], ['b', 'c'], ['c', 'd'], ['a', 'd']):
            self.beaver('graph', 'g', 'link', *edge, 'knows')
        self.beaver('graph', 'g', 'link', 'd', 'say "hi"', 'likes', '--metadata', '{"weight": 2}')
        self.assertEqual(lines(self.beaver('graph', 'g', 'edges', '--source', 'd')), [{'source': 'd', 'label': 'likes', 'target': 'say "hi"', 'metadata': {'weight': 2}}])
        self.assertEqual(lines(self.beaver('graph', 'g', 'neighbours', 'a')), ['b', 'd'])
        self.assertEqual(lines(self.beaver('graph', 'g', 'neighbours', 'd', '--direction', 'in')), ['a', 'c'])
        self.assertEqual([(visit['depth'], visit['node']) for visit in lines(self.beaver('graph', 'g', 'walk', 'a', '--label', 'knows'))],
                         [(1, 'b'), (1, 'd'), (2, 'c')])
        self.assertEqual(self.beaver('graph', 'g', 'path', 'a', 'say "hi"', '--text'), 'a\nd\nsay "hi"\n')
        self.refused(3, 'no way', 'app.db', 'graph', 'g', 'path', 'd', 'a')
        self.assertEqual(self.beaver('graph', 'g', 'labels', '--text'), 'knows\nlikes\n')
        dot = self.beaver('graph', 'g', 'edges', '--dot')
        self.assertTrue(dot.startswith('digraph "g" {\n') and dot.endswith('}\n'), dot)
        self.assertIn('"d" -> "say \\"hi\\"" [label="likes"];', dot)
        self.assertEqual(self.beaver('graph', 'g', 'linked', 'a', 'b', 'knows'), 'true\n')
        self.beaver('graph', 'g', 'unlink', 'a', 'b', 'knows')
        self.assertEqual(self.run_command('app.db', 'graph', 'g', 'linked', 'a', 'b', 'knows').code, 3)
        self.refused(2, 'no direction', 'app.db', 'graph', 'g', 'walk', 'a', '--direction', 'up')
        self.assertEqual(self.beaver('graph', 'g', 'count'), '4\n')
        terminal = self.terminal('app.db', 'graph', 'g', 'walk', 'a')
        self.assertEqual(terminal.end().code, 0)
        self.assertEqual(terminal.screen.lines[0].split(), ['DEPTH', 'NODE', 'PATH'])
        self.assert_clean()


class Vectors(CommandTest):
    def test_verbs(self):
        self.beaver('vectors', 'v', 'set', 'x', '[1, 0]', '--metadata', '{"n": 1}')
        self.beaver('vectors', 'v', 'set', 'y', '[0, 1.5]')
        self.beaver('vectors', 'v', 'set', 'z', '-', stdin='[0.9, 0.1]')
        self.assertEqual(self.beaver('vectors', 'v', 'get', 'z'), '[0.9, 0.1]\n')
        self.assertEqual([hit['id'] for hit in lines(self.beaver('vectors', 'v', 'near', '[1, 0.01]', '--k', '2'))], ['x', 'z'])
        self.assertEqual([hit['id'] for hit in lines(self.beaver('vectors', 'v', 'near', '[0, 9]', '-k', '1', '--metric', 'euclid'))], ['y'])
        self.assertEqual(lines(self.beaver('vectors', 'v', 'items'))[0], {'id': 'x', 'vector': [1, 0], 'metadata': {'n': 1}})
        self.assertEqual([hit['id'] for hit in lines(self.beaver('collection', 'v', 'search', '[0, 1]', '--k', '1'))][:1], ['y'])
        self.beaver('vectors', 'v', 'delete', 'y')
        self.assertEqual(self.run_command('app.db', 'vectors', 'v', 'contains', 'y').code, 3)
        for bad in ('x', '[]', '[1, "a"]', '{"a": 1}'):
            self.refused(2, 'array of numbers', 'app.db', 'vectors', 'v', 'near', bad)
        self.refused(2, '--metric', 'app.db', 'vectors', 'v', 'near', '[1, 0]', '--metric', 'far')
        self.refused(3, 'y', 'app.db', 'vectors', 'v', 'get', 'y')
        self.assertEqual(self.beaver('vectors', 'v', 'count'), '2\n')
        self.assert_clean()


class Sketch(CommandTest):
    def test_verbs(self):
        small = ('--capacity', '1000')
        self.beaver('sketch', 's', 'add', 'ann', '5', *small)
        self.beaver('sketch', 's', 'add', '--lines', *small, stdin=''.join(f'user {i}\n' for i in range(500)))
        self.assertEqual(self.beaver('sketch', 's', 'contains', 'ann', *small), 'true\n')
        self.assertEqual(self.beaver('sketch', 's', 'contains', 'user 7', *small), 'true\n')
        run = self.run_command('app.db', 'sketch', 's', 'contains', 'somebody else', *small)
        self.assertEqual((run.code, run.out), (3, 'false\n'))
        self.assertAlmostEqual(int(self.beaver('sketch', 's', 'count', *small)), 502, delta=25)
        self.assertEqual(self.beaver('sketch'), '"s"\n')
        self.beaver('sketch', 's', 'clear', *small)
        self.assertEqual(self.beaver('sketch', 's', 'count', *small), '0\n')

    def test_how_it_was_made_need_not_be_said_again(self):
        self.beaver('sketch', 's', 'add', 'ann', '--capacity', '1000', '--error', '0.05')
        self.beaver('sketch', 's', 'add', 'bob')
        self.assertEqual(self.beaver('sketch', 's', 'contains', 'ann'), 'true\n')
        self.assertEqual(self.beaver('sketch', 's', 'count'), '2\n')
        self.refused(2, 'capacity', 'app.db', 'sketch', 's', 'add', 'carl', '--capacity', '5000')
        self.beaver('sketch', 's', 'clear')
        self.assertEqual(self.beaver('sketch', 's', 'count'), '0\n')

    def test_info_shows_sketches_of_any_size(self):
        self.beaver('sketch', 's', 'add', 'ann', '--capacity', '1000')
        self.assertEqual(json.loads(self.beaver('info'))['structures'], [{'kind': 'sketch', 'name': 's', 'count': 1}])


class Transfer(CommandTest):
    def setUp(self):
        super().setUp()
        self.beaver('dict', 'd', 'update', '{"a": 1, "b": [2, "\u00e9"]}')
        self.beaver('log', 'l', 'append', '5', '--timestamp', '100')
        self.beaver('list', 'l', 'push', 'x')

    def test_one_structure(self):
        dump = json.loads(self.beaver('dict', 'd', 'dump'))
        self.assertEqual((dump['metadata']['name'], dump['metadata']['count']), ('d', 2))
        self.assertEqual({item['key']: item['value'] for item in dump['items']}, {'a': 1, 'b': [2, '\u00e9']})
        for option in ('--json', '--raw', '--jsonl'):
            out = self.beaver('dict', 'd', 'dump', option)
            self.assertEqual(self.beaver('dict', 'copy', 'load', stdin=out), '2\n', option)
            self.assertEqual(self.beaver('dict', 'copy', 'items'), self.beaver('dict', 'd', 'items'))
        self.beaver('dict', 'd', 'dump', '-o', 'd.json')
        self.beaver('dict', 'copy', 'set', 'c', '3')
        self.beaver('dict', 'copy', 'load', 'd.json', '--append')
        self.assertEqual(self.beaver('dict', 'copy', 'count'), '3\n')
        self.beaver('dict', 'copy', 'load', 'd.json')
        self.assertEqual(self.beaver('dict', 'copy', 'count'), '2\n')

    def test_bad_dumps_change_nothing(self):
        for text in ('', 'nonsense', '{"items": [{"key": 1}]}', '{"items": [', '{"metadata": {"type": "List"}, "items": []}'):
            run = self.run_command('app.db', 'dict', 'd', 'load', stdin=text)
            if text:
                self.assertNotEqual(run.code, 0, text)
                self.assertEqual(self.beaver('dict', 'd', 'count'), '2\n', text)

    def test_all_structures(self):
        out = self.beaver('dump')
        run = self.run_command('other.db', 'load', stdin=out)
        self.assertEqual((run.code, run.out), (0, '4\n'), run)
        info = lambda name: self.run_command(name, 'info').values[0]['structures']   # noqa: E731
        self.assertEqual(info('other.db'), info('app.db'))
        self.assert_clean()

    def test_a_file_is_replaced_and_nothing_else(self):
        self.beaver('blob', 'b', 'put', 'k', stdin='bytes')
        for words, expected in ((['dict', 'd', 'dump', '--raw', '-o'], '"items"'), (['blob', 'b', 'get', 'k'], 'bytes')):
            with self.subTest(words=words):
                with open(self.path('file'), 'w', encoding='utf-8') as file:
                    file.write('older')
                os.chmod(self.path('file'), 0o600)
                os.symlink('file', self.path('link'))
                os.mkfifo(self.path('fifo'))
                # a link stays one, and a file that others may not read
                self.beaver(*words, 'link')
                self.assertTrue(os.path.islink(self.path('link')))
                self.assertEqual(os.stat(self.path('file')).st_mode & 0o777, 0o600)
                with open(self.path('file'), encoding='utf-8') as file:
                    self.assertIn(expected, file.read())
                # nobody reads, and somebody does
                run = self.run_command('app.db', *words, 'fifo')
                self.assertEqual((run.code, run.err.count('\n')), (1, 1), run)
                hold = os.open(self.path('fifo'), os.O_RDWR | os.O_NONBLOCK)
                self.assertEqual(self.beaver(*words, 'fifo'), '')
                self.assertIn(expected, os.read(hold, 65536).decode())
                os.close(hold)
                # /dev/stdout is a link to this one
                self.assertIn(expected, self.beaver(*words, '/proc/self/fd/1') if os.path.exists('/proc/self/fd') else expected)
                for path in ('.', 'none/file'):
                    self.assertIn(self.run_command('app.db', *words, path).code, (1, 2, 3), path)
                for name in ('file', 'link', 'fifo'):
                    os.remove(self.path(name))
        self.assertEqual(os.listdir(self.directory), ['app.db'])

    def test_copies(self):
        for command in ('backup', 'export'):
            self.beaver(command, f'{command}.db')
            self.assertEqual(self.run_command(f'{command}.db', 'dict', 'd', 'get', 'a').out, '1\n')
        self.beaver('backup', 'backup.db')
        self.refused(1, 'export.db', 'app.db', 'export', 'export.db')
        self.refused(3, 'no file', 'typo.db', 'backup', 'x.db')
        self.assert_clean()


if __name__ == '__main__':
    tap_unittest.main()
