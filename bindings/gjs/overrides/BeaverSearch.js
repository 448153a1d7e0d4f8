// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What can be searched, for JavaScript: documents, queries, graphs and vectors. Beaver.js calls install().
/* exported install */

const {GLib} = imports.gi;

let Beaver;
let choice, from_json, getters, invalid, natural, nothing, only, to_json;

function init_graph() {
    const proto = Beaver.Graph.prototype;
    const {edges} = proto;
    const directions = {out: 0, in: 1, both: 2};
    const maybe = value => value === undefined ? null : to_json(value);
    const way = (what, options, usual = -1) => {
        const {direction = 'out', labels = null, depth = usual} =
            only(what, options, ['direction', 'labels', 'depth', 'cancellable', ...what === 'walk()' ? ['limit'] : []]);
        return [choice('direction', directions, direction), typeof labels === 'string' ? [labels] : labels, depth];
    };
    // an edge, [source, target, label, metadata] or {source, target, label, metadata}
    const edge = one => {
        if (one instanceof Beaver.Edge)
            return one;
        const {source, target, label, metadata} = Array.isArray(one)
            ? {source: one[0], target: one[1], label: one[2], metadata: one[3]} : only('an edge', one, ['source', 'target', 'label', 'metadata']);
        return Beaver.Edge.new(source, target, label, maybe(metadata));
    };
    const one_step = (node, label, cancellable = null) => [node, label ?? null, cancellable];

    getters(Beaver.Edge, {
        metadata() {
            return from_json(this.get_metadata());
        },
    });
    natural(Beaver.Graph, {
        link: ['link', (source, target, label, metadata, cancellable = null) =>
            [source, target, label, maybe(metadata), cancellable], nothing],
        link_many: ['link_many', (all, cancellable = null) => [Array.from(all, edge), cancellable], nothing],
        get: ['lookup', (source, target, label, cancellable = null) => [source, target, label, cancellable]],
        children: ['children', one_step],
        parents: ['parents', one_step],
        walk: ['walk', (start, options = {}) =>
            [start, ...way('walk()', options), options.limit ?? -1, options.cancellable ?? null]],
        neighbours: ['neighbours', (node, options = {}) =>
            [node, ...way('neighbours()', options, 1), options.cancellable ?? null]],
        shortest_path: ['shortest_path', (source, target, options = {}) =>
            [source, target, ...way('shortest_path()', options), options.cancellable ?? null], path => path?.length ? path : null],
    });
    proto.edges = function (options = {}) {
        const {source = null, target = null, label = null} = only('edges()', options, ['source', 'target', 'label']);
        return edges.call(this, source, target, label);
    };
    proto[Symbol.iterator] = function () {
        return this.edges()[Symbol.iterator]();
    };
    proto[Symbol.asyncIterator] = function () {
        return this.edges()[Symbol.asyncIterator]();
    };
}

const VECTOR_METRICS = {cosine: 0, euclid: 1, manhattan: 2, dot: 3};
const VECTOR_METHODS = {auto: 0, exact: 1, approximate: 2};

