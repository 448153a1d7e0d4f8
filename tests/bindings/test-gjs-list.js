// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, throws} from './tap.js';

const list = body => () => Beaver.scope(':memory:', db => body(db.list('l'), db));

test('a list of any values', list(l => {
    const values = [1, 'ñ', null, {a: [true]}];
    equal(l.push_many(values), 4);
    l.push('end');
    l.prepend('front');
    l.insert(1, 'second');
    equal(JSON.stringify([...l]), JSON.stringify(['front', 'second', ...values, 'end']));
    equal([...l.values_backward()][0], 'end');
    equal(l.get(-1), 'end');
    equal(l.get(99), undefined);
    equal(l.get(4), null);
    equal(l.includes({a: [true]}), true);
    equal(l.index_of('ñ'), 3);
    equal(l.index_of('nowhere'), -1);
    equal(JSON.stringify(l.slice(-2, 1)), '[{"a":[true]}]');
    // GJS would take the item at 0
    for (const bad of [0.5, NaN, undefined, 'x']) {
        for (const call of [() => l.get(bad), () => l.set(bad, 1), () => l.insert(bad, 1), () => l.remove(bad),
            () => l.slice(0, bad === undefined ? null : bad)])
            throws(call, [Beaver.Error, Beaver.Error.INVALID]);
    }
    l.set(0, 'first');
    equal(l.shift(), 'first');
    equal(l.pop(), 'end');
    l.remove(0);
    equal(l.count(), 4);
    throws(() => l.remove(9), [Beaver.Error, Beaver.Error.NOT_FOUND]);
}));

test('batches and promises', list(async l => {
    const batch = l.create_batch();
    batch.push(1);
    batch.prepend(0);
    equal(batch.apply(), 2);
    await l.push_async(2);
    equal(await l.pop_async(), 2);
    const seen = [];
    for await (const value of l)
        seen.push(value);
    equal(seen.join(), '0,1');
}));

run();
