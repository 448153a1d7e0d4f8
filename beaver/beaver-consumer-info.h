/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_CONSUMER_INFO (beaver_consumer_info_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverConsumerInfo, beaver_consumer_info, BEAVER, CONSUMER_INFO, GObject)

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_channel_get_consumers (BeaverChannel *self,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_get_consumers_async (BeaverChannel *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_channel_get_consumers_finish (BeaverChannel *self,
                                                GAsyncResult *result,
                                                GError **error);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_consumer_info_get_name (BeaverConsumerInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_consumer_info_get_offset (BeaverConsumerInfo *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_consumer_info_get_timestamp (BeaverConsumerInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_consumer_info_get_lag (BeaverConsumerInfo *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_consumer_info_get_open (BeaverConsumerInfo *self);

G_END_DECLS
