/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_CHANNEL (beaver_channel_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverChannel, beaver_channel, CHANNEL)

BEAVER_AVAILABLE_IN_1_0
BeaverChannel *beaver_db_get_channel (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_channel_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_channel_names_async (BeaverDb *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_channel_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish (BeaverChannel *self,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_publish_async (BeaverChannel *self,
                                   const char *json,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_finish (BeaverChannel *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_node (BeaverChannel *self,
                                      JsonNode *value,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_publish_node_async (BeaverChannel *self,
                                        JsonNode *value,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_node_finish (BeaverChannel *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_object (BeaverChannel *self,
                                        GObject *value,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_publish_object_async (BeaverChannel *self,
                                          GObject *value,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_object_finish (BeaverChannel *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_batch (BeaverChannel *self,
                                       const char *const *jsons,
                                       GCancellable *cancellable,
                                       GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_publish_batch_async (BeaverChannel *self,
                                         const char *const *jsons,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_publish_batch_finish (BeaverChannel *self,
                                              GAsyncResult *result,
                                              GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverSubscription *beaver_channel_subscribe (BeaverChannel *self,
                                              GCancellable *cancellable,
                                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_subscribe_async (BeaverChannel *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverSubscription *beaver_channel_subscribe_finish (BeaverChannel *self,
                                                     GAsyncResult *result,
                                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_close_subscriptions (BeaverChannel *self);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_channel_history (BeaverChannel *self,
                                   gint64 limit,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_history_async (BeaverChannel *self,
                                   gint64 limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_channel_history_finish (BeaverChannel *self,
                                          GAsyncResult *result,
                                          GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_set_retention (BeaverChannel *self,
                                       double max_age,
                                       gint64 max_count,
                                       GCancellable *cancellable,
                                       GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_set_retention_async (BeaverChannel *self,
                                         double max_age,
                                         gint64 max_count,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_set_retention_finish (BeaverChannel *self,
                                              GAsyncResult *result,
                                              GError **error);
BEAVER_AVAILABLE_IN_1_0
double beaver_channel_get_max_age (BeaverChannel *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_channel_get_max_count (BeaverChannel *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_channel_prune (BeaverChannel *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_prune_async (BeaverChannel *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_channel_prune_finish (BeaverChannel *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
double beaver_channel_get_clock_ahead (BeaverChannel *self);

G_END_DECLS
