/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The engine: opening, the door through which every unit of work enters, the reader pool, and
 * closing.
 *
 * A unit is counted while it is inside. Closing sets one flag that the door, the progress handler,
 * the busy handler and every wait look at, wakes whoever sleeps, interrupts SQLite until each
 * connection's lock is free, and closes it; then it waits for the count to fall to 0. So nothing of
 * the engine is touched any more when _beaver_engine_finish_close() returns. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

/* Readers at one time, and those kept for the next scan. */
#define MAX_READERS 64
#define MAX_IDLE_READERS 8
/* So many that nobody uses at the moment remember the pages they have read. */
#define WARM_READERS 2
/* Looks at the point connection's lock before a reader is leased instead. */
#define POINT_TRIES 24
/* Between two interrupts of a unit that did not let go yet. */
#define INTERRUPT_EVERY_US 200
/* For locks and registrations given back on close, when another process has the write lock. */
#define CLOSE_WORK_PATIENCE_US 100000

typedef struct
{
  guint id;
  BeaverWork work;
  gpointer data;
} CloseWork;

/* --- Opening
 * -------------------------------------------------------------------------------------------------------------
 */

BeaverEngine *
_beaver_engine_open (const BeaverEngineOptions *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverEngine) self = NULL;
  gboolean memory = g_strcmp0 (options->path, ":memory:") == 0;

  if (options->path == NULL || *options->path == '\0')
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("the path of a database is empty; name a file or “:memory:”"));
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (!memory && !_beaver_engine_check_path (options->path, error))
    return NULL;

  _beaver_fork_prepare ();
  self = g_new0 (BeaverEngine, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->fork_generation = _beaver_fork_generation;
  self->path = g_strdup (options->path);
  self->memory = memory;
  if (memory || g_path_is_absolute (options->path))
    self->location = g_strdup (options->path);
  else
    {
      g_autofree char *directory = g_get_current_dir ();

      self->location = g_build_filename (directory, options->path, NULL);
    }
  self->options = *options;
  self->options.path = self->path;
  g_mutex_init (&self->close_lock);
  g_cond_init (&self->close_cond);
  g_mutex_init (&self->pool.lock);
  g_cond_init (&self->pool.cond);
  g_mutex_init (&self->writer.lock);
  g_mutex_init (&self->change_lock);
  g_mutex_init (&self->close_work_lock);
  g_cond_init (&self->close_work_cond);
  self->close_works = g_ptr_array_new_with_free_func (g_free);
  self->connections = _beaver_weak_set_new ();
  self->cache = _beaver_cache_new ();
  self->watcher = _beaver_watcher_new (self);
  self->checkpointer = _beaver_checkpointer_new (self);
  self->snapshot_pin = _beaver_snapshot_pin_new (self);
  self->jobs = _beaver_jobs_new (self);

  if (!_beaver_engine_open_point (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

BeaverEngine *
_beaver_engine_ref (BeaverEngine *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_engine_unref (BeaverEngine *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  /* In a child the parent's connections, locks and threads are left alone: leaking is right,
   * closing would corrupt. */
  if (self->fork_generation != _beaver_fork_generation)
    return;
  if (_beaver_engine_begin_close (self))
    _beaver_engine_finish_close (self, NULL);
  _beaver_jobs_free (self->jobs);
  _beaver_snapshot_pin_free (self->snapshot_pin);
  _beaver_checkpointer_free (self->checkpointer);
  _beaver_watcher_free (self->watcher);
  _beaver_cache_free (self->cache);
  g_clear_object (&self->point);
  _beaver_weak_set_free (self->connections);
  g_ptr_array_unref (self->close_works);
  g_cond_clear (&self->close_work_cond);
  g_mutex_clear (&self->close_work_lock);
  g_mutex_clear (&self->change_lock);
  g_mutex_clear (&self->writer.lock);
  g_cond_clear (&self->pool.cond);
  g_mutex_clear (&self->pool.lock);
  g_cond_clear (&self->close_cond);
  g_mutex_clear (&self->close_lock);
  g_free (self->file);
  g_free (self->location);
  g_free (self->path);
  g_free (self);
}

const char *
_beaver_engine_get_path (BeaverEngine *self)
{
  return self->path;
}

const char *
_beaver_engine_get_file (BeaverEngine *self)
{
  return self->file != NULL ? self->file : self->path;
}

gboolean
_beaver_engine_is_memory (BeaverEngine *self)
{
  return self->memory;
}

/* --- The door
 * -------------------------------------------------------------------------------------------------------------
 */

gboolean
_beaver_engine_closing (BeaverEngine *self)
{
  return __atomic_load_n (&self->closing, __ATOMIC_ACQUIRE) != 0;
}

gboolean
_beaver_engine_get_foreign_token (BeaverEngine *self, gint64 *token)
{
  *token = __atomic_load_n (&self->foreign_at, __ATOMIC_RELAXED);
  return self->wal_index.map != NULL;
}

gboolean
_beaver_connection_get_change (BeaverConnection *self, BeaverChange *change)
{
  BeaverEngine *engine = self->engine;
  BeaverWalHeader header;
  gboolean own, foreign;

  if (engine->wal_index.map == NULL)
    return FALSE;
  g_mutex_lock (&engine->change_lock);
  header = _beaver_wal_index_peek (&engine->wal_index);
  own = __atomic_load_n (&engine->own_writing, __ATOMIC_ACQUIRE) != 0;
  foreign = _beaver_wal_header_change (&header) != _beaver_wal_header_change (&engine->known);
  if (foreign && own)
    {
      /* our own commit, not accounted for yet, or a foreign one that our begin is about to see */
      g_mutex_unlock (&engine->change_lock);
      return FALSE;
    }
  if (foreign)
    {
      engine->known = header;
      engine->generation++;
      __atomic_store_n (&engine->foreign_at, g_get_monotonic_time (), __ATOMIC_RELAXED);
    }
  change->generation = engine->generation;
  change->counter = _beaver_wal_header_change (&engine->known);
  g_mutex_unlock (&engine->change_lock);
  if (foreign)
    _beaver_watcher_foreign (engine->watcher);

  change->writing = self == engine->point && !sqlite3_get_autocommit (self->db);
  change->in_transaction =
      change->writing && __atomic_load_n (&engine->transaction_serial, __ATOMIC_ACQUIRE) != 0;
  return TRUE;
}

gboolean
_beaver_engine_is_closed (BeaverEngine *self)
{
  return _beaver_engine_closing (self);
}

gboolean
_beaver_engine_is_forked (BeaverEngine *self)
{
  return self->fork_generation != _beaver_fork_generation;
}

gboolean
_beaver_engine_set_error_if_closed (BeaverEngine *self, GError **error)
{
  if (G_UNLIKELY (self->fork_generation != _beaver_fork_generation))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FORKED,
                   _ ("“%s” was opened before fork(); open it again in the child process"),
                   self->path);
      return TRUE;
    }
  if (G_UNLIKELY (_beaver_engine_closing (self)))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, _ ("the database “%s” is closed"),
                   self->path);
      return TRUE;
    }
  return FALSE;
}

