/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

/**
 * BeaverConsumerStart:
 * @BEAVER_CONSUMER_START_BEGINNING: the oldest message that is stored
 * @BEAVER_CONSUMER_START_END: behind the newest message: only what is published from now on
 * @BEAVER_CONSUMER_START_TIME: the first message that is not older than a time
 * @BEAVER_CONSUMER_START_OFFSET: the first message whose offset is not smaller than a number
 * @BEAVER_CONSUMER_START_ACKNOWLEDGED: behind the last message that was acknowledged
 *
 * Where a consumer reads on.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_CONSUMER_START_BEGINNING,
  BEAVER_CONSUMER_START_END,
  BEAVER_CONSUMER_START_TIME,
  BEAVER_CONSUMER_START_OFFSET,
  BEAVER_CONSUMER_START_ACKNOWLEDGED,
} BeaverConsumerStart;

#define BEAVER_TYPE_CONSUMER (beaver_consumer_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverConsumer, beaver_consumer, BEAVER, CONSUMER, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverConsumer *beaver_channel_open_consumer (BeaverChannel *self,
                                              const char *name,
                                              BeaverConsumerStart start,
                                              GCancellable *cancellable,
                                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_open_consumer_async (BeaverChannel *self,
                                         const char *name,
                                         BeaverConsumerStart start,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverConsumer *beaver_channel_open_consumer_finish (BeaverChannel *self,
                                                     GAsyncResult *result,
                                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_remove_consumer (BeaverChannel *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_channel_remove_consumer_async (BeaverChannel *self,
                                           const char *name,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_channel_remove_consumer_finish (BeaverChannel *self,
                                                GAsyncResult *result,
                                                GError **error);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_consumer_get_channel (BeaverConsumer *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_consumer_get_name (BeaverConsumer *self);

BEAVER_AVAILABLE_IN_1_0
BeaverMessage *beaver_consumer_next (BeaverConsumer *self,
                                     double timeout,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_consumer_next_async (BeaverConsumer *self,
                                 double timeout,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverMessage *beaver_consumer_next_finish (BeaverConsumer *self,
                                            GAsyncResult *result,
                                            GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_consumer_ack (BeaverConsumer *self,
                              BeaverMessage *message,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_consumer_ack_async (BeaverConsumer *self,
                                BeaverMessage *message,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_consumer_ack_finish (BeaverConsumer *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_consumer_seek (BeaverConsumer *self,
                               BeaverConsumerStart start,
                               double value,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_consumer_seek_async (BeaverConsumer *self,
                                 BeaverConsumerStart start,
                                 double value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_consumer_seek_finish (BeaverConsumer *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_consumer_close (BeaverConsumer *self);

G_END_DECLS
