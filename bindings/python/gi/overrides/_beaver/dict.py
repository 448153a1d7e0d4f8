# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import collections.abc
import datetime
import functools
import math
import time

from . import bridge
from .base import both, child, override, raw, state_of
from .errors import ConflictError, InvalidError, NotFoundError
from .manager import View, pages, values
from .values import text_key

_nothing = object()


@override
class Entry(raw.Entry):
    key = property(raw.Entry.get_key)
    json = property(raw.Entry.get_value)
    expires_at = property(raw.Entry.get_expires_at)


def _ttl(ttl_seconds):
    if ttl_seconds is None:
        return math.inf
    if isinstance(ttl_seconds, datetime.timedelta):
        ttl_seconds = ttl_seconds.total_seconds()
    if isinstance(ttl_seconds, (int, float)) and ttl_seconds > 0:
        return float(ttl_seconds)
    raise InvalidError(f'a time to live is a number of seconds above 0, not {ttl_seconds!r}')


@override
class Dict(raw.Dict):
    """Keys and values, as a dict has them."""

    @both
    def set(self, key, value, ttl_seconds=None):
        """Sets key; with ttl_seconds it expires."""
        if ttl_seconds is None:
            return 'set_json', (text_key(key), self._dumps(value)), _none
        return 'set_json_with_ttl', (text_key(key), self._dumps(value), _ttl(ttl_seconds)), _none

    @both
    def get(self, key, default=None):
        """The value of key, or default."""
        return 'lookup_json', (text_key(key),), lambda text: default if text is None else self._loads(text)

    fetch = get

    def pop(self, key, default=None):
        """Removes key and returns its value, or default."""
        text = self._c['pop_json'](self, text_key(key))
        return default if text is None else self._loads(text)

    async def pop_async(self, key, default=None):
        """Removes key and returns its value, or default. Cancelled meanwhile, it sets key again, unless somebody else has."""
        entry = await bridge.start(state_of(self), functools.partial(raw.Dict.pop_entry_async, self),
                                   functools.partial(raw.Dict.pop_entry_finish, self), (text_key(key),), self._put_back)
        return default if entry is None else self._loads(entry.get_value())

    def _put_back(self, entry):
        left = entry.get_expires_at() - time.time()
        if left > 0:
            bridge.later(state_of(self), functools.partial(raw.Dict.get_or_set_json_async, self),
                         functools.partial(raw.Dict.get_or_set_json_finish, self), (entry.get_key(), entry.get_value(), left))

    @both
    def delete(self, key):
        """Removes key; KeyError when it is not there."""
        return 'remove', (text_key(key),), _none

    @both
    def contains(self, key):
        return 'contains', (text_key(key),), None

    @both
    def setdefault(self, key, default=None, ttl_seconds=None):
        """The value of key, which is set to default when it was not there; of many callers one sets."""
        return 'get_or_set_json', (text_key(key), self._dumps(default), _ttl(ttl_seconds)), self._loads

    @both
    def increment(self, key, amount=1):
        """Adds amount to the number at key, 0 when it is not there, and returns the sum."""
        if isinstance(amount, float):
            return 'increment_double', (text_key(key), amount), None
        return 'increment', (text_key(key), amount), None

    def compare_and_set(self, key, expected, value):
        """Sets key to value if it is expected; whether it was."""
        try:
            return self.compare_and_set_json(text_key(key), self._dumps(expected), self._dumps(value))
        except ConflictError:
            return False

    def add(self, key, value):
        """Sets key if it is not there; whether it was not."""
        try:
            return self.compare_and_set_json(text_key(key), None, self._dumps(value))
        except ConflictError:
            return False

    @both
    def ttl(self, key):
        """Seconds until key expires, infinity for never."""
        return 'get_ttl', (text_key(key),), None

    @both
    def get_many(self, keys):
        """A dict of those keys that are there, all of the same moment."""
        return 'lookup_many', ([text_key(key) for key in keys],), \
            lambda entries: {entry.get_key(): self._loads(entry.get_value()) for entry in entries}

    @both
    def set_many(self, mapping):
        """Sets many keys in one transaction."""
        pairs = [(text_key(key), self._dumps(value)) for key, value in dict(mapping).items()]
        return 'set_many_json', ([key for key, _ in pairs], [text for _, text in pairs]), _none

    def update(self, *mapping, **keywords):
        """As dict.update(), in one transaction."""
        values = dict(*mapping, **keywords)
        if values:
            self.set_many(values)

    def popitem(self):
        for key in self:
            value = self.pop(key, _nothing)
            if value is not _nothing:
                return key, value
        raise NotFoundError(f'{self!r} is empty')

    def copy(self):
        return dict(self.items())

    def __getitem__(self, key):
        return self._loads(self.get_json(text_key(key)))

    def __setitem__(self, key, value):
        self.set_json(text_key(key), self._dumps(value))

    def __delitem__(self, key):
        self.remove(text_key(key))

    def __contains__(self, key):
        return isinstance(key, (str, int, float)) and self.contains(key)

    # Iteration

    def keys(self, prefix=None):
        return View(self, lambda: pages(self._c['keys'](self, prefix), raw.Entry.get_key), self.__contains__)

    def values(self, prefix=None):
        return View(self, lambda: values(self._c['items'](self, prefix), self._loads), None)

    def items(self, prefix=None):
        return View(self, lambda: pages(self._c['items'](self, prefix), self._item), self._has_item)

    def __iter__(self):
        return iter(self.keys())

    def __aiter__(self):
        return self._aiter()

    async def _aiter(self):
        async for entry in self._c['keys'](self, None):
            yield entry.get_key()

    async def items_async(self, prefix=None):
        async for entry in self._c['items'](self, prefix):
            yield self._item(entry)

    def _item(self, entry):
        return entry.get_key(), self._loads(entry.get_value())

    def _has_item(self, item):
        key, value = item
        return self.get(key, _nothing) == value

    # In and out

    def batched(self):
        """with d.batched() as batch: batch[key] = value; written in one transaction at the end, nothing on an exception."""
        return Batch(self, child(self, self.create_batch()))


def _none(result):
    return None


collections.abc.MutableMapping.register(Dict)


class Batch:
    """Writes to a dict that are done together."""

    def __init__(self, owner, batch):
        self._owner, self._batch = owner, batch

    def set(self, key, value, ttl_seconds=None):
        self._batch.set_json(text_key(key), self._owner._dumps(value), _ttl(ttl_seconds))

    __setitem__ = set

    def delete(self, key):
        self._batch.remove(text_key(key))

    __delitem__ = delete

    def __len__(self):
        return self._batch.get_size()

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self._batch.discard() if kind is not None else self._batch.apply()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        self._batch.discard() if kind is not None else await self._batch.apply_async()
