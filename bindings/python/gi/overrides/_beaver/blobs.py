# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import json

from gi.repository import GLib

from .base import both, override, raw
from .manager import pages
from .values import dumps, text_key


@override
class Blobs(raw.Blobs):
    """Bytes under keys."""

    @both
    def put(self, key, data, metadata=None):
        """Sets the bytes of key, and its metadata."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f'data must be bytes, not {type(data).__name__}')
        return 'put', (text_key(key), GLib.Bytes.new(bytes(data)), None if metadata is None else dumps(metadata)), _none

    def set(self, key, data):
        self.put(key, data)

    @both
    def get(self, key):
        """The bytes of key; KeyError when it is not there."""
        return 'get', (text_key(key),), _bytes

    @both
    def metadata(self, key):
        return 'get_metadata', (text_key(key),), lambda text: None if text is None else json.loads(text)

    @both
    def delete(self, key):
        return 'remove', (text_key(key),), _none

    def fetch(self, key):
        return key, self.get(key), self.metadata(key)

    def keys(self):
        return pages(self._c['keys'](self), raw.Entry.get_key)

    __iter__ = keys

    def __getitem__(self, key):
        return self.get(key)

    def __setitem__(self, key, data):
        self.put(key, data)

    def __delitem__(self, key):
        self.delete(key)

    def __contains__(self, key):
        return self.contains(text_key(key))


def _bytes(result):
    return result.get_data() or b''


def _none(result):
    return None
