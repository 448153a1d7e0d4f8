/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Distances of vectors of float32 (spec, section 13.3), and the k nearest. Vectors may lie at any
 * address, as they do in a blob. */

typedef enum
{
  BEAVER_DISTANCE_COSINE, /* (1 - similarity) / 2: 0 same direction, 0.5 orthogonal or zero vector,
                             1 opposite */
  BEAVER_DISTANCE_EUCLID, /* length of the difference */
  BEAVER_DISTANCE_MANHATTAN, /* sum of the absolute differences */
  BEAVER_DISTANCE_DOT,       /* the negative inner product: lower is better, as for the others */
} BeaverDistance;

/* One distance after another; computed in float32 throughout, as Python does. */
float _beaver_distance (BeaverDistance distance, gconstpointer a, gconstpointer b, gsize dimension);
float _beaver_distance_norm (gconstpointer vector, gsize dimension);

/* The same of a query and rows that follow each other, dimension floats each: into scores. norms:
 * of the rows, for the cosine. The fastest code that the processor can run. */
void _beaver_distance_rows (BeaverDistance distance,
                            gconstpointer rows,
                            const float *norms,
                            gsize n_rows,
                            gconstpointer query,
                            float query_norm,
                            gsize dimension,
                            float *scores);

/* Inner products of bytes; those of the query are widened already. dimension at most
 * BEAVER_DISTANCE_INT8_MAX, else the sums overflow. No value is -128. */
#define BEAVER_DISTANCE_INT8_MAX 65536
void _beaver_distance_rows_int8 (const gint8 *rows,
                                 gsize n_rows,
                                 const gint16 *query,
                                 gsize dimension,
                                 gint32 *products);

typedef struct
{
  float score;
  gsize row;
} BeaverNeighbour;

/* The k smallest scores, of equal ones those with the smallest row: the same answer in whatever
 * order they come. NaN never gets in. */
typedef struct
{
  BeaverNeighbour *heap; /* the worst one on top */
  gsize k, n;
} BeaverNearest;

void _beaver_nearest_init (BeaverNearest *self, gsize k);
void _beaver_nearest_clear (BeaverNearest *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BeaverNearest, _beaver_nearest_clear)
void _beaver_nearest_push (BeaverNearest *self, float score, gsize row);
/* Sorts, best first. Nothing may be pushed afterwards. */
void _beaver_nearest_finish (BeaverNearest *self);

static inline gboolean
_beaver_nearest_wants (const BeaverNearest *self, float score, gsize row)
{
  if (self->n < self->k)
    return score == score;
  return self->k > 0 &&
         (score < self->heap[0].score || (score == self->heap[0].score && row < self->heap[0].row));
}

G_END_DECLS
