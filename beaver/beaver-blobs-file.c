/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Blobs out of files and into them.
 *
 * A file comes in by way of a nameless temporary one, so that the write transaction does not wait
 * for whatever the file lies on. It goes out under another name, is forced to the disk, and then
 * takes its place. Files that have no path go through GIO, by a copy that has one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/beaver-blobs-private.h>
#include <beaver/beaver-long-op-private.h>

/* What is read of a file at a time. */
#define PART (1024 * 1024)
/* Forced to the disk as often, so that neither memory nor closing waits for all of it. */
#define SYNC_EVERY (64 * 1024 * 1024)

typedef struct
{
  BeaverBlobsOp *op;
  gboolean importing;
  char *path;      /* of the file, or of its copy */
  gboolean copied; /* path is a temporary file of ours */
  GFile *file;     /* strong; not looked at by a worker */

  BeaverProgressFunc progress;
  gpointer progress_data;
  GDestroyNotify progress_destroy;
} FileOp;

static void
file_op_free (gpointer pointer)
{
  FileOp *self = pointer;

  if (self->copied)
    g_unlink (self->path);
  g_free (self->path);
  g_object_unref (self->file);
  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);
  _beaver_blobs_op_free (self->op);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FileOp, file_op_free)

static BeaverError
code_of_errno (int code)
{
  return code == ENOENT                                    ? BEAVER_ERROR_NOT_FOUND :
         code == ENOSPC || code == EDQUOT || code == EFBIG ? BEAVER_ERROR_FULL :
                                                             BEAVER_ERROR_IO;
}

/* what: translated, what was done to the file. */
static gboolean
set_errno (GError **error, const char *what, const char *path)
{
  int code = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, BEAVER_ERROR, code_of_errno (code), "%s “%s”: %s", what, name,
               g_strerror (code));
  return FALSE;
}

