/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rows beside documents and vectors that searching needs, for data that come in from outside.
 */
#include "config.h"

#include <string.h>

#include <beaver/beaver-dump-private.h>
#include <beaver/engine/beaver-flatten-private.h>
#include <beaver/engine/beaver-lsh-private.h>
#include <beaver/engine/beaver-trigram-private.h>

static const char SQL_DOCUMENT[] =
    "INSERT INTO __beaver_documents__ (collection, item_id, data) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET data = excluded.data";
static const char SQL_DOCUMENT_EXISTS[] =
    "SELECT 1 FROM __beaver_documents__ WHERE collection = $1 AND item_id = $2";
static const char SQL_DROP_FTS[] =
    "DELETE FROM __beaver_fts_index__ WHERE collection = $1 AND item_id = $2";
static const char SQL_DROP_TRIGRAMS[] =
    "DELETE FROM __beaver_trigrams__ WHERE collection = $1 AND item_id = $2";
static const char SQL_FTS[] =
    "INSERT INTO __beaver_fts_index__ (collection, item_id, field_path, field_content)"
    " VALUES ($1, $2, $3, $4)";
static const char SQL_TRIGRAM[] =
    "INSERT INTO __beaver_trigrams__ (collection, item_id, trigram) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id, trigram) DO NOTHING";
static const char SQL_PLANES[] =
    "SELECT hyperplanes FROM __beaver_lsh_config__ WHERE collection = $1";
static const char SQL_SET_PLANES[] =
    "INSERT INTO __beaver_lsh_config__ (collection, hyperplanes) VALUES ($1, $2)";
static const char SQL_VECTORS[] =
    "SELECT item_id, vector FROM __beaver_vectors__ WHERE collection = $1";
static const char SQL_CLEAR_BUCKETS[] = "DELETE FROM __beaver_lsh_index__ WHERE collection = $1";
static const char SQL_BUCKET[] =
    "INSERT INTO __beaver_lsh_index__ (collection, bucket_id, item_id) VALUES ($1, $2, $3)";

typedef struct
{
  BeaverStatement *statement;
  gboolean failed;
  GError **error;
} Insert;

static void
insert_text (const char *path,
             gsize path_length,
             const char *text,
             gsize length,
             gpointer user_data)
{
  Insert *insert = user_data;

  if (insert->failed)
    return;
  _beaver_statement_bind_text (insert->statement, 3, path, (gssize) path_length);
  _beaver_statement_bind_text (insert->statement, 4, text, (gssize) length);
  insert->failed = !_beaver_statement_run (insert->statement, insert->error);
}

static gboolean
run_pair (BeaverConnection *connection,
          const char *sql,
          const char *collection,
          const char *id,
          GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
write_fts (BeaverConnection *connection,
           const char *collection,
           const char *id,
           const char *body,
           GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_FTS, error);
  Insert insert = { statement, FALSE, error };

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  return _beaver_flatten (body, -1, insert_text, &insert, error) && !insert.failed;
}

