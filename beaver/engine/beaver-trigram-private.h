/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fuzzy search: trigrams (spec, section 11.3) and edit distances (15.6, match with fuzziness). */

typedef struct
{
  char text[12]; /* UTF-8, not terminated */
  guint8 length;
} BeaverTrigram;

/* The set of trigrams of a text, lower-cased: an array of BeaverTrigram in code point order, empty
 * for less than 3 characters. length -1 for a NUL-terminated text. O(n log n). */
GArray *_beaver_trigrams (const char *text, gssize length);

/* The edit distance in code points; limit + 1 for all that is greater than limit. O(shorter text *
 * limit). */
guint
_beaver_levenshtein (const char *a, gssize a_length, const char *b, gssize b_length, guint limit);

/* A query made ready for many texts. */
typedef struct _BeaverFuzzy BeaverFuzzy;
BeaverFuzzy *_beaver_fuzzy_new (const char *query, gssize length, guint fuzziness);
void _beaver_fuzzy_free (BeaverFuzzy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFuzzy, _beaver_fuzzy_free)
/* The smallest distance between the words of the query and a window of words of the text that is up
 * to fuzziness words longer or shorter; fuzziness + 1 when none is within fuzziness. Case does not
 * count, nor does the amount of white space. A query without words is at distance 0. */
guint _beaver_fuzzy_distance (BeaverFuzzy *self, const char *text, gssize length);

G_END_DECLS
