/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-documents-batch.h>
#include <beaver/beaver-documents-private.h>

/**
 * BeaverDocumentsBatch:
 *
 * Documents that are collected first and written in one transaction.
 *
 * Nobody sees them before [method@Beaver.DocumentsBatch.apply]; dropping the batch forgets them. Of
 * several changes of one id the last one counts.
 *
 * A batch is used by one thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverDocumentsBatch
{
  GObject parent_instance;

  BeaverDocuments *documents; /* strong; NULL in a batch that was made by hand */
  BeaverDocumentsOp *op;      /* collects the changes; NULL while there are none */
  GHashTable
      *places; /* (element-type utf8 guint) id, borrowed of op, to the place in its changes */
};

G_DEFINE_FINAL_TYPE (BeaverDocumentsBatch, beaver_documents_batch, G_TYPE_OBJECT)

static void
forget (BeaverDocumentsBatch *self)
{
  g_hash_table_remove_all (self->places);
  g_clear_pointer (&self->op, _beaver_documents_op_free);
}

static void
beaver_documents_batch_finalize (GObject *object)
{
  BeaverDocumentsBatch *self = BEAVER_DOCUMENTS_BATCH (object);

  forget (self);
  g_hash_table_unref (self->places);
  g_clear_object (&self->documents);
  G_OBJECT_CLASS (beaver_documents_batch_parent_class)->finalize (object);
}

static void
beaver_documents_batch_class_init (BeaverDocumentsBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_documents_batch_finalize;
}

static void
beaver_documents_batch_init (BeaverDocumentsBatch *self)
{
  self->places = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * beaver_documents_create_batch:
 * @self: a collection
 *
 * Makes an empty batch for this collection.
 *
 * Returns: (transfer full): a batch
 *
 * Since: 1.0
 */
BeaverDocumentsBatch *
beaver_documents_create_batch (BeaverDocuments *self)
{
  BeaverDocumentsBatch *batch;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  batch = g_object_new (BEAVER_TYPE_DOCUMENTS_BATCH, NULL);
  batch->documents = g_object_ref (self);
  return batch;
}

/**
 * beaver_documents_batch_get_documents:
 * @self: a batch
 *
 * Gets the collection that the batch will change.
 *
 * Returns: (transfer none) (nullable): the collection; %NULL when the batch was not made by one
 *
 * Since: 1.0
 */
BeaverDocuments *
beaver_documents_batch_get_documents (BeaverDocumentsBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self), NULL);

  return self->documents;
}

/**
 * beaver_documents_batch_get_size:
 * @self: a batch
 *
 * Gets how many documents the batch will change.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
beaver_documents_batch_get_size (BeaverDocumentsBatch *self)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self), 0);

  return self->op != NULL && self->op->changes != NULL ? self->op->changes->len : 0;
}

static gboolean
ensure_op (BeaverDocumentsBatch *self, GError **error)
{
  if (self->documents == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this batch belongs to no collection; create it with one"));
      return FALSE;
    }
  /* the engine first, even when the batch is older than its closing */
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self->documents), error) == NULL)
    return FALSE;
  if (self->op == NULL)
    {
      self->op = _beaver_documents_op_new (self->documents, error);
      if (self->op == NULL)
        return FALSE;
      self->op->changes = g_array_new (FALSE, TRUE, sizeof (BeaverDocumentsChange));
      g_array_set_clear_func (self->op->changes, _beaver_documents_change_clear);
    }
  return TRUE;
}

/* Takes what is in change; in the place of what the batch has for that id. */
static void
add_change (BeaverDocumentsBatch *self, BeaverDocumentsChange *change)
{
  GArray *changes = self->op->changes;
  gpointer place;

  if (g_hash_table_lookup_extended (self->places, change->id, NULL, &place))
    {
      BeaverDocumentsChange *old =
          &g_array_index (changes, BeaverDocumentsChange, GPOINTER_TO_UINT (place));

      g_hash_table_remove (self->places, old->id);
      _beaver_documents_change_clear (old);
      *old = *change;
    }
  else
    {
      place = GUINT_TO_POINTER (changes->len);
      g_array_append_val (changes, *change);
    }
  g_hash_table_insert (self->places, change->id, place);
}

