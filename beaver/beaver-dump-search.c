/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rows beside documents and vectors that searching needs, for data that come in from outside.
 */
#include "config.h"

#include <string.h>

#include <beaver/beaver-dump-private.h>
#include <beaver/engine/beaver-flatten-private.h>
#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-lsh-private.h>
#include <beaver/engine/beaver-trigram-private.h>

static const char SQL_DOCUMENT[] =
    "INSERT INTO __beaver_documents__ (collection, item_id, data) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET data = excluded.data";
static const char SQL_DOCUMENT_EXISTS[] =
    "SELECT 1 FROM __beaver_documents__ WHERE collection = $1 AND item_id = $2";
static const char SQL_DROP_TRIGRAMS[] =
    "DELETE FROM __beaver_trigrams__ WHERE collection = $1 AND item_id = $2";
static const char SQL_TEXTS[] =
    "SELECT DISTINCT item_id, field_path FROM __beaver_fts_index__ WHERE collection = $1";
static const char SQL_WITH_TRIGRAMS[] =
    "SELECT DISTINCT item_id FROM __beaver_trigrams__ WHERE collection = $1";
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
  BeaverFtsWriter *writer; /* NULL: no full text */
  GString *joined;         /* NULL: no trigrams */
  char **fields;
  gboolean failed;
  GError **error;
} Texts;

static gboolean
is_wanted (char **fields, const char *path, gsize length)
{
  if (fields == NULL)
    return TRUE;
  for (guint i = 0; fields[i] != NULL; i++)
    if (strlen (fields[i]) == length && memcmp (fields[i], path, length) == 0)
      return TRUE;
  return FALSE;
}

