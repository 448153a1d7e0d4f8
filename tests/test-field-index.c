/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "documents-test.h"

static BeaverDict *
dict_of (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

static BeaverLog *
log_of (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = beaver_db_get_log (f->db, name, &error);

  g_assert_no_error (error);
  return log;
}

static void
set (BeaverDict *dict, const char *key, const char *json)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_dict_set_json (dict, key, json, NULL, &error));
  g_assert_no_error (error);
}

static void
append (BeaverLog *log, double timestamp, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLogEntry) entry = beaver_log_append_json_at (log, json, timestamp, NULL, &error);

  g_assert_no_error (error);
}

/* Declares and builds. */
static void
make_index (gpointer manager, const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_manager_add_index (manager, field, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), >=, 0);
  g_assert_no_error (error);
}

static gboolean
is_used (gpointer manager, const char *field)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverQueryPlan) plan = NULL;

  where (query, field, BEAVER_OPERATOR_EQUAL, "1");
  plan = beaver_manager_explain (manager, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length ((char **) beaver_query_plan_get_indexed (plan)) +
                        g_strv_length ((char **) beaver_query_plan_get_scanned (plan)),
                    ==, 1);
  return beaver_query_plan_get_indexed (plan)[0] != NULL;
}

static char *
keys_of (GPtrArray *entries)
{
  GString *keys = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      gpointer entry = g_ptr_array_index (entries, i);

      if (i > 0)
        g_string_append_c (keys, ' ');
      if (BEAVER_IS_ENTRY (entry))
        g_string_append (keys, beaver_entry_get_key (entry));
      else
        g_string_append_printf (keys, "%g", beaver_log_entry_get_timestamp (entry));
    }
  return g_string_free (keys, FALSE);
}

/* What matches, in a dict, a log or a collection. */
static char *
matches (gpointer manager, BeaverQuery *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  if (BEAVER_IS_DOCUMENTS (manager))
    return found (manager, query);
  entries = BEAVER_IS_DICT (manager) ? beaver_dict_query (manager, query, NULL, &error) :
                                       beaver_log_query (manager, query, NULL, &error);
  g_assert_no_error (error);
  return keys_of (entries);
}

static void
assert_matches (gpointer manager,
                const char *path,
                BeaverOperator op,
                const char *json,
                const char *expected)
{
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autofree char *keys = NULL;

  where (query, path, op, json);
  keys = matches (manager, query);
  g_assert_cmpstr (keys, ==, expected);
}

