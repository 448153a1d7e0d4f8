/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collections of vectors in memory: approximate searches, what keeps them fresh, and what becomes
 * of the memory. */
#include "beaver-test-sqlite.h"

#include <malloc.h>

#define COSINE BEAVER_VECTOR_METRIC_COSINE
#define EUCLID BEAVER_VECTOR_METRIC_EUCLID
#define AUTO BEAVER_VECTOR_METHOD_AUTO
#define EXACT BEAVER_VECTOR_METHOD_EXACT
#define APPROXIMATE BEAVER_VECTOR_METHOD_APPROXIMATE

#define K 10

/* What the triggers keep at most. */
#define WINDOW 16384

static BeaverVectors *
get_vectors (BeaverDb *db)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (db, "v", &error);

  g_assert_no_error (error);
  return vectors;
}

/* Near a surface of few dimensions, as embeddings are: there an index can find something. */
static void
make_vector (GRand *rand, float *vector, guint dimension)
{
  float place[4];

  for (guint i = 0; i < G_N_ELEMENTS (place); i++)
    place[i] = (float) g_rand_double_range (rand, -1, 1);
  for (guint i = 0; i < dimension; i++)
    vector[i] = place[i % 4] * (float) (i % 7 + 1) + place[i / 4 % 4] * (float) (i % 3) +
                (float) g_rand_double_range (rand, -0.1, 0.1);
}

static void
fill (BeaverVectors *vectors, guint n, guint dimension, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree float *values = g_new (float, n *dimension);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) all = NULL;

  for (guint i = 0; i < n; i++)
    {
      make_vector (rand, values + i * dimension, dimension);
      g_ptr_array_add (ids, g_strdup_printf ("i%06u", i));
    }
  g_ptr_array_add (ids, NULL);
  all = g_bytes_new (values, n * dimension * sizeof (float));
  beaver_vectors_set_many (vectors, (const char *const *) ids->pdata, all, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GBytes *
make_query (GRand *rand, guint dimension)
{
  g_autofree float *values = g_new (float, dimension);

  make_vector (rand, values, dimension);
  return g_bytes_new (values, dimension * sizeof (float));
}

static GPtrArray *
search (BeaverVectors *vectors,
        GBytes *vector,
        BeaverVectorMethod method,
        BeaverVectorMetric metric,
        double recall)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, K);
  GPtrArray *hits;

  beaver_vector_query_set_metric (query, metric);
  beaver_vector_query_set_method (query, method);
  beaver_vector_query_set_recall (query, recall);
  hits = beaver_vectors_search (vectors, query, NULL, &error);
  g_assert_no_error (error);
  return hits;
}

static guint
count_common (GPtrArray *one, GPtrArray *other)
{
  guint n = 0;

  for (guint i = 0; i < one->len; i++)
    for (guint j = 0; j < other->len; j++)
      n += g_str_equal (beaver_vector_hit_get_id (one->pdata[i]),
                        beaver_vector_hit_get_id (other->pdata[j]));
  return n;
}

static double
measure (BeaverVectors *vectors,
         guint dimension,
         BeaverVectorMethod method,
         BeaverVectorMetric metric,
         double recall)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4711);
  guint found = 0, queries = 100;

  for (guint i = 0; i < queries; i++)
    {
      g_autoptr (GBytes) query = make_query (rand, dimension);
      g_autoptr (GPtrArray) exact = search (vectors, query, EXACT, metric, recall);
      g_autoptr (GPtrArray) some = search (vectors, query, method, metric, recall);

      g_assert_cmpuint (some->len, ==, K);
      found += count_common (exact, some);
    }
  return (double) found / (queries * K);
}

