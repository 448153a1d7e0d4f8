#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mistake of each kind, planted into documentation that is right otherwise, is found by the test that is there for it.

usage: test-mistakes.py SOURCE-ROOT BUILD-ROOT       (prints TAP)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap_unittest

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 600

GOOD_BLOCKS = {
    'c': 'beaver_dict_set_int (settings, "n", 1, NULL, &error);',
    'c program': '#include <stdlib.h>\n\nint\nmain (void)\n{\n  return 0;\n}',
    'vala': 'settings.set_int ("n", 1);',
    'vala program': 'int main () {\n\treturn 0;\n}',
    'python': 'settings["n"] = 1',
    'js': 'settings.set("n", 1);',
    'sh': 'echo good',
    'json': '{"n": 1}',
}
BAD_BLOCKS = {
    'c': ['beaver_dict_set_int (settings, NULL, &error);', 'beaver_dict_nothing ();', 'int i = "text";'],
    'c program': ['#include <stdlib.h>\n\nint\nmain (void)\n{\n  return 3;\n}'],
    'vala': ['settings.nothing ();', 'settings.set_int (1);'],
    'vala program': ['int main () {\n\treturn 3;\n}'],
    'python': ['settings["n"] = object()', 'assert False', 'x ='],
    'js': ['settings.nothing();', 'throw new Error("no");', 'let = ;'],
    'sh': ['echo "no end'],
    'json': ['{n: 1}'],
    'fortran': ['PRINT *, 1'],
    '': ['what is this'],
}

GIR = '''<?xml version="1.0"?>
<repository version="1.2" xmlns="http://www.gtk.org/introspection/core/1.0" xmlns:c="http://www.gtk.org/introspection/c/1.0"
            xmlns:glib="http://www.gtk.org/introspection/glib/1.0">
  <namespace name="Tiny" version="1" shared-library="" c:identifier-prefixes="Tiny" c:symbol-prefixes="tiny">
    <function name="build" c:identifier="tiny_build" version="1.0">
      <doc filename="t.c" line="1">Builds a dam.</doc>
      <return-value transfer-ownership="none"><doc filename="t.c" line="1">its length</doc><type name="gint" c:type="gint"/></return-value>
      <parameters>
        <parameter name="river" transfer-ownership="none"><doc filename="t.c" line="1">where</doc><type name="gint" c:type="gint"/></parameter>
      </parameters>
    </function>
  </namespace>
</repository>
'''
TOML = '''[library]
version = "1"
authors = "nobody"
[theme]
name = "basic"
[extra]
content_files = ["page.md", "other.md"]
content_images = ["picture.svg"]
'''
PAGE = '''Title: Page
Slug: page

# Page

See [func@Tiny.build], [another page](other.html), [a part of it](other.html#a-part) and [what is above](#page).

![picture](picture.svg)
'''
OTHER = 'Title: Other\nSlug: other\n\n# Other\n\n## A part\n\nText.\n'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'
PLANTED = (
    ('page', '[func@Tiny.build]', '[func@Tiny.destroy]'),
    ('page', '[func@Tiny.build]', '[method@Tiny.Dam.build]'),
    ('page', '[func@Tiny.build]', '[function@Tiny.build]'),
    ('page', '(other.html)', '(another.html)'),
    ('page', '#a-part', '#no-part'),
    ('page', '#page', '#no-page'),
    ('page', '(picture.svg)', '(photograph.svg)'),
    ('gir', 'Builds a dam.', 'Builds a [class@Tiny.Dam].'),
    ('gir', '<doc filename="t.c" line="1">Builds a dam.</doc>', ''),
    ('gir', '<doc filename="t.c" line="1">where</doc>', ''),
    ('gir', '<doc filename="t.c" line="1">its length</doc>', ''),
)


def run(*command):
    done = subprocess.run(command, text=True, timeout=DEADLINE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors='replace')
    return done.returncode, done.stdout


