# SPDX-License-Identifier: LGPL-2.1-or-later
# What the fragments in the documentation use without saying where it comes from.
import json
import threading
import time

import beaver
from beaver import BeaverDB
from gi.repository import Beaver, Gio, GLib

db = BeaverDB('docs.db')
settings = db.dict('settings')
accounts = db.dict('accounts')
visits = db.log('visits')
news = db.channel('news')
tasks = db.list('tasks')
jobs = db.queue('jobs')
articles = db.docs('articles')
lock = db.lock('report')
places = db.vectors('places')


def write_report():
    pass


def send_mail(data):
    pass


def handle(message):
    pass


