/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-blobs-private.h>
#include <beaver/engine/beaver-json-private.h>

BeaverBlobsOp *
_beaver_blobs_new_key_op (BeaverManagerCore *core, const char *key, GError **error)
{
  BeaverBlobsOp *op;

  if (!_beaver_manager_core_check_open (core, error))
    return NULL;
  if (!_beaver_check_text ("the key", key, error))
    {
      g_prefix_error (error, "blobs “%s”: ", core->name);
      return NULL;
    }
  op = g_new0 (BeaverBlobsOp, 1);
  op->core = _beaver_manager_core_ref (core);
  op->key = g_strdup (key);
  return op;
}

void
_beaver_blobs_op_free (gpointer data)
{
  BeaverBlobsOp *op = data;

  g_free (op->key);
  g_clear_pointer (&op->bytes, g_bytes_unref);
  g_free (op->metadata);
  g_clear_pointer (&op->result, g_bytes_unref);
  g_free (op->text);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

gboolean
_beaver_blobs_op_set_metadata (BeaverBlobsOp *op, const char *metadata, GError **error)
{
  if (metadata == NULL)
    return TRUE;
  op->metadata = _beaver_json_normalize (metadata, -1, error);
  if (op->metadata == NULL)
    g_prefix_error (error, "blobs “%s”: the metadata of “%s”: ", op->core->name, op->key);
  return op->metadata != NULL;
}

gboolean
_beaver_blobs_check_size (BeaverManagerCore *core, guint64 size, GError **error)
{
  if (size <= BEAVER_BLOB_MAX)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
               "blobs “%s”: %" G_GUINT64_FORMAT " bytes are more than the %d that a blob can have; "
               "put them into several",
               core->name, size, BEAVER_BLOB_MAX);
  return FALSE;
}

gboolean
_beaver_blobs_must_exist (BeaverBlobsOp *op, GError **error)
{
  if (!op->found)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, "blobs “%s”: there is no key “%s”",
                 op->core->name, op->key);
  return op->found;
}

BeaverBlobsOp *
_beaver_blobs_new_own_op (BeaverBlobs *self, const char *key, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return _beaver_blobs_new_key_op (_beaver_manager_get_core (BEAVER_MANAGER (self)), key, error);
}

BeaverBlobsOp *
_beaver_blobs_new_put_op (BeaverBlobs *self,
                          const char *key,
                          GBytes *bytes,
                          const char *metadata,
                          GError **error)
{
  g_autoptr (BeaverBlobsOp) op = _beaver_blobs_new_own_op (self, key, error);

  if (op == NULL || !_beaver_blobs_op_set_metadata (op, metadata, error) ||
      !_beaver_blobs_check_size (op->core, g_bytes_get_size (bytes), error))
    return NULL;
  op->bytes = g_bytes_ref (bytes);
  return g_steal_pointer (&op);
}

gboolean
_beaver_blobs_run (BeaverBlobs *self,
                   BeaverAccess access,
                   BeaverWork work,
                   BeaverBlobsOp *op,
                   GCancellable *cancellable,
                   GError **error)
{
  return _beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error);
}

void
_beaver_blobs_start (gpointer source,
                     BeaverBlobs *self,
                     gpointer source_tag,
                     BeaverAccess access,
                     BeaverWork work,
                     BeaverBlobsOp *op,
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
    _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_blobs_op_free, task,
                               finish);
}

void
_beaver_blobs_finish_true (GTask *task, gpointer op)
{
  g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_blobs_take_found (BeaverBlobsOp *op, GError **error)
{
  return op->found;
}

void
_beaver_blobs_finish_found (GTask *task, gpointer data)
{
  BeaverBlobsOp *op = data;

  g_task_return_boolean (task, op->found);
}

void
_beaver_blobs_finish_must_exist (GTask *task, gpointer op)
{
  GError *error = NULL;

  if (_beaver_blobs_must_exist (op, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

GBytes *
_beaver_blobs_take_bytes_or_null (BeaverBlobsOp *op, GError **error)
{
  return g_steal_pointer (&op->result);
}

void
_beaver_blobs_finish_bytes_or_null (GTask *task, gpointer op)
{
  g_task_return_pointer (task, _beaver_blobs_take_bytes_or_null (op, NULL),
                         (GDestroyNotify) g_bytes_unref);
}

gint64
_beaver_blobs_take_size (BeaverBlobsOp *op, GError **error)
{
  return _beaver_blobs_must_exist (op, error) ? op->size : -1;
}

void
_beaver_blobs_finish_size (GTask *task, gpointer data)
{
  BeaverBlobsOp *op = data;
  GError *error = NULL;

  if (_beaver_blobs_must_exist (op, &error))
    g_task_return_int (task, op->size);
  else
    g_task_return_error (task, error);
}

/* A stream keeps the key, the size and the row. */
BeaverBlobInputStream *
_beaver_blobs_take_stream (BeaverBlobsOp *op, GError **error)
{
  BeaverBlobsOp *copy;

  if (!_beaver_blobs_must_exist (op, error))
    return NULL;
  copy = g_new0 (BeaverBlobsOp, 1);
  copy->core = _beaver_manager_core_ref (op->core);
  copy->key = g_strdup (op->key);
  copy->size = op->size;
  copy->rowid = op->rowid;
  return _beaver_blob_input_stream_new (copy);
}

GBytes *
_beaver_blobs_take_bytes (BeaverBlobsOp *op, GError **error)
{
  return _beaver_blobs_must_exist (op, error) ? g_steal_pointer (&op->result) : NULL;
}

char *
_beaver_blobs_take_metadata (BeaverBlobsOp *op, GError **error)
{
  return _beaver_blobs_must_exist (op, error) ? g_steal_pointer (&op->text) : NULL;
}

void
_beaver_blobs_finish_bytes (GTask *task, gpointer op)
{
  GError *error = NULL;
  GBytes *value = _beaver_blobs_take_bytes (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, (GDestroyNotify) g_bytes_unref);
}

void
_beaver_blobs_finish_metadata (GTask *task, gpointer op)
{
  GError *error = NULL;
  char *value = _beaver_blobs_take_metadata (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

void
_beaver_blobs_finish_stream (GTask *task, gpointer op)
{
  GError *error = NULL;
  BeaverBlobInputStream *value = _beaver_blobs_take_stream (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_object_unref);
}
