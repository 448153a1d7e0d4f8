/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <sqlite3.h>
#include <signal.h>
#include <sys/resource.h>

#include "engine-test.h"

static char *
hash_of (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  if (!g_file_get_contents (path, &contents, &length, &error))
    return g_strdup (error->message);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) contents, length);
}

static void
assert_refused (Fixture *f, const char *path, int code, const char *word)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (path, FALSE, &error);

  g_assert_null (engine);
  g_assert_error (error, BEAVER_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
  beaver_test_assert_all_closed (f->dir);
}

/* --- Files of others --- */

static const struct
{
  const char *name;
  int code; /* 0: opens */
  const char *word;
} fixtures[] = {
  { "legacy_130", BEAVER_ERROR_LEGACY, "1.3.0" },
  { "split_brain", BEAVER_ERROR_SPLIT_BRAIN, "__beaver_dicts__" },
  { "newer_user_version", BEAVER_ERROR_SCHEMA, "newer" },
  { "rc3_real_lists", BEAVER_ERROR_SCHEMA, "2.0rc3" },
  { "rc3_empty_lists", 0, NULL },
  { "empty", 0, NULL },
  { "everything", 0, NULL },
  { "dicts", 0, NULL },
  { "migrated_from_legacy", 0, NULL },
};

static void
test_fixtures (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *base = g_strconcat (fixtures[i].name, ".db", NULL);
      g_autofree char *path = beaver_test_copy_data (f, base);
      g_autofree char *before = hash_of (path);

      g_test_message ("%s", base);
      if (fixtures[i].code != 0)
        {
          g_autofree char *after = NULL;

          assert_refused (f, path, fixtures[i].code, fixtures[i].word);
          after = hash_of (path);
          g_assert_cmpstr (before, ==, after);
          engine_assert_no_log (path);
        }
      else
        {
          BeaverEngine *engine = engine_open (path);

          engine_must_write (engine, "a", 1);
          g_assert_cmpint (engine_read (engine, "a"), ==, 1);
          engine_end (engine, f->dir);
          engine_assert_no_log (path);
        }
    }
}

/* Plays the process that dies with commits in its log. */
static int
play_dying (const char *path)
{
  sqlite3 *db;

  if (sqlite3_open (path, &db) != SQLITE_OK ||
      sqlite3_exec (db,
                    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                    "CREATE TABLE dying (a); INSERT INTO dying VALUES (1);",
                    NULL, NULL, NULL) != SQLITE_OK)
    return 1;
  kill (getpid (), SIGKILL);
  return 1;
}

static void
test_refused_with_log (Fixture *f, gconstpointer data)
{
  g_autofree char *path = beaver_test_copy_data (f, "legacy_130.db");
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autoptr (GSubprocess) process = beaver_test_spawn_self ("dying", path, NULL);
  g_autofree char *before = NULL, *after = NULL, *log_before = NULL, *log_after = NULL;

  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_true (g_file_test (wal, G_FILE_TEST_EXISTS));
  before = hash_of (path);
  log_before = hash_of (wal);
  for (guint i = 0; i < 3; i++)
    assert_refused (f, path, BEAVER_ERROR_LEGACY, "1.3.0");
  after = hash_of (path);
  log_after = hash_of (wal);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (log_before, ==, log_after);
}

/* --- Files of ours --- */

