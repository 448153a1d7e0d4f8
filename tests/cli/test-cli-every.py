# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every sub-command and every verb, each the same way: in a pipe, on a terminal, wrongly used, without a file, with a closed
pipe, two at once on one file, and ended by Ctrl-C. What there is comes from the command itself, so none can be forgotten.

usage: test-cli-every.py PART      (the words below: KINDS of one part)
"""
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import tap_unittest
from command import COMMAND, SIGINT, SIGPIPE, CommandTest, until_it_catches

PARTS = {
    'keys': ('dict', 'list', 'blob'),
    'work': ('queue', 'lock', 'events', 'channel'),
    'time': ('log', 'sketch', 'vectors'),
    'text': ('docs', 'graph'),
    'file': ('info', 'top', 'dump', 'load', 'backup', 'export', 'check', 'doctor', 'migrate'),
}

# How app.db comes to be.
SEED = [
    ['dict', 'd', 'update', '{"a": {"n": 1}, "b": {"n": 2}, "c": 3}'],
    ['dict', 'd', 'add-index', 'n'],
    ['list', 'l', 'push', 'one'],
    ['list', 'l', 'push', 'two'],
    ['queue', 'q', 'put', 'job', '--attempts', '1'],
    ['queue', 'q', 'put', 'other'],
    ['blob', 'b', 'put', 'k', 'bytes', '--metadata', '{"type": "text"}'],
    ['log', 'o', 'append', '{"ms": 5}', '--timestamp', '100'],
    ['log', 'o', 'append', '{"ms": 7}'],
    ['log', 'o', 'add-index', 'ms'],
    ['channel', 'c', 'publish', 'hello'],
    ['channel', 'c', 'consume', 'mailer', '--count', '1'],
    ['channel', 'c', 'publish', 'again'],
    ['docs', 'x', 'index', '{"id": "a", "text": "The beaver builds a dam"}'],
    ['docs', 'x', 'add-index', 'text'],
    ['docs', 'x', 'connect', 'a', 'b', 'knows'],
    ['graph', 'g', 'link', 'a', 'b', 'knows'],
    ['graph', 'g', 'link', 'b', 'c', 'knows'],
    ['vectors', 'v', 'set', 'x', '[1, 0]'],
    ['vectors', 'v', 'set', 'y', '[0, 1]'],
    ['sketch', 's', 'add', 'ann'],
]

SECRET = ['--secret-file', 'secret']


class Case:
    """What a verb does with app.db: the words behind its name, what it answers, a part of what it prints (nothing when
    None), what a second one at the same time may answer instead, and options of test and command."""

    def __init__(self, *words, code=0, out=None, second=(), stdin='', before=(), binary=False, crowd=True):
        self.words, self.code, self.out, self.second = list(words), code, out, {code, *second}
        self.stdin, self.before, self.binary, self.crowd = stdin, before, binary, crowd


DUMP_OF = {'dict': 'd', 'list': 'l', 'queue': 'q', 'blob': 'b', 'log': 'o', 'docs': 'x', 'channel': 'c', 'graph': 'g', 'vectors': 'v'}
CASES = {
    'dict get': Case('c', out='3'),
    'dict set': Case('new', '{"x": 1}'),
    'dict delete': Case('a', second=[3]),
    'dict contains': Case('a', out='true'),
    'dict fetch': Case('none', '--default', 'x', out='"x"'),
    'dict pop': Case('a', out='"n": 1', second=[3]),
    'dict keys': Case(out='"a"'),
    'dict items': Case('a', out='"key": "a"'),
    'dict increment': Case('c', '2', out='5', second=[0]),
    'dict ttl': Case('a', out='null'),
    'dict update': Case('{"z": 1}'),
    'dict query': Case('--where', 'n >= 2', out='"b"'),
    'dict change-secret': Case(*SECRET, '--new-secret-file', 'new-secret', before=['dict', 'vault', 'set', 'k', '1', *SECRET], second=[1]),
    'dict explain': Case('--where', 'n = 1', out='plan'),
    'dict indexes': Case(out='"field": "n"'),
    'dict add-index': Case('m', second=[1]),
    'dict remove-index': Case('n', second=[1, 3]),
    'dict reindex': Case(out='', second=[1]),
    'list push': Case('three'),
    'list prepend': Case('zero'),
    'list insert': Case('1', 'x'),
    'list set': Case('0', 'x'),
    'list get': Case('-1', out='"two"'),
    'list delete': Case('0', second=[3]),
    'list pop': Case(out='"two"'),
    'list deque': Case(out='"one"'),
    'list contains': Case('one', out='true'),
    'list index': Case('two', out='1'),
    'list items': Case(out='"index": 1'),
    'queue put': Case('5', 'x'),
    'queue get': Case('--no-block', out='"data": "job"'),
    'queue peek': Case(out='"data": "job"'),
    'queue claim': Case('--no-block', out='"token"'),
    'queue ack': Case('1', 'no-token', code=1, crowd=False),
    'queue nack': Case('1', 'no-token', code=1, crowd=False),
    'queue bury': Case('1', 'no-token', code=1, crowd=False),
    'queue extend': Case('1', 'no-token', code=1, crowd=False),
    'queue work': Case('--count', '1', '--timeout', '0', '--', 'cat', out='"job"'),
    'queue items': Case(out='"data": "other"'),
    'queue jobs': Case(out='"waiting": 2'),
    'queue dead': Case('--json', out='[]'),
    'queue requeue': Case(out='0'),
    'queue purge': Case(out='0'),
    'blob put': Case('new', 'bytes'),
    'blob get': Case('k', out='some bytes', binary=True),
    'blob metadata': Case('k', out='"type": "text"'),
    'blob delete': Case('k', second=[3]),
    'blob contains': Case('k', out='true'),
    'blob items': Case(out='"size": 10'),
    'log append': Case('{"ms": 9}'),
    'log range': Case('--limit', '1', out='"ms": 5'),
    'log tail': Case('-n', '1', out='"ms": 7'),
    'log watch': Case('--count', '1', '--window', '1h', out='"count": 1'),
    'log first': Case(out='"ms": 5'),
    'log last': Case(out='"ms": 7'),
    'log prune': Case('--before', '200', out='1', second=[0]),
    'log query': Case('--where', 'ms = 5', out='"ms": 5'),
    'log explain': Case('--where', 'ms = 5', out='plan'),
    'log indexes': Case(out='"field": "ms"'),
    'log add-index': Case('m', second=[1]),
    'log remove-index': Case('ms', second=[1, 3]),
    'log reindex': Case(out='', second=[1]),
    'channel publish': Case('x'),
    'channel listen': Case('--history', '1', '--count', '1', '--timeout', '0.05', out='"message": "again"'),
    'channel history': Case(out='"message": "hello"'),
    'channel consume': Case('mailer', '--count', '1', '--timeout', '0', out='"message": "again"', second=[1, 4, 5]),
    'channel consumers': Case(out='"lag": 1'),
    'channel seek': Case('mailer', 'beginning', second=[1, 5]),
    'channel remove-consumer': Case('mailer', second=[3]),
    'channel retention': Case(out='"max_age"'),
    'channel prune': Case(out='0'),
    'lock run': Case('--', 'echo', 'ran', out='ran', binary=True),
    'lock info': Case(out='"holder": null'),
    'lock clear': Case(out='0'),
    'lock count': Case(out='0'),
    'events listen': Case('done', '--timeout', '0', code=4),
    'events emit': Case('done', '{"id": 7}'),
    'docs index': Case('{"id": "new", "text": "x"}', out='"new"'),
    'docs get': Case('a', out='beaver'),
    'docs drop': Case('a', second=[3]),
    'docs items': Case(out='beaver'),
    'docs search': Case('beaver', out='"id": "a"'),
    'docs explain': Case('beaver', out='plan'),
    'docs indexes': Case(out='"field": "text"'),
    'docs add-index': Case('m', second=[1]),
    'docs remove-index': Case('text', second=[1, 3]),
    'docs reindex': Case(out='', second=[1]),
    'docs connect': Case('a', 'c', 'knows'),
    'docs neighbors': Case('a', out='"b"'),
    'docs walk': Case('a', out='"b"'),
    'graph link': Case('x', 'y', 'knows'),
    'graph unlink': Case('a', 'b', 'knows', second=[3]),
    'graph linked': Case('a', 'b', 'knows', out='true'),
    'graph edges': Case('--source', 'a', out='"target": "b"'),
    'graph neighbours': Case('a', out='"b"'),
    'graph walk': Case('a', out='"c"'),
    'graph path': Case('a', 'c', out='"c"'),
    'graph labels': Case(out='"knows"'),
    'vectors set': Case('z', '[0.5, 0.5]'),
    'vectors get': Case('x', out='[1, 0]'),
    'vectors delete': Case('x', second=[3]),
    'vectors contains': Case('x', out='true'),
    'vectors near': Case('[1, 0.1]', '-k', '1', out='"x"'),
    'vectors items': Case(out='"id": "y"'),
    'sketch add': Case('bob'),
    'sketch contains': Case('ann', out='true'),
    'info': Case(out='"kind": "dict"'),
    'top': Case('--count', '1', out='"structures"'),
    'dump': Case(out='"structures"', binary=True),
    'load': Case('all.json', out='', crowd=False),
    'backup': Case('copy.db', second=[1]),
    'export': Case('new.db', second=[1]),
    'check': Case('--json', out='[]'),
    'doctor': Case('--json', out=''),
    'migrate': Case('--dry-run', code=1),
}
NAMES = {**DUMP_OF, 'lock': 'job', 'events': 'topic', 'sketch': 's'}
for kind, name in DUMP_OF.items():
    CASES[f'{kind} dump'] = Case(out='"metadata"', binary=True)
    CASES[f'{kind} load'] = Case(f'{kind}.json', out='')
for kind in (*DUMP_OF, 'sketch'):
    CASES[f'{kind} count'] = Case(out='')
    CASES[f'{kind} clear'] = Case(out='')


def reference():
    """Every verb there is, and how many words it takes."""
    out = subprocess.run([COMMAND, '__reference'], stdout=subprocess.PIPE, check=True, text=True, encoding='utf-8').stdout
    for line in out.splitlines():
        if not line.startswith('  '):
            words = line.split()
            yield f'{words[0]} {words[2]}' if words[1:2] == ['NAME'] else words[0], line


class EveryTest(CommandTest):
    seed = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = CommandTest()
        maker.setUp()
        cls.addClassCleanup(maker.doCleanups)
        for name, text in (('secret', 'correct horse\n'), ('new-secret', 'battery\n'), ('bytes', 'some bytes')):
            with open(maker.path(name), 'w', encoding='utf-8') as file:
                file.write(text)
        for words in SEED:
            maker.beaver(*words)
        for kind, name in DUMP_OF.items():
            maker.beaver(kind, name, 'dump', '-o', f'{kind}.json')
        maker.beaver('dump', '-o', 'all.json')
        maker.assert_clean()
        cls.seed = maker

    def fresh(self):
        """The directory as it was made, whatever the last command did to it."""
        for name in os.listdir(self.directory):
            os.remove(self.path(name))
        for name in os.listdir(self.seed.directory):
            shutil.copyfile(self.seed.path(name), self.path(name))
        if self.case.before:
            self.beaver(*self.case.before)

    def words(self, *more):
        kind, *verb = self.verb.split()
        name = [] if not verb else ['vault' if verb == ['change-secret'] else NAMES[kind]]
        return [kind, *name, *verb, *more]

    def every(self, verb, line):
        self.verb, self.case, self.line = verb, CASES[verb], line
        if self.case.before:
            self.fresh_or_skip()
        for attempt in (self.in_a_pipe, self.on_a_terminal, self.wrongly_used, self.without_a_file, self.into_a_closed_pipe,
                        self.two_at_once, self.ended_by_ctrl_c):
            with self.subTest(verb=verb, attempt=attempt.__name__):
                self.fresh()
                attempt()

    def fresh_or_skip(self):
        before, self.case.before = self.case.before, ()
        self.fresh()
        run = self.run_command('app.db', *before)
        if run.code and 'libcrypto' in run.err:
            self.skipTest('built without libcrypto')
        self.case.before = before

    def in_a_pipe(self):
        run = self.run_command('app.db', *self.words(*self.case.words), stdin=self.case.stdin)
        self.assertEqual(run.code, self.case.code, run)
        if self.case.code == 0:
            self.assertEqual(run.err, '')
        else:
            self.assertRegex(run.err, r'\Abeaver: [^\n]+\n\Z')
        if self.case.out is None:
            self.assertEqual(run.out, '')
            return
        self.assertIn(self.case.out, run.out)
        self.assertNotIn('\x1b', run.out)
        if not self.case.binary:
            if '--json' not in self.case.words:
                self.assertTrue(run.values or not self.case.out)
            else:
                json.loads(run.out)
        self.assert_clean()

    def on_a_terminal(self):
        terminal = self.terminal('app.db', *self.words(*self.case.words), columns=200)
        run = terminal.end()
        self.assertEqual(run.code, self.case.code, run)
        self.assertEqual(terminal.screen.unknown, [])
        self.assertTrue(terminal.screen.cursor_visible and not terminal.screen.alternate)
        if self.case.out is None and self.case.code == 0:
            self.assertEqual(terminal.screen.text.strip(), '')
        elif self.case.out:
            self.assertNotEqual(terminal.screen.seen.strip(), '')
        if self.case.code:
            self.assertIn('beaver:', terminal.screen.text)
        self.fresh()
        terminal = self.terminal('app.db', *self.words(*self.case.words), columns=200, env={'NO_COLOR': '1'})
        terminal.end()
        self.assertEqual(terminal.screen.colours - {''}, set())

    def wrongly_used(self):
        before = os.stat(self.path('app.db')).st_mtime_ns
        self.refused(2, '--frobnicate', 'app.db', *self.words('--frobnicate'))
        needed = [word for word in self.line.split()[3 if ' NAME ' in self.line else 1:] if not word.startswith('[') and word.isupper()]
        if needed:
            self.refused(2, 'too few words', 'app.db', *self.words())
        if '…' not in self.line:
            self.refused(2, 'too many words', 'app.db', *self.words(*['1'] * 9))
        help_ = self.run_command('app.db', *self.words('--help'))
        self.assertEqual((help_.code, help_.err), (0, ''))
        self.assertTrue(help_.out.startswith('Usage: beaver '), help_)
        self.assertEqual(os.stat(self.path('app.db')).st_mtime_ns, before)

    def without_a_file(self):
        """Who reads out of a mistyped file is told; who writes makes it, or says what is wrong."""
        run = self.run_command('typo.db', *self.words(*self.case.words), stdin=self.case.stdin)
        if run.code == 3 and 'there is no file' in run.err:
            self.assertFalse(os.path.exists(self.path('typo.db')))
        else:
            self.assertTrue(os.path.exists(self.path('typo.db')) or run.code == 1, run)
        if run.code:
            self.assertRegex(run.err, r'\A(beaver: [^\n]+\n)?\Z')
        refused = self.run_command('nowhere/app.db', *self.words(*self.case.words), stdin=self.case.stdin)
        self.assertNotEqual(refused.code, 0)
        self.assertEqual(refused.err.count('\n'), 1, refused)

    def into_a_closed_pipe(self):
        read, write = os.pipe()
        os.close(read)
        try:
            process = subprocess.Popen([COMMAND, 'app.db', *self.words(*self.case.words)], cwd=self.directory, env=self.env,
                                       stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE)
        finally:
            os.close(write)
        err = process.communicate(timeout=120)[1].decode()
        # SIGPIPE, or done before anybody saw that nobody reads; a command that runs may answer what its command did
        allowed = {-SIGPIPE, self.case.code, 128 + SIGPIPE}
        if self.case.out:
            allowed.discard(0)
        if self.verb in ('queue work', 'lock run'):
            allowed |= {0, 1}
        self.assertIn(process.returncode, allowed, err)
        if process.returncode == -SIGPIPE:
            self.assertEqual(err, '')
        if self.verb != 'migrate':
            self.beaver('info')

    def two_at_once(self):
        both = [self.start('app.db', *self.words(*self.case.words)) for _ in range(2)]
        runs = [process.end() for process in both]
        self.assertTrue({run.code for run in runs} <= self.case.second, runs)
        if self.case.code == 0:
            self.assertIn(0, {run.code for run in runs}, runs)
        self.assertTrue(all(run.err.count('\n') <= 1 for run in runs), runs)
        db = sqlite3.connect(self.path('app.db'), timeout=120)
        self.assertEqual(db.execute('PRAGMA quick_check').fetchall(), [('ok',)])
        db.close()

    def ended_by_ctrl_c(self):
        """While somebody has the file for himself, so that no command can be done before."""
        if self.verb == 'migrate':
            return
        other = sqlite3.connect(self.path('app.db'), isolation_level=None)
        other.execute('PRAGMA locking_mode = EXCLUSIVE')
        other.execute('BEGIN EXCLUSIVE')
        try:
            terminal = self.terminal('app.db', '--busy-timeout', '3600', *self.words(*self.case.words))
            until_it_catches(terminal.popen, SIGINT)
            terminal.type(b'\x03')
            run = terminal.end()
        finally:
            other.close()
        self.assertEqual(run.code, 130, run)
        self.assertNotIn('beaver:', terminal.screen.text)
        self.assertFalse(terminal.screen.alternate)


class Complete(CommandTest):
    def test_no_verb_lacks_a_test(self):
        there = {verb for verb, _ in reference()}
        self.assertEqual(there - set(CASES), set(), 'verbs without a test')
        self.assertEqual(set(CASES) - there, set(), 'tests without a verb')
        self.assertEqual({verb.split()[0] for verb in there}, {kind for part in PARTS.values() for kind in part})


def add_tests(part):
    def make(verb, line):
        return lambda self: self.every(verb, line)

    for verb, line in reference():
        if verb.split()[0] in PARTS[part] and verb in CASES:
            setattr(EveryTest, f'test_{verb.replace(" ", "_").replace("-", "_")}', make(verb, line))


if __name__ == '__main__':
    add_tests(sys.argv.pop(1))
    tap_unittest.main()
