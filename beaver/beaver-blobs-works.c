/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <beaver/beaver-blobs-private.h>
#include <beaver/beaver-entry-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/engine/beaver-json-private.h>

#define BLOBS "FROM __beaver_blobs__ WHERE store_name = $1"

static const char TABLE[] = "__beaver_blobs__";
static const char SQL_PUT[] =
    "INSERT INTO __beaver_blobs__ (store_name, key, data, metadata) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (store_name, key)"
    " DO UPDATE SET data = excluded.data, metadata = excluded.metadata";
static const char SQL_PUT_LARGE[] =
    "INSERT INTO __beaver_blobs__ (store_name, key, data, metadata, rowid)"
    " VALUES ($1, $2, $3, $4, $5)";
static const char SQL_RESERVE[] =
    "INSERT INTO __beaver_blobs__ (store_name, key, data, metadata, rowid)"
    " VALUES ($1, $2, zeroblob($3), $4, $5)";
static const char SQL_LAST_ROWID[] = "SELECT MAX(rowid) FROM __beaver_blobs__";
static const char SQL_GET[] = "SELECT data " BLOBS " AND key = $2";
static const char SQL_STAT[] = "SELECT rowid, LENGTH(data), metadata " BLOBS " AND key = $2";
static const char SQL_REMOVE[] = "DELETE " BLOBS " AND key = $2";
static const char SQL_COUNT[] = "SELECT COUNT(*) " BLOBS;
static const char SQL_CLEAR[] = "DELETE " BLOBS;
static const char SQL_PAGE[] = "SELECT key, metadata " BLOBS " AND key > $2 ORDER BY key LIMIT $3";
static const char SQL_FIRST_PAGE[] = "SELECT key, metadata " BLOBS " ORDER BY key LIMIT $2";

#define PAGE_ROWS 256
/* What is copied at a time into a blob that is stored. */
#define CHUNK (256 * 1024)

static BeaverStatement *
prepare (BeaverConnection *connection, BeaverManagerCore *core, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, core->name, -1);
  return statement;
}

static BeaverStatement *
prepare_key (BeaverConnection *connection, BeaverBlobsOp *op, const char *sql, GError **error)
{
  BeaverStatement *statement = prepare (connection, op->core, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 2, op->key, -1);
  return statement;
}

static gboolean
done (BeaverConnection *connection,
      BeaverManagerCore *core,
      const char *event,
      const char *key,
      GError **error)
{
  g_autoptr (GString) payload = NULL;

  _beaver_connection_touch (connection, core->topic);
  if (!_beaver_manager_core_wants_events (core, connection))
    return TRUE;
  payload = g_string_new ("{");
  if (key != NULL)
    {
      g_string_append (payload, "\"key\":");
      _beaver_json_append_string (payload, key, -1);
    }
  g_string_append_c (payload, '}');
  return _beaver_manager_core_emit (core, connection, event, payload->str, error);
}

/* What is read in more than one part is known by its rowid: one that no row has, nor had a moment
 * ago. SQLite by itself gives that of the last row again once that row is gone. */
gboolean
_beaver_blobs_bind_new_rowid (BeaverConnection *connection,
                              BeaverStatement *statement,
                              int index,
                              GError **error)
{
  g_autoptr (BeaverStatement) last = _beaver_connection_prepare (connection, SQL_LAST_ROWID, error);
  gint64 greatest;

  if (last == NULL || _beaver_statement_step (last, error) != BEAVER_STEP_ROW)
    return FALSE;
  greatest = _beaver_statement_int (last, 0);
  if (greatest == G_MAXINT64)
    _beaver_statement_bind_null (statement, index); /* SQLite finds one */
  else
    _beaver_statement_bind_int (statement, index, MAX (greatest + 1, g_get_real_time ()));
  return TRUE;
}

static void
bind_metadata (BeaverStatement *statement, int index, BeaverBlobsOp *op)
{
  if (op->metadata != NULL)
    _beaver_statement_bind_text (statement, index, op->metadata, -1);
  else
    _beaver_statement_bind_null (statement, index);
}

