/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* A file of beaver-db 1.x, opened for reading only. Used by one thread at a time. */
typedef struct _BeaverLegacy BeaverLegacy;

BeaverLegacy *_beaver_legacy_open (const char *path, GError **error);
void _beaver_legacy_free (BeaverLegacy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLegacy, _beaver_legacy_free)

/* Whether a table is there; how many rows a statement counts (-1 with error). */
gboolean _beaver_legacy_has (BeaverLegacy *self, const char *table);
gint64 _beaver_legacy_count (BeaverLegacy *self, const char *sql, GError **error);
/* The first column of the first row; NULL when there is none. */
char *_beaver_legacy_text (BeaverLegacy *self, const char *sql);

/* Calls row for each row; text columns are UTF-8 with a NUL behind, NULL for NULL. */
typedef gboolean (*BeaverLegacyRow) (BeaverLegacy *self, gpointer data, GError **error);
gboolean _beaver_legacy_each (BeaverLegacy *self,
                              const char *sql,
                              BeaverLegacyRow row,
                              gpointer data,
                              GError **error);
/* Of the row that row was called for. */
const char *_beaver_legacy_column (BeaverLegacy *self, int column, gsize *length);
double _beaver_legacy_double (BeaverLegacy *self, int column);
/* Binds all columns of it to the parameters of a statement, as they are. */
void _beaver_legacy_bind (BeaverLegacy *self, BeaverStatement *statement);

G_END_DECLS
