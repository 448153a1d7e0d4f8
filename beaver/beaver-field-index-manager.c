/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-field-index-op-private.h>
#include <beaver/beaver-field-index.h>
#include <beaver/beaver-query-near-private.h>
#include <beaver/beaver-query-plan-private.h>
#include <beaver/engine/beaver-fork-private.h>

/* The calls; what they do in the file is in beaver-field-index-works.c. */

static void
field_op_free (gpointer data)
{
  BeaverFieldOp *op = data;

  g_free (op->field);
  g_clear_pointer (&op->spec, _beaver_query_spec_free);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  g_free (op->token);
  if (op->last != NULL)
    g_string_free (op->last, TRUE);
  if (op->next_last != NULL)
    g_string_free (op->next_last, TRUE);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFieldOp, field_op_free)

gboolean
_beaver_field_op_is_kind (BeaverFieldOp *op, const char *kind)
{
  return strcmp (op->core->kind, kind) == 0;
}

static BeaverFieldOp *
new_op (BeaverManager *self, GError **error)
{
  BeaverFieldOp *op;

  if (_beaver_manager_get_engine (self, error) == NULL)
    return NULL;
  op = g_new0 (BeaverFieldOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (self));
  op->last_stamp = -INFINITY;
  if (_beaver_field_op_is_kind (op, "dict") || _beaver_field_op_is_kind (op, "log") ||
      _beaver_field_op_is_kind (op, "documents"))
    return op;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
               _ ("%s “%s” has no fields to index; dicts, logs and documents have"), op->core->kind,
               op->core->name);
  field_op_free (op);
  return NULL;
}

static void
prefix (BeaverFieldOp *op, GError **error)
{
  g_prefix_error (error, "%s “%s”: ", op->core->kind, op->core->name);
}

static BeaverFieldOp *
new_field_op (BeaverManager *self, const char *field, GError **error)
{
  g_autoptr (BeaverFieldOp) op = new_op (self, error);
  g_autoptr (BeaverPath) path = NULL;

  if (op == NULL)
    return NULL;
  path = _beaver_path_new (field, error);
  if (path != NULL && !_beaver_path_is_plain (path))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("“%s” cannot be indexed: only names joined by dots can"), field);
      g_clear_pointer (&path, _beaver_path_unref);
    }
  if (path == NULL)
    {
      prefix (op, error);
      return NULL;
    }
  op->field = g_strdup (field);
  return g_steal_pointer (&op);
}

static BeaverFieldOp *
new_explain_op (BeaverManager *self, BeaverQuery *query, GError **error)
{
  g_autoptr (BeaverFieldOp) op = new_op (self, error);

  if (op == NULL)
    return NULL;
  op->spec = _beaver_query_dup_spec (query);
  if (!_beaver_query_spec_check (op->spec, op->core->kind, error) ||
      (op->spec->near != NULL &&
       !_beaver_query_near_check (op->spec->near, op->core->engine, error)))
    {
      prefix (op, error);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static void
start (BeaverManager *self,
       gpointer source_tag,
       BeaverAccess access,
       BeaverWork work,
       BeaverFieldOp *op,
       GError *error,
       BeaverFinish finish,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (self, access, work, op, field_op_free, task, finish);
}

static void
finish_plan (GTask *task, gpointer data)
{
  BeaverFieldOp *op = data;

  g_task_return_pointer (task, _beaver_field_index_plan (op->spec, op->chosen, op->number),
                         g_object_unref);
}

static void
finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

static void
finish_results (GTask *task, gpointer data)
{
  BeaverFieldOp *op = data;

  g_task_return_pointer (task, g_steal_pointer (&op->results), (GDestroyNotify) g_ptr_array_unref);
}

static void
move_on (BeaverFieldOp *op)
{
  op->stage = op->next_stage;
  op->visited = op->next_visited;
  op->last_stamp = op->next_stamp;
  if (op->next_last != NULL)
    {
      if (op->last != NULL)
        g_string_free (op->last, TRUE);
      op->last = g_steal_pointer (&op->next_last);
    }
}

static void
tell (BeaverFieldOp *op, BeaverProgressFunc progress, gpointer progress_data)
{
  if (progress != NULL && op->stage >= BEAVER_FIELD_STAGE_ADD)
    progress (op->visited, MAX (op->total, op->visited), progress_data);
}

static BeaverFieldOp *
new_reindex_op (BeaverManager *self, GError **error)
{
  BeaverFieldOp *op = new_op (self, error);

  if (op != NULL)
    op->token = _beaver_uuid_new ();
  return op;
}

/**
 * beaver_manager_reindex:
 * @self: a dict, a log or a collection of documents
 * @progress: (scope call) (closure user_data) (nullable): called now and then, in this thread, with
 *   the number of items that are done and of all
 * @user_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Builds all indexes of this structure anew.
 *
 * This goes in portions: others may write meanwhile, and it can be cancelled. Queries use the
 * indexes again when it is over. An index of a field that holds a list or an object somewhere stays
 * incomplete.
 *
 * Returns: how many items were visited; -1 on error, %BEAVER_ERROR_CONFLICT when another program
 * began to do the same
 *
 * Since: 1.0
 */
gint64
beaver_manager_reindex (BeaverManager *self,
                        BeaverProgressFunc progress,
                        gpointer user_data,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverFieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), -1);

  op = new_reindex_op (self, error);
  if (op == NULL)
    return -1;
  while (op->stage != BEAVER_FIELD_STAGE_DONE)
    {
      if (!_beaver_manager_run (self, BEAVER_ACCESS_WRITE, _beaver_field_index_reindex_work, op,
                                cancellable, error))
        return -1;
      move_on (op);
      tell (op, progress, user_data);
    }
  return op->visited;
}

