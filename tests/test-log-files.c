/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-test.h"

static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "it's 100%");
  g_autoptr (GSubprocess) sql = NULL;

  append_at (log, "{\"x\":[]}", 5);
  append_at (log, "\"\xf0\x9f\x98\x80\"", -1.5);
  sql = sql_open (f->path);
  sql_expect (sql,
              "SELECT log_name, timestamp, typeof (timestamp), data, typeof (data)"
              " FROM __beaver_logs__ ORDER BY timestamp",
              "[[\"it's 100%\", -1.5, \"real\", \"\\\"\\\\ud83d\\\\ude00\\\"\", \"text\"], "
              "[\"it's 100%\", 5.0, \"real\", \"{\\\"x\\\": []}\", \"text\"]]");
  sql_expect (sql, "SELECT count(*) FROM __beaver_field_index__", "[[0]]");
  beaver_test_join (sql);
}

/* ---- files of others ---- */

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("logs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) found = NULL;
  guint n_names = 0;

  fixture_open_data (f, "logs");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);
      JsonArray *rows = json_object_get_array_member (one, "range_all");
      BeaverLog *log = get_log (f, l->data);
      g_autoptr (GPtrArray) entries = all (log);

      n_names += json_array_get_length (rows) > 0;
      g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, &error), ==,
                       json_object_get_int_member (one, "count"));
      g_assert_cmpuint (entries->len, ==, json_array_get_length (rows));
      for (guint i = 0; i < entries->len; i++)
        {
          JsonArray *row = json_array_get_array_element (rows, i);
          BeaverLogEntry *entry = g_ptr_array_index (entries, i);
          g_autoptr (JsonNode) value = json_from_string (beaver_log_entry_get_data (entry), &error);

          g_assert_no_error (error);
          g_assert_cmpfloat (beaver_log_entry_get_timestamp (entry), ==,
                             json_array_get_double_element (row, 0));
          g_assert_true (json_node_equal (value, json_array_get_element (row, 1)));
        }
    }
  found = beaver_db_get_log_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, n_names);
}

static void
test_conformance_queries (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("logs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  JsonArray *queries =
      json_object_get_array_member (json_object_get_object_member (expect, "app"), "queries");
  guint checked = 0;

  fixture_open_data (f, "logs");
  for (guint q = 0; q < json_array_get_length (queries); q++)
    {
      JsonObject *query = json_array_get_object_element (queries, q);
      JsonArray *rows;
      g_autoptr (GPtrArray) entries = NULL;
      const char *order;

      if (json_object_has_member (query, "where"))
        continue;
      rows = json_object_get_array_member (query, "result");
      order = json_object_get_string_member_with_default (query, "order", "ASC");
      entries = range (get_log (f, "app"),
                       json_object_get_double_member_with_default (query, "start", -INFINITY),
                       json_object_get_double_member_with_default (query, "end", INFINITY),
                       json_object_get_int_member_with_default (query, "limit", -1),
                       json_object_get_int_member_with_default (query, "offset", 0),
                       g_ascii_strcasecmp (order, "DESC") == 0 ? NEWEST : OLDEST);
      g_assert_cmpuint (entries->len, ==, json_array_get_length (rows));
      for (guint i = 0; i < entries->len; i++)
        g_assert_cmpfloat (
            beaver_log_entry_get_timestamp (g_ptr_array_index (entries, i)), ==,
            json_array_get_double_element (json_array_get_array_element (rows, i), 0));
      checked++;
    }
  g_assert_cmpuint (checked, >=, 3);
}

/* Our collision rule gives the very slots that Python's does. */
static void
test_conformance_slots (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) theirs = NULL;

  fixture_open_data (f, "logs");
  theirs = all (get_log (f, "collide"));
  for (guint i = 0; i < theirs->len; i++)
    g_assert_cmpfloat (append_at (get_log (f, "ours"), "0", 1700000000.0), ==,
                       beaver_log_entry_get_timestamp (g_ptr_array_index (theirs, i)));
}

