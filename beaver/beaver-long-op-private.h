/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-types.h>
#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* A call that takes many units and tells how far it is: dump, load, rotation of secrets, backup.
 * The same function runs in the calling thread or on a worker, where it sees plain data only. */
typedef struct
{
  BeaverEngine *engine; /* borrowed */
  GCancellable *cancellable;
  guint serial; /* of the transaction that it is part of; 0: none, or the calling thread's */

  BeaverProgressFunc progress; /* nullable */
  gpointer progress_data;
  GDestroyNotify progress_destroy;
  GMainContext *context; /* where progress is told; NULL: here */
  gint64 told_at;        /* monotonic */
} BeaverLongOp;

typedef gboolean (*BeaverLongRun) (BeaverLongOp *op, gpointer data, GError **error);

gboolean _beaver_long_op_unit (BeaverLongOp *op,
                               BeaverAccess access,
                               BeaverWork work,
                               gpointer data,
                               GError **error);
/* In another context not more often than every 20 ms, but always when done is total. Answers FALSE
 * when cancelled. */
gboolean _beaver_long_op_tell (BeaverLongOp *op, gint64 done, gint64 total, GError **error);

gboolean _beaver_long_op_run (BeaverEngine *engine,
                              BeaverLongRun run,
                              gpointer data,
                              BeaverProgressFunc progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GError **error);
/* data_free and progress_destroy run in the context of task, whatever comes out. */
void _beaver_long_op_start (BeaverEngine *engine,
                            BeaverLongRun run,
                            gpointer data,
                            GDestroyNotify data_free,
                            BeaverProgressFunc progress,
                            gpointer progress_data,
                            GDestroyNotify progress_destroy,
                            GTask *task,
                            BeaverFinish finish);
/* The task fails with error before anything began. */
void _beaver_long_op_refuse (GTask *task,
                             GError *error,
                             gpointer data,
                             GDestroyNotify data_free,
                             gpointer progress_data,
                             GDestroyNotify progress_destroy);

G_END_DECLS
