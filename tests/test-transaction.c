/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test.h"

static BeaverDict *
dict (Fixture *f, const char *name)
{
  return beaver_db_get_dict (f->db, name, NULL);
}

static void
set (Fixture *f, const char *name, const char *key, gint64 value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_dict_set_int (dict (f, name), key, value, NULL, &error));
  g_assert_no_error (error);
}

/* -1: not there */
static gint64
get (Fixture *f, const char *name, const char *key)
{
  g_autoptr (GError) error = NULL;
  gint64 value = beaver_dict_get_int (dict (f, name), key, NULL, &error);

  if (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND))
    return -1;
  g_assert_no_error (error);
  return value;
}

static void
test_commit (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (beaver_transaction_is_open (transaction));
  set (f, "a", "k", 1);
  set (f, "b", "k", 2);
  g_assert_cmpint (get (f, "a", "k"), ==, 1);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_false (beaver_transaction_is_open (transaction));
  g_assert_false (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_transaction_rollback (transaction, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  fixture_reopen (f);
  g_assert_cmpint (get (f, "a", "k"), ==, 1);
  g_assert_cmpint (get (f, "b", "k"), ==, 2);
}

static void
test_dispose_rolls_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set (f, "a", "k", 1);
  {
    g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

    g_assert_no_error (error);
    set (f, "a", "k", 2);
    set (f, "a", "new", 2);
  }
  g_assert_cmpint (get (f, "a", "k"), ==, 1);
  g_assert_cmpint (get (f, "a", "new"), ==, -1);
}

/* A call that fails undoes itself and nothing else. */
static void
test_failing_call (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, NULL);

  set (f, "a", "k", 1);
  g_assert_false (beaver_dict_set_json (dict (f, "a"), "bad", "{", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_cmpint (get (f, "a", "k"), ==, 1);
}

static void
test_nested (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) outer = beaver_db_begin (f->db, NULL, NULL);
  g_autoptr (BeaverTransaction) kept = NULL;
  g_autoptr (BeaverTransaction) undone = NULL;

  set (f, "a", "outer", 1);
  kept = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  set (f, "a", "kept", 1);
  g_assert_true (beaver_transaction_commit (kept, NULL, &error));
  undone = beaver_db_begin (f->db, NULL, &error);
  set (f, "a", "undone", 1);
  g_assert_true (beaver_transaction_rollback (undone, &error));
  g_assert_true (beaver_transaction_commit (outer, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get (f, "a", "outer"), ==, 1);
  g_assert_cmpint (get (f, "a", "kept"), ==, 1);
  g_assert_cmpint (get (f, "a", "undone"), ==, -1);
}

typedef struct
{
  Fixture *f;
  int written; /* atomic */
} Other;

static gpointer
write_thread (gpointer data)
{
  Other *other = data;

  set (other->f, "a", "other", 5);
  g_atomic_int_set (&other->written, 1);
  return NULL;
}

static gpointer
read_thread (gpointer data)
{
  Other *other = data;

  g_assert_cmpint (get (other->f, "a", "mine"), ==, -1);
  return NULL;
}

static void
test_other_threads_wait (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (50);

  for (guint i = 0; i < rounds; i++)
    {
      Other other = { f, 0 };
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, NULL);
      GThread *thread;

      set (f, "a", "mine", 1);
      thread = g_thread_new ("write", write_thread, &other);
      g_thread_join (g_thread_new ("read", read_thread, &other));
      g_assert_cmpint (g_atomic_int_get (&other.written), ==, 0);
      g_assert_true (beaver_transaction_rollback (transaction, NULL));
      g_thread_join (thread);
      g_assert_cmpint (get (f, "a", "other"), ==, 5);
      g_assert_cmpint (get (f, "a", "mine"), ==, -1);
    }
}

static gboolean
transfer (BeaverDb *db, gpointer data, GError **error)
{
  if (!beaver_dict_set_int (beaver_db_get_dict (db, "a", NULL), "x", 1, NULL, error))
    return FALSE;
  if (data != NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, "no");
      return FALSE;
    }
  return TRUE;
}

