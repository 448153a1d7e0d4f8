/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dicts read from files that Python wrote, what they write, and the upstream defects that they
 * do not have. */
#include "beaver-test-sqlite.h"

#include <math.h>

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

static void
set (BeaverDict *dict, const char *key, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json (dict, key, json, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_value (BeaverDict *dict, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = beaver_dict_lookup_json (dict, key, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

static gint64
count (BeaverDict *dict)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* All entries as "key=value" lines; keys alone when values is FALSE. */
static char *
list (BeaverDict *dict, gboolean values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor =
      values ? beaver_dict_items (dict, NULL, &error) : beaver_dict_keys (dict, NULL, &error);
  GString *lines = g_string_new (NULL);

  g_assert_no_error (error);
  for (;;)
    {
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, NULL, &error);

      g_assert_no_error (error);
      if (entry == NULL)
        return g_string_free (lines, FALSE);
      g_string_append (lines, beaver_entry_get_key (entry));
      if (values)
        g_string_append_printf (lines, "=%s", beaver_entry_get_value (entry));
      else
        g_assert_null (beaver_entry_get_value (entry));
      g_string_append_c (lines, '\n');
    }
}

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

/* ---- fixtures ---- */

static gboolean
array_has (JsonArray *array, const char *text)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (g_str_equal (json_array_get_string_element (array, i), text))
        return TRUE;
    }
  return FALSE;
}

static void
check_dict (BeaverDict *dict, JsonObject *expect)
{
  JsonArray *rows = json_object_get_array_member (expect, "rows_key_rawvalue_expires");
  JsonArray *missing = json_object_get_array_member (expect, "get_raises_KeyError");
  g_autoptr (GString) keys = g_string_new (NULL);
  g_autoptr (GString) items = g_string_new (NULL);
  g_autofree char *listed_keys = NULL;
  g_autofree char *listed_items = NULL;
  guint visible = 0;

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonArray *row = json_array_get_array_element (rows, i);
      const char *key = json_array_get_string_element (row, 0);
      const char *raw = json_array_get_string_element (row, 1);
      double expires_at = json_array_get_null_element (row, 2) ?
                              (double) INFINITY :
                              json_array_get_double_element (row, 2);
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverEntry) entry = beaver_dict_lookup (dict, key, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (beaver_dict_contains (dict, key, NULL, &error), ==,
                       !array_has (missing, key));
      if (array_has (missing, key))
        {
          g_assert_null (entry);
          continue;
        }
      g_assert_nonnull (entry);
      g_assert_cmpstr (beaver_entry_get_key (entry), ==, key);
      g_assert_cmpstr (beaver_entry_get_value (entry), ==, raw);
      g_assert_cmpfloat (beaver_entry_get_expires_at (entry), ==, expires_at);
      g_string_append_printf (keys, "%s\n", key);
      g_string_append_printf (items, "%s=%s\n", key, raw);
      visible++;
    }
  g_assert_cmpint (count (dict), ==, visible);
  listed_keys = list (dict, FALSE);
  g_assert_cmpstr (listed_keys, ==, keys->str);
  listed_items = list (dict, TRUE);
  g_assert_cmpstr (listed_items, ==, items->str);

  for (guint i = 0; i < json_array_get_length (missing); i++)
    assert_value (dict, json_array_get_string_element (missing, i), NULL);
}

static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("dicts");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) listed = NULL;

  fixture_open_data (f, "dicts");
  g_assert_cmpuint (g_list_length (names), >=, 5);
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_test_message ("%s", (char *) l->data);
      check_dict (get_dict (f, l->data), json_object_get_object_member (expect, l->data));
    }
  listed = beaver_db_get_dict_names (f->db, NULL, &error);
  g_assert_no_error (error);
  for (GList *l = names; l != NULL; l = l->next)
    g_assert_true (g_strv_contains ((const char *const *) listed, l->data));
}

/* Python wrote it, we write it again: the same bytes. */
static void
test_fixture_rewritten (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("dicts");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  JsonArray *rows = json_object_get_array_member (json_object_get_object_member (expect, "plain"),
                                                  "rows_key_rawvalue_expires");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw;

  fixture_open_data (f, "dicts");
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonArray *row = json_array_get_array_element (rows, i);

      beaver_dict_set_json (get_dict (f, "copy"), json_array_get_string_element (row, 0),
                            json_array_get_string_element (row, 1), NULL, &error);
      g_assert_no_error (error);
    }
  raw = raw_open (f->path);
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE dict_name = 'copy'"),
                   ==, json_array_get_length (rows));
  raw_assert (
      raw,
      "SELECT key, value FROM __beaver_dicts__ WHERE dict_name = 'copy' AND key <> 'negzero'"
      " EXCEPT SELECT key, value FROM __beaver_dicts__ WHERE dict_name = 'plain'",
      "");
  raw_close (raw);
}

