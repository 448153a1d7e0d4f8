/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_STATS (beaver_stats_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverStats, beaver_stats, BEAVER, STATS, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverStats *beaver_db_get_stats (BeaverDb *self);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_reads (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_writes (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_commits (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_group_commits (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_cache_hits (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_cache_misses (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_foreign_changes (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_statements_prepared (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_busy_waits (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_checkpoints (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_checkpointed_frames (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_bytes_written (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_slow_operations (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_stats_get_longest_wait (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_cache_entries (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_cache_bytes (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_wal_bytes (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_wal_frames (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_connections (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_readers_busy (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_readers_idle (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_stats_get_oldest_read (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_writers_waiting (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_waiters (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_queued (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_live_iterators (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_subscriptions (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_event_handlers (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_stats_get_memory (BeaverStats *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_stats_to_string (BeaverStats *self);

G_END_DECLS