/* D28: a complete index stays true under a writer that never heard of it. */
static void
test_index_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) sql = NULL;
  BeaverLog *log;

  fixture_open_data (f, "field_indexes");
  log = get_log (f, "audit");
  append_at (log,
             "{\"level\": \"error\", \"duration_ms\": 0.30000000000000004, \"ok\": true,"
             " \"user\": {\"id\": null}}",
             5);
  append_at (log, "{\"duration_ms\": 100000000000000000000, \"ok\": false, \"user\": 3}",
             1795330027.8289607);
  append_at (log, "[{\"level\": 1}]", 6);

  sql = sql_open (f->path);
  sql_expect (sql,
              "SELECT field, value, value_num, typeof (value_num) FROM __beaver_field_index__"
              " WHERE kind = 'log' AND name = 'audit' AND item_key = '5.0' ORDER BY field",
              "[[\"duration_ms\", \"0.30000000000000004\", 0.30000000000000004, \"real\"], "
              "[\"level\", \"error\", null, \"null\"], [\"ok\", \"True\", 1.0, \"real\"], "
              "[\"user.id\", null, null, \"null\"]]");
  sql_expect (sql,
              "SELECT field, value, value_num FROM __beaver_field_index__"
              " WHERE name = 'audit' AND item_key = '1795330027.8289607' ORDER BY field",
              "[[\"duration_ms\", \"100000000000000000000\", 1e+20], [\"ok\", \"False\", 0.0]]");
  sql_expect (sql, "SELECT count(*) FROM __beaver_field_index__ WHERE item_key = '6.0'", "[[0]]");
  sql_expect (sql,
              "SELECT sum (complete), count(*) FROM __beaver_field_index_manifest__"
              " WHERE name = 'audit'",
              "[[4, 4]]");
  beaver_test_join (sql);
}

static void
test_index_distrusted (Fixture *f, gconstpointer data)
{
  g_autofree char *digits = g_strnfill (400, '9'); /* an integer, but no double */
  g_autofree char *huge = g_strdup_printf ("{\"duration_ms\": %s}", digits);
  g_autoptr (GSubprocess) sql = NULL;
  BeaverLog *log;

  fixture_open_data (f, "field_indexes");
  log = get_log (f, "audit");
  append_at (log, "{\"level\": [1], \"ok\": true}", 5);
  append_at (log, huge, 6);
  sql = sql_open (f->path);
  sql_expect (sql,
              "SELECT field, complete FROM __beaver_field_index_manifest__"
              " WHERE name = 'audit' ORDER BY field",
              "[[\"duration_ms\", 0], [\"level\", 0], [\"ok\", 1], [\"user.id\", 1]]");
  beaver_test_join (sql);
}

static void
test_index_removed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) sql = NULL;
  BeaverLog *log;

  fixture_open_data (f, "field_indexes");
  log = get_log (f, "audit");
  sql = sql_open (f->path);
  sql_expect (sql, "INSERT INTO __beaver_logs__ VALUES ('audit', 5.0, '{}')", "[]");
  sql_expect (sql,
              "INSERT INTO __beaver_field_index__ VALUES ('log', 'audit', '5', 'level', 'x', NULL)",
              "[]");
  g_assert_cmpint (beaver_log_prune (log, 1700000002, NULL, &error), ==, 3);
  g_assert_no_error (error);
  sql_expect (sql,
              "SELECT min (CAST (item_key AS REAL)) FROM __beaver_field_index__"
              " WHERE name = 'audit'",
              "[[1700000002.0]]");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (log), NULL, &error), >, 0);
  g_assert_no_error (error);
  sql_expect (sql, "SELECT count(*) FROM __beaver_field_index__ WHERE name = 'audit'", "[[0]]");
  sql_expect (sql, "SELECT count(*) FROM __beaver_field_index_manifest__ WHERE name = 'audit'",
              "[[4]]");
  beaver_test_join (sql);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/log/rows", test_rows);
  beaver_test_add ("/log/conformance", test_conformance);
  beaver_test_add ("/log/conformance-queries", test_conformance_queries);
  beaver_test_add ("/log/conformance-slots", test_conformance_slots);
  beaver_test_add ("/log/D28-a-complete-index-stays-true", test_index_kept);
  beaver_test_add ("/log/D28-what-no-row-can-hold", test_index_distrusted);
  beaver_test_add ("/log/index-rows-go-with-their-entries", test_index_removed);
  return g_test_run ();
}