/* Opening and closing the file of a database drops the locks that SQLite has on it. */
static gboolean
check_foreign (FileOp *self, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  BeaverEngine *engine = self->op->core->engine;
  GStatBuf ours, theirs;

  if (_beaver_engine_is_memory (engine) || g_stat (self->path, &theirs) != 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (_beaver_engine_get_file (engine), suffixes[i], NULL);

      if (g_stat (path, &ours) == 0 && ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("“%s” is the file of this database; make a backup and take that"),
                       self->path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
set_no_file (const char *path, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               _ ("“%s” is no ordinary file; choose another path"), path);
  return FALSE;
}

/* Importing */

static gboolean
fill_spool (BeaverLongOp *op, FileOp *self, int from, int spool, gint64 total, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (PART);

  self->op->size = 0;
  for (;;)
    {
      ssize_t n = read (from, buffer, PART);

      if (n == 0)
        return TRUE;
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return set_errno (error, _ ("reading"), self->path);
      if (_beaver_engine_set_error_if_closed (op->engine, error) ||
          !_beaver_blobs_check_size (self->op, (guint64) self->op->size + (guint64) n, error) ||
          !_beaver_blobs_write_fd (spool, buffer, (gsize) n, _ ("the temporary file"), error))
        return FALSE;
      self->op->size += n;
      if (self->op->size < total && !_beaver_long_op_tell (op, self->op->size, total, error))
        return FALSE;
    }
}

static gboolean
import_run (BeaverLongOp *op, gpointer data, GError **error)
{
  FileOp *self = data;
  struct stat status;
  gboolean ok = FALSE;
  int from, spool = -1;

  if (!check_foreign (self, error))
    return FALSE;
  from = g_open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (from < 0)
    return set_errno (error, _ ("opening"), self->path);
  if (fstat (from, &status) != 0)
    set_errno (error, _ ("reading"), self->path);
  else if (!S_ISREG (status.st_mode))
    set_no_file (self->path, error);
  else if (_beaver_blobs_check_size (self->op, (guint64) status.st_size, error) &&
           (spool = _beaver_blobs_open_spool (self->op->core, error)) >= 0)
    {
      self->op->fd = spool;
      self->op->cancellable = op->cancellable;
      ok =
          fill_spool (op, self, from, spool, status.st_size, error) &&
          _beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, _beaver_blobs_store_work, self->op, error);
      self->op->cancellable = NULL;
    }
  close (from);
  if (spool >= 0)
    close (spool);
  /* it is stored, cancelled a moment later or not */
  if (ok)
    _beaver_long_op_tell (op, self->op->size, self->op->size, NULL);
  return ok;
}

/* Exporting */

static gboolean
write_parts (BeaverLongOp *op, FileOp *self, int fd, const char *name, GError **error)
{
  BeaverBlobsOp *blob = self->op;
  gsize size = (gsize) blob->size;
  gsize part = MIN (size, _beaver_blobs_part_size (blob->size));
  g_autofree guint8 *buffer = g_try_malloc (MAX (part, 1));
  gsize synced = 0;

  if (buffer == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED, _ ("no memory is left"));
      return FALSE;
    }
  blob->buffer = buffer;
  for (blob->offset = 0; blob->offset < size; blob->offset += blob->length)
    {
      blob->length = MIN (part, size - blob->offset);
      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, _beaver_blobs_read_work, blob, error) ||
          !_beaver_blobs_write_fd (fd, buffer, blob->length, name, error))
        return FALSE;
      if (blob->offset + blob->length - synced >= SYNC_EVERY)
        {
          synced = blob->offset + blob->length;
          if (fdatasync (fd) != 0 && errno != EINVAL)
            return set_errno (error, _ ("forcing to the disk"), self->path);
        }
      if (blob->offset + blob->length < size &&
          !_beaver_long_op_tell (op, (gint64) (blob->offset + blob->length), blob->size, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_in_place (FileOp *self, const char *temporary, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (self->path);
  int fd;

  if (g_rename (temporary, self->path) != 0)
    return set_errno (error, _ ("replacing"), self->path);
  fd = g_open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd >= 0)
    {
      /* the file is there; only a power cut could still bring the old one back */
      if (fsync (fd) != 0)
        g_debug ("“%s” cannot be forced to the disk: %s", dir, g_strerror (errno));
      close (fd);
    }
  return TRUE;
}

static gboolean
export_run (BeaverLongOp *op, gpointer data, GError **error)
{
  FileOp *self = data;
  g_autofree char *dir = g_path_get_dirname (self->path);
  g_autofree char *base = g_path_get_basename (self->path);
  g_autofree char *hidden = g_strdup_printf (".%s.XXXXXX", base);
  g_autofree char *temporary = g_build_filename (dir, hidden, NULL);
  g_autofree char *name = g_strdup_printf ("“%s”", self->path);
  GStatBuf status;
  gboolean exists = g_stat (self->path, &status) == 0;
  gboolean ok;
  int fd;

  if (!check_foreign (self, error))
    return FALSE;
  if (exists && !S_ISREG (status.st_mode))
    return set_no_file (self->path, error);
  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_POINT, _beaver_blobs_stat_work, self->op, error) ||
      !_beaver_blobs_must_exist (self->op, error))
    return FALSE;
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    return set_errno (error, _ ("making a file beside"), self->path);
  if (exists && fchmod (fd, status.st_mode & 07777) != 0)
    g_debug ("“%s” does not keep its mode: %s", self->path, g_strerror (errno));
  ok = write_parts (op, self, fd, name, error) &&
       (fsync (fd) == 0 || errno == EINVAL ||
        set_errno (error, _ ("forcing to the disk"), self->path));
  close (fd);
  ok = ok && put_in_place (self, temporary, error);
  if (!ok)
    g_unlink (temporary);
  else
    _beaver_long_op_tell (op, self->op->size, self->op->size, NULL);
  return ok;
}

/* Both */

static gboolean
run (BeaverLongOp *op, gpointer data, GError **error)
{
  FileOp *self = data;

  if (self->importing ? import_run (op, data, error) : export_run (op, data, error))
    return TRUE;
  if (error != NULL && *error != NULL && (*error)->domain == BEAVER_ERROR &&
      !g_error_matches (*error, BEAVER_ERROR, BEAVER_ERROR_CLOSED) &&
      !g_str_has_prefix ((*error)->message, "blobs "))
    g_prefix_error (error, "blobs “%s”: ", self->op->core->name);
  return FALSE;
}

