/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "beaver-matrix-private.h"

#define ALIGNMENT 64 /* of the first row: a cache line */
#define BLOCK 256    /* rows between two looks at their scores */

/* A row as bytes: about scale * bytes, and that is off by a vector of length error. */
typedef struct
{
  float scale, error;
} Quantum;

struct _BeaverMatrix
{
  gsize dimension, count, capacity;
  char *block; /* what was allocated; rows begin at the first cache line in it */
  float *rows;
  float *norms;
  gint8 *bytes; /* NULL: not quantized */
  Quantum *quanta;
};

BeaverMatrix *
_beaver_matrix_new (gsize dimension)
{
  BeaverMatrix *self = g_new0 (BeaverMatrix, 1);

  self->dimension = dimension;
  return self;
}

void
_beaver_matrix_free (BeaverMatrix *self)
{
  g_free (self->block);
  g_free (self->norms);
  g_free (self->bytes);
  g_free (self->quanta);
  g_free (self);
}

gsize
_beaver_matrix_dimension (const BeaverMatrix *self)
{
  return self->dimension;
}

gsize
_beaver_matrix_count (const BeaverMatrix *self)
{
  return self->count;
}

gsize
_beaver_matrix_bytes (const BeaverMatrix *self)
{
  gsize row = self->dimension * sizeof (float) + sizeof (float);

  if (self->bytes != NULL)
    row += self->dimension + sizeof (Quantum);
  return sizeof *self + self->capacity * row;
}

const float *
_beaver_matrix_row (const BeaverMatrix *self, gsize row)
{
  return self->rows + row * self->dimension;
}

float
_beaver_matrix_norm (const BeaverMatrix *self, gsize row)
{
  return self->norms[row];
}

/* What stands in the byte form of a vector, and how far that is off. */
static Quantum
quantize (const float *vector, gsize dimension, gint8 *bytes)
{
  Quantum quantum = { 0, 0 };
  float greatest = 0, inverse;
  double error = 0;

  for (gsize i = 0; i < dimension; i++)
    {
      float size = fabsf (vector[i]);

      if (!(size <= FLT_MAX)) /* infinite or no number: the bytes say nothing about this row */
        {
          memset (bytes, 0, dimension);
          quantum.error = INFINITY;
          return quantum;
        }
      greatest = MAX (greatest, size);
    }
  quantum.scale = greatest / 127;
  inverse = quantum.scale > FLT_MIN ? 1 / quantum.scale : 0;
  for (gsize i = 0; i < dimension; i++)
    {
      float value = vector[i] * inverse, off;

      bytes[i] = (gint8) CLAMP (lrintf (value), -127, 127);
      off = vector[i] - bytes[i] * quantum.scale;
      error += (double) off * off;
    }
  quantum.error = sqrt (error);
  return quantum;
}

static void
quantize_row (BeaverMatrix *self, gsize row)
{
  self->quanta[row] = quantize (_beaver_matrix_row (self, row), self->dimension,
                                self->bytes + row * self->dimension);
}

static void
resize (BeaverMatrix *self, gsize capacity)
{
  gsize size = self->dimension * sizeof (float);
  gsize offset = self->block != NULL ? (gsize) ((char *) self->rows - self->block) : 0;
  gsize aligned;

  g_assert (size == 0 || capacity < (G_MAXSIZE - ALIGNMENT) / size);
  /* the kernel moves the pages of a great block without copying; the place of the first row in it
   * may change */
  self->block = g_realloc (self->block, capacity * size + ALIGNMENT);
  aligned = ALIGNMENT - GPOINTER_TO_SIZE (self->block) % ALIGNMENT;
  if (aligned != offset)
    memmove (self->block + aligned, self->block + offset, self->count * size);
  self->rows = (float *) (gpointer) (self->block + aligned);
  self->norms = g_renew (float, self->norms, capacity);
  if (self->bytes != NULL)
    {
      self->bytes = g_realloc (self->bytes, MAX (capacity * self->dimension, 1));
      self->quanta = g_renew (Quantum, self->quanta, capacity);
    }
  self->capacity = capacity;
}

