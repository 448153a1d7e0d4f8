/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LIVE_ITERATOR (beaver_live_iterator_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverLiveIterator, beaver_live_iterator, BEAVER, LIVE_ITERATOR, GObject)

/**
 * BeaverLogAggregator:
 * @window: what was logged within the window
 * @user_data: (closure): data that was given along
 * @error: return location for an error
 *
 * Makes one value of the entries of a window.
 *
 * It runs in the thread that calls [method@Beaver.LiveIterator.next], or, for
 * [method@Beaver.LiveIterator.next_async], in the context of that call.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; or %NULL with @error set, which
 * fails that one call and not the iterator
 *
 * Since: 1.0
 */
typedef char *(*BeaverLogAggregator) (BeaverLiveWindow *window, gpointer user_data, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_live_iterator_start (BeaverLiveIterator *self, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_live_iterator_next (BeaverLiveIterator *self,
                                           double timeout,
                                           GCancellable *cancellable,
                                           GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_live_iterator_next_async (BeaverLiveIterator *self,
                                      double timeout,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_live_iterator_next_finish (BeaverLiveIterator *self,
                                                  GAsyncResult *result,
                                                  GError **error);

BEAVER_AVAILABLE_IN_1_0
void beaver_live_iterator_close (BeaverLiveIterator *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_live_iterator_is_closed (BeaverLiveIterator *self);

BEAVER_AVAILABLE_IN_1_0
guint beaver_live_iterator_get_capacity (BeaverLiveIterator *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_live_iterator_set_capacity (BeaverLiveIterator *self, guint capacity);
BEAVER_AVAILABLE_IN_1_0
guint64 beaver_live_iterator_get_dropped (BeaverLiveIterator *self);

BEAVER_AVAILABLE_IN_1_0
double beaver_live_iterator_get_window (BeaverLiveIterator *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_live_iterator_get_period (BeaverLiveIterator *self);

G_END_DECLS