/* Of GIO, about a file without a path. */
static void
convert_error (FileOp *self, GError *gio, GError **error)
{
  if (g_error_matches (gio, G_IO_ERROR, G_IO_ERROR_CANCELLED) || gio->domain == BEAVER_ERROR)
    {
      g_propagate_error (error, gio);
      return;
    }
  g_set_error (error, BEAVER_ERROR,
               g_error_matches (gio, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? BEAVER_ERROR_NOT_FOUND :
               g_error_matches (gio, G_IO_ERROR, G_IO_ERROR_NO_SPACE)  ? BEAVER_ERROR_FULL :
                                                                         BEAVER_ERROR_IO,
               "blobs “%s”: %s", self->op->core->name, gio->message);
  g_error_free (gio);
}

static FileOp *
file_op_new (BeaverBlobs *blobs,
             const char *key,
             GFile *file,
             gboolean importing,
             const char *metadata,
             GError **error)
{
  g_autoptr (BeaverBlobsOp) op = _beaver_blobs_new_own_op (blobs, key, error);
  g_autoptr (FileOp) self = NULL;
  g_autofree char *path = NULL;

  if (op == NULL || !_beaver_blobs_op_set_metadata (op, metadata, error))
    return NULL;
  self = g_new0 (FileOp, 1);
  self->importing = importing;
  self->file = g_object_ref (file);
  path = g_file_get_path (file);
  self->op = g_steal_pointer (&op);
  if (path != NULL)
    self->path = g_steal_pointer (&path);
  else
    {
      g_autoptr (GError) local_error = NULL;
      int fd = g_file_open_tmp ("beaver-blob-XXXXXX", &self->path, &local_error);

      if (fd < 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO, "blobs “%s”: %s", self->op->core->name,
                       local_error->message);
          return NULL;
        }
      close (fd);
      self->copied = TRUE;
    }
  return g_steal_pointer (&self);
}

static gboolean
copy_with_gio (FileOp *self,
               BeaverProgressFunc progress,
               gpointer progress_data,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GFile) copy = g_file_new_for_path (self->path);
  GError *local_error = NULL;

  if (g_file_copy (self->importing ? self->file : copy, self->importing ? copy : self->file,
                   G_FILE_COPY_OVERWRITE, cancellable, progress, progress_data, &local_error))
    return TRUE;
  convert_error (self, local_error, error);
  return FALSE;
}

static gboolean
run_now (FileOp *self,
         BeaverProgressFunc progress,
         gpointer progress_data,
         GCancellable *cancellable,
         GError **error)
{
  return (!self->copied || !self->importing ||
          copy_with_gio (self, progress, progress_data, cancellable, error)) &&
         _beaver_long_op_run (self->op->core->engine, run, self, progress, progress_data,
                              cancellable, error) &&
         (!self->copied || self->importing ||
          copy_with_gio (self, progress, progress_data, cancellable, error));
}

