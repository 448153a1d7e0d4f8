/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include <beaver/beaver-error.h>

#include "beaver-sketch-bits-private.h"

#define SIZE_MAX_BYTES 1000000000

gboolean
_beaver_sketch_shape_init (BeaverSketchShape *shape,
                           gint64 capacity,
                           double error_rate,
                           GError **error)
{
  double p, bits;

  if (capacity < 1)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("a sketch cannot have the capacity %lld; give at least 1"),
                   (long long) capacity);
      return FALSE;
    }
  if (!(error_rate > 0.0 && error_rate < 1.0))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("a sketch cannot have the error rate %g; give one between 0 and 1"),
                   error_rate);
      return FALSE;
    }

  p = ceil (2 * log2 (1.04 / error_rate));
  bits = -((double) capacity * log (error_rate)) / pow (log (2), 2);
  if (bits > SIZE_MAX_BYTES * 8.0 - (1 << 18) * 8.0)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("A sketch of capacity %lld and error rate %g takes %.0f bytes, more than a file can "
             "hold in one row; lower the capacity or allow a higher error rate"),
          (long long) capacity, error_rate, bits / 8);
      return FALSE;
    }
  shape->capacity = capacity;
  shape->error_rate = error_rate;
  shape->precision = CLAMP (p, 4, 18);
  shape->registers = (gsize) 1 << shape->precision;
  shape->bits = MAX (ceil (bits), 1);
  shape->hashes = MAX (ceil (bits / capacity * log (2)), 1);
  shape->size = shape->registers + (shape->bits + 7) / 8;
  return TRUE;
}

static guint64
read_le (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_LE (value);
}

void
_beaver_sketch_locate (const BeaverSketchShape *shape,
                       const char *item,
                       gsize length,
                       BeaverSketchSpot *spot)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  guint8 digest[20];
  gsize size = sizeof digest;
  guint64 x, w;

  g_checksum_update (sha1, (const guchar *) item, length);
  g_checksum_get_digest (sha1, digest, &size);
  x = read_le (digest);
  spot->reg = x & (shape->registers - 1);
  w = x >> shape->precision;
  spot->rank = 1;
  while (spot->rank < 64 - shape->precision + 1 && (w & 1) == 0)
    {
      spot->rank++;
      w >>= 1;
    }

  size = sizeof digest;
  g_checksum_update (md5, (const guchar *) item, length);
  g_checksum_get_digest (md5, digest, &size);
  /* Python counts without a word size: reduced first, nothing can wrap around */
  spot->h1 = read_le (digest) % shape->bits;
  spot->h2 = read_le (digest + 8) % shape->bits;
}

guint64
_beaver_sketch_bit (const BeaverSketchShape *shape, const BeaverSketchSpot *spot, guint i)
{
  return (spot->h1 + i * spot->h2) % shape->bits;
}

gboolean
_beaver_sketch_add (const BeaverSketchShape *shape, guint8 *data, const char *item, gsize length)
{
  BeaverSketchSpot spot;
  gboolean changed = FALSE;

  _beaver_sketch_locate (shape, item, length, &spot);
  if (data[spot.reg] < spot.rank)
    {
      data[spot.reg] = spot.rank;
      changed = TRUE;
    }
  for (guint i = 0; i < shape->hashes; i++)
    {
      guint64 bit = _beaver_sketch_bit (shape, &spot, i);
      guint8 *byte = data + shape->registers + bit / 8;
      guint8 mask = 1 << (bit % 8);

      changed |= (*byte & mask) == 0;
      *byte |= mask;
    }
  return changed;
}

gboolean
_beaver_sketch_merge (const BeaverSketchShape *shape, guint8 *data, const guint8 *other)
{
  gboolean changed = FALSE;

  for (gsize i = 0; i < shape->registers; i++)
    if (data[i] < other[i])
      {
        data[i] = other[i];
        changed = TRUE;
      }
  for (gsize i = shape->registers; i < shape->size; i++)
    {
      changed |= (other[i] & ~data[i]) != 0;
      data[i] |= other[i];
    }
  return changed;
}

gboolean
_beaver_sketch_contains (const BeaverSketchShape *shape,
                         const guint8 *data,
                         const char *item,
                         gsize length)
{
  BeaverSketchSpot spot;

  _beaver_sketch_locate (shape, item, length, &spot);
  for (guint i = 0; i < shape->hashes; i++)
    {
      guint64 bit = _beaver_sketch_bit (shape, &spot, i);

      if ((data[shape->registers + bit / 8] & (1 << (bit % 8))) == 0)
        return FALSE;
    }
  return TRUE;
}

gint64
_beaver_sketch_count (const BeaverSketchShape *shape, const guint8 *data)
{
  gsize histogram[256] = { 0 };
  double m = shape->registers, sum = 0, alpha, estimate;

  for (gsize i = 0; i < shape->registers; i++)
    histogram[data[i]]++;
  /* from the smallest terms up; sums of powers of two lose nothing here */
  for (guint rank = G_N_ELEMENTS (histogram); rank-- > 0;)
    if (histogram[rank] > 0)
      sum += ldexp (histogram[rank], -(int) rank);
  alpha = shape->precision == 4 ? 0.673 :
          shape->precision == 5 ? 0.697 :
          shape->precision == 6 ? 0.709 :
                                  0.7213 / (1 + 1.079 / m);
  estimate = alpha * (m * m) / sum;
  if (estimate <= 2.5 * m && histogram[0] > 0)
    estimate = m * log (m / histogram[0]);
  return estimate < (double) G_MAXINT64 ? (gint64) estimate : G_MAXINT64;
}

gboolean
_beaver_sketch_check (const BeaverSketchShape *shape, const guint8 *data)
{
  guint rank_max = 64 - shape->precision + 1;

  for (gsize i = 0; i < shape->registers; i++)
    if (data[i] > rank_max)
      return FALSE;
  return shape->bits % 8 == 0 || data[shape->size - 1] >> (shape->bits % 8) == 0;
}
