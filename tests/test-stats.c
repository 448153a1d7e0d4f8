/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a database tells of itself: statistics, slow operations, and who keeps the log from starting
 * anew. */
#include <sys/wait.h>

#include "beaver-test-sqlite.h"
#include "beaver-test.h"

/* ---- what is logged ---- */

typedef struct
{
  GLogLevelFlags level;
  GHashTable *fields; /* (element-type utf8 utf8) */
} Logged;

static GMutex log_lock;
static GPtrArray *logged; /* (mutex log_lock) (element-type Logged) of the library */

static void
logged_free (gpointer data)
{
  Logged *self = data;

  g_hash_table_unref (self->fields);
  g_free (self);
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Logged *entry;

  for (gsize i = 0; i < n; i++)
    g_hash_table_insert (table, g_strdup (fields[i].key),
                         fields[i].length < 0 ? g_strdup (fields[i].value) :
                                                g_strndup (fields[i].value, fields[i].length));
  if (g_strcmp0 (g_hash_table_lookup (table, "GLIB_DOMAIN"), "Beaver") != 0 ||
      !g_hash_table_contains (table, "BEAVER_OPERATION"))
    return g_log_writer_default (level, fields, n, data);
  entry = g_new (Logged, 1);
  entry->level = level;
  entry->fields = g_steal_pointer (&table);
  g_mutex_lock (&log_lock);
  g_ptr_array_add (logged, entry);
  g_mutex_unlock (&log_lock);
  return G_LOG_WRITER_HANDLED;
}

static void
forget_log (void)
{
  g_mutex_lock (&log_lock);
  g_ptr_array_set_size (logged, 0);
  g_mutex_unlock (&log_lock);
}

/* A copy of a field of the first entry in which key is value; NULL: there is none. */
static char *
dup_logged (const char *key, const char *value, GLogLevelFlags level, const char *wanted)
{
  char *found = NULL;

  g_mutex_lock (&log_lock);
  for (guint i = 0; i < logged->len && found == NULL; i++)
    {
      Logged *entry = g_ptr_array_index (logged, i);

      if (entry->level == level && g_strcmp0 (g_hash_table_lookup (entry->fields, key), value) == 0)
        found = g_strdup (g_hash_table_lookup (entry->fields, wanted));
    }
  g_mutex_unlock (&log_lock);
  return found;
}

/* ---- statistics ---- */

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
get (BeaverDict *dict, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = beaver_dict_get_json (dict, key, NULL, &error);

  g_assert_no_error (error);
}

static void
test_counters (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "users");
  g_autoptr (BeaverStats) before = beaver_db_get_stats (f->db);
  g_autoptr (BeaverStats) after = NULL;

  for (int i = 0; i < 10; i++)
    set (dict, "ada", "{\"n\":1}");
  for (int i = 0; i < 10; i++)
    get (dict, "ada");
  after = beaver_db_get_stats (f->db);

#define GREW(name) (beaver_stats_get_##name (after) - beaver_stats_get_##name (before))
  g_assert_cmpint (GREW (writes), ==, 10);
  g_assert_cmpint (GREW (commits), ==, 10);
  g_assert_cmpint (GREW (group_commits), ==, 0);
  /* the first one has to ask the file, the others need not */
  g_assert_cmpint (GREW (reads), >=, 1);
  g_assert_cmpint (GREW (cache_hits), >=, 1);
  g_assert_cmpint (GREW (cache_hits) + GREW (cache_misses), <=, 10);
  g_assert_cmpint (GREW (statements_prepared), >, 0);
  /* ten commits of one page at least */
  g_assert_cmpint (GREW (bytes_written), >=, 10 * 512);
#undef GREW
  g_assert_cmpint (beaver_stats_get_slow_operations (after), ==, 0);
  g_assert_cmpint (beaver_stats_get_cache_entries (after), ==, 1);
  g_assert_cmpint (beaver_stats_get_cache_bytes (after), >, 0);
  g_assert_cmpint (beaver_stats_get_connections (after), >=, 1);
  g_assert_cmpint (beaver_stats_get_wal_bytes (after), >=, 10 * 512);
  g_assert_cmpint (beaver_stats_get_wal_frames (after), >=, 10);
  g_assert_cmpint (beaver_stats_get_memory (after), >, 1000);
  g_assert_cmpint (beaver_stats_get_readers_busy (after), ==, 0);
  g_assert_cmpfloat (beaver_stats_get_oldest_read (after), ==, 0);
}

