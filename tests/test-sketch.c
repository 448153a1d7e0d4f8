/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#include <math.h>

static BeaverSketch *
get_sketch (Fixture *f, const char *name, gint64 capacity, double error_rate)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = beaver_db_get_sketch (f->db, name, capacity, error_rate, &error);

  g_assert_no_error (error);
  return sketch;
}

static void
add (BeaverSketch *sketch, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_sketch_add_json (sketch, json, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
contains (BeaverSketch *sketch, const char *json)
{
  g_autoptr (GError) error = NULL;
  gboolean found = beaver_sketch_contains_json (sketch, json, NULL, &error);

  g_assert_no_error (error);
  return found;
}

static gint64
count (BeaverSketch *sketch)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (sketch), NULL, &error);

  g_assert_no_error (error);
  return n;
}

static char *
hash (BeaverSketch *sketch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = beaver_sketch_get_bytes (sketch, NULL, &error);

  g_assert_no_error (error);
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

static void
assert_hash (BeaverSketch *sketch, const char *expected)
{
  g_autofree char *sum = hash (sketch);

  g_assert_cmpstr (sum, ==, expected);
}

#define assert_fails(call, code)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) failure = NULL;                                                             \
    (void) (call);                                                                                 \
    g_assert_error (failure, BEAVER_ERROR, (code));                                                \
  }                                                                                                \
  G_STMT_END

static char **
items (guint from, guint n)
{
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (all, g_strdup_printf ("\"item_%u\"", from + i));
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (all, FALSE);
}

/* ---- the bytes of Python ---- */

static void
test_vectors (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *three = get_sketch (f, "three", 1000, 0.01);
  BeaverSketch *many = get_sketch (f, "many", 1000, 0.01);
  g_auto (GStrv) thousand = items (0, 1000);
  sqlite3 *raw;

  beaver_sketch_add_string (three, "apple", NULL, &error);
  g_assert_no_error (error);
  add (three, "42");
  add (three, "{\"a\":1}");
  assert_hash (three, "74f1a4c2a35bc8f7fe2264a6d5784259744af0783f694f30d4d00ae72bf3ade4");
  g_assert_cmpint (count (three), ==, 3);

  beaver_sketch_add_many (many, (const char *const *) thousand, NULL, &error);
  g_assert_no_error (error);
  assert_hash (many, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");
  g_assert_cmpint (count (many), ==, 1006);

  raw = raw_open (f->path);
  raw_assert (raw,
              "SELECT name, type, capacity, typeof (capacity), error_rate, typeof (error_rate),"
              " typeof (data), length (data) FROM __beaver_sketches__ ORDER BY name",
              "many|approx_set|1000|integer|0.01|real|blob|17583\n"
              "three|approx_set|1000|integer|0.01|real|blob|17583");
  raw_close (raw);
}

static void
test_one_by_one (Fixture *f, gconstpointer data)
{
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);
  g_auto (GStrv) thousand = items (0, 1000);

  for (guint i = 0; i < 1000; i++)
    add (sketch, thousand[i]);
  assert_hash (sketch, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = beaver_test_load_json ("sketches");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_auto (GStrv) found = NULL;
  guint questions = 0;

  fixture_open_data (f, "sketches");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);
      BeaverSketch *sketch = get_sketch (f, l->data, json_object_get_int_member (one, "capacity"),
                                         json_object_get_double_member (one, "error_rate"));
      JsonArray *answers;

      g_assert_cmpint (count (sketch), ==, json_object_get_int_member (one, "count"));
      if (json_object_has_member (one, "data_sha256"))
        assert_hash (sketch, json_object_get_string_member (one, "data_sha256"));
      if (!json_object_has_member (one, "contains"))
        continue;
      answers = json_object_get_array_member (one, "contains");
      for (guint i = 0; i < json_array_get_length (answers); i++, questions++)
        {
          JsonArray *pair = json_array_get_array_element (answers, i);
          g_autofree char *item = json_to_string (json_array_get_element (pair, 0), FALSE);

          g_assert_cmpint (contains (sketch, item), ==, json_array_get_boolean_element (pair, 1));
        }
    }
  g_assert_cmpuint (questions, >, 50);
  found = beaver_db_get_sketch_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, 3);
  g_assert_cmpstr (found[0], ==, "cleared");
}

static void
test_everything (Fixture *f, gconstpointer data)
{
  BeaverSketch *sketch;

  fixture_open_data (f, "everything");
  sketch = get_sketch (f, "s", 500, 0.05);
  g_assert_cmpint (count (sketch), ==, 20);
  g_assert_true (contains (sketch, "3"));
}

