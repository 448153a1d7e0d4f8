# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools

from . import bridge
from .base import Info, both, info_of, note, override, raw, state_of
from .errors import ConflictError, NotFoundError, TimeoutError
from .manager import pages
from .values import loads, seconds

_POLICIES = {'reject': raw.UniquePolicy.REJECT, 'replace': raw.UniquePolicy.REPLACE, 'extend': raw.UniquePolicy.EXTEND}


_STATES = {'waiting': raw.JobState.WAITING, 'delayed': raw.JobState.DELAYED, 'claimed': raw.JobState.CLAIMED, 'dead': raw.JobState.DEAD}


def _model_of(item):
    info = info_of(item)
    return info.model if info is not None else None


@override
class QueueItem(raw.QueueItem):
    """priority, timestamp and data of what came out of a queue; it can be unpacked."""

    priority = property(raw.QueueItem.get_priority)
    timestamp = property(raw.QueueItem.get_timestamp)
    json = property(raw.QueueItem.get_value)

    @property
    def data(self):
        return loads(self.get_value(), _model_of(self))

    def __iter__(self):
        return iter((self.priority, self.timestamp, self.data))

    def __repr__(self):
        return f'<Beaver.QueueItem {self.priority!r} {self.get_value()}>'


@override
class Job(raw.Job):
    """A claimed job. with job: acknowledges it at the end, and gives it back on an exception."""

    priority = property(raw.Job.get_priority)
    timestamp = property(raw.Job.get_timestamp)
    json = property(raw.Job.get_value)
    id = property(raw.Job.get_id)
    state = property(raw.Job.get_state)
    attempts = property(raw.Job.get_attempts)
    max_attempts = property(raw.Job.get_max_attempts)
    due = property(raw.Job.get_due)
    reason = property(raw.Job.get_reason)
    unique_key = property(raw.Job.get_unique_key)
    token = property(raw.Job.get_token)

    @property
    def data(self):
        return loads(self.get_value(), _model_of(self))

    @both
    def nack(self, delay=0.0, reason=None):
        """Gives the job back, to be tried again."""
        return 'nack', (delay, reason), None

    @both
    def bury(self, reason=None):
        """Gives the job up."""
        return 'bury', (reason,), None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        try:
            self.ack() if kind is None else self.nack(0.0, f'{kind.__name__}: {error}'.replace('\0', ' '))
        except ConflictError:
            if kind is None:
                raise

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        try:
            await (self.ack_async() if kind is None else self.nack_async(0.0, f'{kind.__name__}: {error}'.replace('\0', ' ')))
        except ConflictError:
            if kind is None:
                raise


@override
class Queue(raw.Queue):
    """Items that come out in the order of their priority."""

    @both
    def put(self, data, priority=0.0):
        """Puts data; the smallest priority comes out first."""
        return 'put_json', (self._dumps(data), float(priority)), _none

    @both
    def put_many(self, values, priority=0.0):
        return 'put_many_json', ([self._dumps(value) for value in values], float(priority)), None

    @both
    def put_job(self, data, priority=0.0, delay=0.0, max_attempts=0, unique_key=None, policy='reject'):
        """Puts a job that is delayed, limited or unique; policy is reject, replace or extend."""
        return 'put_job_json', (self._dumps(data), float(priority), delay, max_attempts, unique_key,
                                _POLICIES.get(policy, policy)), _none

    @both
    def peek(self):
        """What comes out next, or None."""
        return 'peek', (), self._item

    def get(self, block=True, timeout=None):
        """Takes the next item, waiting for one. IndexError when there is none and block is false, TimeoutError in time."""
        if not block:
            item = self._c['pop'](self)
            if item is None:
                raise NotFoundError(f'queue “{self.name}”: there is no item')
            return self._item(item)
        return self._item(self._wait('get', (), timeout, self._put_back))

    async def get_async(self, block=True, timeout=None):
        if not block:
            item = await self.pop_async()
            if item is None:
                raise NotFoundError(f'queue “{self.name}”: there is no item')
            return item
        return self._item(await self._take('get', (seconds(timeout),), self._put_back))

    def pop(self):
        """Takes the next item, or None."""
        return self._item(self._c['pop'](self))

    def pop_async(self, *arguments):
        if any(callable(argument) for argument in arguments):
            return self._c['pop_async'](self, *arguments)
        return self._pop_async()

    async def _pop_async(self):
        return self._item(await self._take('pop', (), self._put_back))

    def claim(self, lease=60.0, timeout=None):
        """Borrows the next job, waiting for one: it comes back unless it is acknowledged within the lease."""
        return self._item(self._wait('claim', (lease,), timeout, self._give_back))

    async def claim_async(self, lease=60.0, timeout=None):
        return self._item(await self._take('claim', (lease, seconds(timeout)), self._give_back))

    def claim_many(self, limit, lease=60.0, timeout=None):
        return [self._item(job) for job in self._wait('claim_many', (limit, lease), timeout, self._give_all_back)]

    async def claim_many_async(self, limit, lease=60.0, timeout=None):
        jobs = await self._take('claim_many', (limit, lease, seconds(timeout)), self._give_all_back)
        return [self._item(job) for job in jobs]

    @both
    def resume(self, id, token):
        """A job that was claimed before, here or by another program, to be settled or extended."""
        return 'resume', (id, token), self._item

    def jobs(self, state='claimed'):
        """The jobs in a state: waiting, delayed, claimed or dead."""
        return pages(self._c['jobs'](self, _STATES.get(state, state)), self._item)

    # What was taken for somebody who was cancelled meanwhile: Ctrl-C, task.cancel(), asyncio.wait_for().

    def _put_back(self, item):
        bridge.later(state_of(self), functools.partial(raw.Queue.put_json_async, self),
                     functools.partial(raw.Queue.put_json_finish, self), (item.get_value(), item.get_priority()))

    def _give_back(self, job):
        bridge.later(state_of(self), functools.partial(raw.Job.nack_async, job),
                     functools.partial(raw.Job.nack_finish, job), (0.0, None))

    def _give_all_back(self, jobs):
        for job in jobs:
            self._give_back(job)

    def _take(self, name, arguments, abandon):
        return bridge.start(state_of(self), functools.partial(getattr(raw.Queue, name + '_async'), self),
                            functools.partial(getattr(raw.Queue, name + '_finish'), self), arguments, abandon)

    def _wait(self, name, arguments, timeout, abandon):
        # the main thread must stay open for Ctrl-C
        timeout = seconds(timeout)
        if not bridge.in_main_thread() or timeout == 0:
            return self._c[name](self, *arguments, timeout, None)
        try:
            return self._c[name](self, *arguments, 0.0, None)
        except TimeoutError:
            pass
        return bridge.run(state_of(self), functools.partial(getattr(raw.Queue, name + '_async'), self),
                          functools.partial(getattr(raw.Queue, name + '_finish'), self), (*arguments, timeout), abandon)

    def _item(self, item):
        if item is not None:
            note(item, Info(info_of(self).state, self._model))
        return item

    def dead(self):
        """The jobs that were given up."""
        return pages(self._c['dead_letters'](self), self._item)

    def __iter__(self):
        return pages(self._c['items'](self), self._item)

    def __aiter__(self):
        return self._aiter()

    async def _aiter(self):
        async for item in self._c['items'](self):
            yield self._item(item)


def _none(result):
    return None
