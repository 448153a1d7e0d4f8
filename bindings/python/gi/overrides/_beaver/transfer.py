# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dump() and load() in the shapes of beaver-db 2.x."""
import datetime
import json

from .errors import InvalidError
from .values import _plain


def dump(manager, kind, items, fp, format, indent, dated=False, **metadata):
    if format == 'jsonl':
        if fp is None:
            raise InvalidError('the format jsonl needs a file to write to')
        for item in items:
            fp.write(json.dumps(item, default=_plain) + '\n')
        return None
    if format != 'json':
        raise InvalidError(f'the format is json or jsonl, not {format!r}')
    items = list(items)
    head = {'type': kind, 'name': manager.name, 'count': len(items), **metadata}
    if dated:
        head['dump_date'] = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='microseconds')
    result = {'metadata': head, 'items': items}
    if fp is None:
        return result
    json.dump(result, fp, indent=indent, default=_plain)
    return None


def load(manager, fp, format, strategy, add):
    """Reads everything before anything is cleared, and writes it in one transaction."""
    if strategy not in ('overwrite', 'append'):
        raise InvalidError(f'the strategy is overwrite or append, not {strategy!r}')
    if format == 'json':
        items = json.load(fp).get('items', [])
    elif format == 'jsonl':
        items = [json.loads(line) for line in fp if line.strip()]
    else:
        raise InvalidError(f'the format is json or jsonl, not {format!r}')
    with manager._transaction():
        if strategy == 'overwrite':
            manager.clear()
        for item in items:
            add(item)
