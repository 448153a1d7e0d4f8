# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plain sqlite3 in the place of beaver-db: takes and waits for locks by the algorithm of its locks.py.

usage: lock_peer.py DATABASE LOCK      (reads commands from the standard input, answers each with one line)
"""
import os
import select
import sqlite3
import sys
import time
import uuid

TABLE = '__beaver_lock_waiters__'


class Peer:
    def __init__(self, path, name):
        self.db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.name = name
        self.waiter = f'pid:{os.getpid()}:id:{uuid.uuid4()}'
        self.poll = 0.01

    def run(self, sql, *values):
        return self.db.execute(sql.replace('TABLE', TABLE), values)

    def insert(self, requested, ttl):
        self.run('INSERT INTO TABLE VALUES (?, ?, ?, ?)', self.name, self.waiter, requested, requested + ttl)

    def look(self):
        """One round: 'held', 'wait' or 'gone'."""
        self.db.execute('BEGIN IMMEDIATE')
        try:
            self.run('DELETE FROM TABLE WHERE lock_name = ? AND expires_at < ?', self.name, time.time())
            front = self.run('SELECT waiter_id FROM TABLE WHERE lock_name = ? ORDER BY requested_at, rowid LIMIT 1',
                             self.name).fetchone()
            own = self.run('SELECT 1 FROM TABLE WHERE waiter_id = ?', self.waiter).fetchone()
        finally:
            self.db.execute('COMMIT')
        if own is None:
            return 'gone'
        return 'held' if front[0] == self.waiter else 'wait'

    def acquire(self, timeout, ttl, requested=None):
        start = time.time()
        while True:
            try:
                self.insert(start if requested is None else requested, ttl)
                break
            except sqlite3.IntegrityError:
                start = time.time()
        while True:
            state = self.look()
            if state != 'wait':
                return state
            if 0 <= timeout < time.time() - start:
                self.release()
                return 'timeout'
            select.select([], [], [], self.poll)

    def release(self):
        self.run('DELETE FROM TABLE WHERE lock_name = ? AND waiter_id = ?', self.name, self.waiter)
        return 'released'

    def rows(self):
        """waiter requested_at ttl, by requested_at."""
        return ' '.join(f'{waiter},{requested!r},{expires - time.time():.3f}' for waiter, requested, expires in self.run(
            'SELECT waiter_id, requested_at, expires_at FROM TABLE WHERE lock_name = ? ORDER BY requested_at', self.name))

    def foreign_row(self, waiter, requested, ttl):
        now = time.time()
        self.run('INSERT INTO TABLE VALUES (?, ?, ?, ?)', self.name, waiter, now + float(requested), now + float(ttl))
        return 'inserted'

    def work(self, directory, rounds):
        """Mutual exclusion: nobody else is inside, and nothing is counted twice."""
        inside, counter = os.path.join(directory, 'inside'), os.path.join(directory, 'counter')
        for _ in range(rounds):
            if self.acquire(-1, 60) != 'held':
                return 'not held'
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
            with open(counter) as file:
                count = int(file.read())
            with open(counter, 'w') as file:
                file.write(str(count + 1))
            os.unlink(inside)
            self.release()
        return 'worked'

    def command(self, words):
        verb, *values = words
        if verb == 'acquire':
            return self.acquire(*map(float, values))
        if verb == 'late':   # stamped long before it could insert
            return self.acquire(-1, 60, time.time() - float(values[0]))
        if verb == 'look':
            return self.look()
        if verb == 'insert':
            self.insert(time.time() - float(values[0]), float(values[1]))
            return 'inserted'
        if verb == 'foreign':
            return self.foreign_row(*values)
        if verb == 'release':
            return self.release()
        if verb == 'rows':
            return self.rows()
        if verb == 'count':
            return str(self.run('SELECT COUNT(*) FROM TABLE WHERE lock_name = ?', self.name).fetchone()[0])
        if verb == 'steal':   # as a clean-up of expired rows does
            return str(self.run('DELETE FROM TABLE WHERE lock_name = ? AND waiter_id <> ?', self.name,
                                self.waiter).rowcount)
        if verb == 'work':
            return self.work(values[0], int(values[1]))
        if verb == 'busy':   # keeps the write lock until the next line
            self.db.execute('BEGIN IMMEDIATE')
            return 'busy'
        if verb == 'idle':
            self.db.execute('COMMIT')
            return 'idle'
        raise ValueError(verb)


def main():
    peer = Peer(*sys.argv[1:])
    for line in sys.stdin:
        print(peer.command(line.split()), flush=True)


main()
