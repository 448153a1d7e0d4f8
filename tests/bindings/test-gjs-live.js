// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Logs, live windows, channels, events and locks from JavaScript.

import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, ok, throws, rejects} from './tap.js';
import {until} from './gjs-file.js';

const CLOSED = [Beaver.Error, Beaver.Error.CLOSED];
const TIMEOUT = [Beaver.Error, Beaver.Error.TIMEOUT];
const INVALID = [Beaver.Error, Beaver.Error.INVALID];

const memory = body => () => Beaver.scope(':memory:', body);

test('a log takes and gives values', memory(async db => {
    const log = db.log('l');
    log.append({a: 1});
    await log.append_async('two');
    const late = log.append_at([3], 1000.5);
    equal([late.timestamp, late.data, late.get_data()], [1000.5, [3], '[3]']);
    log.append_many([4, Beaver.LogEntry.of(5, 2000), null]);
    equal([...log].map(entry => entry.data), [[3], 5, {a: 1}, 'two', 4, null]);
    const again = [];
    for await (const entry of log)
        again.push(entry.data);
    equal(again, [[3], 5, {a: 1}, 'two', 4, null]);
    equal(log.range().length, 6);
    equal(log.range({end: 2000}).map(entry => entry.data), [[3], 5]);
    equal(log.range({newest_first: true, limit: 2, offset: 4}).map(entry => entry.data), [5, [3]]);
    equal((await log.range_async({start: 1500, limit: 1})).map(entry => entry.data), [5]);
    equal(log.range(0, 1500).map(entry => entry.data), [[3]]);
    equal([...log.iterate_range({end: 3000, newest_first: true})].map(entry => entry.data), [5, [3]]);
    equal(log.count_range(0, 3000), 2);
    equal(log.count(), 6);
    equal(log.lookup_first().data, [3]);
    throws(() => log.append(undefined), INVALID);
    throws(() => log.append_many([1, NaN]), INVALID);
    equal(log.count(), 6);
}));

test('live windows fold in the loop that waits for them', memory(async db => {
    const log = db.log('l');
    log.append_many([1, 2, 3]);
    const sums = [];
    const live = log.live(3600, 0.02, (values, window) => {
        equal(window.get_n_entries(), values.length);
        return {sum: values.reduce((a, b) => a + b, 0)};
    });
    for await (const {sum} of live) {
        sums.push(sum);
        if (sums.length === 1)
            log.append(4);
        if (sum === 10)
            break;
    }
    equal([sums[0], sums.at(-1)], [6, 10]);
    equal(live.closed, true);
    throws(() => live.next(), CLOSED);
}));

test('live windows without an aggregator are the values', memory(async db => {
    const log = db.log('l');
    log.append_many(['a', {b: 1}]);
    for await (const values of log.live(60, 1)) {
        equal(values, ['a', {b: 1}]);
        break;
    }
    const live = log.live(60, 60, () => undefined);
    const first = live.next(120);
    equal([typeof first.timestamp, first.data], ['number', null]);
    throws(() => live.next(0), TIMEOUT);
    await rejects(live.next_async(0), TIMEOUT);
    live.close();
}));

test('an aggregator that throws ends the loop with its error', memory(async db => {
    const log = db.log('l');
    for (const [wrong, matches] of [[() => {
        throw new RangeError('mine');
    }, RangeError], [() => NaN, INVALID], [() => {
        throw new Beaver.Error({code: Beaver.Error.NOT_FOUND, message: 'x'});
    }, [Beaver.Error, Beaver.Error.NOT_FOUND]]]) {
        const live = log.live(60, 0.02, wrong);
        await rejects((async () => {    // eslint-disable-line no-await-in-loop
            for await (const result of live)
                ok(false, result);
        })(), matches);
        equal(live.closed, true);
    }
}));

