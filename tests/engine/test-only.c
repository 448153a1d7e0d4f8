/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes whose only statement is their transaction. Another engine on the same file is as foreign
 * as another process. */
#include "config.h"

#include "engine-test.h"

#include <beaver/engine/beaver-cache-private.h>

typedef enum
{
  MOMENT_NEVER,
  MOMENT_BEFORE_STATEMENT,
  MOMENT_BEFORE_STEP,
} Moment;

typedef struct
{
  EngineOp op;
  BeaverEngine *other; /* commits once, at this moment of the first run */
  Moment moment;
  gboolean more;           /* asks for another statement first */
  gboolean refuse;         /* finds that the statement is not enough */
  gboolean wrong;          /* the statement fails */
  gboolean in_transaction; /* result: the last run was */
  guint64 epoch;           /* result */
  BeaverChange change;     /* result: as the work found it */
} OnlyOp;

static gboolean
only_work (BeaverConnection *connection, gpointer data, GError **error)
{
  OnlyOp *self = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean first = __atomic_add_fetch (&self->op.count, 1, __ATOMIC_ACQ_REL) == 1;

  self->epoch = _beaver_connection_get_epoch (connection);
  _beaver_connection_get_change (connection, &self->change);
  self->in_transaction = self->change.writing;
  if (first && self->moment == MOMENT_BEFORE_STATEMENT)
    engine_must_write (self->other, "other", 5);
  if (self->more)
    {
      g_autoptr (BeaverStatement) more = _beaver_connection_prepare (connection, "SELECT 1", error);

      if (more == NULL)
        return FALSE;
    }
  statement = _beaver_connection_prepare_only (
      connection, ENGINE_UPSERT "CAST (CAST (value AS INTEGER) + 1 AS TEXT) RETURNING value",
      error);
  if (statement == NULL)
    return FALSE;
  if (first && self->moment == MOMENT_BEFORE_STEP)
    engine_must_write (self->other, "other", 5);
  if (!self->wrong)
    _beaver_statement_bind_text (statement, 1, self->op.key, -1);
  _beaver_statement_bind_int (statement, 2, 1);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  self->op.value = _beaver_statement_int (statement, 0);
  if (self->refuse && _beaver_connection_refuse_only (connection))
    {
      g_assert_false (_beaver_statement_run (statement, error));
      return FALSE;
    }
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  g_assert_cmpuint (_beaver_connection_get_epoch (connection), ==, self->epoch);
  _beaver_connection_touch (connection, ENGINE_TEST_TOPIC);
  return TRUE;
}

static gboolean
run (BeaverEngine *engine, OnlyOp *op, GError **error)
{
  op->op.key = "a";
  return _beaver_engine_run (engine, BEAVER_ACCESS_WRITE_ONE, only_work, op, NULL, error);
}

static void
test_alone (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (data != NULL ? data : f->path);
  g_autoptr (GError) error = NULL;
  guint64 epoch = 0;
  guint32 counter = 0;
  guint64 generation = 0;

  for (gint64 i = 1; i < 20; i++)
    {
      OnlyOp op = { .op.count = 0 };

      g_assert_true (run (engine, &op, &error));
      g_assert_no_error (error);
      g_assert_cmpint (op.op.count, ==, 1);
      g_assert_cmpint (op.op.value, ==, i);
      g_assert_cmpint (engine_read (engine, "a"), ==, i);
      g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, i);
      if (data != NULL)
        continue;
      g_assert_false (op.in_transaction);
      /* our own commit: what is remembered stays, the counter moves */
      if (i > 1)
        {
          g_assert_cmpuint (op.epoch, ==, epoch);
          g_assert_cmpuint (op.change.generation, ==, generation);
          g_assert_cmpuint (op.change.counter, ==, counter + 1);
        }
      epoch = op.epoch;
      generation = op.change.generation;
      counter = op.change.counter;
    }
  engine_end (engine, f->dir);
}

/* Whatever the first run found remembered may be wrong by then, so nothing of it is written. */
static void
test_foreign_commit (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  BeaverEngine *other = engine_open (f->path);
  OnlyOp op = { .other = other, .moment = GPOINTER_TO_INT (data) };
  g_autoptr (GError) error = NULL;
  guint64 epoch;

  g_assert_true (run (engine, &op, &error));
  g_assert_no_error (error);
  g_assert_cmpint (op.op.count, ==, 2);
  g_assert_true (op.in_transaction);
  g_assert_cmpint (op.op.value, ==, 1);
  g_assert_cmpint (engine_read (other, "a"), ==, 1);
  g_assert_cmpint (engine_read (engine, "other"), ==, 5);
  epoch = op.epoch;
  op = (OnlyOp){ .op.count = 0 };
  g_assert_true (run (engine, &op, &error));
  g_assert_cmpuint (op.epoch, ==, epoch);
  g_assert_cmpint (op.op.value, ==, 2);
  engine_end (other, NULL);
  engine_end (engine, f->dir);
}