gboolean
_beaver_blobs_put_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  gboolean large = g_bytes_get_size (op->bytes) > BEAVER_BLOB_LEAST_PART;
  g_autoptr (BeaverStatement) statement =
      prepare_key (connection, op, large ? SQL_PUT_LARGE : SQL_PUT, error);

  if (statement == NULL)
    return FALSE;
  if (large)
    {
      g_autoptr (BeaverStatement) remove = NULL;

      if (!_beaver_blobs_bind_new_rowid (connection, statement, 5, error))
        return FALSE;
      remove = prepare_key (connection, op, SQL_REMOVE, error);
      if (remove == NULL || !_beaver_statement_run (remove, error))
        return FALSE;
    }
  _beaver_statement_bind_bytes (statement, 3, op->bytes);
  bind_metadata (statement, 4, op);
  return _beaver_statement_run (statement, error) &&
         done (connection, op->core, "put", op->key, error);
}

static gboolean
read_spool (int fd, guint8 *buffer, gsize size, gsize offset, GError **error)
{
  while (size > 0)
    {
      ssize_t n = pread (fd, buffer, size, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO,
                       "what was written cannot be read back: %s",
                       n < 0 ? g_strerror (errno) : "it is too short");
          return FALSE;
        }
      buffer += n;
      offset += (gsize) n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* From the spool file into one row, a chunk at a time: the memory that this takes does not depend
 * on the size. */
gboolean
_beaver_blobs_store_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  g_autoptr (BeaverStatement) reserve = prepare_key (connection, op, SQL_RESERVE, error);
  g_autoptr (BeaverStatement) remove = NULL;
  g_autoptr (BeaverBlobHandle) handle = NULL;
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  gsize size = (gsize) op->size;

  if (reserve == NULL || !_beaver_blobs_bind_new_rowid (connection, reserve, 5, error))
    return FALSE;
  remove = prepare_key (connection, op, SQL_REMOVE, error);
  if (remove == NULL || !_beaver_statement_run (remove, error))
    return FALSE;
  _beaver_statement_bind_int (reserve, 3, op->size);
  bind_metadata (reserve, 4, op);
  if (!_beaver_statement_run (reserve, error))
    return FALSE;
  if (size > 0)
    {
      handle = _beaver_connection_open_blob (
          connection, TABLE, "data", _beaver_connection_last_rowid (connection), TRUE, error);
      if (handle == NULL)
        return FALSE;
    }
  for (gsize offset = 0; offset < size; offset += CHUNK)
    {
      gsize length = MIN (CHUNK, size - offset);

      /* nothing of SQLite runs here that could be interrupted */
      if (_beaver_engine_set_error_if_closed (op->core->engine, error) ||
          (op->cancellable != NULL &&
           g_cancellable_set_error_if_cancelled (op->cancellable, error)) ||
          !read_spool (op->fd, buffer, length, offset, error) ||
          !_beaver_blob_handle_write (handle, buffer, length, offset, error))
        return FALSE;
    }
  g_clear_pointer (&handle, _beaver_blob_handle_close);
  return done (connection, op->core, "put", op->key, error);
}

gboolean
_beaver_blobs_get_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare_key (connection, op, SQL_GET, error);
  BeaverStep step;

  g_clear_pointer (&op->result, g_bytes_unref);
  if (statement == NULL)
    return FALSE;
  step = _beaver_statement_step (statement, error);
  op->found = step == BEAVER_STEP_ROW;
  if (op->found)
    op->result = _beaver_statement_dup_bytes (statement, 0);
  return step != BEAVER_STEP_ERROR;
}

/* Rowid, size and metadata. */
gboolean
_beaver_blobs_stat_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare_key (connection, op, SQL_STAT, error);
  BeaverStep step;

  g_clear_pointer (&op->text, g_free);
  if (statement == NULL)
    return FALSE;
  step = _beaver_statement_step (statement, error);
  op->found = step == BEAVER_STEP_ROW;
  if (!op->found)
    return step != BEAVER_STEP_ERROR;
  op->rowid = _beaver_statement_int (statement, 0);
  op->size = _beaver_statement_int (statement, 1);
  op->text = _beaver_statement_dup_text (statement, 2);
  /* Python writes what is empty for what is not there */
  if (op->text != NULL && *op->text == '\0')
    g_clear_pointer (&op->text, g_free);
  return TRUE;
}

