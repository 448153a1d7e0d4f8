// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// In and out, for JavaScript: dump, load, backup, export, check, and blobs with their files. Beaver.js calls install().
//
// Whoever gives what C wants (a format for dump(), a function or null for progress) gets what C does.
/* exported install */

const {Gio, GLib} = imports.gi;

let Beaver, to_json, from_json, only;

const is_options = value => value === undefined || (typeof value === 'object' && value !== null &&
    !(value instanceof Gio.Cancellable));

function to_file(file) {
    return file instanceof Gio.File ? file : Gio.File.new_for_path(file);
}

function format_of(file, format) {
    const name = typeof file === 'string' ? file : file instanceof Gio.File ? file.get_basename() : '';
    const chosen = format ?? (name.endsWith('.jsonl') ? 'jsonl' : 'json');
    if (chosen === 'json')
        return Beaver.DumpFormat.JSON;
    if (chosen === 'jsonl')
        return Beaver.DumpFormat.JSONL;
    throw new Beaver.Error({code: Beaver.Error.INVALID, message: `the format is json or jsonl, not ${chosen}`});
}

function strategy_of(strategy) {
    if (strategy === 'overwrite')
        return Beaver.LoadStrategy.OVERWRITE;
    if (strategy === 'append')
        return Beaver.LoadStrategy.APPEND;
    throw new Beaver.Error({code: Beaver.Error.INVALID, message: `the strategy is overwrite or append, not ${strategy}`});
}

// The arguments of C for dump(), and what becomes of what it wrote.
function dumping(target, options) {
    const {format, progress = null, cancellable = null} = only('dump()', options, ['format', 'progress', 'cancellable']);
    const stream = target instanceof Gio.OutputStream ? target : Gio.MemoryOutputStream.new_resizable();
    const chosen = format_of(target, format);
    const done = () => {
        if (stream === target)
            return undefined;
        stream.close(null);
        const bytes = stream.steal_as_bytes();
        if (target !== null) {
            to_file(target).replace_contents(bytes.toArray(), null, false, Gio.FileCreateFlags.NONE, null);
            return undefined;
        }
        const text = new TextDecoder().decode(bytes.toArray());
        return chosen === Beaver.DumpFormat.JSON ? from_json(text) : text;
    };
    return [[stream, chosen, Beaver.DumpFlags.NONE, progress, cancellable], done];
}

// An object that dump() gave, a file, or a stream.
function loading(source, options) {
    const {format, strategy = 'overwrite', progress = null, cancellable = null} =
        only('load()', options, ['format', 'strategy', 'progress', 'cancellable']);
    let stream = source;
    if (typeof source === 'string' || source instanceof Gio.File)
        stream = to_file(source).read(null);
    else if (!(source instanceof Gio.InputStream))
        stream = Gio.MemoryInputStream.new_from_bytes(new GLib.Bytes(new TextEncoder().encode(to_json(source))));
    return [stream, format_of(source, format), strategy_of(strategy), progress, cancellable];
}

function install_dump(proto) {
    const {dump, dump_async, load, load_async} = proto;
    proto.dump = function (target = null, options = {}, ...rest) {
        if (!is_options(options))
            return dump.call(this, target, options, ...rest);
        const [args, done] = dumping(target, options);
        dump.apply(this, args);
        return done();
    };
    proto.dump_async = function (target = null, options = {}, ...rest) {
        if (!is_options(options))
            return dump_async.call(this, target, options, ...rest);
        return (async () => {
            const [args, done] = dumping(target, options);
            await dump_async.apply(this, args);
            return done();
        })();
    };
    proto.load = function (source, options = {}, ...rest) {
        return is_options(options)
            ? load.apply(this, loading(source, options)) : load.call(this, source, options, ...rest);
    };
    proto.load_async = function (source, options = {}, ...rest) {
        if (!is_options(options))
            return load_async.call(this, source, options, ...rest);
        return (async () => load_async.apply(this, loading(source, options)))();
    };
}

