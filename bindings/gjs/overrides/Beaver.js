// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// libbeaver as JavaScript expects it. GJS loads this for gi://Beaver and imports.gi.Beaver.
//
// What holds for every class is done by one loop over the namespace, so that a new method needs nothing here: each _async()
// gives a promise, a missing last argument is null (the cancellable), text that C would cut or change is refused. Below that
// come values instead of JSON text and the iteration protocols: one function for each noun, listed in _init().
//
// Everything that C has stays reachable by its C name: get_json(), set_json(), get_value() and their like speak JSON text.
/* exported _init */

const {Gio} = imports.gi;

let Beaver;

// ---- text and values ----

// C would cut a string at U+0000, and GJS would turn half a surrogate pair into U+FFFD: two keys could become one.
const UNFIT = /[\0\ud800-\udfff]/u;

function invalid(message) {
    return new Beaver.Error({code: Beaver.Error.INVALID, message});
}

function check_text(text) {
    if (UNFIT.test(text)) {
        throw invalid(text.includes('\0')
            ? `text with a NUL character cannot be a key, a name or a value: ${JSON.stringify(text.slice(0, 80))}`
            : `text with half a surrogate pair is not Unicode: ${JSON.stringify(text.slice(0, 80))}`);
    }
}

// What JSON.stringify() would silently lose.
function check_value(key, value) {
    if (typeof value === 'number') {
        if (!Number.isFinite(value))
            throw invalid(`${value} is not JSON; null could stand for it`);
    } else if (typeof value === 'object' && value !== null) {
        if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
            throw invalid(`a ${value.constructor.name} is not JSON; Object.fromEntries() or Array.from() make it so`);
    } else if (typeof value === 'bigint') {
        throw invalid('a BigInt inside a value cannot be written; only one that is the whole value can');
    }
    return value;
}

function to_json(value) {
    if (typeof value === 'string')
        return JSON.stringify(value);
    if (typeof value === 'bigint')
        return value.toString();
    const text = JSON.stringify(value, check_value);
    if (text === undefined)
        throw invalid(`${value === undefined ? 'undefined' : `a ${typeof value}`} is not JSON; null is`);
    return text;
}

// null (no text) is undefined, so that it differs from a stored null.
function from_json(text) {
    if (text === null || text === undefined)
        return undefined;
    try {
        return JSON.parse(text);
    } catch (error) {
        return from_python_json(text, error);
    }
}

// Python writes NaN, Infinity and -Infinity, which JSON does not have.
function from_python_json(text, error) {
    const nan = '\u0000NaN\u0000';
    const json = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, token =>
        token[0] === '"' ? token : {NaN: JSON.stringify(nan), Infinity: '1e999', '-Infinity': '-1e999'}[token]);
    try {
        return JSON.parse(json, (key, value) => value === nan ? NaN : value);
    } catch {
        throw new Beaver.Error({code: Beaver.Error.CORRUPT, message: `the value is not JSON: ${error.message}`});
    }
}

// The number of an enumeration, by its name or as it is. GJS would make 0 of any other text.
function choice(what, table, value) {
    if (typeof value === 'number')
        return value;
    if (!Object.hasOwn(table, value))
        throw invalid(`there is no ${what} ${JSON.stringify(value) ?? value}; use one of ${Object.keys(table).join(', ')}`);
    return table[value];
}

// An object of options that has no others: what is misspelled would have no effect, and nobody would know.
function only(what, given, names) {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
        throw invalid(`the options of ${what} are an object with any of ${names.join(', ')}; not ${JSON.stringify(given)}`);
    for (const name of Object.keys(given)) {
        if (!names.includes(name))
            throw invalid(`${what} has no option ${JSON.stringify(name)}; use any of ${names.join(', ')}`);
    }
    return given;
}

// GJS would cut off what is behind the point, and make 0 of what is no number.
function whole(what, value) {
    if (typeof value !== 'bigint' && !Number.isInteger(value))
        throw invalid(`the ${what} is a whole number, not ${value}`);
    return value;
}

