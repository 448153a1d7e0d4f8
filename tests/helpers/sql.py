# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another process on the same file: each line of standard input is one SQL statement, answered by one line of JSON, its rows.
Bytes are printed as {"hex": ...}; an error as {"error": ...}. Numbers keep Python's form."""
import json
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1], timeout=120, isolation_level=None)


def plain(value):
    return {'hex': value.hex()} if isinstance(value, bytes) else value


print('ready', flush=True)
for line in sys.stdin:
    try:
        print(json.dumps([[plain(value) for value in row] for row in db.execute(line)]), flush=True)
    except sqlite3.Error as error:
        print(json.dumps({'error': str(error)}), flush=True)
