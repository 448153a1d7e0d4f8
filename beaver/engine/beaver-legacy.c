/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <sqlite3.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/engine/beaver-legacy-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

struct _BeaverLegacy
{
  char *path;      /* absolute */
  gboolean no_log; /* there was none when it was opened */
  sqlite3 *db;
  sqlite3_stmt *row;
};

static gboolean
can_read (sqlite3 *db)
{
  return sqlite3_exec (db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK;
}

BeaverLegacy *
_beaver_legacy_open (const char *path, GError **error)
{
  g_autoptr (BeaverLegacy) self = g_new0 (BeaverLegacy, 1);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *wal = g_strconcat (absolute, "-wal", NULL);
  g_autofree char *what = g_strdup_printf (_ ("cannot read “%s”"), path);
  int code;

  self->path = g_strdup (absolute);
  self->no_log = !g_file_test (wal, G_FILE_TEST_EXISTS);
  code = sqlite3_open_v2 (absolute, &self->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    {
      sqlite3_busy_timeout (self->db, 5000);
      if (can_read (self->db))
        return g_steal_pointer (&self);
      code = sqlite3_errcode (self->db);
    }
  /* In a directory that cannot be written, a file in WAL mode needs to be told that nobody writes:
   * true when it has no log. */
  if ((code & 0xff) == SQLITE_CANTOPEN && !g_file_test (wal, G_FILE_TEST_EXISTS))
    {
      g_autofree char *escaped = g_uri_escape_string (absolute, "/", FALSE);
      g_autofree char *uri = g_strdup_printf ("file:%s?mode=ro&immutable=1", escaped);

      sqlite3_close (self->db);
      self->db = NULL;
      code = sqlite3_open_v2 (uri, &self->db,
                              SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
      if (code == SQLITE_OK && can_read (self->db))
        return g_steal_pointer (&self);
      code = sqlite3_errcode (self->db);
    }
  _beaver_sqlite_set_error (error, code, self->db, what);
  return NULL;
}

/* Who may only read makes an empty log for a file in WAL mode, and cannot take it away again. Who
 * may write does, as far as nobody else is there: the last one to close it. */
static void
remove_log (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  sqlite3 *db = NULL;
  GStatBuf status;

  if (g_stat (wal, &status) != 0 || status.st_size != 0)
    return;
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
    can_read (db);
  sqlite3_close (db);
}

void
_beaver_legacy_free (BeaverLegacy *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  if (self->no_log)
    remove_log (self->path);
  g_free (self->path);
  g_free (self);
}

static sqlite3_stmt *
prepare (BeaverLegacy *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    _beaver_sqlite_set_error (error, code, self->db, _ ("reading the old file"));
  return statement;
}

gboolean
_beaver_legacy_has (BeaverLegacy *self, const char *table)
{
  sqlite3_stmt *statement =
      prepare (self, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", NULL);
  gboolean found;

  sqlite3_bind_text (statement, 1, table, -1, SQLITE_STATIC);
  found = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  return found;
}

gint64
_beaver_legacy_count (BeaverLegacy *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  gint64 n = -1;
  int code;

  if (statement == NULL)
    return -1;
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    n = sqlite3_column_int64 (statement, 0);
  else
    _beaver_sqlite_set_error (error, code, self->db, _ ("reading the old file"));
  sqlite3_finalize (statement);
  return n;
}

char *
_beaver_legacy_text (BeaverLegacy *self, const char *sql)
{
  sqlite3_stmt *statement = prepare (self, sql, NULL);
  char *text = NULL;

  if (statement == NULL)
    return NULL;
  if (sqlite3_step (statement) == SQLITE_ROW)
    text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return text;
}

gboolean
_beaver_legacy_each (BeaverLegacy *self,
                     const char *sql,
                     BeaverLegacyRow row,
                     gpointer data,
                     GError **error)
{
  gboolean ok = TRUE;
  int code = SQLITE_DONE;

  self->row = prepare (self, sql, error);
  if (self->row == NULL)
    return FALSE;
  while (ok && (code = sqlite3_step (self->row)) == SQLITE_ROW)
    ok = row (self, data, error);
  if (ok && code != SQLITE_DONE)
    {
      _beaver_sqlite_set_error (error, code, self->db, _ ("reading the old file"));
      ok = FALSE;
    }
  sqlite3_finalize (self->row);
  self->row = NULL;
  return ok;
}

const char *
_beaver_legacy_column (BeaverLegacy *self, int column, gsize *length)
{
  const char *text = (const char *) sqlite3_column_text (self->row, column);

  if (length != NULL)
    *length = (gsize) sqlite3_column_bytes (self->row, column);
  return text;
}

double
_beaver_legacy_double (BeaverLegacy *self, int column)
{
  return sqlite3_column_double (self->row, column);
}

void
_beaver_legacy_bind (BeaverLegacy *self, BeaverStatement *statement)
{
  for (int i = 0; i < sqlite3_column_count (self->row); i++)
    switch (sqlite3_column_type (self->row, i))
      {
      case SQLITE_INTEGER:
        _beaver_statement_bind_int (statement, i + 1, sqlite3_column_int64 (self->row, i));
        break;
      case SQLITE_FLOAT:
        _beaver_statement_bind_double (statement, i + 1, sqlite3_column_double (self->row, i));
        break;
      case SQLITE_TEXT:
        _beaver_statement_bind_text (statement, i + 1,
                                     (const char *) sqlite3_column_text (self->row, i),
                                     sqlite3_column_bytes (self->row, i));
        break;
      case SQLITE_BLOB:
        {
          const void *blob = sqlite3_column_blob (self->row, i);

          _beaver_statement_bind_blob (statement, i + 1, blob != NULL ? blob : "",
                                       (gsize) sqlite3_column_bytes (self->row, i));
          break;
        }
      default:
        _beaver_statement_bind_null (statement, i + 1);
      }
}
