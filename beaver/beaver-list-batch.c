/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-list-batch.h>
#include <beaver/beaver-list-private.h>

/**
 * BeaverListBatch:
 *
 * Additions to a list that are collected first and written in one transaction.
 *
 * Nobody sees them before [method@Beaver.ListBatch.apply]; dropping the batch forgets them. What is
 * pushed comes behind the last item in its order; of what is prepended the last ends up first.
 *
 * ```c
 * g_autoptr(BeaverListBatch) batch = beaver_list_create_batch (tasks);
 *
 * beaver_list_batch_push_json (batch, "\"third\"", &error);
 * beaver_list_batch_prepend_json (batch, "\"first\"", &error);
 * beaver_list_batch_apply (batch, NULL, &error);
 * ```
 *
 * A batch is used by one thread at a time, and tells of no events.
 *
 * Since: 1.0
 */
struct _BeaverListBatch
{
  GObject parent_instance;

  BeaverList *list; /* strong; NULL in a batch that was made by hand */
  BeaverListOp *op; /* collects the items; NULL while there are none */
};

G_DEFINE_FINAL_TYPE (BeaverListBatch, beaver_list_batch, G_TYPE_OBJECT)

static void
beaver_list_batch_finalize (GObject *object)
{
  BeaverListBatch *self = BEAVER_LIST_BATCH (object);

  g_clear_pointer (&self->op, _beaver_list_op_free);
  g_clear_object (&self->list);
  G_OBJECT_CLASS (beaver_list_batch_parent_class)->finalize (object);
}

static void
beaver_list_batch_class_init (BeaverListBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_list_batch_finalize;
}

static void
beaver_list_batch_init (BeaverListBatch *self)
{
}

/**
 * beaver_list_create_batch:
 * @self: a list
 *
 * Makes an empty batch for this list.
 *
 * Returns: (transfer full): a batch
 *
 * Since: 1.0
 */
BeaverListBatch *
beaver_list_create_batch (BeaverList *self)
{
  BeaverListBatch *batch;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  batch = g_object_new (BEAVER_TYPE_LIST_BATCH, NULL);
  batch->list = g_object_ref (self);
  return batch;
}

/**
 * beaver_list_batch_get_list:
 * @self: a batch
 *
 * Gets the list that the batch will change.
 *
 * Returns: (transfer none) (nullable): the list; %NULL when the batch was not made by one
 *
 * Since: 1.0
 */
BeaverList *
beaver_list_batch_get_list (BeaverListBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_LIST_BATCH (self), NULL);

  return self->list;
}

/**
 * beaver_list_batch_get_size:
 * @self: a batch
 *
 * Gets how many items have been collected.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
beaver_list_batch_get_size (BeaverListBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_LIST_BATCH (self), 0);

  if (self->op == NULL)
    return 0;
  return (self->op->back != NULL ? self->op->back->len : 0) +
         (self->op->front != NULL ? self->op->front->len : 0);
}

static gboolean
ensure_op (BeaverListBatch *self, GError **error)
{
  if (self->list == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           "this batch belongs to no list; create it with one");
      return FALSE;
    }
  /* the engine first, even when the batch is older than its closing */
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self->list), error) == NULL)
    return FALSE;
  if (self->op == NULL)
    self->op = _beaver_list_op_new (self->list, error);
  return self->op != NULL;
}

/**
 * beaver_list_batch_push_json:
 * @self: a batch
 * @json: the value as JSON text
 * @error: return location for an error
 *
 * Adds an item behind the last one.
 *
 * Returns: %TRUE; %FALSE when the value does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_list_batch_push_json (BeaverListBatch *self, const char *json, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIST_BATCH (self), FALSE);

  return ensure_op (self, error) && _beaver_list_op_add (self->op, TRUE, json, error);
}

/**
 * beaver_list_batch_prepend_json:
 * @self: a batch
 * @json: the value as JSON text
 * @error: return location for an error
 *
 * Adds an item before the first one.
 *
 * Returns: %TRUE; %FALSE when the value does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_list_batch_prepend_json (BeaverListBatch *self, const char *json, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIST_BATCH (self), FALSE);

  return ensure_op (self, error) && _beaver_list_op_add (self->op, FALSE, json, error);
}

/**
 * beaver_list_batch_discard:
 * @self: a batch
 *
 * Forgets the items that have been collected.
 *
 * Since: 1.0
 */
void
beaver_list_batch_discard (BeaverListBatch *self)
{
  g_return_if_fail (BEAVER_IS_LIST_BATCH (self));

  g_clear_pointer (&self->op, _beaver_list_op_free);
}

static BeaverListOp *
take_changes (BeaverListBatch *self, GError **error)
{
  BeaverListOp *op;

  if (!ensure_op (self, error))
    return NULL;
  op = g_steal_pointer (&self->op);
  op->silent = TRUE;
  return op;
}

/**
 * beaver_list_batch_apply:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes what the batch has collected, in one transaction, and empties it.
 *
 * On any error nothing is written, and the batch is left empty.
 *
 * Returns: how many items were added; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_batch_apply (BeaverListBatch *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST_BATCH (self), -1);

  op = take_changes (self, error);
  if (op == NULL || !_beaver_list_run (self->list, BEAVER_ACCESS_WRITE, _beaver_list_many_work, op,
                                       cancellable, error))
    return -1;
  return _beaver_list_take_number (op, error);
}

/**
 * beaver_list_batch_apply_async:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.ListBatch.apply].
 *
 * Since: 1.0
 */
void
beaver_list_batch_apply_async (BeaverListBatch *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST_BATCH (self));

  op = take_changes (self, &error);
  _beaver_list_start (self, self->list, beaver_list_batch_apply_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_many_work, op, error, _beaver_list_finish_number, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_batch_apply_finish:
 * @self: a batch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.ListBatch.apply_async].
 *
 * Returns: how many items were added; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_batch_apply_finish (BeaverListBatch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
