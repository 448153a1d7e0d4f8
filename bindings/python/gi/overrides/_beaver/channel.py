# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools

from . import bridge
from .base import both, override, raw, state_of
from .errors import ClosedError
from .values import loads, seconds


@override
class Message(raw.Message):
    """A message; also to be unpacked as (channel, payload, timestamp)."""

    _model = None
    channel = property(raw.Message.get_channel)
    timestamp = property(raw.Message.get_timestamp)
    offset = property(raw.Message.get_offset)

    @property
    def payload(self):
        return loads(self.get_json(), self._model)

    def __iter__(self):
        return iter((self.channel, self.payload, self.timestamp))

    def __repr__(self):
        return f'<Beaver.Message of {self.channel!r}: {self.get_json()}>'


class Stream:
    """What waits for the next one of something. It ends when it is closed, alone or with its database."""

    def _next(self, timeout=None):
        """The next item; None at the end."""
        cls = type(self).__mro__[1]
        return bridge.wait(lambda left, cancellable: self._c['next'](self, left, cancellable),
                           (functools.partial(cls.next_async, self), functools.partial(cls.next_finish, self)),
                           lambda: state_of(self), seconds(timeout))

    def next(self, timeout=None):
        """Waits for the next item; TimeoutError after timeout seconds, ClosedError at the end."""
        item = self._next(timeout)
        if item is None:
            raise ClosedError('the stream was closed')
        return self._give(item)

    async def next_async(self, timeout=None):
        item = await self._c['next_async'](self, seconds(timeout))
        if item is None:
            raise ClosedError('the stream was closed')
        return self._give(item)

    def _give(self, item):
        return item

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.next()
        except ClosedError:
            raise StopIteration from None

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.next_async()
        except ClosedError:
            raise StopAsyncIteration from None

    @property
    def closed(self):
        return self.is_closed()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        self.close()


@override
class Subscription(raw.Subscription):
    """The messages of a channel from now on; closed by close(), or the end of the with."""

    _model = None
    dropped = property(raw.Subscription.get_dropped)
    waiting = property(raw.Subscription.get_waiting)
    capacity = property(raw.Subscription.get_capacity, raw.Subscription.set_capacity)

    def _give(self, item):
        if self._model is not None:
            item._model = self._model
        return item

    def listen(self, timeout=None):
        """The payloads, as they come; TimeoutError when nothing comes for timeout seconds."""
        while True:
            try:
                message = self._next(timeout)
            except ClosedError:
                return
            if message is None:
                return
            yield loads(message.get_json(), self._model)

    async def listen_async(self, timeout=None):
        while True:
            try:
                message = await self.next_async(timeout)
            except ClosedError:
                return
            yield loads(message.get_json(), self._model)


def streams(cls):
    """Stream's methods for a class, except for those that it has itself."""
    for name, value in vars(Stream).items():
        if name not in ('__module__', '__dict__', '__weakref__', '__doc__') and (name not in vars(cls) or name in cls._c):
            setattr(cls, name, value)
    return cls


streams(Subscription)


@override
class Channel(raw.Channel):
    """Messages for whoever listens, in all processes."""

    @both
    def publish(self, payload):
        return 'publish', (self._dumps(payload),), lambda result: None

    @both
    def publish_many(self, payloads):
        """Publishes many messages in one transaction."""
        return 'publish_batch', ([self._dumps(payload) for payload in payloads],), lambda result: None

    @both
    def subscribe(self):
        """The messages from now on: with channel.subscribe() as subscription: for payload in subscription.listen(): ..."""
        return 'subscribe', (), self._typed

    def _typed(self, subscription):
        if self._model is not None:
            subscription._model = self._model
        return subscription

    def listen(self, timeout=None):
        """The messages from the first next() on, as (channel, payload, timestamp)."""
        with self.subscribe() as subscription:
            while True:
                try:
                    yield subscription.next(timeout)
                except ClosedError:
                    return

    @both
    def history(self, limit=100):
        """The last messages, oldest first."""
        return 'history', (limit,), lambda messages: [self._typed(message) for message in messages]

    def close(self):
        """Ends all subscriptions."""
        self.close_subscriptions()
