/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one of this process who copies the write-ahead log back into the database.
 *
 * Our connections never do it by themselves. A thread with a connection of its own runs PASSIVE
 * checkpoints from BACKGROUND_FRAMES on, beside the writers; a writer that finds HARD_FRAMES runs
 * RESTART itself, which bounds the log. With synchronous=FULL two streams of fsync would compete,
 * so there the writer does it all, at FULL_FRAMES; so it does where the system refuses the thread.
 *
 * Two rules keep commits safe with SQLite before 3.51.3, where a checkpoint that starts on a
 * completely copied log can mistake the log that another connection just restarted for its own:
 * never start while everything is copied (read from the wal-index), and hold the write lock
 * meanwhile as soon as other processes were seen writing. */
#include "config.h"

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-core-private.h>

#define BACKGROUND_FRAMES 1000
#define HARD_FRAMES 16000
#define FULL_FRAMES 1000
/* A RESTART that readers prevented is not tried again before the log has grown by so much. */
#define RETRY_FRAMES 4000
/* How long a writer waits for readers to let a RESTART through. */
#define RESTART_PATIENCE_US 50000
/* The same for others' commits, and for readers, to have the log copied under the write lock. */
#define FULL_PATIENCE_US 10000
#define BETWEEN_US 2000
/* A log this long that nobody lets us restart is worth a word, and again when it has doubled. */
#define WARN_FRAMES 32000

struct _BeaverCheckpointer
{
  BeaverEngine *engine; /* not a reference */
  GMutex run_lock; /* innermost: around a look at what is copied and the checkpoint that follows */
  GMutex lock;
  GCond cond;
  GThread *thread;  /* (mutex lock) started when there is first work */
  gboolean wanted;  /* (mutex lock) */
  gboolean closing; /* (mutex lock) */
  int frames;       /* (mutex point.lock) in the log after the last commit of ours */
  int next_at;      /* (mutex point.lock) frames at which the writer's next own try is due */
  int warn_at;      /* (mutex point.lock) frames */
};

static gboolean
has_work (BeaverEngine *engine)
{
  BeaverWalHeader header = _beaver_wal_index_peek (&engine->wal_index);

  return engine->wal_index.map == NULL ||
         _beaver_wal_index_backfilled (&engine->wal_index) < _beaver_wal_header_frames (&header);
}

static gboolean
foreign_writers (BeaverEngine *engine)
{
  return __atomic_load_n (&engine->foreign_at, __ATOMIC_RELAXED) != 0;
}

/* Holds run_lock. */
static int
run_checkpoint (BeaverConnection *connection, int mode)
{
  BeaverEngine *engine = connection->engine;
  gint64 observed = _beaver_observe_begin (engine);
  gint64 before = _beaver_wal_index_backfilled (&engine->wal_index);
  int copied = 0;
  int code = sqlite3_wal_checkpoint_v2 (connection->db, "main", mode, NULL, &copied);

  _beaver_count (&engine->counts.checkpoints, 1);
  if (copied > before)
    _beaver_count (&engine->counts.copied, copied - before);
  _beaver_observe_end (engine, observed, "checkpoint", FALSE);
  return code;
}

static void
passive (BeaverConnection *connection)
{
  BeaverEngine *engine = connection->engine;

  g_mutex_lock (&connection->lock);
  g_mutex_lock (&engine->checkpointer->run_lock);
  if (connection->db != NULL && !_beaver_engine_closing (engine) && has_work (engine))
    run_checkpoint (connection, SQLITE_CHECKPOINT_PASSIVE);
  g_mutex_unlock (&engine->checkpointer->run_lock);
  g_mutex_unlock (&connection->lock);
}

static void
checkpoint_in_background (BeaverEngine *engine, BeaverConnection *connection)
{
  if (!foreign_writers (engine))
    {
      passive (connection);
      return;
    }
  if (!_beaver_writer_take_lane (engine, NULL, NULL))
    return;
  g_mutex_lock (&engine->point->lock);
  if (engine->point->db != NULL && !_beaver_engine_closing (engine) &&
      _beaver_writer_begin_immediate (engine, NULL))
    {
      passive (connection);
      _beaver_writer_rollback (engine);
    }
  g_mutex_unlock (&engine->point->lock);
  _beaver_writer_give_lane (engine);
}

/* SQLite knows of the log only after it has read the file once: until then a checkpoint copies
 * nothing, and says that all is well. */
static BeaverConnection *
open_connection (BeaverEngine *engine)
{
  BeaverConnection *connection = _beaver_connection_open (engine, NULL);

  if (connection == NULL)
    return NULL;
  g_mutex_lock (&connection->lock);
  if (connection->db != NULL)
    _beaver_connection_step_simple (connection, "PRAGMA schema_version", NULL);
  g_mutex_unlock (&connection->lock);
  return connection;
}

