/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-field-index-info-private.h>
#include <beaver/beaver-field-index-op-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-json-private.h>

/* The works behind the calls on field indexes. */

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

static BeaverStatement *
prepare (BeaverConnection *connection, BeaverFieldOp *op, const char *sql, GError **error)
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
run (BeaverConnection *connection,
     BeaverFieldOp *op,
     const char *sql,
     const char *third,
     GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op, sql, error);

  if (statement == NULL)
    return FALSE;
  if (third != NULL)
    _beaver_statement_bind_text (statement, 3, third, -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
check_sealed (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
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

gboolean
_beaver_field_index_add_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFieldOp *op = data;

  _beaver_connection_end_epoch (connection); /* writers of this process look again */
  return check_sealed (connection, op, error) && _beaver_field_guard_install (connection, error) &&
         run (connection, op, SQL_DECLARE, op->field, error);
}

gboolean
_beaver_field_index_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFieldOp *op = data;

  return _beaver_field_guard_install (connection, error) &&
         run (connection, op, SQL_REMOVE, op->field, error) &&
         run (connection, op, SQL_REMOVE_TRUST, op->field, error) &&
         run (connection, op, SQL_REMOVE_ROWS, op->field, error);
}

/* Whether queries use the index of one field. */
static int
is_used (BeaverConnection *connection, BeaverFieldOp *op, const char *field, GError **error)
{
  g_autoptr (GPtrArray) filters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_filter_unref);
  BeaverFilter *filter = _beaver_filter_new (field, BEAVER_FILTER_EQUAL, "0", NULL);

  if (filter == NULL)
    return -1;
  g_ptr_array_add (filters, filter);
  return _beaver_field_index_choose (connection, op->core->kind, op->core->name, filters, error);
}

gboolean
_beaver_field_index_list_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFieldOp *op = data;
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
count_items (BeaverConnection *connection, BeaverFieldOp *op, gint64 *n, GError **error)
{
  g_autoptr (BeaverStatement) count =
      _beaver_field_op_is_kind (op, "dict") ?
          _beaver_connection_prepare (connection, SQL_DICT_COUNT, error) :
      _beaver_field_op_is_kind (op, "log") ?
          _beaver_connection_prepare (connection, SQL_LOG_COUNT, error) :
          _beaver_connection_prepare (connection, SQL_DOCUMENT_COUNT, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 1, op->core->name, -1);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return FALSE;
  *n = _beaver_statement_int (count, 0);
  return TRUE;
}

gboolean
_beaver_field_index_explain_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFieldOp *op = data;
  BeaverQuerySpec *spec = op->spec;
  g_autoptr (GPtrArray) keys = NULL;

  op->chosen = -1;
  if (!_beaver_query_spec_has_words (spec) || spec->near != NULL)
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

/* Building an index, in portions. Nobody trusts it meanwhile, and what is written meanwhile is
 * noted. */

/* Nothing is claimed any more, and nothing noted: the old rows can go. */
static gboolean
begin_building (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
{
  _beaver_connection_end_epoch (connection);
  op->next_stage = BEAVER_FIELD_STAGE_REMOVE;
  return check_sealed (connection, op, error) && _beaver_field_guard_install (connection, error) &&
         count_items (connection, op, &op->total, error) &&
         run (connection, op, SQL_INCOMPLETE, NULL, error) &&
         run (connection, op, SQL_UNTRUST, NULL, error) &&
         run (connection, op, SQL_CLEAN, NULL, error);
}

static gboolean
remove_old (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
{
  if (!run (connection, op, SQL_OLD_ROWS, NULL, error))
    return FALSE;
  if (_beaver_connection_changes (connection) > 0)
    return TRUE;
  op->next_stage = BEAVER_FIELD_STAGE_ADD;
  return run (connection, op, SQL_UNTRUST, NULL, error) &&
         run (connection, op, SQL_WATCH, op->token, error);
}

/* 1: this is still the run that builds, 0: there is nothing to build, -1 with error. */
static int
check_token (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
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
prepare_items (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
{
  BeaverStatement *items = _beaver_field_op_is_kind (op, "dict") ?
                               _beaver_connection_prepare (connection, SQL_DICT_ITEMS, error) :
                           _beaver_field_op_is_kind (op, "log") ?
                               _beaver_connection_prepare (connection, SQL_LOG_ITEMS, error) :
                               _beaver_connection_prepare (connection, SQL_DOCUMENT_ITEMS, error);

  if (items == NULL)
    return NULL;
  _beaver_statement_bind_text (items, 1, op->core->name, -1);
  if (_beaver_field_op_is_kind (op, "log"))
    _beaver_statement_bind_double (items, 2, op->last_stamp);
  else
    _beaver_statement_bind_text (items, 2, op->last != NULL ? op->last->str : "",
                                 op->last != NULL ? (gssize) op->last->len : 0);
  _beaver_statement_bind_int (items, 3, PORTION);
  _beaver_statement_bind_int (items, 4, op->last != NULL);
  return items;
}

static gboolean
add_portion (BeaverConnection *connection, BeaverFieldOp *op, GError **error)
{
  int mine = check_token (connection, op, error);
  g_autoptr (BeaverFieldIndex) index = NULL;
  g_autoptr (BeaverStatement) items = NULL;
  gint64 n = 0;
  BeaverStep step;

  if (mine <= 0)
    {
      op->next_stage = BEAVER_FIELD_STAGE_DONE;
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
      if (_beaver_field_op_is_kind (op, "log"))
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
  op->next_stage = BEAVER_FIELD_STAGE_DONE;
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
gboolean
_beaver_field_index_reindex_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFieldOp *op = data;

  op->next_stage = op->stage;
  op->next_visited = op->visited;
  op->next_stamp = op->last_stamp;
  if (op->next_last != NULL)
    g_string_free (g_steal_pointer (&op->next_last), TRUE);
  switch (op->stage)
    {
    case BEAVER_FIELD_STAGE_BEGIN:
      return begin_building (connection, op, error);
    case BEAVER_FIELD_STAGE_REMOVE:
      return remove_old (connection, op, error);
    case BEAVER_FIELD_STAGE_ADD:
      return add_portion (connection, op, error);
    case BEAVER_FIELD_STAGE_DONE:
    default:
      return TRUE;
    }
}
