/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking for damage, and putting right what is safe. */
#include "beaver-test-sqlite.h"

/* "code" or "code fixed", sorted, one a line; without the release of SQLite, which is not ours. */
static char *
check (Fixture *f, gboolean fix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = beaver_db_check (f->db, fix, NULL, &error);
  GString *codes = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    {
      BeaverCheckFinding *finding = g_ptr_array_index (findings, i);

      g_test_message ("%s", beaver_check_finding_get_text (finding));
      g_assert_cmpstr (beaver_check_finding_get_text (finding), !=, "");
      if (!g_str_equal (beaver_check_finding_get_code (finding), "sqlite-release"))
        g_string_append_printf (codes, "%s%s\n", beaver_check_finding_get_code (finding),
                                beaver_check_finding_is_fixed (finding) ? " fixed" : "");
    }
  return g_string_free (codes, FALSE);
}

static void
assert_check (Fixture *f, gboolean fix, const char *expected)
{
  g_autofree char *codes = check (f, fix);

  g_assert_cmpstr (codes, ==, expected);
}

static void
test_healthy (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "lists", "queues", "blobs", "docs", "graphs", "everything" };

  assert_check (f, TRUE, "");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *codes = NULL;

      fixture_open_data (f, names[i]);
      codes = check (f, FALSE);
      /* what Python leaves behind in daily life */
      g_assert_null (strstr (codes, "orphan-fts"));
      g_assert_null (strstr (codes, "integrity"));
      g_assert_null (strstr (codes, "sketch-size"));
    }
}

static void
test_each (Fixture *f, gconstpointer data)
{
  sqlite3 *raw = raw_open (f->path);
  BeaverDict *dict = beaver_db_get_dict_with_secret (f->db, "v", "s", NULL, NULL);

  beaver_dict_set_json (dict, "a", "1", NULL, NULL);
  g_assert_true (beaver_dict_rotate_secret (dict, "t", NULL, NULL, NULL, NULL));
  raw_exec (
      raw,
      "INSERT INTO __beaver_documents__ VALUES ('c', 'kept', '{\"t\": \"x\"}');"
      "INSERT INTO __beaver_fts_index__ VALUES ('c', 'kept', 't', 'x'), ('c', 'gone', 't', 'x');"
      "INSERT INTO __beaver_trigrams__ VALUES ('c', 'gone', 'abc');"
      "INSERT INTO __beaver_vectors__ VALUES ('v', 'a', x'0000803f', NULL);"
      "INSERT INTO __beaver_lsh_index__ VALUES ('v', x'0000000000000000', 'gone');"
      "INSERT INTO __beaver_logs__ VALUES ('l', 5.0, '{\"a\": {\"b\": 1}}'), ('l', 6.0, 'NaN');"
      "INSERT INTO __beaver_field_index_manifest__ VALUES ('log', 'l', 'a.b', 1),"
      " ('log', 'l', 'z', 1);"
      "INSERT INTO __beaver_field_index__ VALUES ('log', 'l', '7.0', 'z', '1', 1.0);"
      "INSERT INTO __beaver_lock_waiters__ VALUES ('x', 'w', 1.0, 2.0), ('y', 'w', 1.0, 9e9);"
      "INSERT INTO __beaver_dicts__ VALUES ('d', 'old', '1', 5.0), ('d', 'new', '1', 9e9);"
      "INSERT INTO __beaver_lists__ VALUES ('l', 'V0', '1'), ('l', printf('V%0900dV', 0), '1');"
      "INSERT INTO __beaver_pubsub_log__ VALUES (9e9, 'c', '1');"
      "INSERT INTO __beaver_sketches__ VALUES ('s', 'approx_set', 1000, 0.01, x'00');"
      "INSERT INTO __beaver_x_secret_rotation__ VALUES ('gone', 'a', 'b', 'c');");
  assert_check (f, FALSE,
                "orphan-fts\norphan-trigrams\norphan-lsh\norphan-fields\nincomplete-index\n"
                "unindexed-vectors\nstale-locks\nexpired-entries\nlong-list-keys\nbad-list-keys\n"
                "future-messages\nleft-rotation\nsketch-size\n");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_fts_index__", "2");
  assert_check (f, TRUE,
                "orphan-fts fixed\norphan-trigrams fixed\norphan-lsh fixed\norphan-fields fixed\n"
                "incomplete-index fixed\nunindexed-vectors\nstale-locks fixed\n"
                "expired-entries fixed\nlong-list-keys\nbad-list-keys\nfuture-messages\n"
                "left-rotation fixed\nsketch-size\n");
  /* what belongs to somebody is still there */
  raw_assert (raw, "SELECT item_id FROM __beaver_fts_index__", "kept");
  raw_assert (raw, "SELECT lock_name FROM __beaver_lock_waiters__", "y");
  raw_assert (raw, "SELECT key FROM __beaver_dicts__ WHERE dict_name = 'd'", "new");
  raw_assert (raw, "SELECT field, complete FROM __beaver_field_index_manifest__ ORDER BY 1",
              "a.b|0\nz|1");
  assert_check (f, TRUE,
                "unindexed-vectors\nlong-list-keys\nbad-list-keys\nfuture-messages\nsketch-size\n");
  raw_close (raw);
}

