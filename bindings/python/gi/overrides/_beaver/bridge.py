# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Between the library's threads and main contexts and those of Python: asyncio, callbacks, Ctrl-C, the end of the program."""
import asyncio
import collections
import concurrent.futures
import threading
import weakref

from gi.repository import Gio, GLib

from .errors import CancelledError, ClosedError, TimeoutError, mapped

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
        self.numbers = 0
        pumps = [pump for pump in (self.pump, listener) if pump is not None]
        self._finalizer = weakref.finalize(self, lambda: [pump.stop() for pump in pumps])
        self._finalizer.atexit = False

    def close(self):
        self._finalizer.detach()
        with self.lock:
            self.handlers.clear()
        self.pump.stop(5)
        if self.listener is not None:
            self.listener.stop(2)       # a callback may take longer; it is left to itself


# asyncio

def _settle(future, method, value):
    if not future.done():
        getattr(future, method)(value)


def start(state, begin, finish, arguments):
    """begin(*arguments, cancellable, callback) as a coroutine; the call starts when it is awaited."""
    return _start(state, begin, finish, arguments)


async def _start(state, begin, finish, arguments):
    loop = asyncio.get_running_loop()
    future, cancellable = loop.create_future(), Gio.Cancellable()
    pump = state.pump

    def post(method, value):
        try:
            loop.call_soon_threadsafe(_settle, future, method, value)
        except RuntimeError:        # the loop was closed
            pass

    def done(source, result, *data):
        pump.let_go()
        try:
            value = finish(result)
        except GLib.Error as error:
            post('set_exception', mapped(error))
        else:
            post('set_result', value)

    def call():
        pump.hold()
        try:
            begin(*arguments, cancellable, done)
        except BaseException as error:
            pump.let_go()
            post('set_exception', error)

    pump.post(call)
    try:
        return await future
    except asyncio.CancelledError:
        cancellable.cancel()
        raise


def run(state, begin, finish, arguments, abandon=lambda result: None):
    """begin(*arguments, cancellable, callback), waiting here for the result; Ctrl-C cancels it.

    abandon(result) gets what arrives too late."""
    def drop(value):
        try:
            abandon(value)
        except GLib.Error:
            pass

    future, cancellable, pump = concurrent.futures.Future(), Gio.Cancellable(), state.pump

    def done(source, result, *data):
        pump.let_go()
        try:
            value = finish(result)
        except GLib.Error as error:
            _settle(future, 'set_exception', mapped(error))
            return
        if not future.set_running_or_notify_cancel():
            drop(value)
        else:
            future.set_result(value)

    def call():
        pump.hold()
        try:
            begin(*arguments, cancellable, done)
        except BaseException as error:
            pump.let_go()
            _settle(future, 'set_exception', error)

    _waiting.add(cancellable)
    try:
        if _finishing:
            raise _ended()
        pump.post(call)
        return future.result()
    except CancelledError:
        raise _ended() from None
    except BaseException:
        if not future.cancel() and future.done() and future.exception() is None:
            drop(future.result())
        cancellable.cancel()
        raise
    finally:
        _waiting.discard(cancellable)


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


def wait(call, start, state, timeout):
    """call(seconds, cancellable), which may take a while.

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
        return run(state(), *start, (timeout,))
    if timeout >= 0:
        return call(timeout, None)
    cancellable = Gio.Cancellable()
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
