/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-db.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* The manager of this type and name: the one there is, or a new one. The database keeps it until it is disposed; the
 * result is borrowed. options is NULL or a canonical text of the options of the call ("capacity=1000"): when the manager
 * exists with other options, that is BEAVER_ERROR_CONFLICT. Extra construct properties follow, NULL-terminated.
 * Answers BEAVER_ERROR_CLOSED after close. Safe from any thread. */
gpointer _beaver_db_get_manager (BeaverDb *self,
                                 GType type,
                                 const char *name,
                                 const char *options,
                                 GError **error,
                                 const char *first_property,
                                 ...) G_GNUC_NULL_TERMINATED;

/* Strong; NULL with CLOSED or FORKED when nothing can be done with the database. */
BeaverEngine *_beaver_db_ref_engine (BeaverDb *self, GError **error);
BeaverEngine *_beaver_db_get_engine (BeaverDb *self); /* borrowed; NULL while never initialised */
GMainContext *_beaver_db_get_context (BeaverDb *self);

/* Sorted distinct names of one kind, for beaver_db_get_dict_names() and its like; sql selects one text column, names that begin with
 * two underscores are left out. */
char **_beaver_db_list_names (BeaverDb *self, const char *sql, GCancellable *cancellable, GError **error);
/* The same for beaver_db_get_dict_names_async(), its source tag, and its _finish(). sql is static. */
void _beaver_db_list_names_async (BeaverDb *self,
                                  gpointer source_tag,
                                  const char *sql,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char **_beaver_db_list_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

G_END_DECLS
