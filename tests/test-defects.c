/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Defects of the original that lie below the structures: transactions that fail, files that are
 * only opened, statements that look at every row. Every connection that SQLite makes in this
 * process is watched. doc/defects.md has the whole table. */
#include "beaver-test-sqlite.h"

#include <string.h>

static GMutex watch_mutex;
static GHashTable *statements; /* (watch_mutex) set of SQL that ran; NULL: nobody wants to know */
static gint foreign_keys;      /* (atomic) switched on in connections that are opened */

static int
on_statement (unsigned int what, void *context, void *statement, void *text)
{
  const char *sql = text;

  g_mutex_lock (&watch_mutex);
  /* triggers tell their name in a comment */
  if (statements != NULL && !g_str_has_prefix (sql, "--"))
    g_hash_table_add (statements, g_strdup (sql));
  g_mutex_unlock (&watch_mutex);
  return 0;
}

static int
on_open (sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
  if (g_atomic_int_get (&foreign_keys))
    sqlite3_exec (db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
  return sqlite3_trace_v2 (db, SQLITE_TRACE_STMT, on_statement, NULL);
}

static void
watch_begin (void)
{
  g_mutex_lock (&watch_mutex);
  statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_unlock (&watch_mutex);
}

/* (transfer full) */
static GHashTable *
watch_end (void)
{
  GHashTable *seen;

  g_mutex_lock (&watch_mutex);
  seen = g_steal_pointer (&statements);
  g_mutex_unlock (&watch_mutex);
  return seen;
}

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

/* ---- D2, D14: a transaction that cannot begin, or end, hangs nobody ---- */

static gpointer
cancel_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_d2 (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict;
  sqlite3 *raw;

  f->db = g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", f->path, "connection-timeout", 0.05,
                          NULL);
  g_assert_no_error (error);
  dict = get_dict (f, "d");
  raw = raw_open (f->path);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (BeaverTransaction) transaction = NULL;
      g_autoptr (GThread) thread = NULL;

      raw_exec (raw, "BEGIN IMMEDIATE");
      g_assert_false (beaver_dict_set_json (dict, "a", "1", NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_BUSY);
      g_clear_error (&error);
      transaction = beaver_db_begin (f->db, NULL, &error);
      g_assert_null (transaction);
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_BUSY);
      g_clear_error (&error);
      /* before, while or after it waits */
      thread = g_thread_new ("cancel", cancel_thread, cancellable);
      g_assert_false (beaver_dict_set_json (dict, "a", "1", cancellable, &error));
      g_assert_true (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_BUSY) ||
                     g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      g_clear_error (&error);
      g_thread_join (g_steal_pointer (&thread));
      raw_exec (raw, "COMMIT");

      g_assert_true (beaver_dict_set_json (dict, "a", "2", NULL, &error));
      g_assert_no_error (error);
      transaction = beaver_db_begin (f->db, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
      g_assert_no_error (error);
    }
  raw_close (raw);
}

