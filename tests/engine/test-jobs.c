/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "engine-test.h"

#define KIND(f, data) engine_open ((data) != NULL ? (data) : (f)->path)

typedef struct
{
  EngineOp op;
  GThread *thread; /* the caller's */
  GArray *order;   /* nullable */
  guint number;
  guint *pending;
  int freed; /* atomic */
  GError *error;
  gboolean ok;
} Call;

static void
call_finish (GTask *task, gpointer data)
{
  Call *call = data;

  g_assert_true (call->thread == g_thread_self ());
  g_task_return_boolean (task, TRUE);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_assert_true (call->thread == g_thread_self ());
  call->freed++;
}

static void
call_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  g_assert_true (call->thread == g_thread_self ());
  call->ok = g_task_propagate_boolean (G_TASK (result), &call->error);
  if (call->order != NULL)
    g_array_append_val (call->order, call->number);
  --*call->pending;
}

static GTask *
call_begin (Call *call, guint *pending, GCancellable *cancellable)
{
  call->thread = g_thread_self ();
  call->pending = pending;
  ++*pending;
  return g_task_new (NULL, cancellable, call_ready, call);
}

static void
start (BeaverEngine *engine,
       Call *call,
       BeaverAccess access,
       BeaverWork work,
       guint *pending,
       GCancellable *cancellable)
{
  g_autoptr (GTask) task = call_begin (call, pending, cancellable);

  _beaver_engine_run_async (engine, access, work, call, call_free, task, call_finish);
}

/* op is the first field of Call. */
static gboolean
call_increment (BeaverConnection *connection, gpointer data, GError **error)
{
  return engine_increment_work (connection, &((Call *) data)->op, error);
}

static gboolean
call_read (BeaverConnection *connection, gpointer data, GError **error)
{
  return engine_read_work (connection, &((Call *) data)->op, error);
}

static void
drain (guint *pending)
{
  beaver_test_spin_until (g_main_context_get_thread_default (), *pending == 0);
}

/* What one thread starts with POINT and WRITE runs in the order of starting. */
static void
test_order (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);
  guint n = 500, pending = 0;
  g_autofree Call *calls = g_new0 (Call, n);
  gint64 expected = -1;

  for (guint i = 0; i < n; i++)
    {
      calls[i].op.key = "a";
      calls[i].number = (guint) g_test_rand_int_range (0, 2);
      start (engine, &calls[i], calls[i].number ? BEAVER_ACCESS_WRITE : BEAVER_ACCESS_POINT,
             calls[i].number ? call_increment : call_read, &pending, NULL);
    }
  drain (&pending);
  for (guint i = 0; i < n; i++)
    {
      if (calls[i].number)
        expected = expected < 0 ? 1 : expected + 1;
      g_assert_no_error (calls[i].error);
      g_assert_cmpint (calls[i].op.value, ==, expected);
      g_assert_cmpint (calls[i].freed, ==, 1);
    }
  engine_end (engine, f->dir);
}