/* ---- defects of Python's ---- */

static void
test_clear (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);

  add (sketch, "\"old\"");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (sketch), NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (count (sketch), ==, 0);
  fixture_reopen (f);
  sketch = get_sketch (f, "s", 1000, 0.01);
  g_assert_false (contains (sketch, "\"old\""));
  add (sketch, "\"new\"");
  g_assert_false (contains (sketch, "\"old\""));
  g_assert_cmpint (count (sketch), ==, 1);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (sketch), NULL, &error), ==, 1);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (sketch), NULL, &error), ==, 0);
  g_assert_cmpint (
      beaver_manager_clear (BEAVER_MANAGER (get_sketch (f, "none", 9, 0.5)), NULL, &error), ==, 0);
  g_assert_no_error (error);
}

/* What somebody else writes is seen at once. */
static void
test_fresh (Fixture *f, gconstpointer data)
{
  BeaverSketch *a = get_sketch (f, "a", 1000, 0.01);
  BeaverSketch *b = get_sketch (f, "b", 1000, 0.01);
  sqlite3 *raw;

  add (a, "1");
  add (b, "2");
  g_assert_false (contains (b, "1"));
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_sketches__ SET data ="
                 " (SELECT data FROM __beaver_sketches__ WHERE name = 'a') WHERE name = 'b'");
  g_assert_true (contains (b, "1"));
  g_assert_false (contains (b, "2"));
  raw_exec (raw, "DELETE FROM __beaver_sketches__");
  g_assert_false (contains (b, "1"));
  g_assert_cmpint (count (b), ==, 0);
  raw_close (raw);
}

/* A batch that fails writes nothing. */
static void
test_failed_batch (Fixture *f, gconstpointer data)
{
  const char *const bad[] = { "1", "2", "nope", NULL };
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);

  assert_fails (beaver_sketch_add_many (sketch, bad, NULL, &failure), BEAVER_ERROR_INVALID);
  g_assert_cmpint (count (sketch), ==, 0);
}

/* Of the 1.2 MB of a sketch, an add writes the pages that change and no more. */
static void
test_small_writes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "s", 1000000, 0.01);
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  sqlite3 *raw = raw_open (f->path);
  GStatBuf before, after;

  add (sketch, "0");
  /* from the start of the log on, so that its length tells */
  raw_assert (raw, "PRAGMA wal_checkpoint (TRUNCATE)", "0|0|0");
  add (sketch, "1");
  g_assert_no_errno (g_stat (log, &before));
  for (int i = 2; i < 12; i++)
    {
      g_autofree char *item = g_strdup_printf ("%d", i);

      add (sketch, item);
    }
  g_assert_no_errno (g_stat (log, &after));
  g_test_message ("%" G_GINT64_FORMAT " bytes each",
                  (gint64) (after.st_size - before.st_size) / 10);
  g_assert_cmpint (after.st_size - before.st_size, <=, 10 * 10 * 4200);
  g_assert_cmpint (count (sketch), ==, 12);
  g_assert_no_error (error);
  raw_close (raw);
}

/* ---- what does not fit ---- */

static void
test_options (Fixture *f, gconstpointer data)
{
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);

  g_assert_true (get_sketch (f, "s", 1000, 0.01) == sketch);
  g_assert_cmpint (beaver_sketch_get_capacity (sketch), ==, 1000);
  g_assert_cmpfloat (beaver_sketch_get_error_rate (sketch), ==, 0.01);
  assert_fails (beaver_db_get_sketch (f->db, "s", 1001, 0.01, &failure), BEAVER_ERROR_CONFLICT);
  assert_fails (beaver_db_get_sketch (f->db, "s", 1000, 0.02, &failure), BEAVER_ERROR_CONFLICT);
  assert_fails (beaver_db_get_sketch (f->db, "t", 0, 0.01, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "t", -1, 0.01, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "t", 10, 0, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "t", 10, 1, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "t", 10, NAN, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "t", G_MAXINT64, 0.01, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_sketch (f->db, "", 10, 0.1, &failure), BEAVER_ERROR_INVALID);
}

static void
assert_refuses (BeaverSketch *sketch, BeaverError code)
{
  const char *const some[] = { "1", NULL };

  assert_fails (beaver_sketch_add_json (sketch, "1", NULL, &failure), (int) code);
  assert_fails (beaver_sketch_add_many (sketch, some, NULL, &failure), (int) code);
  assert_fails (beaver_sketch_contains_json (sketch, "1", NULL, &failure), (int) code);
  assert_fails (beaver_sketch_get_bytes (sketch, NULL, &failure), (int) code);
}

