/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/engine/beaver-json-scan-private.h>
#include <glib/gi18n-lib.h>

/* The normal form of a JSON text: what json.dumps (json.loads (text)) gives in Python, byte for
 * byte.
 *
 * HOW IT WORKS. One pass checks the text. Nothing is copied as long as it stands there in normal
 * form: mark is where the part begins that has been found normal and is not copied yet. At a
 * difference that part is copied, then what should stand there, and mark jumps behind it. A text
 * that is normal already costs its scan and one copy at the end.
 *
 * Keys are remembered by their place in the result; since the normal form of a string is unique,
 * two keys are the same if their texts are. When an object ends with a key that it holds twice, its
 * part of the result is put together anew. */

typedef struct
{
  gsize start; /* of the opening quote, in the result */
  gsize end;   /* behind the closing one */
} Key;

typedef struct
{
  const guint8 *text;
  const guint8 *end;
  const guint8 *p;
  const guint8 *mark;
  GString *out; /* NULL until the first difference */
  Key *keys;    /* of the open objects, outermost first */
  guint n_keys;
  guint size;
  BeaverJsonFault fault;
  Key small[32];
} Normaliser;

static gboolean
fail (Normaliser *self, const guint8 *at, const char *why)
{
  self->fault.at = at;
  self->fault.why = why;
  return FALSE;
}

static inline gsize
place (Normaliser *self, const guint8 *p)
{
  return (self->out != NULL ? self->out->len : 0) + (gsize) (p - self->mark);
}

/* [from, to) of the text becomes replacement. */
static void
replace (Normaliser *self,
         const guint8 *from,
         const guint8 *to,
         const char *replacement,
         gsize length)
{
  if (self->out == NULL)
    self->out = g_string_sized_new ((gsize) (self->end - self->text) + 64);
  g_string_append_len (self->out, (const char *) self->mark, from - self->mark);
  g_string_append_len (self->out, replacement, (gssize) length);
  self->mark = to;
}

static void
different_space (Normaliser *self, gboolean wanted)
{
  const guint8 *p = _beaver_json_skip_space (self->p, self->end);

  replace (self, self->p, p, " ", wanted ? 1 : 0);
  self->p = p;
}

static inline void
no_space (Normaliser *self)
{
  if (self->p < self->end && _beaver_json_is_space (*self->p))
    different_space (self, FALSE);
}

static inline void
one_space (Normaliser *self)
{
  if (self->end - self->p >= 2 && *self->p == ' ' && !_beaver_json_is_space (self->p[1]))
    self->p++;
  else
    different_space (self, TRUE);
}

static guint
write_unit (char *out, guint unit)
{
  static const char hex[] = "0123456789abcdef";

  out[0] = '\\';
  out[1] = 'u';
  out[2] = hex[unit >> 12];
  out[3] = hex[unit >> 8 & 15];
  out[4] = hex[unit >> 4 & 15];
  out[5] = hex[unit & 15];
  return 6;
}

/* The escape of a character that cannot stand in a string as it is, or of a lone surrogate. */
static guint
write_escape (char *out, guint c)
{
  static const char shorts[] = "btn\0fr"; /* U+0008 to U+000D */
  char letter;

  if (c == '"' || c == '\\')
    letter = (char) c;
  else if (c >= 8 && c <= 13)
    letter = shorts[c - 8];
  else
    letter = '\0';
  if (letter != '\0')
    {
      out[0] = '\\';
      out[1] = letter;
      return 2;
    }
  if (c >= 0x10000)
    {
      write_unit (out, 0xd800 + ((c - 0x10000) >> 10));
      write_unit (out + 6, 0xdc00 + (c & 0x3ff));
      return 12;
    }
  return write_unit (out, c);
}

