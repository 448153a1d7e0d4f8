/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-sketch-private.h>
#include <beaver/engine/beaver-json-private.h>

static const char SQL_ROW[] = "SELECT rowid, capacity, error_rate, LENGTH (data)"
                              " FROM __beaver_sketches__ WHERE name = $1";
static const char SQL_CREATE[] =
    "INSERT INTO __beaver_sketches__ (name, type, capacity, error_rate, data)"
    " VALUES ($1, 'approx_set', $2, $3, $4)";
static const char SQL_RESET[] = "UPDATE __beaver_sketches__ SET data = $2 WHERE name = $1";

/* Items from which on the whole blob is read, changed and compared. */
#define MANY 16
#define CHUNK 4096

/* Python's tolerance. */
#define ERROR_RATE_TOLERANCE 1e-9

BeaverSketchOp *
_beaver_sketch_op_new (BeaverSketch *self, GError **error)
{
  BeaverSketchOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverSketchOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->shape = *_beaver_sketch_get_shape (self);
  return op;
}

void
_beaver_sketch_op_free (gpointer pointer)
{
  BeaverSketchOp *op = pointer;

  g_clear_pointer (&op->items, g_ptr_array_unref);
  g_clear_pointer (&op->bytes, g_bytes_unref);
  g_free (op->other);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

static gboolean
add_item (BeaverSketchOp *op, const char *item, gboolean is_text, GError **error)
{
  char *normal = NULL;

  if (op->items == NULL)
    op->items = g_ptr_array_new_with_free_func (g_free);
  if (_beaver_check_text ("the item", item, error))
    normal = is_text ? _beaver_json_from_string (item) : _beaver_json_normalize (item, -1, error);
  if (normal == NULL)
    {
      g_prefix_error (error, "sketch “%s”: ", op->core->name);
      return FALSE;
    }
  g_ptr_array_add (op->items, normal);
  return TRUE;
}

BeaverSketchOp *
_beaver_sketch_new_item_op (BeaverSketch *self, const char *item, gboolean is_text, GError **error)
{
  g_autoptr (BeaverSketchOp) op = _beaver_sketch_op_new (self, error);

  if (op == NULL || !add_item (op, item, is_text, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverSketchOp *
_beaver_sketch_new_items_op (BeaverSketch *self, const char *const *items, GError **error)
{
  g_autoptr (BeaverSketchOp) op = _beaver_sketch_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->items = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    if (!add_item (op, items[i], FALSE, error))
      {
        g_prefix_error (error, _ ("item %u: "), i);
        return NULL;
      }
  return g_steal_pointer (&op);
}

BeaverSketchOp *
_beaver_sketch_new_merge_op (BeaverSketch *self, BeaverSketch *other, GError **error)
{
  g_autoptr (BeaverSketchOp) op = _beaver_sketch_op_new (self, error);
  const BeaverSketchShape *shape;
  BeaverManagerCore *core;

  if (op == NULL)
    return NULL;
  if (!BEAVER_IS_SKETCH (other))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("sketch “%s”: there is nothing to merge; give another sketch"),
                   op->core->name);
      return NULL;
    }
  shape = _beaver_sketch_get_shape (other);
  core = _beaver_manager_get_core (BEAVER_MANAGER (other));
  if (shape->capacity != op->shape.capacity ||
      fabs (shape->error_rate - op->shape.error_rate) > ERROR_RATE_TOLERANCE)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("sketch “%s”: “%s” cannot be merged into it, for it has another capacity or "
                      "error rate"),
                   op->core->name, core->name);
      return NULL;
    }
  if (core->engine != op->core->engine)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("sketch “%s”: “%s” belongs to another database; merge its bytes instead"),
                   op->core->name, core->name);
      return NULL;
    }
  op->other = g_strdup (core->name);
  return g_steal_pointer (&op);
}

