/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-blobs-private.h>
#include <beaver/beaver-db-private.h>

/* From name to name and not row by row: there may be millions. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE names (name) AS"
    " (SELECT MIN(store_name) FROM __beaver_blobs__ UNION ALL"
    " SELECT (SELECT MIN(store_name) FROM __beaver_blobs__ WHERE store_name > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name IS NOT NULL";

/**
 * BeaverBlobs:
 *
 * Bytes under a key, with metadata.
 *
 * ```c
 * BeaverBlobs *images = beaver_db_get_blobs (db, "images", &error);
 *
 * beaver_blobs_put (images, "cat.png", bytes, "{\"width\": 640}", NULL, &error);
 *
 * g_autoptr(GBytes) back = beaver_blobs_get (images, "cat.png", NULL, &error);
 * ```
 *
 * ```python
 * db.blob("images").put("cat.png", data, {"width": 640})
 * ```
 *
 * ```js
 * db.blobs('images').put('cat.png', new Uint8Array(data), {width: 640});
 * ```
 *
 * What is large is read and written by streams in little memory: [method@Beaver.Blobs.open_read],
 * [method@Beaver.Blobs.open_write]; files come in and go out by [method@Beaver.Blobs.import_file]
 * and [method@Beaver.Blobs.export_file]. A blob has, with its key and metadata, 1,000,000,000 bytes
 * at most: SQLite's limit; what is larger is %BEAVER_ERROR_FULL before anything is written. The
 * file holds what Python's beaver-db 2.x holds, and both may use it at the same time.
 *
 * Events: `put` and `del` with `{"key": …}`, `clear` with `{}`. May be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverBlobs
{
  BeaverManager parent_instance;
};

struct _BeaverBlobsClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverBlobs, beaver_blobs, BEAVER_TYPE_MANAGER)

static void
beaver_blobs_class_init (BeaverBlobsClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  manager_class->kind = "blob";
  manager_class->count_work = _beaver_blobs_count_work;
  manager_class->clear_work = _beaver_blobs_clear_work;
}

static void
beaver_blobs_init (BeaverBlobs *self)
{
}

/**
 * beaver_db_get_blobs:
 * @self: a database
 * @name: the name, not empty
 * @error: return location for an error
 *
 * Gets a store of blobs, which exists as soon as something is put into it.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the structure; %NULL on error
 *
 * Since: 1.0
 */
