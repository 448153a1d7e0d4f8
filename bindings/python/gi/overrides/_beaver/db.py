# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import atexit
import functools
import os
import threading
import weakref

from gi.repository import Gio

from . import bridge, events, transfer
from .base import Info, note, override, raw, wrap
from .errors import ClosedError, ConflictError, InvalidError, UnsupportedError
from .lock import NamedLock
from .manager import _dump_arguments, _load_arguments
from .values import check_model, check_name, dumps

_init = wrap(Gio.Initable.init, 'init')
_open = weakref.WeakSet()
_open_lock = threading.Lock()


@override
class Transaction(raw.Transaction):
    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if self.is_open():
            self.rollback() if kind is not None else self.commit()


@override
class CloseReport(raw.CloseReport):
    duration = property(raw.CloseReport.get_duration)
    connections_closed = property(raw.CloseReport.get_connections_closed)
    threads_joined = property(raw.CloseReport.get_threads_joined)
    operations_interrupted = property(raw.CloseReport.get_operations_interrupted)
    referenced = property(raw.CloseReport.get_referenced)
    sites = property(raw.CloseReport.get_sites)

    def __str__(self):
        return self.to_string()


@override
class CheckFinding(raw.CheckFinding):
    code = property(raw.CheckFinding.get_code)
    text = property(raw.CheckFinding.get_text)
    fixed = property(raw.CheckFinding.is_fixed)

    @property
    def severity(self):
        """note, warning or error."""
        return self.get_severity().value_nick

    def __repr__(self):
        return f'<{self.severity} {self.code}: {self.text}{" (fixed)" if self.fixed else ""}>'

    __str__ = raw.CheckFinding.get_text


@override
class Stats(raw.Stats):
    """Counters and gauges: stats.cache_hits, stats['cache-hits'], dict(stats)."""

    def keys(self):
        return [spec.name for spec in self.list_properties()]

    def __getitem__(self, name):
        return self.get_property(name)

    def __str__(self):
        return self.to_string()


for _spec in raw.Stats.list_properties():
    setattr(Stats, _spec.name.replace('-', '_'), property(getattr(raw.Stats, 'get_' + _spec.name.replace('-', '_'))))


class _TransactionScope:
    """db.transaction(): begins on entry, commits at the end, rolls back on an exception."""

    def __init__(self, db):
        self._db = db

    def __enter__(self):
        self._transaction = self._db.begin()
        return self._transaction

    def __exit__(self, *exception):
        return self._transaction.__exit__(*exception)

    async def __aenter__(self):
        raise TypeError('a transaction belongs to a thread, and other tasks run in this one while it waits: write '
                        '"with db.transaction():" and await nothing inside it, or give a function with it to asyncio.to_thread()')

    async def __aexit__(self, *exception):
        pass


