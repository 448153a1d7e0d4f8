#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program speaks the language of its user: each one of LINGUAS, in a process of its own.

usage: test-locale.py SOURCE-ROOT PO-BUILD-DIRECTORY      (prints TAP)
"""
import gettext
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
import locale
import sys
from beaver import BeaverDB
locale.setlocale(locale.LC_ALL, '')
try:
    BeaverDB(sys.argv[1])
except Exception as error:
    print(error)
'''
MESSAGE = 'cannot open “%s”: it is a directory; name a file'


def main():
    root, build = sys.argv[1:]
    with open(os.path.join(root, 'po', 'LINGUAS'), encoding='utf-8') as file:
        languages = [line.strip() for line in file if line.strip() and not line.startswith('#')]
    good = True
    print(f'1..{len(languages) + 1}')
    with tempfile.TemporaryDirectory() as folder:
        for number, language in enumerate([None, *languages], 1):
            wanted = MESSAGE
            if language is not None:
                wanted = gettext.translation('beaver-1', build, [language]).gettext(MESSAGE)
            environment = {**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language or '', 'BEAVER_LOCALEDIR': build}
            done = subprocess.run([sys.executable, '-c', PROGRAM, folder], env=environment, text=True, timeout=300,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            right = wanted % folder in done.stdout and (language is None or wanted != MESSAGE)
            good = good and right
            if not right:
                print(f'# wanted {wanted % folder!r}, got {done.stdout!r}')
            print(f'{"ok" if right else "not ok"} {number} - {language or "no language"}')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