static void
test_not_enough (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  OnlyOp more = { .more = TRUE };
  OnlyOp refuse = { .refuse = TRUE };
  OnlyOp wrong = { .wrong = TRUE };
  OnlyOp again = { .op.count = 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (run (engine, &more, &error));
  g_assert_no_error (error);
  g_assert_cmpint (more.op.count, ==, 2);
  g_assert_true (more.in_transaction);
  g_assert_cmpint (more.op.value, ==, 1);

  g_assert_true (run (engine, &refuse, &error));
  g_assert_no_error (error);
  g_assert_cmpint (refuse.op.count, ==, 2);
  g_assert_true (refuse.in_transaction);
  g_assert_cmpint (refuse.op.value, ==, 2);

  g_assert_false (run (engine, &wrong, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (wrong.op.count, ==, 1);
  g_clear_error (&error);

  g_assert_true (run (engine, &again, &error));
  g_assert_cmpint (again.op.count, ==, 1);
  g_assert_cmpint (again.op.value, ==, 3);
  engine_end (engine, f->dir);
}

/* In a transaction of the thread it is a unit like any other. */
static void
test_in_transaction (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  OnlyOp op = { .more = TRUE };
  g_autoptr (GError) error = NULL;
  BeaverEngineTransaction *transaction = _beaver_engine_begin (engine, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (run (engine, &op, &error));
  g_assert_cmpint (op.op.count, ==, 1);
  g_assert_true (op.in_transaction);
  _beaver_engine_transaction_free (transaction); /* rolls back */
  g_assert_cmpint (engine_read (engine, "a"), ==, -1);
  engine_end (engine, f->dir);
}

typedef struct
{
  BeaverEngine *engine;
  GCancellable *cancellable;
  OnlyOp op;
  GError *error;
  gboolean ok;
} Call;

static gpointer
call_thread (gpointer data)
{
  Call *call = data;

  call->op.op.key = "a";
  call->ok = _beaver_engine_run (call->engine, BEAVER_ACCESS_WRITE_ONE, only_work, &call->op,
                                 call->cancellable, &call->error);
  return NULL;
}

static gpointer
close_thread (gpointer data)
{
  engine_close (data);
  return NULL;
}

/* It waits for another one's write lock inside its statement. */
static void
test_wait_ends (Fixture *f, gconstpointer data)
{
  gboolean closes = GPOINTER_TO_INT (data);
  BeaverEngine *engine = engine_open (f->path);
  BeaverEngine *other = engine_open (f->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Call call = { .engine = engine, .cancellable = closes ? NULL : cancellable };
  BeaverEngineTransaction *transaction = _beaver_engine_begin (other, NULL, &error);
  GThread *thread;

  g_assert_no_error (error);
  thread = g_thread_new ("only", call_thread, &call);
  beaver_test_wait_until (__atomic_load_n (&call.op.op.count, __ATOMIC_ACQUIRE) > 0);
  if (closes)
    g_thread_join (g_thread_new ("closer", close_thread, engine));
  else
    g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_false (call.ok);
  if (closes)
    g_assert_error (call.error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  else
    g_assert_error (call.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&call.error);
  _beaver_engine_transaction_free (transaction);
  g_assert_cmpint (engine_read (other, "a"), ==, -1);
  if (!closes)
    {
      OnlyOp op = { .op.count = 0 };

      g_assert_true (run (engine, &op, &error));
      g_assert_no_error (error);
    }
  engine_end (engine, NULL);
  engine_end (other, f->dir);
}

#define N_THREADS 6

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
      OnlyOp op = { .refuse = i % 7 == 3, .more = i % 11 == 5 };

      g_assert_true (run (load->engine, &op, &error));
      g_assert_no_error (error);
    }
  return NULL;
}

/* None is lost and none is there twice, among threads and engines. */
static void
test_many (Fixture *f, gconstpointer data)
{
  guint n = beaver_test_rounds (200);
  BeaverEngine *engines[] = { engine_open (f->path), engine_open (f->path) };
  Load loads[] = { { engines[0], n }, { engines[1], n } };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("writer", increment_thread, &loads[i % 2]);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (engine_read (engines[0], "a"), ==, N_THREADS * n);
  g_assert_cmpint (engine_read (engines[1], "a"), ==, N_THREADS * n);
  engine_end (engines[0], NULL);
  engine_end (engines[1], f->dir);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add_closed ("/only/alone", test_alone);
  g_test_add ("/only/memory", Fixture, ":memory:", fixture_set_up_closed, test_alone,
              fixture_tear_down);
  g_test_add ("/only/foreign-commit-before-statement", Fixture,
              GINT_TO_POINTER (MOMENT_BEFORE_STATEMENT), fixture_set_up_closed, test_foreign_commit,
              fixture_tear_down);
  g_test_add ("/only/foreign-commit-before-step", Fixture, GINT_TO_POINTER (MOMENT_BEFORE_STEP),
              fixture_set_up_closed, test_foreign_commit, fixture_tear_down);
  beaver_test_add_closed ("/only/not-enough", test_not_enough);
  beaver_test_add_closed ("/only/in-transaction", test_in_transaction);
  g_test_add ("/only/wait-cancelled", Fixture, GINT_TO_POINTER (FALSE), fixture_set_up_closed,
              test_wait_ends, fixture_tear_down);
  g_test_add ("/only/wait-closed", Fixture, GINT_TO_POINTER (TRUE), fixture_set_up_closed,
              test_wait_ends, fixture_tear_down);
  beaver_test_add_closed ("/only/many", test_many);
  return g_test_run ();
}
