/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-blobs-batch.h>
#include <beaver/beaver-blobs-private.h>

/**
 * BeaverBlobsBatch:
 *
 * Blobs that are collected first and written in one transaction.
 *
 * Nobody sees them before [method@Beaver.BlobsBatch.apply]; dropping the batch forgets them. It
 * keeps a reference to the bytes and does not copy them.
 *
 * ```c
 * g_autoptr(BeaverBlobsBatch) batch = beaver_blobs_create_batch (images);
 *
 * beaver_blobs_batch_put (batch, "cat.png", cat, NULL, &error);
 * beaver_blobs_batch_remove (batch, "dog.png", &error);
 * beaver_blobs_batch_apply (batch, NULL, &error);
 * ```
 *
 * A batch is used by one thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverBlobsBatch
{
  GObject parent_instance;

  BeaverBlobs *blobs; /* strong; NULL in a batch that was made by hand */
  BeaverBlobsOp *op;  /* collects the changes; NULL while there are none */
};

G_DEFINE_FINAL_TYPE (BeaverBlobsBatch, beaver_blobs_batch, G_TYPE_OBJECT)

static void
beaver_blobs_batch_finalize (GObject *object)
{
  BeaverBlobsBatch *self = BEAVER_BLOBS_BATCH (object);

  g_clear_pointer (&self->op, _beaver_blobs_op_free);
  g_clear_object (&self->blobs);
  G_OBJECT_CLASS (beaver_blobs_batch_parent_class)->finalize (object);
}

static void
beaver_blobs_batch_class_init (BeaverBlobsBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_blobs_batch_finalize;
}

static void
beaver_blobs_batch_init (BeaverBlobsBatch *self)
{
}

/**
 * beaver_blobs_create_batch:
 * @self: a store of blobs
 *
 * Makes an empty batch for this store.
 *
 * Returns: (transfer full): a batch
 *
 * Since: 1.0
 */
BeaverBlobsBatch *
beaver_blobs_create_batch (BeaverBlobs *self)
{
  BeaverBlobsBatch *batch;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  batch = g_object_new (BEAVER_TYPE_BLOBS_BATCH, NULL);
  batch->blobs = g_object_ref (self);
  return batch;
}

/**
 * beaver_blobs_batch_get_blobs:
 * @self: a batch
 *
 * Gets the store that the batch will change.
 *
 * Returns: (transfer none) (nullable): the store; %NULL when the batch was not made by one
 *
 * Since: 1.0
 */
BeaverBlobs *
beaver_blobs_batch_get_blobs (BeaverBlobsBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_BLOBS_BATCH (self), NULL);

  return self->blobs;
}

/**
 * beaver_blobs_batch_get_size:
 * @self: a batch
 *
 * Gets how many changes have been collected.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
beaver_blobs_batch_get_size (BeaverBlobsBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_BLOBS_BATCH (self), 0);

  return self->op != NULL ? self->op->changes->len : 0;
}

static gboolean
ensure_op (BeaverBlobsBatch *self, GError **error)
{
  BeaverManagerCore *core;

  if (self->blobs == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this batch belongs to no store of blobs; create it with one"));
      return FALSE;
    }
  /* the engine first, even when the batch is older than its closing */
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self->blobs), error) == NULL)
    return FALSE;
  if (self->op != NULL)
    return TRUE;
  core = _beaver_manager_get_core (BEAVER_MANAGER (self->blobs));
  self->op = _beaver_blobs_new_key_op (core, "", error);
  if (self->op == NULL)
    return FALSE;
  self->op->changes = g_ptr_array_new_with_free_func (_beaver_blobs_op_free);
  return TRUE;
}

/**
 * beaver_blobs_batch_put:
 * @self: a batch
 * @key: the key, any UTF-8
 * @bytes: the bytes
 * @metadata: (nullable): optional, JSON text
 * @error: return location for an error
 *
 * Adds the setting of a blob.
 *
 * Returns: %TRUE; %FALSE when an argument does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_batch_put (BeaverBlobsBatch *self,
                        const char *key,
                        GBytes *bytes,
                        const char *metadata,
                        GError **error)
{
  BeaverBlobsOp *change;

  g_return_val_if_fail (BEAVER_IS_BLOBS_BATCH (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  if (!ensure_op (self, error))
    return FALSE;
  change = _beaver_blobs_new_put_op (self->blobs, key, bytes, metadata, error);
  if (change != NULL)
    g_ptr_array_add (self->op->changes, change);
  return change != NULL;
}

/**
 * beaver_blobs_batch_remove:
 * @self: a batch
 * @key: the key, any UTF-8
 * @error: return location for an error
 *
 * Adds the removal of a blob, which need not exist.
 *
 * Returns: %TRUE; %FALSE when an argument does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_batch_remove (BeaverBlobsBatch *self, const char *key, GError **error)
{
  BeaverBlobsOp *change;

  g_return_val_if_fail (BEAVER_IS_BLOBS_BATCH (self), FALSE);

  if (!ensure_op (self, error))
    return FALSE;
  change = _beaver_blobs_new_own_op (self->blobs, key, error);
  if (change != NULL)
    g_ptr_array_add (self->op->changes, change);
  return change != NULL;
}

/**
 * beaver_blobs_batch_discard:
 * @self: a batch
 *
 * Forgets the changes that have been collected.
 *
 * Since: 1.0
 */
void
beaver_blobs_batch_discard (BeaverBlobsBatch *self)
{
  g_return_if_fail (BEAVER_IS_BLOBS_BATCH (self));

  g_clear_pointer (&self->op, _beaver_blobs_op_free);
}

static BeaverBlobsOp *
take_changes (BeaverBlobsBatch *self, GError **error)
{
  return ensure_op (self, error) ? g_steal_pointer (&self->op) : NULL;
}

static void
finish_size (GTask *task, gpointer data)
{
  BeaverBlobsOp *op = data;

  g_task_return_int (task, op->changes->len);
}

/**
 * beaver_blobs_batch_apply:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes what the batch has collected, in one transaction, and empties it.
 *
 * On any error nothing is written, and the batch is left empty.
 *
 * Returns: how many changes were made; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_blobs_batch_apply (BeaverBlobsBatch *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS_BATCH (self), -1);

  op = take_changes (self, error);
  if (op == NULL || !_beaver_blobs_run (self->blobs, BEAVER_ACCESS_WRITE,
                                        _beaver_blobs_changes_work, op, cancellable, error))
    return -1;
  return op->changes->len;
}

/**
 * beaver_blobs_batch_apply_async:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.BlobsBatch.apply].
 *
 * Since: 1.0
 */
void
beaver_blobs_batch_apply_async (BeaverBlobsBatch *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS_BATCH (self));

  op = take_changes (self, &error);
  _beaver_blobs_start (self, self->blobs, beaver_blobs_batch_apply_async, BEAVER_ACCESS_WRITE,
                       _beaver_blobs_changes_work, op, error, finish_size, cancellable, callback,
                       user_data);
}

/**
 * beaver_blobs_batch_apply_finish:
 * @self: a batch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.BlobsBatch.apply_async].
 *
 * Returns: how many changes were made; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_blobs_batch_apply_finish (BeaverBlobsBatch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
