/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-list-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-order-private.h>

#define ITEMS "FROM __beaver_lists__ WHERE list_name = $1"

static const char SQL_COUNT[] = "SELECT COUNT(*) " ITEMS;
static const char SQL_CLEAR[] = "DELETE " ITEMS;
static const char SQL_ROWIDS[] = "SELECT rowid " ITEMS " ORDER BY item_order";
/* Columns of all that reads items: rowid, key, value. */
static const char SQL_AT_ROWID[] = "SELECT rowid, item_order, item_value " ITEMS " AND rowid = $2";
static const char SQL_FROM_FRONT[] =
    "SELECT rowid, item_order, item_value " ITEMS " ORDER BY item_order LIMIT $2 OFFSET $3";
static const char SQL_FROM_BACK[] =
    "SELECT rowid, item_order, item_value " ITEMS " ORDER BY item_order DESC LIMIT $2 OFFSET $3";
static const char SQL_FROM_KEY[] = "SELECT rowid, item_order, item_value " ITEMS
                                   " AND item_order >= $3 ORDER BY item_order LIMIT $2";
/* The same without a limit, by beaver_take(): see _beaver_connection_prepare_take(). */
static const char SQL_TAKE_FROM_KEY[] =
    "SELECT rowid " ITEMS " AND item_order >= $2 AND beaver_take (item_value) ORDER BY item_order";
static const char SQL_BEFORE[] = "SELECT rowid, item_order, item_value " ITEMS
                                 " AND item_order < $3 ORDER BY item_order DESC LIMIT $2";
static const char SQL_CONTAINS[] = "SELECT 1 " ITEMS " AND item_value = $2 LIMIT 1";
static const char SQL_FIRST_EQUAL[] =
    "SELECT item_order " ITEMS " AND item_value = $2 ORDER BY item_order LIMIT 1";
static const char SQL_COUNT_BEFORE[] = "SELECT COUNT(*) " ITEMS " AND item_order < $2";

static const char SQL_INSERT[] =
    "INSERT INTO __beaver_lists__ (list_name, item_order, item_value) VALUES ($1, $2, $3)";
static const char SQL_SET[] =
    "UPDATE __beaver_lists__ SET item_value = $3 WHERE list_name = $1 AND rowid = $2";
static const char SQL_SET_KEY[] =
    "UPDATE __beaver_lists__ SET item_order = $3 WHERE list_name = $1 AND rowid = $2";
/* No key begins with “!”: out of the way of the new ones. */
static const char SQL_PARK_KEYS[] =
    "UPDATE __beaver_lists__ SET item_order = '!' || rowid WHERE list_name = $1";
static const char SQL_REMOVE[] = "DELETE " ITEMS " AND rowid = $2";

static BeaverListIndex *
get_index (BeaverListOp *op)
{
  return op->core->shared;
}

static char *
decode_text (gconstpointer stored, gsize length, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *value = _beaver_json_dup_checked (stored, length, &local_error);

  if (value == NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                 "an item is not JSON: %s; set or remove it", local_error->message);
  return value;
}

static char *
decode_value (BeaverStatement *statement, GError **error)
{
  gsize length;
  const char *stored = _beaver_statement_text (statement, 2, &length);

  return decode_text (stored, length, error);
}

static BeaverStatement *
prepare (BeaverConnection *connection, BeaverManagerCore *core, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, core->name, -1);
  return statement;
}

/* Finding */

static gboolean
is_unchanged (BeaverConnection *connection, const BeaverChange *change)
{
  BeaverChange now;

  return _beaver_connection_get_change (connection, &now) && now.counter == change->counter &&
         now.generation == change->generation;
}