static gboolean
silent_failure (BeaverDb *db, gpointer data, GError **error)
{
  return FALSE;
}

static void
test_transact (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (beaver_db_transact (f->db, transfer, f, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (get (f, "a", "x"), ==, -1);
  g_assert_false (beaver_db_transact (f->db, silent_failure, NULL, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (beaver_db_transact (f->db, transfer, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get (f, "a", "x"), ==, 1);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) begun = NULL;
  g_autoptr (GAsyncResult) set_a = NULL;
  g_autoptr (GAsyncResult) set_b = NULL;
  g_autoptr (GAsyncResult) committed = NULL;
  g_autoptr (BeaverTransaction) transaction = NULL;
  Other other = { f, 0 };

  beaver_db_begin_async (f->db, NULL, beaver_test_ready, &begun);
  beaver_test_wait_result (&begun);
  transaction = beaver_db_begin_finish (f->db, begun, &error);
  g_assert_no_error (error);
  beaver_dict_set_json_async (dict (f, "a"), "mine", "1", NULL, beaver_test_ready, &set_a);
  beaver_dict_set_json_async (dict (f, "b"), "mine", "2", NULL, beaver_test_ready, &set_b);
  beaver_test_wait_result (&set_a);
  g_thread_join (g_thread_new ("read", read_thread, &other));
  beaver_transaction_commit_async (transaction, NULL, beaver_test_ready, &committed);
  beaver_test_wait_result (&committed);
  g_assert_true (beaver_transaction_commit_finish (transaction, committed, &error));
  g_assert_no_error (error);
  beaver_test_wait_result (&set_b);
  g_assert_true (beaver_dict_set_json_finish (dict (f, "b"), set_b, &error));
  g_assert_cmpint (get (f, "a", "mine"), ==, 1);
  g_assert_cmpint (get (f, "b", "mine"), ==, 2);
}

static gpointer
write_on_thread (gpointer data)
{
  Other *other = data;

  while (!g_atomic_int_get (&other->written))
    set (other->f, "b", "other", 1);
  return NULL;
}

static gint64
count_waiting (BeaverDb *db)
{
  g_autoptr (BeaverStats) stats = beaver_db_get_stats (db);

  return beaver_stats_get_writers_waiting (stats);
}

/* What a thread does before it has heard that its transaction is open is no part of it, and is not
 * undone with it. */
static void
test_before_the_news (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (20);

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) begun = NULL;
      g_autoptr (GAsyncResult) later = NULL;
      g_autoptr (BeaverTransaction) transaction = NULL;
      g_autoptr (BeaverTransaction) early = NULL;
      Other other = { f, 0 };
      GThread *writer = g_thread_new ("writes", write_on_thread, &other);

      beaver_db_begin_async (f->db, NULL, beaver_test_ready, &begun);
      beaver_test_wait_until (count_waiting (f->db) > 0);
      for (guint i = 0; i < 50; i++)
        set (f, "a", "mine", round * 100 + i);
      early = beaver_db_begin (f->db, NULL, &error);
      g_assert_no_error (error);
      set (f, "a", "early", round);
      g_assert_true (beaver_transaction_commit (early, NULL, &error));
      g_assert_no_error (error);
      beaver_dict_set_json_async (dict (f, "a"), "later", "1", NULL, beaver_test_ready, &later);
      beaver_test_wait_result (&begun);
      transaction = beaver_db_begin_finish (f->db, begun, &error);
      g_assert_no_error (error);
      set (f, "a", "undone", round);
      g_assert_true (beaver_transaction_rollback (transaction, &error));
      g_assert_no_error (error);
      g_atomic_int_set (&other.written, 1);
      g_thread_join (writer);
      beaver_test_wait_result (&later);
      g_assert_true (beaver_dict_set_json_finish (dict (f, "a"), later, &error));
      g_assert_no_error (error);
      g_assert_cmpint (get (f, "a", "mine"), ==, round * 100 + 49);
      g_assert_cmpint (get (f, "a", "early"), ==, round);
      g_assert_cmpint (get (f, "a", "later"), ==, 1);
      g_assert_cmpint (get (f, "a", "undone"), ==, -1);
    }
}

static gpointer
close_thread (gpointer data)
{
  g_assert_true (beaver_db_close (data, NULL));
  return NULL;
}

static void
test_closed_in_the_middle (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = NULL;

  set (f, "a", "k", 1);
  transaction = beaver_db_begin (f->db, NULL, NULL);
  set (f, "a", "k", 2);
  g_thread_join (g_thread_new ("close", close_thread, f->db));
  g_assert_false (beaver_transaction_is_open (transaction));
  g_assert_false (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  fixture_reopen (f);
  g_assert_cmpint (get (f, "a", "k"), ==, 1);
}

static void
test_memory (Fixture *f, gconstpointer data)
{
  fixture_close (f);
  fixture_open (f, ":memory:");
  {
    Other other = { f, 0 };
    g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, NULL);
    GThread *thread;

    set (f, "a", "mine", 1);
    thread = g_thread_new ("write", write_thread, &other);
    g_assert_cmpint (get (f, "a", "mine"), ==, 1);
    g_assert_true (beaver_transaction_commit (transaction, NULL, NULL));
    g_thread_join (thread);
    g_assert_cmpint (get (f, "a", "other"), ==, 5);
  }
}

/* A savepoint that is begun behind the end of the transaction around it is none: it must not open a
 * transaction of its own that nobody ends. */
static void
test_nested_async_behind_the_end (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (20);

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) begun = NULL;
      g_autoptr (BeaverTransaction) inner = NULL;
      g_autoptr (BeaverTransaction) outer = beaver_db_begin (f->db, NULL, &error);

      g_assert_no_error (error);
      /* so that the end overtakes */
      for (guint i = 0; i < 200; i++)
        beaver_dict_set_json_async (dict (f, "a"), "in-line", "1", NULL, NULL, NULL);
      beaver_db_begin_async (f->db, NULL, beaver_test_ready, &begun);
      g_assert_true (beaver_transaction_rollback (outer, &error));
      g_assert_no_error (error);
      beaver_test_wait_result (&begun);
      inner = beaver_db_begin_finish (f->db, begun, &error);
      if (inner == NULL)
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
      else
        g_assert_false (beaver_transaction_is_open (inner));
      set (f, "a", "after", round);
      g_assert_cmpint (get (f, "a", "in-line"), ==, -1);
    }
}

