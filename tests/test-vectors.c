/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#include <math.h>

#define COSINE BEAVER_VECTOR_METRIC_COSINE
#define EUCLID BEAVER_VECTOR_METRIC_EUCLID
#define MANHATTAN BEAVER_VECTOR_METRIC_MANHATTAN
#define DOT BEAVER_VECTOR_METRIC_DOT

#define assert_fails(call, code)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) failure = NULL;                                                             \
    (void) (call);                                                                                 \
    g_assert_error (failure, BEAVER_ERROR, (code));                                                \
  }                                                                                                \
  G_STMT_END

static BeaverVectors *
get_vectors (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, name, &error);

  g_assert_no_error (error);
  return vectors;
}

static GBytes *
floats (guint n, ...)
{
  g_autofree float *values = g_new (float, n);
  va_list args;

  va_start (args, n);
  for (guint i = 0; i < n; i++)
    values[i] = va_arg (args, double);
  va_end (args);
  return g_bytes_new (values, n * sizeof (float));
}

static void
set2 (BeaverVectors *vectors, const char *id, double x, double y, const char *metadata)
{
  g_autoptr (GError) error = NULL;
  const float values[] = { x, y };

  beaver_vectors_set_floats (vectors, id, values, 2, metadata, NULL, &error);
  g_assert_no_error (error);
}

/* "id score, …" with two digits. Takes hits. */
static char *
hits_text (GPtrArray *hits)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < hits->len; i++)
    {
      BeaverVectorHit *hit = hits->pdata[i];

      g_string_append_printf (text, "%s%s %.2f", i > 0 ? ", " : "", beaver_vector_hit_get_id (hit),
                              beaver_vector_hit_get_score (hit));
    }
  g_ptr_array_unref (hits);
  return g_string_free (text, FALSE);
}

static void
assert_near (BeaverVectors *vectors,
             double x,
             double y,
             guint k,
             BeaverVectorMetric metric,
             const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) query = floats (2, x, y);

  /* from the file, then from memory as it is made, then from memory as it was */
  for (int i = 0; i < 3; i++)
    {
      GPtrArray *hits = beaver_vectors_near (vectors, query, k, metric, NULL, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = hits_text (hits);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
assert_search (BeaverVectors *vectors, BeaverVectorQuery *query, const char *expected)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 2; i++)
    {
      GPtrArray *hits = beaver_vectors_search (vectors, query, NULL, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = hits_text (hits);
      g_assert_cmpstr (text, ==, expected);
    }
}

static gint64
count (BeaverVectors *vectors)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (vectors), NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* ---- what Python wrote ---- */

static void
check_items (BeaverVectors *vectors, JsonObject *one)
{
  JsonObject *items = json_object_get_object_member (one, "items");
  g_autoptr (GList) ids = json_object_get_members (items);

  g_assert_cmpint (count (vectors), ==, json_object_get_int_member (one, "count"));
  for (GList *l = ids; l != NULL; l = l->next)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *item = json_object_get_object_member (items, l->data);
      g_autoptr (BeaverVectorHit) hit = beaver_vectors_get (vectors, l->data, NULL, &error);
      g_autofree char *base64 = NULL;
      gsize size;
      gconstpointer bytes;

      g_assert_no_error (error);
      bytes = g_bytes_get_data (beaver_vector_hit_get_vector (hit), &size);
      base64 = g_base64_encode (bytes, size);
      g_assert_cmpstr (base64, ==, json_object_get_string_member (item, "float32_le_base64"));
      g_assert_cmpstr (beaver_vector_hit_get_metadata (hit), ==,
                       json_object_get_null_member (item, "metadata_raw") ?
                           NULL :
                           json_object_get_string_member (item, "metadata_raw"));
    }
}

/* The metric of a query of the fixture; FALSE where the answer is that of the approximate index. */
static gboolean
query_metric (JsonObject *query, BeaverVectorMetric *metric)
{
  const char *name = json_object_get_string_member_with_default (query, "metric", "cosine");

  *metric = strstr (name, "uclid") != NULL    ? EUCLID :
            strstr (name, "anhattan") != NULL ? MANHATTAN :
                                                COSINE;
  return g_strcmp0 (json_object_get_string_member_with_default (query, "method", "auto"), "lsh") !=
             0 &&
         !json_object_has_member (query, "filters");
}

