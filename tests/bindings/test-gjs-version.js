// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
import Beaver from 'gi://Beaver?version=1';
import {test, run, equal, ok} from './tap.js';

test('version is bound', () =>
    equal(Beaver.VERSION_S, `${Beaver.MAJOR_VERSION}.${Beaver.MINOR_VERSION}.${Beaver.MICRO_VERSION}`));

test('error domain is registered', () => {
    const error = new Beaver.Error({code: Beaver.Error.CLOSED, message: 'gone'});
    ok(error.matches(Beaver.Error, Beaver.Error.CLOSED));
});

run();
