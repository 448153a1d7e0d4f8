/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-long-op-private.h>
#include <beaver/beaver-vectors-private.h>

/* The parts of a collection, for approximate searches.
 *
 * Making them takes seconds. No unit of work waits for it and nothing is locked for more than some
 * milliseconds at a time, so others search and write meanwhile; what changes in the collection goes
 * into the parts that are being made as well. */

static const char SQL_FIRST[] =
    "SELECT LENGTH (vector) FROM __beaver_vectors__"
    " WHERE collection = $1 AND LENGTH (vector) >= 4 AND LENGTH (vector) % 4 = 0 LIMIT 1";

#define SEED 20261122
/* Rows that are put into parts while nobody may change the collection. */
#define ASSIGN_ROWS 256
/* Searches that the recall is measured with, for the k nearest. */
#define SAMPLES 128
#define SAMPLE_K 10

double
_beaver_vectors_recall_to_measure (double wanted)
{
  return wanted + (1 - wanted) / 3;
}

static gboolean
is_over (gpointer data, GError **error)
{
  return _beaver_vectors_set_error_if_over (data, error);
}

/* With the lock held: whether the collection in memory is still the one that the parts are of. */
static gboolean
is_current (BeaverVectorsShared *shared, guint64 serial)
{
  return shared->index != NULL && shared->index->serial == serial;
}

typedef enum
{
  STEP_GONE, /* the collection went out of memory, and what was made with it */
  STEP_MORE,
  STEP_DONE,
} Step;

static Step
assign_some (BeaverVectorsShared *shared, guint64 serial, BeaverIvf *ivf)
{
  Step step = STEP_GONE;

  g_rw_lock_reader_lock (&shared->lock);
  if (is_current (shared, serial))
    step = _beaver_ivf_assign (ivf, ASSIGN_ROWS) ? STEP_DONE : STEP_MORE;
  g_rw_lock_reader_unlock (&shared->lock);
  return step;
}

static Step
sample_one (BeaverVectorsShared *shared, guint64 serial, BeaverIvf *ivf)
{
  Step step = STEP_GONE;

  g_rw_lock_reader_lock (&shared->lock);
  if (is_current (shared, serial))
    {
      _beaver_ivf_sample (ivf, SAMPLE_K);
      step = STEP_MORE;
    }
  g_rw_lock_reader_unlock (&shared->lock);
  return step;
}

/* ivf belongs to the collection in memory by now. */
static Step
fill_parts (BeaverVectorsOp *op, guint64 serial, BeaverIvf *ivf, GError **error)
{
  Step step = STEP_MORE;

  while (step == STEP_MORE)
    {
      if (_beaver_vectors_set_error_if_over (op, error))
        return STEP_MORE;
      step = assign_some (op->shared, serial, ivf);
    }
  for (guint i = 0; i < SAMPLES && step != STEP_GONE; i++)
    {
      if (_beaver_vectors_set_error_if_over (op, error))
        return STEP_MORE;
      if (sample_one (op->shared, serial, ivf) == STEP_GONE)
        step = STEP_GONE;
    }
  return step;
}

static void
publish (BeaverVectorsOp *op, guint64 serial, BeaverIvf *ivf, gboolean ready)
{
  BeaverVectorsShared *shared = op->shared;
  guint metric = op->search->metric, place;

  g_rw_lock_writer_lock (&shared->lock);
  if (is_current (shared, serial) && g_ptr_array_find (shared->index->making, ivf, &place))
    {
      g_ptr_array_steal_index_fast (shared->index->making, place);
      if (ready)
        {
          double recall =
              _beaver_ivf_recall (ivf, _beaver_ivf_probes_for (ivf, op->search->recall));

          g_clear_pointer (&shared->index->ivf[metric], _beaver_ivf_free);
          shared->index->ivf[metric] = ivf;
          __atomic_store (&shared->recall, &recall, __ATOMIC_RELAXED);
        }
      else
        _beaver_ivf_free (ivf);
    }
  g_rw_lock_writer_unlock (&shared->lock);
}

