/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-field-index-info-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-field-index.h>
#include <beaver/beaver-query-plan-private.h>
#include <beaver/beaver-query-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-json-private.h>

#define OF " WHERE kind = $1 AND name = $2"
static const char SQL_DECLARE[] = "INSERT INTO __beaver_field_index_manifest__ (kind, name, field, "
                                  "complete) VALUES ($1, $2, $3, 0)"
                                  " ON CONFLICT (kind, name, field) DO NOTHING";
static const char SQL_REMOVE[] = "DELETE FROM __beaver_field_index_manifest__" OF " AND field = $3";
static const char SQL_REMOVE_TRUST[] = "DELETE FROM __beaver_x_field_trust__" OF " AND field = $3";
static const char SQL_REMOVE_ROWS[] = "DELETE FROM __beaver_field_index__" OF " AND field = $3";
static const char SQL_LIST[] =
    "SELECT manifest.field, manifest.complete, (SELECT COUNT(*) FROM __beaver_field_index__ AS item"
    " WHERE item.kind = $1 AND item.name = $2 AND item.field = manifest.field)"
    " FROM __beaver_field_index_manifest__ AS manifest" OF " ORDER BY manifest.field";
static const char SQL_SEALED[] =
    "SELECT 1 FROM __beaver_dicts__ WHERE dict_name = '__security__' AND key = $2 AND $1 = 'dict'";

/* Building */
static const char SQL_UNTRUST[] = "DELETE FROM __beaver_x_field_trust__" OF;
static const char SQL_CLEAN[] = "DELETE FROM __beaver_x_field_dirty__" OF;
static const char SQL_INCOMPLETE[] = "UPDATE __beaver_field_index_manifest__ SET complete = 0" OF;
static const char SQL_WATCH[] =
    "INSERT INTO __beaver_x_field_trust__ (kind, name, field, token, ready)"
    " SELECT kind, name, field, $3, 0 FROM __beaver_field_index_manifest__" OF;
static const char SQL_MINE[] = "SELECT 1 FROM __beaver_x_field_trust__" OF " AND token = $3";
static const char SQL_COMPLETE[] =
    "UPDATE __beaver_field_index_manifest__ SET complete = 1" OF
    " AND field IN (SELECT field FROM __beaver_x_field_trust__" OF " AND token = $3 AND ready = 0)";
static const char SQL_READY[] =
    "UPDATE __beaver_x_field_trust__ SET ready = 1" OF " AND token = $3 AND ready = 0";
static const char SQL_OLD_ROWS[] =
    "DELETE FROM __beaver_field_index__" OF
    " AND item_key IN (SELECT item_key FROM __beaver_field_index__" OF " LIMIT 2000)";

/* A portion of items, in the order of their keys; $4 is 0 for the first. */
static const char SQL_DICT_ITEMS[] = "SELECT key, value FROM __beaver_dicts__ WHERE dict_name = $1 "
                                     "AND key >= $2 AND (key > $2 OR $4 = 0)"
                                     " ORDER BY key LIMIT $3";
static const char SQL_DOCUMENT_ITEMS[] =
    "SELECT item_id, data FROM __beaver_documents__ WHERE collection = $1 AND item_id >= $2"
    " AND (item_id > $2 OR $4 = 0) ORDER BY item_id LIMIT $3";
static const char SQL_LOG_ITEMS[] =
    "SELECT timestamp, data FROM __beaver_logs__ WHERE log_name = $1 AND timestamp >= $2"
    " AND (timestamp > $2 OR $4 = 0) ORDER BY timestamp LIMIT $3";
static const char SQL_DICT_COUNT[] = "SELECT COUNT(*) FROM __beaver_dicts__ WHERE dict_name = $1";
static const char SQL_DOCUMENT_COUNT[] =
    "SELECT COUNT(*) FROM __beaver_documents__ WHERE collection = $1";
static const char SQL_LOG_COUNT[] = "SELECT COUNT(*) FROM __beaver_logs__ WHERE log_name = $1";

/* Items of one transaction, which other writers wait for. */
#define PORTION 500

typedef enum
{
  STAGE_BEGIN,
  STAGE_REMOVE,
  STAGE_ADD,
  STAGE_DONE,
} Stage;

