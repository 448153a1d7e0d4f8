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
}));

run();
