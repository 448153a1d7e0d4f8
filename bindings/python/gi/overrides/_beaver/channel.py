# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import collections
import functools
import typing
import weakref

from . import bridge
from .base import both, override, raw, state_of
from .errors import ClosedError
from .values import loads, seconds


@override
class Message(raw.Message):
    channel = property(raw.Message.get_channel)
    json = property(raw.Message.get_json)
    timestamp = property(raw.Message.get_timestamp)
    offset = property(raw.Message.get_offset)

    def __repr__(self):
        return f'<Beaver.Message of {self.channel!r}: {self.json}>'


@override
class ConsumerInfo(raw.ConsumerInfo):
    """How far a consumer is and how many messages it has left."""

    name = property(raw.ConsumerInfo.get_name)
    offset = property(raw.ConsumerInfo.get_offset)
    timestamp = property(raw.ConsumerInfo.get_timestamp)
    lag = property(raw.ConsumerInfo.get_lag)
    open = property(raw.ConsumerInfo.get_open)

    def __repr__(self):
        return f'<Beaver.ConsumerInfo {self.name!r}, {self.lag} left>'


class ChannelMessage(typing.NamedTuple):
    channel: str
    payload: object
    timestamp: float


class Stream:
    """What waits for the next one of something. It ends when it is closed, alone or with its database.

    It is an object of Python around one of the library, so that the garbage collector sees what it refers to.
    """

    def __init__(self, stream, state, model=None):
        self._stream, self._state, self._model = stream, weakref.ref(state), model
        self._ahead = collections.deque()       # taken for somebody who was cancelled meanwhile

    def __repr__(self):
        return f'<beaver {type(self).__name__}{" (closed)" if self.closed else ""}>'

    def _owner(self):
        state = self._state()
        if state is None:
            raise ClosedError('the database was closed')
        return state

    def _start(self):
        cls = type(self._stream).__mro__[1]
        return functools.partial(cls.next_async, self._stream), functools.partial(cls.next_finish, self._stream)

    def _left(self):
        """What was taken and not given; None without."""
        try:
            return self._ahead.popleft()
        except IndexError:
            return None

    def _next(self, timeout=None):
        """The next item; None at the end."""
        item = self._left()
        if item is not None:
            return item
        return bridge.wait(lambda left, cancellable: self._stream._c['next'](self._stream, left, cancellable), self._start(),
                           self._owner, seconds(timeout), self._ahead.append)

    async def _next_async(self, timeout=None):
        item = self._left()
        if item is not None:
            return item
        begin, finish = self._start()
        return await bridge.start(self._owner(), begin, finish, (seconds(timeout),), self._ahead.append)

    def next(self, timeout=None):
        """Waits for the next item; TimeoutError after timeout seconds, ClosedError at the end."""
        item = self._next(timeout)
        if item is None:
            raise ClosedError('the stream was closed')
        return self._give(item)

    async def next_async(self, timeout=None):
        item = await self._next_async(timeout)
        if item is None:
            raise ClosedError('the stream was closed')
        return self._give(item)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            item = self._next()
        except ClosedError:
            item = None
        if item is None:
            raise StopIteration
        return self._give(item)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            item = await self._next_async()
        except ClosedError:
            item = None
        if item is None:
            raise StopAsyncIteration
        return self._give(item)

    def close(self):
        self._stream.close()

    @property
    def closed(self):
        return self._stream.is_closed()

    @property
    def dropped(self):
        """How many items were dropped because nobody took them in time."""
        return self._stream.get_dropped()

    @property
    def capacity(self):
        """How many items may wait."""
        return self._stream.get_capacity()

    @capacity.setter
    def capacity(self, capacity):
        self._stream.set_capacity(capacity)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exception):
        self.close()


class Subscription(Stream):
    """The messages of a channel from now on; closed by close(), or the end of the with."""

    @property
    def waiting(self):
        return self._stream.get_waiting()

    def _give(self, message):
        return ChannelMessage(message.get_channel(), loads(message.get_json(), self._model), message.get_timestamp())

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
                message = await self._next_async(timeout)
            except ClosedError:
                return
            if message is None:
                return
            yield loads(message.get_json(), self._model)


class Delivery(ChannelMessage):
    """A message of a consumer, to be acknowledged."""


class Consumer(Stream):
    """The messages of a channel, each until it is acknowledged; also after a restart."""

    dropped = capacity = None       # it drops none

    @property
    def name(self):
        return self._stream.get_name()

    def _give(self, message):
        delivery = Delivery(message.get_channel(), loads(message.get_json(), self._model), message.get_timestamp())
        delivery.message = message
        return delivery

    def ack(self, delivery):
        """Never gives this message, nor those before it, again."""
        return self._stream.ack(delivery.message)

    async def ack_async(self, delivery):
        begin = functools.partial(raw.Consumer.ack_async, self._stream)
        return await bridge.start(self._owner(), begin, functools.partial(raw.Consumer.ack_finish, self._stream),
                                  (delivery.message,))

    @property
    def closed(self):
        return self._state() is None


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

    publish_batch = both(publish_many.plan)

    @both
    def subscribe(self):
        """The messages from now on: with channel.subscribe() as subscription: for payload in subscription.listen(): ..."""
        return 'subscribe', (), lambda subscription: Subscription(subscription, state_of(self), self._model)

    def listen(self, timeout=None):
        """The messages from the first next() on, as (channel, payload, timestamp)."""
        with self.subscribe() as subscription:
            if timeout is None:
                yield from subscription
            while not subscription.closed:
                try:
                    message = subscription.next(timeout)
                except ClosedError:
                    return
                yield message

    @both
    def history(self, limit=100):
        """The last messages, oldest first."""
        return 'history', (limit,), lambda messages: [self._message(message) for message in messages]

    @both
    def consumer(self, name, beginning=True):
        """Messages under a name that remembers what was acknowledged: for message in consumer: ...; consumer.ack(message).

        A new one starts with the oldest message there is or, with beginning=False, with what comes from now on."""
        start = raw.ConsumerStart.BEGINNING if beginning else raw.ConsumerStart.END
        return 'open_consumer', (name, start), lambda consumer: Consumer(consumer, state_of(self), self._model)

    @both
    def consumers(self):
        """All consumers, with name, offset, timestamp and lag of each, and whether it is open."""
        return 'get_consumers', (), None

    def _message(self, message):
        return ChannelMessage(message.get_channel(), self._loads(message.get_json()), message.get_timestamp())

    def close(self):
        """Ends all subscriptions."""
        self.close_subscriptions()
