/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

/**
 * BeaverEventFunc:
 * @event: what happened
 * @user_data: what was given when it was attached
 *
 * Called when an event happened, in the main context in which the database was opened.
 *
 * Since: 1.0
 */
typedef void (*BeaverEventFunc) (BeaverEvent *event, gpointer user_data);

BEAVER_AVAILABLE_IN_1_0
BeaverEventHandler *beaver_manager_on (BeaverManager *self,
                                       const char *event,
                                       BeaverEventFunc func,
                                       gpointer user_data,
                                       GDestroyNotify destroy,
                                       GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_off (BeaverManager *self,
                             const char *event,
                             BeaverEventFunc func,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_emit_event (BeaverManager *self,
                                    const char *event,
                                    const char *payload,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_emit_event_async (BeaverManager *self,
                                      const char *event,
                                      const char *payload,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_emit_event_finish (BeaverManager *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverEventHandler *beaver_db_on (BeaverDb *self,
                                  const char *topic,
                                  const char *event,
                                  BeaverEventFunc func,
                                  gpointer user_data,
                                  GDestroyNotify destroy,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_off (BeaverDb *self,
                        const char *topic,
                        const char *event,
                        BeaverEventFunc func,
                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_emit_event (BeaverDb *self,
                               const char *topic,
                               const char *event,
                               const char *payload,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_emit_event_async (BeaverDb *self,
                                 const char *topic,
                                 const char *event,
                                 const char *payload,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_emit_event_finish (BeaverDb *self, GAsyncResult *result, GError **error);

G_END_DECLS
