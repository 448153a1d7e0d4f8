# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a class of the library becomes one of Python.

override() gives every method that can fail Python's exceptions, and every pair NAME_async, NAME_finish the form that can be
awaited: NAME_async() without a callback. A method marked with @both says which method of the library does its work; it gets
a synchronous and an awaitable form of that.
"""
import functools
import weakref

import gi.overrides
from gi.repository import GLib, GObject

from . import bridge
from .errors import ClosedError, InvalidError, mapped, raw


def check_text(arguments):
    """C would silently cut at a NUL."""
    for argument in arguments:
        if isinstance(argument, str):
            if '\0' in argument:
                raise InvalidError(f'{argument[:40]!r} holds a NUL character, which keys, names and texts cannot have here')
        elif isinstance(argument, (list, tuple)):
            check_text(argument)


def wrap(method, name):
    def call(self, *arguments, **keywords):
        check_text(arguments)
        try:
            result = method(self, *arguments, **keywords)
        except GLib.Error as error:
            failure = mapped(error)
        except RuntimeError as error:
            # PyGObject, when a signal's handler raised something while it made the exception; it has printed that
            if type(error) is not RuntimeError or str(error) != 'Converting the GError failed':
                raise
            failure = KeyboardInterrupt()
        else:
            return child(self, result) if type(result) in CHILDREN else result
        raise failure
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f'{name}() of the library; raises beaver.Error.'
    return call


CHILDREN = set()        # classes whose objects have to know the state of their database


class Info:
    """What Python knows about an object of the library: its database's state, weakly, and its model."""

    __slots__ = ('state', 'model')

    def __init__(self, state, model=None):
        self.state, self.model = state, model


# Not attributes of the objects: an object with attributes gets a toggle reference, and then threads of the library that take
# a weak reference need the interpreter's lock while they hold one of GLib's, which deadlocks with a destruction in Python.
_infos = weakref.WeakKeyDictionary()


def info_of(thing):
    return _infos.get(thing)


def note(thing, info):
    _infos[thing] = info


def state_of(thing):
    """The state of the database that something came from."""
    info = _infos.get(thing)
    state = info.state() if info is not None else None
    if state is None:
        raise ClosedError('the database was closed, or dropped')
    return state


def child(parent, thing):
    """A thing that came from the database of parent."""
    if thing is not None and thing not in _infos:
        info = _infos.get(parent)
        if info is not None:
            state = info.state()
            model = state.models.get((thing.kind, thing.name)) if state is not None and hasattr(thing, 'kind') else None
            _infos[thing] = Info(info.state, model)
    return thing


def _set_attribute(self, name, value):
    setter = getattr(type(getattr(type(self), name, None)), '__set__', None)
    if setter is None:
        raise AttributeError(f'{type(self).__name__} objects take no attributes; {name!r} has to be kept elsewhere')
    setter(getattr(type(self), name), self, value)


def _wrap_async(begin, finish, name):
    def call(self, *arguments):
        check_text(arguments)
        if any(callable(argument) for argument in arguments):
            return begin(self, *arguments)
        return _await_child(self, bridge.start(state_of(self), functools.partial(begin, self),
                                               functools.partial(finish, self), arguments))
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f'{name}() of the library; without a callback it can be awaited.'
    return call


async def _await_child(parent, awaitable):
    result = await awaitable
    return child(parent, result) if type(result) in CHILDREN else result


class both:
    """A method that returns the name of the library's method, its arguments, and what to make of the result."""

    def __init__(self, plan):
        self.plan = plan
        self.__doc__ = plan.__doc__

    def __set_name__(self, owner, name):
        plan = self.plan

        @functools.wraps(plan)
        def sync(self, *arguments, **keywords):
            method, values, convert = plan(self, *arguments, **keywords)
            result = self._c[method](self, *values)
            return convert(result) if convert is not None else result

        @functools.wraps(plan)
        async def awaitable(self, *arguments, **keywords):
            method, values, convert = plan(self, *arguments, **keywords)
            result = await self._c[method + '_async'](self, *values)
            return convert(result) if convert is not None else result

        def asynchronous(self, *arguments, **keywords):
            # the library's own form, with a callback
            if any(callable(argument) for argument in arguments):
                return self._c[name + '_async'](self, *arguments)
            return awaitable(self, *arguments, **keywords)

        setattr(owner, name, sync)
        setattr(owner, name + '_async', functools.wraps(plan)(asynchronous))


def override(cls):
    library = cls.__mro__[1]
    calls = {}
    for info in cls.__info__.get_methods():
        name = info.get_name()
        method = library.__dict__.get(name)
        if method is None or not info.is_method():
            continue
        finish = library.__dict__.get(name[:-6] + '_finish') if name.endswith('_async') else None
        if finish is not None:
            calls[name] = _wrap_async(method, finish, name)
        elif info.can_throw_gerror():
            calls[name] = wrap(method, name)
    cls._c = {**getattr(cls, '_c', {}), **calls}
    for name, call in calls.items():
        if name not in cls.__dict__:
            setattr(cls, name, call)
    cls.__module__ = 'gi.overrides.Beaver'      # override() looks there for the namespace
    if any(name.endswith('_async') for name in calls):
        CHILDREN.add(cls)
    if cls.__name__ != 'Db':
        cls.__setattr__ = _set_attribute
    return gi.overrides.override(cls)


def override_rest(done):
    """The classes that only need exceptions and awaitables."""
    for name in dir(raw):
        cls = getattr(raw, name)
        if name not in done and isinstance(cls, type) and issubclass(cls, GObject.Object) and not name.endswith('Class'):
            done[name] = override(type(GObject.Object)(name, (cls,), {'__module__': 'gi.overrides.Beaver'}))