static void
test_query_dict (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = dict_of (f, "d");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autofree char *all = NULL, *sorted = NULL, *page = NULL;

  set (dict, "a", "{\"n\": 3}");
  set (dict, "b", "{\"n\": 1}");
  set (dict, "c", "{\"n\": 2}");
  set (dict, "plain", "7");
  g_assert_true (beaver_dict_set_json_with_ttl (dict, "dead", "{\"n\": 1}", 1e-6, NULL, &error));
  beaver_test_wait_until (!beaver_dict_contains (dict, "dead", NULL, NULL));
  all = matches (dict, NULL);
  g_assert_cmpstr (all, ==, "a b c plain");
  assert_matches (dict, "n", BEAVER_OPERATOR_LESS, "3", "b c");
  assert_matches (dict, "", BEAVER_OPERATOR_EQUAL, "7", "plain");
  g_assert_true (beaver_query_sort (query, "n", TRUE, &error));
  sorted = matches (dict, query);
  g_assert_cmpstr (sorted, ==, "a c b plain");
  beaver_query_set_limit (query, 2);
  beaver_query_set_offset (query, 1);
  page = matches (dict, query);
  g_assert_cmpstr (page, ==, "c b");
  beaver_query_set_text (query, "words");
  g_assert_null (beaver_dict_query (dict, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
}

static void
test_query_log (Fixture *f, gconstpointer data)
{
  BeaverLog *log = log_of (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autofree char *range = NULL, *last = NULL;

  for (int i = 1; i <= 9; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"n\": %d}", i % 3);

      append (log, i, json);
    }
  assert_matches (log, "n", BEAVER_OPERATOR_EQUAL, "1", "1 4 7");
  where (query, "n", BEAVER_OPERATOR_GREATER_EQUAL, "1");
  beaver_query_set_range (query, 2, 7);
  range = matches (log, query);
  g_assert_cmpstr (range, ==, "2 4 5 7");
  g_assert_true (beaver_query_sort (query, "n", TRUE, &error));
  beaver_query_set_limit (query, 3);
  last = matches (log, query);
  g_assert_cmpstr (last, ==, "2 5 4");
  beaver_query_set_range (query, NAN, 7);
  g_assert_null (beaver_log_query (log, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
}

/* The queries of Python's beaver-db. Where its index answered otherwise than its own scan (D29),
 * the scan is right. */
static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("field_indexes");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  JsonArray *queries = json_object_get_array_member (expect, "queries");
  const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };

  fixture_open_data (f, "field_indexes");
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < json_array_get_length (queries); i++)
        {
          JsonObject *object = json_array_get_object_element (queries, i);
          JsonArray *filters = json_object_get_array_member (object, "where");
          JsonArray *stamps = json_object_get_array_member (object, "result_timestamps");
          g_autoptr (BeaverQuery) query = beaver_query_new ();
          g_autoptr (GError) error = NULL;
          g_autoptr (GPtrArray) entries = NULL;
          gboolean differs = FALSE;

          for (guint j = 0; j < json_array_get_length (filters); j++)
            {
              JsonArray *filter = json_array_get_array_element (filters, j);
              g_autofree char *value = json_to_string (json_array_get_element (filter, 2), FALSE);
              int op = 0;

              while (!g_str_equal (ops[op], json_array_get_string_element (filter, 1)))
                op++;
              where (query, json_array_get_string_element (filter, 0), (BeaverOperator) op, value);
              differs |= g_str_equal (json_array_get_string_element (filter, 0), "ok") ||
                         g_str_equal (value, "\"100\"");
            }
          entries = beaver_log_query (log_of (f, json_object_get_string_member (object, "log")),
                                      query, NULL, &error);
          g_assert_no_error (error);
          if (differs)
            continue;
          g_assert_cmpuint (entries->len, ==, json_array_get_length (stamps));
          for (guint j = 0; j < entries->len; j++)
            g_assert_cmpfloat (beaver_log_entry_get_timestamp (g_ptr_array_index (entries, j)), ==,
                               json_array_get_double_element (stamps, j));
        }
      /* what Python claims is not believed before it was built here */
      g_assert_cmpint (is_used (log_of (f, "audit"), "level"), ==, round > 0);
      if (round == 0)
        g_assert_cmpint (
            beaver_manager_reindex (BEAVER_MANAGER (log_of (f, "audit")), NULL, NULL, NULL, NULL),
            ==, 60);
    }
}

/* Rows that we build are those of Python, column by column. */
static void
test_fixture_rows (Fixture *f, gconstpointer data)
{
  const char *const rows =
      "SELECT kind, name, item_key, field, value, value_num, typeof(value), typeof(value_num)"
      " FROM __beaver_field_index__ WHERE name = 'audit' ORDER BY 1, 2, 3, 4";
  const char *const manifest = "SELECT * FROM __beaver_field_index_manifest__ ORDER BY 1, 2, 3";
  g_autofree char *before = NULL, *manifest_before = NULL;
  sqlite3 *raw;

  fixture_open_data (f, "field_indexes");
  raw = raw_open (f->path);
  before = raw_query (raw, rows);
  manifest_before = raw_query (raw, manifest);
  g_assert_cmpint (
      beaver_manager_reindex (BEAVER_MANAGER (log_of (f, "audit")), NULL, NULL, NULL, NULL), ==,
      60);
  raw_assert (raw, rows, before);
  raw_assert (raw, manifest, manifest_before);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_field_dirty__", "0");
  raw_close (raw);
}