/**
 * beaver_documents_batch_index:
 * @self: a batch
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: the body as JSON text
 * @flags: what to search it for
 * @fields: (nullable) (array zero-terminated=1): paths of the fields to search; %NULL for all
 * @error: return location for an error
 *
 * Adds a document, see [method@Beaver.Documents.index].
 *
 * Returns: (transfer full): the id; %NULL when an argument does not fit, which leaves the batch as
 * it was
 *
 * Since: 1.0
 */
char *
beaver_documents_batch_index (BeaverDocumentsBatch *self,
                              const char *id,
                              const char *body,
                              BeaverIndexFlags flags,
                              const char *const *fields,
                              GError **error)
{
  BeaverDocumentsChange change = { NULL, NULL, BEAVER_INDEX_FLAGS_NONE, NULL };

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self), NULL);

  if (!ensure_op (self, error) ||
      !_beaver_documents_fill_change (self->op, &change, id, body, flags, fields, error))
    return NULL;
  add_change (self, &change);
  return g_strdup (change.id);
}

/**
 * beaver_documents_batch_drop:
 * @self: a batch
 * @id: the id, any UTF-8
 * @error: return location for an error
 *
 * Adds the removal of a document, which need not exist.
 *
 * Returns: %TRUE; %FALSE when an argument does not fit, which leaves the batch as it was
 *
 * Since: 1.0
 */
gboolean
beaver_documents_batch_drop (BeaverDocumentsBatch *self, const char *id, GError **error)
{
  BeaverDocumentsChange change = { NULL, NULL, BEAVER_INDEX_FLAGS_NONE, NULL };

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self), FALSE);

  if (!ensure_op (self, error) || !_beaver_documents_check_id (self->op, id, error))
    return FALSE;
  change.id = g_strdup (id);
  add_change (self, &change);
  return TRUE;
}

/**
 * beaver_documents_batch_discard:
 * @self: a batch
 *
 * Forgets the changes that have been collected.
 *
 * Since: 1.0
 */
void
beaver_documents_batch_discard (BeaverDocumentsBatch *self)
{
  g_return_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self));

  forget (self);
}

static BeaverDocumentsOp *
take_changes (BeaverDocumentsBatch *self, GError **error)
{
  if (!ensure_op (self, error))
    return NULL;
  g_hash_table_remove_all (self->places);
  return g_steal_pointer (&self->op);
}

static void
finish_size (GTask *task, gpointer data)
{
  g_task_return_int (task, ((BeaverDocumentsOp *) data)->number);
}

/**
 * beaver_documents_batch_apply:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes what the batch has collected, in one transaction, and empties it.
 *
 * On any error nothing is written, and the batch is left empty.
 *
 * Returns: how many documents were changed; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_documents_batch_apply (BeaverDocumentsBatch *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self), -1);

  op = take_changes (self, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self->documents), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_batch_work, op, cancellable, error))
    return -1;
  return op->number;
}

/**
 * beaver_documents_batch_apply_async:
 * @self: a batch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.DocumentsBatch.apply].
 *
 * Since: 1.0
 */
void
beaver_documents_batch_apply_async (BeaverDocumentsBatch *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS_BATCH (self));

  op = take_changes (self, &error);
  _beaver_documents_start (self, self->documents, beaver_documents_batch_apply_async,
                           BEAVER_ACCESS_WRITE, _beaver_documents_batch_work, op, error,
                           finish_size, cancellable, callback, user_data);
}

/**
 * beaver_documents_batch_apply_finish:
 * @self: a batch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.DocumentsBatch.apply_async].
 *
 * Returns: how many documents were changed; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_documents_batch_apply_finish (BeaverDocumentsBatch *self,
                                     GAsyncResult *result,
                                     GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
