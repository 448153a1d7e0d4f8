/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "beaver-matrix-private.h"

G_BEGIN_DECLS

/* An approximate index over a matrix (an inverted file): the rows are divided among about sqrt
 * (rows) lists, each around a centre, and a search looks into the lists with the nearest centres
 * only. What it finds is scored exactly, so it can miss neighbours but never invents one.
 *
 * How many lists a search has to look into for a wanted recall depends on the data;
 * _beaver_ivf_calibrate() measures it.
 *
 * Refers to the matrix and does not own it; the same rule of one writer or many readers holds for
 * both together. */
typedef struct _BeaverIvf BeaverIvf;

/* Divides all rows of the matrix. The same seed and rows give the same index. Takes seconds for
 * 100,000 rows: only reads the matrix, so a thread may do it beside searches. NULL with an error
 * only when cancelled. */
BeaverIvf *_beaver_ivf_new (const BeaverMatrix *matrix,
                            BeaverDistance distance,
                            guint32 seed,
                            GCancellable *cancellable,
                            GError **error);
void _beaver_ivf_free (BeaverIvf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverIvf, _beaver_ivf_free)

/* To be called right after the matrix changed in the same way; _remove() with the row and what
 * _beaver_matrix_remove() answered. */
void _beaver_ivf_append (BeaverIvf *self, gsize row);
void _beaver_ivf_set (BeaverIvf *self, gsize row);
void _beaver_ivf_remove (BeaverIvf *self, gsize row, gsize last);

/* Whether the number of rows doubled or halved since the centres were chosen: time for a new index.
 */
gboolean _beaver_ivf_is_stale (const BeaverIvf *self);
gsize _beaver_ivf_lists (const BeaverIvf *self);

/* How many lists a search looks into. */
gsize _beaver_ivf_probes (const BeaverIvf *self);
void _beaver_ivf_set_probes (BeaverIvf *self, gsize probes);

/* Share of the k nearest that a search finds when it looks into so many lists, measured with some
 * rows as queries (each without itself). Costs one exact search for each sample. */
double
_beaver_ivf_measure (const BeaverIvf *self, gsize probes, gsize k, gsize samples, guint32 seed);
/* Chooses the smallest number of lists that reaches the recall (0 to 1); answers the measured one.
 */
double _beaver_ivf_calibrate (BeaverIvf *self, double recall, gsize k, gsize samples, guint32 seed);

/* As _beaver_matrix_scan() over all rows. Looks into more lists while there are less than k
 * results. */
void _beaver_ivf_search (const BeaverIvf *self,
                         gconstpointer query,
                         BeaverMatrixFilter filter,
                         gpointer user_data,
                         BeaverNearest *nearest);

G_END_DECLS