typedef struct
{
  BeaverManagerCore *core;
  char *field;
  BeaverQuerySpec *spec;
  GPtrArray *results;

  /* explain */
  int chosen;
  gint64 number;

  /* reindex: what a portion finds, and what it leaves for the next one */
  Stage stage, next_stage;
  char *token;
  GString *last, *next_last; /* NULL: from the beginning */
  double last_stamp, next_stamp;
  gint64 visited, next_visited, total;
} FieldOp;

static void
field_op_free (gpointer data)
{
  FieldOp *op = data;

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
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FieldOp, field_op_free)

static gboolean
is_kind (FieldOp *op, const char *kind)
{
  return strcmp (op->core->kind, kind) == 0;
}

static FieldOp *
new_op (BeaverManager *self, GError **error)
{
  FieldOp *op;

  if (_beaver_manager_get_engine (self, error) == NULL)
    return NULL;
  op = g_new0 (FieldOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (self));
  op->last_stamp = -INFINITY;
  if (is_kind (op, "dict") || is_kind (op, "log") || is_kind (op, "documents"))
    return op;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
               _ ("%s “%s” has no fields to index; dicts, logs and documents have"), op->core->kind,
               op->core->name);
  field_op_free (op);
  return NULL;
}

static void
prefix (FieldOp *op, GError **error)
{
  g_prefix_error (error, "%s “%s”: ", op->core->kind, op->core->name);
}

static FieldOp *
new_field_op (BeaverManager *self, const char *field, GError **error)
{
  g_autoptr (FieldOp) op = new_op (self, error);
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

static FieldOp *
new_explain_op (BeaverManager *self, BeaverQuery *query, GError **error)
{
  g_autoptr (FieldOp) op = new_op (self, error);

  if (op == NULL)
    return NULL;
  op->spec = _beaver_query_dup_spec (query);
  if (!_beaver_query_spec_check (op->spec, op->core->kind, error))
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
       FieldOp *op,
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

static BeaverStatement *
prepare (BeaverConnection *connection, FieldOp *op, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    {
      _beaver_statement_bind_text (statement, 1, op->core->kind, -1);
      _beaver_statement_bind_text (statement, 2, op->core->name, -1);
    }
  return statement;
}

static gboolean
run (BeaverConnection *connection, FieldOp *op, const char *sql, const char *third, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op, sql, error);

  if (statement == NULL)
    return FALSE;
  if (third != NULL)
    _beaver_statement_bind_text (statement, 3, third, -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
check_sealed (BeaverConnection *connection, FieldOp *op, GError **error)
{
  g_autoptr (BeaverStatement) sealed = prepare (connection, op, SQL_SEALED, error);

  if (sealed == NULL)
    return FALSE;
  switch (_beaver_statement_step (sealed, error))
    {
    case BEAVER_STEP_DONE:
      return TRUE;
    case BEAVER_STEP_ROW:
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
                           _ ("the dict is encrypted; an index would give its values away"));
      return FALSE;
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
}

static gboolean
add_work (BeaverConnection *connection, gpointer data, GError **error)
{
  FieldOp *op = data;

  _beaver_connection_end_epoch (connection); /* writers of this process look again */
  return check_sealed (connection, op, error) && _beaver_field_guard_install (connection, error) &&
         run (connection, op, SQL_DECLARE, op->field, error);
}

static gboolean
remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  FieldOp *op = data;

  return _beaver_field_guard_install (connection, error) &&
         run (connection, op, SQL_REMOVE, op->field, error) &&
         run (connection, op, SQL_REMOVE_TRUST, op->field, error) &&
         run (connection, op, SQL_REMOVE_ROWS, op->field, error);
}

/* Whether queries use the index of one field. */
static int
is_used (BeaverConnection *connection, FieldOp *op, const char *field, GError **error)
{
  g_autoptr (GPtrArray) filters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_filter_unref);
  BeaverFilter *filter = _beaver_filter_new (field, BEAVER_FILTER_EQUAL, "0", NULL);

  if (filter == NULL)
    return -1;
  g_ptr_array_add (filters, filter);
  return _beaver_field_index_choose (connection, op->core->kind, op->core->name, filters, error);
}

static gboolean
list_work (BeaverConnection *connection, gpointer data, GError **error)
{
  FieldOp *op = data;
  g_autoptr (BeaverStatement) list = prepare (connection, op, SQL_LIST, error);
  BeaverStep step;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  if (list == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (list, error)) == BEAVER_STEP_ROW)
    {
      g_autofree char *field = _beaver_statement_dup_text (list, 0);
      int used = is_used (connection, op, field, error);

      if (used == -2)
        return FALSE;
      g_ptr_array_add (op->results,
                       _beaver_field_index_info_new_take (
                           g_strdup (op->core->kind), g_strdup (op->core->name),
                           g_steal_pointer (&field), _beaver_statement_int (list, 1) == 1,
                           used >= 0, _beaver_statement_int (list, 2)));
    }
  return step == BEAVER_STEP_DONE;
}

