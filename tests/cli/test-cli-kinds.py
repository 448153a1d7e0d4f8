# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sub-commands, each as processes: in pipes, on a terminal, interrupted, cut off, two at once."""
import json
import os
import re
import subprocess

import tap_unittest
from command import COMMAND, SIGINT, SIGPIPE, SIGTERM, CommandTest


class Dict(CommandTest):
    def test_verbs(self):
        beaver = lambda *words: self.beaver('dict', 'd', *words)   # noqa: E731
        self.assertEqual(beaver('set', 'k', '{"b": 1, "a": 2}'), '')
        self.assertEqual(beaver('get', 'k'), '{"b": 1, "a": 2}\n')
        self.assertEqual(beaver('contains', 'k'), 'true\n')
        self.assertEqual(beaver('fetch', 'k'), '{"b": 1, "a": 2}\n')
        self.assertEqual(beaver('fetch', 'x', '--default', '[1]'), '[1]\n')
        self.assertEqual(beaver('fetch', 'x'), '')
        self.assertEqual(beaver('pop', 'k'), '{"b": 1, "a": 2}\n')
        self.assertEqual(beaver('pop', 'k', '--default', 'none'), '"none"\n')
        self.assertEqual(beaver('count'), '0\n')
        self.assertEqual(beaver('increment', 'n'), '1\n')
        self.assertEqual(beaver('incr', 'n', '41'), '42\n')
        beaver('update', '{"a": 1, "b": [2]}')
        self.assertEqual(beaver('keys', '--text'), 'a\nb\nn\n')
        self.assertEqual(beaver('keys', 'a', '--text'), 'a\n')
        beaver('delete', 'a')
        self.assertEqual(beaver('clear'), '2\n')
        self.assert_clean()

    def test_time_to_live(self):
        self.beaver('dict', 'd', 'set', 'k', '1', '--ttl', '2h')
        self.assertAlmostEqual(float(self.beaver('dict', 'd', 'ttl', 'k')), 7200, delta=120)
        self.beaver('dict', 'd', 'ttl', 'k', 'none')
        self.assertEqual(self.beaver('dict', 'd', 'ttl', 'k'), 'null\n')
        self.beaver('dict', 'd', 'ttl', 'k', '7d')
        self.assertAlmostEqual(float(self.beaver('dict', 'd', 'ttl', 'k')), 7 * 86400, delta=120)

    def test_only_when(self):
        self.beaver('dict', 'd', 'set', 'k', '1', '--absent')
        self.refused(1, '“k”', 'app.db', 'dict', 'd', 'set', 'k', '2', '--absent')
        self.beaver('dict', 'd', 'set', 'k', '2', '--expect', '1')
        self.refused(1, '“k”', 'app.db', 'dict', 'd', 'set', 'k', '3', '--expect', '1')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), '2\n')

    def test_two_at_once_lose_nothing(self):
        rounds = 40
        script = f'for i in $(seq {rounds}); do "$0" app.db dict d incr n || exit 1; done'
        both = [subprocess.Popen(['sh', '-c', script, COMMAND], cwd=self.directory, env=self.env, stdout=subprocess.DEVNULL)
                for _ in range(2)]
        for process in both:
            self.assertEqual(process.wait(120), 0)
        self.assertEqual(self.beaver('dict', 'd', 'get', 'n'), f'{2 * rounds}\n')
        self.assert_clean()

    def test_a_closed_pipe_ends_quietly(self):
        self.beaver('dict', 'd', 'update', '-', stdin=json.dumps({f'key {i}': 'x' * 1000 for i in range(2000)}))
        process = self.start('app.db', 'dict', 'd', 'items')
        self.assertIn('key 0', process.line())
        process.close_output()
        run = process.end()
        self.assertEqual((run.code, run.err), (-SIGPIPE, ''))
        self.assert_clean()

    def test_busy(self):
        self.beaver('dict', 'd', 'set', 'k', '1')
        import sqlite3
        other = sqlite3.connect(self.path('app.db'), isolation_level=None)
        other.execute('BEGIN IMMEDIATE')
        self.refused(5, '', 'app.db', '--busy-timeout', '0.05', 'dict', 'd', 'set', 'k', '2')
        # Ctrl-C while it waits for the other
        process = self.start('app.db', 'dict', 'd', 'set', 'k', '3')
        process.until_it_catches(SIGINT)
        process.send(SIGINT)
        self.assertEqual(process.end().code, 130)
        other.execute('ROLLBACK')
        other.close()

    def test_ctrl_c_while_it_reads_standard_input(self):
        process = self.start('app.db', 'log', 'l', 'append', '--lines', stdin=subprocess.PIPE)
        process.popen.stdin.write(b'one\n')
        process.popen.stdin.flush()
        self.retry(lambda: os.path.exists(self.path('app.db')) and self.run_command('app.db', 'log', 'l', 'count').out == '1\n')
        process.send(SIGINT)
        process.popen.wait(120)      # before its input ends
        run = process.end()
        self.assertEqual((run.code, run.out, run.err), (130, '', ''))
        self.assertEqual(self.beaver('log', 'l', 'count'), '1\n')
        self.assert_clean()