/* What COMMIT does not accept, it leaves open: only a ROLLBACK gets rid of it. */
static void
test_d14 (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;
  BeaverDict *dict;
  sqlite3 *raw;

  g_atomic_int_set (&foreign_keys, TRUE);
  fixture_open (f, f->path);
  dict = get_dict (f, "d");
  raw = raw_open (f->path);
  raw_exec (raw, "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
                 "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY "
                 "DEFERRED);"
                 "CREATE TRIGGER bad AFTER INSERT ON __beaver_dicts__ WHEN new.key = 'bad' "
                 "BEGIN INSERT INTO child VALUES (1); END");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (BeaverTransaction) transaction = NULL;

      g_assert_false (beaver_dict_set_json (dict, "bad", "1", NULL, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
      g_assert_true (beaver_dict_set_json (dict, "good", "1", NULL, &error));
      g_assert_no_error (error);

      transaction = beaver_db_begin (f->db, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (beaver_dict_set_json (dict, "bad", "1", NULL, &error));
      g_assert_no_error (error);
      g_assert_false (beaver_transaction_commit (transaction, NULL, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
      g_assert_true (beaver_dict_set_json (dict, "good", "2", NULL, &error));
      g_assert_no_error (error);
    }
  /* somebody else sees what was committed, and no lock */
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '3' WHERE key = 'good'");
  raw_close (raw);
  value = beaver_dict_get_json (dict, "good", NULL, &error);
  g_assert_cmpstr (value, ==, "3");
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_atomic_int_set (&foreign_keys, FALSE);
}

/* ---- D3: calls inside calls, and two processes that meet ---- */

static int
pop_many (const char *path, const char *rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverDict *dict;
  BeaverManager *manager;
  guint n = (guint) g_ascii_strtoull (rounds, NULL, 10);

  g_assert_no_error (error);
  dict = beaver_db_get_dict (db, "d", &error);
  manager = BEAVER_MANAGER (dict);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *mine = NULL;

      /* the structure's own lock outside, a transaction inside, pop inside of that */
      g_assert_true (beaver_manager_acquire (manager, -1, 60, NULL, &error));
      g_assert_no_error (error);
      {
        g_autoptr (BeaverTransaction) transaction = beaver_db_begin (db, NULL, &error);

        g_assert_no_error (error);
        mine = beaver_dict_pop_json (dict, "token", NULL, &error);
        g_assert_no_error (error);
        g_assert_nonnull (mine);
        beaver_dict_increment (dict, "popped", 1, NULL, &error);
        g_assert_no_error (error);
        beaver_dict_set_json (dict, "token", mine, NULL, &error);
        g_assert_no_error (error);
        g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
        g_assert_no_error (error);
      }
      g_assert_true (beaver_manager_release (manager, NULL, &error));
      g_assert_no_error (error);
      /* and without the lock */
      beaver_dict_increment (dict, "popped", 1, NULL, &error);
      g_assert_no_error (error);
    }
  beaver_db_close (db, &error);
  g_assert_no_error (error);
  return 0;
}

static void
test_d3 (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (60);
  g_autofree char *text = g_strdup_printf ("%u", rounds);
  g_autoptr (GSubprocess) one = NULL;
  g_autoptr (GSubprocess) two = NULL;
  g_autoptr (GError) error = NULL;
  BeaverDict *dict;

  fixture_open (f, f->path);
  dict = get_dict (f, "d");
  beaver_dict_set_json (dict, "token", "\"the only one\"", NULL, &error);
  g_assert_no_error (error);
  one = beaver_test_spawn_self ("pop", f->path, text, NULL);
  two = beaver_test_spawn_self ("pop", f->path, text, NULL);
  beaver_test_join (one);
  beaver_test_join (two);
  g_assert_cmpint (beaver_dict_get_int (dict, "popped", NULL, &error), ==, 4 * rounds);
  g_assert_no_error (error);
}

/* ---- D13: opening what is there writes nothing ---- */

static void
test_d13 (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *wal = NULL;
  g_autoptr (GHashTable) seen = NULL;
  GHashTableIter iter;
  gpointer sql;
  gsize length, length_after;

  fixture_open (f, f->path);
  fixture_close (f);
  g_assert_true (g_file_get_contents (f->path, &before, &length, &error));

  watch_begin ();
  fixture_reopen (f);
  seen = watch_end ();
  wal = g_strconcat (f->path, "-wal", NULL);
  {
    g_autofree char *log = NULL;
    gsize log_length = 0;

    if (g_file_get_contents (wal, &log, &log_length, NULL))
      g_assert_cmpuint (log_length, ==, 0);
  }
  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &sql, NULL))
    {
      static const char *const writes[] = {
        "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "PRAGMA user_version =", "BEGIN IMMEDIATE"
      };

      for (guint i = 0; i < G_N_ELEMENTS (writes); i++)
        if (g_str_has_prefix (sql, writes[i]))
          g_error ("opening ran: %s", (char *) sql);
    }
  fixture_close (f);
  g_assert_true (g_file_get_contents (f->path, &after, &length_after, &error));
  g_assert_cmpmem (before, length, after, length_after);
}

/* ---- D8, D52, D54, D55: no statement looks at rows that are not its own ---- */

/* Tables whose rows grow with what is stored. */
static gboolean
is_full_scan (const char *detail)
{
  static const char *const harmless[] = { "SCAN CONSTANT ROW", "SCAN json_", "SCAN sqlite_master",
                                          "SCAN (" };

  if (!g_str_has_prefix (detail, "SCAN"))
    return FALSE;
  /* of FTS5: by rowid or by words */
  if (strstr (detail, "VIRTUAL TABLE INDEX") != NULL)
    return g_str_has_suffix (detail, "INDEX 0:");
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (g_str_has_prefix (detail, harmless[i]))
      return FALSE;
  return TRUE;
}

/* How many of the statements name a table like this. Aborts when one of them reads all of some
 * table. */
static guint
assert_no_scans (sqlite3 *raw, GHashTable *seen, const char *table)
{
  guint n = 0;
  GHashTableIter iter;
  gpointer sql;

  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &sql, NULL))
    {
      g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
      sqlite3_stmt *statement = NULL;

      if (strstr (sql, "__beaver") == NULL || strstr (sql, "CREATE") != NULL)
        continue;
      n += strstr (sql, table) != NULL;
      if (sqlite3_prepare_v2 (raw, explain, -1, &statement, NULL) != SQLITE_OK)
        g_error ("%s: %s", explain, sqlite3_errmsg (raw));
      while (sqlite3_step (statement) == SQLITE_ROW)
        {
          const char *detail = (const char *) sqlite3_column_text (statement, 3);

          if (is_full_scan (detail))
            g_error ("%s: %s", (char *) sql, detail);
        }
      sqlite3_finalize (statement);
    }
  return n;
}

