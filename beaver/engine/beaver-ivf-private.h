/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "beaver-matrix-private.h"

G_BEGIN_DECLS

/* An approximate index over a matrix (an inverted file): the rows are divided among about sqrt
 * (rows) lists, each around a centre, and a search looks into the lists with the nearest centres
 * only. What it finds is scored exactly, so it can miss neighbours but never invents one.
 *
 * How many lists a search has to look into for a wanted recall depends on the data;
 * _beaver_ivf_sample() measures it.
 *
 * Refers to the matrix and does not own it; the same rule of one writer or many readers holds for
 * both together. Making one takes seconds for 100,000 rows and needs the matrix in short steps
 * only, between which it may change. */
typedef struct _BeaverIvf BeaverIvf;

/* Whether to give up; sets the error then. */
typedef gboolean (*BeaverIvfOver) (gpointer user_data, GError **error);

/* Copies some of the rows. The same seed and rows give the same index. */
BeaverIvf *_beaver_ivf_begin (const BeaverMatrix *matrix, BeaverDistance distance, guint32 seed);
/* Chooses the centres of the lists: the long part, which does not look at the matrix. over may be
 * NULL. FALSE only when over says so. */
gboolean
_beaver_ivf_train (BeaverIvf *self, BeaverIvfOver over, gpointer user_data, GError **error);
/* Puts the next n rows of the matrix into lists, which the others must not change meanwhile. TRUE
 * when all are in one; before, there is no searching. */
gboolean _beaver_ivf_assign (BeaverIvf *self, gsize n);
/* All three at once. */
BeaverIvf *_beaver_ivf_new (const BeaverMatrix *matrix, BeaverDistance distance, guint32 seed);
void _beaver_ivf_free (BeaverIvf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverIvf, _beaver_ivf_free)

/* To be called right after the matrix changed in the same way, from the first _assign() on;
 * _remove() with the row and what _beaver_matrix_remove() answered. */
void _beaver_ivf_append (BeaverIvf *self, gsize row);
void _beaver_ivf_set (BeaverIvf *self, gsize row);
void _beaver_ivf_remove (BeaverIvf *self, gsize row, gsize last);

/* Whether more rows came, went or changed since _begin() than half of those that there were:
 * neither the centres nor what was measured mean much any more, time for a new index. */
gboolean _beaver_ivf_is_stale (const BeaverIvf *self);
gsize _beaver_ivf_lists (const BeaverIvf *self);
gsize _beaver_ivf_bytes (const BeaverIvf *self); /* of memory */

/* Takes a row of the matrix as a query (without itself) and looks in which lists its k nearest are.
 * Costs an exact search. Others may search meanwhile, but not sample. */
void _beaver_ivf_sample (BeaverIvf *self, gsize k);
/* What came out: the share of the k nearest that a search finds when it looks into so many lists, 0
 * to 1; and the smallest number of lists that reaches a share. All of them before the first sample.
 */
double _beaver_ivf_recall (const BeaverIvf *self, gsize probes);
gsize _beaver_ivf_probes_for (const BeaverIvf *self, double recall);

/* As _beaver_matrix_scan() over all rows, in the lists with the nearest centres. Looks into more
 * lists while there are less than k results. */
void _beaver_ivf_search (const BeaverIvf *self,
                         gsize probes,
                         gconstpointer query,
                         BeaverMatrixFilter filter,
                         gpointer user_data,
                         BeaverNearest *nearest);

G_END_DECLS