test('a tail gives each new entry once', memory(async db => {
    const log = db.log('l');
    log.append('before');
    const tail = log.tail(), got = [];
    const reading = (async () => {
        for await (const entry of tail) {
            got.push(entry.data);
            if (got.length === 100)
                break;
        }
    })();
    for (let i = 0; i < 100; i++)
        await log.append_async(i);      // eslint-disable-line no-await-in-loop
    await reading;
    equal(got, Array.from({length: 100}, (_, i) => i));
    equal(tail.closed, true);
}));

test('a subscription gives each message in order', memory(async db => {
    const channel = db.channel('c');
    const subscription = channel.subscribe();
    channel.publish({n: 0});
    await channel.publish_async({n: 1});
    channel.publish_many([{n: 2}, {n: 3}]);
    const got = [];
    for await (const message of subscription) {
        equal(message.channel, 'c');
        got.push(message.value.n);
        if (got.length === 4)
            break;
    }
    equal(got, [0, 1, 2, 3]);
    equal(subscription.closed, true);
    await rejects(subscription.next_async(), CLOSED);
    equal(channel.history().map(message => message.value.n), [0, 1, 2, 3]);
    equal((await channel.history_async(1)).map(message => message.value), [{n: 3}]);
    throws(() => channel.publish(() => 1), INVALID);

    const waiting = channel.subscribe();
    throws(() => waiting.next(0), TIMEOUT);
    channel.publish('now');
    equal(waiting.next(120).value, 'now');
}));

test('a consumer goes on behind what it acknowledged', memory(async db => {
    const channel = db.channel('c');
    channel.publish_many([1, 2, 3]);
    const consumer = channel.open_consumer('audit');
    equal([consumer.name, consumer.channel], ['audit', 'c']);
    for await (const message of consumer) {
        if (message.value === 2)
            break;
        await consumer.ack_async(message);
    }
    const again = await channel.open_consumer_async('audit');
    const rest = [];
    for (let i = 0; i < 2; i++)
        rest.push((await again.next_async()).value);    // eslint-disable-line no-await-in-loop
    equal(rest, [2, 3]);
    again.seek(Beaver.ConsumerStart.BEGINNING);
    const first = again.next();
    equal(first.value, 1);
    again.ack(first);
    throws(() => again.next(0) && again.next(0) && again.next(0), TIMEOUT);
    again.close();
    const loop = channel.open_consumer('new', Beaver.ConsumerStart.END)[Symbol.asyncIterator]();
    const pending = loop.next();
    await loop.return();
    equal(await pending, {value: undefined, done: true});
}));

test('a sketch counts values', memory(async db => {
    const sketch = db.sketch('s', 1000, 0.01);
    sketch.add({user: 1});
    await sketch.add_async('two');
    sketch.add_many([3, [4], {user: 1}]);
    equal(sketch.count(), 4);
    equal([sketch.has({user: 1}), await sketch.has_async([4]), sketch.has('nobody')], [true, true, false]);
    equal(db.sketch('other').capacity, 1000000);
    throws(() => sketch.add(NaN), INVALID);
}));

test('leaving a loop that waits ends it at once', memory(async db => {
    for (const source of [db.channel('c').subscribe(), db.log('l').tail(), db.log('l').live(60, 60)]) {
        const loop = source[Symbol.asyncIterator]();
        if (source instanceof Beaver.LiveIterator && source.window > 0)
            await loop.next();          // eslint-disable-line no-await-in-loop
        const pending = loop.next();
        equal(await loop.return('left'), {value: 'left', done: true});  // eslint-disable-line no-await-in-loop
        equal(await pending, {value: undefined, done: true});           // eslint-disable-line no-await-in-loop
        equal(await loop.next(), {value: undefined, done: true});       // eslint-disable-line no-await-in-loop
        equal(source.closed, true);
        await rejects(source.next_async(), CLOSED);                     // eslint-disable-line no-await-in-loop
        for await (const item of source)                                // eslint-disable-line no-await-in-loop
            ok(false, item);
    }
    const throwing = db.log('l').live(60, 60);
    await rejects((async () => {
        for await (const values of throwing)
            throw new RangeError(values);
    })(), RangeError);
    equal(throwing.closed, true);
}));

