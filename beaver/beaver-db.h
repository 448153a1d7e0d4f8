/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_DB (beaver_db_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverDb, beaver_db, BEAVER, DB, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverDb *beaver_db_open (const char *path, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_open_async (const char *path,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDb *beaver_db_open_finish (GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_db_version (void);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_db_get_path (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_db_get_connection_timeout (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_db_get_cache_timeout (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_get_wal (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_get_synchronous (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_get_temp_memory (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_db_get_mmap_size (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_get_always_emit_events (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_set_always_emit_events (BeaverDb *self, gboolean always);
BEAVER_AVAILABLE_IN_1_0
double beaver_db_get_slow_operation_threshold (BeaverDb *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_set_slow_operation_threshold (BeaverDb *self, double seconds);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_is_closed (BeaverDb *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_close (BeaverDb *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_close_async (BeaverDb *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_close_finish (BeaverDb *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCloseReport *beaver_db_close_full (BeaverDb *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_close_on_shutdown (BeaverDb *self, GApplication *application);

G_END_DECLS