static guint
check_queries (BeaverVectors *vectors, JsonObject *one)
{
  JsonArray *queries = json_object_get_array_member (one, "queries");
  guint checked = 0;

  for (guint i = 0; i < json_array_get_length (queries); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *query = json_array_get_object_element (queries, i);
      JsonArray *expected = json_object_get_array_member (query, "result_id_score_metadata");
      JsonArray *numbers = json_object_get_array_member (query, "vector");
      guint n = json_array_get_length (numbers);
      g_autofree float *values = g_new (float, n);
      g_autoptr (GBytes) vector = NULL;
      g_autoptr (BeaverVectorQuery) wanted = NULL;
      g_autoptr (GPtrArray) hits = NULL;
      BeaverVectorMetric metric;

      if (!query_metric (query, &metric) || expected == NULL)
        continue;
      for (guint j = 0; j < n; j++)
        values[j] = json_array_get_double_element (numbers, j);
      vector = g_bytes_new (values, n * sizeof (float));
      wanted = beaver_vector_query_new (vector,
                                        json_object_get_int_member_with_default (query, "k", 10));
      beaver_vector_query_set_metric (wanted, metric);
      if (json_object_has_member (query, "candidate_ids") &&
          !json_object_get_null_member (query, "candidate_ids"))
        {
          JsonArray *ids = json_object_get_array_member (query, "candidate_ids");
          g_autoptr (GPtrArray) candidates = g_ptr_array_new ();

          for (guint j = 0; j < json_array_get_length (ids); j++)
            g_ptr_array_add (candidates, (gpointer) json_array_get_string_element (ids, j));
          g_ptr_array_add (candidates, NULL);
          beaver_vector_query_set_candidates (wanted, (const char *const *) candidates->pdata);
        }
      hits = beaver_vectors_search (vectors, wanted, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (hits->len, ==, json_array_get_length (expected));
      for (guint j = 0; j < hits->len; j++)
        g_assert_cmpfloat_with_epsilon (
            beaver_vector_hit_get_score (hits->pdata[j]),
            json_array_get_double_element (json_array_get_array_element (expected, j), 1), 1e-6);
      checked++;
    }
  return checked;
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = beaver_test_load_json ("vectors");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_auto (GStrv) found = NULL;
  guint checked = 0;

  fixture_open_data (f, "vectors");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);

      check_items (get_vectors (f, l->data), one);
      /* from the file, and from memory */
      checked += check_queries (get_vectors (f, l->data), one);
      check_queries (get_vectors (f, l->data), one);
    }
  g_assert_cmpuint (checked, >=, 2);
  found = beaver_db_get_vectors_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, 2);
  assert_near (get_vectors (f, "tiny"), 1, 0, 4, COSINE, "x 0.00, xy 0.15, y 0.50, -x 1.00");
}

/* ---- rows, and Python's index ---- */

static void
test_rows (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "it's");
  const float one[] = { 1, 0, 0, 0 };
  sqlite3 *raw;

  beaver_vectors_set_floats (vectors, "a", one, 4, "{\"x\":0}", NULL, &error);
  beaver_vectors_set_floats (vectors, "b", one, 4, NULL, NULL, &error);
  beaver_vectors_set_floats (vectors, "c", one, 4, "{}", NULL, &error);
  g_assert_no_error (error);
  raw = raw_open (f->path);
  raw_assert (raw,
              "SELECT collection, item_id, hex (vector), typeof (vector), metadata"
              " FROM __beaver_vectors__ ORDER BY item_id",
              "it's|a|0000803F000000000000000000000000|blob|{\"x\": 0}\n"
              "it's|b|0000803F000000000000000000000000|blob|NULL\n"
              "it's|c|0000803F000000000000000000000000|blob|{}");
  raw_assert (raw,
              "SELECT collection, typeof (hyperplanes), length (hyperplanes) FROM"
              " __beaver_lsh_config__",
              "it's|blob|64");
  raw_assert (
      raw,
      "SELECT COUNT(*), COUNT(DISTINCT bucket_id), MIN(typeof (bucket_id)),"
      " MIN(length (bucket_id)), MAX(hex (substr (bucket_id, 2))) FROM __beaver_lsh_index__",
      "3|1|blob|8|00000000000000");
  raw_close (raw);
}