static gboolean
count_items (BeaverConnection *connection, FieldOp *op, gint64 *n, GError **error)
{
  g_autoptr (BeaverStatement) count =
      is_kind (op, "dict") ? _beaver_connection_prepare (connection, SQL_DICT_COUNT, error) :
      is_kind (op, "log")  ? _beaver_connection_prepare (connection, SQL_LOG_COUNT, error) :
                             _beaver_connection_prepare (connection, SQL_DOCUMENT_COUNT, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 1, op->core->name, -1);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return FALSE;
  *n = _beaver_statement_int (count, 0);
  return TRUE;
}

static gboolean
explain_work (BeaverConnection *connection, gpointer data, GError **error)
{
  FieldOp *op = data;
  BeaverQuerySpec *spec = op->spec;
  g_autoptr (GPtrArray) keys = NULL;

  op->chosen = -1;
  if (spec->text == NULL && spec->fuzzy_text == NULL)
    op->chosen = _beaver_field_index_choose (connection, op->core->kind, op->core->name,
                                             spec->filters, error);
  if (op->chosen == -2)
    return FALSE;
  if (op->chosen < 0)
    return count_items (connection, op, &op->number, error);
  if (!_beaver_field_index_select (connection, op->core->kind, op->core->name, spec->filters, &keys,
                                   error))
    return FALSE;
  op->number = keys != NULL ? keys->len : 0;
  return TRUE;
}

static void
finish_plan (GTask *task, gpointer data)
{
  FieldOp *op = data;

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
  FieldOp *op = data;

  g_task_return_pointer (task, g_steal_pointer (&op->results), (GDestroyNotify) g_ptr_array_unref);
}

/* Building an index, in portions. Nobody trusts it meanwhile, and what is written meanwhile is
 * noted. */

/* Nothing is claimed any more, and nothing noted: the old rows can go. */
static gboolean
begin_building (BeaverConnection *connection, FieldOp *op, GError **error)
{
  _beaver_connection_end_epoch (connection);
  op->next_stage = STAGE_REMOVE;
  return check_sealed (connection, op, error) && _beaver_field_guard_install (connection, error) &&
         count_items (connection, op, &op->total, error) &&
         run (connection, op, SQL_INCOMPLETE, NULL, error) &&
         run (connection, op, SQL_UNTRUST, NULL, error) &&
         run (connection, op, SQL_CLEAN, NULL, error);
}

static gboolean
remove_old (BeaverConnection *connection, FieldOp *op, GError **error)
{
  if (!run (connection, op, SQL_OLD_ROWS, NULL, error))
    return FALSE;
  if (_beaver_connection_changes (connection) > 0)
    return TRUE;
  op->next_stage = STAGE_ADD;
  return run (connection, op, SQL_UNTRUST, NULL, error) &&
         run (connection, op, SQL_WATCH, op->token, error);
}

