/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-entry-private.h>

/* Going through a dict from page to page. */

static const char SQL_ITEMS_FROM[] = "SELECT key, expires_at, value FROM __beaver_dicts__"
                                     " WHERE dict_name = $1 AND key >= $2 ORDER BY key LIMIT $3";
static const char SQL_ITEMS_BEHIND[] = "SELECT key, expires_at, value FROM __beaver_dicts__"
                                       " WHERE dict_name = $1 AND key > $2 ORDER BY key LIMIT $3";
static const char SQL_KEYS_FROM[] = "SELECT key, expires_at FROM __beaver_dicts__"
                                    " WHERE dict_name = $1 AND key >= $2 ORDER BY key LIMIT $3";
static const char SQL_KEYS_BEHIND[] = "SELECT key, expires_at FROM __beaver_dicts__"
                                      " WHERE dict_name = $1 AND key > $2 ORDER BY key LIMIT $3";

/* Rows and bytes of a page of a cursor. */
#define PAGE_ROWS 256
#define PAGE_BYTES (1024 * 1024)

typedef struct
{
  BeaverDictShared *shared;
  char *prefix;      /* never NULL */
  GString *position; /* the last key seen, which may hold NULs; NULL before the first */
} CursorState;

gpointer
_beaver_dict_cursor_state_new (BeaverDictShared *shared, const char *prefix)
{
  CursorState *state = g_new0 (CursorState, 1);

  state->shared = _beaver_dict_shared_ref (shared);
  state->prefix = g_strdup (prefix != NULL ? prefix : "");
  return state;
}

void
_beaver_dict_cursor_state_free (gpointer pointer)
{
  CursorState *state = pointer;

  _beaver_dict_shared_unref (state->shared);
  g_free (state->prefix);
  if (state->position != NULL)
    g_string_free (state->position, TRUE);
  g_free (state);
}

static void
cursor_move (CursorState *state, const char *key, gsize length)
{
  if (state->position == NULL)
    state->position = g_string_sized_new (length);
  g_string_truncate (state->position, 0);
  g_string_append_len (state->position, key, (gssize) length);
}

/* Appends either entries without values or texts, each with its key and when it ends aside. */
static gboolean
read_page (BeaverConnection *connection,
           CursorState *state,
           GPtrArray *entries,
           BeaverTexts *texts,
           gboolean *at_end,
           GError **error)
{
  BeaverDictShared *shared = state->shared;
  gboolean with_values = texts != NULL;
  gboolean is_plain = g_atomic_pointer_get (&shared->codec) == NULL;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GByteArray) aside = with_values ? g_byte_array_new () : NULL;
  gsize prefix_length = strlen (state->prefix);
  double now = _beaver_dict_wall_clock ();
  gsize bytes = 0;
  guint rows = 0;
  BeaverStep step;

  if (with_values && !_beaver_dict_check_sealed (connection, shared, FALSE, error))
    return FALSE;
  if (state->position == NULL)
    statement = _beaver_connection_prepare (connection,
                                            with_values ? SQL_ITEMS_FROM : SQL_KEYS_FROM, error);
  else
    statement = _beaver_connection_prepare (
        connection, with_values ? SQL_ITEMS_BEHIND : SQL_KEYS_BEHIND, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  if (state->position == NULL)
    _beaver_statement_bind_text (statement, 2, state->prefix, -1);
  else
    _beaver_statement_bind_text (statement, 2, state->position->str, (gssize) state->position->len);
  _beaver_statement_bind_int (statement, 3, PAGE_ROWS);

  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gsize key_length;
      /* asked before the text, which would turn it into one */
      BeaverColumnType key_type = _beaver_statement_type (statement, 0);
      const char *key = _beaver_statement_text (statement, 0, &key_length);
      double expires_at = _beaver_dict_column_expiry (statement, 1);
      gboolean is_first = with_values ? texts->length == 0 : entries->len == 0;

      /* a key that is no text sorts behind all others, and nothing here can name it */
      if (key_type != BEAVER_COLUMN_TEXT || key_length < prefix_length ||
          memcmp (key, state->prefix, prefix_length) != 0)
        {
          *at_end = TRUE;
          return TRUE;
        }
      rows++;
      if (!g_utf8_validate (key, -1, NULL))
        {
          if (is_first)
            cursor_move (state, key, key_length);
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT, _ ("a key is not UTF-8"));
          return FALSE;
        }
      if (_beaver_dict_is_expired (expires_at, now))
        ;
      else if (!with_values)
        g_ptr_array_add (entries,
                         _beaver_entry_new_take (key, (gssize) key_length, NULL, expires_at));
      else
        {
          gsize length;
          const char *stored = _beaver_statement_text (statement, 2, &length);
          g_autofree char *value =
              is_plain ? NULL : _beaver_dict_decode (shared, key, stored, length, error);

          if (!is_plain && value == NULL)
            {
              /* told once, as the first of its page; then the cursor can go on behind it */
              if (is_first)
                cursor_move (state, key, key_length);
              return FALSE;
            }
          _beaver_texts_add (texts, is_plain ? stored : value, is_plain ? length : strlen (value));
          g_byte_array_set_size (aside, 0);
          g_byte_array_append (aside, (const guint8 *) &expires_at, sizeof expires_at);
          g_byte_array_append (aside, (const guint8 *) key, (guint) key_length);
          _beaver_texts_add (texts, aside->data, aside->len);
          bytes += length;
        }
      cursor_move (state, key, key_length);
      if (bytes > PAGE_BYTES)
        return TRUE;
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (rows < PAGE_ROWS)
    *at_end = TRUE;
  return TRUE;
}