class Mistakes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def check_blocks(self, *blocks):
        """How the block test answers for each of some (comment, language, text)."""
        page = ''.join(f'{comment}\n```{language.removesuffix(" program")}\n{text}\n```\n\n' for comment, language, text in blocks)
        code, output = run(sys.executable, os.path.join(HERE, 'test-docs.py'), ROOT, BUILD, self.file('page.md', page))
        answers = [line.startswith('ok') for line in output.splitlines() if re.match(r'(not )?ok ', line)]
        self.assertEqual(len(answers), len(blocks), output)
        self.assertEqual(code != 0, not all(answers), output)
        return answers, output

    @staticmethod
    def available(language):
        return shutil.which({'vala': 'valac', 'js': 'gjs'}.get(language.split(' ')[0], 'sh')) is not None

    def test_blocks_that_are_right(self):
        blocks = [('', language, text) for language, text in GOOD_BLOCKS.items() if self.available(language)]
        answers, output = self.check_blocks(*blocks)
        self.assertTrue(all(answers), output)

    def test_only_transcripts_are_left_out(self):
        answers, output = self.check_blocks(('<!-- test: skip slow -->', 'sh', 'echo "'), ('<!-- test: skip slow -->', 'python', 'x ='))
        self.assertEqual(answers, [True, False], output)

    def test_quotations(self):
        with open(os.path.join(ROOT, 'examples', 'todo.py'), encoding='utf-8') as file:
            part = file.read().split('# [stats]\n')[1]
        part = '\n'.join(line[4:] for line in part.splitlines()).strip('\n')
        source = '<!-- from: examples/todo.py {} -->'
        answers, output = self.check_blocks((source.format('stats'), 'python', part),
                                            (source.format('stats'), 'python', part.replace('7', '8')),
                                            (source.format('no-such-part'), 'python', part),
                                            ('<!-- from: examples/no-such-file stats -->', 'python', part))
        self.assertEqual(answers, [True, False, False, False], output)

    def test_a_block_without_end(self):
        code, output = run(sys.executable, os.path.join(HERE, 'test-docs.py'), ROOT, BUILD, self.file('page.md', '```sh\necho\n'))
        self.assertNotEqual(code, 0)
        self.assertIn('Bail out!', output)

    # what follows asks gi-docgen, as doc/meson.build does

    def site(self, gir=GIR, page=PAGE):
        for name, text in (('page.md', page), ('other.md', OTHER), ('picture.svg', PICTURE), ('tiny.toml', TOML)):
            self.file(name, text)
        path = self.file('Tiny-1.gir', gir)
        config = os.path.join(self.folder, 'tiny.toml')
        site = os.path.join(self.folder, 'site')
        code, output = run(DOCGEN, 'generate', '--quiet', '--no-namespace-dir', '--fatal-warnings', '--config=' + config,
                           '--content-dir=' + self.folder, '--output-dir=' + site, path)
        if code == 0:
            code, output = run(sys.executable, os.path.join(HERE, 'check-site.py'), site, self.file('README.md', '[page](page.md)'))
        if code == 0:
            code, output = run(DOCGEN, 'check', '--config', config, path)
        return code, output

    def test_the_site(self):
        if not DOCGEN:
            self.skipTest('no gi-docgen')
        code, output = self.site()
        self.assertEqual(code, 0, output)

    def test_links_of_the_readme(self):
        os.mkdir(os.path.join(self.folder, 'site'))
        for text, good in (('[it](README.md)', True), ('[it](doc/nothing.md)', False), ('![it](no.png)', False),
                           ('```\n[it](doc/nothing.md)\n```', True)):
            code, output = run(sys.executable, os.path.join(HERE, 'check-site.py'), os.path.join(self.folder, 'site'),
                               self.file('README.md', text))
            self.assertEqual(code == 0, good, output)


def wrong_block(language, texts):
    def test(self):
        if not self.available(language):
            self.skipTest('nothing to test it with')
        answers, output = self.check_blocks(*(('', language, text) for text in texts))
        self.assertEqual([text for text, good in zip(texts, answers) if good], [], output)
    return test


def planted(kind, good, bad):
    def test(self):
        if not DOCGEN:
            self.skipTest('no gi-docgen')
        text = {'gir': GIR, 'page': PAGE}[kind]
        self.assertIn(good, text)
        code, output = self.site(**{kind: text.replace(good, bad)})
        self.assertNotEqual(code, 0, f'nobody has seen {bad!r}: {output}')
    return test


# a test for each, since each has a deadline
for number, (name, parts) in enumerate(BAD_BLOCKS.items(), 1):
    setattr(Mistakes, f'test_wrong_block_{number:02}_{name.replace(" ", "_")}', wrong_block(name, parts))
for number, mistake in enumerate(PLANTED, 1):
    setattr(Mistakes, f'test_wrong_site_{number:02}', planted(*mistake))


if __name__ == '__main__':
    ROOT, BUILD = (os.path.abspath(path) for path in sys.argv[1:])
    DOCGEN = shutil.which('gi-docgen')
    tap_unittest.main()