/* It ends the transaction as every commit does: nobody is kept out by one that nobody will end. */
static void
test_cancelled_commit (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  for (int async = 0; async < 2; async++)
    for (int nested = 0; nested < 2; nested++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GAsyncResult) result = NULL;
        g_autoptr (BeaverTransaction) outer = nested ? beaver_db_begin (f->db, NULL, &error) : NULL;
        g_autoptr (BeaverTransaction) transaction = NULL;
        Other other = { f, 0 };
        GThread *thread;

        g_assert_no_error (error);
        if (nested)
          set (f, "outer", "k", 1);
        transaction = beaver_db_begin (f->db, NULL, &error);
        g_assert_no_error (error);
        set (f, "a", "k", 1);
        if (async)
          {
            /* in line before it */
            beaver_dict_set_json_async (dict (f, "a"), "k", "2", NULL, NULL, NULL);
            beaver_transaction_commit_async (transaction, cancellable, beaver_test_ready, &result);
            beaver_test_wait_result (&result);
            g_assert_false (beaver_transaction_commit_finish (transaction, result, &error));
          }
        else
          g_assert_false (beaver_transaction_commit (transaction, cancellable, &error));
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_clear_error (&error);
        g_assert_false (beaver_transaction_is_open (transaction));
        g_assert_cmpint (get (f, "a", "k"), ==, -1);
        g_assert_false (beaver_transaction_commit (transaction, NULL, &error));
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
        g_clear_error (&error);
        if (nested)
          {
            g_assert_cmpint (get (f, "outer", "k"), ==, 1);
            g_assert_true (beaver_transaction_commit (outer, NULL, &error));
            g_assert_no_error (error);
            g_assert_cmpint (get (f, "outer", "k"), ==, 1);
            continue;
          }
        thread = g_thread_new ("write", write_thread, &other);
        g_thread_join (thread);
        g_assert_cmpint (get (f, "a", "other"), ==, 5);
      }
}