// ---- all classes ----

// Each function of C: a missing last argument is null, text is checked.
function manner(call) {
    const n = call.length;
    const relaxed = function (...args) {
        if (args.length === n - 1)
            args.push(null);
        check_arguments(args);
        return call.apply(this, args);
    };
    return named(relaxed, call.name, n);
}

function check_arguments(args) {
    for (const arg of args) {
        if (typeof arg === 'string')
            check_text(arg);
        else if (Array.isArray(arg))
            arg.forEach(item => typeof item === 'string' && check_text(item));
    }
}

// An _async() and its _finish(): a promise, unless a callback comes last.
function promising(call, owner, finish) {
    const n = call.length;
    const promise = function (...args) {
        const callback = typeof args[args.length - 1] === 'function' ? args.pop() : null;
        if (args.length === n - 2)
            args.push(null);
        if (callback !== null) {
            check_arguments(args);
            return call.call(this, ...args, callback);
        }
        const {stack} = new Error();
        return new Promise((resolve, reject) => {
            check_arguments(args);
            call.call(this, ...args, (source, result) => {
                try {
                    resolve(owner[finish].call(source ?? this, result));
                } catch (error) {
                    // the stack of the callback is the main loop's, which tells nobody anything
                    error.stack = `${error.stack ?? ''}### asked for by:\n${stack}`;
                    reject(error);
                }
            });
        });
    };
    return named(promise, call.name, n);
}

function named(call, name, length) {
    Object.defineProperty(call, 'name', {value: name});
    Object.defineProperty(call, 'length', {value: length});     // Gio._promisify() looks at it
    return call;
}

function relax(owner) {
    const names = Object.getOwnPropertyNames(owner);
    for (const name of names) {
        // to look at a function of C makes it: those that only promises call can wait
        if (name === 'constructor' || name.endsWith('_finish'))
            continue;
        const {value: call} = Object.getOwnPropertyDescriptor(owner, name) ?? {};
        if (typeof call !== 'function' || call.length === 0)
            continue;
        const finish = name.replace(/_async$/, '_finish');
        if (finish !== name && names.includes(finish))
            owner[name] = promising(call, owner, finish);
        // nothing is missing in set_something(): there, null would be a value
        else if (name.startsWith('set_') && call.length === 1)
            owner[name] = checked(call);
        else
            owner[name] = manner(call);
    }
}

function checked(call) {
    return named(function (...args) {
        check_arguments(args);
        return call.apply(this, args);
    }, call.name, call.length);
}

// table: for each method its function of C, what that gets, and what becomes of its answer. With _async if C has it.
function natural(klass, table) {
    const proto = klass.prototype;
    for (const [name, [method, prepare, finish = answer => answer]] of Object.entries(table)) {
        const [call, later] = [proto[method], proto[`${method}_async`]];
        proto[name] = named(function (...args) {
            return finish(call.apply(this, prepare(...args)));
        }, name, prepare.length);
        if (later !== undefined) {
            proto[`${name}_async`] = named(async function (...args) {
                return finish(await later.apply(this, prepare(...args)));
            }, `${name}_async`, prepare.length);
        }
    }
}

function getters(klass, table) {
    for (const [name, get] of Object.entries(table))
        Object.defineProperty(klass.prototype, name, {get, configurable: true, enumerable: true});
}

const nothing = () => undefined;
const alone = (cancellable = null) => [cancellable];

// ---- iteration ----

// What a cursor finds, page by page, each row as map() makes it: an object, with next_json_page a value alone.
class Rows {
    constructor(cursor, map, next = 'next_page') {
        Object.assign(this, {_cursor: cursor, _map: map, _next: next});
    }

    *[Symbol.iterator]() {
        try {
            for (let page; (page = this._cursor[this._next](null)).length > 0;)
                for (const row of page)
                    yield this._map(row);
        } finally {
            this.close();
        }
    }

