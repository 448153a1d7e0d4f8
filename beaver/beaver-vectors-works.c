/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-vectors-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-lsh-private.h>
#include <beaver/engine/beaver-vector-changes-private.h>

static const char SQL_SET[] =
    "INSERT INTO __beaver_vectors__ (collection, item_id, vector, metadata)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (collection, item_id)"
    " DO UPDATE SET vector = excluded.vector, metadata = excluded.metadata";
static const char SQL_LOOKUP[] =
    "SELECT vector, metadata FROM __beaver_vectors__ WHERE collection = $1 AND item_id = $2";
/* $2 may change its dimension when it is the only one */
static const char SQL_OTHER[] = "SELECT LENGTH (vector) FROM __beaver_vectors__"
                                " WHERE collection = $1 AND item_id <> $2 LIMIT 1";
static const char SQL_REMOVE[] =
    "DELETE FROM __beaver_vectors__ WHERE collection = $1 AND item_id = $2";
static const char SQL_COUNT[] = "SELECT COUNT(*) FROM __beaver_vectors__ WHERE collection = $1";
static const char SQL_CLEAR[] = "DELETE FROM __beaver_vectors__ WHERE collection = $1";
static const char SQL_ITEMS[] = "SELECT item_id, vector, metadata FROM __beaver_vectors__"
                                " WHERE collection = $1 ORDER BY item_id LIMIT $3";
static const char SQL_ITEMS_BEHIND[] =
    "SELECT item_id, vector, metadata FROM __beaver_vectors__"
    " WHERE collection = $1 AND item_id > $2 ORDER BY item_id LIMIT $3";

static const char SQL_PLANES[] =
    "SELECT hyperplanes FROM __beaver_lsh_config__ WHERE collection = $1";
static const char SQL_ADD_PLANES[] =
    "INSERT INTO __beaver_lsh_config__ (collection, hyperplanes) VALUES ($1, $2)"
    " ON CONFLICT (collection) DO NOTHING";
static const char SQL_ADD_BUCKET[] =
    "INSERT INTO __beaver_lsh_index__ (collection, bucket_id, item_id) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, bucket_id, item_id) DO NOTHING";
static const char SQL_REMOVE_BUCKETS[] =
    "DELETE FROM __beaver_lsh_index__ WHERE collection = $1 AND item_id = $2";
static const char SQL_CLEAR_BUCKETS[] = "DELETE FROM __beaver_lsh_index__ WHERE collection = $1";
static const char SQL_MISSING[] =
    "SELECT item.item_id, item.vector FROM __beaver_vectors__ AS item"
    " WHERE item.collection = $1 AND NOT EXISTS (SELECT 1 FROM __beaver_lsh_index__ AS bucket"
    " WHERE bucket.collection = $1 AND bucket.item_id = item.item_id)"
    " AND LENGTH (item.vector) = $3 LIMIT $2";
static const char SQL_FIRST[] =
    "SELECT LENGTH (vector) FROM __beaver_vectors__ WHERE collection = $1 LIMIT 1";

#define PAGE_ROWS 256
#define PAGE_BYTES (4 * 1024 * 1024)

gboolean
_beaver_vectors_track_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return _beaver_vector_changes_ensure (connection, error);
}

/* Python's index */

static BeaverLsh *
load_planes (BeaverConnection *connection,
             BeaverVectorsShared *shared,
             gsize dimension,
             GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_PLANES, error);
  g_autoptr (BeaverStatement) add = NULL;
  g_autoptr (BeaverLsh) planes = NULL;
  g_autoptr (GBytes) bytes = NULL;
  BeaverStep step;

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ERROR)
    return NULL;
  if (step == BEAVER_STEP_ROW)
    {
      gsize size;
      gconstpointer blob = _beaver_statement_blob (statement, 0, &size);

      planes = _beaver_lsh_new_from_data (blob, size, dimension, NULL);
      if (planes == NULL)
        g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                     _ ("the collection is laid out for vectors of another length than %zu "
                        "numbers, for all time; use another collection"),
                     dimension);
      return g_steal_pointer (&planes);
    }
  planes = _beaver_lsh_new (dimension, g_random_int ());
  bytes = _beaver_lsh_to_bytes (planes);
  add = _beaver_connection_prepare (connection, SQL_ADD_PLANES, error);
  if (add == NULL)
    return NULL;
  _beaver_statement_bind_text (add, 1, shared->core->name, -1);
  _beaver_statement_bind_bytes (add, 2, bytes);
  return _beaver_statement_run (add, error) ? g_steal_pointer (&planes) : NULL;
}

