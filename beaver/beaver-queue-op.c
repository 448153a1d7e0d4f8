/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-queue-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Three thousand centuries or so: what is longer is a mistake. */
#define SECONDS_MAX 1e12

/* Arguments */

BeaverQueueOp *
_beaver_queue_op_new_for_core (BeaverManagerCore *core, GError **error)
{
  BeaverQueueOp *op;

  if (!_beaver_manager_core_check_open (core, error))
    return NULL;
  op = g_new0 (BeaverQueueOp, 1);
  op->core = _beaver_manager_core_ref (core);
  return op;
}

BeaverQueueOp *
_beaver_queue_op_new (BeaverQueue *self, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return _beaver_queue_op_new_for_core (_beaver_manager_get_core (BEAVER_MANAGER (self)), error);
}

void
_beaver_queue_op_clear (BeaverQueueOp *op)
{
  g_clear_pointer (&op->rows, g_ptr_array_unref);
  g_clear_pointer (&op->corrupt, g_free);
}

void
_beaver_queue_op_free (gpointer data)
{
  BeaverQueueOp *op = data;

  g_free (op->value);
  g_clear_pointer (&op->many, g_ptr_array_unref);
  g_free (op->unique_key);
  g_free (op->token);
  g_free (op->reason);
  _beaver_queue_op_clear (op);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

static void
prefix_error (BeaverManagerCore *core, GError **error)
{
  /* cancellation has a text of its own that programs compare */
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "queue “%s”: ", core->name);
}

void
_beaver_queue_op_prefix_error (gpointer op, GError **error)
{
  prefix_error (((BeaverQueueOp *) op)->core, error);
}

char *
_beaver_queue_normalize (BeaverManagerCore *core, const char *json, GError **error)
{
  char *normal;

  if (json == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "queue “%s”: the value is missing; JSON's null is the text “null”", core->name);
      return NULL;
    }
  normal = _beaver_json_normalize (json, -1, error);
  if (normal == NULL)
    g_prefix_error (error, "queue “%s”: the value: ", core->name);
  return normal;
}

gboolean
_beaver_queue_op_set_priority (BeaverQueueOp *op, double priority, GError **error)
{
  op->priority = priority;
  if (_beaver_check_finite ("the priority", priority, error))
    return TRUE;
  prefix_error (op->core, error);
  return FALSE;
}

gboolean
_beaver_queue_op_set_seconds (BeaverQueueOp *op,
                              const char *what,
                              double seconds,
                              gboolean zero,
                              GError **error)
{
  op->seconds = seconds;
  if ((zero ? seconds >= 0 : seconds > 0) && seconds <= SECONDS_MAX)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               "queue “%s”: %s of %g seconds is not possible; give it a number %s, up to %g",
               op->core->name, what, seconds, zero ? "from 0" : "above 0", SECONDS_MAX);
  return FALSE;
}

gboolean
_beaver_queue_op_set_timeout (BeaverQueueOp *op, double timeout, GError **error)
{
  if (isnan (timeout))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "queue “%s”: the timeout is not a number; a negative one waits for ever",
                   op->core->name);
      return FALSE;
    }
  op->timeout_us = timeout < 0 || timeout > SECONDS_MAX ? -1 : (gint64) (timeout * G_USEC_PER_SEC);
  return TRUE;
}

/* A closed queue comes before any other complaint. */
gboolean
_beaver_queue_check_state (BeaverQueue *self, BeaverJobState state, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return FALSE;
  if ((guint) state <= BEAVER_JOB_STATE_DEAD)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, "queue “%s”: there is no state %d",
               _beaver_manager_get_core (BEAVER_MANAGER (self))->name, (int) state);
  return FALSE;
}

BeaverQueueOp *
_beaver_queue_new_put_op (BeaverQueue *self, const char *json, double priority, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL || !_beaver_queue_op_set_priority (op, priority, error))
    return NULL;
  op->value = _beaver_queue_normalize (op->core, json, error);
  if (op->value == NULL)
    return NULL;
  return g_steal_pointer (&op);
}

