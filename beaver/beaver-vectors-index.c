/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-vectors-private.h>
#include <beaver/engine/beaver-vector-changes-private.h>

/* The collection in memory.
 *
 * It belongs to the state of the file after a certain change, and so does the snapshot of whoever
 * searches: when the two are the same, it is used; when the snapshot is further, what changed is
 * read first; when it is older, or may never be committed, the search reads the file instead. */

static const char SQL_ALL[] = "SELECT item_id, vector, metadata FROM __beaver_vectors__"
                              " WHERE collection = $1 ORDER BY item_id";

/* Rows from which on bytes beside the floats are worth their memory. */
#define QUANTIZE_ROWS 2048
/* Rows between two looks at whether somebody wants the search to end. */
#define CHECK_EVERY 256

void
_beaver_vectors_index_free (BeaverVectorsIndex *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    g_clear_pointer (&self->ivf[i], _beaver_ivf_free);
  g_ptr_array_unref (self->making);
  g_clear_pointer (&self->matrix, _beaver_matrix_free);
  g_hash_table_unref (self->rows);
  g_ptr_array_unref (self->metadata);
  g_ptr_array_unref (self->ids);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverVectorsIndex, _beaver_vectors_index_free)

static BeaverVectorsIndex *
index_new (BeaverVectorsShared *shared, gsize dimension, gint64 change)
{
  BeaverVectorsIndex *self = g_new0 (BeaverVectorsIndex, 1);

  self->dimension = dimension;
  self->change = change;
  self->matrix = _beaver_matrix_new (dimension);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->metadata = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_hash_table_new (g_str_hash, g_str_equal);
  self->ordered = TRUE;
  self->quantize = g_atomic_int_get (&shared->quantize);
  self->serial = ++shared->serial;
  self->making = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_ivf_free);
  return self;
}

static gboolean
is_too_large (BeaverVectorsIndex *self, BeaverVectorsShared *shared)
{
  gsize bytes = _beaver_matrix_bytes (self->matrix) + self->text_bytes + self->ids->len * 64;

  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    bytes += self->ivf[i] != NULL ? _beaver_ivf_bytes (self->ivf[i]) : 0;
  return bytes > (gsize) __atomic_load_n (&shared->memory_limit, __ATOMIC_RELAXED);
}

gboolean
_beaver_vectors_set_error_if_over (BeaverVectorsOp *op, GError **error)
{
  if (op->cancellable != NULL && g_cancellable_set_error_if_cancelled (op->cancellable, error))
    return TRUE;
  if (!g_atomic_int_get (&op->shared->stopped))
    return FALSE;
  if (!_beaver_engine_set_error_if_closed (op->shared->core->engine, error))
    g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                         _ ("the database is being closed"));
  return TRUE;
}

static void
append (BeaverVectorsIndex *self, const char *id, gconstpointer vector, const char *metadata)
{
  gsize row = _beaver_matrix_append (self->matrix, vector);
  char *own_id = g_strdup (id);

  if (row > 0 && strcmp (g_ptr_array_index (self->ids, row - 1), id) > 0)
    self->ordered = FALSE;
  g_ptr_array_add (self->ids, own_id);
  g_ptr_array_add (self->metadata, g_strdup (metadata));
  g_hash_table_insert (self->rows, own_id, GSIZE_TO_POINTER (row + 1));
  self->text_bytes += strlen (id) + (metadata != NULL ? strlen (metadata) : 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    if (self->ivf[i] != NULL)
      _beaver_ivf_append (self->ivf[i], row);
  for (guint i = 0; i < self->making->len; i++)
    _beaver_ivf_append (self->making->pdata[i], row);
}

static void
replace (BeaverVectorsIndex *self, gsize row, gconstpointer vector, const char *metadata)
{
  char **own = (char **) &g_ptr_array_index (self->metadata, row);

  _beaver_matrix_set (self->matrix, row, vector);
  self->text_bytes += (metadata != NULL ? strlen (metadata) : 0);
  self->text_bytes -= *own != NULL ? strlen (*own) : 0;
  g_free (*own);
  *own = g_strdup (metadata);
  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    if (self->ivf[i] != NULL)
      _beaver_ivf_set (self->ivf[i], row);
  for (guint i = 0; i < self->making->len; i++)
    _beaver_ivf_set (self->making->pdata[i], row);
}

static void
drop (BeaverVectorsIndex *self, gsize row)
{
  const char *id = g_ptr_array_index (self->ids, row);
  const char *metadata = g_ptr_array_index (self->metadata, row);
  gsize last;

  self->text_bytes -= strlen (id) + (metadata != NULL ? strlen (metadata) : 0);
  g_hash_table_remove (self->rows, id);
  last = _beaver_matrix_remove (self->matrix, row);
  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    if (self->ivf[i] != NULL)
      _beaver_ivf_remove (self->ivf[i], row, last);
  for (guint i = 0; i < self->making->len; i++)
    _beaver_ivf_remove (self->making->pdata[i], row, last);
  g_ptr_array_remove_index_fast (self->ids, row);
  g_ptr_array_remove_index_fast (self->metadata, row);
  if (row == last)
    return;
  g_hash_table_insert (self->rows, g_ptr_array_index (self->ids, row), GSIZE_TO_POINTER (row + 1));
  self->ordered = FALSE;
}

/* Of the row a statement stands on; NULL when it is gone, or of another length. */
static gconstpointer
row_vector (BeaverStatement *statement, gsize dimension)
{
  gsize size;
  gconstpointer vector = _beaver_statement_blob (statement, 1, &size);

  return vector != NULL && size == dimension * sizeof (float) ? vector : NULL;
}

static BeaverVectorsIndex *
load (BeaverConnection *connection, BeaverVectorsOp *op, gint64 change, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_ALL, error);
  g_autoptr (BeaverVectorsIndex) self = index_new (op->shared, op->dimension, change);
  BeaverStep step;
  gsize n = 0;

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gconstpointer vector = row_vector (statement, op->dimension);
      const char *id = _beaver_statement_text (statement, 0, NULL);

      if (n++ % CHECK_EVERY == 0 && _beaver_vectors_set_error_if_over (op, error))
        return NULL;
      if (vector == NULL || id == NULL || g_hash_table_contains (self->rows, id))
        continue;
      append (self, id, vector, _beaver_statement_text (statement, 2, NULL));
      if (self->ids->len == QUANTIZE_ROWS && self->quantize)
        _beaver_matrix_quantize (self->matrix);
      if (is_too_large (self, op->shared))
        {
          __atomic_store_n (&op->shared->refused,
                            __atomic_load_n (&op->shared->memory_limit, __ATOMIC_RELAXED),
                            __ATOMIC_RELAXED);
          return NULL;
        }
    }
  if (step == BEAVER_STEP_ERROR || self->ids->len == 0)
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
catch_up (BeaverConnection *connection,
          BeaverVectorsIndex *self,
          BeaverVectorsOp *op,
          gint64 change,
          GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, _beaver_vector_changes_sql, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_int (statement, 2, self->change);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gconstpointer vector = row_vector (statement, self->dimension);
      const char *id = _beaver_statement_text (statement, 0, NULL);
      const char *metadata;
      gsize row;

      if (id == NULL)
        continue;
      row = GPOINTER_TO_SIZE (g_hash_table_lookup (self->rows, id));
      metadata = _beaver_statement_text (statement, 2, NULL);
      if (vector == NULL && row > 0)
        drop (self, row - 1);
      else if (vector != NULL && row > 0)
        replace (self, row - 1, vector, metadata);
      else if (vector != NULL)
        append (self, id, vector, metadata);
    }
  self->change = change;
  for (guint i = 0; i < G_N_ELEMENTS (self->ivf); i++)
    if (self->ivf[i] != NULL && _beaver_ivf_is_stale (self->ivf[i]))
      g_clear_pointer (&self->ivf[i], _beaver_ivf_free);
  return step == BEAVER_STEP_DONE;
}