static gboolean
remove_buckets (BeaverConnection *connection,
                BeaverVectorsShared *shared,
                const char *id,
                GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_REMOVE_BUCKETS, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
add_bucket (BeaverConnection *connection,
            BeaverVectorsShared *shared,
            const BeaverLsh *planes,
            const char *id,
            gconstpointer vector,
            GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_ADD_BUCKET, error);
  guint8 bucket[BEAVER_LSH_BUCKET_SIZE];
  g_autofree guint32 *native = NULL;

  if (statement == NULL)
    return FALSE;
#if G_BYTE_ORDER == G_BIG_ENDIAN
  native = g_memdup2 (vector, _beaver_lsh_dimension (planes) * sizeof *native);
  for (gsize i = 0; i < _beaver_lsh_dimension (planes); i++)
    native[i] = GUINT32_FROM_LE (native[i]);
  vector = native;
#endif
  _beaver_lsh_bucket (_beaver_lsh_hash (planes, vector), bucket);
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  _beaver_statement_bind_blob (statement, 2, bucket, sizeof bucket);
  _beaver_statement_bind_text (statement, 3, id, -1);
  return _beaver_statement_run (statement, error);
}

/* Writing */

static gboolean
emit (BeaverConnection *connection,
      BeaverVectorsShared *shared,
      const char *event,
      const char *id,
      GError **error)
{
  g_autoptr (GString) payload = NULL;

  if (!_beaver_manager_core_wants_events (shared->core, connection))
    return TRUE;
  payload = g_string_new ("{\"id\":");
  _beaver_json_append_string (payload, id, -1);
  g_string_append_c (payload, '}');
  return _beaver_manager_core_emit (shared->core, connection, event, payload->str, error);
}

static gboolean
check_dimension (BeaverConnection *connection, BeaverVectorsOp *op, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_OTHER, error);
  BeaverStep step;
  gsize dimension;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, g_ptr_array_index (op->ids, 0), -1);
  step = _beaver_statement_step (statement, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  dimension = (gsize) _beaver_statement_int (statement, 0) / sizeof (float);
  if (dimension == op->dimension)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               _ ("the vectors of this collection have %zu numbers, and not %zu"), dimension,
               op->dimension);
  return FALSE;
}

gboolean
_beaver_vectors_set_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (BeaverLsh) planes = NULL;
  const char *vectors;

  if (op->ids->len == 0)
    return TRUE;
  if (!_beaver_vector_changes_ensure (connection, error) ||
      !check_dimension (connection, op, error))
    return FALSE;
  planes = load_planes (connection, op->shared, op->dimension, error);
  statement = planes != NULL ? _beaver_connection_prepare (connection, SQL_SET, error) : NULL;
  if (statement == NULL)
    return FALSE;
  vectors = g_bytes_get_data (op->vectors, NULL);
  for (guint i = 0; i < op->ids->len; i++)
    {
      const char *id = g_ptr_array_index (op->ids, i);
      const char *vector = vectors + i * op->dimension * sizeof (float);

      _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
      _beaver_statement_bind_text (statement, 2, id, -1);
      _beaver_statement_bind_blob (statement, 3, vector, op->dimension * sizeof (float));
      _beaver_statement_bind_text (statement, 4, g_ptr_array_index (op->metadata, i), -1);
      if (!_beaver_statement_run (statement, error) ||
          !remove_buckets (connection, op->shared, id, error) ||
          !add_bucket (connection, op->shared, planes, id, vector, error) ||
          !emit (connection, op->shared, "set", id, error))
        return FALSE;
    }
  _beaver_connection_touch (connection, op->shared->core->topic);
  return TRUE;
}

gboolean
_beaver_vectors_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_REMOVE, error);

  op->found = FALSE;
  if (statement == NULL || !_beaver_vector_changes_ensure (connection, error))
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->id, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->found = _beaver_connection_changes (connection) > 0;
  if (!remove_buckets (connection, op->shared, op->id, error))
    return FALSE;
  if (!op->found)
    return TRUE;
  _beaver_connection_touch (connection, op->shared->core->topic);
  return emit (connection, op->shared, "delete", op->id, error);
}