/* Reads the rowids of all items into the index, in the state that change tells. */
static gboolean
read_rowids (BeaverConnection *connection,
             BeaverManagerCore *core,
             const BeaverChange *change,
             GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_ROWIDS, error);
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  BeaverStep step;
  gint64 count;

  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gint64 rowid = _beaver_statement_int (statement, 0);

      g_array_append_val (rowids, rowid);
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (!is_unchanged (connection, change))
    return TRUE;
  count = rowids->len;
  _beaver_list_index_set (core->shared, change, (gint64 *) (void *) g_array_steal (rowids, NULL),
                          count);
  return TRUE;
}

/* The row at an index by what is known in memory, which may be learnt first. *known FALSE: it has
 * to be searched for. */
static gboolean
find_known (BeaverConnection *connection,
            BeaverManagerCore *core,
            gint64 index,
            BeaverChange *change,
            gboolean *dated,
            gboolean *known,
            gint64 *rowid,
            gint64 *position,
            GError **error)
{
  *known = FALSE;
  *rowid = 0;
  *dated = _beaver_connection_get_change (connection, change);
  if (!*dated)
    return TRUE;
  *known = _beaver_list_index_find (core->shared, change, index, rowid, position);
  if (*known || !_beaver_list_index_wants_rowids (core->shared, change, index))
    return TRUE;
  if (!read_rowids (connection, core, change, error))
    return FALSE;
  *known = _beaver_list_index_find (core->shared, change, index, rowid, position);
  return TRUE;
}

static BeaverStatement *
search_from_end (BeaverConnection *connection,
                 BeaverManagerCore *core,
                 gint64 index,
                 GError **error)
{
  g_autoptr (BeaverStatement) statement =
      prepare (connection, core, index < 0 ? SQL_FROM_BACK : SQL_FROM_FRONT, error);

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_int (statement, 2, 1);
  _beaver_statement_bind_int (statement, 3, index < 0 ? -1 - index : index);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return NULL;
  return g_steal_pointer (&statement);
}

/* A statement that stands on the row at an index, from the nearer end when the number of items was
 * known in the state of change, which may be NULL; NULL without an error when there is none. */
static BeaverStatement *
search (BeaverConnection *connection,
        BeaverManagerCore *core,
        gint64 index,
        const BeaverChange *change,
        GError **error)
{
  gint64 other = index;
  gint64 count;

  if (change != NULL && _beaver_list_index_get_count (core->shared, change, &count))
    {
      if (index >= 0 && index < count && index > count / 2)
        other = index - count;
      else if (index < 0 && index >= -count && index < -count / 2)
        other = index + count;
    }
  if (other != index)
    {
      g_autoptr (BeaverStatement) statement = search_from_end (connection, core, other, error);

      if (statement == NULL || is_unchanged (connection, change))
        return g_steal_pointer (&statement);
    }
  return search_from_end (connection, core, index, error);
}

static BeaverStatement *
open_row (BeaverConnection *connection, BeaverManagerCore *core, gint64 rowid, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_AT_ROWID, error);

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_int (statement, 2, rowid);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return NULL;
  return g_steal_pointer (&statement);
}

/* A statement that stands on the row at an index; NULL without an error when there is none.
 * *position is that of the item from the front, -1 when nobody knows. */
static BeaverStatement *
find_row (BeaverConnection *connection,
          BeaverManagerCore *core,
          gint64 index,
          gint64 *position,
          GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  GError *local_error = NULL;
  BeaverChange change;
  gboolean dated, known;
  gint64 rowid;

  *position = index >= 0 ? index : -1;
  if (!find_known (connection, core, index, &change, &dated, &known, &rowid, position, error))
    return NULL;
  if (known && rowid == 0)
    return NULL;
  if (known)
    {
      statement = open_row (connection, core, rowid, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return NULL;
        }
      /* the statement has seen the very state that the rowid belongs to */
      if (statement != NULL && is_unchanged (connection, &change))
        return g_steal_pointer (&statement);
      g_clear_pointer (&statement, _beaver_statement_reset);
      *position = index >= 0 ? index : -1;
      dated = FALSE;
    }
  return search (connection, core, index, dated ? &change : NULL, error);
}

