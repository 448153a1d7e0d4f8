/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Order keys of list items (spec, section 5.2).
 *
 * A key is a number between 0 and 1 written in base 62 (0-9 A-Z a-z, in ASCII order), so that
 * strcmp() order is numeric order. A key never ends in '0': "V" and "V0" would be the same number,
 * and what Python computes from such a key sorts on the wrong side.
 *
 * Each of the functions that make a key answers NULL when no good key exists: neighbours out of
 * order or equal, damaged keys, or a result longer than BEAVER_ORDER_MAX, at which Python's
 * recursive key function gives up. The cure is always the same: give the items of the list the keys
 * of _beaver_order_nth() and try again. */

#define BEAVER_ORDER_MAX 900

/* Whether Python and we can both work with it: 1 to BEAVER_ORDER_MAX digits, the last of them not
 * '0'. */
gboolean _beaver_order_is_valid (const char *key);

/* A key after all others; last: the greatest one, NULL for an empty list. 62^8 calls in a row stay
 * at 8 digits. */
char *_beaver_order_after (const char *last);

/* A key before all others; first: the smallest one, NULL for an empty list. */
char *_beaver_order_before (const char *first);

/* A key between two neighbours, NULL for the ends. Short for the ways in which people insert: a run
 * of 200,000 items at one place, forward or backward, adds at most 24 digits, as do as many at
 * random places; always into the very middle costs a digit for four. */
char *_beaver_order_between (const char *before, const char *after);

/* Renumbering: key number index (from 0) of count evenly spread ones, ascending with index. */
char *_beaver_order_nth (guint64 index, guint64 count);

G_END_DECLS