static void
test_python_can_go_on (Fixture *f, gconstpointer data)
{
  BeaverDict *dict;
  sqlite3 *raw;

  fixture_open_data (f, "dicts");
  dict = get_dict (f, "plain");
  raw = raw_open (f->path);
  /* what Python runs, word for word */
  raw_exec (raw, "BEGIN IMMEDIATE;"
                 "INSERT OR REPLACE INTO __beaver_dicts__ (dict_name, key, value, expires_at)"
                 " VALUES ('plain', 'int', '43', NULL);"
                 "COMMIT");
  assert_value (dict, "int", "43");
  set (dict, "int", "44");
  raw_assert (raw, "SELECT value FROM __beaver_dicts__ WHERE dict_name = 'plain' AND key = 'int'",
              "44");
  raw_close (raw);
}

/* ---- rows ---- */

static void
test_rows (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "a % 'b'");
  sqlite3 *raw = raw_open (f->path);
  double before, after, expires_at;
  g_autofree char *text = NULL;

  set (dict, "plain", "{\"é\":[1,1.0,-0.0,1e16]}");
  raw_assert (raw,
              "SELECT dict_name, key, value, expires_at, typeof(dict_name), typeof(key),"
              " typeof(value), typeof(expires_at) FROM __beaver_dicts__",
              "a % 'b'|plain|{\"\\u00e9\": [1, 1.0, -0.0, 1e+16]}|NULL|text|text|text|null");
  raw_exec (raw, "DELETE FROM __beaver_dicts__");

  before = (double) g_get_real_time () / G_USEC_PER_SEC;
  beaver_dict_set_json_with_ttl (dict, "ttl", "1", 100, NULL, &error);
  after = (double) g_get_real_time () / G_USEC_PER_SEC;
  g_assert_no_error (error);
  raw_assert (raw, "SELECT key, value, typeof(expires_at) FROM __beaver_dicts__", "ttl|1|real");
  text = raw_query (raw, "SELECT printf('%.17g', expires_at) FROM __beaver_dicts__");
  expires_at = g_ascii_strtod (text, NULL);
  g_assert_cmpfloat (expires_at, >=, before + 100);
  g_assert_cmpfloat (expires_at, <=, after + 100);

  beaver_dict_set_ttl (dict, "ttl", INFINITY, NULL, &error);
  raw_assert (raw, "SELECT key, value, expires_at FROM __beaver_dicts__", "ttl|1|NULL");
  beaver_dict_set_json_with_ttl (dict, "ttl", "1", INFINITY, NULL, &error);
  raw_assert (raw, "SELECT key, value, expires_at FROM __beaver_dicts__", "ttl|1|NULL");
  /* an update, not a new row: nothing else may hang on the old one */
  set (dict, "other", "1");
  raw_assert (raw, "SELECT rowid FROM __beaver_dicts__ WHERE key = 'ttl'", "1");
  raw_close (raw);
}

/* ---- time to live ---- */

static void
make_expired (sqlite3 *raw, const char *dict, const char *key)
{
  g_autofree char *sql =
      g_strdup_printf ("INSERT INTO __beaver_dicts__ VALUES ('%s', '%s', '\"old\"', 1000.5)"
                       " ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at",
                       dict, key);

  raw_exec (raw, sql);
}

