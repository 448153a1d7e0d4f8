/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happens in the engine, for people: counters and gauges, the log of slow operations, marks
 * for Sysprof, and the names of those who keep the log from starting anew.
 *
 * Counters are moved where a lock is held anyway. All the rest is behind one flag: while it is not
 * set, no clock is read and nothing is wrapped. */
#define _GNU_SOURCE /* gettid() */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#if HAVE_SYSPROF
#include <sysprof-capture.h>
#endif

#include <beaver/engine/beaver-core-private.h>

/* Readers that a warning names. */
#define MAX_NAMED 8
/* Of each frame in the log. */
#define FRAME_HEADER 24
/* The bytes of FILE-shm that SQLite locks for snapshots: WAL_READ_LOCK(0) to (4). */
#define FIRST_READ_LOCK 123
#define LAST_READ_LOCK 127

int
_beaver_thread_id (void)
{
#ifdef SYS_gettid
  static __thread int id;

  if (id == 0)
    id = (int) syscall (SYS_gettid);
  return id;
#else
  return (int) _beaver_thread_number ();
#endif
}

/* --- Units
 * --------------------------------------------------------------------------------------------------------------------
 */

static gint64
ask_page_size (BeaverConnection *connection)
{
  sqlite3_stmt *statement = NULL;
  gint64 size = 0;

  if (sqlite3_prepare_v2 (connection->db, "PRAGMA page_size", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    size = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return size;
}

void
_beaver_observe_open (BeaverEngine *engine)
{
  engine->page_size = ask_page_size (engine->point);
#if HAVE_SYSPROF
  if (sysprof_collector_is_active ())
    __atomic_fetch_or (&engine->observed, BEAVER_OBSERVED_MARKS, __ATOMIC_RELAXED);
#endif
  _beaver_engine_set_slow_threshold (engine, engine->options.slow_us);
}

void
_beaver_engine_set_slow_threshold (BeaverEngine *self, gint64 us)
{
  __atomic_store_n (&self->slow_us, us, __ATOMIC_RELAXED);
  if (us > 0)
    __atomic_fetch_or (&self->observed, BEAVER_OBSERVED_SLOW, __ATOMIC_RELAXED);
  else
    __atomic_fetch_and (&self->observed, ~BEAVER_OBSERVED_SLOW, __ATOMIC_RELAXED);
}

gboolean
_beaver_engine_is_observed (BeaverEngine *self)
{
  return __atomic_load_n (&self->observed, __ATOMIC_RELAXED) != 0;
}

void
_beaver_observation_begin (BeaverObservation *self,
                           BeaverEngine *engine,
                           BeaverAccess access,
                           BeaverWork work,
                           gpointer data)
{
  static const char *const operations[] = { "read", "scan", "write", "write" };

  *self = (BeaverObservation){ .engine = engine,
                               .operation = operations[access],
                               .work = work,
                               .data = data,
                               .begin = g_get_monotonic_time () };
}

void
_beaver_observation_set_name (BeaverObservation *self, const char *kind, const char *name)
{
  self->kind = kind;
  g_strlcpy (self->name, name, sizeof self->name);
}

/* Its text has parameters and no values. */
static int
on_statement_done (unsigned type, void *context, void *statement, void *nanoseconds)
{
  BeaverObservation *self = context;
  gint64 took = *(sqlite3_int64 *) nanoseconds;
  const char *text;

  if (self->statement != NULL && took <= self->statement_ns)
    return 0;
  text = sqlite3_sql (statement);
  g_free (self->statement);
  self->statement = g_strdup (text != NULL ? text : "");
  self->statement_ns = took;
  return 0;
}

/* May be run again from the start. */
gboolean
_beaver_observation_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverObservation *self = data;
  gboolean ok;

  if (self->begun == 0)
    self->begun = g_get_monotonic_time ();
  connection->observation = self;
  sqlite3_trace_v2 (connection->db, SQLITE_TRACE_PROFILE, on_statement_done, self);
  ok = self->work (connection, self->data, error);
  sqlite3_trace_v2 (connection->db, 0, NULL, NULL);
  connection->observation = NULL;
  return ok;
}

static void
mark (const char *operation, gint64 begin, gint64 took, const char *kind, const char *name)
{
#if HAVE_SYSPROF
  g_autofree char *what = kind != NULL ? g_strdup_printf ("%s %s", kind, name) : NULL;

  sysprof_collector_mark (begin * 1000, took * 1000, "libbeaver", operation, what);
#endif
}

static void
log_slow (BeaverEngine *engine, const char *operation, const BeaverObservation *unit, gint64 took)
{
  gboolean named = unit != NULL && unit->kind != NULL;
  gint64 waited = unit == NULL ? 0 : unit->begun != 0 ? unit->begun - unit->begin : took;
  gint64 statement_us = unit != NULL ? unit->statement_ns / 1000 : 0;
  const char *statement = unit != NULL ? unit->statement : NULL;
  g_autofree char *duration = g_strdup_printf ("%" PRId64, took);
  g_autofree char *wait = g_strdup_printf ("%" PRId64, waited);
  g_autofree char *slowest = g_strdup_printf ("%" PRId64, statement_us);
  g_autoptr (GString) text = g_string_new ("slow ");

  g_string_append (text, operation);
  if (named)
    g_string_append_printf (text, " of %s “%s”", unit->kind, unit->name);
  g_string_append_printf (text, " in “%s”: %.1f ms", engine->path, (double) took / 1000);
  if (waited >= 1000)
    g_string_append_printf (text, ", %.1f ms of it waiting", (double) waited / 1000);
  if (statement != NULL)
    g_string_append_printf (text, "; slowest statement %.1f ms: %s", (double) statement_us / 1000,
                            statement);
  _beaver_count_shared (&engine->counts.slow, 1);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BEAVER_OPERATION", operation, "BEAVER_KIND",
                    named ? unit->kind : "", "BEAVER_NAME", named ? unit->name : "", "BEAVER_PATH",
                    engine->path, "BEAVER_DURATION_USEC", duration, "BEAVER_WAIT_USEC", wait,
                    "BEAVER_STATEMENT", statement != NULL ? statement : "", "BEAVER_STATEMENT_USEC",
                    slowest, "MESSAGE", "%s", text->str);
}

