/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-documents-private.h>
#include <beaver/beaver-json.h>

/* Bodies that are a JsonNode or a GObject. */

/* Takes body, which is NULL when error says why. */
static BeaverDocumentsOp *
new_body_op (BeaverDocuments *self,
             const char *id,
             char *body,
             BeaverIndexFlags flags,
             GError **error)
{
  g_autofree char *text = body;

  if (text != NULL)
    return _beaver_documents_new_index_op (self, id, text, flags, NULL, error);
  g_prefix_error (
      error, "documents “%s”: the body: ", _beaver_manager_get_core (BEAVER_MANAGER (self))->name);
  return NULL;
}

static BeaverDocumentsOp *
new_node_op (BeaverDocuments *self,
             const char *id,
             JsonNode *body,
             BeaverIndexFlags flags,
             GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return new_body_op (self, id, beaver_json_from_node (body, error), flags, error);
}

static BeaverDocumentsOp *
new_object_op (BeaverDocuments *self,
               const char *id,
               GObject *body,
               BeaverIndexFlags flags,
               GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return new_body_op (self, id, beaver_json_from_object (body, error), flags, error);
}

/**
 * beaver_documents_index_node:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: a tree
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts a document into the collection whose body is a tree, as [method@Beaver.Documents.index] does
 * with text.
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_node (BeaverDocuments *self,
                             const char *id,
                             JsonNode *body,
                             BeaverIndexFlags flags,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);
  g_return_val_if_fail (body != NULL, NULL);

  op = new_node_op (self, id, body, flags, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_index_work, op, cancellable, error))
    return NULL;
  return _beaver_documents_take_written (op);
}

/**
 * beaver_documents_index_node_async:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: a tree
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.index_node].
 *
 * Since: 1.0
 */
void
beaver_documents_index_node_async (BeaverDocuments *self,
                                   const char *id,
                                   JsonNode *body,
                                   BeaverIndexFlags flags,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));
  g_return_if_fail (body != NULL);

  op = new_node_op (self, id, body, flags, &error);
  _beaver_documents_start (self, self, beaver_documents_index_node_async, BEAVER_ACCESS_WRITE,
                           _beaver_documents_index_work, op, error,
                           _beaver_documents_finish_written, cancellable, callback, user_data);
}

/**
 * beaver_documents_index_node_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.index_node_async].
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_node_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_documents_index_object:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: an object
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts a document into the collection whose body holds the properties of an object, as
 * [method@Beaver.Documents.index] does with text.
 *
 * [method@Beaver.Document.get_object] and [method@Beaver.Hit.get_object] make objects of it again.
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_object (BeaverDocuments *self,
                               const char *id,
                               GObject *body,
                               BeaverIndexFlags flags,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);
  g_return_val_if_fail (G_IS_OBJECT (body), NULL);

  op = new_object_op (self, id, body, flags, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_index_work, op, cancellable, error))
    return NULL;
  return _beaver_documents_take_written (op);
}

/**
 * beaver_documents_index_object_async:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: an object
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.index_object].
 *
 * Since: 1.0
 */
void
beaver_documents_index_object_async (BeaverDocuments *self,
                                     const char *id,
                                     GObject *body,
                                     BeaverIndexFlags flags,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));
  g_return_if_fail (G_IS_OBJECT (body));

  op = new_object_op (self, id, body, flags, &error);
  _beaver_documents_start (self, self, beaver_documents_index_object_async, BEAVER_ACCESS_WRITE,
                           _beaver_documents_index_work, op, error,
                           _beaver_documents_finish_written, cancellable, callback, user_data);
}

/**
 * beaver_documents_index_object_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.index_object_async].
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_object_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
