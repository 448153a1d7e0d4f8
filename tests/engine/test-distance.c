/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include <glib.h>

#include <beaver/engine/beaver-distance-private.h>

static const gsize dimensions[] = { 0,  1,  2,  3,  7,  8,   9,   15,  16,  31,  32,
                                    33, 40, 63, 64, 65, 100, 128, 384, 768, 1536 };
static const BeaverDistance distances[] = { BEAVER_DISTANCE_COSINE, BEAVER_DISTANCE_EUCLID,
                                            BEAVER_DISTANCE_MANHATTAN, BEAVER_DISTANCE_DOT };

static double
reference (BeaverDistance distance, const float *a, const float *b, gsize dimension)
{
  double dot = 0, aa = 0, bb = 0, square = 0, sum = 0;

  for (gsize i = 0; i < dimension; i++)
    {
      double x = a[i], y = b[i];

      dot += x * y;
      aa += x * x;
      bb += y * y;
      square += (x - y) * (x - y);
      sum += fabs (x - y);
    }
  switch (distance)
    {
    case BEAVER_DISTANCE_EUCLID:
      return sqrt (square);
    case BEAVER_DISTANCE_MANHATTAN:
      return sum;
    case BEAVER_DISTANCE_DOT:
      return -dot;
    case BEAVER_DISTANCE_COSINE:
    default:
      return MAX (0, (1 - dot / (sqrt (aa) * sqrt (bb) + 1e-10)) / 2);
    }
}

static void
fill (GRand *rand, float *vector, gsize n)
{
  for (gsize i = 0; i < n; i++)
    vector[i] = g_rand_double_range (rand, -1, 1);
}

/* Every dimension, so that every tail is met, at every address. */
static void
test_reference (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint d = 0; d < G_N_ELEMENTS (dimensions); d++)
    for (guint shift = 0; shift < 5; shift++)
      {
        gsize n = dimensions[d];
        g_autofree float *a = g_new0 (float, n + 1);
        g_autofree float *b = g_new0 (float, n + 1);
        g_autofree char *at_a = g_malloc (n * 4 + 8);
        g_autofree char *at_b = g_malloc (n * 4 + 8);

        fill (rand, a, n);
        fill (rand, b, n);
        memcpy (at_a + shift, a, n * 4);
        memcpy (at_b + (5 - shift), b, n * 4);
        for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
          {
            double expected = reference (distances[m], a, b, n);
            double score = _beaver_distance (distances[m], at_a + shift, at_b + (5 - shift), n);

            g_assert_cmpfloat_with_epsilon (score, expected, 1e-5 * (1 + fabs (expected)));
          }
      }
}

static void
test_fixed (void)
{
  static const float x[] = { 1, 0, 0, 0 }, y[] = { 0, 1, 0, 0 }, minus_x[] = { -2, 0, 0, 0 },
                     zero[4] = { 0 };

  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_COSINE, x, x, 4), 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_COSINE, x, y, 4), 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_COSINE, x, minus_x, 4), 1,
                                  1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_COSINE, x, zero, 4), 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_EUCLID, x, minus_x, 4), 3,
                                  1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_EUCLID, x, y, 4), sqrt (2),
                                  1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_MANHATTAN, y, minus_x, 4), 3,
                                  1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance (BEAVER_DISTANCE_DOT, x, minus_x, 4), 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (_beaver_distance_norm (minus_x, 4), 2, 1e-6);
}

/* A row has the same score alone and among others. */
static void
test_rows (void)
{
  enum
  {
    ROWS = 37
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint d = 1; d < G_N_ELEMENTS (dimensions); d++)
    {
      gsize n = dimensions[d];
      g_autofree float *rows = g_new (float, ROWS *n);
      g_autofree float *query = g_new (float, n);
      float norms[ROWS], scores[ROWS];

      fill (rand, rows, ROWS * n);
      fill (rand, query, n);
      for (guint i = 0; i < ROWS; i++)
        norms[i] = _beaver_distance_norm (rows + i * n, n);
      for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
        {
          _beaver_distance_rows (distances[m], rows, norms, ROWS, query,
                                 _beaver_distance_norm (query, n), n, scores);
          for (guint i = 0; i < ROWS; i++)
            g_assert_cmpfloat (scores[i], ==,
                               _beaver_distance (distances[m], rows + i * n, query, n));
        }
    }
}

static void
test_int8 (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint d = 0; d < G_N_ELEMENTS (dimensions); d++)
    for (guint round = 0; round < 3; round++)
      {
        gsize n = dimensions[d];
        g_autofree gint8 *rows = g_malloc (3 * n + 2);
        g_autofree gint16 *query = g_new (gint16, n + 2);
        gint32 products[3];

        for (gsize i = 0; i < 3 * n; i++)
          rows[i + 1] = round == 0 ? 127 : round == 1 ? -127 : g_rand_int_range (rand, -127, 128);
        for (gsize i = 0; i < n; i++)
          query[i + 1] = round < 2 ? 127 : g_rand_int_range (rand, -127, 128);
        _beaver_distance_rows_int8 (rows + 1, 3, query + 1, n, products);
        for (guint r = 0; r < 3; r++)
          {
            gint64 expected = 0;

            for (gsize i = 0; i < n; i++)
              expected += rows[1 + r * n + i] * query[1 + i];
            g_assert_cmpint (products[r], ==, expected);
          }
      }
  {
    g_autofree gint8 *most = g_malloc (BEAVER_DISTANCE_INT8_MAX);
    g_autofree gint16 *query = g_new (gint16, BEAVER_DISTANCE_INT8_MAX);
    gint32 product;

    memset (most, -127, BEAVER_DISTANCE_INT8_MAX);
    for (guint i = 0; i < BEAVER_DISTANCE_INT8_MAX; i++)
      query[i] = -127;
    _beaver_distance_rows_int8 (most, 1, query, BEAVER_DISTANCE_INT8_MAX, &product);
    g_assert_cmpint (product, ==, BEAVER_DISTANCE_INT8_MAX * 127 * 127);
  }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const BeaverNeighbour *x = a, *y = b;

  if (x->score != y->score)
    return x->score < y->score ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static void
test_nearest (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint round = 0; round < 2000; round++)
    {
      BeaverNeighbour all[60];
      guint n = g_rand_int_range (rand, 0, 60), kept = 0, k = g_rand_int_range (rand, 0, 20);
      g_auto (BeaverNearest) nearest = { 0 };

      _beaver_nearest_init (&nearest, k);
      for (guint i = 0; i < n; i++)
        {
          /* few values: many ties; the rows come in any order */
          float score =
              g_rand_int_range (rand, 0, 10) == 0 ? NAN : (float) g_rand_int_range (rand, 0, 6);
          gsize row = (i * 37) % 61;

          _beaver_nearest_push (&nearest, score, row);
          if (!isnan (score))
            all[kept++] = (BeaverNeighbour){ score, row };
        }
      qsort (all, kept, sizeof *all, compare);
      _beaver_nearest_finish (&nearest);
      g_assert_cmpuint (nearest.n, ==, MIN (k, kept));
      for (guint i = 0; i < nearest.n; i++)
        {
          g_assert_cmpfloat (nearest.heap[i].score, ==, all[i].score);
          g_assert_cmpuint (nearest.heap[i].row, ==, all[i].row);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/distance/reference", test_reference);
  g_test_add_func ("/distance/fixed", test_fixed);
  g_test_add_func ("/distance/rows", test_rows);
  g_test_add_func ("/distance/int8", test_int8);
  g_test_add_func ("/distance/nearest", test_nearest);
  return g_test_run ();
}
