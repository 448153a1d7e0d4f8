/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-wal-index-private.h>

/* Only for a connection that is in WAL mode: SQLite would not know of the mapping otherwise, and
 * leave it. */
void
_beaver_wal_index_init (BeaverWalIndex *self, sqlite3 *db)
{
  sqlite3_file *file = NULL;
  void volatile *map = NULL;

  self->map = NULL;
  if (sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap == NULL)
    return;
  if (file->pMethods->xShmMap (file, 0, 32768, 0, &map) == SQLITE_OK)
    self->map = map;
}
