/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Searching by meaning beside the bandwidth of the memory; graphs; sketches. */
#include "bench.h"

#define DIMENSION 768
#define DEGREES 20 /* of freedom: embeddings lie near a surface of few dimensions */
#define K 10
#define QUERIES 50

typedef float Numbers[DIMENSION];

static double
next_number (guint64 *seed)
{
  return (double) (bench_random (seed) >> 11) / 9007199254740992.0 - 0.5;
}

/* A point on the surface, and a little beside it. */
static void
make_vector (Numbers vector, guint64 number)
{
  static float surface[DEGREES][DIMENSION];
  guint64 seed = 1;
  float place[DEGREES];

  if (surface[0][0] == 0)
    for (guint i = 0; i < DEGREES; i++)
      for (guint j = 0; j < DIMENSION; j++)
        surface[i][j] = (float) next_number (&seed);
  seed = number * 4096 + 99;
  for (guint i = 0; i < DEGREES; i++)
    place[i] = (float) (next_number (&seed) + next_number (&seed) + next_number (&seed));
  for (guint j = 0; j < DIMENSION; j++)
    {
      vector[j] = (float) next_number (&seed) / 5;
      for (guint i = 0; i < DEGREES; i++)
        vector[j] += place[i] * surface[i][j];
    }
}

static GBytes *
make_query (guint i)
{
  Numbers vector;

  make_vector (vector, 1000000007 + i);
  return g_bytes_new (vector, sizeof vector);
}

/* Once for all variants of a round. */
static BeaverDb *
open_vectors (const BenchArgs *args)
{
  g_autofree char *name = g_strdup_printf ("vectors-%u.db", args->n);
  g_autofree char *path = bench_path (args, name);
  BeaverDb *db = bench_open (args, path);
  GError *error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (db, "texts", &error);
  guint some = 500;

  bench_check (vectors != NULL, error);
  if (beaver_manager_count (BEAVER_MANAGER (vectors), NULL, NULL) == args->n)
    return db;
  for (guint first = 0; first < args->n; first += some)
    {
      guint n = MIN (some, args->n - first);
      g_autofree Numbers *all = g_new (Numbers, n);
      g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GBytes) bytes = NULL;

      for (guint i = 0; i < n; i++)
        {
          make_vector (all[i], first + i);
          g_ptr_array_add (ids, g_strdup_printf ("t%08u", first + i));
        }
      g_ptr_array_add (ids, NULL);
      bytes = g_bytes_new (all, n * sizeof (Numbers));
      bench_check (beaver_vectors_set_many (vectors, (const char *const *) ids->pdata, bytes, NULL,
                                            NULL, &error),
                   error);
    }
  return db;
}

/* What no search that looks at all numbers can beat. */

typedef guint64 Lanes __attribute__ ((vector_size (64)));

__attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default"))) static guint64
read_all (const Lanes *lanes, gsize n)
{
  Lanes a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

  for (gsize i = 0; i + 4 <= n; i += 4)
    {
      a += lanes[i];
      b += lanes[i + 1];
      c += lanes[i + 2];
      d += lanes[i + 3];
    }
  a += b + c + d;
  return a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7];
}

static void
run_bandwidth (const BenchArgs *args)
{
  gsize size = args->n * sizeof (Numbers);
  Lanes *memory = aligned_alloc (sizeof (Lanes), size);
  gint64 end;
  BenchTimes times;
  guint64 sum = 0;
  double cpu;

  memset (memory, 1, size);
  sum += read_all (memory, size / sizeof (Lanes));
  bench_times_init (&times, 100000);
  cpu = bench_cpu ();
  end = bench_now () + (gint64) (args->seconds * 1e9);
  while (bench_now () < end || times.n < 5)
    {
      gint64 begin = bench_now ();

      sum += read_all (memory, size / sizeof (Lanes));
      bench_times_add (&times, begin);
    }
  bench_check (sum != 0, NULL);
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) times.n);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  free (memory);
}