gboolean
_beaver_list_get_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 position;

  g_clear_pointer (&op->result, g_free);
  statement = find_row (connection, op->core, op->index, &position, &local_error);
  op->found = statement != NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (statement == NULL)
    return TRUE;
  op->result = decode_value (statement, error);
  return op->result != NULL;
}

/* From so few items on it is cheaper to have a slice gathered in one step. */
#define SLICE_TAKES 4

typedef struct
{
  GPtrArray *values; /* (element-type utf8) */
  guint64 most;
  GError *error;
} Slice;

static gboolean
slice_take (gconstpointer text, gsize length, gpointer data)
{
  Slice *self = data;
  char *value = decode_text (text, length, &self->error);

  if (value == NULL)
    return FALSE;
  g_ptr_array_add (self->values, value);
  return self->values->len < self->most;
}

/* *in_order FALSE: SQLite sorted them, so that it handed them over in some other order, and perhaps
 * not the first ones. */
static gboolean
take_slice (BeaverConnection *connection,
            BeaverListOp *op,
            const char *key,
            gboolean *in_order,
            GError **error)
{
  Slice slice = { op->results, op->length < 0 ? G_MAXUINT64 : (guint64) op->length, NULL };
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare_take (connection, SQL_TAKE_FROM_KEY, slice_take, &slice, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_text (statement, 2, key, -1);
  step = _beaver_statement_step (statement, error);
  *in_order = step == BEAVER_STEP_ERROR || _beaver_statement_took_in_order (statement);
  if (step == BEAVER_STEP_ERROR || (*in_order && slice.error != NULL))
    {
      if (step != BEAVER_STEP_ERROR)
        g_propagate_error (error, g_steal_pointer (&slice.error));
      g_clear_error (&slice.error);
      return FALSE;
    }
  g_clear_error (&slice.error);
  if (!*in_order)
    g_ptr_array_set_size (op->results, 0);
  return TRUE;
}

static gboolean
read_slice (BeaverConnection *connection, BeaverListOp *op, const char *key, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_FROM_KEY, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, op->length);
  _beaver_statement_bind_text (statement, 3, key, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      char *value = decode_value (statement, error);

      if (value == NULL)
        return FALSE;
      g_ptr_array_add (op->results, value);
    }
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_list_slice_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) first = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *key = NULL;
  gint64 position;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_free);
  if (op->length != 0 && op->index != 0)
    {
      first = find_row (connection, op->core, op->index, &position, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (first != NULL)
        key = _beaver_statement_dup_text (first, 1);
    }
  /* from behind the beginning: from the beginning; from behind the end: nothing */
  if (op->length != 0 && (op->index <= 0 || key != NULL))
    {
      const char *from = key != NULL ? key : "";
      gboolean done = FALSE;

      if ((op->length < 0 || op->length >= SLICE_TAKES) &&
          !take_slice (connection, op, from, &done, error))
        return FALSE;
      if (!done && !read_slice (connection, op, from, error))
        return FALSE;
    }
  g_ptr_array_add (op->results, NULL);
  return TRUE;
}

gboolean
_beaver_list_contains_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_CONTAINS, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 2, op->value, -1);
  step = _beaver_statement_step (statement, error);
  op->found = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_list_index_of_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_FIRST_EQUAL, error);
  g_autoptr (BeaverStatement) count = NULL;
  BeaverStep step;

  op->number = -1;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 2, op->value, -1);
  step = _beaver_statement_step (statement, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  count = prepare (connection, op->core, SQL_COUNT_BEFORE, error);
  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 2, _beaver_statement_text (statement, 0, NULL), -1);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->number = _beaver_statement_int (count, 0);
  return TRUE;
}

/* Writing */

/* The beginning of every write. */
static void
touch (BeaverConnection *connection, BeaverListOp *op)
{
  op->patch.kind = BEAVER_LIST_PATCH_DROP;
  if (_beaver_connection_get_change (connection, &op->patch.change))
    _beaver_list_index_touch (get_index (op), &op->patch.change);
}