/* self->p is at the opening quote. */
static gboolean
string (Normaliser *self)
{
  const guint8 *end = self->end;
  const guint8 *p = self->p + 1;
  char escape[12];
  guint n;

  for (;;)
    {
      p = _beaver_json_skip_plain (p, end);
      if (p == end)
        return fail (self, self->p, N_ ("the string that starts here has no end"));
      if (*p == '"')
        {
          self->p = p + 1;
          return TRUE;
        }
      if (*p >= 0x7f)
        {
          gunichar c = 0x7f;
          guint length = *p == 0x7f ? 1 : _beaver_json_utf8 (p, end, &c);

          if (length == 0)
            return fail (self, p, N_ ("the text is not UTF-8"));
          n = write_escape (escape, c);
          replace (self, p, p + length, escape, n);
          p += length;
        }
      else if (*p < 0x20)
        return fail (self, p, N_ ("a control character in a string has to be escaped"));
      else if (end - p >= 2 && p[1] == 'u')
        {
          gint unit = _beaver_json_hex4 (p + 2, end);

          if (unit < 0)
            return fail (self, p, N_ ("\\u needs four hexadecimal digits"));
          if (unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\')
            {
              escape[0] = (char) unit;
              n = 1;
            }
          else
            n = write_escape (escape, (guint) unit);
          if (n != 6 || memcmp (p, escape, 6) != 0)
            replace (self, p, p + 6, escape, n);
          p += 6;
        }
      else if (end - p >= 2 && p[1] == '/')
        {
          replace (self, p, p + 2, "/", 1);
          p += 2;
        }
      else if (end - p >= 2 && p[1] != '\0' && strchr ("\"\\bfnrt", p[1]) != NULL)
        p += 2;
      else
        return fail (self, p, N_ ("there is no such escape"));
    }
}

/* Whether a number with a fraction and no exponent is its own repr(): up to 15 digits always
 * survive the way through a double, so what remains is the choice of notation and superfluous
 * zeros. */
static gboolean
is_own_repr (const guint8 *p, const BeaverJsonNumber *number)
{
  gsize whole, fraction, zeros = 0;

  p += *p == '-';
  whole = (gsize) (number->point - p);
  fraction = (gsize) (number->end - number->point) - 1;
  if (fraction == 1 && number->point[1] == '0')
    return whole <= 15;
  if (number->end[-1] == '0')
    return FALSE;
  if (*p != '0')
    return whole + fraction <= 15;
  while (number->point[1 + zeros] == '0')
    zeros++;
  return zeros <= 3 && fraction - zeros <= 15;
}

static gboolean
number (Normaliser *self)
{
  BeaverJsonNumber number;
  const guint8 *start = self->p;

  if (!_beaver_json_scan_number (start, self->end, &number, &self->fault))
    return FALSE;
  self->p = number.end;
  if (number.point == NULL && number.exponent == NULL)
    {
      if (start[0] == '-' && start[1] == '0')
        replace (self, start, number.end, "0", 1);
    }
  else if (number.exponent != NULL || !is_own_repr (start, &number))
    {
      char text[BEAVER_JSON_DOUBLE_SIZE];
      gsize length = (gsize) (number.end - start), n;
      double value = _beaver_json_parse_double (start, length);

      if (isinf (value))
        return fail (self, start, N_ ("the number is out of range"));
      n = _beaver_json_format_double (text, value);
      if (n != length || memcmp (start, text, n) != 0)
        replace (self, start, number.end, text, n);
    }
  return TRUE;
}

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  const Key *left = *(const Key *const *) a, *right = *(const Key *const *) b;
  const char *base = data;
  gsize n = left->end - left->start, m = right->end - right->start;
  int order = n < m ? -1 : n > m ? 1 : memcmp (base + left->start, base + right->start, n);

  if (order == 0)
    order = left < right ? -1 : left > right ? 1 : 0;
  return order;
}

static inline gboolean
same_key (const Key *left, const Key *right, const char *base)
{
  gsize n = left->end - left->start;

  return n == right->end - right->start && memcmp (base + left->start, base + right->start, n) == 0;
}

/* Small objects, which are most, by comparing each with each; large ones by sorting. */
static gboolean
have_duplicates (const Key *keys, guint n, const char *base)
{
  g_autofree const Key **sorted = NULL;

  if (n <= 12)
    {
      for (guint i = 1; i < n; i++)
        for (guint j = 0; j < i; j++)
          if (same_key (&keys[i], &keys[j], base))
            return TRUE;
      return FALSE;
    }
  sorted = g_new (const Key *, n);
  for (guint i = 0; i < n; i++)
    sorted[i] = &keys[i];
  g_qsort_with_data (sorted, (gint) n, sizeof *sorted, compare_keys, (gpointer) base);
  for (guint i = 1; i < n; i++)
    if (same_key (sorted[i - 1], sorted[i], base))
      return TRUE;
  return FALSE;
}

