/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-list-private.h>

/* Going through a list from page to page. */

/* The ways of a cursor: from the front, from the back, on from a key and back from one. First with
 * beaver_take(), see _beaver_connection_prepare_take(), then row by row. */
#define ROWS "FROM __beaver_lists__ WHERE list_name = $1 "
#define TAKE "SELECT rowid, item_order " ROWS
#define READ "SELECT rowid, item_order, item_value " ROWS
#define TAKEN "AND beaver_take (item_value) ORDER BY item_order"
static const char *const SQL_TAKE[] = {
  TAKE TAKEN,
  TAKE TAKEN " DESC",
  TAKE "AND item_order > $2 " TAKEN,
  TAKE "AND item_order < $2 " TAKEN " DESC",
};
static const char *const SQL_READ[] = {
  READ "ORDER BY item_order",
  READ "ORDER BY item_order DESC",
  READ "AND item_order > $2 ORDER BY item_order",
  READ "AND item_order < $2 ORDER BY item_order DESC",
};
static const char SQL_AT_ROWID[] = "SELECT rowid, item_order, item_value FROM __beaver_lists__ "
                                   "WHERE list_name = $1 AND rowid = $2";

/* Rows of the first page and of the largest: who goes on has each twice as large as the one before,
 * for each costs a look for its beginning and two locks of the file. And bytes. */
#define FIRST_ROWS 256
#define MOST_ROWS 2048
#define PAGE_BYTES (1024 * 1024)

typedef struct
{
  BeaverManagerCore *core;
  gboolean backward;
  gint64 index; /* of the item of which the last object was made; backward from -1 down */
  gint64 rowid; /* of the last item of the page; 0 at first */
  GString *key; /* of that item; NULL at first */
  guint hash;   /* of its value */
  guint rows;   /* of the next page */
} CursorState;

/* A page on its way. */
typedef struct
{
  BeaverTexts *texts;
  guint rows, most;
  gboolean sorted; /* not taken in their order */
} CursorPage;

static void
cursor_take_key (CursorState *state, BeaverStatement *row)
{
  gsize length;
  const char *key = _beaver_statement_text (row, 1, &length);

  if (state->key == NULL)
    state->key = g_string_sized_new (length);
  g_string_truncate (state->key, 0);
  g_string_append_len (state->key, key, (gssize) length);
}

gpointer
_beaver_list_cursor_state_new (BeaverManagerCore *core, gboolean backward)
{
  CursorState *state = g_new0 (CursorState, 1);

  state->core = _beaver_manager_core_ref (core);
  state->backward = backward;
  state->index = backward ? 0 : -1;
  state->rows = FIRST_ROWS;
  return state;
}

void
_beaver_list_cursor_state_free (gpointer data)
{
  CursorState *state = data;

  _beaver_manager_core_unref (state->core);
  if (state->key != NULL)
    g_string_free (state->key, TRUE);
  g_free (state);
}

/* Whether the item before is still in its row: that of a removed one may be given to another. */
static gboolean
cursor_is_at (CursorState *state, BeaverStatement *row)
{
  return state->hash == g_str_hash (_beaver_statement_text (row, 2, NULL));
}

/* Keys change when the list is renumbered, which leaves the rowids and the values alone. */
static gboolean
cursor_refresh (BeaverConnection *connection, CursorState *state, GError **error)
{
  g_autoptr (BeaverStatement) row = NULL;
  BeaverStep step;

  if (state->rowid == 0)
    return TRUE;
  row = _beaver_connection_prepare (connection, SQL_AT_ROWID, error);
  if (row == NULL)
    return FALSE;
  _beaver_statement_bind_text (row, 1, state->core->name, -1);
  _beaver_statement_bind_int (row, 2, state->rowid);
  step = _beaver_statement_step (row, error);
  if (step == BEAVER_STEP_ROW && cursor_is_at (state, row))
    cursor_take_key (state, row);
  return step != BEAVER_STEP_ERROR;
}

static gboolean
cursor_take (gconstpointer text, gsize length, gpointer data)
{
  CursorPage *page = data;

  _beaver_texts_add (page->texts, text, length);
  return ++page->rows < page->most && page->texts->length < PAGE_BYTES;
}

static BeaverStatement *
bind_walk (CursorState *state, BeaverStatement *statement)
{
  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_text (statement, 1, state->core->name, -1);
  if (state->key != NULL)
    _beaver_statement_bind_text (statement, 2, state->key->str, (gssize) state->key->len);
  return statement;
}

/* Both ways to fill a page answer ROW when it is full, with the statement at its last row. */

static BeaverStep
take_rows (BeaverStatement *statement, CursorPage *page, GError **error)
{
  BeaverStep step = _beaver_statement_step (statement, error);

  if (step != BEAVER_STEP_ERROR && !_beaver_statement_took_in_order (statement))
    {
      _beaver_texts_clear (page->texts);
      page->rows = 0;
      page->sorted = TRUE;
    }
  return step;
}

static BeaverStep
read_rows (BeaverStatement *statement, CursorPage *page, GError **error)
{
  BeaverStep step;

  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gsize length;
      const char *text = _beaver_statement_text (statement, 2, &length);

      if (!cursor_take (text, length, page))
        break;
    }
  return step;
}

static gboolean
cursor_page (BeaverConnection *connection,
             gpointer data,
             BeaverTexts *texts,
             gboolean *at_end,
             GError **error)
{
  CursorState *state = data;
  CursorPage page = { texts, .most = state->rows };
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverStep step;
  guint way;

  if (!cursor_refresh (connection, state, error))
    return FALSE;
  way = (state->key != NULL ? 2 : 0) + (state->backward ? 1 : 0);
  statement = bind_walk (state, _beaver_connection_prepare_take (connection, SQL_TAKE[way],
                                                                 cursor_take, &page, error));
  if (statement == NULL)
    return FALSE;
  step = take_rows (statement, &page, error);
  if (page.sorted)
    {
      g_clear_pointer (&statement, _beaver_statement_reset);
      statement = bind_walk (state, _beaver_connection_prepare (connection, SQL_READ[way], error));
      if (statement == NULL)
        return FALSE;
      step = read_rows (statement, &page, error);
    }
  if (step == BEAVER_STEP_ERROR)
    {
      /* where those before it ended is not known: they are read again */
      _beaver_texts_clear (texts);
      return FALSE;
    }
  if (step == BEAVER_STEP_DONE)
    *at_end = TRUE;
  else
    {
      state->rowid = _beaver_statement_int (statement, 0);
      state->hash = g_str_hash (_beaver_texts_last (texts));
      cursor_take_key (state, statement);
      state->rows = MIN (state->rows * 2, MOST_ROWS);
    }
  return TRUE;
}

static gpointer
cursor_make (gpointer data, const char *json, gint64 passed, gconstpointer aside, gsize length)
{
  CursorState *state = data;

  state->index += state->backward ? -1 - passed : 1 + passed;
  return _beaver_list_item_new_take (state->index, g_strdup (json));
}

const BeaverCursorKind _beaver_list_cursor_kind = { .texts = cursor_page, .make = cursor_make };
