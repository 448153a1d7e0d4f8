/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-json-scan-private.h>
#include <glib/gi18n-lib.h>

/* Scanning JSON text: where each piece ends, and why a text is none. The grammar is RFC 8259's,
 * read as Python's decoder reads it. */

static gboolean
fail (BeaverJsonFault *fault, const guint8 *at, const char *why)
{
  fault->at = at;
  fault->why = why;
  return FALSE;
}

gboolean
_beaver_json_scan_number (const guint8 *p,
                          const guint8 *end,
                          BeaverJsonNumber *number,
                          BeaverJsonFault *fault)
{
  number->point = number->exponent = NULL;
  if (p < end && *p == '-')
    p++;
  if (p == end || !_beaver_json_is_digit (*p))
    return fail (fault, p, N_ ("a digit is missing"));
  if (*p == '0')
    {
      p++;
      if (p < end && _beaver_json_is_digit (*p))
        return fail (fault, p, N_ ("a number cannot start with 0"));
    }
  else
    while (p < end && _beaver_json_is_digit (*p))
      p++;
  if (p < end && *p == '.')
    {
      number->point = p++;
      if (p == end || !_beaver_json_is_digit (*p))
        return fail (fault, p, N_ ("a digit is missing behind the decimal point"));
      while (p < end && _beaver_json_is_digit (*p))
        p++;
    }
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      number->exponent = p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      if (p == end || !_beaver_json_is_digit (*p))
        return fail (fault, p, N_ ("a digit is missing in the exponent"));
      while (p < end && _beaver_json_is_digit (*p))
        p++;
    }
  number->end = p;
  return TRUE;
}

const guint8 *
_beaver_json_scan_string (const guint8 *p, const guint8 *end, BeaverJsonFault *fault)
{
  const guint8 *start = p - 1;

  for (;;)
    {
      p = _beaver_json_skip_plain (p, end);
      if (p == end)
        {
          fail (fault, start, N_ ("the string that starts here has no end"));
          return NULL;
        }
      if (*p == '"')
        return p + 1;
      if (*p == '\\')
        {
          if (end - p >= 2 && p[1] == 'u')
            {
              if (_beaver_json_hex4 (p + 2, end) < 0)
                {
                  fail (fault, p, N_ ("\\u needs four hexadecimal digits"));
                  return NULL;
                }
              p += 6;
            }
          else if (end - p >= 2 && p[1] != '\0' && strchr ("\"\\/bfnrt", p[1]) != NULL)
            p += 2;
          else
            {
              fail (fault, p, N_ ("there is no such escape"));
              return NULL;
            }
        }
      else if (*p == 0x7f)
        p++;
      else if (*p < 0x20)
        {
          fail (fault, p, N_ ("a control character in a string has to be escaped"));
          return NULL;
        }
      else
        {
          gunichar c;
          guint length;

          do
            {
              length = _beaver_json_utf8 (p, end, &c);
              if (length == 0)
                {
                  fail (fault, p, N_ ("the text is not UTF-8"));
                  return NULL;
                }
              p += length;
            }
          while (p < end && *p >= 0x80);
        }
    }
}

