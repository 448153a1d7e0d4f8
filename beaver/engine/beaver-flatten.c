/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "beaver-flatten-private.h"
#include "beaver-json-private.h"
#include "beaver-lower-private.h"

/* The path of a member is the one of its object, a dot and its name; an array has the path of what
 * holds it. So of each open object and array one number is needed: how much of the path is its own.
 */
gboolean
_beaver_flatten (const char *json,
                 gssize length,
                 BeaverFlattenFunc func,
                 gpointer user_data,
                 GError **error)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (json, length);
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize own = 0;

  for (;;)
    {
      const char *text;
      gsize size;

      switch (_beaver_json_reader_next (reader))
        {
        case BEAVER_JSON_END:
          return TRUE;
        case BEAVER_JSON_ERROR:
          _beaver_json_reader_set_error (reader, error);
          return FALSE;
        case BEAVER_JSON_OBJECT_START:
        case BEAVER_JSON_ARRAY_START:
          g_array_append_val (stack, own);
          own = path->len;
          break;
        case BEAVER_JSON_OBJECT_END:
        case BEAVER_JSON_ARRAY_END:
          g_string_truncate (path, own);
          own = g_array_index (stack, gsize, stack->len - 1);
          g_array_set_size (stack, stack->len - 1);
          break;
        case BEAVER_JSON_KEY:
          g_string_truncate (path, own);
          text = _beaver_json_reader_string (reader, &size);
          if (own > 0)
            g_string_append_c (path, '.');
          g_string_append_len (path, text, size);
          break;
        case BEAVER_JSON_STRING:
          text = _beaver_json_reader_string (reader, &size);
          if (!_beaver_is_blank (text, size))
            func (path->str, path->len, text, size, user_data);
          break;
        case BEAVER_JSON_INTEGER:
        case BEAVER_JSON_DOUBLE:
        case BEAVER_JSON_TRUE:
        case BEAVER_JSON_FALSE:
        case BEAVER_JSON_NULL:
        default:
          break;
        }
    }
}

static void
append_text (const char *path,
             gsize path_length,
             const char *text,
             gsize length,
             gpointer user_data)
{
  GString *joined = user_data;

  if (joined->len > 0)
    g_string_append_c (joined, ' ');
  g_string_append_len (joined, text, length);
}

GString *
_beaver_flatten_text (const char *json, gssize length, GError **error)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  if (!_beaver_flatten (json, length, append_text, joined, error))
    return NULL;
  return g_steal_pointer (&joined);
}