// A method that ends with progress and a cancellable: an object in their place, or nothing. n: the arguments before them.
function with_options(proto, name, n, prepare = args => args) {
    for (const method of [name, `${name}_async`]) {
        const call = proto[method];
        proto[method] = function (...args) {
            const options = args.length > n ? args[n] : {};
            const head = prepare(args.slice(0, n), is_options(options) ? options : {});
            if (!is_options(options))
                return call.call(this, ...head, ...args.slice(n));
            const {progress = null, cancellable = null} = only(`${name}()`, options ?? {}, ['progress', 'cancellable']);
            return call.call(this, ...head, progress, cancellable);
        };
    }
}

function to_bytes(data) {
    return data instanceof Uint8Array ? new GLib.Bytes(data) : data;
}

function install_blobs() {
    const {prototype: proto} = Beaver.Blobs;
    const to_metadata = metadata =>
        metadata === null || metadata === undefined || typeof metadata === 'string' ? metadata ?? null : to_json(metadata);
    for (const method of ['put', 'put_async']) {
        const call = proto[method];
        proto[method] = function (key, data, metadata = null, ...rest) {
            return call.call(this, key, to_bytes(data), to_metadata(metadata), ...rest.length > 0 ? rest : [null]);
        };
    }
    for (const method of ['open_write', 'open_write_async']) {
        const call = proto[method];
        if (call !== undefined) {
            proto[method] = function (key, metadata = null, ...rest) {
                return call.call(this, key, to_metadata(metadata), ...rest);
            };
        }
    }
    const {put} = Beaver.BlobsBatch.prototype;
    Beaver.BlobsBatch.prototype.put = function (key, data, metadata = null) {
        return put.call(this, key, to_bytes(data), to_metadata(metadata));
    };
    proto.metadata = function (key, cancellable = null) {
        return from_json(this.get_metadata(key, cancellable));
    };
    proto.metadata_async = async function (key, cancellable = null) {
        return from_json(await this.get_metadata_async(key, cancellable));
    };
    for (const iterator of [Symbol.iterator, Symbol.asyncIterator]) {
        proto[iterator] = iterator === Symbol.iterator
            ? function* () {
                for (const entry of this.keys())
                    yield entry.key;
            }
            : async function* () {
                for await (const entry of this.keys())
                    yield entry.key;
            };
    }
    // import_file(key, file), import_file(key, file, {metadata, progress, cancellable}), or as in C
    for (const method of ['import_file', 'import_file_async']) {
        const call = proto[method];
        proto[method] = function (key, file, options = {}, ...rest) {
            if (!is_options(options) || rest.length > 0)
                return call.call(this, key, to_file(file), to_metadata(options), ...rest);
            const {metadata = null, progress = null, cancellable = null} =
                only('import_file()', options, ['metadata', 'progress', 'cancellable']);
            return call.call(this, key, to_file(file), to_metadata(metadata), progress, cancellable);
        };
    }
    with_options(proto, 'export_file', 2, ([key, file]) => [key, to_file(file)]);
    Beaver.Db.prototype.blobs ??= function (name) {
        return this.get_blobs(name);
    };
}

function install(namespace, to_text, from_text, checked) {
    [Beaver, to_json, from_json, only] = [namespace, to_text, from_text, checked];
    install_dump(Beaver.Manager.prototype);
    install_dump(Beaver.Db.prototype);
    with_options(Beaver.Manager.prototype, 'reindex', 0);
    with_options(Beaver.Db.prototype, 'backup', 1);
    with_options(Beaver.Db.prototype, 'export_file', 1);
    const {check, check_async} = Beaver.Db.prototype;
    // check(), check({fix: true}), or as in C
    const fix_of = options => typeof options === 'boolean' ? options : only('check()', options, ['fix']).fix ?? false;
    Beaver.Db.prototype.check = function (options = {}, cancellable = null) {
        return check.call(this, fix_of(options), cancellable);
    };
    Beaver.Db.prototype.check_async = function (options = {}, ...rest) {
        return check_async.call(this, fix_of(options), ...rest.length > 0 ? rest : [null]);
    };
    install_blobs();
}
