/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-json-scan-private.h>

/* The quick check: of what json.dumps() and our normaliser write, which is nearly all that a file
 * holds. It accepts nothing that _beaver_json_scan_value() refuses; whatever it does not know, such
 * as line breaks between the values and more than 62 open levels, it leaves to that one.
 *
 * It reads a copy that has a NUL and room behind its end. So it can look at sixteen bytes anywhere
 * in the text, and no step has to ask for the end: the NUL is nothing that may stand in JSON. */

/* Skips what a string may hold as it is, in a padded text. */
static inline const guint8 *
skip_plain (const guint8 *p, const guint8 *end)
{
#ifdef __SSE2__
  for (;;)
    {
      __m128i some = _mm_loadu_si128 ((const __m128i *) (const void *) p);
      /* signed: what is not ASCII is below zero */
      __m128i odd = _mm_cmplt_epi8 (some, _mm_set1_epi8 (0x20));
      guint marks;

      odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('"')));
      odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('\\')));
      marks = (guint) _mm_movemask_epi8 (odd);
      if (marks != 0)
        return p + __builtin_ctz (marks);
      p += 16;
    }
#else
  return _beaver_json_skip_plain (p, end);
#endif
}

/* p is behind the opening quote. */
static inline const guint8 *
skip_string (const guint8 *p, const guint8 *end)
{
  BeaverJsonFault fault;
  const guint8 *plain = skip_plain (p, end);

  if (G_LIKELY (*plain == '"'))
    return plain + 1;
  return _beaver_json_scan_string (p, end, &fault);
}

/* At least one digit, NULL without. */
static inline const guint8 *
skip_digits (const guint8 *p)
{
  if (!_beaver_json_is_digit (*p))
    return NULL;
  do
    p++;
  while (_beaver_json_is_digit (*p));
  return p;
}

static inline const guint8 *
skip_number (const guint8 *p)
{
  p += *p == '-';
  if (*p == '0' && _beaver_json_is_digit (p[1]))
    return NULL;
  p = skip_digits (p);
  if (p == NULL)
    return NULL;
  if (*p == '.')
    {
      p = skip_digits (p + 1);
      if (p == NULL)
        return NULL;
    }
  if ((*p | 0x20) == 'e')
    {
      p++;
      p = skip_digits (p + (*p == '+' || *p == '-'));
    }
  return p;
}

static gboolean
quick_check (const guint8 *p, const guint8 *end)
{
  guint64 levels =
      1; /* a bit for each open level, the innermost lowest: an object; above all a 1 */
  BeaverJsonFault fault;
  guint8 c = *p;

  if (c == '"')
    return skip_string (p + 1, end) == end;
  if (c != '{' && c != '[')
    return _beaver_json_scan_value (p, end, 0, &fault) == end;

value:
  c = *p;
  if (c == '"')
    {
      p = skip_string (p + 1, end);
      if (p == NULL)
        return FALSE;
    }
  else if (_beaver_json_is_digit (c) || c == '-')
    {
      p = skip_number (p);
      if (p == NULL)
        return FALSE;
    }
  else if (c == '{')
    {
      p++;
      if (levels >> 63 != 0)
        return FALSE;
      levels = levels << 1 | 1;
      if (*p != '}')
        goto key;
    }
  else if (c == '[')
    {
      p++;
      if (levels >> 63 != 0)
        return FALSE;
      levels <<= 1;
      if (*p != ']')
        goto value;
    }
  else if (memcmp (p, "true", 4) == 0 || memcmp (p, "null", 4) == 0)
    p += 4;
  else if (memcmp (p, "false", 5) == 0)
    p += 5;
  else
    return FALSE;

after:
  if ((levels & 1) != 0)
    {
      if (memcmp (p, ", \"", 3) == 0)
        {
          p += 2;
          goto key;
        }
      if (*p == ',')
        {
          p++;
          goto key;
        }
      if (*p != '}')
        return FALSE;
    }
  else
    {
      if (*p == ',')
        {
          p++;
          p += *p == ' ';
          goto value;
        }
      if (*p != ']')
        return FALSE;
    }
  p++;
  levels >>= 1;
  if (levels == 1)
    return p == end;
  goto after;

key:
  if (*p != '"')
    return FALSE;
  p = skip_string (p + 1, end);
  if (p == NULL)
    return FALSE;
  if (G_LIKELY (memcmp (p, ": ", 2) == 0))
    p += 2;
  else if (*p == ':')
    p++;
  else
    return FALSE;
  goto value;
}