static gboolean
write_trigrams (BeaverConnection *connection,
                const char *collection,
                const char *id,
                const char *body,
                GError **error)
{
  GString *text = _beaver_flatten_text (body, -1, error);
  g_autoptr (GArray) trigrams = NULL;
  g_autoptr (BeaverStatement) statement = NULL;

  if (text == NULL)
    return FALSE;
  trigrams = _beaver_trigrams (text->str, (gssize) text->len);
  g_string_free (text, TRUE);
  statement = _beaver_connection_prepare (connection, SQL_TRIGRAM, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  for (guint i = 0; i < trigrams->len; i++)
    {
      BeaverTrigram *trigram = &g_array_index (trigrams, BeaverTrigram, i);

      _beaver_statement_bind_text (statement, 3, trigram->text, trigram->length);
      if (!_beaver_statement_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_beaver_dump_write_document (BeaverConnection *connection,
                             const char *collection,
                             const char *id,
                             const char *body,
                             gboolean replace,
                             gboolean fts,
                             gboolean fuzzy,
                             GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;

  /* deleting from the full-text index by id is a scan: only where there is something to delete */
  if (replace)
    {
      BeaverStep step;

      statement = _beaver_connection_prepare (connection, SQL_DOCUMENT_EXISTS, error);
      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_text (statement, 1, collection, -1);
      _beaver_statement_bind_text (statement, 2, id, -1);
      step = _beaver_statement_step (statement, error);
      g_clear_pointer (&statement, _beaver_statement_reset);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      if (step == BEAVER_STEP_ROW &&
          (!run_pair (connection, SQL_DROP_FTS, collection, id, error) ||
           !run_pair (connection, SQL_DROP_TRIGRAMS, collection, id, error)))
        return FALSE;
    }
  statement = _beaver_connection_prepare (connection, SQL_DOCUMENT, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  _beaver_statement_bind_text (statement, 3, body, -1);
  return _beaver_statement_run (statement, error) &&
         (!fts || write_fts (connection, collection, id, body, error)) &&
         (!fuzzy || write_trigrams (connection, collection, id, body, error));
}

static gboolean
read_planes (BeaverConnection *connection, const char *collection, GBytes **planes, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_PLANES, error);
  BeaverStep step;

  *planes = NULL;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    *planes = _beaver_statement_dup_bytes (statement, 0);
  return step != BEAVER_STEP_ERROR;
}

static BeaverLsh *
make_lsh (BeaverConnection *connection,
          const char *collection,
          GBytes *stored,
          GBytes *given,
          gsize dimension,
          GError **error)
{
  g_autoptr (BeaverLsh) lsh = NULL;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  if (stored != NULL)
    {
      data = g_bytes_get_data (stored, &size);
      return _beaver_lsh_new_from_data (data, size, dimension, error);
    }
  if (given != NULL)
    {
      data = g_bytes_get_data (given, &size);
      lsh = _beaver_lsh_new_from_data (data, size, dimension, NULL);
    }
  if (lsh == NULL)
    lsh = _beaver_lsh_new (dimension, g_str_hash (collection));
  bytes = _beaver_lsh_to_bytes (lsh);
  statement = _beaver_connection_prepare (connection, SQL_SET_PLANES, error);
  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_bytes (statement, 2, bytes);
  return _beaver_statement_run (statement, error) ? g_steal_pointer (&lsh) : NULL;
}

gboolean
_beaver_dump_index_vectors (BeaverConnection *connection,
                            const char *collection,
                            GBytes *hyperplanes,
                            gint64 *n,
                            GError **error)
{
  g_autoptr (GBytes) stored = NULL;
  g_autoptr (BeaverLsh) lsh = NULL;
  g_autoptr (BeaverStatement) clear = NULL;
  g_autoptr (BeaverStatement) vectors = NULL;
  g_autoptr (BeaverStatement) insert = NULL;
  BeaverStep step;

  if (!read_planes (connection, collection, &stored, error))
    return FALSE;
  clear = _beaver_connection_prepare (connection, SQL_CLEAR_BUCKETS, error);
  if (clear == NULL)
    return FALSE;
  _beaver_statement_bind_text (clear, 1, collection, -1);
  if (!_beaver_statement_run (clear, error))
    return FALSE;
  vectors = _beaver_connection_prepare (connection, SQL_VECTORS, error);
  if (vectors == NULL)
    return FALSE;
  insert = _beaver_connection_prepare (connection, SQL_BUCKET, error);
  if (insert == NULL)
    return FALSE;
  _beaver_statement_bind_text (vectors, 1, collection, -1);
  while ((step = _beaver_statement_step (vectors, error)) == BEAVER_STEP_ROW)
    {
      gsize id_length, size;
      const char *id = _beaver_statement_text (vectors, 0, &id_length);
      gconstpointer vector = _beaver_statement_blob (vectors, 1, &size);
      guint8 bucket[8];

      if (size == 0 || size % 4 != 0)
        continue;
      if (lsh == NULL)
        {
          lsh = make_lsh (connection, collection, stored, hyperplanes, size / 4, error);
          if (lsh == NULL)
            return FALSE;
        }
      /* one of another dimension is found by exact search alone */
      if (size / 4 != _beaver_lsh_dimension (lsh))
        continue;
      _beaver_lsh_bucket (_beaver_lsh_hash (lsh, vector), bucket);
      _beaver_statement_bind_text (insert, 1, collection, -1);
      _beaver_statement_bind_blob (insert, 2, bucket, sizeof bucket);
      _beaver_statement_bind_text (insert, 3, id, (gssize) id_length);
      if (!_beaver_statement_run (insert, error))
        return FALSE;
      if (n != NULL)
        ++*n;
    }
  return step == BEAVER_STEP_DONE;
}