    async *[Symbol.asyncIterator]() {
        try {
            // eslint-disable-next-line no-await-in-loop
            for (let page; (page = await this._cursor[`${this._next}_async`](null)).length > 0;)
                for (const row of page)
                    yield this._map(row);
        } finally {
            this.close();
        }
    }

    close() {
        this._cursor.close();
    }
}

// An object whose next_async() waits. Written out, because return() of a generator would wait for the next item.
function stream(klass, item) {
    natural(klass, {
        next: ['next', (timeout = -1, cancellable = null) => [timeout, cancellable]],
    });
    const {close} = klass.prototype;
    klass.prototype.close = function () {
        this._left = true;
        return close.call(this);
    };
    klass.prototype[Symbol.asyncIterator] = function () {
        const end = {value: undefined, done: true};
        let begun = false, over = false;
        const leave = () => {
            over = true;
            this.close();
        };
        return {
            next: async () => {
                if (over)
                    return end;
                try {
                    const result = await this.next_async(-1, null);
                    begun = true;
                    if (result !== null && !over)
                        return {value: item(this, result), done: false};
                } catch (error) {
                    // closed between two items, or by its owner, is as good as closed while waiting for one
                    if (!over && !((begun || this._left) && is_closed(error))) {
                        leave();
                        throw error;
                    }
                }
                over = true;
                return end;
            },
            return: async value => {
                leave();
                return {value, done: true};
            },
            throw: async error => {
                leave();
                throw error;
            },
            [Symbol.asyncIterator]() {
                return this;
            },
        };
    };
}

function is_closed(error) {
    return error instanceof Beaver.Error && error.matches(Beaver.Error, Beaver.Error.CLOSED);
}

function is_promise(result) {
    return typeof result?.then === 'function';
}

// Symbol.dispose and Symbol.asyncDispose came after GJS 1.74.
function disposable(klass, end) {
    if (Symbol.dispose)
        klass.prototype[Symbol.dispose] = klass.prototype[end];
}

// ---- the database ----

function init_db() {
    const proto = Beaver.Db.prototype;
    const construct = proto._init;
    const {open_async} = Beaver.Db;
    let later = false;

    // new Beaver.Db({path, ...}) opens the file, or throws
    proto._init = function (properties = {}) {
        construct.call(this, typeof properties === 'string' ? {path: properties} : properties);
        if (!later)
            this.init(null);
    };

    // also with other options than the usual ones: open_async({path, synchronous: true})
    Beaver.Db.open_async = async function (target, ...rest) {
        if (typeof target !== 'object' || target === null)
            return open_async.call(Beaver.Db, target, ...rest);
        later = true;
        let db;
        try {
            db = new Beaver.Db(target);
        } finally {
            later = false;
        }
        await new Promise((resolve, reject) => {
            Gio.AsyncInitable.prototype.init_async.call(db, 0, rest[0] ?? null, (_db, result) => {
                try {
                    resolve(Gio.AsyncInitable.prototype.init_finish.call(db, result));
                } catch (error) {
                    reject(error);
                }
            });
        });
        return db;
    };

    // db.dict('x') and its like, for every kind that has names
    for (const name of Object.getOwnPropertyNames(proto)) {
        const noun = /^get_(\w+)_names$/.exec(name)?.[1];
        if (noun !== undefined && proto[`get_${noun}`] !== undefined)
            proto[noun] = proto[`get_${noun}`];
    }

    // db.dict('x', {secret: 'correct horse'}): encrypted in the file
    proto.dict = function (name, options = {}) {
        const {secret} = only('dict()', options, ['secret']);
        return secret === undefined ? this.get_dict(name) : this.get_dict_with_secret(name, secret, null);
    };

    proto.scope = function (body) {
        let result;
        try {
            result = body(this);
        } catch (error) {
            close_behind(this);
            throw error;
        }
        if (!is_promise(result)) {
            this.close();
            return result;
        }
        return result.then(
            async value => {
                await this.close_async(null);
                return value;
            },
            async error => {
                await this.close_async(null).catch(nothing);
                throw error;
            });
    };
    Beaver.scope = (target, body) => (target instanceof Beaver.Db ? target : new Beaver.Db(target)).scope(body);

    init_transactions(proto);
    init_events(Beaver.Db, (topic, event, payload, cancellable = null) => [topic, event, to_payload(payload), cancellable]);
    disposable(Beaver.Db, 'close');
    if (Symbol.asyncDispose)
        proto[Symbol.asyncDispose] = proto.close_async;
}

