# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After close every call answers CLOSED: every method of every class that can fail, sync and async, found in the GIR, so
that a new one is tested on the day it is written."""
import functools
import os
import tempfile
import unittest
import xml.etree.ElementTree as ET

import gi
import tap_unittest

gi.require_version('Beaver', '1')
gi.require_version('Json', '1.0')
from gi.repository import Gio, GLib, GObject, Json  # noqa: E402

Beaver = gi.module.get_introspection_module('Beaver')   # as C has it, without what the override adds

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'

# What may answer otherwise once the database is closed: closing again succeeds; what only looks at its arguments, or at what
# was already delivered, needs no database.
MAY_SUCCEED = ('_close', '_close_async', '_close_full', '_close_full_async', '_next', '_next_async', '_cancel', '_release')

# What was read already stays readable.
VALUES = {'Document', 'Hit', 'LogEntry', 'Message', 'Query', 'VectorQuery'}

BY_NAME = {'timeout': 0.0, 'json': '1', 'value': '1', 'text': '"x"', 'path': '$.x', 'count': 1, 'limit': 1, 'n': 1,
           'capacity': 10, 'ttl': 10.0, 'period': 1.0, 'window': 1.0, 'error_rate': 0.01}
BY_TYPE = {'utf8': 'x', 'filename': 'x', 'gboolean': False, 'gdouble': 1.0, 'gfloat': 1.0, 'gint': 1, 'guint': 1, 'gint64': 1,
           'guint64': 1, 'gsize': 1, 'gssize': -1, 'GLib.Bytes': GLib.Bytes.new(b'\0\0\x80\x3f')}


def read_gir():
    namespace = ET.parse(os.environ['BEAVER_TEST_GIR']).getroot().find(CORE + 'namespace')
    return {node.get('name'): node for node in namespace.iter(CORE + 'class')}, \
           {node.get('name') for node in namespace.iter(CORE + 'callback')}


CLASSES, CALLBACKS = read_gir()


class NoArgument(Exception):
    """There is no telling what such a parameter wants."""


def argument(part, objects):
    if part.get('nullable') == '1':
        return None
    array, kind = part.find(CORE + 'array'), part.find(CORE + 'type')
    if array is not None:
        item = array.find(CORE + 'type').get('name')
        return [BY_TYPE[item]] if item in BY_TYPE else []
    name, kind = part.get('name'), kind.get('name')
    if kind in ('utf8', 'filename', 'gdouble', 'gint64', 'guint') and name in BY_NAME:
        value = BY_NAME[name]
        if isinstance(value, str) == (kind in ('utf8', 'filename')):
            return value
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    if kind in objects:
        return objects[kind]
    if kind in CALLBACKS:
        return lambda *arguments: None
    if kind == 'Json.Node':
        return Json.from_string('1')
    if kind == 'GType':
        return GObject.Object.__gtype__
    if kind == 'GObject.Object':
        return GObject.Object()
    if kind == 'Gio.File':
        return Gio.File.new_for_path('/nonexistent')
    if kind == 'Gio.OutputStream':
        return Gio.MemoryOutputStream.new_resizable()
    if kind == 'Gio.InputStream':
        return Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b'{}'))
    if kind == 'Gio.Cancellable':
        return None
    if kind is not None and hasattr(Beaver, kind) and hasattr(getattr(Beaver, kind), '__gtype__') \
            and getattr(Beaver, kind).__gtype__.is_a(GObject.TYPE_ENUM):
        return getattr(Beaver, kind)(0)
    if kind is not None and hasattr(Beaver, kind) and hasattr(getattr(Beaver, kind), '__gtype__') \
            and getattr(Beaver, kind).__gtype__.is_a(GObject.TYPE_FLAGS):
        return getattr(Beaver, kind)(0)
    raise NoArgument(f'{name} ({kind})')


def arguments(node, objects):
    """The arguments as PyGObject wants them: no lengths, no user data, no destroy notifies, nothing that only comes out."""
    parts = node.findall(f'{CORE}parameters/{CORE}parameter')
    hidden = set()
    for part in parts:
        array = part.find(CORE + 'array')
        if array is not None and array.get('length'):
            hidden.add(int(array.get('length')))
        if part.get('destroy'):
            hidden.add(int(part.get('destroy')))
        if part.get('closure') and int(part.get('closure')) < len(parts) and parts[int(part.get('closure'))] is not part:
            data = int(part.get('closure'))
            # optional in the end, an argument like any other before a cancellable
            if all(later.get('name') != 'cancellable' for later in parts[data:]):
                hidden.add(data)
    return [(part, argument(part, objects)) for i, part in enumerate(parts)
            if i not in hidden and part.get('direction') != 'out' and not is_callback(part)]


def is_callback(part):
    kind = part.find(CORE + 'type')
    return kind is not None and kind.get('name') == 'Gio.AsyncReadyCallback'


def methods(class_name):
    node = CLASSES[class_name]
    for method in node.findall(CORE + 'method'):
        if method.get('introspectable') != '0' and not method.get('name').endswith('_finish'):
            yield method


def ancestors(class_name):
    while class_name in CLASSES:
        yield class_name
        class_name = CLASSES[class_name].get('parent')


def bound(instance, class_name, name):
    """The method as GI has it, under whatever the override makes of it."""
    method = getattr(getattr(Beaver, class_name), name, None)
    return None if method is None else functools.partial(method, instance)


def collect(db):
    """An object of as many classes as the database leads to, one each."""
    objects, queue = {'Db': db}, [db]
    while queue:
        owner = queue.pop(0)
        for base in ancestors(type(owner).__name__):
            for method in methods(base):
                kind = method.find(f'{CORE}return-value/{CORE}type')
                if kind is None or kind.get('name') not in CLASSES or method.get('name').endswith('_async') \
                        or method.get('name').startswith('close'):
                    continue
                try:
                    found = bound(owner, base, method.get('name'))(*[value for _, value in arguments(method, objects)])
                except (GLib.Error, NoArgument):
                    continue
                if found is not None and type(found).__name__ not in objects:
                    objects[type(found).__name__] = found
                    queue.append(found)
    return objects


class Closed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.db = Beaver.Db.open(os.path.join(cls.dir.name, 'x.db'), None)
        cls.objects = collect(cls.db)
        channel = cls.objects['Channel']
        bound(channel, 'Channel', 'publish')('1', None)
        cls.objects['Message'] = bound(channel, 'Channel', 'history')(1, None)[0]   # no method returns just one
        cls.objects['Query'] = Beaver.Query.new()
        cls.objects['VectorQuery'] = Beaver.VectorQuery.new(GLib.Bytes.new(bytes(4)), 1)
        cls.db.close()

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def calls(self, wants_async):
        for class_name, instance in sorted(self.objects.items()):
            if class_name in VALUES:
                continue
            for base in ancestors(class_name):
                for method in methods(base):
                    symbol, name = method.get(C + 'identifier'), method.get('name')
                    if name.endswith('_async') != wants_async or (not wants_async and method.get('throws') != '1'):
                        continue
                    if symbol.endswith(MAY_SUCCEED):
                        continue
                    try:
                        values = [value for _, value in arguments(method, self.objects)]
                    except NoArgument as error:
                        self.fail(f'{symbol}: say in BY_TYPE what {error} can be')
                    yield symbol, bound(instance, base, name), values, bound(instance, base, name[:-6] + '_finish')

    def assert_closed(self, symbol, call):
        with self.assertRaises(GLib.Error, msg=symbol) as caught:
            call()
        error = caught.exception
        self.assertTrue(error.matches(Beaver.error_quark(), Beaver.Error.CLOSED), f'{symbol}: {error}')

    def test_every_manager_was_found(self):
        """Or the other tests would pass on nothing."""
        manager = {name for name in CLASSES if 'Manager' in list(ancestors(name))[1:] and CLASSES[name].get('abstract') != '1'}
        self.assertEqual(manager - set(self.objects), set())

    def test_sync(self):
        n = 0
        for symbol, method, values, _ in self.calls(False):
            n += 1
            with self.subTest(symbol):
                self.assert_closed(symbol, lambda: method(*values))
        self.assertGreater(n, 0)

    def test_async(self):
        n = 0
        for symbol, method, values, finish in self.calls(True):
            n += 1
            with self.subTest(symbol):
                results = []
                method(*values, lambda source, result, *data: results.append(result))
                while not results:
                    GLib.MainContext.default().iteration(True)
                self.assert_closed(symbol, lambda: finish(results[0]))
        self.assertGreater(n, 0)


class MadeByHand(unittest.TestCase):
    """What a binding makes without a database is empty, or answers with an error, and never crashes."""

    def call(self, instance, base, method, values):
        name = method.get('name')
        function = bound(instance, base, name)
        try:
            if name.endswith('_async'):
                results = []
                function(*values, lambda source, result, *data: results.append(result))
                while not results:
                    GLib.MainContext.default().iteration(True)
                bound(instance, base, name[:-6] + '_finish')(results[0])
            elif function is not None:
                function(*values)
        except (GLib.Error, TypeError):
            pass

    def test_every_method_and_property(self):
        n = 0
        with tempfile.TemporaryDirectory() as directory:
            db = Beaver.Db.open(os.path.join(directory, 'x.db'), None)
            objects = {**collect(db), 'Query': Beaver.Query.new(), 'VectorQuery': Beaver.VectorQuery.new(GLib.Bytes.new(bytes(4)), 1)}
            for class_name in sorted(CLASSES):
                kind = getattr(Beaver, class_name)
                if CLASSES[class_name].get('abstract') == '1':
                    continue
                instance = kind()
                for spec in kind.list_properties():
                    if spec.flags & GObject.ParamFlags.READABLE:
                        instance.get_property(spec.name)
                for base in ancestors(class_name):
                    for method in methods(base):
                        try:
                            values = [value for _, value in arguments(method, objects)]
                        except NoArgument:
                            continue
                        with self.subTest(method.get(C + 'identifier')):
                            n += 1
                            self.call(instance, base, method, values)
            db.close()
        self.assertGreater(n, 0)


if __name__ == '__main__':
    tap_unittest.main()
