// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// gjs -m quickstart.js [FILE]

// [use]
import Beaver from 'gi://Beaver?version=1';

await Beaver.scope(ARGV[0] ?? 'my_app.db', async db => {
    const settings = db.dict('settings');
    settings.set('theme', {name: 'dark', contrast: 1.5});
    settings.increment('visits');
    print(JSON.stringify(settings.get('theme')));

    await db.log('visits').append_async({page: '/', ms: 12});

    // the last minute, once a second; here, the first one
    for await (const {n} of db.log('visits').live(60, 1, values => ({n: values.length}))) {
        print(`${n} in the last minute`);
        break;
    }
});
// here all connections are closed and all background threads are stopped
// [use]