static gboolean
keys_page (BeaverConnection *connection,
           gpointer data,
           GPtrArray *entries,
           gboolean *at_end,
           GError **error)
{
  return read_page (connection, data, entries, NULL, at_end, error);
}

static gboolean
items_page (BeaverConnection *connection,
            gpointer data,
            BeaverTexts *texts,
            gboolean *at_end,
            GError **error)
{
  return read_page (connection, data, NULL, texts, at_end, error);
}

static gpointer
make_entry (gpointer data, const char *json, gint64 passed, gconstpointer aside, gsize length)
{
  double expires_at;

  memcpy (&expires_at, aside, sizeof expires_at);
  return _beaver_entry_new_take ((const char *) aside + sizeof expires_at,
                                 (gssize) (length - sizeof expires_at), g_strdup (json),
                                 expires_at);
}

static void
set_damaged (gconstpointer aside, gsize length, const char *reason, GError **error)
{
  _beaver_dict_set_damaged ((const char *) aside + sizeof (double), reason, error);
}

gboolean
_beaver_dict_read_entries (BeaverConnection *connection,
                           gpointer state,
                           GPtrArray *entries,
                           gboolean *at_end,
                           GError **error)
{
  BeaverTexts texts = { 0 };
  gboolean ok = read_page (connection, state, NULL, &texts, at_end, error);

  while (ok && texts.next < texts.length)
    {
      g_autoptr (GError) local_error = NULL;
      const char *json = _beaver_texts_take (&texts, &local_error);
      gsize length;
      gconstpointer aside = _beaver_texts_take_raw (&texts, &length);

      ok = json != NULL;
      if (ok)
        g_ptr_array_add (entries, make_entry (state, json, 0, aside, length));
      else
        set_damaged (aside, length, local_error->message, error);
    }
  _beaver_texts_destroy (&texts);
  return ok;
}

const BeaverCursorKind _beaver_dict_keys_kind = { .page = keys_page };
const BeaverCursorKind _beaver_dict_items_kind = { .texts = items_page,
                                                   .make = make_entry,
                                                   .with_asides = TRUE,
                                                   .set_damaged = set_damaged };

gboolean
_beaver_dict_list_keys_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  CursorState *state = _beaver_dict_cursor_state_new (op->shared, op->key);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean at_end = FALSE;
  gboolean ok = TRUE;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_free);
  while (ok && !at_end)
    {
      ok = keys_page (connection, state, entries, &at_end, error);
      for (guint i = 0; i < entries->len; i++)
        g_ptr_array_add (op->results, g_strdup (beaver_entry_get_key (entries->pdata[i])));
      g_ptr_array_set_size (entries, 0);
    }
  g_ptr_array_add (op->results, NULL);
  _beaver_dict_cursor_state_free (state);
  return ok;
}