/* The data of an asynchronous portion. What is told stays in the context of the task. */
typedef struct
{
  BeaverFieldOp *op;
  BeaverProgressFunc progress; /* nullable */
  gpointer progress_data;
  GDestroyNotify progress_destroy; /* NULL in all but the last portion */
} Portion;

static void
portion_free (gpointer data)
{
  Portion *self = data;

  g_clear_pointer (&self->op, field_op_free);
  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);
  g_free (self);
}

static gboolean
portion_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Portion *self = data;

  return _beaver_field_index_reindex_work (connection, self->op, error);
}

static void
finish_portion (GTask *task, gpointer data)
{
  Portion *self = data, *following;
  BeaverFieldOp *op = self->op, *next;

  move_on (op);
  tell (op, self->progress, self->progress_data);
  if (op->stage == BEAVER_FIELD_STAGE_DONE)
    {
      g_task_return_int (task, op->visited);
      return;
    }
  /* self goes when this returns; the next portion has its own. */
  next = g_new0 (BeaverFieldOp, 1);
  next->core = _beaver_manager_core_ref (op->core);
  next->stage = op->stage;
  next->token = g_steal_pointer (&op->token);
  next->last = g_steal_pointer (&op->last);
  next->last_stamp = op->last_stamp;
  next->visited = op->visited;
  next->total = op->total;
  following = g_new (Portion, 1);
  *following = (Portion){ next, self->progress, self->progress_data,
                          g_steal_pointer (&self->progress_destroy) };
  _beaver_manager_core_run_async (next->core, BEAVER_ACCESS_WRITE, portion_work, following,
                                  portion_free, task, finish_portion);
}

/**
 * beaver_manager_reindex_async:
 * @self: a dict, a log or a collection of documents
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how many items are done, and how many there are
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.reindex].
 *
 * Since: 1.0
 */
void
beaver_manager_reindex_async (BeaverManager *self,
                              BeaverProgressFunc progress,
                              gpointer progress_data,
                              GDestroyNotify progress_destroy,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  Portion *first;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_reindex_async);
  first = g_new (Portion, 1);
  *first = (Portion){ new_reindex_op (self, &error), progress, progress_data, progress_destroy };
  if (first->op != NULL)
    {
      _beaver_manager_run_async (self, BEAVER_ACCESS_WRITE, portion_work, first, portion_free, task,
                                 finish_portion);
      return;
    }
  g_task_return_error (task, error);
  portion_free (first);
}

/**
 * beaver_manager_reindex_finish:
 * @self: a dict, a log or a collection of documents
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.reindex_async].
 *
 * Returns: how many items were visited; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_reindex_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_manager_add_index:
 * @self: a dict, a log or a collection of documents
 * @field: the path of the field: names joined by dots
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Declares an index of a field, for conditions on it to be answered without reading every item.
 *
 * From now on every write here keeps the index. What is there already comes in with
 * [method@Beaver.Manager.reindex], before which no query uses the index.
 *
 * Results never depend on an index. A field that holds lists or objects anywhere is not used, and
 * what other programs write without keeping the index is noticed.
 *
 * Dicts, logs and documents have indexes, others answer %BEAVER_ERROR_UNSUPPORTED, and so does an
 * encrypted dict, whose values an index would give away.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_add_index (BeaverManager *self,
                          const char *field,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverFieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);

  op = new_field_op (self, field, error);
  if (op == NULL || !_beaver_manager_run (self, BEAVER_ACCESS_WRITE, _beaver_field_index_add_work,
                                          op, cancellable, error))
    return FALSE;
  return TRUE;
}

/**
 * beaver_manager_add_index_async:
 * @self: a dict, a log or a collection of documents
 * @field: the path of the field: names joined by dots
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.add_index].
 *
 * Since: 1.0
 */
