/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sqlite3.h>

#include <beaver/engine/beaver-cache-core-private.h>
#include <beaver/engine/beaver-connection-private.h>
#include <beaver/engine/beaver-observe-private.h>
#include <beaver/engine/beaver-fork-private.h>
#include <beaver/engine/beaver-wal-index-private.h>
#include <beaver/engine/beaver-watch-private.h>
#include <beaver/engine/beaver-weak-set-private.h>

/* The structures that the parts of the engine share: engine (open, run, close), connection, writer,
 * watcher, checkpointer and jobs. Nothing outside engine/ includes this.
 *
 * Lock order, outermost first: writer.lock > point.lock > snapshot pin's > connection.lock >
 * pool_lock > watcher.lock > watch.lock > close_lock; the cache's are innermost. writer.lock is
 * never held while a unit of work runs; connection.lock is.
 */

G_BEGIN_DECLS

#define BEAVER_TYPE_CONNECTION (_beaver_connection_get_type ())
G_DECLARE_FINAL_TYPE (BeaverConnection, _beaver_connection, BEAVER, CONNECTION, GObject)

#define BEAVER_BUSY_NOT_YET (-1)

/* A write whose only statement is its transaction, see _beaver_connection_prepare_only(). */
typedef enum
{
  BEAVER_ONLY_NOT,     /* there is a transaction, or nothing is written */
  BEAVER_ONLY_BEGUN,   /* the unit runs, and has no statement yet */
  BEAVER_ONLY_RUNS,    /* it has its statement */
  BEAVER_ONLY_REFUSED, /* nothing of it is in the file: once more, with a transaction */
} BeaverOnly;

struct _BeaverConnection
{
  GObject parent_instance;

  BeaverEngine *engine; /* not a reference: the engine closes every connection before it goes */
  GMutex lock;        /* held by whoever uses the connection, and by the closer for the last time */
  GMutex handle_lock; /* with lock held: around the end of db; without it: whoever interrupts */
  sqlite3 *db;        /* (mutex lock) NULL once closed */
  GHashTable
      *statements; /* (mutex lock) (element-type utf8 BeaverStatement) by address of static text */
  BeaverStatement *recent[32];    /* (mutex lock) of statements, by a hash of that address */
  GHashTable *dynamic_statements; /* (mutex lock) (element-type utf8 BeaverStatement) by text */
  GQueue dynamic_order;           /* (mutex lock) (element-type BeaverStatement) oldest first */
  GSList *blobs;                  /* (mutex lock) (element-type BeaverBlobHandle) open handles */
  sqlite3_backup *backup; /* (mutex lock) of a copy that is being made from here; nullable */

  /* Of the unit that runs now: */
  GCancellable *cancellable; /* (mutex lock) not a reference */
  BeaverOnly only;           /* (mutex lock) */
  BeaverWalHeader only_at;   /* (mutex lock) what the unit has remembered holds in this state */
  gint64 busy_deadline; /* (mutex lock) monotonic microseconds: gives up waiting for a foreign write
                           lock then; BEAVER_BUSY_NOT_YET: connection_timeout from the first look */
  GPtrArray *touched;   /* (mutex lock) (element-type utf8) topics of the open transaction */
  GPtrArray *written;   /* (mutex lock) (element-type BeaverCacheValue) what the open transaction
                           wrote   to keys that are cached */
  gboolean touched_unnamed; /* (mutex lock) something was touched while nobody waited */
  gboolean epoch_ended;     /* (mutex lock) the open transaction changed what is remembered */
  int wal_frames; /* (mutex lock) set by the WAL hook: frames in the log after a commit that wrote,
                     else -1 */
  gboolean
      closer; /* (mutex lock) the closer's own last statements: neither interrupted nor refused */
  gboolean
      ending; /* (mutex lock) BEGIN, COMMIT or ROLLBACK: has to come out one way or the other */
  gint64
      patience; /* (mutex lock) of a checkpoint for readers, which may be ours, at a time; else 0 */
  gint64 patient_at; /* (mutex lock) when it last waited for one */
  /* Of a reader, for whoever asks who keeps the log from starting anew: */
  gint64 used_since;              /* atomic: monotonic, when its unit began; 0: idle */
  const char *user_kind;          /* (mutex handle_lock) static; NULL: not said */
  char user_name[48];             /* (mutex handle_lock) */
  int user_thread;                /* (mutex handle_lock) its number to the system */
  gint64 memory;                  /* atomic: bytes, when it was last asked */
  BeaverObservation *observation; /* (mutex lock) of the unit that runs now; nullable */
  gint64 busy_since; /* (mutex lock) waits for another process's write lock; 0: does not */
  struct BeaverWriteRequest *
      *batch;           /* (mutex lock) whose transaction begins; each may be cancelled meanwhile */
  guint n_batch;        /* (mutex lock) */
  gboolean can_take;    /* (mutex lock) SQL knows beaver_take() */
  gboolean takes_blobs; /* (mutex lock) that gets text as bytes: the file is in UTF-8 */
  BeaverTake take;      /* (mutex lock) what that calls; nullable */
  gpointer take_data;   /* (mutex lock) */
};