static gpointer
in_own_context_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 20; i++)
    {
      Call scan = { .op = { .key = "a" } }, write = scan, failing = scan;
      guint pending = 0;

      failing.op.fail = TRUE;
      start (data, &scan, BEAVER_ACCESS_SCAN, call_read, &pending, NULL);
      start (data, &write, BEAVER_ACCESS_WRITE, call_increment, &pending, NULL);
      start (data, &failing, BEAVER_ACCESS_WRITE, call_increment, &pending, NULL);
      drain (&pending);
      g_assert_no_error (scan.error);
      g_assert_no_error (write.error);
      g_assert_error (failing.error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
      g_clear_error (&failing.error);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_contexts (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);
  GThread *threads[6];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", in_own_context_thread, engine);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (engine_read (engine, "a"), ==, 20 * G_N_ELEMENTS (threads));
  engine_end (engine, f->dir);
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);
  BeaverEngineTransaction *transaction = _beaver_engine_begin (engine, NULL, NULL);
  Call write = { .op = { .key = "a" } }, read = write, scan = write, late = write;
  guint pending = 0;

  start (engine, &write, BEAVER_ACCESS_WRITE, call_increment, &pending, NULL);
  start (engine, &read, BEAVER_ACCESS_POINT, call_read, &pending, NULL);
  start (engine, &scan, BEAVER_ACCESS_SCAN, call_read, &pending, NULL);
  drain (&pending);
  g_assert_no_error (write.error);
  g_assert_cmpint (read.op.value, ==, 1);
  g_assert_cmpint (scan.op.value, ==, 1);
  g_assert_true (_beaver_engine_rollback (transaction, NULL));
  _beaver_engine_transaction_free (transaction);
  g_assert_cmpint (engine_read (engine, "a"), ==, -1);

  /* what is still under way when the transaction ends is either in it or refused */
  for (guint i = 0; i < 50; i++)
    {
      gint64 before = MAX (0, engine_read (engine, "a"));

      late = (Call){ .op = { .key = "a" } };
      transaction = _beaver_engine_begin (engine, NULL, NULL);
      start (engine, &late, BEAVER_ACCESS_WRITE, call_increment, &pending, NULL);
      g_assert_true (_beaver_engine_commit (transaction, NULL, NULL));
      _beaver_engine_transaction_free (transaction);
      drain (&pending);
      if (late.error != NULL)
        g_assert_error (late.error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
      g_assert_cmpint (MAX (0, engine_read (engine, "a")), ==,
                       before + (late.error == NULL ? 1 : 0));
      g_clear_error (&late.error);
    }
  engine_end (engine, f->dir);
}

static void
test_close_pending (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < beaver_test_rounds (20); round++)
    {
      BeaverEngine *engine = KIND (f, data);
      BeaverEngineTransaction *transaction = _beaver_engine_begin (engine, NULL, NULL);
      Call calls[100] = { 0 };
      guint pending = 0;

      _beaver_engine_rollback (transaction, NULL);
      _beaver_engine_transaction_free (transaction);
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        {
          gboolean endless = i == 0 || i == 50;

          calls[i].op.key = "a";
          start (engine, &calls[i],
                 endless ? (i == 0 ? BEAVER_ACCESS_POINT : BEAVER_ACCESS_SCAN) :
                           BEAVER_ACCESS_WRITE,
                 endless ? engine_endless_work : call_increment, &pending, NULL);
        }
      engine_close (engine);
      beaver_test_assert_all_closed (f->dir);
      g_assert_cmpuint (pending, ==, G_N_ELEMENTS (calls)); /* answers come through the context */
      drain (&pending);
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        {
          g_assert_error (calls[i].error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          g_clear_error (&calls[i].error);
        }
      start (engine, &calls[0], BEAVER_ACCESS_WRITE, call_increment, &pending, NULL);
      g_assert_cmpuint (pending, ==, 1);
      drain (&pending);
      g_assert_error (calls[0].error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&calls[0].error);
      _beaver_engine_unref (engine);
    }
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call endless = { .op = { .key = "a" } }, queued = endless;
  guint pending = 0;

  start (engine, &endless, BEAVER_ACCESS_WRITE, engine_endless_work, &pending, cancellable);
  start (engine, &queued, BEAVER_ACCESS_WRITE, call_increment, &pending, cancellable);
  beaver_test_wait_until (__atomic_load_n (&endless.op.count, __ATOMIC_ACQUIRE) != 0);
  g_cancellable_cancel (cancellable);
  drain (&pending);
  g_assert_error (endless.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (queued.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&endless.error);
  g_clear_error (&queued.error);
  engine_must_write (engine, "a", 1);
  engine_end (engine, f->dir);
}

/* --- Waits --- */

/* The key "tokens" holds a number; a wait takes one. */
static BeaverAttempt
token_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection,
      "UPDATE __beaver_dicts__ SET value = CAST (CAST (value AS INTEGER) - 1 AS TEXT) WHERE "
      "dict_name = 'test' AND key = 'tokens' AND CAST (value AS INTEGER) > 0",
      error);

  op->count++;
  if (statement == NULL || !_beaver_statement_run (statement, error))
    return BEAVER_ATTEMPT_FAILED;
  return _beaver_connection_changes (connection) > 0 ? BEAVER_ATTEMPT_DONE : BEAVER_ATTEMPT_AGAIN;
}

static BeaverAttempt
token_peek (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  EngineOp op = { .key = "tokens" };

  if (!engine_read_work (connection, &op, error))
    return BEAVER_ATTEMPT_FAILED;
  return op.value > 0 ? BEAVER_ATTEMPT_DONE : BEAVER_ATTEMPT_AGAIN;
}

static const BeaverWaitOps token_ops = { NULL, token_act, NULL };
static const BeaverWaitOps peeked_token_ops = { token_peek, token_act, NULL };

typedef struct
{
  BeaverEngine *engine;
  guint n;
  guint number;
} Party;

