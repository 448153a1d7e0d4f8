/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "beaver-ivf-private.h"

#define ROUNDS 6            /* of k-means; the lists change little after that */
#define SAMPLES_PER_LIST 40 /* rows that the centres are computed from */
#define CHECK_EVERY 256     /* rows between two looks at whether to go on */

typedef struct
{
  guint32 list, place;
} Spot;

struct _BeaverIvf
{
  const BeaverMatrix *matrix;
  BeaverDistance distance;
  gsize trained_rows, n_lists;
  gsize changes;        /* since then */
  BeaverMatrix *sample; /* what the centres are chosen by; NULL afterwards */
  GRand *rand;
  BeaverMatrix *centres;
  GArray **lists; /* of row numbers */
  GArray *spots;  /* of the rows that are in a list: the first ones of the matrix */
  gsize *counts;  /* of sampled neighbours, by the place of their list in the order of the query */
  gsize total;    /* of them */
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
sample_rows (gsize count, gsize n, GRand *rand)
{
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

/* A matrix takes what stands in a file. */
static void
to_file_order (float *vector, gsize dimension)
{
#if G_BYTE_ORDER == G_BIG_ENDIAN
  for (gsize i = 0; i < dimension; i++)
    {
      guint32 bits;

      memcpy (&bits, &vector[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      memcpy (&vector[i], &bits, sizeof bits);
    }
#endif
}

static gboolean
is_finite (const BeaverMatrix *matrix, gsize row)
{
  return isfinite (_beaver_matrix_norm (matrix, row));
}

BeaverIvf *
_beaver_ivf_begin (const BeaverMatrix *matrix, BeaverDistance distance, guint32 seed)
{
  BeaverIvf *self = g_new0 (BeaverIvf, 1);
  gsize count = _beaver_matrix_count (matrix), samples;
  gsize dimension = _beaver_matrix_dimension (matrix);
  g_autofree guint32 *rows = NULL;
  g_autofree float *vector = g_new (float, dimension + 1);

  g_assert (count < G_MAXUINT32);

  self->matrix = matrix;
  self->distance = distance;
  self->rand = g_rand_new_with_seed (seed);
  self->trained_rows = count;
  self->n_lists = MAX (1, (gsize) sqrt ((double) count));
  self->spots = g_array_new (FALSE, TRUE, sizeof (Spot));
  self->counts = g_new0 (gsize, self->n_lists);
  self->lists = g_new (GArray *, self->n_lists);
  for (gsize i = 0; i < self->n_lists; i++)
    self->lists[i] = g_array_new (FALSE, FALSE, sizeof (guint32));

  samples = MIN (count, self->n_lists * SAMPLES_PER_LIST);
  rows = sample_rows (count, samples, self->rand);
  self->sample = _beaver_matrix_new (dimension);
  _beaver_matrix_reserve (self->sample, samples);
  for (gsize i = 0; i < samples; i++)
    if (is_finite (matrix, rows[i]))
      {
        memcpy (vector, _beaver_matrix_row (matrix, rows[i]), dimension * sizeof *vector);
        to_file_order (vector, dimension);
        _beaver_matrix_append (self->sample, vector);
      }
  return self;
}

/* Makes the centre of a list that of its rows in the sample; by direction only where only the
 * direction counts. */
static void
accumulate (const BeaverIvf *self, double *sum, gsize row)
{
  const float *vector = _beaver_matrix_row (self->sample, row);
  gsize dimension = _beaver_matrix_dimension (self->sample);
  double weight = 1;

  if (self->distance == BEAVER_DISTANCE_COSINE)
    {
      float norm = _beaver_matrix_norm (self->sample, row);

      weight = norm > 0 ? 1 / norm : 0;
    }
  for (gsize i = 0; i < dimension; i++)
    sum[i] += vector[i] * weight;
}

static void
move_centres (BeaverIvf *self, const double *sums, const gsize *counts)
{
  gsize dimension = _beaver_matrix_dimension (self->sample);
  gsize n = _beaver_matrix_count (self->sample);
  g_autofree float *centre = g_new (float, dimension + 1);

  for (gsize list = 0; list < self->n_lists; list++)
    {
      if (counts[list] > 0)
        {
          for (gsize i = 0; i < dimension; i++)
            centre[i] = sums[list * dimension + i] / counts[list];
        }
      else /* nobody is here: try elsewhere */
        {
          gsize row = (gsize) (g_rand_double (self->rand) * n);

          if (n == 0)
            continue;
          memcpy (centre, _beaver_matrix_row (self->sample, row), dimension * sizeof *centre);
        }
      to_file_order (centre, dimension);
      _beaver_matrix_set (self->centres, list, centre);
    }
}

/* Lloyd's algorithm over the sample. */
gboolean
_beaver_ivf_train (BeaverIvf *self, BeaverIvfOver over, gpointer user_data, GError **error)
{
  gsize dimension = _beaver_matrix_dimension (self->sample);
  gsize n = _beaver_matrix_count (self->sample);
  g_autofree double *sums = g_new (double, self->n_lists *dimension);
  g_autofree gsize *counts = g_new (gsize, self->n_lists);
  g_autofree float *centre = g_new0 (float, dimension + 1);

  g_return_val_if_fail (self->centres == NULL, TRUE);

  self->centres = _beaver_matrix_new (dimension);
  _beaver_matrix_quantize (self->centres);
  _beaver_matrix_reserve (self->centres, self->n_lists);
  for (gsize i = 0; i < self->n_lists; i++)
    {
      if (i < n) /* in random order */
        {
          memcpy (centre, _beaver_matrix_row (self->sample, i), dimension * sizeof *centre);
          to_file_order (centre, dimension);
        }
      _beaver_matrix_append (self->centres, centre);
    }
  for (guint round = 0; round < ROUNDS; round++)
    {
      memset (sums, 0, self->n_lists * dimension * sizeof *sums);
      memset (counts, 0, self->n_lists * sizeof *counts);
      for (gsize i = 0; i < n; i++)
        {
          gsize list;

          if (i % CHECK_EVERY == 0 && over != NULL && over (user_data, error))
            return FALSE;
          list = nearest_centre (self, _beaver_matrix_row (self->sample, i));
          accumulate (self, sums + list * dimension, i);
          counts[list]++;
        }
      move_centres (self, sums, counts);
    }
  g_clear_pointer (&self->sample, _beaver_matrix_free);
  return TRUE;
}

gboolean
_beaver_ivf_assign (BeaverIvf *self, gsize n)
{
  gsize row = self->spots->len, end = _beaver_matrix_count (self->matrix);

  n = MIN (n, end - row);
  for (gsize last = row + n; row < last; row++)
    {
      g_array_set_size (self->spots, row + 1);
      insert (self, row, nearest_centre (self, _beaver_matrix_row (self->matrix, row)));
    }
  return row == end;
}

BeaverIvf *
_beaver_ivf_new (const BeaverMatrix *matrix, BeaverDistance distance, guint32 seed)
{
  BeaverIvf *self = _beaver_ivf_begin (matrix, distance, seed);

  _beaver_ivf_train (self, NULL, NULL, NULL);
  _beaver_ivf_assign (self, G_MAXSIZE);
  return self;
}

void
_beaver_ivf_free (BeaverIvf *self)
{
  for (gsize i = 0; i < self->n_lists; i++)
    g_array_unref (self->lists[i]);
  g_free (self->lists);
  g_free (self->counts);
  g_array_unref (self->spots);
  g_rand_free (self->rand);
  g_clear_pointer (&self->sample, _beaver_matrix_free);
  g_clear_pointer (&self->centres, _beaver_matrix_free);
  g_free (self);
}

/* Rows that are in no list yet come into one later. */

void
_beaver_ivf_append (BeaverIvf *self, gsize row)
{
  self->changes++;
  if (row == self->spots->len)
    _beaver_ivf_assign (self, 1);
}

static void
move (BeaverIvf *self, gsize row)
{
  gsize list;

  if (row >= self->spots->len)
    return;
  list = nearest_centre (self, _beaver_matrix_row (self->matrix, row));
  if (list == g_array_index (self->spots, Spot, row).list)
    return;
  withdraw (self, row);
  insert (self, row, list);
}

void
_beaver_ivf_set (BeaverIvf *self, gsize row)
{
  self->changes++;
  move (self, row);
}

void
_beaver_ivf_remove (BeaverIvf *self, gsize row, gsize last)
{
  g_return_if_fail (row <= last && last + 1 >= self->spots->len);

  self->changes++;
  if (last >= self->spots->len) /* the one that took the place was in no list */
    {
      move (self, row);
      return;
    }
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
  return self->changes > self->trained_rows / 2;
}

gsize
_beaver_ivf_lists (const BeaverIvf *self)
{
  return self->n_lists;
}

gsize
_beaver_ivf_bytes (const BeaverIvf *self)
{
  gsize bytes = sizeof *self + self->n_lists * (sizeof (GArray) + 3 * sizeof (gpointer));

  bytes += self->centres != NULL ? _beaver_matrix_bytes (self->centres) : 0;
  bytes += self->sample != NULL ? _beaver_matrix_bytes (self->sample) : 0;
  return bytes + self->spots->len * (sizeof (Spot) + 2 * sizeof (guint32));
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
                    gsize probes,
                    gconstpointer query,
                    BeaverMatrixFilter filter,
                    gpointer user_data,
                    BeaverNearest *nearest)
{
  gsize done = 0;

  for (gsize wanted = CLAMP (probes, 1, self->n_lists); done < self->n_lists;
       wanted = MIN (4 * wanted, self->n_lists))
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

void
_beaver_ivf_sample (BeaverIvf *self, gsize k)
{
  g_auto (BeaverNearest) exact = { 0 };
  g_autofree guint32 *order = NULL;
  g_autofree guint32 *place = NULL;
  gsize count = _beaver_matrix_count (self->matrix), row, taken = 0;
  const float *query;

  if (count == 0)
    return;
  row = (gsize) (g_rand_double (self->rand) * count);
  if (!is_finite (self->matrix, row))
    return;
  query = _beaver_matrix_row (self->matrix, row);
  _beaver_nearest_init (&exact, k + 1);
  _beaver_matrix_scan (self->matrix, self->distance, query, 0, G_MAXSIZE, NULL, NULL, &exact);
  _beaver_nearest_finish (&exact);
  order = nearest_lists (self, query, self->n_lists);
  place = g_new (guint32, self->n_lists);
  for (gsize i = 0; i < self->n_lists; i++)
    place[order[i]] = i;
  for (gsize i = 0; i < exact.n && taken < k; i++)
    {
      if (exact.heap[i].row == row)
        continue;
      self->counts[place[g_array_index (self->spots, Spot, exact.heap[i].row).list]]++;
      taken++;
    }
  self->total += taken;
}

double
_beaver_ivf_recall (const BeaverIvf *self, gsize probes)
{
  gsize found = 0;

  for (gsize i = 0; i < MIN (probes, self->n_lists); i++)
    found += self->counts[i];
  return self->total > 0 ? (double) found / self->total : probes >= self->n_lists;
}

gsize
_beaver_ivf_probes_for (const BeaverIvf *self, double recall)
{
  gsize found = 0, probes = 0;

  if (self->total == 0)
    return self->n_lists;
  do
    found += self->counts[probes++];
  while (probes < self->n_lists && found < recall * self->total);
  return probes;
}