static void
add_text (const char *path, gsize path_length, const char *text, gsize length, gpointer user_data)
{
  Texts *texts = user_data;

  if (texts->failed || !is_wanted (texts->fields, path, path_length))
    return;
  if (texts->writer != NULL)
    texts->failed =
        !_beaver_fts_writer_add (texts->writer, path, path_length, text, length, texts->error);
  if (texts->joined != NULL)
    {
      if (texts->joined->len > 0)
        g_string_append_c (texts->joined, ' ');
      g_string_append_len (texts->joined, text, (gssize) length);
    }
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
write_trigrams (BeaverConnection *connection,
                const char *collection,
                const char *id,
                GString *text,
                GError **error)
{
  g_autoptr (GArray) trigrams = _beaver_trigrams (text->str, (gssize) text->len);
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_TRIGRAM, error);

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
                             gboolean fts,
                             gboolean fuzzy,
                             char **fields,
                             GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GString) joined = fuzzy ? g_string_new (NULL) : NULL;
  BeaverFtsWriter writer;
  Texts texts = { fts ? &writer : NULL, joined, fields, FALSE, error };
  BeaverStep step;

  /* only where there is something to remove */
  statement = _beaver_connection_prepare (connection, SQL_DOCUMENT_EXISTS, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  step = _beaver_statement_step (statement, error);
  g_clear_pointer (&statement, _beaver_statement_reset);
  if (step == BEAVER_STEP_ERROR ||
      (step == BEAVER_STEP_ROW &&
       (!_beaver_fts_remove (connection, collection, id, error) ||
        !run_pair (connection, SQL_DROP_TRIGRAMS, collection, id, error))))
    return FALSE;
  statement = _beaver_connection_prepare (connection, SQL_DOCUMENT, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  _beaver_statement_bind_text (statement, 3, body, -1);
  if (!_beaver_statement_run (statement, error) ||
      !_beaver_fts_writer_begin (&writer, connection, collection, id, error))
    return FALSE;
  if ((fts || fuzzy) && !_beaver_flatten (body, -1, add_text, &texts, error))
    texts.failed = TRUE;
  if (texts.failed)
    {
      _beaver_fts_writer_abort (&writer);
      return FALSE;
    }
  return _beaver_fts_writer_end (&writer, error) &&
         (joined == NULL || write_trigrams (connection, collection, id, joined, error));
}

/* How documents are searched, out of the rows that are there */

struct _BeaverSearchNotes
{
  GHashTable *paths;    /* (element-type utf8 GHashTable) of an item: a set of paths */
  GHashTable *trigrams; /* (element-type utf8) a set of items */
};

void
_beaver_search_notes_free (BeaverSearchNotes *self)
{
  g_hash_table_unref (self->paths);
  g_hash_table_unref (self->trigrams);
  g_free (self);
}

BeaverSearchNotes *
_beaver_search_notes_read (BeaverConnection *connection, const char *collection, GError **error)
{
  g_autoptr (BeaverSearchNotes) self = g_new0 (BeaverSearchNotes, 1);
  g_autoptr (BeaverStatement) texts = NULL;
  g_autoptr (BeaverStatement) trigrams = NULL;
  BeaverStep step;

  self->paths =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->trigrams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  texts = _beaver_connection_prepare (connection, SQL_TEXTS, error);
  if (texts == NULL)
    return NULL;
  _beaver_statement_bind_text (texts, 1, collection, -1);
  while ((step = _beaver_statement_step (texts, error)) == BEAVER_STEP_ROW)
    {
      g_autofree char *id = _beaver_statement_dup_text (texts, 0);
      GHashTable *paths = id != NULL ? g_hash_table_lookup (self->paths, id) : NULL;

      if (id == NULL)
        continue;
      if (paths == NULL)
        {
          paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
          g_hash_table_insert (self->paths, g_steal_pointer (&id), paths);
        }
      g_hash_table_add (paths, _beaver_statement_is_null (texts, 1) ?
                                   g_strdup ("") :
                                   _beaver_statement_dup_text (texts, 1));
    }
  if (step == BEAVER_STEP_ERROR)
    return NULL;
  trigrams = _beaver_connection_prepare (connection, SQL_WITH_TRIGRAMS, error);
  if (trigrams == NULL)
    return NULL;
  _beaver_statement_bind_text (trigrams, 1, collection, -1);
  while ((step = _beaver_statement_step (trigrams, error)) == BEAVER_STEP_ROW)
    if (!_beaver_statement_is_null (trigrams, 0))
      g_hash_table_add (self->trigrams, _beaver_statement_dup_text (trigrams, 0));
  return step == BEAVER_STEP_DONE ? g_steal_pointer (&self) : NULL;
}

typedef struct
{
  GHashTable *searched; /* nullable */
  GPtrArray *there;     /* (element-type utf8) paths that are, each once, in their order */
  gboolean any, left_out;
} Compared;

static void
compare_text (const char *path, gsize path_length, const char *text, gsize length, gpointer data)
{
  Compared *compared = data;
  g_autofree char *name = g_strndup (path, path_length);

  compared->any = TRUE;
  if (compared->searched == NULL || !g_hash_table_contains (compared->searched, name))
    compared->left_out = TRUE;
  else if (!g_ptr_array_find_with_equal_func (compared->there, name, g_str_equal, NULL))
    g_ptr_array_add (compared->there, g_steal_pointer (&name));
}

void
_beaver_search_notes_append (BeaverSearchNotes *self,
                             GString *out,
                             const char *id,
                             const char *body,
                             gsize length)
{
  g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (g_free);
  Compared compared = { g_hash_table_lookup (self->paths, id), there, FALSE, FALSE };

  if (!_beaver_flatten (body, (gssize) length, compare_text, &compared, NULL))
    compared.left_out = FALSE;
  if (compared.left_out && compared.searched == NULL)
    g_string_append (out, ", \"fts\": false");
  else if (compared.left_out)
    {
      g_string_append (out, ", \"fts\": [");
      for (guint i = 0; i < there->len; i++)
        {
          g_string_append (out, i > 0 ? ", " : "");
          _beaver_json_append_string (out, g_ptr_array_index (there, i), -1);
        }
      g_string_append_c (out, ']');
    }
  if (g_hash_table_contains (self->trigrams, id))
    g_string_append (out, ", \"fuzzy\": true");
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
