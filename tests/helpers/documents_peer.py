# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Indexes, drops and searches documents as beaver-db does, with plain SQLite: documents_peer.py FILE COLLECTION ROUNDS

The ids shared-0 to shared-19 are everybody's, python-N this process's alone; each third of those is dropped again."""
import json
import sqlite3
import sys

path, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
db = sqlite3.connect(path, timeout=120, isolation_level=None)


def unindex(id):
    db.execute('DELETE FROM __beaver_fts_index__ WHERE collection = ? AND item_id = ?', (name, id))
    db.execute('DELETE FROM __beaver_trigrams__ WHERE collection = ? AND item_id = ?', (name, id))


def index(id, body):
    unindex(id)
    db.execute('INSERT OR REPLACE INTO __beaver_documents__ (collection, item_id, data) VALUES (?, ?, ?)',
               (name, id, json.dumps(body)))
    texts = [(path, text) for path, text in body.items() if isinstance(text, str)]
    db.executemany('INSERT INTO __beaver_fts_index__ (collection, item_id, field_path, field_content) VALUES (?, ?, ?, ?)',
                   [(name, id, path, text) for path, text in texts])
    whole = ' '.join(text for path, text in texts).lower()
    db.executemany('INSERT INTO __beaver_trigrams__ (collection, item_id, trigram) VALUES (?, ?, ?)',
                   [(name, id, trigram) for trigram in sorted({whole[i:i + 3] for i in range(len(whole) - 2)})])


def drop(id):
    unindex(id)
    db.execute('DELETE FROM __beaver_documents__ WHERE collection = ? AND item_id = ?', (name, id))


def search():
    """A hit is whole: its two texts are of one version, and it is there once."""
    found = db.execute('SELECT d.item_id, d.data, COUNT(*), MIN(instr(d.data, f.field_content)) FROM __beaver_documents__ AS d'
                       ' JOIN __beaver_fts_index__ AS f ON f.collection = d.collection AND f.item_id = d.item_id'
                       ' WHERE d.collection = ? AND __beaver_fts_index__ MATCH ? GROUP BY d.item_id',
                       (name, 'field_content : pair')).fetchall()
    for id, data, rows, inside in found:
        body = json.loads(data)
        assert rows == 2 and inside > 0 and body['t'][9:] == body['u'][10:], (id, data, rows, inside)


for i in range(rounds):
    body = {'t': f'pair left{i}', 'u': f'pair right{i}', 'n': i % 7}
    db.execute('BEGIN IMMEDIATE')
    if i % 4 == 3:
        drop(f'shared-{i % 20}')
    else:
        index(f'shared-{i % 20}', body)
    index(f'python-{i}', body)
    if i % 3 == 2:
        drop(f'python-{i - 1}')
    db.execute('COMMIT')
    if i % 5 == 0:
        search()
db.close()