/* Running */

gboolean
_beaver_queue_run_op (BeaverManagerCore *core,
                      BeaverAccess access,
                      BeaverWork work,
                      BeaverQueueOp *op,
                      GCancellable *cancellable,
                      GError **error)
{
  if (op->wait == NULL)
    return _beaver_manager_core_run (core, access, work, op, cancellable, error);
  if (_beaver_engine_wait (core->engine, core->topic, op->wait, op, op->timeout_us, cancellable,
                           error))
    return TRUE;
  prefix_error (core, error);
  return FALSE;
}

gboolean
_beaver_queue_run (BeaverQueue *self,
                   BeaverAccess access,
                   BeaverWork work,
                   BeaverQueueOp *op,
                   GCancellable *cancellable,
                   GError **error)
{
  return _beaver_queue_run_op (op->core, access, work, op, cancellable, error);
}

void
_beaver_queue_start (gpointer source,
                     gpointer self,
                     gpointer source_tag,
                     BeaverAccess access,
                     BeaverWork work,
                     BeaverQueueOp *op,
                     GError *error,
                     BeaverFinish finish,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    g_task_return_error (task, error);
  else if (op->wait != NULL)
    {
      /* what was taken must not be dropped because of a cancellation a moment later */
      g_task_set_check_cancellable (task, FALSE);
      _beaver_engine_wait_async (op->core->engine, op->core->topic, op->wait, op,
                                 _beaver_queue_op_free, op->timeout_us, task, finish);
    }
  else
    _beaver_manager_core_run_async (op->core, access, work, op, _beaver_queue_op_free, task,
                                    finish);
}

/* Results */

static gboolean
check_corrupt (BeaverQueueOp *op, GError **error)
{
  if (op->corrupt == NULL)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               "queue “%s”: %s; it lies with the dead letters now", op->core->name, op->corrupt);
  return FALSE;
}

void
_beaver_queue_finish_true (GTask *task, gpointer op)
{
  g_task_return_boolean (task, TRUE);
}

gint64
_beaver_queue_take_number (BeaverQueueOp *op, GError **error)
{
  return op->number;
}

void
_beaver_queue_finish_number (GTask *task, gpointer data)
{
  BeaverQueueOp *op = data;

  g_task_return_int (task, op->number);
}

static void
return_object (GTask *task, gpointer object, GError *error)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, object, g_object_unref);
}

BeaverQueueItem *
_beaver_queue_take_item (BeaverQueueOp *op, GError **error)
{
  if (!check_corrupt (op, error) || op->rows->len == 0)
    return NULL;
  return _beaver_queue_item_new (op->rows->pdata[0]);
}

void
_beaver_queue_finish_item (GTask *task, gpointer op)
{
  GError *error = NULL;
  BeaverQueueItem *item = _beaver_queue_take_item (op, &error);

  return_object (task, item, error);
}

BeaverJob *
_beaver_queue_take_job (BeaverQueueOp *op, GError **error)
{
  if (!check_corrupt (op, error) || op->rows->len == 0)
    return NULL;
  return _beaver_job_new (op->core, op->rows->pdata[0]);
}

void
_beaver_queue_finish_job (GTask *task, gpointer op)
{
  GError *error = NULL;
  BeaverJob *job = _beaver_queue_take_job (op, &error);

  return_object (task, job, error);
}

GPtrArray *
_beaver_queue_take_jobs (BeaverQueueOp *op, GError **error)
{
  GPtrArray *jobs;

  if (op->rows->len == 0 && !check_corrupt (op, error))
    return NULL;
  jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < op->rows->len; i++)
    g_ptr_array_add (jobs, _beaver_job_new (op->core, op->rows->pdata[i]));
  return jobs;
}

void
_beaver_queue_finish_jobs (GTask *task, gpointer op)
{
  GError *error = NULL;
  GPtrArray *jobs = _beaver_queue_take_jobs (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, jobs, (GDestroyNotify) g_ptr_array_unref);
}
