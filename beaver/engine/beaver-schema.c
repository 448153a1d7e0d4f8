/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tables of beaver-db 2.x, and the rules by which a file is refused before anything in it is
 * changed (spec, sections 1.2 to 1.4): the same names, columns, types, keys and indexes as the
 * original makes. */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

#define SCHEMA_VERSION 1

static const struct
{
  const char *name;
  const char *sql;
} objects[] = {
  { "__beaver_blobs__", "CREATE TABLE IF NOT EXISTS __beaver_blobs__ (store_name TEXT NOT NULL, "
                        "key TEXT NOT NULL, data BLOB NOT NULL, "
                        "metadata TEXT, PRIMARY KEY (store_name, key))" },
  { "__beaver_manager_versions__",
    "CREATE TABLE IF NOT EXISTS __beaver_manager_versions__ (namespace TEXT PRIMARY KEY, version "
    "INTEGER NOT NULL DEFAULT 0)" },
  { "__beaver_dicts__", "CREATE TABLE IF NOT EXISTS __beaver_dicts__ (dict_name TEXT NOT NULL, key "
                        "TEXT NOT NULL, value TEXT NOT NULL, "
                        "expires_at REAL, PRIMARY KEY (dict_name, key))" },
  { "__beaver_lists__", "CREATE TABLE IF NOT EXISTS __beaver_lists__ (list_name TEXT NOT NULL, "
                        "item_order TEXT NOT NULL, item_value TEXT NOT NULL, "
                        "PRIMARY KEY (list_name, item_order))" },
  { "__beaver_lock_waiters__", "CREATE TABLE IF NOT EXISTS __beaver_lock_waiters__ (lock_name TEXT "
                               "NOT NULL, waiter_id TEXT NOT NULL, "
                               "requested_at REAL NOT NULL, expires_at REAL NOT NULL, PRIMARY KEY "
                               "(lock_name, requested_at))" },
  { "idx_lock_expires", "CREATE INDEX IF NOT EXISTS idx_lock_expires ON __beaver_lock_waiters__ "
                        "(lock_name, expires_at)" },
  { "idx_lock_waiter_id", "CREATE INDEX IF NOT EXISTS idx_lock_waiter_id ON "
                          "__beaver_lock_waiters__ (lock_name, waiter_id)" },
  { "__beaver_logs__", "CREATE TABLE IF NOT EXISTS __beaver_logs__ (log_name TEXT NOT NULL, "
                       "timestamp REAL NOT NULL, data TEXT NOT NULL, "
                       "PRIMARY KEY (log_name, timestamp))" },
  { "idx_logs_timestamp",
    "CREATE INDEX IF NOT EXISTS idx_logs_timestamp ON __beaver_logs__ (log_name, timestamp)" },
  { "__beaver_field_index__",
    "CREATE TABLE IF NOT EXISTS __beaver_field_index__ (kind TEXT NOT NULL, name TEXT NOT NULL, "
    "item_key TEXT NOT NULL, "
    "field TEXT NOT NULL, value TEXT, value_num REAL, PRIMARY KEY (kind, name, item_key, field))" },
  { "idx_field_lookup", "CREATE INDEX IF NOT EXISTS idx_field_lookup ON __beaver_field_index__ "
                        "(kind, name, field, value)" },
  { "idx_field_lookup_num", "CREATE INDEX IF NOT EXISTS idx_field_lookup_num ON "
                            "__beaver_field_index__ (kind, name, field, value_num)" },
  { "__beaver_field_index_manifest__",
    "CREATE TABLE IF NOT EXISTS __beaver_field_index_manifest__ (kind TEXT NOT NULL, name TEXT NOT "
    "NULL, field TEXT NOT NULL, "
    "complete INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, name, field))" },
  { "__beaver_priority_queues__", "CREATE TABLE IF NOT EXISTS __beaver_priority_queues__ "
                                  "(queue_name TEXT NOT NULL, priority REAL NOT NULL, "
                                  "timestamp REAL NOT NULL, data TEXT NOT NULL)" },
  { "idx_priority_queue_order", "CREATE INDEX IF NOT EXISTS idx_priority_queue_order ON "
                                "__beaver_priority_queues__ (queue_name, priority ASC, timestamp "
                                "ASC)" },
  { "__beaver_pubsub_log__", "CREATE TABLE IF NOT EXISTS __beaver_pubsub_log__ (timestamp REAL "
                             "PRIMARY KEY, channel_name TEXT NOT NULL, "
                             "message_payload TEXT NOT NULL)" },
  { "idx_pubsub_channel_timestamp", "CREATE INDEX IF NOT EXISTS idx_pubsub_channel_timestamp ON "
                                    "__beaver_pubsub_log__ (channel_name, timestamp)" },
  { "__beaver_sketches__", "CREATE TABLE IF NOT EXISTS __beaver_sketches__ (name TEXT PRIMARY KEY, "
                           "type TEXT NOT NULL, capacity INTEGER NOT NULL, "
                           "error_rate REAL NOT NULL, data BLOB NOT NULL)" },
  { "__beaver_documents__", "CREATE TABLE IF NOT EXISTS __beaver_documents__ (collection TEXT NOT "
                            "NULL, item_id TEXT NOT NULL, data TEXT NOT NULL, "
                            "PRIMARY KEY (collection, item_id))" },
  { "__beaver_fts_index__", "CREATE VIRTUAL TABLE IF NOT EXISTS __beaver_fts_index__ USING "
                            "fts5(collection, item_id, field_path, field_content, "
                            "tokenize = 'porter')" },
  { "__beaver_trigrams__", "CREATE TABLE IF NOT EXISTS __beaver_trigrams__ (collection TEXT NOT "
                           "NULL, item_id TEXT NOT NULL, trigram TEXT NOT NULL, "
                           "PRIMARY KEY (collection, item_id, trigram))" },
  { "idx_trigram_lookup",
    "CREATE INDEX IF NOT EXISTS idx_trigram_lookup ON __beaver_trigrams__ (collection, trigram)" },
  { "__beaver_edges__", "CREATE TABLE IF NOT EXISTS __beaver_edges__ (collection TEXT NOT NULL, "
                        "source_item_id TEXT NOT NULL, "
                        "target_item_id TEXT NOT NULL, label TEXT NOT NULL, metadata TEXT, "
                        "PRIMARY KEY (collection, source_item_id, target_item_id, label))" },
  { "idx_edges_target", "CREATE INDEX IF NOT EXISTS idx_edges_target ON __beaver_edges__ "
                        "(collection, target_item_id)" },
  { "__beaver_vectors__", "CREATE TABLE IF NOT EXISTS __beaver_vectors__ (collection TEXT NOT "
                          "NULL, item_id TEXT NOT NULL, vector BLOB NOT NULL, "
                          "metadata TEXT, PRIMARY KEY (collection, item_id))" },
  { "__beaver_lsh_config__", "CREATE TABLE IF NOT EXISTS __beaver_lsh_config__ (collection TEXT "
                             "PRIMARY KEY, hyperplanes BLOB NOT NULL)" },
  { "__beaver_lsh_index__",
    "CREATE TABLE IF NOT EXISTS __beaver_lsh_index__ (collection TEXT NOT NULL, bucket_id INTEGER "
    "NOT NULL, "
    "item_id TEXT NOT NULL, PRIMARY KEY (collection, bucket_id, item_id))" },
  { "idx_lsh_lookup",
    "CREATE INDEX IF NOT EXISTS idx_lsh_lookup ON __beaver_lsh_index__ (collection, bucket_id)" },
};