static GPtrArray *
search (BeaverVectors *vectors, GBytes *vector, BeaverVectorMethod method)
{
  g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, K);
  GError *error = NULL;
  GPtrArray *hits;

  beaver_vector_query_set_method (query, method);
  hits = beaver_vectors_search (vectors, query, NULL, &error);
  bench_check (hits != NULL, error);
  return hits;
}

static double
measure_recall (BeaverVectors *vectors)
{
  guint found = 0, all = 0;

  for (guint i = 0; i < QUERIES; i++)
    {
      g_autoptr (GBytes) query = make_query (i);
      g_autoptr (GPtrArray) exact = search (vectors, query, BEAVER_VECTOR_METHOD_EXACT);
      g_autoptr (GPtrArray) some = search (vectors, query, BEAVER_VECTOR_METHOD_APPROXIMATE);
      g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

      for (guint j = 0; j < exact->len; j++)
        g_hash_table_add (ids, (gpointer) beaver_vector_hit_get_id (exact->pdata[j]));
      for (guint j = 0; j < some->len; j++)
        found += g_hash_table_contains (ids, beaver_vector_hit_get_id (some->pdata[j]));
      all += exact->len;
    }
  return (double) found / all;
}

static void
run_near (const BenchArgs *args)
{
  gboolean approximate = bench_is (args, "approximate");
  BeaverVectorMethod method =
      approximate ? BEAVER_VECTOR_METHOD_APPROXIMATE : BEAVER_VECTOR_METHOD_EXACT;
  g_autoptr (BeaverDb) db = NULL;
  BeaverVectors *vectors;
  GBytes *queries[QUERIES];
  gint64 begin, end;
  BenchTimes times;
  double cpu;
  GError *error = NULL;

  if (bench_is (args, "bandwidth"))
    {
      run_bandwidth (args);
      return;
    }
  db = open_vectors (args);
  vectors = beaver_db_get_vectors (db, "texts", NULL);
  beaver_vectors_set_quantize (vectors, !bench_is (args, "beaver"));
  for (guint i = 0; i < QUERIES; i++)
    queries[i] = make_query (i);
  begin = bench_now ();
  g_ptr_array_unref (search (vectors, queries[0], BEAVER_VECTOR_METHOD_EXACT));
  bench_report ("load_ms", (double) (bench_now () - begin) / 1e6);
  if (approximate)
    {
      begin = bench_now ();
      bench_check (beaver_vectors_train (vectors, BEAVER_VECTOR_METRIC_COSINE, NULL, &error),
                   error);
      bench_report ("train_ms", (double) (bench_now () - begin) / 1e6);
      bench_report ("recall", measure_recall (vectors));
    }
  bench_times_init (&times, 100000);
  cpu = bench_cpu ();
  end = bench_now () + (gint64) (args->seconds * 1e9);
  for (guint i = 0; bench_now () < end || i < QUERIES; i++)
    {
      g_autoptr (GPtrArray) hits = NULL;

      begin = bench_now ();
      hits = search (vectors, queries[i % QUERIES], method);
      bench_times_add (&times, begin);
      bench_check (hits->len == MIN (K, args->n), NULL);
    }
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) times.n);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  for (guint i = 0; i < QUERIES; i++)
    g_bytes_unref (queries[i]);
}