class Log(CommandTest):
    def test_verbs(self):
        for number in range(1, 5):
            self.beaver('log', 'l', 'append', str(number), '--timestamp', str(number * 100))
        entries = [{'timestamp': number * 100.0, 'data': number} for number in range(1, 5)]
        lines = lambda text: [json.loads(line) for line in text.splitlines()]   # noqa: E731
        self.assertEqual(lines(self.beaver('log', 'l', 'range')), entries)
        self.assertEqual(lines(self.beaver('log', 'l', 'range', '--start', '200', '--end', '300')), entries[1:3])
        self.assertEqual(lines(self.beaver('log', 'l', 'range', '--limit', '1', '--newest')), entries[3:])
        self.assertEqual(lines(self.beaver('log', 'l', 'range', '--offset', '3')), entries[3:])
        self.assertEqual(json.loads(self.beaver('log', 'l', 'range', '--raw')), entries)
        self.assertEqual(lines(self.beaver('log', 'l', 'tail', '-n', '2')), entries[2:])
        self.assertEqual(lines(self.beaver('log', 'l', 'first') + self.beaver('log', 'l', 'last')), [entries[0], entries[3]])
        self.assertEqual(self.beaver('log', 'l', 'range', '--start', '-15m'), '')
        self.assertEqual(self.beaver('log', 'l', 'prune', '--before', '1970-01-01T00:03:00Z'), '1\n')
        self.assertEqual(self.beaver('log', 'l', 'prune', '--keep', '1'), '2\n')
        self.assertEqual(self.beaver('log', 'l', 'clear'), '1\n')
        self.refused(3, 'empty', 'app.db', 'log', 'l', 'last')
        self.refused(2, '--keep', 'app.db', 'log', 'l', 'prune')

    def test_lines(self):
        self.beaver('log', 'l', 'append', '--lines', stdin='one\n{"a": 1}\n[x]\n'.replace('[x]', '"y"'))
        self.assertEqual([json.loads(line)['data'] for line in self.beaver('log', 'l', 'range').splitlines()], ['one', {'a': 1}, 'y'])

    def test_tail_follows(self):
        self.beaver('log', 'l', 'append', 'before')
        process = self.start('app.db', 'log', 'l', 'tail', '-f', '-n', '1')
        self.assertEqual(json.loads(process.line())['data'], 'before')
        for number in range(5):
            self.beaver('log', 'l', 'append', str(number))
        self.assertEqual([json.loads(process.line())['data'] for _ in range(5)], [0, 1, 2, 3, 4])
        process.send(SIGTERM)
        run = process.end()
        self.assertEqual((run.code, run.out, run.err), (143, '', ''))
        self.assert_clean()

    def test_tail_sees_that_nobody_reads(self):
        self.beaver('log', 'l', 'append', 'before')
        process = self.start('app.db', 'log', 'l', 'tail', '-f')
        process.line()
        process.close_output()
        self.assertEqual((process.end().code, process.popen.returncode), (-SIGPIPE, -SIGPIPE))
        self.assert_clean()

    def test_tail_gives_up_in_time(self):
        self.beaver('log', 'l', 'append', 'before')
        run = self.run_command('app.db', 'log', 'l', 'tail', '-f', '--timeout', '0.05')
        self.assertEqual(run.code, 4)

    def test_watch_in_a_pipe(self):
        self.beaver('log', 'l', 'append', '--lines', stdin='{"ms": 1, "path": "/"}\n{"ms": 2.5, "ok": true}\n7\n{"q\\"": null}\n{"l": [1, {"ms": 9}], "ms": 4}\n')
        process = self.start('app.db', 'log', 'l', 'watch', '--window', '1h', '--period', '0.05')
        first = json.loads(process.line())
        self.assertEqual(first['count'], 5)
        self.assertEqual(first['keys'], {'ms': {'count': 3, 'types': ['int', 'float'], 'min': 1, 'max': 4, 'mean': 2.5},
                                         'path': {'count': 1, 'types': ['str']}, 'ok': {'count': 1, 'types': ['bool']},
                                         '': {'count': 1, 'types': ['int'], 'min': 7, 'max': 7, 'mean': 7},
                                         'q"': {'count': 1, 'types': ['null']}, 'l': {'count': 1, 'types': ['list']}})
        self.beaver('log', 'l', 'append', '{"ms": 100}')
        while json.loads(process.line())['count'] != 6:
            pass
        process.send(SIGINT)
        run = process.end()
        self.assertEqual((run.code, run.err), (130, ''))

    def test_watch_as_1_3_spelt_it(self):
        self.beaver('log', 'l', 'write', '5')
        run = self.run_command('--database', 'app.db', 'log', 'l', 'watch', '--window', '60', '--frequency', '1', '--count', '1')
        self.assertEqual((run.code, run.values[0]['count']), (0, 1))

    def test_watch_as_plain_lines(self):
        self.beaver('log', 'l', 'append', '{"ms": 3}')
        out = self.beaver('log', 'l', 'watch', '--table', '--count', '2', '--period', '0.05')
        self.assertNotIn('\x1b', out)
        self.assertEqual(out.count('1 entry'), 2)

    def test_watch_on_a_terminal(self):
        # spread over the window, so that there is something to draw
        for number in range(1, 4):
            self.beaver('log', 'l', 'append', json.dumps({'ms': number * 10, 'path': '/'}), '--timestamp', f'-{10 * number}m')
        terminal = self.terminal('app.db', 'log', 'l', 'watch', '--window', '1h', '--period', '0.1', columns=100)
        screen = terminal.until(lambda screen: 'path' in screen.text)
        self.assertTrue(screen.alternate and not screen.cursor_visible)
        self.assertIn('log “l”, the last 3600 s', screen.lines[0])
        self.assertIn('3 entries', screen.lines[1])
        ms = next(line for line in screen.lines if line.startswith('ms'))
        self.assertEqual(ms.split()[1:6], ['3', 'int', '10', '30', '20'])
        self.assertTrue(set(ms) & set('▁▂▃▄▅▆▇█'), ms)
        for number in range(4):
            self.beaver('log', 'l', 'append', json.dumps({'ms': 100, 'user': 'ann'}))
        terminal.until(lambda screen: '7 entries' in screen.text and 'user' in screen.text)
        terminal.type(b'\x03')
        run = terminal.end()
        self.assertEqual(run.code, 130)
        self.assertTrue(screen.cursor_visible and not screen.alternate)
        self.assertEqual(screen.unknown, [])
        self.assert_clean()

    def test_watch_fits_a_small_terminal(self):
        self.beaver('log', 'l', 'append', json.dumps({f'key {i}': i for i in range(50)}))
        terminal = self.terminal('app.db', 'log', 'l', 'watch', '--window', '1h', rows=8, columns=30)
        screen = terminal.until(lambda screen: 'key 3' in screen.text)
        self.assertIn('log “l”', screen.lines[0])
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)


