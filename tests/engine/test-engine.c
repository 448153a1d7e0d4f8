/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "engine-test.h"

#include <beaver/engine/beaver-core-private.h>

/* Each on a file and in memory. */
static BeaverEngine *
open_kind (Fixture *f, gconstpointer data)
{
  return engine_open (data != NULL ? data : f->path);
}

static void
test_write_and_read (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autoptr (GError) error = NULL;
  EngineOp op = { .key = "a", .value = 7, .fail = TRUE };

  g_assert_cmpint (engine_read (engine, "a"), ==, -1);
  engine_must_write (engine, "a", 1);
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);
  g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, 1);

  /* what a failing work did is undone */
  g_assert_false (
      _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_write_work, &op, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);
  g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, 1);
  engine_must_write (engine, "a", 2);
  engine_end (engine, f->dir);

  if (data == NULL)
    {
      engine_assert_no_log (f->path);
      engine = engine_open (f->path);
      g_assert_cmpint (engine_read (engine, "a"), ==, 2);
      engine_end (engine, f->dir);
      engine_assert_no_log (f->path);
    }
}

/* --- Writers --- */

#define N_THREADS 8

typedef struct
{
  BeaverEngine *engine;
  guint n;
} Load;

static gpointer
increment_thread (gpointer data)
{
  Load *load = data;

  for (guint i = 0; i < load->n; i++)
    {
      g_autoptr (GError) error = NULL;
      EngineOp op = { .key = "counter", .fail = i % 17 == 3 };
      gboolean ok = _beaver_engine_run (load->engine, BEAVER_ACCESS_WRITE, engine_increment_work,
                                        &op, NULL, &error);

      if (op.fail)
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
      else
        g_assert_no_error (error);
      g_assert_cmpint (ok, ==, !op.fail);
    }
  return NULL;
}

/* Shared commits, and neighbours who fail now and then. */
static void
check_shared_commits (BeaverEngine *engine)
{
  guint n = beaver_test_rounds (300);
  Load load = { engine, n };
  GThread *threads[N_THREADS];
  guint failing = 0;

  for (guint i = 0; i < n; i++)
    failing += i % 17 == 3;
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("writer", increment_thread, &load);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (engine_read (engine, "counter"), ==, N_THREADS * (n - failing));
  g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "counter"), ==,
                   N_THREADS * (n - failing));
}

static void
test_shared_commits (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);

  check_shared_commits (engine);
  engine_end (engine, f->dir);
}

static void
test_shared_commits_full (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (f->path, TRUE, &error);

  g_assert_no_error (error);
  check_shared_commits (engine);
  engine_end (engine, f->dir);
}

/* --- Cancelling --- */

typedef struct
{
  BeaverEngine *engine;
  BeaverAccess access;
  BeaverWork work;
  GCancellable *cancellable;
  EngineOp op;
  GError *error;
  gboolean ok;
} Call;

static gpointer
call_thread (gpointer data)
{
  Call *call = data;

  call->ok = _beaver_engine_run (call->engine, call->access, call->work, &call->op,
                                 call->cancellable, &call->error);
  return NULL;
}

static void
test_cancel_running (Fixture *f, gconstpointer data)
{
  static const struct
  {
    BeaverAccess access;
    BeaverWork work;
  } table[] = {
    { BEAVER_ACCESS_POINT, engine_endless_work },
    { BEAVER_ACCESS_SCAN, engine_endless_work },
    { BEAVER_ACCESS_WRITE, engine_endless_work },
    { BEAVER_ACCESS_WRITE, engine_endless_write_work },
  };
  BeaverEngine *engine = open_kind (f, data);

  engine_must_write (engine, "a", 1);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Call call = { .engine = engine,
                    .access = table[i].access,
                    .work = table[i].work,
                    .cancellable = cancellable,
                    .op = { .key = "a" } };
      GThread *thread = g_thread_new ("caller", call_thread, &call);

      beaver_test_wait_until (__atomic_load_n (&call.op.count, __ATOMIC_ACQUIRE) != 0);
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      g_assert_error (call.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_false (call.ok);
      g_clear_error (&call.error);
      /* and the engine is as good as before */
      engine_must_write (engine, "a", (gint64) i);
      g_assert_cmpint (engine_read (engine, "a"), ==, i);

      /* cancelled before */
      call_thread (&call);
      g_assert_error (call.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&call.error);
    }
  engine_end (engine, f->dir);
}