BeaverBlobs *
beaver_db_get_blobs (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("blobs", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_BLOBS, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_blobs_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the stores that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_blobs_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_blobs_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_blobs_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_blobs_names_async (BeaverDb *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_blobs_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_blobs_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_blobs_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_blobs_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/**
 * beaver_blobs_keys:
 * @self: a store of blobs
 * @error: return location for an error
 *
 * Goes over the keys, sorted by their bytes.
 *
 * The cursor gives [class@Beaver.Entry] objects whose value is the metadata. This call reads
 * nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_blobs_keys (BeaverBlobs *self, GError **error)
{
  BeaverManagerCore *core;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  return _beaver_cursor_new (core, _beaver_blobs_cursor_page, _beaver_blobs_cursor_state_new (core),
                             _beaver_blobs_cursor_state_free);
}

/**
 * beaver_blobs_open_write:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @metadata: (nullable): optional, JSON text
 * @error: return location for an error
 *
 * Begins a blob that is written a part at a time. It is stored when the stream is closed; a stream
 * that is dropped without that stores nothing.
 *
 * Returns: (transfer full): a stream; %NULL on error
 *
 * Since: 1.0
 */
BeaverBlobOutputStream *
beaver_blobs_open_write (BeaverBlobs *self, const char *key, const char *metadata, GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;
  BeaverBlobOutputStream *stream;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_op_set_metadata (op, metadata, error))
    return NULL;
  stream = _beaver_blob_output_stream_new (op, error);
  if (stream != NULL)
    g_steal_pointer (&op);
  return stream;
}

/**
 * beaver_blobs_put:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @bytes: the bytes, up to 1,000,000,000
 * @metadata: (nullable): optional, JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the bytes and the metadata of @key, whether it exists or not.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_put (BeaverBlobs *self,
                  const char *key,
                  GBytes *bytes,
                  const char *metadata,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  op = _beaver_blobs_new_put_op (self, key, bytes, metadata, error);
  return op != NULL && _beaver_blobs_run (self, BEAVER_ACCESS_WRITE, _beaver_blobs_put_work, op,
                                          cancellable, error);
}

/**
 * beaver_blobs_put_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @bytes: the bytes, up to 1,000,000,000
 * @metadata: (nullable): optional, JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.put].
 *
 * Since: 1.0
 */
void
beaver_blobs_put_async (BeaverBlobs *self,
                        const char *key,
                        GBytes *bytes,
                        const char *metadata,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));
  g_return_if_fail (bytes != NULL);

  op = _beaver_blobs_new_put_op (self, key, bytes, metadata, &error);
  _beaver_blobs_start (self, self, beaver_blobs_put_async, BEAVER_ACCESS_WRITE,
                       _beaver_blobs_put_work, op, error, _beaver_blobs_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_blobs_put_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.put_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_put_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_blobs_get:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the bytes of a key that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: (transfer full): the bytes; %NULL on error
 *
 * Since: 1.0
 */
GBytes *
beaver_blobs_get (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL ||
      !_beaver_blobs_run (self, BEAVER_ACCESS_SCAN, _beaver_blobs_get_work, op, cancellable, error))
    return NULL;
  return _beaver_blobs_take_bytes (op, error);
}

/**
 * beaver_blobs_get_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.get].
 *
 * Since: 1.0
 */
void
beaver_blobs_get_async (BeaverBlobs *self,
                        const char *key,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_get_async, BEAVER_ACCESS_SCAN,
                       _beaver_blobs_get_work, op, error, _beaver_blobs_finish_bytes, cancellable,
                       callback, user_data);
}

/**
 * beaver_blobs_get_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.get_async].
 *
 * Returns: (transfer full): the bytes; %NULL on error
 *
 * Since: 1.0
 */
GBytes *
beaver_blobs_get_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_blobs_lookup:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the bytes of a key that may be absent.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL without an error when there are none
 *
 * Since: 1.0
 */
GBytes *
beaver_blobs_lookup (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL ||
      !_beaver_blobs_run (self, BEAVER_ACCESS_SCAN, _beaver_blobs_get_work, op, cancellable, error))
    return NULL;
  return _beaver_blobs_take_bytes_or_null (op, error);
}

/**
 * beaver_blobs_lookup_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.lookup].
 *
 * Since: 1.0
 */
void
beaver_blobs_lookup_async (BeaverBlobs *self,
                           const char *key,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_lookup_async, BEAVER_ACCESS_SCAN,
                       _beaver_blobs_get_work, op, error, _beaver_blobs_finish_bytes_or_null,
                       cancellable, callback, user_data);
}

/**
 * beaver_blobs_lookup_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.lookup_async].
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL without an error when there are none
 *
 * Since: 1.0
 */
GBytes *
beaver_blobs_lookup_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_blobs_get_metadata:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the metadata of a key that has to be there.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL without an error when it has none
 *
 * Since: 1.0
 */
char *
beaver_blobs_get_metadata (BeaverBlobs *self,
                           const char *key,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_run (self, BEAVER_ACCESS_POINT, _beaver_blobs_stat_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_blobs_take_metadata (op, error);
}

/**
 * beaver_blobs_get_metadata_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.get_metadata].
 *
 * Since: 1.0
 */
void
beaver_blobs_get_metadata_async (BeaverBlobs *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_get_metadata_async, BEAVER_ACCESS_POINT,
                       _beaver_blobs_stat_work, op, error, _beaver_blobs_finish_metadata,
                       cancellable, callback, user_data);
}

