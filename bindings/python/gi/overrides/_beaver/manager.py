# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all structures have: a name, a public lock, events; cursors and their views."""
import collections.abc
import functools

from . import bridge, transfer
from .base import info_of, override, raw, state_of
from .errors import ClosedError, TimeoutError
from .events import Events, attach, detach
from .values import dumps, loads, seconds


@override
class Manager(raw.Manager):
    @property
    def _model(self):
        info = info_of(self)
        return info.model if info is not None else None

    name = property(raw.Manager.get_name)
    kind = property(raw.Manager.get_kind)
    closed = property(raw.Manager.is_closed)

    def __repr__(self):
        return f'<Beaver.{type(self).__name__} {self.name!r}{" (closed)" if self.closed else ""}>'

    def __bool__(self):
        return True         # also when empty

    def __len__(self):
        return self.count()

    # The public lock: of a thread, which may take it several times. When the main thread has to wait for it, it waits for a
    # guard, so that Ctrl-C comes through, and counts by itself.

    def _main_hold(self):
        """What the main thread holds: [guard, how often]."""
        if not bridge.in_main_thread():
            return None
        hold = state_of(self).main_holds.get(self.topic)
        return hold if hold is not None and hold[0].is_held() else None

    def acquire(self, timeout=None, lock_ttl=60.0, poll_interval=None, block=True):
        """Acquires the public lock for this thread; whether that worked in time. poll_interval is accepted and not needed."""
        timeout, lock_ttl = seconds(timeout) if block else 0.0, 60.0 if lock_ttl is None else float(lock_ttl)
        main, hold = bridge.in_main_thread(), self._main_hold()
        if hold is not None:
            hold[1] += 1
            return True
        try:
            if not main:
                return bridge.wait(lambda left, cancellable: self._c['acquire'](self, left, lock_ttl, cancellable), None, None,
                                   timeout)
            return self._c['acquire'](self, 0.0, lock_ttl, None)
        except TimeoutError:
            if not main or timeout == 0:
                return False
        try:
            guard = bridge.run(state_of(self), functools.partial(raw.Manager.hold_async, self),
                               functools.partial(raw.Manager.hold_finish, self), (timeout, lock_ttl), raw.LockGuard.release)
        except TimeoutError:
            return False
        state_of(self).main_holds[self.topic] = [guard, 1]
        return True

    def release(self):
        hold = self._main_hold()
        if hold is None:
            return self._c['release'](self)
        if hold[1] > 1:
            hold[1] -= 1
            return True
        hold[0].release()       # on an error it is held, and there to be released again
        del state_of(self).main_holds[self.topic]
        return True

    def renew(self, lock_ttl=60.0):
        lock_ttl = 60.0 if lock_ttl is None else float(lock_ttl)
        hold = self._main_hold()
        return hold[0].renew(lock_ttl) if hold is not None else self._c['renew'](self, lock_ttl)

    @property
    def locked(self):
        """Whether anybody holds the public lock, in any process."""
        return self.is_locked()

    def __enter__(self):
        if not self.acquire():
            raise TimeoutError(f'the lock of {self!r} was not to be had in time')
        return self

    def __exit__(self, *exception):
        try:
            self.release()
        except ClosedError:
            pass            # closing released it

    # Events

    @property
    def topic(self):
        return f'{self.kind}:{self.name}'

    @property
    def events(self):
        """Its event bus, as in beaver-db 2.x: attach(), detach(), emit()."""
        return Events(state_of(self), self._listen, self.topic, lambda event, payload: self.emit_event(event, dumps(payload)))

    def _listen(self, event, function):
        return self._c['on'](self, event, function)

    def on(self, event, callback):
        """Calls callback(payload) for each event of this structure; the handle's off() ends that."""
        return attach(state_of(self), self._listen, self.topic, event, callback, unique=True)

    def off(self, event, callback):
        detach(state_of(self), self.topic, event, callback)

    def emit(self, event, payload=None):
        return self.emit_event(event, dumps(payload))

    # In and out

    def dump(self, fp=None, format=None, indent=2, progress=None):
        """Everything in the shapes of beaver-db 2.x: an object, or into a file, a path or a stream, as "json" or "jsonl"."""
        return transfer.dump(self, fp, format, indent, progress=progress)

    def dump_async(self, *arguments, **keywords):
        if any(callable(argument) for argument in arguments):
            return self._c['dump_async'](self, *arguments)
        return transfer.dump_async(state_of(self), self, *_dump_arguments(*arguments, **keywords))

    def load(self, fp, format=None, strategy='overwrite', progress=None):
        """Reads what dump(), or beaver-db, wrote; how many items. A bad dump changes nothing."""
        return transfer.load(self, fp, format, strategy, progress)

    def load_async(self, *arguments, **keywords):
        if any(callable(argument) for argument in arguments):
            return self._c['load_async'](self, *arguments)
        return transfer.load_async(state_of(self), self, *_load_arguments(*arguments, **keywords))

    # Indexes of fields

    def reindex(self, progress=None, *rest):
        """Builds the indexes of fields anew; how many items there are."""
        if rest:
            return self._c['reindex'](self, progress, *rest)
        return transfer.call(transfer.method(self, 'reindex'), progress=progress)

    def reindex_async(self, *arguments, progress=None):
        if any(callable(argument) for argument in arguments):
            return self._c['reindex_async'](self, *arguments)
        return transfer.method_async(state_of(self), self, 'reindex', progress=progress)

    # Values

    def _dumps(self, value):
        return dumps(value)

    def _loads(self, text):
        return loads(text, self._model)

    def _transaction(self):
        db = state_of(self).db()
        if db is None:
            raise ClosedError('the database was closed')
        return db.transaction()

    def as_async(self):
        """The same structure with methods to be awaited."""
        from .asynchronous import AsyncView
        return AsyncView(self)


def _dump_arguments(fp=None, format=None, indent=2, payload=True, progress=None):
    return fp, format, indent, payload, progress


def _load_arguments(fp, format=None, strategy='overwrite', progress=None):
    return fp, format, strategy, progress


def pages(cursor, convert):
    """What a cursor reads; lets it go when the loop is left."""
    try:
        while True:
            page = cursor.next_page()
            if not page:
                return
            yield from map(convert, page)
    finally:
        cursor.close()


def values(cursor, loads):
    """The values of what a cursor reads, without an object for each."""
    try:
        while True:
            page = cursor.next_json_page()
            if not page:
                return
            yield from map(loads, page)
    finally:
        cursor.close()


async def values_async(cursor, loads):
    try:
        while True:
            page = await cursor.next_json_page_async()
            if not page:
                return
            for text in page:
                yield loads(text)
    finally:
        cursor.close()


class View(collections.abc.Sized):
    """Keys, values or items: looked up whenever one iterates."""

    def __init__(self, manager, read, contains):
        self._manager, self._read, self._contains = manager, read, contains

    def __len__(self):
        return len(self._manager)

    def __bool__(self):
        return len(self) > 0

    def __iter__(self):
        return self._read()

    def __contains__(self, item):
        return self._contains(item) if self._contains is not None else any(item == other for other in self)

    def __eq__(self, other):
        return set(self) == set(other) if isinstance(other, (set, frozenset, View)) else NotImplemented

    __hash__ = None

    def __repr__(self):
        return f'{list(self)!r}'


@override
class Cursor(raw.Cursor):
    def __iter__(self):
        return pages(self, lambda item: item)

    def __aiter__(self):
        return self._pages()

    async def _pages(self):
        try:
            while True:
                page = await self.next_page_async()
                if not page:
                    return
                for item in page:
                    yield item
        finally:
            self.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
