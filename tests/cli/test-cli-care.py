# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looking after files (check, doctor, migrate), secrets, and long work: its progress, and Ctrl-C in the middle of it."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading

import tap_unittest
from command import SIGINT, SIGPIPE, CommandTest

DATA = os.path.join(os.environ['BEAVER_TEST_SOURCE'], 'tests', 'data')


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class CareTest(CommandTest):
    def fixture(self, name):
        """A file that the Python original wrote, copied."""
        shutil.copyfile(os.path.join(DATA, name), self.path(name))
        return name

    def names(self):
        """The files, but for what readers of a write-ahead log leave beside it."""
        return sorted(name for name in os.listdir(self.directory) if not name.endswith(('-wal', '-shm')))

    def sql(self, statement, *values, name='app.db'):
        db = sqlite3.connect(self.path(name), isolation_level=None, timeout=120)
        try:
            return db.execute(statement, values).fetchall()
        finally:
            db.close()


class Check(CareTest):
    def test_a_sound_file(self):
        self.beaver('dict', 'd', 'set', 'k', '1')
        self.assertEqual(self.beaver('check'), '')
        self.assertEqual(json.loads(self.beaver('check', '--json')), [])
        self.assertEqual(self.terminal('app.db', 'check').end().out.strip(), 'app.db is sound')
        self.assert_clean()

    def test_findings_are_told_and_answer_1(self):
        self.beaver('docs', 'd', 'index', '{"text": "dam"}', '--id', 'a')
        self.sql("DELETE FROM __beaver_documents__")
        run = self.run_command('app.db', 'check')
        self.assertEqual((run.code, run.err), (1, ''))
        self.assertEqual([(row['severity'], row['code']) for row in run.values], [('warning', 'orphan-fts')])
        terminal = self.terminal('app.db', 'check')
        self.assertEqual(terminal.end().code, 1)
        self.assertEqual(terminal.screen.lines[0].split(), ['SEVERITY', 'CODE', 'FINDING'])

    def test_damage(self):
        self.beaver('dict', 'd', 'update', '-', stdin=json.dumps({f'key {i}': 'x' * 200 for i in range(500)}))
        size = os.path.getsize(self.path('app.db'))
        root = self.sql("SELECT rootpage FROM sqlite_schema WHERE name = '__beaver_dicts__'")[0][0]
        page = self.sql('PRAGMA page_size')[0][0]
        self.assertGreater(size, page * 20)
        with open(self.path('app.db'), 'r+b') as file:
            file.seek((root - 1) * page + 8)
            file.write(b'\xff' * 64)
        run = self.run_command('app.db', 'check')
        self.assertEqual(run.code, 1, run)
        self.assertTrue('damaged' in run.out or 'app.db' in run.err, run)

    def test_bad_use(self):
        self.refused(3, 'there is no file', 'typo.db', 'check')
        self.beaver('dict', 'd', 'set', 'k', '1')
        self.refused(2, 'too many words', 'app.db', 'check', 'dict')

    def test_progress_and_ctrl_c(self):
        self.beaver('dict', 'd', 'update', '-', stdin=json.dumps({f'key {i}': 'x' * 200 for i in range(500)}))
        for verb in ('check', 'doctor'):
            self.assertEqual(self.interrupted('checking', 'app.db', verb).code, 130)
        self.assertEqual(self.beaver('check'), '')


