/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "beaver-test.h"

#include <sys/wait.h>

/* --- Opening --------------------------------------------------------------------------------- */

static void
test_open_twice_same_object (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *a = beaver_db_get_dict (f->db, "x", &error);

  g_assert_no_error (error);
  g_assert_true (a == beaver_db_get_dict (f->db, "x", &error));
  g_assert_true (a != beaver_db_get_dict (f->db, "y", &error));
  g_assert_cmpstr (beaver_manager_get_name (BEAVER_MANAGER (a)), ==, "x");
}

static void
test_properties (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  double connection_timeout, cache_timeout;
  gboolean wal, synchronous, temp_memory, closed;
  gint64 mmap_size;

  g_object_get (f->db, "path", &path, "connection-timeout", &connection_timeout, "cache-timeout",
                &cache_timeout, "wal", &wal, "synchronous", &synchronous, "temp-memory",
                &temp_memory, "mmap-size", &mmap_size, "closed", &closed, NULL);
  g_assert_cmpstr (path, ==, f->path);
  g_assert_cmpfloat (connection_timeout, ==, 30.0);
  g_assert_cmpfloat (cache_timeout, ==, 0);
  g_assert_true (wal);
  g_assert_false (synchronous);
  g_assert_true (temp_memory);
  g_assert_cmpint (mmap_size, ==, 0);
  g_assert_false (closed);
  g_assert_cmpstr (beaver_db_version (), ==, BEAVER_VERSION_S);
}

static void
test_options (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = g_initable_new (
      BEAVER_TYPE_DB, NULL, &error, "path", f->path, "wal", FALSE, "synchronous", TRUE,
      "temp-memory", FALSE, "mmap-size", (gint64) 1 << 20, "connection-timeout", 1.5, NULL);
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  BeaverDict *dict;

  g_assert_no_error (error);
  dict = beaver_db_get_dict (db, "d", &error);
  g_assert_true (beaver_dict_set_int (dict, "a", 1, NULL, &error));
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_assert_cmpfloat (beaver_db_get_connection_timeout (db), ==, 1.5);
  g_assert_true (beaver_db_get_synchronous (db));
  g_assert_false (beaver_db_get_wal (db));
  g_assert_false (beaver_db_get_temp_memory (db));
  g_assert_cmpint (beaver_db_get_mmap_size (db), ==, 1 << 20);
}

static const struct
{
  const char *path; /* %s: the directory of the test */
  int code;
} bad_paths[] = {
  { "", BEAVER_ERROR_INVALID },
  { "%s", BEAVER_ERROR_IO },
  { "%s/missing/app.db", BEAVER_ERROR_IO },
  { "%s/file/app.db", BEAVER_ERROR_IO },
  { "%s/text", BEAVER_ERROR_SCHEMA },
};

static void
test_bad_paths (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->dir, "file", NULL);
  g_autofree char *text = g_build_filename (f->dir, "text", NULL);
  g_autofree char *prose = g_strnfill (5000, 'x');

  g_file_set_contents (file, "x", 1, NULL);
  g_file_set_contents (text, prose, 5000, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) parts = g_strsplit (bad_paths[i].path, "%s", 2);
      g_autofree char *path = g_strjoinv (f->dir, parts);

      g_assert_null (beaver_db_open (path, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, bad_paths[i].code);
      if (*path != '\0')
        g_assert_nonnull (strstr (error->message, path));
    }
}

/* What another user may not read, or not write. Root may do everything, so a process of our own
 * gives that up first. */
static int
open_as_nobody (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = NULL;

  if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
    return 1;
  db = beaver_db_open (path, NULL, &error);
  g_print ("%d\n", db != NULL ? -1 : error->domain == BEAVER_ERROR ? error->code : -2);
  return 0;
}

static const struct
{
  guint file_mode, directory_mode;
  int code;
} permissions[] = {
  { 0000, 0755, BEAVER_ERROR_IO },
  { 0444, 0755, BEAVER_ERROR_READ_ONLY },
  { 0666, 0555, BEAVER_ERROR_READ_ONLY }, /* no place for -wal and -shm */
};