test('a stream that its owner closed is at its end', async () => {
    const db = new Beaver.Db(':memory:');
    const sources = () => [db.channel('c').subscribe(), db.channel('c').open_consumer('x'), db.log('l').tail(),
        db.log('l').live(60, 60)];
    for (const source of sources()) {
        source.close();
        for await (const item of source)
            ok(false, item);
    }
    const rest = sources();
    db.close();
    for (const source of rest)
        await rejects(source[Symbol.asyncIterator]().next(), CLOSED);   // eslint-disable-line no-await-in-loop
});

test('messages come as signals', memory(async db => {
    const got = [];
    const subscription = db.channel('c').subscribe();
    subscription.connect('message', (own, message) => {
        ok(own === subscription);
        got.push(message.value);
    });
    db.channel('c').publish([1]);
    db.channel('c').publish([2]);
    await until(() => got.length === 2);
    equal(got, [[1], [2]]);
}));

test('events reach their callbacks, until off', memory(async db => {
    const d = db.dict('d'), got = [];
    const handlers = [
        d.on('set', event => got.push([event.topic, event.name, event.payload])),
        d.on('mine', event => got.push(event.payload)),
        db.on('weather', 'rain', event => got.push([event.name, event.payload])),
    ];
    d.set('k', 1);
    d.emit_event('mine', {a: [1]});
    d.emit_event('mine');
    await d.emit_event_async('mine', 5);
    db.emit_event('weather', 'rain', 'wet');
    await until(() => got.length === 5);
    equal(got, [['dict:d', 'set', {key: 'k'}], {a: [1]}, null, 5, ['rain', 'wet']]);
    throws(() => d.emit_event('mine', NaN), INVALID);
    handlers[1].off();
    equal(handlers.map(handler => handler.active), [true, false, true]);
    d.emit_event('mine', 1);
    d.set('last', 1);
    await until(() => got.length === 6);
    equal(got[5][2], {key: 'last'});
}));

test('locks have defaults, guards and scopes', memory(async db => {
    const lock = db.lock('a');
    equal(lock.acquire(), true);
    equal(lock.is_held(), true);
    ok(lock.renew());
    ok(lock.release());
    const guard = await lock.hold_async();
    equal(guard.held, true);
    equal(lock.try_acquire(), false);
    await rejects(lock.hold_async(0.01), TIMEOUT);
    throws(() => lock.hold(0), TIMEOUT);
    const waiting = lock.with_lock_async(own => own.token);
    await guard.release_async();
    ok(await waiting > guard.token);
    equal(lock.is_locked(), false);

    equal(lock.with_lock(own => {
        equal(own.held, true);
        return 7;
    }), 7);
    throws(() => lock.with_lock(() => {
        throw new RangeError('mine');
    }), RangeError);
    throws(() => lock.with_lock(async () => 1), TypeError);
    await rejects(lock.with_lock_async(async () => {
        throw new RangeError('mine');
    }), RangeError);
    equal(lock.is_locked(), false);
    equal(db.dict('d').with_lock(() => db.dict('d').is_locked(), {timeout: 1, ttl: 60}), true);
    equal(db.dict('d').is_locked(), false);

    let inside = 0, most = 0;
    await Promise.all(Array.from({length: 20}, () => lock.with_lock_async(async () => {
        most = Math.max(most, ++inside);
        await db.dict('d').increment_async('n');
        inside--;
    })));
    equal([most, db.dict('d').get('n')], [1, 20]);
}));

test('the names of what there is', memory(async db => {
    db.dict('d').set('k', 1);
    db.log('l').append(1);
    db.channel('c').publish(1);
    equal([db.get_dict_names(), db.get_log_names(), db.get_channel_names()], [['d'], ['l'], ['c']]);
    equal(await db.get_dict_names_async(), ['d']);
    ok(db.dict('d') === db.get_dict('d'));
    ok(db.lock('x') === db.get_lock('x'));
    equal([db.dict('d').kind, db.dict('d').name], ['dict', 'd']);
}));

run();