/* A commit of another process empties the cache. */
static void
test_foreign (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "users");
  g_autoptr (BeaverStats) stats = NULL;
  gint64 before;
  sqlite3 *raw;

  set (dict, "ada", "1");
  get (dict, "ada");
  stats = beaver_db_get_stats (f->db);
  before = beaver_stats_get_foreign_changes (stats);
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '2'");
  raw_close (raw);
  get (dict, "ada");
  g_clear_object (&stats);
  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_foreign_changes (stats), >, before);
}

/* In a child the parent's locks may be held by nobody: everything is 0 there. */
static void
test_forked (Fixture *f, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      pid_t child;
      int status = 0;

      set (get_dict (f, "users"), "ada", "1");
      child = fork ();
      if (child == 0)
        {
          BeaverStats *stats = beaver_db_get_stats (f->db);

          _exit (beaver_stats_get_commits (stats) == 0 &&
                         beaver_stats_get_connections (stats) == 0 ?
                     0 :
                     1);
        }
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_cmpint (status, ==, 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
on_event (BeaverEvent *event, gpointer user_data)
{
}

static gboolean
has_waiter (BeaverDb *db)
{
  g_autoptr (BeaverStats) stats = beaver_db_get_stats (db);

  return beaver_stats_get_waiters (stats) == 1;
}

static gpointer
wait_for_item (gpointer data)
{
  g_autoptr (BeaverQueueItem) item = beaver_queue_get (data, -1, NULL, NULL);

  g_assert_null (item);
  return NULL;
}

static void
test_gauges (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, "news", &error);
  BeaverLog *log = beaver_db_get_log (f->db, "audit", &error);
  BeaverQueue *queue = beaver_db_get_queue (f->db, "jobs", &error);
  g_autoptr (BeaverSubscription) subscription = beaver_channel_subscribe (channel, NULL, &error);
  g_autoptr (BeaverLiveIterator) live = beaver_log_tail (log, NULL, &error);
  g_autoptr (BeaverEventHandler) handler = NULL;
  g_autoptr (BeaverStats) stats = NULL;
  g_autofree char *text = NULL;
  GThread *waiter;

  g_assert_no_error (error);
  handler = beaver_manager_on (BEAVER_MANAGER (get_dict (f, "users")), "set", on_event, NULL, NULL,
                               &error);
  g_assert_no_error (error);
  waiter = g_thread_new ("waiter", wait_for_item, queue);
  beaver_test_wait_until (has_waiter (f->db));

  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_subscriptions (stats), ==, 1);
  g_assert_cmpint (beaver_stats_get_live_iterators (stats), ==, 1);
  g_assert_cmpint (beaver_stats_get_event_handlers (stats), ==, 1);
  g_assert_cmpint (beaver_stats_get_waiters (stats), ==, 1);
  text = beaver_stats_to_string (stats);
  g_assert_nonnull (strstr (text, "subscriptions: 1\n"));
  g_assert_nonnull (strstr (text, "longest-wait: "));

  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  g_thread_join (waiter);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverStats) stats = NULL;
  g_autoptr (BeaverDb) never = g_object_new (BEAVER_TYPE_DB, "path", f->path, NULL);

  set (get_dict (f, "users"), "ada", "1");
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);

  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_commits (stats), >=, 1);
  g_assert_cmpint (beaver_stats_get_bytes_written (stats), >, 0);
  g_assert_cmpint (beaver_stats_get_connections (stats), ==, 0);
  g_assert_cmpint (beaver_stats_get_wal_bytes (stats), ==, 0);
  g_assert_cmpint (beaver_stats_get_memory (stats), ==, 0);

  g_clear_object (&stats);
  stats = beaver_db_get_stats (never);
  g_assert_cmpint (beaver_stats_get_commits (stats), ==, 0);
}

typedef struct
{
  Fixture *f;
  guint index;
} Writer;

static gpointer
write_some (gpointer data)
{
  Writer *writer = data;
  g_autofree char *key = g_strdup_printf ("k%u", writer->index);

  for (guint i = 0; i < 200; i++)
    set (get_dict (writer->f, "users"), key, "1");
  return NULL;
}

static gpointer
ask_until_stopped (gpointer data)
{
  Fixture *f = data;

  while (!beaver_db_is_closed (f->db))
    {
      g_autoptr (BeaverStats) stats = beaver_db_get_stats (f->db);

      g_assert_cmpint (beaver_stats_get_connections (stats), <=, 100);
      g_thread_yield ();
    }
  return NULL;
}

/* Asked while everybody works and while it closes. */
static void
test_threads (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverStats) stats = NULL;
  Writer writers[4];
  GThread *threads[4];
  GThread *asker = g_thread_new ("asker", ask_until_stopped, f);

  for (guint i = 0; i < 4; i++)
    {
      writers[i] = (Writer){ f, i };
      threads[i] = g_thread_new ("writer", write_some, &writers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  g_thread_join (asker);
  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_writes (stats), >=, 800);
  g_assert_cmpint (beaver_stats_get_commits (stats), <=, beaver_stats_get_writes (stats) + 100);
}

