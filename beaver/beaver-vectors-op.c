/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-vectors-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Numbers of a vector at most: SQLite's greatest blob is 10^9 bytes. */
#define DIMENSION_MAX 1000000

/* Shared state */

BeaverVectorsShared *
_beaver_vectors_shared_new (BeaverManagerCore *core)
{
  BeaverVectorsShared *self = g_new0 (BeaverVectorsShared, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->core = _beaver_manager_core_ref (core);
  self->memory_limit = BEAVER_VECTORS_MEMORY_LIMIT;
  self->refused = -1;
  self->quantize = TRUE;
  self->recall = -1;
  g_rw_lock_init (&self->lock);
  return self;
}

BeaverVectorsShared *
_beaver_vectors_shared_ref (BeaverVectorsShared *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_vectors_shared_unref (BeaverVectorsShared *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->index, _beaver_vectors_index_free);
  g_rw_lock_clear (&self->lock);
  _beaver_manager_core_unref (self->core);
  g_free (self);
}

/* Arguments */

BeaverVectorsOp *
_beaver_vectors_op_new (BeaverVectors *self, GError **error)
{
  BeaverVectorsOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverVectorsOp, 1);
  op->shared = _beaver_vectors_shared_ref (_beaver_vectors_get_shared (self));
  return op;
}

void
_beaver_vectors_op_free (gpointer pointer)
{
  BeaverVectorsOp *op = pointer;

  g_clear_object (&op->cancellable);
  g_free (op->id);
  g_clear_pointer (&op->ids, g_ptr_array_unref);
  g_clear_pointer (&op->vectors, g_bytes_unref);
  g_clear_pointer (&op->metadata, g_ptr_array_unref);
  g_clear_pointer (&op->search, _beaver_vector_search_free);
  g_clear_pointer (&op->last, g_bytes_unref);
  g_clear_object (&op->hit);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_vectors_shared_unref (op->shared);
  g_free (op);
}

static void
prefix (BeaverVectorsOp *op, GError **error)
{
  g_prefix_error (error, "vectors “%s”: ", op->shared->core->name);
}

BeaverVectorsOp *
_beaver_vectors_new_id_op (BeaverVectors *self, const char *id, GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_check_text ("the id", id, error))
    {
      prefix (op, error);
      return NULL;
    }
  op->id = g_strdup (id);
  return g_steal_pointer (&op);
}

BeaverVectorsOp *
_beaver_vectors_new_limit_op (BeaverVectors *self, guint limit, GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL)
    return NULL;
  if (limit == 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("vectors “%s”: a limit of 0 does nothing; give 1 or more"),
                   op->shared->core->name);
      return NULL;
    }
  op->limit = limit;
  return g_steal_pointer (&op);
}

/* Of n vectors, as they lie in the file. */
static gboolean
take_vectors (BeaverVectorsOp *op, GBytes *vectors, gsize n, GError **error)
{
  gsize size = 0;
  const char *bytes = vectors != NULL ? g_bytes_get_data (vectors, &size) : NULL;

  if (n == 0 || size == 0 || size % (n * sizeof (float)) != 0 ||
      size / (n * sizeof (float)) > DIMENSION_MAX)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("vectors “%s”: %zu bytes are not %zu vectors of float32, which have four "
                      "bytes each and 1 to 1,000,000 numbers"),
                   op->shared->core->name, size, n);
      return FALSE;
    }
  op->dimension = size / (n * sizeof (float));
  for (gsize i = 0; i < size / sizeof (float); i++)
    {
      guint32 bits;

      memcpy (&bits, bytes + i * sizeof bits, sizeof bits);
      if ((GUINT32_FROM_LE (bits) & 0x7f800000) != 0x7f800000)
        continue;
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("vectors “%s”: number %zu of the vector is no finite number"),
                   op->shared->core->name, i % op->dimension);
      return FALSE;
    }
  op->vectors = g_bytes_ref (vectors);
  return TRUE;
}