/* ... and its end. event NULL: nothing that listeners want to know. */
static gboolean
done (BeaverConnection *connection,
      BeaverListOp *op,
      const char *event,
      gboolean with_index,
      GError **error)
{
  _beaver_connection_touch (connection, op->core->topic);
  if (event == NULL || op->silent || !_beaver_manager_core_wants_events (op->core, connection))
    return TRUE;
  if (with_index)
    {
      g_autofree char *payload = g_strdup_printf ("{\"index\":%" G_GINT64_FORMAT "}", op->index);

      return _beaver_manager_core_emit (op->core, connection, event, payload, error);
    }
  return _beaver_manager_core_emit (op->core, connection, event, "{}", error);
}

/* New keys for all, which may be slow for a long list, and is needed when another program has made
 * them too long, or impossible. */
static gboolean
renumber (BeaverConnection *connection, BeaverManagerCore *core, GError **error)
{
  g_autoptr (BeaverStatement) select = prepare (connection, core, SQL_ROWIDS, error);
  g_autoptr (BeaverStatement) park = NULL;
  g_autoptr (BeaverStatement) update = NULL;
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  BeaverStep step;

  if (select == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (select, error)) == BEAVER_STEP_ROW)
    {
      gint64 rowid = _beaver_statement_int (select, 0);

      g_array_append_val (rowids, rowid);
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  g_clear_pointer (&select, _beaver_statement_reset);

  park = prepare (connection, core, SQL_PARK_KEYS, error);
  if (park == NULL || !_beaver_statement_run (park, error))
    return FALSE;
  update = prepare (connection, core, SQL_SET_KEY, error);
  if (update == NULL)
    return FALSE;
  for (guint i = 0; i < rowids->len; i++)
    {
      g_autofree char *key = _beaver_order_nth (i, rowids->len);

      _beaver_statement_bind_int (update, 2, g_array_index (rowids, gint64, i));
      _beaver_statement_bind_text (update, 3, key, -1);
      if (!_beaver_statement_run (update, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_row (BeaverConnection *connection,
            BeaverManagerCore *core,
            const char *key,
            const char *value,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_INSERT, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 2, key, -1);
  _beaver_statement_bind_text (statement, 3, value, -1);
  return _beaver_statement_run (statement, error);
}

/* The key of the row at an index from one end; NULL without an error when there is none. */
static char *
dup_key (BeaverConnection *connection, BeaverManagerCore *core, gint64 index, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      prepare (connection, core, index < 0 ? SQL_FROM_BACK : SQL_FROM_FRONT, error);

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_int (statement, 2, 1);
  _beaver_statement_bind_int (statement, 3, index < 0 ? -1 - index : index);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return NULL;
  return _beaver_statement_dup_text (statement, 1);
}

/* A key behind all others, or before them. */
static char *
end_key (BeaverConnection *connection, BeaverManagerCore *core, gboolean back, GError **error)
{
  for (int i = 0;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *old = dup_key (connection, core, back ? -1 : 0, &local_error);
      char *key;

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      key = back ? _beaver_order_after (old) : _beaver_order_before (old);
      if (key != NULL)
        return key;
      if (i > 0)
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
                               "there is no room for another item at this place");
          return NULL;
        }
      if (!renumber (connection, core, error))
        return NULL;
    }
}

static gboolean
insert_at_end (BeaverConnection *connection, BeaverListOp *op, gboolean back, GError **error)
{
  g_autofree char *key = end_key (connection, op->core, back, error);

  if (key == NULL || !insert_row (connection, op->core, key, op->value, error))
    return FALSE;
  op->patch.kind = BEAVER_LIST_PATCH_INSERT;
  op->patch.position = back ? -1 : 0;
  op->patch.rowid = _beaver_connection_last_rowid (connection);
  return TRUE;
}

gboolean
_beaver_list_push_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;

  touch (connection, op);
  return insert_at_end (connection, op, TRUE, error) && done (connection, op, "push", FALSE, error);
}