static gpointer
checkpointer_thread (gpointer data)
{
  BeaverCheckpointer *self = data;
  BeaverEngine *engine = self->engine;
  BeaverConnection *connection = NULL;

  for (;;)
    {
      g_mutex_lock (&self->lock);
      while (!self->wanted && !self->closing)
        g_cond_wait (&self->cond, &self->lock);
      self->wanted = FALSE;
      if (self->closing)
        {
          g_mutex_unlock (&self->lock);
          break;
        }
      g_mutex_unlock (&self->lock);

      if (connection == NULL)
        connection = open_connection (engine);
      if (connection != NULL)
        checkpoint_in_background (engine, connection);
      _beaver_engine_doze (engine, g_get_monotonic_time () + BETWEEN_US);
    }

  if (connection != NULL)
    {
      g_mutex_lock (&connection->lock);
      _beaver_connection_close_locked (connection);
      g_mutex_unlock (&connection->lock);
      g_object_unref (connection);
    }
  return NULL;
}

/* The log cannot start anew under the eyes of somebody who reads what it says: he has to be found.
 */
static void
warn_of_readers (BeaverEngine *engine, int frames)
{
  g_autofree char *readers = _beaver_engine_describe_readers (engine);
  g_autofree char *text =
      g_strdup_printf ("the write-ahead log of “%s” has grown to %d frames (%.0f MB), because old "
                       "snapshots are kept "
                       "open by %s; end such reads, or read in smaller pieces",
                       engine->path, frames, (double) frames * (double) engine->page_size / 1e6,
                       readers != NULL ? readers : "somebody who cannot be seen from here");

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BEAVER_OPERATION", "checkpoint",
                    "BEAVER_PATH", engine->path, "BEAVER_READERS", readers != NULL ? readers : "",
                    "MESSAGE", "%s", text);
}

/* By the writer itself, after its commit. */
static void
checkpoint_inline (BeaverCheckpointer *self, int mode, int frames)
{
  BeaverEngine *engine = self->engine;
  BeaverConnection *point = engine->point;
  gboolean anew = mode == SQLITE_CHECKPOINT_RESTART;
  int growth = anew ? RETRY_FRAMES : FULL_FRAMES / 4;
  int code = SQLITE_OK;

  /* Waits for the background thread: that is the brake on writers who are faster than it. */
  g_mutex_lock (&self->run_lock);
  if (has_work (engine))
    {
      point->patience = anew ? RESTART_PATIENCE_US : FULL_PATIENCE_US;
      point->patient_at = 0;
      code = run_checkpoint (point, mode);
      point->patience = 0;
    }
  else
    growth = 0; /* the background thread was here a moment ago: after the next commit */
  g_mutex_unlock (&self->run_lock);
  /* Readers keep it from being copied or restarted: not at every commit again. When the log starts
   * anew, so does this. */
  self->next_at = frames + growth;
  if (code != SQLITE_OK && frames >= self->warn_at && !_beaver_engine_closing (engine))
    {
      self->warn_at = frames * 2;
      warn_of_readers (engine, frames);
    }
}

/* FALSE: there is no thread to do it. */
static gboolean
wake_thread (BeaverCheckpointer *self)
{
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  if (!self->wanted && !self->closing)
    {
      if (self->thread != NULL)
        g_cond_signal (&self->cond);
      else
        self->thread = _beaver_thread_try_new ("beaver-checkpt", checkpointer_thread, self, NULL);
      ok = self->wanted = self->thread != NULL;
    }
  g_mutex_unlock (&self->lock);
  return ok;
}

void
_beaver_checkpointer_committed (BeaverCheckpointer *self, int wal_frames)
{
  guint32 copied;
  gboolean is_due;

  if (wal_frames < 0)
    return;
  if (wal_frames < self->frames)
    {
      /* somebody restarted the log */
      self->next_at = 0;
      self->warn_at = WARN_FRAMES;
    }
  self->frames = wal_frames;
  if (wal_frames < BACKGROUND_FRAMES)
    return;
  if (wal_frames >= HARD_FRAMES && wal_frames >= self->next_at)
    {
      checkpoint_inline (self, SQLITE_CHECKPOINT_RESTART, wal_frames);
      return;
    }
  /* wal_frames counts what is copied already too. */
  copied = _beaver_wal_index_backfilled (&self->engine->wal_index);
  if (self->engine->options.synchronous_full)
    is_due = (guint32) wal_frames >= copied + FULL_FRAMES;
  else
    is_due = (guint32) wal_frames >= copied + BACKGROUND_FRAMES && !wake_thread (self);
  if (is_due && wal_frames >= self->next_at)
    checkpoint_inline (
        self, foreign_writers (self->engine) ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE,
        wal_frames);
}

BeaverCheckpointer *
_beaver_checkpointer_new (BeaverEngine *engine)
{
  BeaverCheckpointer *self = g_new0 (BeaverCheckpointer, 1);

  self->engine = engine;
  self->warn_at = WARN_FRAMES;
  g_mutex_init (&self->run_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

void
_beaver_checkpointer_free (BeaverCheckpointer *self)
{
  g_mutex_clear (&self->run_lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
_beaver_checkpointer_begin_close (BeaverCheckpointer *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

guint
_beaver_checkpointer_join (BeaverCheckpointer *self)
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