/* ---- slow operations ---- */

static void
on_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json_finish (BEAVER_DICT (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
test_slow (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverStats) stats = NULL;
  g_autofree char *name = NULL;
  g_autofree char *kind = NULL;
  g_autofree char *path = NULL;
  g_autofree char *duration = NULL;
  g_autofree char *statement = NULL;
  g_autofree char *commit = NULL;
  g_autofree char *scan = NULL;
  g_autofree char *message = NULL;
  g_autofree char *asynchronous = NULL;
  BeaverTransaction *transaction;
  gboolean done = FALSE;

  /* off: nothing */
  forget_log ();
  set (get_dict (f, "users"), "key-that-is-secret", "\"value-that-is-secret\"");
  g_assert_cmpuint (logged->len, ==, 0);
  g_assert_cmpfloat (beaver_db_get_slow_operation_threshold (f->db), ==, 0);

  /* so short that everything is slow */
  beaver_db_set_slow_operation_threshold (f->db, 1e-6);
  set (get_dict (f, "users"), "key-that-is-secret", "\"value-that-is-secret\"");
  name = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_NAME");
  kind = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_KIND");
  path = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_PATH");
  duration = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_DURATION_USEC");
  statement = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_STATEMENT");
  message = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "MESSAGE");
  g_assert_cmpstr (name, ==, "users");
  g_assert_cmpstr (kind, ==, "dict");
  g_assert_cmpstr (path, ==, f->path);
  g_assert_cmpint (g_ascii_strtoll (duration, NULL, 10), >=, 1);
  g_assert_nonnull (strstr (statement, "__beaver_dicts__"));
  g_assert_true (g_str_has_prefix (message, "slow write of dict “users” in “"));

  forget_log ();
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (get_dict (f, "users")), NULL, &error), ==,
                   1);
  g_assert_no_error (error);
  scan = dup_logged ("BEAVER_OPERATION", "scan", G_LOG_LEVEL_MESSAGE, "BEAVER_NAME");
  g_assert_cmpstr (scan, ==, "users");

  beaver_dict_set_json_async (get_dict (f, "later"), "key-that-is-secret",
                              "\"value-that-is-secret\"", NULL, on_set, &done);
  beaver_test_spin_until (NULL, done);
  asynchronous = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_NAME");
  g_assert_cmpstr (asynchronous, ==, "later");

  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  set (get_dict (f, "users"), "key-that-is-secret", "\"value-that-is-secret\"");
  beaver_transaction_commit (transaction, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (transaction);
  commit = dup_logged ("BEAVER_OPERATION", "commit", G_LOG_LEVEL_MESSAGE, "BEAVER_DURATION_USEC");
  g_assert_nonnull (commit);

  /* no field of any entry tells what was read or written */
  g_mutex_lock (&log_lock);
  for (guint i = 0; i < logged->len; i++)
    {
      Logged *entry = g_ptr_array_index (logged, i);
      GHashTableIter iter;
      gpointer value;

      g_hash_table_iter_init (&iter, entry->fields);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        g_assert_null (strstr (value, "that-is-secret"));
    }
  g_mutex_unlock (&log_lock);

  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_slow_operations (stats), >=, 5);

  /* off again */
  beaver_db_set_slow_operation_threshold (f->db, 0);
  forget_log ();
  set (get_dict (f, "users"), "ada", "1");
  g_assert_cmpuint (logged->len, ==, 0);
  /* far too long: watched, and not logged */
  beaver_db_set_slow_operation_threshold (f->db, 1e6);
  set (get_dict (f, "users"), "ada", "1");
  g_assert_cmpuint (logged->len, ==, 0);
}

/* From the start, by the property; the keys of secrets are as unseen as all others. */
static void
test_slow_property (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "other.db", NULL);
  g_autoptr (BeaverDb) db = g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", path,
                                            "slow-operation-threshold", 1e-6, NULL);
  g_autofree char *name = NULL;
  BeaverDict *dict;

  g_assert_no_error (error);
  g_assert_cmpfloat (beaver_db_get_slow_operation_threshold (db), ==, 1e-6);
  forget_log ();
  dict = beaver_db_get_dict (db, "users", &error);
  set (dict, "ada", "1");
  name = dup_logged ("BEAVER_OPERATION", "write", G_LOG_LEVEL_MESSAGE, "BEAVER_NAME");
  g_assert_cmpstr (name, ==, "users");
  beaver_db_close (db, &error);
  g_assert_no_error (error);
}