/* Keeps of each key the first place and the last value. close is where the object ends, all of it
 * in out. */
static void
remove_duplicates (GString *out, const Key *keys, guint n, gsize close)
{
  g_autoptr (GString) merged = g_string_sized_new (close - keys[0].start);
  g_autofree const Key **sorted = g_new (const Key *, n);
  g_autofree guint *last =
      g_new0 (guint, n); /* of a first key: the last of its kind, plus 1; of others 0 */

  for (guint i = 0; i < n; i++)
    sorted[i] = &keys[i];
  g_qsort_with_data (sorted, (gint) n, sizeof *sorted, compare_keys, out->str);
  for (guint i = 0, first = 0; i < n; i++)
    {
      if (!same_key (sorted[first], sorted[i], out->str))
        first = i;
      last[sorted[first] - keys] = (guint) (sorted[i] - keys) + 1;
    }
  for (guint i = 0; i < n; i++)
    {
      const Key *value;
      gsize end;

      if (last[i] == 0)
        continue;
      value = &keys[last[i] - 1];
      end = last[i] < n ? keys[last[i]].start - 2 : close;
      if (merged->len > 0)
        g_string_append (merged, ", ");
      g_string_append_len (merged, out->str + keys[i].start,
                           (gssize) (keys[i].end - keys[i].start));
      g_string_append_len (merged, out->str + value->end, (gssize) (end - value->end));
    }
  g_string_truncate (out, keys[0].start);
  g_string_append_len (out, merged->str, (gssize) merged->len);
}

/* self->p is at the closing brace. */
static void
end_object (Normaliser *self, guint first)
{
  const Key *keys = &self->keys[first];
  guint n = self->n_keys - first;
  const char *base = (const char *) self->mark;

  self->n_keys = first;
  if (n < 2)
    return;
  if (self->out != NULL)
    {
      replace (self, self->p, self->p, "", 0);
      base = self->out->str;
    }
  if (!have_duplicates (keys, n, base))
    return;
  replace (self, self->p, self->p, "", 0);
  remove_duplicates (self->out, keys, n, self->out->len);
}

static Key *
add_key (Normaliser *self)
{
  if (self->n_keys == self->size)
    {
      Key *larger = g_new (Key, (gsize) self->size * 2);

      memcpy (larger, self->keys, self->size * sizeof (Key));
      if (self->keys != self->small)
        g_free (self->keys);
      self->keys = larger;
      self->size *= 2;
    }
  return &self->keys[self->n_keys++];
}

static gboolean
document (Normaliser *self)
{
  /* a level: the number of keys before it, and whether it is an object */
  struct
  {
    guint object : 1;
    guint first : 31;
  } levels[BEAVER_JSON_MAX_DEPTH];
  const guint8 *end = self->end;
  gboolean in_object = FALSE;
  guint depth = 0;
  Key *key;

value:
  switch (self->p < end ? *self->p : '\0')
    {
    case '"':
      if (!string (self))
        return FALSE;
      break;
    case '{':
    case '[':
      if (depth == BEAVER_JSON_MAX_DEPTH)
        return fail (self, self->p, N_ ("nested deeper than 1000"));
      in_object = *self->p == '{';
      levels[depth].object = in_object;
      levels[depth].first = self->n_keys & G_MAXINT32;
      depth++;
      self->p++;
      no_space (self);
      if (self->p < end && *self->p == (in_object ? '}' : ']'))
        goto close;
      if (in_object)
        goto key;
      goto value;
    case '-':
      if (end - self->p > 1 && self->p[1] == 'I')
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
      if (!number (self))
        return FALSE;
      break;
    default:
    word:
      {
        const guint8 *p = _beaver_json_scan_word (self->p, end, FALSE, &self->fault);

        if (p == NULL)
          return FALSE;
        self->p = p;
      }
      break;
    }

after:
  if (depth == 0)
    return TRUE;
  no_space (self);
  if (self->p == end)
    return fail (self, end, in_object ? N_ ("an object has no end") : N_ ("an array has no end"));
  if (*self->p == ',')
    {
      self->p++;
      one_space (self);
      if (in_object)
        goto key;
      goto value;
    }
  if (*self->p != (in_object ? '}' : ']'))
    return fail (self, self->p, in_object ? N_ ("expected , or }") : N_ ("expected , or ]"));

close:
  depth--;
  if (in_object)
    end_object (self, levels[depth].first);
  self->p++;
  in_object = depth > 0 && levels[depth - 1].object;
  goto after;

key:
  if (self->p == end || *self->p != '"')
    return fail (self, self->p, N_ ("expected a key in quotes"));
  key = add_key (self);
  key->start = place (self, self->p);
  if (!string (self))
    return FALSE;
  key->end = place (self, self->p);
  no_space (self);
  if (self->p == end || *self->p != ':')
    return fail (self, self->p, N_ ("expected a colon behind the key"));
  self->p++;
  one_space (self);
  goto value;
}