/* Of the collection as it is in memory; nothing when it is small, or goes meanwhile. */
static gboolean
make_parts (BeaverVectorsOp *op, GError **error)
{
  BeaverVectorsShared *shared = op->shared;
  g_autoptr (BeaverIvf) ivf = NULL;
  BeaverIvf *registered = NULL;
  guint64 serial = 0;
  Step step;

  g_rw_lock_reader_lock (&shared->lock);
  if (shared->index != NULL && shared->index->ids->len >= BEAVER_VECTORS_PARTS_ROWS)
    {
      serial = shared->index->serial;
      ivf = _beaver_ivf_begin (shared->index->matrix, (BeaverDistance) op->search->metric, SEED);
    }
  g_rw_lock_reader_unlock (&shared->lock);
  if (ivf == NULL)
    return TRUE;
  if (!_beaver_ivf_train (ivf, is_over, op, error))
    return FALSE;

  g_rw_lock_writer_lock (&shared->lock);
  if (is_current (shared, serial))
    {
      registered = ivf;
      g_ptr_array_add (shared->index->making, g_steal_pointer (&ivf));
    }
  g_rw_lock_writer_unlock (&shared->lock);
  if (registered == NULL)
    return TRUE;
  step = fill_parts (op, serial, registered, error);
  publish (op, serial, registered, step == STEP_DONE);
  return step != STEP_MORE;
}

static gboolean
make_parts_counted (BeaverVectorsOp *op, GError **error)
{
  int *making = &op->shared->making[op->search->metric];
  gboolean ok;

  g_atomic_int_inc (making);
  ok = make_parts (op, error);
  g_atomic_int_add (making, -1);
  if (!ok)
    g_prefix_error (error, "vectors “%s”: ", op->shared->core->name);
  return ok;
}

/* Searching */

/* The answer is there already when parts are made. */
static gboolean
search_run (BeaverLongOp *long_op, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;

  if (!_beaver_long_op_unit (long_op, BEAVER_ACCESS_SCAN, _beaver_vectors_near_work, op, error))
    {
      g_prefix_error (error, "vectors “%s”: ", op->shared->core->name);
      return FALSE;
    }
  return !op->wants_parts || g_atomic_int_get (&op->shared->making[op->search->metric]) > 0 ||
         make_parts_counted (op, error);
}

gboolean
_beaver_vectors_search (BeaverVectors *self,
                        BeaverVectorsOp *op,
                        GCancellable *cancellable,
                        GError **error)
{
  return _beaver_vectors_run (self, BEAVER_ACCESS_SCAN, _beaver_vectors_near_work, op, cancellable,
                              error) &&
         (!op->wants_parts || g_atomic_int_get (&op->shared->making[op->search->metric]) > 0 ||
          make_parts_counted (op, error));
}

void
_beaver_vectors_search_start (BeaverVectors *self,
                              gpointer source_tag,
                              BeaverVectorsOp *op,
                              GError *error,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  if (op == NULL || op->search->method != BEAVER_VECTOR_METHOD_APPROXIMATE)
    {
      _beaver_vectors_start (self, source_tag, BEAVER_ACCESS_SCAN, _beaver_vectors_near_work, op,
                             error, _beaver_vectors_finish_results, cancellable, callback,
                             user_data);
      return;
    }
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, source_tag);
  g_set_object (&op->cancellable, cancellable);
  _beaver_long_op_start (op->shared->core->engine, search_run, op, _beaver_vectors_op_free, NULL,
                         NULL, NULL, task, _beaver_vectors_finish_results);
}

/* Training */

