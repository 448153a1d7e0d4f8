/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes as JSON text: an answer or an error, never a crash; checking, reading and normalising
 * agree on what is JSON; and what was normalised stays as it is. */
#include "config.h"

#include <beaver/beaver-json-node-private.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whether the reader takes all of it; checks what it says on the way. */
static gboolean
read_all (const char *text, gsize length)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, (gssize) length);
  BeaverJsonToken token;

  while ((token = _beaver_json_reader_next (reader)) != BEAVER_JSON_END)
    {
      const char *string;
      gint64 number;
      gsize n;

      if (token == BEAVER_JSON_ERROR)
        {
          g_autoptr (GError) error = NULL;

          _beaver_json_reader_set_error (reader, &error);
          g_assert (error != NULL);
          return FALSE;
        }
      string = _beaver_json_reader_string (reader, &n);
      g_assert ((string != NULL) == (token == BEAVER_JSON_STRING || token == BEAVER_JSON_KEY));
      if (string != NULL)
        g_assert (memchr (string, 0, n) != NULL || g_utf8_validate_len (string, n, NULL));
      if (_beaver_json_reader_int (reader, &number))
        g_assert (token == BEAVER_JSON_INTEGER);
      _beaver_json_reader_double (reader);
      string = _beaver_json_reader_raw (reader, &n);
      g_assert (string >= text && string + n <= text + length && n > 0);
    }
  return TRUE;
}

/* Skipping everything that can be skipped comes to the same end. */
static void
skip_all (const char *text, gsize length)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, (gssize) length);
  BeaverJsonToken token;
  guint n = 0;

  while ((token = _beaver_json_reader_next (reader)) != BEAVER_JSON_END)
    {
      g_assert (token != BEAVER_JSON_ERROR);
      /* every other container is entered */
      if (token == BEAVER_JSON_KEY || n++ % 2 == 1)
        g_assert (_beaver_json_reader_skip (reader));
    }
  g_assert (_beaver_json_reader_depth (reader) == 0);
}

static void
as_double (const guint8 *data)
{
  g_autofree char *text = NULL;
  double value, back;

  memcpy (&value, data, sizeof value);
  text = _beaver_json_from_double (value);
  if (value != value || value - value != 0)
    return;
  back = g_ascii_strtod (text, NULL);
  g_assert (memcmp (&back, &value, sizeof value) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autofree char *once = _beaver_json_normalize (text, (gssize) size, &error);
  gboolean good = _beaver_json_check (text, (gssize) size, NULL);
  g_autofree char *copy = _beaver_json_dup_checked (text, size, NULL);
  g_autoptr (JsonNode) node = NULL;

  g_assert ((copy != NULL) == good);
  g_assert (copy == NULL || (memcmp (copy, text, size) == 0 && copy[size] == '\0'));
  g_assert ((once == NULL) == (error != NULL));
  g_assert (read_all (text, size) == good);
  _beaver_json_path_find (text, (gssize) size, "a.b", NULL);
  if (once != NULL)
    {
      g_autofree char *twice = _beaver_json_normalize (once, -1, NULL);

      g_assert_cmpstr (once, ==, twice);
      g_assert (good);
    }
  if (good)
    skip_all (text, size);

  node = _beaver_json_node_new (text, (gssize) size, NULL);
  g_assert (node == NULL || good);
  if (node != NULL)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      if (_beaver_json_append_node (out, node, NULL))
        {
          g_autofree char *same = _beaver_json_normalize (out->str, (gssize) out->len, NULL);

          g_assert_cmpstr (same, ==, out->str);
        }
    }
  if (size >= sizeof (double))
    as_double (data);
  return 0;
}
