/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-live-iterator.h>
#include <beaver/beaver-live-window.h>
#include <beaver/beaver-log-private.h>
#include <beaver/beaver-site-private.h>
#include <beaver/engine/beaver-watch-private.h>

G_BEGIN_DECLS

/* The inside of a BeaverLiveIterator, in four floors:
 *
 *   beaver-live-iterator.c  the object that the user holds; turns items into entries in the
 * consumer's thread beaver-live-state.c     the queue between both threads: blocking, pending
 * asynchronous calls, stop and join beaver-live-worker.c    the thread: collects windows, or
 * follows rows beaver-live-rows.c      its statements: what is new in a log, seen without losing or
 * repeating a row
 *
 * The worker holds a BeaverLiveState and never the object: dropping the object ends the thread. */

/* ---- rows: plain, immutable, shared by windows (g_atomic_rc_box) ---- */

typedef struct
{
  double timestamp;
  GRefString *data;
  int checked; /* atomic: 0 not yet, 1 JSON, 2 not JSON */
} BeaverLiveRow;

BeaverLiveRow *_beaver_live_row_new (double timestamp, const char *data, gsize length);
void _beaver_live_row_unref (gpointer row);
gboolean _beaver_live_row_is_json (BeaverLiveRow *row);

typedef struct
{
  gatomicrefcount ref_count;
  double start, end; /* rows with start < timestamp <= end */
  GPtrArray *rows;   /* (element-type BeaverLiveRow) oldest first; never changed again */
  guint n_late;
} BeaverLiveSnapshot;

void _beaver_live_snapshot_unref (BeaverLiveSnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLiveSnapshot, _beaver_live_snapshot_unref)

BeaverLiveWindow *_beaver_live_window_new_take (BeaverLiveSnapshot *snapshot);

/* ---- following a log ---- */

/* How far the rows of a log were seen. */
typedef struct
{
  /* The newest row of the whole table, of whatever log: as long as it stands there, each later row
   * has a larger rowid. */
  gint64 top_rowid; /* 0: the table was empty */
  double top_timestamp;
  char *top_name;
  /* The same of this log: what is left to hold on to when the other one was deleted. */
  gint64 own_rowid; /* 0: none seen yet */
  double own_timestamp;
  double max_timestamp; /* largest one seen in this log; NaN: none */
} BeaverLivePosition;

void _beaver_live_position_clear (BeaverLivePosition *self);

typedef struct
{
  BeaverLogStore *store;
  BeaverLivePosition position; /* in and out */
  GPtrArray *rows;             /* out: (element-type BeaverLiveRow) in order of arrival */
  gboolean more;               /* out: call again at once */
} BeaverLiveFollow;

void _beaver_live_follow_clear (BeaverLiveFollow *self);
/* Where the log ends now. */
gboolean _beaver_live_locate_work (BeaverConnection *connection, gpointer data, GError **error);
/* The next rows behind the position. */
gboolean _beaver_live_follow_work (BeaverConnection *connection, gpointer data, GError **error);

typedef struct
{
  BeaverLogStore *store;
  double window;
  /* What the worker has: */
  BeaverLivePosition position;
  GPtrArray *rows; /* (element-type BeaverLiveRow) sorted; all of start .. covered */
  double covered;  /* NaN: nothing was read yet */
  double end;      /* of the last window; NaN: none */
  /* What the work finds; it changes nothing above: */
  BeaverLivePosition found_position;
  GPtrArray *fresh; /* (element-type BeaverLiveRow) to add to rows */
  gboolean replace; /* fresh is all there is */
  double found_covered;
  double found_end;
} BeaverLiveCollect;

void _beaver_live_collect_clear (BeaverLiveCollect *self);
gboolean _beaver_live_collect_work (BeaverConnection *connection, gpointer data, GError **error);
/* Takes what the work found into rows and makes the window of it (transfer full). */
BeaverLiveSnapshot *_beaver_live_collect_take (BeaverLiveCollect *self);

/* ---- state ---- */

typedef struct
{
  /* One of: */
  BeaverLiveRow *row;
  BeaverLiveSnapshot *snapshot;
  GError *error;
} BeaverLiveItem;

void _beaver_live_item_free (BeaverLiveItem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLiveItem, _beaver_live_item_free)

typedef struct _BeaverLiveState BeaverLiveState;

/* A call to next_async() that waits. Made and freed in the context of its task; in between the
 * state owns it. */