/* Brings the collection into memory. */
static gboolean
ready_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  g_autoptr (BeaverStatement) first = _beaver_connection_prepare (connection, SQL_FIRST, error);
  GError *local_error = NULL;
  BeaverStep step;

  op->found = FALSE;
  op->number = 0;
  if (first == NULL)
    return FALSE;
  _beaver_statement_bind_text (first, 1, op->shared->core->name, -1);
  step = _beaver_statement_step (first, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  op->number = 1;
  op->dimension = (gsize) _beaver_statement_int (first, 0) / sizeof (float);
  g_rw_lock_reader_lock (&op->shared->lock);
  if (op->shared->index != NULL)
    op->dimension = op->shared->index->dimension;
  g_rw_lock_reader_unlock (&op->shared->lock);
  if (_beaver_vectors_index_ensure (connection, op, &local_error) == NULL && local_error == NULL)
    g_rw_lock_reader_lock (&op->shared->lock);
  /* that of a later snapshot is as good */
  op->found = local_error == NULL && op->shared->index != NULL;
  if (local_error == NULL)
    g_rw_lock_reader_unlock (&op->shared->lock);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
train_run (BeaverLongOp *long_op, gpointer data, GError **error)
{
  BeaverVectorsOp *op = data;
  gboolean ok = _beaver_long_op_unit (long_op, BEAVER_ACCESS_SCAN, ready_work, op, error);

  if (ok && op->untracked && op->number > 0)
    ok = _beaver_long_op_unit (long_op, BEAVER_ACCESS_WRITE, _beaver_vectors_track_work, op,
                               error) &&
         _beaver_long_op_unit (long_op, BEAVER_ACCESS_SCAN, ready_work, op, error);
  if (!ok)
    {
      g_prefix_error (error, "vectors “%s”: ", op->shared->core->name);
      return FALSE;
    }
  if (op->number > 0 && !op->found)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
                   _ ("vectors “%s”: only a collection in memory can be trained; call this outside "
                      "of transactions, and raise the memory limit"),
                   op->shared->core->name);
      return FALSE;
    }
  if (op->found && !make_parts_counted (op, error))
    return FALSE;
  g_atomic_int_set (&op->shared->chosen[op->search->metric], TRUE);
  return TRUE;
}

static BeaverVectorsOp *
train_op_new (BeaverVectors *self,
              BeaverVectorMetric metric,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (BeaverVectorsOp) op = _beaver_vectors_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->search = _beaver_vector_search_new ();
  op->search->metric = metric;
  if (!_beaver_vector_search_check (op->search, error))
    {
      g_prefix_error (error, "vectors “%s”: ", op->shared->core->name);
      return NULL;
    }
  g_set_object (&op->cancellable, cancellable);
  return g_steal_pointer (&op);
}

/**
 * beaver_vectors_train:
 * @self: a collection of vectors
 * @metric: what near means in the searches
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Divides the collection into parts for approximate searches, and lets searches by this metric use
 * them that do not say otherwise ([enum@Beaver.VectorMethod]).
 *
 * Searches find these parts in memory, of this process and as long as the database is open. What
 * changes in the collection goes into them too; after as many changes as half of the items that
 * there were, searches are exact again until this is called another time. The measured recall is in
 * [property@Beaver.Vectors:recall]. Takes seconds for 100,000 items; other threads search and write
 * meanwhile. Less than 2,000 items are always searched exactly.
 *
 * Fails with %BEAVER_ERROR_UNSUPPORTED when the collection does not fit into its memory limit.
 *
 * Returns: %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_train (BeaverVectors *self,
                      BeaverVectorMetric metric,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverVectorsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  op = train_op_new (self, metric, cancellable, error);
  return op != NULL && _beaver_long_op_run (op->shared->core->engine, train_run, op, NULL, NULL,
                                            cancellable, error);
}

/**
 * beaver_vectors_train_async:
 * @self: a collection of vectors
 * @metric: what near means in the searches
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Vectors.train].
 *
 * Since: 1.0
 */
void
beaver_vectors_train_async (BeaverVectors *self,
                            BeaverVectorMetric metric,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverVectorsOp *op;

  g_return_if_fail (BEAVER_IS_VECTORS (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_vectors_train_async);
  op = train_op_new (self, metric, cancellable, &error);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_long_op_start (op->shared->core->engine, train_run, op, _beaver_vectors_op_free, NULL,
                           NULL, NULL, task, _beaver_vectors_finish_true);
}

/**
 * beaver_vectors_train_finish:
 * @self: a collection of vectors
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Vectors.train_async].
 *
 * Returns: %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_train_finish (BeaverVectors *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
