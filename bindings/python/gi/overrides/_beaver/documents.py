# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents and their search, and the queries that dicts and logs answer too."""
import asyncio
import json
import math

from .base import both, override, raw
from .errors import InvalidError
from .manager import pages
from .values import dumps
from .vectors import near_query

_OPERATORS = {'==': raw.Operator.EQUAL, '!=': raw.Operator.NOT_EQUAL, '<': raw.Operator.LESS, '<=': raw.Operator.LESS_EQUAL,
              '>': raw.Operator.GREATER, '>=': raw.Operator.GREATER_EQUAL, 'in': raw.Operator.IN,
              'between': raw.Operator.BETWEEN, 'contains': raw.Operator.CONTAINS, 'exists': raw.Operator.EXISTS}


class Document:
    """An id and a body, which is any value."""

    __slots__ = ('id', 'body')

    def __init__(self, id=None, body=None):
        self.id, self.body = id, body

    def __eq__(self, other):
        return isinstance(other, Document) and (self.id, self.body) == (other.id, other.body)

    __hash__ = None

    def __repr__(self):
        return f'Document(id={self.id!r}, body={self.body!r})'


class Hit(tuple):
    """What a search has found: (document, score), and the snippet that was asked for with the path of its field."""

    def __new__(cls, document, score, snippet=None, path=None):
        self = super().__new__(cls, (document, score))
        self.document, self.score, self.snippet, self.path = document, score, snippet, path
        return self

    def __getnewargs__(self):
        return self.document, self.score, self.snippet, self.path


class Filter:
    """A condition: q("year") > 1992."""

    def __init__(self, path, operator, value):
        if operator not in _OPERATORS:
            raise InvalidError(f'{operator!r} is no operator; use one of {", ".join(_OPERATORS)}')
        self.path, self.operator, self.value = path, operator, value

    def __repr__(self):
        return f'Filter({self.path!r}, {self.operator!r}, {self.value!r})'

    def __bool__(self):
        raise TypeError('a condition has no truth; give several of them to where()')


class Field:
    """The name of a field; attributes append to it: q("author").name, q().author.name."""

    def __init__(self, path=''):
        self._path = path

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Field(f'{self._path}.{name}' if self._path else name)

    def __getitem__(self, index):
        return Field(f'{self._path}[{index}]' if index >= 0 else f'{self._path}[#{index}]')

    def __eq__(self, value):
        return Filter(self._path, '==', value)

    def __ne__(self, value):
        return Filter(self._path, '!=', value)

    def __lt__(self, value):
        return Filter(self._path, '<', value)

    def __le__(self, value):
        return Filter(self._path, '<=', value)

    def __gt__(self, value):
        return Filter(self._path, '>', value)

    def __ge__(self, value):
        return Filter(self._path, '>=', value)

    __hash__ = None

    def is_in(self, values):
        return Filter(self._path, 'in', list(values))

    def between(self, least, greatest):
        return Filter(self._path, 'between', [least, greatest])

    def contains(self, value):
        return Filter(self._path, 'contains', value)

    def exists(self, exists=True):
        return Filter(self._path, 'exists', bool(exists))


def q(path=None):
    """A field to compare: q("year") > 1992, q().author.name == "Guido"."""
    return Field(path if isinstance(path, str) else '')


def _sorting(sort):
    """{path: direction} of that, or of a path, or of several; a path with a minus in front goes down."""
    if sort is None or isinstance(sort, dict):
        return sort or {}
    paths = [sort] if isinstance(sort, str) else list(sort)
    if not all(isinstance(path, str) for path in paths):
        raise TypeError(f'paths to sort by are texts, not {paths!r}')
    return {path.removeprefix('-'): 'DESC' if path.startswith('-') else 'ASC' for path in paths}