// The error that is on its way says more than one of closing.
function close_behind(db) {
    try {
        db.close();
    } catch {
    }
}

function init_transactions(proto) {
    const turns = new WeakMap();    // db -> the transaction that everybody behind waits for

    // not with the function of C: GJS 1.74 frees a callback twice that is called inside another of the same function
    proto.transact = function (body, cancellable = null) {
        const transaction = this.begin(cancellable);
        let result;
        try {
            result = body(this, transaction);
            if (is_promise(result)) {
                result.then(nothing, nothing);
                throw new TypeError('the function given to transact() is asynchronous; use transact_async()');
            }
        } catch (error) {
            undo(transaction);
            throw error;
        }
        transaction.commit(cancellable);
        return result;
    };

    // A program has one thread, whose transactions nest; what two parts of it do at once must not.
    proto.transact_async = function (body, cancellable = null) {
        const turn = (turns.get(this) ?? Promise.resolve()).then(() => run_transaction(this, body, cancellable));
        turns.set(this, turn.then(nothing, nothing));
        return turn;
    };

    natural(Beaver.Transaction, {
        commit: ['commit', alone],
    });
    disposable(Beaver.Transaction, 'rollback');
}

// What was thrown is on its way; closing the database has undone it as well.
function undo(transaction) {
    try {
        if (transaction.is_open())
            transaction.rollback();
    } catch {
    }
}

async function run_transaction(db, body, cancellable) {
    const transaction = await db.begin_async(cancellable);
    let result;
    try {
        result = await body(db, transaction);
    } catch (error) {
        undo(transaction);
        throw error;
    }
    await transaction.commit_async(cancellable);
    return result;
}

// ---- what all structures have ----

function init_manager() {
    const hold = (timeout = -1, ttl = 60, cancellable = null) => [timeout, ttl, cancellable];
    const ttl_only = (ttl = 60, cancellable = null) => [ttl, cancellable];

    for (const klass of [Beaver.Manager, Beaver.Lock]) {
        natural(klass, {
            acquire: ['acquire', hold],
            hold: ['hold', hold],
            renew: ['renew', ttl_only],
            try_acquire: ['try_acquire', ttl_only],
        });
    }
    natural(Beaver.LockGuard, {
        renew: ['renew', ttl_only],
    });
    disposable(Beaver.LockGuard, 'release');
    if (Symbol.asyncDispose)
        Beaver.LockGuard.prototype[Symbol.asyncDispose] = Beaver.LockGuard.prototype.release_async;

    // with the lock of its own name, or the public one of another structure
    Beaver.Manager.prototype.with_lock = function (body, options = {}) {
        const {timeout, ttl, cancellable} = only('with_lock()', options, ['timeout', 'ttl', 'cancellable']);
        const guard = this.hold(timeout, ttl, cancellable);
        let result;
        try {
            result = body(guard);
            if (is_promise(result)) {
                result.then(nothing, nothing);
                throw new TypeError('the function given to with_lock() is asynchronous; use with_lock_async()');
            }
        } catch (error) {
            release_behind(guard);
            throw error;
        }
        guard.release();
        return result;
    };
    Beaver.Manager.prototype.with_lock_async = async function (body, options = {}) {
        const {timeout, ttl, cancellable} = only('with_lock_async()', options, ['timeout', 'ttl', 'cancellable']);
        const guard = await this.hold_async(timeout, ttl, cancellable);
        let result;
        try {
            result = await body(guard);
        } catch (error) {
            await guard.release_async().catch(nothing);
            throw error;
        }
        await guard.release_async();
        return result;
    };
    init_events(Beaver.Manager, (event, payload, cancellable = null) => [event, to_payload(payload), cancellable]);
    getters(Beaver.Event, {
        payload() {
            return from_json(this.get_payload());
        },
    });
    getters(Beaver.Entry, {
        value() {
            return from_json(this.get_value());
        },
    });
}

