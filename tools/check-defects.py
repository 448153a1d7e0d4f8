#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every defect of the original has a test, and doc/defects.md names it.

usage: check-defects.py SOURCE-ROOT      (prints TAP)
"""
import os
import re
import sys

LISTED = [f'D{n}' for n in range(1, 69)] + [f'E{n}' for n in range(1, 23)]
ROW = re.compile(r'^\| ([DE]\d+) \| (.+) \| (.+) \|$', re.MULTILINE)
# a path of GTest, or a method of unittest
TEST = re.compile(r'"(/[\w/-]+)"|\bdef (test_\w+)\(')


def numbers_of(test):
    """The defects that the name of a test claims: those at its beginning."""
    name = test.rsplit('/', 1)[-1].removeprefix('test_')
    claim = re.match(r'((?:[DE]\d+[-_])+)', name)
    return set(re.findall(r'[DE]\d+', claim[1])) if claim else set()


def tests_of(root):
    tests = set()
    for base, _, names in os.walk(os.path.join(root, 'tests')):
        for name in names:
            if name.endswith(('.c', '.h', '.py')) and 'tools' not in base.split(os.sep):
                with open(os.path.join(base, name), encoding='utf-8') as file:
                    tests.update(match[1] or match[2] for match in TEST.finditer(file.read()))
    return tests


def complaints(page, tests):
    """What is wrong with the table, given the names of all tests."""
    rows = {match[1]: match[3] for match in ROW.finditer(page)}
    for number in LISTED:
        if number not in rows:
            yield f'{number} has no row'
            continue
        named = re.findall(r'`([^`]+)`', rows[number])
        applies = not rows[number].startswith('does not apply: ')
        if applies and not any(number in numbers_of(test) for test in named):
            yield f'{number} names no test that carries its number'
        for test in named:
            if (test.startswith(('/', 'test_'))) and test not in tests:
                yield f'{number}: there is no test {test}'
    for number in rows:
        if number not in LISTED:
            yield f'{number} is not on the list'


def main(root):
    with open(os.path.join(root, 'doc', 'defects.md'), encoding='utf-8') as file:
        found = list(complaints(file.read(), tests_of(root)))
    print('1..1')
    for complaint in found:
        print(f'# {complaint}')
    print(f'{"not ok" if found else "ok"} 1 - every defect has its test')
    return bool(found)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