def make_query(where=None, sort=None, limit=None, offset=None):
    query = Query.new()
    for condition in [where] if isinstance(where, Filter) else where or ():
        if isinstance(condition, (tuple, list)) and len(condition) == 3:
            condition = Filter(*condition)
        if not isinstance(condition, Filter):
            raise TypeError(f'{condition!r} is no condition; write q("field") == value')
        query.where(condition.path, _OPERATORS[condition.operator], dumps(condition.value))
    for field, direction in _sorting(sort).items():
        if not isinstance(direction, str) or direction.upper() not in ('ASC', 'DESC'):
            raise InvalidError(f'the direction of a sort is ASC or DESC, not {direction!r}')
        query.sort(field, direction.upper() == 'DESC')
    if limit is not None:
        query.set_limit(limit)
    if offset is not None:
        query.set_offset(offset)
    return query


@override
class Query(raw.Query):
    """What to look for; Documents.query() is easier."""


class Search:
    """A query of a collection, step by step: docs.query().fts("beaver").where(q("year") > 1992).limit(10).execute()."""

    def __init__(self, documents):
        self._documents, self._where, self._sort, self._steps = documents, [], {}, []
        self._limit = self._offset = None

    def _step(self, function):
        self._steps.append(function)
        return self

    def fts(self, query, on=None, raw=True, strict=False):
        """Words to find; with raw=False they are plain text, in which nothing has a meaning."""
        def step(target):
            _set_text(target, query, on, raw)
            target.set_strict(strict)
        return self._step(step)

    def fuzzy(self, query):
        return self._step(lambda target: target.set_fuzzy_text(query))

    def fuzziness(self, distance):
        return self._step(lambda target: target.set_fuzziness(distance))

    def near(self, vectors, vector, k=10, weight=1.0, **how):
        """What is near by its vector, too: vectors hold one under the id of a document. With words, both results are fused,
        and weight says how much this one counts. how: metric, method and so on, as Vectors.near() has them."""
        query = near_query(vector, k, **how)
        return self._step(lambda target: target.set_near(vectors, query, weight))

    def snippet(self, before='', after='', words=0):
        return self._step(lambda target: target.set_snippet(before, after, words))

    def where(self, *filters):
        self._where += filters
        if not all(isinstance(item, Filter) for item in filters):
            raise TypeError('where() takes conditions: q("field") == value')
        return self

    def sort(self, *paths, **fields):
        """By one field after the other: sort("year", "-author.name") or sort(year="asc", title="desc")."""
        self._sort.update({**_sorting(paths), **fields})
        return self

    def limit(self, n):
        self._limit = n
        return self

    def offset(self, n):
        self._offset = n
        return self

    def build(self):
        """The Beaver.Query."""
        query = make_query(self._where, self._sort, self._limit, self._offset)
        for step in self._steps:
            step(query)
        return query

    def execute(self):
        """[(document, score), ...]; the score is None when nothing was searched for. Of a snippet each hit has the attributes
        snippet and path."""
        return self._documents._hits(self._documents._c['search'](self._documents, self.build()))

    async def execute_async(self):
        return self._documents._hits(await self._documents._c['search_async'](self._documents, self.build()))

    def explain(self):
        return self._documents.explain(self.build())


def _set_text(query, text, on, is_raw):
    query.set_text(text)
    query.set_syntax(raw.QuerySyntax.FTS5 if is_raw else raw.QuerySyntax.PLAIN)
    if on is not None:
        query.set_fields([on] if isinstance(on, str) else list(on))


def _flags(fts, fuzzy):
    flags = raw.IndexFlags.NONE
    if fts:
        flags |= raw.IndexFlags.TEXT
    if fuzzy:
        flags |= raw.IndexFlags.FUZZY
    return flags


def _parts(document, id, body):
    if hasattr(document, 'body') and hasattr(document, 'id'):
        return (document.id if id is None else id), document.body
    if document is not None:
        return id, document
    if body is None:
        raise ValueError('index() needs a document or a body')
    return id, body


