# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import io
import json
import os
import typing

from gi.repository import Gio, GLib

from . import transfer
from .base import both, child, override, raw, state_of
from .errors import InvalidError, mapped
from .manager import pages
from .values import dumps, text_key


class BlobItem(typing.NamedTuple):
    """A blob as beaver-db gives it."""

    key: str
    data: bytes
    metadata: object


@override
class Blobs(raw.Blobs):
    """Bytes under keys."""

    @both
    def put(self, key, data, metadata=None):
        """Sets the bytes of key, and its metadata."""
        return 'put', (text_key(key), _to_bytes(data), _metadata(metadata)), _none

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
        """The blob with its metadata, as (key, data, metadata)."""
        return BlobItem(key, self.get(key), self.metadata(key))

    async def fetch_async(self, key):
        return BlobItem(key, await self.get_async(key), await self.metadata_async(key))

    def keys(self):
        return pages(self._c['keys'](self), raw.Entry.get_key)

    __iter__ = keys

    def items(self):
        """All of them, as (key, data), each read when it comes."""
        for key in self.keys():
            data = self.lookup(key)
            if data is not None:        # it was not removed since
                yield key, _bytes(data)

    def __aiter__(self):
        return self._aiter()

    async def _aiter(self):
        async for entry in self._c['keys'](self):
            yield entry.get_key()

    async def items_async(self):
        async for key in self:
            data = await self.lookup_async(key)
            if data is not None:
                yield key, _bytes(data)

    def __getitem__(self, key):
        return self.get(key)

    def __setitem__(self, key, data):
        self.put(key, data)

    def __delitem__(self, key):
        self.delete(key)

    def __contains__(self, key):
        return self.contains(text_key(key))

    # Large ones

    def open(self, key, mode='rb', metadata=None, encoding=None):
        """A file object that reads ("r", "rb") or writes ("w", "wb") a blob in little memory.

        What is written is stored by closing it, which the end of a with does; an exception inside stores nothing.
        """
        kind = mode.replace('b', '').replace('t', '')
        if kind not in ('r', 'w') or len(mode) > 2 or ('b' in mode and encoding is not None):
            raise InvalidError(f'the mode is r, rb, w or wb, not {mode!r}')
        if kind == 'r':
            if metadata is not None:
                raise InvalidError('metadata are for writing')
            file = io.BufferedReader(_Reader(self._c['open_read'](self, text_key(key), None)))
        else:
            file = _Writer(_RawWriter(self._c['open_write'](self, text_key(key), _metadata(metadata))))
        if 'b' in mode:
            return file
        return (_TextWriter if kind == 'w' else io.TextIOWrapper)(file, encoding=encoding or 'utf-8')

    def import_file(self, key, path, metadata=None, progress=None):
        """Sets the bytes of key to those of a file: a path or a Gio.File."""
        transfer.call(transfer.method(self, 'import_file'), text_key(key), _file(path), _metadata(metadata), progress=progress)

    def import_file_async(self, key, path, metadata=None, *arguments, progress=None):
        if any(callable(argument) for argument in arguments):
            return self._c['import_file_async'](self, key, path, metadata, *arguments)
        return transfer.method_async(state_of(self), self, 'import_file', text_key(key), _file(path), _metadata(metadata),
                                     progress=progress)

    def export_file(self, key, path, progress=None):
        """Writes the bytes of key into a file, whose old content stays until all of the new is on the disk."""
        transfer.call(transfer.method(self, 'export_file'), text_key(key), _file(path), progress=progress)

    def export_file_async(self, key, path, *arguments, progress=None):
        if any(callable(argument) for argument in arguments):
            return self._c['export_file_async'](self, key, path, *arguments)
        return transfer.method_async(state_of(self), self, 'export_file', text_key(key), _file(path), progress=progress)

    # In and out

    def batched(self):
        """with blobs.batched() as batch: batch.put(...); written in one transaction at the end, nothing on an exception."""
        return Batch(child(self, self.create_batch()))

    def dump(self, fp=None, format=None, indent=2, payload=False, progress=None):
        """As in beaver-db 2.x: without payload=True a JSON dump holds no bytes and cannot be loaded; "jsonl" always does."""
        return transfer.dump(self, fp, format, indent, payload, progress)

    def dump_async(self, *arguments, **keywords):
        if any(callable(argument) for argument in arguments):
            return self._c['dump_async'](self, *arguments)
        return self._dump_async(*arguments, **keywords)

    async def _dump_async(self, fp=None, format=None, indent=2, payload=False, progress=None):
        return await transfer.dump_async(state_of(self), self, fp, format, indent, payload, progress)


