# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Words, values, spellings, formats, exit codes, help and completion."""
import gettext
import json
import os
import re
import subprocess
import sys
import time

import tap_unittest
from command import COMMAND, CommandTest


class Spellings(CommandTest):
    def test_three_ways_to_name_the_file(self):
        self.beaver('dict', 'settings', 'set', 'theme', 'dark')
        for words in (['app.db', 'dict', 'settings', 'get', 'theme'],
                      ['--db', 'app.db', 'dict', 'settings', 'get', 'theme'],
                      ['--db=app.db', '--raw', 'dict', 'settings', 'get', 'theme'],
                      ['--database', 'app.db', 'dict', 'settings', 'get', 'theme'],
                      ['dict', '--db', 'app.db', 'settings', 'get', 'theme'],
                      ['dict', 'settings', 'get', 'theme', '--db', 'app.db']):
            with self.subTest(words=words):
                run = self.run_command(*words)
                self.assertEqual((run.code, run.out), (0, '"dark"\n'), run)

    def test_without_a_file_it_is_beaver_db(self):
        self.refused(3, 'there is no file “beaver.db”', 'dict', 'settings', 'get', 'theme')
        self.assertEqual(self.run_command('dict', 'settings', 'set', 'theme', 'dark').code, 0)
        self.assertEqual(os.listdir(self.directory), ['beaver.db'])
        self.assertEqual(self.run_command('dict', 'settings', 'get', 'theme').out, '"dark"\n')

    def test_E21_a_named_file_is_the_only_one_that_is_made(self):
        self.run_command('--database', 'other.db', 'dict', 'settings', 'set', 'theme', 'dark')
        self.assertEqual(os.listdir(self.directory), ['other.db'])

    def test_reading_makes_no_file(self):
        for words in (['dict', 'd', 'get', 'k'], ['dict', 'd', 'keys'], ['dict'], ['dict', 'd'], ['log', 'l', 'range'], ['info'],
                      [], ['top'], ['channel', 'c', 'history'], ['lock', 'l', 'info']):
            with self.subTest(words=words):
                self.refused(3, 'there is no file', 'typo.db', *words)
        self.assertEqual(os.listdir(self.directory), [])

    def test_D62_names_and_keys_may_be_anything(self):
        for name in ('a/b', 'count', 'dict', '__events__', 'a b', '%2F', '-', 'ключ'):
            with self.subTest(name=name):
                self.beaver('dict', name, 'set', name, '1')
                self.assertEqual(self.beaver('dict', name, 'get', name), '1\n')
                self.assertEqual(self.beaver('dict', name, 'keys', '--text'), f'{name}\n')
        self.assertEqual(self.beaver('dict', 'count', 'count'), '1\n')

    def test_E8_names_of_any_length_are_listed(self):
        for name in ('x', 'settings', 'a_b', 'a%'):
            self.beaver('dict', name, 'set', 'k', '1')
        self.assertEqual(self.beaver('dict', '--text').split(), ['a%', 'a_b', 'settings', 'x'])

    def test_D60_what_went_wrong_can_be_told_by_the_code(self):
        self.beaver('list', 'l', 'push', '1')
        self.refused(3, 'l', 'app.db', 'list', 'l', 'get', '7')             # IndexError was an error of the server
        self.refused(2, 'number', 'app.db', 'list', 'l', 'get', 'x')        # and so was TypeError
        run = self.refused(3, '“k”', 'app.db', 'dict', 'd', 'get', 'k')     # quoted once
        self.assertNotIn("'k'", run.err)
        self.assertNotIn('"', run.err)

    def test_D63_errors_are_lines_and_no_tracebacks(self):
        for words in (['dict', 'd', 'get', 'k'], ['list', 'l', 'pop'], ['blob', 'b', 'get', 'k'], ['docs', 'd', 'get', 'x'], ['graph', 'g', 'path', 'a', 'b'],
                      ['vectors', 'v', 'get', 'x'], ['lock', 'l', 'run', '--timeout', 'soon', 'true'], ['log', 'l', 'last'], ['queue', 'q', 'get', '--no-block']):
            self.beaver('dict', 'other', 'set', 'k', '1')
            run = self.run_command('app.db', *words)
            self.assertNotEqual(run.code, 0)
            self.assertRegex(run.err, r'\Abeaver: [^\n]+\n\Z')
            self.assertNotIn('Traceback', run.err)

    def test_E13_not_to_wait_means_not_to_wait(self):
        self.beaver('queue', 'q', 'put', '1')
        self.beaver('queue', 'q', 'get')
        self.refused(4, 'empty', 'app.db', 'queue', 'q', 'get', '--no-block', '--timeout', '3600')

    def test_conveniences_of_1_3(self):
        self.beaver('dict', 'd', 'set', 'a', '1')
        self.beaver('dict', 'd', 'del', 'a')
        self.beaver('log', 'l', 'write', 'hello')
        self.assertEqual(self.beaver('log', 'l', 'show', '--text').split('\t')[1], 'hello\n')
        self.beaver('dict', 'd', 'set', 'b', '2')
        self.assertEqual(json.loads(self.beaver('dict', 'd', 'show')), {'key': 'b', 'value': 2})

    def test_a_kind_lists_its_names_and_a_name_its_count(self):
        self.beaver('dict', 'b', 'set', 'k')
        self.beaver('dict', 'a', 'set', 'k')
        self.beaver('log', 'l', 'append')
        self.assertEqual(self.beaver('dict'), '"a"\n"b"\n')
        self.assertEqual(self.beaver('dict', '--text'), 'a\nb\n')
        self.assertEqual(json.loads(self.beaver('log', 'l')), {'kind': 'log', 'name': 'l', 'count': 1})
        out = self.beaver('log', 'l', '--table')
        self.assertIn('log “l”: 1 entry', out)
        self.assertIn('watch', out)

    def test_remote_databases_are_refused_with_the_way_out(self):
        self.refused(2, 'the path of a database in place of --url', '--url', 'http://localhost', 'dict', 'd', 'get', 'k')
        self.refused(2, 'Python', 'app.db', 'serve')


