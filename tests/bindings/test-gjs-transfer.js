// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {test, run, equal, ok, throws, rejects} from './tap.js';
import {with_path} from './gjs-file.js';

function fill(db) {
    db.dict('d').set('a', {x: [1, 'ü']});
    db.list('l').push('one');
    db.queue('q').put({job: 1}, 2);
    db.blobs('b').put('k', new Uint8Array([0, 255]), {m: 1});
}

function assert_filled(db) {
    equal(db.dict('d').get('a').x[1], 'ü');
    equal([...db.list('l')].join(), 'one');
    equal(db.queue('q').peek().data.job, 1);
    equal(db.blobs('b').get('k').toArray().join(), '0,255');
}

async function with_copy(path, body) {
    const db = Beaver.Db.open(path);
    try {
        await body(db);
    } finally {
        db.close();
    }
}

test('a dump of what Python calls JSON', () => with_path(path => Beaver.scope(path, db => {
    const dump = {items: [{key: 'a', value: NaN}]};

    // no null in its place
    throws(() => db.dict('d').load(dump), [Beaver.Error, Beaver.Error.INVALID]);
    GLib.file_set_contents(`${path}.json`, '{"items": [{"key": "a", "value": [NaN, -Infinity]}]}');
    equal(db.dict('d').load(`${path}.json`), 1);
    const [{value}] = db.dict('d').dump().items;
    ok(Number.isNaN(value[0]) && value[1] === -Infinity);
})));

test('dump and load', () => with_path(path => Beaver.scope(path, async db => {
    fill(db);
    const whole = db.dump();
    equal(whole.metadata.type, 'Database');
    equal(db.dict('d').dump().items[0].key, 'a');
    db.dump(`${path}.json`);
    await db.dump_async(`${path}.jsonl`);
    const lines = await db.list('l').dump_async(null, {format: 'jsonl'});
    equal(lines, '"one"\n');
    let number = 0;
    for (const source of [whole, `${path}.json`, Gio.File.new_for_path(`${path}.jsonl`)]) {
        await with_copy(`${path}-${number++}`, async copy => {
            equal(copy.load(source), 4);
            assert_filled(copy);
            equal(await copy.load_async(source, {strategy: 'append'}), 4);
        });
    }
    throws(() => db.load({structures: [{metadata: {type: 'Dict', name: 'd'}, items: [1]}]}),
        [Beaver.Error, Beaver.Error.INVALID]);
    throws(() => db.load(whole, {strategy: 'replace'}), [Beaver.Error, Beaver.Error.INVALID]);
    throws(() => db.dump(null, {format: 'xml'}), [Beaver.Error, Beaver.Error.INVALID]);
    assert_filled(db);
    // as in C
    const stream = Gio.MemoryOutputStream.new_resizable();
    equal(db.dump(stream, Beaver.DumpFormat.JSON, Beaver.DumpFlags.COMPACT, null), true);
})));

test('backup, export and check', () => with_path(path => Beaver.scope(path, async db => {
    fill(db);
    const told = [];
    db.backup(`${path}.backup`, {progress: (done, total) => told.push([done, total])});
    equal(told.at(-1)[0], told.at(-1)[1]);
    db.backup(`${path}.backup`);
    await db.backup_async(`${path}.backup`, {progress: () => told.push(null)});
    await db.export_file_async(`${path}.export`);
    for (const name of ['backup', 'export'])
        await with_copy(`${path}.${name}`, copy => assert_filled(copy));
    await rejects(db.export_file_async(`${path}.export`), [Beaver.Error, Beaver.Error.CONFLICT]);
    throws(() => db.export_file(`${path}.export`), [Beaver.Error, Beaver.Error.CONFLICT]);
    const errors = findings => findings.filter(finding => finding.get_severity() === Beaver.CheckSeverity.ERROR);
    equal(errors(db.check()).length, 0);
    equal(errors(await db.check_async({fix: true})).length, 0);
    db.close();
    throws(() => db.backup(`${path}.late`), [Beaver.Error, Beaver.Error.CLOSED]);
    await rejects(db.dump_async(), [Beaver.Error, Beaver.Error.CLOSED]);
})));

run();