static gpointer
give_thread (gpointer data)
{
  Party *party = data;

  for (guint i = 0; i < party->n; i++)
    {
      EngineOp op = { .key = "tokens", .topic = (char *) "tokens" };

      g_assert_true (_beaver_engine_run (party->engine, BEAVER_ACCESS_WRITE, engine_increment_work,
                                         &op, NULL, NULL));
    }
  return NULL;
}

static gpointer
take_thread (gpointer data)
{
  Party *party = data;

  for (guint i = 0; i < party->n; i++)
    {
      g_autoptr (GError) error = NULL;
      EngineOp op = { 0 };

      _beaver_engine_wait (party->engine, "tokens",
                           party->number % 2 ? &token_ops : &peeked_token_ops, &op,
                           BEAVER_TEST_DEADLINE * G_USEC_PER_SEC, NULL, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

static gpointer
take_async_thread (gpointer data)
{
  Party *party = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree Call *calls = g_new0 (Call, party->n);
  guint pending = 0;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < party->n; i++)
    {
      g_autoptr (GTask) task = call_begin (&calls[i], &pending, NULL);

      _beaver_engine_wait_async (
          party->engine, "tokens", party->number % 2 ? &token_ops : &peeked_token_ops, &calls[i],
          call_free, BEAVER_TEST_DEADLINE * G_USEC_PER_SEC, task, call_finish);
      if (i % 8 == 7)
        drain (&pending);
    }
  drain (&pending);
  for (guint i = 0; i < party->n; i++)
    g_assert_no_error (calls[i].error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Nobody sleeps although there is a token for him; every token is taken once. */
static void
test_wait_many (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);
  guint n = beaver_test_rounds (60);
  Party parties[12];
  GThread *threads[G_N_ELEMENTS (parties)];

  engine_must_write (engine, "tokens", 0);
  for (guint i = 0; i < G_N_ELEMENTS (parties); i++)
    {
      parties[i] = (Party){ engine, n, i / 3 };
      threads[i] = g_thread_new ("party",
                                 i % 3 == 0 ? take_thread :
                                 i % 3 == 1 ? take_async_thread :
                                              give_thread,
                                 &parties[i]);
    }
  give_thread (&(Party){ engine, 4 * n, 0 });
  for (guint i = 0; i < G_N_ELEMENTS (parties); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (engine_read (engine, "tokens"), ==, 0);
  engine_end (engine, f->dir);
}

/* Registers a row, asks to be tried again soon, is done at the third try. */
typedef struct
{
  Call call;
  const char *key;
  int attempts;
  int done_at;
  gint64 pause;
} Registered;

static BeaverAttempt
register_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  Registered *self = data;
  EngineOp op = { .key = self->key, .value = 1, .topic = (char *) "none" };

  if (!engine_write_work (connection, &op, error))
    return BEAVER_ATTEMPT_FAILED;
  if (self->pause > 0)
    *retry_at = g_get_monotonic_time () + self->pause;
  __atomic_fetch_add (&self->attempts, 1, __ATOMIC_RELEASE);
  return self->attempts >= self->done_at ? BEAVER_ATTEMPT_DONE : BEAVER_ATTEMPT_AGAIN;
}

static gboolean
abandon_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Registered *self = data;
  EngineOp op = { .key = self->key, .value = 99, .topic = (char *) "none" };

  return engine_write_work (connection, &op, error);
}

static const BeaverWaitOps register_ops = { NULL, register_act, abandon_work };

static gboolean
wait_for (BeaverEngine *engine,
          Registered *self,
          gboolean async,
          gint64 timeout,
          GCancellable *cancellable)
{
  guint pending = 0;
  g_autoptr (GTask) task = NULL;

  if (!async)
    return _beaver_engine_wait (engine, "topic", &register_ops, self, timeout, cancellable,
                                &self->call.error);
  task = call_begin (&self->call, &pending, cancellable);
  _beaver_engine_wait_async (engine, "topic", &register_ops, self, call_free, timeout, task,
                             call_finish);
  drain (&pending);
  return self->call.ok;
}

static gpointer
cancel_when_registered_thread (gpointer data)
{
  gpointer *args = data;
  Registered *self = args[0];

  beaver_test_wait_until (__atomic_load_n (&self->attempts, __ATOMIC_ACQUIRE) > 0);
  g_cancellable_cancel (args[1]);
  return NULL;
}

static void
test_wait_ends (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = KIND (f, data);

  for (int async = 0; async < 2; async++)
    {
      Registered timed = { .key = "a", .done_at = 3, .pause = 3000 };
      Registered over = { .key = "b", .done_at = 1000 };
      Registered once = { .key = "c", .done_at = 1000 };
      Registered cancelled = { .key = "d", .done_at = 1000 };
      Registered inside = { .key = "e", .done_at = 1000 };
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      gpointer args[] = { &cancelled, cancellable };
      BeaverEngineTransaction *transaction;
      GThread *thread;
      gint64 now;

      /* the retry timer */
      g_assert_true (wait_for (engine, &timed, async, -1, NULL));
      g_assert_no_error (timed.call.error);
      g_assert_cmpint (timed.attempts, ==, 3);
      g_assert_cmpint (engine_read (engine, "a"), ==, 1);

      /* the time is over: not before, not much later, and abandoned */
      now = g_get_monotonic_time ();
      g_assert_false (wait_for (engine, &over, async, 30000, NULL));
      g_assert_error (over.call.error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
      g_assert_cmpint (g_get_monotonic_time () - now, >=, 30000);
      g_assert_cmpint (engine_read (engine, "b"), ==, 99);

      /* 0 tries once */
      g_assert_false (wait_for (engine, &once, async, 0, NULL));
      g_assert_error (once.call.error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
      g_assert_cmpint (once.attempts, ==, 1);
      g_assert_cmpint (engine_read (engine, "c"), ==, 99);

      thread = g_thread_new ("canceller", cancel_when_registered_thread, args);
      g_assert_false (wait_for (engine, &cancelled, async, -1, cancellable));
      g_assert_error (cancelled.call.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_thread_join (thread);
      g_assert_cmpint (engine_read (engine, "d"), ==, 99);

      transaction = _beaver_engine_begin (engine, NULL, NULL);
      g_assert_false (wait_for (engine, &inside, async, -1, NULL));
      g_assert_error (inside.call.error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
      _beaver_engine_transaction_free (transaction);

      g_clear_error (&over.call.error);
      g_clear_error (&once.call.error);
      g_clear_error (&cancelled.call.error);
      g_clear_error (&inside.call.error);
      engine_must_write (engine, "b", 0);
      engine_must_write (engine, "c", 0);
      engine_must_write (engine, "d", 0);
    }
  engine_end (engine, f->dir);
}

/* Closed while it waits: the closer abandons, in the file. */
static void
test_wait_closed (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < beaver_test_rounds (30); i++)
    {
      BeaverEngine *engine = engine_open (f->path);
      Registered waits[5] = { 0 };
      g_autofree char *keys[G_N_ELEMENTS (waits)] = { NULL };
      guint pending = 0;

      for (guint j = 0; j < G_N_ELEMENTS (waits); j++)
        {
          g_autoptr (GTask) task = call_begin (&waits[j].call, &pending, NULL);

          waits[j].key = keys[j] = g_strdup_printf ("wait %u", j);
          waits[j].done_at = 1000;
          _beaver_engine_wait_async (engine, "topic", &register_ops, &waits[j], call_free, -1, task,
                                     call_finish);
        }
      if (i % 2 == 0)
        beaver_test_wait_until (__atomic_load_n (&waits[4].attempts, __ATOMIC_ACQUIRE) > 0);
      engine_close (engine);
      beaver_test_assert_all_closed (f->dir);
      _beaver_engine_unref (engine);
      drain (&pending);
      engine = engine_open (f->path);
      for (guint j = 0; j < G_N_ELEMENTS (waits); j++)
        {
          g_assert_error (waits[j].call.error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          g_clear_error (&waits[j].call.error);
          g_assert_cmpint (waits[j].call.freed, ==, 1);
          if (waits[j].attempts > 0)
            g_assert_cmpint (engine_read (engine, keys[j]), ==, 99);
          engine_must_write (engine, keys[j], 0);
          g_free (g_steal_pointer (&keys[j]));
        }
      engine_end (engine, f->dir);
    }
}

#define add(name, func)                                                                            \
  g_test_add ("/jobs/file/" name, Fixture, NULL, fixture_set_up_closed, func, fixture_tear_down);  \
  g_test_add ("/jobs/memory/" name, Fixture, ":memory:", fixture_set_up_closed, func,              \
              fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("order", test_order);
  add ("contexts", test_contexts);
  add ("transaction", test_transaction);
  add ("close-pending", test_close_pending);
  add ("cancel", test_cancel);
  add ("wait-many", test_wait_many);
  add ("wait-ends", test_wait_ends);
  beaver_test_add_closed ("/jobs/file/wait-closed", test_wait_closed);
  return g_test_run ();
}
