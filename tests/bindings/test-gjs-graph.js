// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, throws} from './tap.js';

test('edges and ways', () => Beaver.scope(':memory:', db => {
    const g = db.graph('g');
    g.link('a', 'b', 'x', {since: 2021});
    g.link('b', 'c', 'x');
    g.link_many([['c', 'd', 'y'], ['e', 'a', 'x', 0]]);
    equal(g.get('a', 'b', 'x').metadata.since, 2021);
    equal(g.get('b', 'c', 'x').metadata, undefined);
    equal(g.get('e', 'a', 'x').metadata, 0);
    equal(g.get('e', 'a', 'y'), null);
    equal(g.children('a').join(), 'b');
    equal(g.parents('a').join(), 'e');
    equal([...g.edges({label: 'y'})].map(edge => edge.get_target()).join(), 'd');
    equal([...g].length, 4);
    equal(g.walk('a').map(visit => `${visit.get_depth()}${visit.get_node()}`).join(), '1b,2c,3d');
    equal(g.walk('a', {direction: 'both', labels: ['x'], depth: 1}).length, 2);
    equal(g.neighbours('a', {depth: 2}).join(), 'b,c');
    equal(g.shortest_path('e', 'd').join(), 'e,a,b,c,d');
    equal(g.shortest_path('d', 'e'), null);
    throws(() => g.walk('a', {depth: 0}), [Beaver.Error, Beaver.Error.INVALID]);
}));

test('vectors', () => Beaver.scope(':memory:', async db => {
    const v = db.vectors('v');
    for (let i = 0; i < 5; i++)
        v.set(`i${i}`, [i, 1], {i});
    await v.set_async('z', new Float32Array([100, 1]));
    equal(v.get('i2').vector.join(), '2,1');
    equal(v.get('i2').metadata.i, 2);
    equal(v.get('nobody'), null);
    equal(v.near([2, 1], {k: 2, metric: 'euclid'}).map(hit => hit.get_id()).join(), 'i2,i1');
    equal(v.near([2, 1], {metric: 'euclid', filters: [['i', '>', 2]]}).map(hit => hit.get_id()).join(), 'i3,i4');
    equal(v.near([0, 1], {candidates: []}).length, 0);
    equal((await v.near_async([99, 1], {k: 1, metric: 'euclid'}))[0].get_id(), 'z');
    equal([...v].length, 6);
    throws(() => v.set('bad', [1, 2, 3]), [Beaver.Error, Beaver.Error.INVALID]);

    // whatever holds numbers
    const part = new Float32Array([9, 9, 7, 8, 9]).subarray(2, 4);
    v.set('part', part);
    equal(v.get('part').vector.join(), '7,8');
    v.set('doubles', new Float64Array([0.5, 0.25]), null);
    equal(v.get('doubles').vector.join(), '0.5,0.25');
    v.set('bytes', v.get('part').get_vector());
    equal(v.get('bytes').vector.join(), '7,8');
    throws(() => v.set('bad', [1, NaN]), [Beaver.Error, Beaver.Error.INVALID]);
    throws(() => v.set('bad', []), [Beaver.Error, Beaver.Error.INVALID]);
    v.set_many(['m1', 'm2'], [[1, 2], new Float32Array([3, 4])], [{n: 1}, 2]);
    equal(v.get('m2').vector.join(), '3,4');
    equal(v.get('m1').metadata.n, 1);
    await v.set_many_async(['m1', 'm2'], new Float32Array([5, 6, 7, 8]));
    equal(v.get('m2').vector.join(), '7,8');
    throws(() => v.set_many(['m1', 'm2'], [[1], [2, 3]]), [Beaver.Error, Beaver.Error.INVALID]);
    throws(() => v.set_many(['m1', 'm2'], [[1, 2]]), [Beaver.Error, Beaver.Error.INVALID]);
    v.train('euclid');
    await v.train_async();
    v.quantize = false;
    equal(v.quantize, false);
    equal(v.recall, -1);
}));

test('edges as objects, one label', () => Beaver.scope(':memory:', db => {
    const g = db.graph('g');
    g.link_many([{source: 'a', target: 'b', label: 'x', metadata: {w: 1}}, ['b', 'c', 'y']]);
    equal([...g.edges({source: 'a'})].map(edge => [edge.target, edge.metadata]), [['b', {w: 1}]]);
    equal(g.walk('a', {labels: 'x'}).map(visit => visit.node), ['b']);
}));

test('names of choices that are none', () => Beaver.scope(':memory:', db => {
    const INVALID = [Beaver.Error, Beaver.Error.INVALID];
    const v = db.vectors('v');

    v.set('a', [1, 0]);
    for (const call of [() => v.near([1, 0], {metric: 'Cosine'}), () => v.near([1, 0], {method: 'lsh'}), () => v.train('x'),
        () => db.graph('g').walk('a', {direction: 'up'}), () => db.graph('g').neighbours('a', {direction: null})])
        throws(call, INVALID);
    equal(v.near([1, 0], {metric: Beaver.VectorMetric.DOT})[0].get_score(), -1);
    equal(db.graph('g').walk('a', {direction: Beaver.GraphDirection.IN}).length, 0);
}));

// a collection that is large enough for an index
test('approximate', () => Beaver.scope(':memory:', db => {
    const v = db.vectors('v');
    const all = new Float32Array(3000 * 4);
    for (let i = 0; i < all.length; i++)
        all[i] = Math.sin(i * 1.7) + Math.cos(i * 0.3) * 3;
    v.set_many([...Array(3000).keys()].map(i => `i${i}`), all);
    v.train();
    equal(v.recall >= 0.9, true);
    equal(v.near(all.subarray(40, 44), {k: 1})[0].id, 'i10');
    equal(v.near(all.subarray(40, 44), {k: 3, method: 'approximate', recall: 0.99}).length, 3);
}));

run();