function release_behind(guard) {
    try {
        guard.release();
    } catch {
    }
}

function to_payload(payload) {
    return payload === undefined || payload === null ? null : to_json(payload);
}

function init_events(klass, prepare) {
    natural(klass, {
        emit_event: ['emit_event', prepare, nothing],
    });
}

function init_cursor() {
    const proto = Beaver.Cursor.prototype;

    proto[Symbol.iterator] = function* () {
        try {
            for (let page; (page = this.next_page(null)).length > 0;)
                yield* page;
        } finally {
            this.close();
        }
    };
    proto[Symbol.asyncIterator] = async function* () {
        try {
            // eslint-disable-next-line no-await-in-loop
            for (let page; (page = await this.next_page_async(null)).length > 0;)
                yield* page;
        } finally {
            this.close();
        }
    };
    disposable(Beaver.Cursor, 'close');
}

// ---- nouns ----

function init_dict() {
    const {items, keys} = Beaver.Dict.prototype;
    const forever = ttl => ttl ?? Infinity;
    const maybe = value => value === undefined ? null : to_json(value);
    const by_key = (key, cancellable = null) => [key, cancellable];
    const with_ttl = (key, value, ttl, cancellable = null) => [key, to_json(value), forever(ttl), cancellable];

    natural(Beaver.Dict, {
        get: ['lookup_json', by_key, from_json],
        has: ['contains', by_key],
        set: ['set_json_with_ttl', with_ttl, nothing],
        pop: ['pop_json', by_key, from_json],
        get_or_set: ['get_or_set_json', with_ttl, from_json],
        update: ['update_json', (object, cancellable = null) =>
            [to_json(object instanceof Map ? Object.fromEntries(object) : object), cancellable], nothing],
        set_many: ['set_many_json', (entries, cancellable = null) => {
            const pairs = Symbol.iterator in entries ? [...entries] : Object.entries(entries);
            return [pairs.map(([key]) => key), pairs.map(([, value]) => to_json(value)), cancellable];
        }, nothing],
        get_many: ['lookup_many', (wanted, cancellable = null) => [[...wanted], cancellable],
            entries => new Map(entries.map(entry => [entry.get_key(), entry.value]))],
        increment_double: ['increment_double', (key, amount = 1, cancellable = null) => [key, amount, cancellable]],
    });
    const {increment, increment_async} = Beaver.Dict.prototype;
    const swap = (key, expected, value, cancellable = null) => [key, maybe(expected), maybe(value), cancellable];
    Object.assign(Beaver.Dict.prototype, {
        // by any number, as all are of one kind here
        increment(key, amount = 1, cancellable = null) {
            return typeof amount === 'bigint' || Number.isInteger(amount)
                ? increment.call(this, key, amount, cancellable) : this.increment_double(key, amount, cancellable);
        },
        increment_async(key, amount = 1, cancellable = null) {
            return typeof amount === 'bigint' || Number.isInteger(amount)
                ? increment_async.call(this, key, amount, cancellable) : this.increment_double_async(key, amount, cancellable);
        },
        // undefined: nothing there; false when something else is
        compare_and_set(...args) {
            try {
                return this.compare_and_set_json(...swap(...args));
            } catch (error) {
                return unless_conflict(error);
            }
        },
        async compare_and_set_async(...args) {
            try {
                return await this.compare_and_set_json_async(...swap(...args));
            } catch (error) {
                return unless_conflict(error);
            }
        },
        // as a Map does: whether it was there; what it was, and whether that can be read, does not matter
        delete(key, cancellable = null) {
            try {
                return this.remove(key, cancellable);
            } catch (error) {
                return unless_missing(error);
            }
        },
        async delete_async(key, cancellable = null) {
            try {
                return await this.remove_async(key, cancellable);
            } catch (error) {
                return unless_missing(error);
            }
        },
        keys(prefix = null) {
            return new Rows(keys.call(this, prefix), entry => entry.get_key());
        },
        values(prefix = null) {
            return new Rows(items.call(this, prefix), from_json, 'next_json_page');
        },
        entries(prefix = null) {
            return new Rows(items.call(this, prefix), entry => [entry.get_key(), entry.value]);
        },
        [Symbol.iterator]() {
            return this.entries()[Symbol.iterator]();
        },
        [Symbol.asyncIterator]() {
            return this.entries()[Symbol.asyncIterator]();
        },
    });
    natural(Beaver.DictBatch, {
        set: ['set_json', (key, value, ttl) => [key, to_json(value), forever(ttl)], nothing],
    });
}

