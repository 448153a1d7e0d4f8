# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import functools

from . import bridge
from .base import override, raw, state_of
from .errors import ClosedError, ConflictError, Error, InvalidError, TimeoutError
from .values import seconds


@override
class LockGuard(raw.LockGuard):
    """A lock that is held until release(), or the end of the with."""

    name = property(raw.LockGuard.get_name)
    token = property(raw.LockGuard.get_token)
    expires_at = property(raw.LockGuard.get_expires_at)
    held = property(raw.LockGuard.is_held)
    lost = property(raw.LockGuard.is_lost)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        _release(self)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        try:
            await self.release_async()
        except ClosedError:
            pass


@override
class Lock(raw.Lock):
    """The lock of a name, held by threads. What db.lock() returns is held by itself; see NamedLock."""


@override
class LockInfo(raw.LockInfo):
    """Who holds a lock, until when, and how many wait."""

    name = property(raw.LockInfo.get_name)
    holder = property(raw.LockInfo.get_holder)
    process_id = property(raw.LockInfo.get_process_id)
    expires_at = property(raw.LockInfo.get_expires_at)
    waiting = property(raw.LockInfo.get_waiting)
    token = property(raw.LockInfo.get_token)

    def __repr__(self):
        return (f'<Beaver.LockInfo {self.name!r}: {self.waiting} waiting, ' +
                (f'held by process {self.process_id} until {self.expires_at}>' if self.holder is not None else 'held by nobody>'))


def _release(guard):
    try:
        guard.release()
    except ClosedError:
        pass                # closing released it


class NamedLock:
    """A contender for a lock: excludes all other such objects of that name, in all threads and processes.

    Acquiring it again while it is held does nothing, and the first release frees it.
    """

    def __init__(self, lock, timeout=None, lock_ttl=60.0, poll_interval=0.1):
        for what, value in (('lock_ttl', lock_ttl), ('poll_interval', poll_interval)):
            if not value > 0:
                raise InvalidError(f'{what} has to be above 0, not {value!r}')
        self._lock, self._timeout, self._ttl, self._guard = lock, timeout, lock_ttl, None

    def __repr__(self):
        return f'<beaver lock {self.name!r}{" (held)" if self.locked else ""}>'

    @property
    def name(self):
        return self._lock.name

    @property
    def locked(self):
        """Whether this object holds the lock."""
        return self._guard is not None and self._guard.is_held()

    @property
    def token(self):
        """The fencing token: larger than that of every holder before."""
        return self._guard.get_token() if self._guard is not None else 0

    def _arguments(self, timeout, lock_ttl, block):
        return (seconds(self._timeout if timeout is None else timeout) if block else 0.0,
                float(self._ttl if lock_ttl is None else lock_ttl))

    def acquire(self, timeout=None, lock_ttl=None, poll_interval=None, block=True):
        """Waits for the lock; whether it was to be had in time. None: as the lock was made."""
        if self.locked:
            return True
        lock, arguments = self._lock, self._arguments(timeout, lock_ttl, block)
        try:
            self._guard = bridge.run(state_of(lock), functools.partial(raw.Lock.hold_async, lock),
                                     functools.partial(raw.Lock.hold_finish, lock), arguments, _release)
        except TimeoutError:
            return False
        return True

    async def acquire_async(self, timeout=None, lock_ttl=None, poll_interval=None, block=True):
        if self.locked:
            return True
        try:
            self._guard = await self._lock.hold_async(*self._arguments(timeout, lock_ttl, block))
        except TimeoutError:
            return False
        return True

    def release(self):
        guard, self._guard = self._guard, None
        if guard is not None:
            try:
                guard.release()
            except (ClosedError, ConflictError):
                pass        # closed or lost: it is not held, which is what was asked for
            except Error:
                self._guard = guard     # for another try
                raise

    async def release_async(self):
        guard, self._guard = self._guard, None
        if guard is not None:
            try:
                await guard.release_async()
            except (ClosedError, ConflictError):
                pass
            except BaseException:
                self._guard = guard
                raise

    def hold(self, timeout=None, lock_ttl=None):
        """A guard that has the lock until its release(), or the end of its with; TimeoutError when it was not to be had in time.
        This object does not have it then."""
        lock = self._lock
        return bridge.run(state_of(lock), functools.partial(raw.Lock.hold_async, lock), functools.partial(raw.Lock.hold_finish, lock),
                          self._arguments(timeout, lock_ttl, True), _release)

    async def hold_async(self, timeout=None, lock_ttl=None):
        return await self._lock.hold_async(*self._arguments(timeout, lock_ttl, True))

    @property
    def auto_renew(self):
        """Whether a lock of this name, once held, is renewed until it is released; holds for all users of the database object."""
        return self._lock.get_auto_renew()

    @auto_renew.setter
    def auto_renew(self, renew):
        self._lock.set_auto_renew(renew)

    def is_locked(self):
        """Whether anybody holds the lock, in any process."""
        return self._lock.is_locked()

    def get_info(self):
        """Who holds the lock, until when, and how many wait: a Beaver.LockInfo."""
        return self._lock.get_info()

    def renew(self, lock_ttl=None):
        """Holds the lock for lock_ttl seconds from now; False when it is not held any more."""
        if self._guard is None:
            return False
        try:
            return self._guard.renew(float(self._ttl if lock_ttl is None else lock_ttl))
        except ClosedError:
            raise
        except Error:
            return False

    def clear(self):
        """Takes the lock away from whoever holds or awaits it; whether there was anybody."""
        taken = self._lock.clear() > 0
        self._guard = None
        return taken

    def __enter__(self):
        if not self.acquire():
            raise TimeoutError(f'the lock {self.name!r} was not to be had in time')
        return self

    def __exit__(self, *exception):
        self.release()

    async def __aenter__(self):
        if not await self.acquire_async():
            raise TimeoutError(f'the lock {self.name!r} was not to be had in time')
        return self

    async def __aexit__(self, *exception):
        await self.release_async()