static const char *const legacy_tables[] = {
  "beaver_blobs",
  "beaver_collection_versions",
  "beaver_collections",
  "beaver_dicts",
  "beaver_edges",
  "beaver_fts_index",
  "beaver_lists",
  "beaver_lock_waiters",
  "beaver_logs",
  "beaver_manager_versions",
  "beaver_priority_queues",
  "beaver_pubsub_log",
  "beaver_sketches",
  "beaver_trigrams",
  "beaver_vector_change_log",
};

static gboolean
is_legacy (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (legacy_tables); i++)
    if (strcmp (name, legacy_tables[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_modern (const char *name)
{
  return g_str_has_prefix (name, "__beaver_") && g_str_has_suffix (name, "__");
}

/* The release that wrote a 1.x file, as its metadata says. */
static char *
legacy_version (BeaverConnection *connection)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection,
      "SELECT value FROM beaver_dicts WHERE dict_name = '__metadata__' AND key = 'version'", NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (statement == NULL || _beaver_statement_step (statement, NULL) != BEAVER_STEP_ROW)
    return g_strdup (_ ("an unknown release"));
  text = _beaver_statement_dup_text (statement, 0);
  length = text != NULL ? strlen (text) : 0;
  if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
    return g_strndup (text + 1, length - 2);
  return g_steal_pointer (&text);
}

static gboolean
read_int (BeaverConnection *connection, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  *value = step == BEAVER_STEP_ROW ? _beaver_statement_int (statement, 0) : 0;
  return TRUE;
}

static gboolean
read_tables (BeaverConnection *connection,
             GPtrArray *legacy,
             GPtrArray *modern,
             guint *n_foreign,
             GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *name = _beaver_statement_text (statement, 0, NULL);

      if (is_legacy (name))
        g_ptr_array_add (legacy, g_strdup (name));
      else if (is_modern (name))
        g_ptr_array_add (modern, g_strdup (name));
      else if (!g_str_has_prefix (name, "sqlite_") && !g_str_has_prefix (name, "__beaver_"))
        ++*n_foreign; /* shadow tables of the full-text index begin as ours do */
    }
  return step == BEAVER_STEP_DONE;
}

/* 2.0rc3 and older numbered list items with REALs. An empty table of that kind is replaced, a
 * filled one is refused. */
static gboolean
check_rc3_lists (BeaverConnection *connection, gboolean *drop, GError **error)
{
  gint64 real = 0, rows = 0;

  *drop = FALSE;
  if (!read_int (connection,
                 "SELECT count(*) FROM pragma_table_info('__beaver_lists__') WHERE name = "
                 "'item_order' AND upper(type) = 'REAL'",
                 &real, error))
    return FALSE;
  if (real == 0)
    return TRUE;
  if (!read_int (connection, "SELECT EXISTS (SELECT 1 FROM __beaver_lists__)", &rows, error))
    return FALSE;
  if (rows != 0)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_SCHEMA,
          _ ("“%s” was written by beaver-db 2.0rc3 or older, whose lists this release cannot read; "
             "dump it with that release and load the dump into a new file"),
          _beaver_engine_get_path (connection->engine));
      return FALSE;
    }
  *drop = TRUE;
  return TRUE;
}