void
_beaver_engine_set_interrupted (BeaverEngine *self, GError **error)
{
  __atomic_fetch_add (&self->interrupted, 1, __ATOMIC_RELAXED);
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
               _ ("the database “%s” was closed meanwhile; nothing was changed"), self->path);
}

gboolean
_beaver_engine_enter (BeaverEngine *self, GError **error)
{
  if (_beaver_engine_set_error_if_closed (self, error))
    return FALSE;
  __atomic_fetch_add (&self->inside, 1, __ATOMIC_SEQ_CST);
  /* The closer sets the flag first and looks at the count then: one of the two sees the other. */
  if (G_UNLIKELY (__atomic_load_n (&self->closing, __ATOMIC_SEQ_CST)))
    {
      _beaver_engine_leave (self);
      return !_beaver_engine_set_error_if_closed (self, error);
    }
  return TRUE;
}

void
_beaver_engine_leave (BeaverEngine *self)
{
  __atomic_sub_fetch (&self->inside, 1, __ATOMIC_SEQ_CST);
  if (G_UNLIKELY (__atomic_load_n (&self->closing, __ATOMIC_SEQ_CST)))
    {
      g_mutex_lock (&self->close_lock);
      g_cond_broadcast (&self->close_cond);
      g_mutex_unlock (&self->close_lock);
    }
}

