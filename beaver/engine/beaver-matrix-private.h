/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "beaver-distance-private.h"

G_BEGIN_DECLS

/* The vectors of a collection, one after the other in memory. Knows rows by number only; who owns
 * it maps them to items.
 *
 * Not locked: any number of threads may search while none changes it. */
typedef struct _BeaverMatrix BeaverMatrix;

/* Whether a row may be in the answer; asked only for rows that are near enough to get there. */
typedef gboolean (*BeaverMatrixFilter) (gsize row, gpointer user_data);

BeaverMatrix *_beaver_matrix_new (gsize dimension);
void _beaver_matrix_free (BeaverMatrix *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverMatrix, _beaver_matrix_free)

gsize _beaver_matrix_dimension (const BeaverMatrix *self);
gsize _beaver_matrix_count (const BeaverMatrix *self);
gsize _beaver_matrix_bytes (const BeaverMatrix *self); /* of memory */
const float *_beaver_matrix_row (const BeaverMatrix *self, gsize row);
float _beaver_matrix_norm (const BeaverMatrix *self, gsize row);

/* vector: dimension floats as in the file, little-endian, at any address. */
void _beaver_matrix_reserve (BeaverMatrix *self, gsize rows);
gsize _beaver_matrix_append (BeaverMatrix *self, gconstpointer vector);
void _beaver_matrix_set (BeaverMatrix *self, gsize row, gconstpointer vector);
/* The last row takes the place of this one; answers its old number. O(dimension). */
gsize _beaver_matrix_remove (BeaverMatrix *self, gsize row);

/* Keeps a byte for each float from now on (a quarter more memory), which makes searches by cosine,
 * dot and euclid up to three times faster. What they answer stays the same: bytes only rule out
 * rows that cannot be near enough. */
void _beaver_matrix_quantize (BeaverMatrix *self);
gboolean _beaver_matrix_is_quantized (const BeaverMatrix *self);

/* A search in parts, for who wants to stop in between or use several threads: each with a
 * BeaverNearest of its own, in the end pushed into one. query: dimension floats, native order, any
 * address. filter may be NULL. */
void _beaver_matrix_scan (const BeaverMatrix *self,
                          BeaverDistance distance,
                          gconstpointer query,
                          gsize first,
                          gsize n_rows,
                          BeaverMatrixFilter filter,
                          gpointer user_data,
                          BeaverNearest *nearest);
/* The same for chosen rows. */
void _beaver_matrix_scan_rows (const BeaverMatrix *self,
                               BeaverDistance distance,
                               gconstpointer query,
                               const guint32 *rows,
                               gsize n_rows,
                               BeaverMatrixFilter filter,
                               gpointer user_data,
                               BeaverNearest *nearest);

G_END_DECLS
