/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For Vala's foreach, which wants a next_value() without arguments.
 */
#pragma once

#include <beaver/beaver.h>

static inline BeaverEntry *
beaver_vala_next_entry (BeaverCursor *self, GError **error)
{
  return (BeaverEntry *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverListItem *
beaver_vala_next_list_item (BeaverCursor *self, GError **error)
{
  return (BeaverListItem *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverLogEntry *
beaver_vala_next_log_entry (BeaverCursor *self, GError **error)
{
  return (BeaverLogEntry *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverDocument *
beaver_vala_next_document (BeaverCursor *self, GError **error)
{
  return (BeaverDocument *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverEdge *
beaver_vala_next_edge (BeaverCursor *self, GError **error)
{
  return (BeaverEdge *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverJob *
beaver_vala_next_job (BeaverCursor *self, GError **error)
{
  return (BeaverJob *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverQueueItem *
beaver_vala_next_queue_item (BeaverCursor *self, GError **error)
{
  return (BeaverQueueItem *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverVectorHit *
beaver_vala_next_vector_hit (BeaverCursor *self, GError **error)
{
  return (BeaverVectorHit *) beaver_cursor_next (self, NULL, error);
}

static inline GObject *
beaver_vala_next_object (BeaverCursor *self, GError **error)
{
  return (GObject *) beaver_cursor_next (self, NULL, error);
}

static inline BeaverLogEntry *
beaver_vala_next_live (BeaverLiveIterator *self, GError **error)
{
  return beaver_live_iterator_next (self, -1, NULL, error);
}

static inline BeaverMessage *
beaver_vala_next_message (BeaverSubscription *self, GError **error)
{
  return beaver_subscription_next (self, -1, NULL, error);
}

static inline BeaverMessage *
beaver_vala_next_consumed (BeaverConsumer *self, GError **error)
{
  return beaver_consumer_next (self, -1, NULL, error);
}
