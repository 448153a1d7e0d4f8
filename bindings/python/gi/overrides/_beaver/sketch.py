# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
from .base import both, override, raw


@override
class Sketch(raw.Sketch):
    """Whether something was seen, and how many different things were: approximately, in little room."""

    capacity = property(raw.Sketch.get_capacity)
    error_rate = property(raw.Sketch.get_error_rate)

    @both
    def add(self, item):
        return 'add_json', (self._dumps(item),), _none

    @both
    def update(self, items):
        """Adds many items in one transaction."""
        return 'add_many', ([self._dumps(item) for item in items],), _none

    add_many = both(update.plan)

    @both
    def contains(self, item):
        """Whether item was added; wrongly true at the error rate."""
        return 'contains_json', (self._dumps(item),), None

    def __contains__(self, item):
        return self.contains(item)

    def batched(self):
        """with sketch.batched() as batch: batch.add(item); nothing on an exception."""
        return Batch(self)


class Batch:
    def __init__(self, sketch):
        self._sketch, self._items = sketch, []

    def add(self, item):
        self._items.append(self._sketch._dumps(item))

    def __len__(self):
        return len(self._items)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        items, self._items = self._items, []
        if kind is None and items:
            self._sketch._c['add_many'](self._sketch, items)

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        items, self._items = self._items, []
        if kind is None and items:
            await self._sketch._c['add_many_async'](self._sketch, items)


def _none(result):
    return None
