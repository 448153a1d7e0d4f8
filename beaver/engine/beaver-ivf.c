/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "beaver-ivf-private.h"

#define ROUNDS 6            /* of k-means; the lists change little after that */
#define SAMPLES_PER_LIST 40 /* rows that the centres are computed from */
#define PROBES_DEFAULT 16
#define CHECK_EVERY 256 /* rows between two looks at the cancellable */

typedef struct
{
  guint32 list, place;
} Spot;

struct _BeaverIvf
{
  const BeaverMatrix *matrix;
  BeaverDistance distance;
  gsize probes, trained_rows, n_lists;
  BeaverMatrix *centres;
  GArray **lists; /* of row numbers */
  GArray *spots;  /* of each row */
};

/* By which distance a row finds its list. */
static BeaverDistance
dividing (const BeaverIvf *self)
{
  return self->distance == BEAVER_DISTANCE_COSINE ? BEAVER_DISTANCE_COSINE : BEAVER_DISTANCE_EUCLID;
}

/* By which distance a query finds lists. */
static BeaverDistance
probing (const BeaverIvf *self)
{
  return self->distance == BEAVER_DISTANCE_MANHATTAN ? BEAVER_DISTANCE_EUCLID : self->distance;
}

static gsize
nearest_centre (const BeaverIvf *self, gconstpointer vector)
{
  BeaverNeighbour best;
  BeaverNearest nearest = { &best, 1, 0 };

  _beaver_matrix_scan (self->centres, dividing (self), vector, 0, G_MAXSIZE, NULL, NULL, &nearest);
  return nearest.n > 0 ? best.row : 0; /* what is no number has to be somewhere, too */
}

static void
insert (BeaverIvf *self, gsize row, gsize list)
{
  guint32 number = row;
  Spot *spot = &g_array_index (self->spots, Spot, row);

  spot->list = list;
  spot->place = self->lists[list]->len;
  g_array_append_val (self->lists[list], number);
}

/* Takes a row out of its list; the last one of the list fills the place. */
static void
withdraw (BeaverIvf *self, gsize row)
{
  Spot *spot = &g_array_index (self->spots, Spot, row);
  GArray *list = self->lists[spot->list];
  guint32 moved = g_array_index (list, guint32, list->len - 1);

  g_array_index (list, guint32, spot->place) = moved;
  g_array_index (self->spots, Spot, moved).place = spot->place;
  g_array_set_size (list, list->len - 1);
}

/* The first n of a random order of all row numbers. */
static guint32 *
sample_rows (gsize count, gsize n, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint32 *rows = g_new (guint32, count + 1);

  for (gsize i = 0; i < count; i++)
    rows[i] = i;
  for (gsize i = 0; i < n; i++)
    {
      gsize other = i + (gsize) (g_rand_double (rand) * (count - i));
      guint32 row = rows[other];

      rows[other] = rows[i];
      rows[i] = row;
    }
  return rows;
}

/* Adds a row to the sum of its list; by direction only where only the direction counts. */
static void
accumulate (const BeaverIvf *self, double *sum, gsize row)
{
  const float *vector = _beaver_matrix_row (self->matrix, row);
  gsize dimension = _beaver_matrix_dimension (self->matrix);
  double weight = 1;

  if (self->distance == BEAVER_DISTANCE_COSINE)
    {
      float norm = _beaver_matrix_norm (self->matrix, row);

      weight = norm > 0 ? 1 / norm : 0;
    }
  for (gsize i = 0; i < dimension; i++)
    sum[i] += vector[i] * weight;
}

static gboolean
is_finite (const BeaverIvf *self, gsize row)
{
  return isfinite (_beaver_matrix_norm (self->matrix, row));
}

/* Lloyd's algorithm over the sample. FALSE when cancelled. */
static gboolean
train (BeaverIvf *self,
       const guint32 *sample,
       gsize n,
       guint32 seed,
       GCancellable *cancellable,
       GError **error)
{
  gsize dimension = _beaver_matrix_dimension (self->matrix);
  g_autofree double *sums = g_new (double, self->n_lists *dimension);
  g_autofree gsize *counts = g_new (gsize, self->n_lists);
  g_autofree float *centre = g_new (float, dimension);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint round = 0; round < ROUNDS; round++)
    {
      memset (sums, 0, self->n_lists * dimension * sizeof *sums);
      memset (counts, 0, self->n_lists * sizeof *counts);
      for (gsize i = 0; i < n; i++)
        {
          gsize list;

          if (i % CHECK_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          if (!is_finite (self, sample[i]))
            continue;
          list = nearest_centre (self, _beaver_matrix_row (self->matrix, sample[i]));
          accumulate (self, sums + list * dimension, sample[i]);
          counts[list]++;
        }
      for (gsize list = 0; list < self->n_lists; list++)
        {
          if (counts[list] == 0) /* nobody is here: try elsewhere */
            {
              gsize row = n > 0 ? sample[(gsize) (g_rand_double (rand) * n)] : 0;

              if (n == 0 || !is_finite (self, row))
                continue;
              memcpy (centre, _beaver_matrix_row (self->matrix, row), dimension * sizeof *centre);
            }
          else
            {
              for (gsize i = 0; i < dimension; i++)
                centre[i] = sums[list * dimension + i] / counts[list];
            }
            /* the matrix takes what stands in a file */
#if G_BYTE_ORDER == G_BIG_ENDIAN
          for (gsize i = 0; i < dimension; i++)
            {
              guint32 bits;

              memcpy (&bits, &centre[i], sizeof bits);
              bits = GUINT32_TO_LE (bits);
              memcpy (&centre[i], &bits, sizeof bits);
            }
#endif
          _beaver_matrix_set (self->centres, list, centre);
        }
    }
  return TRUE;
}