class Values(CommandTest):
    def test_words_become_values(self):
        for word, value in (('dark', 'dark'), ('5', 5), ('-5', -5), ('-0.5', -0.5), ('1e3', 1000.0), ('true', True), ('null', None),
                            ('"5"', '5'), ('{"a": [1, 2.50]}', {'a': [1, 2.5]}), (' [1]', [1]), ('5 apples', '5 apples'),
                            ('2026-11-22', '2026-11-22'), ('trueish', 'trueish'), ('NaN', 'NaN'), ('Infinity', 'Infinity'),
                            ('-Infinity', '-Infinity'), ('', ''), ('Grüße', 'Grüße'), ('007', '007'), ("it's", "it's")):
            with self.subTest(word=word):
                self.beaver('dict', 'd', 'set', '--', 'k', word)
                self.assertEqual(json.loads(self.beaver('dict', 'd', 'get', 'k')), value)

    def test_numbers_are_no_options(self):
        self.beaver('dict', 'd', 'set', 'k', '-5')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), '-5\n')
        self.assertEqual(self.beaver('dict', 'd', 'increment', 'k', '-1.5'), '-6.5\n')

    def test_other_words_with_a_hyphen_say_how(self):
        self.refused(2, 'write -- before', 'app.db', 'dict', 'd', 'set', 'k', '-dark')
        self.beaver('dict', 'd', 'set', 'k', '--', '-dark')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), '"-dark"\n')

    def test_a_slip_in_json_is_not_stored_as_text(self):
        for word in ('{a: 1}', '[1, 2', '"dark', '{"a": 1,}'):
            with self.subTest(word=word):
                self.refused(2, 'quote it', 'app.db', 'dict', 'd', 'set', 'k', word)
        self.beaver('dict', 'd', 'set', 'k', '[draft] hello', '--string')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), '"[draft] hello"\n')

    def test_a_hyphen_reads_standard_input_and_nothing_is_null(self):
        self.beaver('dict', 'd', 'set', 'k', '-', stdin='{"a":\n  1}\n')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), '{"a": 1}\n')
        self.beaver('dict', 'd', 'set', 'k', '-', stdin='two\nlines\n')
        self.assertEqual(json.loads(self.beaver('dict', 'd', 'get', 'k')), 'two\nlines')
        self.beaver('dict', 'd', 'set', 'k')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'k'), 'null\n')
        self.refused(2, 'NUL', 'app.db', 'dict', 'd', 'set', 'k', '-', stdin=b'a\0b')
        self.refused(2, 'UTF-8', 'app.db', 'dict', 'd', 'set', 'k', '-', stdin=b'\xff\xfe')

    def test_values_in_the_c_locale(self):
        env = {'LC_ALL': 'C'}
        self.beaver('dict', 'größe', 'set', 'ключ', 'Grüße', env=env)
        self.assertEqual(json.loads(self.beaver('dict', 'größe', 'get', 'ключ', env=env)), 'Grüße')
        self.assertEqual(self.beaver('dict', 'größe', 'keys', '--text', env=env), 'ключ\n')

    def test_numbers_have_no_decimal_comma(self):
        env = {'LC_ALL': 'de_DE.UTF-8'}
        self.beaver('dict', 'd', 'set', 'k', '1.5', env=env)
        self.assertEqual(self.beaver('dict', 'd', 'increment', 'k', '0.25', env=env), '1.75\n')