static gboolean
add_item (BeaverVectorsOp *op, const char *id, const char *metadata, GError **error)
{
  char *normal = NULL;

  if (op->ids == NULL)
    {
      op->ids = g_ptr_array_new_with_free_func (g_free);
      op->metadata = g_ptr_array_new_with_free_func (g_free);
    }
  if (!_beaver_check_text ("the id", id, error))
    {
      prefix (op, error);
      return FALSE;
    }
  if (metadata != NULL && (normal = _beaver_json_normalize (metadata, -1, error)) == NULL)
    {
      g_prefix_error (error, "vectors “%s”: the metadata of “%s”: ", op->shared->core->name, id);
      return FALSE;
    }
  g_ptr_array_add (op->ids, g_strdup (id));
  g_ptr_array_add (op->metadata, normal);
  return TRUE;
}

BeaverVectorsOp *
_beaver_vectors_new_set_op (BeaverVectors *self,
                            const char *id,
                            GBytes *vector,
                            const char *metadata,
                            GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL || !add_item (op, id, metadata, error) || !take_vectors (op, vector, 1, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverVectorsOp *
_beaver_vectors_new_floats_op (BeaverVectors *self,
                               const char *id,
                               const float *values,
                               gsize n_values,
                               const char *metadata,
                               GError **error)
{
  g_autofree guint32 *bits = NULL;
  g_autoptr (GBytes) vector = NULL;

  if (n_values <= DIMENSION_MAX)
    {
      bits = g_new (guint32, n_values + 1);
      if (n_values > 0)
        memcpy (bits, values, n_values * sizeof (float));
      for (gsize i = 0; i < n_values; i++)
        bits[i] = GUINT32_TO_LE (bits[i]);
      vector = g_bytes_new_take (g_steal_pointer (&bits), n_values * sizeof (float));
    }
  return _beaver_vectors_new_set_op (self, id, vector, metadata, error);
}

BeaverVectorsOp *
_beaver_vectors_new_many_op (BeaverVectors *self,
                             const char *const *ids,
                             GBytes *vectors,
                             const char *const *metadata,
                             GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);
  guint n = ids != NULL ? g_strv_length ((char **) ids) : 0;

  if (op == NULL)
    return NULL;
  if (metadata != NULL && g_strv_length ((char **) metadata) != n)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("vectors “%s”: %u ids and %u texts of metadata do not go together"),
                   op->shared->core->name, n, g_strv_length ((char **) metadata));
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    if (!add_item (op, ids[i], metadata != NULL ? metadata[i] : NULL, error))
      return NULL;
  if (n == 0 && (vectors == NULL || g_bytes_get_size (vectors) == 0))
    op->ids = g_ptr_array_new ();
  else if (!take_vectors (op, vectors, n, error))
    return NULL;
  return g_steal_pointer (&op);
}

static gboolean
take_query (BeaverVectorsOp *op, GBytes *vector, GError **error)
{
  if (!take_vectors (op, vector, 1, error))
    return FALSE;
  if (!_beaver_vector_search_check (op->search, error))
    {
      prefix (op, error);
      return FALSE;
    }
#if G_BYTE_ORDER == G_BIG_ENDIAN
  {
    guint32 *bits = g_memdup2 (g_bytes_get_data (op->vectors, NULL), op->dimension * 4);

    for (gsize i = 0; i < op->dimension; i++)
      bits[i] = GUINT32_FROM_LE (bits[i]);
    g_bytes_unref (op->vectors);
    op->vectors = g_bytes_new_take (bits, op->dimension * 4);
  }
#endif
  return TRUE;
}

BeaverVectorsOp *
_beaver_vectors_new_near_op (BeaverVectors *self,
                             GBytes *vector,
                             guint k,
                             BeaverVectorMetric metric,
                             GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->search = _beaver_vector_search_new ();
  op->search->k = k;
  op->search->metric = metric;
  if (!take_query (op, vector, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverVectorsOp *
_beaver_vectors_new_query_op (BeaverVectors *self, BeaverVectorQuery *query, GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL)
    return NULL;
  if (!BEAVER_IS_VECTOR_QUERY (query))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("vectors “%s”: there is no query"),
                   op->shared->core->name);
      return NULL;
    }
  op->search = _beaver_vector_search_copy (_beaver_vector_query_get_search (query));
  if (!take_query (op, _beaver_vector_query_get_vector (query), error))
    return NULL;
  return g_steal_pointer (&op);
}

