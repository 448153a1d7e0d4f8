# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes as Python's beaver-db does, with plain sqlite3 and what the specification of the file says.

structures.py FILE vectors|graph|sketch N: says ready, waits for a line, writes N times into "shared", says done.
"""
import hashlib
import math
import sqlite3
import struct
import sys

db = sqlite3.connect(sys.argv[1], timeout=120, isolation_level=None)
db.execute('PRAGMA synchronous = OFF')


def in_transaction(work, *arguments):
    db.execute('BEGIN IMMEDIATE')
    work(*arguments)
    db.execute('COMMIT')


def bucket(planes, vector):
    norm = math.sqrt(sum(x * x for x in vector))
    dimension = len(vector)
    bits = 0
    for first in range(0, len(planes), dimension):
        bits = bits * 2 + (sum(x / norm * y for x, y in zip(vector, planes[first:first + dimension])) > 0)
    return struct.pack('<q', bits)


def set_vector(name, vector, metadata):
    blob = struct.pack(f'<{len(vector)}f', *vector)
    db.execute('INSERT OR REPLACE INTO __beaver_vectors__ VALUES (?, ?, ?, ?)', ('shared', name, blob, metadata))
    planes, = db.execute("SELECT hyperplanes FROM __beaver_lsh_config__ WHERE collection = 'shared'").fetchone()
    planes = struct.unpack(f'<{len(planes) // 4}f', planes)
    db.execute('INSERT OR REPLACE INTO __beaver_lsh_index__ VALUES (?, ?, ?)', ('shared', bucket(planes, vector), name))


def remove_vector(name):
    db.execute("DELETE FROM __beaver_vectors__ WHERE collection = 'shared' AND item_id = ?", (name,))
    db.execute("DELETE FROM __beaver_lsh_index__ WHERE collection = 'shared' AND item_id = ?", (name,))


def vectors(i):
    in_transaction(set_vector, f'p{i}', (i + 1.0, 5.0), '{"by": "python"}')
    if i % 3 == 2:
        in_transaction(remove_vector, f'p{i}')
    in_transaction(set_vector, 'both', (1000.0 + i, 7.0), None)


def graph(i):
    def link(source, target, label, metadata):
        db.execute('INSERT OR REPLACE INTO __beaver_edges__ VALUES (?, ?, ?, ?, ?)', ('shared', source, target, label, metadata))

    in_transaction(link, str(i), 'python', 'x', None)
    in_transaction(link, 'all', str(i), 'python', '{"n": 1}')
    if i % 2 == 1:
        db.execute("DELETE FROM __beaver_edges__ WHERE collection = 'shared' AND source_item_id = ? AND"
                   " target_item_id = 'python' AND label = 'x'", (str(i),))


CAPACITY, RATE = 100000, 0.01
P = min(18, max(4, math.ceil(2 * math.log2(1.04 / RATE))))
M = 1 << P
EXACT_BITS = -(CAPACITY * math.log(RATE)) / math.log(2) ** 2
BITS, HASHES = math.ceil(EXACT_BITS), math.ceil(EXACT_BITS / CAPACITY * math.log(2))


def add(item):
    row = db.execute("SELECT data FROM __beaver_sketches__ WHERE name = 'shared'").fetchone()
    data = bytearray(row[0] if row else M + (BITS + 7) // 8)
    x = int.from_bytes(hashlib.sha1(item).digest()[:8], 'little')
    w, rank = x >> P, 1
    while w & 1 == 0 and rank < 64 - P + 1:
        w, rank = w >> 1, rank + 1
    data[x % M] = max(data[x % M], rank)
    one, other = struct.unpack('<QQ', hashlib.md5(item).digest())
    for i in range(HASHES):
        bit = (one + i * other) % BITS
        data[M + bit // 8] |= 1 << bit % 8
    db.execute('INSERT OR REPLACE INTO __beaver_sketches__ VALUES (?, ?, ?, ?, ?)',
               ('shared', 'approx_set', CAPACITY, RATE, bytes(data)))


def sketch(i):
    in_transaction(add, b'"python %d"' % i)


print('ready', flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    {'vectors': vectors, 'graph': graph, 'sketch': sketch}[sys.argv[2]](number)
print('done', flush=True)
