# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import gi
import tap_unittest

gi.require_version('Beaver', '1')
from gi.repository import Beaver, GLib  # noqa: E402


class Version(unittest.TestCase):
    def test_version_is_bound(self):
        self.assertEqual(Beaver.VERSION_S, f'{Beaver.MAJOR_VERSION}.{Beaver.MINOR_VERSION}.{Beaver.MICRO_VERSION}')

    def test_error_domain_is_registered(self):
        error = GLib.Error.new_literal(Beaver.error_quark(), 'gone', Beaver.Error.CLOSED)
        self.assertTrue(error.matches(Beaver.error_quark(), Beaver.Error.CLOSED))


if __name__ == '__main__':
    tap_unittest.main()
