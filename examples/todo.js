// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A to-do list for several terminals: the program of the tutorial.
//
//     gjs -m todo.js add TITLE | done N | undo | list | stats | remind N SECONDS | watch

// [todo]
import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

class Todo {
    constructor(db) {
        this.db = db;
        this.tasks = db.dict('tasks');              // '000001' -> {title: 'buy milk', done: false}
        this.counters = db.dict('counters');        // the last number
        this.undone = db.list('undo');              // the numbers of what was done
        this.history = db.log('history');           // what was done, by time
        this.reminders = db.queue('reminders');     // what to say later
    }
// [todo]

    // [add]
    add(title) {
        const number = this.counters.increment('task');
        this.tasks.set(to_key(number), {title, done: false});
    }
    // [add]

    // [list]
    list() {
        for (const [key, {title, done}] of this.tasks)
            print(`${`${Number(key)}`.padStart(3)} [${done ? 'x' : ' '}] ${title}`);
    }
    // [list]

    // [done]
    set_done(key, done) {
        const task = this.tasks.get(key);
        if (task === undefined)
            throw new Error(`there is no task ${Number(key)}`);
        this.tasks.set(key, {...task, done});
    }

    done(number) {
        const key = to_key(number);
        this.db.transact(() => {        // what is thrown in here rolls back
            this.set_done(key, true);
            this.undone.push(key);
            this.history.append(key);
        });
    }
    // [done]

    // [undo]
    undo() {
        this.db.transact(() => {
            const key = this.undone.pop();
            if (key === undefined)
                print('nothing to undo');
            else
                this.set_done(key, false);
        });
    }
    // [undo]

    // [stats]
    stats() {
        const week = this.history.count_range(Date.now() / 1000 - 7 * 24 * 3600);
        print(`${week} done in the last seven days`);
    }
    // [stats]

    // [remind]
    remind(number, seconds) {
        const key = to_key(number);
        this.reminders.put_job(key, {delay: Number(seconds), unique_key: key, policy: Beaver.UniquePolicy.REPLACE});
    }
    // [remind]

    // [watch]
    async watch() {
        const stop = new Gio.Cancellable();
        const handler = this.tasks.on('set', () => {
            print('--');
            this.list();
        });

        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, () => stop.cancel() ?? GLib.SOURCE_CONTINUE);
        this.list();
        try {
            for (;;) {
                const job = await this.reminders.claim_async(60, -1, stop);
                print(`remember task ${Number(job.data)}!`);
                await job.ack_async();
            }
        } catch (error) {
            if (!stop.is_cancelled())
                throw error;
        } finally {
            handler.off();
        }
    }
    // [watch]
}

// [main]
const verbs = {add: 1, done: 1, undo: 0, list: 0, stats: 0, remind: 2, watch: 0};
const [verb = 'list', ...words] = ARGV;

function to_key(number) {
    return `${Number(number)}`.padStart(6, '0');
}

try {
    if (verbs[verb] !== words.length)
        throw new Error('usage: todo.js add TITLE | done N | undo | list | stats | remind N SECONDS | watch');
    await Beaver.scope(GLib.getenv('TODO_DB') ?? 'todo.db', db => new Todo(db)[verb](...words));
} catch (error) {
    printerr(error.message);
    System.exit(1);
}
// [main]
