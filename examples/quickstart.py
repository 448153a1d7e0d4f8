#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The quick start for Python.   usage: quickstart.py [DATABASE]"""
import sys
import threading
from datetime import timedelta

from beaver import BeaverDB

with BeaverDB(sys.argv[1] if len(sys.argv) > 1 else ':memory:') as db:
    settings = db.dict('settings')
    settings['theme'] = 'dark'
    settings.set('session', {'user': 7}, ttl_seconds=3600)
    print('settings:', dict(settings))

    # a moving window over a log, in a thread of its own
    requests = db.log('requests')
    requests.log({'path': '/', 'ms': 12})

    def watch():
        with requests.live(window=timedelta(minutes=1), period=timedelta(milliseconds=50),
                           aggregator=lambda window: sum(entry['ms'] for entry in window)) as windows:
            for total in windows:       # ends when the database is closed
                totals.append(total)
                seen.set()

    totals, seen = [], threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    seen.wait()
    print('milliseconds of the last minute:', totals[0])

    # messages, in this process and in others
    with db.channel('news').subscribe() as subscription:
        db.channel('news').publish({'headline': 'dam finished'})
        for payload in subscription.listen(timeout=5):
            print('news:', payload['headline'])
            break

    # callbacks come in a thread of the database
    changed = threading.Event()
    settings.on('set', lambda payload: (print('set:', payload['key']), changed.set()))
    settings['theme'] = 'light'
    changed.wait()

    with db.lock('maintenance', timeout=5), db.transaction():
        settings['maintained'] = True

# here all connections are closed and all background threads are stopped
watcher.join()
print('closed:', db.closed)