// float32 in the order of bytes of the machine, which is that of the file wherever GJS runs
function to_vector(vector) {
    if (vector instanceof GLib.Bytes)
        return vector;
    const numbers = vector instanceof Float32Array ? vector : Float32Array.from(vector);
    return new GLib.Bytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

// an array of vectors, or all their numbers in one typed array
function to_vectors(vectors, n) {
    if (vectors instanceof GLib.Bytes || ArrayBuffer.isView(vectors))
        return to_vector(vectors);
    const rows = [...vectors].map(one => Float32Array.from(one));
    if (rows.some(row => row.length !== rows[0].length))
        throw invalid('the vectors are not of one length');
    if (rows.length !== n)
        throw invalid(`${n} ids and ${rows.length} vectors do not go together`);
    const all = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
    rows.forEach((row, i) => all.set(row, i * row.length));
    return to_vector(all);
}

const NEAR_OPTIONS = ['k', 'metric', 'method', 'recall', 'candidates', 'filters'];

function near_query(vector, {k = 10, metric = 'cosine', method = 'auto', recall, candidates, filters = []}) {
    const wanted = Beaver.VectorQuery.new(to_vector(vector), k);
    wanted.set_metric(choice('metric', VECTOR_METRICS, metric));
    wanted.set_method(choice('method', VECTOR_METHODS, method));
    if (recall !== undefined)
        wanted.set_recall(recall);
    if (candidates)
        wanted.set_candidates([...candidates]);
    for (const [path, comparison, value] of filters)
        wanted.add_filter(path, comparison, to_json(value));
    return wanted;
}

function init_vectors() {
    const proto = Beaver.Vectors.prototype;
    const query = (vector, options = {}) =>
        [near_query(vector, only('near()', options, [...NEAR_OPTIONS, 'cancellable'])), options.cancellable ?? null];

    getters(Beaver.VectorHit, {
        vector() {
            const bytes = this.get_vector().toArray();
            return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
        },
        metadata() {
            return from_json(this.get_metadata());
        },
    });
    natural(Beaver.Vectors, {
        set: ['set', (id, vector, metadata, cancellable = null) =>
            [id, to_vector(vector), metadata === undefined ? null : to_json(metadata), cancellable], nothing],
        get: ['lookup', (id, cancellable = null) => [id, cancellable]],
        has: ['contains', (id, cancellable = null) => [id, cancellable]],
        set_many: ['set_many', (ids, vectors, metadata = null, cancellable = null) => {
            const all = [...ids];
            return [all, to_vectors(vectors, all.length), metadata && [...metadata].map(to_json), cancellable];
        }, nothing],
        train: ['train', (metric = 'cosine', cancellable = null) => [choice('metric', VECTOR_METRICS, metric), cancellable], nothing],
        near: ['search', query],
    });
    proto[Symbol.iterator] = function () {
        return this.items()[Symbol.iterator]();
    };
    proto[Symbol.asyncIterator] = function () {
        return this.items()[Symbol.asyncIterator]();
    };
}

const QUERY_OPTIONS = ['text', 'plain', 'strict', 'fields', 'fuzzy', 'fuzziness', 'where', 'sort', 'limit', 'offset', 'snippet', 'near'];

function init_documents() {
    const flags = (fts, fuzzy) => (fts ? Beaver.IndexFlags.TEXT : 0) | (fuzzy ? Beaver.IndexFlags.FUZZY : 0);
    // a text, a Beaver.Query, or {text, plain, strict, fields, fuzzy, fuzziness, where: [[path, op, value]], sort: [path], limit, offset,
    // snippet: {before, after, words}, near: {vectors, vector, k, weight, metric, method, recall, candidates, filters}}; a path to sort by with a minus in front
    // goes down
    const operators = {'==': 0, '!=': 1, '<': 2, '<=': 3, '>': 4, '>=': 5, in: 6, between: 7, contains: 8, exists: 9};
    const query = wanted => {
        if (wanted === null || wanted === undefined || wanted instanceof Beaver.Query)
            return wanted ?? null;
        const {text = null, plain = true, strict = false, fields = null, fuzzy = null, fuzziness = 0, where = [], sort = [],
            limit = -1, offset = 0, near = null, snippet = null} =
            typeof wanted === 'string' ? {text: wanted} : only('a query', wanted, QUERY_OPTIONS);
        const made = Beaver.Query.new();
        made.set_text(text);
        made.set_syntax(plain ? Beaver.QuerySyntax.PLAIN : Beaver.QuerySyntax.FTS5);
        made.set_strict(strict);
        made.set_fields(fields);
        made.set_fuzzy_text(fuzzy);
        made.set_fuzziness(fuzziness);
        for (const [path, op, value] of typeof where[0] === 'string' ? [where] : where)
            made.where(path, choice('operator', operators, op), value === undefined ? null : to_json(value));
        for (const path of typeof sort === 'string' ? [sort] : sort)
            made.sort(path.replace(/^-/, ''), path.startsWith('-'));
        made.set_limit(limit);
        made.set_offset(offset);
        if (snippet !== null) {
            only('a snippet', snippet, ['before', 'after', 'words']);
            made.set_snippet(snippet.before ?? null, snippet.after ?? null, snippet.words ?? 0);
        }
        if (near !== null) {
            only('near', near, [...NEAR_OPTIONS, 'vectors', 'vector', 'weight']);
            made.set_near(near.vectors ?? null, near_query(near.vector, near), near.weight ?? 1);
        }
        return made;
    };
    const document = (body, options) => {
        const {id = null, fts = true, fuzzy = false} = only('put()', options, ['id', 'fts', 'fuzzy']);
        return [id, to_json(body), flags(fts, fuzzy)];
    };
    const asked = (wanted = null, cancellable = null) => [query(wanted), cancellable];

    for (const klass of [Beaver.Document, Beaver.Hit]) {
        getters(klass, {
            body() {
                return from_json(this.get_body());
            },
        });
    }
    natural(Beaver.Documents, {
        // put(body), put(body, {id, fts, fuzzy})
        put: ['index', (body, options = {}, cancellable = null) => [...document(body, options), cancellable]],
        get: ['lookup', (id, cancellable = null) => [id, cancellable], document => document ?? undefined],
        has: ['contains', (id, cancellable = null) => [id, cancellable]],
        search: ['search', asked],
    });
    natural(Beaver.Dict, {query: ['query', asked]});
    natural(Beaver.Log, {query: ['query', asked]});
    natural(Beaver.DocumentsBatch, {
        put: ['index', (body, options = {}) => [...document(body, options), null]],
    });
    natural(Beaver.Db, {docs: ['get_documents', name => [name]]});
    Beaver.Documents.prototype[Symbol.iterator] = function () {
        return this.items()[Symbol.iterator]();
    };
    Beaver.Documents.prototype[Symbol.asyncIterator] = function () {
        return this.items()[Symbol.asyncIterator]();
    };
}

function install(namespace, tools) {
    Beaver = namespace;
    ({choice, from_json, getters, invalid, natural, nothing, only, to_json} = tools);
    init_documents();
    init_graph();
    init_vectors();
}
