/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "beaver-lower-private.h"

#define SIGMA 0x3a3
#define SMALL_SIGMA 0x3c3
#define FINAL_SIGMA 0x3c2
#define I_WITH_DOT 0x130
#define COMBINING_DOT 0x307

typedef struct
{
  guint32 first, last;
  gint32 step, delta;
} LowerRun;

typedef struct
{
  guint32 first, last;
} CharRange;

#include "beaver-lower-table-private.h"

static gunichar
lower_char (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (lower_runs);

  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  while (low < high)
    {
      gsize middle = (low + high) / 2;
      const LowerRun *run = &lower_runs[middle];

      if (c < run->first)
        high = middle;
      else if (c > run->last)
        low = middle + 1;
      else
        return (c - run->first) % run->step == 0 ? c + run->delta : c;
    }
  return c;
}

static gboolean
is_in (gunichar c, const CharRange *ranges, gsize n)
{
  gsize low = 0, high = n;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (c < ranges[middle].first)
        high = middle;
      else if (c > ranges[middle].last)
        low = middle + 1;
      else
        return TRUE;
    }
  return FALSE;
}

/* A sigma ends a word when the next cased character to the left exists and the one to the right
 * does not. */
static gboolean
is_final (const gunichar *text, gsize n, gsize at)
{
  gsize i = at;

  while (i > 0 && is_in (text[i - 1], case_ignorable, G_N_ELEMENTS (case_ignorable)))
    i--;
  if (i == 0 || !is_in (text[i - 1], cased, G_N_ELEMENTS (cased)))
    return FALSE;
  for (i = at + 1; i < n && is_in (text[i], case_ignorable, G_N_ELEMENTS (case_ignorable)); i++)
    ;
  return i == n || !is_in (text[i], cased, G_N_ELEMENTS (cased));
}

static gsize
text_size (const char *text, gssize length)
{
  return length < 0 ? strlen (text) : (gsize) length;
}

/* Stores the next character and answers how many bytes it took. */
static inline gsize
next_char (const char *text, const char *end, gunichar *c)
{
  if ((guchar) *text < 0x80)
    {
      *c = *text;
      return 1;
    }
  *c = g_utf8_get_char_validated (text, end - text);
  if (*c >= 0x110000)
    {
      *c = 0xfffd;
      return 1;
    }
  return g_utf8_next_char (text) - text;
}

gunichar *
_beaver_decode (const char *text, gssize length, gsize *n)
{
  gsize size = text_size (text, length), count = 0;
  const char *end = text + size;
  gunichar *out = g_new (gunichar, size + 1);

  while (text < end)
    text += next_char (text, end, &out[count++]);
  *n = count;
  return out;
}

gunichar *
_beaver_lower_decode (const char *text, gssize length, gsize *n)
{
  gsize count = 0, dots = 0, to;
  gunichar *out = _beaver_decode (text, length, &count);

  /* backwards, as is_final() wants the original on both sides: lower-casing keeps what is cased and
   * what is ignorable */
  for (gsize i = count; i-- > 0;)
    {
      if (out[i] == SIGMA)
        out[i] = is_final (out, count, i) ? FINAL_SIGMA : SMALL_SIGMA;
      else if (out[i] == I_WITH_DOT)
        dots++;
      else
        out[i] = lower_char (out[i]);
    }
  *n = count + dots;
  if (dots == 0)
    return out;
  out = g_renew (gunichar, out, count + dots);
  to = count + dots;
  for (gsize i = count; i-- > 0;)
    {
      if (out[i] == I_WITH_DOT)
        {
          out[--to] = COMBINING_DOT;
          out[--to] = 'i';
        }
      else
        out[--to] = out[i];
    }
  return out;
}

char *
_beaver_lower (const char *text, gssize length, gsize *lower_length)
{
  gsize size = text_size (text, length), n = 0, i;
  g_autofree gunichar *chars = NULL;
  char *out, *p;

  for (i = 0; i < size && (guchar) text[i] < 0x80; i++)
    ;
  if (i == size)
    {
      out = g_malloc (size + 1);
      for (i = 0; i < size; i++)
        out[i] = g_ascii_tolower (text[i]);
      out[size] = '\0';
      if (lower_length != NULL)
        *lower_length = size;
      return out;
    }

  chars = _beaver_lower_decode (text, length, &n);
  for (i = 0, size = 0; i < n; i++)
    size += g_unichar_to_utf8 (chars[i], NULL);
  p = out = g_malloc (size + 1);
  for (i = 0; i < n; i++)
    p += g_unichar_to_utf8 (chars[i], p);
  *p = '\0';
  if (lower_length != NULL)
    *lower_length = size;
  return out;
}

gboolean
_beaver_is_space (gunichar c)
{
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

gboolean
_beaver_is_blank (const char *text, gssize length)
{
  const char *end = text + text_size (text, length);
  gunichar c;

  while (text < end)
    {
      text += next_char (text, end, &c);
      if (!_beaver_is_space (c))
        return FALSE;
    }
  return TRUE;
}
