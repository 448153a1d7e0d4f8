#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A to-do list for several terminals: the program of the tutorial.

todo.py add TITLE | done N | undo | list | stats | remind N SECONDS | watch
"""
# [todo]
import os
import sys
import time
from dataclasses import dataclass

import beaver
from beaver import BeaverDB


@dataclass
class Task:
    title: str
    done: bool = False


class Todo:
    def __init__(self, db):
        self.db = db
        self.tasks = db.dict('tasks', model=Task)   # '000001' -> Task('buy milk')
        self.counters = db.dict('counters')         # the last number
        self.undone = db.list('undo')               # the numbers of what was done
        self.history = db.log('history')            # what was done, by time
        self.reminders = db.queue('reminders')      # what to say later
# [todo]

    # [add]
    def add(self, title):
        number = self.counters.increment('task')
        self.tasks[f'{number:06}'] = Task(title)
    # [add]

    # [list]
    def list(self):
        for key, task in self.tasks.items():
            print(f'{int(key):3} [{"x" if task.done else " "}] {task.title}', flush=True)
    # [list]

    # [done]
    def set_done(self, key, done):
        task = self.tasks[key]          # KeyError: there is none
        task.done = done
        self.tasks[key] = task

    def done(self, number):
        key = f'{int(number):06}'
        with self.db.transaction():     # an exception rolls back
            self.set_done(key, True)
            self.undone.push(key)
            self.history.log(key)
    # [done]

    # [undo]
    def undo(self):
        with self.db.transaction():
            key = self.undone.pop()
            if key is None:
                print('nothing to undo')
            else:
                self.set_done(key, False)
    # [undo]

    # [stats]
    def stats(self):
        week = self.history.range(start=time.time() - 7 * 24 * 3600)
        print(f'{len(week)} done in the last seven days')
    # [stats]

    # [remind]
    def remind(self, number, seconds):
        key = f'{int(number):06}'
        self.reminders.put_job(key, delay=float(seconds), unique_key=key, policy='replace')
    # [remind]

    # [watch]
    def watch(self):
        self.list()
        self.tasks.on('set', lambda payload: (print('--'), self.list()))
        try:
            while True:
                with self.reminders.claim(lease=60) as job:
                    print(f'remember task {int(job.data)}!', flush=True)
        except KeyboardInterrupt:
            pass
    # [watch]


# [main]
VERBS = {'add': 1, 'done': 1, 'undo': 0, 'list': 0, 'stats': 0, 'remind': 2, 'watch': 0}


def main(verb='list', *words):
    if VERBS.get(verb) != len(words):
        return __doc__.splitlines()[-1]
    try:
        with BeaverDB(os.environ.get('TODO_DB', 'todo.db')) as db:
            return getattr(Todo(db), verb)(*words)
    except beaver.Error as error:
        return str(error)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
# [main]
