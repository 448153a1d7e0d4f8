/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-sqlite-error-private.h>

/* Indexed by the primary result code: https://www.sqlite.org/rescode.html */
static const struct
{
  int code; /* BeaverError */
  const char *hint;
} table[] = {
  [SQLITE_OK] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_ERROR] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_INTERNAL] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_PERM] = { BEAVER_ERROR_IO, N_ ("check the permissions of the file and its directory") },
  [SQLITE_ABORT] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_BUSY] = { BEAVER_ERROR_BUSY, N_ ("another process kept the write lock; try again") },
  [SQLITE_LOCKED] = { BEAVER_ERROR_BUSY, N_ ("try again") },
  [SQLITE_NOMEM] = { BEAVER_ERROR_FAILED, N_ ("out of memory") },
  [SQLITE_READONLY] = { BEAVER_ERROR_READ_ONLY, N_ ("make the file and its directory writable") },
  [SQLITE_INTERRUPT] = { BEAVER_ERROR_CLOSED, NULL },
  [SQLITE_IOERR] = { BEAVER_ERROR_IO, N_ ("check the disk and the file system") },
  [SQLITE_CORRUPT] = { BEAVER_ERROR_CORRUPT, N_ ("the file is damaged; restore a backup or recover "
                                                 "it with “sqlite3 FILE .recover”") },
  [SQLITE_NOTFOUND] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_FULL] = { BEAVER_ERROR_FULL,
                    N_ ("make room on the disk and try again; nothing was changed") },
  [SQLITE_CANTOPEN] = { BEAVER_ERROR_IO,
                        N_ ("check that the file and its directory exist and can be written") },
  [SQLITE_PROTOCOL] = { BEAVER_ERROR_BUSY, N_ ("try again") },
  [SQLITE_EMPTY] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_SCHEMA] = { BEAVER_ERROR_BUSY, N_ ("the tables were changed meanwhile; try again") },
  [SQLITE_TOOBIG] = { BEAVER_ERROR_INVALID, N_ ("the value is larger than SQLite can store") },
  [SQLITE_CONSTRAINT] = { BEAVER_ERROR_CONFLICT, NULL },
  [SQLITE_MISMATCH] = { BEAVER_ERROR_INVALID, NULL },
  [SQLITE_MISUSE] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_NOLFS] = { BEAVER_ERROR_IO, NULL },
  [SQLITE_AUTH] = { BEAVER_ERROR_IO, NULL },
  [SQLITE_FORMAT] = { BEAVER_ERROR_CORRUPT, NULL },
  [SQLITE_RANGE] = { BEAVER_ERROR_FAILED, NULL },
  [SQLITE_NOTADB] = { BEAVER_ERROR_SCHEMA, N_ ("the file is not a database; choose another path") },
};
G_STATIC_ASSERT (G_N_ELEMENTS (table) == SQLITE_NOTADB + 1);

/* The index into the table. */
static int
find_primary (int code)
{
  /* The wal-index could not be made larger: SQLite's documentation says that this is how a disk
   * without room looks there. */
  return code == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : code & 0xff;
}

int
_beaver_sqlite_error_code (int code)
{
  int primary = find_primary (code);

  return primary >= 0 && primary < (int) G_N_ELEMENTS (table) ? table[primary].code :
                                                                BEAVER_ERROR_FAILED;
}

void
_beaver_sqlite_set_error (GError **error, int code, sqlite3 *db, const char *what)
{
  int primary = find_primary (code);
  const char *reason = db != NULL && (sqlite3_errcode (db) & 0xff) == (code & 0xff) ?
                           sqlite3_errmsg (db) :
                           sqlite3_errstr (code);
  const char *hint =
      primary >= 0 && primary < (int) G_N_ELEMENTS (table) ? table[primary].hint : NULL;

  if (hint != NULL)
    g_set_error (error, BEAVER_ERROR, _beaver_sqlite_error_code (code), "%s%s%s (SQLite %d): %s",
                 what != NULL ? what : "", what != NULL ? ": " : "", reason, code, _ (hint));
  else
    g_set_error (error, BEAVER_ERROR, _beaver_sqlite_error_code (code), "%s%s%s (SQLite %d)",
                 what != NULL ? what : "", what != NULL ? ": " : "", reason, code);
}