static char *
describe (const char *path)
{
  static const char sql[] =
      "SELECT m.type, m.name, m.tbl_name, "
      "(SELECT group_concat(c) FROM (SELECT name || ':' || type || ':' || \"notnull\" || ':' || "
      "ifnull(dflt_value, '-') || ':' || pk AS c FROM pragma_table_info(m.name) ORDER BY cid)), "
      "(SELECT group_concat(i) FROM (SELECT l.name || ':' || l.\"unique\" || ':' || l.origin || "
      "':' || (SELECT group_concat(ifnull(x.name, '-') || x.\"desc\" || x.coll) FROM "
      "pragma_index_xinfo(l.name) AS x) AS i FROM pragma_index_list(m.name) AS l ORDER BY 1)) "
      "FROM sqlite_schema AS m ORDER BY m.type, m.name";
  GString *text = g_string_new (NULL);
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      for (int i = 0; i < 5; i++)
        {
          const char *column = (const char *) sqlite3_column_text (statement, i);

          g_string_append_printf (text, "%s|", column != NULL ? column : "");
        }
      g_string_append_c (text, '\n');
    }
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "PRAGMA user_version", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_string_append_printf (text, "version %d\n", sqlite3_column_int (statement, 0));
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return g_string_free (text, FALSE);
}

/* The same tables, columns, types, defaults, keys and indexes as the original makes. */
static void
test_created (Fixture *f, gconstpointer data)
{
  g_autofree char *original = beaver_test_copy_data (f, "empty.db");
  g_autofree char *rc3 = beaver_test_copy_data (f, "rc3_empty_lists.db");
  g_autofree char *expected = describe (original);
  g_autofree char *got = NULL, *upgraded = NULL;

  engine_end (engine_open (f->path), f->dir);
  got = describe (f->path);
  g_assert_cmpstr (got, ==, expected);
  engine_end (engine_open (rc3), f->dir);
  upgraded = describe (rc3);
  g_assert_cmpstr (upgraded, ==, expected);
}

static gpointer
open_thread (gpointer data)
{
  BeaverEngine *engine = engine_open (data);
  EngineOp op = { .key = "counter" };

  g_assert_true (
      _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_increment_work, &op, NULL, NULL));
  engine_end (engine, NULL);
  return NULL;
}

/* Several create the same file at the same moment. */
static void
test_created_together (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < beaver_test_rounds (10); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s-%u", f->path, i);
      GThread *threads[6];
      BeaverEngine *engine;

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("opener", open_thread, path);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      engine = engine_open (path);
      g_assert_cmpint (engine_read (engine, "counter"), ==, G_N_ELEMENTS (threads));
      engine_end (engine, f->dir);
    }
}

/* --- Paths --- */

static void
put (const char *path, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
}

static void
test_bad_paths (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->dir, "missing", "a.db", NULL);
  g_autofree char *below = g_build_filename (f->path, "a.db", NULL);
  g_autofree char *foreign = g_build_filename (f->dir, "foreign.db", NULL);
  g_autofree char *cut = beaver_test_copy_data (f, "everything.db");
  g_autofree char *noise = g_build_filename (f->dir, "noise.db", NULL);
  g_autofree char *before = NULL, *after = NULL, *contents = NULL;
  sqlite3 *db;
  gsize length;

  assert_refused (f, "", BEAVER_ERROR_INVALID, "empty");
  assert_refused (f, missing, BEAVER_ERROR_IO, "create it first");
  assert_refused (f, f->dir, BEAVER_ERROR_IO, "is a directory");

  put (noise,
       "this is not a database, but a letter to a friend; it is long enough to be taken for "
       "a header of one hundred bytes",
       -1);
  before = hash_of (noise);
  assert_refused (f, noise, BEAVER_ERROR_SCHEMA, "not a database");
  after = hash_of (noise);
  g_assert_cmpstr (before, ==, after);

  put (f->path, "x", -1);
  assert_refused (f, below, BEAVER_ERROR_IO, "a.db");

  g_assert_cmpint (sqlite3_open (foreign, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "CREATE TABLE a (b)", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  g_free (before);
  g_free (after);
  before = hash_of (foreign);
  assert_refused (f, foreign, BEAVER_ERROR_SCHEMA, "another program");
  after = hash_of (foreign);
  g_assert_cmpstr (before, ==, after);

  /* cut off */
  g_assert_true (g_file_get_contents (cut, &contents, &length, NULL));
  put (cut, contents, 20000);
  assert_refused (f, cut, BEAVER_ERROR_CORRUPT, "damaged");
}

static void
test_odd_names (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "100%s %n.db", "it's \"quoted\".db",
                                       " space ",     "file:a.db?mode=ro",
                                       "ä🦫.db",   "a#b?c&d",
                                       "-wal",        ":memory:x" };
  g_autofree char *cwd = g_get_current_dir ();

  g_assert_no_errno (g_chdir (f->dir));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->dir, names[i], NULL);
      BeaverEngine *engine = engine_open (names[i]);

      g_assert_cmpstr (_beaver_engine_get_path (engine), ==, names[i]);
      engine_must_write (engine, "a", (gint64) i);
      /* a reader is opened only now */
      g_assert_no_errno (g_chdir ("/"));
      g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, i);
      g_assert_no_errno (g_chdir (f->dir));
      engine_end (engine, f->dir);
      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
      engine_assert_no_log (path);
      engine = engine_open (path);
      g_assert_cmpint (engine_read (engine, "a"), ==, i);
      engine_end (engine, f->dir);
    }
  g_assert_no_errno (g_chdir (cwd));
}

