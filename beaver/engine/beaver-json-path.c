/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-json-scan-private.h>

/* Dotted paths, walked as beaver-db walks them for its index rows (spec, 8.4): split at every dot,
 * each step needs an object that has the key, arrays are not entered, and of a key that stands
 * twice the last counts. */

/* Whether the key [p, end), quotes not included, is name. */
static gboolean
key_is (const guint8 *p, const guint8 *end, const char *name, gsize length)
{
  g_autoptr (GString) decoded = NULL;

  if (memchr (p, '\\', (gsize) (end - p)) == NULL)
    return (gsize) (end - p) == length && memcmp (p, name, length) == 0;
  decoded = g_string_sized_new ((gsize) (end - p));
  _beaver_json_decode_string (decoded, p, end);
  return decoded->len == length && memcmp (decoded->str, name, length) == 0;
}

gboolean
_beaver_json_enter (const guint8 **p, const guint8 **end, const char *name, gsize length)
{
  const guint8 *at = *p, *found = NULL, *found_end = NULL;
  BeaverJsonFault fault;

  if (*at != '{')
    return FALSE;
  at = _beaver_json_skip_space (at + 1, *end);
  while (at < *end && *at == '"')
    {
      const guint8 *key_end = _beaver_json_scan_string (at + 1, *end, &fault);
      const guint8 *value, *value_end;

      if (key_end == NULL)
        return FALSE;
      value = _beaver_json_skip_space (key_end, *end);
      value = _beaver_json_skip_space (value + 1, *end);
      value_end = _beaver_json_scan_value (value, *end, 0, &fault);
      if (value_end == NULL)
        return FALSE;
      if (key_is (at + 1, key_end - 1, name, length))
        {
          found = value;
          found_end = value_end;
        }
      at = _beaver_json_skip_space (value_end, *end);
      if (at < *end && *at == ',')
        at = _beaver_json_skip_space (at + 1, *end);
    }
  if (found == NULL)
    return FALSE;
  *p = found;
  *end = found_end;
  return TRUE;
}

gboolean
_beaver_json_enter_array (const guint8 **p, const guint8 **end, gint64 index)
{
  const guint8 *at = *p;
  BeaverJsonFault fault;
  gint64 n = 0;

  if (*at != '[')
    return FALSE;
  if (index < 0)
    {
      const guint8 *q = _beaver_json_skip_space (at + 1, *end);

      while (q < *end && *q != ']')
        {
          q = _beaver_json_scan_value (q, *end, 0, &fault);
          if (q == NULL)
            return FALSE;
          n++;
          q = _beaver_json_skip_space (q, *end);
          if (q < *end && *q == ',')
            q = _beaver_json_skip_space (q + 1, *end);
        }
      index += n;
      if (index < 0)
        return FALSE;
    }
  at = _beaver_json_skip_space (at + 1, *end);
  for (n = 0; at < *end && *at != ']'; n++)
    {
      const guint8 *value_end = _beaver_json_scan_value (at, *end, 0, &fault);

      if (value_end == NULL)
        return FALSE;
      if (n == index)
        {
          *p = at;
          *end = value_end;
          return TRUE;
        }
      at = _beaver_json_skip_space (value_end, *end);
      if (at < *end && *at == ',')
        at = _beaver_json_skip_space (at + 1, *end);
    }
  return FALSE;
}

const char *
_beaver_json_path_find (const char *text, gssize length, const char *path, gsize *found_length)
{
  const guint8 *p = (const guint8 *) text;
  const guint8 *end = p + (length < 0 ? strlen (text) : (gsize) length);
  BeaverJsonFault fault;

  if (found_length != NULL)
    *found_length = 0;
  p = _beaver_json_skip_space (p, end);
  end = _beaver_json_scan_value (p, end, 0, &fault);
  if (end == NULL)
    return NULL;

  for (const char *step = path;;)
    {
      const char *dot = strchr (step, '.');
      gsize n = dot != NULL ? (gsize) (dot - step) : strlen (step);

      if (!_beaver_json_enter (&p, &end, step, n))
        return NULL;
      if (dot == NULL)
        break;
      step = dot + 1;
    }
  if (found_length != NULL)
    *found_length = (gsize) (end - p);
  return (const char *) p;
}
