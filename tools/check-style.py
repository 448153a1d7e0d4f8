#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The house rules that a machine can check (CONTRIBUTING.md says why they are).

usage: check-style.py SOURCE-ROOT      (prints TAP: one point a rule)
"""
import os
import re
import sys

CODE = ('.c', '.h')
SCRIPTS = ('.py', '.js', '.vala', '.sh')
LONGEST = 1000

# split, so that this file does not break its own rules
UNFINISHED = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')
NEVER = re.compile(r'\b(g_task_run_in_thread\w*|sqlite3_close_v2|g_main_context_invoke\w*|g_usleep|sqlite3_sleep) *\(')
SLEEPS = re.compile(r'\b(g_usleep|usleep|nanosleep|sleep|time\.' r'sleep) *\(')
MACHINE = re.compile(r'(?<![\w.$}>])/(home|root|work|farm)/[a-z]')


def files(root):
    for base, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(('_', 'build')) and (not f.startswith('.') or f == '.ci')
                            and not os.path.exists(os.path.join(base, f, 'meson-private')) and f != '__pycache__')
        for name in sorted(names):
            yield os.path.relpath(os.path.join(base, name), root)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as file:
        return file.read()


def hits(pattern, path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield f'{path}:{number}: {line.strip()}'


def main():
    root = sys.argv[1]
    problems = {}

    def rule(title, found):
        problems.setdefault(title, []).extend(found)

    for path in files(root):
        source = path.endswith(CODE + SCRIPTS) or os.path.basename(path) in ('meson.build', 'dev', 'run')
        if not source and not path.endswith(('.md', '.in', '.txt')):
            continue
        text = read(root, path)
        ours = path.startswith(('beaver/', 'cli/'))

        rule('no path of one machine', hits(MACHINE, path, text))
        if not source:
            continue
        head = '\n'.join(text.splitlines()[:5])
        rule('every file names its licence', [] if 'SPDX-License-Identifier: LGPL-2.1-or-later' in head else [path])
        rule('nothing is left undone', hits(UNFINISHED, path, text))
        rule('no line ends in a blank', hits(re.compile(r'[ \t]$'), path, text))
        lines = text.count('\n')
        rule(f'no file is longer than {LONGEST} lines', [f'{path}: {lines}'] if lines > LONGEST else [])
        if path.endswith(CODE):
            rule('no tabs in C', hits(re.compile(r'\t'), path, text))
            code = re.sub(r'/\*.*?\*/', lambda comment: re.sub(r'[^\n]', ' ', comment[0]), text, flags=re.S)
            if ours:
                rule('calls that are never made', hits(NEVER, path, code))
                rule('no INSERT OR REPLACE', hits(re.compile(r'INSERT OR REPLACE', re.I), path, code))
                if not path.startswith('beaver/engine/'):
                    rule('sqlite3.h stays in the engine', hits(re.compile(r'#\s*include\s*<sqlite3\.h>'), path, code))
                if not path.startswith('beaver/engine/') and path.endswith('.h') and '-private.h' not in path:
                    rule('public headers include no private one', hits(re.compile(r'#\s*include.*-private\.h'), path, code))
        if path.startswith('tests/'):
            rule('tests wait for conditions, never for a time', hits(SLEEPS, path, text))
            # GLib 2.74 leaks the names of the directories, and the stacks of a fast ASan do not say that it was GLib
            rule('tests take the directory of the fixture', hits(re.compile(r'ISOLATE' r'_DIRS'), path, text))

    titles = ['every file names its licence', 'no path of one machine', 'nothing is left undone', 'no line ends in a blank',
              'no tabs in C', f'no file is longer than {LONGEST} lines', 'calls that are never made', 'no INSERT OR REPLACE',
              'sqlite3.h stays in the engine', 'public headers include no private one',
              'tests wait for conditions, never for a time', 'tests take the directory of the fixture']
    print(f'1..{len(titles)}')
    for number, title in enumerate(titles, 1):
        for problem in problems.get(title, []):
            print(f'# {problem}')
        print(f'{"not ok" if problems.get(title) else "ok"} {number} - {title}')
    return 1 if any(problems.values()) else 0


if __name__ == '__main__':
    sys.exit(main())
