// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Opening, values, dicts, transactions: what the override makes of them.

import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {test, run, equal, ok, throws, rejects} from './tap.js';
import {with_path} from './gjs-file.js';

const INVALID = [Beaver.Error, Beaver.Error.INVALID];
const CLOSED = [Beaver.Error, Beaver.Error.CLOSED];
const NOT_FOUND = [Beaver.Error, Beaver.Error.NOT_FOUND];

// with a dict of a database in memory
const dict = body => () => Beaver.scope(':memory:', db => body(db.dict('d'), db));

test('the override is loaded, also by imports.gi', () => {
    equal(typeof Beaver.scope, 'function');
    ok(imports.gi.Beaver === Beaver);
});

test('new opens or throws', () => with_path(path => {
    const db = new Beaver.Db({path, synchronous: true});
    equal(db.closed, false);
    equal(db.path, path);
    equal(db.synchronous, true);
    db.close();
    equal(db.closed, true);

    const short = new Beaver.Db(path);
    ok(!short.is_closed());
    short.close();
    ok(Beaver.Db.open(path).close());

    throws(() => new Beaver.Db({path: `${path}/is/no/folder`}), [Beaver.Error, Beaver.Error.IO]);
    throws(() => new Beaver.Db(), INVALID);
    throws(() => new Beaver.Db({nonsense: 1}), Error);
}));

test('what cannot be read can be deleted', () => with_path(async path => {
    const db = new Beaver.Db(path), other = new Beaver.Db(path);
    const vault = db.dict('vault', {secret: 'correct horse'});
    for (const key of 'abc')
        vault.set(key, 1);

    const sealed = other.dict('vault');
    throws(() => sealed.get('a'), [Beaver.Error, Beaver.Error.SECRET]);
    ok(sealed.delete('a') && await sealed.delete_async('b'));
    ok(!sealed.delete('a') && !await sealed.delete_async('b'));
    equal([...vault.keys()], ['c']);
    other.close();
    throws(() => sealed.delete('c'), CLOSED);
    await rejects(sealed.delete_async('c'), CLOSED);
    db.close();
}));

test('a dict with a secret', () => with_path(async path => {
    const db = new Beaver.Db(path);
    const vault = db.dict('vault', {secret: 'correct horse'});
    vault.set('a', {p: 1});
    equal(vault.get('a'), {p: 1});
    throws(() => db.dict('vault', {secret: 'another'}), [Beaver.Error, Beaver.Error.CONFLICT]);
    db.close();
    const again = new Beaver.Db(path);
    throws(() => again.dict('vault').get('a'), [Beaver.Error, Beaver.Error.SECRET]);
    equal(again.dict('vault', {secret: 'correct horse'}).get('a'), {p: 1});
    again.close();

    const secret = Beaver.Secret.new('hunter2');
    ok(secret.matches('hunter2') && !secret.matches('hunter3'));
}));

test('open_async gives a promise', () => with_path(async path => {
    const db = await Beaver.Db.open_async(path);
    db.dict('d').set('a', 1);
    await db.close_async();
    const again = await Beaver.Db.open_async({path, synchronous: true});
    equal(again.synchronous, true);
    equal(again.dict('d').get('a'), 1);
    again.close();
    await rejects(Beaver.Db.open_async(`${path}/is/no/folder`), [Beaver.Error, Beaver.Error.IO]);
    await rejects(Beaver.Db.open_async({path: `${path}/is/no/folder`}), [Beaver.Error, Beaver.Error.IO]);
    const cancelled = new Gio.Cancellable();
    cancelled.cancel();
    await rejects(Beaver.Db.open_async(path, cancelled), [Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED]);
}));

const VALUES = [
    null, true, false, 0, -1, 1.5, 1e300, 5e-324, 2 ** 53 - 1, -(2 ** 53 - 1), '', 'dark', 'ñ \u{1f9ab} \u2028', 'a\0b', '\ud800', '"\\',
    [], [[]], [1, 'two', null, {three: 3}], {}, {a: {b: [{c: null}]}}, {'': 1, 'ñ': 2},
];

test('values come back as they were', dict(async d => {
    for (const [i, value] of VALUES.entries()) {
        d.set(`${i}`, value);
        equal(d.get(`${i}`), value);
        await d.set_async('async', value);      // eslint-disable-line no-await-in-loop
        equal(await d.get_async('async'), value);       // eslint-disable-line no-await-in-loop
    }
    d.set('zero', -0);
    equal(d.get('zero') === 0, true);
    d.set('date', new Date(0));
    equal(d.get('date'), '1970-01-01T00:00:00.000Z');
    d.set('undefined', {a: undefined, b: 1});
    equal(d.get('undefined'), {b: 1});
}));

