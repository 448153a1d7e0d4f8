# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import collections.abc
import functools
import operator

from . import bridge
from .base import both, child, override, raw, state_of
from .errors import InvalidError
from .manager import values, values_async


@override
class ListItem(raw.ListItem):
    index = property(raw.ListItem.get_index)
    json = property(raw.ListItem.get_value)


@override
class List(raw.List):
    """Values in an order, as a list has them. pop() and deque() of an empty one give None."""

    @both
    def push(self, value):
        """Adds value behind the last item."""
        return 'push_json', (self._dumps(value),), _none

    append = push

    @both
    def prepend(self, value):
        """Adds value before the first item."""
        return 'prepend_json', (self._dumps(value),), _none

    @both
    def insert(self, index, value):
        """Adds value before the item at index; at the front for any negative one."""
        return 'insert_json', (_index(index), self._dumps(value)), _none

    @both
    def extend(self, values):
        """Adds many values in one transaction."""
        return 'push_many', ([self._dumps(value) for value in values],), _none

    push_many = both(extend.plan)

    @both
    def get(self, index):
        """The item at index, or a list of those of a slice. IndexError when there is none."""
        if not isinstance(index, slice):
            return 'get_json', (_index(index),), self._loads
        return 'slice', self._span(index), self._loads_all

    def __getitem__(self, index):
        return self.get(index)

    @both
    def set(self, index, value):
        return 'set_json', (_index(index), self._dumps(value)), _none

    def __setitem__(self, index, value):
        self.set(index, value)

    @both
    def delete(self, index):
        return 'remove', (_index(index),), _none

    def __delitem__(self, index):
        self.delete(index)

    def pop(self):
        """Removes the last item and returns it, or None."""
        return self._maybe(self._c['pop_json'](self))

    async def pop_async(self):
        """Removes the last item and returns it, or None. Cancelled meanwhile, it adds the item at the end again."""
        return self._maybe(await self._take('pop_json', 'push_json'))

    def deque(self):
        """Removes the first item and returns it, or None."""
        return self._maybe(self._c['pop_first_json'](self))

    async def deque_async(self):
        """Removes the first item and returns it, or None. Cancelled meanwhile, it adds the item at the front again."""
        return self._maybe(await self._take('pop_first_json', 'prepend_json'))

    def _take(self, name, back):
        def call(name):
            return functools.partial(getattr(raw.List, name + '_async'), self), functools.partial(getattr(raw.List, name + '_finish'), self)

        return bridge.start(state_of(self), *call(name), (), lambda text: bridge.later(state_of(self), *call(back), (text,)))

    @both
    def contains(self, value):
        return 'contains_json', (self._dumps(value),), None

    def __contains__(self, value):
        return self.contains(value)

    def index(self, value):
        """Where value is first; ValueError when it is nowhere."""
        found = self.index_of_json(self._dumps(value))
        if found < 0:
            raise InvalidError(f'{value!r} is not in {self!r}')
        return found

    def __iter__(self):
        return values(self._c['items'](self), self._loads)

    def __reversed__(self):
        return values(self._c['items_backward'](self), self._loads)

    def __aiter__(self):
        return values_async(self._c['items'](self), self._loads)

    def _span(self, index):
        if index.step not in (None, 1):
            raise InvalidError(f'the step of a slice of a list can only be 1, not {index.step!r}')
        start = 0 if index.start is None else _index(index.start)
        if index.stop is None:
            return start, -1
        stop = _index(index.stop)
        if (start < 0) != (stop < 0):
            start, stop, _ = slice(start, stop).indices(len(self))
        elif start < 0 and start < -len(self):
            start, stop, _ = slice(start, stop).indices(len(self))
        return start, max(stop - start, 0)

    def _maybe(self, text):
        return None if text is None else self._loads(text)

    def _loads_all(self, texts):
        return [self._loads(text) for text in texts]

    def batched(self):
        """with l.batched() as batch: batch.push(value); written in one transaction at the end, nothing on an exception."""
        return Batch(self, child(self, raw.List.create_batch(self)))


def _index(index):
    """Beyond 64 bits is beyond every list."""
    return max(-2 ** 63, min(operator.index(index), 2 ** 63 - 1))


def _none(result):
    return None


collections.abc.Sequence.register(List)


class Batch:
    """Additions to a list that are done together."""

    def __init__(self, owner, batch):
        self._owner, self._batch = owner, batch

    def push(self, value):
        self._batch.push_json(self._owner._dumps(value))

    append = push

    def prepend(self, value):
        self._batch.prepend_json(self._owner._dumps(value))

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