function unless(error, code) {
    if (error instanceof Beaver.Error && error.matches(Beaver.Error, code))
        return false;
    throw error;
}

function unless_conflict(error) {
    return unless(error, Beaver.Error.CONFLICT);
}

function unless_missing(error) {
    return unless(error, Beaver.Error.NOT_FOUND);
}

function init_list() {
    const proto = Beaver.List.prototype;
    const {items, items_backward} = proto;
    const added = (value, cancellable = null) => [to_json(value), cancellable];
    const at = (index, value, cancellable = null) => [whole('index', index), to_json(value), cancellable];

    getters(Beaver.ListItem, {
        value() {
            return from_json(this.get_value());
        },
    });
    natural(Beaver.List, {
        push: ['push_json', added, nothing],
        prepend: ['prepend_json', added, nothing],
        insert: ['insert_json', at, nothing],
        push_many: ['push_many', (values, cancellable = null) => [Array.from(values, to_json), cancellable]],
        set: ['set_json', at, nothing],
        // undefined: there is no such item
        get: ['lookup_json', (index, cancellable = null) => [whole('index', index), cancellable], from_json],
        remove: ['remove', (index, cancellable = null) => [whole('index', index), cancellable]],
        pop: ['pop_json', alone, from_json],
        shift: ['pop_first_json', alone, from_json],
        includes: ['contains_json', added],
        index_of: ['index_of_json', added],
        // how many, not up to where
        slice: ['slice', (start = 0, count = -1, cancellable = null) =>
            [whole('index', start), whole('number of items', count), cancellable],
            texts => texts.map(from_json)],
    });
    Object.assign(proto, {
        values() {
            return new Rows(items.call(this), from_json, 'next_json_page');
        },
        values_backward() {
            return new Rows(items_backward.call(this), from_json, 'next_json_page');
        },
        [Symbol.iterator]() {
            return this.values()[Symbol.iterator]();
        },
        [Symbol.asyncIterator]() {
            return this.values()[Symbol.asyncIterator]();
        },
    });
    natural(Beaver.ListBatch, {
        push: ['push_json', value => [to_json(value)], nothing],
        prepend: ['prepend_json', value => [to_json(value)], nothing],
    });
}

