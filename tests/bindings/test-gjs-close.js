// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Leaving a scope, in every way, in the middle of everything: nothing is left and whoever waits is told.

import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import {test, run, equal, ok, throws, rejects} from './tap.js';
import {with_path, descriptors, threads, until} from './gjs-file.js';

const CLOSED = [Beaver.Error, Beaver.Error.CLOSED];
const ROUNDS = Math.max(5, Math.round(50 * Number(GLib.getenv('BEAVER_TEST_ROUNDS') ?? 1)));

const each = async (source, body) => {
    for await (const item of source)
        body(item);
};

// Everything that can be under way. Gives the promises that closing has to end.
async function busy(db, {own = false} = {}) {
    const dict = db.dict('d'), log = db.log('l'), channel = db.channel('c');
    const seen = [];
    // own: callbacks that refer to the database
    const note = own ? thing => seen.push(db, thing) : thing => seen.push(thing);
    const subscription = channel.subscribe(), listener = channel.subscribe();
    listener.connect('message', (_source, message) => note(message));
    dict.on('set', event => note(event));
    db.on('topic', 'event', event => note(event));
    db.connect('notify::closed', () => note('closed'));

    await log.append_async({a: 1});
    const guard = await db.lock('held').hold_async();
    const pending = [
        each(subscription, note),
        each(log.tail(), note),
        each(log.live(60, 60, values => values.length), note),
        each(log.live(60, 0.001, values => {
            note(values);
            return values.length;
        }), note),
        db.lock('held').hold_async(),
        db.channel('other').subscribe().next_async(),
        db.log('other').live(1, 3600).next_async(-1).then(() => db.log('other').live(1, 3600).next_async()),
    ];
    for (let i = 0; i < 20; i++) {
        pending.push(dict.set_async(`k${i}`, {i}), log.append_async(i), channel.publish_async(i), dict.get_async('k0'));
        pending.push(each(dict, note));
    }
    pending.forEach(end => end.catch(() => 0));     // ended() looks at them later
    return {guard, pending, listener, subscription, dict, log, channel, seen};
}

// Each promise ends: with success, or as closed.
async function ended(pending) {
    const ends = await Promise.allSettled(pending);
    for (const {status, reason} of ends) {
        if (status === 'rejected' && !(reason instanceof GLib.Error && reason.matches(...CLOSED)))
            throw reason;
    }
    return ends;
}

function gone(path, db, {dict, log, channel, subscription, listener, guard}) {
    equal(descriptors(path), []);
    equal(threads(), []);
    equal([db.closed, subscription.closed, listener.closed, guard.held], [true, true, true, false]);
    for (const call of [() => dict.get('a'), () => dict.set('a', 1), () => [...dict], () => log.append(1), () => log.live(1, 1),
        () => channel.publish(1), () => channel.subscribe(), () => subscription.next(0), () => db.dict('new'),
        () => db.lock('held').acquire(0), () => db.begin(), () => db.on('a', 'b', () => 0), () => db.emit_event('a', 'b')])
        throws(call, CLOSED);
}

async function all_gone(path, db, things) {
    gone(path, db, things);
    await ended(things.pending);
    await rejects(things.dict.get_async('a'), CLOSED);
    await rejects(things.log.append_async('a'), CLOSED);
    await rejects(things.subscription.next_async(), CLOSED);
    await rejects(things.subscription[Symbol.asyncIterator]().next(), CLOSED);
    await rejects(db.transact_async(() => 1), CLOSED);
}

