# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Publishes as beaver-db does, with plain sqlite3: publish.py FILE CHANNEL NAME COUNT [CLOCK_OFFSET]

Waits for a line on standard input, writes COUNT messages {"from": NAME, "n": 0...}, each stamped by
the clock (plus the offset) inside its transaction, and prints "done".
"""
import json
import sqlite3
import sys
import time

path, channel, name, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
offset = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
connection = sqlite3.connect(path, timeout=120, isolation_level=None)
print("ready")
sys.stdin.readline()
for n in range(count):
    payload = json.dumps({"from": name, "n": n})
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(
                "INSERT INTO __beaver_pubsub_log__ (timestamp, channel_name, message_payload) VALUES (?, ?, ?)",
                (time.time() + offset, channel, payload))
            connection.execute("COMMIT")
            break
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
print("done")
connection.close()
