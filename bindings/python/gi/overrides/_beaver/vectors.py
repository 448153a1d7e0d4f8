# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import array
import sys
import typing

from gi.repository import GLib

from .base import both, override, raw
from .errors import InvalidError, NotFoundError
from .manager import pages
from .values import dumps, loads


def _bytes(vector, dimensions=1, n=None):
    """float32, little-endian, of a sequence of numbers, an array of numpy, a buffer, or bytes of float32.

    dimensions: 2 for n vectors of one length: a sequence of them, or an array of two dimensions."""
    if isinstance(vector, GLib.Bytes):
        return vector
    if isinstance(vector, (bytes, bytearray)):
        return GLib.Bytes.new(bytes(vector))
    if hasattr(vector, 'astype'):   # numpy and its relatives
        if vector.ndim != dimensions:
            raise InvalidError(f'an array of {dimensions} dimension(s) is wanted here, not of shape {vector.shape}')
        if dimensions == 2 and n != vector.shape[0]:
            raise InvalidError(f'{n} ids and {vector.shape[0]} vectors do not go together')
        return GLib.Bytes.new(vector.astype('<f4').tobytes())
    if isinstance(vector, (memoryview, array.array)):
        view = memoryview(vector)
        if view.format in ('B', 'b', 'c'):
            return GLib.Bytes.new(view.tobytes())
        if view.format == 'f' and sys.byteorder == 'little':
            return GLib.Bytes.new(view.tobytes())
        vector = view.tolist()
    try:
        if dimensions == 2:
            rows = [_bytes(one).get_data() or b'' for one in vector]
            if len({len(row) for row in rows}) > 1:
                raise InvalidError('the vectors are not of one length')
            if n not in (None, len(rows)):
                raise InvalidError(f'{n} ids and {len(rows)} vectors do not go together')
            return GLib.Bytes.new(b''.join(rows))
        numbers = array.array('f', vector)
    except (TypeError, OverflowError) as error:
        raise InvalidError(f'a vector is a sequence of numbers: {error}') from None
    if sys.byteorder == 'big':
        numbers.byteswap()
    return GLib.Bytes.new(numbers.tobytes())


def _metadata(value):
    return None if value is None else dumps(value)


class VectorItem(typing.NamedTuple):
    """An item as beaver-db gives it."""

    id: str
    vector: list
    metadata: object
    score: float

    def __repr__(self):
        numbers = [f'{number:g}' for number in self.vector[:3]] + (['…'] if len(self.vector) > 3 else [])
        return f'VectorItem(id={self.id!r}, vector=[{", ".join(numbers)}], metadata={self.metadata!r}, score={self.score:g})'


def _item(hit):
    return None if hit is None else VectorItem(hit.get_id(), hit.vector, hit.metadata, hit.get_score())


@override
class VectorHit(raw.VectorHit):
    id = property(raw.VectorHit.get_id)
    score = property(raw.VectorHit.get_score)

    @property
    def vector(self):
        numbers = array.array('f', self.get_vector().get_data() or b'')
        if sys.byteorder == 'big':
            numbers.byteswap()
        return numbers.tolist()

    @property
    def metadata(self):
        text = self.get_metadata()
        return None if text is None else loads(text)


METRICS = {'cosine': raw.VectorMetric.COSINE, 'euclid': raw.VectorMetric.EUCLID, 'euclidean': raw.VectorMetric.EUCLID,
           'manhattan': raw.VectorMetric.MANHATTAN, 'dot': raw.VectorMetric.DOT}
METHODS = {'auto': raw.VectorMethod.AUTO, 'exact': raw.VectorMethod.EXACT, 'lsh': raw.VectorMethod.APPROXIMATE,
           'approximate': raw.VectorMethod.APPROXIMATE}


def _choice(what, table, value):
    if isinstance(value, int):
        return value
    if value not in table:
        raise InvalidError(f'the {what} is one of {", ".join(table)}, not {value!r}')
    return table[value]


def _filters(filters):
    """{path: value}, or (path, comparison, value) and the like."""
    if filters is None:
        return
    pairs = filters.items() if isinstance(filters, dict) else filters
    for one in pairs:
        if isinstance(one, (tuple, list)) and len(one) in (2, 3):
            yield one[0], one[1] if len(one) == 3 else '==', one[-1]
        elif hasattr(one, 'path'):
            yield one.path, getattr(one, 'operator', '=='), one.value
        else:
            raise InvalidError(f'a filter is (path, comparison, value), not {one!r}')


def near_query(vector, k=10, candidate_ids=None, filters=None, metric=None, method='auto', recall=None):
    """A Beaver.VectorQuery."""
    query = raw.VectorQuery.new(_bytes(vector), k)
    query.set_metric(_choice('metric', METRICS, 'cosine' if metric is None else metric))
    query.set_method(_choice('method', METHODS, method))
    if recall is not None:
        query.set_recall(recall)
    if candidate_ids is not None:
        query.set_candidates(list(candidate_ids))
    for path, comparison, value in _filters(filters):
        query.add_filter(path, comparison, dumps(value))
    return query


@override
class Vectors(raw.Vectors):
    """Vectors, and what is near them."""

    @both
    def set(self, id, vector, metadata=None):
        """Sets the vector of an item. Any metadata but None is kept."""
        return 'set', (id, _bytes(vector), _metadata(metadata)), lambda result: None

    @both
    def set_many(self, ids, vectors, metadata=None):
        """Sets many items in one transaction: their vectors are an array of two dimensions, or a sequence of vectors."""
        texts = None if metadata is None else [_metadata(one) for one in metadata]
        if texts is not None and None in texts:
            raise InvalidError('either all of many items have metadata, or none')
        ids = list(ids)
        return 'set_many', (ids, _bytes(vectors, 2, len(ids)), texts), lambda result: None

    @both
    def train(self, metric=None):
        """Makes the index for approximate searches, which near() uses from then on. Returns the measured recall."""
        return 'train', (_choice('metric', METRICS, 'cosine' if metric is None else metric),), lambda result: self.recall

    recall = property(raw.Vectors.get_recall)
    memory_limit = property(raw.Vectors.get_memory_limit, raw.Vectors.set_memory_limit)
    quantize = property(raw.Vectors.get_quantize, raw.Vectors.set_quantize)

    @both
    def get(self, id):
        """The item: (id, vector, metadata, score); a KeyError when there is none."""
        return 'get', (id,), _item

    def delete(self, id):
        """Removes an item. One that is not there is no error."""
        try:
            self.remove(id)
        except NotFoundError:
            pass

    @both
    def near(self, vector, k=10, candidate_ids=None, filters=None, metric=None, method='auto', recall=None):
        """The k nearest items, nearest first: [(id, vector, metadata, score), ...]."""
        query = near_query(vector, k, candidate_ids, filters, metric, method, recall)
        return 'search', (query,), lambda hits: [_item(hit) for hit in hits]

    def __iter__(self):
        return pages(self.items(), _item)

    def __aiter__(self):
        return self._aiter()

    async def _aiter(self):
        async for hit in self.items():
            yield _item(hit)

    def __contains__(self, id):
        return self.contains(id)
