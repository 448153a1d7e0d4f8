# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who uses a file: jobs that are claimed by one process and settled by another, consumers, holders; pictures of watch and top."""
import json
import os
import re
import signal
import sqlite3
import subprocess

import tap_unittest
from command import SIGINT, CommandTest


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Claims(CommandTest):
    def jobs(self):
        return json.loads(self.beaver('queue', 'q', 'jobs'))

    def claim(self, *words):
        job = json.loads(self.beaver('queue', 'q', 'claim', '--no-block', *words))
        return str(job['id']), job['token'], job

    def test_ack_by_another_process(self):
        self.beaver('queue', 'q', 'put', '{"n": 1}')
        id_, token, job = self.claim()
        self.assertEqual((job['data'], job['attempts'], job['state']), ({'n': 1}, 1, 'claimed'))
        self.assertEqual(self.jobs(), {'waiting': 0, 'delayed': 0, 'claimed': 1, 'dead': 0})
        self.refused(4, 'empty', 'app.db', 'queue', 'q', 'claim', '--no-block')
        self.refused(4, '', 'app.db', 'queue', 'q', 'claim', '--timeout', '0.05')
        self.assertEqual([row['id'] for row in lines(self.beaver('queue', 'q', 'jobs', 'claimed'))], [int(id_)])
        self.refused(1, '', 'app.db', 'queue', 'q', 'ack', id_, 'another')
        self.beaver('queue', 'q', 'ack', id_, token)
        self.assertEqual(sum(self.jobs().values()), 0)
        self.refused(1, '', 'app.db', 'queue', 'q', 'ack', id_, token)

    def test_nack_and_bury(self):
        self.beaver('queue', 'q', 'put', 'job', '--attempts', '9')
        id_, token, _ = self.claim()
        self.beaver('queue', 'q', 'nack', id_, token, '--delay', '0')
        id_, again, job = self.claim()
        self.assertEqual(job['attempts'], 2)
        self.assertNotEqual(again, token)
        self.refused(1, '', 'app.db', 'queue', 'q', 'ack', id_, token)
        self.beaver('queue', 'q', 'nack', id_, again, '--delay', '1h', '--reason', 'no network')
        self.assertEqual(self.jobs()['delayed'], 1)
        self.assertEqual([row['data'] for row in lines(self.beaver('queue', 'q', 'jobs', 'delayed'))], ['job'])
        self.beaver('queue', 'q', 'put', 'hopeless', '--attempts', '9')
        id_, token, _ = self.claim()
        self.beaver('queue', 'q', 'bury', id_, token, '--reason', 'broken')
        self.assertEqual([(row['data'], row['reason']) for row in lines(self.beaver('queue', 'q', 'dead'))], [('hopeless', 'broken')])
        self.refused(2, 'no state', 'app.db', 'queue', 'q', 'jobs', 'happy')
        self.refused(2, 'no whole number', 'app.db', 'queue', 'q', 'ack', 'one', token)

    def test_extend(self):
        self.beaver('queue', 'q', 'put', 'job')
        id_, token, job = self.claim('--lease', '60')
        self.beaver('queue', 'q', 'extend', id_, token, '--lease', '2h')
        [row] = lines(self.beaver('queue', 'q', 'jobs', 'claimed'))
        self.assertGreater(row['due'], job['due'] + 3600)
        self.beaver('queue', 'q', 'ack', id_, token)

    def test_two_never_claim_the_same(self):
        self.beaver('queue', 'q', 'put', '--lines', stdin=''.join(f'{i}\n' for i in range(8)))
        claims = [self.start('app.db', 'queue', 'q', 'claim', '--no-block') for _ in range(8)]
        runs = [process.end() for process in claims]
        self.assertEqual(sorted(run.values[0]['data'] for run in runs), list(range(8)))

    def test_a_killed_worker_loses_its_job_when_the_lease_ends(self):
        self.beaver('queue', 'q', 'put', 'job', '--attempts', '5')
        os.mkfifo(self.path('fifo'))
        # so that whoever reads it ends with this test
        hold = os.open(self.path('fifo'), os.O_RDWR)
        self.addCleanup(os.close, hold)
        process = self.start('app.db', 'queue', 'q', 'work', '--lease', '0.5', '--', 'sh', '-c', 'echo running; exec cat fifo')
        self.assertEqual(process.line(), 'running')
        process.popen.kill()
        process.popen.wait(120)
        job = json.loads(self.beaver('queue', 'q', 'claim'))       # waits until the lease is over
        self.assertEqual(job['data'], 'job')
        self.assertGreaterEqual(job['attempts'], 2)

    def test_a_command_that_does_not_read_keeps_its_job(self):
        """The pipe holds less than the job: who waits until it is read extends no lease."""
        self.beaver('queue', 'q', 'put', '-', stdin=json.dumps('x' * 1000000))
        os.mkfifo(self.path('fifo'))
        hold = os.open(self.path('fifo'), os.O_RDWR)
        self.addCleanup(os.close, hold)
        process = self.start('app.db', 'queue', 'q', 'work', '--count', '1', '--lease', '2', '--', 'sh', '-c', 'echo running; read x < fifo')
        self.assertEqual(process.line(), 'running')
        seen = set()

        def extended():
            [row] = lines(self.beaver('queue', 'q', 'jobs', 'claimed'))
            seen.add(row['due'])
            return len(seen) > 3
        self.retry(extended)
        os.write(hold, b'go\n')
        run = process.end()
        self.assertEqual((run.code, run.err), (0, ''))
        self.assertEqual(sum(self.jobs().values()), 0)

    def test_a_command_gets_all_of_a_large_job(self):
        self.beaver('queue', 'q', 'put', '-', stdin=json.dumps('x' * 1000000))
        self.beaver('queue', 'q', 'put', 'small')
        run = self.run_command('app.db', 'queue', 'q', 'work', '--count', '2', '--', 'wc', '-c')
        self.assertEqual((run.code, run.out.split()), (0, ['1000003', '8']))

    def test_a_lost_job_ends_its_command(self):
        self.beaver('queue', 'q', 'put', 'job', '--attempts', '5')
        os.mkfifo(self.path('fifo'))
        process = self.start('app.db', 'queue', 'q', 'work', '--count', '1', '--lease', '0.3', '--', 'sh', '-c', 'echo running; read x < fifo')
        self.assertEqual(process.line(), 'running')
        self.assertIn(self.beaver('queue', 'q', 'clear'), ('0\n', '1\n'))
        db = sqlite3.connect(self.path('app.db'), isolation_level=None, timeout=120)
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE name LIKE '%beaver_x%job%' AND type = 'table'").fetchall():
            db.execute(f'DELETE FROM {table}')
        db.close()
        run = process.end()
        self.assertIn('lost', run.err)
        self.assertEqual(self.jobs(), {'waiting': 0, 'delayed': 0, 'claimed': 0, 'dead': 0})