/* A writer that waits for the lane leaves the queue when it is cancelled. */
static void
test_cancel_waiting (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  Call endless = { .engine = engine,
                   .access = BEAVER_ACCESS_WRITE,
                   .work = engine_endless_work,
                   .cancellable = first };
  Call writing = { .engine = engine,
                   .access = BEAVER_ACCESS_WRITE,
                   .work = engine_write_work,
                   .cancellable = second,
                   .op = { .key = "a" } };
  GThread *a = g_thread_new ("endless", call_thread, &endless);
  GThread *b;

  beaver_test_wait_until (__atomic_load_n (&endless.op.count, __ATOMIC_ACQUIRE) != 0);
  b = g_thread_new ("waiting", call_thread, &writing);
  g_cancellable_cancel (second);
  g_thread_join (b);
  g_assert_error (writing.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_cancel (first);
  g_thread_join (a);
  g_assert_error (endless.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&writing.error);
  g_clear_error (&endless.error);
  engine_must_write (engine, "a", 1);
  engine_end (engine, f->dir);
}

/* --- Transactions --- */

static void
test_transaction_joins (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autoptr (GError) error = NULL;
  BeaverEngineTransaction *outer, *inner;
  EngineOp op = { .key = "a", .value = 9, .fail = TRUE };

  outer = _beaver_engine_begin (engine, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (_beaver_engine_transaction_is_open (outer));
  engine_must_write (engine, "a", 1);
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);
  g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, 1);

  /* a failing unit undoes itself only */
  g_assert_false (
      _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_write_work, &op, NULL, NULL));
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);

  /* nested: undone */
  inner = _beaver_engine_begin (engine, NULL, &error);
  g_assert_no_error (error);
  engine_must_write (engine, "b", 1);
  g_assert_true (_beaver_engine_rollback (inner, &error));
  g_assert_false (_beaver_engine_transaction_is_open (inner));
  g_assert_false (_beaver_engine_commit (inner, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  _beaver_engine_transaction_free (inner);
  g_assert_cmpint (engine_read (engine, "b"), ==, -1);

  /* nested: kept */
  inner = _beaver_engine_begin (engine, NULL, &error);
  engine_must_write (engine, "c", 1);
  g_assert_true (_beaver_engine_commit (inner, NULL, &error));
  _beaver_engine_transaction_free (inner);

  /* nested and dropped: undone */
  inner = _beaver_engine_begin (engine, NULL, &error);
  engine_must_write (engine, "d", 1);
  _beaver_engine_transaction_free (inner);
  g_assert_cmpint (engine_read (engine, "d"), ==, -1);

  g_assert_true (_beaver_engine_commit (outer, NULL, &error));
  g_assert_no_error (error);
  _beaver_engine_transaction_free (outer);
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);
  g_assert_cmpint (engine_read (engine, "b"), ==, -1);
  g_assert_cmpint (engine_read (engine, "c"), ==, 1);

  /* dropped while open: undone, and the lane is free */
  outer = _beaver_engine_begin (engine, NULL, &error);
  g_assert_no_error (error);
  engine_must_write (engine, "a", 5);
  _beaver_engine_transaction_free (outer);
  g_assert_cmpint (engine_read (engine, "a"), ==, 1);
  engine_must_write (engine, "a", 6);

  /* the inner one outlives the outer one */
  outer = _beaver_engine_begin (engine, NULL, &error);
  inner = _beaver_engine_begin (engine, NULL, &error);
  engine_must_write (engine, "a", 7);
  g_assert_true (_beaver_engine_commit (outer, NULL, &error));
  g_assert_false (_beaver_engine_transaction_is_open (inner));
  g_assert_false (_beaver_engine_rollback (inner, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  _beaver_engine_transaction_free (inner);
  _beaver_engine_transaction_free (outer);
  g_assert_cmpint (engine_read (engine, "a"), ==, 7);
  engine_end (engine, f->dir);
}

/* Writes of others wait for the end, reads of others see what was before. */
static void
test_transaction_is_isolated (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autoptr (GError) error = NULL;
  BeaverEngineTransaction *transaction;
  Call reading = {
    .engine = engine, .access = BEAVER_ACCESS_POINT, .work = engine_read_work, .op = { .key = "a" }
  };
  Call scanning = reading;
  Call writing = { .engine = engine,
                   .access = BEAVER_ACCESS_WRITE,
                   .work = engine_increment_work,
                   .op = { .key = "a" } };
  GThread *writer;

  scanning.access = BEAVER_ACCESS_SCAN;
  engine_must_write (engine, "a", 1);
  transaction = _beaver_engine_begin (engine, NULL, &error);
  g_assert_no_error (error);
  engine_must_write (engine, "a", 10);
  writer = g_thread_new ("writer", call_thread, &writing);
  if (data == NULL)
    {
      g_thread_join (g_thread_new ("reader", call_thread, &reading));
      g_thread_join (g_thread_new ("scanner", call_thread, &scanning));
      g_assert_cmpint (reading.op.value, ==, 1);
      g_assert_cmpint (scanning.op.value, ==, 1);
    }
  g_assert_cmpint (__atomic_load_n (&writing.op.count, __ATOMIC_ACQUIRE), ==, 0);
  g_assert_true (_beaver_engine_commit (transaction, NULL, &error));
  g_thread_join (writer);
  g_assert_no_error (writing.error);
  g_assert_cmpint (writing.op.value, ==, 11);
  _beaver_engine_transaction_free (transaction);
  engine_end (engine, f->dir);
}

static gpointer
free_transaction_thread (gpointer data)
{
  _beaver_engine_transaction_free (data);
  return NULL;
}

static void
test_transaction_dropped_elsewhere (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  BeaverEngineTransaction *transaction = _beaver_engine_begin (engine, NULL, NULL);

  engine_must_write (engine, "a", 1);
  g_thread_join (g_thread_new ("other", free_transaction_thread, transaction));
  g_assert_cmpint (engine_read (engine, "a"), ==, -1);
  engine_must_write (engine, "a", 2);
  g_assert_cmpint (engine_read (engine, "a"), ==, 2);
  engine_end (engine, f->dir);
}

/* --- Closing --- */

static gpointer
close_thread (gpointer data)
{
  engine_close (data);
  return NULL;
}

static void
test_close (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autoptr (GError) error = NULL;
  BeaverEngineTransaction *transaction;
  EngineOp op = { .key = "a" };
  GThread *a, *b;

  engine_must_write (engine, "a", 1);
  transaction = _beaver_engine_begin (engine, NULL, &error);
  engine_must_write (engine, "a", 2);

  a = g_thread_new ("closer", close_thread, engine);
  b = g_thread_new ("closer", close_thread, engine);
  g_thread_join (a);
  g_thread_join (b);
  beaver_test_assert_all_closed (f->dir);
  engine_close (engine);

  for (BeaverAccess access = BEAVER_ACCESS_POINT; access <= BEAVER_ACCESS_WRITE; access++)
    {
      g_assert_false (_beaver_engine_run (engine, access, engine_read_work, &op, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
    }
  g_assert_cmpint (op.count, ==, 0);
  g_assert_false (_beaver_engine_transaction_is_open (transaction));
  g_assert_false (_beaver_engine_commit (transaction, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (_beaver_engine_begin (engine, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  _beaver_engine_transaction_free (transaction);
  _beaver_engine_unref (engine);

  if (data == NULL)
    {
      engine_assert_no_log (f->path);
      engine = engine_open (f->path);
      g_assert_cmpint (engine_read (engine, "a"), ==, 1); /* never half committed */
      engine_end (engine, f->dir);
    }
}

/* A value that SQLite cannot hold must not become NULL on the way: most columns would take it. */
static gboolean
too_big_work (BeaverConnection *connection, gpointer data, GError **error)
{
  const char *big = data;
  g_autoptr (GBytes) bytes = g_bytes_new_static (big, strlen (big));

  sqlite3_limit (connection->db, SQLITE_LIMIT_LENGTH, 1000);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (BeaverStatement) statement =
          _beaver_connection_prepare (connection, "SELECT $1 IS NULL", NULL);
      g_autoptr (GError) reason = NULL;

      g_assert_nonnull (statement);
      if (i == 0)
        _beaver_statement_bind_text (statement, 1, big, -1);
      else if (i == 1)
        _beaver_statement_bind_text (statement, 1, big, (gssize) strlen (big));
      else if (i == 2)
        _beaver_statement_bind_blob (statement, 1, big, strlen (big));
      else
        _beaver_statement_bind_bytes (statement, 1, bytes);
      g_assert_cmpint (_beaver_statement_step (statement, &reason), ==, BEAVER_STEP_ERROR);
      g_assert_error (reason, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
  {
    g_autoptr (BeaverStatement) statement =
        _beaver_connection_prepare (connection, "SELECT $1 IS NULL", error);

    _beaver_statement_bind_text (statement, 1, "small", -1);
    g_assert_cmpint (_beaver_statement_step (statement, error), ==, BEAVER_STEP_ROW);
    g_assert_cmpint (_beaver_statement_int (statement, 0), ==, 0);
  }
  return TRUE;
}

static void
test_too_big (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = open_kind (f, data);
  g_autofree char *big = g_strnfill (2000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (_beaver_engine_run (engine, BEAVER_ACCESS_POINT, too_big_work, big, NULL, &error));
  g_assert_no_error (error);
  engine_end (engine, f->dir);
}

#define add(name, func)                                                                            \
  g_test_add ("/engine/file/" name, Fixture, NULL, fixture_set_up_closed, func,                    \
              fixture_tear_down);                                                                  \
  g_test_add ("/engine/memory/" name, Fixture, ":memory:", fixture_set_up_closed, func,            \
              fixture_tear_down)

/* Of many readers that nobody uses any more, few keep the pages they have read. */
static void
test_idle_readers_forget (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 6
  };
  BeaverEngine *engine = engine_open (f->path);
  BeaverConnection *readers[N];
  g_autoptr (GError) error = NULL;
  guint full = 0, n = 0;
  int most = 0;

  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *key = g_strdup_printf ("%090u", i);

      engine_must_write (engine, key, i);
    }
  for (guint i = 0; i < N; i++)
    {
      readers[i] = _beaver_engine_lease_reader (engine, NULL, &error);
      g_assert_no_error (error);
      g_mutex_lock (&readers[i]->lock);
      g_assert_true (_beaver_connection_execute (
          readers[i], "SELECT SUM(LENGTH(value)) FROM __beaver_dicts__", &error));
      g_assert_no_error (error);
      g_mutex_unlock (&readers[i]->lock);
    }
  for (guint i = 0; i < N; i++)
    _beaver_engine_return_reader (engine, readers[i]);

  g_mutex_lock (&engine->pool.lock);
  for (GList *l = engine->pool.idle.head; l != NULL; l = l->next, n++)
    {
      BeaverConnection *reader = l->data;
      int used = 0;

      g_assert_cmpint (
          sqlite3_db_status (reader->db, SQLITE_DBSTATUS_CACHE_USED, &used, &most, FALSE), ==,
          SQLITE_OK);
      full += used > 10 * 4096;
    }
  g_mutex_unlock (&engine->pool.lock);
  g_assert_cmpuint (n, ==, N);
  g_assert_cmpuint (full, ==, 2);
  engine_end (engine, f->dir);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("write-and-read", test_write_and_read);
  add ("shared-commits", test_shared_commits);
  beaver_test_add_closed ("/engine/file/shared-commits-full", test_shared_commits_full);
  add ("cancel-running", test_cancel_running);
  add ("cancel-waiting", test_cancel_waiting);
  add ("transaction-joins", test_transaction_joins);
  add ("transaction-is-isolated", test_transaction_is_isolated);
  add ("transaction-dropped-elsewhere", test_transaction_dropped_elsewhere);
  add ("close", test_close);
  add ("too-big", test_too_big);
  beaver_test_add_closed ("/engine/file/idle-readers-forget", test_idle_readers_forget);
  return g_test_run ();
}