static __thread BeaverCallOut *call_outs; /* of this thread, the innermost first */

void
_beaver_engine_call_out (BeaverEngine *self, BeaverCallOut *place)
{
  *place = (BeaverCallOut){ self, call_outs };
  call_outs = place;
}

void
_beaver_engine_call_over (BeaverCallOut *place)
{
  call_outs = place->outer;
}

static int
count_call_outs (BeaverEngine *self)
{
  int n = 0;

  for (const BeaverCallOut *place = call_outs; place != NULL; place = place->outer)
    n += place->engine == self;
  return n;
}

void
_beaver_engine_doze (BeaverEngine *self, gint64 until)
{
  g_mutex_lock (&self->close_lock);
  while (!_beaver_engine_closing (self))
    if (!g_cond_wait_until (&self->close_cond, &self->close_lock, until))
      break;
  g_mutex_unlock (&self->close_lock);
}

/* --- Readers
 * ----------------------------------------------------------------------------------------------------------------
 */

static void
on_lease_cancelled (GCancellable *cancellable, gpointer data)
{
  BeaverEngine *self = data;

  g_mutex_lock (&self->pool.lock);
  g_cond_broadcast (&self->pool.cond);
  g_mutex_unlock (&self->pool.lock);
}

static gboolean
must_wait_for_reader_locked (BeaverEngine *self)
{
  return self->pool.idle.length == 0 && self->pool.leased >= MAX_READERS &&
         !_beaver_engine_closing (self);
}

BeaverConnection *
_beaver_engine_lease_reader (BeaverEngine *self, GCancellable *cancellable, GError **error)
{
  BeaverConnection *reader;

  g_mutex_lock (&self->pool.lock);
  if (G_UNLIKELY (must_wait_for_reader_locked (self)))
    {
      gulong handler = 0;
      gboolean cancelled;

      if (cancellable != NULL)
        {
          g_mutex_unlock (&self->pool.lock);
          handler =
              g_cancellable_connect (cancellable, G_CALLBACK (on_lease_cancelled), self, NULL);
          g_mutex_lock (&self->pool.lock);
        }
      while (must_wait_for_reader_locked (self) &&
             (cancellable == NULL || !g_cancellable_is_cancelled (cancellable)))
        g_cond_wait (&self->pool.cond, &self->pool.lock);
      cancelled = must_wait_for_reader_locked (self);
      if (cancelled)
        g_cond_signal (&self->pool.cond); /* the signal may have been meant for another one */
      if (handler != 0 || cancelled)
        {
          g_mutex_unlock (&self->pool.lock);
          if (handler != 0)
            g_cancellable_disconnect (cancellable, handler);
          if (cancelled)
            {
              g_cancellable_set_error_if_cancelled (cancellable, error);
              return NULL;
            }
          g_mutex_lock (&self->pool.lock);
        }
    }
  if (_beaver_engine_closing (self))
    {
      g_mutex_unlock (&self->pool.lock);
      _beaver_engine_set_interrupted (self, error);
      return NULL;
    }
  reader = g_queue_pop_head (&self->pool.idle);
  self->pool.leased++;
  g_mutex_unlock (&self->pool.lock);

  if (reader == NULL)
    {
      reader = _beaver_connection_open (self, error);
      if (reader != NULL)
        {
          gboolean ok;

          g_mutex_lock (&reader->lock);
          ok = reader->db != NULL && _beaver_engine_set_pragmas (reader, TRUE, error);
          if (reader->db == NULL)
            _beaver_engine_set_interrupted (self, error);
          if (!ok)
            {
              _beaver_connection_close_locked (reader);
              g_mutex_unlock (&reader->lock);
              g_clear_object (&reader);
            }
          else
            g_mutex_unlock (&reader->lock);
        }
      if (reader == NULL)
        {
          g_mutex_lock (&self->pool.lock);
          self->pool.leased--;
          g_cond_signal (&self->pool.cond);
          g_mutex_unlock (&self->pool.lock);
        }
    }
  return reader;
}