BeaverSketchOp *
_beaver_sketch_new_bytes_op (BeaverSketch *self, GBytes *bytes, GError **error)
{
  g_autoptr (BeaverSketchOp) op = _beaver_sketch_op_new (self, error);

  if (op == NULL)
    return NULL;
  if (bytes == NULL || g_bytes_get_size (bytes) != op->shape.size)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("sketch “%s”: a sketch of this capacity and error rate has %zu bytes, and not %zu"),
          op->core->name, op->shape.size, bytes != NULL ? g_bytes_get_size (bytes) : 0);
      return NULL;
    }
  if (!_beaver_sketch_check (&op->shape, g_bytes_get_data (bytes, NULL)))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("sketch “%s”: the bytes are not those of a sketch"), op->core->name);
      return NULL;
    }
  op->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&op);
}

/* Running */

gboolean
_beaver_sketch_run (BeaverSketch *self,
                    BeaverAccess access,
                    BeaverWork work,
                    BeaverSketchOp *op,
                    GCancellable *cancellable,
                    GError **error)
{
  return _beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error);
}

void
_beaver_sketch_start (BeaverSketch *self,
                      gpointer source_tag,
                      BeaverAccess access,
                      BeaverWork work,
                      BeaverSketchOp *op,
                      GError *error,
                      BeaverFinish finish,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_sketch_op_free, task,
                             finish);
}

/* Results, for the caller of a work and for the end of a task */

gboolean
_beaver_sketch_take_true (BeaverSketchOp *op, GError **error)
{
  return TRUE;
}

void
_beaver_sketch_finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_sketch_take_found (BeaverSketchOp *op, GError **error)
{
  return op->found;
}

void
_beaver_sketch_finish_found (GTask *task, gpointer data)
{
  BeaverSketchOp *op = data;

  g_task_return_boolean (task, op->found);
}

GBytes *
_beaver_sketch_take_bytes (BeaverSketchOp *op, GError **error)
{
  return g_steal_pointer (&op->bytes);
}

void
_beaver_sketch_finish_bytes (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_sketch_take_bytes (data, NULL),
                         (GDestroyNotify) g_bytes_unref);
}

/* The row */

static gboolean
set_corrupt (GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                       _ ("the stored sketch is damaged; clear it, or merge a copy of it again"));
  return FALSE;
}

typedef struct
{
  gboolean found;
  gint64 rowid;
  gint64 capacity;
  double error_rate;
  BeaverBlobHandle *handle; /* owned; NULL: not found */
} Row;

static void
row_clear (Row *row)
{
  g_clear_pointer (&row->handle, _beaver_blob_handle_close);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Row, row_clear)

/* shape NULL: whatever it is. The statement stands on the row until the blob is open, so that both
 * see the same state of the file. */
static gboolean
row_open (BeaverConnection *connection,
          const char *name,
          const BeaverSketchShape *shape,
          gboolean writable,
          Row *row,
          GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_ROW, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, name, -1);
  step = _beaver_statement_step (statement, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  row->found = TRUE;
  row->rowid = _beaver_statement_int (statement, 0);
  row->capacity = _beaver_statement_int (statement, 1);
  row->error_rate = _beaver_statement_double (statement, 2);
  if (shape != NULL && (row->capacity != shape->capacity ||
                        !(fabs (row->error_rate - shape->error_rate) <= ERROR_RATE_TOLERANCE)))
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("it is stored with capacity %" PRId64 " and error rate %g; open it with these"),
          row->capacity, row->error_rate);
      return FALSE;
    }
  if (_beaver_statement_is_null (statement, 3) ||
      (shape != NULL && (gsize) _beaver_statement_int (statement, 3) != shape->size))
    return set_corrupt (error);
  row->handle = _beaver_connection_open_blob (connection, "__beaver_sketches__", "data", row->rowid,
                                              writable, error);
  return row->handle != NULL;
}

/* A row is made by the first item. */
static gboolean
row_create (BeaverConnection *connection, BeaverSketchOp *op, gconstpointer data, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_CREATE, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_int (statement, 2, op->shape.capacity);
  _beaver_statement_bind_double (statement, 3, op->shape.error_rate);
  _beaver_statement_bind_blob (statement, 4, data, op->shape.size);
  return _beaver_statement_run (statement, error);
}