static gboolean
is_slow (BeaverEngine *engine, gint64 took)
{
  gint64 threshold = __atomic_load_n (&engine->slow_us, __ATOMIC_RELAXED);

  return threshold > 0 && took >= threshold;
}

void
_beaver_observation_end (BeaverObservation *self)
{
  gint64 took = g_get_monotonic_time () - self->begin;

  if (__atomic_load_n (&self->engine->observed, __ATOMIC_RELAXED) & BEAVER_OBSERVED_MARKS)
    mark (self->operation, self->begin, took, self->kind, self->name);
  if (is_slow (self->engine, took))
    log_slow (self->engine, self->operation, self, took);
  g_clear_pointer (&self->statement, g_free);
}

void
_beaver_observe_end (BeaverEngine *engine, gint64 begin, const char *operation, gboolean part)
{
  gint64 took;

  if (begin == 0)
    return;
  took = g_get_monotonic_time () - begin;
  if (__atomic_load_n (&engine->observed, __ATOMIC_RELAXED) & BEAVER_OBSERVED_MARKS)
    mark (operation, begin, took, NULL, NULL);
  if (!part && is_slow (engine, took))
    log_slow (engine, operation, NULL, took);
}

/* --- Readers
 * ------------------------------------------------------------------------------------------------------------------
 */