BeaverConnection *_beaver_connection_open (BeaverEngine *engine, GError **error);
/* Caller holds the lock. Finalises every statement and closes; what cannot be closed is a bug and
 * critical. */
void _beaver_connection_close_locked (BeaverConnection *self);
void
_beaver_connection_set_error (BeaverConnection *self, int code, const char *what, GError **error);
/* Steps a cached statement that returns nothing. Caller holds the lock. */
gboolean _beaver_connection_step_simple (BeaverConnection *self, const char *sql, GError **error);
/* Without the lock, from any thread: the running step gives up. */
void _beaver_connection_interrupt (BeaverConnection *self);
void _beaver_connection_touch_reset (BeaverConnection *self);

typedef enum
{
  WRITE_QUEUED,
  WRITE_LEADER,
  WRITE_TAKEN,
  WRITE_DONE,
} BeaverWriteState;

typedef struct BeaverWriteRequest
{
  BeaverWork work;
  gpointer data;
  GCancellable *cancellable;
  GError *error;
  gboolean ok;
  gboolean one;           /* mostly one statement */
  BeaverWriteState state; /* (mutex writer.lock) */
  gint64 since;           /* (mutex writer.lock) when it was queued */
  GCond cond;             /* with writer.lock */
  GList link;             /* (mutex writer.lock) in writer.queue */
} BeaverWriteRequest;

struct _BeaverEngineTransaction
{
  BeaverEngine *engine; /* strong */
  guint serial;         /* of the outermost transaction */
  guint depth;          /* 0 outermost, else the number of its savepoint */
  gboolean open;        /* (mutex point.lock) */
};

/* What happened since opening. Relaxed atomics; where a lock is named, only its holder moves them,
 * by _beaver_count(). */
typedef struct
{
  gint64 point_reads;     /* (mutex point.lock) */
  gint64 reader_reads;    /* by whoever has a reader: _beaver_count_shared() */
  gint64 writes;          /* (mutex point.lock) units, committed or not */
  gint64 commits;         /* (mutex point.lock) */
  gint64 shared_commits;  /* (mutex point.lock) of these, by several units together */
  gint64 frames;          /* (mutex point.lock) written to the log */
  gint64 prepared;        /* shared: statements */
  gint64 busy_waits;      /* shared: for another process */
  gint64 checkpoints;     /* (mutex checkpointer.run_lock) */
  gint64 copied;          /* (mutex checkpointer.run_lock) frames, by these */
  gint64 longest_wait_us; /* shared: of a write, for others of this process or another one */
  gint64 slow;            /* shared: operations that were logged */
  int waiting;            /* atomic: threads in _beaver_engine_wait() that sleep */
} BeaverEngineCounts;

