/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "beaver-distance-private.h"
#include "beaver-lsh-private.h"

#define BITS 16
#define BITS_MAX 63 /* a hash is a signed number of 64 bits to Python */

struct _BeaverLsh
{
  gsize dimension;
  guint bits;
  float *planes; /* bits rows */
};

static BeaverLsh *
lsh_new (gsize dimension, guint bits)
{
  BeaverLsh *self = g_new0 (BeaverLsh, 1);

  self->dimension = dimension;
  self->bits = bits;
  self->planes = g_new (float, dimension *bits);
  return self;
}

void
_beaver_lsh_free (BeaverLsh *self)
{
  g_free (self->planes);
  g_free (self);
}

/* A number of the normal distribution (Box and Muller). */
static double
normal (GRand *rand)
{
  double u = 1 - g_rand_double (rand), v = g_rand_double (rand);

  return sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}

BeaverLsh *
_beaver_lsh_new (gsize dimension, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BeaverLsh *self = lsh_new (dimension, MIN (BITS, dimension));
  g_autofree double *rows = g_new (double, dimension * self->bits);

  g_return_val_if_fail (dimension > 0, NULL);

  /* random directions, made orthogonal one after the other, twice against rounding (Gram and
   * Schmidt) */
  for (guint i = 0; i < self->bits; i++)
    {
      double *row = rows + i * dimension, norm = 0;

      do
        {
          for (gsize j = 0; j < dimension; j++)
            row[j] = normal (rand);
          for (guint pass = 0; pass < 2; pass++)
            for (guint other = 0; other < i; other++)
              {
                double dot = 0;

                for (gsize j = 0; j < dimension; j++)
                  dot += row[j] * rows[other * dimension + j];
                for (gsize j = 0; j < dimension; j++)
                  row[j] -= dot * rows[other * dimension + j];
              }
          norm = 0;
          for (gsize j = 0; j < dimension; j++)
            norm += row[j] * row[j];
          norm = sqrt (norm);
        }
      while (norm < 1e-6); /* happened to lie among the others */
      for (gsize j = 0; j < dimension; j++)
        {
          row[j] /= norm;
          self->planes[i * dimension + j] = row[j];
        }
    }
  return self;
}

static void
copy_le (gpointer to, gconstpointer from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, (const char *) from + i * 4, 4);
      bits = GUINT32_FROM_LE (bits);
      memcpy ((char *) to + i * 4, &bits, 4);
    }
}

BeaverLsh *
_beaver_lsh_new_from_data (gconstpointer blob, gsize size, gsize dimension, GError **error)
{
  gsize row = dimension * sizeof (float);
  BeaverLsh *self;

  if (row == 0 || size == 0 || size % row != 0 || size / row > BITS_MAX)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                   _ ("The stored hyperplanes (%lu bytes) do not fit vectors of %lu numbers"),
                   (unsigned long) size, (unsigned long) dimension);
      return NULL;
    }
  self = lsh_new (dimension, size / row);
  copy_le (self->planes, blob, self->bits * dimension);
  return self;
}

GBytes *
_beaver_lsh_to_bytes (const BeaverLsh *self)
{
  gsize n = self->bits * self->dimension;
  char *bytes = g_malloc (n * 4);

  copy_le (bytes, self->planes, n);
  return g_bytes_new_take (bytes, n * 4);
}

guint
_beaver_lsh_bits (const BeaverLsh *self)
{
  return self->bits;
}

gsize
_beaver_lsh_dimension (const BeaverLsh *self)
{
  return self->dimension;
}

guint64
_beaver_lsh_hash (const BeaverLsh *self, gconstpointer vector)
{
  g_autofree float *unit = g_new (float, self->dimension);
  float scores[BITS_MAX], norm = _beaver_distance_norm (vector, self->dimension);
  guint64 hash = 0;

  memcpy (unit, vector, self->dimension * sizeof (float));
  if (norm > 1e-10f)
    for (gsize i = 0; i < self->dimension; i++)
      unit[i] /= norm;
  _beaver_distance_rows (BEAVER_DISTANCE_DOT, self->planes, NULL, self->bits, unit, 0,
                         self->dimension, scores);
  for (guint i = 0; i < self->bits; i++)
    hash = hash << 1 | (scores[i] < 0); /* the score is the negative product */
  return hash;
}

guint64
_beaver_lsh_probe (const BeaverLsh *self, guint64 hash, guint number)
{
  return number == 0 ? hash : hash ^ (G_GUINT64_CONSTANT (1) << (number - 1));
}

void
_beaver_lsh_bucket (guint64 hash, guint8 *bucket)
{
  hash = GUINT64_TO_LE (hash);
  memcpy (bucket, &hash, sizeof hash);
}

gboolean
_beaver_lsh_bucket_read (gconstpointer blob, gsize size, guint64 *hash)
{
  guint64 wide;
  guint32 narrow;

  switch (size)
    {
    case sizeof wide:
      memcpy (&wide, blob, size);
      *hash = GUINT64_FROM_LE (wide);
      return TRUE;
    case sizeof narrow:
      memcpy (&narrow, blob, size);
      *hash = GUINT32_FROM_LE (narrow);
      return TRUE;
    default:
      return FALSE;
    }
}
