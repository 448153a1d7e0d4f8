/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_backup (BeaverDb *self,
                           const char *path,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_backup_async (BeaverDb *self,
                             const char *path,
                             BeaverProgressFunc progress,
                             gpointer progress_data,
                             GDestroyNotify progress_destroy,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_backup_finish (BeaverDb *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_export_file (BeaverDb *self,
                                const char *path,
                                BeaverProgressFunc progress,
                                gpointer progress_data,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_export_file_async (BeaverDb *self,
                                  const char *path,
                                  BeaverProgressFunc progress,
                                  gpointer progress_data,
                                  GDestroyNotify progress_destroy,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_export_file_finish (BeaverDb *self, GAsyncResult *result, GError **error);

G_END_DECLS
