# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Statistics and slow operations, as Python sees them."""
import os
import tempfile
import unittest

import tap_unittest
from beaver import BeaverDB


class Stats(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.db = BeaverDB(os.path.join(self.dir.name, 'x.db'))
        self.addCleanup(self.db.close)

    def test_counters(self):
        before = self.db.stats
        self.db.dict('d')['a'] = 1
        self.assertEqual(self.db.dict('d')['a'], 1)
        after = self.db.stats
        self.assertEqual(after.writes, before.writes + 1)
        self.assertEqual(after['bytes-written'], after.bytes_written)
        self.assertGreater(after.bytes_written, before.bytes_written)
        everything = dict(after)
        self.assertEqual(everything['writes'], after.writes)
        self.assertEqual(everything['longest-wait'], after.longest_wait)
        self.assertIn(f'writes: {after.writes}\n', str(after))

    def test_after_the_close(self):
        self.db.dict('d')['a'] = 1
        self.db.close()
        self.assertGreaterEqual(self.db.stats.writes, 1)
        self.assertEqual(self.db.stats.connections, 0)

    def test_threshold(self):
        self.assertEqual(self.db.slow_operation_threshold, 0)
        self.db.slow_operation_threshold = 1e6
        self.assertEqual(self.db.slow_operation_threshold, 1e6)
        self.db.dict('d')['a'] = 1
        self.assertEqual(self.db.stats.slow_operations, 0)


if __name__ == '__main__':
    tap_unittest.main()
