/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-documents-private.h>

static BeaverDocumentsOp *
new_ids_op (BeaverDocuments *self, const char *const *ids, GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = _beaver_documents_op_new (self, error);

  if (op == NULL)
    return NULL;
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (!_beaver_documents_check_id (op, ids[i], error))
      return NULL;
  op->ids = ids != NULL ? g_strdupv ((char **) ids) : g_new0 (char *, 1);
  return g_steal_pointer (&op);
}

static BeaverDocumentsOp *
new_search_op (BeaverDocuments *self, BeaverQuery *query, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = _beaver_documents_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->spec = _beaver_query_dup_spec (query);
  if (!_beaver_query_spec_check (op->spec, "documents", error) ||
      (op->spec->near != NULL &&
       (!_beaver_query_near_check (op->spec->near, op->core->engine, error) ||
        (op->near = _beaver_query_near_new_op (op->spec->near, cancellable, error)) == NULL)))
    {
      _beaver_documents_prefix (op, error);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static BeaverDocument *
take_only_or_null (BeaverDocumentsOp *op)
{
  return op->results->len > 0 ? g_object_ref (g_ptr_array_index (op->results, 0)) : NULL;
}

static void
finish_only_or_null (GTask *task, gpointer data)
{
  g_task_return_pointer (task, take_only_or_null (data), g_object_unref);
}

static BeaverDocument *
take_only (BeaverDocumentsOp *op, GError **error)
{
  BeaverDocument *document = take_only_or_null (op);

  if (document == NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("documents “%s”: there is no document “%s”"), op->core->name, op->ids[0]);
  return document;
}

static void
finish_only (GTask *task, gpointer data)
{
  GError *error = NULL;
  BeaverDocument *document = take_only (data, &error);

  if (document == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, document, g_object_unref);
}

static void
finish_results (GTask *task, gpointer data)
{
  BeaverDocumentsOp *op = data;

  g_task_return_pointer (task, g_steal_pointer (&op->results), (GDestroyNotify) g_ptr_array_unref);
}

static const char *
get_body (gpointer document)
{
  return beaver_document_get_body (document);
}

/**
 * beaver_documents_items:
 * @self: a collection
 * @error: return location for an error
 *
 * Goes over the documents, sorted by the bytes of their ids.
 *
 * The cursor gives [class@Beaver.Document] objects. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_documents_items (BeaverDocuments *self, GError **error)
{
  static const BeaverCursorKind kind = { .page = _beaver_documents_cursor_page,
                                         .get_json = get_body };
  BeaverManagerCore *core;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  return _beaver_cursor_new_of (core, &kind, _beaver_documents_cursor_state_new (core),
                                _beaver_documents_cursor_state_free);
}

/**
 * beaver_documents_get:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets a document that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: (transfer full): the document; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_get (BeaverDocuments *self,
                      const char *id,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = _beaver_documents_new_id_op (self, id, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT,
                                          _beaver_documents_get_work, op, cancellable, error))
    return NULL;
  return take_only (op, error);
}

/**
 * beaver_documents_get_async:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.get].
 *
 * Since: 1.0
 */
void
beaver_documents_get_async (BeaverDocuments *self,
                            const char *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_id_op (self, id, &error);
  _beaver_documents_start (self, self, beaver_documents_get_async, BEAVER_ACCESS_POINT,
                           _beaver_documents_get_work, op, error, finish_only, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_get_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.get_async].
 *
 * Returns: (transfer full): the document; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_get_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_documents_lookup:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets a document that may be absent.
 *
 * Returns: (transfer full) (nullable): the document; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_lookup (BeaverDocuments *self,
                         const char *id,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = _beaver_documents_new_id_op (self, id, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT,
                                          _beaver_documents_get_work, op, cancellable, error))
    return NULL;
  return take_only_or_null (op);
}

/**
 * beaver_documents_lookup_async:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.lookup].
 *
 * Since: 1.0
 */
void
beaver_documents_lookup_async (BeaverDocuments *self,
                               const char *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_id_op (self, id, &error);
  _beaver_documents_start (self, self, beaver_documents_lookup_async, BEAVER_ACCESS_POINT,
                           _beaver_documents_get_work, op, error, finish_only_or_null, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_lookup_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.lookup_async].
 *
 * Returns: (transfer full) (nullable): the document; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_lookup_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finish_found (GTask *task, gpointer data)
{
  BeaverDocumentsOp *op = data;

  g_task_return_boolean (task, op->number > 0);
}

/**
 * beaver_documents_contains:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Tells whether there is a document, without reading it.
 *
 * Returns: %TRUE when there is; %FALSE without an error when not, and on error
 *
 * Since: 1.0
 */
gboolean
beaver_documents_contains (BeaverDocuments *self,
                           const char *id,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), FALSE);

  op = _beaver_documents_new_id_op (self, id, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT,
                                          _beaver_documents_contains_work, op, cancellable, error))
    return FALSE;
  return op->number > 0;
}

