/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-core-private.h>

G_BEGIN_DECLS

/* What the asynchronous units (beaver-jobs.c) and the waits (beaver-wait.c) share. */

typedef enum
{
  BEAVER_LANE_POINT,
  BEAVER_LANE_TRANSACTION,
  BEAVER_LANE_SCAN,
  BEAVER_LANE_BEGIN,
  BEAVER_N_LANES,
} BeaverLaneName;

typedef struct _BeaverWait BeaverWait;

typedef struct
{
  BeaverEngine *engine; /* strong */
  BeaverAccess access;
  BeaverWork work;
  BeaverJobCall call; /* instead of work */
  gpointer data;
  GDestroyNotify data_free;
  void (*prefix_error) (gpointer data, GError **error); /* nullable */
  guint transaction_serial;
  gboolean always; /* where there is no worker, the calling thread does it */
  GTask *task;               /* only carried; looked at in context; NULL: nobody hears of the end */
  GMainContext *context;     /* strong; NULL like task */
  GCancellable *cancellable; /* strong, nullable */
  BeaverFinish finish;
  GError *error;
  gboolean ok;
  gulong cancel_handler;          /* of a wait */
  BeaverObservation *observation; /* owned; NULL while nobody watches */
  BeaverWait *wait; /* strong: this is an attempt of it, and nothing else here is used but engine */
} BeaverUnit;

typedef struct
{
  BeaverJobs *jobs;
  GQueue queue; /* (mutex jobs.lock) (element-type BeaverUnit) */
  guint max_threads;
  guint threads;  /* (mutex jobs.lock) running */
  guint idle;     /* (mutex jobs.lock) of these, waiting */
  int pending;    /* atomic; written with jobs.lock held: whether there is something in the queue */
  int under_way;  /* atomic; jobs that wait or run */
  gint64 idle_at; /* (mutex jobs.lock) monotonic: when the queue was last found empty */
  gboolean is_busy; /* (mutex jobs.lock) the last job came soon after that */
  GCond cond;       /* with jobs.lock */
} BeaverLane;

struct _BeaverJobs
{
  BeaverEngine *engine; /* not a reference */
  GMutex lock;
  BeaverLane lanes[BEAVER_N_LANES];
  GPtrArray *threads; /* (mutex lock) (element-type GThread) to be joined: running and ended ones */
  GPtrArray *ended;   /* (mutex lock) (element-type GThread) not references: of threads, those that
                         can be joined at once */
  GPtrArray *waits;   /* (mutex lock) (element-type BeaverWait) strong: under way */
  gboolean closing;   /* (mutex lock) */
};

BeaverUnit *_beaver_unit_new (BeaverEngine *engine, GTask *task, BeaverFinish finish, gpointer data, GDestroyNotify data_free);
void _beaver_unit_free (gpointer data);
/* The answer, to the context of the task (transfer full). */
void _beaver_unit_post (BeaverUnit *job);
BeaverLaneName _beaver_unit_lane (BeaverAccess access, guint serial);
/* FALSE, with job->error set, when there is nobody to run what somebody waits for. */
gboolean _beaver_jobs_push (BeaverJobs *self, BeaverLaneName which, BeaverUnit *job);

/* On a worker. */
void _beaver_wait_attempt (BeaverWait *self);
/* Answers, once; by the one who attempts. */
void _beaver_wait_end (BeaverWait *self, gboolean ok, GError *error);
void _beaver_wait_unref (BeaverWait *self);

G_END_DECLS