/* Upstream counts, lists and iterates over what has expired. */
static void
test_expired_rows_are_hidden (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "a", "gone", NULL };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "cache");
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *items = NULL, *key_lines = NULL;
  g_autoptr (GPtrArray) many = NULL;
  g_auto (GStrv) listed = NULL;

  set (dict, "a", "1");
  make_expired (raw, "cache", "gone");

  assert_value (dict, "gone", NULL);
  g_assert_null (beaver_dict_get_json (dict, "gone", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_false (beaver_dict_contains (dict, "gone", NULL, &error));
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "gone", NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_cmpint (count (dict), ==, 1);
  items = list (dict, TRUE);
  g_assert_cmpstr (items, ==, "a=1\n");
  key_lines = list (dict, FALSE);
  g_assert_cmpstr (key_lines, ==, "a\n");
  many = beaver_dict_lookup_many (dict, keys, NULL, &error);
  g_assert_cmpuint (many->len, ==, 1);
  listed = beaver_dict_list_keys (dict, NULL, NULL, &error);
  g_assert_cmpuint (g_strv_length (listed), ==, 1);
  g_assert_no_error (error);
  /* reading has written nothing */
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__"), ==, 2);
  raw_close (raw);
}

static void
test_expired_rows_are_absent_for_writers (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "cache");
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *text = NULL;

  make_expired (raw, "cache", "k");
  g_assert_false (beaver_dict_remove (dict, "k", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  make_expired (raw, "cache", "k");
  g_assert_null (beaver_dict_pop_json (dict, "k", NULL, &error));
  g_assert_no_error (error);
  make_expired (raw, "cache", "k");
  g_assert_false (beaver_dict_set_ttl (dict, "k", 5, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  make_expired (raw, "cache", "k");
  g_assert_false (beaver_dict_compare_and_set_json (dict, "k", "\"old\"", "1", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_true (beaver_dict_compare_and_set_json (dict, "k", NULL, "1", NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "k", NULL, &error), ==, INFINITY);
  make_expired (raw, "cache", "k");
  text = beaver_dict_get_or_set_json (dict, "k", "2", INFINITY, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "2");
  make_expired (raw, "cache", "k");
  g_assert_cmpint (beaver_dict_increment (dict, "k", 1, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "k", NULL, &error), ==, INFINITY);
  make_expired (raw, "cache", "k");
  set (dict, "k", "3");
  assert_value (dict, "k", "3");
  make_expired (raw, "cache", "k");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, 0);
  g_assert_no_error (error);
  raw_close (raw);
}

/* Upstream's delete of an expired row is rolled back by the error that reports it. */
static void
test_expired_rows_are_purged (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "cache");
  BeaverDict *other = get_dict (f, "other");
  sqlite3 *raw = raw_open (f->path);

  /* left by another process: the first write looks around */
  make_expired (raw, "cache", "a");
  make_expired (raw, "other", "a");
  set (dict, "live", "1");
  raw_assert (raw, "SELECT dict_name, key FROM __beaver_dicts__ ORDER BY 1", "cache|live\nother|a");
  set (other, "live", "1");
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__"), ==, 2);

  /* our own: a write after their time */
  beaver_dict_set_json_with_ttl (dict, "short", "1", 0.02, NULL, &error);
  beaver_dict_set_json_with_ttl (dict, "long", "1", 1000, NULL, &error);
  g_assert_no_error (error);
  beaver_test_wait_until (!beaver_dict_contains (dict, "short", NULL, NULL));
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE key = 'short'", "1");
  set (dict, "live", "2");
  raw_assert (raw, "SELECT key FROM __beaver_dicts__ WHERE dict_name = 'cache' ORDER BY 1",
              "live\nlong");

  /* found by a reader, removed by the next writer */
  make_expired (raw, "cache", "b");
  assert_value (dict, "b", NULL);
  set (dict, "live", "3");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE key = 'b'", "0");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, 2);
  raw_close (raw);
}

/* No write pays for all of it. */
static void
test_purge_is_bounded (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "cache");
  sqlite3 *raw = raw_open (f->path);
  gint64 left, last = 5001;
  guint writes = 0;

  raw_exec (raw, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                 " INSERT INTO __beaver_dicts__ SELECT 'cache', printf('%06d', i), '1', 5 FROM n");
  do
    {
      set (dict, "live", "1");
      left = raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__");
      g_assert_cmpint (last - left, <=, 64);
      last = left;
      writes++;
      g_assert_cmpuint (writes, <, 100000);
    }
  while (left > 1);
  g_test_message ("%u writes", writes);
  raw_close (raw);
}

static void
test_huge_foreign_ttl (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "cache");
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('cache', 'k', '1', 1e300),"
                 " ('cache', 'before the epoch', '1', -5.0), ('cache', 'epoch', '1', 0)");
  assert_value (dict, "k", "1");
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "k", NULL, &error), >, 1e299);
  assert_value (dict, "before the epoch", NULL);
  assert_value (dict, "epoch", NULL);
  g_assert_cmpint (count (dict), ==, 1);
  raw_close (raw);
}

/* ---- encrypted dicts ---- */

