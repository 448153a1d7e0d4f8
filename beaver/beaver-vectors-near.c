/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-vectors-private.h>

static const char SQL_ALL[] = "SELECT item_id, vector, metadata FROM __beaver_vectors__"
                              " WHERE collection = $1 ORDER BY item_id";
static const char SQL_ONE[] = "SELECT item_id, vector, metadata FROM __beaver_vectors__"
                              " WHERE collection = $1 AND item_id = $2";

/* Rows between two looks at whether somebody wants the search to end. */
#define CHUNK 4096
/* Found beyond k, in case that some of the same score have to be put in order. */
#define SPARE 32

static double
public_score (BeaverVectorsOp *op, float score)
{
  return op->search->metric == BEAVER_VECTOR_METRIC_DOT ? score : MAX (score, 0);
}

/* From the file */

/* Rows in the order of their ids: of equal scores the first id is the first row. */
typedef struct
{
  BeaverVectorsOp *op;
  gconstpointer query;
  BeaverNearest nearest;
  GHashTable *hits; /* (element-type BeaverVectorHit) by row: what was near enough at its time */
  gsize row;
  gsize other_dimension; /* of a row that does not fit, 0: none */
  gboolean fitting;
} Stream;

static void
stream_clear (Stream *self)
{
  _beaver_nearest_clear (&self->nearest);
  g_clear_pointer (&self->hits, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

static void
stream_row (Stream *self, BeaverStatement *statement)
{
  BeaverVectorsOp *op = self->op;
  gsize size;
  gconstpointer vector = _beaver_statement_blob (statement, 1, &size);
  const char *metadata;
  const char *id;
  gsize row = self->row++;
  float score;
#if G_BYTE_ORDER == G_BIG_ENDIAN
  g_autofree guint32 *native = NULL;
#endif

  if (vector == NULL || size != op->dimension * sizeof (float))
    {
      self->other_dimension = size / sizeof (float);
      return;
    }
  self->fitting = TRUE;
#if G_BYTE_ORDER == G_BIG_ENDIAN
  native = g_memdup2 (vector, size);
  for (gsize i = 0; i < op->dimension; i++)
    native[i] = GUINT32_FROM_LE (native[i]);
  vector = native;
#endif
  score =
      _beaver_distance ((BeaverDistance) op->search->metric, self->query, vector, op->dimension);
  if (!_beaver_nearest_wants (&self->nearest, score, row))
    return;
  metadata = _beaver_statement_text (statement, 2, NULL);
  id = _beaver_statement_text (statement, 0, NULL);
  if (!_beaver_vector_search_fits (op->search, metadata) ||
      (op->fits != NULL && !op->fits (id, op->fits_data)))
    return;
  if (self->nearest.n == self->nearest.k)
    g_hash_table_remove (self->hits, GSIZE_TO_POINTER (self->nearest.heap[0].row));
  _beaver_nearest_push (&self->nearest, score, row);
  g_hash_table_insert (self->hits, GSIZE_TO_POINTER (row),
                       _beaver_vector_hit_new_take (id, _beaver_statement_dup_bytes (statement, 1),
                                                    metadata, public_score (op, score)));
}

static gboolean
stream_finish (Stream *self, GError **error)
{
  BeaverVectorsOp *op = self->op;

  if (!self->fitting && self->other_dimension > 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the vectors of this collection have %zu numbers, and not %zu"),
                   self->other_dimension, op->dimension);
      return FALSE;
    }
  _beaver_nearest_finish (&self->nearest);
  for (gsize i = 0; i < self->nearest.n; i++)
    g_ptr_array_add (op->results, g_object_ref (g_hash_table_lookup (
                                      self->hits, GSIZE_TO_POINTER (self->nearest.heap[i].row))));
  return TRUE;
}

static gboolean
stream_all (Stream *self, BeaverConnection *connection, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_ALL, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->op->shared->core->name, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    stream_row (self, statement);
  return step == BEAVER_STEP_DONE;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
stream_candidates (Stream *self, BeaverConnection *connection, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_ONE, error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const char *last = NULL;

  if (statement == NULL)
    return FALSE;
  for (char **id = self->op->search->candidates; *id != NULL; id++)
    g_ptr_array_add (ids, *id);
  g_ptr_array_sort (ids, compare_texts);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);
      BeaverStep step;

      if (last != NULL && g_str_equal (id, last))
        continue;
      last = id;
      _beaver_statement_bind_text (statement, 1, self->op->shared->core->name, -1);
      _beaver_statement_bind_text (statement, 2, id, -1);
      step = _beaver_statement_step (statement, error);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      if (step == BEAVER_STEP_ROW)
        stream_row (self, statement);
      _beaver_statement_rewind (statement);
    }
  return TRUE;
}

static gboolean
near_in_file (BeaverConnection *connection, BeaverVectorsOp *op, GError **error)
{
  g_auto (Stream) stream = { op, g_bytes_get_data (op->vectors, NULL) };
  gboolean ok;

  _beaver_nearest_init (&stream.nearest, op->search->k);
  stream.hits = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  ok = op->search->candidates != NULL ? stream_candidates (&stream, connection, error) :
                                        stream_all (&stream, connection, error);
  return ok && stream_finish (&stream, error);
}

/* In memory */

typedef struct
{
  BeaverVectorsIndex *index;
  BeaverVectorsOp *op;
} Memory;