function init_queue() {
    const {items} = Beaver.Queue.prototype;
    const data = {
        data() {
            return from_json(this.get_value());
        },
    };

    const policies = {reject: Beaver.UniquePolicy.REJECT, replace: Beaver.UniquePolicy.REPLACE, extend: Beaver.UniquePolicy.EXTEND};

    getters(Beaver.QueueItem, data);
    getters(Beaver.Job, data);
    natural(Beaver.Queue, {
        put: ['put_json', (value, priority = 0, cancellable = null) => [to_json(value), priority, cancellable], nothing],
        put_many: ['put_many_json', (values, priority = 0, cancellable = null) =>
            [Array.from(values, to_json), priority, cancellable]],
        // policy: 'reject', 'replace' or 'extend'
        put_job: ['put_job_json', (value, options = {}, cancellable = null) => {
            const {priority = 0, delay = 0, max_attempts = 0, unique_key = null, policy = 'reject'} =
                only('put_job()', options, ['priority', 'delay', 'max_attempts', 'unique_key', 'policy']);
            return [to_json(value), priority, delay, max_attempts, unique_key, choice('policy', policies, policy), cancellable];
        }, nothing],
        get: ['get', (timeout = -1, cancellable = null) => [timeout, cancellable]],
        claim: ['claim', (lease = 60, timeout = -1, cancellable = null) => [lease, timeout, cancellable]],
        resume: ['resume', (id, token, cancellable = null) => [id, token, cancellable]],
        claim_many: ['claim_many', (limit, lease = 60, timeout = -1, cancellable = null) =>
            [limit, lease, timeout, cancellable]],
    });
    natural(Beaver.Job, {
        ack: ['ack', alone],
        nack: ['nack', (delay = 0, reason = null, cancellable = null) => [delay, reason, cancellable]],
        bury: ['bury', (reason = null, cancellable = null) => [reason, cancellable]],
    });
    Object.assign(Beaver.Queue.prototype, {
        [Symbol.iterator]() {
            return items.call(this)[Symbol.iterator]();
        },
        [Symbol.asyncIterator]() {
            return items.call(this)[Symbol.asyncIterator]();
        },
    });
}

function init_log() {
    const proto = Beaver.Log.prototype;
    const {live} = proto;
    // positions as in C, or {start, end, limit, offset, newest_first, cancellable}
    const span = (first, end, limit, offset, order, cancellable) => {
        if (typeof first === 'object' && first !== null) {
            only('range()', first, ['start', 'end', 'limit', 'offset', 'newest_first', 'cancellable']);
            return span(first.start, first.end, first.limit, first.offset, first.newest_first ? 1 : 0, first.cancellable);
        }
        return [first ?? -Infinity, end ?? Infinity, limit ?? -1, offset ?? 0, order ?? Beaver.LogOrder.OLDEST_FIRST,
            cancellable ?? null];
    };

    Beaver.LogEntry.of = (value, timestamp = NaN) => Beaver.LogEntry.new(timestamp, to_json(value));
    getters(Beaver.LogEntry, {
        data() {
            return from_json(this.get_data());
        },
    });
    natural(Beaver.Log, {
        append: ['append_json', (value, cancellable = null) => [to_json(value), cancellable], nothing],
        append_at: ['append_json_at', (value, timestamp, cancellable = null) => [to_json(value), timestamp, cancellable]],
        append_many: ['append_batch', (values, cancellable = null) =>
            [Array.from(values, value => value instanceof Beaver.LogEntry ? value : Beaver.LogEntry.of(value)), cancellable],
        nothing],
        range: ['range', span],
        iterate: ['iterate', (order = Beaver.LogOrder.OLDEST_FIRST) => [order]],
        iterate_range: ['iterate_range', (...args) => span(...args).slice(0, 5)],
        count_range: ['count_range', (start = -Infinity, end = Infinity, cancellable = null) => [start, end, cancellable]],
    });
    // aggregator: gets the values of the window, oldest first, and the window; returns any value
    proto.live = function (window, period, aggregator = null) {
        return live.call(this, window, period, aggregator === null ? null : whole => {
            const entries = whole.get_entries();
            return to_json(aggregator(entries.map(entry => entry.data), whole) ?? null);
        });
    };
    proto[Symbol.iterator] = function () {
        return this.iterate()[Symbol.iterator]();
    };
    proto[Symbol.asyncIterator] = function () {
        return this.iterate()[Symbol.asyncIterator]();
    };
    // of live windows, what the aggregator made of them; of a tail, the entries
    stream(Beaver.LiveIterator, (iterator, entry) => iterator.get_window() > 0 ? entry.data : entry);
    disposable(Beaver.LiveIterator, 'close');
}

