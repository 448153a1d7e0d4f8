/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-lock.h>
#include <beaver/beaver-lock-guard.h>
#include <beaver/beaver-lock-info.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

extern const char _beaver_lock_tokens_schema[]; /* also of dumps */

/* A lock has three layers. Rows (beaver-lock-rows.c) are the works over __beaver_lock_waiters__:
 * the truth between processes and also between the threads of this one, each of which stands in the
 * queue with a row of its own. A state (beaver-lock-state.c) is what this process knows about one
 * lock of one database: who holds, how often, until when; it is shared by the BeaverLock, the
 * manager whose public lock it is, and the guards. The public objects are thin. */

typedef struct _BeaverLockState BeaverLockState;

/* One row in the queue of a lock: waiting, then held, by a thread or by itself. Reference counted.
 */
typedef struct _BeaverLockHold BeaverLockHold;

/* --- rows --- */

/* Data of every work below. Plain, so that it may run on any thread. */
typedef struct
{
  const char *lock_name; /* of the state, which the owner of this data keeps alive */
  const char *topic;
  const char *waiter_id;
  double ttl;
  gboolean asked; /* tried once */
  gboolean once;  /* do not stand in the queue when somebody is in front */

  /* results */
  gboolean found; /* the row was there */
  gboolean touch; /* abandon and release had something to remove */
  double expires_at;
  gint64 token;
  gint64 count;
  char *holder;
} BeaverLockOp;

/* Puts “lock …: ” before what is no cancellation. */
void _beaver_lock_prefix_name (const char *name, GError **error);
extern const BeaverWaitOps _beaver_lock_acquire_ops; /* expires_at, token */
extern const BeaverWaitOps _beaver_lock_try_ops;     /* the same; with once */
gboolean _beaver_lock_check_work (BeaverConnection *connection,
                                  gpointer data,
                                  GError **error); /* POINT: found */
gboolean _beaver_lock_renew_work (BeaverConnection *connection,
                                  gpointer data,
                                  GError **error); /* WRITE: found, expires_at */
gboolean _beaver_lock_remove_work (BeaverConnection *connection,
                                   gpointer data,
                                   GError **error); /* WRITE: found */
gboolean _beaver_lock_info_work (BeaverConnection *connection,
                                 gpointer data,
                                 GError **error); /* POINT: holder ... */
gboolean _beaver_lock_clear_work (BeaverConnection *connection,
                                  gpointer data,
                                  GError **error); /* BeaverManagerOp */
gboolean _beaver_lock_count_work (BeaverConnection *connection,
                                  gpointer data,
                                  GError **error); /* BeaverManagerOp */

/* --- state --- */

/* The state of this lock of the engine: the one there is, or a new one. */
BeaverLockState *_beaver_lock_state_get (BeaverEngine *engine,
                                         GMainContext *context,
                                         const char *lock_name);
BeaverLockState *_beaver_lock_state_ref (BeaverLockState *self);
void _beaver_lock_state_unref (BeaverLockState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLockState, _beaver_lock_state_unref)

/* Of the manager that goes: holds that nobody can come back for are dropped when the database is
 * closed. */
void _beaver_lock_state_leave (BeaverLockState *self);
void _beaver_lock_state_stop (BeaverLockState *self);
guint _beaver_lock_state_join (BeaverLockState *self);

const char *_beaver_lock_state_get_name (BeaverLockState *self);
/* object has a readable property "lost", which is notified in the context of the database. Kept
 * weakly. */
void _beaver_lock_state_add_object (BeaverLockState *self, gpointer object);
/* TRUE: that was a change. */
gboolean _beaver_lock_state_set_auto_renew (BeaverLockState *self, gboolean auto_renew);
gboolean _beaver_lock_state_get_auto_renew (BeaverLockState *self);
gboolean _beaver_lock_state_is_lost (BeaverLockState *self);
/* Rows of this lock were removed by hand: holds are looked at again before they are believed. */
void _beaver_lock_state_doubt (BeaverEngine *engine, const char *lock_name);

typedef enum
{
  BEAVER_LOCK_WAIT,
  BEAVER_LOCK_TRY, /* with timeout 0: NULL without an error when somebody else has the lock */
} BeaverLockMode;

