// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Documents and their search, queries of dicts.

import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, throws} from './tap.js';

const INVALID = [Beaver.Error, Beaver.Error.INVALID];
const ids = hits => hits.map(hit => hit.get_id());

const docs = body => () => Beaver.scope(':memory:', db => {
    const articles = db.docs('articles');
    articles.put({title: 'Python programming', year: 1991}, {id: 'py'});
    articles.put({title: 'SQLite database', year: 2000}, {id: 'sql'});
    articles.put({title: 'Rust language', year: 2015}, {id: 'rust', fuzzy: true});
    return body(articles, db);
});

test('values in and out', docs(articles => {
    equal(articles.get('py').body, {title: 'Python programming', year: 1991});
    equal(articles.get('none'), undefined);
    equal([...articles].map(document => document.get_id()), ['py', 'rust', 'sql']);
    const made = articles.put('only text');
    equal(made.get_id().length, 32);
    equal(made.body, 'only text');
    articles.drop(made.get_id());
    equal(articles.count(), 3);
}));

test('search', docs(articles => {
    equal(ids(articles.search('program')), ['py']);
    equal(ids(articles.search('C++')), []);
    equal(ids(articles.search({text: 'lang* OR sqlite', plain: false, sort: ['-year']})), ['rust', 'sql']);
    throws(() => articles.search({text: 'C++', plain: false}), INVALID);
    equal(ids(articles.search({fuzzy: 'langage'})), ['rust']);
    equal(ids(articles.search({where: [['year', '>', 1995], ['title', 'contains', 'SQL']]})), ['sql']);
    equal(ids(articles.search({where: [['year', 'in', [1991, 7]]]})), ['py']);
    equal(articles.search('rust')[0].body.year, 2015);
    equal(articles.search({text: 'rust', snippet: {before: '<', after: '>', words: 4}})[0].get_snippet(), '<Rust> language');
    equal(articles.search({text: 'rust', snippet: {}})[0].get_path(), 'title');
}));

test('words and vectors', docs((articles, db) => {
    const vectors = db.vectors('articles');
    ['py', 'sql', 'rust', 'nobody'].forEach((id, i) => vectors.set(id, [i, 1]));
    const near = {vectors, vector: [2, 1], k: 2};
    equal(ids(articles.search({text: 'python', near})), ['py', 'rust', 'sql']);
    equal(articles.search({text: 'python', near})[0].get_score(), 1 / 60);
    equal(ids(articles.search({text: 'python', near: {...near, weight: 2}})), ['rust', 'sql', 'py']);
    equal(ids(articles.search({near: {...near, metric: 'euclid', k: 1}})), ['rust']);
    throws(() => articles.search({near: {...near, weight: 0}}), INVALID);
    throws(() => articles.search({near: {...near, k: 0}}), INVALID);
    throws(() => articles.search({near: {vector: [1, 2]}}), INVALID);
}));

test('one condition, one path', docs(articles => {
    for (const [id, n] of [['a', 2], ['b', 1], ['c', 3]])
        articles.put({n}, {id});
    equal(ids(articles.search({where: ['n', '<', 3], sort: 'n'})), ['b', 'a']);
    equal(ids(articles.search({sort: '-n', limit: 3})), ['c', 'a', 'b']);
}));

test('an operator that is none', docs(articles => {
    throws(() => articles.search({where: [['t', '=~', 'x']]}), INVALID);
    throws(() => articles.search({where: [['t', 'toString', 'x']]}), INVALID);
}));

test('a batch', docs(articles => {
    const batch = articles.create_batch();
    batch.put('first', {id: 'a'});
    batch.put('last', {id: 'a'});
    equal(batch.apply(), 1);
    equal(articles.get('a').body, 'last');
    equal([articles.has('a'), articles.has('b')], [true, false]);
}));

test('async', docs(async articles => {
    const made = await articles.put_async({t: 'awaited'}, {id: 'x'});
    equal(made.body, {t: 'awaited'});
    equal(ids(await articles.search_async('awaited')), ['x']);
    equal([await articles.has_async('x'), await articles.has_async('y')], [true, false]);
}));

test('an index of a dict', () => Beaver.scope(':memory:', db => {
    const dict = db.dict('d');
    dict.set('a', {n: 1});
    dict.set('b', {n: 2});
    dict.add_index('n');
    const told = [];
    equal(dict.reindex({progress: (done, total) => told.push([done, total])}), 2);
    equal(told[told.length - 1], [2, 2]);
    equal(dict.reindex(), 2);
    equal(dict.query({where: [['n', '>=', 2]]}).map(entry => entry.get_key()), ['b']);
    equal(dict.list_indexes()[0].get_used(), true);
}));

test('an index made in the background', () => Beaver.scope(':memory:', async db => {
    const dict = db.dict('d');
    dict.set('a', {n: 1});
    dict.add_index('n');
    const told = [];
    equal(await dict.reindex_async({progress: (done, total) => told.push([done, total])}), 1);
    equal(told[told.length - 1], [1, 1]);
    equal(await dict.reindex_async(), 1);
}));

run();
