/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text as Python sees it (spec, sections 11.2, 11.3): whatever the locale, by code point. Texts are
 * UTF-8, may hold NUL bytes, length -1 for a NUL-terminated one; a byte that is not UTF-8 counts as
 * U+FFFD. */

/* The code points of a text; n is their number, the array is not terminated. */
gunichar *_beaver_decode (const char *text, gssize length, gsize *n);

/* Python's str.lower(): İ becomes i and a combining dot, a Σ at the end of a word becomes ς. */
gunichar *_beaver_lower_decode (const char *text, gssize length, gsize *n);
char *_beaver_lower (const char *text, gssize length, gsize *lower_length);

/* Python's str.isspace() of one character. */
gboolean _beaver_is_space (gunichar c);
/* Whether nothing is left of a text after str.strip(). */
gboolean _beaver_is_blank (const char *text, gssize length);

G_END_DECLS