def _to_bytes(data):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f'data must be bytes, not {type(data).__name__}')
    return GLib.Bytes.new(bytes(data))


def _metadata(metadata):
    return None if metadata is None else dumps(metadata)


def _file(path):
    return path if isinstance(path, Gio.File) else Gio.File.new_for_path(os.fsdecode(path))


def _bytes(result):
    return result.get_data() or b''


def _none(result):
    return None


class Batch:
    """Blobs that are written together."""

    def __init__(self, batch):
        self._batch = batch

    def put(self, key, data, metadata=None):
        self._batch.put(text_key(key), _to_bytes(data), _metadata(metadata))

    __setitem__ = put

    def delete(self, key):
        self._batch.remove(text_key(key))

    __delitem__ = delete

    def __len__(self):
        return self._batch.get_size()

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self._batch.discard() if kind is not None else self._batch.apply()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        self._batch.discard() if kind is not None else await self._batch.apply_async()


# File objects over the library's streams

def _call(method, *arguments):
    try:
        return method(*arguments)
    except GLib.Error as error:
        failure = mapped(error)
    raise failure


class _Reader(io.RawIOBase):
    def __init__(self, stream):
        self._stream = stream

    def readable(self):
        return True

    def seekable(self):
        return True

    def readinto(self, buffer):
        data = _call(self._stream.read_bytes, len(buffer), None).get_data() or b''
        buffer[:len(data)] = data
        return len(data)

    def seek(self, offset, whence=io.SEEK_SET):
        kind = {io.SEEK_SET: GLib.SeekType.SET, io.SEEK_CUR: GLib.SeekType.CUR, io.SEEK_END: GLib.SeekType.END}[whence]
        size = self._stream.get_size()
        target = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._stream.tell(), io.SEEK_END: size}[whence]
        if target < 0:
            raise InvalidError(f'a file has no place {target}')
        if target > size:
            kind, offset = GLib.SeekType.END, 0     # behind the end there is nothing to read, as in a file
        _call(self._stream.seek, offset, kind, None)
        return self._stream.tell()

    def tell(self):
        return self._stream.tell()

    def close(self):
        if not self.closed:
            super().close()
            _call(self._stream.close, None)


class _RawWriter(io.RawIOBase):
    def __init__(self, stream):
        self._stream = stream

    def writable(self):
        return True

    def write(self, data):
        return _call(self._stream.write_bytes, GLib.Bytes.new(bytes(data)), None)

    def abandon(self):
        self._stream.abandon()

    def close(self):
        if not self.closed:
            super().close()
            _call(self._stream.close, None)


class _Writer(io.BufferedWriter):
    def abandon(self):
        """Forgets what was written: closing stores nothing."""
        self.raw.abandon()

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self.abandon()
        self.close()

    def __del__(self):
        # dropped without being closed: perhaps on the way out of some error
        if not self.closed:
            self.abandon()
            self.close()


class _TextWriter(io.TextIOWrapper):
    def abandon(self):
        self.buffer.abandon()

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self.abandon()
        self.close()

    def __del__(self):
        if not self.closed:
            self.abandon()
            self.close()
