/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-dict-batch.h>
#include <beaver/beaver-dict-private.h>

/**
 * BeaverDictBatch:
 *
 * Changes of a dict that are collected first and written in one transaction.
 *
 * Nobody sees them before [method@Beaver.DictBatch.apply]; dropping the batch forgets them. A time
 * to live counts from the moment of applying.
 *
 * ```c
 * g_autoptr(BeaverDictBatch) batch = beaver_dict_create_batch (settings);
 *
 * beaver_dict_batch_set_json (batch, "theme", "\"dark\"", INFINITY, &error);
 * beaver_dict_batch_remove (batch, "colour", &error);
 * beaver_dict_batch_apply (batch, NULL, &error);
 * ```
 *
 * A batch is used by one thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverDictBatch
{
  GObject parent_instance;

  BeaverDict *dict; /* strong; NULL in a batch that was made by hand */
  BeaverDictOp *op; /* collects the changes; NULL while there are none */
};

G_DEFINE_FINAL_TYPE (BeaverDictBatch, beaver_dict_batch, G_TYPE_OBJECT)

static void
beaver_dict_batch_finalize (GObject *object)
{
  BeaverDictBatch *self = BEAVER_DICT_BATCH (object);

  g_clear_pointer (&self->op, _beaver_dict_op_free);
  g_clear_object (&self->dict);
  G_OBJECT_CLASS (beaver_dict_batch_parent_class)->finalize (object);
}

static void
beaver_dict_batch_class_init (BeaverDictBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_dict_batch_finalize;
}

static void
beaver_dict_batch_init (BeaverDictBatch *self)
{
}

/**
 * beaver_dict_create_batch:
 * @self: a dict
 *
 * Makes an empty batch for this dict.
 *
 * Returns: (transfer full): a batch
 *
 * Since: 1.0
 */
BeaverDictBatch *
beaver_dict_create_batch (BeaverDict *self)
{
  BeaverDictBatch *batch;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  batch = g_object_new (BEAVER_TYPE_DICT_BATCH, NULL);
  batch->dict = g_object_ref (self);
  return batch;
}

/**
 * beaver_dict_batch_get_dict:
 * @self: a batch
 *
 * Gets the dict that the batch will change.
 *
 * Returns: (transfer none) (nullable): the dict; %NULL when the batch was not made by one
 *
 * Since: 1.0
 */
BeaverDict *
beaver_dict_batch_get_dict (BeaverDictBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_DICT_BATCH (self), NULL);

  return self->dict;
}

/**
 * beaver_dict_batch_get_size:
 * @self: a batch
 *
 * Gets how many changes have been collected.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
beaver_dict_batch_get_size (BeaverDictBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_DICT_BATCH (self), 0);

  return self->op != NULL && self->op->changes != NULL ? self->op->changes->len : 0;
}

static gboolean
ensure_op (BeaverDictBatch *self, GError **error)
{
  if (self->dict == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this batch belongs to no dict; create it with one"));
      return FALSE;
    }
  /* the engine first, even when the batch is older than its closing */
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self->dict), error) == NULL)
    return FALSE;
  if (self->op == NULL)
    self->op = _beaver_dict_op_new (self->dict, error);
  return self->op != NULL;
}

/**
 * beaver_dict_batch_set_json:
 * @self: a batch
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @error: return location for an error
 *
 * Adds the setting of an entry.
 *
 * Returns: %TRUE; %FALSE when an argument does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_dict_batch_set_json (BeaverDictBatch *self,
                            const char *key,
                            const char *json,
                            double ttl,
                            GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT_BATCH (self), FALSE);

  return ensure_op (self, error) && _beaver_dict_op_add_change (self->op, key, json, ttl, error);
}

/**
 * beaver_dict_batch_remove:
 * @self: a batch
 * @key: the key, any UTF-8
 * @error: return location for an error
 *
 * Adds the removal of an entry, which need not exist.
 *
 * Returns: %TRUE; %FALSE when an argument does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_dict_batch_remove (BeaverDictBatch *self, const char *key, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT_BATCH (self), FALSE);

  return ensure_op (self, error) && _beaver_dict_op_add_removal (self->op, key, error);
}

/**
 * beaver_dict_batch_discard:
 * @self: a batch
 *
 * Forgets the changes that have been collected.
 *
 * Since: 1.0
 */
void
beaver_dict_batch_discard (BeaverDictBatch *self)
{
  g_return_if_fail (BEAVER_IS_DICT_BATCH (self));

  g_clear_pointer (&self->op, _beaver_dict_op_free);
}

static BeaverDictOp *
take_changes (BeaverDictBatch *self, GError **error)
{
  BeaverDictOp *op;

  if (!ensure_op (self, error))
    return NULL;
  op = g_steal_pointer (&self->op);
  if (op->changes == NULL)
    op->changes = g_array_new (FALSE, FALSE, sizeof (BeaverDictChange));
  op->number = op->changes->len;
  return op;
}

static gint64
take_size (BeaverDictOp *op, GError **error)
{
  return op->number;
}

static void
finish_size (GTask *task, gpointer data)
{
  BeaverDictOp *op = data;

  g_task_return_int (task, op->number);
}

/**
 * beaver_dict_batch_apply:
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
beaver_dict_batch_apply (BeaverDictBatch *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT_BATCH (self), -1);

  op = take_changes (self, error);
  if (op == NULL || !_beaver_dict_run (self->dict, BEAVER_ACCESS_WRITE, _beaver_dict_changes_work,
                                       op, cancellable, error))
    return -1;
  return take_size (op, error);
}

/**
 * beaver_dict_batch_apply_async:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.DictBatch.apply].
 *
 * Since: 1.0
 */
void
beaver_dict_batch_apply_async (BeaverDictBatch *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT_BATCH (self));

  op = take_changes (self, &error);
  _beaver_dict_start (self, self->dict, beaver_dict_batch_apply_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_changes_work, op, error, finish_size, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_batch_apply_finish:
 * @self: a batch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.DictBatch.apply_async].
 *
 * Returns: how many changes were made; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_dict_batch_apply_finish (BeaverDictBatch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