gboolean
_beaver_list_prepend_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;

  touch (connection, op);
  return insert_at_end (connection, op, FALSE, error) &&
         done (connection, op, "prepend", FALSE, error);
}

/* The key of the item before index and that of the one at it; *after NULL when index is behind the
 * end. */
static gboolean
find_neighbours (BeaverConnection *connection,
                 BeaverListOp *op,
                 char **before,
                 char **after,
                 GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (BeaverStatement) next = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 position;

  *before = *after = NULL;
  statement = find_row (connection, op->core, op->index, &position, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (statement == NULL)
    return TRUE;
  *after = _beaver_statement_dup_text (statement, 1);
  next = prepare (connection, op->core, SQL_BEFORE, error);
  if (next == NULL)
    return FALSE;
  _beaver_statement_bind_int (next, 2, 1);
  _beaver_statement_bind_text (next, 3, *after, -1);
  switch (_beaver_statement_step (next, error))
    {
    case BEAVER_STEP_ROW:
      *before = _beaver_statement_dup_text (next, 1);
      return TRUE;
    case BEAVER_STEP_DONE:
      return TRUE;
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
}

/* The middle of a list of keys that do not fit: found afresh after the renumbering, from the front,
 * since what was known of the list's rows is known no more. */
static char *
middle_key (BeaverConnection *connection, BeaverListOp *op, gboolean *at_end, GError **error)
{
  for (int i = 0;; i++)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      char *key;

      if (!find_neighbours (connection, op, &before, &after, error))
        return NULL;
      *at_end = after == NULL;
      if (*at_end)
        return NULL;
      key = _beaver_order_between (before, after);
      if (key != NULL)
        return key;
      if (i > 0)
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
                               "there is no room for another item at this place");
          return NULL;
        }
      if (!renumber (connection, op->core, error))
        return NULL;
    }
}

gboolean
_beaver_list_insert_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autofree char *key = NULL;
  gboolean at_end = FALSE;

  if (op->index > 0)
    {
      key = middle_key (connection, op, &at_end, error);
      if (key == NULL && !at_end)
        return FALSE;
    }
  touch (connection, op);
  if (key == NULL)
    {
      if (!insert_at_end (connection, op, at_end, error) ||
          !done (connection, op, at_end ? "push" : "prepend", FALSE, error))
        return FALSE;
    }
  else
    {
      if (!insert_row (connection, op->core, key, op->value, error))
        return FALSE;
      op->patch.kind = BEAVER_LIST_PATCH_INSERT;
      op->patch.position = op->index;
      op->patch.rowid = _beaver_connection_last_rowid (connection);
    }
  return done (connection, op, "insert", TRUE, error);
}

gboolean
_beaver_list_set_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) row = NULL;
  g_autoptr (BeaverStatement) update = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 position, rowid;

  op->patch.kind = BEAVER_LIST_PATCH_NONE;
  row = find_row (connection, op->core, op->index, &position, &local_error);
  op->found = row != NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!op->found)
    return TRUE;
  rowid = _beaver_statement_int (row, 0);
  g_clear_pointer (&row, _beaver_statement_reset);

  touch (connection, op);
  update = prepare (connection, op->core, SQL_SET, error);
  if (update == NULL)
    return FALSE;
  _beaver_statement_bind_int (update, 2, rowid);
  _beaver_statement_bind_text (update, 3, op->value, -1);
  if (!_beaver_statement_run (update, error))
    return FALSE;
  op->patch.kind = BEAVER_LIST_PATCH_KEEP;
  return done (connection, op, "set", TRUE, error);
}

/* Removes the row that a statement stands on. */
static gboolean
remove_row (BeaverConnection *connection,
            BeaverListOp *op,
            BeaverStatement *row,
            gint64 position,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  gint64 rowid = _beaver_statement_int (row, 0);

  _beaver_statement_reset (row);
  touch (connection, op);
  statement = prepare (connection, op->core, SQL_REMOVE, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, rowid);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->patch.kind = BEAVER_LIST_PATCH_REMOVE;
  op->patch.position = position;
  return TRUE;
}

