/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-entry.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-query-private.h>

typedef struct
{
  BeaverDictShared *shared;
  BeaverQuerySpec *spec;
  GPtrArray *results; /* (element-type BeaverEntry) */
} QueryOp;

static void
query_op_free (gpointer data)
{
  QueryOp *op = data;

  g_clear_pointer (&op->spec, _beaver_query_spec_free);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_dict_shared_unref (op->shared);
  g_free (op);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QueryOp, query_op_free)

static void
start (BeaverDict *self,
       gpointer source_tag,
       BeaverAccess access,
       BeaverWork work,
       QueryOp *op,
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
    _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, query_op_free, task,
                               finish);
}

static void
finish_results (GTask *task, gpointer data)
{
  QueryOp *op = data;

  g_task_return_pointer (task, g_steal_pointer (&op->results), (GDestroyNotify) g_ptr_array_unref);
}

static gboolean
add (QueryOp *op, BeaverRanking *ranking, BeaverEntry *entry)
{
  const char *value = beaver_entry_get_value (entry);
  gsize length = strlen (value);

  return !_beaver_filters_match (op->spec->filters, value, length) ||
         _beaver_ranking_add (ranking, g_object_ref (entry), g_object_unref, NAN, value, length);
}

static gboolean
query_keys (BeaverConnection *connection,
            QueryOp *op,
            GPtrArray *keys,
            BeaverRanking *ranking,
            GError **error)
{
  BeaverDictOp lookup = { .shared = op->shared };
  gboolean ok;

  g_ptr_array_add (keys, NULL);
  lookup.keys = (char **) keys->pdata;
  ok = _beaver_dict_lookup_many_work (connection, &lookup, error);
  for (guint i = 0; ok && i < lookup.results->len; i++)
    if (!add (op, ranking, g_ptr_array_index (lookup.results, i)))
      break;
  g_clear_pointer (&lookup.results, g_ptr_array_unref);
  g_free (lookup.result);
  return ok;
}

static gboolean
query_all (BeaverConnection *connection, QueryOp *op, BeaverRanking *ranking, GError **error)
{
  gpointer state = _beaver_dict_cursor_state_new (op->shared, NULL);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean at_end = op->spec->limit == 0, ok = TRUE;

  while (ok && !at_end)
    {
      ok = _beaver_dict_read_entries (connection, state, entries, &at_end, error);
      for (guint i = 0; ok && i < entries->len; i++)
        if (!add (op, ranking, g_ptr_array_index (entries, i)))
          {
            at_end = TRUE;
            break;
          }
      g_ptr_array_set_size (entries, 0);
    }
  _beaver_dict_cursor_state_free (state);
  return ok;
}

static gboolean
query_work (BeaverConnection *connection, gpointer data, GError **error)
{
  QueryOp *op = data;
  g_autoptr (BeaverRanking) ranking = _beaver_ranking_new (op->spec);
  g_autoptr (GPtrArray) keys = NULL;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  if (g_atomic_pointer_get (&op->shared->codec) == NULL &&
      !_beaver_field_index_select (connection, "dict", op->shared->core->name, op->spec->filters,
                                   &keys, error))
    return FALSE;
  if (keys != NULL ? !query_keys (connection, op, keys, ranking, error) :
                     !query_all (connection, op, ranking, error))
    return FALSE;
  op->results = _beaver_ranking_take (ranking, g_object_unref);
  return TRUE;
}

static QueryOp *
new_op (BeaverDict *self, BeaverQuery *query, GError **error)
{
  g_autoptr (QueryOp) op = NULL;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (QueryOp, 1);
  op->shared = _beaver_dict_shared_ref (_beaver_dict_get_shared (self));
  op->spec = _beaver_query_dup_spec (query);
  if (!_beaver_query_spec_check (op->spec, "dict", error))
    {
      g_prefix_error (error, "dict “%s”: ", beaver_manager_get_name (BEAVER_MANAGER (self)));
      return NULL;
    }
  return g_steal_pointer (&op);
}

/**
 * beaver_dict_query:
 * @self: a dict
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds entries by their values.
 *
 * Without fields to sort by they come in the order of their keys. An index of a field that the
 * query has a condition on is used when there is one, see [method@Beaver.Manager.add_index].
 *
 * Returns: (transfer container) (element-type BeaverEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_dict_query (BeaverDict *self, BeaverQuery *query, GCancellable *cancellable, GError **error)
{
  g_autoptr (QueryOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  op = new_op (self, query, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, query_work, op,
                                          cancellable, error))
    return NULL;
  return g_steal_pointer (&op->results);
}

/**
 * beaver_dict_query_async:
 * @self: a dict
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.query].
 *
 * Since: 1.0
 */
void
beaver_dict_query_async (BeaverDict *self,
                         BeaverQuery *query,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GError *error = NULL;
  QueryOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_op (self, query, &error);
  start (self, beaver_dict_query_async, BEAVER_ACCESS_SCAN, query_work, op, error, finish_results,
         cancellable, callback, user_data);
}

/**
 * beaver_dict_query_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.query_async].
 *
 * Returns: (transfer container) (element-type BeaverEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_dict_query_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
