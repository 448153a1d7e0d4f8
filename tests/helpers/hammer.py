# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plain sqlite3 in the place of a beaver-db process that works as hard as it can.

usage: hammer.py DATABASE NAME ROUNDS      (starts when a line comes, prints "done" in the end)
"""
import json
import os
import select
import sqlite3
import sys
import time
import uuid


class Hammer:
    def __init__(self, path, name):
        self.db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.db.execute('PRAGMA synchronous = NORMAL')
        self.name = name

    def atomic(self, work, *args):
        """As upstream writes: BEGIN IMMEDIATE, the statements, COMMIT."""
        self.db.execute('BEGIN IMMEDIATE')
        try:
            result = work(*args)
        except BaseException:
            self.db.execute('ROLLBACK')
            raise
        self.db.execute('COMMIT')
        return result

    def count(self, key):
        row = self.db.execute('SELECT value FROM __beaver_dicts__ WHERE dict_name = ? AND key = ?', ('hammer', key)).fetchone()
        value = json.loads(row[0]) + 1 if row else 1
        self.db.execute('INSERT OR REPLACE INTO __beaver_dicts__ VALUES (?, ?, ?, NULL)', ('hammer', key, json.dumps(value)))

    def log(self, n):
        timestamp = time.time()
        while True:
            try:
                self.db.execute('INSERT INTO __beaver_logs__ VALUES (?, ?, ?)',
                                ('hammer', timestamp, json.dumps({'who': self.name, 'n': n})))
                return
            except sqlite3.IntegrityError:
                timestamp += 0.000001

    def publish(self, n):
        # upstream fails when two processes publish in the same instant, and the caller tries again; a clock behind the newest row
        # would be upstream's own loss, so this peer keeps the rule that the channel documents
        newest = self.db.execute('SELECT max(timestamp) FROM __beaver_pubsub_log__').fetchone()[0] or 0
        self.db.execute('INSERT INTO __beaver_pubsub_log__ VALUES (?, ?, ?)',
                        (max(time.time(), newest + 0.000001), 'hammer', json.dumps({'who': self.name, 'n': n})))

    def line_up(self, waiter):
        # Upstream takes the stamp before it has the write lock, so that two of its own processes can hold a lock together
        # (test-lock.c shows that they cannot get past one of ours). Here the stamp is taken inside.
        now = time.time()
        self.db.execute('INSERT INTO __beaver_lock_waiters__ VALUES (?, ?, ?, ?)', ('hammer', waiter, now, now + 60))

    def look(self, waiter):
        self.db.execute('DELETE FROM __beaver_lock_waiters__ WHERE lock_name = ? AND expires_at < ?', ('hammer', time.time()))
        return self.db.execute('SELECT waiter_id FROM __beaver_lock_waiters__ WHERE lock_name = ? '
                               'ORDER BY requested_at, rowid LIMIT 1', ('hammer',)).fetchone()[0] == waiter

    def under_lock(self):
        """Reads and writes in two transactions: only the lock keeps others from coming in between."""
        waiter = f'pid:{os.getpid()}:id:{uuid.uuid4()}'
        while True:
            try:
                self.atomic(self.line_up, waiter)
                break
            except sqlite3.IntegrityError:
                pass
        while not self.atomic(self.look, waiter):
            select.select([], [], [], 0.01)
        row = self.db.execute('SELECT value FROM __beaver_dicts__ WHERE dict_name = ? AND key = ?',
                              ('hammer', 'locked')).fetchone()
        value = json.loads(row[0]) + 1 if row else 1
        self.db.execute('INSERT OR REPLACE INTO __beaver_dicts__ VALUES (?, ?, ?, NULL)', ('hammer', 'locked', json.dumps(value)))
        self.db.execute('DELETE FROM __beaver_lock_waiters__ WHERE lock_name = ? AND waiter_id = ?', ('hammer', waiter))


def main():
    path, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    hammer = Hammer(path, name)
    print('ready', flush=True)
    sys.stdin.readline()
    for n in range(rounds):
        hammer.atomic(hammer.count, 'shared')
        hammer.atomic(hammer.log, n)
        hammer.atomic(hammer.publish, n)
        if n % 20 == 0:
            hammer.under_lock()
    print('done', flush=True)


main()
