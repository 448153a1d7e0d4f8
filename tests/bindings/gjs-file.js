// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A folder that goes with the program, and what a process still has open and running.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

function* names(folder) {
    const found = Gio.File.new_for_path(folder).enumerate_children('standard::name', 0, null);
    for (let info; (info = found.next_file(null)) !== null;)
        yield info.get_name();
    found.close(null);
}

// body: gets the path of a database in a folder that is removed behind it
export async function with_path(body) {
    const folder = GLib.Dir.make_tmp('beaver-gjs-XXXXXX');
    try {
        return await body(`${folder}/x.db`);
    } finally {
        for (const name of [...names(folder)])
            GLib.unlink(`${folder}/${name}`);
        GLib.rmdir(folder);
    }
}

// The descriptors on a database, its -wal and its -shm.
export function descriptors(path) {
    const open = [];
    for (const fd of [...names('/proc/self/fd')]) {
        try {
            const target = GLib.file_read_link(`/proc/self/fd/${fd}`);
            if (target.startsWith(path))
                open.push(target);
        } catch {
            // the one of the folder itself, closed by now
        }
    }
    return open;
}

// The names of the library's threads. One that was joined stays listed for an instant; the kernel marks it as exiting
// (PF_EXITING, 4), and it does not count.
export function threads() {
    const found = [];
    for (const task of [...names('/proc/self/task')]) {
        try {
            // tid (name) state ppid pgrp session tty_nr tpgid flags ...
            const stat = new TextDecoder().decode(GLib.file_get_contents(`/proc/self/task/${task}/stat`)[1]);
            const [, name, rest] = /\((.*)\) (.*)/s.exec(stat);
            if (name.startsWith('beaver') && !(Number(rest.split(' ')[6]) & 4))
                found.push(name);
        } catch (error) {
            if (!(error instanceof GLib.Error))
                throw error;
            // ended meanwhile
        }
    }
    return found;
}

// Waits, with the main loop running, until something holds.
export async function until(holds, seconds = 120) {
    const deadline = GLib.get_monotonic_time() + seconds * 1e6;
    while (!holds()) {
        if (GLib.get_monotonic_time() > deadline)
            throw new Error(`not so after ${seconds} s: ${holds}`);
        await new Promise(resolve => setTimeout(resolve, 2));   // eslint-disable-line no-await-in-loop
    }
}