void
_beaver_matrix_reserve (BeaverMatrix *self, gsize rows)
{
  if (rows > self->capacity)
    resize (self, rows);
}

void
_beaver_matrix_set (BeaverMatrix *self, gsize row, gconstpointer vector)
{
  float *to = self->rows + row * self->dimension;

  g_return_if_fail (row < self->count);

  memcpy (to, vector, self->dimension * sizeof (float));
#if G_BYTE_ORDER == G_BIG_ENDIAN
  for (gsize i = 0; i < self->dimension; i++)
    {
      guint32 bits;

      memcpy (&bits, to + i, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy (to + i, &bits, sizeof bits);
    }
#endif
  self->norms[row] = _beaver_distance_norm (to, self->dimension);
  if (self->bytes != NULL)
    quantize_row (self, row);
}

gsize
_beaver_matrix_append (BeaverMatrix *self, gconstpointer vector)
{
  gsize row = self->count;

  if (row == self->capacity)
    resize (self, MAX (16, self->capacity + self->capacity / 2));
  self->count++;
  _beaver_matrix_set (self, row, vector);
  return row;
}

gsize
_beaver_matrix_remove (BeaverMatrix *self, gsize row)
{
  gsize last = self->count - 1, dimension = self->dimension;

  g_return_val_if_fail (row < self->count, 0);

  if (row != last)
    {
      memcpy (self->rows + row * dimension, self->rows + last * dimension,
              dimension * sizeof (float));
      self->norms[row] = self->norms[last];
      if (self->bytes != NULL)
        {
          memcpy (self->bytes + row * dimension, self->bytes + last * dimension, dimension);
          self->quanta[row] = self->quanta[last];
        }
    }
  self->count--;
  return last;
}

void
_beaver_matrix_quantize (BeaverMatrix *self)
{
  if (self->bytes != NULL || self->dimension > BEAVER_DISTANCE_INT8_MAX)
    return;
  self->bytes = g_malloc (MAX (self->capacity * self->dimension, 1));
  self->quanta = g_new (Quantum, self->capacity);
  for (gsize row = 0; row < self->count; row++)
    quantize_row (self, row);
}

gboolean
_beaver_matrix_is_quantized (const BeaverMatrix *self)
{
  return self->bytes != NULL;
}

/* ---- search ---- */

typedef struct
{
  const BeaverMatrix *matrix;
  BeaverDistance distance;
  gconstpointer vector;
  float norm;
  BeaverMatrixFilter filter;
  gpointer user_data;
  BeaverNearest *nearest;
  /* the query as bytes; NULL: score every row */
  gint16 *bytes;
  Quantum quantum;
} Query;

static void
query_init (Query *query)
{
  const BeaverMatrix *matrix = query->matrix;
  g_autofree float *aligned = NULL;
  g_autofree gint8 *bytes = NULL;

  query->norm = _beaver_distance_norm (query->vector, matrix->dimension);
  query->bytes = NULL;
  if (matrix->bytes == NULL || query->distance == BEAVER_DISTANCE_MANHATTAN)
    return;
  aligned = g_new (float, matrix->dimension);
  memcpy (aligned, query->vector, matrix->dimension * sizeof (float));
  bytes = g_malloc (MAX (matrix->dimension, 1));
  query->quantum = quantize (aligned, matrix->dimension, bytes);
  query->bytes = g_new (gint16, MAX (matrix->dimension, 1));
  for (gsize i = 0; i < matrix->dimension; i++)
    query->bytes[i] = bytes[i];
}

static void
offer (Query *query, gsize row, float score)
{
  if (_beaver_nearest_wants (query->nearest, score, row) &&
      (query->filter == NULL || query->filter (row, query->user_data)))
    _beaver_nearest_push (query->nearest, score, row);
}

/* The least score that a row can have, given the product of the bytes. With r = r' + e and q = q' +
 * f (r', q' the byte forms): |r q - r' q'| <= |e| |q| + |r'| |f|, and |r'| <= |r| + |e|. What
 * float32 rounds off comes on top. */
static float
least_score (const Query *query, gsize row, gint32 product)
{
  const Quantum *quantum = &query->matrix->quanta[row];
  float norm = query->matrix->norms[row];
  float dot = (float) product * quantum->scale * query->quantum.scale;
  float off = quantum->error * query->norm + (norm + quantum->error) * query->quantum.error;

  dot += off + 1e-5f * norm * query->norm;
  switch (query->distance)
    {
    case BEAVER_DISTANCE_EUCLID:
      {
        float both = norm * norm + query->norm * query->norm;
        float square = both - 2 * dot - 1e-5f * both;

        return square > 0 ? sqrtf (square) : 0;
      }
    case BEAVER_DISTANCE_DOT:
      return -dot;
    case BEAVER_DISTANCE_COSINE:
    case BEAVER_DISTANCE_MANHATTAN:
    default:
      return (1.0f - dot / (norm * query->norm + 1e-10f)) / 2.0f - 1e-6f;
    }
}

static void
score_block (Query *query, gsize first, gsize n)
{
  const BeaverMatrix *matrix = query->matrix;
  gsize dimension = matrix->dimension;
  float scores[BLOCK];
  gint32 products[BLOCK];

  /* the bytes can rule out nothing before there are k rows to compare with */
  while (n > 0 && (query->bytes == NULL || query->nearest->n < query->nearest->k))
    {
      gsize some = query->bytes == NULL ? n : MIN (n, query->nearest->k - query->nearest->n);

      _beaver_distance_rows (query->distance, matrix->rows + first * dimension,
                             matrix->norms + first, some, query->vector, query->norm, dimension,
                             scores);
      for (gsize i = 0; i < some; i++)
        offer (query, first + i, scores[i]);
      first += some;
      n -= some;
    }
  if (n == 0)
    return;
  _beaver_distance_rows_int8 (matrix->bytes + first * dimension, n, query->bytes, dimension,
                              products);
  for (gsize i = 0; i < n; i++)
    {
      gsize row = first + i;

      if (least_score (query, row, products[i]) > query->nearest->heap[0].score)
        continue;
      _beaver_distance_rows (query->distance, matrix->rows + row * dimension, matrix->norms + row,
                             1, query->vector, query->norm, dimension, scores);
      offer (query, row, scores[0]);
    }
}

void
_beaver_matrix_scan (const BeaverMatrix *self,
                     BeaverDistance distance,
                     gconstpointer vector,
                     gsize first,
                     gsize n_rows,
                     BeaverMatrixFilter filter,
                     gpointer user_data,
                     BeaverNearest *nearest)
{
  Query query = { self, distance, vector, 0, filter, user_data, nearest };
  gsize end;

  if (first >= self->count || nearest->k == 0)
    return;
  end = first + MIN (n_rows, self->count - first);
  query_init (&query);
  for (; first < end; first += BLOCK)
    score_block (&query, first, MIN (BLOCK, end - first));
  g_free (query.bytes);
}

void
_beaver_matrix_scan_rows (const BeaverMatrix *self,
                          BeaverDistance distance,
                          gconstpointer vector,
                          const guint32 *rows,
                          gsize n_rows,
                          BeaverMatrixFilter filter,
                          gpointer user_data,
                          BeaverNearest *nearest)
{
  Query query = { self, distance, vector, 0, filter, user_data, nearest };

  if (nearest->k == 0)
    return;
  query_init (&query);
  for (gsize i = 0; i < n_rows; i++)
    {
      gsize n = 1;

      if (rows[i] >= self->count)
        continue;
      /* neighbours in the list are often neighbours in memory */
      while (n < BLOCK && i + n < n_rows && rows[i + n] == rows[i] + n && rows[i] + n < self->count)
        n++;
      score_block (&query, rows[i], n);
      i += n - 1;
    }
  g_free (query.bytes);
}
