/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes as JSON text: an answer or an error, never a crash; and what was normalised stays as it
 * is. */
#include "config.h"

#include <beaver/engine/beaver-json-private.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_all (const char *text, gsize length)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, (gssize) length);
  BeaverJsonToken token;

  while ((token = _beaver_json_reader_next (reader)) != BEAVER_JSON_END)
    {
      gsize n;

      g_assert (token != BEAVER_JSON_ERROR); /* the reader accepts what the check accepts */
      if (token == BEAVER_JSON_STRING || token == BEAVER_JSON_KEY)
        {
          const char *string = _beaver_json_reader_string (reader, &n);

          g_assert (memchr (string, 0, n) != NULL || g_utf8_validate_len (string, n, NULL));
        }
      else if (token == BEAVER_JSON_INTEGER || token == BEAVER_JSON_DOUBLE)
        _beaver_json_reader_double (reader);
      _beaver_json_reader_raw (reader, &n);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autofree char *once = _beaver_json_normalize (text, (gssize) size, &error);

  g_assert ((once == NULL) == (error != NULL));
  if (once != NULL)
    {
      g_autofree char *twice = _beaver_json_normalize (once, -1, NULL);

      g_assert_cmpstr (once, ==, twice);
      g_assert (_beaver_json_check (text, (gssize) size, NULL));
    }
  if (_beaver_json_check (text, (gssize) size, NULL))
    read_all (text, size);
  return 0;
}
