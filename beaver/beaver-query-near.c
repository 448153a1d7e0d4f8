/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-query-near-private.h>

/* Queries for vectors, alone or together with words. */

BeaverQueryNear *
_beaver_query_near_ref (BeaverQueryNear *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_query_near_unref (BeaverQueryNear *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  _beaver_vectors_op_free (self->op);
  g_free (self);
}

BeaverVectorsOp *
_beaver_query_near_new_op (BeaverQueryNear *self, GCancellable *cancellable, GError **error)
{
  BeaverVectorsOp *op = g_new0 (BeaverVectorsOp, 1);

  op->shared = _beaver_vectors_shared_ref (self->op->shared);
  op->vectors = g_bytes_ref (self->op->vectors);
  op->dimension = self->op->dimension;
  op->search = _beaver_vector_search_copy (self->op->search);
  g_set_object (&op->cancellable, cancellable);
  if (_beaver_vector_search_check (op->search, error))
    return op;
  _beaver_vectors_op_free (op);
  return NULL;
}

gboolean
_beaver_query_near_check (BeaverQueryNear *self, BeaverEngine *engine, GError **error)
{
  if (self->op->shared->core->engine == engine)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               _ ("the vectors “%s” of the query are not in this database; take them from the same "
                  "open database"),
               self->op->shared->core->name);
  return FALSE;
}

/**
 * beaver_query_set_near:
 * @self: a query
 * @vectors: (nullable): vectors under the ids of documents; %NULL searches for none
 * @near: (nullable): what the vectors have to be near to, and how many of them to take; %NULL
 *   searches for none
 * @weight: how much this counts beside the words, above 0; 1 for as much
 * @error: return location for an error
 *
 * Searches documents by their vectors, too.
 *
 * Vectors know what texts mean, words know names and numbers: a search for both finds what either
 * finds. @near finds its nearest documents for which the conditions of this query hold, the text
 * finds its own, and of both results one is made by reciprocal rank, as [class@Beaver.RankFusion]
 * does it with 60 for k and the weights 1 and @weight. The score of a hit is that of the fusion:
 * the greatest comes first. Without words the nearest comes first, and the score is the distance.
 *
 * @near is copied. A vector whose id is that of no document is left out, and so is a document
 * without a vector that the words do not find.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID, which leaves the query as it was
 *
 * Since: 1.0
 */
gboolean
beaver_query_set_near (BeaverQuery *self,
                       BeaverVectors *vectors,
                       BeaverVectorQuery *near,
                       double weight,
                       GError **error)
{
  BeaverQuerySpec *spec;
  BeaverVectorsOp *op;

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);
  g_return_val_if_fail (vectors == NULL || BEAVER_IS_VECTORS (vectors), FALSE);

  spec = _beaver_query_get_spec (self);
  if (vectors == NULL && near == NULL)
    {
      g_clear_pointer (&spec->near, _beaver_query_near_unref);
      return TRUE;
    }
  if (vectors == NULL)
    {
      g_set_error_literal (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("the query says what to be near to, but not in which vectors; give both"));
      return FALSE;
    }
  if (!(isfinite (weight) && weight > 0))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the weight of vectors is %g; it must be a finite number above 0"), weight);
      return FALSE;
    }
  op = _beaver_vectors_new_query_op (vectors, near, error);
  if (op == NULL)
    return FALSE;
  g_clear_pointer (&spec->near, _beaver_query_near_unref);
  spec->near = g_new0 (BeaverQueryNear, 1);
  g_atomic_ref_count_init (&spec->near->ref_count);
  spec->near->op = op;
  spec->near->weight = weight;
  return TRUE;
}
