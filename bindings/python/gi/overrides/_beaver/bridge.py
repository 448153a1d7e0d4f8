# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Between the library's threads and main contexts and those of Python: asyncio, callbacks, Ctrl-C, the end of the program."""
import asyncio
import collections
import concurrent.futures
import threading
import weakref

from gi.repository import Gio, GLib

from .errors import CancelledError, ClosedError, Error, TimeoutError, mapped

Cancellable = Gio.Cancellable       # made now, and not by several threads at once


class Pump:
    """A thread that iterates a main context, as long as there is something to do in it.

    It never holds a database: what it runs comes from post(), what it waits for is counted by hold() and let_go().
    """

    def __init__(self, name):
        self.context = GLib.MainContext.new()
        self._name, self._lock, self._idle = name, threading.Lock(), threading.Event()
        self._work, self._held, self._thread, self._stopping = collections.deque(), 0, None, False

    def post(self, function):
        """Runs function() in the thread."""
        with self._lock:
            if self._stopping and self._thread is None:
                raise ClosedError('the database was closed')
            self._work.append(function)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self.context.wakeup()

    def start(self):
        self.post(lambda: None)

    def hold(self):
        self._held += 1         # in the thread only

    def let_go(self):
        self._held -= 1

    def stop(self, timeout=0.0):
        """Ends the thread once nothing is held any more; waits for that unless it is the thread that asks."""
        with self._lock:
            self._stopping, thread = True, self._thread
        self.context.wakeup()
        if thread is not None and thread is not threading.current_thread() and timeout > 0:
            thread.join(timeout)

    def _run(self):
        self.context.push_thread_default()
        try:
            while True:
                while self._work:
                    self._work.popleft()()
                with self._lock:
                    if self._stopping and self._held == 0 and not self._work:
                        self._thread = None
                        break
                self.context.iteration(True)
            while self.context.iteration(False):        # destroy notifies
                pass
        finally:
            self.context.pop_thread_default()


class State:
    """What Python keeps for an open database.

    The database's wrapper owns it, everybody else has a weak reference: so callbacks that refer to the database are a cycle
    that the garbage collector sees. The library only gets trampolines, which know the number of a callback.
    """

    def __init__(self, listener=None):
        self.pump = Pump('beaver-asyncio')
        self.listener = listener            # None: callbacks come in the context in which the database was opened
        self.lock = threading.Lock()
        self.handlers = {}                  # (lock) number -> Handler
        self.numbers, self.closed = 0, False
        self.models = {}                    # (lock) (kind, name) -> the model it was opened with
        self.main_holds = {}                # of the main thread: topic -> [guard, how often]
        pumps = [pump for pump in (self.pump, listener) if pump is not None]
        self._finalizer = weakref.finalize(self, lambda: [pump.stop() for pump in pumps])
        self._finalizer.atexit = False

    def close(self, wait=True):
        self.closed = True
        self._finalizer.detach()
        with self.lock:
            self.handlers.clear()
        self.pump.stop(5 if wait else 0)
        if self.listener is not None:
            self.listener.stop(2 if wait else 0)    # a callback may take longer; it is left to itself


class _Call:
    """begin(*arguments, cancellable, callback) in a pump; settles a future.

    PyGObject keeps a callback until the next one is made, so that this lets go of everything once it was called."""

    def __init__(self, pump, begin, finish, arguments, settle):
        self.cancellable = Cancellable()
        self._parts = (pump, begin, finish, arguments, settle)
        pump.post(self._begin)

    def _begin(self):
        pump, begin, finish, arguments, settle = self._parts
        pump.hold()
        try:
            begin(*arguments, self.cancellable, self._done)
        except BaseException as error:
            self._parts = None
            pump.let_go()
            settle('set_exception', error)

    def _done(self, source, result, *data):
        (pump, _, finish, _, settle), self._parts = self._parts, None
        pump.let_go()
        try:
            value = finish(result)
        except GLib.Error as error:
            settle('set_exception', mapped(error))
        else:
            settle('set_result', value)


# asyncio

def _settle(future, method, value):
    if not future.done():
        getattr(future, method)(value)