static gpointer
manager_of (Fixture *f, guint kind)
{
  if (kind == 0)
    return dict_of (f, "x");
  if (kind == 1)
    return log_of (f, "x");
  return docs_of (f, "x");
}

static void
store (gpointer manager, guint key, const char *json)
{
  g_autofree char *id = g_strdup_printf ("%u", key);

  if (BEAVER_IS_DICT (manager))
    set (manager, id, json);
  else if (BEAVER_IS_LOG (manager))
    append (manager, key, json);
  else
    put (manager, id, json, BEAVER_INDEX_FLAGS_NONE);
}

/* With and without an index the same results: for every operator and every pair of values. */
static void
test_D29 (Fixture *f, gconstpointer data)
{
  const char *const values[] = { "0",
                                 "1",
                                 "-1",
                                 "5",
                                 "5.0",
                                 "0.30000000000000004",
                                 "\"5\"",
                                 "\"\"",
                                 "\"a\"",
                                 "\"A\"",
                                 "\"True\"",
                                 "true",
                                 "false",
                                 "9007199254740993",
                                 "1e300",
                                 "-1e300",
                                 "\"\xc3\xa9\"",
                                 "null",
                                 "9007199254740992.0",
                                 "123456789012345678901234" };

  for (guint kind = 0; kind < 3; kind++)
    {
      gpointer manager = manager_of (f, kind);
      g_autoptr (GPtrArray) scanned = g_ptr_array_new_with_free_func (g_free);
      guint n = 0;

      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        {
          g_autofree char *json = g_strdup_printf ("{\"a\": {\"b\": %s}}", values[i]);

          store (manager, i + 1, json);
        }
      store (manager, 99, "{\"a\": 1}");
      for (guint indexed = 0; indexed < 2; indexed++)
        {
          if (indexed)
            make_index (manager, "a.b");
          g_assert_cmpint (is_used (manager, "a.b"), ==, indexed);
          n = 0;
          for (guint op = 0; op <= BEAVER_OPERATOR_BETWEEN; op++)
            for (guint i = 0; i < G_N_ELEMENTS (values); i++)
              for (guint j = 0; j < (op >= BEAVER_OPERATOR_IN ? G_N_ELEMENTS (values) : 1); j++)
                {
                  g_autoptr (BeaverQuery) query = beaver_query_new ();
                  g_autofree char *pair = g_strdup_printf ("[%s, %s]", values[i], values[j]);
                  g_autofree char *keys = NULL;

                  where (query, "a.b", (BeaverOperator) op,
                         op >= BEAVER_OPERATOR_IN ? pair : values[i]);
                  keys = matches (manager, query);
                  if (!indexed)
                    g_ptr_array_add (scanned, g_steal_pointer (&keys));
                  else
                    g_assert_cmpstr (keys, ==, g_ptr_array_index (scanned, n));
                  n++;
                }
        }
    }
}

