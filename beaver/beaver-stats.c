/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-state-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/beaver-site-private.h>
#include <beaver/beaver-log.h>
#include <beaver/beaver-channel.h>
#include <beaver/beaver-stats.h>

/**
 * BeaverStats:
 *
 * What a database has done since it was opened, and what it has open: a snapshot of its counters
 * and gauges ([method@Beaver.Db.get_stats]).
 *
 * They are of one object, not of the file: other processes, and other objects of this one, count
 * for themselves. The values are not taken in one instant, so sums need not fit together exactly
 * while other threads work.
 *
 * ```c
 * g_autoptr(BeaverStats) stats = beaver_db_get_stats (db);
 * g_autofree char *text = beaver_stats_to_string (stats);
 *
 * g_print ("%s", text);
 * ```
 *
 * Immutable; may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverStats
{
  GObject parent_instance;

  BeaverEngineStats engine;
  gint64 live_iterators;
  gint64 subscriptions;
  gint64 event_handlers;
};

G_DEFINE_FINAL_TYPE (BeaverStats, beaver_stats, G_TYPE_OBJECT)

typedef enum
{
  PROP_READS = 1,
  PROP_WRITES,
  PROP_COMMITS,
  PROP_GROUP_COMMITS,
  PROP_CACHE_HITS,
  PROP_CACHE_MISSES,
  PROP_FOREIGN_CHANGES,
  PROP_STATEMENTS_PREPARED,
  PROP_BUSY_WAITS,
  PROP_CHECKPOINTS,
  PROP_CHECKPOINTED_FRAMES,
  PROP_BYTES_WRITTEN,
  PROP_SLOW_OPERATIONS,
  PROP_LONGEST_WAIT,
  PROP_CACHE_ENTRIES,
  PROP_CACHE_BYTES,
  PROP_WAL_BYTES,
  PROP_WAL_FRAMES,
  PROP_CONNECTIONS,
  PROP_READERS_BUSY,
  PROP_READERS_IDLE,
  PROP_OLDEST_READ,
  PROP_WRITERS_WAITING,
  PROP_WAITERS,
  PROP_QUEUED,
  PROP_LIVE_ITERATORS,
  PROP_SUBSCRIPTIONS,
  PROP_EVENT_HANDLERS,
  PROP_MEMORY,
} BeaverStatsProperty;
static GParamSpec *props[PROP_MEMORY + 1];

/* Where each property lies; the times are double, all others gint64. */
static const gsize offsets[] = {
  [PROP_READS] = G_STRUCT_OFFSET (BeaverStats, engine.reads),
  [PROP_WRITES] = G_STRUCT_OFFSET (BeaverStats, engine.writes),
  [PROP_COMMITS] = G_STRUCT_OFFSET (BeaverStats, engine.commits),
  [PROP_GROUP_COMMITS] = G_STRUCT_OFFSET (BeaverStats, engine.shared_commits),
  [PROP_CACHE_HITS] = G_STRUCT_OFFSET (BeaverStats, engine.cache_hits),
  [PROP_CACHE_MISSES] = G_STRUCT_OFFSET (BeaverStats, engine.cache_misses),
  [PROP_FOREIGN_CHANGES] = G_STRUCT_OFFSET (BeaverStats, engine.foreign_changes),
  [PROP_STATEMENTS_PREPARED] = G_STRUCT_OFFSET (BeaverStats, engine.prepared),
  [PROP_BUSY_WAITS] = G_STRUCT_OFFSET (BeaverStats, engine.busy_waits),
  [PROP_CHECKPOINTS] = G_STRUCT_OFFSET (BeaverStats, engine.checkpoints),
  [PROP_CHECKPOINTED_FRAMES] = G_STRUCT_OFFSET (BeaverStats, engine.frames_copied),
  [PROP_BYTES_WRITTEN] = G_STRUCT_OFFSET (BeaverStats, engine.bytes_written),
  [PROP_SLOW_OPERATIONS] = G_STRUCT_OFFSET (BeaverStats, engine.slow),
  [PROP_LONGEST_WAIT] = G_STRUCT_OFFSET (BeaverStats, engine.longest_wait),
  [PROP_CACHE_ENTRIES] = G_STRUCT_OFFSET (BeaverStats, engine.cache_values),
  [PROP_CACHE_BYTES] = G_STRUCT_OFFSET (BeaverStats, engine.cache_bytes),
  [PROP_WAL_BYTES] = G_STRUCT_OFFSET (BeaverStats, engine.wal_bytes),
  [PROP_WAL_FRAMES] = G_STRUCT_OFFSET (BeaverStats, engine.wal_frames),
  [PROP_CONNECTIONS] = G_STRUCT_OFFSET (BeaverStats, engine.connections),
  [PROP_READERS_BUSY] = G_STRUCT_OFFSET (BeaverStats, engine.readers_busy),
  [PROP_READERS_IDLE] = G_STRUCT_OFFSET (BeaverStats, engine.readers_idle),
  [PROP_OLDEST_READ] = G_STRUCT_OFFSET (BeaverStats, engine.oldest_read),
  [PROP_WRITERS_WAITING] = G_STRUCT_OFFSET (BeaverStats, engine.writers_waiting),
  [PROP_WAITERS] = G_STRUCT_OFFSET (BeaverStats, engine.waiters),
  [PROP_QUEUED] = G_STRUCT_OFFSET (BeaverStats, engine.queued),
  [PROP_LIVE_ITERATORS] = G_STRUCT_OFFSET (BeaverStats, live_iterators),
  [PROP_SUBSCRIPTIONS] = G_STRUCT_OFFSET (BeaverStats, subscriptions),
  [PROP_EVENT_HANDLERS] = G_STRUCT_OFFSET (BeaverStats, event_handlers),
  [PROP_MEMORY] = G_STRUCT_OFFSET (BeaverStats, engine.memory),
};

