# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callbacks for events.

The library is given a trampoline, which has a weak reference to the state of the database and the number of a callback.
"""
import asyncio
import inspect
import json
import weakref

from .base import override, raw
from .errors import ClosedError


@override
class Event(raw.Event):
    id = property(raw.Event.get_id)
    topic = property(raw.Event.get_topic)
    event = name = property(raw.Event.get_name)
    timestamp = property(raw.Event.get_timestamp)

    @property
    def payload(self):
        return json.loads(self.get_payload())

    def __repr__(self):
        return f'<Beaver.Event {self.event!r} of {self.topic!r}: {self.get_payload()}>'


class Payload(dict):
    """The payload of an event, when that is a dict; it also knows the event it came with."""

    def __init__(self, event, values):
        super().__init__(values)
        self.id, self.topic, self.event, self.timestamp = event.id, event.topic, event.event, event.timestamp

    @property
    def payload(self):
        return dict(self)


class Handler:
    """A callback that is attached; off() detaches it."""

    def __init__(self, state, number, topic, event, callback, whole):
        self.topic, self.event, self.callback = topic, event, callback
        self._state, self._number, self._whole = weakref.ref(state), number, whole
        self._handler = None
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def off(self):
        state = self._state()
        if state is not None:
            with state.lock:
                state.handlers.pop(self._number, None)
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.off()

    def deliver(self, event):
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._call, event)
            except RuntimeError:    # that loop is over
                self.off()
        else:
            result = self._call(event)
            if inspect.iscoroutine(result):
                asyncio.run(result)

    def _call(self, event):
        if not self._whole:
            payload = event.payload
            event = Payload(event, payload) if isinstance(payload, dict) else payload
        result = self.callback(event)
        if self._loop is not None and inspect.iscoroutine(result):
            task = self._loop.create_task(result)
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
            return None
        return result


_tasks = set()      # the loop itself only has weak references


def attach(state, listen, topic, event, callback, unique=False, whole=False):
    if not callable(callback):
        raise TypeError(f'a callback can be called; {callback!r} cannot')
    with state.lock:
        if unique:
            for handler in state.handlers.values():
                if (handler.topic, handler.event, handler._whole) == (topic, event, whole) and handler.callback == callback:
                    return handler
        state.numbers += 1
        number = state.numbers
        handler = state.handlers[number] = Handler(state, number, topic, event, callback, whole)
    reference = weakref.ref(state)

    def trampoline(occurrence, *data):
        owner = reference()
        target = owner.handlers.get(number) if owner is not None else None
        if target is None:
            return
        try:
            target.deliver(occurrence)
        except ClosedError:
            # it was interrupted by closing, which is nobody's mistake
            db = owner.db()
            if db is not None and not db.is_closed():
                raise

    try:
        handler._handler = listen(event, trampoline)
    except BaseException:
        handler.off()
        raise
    if state.listener is not None:
        state.listener.start()
    return handler


def detach(state, topic, event, callback):
    """Detaches a callback once; one that is not attached is ignored."""
    with state.lock:
        found = [handler for handler in state.handlers.values()
                 if (handler.topic, handler.event) == (topic, event) and handler.callback == callback]
    if found:
        found[0].off()


class Events:
    """An event bus, as in beaver-db 2.x: its callbacks get Event objects."""

    def __init__(self, state, listen, topic, emit):
        self._state, self._listen, self._emit, self.name = weakref.ref(state), listen, emit, topic

    def attach(self, event, callback):
        """Calls callback(event) for each event of that name; the handler's off() ends it."""
        state = self._state()
        if state is None:
            raise ClosedError('the database was closed')
        return attach(state, self._listen, self.name, event, callback, unique=True, whole=True)

    on = attach

    def detach(self, event, callback):
        state = self._state()
        if state is not None:
            detach(state, self.name, event, callback)

    off = detach

    def emit(self, event, payload=None):
        return self._emit(event, payload)
