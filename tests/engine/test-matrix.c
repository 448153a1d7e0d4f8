/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include <glib.h>

#include <beaver/engine/beaver-matrix-private.h>

static const BeaverDistance distances[] = { BEAVER_DISTANCE_COSINE, BEAVER_DISTANCE_EUCLID,
                                            BEAVER_DISTANCE_MANHATTAN, BEAVER_DISTANCE_DOT };

static void
fill (GRand *rand, float *vector, gsize n)
{
  for (gsize i = 0; i < n; i++)
    vector[i] = g_rand_double_range (rand, -1, 1);
}

static BeaverMatrix *
random_matrix (GRand *rand, gsize rows, gsize dimension, gboolean quantized)
{
  BeaverMatrix *matrix = _beaver_matrix_new (dimension);
  g_autofree float *vector = g_new (float, dimension);

  if (quantized)
    _beaver_matrix_quantize (matrix);
  for (gsize i = 0; i < rows; i++)
    {
      fill (rand, vector, dimension);
      if (i % 50 == 49) /* a copy: ties */
        memcpy (vector, _beaver_matrix_row (matrix, i - 7), dimension * sizeof (float));
      if (i % 97 == 5)
        memset (vector, 0, dimension * sizeof (float));
      g_assert_cmpuint (_beaver_matrix_append (matrix, vector), ==, i);
    }
  return matrix;
}

static void
assert_same (const BeaverNearest *a, const BeaverNearest *b)
{
  g_assert_cmpuint (a->n, ==, b->n);
  for (gsize i = 0; i < a->n; i++)
    {
      g_assert_cmpuint (a->heap[i].row, ==, b->heap[i].row);
      g_assert_cmpfloat (a->heap[i].score, ==, b->heap[i].score);
    }
}

static void
slow_search (const BeaverMatrix *matrix,
             BeaverDistance distance,
             const float *query,
             BeaverNearest *nearest)
{
  for (gsize i = 0; i < _beaver_matrix_count (matrix); i++)
    _beaver_nearest_push (nearest,
                          _beaver_distance (distance, _beaver_matrix_row (matrix, i), query,
                                            _beaver_matrix_dimension (matrix)),
                          i);
  _beaver_nearest_finish (nearest);
}

