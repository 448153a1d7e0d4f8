/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of a database in use. */
#include "beaver-test-sqlite.h"

#include <signal.h>
#include <utime.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_test_message ("%s", error->message);                                                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static void
fill (Fixture *f)
{
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
                 " INSERT INTO __beaver_dicts__ SELECT 'd', printf('%06d', i),"
                 " printf('\"%0900d\"', i), NULL FROM n");
  raw_close (raw);
}

/* Nothing beside the files that are named. */
static void
assert_files (Fixture *f, guint n)
{
  g_autoptr (GDir) dir = g_dir_open (f->dir, 0, NULL);
  const char *name;
  guint found = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_suffix (name, "-wal") && !g_str_has_suffix (name, "-shm"))
      found++;
  g_assert_cmpuint (found, ==, n);
}

static void
assert_copy (const char *path, gint64 rows)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  sqlite3 *raw;

  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  raw = raw_open (path);
  raw_assert (raw, "PRAGMA journal_mode", "delete");
  raw_assert (raw, "PRAGMA integrity_check", "ok");
  raw_assert (raw, "PRAGMA user_version", "1");
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE dict_name = 'd'"), ==,
                   rows);
  raw_close (raw);
}

typedef struct
{
  BeaverDb *db;
  guint calls;
  GCancellable *cancellable;
} Progress;

/* Writes between two steps: the copy neither begins anew nor sees it. */
static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpint (done, <=, total);
  progress->calls++;
  if (progress->cancellable != NULL)
    g_cancellable_cancel (progress->cancellable);
  if (progress->db != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *key = g_strdup_printf ("meanwhile %u", progress->calls);

      beaver_dict_set_json (beaver_db_get_dict (progress->db, "d", NULL), key, "1", NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (progress->calls, <, 100);
    }
}

