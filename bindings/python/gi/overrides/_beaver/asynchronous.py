# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""as_async(): the names of the synchronous methods, to be awaited."""
import asyncio
import functools
import inspect


class AsyncView:
    """Each method of a structure as a coroutine: the library's own asynchronous form, or a thread where there is none."""

    def __init__(self, target):
        self._target = target

    def __repr__(self):
        return f'<async view of {self._target!r}>'

    def __getattr__(self, name):
        native = getattr(self._target, name + '_async', None)
        if native is not None and not name.startswith('_'):
            return native
        value = getattr(self._target, name)
        if not callable(value) or name in ('live', 'tail', 'batched', 'keys', 'values', 'items', 'close'):
            return value

        @functools.wraps(value)
        async def call(*arguments, **keywords):
            return await asyncio.to_thread(value, *arguments, **keywords)
        return call

    def __aiter__(self):
        return self._target.__aiter__()

    async def __aenter__(self):
        await asyncio.to_thread(self._target.__enter__) if not hasattr(self._target, '__aenter__') \
            else await self._target.__aenter__()
        return self

    async def __aexit__(self, *exception):
        result = self._target.__exit__ if not hasattr(self._target, '__aexit__') else self._target.__aexit__
        outcome = result(*exception) if inspect.iscoroutinefunction(result) else asyncio.to_thread(result, *exception)
        return await outcome