/* Of an item that moves, the old buckets go, those that Python left behind too; buckets are BLOBs
 * of eight bytes; hyperplanes stay for ever. */
static void
test_buckets (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  BeaverVectors *vectors;
  sqlite3 *raw;

  fixture_open_data (f, "vectors");
  raw = raw_open (f->path);
  before =
      raw_query (raw, "SELECT hex (hyperplanes) FROM __beaver_lsh_config__ ORDER BY collection");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_lsh_index__ WHERE item_id = 'v000'", "2");
  vectors = get_vectors (f, "tiny");
  set2 (vectors, "x", -1, 0.001, NULL);
  /* that of -x, which Python wrote: [3, '-x'] */
  raw_assert (raw,
              "SELECT hex (bucket_id) FROM __beaver_lsh_index__"
              " WHERE collection = 'tiny' AND item_id IN ('x', '-x')",
              "0300000000000000\n0300000000000000");
  vectors = get_vectors (f, "emb");
  {
    g_autoptr (BeaverVectorHit) hit = beaver_vectors_get (vectors, "v000", NULL, &error);

    beaver_vectors_set (vectors, "v000", beaver_vector_hit_get_vector (hit), NULL, NULL, &error);
    g_assert_no_error (error);
    raw_assert (raw, "SELECT hex (bucket_id) FROM __beaver_lsh_index__ WHERE item_id = 'v000'",
                "5014000000000000"); /* 5200, as Python computed it */
  }
  g_assert_true (beaver_vectors_remove (vectors, "v000", NULL, &error));
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_lsh_index__ WHERE item_id = 'v000'", "0");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (vectors), NULL, &error), ==, 119);
  g_assert_no_error (error);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_lsh_index__ WHERE collection = 'emb'", "0");
  raw_assert (raw, "SELECT hex (hyperplanes) FROM __beaver_lsh_config__ ORDER BY collection",
              before);
  raw_close (raw);
}

static void
test_missing_buckets (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "migrated");
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 24)"
                 " INSERT INTO __beaver_vectors__ SELECT 'migrated', 'i' || i,"
                 " CAST (x'0000803F00000040' AS BLOB), NULL FROM n");
  g_assert_cmpint (beaver_vectors_index_missing (vectors, 20, NULL, &error), ==, 20);
  g_assert_cmpint (beaver_vectors_index_missing (vectors, 20, NULL, &error), ==, 5);
  g_assert_cmpint (beaver_vectors_index_missing (vectors, 20, NULL, &error), ==, 0);
  g_assert_no_error (error);
  raw_assert (raw,
              "SELECT COUNT(*), COUNT(DISTINCT item_id), MIN(length (bucket_id)) FROM"
              " __beaver_lsh_index__",
              "25|25|8");
  /* who removes an item's buckets finds them by an index */
  raw_assert (raw,
              "SELECT COUNT(*) FROM pragma_index_list ('__beaver_lsh_index__')"
              " WHERE name = '__beaver_x_lsh_items__'",
              "1");
  raw_close (raw);
}

/* ---- searching ---- */

static void
make_places (BeaverVectors *vectors)
{
  set2 (vectors, "a", 1, 0, "{\"kind\": \"house\", \"size\": 3, \"at\": {\"floor\": 1}}");
  set2 (vectors, "b", 2, 0, "{\"kind\": \"tree\", \"size\": 3.0}");
  set2 (vectors, "c", 0, 3, "{\"kind\": \"house\", \"size\": 10}");
  set2 (vectors, "d", -1, 0, NULL);
  set2 (vectors, "e", 0, 0, "[1]");
}

