/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-long-op-private.h>
#include <beaver/engine/beaver-context-private.h>

#define TELL_INTERVAL_US 20000

gboolean
_beaver_long_op_unit (BeaverLongOp *op,
                      BeaverAccess access,
                      BeaverWork work,
                      gpointer data,
                      GError **error)
{
  return _beaver_engine_run_for (op->engine, op->serial, access, work, data, op->cancellable,
                                 error);
}

typedef struct
{
  BeaverProgressFunc func;
  gpointer data;
  gint64 done, total;
} Told;

static void
tell (gpointer data)
{
  Told *told = data;

  told->func (told->done, told->total, told->data);
}

gboolean
_beaver_long_op_tell (BeaverLongOp *op, gint64 done, gint64 total, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  if (op->progress != NULL &&
      (op->context == NULL || done == total || now - op->told_at >= TELL_INTERVAL_US))
    {
      op->told_at = now;
      if (op->context == NULL)
        op->progress (done, total, op->progress_data);
      else
        {
          /* progress_data goes with the task, whose end is posted behind this */
          Told *told = g_new (Told, 1);

          *told = (Told){ op->progress, op->progress_data, done, total };
          _beaver_context_post (op->context, tell, told, g_free);
        }
    }
  return op->cancellable == NULL || !g_cancellable_set_error_if_cancelled (op->cancellable, error);
}

gboolean
_beaver_long_op_run (BeaverEngine *engine,
                     BeaverLongRun run,
                     gpointer data,
                     BeaverProgressFunc progress,
                     gpointer progress_data,
                     GCancellable *cancellable,
                     GError **error)
{
  BeaverLongOp op = {
    .engine = engine,
    .cancellable = cancellable,
    .progress = progress,
    .progress_data = progress_data,
  };

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return run (&op, data, error);
}

typedef struct
{
  BeaverLongOp op;
  BeaverLongRun run;
  gpointer data;
  GDestroyNotify data_free;
  BeaverFinish finish;
} LongJob;

static void
long_job_free (gpointer pointer)
{
  LongJob *job = pointer;

  if (job->data_free != NULL)
    job->data_free (job->data);
  if (job->op.progress_destroy != NULL)
    job->op.progress_destroy (job->op.progress_data);
  g_clear_pointer (&job->op.context, g_main_context_unref);
  g_free (job);
}

static gboolean
long_job_call (BeaverEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LongJob *job = data;

  job->op.engine = engine;
  job->op.cancellable = cancellable;
  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return job->run (&job->op, job->data, error);
}

static void
long_job_finish (GTask *task, gpointer data)
{
  LongJob *job = data;

  job->finish (task, job->data);
}

void
_beaver_long_op_start (BeaverEngine *engine,
                       BeaverLongRun run,
                       gpointer data,
                       GDestroyNotify data_free,
                       BeaverProgressFunc progress,
                       gpointer progress_data,
                       GDestroyNotify progress_destroy,
                       GTask *task,
                       BeaverFinish finish)
{
  LongJob *job = g_new0 (LongJob, 1);

  job->op.serial = _beaver_engine_get_serial (engine);
  job->op.progress = progress;
  job->op.progress_data = progress_data;
  job->op.progress_destroy = progress_destroy;
  job->op.context = g_main_context_ref (g_task_get_context (task));
  job->run = run;
  job->data = data;
  job->data_free = data_free;
  job->finish = finish;
  g_task_set_check_cancellable (task, FALSE);
  _beaver_engine_call_async (engine, long_job_call, job, long_job_free, task, long_job_finish);
}

void
_beaver_long_op_refuse (GTask *task,
                        GError *error,
                        gpointer data,
                        GDestroyNotify data_free,
                        gpointer progress_data,
                        GDestroyNotify progress_destroy)
{
  g_task_return_error (task, error);
  if (data_free != NULL && data != NULL)
    data_free (data);
  if (progress_destroy != NULL)
    progress_destroy (progress_data);
}