/**
 * beaver_blobs_get_metadata_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.get_metadata_async].
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL without an error when it has none
 *
 * Since: 1.0
 */
char *
beaver_blobs_get_metadata_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_blobs_get_size:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets how many bytes a key has that has to be there, without reading them.
 *
 * Returns: bytes; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_blobs_get_size (BeaverBlobs *self,
                       const char *key,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), -1);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_run (self, BEAVER_ACCESS_POINT, _beaver_blobs_stat_work, op,
                                        cancellable, error))
    return -1;
  return _beaver_blobs_take_size (op, error);
}

/**
 * beaver_blobs_get_size_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.get_size].
 *
 * Since: 1.0
 */
void
beaver_blobs_get_size_async (BeaverBlobs *self,
                             const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_get_size_async, BEAVER_ACCESS_POINT,
                       _beaver_blobs_stat_work, op, error, _beaver_blobs_finish_size, cancellable,
                       callback, user_data);
}

/**
 * beaver_blobs_get_size_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.get_size_async].
 *
 * Returns: bytes; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_blobs_get_size_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_blobs_contains:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Whether the key is there.
 *
 * Returns: %TRUE when it is; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_contains (BeaverBlobs *self,
                       const char *key,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), FALSE);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_run (self, BEAVER_ACCESS_POINT, _beaver_blobs_stat_work, op,
                                        cancellable, error))
    return FALSE;
  return _beaver_blobs_take_found (op, error);
}

/**
 * beaver_blobs_contains_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.contains].
 *
 * Since: 1.0
 */
void
beaver_blobs_contains_async (BeaverBlobs *self,
                             const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_contains_async, BEAVER_ACCESS_POINT,
                       _beaver_blobs_stat_work, op, error, _beaver_blobs_finish_found, cancellable,
                       callback, user_data);
}

/**
 * beaver_blobs_contains_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.contains_async].
 *
 * Returns: %TRUE when it is; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_contains_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_blobs_remove:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes a key that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_remove (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), FALSE);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_run (self, BEAVER_ACCESS_WRITE, _beaver_blobs_remove_work, op,
                                        cancellable, error))
    return FALSE;
  return _beaver_blobs_must_exist (op, error);
}

/**
 * beaver_blobs_remove_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.remove].
 *
 * Since: 1.0
 */
void
beaver_blobs_remove_async (BeaverBlobs *self,
                           const char *key,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_remove_async, BEAVER_ACCESS_WRITE,
                       _beaver_blobs_remove_work, op, error, _beaver_blobs_finish_must_exist,
                       cancellable, callback, user_data);
}

/**
 * beaver_blobs_remove_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.remove_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_remove_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_blobs_open_read:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Opens a blob that has to be there for reading a part at a time.
 *
 * Returns: (transfer full): a stream; %NULL on error
 *
 * Since: 1.0
 */
BeaverBlobInputStream *
beaver_blobs_open_read (BeaverBlobs *self,
                        const char *key,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverBlobsOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), NULL);

  op = _beaver_blobs_new_own_op (self, key, error);
  if (op == NULL || !_beaver_blobs_run (self, BEAVER_ACCESS_POINT, _beaver_blobs_stat_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_blobs_take_stream (op, error);
}

/**
 * beaver_blobs_open_read_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.open_read].
 *
 * Since: 1.0
 */
void
beaver_blobs_open_read_async (BeaverBlobs *self,
                              const char *key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverBlobsOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));

  op = _beaver_blobs_new_own_op (self, key, &error);
  _beaver_blobs_start (self, self, beaver_blobs_open_read_async, BEAVER_ACCESS_POINT,
                       _beaver_blobs_stat_work, op, error, _beaver_blobs_finish_stream, cancellable,
                       callback, user_data);
}

/**
 * beaver_blobs_open_read_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.open_read_async].
 *
 * Returns: (transfer full): a stream; %NULL on error
 *
 * Since: 1.0
 */
BeaverBlobInputStream *
beaver_blobs_open_read_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