class Channel(CommandTest):
    def received(self, process, *words):
        """Publishes until the listener, whose start nobody announces in a pipe, has heard one."""
        def attempt():
            self.beaver(*words)
            return process.has_line()
        self.retry(attempt)
        return json.loads(process.line())

    def test_publish_and_listen(self):
        process = self.start('app.db', 'channel', 'c', 'listen')
        self.assertEqual(self.received(process, 'channel', 'c', 'publish', '{"n": 1}')['message'], {'n': 1})
        self.beaver('channel', 'c', 'publish', 'last')
        while json.loads(process.line())['message'] != 'last':
            pass
        process.send(SIGINT)
        run = process.end()
        self.assertEqual((run.code, run.out, run.err), (130, '', ''))
        self.assert_clean()

    def test_history(self):
        self.beaver('channel', 'c', 'publish', '--lines', stdin='1\n2\n3\n')
        messages = lambda out: [json.loads(line)['message'] for line in out.splitlines()]   # noqa: E731
        self.assertEqual(messages(self.beaver('channel', 'c', 'history')), [1, 2, 3])
        self.assertEqual(messages(self.beaver('channel', 'c', 'replay', '--limit', '2')), [2, 3])
        self.assertEqual(messages(self.beaver('channel', 'c', 'listen', '--history', '2', '--count', '2')), [2, 3])
        self.assertEqual(self.beaver('channel'), '"c"\n')

    def test_consumers_remember(self):
        self.beaver('channel', 'c', 'publish', '--lines', stdin='1\n2\n3\n')
        consume = lambda *words: [json.loads(line)['message'] for line in   # noqa: E731
                                  self.beaver('channel', 'c', 'consume', 'mailer', *words).splitlines()]
        self.assertEqual(consume('--count', '2'), [1, 2])
        self.assertEqual(consume('--count', '1', '--keep'), [3])
        self.assertEqual(consume('--count', '1'), [3])
        self.assertEqual(self.run_command('app.db', 'channel', 'c', 'consume', 'mailer', '--timeout', '0').code, 4)
        self.beaver('channel', 'c', 'seek', 'mailer', 'beginning')
        self.assertEqual(consume('--count', '3'), [1, 2, 3])
        self.assertEqual(consume('--count', '1', '--from', 'beginning'), [1])
        self.beaver('channel', 'c', 'remove-consumer', 'mailer')
        self.refused(3, 'mailer', 'app.db', 'channel', 'c', 'remove-consumer', 'mailer')

    def test_retention(self):
        self.beaver('channel', 'c', 'publish', '--lines', stdin='1\n2\n3\n4\n')
        self.beaver('channel', 'c', 'retention', '--max-count', '2', '--max-age', '7d')
        self.assertEqual(json.loads(self.beaver('channel', 'c', 'retention')), {'max_age': 604800.0, 'max_count': 2})
        self.beaver('channel', 'c', 'prune')
        self.assertEqual(self.beaver('channel', 'c', 'count'), '2\n')
        self.beaver('channel', 'c', 'retention', '--max-age', 'none')
        self.assertEqual(json.loads(self.beaver('channel', 'c', 'retention')), {'max_age': None, 'max_count': 2})

    def test_what_comes_after_a_clear_is_heard(self):
        """Although its offset is one of those that were printed before."""
        for i in range(3):
            self.beaver('channel', 'c', 'publish', str(i))
        process = self.start('app.db', 'channel', 'c', 'listen', '--history', '2', '--count', '4')
        self.assertEqual([json.loads(process.line())['message'] for _ in range(2)], [1, 2])
        self.beaver('channel', 'c', 'clear')
        self.beaver('channel', 'c', 'publish', 'new')
        self.assertEqual(json.loads(process.line())['message'], 'new')
        self.beaver('channel', 'c', 'publish', 'newer')
        run = process.end()
        self.assertEqual((run.code, [row['message'] for row in run.values]), (0, ['newer']))
        run = self.run_command('app.db', 'channel', 'c', 'listen', '--history', '9', '--count', '1')
        self.assertEqual([row['message'] for row in run.values], ['new'])

    def test_nothing_in_time(self):
        self.refused(4, '', 'app.db', 'channel', 'c', 'listen', '--timeout', '0.05')
        self.refused(2, 'negative', 'app.db', 'channel', 'c', 'listen', '--timeout', '-1')

    def test_listen_on_a_terminal(self):
        terminal = self.terminal('app.db', 'channel', 'c', 'listen')
        terminal.until(lambda screen: 'listening' in screen.text)
        self.beaver('channel', 'c', 'publish', 'hello')
        screen = terminal.until(lambda screen: '"hello"' in screen.text)
        self.assertRegex(screen.lines[1], r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  "hello"$')
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)

    def test_a_listener_whose_reader_leaves_ends(self):
        process = self.start('app.db', 'channel', 'c', 'listen')
        self.received(process, 'channel', 'c', 'publish', '1')
        process.close_output()
        run = process.end()
        self.assertEqual((run.code, run.err), (-SIGPIPE, ''))
        self.assert_clean()