@override
class Db(raw.Db):
    """A database; see the package beaver for the API of Python's beaver-db.

    Closing it, which the end of a with does, forcibly closes the connections of all threads and stops all background
    listeners. Threads in the middle of an operation fail at once with ClosedError.

    Callbacks come in the main context in which the database was opened; with listener=True in a thread of their own.
    """

    def __init__(self, path, connection_timeout=None, cache_timeout=None, pragma_wal=None, pragma_synchronous=None,
                 pragma_temp_memory=None, pragma_mmap_size=None, *, listener=False):
        options = {'connection_timeout': connection_timeout, 'cache_timeout': cache_timeout, 'wal': pragma_wal,
                   'synchronous': pragma_synchronous, 'temp_memory': pragma_temp_memory, 'mmap_size': pragma_mmap_size}
        path = os.fsdecode(path)
        if '\0' in path:
            raise InvalidError(f'the path {path!r} holds a NUL character')
        pump = bridge.Pump('beaver-listener') if listener else None
        if pump is not None:
            pump.context.push_thread_default()
        try:
            super().__init__(path=path, **{name: value for name, value in options.items() if value is not None})
            _init(self, None)
        finally:
            if pump is not None:
                pump.context.pop_thread_default()
        self._own(pump)

    def _own(self, pump=None):
        with _open_lock:
            owned = self.__dict__.get('_owned')
            if owned is None:
                owned = self._owned = bridge.State(pump)
                owned.db = weakref.ref(self)
                note(self, Info(weakref.ref(owned)))
                _open.add(self)
        return owned

    @staticmethod
    def open(path, cancellable=None):
        return Db(path)

    @property
    def path(self):
        return self.get_path()

    @property
    def closed(self):
        return self.is_closed()

    @property
    def stats(self):
        """A snapshot of its counters and gauges."""
        return self.get_stats()

    @property
    def slow_operation_threshold(self):
        """Seconds; what takes as long is logged, 0 for nothing."""
        return self.get_slow_operation_threshold()

    @slow_operation_threshold.setter
    def slow_operation_threshold(self, seconds):
        self.set_slow_operation_threshold(seconds)

    def __repr__(self):
        return f'<Beaver.Db {self.path!r}{" (closed)" if self.closed else ""}>'

    def __enter__(self):
        if self.is_closed():
            raise ClosedError('the database was closed')
        return self

    def __exit__(self, *exception):
        self.close()

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exception):
        await asyncio.to_thread(self.close)

    async def connect(self):
        """For programs of beaver-db 2.x: it is open already."""
        return self.__enter__()

    def __del__(self):
        # The destruction of the object would close as well, but while it holds the interpreter's lock.
        owned = self.__dict__.get('_owned')
        if owned is not None and not owned.closed:
            try:
                self._c['close'](self)
            finally:
                owned.close(wait=False)

    def close(self):
        """Closes the connections of all threads and stops all background threads. Again: does nothing."""
        try:
            return self._c['close'](self)
        finally:
            self._own().close()

    def close_full(self):
        """As close(), and tells what there was to close."""
        try:
            return self._c['close_full'](self)
        finally:
            self._own().close()

    def close_async(self, *arguments):
        if any(callable(argument) for argument in arguments):
            return self._c['close_async'](self, *arguments)
        return asyncio.to_thread(self.close)

    def as_async(self):
        from .asynchronous import AsyncView
        return AsyncView(self)

    # Structures

    def _get(self, kind, name, model=None, method=None, arguments=()):
        check_name(name)
        check_model(model)
        owned = self._own()
        call = self._c.get(method or 'get_' + kind)
        if call is None:
            raise UnsupportedError(f'this release has no {kind}')
        manager, key = call(self, name, *arguments), (kind, name)
        if model is not None or key not in owned.models:
            with owned.lock:
                known = owned.models.setdefault(key, model)
            if model is not None and known is not model:
                raise ConflictError(f'the {kind} {name!r} is in use with the model {known!r} already, and cannot have '
                                    f'{model!r} at the same time')
            if model is not None:
                note(manager, Info(weakref.ref(owned), model))
        return manager

    def _names(self, kind):
        call = self._c.get(f'get_{kind}_names')
        return [*call(self)] if call is not None else []

    def dict(self, name, model=None, secret=None):
        """Keys and values; with a secret, encrypted in the file."""
        if secret is None:
            return self._get('dict', name, model)
        return self._get('dict', name, model, 'get_dict_with_secret', (secret, None))

    def docs(self, name, model=None):
        """Documents that can be searched."""
        return self._get('documents', name, model)

    def list(self, name, model=None):
        """Values in an order."""
        return self._get('list', name, model)

    def sketch(self, name, capacity=1000000, error_rate=0.01, model=None):
        """What was seen, approximately."""
        return self._get('sketch', name, model, arguments=(capacity, error_rate))

    def lookup_sketch(self, name):
        """A sketch that is in the file, of the capacity and error rate that it was made with; None when there is none."""
        found = self._c['lookup_sketch'](self, check_name(name, InvalidError), None)
        return None if found is None else self.sketch(name, found.get_capacity(), found.get_error_rate())

    def graph(self, name):
        """Nodes and the labelled edges between them."""
        return self._get('graph', name)

    graphs = graph

    def vectors(self, name):
        """Vectors, and what is near them."""
        return self._get('vectors', name)

    def blob(self, name):
        """Bytes under keys."""
        return self._get('blobs', name)

    def queue(self, name, model=None):
        """Items that come out in the order of their priority."""
        return self._get('queue', name, model)

    def channel(self, name, model=None):
        """Messages."""
        return self._get('channel', name, model)

    def log(self, name, model=None, indexed=None):
        """Entries in the order of time."""
        manager = self._get('log', name, model)
        if indexed:
            manager.declare(indexed)
        return manager

    def lock(self, name, timeout=None, lock_ttl=60.0, poll_interval=0.1):
        """A new contender for the lock of that name. poll_interval is accepted and not needed: who waits is woken."""
        return NamedLock(self._c['get_lock'](self, check_name(name, InvalidError)), timeout, lock_ttl,
                         poll_interval)

    dicts = property(lambda self: self._names('dict'))
    lists = property(lambda self: self._names('list'))
    queues = property(lambda self: self._names('queue'))
    blobs = property(lambda self: self._names('blobs'))
    logs = property(lambda self: self._names('log'))
    channels = property(lambda self: self._names('channel'))
    collections = property(lambda self: self._names('documents'))
    sketches = property(lambda self: self._names('sketch'))
    locks = property(lambda self: self._names('lock'))

    # In and out

    def dump(self, fp=None, format=None, indent=2, progress=None):
        """All structures: an object, or into a file, a path or a stream, as "json" or "jsonl" (as the path ends)."""
        return transfer.dump(self, fp, format, indent, progress=progress)

    def dump_async(self, *arguments, **keywords):
        if any(callable(argument) for argument in arguments):
            return self._c['dump_async'](self, *arguments)
        return transfer.dump_async(self._own(), self, *_dump_arguments(*arguments, **keywords))

    def load(self, fp, format=None, strategy='overwrite', progress=None):
        """Reads what dump() wrote; how many items. A bad dump changes nothing."""
        return transfer.load(self, fp, format, strategy, progress)

    def load_async(self, *arguments, **keywords):
        if any(callable(argument) for argument in arguments):
            return self._c['load_async'](self, *arguments)
        return transfer.load_async(self._own(), self, *_load_arguments(*arguments, **keywords))

    def backup(self, path, progress=None):
        """Copies the database, while it is in use, into another file, whose old content stays until the copy is whole."""
        return transfer.call(transfer.method(self, 'backup'), os.fsdecode(path), progress=progress)

    def backup_async(self, path, *arguments, progress=None):
        if any(callable(argument) for argument in arguments):
            return self._c['backup_async'](self, path, *arguments)
        return transfer.method_async(self._own(), self, 'backup', os.fsdecode(path), progress=progress)

    def export(self, path, progress=None):
        """Writes a packed and verified copy into a new file."""
        return transfer.call(transfer.method(self, 'export_file'), os.fsdecode(path), progress=progress)

    def export_async(self, path, progress=None):
        return transfer.method_async(self._own(), self, 'export_file', os.fsdecode(path), progress=progress)

    def check(self, fix=False):
        """What is wrong with the file: a list, empty when all is well. With fix, puts right what can be without loss."""
        return [*self._c['check'](self, fix, None)]

    def check_async(self, fix=False, *arguments):
        if any(callable(argument) for argument in arguments):
            return self._c['check_async'](self, fix, *arguments)
        return self._c['check_async'](self, fix)

    # Across structures

    def transaction(self):
        """with db.transaction(): all or nothing, for what this thread does inside."""
        return _TransactionScope(self)

    def _listen(self, topic):
        return functools.partial(self._c['on'], self, topic)

    def on(self, topic, event, callback):
        """Calls callback(payload) for each event of a topic; the handle's off() ends that."""
        return events.attach(self._own(), self._listen(topic), topic, event, callback)

    def off(self, topic, event, callback):
        events.detach(self._own(), topic, event, callback)

    def emit(self, topic, event, payload=None):
        return self.emit_event(topic, event, dumps(payload))

    def events(self, name):
        """The event bus of a name, as in beaver-db 2.x."""
        reference = weakref.ref(self)

        def emit(event, payload):
            db = reference()
            if db is None:
                raise ClosedError('the database was closed')
            return db.emit(name, event, payload)

        def listen(event, function):
            db = reference()
            if db is None:
                raise ClosedError('the database was closed')
            return db._c['on'](db, name, event, function)

        return events.Events(self._own(), listen, check_name(name), emit)


def _close_all():
    for db in list(_open):
        db.close()


atexit.register(_close_all)     # after Python has waited for its threads