/* Owned by the calling thread, counted; for_guard: the share belongs to a guard and not to the
 * thread's release(). */
BeaverLockHold *_beaver_lock_state_acquire (BeaverLockState *self,
                                            BeaverLockMode mode,
                                            double timeout,
                                            double ttl,
                                            gboolean for_guard,
                                            GCancellable *cancellable,
                                            GError **error);
/* Owned by the acquisition; task returns a BeaverLockGuard. */
void _beaver_lock_state_hold_async (BeaverLockState *self, double timeout, double ttl, GTask *task);
/* What the calling thread holds. */
gboolean _beaver_lock_state_release (BeaverLockState *self,
                                     GCancellable *cancellable,
                                     GError **error);
gboolean _beaver_lock_state_renew (BeaverLockState *self,
                                   double ttl,
                                   GCancellable *cancellable,
                                   GError **error);
gboolean _beaver_lock_state_is_held (BeaverLockState *self);
gint64 _beaver_lock_state_get_token (BeaverLockState *self);
/* What anybody holds. */
gboolean _beaver_lock_state_is_locked (BeaverLockState *self,
                                       GCancellable *cancellable,
                                       GError **error);
void _beaver_lock_state_is_locked_async (BeaverLockState *self,
                                         GTask *task); /* g_task_propagate_boolean */
BeaverLockInfo *_beaver_lock_state_get_info (BeaverLockState *self,
                                             GCancellable *cancellable,
                                             GError **error);
void _beaver_lock_state_get_info_async (BeaverLockState *self, GTask *task);

/* Of a manager: the lock itself for a BeaverLock, the public lock for any other. Borrowed; NULL
 * with CLOSED. */
BeaverLockState *_beaver_manager_get_lock_state (BeaverManager *self, GError **error);
gboolean _beaver_manager_lock_acquire (BeaverManager *self,
                                       BeaverLockMode mode,
                                       double timeout,
                                       double ttl,
                                       GCancellable *cancellable,
                                       GError **error);

/* --- hold --- */

BeaverLockHold *_beaver_lock_hold_ref (BeaverLockHold *self);
void _beaver_lock_hold_unref (BeaverLockHold *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLockHold, _beaver_lock_hold_unref)

BeaverLockState *_beaver_lock_hold_get_state (BeaverLockHold *self);
/* Gives back one share; the row goes with the last. FALSE with CONFLICT: it was lost before, and is
 * given back all the same; FALSE with anything else: it is still held. */
gboolean _beaver_lock_hold_release (BeaverLockHold *self,
                                    gboolean from_guard,
                                    GCancellable *cancellable,
                                    GError **error);
void _beaver_lock_hold_release_async (BeaverLockHold *self, GTask *task);
void _beaver_lock_hold_abandon (BeaverLockHold *self);
/* released: the share of the caller is gone, though others may hold on. */
gboolean _beaver_lock_hold_renew (BeaverLockHold *self,
                                  gboolean released,
                                  double ttl,
                                  GCancellable *cancellable,
                                  GError **error);
void
_beaver_lock_hold_renew_async (BeaverLockHold *self, gboolean released, double ttl, GTask *task);
gboolean _beaver_lock_hold_check_open (BeaverLockHold *self, GError **error);
gboolean _beaver_lock_hold_is_lost (BeaverLockHold *self);
gboolean _beaver_lock_hold_is_held (BeaverLockHold *self);
gint64 _beaver_lock_hold_get_token (BeaverLockHold *self);
double _beaver_lock_hold_get_expires_at (BeaverLockHold *self);
gboolean _beaver_lock_hold_get_auto_renew (BeaverLockHold *self);
gboolean _beaver_lock_hold_set_auto_renew (BeaverLockHold *self, gboolean auto_renew);

/* --- objects --- */

BeaverLockGuard *_beaver_lock_guard_new (BeaverLockHold *hold); /* takes the share */
BeaverLockInfo *_beaver_lock_info_new (const char *name,
                                       const char *holder,
                                       double expires_at,
                                       gint64 waiting,
                                       gint64 token);

gboolean _beaver_lock_check_ttl (double ttl, GError **error);
gboolean _beaver_lock_check_timeout (double timeout, gint64 *timeout_us, GError **error);

G_END_DECLS
