/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-log-private.h>
#include <beaver/beaver-query-private.h>

static const char SQL_RANGE[] =
    "SELECT timestamp, data FROM __beaver_logs__"
    " WHERE log_name = $1 AND timestamp >= $2 AND timestamp <= $3 ORDER BY timestamp";

typedef struct
{
  BeaverManagerCore *core;
  BeaverQuerySpec *spec;
  GPtrArray *results; /* (element-type BeaverLogEntry) */
} QueryOp;

static void
query_op_free (gpointer data)
{
  QueryOp *op = data;

  g_clear_pointer (&op->spec, _beaver_query_spec_free);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QueryOp, query_op_free)

static void
start (BeaverLog *self,
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

/* Adds the rows of a range; *enough: no more are needed. */
static gboolean
query_range (BeaverConnection *connection,
             QueryOp *op,
             double start,
             double end,
             BeaverRanking *ranking,
             gboolean *enough,
             GError **error)
{
  g_autoptr (BeaverStatement) range = _beaver_connection_prepare (connection, SQL_RANGE, error);

  if (range == NULL)
    return FALSE;
  _beaver_statement_bind_text (range, 1, op->core->name, -1);
  _beaver_statement_bind_double (range, 2, start);
  _beaver_statement_bind_double (range, 3, end);
  while (!*enough)
    {
      BeaverStep step = _beaver_statement_step (range, error);
      const char *text;
      gsize length;

      if (step != BEAVER_STEP_ROW)
        return step == BEAVER_STEP_DONE;
      text = _beaver_statement_text (range, 1, &length);
      if (text == NULL || !_beaver_filters_match (op->spec->filters, text, length))
        continue;
      *enough = !_beaver_ranking_add (
          ranking,
          _beaver_log_entry_new_take (_beaver_statement_double (range, 0),
                                      g_ref_string_new_len (text, (gssize) length)),
          g_object_unref, NAN, text, length);
    }
  return TRUE;
}

static int
compare_stamps (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static gboolean
query_keys (BeaverConnection *connection,
            QueryOp *op,
            GPtrArray *keys,
            BeaverRanking *ranking,
            GError **error)
{
  g_autoptr (GArray) stamps = g_array_sized_new (FALSE, FALSE, sizeof (double), keys->len);
  gboolean enough = op->spec->limit == 0;

  for (guint i = 0; i < keys->len; i++)
    {
      double stamp = g_ascii_strtod (g_ptr_array_index (keys, i), NULL);

      if (stamp >= op->spec->start && stamp <= op->spec->end)
        g_array_append_val (stamps, stamp);
    }
  g_array_sort (stamps, compare_stamps);
  for (guint i = 0; i < stamps->len && !enough; i++)
    {
      double stamp = g_array_index (stamps, double, i);

      /* one timestamp may have been written in two ways, as 5 and as 5.0 */
      if (i > 0 && stamp == g_array_index (stamps, double, i - 1))
        continue;
      if (!query_range (connection, op, stamp, stamp, ranking, &enough, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
query_work (BeaverConnection *connection, gpointer data, GError **error)
{
  QueryOp *op = data;
  g_autoptr (BeaverRanking) ranking = _beaver_ranking_new (op->spec);
  g_autoptr (GPtrArray) keys = NULL;
  gboolean enough = op->spec->limit == 0;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  if (!_beaver_field_index_select (connection, "log", op->core->name, op->spec->filters, &keys,
                                   error))
    return FALSE;
  if (keys != NULL ?
          !query_keys (connection, op, keys, ranking, error) :
          !query_range (connection, op, op->spec->start, op->spec->end, ranking, &enough, error))
    return FALSE;
  op->results = _beaver_ranking_take (ranking, g_object_unref);
  return TRUE;
}

static QueryOp *
new_op (BeaverLog *self, BeaverQuery *query, GError **error)
{
  g_autoptr (QueryOp) op = NULL;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (QueryOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->spec = _beaver_query_dup_spec (query);
  if (!_beaver_query_spec_check (op->spec, "log", error))
    {
      g_prefix_error (error, "log “%s”: ", beaver_manager_get_name (BEAVER_MANAGER (self)));
      return NULL;
    }
  return g_steal_pointer (&op);
}

/**
 * beaver_log_query:
 * @self: a log
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds entries by their data, in a range of time if the query has one.
 *
 * Without fields to sort by they come from the oldest to the newest. An index of a field that the
 * query has a condition on is used when there is one, see [method@Beaver.Manager.add_index].
 *
 * Returns: (transfer container) (element-type BeaverLogEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_log_query (BeaverLog *self, BeaverQuery *query, GCancellable *cancellable, GError **error)
{
  g_autoptr (QueryOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  op = new_op (self, query, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, query_work, op,
                                          cancellable, error))
    return NULL;
  return g_steal_pointer (&op->results);
}

/**
 * beaver_log_query_async:
 * @self: a log
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Log.query].
 *
 * Since: 1.0
 */
void
beaver_log_query_async (BeaverLog *self,
                        BeaverQuery *query,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;
  QueryOp *op;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = new_op (self, query, &error);
  start (self, beaver_log_query_async, BEAVER_ACCESS_SCAN, query_work, op, error, finish_results,
         cancellable, callback, user_data);
}

/**
 * beaver_log_query_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Log.query_async].
 *
 * Returns: (transfer container) (element-type BeaverLogEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_log_query_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
