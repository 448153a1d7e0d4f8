/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-graph-private.h>
#include <beaver/engine/beaver-json-private.h>

static const char SQL_LINK[] =
    "INSERT INTO __beaver_edges__ (collection, source_item_id, target_item_id, label, metadata)"
    " VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (collection, source_item_id, target_item_id, label)"
    " DO UPDATE SET metadata = excluded.metadata";
static const char SQL_UNLINK[] = "DELETE FROM __beaver_edges__ WHERE collection = $1"
                                 " AND source_item_id = $2 AND target_item_id = $3 AND label = $4";
static const char SQL_LOOKUP[] = "SELECT metadata FROM __beaver_edges__ WHERE collection = $1"
                                 " AND source_item_id = $2 AND target_item_id = $3 AND label = $4";
static const char SQL_CHILDREN[] =
    "SELECT target_item_id FROM __beaver_edges__ WHERE collection = $1 AND source_item_id = $2"
    " AND ($3 IS NULL OR label = $3) ORDER BY target_item_id, label";
static const char SQL_PARENTS[] =
    "SELECT source_item_id FROM __beaver_edges__ WHERE collection = $1 AND target_item_id = $2"
    " AND ($3 IS NULL OR label = $3) ORDER BY source_item_id, label";
static const char SQL_LABELS[] =
    "SELECT DISTINCT label FROM __beaver_edges__ WHERE collection = $1 ORDER BY label";
static const char SQL_COUNT[] = "SELECT COUNT(*) FROM __beaver_edges__ WHERE collection = $1";
static const char SQL_CLEAR[] = "DELETE FROM __beaver_edges__ WHERE collection = $1";

/* A page of edges: which of source ($2), target ($3) and label ($4) are given decides where the
 * file is looked at; $5, $6, $7 is the edge behind which it begins, $8 the number of rows. */
#define EDGES "SELECT source_item_id, target_item_id, label, metadata FROM __beaver_edges__"
#define EDGES_END                                                                                  \
  " AND ($4 IS NULL OR label = $4) ORDER BY source_item_id, target_item_id, label LIMIT $8"
#define BEHIND " AND (source_item_id, target_item_id, label) > ($5, $6, $7)"
static const char SQL_ALL[] = EDGES " WHERE collection = $1" EDGES_END;
static const char SQL_ALL_BEHIND[] = EDGES " WHERE collection = $1" BEHIND EDGES_END;
static const char SQL_FROM[] = EDGES " WHERE collection = $1 AND source_item_id = $2"
                                     " AND ($3 IS NULL OR target_item_id = $3)" EDGES_END;
static const char SQL_FROM_BEHIND[] =
    EDGES " WHERE collection = $1 AND source_item_id = $2 AND (target_item_id, label) > ($6, $7)"
          " AND ($3 IS NULL OR target_item_id = $3)" EDGES_END;
static const char SQL_TO[] = EDGES " WHERE collection = $1 AND target_item_id = $3" EDGES_END;
static const char SQL_TO_BEHIND[] =
    EDGES " WHERE collection = $1 AND target_item_id = $3" BEHIND EDGES_END;

#define PAGE_ROWS 256

/* Writing */

static gboolean
emit (BeaverConnection *connection,
      BeaverManagerCore *core,
      const char *event,
      const char *source,
      const char *target,
      const char *label,
      GError **error)
{
  g_autoptr (GString) payload = NULL;

  if (!_beaver_manager_core_wants_events (core, connection))
    return TRUE;
  payload = g_string_new ("{\"source\":");
  _beaver_json_append_string (payload, source, -1);
  g_string_append (payload, ",\"target\":");
  _beaver_json_append_string (payload, target, -1);
  g_string_append (payload, ",\"label\":");
  _beaver_json_append_string (payload, label, -1);
  g_string_append_c (payload, '}');
  return _beaver_manager_core_emit (core, connection, event, payload->str, error);
}

gboolean
_beaver_graph_link_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_LINK, error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < op->links->len; i++)
    {
      BeaverGraphLink *link = &g_array_index (op->links, BeaverGraphLink, i);

      _beaver_statement_bind_text (statement, 1, op->core->name, -1);
      _beaver_statement_bind_text (statement, 2, link->source, -1);
      _beaver_statement_bind_text (statement, 3, link->target, -1);
      _beaver_statement_bind_text (statement, 4, link->label, -1);
      _beaver_statement_bind_text (statement, 5, link->metadata, -1);
      if (!_beaver_statement_run (statement, error) ||
          !emit (connection, op->core, "link", link->source, link->target, link->label, error))
        return FALSE;
    }
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_graph_unlink_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_UNLINK, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->source, -1);
  _beaver_statement_bind_text (statement, 3, op->target, -1);
  _beaver_statement_bind_text (statement, 4, op->label, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  if (_beaver_connection_changes (connection) == 0)
    return TRUE;
  _beaver_connection_touch (connection, op->core->topic);
  return emit (connection, op->core, "unlink", op->source, op->target, op->label, error);
}

gboolean
_beaver_graph_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_CLEAR, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  _beaver_connection_touch (connection, op->core->topic);
  return _beaver_manager_core_emit (op->core, connection, "clear", "{}", error);
}

/* Reading */

gboolean
_beaver_graph_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (statement, 0);
  return TRUE;
}