/* For those who never asked for less than everything nothing is ever missing. */
static void
test_auto (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f->db);
  double recall;

  fill (vectors, 6000, 24, 1);
  g_assert_cmpfloat (measure (vectors, 24, AUTO, COSINE, 0.8), ==, 1);
  g_assert_cmpfloat (beaver_vectors_get_recall (vectors), ==, -1);
  /* not even when somebody else is content with less */
  measure (vectors, 24, APPROXIMATE, COSINE, 0.8);
  g_assert_cmpfloat (beaver_vectors_get_recall (vectors), >=, 0.8);
  g_assert_cmpfloat (measure (vectors, 24, AUTO, COSINE, 0.8), ==, 1);

  beaver_vectors_train (vectors, COSINE, NULL, &error);
  g_assert_no_error (error);
  recall = measure (vectors, 24, AUTO, COSINE, 0.5);
  g_test_message ("recall %.3f, measured %.3f", recall, beaver_vectors_get_recall (vectors));
  g_assert_cmpfloat (recall, >=, 0.5);
  g_assert_cmpfloat (recall, <, 1); /* or it is not approximate at all */
  recall = measure (vectors, 24, AUTO, COSINE, 0.95);
  g_test_message ("recall %.3f, measured %.3f", recall, beaver_vectors_get_recall (vectors));
  g_assert_cmpfloat (recall, >=, 0.9);
  g_assert_cmpfloat (measure (vectors, 24, AUTO, COSINE, 1), >=, 0.99);
  /* of the others nothing was said */
  g_assert_cmpfloat (measure (vectors, 24, AUTO, EUCLID, 0.5), ==, 1);
}

static void
test_metrics (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = get_vectors (f->db);

  fill (vectors, 5000, 16, 2);
  for (BeaverVectorMetric m = COSINE; m <= BEAVER_VECTOR_METRIC_DOT; m++)
    {
      g_autoptr (GError) error = NULL;
      double recall;

      beaver_vectors_train (vectors, m, NULL, &error);
      g_assert_no_error (error);
      recall = measure (vectors, 16, AUTO, m, 0.9);
      g_test_message ("metric %d: recall %.3f, measured %.3f", m, recall,
                      beaver_vectors_get_recall (vectors));
      g_assert_cmpfloat (recall, >=, 0.85);
      g_assert_cmpfloat (beaver_vectors_get_recall (vectors), >=, 0.9);
    }
}

