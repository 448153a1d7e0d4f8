/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* The engine behind a BeaverDb: owns the connections, runs statements, queues writers, wakes
 * waiters, closes.
 *
 * Reference counted; managers, iterators and worker threads hold it, so it outlives the BeaverDb;
 * after _beaver_engine_close() everything answers BEAVER_ERROR_CLOSED. Every function may be called
 * from any thread.
 *
 * A unit of work is a BeaverWork over plain data. It runs with one connection that nobody else uses
 * meanwhile, on the calling thread, on the thread of another writer (group commit) or on a worker
 * (async): it must not touch a public GObject, call user code, start another unit, or block on
 * anything but SQLite. */

typedef struct _BeaverEngine BeaverEngine;
typedef struct _BeaverConnection BeaverConnection;

typedef enum
{
  BEAVER_ACCESS_POINT, /* reads a row or a few: the point connection, or a reader when that is taken
                        */
  BEAVER_ACCESS_SCAN,  /* reads many rows or searches: a reader connection of its own, one snapshot
                        */
  BEAVER_ACCESS_WRITE, /* inside BEGIN IMMEDIATE .. COMMIT, alone or with other writers of this
                        * process; returning FALSE undoes just this work's changes. May be run again
                        * from the start after such an undo, so results go into the data only. */
  BEAVER_ACCESS_WRITE_ONE, /* a write that mostly needs one statement, which then is its
                            * transaction: see _beaver_connection_prepare_only() */
} BeaverAccess;

typedef gboolean (*BeaverWork) (BeaverConnection *connection, gpointer data, GError **error);

typedef struct
{
  const char *path;          /* ":memory:" for a private in-memory database */
  double connection_timeout; /* seconds to wait for another process's write lock */
  gboolean wal;
  gboolean synchronous_full;
  gboolean temp_memory;
  gint64 mmap_size;     /* bytes, 0 off */
  double cache_timeout; /* seconds for which a cached value is good without a look, 0 never */
  gint64 slow_us;       /* what takes as long is logged, 0 nothing */
} BeaverEngineOptions;

typedef struct
{
  gint64 duration_us;
  guint connections_closed;
  guint threads_joined;
  guint operations_interrupted;
} BeaverEngineCloseStats;

BeaverEngine *_beaver_engine_open (const BeaverEngineOptions *options,
                                   GCancellable *cancellable,
                                   GError **error);
BeaverEngine *_beaver_engine_ref (BeaverEngine *self);
void _beaver_engine_unref (BeaverEngine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverEngine, _beaver_engine_unref)

const char *_beaver_engine_get_path (BeaverEngine *self);
/* Without symbolic links: what SQLite keeps stands beside this one. */
const char *_beaver_engine_get_file (BeaverEngine *self);
gboolean _beaver_engine_is_memory (BeaverEngine *self);

/* Sets CLOSED or FORKED and returns TRUE when nothing can be done with the engine any more. One
 * atomic load. */
gboolean _beaver_engine_set_error_if_closed (BeaverEngine *self, GError **error);
gboolean _beaver_engine_is_closed (BeaverEngine *self);
gboolean _beaver_engine_is_forked (
    BeaverEngine *self); /* this process is a child of the one that opened it */

/* Runs work and returns what it returned. Inside a transaction of the calling thread (below) the
 * work joins it. */
gboolean _beaver_engine_run (BeaverEngine *self,
                             BeaverAccess access,
                             BeaverWork work,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error);

/* Runs a read where it need not wait for anybody; otherwise, and when it fails, FALSE. */
gboolean _beaver_engine_try_point (BeaverEngine *self, BeaverWork work, gpointer data);

/* The same on a worker thread. finish runs later in the context of task and returns the result from
 * data (g_task_return_*); it is not called on errors, which go to task. data is freed in that
 * context too, so it may hold references of the caller's. Units started by one thread with POINT
 * and WRITE run in the order of starting. */

typedef void (*BeaverFinish) (GTask *task, gpointer data);
void _beaver_engine_run_async (BeaverEngine *self,
                               BeaverAccess access,
                               BeaverWork work,
                               gpointer data,
                               GDestroyNotify data_free,
                               GTask *task,
                               BeaverFinish finish);
/* Whether such POINT and WRITE units wait or run. */
gboolean _beaver_engine_has_jobs (BeaverEngine *self);

