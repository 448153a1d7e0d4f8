/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-log-private.h>

/* Operations: each a plain record, in sync, async and inside transactions */

BeaverLogOp *
_beaver_log_op_new (BeaverLog *self, GError **error)
{
  BeaverLogOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;

  op = g_new0 (BeaverLogOp, 1);
  op->store = _beaver_log_store_ref (_beaver_log_get_store (self));
  op->start = -INFINITY;
  op->end = INFINITY;
  op->limit = -1;
  op->keep = -1;
  return op;
}

gboolean
_beaver_log_run (BeaverLog *self,
                 BeaverAccess access,
                 BeaverWork work,
                 BeaverLogOp *op,
                 GCancellable *cancellable,
                 GError **error)
{
  return op != NULL &&
         _beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error);
}

/* Takes op, and error when op is NULL. */
void
_beaver_log_start (BeaverLog *self,
                   BeaverAccess access,
                   BeaverWork work,
                   BeaverLogOp *op,
                   GError *error,
                   BeaverFinish finish,
                   gpointer tag,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_log_op_free, task,
                               finish);
}

void
_beaver_log_prefix (BeaverLog *self, GError **error)
{
  g_prefix_error (error, "log “%s”: ", beaver_manager_get_name (BEAVER_MANAGER (self)));
}

BeaverLogOp *
_beaver_log_op_check (BeaverLog *self, BeaverLogOp *op, gboolean fits, GError **error)
{
  if (fits)
    return op;
  _beaver_log_op_free (op);
  _beaver_log_prefix (self, error);
  return NULL;
}

void
_beaver_log_finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

void
_beaver_log_finish_count (GTask *task, gpointer data)
{
  g_task_return_int (task, ((BeaverLogOp *) data)->n);
}

BeaverLogEntry *
_beaver_log_take_appended (BeaverLogOp *op)
{
  return _beaver_log_entry_new_take (op->end, g_ref_string_new (op->row.data));
}

void
_beaver_log_finish_appended (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_log_take_appended (data), g_object_unref);
}

void
_beaver_log_finish_entries (GTask *task, gpointer data)
{
  g_task_return_pointer (task, g_steal_pointer (&((BeaverLogOp *) data)->entries),
                         (GDestroyNotify) g_ptr_array_unref);
}

BeaverLogEntry *
_beaver_log_take_only (BeaverLogOp *op)
{
  return op->entries->len > 0 ? g_object_ref (g_ptr_array_index (op->entries, 0)) : NULL;
}

void
_beaver_log_finish_only (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_log_take_only (data), g_object_unref);
}

gboolean
_beaver_log_task_boolean (BeaverLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gpointer
_beaver_log_task_pointer (gpointer self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
_beaver_log_task_count (BeaverLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/* Arguments */

gboolean
_beaver_log_check_moment (const char *what, double moment, GError **error)
{
  if (!isnan (moment))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               "the %s is not a number; use infinity for “no limit”", what);
  return FALSE;
}

static gboolean
check_order (BeaverLogOrder order, GError **error)
{
  if (order == BEAVER_LOG_ORDER_OLDEST_FIRST || order == BEAVER_LOG_ORDER_NEWEST_FIRST)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, "%d is not an order of a log",
               (int) order);
  return FALSE;
}

static gboolean
check_offset (gint64 offset, GError **error)
{
  if (offset >= 0)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               "the offset is %" G_GINT64_FORMAT "; it must not be negative", offset);
  return FALSE;
}

BeaverLogOp *
_beaver_log_range_op (BeaverLog *self,
                      double start,
                      double end,
                      gint64 limit,
                      gint64 offset,
                      BeaverLogOrder order,
                      GError **error)
{
  BeaverLogOp *op = _beaver_log_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->start = start;
  op->end = end;
  op->limit = limit;
  op->offset = offset;
  op->order = order;
  return _beaver_log_op_check (self, op,
                               _beaver_log_check_moment ("start of the range", start, error) &&
                                   _beaver_log_check_moment ("end of the range", end, error) &&
                                   check_offset (offset, error) && check_order (order, error),
                               error);
}

/* Pruning in portions */

gint64
_beaver_log_run_pruning (BeaverLog *self,
                         BeaverLogOp *op,
                         GCancellable *cancellable,
                         GError **error)
{
  gint64 n = 0;

  while (op != NULL)
    {
      gboolean more = FALSE;

      if (_beaver_log_run (self, BEAVER_ACCESS_WRITE, _beaver_log_prune_work, op, cancellable,
                           error))
        {
          n += op->n;
          more = op->more;
        }
      else
        n = -1;
      if (!more)
        break;
    }
  if (op == NULL)
    return -1;
  _beaver_log_op_free (op);
  return n;
}

void
_beaver_log_finish_pruning (GTask *task, gpointer data)
{
  BeaverLogOp *op = data, *next;

  op->removed += op->n;
  if (!op->more)
    {
      g_task_return_int (task, op->removed);
      return;
    }

  /* op goes when this returns; the next portion has its own. */
  next = g_new0 (BeaverLogOp, 1);
  next->store = _beaver_log_store_ref (op->store);
  next->end = op->end;
  next->keep = op->keep;
  next->removed = op->removed;
  _beaver_manager_core_run_async (op->store->core, BEAVER_ACCESS_WRITE, _beaver_log_prune_work,
                                  next, _beaver_log_op_free, task, _beaver_log_finish_pruning);
}