function init_channel() {
    natural(Beaver.Channel, {
        publish: ['publish', (value, cancellable = null) => [to_json(value), cancellable], nothing],
        publish_many: ['publish_batch', (values, cancellable = null) => [Array.from(values, to_json), cancellable], nothing],
        history: ['history', (limit = -1, cancellable = null) => [limit, cancellable]],
    });
    getters(Beaver.Message, {
        value() {
            return from_json(this.get_json());
        },
    });
    stream(Beaver.Subscription, (subscription, message) => message);
    disposable(Beaver.Subscription, 'close');
}

function init_consumer() {
    natural(Beaver.Channel, {
        open_consumer: ['open_consumer', (name, start = Beaver.ConsumerStart.BEGINNING, cancellable = null) =>
            [name, start, cancellable]],
    });
    natural(Beaver.Consumer, {
        seek: ['seek', (start, value = 0, cancellable = null) => [start, value, cancellable]],
    });
    stream(Beaver.Consumer, (consumer, message) => message);
    disposable(Beaver.Consumer, 'close');
}

function init_sketch() {
    const shape = (name, capacity = 1000000, error_rate = 0.01) => [name, capacity, error_rate];
    const item = (value, cancellable = null) => [to_json(value), cancellable];

    natural(Beaver.Db, {
        sketch: ['get_sketch', shape],
        get_sketch: ['get_sketch', shape],
    });
    natural(Beaver.Sketch, {
        add: ['add_json', item, nothing],
        add_many: ['add_many', (values, cancellable = null) => [Array.from(values, to_json), cancellable], nothing],
        has: ['contains_json', item],
    });
}

// Beaver.Dict “settings” (closed). A prototype has no name.
function init_strings() {
    for (const name of Object.keys(Beaver)) {
        const klass = Beaver[name];
        const is_db = klass === Beaver.Db;
        if (!is_db && !(klass?.prototype instanceof Beaver.Manager))
            continue;
        klass.prototype.toString = function () {
            if (!(this instanceof klass))
                return `Beaver.${name}`;
            return `Beaver.${name} “${is_db ? this.get_path() : this.get_name()}”${this.is_closed() ? ' (closed)' : ''}`;
        };
    }
}

function init_stats() {
    const {to_string} = Beaver.Stats.prototype;
    Beaver.Stats.prototype.toString = function () {
        return this instanceof Beaver.Stats ? to_string.call(this) : 'Beaver.Stats';
    };
    getters(Beaver.Db, {
        stats() {
            return this.get_stats();
        },
    });
}

function init_close_report() {
    const {to_string} = Beaver.CloseReport.prototype;
    Beaver.CloseReport.prototype.toString = function () {
        return this instanceof Beaver.CloseReport ? to_string.call(this) : 'Beaver.CloseReport';
    };
}

function _init() {
    Beaver = this;

    for (const name of Object.keys(Beaver)) {
        const klass = Beaver[name];
        if (typeof klass === 'function' && klass.prototype !== undefined && !name.endsWith('Class')) {
            relax(klass.prototype);
            relax(klass);
        }
    }

    init_cursor();
    init_db();
    init_manager();
    init_close_report();
    init_strings();
    init_stats();
    init_dict();
    init_list();
    init_queue();
    init_log();
    init_channel();
    init_consumer();
    init_sketch();
    imports.overrides.BeaverSearch.install(Beaver, {choice, from_json, getters, invalid, natural, nothing, only, to_json});
    imports.overrides.BeaverTransfer.install(Beaver, to_json, from_json, only);
}