// ways to leave, each given the path, what to do with the database, and what to do when it is closed
const WAYS = {
    'a scope whose promise resolves': async (path, use, after) => {
        let db;
        equal(await Beaver.scope(path, async own => {
            db = own;
            await use(db);
            return 7;
        }), 7);
        await after(db);
    },
    'a scope whose promise is rejected': async (path, use, after) => {
        let db;
        await rejects(Beaver.scope(path, async own => {
            db = own;
            await use(db);
            throw new RangeError('mine');
        }), RangeError);
        await after(db);
    },
    'a scope that returns': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        equal(db.scope(() => 7), 7);
        await after(db);
    },
    'a scope that throws': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        throws(() => Beaver.scope(db, () => {
            throw new RangeError('mine');
        }), RangeError);
        await after(db);
    },
    'close()': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        db.close();
        await after(db);
    },
    'close_full()': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        const report = db.close_full();
        ok(report.connections_closed > 0 && report.threads_joined > 0, `${report}`);
        ok(`${report}`.includes('closed in'), `${report}`);
        await after(db);
    },
    'three closes at once': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        const closes = [db.close_async(), db.close_async()];
        db.close();
        equal(await Promise.all(closes), [true, true]);
        await after(db);
    },
    'close() in a transaction': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        const error = await rejects(db.transact_async(async () => {
            db.dict('d').set('lost', 1);
            await db.close_async();
        }));
        ok(error.matches(...CLOSED), error);
        await after(db);
        Beaver.scope(path, again => equal(again.dict('d').has('lost'), false));
    },
    'close() in callbacks': async (path, use, after) => {
        const db = new Beaver.Db(path);
        await use(db);
        let closed = 0;
        const subscription = db.channel('close').subscribe();
        subscription.connect('message', () => {
            db.close();
            closed++;
        });
        db.dict('close').on('set', () => {
            db.close();
            closed++;
        });
        db.dict('close').set('now', 1);
        db.channel('close').publish('now');
        await until(() => closed > 0);
        await after(db);
    },
};

for (const [name, way] of Object.entries(WAYS)) {
    test(`nothing is left behind ${name}`, async () => {
        for (let round = 0; round < ROUNDS / 5; round++) {
            await with_path(async path => {     // eslint-disable-line no-await-in-loop
                let things;
                await way(path, async db => {
                    things = await busy(db, {own: round % 2 === 1});
                }, db => all_gone(path, db, things));
                // what had been acknowledged is in the file
                Beaver.scope(path, db => equal(db.log('l').lookup_first().data, {a: 1}));
            });
        }
    });
}

test('writes that succeeded survive, the others were never there', async () => {
    for (let round = 0; round < ROUNDS; round++) {
        await with_path(async path => {         // eslint-disable-line no-await-in-loop
            const writes = [];
            await Beaver.scope(path, async db => {
                const dict = db.dict('d');
                for (let i = 0; i < 60; i++)
                    writes.push(dict.set_async(`${i}`, i));
                writes.forEach(end => end.catch(() => 0));
                await writes[round % 60];
            });
            equal([descriptors(path), threads()], [[], []]);
            const ends = await ended(writes);
            const kept = ends.flatMap(({status}, i) => status === 'fulfilled' ? [i] : []);
            ok(kept.includes(round % 60));
            Beaver.scope(path, db => {
                const there = [...db.dict('d').values()].sort((a, b) => a - b);
                equal(there, kept);
            });
        });
    }
});

test('a loop that is inside its body when the database closes ends too', () => with_path(async path => {
    const db = new Beaver.Db(path);
    const subscription = db.channel('c').subscribe();
    db.channel('c').publish(1);
    let items = 0;
    for await (const message of subscription) {
        items += message.value;
        db.close();
    }
    equal(items, 1);
}));

test('a database that nobody has any more is closed', async () => {
    for (let round = 0; round < ROUNDS; round++) {
        await with_path(async path => {         // eslint-disable-line no-await-in-loop
            let pending;
            await (async () => {
                const db = new Beaver.Db(path);
                const log = db.log('l'), subscription = db.channel('c').subscribe();
                log.append(1);
                subscription.connect('message', () => 0);
                db.dict('d').on('set', () => 0);
                db.connect('notify::closed', own => ok(own !== null));
                db.extra = log;
                pending = [each(db.channel('c').subscribe(), () => 0), each(log.tail(), () => 0), each(log.live(60, 60), () => 0),
                    db.lock('a').hold_async()];
                await pending[3];
                await db.dict('d').set_async('k', 1);
                ok(descriptors(path).length > 0);
                ok(threads().length > 0);
            })();
            await until(() => {
                System.gc();
                return descriptors(path).length === 0 && threads().length === 0;
            });
            await ended(pending);
        });
    }
});

