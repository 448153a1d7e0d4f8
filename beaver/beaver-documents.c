/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-documents-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-fork-private.h>

/* From name to name and not row by row. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE names (name) AS"
    " (SELECT MIN(collection) FROM __beaver_documents__ UNION ALL"
    " SELECT (SELECT MIN(collection) FROM __beaver_documents__ WHERE collection > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name IS NOT NULL";

/**
 * BeaverDocuments:
 *
 * A collection of JSON documents that can be searched.
 *
 * Every document has an id and a body, which is any JSON. The texts in the body are found by their
 * words, and by similar ones if wanted; every field can be a condition of a [class@Beaver.Query].
 *
 * ```c
 * BeaverDocuments *articles = beaver_db_get_documents (db, "articles", &error);
 * g_autoptr(BeaverDocument) article = beaver_documents_index (articles, NULL,
 *   "{\"title\": \"Beavers building dams\", \"year\": 2025}", BEAVER_INDEX_FLAGS_TEXT, NULL,
 * &error); g_autoptr(BeaverQuery) query = beaver_query_new ();
 *
 * beaver_query_set_text (query, "build");
 * g_autoptr(GPtrArray) hits = beaver_documents_search (articles, query, NULL, &error);
 * ```
 *
 * The file holds what the documents of Python's beaver-db 2.x holds, and both may use it at the
 * same time.
 *
 * Events: `index` with `{"id": …}`, `drop` with `{"target": …}`, the id, and `clear` with `{}`. A
 * collection may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverDocuments
{
  BeaverManager parent_instance;
};

struct _BeaverDocumentsClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverDocuments, beaver_documents, BEAVER_TYPE_MANAGER)

static void
beaver_documents_class_init (BeaverDocumentsClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  manager_class->kind = "documents";
  manager_class->count_work = _beaver_documents_count_work;
  manager_class->clear_work = _beaver_documents_clear_work;
}

static void
beaver_documents_init (BeaverDocuments *self)
{
}

/**
 * beaver_db_get_documents:
 * @self: a database
 * @name: the name of the collection, not empty
 * @error: return location for an error
 *
 * Gets a collection of documents, which exists as soon as something is put into it.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the collection; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocuments *
beaver_db_get_documents (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("documents", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_DOCUMENTS, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_documents_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the collections that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_documents_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_documents_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_documents_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_documents_names_async (BeaverDb *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_documents_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_documents_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_documents_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_documents_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/* Arguments */

void
_beaver_documents_change_clear (gpointer data)
{
  BeaverDocumentsChange *change = data;

  g_clear_pointer (&change->id, g_free);
  g_clear_pointer (&change->body, g_free);
  g_clear_pointer (&change->fields, g_strfreev);
}

BeaverDocumentsOp *
_beaver_documents_op_new (BeaverDocuments *self, GError **error)
{
  BeaverDocumentsOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverDocumentsOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  return op;
}

void
_beaver_documents_op_free (gpointer data)
{
  BeaverDocumentsOp *op = data;

  _beaver_documents_change_clear (&op->change);
  g_clear_pointer (&op->changes, g_array_unref);
  g_strfreev (op->ids);
  g_clear_pointer (&op->spec, _beaver_query_spec_free);
  g_clear_pointer (&op->near, _beaver_vectors_op_free);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

void
_beaver_documents_prefix (BeaverDocumentsOp *op, GError **error)
{
  g_prefix_error (error, "documents “%s”: ", op->core->name);
}

gboolean
_beaver_documents_check_id (BeaverDocumentsOp *op, const char *id, GError **error)
{
  if (_beaver_check_text ("the id", id, error))
    return TRUE;
  _beaver_documents_prefix (op, error);
  return FALSE;
}

/* As Python's uuid.uuid4().hex. */
static char *
make_id (void)
{
  g_autofree char *uuid = _beaver_uuid_new ();
  char *to = uuid;

  for (const char *from = uuid; *from != '\0'; from++)
    if (*from != '-')
      *to++ = *from;
  *to = '\0';
  return g_steal_pointer (&uuid);
}

gboolean
_beaver_documents_fill_change (BeaverDocumentsOp *op,
                               BeaverDocumentsChange *change,
                               const char *id,
                               const char *body,
                               BeaverIndexFlags flags,
                               const char *const *fields,
                               GError **error)
{
  if (id != NULL && !_beaver_documents_check_id (op, id, error))
    return FALSE;
  if (body == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("documents “%s”: the body is missing; JSON's null is the text “null”"),
                   op->core->name);
      return FALSE;
    }
  if ((flags & ~(BEAVER_INDEX_FLAGS_TEXT | BEAVER_INDEX_FLAGS_FUZZY)) != 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("documents “%s”: there are no flags 0x%x; use TEXT, FUZZY, both or none"),
                   op->core->name, (guint) flags);
      return FALSE;
    }
  for (guint i = 0; fields != NULL && fields[i] != NULL; i++)
    if (!_beaver_check_text ("the path of a field", fields[i], error))
      {
        _beaver_documents_prefix (op, error);
        return FALSE;
      }
  change->body = _beaver_json_normalize (body, -1, error);
  if (change->body == NULL)
    {
      g_prefix_error (error, "documents “%s”: the body: ", op->core->name);
      return FALSE;
    }
  change->id = id != NULL ? g_strdup (id) : make_id ();
  change->flags = flags;
  change->fields = g_strdupv ((char **) fields);
  return TRUE;
}

