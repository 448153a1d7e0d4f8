/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-documents-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/engine/beaver-flatten-private.h>
#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-trigram-private.h>

static const char SQL_EXISTS[] =
    "SELECT 1 FROM __beaver_documents__ WHERE collection = $1 AND item_id = $2";
static const char SQL_GET[] =
    "SELECT data FROM __beaver_documents__ WHERE collection = $1 AND item_id = $2";
static const char SQL_SET[] =
    "INSERT INTO __beaver_documents__ (collection, item_id, data) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET data = excluded.data";
static const char SQL_DROP[] =
    "DELETE FROM __beaver_documents__ WHERE collection = $1 AND item_id = $2";
static const char SQL_COUNT[] = "SELECT COUNT(*) FROM __beaver_documents__ WHERE collection = $1";
static const char SQL_CLEAR[] = "DELETE FROM __beaver_documents__ WHERE collection = $1";
static const char SQL_FROM[] = "SELECT item_id, data FROM __beaver_documents__"
                               " WHERE collection = $1 AND item_id >= $2 ORDER BY item_id LIMIT $3";
static const char SQL_BEHIND[] =
    "SELECT item_id, data FROM __beaver_documents__"
    " WHERE collection = $1 AND item_id > $2 ORDER BY item_id LIMIT $3";

/* Another program may have removed a document and left its trigrams. */
static const char SQL_ADD_TRIGRAM[] =
    "INSERT INTO __beaver_trigrams__ (collection, item_id, trigram) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id, trigram) DO NOTHING";
static const char SQL_DROP_TRIGRAMS[] =
    "DELETE FROM __beaver_trigrams__ WHERE collection = $1 AND item_id = $2";
static const char SQL_CLEAR_TRIGRAMS[] = "DELETE FROM __beaver_trigrams__ WHERE collection = $1";

/* Rows and bytes of a page of a cursor. */
#define PAGE_ROWS 256
#define PAGE_BYTES (1024 * 1024)

/* Writing */

static BeaverStatement *
prepare_item (BeaverConnection *connection,
              const char *sql,
              const char *collection,
              const char *id,
              GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_text (statement, 1, collection, -1);
  _beaver_statement_bind_text (statement, 2, id, -1);
  return statement;
}

/* Takes what there is of an item out of both indexes. 1 when it existed, 0 when not, -1 with error.
 */
