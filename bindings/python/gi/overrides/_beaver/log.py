# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import datetime
import json
import math

from .base import both, override, raw, state_of
from .channel import Stream
from .errors import ClosedError, InvalidError
from .manager import pages
from .values import loads, span, stamp


@override
class LogEntry(raw.LogEntry):
    timestamp = property(raw.LogEntry.get_timestamp)
    json = property(raw.LogEntry.get_data)

    def __repr__(self):
        return f'<Beaver.LogEntry at {self.timestamp!r}: {self.json}>'


class LiveIterator(Stream):
    """What happens in a log, as it happens. Ends with close(), the end of its with, and the close of the database."""

    def __init__(self, stream, state, model, aggregator):
        super().__init__(stream, state, model)
        self._aggregator = aggregator

    @property
    def window(self):
        return self._stream.get_window()

    @property
    def period(self):
        return self._stream.get_period()

    def _give(self, entry):
        if self._aggregator is None:
            return entry.get_timestamp(), loads(entry.get_data(), self._model)
        data = json.loads(entry.get_data())
        if self._model is not None:
            data = [loads(json.dumps(item), self._model) for item in data]
        # here, in the thread that asked: an exception is that thread's, and the next one may go on
        return self._aggregator(data)

    def __iter__(self):
        try:
            self._stream.start()
        except ClosedError:     # nothing comes then, which is the end and no error
            pass
        return self

    def __enter__(self):
        self._stream.start()
        return self


def _bound(moment, default):
    return default if moment is None else stamp(moment)


def _order(order):
    names = {'ASC': raw.LogOrder.OLDEST_FIRST, 'DESC': raw.LogOrder.NEWEST_FIRST}
    if not isinstance(order, str) or order.upper() not in names:
        raise InvalidError(f'the order is ASC or DESC, not {order!r}')
    return names[order.upper()]


@override
class Log(raw.Log):
    """Entries in the order of time."""

    @both
    def log(self, data, timestamp=None):
        """Logs data now, or at a timestamp: a datetime, or seconds since the epoch."""
        text = self._dumps(data)
        if timestamp is None:
            return 'append_json', (text,), lambda result: None
        return 'append_json_at', (text, stamp(timestamp)), lambda result: None

    append = log

    @both
    def range(self, start=None, end=None, limit=None, where=None, order='ASC', offset=None):
        """The entries from start to end, both included: [(timestamp, data), ...]; with datetimes only the data, as in 1.3."""
        only_data = isinstance(start, datetime.datetime) or isinstance(end, datetime.datetime)
        convert = self._data if only_data else self._pair
        if where is not None:
            from .documents import make_query
            backward, query = _order(order) == raw.LogOrder.NEWEST_FIRST, make_query(where)
            query.set_range(_bound(start, -math.inf), _bound(end, math.inf))
            first, last = offset or 0, None if limit is None or limit < 0 else (offset or 0) + limit
            if not backward:
                query.set_offset(first)
                query.set_limit(-1 if last is None else limit)
                return 'query', (query,), lambda entries: [convert(entry) for entry in entries]
            # the last ones, newest first
            return 'query', (query,), lambda entries: [convert(entry) for entry in [*reversed(entries)][first:last]]
        return 'range', (_bound(start, -math.inf), _bound(end, math.inf), -1 if limit is None else limit, offset or 0,
                         _order(order)), lambda entries: [convert(entry) for entry in entries]

    def declare(self, fields):
        """Declares indexes of fields; reindex() brings in what is there already."""
        for field in fields:
            self.add_index(field)

    def _pair(self, entry):
        return entry.get_timestamp(), self._loads(entry.get_data())

    def _data(self, entry):
        return self._loads(entry.get_data())

    def __iter__(self):
        return pages(self.iterate(raw.LogOrder.OLDEST_FIRST), self._pair)

    def __reversed__(self):
        return pages(self.iterate(raw.LogOrder.NEWEST_FIRST), self._pair)

    async def __aiter__(self):
        async for entry in self.iterate(raw.LogOrder.OLDEST_FIRST):
            yield self._pair(entry)

    def first(self):
        entry = self.lookup_first()
        return None if entry is None else self._pair(entry)

    def last(self):
        entry = self.lookup_last()
        return None if entry is None else self._pair(entry)

    def live(self, window=None, period=None, aggregator=None, poll_interval=None):
        """Without a window: every new entry, as (timestamp, data).

        With one: aggregator(list of data) over the last window, once at once and then once per period; both are timedeltas or
        seconds. The aggregator runs in the thread that asks for the next value. Without one the list itself comes.
        """
        if window is None:
            return LiveIterator(self.tail(), state_of(self), self._model, None)
        live = self._c['live'](self, span(window), 1.0 if period is None else span(period), None)
        return LiveIterator(live, state_of(self), self._model, aggregator if aggregator is not None else list)

    async def live_async(self, *arguments, **keywords):
        return await asyncio.to_thread(self.live, *arguments, **keywords)

    def batched(self):
        """with log.batched() as batch: batch.log(data); written in one transaction at the end, nothing on an exception."""
        return LogBatch(self)


class LogBatch:
    def __init__(self, log):
        self._log, self._entries = log, []

    def log(self, data, timestamp=None):
        self._entries.append(LogEntry.new(math.nan if timestamp is None else stamp(timestamp), self._log._dumps(data)))

    def __len__(self):
        return len(self._entries)

    def _take(self):
        entries, self._entries = self._entries, []
        return entries

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        entries = self._take()
        if kind is None and entries:
            self._log.append_batch(entries)

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        entries = self._take()
        if kind is None and entries:
            await self._log.append_batch_async(entries)


