# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs the build into a scratch directory and uses it from outside the tree, as a stranger would.

usage: smoke.py BUILDDIR MESON      (prints TAP)
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

C_PROGRAM = r'''
#include <beaver.h>
int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BeaverDb) db = beaver_db_open ("c.db", NULL, &error);

  if (db == NULL || !beaver_db_close (db, &error))
    g_error ("%s", error->message);
  g_print ("%s\n", BEAVER_VERSION_S);
  return 0;
}
'''

VALA_PROGRAM = '''
int main () {
  try {
    var db = Beaver.Db.open ("vala.db");
    db.get_dict ("d").set_int ("k", 1);
    foreach (var entry in db.get_dict ("d").items ())
      assert (entry.value == "1");
    db.close ();
    print ("%s\\n", Beaver.VERSION_S);
    return 0;
  } catch (Error e) {
    error ("%s", e.message);
  }
}
'''

PYTHON_PROGRAM = '''
import gi
gi.require_version('Beaver', '1')
from gi.repository import Beaver
import beaver
with beaver.BeaverDB('python.db') as db:
    db.dict('settings')['theme'] = 'dark'
assert 'beaver-smoke-' in beaver.__file__, beaver.__file__
print(Beaver.VERSION_S)
'''

JS_PROGRAM = '''
import Beaver from 'gi://Beaver?version=1';
if (Beaver.scope('js.db', db => db.dict('d').get_or_set('k', [1]))[0] !== 1)
    throw new Error('without the override');
print(Beaver.VERSION_S);
'''


class Stage:
    def __init__(self, build, meson):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='beaver-smoke-'))
        self.root, self.work = self.dir / 'root', self.dir / 'work'
        self.work.mkdir()
        subprocess.run([meson, 'install', '-C', build, '--no-rebuild', '--quiet', '--destdir', str(self.root)], check=True,
                       stdout=sys.stderr)
        self.lib = self.one('libbeaver-1.so').parent
        # nothing of the build tree, nothing of the caller's
        self.env = {
            'PATH': '/usr/bin:/bin', 'HOME': str(self.work), 'LC_ALL': 'C.UTF-8', 'G_DEBUG': 'fatal-criticals',
            'PYTHONDONTWRITEBYTECODE': '1',
            'PKG_CONFIG_PATH': str(self.lib / 'pkgconfig'),
            'LD_LIBRARY_PATH': str(self.lib),
            'GI_TYPELIB_PATH': str(self.lib / 'girepository-1.0'),
            'PYTHONPATH': self.home_of('gi/overrides/Beaver.py'),
            'GJS_PATH': self.home_of('overrides/Beaver.js'),
        }

    def find(self, name):
        return sorted(self.root.rglob(name))

    def one(self, name):
        found = self.find(name)
        if not found:
            raise LookupError(f'{name} was not installed')
        return found[0]

    def home_of(self, name):
        found = [str(path).removesuffix('/' + name) for path in self.find(pathlib.PurePath(name).name)
                 if str(path).endswith('/' + name)]
        return ':'.join(found)

    def run(self, *command):
        done = subprocess.run([str(part) for part in command], cwd=self.work, env=self.env, text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise RuntimeError(f'{" ".join(str(part) for part in command)}: exit status {done.returncode}\n{done.stdout}')
        return done.stdout.strip()

    def write(self, name, text):
        path = self.work / name
        path.write_text(text, encoding='utf-8')
        return path

    def flags(self):
        return self.run('pkg-config', '--cflags', '--libs', 'beaver-1').split()


def c_program(stage):
    source = stage.write('program.c', C_PROGRAM)
    stage.run('cc', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror', '-o', stage.work / 'program', source, *stage.flags())
    version = stage.run('pkg-config', '--modversion', 'beaver-1')
    assert stage.run(stage.work / 'program') == version, 'the header and the .pc differ in the version'
    # the include path of the long form, too
    stage.write('program.c', C_PROGRAM.replace('<beaver.h>', '<beaver/beaver.h>'))
    stage.run('cc', '-fsyntax-only', source, *stage.flags())


def cplusplus(stage):
    source = stage.write('program.cc', '#include <beaver.h>\nint main () { return BEAVER_MAJOR_VERSION - 1; }\n')
    stage.run('g++', '-Wall', '-Werror', '-fsyntax-only', source, *stage.flags())


def headers(stage):
    """All public headers, and no private one, are there."""
    include = stage.one('beaver.h').parent
    wanted = {line.split('<beaver/')[1].rstrip('>') for line in (include / 'beaver.h').read_text().splitlines()
              if line.startswith('#include <beaver/')}
    installed = {path.name for path in include.iterdir()} - {'beaver.h'}
    assert installed == wanted, f'beaver.h and the directory differ: {sorted(installed ^ wanted)}'


def python_program(stage):
    assert stage.run(sys.executable, stage.write('program.py', PYTHON_PROGRAM)) == stage.run('pkg-config', '--modversion', 'beaver-1')


def js_program(stage):
    assert stage.run('gjs', '-m', stage.write('program.js', JS_PROGRAM)) == stage.run('pkg-config', '--modversion', 'beaver-1')


def vala_program(stage):
    flags = [f'--Xcc={flag}' for flag in stage.flags()]
    stage.run('valac', '--vapidir', stage.one('beaver-1.vapi').parent, '--pkg', 'beaver-1', '--Xcc=-w', *flags, '-o',
              stage.work / 'vala', stage.write('program.vala', VALA_PROGRAM))
    assert stage.run(stage.work / 'vala') == stage.run('pkg-config', '--modversion', 'beaver-1')


def reference(stage):
    assert stage.find('beaver-1.devhelp2') or stage.find('Beaver.devhelp2') or stage.find('*.devhelp2'), 'no devhelp book'


CHECKS = [
    ('headers are complete', headers, None),
    ('a C program, by pkg-config', c_program, 'cc'),
    ('the headers are C++ as well', cplusplus, 'g++'),
    ('a Python program', python_program, None),
    ('a JavaScript program', js_program, 'gjs'),
    ('a Vala program', vala_program, 'valac'),
    ('the reference', reference, 'gi-docgen'),
]


def main():
    build, meson = sys.argv[1:]
    options = json.loads((pathlib.Path(build) / 'meson-info' / 'intro-buildoptions.json').read_text())
    without_docs = any(option['name'] == 'docs' and option['value'] == 'disabled' for option in options)
    checks = [check for check in CHECKS if check[1] is not reference or not without_docs]
    print(f'1..{len(checks)}', flush=True)
    stage, good = Stage(build, meson), True
    try:
        for number, (title, check, tool) in enumerate(checks, 1):
            if tool and not shutil.which(tool, path=stage.env['PATH']):
                print(f'ok {number} - {title} # SKIP no {tool} here')
                continue
            try:
                check(stage)
                print(f'ok {number} - {title}')
            except (AssertionError, LookupError, RuntimeError, OSError, subprocess.TimeoutExpired) as error:
                good = False
                for line in (str(error) or repr(error)).splitlines():
                    print(f'# {line}')
                print(f'not ok {number} - {title}')
    finally:
        shutil.rmtree(stage.dir)
    return 0 if good else 1


sys.exit(main())