double
_beaver_engine_get_oldest_read (BeaverEngine *engine)
{
  g_autoptr (GPtrArray) connections = _beaver_weak_set_get (engine->connections);
  gint64 oldest = 0;

  for (guint i = 0; i < connections->len; i++)
    {
      BeaverConnection *connection = g_ptr_array_index (connections, i);
      gint64 since = __atomic_load_n (&connection->used_since, __ATOMIC_RELAXED);

      if (since != 0 && (oldest == 0 || since < oldest))
        oldest = since;
    }
  return oldest == 0 ? 0 : (double) MAX (0, g_get_monotonic_time () - oldest) / G_USEC_PER_SEC;
}

static void
add_own_readers (BeaverEngine *engine, GPtrArray *names)
{
  g_autoptr (GPtrArray) connections = _beaver_weak_set_get (engine->connections);
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < connections->len && names->len < MAX_NAMED; i++)
    {
      BeaverConnection *connection = g_ptr_array_index (connections, i);
      gint64 since = __atomic_load_n (&connection->used_since, __ATOMIC_RELAXED);

      if (since == 0)
        continue;
      g_mutex_lock (&connection->handle_lock);
      if (connection->user_kind != NULL)
        g_ptr_array_add (names,
                         g_strdup_printf ("thread %d of this process, reading %s “%s” for %.1f s",
                                          connection->user_thread, connection->user_kind,
                                          connection->user_name,
                                          (double) (now - since) / G_USEC_PER_SEC));
      else
        g_ptr_array_add (names, g_strdup_printf ("a thread of this process, reading for %.1f s",
                                                 (double) (now - since) / G_USEC_PER_SEC));
      g_mutex_unlock (&connection->handle_lock);
    }
}

/* The system lists the locks of all processes: nobody has to open FILE-shm, which would cost us our
 * own locks. */
static void
add_other_readers (BeaverEngine *engine, GPtrArray *names)
{
  g_autofree char *shm = engine->file != NULL ? g_strconcat (engine->file, "-shm", NULL) : NULL;
  g_autofree char *locks = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GStatBuf status;

  if (shm == NULL || g_stat (shm, &status) != 0 ||
      !g_file_get_contents ("/proc/locks", &locks, NULL, NULL))
    return;
  for (char *line = locks, *end; line != NULL && *line != '\0' && names->len < MAX_NAMED;
       line = end != NULL ? end + 1 : NULL)
    {
      int pid = 0;
      unsigned major_number = 0, minor_number = 0;
      unsigned long long inode = 0, first = 0, last = 0;

      end = strchr (line, '\n');
      if (end != NULL)
        *end = '\0';
      /* "1: POSIX  ADVISORY  READ 1234 fd:01:5678 123 123" */
      if (sscanf (line, "%*d: POSIX %*s READ %d %x:%x:%llu %llu %llu", &pid, &major_number,
                  &minor_number, &inode, &first, &last) != 6)
        continue;
      if (inode != status.st_ino || major_number != major (status.st_dev) ||
          minor_number != minor (status.st_dev) || last < FIRST_READ_LOCK ||
          first > LAST_READ_LOCK || pid <= 0 || pid == getpid () ||
          !g_hash_table_add (seen, GINT_TO_POINTER (pid)))
        continue;
      {
        g_autofree char *path = g_strdup_printf ("/proc/%d/comm", pid);
        g_autofree char *command = NULL;

        if (g_file_get_contents (path, &command, NULL, NULL))
          g_strchomp (command);
        g_ptr_array_add (
            names, g_strdup_printf ("process %d (%s)", pid, command != NULL ? command : "unknown"));
      }
    }
}

char *
_beaver_engine_describe_readers (BeaverEngine *engine)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_own_readers (engine, names);
  add_other_readers (engine, names);
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

/* --- Statistics
 * ---------------------------------------------------------------------------------------------------------------
 */

static gint64
load (const gint64 *counter)
{
  return __atomic_load_n (counter, __ATOMIC_RELAXED);
}