BeaverIvf *
_beaver_ivf_new (const BeaverMatrix *matrix,
                 BeaverDistance distance,
                 guint32 seed,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (BeaverIvf) self = g_new0 (BeaverIvf, 1);
  gsize count = _beaver_matrix_count (matrix), samples;
  gsize dimension = _beaver_matrix_dimension (matrix);
  g_autofree guint32 *sample = NULL;
  g_autofree float *zero = g_new0 (float, dimension + 1);

  g_return_val_if_fail (count < G_MAXUINT32, NULL);

  self->matrix = matrix;
  self->distance = distance;
  self->trained_rows = count;
  self->n_lists = MAX (1, (gsize) sqrt ((double) count));
  self->probes = MIN (PROBES_DEFAULT, self->n_lists);
  self->centres = _beaver_matrix_new (dimension);
  _beaver_matrix_quantize (self->centres);
  self->lists = g_new (GArray *, self->n_lists);
  for (gsize i = 0; i < self->n_lists; i++)
    self->lists[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->spots = g_array_sized_new (FALSE, TRUE, sizeof (Spot), count);
  g_array_set_size (self->spots, count);

  samples = MIN (count, self->n_lists * SAMPLES_PER_LIST);
  sample = sample_rows (count, samples, seed);
  _beaver_matrix_reserve (self->centres, self->n_lists);
  for (gsize i = 0; i < self->n_lists; i++)
    {
      _beaver_matrix_append (self->centres, zero);
      if (i < samples && is_finite (self, sample[i]))
        {
          g_autofree float *centre = g_new (float, dimension + 1);

          for (gsize j = 0; j < dimension; j++)
            {
              guint32 bits;

              memcpy (&bits, _beaver_matrix_row (matrix, sample[i]) + j, sizeof bits);
              bits = GUINT32_TO_LE (bits);
              memcpy (&centre[j], &bits, sizeof bits);
            }
          _beaver_matrix_set (self->centres, i, centre);
        }
    }
  if (!train (self, sample, samples, seed, cancellable, error))
    return NULL;
  for (gsize row = 0; row < count; row++)
    {
      if (row % CHECK_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      insert (self, row, nearest_centre (self, _beaver_matrix_row (matrix, row)));
    }
  return g_steal_pointer (&self);
}

void
_beaver_ivf_free (BeaverIvf *self)
{
  for (gsize i = 0; i < self->n_lists; i++)
    g_array_unref (self->lists[i]);
  g_free (self->lists);
  g_clear_pointer (&self->spots, g_array_unref);
  g_clear_pointer (&self->centres, _beaver_matrix_free);
  g_free (self);
}

void
_beaver_ivf_append (BeaverIvf *self, gsize row)
{
  g_return_if_fail (row == self->spots->len);

  g_array_set_size (self->spots, row + 1);
  insert (self, row, nearest_centre (self, _beaver_matrix_row (self->matrix, row)));
}

void
_beaver_ivf_set (BeaverIvf *self, gsize row)
{
  gsize list;

  g_return_if_fail (row < self->spots->len);

  list = nearest_centre (self, _beaver_matrix_row (self->matrix, row));
  if (list == g_array_index (self->spots, Spot, row).list)
    return;
  withdraw (self, row);
  insert (self, row, list);
}

void
_beaver_ivf_remove (BeaverIvf *self, gsize row, gsize last)
{
  g_return_if_fail (row <= last && last + 1 == self->spots->len);

  withdraw (self, row);
  if (row != last)
    {
      Spot spot = g_array_index (self->spots, Spot, last);

      g_array_index (self->lists[spot.list], guint32, spot.place) = row;
      g_array_index (self->spots, Spot, row) = spot;
    }
  g_array_set_size (self->spots, last);
}

gboolean
_beaver_ivf_is_stale (const BeaverIvf *self)
{
  gsize count = self->spots->len;

  return count / 2 > self->trained_rows || count < self->trained_rows / 2;
}

gsize
_beaver_ivf_lists (const BeaverIvf *self)
{
  return self->n_lists;
}

gsize
_beaver_ivf_probes (const BeaverIvf *self)
{
  return self->probes;
}

void
_beaver_ivf_set_probes (BeaverIvf *self, gsize probes)
{
  self->probes = CLAMP (probes, 1, self->n_lists);
}

/* The numbers of the n lists with the nearest centres, in order. A query with infinite numbers is
 * at no distance from some: those come last. */
static guint32 *
nearest_lists (const BeaverIvf *self, gconstpointer query, gsize n)
{
  g_auto (BeaverNearest) nearest = { 0 };
  guint32 *order = g_new (guint32, n);

  _beaver_nearest_init (&nearest, n);
  _beaver_matrix_scan (self->centres, probing (self), query, 0, G_MAXSIZE, NULL, NULL, &nearest);
  _beaver_nearest_finish (&nearest);
  for (gsize i = 0; i < nearest.n; i++)
    order[i] = nearest.heap[i].row;
  if (nearest.n < n)
    {
      g_autofree gboolean *seen = g_new0 (gboolean, self->n_lists);
      gsize at = nearest.n;

      for (gsize i = 0; i < nearest.n; i++)
        seen[order[i]] = TRUE;
      for (gsize list = 0; at < n; list++)
        if (!seen[list])
          order[at++] = list;
    }
  return order;
}

void
_beaver_ivf_search (const BeaverIvf *self,
                    gconstpointer query,
                    BeaverMatrixFilter filter,
                    gpointer user_data,
                    BeaverNearest *nearest)
{
  gsize done = 0;

  for (gsize wanted = self->probes; done < self->n_lists; wanted = MIN (4 * wanted, self->n_lists))
    {
      g_autofree guint32 *order = nearest_lists (self, query, wanted);

      for (; done < wanted; done++)
        {
          GArray *list = self->lists[order[done]];

          _beaver_matrix_scan_rows (self->matrix, self->distance, query,
                                    (guint32 *) (gpointer) list->data, list->len, filter, user_data,
                                    nearest);
        }
      if (nearest->n >= nearest->k)
        break;
    }
}

/* For each sample row and each of its k nearest: at which place in the order of the query's lists
 * it is found. counts[place] is how many. */
static gsize
count_places (const BeaverIvf *self, gsize k, gsize samples, guint32 seed, gsize *counts)
{
  gsize count = self->spots->len, total = 0;
  g_autofree guint32 *rows = NULL;
  g_autofree guint32 *place = g_new (guint32, self->n_lists);

  samples = MIN (samples, count);
  rows = sample_rows (count, samples, seed);
  for (gsize i = 0; i < samples; i++)
    {
      g_auto (BeaverNearest) exact = { 0 };
      g_autofree guint32 *order = NULL;
      const float *query = _beaver_matrix_row (self->matrix, rows[i]);
      gsize taken = 0;

      if (!is_finite (self, rows[i]))
        continue;
      _beaver_nearest_init (&exact, k + 1);
      _beaver_matrix_scan (self->matrix, self->distance, query, 0, G_MAXSIZE, NULL, NULL, &exact);
      _beaver_nearest_finish (&exact);
      order = nearest_lists (self, query, self->n_lists);
      for (gsize l = 0; l < self->n_lists; l++)
        place[order[l]] = l;
      for (gsize n = 0; n < exact.n && taken < k; n++)
        {
          if (exact.heap[n].row == rows[i])
            continue;
          counts[place[g_array_index (self->spots, Spot, exact.heap[n].row).list]]++;
          taken++;
        }
      total += taken;
    }
  return total;
}

double
_beaver_ivf_measure (const BeaverIvf *self, gsize probes, gsize k, gsize samples, guint32 seed)
{
  g_autofree gsize *counts = g_new0 (gsize, self->n_lists);
  gsize total = count_places (self, k, samples, seed, counts), found = 0;

  for (gsize i = 0; i < MIN (probes, self->n_lists); i++)
    found += counts[i];
  return total > 0 ? (double) found / total : 1;
}

double
_beaver_ivf_calibrate (BeaverIvf *self, double recall, gsize k, gsize samples, guint32 seed)
{
  g_autofree gsize *counts = g_new0 (gsize, self->n_lists);
  gsize total = count_places (self, k, samples, seed, counts), found = 0, probes = 0;

  do
    found += counts[probes++];
  while (probes < self->n_lists && found < recall * total);
  self->probes = probes;
  return total > 0 ? (double) found / total : 1;
}