gboolean
_beaver_vectors_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_CLEAR, error);
  g_autoptr (BeaverStatement) buckets =
      _beaver_connection_prepare (connection, SQL_CLEAR_BUCKETS, error);

  if (statement == NULL || buckets == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  _beaver_statement_bind_text (buckets, 1, op->core->name, -1);
  if (!_beaver_statement_run (buckets, error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return _beaver_manager_core_emit (op->core, connection, "clear", "{}", error);
}

gboolean
_beaver_vectors_index_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  g_autoptr (BeaverStatement) first = _beaver_connection_prepare (connection, SQL_FIRST, error);
  g_autoptr (BeaverStatement) missing = NULL;
  g_autoptr (BeaverLsh) planes = NULL;
  BeaverStep step;
  gsize size;

  op->number = 0;
  if (first == NULL || !_beaver_vector_changes_ensure (connection, error))
    return FALSE;
  _beaver_statement_bind_text (first, 1, op->shared->core->name, -1);
  step = _beaver_statement_step (first, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  size = (gsize) _beaver_statement_int (first, 0);
  if (size < sizeof (float))
    return TRUE;
  planes = load_planes (connection, op->shared, size / sizeof (float), error);
  missing = planes != NULL ? _beaver_connection_prepare (connection, SQL_MISSING, error) : NULL;
  if (missing == NULL)
    return FALSE;
  _beaver_statement_bind_text (missing, 1, op->shared->core->name, -1);
  _beaver_statement_bind_int (missing, 2, op->limit);
  _beaver_statement_bind_int (missing, 3, (gint64) (size / sizeof (float) * sizeof (float)));
  while ((step = _beaver_statement_step (missing, error)) == BEAVER_STEP_ROW)
    {
      g_autofree char *id = _beaver_statement_dup_text (missing, 0);
      gsize length;
      gconstpointer vector = _beaver_statement_blob (missing, 1, &length);

      if (!add_bucket (connection, op->shared, planes, id, vector, error))
        return FALSE;
      op->number++;
    }
  return step == BEAVER_STEP_DONE;
}

/* Reading */

gboolean
_beaver_vectors_count_work (BeaverConnection *connection, gpointer data, GError **error)
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

gboolean
_beaver_vectors_lookup_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_LOOKUP, error);
  BeaverStep step;

  op->found = FALSE;
  g_clear_object (&op->hit);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->id, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      op->found = TRUE;
      op->hit = _beaver_vector_hit_new_take (op->id, _beaver_statement_dup_bytes (statement, 0),
                                             _beaver_statement_text (statement, 1, NULL), 0);
    }
  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_vectors_items_page (BeaverConnection *connection,
                            gpointer state,
                            GPtrArray *entries,
                            gboolean *at_end,
                            GError **error)
{
  BeaverVectorsOp *op = state;
  /* bound until the statement is reset, while op moves on */
  g_autoptr (GBytes) last = op->last != NULL ? g_bytes_ref (op->last) : NULL;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, last != NULL ? SQL_ITEMS_BEHIND : SQL_ITEMS, error);
  gsize rows = 0, bytes = 0;
  BeaverStep step = BEAVER_STEP_DONE;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  if (last != NULL)
    {
      gsize length;
      const char *text = g_bytes_get_data (last, &length);

      _beaver_statement_bind_text (statement, 2, text != NULL ? text : "", (gssize) length);
    }
  _beaver_statement_bind_int (statement, 3, PAGE_ROWS);
  while (bytes < PAGE_BYTES &&
         (step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gsize length;
      const char *id = _beaver_statement_text (statement, 0, &length);
      GBytes *vector;

      if (_beaver_statement_type (statement, 0) != BEAVER_COLUMN_TEXT)
        {
          *at_end = TRUE; /* texts sort first, and nobody writes other ids */
          return TRUE;
        }
      vector = _beaver_statement_dup_bytes (statement, 1);
      rows++;
      bytes += vector != NULL ? g_bytes_get_size (vector) : 0;
      g_clear_pointer (&op->last, g_bytes_unref);
      op->last = g_bytes_new (id, length);
      g_ptr_array_add (entries, _beaver_vector_hit_new_take (
                                    id, vector, _beaver_statement_text (statement, 2, NULL), 0));
    }
  if (bytes >= PAGE_BYTES)
    {
      *at_end = FALSE;
      return TRUE;
    }
  *at_end = rows < PAGE_ROWS;
  return step != BEAVER_STEP_ERROR;
}
