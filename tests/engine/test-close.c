/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Closing under fire: whatever runs, everybody gets CLOSED, what was acknowledged is in the file,
 * and nothing is left. */
#include "config.h"

#include "engine-test.h"

typedef enum
{
  ROLE_WRITE,
  ROLE_ASYNC,
  ROLE_READ,
  ROLE_SCAN,
  ROLE_TRANSACTION,
  ROLE_WAIT,
  ROLE_ENDLESS_SCAN,
  ROLE_ENDLESS_WRITE,
  N_ROLES,
} Role;

typedef struct
{
  BeaverEngine *engine;
  Role role;
  GRand *rand;
  int *started; /* atomic */
  guint acknowledged;
  guint done;
  guint pending; /* asynchronous calls under way */
} Worker;

static void
assert_closed (GError **error)
{
  g_assert_error (*error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (error);
}

static gboolean
run (Worker *self, BeaverAccess access, BeaverWork work, EngineOp *op, GError **error)
{
  return _beaver_engine_run (self->engine, access, work, op, NULL, error);
}

/* One step of a worker; FALSE once the answer was CLOSED. */
static gboolean
step_write (Worker *self, GError **error)
{
  EngineOp op = { .key = "counter", .fail = g_rand_int_range (self->rand, 0, 8) == 0 };

  if (run (self, BEAVER_ACCESS_WRITE, engine_increment_work, &op, error))
    {
      self->acknowledged++;
      return TRUE;
    }
  if (op.fail && g_error_matches (*error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND))
    {
      g_clear_error (error);
      return TRUE;
    }
  return FALSE;
}

static gboolean
step_transaction (Worker *self, GError **error)
{
  BeaverEngineTransaction *transaction = _beaver_engine_begin (self->engine, NULL, error);
  guint n = (guint) g_rand_int_range (self->rand, 1, 20);
  gboolean ok = transaction != NULL;
  gboolean commit = g_rand_boolean (self->rand);

  for (guint i = 0; i < n && ok; i++)
    {
      EngineOp op = { .key = "counter" };

      ok = run (self, BEAVER_ACCESS_WRITE, engine_increment_work, &op, error);
    }
  if (ok && commit)
    {
      ok = _beaver_engine_commit (transaction, NULL, error);
      if (ok)
        self->acknowledged += n;
    }
  else if (ok)
    ok = _beaver_engine_rollback (transaction, error);
  g_clear_pointer (&transaction, _beaver_engine_transaction_free);
  return ok;
}

static BeaverAttempt
never_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  EngineOp *op = data;

  return engine_write_work (connection, op, error) ? BEAVER_ATTEMPT_AGAIN : BEAVER_ATTEMPT_FAILED;
}

static gboolean
delete_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection, "DELETE FROM __beaver_dicts__ WHERE dict_name = 'test' AND key = $1", error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->key, -1);
  return _beaver_statement_run (statement, error);
}

static const BeaverWaitOps never = { NULL, never_act, delete_work };