/* The answers are those of one comparison after the other, with bytes and without. */
static void
test_search (void)
{
  static const gsize sizes[] = { 0, 1, 5, 255, 256, 257, 3000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint quantized = 0; quantized < 2; quantized++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
        for (guint k = 0; k <= 40; k += 10)
          {
            gsize dimension = s % 2 == 0 ? 48 : 19;
            g_autoptr (BeaverMatrix) matrix = random_matrix (rand, sizes[s], dimension, quantized);
            g_autofree float *query = g_new (float, dimension);
            g_auto (BeaverNearest) expected = { 0 }, found = { 0 };

            fill (rand, query, dimension);
            _beaver_nearest_init (&expected, k);
            _beaver_nearest_init (&found, k);
            slow_search (matrix, distances[m], query, &expected);
            _beaver_matrix_scan (matrix, distances[m], query, 0, G_MAXSIZE, NULL, NULL, &found);
            _beaver_nearest_finish (&found);
            assert_same (&found, &expected);
            g_assert_cmpuint (found.n, ==, MIN (k, sizes[s]));
          }
}

/* Near duplicates differ by less than what a byte can say. */
static void
test_quantized_is_exact (void)
{
  enum
  {
    ROWS = 4000,
    DIMENSION = 64
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  g_autoptr (BeaverMatrix) matrix = _beaver_matrix_new (DIMENSION);
  float base[DIMENSION], vector[DIMENSION];

  fill (rand, base, DIMENSION);
  for (guint i = 0; i < ROWS; i++)
    {
      for (guint j = 0; j < DIMENSION; j++)
        vector[j] =
            base[j] * (i % 3 == 0 ? 100 : 1) + g_rand_double_range (rand, -1e-4, 1e-4) * (i % 5);
      _beaver_matrix_append (matrix, vector);
    }
  for (guint round = 0; round < 20; round++)
    for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
      {
        g_auto (BeaverNearest) expected = { 0 }, found = { 0 };

        for (guint j = 0; j < DIMENSION; j++)
          vector[j] = base[j] + g_rand_double_range (rand, -1e-3, 1e-3) * round;
        _beaver_nearest_init (&expected, 10);
        _beaver_nearest_init (&found, 10);
        slow_search (matrix, distances[m], vector, &expected);
        if (round == 10)
          _beaver_matrix_quantize (matrix);
        g_assert_cmpint (_beaver_matrix_is_quantized (matrix), ==, round >= 10);
        _beaver_matrix_scan (matrix, distances[m], vector, 0, G_MAXSIZE, NULL, NULL, &found);
        _beaver_nearest_finish (&found);
        assert_same (&found, &expected);
      }
}

static void
test_not_finite (void)
{
  static const float rows[][4] = {
    { 1, 0, 0, 0 },         { NAN, 0, 0, 0 },    { INFINITY, 0, 0, 0 },
    { 1e30f, 1e30f, 0, 0 }, { 1e-40f, 0, 0, 0 }, { 0, 0, 0, 0 },
  };
  static const float queries[][4] = {
    { 1, 1, 0, 0 }, { NAN, 0, 0, 0 }, { INFINITY, 0, 0, 0 }, { 1e30f, 0, 0, 0 }
  };

  for (guint q = 0; q < G_N_ELEMENTS (queries); q++)
    for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
      {
        g_auto (BeaverNearest) plain = { 0 }, bytes = { 0 };

        for (guint quantized = 0; quantized < 2; quantized++)
          {
            g_autoptr (BeaverMatrix) matrix = _beaver_matrix_new (4);
            BeaverNearest *nearest = quantized ? &bytes : &plain;

            if (quantized)
              _beaver_matrix_quantize (matrix);
            for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
              _beaver_matrix_append (matrix, rows[i]);
            _beaver_nearest_init (nearest, 2);
            for (guint i = 0; i < G_N_ELEMENTS (rows);
                 i++) /* one at a time: the bytes are looked at */
              _beaver_matrix_scan (matrix, distances[m], queries[q], i, 1, NULL, NULL, nearest);
            _beaver_nearest_finish (nearest);
            for (gsize i = 0; i < nearest->n; i++)
              g_assert_false (isnan (nearest->heap[i].score));
          }
        assert_same (&bytes, &plain);
      }
}

static gboolean
is_even (gsize row, gpointer user_data)
{
  guint *asked = user_data;

  (*asked)++;
  return row % 2 == 0;
}

static void
test_filter (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (BeaverMatrix) matrix = random_matrix (rand, 5000, 32, TRUE);
  g_autoptr (BeaverMatrix) even = _beaver_matrix_new (32);
  g_auto (BeaverNearest) expected = { 0 }, found = { 0 };
  float query[32];
  guint asked = 0;

  fill (rand, query, 32);
  for (guint i = 0; i < 5000; i += 2)
    _beaver_matrix_append (even, _beaver_matrix_row (matrix, i));
  _beaver_nearest_init (&expected, 10);
  _beaver_nearest_init (&found, 10);
  slow_search (even, BEAVER_DISTANCE_COSINE, query, &expected);
  _beaver_matrix_scan (matrix, BEAVER_DISTANCE_COSINE, query, 0, G_MAXSIZE, is_even, &asked,
                       &found);
  _beaver_nearest_finish (&found);
  g_assert_cmpuint (found.n, ==, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (found.heap[i].row, ==, 2 * expected.heap[i].row);
  g_assert_cmpuint (asked, <, 1000); /* only who comes near is asked about */
}

static void
test_rows (void)
{
  static const guint32 rows[] = { 700, 701, 702, 3, 10, 11, 999, 1000, 4000000000u, 5 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (BeaverMatrix) matrix = random_matrix (rand, 1000, 24, FALSE);
  g_auto (BeaverNearest) all = { 0 }, parts = { 0 }, chosen = { 0 };
  float query[24];

  fill (rand, query, 24);
  _beaver_nearest_init (&chosen, 100);
  _beaver_matrix_scan_rows (matrix, BEAVER_DISTANCE_EUCLID, query, rows, G_N_ELEMENTS (rows), NULL,
                            NULL, &chosen);
  _beaver_nearest_finish (&chosen);
  g_assert_cmpuint (chosen.n, ==, 8); /* 1000 and 4000000000 are no rows */
  for (guint i = 0; i < chosen.n; i++)
    g_assert_cmpfloat (chosen.heap[i].score, ==,
                       _beaver_distance (BEAVER_DISTANCE_EUCLID,
                                         _beaver_matrix_row (matrix, chosen.heap[i].row), query,
                                         24));

  /* parts put together are the whole */
  _beaver_nearest_init (&all, 15);
  _beaver_nearest_init (&parts, 15);
  _beaver_matrix_scan (matrix, BEAVER_DISTANCE_DOT, query, 0, G_MAXSIZE, NULL, NULL, &all);
  _beaver_nearest_finish (&all);
  for (gsize first = 0; first < 1200; first += 130)
    {
      g_auto (BeaverNearest) part = { 0 };

      _beaver_nearest_init (&part, 15);
      _beaver_matrix_scan (matrix, BEAVER_DISTANCE_DOT, query, first, 130, NULL, NULL, &part);
      for (gsize i = 0; i < part.n; i++)
        _beaver_nearest_push (&parts, part.heap[i].score, part.heap[i].row);
    }
  _beaver_nearest_finish (&parts);
  assert_same (&parts, &all);
}

/* Random changes against a plain array. */
static void
test_changes (void)
{
  enum
  {
    DIMENSION = 5
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  g_autoptr (BeaverMatrix) matrix = _beaver_matrix_new (DIMENSION);
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (float) * DIMENSION);

  for (guint round = 0; round < 20000; round++)
    {
      char unaligned[DIMENSION * 4 + 1];
      float vector[DIMENSION];

      if (round == 7000)
        _beaver_matrix_quantize (matrix);
      fill (rand, vector, DIMENSION);
      memcpy (unaligned + 1, vector, sizeof vector);
      switch (g_rand_int_range (rand, 0, 5))
        {
        case 0:
          if (model->len > 0)
            {
              guint row = g_rand_int_range (rand, 0, model->len);

              g_assert_cmpuint (_beaver_matrix_remove (matrix, row), ==, model->len - 1);
              g_array_remove_index_fast (model, row);
            }
          break;
        case 1:
          if (model->len > 0)
            {
              guint row = g_rand_int_range (rand, 0, model->len);

              _beaver_matrix_set (matrix, row, unaligned + 1);
              memcpy (model->data + row * sizeof vector, vector, sizeof vector);
            }
          break;
        default:
          _beaver_matrix_append (matrix, unaligned + 1);
          g_array_append_vals (model, vector, 1);
          break;
        }
      g_assert_cmpuint (_beaver_matrix_count (matrix), ==, model->len);
      if (round % 1000 == 999)
        {
          g_auto (BeaverNearest) expected = { 0 }, found = { 0 };

          g_assert_cmpmem (_beaver_matrix_row (matrix, 0), model->len * sizeof vector, model->data,
                           model->len * sizeof vector);
          g_assert_cmpuint (GPOINTER_TO_SIZE (_beaver_matrix_row (matrix, 0)) % 64, ==, 0);
          for (guint i = 0; i < model->len; i++)
            g_assert_cmpfloat (_beaver_matrix_norm (matrix, i), ==,
                               _beaver_distance_norm (_beaver_matrix_row (matrix, i), DIMENSION));
          _beaver_nearest_init (&expected, 9);
          _beaver_nearest_init (&found, 9);
          slow_search (matrix, BEAVER_DISTANCE_EUCLID, vector, &expected);
          _beaver_matrix_scan (matrix, BEAVER_DISTANCE_EUCLID, vector, 0, G_MAXSIZE, NULL, NULL,
                               &found);
          _beaver_nearest_finish (&found);
          assert_same (&found, &expected);
        }
    }
}

/* How fast it is: run with -m perf. */
static void
test_speed (void)
{
  static const gsize dimensions[] = { 128, 768 };
  enum
  {
    ROWS = 100000
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (10);

  for (guint d = 0; d < G_N_ELEMENTS (dimensions); d++)
    {
      g_autoptr (BeaverMatrix) matrix = random_matrix (rand, ROWS, dimensions[d], FALSE);
      g_autofree float *query = g_new (float, dimensions[d]);

      fill (rand, query, dimensions[d]);
      for (guint quantized = 0; quantized < 2; quantized++)
        {
          if (quantized)
            {
              g_test_timer_start ();
              _beaver_matrix_quantize (matrix);
              g_test_message ("%" G_GSIZE_FORMAT " quantize %.1f ms", dimensions[d],
                              g_test_timer_elapsed () * 1e3);
            }
          for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
            {
              double best = INFINITY;

              for (guint round = 0; round < 15; round++)
                {
                  g_auto (BeaverNearest) nearest = { 0 };

                  _beaver_nearest_init (&nearest, 10);
                  g_test_timer_start ();
                  _beaver_matrix_scan (matrix, distances[m], query, 0, G_MAXSIZE, NULL, NULL,
                                       &nearest);
                  best = MIN (best, g_test_timer_elapsed ());
                }
              g_test_minimized_result (best * 1e3,
                                       "%u x %" G_GSIZE_FORMAT ", distance %u, bytes %u: %.2f ms",
                                       ROWS, dimensions[d], distances[m], quantized, best * 1e3);
            }
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matrix/search", test_search);
  g_test_add_func ("/matrix/quantized-is-exact", test_quantized_is_exact);
  g_test_add_func ("/matrix/not-finite", test_not_finite);
  g_test_add_func ("/matrix/filter", test_filter);
  g_test_add_func ("/matrix/rows", test_rows);
  g_test_add_func ("/matrix/changes", test_changes);
  if (g_test_perf ())
    g_test_add_func ("/matrix/speed", test_speed);
  return g_test_run ();
}