static void
test_other_shape (Fixture *f, gconstpointer data)
{
  add (get_sketch (f, "s", 1000, 0.01), "1");
  fixture_reopen (f);
  assert_refuses (get_sketch (f, "s", 1000, 0.02), BEAVER_ERROR_INVALID);
  fixture_reopen (f);
  assert_refuses (get_sketch (f, "s", 999, 0.01), BEAVER_ERROR_INVALID);
  fixture_reopen (f);
  /* Python's tolerance */
  g_assert_true (contains (get_sketch (f, "s", 1000, 0.0100000000001), "1"));
}

/* Who does not know how a sketch was made. */
static void
test_lookup (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  BeaverSketch *sketch;
  sqlite3 *raw;

  g_assert_null (beaver_db_lookup_sketch (f->db, "s", NULL, &error));
  g_assert_no_error (error);
  /* nothing is in it, so it is not in the file */
  get_sketch (f, "s", 1234, 0.05);
  g_assert_null (beaver_db_lookup_sketch (f->db, "s", NULL, &error));
  g_assert_no_error (error);
  add (get_sketch (f, "s", 1234, 0.05), "1");
  g_assert_true (beaver_db_lookup_sketch (f->db, "s", NULL, &error) ==
                 get_sketch (f, "s", 1234, 0.05));
  g_assert_no_error (error);

  fixture_reopen (f);
  sketch = beaver_db_lookup_sketch (f->db, "s", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_sketch_get_capacity (sketch), ==, 1234);
  g_assert_cmpfloat (beaver_sketch_get_error_rate (sketch), ==, 0.05);
  g_assert_true (contains (sketch, "1"));
  g_assert_true (sketch == get_sketch (f, "s", 1234, 0.05));

  fixture_reopen (f);
  beaver_db_lookup_sketch_async (f->db, "s", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  sketch = beaver_db_lookup_sketch_finish (f->db, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_sketch_get_capacity (sketch), ==, 1234);
  g_clear_object (&result);
  beaver_db_lookup_sketch_async (f->db, "nobody", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_db_lookup_sketch_finish (f->db, result, &error));
  g_assert_no_error (error);
  g_clear_object (&result);

  g_assert_null (beaver_db_lookup_sketch (f->db, "", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_db_lookup_sketch_async (f->db, "", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_db_lookup_sketch_finish (f->db, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_object (&result);

  /* damaged, or of another program */
  fixture_reopen (f);
  raw = raw_open (f->path);
  for (guint i = 0; i < 7; i++)
    {
      static const char *const changes[] = { "capacity = 0",      "capacity = -5",
                                             "capacity = 'many'", "error_rate = 0",
                                             "error_rate = 1.5",  "error_rate = 'low'",
                                             "type = 'bloom'" };
      g_autofree char *sql = g_strconcat ("UPDATE __beaver_sketches__ SET ", changes[i], NULL);

      g_clear_error (&error);
      raw_exec (raw, sql);
      g_assert_null (beaver_db_lookup_sketch (f->db, "s", NULL, &error));
      g_assert_error (error, BEAVER_ERROR,
                      (i == 6 ? BEAVER_ERROR_UNSUPPORTED : BEAVER_ERROR_CORRUPT));
      g_assert_nonnull (strstr (error->message, "“s”"));
      raw_exec (raw, "UPDATE __beaver_sketches__ SET capacity = 1234, error_rate = 0.05");
    }
  raw_close (raw);
}

static void
test_corrupt (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);
  sqlite3 *raw = raw_open (f->path);

  add (sketch, "1");
  raw_exec (raw, "UPDATE __beaver_sketches__ SET data = zeroblob (17)");
  assert_refuses (sketch, BEAVER_ERROR_CORRUPT);
  assert_fails (beaver_manager_count (BEAVER_MANAGER (sketch), NULL, &failure),
                BEAVER_ERROR_CORRUPT);
  raw_exec (raw, "UPDATE __beaver_sketches__ SET data = CAST ('text' AS TEXT)");
  assert_refuses (sketch, BEAVER_ERROR_CORRUPT);

  /* the registers hold what no writer writes */
  raw_exec (raw, "UPDATE __beaver_sketches__ SET data = CAST (replace (hex (zeroblob (8791)),"
                 " '00', 'zz') || 'z' AS BLOB)");
  assert_fails (beaver_manager_count (BEAVER_MANAGER (sketch), NULL, &failure),
                BEAVER_ERROR_CORRUPT);
  assert_fails (beaver_sketch_get_bytes (sketch, NULL, &failure), BEAVER_ERROR_CORRUPT);

  /* the way out */
  beaver_manager_clear (BEAVER_MANAGER (sketch), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (sketch), ==, 0);
  add (sketch, "2");
  g_assert_true (contains (sketch, "2"));
  raw_close (raw);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);
  BeaverSketch *other = get_sketch (f, "t", 2000, 0.01);
  g_autoptr (GBytes) few = g_bytes_new_static ("abc", 3);
  g_autofree char *junk = g_strnfill (17583, 'z');
  g_autoptr (GBytes) wrong = g_bytes_new_static (junk, 17583);

  assert_fails (beaver_sketch_add_json (sketch, "", NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_add_json (sketch, "NaN", NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_add_json (sketch, NULL, NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_add_string (sketch, "\xff", NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_contains_json (sketch, "{", NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_merge (sketch, other, NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_merge_bytes (sketch, few, NULL, &failure), BEAVER_ERROR_INVALID);
  assert_fails (beaver_sketch_merge_bytes (sketch, wrong, NULL, &failure), BEAVER_ERROR_INVALID);
  g_assert_cmpint (count (sketch), ==, 0);
}

/* ---- merging ---- */

static void
test_merge (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *a = get_sketch (f, "a", 1000, 0.01);
  BeaverSketch *b = get_sketch (f, "b", 1000, 0.01);
  BeaverSketch *c = get_sketch (f, "c", 1000, 0.01);
  g_auto (GStrv) first = items (0, 600);
  g_auto (GStrv) second = items (400, 600);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *sum = NULL;

  beaver_sketch_add_many (a, (const char *const *) first, NULL, &error);
  beaver_sketch_add_many (b, (const char *const *) second, NULL, &error);
  sum = hash (b);
  g_assert_true (beaver_sketch_merge (a, b, NULL, &error));
  g_assert_no_error (error);
  assert_hash (b, sum);
  assert_hash (a, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");

  /* into an empty one; from one that is empty; of itself; by bytes */
  g_assert_true (beaver_sketch_merge (a, c, NULL, &error));
  g_assert_true (beaver_sketch_merge (c, a, NULL, &error));
  g_assert_true (beaver_sketch_merge (a, a, NULL, &error));
  assert_hash (c, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");
  bytes = beaver_sketch_get_bytes (c, NULL, &error);
  g_assert_true (beaver_sketch_merge_bytes (b, bytes, NULL, &error));
  g_assert_no_error (error);
  assert_hash (b, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");
}

/* ---- async, transactions, closed ---- */

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);
  const char *const some[] = { "2", "3", NULL };
  g_autoptr (GAsyncResult) a = NULL, b = NULL, c = NULL, d = NULL, e = NULL, n = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) names = NULL;

  beaver_sketch_add_json_async (sketch, "1", NULL, beaver_test_ready, &a);
  beaver_sketch_add_many_async (sketch, some, NULL, beaver_test_ready, &b);
  beaver_test_wait_result (&a);
  beaver_test_wait_result (&b);
  g_assert_true (beaver_sketch_add_json_finish (sketch, a, &error));
  g_assert_true (beaver_sketch_add_many_finish (sketch, b, &error));
  beaver_sketch_contains_json_async (sketch, "3", NULL, beaver_test_ready, &c);
  beaver_sketch_get_bytes_async (sketch, NULL, beaver_test_ready, &d);
  beaver_sketch_add_json_async (sketch, "{", NULL, beaver_test_ready, &e);
  beaver_db_get_sketch_names_async (f->db, NULL, beaver_test_ready, &n);
  beaver_test_wait_result (&c);
  beaver_test_wait_result (&d);
  beaver_test_wait_result (&e);
  beaver_test_wait_result (&n);
  g_assert_true (beaver_sketch_contains_json_finish (sketch, c, &error));
  bytes = beaver_sketch_get_bytes_finish (sketch, d, &error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 17583);
  names = beaver_db_get_sketch_names_finish (f->db, n, &error);
  g_assert_cmpstr (names[0], ==, "s");
  g_assert_no_error (error);
  g_assert_false (beaver_sketch_add_json_finish (sketch, e, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "s", 1000, 0.01);
  g_autoptr (BeaverTransaction) transaction = NULL;

  add (sketch, "1");
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  add (sketch, "2");
  g_assert_true (contains (sketch, "2"));
  beaver_transaction_rollback (transaction, &error);
  g_assert_no_error (error);
  g_assert_true (contains (sketch, "1"));
  g_assert_false (contains (sketch, "2"));
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverSketch) sketch = g_object_ref (get_sketch (f, "s", 1000, 0.01));
  g_autoptr (BeaverSketch) mine = g_object_new (BEAVER_TYPE_SKETCH, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  BeaverSketch *both[] = { sketch, mine };

  beaver_db_close (f->db, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      assert_refuses (both[i], BEAVER_ERROR_CLOSED);
      assert_fails (beaver_sketch_add_json (both[i], "{", NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_sketch_merge (both[i], sketch, NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_sketch_merge_bytes (both[i], bytes, NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_manager_count (BEAVER_MANAGER (both[i]), NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_manager_clear (BEAVER_MANAGER (both[i]), NULL, &failure),
                    BEAVER_ERROR_CLOSED);
    }
}

/* ---- several processes at once ---- */

static int
adder (const char *path, guint from, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverSketch *sketch = beaver_db_get_sketch (db, "shared", 100000, 0.01, &error);
  g_auto (GStrv) mine = items (from, n);

  g_print ("ready\n");
  fflush (stdout);
  if (getchar () == EOF)
    return 1;
  for (guint i = 0; i < n;)
    {
      /* now one, now a batch */
      if (i % 3 == 0 && i + 30 <= n)
        {
          g_autofree char *kept = g_steal_pointer (&mine[i + 30]);

          beaver_sketch_add_many (sketch, (const char *const *) mine + i, NULL, &error);
          mine[i + 30] = g_steal_pointer (&kept);
          i += 30;
        }
      else
        beaver_sketch_add_json (sketch, mine[i++], NULL, &error);
      if (error != NULL)
        {
          g_printerr ("adder: %s\n", error->message);
          return 1;
        }
    }
  return beaver_db_close (db, &error) ? 0 : 1;
}

static void
test_processes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = get_sketch (f, "shared", 100000, 0.01);
  BeaverSketch *alone = get_sketch (f, "alone", 100000, 0.01);
  guint n = beaver_test_rounds (600);
  g_autofree char *n_text = g_strdup_printf ("%u", n);
  GSubprocess *processes[3];
  g_auto (GStrv) all = items (0, 3 * n);
  g_autofree char *sum = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autofree char *from = g_strdup_printf ("%u", i * n);
      g_autofree char *line = NULL;

      processes[i] = beaver_test_spawn_self ("adder", f->path, from, n_text, NULL);
      line = beaver_test_read_line (processes[i]);
      g_assert_cmpstr (line, ==, "ready");
    }
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    beaver_test_write_line (processes[i], "go");
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      beaver_test_join (processes[i]);
      g_object_unref (processes[i]);
    }
  for (guint i = 0; all[i] != NULL; i++)
    g_assert_true (contains (sketch, all[i]));
  beaver_sketch_add_many (alone, (const char *const *) all, NULL, &error);
  g_assert_no_error (error);
  sum = hash (alone);
  assert_hash (sketch, sum);
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "adder") == 0)
    return adder (argv[2], (guint) atoi (argv[3]), (guint) atoi (argv[4]));
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/sketch/vectors", test_vectors);
  beaver_test_add ("/sketch/one-by-one", test_one_by_one);
  beaver_test_add_closed ("/sketch/conformance", test_conformance);
  beaver_test_add_closed ("/sketch/everything", test_everything);
  beaver_test_add ("/sketch/D27-clear-clears", test_clear);
  beaver_test_add ("/sketch/D50-never-stale", test_fresh);
  beaver_test_add ("/sketch/D50-failed-batch-writes-nothing", test_failed_batch);
  beaver_test_add ("/sketch/D57-add-writes-what-changes", test_small_writes);
  beaver_test_add ("/sketch/D39-other-options", test_options);
  beaver_test_add ("/sketch/other-shape", test_other_shape);
  beaver_test_add ("/sketch/lookup", test_lookup);
  beaver_test_add ("/sketch/corrupt", test_corrupt);
  beaver_test_add ("/sketch/bad-input", test_bad_input);
  beaver_test_add ("/sketch/merge", test_merge);
  beaver_test_add ("/sketch/async", test_async);
  beaver_test_add ("/sketch/transaction", test_transaction);
  beaver_test_add ("/sketch/closed", test_closed);
  beaver_test_add ("/sketch/processes", test_processes);
  return g_test_run ();
}