static gboolean
row_read (Row *row, const BeaverSketchShape *shape, guint8 *data, GError **error)
{
  return _beaver_blob_handle_read (row->handle, data, shape->size, 0, error) &&
         (_beaver_sketch_check (shape, data) || set_corrupt (error));
}

/* Only what differs from before. */
static gboolean
row_write (Row *row,
           const BeaverSketchShape *shape,
           const guint8 *before,
           const guint8 *data,
           GError **error)
{
  for (gsize at = 0; at < shape->size; at += CHUNK)
    {
      gsize n = MIN (CHUNK, shape->size - at);

      if (memcmp (before + at, data + at, n) != 0 &&
          !_beaver_blob_handle_write (row->handle, data + at, n, at, error))
        return FALSE;
    }
  return TRUE;
}

/* Works */

/* Eight bytes of the file or so. */
static gboolean
add_one (Row *row, const BeaverSketchShape *shape, const char *item, GError **error)
{
  BeaverSketchSpot spot;
  guint8 byte;

  _beaver_sketch_locate (shape, item, strlen (item), &spot);
  if (!_beaver_blob_handle_read (row->handle, &byte, 1, spot.reg, error))
    return FALSE;
  if (byte < spot.rank && !_beaver_blob_handle_write (row->handle, &spot.rank, 1, spot.reg, error))
    return FALSE;
  for (guint i = 0; i < shape->hashes; i++)
    {
      guint64 bit = _beaver_sketch_bit (shape, &spot, i);
      gsize at = shape->registers + bit / 8;
      guint8 mask = 1 << (bit % 8);

      if (!_beaver_blob_handle_read (row->handle, &byte, 1, at, error))
        return FALSE;
      if ((byte & mask) != 0)
        continue;
      byte |= mask;
      if (!_beaver_blob_handle_write (row->handle, &byte, 1, at, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_all (BeaverSketchOp *op, guint8 *data)
{
  for (guint i = 0; i < op->items->len; i++)
    {
      const char *item = g_ptr_array_index (op->items, i);

      _beaver_sketch_add (&op->shape, data, item, strlen (item));
    }
}

gboolean
_beaver_sketch_add_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverSketchOp *op = data;
  g_auto (Row) row = { 0 };
  g_autofree guint8 *bytes = NULL;
  g_autofree guint8 *before = NULL;

  if (op->items->len == 0)
    return TRUE;
  if (!row_open (connection, op->core->name, &op->shape, TRUE, &row, error))
    return FALSE;
  if (!row.found)
    {
      bytes = g_malloc0 (op->shape.size);
      add_all (op, bytes);
      if (!row_create (connection, op, bytes, error))
        return FALSE;
    }
  else if (op->items->len < MANY)
    {
      for (guint i = 0; i < op->items->len; i++)
        if (!add_one (&row, &op->shape, g_ptr_array_index (op->items, i), error))
          return FALSE;
    }
  else
    {
      before = g_malloc (op->shape.size);
      if (!row_read (&row, &op->shape, before, error))
        return FALSE;
      bytes = g_memdup2 (before, op->shape.size);
      add_all (op, bytes);
      if (!row_write (&row, &op->shape, before, bytes, error))
        return FALSE;
    }
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_sketch_contains_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverSketchOp *op = data;
  g_auto (Row) row = { 0 };
  const char *item = g_ptr_array_index (op->items, 0);
  BeaverSketchSpot spot;

  op->found = FALSE;
  if (!row_open (connection, op->core->name, &op->shape, FALSE, &row, error))
    return FALSE;
  if (!row.found)
    return TRUE;
  _beaver_sketch_locate (&op->shape, item, strlen (item), &spot);
  for (guint i = 0; i < op->shape.hashes; i++)
    {
      guint64 bit = _beaver_sketch_bit (&op->shape, &spot, i);
      guint8 byte;

      if (!_beaver_blob_handle_read (row.handle, &byte, 1, op->shape.registers + bit / 8, error))
        return FALSE;
      if ((byte & (1 << (bit % 8))) == 0)
        return TRUE;
    }
  op->found = TRUE;
  return TRUE;
}

gboolean
_beaver_sketch_bytes_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverSketchOp *op = data;
  g_auto (Row) row = { 0 };
  g_autofree guint8 *bytes = NULL;

  g_clear_pointer (&op->bytes, g_bytes_unref);
  if (!row_open (connection, op->core->name, &op->shape, FALSE, &row, error))
    return FALSE;
  bytes = g_malloc0 (op->shape.size);
  if (row.found && !row_read (&row, &op->shape, bytes, error))
    return FALSE;
  op->bytes = g_bytes_new_take (g_steal_pointer (&bytes), op->shape.size);
  return TRUE;
}

gboolean
_beaver_sketch_merge_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverSketchOp *op = data;
  const BeaverSketchShape *shape = &op->shape;
  g_auto (Row) row = { 0 };
  g_autofree guint8 *from = NULL;
  g_autofree guint8 *before = NULL;
  g_autofree guint8 *bytes = NULL;

  if (op->bytes != NULL)
    from = g_memdup2 (g_bytes_get_data (op->bytes, NULL), shape->size);
  else
    {
      g_auto (Row) other = { 0 };

      if (!row_open (connection, op->other, shape, FALSE, &other, error))
        return FALSE;
      if (!other.found)
        return TRUE;
      from = g_malloc (shape->size);
      if (!row_read (&other, shape, from, error))
        return FALSE;
    }
  if (!row_open (connection, op->core->name, shape, TRUE, &row, error))
    return FALSE;
  if (!row.found)
    {
      if (!row_create (connection, op, from, error))
        return FALSE;
    }
  else
    {
      before = g_malloc (shape->size);
      if (!row_read (&row, shape, before, error))
        return FALSE;
      bytes = g_memdup2 (before, shape->size);
      if (_beaver_sketch_merge (shape, bytes, from) &&
          !row_write (&row, shape, before, bytes, error))
        return FALSE;
    }
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

/* Just the registers. */
static gboolean
count_row (Row *row, BeaverSketchShape *shape, gint64 *count, GError **error)
{
  g_autofree guint8 *registers = NULL;

  if (!_beaver_sketch_shape_init (shape, row->capacity, row->error_rate, NULL) ||
      _beaver_blob_handle_size (row->handle) != shape->size)
    return set_corrupt (error);
  registers = g_malloc (shape->registers);
  if (!_beaver_blob_handle_read (row->handle, registers, shape->registers, 0, error))
    return FALSE;
  for (gsize i = 0; i < shape->registers; i++)
    if (registers[i] > 64 - shape->precision + 1)
      return set_corrupt (error);
  *count = _beaver_sketch_count (shape, registers);
  return TRUE;
}

gboolean
_beaver_sketch_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_auto (Row) row = { 0 };
  BeaverSketchShape shape;

  op->result = 0;
  if (!row_open (connection, op->core->name, NULL, FALSE, &row, error))
    return FALSE;
  return !row.found || count_row (&row, &shape, &op->result, error);
}

/* The row stays, all zeros: a Python process that has it open reads it before it adds, and would
 * write its old bits again if there were none. */
gboolean
_beaver_sketch_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autofree guint8 *zeros = NULL;
  g_auto (Row) row = { 0 };
  BeaverSketchShape shape;
  gboolean whole;

  op->result = 0;
  if (!row_open (connection, op->core->name, NULL, FALSE, &row, error))
    return FALSE;
  if (!row.found)
    return TRUE;
  /* what is damaged is cleared as well */
  whole = _beaver_sketch_shape_init (&shape, row.capacity, row.error_rate, NULL);
  if (!whole)
    return set_corrupt (error);
  if (!count_row (&row, &shape, &op->result, NULL))
    op->result = 0;
  row_clear (&row);
  statement = _beaver_connection_prepare (connection, SQL_RESET, error);
  if (statement == NULL)
    return FALSE;
  zeros = g_malloc0 (shape.size);
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_blob (statement, 2, zeros, shape.size);
  if (!_beaver_statement_run (statement, error) ||
      !_beaver_manager_core_emit (op->core, connection, "clear", "{}", error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}
