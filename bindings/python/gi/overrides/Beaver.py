# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Beaver for Python: exceptions, with, for, await, and Python's own values. The package beaver is built on it."""
from gi.overrides._beaver import manager    # the base class of the others comes first
from gi.overrides._beaver import dict, events, list, queue, blobs, lock, channel, log, sketch, graph, vectors, db, secret
from gi.overrides._beaver import documents
from gi.overrides._beaver.base import override_rest

classes = {}
for module in (manager, dict, list, queue, blobs, events, lock, channel, log, sketch, graph, vectors, db, secret,
               documents):
    classes.update((name, cls) for name, cls in vars(module).items()
                   if isinstance(cls, type) and cls.__module__ == __name__ and name == cls.__name__)
override_rest(classes)
globals().update(classes)

__all__ = sorted(classes)