static void
test_backup (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  g_autoptr (BeaverDb) copy = NULL;
  Progress progress = { .db = f->db };

  fill (f);
  g_assert_true (beaver_db_backup (f->db, path, on_progress, &progress, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (progress.calls, >, 2);
  assert_copy (path, 4000);
  assert_files (f, 2);

  /* once more, in the place of the old one */
  g_assert_true (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_copy (path, 4000 + progress.calls);
  copy = beaver_db_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_dict_contains (beaver_db_get_dict (copy, "d", NULL), "004000", NULL, NULL));
  /* not over one that is in use */
  g_assert_false (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  beaver_db_close (copy, NULL);
}

static void
test_export (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);

  fill (f);
  g_assert_true (beaver_db_export_file (f->db, path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_copy (path, 4000);
  g_assert_false (beaver_db_export_file (f->db, path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  assert_files (f, 2);
}

static guint
mode_of (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_mode & 0777;
}

/* Who may not read the database may not read its copy, and what is replaced keeps its mode. */
static void
test_mode (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_build_filename (f->dir, "copy.db", NULL);
  g_autofree char *packed = g_build_filename (f->dir, "packed.db", NULL);

  g_assert_cmpint (g_chmod (f->path, 0600), ==, 0);
  g_assert_true (beaver_db_backup (f->db, copy, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmphex (mode_of (copy), ==, 0600);
  g_assert_true (beaver_db_export_file (f->db, packed, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmphex (mode_of (packed), ==, 0600);
  for (guint i = 0; i < 2; i++)
    {
      static const guint modes[] = { 0640, 0400 };

      g_assert_cmpint (g_chmod (copy, modes[i]), ==, 0);
      g_assert_true (beaver_db_backup (f->db, copy, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmphex (mode_of (copy), ==, modes[i]);
    }
  assert_files (f, 3);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  g_autofree char *nowhere = g_build_filename (f->dir, "no", "folder", "copy.db", NULL);
  g_autofree char *link = g_build_filename (f->dir, "link.db", NULL);
  Progress progress = { .cancellable = cancellable };

  fill (f);
  g_assert_false (beaver_db_backup (f->db, "", NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_db_backup (f->db, f->dir, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_db_backup (f->db, nowhere, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "/no/folder/copy.db”"));
  assert_error (BEAVER_ERROR_IO);
  g_assert_false (beaver_db_backup (f->db, f->path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *beside = g_strconcat (f->path, i == 0 ? "-wal" : "-shm", NULL);

      g_assert_true (g_file_test (beside, G_FILE_TEST_EXISTS));
      g_assert_false (beaver_db_backup (f->db, beside, NULL, NULL, NULL, &error));
      assert_error (BEAVER_ERROR_CONFLICT);
    }
  g_assert_no_errno (symlink (f->path, link));
  g_assert_false (beaver_db_backup (f->db, link, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_unlink (link);

  g_assert_false (beaver_db_backup (f->db, path, on_progress, &progress, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (progress.calls, ==, 1);
  assert_files (f, 1);

  beaver_db_close (f->db, NULL);
  g_assert_false (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

static void
test_memory_and_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  g_autoptr (GAsyncResult) result = NULL;

  fixture_open (f, ":memory:");
  beaver_dict_set_json (beaver_db_get_dict (f->db, "d", NULL), "a", "1", NULL, NULL);
  beaver_db_backup_async (f->db, path, NULL, NULL, NULL, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_db_backup_finish (f->db, result, &error));
  g_assert_no_error (error);
  assert_copy (path, 1);
}

/* Closing does not wait for the copy, and leaves nothing of it. */
static void
test_close_meanwhile (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (20);

  fill (f);
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
      g_autoptr (GAsyncResult) result = NULL;

      beaver_db_backup_async (f->db, path, NULL, NULL, NULL, NULL, beaver_test_ready, &result);
      if (i % 2 == 0)
        g_thread_yield ();
      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      beaver_test_wait_result (&result);
      if (beaver_db_backup_finish (f->db, result, &error))
        {
          assert_copy (path, 4000);
          g_unlink (path);
        }
      else
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      assert_files (f, 1);
      g_clear_object (&result);
      g_clear_object (&f->db);
      fixture_open (f, f->path);
    }
}

static void
close_there (gint64 done, gint64 total, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
}

/* Whoever looks at the progress may close the database: from any thread, callbacks included. */
static void
test_close_from_progress (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);

  fill (f);
  g_assert_false (beaver_db_backup (f->db, path, close_there, f, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  beaver_test_assert_all_closed (f->dir);
  assert_files (f, 1);
}

/* Killed in the middle, it leaves the backup that was there, and the next one is made as ever. */

static void
stop_there (gint64 done, gint64 total, gpointer user_data)
{
  puts ("stopped");
  fflush (stdout);
  for (;;)
    g_poll (NULL, 0, 1000); /* until killed */
}

static int
make_backup (const char *source, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (source, NULL, &error);

  return db == NULL || !beaver_db_backup (db, path, stop_there, NULL, NULL, &error);
}

/* File systems of which it is known that what was left behind can be told from what is under way.
 */
static gboolean
can_tell (const char *dir)
{
#ifdef __linux__
  struct statfs status;

  g_assert_no_errno (statfs (dir, &status));
  return status.f_type == 0xef53 || status.f_type == 0x794c7630 || status.f_type == 0x01021994;
#else
  return FALSE;
#endif
}

/* How many files of backups under way, or left behind, there are; all made yesterday, and a log
 * beside each. */
static guint
make_old (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->dir, 0, NULL);
  struct utimbuf yesterday = { time (NULL) - 86400, time (NULL) - 86400 };
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (f->dir, name, NULL);

      if (!g_str_has_prefix (name, "copy.db.beaver-") || g_str_has_suffix (name, "-journal") ||
          g_str_has_suffix (name, "notes1"))
        continue;
      g_assert_no_errno (g_utime (file, &yesterday));
      n++;
    }
  return n;
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  g_autofree char *mine = g_build_filename (f->dir, "copy.db.beaver-notes1", NULL);
  struct utimbuf yesterday = { time (NULL) - 86400, time (NULL) - 86400 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *line = NULL;

  g_assert_true (g_file_set_contents (mine, "SQLite, as I see it", -1, &error));
  g_assert_no_errno (g_utime (mine, &yesterday));
  fill (f);
  g_assert_true (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  beaver_dict_set_json (beaver_db_get_dict (f->db, "d", NULL), "later", "1", NULL, &error);
  process = beaver_test_spawn_self ("backup", f->path, path, NULL);
  line = beaver_test_read_line (process);
  g_assert_cmpstr (line, ==, "stopped");
  assert_copy (path, 4000);

  /* what is under way stays, however long it takes */
  g_assert_cmpuint (make_old (f), ==, 1);
  g_assert_true (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_copy (path, 4001);
  g_assert_cmpuint (make_old (f), ==, 1);

  /* what was left behind goes, unless it was touched a moment ago */
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpuint (make_old (f), ==, 1);
  g_assert_true (beaver_db_backup (f->db, path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_copy (path, 4001);
  g_assert_cmpuint (make_old (f), ==, can_tell (f->dir) ? 0 : 1);
  g_assert_true (g_file_test (mine, G_FILE_TEST_EXISTS));
}

/* A damaged database gives no verified copy, and nothing is put in place. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "CREATE TABLE hidden (a, b); CREATE INDEX hidden_a ON hidden (a);"
                 "INSERT INTO hidden VALUES (1, 2), (3, 4);"
                 "PRAGMA writable_schema = ON;"
                 "UPDATE sqlite_schema SET sql = 'CREATE INDEX hidden_a ON hidden (b)'"
                 " WHERE name = 'hidden_a'");
  raw_close (raw);
  fixture_reopen (f);
  g_assert_false (beaver_db_export_file (f->db, path, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  assert_files (f, 1);
}

static void
test_export_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *path = g_build_filename (f->dir, "copy.db", NULL);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  Progress progress = { 0 };

  fill (f);
  g_cancellable_cancel (cancellable);
  beaver_db_export_file_async (f->db, path, NULL, NULL, NULL, cancellable, beaver_test_ready,
                               &first);
  beaver_test_wait_result (&first);
  g_assert_false (beaver_db_export_file_finish (f->db, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_files (f, 1);
  beaver_db_export_file_async (f->db, path, on_progress, &progress, NULL, NULL, beaver_test_ready,
                               &second);
  beaver_test_wait_result (&second);
  g_assert_true (beaver_db_export_file_finish (f->db, second, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (progress.calls, >, 0);
  assert_copy (path, 4000);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "backup"))
    return make_backup (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/backup/beside-a-writer", test_backup);
  beaver_test_add ("/backup/export", test_export);
  beaver_test_add ("/backup/refusals", test_refusals);
  beaver_test_add ("/backup/mode", test_mode);
  beaver_test_add_closed ("/backup/memory-and-async", test_memory_and_async);
  beaver_test_add ("/backup/close-meanwhile", test_close_meanwhile);
  beaver_test_add ("/backup/close-from-progress", test_close_from_progress);
  beaver_test_add ("/backup/killed", test_killed);
  beaver_test_add ("/backup/damaged", test_damaged);
  beaver_test_add ("/backup/export-async", test_export_async);
  return g_test_run ();
}
