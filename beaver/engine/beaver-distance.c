/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "beaver-distance-private.h"

/* Vectors of eight floats by the compiler's extension: the C standard forbids to reorder a sum, so
 * a plain loop is four times slower. Four of them at a time hide the latency of the additions. One
 * whole function for each processor generation, chosen when the library is loaded; each works on a
 * block of rows so that the choice costs nothing. The sanitizers do not survive the choosing. */
#if HAVE_TARGET_CLONES && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

typedef float Floats __attribute__ ((vector_size (32)));
typedef float UnalignedFloats __attribute__ ((vector_size (32), aligned (1), may_alias));
typedef float UnalignedFloat __attribute__ ((aligned (1), may_alias));
typedef gint32 Ints __attribute__ ((vector_size (32)));

#define LANES 8
#define AT(pointer, i) (*(const UnalignedFloats *) ((const UnalignedFloat *) (pointer) + (i)))
#define SUM(v) ((((v)[0] + (v)[4]) + ((v)[1] + (v)[5])) + (((v)[2] + (v)[6]) + ((v)[3] + (v)[7])))
#define MAGNITUDE(v) ((Floats) ((Ints) (v) &0x7fffffff))

/* combine: what is summed, of the two values x and y; it has to work for vectors and, as tail, for
 * numbers. */
#define DEFINE_ROWS(name, combine, tail)                                                           \
  CLONES static void name (gconstpointer rows, gsize n_rows, gconstpointer query, gsize dimension, \
                           float *out)                                                             \
  {                                                                                                \
    const UnalignedFloat *q = query;                                                               \
    for (gsize i = 0; i < n_rows; i++)                                                             \
      {                                                                                            \
        const UnalignedFloat *r = (const UnalignedFloat *) rows + i * dimension;                   \
        Floats a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };                                         \
        float sum;                                                                                 \
        gsize j = 0;                                                                               \
        for (; j + 4 * LANES <= dimension; j += 4 * LANES)                                         \
          {                                                                                        \
            a += combine (AT (r, j), AT (q, j));                                                   \
            b += combine (AT (r, j + LANES), AT (q, j + LANES));                                   \
            c += combine (AT (r, j + 2 * LANES), AT (q, j + 2 * LANES));                           \
            d += combine (AT (r, j + 3 * LANES), AT (q, j + 3 * LANES));                           \
          }                                                                                        \
        for (; j + LANES <= dimension; j += LANES)                                                 \
          a += combine (AT (r, j), AT (q, j));                                                     \
        a = (a + b) + (c + d);                                                                     \
        sum = SUM (a);                                                                             \
        for (; j < dimension; j++)                                                                 \
          sum += tail (r[j], q[j]);                                                                \
        out[i] = sum;                                                                              \
      }                                                                                            \
  }

#define PRODUCT(x, y) ((x) * (y))
#define SQUARE(x, y) (((x) - (y)) * ((x) - (y)))
#define DIFFERENCE(x, y) MAGNITUDE ((x) - (y))
#define DIFFERENCE_1(x, y) fabsf ((x) - (y))

DEFINE_ROWS (dot_rows, PRODUCT, PRODUCT)
DEFINE_ROWS (square_rows, SQUARE, SQUARE)
DEFINE_ROWS (manhattan_rows, DIFFERENCE, DIFFERENCE_1)

/* Whole numbers may be added in any order: here the compiler knows the instruction, if only it
 * looks for it (from -O3 on with GCC). */
#if defined(__GNUC__) && !defined(__clang__)
__attribute__ ((optimize ("O3")))
#endif
CLONES static void
int8_rows (const gint8 *rows, gsize n_rows, const gint16 *query, gsize dimension, gint32 *products)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      const gint8 *r = rows + i * dimension;
      gint32 sum = 0;

      for (gsize j = 0; j < dimension; j++)
        sum += (gint16) r[j] * query[j];
      products[i] = sum;
    }
}

