# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A database of dicts, lists, queues, logs, channels and more in one SQLite file.

    from beaver import BeaverDB

    with BeaverDB("my_app.db") as db:
        db.dict("settings")["theme"] = "dark"

The names are those of Python's beaver-db (1.3, and 2.x without await), on the library libbeaver; the file is the one of
beaver-db 2.x, and both may use it at the same time.

Leaving the with closes the connections of all threads that use db and stops all background listeners. Threads in the middle
of an operation fail at once with ClosedError.
"""
import gi

try:
    gi.require_version('Beaver', '1')
except ValueError as error:
    raise ImportError(f'{error}: GI_TYPELIB_PATH has to name the folder of Beaver-1.typelib, which lies in girepository-1.0 '
                      'beside the library') from error
from gi.repository import Beaver  # noqa: E402
from gi.overrides._beaver import errors as _errors  # noqa: E402
from gi.overrides._beaver.documents import Document, q, rerank  # noqa: E402,F401
from gi.overrides._beaver.errors import *  # noqa: E402,F401,F403
from gi.overrides._beaver.transfer import migrate  # noqa: E402,F401


class _Opener(type):
    def __call__(cls, path='beaver.db', connection_timeout=None, cache_timeout=None, pragma_wal=None, pragma_synchronous=None,
                 pragma_temp_memory=None, pragma_mmap_size=None):
        return Beaver.Db(path, connection_timeout, cache_timeout, pragma_wal, pragma_synchronous, pragma_temp_memory,
                         pragma_mmap_size, listener=True)

    def __instancecheck__(cls, instance):
        return isinstance(instance, Beaver.Db)

    def __subclasscheck__(cls, other):
        return issubclass(other, Beaver.Db)


class BeaverDB(metaclass=_Opener):
    """Opens a database: a Beaver.Db whose callbacks come in a thread of its own, so that no main loop is needed."""


__version__ = Beaver.VERSION_S
__all__ = ['BeaverDB', 'Document', 'migrate', 'q', 'rerank'] + _errors.__all__