BeaverDocumentsOp *
_beaver_documents_new_index_op (BeaverDocuments *self,
                                const char *id,
                                const char *body,
                                BeaverIndexFlags flags,
                                const char *const *fields,
                                GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = _beaver_documents_op_new (self, error);

  if (op == NULL ||
      !_beaver_documents_fill_change (op, &op->change, id, body, flags, fields, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverDocumentsOp *
_beaver_documents_new_id_op (BeaverDocuments *self, const char *id, GError **error)
{
  const char *ids[] = { id, NULL };
  g_autoptr (BeaverDocumentsOp) op = _beaver_documents_op_new (self, error);

  if (op == NULL || !_beaver_documents_check_id (op, id, error))
    return NULL;
  op->ids = g_strdupv ((char **) ids);
  op->change.id = g_strdup (id);
  return g_steal_pointer (&op);
}

/* Running */

void
_beaver_documents_start (gpointer source,
                         BeaverDocuments *self,
                         gpointer source_tag,
                         BeaverAccess access,
                         BeaverWork work,
                         BeaverDocumentsOp *op,
                         GError *error,
                         BeaverFinish finish,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_documents_op_free,
                               task, finish);
}

BeaverDocument *
_beaver_documents_take_written (BeaverDocumentsOp *op)
{
  return _beaver_document_new_take (g_steal_pointer (&op->change.id),
                                    g_steal_pointer (&op->change.body));
}

void
_beaver_documents_finish_written (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_documents_take_written (data), g_object_unref);
}

static void
finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_documents_index:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: the body as JSON text
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts a document into the collection, in the place of the one with its id if there is one.
 *
 * The body is any JSON; it is stored in the normal form that is the same in all languages. The cost
 * does not depend on the size of the collection.
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index (BeaverDocuments *self,
                        const char *id,
                        const char *body,
                        BeaverIndexFlags flags,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = _beaver_documents_new_index_op (self, id, body, flags, NULL, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_index_work, op, cancellable, error))
    return NULL;
  return _beaver_documents_take_written (op);
}

/**
 * beaver_documents_index_async:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: the body as JSON text
 * @flags: what to search it for
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.index].
 *
 * Since: 1.0
 */
void
beaver_documents_index_async (BeaverDocuments *self,
                              const char *id,
                              const char *body,
                              BeaverIndexFlags flags,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_index_op (self, id, body, flags, NULL, &error);
  _beaver_documents_start (self, self, beaver_documents_index_async, BEAVER_ACCESS_WRITE,
                           _beaver_documents_index_work, op, error,
                           _beaver_documents_finish_written, cancellable, callback, user_data);
}

/**
 * beaver_documents_index_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.index_async].
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_documents_index_fields:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: the body as JSON text
 * @flags: what to search it for
 * @fields: (array zero-terminated=1): paths of the fields to search
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts a document into the collection and makes some of its texts searchable, not all.
 *
 * Texts in an array have the path of the array. Apart from that as [method@Beaver.Documents.index].
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_fields (BeaverDocuments *self,
                               const char *id,
                               const char *body,
                               BeaverIndexFlags flags,
                               const char *const *fields,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), NULL);

  op = _beaver_documents_new_index_op (self, id, body, flags, fields, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_index_work, op, cancellable, error))
    return NULL;
  return _beaver_documents_take_written (op);
}

/**
 * beaver_documents_index_fields_async:
 * @self: a collection
 * @id: (nullable): the id, any UTF-8; %NULL makes a new one
 * @body: the body as JSON text
 * @flags: what to search it for
 * @fields: (array zero-terminated=1): paths of the fields to search
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.index_fields].
 *
 * Since: 1.0
 */
void
beaver_documents_index_fields_async (BeaverDocuments *self,
                                     const char *id,
                                     const char *body,
                                     BeaverIndexFlags flags,
                                     const char *const *fields,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_index_op (self, id, body, flags, fields, &error);
  _beaver_documents_start (self, self, beaver_documents_index_fields_async, BEAVER_ACCESS_WRITE,
                           _beaver_documents_index_work, op, error,
                           _beaver_documents_finish_written, cancellable, callback, user_data);
}

/**
 * beaver_documents_index_fields_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.index_fields_async].
 *
 * Returns: (transfer full): the document as it was stored; %NULL on error
 *
 * Since: 1.0
 */
BeaverDocument *
beaver_documents_index_fields_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_documents_drop:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes a document and all that finds it. It need not exist.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_documents_drop (BeaverDocuments *self,
                       const char *id,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverDocumentsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DOCUMENTS (self), FALSE);

  op = _beaver_documents_new_id_op (self, id, error);
  if (op == NULL || !_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                                          _beaver_documents_drop_work, op, cancellable, error))
    return FALSE;
  return TRUE;
}

/**
 * beaver_documents_drop_async:
 * @self: a collection
 * @id: the id, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Documents.drop].
 *
 * Since: 1.0
 */
void
beaver_documents_drop_async (BeaverDocuments *self,
                             const char *id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverDocumentsOp *op;

  g_return_if_fail (BEAVER_IS_DOCUMENTS (self));

  op = _beaver_documents_new_id_op (self, id, &error);
  _beaver_documents_start (self, self, beaver_documents_drop_async, BEAVER_ACCESS_WRITE,
                           _beaver_documents_drop_work, op, error, finish_true, cancellable,
                           callback, user_data);
}

/**
 * beaver_documents_drop_finish:
 * @self: a collection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Documents.drop_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_documents_drop_finish (BeaverDocuments *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