class Locks(CommandTest):
    def test_kill_9_frees_the_lock_when_its_time_is_over(self):
        process = self.start('app.db', 'lock', 'l', 'run', '--ttl', '0.5', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        self.assertEqual(process.line(), 'running')
        waiting = self.start('app.db', 'lock', 'l', 'run', 'echo', 'mine')
        process.popen.kill()
        process.popen.wait(120)
        self.assertEqual(waiting.line(), 'mine')
        self.assertEqual(waiting.end().code, 0)

    def test_it_is_renewed_for_longer_than_its_time(self):
        process = self.start('app.db', 'lock', 'l', 'run', '--ttl', '20', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        self.assertEqual(process.line(), 'running')
        first = json.loads(self.beaver('lock', 'l', 'info'))
        # it has been renewed, and is the same lock of the same holder
        later = self.retry(lambda: [info for info in lines(self.beaver('lock', 'l', 'info')) if info['expires_at'] > first['expires_at'] + 2])[0]
        self.assertEqual((later['holder'], later['token']), (first['holder'], first['token']))
        process.popen.stdin.write(b'\n')
        self.assertEqual(process.end().code, 0)

    def test_a_killed_command_is_told(self):
        run = self.run_command('app.db', 'lock', 'l', 'run', '--', 'sh', '-c', 'kill -9 $$')
        self.assertEqual(run.code, 128 + signal.SIGKILL)
        self.assertEqual(self.beaver('lock', 'l', 'count'), '0\n')


class Consumers(CommandTest):
    def test_positions_and_lag(self):
        self.beaver('channel', 'c', 'publish', '--lines', stdin='1\n2\n3\n')
        self.beaver('channel', 'c', 'consume', 'mailer', '--count', '1')
        [row] = lines(self.beaver('channel', 'c', 'consumers'))
        self.assertEqual((row['name'], row['lag'], row['open']), ('mailer', 2, False))
        self.assertGreater(row['offset'], 0)
        process = self.start('app.db', 'channel', 'c', 'consume', 'mailer')
        self.assertEqual([json.loads(process.line())['message'] for _ in range(2)], [2, 3])
        self.retry(lambda: [row for row in lines(self.beaver('channel', 'c', 'consumers')) if row['lag'] == 0 and row['open']])
        info = self.run_command('app.db', 'info', '--table').out
        self.assertIn('channel “c” read by consumer “mailer”', info)
        process.send(SIGINT)
        self.assertEqual(process.end().code, 130)
        self.assertEqual([row['open'] for row in lines(self.beaver('channel', 'c', 'consumers'))], [False])

    def test_nobody(self):
        self.beaver('channel', 'c', 'publish', '1')
        self.assertEqual(self.beaver('channel', 'c', 'consumers'), '')


class Watched(CommandTest):
    """What the documentation shows."""

    def test_info_names_holders(self):
        process = self.start('app.db', 'lock', 'job', 'run', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        process.line()
        info = json.loads(self.beaver('info'))
        self.assertEqual([(held['name'], held['process_id']) for held in info['locks']], [('job', process.popen.pid)])
        terminal = self.terminal('app.db', 'info')
        terminal.end()
        self.assertIn('lock “job” held by', terminal.screen.text)

    def test_commits_of_all_processes_are_counted(self):
        self.beaver('dict', 'd', 'set', 'k', '1')
        writer = self.start('app.db', 'log', 'l', 'append', '--lines', stdin=subprocess.PIPE)
        top = self.start('app.db', 'top', '--period', '0.05')
        first = json.loads(top.line())
        self.assertEqual((first['commit_rate'], first['change_rate']), (0, 0))
        while not (now := json.loads(top.line()))['commit_rate']:
            writer.popen.stdin.write(b'1\n')
            writer.popen.stdin.flush()
        self.assertGreater(now['commit_rate'], 0)
        while not any(s['kind'] == 'log' for s in now['structures']):
            now = json.loads(top.line())
        writer.popen.stdin.close()
        top.send(SIGINT)
        self.assertEqual(top.end().code, 130)

    def scene(self):
        self.beaver('dict', 'settings', 'update', '{"theme": "dark", "size": 12}')
        self.beaver('log', 'requests', 'append', '{"ms": 12, "path": "/"}')
        self.beaver('channel', 'news', 'publish', '--lines', stdin='1\n2\n3\n')
        self.beaver('channel', 'news', 'consume', 'mailer', '--count', '1')
        self.beaver('queue', 'mails', 'put', '--lines', stdin='1\n2\n3\n4\n')
        self.beaver('queue', 'mails', 'claim', '--lease', '1h')
        holder = self.start('app.db', 'lock', 'nightly', 'run', '--', 'sh', '-c', 'echo running; read x', stdin=subprocess.PIPE)
        holder.line()
        return holder

    def activity(self, n):
        """Requests come, now more and now less."""
        for number in range(n):
            for i in range(1 + number * 7 % 5):
                self.beaver('log', 'requests', 'append', json.dumps({'ms': 8 + (number * 13 + i * 5) % 40, 'path': '/'}))

    def rounds(self):
        return 14 if os.environ.get('BEAVER_TEST_PICTURES') else 1

    def test_top(self):
        self.scene()
        terminal = self.terminal('app.db', 'top', '--period', '0.2', columns=110)
        screen = terminal.until(lambda screen: 'lock “nightly” held by' in screen.text)
        self.activity(self.rounds())
        wanted = int(self.beaver('log', 'requests', 'count'))
        # together: at any moment there may be half of a screen
        terminal.until(lambda screen: any(line.split()[:3] == ['log', 'requests', str(wanted)] for line in screen.lines) and
                       'lock “nightly”' in screen.text and
                       'queue “mails”: 3 waiting, 0 delayed, 1 worked on, 0 given up' in screen.text and
                       'channel “news”: consumer “mailer” is away, 2 messages behind' in screen.text and
                       re.match(r'commits: [\d.]+ a second', screen.lines[2]))
        self.keep_picture('command-top', 'beaver app.db top', terminal)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)
        self.assertEqual(screen.unknown, [])

    def test_watch(self):
        for number in range(1, 30):
            entry = {'ms': 8 + number * 13 % 40, 'path': '/about' if number % 3 else '/'}
            self.beaver('log', 'requests', 'append', json.dumps(entry if number % 4 else {**entry, 'user': 'ann'}), '--timestamp', f'-{number * 20}s')
        terminal = self.terminal('app.db', 'log', 'requests', 'watch', '--window', '10m', '--period', '0.2', columns=100)
        screen = terminal.until(lambda screen: 'user' in screen.text and '█' in screen.text)
        self.keep_picture('command-watch', 'beaver app.db log requests watch', terminal)
        terminal.type(b'\x03')
        self.assertEqual(terminal.end().code, 130)


if __name__ == '__main__':
    tap_unittest.main()