/* How much longer a search takes when an item was set before it. */
static void
run_refresh (const BenchArgs *args)
{
  g_autoptr (BeaverDb) db = open_vectors (args);
  g_autoptr (BeaverDb) other = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (db, "texts", NULL);
  BeaverVectors *writer = vectors;
  g_autoptr (GBytes) query = make_query (0);
  BenchTimes times[2], set;
  double medians[2];
  gint64 end;

  /* to this one it is as if another process had written */
  if (bench_is (args, "foreign"))
    {
      other = bench_open (args, beaver_db_get_path (db));
      writer = beaver_db_get_vectors (other, "texts", NULL);
    }
  bench_times_init (&times[0], 100000);
  bench_times_init (&times[1], 100000);
  bench_times_init (&set, 100000);
  g_ptr_array_unref (search (vectors, query, BEAVER_VECTOR_METHOD_EXACT));
  end = bench_now () + (gint64) (args->seconds * 1e9);
  for (guint i = 0; bench_now () < end || i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%08u", i % args->n);
      g_autoptr (GBytes) vector = make_query (i);
      GError *error = NULL;

      for (guint changed = 0; changed < 2; changed++)
        {
          gint64 begin = bench_now ();

          if (changed)
            {
              bench_check (beaver_vectors_set (writer, id, vector, NULL, NULL, &error), error);
              bench_times_add (&set, begin);
              begin = bench_now ();
            }
          g_ptr_array_unref (search (vectors, query, BEAVER_VECTOR_METHOD_EXACT));
          bench_times_add (&times[changed], begin);
        }
    }
  for (guint changed = 0; changed < 2; changed++)
    medians[changed] = bench_times_median (&times[changed]);
  bench_report ("refresh_us", MAX (medians[1] - medians[0], 0));
  bench_report ("near_us", medians[0]);
  bench_report_times ("set_", &set, 1);
  bench_times_clear (&times[0]);
  bench_times_clear (&times[1]);
  bench_times_clear (&set);
}

/* All that is at most three steps away, in a graph where each of n nodes has eight edges. */

#define EDGES 8

static const char SQL_WALK[] =
    "WITH RECURSIVE reach (node, depth) AS (SELECT ?1, 0 UNION SELECT e.target_item_id,"
    " depth + 1 FROM reach JOIN __beaver_edges__ AS e ON e.collection = 'g' AND"
    " e.source_item_id = node WHERE depth < 3)"
    " SELECT node FROM reach WHERE node <> ?1 GROUP BY node ORDER BY MIN (depth), node";

static void
fill_graph (const char *path, guint n)
{
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, NULL);
  BenchRaw raw;
  sqlite3_stmt *statement;
  guint64 seed = 1;

  bench_check (db != NULL, NULL);
  bench_check (beaver_db_close (db, NULL), NULL);
  bench_raw_open (&raw, path, FALSE);
  bench_raw_step (&raw, raw.begin);
  sqlite3_prepare_v2 (raw.db,
                      "INSERT OR IGNORE INTO __beaver_edges__ VALUES ('g', ?, ?, 'l', NULL)", -1,
                      &statement, NULL);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < EDGES; j++)
      {
        char source[16], target[16];

        g_snprintf (source, sizeof source, "n%07u", i);
        g_snprintf (target, sizeof target, "n%07u", (guint) (bench_random (&seed) % n));
        sqlite3_bind_text (statement, 1, source, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text (statement, 2, target, -1, SQLITE_TRANSIENT);
        bench_raw_step (&raw, statement);
      }
  sqlite3_finalize (statement);
  bench_raw_step (&raw, raw.commit);
  bench_raw_execute (&raw, "PRAGMA wal_checkpoint(TRUNCATE)");
  bench_raw_close (&raw);
}

