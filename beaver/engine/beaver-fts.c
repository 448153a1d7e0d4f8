/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-lower-private.h>

#define FORGET(row)                                                                                \
  "DELETE FROM __beaver_x_fts_rows__"                                                              \
  " WHERE collection = " row ".collection AND item_id = " row ".item_id"

static const char SQL_PREPARED[] =
    "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = '__beaver_x_fts_delete__'";
static const char SQL_PREPARE[] =
    "CREATE TABLE IF NOT EXISTS __beaver_x_fts_rows__ (collection TEXT NOT NULL, item_id TEXT NOT "
    "NULL,"
    " first INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (collection, item_id));"
    "CREATE TRIGGER IF NOT EXISTS __beaver_x_fts_insert__ AFTER INSERT ON __beaver_documents__"
    " BEGIN " FORGET ("NEW") "; END;"
                             "CREATE TRIGGER IF NOT EXISTS __beaver_x_fts_update__ AFTER UPDATE ON "
                             "__beaver_documents__"
                             " BEGIN " FORGET ("OLD") "; " FORGET (
                                 "NEW") "; END;"
                                        "CREATE TRIGGER IF NOT EXISTS __beaver_x_fts_delete__ "
                                        "AFTER DELETE ON __beaver_documents__"
                                        " BEGIN " FORGET ("OLD") "; END";

static const char SQL_KNOWN[] =
    "SELECT first, n FROM __beaver_x_fts_rows__ WHERE collection = $1 AND item_id = $2";
static const char SQL_REMEMBER[] =
    "INSERT INTO __beaver_x_fts_rows__ (collection, item_id, first, n) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET first = excluded.first, n = excluded.n";
static const char SQL_FORGET_ALL[] = "DELETE FROM __beaver_x_fts_rows__ WHERE collection = $1";

static const char SQL_ROW[] =
    "SELECT collection, item_id FROM __beaver_fts_index__ WHERE rowid = $1";
static const char SQL_CANDIDATES[] = "SELECT rowid, collection, item_id FROM __beaver_fts_index__ "
                                     "WHERE __beaver_fts_index__ MATCH $1";
static const char SQL_SCAN[] =
    "SELECT rowid FROM __beaver_fts_index__ WHERE collection = $1 AND item_id = $2";
static const char SQL_SCAN_ALL[] = "SELECT rowid FROM __beaver_fts_index__ WHERE collection = $1";
static const char SQL_DELETE[] = "DELETE FROM __beaver_fts_index__ WHERE rowid = $1";
static const char SQL_INSERT[] =
    "INSERT INTO __beaver_fts_index__ (collection, item_id, field_path, field_content)"
    " VALUES ($1, $2, $3, $4)";
static const char SQL_SEARCH[] = "SELECT rowid, item_id, field_path, rank FROM __beaver_fts_index__"
                                 " WHERE __beaver_fts_index__ MATCH $2 AND collection = $1";
/* FTS5 sorts by itself then, and reads no more texts than are asked for. */
static const char SQL_SEARCH_BY_RANK[] =
    "SELECT rowid, item_id, field_path, rank FROM __beaver_fts_index__"
    " WHERE __beaver_fts_index__ MATCH $2 AND collection = $1 ORDER BY rank";
static const char SQL_SNIPPET[] =
    "SELECT field_path, snippet(__beaver_fts_index__, 3, $3, $4, '…', $5) FROM __beaver_fts_index__"
    " WHERE __beaver_fts_index__ MATCH $1 AND rowid = $2";
static const char SQL_HIGHLIGHT[] =
    "SELECT field_path, highlight(__beaver_fts_index__, 3, $3, $4) FROM __beaver_fts_index__"
    " WHERE __beaver_fts_index__ MATCH $1 AND rowid = $2";