class Events(CommandTest):
    def test_of_a_structure(self):
        terminal = self.terminal('app.db', 'events', 'dict:settings', 'listen', '--text')
        terminal.until(lambda screen: 'listening' in screen.text)
        self.beaver('dict', 'settings', 'set', 'theme', 'dark')
        terminal.until(lambda screen: '{"key": "theme"}' in screen.text)
        self.beaver('dict', 'settings', 'delete', 'theme')
        self.beaver('dict', 'settings', 'clear')
        terminal.until(lambda screen: ' del ' in screen.text.replace('\t', ' ') or 'del' in screen.text)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)

    def test_all_of_every_structure(self):
        """Without names, everything that a structure tells of itself is heard."""
        for topic, group, steps in (
                ('dict', 'dict', [('set', 'set', 'k', '1'), ('del', 'del', 'k'), ('clear', 'clear')]),
                ('list', 'list', [('push', 'push', '1'), ('prepend', 'prepend', '2'), ('insert', 'insert', '1', '3'), ('set', 'set', '0', '4'),
                                  ('del', 'del', '0'), ('pop', 'pop'), ('deque', 'deque'), ('clear', 'clear')]),
                ('queue', 'queue', [('put', 'put', '1'), ('get', 'get'), ('put', 'put', '1'), ('claim', 'claim'), ('clear', 'clear')]),
                ('log', 'log', [('log', 'append', '1'), ('clear', 'clear')]),
                ('channel', 'channel', [('publish', 'publish', '1'), ('clear', 'clear')]),
                ('documents', 'docs', [('index', 'index', '{"id": "a"}'), ('drop', 'drop', 'a'), ('index', 'index', '{"id": "a"}'), ('clear', 'clear')]),
                ('graph', 'graph', [('link', 'link', 'a', 'b', 'c'), ('unlink', 'unlink', 'a', 'b', 'c'), ('clear', 'clear')]),
                ('vectors', 'vectors', [('set', 'set', 'a', '[1]'), ('delete', 'delete', 'a'), ('clear', 'clear')]),
                ('sketch', 'sketch', [('clear', 'clear')])):
            with self.subTest(topic):
                if topic == 'sketch':
                    self.beaver('sketch', 's', 'add', '1')
                terminal = self.terminal('app.db', 'events', f'{topic}:s', 'listen', '--jsonl', '--count', str(len(steps)), rows=40, columns=200)
                terminal.until(lambda screen: 'listening' in screen.text)
                for _, *words in steps:
                    self.beaver(group, 's', *words)
                self.assertEqual(terminal.end().code, 0)
                self.assertEqual(re.findall(r'"event": "(\w+)"', terminal.screen.seen), [event for event, *_ in steps])

    def test_of_ones_own(self):
        terminal = self.terminal('app.db', 'events', 'jobs', 'listen', 'done', '--count', '1', '--jsonl')
        terminal.until(lambda screen: 'listening' in screen.text)
        self.beaver('events', 'jobs', 'emit', 'done', '{"id": 7}')
        run = terminal.end()
        self.assertEqual(run.code, 0)
        event = json.loads(terminal.screen.lines[1])
        self.assertEqual((event['topic'], event['event'], event['payload']), ('jobs', 'done', {'id': 7}))
        self.assert_clean()

    def test_bad_use(self):
        self.refused(2, 'which events', 'app.db', 'events', 'jobs', 'listen')
        self.refused(4, 'nothing happened', 'app.db', 'events', 'jobs', 'listen', 'done', '--timeout', '0.05')
        self.refused(2, 'what shall be done', 'app.db', 'events', 'jobs')


