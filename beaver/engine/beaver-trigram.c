/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "beaver-lower-private.h"
#include "beaver-trigram-private.h"

/* ---- trigrams: three code points of 21 bits in one number sort and compare fast ---- */

static int
compare_packed (const void *a, const void *b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

GArray *
_beaver_trigrams (const char *text, gssize length)
{
  gsize n;
  g_autofree gunichar *chars = _beaver_lower_decode (text, length, &n);
  g_autofree guint64 *packed = NULL;
  GArray *set = g_array_new (FALSE, FALSE, sizeof (BeaverTrigram));

  if (n < 3)
    return set;
  packed = g_new (guint64, n - 2);
  for (gsize i = 0; i + 2 < n; i++)
    packed[i] = (guint64) chars[i] << 42 | (guint64) chars[i + 1] << 21 | chars[i + 2];
  qsort (packed, n - 2, sizeof *packed, compare_packed);
  for (gsize i = 0; i + 2 < n; i++)
    {
      BeaverTrigram trigram = { { 0 }, 0 };

      if (i > 0 && packed[i] == packed[i - 1])
        continue;
      for (int shift = 42; shift >= 0; shift -= 21)
        trigram.length +=
            g_unichar_to_utf8 (packed[i] >> shift & 0x1fffff, trigram.text + trigram.length);
      g_array_append_val (set, trigram);
    }
  return set;
}

/* ---- edit distance ---- */

/* Only the cells within limit of the diagonal can hold a distance within limit. row: room for m + 1
 * numbers. */
static guint
distance (const gunichar *a, gsize n, const gunichar *b, gsize m, guint limit, guint *row)
{
  const guint far = limit + 1;

  while (n > 0 && m > 0 && a[n - 1] == b[m - 1])
    n--, m--;
  while (n > 0 && m > 0 && *a == *b)
    a++, b++, n--, m--;
  if ((n > m ? n - m : m - n) > limit)
    return far;
  if (n == 0 || m == 0)
    return n + m;

  for (gsize j = 0; j <= m; j++)
    row[j] = MIN (j, far);
  for (gsize i = 1; i <= n; i++)
    {
      gsize from = i > limit ? i - limit : 1;
      gsize to = MIN (m, i + limit);
      guint diagonal = row[from - 1], best = far;

      row[from - 1] = from == 1 ? MIN (i, far) : far;
      best = row[from - 1];
      for (gsize j = from; j <= to; j++)
        {
          guint above = j == i + limit ? far : row[j];
          guint cell = MIN (MIN (above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));

          diagonal = row[j];
          row[j] = MIN (cell, far);
          best = MIN (best, row[j]);
        }
      if (best > limit)
        return far;
    }
  return row[m];
}

guint
_beaver_levenshtein (const char *a, gssize a_length, const char *b, gssize b_length, guint limit)
{
  gsize n, m;
  g_autofree gunichar *x = _beaver_decode (a, a_length, &n);
  g_autofree gunichar *y = _beaver_decode (b, b_length, &m);
  g_autofree guint *row = g_new (guint, m + 1);
  guint longest = MAX (n, m);

  if (limit < longest)
    return distance (x, n, y, m, limit, row);
  return distance (x, n, y, m, longest, row);
}

/* ---- words in a window ---- */

struct _BeaverFuzzy
{
  gunichar *query; /* its words, one space between two of them */
  gsize length;
  gsize words;
  guint fuzziness;
};

/* Lower-cased words with one space between two of them; starts: where each word begins, and one
 * past the end and its space. */
static gunichar *
normalize (const char *text, gssize size, gsize *length, GArray *starts)
{
  gsize n, to = 0;
  gunichar *chars = _beaver_lower_decode (text, size, &n);
  gsize start;

  for (gsize i = 0; i < n;)
    {
      while (i < n && _beaver_is_space (chars[i]))
        i++;
      if (i == n)
        break;
      if (to > 0)
        chars[to++] = ' ';
      start = to;
      g_array_append_val (starts, start);
      while (i < n && !_beaver_is_space (chars[i]))
        chars[to++] = chars[i++];
    }
  *length = to;
  start = to + 1;
  g_array_append_val (starts, start);
  return chars;
}

BeaverFuzzy *
_beaver_fuzzy_new (const char *query, gssize length, guint fuzziness)
{
  BeaverFuzzy *self = g_new0 (BeaverFuzzy, 1);
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (gsize));

  self->query = normalize (query, length, &self->length, starts);
  self->words = starts->len - 1;
  self->fuzziness = MIN (fuzziness, G_MAXUINT / 4);
  return self;
}

void
_beaver_fuzzy_free (BeaverFuzzy *self)
{
  g_free (self->query);
  g_free (self);
}

guint
_beaver_fuzzy_distance (BeaverFuzzy *self, const char *text, gssize size)
{
  g_autoptr (GArray) starts = NULL;
  g_autofree gunichar *chars = NULL;
  g_autofree guint *row = NULL;
  gsize length, words, smallest, greatest;
  guint best = self->fuzziness + 1;

  if (self->words == 0)
    return 0;
  starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  chars = normalize (text, size, &length, starts);
  words = starts->len - 1;
  row = g_new (guint, self->length + 1);
  smallest = self->words > self->fuzziness ? self->words - self->fuzziness : 1;
  greatest = MIN (words, self->words + self->fuzziness);
  for (gsize window = smallest; window <= greatest; window++)
    for (gsize i = 0; i + window <= words; i++)
      {
        gsize from = g_array_index (starts, gsize, i);
        gsize to = g_array_index (starts, gsize, i + window) - 1;
        guint found;

        /* only what is better than the best one counts */
        found = distance (chars + from, to - from, self->query, self->length, best - 1, row);
        if (found < best)
          best = found;
        if (best == 0)
          return 0;
      }
  return best;
}