static gboolean
step_wait (Worker *self, GError **error)
{
  g_autofree char *key = g_strdup_printf ("waiter %p", self);
  EngineOp op = { .key = key, .topic = (char *) "none" };
  gint64 timeout = g_rand_boolean (self->rand) ? -1 : g_rand_int_range (self->rand, 0, 3000);

  if (_beaver_engine_wait (self->engine, "never", &never, &op, timeout, NULL, error))
    g_assert_not_reached ();
  if (timeout < 0 || !g_error_matches (*error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
    return FALSE;
  g_clear_error (error);
  return TRUE;
}

static void
finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

static void
on_async (GObject *source, GAsyncResult *result, gpointer data)
{
  Worker *self = data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    self->acknowledged++;
  else
    {
      assert_closed (&error);
      self->done++;
    }
  self->pending--;
}

static void
run_async (Worker *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  while (self->done == 0)
    {
      for (guint i = 0; i < 20; i++)
        {
          g_autoptr (GTask) task = g_task_new (NULL, NULL, on_async, self);
          EngineOp *op = g_new0 (EngineOp, 1);

          op->key = "counter";
          self->pending++;
          _beaver_engine_run_async (self->engine, BEAVER_ACCESS_WRITE, engine_increment_work, op,
                                    g_free, task, finish_true);
        }
      __atomic_fetch_add (self->started, 1, __ATOMIC_RELAXED);
      beaver_test_spin_until (context, self->pending < 10);
    }
  beaver_test_spin_until (context, self->pending == 0);
  g_main_context_pop_thread_default (context);
}

static gpointer
worker_thread (gpointer data)
{
  Worker *self = data;
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  if (self->role == ROLE_ASYNC)
    {
      run_async (self);
      return NULL;
    }
  for (guint i = 0; ok; i++)
    {
      EngineOp op = { .key = "counter" };

      if (i == 0)
        __atomic_fetch_add (self->started, 1, __ATOMIC_RELAXED);
      switch (self->role)
        {
        case ROLE_WRITE:
          ok = step_write (self, &error);
          break;
        case ROLE_READ:
          ok = run (self, BEAVER_ACCESS_POINT, engine_read_work, &op, &error);
          break;
        case ROLE_SCAN:
          ok = run (self, BEAVER_ACCESS_SCAN, engine_read_work, &op, &error);
          break;
        case ROLE_TRANSACTION:
          ok = step_transaction (self, &error);
          break;
        case ROLE_WAIT:
          ok = step_wait (self, &error);
          break;
        case ROLE_ENDLESS_SCAN:
          ok = run (self, BEAVER_ACCESS_SCAN, engine_endless_work, &op, &error);
          break;
        case ROLE_ENDLESS_WRITE:
          ok = run (self, BEAVER_ACCESS_WRITE, engine_endless_write_work, &op, &error);
          break;
        case ROLE_ASYNC:
        case N_ROLES:
        default:
          g_assert_not_reached ();
        }
    }
  assert_closed (&error);
  return NULL;
}

static gboolean
count_waiters_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection, "SELECT count(*) FROM __beaver_dicts__ WHERE key LIKE 'waiter%'", error);

  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->value = _beaver_statement_int (statement, 0);
  return TRUE;
}

static void
round_of_fire (Fixture *f,
               const char *path,
               guint n_threads,
               guint n_roles,
               GRand *rand,
               gint64 *longest)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (path, g_rand_int_range (rand, 0, 4) == 0, &error);
  g_autofree Worker *workers = g_new0 (Worker, n_threads);
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);
  BeaverEngineCloseStats stats = { 0 };
  gint64 before, acknowledged = 0;
  int started = 0;
  gint64 now;

  g_assert_no_error (error);
  engine_must_write (engine, "counter", 0);
  before = engine_read (engine, "counter");
  for (guint i = 0; i < n_threads; i++)
    {
      workers[i].engine = engine;
      workers[i].role = (Role) (i % n_roles);
      workers[i].rand = g_rand_new_with_seed (g_rand_int (rand));
      workers[i].started = &started;
      threads[i] = g_thread_new ("worker", worker_thread, &workers[i]);
    }
  beaver_test_wait_until (__atomic_load_n (&started, __ATOMIC_RELAXED) >= (int) n_threads);
  for (gint64 until = g_get_monotonic_time () + g_rand_int_range (rand, 0, 8000);
       g_get_monotonic_time () < until;)
    g_thread_yield ();

  now = g_get_monotonic_time ();
  g_assert_true (_beaver_engine_begin_close (engine));
  _beaver_engine_finish_close (engine, &stats);
  *longest = MAX (*longest, g_get_monotonic_time () - now);
  beaver_test_assert_all_closed (f->dir);
  g_assert_cmpuint (stats.connections_closed, >=, 1);
  for (guint i = 0; i < n_threads; i++)
    {
      g_thread_join (threads[i]);
      acknowledged += workers[i].acknowledged;
      g_rand_free (workers[i].rand);
    }
  _beaver_engine_unref (engine);

  if (strcmp (path, ":memory:") != 0)
    {
      EngineOp op = { 0 };

      engine_assert_no_log (path);
      engine = engine_open (path);
      g_assert_cmpint (engine_read (engine, "counter"), ==, before + acknowledged);
      _beaver_engine_run (engine, BEAVER_ACCESS_SCAN, count_waiters_work, &op, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (op.value, ==, 0); /* abandoned, every one */
      engine_end (engine, f->dir);
      engine_assert_no_log (path);
    }
}

typedef struct
{
  const char *path; /* NULL: the fixture's file */
  guint threads;
  guint roles; /* the first so many */
  guint rounds;
} Fire;

