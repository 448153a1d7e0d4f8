#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The exported symbols of the library and the functions of its GIR must be the same, and every node must say since when.

usage: check-exports.py LIBRARY.so LIBRARY.gir      (prints TAP)
"""
import subprocess
import sys
import xml.etree.ElementTree as ET

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

TOP = {CORE + tag for tag in
       ('class', 'interface', 'record', 'union', 'enumeration', 'bitfield', 'callback', 'function', 'constant', 'alias')}
MEMBERS = {CORE + tag for tag in ('method', 'function', 'constructor', 'property')} | {GLIB + 'signal'}


def exported(library):
    lines = subprocess.check_output(['nm', '--dynamic', '--defined-only', library], text=True).splitlines()
    return {line.split()[-1].split('@')[0] for line in lines}


def described(root):
    names = {element.get(C + 'identifier') for element in root.iter()
             if element.tag in {CORE + tag for tag in ('function', 'method', 'constructor')}}
    names |= {element.get(GLIB + 'get-type') for element in root.iter()}
    return names - {None, 'intern'}


def name_of(node, owner=None):
    name = node.get(C + 'identifier') or node.get(C + 'type')
    return name or f'{owner.get("name") if owner is not None else ""}:{node.get("name")}'


def without_version(root):
    def has_version(node):
        return node.get('version') is not None

    for node in root.find(CORE + 'namespace'):
        if node.tag not in TOP or node.get(GLIB + 'is-gtype-struct-for'):
            continue
        if not has_version(node):
            yield name_of(node)
        for member in node:
            # what moved to a static function of its type stands a second time at the top
            if member.tag in MEMBERS and not member.get('moved-to') and not has_version(member):
                yield name_of(member, node)


def report(number, title, problems):
    for problem in problems:
        print(f'# {problem}')
    print(f'{"not ok" if problems else "ok"} {number} - {title}')
    return not problems


def main():
    library, gir = sys.argv[1:]
    root = ET.parse(gir).getroot()
    have, told = exported(library), described(root)

    print('1..3')
    good = [
        report(1, 'every exported symbol is in the GIR', sorted(have - told)),
        report(2, 'every function of the GIR is exported', sorted(told - have)),
        report(3, 'every node of the GIR has a Since line', sorted(set(without_version(root)))),
    ]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
