/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening a file: what can be said of it before SQLite looks, the point connection, and the
 * settings of every connection. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

/* Page cache of the point connection, which lasts from one commit of another process to the next;
 * memory is taken as it fills. */
#define POINT_CACHE_KIB 16384
/* Memory that a reader takes for its statements before it asks for more: bytes, and how often. */
#define READER_LOOKASIDE_SIZE 384
#define READER_LOOKASIDE_SLOTS 32

/* What the system says is clearer than SQLite's "unable to open database file". Looks only, opens
 * nothing. */
gboolean
_beaver_engine_check_path (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO,
                   _ ("cannot open “%s”: it is a directory; name a file"), path);
      return FALSE;
    }
  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO,
                   _ ("cannot open “%s”: there is no directory “%s”; create it first"), path,
                   directory);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (g_access (path, R_OK) != 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO, _ ("cannot open “%s”: %s"), path,
                       g_strerror (errno));
          return FALSE;
        }
      if (g_access (path, W_OK) != 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_READ_ONLY,
                       _ ("cannot open “%s” for writing: %s"), path, g_strerror (errno));
          return FALSE;
        }
    }
  else if (g_access (directory, W_OK) != 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_READ_ONLY, _ ("cannot create “%s”: %s"), path,
                   g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

gboolean
_beaver_engine_set_pragmas (BeaverConnection *connection, gboolean reader, GError **error)
{
  const BeaverEngineOptions *options = &connection->engine->options;
  g_autofree char *role =
      reader ? g_strdup ("query_only = 1") : g_strdup_printf ("cache_size = -%d", POINT_CACHE_KIB);
  g_autofree char *sql = g_strdup_printf (
      "PRAGMA synchronous = %s; PRAGMA temp_store = %s; PRAGMA mmap_size = %" G_GINT64_FORMAT
      "; PRAGMA trusted_schema = 0; PRAGMA %s",
      options->synchronous_full ? "FULL" : "NORMAL", options->temp_memory ? "MEMORY" : "DEFAULT",
      options->mmap_size, role);

  /* Of these there may be many, and each of their statements is small. Before the first one. */
  if (reader)
    sqlite3_db_config (connection->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, READER_LOOKASIDE_SIZE,
                       READER_LOOKASIDE_SLOTS);
  return _beaver_connection_execute (connection, sql, error);
}

/* WAL is a property of the file. Changing it needs the file for itself, and SQLite does not ask the
 * busy handler then. */
static gboolean
switch_to_wal (BeaverEngine *self, BeaverConnection *connection, GError **error)
{
  gint64 deadline =
      g_get_monotonic_time () + (gint64) (self->options.connection_timeout * G_USEC_PER_SEC);

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      BeaverStep step = BEAVER_STEP_ERROR;
      /* Asking first keeps a file that is in WAL mode already free of a write. */
      BeaverStatement *statement =
          _beaver_connection_prepare (connection, "PRAGMA journal_mode", &local);

      if (statement != NULL && _beaver_statement_step (statement, &local) == BEAVER_STEP_ROW)
        {
          gboolean is_wal =
              g_ascii_strcasecmp (_beaver_statement_text (statement, 0, NULL), "wal") == 0;

          _beaver_statement_reset (statement);
          statement = NULL;
          if (is_wal || !self->options.wal)
            {
              self->wal = is_wal;
              return TRUE;
            }
          statement = _beaver_connection_prepare (connection, "PRAGMA journal_mode = WAL", &local);
          if (statement != NULL &&
              (step = _beaver_statement_step (statement, &local)) == BEAVER_STEP_ROW)
            {
              self->wal =
                  g_ascii_strcasecmp (_beaver_statement_text (statement, 0, NULL), "wal") == 0;
              _beaver_statement_reset (statement);
              return TRUE; /* where WAL cannot be had (no shared memory) the rollback journal serves
                            */
            }
        }
      if (statement != NULL)
        _beaver_statement_reset (statement);
      if (!g_error_matches (local, BEAVER_ERROR, BEAVER_ERROR_BUSY) ||
          g_get_monotonic_time () > deadline)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      _beaver_engine_doze (self, g_get_monotonic_time () + 1000);
    }
}

static gboolean
is_log_empty (BeaverEngine *self)
{
  g_autofree char *log = g_strconcat (sqlite3_db_filename (self->point->db, "main"), "-wal", NULL);
  GStatBuf status;

  return g_stat (log, &status) == 0 && status.st_size == 0;
}

gboolean
_beaver_engine_open_point (BeaverEngine *self, GCancellable *cancellable, GError **error)
{
  BeaverConnection *point;

  self->point = point = _beaver_connection_open (self, error);
  if (point == NULL)
    return FALSE;
  point->cancellable = cancellable;
  /* A file that is refused is left as it is: not even its log is copied into it when we go. */
  sqlite3_db_config (point->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (!_beaver_schema_check (point, error))
    {
      point->cancellable = NULL;
      /* An empty log may go again. */
      if (is_log_empty (self))
        sqlite3_db_config (point->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
      return FALSE;
    }
  sqlite3_db_config (point->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  if ((!self->memory && !switch_to_wal (self, point, error)) ||
      !_beaver_engine_set_pragmas (point, FALSE, error) || !_beaver_schema_create (point, error))
    {
      point->cancellable = NULL;
      return FALSE;
    }
  point->cancellable = NULL;
  if (!self->memory)
    self->file = g_strdup (sqlite3_db_filename (point->db, "main"));
  if (self->wal)
    {
      _beaver_wal_index_init (&self->wal_index, point->db);
      self->known = _beaver_wal_index_peek (&self->wal_index);
    }
  _beaver_cache_open (self, self->options.cache_timeout);
  _beaver_observe_open (self);
  return TRUE;
}