static void
test_metrics (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = get_vectors (f, "v");

  make_places (vectors);
  set2 (get_vectors (f, "other"), "a", 1, 0, NULL);
  assert_near (vectors, 1, 0, 9, COSINE, "a 0.00, b 0.00, c 0.50, e 0.50, d 1.00");
  assert_near (vectors, 1, 0, 3, EUCLID, "a 0.00, b 1.00, e 1.00");
  assert_near (vectors, 1, 0, 9, MANHATTAN, "a 0.00, b 1.00, e 1.00, d 2.00, c 4.00");
  assert_near (vectors, 1, 0, 2, DOT, "b -2.00, a -1.00");
  assert_near (get_vectors (f, "none"), 1, 0, 2, DOT, "");
}

static BeaverVectorQuery *
places_query (void)
{
  g_autoptr (GBytes) vector = floats (2, 1.0, 0.0);
  BeaverVectorQuery *query = beaver_vector_query_new (vector, 10);

  beaver_vector_query_set_metric (query, MANHATTAN);
  return query;
}

static void
test_filters (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path, *comparison, *value, *expected;
  } cases[] = { { "kind", "==", "\"house\"", "a 0.00, c 4.00" },
                { "kind", "!=", "\"house\"", "b 1.00" },
                { "kind", ">", "\"house\"", "b 1.00" },
                { "size", "==", "3", "a 0.00, b 1.00" },
                { "size", ">", "3", "c 4.00" },
                { "size", ">=", "3", "a 0.00, b 1.00, c 4.00" },
                { "size", "<", "9.5", "a 0.00, b 1.00" },
                { "size", "<=", "3.0", "a 0.00, b 1.00" },
                { "size", "==", "\"3\"", "" },
                { "at.floor", "==", "1", "a 0.00" },
                { "at", "==", "{\"floor\":1}", "a 0.00" },
                { "at", "!=", "null", "a 0.00" },
                { "nothing", "!=", "1", "" },
                { "x') OR 1=1 --", "==", "1", "" } };
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (BeaverVectorQuery) both = places_query ();

  make_places (vectors);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BeaverVectorQuery) query = places_query ();

      beaver_vector_query_add_filter (query, cases[i].path, cases[i].comparison, cases[i].value);
      assert_search (vectors, query, cases[i].expected);
    }
  beaver_vector_query_add_filter (both, "kind", "==", "\"house\"");
  beaver_vector_query_add_filter (both, "size", "<", "5");
  assert_search (vectors, both, "a 0.00");
}

static void
test_candidates (Fixture *f, gconstpointer data)
{
  const char *const some[] = { "c", "b", "nobody", "b", NULL };
  const char *const none[] = { NULL };
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (BeaverVectorQuery) query = places_query ();

  make_places (vectors);
  set2 (get_vectors (f, "other"), "nobody", 1, 0, NULL);
  beaver_vector_query_set_candidates (query, some);
  assert_search (vectors, query, "b 1.00, c 4.00");
  beaver_vector_query_set_candidates (query, none);
  assert_search (vectors, query, "");
  beaver_vector_query_set_candidates (query, NULL);
  assert_search (vectors, query, "a 0.00, b 1.00, e 1.00, d 2.00, c 4.00");
}

/* By id, whatever the order in memory has become. */
static void
test_ties (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "v");

  for (int i = 0; i < 300; i++)
    {
      g_autofree char *id = g_strdup_printf ("i%03d", (i * 7) % 300);

      set2 (vectors, id, i % 3 == 0 ? 5 : 1, 0, NULL);
      if (i == 100)
        assert_near (vectors, 1, 0, 1, EUCLID, "i001 0.00");
    }
  set2 (vectors, "a", 1, 0, NULL);
  assert_near (vectors, 1, 0, 3, EUCLID, "a 0.00, i001 0.00, i002 0.00");
  g_assert_true (beaver_vectors_remove (vectors, "i001", NULL, &error));
  g_assert_no_error (error);
  assert_near (vectors, 1, 0, 4, EUCLID, "a 0.00, i002 0.00, i004 0.00, i005 0.00");
}

