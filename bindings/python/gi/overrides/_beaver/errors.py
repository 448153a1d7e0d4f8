# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the library's errors look like in Python.

Each is a GLib.Error, with domain and code, and at the same time what Python expects in its place: NotFoundError is a
KeyError, TimeoutError is the built-in one, and so on. Their common base is Error.
"""
import builtins

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

raw = get_introspection_module('Beaver')
DOMAIN = GLib.quark_to_string(raw.error_quark())


class Error(GLib.Error):
    """Something went wrong; code says what, message what to do about it."""

    code_of_class = raw.Error.FAILED

    def __init__(self, message='', domain=DOMAIN, code=None):
        # not super(): the initialisers of OSError and KeyError have ideas of their own
        GLib.Error.__init__(self, message, domain, int(self.code_of_class if code is None else code))

    def __str__(self):
        return self.message

    def __repr__(self):
        return f'{type(self).__name__}({self.message!r})'


class ClosedError(Error, ConnectionError):
    """The database was closed, before the call or during it."""
    code_of_class = raw.Error.CLOSED


class NotFoundError(Error, KeyError, IndexError):
    """What was asked for is not there."""
    code_of_class = raw.Error.NOT_FOUND


class TimeoutError(Error, builtins.TimeoutError):
    """The given time is over."""
    code_of_class = raw.Error.TIMEOUT


class BusyError(Error):
    """Another connection kept the write lock for too long; try again."""
    code_of_class = raw.Error.BUSY


class InvalidError(Error, ValueError):
    """An argument or a value does not fit."""
    code_of_class = raw.Error.INVALID


class CorruptError(Error):
    """What the file holds is damaged."""
    code_of_class = raw.Error.CORRUPT


class FullError(Error):
    """The disk, or a bounded structure, is full, or no thread can be had."""
    code_of_class = raw.Error.FULL


class ReadOnlyError(Error, PermissionError):
    """The file or its directory cannot be written."""
    code_of_class = raw.Error.READ_ONLY


class FileError(Error, OSError):
    """The operating system refused to read, write or open the file."""
    code_of_class = raw.Error.IO


class SchemaError(Error):
    """The file is not a beaver database, or one of a newer or unsupported release."""
    code_of_class = raw.Error.SCHEMA


class LegacySchemaError(SchemaError):
    """The file was written by beaver-db 1.x and has to be migrated first."""
    code_of_class = raw.Error.LEGACY


class SplitBrainError(SchemaError):
    """The file holds tables of beaver-db 1.x and of 2.x."""
    code_of_class = raw.Error.SPLIT_BRAIN


class SecretError(Error, ValueError):
    """The secret is missing or wrong."""
    code_of_class = raw.Error.SECRET


class ConflictError(Error):
    """Somebody else was first: a lost lock, a failed comparison, options that differ."""
    code_of_class = raw.Error.CONFLICT


class ForkedError(Error):
    """The database was opened by the parent of this process."""
    code_of_class = raw.Error.FORKED


class UnsupportedError(Error, NotImplementedError):
    """This build, or this kind of file, cannot do that."""
    code_of_class = raw.Error.UNSUPPORTED


class CancelledError(Error):
    """The call was cancelled."""


def _subclasses(cls):
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


_BY_CODE = {int(cls.code_of_class): cls for cls in _subclasses(Error) if 'code_of_class' in cls.__dict__}
# Here and not where it is used: PyGObject makes an enumeration when it is first asked for, and another thread that asks in the
# same moment finds it without its values.
_CANCELLED = GLib.quark_to_string(Gio.io_error_quark()), int(Gio.IOErrorEnum.CANCELLED)


def mapped(error):
    """The exception for a GLib.Error; what is not of this library stays what it is."""
    if isinstance(error, Error):
        return error
    if error.domain == DOMAIN:
        return _BY_CODE.get(error.code, Error)(error.message, DOMAIN, error.code)
    if (error.domain, error.code) == _CANCELLED:
        return CancelledError(error.message, error.domain, error.code)
    return error


for _cls in (Error, *_subclasses(Error)):
    _cls.__module__ = 'beaver'          # what tracebacks say, and where programs find it

__all__ = ['Error'] + sorted(cls.__name__ for cls in _subclasses(Error))