/* Upstream reads ciphertext and writes plain text when the secret is forgotten. */
static void
test_encrypted_guard (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "a", NULL };
  static const char *const values[] = { "1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDictBatch) batch = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autofree char *key_lines = NULL;
  BeaverDict *vault;
  sqlite3 *raw;
  gint64 rows;

  fixture_open_data (f, "encrypted");
  raw = raw_open (f->path);
  vault = get_dict (f, "vault");
  rows = raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__");

#define REFUSED(expression)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    (void) (expression);                                                                           \
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);                                     \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
  REFUSED (beaver_dict_set_json (vault, "pin", "1", NULL, &error));
  REFUSED (beaver_dict_set_json (vault, "new", "1", NULL, &error));
  REFUSED (beaver_dict_set_json_with_ttl (vault, "new", "1", 5, NULL, &error));
  REFUSED (beaver_dict_get_json (vault, "pin", NULL, &error));
  REFUSED (beaver_dict_lookup_json (vault, "pin", NULL, &error));
  REFUSED (beaver_dict_lookup_json (vault, "never", NULL, &error));
  REFUSED (beaver_dict_lookup (vault, "pin", NULL, &error));
  REFUSED (beaver_dict_lookup_many (vault, keys, NULL, &error));
  REFUSED (beaver_dict_pop_json (vault, "pin", NULL, &error));
  REFUSED (beaver_dict_compare_and_set_json (vault, "new", NULL, "1", NULL, &error));
  REFUSED (beaver_dict_get_or_set_json (vault, "new", "1", INFINITY, NULL, &error));
  REFUSED (beaver_dict_increment (vault, "new", 1, NULL, &error));
  REFUSED (beaver_dict_increment_double (vault, "new", 1, NULL, &error));
  REFUSED (beaver_dict_set_many_json (vault, keys, values, NULL, &error));
  REFUSED (beaver_dict_update_json (vault, "{\"a\": 1}", NULL, &error));
  batch = beaver_dict_create_batch (vault);
  g_assert_true (beaver_dict_batch_set_json (batch, "a", "1", INFINITY, &error));
  REFUSED (beaver_dict_batch_apply (batch, NULL, &error));
  cursor = beaver_dict_items (vault, NULL, &error);
  g_assert_no_error (error);
  REFUSED (beaver_cursor_next (cursor, NULL, &error));
#undef REFUSED
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__"), ==, rows);

  /* keys and times are no secret */
  g_assert_true (beaver_dict_contains (vault, "pin", NULL, &error));
  g_assert_cmpint (count (vault), ==, 5);
  key_lines = list (vault, FALSE);
  g_assert_cmpstr (key_lines, ==, "empty\nfar\nnote\nobj\npin\n");
  g_assert_cmpfloat (beaver_dict_get_ttl (vault, "far", NULL, &error), >, 1000);
  g_assert_true (beaver_dict_remove (vault, "pin", NULL, &error));
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (vault), NULL, &error), ==, 4);
  g_assert_no_error (error);
  /* the metadata stays, and so does the refusal */
  g_assert_false (beaver_dict_set_json (vault, "pin", "1", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);

  assert_value (get_dict (f, "open"), "k", "\"not encrypted\"");
  raw_close (raw);
}

/* ---- damage ---- */

static void
test_corrupt_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  sqlite3 *raw = raw_open (f->path);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (BeaverEntry) first = NULL, last = NULL;

  set (dict, "a", "1");
  set (dict, "z", "2");
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('settings', 'm', '{broken', NULL)");
  g_assert_null (beaver_dict_get_json (dict, "m", NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  g_assert_null (beaver_dict_pop_json (dict, "m", NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  g_assert_cmpint (count (dict), ==, 3);

  /* a cursor says so in its place, and goes on */
  cursor = beaver_dict_items (dict, NULL, &error);
  first = beaver_cursor_next (cursor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_entry_get_key (first), ==, "a");
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  last = beaver_cursor_next (cursor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_entry_get_key (last), ==, "z");
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_no_error (error);

  set (dict, "m", "3");
  assert_value (dict, "m", "3");
  raw_close (raw);
}

static void
test_foreign_keys (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "settings");
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *key_lines = NULL;

  set (dict, "a", "1");
  raw_exec (raw,
            "INSERT INTO __beaver_dicts__ VALUES ('settings', 'a' || char(0) || 'b', '2', NULL),"
            " ('settings', x'6162', '3', NULL), ('settings', 'b', '4', NULL)");
  key_lines = list (dict, FALSE);
  g_assert_cmpstr (key_lines, ==, "a\na\nb\n");
  set (dict, "c", "1");
  raw_close (raw);
}

/* ---- how it goes about it ---- */

/* Upstream takes four write transactions for a get, and waits for every writer. */
static void
test_reads_write_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  sqlite3 *raw = raw_open (f->path);
  gint64 version;

  set (dict, "k", "1");
  version = raw_int (raw, "PRAGMA data_version");
  raw_exec (raw, "BEGIN IMMEDIATE");
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *items = NULL;

      assert_value (dict, "k", "1");
      assert_value (dict, "absent", NULL);
      g_assert_true (beaver_dict_contains (dict, "k", NULL, &error));
      g_assert_cmpint (count (dict), ==, 1);
      items = list (dict, TRUE);
      g_assert_cmpstr (items, ==, "k=1\n");
    }
  g_assert_no_error (error);
  raw_exec (raw, "COMMIT");
  g_assert_cmpint (raw_int (raw, "PRAGMA data_version"), ==, version);
  raw_close (raw);
}