/* What anybody writes is seen by the next search; what changed is read, and no more. */
static void
test_fresh (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = get_vectors (f, "v");
  sqlite3 *raw = raw_open (f->path);

  /* a file that only Python has written */
  raw_exec (raw, "INSERT INTO __beaver_vectors__ VALUES ('v', 'a', x'0000803F00000000', NULL)");
  raw_exec (raw, "INSERT INTO __beaver_vectors__ VALUES ('v', 'b', x'0000004000000000', NULL)");
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00, b 1.00");
  /* as Python writes */
  raw_exec (raw, "INSERT OR REPLACE INTO __beaver_vectors__ VALUES"
                 " ('v', 'b', x'0000803F00000000', NULL)");
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00, b 0.00");
  raw_exec (raw, "INSERT OR REPLACE INTO __beaver_vectors__ VALUES"
                 " ('v', 'c', x'0000404000000000', '1')");
  raw_exec (raw, "DELETE FROM __beaver_vectors__ WHERE item_id = 'a'");
  assert_near (vectors, 1, 0, 9, EUCLID, "b 0.00, c 2.00");
  /* the same row again, gone and back, twice within one look */
  raw_exec (raw, "DELETE FROM __beaver_vectors__ WHERE item_id = 'c'");
  raw_exec (raw, "INSERT INTO __beaver_vectors__ VALUES ('v', 'c', x'0000803F00000000', '1')");
  assert_near (vectors, 1, 0, 9, EUCLID, "b 0.00, c 0.00");
  raw_exec (raw, "UPDATE __beaver_vectors__ SET item_id = 'z' WHERE item_id = 'c'");
  assert_near (vectors, 1, 0, 9, EUCLID, "b 0.00, z 0.00");
  raw_exec (raw, "DELETE FROM __beaver_vectors__");
  assert_near (vectors, 1, 0, 9, EUCLID, "");
  raw_exec (raw, "INSERT INTO __beaver_vectors__ VALUES ('v', 'n', x'0000803F00000000', '1')");
  raw_exec (raw, "VACUUM");
  assert_near (vectors, 1, 0, 9, EUCLID, "n 0.00");
  raw_close (raw);
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (BeaverTransaction) transaction = NULL;

  set2 (vectors, "a", 1, 0, NULL);
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00");
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  set2 (vectors, "b", 1, 0, NULL);
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00, b 0.00");
  beaver_transaction_rollback (transaction, &error);
  g_assert_no_error (error);
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00");
  set2 (vectors, "c", 2, 0, NULL);
  assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00, c 1.00");
}

static void
test_memory_limit (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = get_vectors (f, "v");

  make_places (vectors);
  g_assert_cmpint (beaver_vectors_get_memory_limit (vectors), ==, 1 << 30);
  assert_near (vectors, 1, 0, 2, EUCLID, "a 0.00, b 1.00");
  beaver_vectors_set_memory_limit (vectors, 0);
  assert_near (vectors, 1, 0, 2, EUCLID, "a 0.00, b 1.00");
  set2 (vectors, "0", 1, 0, NULL);
  assert_near (vectors, 1, 0, 2, EUCLID, "0 0.00, a 0.00");
  beaver_vectors_set_memory_limit (vectors, 1 << 20);
  assert_near (vectors, 1, 0, 2, EUCLID, "0 0.00, a 0.00");
}

/* A database in memory has one connection. */
static void
test_in_memory (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture_open (f, ":memory:");
  g_assert_no_error (error);
  make_places (get_vectors (f, "v"));
  assert_near (get_vectors (f, "v"), 1, 0, 2, EUCLID, "a 0.00, b 1.00");
}