class Lock(CommandTest):
    def test_exit_codes_of_commands(self):
        run = lambda *words: self.run_command('app.db', 'lock', 'l', 'run', *words)   # noqa: E731
        self.assertEqual(run('--', 'sh', '-c', 'exit 7').code, 7)
        self.assertEqual(run('true').code, 0)
        self.assertEqual(run('sh', '-c', 'kill -TERM $$').code, 143)
        missing = run('no-such-command-anywhere')
        self.assertEqual((missing.code, missing.err.count('\n')), (127, 1))
        with open(self.path('data'), 'w', encoding='utf-8') as file:
            file.write('no program')
        self.assertEqual(run('./data').code, 126)
        self.assertEqual(self.beaver('lock', 'l', 'run', 'sh', '-c', 'echo $BEAVER_LOCK_NAME').strip(), 'l')
        self.assertEqual(self.beaver('lock', 'l', 'run', '--ttl', '5', 'echo', '--ttl', '-x'), '--ttl -x\n')
        self.assertEqual(self.beaver('lock', 'l', 'run', 'cat', stdin='through\n'), 'through\n')
        self.assert_clean()

    def held(self):
        process = self.start('app.db', 'lock', 'l', 'run', '--', 'sh', '-c', 'echo running; read x; exit 3', stdin=subprocess.PIPE)
        self.assertEqual(process.line(), 'running')
        return process

    def test_E9_it_never_runs_without_the_lock(self):
        process = self.held()
        run = self.refused(124, '', 'app.db', 'lock', 'l', 'run', '--timeout', '0', 'touch', 'ran')
        self.assertEqual(run.out, '')
        self.refused(124, '', 'app.db', 'lock', 'l', 'run', '--timeout', '0.05', 'touch', 'ran')
        waiting = self.start('app.db', 'lock', 'l', 'run', 'touch', 'ran')
        self.retry(lambda: json.loads(self.beaver('lock', 'l', 'info'))['waiting'] == 1)
        waiting.send(SIGINT)
        self.assertEqual(waiting.end().code, 130)
        self.assertFalse(os.path.exists(self.path('ran')))
        process.popen.stdin.write(b'\n')
        self.assertEqual(process.end().code, 3)
        self.assertEqual(self.beaver('lock', 'l', 'count'), '0\n')

    def test_who_waits_gets_it(self):
        process = self.held()
        waiting = self.start('app.db', 'lock', 'l', 'run', 'echo', 'mine')
        self.retry(lambda: json.loads(self.beaver('lock', 'l', 'info'))['waiting'] == 1)
        process.popen.stdin.write(b'\n')
        self.assertEqual(process.end().code, 3)
        self.assertEqual(waiting.line(), 'mine')
        self.assertEqual(waiting.end().code, 0)

    def test_info(self):
        process = self.held()
        info = json.loads(self.beaver('lock', 'l', 'info'))
        self.assertEqual((info['name'], info['waiting'], info['process_id']), ('l', 0, process.popen.pid))
        self.assertIn(info['holder'], self.beaver('lock', '--table'))
        process.popen.stdin.write(b'\n')
        process.end()
        self.assertIsNone(json.loads(self.beaver('lock', 'l', 'info'))['holder'])

    def test_signals_reach_the_command(self):
        # a shell that waits for a line looks at its traps only when one has come, and that may be before the signal
        process = self.start('app.db', 'lock', 'l', 'run', '--', 'sh', '-c', 'trap "echo told; exit 9" TERM; echo running; while :; do :; done')
        process.line()
        process.send(SIGTERM)
        self.assertEqual(process.line(), 'told')
        self.assertEqual(process.end().code, 9)

    def test_a_signal_while_the_command_starts(self):
        """The command tells its parent to end before the parent knows that it runs."""
        for _ in range(100):
            run = self.run_command('app.db', 'lock', 'l', 'run', '--', 'sh', '-c',
                                   'trap "exit 9" TERM; kill -TERM $PPID; i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done')
            self.assertEqual((run.code, run.err), (9, ''))

    def test_ctrl_c_on_a_terminal(self):
        terminal = self.terminal('app.db', 'lock', 'l', 'run', '--', 'sh', '-c', 'echo running; read x')
        terminal.until(lambda screen: 'running' in screen.text)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)
        self.assertEqual(self.beaver('lock', 'l', 'count'), '0\n')

    def test_a_lost_lock_ends_the_command(self):
        process = self.start('app.db', 'lock', 'l', 'run', '--ttl', '0.5', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        process.line()
        self.assertEqual(self.beaver('lock', 'l', 'clear'), '1\n')
        run = process.end()
        self.assertEqual(run.code, 125)
        self.assertIn('lost', run.err)


class Overview(CommandTest):
    def setUp(self):
        super().setUp()
        self.beaver('dict', 'settings', 'set', 'theme', 'dark')
        self.beaver('log', 'requests', 'append', '--lines', stdin='1\n2\n3\n')
        self.beaver('channel', 'news', 'publish', 'hello')

    def test_info(self):
        info = json.loads(self.beaver('info'))
        self.assertEqual(info['path'], 'app.db')
        self.assertGreater(info['bytes'], 4096)
        self.assertEqual(info['structures'], [{'kind': 'dict', 'name': 'settings', 'count': 1}, {'kind': 'log', 'name': 'requests', 'count': 3},
                                              {'kind': 'channel', 'name': 'news', 'count': 1}])
        self.assertEqual(self.run_command('app.db').out, self.run_command('app.db', 'info').out)
        self.assertIn('requests', self.terminal('app.db', 'info').end().out)

    def test_top_in_a_pipe(self):
        process = self.start('app.db', 'top', '--period', '0.05')
        first = json.loads(process.line())
        self.assertEqual(first['structures'][0]['rate'], 0)
        self.beaver('log', 'requests', 'append', '4')
        counts = lambda top: {s['name']: s['count'] for s in top['structures']}   # noqa: E731
        while counts(json.loads(process.line())).get('requests') != 4:
            pass
        process.send(SIGTERM)
        self.assertEqual(process.end().code, 143)
        out = self.beaver('top', '--table', '--count', '1')
        self.assertNotIn('\x1b', out)
        self.assertIn('structures: 3, entries: 6', out)

    def test_top_on_a_terminal(self):
        holder = self.start('app.db', 'lock', 'job', 'run', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        holder.line()
        terminal = self.terminal('app.db', 'top', '--period', '0.1')
        screen = terminal.until(lambda screen: 'lock “job” held by' in screen.text)
        self.assertTrue(screen.alternate)
        self.assertIn('app.db', screen.lines[0])
        self.assertEqual(next(line for line in screen.lines if 'requests' in line).split()[:3], ['log', 'requests', '3'])
        self.beaver('log', 'requests', 'append', '4')
        terminal.until(lambda screen: any(line.split()[:3] == ['log', 'requests', '4'] for line in screen.lines))
        holder.popen.stdin.write(b'\n')
        holder.end()
        terminal.until(lambda screen: 'held by' not in screen.text)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)
        self.assertFalse(screen.alternate)
        self.assertEqual(screen.unknown, [])
        self.assert_clean()


if __name__ == '__main__':
    tap_unittest.main()
