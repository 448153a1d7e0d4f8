/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-field-guard-private.h>

/* The condition of the outer statement (OR REPLACE) is that of the inner one too, so none is used
 * here. */
#define NOTE(kind, name, key)                                                                      \
  "INSERT INTO __beaver_x_field_dirty__ (kind, name, item_key) SELECT " kind ", " name ", " key    \
  " WHERE NOT EXISTS (SELECT 1 FROM __beaver_x_field_dirty__ WHERE kind = " kind                   \
  " AND name = " name " AND item_key = " key ");"
#define WATCHED(kind, name)                                                                        \
  " WHEN EXISTS (SELECT 1 FROM __beaver_x_field_trust__ WHERE kind = " kind " AND name = " name    \
  ") BEGIN "
#define WATCH(kind, table, name, key, value)                                                       \
  "CREATE TRIGGER IF NOT EXISTS __beaver_x_field_" kind                                            \
  "_insert__ AFTER INSERT ON " table WATCHED ("'" kind "'", "NEW." name)                           \
      NOTE ("'" kind "'", "NEW." name,                                                             \
            "NEW." key) "END;"                                                                     \
                        "CREATE TRIGGER IF NOT EXISTS __beaver_x_field_" kind                      \
                        "_update__ AFTER UPDATE OF " name ", " key ", " value                      \
                        " ON " table WATCHED ("'" kind "'", "NEW." name)                           \
                            NOTE ("'" kind "'", "NEW." name, "NEW." key) "END;"

static const char SQL_INSTALL[] =
    "CREATE TABLE IF NOT EXISTS __beaver_x_field_dirty__ (kind TEXT NOT NULL, name TEXT NOT NULL,"
    " item_key NOT NULL, PRIMARY KEY (kind, name, item_key));"
    "CREATE TABLE IF NOT EXISTS __beaver_x_field_trust__ (kind TEXT NOT NULL, name TEXT NOT NULL,"
    " field TEXT NOT NULL, token TEXT NOT NULL, ready INTEGER NOT NULL, PRIMARY KEY (kind, name, "
    "field));" WATCH ("dict", "__beaver_dicts__", "dict_name", "key", "value")
        WATCH ("documents", "__beaver_documents__", "collection", "item_id", "data")
            WATCH ("log",
                   "__beaver_logs__",
                   "log_name",
                   "timestamp",
                   "data") "CREATE TRIGGER IF NOT EXISTS __beaver_x_field_rows__ AFTER DELETE ON "
                           "__beaver_field_index__" WATCHED ("OLD.kind", "OLD.name")
                               NOTE ("OLD.kind",
                                     "OLD.name",
                                     "(CASE OLD.kind WHEN 'log' THEN CAST (OLD.item_key AS REAL) "
                                     "ELSE OLD.item_key END)") "END";

gboolean
_beaver_field_guard_install (BeaverConnection *connection, GError **error)
{
  return _beaver_connection_execute (connection, SQL_INSTALL, error);
}

int
_beaver_field_guard_exists (BeaverConnection *connection, GError **error)
{
  gboolean exists;

  if (!_beaver_connection_has_table (connection, "__beaver_x_field_trust__", &exists, error))
    return -1;
  return exists;
}