static void
beaver_stats_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverStats *self = BEAVER_STATS (object);

  if (pspec->value_type == G_TYPE_DOUBLE)
    g_value_set_double (value, G_STRUCT_MEMBER (double, self, offsets[prop_id]));
  else
    g_value_set_int64 (value, G_STRUCT_MEMBER (gint64, self, offsets[prop_id]));
}

static void
beaver_stats_class_init (BeaverStatsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beaver_stats_get_property;

  /**
   * BeaverStats:reads: (getter get_reads)
   *
   * How many units of work have read the file. What the value cache answered is not among them:
   * see [property@Beaver.Stats:cache-hits].
   *
   * Since: 1.0
   */
  props[PROP_READS] = g_param_spec_int64 ("reads", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:writes: (getter get_writes)
   *
   * How many units of work have written, whether they changed anything or not.
   *
   * Since: 1.0
   */
  props[PROP_WRITES] = g_param_spec_int64 ("writes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:commits: (getter get_commits)
   *
   * How many transactions were committed.
   *
   * Since: 1.0
   */
  props[PROP_COMMITS] = g_param_spec_int64 ("commits", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:group-commits: (getter get_group_commits)
   *
   * How many of the commits were shared by several writes.
   *
   * Since: 1.0
   */
  props[PROP_GROUP_COMMITS] =
      g_param_spec_int64 ("group-commits", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:cache-hits: (getter get_cache_hits)
   *
   * How many gets were answered out of memory.
   *
   * Since: 1.0
   */
  props[PROP_CACHE_HITS] = g_param_spec_int64 ("cache-hits", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:cache-misses: (getter get_cache_misses)
   *
   * How many gets had to ask the file, of those that looked into the value cache.
   *
   * Since: 1.0
   */
  props[PROP_CACHE_MISSES] =
      g_param_spec_int64 ("cache-misses", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:foreign-changes: (getter get_foreign_changes)
   *
   * How often the value cache was emptied, mostly because another process had written.
   *
   * Since: 1.0
   */
  props[PROP_FOREIGN_CHANGES] =
      g_param_spec_int64 ("foreign-changes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:statements-prepared: (getter get_statements_prepared)
   *
   * How many SQL statements were compiled. Each connection keeps those that it used, so this
   * stops growing soon.
   *
   * Since: 1.0
   */
  props[PROP_STATEMENTS_PREPARED] =
      g_param_spec_int64 ("statements-prepared", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:busy-waits: (getter get_busy_waits)
   *
   * How often a write found that another process was writing, and waited.
   *
   * Since: 1.0
   */
  props[PROP_BUSY_WAITS] = g_param_spec_int64 ("busy-waits", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:checkpoints: (getter get_checkpoints)
   *
   * How often the write-ahead log was copied into the database, in whole or in part.
   *
   * Since: 1.0
   */
  props[PROP_CHECKPOINTS] = g_param_spec_int64 ("checkpoints", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:checkpointed-frames: (getter get_checkpointed_frames)
   *
   * How many frames of the log, which are pages of the database, the checkpoints have copied.
   *
   * Since: 1.0
   */
  props[PROP_CHECKPOINTED_FRAMES] =
      g_param_spec_int64 ("checkpointed-frames", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:bytes-written: (getter get_bytes_written)
   *
   * How many bytes the commits of this object have added to the write-ahead log; 0 without one.
   *
   * Since: 1.0
   */
  props[PROP_BYTES_WRITTEN] =
      g_param_spec_int64 ("bytes-written", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:slow-operations: (getter get_slow_operations)
   *
   * How many operations took as long as [property@Beaver.Db:slow-operation-threshold] and were
   * logged.
   *
   * Since: 1.0
   */
  props[PROP_SLOW_OPERATIONS] =
      g_param_spec_int64 ("slow-operations", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:longest-wait: (getter get_longest_wait)
   *
   * The longest time that a write of this object has waited for its turn, behind others of this
   * process or of another one, in seconds.
   *
   * Since: 1.0
   */
  props[PROP_LONGEST_WAIT] =
      g_param_spec_double ("longest-wait", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  /**
   * BeaverStats:cache-entries: (getter get_cache_entries)
   *
   * How many values the cache holds now.
   *
   * Since: 1.0
   */
  props[PROP_CACHE_ENTRIES] =
      g_param_spec_int64 ("cache-entries", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:cache-bytes: (getter get_cache_bytes)
   *
   * How many bytes the value cache takes now.
   *
   * Since: 1.0
   */
  props[PROP_CACHE_BYTES] = g_param_spec_int64 ("cache-bytes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:wal-bytes: (getter get_wal_bytes)
   *
   * How large the write-ahead log is now, as a file, in bytes. It is used again from its start
   * when all of it was copied, and does not shrink then.
   *
   * Since: 1.0
   */
  props[PROP_WAL_BYTES] = g_param_spec_int64 ("wal-bytes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:wal-frames: (getter get_wal_frames)
   *
   * How many frames of the log are not copied into the database yet.
   *
   * Since: 1.0
   */
  props[PROP_WAL_FRAMES] = g_param_spec_int64 ("wal-frames", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:connections: (getter get_connections)
   *
   * How many SQLite connections are open now: the one for single operations, those of readers,
   * and the one of the checkpointer.
   *
   * Since: 1.0
   */
  props[PROP_CONNECTIONS] = g_param_spec_int64 ("connections", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:readers-busy: (getter get_readers_busy)
   *
   * How many connections of readers are in use now.
   *
   * Since: 1.0
   */
  props[PROP_READERS_BUSY] =
      g_param_spec_int64 ("readers-busy", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:readers-idle: (getter get_readers_idle)
   *
   * How many connections of readers are kept for the next scan.
   *
   * Since: 1.0
   */
  props[PROP_READERS_IDLE] =
      g_param_spec_int64 ("readers-idle", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:oldest-read: (getter get_oldest_read)
   *
   * How long the oldest scan that is under way has been reading, in seconds; 0 when there is
   * none. A scan of minutes keeps the log from starting anew.
   *
   * Since: 1.0
   */
  props[PROP_OLDEST_READ] =
      g_param_spec_double ("oldest-read", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  /**
   * BeaverStats:writers-waiting: (getter get_writers_waiting)
   *
   * How many writes wait for their turn now.
   *
   * Since: 1.0
   */
  props[PROP_WRITERS_WAITING] =
      g_param_spec_int64 ("writers-waiting", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:waiters: (getter get_waiters)
   *
   * How many calls wait for a change now, such as [method@Beaver.Queue.get] and
   * [method@Beaver.Lock.acquire].
   *
   * Since: 1.0
   */
  props[PROP_WAITERS] = g_param_spec_int64 ("waiters", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:queued: (getter get_queued)
   *
   * How many asynchronous calls are queued now and have not begun.
   *
   * Since: 1.0
   */
  props[PROP_QUEUED] = g_param_spec_int64 ("queued", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:live-iterators: (getter get_live_iterators)
   *
   * How many live iterators over logs are open now.
   *
   * Since: 1.0
   */
  props[PROP_LIVE_ITERATORS] =
      g_param_spec_int64 ("live-iterators", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:subscriptions: (getter get_subscriptions)
   *
   * How many subscriptions to channels are open now.
   *
   * Since: 1.0
   */
  props[PROP_SUBSCRIPTIONS] =
      g_param_spec_int64 ("subscriptions", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:event-handlers: (getter get_event_handlers)
   *
   * How many handlers of events are registered now.
   *
   * Since: 1.0
   */
  props[PROP_EVENT_HANDLERS] =
      g_param_spec_int64 ("event-handlers", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverStats:memory: (getter get_memory)
   *
   * How many bytes SQLite and the value cache hold for this database now. A connection that is
   * busy counts with what it held when it was last asked.
   *
   * Since: 1.0
   */
  props[PROP_MEMORY] = g_param_spec_int64 ("memory", NULL, NULL, 0, G_MAXINT64, 0, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_stats_init (BeaverStats *self)
{
}

/**
 * beaver_db_get_stats:
 * @self: a database
 *
 * Takes a snapshot of what the database has done since it was opened, and of what it has open now.
 *
 * Counting costs next to nothing and is always on. This call itself takes some microseconds and
 * waits for no operation that is under way, so a program may call it every second.
 *
 * After the close the counters are the last ones, and what tells of the present is 0. Everything is
 * 0 for a database that was never opened, and after `fork()` in the child.
 *
 * Returns: (transfer full): the snapshot
 *
 * Since: 1.0
 */
BeaverStats *
beaver_db_get_stats (BeaverDb *self)
{
  BeaverStats *stats;
  BeaverEngine *engine;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  stats = g_object_new (BEAVER_TYPE_STATS, NULL);
  engine = _beaver_db_get_engine (self);
  if (engine == NULL)
    return stats;
  _beaver_engine_get_stats (engine, &stats->engine);
  if (!_beaver_engine_is_closed (engine) && !_beaver_engine_is_forked (engine))
    {
      g_autoptr (GPtrArray) managers = _beaver_db_snapshot_managers (self, NULL);

      for (guint i = 0; i < managers->len; i++)
        {
          BeaverManager *manager = g_ptr_array_index (managers, i);
          BeaverManagerClass *klass = BEAVER_MANAGER_GET_CLASS (manager);
          g_autoptr (GPtrArray) live =
              g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_referenced_free);

          if (klass->add_live_objects == NULL)
            continue;
          klass->add_live_objects (manager, live);
          if (BEAVER_IS_LOG (manager))
            stats->live_iterators += live->len;
          else if (BEAVER_IS_CHANNEL (manager))
            stats->subscriptions += live->len;
        }
      stats->event_handlers = _beaver_events_count (engine);
    }
  return stats;
}

/**
 * beaver_stats_get_reads: (get-property reads)
 * @self: a snapshot
 *
 * Gets how many units of work have read the file.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_reads (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.reads;
}

/**
 * beaver_stats_get_writes: (get-property writes)
 * @self: a snapshot
 *
 * Gets how many units of work have written.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_writes (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.writes;
}

/**
 * beaver_stats_get_commits: (get-property commits)
 * @self: a snapshot
 *
 * Gets how many transactions were committed.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_commits (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.commits;
}

/**
 * beaver_stats_get_group_commits: (get-property group-commits)
 * @self: a snapshot
 *
 * Gets how many of the commits were shared by several writes.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_group_commits (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.shared_commits;
}

/**
 * beaver_stats_get_cache_hits: (get-property cache-hits)
 * @self: a snapshot
 *
 * Gets how many gets were answered out of memory.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_cache_hits (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.cache_hits;
}

/**
 * beaver_stats_get_cache_misses: (get-property cache-misses)
 * @self: a snapshot
 *
 * Gets how many gets had to ask the file.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_cache_misses (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.cache_misses;
}

/**
 * beaver_stats_get_foreign_changes: (get-property foreign-changes)
 * @self: a snapshot
 *
 * Gets how often the value cache was emptied.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_foreign_changes (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.foreign_changes;
}

/**
 * beaver_stats_get_statements_prepared: (get-property statements-prepared)
 * @self: a snapshot
 *
 * Gets how many SQL statements were compiled.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_statements_prepared (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.prepared;
}

/**
 * beaver_stats_get_busy_waits: (get-property busy-waits)
 * @self: a snapshot
 *
 * Gets how often a write waited for another process.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_busy_waits (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.busy_waits;
}

/**
 * beaver_stats_get_checkpoints: (get-property checkpoints)
 * @self: a snapshot
 *
 * Gets how often the write-ahead log was copied into the database.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_checkpoints (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.checkpoints;
}

/**
 * beaver_stats_get_checkpointed_frames: (get-property checkpointed-frames)
 * @self: a snapshot
 *
 * Gets how many frames of the log the checkpoints have copied.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_checkpointed_frames (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.frames_copied;
}

/**
 * beaver_stats_get_bytes_written: (get-property bytes-written)
 * @self: a snapshot
 *
 * Gets how many bytes the commits have added to the write-ahead log.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_bytes_written (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.bytes_written;
}

/**
 * beaver_stats_get_slow_operations: (get-property slow-operations)
 * @self: a snapshot
 *
 * Gets how many operations were logged as slow.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_slow_operations (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.slow;
}

/**
 * beaver_stats_get_longest_wait: (get-property longest-wait)
 * @self: a snapshot
 *
 * Gets the longest time that a write has waited for its turn.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
beaver_stats_get_longest_wait (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.longest_wait;
}

/**
 * beaver_stats_get_cache_entries: (get-property cache-entries)
 * @self: a snapshot
 *
 * Gets how many values the cache holds.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_cache_entries (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.cache_values;
}

/**
 * beaver_stats_get_cache_bytes: (get-property cache-bytes)
 * @self: a snapshot
 *
 * Gets how many bytes the value cache takes.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_cache_bytes (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.cache_bytes;
}

/**
 * beaver_stats_get_wal_bytes: (get-property wal-bytes)
 * @self: a snapshot
 *
 * Gets how large the write-ahead log is, as a file.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_wal_bytes (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.wal_bytes;
}

/**
 * beaver_stats_get_wal_frames: (get-property wal-frames)
 * @self: a snapshot
 *
 * Gets how many frames of the log are not copied into the database yet.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_wal_frames (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.wal_frames;
}

/**
 * beaver_stats_get_connections: (get-property connections)
 * @self: a snapshot
 *
 * Gets how many SQLite connections are open.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_connections (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.connections;
}

/**
 * beaver_stats_get_readers_busy: (get-property readers-busy)
 * @self: a snapshot
 *
 * Gets how many connections of readers are in use.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_readers_busy (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.readers_busy;
}

/**
 * beaver_stats_get_readers_idle: (get-property readers-idle)
 * @self: a snapshot
 *
 * Gets how many connections of readers are kept for the next scan.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_readers_idle (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.readers_idle;
}

/**
 * beaver_stats_get_oldest_read: (get-property oldest-read)
 * @self: a snapshot
 *
 * Gets how long the oldest scan that is under way has been reading.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
beaver_stats_get_oldest_read (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.oldest_read;
}

/**
 * beaver_stats_get_writers_waiting: (get-property writers-waiting)
 * @self: a snapshot
 *
 * Gets how many writes wait for their turn.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_writers_waiting (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.writers_waiting;
}

/**
 * beaver_stats_get_waiters: (get-property waiters)
 * @self: a snapshot
 *
 * Gets how many calls wait for a change.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_waiters (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.waiters;
}

/**
 * beaver_stats_get_queued: (get-property queued)
 * @self: a snapshot
 *
 * Gets how many asynchronous calls are queued.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_queued (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.queued;
}

/**
 * beaver_stats_get_live_iterators: (get-property live-iterators)
 * @self: a snapshot
 *
 * Gets how many live iterators over logs are open.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_live_iterators (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->live_iterators;
}

/**
 * beaver_stats_get_subscriptions: (get-property subscriptions)
 * @self: a snapshot
 *
 * Gets how many subscriptions to channels are open.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_subscriptions (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->subscriptions;
}

/**
 * beaver_stats_get_event_handlers: (get-property event-handlers)
 * @self: a snapshot
 *
 * Gets how many handlers of events are registered.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_event_handlers (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->event_handlers;
}

/**
 * beaver_stats_get_memory: (get-property memory)
 * @self: a snapshot
 *
 * Gets how many bytes SQLite and the value cache hold.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_stats_get_memory (BeaverStats *self)
{
  g_return_val_if_fail (BEAVER_IS_STATS (self), 0);
  return self->engine.memory;
}

/**
 * beaver_stats_to_string:
 * @self: a snapshot
 *
 * Writes the snapshot down for a person: each property in a line of its own, `name: value`.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
beaver_stats_to_string (BeaverStats *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (BEAVER_IS_STATS (self), NULL);

  for (guint i = 1; i < G_N_ELEMENTS (props); i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (self), props[i]->name, &value);
      if (G_VALUE_HOLDS_INT64 (&value))
        g_string_append_printf (text, "%s: %" G_GINT64_FORMAT "\n", props[i]->name,
                                g_value_get_int64 (&value));
      else
        {
          char number[G_ASCII_DTOSTR_BUF_SIZE];

          g_ascii_formatd (number, sizeof number, "%.6f", g_value_get_double (&value));
          g_string_append_printf (text, "%s: %s\n", props[i]->name, number);
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
