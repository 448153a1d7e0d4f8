#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks in the GIR for what g-ir-scanner accepts and bindings break on, and for the house rules of the API.

usage: check-gir.py LIBRARY.gir [symbol that may break a rule...]      (prints TAP: one point a rule)

The rules about bindings were found by trial with PyGObject 3.42 and GJS 1.74.
"""
import keyword
import sys
import xml.etree.ElementTree as ET

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

CALLABLES = {CORE + tag for tag in ('method', 'function', 'constructor', 'callback', 'virtual-method')}
SCALARS = {'gint', 'guint', 'gint8', 'guint8', 'gint16', 'guint16', 'gint32', 'guint32', 'gint64', 'guint64', 'glong',
           'gulong', 'gsize', 'gssize', 'gboolean', 'gfloat', 'gdouble', 'gchar', 'gunichar', 'GType'}
STRINGS = {'utf8', 'filename'}
# names under which GObject's own would be lost, in Python and in JavaScript
OF_GOBJECT = {'connect', 'connect_after', 'connect_object', 'disconnect', 'emit', 'notify', 'ref', 'unref', 'props',
              'freeze_notify', 'thaw_notify', 'get_property', 'set_property', 'bind_property', 'handler_block',
              'handler_unblock', 'run_dispose', 'is_floating', 'watch_closure', 'weak_ref', 'chain', 'stop_emission'}
OF_LANGUAGES = set(keyword.kwlist) | {'print', 'exec', 'constructor', 'prototype', 'toString'}

RULES = {
    'documented': 'everything public is documented',
    'introspectable': 'everything public can be bound',
    'names': 'no name hides one of GObject or is a keyword',
    'out': 'pointers to scalars and strings are marked (out) or (array)',
    'containers': 'containers cross the binding without a crash',
    'callbacks': 'no callback returns a float',
    'errors': 'what takes a GError has a return value that tells',
    'async': 'blocking calls have an _async and a _finish, and the other way round',
}


class Checker:
    def __init__(self, allowed):
        self.allowed = allowed
        self.problems = {rule: [] for rule in RULES}
        self.symbols = {}

    def complain(self, rule, symbol, text):
        if symbol not in self.allowed:
            self.problems[rule].append(f'{symbol}: {text}')

    def check_node(self, node):
        """Anything that has a documentation block."""
        if node.get(GLIB + 'is-gtype-struct-for'):
            return
        symbol = node.get(C + 'identifier') or node.get(C + 'type') or node.get('name')
        if node.find(CORE + 'doc') is None:
            self.complain('documented', symbol, 'no documentation')

    def check_member(self, owner, node):
        symbol = f'{owner.get("name")}{"::" if node.tag == GLIB + "signal" else ":"}{node.get("name")}'
        if node.find(CORE + 'doc') is None:
            self.complain('documented', symbol, 'no documentation')

    def check_callable(self, owner, node):
        symbol = node.get(C + 'identifier') or node.get(C + 'type') or f'{owner.get("name")}.{node.get("name")}'
        name = node.get('name')
        if node.get(C + 'identifier'):
            self.symbols[symbol] = node
        result = node.find(CORE + 'return-value')
        result_type, result_array = result.find(CORE + 'type'), result.find(CORE + 'array')
        parameters = node.findall(f'{CORE}parameters/{CORE}parameter')

        varargs = node.find(f'{CORE}parameters/{CORE}parameter/{CORE}varargs') is not None
        if node.get('introspectable') == '0' and not varargs:   # a varargs form is sugar for C
            self.complain('introspectable', symbol, 'introspectable="0"')
        if node.tag != CORE + 'virtual-method' and not node.get('moved-to'):
            for part in parameters:
                if part.find(CORE + 'doc') is None and part.find(CORE + 'varargs') is None:
                    self.complain('documented', symbol, f'parameter {part.get("name")} is not described')
            if (result_array is not None or result_type.get('name') != 'none') and result.find(CORE + 'doc') is None:
                self.complain('documented', symbol, 'return value is not described')
            if node.find(CORE + 'doc') is None:
                self.complain('documented', symbol, 'no documentation')
        if name in OF_LANGUAGES:
            self.complain('names', symbol, f'{name} is a word of Python or JavaScript')
        if owner.tag == CORE + 'class' and node.tag == CORE + 'method' and name in OF_GOBJECT:
            self.complain('names', symbol, f'hides GObject.{name}')

        if node.tag == CORE + 'callback' and result_type is not None and result_type.get('name') in ('gfloat', 'gdouble'):
            self.complain('callbacks', symbol, 'GJS 1.74 corrupts it; return a gboolean and an (out) value')
        if (result_array is not None and result_array.get('name') == 'GLib.PtrArray'
                and result.get('transfer-ownership') == 'full'):
            self.complain('containers', symbol, 'GPtrArray (transfer full) is freed twice; (transfer container)')
        if result_type is not None and result_type.get('name') == 'GLib.HashTable':
            self.complain('containers', symbol, 'a GHashTable of anything but strings crashes or lies; no GHashTable')
        if node.get('throws') == '1' and result_type is not None and result_type.get('name') == 'none':
            self.complain('errors', symbol, 'returns nothing')

        for part in parameters:
            kind = part.find(CORE + 'type')
            if kind is None or part.get('direction', 'in') != 'in':
                continue
            written, stars = kind.get(C + 'type') or '', (kind.get(C + 'type') or '').count('*')
            if (kind.get('name') in SCALARS and stars) or (kind.get('name') in STRINGS and stars > 1):
                self.complain('out', symbol, f'parameter {part.get("name")} ({written}) is taken as one value going in')

    def check_async(self):
        for symbol, node in self.symbols.items():
            kinds = {kind.get('name') for kind in node.iterfind(f'{CORE}parameters/{CORE}parameter/{CORE}type')}
            if symbol.endswith('_async'):
                base = symbol.removesuffix('_async')
                # beaver_x_new_async pairs with beaver_x_new_finish
                for partner in (base, base + '_finish'):
                    if partner not in self.symbols:
                        self.complain('async', symbol, f'{partner} is missing')
            elif symbol.endswith('_finish'):
                if symbol.removesuffix('_finish') + '_async' not in self.symbols:
                    self.complain('async', symbol, 'nothing to finish')
            elif 'Gio.Cancellable' in kinds and node.get('throws') == '1' and symbol + '_async' not in self.symbols:
                self.complain('async', symbol, f'{symbol}_async is missing')

    def check(self, root):
        namespace = root.find(CORE + 'namespace')
        for node in namespace:
            if node.tag in CALLABLES:
                self.check_callable(namespace, node)
            elif node.tag in {CORE + tag for tag in ('class', 'interface', 'record', 'enumeration', 'bitfield', 'constant')}:
                self.check_node(node)
                for member in node:
                    if member.tag in CALLABLES:
                        self.check_callable(node, member)
                    elif member.tag in (CORE + 'property', GLIB + 'signal', CORE + 'member'):
                        self.check_member(node, member)
        self.check_async()


def main():
    checker = Checker(set(sys.argv[2:]))
    checker.check(ET.parse(sys.argv[1]).getroot())

    print(f'1..{len(RULES)}')
    for number, (rule, title) in enumerate(RULES.items(), 1):
        problems = sorted(set(checker.problems[rule]))
        for problem in problems:
            print(f'# {problem}')
        print(f'{"not ok" if problems else "ok"} {number} - {title}')
    return 1 if any(checker.problems.values()) else 0


if __name__ == '__main__':
    sys.exit(main())