/* Running */

static void
ignore (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

/* After a search in a file that nobody notes the changes of: from now on somebody does, so that the
 * next search finds the collection in memory. When that fails, the next search tries again. */
static void
track_core (BeaverVectorsShared *shared)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  BeaverVectorsOp *op = g_new0 (BeaverVectorsOp, 1);

  op->shared = _beaver_vectors_shared_ref (shared);
  _beaver_manager_core_run_async (shared->core, BEAVER_ACCESS_WRITE, _beaver_vectors_track_work, op,
                                  _beaver_vectors_op_free, task, ignore);
}

void
_beaver_vectors_track (BeaverVectorsOp *op, gboolean waits)
{
  if (op->untracked && waits)
    _beaver_manager_core_run (op->shared->core, BEAVER_ACCESS_WRITE, _beaver_vectors_track_work, op,
                              op->cancellable, NULL);
  else if (op->untracked)
    track_core (op->shared);
}

gboolean
_beaver_vectors_run (BeaverVectors *self,
                     BeaverAccess access,
                     BeaverWork work,
                     BeaverVectorsOp *op,
                     GCancellable *cancellable,
                     GError **error)
{
  g_set_object (&op->cancellable, cancellable);
  if (!_beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error))
    return FALSE;
  _beaver_vectors_track (op, TRUE);
  return TRUE;
}

void
_beaver_vectors_start (BeaverVectors *self,
                       gpointer source_tag,
                       BeaverAccess access,
                       BeaverWork work,
                       BeaverVectorsOp *op,
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
  g_set_object (&op->cancellable, cancellable);
  _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_vectors_op_free, task,
                             finish);
}

/* Results, for the caller of a work and for the end of a task */

gboolean
_beaver_vectors_take_true (BeaverVectorsOp *op, GError **error)
{
  return TRUE;
}

void
_beaver_vectors_finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_vectors_take_found (BeaverVectorsOp *op, GError **error)
{
  return op->found;
}

void
_beaver_vectors_finish_found (GTask *task, gpointer data)
{
  BeaverVectorsOp *op = data;

  g_task_return_boolean (task, op->found);
}

gint64
_beaver_vectors_take_number (BeaverVectorsOp *op, GError **error)
{
  return op->number;
}

void
_beaver_vectors_finish_number (GTask *task, gpointer data)
{
  BeaverVectorsOp *op = data;

  g_task_return_int (task, op->number);
}

GPtrArray *
_beaver_vectors_take_results (BeaverVectorsOp *op, GError **error)
{
  return g_steal_pointer (&op->results);
}

void
_beaver_vectors_finish_results (GTask *task, gpointer data)
{
  BeaverVectorsOp *op = data;

  _beaver_vectors_track (op, FALSE);
  g_task_return_pointer (task, _beaver_vectors_take_results (data, NULL),
                         (GDestroyNotify) g_ptr_array_unref);
}

BeaverVectorHit *
_beaver_vectors_take_hit_or_null (BeaverVectorsOp *op, GError **error)
{
  return g_steal_pointer (&op->hit);
}

void
_beaver_vectors_finish_hit_or_null (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_vectors_take_hit_or_null (data, NULL), g_object_unref);
}

gboolean
_beaver_vectors_take_must_exist (BeaverVectorsOp *op, GError **error)
{
  if (!op->found)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("vectors “%s”: there is no item “%s”"), op->shared->core->name, op->id);
  return op->found;
}

void
_beaver_vectors_finish_must_exist (GTask *task, gpointer data)
{
  GError *error = NULL;

  if (_beaver_vectors_take_must_exist (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

BeaverVectorHit *
_beaver_vectors_take_hit (BeaverVectorsOp *op, GError **error)
{
  return _beaver_vectors_take_must_exist (op, error) ? g_steal_pointer (&op->hit) : NULL;
}

void
_beaver_vectors_finish_hit (GTask *task, gpointer data)
{
  GError *error = NULL;
  BeaverVectorHit *hit = _beaver_vectors_take_hit (data, &error);

  if (hit != NULL)
    g_task_return_pointer (task, hit, g_object_unref);
  else
    g_task_return_error (task, error);
}