/* A writer that keeps no index is noticed, whatever it does. */
static void
test_D28 (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *insert, *replace, *update, *remove;
  } sql[] = {
    { "INSERT INTO __beaver_dicts__ VALUES ('x', '7', '{\"v\": 1}', NULL)",
      "INSERT OR REPLACE INTO __beaver_dicts__ VALUES ('x', '2', '{\"v\": 1}', NULL)",
      "UPDATE __beaver_dicts__ SET value = '{\"v\": 1}' WHERE dict_name = 'x' AND key = '3'",
      "DELETE FROM __beaver_dicts__ WHERE dict_name = 'x' AND key = '1'" },
    { "INSERT INTO __beaver_logs__ VALUES ('x', 7, '{\"v\": 1}')",
      "INSERT OR REPLACE INTO __beaver_logs__ VALUES ('x', 2, '{\"v\": 1}')",
      "UPDATE __beaver_logs__ SET data = '{\"v\": 1}' WHERE log_name = 'x' AND timestamp = 3",
      "DELETE FROM __beaver_logs__ WHERE log_name = 'x' AND timestamp = 1" },
    { "INSERT INTO __beaver_documents__ VALUES ('x', '7', '{\"v\": 1}')",
      "INSERT OR REPLACE INTO __beaver_documents__ VALUES ('x', '2', '{\"v\": 1}')",
      "UPDATE __beaver_documents__ SET data = '{\"v\": 1}' WHERE collection = 'x' AND item_id = "
      "'3'",
      "DELETE FROM __beaver_documents__ WHERE collection = 'x' AND item_id = '1'" },
  };
  sqlite3 *raw = raw_open (f->path);

  for (guint kind = 0; kind < 3; kind++)
    {
      gpointer manager = manager_of (f, kind);

      store (manager, 1, "{\"v\": 1}");
      store (manager, 2, "{\"v\": 2}");
      store (manager, 3, "{\"v\": 2}");
      make_index (manager, "v");
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "1");
      raw_exec (raw, sql[kind].insert);
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "1 7");
      raw_exec (raw, sql[kind].replace);
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "1 2 7");
      raw_exec (raw, sql[kind].update);
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "1 2 3 7");
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "2", "");
      raw_exec (raw, sql[kind].remove);
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "2 3 7");
      /* as Python's reindex() of another field does: the rows of items go, the data stays */
      raw_exec (raw, "DELETE FROM __beaver_field_index__");
      store (manager, 9, "{\"v\": 1}");
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "2 3 7 9");
      g_assert_true (is_used (manager, "v"));
      make_index (manager, "v");
      raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_field_dirty__", "0");
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "1", "2 3 7 9");
      raw_exec (raw, "DELETE FROM __beaver_field_index__; DELETE FROM __beaver_x_field_dirty__");
    }
  raw_close (raw);
}

/* Writes through us keep the index exactly, and take their notes back. */
static void
test_kept (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = dict_of (f, "x");
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverLog *log = log_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;
  sqlite3 *raw = raw_open (f->path);

  for (guint kind = 0; kind < 3; kind++)
    make_index (manager_of (f, kind), "v");
  set (dict, "1", "{\"v\": 1}");
  set (dict, "1", "{\"v\": 2}");
  g_assert_true (
      beaver_dict_compare_and_set_json (dict, "1", "{\"v\": 2}", "{\"v\": 3}", NULL, &error));
  set (dict, "2", "{\"v\": 4}");
  g_assert_true (beaver_dict_remove (dict, "2", NULL, &error));
  set (dict, "3", "{\"v\": 5}");
  value = beaver_dict_pop_json (dict, "3", NULL, &error);
  g_assert_no_error (error);
  put (docs, "1", "{\"v\": \"a\"}", TEXT);
  put (docs, "1", "{\"v\": \"b\"}", TEXT);
  put (docs, "2", "{\"v\": \"b\"}", TEXT);
  drop (docs, "2");
  append (log, 1, "{\"v\": true}");
  append (log, 2, "{\"v\": null}");
  append (log, 3, "{\"v\": 1.5}");
  g_assert_cmpint (beaver_log_prune (log, 2, NULL, &error), ==, 1);
  g_assert_no_error (error);
  raw_assert (
      raw, "SELECT * FROM __beaver_field_index__ ORDER BY 1, 2, 3",
      "dict|x|1|v|3|3.0\ndocuments|x|1|v|b|NULL\nlog|x|2.0|v|NULL|NULL\nlog|x|3.0|v|1.5|1.5");
  raw_assert (raw, "SELECT * FROM __beaver_x_field_dirty__", "");
  for (guint kind = 0; kind < 3; kind++)
    {
      g_assert_true (is_used (manager_of (f, kind), "v"));
      g_assert_cmpint (beaver_manager_clear (manager_of (f, kind), NULL, &error), >=, 1);
      g_assert_no_error (error);
    }
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_field_index__", "0");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_field_dirty__", "0");
  raw_close (raw);
}

