// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, throws} from './tap.js';

const queue = body => () => Beaver.scope(':memory:', db => body(db.queue('q'), db));

test('items come out in order', queue(async q => {
    q.put({a: 1}, 5);
    q.put('first', 1);
    equal(q.peek().data, 'first');
    equal([...q].length, 2);
    equal(q.get(0).data, 'first');
    equal(q.pop().data.a, 1);
    equal(q.pop(), null);
    throws(() => q.get(0), [Beaver.Error, Beaver.Error.TIMEOUT]);
    const waiting = q.get_async();
    await q.put_async('late');
    equal((await waiting).data, 'late');
}));

test('jobs are lent', queue(async q => {
    q.put_job('x', {max_attempts: 1, unique_key: 'k'});
    throws(() => q.put_job('y', {unique_key: 'k'}), [Beaver.Error, Beaver.Error.CONFLICT]);
    const job = await q.claim_async(30);
    equal(job.data, 'x');
    job.nack(0, 'broken');
    const [dead] = [...q.dead_letters()];
    equal(dead.get_reason(), 'broken');
    q.put_job('z', {unique_key: 'r', delay: 600});
    q.put_job('zz', {unique_key: 'r', delay: 600, policy: 'replace'});
    equal([...q.jobs(Beaver.JobState.DELAYED)].map(delayed => delayed.data), ['zz']);
    q.clear();
    q.put_many([1, 2]);
    const [one] = q.claim_many(1);
    await q.resume(one.id, one.token).ack_async();
    throws(() => one.ack(), [Beaver.Error, Beaver.Error.CONFLICT]);
    equal(q.count(), 1);
}));

run();