/* One set is one commit, and one row. */
static void
test_set_is_one_commit (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "settings");
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  GStatBuf before, after;
  gint64 page_size = raw_int (raw, "PRAGMA page_size");

  set (dict, "k", "1");
  g_assert_no_errno (g_stat (wal, &before));
  set (dict, "k", "2");
  g_assert_no_errno (g_stat (wal, &after));
  /* the one page of the table: the row keeps its length, its key is untouched */
  g_assert_cmpint (after.st_size - before.st_size, <=, page_size + 24);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_lock_waiters__", "0");
  raw_close (raw);
}

/* Upstream's half-read iterator makes the next write fail. */
static void
test_half_read_cursor_blocks_nobody (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  sqlite3 *raw = raw_open (f->path);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (BeaverEntry) entry = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%04u", i);

      set (dict, key, "1");
    }
  cursor = beaver_dict_items (dict, NULL, &error);
  entry = beaver_cursor_next (cursor, NULL, &error);
  g_assert_no_error (error);

  set (dict, "0500", "2");
  raw_exec (raw, "BEGIN IMMEDIATE; UPDATE __beaver_dicts__ SET value = '3' WHERE key = '0501';"
                 "COMMIT");
  set (dict, "0502", "4");
  /* and nobody keeps an old snapshot in the way of a checkpoint */
  beaver_test_wait_until (raw_int (raw, "PRAGMA wal_checkpoint(TRUNCATE)") == 0);
  raw_close (raw);
}

/* ---- events ---- */

static void
test_events (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "m1", "m2", NULL };
  static const char *const values[] = { "1", "2", NULL };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  sqlite3 *raw = raw_open (f->path);

  set (dict, "before", "1");
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_pubsub_log__"), ==, 0);
  beaver_db_set_always_emit_events (f->db, TRUE);

  set (dict, "é\"", "1");
  g_free (beaver_dict_get_json (dict, "before", NULL, &error));
  g_free (beaver_dict_pop_json (dict, "before", NULL, &error));
  g_free (beaver_dict_pop_json (dict, "absent", NULL, &error));
  beaver_dict_increment (dict, "n", 1, NULL, &error);
  g_assert_no_error (error);
  /* what fails tells nothing */
  beaver_dict_remove (dict, "absent", NULL, NULL);
  beaver_dict_compare_and_set_json (dict, "n", "7", "8", NULL, NULL);
  beaver_dict_compare_and_set_json (dict, "n", "1", "8", NULL, &error);
  g_free (beaver_dict_get_or_set_json (dict, "n", "1", INFINITY, NULL, &error));
  g_free (beaver_dict_get_or_set_json (dict, "g", "1", INFINITY, NULL, &error));
  beaver_dict_set_many_json (dict, keys, values, NULL, &error);
  beaver_dict_batch_remove (batch, "m1", &error);
  beaver_dict_batch_remove (batch, "absent", &error);
  beaver_dict_batch_apply (batch, NULL, &error);
  beaver_dict_remove (dict, "m2", NULL, &error);
  beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error);
  g_assert_no_error (error);

  raw_assert (raw, "SELECT DISTINCT channel_name FROM __beaver_pubsub_log__",
              "__events_dict:settings__");
  raw_assert (raw,
              "SELECT json_extract(message_payload, '$.event'),"
              " json_extract(message_payload, '$.payload.key')"
              " FROM __beaver_pubsub_log__ ORDER BY timestamp",
              "set|é\"\ndel|before\nset|n\nset|n\nset|g\nset|m1\nset|m2\ndel|m1\ndel|m2\n"
              "clear|NULL");
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_pubsub_log__"
              " WHERE message_payload NOT LIKE '{\"id\":\"%\",\"event\":\"%\",\"payload\":{%},"
              "\"timestamp\":%}'",
              "0");
  raw_close (raw);
}