static void
run_walk (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "graph.db");
  g_autoptr (BeaverDb) db = NULL;
  gboolean plain = bench_is (args, "sqlite"), neighbours = bench_is (args, "beaver");
  BeaverGraph *graph = NULL;
  BenchRaw raw = { 0 };
  sqlite3_stmt *statement = NULL;
  gint64 end;
  BenchTimes times;

  bench_remove (path);
  fill_graph (path, args->n);
  if (plain)
    {
      bench_raw_open (&raw, path, FALSE);
      sqlite3_prepare_v2 (raw.db, SQL_WALK, -1, &statement, NULL);
    }
  else
    {
      db = bench_open (args, path);
      graph = beaver_db_get_graph (db, "g", NULL);
    }
  bench_times_init (&times, 1000000);
  end = bench_now () + (gint64) (args->seconds * 1e9);
  for (guint i = 0; bench_now () < end || i < 5; i++)
    {
      char node[16];
      gint64 begin;
      guint found = 0;

      g_snprintf (node, sizeof node, "n%07u", i * 7919 % args->n);
      begin = bench_now ();
      if (plain)
        {
          sqlite3_bind_text (statement, 1, node, -1, SQLITE_TRANSIENT);
          while (sqlite3_step (statement) == SQLITE_ROW)
            {
              /* what a caller gets */
              g_free (g_strdup ((const char *) sqlite3_column_text (statement, 0)));
              found++;
            }
          sqlite3_reset (statement);
        }
      else if (neighbours)
        {
          g_auto (GStrv) nodes = beaver_graph_neighbours (graph, node, BEAVER_GRAPH_DIRECTION_OUT,
                                                          NULL, 3, NULL, NULL);

          found = nodes != NULL ? g_strv_length (nodes) : 0;
        }
      else
        {
          g_autoptr (GPtrArray) visits =
              beaver_graph_walk (graph, node, BEAVER_GRAPH_DIRECTION_OUT, NULL, 3, -1, NULL, NULL);

          found = visits != NULL ? visits->len : 0;
        }
      bench_times_add (&times, begin);
      bench_check (found > EDGES / 2, NULL);
    }
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  sqlite3_finalize (statement);
  if (plain)
    bench_raw_close (&raw);
}

/* Adding to a sketch of a million: ours, and as it is without knowing which bytes change. */
static void
run_sketch (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "sketch.db");
  g_autoptr (BeaverDb) db = NULL;
  gboolean plain = bench_is (args, "sqlite");
  BeaverSketch *sketch;
  GError *error = NULL;
  BenchRaw raw = { 0 };
  sqlite3_stmt *read = NULL, *write = NULL;
  gint64 begin, end;
  BenchTimes times;
  guint n = 0;

  bench_remove (path);
  db = bench_open (args, path);
  sketch = beaver_db_get_sketch (db, "s", 1000000, 0.01, &error);
  bench_check (sketch != NULL, error);
  bench_check (beaver_sketch_add_json (sketch, "0", NULL, &error), error);
  if (plain)
    {
      beaver_db_close (db, NULL);
      bench_raw_open (&raw, path, FALSE);
      sqlite3_prepare_v2 (raw.db, "SELECT data FROM __beaver_sketches__ WHERE name = 's'", -1,
                          &read, NULL);
      sqlite3_prepare_v2 (raw.db, "UPDATE __beaver_sketches__ SET data = ? WHERE name = 's'", -1,
                          &write, NULL);
    }
  bench_times_init (&times, 1000000);
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  for (; bench_now () < end; n++)
    {
      gint64 start = bench_now ();

      if (plain)
        {
          g_autofree guint8 *bytes = NULL;
          int size;

          bench_raw_step (&raw, raw.begin);
          bench_check (sqlite3_step (read) == SQLITE_ROW, NULL);
          size = sqlite3_column_bytes (read, 0);
          bytes = g_memdup2 (sqlite3_column_blob (read, 0), (gsize) size);
          sqlite3_reset (read);
          bytes[n * 7919 % (guint) size] |= 1;
          sqlite3_bind_blob (write, 1, bytes, size, SQLITE_STATIC);
          bench_raw_step (&raw, write);
          bench_raw_step (&raw, raw.commit);
        }
      else
        {
          char json[16];

          g_snprintf (json, sizeof json, "%u", n);
          bench_check (beaver_sketch_add_json (sketch, json, NULL, &error), error);
        }
      bench_times_add (&times, start);
    }
  bench_report ("ops_s", n / ((double) (bench_now () - begin) / 1e9));
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  sqlite3_finalize (read);
  sqlite3_finalize (write);
  if (plain)
    bench_raw_close (&raw);
}

const BenchCase bench_vectors_cases[] = {
  { "near", "beaver quantized approximate bandwidth", run_near },
  { "refresh", "beaver foreign", run_refresh },
  { "walk", "beaver walk sqlite", run_walk },
  { "sketch", "beaver sqlite", run_sketch },
  { NULL },
};
