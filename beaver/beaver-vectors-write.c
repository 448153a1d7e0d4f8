/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-vectors-private.h>

/* The calls that write. */

/**
 * beaver_vectors_set:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @vector: the vector: float32, little-endian, one after the other
 * @metadata: (nullable): JSON text to keep with the vector; %NULL for none
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the vector of an item, whether there is one or not, and its metadata.
 *
 * All vectors of a collection have the same number of numbers: another one is
 * %BEAVER_ERROR_INVALID, and so are NaN and infinities. Any JSON is kept as metadata, `{}` and `0`
 * too; only %NULL means none.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set (BeaverVectors *self,
                    const char *id,
                    GBytes *vector,
                    const char *metadata,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = _beaver_vectors_new_set_op (self, id, vector, metadata, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_WRITE, _beaver_vectors_set_work, op,
                                          cancellable, error))
    return FALSE;
  return _beaver_vectors_take_true (op, error);
}

/**
 * beaver_vectors_set_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @vector: the vector: float32, little-endian, one after the other
 * @metadata: (nullable): JSON text to keep with the vector; %NULL for none
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.set].
 *
 * Since: 1.0
 */
void
beaver_vectors_set_async (BeaverVectors *self,
                          const char *id,
                          GBytes *vector,
                          const char *metadata,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_set_op (self, id, vector, metadata, &error);
  _beaver_vectors_start (self, beaver_vectors_set_async, BEAVER_ACCESS_WRITE,
                         _beaver_vectors_set_work, op, error, _beaver_vectors_finish_true,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_set_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.set_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_vectors_set_floats:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @values: (array length=n_values): the vector
 * @n_values: how many numbers it has
 * @metadata: (nullable): JSON text to keep with the vector; %NULL for none
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the vector of an item, given as numbers, see [method@Beaver.Vectors.set].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set_floats (BeaverVectors *self,
                           const char *id,
                           const float *values,
                           gsize n_values,
                           const char *metadata,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = _beaver_vectors_new_floats_op (self, id, values, n_values, metadata, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_WRITE, _beaver_vectors_set_work, op,
                                          cancellable, error))
    return FALSE;
  return _beaver_vectors_take_true (op, error);
}

/**
 * beaver_vectors_set_floats_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @values: (array length=n_values): the vector
 * @n_values: how many numbers it has
 * @metadata: (nullable): JSON text to keep with the vector; %NULL for none
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.set_floats].
 *
 * Since: 1.0
 */
void
beaver_vectors_set_floats_async (BeaverVectors *self,
                                 const char *id,
                                 const float *values,
                                 gsize n_values,
                                 const char *metadata,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_floats_op (self, id, values, n_values, metadata, &error);
  _beaver_vectors_start (self, beaver_vectors_set_floats_async, BEAVER_ACCESS_WRITE,
                         _beaver_vectors_set_work, op, error, _beaver_vectors_finish_true,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_set_floats_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.set_floats_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set_floats_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_vectors_set_many:
 * @self: a collection of vectors
 * @ids: (array zero-terminated=1): the ids of the items
 * @vectors: the vectors in the order of @ids, one behind the other
 * @metadata: (nullable) (array zero-terminated=1): JSON text for each; %NULL for none
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets many vectors in one transaction: all of them, or on an error none.
 *
 * Other writers wait meanwhile: some thousand at a time are a good measure.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set_many (BeaverVectors *self,
                         const char *const *ids,
                         GBytes *vectors,
                         const char *const *metadata,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = _beaver_vectors_new_many_op (self, ids, vectors, metadata, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_WRITE, _beaver_vectors_set_work, op,
                                          cancellable, error))
    return FALSE;
  return _beaver_vectors_take_true (op, error);
}

/**
 * beaver_vectors_set_many_async:
 * @self: a collection of vectors
 * @ids: (array zero-terminated=1): the ids of the items
 * @vectors: the vectors in the order of @ids, one behind the other
 * @metadata: (nullable) (array zero-terminated=1): JSON text for each; %NULL for none
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.set_many].
 *
 * Since: 1.0
 */
void
beaver_vectors_set_many_async (BeaverVectors *self,
                               const char *const *ids,
                               GBytes *vectors,
                               const char *const *metadata,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_many_op (self, ids, vectors, metadata, &error);
  _beaver_vectors_start (self, beaver_vectors_set_many_async, BEAVER_ACCESS_WRITE,
                         _beaver_vectors_set_work, op, error, _beaver_vectors_finish_true,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_set_many_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.set_many_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_set_many_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_vectors_remove:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes an item that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_remove (BeaverVectors *self,
                       const char *id,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = _beaver_vectors_new_id_op (self, id, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_WRITE, _beaver_vectors_remove_work,
                                          op, cancellable, error))
    return FALSE;
  return _beaver_vectors_take_must_exist (op, error);
}

/**
 * beaver_vectors_remove_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.remove].
 *
 * Since: 1.0
 */
void
beaver_vectors_remove_async (BeaverVectors *self,
                             const char *id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_id_op (self, id, &error);
  _beaver_vectors_start (self, beaver_vectors_remove_async, BEAVER_ACCESS_WRITE,
                         _beaver_vectors_remove_work, op, error, _beaver_vectors_finish_must_exist,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_remove_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.remove_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_remove_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_vectors_index_missing:
 * @self: a collection of vectors
 * @limit: at most so many items, 1 or more
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lets Python's approximate search find items that have no row in its index, as those that it
 * migrated from 1.x.
 *
 * Our own search needs no such rows. Call it until it returns 0.
 *
 * Returns: how many items were done; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_vectors_index_missing (BeaverVectors *self,
                              guint limit,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), -1);

  op = _beaver_vectors_new_limit_op (self, limit, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_WRITE, _beaver_vectors_index_work, op,
                                          cancellable, error))
    return -1;
  return _beaver_vectors_take_number (op, error);
}

/**
 * beaver_vectors_index_missing_async:
 * @self: a collection of vectors
 * @limit: at most so many items, 1 or more
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.index_missing].
 *
 * Since: 1.0
 */
void
beaver_vectors_index_missing_async (BeaverVectors *self,
                                    guint limit,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_limit_op (self, limit, &error);
  _beaver_vectors_start (self, beaver_vectors_index_missing_async, BEAVER_ACCESS_WRITE,
                         _beaver_vectors_index_work, op, error, _beaver_vectors_finish_number,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_index_missing_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.index_missing_async].
 *
 * Returns: how many items were done; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_vectors_index_missing_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