/* ---- many at it ---- */

typedef struct
{
  BeaverDict *dict;
  guint n;
} Hammer;

static gpointer
hammer_thread (gpointer data)
{
  Hammer *hammer = data;

  for (guint i = 0; i < hammer->n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;

      beaver_dict_increment (hammer->dict, "n", 1, NULL, &error);
      g_assert_no_error (error);
      /* optimistic: as many tries as it takes */
      do
        {
          g_clear_pointer (&before, g_free);
          g_clear_pointer (&after, g_free);
          g_clear_error (&error);
          before = beaver_dict_get_json (hammer->dict, "optimistic", NULL, &error);
          g_assert_no_error (error);
          after = g_strdup_printf ("%d", atoi (before) + 1);
          beaver_dict_compare_and_set_json (hammer->dict, "optimistic", before, after, NULL,
                                            &error);
        }
      while (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT));
      g_assert_no_error (error);
    }
  return NULL;
}

/* Nothing is lost between threads of ours, and a program that does as Python does. */
static void
test_nothing_is_lost (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "counters");
  Hammer hammer = { dict, beaver_test_rounds (100) };
  GThread *threads[4];
  sqlite3 *raw = raw_open (f->path);

  set (dict, "optimistic", "0");
  set (dict, "n", "0");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer_thread, &hammer);
  for (guint i = 0; i < hammer.n; i++)
    raw_exec (raw, "BEGIN IMMEDIATE; UPDATE __beaver_dicts__ SET value = value + 1"
                   " WHERE dict_name = 'counters' AND key = 'n'; COMMIT");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (beaver_dict_get_int (dict, "n", NULL, &error), ==,
                   (G_N_ELEMENTS (threads) + 1) * hammer.n);
  g_assert_cmpint (beaver_dict_get_int (dict, "optimistic", NULL, &error), ==,
                   G_N_ELEMENTS (threads) * hammer.n);
  g_assert_no_error (error);
  raw_close (raw);
}

/* One of many who find it absent sets it; all get the same. */
static gpointer
get_or_set_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *mine = g_strdup_printf ("\"%p\"", (gpointer) g_thread_self ());
  char *value = beaver_dict_get_or_set_json (data, "k", mine, INFINITY, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static void
test_get_or_set_by_many (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "cache");

  for (guint round = 0; round < beaver_test_rounds (50); round++)
    {
      GThread *threads[4];

      beaver_manager_clear (BEAVER_MANAGER (dict), NULL, NULL);
      for (guint i = 0; i < 4; i++)
        threads[i] = g_thread_new ("get-or-set", get_or_set_thread, dict);
      for (guint i = 0; i < 4; i++)
        {
          g_autofree char *value = g_thread_join (threads[i]);

          assert_value (dict, "k", value);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/dict/fixture", test_fixture);
  beaver_test_add ("/dict/fixture-rewritten", test_fixture_rewritten);
  beaver_test_add ("/dict/python-can-go-on", test_python_can_go_on);
  beaver_test_add ("/dict/rows", test_rows);
  beaver_test_add ("/dict/D35-expired-rows-are-hidden", test_expired_rows_are_hidden);
  beaver_test_add ("/dict/expired-rows-are-absent-for-writers",
                   test_expired_rows_are_absent_for_writers);
  beaver_test_add ("/dict/D35-expired-rows-are-purged", test_expired_rows_are_purged);
  beaver_test_add ("/dict/purge-is-bounded", test_purge_is_bounded);
  beaver_test_add ("/dict/huge-foreign-ttl", test_huge_foreign_ttl);
  beaver_test_add ("/dict/D38-encrypted-guard", test_encrypted_guard);
  beaver_test_add ("/dict/corrupt-values", test_corrupt_values);
  beaver_test_add ("/dict/foreign-keys", test_foreign_keys);
  beaver_test_add ("/dict/D12-reads-write-nothing", test_reads_write_nothing);
  beaver_test_add ("/dict/D12-set-is-one-commit", test_set_is_one_commit);
  beaver_test_add ("/dict/D11-half-read-cursor-blocks-nobody", test_half_read_cursor_blocks_nobody);
  beaver_test_add ("/dict/events", test_events);
  beaver_test_add ("/dict/nothing-is-lost", test_nothing_is_lost);
  beaver_test_add ("/dict/get-or-set-by-many", test_get_or_set_by_many);

  return g_test_run ();
}