const guint8 *
_beaver_json_scan_word (const guint8 *p, const guint8 *end, gboolean extras, BeaverJsonFault *fault)
{
  static const struct
  {
    const char *text;
    guint length;
  } words[] = {
    { "true", 4 }, { "false", 5 },    { "null", 4 },
    { "NaN", 3 },  { "Infinity", 8 }, { "-Infinity", 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if ((gsize) (end - p) >= words[i].length && memcmp (p, words[i].text, words[i].length) == 0)
      {
        if (i >= 3 && !extras)
          {
            fail (fault, p, N_ ("NaN and Infinity are not JSON"));
            return NULL;
          }
        return p + words[i].length;
      }
  fail (fault, p,
        p == end ? N_ ("a value is missing at the end") :
                   N_ ("expected a value: an object, array, string, number, true, false or null"));
  return NULL;
}

/* Most strings hold nothing that needs a second look. */
static inline const guint8 *
scan_string (const guint8 *p, const guint8 *end, BeaverJsonFault *fault)
{
  const guint8 *plain = _beaver_json_skip_plain (p, end);

  if (G_LIKELY (plain < end && *plain == '"'))
    return plain + 1;
  return _beaver_json_scan_string (p, end, fault);
}

/* The loop of the checker. What json.dumps() and the normaliser write goes the short way: a blank
 * behind each comma and colon, no other white space. */
const guint8 *
_beaver_json_scan_value (const guint8 *p, const guint8 *end, guint depth, BeaverJsonFault *fault)
{
  guint8 objects[BEAVER_JSON_MAX_DEPTH + 1]; /* of each depth from base on */
  BeaverJsonNumber number;
  const guint base = depth;
  const guint8 *next;
  gboolean in_object = FALSE;

  objects[base] = FALSE;

value:
  switch (p < end ? *p : '\0')
    {
    case '"':
      p = scan_string (p + 1, end, fault);
      if (p == NULL)
        return NULL;
      break;
    case '{':
    case '[':
      if (depth == BEAVER_JSON_MAX_DEPTH)
        {
          fail (fault, p, N_ ("nested deeper than 1000"));
          return NULL;
        }
      in_object = *p == '{';
      objects[++depth] = (guint8) in_object;
      p = _beaver_json_skip_space (p + 1, end);
      if (p < end && *p == (in_object ? '}' : ']'))
        goto close;
      if (in_object)
        goto key;
      goto value;
    case 't':
      if (end - p < 4 || memcmp (p, "true", 4) != 0)
        goto word;
      p += 4;
      break;
    case 'f':
      if (end - p < 5 || memcmp (p + 1, "alse", 4) != 0)
        goto word;
      p += 5;
      break;
    case 'n':
      if (end - p < 4 || memcmp (p, "null", 4) != 0)
        goto word;
      p += 4;
      break;
    case '-':
      if (end - p > 1 && p[1] == 'I')
        goto word;
      G_GNUC_FALLTHROUGH;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      next = _beaver_json_skip_integer (p, end);
      if (next == NULL)
        {
          if (!_beaver_json_scan_number (p, end, &number, fault))
            return NULL;
          next = number.end;
        }
      p = next;
      break;
    default:
    word:
      p = _beaver_json_scan_word (p, end, TRUE, fault);
      if (p == NULL)
        return NULL;
      break;
    }

after:
  if (depth == base)
    return p;
  p = _beaver_json_skip_space (p, end);
  if (p == end)
    {
      fail (fault, p, in_object ? N_ ("an object has no end") : N_ ("an array has no end"));
      return NULL;
    }
  if (*p == ',')
    {
      p = _beaver_json_skip_blank (p + 1, end);
      if (in_object)
        goto key;
      goto value;
    }
  if (*p != (in_object ? '}' : ']'))
    {
      fail (fault, p, in_object ? N_ ("expected , or }") : N_ ("expected , or ]"));
      return NULL;
    }

close:
  p++;
  in_object = objects[--depth];
  goto after;

key:
  if (p == end || *p != '"')
    {
      fail (fault, p, N_ ("expected a key in quotes"));
      return NULL;
    }
  p = scan_string (p + 1, end, fault);
  if (p == NULL)
    return NULL;
  p = _beaver_json_skip_space (p, end);
  if (p == end || *p != ':')
    {
      fail (fault, p, N_ ("expected a colon behind the key"));
      return NULL;
    }
  p = _beaver_json_skip_blank (p + 1, end);
  goto value;
}

gboolean
_beaver_json_check_thoroughly (const char *text, gsize length, GError **error)
{
  const guint8 *start = (const guint8 *) text;
  const guint8 *end = start + length;
  BeaverJsonFault fault;
  const guint8 *p;

  p = _beaver_json_scan_value (_beaver_json_skip_space (start, end), end, 0, &fault);
  if (p != NULL)
    {
      p = _beaver_json_skip_space (p, end);
      if (p == end)
        return TRUE;
      fail (&fault, p, N_ ("there is more behind the value"));
    }
  _beaver_json_set_fault (error, start, end, &fault);
  return FALSE;
}

void
_beaver_json_set_fault (GError **error,
                        const guint8 *text,
                        const guint8 *end,
                        const BeaverJsonFault *fault)
{
  guint line = 1, column = 1;

  if (error == NULL)
    return;
  /* columns count characters, as editors do; CR LF is one line break */
  for (const guint8 *p = text; p < fault->at; p++)
    if (*p == '\n' || (*p == '\r' && (p + 1 == end || p[1] != '\n')))
      {
        line++;
        column = 1;
      }
    else
      column += (*p & 0xc0) != 0x80;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("Not JSON at line %u, column %u: %s"),
               line, column, fault->why);
}

void
_beaver_json_decode_string (GString *out, const guint8 *p, const guint8 *end)
{
  while (p < end)
    {
      const guint8 *slash = memchr (p, '\\', (gsize) (end - p));
      gint c;

      if (slash == NULL)
        slash = end;
      g_string_append_len (out, (const char *) p, slash - p);
      if (slash == end)
        return;
      p = slash + 2;
      switch (slash[1])
        {
        case 'b':
          g_string_append_c (out, '\b');
          break;
        case 'f':
          g_string_append_c (out, '\f');
          break;
        case 'n':
          g_string_append_c (out, '\n');
          break;
        case 'r':
          g_string_append_c (out, '\r');
          break;
        case 't':
          g_string_append_c (out, '\t');
          break;
        case 'u':
          c = _beaver_json_hex4 (p, end);
          p += 4;
          if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u')
            {
              gint low = _beaver_json_hex4 (p + 2, end);

              if (low >= 0xdc00 && low < 0xe000)
                {
                  c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                  p += 6;
                }
            }
          if (c >= 0xd800 && c < 0xe000)
            c = 0xfffd;
          if (c == 0)
            g_string_append_c (out, '\0');
          else
            g_string_append_unichar (out, (gunichar) c);
          break;
        default:
          g_string_append_c (out, (gchar) slash[1]);
          break;
        }
    }
}