/* What expires leaves the index when it leaves the dict. */
static void
test_expired (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = dict_of (f, "d");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);
  gint64 rows;

  make_index (dict, "v");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_true (beaver_dict_set_json_with_ttl (dict, key, "{\"v\": 1}", 0.001, NULL, &error));
      g_assert_no_error (error);
    }
  beaver_test_wait_until ((set (dict, "stays", "{\"v\": 2}"),
                           rows = raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__")) == 1);
  raw_assert (raw, "SELECT * FROM __beaver_field_index__", "dict|d|stays|v|2|2.0");
  raw_assert (raw, "SELECT * FROM __beaver_x_field_dirty__", "");
  g_assert_true (is_used (dict, "v"));
  raw_close (raw);
}

/* A list where texts were expected: the index gives up, the results stay right. */
static void
test_unindexable (Fixture *f, gconstpointer data)
{
  for (guint kind = 0; kind < 3; kind++)
    {
      gpointer manager = manager_of (f, kind);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) infos = NULL;

      store (manager, 1, "{\"v\": 1, \"w\": 1}");
      make_index (manager, "v");
      make_index (manager, "w");
      g_assert_true (is_used (manager, "v"));
      store (manager, 2, "{\"v\": [1], \"w\": 1}");
      g_assert_false (is_used (manager, "v"));
      g_assert_true (is_used (manager, "w"));
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "\"[1]\"", "2");
      g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), ==, 2);
      infos = beaver_manager_list_indexes (manager, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (infos->len, ==, 2);
      g_assert_cmpstr (beaver_field_index_info_get_field (infos->pdata[0]), ==, "v");
      g_assert_false (beaver_field_index_info_get_complete (infos->pdata[0]));
      g_assert_false (beaver_field_index_info_get_used (infos->pdata[0]));
      g_assert_true (beaver_field_index_info_get_complete (infos->pdata[1]));
      g_assert_true (beaver_field_index_info_get_used (infos->pdata[1]));
      g_assert_cmpint (beaver_field_index_info_get_rows (infos->pdata[1]), ==, 2);
      g_assert_true (beaver_manager_remove_index (manager, "w", NULL, &error));
      g_assert_false (is_used (manager, "w"));
    }
}

typedef struct
{
  GCancellable *cancellable;
  guint calls;
  gint64 done, total;
  guint destroyed;
} Progress;

static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpint (done, >=, progress->done);
  g_assert_cmpint (done, <=, total);
  progress->done = done;
  progress->total = total;
  progress->calls++;
  if (done >= 1000 && progress->cancellable != NULL)
    g_cancellable_cancel (progress->cancellable);
}

static void
on_destroy (gpointer user_data)
{
  Progress *progress = user_data;

  progress->destroyed++;
}

