#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program of the tutorial, in one language or another: every verb, and two terminals at once.

usage: test-todo.py COMMAND...       (prints TAP)
"""
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import tap_unittest

DEADLINE = 600
COMMAND = []


class Watch:
    """The program's watch, and what it prints."""

    def __init__(self, environment):
        self.process = subprocess.Popen([*COMMAND, 'watch'], env=environment, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=1)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip('\n'))
        self.lines.put(None)

    def until(self, wanted):
        seen = []
        while wanted not in seen:
            try:
                line = self.lines.get(timeout=DEADLINE)
            except queue.Empty:
                raise AssertionError(f'waited for {wanted!r} and saw {seen}') from None
            if line is None:
                raise AssertionError(f'ended before {wanted!r}, with {seen}')
            seen.append(line)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(DEADLINE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class Todo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {**os.environ, 'TODO_DB': os.path.join(folder.name, 'todo.db')}

    def run_todo(self, *words, code=0):
        done = subprocess.run([*COMMAND, *words], env=self.environment, text=True, timeout=DEADLINE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout.splitlines()

    def test_add_done_undo(self):
        self.assertEqual(self.run_todo(), [])
        self.run_todo('add', 'buy milk')
        self.run_todo('add', 'gr\u00fc\u00dfe schreiben')
        self.run_todo('done', '2')
        self.assertEqual(self.run_todo('list'), ['  1 [ ] buy milk', '  2 [x] gr\u00fc\u00dfe schreiben'])
        self.assertEqual(self.run_todo('stats'), ['1 done in the last seven days'])
        self.run_todo('undo')
        self.assertEqual(self.run_todo(), ['  1 [ ] buy milk', '  2 [ ] gr\u00fc\u00dfe schreiben'])
        self.assertEqual(self.run_todo('undo'), ['nothing to undo'])

    def test_what_fails_changes_nothing(self):
        self.run_todo('add', 'buy milk')
        self.assertNotEqual(self.run_todo('done', '7', code=1), [])
        self.assertNotEqual(self.run_todo('eat', 'cake', code=1), [])
        self.assertEqual(self.run_todo('stats'), ['0 done in the last seven days'])
        self.assertEqual(self.run_todo('undo'), ['nothing to undo'])
        self.assertEqual(self.run_todo(), ['  1 [ ] buy milk'])

    def test_watch(self):
        self.run_todo('add', 'buy milk')
        watch = Watch(self.environment)
        self.addCleanup(watch.close)
        watch.until('  1 [ ] buy milk')
        # what was put before and after somebody waits, by another process
        self.run_todo('remind', '1', '0')
        watch.until('remember task 1!')
        self.run_todo('remind', '1', '0.2')
        watch.until('remember task 1!')
        self.run_todo('done', '1')
        watch.until('  1 [x] buy milk')
        self.assertEqual(watch.interrupt(), 0)
        self.assertEqual(os.listdir(self.folder), ['todo.db'], 'closed, so without -wal and -shm')


if __name__ == '__main__':
    COMMAND = sys.argv[1:]
    tap_unittest.main()