/* SQLite keeps the pages that a connection has read, and no two share them. */
static void
forget_pages (BeaverConnection *reader)
{
  g_mutex_lock (&reader->lock);
  if (reader->db != NULL)
    sqlite3_db_release_memory (reader->db);
  g_mutex_unlock (&reader->lock);
}

void
_beaver_engine_return_reader (BeaverEngine *self, BeaverConnection *reader)
{
  gboolean surplus, keep;

  g_mutex_lock (&self->pool.lock);
  surplus = self->pool.idle.length >= WARM_READERS;
  g_mutex_unlock (&self->pool.lock);
  if (surplus)
    forget_pages (reader);

  g_mutex_lock (&self->pool.lock);
  self->pool.leased--;
  keep = self->pool.idle.length < MAX_IDLE_READERS && !_beaver_engine_closing (self);
  if (keep && surplus)
    g_queue_push_tail (&self->pool.idle, reader);
  else if (keep)
    g_queue_push_head (&self->pool.idle, reader);
  g_cond_signal (&self->pool.cond);
  g_mutex_unlock (&self->pool.lock);

  if (!keep)
    {
      g_mutex_lock (&reader->lock);
      _beaver_connection_close_locked (reader);
      g_mutex_unlock (&reader->lock);
      g_object_unref (reader);
    }
}

/* A reader's work sees one snapshot, however many statements it runs. */
static gboolean
run_on_reader (BeaverEngine *self,
               BeaverWork work,
               gpointer data,
               GCancellable *cancellable,
               GError **error)
{
  BeaverConnection *reader = _beaver_engine_lease_reader (self, cancellable, error);
  gboolean ok = FALSE;

  if (reader == NULL)
    return FALSE;
  g_mutex_lock (&reader->lock);
  if (reader->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  else
    {
      gint64 now = g_get_monotonic_time ();

      _beaver_count_shared (&self->counts.reader_reads, 1);
      reader->cancellable = cancellable;
      reader->busy_deadline = now + (gint64) (self->options.connection_timeout * G_USEC_PER_SEC);
      __atomic_store_n (&reader->used_since, now, __ATOMIC_RELAXED);
      reader->ending = TRUE;
      ok = _beaver_connection_step_simple (reader, "BEGIN", error);
      reader->ending = FALSE;
      if (ok)
        ok = work (reader, data, error);
      reader->cancellable = NULL;
      reader->ending = TRUE;
      if (!sqlite3_get_autocommit (reader->db))
        sqlite3_exec (reader->db, "ROLLBACK", NULL, NULL, NULL);
      reader->ending = FALSE;
      _beaver_connection_set_user (reader, NULL, NULL);
    }
  g_mutex_unlock (&reader->lock);
  _beaver_engine_return_reader (self, reader);
  return ok;
}

/* --- Running
 * -----------------------------------------------------------------------------------------------------------------
 */

/* Reads on the point connection, whose cache is warm. Holds point.lock and releases it. */
static gboolean
read_on_point (BeaverEngine *self,
               BeaverWork work,
               gpointer data,
               GCancellable *cancellable,
               GError **error)
{
  BeaverConnection *point = self->point;
  gboolean ok = FALSE;

  if (point->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  else
    {
      _beaver_count (&self->counts.point_reads, 1);
      _beaver_snapshot_pin_reading (self->snapshot_pin);
      point->cancellable = cancellable;
      ok = work (point, data, error);
      point->cancellable = NULL;
    }
  g_mutex_unlock (&point->lock);
  return ok;
}

static gboolean
run_read (BeaverEngine *self,
          BeaverWork work,
          gpointer data,
          GCancellable *cancellable,
          GError **error)
{
  BeaverConnection *point = self->point;

  for (int i = 0; i < POINT_TRIES; i++)
    {
      if (g_mutex_trylock (&point->lock))
        {
          if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == 0)
            return read_on_point (self, work, data, cancellable, error);
          /* It holds what another thread has not committed. */
          g_mutex_unlock (&point->lock);
          break;
        }
      g_thread_yield ();
    }
  return run_on_reader (self, work, data, cancellable, error);
}

/* A private database in memory has one connection: while a transaction is open, readers of other
 * threads wait for its end. */
static gboolean
run_read_memory (BeaverEngine *self,
                 BeaverWork work,
                 gpointer data,
                 GCancellable *cancellable,
                 GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->point->lock);
  if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == 0)
    return read_on_point (self, work, data, cancellable, error);
  g_mutex_unlock (&self->point->lock);

  if (!_beaver_writer_take_lane (self, cancellable, error))
    return FALSE;
  g_mutex_lock (&self->point->lock);
  ok = read_on_point (self, work, data, cancellable, error);
  _beaver_writer_give_lane (self);
  return ok;
}

static gboolean
run_in_transaction (BeaverEngine *self,
                    BeaverAccess access,
                    BeaverWork work,
                    gpointer data,
                    GCancellable *cancellable,
                    guint serial,
                    GError **error)
{
  BeaverConnection *point = self->point;
  gboolean ok = FALSE;

  g_mutex_lock (&point->lock);
  if (point->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  else if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) != serial ||
           sqlite3_get_autocommit (point->db))
    g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                         _ ("the transaction that this call was part of is over; wait for its "
                            "calls before ending it"));
  else if (access >= BEAVER_ACCESS_WRITE)
    ok = _beaver_writer_run_savepoint (self, work, data, cancellable, error);
  else
    {
      _beaver_count (&self->counts.point_reads, 1);
      point->cancellable = cancellable;
      ok = work (point, data, error);
      point->cancellable = NULL;
    }
  g_mutex_unlock (&point->lock);
  return ok;
}

gboolean
_beaver_engine_run_inside (BeaverEngine *self,
                           BeaverAccess access,
                           BeaverWork work,
                           gpointer data,
                           GCancellable *cancellable,
                           guint transaction_serial,
                           GError **error)
{
  if (transaction_serial != 0)
    return run_in_transaction (self, access, work, data, cancellable, transaction_serial, error);
  if (access >= BEAVER_ACCESS_WRITE)
    return _beaver_writer_run (self, work, data, access == BEAVER_ACCESS_WRITE_ONE, cancellable,
                               error);
  if (self->memory)
    return run_read_memory (self, work, data, cancellable, error);
  if (access == BEAVER_ACCESS_POINT)
    return run_read (self, work, data, cancellable, error);
  return run_on_reader (self, work, data, cancellable, error);
}

gboolean
_beaver_engine_run (BeaverEngine *self,
                    BeaverAccess access,
                    BeaverWork work,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  gboolean ok;

  if (!_beaver_engine_enter (self, error))
    return FALSE;
  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    ok = FALSE;
  else if (G_UNLIKELY (__atomic_load_n (&self->observed, __ATOMIC_RELAXED) != 0))
    {
      BeaverObservation observation;

      _beaver_observation_begin (&observation, self, access, work, data);
      ok = _beaver_engine_run_inside (self, access, _beaver_observation_work, &observation,
                                      cancellable, _beaver_engine_own_serial (self), error);
      _beaver_observation_end (&observation);
    }
  else
    ok = _beaver_engine_run_inside (self, access, work, data, cancellable,
                                    _beaver_engine_own_serial (self), error);
  _beaver_engine_leave (self);
  return ok;
}

gboolean
_beaver_engine_try_point (BeaverEngine *self, BeaverWork work, gpointer data)
{
  BeaverConnection *point = self->point;
  gboolean ok = FALSE;

  if (!_beaver_engine_enter (self, NULL))
    return FALSE;
  if (g_mutex_trylock (&point->lock))
    {
      if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == 0)
        ok = read_on_point (self, work, data, NULL, NULL);
      else
        g_mutex_unlock (&point->lock);
    }
  _beaver_engine_leave (self);
  return ok;
}

/* --- Closing
 * ------------------------------------------------------------------------------------------------------------------
 */

guint
_beaver_engine_add_close_work (BeaverEngine *self, BeaverWork work, gpointer data)
{
  CloseWork *entry = g_new (CloseWork, 1);
  guint id;

  g_mutex_lock (&self->close_work_lock);
  entry->id = id = ++self->last_close_work;
  entry->work = work;
  entry->data = data;
  g_ptr_array_add (self->close_works, entry);
  g_mutex_unlock (&self->close_work_lock);
  return id;
}