/* What SQLite holds for this connection. One that is busy tells what it told last time. */
static gint64
memory_of (BeaverConnection *connection)
{
  static const int parts[] = { SQLITE_DBSTATUS_CACHE_USED, SQLITE_DBSTATUS_SCHEMA_USED,
                               SQLITE_DBSTATUS_STMT_USED };

  if (g_mutex_trylock (&connection->lock))
    {
      gint64 sum = 0;

      for (guint i = 0; i < G_N_ELEMENTS (parts) && connection->db != NULL; i++)
        {
          int now = 0, highest = 0;

          if (sqlite3_db_status (connection->db, parts[i], &now, &highest, 0) == SQLITE_OK)
            sum += now;
        }
      __atomic_store_n (&connection->memory, sum, __ATOMIC_RELAXED);
      g_mutex_unlock (&connection->lock);
    }
  return load (&connection->memory);
}

static void
add_gauges (BeaverEngine *self, BeaverEngineStats *stats)
{
  g_autoptr (GPtrArray) connections = _beaver_weak_set_get (self->connections);
  BeaverCacheStats cache;

  for (guint i = 0; i < connections->len; i++)
    {
      BeaverConnection *connection = g_ptr_array_index (connections, i);

      stats->memory += memory_of (connection);
      stats->connections += 1;
    }
  g_mutex_lock (&self->pool.lock);
  stats->readers_busy = self->pool.leased;
  stats->readers_idle = self->pool.idle.length;
  g_mutex_unlock (&self->pool.lock);
  g_mutex_lock (&self->writer.lock);
  stats->writers_waiting = self->writer.queue.length;
  g_mutex_unlock (&self->writer.lock);
  _beaver_jobs_get_depth (self->jobs, &stats->queued, &stats->waiters);
  stats->waiters += __atomic_load_n (&self->counts.waiting, __ATOMIC_RELAXED);
  stats->oldest_read = _beaver_engine_get_oldest_read (self);
  _beaver_cache_get_stats (self, &cache);
  stats->cache_values = cache.values;
  stats->cache_bytes = cache.bytes;
  stats->memory += cache.bytes;

  if (self->wal && self->file != NULL)
    {
      g_autofree char *log = g_strconcat (self->file, "-wal", NULL);
      GStatBuf status;

      if (g_stat (log, &status) == 0)
        stats->wal_bytes = status.st_size;
    }
  if (self->wal_index.map != NULL)
    {
      BeaverWalHeader header = _beaver_wal_index_peek (&self->wal_index);
      gint64 copied = _beaver_wal_index_backfilled (&self->wal_index);

      stats->wal_frames = MAX (0, (gint64) _beaver_wal_header_frames (&header) - copied);
    }
}

void
_beaver_engine_get_stats (BeaverEngine *self, BeaverEngineStats *stats)
{
  const BeaverEngineCounts *counts = &self->counts;
  BeaverCacheStats cache;

  *stats = (BeaverEngineStats){ 0 };
  /* Its locks may be held by threads that only the parent has. */
  if (_beaver_engine_is_forked (self))
    return;
  stats->reads = load (&counts->point_reads) + load (&counts->reader_reads);
  stats->writes = load (&counts->writes);
  stats->commits = load (&counts->commits);
  stats->shared_commits = load (&counts->shared_commits);
  stats->bytes_written = load (&counts->frames) * (self->page_size + FRAME_HEADER);
  stats->prepared = load (&counts->prepared);
  stats->busy_waits = load (&counts->busy_waits);
  stats->checkpoints = load (&counts->checkpoints);
  stats->frames_copied = load (&counts->copied);
  stats->slow = load (&counts->slow);
  stats->longest_wait = (double) load (&counts->longest_wait_us) / G_USEC_PER_SEC;
  _beaver_cache_get_stats (self, &cache);
  stats->cache_hits = cache.hits;
  stats->cache_misses = cache.misses;
  stats->foreign_changes = cache.epochs;

  /* Gauges only from inside: what they look at goes when the last one is outside. */
  if (_beaver_engine_enter (self, NULL))
    {
      add_gauges (self, stats);
      _beaver_engine_leave (self);
    }
}
