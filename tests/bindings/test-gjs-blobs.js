// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {test, run, equal, throws, rejects} from './tap.js';
import {with_path} from './gjs-file.js';

const blobs = body => () => Beaver.scope(':memory:', db => body(db.blobs('b'), db));
const hex = bytes => bytes.toArray().join(' ');

test('bytes and metadata', blobs(async b => {
    b.put('a', new Uint8Array([0, 255]), {w: 1});
    b.put('b', new GLib.Bytes([1]), '{"text": true}');
    await b.put_async('c', new Uint8Array(0));
    equal(hex(b.get('a')), '0 255');
    equal(b.metadata('a').w, 1);
    equal(b.metadata('b').text, true);
    equal(b.metadata('c'), undefined);
    equal((await b.metadata_async('a')).w, 1);
    equal([...b].join(), 'a,b,c');
    const seen = [];
    for await (const key of b)
        seen.push(key);
    equal(seen.join(), 'a,b,c');
    throws(() => b.get('none'), [Beaver.Error, Beaver.Error.NOT_FOUND]);
    const batch = b.create_batch();
    batch.put('d', new Uint8Array([7]), [1]);
    batch.remove('a');
    equal(batch.apply(), 2);
    equal([...b].join(), 'b,c,d');
}));

test('streams', blobs(async b => {
    const stream = b.open_write('k', null);
    stream.write_bytes(new GLib.Bytes([1, 2, 3]), null);
    equal(b.contains('k'), false);
    stream.close(null);
    const input = b.open_read('k');
    equal(hex(input.read_bytes(2, null)), '1 2');
    const more = await new Promise((resolve, reject) => input.read_bytes_async(10, 0, null, (source, result) => {
        try {
            resolve(source.read_bytes_finish(result));
        } catch (error) {
            reject(error);
        }
    }));
    equal(hex(more), '3');
}));

test('metadata of what is streamed', () => Beaver.scope(':memory:', db => {
    const b = db.blobs('b');
    for (const [key, metadata] of [['a', {width: 640}], ['b', undefined]]) {
        const output = b.open_write(key, metadata);
        output.write_all(new Uint8Array([1, 2]), null);
        output.close(null);
    }
    equal([b.metadata('a'), b.metadata('b'), b.get_size('b')], [{width: 640}, undefined, 2]);
}));

test('files', () => with_path(path => Beaver.scope(path, async db => {
    const b = db.blobs('b');
    const [source, target] = [`${path}.in`, `${path}.out`];
    GLib.file_set_contents(source, 'some bytes');
    const told = [];
    b.import_file('k', source, {metadata: {a: 1}, progress: (done, total) => told.push(`${done}/${total}`)});
    equal(told.at(-1), '10/10');
    equal(b.metadata('k').a, 1);
    b.export_file('k', Gio.File.new_for_path(target));
    equal(new TextDecoder().decode(GLib.file_get_contents(target)[1]), 'some bytes');
    GLib.unlink(target);
    await b.import_file_async('l', source, {progress: done => told.push(done)});
    await b.export_file_async('l', target);
    equal(new TextDecoder().decode(GLib.file_get_contents(target)[1]), 'some bytes');
    await rejects(b.export_file_async('none', target), [Beaver.Error, Beaver.Error.NOT_FOUND]);
    throws(() => b.import_file('k', `${path}.none`), [Beaver.Error, Beaver.Error.NOT_FOUND]);
})));

run();
