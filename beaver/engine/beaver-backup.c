/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A copy of the database while it is in use.
 *
 * A reader keeps one snapshot for as long as it takes: without one, SQLite would begin anew with
 * every commit of somebody else. Writers are not held up; only the log cannot be shortened
 * meanwhile. The copy is made under a temporary name, forced to the disk, and then put in place. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>
#include <beaver/engine/beaver-temporary-private.h>

/* 1 MiB at a time. */
#define STEP_PAGES 256
/* Virtual machine steps between two looks while the copy is checked and packed. */
#define PROGRESS_STEPS 1000

static gboolean
set_errno (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, BEAVER_ERROR, code == ENOSPC ? BEAVER_ERROR_FULL : BEAVER_ERROR_IO,
               _ ("cannot %s “%s”: %s"), what, path, g_strerror (code));
  return FALSE;
}

static gboolean
sync_folder (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean ok;

  if (fd < 0)
    return set_errno (error, "open", path);
  ok = fsync (fd) == 0 || errno == EINVAL || set_errno (error, "force to the disk", path);
  close (fd);
  return ok;
}

typedef struct
{
  BeaverEngine *engine;
  sqlite3 *copy;
  BeaverBackupStep step;
  gpointer data;
  GCancellable *cancellable;
} Backup;

/* The copy is a connection that closing does not know: it looks for itself. */
static int
on_progress (void *data)
{
  Backup *self = data;

  return _beaver_engine_closing (self->engine) ||
         (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable));
}

/* Whether it was that: then the answer of SQLite, be it damage, means nothing. */
static gboolean
set_error_if_stopped (Backup *self, GError **error)
{
  if (!_beaver_engine_closing (self->engine))
    return self->cancellable != NULL &&
           g_cancellable_set_error_if_cancelled (self->cancellable, error);
  _beaver_engine_set_interrupted (self->engine, error);
  return TRUE;
}

static gboolean
execute (Backup *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->copy, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  if (!set_error_if_stopped (self, error))
    _beaver_sqlite_set_error (error, code, self->copy, _ ("the copy"));
  return FALSE;
}

static gboolean
check_copy (Backup *self, const char *sql, GError **error)
{
  sqlite3 *db = self->copy;
  g_autofree char *answer = NULL;
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (code == SQLITE_OK && (code = sqlite3_step (statement)) == SQLITE_ROW)
    answer = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  if (set_error_if_stopped (self, error))
    return FALSE;
  if (answer == NULL)
    {
      _beaver_sqlite_set_error (error, code, db, _ ("checking the copy"));
      return FALSE;
    }
  if (g_str_equal (answer, "ok"))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               _ ("the database is damaged (%s); the copy was not put in place"), answer);
  return FALSE;
}

/* Holds the connection's lock, and gives it back for each call of step. */
static gboolean
copy_pages (BeaverConnection *source, Backup *self, gboolean in_steps, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (self->copy, "main", source->db, "main");
  gboolean ok = TRUE;
  int code = SQLITE_OK;

  if (backup == NULL)
    {
      _beaver_sqlite_set_error (error, sqlite3_errcode (self->copy), self->copy, _ ("the copy"));
      return FALSE;
    }
  source->backup = backup;
  while (ok && code == SQLITE_OK)
    {
      gint64 total, done;

      if (_beaver_engine_closing (self->engine))
        {
          _beaver_engine_set_interrupted (self->engine, error);
          ok = FALSE;
          break;
        }
      if (self->cancellable != NULL &&
          g_cancellable_set_error_if_cancelled (self->cancellable, error))
        {
          ok = FALSE;
          break;
        }
      code = sqlite3_backup_step (backup, in_steps ? STEP_PAGES : -1);
      total = sqlite3_backup_pagecount (backup);
      done = total - sqlite3_backup_remaining (backup);
      if (in_steps && (code == SQLITE_OK || code == SQLITE_DONE))
        {
          BeaverCallOut place;

          g_mutex_unlock (&source->lock);
          _beaver_engine_call_out (self->engine, &place);
          ok = self->step (done, total, self->data, error);
          _beaver_engine_call_over (&place);
          g_mutex_lock (&source->lock);
          /* the connection was closed meanwhile, and the copy ended with it */
          if (source->backup == NULL)
            {
              if (ok)
                _beaver_engine_set_interrupted (self->engine, error);
              return FALSE;
            }
        }
    }
  sqlite3_backup_finish (g_steal_pointer (&source->backup));
  if (ok && code != SQLITE_DONE)
    {
      _beaver_sqlite_set_error (error, code, self->copy, _ ("copying the database"));
      ok = FALSE;
    }
  return ok;
}

