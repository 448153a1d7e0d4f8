#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/costs.md speaks of every method of every class, and of no other.

usage: check-costs.py GIR PAGE       (prints TAP)
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
SMALL = 'Small objects'
ROW = re.compile(r'^\| (`.*?) \| (.+?) \| (.+?) \|$')
HEADS = ('call', '---')


def methods_of(gir):
    classes = {}
    for one in ElementTree.parse(gir).getroot().iter(CORE + 'class'):
        names = [method.get('name') for tag in ('constructor', 'function', 'method') for method in one.findall(CORE + tag)]
        classes[one.get('name')] = {name for name in names if not name.endswith(('_async', '_finish'))}
    return classes


def read(page):
    tables, small, heading, wrong = {}, set(), None, []
    with open(page, encoding='utf-8') as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            row = ROW.match(line)
            if line.startswith('## '):
                heading = line[3:]
                tables.setdefault(heading, [])
            elif heading == SMALL:
                small.update(re.findall(r'`([A-Z]\w+)`', line))
            elif row:
                tables[heading] += re.findall(r'`(\w+)`', row[1])
            elif heading and line.startswith('|') and not line.startswith(tuple(f'| {head}' for head in HEADS)):
                wrong.append(f'line {number} is no row of three cells')
    tables.pop(SMALL, None)
    return tables, small, wrong


def main():
    gir, page = sys.argv[1:]
    classes = methods_of(gir)
    tables, small, wrong = read(page)
    answers = [('the tables can be read', wrong)]
    for name in sorted(set(classes) | set(tables)):
        wrong, rows = [], tables.get(name, [])
        if name in small:
            wrong += [f'{name} is among the small objects and has a table'] if rows else []
        elif name not in classes:
            wrong.append(f'there is no class {name}')
        else:
            wrong += [f'{method}() is missing: say what it costs' for method in sorted(classes[name] - set(rows))]
            wrong += [f'there is no {method}()' for method in sorted(set(rows) - classes[name])]
            wrong += [f'{method}() is there twice' for method in sorted({row for row in rows if rows.count(row) > 1})]
        answers.append((name, wrong))
    answers.append((SMALL, [f'there is no class {name}' for name in sorted(small - set(classes))]))
    print(f'1..{len(answers)}')
    for number, (name, wrong) in enumerate(answers, 1):
        for line in wrong:
            print(f'# {page.rpartition("/")[2]}, {name}: {line}')
        print(f'{"not ok" if wrong else "ok"} {number} - {name}')
    sys.exit(any(wrong for _, wrong in answers))


if __name__ == '__main__':
    main()