gboolean
_beaver_list_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  BeaverStatement *row;
  g_autoptr (GError) local_error = NULL;
  gint64 position;

  op->patch.kind = BEAVER_LIST_PATCH_NONE;
  row = find_row (connection, op->core, op->index, &position, &local_error);
  op->found = row != NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!op->found)
    return TRUE;
  if (!remove_row (connection, op, row, position, error))
    return FALSE;
  if (position < 0 && op->index != -1)
    op->patch.kind = BEAVER_LIST_PATCH_DROP;
  return done (connection, op, "del", TRUE, error);
}

gboolean
_beaver_list_pop_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;
  g_autoptr (BeaverStatement) row = NULL;

  op->patch.kind = BEAVER_LIST_PATCH_NONE;
  g_clear_pointer (&op->result, g_free);
  row = prepare (connection, op->core, op->first ? SQL_FROM_FRONT : SQL_FROM_BACK, error);
  if (row == NULL)
    return FALSE;
  _beaver_statement_bind_int (row, 2, 1);
  _beaver_statement_bind_int (row, 3, 0);
  switch (_beaver_statement_step (row, error))
    {
    case BEAVER_STEP_ROW:
      op->found = TRUE;
      break;
    case BEAVER_STEP_DONE:
      op->found = FALSE;
      return TRUE;
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
  op->result = decode_value (row, error);
  if (op->result == NULL)
    return FALSE;
  return remove_row (connection, op, g_steal_pointer (&row), op->first ? 0 : -1, error) &&
         done (connection, op, op->first ? "deque" : "pop", FALSE, error);
}

/* What comes at the back in its order, what comes at the front so that the last ends up first. */
static gboolean
insert_many (BeaverConnection *connection,
             BeaverListOp *op,
             GPtrArray *values,
             gboolean back,
             GError **error)
{
  g_autofree char *last = NULL;

  for (guint i = 0; values != NULL && i < values->len; i++)
    {
      char *key = NULL;

      if (last != NULL)
        key = back ? _beaver_order_after (last) : _beaver_order_before (last);
      if (key == NULL)
        key = end_key (connection, op->core, back, error);
      if (key == NULL)
        return FALSE;
      g_free (last);
      last = key;
      if (!insert_row (connection, op->core, key, values->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_beaver_list_many_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverListOp *op = data;

  op->patch.kind = BEAVER_LIST_PATCH_NONE;
  op->number = (op->back != NULL ? op->back->len : 0) + (op->front != NULL ? op->front->len : 0);
  if (op->number == 0)
    return TRUE;
  touch (connection, op);
  return insert_many (connection, op, op->back, TRUE, error) &&
         insert_many (connection, op, op->front, FALSE, error) &&
         done (connection, op, "push", FALSE, error);
}

gboolean
_beaver_list_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverChange change;
  gboolean known = _beaver_connection_get_change (connection, &change);

  if (known && _beaver_list_index_get_count (op->core->shared, &change, &op->result))
    return TRUE;
  statement = prepare (connection, op->core, SQL_COUNT, error);
  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (statement, 0);
  if (known && !change.writing && is_unchanged (connection, &change))
    _beaver_list_index_set (op->core->shared, &change, NULL, op->result);
  return TRUE;
}

gboolean
_beaver_list_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_CLEAR, error);
  BeaverChange change;

  if (statement == NULL)
    return FALSE;
  if (_beaver_connection_get_change (connection, &change))
    _beaver_list_index_touch (op->core->shared, &change);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  _beaver_connection_touch (connection, op->core->topic);
  return !_beaver_manager_core_wants_events (op->core, connection) ||
         _beaver_manager_core_emit (op->core, connection, "clear", "{}", error);
}
