/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include <beaver/beaver-lock-private.h>
#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-weak-set-private.h>

G_BEGIN_DECLS

/* Shared by beaver-lock-state.c (what there is) and beaver-lock-hold.c (what is done with it), and
 * by nobody else. */

/* A thread, as the owner of holds. Outlives the thread, so that a new thread is never taken for an
 * old one. */
typedef struct
{
  gatomicrefcount ref_count;
  int ended; /* atomic */
} BeaverLockOwner;

typedef struct
{
  BeaverLockState *state; /* strong */
  GThread *thread;
  GCancellable *cancellable; /* interrupts a renewal on the way out */
  GCond cond;
  gboolean stop; /* (mutex state->mutex) */
} BeaverLockRenewer;

struct _BeaverLockHold
{
  gatomicrefcount ref_count;
  BeaverLockState *state; /* strong */
  char *waiter_id;
  BeaverLockOwner *owner; /* NULL: the acquisition itself */
  double ttl;             /* (mutex state->mutex) of the last acquire or renew */
  double expires_at;      /* (mutex state->mutex) wall clock */
  gint64 renew_at;        /* (mutex state->mutex) monotonic: when the renewer is due */
  gint64 dead_at;         /* (mutex state->mutex) monotonic: when the time is over unless renewed */
  gint64 token;           /* (mutex state->mutex) */
  guint count;            /* (mutex state->mutex) shares: nested acquires and guards */
  guint n_guards;         /* (mutex state->mutex) shares that belong to guards */
  gboolean held;          /* (mutex state->mutex) from acquisition to the last release */
  gboolean lost;          /* (mutex state->mutex) the row is gone or may be somebody else's */
  gboolean doubtful;      /* (mutex state->mutex) look at the row before believing */
  gboolean leaving;       /* (mutex state->mutex) the last release is under way */
  gboolean auto_renew;    /* (mutex state->mutex) */
};

struct _BeaverLockState
{
  guint ref_count; /* (mutex registry_mutex) */
  BeaverEngine *engine;
  GMainContext *context; /* (nullable): the default one */
  char *name;
  char *topic;
  pid_t pid;
  guint close_work;
  BeaverWeakSet *objects; /* BeaverLocks and guards with a property "lost" */
  GMutex mutex;
  GPtrArray *holds;           /* (mutex mutex) (element-type BeaverLockHold) waiting and held */
  BeaverLockRenewer *renewer; /* (mutex mutex) */
  GCond left;                 /* a renewer was joined */
  guint n_leaving;            /* (mutex mutex) renewers being joined */
  gboolean auto_renew;        /* (mutex mutex) for the next acquisitions */
  gboolean stopped;           /* (mutex mutex) the database closes */
};

/* The calling thread. Borrowed; valid while the thread runs. */
BeaverLockOwner *_beaver_lock_get_owner (void);

/* Listed in the state from the start. owner NULL: nobody shares it. */
BeaverLockHold *_beaver_lock_hold_new (BeaverLockState *state, BeaverLockOwner *owner, double ttl);
void _beaver_lock_hold_unlist (BeaverLockHold *self);
void _beaver_lock_hold_set_time (BeaverLockHold *self,
                                 double ttl,
                                 double expires_at);    /* (mutex state->mutex) */
void _beaver_lock_hold_set_lost (BeaverLockHold *self); /* tells, the first time */

void _beaver_lock_op_init (BeaverLockOp *op, BeaverLockState *state, BeaverLockHold *hold);
void _beaver_lock_set_error_lost (BeaverLockState *self, GError **error);
void _beaver_lock_prefix_error (BeaverLockState *self, GError **error);
gboolean _beaver_lock_check_open (BeaverLockState *self, GError **error);
gboolean _beaver_lock_run (BeaverLockState *self,
                           BeaverAccess access,
                           BeaverWork work,
                           gpointer data,
                           GCancellable *cancellable,
                           GError **error);

/* Starts it when something is to be renewed. */
gboolean _beaver_lock_start_renewer (BeaverLockState *self, GError **error);
/* Stops it when nothing is left to renew, or in any case; waits for whoever else is at it. Returns
 * how many were joined. */
guint _beaver_lock_join_renewer (BeaverLockState *self, gboolean always);

G_END_DECLS
