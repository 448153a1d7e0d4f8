// SPDX-License-Identifier: LGPL-2.1-or-later
// What the fragments in the documentation use without saying where it comes from.
import Beaver from 'gi://Beaver?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const db = new Beaver.Db('docs.db');
const settings = db.dict('settings');
const accounts = db.dict('accounts');
const visits = db.log('visits');
const news = db.channel('news');
const tasks = db.list('tasks');
const jobs = db.queue('jobs');
const lock = db.lock('report');
const places = db.vectors('places');
const writeReport = async () => {};
const sendMail = async () => {};
const handle = () => {};
