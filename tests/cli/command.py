# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the beaver command as a process: in pipes, and on a pseudo-terminal whose screen can be read.

Nothing here waits for a time: everything waits for output, or for the end of a process, with a deadline.
"""
import codecs
import fcntl
import json
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import picture

COMMAND = os.environ['BEAVER_TEST_COMMAND']
DEADLINE = float(os.environ.get('BEAVER_TEST_DEADLINE', '120'))


def until_it_catches(popen, number):
    """Until a signal does more than to end the process (Linux tells)."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with open(f'/proc/{popen.pid}/status', encoding='ascii') as file:
            caught = next((int(line.split()[1], 16) for line in file if line.startswith('SigCgt')), 0)
        if caught >> (number - 1) & 1:
            return
    raise AssertionError(f'signal {number} is not caught')


class Run:
    """What a command that has ended left behind."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def values(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return f'exit {self.code}, out {self.out!r}, err {self.err!r}'


class Process:
    """A command that runs: its output is read line by line."""

    def __init__(self, arguments, cwd, env, stdin=subprocess.DEVNULL, **options):
        self.popen = subprocess.Popen([COMMAND, *arguments], cwd=cwd, env=env, stdin=stdin, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, **options)
        self.pending = b''

    def line(self):
        """The next line of standard output; None at its end."""
        deadline = time.monotonic() + DEADLINE
        fd = self.popen.stdout.fileno()
        while b'\n' not in self.pending:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise AssertionError(f'no line within {DEADLINE} s; so far {self.pending!r}')
            more = os.read(fd, 65536)
            if not more:
                return None
            self.pending += more
        line, self.pending = self.pending.split(b'\n', 1)
        return line.decode()

    def has_line(self):
        return b'\n' in self.pending or bool(select.select([self.popen.stdout.fileno()], [], [], 0)[0])

    def close_output(self):
        self.popen.stdout.close()

    def send(self, number):
        self.popen.send_signal(number)

    def until_it_catches(self, number):
        until_it_catches(self.popen, number)

    def end(self):
        if self.popen.stdout.closed:
            err = self.popen.stderr.read()
            out = b''
            self.popen.wait(DEADLINE)
        else:
            out, err = self.popen.communicate(timeout=DEADLINE)
        return Run(self.popen.returncode, (self.pending + out).decode(), err.decode())

    def abandon(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(DEADLINE)
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if stream is not None and not stream.closed:
                stream.close()


class Screen:
    """As much of a terminal as the command uses."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.main, self.other = self.empty(), None
        self.row = self.column = 0
        self.cursor_visible, self.alternate = True, False
        self.colours = set()
        self.decoder = codecs.getincrementaldecoder('utf-8')()
        self.rest = ''
        self.unknown = []
        self.seen = ''          # all of it, as it came
        self.colour, self.marks = '', {}    # the colour of a cell, by row and column

    def empty(self):
        return [[' '] * self.columns for _ in range(self.rows)]

    @property
    def lines(self):
        return [''.join(row).rstrip() for row in (self.other if self.alternate else self.main)]

    @property
    def text(self):
        return '\n'.join(self.lines)

    def painted(self):
        """Row by row the letters, and their colours."""
        for number, row in enumerate(self.other if self.alternate else self.main):
            yield row, [self.marks.get((number, column), '') if row[column] != ' ' else '' for column in range(self.columns)]

    def feed(self, data):
        text = self.decoder.decode(data)
        self.seen += text
        text = self.rest + text
        self.rest = ''
        while text:
            if text[0] == '\x1b':
                match = re.match(r'\x1b\[([?0-9;]*)([A-Za-z])', text)
                if match is None:
                    if len(text) > 16:
                        self.unknown.append(text[:16])
                        text = text[1:]
                        continue
                    self.rest = text
                    return
                self.control(match[1], match[2])
                text = text[match.end():]
                continue
            self.put(text[0])
            text = text[1:]

    def control(self, numbers, letter):
        cells = self.other if self.alternate else self.main
        if (numbers, letter) in (('?1049', 'h'), ('?1049', 'l')):
            self.alternate = letter == 'h'
            self.other = self.empty()
        elif (numbers, letter) in (('?25', 'h'), ('?25', 'l')):
            self.cursor_visible = letter == 'h'
        elif letter == 'H' and not numbers:
            self.row = self.column = 0
        elif letter == 'J' and numbers == '2':
            for row in cells:
                row[:] = [' '] * self.columns
        elif letter == 'J' and not numbers:
            cells[self.row][self.column:] = [' '] * (self.columns - self.column)
            for row in cells[self.row + 1:]:
                row[:] = [' '] * self.columns
        elif letter == 'K' and not numbers:
            cells[self.row][self.column:] = [' '] * (self.columns - self.column)
        elif letter == 'm':
            self.colours.add(numbers)
            self.colour = '' if numbers in ('', '0') else numbers
        else:
            self.unknown.append(f'{numbers}{letter}')

    def put(self, letter):
        cells = self.other if self.alternate else self.main
        if letter == '\r':
            self.column = 0
        elif letter == '\n':
            if self.row == self.rows - 1:
                cells.append([' '] * self.columns)
                del cells[0]
            else:
                self.row += 1
        elif self.column < self.columns:
            cells[self.row][self.column] = letter
            self.marks[self.row, self.column] = self.colour
            self.column += 1


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, arguments, cwd, env, rows=24, columns=100, stopped=False, **streams):
        self.master, slave = os.openpty()
        self.slave = None
        if stopped:
            # as after Ctrl-S: whoever writes to it stands still
            termios.tcflow(slave, termios.TCOOFF)
            self.slave = slave
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.screen = Screen(rows, columns)

        def become_foreground():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        def become_foreground_of_stderr():
            os.setsid()
            fcntl.ioctl(2, termios.TIOCSCTTY, 0)

        self.popen = subprocess.Popen([COMMAND, *arguments], cwd=cwd, env={**env, 'TERM': 'xterm-256color'},
                                      stdin=streams.get('stdin', slave), stdout=streams.get('stdout', slave), stderr=slave,
                                      preexec_fn=become_foreground_of_stderr if streams else become_foreground)
        if not stopped:
            os.close(slave)

    def until_it_writes(self):
        """Until a thread stands still because the terminal does, where the system tells (Linux)."""
        deadline = time.monotonic() + DEADLINE
        tasks = f'/proc/{self.popen.pid}/task'
        while time.monotonic() < deadline:
            for task in os.listdir(tasks):
                try:
                    with open(f'{tasks}/{task}/syscall', encoding='ascii') as file:
                        words = file.read().split()
                except FileNotFoundError:
                    continue
                except OSError:     # not ours to know
                    return False
                # write (2, ...)
                if words[:2] in (['1', '0x2'], ['64', '0x2'], ['4', '0x2']):
                    return True
            if self.popen.poll() is not None:
                raise AssertionError('the command ended without a word')
        raise AssertionError(f'it wrote nothing within {DEADLINE} s')

    def go_on(self):
        termios.tcflow(self.slave, termios.TCOON)
        os.close(self.slave)
        self.slave = None

    def read(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            raise AssertionError(f'not within {DEADLINE} s; the screen is:\n{self.screen.text}')
        try:
            data = os.read(self.master, 65536)
        except OSError:         # the other end is gone
            data = b''
        self.screen.feed(data)
        return bool(data)

    def until(self, condition):
        """Reads until condition (screen) is true, and gives the screen."""
        deadline = time.monotonic() + DEADLINE
        while not condition(self.screen):
            if not self.read(deadline):
                raise AssertionError(f'the command ended; the screen is:\n{self.screen.text}')
        return self.screen

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        deadline = time.monotonic() + DEADLINE
        while self.read(deadline):
            pass
        self.popen.wait(DEADLINE)
        return Run(self.popen.returncode, self.screen.text, '')

    def abandon(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(DEADLINE)
        if self.slave is not None:
            os.close(self.slave)
        os.close(self.master)


class CommandTest(unittest.TestCase):
    """A directory of its own for each test, with nothing in it."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix='beaver-cli-')
        self.addCleanup(shutil.rmtree, self.directory)
        self.env = {key: value for key, value in os.environ.items() if key not in ('NO_COLOR', 'TERM')}

    def path(self, name):
        return os.path.join(self.directory, name)

    def start(self, *arguments, **options):
        process = Process(arguments, self.directory, {**self.env, **options.pop('env', {})}, **options)
        self.addCleanup(process.abandon)
        return process

    def terminal(self, *arguments, rows=24, columns=100, env=(), **options):
        terminal = Terminal(arguments, self.directory, {**self.env, **dict(env)}, rows, columns, **options)
        self.addCleanup(terminal.abandon)
        return terminal

    def run_command(self, *arguments, stdin=None, env=()):
        done = subprocess.run([COMMAND, *arguments], cwd=self.directory, env={**self.env, **dict(env)},
                              input=stdin.encode() if isinstance(stdin, str) else stdin if stdin is not None else b'',
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE, check=False)
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    def beaver(self, *arguments, **options):
        """A command on app.db that has to do well; what it printed."""
        run = self.run_command('app.db', *arguments, **options)
        self.assertEqual((run.code, run.err), (0, ''), f'{arguments}: {run}')
        return run.out

    def refused(self, code, words, *arguments, **options):
        """A command that has to fail with this code and one line that contains words."""
        run = self.run_command(*arguments, **options)
        self.assertEqual(run.code, code, f'{arguments}: {run}')
        self.assertEqual(run.err.count('\n'), 1, run)
        self.assertTrue(run.err.startswith('beaver: '), run)
        self.assertIn(words, run.err)
        return run

    def retry(self, attempt):
        """Does it again until it gives something true."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            result = attempt()
            if result:
                return result
        raise AssertionError(f'not within {DEADLINE} s')

    def interrupted(self, title, *arguments):
        """Ctrl-C in the middle of long work: when it first shows how far it is, the terminal stands still, and it with it."""
        terminal = self.terminal(*arguments, env={'BEAVER_PROGRESS': 'always'}, stopped=True)
        told = terminal.until_it_writes()
        until_it_catches(terminal.popen, signal.SIGINT)
        os.kill(terminal.popen.pid, signal.SIGINT)
        terminal.go_on()
        run = terminal.end()
        if told:
            self.assertIn(f'{title} [', terminal.screen.seen)
        self.assertEqual(terminal.screen.text.strip(), '')
        return run

    def keep_picture(self, name, title, terminal):
        """The documentation shows this screen: its picture has to be one of it, up to the numbers. BEAVER_TEST_PICTURES names
        the directory where new pictures shall go (doc/images)."""
        screen = terminal.screen
        directory = os.environ.get('BEAVER_TEST_PICTURES')
        if directory:
            with open(os.path.join(directory, f'{name}.svg'), 'w', encoding='utf-8') as file:
                file.write(picture.draw(screen, title))
        path = os.path.join(os.environ['BEAVER_TEST_SOURCE'], 'doc', 'images', f'{name}.svg')
        wanted = picture.structure(picture.lines_of_picture(path))
        try:        # what is there so far may be half of a screen
            terminal.until(lambda screen: picture.structure(screen.lines) == wanted)
        except AssertionError:
            pass
        self.assertEqual(wanted, picture.structure(screen.lines),
                         f'{path} shows something else; BEAVER_TEST_PICTURES=doc/images draws it anew')

    def assert_clean(self):
        """Whoever used the database left nothing beside it."""
        self.assertFalse([name for name in os.listdir(self.directory) if name.endswith(('-wal', '-shm'))])


SIGINT, SIGTERM, SIGHUP, SIGPIPE = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE
