/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Spares reads their system calls while a process does little else.
 *
 * SQLite counts the read locks of a process: as long as any connection of it holds a snapshot, the
 * autocommit reads of all others take the same lock by counting, where each would otherwise ask the
 * kernel twice. So a connection of its own holds one during a burst of reads. Nobody reads through
 * it, so nobody sees anything old: every read still takes the newest snapshot by itself.
 *
 * A held snapshot keeps others from restarting the log. It is therefore taken only when nobody has
 * committed for a while, and let go by a thread of its own as soon as somebody commits, the reads
 * end, or it was held for MAX_HELD_US; a moment without it follows then. */
#include "config.h"

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-core-private.h>

/* So many reads without a commit between them ... */
#define STREAK 64
/* ... within this time are a burst. */
#define STREAK_US 20000
#define QUIET_US 20000
#define LOOK_EVERY_US 1000
#define MAX_HELD_US 50000
#define PAUSE_US 5000
/* When the system refuses the thread that would let go. */
#define LONG_PAUSE_US 1000000

struct _BeaverSnapshotPin
{
  BeaverEngine *engine; /* not a reference */

  BeaverWalHeader seen; /* (mutex point.lock) at the last read */
  guint streak;         /* (mutex point.lock) reads since it was another one */
  gint64 streak_since;  /* (mutex point.lock) monotonic */
  gint64 changed_at;    /* (mutex point.lock) monotonic: when it became what it is */

  guint reads;      /* atomic; written with point.lock held */
  int held;         /* atomic; changed with lock held */
  gint64 paused_to; /* atomic; changed with lock held */

  GMutex lock; /* inside point.lock, around connection.lock */
  GCond cond;
  GThread *thread;              /* (mutex lock) started with the first burst */
  BeaverConnection *connection; /* (mutex lock) strong; NULL before and after */
  BeaverWalHeader snapshot;     /* (mutex lock) that is held */
  gint64 held_since;            /* (mutex lock) monotonic */
  gboolean closing;             /* (mutex lock) */
};

/* With lock held. */
static gboolean
take (BeaverSnapshotPin *self)
{
  BeaverConnection *connection;
  gboolean ok = FALSE;

  if (self->connection == NULL)
    self->connection = _beaver_connection_open (self->engine, NULL);
  connection = self->connection;
  if (connection == NULL)
    return FALSE;
  g_mutex_lock (&connection->lock);
  if (connection->db != NULL && !_beaver_engine_closing (self->engine))
    {
      connection->busy_deadline = 0;
      /* Reads the first page, which takes the snapshot, and no schema. */
      ok = _beaver_connection_step_simple (connection, "BEGIN", NULL) &&
           _beaver_connection_step_simple (connection, "PRAGMA schema_version", NULL);
      if (!ok && connection->db != NULL && !sqlite3_get_autocommit (connection->db))
        sqlite3_exec (connection->db, "ROLLBACK", NULL, NULL, NULL);
    }
  g_mutex_unlock (&connection->lock);
  return ok;
}

/* With lock held. */
static void
let_go (BeaverSnapshotPin *self)
{
  BeaverConnection *connection = self->connection;

  g_mutex_lock (&connection->lock);
  connection->ending = TRUE;
  if (connection->db != NULL && !sqlite3_get_autocommit (connection->db))
    sqlite3_exec (connection->db, "ROLLBACK", NULL, NULL, NULL);
  connection->ending = FALSE;
  g_mutex_unlock (&connection->lock);
  __atomic_store_n (&self->held, 0, __ATOMIC_RELAXED);
}

static gpointer
pin_thread (gpointer data)
{
  BeaverSnapshotPin *self = data;
  BeaverConnection *connection;

  g_mutex_lock (&self->lock);
  while (!self->closing)
    {
      guint reads = __atomic_load_n (&self->reads, __ATOMIC_RELAXED);
      BeaverWalHeader header;
      gint64 now;

      if (!__atomic_load_n (&self->held, __ATOMIC_RELAXED))
        {
          g_cond_wait (&self->cond, &self->lock);
          continue;
        }
      g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + LOOK_EVERY_US);
      if (self->closing)
        break;
      header = _beaver_wal_index_peek (&self->engine->wal_index);
      now = g_get_monotonic_time ();
      if (now - self->held_since > MAX_HELD_US)
        __atomic_store_n (&self->paused_to, now + PAUSE_US, __ATOMIC_RELAXED);
      if (now - self->held_since > MAX_HELD_US ||
          reads == __atomic_load_n (&self->reads, __ATOMIC_RELAXED) ||
          !_beaver_wal_header_equal (&header, &self->snapshot))
        let_go (self);
    }
  connection = g_steal_pointer (&self->connection);
  __atomic_store_n (&self->held, 0, __ATOMIC_RELAXED);
  g_mutex_unlock (&self->lock);

  g_mutex_lock (&connection->lock);
  _beaver_connection_close_locked (connection);
  g_mutex_unlock (&connection->lock);
  g_object_unref (connection);
  return NULL;
}

static void
consider (BeaverSnapshotPin *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean burst = now - self->streak_since < STREAK_US;

  self->streak = 0;
  self->streak_since = now;
  if (!burst || now - self->changed_at < QUIET_US ||
      now < __atomic_load_n (&self->paused_to, __ATOMIC_RELAXED))
    return;
  g_mutex_lock (&self->lock);
  if (!self->closing && !self->held && take (self))
    {
      self->snapshot = _beaver_wal_index_peek (&self->engine->wal_index);
      self->held_since = now;
      __atomic_store_n (&self->held, 1, __ATOMIC_RELAXED);
      if (self->thread == NULL)
        self->thread = _beaver_thread_try_new ("beaver-pin", pin_thread, self, NULL);
      else
        g_cond_signal (&self->cond);
      if (self->thread == NULL)
        {
          let_go (self);
          __atomic_store_n (&self->paused_to, now + LONG_PAUSE_US, __ATOMIC_RELAXED);
        }
    }
  g_mutex_unlock (&self->lock);
}

void
_beaver_snapshot_pin_reading (BeaverSnapshotPin *self)
{
  BeaverWalHeader header;

  if (self->engine->wal_index.map == NULL)
    return;
  header = _beaver_wal_index_peek (&self->engine->wal_index);
  __atomic_store_n (&self->reads, self->reads + 1, __ATOMIC_RELAXED);
  if (G_UNLIKELY (!_beaver_wal_header_equal (&header, &self->seen)))
    {
      self->seen = header;
      self->streak = 0;
      self->streak_since = self->changed_at = g_get_monotonic_time ();
    }
  else if (G_UNLIKELY (++self->streak >= STREAK) &&
           !__atomic_load_n (&self->held, __ATOMIC_RELAXED))
    consider (self);
}

gboolean
_beaver_snapshot_pin_is_held (BeaverSnapshotPin *self)
{
  return __atomic_load_n (&self->held, __ATOMIC_RELAXED) != 0;
}

BeaverSnapshotPin *
_beaver_snapshot_pin_new (BeaverEngine *engine)
{
  BeaverSnapshotPin *self = g_new0 (BeaverSnapshotPin, 1);

  self->engine = engine;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

void
_beaver_snapshot_pin_free (BeaverSnapshotPin *self)
{
  /* Without a thread when the very first snapshot could not be taken, or the thread not be had. */
  if (self->connection != NULL)
    {
      g_mutex_lock (&self->connection->lock);
      _beaver_connection_close_locked (self->connection);
      g_mutex_unlock (&self->connection->lock);
      g_object_unref (self->connection);
    }
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
_beaver_snapshot_pin_begin_close (BeaverSnapshotPin *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

guint
_beaver_snapshot_pin_join (BeaverSnapshotPin *self)
{
  GThread *thread;

  g_mutex_lock (&self->lock);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->lock);
  if (thread == NULL)
    return 0;
  g_thread_join (thread);
  return 1;
}
