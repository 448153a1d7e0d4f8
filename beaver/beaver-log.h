/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-live-iterator.h>
#include <beaver/beaver-manager.h>
#include <beaver/beaver-query.h>

G_BEGIN_DECLS

/**
 * BeaverLogOrder:
 * @BEAVER_LOG_ORDER_OLDEST_FIRST: from the smallest timestamp to the largest
 * @BEAVER_LOG_ORDER_NEWEST_FIRST: from the largest timestamp to the smallest
 *
 * In which order the entries of a log are read.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_LOG_ORDER_OLDEST_FIRST,
  BEAVER_LOG_ORDER_NEWEST_FIRST,
} BeaverLogOrder;

#define BEAVER_TYPE_LOG (beaver_log_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverLog, beaver_log, LOG)

BEAVER_AVAILABLE_IN_1_0
BeaverLog *beaver_db_get_log (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_log_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_log_names_async (BeaverDb *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_log_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_json (BeaverLog *self,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_json_async (BeaverLog *self,
                                   const char *json,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_json_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_string (BeaverLog *self,
                                   const char *text,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_string_async (BeaverLog *self,
                                     const char *text,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_string_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_node (BeaverLog *self,
                                 JsonNode *value,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_node_async (BeaverLog *self,
                                   JsonNode *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_node_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_object (BeaverLog *self,
                                   GObject *value,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_object_async (BeaverLog *self,
                                     GObject *value,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_object_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_append_json_at (BeaverLog *self,
                                           const char *json,
                                           double timestamp,
                                           GCancellable *cancellable,
                                           GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_json_at_async (BeaverLog *self,
                                      const char *json,
                                      double timestamp,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_append_json_at_finish (BeaverLog *self,
                                                  GAsyncResult *result,
                                                  GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_batch (BeaverLog *self,
                                  BeaverLogEntry **entries,
                                  gsize n_entries,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_append_batch_async (BeaverLog *self,
                                    BeaverLogEntry **entries,
                                    gsize n_entries,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_log_append_batch_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_log_range (BeaverLog *self,
                             double start,
                             double end,
                             gint64 limit,
                             gint64 offset,
                             BeaverLogOrder order,
                             GCancellable *cancellable,
                             GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_range_async (BeaverLog *self,
                             double start,
                             double end,
                             gint64 limit,
                             gint64 offset,
                             BeaverLogOrder order,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_log_range_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_log_iterate (BeaverLog *self, BeaverLogOrder order, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_log_iterate_range (BeaverLog *self,
                                        double start,
                                        double end,
                                        gint64 limit,
                                        gint64 offset,
                                        BeaverLogOrder order,
                                        GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_lookup_first (BeaverLog *self,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_lookup_first_async (BeaverLog *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_lookup_first_finish (BeaverLog *self,
                                                GAsyncResult *result,
                                                GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_lookup_last (BeaverLog *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_lookup_last_async (BeaverLog *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_lookup_last_finish (BeaverLog *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_log_count_range (BeaverLog *self,
                               double start,
                               double end,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_count_range_async (BeaverLog *self,
                                   double start,
                                   double end,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_log_count_range_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_log_prune (BeaverLog *self, double before, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_prune_async (BeaverLog *self,
                             double before,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_log_prune_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64
beaver_log_keep_newest (BeaverLog *self, gint64 keep, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_keep_newest_async (BeaverLog *self,
                                   gint64 keep,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_log_keep_newest_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLiveIterator *beaver_log_live (BeaverLog *self,
                                     double window,
                                     double period,
                                     BeaverLogAggregator aggregator,
                                     gpointer user_data,
                                     GDestroyNotify destroy,
                                     GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLiveIterator *beaver_log_tail (BeaverLog *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_tail_async (BeaverLog *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLiveIterator *beaver_log_tail_finish (BeaverLog *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *
beaver_log_query (BeaverLog *self, BeaverQuery *query, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_log_query_async (BeaverLog *self,
                             BeaverQuery *query,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_log_query_finish (BeaverLog *self, GAsyncResult *result, GError **error);

G_END_DECLS