test('absent is undefined, a stored null is null', dict(async d => {
    equal(d.get('nobody'), undefined);
    equal(await d.get_async('nobody'), undefined);
    d.set('null', null);
    equal(d.get('null'), null);
    equal(d.pop('nobody'), undefined);
    throws(() => d.get_json('nobody'), NOT_FOUND);
}));

test('what is no value is refused and nothing written', dict(async d => {
    const loop = {};
    loop.loop = loop;
    d.set('k', 'before');
    for (const value of [undefined, NaN, Infinity, -Infinity, [NaN], {a: {b: Infinity}}, () => 1, Symbol('s'), new Map([[1, 2]]),
        [new Set()], {bytes: new Uint8Array(3)}, new ArrayBuffer(1), [10n]]) {
        throws(() => d.set('k', value), INVALID);
        await rejects(d.set_async('k', value), INVALID);        // eslint-disable-line no-await-in-loop
    }
    throws(() => d.set('k', loop), TypeError);
    equal(d.get('k'), 'before');
}));

test('keys and names are whole or refused', dict(async (d, db) => {
    const cut = Beaver.Dict.prototype;
    d.set('a', 1);
    for (const bad of ['a\0b', '\0', 'a\ud800', '\udc00b']) {
        for (const call of [() => d.set(bad, 1), () => d.get(bad), () => d.has(bad), () => d.delete(bad), () => d.pop(bad),
            () => d.set_json(bad, '1'), () => d.lookup(bad), () => d.keys(bad), () => d.get_many(['a', bad]),
            () => d.set_many({[bad]: 1}), () => d.set_string('k', bad), () => db.dict(bad), () => db.get_log(bad),
            () => db.emit_event(bad, 'e'), () => d.increment(bad), () => d.create_batch().set(bad, 1)])
            throws(call, INVALID);
        await rejects(d.get_async(bad), INVALID);       // eslint-disable-line no-await-in-loop
        await rejects(d.set_json_async(bad, '1', null), INVALID);       // eslint-disable-line no-await-in-loop
        throws(() => d.lookup_json_async(bad, null, () => 0), INVALID);
    }
    for (const fine of ['', ' ', 'ñ', '\u{1f9ab}', 'a%', "it's", 'a\nb']) {
        d.set(fine, fine);
        equal(d.get(fine), fine);
    }
    throws(() => d.set(5, 1), Error);
    throws(() => d.set(null, 1), Error);
    throws(() => db.dict(''), INVALID);
    ok(cut === Beaver.Dict.prototype);
}));

test('numbers of Python and beyond 2^53', dict(d => {
    d.set('big', 2n ** 60n + 1n);
    equal(d.get_json('big'), '1152921504606846977');
    equal(BigInt(d.get_json('big')) === 2n ** 60n + 1n, true);
    equal(d.get('big'), 2 ** 60);       // as JSON.parse() rounds it
    equal(Beaver.json_normalize('9223372036854775808'), '9223372036854775808');
}));

test('NaN and infinities that Python wrote are read', () => with_path(path => {
    const source = GLib.getenv('BEAVER_TEST_DATA');
    Gio.File.new_for_path(`${source}/dicts.db`).copy(Gio.File.new_for_path(path), 0, null, null);
    Beaver.scope(path, db => {
        let read = 0;
        for (const name of db.get_dict_names()) {
            let entries;
            try {
                entries = [...db.dict(name)];
            } catch (error) {
                ok(error.matches(Beaver.Error, Beaver.Error.SECRET), error);
                continue;
            }
            for (const [key, value] of entries) {
                ok(value !== undefined, key);
                read++;
            }
        }
        ok(read > 10, `${read} entries`);
    });
}));