void
_beaver_distance_rows_int8 (const gint8 *rows,
                            gsize n_rows,
                            const gint16 *query,
                            gsize dimension,
                            gint32 *products)
{
  int8_rows (rows, n_rows, query, dimension, products);
}

float
_beaver_distance_norm (gconstpointer vector, gsize dimension)
{
  float sum;

  dot_rows (vector, 1, vector, dimension, &sum);
  return sqrtf (sum);
}

void
_beaver_distance_rows (BeaverDistance distance,
                       gconstpointer rows,
                       const float *norms,
                       gsize n_rows,
                       gconstpointer query,
                       float query_norm,
                       gsize dimension,
                       float *scores)
{
  switch (distance)
    {
    case BEAVER_DISTANCE_EUCLID:
      square_rows (rows, n_rows, query, dimension, scores);
      for (gsize i = 0; i < n_rows; i++)
        scores[i] = sqrtf (scores[i]);
      break;
    case BEAVER_DISTANCE_MANHATTAN:
      manhattan_rows (rows, n_rows, query, dimension, scores);
      break;
    case BEAVER_DISTANCE_DOT:
      dot_rows (rows, n_rows, query, dimension, scores);
      for (gsize i = 0; i < n_rows; i++)
        scores[i] = -scores[i];
      break;
    case BEAVER_DISTANCE_COSINE:
    default:
      dot_rows (rows, n_rows, query, dimension, scores);
      for (gsize i = 0; i < n_rows; i++)
        {
          float score = (1.0f - scores[i] / (norms[i] * query_norm + 1e-10f)) / 2.0f;

          scores[i] = score < 0.0f ? 0.0f : score; /* rounding; NaN stays NaN */
        }
      break;
    }
}

float
_beaver_distance (BeaverDistance distance, gconstpointer a, gconstpointer b, gsize dimension)
{
  float a_norm = 0, b_norm = 0, score;

  if (distance == BEAVER_DISTANCE_COSINE)
    {
      a_norm = _beaver_distance_norm (a, dimension);
      b_norm = _beaver_distance_norm (b, dimension);
    }
  _beaver_distance_rows (distance, a, &a_norm, 1, b, b_norm, dimension, &score);
  return score;
}

/* ---- the k nearest ---- */

static gboolean
is_worse (const BeaverNeighbour *a, const BeaverNeighbour *b)
{
  return a->score > b->score || (a->score == b->score && a->row > b->row);
}

void
_beaver_nearest_init (BeaverNearest *self, gsize k)
{
  self->heap = g_new (BeaverNeighbour, k);
  self->k = k;
  self->n = 0;
}

void
_beaver_nearest_clear (BeaverNearest *self)
{
  g_clear_pointer (&self->heap, g_free);
  self->n = self->k = 0;
}

static void
sink (BeaverNeighbour *heap, gsize n, BeaverNeighbour neighbour)
{
  gsize at = 0;

  for (;;)
    {
      gsize child = 2 * at + 1;

      if (child + 1 < n && is_worse (&heap[child + 1], &heap[child]))
        child++;
      if (child >= n || !is_worse (&heap[child], &neighbour))
        break;
      heap[at] = heap[child];
      at = child;
    }
  heap[at] = neighbour;
}

void
_beaver_nearest_push (BeaverNearest *self, float score, gsize row)
{
  BeaverNeighbour neighbour = { score, row };
  gsize at;

  if (!_beaver_nearest_wants (self, score, row))
    return;
  if (self->n == self->k)
    {
      sink (self->heap, self->n, neighbour);
      return;
    }
  for (at = self->n++; at > 0 && is_worse (&neighbour, &self->heap[(at - 1) / 2]);
       at = (at - 1) / 2)
    self->heap[at] = self->heap[(at - 1) / 2];
  self->heap[at] = neighbour;
}

void
_beaver_nearest_finish (BeaverNearest *self)
{
  for (gsize n = self->n; n > 1; n--)
    {
      BeaverNeighbour worst = self->heap[0];

      sink (self->heap, n - 1, self->heap[n - 1]);
      self->heap[n - 1] = worst;
    }
}
