# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
from .base import both, override, raw
from .errors import InvalidError
from .manager import pages
from .values import dumps, loads


def _metadata(value):
    return None if value is None else dumps(value)


@override
class Edge(raw.Edge):
    """An edge; also to be unpacked as (source, target, label, metadata)."""

    source = property(raw.Edge.get_source)
    target = property(raw.Edge.get_target)
    label = property(raw.Edge.get_label)

    @property
    def metadata(self):
        text = self.get_metadata()
        return None if text is None else loads(text)

    def __iter__(self):
        return iter((self.source, self.target, self.label, self.metadata))

    def __repr__(self):
        return f'<Beaver.Edge {self.source!r} {self.label!r} {self.target!r}: {self.get_metadata()}>'


@override
class GraphVisit(raw.GraphVisit):
    """A node that a walk reached."""

    node = property(raw.GraphVisit.get_node)
    depth = property(raw.GraphVisit.get_depth)
    path = property(raw.GraphVisit.get_path)

    def __repr__(self):
        return f'<Beaver.GraphVisit {"/".join(self.path)}>'


DIRECTIONS = {'out': raw.GraphDirection.OUT, 'outgoing': raw.GraphDirection.OUT, 'in': raw.GraphDirection.IN,
              'incoming': raw.GraphDirection.IN, 'both': raw.GraphDirection.BOTH}


def _direction(direction):
    if isinstance(direction, raw.GraphDirection):
        return direction
    if direction not in DIRECTIONS:
        raise InvalidError(f'the direction is out, in or both, not {direction!r}')
    return DIRECTIONS[direction]


def _labels(labels):
    return [labels] if isinstance(labels, str) else None if labels is None else list(labels)


def _depth(depth):
    return -1 if depth is None else depth


@override
class Graph(raw.Graph):
    """Nodes and the labelled edges between them."""

    @both
    def link(self, source, target, label, metadata=None):
        """Makes an edge. Any metadata but None is kept."""
        return 'link', (source, target, label, _metadata(metadata)), lambda result: None

    @both
    def link_many(self, edges):
        """Makes many edges in one transaction: (source, target, label) or (source, target, label, metadata) each."""
        made = [edge if isinstance(edge, raw.Edge) else
                Edge.new(edge[0], edge[1], edge[2], _metadata(edge[3] if len(edge) > 3 else None)) for edge in edges]
        return 'link_many', (made,), lambda result: None

    @both
    def unlink(self, source, target, label):
        return 'unlink', (source, target, label), lambda result: None

    @both
    def get(self, source, target, label):
        """The edge; a KeyError when there is none."""
        return 'get', (source, target, label), None

    @both
    def children(self, source, label=None):
        """The nodes to which edges go from source, once for each edge."""
        return 'children', (source, label or None), None

    @both
    def parents(self, target, label=None):
        """The nodes from which edges go to target, once for each edge."""
        return 'parents', (target, label or None), None

    def edges(self, source=None, label=None, target=None):
        """Goes over edges: of all, or of a source, a target, a label."""
        return pages(self._c['edges'](self, source, target, label or None), lambda edge: edge)

    def __iter__(self):
        return self.edges()

    def __aiter__(self):
        return self._c['edges'](self, None, None, None).__aiter__()

    def __contains__(self, edge):
        return self.linked(*edge)

    @both
    def walk(self, start, labels=None, depth=None, direction='out', limit=None):
        """Who can be reached, nearest first: objects with node, depth and path."""
        return 'walk', (start, _direction(direction), _labels(labels), _depth(depth), -1 if limit is None else limit), None

    @both
    def neighbours(self, node, depth=1, labels=None, direction='out'):
        """The nodes within so many steps, nearest first."""
        return 'neighbours', (node, _direction(direction), _labels(labels), _depth(depth)), None


    @both
    def shortest_path(self, source, target, labels=None, depth=None, direction='out'):
        """The nodes of a shortest way, both ends included; None when there is none."""
        return 'shortest_path', (source, target, _direction(direction), _labels(labels), _depth(depth)), \
            lambda path: path or None