test('a dict is like a Map', dict(async d => {
    d.set_many({b: 2, a: 1});
    d.set_many([['c', 3]]);
    d.set_many(new Map([['d', [4]]]));
    equal([...d], [['a', 1], ['b', 2], ['c', 3], ['d', [4]]]);
    equal([...d.keys()], ['a', 'b', 'c', 'd']);
    equal([...d.values()], [1, 2, 3, [4]]);
    equal([...d.entries('c')], [['c', 3]]);
    equal(Object.fromEntries(d), {a: 1, b: 2, c: 3, d: [4]});
    equal(d.count(), 4);
    equal(d.has('a'), true);
    equal(d.delete('a'), true);
    equal(d.delete('a'), false);
    equal(await d.delete_async('b'), true);
    equal(await d.has_async('b'), false);
    equal(d.pop('d'), [4]);
    equal(await d.pop_async('d'), undefined);
    equal([...d.get_many(['c', 'nobody'])], [['c', 3]]);
    equal(d.get_or_set('n', {first: 1}), {first: 1});
    equal(d.get_or_set('n', {first: 2}), {first: 1});
    equal(d.compare_and_set('n', {first: 1}, 'other'), true);
    equal(d.compare_and_set('n', {first: 1}, 'third'), false);
    equal(await d.compare_and_set_async('n', {first: 1}, 'third'), false);
    equal(await d.compare_and_set_async('n', 'other', 'third'), true);
    equal(d.compare_and_set('n', undefined, 1), false);
    equal(d.compare_and_set('new', undefined, 1), true);
    equal(d.compare_and_set('new', 1, undefined), true);
    equal(d.has('new'), false);
    equal(d.increment('i'), 1);
    equal(await d.increment_async('i', 41), 42);
    equal(d.increment_double('f', 0.5), 0.5);
    // no fraction is cut off
    equal([d.increment('f', 1.5), await d.increment_async('f', -0.25), d.increment('i', 0.5)], [2, 1.75, 42.5]);
    throws(() => d.increment('i', NaN), INVALID);
    d.update({u: 1, v: [2]});
    equal(d.get('v'), [2]);
    const batch = d.create_batch();
    batch.set('x', {y: 1});
    batch.remove('u');
    equal(batch.get_size(), 2);
    equal(batch.apply(), 2);
    equal(d.get('x'), {y: 1});
    const entry = d.lookup('x');
    equal(entry.key, 'x');
    equal(entry.value, {y: 1});
    equal(entry.get_value(), '{"y": 1}');
    equal(d.clear() > 0, true);
    equal([...d], []);
}));

test('entries expire', dict(d => {
    d.set('k', 1, 1000);
    ok(d.get_ttl('k') > 900);
    d.set('k', 2);
    throws(() => d.set('k', 1, -1), INVALID);
    throws(() => d.set('k', 1, NaN), INVALID);
    equal(d.get('k'), 2);
}));

test('iteration goes through any number of entries, and stops where it is told', dict(async d => {
    const n = 2500, want = Array.from({length: n}, (_, i) => `${i}`.padStart(5, '0'));
    d.set_many(want.map((key, i) => [key, i]));
    equal([...d.keys()], want);
    const got = [];
    for await (const [key, value] of d)
        got.push(key === want[value] ? key : `${key} is ${value}`);
    equal(got, want);

    const cursor = d.items();
    for (const entry of cursor) {
        if (entry.key === want[3])
            break;
    }
    equal(cursor.closed, true);
    const other = d.items();
    throws(() => {
        for (const entry of other)
            throw new RangeError(entry.key);
    }, RangeError);
    equal(other.closed, true);
    const third = d.items();
    for await (const entry of third) {
        if (entry.value === 1200)
            break;
    }
    equal(third.closed, true);
    const rows = d.keys();
    rows.close();
    throws(() => [...rows], CLOSED);
}));

test('many promises at once', dict(async d => {
    const n = 300;
    await Promise.all(Array.from({length: n}, (_, i) => d.set_async(`${i}`, i)));
    equal(d.count(), n);
    const all = await Promise.all(Array.from({length: n}, (_, i) => d.get_async(`${i}`)));
    equal(all, Array.from({length: n}, (_, i) => i));
}));

test('async calls take callbacks too, and are cancelled', dict(async d => {
    await new Promise(resolve => d.set_json_async('k', '[1]', null, (source, result) => {
        ok(source.set_json_finish(result));
        resolve();
    }));
    equal(d.get('k'), [1]);
    const cancelled = new Gio.Cancellable();
    cancelled.cancel();
    await rejects(d.get_async('k', cancelled), [Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED]);
    throws(() => d.get('k', cancelled), [Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED]);
    Gio._promisify(Beaver.Dict.prototype, 'contains_async');    // again, by a program that does not know
    equal(await d.contains_async('k', null), true);
}));

test('an error says where the promise was asked for', dict(async d => {
    async function culprit() {
        await d.get_json_async('nobody');
    }
    const error = await rejects(culprit(), NOT_FOUND);
    ok(error.stack.includes('culprit'), error.stack);
}));