/* Plays a process that may not write more than so much to a file. */
static int
play_full (const char *path, const char *limit)
{
  struct rlimit size = { 0 };
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine;
  gint64 acknowledged = 0;

  signal (SIGXFSZ, SIG_IGN);
  size.rlim_cur = size.rlim_max = (rlim_t) g_ascii_strtoull (limit, NULL, 10);
  if (setrlimit (RLIMIT_FSIZE, &size) != 0)
    return 1;
  engine = engine_try_open (path, FALSE, &error);
  for (int i = 0; engine != NULL && i < 100000 && error == NULL; i++)
    {
      EngineOp op = { .key = "counter" };

      if (_beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_increment_work, &op, NULL,
                              &error))
        acknowledged++;
    }
  if (engine != NULL)
    engine_end (engine, NULL);
  printf ("%d %s %" G_GINT64_FORMAT "\n", error != NULL ? error->code : -1,
          error != NULL ? error->message : "", acknowledged);
  return 0;
}

static void
test_full_disk (Fixture *f, gconstpointer data)
{
  static const char *const limits[] = { "8192", "100000", "400000", "1000000" };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s-%s", f->path, limits[i]);
      g_autoptr (GSubprocess) process = beaver_test_spawn_self ("full", path, limits[i], NULL);
      g_autofree char *line = beaver_test_read_line (process);
      const char *count = strrchr (line, ' ');
      int code = atoi (line);
      BeaverEngine *engine;

      beaver_test_join (process);
      g_test_message ("%s: %s", limits[i], line);
      g_assert_true (code == BEAVER_ERROR_FULL || code == BEAVER_ERROR_IO);
      /* with room again, everything acknowledged is there */
      engine = engine_open (path);
      g_assert_cmpint (MAX (0, engine_read (engine, "counter")), ==,
                       g_ascii_strtoll (count + 1, NULL, 10));
      engine_end (engine, f->dir);
    }
}

int
main (int argc, char *argv[])
{
  if (argc > 2 && strcmp (argv[1], "dying") == 0)
    return play_dying (argv[2]);
  if (argc > 3 && strcmp (argv[1], "full") == 0)
    return play_full (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/schema/fixtures", test_fixtures);
  beaver_test_add_closed ("/schema/D13-refused-with-log", test_refused_with_log);
  beaver_test_add_closed ("/schema/created", test_created);
  beaver_test_add_closed ("/schema/D13-created-together", test_created_together);
  beaver_test_add_closed ("/schema/bad-paths", test_bad_paths);
  beaver_test_add_closed ("/schema/odd-names", test_odd_names);
  beaver_test_add_closed ("/schema/full-disk", test_full_disk);
  return g_test_run ();
}