/* Metadata is passed on as it is stored, when it is JSON. */
static gboolean
check_metadata (BeaverStatement *statement, int column, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize length;
  const char *text = _beaver_statement_text (statement, column, &length);

  if (text == NULL || _beaver_json_check (text, (gssize) length, &local_error))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               _ ("the metadata of an edge is not JSON: %s; link it again"), local_error->message);
  return FALSE;
}

gboolean
_beaver_graph_lookup_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_LOOKUP, error);
  BeaverStep step;

  op->found = FALSE;
  g_clear_pointer (&op->metadata, g_free);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->source, -1);
  _beaver_statement_bind_text (statement, 3, op->target, -1);
  _beaver_statement_bind_text (statement, 4, op->label, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      if (!check_metadata (statement, 0, error))
        return FALSE;
      op->found = TRUE;
      op->metadata = _beaver_statement_dup_text (statement, 0);
    }
  return step != BEAVER_STEP_ERROR;
}

static gboolean
list_texts (BeaverConnection *connection,
            BeaverGraphOp *op,
            const char *sql,
            gboolean of_node,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_free);
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (of_node)
    {
      _beaver_statement_bind_text (statement, 2, op->source, -1);
      _beaver_statement_bind_text (statement, 3, op->label, -1);
    }
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      char *text = _beaver_statement_dup_text (statement, 0);

      if (text != NULL)
        g_ptr_array_add (op->results, text);
    }
  g_ptr_array_add (op->results, NULL);
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_graph_children_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return list_texts (connection, data, SQL_CHILDREN, TRUE, error);
}

gboolean
_beaver_graph_parents_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return list_texts (connection, data, SQL_PARENTS, TRUE, error);
}

gboolean
_beaver_graph_labels_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return list_texts (connection, data, SQL_LABELS, FALSE, error);
}

/* The cursor remembers ids with their length: those that other programs write may hold a NUL. */

static void
bind_last (BeaverStatement *statement, int index, GBytes *text)
{
  gsize length;
  const char *bytes = g_bytes_get_data (text, &length);

  _beaver_statement_bind_text (statement, index, bytes != NULL ? bytes : "", (gssize) length);
}

static void
keep_last (BeaverStatement *statement, int column, GBytes **text)
{
  gsize length;
  const char *bytes = _beaver_statement_text (statement, column, &length);

  g_clear_pointer (text, g_bytes_unref);
  *text = g_bytes_new (bytes, length);
}

static const char *
page_sql (BeaverGraphOp *op)
{
  if (op->source != NULL)
    return op->begun ? SQL_FROM_BEHIND : SQL_FROM;
  if (op->target != NULL)
    return op->begun ? SQL_TO_BEHIND : SQL_TO;
  return op->begun ? SQL_ALL_BEHIND : SQL_ALL;
}

static gboolean
check_edge (BeaverStatement *statement, GError **error)
{
  for (int i = 0; i < 3; i++)
    if (_beaver_statement_type (statement, i) != BEAVER_COLUMN_TEXT)
      {
        g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                             _ ("an edge between things that are no text; remove its row"));
        return FALSE;
      }
  return check_metadata (statement, 3, error);
}

gboolean
_beaver_graph_edges_page (BeaverConnection *connection,
                          gpointer state,
                          GPtrArray *entries,
                          gboolean *at_end,
                          GError **error)
{
  BeaverGraphOp *op = state;
  /* bound until the statement is reset, while op moves on */
  g_autoptr (GBytes) source = op->begun ? g_bytes_ref (op->last_source) : NULL;
  g_autoptr (GBytes) target = op->begun ? g_bytes_ref (op->last_target) : NULL;
  g_autoptr (GBytes) label = op->begun ? g_bytes_ref (op->last_label) : NULL;
  g_autoptr (BeaverStatement) statement = NULL;
  guint rows = 0;
  BeaverStep step;

  statement = _beaver_connection_prepare (connection, page_sql (op), error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (op->source != NULL)
    _beaver_statement_bind_text (statement, 2, op->source, -1);
  if (op->source != NULL || op->target != NULL)
    _beaver_statement_bind_text (statement, 3, op->target, -1);
  _beaver_statement_bind_text (statement, 4, op->label, -1);
  if (op->begun)
    {
      if (op->source == NULL)
        bind_last (statement, 5, source);
      bind_last (statement, 6, target);
      bind_last (statement, 7, label);
    }
  _beaver_statement_bind_int (statement, 8, PAGE_ROWS);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gboolean fits = check_edge (statement, error);

      /* told once, as the first of its page; then the cursor can go on behind it */
      if (!fits && entries->len > 0)
        return FALSE;
      op->begun = TRUE;
      keep_last (statement, 0, &op->last_source);
      keep_last (statement, 1, &op->last_target);
      keep_last (statement, 2, &op->last_label);
      if (!fits)
        return FALSE;
      rows++;
      g_ptr_array_add (entries, _beaver_edge_new (_beaver_statement_text (statement, 0, NULL),
                                                  _beaver_statement_text (statement, 1, NULL),
                                                  _beaver_statement_text (statement, 2, NULL),
                                                  _beaver_statement_text (statement, 3, NULL)));
    }
  *at_end = rows < PAGE_ROWS;
  return step == BEAVER_STEP_DONE;
}
