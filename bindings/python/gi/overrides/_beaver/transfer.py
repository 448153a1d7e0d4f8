# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In and out: dump, load, backup, export and files of blobs, in Python's own terms. The library does the work."""
import asyncio
import functools
import io
import json
import os
import tempfile

from gi.repository import Gio, GLib

from . import bridge
from .errors import Error, InvalidError, mapped, raw
from .values import loads

_FORMATS = {'json': raw.DumpFormat.JSON, 'jsonl': raw.DumpFormat.JSONL}
_STRATEGIES = {'overwrite': raw.LoadStrategy.OVERWRITE, 'append': raw.LoadStrategy.APPEND}
_VALUES = {'dict': 'value', 'queue': 'data', 'log': 'data', 'documents': 'body', 'list': None}     # what a model is for


# Calls that tell how far they are

class _Told:
    """progress(done, total) of one call; what it raises ends the call."""

    def __init__(self, progress):
        self.progress, self.error, self.cancellable = progress, None, bridge.Cancellable()

    def __call__(self, done, total, *data):
        if self.error is None:
            try:
                self.progress(done, total)
            except BaseException as error:
                self.error = error
                self.cancellable.cancel()


def call(call, *arguments, progress=None):
    """call(*arguments, progress, its data, cancellable) of the library."""
    if progress is None:
        return call(*arguments, None, None, None)
    told = _Told(progress)
    try:
        return call(*arguments, told, None, told.cancellable)
    except Error:
        if told.error is None:
            raise
    finally:
        if told.error is not None:
            raise told.error


async def call_async(state, begin, finish, *arguments, progress=None):
    """begin(*arguments, progress, its data, cancellable, callback); progress is called in the loop."""
    loop = asyncio.get_running_loop()

    def tell(done, total, *data):
        loop.call_soon_threadsafe(progress, done, total)

    told = (None, None) if progress is None else (tell, ())
    return await bridge.start(state, begin, finish, (*arguments, *told))


def method(thing, name):
    return functools.partial(thing._c[name], thing)


def method_async(state, thing, name, *arguments, progress=None):
    library = getattr(raw, type(thing).__name__)
    return call_async(state, functools.partial(getattr(library, name + '_async'), thing),
                      functools.partial(getattr(library, name + '_finish'), thing), *arguments, progress=progress)


# Dumps

def _format(fp, format):
    if format is None:
        format = 'jsonl' if isinstance(fp, (str, os.PathLike)) and os.fspath(fp).endswith('.jsonl') else 'json'
    if format not in _FORMATS:
        raise InvalidError(f'the format is json or jsonl, not {format!r}')
    return format


def _write_file(path, text):
    """In the place of an old one only when it is whole."""
    path = os.fsdecode(path)
    file = tempfile.NamedTemporaryFile('w', encoding='utf-8', dir=os.path.dirname(path) or '.', delete=False)
    try:
        with file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o666 & ~_umask())
        os.replace(file.name, path)
    except BaseException:
        os.unlink(file.name)
        raise


def _umask():
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


class Dump:
    """What dump() and dump_async() share: the arguments of the library's call, and what becomes of the text."""

    def __init__(self, fp, format, indent, payload=True):
        self.fp, self.format, self.indent = fp, _format(fp, format), indent
        if fp is None and self.format == 'jsonl':
            raise InvalidError('the format jsonl needs a file to write to')
        self.stream = fp if isinstance(fp, Gio.OutputStream) else Gio.MemoryOutputStream.new_resizable()
        flags = raw.DumpFlags.NONE if fp is not None and indent == 2 else raw.DumpFlags.COMPACT
        if not payload and self.format == 'json':
            flags |= raw.DumpFlags.WITHOUT_PAYLOAD
        self.arguments = (self.stream, _FORMATS[self.format], flags)

    def finish(self):
        fp = self.fp
        if fp is self.stream:
            return None
        self.stream.close(None)
        text = (self.stream.steal_as_bytes().get_data() or b'').decode()
        if fp is None:
            return json.loads(text)
        if self.format == 'json' and self.indent not in (2, None):
            text = json.dumps(json.loads(text), indent=self.indent)
        if isinstance(fp, (str, bytes, os.PathLike)):
            _write_file(fp, text)
        elif isinstance(fp, (io.RawIOBase, io.BufferedIOBase)):
            fp.write(text.encode())
        else:
            fp.write(text)
        return None


def _read(fp):
    if isinstance(fp, (str, bytes, os.PathLike)):
        with open(fp, 'rb') as file:
            return file.read()
    data = fp.read()
    return data.encode() if isinstance(data, str) else data


def _check_model(thing, data, format):
    """The values have to fit the model, before anything is changed."""
    model = getattr(thing, '_model', None)
    if model is None or thing.kind not in _VALUES:
        return
    try:
        items = json.loads(data).get('items', []) if format == 'json' else \
            [json.loads(line) for line in data.splitlines() if line.strip()]
        member = _VALUES[thing.kind]
        values = items if member is None else [item[member] for item in items]
    except (ValueError, LookupError, TypeError, AttributeError):
        return      # the library says what is wrong with it
    for value in values:
        loads(json.dumps(value), model)


def load_arguments(thing, fp, format, strategy):
    if strategy not in _STRATEGIES:
        raise InvalidError(f'the strategy is overwrite or append, not {strategy!r}')
    format = _format(fp, format)
    if isinstance(fp, Gio.InputStream):
        stream = fp
    else:
        data = _read(fp)
        _check_model(thing, data, format)
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(data))
    return stream, _FORMATS[format], _STRATEGIES[strategy]


def dump(thing, fp, format, indent, payload=True, progress=None):
    job = Dump(fp, format, indent, payload)
    call(method(thing, 'dump'), *job.arguments, progress=progress)
    return job.finish()


async def dump_async(state, thing, fp, format, indent, payload=True, progress=None):
    job = Dump(fp, format, indent, payload)
    await method_async(state, thing, 'dump', *job.arguments, progress=progress)
    return job.finish()


def load(thing, fp, format, strategy, progress=None):
    return call(method(thing, 'load'), *load_arguments(thing, fp, format, strategy), progress=progress)


async def load_async(state, thing, fp, format, strategy, progress=None):
    return await method_async(state, thing, 'load', *load_arguments(thing, fp, format, strategy), progress=progress)


# Files of 1.x

def _migrate(*arguments):
    try:
        return raw.migrate(*arguments)
    except GLib.Error as error:
        failure = mapped(error)
    raise failure


def migrate(source, destination=None, progress=None):
    """Converts a file of beaver-db 1.x into a new one; without destination only tells what there is to convert. A dict."""
    report = call(_migrate, os.fsdecode(source), None if destination is None else os.fsdecode(destination), progress=progress)
    return json.loads(report.to_json())