class Formats(CommandTest):
    def setUp(self):
        super().setUp()
        self.beaver('dict', 'd', 'set', 'a', '{"x": [1, {}], "y": "é"}')
        self.beaver('dict', 'd', 'set', 'b', 'two\nlines')

    def test_one_value(self):
        value = {'x': [1, {}], 'y': 'é'}
        self.assertEqual(self.beaver('dict', 'd', 'get', 'a'), json.dumps(value) + '\n')
        self.assertEqual(self.beaver('--raw', 'dict', 'd', 'get', 'a'), json.dumps(value) + '\n')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'a', '--json'), json.dumps(value, indent=2) + '\n')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'a', '--table'), json.dumps(value, indent=2, ensure_ascii=False) + '\n')
        self.assertEqual(self.beaver('dict', 'd', 'get', 'b', '--text'), 'two\nlines\n')

    def test_rows(self):
        rows = [{'key': 'a', 'value': {'x': [1, {}], 'y': 'é'}}, {'key': 'b', 'value': 'two\nlines'}]
        self.assertEqual(self.beaver('dict', 'd', 'items'), ''.join(json.dumps(row) + '\n' for row in rows))
        self.assertEqual(self.beaver('dict', 'd', 'items', '--raw'), json.dumps(rows) + '\n')
        self.assertEqual(self.beaver('dict', 'd', 'items', '--json'), json.dumps(rows, indent=2) + '\n')
        self.assertEqual(self.beaver('dict', 'd', 'items', '--table').splitlines(),
                         ['KEY  VALUE', 'a    {"x": [1, {}], "y": "é"}', 'b    "two\\nlines"'])
        self.assertEqual(self.beaver('dict', 'd', 'items', '--text').splitlines()[1], 'b\ttwo\\nlines')

    def test_no_rows(self):
        self.assertEqual(self.beaver('dict', 'none', 'items'), '')
        self.assertEqual(json.loads(self.beaver('dict', 'none', 'items', '--json')), [])
        self.assertEqual(json.loads(self.beaver('dict', 'none', 'items', '--raw')), [])

    def test_a_terminal_gets_a_table_and_colours(self):
        terminal = self.terminal('app.db', 'dict', 'd', 'items')
        self.assertEqual(terminal.end().code, 0)
        self.assertEqual(terminal.screen.lines[0], 'KEY  VALUE')
        self.assertIn('1', terminal.screen.colours)
        terminal = self.terminal('app.db', 'dict', 'd', 'get', 'a')
        terminal.end()
        self.assertEqual(terminal.screen.lines[:2], ['{', '  "x": ['])
        self.assertTrue(terminal.screen.colours)

    def test_no_color(self):
        for env, words in (({'NO_COLOR': '1'}, []), ({}, ['--no-color'])):
            for command in (['items'], ['get', 'a'], ['get', 'missing']):
                terminal = self.terminal('app.db', 'dict', 'd', *command, *words, env=env)
                terminal.end()
                if command != ['get', 'missing'] or env:
                    self.assertEqual(terminal.screen.colours, set(), (env, words, command))

    def test_control_characters_do_not_reach_a_terminal(self):
        self.beaver('dict', 'd', 'set', 'c\x1b[31m', '"\\u001b]0;title\\u0007"')
        for words in (['items'], ['keys'], ['get', 'c\x1b[31m'], ['items', '--table']):
            terminal = self.terminal('app.db', 'dict', 'd', *words, '--no-color')
            terminal.end()
            self.assertEqual((terminal.screen.unknown, terminal.screen.colours), ([], set()), words)