/**
 * beaver_documents_contains_async:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.contains].
 *
 * Since: 1.0
 */
void
beaver_documents_contains_async (BeaverDocuments *self,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_id_op (self, id, &error);
  _beaver_documents_start (self, self, beaver_documents_contains_async, BEAVER_ACCESS_POINT,
                           _beaver_documents_contains_work, op, error, finish_found, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_contains_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.contains_async].
 *
 * Returns: %TRUE when there is; %FALSE without an error when not, and on error
 *
 * Since: 1.0
 */
gboolean
beaver_documents_contains_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_documents_get_many:
 * @self: a collection
 * @ids: (array zero-terminated=1): ids, any number of them
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets those of many documents that exist, each once, in the order of @ids.
 *
 * Returns: (transfer container) (element-type BeaverDocument): the documents; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_documents_get_many (BeaverDocuments *self,
                           const char *const *ids,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = new_ids_op (self, ids, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN,
                                          _beaver_documents_get_work, op, cancellable, error))
    return NULL;
  return g_steal_pointer (&op->results);
}

/**
 * beaver_documents_get_many_async:
 * @self: a collection
 * @ids: (array zero-terminated=1): ids, any number of them
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.get_many].
 *
 * Since: 1.0
 */
void
beaver_documents_get_many_async (BeaverDocuments *self,
                                 const char *const *ids,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = new_ids_op (self, ids, &error);
  _beaver_documents_start (self, self, beaver_documents_get_many_async, BEAVER_ACCESS_SCAN,
                           _beaver_documents_get_work, op, error, finish_results, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_get_many_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.get_many_async].
 *
 * Returns: (transfer container) (element-type BeaverDocument): the documents; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_documents_get_many_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finish_search (GTask *task, gpointer data)
{
  BeaverDocumentsOp *op = data;

  if (op->near != NULL)
    _beaver_vectors_track (op->near, FALSE);
  finish_results (task, data);
}

/**
 * beaver_documents_search:
 * @self: a collection
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds documents.
 *
 * Without fields to sort by, the best come first: those with the smallest score when words were
 * searched for (it is negative), with the greatest when the search was fuzzy or for vectors too
 * ([method@Beaver.Query.set_near]), and in the order of their ids when nothing was searched for.
 * The score of words compares with all documents of the file.
 *
 * A text in the syntax of FTS5 that is wrong there is %BEAVER_ERROR_INVALID; plain text never is.
 *
 * Returns: (transfer container) (element-type BeaverHit): the hits; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_documents_search (BeaverDocuments *self,
                         BeaverQuery *query,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = new_search_op (self, query, cancellable, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN,
                                          _beaver_documents_search_work, op, cancellable, error))
    return NULL;
  if (op->near != NULL)
    _beaver_vectors_track (op->near, TRUE);
  return g_steal_pointer (&op->results);
}

/**
 * beaver_documents_search_async:
 * @self: a collection
 * @query: (nullable): what to look for; %NULL finds everything
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.search].
 *
 * Since: 1.0
 */
void
beaver_documents_search_async (BeaverDocuments *self,
                               BeaverQuery *query,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = new_search_op (self, query, cancellable, &error);
  _beaver_documents_start (self, self, beaver_documents_search_async, BEAVER_ACCESS_SCAN,
                           _beaver_documents_search_work, op, error, finish_search, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_search_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.search_async].
 *
 * Returns: (transfer container) (element-type BeaverHit): the hits; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_documents_search_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