/* 1: this is still the run that builds, 0: there is nothing to build, -1 with error. */
static int
check_token (BeaverConnection *connection, FieldOp *op, GError **error)
{
  g_autoptr (BeaverFieldIndex) index = NULL;
  g_autoptr (BeaverStatement) mine = prepare (connection, op, SQL_MINE, error);
  BeaverStep step;

  if (mine == NULL)
    return -1;
  _beaver_statement_bind_text (mine, 3, op->token, -1);
  step = _beaver_statement_step (mine, error);
  if (step != BEAVER_STEP_DONE)
    return step == BEAVER_STEP_ROW ? 1 : -1;
  index = _beaver_field_index_load (connection, op->core->kind, op->core->name, error);
  if (index == NULL)
    return -1;
  if (_beaver_field_index_is_empty (index))
    return 0;
  g_set_error_literal (
      error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
      _ ("somebody else began to build the same index; wait for it, or try again"));
  return -1;
}

static BeaverStatement *
prepare_items (BeaverConnection *connection, FieldOp *op, GError **error)
{
  BeaverStatement *items =
      is_kind (op, "dict") ? _beaver_connection_prepare (connection, SQL_DICT_ITEMS, error) :
      is_kind (op, "log")  ? _beaver_connection_prepare (connection, SQL_LOG_ITEMS, error) :
                             _beaver_connection_prepare (connection, SQL_DOCUMENT_ITEMS, error);

  if (items == NULL)
    return NULL;
  _beaver_statement_bind_text (items, 1, op->core->name, -1);
  if (is_kind (op, "log"))
    _beaver_statement_bind_double (items, 2, op->last_stamp);
  else
    _beaver_statement_bind_text (items, 2, op->last != NULL ? op->last->str : "",
                                 op->last != NULL ? (gssize) op->last->len : 0);
  _beaver_statement_bind_int (items, 3, PORTION);
  _beaver_statement_bind_int (items, 4, op->last != NULL);
  return items;
}

static gboolean
add_portion (BeaverConnection *connection, FieldOp *op, GError **error)
{
  int mine = check_token (connection, op, error);
  g_autoptr (BeaverFieldIndex) index = NULL;
  g_autoptr (BeaverStatement) items = NULL;
  gint64 n = 0;
  BeaverStep step;

  if (mine <= 0)
    {
      op->next_stage = STAGE_DONE;
      return mine == 0;
    }
  index = _beaver_field_index_load (connection, op->core->kind, op->core->name, error);
  items = prepare_items (connection, op, error);
  if (index == NULL || items == NULL)
    return FALSE;
  op->next_last = g_string_new (NULL);
  while ((step = _beaver_statement_step (items, error)) == BEAVER_STEP_ROW)
    {
      BeaverColumnType type = _beaver_statement_type (items, 0);
      gsize length, json_length;
      const char *json = _beaver_statement_text (items, 1, &json_length);
      const char *key;
      g_autofree char *stamp = NULL;

      n++;
      if (is_kind (op, "log"))
        {
          GString *text = g_string_new (NULL);

          op->next_stamp = _beaver_statement_double (items, 0);
          _beaver_json_append_double (text, op->next_stamp);
          key = stamp = g_string_free (text, FALSE);
        }
      else
        {
          if (type != BEAVER_COLUMN_TEXT)
            break; /* nothing here can name it, and it sorts behind all others */
          key = _beaver_statement_text (items, 0, &length);
          g_string_truncate (op->next_last, 0);
          g_string_append_len (op->next_last, key, (gssize) length);
          if (memchr (key, '\0', length) != NULL)
            continue;
        }
      if (json != NULL && _beaver_json_check (json, (gssize) json_length, NULL) &&
          !_beaver_field_index_write (index, connection, key, json, error))
        return FALSE;
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  op->next_visited = op->visited + n;
  if (n == PORTION && step == BEAVER_STEP_DONE)
    return TRUE;
  op->next_stage = STAGE_DONE;
  _beaver_statement_rewind (items);
  {
    g_autoptr (BeaverStatement) complete = prepare (connection, op, SQL_COMPLETE, error);

    if (complete == NULL)
      return FALSE;
    _beaver_statement_bind_text (complete, 3, op->token, -1);
    return _beaver_statement_run (complete, error) &&
           run (connection, op, SQL_READY, op->token, error);
  }
}

/* May run twice from the start, so what the next portion needs lies apart. */
static gboolean
reindex_work (BeaverConnection *connection, gpointer data, GError **error)
{
  FieldOp *op = data;

  op->next_stage = op->stage;
  op->next_visited = op->visited;
  op->next_stamp = op->last_stamp;
  if (op->next_last != NULL)
    g_string_free (g_steal_pointer (&op->next_last), TRUE);
  switch (op->stage)
    {
    case STAGE_BEGIN:
      return begin_building (connection, op, error);
    case STAGE_REMOVE:
      return remove_old (connection, op, error);
    case STAGE_ADD:
      return add_portion (connection, op, error);
    case STAGE_DONE:
    default:
      return TRUE;
    }
}

static void
move_on (FieldOp *op)
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

static FieldOp *
new_reindex_op (BeaverManager *self, GError **error)
{
  FieldOp *op = new_op (self, error);

  if (op != NULL)
    op->token = g_uuid_string_random ();
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
  g_autoptr (FieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), -1);

  op = new_reindex_op (self, error);
  if (op == NULL)
    return -1;
  while (op->stage != STAGE_DONE)
    {
      if (!_beaver_manager_run (self, BEAVER_ACCESS_WRITE, reindex_work, op, cancellable, error))
        return -1;
      move_on (op);
      if (progress != NULL && op->stage >= STAGE_ADD)
        progress (op->visited, MAX (op->total, op->visited), user_data);
    }
  return op->visited;
}