class ExitCodes(CommandTest):
    def test_usage(self):
        for words, said in ((['app.db', 'dct'], 'did you mean “dict”'), (['app.db', 'dict', 'd', 'gett', 'k'], 'did you mean “get”'),
                            (['app.db', 'dict', 'd', 'bogus'], 'see beaver dict --help'), (['app.db', 'dict', 'd', 'get'], 'too few'),
                            (['app.db', 'dict', 'd', 'get', 'a', 'b'], 'too many'), (['app.db', 'dict', 'd', 'get', 'a', '--bogus'], '--bogus'),
                            (['--bogus'], '--bogus'), (['app.db', 'dict', '', 'get', 'k'], 'empty'),
                            (['app.db', 'dict', 'd', 'set', 'k', '1', '--ttl', 'soon'], 'duration'),
                            (['app.db', 'dict', 'd', 'set', 'k', '1', '--ttl', '-1'], '--ttl'),
                            (['app.db', 'dict', 'd', 'incr', 'k', 'lots'], 'no number'),
                            (['app.db', 'queue', 'q', 'put', 'x', '--attempts', '-3'], '-3'),
                            (['app.db', 'queue', 'q', 'requeue', '0'], 'ID 0'),
                            (['app.db', '--busy-timeout', '1e300', 'dict', 'd', 'get', 'k'], '--busy-timeout'),
                            (['app.db', '--busy-timeout', 'nan', 'dict', 'd', 'get', 'k'], '--busy-timeout'),
                            (['app.db', '--busy-timeout', '-2', 'dict', 'd', 'get', 'k'], '--busy-timeout'),
                            (['app.db', 'log', 'l', 'range', '--start', 'yesterday'], 'no time')):
            with self.subTest(words=words):
                self.refused(2, said, *words)
        self.assertEqual(self.run_command().code, 2)

    def test_not_there(self):
        self.beaver('dict', 'd', 'set', 'k', '1')
        for words in (['get', 'x'], ['delete', 'x'], ['pop', 'x'], ['ttl', 'x']):
            with self.subTest(words=words):
                self.refused(3, '“x”', 'app.db', 'dict', 'd', *words)
        run = self.run_command('app.db', 'dict', 'd', 'contains', 'x')
        self.assertEqual((run.code, run.out, run.err), (3, 'false\n', ''))

    def test_failed(self):
        with open(self.path('text.db'), 'w', encoding='utf-8') as file:
            file.write('this is no database, it is a text of more than a hundred bytes, so that nobody takes it for one ' * 3)
        self.refused(1, 'text.db', 'text.db', 'dict', 'd', 'get', 'k')
        self.refused(1, 'nowhere', 'nowhere/app.db', 'dict', 'd', 'set', 'k', '1')

    def test_full_output_is_a_failure(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('there is no /dev/full')
        self.beaver('dict', 'd', 'set', 'k', '1')
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([COMMAND, 'app.db', 'dict', 'd', 'get', 'k'], cwd=self.directory, stdout=full,
                                  stderr=subprocess.PIPE, check=False, text=True, timeout=240)
        self.assertEqual(done.returncode, 1)
        self.assertIn('No space left', done.stderr)

    def test_what_cannot_be_printed_is_not_lost(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('there is no /dev/full')
        self.beaver('list', 'l', 'push', 'first')
        self.beaver('list', 'l', 'push', 'last')
        self.beaver('dict', 'd', 'set', 'k', '1')
        self.beaver('dict', 'd', 'set', 'short', '2', '--ttl', '1h')
        self.beaver('queue', 'q', 'put', 'job', '--priority', '7')
        everything = [['list', 'l', 'items'], ['dict', 'd', 'items']]
        before = [self.beaver(*words) for words in everything]
        for words in (['list', 'l', 'pop'], ['list', 'l', 'deque'], ['dict', 'd', 'pop', 'k'], ['dict', 'd', 'pop', 'short'],
                      ['queue', 'q', 'get']):
            with self.subTest(words=words), open('/dev/full', 'w', encoding='utf-8') as full:
                done = subprocess.run([COMMAND, 'app.db', *words], cwd=self.directory, env=self.env, stdout=full, stderr=subprocess.PIPE,
                                      check=False, text=True, timeout=240)
                self.assertEqual(done.returncode, 1, done)
                process = self.start('app.db', *words, stdin=subprocess.PIPE)
                process.close_output()
                process.end()
        self.assertEqual([self.beaver(*words) for words in everything], before)
        self.assertGreater(float(self.beaver('dict', 'd', 'ttl', 'short')), 1800)
        job = json.loads(self.beaver('queue', 'q', 'get', '--no-block'))
        self.assertEqual((job['data'], job['priority']), ('job', 7))

    def test_closed_streams(self):
        """Nothing that is opened takes the place of a stream that is closed: the command would read from it, or write into it."""
        self.beaver('dict', 'd', 'set', 'k', '1')
        for redirection, words, code, said in (('>&-', 'get k', 1, 'standard output'), ('<&-', 'set x -', 1, 'standard input'),
                                               ('<&- >&-', 'get k', 1, 'standard output'), ('<&- >&-', 'set x 2', 0, ''),
                                               ('<&-', 'update -', 1, 'standard input'), ('2>&-', 'get none', 3, ''),
                                               ('<&- >&- 2>&-', 'get k', 1, ''), ('<&- 2>&-', 'set y 3', 0, '')):
            with self.subTest(redirection=redirection, words=words):
                done = subprocess.run(['sh', '-c', f'exec "$0" app.db dict d {words} {redirection}', COMMAND], cwd=self.directory, env=self.env,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True, timeout=240)
                self.assertEqual(done.returncode, code, done)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, '')
        self.assertEqual(self.beaver('dict', 'd', 'count'), '3\n')
        self.assert_clean()

    def test_version_and_help(self):
        self.assertRegex(self.run_command('--version').out, r'^beaver \d+\.\d+\.\d+\n$')
        for words in (['--help'], ['help'], ['-h'], ['dict', '--help'], ['help', 'dict'], ['app.db', 'dict', 'd', 'set', '--help'],
                      ['app.db', 'log', 'l', 'watch', '-h'], ['top', '--help'], ['help', 'dict', 'set']):
            with self.subTest(words=words):
                run = self.run_command(*words)
                self.assertEqual((run.code, run.err), (0, ''), run)
                self.assertTrue(run.out.startswith('Usage: beaver '), run)
        self.assertIn('--ttl', self.run_command('help', 'dict', 'set').out)
        self.assertEqual(os.listdir(self.directory), [])


class Languages(CommandTest):
    def languages(self):
        build = os.environ['BEAVER_LOCALEDIR']
        with open(os.path.join(os.environ['BEAVER_TEST_SOURCE'], 'po', 'LINGUAS'), encoding='utf-8') as file:
            names = [word for line in file if not line.startswith('#') for word in line.split()]
        for name in names:
            try:
                yield name, gettext.translation('beaver-1', build, [name])
            except OSError:
                self.skipTest('built without translations')

    def test_errors_and_help_are_in_the_language_of_the_user(self):
        for name, catalogue in self.languages():
            env = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': name}
            with self.subTest(language=name):
                wanted = catalogue.gettext('there is no file “%s”; commands that write make it')
                self.assertNotIn('there is no file', wanted)
                run = self.run_command('typo.db', 'dict', 'd', 'get', 'k', env=env)
                self.assertEqual((run.code, run.err), (3, f'beaver: {wanted % "typo.db"}\n'))
                # of the library, whose messages come from the same catalogue
                wanted = catalogue.gettext('dict “%s”: there is no key “%s”')
                self.run_command('app.db', 'dict', 'd', 'set', 'a', '1')
                run = self.run_command('app.db', 'dict', 'd', 'get', 'k', env=env)
                self.assertEqual((run.code, run.err), (3, f'beaver: {wanted % ("d", "k")}\n'))
                help_ = self.run_command('help', 'dict', 'set', env=env)
                self.assertEqual(help_.code, 0)
                self.assertIn(catalogue.gettext('Store a value'), help_.out)
                self.assertIn(catalogue.gettext('SECONDS'), help_.out)

    def test_every_help_in_every_language(self):
        kinds = sorted({line.split()[0] for line in self.run_command('__reference').out.splitlines() if not line.startswith('  ')})
        for name, _ in self.languages():
            for kind in kinds:
                run = self.run_command('help', kind, env={'LC_ALL': 'C.UTF-8', 'LANGUAGE': name})
                self.assertEqual((run.code, run.err), (0, ''), f'{name}: {kind}: {run}')
                self.assertFalse(run.out.startswith('Usage'), run.out)

    def test_numbers_stay_numbers(self):
        for name, _ in self.languages():
            self.beaver('dict', 'd', 'set', 'k', '1.5', env={'LANGUAGE': name})
            self.assertEqual(self.beaver('dict', 'd', 'get', 'k', env={'LANGUAGE': name}), '1.5\n')


class Completion(CommandTest):
    def offered(self, *words):
        run = self.run_command('__complete', *words)
        self.assertEqual((run.code, run.err), (0, ''))
        return [line.split('\t')[0] for line in run.out.splitlines()]

    def test_words_of_the_command(self):
        self.assertEqual(self.offered('di'), ['dict', ':files'])
        self.assertIn('watch', self.offered('app.db', 'log', 'requests', ''))
        self.assertEqual(self.offered('app.db', 'dict', 'd', 'se'), ['set'])
        self.assertIn('--ttl', self.offered('app.db', 'dict', 'd', 'set', '--'))
        self.assertIn('--json', self.offered('app.db', '--'))
        self.assertEqual(self.offered('--db', ''), [':files'])
        self.assertEqual(os.listdir(self.directory), [])

    def test_names_and_keys_out_of_the_file(self):
        self.beaver('dict', 'settings', 'set', 'theme', 'dark')
        self.beaver('dict', 'settings', 'set', 'title', 'x')
        self.beaver('dict', 'sessions', 'set', 'a', 'x')
        self.beaver('log', 'requests', 'append')
        self.assertEqual(self.offered('app.db', 'dict', 'se'), ['sessions', 'settings'])
        self.assertEqual(self.offered('--db', 'app.db', 'dict', 'settings', 'get', 't'), ['theme', 'title'])
        self.assertEqual(self.offered('app.db', 'dict', 'settings', 'get', 'th'), ['theme'])
        self.assertEqual(self.offered('app.db', 'events', 'dict:'), ['dict:sessions', 'dict:settings'])
        self.assertEqual(self.offered('app.db', 'log', ''), ['requests'])

    def test_nothing_is_said_of_what_is_wrong(self):
        with open(self.path('text.db'), 'w', encoding='utf-8') as file:
            file.write('no database ' * 100)
        self.assertEqual(self.offered('text.db', 'dict', ''), [])
        self.assertEqual(self.offered('none.db', 'dict', ''), [])
        self.assertEqual(self.offered('app.db', 'dict', 'd', 'bogus', ''), [])
        self.assertEqual(self.offered(), self.offered(''))


class Speed(CommandTest):
    def start_time(self, *command):
        """Seconds on a processor, which do not depend on what else the machine does; and on the clock. The best of many."""
        spent = passed = 1e9
        for _ in range(40):
            begin = time.perf_counter()
            pid = os.posix_spawn(command[0], command, self.env,
                                 file_actions=[(os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)])
            _, status, usage = os.wait4(pid, 0)
            self.assertEqual(status, 0)
            passed = min(passed, time.perf_counter() - begin)
            spent = min(spent, usage.ru_utime + usage.ru_stime)
        return spent, passed

    def quick(self, *command):
        spent, passed = self.start_time(COMMAND, *command)
        python, _ = self.start_time(sys.executable, '-I', '-S', '-c', '')
        print(f'# {command[-1]}: {passed * 1000:.1f} ms, of which {spent * 1000:.1f} on a processor; Python: {python * 1000:.1f}')
        if os.environ.get('BEAVER_TEST_SANITIZED'):     # what a sanitizer does first is not ours
            self.assertLess(spent, 10)
        else:
            self.assertLess(spent, max(0.010, python * 2))  # on slow machines everything is, and slower still when it counts lines

    def test_it_starts_in_under_ten_milliseconds(self):
        self.quick('--version')

    def test_it_reads_a_value_in_under_ten_milliseconds(self):
        self.beaver('dict', 'a', 'set', 'b', '1')
        self.quick(self.path('app.db'), 'dict', 'a', 'get', 'b')


class Documentation(CommandTest):
    def test_the_man_page_is_that_of_the_documentation(self):
        root = os.environ['BEAVER_TEST_SOURCE']
        made = subprocess.run([sys.executable, os.path.join(root, 'tools', 'make-man.py'), os.path.join(root, 'doc', 'command.md')],
                              stdout=subprocess.PIPE, check=True, text=True, encoding='utf-8').stdout
        with open(os.path.join(root, 'cli', 'beaver.1'), encoding='utf-8') as file:
            self.assertEqual(file.read(), made, 'run tools/make-man.py doc/command.md > cli/beaver.1')

    def test_every_command_is_in_the_manual(self):
        root = os.environ['BEAVER_TEST_SOURCE']
        reference = self.run_command('__reference').out
        for name in ('cli/beaver.1', 'doc/command.md'):
            with open(os.path.join(root, name), encoding='utf-8') as file:
                text = re.sub(r'\\f[BIR]', '', file.read().replace('\\-', '-'))
            for line in reference.splitlines():
                words = line.split()
                if line.startswith('  '):
                    self.assertTrue(words[0] in text, f'{name} says nothing of {words[0]}')
                elif len(words) > 2 and words[2] not in ('dump', 'load'):
                    self.assertTrue(re.search(rf'\b{words[0]} NAME {re.escape(words[2])}\b', text.replace('TOPIC', 'NAME')),
                                    f'{name} says nothing of {line}')


if __name__ == '__main__':
    tap_unittest.main()