test('transact commits what returns and undoes what throws', dict((d, db) => {
    equal(db.transact(own => {
        ok(own === db);
        d.set('a', 1);
        return 'result';
    }), 'result');
    equal(d.get('a'), 1);
    const mine = new RangeError('mine');
    ok(throws(() => db.transact(() => {
        d.set('a', 2);
        throw mine;
    })) === mine);
    equal(d.get('a'), 1);
    throws(() => db.transact(() => d.get_json('nobody')), NOT_FOUND);
    throws(() => db.transact(async () => {
        d.set('a', 3);
    }), TypeError);
    equal(d.get('a'), 1);
    db.transact(() => {
        d.set('a', 4);
        throws(() => db.transact(() => {
            d.set('a', 5);
            throw mine;
        }));
    });
    equal(d.get('a'), 4);
}));

test('transact_async does so for promises, one after the other', dict(async (d, db) => {
    d.set('n', 0);
    const mine = new RangeError('mine');
    const rounds = Array.from({length: 20}, (_, i) => db.transact_async(async () => {
        const n = await d.get_async('n');
        await d.set_async('n', n + 1);
        if (i % 5 === 4)
            throw mine;
        return n;
    }));
    const ends = await Promise.allSettled(rounds);
    equal(ends.filter(end => end.status === 'rejected').map(end => end.reason === mine), [true, true, true, true]);
    equal(d.get('n'), 16);
    const transaction = db.begin();
    d.set('n', 99);
    transaction.rollback();
    equal(d.get('n'), 16);
}));

test('a closed database says so', () => {
    const db = new Beaver.Db(':memory:');
    const d = db.dict('d');
    const batch = d.create_batch();
    db.close();
    for (const call of [() => d.set('a', 1), () => d.get('a'), () => [...d], () => d.count(), () => db.dict('e'),
        () => batch.apply(), () => db.transact(() => 1), () => db.log('l'), () => db.get_dict_names()])
        throws(call, CLOSED);
});

// What was misspelled would have no effect.
test('options that there are not', () => Beaver.scope(':memory:', async db => {
    const INVALID = [Beaver.Error, Beaver.Error.INVALID];
    const [d, log, q, docs, g, v] = [db.dict('d'), db.log('l'), db.queue('q'), db.docs('d'), db.graph('g'), db.vectors('v')];
    v.set('a', [1, 2]);
    const calls = {
        dict: [() => db.dict('e', {sekret: 'x'}), () => db.dict('e', 'secret')],
        lock: [() => d.with_lock(() => 1, {timeuot: 1}), () => d.with_lock(() => 1, 5)],
        queue: [() => q.put_job(1, {delai: 5}), () => q.put_job(1, 5), () => q.put_job(1, {policy: 'rejekt'})],
        log: [() => log.range({strat: 5}), () => [...log.iterate_range({newest: true})]],
        documents: [() => docs.put({}, {ID: 'x'}), () => docs.put({}, 'x'), () => docs.create_batch().put({}, {ID: 'x'})],
        search: [() => docs.search({txt: 'x'}), () => docs.search({text: 'x', snippet: {befor: 'x'}}), () => docs.search(5),
            () => docs.search({near: {vectors: v, vector: [1, 2], metirc: 'dot'}}), () => d.query({wher: []})],
        graph: [() => g.walk('a', {dept: 1}), () => g.walk('a', 2), () => g.neighbours('a', {limit: 1}), () => g.edges('a'),
            () => g.shortest_path('a', 'b', {max: 1}), () => g.link_many([{from: 'a', to: 'b', label: 'x'}])],
        vectors: [() => v.near([1, 2], {K: 1}), () => v.near([1, 2], 1)],
        transfer: [() => d.dump(null, {fromat: 'json'}), () => d.load({}, {stratgey: 'append'}), () => db.check({fixit: true}),
            () => db.backup('x', {porgress: print})],
    };
    Object.values(calls).flat().forEach(call => throws(call, INVALID));
    await rejects(d.with_lock_async(() => 1, {timeuot: 1}), INVALID);
    await rejects(docs.search_async({txt: 'x'}), INVALID);
    equal([d.count(), q.count(), docs.count()], [0, 0, 0]);
}));

test('the names of objects', () => {
    const db = new Beaver.Db(':memory:');
    const d = db.dict('settings');
    equal([String(db), `${d}`], ['Beaver.Db “:memory:”', 'Beaver.Dict “settings”']);
    db.close();
    equal([String(db), `${d}`], ['Beaver.Db “:memory:” (closed)', 'Beaver.Dict “settings” (closed)']);
    equal(typeof String(Beaver.Dict.prototype), 'string');
});

run();
