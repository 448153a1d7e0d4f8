/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of beaver-db 1.x become files of 2.x. */
#include "beaver-test-sqlite.h"

#include <signal.h>

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_test_message ("%s", error->message);                                                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static guint
count_files (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->dir, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_suffix (name, "-wal") && !g_str_has_suffix (name, "-shm"))
      n++;
  return n;
}

/* What Python's migration made of the same file; list keys differ, and vectors can be found. */
static void
test_as_python (Fixture *f, gconstpointer data)
{
  static const char *const queries[] = {
    "SELECT dict_name, key, value, expires_at FROM __beaver_dicts__"
    " WHERE dict_name <> '__events__' ORDER BY 1, 2",
    "SELECT list_name, item_value FROM __beaver_lists__ ORDER BY list_name, item_order",
    "SELECT store_name, key, hex(data), metadata FROM __beaver_blobs__ ORDER BY 1, 2",
    "SELECT log_name, timestamp, data FROM __beaver_logs__ ORDER BY 1, 2",
    "SELECT queue_name, priority, timestamp, data FROM __beaver_priority_queues__ ORDER BY rowid",
    "SELECT name, type, capacity, error_rate, hex(data) FROM __beaver_sketches__ ORDER BY 1",
    "SELECT * FROM __beaver_edges__ ORDER BY 1, 2, 3, 4",
    "SELECT * FROM __beaver_documents__ ORDER BY 1, 2",
    "SELECT collection, item_id, field_path, field_content FROM __beaver_fts_index__"
    " ORDER BY 1, 2, 3, 4",
    "SELECT * FROM __beaver_trigrams__ ORDER BY 1, 2, 3",
    "SELECT collection, item_id, hex(vector), metadata FROM __beaver_vectors__ ORDER BY 1, 2",
    "SELECT COUNT(*) FROM __beaver_pubsub_log__",
    "PRAGMA user_version",
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *source = beaver_test_copy_data (f, "legacy_130.db");
  g_autofree char *expected = beaver_test_copy_data (f, "migrated_from_legacy.db");
  g_autoptr (BeaverMigrateReport) look = NULL;
  g_autoptr (BeaverMigrateReport) report = NULL;
  g_autofree char *json = NULL;
  g_autofree char *value = NULL;
  sqlite3 *ours, *theirs;

  look = beaver_migrate (source, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_migrate_report_is_dry_run (look));
  g_assert_cmpuint (count_files (f), ==, 2);

  report = beaver_migrate (source, f->path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_migrate_report_get_legacy_version (report), ==, "1.3.0");
  g_assert_false (beaver_migrate_report_is_dry_run (report));
  g_assert_false (beaver_migrate_report_is_split_brain (report));
  g_assert_cmpint (beaver_migrate_report_get_total_rows (report), ==,
                   beaver_migrate_report_get_total_rows (look));
  json = beaver_migrate_report_to_json (report);
  g_assert_nonnull (strstr (json, "\"lists\": 55"));
  g_assert_nonnull (strstr (json, "\"beaver_pubsub_log\": {\"rows\": 5"));
  json_node_unref (json_from_string (json, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (f), ==, 3);

  ours = raw_open (f->path);
  theirs = raw_open (expected);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *a = raw_query (ours, queries[i]);
      g_autofree char *b = raw_query (theirs, queries[i]);

      if (!g_str_equal (a, b))
        g_error ("%s\n%s\n%s", queries[i], a, b);
    }
  /* D34: each vector in a bucket, as Python looks for it */
  raw_assert (ours,
              "SELECT COUNT(*), COUNT(DISTINCT item_id), typeof(bucket_id), length(bucket_id)"
              " FROM __beaver_lsh_index__",
              "3|3|blob|8");
  raw_assert (ours, "SELECT COUNT(*) FROM __beaver_lsh_config__", "1");
  raw_close (ours);
  raw_close (theirs);

  fixture_open (f, f->path);
  value = beaver_dict_get_json (
      beaver_db_get_dict_with_secret (f->db, "vault", "legacy-secret", NULL, &error), "pin", NULL,
      &error);
  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, "1234");
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *legacy = beaver_test_copy_data (f, "legacy_130.db");
  g_autofree char *modern = beaver_test_copy_data (f, "dicts.db");
  g_autofree char *split = beaver_test_copy_data (f, "split_brain.db");
  g_autofree char *missing = g_build_filename (f->dir, "missing.db", NULL);
  g_autofree char *nonsense = g_build_filename (f->dir, "nonsense.db", NULL);
  g_autofree char *nowhere = g_build_filename (f->dir, "no", "such", "x.db", NULL);
  g_autoptr (BeaverMigrateReport) report = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_file_set_contents (nonsense, "This is no database, however long one looks at it.", -1, NULL);
  g_assert_null (beaver_migrate (missing, f->path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_migrate (modern, f->path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_SCHEMA);
  g_assert_null (beaver_migrate (nonsense, f->path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_SCHEMA);
  g_assert_null (beaver_migrate (split, f->path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_SPLIT_BRAIN);
  report = beaver_migrate (split, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_migrate_report_is_split_brain (report));
  g_assert_null (beaver_migrate (legacy, modern, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_null (beaver_migrate (legacy, nowhere, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_IO);
  g_cancellable_cancel (cancellable);
  g_assert_null (beaver_migrate (legacy, f->path, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (f), ==, 4);
}

/* Old files without some tables; a row that cannot be written. */
static void
test_failures_leave_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *source = g_build_filename (f->dir, "old.db", NULL);
  g_autoptr (BeaverMigrateReport) report = NULL;
  sqlite3 *raw = raw_open (source);

  raw_exec (raw, "CREATE TABLE beaver_blobs (store_name, key, data, metadata);"
                 "INSERT INTO beaver_blobs VALUES ('s', 'a', x'00', NULL), ('s', 'b', NULL, NULL)");
  g_assert_null (beaver_migrate (source, f->path, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (count_files (f), ==, 1);

  raw_exec (raw, "UPDATE beaver_blobs SET data = x'01' WHERE data IS NULL");
  raw_close (raw);
  report = beaver_migrate (source, f->path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_migrate_report_get_legacy_version (report), ==, "unknown");
  g_assert_cmpint (beaver_migrate_report_get_total_rows (report), ==, 2);
  raw = raw_open (f->path);
  raw_assert (raw, "SELECT store_name, key, hex(data) FROM __beaver_blobs__", "s|a|00\ns|b|01");
  raw_close (raw);
}

/* Python's keys grow until it breaks: ours stay short. */
static void
test_long_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *source = g_build_filename (f->dir, "old.db", NULL);
  g_autoptr (BeaverMigrateReport) report = NULL;
  sqlite3 *raw = raw_open (source);

  raw_exec (raw, "CREATE TABLE beaver_lists (list_name TEXT, item_order REAL, item_value TEXT);"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                 " INSERT INTO beaver_lists SELECT 'l', i, i FROM n");
  raw_close (raw);
  report = beaver_migrate (source, f->path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  raw = raw_open (f->path);
  raw_assert (raw,
              "SELECT COUNT(*), MAX(length(item_order)) <= 8, SUM(item_order LIKE '%0')"
              " FROM __beaver_lists__",
              "20000|1|0");
  raw_assert (raw,
              "SELECT COUNT(*) FROM (SELECT CAST(item_value AS INTEGER) AS v,"
              " row_number() OVER (ORDER BY item_order) AS n FROM __beaver_lists__) WHERE v <> n",
              "0");
  raw_close (raw);
}

static void
stop_there (gint64 done, gint64 total, gpointer user_data)
{
  puts ("stopped");
  fflush (stdout);
  for (;;)
    g_poll (NULL, 0, 1000); /* until killed */
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *source = beaver_test_copy_data (f, "legacy_130.db");
  g_autoptr (GSubprocess) process = beaver_test_spawn_self ("migrate", source, f->path, NULL);
  g_autofree char *line = beaver_test_read_line (process);
  g_autoptr (BeaverMigrateReport) report = NULL;

  g_assert_cmpstr (line, ==, "stopped");
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  report = beaver_migrate (source, f->path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* A source in WAL mode is left as it was, without an empty log beside it; unless somebody else has
 * it open, whose log that is. */
static void
test_source_with_log (Fixture *f, gconstpointer data)
{
  g_autofree char *source = beaver_test_copy_data (f, "legacy_130.db");
  g_autofree char *wal = g_strconcat (source, "-wal", NULL);
  g_autofree char *shm = g_strconcat (source, "-shm", NULL);
  g_autofree char *before = NULL;
  gsize size_before;
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (source);

  raw_exec (raw, "PRAGMA journal_mode = WAL");
  raw_close (raw);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_file_get_contents (source, &before, &size_before, &error);
  g_assert_no_error (error);
  for (guint others = 0; others < 2; others++)
    {
      g_autoptr (BeaverMigrateReport) report = NULL;
      g_autofree char *after = NULL;
      gsize size_after;

      raw = others ? raw_open (source) : NULL;
      if (raw != NULL)
        raw_exec (raw, "BEGIN; SELECT count(*) FROM sqlite_schema");
      report = beaver_migrate (source, NULL, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      if (raw != NULL)
        {
          g_assert_true (g_file_test (wal, G_FILE_TEST_EXISTS));
          g_assert_true (g_file_test (shm, G_FILE_TEST_EXISTS));
          raw_exec (raw, "COMMIT");
          raw_close (raw);
        }
      g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test (shm, G_FILE_TEST_EXISTS));
      g_file_get_contents (source, &after, &size_after, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (before, size_before, after, size_after);
    }
}

static void
test_async (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (10);
  g_autofree char *source = beaver_test_copy_data (f, "legacy_130.db");

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (BeaverMigrateReport) report = NULL;

      beaver_migrate_async (source, f->path, NULL, NULL, NULL, NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      report = beaver_migrate_finish (result, &error);
      if (i == 0)
        {
          g_assert_no_error (error);
          g_assert_nonnull (report);
        }
      else
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "migrate"))
    {
      g_autoptr (BeaverMigrateReport) report =
          beaver_migrate (argv[2], argv[3], stop_there, NULL, NULL, NULL);

      return report == NULL;
    }
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/migrate/D34-as-python-and-vectors-are-found", test_as_python);
  beaver_test_add_closed ("/migrate/refusals", test_refusals);
  beaver_test_add_closed ("/migrate/D67-failures-leave-nothing", test_failures_leave_nothing);
  beaver_test_add_closed ("/migrate/D67-long-lists", test_long_list);
  beaver_test_add_closed ("/migrate/killed", test_killed);
  beaver_test_add_closed ("/migrate/source-with-log", test_source_with_log);
  beaver_test_add_closed ("/migrate/async", test_async);
  return g_test_run ();
}