static int
remove_from_indexes (BeaverConnection *connection,
                     const char *collection,
                     const char *id,
                     GError **error)
{
  g_autoptr (BeaverStatement) exists = prepare_item (connection, SQL_EXISTS, collection, id, error);
  g_autoptr (BeaverStatement) trigrams = NULL;
  BeaverStep step;

  if (exists == NULL)
    return -1;
  step = _beaver_statement_step (exists, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE ? 0 : -1;
  _beaver_statement_rewind (exists);

  trigrams = prepare_item (connection, SQL_DROP_TRIGRAMS, collection, id, error);
  if (trigrams == NULL || !_beaver_statement_run (trigrams, error) ||
      !_beaver_fts_remove (connection, collection, id, error))
    return -1;
  return 1;
}

/* What flattening a body feeds. */
typedef struct
{
  BeaverDocumentsChange *change;
  BeaverFtsWriter *writer; /* NULL: no full text */
  GString *joined;         /* NULL: no trigrams */
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

  if (texts->failed || !is_wanted (texts->change->fields, path, path_length))
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
add_trigrams (BeaverConnection *connection,
              const char *collection,
              const char *id,
              GString *text,
              GError **error)
{
  g_autoptr (GArray) trigrams = _beaver_trigrams (text->str, (gssize) text->len);
  g_autoptr (BeaverStatement) add =
      prepare_item (connection, SQL_ADD_TRIGRAM, collection, id, error);

  if (add == NULL)
    return FALSE;
  for (guint i = 0; i < trigrams->len; i++)
    {
      BeaverTrigram *trigram = &g_array_index (trigrams, BeaverTrigram, i);

      _beaver_statement_bind_text (add, 3, trigram->text, trigram->length);
      if (!_beaver_statement_run (add, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_to_indexes (BeaverConnection *connection,
                const char *collection,
                BeaverDocumentsChange *change,
                GError **error)
{
  g_autoptr (GString) joined = NULL;
  BeaverFtsWriter writer;
  Texts texts = { change, NULL, NULL, FALSE, error };

  if ((change->flags & BEAVER_INDEX_FLAGS_FUZZY) != 0)
    texts.joined = joined = g_string_new (NULL);
  if (!_beaver_fts_writer_begin (&writer, connection, collection, change->id, error))
    return FALSE;
  if ((change->flags & BEAVER_INDEX_FLAGS_TEXT) != 0)
    texts.writer = &writer;
  if ((change->flags & (BEAVER_INDEX_FLAGS_TEXT | BEAVER_INDEX_FLAGS_FUZZY)) != 0 &&
      !_beaver_flatten (change->body, -1, add_text, &texts, error))
    texts.failed = TRUE;
  if (texts.failed)
    {
      _beaver_fts_writer_abort (&writer);
      return FALSE;
    }
  return _beaver_fts_writer_end (&writer, error) &&
         (joined == NULL || add_trigrams (connection, collection, change->id, joined, error));
}

static gboolean
emit (BeaverConnection *connection,
      BeaverManagerCore *core,
      const char *event,
      const char *member,
      const char *id,
      GError **error)
{
  g_autoptr (GString) payload = NULL;

  if (!_beaver_manager_core_wants_events (core, connection))
    return TRUE;
  payload = g_string_new ("{");
  _beaver_json_append_string (payload, member, -1);
  g_string_append_c (payload, ':');
  _beaver_json_append_string (payload, id, -1);
  g_string_append_c (payload, '}');
  return _beaver_manager_core_emit (core, connection, event, payload->str, error);
}

static gboolean
write_change (BeaverConnection *connection,
              BeaverManagerCore *core,
              BeaverFieldIndex *fields,
              BeaverDocumentsChange *change,
              GError **error)
{
  g_autoptr (BeaverStatement) set = NULL;

  if (remove_from_indexes (connection, core->name, change->id, error) < 0)
    return FALSE;
  set = prepare_item (connection, SQL_SET, core->name, change->id, error);
  if (set == NULL)
    return FALSE;
  _beaver_statement_bind_text (set, 3, change->body, -1);
  return _beaver_statement_run (set, error) &&
         add_to_indexes (connection, core->name, change, error) &&
         (_beaver_field_index_is_empty (fields) ||
          _beaver_field_index_write (fields, connection, change->id, change->body, error)) &&
         emit (connection, core, "index", "id", change->id, error);
}

static gboolean
drop_item (BeaverConnection *connection,
           BeaverManagerCore *core,
           BeaverFieldIndex *fields,
           const char *id,
           gboolean *found,
           GError **error)
{
  g_autoptr (BeaverStatement) drop = NULL;
  int existed = remove_from_indexes (connection, core->name, id, error);

  *found = existed > 0;
  if (existed <= 0)
    return existed == 0;
  drop = prepare_item (connection, SQL_DROP, core->name, id, error);
  return drop != NULL && _beaver_statement_run (drop, error) &&
         (_beaver_field_index_is_empty (fields) ||
          _beaver_field_index_drop (fields, connection, id, error)) &&
         emit (connection, core, "drop", "target", id, error);
}

static BeaverFieldIndex *
begin_write (BeaverConnection *connection, BeaverManagerCore *core, GError **error)
{
  if (!_beaver_fts_prepare (connection, error))
    return NULL;
  return _beaver_field_index_load (connection, "documents", core->name, error);
}

gboolean
_beaver_documents_index_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  g_autoptr (BeaverFieldIndex) fields = begin_write (connection, op->core, error);

  if (fields == NULL || !write_change (connection, op->core, fields, &op->change, error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_documents_drop_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  g_autoptr (BeaverFieldIndex) fields = begin_write (connection, op->core, error);
  gboolean found;

  if (fields == NULL || !drop_item (connection, op->core, fields, op->change.id, &found, error))
    return FALSE;
  op->number = found;
  if (found)
    _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_documents_batch_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  g_autoptr (BeaverFieldIndex) fields = NULL;

  op->number = op->changes->len;
  if (op->changes->len == 0)
    return TRUE;
  fields = begin_write (connection, op->core, error);
  if (fields == NULL)
    return FALSE;
  for (guint i = 0; i < op->changes->len; i++)
    {
      BeaverDocumentsChange *change = &g_array_index (op->changes, BeaverDocumentsChange, i);
      gboolean found;

      if (change->body != NULL ?
              !write_change (connection, op->core, fields, change, error) :
              !drop_item (connection, op->core, fields, change->id, &found, error))
        return FALSE;
    }
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_documents_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) count = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 1, op->core->name, -1);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (count, 0);
  return TRUE;
}

static gboolean
run_named (BeaverConnection *connection, const char *sql, const char *name, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, name, -1);
  return _beaver_statement_run (statement, error);
}

gboolean
_beaver_documents_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  const char *name = op->core->name;

  if (!_beaver_fts_prepare (connection, error) ||
      !run_named (connection, SQL_CLEAR_TRIGRAMS, name, error) ||
      !_beaver_fts_clear (connection, name, error) ||
      !run_named (connection, SQL_CLEAR, name, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  if (!_beaver_field_index_clear (connection, "documents", name, error) ||
      !_beaver_manager_core_emit (op->core, connection, "clear", "{}", error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

/* Reading */

/* What lies in the file, checked: other programs write there too. */
static char *
check_body (const char *id, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) why = NULL;
  char *body = text != NULL ? _beaver_json_dup_checked (text, length, &why) : NULL;

  if (body == NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                 _ ("the body of document “%s” is not JSON: %s; index or drop it"), id,
                 why != NULL ? why->message : _ ("it is missing"));
  return body;
}

gboolean
_beaver_documents_read (BeaverConnection *connection,
                        const char *collection,
                        const char *id,
                        char **body,
                        gsize *length,
                        GError **error)
{
  g_autoptr (BeaverStatement) get = prepare_item (connection, SQL_GET, collection, id, error);
  BeaverStep step;

  *body = NULL;
  if (get == NULL)
    return FALSE;
  step = _beaver_statement_step (get, error);
  if (step == BEAVER_STEP_ROW)
    {
      const char *text = _beaver_statement_text (get, 0, length);

      *body = check_body (id, text, *length, error);
      return *body != NULL;
    }
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_documents_contains_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  g_autoptr (BeaverStatement) exists =
      prepare_item (connection, SQL_EXISTS, op->core->name, op->ids[0], error);
  BeaverStep step;

  if (exists == NULL)
    return FALSE;
  step = _beaver_statement_step (exists, error);
  op->number = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_documents_get_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; op->ids[i] != NULL; i++)
    {
      char *body;
      gsize length;

      if (!g_hash_table_add (seen, op->ids[i]))
        continue;
      if (!_beaver_documents_read (connection, op->core->name, op->ids[i], &body, &length, error))
        return FALSE;
      if (body != NULL)
        g_ptr_array_add (op->results, _beaver_document_new_take (g_strdup (op->ids[i]), body));
    }
  return TRUE;
}

/* Cursors */

typedef struct
{
  BeaverManagerCore *core;
  GString *position; /* the last id seen, which may hold NULs; NULL before the first */
} CursorState;

gpointer
_beaver_documents_cursor_state_new (BeaverManagerCore *core)
{
  CursorState *state = g_new0 (CursorState, 1);

  state->core = _beaver_manager_core_ref (core);
  return state;
}

void
_beaver_documents_cursor_state_free (gpointer data)
{
  CursorState *state = data;

  _beaver_manager_core_unref (state->core);
  if (state->position != NULL)
    g_string_free (state->position, TRUE);
  g_free (state);
}

static void
cursor_move (CursorState *state, const char *id, gsize length)
{
  if (state->position == NULL)
    state->position = g_string_sized_new (length);
  g_string_truncate (state->position, 0);
  g_string_append_len (state->position, id, (gssize) length);
}

gboolean
_beaver_documents_cursor_page (BeaverConnection *connection,
                               gpointer data,
                               GPtrArray *entries,
                               gboolean *at_end,
                               GError **error)
{
  CursorState *state = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gsize bytes = 0;
  guint rows = 0;
  BeaverStep step;

  if (state->position == NULL)
    statement = _beaver_connection_prepare (connection, SQL_FROM, error);
  else
    statement = _beaver_connection_prepare (connection, SQL_BEHIND, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, state->core->name, -1);
  if (state->position == NULL)
    _beaver_statement_bind_text (statement, 2, "", 0);
  else
    _beaver_statement_bind_text (statement, 2, state->position->str, (gssize) state->position->len);
  _beaver_statement_bind_int (statement, 3, PAGE_ROWS);

  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      /* asked before the text, which would turn it into one */
      BeaverColumnType type = _beaver_statement_type (statement, 0);
      gsize id_length, length;
      const char *id = _beaver_statement_text (statement, 0, &id_length);
      const char *text = _beaver_statement_text (statement, 1, &length);
      g_autofree char *body = NULL;

      /* an id that is no text sorts behind all others, and nothing here can name it */
      if (type != BEAVER_COLUMN_TEXT)
        {
          *at_end = TRUE;
          return TRUE;
        }
      rows++;
      if (!g_utf8_validate (id, -1, NULL))
        g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT, _ ("a key is not UTF-8"));
      else
        body = check_body (id, text, length, error);
      if (body == NULL)
        {
          /* told once, as the first of its page; then the cursor can go on behind it */
          if (entries->len == 0)
            cursor_move (state, id, id_length);
          return FALSE;
        }
      g_ptr_array_add (
          entries, _beaver_document_new_take (g_strndup (id, id_length), g_steal_pointer (&body)));
      cursor_move (state, id, id_length);
      bytes += length;
      if (bytes > PAGE_BYTES)
        return TRUE;
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (rows < PAGE_ROWS)
    *at_end = TRUE;
  return TRUE;
}