void
beaver_manager_add_index_async (BeaverManager *self,
                                const char *field,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  BeaverFieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, field, &error);
  start (self, beaver_manager_add_index_async, BEAVER_ACCESS_WRITE, _beaver_field_index_add_work,
         op, error, finish_true, cancellable, callback, user_data);
}

/**
 * beaver_manager_add_index_finish:
 * @self: a dict, a log or a collection of documents
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.add_index_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_add_index_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_manager_remove_index:
 * @self: a dict, a log or a collection of documents
 * @field: the path of the field: names joined by dots
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes the index of a field, which need not exist.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_remove_index (BeaverManager *self,
                             const char *field,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (BeaverFieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);

  op = new_field_op (self, field, error);
  if (op == NULL || !_beaver_manager_run (self, BEAVER_ACCESS_WRITE,
                                          _beaver_field_index_remove_work, op, cancellable, error))
    return FALSE;
  return TRUE;
}

/**
 * beaver_manager_remove_index_async:
 * @self: a dict, a log or a collection of documents
 * @field: the path of the field: names joined by dots
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.remove_index].
 *
 * Since: 1.0
 */
void
beaver_manager_remove_index_async (BeaverManager *self,
                                   const char *field,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  BeaverFieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, field, &error);
  start (self, beaver_manager_remove_index_async, BEAVER_ACCESS_WRITE,
         _beaver_field_index_remove_work, op, error, finish_true, cancellable, callback, user_data);
}

/**
 * beaver_manager_remove_index_finish:
 * @self: a dict, a log or a collection of documents
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.remove_index_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_remove_index_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_manager_list_indexes:
 * @self: a dict, a log or a collection of documents
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the indexes of this structure, sorted by field.
 *
 * Returns: (transfer container) (element-type BeaverFieldIndexInfo): what is known about each;
 * %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_manager_list_indexes (BeaverManager *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverFieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  op = new_field_op (self, "x", error);
  if (op == NULL || !_beaver_manager_run (self, BEAVER_ACCESS_SCAN, _beaver_field_index_list_work,
                                          op, cancellable, error))
    return NULL;
  return g_steal_pointer (&op->results);
}

/**
 * beaver_manager_list_indexes_async:
 * @self: a dict, a log or a collection of documents
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.list_indexes].
 *
 * Since: 1.0
 */
void
beaver_manager_list_indexes_async (BeaverManager *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  BeaverFieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, "x", &error);
  start (self, beaver_manager_list_indexes_async, BEAVER_ACCESS_SCAN, _beaver_field_index_list_work,
         op, error, finish_results, cancellable, callback, user_data);
}

/**
 * beaver_manager_list_indexes_finish:
 * @self: a dict, a log or a collection of documents
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.list_indexes_async].
 *
 * Returns: (transfer container) (element-type BeaverFieldIndexInfo): what is known about each;
 * %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_manager_list_indexes_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_manager_explain:
 * @self: a dict, a log or a collection of documents
 * @query: (nullable): a query; %NULL finds everything
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Tells how a query would be answered: by which index, and what has to be read.
 *
 * Returns: (transfer full): the plan; %NULL on error
 *
 * Since: 1.0
 */
BeaverQueryPlan *
beaver_manager_explain (BeaverManager *self,
                        BeaverQuery *query,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverFieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  op = new_explain_op (self, query, error);
  if (op == NULL || !_beaver_manager_run (self, BEAVER_ACCESS_SCAN,
                                          _beaver_field_index_explain_work, op, cancellable, error))
    return NULL;
  return _beaver_field_index_plan (op->spec, op->chosen, op->number);
}

/**
 * beaver_manager_explain_async:
 * @self: a dict, a log or a collection of documents
 * @query: (nullable): a query; %NULL finds everything
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.explain].
 *
 * Since: 1.0
 */
void
beaver_manager_explain_async (BeaverManager *self,
                              BeaverQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverFieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_explain_op (self, query, &error);
  start (self, beaver_manager_explain_async, BEAVER_ACCESS_SCAN, _beaver_field_index_explain_work,
         op, error, finish_plan, cancellable, callback, user_data);
}

/**
 * beaver_manager_explain_finish:
 * @self: a dict, a log or a collection of documents
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.explain_async].
 *
 * Returns: (transfer full): the plan; %NULL on error
 *
 * Since: 1.0
 */
BeaverQueryPlan *
beaver_manager_explain_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
