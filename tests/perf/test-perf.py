#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of the hot paths, which no noise touches: beside plain SQLite, and as the data grows. The limits are wide; the
targets are those of the benchmarks.

usage: test-perf.py BENCH-PROGRAM
"""
import re
import shutil
import subprocess
import sys
import tempfile

OPERATIONS = 1000
# instructions of ours over those of SQLite with the statement alone
BESIDE = {'get': 1.6, 'get-repeated': 0.15, 'set': 1.7, 'append': 1.5, 'publish': 1.5, 'queue': 1.6, 'index': 1.45, 'list-iterate': 1.75}
# instructions with 30,000 items over those with 1,000: a tree grows by a level, a scan by thirty times
GROWTH = {'get': 1.6, 'set': 1.6, 'append': 1.6, 'publish': 1.6, 'queue': 1.6, 'list-get': 1.8, 'list-push': 1.6, 'index': 1.3}
# how many items at first and later; documents take their time to make
ITEMS = {None: (1000, 30000), 'index': (300, 3000)}


def count(program, case, variant, items, directory):
    done = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={directory}/out', '--toggle-collect=bench_counted',
                           program, 'count-' + case, variant, '-n', str(items), '-d', directory], capture_output=True, text=True)
    found = re.search(r'Collected : (\d+)', done.stderr)
    if done.returncode != 0 or found is None:
        raise RuntimeError(done.stderr[-500:])
    return int(found[1]) / OPERATIONS


def main():
    program = sys.argv[1]
    if shutil.which('valgrind') is None:
        print('1..0 # SKIP valgrind is not installed')
        return
    print(f'1..{len(BESIDE) + len(GROWTH)}')
    number = 0
    seen = {}

    def say(good, text):
        nonlocal number
        number += 1
        print(f'{"ok" if good else "not ok"} {number} {text}', flush=True)

    with tempfile.TemporaryDirectory(prefix='beaver-perf-') as directory:
        for case, limit in BESIDE.items():
            ours, theirs = (count(program, case, variant, ITEMS.get(case, ITEMS[None])[0], directory) for variant in ('beaver', 'sqlite'))
            seen[case] = ours
            say(0 < ours <= limit * theirs, f'{case}: {ours:.0f} instructions, SQLite {theirs:.0f}: {ours / theirs:.2f} of {limit}')
        for case, limit in GROWTH.items():
            if case not in seen:
                seen[case] = count(program, case, 'beaver', 1000, directory)
            many = count(program, case, 'beaver', ITEMS.get(case, ITEMS[None])[1], directory)
            say(0 < many <= limit * seen[case], f'{case} grows: {seen[case]:.0f} to {many:.0f} instructions: '
                f'{many / seen[case]:.2f} of {limit}')


main()
