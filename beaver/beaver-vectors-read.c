/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-vectors-private.h>

/* The calls that read and search. */

/**
 * beaver_vectors_get:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: (transfer full): the item, its score 0; %NULL on error
 *
 * Since: 1.0
 */
BeaverVectorHit *
beaver_vectors_get (BeaverVectors *self, const char *id, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), NULL);

  op = _beaver_vectors_new_id_op (self, id, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_POINT, _beaver_vectors_lookup_work,
                                          op, cancellable, error))
    return NULL;
  return _beaver_vectors_take_hit (op, error);
}

/**
 * beaver_vectors_get_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.get].
 *
 * Since: 1.0
 */
void
beaver_vectors_get_async (BeaverVectors *self,
                          const char *id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_id_op (self, id, &error);
  _beaver_vectors_start (self, beaver_vectors_get_async, BEAVER_ACCESS_POINT,
                         _beaver_vectors_lookup_work, op, error, _beaver_vectors_finish_hit,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_get_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.get_async].
 *
 * Returns: (transfer full): the item, its score 0; %NULL on error
 *
 * Since: 1.0
 */
BeaverVectorHit *
beaver_vectors_get_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_vectors_lookup:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that may be missing.
 *
 * Returns: (transfer full) (nullable): the item, its score 0; %NULL without an error when there is
 * none
 *
 * Since: 1.0
 */
BeaverVectorHit *
beaver_vectors_lookup (BeaverVectors *self,
                       const char *id,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), NULL);

  op = _beaver_vectors_new_id_op (self, id, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_POINT, _beaver_vectors_lookup_work,
                                          op, cancellable, error))
    return NULL;
  return _beaver_vectors_take_hit_or_null (op, error);
}

/**
 * beaver_vectors_lookup_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.lookup].
 *
 * Since: 1.0
 */
void
beaver_vectors_lookup_async (BeaverVectors *self,
                             const char *id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_id_op (self, id, &error);
  _beaver_vectors_start (self, beaver_vectors_lookup_async, BEAVER_ACCESS_POINT,
                         _beaver_vectors_lookup_work, op, error, _beaver_vectors_finish_hit_or_null,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_lookup_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.lookup_async].
 *
 * Returns: (transfer full) (nullable): the item, its score 0; %NULL without an error when there is
 * none
 *
 * Since: 1.0
 */
BeaverVectorHit *
beaver_vectors_lookup_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_vectors_contains:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Says whether there is an item.
 *
 * Returns: %TRUE when there is; %FALSE without an error when there is not
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_contains (BeaverVectors *self,
                         const char *id,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = _beaver_vectors_new_id_op (self, id, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_POINT, _beaver_vectors_lookup_work,
                                          op, cancellable, error))
    return FALSE;
  return _beaver_vectors_take_found (op, error);
}

/**
 * beaver_vectors_contains_async:
 * @self: a collection of vectors
 * @id: the id of the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.contains].
 *
 * Since: 1.0
 */
void
beaver_vectors_contains_async (BeaverVectors *self,
                               const char *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_id_op (self, id, &error);
  _beaver_vectors_start (self, beaver_vectors_contains_async, BEAVER_ACCESS_POINT,
                         _beaver_vectors_lookup_work, op, error, _beaver_vectors_finish_found,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_contains_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.contains_async].
 *
 * Returns: %TRUE when there is; %FALSE without an error when there is not
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_contains_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_vectors_near:
 * @self: a collection of vectors
 * @vector: the vector: float32, little-endian, one after the other
 * @k: at most so many items, 1 to 1,000,000
 * @metric: what near means
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds the @k items that are nearest, nearest first; those of the same score by id.
 *
 * The answer is exact and that of the file at this moment, whoever wrote there last. See
 * [method@Beaver.Vectors.search] for more.
 *
 * Returns: (transfer container) (element-type BeaverVectorHit): the items; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_vectors_near (BeaverVectors *self,
                     GBytes *vector,
                     guint k,
                     BeaverVectorMetric metric,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), NULL);

  op = _beaver_vectors_new_near_op (self, vector, k, metric, error);
  if (op == NULL || !_beaver_vectors_run (self, BEAVER_ACCESS_SCAN, _beaver_vectors_near_work, op,
                                          cancellable, error))
    return NULL;
  return _beaver_vectors_take_results (op, error);
}

/**
 * beaver_vectors_near_async:
 * @self: a collection of vectors
 * @vector: the vector: float32, little-endian, one after the other
 * @k: at most so many items, 1 to 1,000,000
 * @metric: what near means
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.near].
 *
 * Since: 1.0
 */
void
beaver_vectors_near_async (BeaverVectors *self,
                           GBytes *vector,
                           guint k,
                           BeaverVectorMetric metric,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_near_op (self, vector, k, metric, &error);
  _beaver_vectors_start (self, beaver_vectors_near_async, BEAVER_ACCESS_SCAN,
                         _beaver_vectors_near_work, op, error, _beaver_vectors_finish_results,
                         cancellable, callback, user_data);
}

/**
 * beaver_vectors_near_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.near_async].
 *
 * Returns: (transfer container) (element-type BeaverVectorHit): the items; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_vectors_near_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_vectors_search:
 * @self: a collection of vectors
 * @query: what to look for
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds the items that are nearest among those that the query allows, nearest first; those of the
 * same score by id.
 *
 * Returns: (transfer container) (element-type BeaverVectorHit): the items; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_vectors_search (BeaverVectors *self,
                       BeaverVectorQuery *query,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), NULL);

  op = _beaver_vectors_new_query_op (self, query, error);
  if (op == NULL || !_beaver_vectors_search (self, op, cancellable, error))
    return NULL;
  return _beaver_vectors_take_results (op, error);
}

/**
 * beaver_vectors_search_async:
 * @self: a collection of vectors
 * @query: what to look for
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.search].
 *
 * Since: 1.0
 */
void
beaver_vectors_search_async (BeaverVectors *self,
                             BeaverVectorQuery *query,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  op = _beaver_vectors_new_query_op (self, query, &error);
  _beaver_vectors_search_start (self, beaver_vectors_search_async, op, error, cancellable, callback,
                                user_data);
}

/**
 * beaver_vectors_search_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.search_async].
 *
 * Returns: (transfer container) (element-type BeaverVectorHit): the items; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_vectors_search_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
