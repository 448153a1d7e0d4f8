/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-vector-changes-private.h>

#define TABLE "__beaver_x_vector_changes__"

/* The number comes before the row: in SQLite the conflict clause of the statement that fires a
 * trigger holds inside it as well, and both replacing inserts, which are Python's, and our upsert
 * end with one row of a new number. */
#define NOTE(row)                                                                                  \
  " INSERT INTO " TABLE " (collection, item_id, change) VALUES (" row ".collection, " row          \
  ".item_id, (SELECT COALESCE (MAX (change), 0) + 1 FROM " TABLE " WHERE collection = " row        \
  ".collection)) ON CONFLICT (collection, item_id) DO UPDATE SET change = excluded.change;"
#define FORGET(row)                                                                                \
  " DELETE FROM " TABLE " WHERE collection = " row ".collection AND change <="                     \
  " (SELECT MAX (change) FROM " TABLE " WHERE collection = " row                                   \
  ".collection) - " G_STRINGIFY (BEAVER_VECTOR_CHANGES_WINDOW) ";"
#define TRIGGER(name, event, body)                                                                 \
  "CREATE TRIGGER IF NOT EXISTS __beaver_x_vector_" name "__ AFTER " event                         \
  " ON __beaver_vectors__ BEGIN" body " END;"

static const char SQL_SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS " TABLE " (collection TEXT NOT NULL, item_id TEXT NOT NULL,"
    " change INTEGER NOT NULL, PRIMARY KEY (collection, item_id));"
    "CREATE INDEX IF NOT EXISTS __beaver_x_vector_changes_order__"
    " ON " TABLE " (collection, change);"
    "CREATE INDEX IF NOT EXISTS __beaver_x_lsh_items__"
    " ON __beaver_lsh_index__ (collection, item_id);" TRIGGER ("inserted",
                                                               "INSERT",
                                                               NOTE ("NEW") FORGET ("NEW"))
        TRIGGER ("updated", "UPDATE", NOTE ("OLD") NOTE ("NEW") FORGET ("OLD") FORGET ("NEW"))
            TRIGGER ("deleted", "DELETE", NOTE ("OLD") FORGET ("OLD"));

static const char SQL_CHANGE[] = "SELECT MAX (change) FROM " TABLE " WHERE collection = $1";

const char _beaver_vector_changes_sql[] =
    "SELECT changes.item_id, item.vector, item.metadata FROM " TABLE " AS changes"
    " LEFT JOIN __beaver_vectors__ AS item"
    " ON item.collection = changes.collection AND item.item_id = changes.item_id"
    " WHERE changes.collection = $1 AND changes.change > $2";

gboolean
_beaver_vector_changes_ensure (BeaverConnection *connection, GError **error)
{
  gboolean exists;

  if (!_beaver_connection_has_table (connection, TABLE, &exists, error))
    return FALSE;
  return exists || _beaver_connection_execute (connection, SQL_SCHEMA, error);
}

gboolean
_beaver_vector_changes_get (BeaverConnection *connection,
                            const char *collection,
                            gboolean *tracked,
                            gint64 *change,
                            GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;

  *change = 0;
  if (!_beaver_connection_has_table (connection, TABLE, tracked, error))
    return FALSE;
  if (!*tracked)
    return TRUE;
  statement = _beaver_connection_prepare (connection, SQL_CHANGE, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  *change = _beaver_statement_int (statement, 0);
  return TRUE;
}

gboolean
_beaver_connection_is_writing (BeaverConnection *self)
{
  return sqlite3_txn_state (self->db, "main") == SQLITE_TXN_WRITE;
}
