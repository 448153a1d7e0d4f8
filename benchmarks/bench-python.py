#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's sqlite3 as a peer: single gets and sets with the statements of the benchmark program.

usage: bench-python.py get|set [-n ITEMS] [-s SECONDS] [-f] [-d DIRECTORY]
"""
import argparse
import json
import os
import random
import sqlite3
import time

TABLE = """CREATE TABLE IF NOT EXISTS __beaver_dicts__ (dict_name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
expires_at REAL, PRIMARY KEY (dict_name, key))"""
SET = 'INSERT INTO __beaver_dicts__ (dict_name, key, value, expires_at) VALUES (?, ?, ?, NULL) ' \
      'ON CONFLICT (dict_name, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at'
GET = 'SELECT value FROM __beaver_dicts__ WHERE dict_name = ? AND key = ?'


def value(n):
    return json.dumps({'id': n, 'name': f'name of {n}', 'tags': ['a', 'b', 'c'], 'score': n * 0.5, 'text': 'x' * 30})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('case', choices=('get', 'set'))
    parser.add_argument('-n', type=int, default=10000)
    parser.add_argument('-s', type=float, default=1)
    parser.add_argument('-d', default='.')
    parser.add_argument('-f', action='store_true')
    parser.add_argument('--redis')
    args = parser.parse_args()
    path = os.path.join(args.d, 'python.db')
    db = sqlite3.connect(path, isolation_level=None)
    db.execute('PRAGMA journal_mode = WAL')
    db.execute(f'PRAGMA synchronous = {"FULL" if args.f else "NORMAL"}')
    db.execute(TABLE)
    db.execute('BEGIN')
    db.executemany(SET, (('users', f'user:{i:08d}', value(i)) for i in range(args.n)))
    db.execute('COMMIT')
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')

    rng, times, now = random.Random(1), [], time.perf_counter_ns
    text = value(7)
    cpu, begin = time.process_time(), now()
    end = begin + int(args.s * 1e9)
    while now() < end:
        key = f'user:{rng.randrange(args.n):08d}'
        start = now()
        if args.case == 'get':
            db.execute(GET, ('users', key)).fetchone()
        else:
            db.execute(SET, ('users', key, text))
        times.append(now() - start)
    db.close()
    seconds = (now() - begin) / 1e9
    times.sort()
    print(json.dumps({'ops_s': len(times) / seconds, 'cpu_us': (time.process_time() - cpu) * 1e6 / len(times),
                      'p50_us': times[len(times) // 2] / 1e3, 'p99_us': times[len(times) * 99 // 100] / 1e3,
                      'max_us': times[-1] / 1e3}))
    for suffix in ('', '-wal', '-shm'):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)


main()