/* The same for what nobody waits for, never as part of a transaction. data is freed on the worker
 * or here, whatever comes of it; when the engine closes, not before the close works are done. Needs
 * no main context. */
void _beaver_engine_run_detached (BeaverEngine *self,
                                  BeaverAccess access,
                                  BeaverWork work,
                                  gpointer data,
                                  GDestroyNotify data_free);

/* A call made of several units, on a worker; no unit itself, so it may take its time between them.
 * serial: for _beaver_engine_run_for(), the transaction of the thread that started it. */
typedef gboolean (*BeaverCall) (BeaverEngine *self,
                                gpointer data,
                                GCancellable *cancellable,
                                GError **error);
guint
_beaver_engine_get_serial (BeaverEngine *self); /* of the calling thread's transaction; 0: none */
void _beaver_engine_call_async (BeaverEngine *self,
                                BeaverCall call,
                                gpointer data,
                                GDestroyNotify data_free,
                                GTask *task,
                                BeaverFinish finish);
/* As _beaver_engine_run(), in the transaction with that serial, whichever thread asks; 0: in the
 * calling thread's, if there is one. */
gboolean _beaver_engine_run_for (BeaverEngine *self,
                                 guint serial,
                                 BeaverAccess access,
                                 BeaverWork work,
                                 gpointer data,
                                 GCancellable *cancellable,
                                 GError **error);

/* Waiting until a change makes an operation possible: queue get, lock acquire.
 *
 * peek (POINT, may be NULL) says whether trying is worth a write transaction; act (WRITE) tries.
 * Both return DONE, AGAIN (wait for a change of the topic by this process or for any change by
 * another one, at most until *retry_at in monotonic microseconds when they set it) or FAILED with
 * an error. abandon (WRITE, may be NULL) undoes a registration made by act when the wait ends
 * otherwise: timeout, cancellation, close (best effort then). An act that answers AGAIN is
 * committed. */
typedef enum
{
  BEAVER_ATTEMPT_FAILED,
  BEAVER_ATTEMPT_AGAIN,
  BEAVER_ATTEMPT_DONE,
} BeaverAttempt;

typedef BeaverAttempt (*BeaverAttemptFunc) (BeaverConnection *connection,
                                            gpointer data,
                                            gint64 *retry_at,
                                            GError **error);

typedef struct
{
  BeaverAttemptFunc peek; /* nullable */
  BeaverAttemptFunc act;
  BeaverWork abandon; /* nullable */
  gboolean one;       /* act is a WRITE_ONE */
  /* From any thread: act is likely enough to succeed that peek may come behind it. Nullable. */
  gboolean (*is_likely) (gpointer data);
  /* Says in an error of the asynchronous form whose it is, in the context of the task; the other
   * form has a caller for that. Nullable. */
  void (*prefix_error) (gpointer data, GError **error);
} BeaverWaitOps;

/* timeout_us: < 0 for ever, 0 one attempt; BEAVER_ERROR_TIMEOUT when it is over. topic: see
 * _beaver_connection_touch(). */
gboolean _beaver_engine_wait (BeaverEngine *self,
                              const char *topic,
                              const BeaverWaitOps *ops,
                              gpointer data,
                              gint64 timeout_us,
                              GCancellable *cancellable,
                              GError **error);
void _beaver_engine_wait_async (BeaverEngine *self,
                                const char *topic,
                                const BeaverWaitOps *ops, /* static */
                                gpointer data,
                                GDestroyNotify data_free,
                                gint64 timeout_us,
                                GTask *task,
                                BeaverFinish finish);

/* Transactions across structures. Between begin and end the point connection belongs to the calling
 * thread: its units join, also those it starts asynchronously; writes of other threads wait, reads
 * of others use readers. Nested begins are savepoints. rollback by another thread is allowed
 * (dispose). */
typedef struct _BeaverEngineTransaction BeaverEngineTransaction;
BeaverEngineTransaction *_beaver_engine_begin (BeaverEngine *self,
                                               GCancellable *cancellable,
                                               GError **error);
gboolean _beaver_engine_commit (BeaverEngineTransaction *transaction,
                                GCancellable *cancellable,
                                GError **error);
