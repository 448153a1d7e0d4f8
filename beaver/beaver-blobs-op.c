/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

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
  g_clear_pointer (&op->changes, g_ptr_array_unref);
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
_beaver_blobs_check_size (BeaverBlobsOp *op, guint64 size, GError **error)
{
  gsize others = strlen (op->core->name) + strlen (op->key) +
                 (op->metadata != NULL ? strlen (op->metadata) : 0) + BEAVER_BLOB_ROW_HEAD;

  if (size <= (guint64) BEAVER_BLOB_MAX_ROW && others <= (guint64) BEAVER_BLOB_MAX_ROW - size)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
               _ ("blobs “%s”: %" PRIu64 " bytes are too many for “%s”: with its key and metadata"
                  " a blob can have %" PRId64 "; put them into several"),
               op->core->name, size, op->key, BEAVER_BLOB_MAX_ROW);
  return FALSE;
}

gsize
_beaver_blobs_part_size (gint64 size)
{
  return (gsize) CLAMP (size / 16, (gint64) BEAVER_BLOB_LEAST_PART, 16 * 1024 * 1024);
}

int
_beaver_blobs_open_spool (BeaverManagerCore *core, GError **error)
{
  /* as large as the blob: not where files lie in memory, unless the user says so */
  const char *dir = g_getenv ("TMPDIR") == NULL && access ("/var/tmp", W_OK | X_OK) == 0 ?
                        "/var/tmp" :
                        g_get_tmp_dir ();
  g_autofree char *path = g_build_filename (dir, "beaver-blob-XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      int code = errno;

      g_set_error (error, BEAVER_ERROR, code == ENOSPC ? BEAVER_ERROR_FULL : BEAVER_ERROR_IO,
                   _ ("blobs “%s”: cannot make a temporary file in “%s”: %s"), core->name, dir,
                   g_strerror (code));
      return -1;
    }
  g_unlink (path);
  return fd;
}

gboolean
_beaver_blobs_write_fd (int fd, gconstpointer data, gsize size, const char *what, GError **error)
{
  const char *bytes = data;

  while (size > 0)
    {
      ssize_t n = write (fd, bytes, size);
      int code = errno;

      if (n < 0 && code == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, BEAVER_ERROR,
                       code == ENOSPC || code == EDQUOT || code == EFBIG ? BEAVER_ERROR_FULL :
                                                                           BEAVER_ERROR_IO,
                       _ ("cannot write %s: %s"), what, g_strerror (code));
          return FALSE;
        }
      bytes += n;
      size -= (gsize) n;
    }
  return TRUE;
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
      !_beaver_blobs_check_size (op, g_bytes_get_size (bytes), error))
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
  g_autoptr (GError) local_error = NULL;

  if (!_beaver_blobs_must_exist (op, error))
    return NULL;
  if (op->text == NULL || _beaver_json_check (op->text, -1, &local_error))
    return g_steal_pointer (&op->text);
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               "blobs “%s”: the metadata of “%s” is not JSON: %s; put it again", op->core->name,
               op->key, local_error->message);
  return NULL;
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
