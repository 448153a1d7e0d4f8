/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

/**
 * BeaverDumpFormat:
 * @BEAVER_DUMP_FORMAT_JSON: one JSON object with `metadata` and `items`
 * @BEAVER_DUMP_FORMAT_JSONL: a line of JSON for each item
 *
 * How a dump is written.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_DUMP_FORMAT_JSON,
  BEAVER_DUMP_FORMAT_JSONL,
} BeaverDumpFormat;

/**
 * BeaverDumpFlags:
 * @BEAVER_DUMP_NONE: everything, indented by two spaces
 * @BEAVER_DUMP_COMPACT: the JSON object in one line
 * @BEAVER_DUMP_WITHOUT_PAYLOAD: of blobs only what describes them; such a dump cannot be loaded
 *
 * What goes into a dump.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  BEAVER_DUMP_NONE = 0,
  BEAVER_DUMP_COMPACT = 1 << 0,
  BEAVER_DUMP_WITHOUT_PAYLOAD = 1 << 1,
} BeaverDumpFlags;

/**
 * BeaverLoadStrategy:
 * @BEAVER_LOAD_STRATEGY_OVERWRITE: what is in the dump takes the place of what was there
 * @BEAVER_LOAD_STRATEGY_APPEND: it is added; an equal key gets the new value
 *
 * What becomes of what is there already.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_LOAD_STRATEGY_OVERWRITE,
  BEAVER_LOAD_STRATEGY_APPEND,
} BeaverLoadStrategy;

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_dump (BeaverManager *self,
                              GOutputStream *stream,
                              BeaverDumpFormat format,
                              BeaverDumpFlags flags,
                              BeaverProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_dump_async (BeaverManager *self,
                                GOutputStream *stream,
                                BeaverDumpFormat format,
                                BeaverDumpFlags flags,
                                BeaverProgressFunc progress,
                                gpointer progress_data,
                                GDestroyNotify progress_destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_dump_finish (BeaverManager *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_load (BeaverManager *self,
                            GInputStream *stream,
                            BeaverDumpFormat format,
                            BeaverLoadStrategy strategy,
                            BeaverProgressFunc progress,
                            gpointer progress_data,
                            GCancellable *cancellable,
                            GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_load_async (BeaverManager *self,
                                GInputStream *stream,
                                BeaverDumpFormat format,
                                BeaverLoadStrategy strategy,
                                BeaverProgressFunc progress,
                                gpointer progress_data,
                                GDestroyNotify progress_destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_load_finish (BeaverManager *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_dump (BeaverDb *self,
                         GOutputStream *stream,
                         BeaverDumpFormat format,
                         BeaverDumpFlags flags,
                         BeaverProgressFunc progress,
                         gpointer progress_data,
                         GCancellable *cancellable,
                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_dump_async (BeaverDb *self,
                           GOutputStream *stream,
                           BeaverDumpFormat format,
                           BeaverDumpFlags flags,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GDestroyNotify progress_destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_dump_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_db_load (BeaverDb *self,
                       GInputStream *stream,
                       BeaverDumpFormat format,
                       BeaverLoadStrategy strategy,
                       BeaverProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_load_async (BeaverDb *self,
                           GInputStream *stream,
                           BeaverDumpFormat format,
                           BeaverLoadStrategy strategy,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GDestroyNotify progress_destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_db_load_finish (BeaverDb *self, GAsyncResult *result, GError **error);

G_END_DECLS