static inline void
_beaver_count (gint64 *counter, gint64 n)
{
  __atomic_store_n (counter, __atomic_load_n (counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

static inline void
_beaver_count_shared (gint64 *counter, gint64 n)
{
  __atomic_fetch_add (counter, n, __ATOMIC_RELAXED);
}

static inline void
_beaver_count_longest (gint64 *longest, gint64 us)
{
  gint64 seen = __atomic_load_n (longest, __ATOMIC_RELAXED);

  while (us > seen && !__atomic_compare_exchange_n (longest, &seen, us, TRUE, __ATOMIC_RELAXED,
                                                    __ATOMIC_RELAXED))
    ;
}

typedef struct _BeaverJobs BeaverJobs;
typedef struct _BeaverWatcher BeaverWatcher;
typedef struct _BeaverCheckpointer BeaverCheckpointer;
typedef struct _BeaverSnapshotPin BeaverSnapshotPin;

struct _BeaverEngine
{
  gatomicrefcount ref_count;
  guint fork_generation;
  char *path;     /* as the caller said it */
  char *location; /* the same for SQLite: absolute, so that a later chdir() does not matter and
                     nothing is taken for a URI */
  char *file;     /* what SQLite made of it, without symbolic links; NULL in memory */
  gboolean memory;
  gboolean wal; /* the file really is in WAL mode */
  BeaverEngineOptions options;

  int closing;            /* atomic */
  int inside;             /* atomic: units between entry and exit */
  int interrupted;        /* atomic: units that answered CLOSED after they had been let in */
  int connections_closed; /* atomic: since closing was set */
  int joined;             /* atomic: threads joined */
  GMutex close_lock;
  GCond close_cond;          /* with close_lock: closing was set, inside fell, closed was set */
  gboolean close_works_done; /* (mutex close_lock) */
  gboolean closed;           /* (mutex close_lock) */

  BeaverConnection *point; /* immutable after open until unref: every single get and every write */
  BeaverWeakSet *connections;
  BeaverWalIndex wal_index; /* the mapping of the point connection, which closes last: looked at by
                               units inside, and by the engine's own threads */

  struct
  {
    GMutex lock;
    GCond cond;   /* a reader came back */
    GQueue idle;  /* (mutex pool.lock) (element-type BeaverConnection) strong */
    guint leased; /* (mutex pool.lock) */
  } pool;

  struct
  {
    GMutex lock;
    GQueue queue; /* (mutex writer.lock) (element-type BeaverWriteRequest) waiting, oldest first */
    gboolean active; /* (mutex writer.lock) somebody leads, or a transaction is open */
    /* A transaction that was begun for a thread which has not heard of it: */
    guint64 granted_to;   /* (mutex writer.lock) the thread's number, 0 none */
    guint granted_serial; /* (mutex writer.lock) */
  } writer;

  /* The transaction across structures, at most one. */
  guint64 transaction_owner; /* atomic: number of the thread whose units join, 0 none */
  guint transaction_serial;  /* atomic; 0 none open */
  guint transaction_depth;   /* (mutex point.lock) */
  guint last_serial;         /* (mutex point.lock) */

  /* What this process knows of the file's changes. */
  GMutex change_lock;
  BeaverWalHeader
      known;         /* (mutex change_lock) header after the last change that is accounted for */
  int own_writing;   /* atomic: this process holds the write lock, so nobody else commits */
  int own_commits;   /* atomic: counts those that wrote */
  gint64 foreign_at; /* atomic: monotonic time of the last commit of another process, 0 never */
  guint64
      generation; /* (mutex change_lock) one more whenever commits of other processes are seen */
  BeaverEngineCounts counts;
  gint64 page_size; /* constant after open: bytes of a frame */
  int observed;     /* atomic: of BeaverObserved */
  gint64 slow_us;   /* atomic: what takes as long is logged; 0 nothing */

  BeaverCache *cache;
  BeaverWatcher *watcher;
  BeaverCheckpointer *checkpointer;
  BeaverSnapshotPin *snapshot_pin;
  BeaverJobs *jobs;

  GMutex close_work_lock;
  GCond close_work_cond;          /* with close_work_lock: running_close_works was cleared */
  GPtrArray *close_works;         /* (mutex close_work_lock) */
  GPtrArray *running_close_works; /* (mutex close_work_lock) the closer runs them now; else NULL */
  guint last_close_work;          /* (mutex close_work_lock) */
};

/* opening */
gboolean _beaver_engine_check_path (const char *path, GError **error);
gboolean _beaver_engine_set_pragmas (BeaverConnection *connection, gboolean reader, GError **error);
gboolean _beaver_engine_open_point (BeaverEngine *self, GCancellable *cancellable, GError **error);

/* engine */
gboolean _beaver_engine_enter (BeaverEngine *self, GError **error);
void _beaver_engine_leave (BeaverEngine *self);
gboolean _beaver_engine_closing (BeaverEngine *self);
/* Around a call of the program's from inside a unit, without any lock: a close that comes from
 * there does not wait for the unit, which is to look whether that happened. place lives on the
 * stack. */
typedef struct BeaverCallOut
{
  BeaverEngine *engine;
  struct BeaverCallOut *outer;
} BeaverCallOut;
void _beaver_engine_call_out (BeaverEngine *self, BeaverCallOut *place);
void _beaver_engine_call_over (BeaverCallOut *place);
/* The closing answer for a unit that had been let in. */
void _beaver_engine_set_interrupted (BeaverEngine *self, GError **error);
/* Sleeps up to until (monotonic), less when the engine closes. */
void _beaver_engine_doze (BeaverEngine *self, gint64 until);
/* Closing: blocks until the closer has done what was registered with
 * _beaver_engine_add_close_work(). */
void _beaver_engine_await_close_works (BeaverEngine *self);
BeaverConnection *_beaver_engine_lease_reader (BeaverEngine *self,
                                               GCancellable *cancellable,
                                               GError **error);
void _beaver_engine_return_reader (BeaverEngine *self, BeaverConnection *reader);
/* A number for the calling thread that no other one ever has. */
guint64 _beaver_thread_number (void);
/* With writer.lock: takes back an empty transaction, together with the lane. FALSE: it is over. */
gboolean _beaver_engine_withdraw_locked (BeaverEngine *self, guint serial);
/* The open transaction when it is the calling thread's, else 0. */
guint _beaver_engine_own_serial (BeaverEngine *self);
gboolean _beaver_engine_run_inside (BeaverEngine *self,
                                    BeaverAccess access,
                                    BeaverWork work,
                                    gpointer data,
                                    GCancellable *cancellable,
                                    guint transaction_serial,
                                    GError **error);

/* schema */
gboolean _beaver_schema_check (BeaverConnection *connection, GError **error);
gboolean _beaver_schema_create (BeaverConnection *connection, GError **error);

/* writer */
gboolean _beaver_writer_run (BeaverEngine *self,
                             BeaverWork work,
                             gpointer data,
                             gboolean one,
                             GCancellable *cancellable,
                             GError **error);
void _beaver_writer_run_batch (BeaverEngine *self, BeaverWriteRequest **requests, guint n);
/* Takes the lane for something other than units (transaction, checkpoint) and gives it back. */
gboolean _beaver_writer_take_lane (BeaverEngine *self, GCancellable *cancellable, GError **error);
void _beaver_writer_give_lane (BeaverEngine *self);
gboolean _beaver_writer_begin_immediate (BeaverEngine *self,
                                         GError **error); /* holds point.lock and the lane */
gboolean _beaver_writer_commit (BeaverEngine *self,
                                GError **error); /* the same; not yet told to watches */
void _beaver_writer_rollback (BeaverEngine *self);
GPtrArray *_beaver_writer_steal_touched (BeaverEngine *self); /* nullable */
/* A unit in the open transaction; holds point.lock. */
gboolean _beaver_writer_run_savepoint (BeaverEngine *self,
                                       BeaverWork work,
                                       gpointer data,
                                       GCancellable *cancellable,
                                       GError **error);
void _beaver_writer_wake_all (BeaverEngine *self);

/* watcher */
BeaverWatcher *_beaver_watcher_new (BeaverEngine *engine);
void _beaver_watcher_free (BeaverWatcher *self);
void _beaver_watcher_committed (BeaverWatcher *self, GPtrArray *topics);
void _beaver_watcher_foreign (BeaverWatcher *self);
gboolean _beaver_watcher_is_awaited (BeaverWatcher *self);
void _beaver_watcher_begin_close (BeaverWatcher *self);
guint _beaver_watcher_join (BeaverWatcher *self);

/* A watch whose changes call notify (on the committing thread or the watcher's, without locks)
 * instead of waking a waiter. deadline works as a timer: notify is called once when it is reached.
 */
typedef void (*BeaverWatchNotify) (BeaverWatch *watch, gpointer data);
BeaverWatch *
_beaver_watch_new_notify (BeaverEngine *engine,
                          const char *topic,
                          BeaverWatchNotify notify,
                          gpointer data,
                          GDestroyNotify destroy); /* with the watch's last reference */
gboolean _beaver_watch_set_timer (BeaverWatch *self, gint64 deadline, GError **error);
void _beaver_watch_withdraw (
    BeaverWatch *self); /* no change is collected for it after this; a notify may still come */

/* checkpointer */
BeaverCheckpointer *_beaver_checkpointer_new (BeaverEngine *engine);
void _beaver_checkpointer_free (BeaverCheckpointer *self);
/* After a commit, with point.lock and the lane held: the writer's own part. */
void _beaver_checkpointer_committed (BeaverCheckpointer *self, int wal_frames);
void _beaver_checkpointer_begin_close (BeaverCheckpointer *self);
guint _beaver_checkpointer_join (BeaverCheckpointer *self);

/* log file */
const char *_beaver_log_file_layer (void);

/* snapshot pin */
BeaverSnapshotPin *_beaver_snapshot_pin_new (BeaverEngine *engine);
void _beaver_snapshot_pin_free (BeaverSnapshotPin *self);
/* Before a read on the point connection, with point.lock held. */
void _beaver_snapshot_pin_reading (BeaverSnapshotPin *self);
gboolean _beaver_snapshot_pin_is_held (BeaverSnapshotPin *self);
void _beaver_snapshot_pin_begin_close (BeaverSnapshotPin *self);
guint _beaver_snapshot_pin_join (BeaverSnapshotPin *self);

/* jobs */
/* A call that is no unit, such as beginning a transaction: on a worker of the transaction with this
 * serial, or on one that may be blocked for long. */
typedef gboolean (*BeaverJobCall) (BeaverEngine *engine,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   GError **error);
void _beaver_jobs_call (BeaverEngine *engine,
                        guint transaction_serial,
                        BeaverJobCall call,
                        gpointer data,
                        GDestroyNotify data_free,
                        GTask *task,
                        BeaverFinish finish);
/* The same for a short call that nothing may prevent: where the system refuses the worker, the
 * calling thread does it at once. */
void _beaver_jobs_call_always (BeaverEngine *engine,
                               guint transaction_serial,
                               BeaverJobCall func,
                               gpointer data,
                               GTask *task,
                               BeaverFinish finish);
/* The same for one that waits to begin a transaction, for as long as another one may take. */
void _beaver_jobs_call_begin (BeaverEngine *engine,
                              guint transaction_serial,
                              BeaverJobCall func,
                              gpointer data,
                              GDestroyNotify data_free,
                              GTask *task,
                              BeaverFinish finish);
BeaverJobs *_beaver_jobs_new (BeaverEngine *engine);
/* Queued and not begun; waits that lie on their watch or try. */
void _beaver_jobs_get_depth (BeaverJobs *self, gint64 *queued, gint64 *waits);
void _beaver_jobs_free (BeaverJobs *self);
void _beaver_jobs_begin_close (BeaverJobs *self);
guint _beaver_jobs_join (BeaverJobs *self);

G_END_DECLS