static void
test_reindex (Fixture *f, gconstpointer data)
{
  for (guint kind = 0; kind < 3; kind++)
    {
      gpointer manager = manager_of (f, kind);
      g_autoptr (GError) error = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);
      g_autoptr (GAsyncResult) result = NULL;
      Progress progress = { cancellable, 0, 0, 0, 0 };

      for (guint i = 1; i <= 2600; i++)
        {
          g_autofree char *json = g_strdup_printf ("{\"v\": %u}", i);

          store (manager, i, json);
        }
      g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
      g_assert_true (beaver_manager_add_index (manager, "v", NULL, &error));
      g_assert_false (is_used (manager, "v"));
      g_assert_cmpint (
          beaver_manager_reindex (manager, on_progress, &progress, cancellable, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_cmpint (progress.done, ==, 1000);
      g_assert_cmpint (progress.total, ==, 2600);
      g_assert_false (is_used (manager, "v"));
      assert_matches (manager, "v", BEAVER_OPERATOR_IN, "[3, 2600]",
                      kind == 1 ? "3 2600" : "2600 3");
      progress.cancellable = NULL;
      progress.done = 0;
      g_assert_cmpint (beaver_manager_reindex (manager, on_progress, &progress, NULL, &error), ==,
                       2600);
      g_assert_no_error (error);
      g_assert_cmpint (progress.done, ==, 2600);
      g_assert_true (is_used (manager, "v"));
      assert_matches (manager, "v", BEAVER_OPERATOR_EQUAL, "77", "77");
      progress = (Progress){ 0 };
      beaver_manager_reindex_async (manager, on_progress, &progress, on_destroy, NULL,
                                    beaver_test_ready, &result);
      beaver_test_spin_until (NULL, result != NULL && progress.destroyed == 1);
      g_assert_cmpuint (progress.calls, >=, 3);
      g_assert_cmpint (progress.done, ==, 2600);
      g_assert_cmpint (progress.total, ==, 2600);
      g_assert_cmpint (beaver_manager_reindex_finish (manager, result, &error), ==, 2600);
      g_assert_no_error (error);
      g_assert_true (is_used (manager, "v"));

      g_clear_object (&result);
      progress = (Progress){ g_cancellable_new (), 0, 0, 0, 0 };
      beaver_manager_reindex_async (manager, on_progress, &progress, on_destroy,
                                    progress.cancellable, beaver_test_ready, &result);
      beaver_test_spin_until (NULL, result != NULL && progress.destroyed == 1);
      g_assert_cmpint (progress.done, ==, 1000);
      g_assert_cmpint (beaver_manager_reindex_finish (manager, result, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_object_unref (progress.cancellable);
    }
}

/* What was given along is freed also when nothing begins. */
static void
test_reindex_nothing (Fixture *f, gconstpointer data)
{
  BeaverManager *managers[] = { BEAVER_MANAGER (beaver_db_get_list (f->db, "l", NULL)),
                                manager_of (f, 0) };
  const int codes[] = { BEAVER_ERROR_UNSUPPORTED, BEAVER_ERROR_CLOSED };

  for (guint i = 0; i < G_N_ELEMENTS (managers); i++)
    {
      g_autoptr (BeaverManager) manager = g_object_ref (managers[i]);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      Progress progress = { 0 };

      if (i == 1)
        fixture_close (f);
      beaver_manager_reindex_async (manager, on_progress, &progress, on_destroy, NULL,
                                    beaver_test_ready, &result);
      beaver_test_spin_until (NULL, result != NULL && progress.destroyed == 1);
      g_assert_cmpint (beaver_manager_reindex_finish (manager, result, &error), ==, -1);
      g_assert_error (error, BEAVER_ERROR, codes[i]);
      g_assert_cmpuint (progress.calls, ==, 0);
    }
}

static void
test_explain (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverQueryPlan) scan = NULL;
  g_autoptr (BeaverQueryPlan) indexed = NULL;

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"v\": %u, \"w\": 1}", i % 10);

      store (docs, i, json);
    }
  where (query, "w", BEAVER_OPERATOR_GREATER, "0");
  where (query, "v", BEAVER_OPERATOR_EQUAL, "3");
  g_assert_true (beaver_query_sort (query, "v", FALSE, NULL));
  scan = beaver_manager_explain (BEAVER_MANAGER (docs), query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_query_plan_get_estimated_rows (scan), ==, 50);
  g_assert_null (beaver_query_plan_get_indexed (scan)[0]);
  g_assert_cmpstr (beaver_query_plan_get_scanned (scan)[1], ==, "v");
  make_index (docs, "v");
  make_index (docs, "w");
  indexed = beaver_manager_explain (BEAVER_MANAGER (docs), query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_query_plan_get_estimated_rows (indexed), ==, 5);
  g_assert_cmpstr (beaver_query_plan_get_indexed (indexed)[0], ==, "v");
  g_assert_cmpstr (beaver_query_plan_get_scanned (indexed)[0], ==, "w");
  g_assert_nonnull (strstr (beaver_query_plan_get_text (indexed), "“v”"));
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  const char *const wrong[] = { "", "a..b", "a[0]", "\"a.b\"", "\xff", NULL };
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, "c", &error);
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (
          beaver_manager_add_index (BEAVER_MANAGER (dict_of (f, "d")), wrong[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_true (beaver_manager_add_index (BEAVER_MANAGER (dict_of (f, "d")), "a'; DROP TABLE x --",
                                           NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_manager_add_index (BEAVER_MANAGER (channel), "a", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('__security__', 'sealed', '{}', NULL)");
  g_assert_false (
      beaver_manager_add_index (BEAVER_MANAGER (dict_of (f, "sealed")), "a", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
  raw_close (raw);
}

static void
test_async_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverDict) dict = g_object_ref (dict_of (f, "d"));
  g_autoptr (BeaverLog) log = g_object_ref (log_of (f, "l"));
  BeaverManager *manager = BEAVER_MANAGER (dict);
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

#define CALL(call, finish)                                                                         \
  call;                                                                                            \
  beaver_test_wait_result (&result);                                                               \
  finish;                                                                                          \
  g_assert_no_error (error);                                                                       \
  g_clear_object (&result)
  CALL (beaver_manager_add_index_async (manager, "v", NULL, beaver_test_ready, &result),
        g_assert_true (beaver_manager_add_index_finish (manager, result, &error)));
  CALL (beaver_manager_list_indexes_async (manager, NULL, beaver_test_ready, &result),
        g_ptr_array_unref (beaver_manager_list_indexes_finish (manager, result, &error)));
  CALL (beaver_manager_explain_async (manager, query, NULL, beaver_test_ready, &result),
        g_object_unref (beaver_manager_explain_finish (manager, result, &error)));
  CALL (beaver_manager_remove_index_async (manager, "v", NULL, beaver_test_ready, &result),
        g_assert_true (beaver_manager_remove_index_finish (manager, result, &error)));
  CALL (beaver_dict_query_async (dict, query, NULL, beaver_test_ready, &result),
        g_ptr_array_unref (beaver_dict_query_finish (dict, result, &error)));
  CALL (beaver_log_query_async (log, query, NULL, beaver_test_ready, &result),
        g_ptr_array_unref (beaver_log_query_finish (log, result, &error)));
  g_assert_true (beaver_db_close (f->db, &error));
#define CLOSED(call)                                                                               \
  g_assert_false (call);                                                                           \
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);                                       \
  g_clear_error (&error)
  CLOSED (beaver_manager_add_index (manager, "v", NULL, &error));
  CLOSED (beaver_manager_reindex (manager, NULL, NULL, NULL, &error) >= 0);
  CLOSED (beaver_dict_query (dict, NULL, NULL, &error));
  CLOSED (beaver_log_query (log, NULL, NULL, &error));
  CLOSED (beaver_manager_explain (manager, NULL, NULL, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/field-index/query-dict", test_query_dict);
  beaver_test_add ("/field-index/query-log", test_query_log);
  beaver_test_add ("/field-index/fixture/queries", test_fixture);
  beaver_test_add ("/field-index/fixture/rows", test_fixture_rows);
  beaver_test_add ("/field-index/D29-an-index-changes-no-result", test_D29);
  beaver_test_add ("/field-index/D28-writers-without-index", test_D28);
  beaver_test_add ("/field-index/kept", test_kept);
  beaver_test_add ("/field-index/expired", test_expired);
  beaver_test_add ("/field-index/unindexable", test_unindexable);
  beaver_test_add ("/field-index/D47-reindex", test_reindex);
  beaver_test_add ("/field-index/reindex-nothing", test_reindex_nothing);
  beaver_test_add ("/field-index/explain", test_explain);
  beaver_test_add ("/field-index/refused", test_refused);
  beaver_test_add ("/field-index/async-closed", test_async_closed);

  return g_test_run ();
}