static void
test_approximate (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 4000,
    D = 32
  };
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autofree float *values = g_new (float, N *D);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) all = NULL;
  guint found = 0, wanted = 0;

  for (guint i = 0; i < N; i++)
    {
      for (guint d = 0; d < D; d++)
        values[i * D + d] = (float) g_test_rand_double_range (-1, 1) + (float) ((i % 40 + d) % 7);
      g_ptr_array_add (ids, g_strdup_printf ("i%u", i));
    }
  g_ptr_array_add (ids, NULL);
  all = g_bytes_new (values, N * D * sizeof (float));
  beaver_vectors_set_many (vectors, (const char *const *) ids->pdata, all, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (beaver_vectors_get_recall (vectors), ==, -1);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GBytes) vector = g_bytes_new (values + i * 80 * D, D * sizeof (float));
      g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, 10);
      g_autoptr (GPtrArray) exact = NULL, some = NULL;
      g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);

      beaver_vector_query_set_metric (query, EUCLID);
      exact = beaver_vectors_search (vectors, query, NULL, &error);
      g_assert_no_error (error);
      beaver_vector_query_set_method (query, BEAVER_VECTOR_METHOD_APPROXIMATE);
      beaver_vector_query_set_recall (query, 0.9);
      some = beaver_vectors_search (vectors, query, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (some->len, ==, 10);
      for (guint j = 0; j < 10; j++)
        g_hash_table_add (set, (gpointer) beaver_vector_hit_get_id (exact->pdata[j]));
      for (guint j = 0; j < 10; j++)
        found += g_hash_table_contains (set, beaver_vector_hit_get_id (some->pdata[j]));
      wanted += 10;
    }
  g_test_message ("recall %.3f, measured %.3f", (double) found / wanted,
                  beaver_vectors_get_recall (vectors));
  g_assert_cmpfloat (beaver_vectors_get_recall (vectors), >=, 0.9);
  g_assert_cmpfloat ((double) found / wanted, >=, 0.75);
}

