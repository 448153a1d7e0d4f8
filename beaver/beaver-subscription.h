/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_SUBSCRIPTION (beaver_subscription_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverSubscription, beaver_subscription, BEAVER, SUBSCRIPTION, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_subscription_get_channel (BeaverSubscription *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_subscription_get_capacity (BeaverSubscription *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_subscription_set_capacity (BeaverSubscription *self, guint capacity);
BEAVER_AVAILABLE_IN_1_0
guint64 beaver_subscription_get_dropped (BeaverSubscription *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_subscription_get_waiting (BeaverSubscription *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_subscription_is_closed (BeaverSubscription *self);

BEAVER_AVAILABLE_IN_1_0
BeaverMessage *beaver_subscription_next (BeaverSubscription *self,
                                         double timeout,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_subscription_next_async (BeaverSubscription *self,
                                     double timeout,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverMessage *beaver_subscription_next_finish (BeaverSubscription *self,
                                                GAsyncResult *result,
                                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_subscription_close (BeaverSubscription *self);

G_END_DECLS