gboolean
_beaver_schema_check (BeaverConnection *connection, GError **error)
{
  const char *path = _beaver_engine_get_path (connection->engine);
  g_autoptr (GPtrArray) legacy = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) modern = g_ptr_array_new_with_free_func (g_free);
  guint n_foreign = 0;
  gint64 version = 0;
  gboolean drop;

  if (!read_tables (connection, legacy, modern, &n_foreign, error))
    return FALSE;
  if (legacy->len > 0)
    {
      g_autofree char *release = legacy_version (connection);
      g_autofree char *old = NULL;

      g_ptr_array_add (legacy, NULL);
      old = g_strjoinv (", ", (char **) legacy->pdata);
      if (modern->len > 0)
        {
          g_autofree char *young = NULL;

          g_ptr_array_add (modern, NULL);
          young = g_strjoinv (", ", (char **) modern->pdata);
          g_set_error (
              error, BEAVER_ERROR, BEAVER_ERROR_SPLIT_BRAIN,
              _ ("“%s” holds data of beaver-db 1.x (%s; tables %s) and of 2.x (tables %s): two "
                 "releases wrote to it; "
                 "decide which half is wanted, copy the file, and drop the other half's tables"),
              path, release, old, young);
          return FALSE;
        }
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_LEGACY,
                   _ ("“%s” was written by beaver-db 1.x (%s; tables %s); convert it with “beaver "
                      "migrate” first"),
                   path, release, old);
      return FALSE;
    }
  if (!read_int (connection, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version > SCHEMA_VERSION)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SCHEMA,
                   _ ("“%s” has format version %" PRId64
                      ", this release knows %d: it was written by a newer release; "
                      "update libbeaver"),
                   path, version, SCHEMA_VERSION);
      return FALSE;
    }
  if (modern->len == 0 && n_foreign > 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SCHEMA,
                   _ ("“%s” is a database of another program (%u tables, none of them ours); "
                      "choose another path"),
                   path, n_foreign);
      return FALSE;
    }
  return version == SCHEMA_VERSION || check_rc3_lists (connection, &drop, error);
}

static gboolean
count_missing (BeaverConnection *connection, guint *n, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, "SELECT 1 FROM sqlite_schema WHERE name = $1", error);

  *n = 0;
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      BeaverStep step;

      _beaver_statement_bind_text (statement, 1, objects[i].name, -1);
      step = _beaver_statement_step (statement, error);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      *n += step == BEAVER_STEP_DONE;
      _beaver_statement_rewind (statement);
    }
  return TRUE;
}

static gboolean
create_all (BeaverConnection *connection, GError **error)
{
  gint64 version = 0;
  gboolean drop = FALSE;

  /* Looked at again under the write lock: somebody may have been here since. */
  if (!read_int (connection, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < SCHEMA_VERSION && !check_rc3_lists (connection, &drop, error))
    return FALSE;
  if (drop && !_beaver_connection_execute (connection, "DROP TABLE __beaver_lists__", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    if (!_beaver_connection_execute (connection, objects[i].sql, error))
      return FALSE;
  return version == SCHEMA_VERSION ||
         _beaver_connection_execute (connection, "PRAGMA user_version = 1", error);
}

gboolean
_beaver_schema_create (BeaverConnection *connection, GError **error)
{
  gint64 version = 0;
  guint missing = 0;

  if (!read_int (connection, "PRAGMA user_version", &version, error) ||
      !count_missing (connection, &missing, error))
    return FALSE;
  if (version == SCHEMA_VERSION && missing == 0)
    return TRUE;

  if (!_beaver_connection_execute (connection, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (create_all (connection, error) && _beaver_connection_execute (connection, "COMMIT", error))
    return TRUE;
  if (!sqlite3_get_autocommit (connection->db))
    sqlite3_exec (connection->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}