/* An index that misses rows of its table. */
static void
test_damage (Fixture *f, gconstpointer data)
{
  g_autofree char *codes = NULL;
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_lock_waiters__ VALUES ('x', 'w', 1.0, 2.0);"
                 "CREATE TABLE hidden (a, b); CREATE INDEX hidden_a ON hidden (a);"
                 "INSERT INTO hidden VALUES (1, 2), (3, 4);"
                 "PRAGMA writable_schema = ON;"
                 "UPDATE sqlite_schema SET sql = 'CREATE INDEX hidden_a ON hidden (b)'"
                 " WHERE name = 'hidden_a'");
  raw_close (raw);
  fixture_reopen (f);
  codes = check (f, TRUE);
  g_assert_true (g_str_has_prefix (codes, "integrity\n"));
  /* and nothing is written into it */
  g_assert_nonnull (strstr (codes, "stale-locks\n"));
}

/* A rotation that was interrupted, and a log that nobody could shorten, are told and left alone. */
static void
test_what_stays (Fixture *f, gconstpointer data)
{
  sqlite3 *raw = raw_open (f->path);
  BeaverDict *dict = beaver_db_get_dict_with_secret (f->db, "v", "s", NULL, NULL);

  beaver_dict_set_json (dict, "a", "1", NULL, NULL);
  g_assert_true (beaver_dict_rotate_secret (dict, "t", NULL, NULL, NULL, NULL));
  raw_exec (raw, "INSERT INTO __beaver_x_secret_rotations__ VALUES ('v', '{}');"
                 "INSERT INTO __beaver_x_secret_rotation__ VALUES ('v', 'a', 'b', 'c')");
  assert_check (f, TRUE, "unfinished-rotation\n");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_secret_rotation__", "1");
  raw_close (raw);
}

/* What is put right goes past the objects that are in use; they see it. */
static void
test_live_objects (Fixture *f, gconstpointer data)
{
  static const float ONE[2] = { 1, 0 };
  static const float TWO[2] = { 0, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) one = g_bytes_new_static (ONE, sizeof ONE);
  g_autoptr (GBytes) two = g_bytes_new_static (TWO, sizeof TWO);
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, "v", NULL);
  BeaverDocuments *documents = beaver_db_get_documents (f->db, "o", NULL);
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverDocument) document = NULL;
  sqlite3 *raw = raw_open (f->path);

  beaver_vectors_set (vectors, "a", one, NULL, NULL, &error);
  beaver_vectors_set (vectors, "b", two, NULL, NULL, &error);
  document = beaver_documents_index (documents, "1", "{\"t\": \"red\"}", BEAVER_INDEX_FLAGS_TEXT,
                                     NULL, &error);
  beaver_dict_set_json (dict, "k", "1", NULL, &error);
  g_assert_no_error (error);
  beaver_query_set_text (query, "red");
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (GPtrArray) near =
          beaver_vectors_near (vectors, one, 2, BEAVER_VECTOR_METRIC_EUCLID, NULL, &error);
      g_autoptr (GPtrArray) found = beaver_documents_search (documents, query, NULL, &error);
      g_autofree char *value = beaver_dict_get_json (dict, "k", NULL, &error);
      g_autofree char *text = g_strdup_printf ("{\"t\": \"red %u\"}", i);
      g_autoptr (BeaverDocument) again = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (near->len, ==, 2);
      g_assert_cmpstr (beaver_vector_hit_get_id (near->pdata[0]), ==, "a");
      g_assert_cmpuint (found->len, ==, 1);
      g_assert_cmpstr (value, ==, "1");
      raw_exec (raw, "INSERT INTO __beaver_fts_index__ VALUES ('o', 'gone', 't', 'red');"
                     "INSERT INTO __beaver_trigrams__ VALUES ('o', 'gone', 'abc');"
                     "INSERT INTO __beaver_lsh_index__ VALUES ('v', x'0000000000000000', 'gone');"
                     "INSERT INTO __beaver_dicts__ VALUES ('d', 'gone', '1', 5.0)");
      assert_check (f, TRUE,
                    "orphan-fts fixed\norphan-trigrams fixed\norphan-lsh fixed\n"
                    "expired-entries fixed\n");
      again = beaver_documents_index (documents, "1", text, BEAVER_INDEX_FLAGS_TEXT, NULL, &error);
      g_assert_no_error (error);
    }
  raw_close (raw);
}

static void
test_async_and_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) findings = NULL;

  beaver_db_check_async (f->db, TRUE, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  findings = beaver_db_check_finish (f->db, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (findings);
  beaver_db_close (f->db, NULL);
  g_assert_null (beaver_db_check (f->db, FALSE, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/check/healthy", test_healthy);
  beaver_test_add ("/check/each", test_each);
  beaver_test_add ("/check/damage", test_damage);
  beaver_test_add ("/check/what-stays", test_what_stays);
  beaver_test_add ("/check/live-objects", test_live_objects);
  beaver_test_add ("/check/async-and-closed", test_async_and_closed);
  return g_test_run ();
}
