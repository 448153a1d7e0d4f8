#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The translations: every message can be found by the translators, every translation is complete, and programs see it.

usage: check-po.py DOMAIN SOURCE-ROOT BUILD-PO-DIRECTORY      (prints TAP)
       check-po.py --list SOURCE-ROOT                         (prints what POTFILES.in has to hold)
"""
import gettext
import os
import re
import subprocess
import sys
import tempfile

MARK = re.compile(r'\b(?:N?C?_|Q_|ngettext|g_dngettext|g_dpgettext2?|gettext)\s*\(\s*"')
# xgettext knows PRId64 of inttypes.h, and takes the string to end at any other macro
CUT = re.compile(r'\b(?:N?C?_|ngettext)\s*\((?:\s*"(?:[^"\\]|\\.)*"|\s*,|\s*PRI\w+)+\s*(G_\w+_(?:FORMAT|MODIFIER))')
FOLDERS = ('beaver', 'cli')


def lines_of(path):
    with open(path, encoding='utf-8') as file:
        return [line.strip() for line in file if line.strip() and not line.startswith('#')]


def sources_with_messages(root):
    for folder in FOLDERS:
        for base, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                path = os.path.join(base, name)
                if name.endswith(('.c', '.h')):
                    with open(path, encoding='utf-8') as file:
                        if MARK.search(file.read()):
                            yield os.path.relpath(path, root)


def cut_messages(root, files):
    for path in files:
        with open(os.path.join(root, path), encoding='utf-8') as file:
            text = file.read()
        for match in CUT.finditer(text):
            line = text.count('\n', 0, match.start(1)) + 1
            yield f'{path}:{line}: {match[1]} ends the message for xgettext; PRId64 or PRIu64 of inttypes.h does not'


def template(root, domain, files):
    """What a translator would be given today, as the text of a .pot."""
    if not files:
        return ''
    command = ['xgettext', '--from-code=UTF-8', '--add-comments', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
               '--keyword=NC_:1c,2', '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3', '--keyword=g_dpgettext2:2c,3',
               '--flag=g_set_error:4:c-format', '--flag=g_strdup_printf:1:c-format', '--package-name=' + domain,
               '--output=-', *files]
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout


class Report:
    def __init__(self):
        self.number, self.good = 0, True

    def point(self, title, problems):
        self.number += 1
        for problem in problems:
            print(f'# {problem}')
        print(f'{"not ok" if problems else "ok"} {self.number} - {title}')
        self.good = self.good and not problems


def order_problems(name, entries):
    problems = [f'{name}: {entry} stands twice' for entry in sorted({e for e in entries if entries.count(e) > 1})]
    problems += [f'{name}: {later} stands after {first}' for first, later in zip(entries, entries[1:]) if later < first]
    return problems


def check_language(report, domain, root, build, language, pot):
    po = os.path.join(root, 'po', language + '.po')
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        checked = subprocess.run(['msgfmt', '-c', '-v', '-o', os.path.join(scratch, 'x.mo'), po], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, 'LC_ALL': 'C'})
        if checked.returncode:
            problems += checked.stdout.splitlines()
        if re.search(r'fuzzy|untranslated', checked.stdout):
            problems.append(f'{language}.po: {checked.stdout.strip()}')
        pot_path = os.path.join(scratch, 'x.pot')
        with open(pot_path, 'w', encoding='utf-8') as file:
            file.write(pot)
        compared = subprocess.run(['msgcmp', '--use-untranslated', '--use-fuzzy', po, pot_path], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if compared.returncode:
            problems += compared.stdout.splitlines()
    report.point(f'{language}: complete, nothing fuzzy, formats agree', problems)

    # at run time, as a program would: through the catalogue that the build made
    problems = []
    try:
        catalogue = gettext.translation(domain, build, [language])
    except OSError as error:
        problems.append(str(error))
    else:
        same = [text for text in catalogue._catalog if text and catalogue.gettext(text) == '']
        problems += [f'translates {text!r} to nothing' for text in same]
        if len(catalogue._catalog) < 2:
            problems.append('the built catalogue is empty')
        problems += check_run_time(domain, build, language, catalogue)
    report.point(f'{language}: found at run time', problems)


def check_run_time(domain, build, language, catalogue):
    """Asks the C library, in a process of its own, for a message whose translation differs."""
    pairs = [(text, out) for text, out in catalogue._catalog.items()
             if isinstance(text, str) and text and text != out and '\x04' not in text]
    if not pairs:
        return ['no message differs from the original']
    text, wanted = pairs[0]
    script = ('import ctypes, sys; c = ctypes.CDLL(None); c.setlocale(6, b""); c.dgettext.restype = ctypes.c_char_p; '
              'domain, build, text = (a.encode() for a in sys.argv[1:]); c.bindtextdomain(domain, build); '
              'c.bind_textdomain_codeset(domain, b"UTF-8"); sys.stdout.buffer.write(c.dgettext(domain, text))')
    found = subprocess.run([sys.executable, '-c', script, domain, build, text], check=True, stdout=subprocess.PIPE,
                           env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language}).stdout.decode()
    return [] if found == wanted else [f'{text!r} comes out as {found!r}']


def main():
    if sys.argv[1:2] == ['--list']:
        print('# Files with messages, one a line, sorted.', *sorted(sources_with_messages(sys.argv[2])), sep='\n')
        return 0
    domain, root, build = sys.argv[1:]
    listed = lines_of(os.path.join(root, 'po', 'POTFILES.in'))
    languages = [word for line in lines_of(os.path.join(root, 'po', 'LINGUAS')) for word in line.split()]
    report = Report()

    print(f'1..{4 + 2 * len(languages)}')
    found = set(sources_with_messages(root))
    problems = [f'{path} has messages and is not listed' for path in sorted(found - set(listed))]
    problems += [f'{path} is listed and has none' for path in sorted(set(listed) - found)]
    report.point('POTFILES.in names the files with messages', problems)
    report.point('POTFILES.in and LINGUAS are sorted', order_problems('POTFILES.in', listed) + order_problems('LINGUAS', languages))

    report.point('xgettext sees whole messages', list(cut_messages(root, sorted(found))))

    files = [name[:-3] for name in os.listdir(os.path.join(root, 'po')) if name.endswith('.po')]
    report.point('every .po is a language of LINGUAS',
                 [f'{name} is not in both' for name in sorted(set(files) ^ set(languages))])

    pot = template(root, domain, sorted(found))
    for language in languages:
        check_language(report, domain, root, build, language, pot)
    return 0 if report.good else 1


if __name__ == '__main__':
    sys.exit(main())
