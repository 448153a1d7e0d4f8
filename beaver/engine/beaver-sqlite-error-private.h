/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sqlite3.h>

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* The one place where SQLite's result codes (extended or not) become ours. db may be NULL; what is the deed, as in
 * "opening “app.db”". */
void _beaver_sqlite_set_error (GError **error, int code, sqlite3 *db, const char *what);
int _beaver_sqlite_error_code (int code);

G_END_DECLS