/* ---- what does not fit ---- */

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (GBytes) good = floats (2, 1.0, 0.0);
  g_autoptr (GBytes) other = floats (3, 1.0, 0.0, 0.0);
  g_autoptr (GBytes) nan = floats (2, 1.0, NAN);
  g_autoptr (GBytes) infinite = floats (2, INFINITY, 0.0);
  g_autoptr (GBytes) odd = g_bytes_new_static ("12345", 5);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  GBytes *const bad[] = { other, nan, infinite, odd, empty, NULL };
  const char *const ids[] = { "x", "y", NULL };
  const char *const metadata[] = { "1", NULL };

  set2 (vectors, "a", 1, 0, NULL);
  set2 (vectors, "b", 2, 0, NULL);
  for (int round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
        {
          assert_fails (beaver_vectors_set (vectors, "a", bad[i], NULL, NULL, &failure),
                        BEAVER_ERROR_INVALID);
          assert_fails (beaver_vectors_near (vectors, bad[i], 3, COSINE, NULL, &failure),
                        BEAVER_ERROR_INVALID);
        }
      assert_near (vectors, 1, 0, 9, EUCLID, "a 0.00, b 1.00");
    }
  assert_fails (beaver_vectors_set (vectors, NULL, good, NULL, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_set (vectors, "\xff", good, NULL, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_set (vectors, "a", good, "{", NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_set_many (vectors, ids, good, metadata, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_set_many (vectors, ids, odd, NULL, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_near (vectors, good, 0, COSINE, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_near (vectors, good, 1000001, COSINE, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_near (vectors, good, 1, (BeaverVectorMetric) 9, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_vectors_get (vectors, "nobody", NULL, &failure), BEAVER_ERROR_NOT_FOUND);
  assert_fails (beaver_vectors_remove (vectors, "nobody", NULL, &failure), BEAVER_ERROR_NOT_FOUND);
  assert_fails (beaver_db_get_vectors (f->db, "", &failure), BEAVER_ERROR_INVALID);
  {
    static const char *const filters[][3] = { { "a", "=", "1" },   { "a", "OR", "1" },
                                              { "", "==", "1" },   { "a", "==", "{" },
                                              { "a", "==", NULL }, { NULL, "==", "1" } };

    for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
      {
        g_autoptr (BeaverVectorQuery) query = places_query ();

        beaver_vector_query_add_filter (query, filters[i][0], filters[i][1], filters[i][2]);
        assert_fails (beaver_vectors_search (vectors, query, NULL, &failure), BEAVER_ERROR_INVALID);
      }
  }
  g_assert_cmpint (count (vectors), ==, 2);
}

static void
on_event (BeaverEvent *event, gpointer user_data)
{
  g_string_append_printf (user_data, "%s %s;", beaver_event_get_name (event),
                          beaver_event_get_payload (event));
}

static void
test_events (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) heard = g_string_new (NULL);
  BeaverVectors *vectors = get_vectors (f, "v");
  static const char *const names[] = { "set", "delete", "clear" };
  const char *expected = "set {\"id\": \"a\"};delete {\"id\": \"a\"};clear {};";

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BeaverEventHandler) handler =
          beaver_manager_on (BEAVER_MANAGER (vectors), names[i], on_event, heard, NULL, &error);

      g_assert_no_error (error);
    }
  set2 (vectors, "a", 1, 0, NULL);
  beaver_vectors_remove (vectors, "a", NULL, &error);
  beaver_manager_clear (BEAVER_MANAGER (vectors), NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, heard->len >= strlen (expected));
  g_assert_cmpstr (heard->str, ==, expected);
}

static void
test_items (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (BeaverCursor) cursor = NULL;
  BeaverVectorHit *hit;
  guint n = 0;

  for (int i = 0; i < 600; i++)
    {
      g_autofree char *id = g_strdup_printf ("i%03d", i);

      set2 (vectors, id, i, 1, NULL);
    }
  cursor = beaver_vectors_items (vectors, &error);
  g_assert_no_error (error);
  while ((hit = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      gsize n_values;
      g_autofree float *values = beaver_vector_hit_get_values (hit, &n_values);

      g_assert_cmpuint (n_values, ==, 2);
      g_assert_cmpfloat (values[0], ==, n++);
      g_object_unref (hit);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 600);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = get_vectors (f, "v");
  g_autoptr (GBytes) one = floats (2, 1.0, 0.0);
  g_autoptr (BeaverVectorHit) hit = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GAsyncResult) a = NULL, b = NULL;
      g_autoptr (GPtrArray) hits = NULL;

      if (i == 0)
        {
          sqlite3 *raw = raw_open (f->path);

          raw_exec (raw,
                    "INSERT INTO __beaver_vectors__ VALUES ('v', 'a', x'0000803F00000000', '2')");
          raw_close (raw);
        }
      beaver_vectors_near_async (vectors, one, 5, COSINE, NULL, beaver_test_ready, &a);
      beaver_test_wait_result (&a);
      hits = beaver_vectors_near_finish (vectors, a, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (hits->len, ==, i + 1);
      beaver_vectors_set_async (vectors, i ? "c" : "b", one, NULL, NULL, beaver_test_ready, &b);
      beaver_test_wait_result (&b);
      g_assert_true (beaver_vectors_set_finish (vectors, b, &error));
    }
  {
    g_autoptr (GAsyncResult) c = NULL, d = NULL;

    beaver_vectors_get_async (vectors, "a", NULL, beaver_test_ready, &c);
    beaver_vectors_get_async (vectors, "z", NULL, beaver_test_ready, &d);
    beaver_test_wait_result (&c);
    beaver_test_wait_result (&d);
    hit = beaver_vectors_get_finish (vectors, c, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (beaver_vector_hit_get_metadata (hit), ==, "2");
    g_assert_null (beaver_vectors_get_finish (vectors, d, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  }
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverVectors) vectors = g_object_ref (get_vectors (f, "v"));
  g_autoptr (BeaverVectors) mine = g_object_new (BEAVER_TYPE_VECTORS, NULL);
  g_autoptr (GBytes) one = floats (2, 1.0, 0.0);
  g_autoptr (BeaverVectorQuery) query = places_query ();
  BeaverVectors *both[] = { vectors, mine };

  beaver_db_close (f->db, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      assert_fails (beaver_vectors_set (both[i], "a", NULL, NULL, NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_vectors_get (both[i], "a", NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_vectors_remove (both[i], "a", NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_vectors_near (both[i], one, 0, COSINE, NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_vectors_search (both[i], query, NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_vectors_items (both[i], &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_manager_count (BEAVER_MANAGER (both[i]), NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      beaver_vectors_set_memory_limit (both[i], 5);
      g_assert_cmpfloat (beaver_vectors_get_recall (both[i]), ==, -1);
    }
}

/* ---- two processes, and threads that search meanwhile ---- */

static int
setter (const char *path, const char *who, int n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverVectors *vectors = beaver_db_get_vectors (db, "shared", &error);

  g_print ("ready\n");
  fflush (stdout);
  if (getchar () == EOF)
    return 1;
  for (int i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s%d", who, i);
      const float values[] = { i, *who };

      if (!beaver_vectors_set_floats (vectors, id, values, 2, NULL, NULL, &error) ||
          (i % 3 == 2 && !beaver_vectors_remove (vectors, id, NULL, &error)))
        {
          g_printerr ("setter: %s\n", error->message);
          return 1;
        }
    }
  return beaver_db_close (db, &error) ? 0 : 1;
}

typedef struct
{
  BeaverVectors *vectors;
  int done; /* atomic */
} Searcher;

static gpointer
search_thread (gpointer data)
{
  Searcher *searcher = data;
  g_autoptr (GBytes) query = floats (2, 0.0, 97.0);
  guint last = 0;

  /* items only come, three in a row at most two at a time gone again */
  while (!g_atomic_int_get (&searcher->done))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) hits =
          beaver_vectors_near (searcher->vectors, query, 100000, EUCLID, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (hits->len + 2, >=, last);
      last = MAX (last, hits->len);
    }
  return NULL;
}

static void
test_processes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int n = 3 * (int) beaver_test_rounds (150);
  g_autofree char *n_text = g_strdup_printf ("%d", n);
  Searcher searcher = { get_vectors (f, "shared"), 0 };
  g_autoptr (GBytes) query = floats (2, 0.0, 97.0);
  g_autoptr (GPtrArray) hits = NULL;
  GSubprocess *processes[2];
  GThread *threads[2];

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *line = NULL;

      processes[i] = beaver_test_spawn_self ("setter", f->path, i ? "b" : "a", n_text, NULL);
      line = beaver_test_read_line (processes[i]);
      g_assert_cmpstr (line, ==, "ready");
      threads[i] = g_thread_new ("searcher", search_thread, &searcher);
    }
  for (int i = 0; i < 2; i++)
    beaver_test_write_line (processes[i], "go");
  for (int i = 0; i < 2; i++)
    {
      beaver_test_join (processes[i]);
      g_object_unref (processes[i]);
    }
  g_atomic_int_set (&searcher.done, 1);
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  hits = beaver_vectors_near (searcher.vectors, query, 100000, EUCLID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, (guint) n / 3 * 4);
  g_assert_cmpint (count (searcher.vectors), ==, n / 3 * 4);
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "setter") == 0)
    return setter (argv[2], argv[3], atoi (argv[4]));
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/vectors/conformance", test_conformance);
  beaver_test_add ("/vectors/rows", test_rows);
  beaver_test_add_closed ("/vectors/D30-D32-buckets", test_buckets);
  beaver_test_add ("/vectors/D34-D54-missing-buckets", test_missing_buckets);
  beaver_test_add ("/vectors/D31-metrics-of-one-collection", test_metrics);
  beaver_test_add ("/vectors/D43-filters", test_filters);
  beaver_test_add ("/vectors/candidates", test_candidates);
  beaver_test_add ("/vectors/ties", test_ties);
  beaver_test_add ("/vectors/D53-fresh", test_fresh);
  beaver_test_add ("/vectors/transaction", test_transaction);
  beaver_test_add ("/vectors/memory-limit", test_memory_limit);
  beaver_test_add_closed ("/vectors/in-memory", test_in_memory);
  beaver_test_add ("/vectors/D33-approximate", test_approximate);
  beaver_test_add ("/vectors/bad-input", test_bad_input);
  beaver_test_add ("/vectors/events", test_events);
  beaver_test_add ("/vectors/items", test_items);
  beaver_test_add ("/vectors/async", test_async);
  beaver_test_add ("/vectors/closed", test_closed);
  beaver_test_add ("/vectors/processes", test_processes);
  return g_test_run ();
}