@override
class Documents(raw.Documents):
    """JSON documents that can be searched."""

    def _document(self, document):
        return None if document is None else Document(document.get_id(), self._loads(document.get_body()))

    def _hits(self, hits):
        found = []
        for hit in hits:
            score = hit.get_score()
            found.append(Hit(Document(hit.get_id(), self._loads(hit.get_body())), None if math.isnan(score) else score,
                             hit.get_snippet(), hit.get_path()))
        return found

    @both
    def index(self, document=None, id=None, body=None, fts=True, fuzzy=False):
        """Stores a document: something with an id and a body, or the body itself. fts: True, False, or a list of paths."""
        id, body = _parts(document, id, body)
        text = self._dumps(body)
        if isinstance(fts, (list, tuple, set, frozenset)):
            return 'index_fields', (id, text, _flags(True, fuzzy), sorted(fts)), self._document
        return 'index', (id, text, _flags(fts, fuzzy)), self._document

    @both
    def get(self, id):
        """The document with that id; KeyError without."""
        return 'get', (id,), self._document

    def __getitem__(self, id):
        return self.get(id).body

    def __contains__(self, id):
        return isinstance(id, str) and '\0' not in id and self.contains(id)

    @both
    def get_many(self, ids):
        """Those of the ids that exist."""
        return 'get_many', (list(ids),), lambda documents: [self._document(document) for document in documents]

    @both
    def drop(self, document):
        """Removes a document, given itself or by its id. It need not exist."""
        return 'drop', (document if isinstance(document, str) else document.id,), lambda result: None

    def query(self):
        return Search(self)

    @both
    def search(self, query=None, on=None, fuzzy=False, *, where=None, sort=None, limit=None, offset=None, raw=True,
               fuzziness=0, vectors=None, near=None, k=10, weight=1.0, strict=False):
        """[(document, score), ...]. The query has the syntax of FTS5; with raw=False it is plain text that never fails.
        vectors and near (a vector): hybrid search, for the words and for the k documents that are nearest."""
        if isinstance(query, Query):
            return 'search', (query,), self._hits
        target = make_query(where, sort, limit, offset)
        if query and fuzzy:
            target.set_fuzzy_text(query)
        elif query:
            _set_text(target, query, on, raw)
            target.set_fuzziness(fuzziness)
        target.set_strict(strict)
        if vectors is not None or near is not None:
            target.set_near(vectors, near_query(near, k) if near is not None else None, weight)
        return 'search', (target,), self._hits

    def match(self, query, on=None, top_k=10, fuzziness=0):
        """As in beaver-db 1.3: plain words, up to fuzziness characters wrong."""
        return self.search(query, on, limit=top_k, raw=False, fuzziness=fuzziness)

    def __iter__(self):
        return pages(self.items(), self._document)

    async def __aiter__(self):
        async for document in self.items():
            yield self._document(document)

    def batched(self):
        """with docs.batched() as batch: batch.index(...); written in one transaction at the end, nothing on an exception."""
        return DocumentsBatch(self)


class DocumentsBatch:
    def __init__(self, documents):
        self._documents, self._batch = documents, documents.create_batch()

    def index(self, document=None, id=None, body=None, fts=True, fuzzy=False):
        """Adds a document; returns its id."""
        id, body = _parts(document, id, body)
        fields = sorted(fts) if isinstance(fts, (list, tuple, set, frozenset)) else None
        return self._batch.index(id, self._documents._dumps(body), _flags(fts, fuzzy), fields)

    def drop(self, document):
        self._batch.drop(document if isinstance(document, str) else document.id)

    def __len__(self):
        return self._batch.get_size()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None:
            self._batch.apply()
        else:
            self._batch.discard()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, traceback):
        if kind is None:
            await asyncio.to_thread(self._batch.apply)
        else:
            self._batch.discard()


def rerank(lists, weights=None, k=60):
    """Reciprocal rank fusion of several results: [(document, score), ...], the best first."""
    lists = [list(result) for result in lists]
    weights = [1.0] * len(lists) if weights is None else list(weights)
    if len(weights) != len(lists):
        raise InvalidError(f'{len(lists)} results need as many weights, not {len(weights)}')
    scores, documents = {}, {}
    for result, weight in zip(lists, weights):
        for rank, item in enumerate(result):
            document = item[0] if isinstance(item, tuple) else item
            documents.setdefault(document.id, document)
            scores[document.id] = scores.get(document.id, 0.0) + weight / (k + rank)
    return [(documents[id], score) for id, score in sorted(scores.items(), key=lambda item: -item[1])]