/* A part of the blob that was found before, unless it has become another one. */
gboolean
_beaver_blobs_read_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare_key (connection, op, SQL_STAT, error);
  g_autoptr (BeaverBlobHandle) handle = NULL;
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (step == BEAVER_STEP_ROW && _beaver_statement_int (statement, 0) == op->rowid &&
      _beaver_statement_int (statement, 1) == op->size)
    {
      handle = _beaver_connection_open_blob (connection, TABLE, "data", op->rowid, FALSE, error);
      return handle != NULL &&
             _beaver_blob_handle_read (handle, op->buffer, op->length, op->offset, error);
    }
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               "“%s” was replaced or removed while it was read; open it again", op->key);
  return FALSE;
}

gboolean
_beaver_blobs_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare_key (connection, op, SQL_REMOVE, error);

  if (statement == NULL || !_beaver_statement_run (statement, error))
    return FALSE;
  op->found = _beaver_connection_changes (connection) > 0;
  return !op->found || done (connection, op->core, "del", op->key, error);
}

gboolean
_beaver_blobs_changes_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverBlobsOp *op = data;

  for (guint i = 0; i < op->changes->len; i++)
    {
      BeaverBlobsOp *change = g_ptr_array_index (op->changes, i);

      if (change->bytes != NULL ? !_beaver_blobs_put_work (connection, change, error) :
                                  !_beaver_blobs_remove_work (connection, change, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_beaver_blobs_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_COUNT, error);

  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (statement, 0);
  return TRUE;
}

gboolean
_beaver_blobs_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_CLEAR, error);

  if (statement == NULL || !_beaver_statement_run (statement, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  return done (connection, op->core, "clear", NULL, error);
}

/* Cursors */

typedef struct
{
  BeaverManagerCore *core;
  GString *position; /* the last key, which may hold NULs; NULL before the first */
} CursorState;

gpointer
_beaver_blobs_cursor_state_new (BeaverManagerCore *core)
{
  CursorState *state = g_new0 (CursorState, 1);

  state->core = _beaver_manager_core_ref (core);
  return state;
}

void
_beaver_blobs_cursor_state_free (gpointer data)
{
  CursorState *state = data;

  _beaver_manager_core_unref (state->core);
  if (state->position != NULL)
    g_string_free (state->position, TRUE);
  g_free (state);
}

gboolean
_beaver_blobs_cursor_page (BeaverConnection *connection,
                           gpointer data,
                           GPtrArray *entries,
                           gboolean *at_end,
                           GError **error)
{
  CursorState *state = data;
  g_autoptr (BeaverStatement) statement = NULL;
  guint rows = 0;
  BeaverStep step;

  statement =
      prepare (connection, state->core, state->position == NULL ? SQL_FIRST_PAGE : SQL_PAGE, error);
  if (statement == NULL)
    return FALSE;
  if (state->position != NULL)
    _beaver_statement_bind_text (statement, 2, state->position->str, (gssize) state->position->len);
  _beaver_statement_bind_int (statement, state->position == NULL ? 2 : 3, PAGE_ROWS);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      BeaverColumnType type = _beaver_statement_type (statement, 0);
      gsize length;
      const char *key = _beaver_statement_text (statement, 0, &length);
      gboolean fits = g_utf8_validate (key, -1, NULL);
      g_autofree char *metadata = _beaver_statement_dup_text (statement, 1);

      /* a key that is no text sorts behind all others, and nothing here can name it */
      if (type != BEAVER_COLUMN_TEXT)
        {
          *at_end = TRUE;
          return TRUE;
        }
      /* told once, as the first of its page; then the cursor can go on behind it */
      if (fits || entries->len == 0)
        {
          if (state->position == NULL)
            state->position = g_string_sized_new (length);
          g_string_truncate (state->position, 0);
          g_string_append_len (state->position, key, (gssize) length);
        }
      if (!fits)
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT, "a key is not UTF-8");
          return FALSE;
        }
      rows++;
      if (metadata != NULL && *metadata == '\0')
        g_clear_pointer (&metadata, g_free);
      g_ptr_array_add (entries,
                       _beaver_entry_new_take (key, (gssize) length, g_steal_pointer (&metadata),
                                               (double) INFINITY));
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  *at_end = rows < PAGE_ROWS;
  return TRUE;
}
