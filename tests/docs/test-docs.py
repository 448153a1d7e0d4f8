#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every fenced block of the README and of doc/ does what it says: C and Vala compile, and run when they have a main();
Python and JavaScript run, sh parses.

usage: test-docs.py SOURCE-ROOT BUILD-ROOT [PAGE...]       (prints TAP)

A block that is no whole program gets the variables of prelude.h, prelude.py, prelude.js and prelude.vala beside this file.
A shell transcript may be left out: <!-- test: skip REASON --> in the line above it. <!-- from: FILE PART --> there says
that the block is what stands in FILE between two lines with [PART]; that file has tests of its own.
"""
import concurrent.futures
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 600
FENCE = re.compile(r'^(`{3,}|~{3,})\s*(\w*)\s*$')
SKIP = re.compile(r'<!-- test: skip (.+) -->')
FROM = re.compile(r'<!-- from: (\S+) (\S+) -->')
MAIN = r'^(int )?main \('
SKIPPABLE = ('', 'sh', 'console', 'text')


class Block:
    def __init__(self, page, line, language, skip, source):
        self.page, self.line, self.language, self.skip, self.source = page, line, language, skip, source
        self.lines = []

    @property
    def name(self):
        return f'{self.page}:{self.line} ({self.language or "no language"})'

    @property
    def identifier(self):
        return re.sub(r'\W', '_', self.page) + f'_{self.line}'

    @property
    def text(self):
        return '\n'.join(self.lines) + '\n'

    def has(self, pattern):
        return re.search(pattern, self.text, re.MULTILINE) is not None


def blocks_of(root, page):
    block, skip, source, mark = None, None, None, None
    with open(os.path.join(root, page), encoding='utf-8') as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            fence = FENCE.match(line)
            if block is None and fence:
                block, mark = Block(page, number + 1, fence[2], skip, source), fence[1]
            elif block is not None and line.strip() == mark:
                yield block
                block = None
            elif block is not None:
                block.lines.append(line)
            found, quoted = SKIP.search(line), FROM.search(line)
            skip, source = found[1] if found else None, quoted.groups() if quoted else None
    if block is not None:
        raise SystemExit(f'Bail out! {page}:{block.line}: the block has no end')


def part_of(root, path, part):
    """What stands between the two lines that say [part], without the indentation that all of it has."""
    with open(os.path.join(root, path), encoding='utf-8') as file:
        lines = file.read().splitlines()
    marks = [number for number, line in enumerate(lines) if re.fullmatch(rf'\s*(/\*|//|#) \[{re.escape(part)}\]( \*/)?', line)]
    if len(marks) != 2:
        return None
    return textwrap.dedent('\n'.join(lines[marks[0] + 1:marks[1]])).strip('\n') + '\n'


def is_quoted(root, block):
    try:
        wanted = part_of(root, *block.source)
    except OSError as error:
        return str(error)
    if wanted is None:
        return f'{block.source[0]} has no two lines with [{block.source[1]}]'
    return '' if block.text == wanted else ''.join(difflib.unified_diff(
        wanted.splitlines(True), block.text.splitlines(True), block.source[0], f'{block.page}:{block.line}'))


class Checker:
    """Each of its methods takes the blocks of a language and gives what is wrong with each, '' for nothing."""

    def __init__(self, root, build, scratch):
        self.root, self.build, self.scratch = root, build, scratch
        flags = subprocess.run(['pkg-config', '--cflags', 'gio-2.0', 'json-glib-1.0'], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        includes = [f'-I{os.path.join(base, folder)}' for base in (build, root) for folder in ('', 'beaver')]
        self.cc = [*os.environ.get('CC', 'cc').split(), '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-Wno-unused',
                   '-Wno-unused-parameter', '-Wno-shadow', *includes, *flags]
        self.libraries = [f'-L{os.path.join(build, "beaver")}', '-lbeaver-1', *subprocess.run(
            ['pkg-config', '--libs', 'gio-2.0', 'json-glib-1.0'], check=True, text=True, stdout=subprocess.PIPE).stdout.split(), '-lm']
        self.valac = ['valac', '--vapidir', os.path.join(build, 'beaver'), '--vapidir', os.path.join(root, 'bindings', 'vala'),
                      '--pkg', 'gio-2.0', '--pkg', 'json-glib-1.0', '--pkg', 'beaver-1', '--disable-warnings']

    def run(self, command, directory=None):
        try:
            done = subprocess.run(command, cwd=directory or self.scratch, text=True, timeout=DEADLINE, errors='replace',
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired as error:
            return False, f'did not end after {DEADLINE} seconds\n{error.output or ""}'
        return done.returncode == 0, done.stdout

    def file(self, name, *parts):
        path = os.path.join(self.scratch, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(parts))
        return path

    @staticmethod
    def prelude(suffix):
        with open(os.path.join(HERE, 'prelude.' + suffix), encoding='utf-8') as file:
            return file.read()

    def each(self, blocks, check):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for block, (good, output) in zip(blocks, pool.map(check, blocks)):
                yield block, '' if good else output or 'failed'

    def c(self, blocks):
        return self.each(blocks, self.one_c)

    def one_c(self, block):
        line = f'#line {block.line} "{block.page}"'
        if block.has(r'^#include'):
            parts = [line, block.text]
        else:
            # functions stay where they are, what comes behind the last one is a body
            ends = [number for number, text in enumerate(block.lines, 1) if text.startswith('}')]
            last = ends[-1] if ends else 0
            head, body = block.lines[:last], block.lines[last:]
            parts = [self.prelude('h'), line, *head, 'static gpointer', 'fragment (void)', '{',
                     f'#line {block.line + last} "{block.page}"', *body, 'return NULL;', '}']
        path = self.file(block.identifier + '.c', *parts, '')
        if not block.has(MAIN):
            return self.run([*self.cc, '-fsyntax-only', path])
        return self.program(block, [*self.cc, path, *self.libraries])

    def program(self, block, compiler):
        program = os.path.join(self.scratch, block.identifier)
        good, output = self.run([*compiler, '-o', program])
        return self.run([program], self.directory(block)) if good else (good, output)

    def vala(self, blocks):
        return self.each(blocks, self.one_vala)

    def one_vala(self, block):
        if block.has(r'^(?!\t).*\)( throws \w+)? \{\n(.*\n)*\}') and not block.has(r'^(try|foreach|if|while)\b'):
            text = block.text
        else:
            text = self.prelude('vala').replace('/* BLOCK */', block.text)
        path = self.file(block.identifier + '.vala', text)
        if not block.has(MAIN):
            return self.run([*self.valac, '-C', '-d', self.scratch, path])
        includes = f'-I{os.path.join(self.root, "bindings", "vala")}'
        flags = [word for option in [*self.cc[1:], includes, *self.libraries, '-w'] if not option.startswith('-W') for word in ('-X', option)]
        return self.program(block, [*self.valac, *flags, path])

    def python(self, blocks):
        return self.each(blocks, self.one_python)

    def one_python(self, block):
        whole = block.has(r'^(from|import) ')
        path = self.file(block.identifier + '.py', '' if whole else self.prelude('py'), block.text, '' if whole else 'db.close()', '')
        return self.run([sys.executable, path], self.directory(block))

    def js(self, blocks):
        return self.each(blocks, self.one_js)

    def one_js(self, block):
        if block.has(r'^import '):
            text = block.text
        else:
            text = self.prelude('js') + '{\n' + block.text + '}\ndb.close();\n'
        return self.run(['gjs', '-m', self.file(block.identifier + '.js', text)], self.directory(block))

    def directory(self, block):
        path = os.path.join(self.scratch, block.identifier + '.d')
        os.mkdir(path)
        return path

    def sh(self, blocks):
        return self.each(blocks, lambda block: self.run(['sh', '-n', self.file(block.identifier + '.sh', block.text)]))

    @staticmethod
    def json(blocks):
        import json
        for block in blocks:
            try:
                json.loads(block.text)
                yield block, ''
            except ValueError as error:
                yield block, str(error)


LANGUAGES = ('c', 'python', 'js', 'vala')
TOOLS = {'vala': 'valac', 'js': 'gjs'}


def check(root, build, pages):
    blocks = [block for page in pages for block in blocks_of(root, page)]
    answers = {}
    with tempfile.TemporaryDirectory() as scratch:
        checker = Checker(root, build, scratch)
        answers.update((block, is_quoted(root, block)) for block in blocks if block.source)
        for language in {block.language for block in blocks if not block.source}:
            wanted = [block for block in blocks if block.language == language and not block.skip and not block.source]
            method = getattr(checker, language, None) if language in ('c', 'vala', 'python', 'js', 'sh', 'json') else None
            if method is None:
                answers.update((block, 'nobody can test this language') for block in wanted)
            elif language in TOOLS and shutil.which(TOOLS[language]) is None:
                for block in wanted:
                    block.skip = f'no {TOOLS[language]}'
            else:
                answers.update(method(wanted))
    return blocks, answers


def missing_of(root):
    """What the pages themselves cannot say: the pages that nobody renders, the guides that lack a language."""
    folder = os.path.join(root, 'doc')
    pages = sorted(name for name in os.listdir(folder) if name.endswith('.md'))
    with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as file:
        listed = re.findall(r"^  '([\w-]+\.md)',$", file.read(), re.MULTILINE)
    yield 'every page is in the list of doc/meson.build', [name for name in pages if name not in listed]
    lacking = []
    for name in pages:
        if name.startswith('guide-'):
            there = {block.language for block in blocks_of(root, os.path.join('doc', name))}
            lacking += [f'{name}: {language}' for language in LANGUAGES if language not in there]
    yield 'every guide speaks C, Python, JavaScript and Vala', lacking


def main():
    root, build, *pages = sys.argv[1:]
    root, build = os.path.abspath(root), os.path.abspath(build)
    whole = not pages
    if whole:
        pages = ['README.md'] + sorted(os.path.join('doc', name) for name in os.listdir(os.path.join(root, 'doc'))
                                       if name.endswith('.md'))
    blocks, answers = check(root, build, pages)
    number = good = 0
    for block in blocks:
        number += 1
        wrong = answers.get(block, '')
        if block.skip and block.language not in SKIPPABLE and not block.skip.startswith('no '):
            wrong = 'only shell transcripts may be left out'
        if wrong:
            for line in wrong.splitlines():
                print('# ' + line)
        good += not wrong
        note = f' # SKIP {block.skip}' if block.skip and not wrong else ''
        print(f'{"not ok" if wrong else "ok"} {number} - {block.name}{note}')
    for title, missing in missing_of(root) if whole else ():
        number += 1
        good += not missing
        for line in missing:
            print('# ' + line)
        print(f'{"not ok" if missing else "ok"} {number} - {title}')
    print(f'1..{number}')
    sys.exit(good != number)


if __name__ == '__main__':
    main()