static void
test_permissions (Fixture *f, gconstpointer data)
{
  fixture_close (f);
  for (guint i = 0; i < G_N_ELEMENTS (permissions); i++)
    {
      g_autoptr (GSubprocess) process = NULL;
      g_autofree char *line = NULL;

      g_assert_no_errno (g_chmod (f->path, (int) permissions[i].file_mode));
      g_assert_no_errno (g_chmod (f->dir, (int) permissions[i].directory_mode));
      process = beaver_test_spawn_self ("nobody", f->path, NULL);
      line = beaver_test_read_line (process);
      g_assert_cmpstr (line, !=, NULL);
      g_assert_cmpint (atoi (line), ==, permissions[i].code);
      beaver_test_join (process);
    }
  g_assert_no_errno (g_chmod (f->dir, 0700));
}

static void
test_odd_paths (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a b.db",    "100%.db", "it's.db",  "\"q\".db",
                                       "file:x.db", "ünï.db",  "a?b#c.db", ";--.db" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = g_build_filename (f->dir, names[i], NULL);
      g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (
          beaver_dict_set_int (beaver_db_get_dict (db, "d", NULL), "a", 1, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_cancelled_open (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (beaver_db_open (f->path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

static void
test_open_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (BeaverDb) db = NULL;

  beaver_db_open_async (f->path, NULL, beaver_test_ready, &good);
  beaver_db_open_async (f->dir, NULL, beaver_test_ready, &bad);
  beaver_test_wait_result (&good);
  beaver_test_wait_result (&bad);
  db = beaver_db_open_finish (good, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_dict_set_int (beaver_db_get_dict (db, "d", NULL), "a", 1, NULL, &error));
  g_assert_null (beaver_db_open_finish (bad, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_IO);
}

/* What a binding makes without init() is a closed database, and init() opens it later. */
static void
test_constructed_by_hand (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = g_object_new (BEAVER_TYPE_DB, "path", f->path, NULL);

  g_assert_true (beaver_db_is_closed (db));
  g_assert_null (beaver_db_get_dict (db, "d", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_db_begin (db, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_true (beaver_db_close (db, &error));
  g_assert_null (beaver_db_close_full (db, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);

  g_assert_true (g_initable_init (G_INITABLE (db), NULL, &error));
  g_assert_true (g_initable_init (G_INITABLE (db), NULL, &error));
  g_assert_nonnull (beaver_db_get_dict (db, "d", &error));
  g_assert_no_error (error);
}

static gpointer
memory_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_dict_set_int (beaver_db_get_dict (data, "d", NULL), "a", 7, NULL, &error));
  g_assert_no_error (error);
  return NULL;
}

static void
test_memory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (":memory:", NULL, &error);
  g_autoptr (BeaverDb) other = beaver_db_open (":memory:", NULL, &error);

  g_assert_no_error (error);
  g_thread_join (g_thread_new ("other", memory_thread, db));
  g_assert_cmpint (beaver_dict_get_int (beaver_db_get_dict (db, "d", NULL), "a", NULL, &error), ==,
                   7);
  g_assert_no_error (error);
  g_assert_cmpint (
      beaver_manager_count (BEAVER_MANAGER (beaver_db_get_dict (other, "d", NULL)), NULL, &error),
      ==, 0);
  g_assert_false (g_file_test (":memory:", G_FILE_TEST_EXISTS));
}

static void
test_names (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const char *const names[] = { "b", "a", "long name with % and 'quotes'", "_one",
                                       "__hidden" };
  g_auto (GStrv) found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (
        beaver_dict_set_int (beaver_db_get_dict (f->db, names[i], NULL), "k", 1, NULL, &error));
  found = beaver_db_get_dict_names (f->db, NULL, &error);
  g_assert_no_error (error);
  /* E8: upstream's pattern hid nearly all names. */
  g_assert_cmpuint (g_strv_length (found), ==, 4);
  g_assert_cmpstr (found[0], ==, "_one");
  g_assert_cmpstr (found[1], ==, "a");
  g_assert_cmpstr (found[2], ==, "b");
}

/* --- Closing --------------------------------------------------------------------------------- */

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  g_assert_true (beaver_db_is_closed (BEAVER_DB (object)));
  ++*(int *) data;
}

static void
test_close_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCloseReport) report = NULL;
  g_autoptr (BeaverCloseReport) again = NULL;
  g_autoptr (BeaverDict) dict = g_object_ref (beaver_db_get_dict (f->db, "held", NULL));
  g_autofree char *line = NULL;
  int notified = 0;

  g_signal_connect (f->db, "notify::closed", G_CALLBACK (on_notify), &notified);
  g_assert_true (beaver_dict_set_int (dict, "a", 1, NULL, &error));
  report = beaver_db_close_full (f->db, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (beaver_close_report_get_connections_closed (report), >=, 1);
  g_assert_cmpfloat (beaver_close_report_get_duration (report), >, 0);
  g_assert_cmpstr (beaver_close_report_get_referenced (report)[0], ==, "dict held");
  g_assert_null (beaver_close_report_get_referenced (report)[1]);
  g_assert_cmpuint (g_strv_length ((char **) beaver_close_report_get_sites (report)), ==, 1);
  line = beaver_close_report_to_string (report);
  g_assert_nonnull (strstr (line, "dict held"));

  g_assert_true (beaver_db_close (f->db, &error));
  again = beaver_db_close_full (f->db, &error);
  g_assert_true (again == report);
  g_assert_true (beaver_db_is_closed (f->db));
  beaver_test_spin_until (NULL, notified > 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (notified, ==, 1);

  g_assert_false (beaver_dict_set_int (dict, "a", 2, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_db_get_dict (f->db, "held", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

/* A file of the sources and a line, by addr2line; NULL where that is not installed. */
static char *
find_line (const char *program, const char *site)
{
  g_autofree char *name = g_path_get_basename (program);
  g_autofree char *tool = g_find_program_in_path ("addr2line");
  g_auto (GStrv) parts = g_strsplit (site, " < ", 2);
  const char *offset = strrchr (parts[0], '+');
  const char *argv[] = { tool, "-e", program, offset + 1, NULL };
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (offset);
  g_assert_cmpint (strncmp (parts[0], name, strlen (name)), ==, 0);
  if (tool == NULL)
    return NULL;
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer,
                               NULL, NULL, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&answer);
}

/* What is still held is named with the place in this file that made it, in a build that knows. */
static void
test_sites (Fixture *f, gconstpointer data)
{
  static const char *const texts[] = { "channel c", "dict d", "live iterator of log “l”", "log l",
                                       "subscription “c”" };
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCloseReport) report = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *line = NULL;
  g_auto (GStrv) sites = NULL;
  int first = __LINE__;
  g_autoptr (BeaverChannel) channel = g_object_ref (beaver_db_get_channel (f->db, "c", &error));
  g_autoptr (BeaverDict) dict = g_object_ref (beaver_db_get_dict (f->db, "d", &error));
  g_autoptr (BeaverLog) log = g_object_ref (beaver_db_get_log (f->db, "l", &error));
  g_autoptr (BeaverSubscription) subscription = beaver_channel_subscribe (channel, NULL, &error);
  g_autoptr (BeaverLiveIterator) live = beaver_log_tail (log, NULL, &error);
  int last = __LINE__;

  g_assert_no_error (error);
  report = beaver_db_close_full (f->db, &error);
  g_assert_no_error (error);
  g_object_get (report, "sites", &sites, NULL);
  line = beaver_close_report_to_string (report);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *found = NULL;
      const char *place;

      g_assert_cmpstr (beaver_close_report_get_referenced (report)[i], ==, texts[i]);
      g_assert_cmpstr (beaver_close_report_get_sites (report)[i], ==, sites[i]);
      g_test_message ("%s: %s", texts[i], sites[i]);
      if (!BEAVER_SITES)
        {
          g_assert_cmpstr (sites[i], ==, "");
          continue;
        }
      g_assert_nonnull (strstr (line, sites[i]));
      found = find_line (program, sites[i]);
      if (found == NULL || strstr (found, "??") != NULL)
        continue;
      place = strstr (found, "test-db.c:");
      g_assert_nonnull (place);
      g_assert_cmpint (atoi (place + strlen ("test-db.c:")), >, first);
      g_assert_cmpint (atoi (place + strlen ("test-db.c:")), <, last);
    }
  g_assert_null (sites[G_N_ELEMENTS (texts)]);
  g_assert_null (beaver_close_report_get_referenced (report)[G_N_ELEMENTS (texts)]);
}

static void
test_close_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) one = NULL;
  g_autoptr (GAsyncResult) two = NULL;

  beaver_db_close_async (f->db, NULL, beaver_test_ready, &one);
  beaver_db_close_async (f->db, NULL, beaver_test_ready, &two);
  beaver_test_wait_result (&one);
  beaver_test_wait_result (&two);
  g_assert_true (beaver_db_close_finish (f->db, one, &error));
  g_assert_true (beaver_db_close_finish (f->db, two, &error));
  beaver_test_assert_all_closed (f->dir);
}

static gpointer
close_async_thread (gpointer data)
{
  GAsyncResult **result = data;
  BeaverDb *db = BEAVER_DB (g_async_result_get_source_object (*result));

  g_clear_object (result);
  beaver_db_close_async (db, NULL, beaver_test_ready, result);
  g_object_unref (db);
  return NULL;
}

/* A thread without a context of its own asks, and the main thread has the answer before that one
 * has come back from asking. */
static void
test_close_async_elsewhere (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (300);
  GAsyncResult *result = NULL;

  beaver_db_close_async (f->db, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  for (guint i = 0; i < rounds; i++)
    {
      GThread *thread = g_thread_new ("asks", close_async_thread, &result);

      g_main_context_iteration (NULL, TRUE);
      g_thread_join (thread);
      beaver_test_wait_result (&result);
      g_assert_true (beaver_db_close_finish (f->db, result, NULL));
    }
  g_object_unref (result);
}

/* Nothing is left for a main loop that a program may not have. */
static void
test_close_without_loop (Fixture *f, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE)) /* of tests before */
    ;
  for (guint i = 0; i < 3; i++)
    {
      beaver_db_close (f->db, NULL);
      g_clear_object (&f->db);
      g_assert_false (g_main_context_pending (NULL));
      fixture_open (f, f->path);
    }
}

static gpointer
close_full_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverCloseReport *report = beaver_db_close_full (data, &error);

  g_assert_no_error (error);
  return report;
}

/* Who comes second gets the report of the real close, and the same one. */
static void
test_two_reports (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (200);

  for (guint round = 0; round < rounds; round++)
    {
      GThread *threads[4];
      BeaverCloseReport *reports[4];

      for (guint i = 0; i < 4; i++)
        threads[i] = g_thread_new ("close", close_full_thread, f->db);
      for (guint i = 0; i < 4; i++)
        reports[i] = g_thread_join (threads[i]);
      for (guint i = 0; i < 4; i++)
        {
          g_assert_true (reports[i] == reports[0]);
          g_object_unref (reports[i]);
        }
      g_clear_object (&f->db);
      fixture_open (f, f->path);
    }
}

static gpointer
close_thread (gpointer data)
{
  g_assert_true (beaver_db_close (data, NULL));
  return NULL;
}

static void
test_two_closes (void)
{
  guint rounds = beaver_test_rounds (100);

  for (guint round = 0; round < rounds; round++)
    {
      Fixture f = { 0 };
      GThread *threads[4];

      fixture_set_up (&f, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("close", close_thread, f.db);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      beaver_test_assert_all_closed (f.dir);
      fixture_tear_down (&f, NULL);
    }
}

static void
test_manager_outlives (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDict) dict = g_object_ref (beaver_db_get_dict (f->db, "d", NULL));

  g_assert_finalize_object (g_steal_pointer (&f->db));
  beaver_test_assert_all_closed (f->dir);
  g_assert_false (beaver_dict_set_int (dict, "a", 1, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

static gpointer
unref_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
test_last_unref_in_thread (Fixture *f, gconstpointer data)
{
  g_thread_join (g_thread_new ("unref", unref_thread, g_steal_pointer (&f->db)));
  beaver_test_assert_all_closed (f->dir);
}

static void
on_activate (GApplication *application, gpointer data)
{
}

static void
test_close_on_shutdown (Fixture *f, gconstpointer data)
{
  g_autoptr (GApplication) application =
      g_application_new ("org.example.Beaver", G_APPLICATION_NON_UNIQUE);
  g_autoptr (BeaverDb) gone = beaver_db_open (":memory:", NULL, NULL);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  beaver_db_close_on_shutdown (f->db, application);
  beaver_db_close_on_shutdown (gone, application);
  g_assert_finalize_object (g_steal_pointer (&gone));
  g_assert_cmpint (g_application_run (application, 0, NULL), ==, 0);
  g_assert_true (beaver_db_is_closed (f->db));
  beaver_test_assert_all_closed (f->dir);
}

static void
test_open_close_many (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (300);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (BeaverDb) db = beaver_db_open (f->path, NULL, NULL);

      g_assert_true (beaver_dict_set_int (beaver_db_get_dict (db, "d", NULL), "n", i, NULL, NULL));
    }
  beaver_test_assert_all_closed (f->dir);
}

/* A child of fork() must not touch what the parent opened, and must not hang or crash on dropping
 * it. */
static void
test_fork (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  int status = -1;
  pid_t pid;

  g_assert_true (beaver_dict_set_int (dict, "a", 1, NULL, NULL));
  pid = fork ();
  if (pid == 0)
    {
      GError *error = NULL;
      int wrong = 0;

      wrong |= beaver_dict_set_int (dict, "a", 2, NULL, &error) ||
               !g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_FORKED);
      g_clear_error (&error);
      wrong |= beaver_db_close (f->db, &error) ||
               !g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_FORKED);
      g_object_unref (f->db);
      _exit (wrong ? 1 : 0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (beaver_dict_get_int (dict, "a", NULL, NULL), ==, 1);
  g_assert_true (beaver_dict_set_int (dict, "a", 3, NULL, NULL));
}

/* The parent is busy, so that its locks are held when the child is made: dropping what it had there
 * waits for none of them. */
static void
test_fork_while_busy (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (20);
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  BeaverChannel *channel = beaver_db_get_channel (f->db, "c", NULL);
  g_autoptr (BeaverSubscription) subscription = beaver_channel_subscribe (channel, NULL, NULL);
  g_autoptr (BeaverConsumer) consumer =
      beaver_channel_open_consumer (channel, "x", BEAVER_CONSUMER_START_END, NULL, NULL);

  g_assert_nonnull (subscription);
  g_assert_nonnull (consumer);
  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) first = NULL;
      g_autoptr (GAsyncResult) last = NULL;
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);
      int status = -1;
      pid_t pid;

      g_assert_no_error (error);
      beaver_dict_set_json_async (dict, "a", "0", NULL, beaver_test_ready, &first);
      for (guint i = 0; i < 2000; i++)
        beaver_dict_set_json_async (dict, "a", "1", NULL, NULL, NULL);
      beaver_dict_set_json_async (dict, "a", "2", NULL, beaver_test_ready, &last);
      beaver_test_wait_result (&first);
      pid = fork ();
      if (pid == 0)
        {
          alarm (BEAVER_TEST_DEADLINE / 2);
          g_object_unref (transaction);
          g_object_unref (subscription);
          g_object_unref (consumer);
          _exit (0);
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFEXITED (status));
      beaver_test_wait_result (&last);
      g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (beaver_dict_get_int (dict, "a", NULL, NULL), ==, 2);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "nobody") == 0)
    return open_as_nobody (argv[2]);
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/db/same-object", test_open_twice_same_object);
  beaver_test_add ("/db/properties", test_properties);
  beaver_test_add_closed ("/db/options", test_options);
  beaver_test_add_closed ("/db/bad-paths", test_bad_paths);
  beaver_test_add ("/db/permissions", test_permissions);
  beaver_test_add_closed ("/db/odd-paths", test_odd_paths);
  beaver_test_add_closed ("/db/cancelled-open", test_cancelled_open);
  beaver_test_add_closed ("/db/open-async", test_open_async);
  beaver_test_add_closed ("/db/constructed-by-hand", test_constructed_by_hand);
  g_test_add_func ("/db/memory", test_memory);
  beaver_test_add ("/db/E8-names", test_names);
  beaver_test_add ("/db/close/again", test_close_again);
  beaver_test_add ("/db/close/sites", test_sites);
  beaver_test_add ("/db/close/async", test_close_async);
  beaver_test_add ("/db/close/async-elsewhere", test_close_async_elsewhere);
  beaver_test_add ("/db/close/reports", test_two_reports);
  beaver_test_add ("/db/close/without-loop", test_close_without_loop);
  g_test_add_func ("/db/close/concurrently", test_two_closes);
  beaver_test_add ("/db/close/manager-outlives", test_manager_outlives);
  beaver_test_add ("/db/close/last-unref-in-thread", test_last_unref_in_thread);
  beaver_test_add ("/db/close/on-shutdown", test_close_on_shutdown);
  beaver_test_add_closed ("/db/close/many", test_open_close_many);
  beaver_test_add ("/db/fork/idle", test_fork);
  beaver_test_add ("/db/fork/while-busy", test_fork_while_busy);
  return g_test_run ();
}