typedef struct
{
  GTask *task;
  BeaverLiveState *state; /* strong */
  gulong cancelled_id;
  BeaverLiveItem *item; /* the answer; NULL: the end, unless cancelled */
  gboolean cancelled;   /* (mutex state->mutex) until it is settled */
  gboolean timed_out;   /* (mutex state->mutex) the same */
  gint64 timeout_us;
  GSource *timer; /* in the context of the task; nullable */
} BeaverLivePending;

struct _BeaverLiveState
{
  gatomicrefcount ref_count;

  /* Constant. */
  BeaverLogStore *store;
  gboolean tail;
  double window, period;
  BeaverWatch *watch;        /* of a tail: sleeps until the log changes */
  GCancellable *cancellable; /* interrupts the worker's statement; nobody else sees it */
  GWeakRef owner;            /* the iterator, for its notification */
  GSourceOnceFunc pending_ready;
  BeaverSite *site; /* where the program made the iterator; nullable */

  GMutex join_mutex;

  GMutex mutex;
  GCond changed;    /* (mutex mutex) anything below */
  GThread *thread;  /* (mutex mutex) NULL before start and after join */
  gboolean stopped; /* (mutex mutex) */
  GQueue items;     /* (mutex mutex) (element-type BeaverLiveItem) */
  GQueue pending; /* (mutex mutex) (element-type BeaverLivePending) not empty only while items is */
  guint capacity; /* (mutex mutex) */
  guint64 dropped; /* (mutex mutex) */

  BeaverLivePosition position; /* of a tail: where it begins; the worker's once that runs */
};

BeaverLiveState *_beaver_live_state_new (BeaverLogStore *store, gboolean tail);
BeaverLiveState *_beaver_live_state_ref (BeaverLiveState *self);
void _beaver_live_state_unref (BeaverLiveState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLiveState, _beaver_live_state_unref)

/* For the object. */
gboolean _beaver_live_state_start (BeaverLiveState *self, GError **error);
/* The next item; NULL without error when the stream ended while the call waited. timeout_us < 0:
 * for ever. */
BeaverLiveItem *_beaver_live_state_pop (BeaverLiveState *self,
                                        gint64 timeout_us,
                                        GCancellable *cancellable,
                                        GError **error);
void _beaver_live_state_pop_async (BeaverLiveState *self, gint64 timeout_us, GTask *task);
void _beaver_live_state_set_timeout (BeaverLiveState *self, gint64 timeout_us, GError **error);
/* In its context: neither its timer nor its cancellable reach it any more. */
void _beaver_live_pending_settle (BeaverLivePending *self);
gboolean _beaver_live_state_is_stopped (BeaverLiveState *self);

/* Ends the stream. Any thread, idempotent. notify: tells the iterator, in the context of the
 * database. */
void _beaver_live_state_stop (BeaverLiveState *self, gboolean notify);
/* Waits for the end of the thread; whether there was one to join. Does nothing in the thread
 * itself. */
gboolean _beaver_live_state_join (BeaverLiveState *self);
/* TRUE in a child of the process that made it: there is no thread, and the locks may be held for
 * ever. */
gboolean _beaver_live_state_is_forked (BeaverLiveState *self);

/* For the worker; FALSE: the stream has ended. */
gboolean _beaver_live_state_push (BeaverLiveState *self, BeaverLiveItem *item); /* takes item */
gboolean _beaver_live_state_wait_room (BeaverLiveState *self);
gboolean _beaver_live_state_wait_until (BeaverLiveState *self, gint64 monotonic_us);

gpointer _beaver_live_worker (gpointer state);

/* ---- the object ---- */

BeaverLiveIterator *_beaver_live_iterator_new (BeaverLiveState *state,
                                               BeaverLogAggregator aggregator,
                                               gpointer user_data,
                                               GDestroyNotify destroy);
/* In the context of the database: its stream has ended. */
void _beaver_live_iterator_ended (BeaverLiveIterator *self);

/* The log's register of them: knows the states, does not keep the objects. FALSE with
 * BEAVER_ERROR_CLOSED when the log was stopped. */
gboolean _beaver_log_store_register (BeaverLogStore *self, BeaverLiveState *state, GError **error);
void _beaver_log_store_unregister (BeaverLogStore *self, BeaverLiveState *state);
/* Strong references (transfer full). */
GPtrArray *_beaver_log_store_get_live (BeaverLogStore *self);
void _beaver_log_store_stop (BeaverLogStore *self);

G_END_DECLS