test('what refers to a closed database does not keep it', async () => {
    // GJS 1.74 never clears its WeakRefs; a binding does not hold its source and knows when it is gone
    const target = new Gio.SimpleAction({name: 'x'}), bindings = [];
    for (let round = 0; round < 20; round++) {
        await with_path(async path => {         // eslint-disable-line no-await-in-loop
            const things = await (async () => {
                const db = new Beaver.Db(path);
                const {pending} = await busy(db, {own: true});
                bindings.push(db.bind_property('closed', target, 'enabled', 0));
                equal(bindings.at(-1).dup_source() === db, true);
                db.close();
                return pending;
            })();
            await ended(things);
        });
    }
    await until(() => {
        System.gc();
        return bindings.every(binding => binding.dup_source() === null);
    });
});

test('an application closes it when it shuts down', () => with_path(async path => {
    const application = new Gio.Application({application_id: null, flags: Gio.ApplicationFlags.NON_UNIQUE});
    const db = new Beaver.Db(path);
    db.close_on_shutdown(application);
    application.connect('activate', () => db.dict('d').set('k', 1));
    // not in a promise: the loop inside would starve behind what waits for it
    await new Promise(resolve => setTimeout(() => resolve(application.run([])), 0));
    equal(db.closed, true);
    equal([descriptors(path), threads()], [[], []]);
}));

const PROGRAMS = {
    'inside a scope that never ends': `
        Beaver.scope(path, async db => {
            start(db);
            await new Promise(() => {});
        }).catch(logError);
        setTimeout(() => System.exit(0), 20);
        new GLib.MainLoop(null, false).run();`,
    'with everything open': `
        const db = new Beaver.Db(path);
        start(db);
        System.exit(0);`,
    'at the end of the program, with everything open': `
        globalThis.db = new Beaver.Db(path);
        start(globalThis.db);`,
    'after a scope': `
        await Beaver.scope(path, async db => {
            start(db);
            await db.dict('d').set_async('k', 1);
        });`,
};

for (const [name, program] of Object.entries(PROGRAMS)) {
    test(`the process exits ${name}`, () => with_path(async path => {
        const source = `
            import Beaver from 'gi://Beaver?version=1';
            import GLib from 'gi://GLib';
            import System from 'system';
            const path = ${JSON.stringify(path)};
            function start(db) {
                db.log('l').append(1);
                const ends = [db.channel('c').subscribe().next_async(), db.log('l').tail().next_async(),
                    db.lock('a').hold_async(), db.dict('d').set_async('a', 1)];
                ends.forEach(end => end.catch(() => 0));
                const live = db.log('l').live(60, 60);
                live.next();
                live.next_async().catch(() => 0);
                db.dict('d').on('set', () => {
                    try {
                        db.dict('d').get('a');
                    } catch (error) {       // it may be closing by now
                        if (!error.matches(Beaver.Error, Beaver.Error.CLOSED))
                            throw error;
                    }
                });
            }
            ${program}
        `;
        const file = `${path}.js`;
        GLib.file_set_contents(file, source);
        const child = Gio.Subprocess.new(['gjs', '-m', file], 0);
        const timer = setTimeout(() => child.force_exit(), 240000);
        await new Promise((resolve, reject) => child.wait_async(null, (own, result) => {
            try {
                resolve(own.wait_finish(result));
            } catch (error) {
                reject(error);
            }
        }));
        clearTimeout(timer);
        ok(child.get_if_exited() && child.get_exit_status() === 0, `status ${child.get_status()}`);
        Beaver.scope(path, db => equal(db.log('l').count(), 1));
    }));
}

run();