static gboolean
memory_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return copy_pages (connection, data, FALSE, error);
}

static gboolean
copy_from_reader (BeaverEngine *self, Backup *backup, GError **error)
{
  BeaverConnection *reader = _beaver_engine_lease_reader (self, backup->cancellable, error);
  gboolean ok = FALSE;

  if (reader == NULL)
    return FALSE;
  g_mutex_lock (&reader->lock);
  if (reader->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  else
    {
      reader->busy_deadline =
          g_get_monotonic_time () + (gint64) (self->options.connection_timeout * G_USEC_PER_SEC);
      /* the first look at the file is where the snapshot begins */
      if (_beaver_connection_execute (reader, "BEGIN; SELECT count(*) FROM sqlite_schema", error))
        ok = copy_pages (reader, backup, TRUE, error);
      reader->ending = TRUE;
      if (reader->db != NULL && !sqlite3_get_autocommit (reader->db))
        sqlite3_exec (reader->db, "ROLLBACK", NULL, NULL, NULL);
      reader->ending = FALSE;
    }
  g_mutex_unlock (&reader->lock);
  _beaver_engine_return_reader (self, reader);
  return ok;
}

static gboolean
copy_to (BeaverEngine *self, const char *path, gboolean verify, Backup *backup, GError **error)
{
  int code = sqlite3_open_v2 (
      path, &backup->copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  gboolean ok = FALSE;

  if (code != SQLITE_OK)
    {
      g_autofree char *what = g_strdup_printf (_ ("cannot open “%s”"), path);

      _beaver_sqlite_set_error (error, code, backup->copy, what);
    }
  else
    {
      sqlite3_progress_handler (backup->copy, PROGRESS_STEPS, on_progress, backup);
      ok = execute (backup, "PRAGMA synchronous = OFF", error) &&
           (self->memory ? _beaver_engine_run_inside (self, BEAVER_ACCESS_POINT, memory_work,
                                                      backup, backup->cancellable,
                                                      _beaver_engine_own_serial (self), error) :
                           copy_from_reader (self, backup, error)) &&
           execute (backup, "PRAGMA journal_mode = DELETE", error) &&
           /* before it is packed, which would make a damaged index anew and hide what was wrong */
           (!verify || (check_copy (backup, "PRAGMA integrity_check(1)", error) &&
                        execute (backup, "VACUUM", error) &&
                        check_copy (backup, "PRAGMA quick_check(1)", error)));
    }
  if (sqlite3_close (backup->copy) != SQLITE_OK && ok)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO, _ ("cannot close “%s”"), path);
      ok = FALSE;
    }
  return ok;
}

gboolean
_beaver_engine_backup (BeaverEngine *self,
                       const char *path,
                       gboolean verify,
                       BeaverBackupStep step,
                       gpointer data,
                       GCancellable *cancellable,
                       GError **error)
{
  Backup backup = { self, NULL, step, data, cancellable };
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *dir = g_path_get_dirname (absolute);
  g_auto (BeaverTemporary) temporary = { NULL, -1 };
  GStatBuf status;
  gboolean replaces = g_stat (absolute, &status) == 0;
  int mode = 0666;
  gboolean ok;

  if (!_beaver_engine_enter (self, error))
    return FALSE;
  /* who may not read the database may not read its copy */
  if (replaces)
    mode = 0600;
  else if (!self->memory && g_stat (_beaver_engine_get_path (self), &status) == 0)
    mode = (status.st_mode & 0666) | 0600;
  /* made here so that the name is ours; SQLite takes an empty file for a new database */
  if (!_beaver_temporary_make (&temporary, absolute, mode))
    {
      set_errno (error, "make a file beside", absolute);
      _beaver_engine_leave (self);
      return FALSE;
    }
  ok = copy_to (self, temporary.path, verify, &backup, error);
  if (ok && fsync (temporary.fd) != 0 && errno != EINVAL)
    ok = set_errno (error, "force to the disk", temporary.path);
  _beaver_temporary_release (&temporary);
  if (ok && replaces && g_chmod (temporary.path, status.st_mode & 0777) != 0)
    g_debug ("“%s” does not keep its mode: %s", path, g_strerror (errno));
  if (ok && g_rename (temporary.path, absolute) != 0)
    ok = set_errno (error, "put the copy in the place of", path);
  if (!ok)
    _beaver_temporary_remove (&temporary);
  else
    ok = sync_folder (dir, error);
  _beaver_engine_leave (self);
  return ok;
}
