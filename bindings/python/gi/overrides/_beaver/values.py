# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's values and the library's: JSON text, seconds, keys, bytes."""
import dataclasses
import datetime
import json
import typing

from gi.repository import GLib

from .errors import CorruptError, InvalidError


def _plain(value):
    """What json does not know, inside of something that it knows."""
    if hasattr(value, 'model_dump'):
        return value.model_dump(mode='json')
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f'Object of type {type(value).__name__} is not JSON serializable')


def dumps(value):
    """JSON text of a value: what json.dumps() takes, objects of pydantic, dataclasses."""
    if hasattr(value, 'model_dump_json'):
        return value.model_dump_json()
    return json.dumps(value, default=_plain)


def check_model(model):
    if model is not None and not (isinstance(model, type) and (
            hasattr(model, 'model_validate_json') or dataclasses.is_dataclass(model))):
        raise TypeError(f'model must be a class with model_validate_json() and model_dump_json(), or a dataclass, '
                        f'not {model!r}')


def loads(text, model=None):
    if model is not None and hasattr(model, 'model_validate_json'):
        return model.model_validate_json(text)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:       # another program wrote it
        raise CorruptError(f'what the file holds is not JSON: {error}') from None
    return value if model is None else _to_dataclass(value, model)


def _to_dataclass(value, model):
    if not isinstance(value, dict):
        raise InvalidError(f'the value is not one of {model.__name__}: it is no JSON object')
    hints = typing.get_type_hints(model)
    fields = {}
    for field in dataclasses.fields(model):
        if field.init and field.name in value:
            item, hint = value[field.name], hints.get(field.name)
            inner = dataclasses.is_dataclass(hint) and isinstance(item, dict)
            fields[field.name] = _to_dataclass(item, hint) if inner else item
    try:
        return model(**fields)
    except TypeError as error:
        raise InvalidError(f'the value is not one of {model.__name__}: {error}') from error


def text_key(key):
    """Keys are text; numbers become their text, as SQLite makes them."""
    if isinstance(key, str):
        return key
    if isinstance(key, (int, float)):
        return str(key + 0)
    raise TypeError(f'keys must be strings, not {type(key).__name__}')


def check_name(name, error=TypeError):
    if not isinstance(name, str) or not name:
        raise error('the name must be a non-empty string')
    return name


def seconds(duration):
    """A duration as seconds; None waits for ever."""
    if duration is None:
        return -1.0
    if isinstance(duration, datetime.timedelta):
        duration = duration.total_seconds()
    return max(0.0, float(duration))


def span(duration):
    return duration.total_seconds() if isinstance(duration, datetime.timedelta) else float(duration)


def stamp(moment):
    """Seconds since the epoch; a naive datetime is local time."""
    return moment.timestamp() if isinstance(moment, datetime.datetime) else float(moment)


def to_bytes(data):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f'bytes are needed, not {type(data).__name__}')
    return GLib.Bytes.new(bytes(data))


def from_bytes(data):
    return data.get_data() if data is not None else None