static void
test_small (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f->db);

  /* nothing to divide */
  g_assert_true (beaver_vectors_train (vectors, COSINE, NULL, &error));
  g_assert_no_error (error);
  fill (vectors, 300, 8, 3);
  g_assert_true (beaver_vectors_train (vectors, COSINE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (measure (vectors, 8, AUTO, COSINE, 0.5), ==, 1);

  g_assert_false (beaver_vectors_train (vectors, (BeaverVectorMetric) 77, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_vectors_set_memory_limit (vectors, 0);
  g_assert_false (beaver_vectors_train (vectors, COSINE, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
}

/* After many changes nobody knows what the parts are worth. */
static void
test_stale (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f->db);

  fill (vectors, 4000, 16, 4);
  beaver_vectors_train (vectors, COSINE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (measure (vectors, 16, AUTO, COSINE, 0.5), <, 1);
  /* some changes go in */
  fill (vectors, 500, 16, 5);
  g_assert_cmpfloat (measure (vectors, 16, AUTO, COSINE, 0.9), >=, 0.8);
  fill (vectors, 4000, 16, 6);
  g_assert_cmpfloat (measure (vectors, 16, AUTO, COSINE, 0.5), ==, 1);
  beaver_vectors_train (vectors, COSINE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (measure (vectors, 16, AUTO, COSINE, 0.5), <, 1);
}

/* Others search and write while somebody trains, and nothing is lost or wrong afterwards. */

typedef struct
{
  BeaverVectors *vectors;
  guint index;
  guint n;
  int running; /* atomic: those who train */
} Beside;

static gpointer
train_thread (gpointer data)
{
  Beside *beside = data;

  for (guint i = 0; i < beside->n; i++)
    {
      g_autoptr (GError) error = NULL;

      beaver_vectors_train (beside->vectors, COSINE, NULL, &error);
      g_assert_no_error (error);
    }
  g_atomic_int_add (&beside->running, -1);
  return NULL;
}

static void
test_beside (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  BeaverVectors *vectors = get_vectors (f->db);
  Beside beside = { vectors, 0, beaver_test_rounds (4), 2 };
  GThread *threads[2];
  guint i = 0;

  fill (vectors, 3000, 12, 7);
  for (guint t = 0; t < 2; t++)
    threads[t] = g_thread_new ("train", train_thread, &beside);
  for (; g_atomic_int_get (&beside.running) > 0 || i < 50; i++)
    {
      g_autoptr (GBytes) query = make_query (rand, 12);
      g_autofree char *id = g_strdup_printf ("i%06u", (guint) g_rand_int_range (rand, 0, 3300));
      g_autoptr (GPtrArray) hits = NULL;

      if (i % 5 == 4)
        {
          if (!beaver_vectors_remove (vectors, id, NULL, &error))
            g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
          g_clear_error (&error);
        }
      else
        beaver_vectors_set (vectors, id, query, NULL, NULL, &error);
      g_assert_no_error (error);
      hits = search (vectors, query, i % 2 ? EXACT : AUTO, COSINE, 0.9);
      g_assert_cmpuint (hits->len, ==, K);
      if (i % 5 != 4 && i % 2)
        g_assert_cmpfloat (beaver_vector_hit_get_score (hits->pdata[0]), <=, 1e-6);
    }
  for (guint t = 0; t < 2; t++)
    g_thread_join (threads[t]);
  g_test_message ("%u changes meanwhile", i);
  beaver_vectors_train (vectors, COSINE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (measure (vectors, 12, AUTO, COSINE, 0.9), >=, 0.85);
}

/* Closing in the middle of it, whenever that is. */
static gpointer
closed_thread (gpointer data)
{
  Beside *beside = data;
  g_autoptr (GError) error = NULL;

  while (beaver_vectors_train (beside->vectors, COSINE, NULL, &error))
    g_atomic_int_inc (&beside->running);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  return NULL;
}

static void
test_close (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fill (get_vectors (f->db), 3000, 12, 7);
  for (guint round = 0; round < beaver_test_rounds (12); round++)
    {
      g_autoptr (BeaverVectors) vectors = g_object_ref (get_vectors (f->db));
      Beside beside = { vectors, 0, 0, 0 };
      GThread *thread = g_thread_new ("train", closed_thread, &beside);
      gint64 until = g_get_monotonic_time () + g_test_rand_int_range (0, 30000);

      if (round == 0)
        beaver_test_wait_until (g_atomic_int_get (&beside.running) > 0);
      while (g_get_monotonic_time () < until)
        g_thread_yield ();
      fixture_reopen (f);
      g_thread_join (thread);
      g_assert_false (beaver_vectors_train (vectors, COSINE, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
    }
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (GBytes) vector = make_query (rand, 12);
  g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, K);
  BeaverVectors *vectors = get_vectors (f->db);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GError) error = NULL;

  fill (vectors, 3000, 12, 7);
  beaver_vectors_train_async (vectors, COSINE, cancellable, beaver_test_ready, &result);
  g_cancellable_cancel (cancellable);
  beaver_test_wait_result (&result);
  g_assert_false (beaver_vectors_train_finish (vectors, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_clear_object (&result);

  /* the next one does it */
  g_cancellable_reset (cancellable);
  beaver_vector_query_set_method (query, APPROXIMATE);
  beaver_vectors_search_async (vectors, query, cancellable, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  hits = beaver_vectors_search_finish (vectors, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, K);
  g_assert_cmpfloat (beaver_vectors_get_recall (vectors), >=, 0.95);
  g_clear_object (&result);

  beaver_vectors_train_async (vectors, EUCLID, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_vectors_train_finish (vectors, result, &error));
  g_assert_no_error (error);
}

/* ---- the log of changes ---- */

static void
assert_log (sqlite3 *raw, gint64 most)
{
  gint64 rows = raw_int (raw, "SELECT COUNT(*) FROM __beaver_x_vector_changes__");

  g_test_message ("%" G_GINT64_FORMAT " rows in the log of changes", rows);
  g_assert_cmpint (rows, <=, most);
}

static void
assert_same_as_new (Fixture *f, BeaverVectors *vectors, guint dimension)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (99);
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GBytes) query = make_query (rand, dimension);
      g_autoptr (GPtrArray) got = search (vectors, query, EXACT, EUCLID, 1);
      g_autoptr (GPtrArray) expected = search (get_vectors (other), query, EXACT, EUCLID, 1);

      g_assert_cmpuint (got->len, ==, expected->len);
      for (guint j = 0; j < got->len; j++)
        {
          g_assert_cmpstr (beaver_vector_hit_get_id (got->pdata[j]), ==,
                           beaver_vector_hit_get_id (expected->pdata[j]));
          g_assert_cmpfloat (beaver_vector_hit_get_score (got->pdata[j]), ==,
                             beaver_vector_hit_get_score (expected->pdata[j]));
        }
    }
  g_assert_true (beaver_db_close (other, &error));
}

/* Whole databases that come in, and repairs, write rows past the collection. */
static void
test_load_and_fix (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (98);
  g_autoptr (GBytes) query = make_query (rand, 6);
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) dump = NULL;
  BeaverVectors *vectors = get_vectors (f->db);
  BeaverLoadStrategy strategies[] = { BEAVER_LOAD_STRATEGY_OVERWRITE, BEAVER_LOAD_STRATEGY_APPEND };
  sqlite3 *raw;

  fill (vectors, 300, 6, 1);
  beaver_db_dump (f->db, stream, BEAVER_DUMP_FORMAT_JSON, (BeaverDumpFlags) 0, NULL, NULL, NULL,
                  &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  dump = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  for (guint i = 0; i < G_N_ELEMENTS (strategies); i++)
    {
      g_autoptr (GInputStream) in = g_memory_input_stream_new_from_bytes (dump);

      fill (vectors, 400, 6, 2 + i);
      assert_same_as_new (f, vectors, 6);
      beaver_db_load (f->db, in, BEAVER_DUMP_FORMAT_JSON, strategies[i], NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      assert_same_as_new (f, vectors, 6);
      g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (vectors), NULL, &error), ==,
                       i == 0 ? 300 : 400);
    }

  raw = raw_open (f->path);
  raw_exec (raw, "DELETE FROM __beaver_lsh_index__ WHERE item_id < 'i000100'");
  raw_exec (raw, "INSERT INTO __beaver_lsh_index__ VALUES ('v', x'0000000000000000', 'nobody')");
  {
    g_autoptr (GPtrArray) findings = beaver_db_check (f->db, TRUE, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (findings);
  }
  assert_same_as_new (f, vectors, 6);
  raw_close (raw);
}

/* Rows that no vector of ours looks like are left out, wherever the others are found. */
static void
test_bad_rows (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = {
    "'text'",
    "7",
    "1.5",
    "x''",
    "x'01'",
    "x'0000803F'",
    "x'0000803F0000803F0000803F0000803F01'",
    "zeroblob (100)",
    "x'0000C07F000000000000000000000000'", /* no number */
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (97);
  BeaverVectors *vectors = get_vectors (f->db);
  sqlite3 *raw;

  fill (vectors, 50, 4, 1);
  raw = raw_open (f->path);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (guint memory = 0; memory < 2; memory++)
      {
        g_autoptr (GBytes) query = make_query (rand, 4);
        g_autoptr (GPtrArray) before = NULL, after = NULL;
        g_autofree char *sql = g_strdup_printf (
            "INSERT OR REPLACE INTO __beaver_vectors__ VALUES ('v', 'h%u', %s, NULL)", memory,
            bad[i]);

        beaver_vectors_set_memory_limit (vectors, memory ? 1 << 30 : 0);
        before = search (vectors, query, EXACT, EUCLID, 1);
        raw_exec (raw, sql);
        after = search (vectors, query, EXACT, EUCLID, 1);
        g_assert_cmpuint (before->len, ==, K);
        g_assert_cmpuint (count_common (before, after), ==, K);
        assert_same_as_new (f, vectors, 4);
      }
  g_assert_true (beaver_vectors_train (vectors, COSINE, NULL, &error));
  g_assert_no_error (error);
  /* nothing but such rows */
  raw_exec (raw, "DELETE FROM __beaver_vectors__ WHERE item_id >= 'i' OR item_id = 'h0'");
  raw_exec (raw, "UPDATE __beaver_vectors__ SET vector = x''");
  raw_close (raw);
  fixture_reopen (f);
  g_assert_true (beaver_vectors_train (get_vectors (f->db), COSINE, NULL, &error));
  g_assert_no_error (error);
}

/* However much is written and removed, by whomever, the log stays small; who was away for longer
 * than it reaches notices. */
static void
test_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (98);
  g_autoptr (GBytes) query = make_query (rand, 4);
  BeaverVectors *vectors = get_vectors (f->db);
  sqlite3 *raw;

  fill (vectors, 1000, 4, 1);
  g_ptr_array_unref (search (vectors, query, EXACT, EUCLID, 1));
  raw = raw_open (f->path);
  assert_log (raw, 1000);

  /* more items than the log holds, set, changed and removed by another program */
  raw_exec (raw, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                 " INSERT OR REPLACE INTO __beaver_vectors__"
                 " SELECT 'v', 'x' || i, CAST (PRINTF ('%08dABCDEFGH', i) AS BLOB), NULL FROM n");
  assert_log (raw, WINDOW);
  assert_same_as_new (f, vectors, 4);
  raw_exec (raw, "UPDATE __beaver_vectors__ SET vector = x'00000000000000000000000000000000'"
                 " WHERE item_id >= 'x9'");
  assert_log (raw, WINDOW);
  assert_same_as_new (f, vectors, 4);
  raw_exec (raw, "DELETE FROM __beaver_vectors__ WHERE item_id LIKE 'x%' OR item_id < 'i000100'");
  assert_log (raw, WINDOW);
  assert_same_as_new (f, vectors, 4);

  /* exactly as many as it holds */
  for (int more = 0; more <= 1; more++)
    {
      g_autofree char *sql =
          g_strdup_printf ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                           " WHERE i < %d) INSERT OR REPLACE INTO __beaver_vectors__"
                           " SELECT 'v', 'y' || i, x'0000803F0000%02x4F0000404000008040', NULL"
                           " FROM n",
                           WINDOW + more, (guint) (more + 2));

      raw_exec (raw, sql);
      assert_log (raw, WINDOW);
      assert_same_as_new (f, vectors, 4);
    }
  /* ours, too */
  beaver_manager_clear (BEAVER_MANAGER (vectors), NULL, &error);
  g_assert_no_error (error);
  assert_log (raw, WINDOW);
  fill (vectors, 20000, 4, 9);
  assert_log (raw, WINDOW);
  assert_same_as_new (f, vectors, 4);
  raw_close (raw);
}

/* ---- memory ---- */

static void
test_quantize (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  BeaverVectors *vectors = get_vectors (f->db);

  fill (vectors, 4000, 20, 7);
  g_assert_true (beaver_vectors_get_quantize (vectors));
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GBytes) query = make_query (rand, 20);

      for (BeaverVectorMetric m = COSINE; m <= BEAVER_VECTOR_METRIC_DOT; m++)
        {
          g_autoptr (GPtrArray) with = NULL, without = NULL;

          beaver_vectors_set_quantize (vectors, TRUE);
          with = search (vectors, query, EXACT, m, 1);
          g_object_set (vectors, "quantize", FALSE, NULL);
          g_assert_false (beaver_vectors_get_quantize (vectors));
          without = search (vectors, query, EXACT, m, 1);
          for (guint j = 0; j < K; j++)
            {
              g_assert_cmpstr (beaver_vector_hit_get_id (with->pdata[j]), ==,
                               beaver_vector_hit_get_id (without->pdata[j]));
              g_assert_cmpfloat (beaver_vector_hit_get_score (with->pdata[j]), ==,
                                 beaver_vector_hit_get_score (without->pdata[j]));
            }
        }
    }
}

/* Who keeps the collection for longer than the database does not keep its memory. Where the C
 * library does not say what is in use there is nothing to test. */

#ifdef __GLIBC__
/* The allocators of ASan and TSan, where they are in the place of the C library's. */
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

static gsize
used_memory (void)
{
  struct mallinfo2 info;

  if (__sanitizer_get_current_allocated_bytes != NULL)
    return __sanitizer_get_current_allocated_bytes ();
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

static void
test_memory (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (GBytes) query = make_query (rand, 512);
  g_autoptr (BeaverVectors) vectors = g_object_ref (get_vectors (f->db));
  gsize before, with, after;

  fill (vectors, 8000, 512, 7); /* 16 MB */
  before = used_memory ();
  g_ptr_array_unref (search (vectors, query, EXACT, COSINE, 1));
  with = used_memory ();
  fixture_close (f);
  after = used_memory ();
  g_test_message ("%zu, %zu and %zu bytes", before, with, after);
  g_assert_cmpuint (with, >=, before + 15000000);
  g_assert_cmpuint (after + 15000000, <=, with);
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/vectors/train/auto", test_auto);
  beaver_test_add ("/vectors/train/metrics", test_metrics);
  beaver_test_add ("/vectors/train/small", test_small);
  beaver_test_add ("/vectors/train/stale", test_stale);
  beaver_test_add ("/vectors/train/beside-searches-and-writes", test_beside);
  beaver_test_add ("/vectors/train/close-in-the-middle", test_close);
  beaver_test_add ("/vectors/train/cancel", test_cancel);
  beaver_test_add ("/vectors/changes-are-bounded", test_bounded);
  beaver_test_add ("/vectors/load-and-fix-are-noticed", test_load_and_fix);
  beaver_test_add ("/vectors/bad-rows", test_bad_rows);
  beaver_test_add ("/vectors/quantize", test_quantize);
#ifdef __GLIBC__
  beaver_test_add ("/vectors/memory-goes-at-close", test_memory);
#endif
  return g_test_run ();
}