char *
_beaver_json_dup_checked (const char *text, gsize length, GError **error)
{
  char *copy = g_malloc (length + BEAVER_JSON_PADDING);

  if (length > 0)
    memcpy (copy, text, length);
  memset (copy + length, 0, BEAVER_JSON_PADDING);
  if (G_LIKELY (quick_check ((const guint8 *) copy, (const guint8 *) copy + length)) ||
      _beaver_json_check_thoroughly (copy, length, error))
    return copy;
  g_free (copy);
  return NULL;
}

/* Memory that is kept for the next texts; what a giant needed is not. */
#define KEPT_BYTES (4 * 1024 * 1024)

/* In front of each text stands its length. */
void
_beaver_texts_add (BeaverTexts *self, gconstpointer text, gsize length)
{
  const gsize needed = sizeof (guint32) + length + BEAVER_JSON_PADDING;
  const guint32 head = (guint32) length;
  char *copy;

  if (G_UNLIKELY (self->size - self->length < needed))
    {
      self->size = MAX (self->size * 2, self->length + needed + 1024);
      self->data = g_realloc (self->data, self->size);
    }
  copy = self->data + self->length;
  memcpy (copy, &head, sizeof head);
  copy += sizeof head;
  self->last = (gsize) (copy - self->data);
  if (length > 0)
    memcpy (copy, text, length);
  memset (copy + length, 0, BEAVER_JSON_PADDING);
  self->length += sizeof head + length + 1;
}

const char *
_beaver_texts_take (BeaverTexts *self, GError **error)
{
  const char *text;
  guint32 length;

  if (self->next == self->length)
    return NULL;
  text = self->data + self->next + sizeof length;
  memcpy (&length, self->data + self->next, sizeof length);
  self->next += sizeof length + length + 1;
  if (G_LIKELY (quick_check ((const guint8 *) text, (const guint8 *) text + length)) ||
      _beaver_json_check_thoroughly (text, length, error))
    return text;
  return NULL;
}

gconstpointer
_beaver_texts_take_raw (BeaverTexts *self, gsize *length)
{
  const char *bytes = self->data + self->next + sizeof (guint32);
  guint32 n;

  memcpy (&n, self->data + self->next, sizeof n);
  self->next += sizeof n + n + 1;
  *length = n;
  return bytes;
}

const char *
_beaver_texts_last (BeaverTexts *self)
{
  return self->data + self->last;
}

void
_beaver_texts_clear (BeaverTexts *self)
{
  if (G_UNLIKELY (self->size > KEPT_BYTES))
    _beaver_texts_destroy (self);
  self->length = self->next = 0;
}

void
_beaver_texts_destroy (BeaverTexts *self)
{
  g_clear_pointer (&self->data, g_free);
  self->size = self->length = self->next = 0;
}

gboolean
_beaver_json_check (const char *text, gssize length, GError **error)
{
  gsize n = length < 0 ? strlen (text) : (gsize) length;
  guint8 copy[1024 + BEAVER_JSON_PADDING];

  if (n <= sizeof copy - BEAVER_JSON_PADDING)
    {
      if (n > 0)
        memcpy (copy, text, n);
      memset (copy + n, 0, BEAVER_JSON_PADDING);
      if (quick_check (copy, copy + n))
        return TRUE;
    }
  return _beaver_json_check_thoroughly (text, n, error);
}