static void
use_lock (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverLock *lock = beaver_db_get_lock (f->db, "l", &error);
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverLock *waiter = beaver_db_get_lock (other, "l", &error);

  g_assert_no_error (error);
  beaver_lock_acquire (lock, -1, 60, NULL, &error);
  g_assert_no_error (error);
  /* somebody has to wait for it */
  g_assert_false (beaver_lock_acquire (waiter, 0.05, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  beaver_lock_renew (lock, 60, NULL, &error);
  g_assert_no_error (error);
  beaver_lock_release (lock, NULL, &error);
  g_assert_no_error (error);
  beaver_db_close (other, &error);
  g_assert_no_error (error);
}

static void
use_list (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverList *list = beaver_db_get_list (f->db, "l", &error);

  for (int i = 0; i < 40; i++)
    {
      g_autofree char *value = NULL;

      beaver_list_push_json (list, "1", NULL, &error);
      g_assert_no_error (error);
      beaver_list_insert_json (list, i / 2, "2", NULL, &error);
      g_assert_no_error (error);
      value = beaver_list_get_json (list, i, NULL, &error);
      g_assert_no_error (error);
      beaver_list_set_json (list, i / 3, "3", NULL, &error);
      g_assert_no_error (error);
    }
  while (beaver_manager_count (BEAVER_MANAGER (list), NULL, &error) > 10)
    {
      g_autofree char *value = beaver_list_pop_json (list, NULL, &error);

      g_assert_no_error (error);
      beaver_list_remove (list, 3, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
use_queue (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverQueue *queue = beaver_db_get_queue (f->db, "q", &error);

  for (int i = 0; i < 8; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", i % 3);
      g_autoptr (BeaverJob) job = NULL;
      g_autoptr (BeaverQueueItem) item = NULL;

      beaver_queue_put_json (queue, "1", 1, NULL, &error);
      g_assert_no_error (error);
      beaver_queue_put_job_json (queue, "1", 1, i % 2 ? 1e-6 : 0, 2, key,
                                 BEAVER_UNIQUE_POLICY_REPLACE, NULL, &error);
      g_assert_no_error (error);
      job = beaver_queue_claim (queue, 60, -1, NULL, &error);
      g_assert_no_error (error);
      beaver_job_extend (job, 60, NULL, &error);
      g_assert_no_error (error);
      if (i % 2)
        beaver_job_ack (job, NULL, &error);
      else
        beaver_job_nack (job, 0, "why", NULL, &error);
      g_assert_no_error (error);
      item = beaver_queue_pop (queue, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
use_documents (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverDocuments *documents = beaver_db_get_documents (f->db, "d", &error);

  for (int i = 0; i < 8; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d", i % 4);
      g_autoptr (BeaverDocument) document =
          beaver_documents_index (documents, id, "{\"title\": \"beavers build dams\"}",
                                  BEAVER_INDEX_FLAGS_TEXT | BEAVER_INDEX_FLAGS_FUZZY, NULL, &error);

      g_assert_no_error (error);
    }
  beaver_documents_drop (documents, "1", NULL, &error);
  g_assert_no_error (error);
}

static void
use_vectors (Fixture *f)
{
  static const float numbers[] = { 1, 2, 3, 4 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) vector = g_bytes_new_static (numbers, sizeof numbers);
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, "v", &error);

  for (int i = 0; i < 8; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d", i % 4);

      beaver_vectors_set (vectors, id, vector, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  beaver_vectors_remove (vectors, "1", NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  void (*use) (Fixture *f);
  const char *table;
} PlanCase;

static void
test_plans (Fixture *f, gconstpointer data)
{
  const PlanCase *plan = data;
  g_autoptr (GHashTable) seen = NULL;
  sqlite3 *raw;

  fixture_open (f, f->path);
  plan->use (f); /* what is only done once is done now */
  watch_begin ();
  plan->use (f);
  seen = watch_end ();
  raw = raw_open (f->path);
  g_assert_cmpuint (assert_no_scans (raw, seen, plan->table), >, 2);
  raw_close (raw);
}

/* The check above can fail. */
static void
test_plans_are_seen (Fixture *f, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      sqlite3 *raw;

      fixture_open (f, f->path);
      raw = raw_open (f->path);
      g_hash_table_add (seen,
                        g_strdup ("DELETE FROM __beaver_lock_waiters__ WHERE waiter_id = $1"));
      assert_no_scans (raw, seen, "waiters");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*SCAN __beaver_lock_waiters__*");
}

int
main (int argc, char *argv[])
{
  static const PlanCase lock = { use_lock, "__beaver_lock_waiters__" };
  static const PlanCase list = { use_list, "__beaver_lists__" };
  static const PlanCase queue = { use_queue, "queue" };
  static const PlanCase documents = { use_documents, "__beaver_documents__" };
  static const PlanCase vectors = { use_vectors, "__beaver_vectors__" };

  if (argc == 4 && g_str_equal (argv[1], "pop"))
    return pop_many (argv[2], argv[3]);
  sqlite3_auto_extension ((void (*) (void)) on_open);
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/defects/D2-a-failed-begin-hangs-nobody", test_d2);
  beaver_test_add_closed ("/defects/D3-calls-inside-calls", test_d3);
  beaver_test_add_closed ("/defects/D13-opening-writes-nothing", test_d13);
  beaver_test_add_closed ("/defects/D14-a-failed-commit-hangs-nobody", test_d14);
#define add_plan(path, case)                                                                       \
  g_test_add (path, Fixture, &(case), fixture_set_up_closed, test_plans, fixture_tear_down)
  add_plan ("/defects/D8-locks-scan-nothing", lock);
  add_plan ("/defects/D55-lists-scan-nothing", list);
  add_plan ("/defects/queues-scan-nothing", queue);
  add_plan ("/defects/D52-documents-scan-nothing", documents);
  add_plan ("/defects/D54-vectors-scan-nothing", vectors);
  beaver_test_add_closed ("/defects/scans-are-found", test_plans_are_seen);
  return g_test_run ();
}