static gboolean
row_fits (gsize row, gpointer data)
{
  Memory *memory = data;
  BeaverVectorsOp *op = memory->op;

  return _beaver_vector_search_fits (op->search,
                                     g_ptr_array_index (memory->index->metadata, row)) &&
         (op->fits == NULL ||
          op->fits (g_ptr_array_index (memory->index->ids, row), op->fits_data));
}

typedef struct
{
  float score;
  gsize row;
  const char *id;
} Found;

static int
compare_found (gconstpointer a, gconstpointer b)
{
  const Found *one = a, *other = b;

  if (one->score != other->score)
    return one->score < other->score ? -1 : 1;
  return strcmp (one->id, other->id);
}

static GArray *
collect_found (BeaverVectorsIndex *index, const BeaverNearest *nearest)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Found));

  for (gsize i = 0; i < nearest->n; i++)
    {
      Found found = { nearest->heap[i].score, nearest->heap[i].row,
                      g_ptr_array_index (index->ids, nearest->heap[i].row) };

      g_array_append_val (all, found);
    }
  g_array_sort (all, compare_found);
  return all;
}

/* Into how many parts to look; 0: to look at everything, which is as fast when it is most of them.
 */
static gsize
count_probes (BeaverVectorsIndex *index, BeaverVectorsOp *op)
{
  BeaverVectorSearch *search = op->search;
  BeaverIvf *ivf = index->ivf[search->metric];
  gboolean approximate = search->method == BEAVER_VECTOR_METHOD_APPROXIMATE;
  double recall = 1;
  gsize probes = 0;

  if (!approximate && (search->method != BEAVER_VECTOR_METHOD_AUTO ||
                       !g_atomic_int_get (&op->shared->chosen[search->metric])))
    return 0;
  if (ivf == NULL)
    {
      op->wants_parts = approximate && index->ids->len >= BEAVER_VECTORS_PARTS_ROWS;
      return 0;
    }
  probes = _beaver_ivf_probes_for (ivf, _beaver_vectors_recall_to_measure (search->recall));
  if (probes > _beaver_ivf_lists (ivf) / 2)
    probes = 0;
  else
    recall = _beaver_ivf_recall (ivf, probes);
  __atomic_store (&op->shared->recall, &recall, __ATOMIC_RELAXED);
  return probes;
}

static gboolean
scan (Memory *memory, gsize probes, BeaverNearest *nearest, GError **error)
{
  BeaverVectorsOp *op = memory->op;
  BeaverMatrixFilter filter = op->search->filters->len > 0 || op->fits != NULL ? row_fits : NULL;
  gconstpointer query = g_bytes_get_data (op->vectors, NULL);
  gsize count = _beaver_matrix_count (memory->index->matrix);

  if (probes > 0)
    {
      _beaver_ivf_search (memory->index->ivf[op->search->metric], probes, query, filter, memory,
                          nearest);
      return TRUE;
    }
  for (gsize first = 0; first < count; first += CHUNK)
    {
      if (_beaver_vectors_set_error_if_over (op, error))
        return FALSE;
      _beaver_matrix_scan (memory->index->matrix, (BeaverDistance) op->search->metric, query, first,
                           CHUNK, filter, memory, nearest);
    }
  return TRUE;
}

static gboolean
near_in_memory (BeaverVectorsIndex *index, BeaverVectorsOp *op, GError **error)
{
  Memory memory = { index, op };
  gsize count = _beaver_matrix_count (index->matrix);
  gsize k = MIN (op->search->k, count);
  gsize spare = index->ordered ? 0 : SPARE;
  gsize probes = count_probes (index, op);
  g_autoptr (GArray) found = NULL;

  /* Of equal scores the smaller row wins, which is the smaller id only while rows are in their
   * order. Otherwise some more are found, all that there are if need be, and put in order. */
  for (;;)
    {
      g_auto (BeaverNearest) nearest = { 0 };

      _beaver_nearest_init (&nearest, MIN (k + spare, count));
      if (!scan (&memory, probes, &nearest, error))
        return FALSE;
      _beaver_nearest_finish (&nearest);
      g_clear_pointer (&found, g_array_unref);
      found = collect_found (index, &nearest);
      if (spare == 0 || found->len <= k || k + spare >= count || found->len < k + spare ||
          g_array_index (found, Found, found->len - 1).score !=
              g_array_index (found, Found, k - 1).score)
        break;
      spare *= 16;
    }
  for (guint i = 0; i < MIN (found->len, k); i++)
    {
      Found *one = &g_array_index (found, Found, i);
      gsize size = index->dimension * sizeof (float);
      guint32 *vector = g_memdup2 (_beaver_matrix_row (index->matrix, one->row), size);

#if G_BYTE_ORDER == G_BIG_ENDIAN
      for (gsize j = 0; j < index->dimension; j++)
        vector[j] = GUINT32_TO_LE (vector[j]);
#endif
      g_ptr_array_add (op->results,
                       _beaver_vector_hit_new_take (one->id, g_bytes_new_take (vector, size),
                                                    g_ptr_array_index (index->metadata, one->row),
                                                    public_score (op, one->score)));
    }
  return TRUE;
}

gboolean
_beaver_vectors_near_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  BeaverVectorsIndex *index = NULL;
  GError *local_error = NULL;
  gboolean ok;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  op->wants_parts = FALSE;
  if (op->search->candidates == NULL)
    index = _beaver_vectors_index_ensure (connection, op, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (index == NULL)
    return near_in_file (connection, op, error);
  ok = near_in_memory (index, op, error);
  g_rw_lock_reader_unlock (&op->shared->lock);
  return ok;
}