static void
finish_portion (GTask *task, gpointer data)
{
  FieldOp *op = data, *next;

  move_on (op);
  if (op->stage == STAGE_DONE)
    {
      g_task_return_int (task, op->visited);
      return;
    }
  /* op goes when this returns; the next portion has its own. */
  next = g_new0 (FieldOp, 1);
  next->core = _beaver_manager_core_ref (op->core);
  next->stage = op->stage;
  next->token = g_steal_pointer (&op->token);
  next->last = g_steal_pointer (&op->last);
  next->last_stamp = op->last_stamp;
  next->visited = op->visited;
  next->total = op->total;
  _beaver_manager_core_run_async (next->core, BEAVER_ACCESS_WRITE, reindex_work, next,
                                  field_op_free, task, finish_portion);
}

/**
 * beaver_manager_reindex_async:
 * @self: a dict, a log or a collection of documents
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.reindex], which tells no progress.
 *
 * Since: 1.0
 */
void
beaver_manager_reindex_async (BeaverManager *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  FieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_reindex_op (self, &error);
  start (self, beaver_manager_reindex_async, BEAVER_ACCESS_WRITE, reindex_work, op, error,
         finish_portion, cancellable, callback, user_data);
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
  g_autoptr (FieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);

  op = new_field_op (self, field, error);
  if (op == NULL ||
      !_beaver_manager_run (self, BEAVER_ACCESS_WRITE, add_work, op, cancellable, error))
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
  FieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, field, &error);
  start (self, beaver_manager_add_index_async, BEAVER_ACCESS_WRITE, add_work, op, error,
         finish_true, cancellable, callback, user_data);
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
  g_autoptr (FieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);

  op = new_field_op (self, field, error);
  if (op == NULL ||
      !_beaver_manager_run (self, BEAVER_ACCESS_WRITE, remove_work, op, cancellable, error))
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
  FieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, field, &error);
  start (self, beaver_manager_remove_index_async, BEAVER_ACCESS_WRITE, remove_work, op, error,
         finish_true, cancellable, callback, user_data);
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
  g_autoptr (FieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  op = new_field_op (self, "x", error);
  if (op == NULL ||
      !_beaver_manager_run (self, BEAVER_ACCESS_SCAN, list_work, op, cancellable, error))
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
  FieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_field_op (self, "x", &error);
  start (self, beaver_manager_list_indexes_async, BEAVER_ACCESS_SCAN, list_work, op, error,
         finish_results, cancellable, callback, user_data);
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
  g_autoptr (FieldOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  op = new_explain_op (self, query, error);
  if (op == NULL ||
      !_beaver_manager_run (self, BEAVER_ACCESS_SCAN, explain_work, op, cancellable, error))
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
  FieldOp *op;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  op = new_explain_op (self, query, &error);
  start (self, beaver_manager_explain_async, BEAVER_ACCESS_SCAN, explain_work, op, error,
         finish_plan, cancellable, callback, user_data);
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
