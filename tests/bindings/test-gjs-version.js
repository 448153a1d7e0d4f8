// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {test, run, equal, ok} from './tap.js';

test('version is bound', () =>
    equal(Beaver.VERSION_S, `${Beaver.MAJOR_VERSION}.${Beaver.MINOR_VERSION}.${Beaver.MICRO_VERSION}`));

test('error domain is registered', () => {
    const error = new Beaver.Error({code: Beaver.Error.CLOSED, message: 'gone'});
    ok(error.matches(Beaver.Error, Beaver.Error.CLOSED));
});

// or a suite could be green over an error that GJS only logs
const LOST = {
    'a rejection that nobody handles': 'Promise.reject(new Error("lost"));',
    'an exception in a callback': 'GLib.idle_add(0, () => { throw new Error("lost"); });',
    'a failed test': 'throw new Error("seen");',
    nothing: '',
};

for (const [name, body] of Object.entries(LOST)) {
    test(`a suite says what becomes of ${name}`, async () => {
        const [file] = GLib.file_open_tmp('beaver-XXXXXX.js').slice(1).reverse();
        const tap = GLib.filename_to_uri(GLib.filename_from_uri(import.meta.url)[0].replace(/[^/]*$/, 'tap.js'), null);
        GLib.file_set_contents(file, `
            import GLib from 'gi://GLib';
            import {test, run} from '${tap}';
            test('it', async () => {
                ${body}
                await new Promise(resolve => setTimeout(resolve, 10));
            });
            run();`);
        const child = Gio.Subprocess.new(['gjs', '-m', file],
            Gio.SubprocessFlags.STDOUT_SILENCE | Gio.SubprocessFlags.STDERR_SILENCE);
        await new Promise((resolve, reject) => child.wait_async(null, (own, result) => {
            try {
                resolve(own.wait_finish(result));
            } catch (error) {
                reject(error);
            }
        }));
        GLib.unlink(file);
        equal(child.get_if_exited() && child.get_exit_status() === 0, name === 'nothing');
    });
}

run();