static void
on_exported_copy (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *local_error = NULL;
  GError *error = NULL;

  if (g_file_copy_finish (G_FILE (object), result, &local_error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  convert_error (g_task_get_task_data (task), local_error, &error);
  g_task_return_error (task, error);
}

static void
run_finish (GTask *task, gpointer data)
{
  FileOp *self = data;
  g_autoptr (GFile) copy = NULL;

  if (!self->copied || self->importing)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  copy = g_file_new_for_path (self->path);
  g_file_copy_async (copy, self->file, G_FILE_COPY_OVERWRITE, g_task_get_priority (task),
                     g_task_get_cancellable (task), self->progress, self->progress_data,
                     on_exported_copy, g_object_ref (task));
}

static void
start_run (FileOp *self, GTask *task)
{
  _beaver_long_op_start (self->op->core->engine, run, self, NULL, self->progress,
                         self->progress_data, NULL, task, run_finish);
}

static void
on_import_copy (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FileOp *self = g_task_get_task_data (task);
  GError *local_error = NULL;
  GError *error = NULL;

  if (g_file_copy_finish (G_FILE (object), result, &local_error))
    {
      start_run (self, task);
      return;
    }
  convert_error (self, local_error, &error);
  g_task_return_error (task, error);
}

static void
start (BeaverBlobs *blobs,
       gpointer source_tag,
       FileOp *self, /* NULL with an error */
       GError *error,
       BeaverProgressFunc progress,
       gpointer progress_data,
       GDestroyNotify progress_destroy,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (blobs, cancellable, callback, user_data);
  g_autoptr (GFile) copy = NULL;

  g_task_set_source_tag (task, source_tag);
  if (self == NULL)
    {
      _beaver_long_op_refuse (task, error, NULL, NULL, progress_data, progress_destroy);
      return;
    }
  self->progress = progress;
  self->progress_data = progress_data;
  self->progress_destroy = progress_destroy;
  g_task_set_task_data (task, self, file_op_free);
  g_task_set_check_cancellable (task, FALSE);
  if (!self->copied || !self->importing)
    {
      start_run (self, task);
      return;
    }
  copy = g_file_new_for_path (self->path);
  g_file_copy_async (self->file, copy, G_FILE_COPY_OVERWRITE, g_task_get_priority (task),
                     cancellable, progress, progress_data, on_import_copy, g_object_ref (task));
}

/**
 * beaver_blobs_import_file:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @file: an ordinary file
 * @metadata: (nullable): optional, JSON text
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the bytes of @key to those of a file, in little memory whatever its size.
 *
 * The file is copied into a nameless temporary one first (see [class@Beaver.BlobOutputStream]), so
 * that the file's write lock is not held longer than it takes to store it. Nobody sees a half: on
 * any error, or when cancelled, what was there stays. %BEAVER_ERROR_NOT_FOUND when there is no such
 * file, %BEAVER_ERROR_FULL, before anything is copied, when it is too large.
 *
 * @progress counts bytes.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_import_file (BeaverBlobs *self,
                          const char *key,
                          GFile *file,
                          const char *metadata,
                          BeaverProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (FileOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  op = file_op_new (self, key, file, TRUE, metadata, error);
  return op != NULL && run_now (op, progress, progress_data, cancellable, error);
}

/**
 * beaver_blobs_import_file_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @file: an ordinary file
 * @metadata: (nullable): optional, JSON text
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.import_file].
 *
 * Since: 1.0
 */
void
beaver_blobs_import_file_async (BeaverBlobs *self,
                                const char *key,
                                GFile *file,
                                const char *metadata,
                                BeaverProgressFunc progress,
                                gpointer progress_data,
                                GDestroyNotify progress_destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  FileOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));
  g_return_if_fail (G_IS_FILE (file));

  op = file_op_new (self, key, file, TRUE, metadata, &error);
  start (self, beaver_blobs_import_file_async, op, error, progress, progress_data, progress_destroy,
         cancellable, callback, user_data);
}

/**
 * beaver_blobs_import_file_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.import_file_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_import_file_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_blobs_export_file:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @file: where to write the bytes
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes the bytes of @key into a file, in little memory whatever their number.
 *
 * They are written under another name in the same folder and forced to the disk; then they take the
 * place of @file, which is the old one until then and never a half. When the blob is replaced
 * meanwhile, that is %BEAVER_ERROR_CONFLICT. A file that has no path is written by GIO, as well as
 * it can.
 *
 * @progress counts bytes.
 *
 * Returns: %TRUE; %FALSE on error, and nothing is left of what was written
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_export_file (BeaverBlobs *self,
                          const char *key,
                          GFile *file,
                          BeaverProgressFunc progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (FileOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_BLOBS (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  op = file_op_new (self, key, file, FALSE, NULL, error);
  return op != NULL && run_now (op, progress, progress_data, cancellable, error);
}

/**
 * beaver_blobs_export_file_async:
 * @self: a store of blobs
 * @key: the key, any UTF-8
 * @file: where to write the bytes
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Blobs.export_file].
 *
 * Since: 1.0
 */
void
beaver_blobs_export_file_async (BeaverBlobs *self,
                                const char *key,
                                GFile *file,
                                BeaverProgressFunc progress,
                                gpointer progress_data,
                                GDestroyNotify progress_destroy,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  FileOp *op;

  g_return_if_fail (BEAVER_IS_BLOBS (self));
  g_return_if_fail (G_IS_FILE (file));

  op = file_op_new (self, key, file, FALSE, NULL, &error);
  start (self, beaver_blobs_export_file_async, op, error, progress, progress_data, progress_destroy,
         cancellable, callback, user_data);
}

/**
 * beaver_blobs_export_file_finish:
 * @self: a store of blobs
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Blobs.export_file_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_blobs_export_file_finish (BeaverBlobs *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