static gboolean
find_close_work (GPtrArray *works, guint id, guint *index)
{
  for (*index = 0; *index < works->len; ++*index)
    if (((CloseWork *) g_ptr_array_index (works, *index))->id == id)
      return TRUE;
  return FALSE;
}

/* While the closer runs it, its data is in use: comes back afterwards. */
void
_beaver_engine_remove_close_work (BeaverEngine *self, guint id)
{
  guint i;

  if (self->fork_generation != _beaver_fork_generation)
    return;
  g_mutex_lock (&self->close_work_lock);
  if (find_close_work (self->close_works, id, &i))
    g_ptr_array_remove_index (self->close_works, i);
  else
    while (self->running_close_works != NULL && find_close_work (self->running_close_works, id, &i))
      g_cond_wait (&self->close_work_cond, &self->close_work_lock);
  g_mutex_unlock (&self->close_work_lock);
}

void
_beaver_engine_count_joined (BeaverEngine *self, guint n)
{
  __atomic_fetch_add (&self->joined, (int) n, __ATOMIC_RELAXED);
}

gboolean
_beaver_engine_begin_close (BeaverEngine *self)
{
  int expected = 0;

  if (self->fork_generation != _beaver_fork_generation)
    return FALSE;
  if (!__atomic_compare_exchange_n (&self->closing, &expected, 1, FALSE, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
    return FALSE;

  /* All flags are one; now everybody who sleeps somewhere. */
  g_mutex_lock (&self->close_lock);
  g_cond_broadcast (&self->close_cond);
  g_mutex_unlock (&self->close_lock);
  _beaver_writer_wake_all (self);
  g_mutex_lock (&self->pool.lock);
  g_cond_broadcast (&self->pool.cond);
  g_mutex_unlock (&self->pool.lock);
  _beaver_watcher_begin_close (self->watcher);
  _beaver_checkpointer_begin_close (self->checkpointer);
  _beaver_snapshot_pin_begin_close (self->snapshot_pin);
  _beaver_jobs_begin_close (self->jobs);
  return TRUE;
}

/* The lock of a connection, for good: whoever has it is interrupted until he lets go. An interrupt
 * that falls between two steps is lost, hence again and again. */
static void
seize (BeaverEngine *self, BeaverConnection *connection)
{
  while (!g_mutex_trylock (&connection->lock))
    {
      gint64 until = g_get_monotonic_time () + INTERRUPT_EVERY_US;

      _beaver_connection_interrupt (connection);
      g_mutex_lock (&self->close_lock);
      g_cond_wait_until (&self->close_cond, &self->close_lock, until);
      g_mutex_unlock (&self->close_lock);
    }
}

static void
run_close_works (BeaverEngine *self)
{
  BeaverConnection *point = self->point;
  GPtrArray *works;

  if (point->db == NULL)
    return;
  point->closer = TRUE;
  point->cancellable = NULL;
  _beaver_writer_rollback (self); /* of whoever has a transaction open */

  g_mutex_lock (&self->close_work_lock);
  works = self->running_close_works = g_steal_pointer (&self->close_works);
  self->close_works = g_ptr_array_new_with_free_func (g_free);
  g_mutex_unlock (&self->close_work_lock);
  point->busy_deadline = g_get_monotonic_time () + CLOSE_WORK_PATIENCE_US;
  if (works->len > 0 && _beaver_connection_step_simple (point, "BEGIN IMMEDIATE", NULL))
    {
      for (guint i = 0; i < works->len; i++)
        {
          CloseWork *entry = g_ptr_array_index (works, i);

          entry->work (point, entry->data, NULL);
        }
      if (!_beaver_connection_step_simple (point, "COMMIT", NULL))
        _beaver_writer_rollback (self);
    }

  g_mutex_lock (&self->close_work_lock);
  g_clear_pointer (&self->running_close_works, g_ptr_array_unref);
  g_cond_broadcast (&self->close_work_cond);
  g_mutex_unlock (&self->close_work_lock);
}

/* Takes it out of the list. */
static void
close_seized (BeaverEngine *self, GPtrArray *connections, guint i)
{
  g_autoptr (BeaverConnection) connection = g_object_ref (g_ptr_array_index (connections, i));

  g_ptr_array_remove_index_fast (connections, i);
  if (connection == self->point)
    run_close_works (self);
  else
    _beaver_connection_close_locked (connection);
  g_mutex_unlock (&connection->lock);
}

void
_beaver_engine_await_close_works (BeaverEngine *self)
{
  g_mutex_lock (&self->close_lock);
  while (!self->close_works_done)
    g_cond_wait (&self->close_cond, &self->close_lock);
  g_mutex_unlock (&self->close_lock);
}

void
_beaver_engine_finish_close (BeaverEngine *self, BeaverEngineCloseStats *stats)
{
  g_autoptr (GPtrArray) connections = NULL;
  int own = count_call_outs (self); /* units that this very thread will come back to */
  guint joined;

  if (self->fork_generation != _beaver_fork_generation)
    return;

  /* 1. Everything that is under way gives up at its next look. Whoever gets the point connection's
   * lock after us sees the flag; it stays open so that the wal-index can be looked at. */
  connections = _beaver_weak_set_get (self->connections);
  for (guint i = 0; i < connections->len;)
    {
      /* those that nobody uses, while the others give up */
      if (g_mutex_trylock (&((BeaverConnection *) g_ptr_array_index (connections, i))->lock))
        close_seized (self, connections, i);
      else
        _beaver_connection_interrupt (g_ptr_array_index (connections, i++));
    }
  while (connections->len > 0)
    {
      seize (self, g_ptr_array_index (connections, 0));
      close_seized (self, connections, 0);
    }

  g_mutex_lock (&self->close_lock);
  self->close_works_done = TRUE;
  g_cond_broadcast (&self->close_cond);
  g_mutex_unlock (&self->close_lock);

  /* 2. Our threads. */
  joined = _beaver_jobs_join (self->jobs) + _beaver_checkpointer_join (self->checkpointer) +
           _beaver_snapshot_pin_join (self->snapshot_pin) + _beaver_watcher_join (self->watcher);
  joined += (guint) __atomic_load_n (&self->joined, __ATOMIC_RELAXED);

  /* 3. Units that were on their way in or out. Whoever opened a reader after the look above found
   * the flag and has put it back. */
  g_mutex_lock (&self->close_lock);
  while (__atomic_load_n (&self->inside, __ATOMIC_SEQ_CST) > own)
    g_cond_wait (&self->close_cond, &self->close_lock);
  g_mutex_unlock (&self->close_lock);
  g_mutex_lock (&self->pool.lock);
  for (BeaverConnection *reader; (reader = g_queue_pop_head (&self->pool.idle)) != NULL;)
    {
      g_mutex_lock (&reader->lock);
      _beaver_connection_close_locked (reader);
      g_mutex_unlock (&reader->lock);
      g_object_unref (reader);
    }
  g_mutex_unlock (&self->pool.lock);

  /* 4. The point connection last: its mapping of the wal-index is looked at by all of them. */
  if (self->point != NULL)
    {
      g_mutex_lock (&self->point->lock);
      _beaver_connection_close_locked (self->point);
      g_mutex_unlock (&self->point->lock);
    }

  if (stats != NULL)
    {
      stats->connections_closed =
          (guint) __atomic_load_n (&self->connections_closed, __ATOMIC_RELAXED);
      stats->threads_joined = joined;
      stats->operations_interrupted =
          (guint) __atomic_load_n (&self->interrupted, __ATOMIC_RELAXED);
    }
  g_mutex_lock (&self->close_lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->close_cond);
  g_mutex_unlock (&self->close_lock);
}

void
_beaver_engine_wait_closed (BeaverEngine *self)
{
  if (self->fork_generation != _beaver_fork_generation)
    return;
  g_mutex_lock (&self->close_lock);
  while (!self->closed)
    g_cond_wait (&self->close_cond, &self->close_lock);
  g_mutex_unlock (&self->close_lock);
}
