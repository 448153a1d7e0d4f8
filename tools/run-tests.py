#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs `meson test` and counts what the programs really reported.

usage: run-tests.py [--tally FILE] BUILDDIR [arguments of meson test...]

`meson test` counts programs, calls a TAP program that prints nothing a skip, and closes in a form of its own. Here
every TAP subtest counts, a planned one that was never reported has failed, and so has a program that died; a failure
that was expected is one. The last line is `N passed, N failed, N skipped`; with --tally the three numbers go to FILE instead,
for a caller who adds up several runs.
"""
import argparse
import json
import os
import re
import subprocess
import sys

PLAN = re.compile(r'1\.\.(\d+)(?:\s*#\s*skip\b.*)?\s*$', re.I)
POINT = re.compile(r'(not )?ok\b\s*(\d+)?\s*-?\s*(.*)$')
SKIPPED = re.compile(r'(?<!\\)#\s*SKIP\b', re.I)


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reasons = []

    def fail(self, why, n=1):
        self.failed += n
        self.reasons.append(why)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def count_program(record):
    """The Tally of one program, from its line in meson's JSON log."""
    tally, plan, seen = Tally(), None, 0
    result, status = record['result'], record['returncode']

    comments = []                           # what the program said since its last point

    for line in (record.get('stdout') or '').splitlines():
        if line.startswith(('#', 'Bail out!')):
            comments.append(line)
        if match := PLAN.match(line):
            plan = int(match[1])
            continue
        match = POINT.match(line)
        if not match:
            continue
        seen += 1
        name = match[3].strip()
        if SKIPPED.search(name):
            tally.skipped += 1
        elif match[1]:
            tally.fail('\n    '.join([f'not ok: {name}', *comments[-30:]]))
        else:
            tally.passed += 1
        comments.clear()

    if plan is None and not seen:           # no TAP: the program is the test
        if result in ('OK', 'EXPECTEDFAIL'):
            tally.passed = 1
        elif result == 'SKIP' and status == 77:
            tally.skipped = 1
        elif result == 'SKIP':
            tally.fail('printed no TAP at all')
        else:
            tally.fail(f'{result}, exit status {status}')
        return tally
    if plan == 0 and not seen and result in ('OK', 'SKIP'):
        tally.skipped = 1
        return tally
    if plan is None:
        tally.fail('no plan')
    elif seen < plan:
        why = f'{plan - seen} planned, but never reported ({result}, exit status {status})'
        tally.fail('\n    '.join([why, *comments[-30:]]), plan - seen)
    if not tally.failed and result not in ('OK', 'SKIP', 'EXPECTEDFAIL'):
        tally.fail(f'{result}, exit status {status}')
    return tally


def read_log(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            return [json.loads(line) for line in log if line.strip()]
    except FileNotFoundError:
        return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--tally', metavar='FILE')
    parser.add_argument('build')
    options, arguments = parser.parse_known_args()

    base = 'run-tests'
    log = os.path.join(options.build, 'meson-logs', base + '.json')
    if os.path.exists(log):
        os.unlink(log)
    command = ['meson', 'test', '-C', options.build, '--logbase', base, '--print-errorlogs', *arguments]
    status = subprocess.call(command, stdin=subprocess.DEVNULL)

    total = Tally()
    records = read_log(log)
    for record in records:
        tally = count_program(record)
        total.add(tally)
        for why in tally.reasons:
            print(f'FAILED {record["name"]}: {why}')
    if status and not total.failed:
        total.fail('')
        print(f'FAILED: meson test itself, exit status {status}')
    elif not records:
        total.fail('')
        print('FAILED: no test was run')

    if options.tally:
        with open(options.tally, 'w', encoding='utf-8') as out:
            print(total.passed, total.failed, total.skipped, file=out)
    else:
        print(f'{total.passed} passed, {total.failed} failed, {total.skipped} skipped', flush=True)
    return 1 if total.failed else 0


if __name__ == '__main__':
    sys.exit(main())