/* Whether it may not stay as it is, however new. */
static gboolean
is_unwanted (BeaverVectorsIndex *self, BeaverVectorsShared *shared)
{
  return is_too_large (self, shared) || self->ids->len == 0 ||
         self->quantize != g_atomic_int_get (&shared->quantize);
}

/* With the lock held for writing. */
static gboolean
update (BeaverConnection *connection, BeaverVectorsOp *op, gint64 change, GError **error)
{
  BeaverVectorsShared *shared = op->shared;
  BeaverVectorsIndex *index = shared->index;

  /* what changed too long ago nobody remembers */
  if (index != NULL &&
      (change - index->change > BEAVER_VECTOR_CHANGES_WINDOW || is_unwanted (index, shared)))
    g_clear_pointer (&shared->index, _beaver_vectors_index_free);
  if (shared->index != NULL && index->change < change)
    {
      if (!catch_up (connection, index, op, change, error))
        {
          g_clear_pointer (&shared->index, _beaver_vectors_index_free);
          return FALSE;
        }
      if (is_unwanted (index, shared))
        g_clear_pointer (&shared->index, _beaver_vectors_index_free);
    }
  if (shared->index == NULL)
    {
      GError *local_error = NULL;

      shared->index = load (connection, op, change, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
    }
  return TRUE;
}

BeaverVectorsIndex *
_beaver_vectors_index_ensure (BeaverConnection *connection, BeaverVectorsOp *op, GError **error)
{
  BeaverVectorsShared *shared = op->shared;
  gboolean tracked;
  gint64 change;

  op->untracked = FALSE;
  if (_beaver_connection_is_writing (connection))
    return NULL;
  if (!_beaver_vector_changes_get (connection, shared->core->name, &tracked, &change, error))
    return NULL;
  op->untracked = !tracked;
  if (!tracked || __atomic_load_n (&shared->refused, __ATOMIC_RELAXED) ==
                      __atomic_load_n (&shared->memory_limit, __ATOMIC_RELAXED))
    return NULL;
  for (int tries = 0; tries < 2; tries++)
    {
      gboolean ok, over;

      g_rw_lock_reader_lock (&shared->lock);
      over = shared->index != NULL && shared->index->dimension != op->dimension;
      over |= shared->index != NULL && shared->index->change > change;
      if (!over && shared->index != NULL && shared->index->change == change &&
          !is_unwanted (shared->index, shared))
        return shared->index;
      g_rw_lock_reader_unlock (&shared->lock);
      if (over || _beaver_vectors_set_error_if_over (op, error))
        return NULL;

      g_rw_lock_writer_lock (&shared->lock);
      ok = update (connection, op, change, error);
      over = shared->index == NULL;
      g_rw_lock_writer_unlock (&shared->lock);
      if (!ok || over)
        return NULL;
    }
  return NULL;
}

void
_beaver_vectors_index_drop (BeaverVectorsShared *shared)
{
  g_rw_lock_writer_lock (&shared->lock);
  g_clear_pointer (&shared->index, _beaver_vectors_index_free);
  g_rw_lock_writer_unlock (&shared->lock);
}
