# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the Python binding share."""
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from beaver import BeaverDB

ROUNDS = max(1, int(float(os.environ.get('BEAVER_TEST_ROUNDS', '1'))))


def wait_until(condition, what, deadline=120.0):
    end = time.monotonic() + deadline
    tick = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f'waited {deadline} seconds for {what}')
        tick.wait(0.005)


def descriptors(path):
    """The descriptors that this process has on a database and what belongs to it."""
    found = []
    for number in os.listdir('/proc/self/fd'):
        try:
            target = os.readlink(f'/proc/self/fd/{number}')
        except OSError:
            continue
        if target.startswith(str(path)):
            found.append(target)
    return found


def library_threads():
    """The threads of the library and of its override.

    One that was joined stays listed for an instant; the kernel marks it as exiting (PF_EXITING, 4), and it does not count."""
    names = []
    for task in os.listdir('/proc/self/task'):
        try:
            with open(f'/proc/self/task/{task}/stat', encoding='utf-8', errors='replace') as file:
                name, _, rest = file.read().partition(' (')[2].rpartition(') ')
        except OSError:
            continue
        if name.startswith('beaver') and not int(rest.split()[6]) & 4:
            names.append(name)
    return names \
        + [thread.name for thread in threading.enumerate() if thread.name.startswith('beaver')]


def run_program(text, directory, timeout=240):
    """Runs a program of its own; its output."""
    path = os.path.join(directory, 'program.py')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    done = subprocess.run([sys.executable, path], cwd=directory, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f'exit status {done.returncode}\n{done.stdout}')
    return done.stdout


class Case(unittest.TestCase):
    """A directory, and an open database in it."""

    options = {}

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.path = os.path.join(self.dir, 'x.db')
        self.db = BeaverDB(self.path, **self.options)
        self.addCleanup(self.db.close)
