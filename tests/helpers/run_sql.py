# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one SQL statement on a file, as any other program with plain SQLite would: run_sql.py FILE SQL"""
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], timeout=120, isolation_level=None)
connection.execute(sys.argv[2]).fetchall()
connection.close()
