/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <beaver/engine/beaver-json-private.h>

G_BEGIN_DECLS

/* What the checker, the normaliser and the reader of JSON text share: scanning without copying.
 * Texts are bytes with a length and need no NUL at the end. Nothing here depends on the locale. */

#define BEAVER_JSON_MAX_DEPTH 1000

/* What has to be readable behind a text for the quick check; the first of it is NUL. */
#define BEAVER_JSON_PADDING 16

/* Enough for any double in Python's form, and its NUL. */
#define BEAVER_JSON_DOUBLE_SIZE 32

/* Why and where a text is not JSON. */
typedef struct
{
  const char *why; /* static */
  const guint8 *at;
} BeaverJsonFault;

/* One number: its end, and what it takes to know whether it is in normal form. */
typedef struct
{
  const guint8 *end;
  const guint8 *point;    /* NULL without fraction */
  const guint8 *exponent; /* the e; NULL without */
} BeaverJsonNumber;

typedef struct
{
  guint64 hi;
  guint64 lo;
} BeaverJsonPower;

#define BEAVER_JSON_MIN_POWER (-292)
#define BEAVER_JSON_MAX_POWER 324
extern const BeaverJsonPower _beaver_json_powers[];

gboolean _beaver_json_scan_number (const guint8 *p,
                                   const guint8 *end,
                                   BeaverJsonNumber *number,
                                   BeaverJsonFault *fault);
/* p is behind the opening quote; returns the place behind the closing one, NULL with fault. */
const guint8 *_beaver_json_scan_string (const guint8 *p, const guint8 *end, BeaverJsonFault *fault);
/* true, false, null, and with extras NaN and Infinity; NULL with fault. */
const guint8 *_beaver_json_scan_word (const guint8 *p,
                                      const guint8 *end,
                                      gboolean extras,
                                      BeaverJsonFault *fault);
/* A whole value that starts at p and already lies depth containers deep. */
const guint8 *
_beaver_json_scan_value (const guint8 *p, const guint8 *end, guint depth, BeaverJsonFault *fault);
/* _beaver_json_check() without its quick part. */
gboolean _beaver_json_check_thoroughly (const char *text, gsize length, GError **error);
void _beaver_json_set_fault (GError **error,
                             const guint8 *text,
                             const guint8 *end,
                             const BeaverJsonFault *fault);
/* Appends the bytes of a string (without its quotes) that has been scanned, decoded. */
void _beaver_json_decode_string (GString *out, const guint8 *p, const guint8 *end);

/* A scanned number as the nearest double; infinite when it is out of range. */
double _beaver_json_parse_double (const guint8 *text, gsize length);
/* Python's repr() of a finite value; NUL-terminated, returns the length. */
gsize _beaver_json_format_double (char *buffer, double value);

/* Narrows [*p, *end), a value that is checked already, to the value of a member of the object that
 * it is (of equal names the last), or to an element of the array that it is (from the end when
 * index is negative); FALSE without it. */
gboolean _beaver_json_enter (const guint8 **p, const guint8 **end, const char *name, gsize length);
gboolean _beaver_json_enter_array (const guint8 **p, const guint8 **end, gint64 index);

static inline gboolean
_beaver_json_is_space (guint8 c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const guint8 *
_beaver_json_skip_space (const guint8 *p, const guint8 *end)
{
  while (p < end && *p <= ' ' && _beaver_json_is_space (*p))
    p++;
  return p;
}

/* As _beaver_json_skip_space(), for where mostly one blank stands. */
static inline const guint8 *
_beaver_json_skip_blank (const guint8 *p, const guint8 *end)
{
  if (G_LIKELY (end - p > 1 && p[0] == ' ' && p[1] > ' '))
    return p + 1;
  return _beaver_json_skip_space (p, end);
}

static inline gboolean
_beaver_json_is_digit (guint8 c)
{
  return (guint8) (c - '0') <= 9;
}

/* The end of a number that has neither fraction nor exponent; NULL for one that takes a closer
 * look, and for what is none. p < end. */
static inline const guint8 *
_beaver_json_skip_integer (const guint8 *p, const guint8 *end)
{
  p += *p == '-';
  if (p == end || (guint8) (*p - '1') > 8)
    return NULL;
  do
    p++;
  while (p < end && _beaver_json_is_digit (*p));
  return p < end && (*p == '.' || (*p | 0x20) == 'e') ? NULL : p;
}

/* Skips what may stand in a string as it is in normal form: U+0020 to U+007E without quote and
 * backslash. Sixteen bytes at a time where the processor has that, else eight: of the marks that
 * the bit tricks leave, the lowest is right, for only a marked byte borrows from the next. */
static inline const guint8 *
_beaver_json_skip_plain (const guint8 *p, const guint8 *end)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const guint64 tops = G_GUINT64_CONSTANT (0x8080808080808080);

#ifdef __SSE2__
  while (end - p >= 16)
    {
      __m128i some = _mm_loadu_si128 ((const __m128i *) (const void *) p);
      /* signed: what is not ASCII is below zero */
      __m128i odd = _mm_cmplt_epi8 (some, _mm_set1_epi8 (0x20));
      guint marks;

      odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('"')));
      odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('\\')));
      odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 (0x7f)));
      marks = (guint) _mm_movemask_epi8 (odd);
      if (marks != 0)
        return p + __builtin_ctz (marks);
      p += 16;
    }
#endif
  while (end - p >= 8)
    {
      guint64 word, quote, slash, rubout, odd;

      memcpy (&word, p, 8);
      quote = word ^ (ones * '"');
      slash = word ^ (ones * '\\');
      rubout = word ^ (ones * 0x7f);
      odd =
          (word | (word - ones * 0x20) | (quote - ones) | (slash - ones) | (rubout - ones)) & tops;
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
      if (odd != 0)
        return p + __builtin_ctzll (odd) / 8;
#else
      if (odd != 0)
        break;
#endif
      p += 8;
    }
  while (p < end && *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\')
    p++;
  return p;
}

/* The length of the UTF-8 sequence at p, whose first byte is above U+007F; 0 when there is none. */
static inline guint
_beaver_json_utf8 (const guint8 *p, const guint8 *end, gunichar *out)
{
  guint8 c = p[0];

  if (c >= 0xc2 && c < 0xe0)
    {
      if (end - p < 2 || (p[1] & 0xc0) != 0x80)
        return 0;
      *out = ((gunichar) (c & 0x1f) << 6) | (p[1] & 0x3f);
      return 2;
    }
  if (c >= 0xe0 && c < 0xf0)
    {
      if (end - p < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
        return 0;
      *out = ((gunichar) (c & 0x0f) << 12) | ((gunichar) (p[1] & 0x3f) << 6) | (p[2] & 0x3f);
      return *out < 0x800 || (*out >= 0xd800 && *out < 0xe000) ? 0 : 3;
    }
  if (c >= 0xf0 && c < 0xf5)
    {
      if (end - p < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80)
        return 0;
      *out = ((gunichar) (c & 0x07) << 18) | ((gunichar) (p[1] & 0x3f) << 12) |
             ((gunichar) (p[2] & 0x3f) << 6) | (p[3] & 0x3f);
      return *out < 0x10000 || *out > 0x10ffff ? 0 : 4;
    }
  return 0;
}

/* Four hexadecimal digits at p, -1 when they are not. */
static inline gint
_beaver_json_hex4 (const guint8 *p, const guint8 *end)
{
  gint value = 0;

  if (end - p < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      gint digit = g_ascii_xdigit_value ((gchar) p[i]);

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

G_END_DECLS
