# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checks of tools/ must be able to fail: each is shown what it has to find."""
import contextlib
import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

import tap_unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / 'tools'


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace('-', '_'), TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Dev(unittest.TestCase):
    def test_it_builds_what_there_is(self):
        # meson runs tests in the directory of the build
        ninja = pathlib.Path('build.ninja')
        targets = set()
        if ninja.exists():
            targets = set(re.findall(r'^build (\S+):', ninja.read_text(encoding='utf-8'), re.MULTILINE))
            targets |= {name for line in re.findall(r'^build ([^:]+):', ninja.read_text(encoding='utf-8'), re.MULTILINE)
                        for name in line.replace('|', ' ').split()}
        if 'beaver/beaver-1.vapi' not in targets:
            self.skipTest('this is no build as dev makes it')
        text = (TOOLS.parent / 'dev').read_text(encoding='utf-8')
        wanted = [name for line in re.findall(r'^ +build ([^$&|\n]+?)(?: >&2)?(?: \|\| .*)?$', text, re.MULTILINE) for name in line.split()]
        self.assertIn('examples/tour', wanted)
        self.assertEqual([name for name in wanted if name not in targets], [])

    PROGRAMS = {
        'app.c': '#include <beaver.h>\nint main (void) { g_autoptr(BeaverDb) db = beaver_db_open (":memory:", NULL, NULL); return db == NULL; }\n',
        'app.vala': 'void main () { try { var db = Beaver.Db.open (":memory:"); db.close (); } catch (Error e) { error (e.message); } }\n',
        'app.py': 'from beaver import BeaverDB\nwith BeaverDB(":memory:") as db:\n    db.dict("d")["k"] = 1\n',
        'app.js': "import Beaver from 'gi://Beaver?version=1';\nBeaver.scope(':memory:', db => db.dict('d').set('k', 1));\n",
    }
    # what README.md and the quick starts say
    COMMANDS = (
        'cc app.c -o c-app $(pkg-config --cflags --libs beaver-1) && ./c-app',
        'valac --pkg beaver-1 app.vala -o vala-app && ./vala-app',
        'python3 app.py',
        'gjs -m app.js',
        'beaver --version',
    )

    def test_exec_has_what_the_first_steps_need(self):
        build = pathlib.Path.cwd()
        if not (build / 'beaver' / 'beaver-1.vapi').exists():
            self.skipTest('this is no build as dev makes it')
        enter = re.search(r'^enter \(\) \{\n.*?^\}\n', (TOOLS.parent / 'dev').read_text(encoding='utf-8'), re.MULTILINE | re.DOTALL)[0]
        clean = {name: value for name, value in os.environ.items()
                 if not re.match(r'(PYTHON|GJS_|GI_|PKG_CONFIG|XDG_DATA|LD_LIBRARY|BEAVER)', name)}
        with tempfile.TemporaryDirectory() as path:
            root = pathlib.Path(path)
            (root / '_build').mkdir()
            for name in ('beaver', 'cli', 'meson-private', 'meson-uninstalled', 'po'):
                (root / '_build' / name).symlink_to(build / name)
            (root / 'bindings').symlink_to(TOOLS.parent / 'bindings')
            for name, text in self.PROGRAMS.items():
                (root / name).write_text(text, encoding='utf-8')
            # as an older dev left it
            (root / '_build' / 'dev-share' / 'vala').mkdir(parents=True)
            (root / '_build' / 'dev-share' / 'vala' / 'vapi').symlink_to(build / 'beaver')
            for command in self.COMMANDS:
                with self.subTest(command):
                    done = subprocess.run(['bash', '-c', f'caller_path=/usr/bin:/bin caller_locale=unset root=$PWD\n{enter}enter\n{command}'],
                                          cwd=root, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    self.assertEqual(done.returncode, 0, done.stdout[-2000:])


class Examples(unittest.TestCase):
    def test_each_is_explained(self):
        folder = TOOLS.parent / 'examples'
        text = (folder / 'README.md').read_text(encoding='utf-8')
        files = {path.name for path in folder.iterdir() if path.suffix in ('.c', '.py', '.js', '.vala')}
        self.assertEqual(set(re.findall(r'\]\(([a-z-]+\.(?:c|py|js|vala))\)', text)), files)


class RunTests(unittest.TestCase):
    CASES = {
        # what: (stdout, result, status) -> passed, failed, skipped
        'all well': ('1..2\nok 1 - a\nok 2 - b\n', 'OK', 0, (2, 0, 0)),
        'plan at the end': ('ok 1 - a\n1..1\n', 'OK', 0, (1, 0, 0)),
        'not ok': ('1..2\nok 1 - a\nnot ok 2 - b\n', 'FAIL', 0, (1, 1, 0)),
        'missing': ('1..3\nok 1 - a\n', 'ERROR', -6, (1, 2, 0)),
        'missing, though the status is 0': ('1..2\nok 1 - a\n', 'OK', 0, (1, 1, 0)),
        'no plan': ('ok 1 - a\n', 'ERROR', -6, (1, 1, 0)),
        'died at the end': ('1..1\nok 1 - a\n', 'ERROR', 1, (1, 1, 0)),
        'timeout': ('1..2\nok 1 - a\n', 'TIMEOUT', -15, (1, 1, 0)),
        'skip': ('1..2\nok 1 - a # SKIP why\nok 2 - b\n', 'OK', 0, (1, 0, 1)),
        'expected failure': ('1..1\nnot ok 1 - a # TO' 'DO why\n', 'OK', 0, (0, 1, 0)),
        'all skipped': ('1..0 # SKIP why\n', 'SKIP', 0, (0, 0, 1)),
        'nothing printed': ('', 'SKIP', 0, (0, 1, 0)),
        'exit status 77': ('', 'SKIP', 77, (0, 0, 1)),
        'no TAP, well': ('hello\n', 'OK', 0, (1, 0, 0)),
        'no TAP, failed': ('hello\n', 'FAIL', 3, (0, 1, 0)),
        'a comment is no point': ('1..1\n# ok 1 - a\nok 1 - b\n', 'OK', 0, (1, 0, 0)),
    }

    def test_counts(self):
        module = load('run-tests')
        for what, (stdout, result, status, wanted) in self.CASES.items():
            with self.subTest(what):
                tally = module.count_program({'stdout': stdout, 'result': result, 'returncode': status})
                self.assertEqual((tally.passed, tally.failed, tally.skipped), wanted)
                self.assertEqual(bool(tally.reasons), wanted[1] > 0)


class Defects(unittest.TestCase):
    def test_complaints(self):
        module = load('check-defects')
        tests = {f'/x/{number}-works' for number in module.LISTED if number != 'D3'} | {'test_D3_E1_too'}
        rows = {number: f'| {number} | what | `/x/{number}-works` |' for number in module.LISTED}
        rows['D3'] = '| D3 | what | `test_D3_E1_too` |'
        rows['E1'] = '| E1 | what | `/x/E1-works`, `test_D3_E1_too` |'

        def complain(**changes):
            return list(module.complaints('\n'.join(row for row in {**rows, **changes}.values() if row), tests))
        self.assertEqual(complain(), [])
        self.assertEqual(complain(D3=''), ['D3 has no row'])
        self.assertEqual(complain(E1='| E1 | what | `test_D3_E1_too` |'), [])
        self.assertEqual(complain(D9='| D9 | what | `/x/D8-works` |')[0], 'D9 names no test that carries its number')
        self.assertIn('D9: there is no test /x/D9-gone', complain(D9='| D9 | what | `/x/D9-gone` |'))
        self.assertEqual(complain(D69='| D69 | what | nothing |'), ['D69 is not on the list'])
        self.assertEqual(complain(D9='| D9 | what | does not apply: there is no server |'), [])


GIR = '''<repository xmlns="http://www.gtk.org/introspection/core/1.0" xmlns:c="http://www.gtk.org/introspection/c/1.0"
  xmlns:glib="http://www.gtk.org/introspection/glib/1.0"><namespace name="Beaver">
  <class name="Db" c:type="BeaverDb" glib:get-type="beaver_db_get_type" version="1.0"><doc>x</doc>{}</class></namespace></repository>'''


def method(name, body='', result='<doc>x</doc><type name="gboolean"/>', attributes=''):
    return (f'<method name="{name}" c:identifier="beaver_db_{name}" version="1.0" {attributes}><doc>x</doc>'
            f'<return-value transfer-ownership="full">{result}</return-value><parameters>{body}</parameters></method>')


def parameter(name, kind, written, direction='in'):
    return f'<parameter name="{name}" direction="{direction}"><doc>x</doc><type name="{kind}" c:type="{written}"/></parameter>'


class CheckGir(unittest.TestCase):
    CASES = {
        'documented': method('get').replace('<doc>x</doc>', '', 1),
        'introspectable': method('get', attributes='introspectable="0"'),
        'names': method('connect'),
        'out': method('get', parameter('n', 'gsize', 'gsize*')),
        'containers': method('get', result='<doc>x</doc><array name="GLib.PtrArray"><type name="utf8"/></array>'),
        'callbacks': '<callback name="Fold"><doc>x</doc><return-value><doc>x</doc><type name="gdouble"/></return-value></callback>',
        'errors': method('get', result='<type name="none"/>', attributes='throws="1"'),
        'async': method('get', parameter('cancellable', 'Gio.Cancellable', 'GCancellable*'), attributes='throws="1"'),
    }

    def problems(self, text, allowed=()):
        checker = load('check-gir').Checker(set(allowed))
        checker.check(ET.fromstring(text))
        return {rule for rule, found in checker.problems.items() if found}

    def test_finds_what_it_should(self):
        self.assertEqual(set(self.CASES), set(load('check-gir').RULES))
        for rule, text in self.CASES.items():
            with self.subTest(rule):
                self.assertEqual(self.problems(GIR.format(text)), {rule})

    def test_accepts_what_is_right(self):
        cancellable = parameter('cancellable', 'Gio.Cancellable', 'GCancellable*')
        good = (method('get', parameter('n', 'gsize', 'gsize*', 'out') + cancellable, attributes='throws="1"')
                + method('get_async', cancellable, '<type name="none"/>') + method('get_finish', attributes='throws="1"'))
        self.assertEqual(self.problems(GIR.format(good)), set())

    def test_exceptions(self):
        self.assertEqual(self.problems(GIR.format(method('connect')), ['beaver_db_connect']), set())


class CheckExports(unittest.TestCase):
    def test_names_of_the_gir(self):
        module = load('check-exports')
        self.assertEqual(module.described(ET.fromstring(GIR.format(method('get')))), {'beaver_db_get', 'beaver_db_get_type'})

    def test_nodes_without_version(self):
        module = load('check-exports')
        text = GIR.format(method('get').replace('version="1.0"', '')).replace('version="1.0"', '')
        self.assertEqual(list(module.without_version(ET.fromstring(text))), ['BeaverDb', 'beaver_db_get'])
        self.assertEqual(list(module.without_version(ET.fromstring(GIR.format(method('get'))))), [])


class OnTrees(unittest.TestCase):
    """The checks that look at a source tree, on a small one."""

    LICENCE = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def failures(self, tool, *arguments):
        output, old = io.StringIO(), sys.argv
        sys.argv = [tool, *map(str, arguments)]
        try:
            with contextlib.redirect_stdout(output):
                load(tool).main()
        finally:
            sys.argv = old
        return [line.split(' - ', 1)[1] for line in output.getvalue().splitlines() if line.startswith('not ok')]

    def test_style(self):
        cases = {
            'every file names its licence': ('beaver/a.c', 'int a;\n'),
            'no path of one machine': ('beaver/a.c', self.LICENCE + '/* see /ho' 'me/x */\n'),
            'nothing is left undone': ('cli/a.c', self.LICENCE + '/* FIX' 'ME */\n'),
            'no line ends in a blank': ('beaver/a.c', self.LICENCE + 'int a; \n'),
            'no tabs in C': ('beaver/a.c', self.LICENCE + '\tint a;\n'),
            'no file is longer than 1000 lines': ('tests/a.py', '# SPDX-License-Identifier: LGPL-2.1-or-later\n' * 1001),
            'calls that are never made': ('beaver/engine/a.c', self.LICENCE + 'sqlite3_close_v2 (db);\n'),
            'no INSERT OR REPLACE': ('beaver/a.c', self.LICENCE + '"INSERT OR REPLACE INTO x"\n'),
            'sqlite3.h stays in the engine': ('beaver/a.c', self.LICENCE + '#include <sqlite3.h>\n'),
            'public headers include no private one': ('beaver/a.h', self.LICENCE + '#include "b-private.h"\n'),
            'tests wait for conditions, never for a time': ('tests/a.c', self.LICENCE + 'sle' 'ep (1);\n'),
            'tests take the directory of the fixture': ('tests/a.c', self.LICENCE + 'G_TEST_OPTION_ISOLATE' '_DIRS\n'),
        }
        for title, (name, text) in cases.items():
            with self.subTest(title):
                self.write(name, text)
                self.assertEqual(self.failures('check-style', self.root), [title])
                os.unlink(self.root / name)
        self.write('beaver/engine/a.c', self.LICENCE + '#include <sqlite3.h>\n/* sqlite3_close_v2() is never called */\n')
        self.assertEqual(self.failures('check-style', self.root), [])

    def po(self, potfiles='beaver/a.c\n', linguas='', translations=None):
        self.write('beaver/a.c', 'char *a = _("a horse");\nchar *b = _("%d horses");\n')
        self.write('po/POTFILES.in', potfiles)
        self.write('po/LINGUAS', linguas)
        for language, text in (translations or {}).items():
            self.write(f'po/{language}.po', text)
        return self.failures('check-po', 'x', self.root, self.root / 'build')

    def test_po(self):
        self.assertEqual(self.po(), [])
        self.assertEqual(self.po(potfiles=''), ['POTFILES.in names the files with messages'])
        self.write('beaver/b.c', '_("%" PRId64 " of " "%" G_GINT64_FORMAT)')
        self.assertEqual(self.po(potfiles='beaver/a.c\nbeaver/b.c\n'), ['xgettext sees whole messages'])
        self.write('beaver/b.c', '_("%" PRId64)')
        self.assertEqual(self.po(potfiles='beaver/b.c\nbeaver/a.c\n'), ['POTFILES.in and LINGUAS are sorted'])

    def test_po_translations(self):
        head = 'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        one, two = 'msgid "a horse"\nmsgstr "un caballo"\n', '#, c-format\nmsgid "%d horses"\nmsgstr "{}"\n'
        complete = 'es: complete, nothing fuzzy, formats agree'
        cases = {
            'wrong format': (head + one + two.format('%s caballos'), complete),
            'fuzzy': (head + one + two.format('%d caballos').replace('#, ', '#, fuzzy, '), complete),
            'missing': (head + one, complete),
        }
        for what, (text, title) in cases.items():
            with self.subTest(what):
                self.assertIn(title, self.po(linguas='es\n', translations={'es': text}))
        # right, but not built
        found = self.po(linguas='es\n', translations={'es': head + one + two.format('%d caballos')})
        self.assertEqual(found, ['es: found at run time'])


if __name__ == '__main__':
    tap_unittest.main()