/* The quick part: a text that lies in normal form already, as programs that stored it before and
 * json.dumps() make them. It knows no escapes but the short ones, no exponents, no more than 62
 * open levels and 32 keys in them; whatever it does not know it leaves to document(). As the quick
 * check it reads a copy with a NUL and room behind its end. */

static inline const guint8 *
normal_string (const guint8 *p, const guint8 *end)
{
  for (;;)
    {
#ifdef __SSE2__
      for (;;)
        {
          __m128i some = _mm_loadu_si128 ((const __m128i *) (const void *) p);
          /* signed: what is not ASCII is below zero */
          __m128i odd = _mm_cmplt_epi8 (some, _mm_set1_epi8 (0x20));
          guint marks;

          odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 (0x7f)));
          odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('"')));
          odd = _mm_or_si128 (odd, _mm_cmpeq_epi8 (some, _mm_set1_epi8 ('\\')));
          marks = (guint) _mm_movemask_epi8 (odd);
          if (marks != 0)
            {
              p += __builtin_ctz (marks);
              break;
            }
          p += 16;
        }
#else
      p = _beaver_json_skip_plain (p, end);
#endif
      if (G_LIKELY (*p == '"'))
        return p + 1;
      if (*p != '\\' || p[1] == '\0' || strchr ("\"\\bfnrt", p[1]) == NULL)
        return NULL;
      p += 2;
    }
}

static inline const guint8 *
normal_number (const guint8 *start)
{
  BeaverJsonNumber number = { NULL, NULL, NULL };
  const guint8 *p = start + (*start == '-');

  if (*p == '0')
    p++;
  else
    while (_beaver_json_is_digit (*p))
      p++;
  if (_beaver_json_is_digit (*p) || !_beaver_json_is_digit (p[-1]))
    return NULL;
  if (*p == '.')
    {
      number.point = p++;
      while (_beaver_json_is_digit (*p))
        p++;
      number.end = p;
      if (p == number.point + 1 || !is_own_repr (start, &number))
        return NULL;
    }
  else if (start[0] == '-' && start[1] == '0')
    return NULL;
  return (*p | 0x20) == 'e' ? NULL : p;
}

/* The first bytes of [p, end), at most eight, which may be read in any case. */
static inline guint64
head_of (const guint8 *p, const guint8 *end)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  word = GUINT64_FROM_LE (word);
  return end - p < 8 ? word & ((G_GUINT64_CONSTANT (1) << 8 * (end - p)) - 1) : word;
}

