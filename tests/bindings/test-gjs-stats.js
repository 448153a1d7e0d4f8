// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, ok} from './tap.js';

test('statistics are properties', () => {
    const db = new Beaver.Db(':memory:');
    const before = db.stats;
    db.dict('d').set('a', 1);
    equal(db.stats.writes, before.writes + 1);
    ok(db.stats.memory > 0, `${db.stats}`);
    ok(`${db.stats}`.includes('writes: '), `${db.stats}`);
    ok(`${Beaver.Stats.prototype}` === 'Beaver.Stats', 'prototype');
    db.slow_operation_threshold = 1e6;
    db.dict('d').set('a', 2);
    equal(db.stats.slow_operations, 0);
    db.close();
    ok(db.stats.writes >= 2, 'after the close');
    equal(db.stats.connections, 0);
});

run();