/* begin for the calling thread, without blocking it; finish owns the transaction. commit behind the
 * units that were started before it; the transaction must outlive the task (the task's source
 * object holds it). */
typedef void (*BeaverTransactionFinish) (GTask *task, BeaverEngineTransaction *transaction);
void _beaver_engine_begin_async (BeaverEngine *self, GTask *task, BeaverTransactionFinish finish);
void _beaver_engine_commit_async (BeaverEngineTransaction *transaction, GTask *task);
gboolean _beaver_engine_rollback (BeaverEngineTransaction *transaction, GError **error);
gboolean _beaver_engine_transaction_is_open (BeaverEngineTransaction *transaction);
void _beaver_engine_transaction_free (
    BeaverEngineTransaction *transaction); /* rolls back when still open */

/* Work done on close while the point connection is still open, in one short transaction (locks,
 * registrations). data must stay valid until removed or run; returns an id. Best effort: skipped
 * when another process holds the write lock. */
guint _beaver_engine_add_close_work (BeaverEngine *self, BeaverWork work, gpointer data);
void _beaver_engine_remove_close_work (BeaverEngine *self, guint id);

/* Closing, in the order of doc/closing.md. begin_close shuts the door and wakes every sleeper,
 * returns FALSE when it was shut before; finish_close interrupts, waits for the units inside, and
 * closes every connection. wait_closed blocks until finish_close of another thread is over. */
gboolean _beaver_engine_begin_close (BeaverEngine *self);
void _beaver_engine_finish_close (BeaverEngine *self, BeaverEngineCloseStats *stats);
void _beaver_engine_wait_closed (BeaverEngine *self);

/* Inside a WRITE work: a number that is another one than last time when another process has
 * committed since. FALSE when that cannot be told, outside WAL mode. */
gboolean _beaver_engine_get_foreign_token (BeaverEngine *self, gint64 *token);

/* Copies what is committed into a new file, which gets one that nobody else sees until it is whole:
 * the copy is one file without a log. Writers go on meanwhile. step is called between two steps,
 * without any lock, and stops it by answering FALSE with an error; it must not close the engine.
 * verify: also checks the copy from end to end, and packs it. */
typedef gboolean (*BeaverBackupStep) (gint64 done, gint64 total, gpointer data, GError **error);
gboolean _beaver_engine_backup (BeaverEngine *self,
                                const char *path,
                                gboolean verify,
                                BeaverBackupStep step,
                                gpointer data,
                                GCancellable *cancellable,
                                GError **error);

/* A snapshot of what happened since opening and of what is there now. After the close the counters
 * are the last ones and the rest is 0; all 0 in a forked child. Any thread; waits for no unit. */
typedef struct
{
  gint64 reads;  /* units; not what the cache answered */
  gint64 writes; /* units */
  gint64 commits;
  gint64 shared_commits; /* of these, by several units together */
  gint64 cache_hits;
  gint64 cache_misses;
  gint64 foreign_changes; /* how often the cache found that another process had written */
  gint64 prepared;        /* statements */
  gint64 busy_waits;      /* for another process's write lock */
  gint64 checkpoints;
  gint64 frames_copied; /* by them */
  gint64 bytes_written; /* to the log */
  gint64 slow;          /* operations that were logged */
  double longest_wait;  /* seconds: of a write for its turn */
  /* now */
  gint64 cache_values;
  gint64 cache_bytes;
  gint64 wal_bytes;  /* of the file */
  gint64 wal_frames; /* not copied into the database yet */
  gint64 memory;     /* bytes: of SQLite's connections and the cache */
  gint64 connections;
  gint64 readers_busy;
  gint64 readers_idle;
  gint64 writers_waiting;
  gint64 waiters;     /* calls that wait for a change */
  gint64 queued;      /* asynchronous units that have not begun */
  double oldest_read; /* seconds that the oldest unit on a reader runs */
} BeaverEngineStats;

void _beaver_engine_get_stats (BeaverEngine *self, BeaverEngineStats *stats);
void _beaver_engine_set_slow_threshold (BeaverEngine *self, gint64 us);
/* Whether units are watched, so that saying who does what is worth it. */
gboolean _beaver_engine_is_observed (BeaverEngine *self);

/* Joined worker threads of managers are counted for the report. */
void _beaver_engine_count_joined (BeaverEngine *self, guint n);

G_END_DECLS
