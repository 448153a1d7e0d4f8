// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tests in JavaScript that print TAP.
//
//     import {test, run, equal, ok, throws, rejects} from './tap.js';
//
//     test('a name', () => equal(1 + 1, 2));
//     test('another', async () => { ... });
//     run();
//
// GJS only logs an exception in a callback and a rejection that nobody handles; warnings are fatal here, so that both end
// the program.

import GLib from 'gi://GLib';
import System from 'system';

const DEADLINE = 900;   // seconds a test may take

const tests = [];

export function test(name, body) {
    tests.push({name, body});
}

function show(value) {
    if (value instanceof Uint8Array)
        return `bytes [${Array.from(value)}]`;
    return typeof value === 'string' || (typeof value === 'object' && value !== null &&
        [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)))
        ? JSON.stringify(value) : String(value);
}

function same(a, b) {
    if (Object.is(a, b))
        return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null ||
        Object.getPrototypeOf(a) !== Object.getPrototypeOf(b))
        return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every(key => key in b && same(a[key], b[key])) &&
        (keys.length > 0 || [Object.prototype, Array.prototype, Uint8Array.prototype].includes(Object.getPrototypeOf(a)));
}

export function ok(condition, message = 'not true') {
    if (!condition)
        throw new Error(message);
}

export function equal(have, want, message = '') {
    if (!same(have, want))
        throw new Error(`${message ? `${message}: ` : ''}got ${show(have)}, expected ${show(want)}`);
}

// matches: nothing, a RegExp for the message, [domain, code] for a GError, or a class
function fits(error, matches) {
    if (matches instanceof RegExp)
        ok(matches.test(error.message), `message ${show(error.message)} does not match ${matches}`);
    else if (Array.isArray(matches))
        ok(error instanceof GLib.Error && error.matches(...matches), `another error: ${error}`);
    else if (matches !== undefined)
        ok(error instanceof matches, `another kind of error: ${error}`);
}

export function throws(body, matches) {
    try {
        body();
    } catch (error) {
        fits(error, matches);
        return error;
    }
    throw new Error('did not throw');
}

export async function rejects(promise, matches) {
    try {
        await promise;
    } catch (error) {
        fits(error, matches);
        return error;
    }
    throw new Error('was not rejected');
}

function deadline(name) {
    return GLib.timeout_add_seconds(GLib.PRIORITY_HIGH, DEADLINE, () => {
        printerr(`${name}: not done after ${DEADLINE} s`);
        System.exit(1);
        return GLib.SOURCE_REMOVE;
    });
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let failed = 0;
    GLib.log_set_always_fatal(GLib.LogLevelFlags.LEVEL_ERROR | GLib.LogLevelFlags.LEVEL_CRITICAL |
        GLib.LogLevelFlags.LEVEL_WARNING);

    async function all() {
        print(`1..${tests.length}`);
        for (const [i, {name, body}] of tests.entries()) {
            const source = deadline(name);
            try {
                await body();   // eslint-disable-line no-await-in-loop
                print(`ok ${i + 1} - ${name}`);
            } catch (error) {
                failed++;
                for (const line of `${error}\n${error.stack ?? ''}`.trim().split('\n'))
                    print(`# ${line}`);
                print(`not ok ${i + 1} - ${name}`);
            }
            GLib.source_remove(source);
        }
    }

    all().catch(error => {
        printerr(`${error}\n${error.stack}`);
        failed++;
    }).finally(() => loop.quit());
    loop.run();
    System.exit(failed ? 1 : 0);
}