/* Many who wait for a transaction keep nobody from reading. */
typedef struct
{
  BeaverDb *db;
  int is_open; /* atomic, as the next */
  int may_end;
} Holder;

static gpointer
hold (gpointer data)
{
  Holder *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (self->db, NULL, &error);

  g_assert_no_error (error);
  g_atomic_int_set (&self->is_open, 1);
  beaver_test_wait_until (g_atomic_int_get (&self->may_end) != 0);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  return NULL;
}

static void
test_waiting_for_a_transaction (Fixture *f, gconstpointer data)
{
  Holder holder = { f->db, 0, 0 };
  GThread *thread = g_thread_new ("holder", hold, &holder);
  GAsyncResult *begun[9] = { NULL };
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  beaver_test_wait_until (g_atomic_int_get (&holder.is_open) != 0);
  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    beaver_db_begin_async (f->db, NULL, beaver_test_ready, &begun[i]);
  beaver_db_get_dict_names_async (f->db, NULL, beaver_test_ready, &listed);
  beaver_test_wait_result (&listed);
  g_assert_cmpint (g_atomic_int_get (&holder.may_end), ==, 0);
  names = beaver_db_get_dict_names_finish (f->db, listed, &error);
  g_assert_no_error (error);

  g_atomic_int_set (&holder.may_end, 1);
  for (guint n = 0; n < G_N_ELEMENTS (begun); n++)
    {
      g_autoptr (BeaverTransaction) transaction = NULL;
      guint which = G_N_ELEMENTS (begun);

      /* one after the other, in whatever order */
      while (which == G_N_ELEMENTS (begun))
        {
          for (which = 0; which < G_N_ELEMENTS (begun) && begun[which] == NULL; which++)
            ;
          if (which == G_N_ELEMENTS (begun))
            g_main_context_iteration (NULL, TRUE);
        }
      transaction = beaver_db_begin_finish (f->db, begun[which], &error);
      g_assert_no_error (error);
      g_clear_object (&begun[which]);
      g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
    }
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/transaction/commit", test_commit);
  beaver_test_add ("/transaction/dispose-rolls-back", test_dispose_rolls_back);
  beaver_test_add ("/transaction/cancelled-commit", test_cancelled_commit);
  beaver_test_add ("/transaction/failing-call", test_failing_call);
  beaver_test_add ("/transaction/nested", test_nested);
  beaver_test_add ("/transaction/nested-async-behind-the-end", test_nested_async_behind_the_end);
  beaver_test_add ("/transaction/other-threads-wait", test_other_threads_wait);
  beaver_test_add ("/transaction/transact", test_transact);
  beaver_test_add ("/transaction/async", test_async);
  beaver_test_add ("/transaction/before-the-news", test_before_the_news);
  beaver_test_add ("/transaction/waiting-keeps-nobody-from-reading",
                   test_waiting_for_a_transaction);
  beaver_test_add ("/transaction/closed-in-the-middle", test_closed_in_the_middle);
  beaver_test_add ("/transaction/memory", test_memory);
  return g_test_run ();
}