class Doctor(CareTest):
    def test_it_mends_what_is_safe(self):
        self.beaver('log', 'l', 'append', '{"ms": 1}')
        self.beaver('log', 'l', 'add-index', 'ms')
        self.beaver('docs', 'd', 'index', '{"text": "dam"}', '--id', 'a')
        self.sql("DELETE FROM __beaver_documents__")
        self.sql("UPDATE __beaver_field_index_manifest__ SET complete = 0")
        self.sql("INSERT INTO __beaver_lock_waiters__ (lock_name, waiter_id, requested_at, expires_at) VALUES ('old', 'pid:1', 1, 2)")
        codes = lambda out: {row['code']: row['fixed'] for row in lines(out) if row['code'] != 'sqlite-release'}   # noqa: E731
        run = self.run_command('app.db', 'doctor')
        self.assertEqual((run.code, codes(run.out)), (1, {'orphan-fts': False, 'stale-locks': False, 'unfinished-index': False}))
        run = self.run_command('app.db', 'doctor', '--fix')
        self.assertEqual((run.code, codes(run.out)), (0, {'orphan-fts': True, 'stale-locks': True, 'unfinished-index': True}))
        self.assertEqual(codes(self.beaver('doctor')), {})
        self.assertTrue(json.loads(self.beaver('log', 'l', 'indexes'))['complete'])
        self.assertIn('The file is well', self.terminal('app.db', 'doctor', columns=200).end().out)
        self.assert_clean()

    def test_a_risky_sqlite_is_named(self):
        self.beaver('dict', 'd', 'set', 'k', '1')
        told = [row for row in lines(self.beaver('doctor')) if row['code'] == 'sqlite-release']
        self.assertEqual(len(told), 1 if sqlite3.sqlite_version_info < (3, 51, 3) else 0)
        self.assertTrue(all(row['severity'] == 'note' and 'SQLite' in row['text'] for row in told))

    def test_a_dead_holder_is_named(self):
        process = self.start('app.db', 'lock', 'job', 'run', '--ttl', '600', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        process.line()
        self.assertEqual([row for row in lines(self.beaver('doctor')) if row['code'] == 'dead-holder'], [])
        process.popen.kill()
        process.popen.wait(120)
        told = [row for row in lines(self.beaver('doctor')) if row['code'] == 'dead-holder']
        self.assertEqual([row['severity'] for row in told], ['note'])
        self.assertIn('lock job clear', told[0]['text'])
        self.beaver('lock', 'job', 'clear')
        self.assertEqual([row for row in lines(self.beaver('doctor')) if row['code'] == 'dead-holder'], [])

    def test_two_at_once_mend_one_file(self):
        self.beaver('docs', 'd', 'index', '{"text": "dam"}', '--id', 'a')
        self.sql("DELETE FROM __beaver_documents__")
        both = [self.start('app.db', 'doctor', '--fix') for _ in range(2)]
        self.assertEqual([process.end().code for process in both], [0, 0])
        self.assertEqual(self.beaver('check'), '')


class Migrate(CareTest):
    def test_dry_run(self):
        source = self.fixture('legacy_130.db')
        run = self.run_command(source, 'migrate', '--dry-run')
        self.assertEqual((run.code, run.err), (0, ''), run)
        report = run.values[0]
        self.assertEqual((report['legacy_version'], report['dry_run'], report['destination'], report['copied']['dicts']), ('1.3.0', True, None, 8))
        self.assertEqual(self.names(), [source])
        terminal = self.terminal(source, 'migrate', '--dry-run')
        self.assertEqual(terminal.end().code, 0)
        self.assertIn('would be copied', terminal.screen.lines[0])

    def test_both_spellings(self):
        source = self.fixture('legacy_130.db')
        with open(self.path(source), 'rb') as file:
            before = file.read()
        os.chmod(self.path(source), 0o600)
        run = self.run_command('migrate', source)
        self.assertEqual({os.stat(self.path(name)).st_mode & 0o777 for name in self.names()}, {0o600})
        self.assertEqual((run.code, run.values[0]['total_rows']), (0, 89), run)
        with open(self.path(source), 'rb') as file:
            self.assertEqual(file.read(), before)
        self.assertIn('"kind": "dict"', self.run_command(f'{source}.migrated', 'info').out)
        self.refused(1, 'exists already', source, 'migrate')
        terminal = self.terminal(source, 'migrate', '-o', "it's new.db")
        self.assertEqual(terminal.end().code, 0)
        self.assertIn("mv 'it'\\''s new.db' 'legacy_130.db'", terminal.screen.text)
        self.assertEqual(self.run_command("it's new.db", 'check').code, 0)

    def test_D67_nothing_is_left_of_a_failure(self):
        self.refused(1, 'beaver-db 1.x and of 2.x', self.fixture('split_brain.db'), 'migrate')
        self.refused(1, '', self.fixture('dicts.db'), 'migrate')
        self.refused(3, 'there is no file', 'typo.db', 'migrate')
        self.refused(2, 'given twice', 'a.db', 'migrate', 'b.db')
        self.refused(2, '--dry-run', 'a.db', 'migrate', '--dry-run', '-o', 'b.db')
        self.assertEqual(self.names(), ['dicts.db', 'split_brain.db'])

    def test_D67_files_without_some_tables(self):
        source = self.fixture('legacy_130.db')
        for table in ('beaver_lists', 'beaver_dicts'):
            self.sql(f'DROP TABLE {table}', name=source)
        run = self.run_command(source, 'migrate')
        self.assertEqual((run.code, run.err), (0, ''), run)

    def test_an_old_file_says_how_it_is_converted(self):
        self.refused(1, 'beaver migrate', self.fixture('legacy_130.db'), 'info')

    def test_progress_and_ctrl_c(self):
        source = self.fixture('legacy_130.db')
        self.assertEqual(self.interrupted('converting', source, 'migrate').code, 130)
        self.assertEqual(self.names(), [source])


class Secret(CareTest):
    def setUp(self):
        super().setUp()
        with open(self.path('secret'), 'w', encoding='utf-8') as file:
            file.write('correct horse\n')

    def needs_secrets(self):
        run = self.run_command('app.db', 'dict', 'vault', 'set', 'bank', '1234', '--secret-file', 'secret')
        if run.code and 'libcrypto' in run.err:
            self.skipTest('built without libcrypto')

    def test_from_a_file(self):
        self.needs_secrets()
        self.assertEqual(self.beaver('dict', 'vault', 'get', 'bank', '--secret-file', 'secret'), '1234\n')
        self.assertEqual(lines(self.beaver('dict', 'vault', 'items', '--secret-file', 'secret')), [{'key': 'bank', 'value': 1234}])
        self.assertEqual(self.beaver('dict', 'vault', 'keys'), '"bank"\n')
        self.assertNotIn('1234', str(self.sql("SELECT value FROM __beaver_dicts__ WHERE dict_name = 'vault'")))
        self.refused(1, 'No such file', 'app.db', 'dict', 'vault', 'get', 'bank', '--secret-file', 'none')

    def test_D38_without_it_nothing_is_read_or_written_in_clear(self):
        self.needs_secrets()
        for words in (['get', 'bank'], ['items'], ['set', 'new', '1'], ['pop', 'bank'], ['dump'], ['query'], ['update', '{"a": 1}']):
            self.refused(1, 'secret', 'app.db', 'dict', 'vault', *words)
        self.refused(1, 'wrong', 'app.db', 'dict', 'vault', 'get', 'bank', env={'BEAVER_SECRET': 'battery'})
        self.assertEqual(self.beaver('dict', 'vault', 'count'), '1\n')

    def test_from_the_environment(self):
        self.needs_secrets()
        env = {'BEAVER_SECRET': 'correct horse'}
        self.assertEqual(self.beaver('dict', 'vault', 'get', 'bank', env=env), '1234\n')
        # who has it set for one dict need not mind the others
        self.beaver('dict', 'plain', 'set', 'k', '1', env=env)
        self.assertEqual(self.beaver('dict', 'plain', 'get', 'k'), '1\n')
        self.beaver('dict', 'second', 'set', 'k', '2', '--encrypted', env=env)
        self.refused(1, 'secret', 'app.db', 'dict', 'second', 'get', 'k')
        self.assertEqual(self.beaver('dict', 'second', 'get', 'k', env=env), '2\n')

    def test_never_on_the_command_line(self):
        for words in (['--secret', 'correct horse'], ['--secret=correct horse']):
            self.refused(2, '--secret-file', 'app.db', 'dict', 'vault', 'set', 'bank', '1234', *words)
        self.assertEqual([name for name in os.listdir(self.directory) if name.endswith('.db')], [])

    def test_files_that_hold_none(self):
        for name, data in (('empty', b''), ('line', b'\n'), ('bytes', b'\xff\xfe'), ('nul', b'a\0b')):
            with open(self.path(name), 'wb') as file:
                file.write(data)
            self.refused(2, name, 'app.db', 'dict', 'vault', 'set', 'k', '1', '--secret-file', name)

    def test_a_terminal_is_asked_and_shows_nothing(self):
        self.needs_secrets()
        terminal = self.terminal('app.db', 'dict', 'vault', 'get', 'bank')
        terminal.until(lambda screen: 'Secret of dict “vault”: ' in screen.text or 'Secret' in screen.text and 'vault' in screen.text)
        terminal.type(b'correct horse\n')
        self.assertEqual(terminal.end().code, 0)
        self.assertIn('1234', terminal.screen.text)
        self.assertNotIn('horse', terminal.screen.seen)
        terminal = self.terminal('app.db', 'dict', 'vault', 'get', 'bank')
        terminal.until(lambda screen: 'Secret' in screen.text)
        terminal.type(b'battery\n')
        self.assertEqual(terminal.end().code, 1)
        self.assertIn('wrong', terminal.screen.text)

    def test_a_new_one_is_asked_for_twice(self):
        self.needs_secrets()
        for again, code in ((b'batery\n', 2), (b'battery\n', 0)):
            terminal = self.terminal('app.db', 'dict', 'new', 'set', 'k', '1', '--encrypted')
            terminal.until(lambda screen: 'Secret' in screen.text)
            terminal.type(b'battery\n')
            terminal.until(lambda screen: 'Once more' in screen.text)
            terminal.type(again)
            self.assertEqual(terminal.end().code, code, terminal.screen.text)
        self.assertEqual(self.beaver('dict', 'new', 'get', 'k', env={'BEAVER_SECRET': 'battery'}), '1\n')

    def test_ctrl_c_at_the_question(self):
        self.needs_secrets()
        terminal = self.terminal('app.db', 'dict', 'vault', 'get', 'bank')
        terminal.until(lambda screen: 'Secret' in screen.text)
        terminal.type(b'corr\x03')
        self.assertEqual(terminal.end().code, 130)
        self.assertNotIn('corr', terminal.screen.seen)
        self.assert_clean()

    def test_without_a_terminal_it_says_what_to_do(self):
        run = subprocess.run([os.environ['BEAVER_TEST_COMMAND'], 'app.db', 'dict', 'vault', 'set', 'k', '1', '--encrypted'], cwd=self.directory,
                             env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                             start_new_session=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 2, run)
        self.assertIn('--secret-file', run.stderr)

    def test_it_can_be_changed(self):
        self.needs_secrets()
        with open(self.path('new'), 'w', encoding='utf-8') as file:
            file.write('battery')
        self.beaver('dict', 'vault', 'change-secret', '--secret-file', 'secret', '--new-secret-file', 'new')
        self.refused(1, 'wrong', 'app.db', 'dict', 'vault', 'get', 'bank', '--secret-file', 'secret')
        self.assertEqual(self.beaver('dict', 'vault', 'get', 'bank', '--secret-file', 'new'), '1234\n')
        self.beaver('dict', 'vault', 'rotate', '--secret-file', 'new', env={'BEAVER_NEW_SECRET': 'staple'})
        self.assertEqual(self.beaver('dict', 'vault', 'get', 'bank', env={'BEAVER_SECRET': 'staple'}), '1234\n')

    def test_dumps_come_back(self):
        self.needs_secrets()
        dump = self.beaver('dict', 'vault', 'dump', '--secret-file', 'secret')
        self.assertEqual(json.loads(dump)['items'][0]['value'], 1234)
        self.beaver('dict', 'copy', 'load', '--secret-file', 'secret', stdin=dump)
        self.assertEqual(self.beaver('dict', 'copy', 'get', 'bank', '--secret-file', 'secret'), '1234\n')
        self.refused(1, 'secret', 'app.db', 'dict', 'copy', 'get', 'bank')

    def test_what_python_wrote(self):
        self.needs_secrets()
        name = self.fixture('encrypted.db')
        run = self.run_command(name, 'dict', 'vault', 'get', 'pin', env={'BEAVER_SECRET': 'correct horse battery staple'})
        self.assertEqual((run.code, run.out), (0, '1234\n'), run)


class LongWork(CareTest):
    def setUp(self):
        super().setUp()
        self.beaver('dict', 'd', 'update', '-', stdin=json.dumps({f'key {i}': 'x' * 100 for i in range(2000)}))
        self.before = self.beaver('dict', 'd', 'items')

    def test_short_work_says_nothing(self):
        terminal = self.terminal('app.db', 'backup', 'copy.db')
        self.assertEqual(terminal.end().code, 0)
        self.assertNotIn('%', terminal.screen.seen)

    def test_progress_is_for_terminals(self):
        env = {'BEAVER_PROGRESS': 'always'}
        self.assertEqual(self.beaver('backup', 'copy.db', env=env), '')
        terminal = self.terminal('app.db', 'export', 'new.db', env=env)
        self.assertEqual(terminal.end().code, 0)
        self.assertRegex(terminal.screen.seen, r'copying \[#*\.*\] +\d+ %')
        self.assertEqual(terminal.screen.text.strip(), '')
        self.assertEqual(terminal.screen.unknown, [])
        terminal = self.terminal('app.db', 'dump', '-o', 'dump.json', env={'BEAVER_PROGRESS': 'never'})
        self.assertEqual(terminal.end().code, 0)
        self.assertEqual(terminal.screen.seen, '')

    def test_ctrl_c_in_a_copy(self):
        for verb in ('backup', 'export'):
            with open(self.path('old.db'), 'wb') as file:
                file.write(b'something else')
            names = sorted(os.listdir(self.directory))
            self.assertEqual(self.interrupted('copying', 'app.db', verb, 'copy.db').code, 130)
            self.assertEqual(sorted(os.listdir(self.directory)), names)
            self.assert_clean()
        self.beaver('backup', 'good.db')
        with open(self.path('good.db'), 'rb') as file:
            good = file.read()
        self.beaver('dict', 'd', 'set', 'new', '1')
        self.assertEqual(self.interrupted('copying', 'app.db', 'backup', 'good.db').code, 130)
        with open(self.path('good.db'), 'rb') as file:
            self.assertEqual(file.read(), good)

    def test_ctrl_c_in_a_dump(self):
        with open(self.path('dump.json'), 'w', encoding='utf-8') as file:
            file.write('older')
        for words in (['dump'], ['dict', 'd', 'dump']):
            self.assertEqual(self.interrupted('dumping', 'app.db', *words, '-o', 'dump.json').code, 130)
            with open(self.path('dump.json'), encoding='utf-8') as file:
                self.assertEqual(file.read(), 'older')

    def held_up(self, title, *words):
        """A command that wants to write while another does, on a terminal; Ctrl-C ends it."""
        other = sqlite3.connect(self.path('app.db'), isolation_level=None)
        other.execute('BEGIN IMMEDIATE')
        try:
            terminal = self.terminal('app.db', '--busy-timeout', '3600', *words, env={'BEAVER_PROGRESS': 'always'})
            terminal.until(lambda screen: title in screen.text)
            terminal.type(b'\x03')
            run = terminal.end()
        finally:
            other.execute('ROLLBACK')
            other.close()
        self.assertEqual(run.code, 130, run)
        self.assertEqual(self.beaver('dict', 'd', 'items'), self.before)

    def test_ctrl_c_in_a_load(self):
        self.beaver('dump', '-o', 'all.json')
        self.beaver('dict', 'd', 'dump', '--jsonl', '-o', 'd.jsonl')
        self.held_up('loading', 'load', 'all.json')
        self.held_up('loading', 'dict', 'd', 'load', 'd.jsonl')
        self.held_up('loading', 'dict', 'd', 'load', '--append', 'd.jsonl')

    def test_ctrl_c_while_a_load_reads(self):
        process = self.start('app.db', 'dict', 'd', 'load', stdin=subprocess.PIPE)
        process.popen.stdin.write(b'{"metadata": {"type": "Dict"}, "items": [')
        process.popen.stdin.flush()
        process.until_it_catches(SIGINT)
        process.send(SIGINT)
        process.popen.wait(120)
        self.assertEqual(process.end().code, 130)
        self.assertEqual(self.beaver('dict', 'd', 'items'), self.before)

    def test_ctrl_c_while_indexes_are_built(self):
        self.beaver('dict', 'd', 'add-index', 'x')
        self.held_up('indexing', 'dict', 'd', 'reindex')

    def test_reindexing_shows_how_far_it_is(self):
        self.beaver('log', 'l', 'append', '--lines', stdin=''.join(f'{{"n": {i}}}\n' for i in range(300)))
        self.beaver('log', 'l', 'add-index', 'n')
        terminal = self.terminal('app.db', 'log', 'l', 'reindex', env={'BEAVER_PROGRESS': 'always'})
        self.assertEqual(terminal.end().code, 0)
        self.assertIn('indexing [', terminal.screen.seen)

    def test_ctrl_c_while_a_blob_comes(self):
        os.mkfifo(self.path('slow'))
        self.beaver('blob', 'b', 'put', 'k', stdin='before')
        terminal = self.terminal('app.db', 'blob', 'b', 'put', 'k', 'slow', env={'BEAVER_PROGRESS': 'always'})
        with open(self.path('slow'), 'wb') as file:
            writer = threading.Thread(target=self.feed, args=(file,))
            writer.start()
            terminal.until(lambda screen: 'storing [' in screen.text)
            terminal.type(b'\x03')
            self.assertEqual(terminal.end().code, 130)
            writer.join()
        self.assertEqual(self.beaver('blob', 'b', 'get', 'k'), 'before')
        self.assert_clean()

    @staticmethod
    def feed(file):
        """A part, and then nothing more for as long as anybody reads."""
        try:
            file.write(b'x' * 65536)
            file.flush()
        except BrokenPipeError:
            pass

    def test_ctrl_c_while_a_blob_goes(self):
        with open(self.path('large'), 'wb') as file:
            file.write(os.urandom(3 * 1024 * 1024))
        self.beaver('blob', 'b', 'put', 'k', 'large')
        read, write = os.pipe()
        terminal = self.terminal('app.db', 'blob', 'b', 'get', 'k', env={'BEAVER_PROGRESS': 'always'}, stdin=subprocess.DEVNULL, stdout=write)
        os.close(write)
        terminal.until(lambda screen: 'reading [' in screen.text)
        # nobody reads, and it stands still
        terminal.type(b'\x03')
        run = terminal.end()
        os.close(read)
        self.assertEqual(run.code, 130)
        with open(self.path('out'), 'wb') as file:
            file.write(b'older')
        self.assertEqual(self.interrupted('reading', 'app.db', 'blob', 'b', 'get', 'k', 'out').code, 130)
        with open(self.path('out'), 'rb') as file:
            self.assertEqual(file.read(), b'older')
        self.assertEqual([name for name in os.listdir(self.directory) if name.startswith(('.', 'out.'))], [])

    def test_a_closed_pipe_in_a_dump(self):
        process = self.start('app.db', 'dict', 'd', 'dump')
        process.line()
        process.close_output()
        run = process.end()
        self.assertEqual((run.code, run.err), (-SIGPIPE, ''))
        self.assert_clean()

    def test_the_second_ctrl_c_does_not_wait(self):
        other = sqlite3.connect(self.path('app.db'), isolation_level=None)
        other.execute('BEGIN IMMEDIATE')
        process = self.start('app.db', 'dict', 'd', 'set', 'k', '1')
        process.until_it_catches(SIGINT)
        process.send(SIGINT)
        try:
            process.send(signal.SIGINT)
        except ProcessLookupError:
            pass
        self.assertEqual(process.end().code, 130)
        other.execute('ROLLBACK')
        other.close()


if __name__ == '__main__':
    tap_unittest.main()