static void
test_fire (Fixture *f, gconstpointer data)
{
  const Fire *fire = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  gint64 longest = 0;

  for (guint i = 0; i < beaver_test_rounds (fire->rounds); i++)
    round_of_fire (f, fire->path != NULL ? fire->path : f->path, fire->threads, fire->roles, rand,
                   &longest);
  g_test_message ("%u threads: longest close %.1f ms", fire->threads, (double) longest / 1000);
  /* bounded: never an endless statement, a sleep or a lock timeout, which is 30 seconds */
  g_assert_cmpint (longest, <, 25 * G_USEC_PER_SEC);
}

/* --- Close works --- */

/* Ends of waits and the closer meet: the data of an abandon is never used after the wait is over.
 */
static gpointer
short_waits_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  do
    {
      g_autofree char *key = g_strdup_printf ("waiter %p", g_thread_self ());
      EngineOp *op = g_new0 (EngineOp, 1);

      g_clear_error (&error);
      op->key = key;
      op->topic = (char *) "none";
      _beaver_engine_wait (data, "never", &never, op, 0, NULL, &error);
      memset (op, 0xaa, sizeof *op);
      g_free (op);
    }
  while (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT));
  assert_closed (&error);
  return NULL;
}

static void
test_abandon_and_close (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < beaver_test_rounds (40); i++)
    {
      BeaverEngine *engine = engine_open (f->path);
      EngineOp op = { 0 };
      GThread *threads[4];

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("waits", short_waits_thread, engine);
      for (gint64 until = g_get_monotonic_time () + g_test_rand_int_range (0, 4000);
           g_get_monotonic_time () < until;)
        g_thread_yield ();
      engine_close (engine);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      beaver_test_assert_all_closed (f->dir);
      _beaver_engine_unref (engine);
      engine = engine_open (f->path);
      g_assert_true (
          _beaver_engine_run (engine, BEAVER_ACCESS_SCAN, count_waiters_work, &op, NULL, NULL));
      g_assert_cmpint (op.value, ==, 0);
      engine_end (engine, f->dir);
    }
}

/* What others hold does not hold up closing. */
static void
test_foreign_lock (Fixture *f, gconstpointer data)
{
  BeaverEngine *holder = engine_open (f->path);
  BeaverEngine *engine = engine_open (f->path);
  BeaverEngineTransaction *transaction = _beaver_engine_begin (holder, NULL, NULL);
  int started = 0;
  Worker worker = {
    .engine = engine, .role = ROLE_WRITE, .rand = g_rand_new (), .started = &started
  };
  GThread *thread;
  gint64 now;

  g_assert_nonnull (transaction);
  thread = g_thread_new ("worker", worker_thread, &worker);
  beaver_test_wait_until (__atomic_load_n (&started, __ATOMIC_RELAXED) == 1);
  now = g_get_monotonic_time ();
  engine_close (engine);
  g_assert_cmpint (g_get_monotonic_time () - now, <, 25 * G_USEC_PER_SEC);
  g_thread_join (thread);
  g_assert_cmpuint (worker.acknowledged, ==, 0);
  _beaver_engine_unref (engine);
  _beaver_engine_transaction_free (transaction);
  engine_end (holder, f->dir);
  g_rand_free (worker.rand);
}

int
main (int argc, char *argv[])
{
  static const Fire fires[] = {
    { NULL, 8, ROLE_TRANSACTION, 25 }, { NULL, 8, ROLE_ENDLESS_SCAN, 25 },
    { NULL, 8, N_ROLES, 25 },          { NULL, 24, N_ROLES, 10 },
    { NULL, 64, N_ROLES, 6 },          { ":memory:", 8, N_ROLES, 25 },
    { ":memory:", 64, N_ROLES, 4 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fires); i++)
    {
      g_autofree char *path = g_strdup_printf ("/close/%s/under-fire/%u-threads-%u-roles",
                                               fires[i].path != NULL ? "memory" : "file",
                                               fires[i].threads, fires[i].roles);

      g_test_add (path, Fixture, &fires[i], fixture_set_up_closed, test_fire, fixture_tear_down);
    }
  beaver_test_add_closed ("/close/abandon-and-close", test_abandon_and_close);
  beaver_test_add_closed ("/close/foreign-lock", test_foreign_lock);
  return g_test_run ();
}