static gboolean
is_normal (const guint8 *p, const guint8 *end)
{
  struct
  {
    const guint8 *text;
    gsize length;
  } keys[32];
  guint8 first[64]; /* of the keys of a level */
  guint n_keys = 0, depth = 0;
  guint64 levels = 1;    /* a bit for each, the innermost lowest: an object; above all a 1 */
  guint64 seen = 0, bit; /* of all keys, by their first bytes: mostly no two have the same */
  const guint8 *start;
  guint8 c;

value:
  c = *p;
  if (c == '"')
    {
      p = normal_string (p + 1, end);
      if (p == NULL)
        return FALSE;
    }
  else if (_beaver_json_is_digit (c) || c == '-')
    {
      p = normal_number (p);
      if (p == NULL)
        return FALSE;
    }
  else if (c == '{' || c == '[')
    {
      if (levels >> 62 != 0)
        return FALSE;
      levels = levels << 1 | (c == '{');
      first[++depth] = (guint8) n_keys;
      p++;
      if (c == '{' && *p != '}')
        goto key;
      if (c == '[' && *p != ']')
        goto value;
    }
  else if (memcmp (p, "true", 4) == 0 || memcmp (p, "null", 4) == 0)
    p += 4;
  else if (memcmp (p, "false", 5) == 0)
    p += 5;
  else
    return FALSE;

after:
  if (levels == 1)
    return p == end;
  if (*p == ',')
    {
      if (p[1] != ' ')
        return FALSE;
      p += 2;
      if ((levels & 1) == 0)
        goto value;
      goto key;
    }
  if (*p != ((levels & 1) != 0 ? '}' : ']'))
    return FALSE;
  p++;
  levels >>= 1;
  n_keys = first[depth--];
  goto after;

key:
  if (*p != '"' || n_keys == G_N_ELEMENTS (keys))
    return FALSE;
  start = p + 1;
  p = normal_string (start, end);
  if (p == NULL || p[0] != ':' || p[1] != ' ')
    return FALSE;
  keys[n_keys].text = start;
  keys[n_keys].length = (gsize) (p - start); /* with the closing quote */
  bit = G_GUINT64_CONSTANT (1) << (head_of (start, p) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >>
                                   58);
  if (G_UNLIKELY ((seen & bit) != 0))
    for (guint i = first[depth]; i < n_keys; i++)
      if (keys[i].length == keys[n_keys].length &&
          memcmp (keys[i].text, start, keys[i].length) == 0)
        return FALSE;
  seen |= bit;
  n_keys++;
  p += 2;
  goto value;
}

static char *
normalize_thoroughly (const char *text, gsize length, GError **error)
{
  Normaliser self;
  char *result = NULL;

  self.text = (const guint8 *) text;
  self.end = self.text + length;
  self.p = self.mark = _beaver_json_skip_space (self.text, self.end);
  self.out = NULL;
  self.keys = self.small;
  self.n_keys = 0;
  self.size = G_N_ELEMENTS (self.small);

  if (document (&self))
    {
      const guint8 *behind = _beaver_json_skip_space (self.p, self.end);

      if (behind < self.end)
        fail (&self, behind, N_ ("there is more behind the value"));
      else if (self.out == NULL)
        result = g_strndup ((const char *) self.mark, (gsize) (self.p - self.mark));
      else
        {
          replace (&self, self.p, self.p, "", 0);
          result = g_string_free (g_steal_pointer (&self.out), FALSE);
        }
    }

  if (result == NULL)
    _beaver_json_set_fault (error, self.text, self.end, &self.fault);
  if (self.out != NULL)
    g_string_free (self.out, TRUE);
  if (self.keys != self.small)
    g_free (self.keys);
  return result;
}

char *
_beaver_json_normalize (const char *text, gssize length, GError **error)
{
  const gsize n = length < 0 ? strlen (text) : (gsize) length;
  char *copy = g_malloc (n + BEAVER_JSON_PADDING);

  if (n > 0)
    memcpy (copy, text, n);
  memset (copy + n, 0, BEAVER_JSON_PADDING);
  if (G_LIKELY (is_normal ((const guint8 *) copy, (const guint8 *) copy + n)))
    return copy;
  g_free (copy);
  return normalize_thoroughly (text, n, error);
}

void
_beaver_json_append_string (GString *out, const char *text, gssize length)
{
  const guint8 *p = (const guint8 *) text;
  const guint8 *end = p + (length < 0 ? strlen (text) : (gsize) length);
  char escape[12];

  g_string_append_c (out, '"');
  for (;;)
    {
      const guint8 *start = p;
      gunichar c;
      guint n = 1;

      p = _beaver_json_skip_plain (p, end);
      if (p > start)
        g_string_append_len (out, (const char *) start, p - start);
      if (p == end)
        break;
      c = *p;
      if (c >= 0x80)
        n = _beaver_json_utf8 (p, end, &c);
      if (n == 0)
        {
          /* a caller's mistake must not become a text that nobody can read */
          c = 0xfffd;
          n = 1;
        }
      g_string_append_len (out, escape, (gssize) write_escape (escape, c));
      p += n;
    }
  g_string_append_c (out, '"');
}

char *
_beaver_json_from_string (const char *text)
{
  gsize length = strlen (text);
  GString *out = g_string_sized_new (length + 3);

  _beaver_json_append_string (out, text, (gssize) length);
  return g_string_free (out, FALSE);
}