gboolean
_beaver_fts_prepare (BeaverConnection *connection, GError **error)
{
  g_autoptr (BeaverStatement) prepared =
      _beaver_connection_prepare (connection, SQL_PREPARED, error);

  if (prepared == NULL)
    return FALSE;
  switch (_beaver_statement_step (prepared, error))
    {
    case BEAVER_STEP_ROW:
      return TRUE;
    case BEAVER_STEP_DONE:
      _beaver_statement_rewind (prepared);
      return _beaver_connection_execute (connection, SQL_PREPARE, error);
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
}

/* ---- removing ---- */

static gboolean
delete_rows (BeaverConnection *connection, GArray *rowids, GError **error)
{
  g_autoptr (BeaverStatement) delete = NULL;

  if (rowids->len == 0)
    return TRUE;
  delete = _beaver_connection_prepare (connection, SQL_DELETE, error);
  if (delete == NULL)
    return FALSE;
  for (guint i = 0; i < rowids->len; i++)
    {
      _beaver_statement_bind_int (delete, 1, g_array_index (rowids, gint64, i));
      if (!_beaver_statement_run (delete, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
text_is (BeaverStatement *statement, int column, const char *text)
{
  gsize length;
  const char *found = _beaver_statement_text (statement, column, &length);

  return found != NULL && length == strlen (text) && memcmp (found, text, length) == 0;
}

/* 1 when the rows are known and really the item's, 0 when not, -1 with error. */
static int
collect_known (BeaverConnection *connection,
               const char *collection,
               const char *item,
               GArray *rowids,
               GError **error)
{
  g_autoptr (BeaverStatement) known = _beaver_connection_prepare (connection, SQL_KNOWN, error);
  g_autoptr (BeaverStatement) row = NULL;
  gint64 first, n;
  BeaverStep step;

  if (known == NULL)
    return -1;
  _beaver_statement_bind_text (known, 1, collection, -1);
  _beaver_statement_bind_text (known, 2, item, -1);
  step = _beaver_statement_step (known, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE ? 0 : -1;
  first = _beaver_statement_int (known, 0);
  n = _beaver_statement_int (known, 1);

  row = _beaver_connection_prepare (connection, SQL_ROW, error);
  if (row == NULL)
    return -1;
  for (gint64 rowid = first; rowid < first + n; rowid++)
    {
      _beaver_statement_bind_int (row, 1, rowid);
      step = _beaver_statement_step (row, error);
      if (step == BEAVER_STEP_ERROR)
        return -1;
      if (step != BEAVER_STEP_ROW || !text_is (row, 0, collection) || !text_is (row, 1, item))
        return 0;
      g_array_append_val (rowids, rowid);
      _beaver_statement_rewind (row);
    }
  return 1;
}

static void
append_quoted (GString *out, const char *text, gsize length)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, '"');
}

/* A letter or digit of ASCII is a word to every tokenizer. */
static gboolean
has_word (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text))
      return TRUE;
  return FALSE;
}

/* The rows that other programs have written: by the words of the id, and compared exactly. */
static gboolean
collect_unknown (BeaverConnection *connection,
                 const char *collection,
                 const char *item,
                 GArray *rowids,
                 GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GString) expression = NULL;
  gboolean by_words = has_word (item);
  BeaverStep step;
  gint64 rowid;

  g_array_set_size (rowids, 0);
  statement = by_words ? _beaver_connection_prepare (connection, SQL_CANDIDATES, error) :
                         _beaver_connection_prepare (connection, SQL_SCAN, error);
  if (statement == NULL)
    return FALSE;
  if (by_words)
    {
      expression = g_string_new ("item_id : ");
      append_quoted (expression, item, strlen (item));
      _beaver_statement_bind_text (statement, 1, expression->str, (gssize) expression->len);
    }
  else
    {
      _beaver_statement_bind_text (statement, 1, collection, -1);
      _beaver_statement_bind_text (statement, 2, item, -1);
    }
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      if (by_words && (!text_is (statement, 1, collection) || !text_is (statement, 2, item)))
        continue;
      rowid = _beaver_statement_int (statement, 0);
      g_array_append_val (rowids, rowid);
    }
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_fts_remove (BeaverConnection *connection,
                    const char *collection,
                    const char *item,
                    GError **error)
{
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int known = collect_known (connection, collection, item, rowids, error);

  if (known < 0 || (known == 0 && !collect_unknown (connection, collection, item, rowids, error)))
    return FALSE;
  return delete_rows (connection, rowids, error);
}

/* As slow as the index is long: the price of clearing. */
gboolean
_beaver_fts_clear (BeaverConnection *connection, const char *collection, GError **error)
{
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (BeaverStatement) scan = _beaver_connection_prepare (connection, SQL_SCAN_ALL, error);
  g_autoptr (BeaverStatement) forget = NULL;
  BeaverStep step;
  gint64 rowid;

  if (scan == NULL)
    return FALSE;
  _beaver_statement_bind_text (scan, 1, collection, -1);
  while ((step = _beaver_statement_step (scan, error)) == BEAVER_STEP_ROW)
    {
      rowid = _beaver_statement_int (scan, 0);
      g_array_append_val (rowids, rowid);
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  _beaver_statement_rewind (scan);
  if (!delete_rows (connection, rowids, error))
    return FALSE;
  forget = _beaver_connection_prepare (connection, SQL_FORGET_ALL, error);
  if (forget == NULL)
    return FALSE;
  _beaver_statement_bind_text (forget, 1, collection, -1);
  return _beaver_statement_run (forget, error);
}

/* ---- adding ---- */

gboolean
_beaver_fts_writer_begin (BeaverFtsWriter *self,
                          BeaverConnection *connection,
                          const char *collection,
                          const char *item,
                          GError **error)
{
  memset (self, 0, sizeof *self);
  self->connection = connection;
  self->collection = collection;
  self->item = item;
  self->insert = _beaver_connection_prepare (connection, SQL_INSERT, error);
  if (self->insert == NULL)
    return FALSE;
  _beaver_statement_bind_text (self->insert, 1, collection, -1);
  _beaver_statement_bind_text (self->insert, 2, item, -1);
  return TRUE;
}

gboolean
_beaver_fts_writer_add (BeaverFtsWriter *self,
                        const char *path,
                        gsize path_length,
                        const char *text,
                        gsize length,
                        GError **error)
{
  gint64 rowid;

  _beaver_statement_bind_text (self->insert, 3, path, (gssize) path_length);
  _beaver_statement_bind_text (self->insert, 4, text, (gssize) length);
  if (!_beaver_statement_run (self->insert, error))
    return FALSE;
  rowid = _beaver_connection_last_rowid (self->connection);
  if (self->n == 0)
    self->first = rowid;
  else if (rowid != self->first + self->n)
    self->scattered = TRUE;
  self->n++;
  return TRUE;
}

gboolean
_beaver_fts_writer_end (BeaverFtsWriter *self, GError **error)
{
  g_autoptr (BeaverStatement) remember = NULL;

  _beaver_fts_writer_abort (self);
  /* one row says it all; what is not in one piece is looked for by its id */
  if (self->scattered)
    return TRUE;
  remember = _beaver_connection_prepare (self->connection, SQL_REMEMBER, error);
  if (remember == NULL)
    return FALSE;
  _beaver_statement_bind_text (remember, 1, self->collection, -1);
  _beaver_statement_bind_text (remember, 2, self->item, -1);
  _beaver_statement_bind_int (remember, 3, self->first);
  _beaver_statement_bind_int (remember, 4, self->n);
  return _beaver_statement_run (remember, error);
}

void
_beaver_fts_writer_abort (BeaverFtsWriter *self)
{
  g_clear_pointer (&self->insert, _beaver_statement_reset);
}

/* ---- searching ---- */

char *
_beaver_fts_expression (const char *text, gboolean plain, gboolean contents_only)
{
  GString *out = g_string_new (contents_only ? "{field_content} : (" : "");

  if (plain)
    {
      const char *p = text;

      while (*p != '\0')
        {
          const char *begin;

          while (*p != '\0' && _beaver_is_space (g_utf8_get_char (p)))
            p = g_utf8_next_char (p);
          begin = p;
          while (*p != '\0' && !_beaver_is_space (g_utf8_get_char (p)))
            p = g_utf8_next_char (p);
          if (p == begin)
            continue;
          append_quoted (out, begin, (gsize) (p - begin));
          g_string_append_c (out, ' ');
        }
    }
  else
    g_string_append (out, text);
  if (contents_only)
    g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

/* What SQLite calls a plain error is one of the expression here; everything else has a code of its
 * own. */
static void
explain_error (GError **error)
{
  if (error == NULL || *error == NULL ||
      !g_error_matches (*error, BEAVER_ERROR, BEAVER_ERROR_FAILED))
    return;
  (*error)->code = BEAVER_ERROR_INVALID;
  g_prefix_error (error, _ ("the query is not what FTS5 understands; ask for the plain syntax or "
                            "put words in double quotes: "));
}

gboolean
_beaver_fts_search (BeaverConnection *connection,
                    const char *collection,
                    const char *expression,
                    gboolean by_rank,
                    BeaverFtsFunc func,
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (BeaverStatement) search =
      by_rank ? _beaver_connection_prepare (connection, SQL_SEARCH_BY_RANK, error) :
                _beaver_connection_prepare (connection, SQL_SEARCH, error);
  BeaverStep step;

  if (search == NULL)
    return FALSE;
  _beaver_statement_bind_text (search, 1, collection, -1);
  _beaver_statement_bind_text (search, 2, expression, -1);
  while ((step = _beaver_statement_step (search, error)) == BEAVER_STEP_ROW)
    {
      gsize item_length, path_length;
      const char *item = _beaver_statement_text (search, 1, &item_length);
      const char *path = _beaver_statement_text (search, 2, &path_length);

      if (item != NULL &&
          !func (_beaver_statement_int (search, 0), item, item_length, path != NULL ? path : "",
                 path != NULL ? path_length : 0, _beaver_statement_double (search, 3), user_data))
        return TRUE;
    }
  if (step == BEAVER_STEP_ERROR)
    explain_error (error);
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_fts_snippet (BeaverConnection *connection,
                     const char *expression,
                     gint64 rowid,
                     const char *before,
                     const char *after,
                     guint words,
                     char **path,
                     char **snippet,
                     GError **error)
{
  g_autoptr (BeaverStatement) statement =
      words > 0 ? _beaver_connection_prepare (connection, SQL_SNIPPET, error) :
                  _beaver_connection_prepare (connection, SQL_HIGHLIGHT, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, expression, -1);
  _beaver_statement_bind_int (statement, 2, rowid);
  _beaver_statement_bind_text (statement, 3, before != NULL ? before : "", -1);
  _beaver_statement_bind_text (statement, 4, after != NULL ? after : "", -1);
  if (words > 0)
    _beaver_statement_bind_int (statement, 5, words);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      *path = _beaver_statement_dup_text (statement, 0);
      *snippet = _beaver_statement_dup_text (statement, 1);
    }
  return step != BEAVER_STEP_ERROR;
}
