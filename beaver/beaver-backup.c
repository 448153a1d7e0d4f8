/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/beaver-backup.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-long-op-private.h>

typedef struct
{
  BeaverEngine *engine;
  char *path;
  gboolean verify;
} BackupOp;

static void
backup_op_free (gpointer pointer)
{
  BackupOp *self = pointer;

  _beaver_engine_unref (self->engine);
  g_free (self->path);
  g_free (self);
}

static gboolean
set_in_use (const char *path, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               _ ("“%s” is a database in use; choose another path"), path);
  return FALSE;
}

static gboolean
check_target (BackupOp *self, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  GStatBuf target, source;

  if (g_file_test (wal, G_FILE_TEST_EXISTS))
    return set_in_use (self->path, error);
  if (g_stat (self->path, &target) != 0)
    return TRUE;
  if (self->verify)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                   _ ("“%s” exists already; choose another path"), self->path);
      return FALSE;
    }
  if (!S_ISREG (target.st_mode))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("“%s” is no file; choose another path"), self->path);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (suffixes) && !_beaver_engine_is_memory (self->engine); i++)
    {
      g_autofree char *own =
          g_strconcat (_beaver_engine_get_file (self->engine), suffixes[i], NULL);

      if (g_stat (own, &source) == 0 && source.st_ino == target.st_ino &&
          source.st_dev == target.st_dev)
        return set_in_use (self->path, error);
    }
  return TRUE;
}

static gboolean
on_step (gint64 done, gint64 total, gpointer data, GError **error)
{
  return _beaver_long_op_tell (data, done, total, error);
}

static gboolean
backup_run (BeaverLongOp *op, gpointer data, GError **error)
{
  BackupOp *self = data;

  return check_target (self, error) &&
         _beaver_engine_backup (self->engine, self->path, self->verify, on_step, op,
                                op->cancellable, error);
}

static BackupOp *
backup_op_new (BeaverDb *db, const char *path, gboolean verify, GError **error)
{
  BeaverEngine *engine = _beaver_db_ref_engine (db, error);
  BackupOp *self;

  if (engine == NULL)
    return NULL;
  if (*path == '\0')
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("the path of the copy is empty"));
      _beaver_engine_unref (engine);
      return NULL;
    }
  self = g_new0 (BackupOp, 1);
  self->engine = engine;
  self->path = g_strdup (path);
  self->verify = verify;
  return self;
}

static gboolean
backup (BeaverDb *db,
        const char *path,
        gboolean verify,
        BeaverProgressFunc progress,
        gpointer progress_data,
        GCancellable *cancellable,
        GError **error)
{
  BackupOp *self = backup_op_new (db, path, verify, error);
  gboolean ok;

  if (self == NULL)
    return FALSE;
  ok = _beaver_long_op_run (self->engine, backup_run, self, progress, progress_data, cancellable,
                            error);
  backup_op_free (self);
  return ok;
}

static void
backup_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

static void
backup_async (BeaverDb *db,
              gpointer tag,
              const char *path,
              gboolean verify,
              BeaverProgressFunc progress,
              gpointer progress_data,
              GDestroyNotify progress_destroy,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (db, cancellable, callback, user_data);
  GError *error = NULL;
  BackupOp *self = backup_op_new (db, path, verify, &error);

  g_task_set_source_tag (task, tag);
  if (self == NULL)
    _beaver_long_op_refuse (task, error, NULL, NULL, progress_data, progress_destroy);
  else
    _beaver_long_op_start (self->engine, backup_run, self, backup_op_free, progress, progress_data,
                           progress_destroy, task, backup_finish);
}

/**
 * beaver_db_backup:
 * @self: a database
 * @path: (type filename): the file of the copy
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Copies the database, as it is at one moment, into another file, while it is in use.
 *
 * Writers go on; the log grows meanwhile. The copy is one closed file, without a log. It takes the
 * place of @path only when it is whole and on the disk, so that an older backup is kept until then.
 * Nobody may read it who may not read the database; if it replaces a file, it has the mode of that.
 *
 * Never copy the file of an open database by other means: its newest changes are in the log, and
 * closing a descriptor on it drops SQLite's locks.
 *
 * @progress counts pages. It must not close the database: cancel instead.
 *
 * Returns: %TRUE; %FALSE on error, and nothing is left of the copy
 *
 * Since: 1.0
 */
gboolean
beaver_db_backup (BeaverDb *self,
                  const char *path,
                  BeaverProgressFunc progress,
                  gpointer progress_data,
                  GCancellable *cancellable,
                  GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return backup (self, path, FALSE, progress, progress_data, cancellable, error);
}

/**
 * beaver_db_backup_async:
 * @self: a database
 * @path: (type filename): the file of the copy
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.backup].
 *
 * Since: 1.0
 */
void
beaver_db_backup_async (BeaverDb *self,
                        const char *path,
                        BeaverProgressFunc progress,
                        gpointer progress_data,
                        GDestroyNotify progress_destroy,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (path != NULL);

  backup_async (self, beaver_db_backup_async, path, FALSE, progress, progress_data,
                progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_db_backup_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.backup_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_db_backup_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_db_export_file:
 * @self: a database
 * @path: (type filename): the file of the copy
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes a verified copy of the database into a new file.
 *
 * As [method@Beaver.Db.backup], and the copy is packed and checked from end to end before it is put
 * in place; a damaged database is %BEAVER_ERROR_CORRUPT. A file that exists is not overwritten,
 * %BEAVER_ERROR_CONFLICT.
 *
 * @progress counts pages. It must not close the database: cancel instead.
 *
 * Returns: %TRUE; %FALSE on error, and nothing is left of the copy
 *
 * Since: 1.0
 */
gboolean
beaver_db_export_file (BeaverDb *self,
                       const char *path,
                       BeaverProgressFunc progress,
                       gpointer progress_data,
                       GCancellable *cancellable,
                       GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return backup (self, path, TRUE, progress, progress_data, cancellable, error);
}

/**
 * beaver_db_export_file_async:
 * @self: a database
 * @path: (type filename): the file of the copy
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.export_file].
 *
 * Since: 1.0
 */
void
beaver_db_export_file_async (BeaverDb *self,
                             const char *path,
                             BeaverProgressFunc progress,
                             gpointer progress_data,
                             GDestroyNotify progress_destroy,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (path != NULL);

  backup_async (self, beaver_db_export_file_async, path, TRUE, progress, progress_data,
                progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_db_export_file_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.export_file_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_db_export_file_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