class _Outcome:
    """What a call answered, and whether anybody still wants it: of both threads only one sees that it was abandoned."""

    def __init__(self, abandon):
        self._abandon, self._lock = abandon, threading.Lock()
        self._results, self._wanted = [], True

    def arrive(self, method, value):
        """Whether it is to be told."""
        with self._lock:
            if self._wanted:
                if method == 'set_result':
                    self._results.append(value)
                return True
        if method == 'set_result':
            self._drop(value)
        return False

    def leave(self):
        with self._lock:
            self._wanted, results = False, self._results
        for value in results:
            self._drop(value)

    def _drop(self, value):
        if value is not None:
            try:
                self._abandon(value)
            except Error:
                pass        # the database was closed


async def start(state, begin, finish, arguments, abandon=None):
    """begin(*arguments, cancellable, callback) as a coroutine; the call starts when it is awaited.

    abandon(result) gets what was done when the coroutine was cancelled meanwhile."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    outcome = _Outcome(abandon) if abandon is not None else None

    def settle(method, value):
        if outcome is not None and not outcome.arrive(method, value):
            return
        try:
            loop.call_soon_threadsafe(_settle, future, method, value)
        except RuntimeError:        # the loop was closed
            if outcome is not None:
                outcome.leave()

    call = _Call(state.pump, begin, finish, arguments, settle)
    try:
        return await future
    except (asyncio.CancelledError, GeneratorExit):
        call.cancellable.cancel()
        if outcome is not None:
            outcome.leave()
        raise


def later(state, begin, finish, arguments):
    """begin(*arguments, cancellable, callback), whose result nobody waits for."""
    _Call(state.pump, begin, finish, arguments, lambda method, value: None)


def run(state, begin, finish, arguments, abandon=lambda result: None):
    """begin(*arguments, cancellable, callback), waiting here for the result; Ctrl-C cancels it.

    abandon(result) gets what arrives too late."""
    future = concurrent.futures.Future()

    def drop(value):
        try:
            if value is not None:
                abandon(value)
        except GLib.Error:
            pass

    def settle(method, value):
        if future.set_running_or_notify_cancel():
            getattr(future, method)(value)
        elif method == 'set_result':
            drop(value)

    call = _Call(state.pump, begin, finish, arguments, settle)
    _waiting.add(call.cancellable)
    try:
        if _finishing:              # only now: what is in _waiting by then is cancelled
            call.cancellable.cancel()
        return future.result()
    except CancelledError:
        raise _ended() from None
    except Error:
        raise
    except BaseException:
        if not future.cancel() and future.exception() is None:
            drop(future.result())
        call.cancellable.cancel()
        raise
    finally:
        _waiting.discard(call.cancellable)


# Blocking calls

_waiting = set()            # cancellables of calls that may wait for ever
_finishing = False


def _finish():
    """The main thread has ended: threads that wait for what nobody will send must not keep the program alive."""
    global _finishing
    _finishing = True
    for cancellable in list(_waiting):
        cancellable.cancel()


def _ended():
    return ClosedError('the program ends')


def in_main_thread():
    return threading.current_thread() is threading.main_thread()


def wait(call, start, state, timeout, abandon=lambda result: None):
    """call(seconds, cancellable), which may take a while; abandon(result) gets what comes after Ctrl-C.

    In the main thread the library's asynchronous form waits instead, start(), and the thread waits in Python: Ctrl-C comes
    through at once. (In slices of a call that fails when its time is over it would get lost: an exception of a signal's handler
    while PyGObject makes an exception of an error ends up as another one.)
    """
    if in_main_thread():
        try:
            return call(0.0, None)
        except TimeoutError:
            if timeout == 0:
                raise
        return run(state(), *start, (timeout,), abandon)
    if timeout >= 0:
        return call(timeout, None)
    cancellable = Cancellable()
    _waiting.add(cancellable)
    try:
        if _finishing:
            raise _ended()
        return call(-1.0, cancellable)
    except CancelledError:
        raise _ended() from None
    finally:
        _waiting.discard(cancellable)


if hasattr(threading, '_register_atexit'):
    threading._register_atexit(_finish)     # before Python waits for its threads; atexit comes after that