/* ---- the log ---- */

#define MEGABYTE (1024 * 1024)

static void
set_megabytes (Fixture *f, guint n)
{
  g_autofree char *text = g_malloc (MEGABYTE + 3);

  text[0] = text[MEGABYTE + 1] = '"';
  text[MEGABYTE + 2] = '\0';
  for (guint i = 0; i < n; i++)
    {
      /* SQLite writes no page that would stay the same */
      memset (text + 1, 'a' + (int) (i % 26), MEGABYTE);
      set (get_dict (f, "large"), "one", text);
    }
}

/* Somebody who reads slowly, with a cursor of ours, keeps nothing from starting anew. */
static void
test_lazy_cursor (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GObject) first = NULL;
  g_autoptr (BeaverStats) stats = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      set (get_dict (f, "small"), key, "1");
    }
  cursor = beaver_dict_items (get_dict (f, "small"), NULL, &error);
  g_assert_no_error (error);
  first = beaver_cursor_next (cursor, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (first);

  forget_log ();
  /* 300 MB through the log, which may take 16,000 frames and what comes before the look */
  set_megabytes (f, 300);
  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_wal_bytes (stats), <, 150 * MEGABYTE);
  g_assert_cmpint (beaver_stats_get_bytes_written (stats), >, 300 * MEGABYTE);
  g_assert_cmpint (beaver_stats_get_checkpoints (stats), >, 0);
  g_assert_cmpint (beaver_stats_get_checkpointed_frames (stats), >, 0);
  g_assert_cmpuint (logged->len, ==, 0);
}

/* A snapshot of another process cannot be ended, but it gets a name; when it goes, the log starts
 * anew. */
static void
test_lazy_process (Fixture *f, gconstpointer data)
{
  const char *script = "import sqlite3, sys\n"
                       "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                       "db.execute('BEGIN')\n"
                       "db.execute('SELECT count(*) FROM __beaver_dicts__').fetchall()\n"
                       "print('ready', flush=True)\n"
                       "sys.stdin.read()\n";
  const char *python = g_getenv ("BEAVER_TEST_PYTHON");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) reader = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (BeaverStats) stats = NULL;
  g_autofree char *line = NULL;
  g_autofree char *readers = NULL;
  g_autofree char *text = NULL;
  g_autofree char *who = NULL;
  gint64 grown;

  set (get_dict (f, "small"), "one", "1");
  reader =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                        python != NULL ? python : "/usr/bin/python3", "-c", script, f->path, NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (reader));
  line = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");

  forget_log ();
  set_megabytes (f, 200);
  readers = dup_logged ("BEAVER_OPERATION", "checkpoint", G_LOG_LEVEL_WARNING, "BEAVER_READERS");
  text = dup_logged ("BEAVER_OPERATION", "checkpoint", G_LOG_LEVEL_WARNING, "MESSAGE");
  g_assert_nonnull (readers);
  g_assert_nonnull (strstr (text, "has grown to "));
  who = g_strdup_printf ("process %s (", g_subprocess_get_identifier (reader));
  if (g_file_test ("/proc/locks", G_FILE_TEST_EXISTS) && strstr (readers, who) == NULL)
    {
      g_test_message ("%s", readers);
      g_assert_cmpstr (readers, ==, who);
    }

  g_output_stream_close (g_subprocess_get_stdin_pipe (reader), NULL, &error);
  g_assert_no_error (error);
  g_subprocess_wait (reader, NULL, &error);
  g_assert_no_error (error);
  stats = beaver_db_get_stats (f->db);
  grown = beaver_stats_get_wal_bytes (stats);
  /* used again from its start, so as large as it was */
  set_megabytes (f, 200);
  g_clear_object (&stats);
  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_wal_bytes (stats), <, grown + 100 * MEGABYTE);
}

int
main (int argc, char *argv[])
{
  logged = g_ptr_array_new_with_free_func (logged_free);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/stats/counters", test_counters);
  beaver_test_add ("/stats/foreign", test_foreign);
  beaver_test_add ("/stats/forked", test_forked);
  beaver_test_add ("/stats/gauges", test_gauges);
  beaver_test_add ("/stats/closed", test_closed);
  beaver_test_add ("/stats/threads", test_threads);
  beaver_test_add ("/stats/slow", test_slow);
  beaver_test_add ("/stats/slow-property", test_slow_property);
  beaver_test_add ("/stats/lazy-cursor", test_lazy_cursor);
  beaver_test_add ("/stats/lazy-process", test_lazy_process);
  return g_test_run ();
}
