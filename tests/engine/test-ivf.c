/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include <beaver/engine/beaver-ivf-private.h>

static const BeaverDistance distances[] = { BEAVER_DISTANCE_COSINE, BEAVER_DISTANCE_EUCLID,
                                            BEAVER_DISTANCE_MANHATTAN, BEAVER_DISTANCE_DOT };

/* Points around some centres, as embeddings of texts are; or all over the place. */
typedef struct
{
  GRand *rand;
  gsize dimension, clusters;
  float *centres;
} Source;

static void
source_init (Source *source, gsize dimension, gsize clusters, guint32 seed)
{
  source->rand = g_rand_new_with_seed (seed);
  source->dimension = dimension;
  source->clusters = clusters;
  source->centres = g_new (float, clusters *dimension + 1);
  for (gsize i = 0; i < clusters * dimension; i++)
    source->centres[i] = g_rand_double_range (source->rand, -1, 1);
}

static void
source_clear (Source *source)
{
  g_clear_pointer (&source->rand, g_rand_free);
  g_clear_pointer (&source->centres, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static void
source_next (Source *source, float *vector)
{
  gsize cluster = source->clusters > 0 ? g_rand_int_range (source->rand, 0, source->clusters) : 0;

  for (gsize i = 0; i < source->dimension; i++)
    {
      vector[i] = g_rand_double_range (source->rand, -1, 1);
      if (source->clusters > 0)
        vector[i] = source->centres[cluster * source->dimension + i] + vector[i] / 2;
    }
}

static BeaverMatrix *
make_matrix (Source *source, gsize rows)
{
  BeaverMatrix *matrix = _beaver_matrix_new (source->dimension);
  g_autofree float *vector = g_new (float, source->dimension);

  for (gsize i = 0; i < rows; i++)
    {
      source_next (source, vector);
      _beaver_matrix_append (matrix, vector);
    }
  return matrix;
}

static void
sample (BeaverIvf *ivf, gsize k, gsize n)
{
  for (gsize i = 0; i < n; i++)
    _beaver_ivf_sample (ivf, k);
}

static gsize
shared (const BeaverNearest *a, const BeaverNearest *b)
{
  gsize n = 0;

  for (gsize i = 0; i < a->n; i++)
    for (gsize j = 0; j < b->n; j++)
      n += a->heap[i].row == b->heap[j].row;
  return n;
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

/* With all lists it is the exact search. */
static void
assert_complete (BeaverIvf *ivf,
                 const BeaverMatrix *matrix,
                 BeaverDistance distance,
                 const float *query)
{
  g_auto (BeaverNearest) exact = { 0 }, found = { 0 };

  _beaver_nearest_init (&exact, 12);
  _beaver_nearest_init (&found, 12);
  _beaver_matrix_scan (matrix, distance, query, 0, G_MAXSIZE, NULL, NULL, &exact);
  _beaver_nearest_finish (&exact);
  _beaver_ivf_search (ivf, G_MAXSIZE, query, NULL, NULL, &found);
  _beaver_nearest_finish (&found);
  assert_same (&found, &exact);
}

static void
test_small (void)
{
  static const gsize sizes[] = { 0, 1, 2, 3, 10, 300 };

  for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        g_auto (Source) source = { 0 };
        g_autoptr (BeaverMatrix) matrix = NULL;
        g_autoptr (BeaverIvf) ivf = NULL;
        float query[7];

        source_init (&source, 7, 3, s);
        matrix = make_matrix (&source, sizes[s]);
        ivf = _beaver_ivf_new (matrix, distances[m], 1);
        source_next (&source, query);
        assert_complete (ivf, matrix, distances[m], query);
        g_assert_cmpuint (_beaver_ivf_probes_for (ivf, 0), ==, _beaver_ivf_lists (ivf));
        sample (ivf, 5, 20);
        g_assert_cmpfloat (_beaver_ivf_recall (ivf, _beaver_ivf_lists (ivf)), ==, 1);
      }
}

/* The recall that calibration promises is the recall that other queries get. */
static void
test_recall (void)
{
  enum
  {
    ROWS = 10000,
    DIMENSION = 24,
    QUERIES = 100,
    K = 10
  };

  for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
    for (guint clusters = 0; clusters <= 40; clusters += 40)
      {
        g_auto (Source) source = { 0 };
        g_autoptr (BeaverMatrix) matrix = NULL;
        g_autoptr (BeaverIvf) ivf = NULL;
        double promised, measured;
        gsize hits = 0, probes;
        float query[DIMENSION];

        source_init (&source, DIMENSION, clusters, 100 + m);
        matrix = make_matrix (&source, ROWS);
        _beaver_matrix_quantize (matrix);
        ivf = _beaver_ivf_new (matrix, distances[m], 1);
        sample (ivf, K, 100);
        probes = _beaver_ivf_probes_for (ivf, 0.95);
        promised = _beaver_ivf_recall (ivf, probes);
        g_assert_cmpfloat (promised, >=, 0.95);
        if (probes > 1)
          g_assert_cmpfloat (_beaver_ivf_recall (ivf, probes - 1), <, 0.95);
        for (guint q = 0; q < QUERIES; q++)
          {
            g_auto (BeaverNearest) exact = { 0 }, found = { 0 };

            source_next (&source, query);
            _beaver_nearest_init (&exact, K);
            _beaver_nearest_init (&found, K);
            _beaver_matrix_scan (matrix, distances[m], query, 0, G_MAXSIZE, NULL, NULL, &exact);
            _beaver_ivf_search (ivf, probes, query, NULL, NULL, &found);
            hits += shared (&exact, &found);
          }
        measured = (double) hits / (QUERIES * K);
        g_test_message (
            "distance %u, %u clusters: recall %.3f promised, %.3f measured, %" G_GSIZE_FORMAT
            " of %" G_GSIZE_FORMAT " lists",
            distances[m], clusters, promised, measured, probes, _beaver_ivf_lists (ivf));
        g_assert_cmpfloat (measured, >=, 0.88);
        if (clusters > 0 && distances[m] != BEAVER_DISTANCE_DOT)
          g_assert_cmpuint (probes, <=, _beaver_ivf_lists (ivf) / 4);
      }
}

static void
test_same_seed (void)
{
  g_auto (Source) source = { 0 };
  g_autoptr (BeaverMatrix) matrix = NULL;
  g_autoptr (BeaverIvf) first = NULL, second = NULL;
  float query[16];

  source_init (&source, 16, 20, 5);
  matrix = make_matrix (&source, 3000);
  first = _beaver_ivf_new (matrix, BEAVER_DISTANCE_COSINE, 77);
  second = _beaver_ivf_new (matrix, BEAVER_DISTANCE_COSINE, 77);
  for (guint i = 0; i < 50; i++)
    {
      g_auto (BeaverNearest) a = { 0 }, b = { 0 };

      source_next (&source, query);
      _beaver_nearest_init (&a, 10);
      _beaver_nearest_init (&b, 10);
      _beaver_ivf_search (first, 1, query, NULL, NULL, &a);
      _beaver_ivf_search (second, 1, query, NULL, NULL, &b);
      _beaver_nearest_finish (&a);
      _beaver_nearest_finish (&b);
      assert_same (&a, &b);
    }
}

static void
test_changes (void)
{
  g_auto (Source) source = { 0 };
  g_autoptr (BeaverMatrix) matrix = NULL;
  g_autoptr (BeaverIvf) ivf = NULL;
  float vector[6];

  source_init (&source, 6, 5, 6);
  matrix = make_matrix (&source, 200);
  ivf = _beaver_ivf_new (matrix, BEAVER_DISTANCE_EUCLID, 3);
  for (guint round = 0; round < 20000; round++)
    {
      gsize count = _beaver_matrix_count (matrix);
      gsize row = count > 0 ? (gsize) g_rand_int_range (source.rand, 0, count) : 0;
      gboolean shrink = round / 2500 % 2 == 1;

      source_next (&source, vector);
      switch (g_rand_int_range (source.rand, 0, 4))
        {
        case 0:
        case 1:
          if (shrink && count > 0)
            _beaver_ivf_remove (ivf, row, _beaver_matrix_remove (matrix, row));
          else
            _beaver_ivf_append (ivf, _beaver_matrix_append (matrix, vector));
          break;
        case 2:
          if (count > 0)
            _beaver_ivf_remove (ivf, row, _beaver_matrix_remove (matrix, row));
          break;
        default:
          if (count > 0)
            {
              _beaver_matrix_set (matrix, row, vector);
              _beaver_ivf_set (ivf, row);
            }
          break;
        }
      if (round % 100 == 99)
        assert_complete (ivf, matrix, BEAVER_DISTANCE_EUCLID, vector);
    }
  while (_beaver_matrix_count (matrix) > 0)
    _beaver_ivf_remove (ivf, 0, _beaver_matrix_remove (matrix, 0));
  assert_complete (ivf, matrix, BEAVER_DISTANCE_EUCLID, vector);
}

static void
test_stale (void)
{
  static const float vector[] = { 1, 2, 3 };

  for (guint kind = 0; kind < 3; kind++)
    {
      g_auto (Source) source = { 0 };
      g_autoptr (BeaverMatrix) matrix = NULL;
      g_autoptr (BeaverIvf) ivf = NULL;

      source_init (&source, 3, 0, 6);
      matrix = make_matrix (&source, 100);
      ivf = _beaver_ivf_new (matrix, BEAVER_DISTANCE_EUCLID, 3);
      for (guint i = 0; i <= 50; i++)
        {
          g_assert_false (_beaver_ivf_is_stale (ivf));
          if (kind == 0)
            _beaver_ivf_append (ivf, _beaver_matrix_append (matrix, vector));
          else if (kind == 1)
            _beaver_ivf_remove (ivf, 0, _beaver_matrix_remove (matrix, 0));
          else
            {
              _beaver_matrix_set (matrix, i, vector);
              _beaver_ivf_set (ivf, i);
            }
        }
      g_assert_true (_beaver_ivf_is_stale (ivf));
    }
}

static gboolean
is_rare (gsize row, gpointer user_data)
{
  return row % 500 == 0;
}

/* A filter that lets little through does not leave the answer short. */
static void
test_filter (void)
{
  g_auto (Source) source = { 0 };
  g_autoptr (BeaverMatrix) matrix = NULL;
  g_autoptr (BeaverIvf) ivf = NULL;
  g_auto (BeaverNearest) found = { 0 };
  float query[8];

  source_init (&source, 8, 30, 6);
  matrix = make_matrix (&source, 5000);
  ivf = _beaver_ivf_new (matrix, BEAVER_DISTANCE_COSINE, 3);
  source_next (&source, query);
  _beaver_nearest_init (&found, 10);
  _beaver_ivf_search (ivf, 1, query, is_rare, NULL, &found);
  g_assert_cmpuint (found.n, ==, 10);
}

static void
test_not_finite (void)
{
  static const float bad[][2] = { { NAN, 0 }, { INFINITY, 1 }, { 0, 0 }, { 1e38f, 1e38f } };

  for (guint m = 0; m < G_N_ELEMENTS (distances); m++)
    {
      g_autoptr (BeaverMatrix) matrix = _beaver_matrix_new (2);
      g_autoptr (BeaverIvf) ivf = NULL;
      static const float query[2] = { 1, 1 };

      for (guint i = 0; i < 40; i++)
        _beaver_matrix_append (matrix, bad[i % G_N_ELEMENTS (bad)]);
      ivf = _beaver_ivf_new (matrix, distances[m], 3);
      assert_complete (ivf, matrix, distances[m], query);
      sample (ivf, 5, 10);
      _beaver_ivf_remove (ivf, 1, _beaver_matrix_remove (matrix, 1));
      assert_complete (ivf, matrix, distances[m], query);
    }
}

static gboolean
is_over (gpointer user_data, GError **error)
{
  guint *looks = user_data;

  if (--*looks > 0)
    return FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "over");
  return TRUE;
}

static void
test_cancelled (void)
{
  g_auto (Source) source = { 0 };
  g_autoptr (BeaverMatrix) matrix = NULL;

  source_init (&source, 8, 30, 6);
  matrix = make_matrix (&source, 2000);
  for (guint looks = 1; looks <= 3; looks++)
    {
      g_autoptr (BeaverIvf) ivf = _beaver_ivf_begin (matrix, BEAVER_DISTANCE_COSINE, 1);
      g_autoptr (GError) error = NULL;
      guint left = looks;

      g_assert_false (_beaver_ivf_train (ivf, is_over, &left, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (left, ==, 0);
    }
}

/* The matrix goes on changing while its rows are put into lists. */
static void
test_changes_meanwhile (void)
{
  for (guint seed = 0; seed < 20; seed++)
    {
      g_auto (Source) source = { 0 };
      g_autoptr (BeaverMatrix) matrix = NULL;
      g_autoptr (BeaverIvf) ivf = NULL;
      float vector[6];

      source_init (&source, 6, 5, seed);
      matrix = make_matrix (&source, 300);
      ivf = _beaver_ivf_begin (matrix, BEAVER_DISTANCE_EUCLID, seed);
      g_assert_true (_beaver_ivf_train (ivf, NULL, NULL, NULL));
      while (!_beaver_ivf_assign (ivf, 10))
        {
          for (guint i = 0; i < 12; i++)
            {
              gsize count = _beaver_matrix_count (matrix);
              gsize row = count > 0 ? (gsize) g_rand_int_range (source.rand, 0, count) : 0;

              source_next (&source, vector);
              if (i % 3 == 0)
                _beaver_ivf_append (ivf, _beaver_matrix_append (matrix, vector));
              else if (i % 3 == 1 && count > 0)
                _beaver_ivf_remove (ivf, row, _beaver_matrix_remove (matrix, row));
              else if (count > 0)
                {
                  _beaver_matrix_set (matrix, row, vector);
                  _beaver_ivf_set (ivf, row);
                }
            }
        }
      for (guint i = 0; i < 20; i++)
        {
          source_next (&source, vector);
          assert_complete (ivf, matrix, BEAVER_DISTANCE_EUCLID, vector);
        }
    }
}

/* How fast it is: run with -m perf. */
static void
test_speed (void)
{
  enum
  {
    ROWS = 100000,
    DIMENSION = 768,
    QUERIES = 100
  };
  g_auto (Source) source = { 0 };
  g_autoptr (BeaverMatrix) matrix = NULL;
  g_autoptr (BeaverIvf) ivf = NULL;
  g_autofree float *queries = NULL;
  double recall, exact_time;
  gsize probes;

  source_init (&source, DIMENSION, 500, 1);
  matrix = make_matrix (&source, ROWS);
  queries = g_new (float, QUERIES *DIMENSION);
  for (guint i = 0; i < QUERIES; i++)
    source_next (&source, queries + i * DIMENSION);
  _beaver_matrix_quantize (matrix);
  g_test_timer_start ();
  ivf = _beaver_ivf_new (matrix, BEAVER_DISTANCE_COSINE, 1);
  g_test_minimized_result (g_test_timer_elapsed (), "build %.1f s", g_test_timer_elapsed ());
  sample (ivf, 10, 100);
  probes = _beaver_ivf_probes_for (ivf, 0.95);
  recall = _beaver_ivf_recall (ivf, probes);
  for (guint approximate = 0; approximate < 2; approximate++)
    {
      g_test_timer_start ();
      for (guint i = 0; i < QUERIES; i++)
        {
          g_auto (BeaverNearest) nearest = { 0 };

          _beaver_nearest_init (&nearest, 10);
          if (approximate)
            _beaver_ivf_search (ivf, probes, queries + i * DIMENSION, NULL, NULL, &nearest);
          else
            _beaver_matrix_scan (matrix, BEAVER_DISTANCE_COSINE, queries + i * DIMENSION, 0,
                                 G_MAXSIZE, NULL, NULL, &nearest);
        }
      exact_time = g_test_timer_elapsed () / QUERIES * 1e3;
      g_test_minimized_result (exact_time,
                               "%s: %.3f ms for a query (recall %.3f, %" G_GSIZE_FORMAT
                               " of %" G_GSIZE_FORMAT " lists)",
                               approximate ? "approximate" : "exact", exact_time,
                               approximate ? recall : 1.0, probes, _beaver_ivf_lists (ivf));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ivf/small", test_small);
  g_test_add_func ("/ivf/recall", test_recall);
  g_test_add_func ("/ivf/same-seed", test_same_seed);
  g_test_add_func ("/ivf/changes", test_changes);
  g_test_add_func ("/ivf/stale", test_stale);
  g_test_add_func ("/ivf/filter", test_filter);
  g_test_add_func ("/ivf/not-finite", test_not_finite);
  g_test_add_func ("/ivf/cancelled", test_cancelled);
  g_test_add_func ("/ivf/changes-meanwhile", test_changes_meanwhile);
  if (g_test_perf ())
    g_test_add_func ("/ivf/speed", test_speed);
  return g_test_run ();
}
