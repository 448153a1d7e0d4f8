/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks over time: holders that die, renewal, guards, closing, bad input. */
#include "lock-test.h"

#include <math.h>
#include <signal.h>

/* --- holders that die, and time --- */

static void
test_killed_holder (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "killed");

  for (guint python = 0; python < 2; python++)
    {
      g_autoptr (GSubprocess) peer =
          python ? spawn_peer (f, "killed") :
                   beaver_test_spawn_self ("holder", f->path, "killed", "60", NULL);
      gint64 begin = g_get_monotonic_time ();

      assert_answer (peer, "acquire -1 1", "held");
      g_subprocess_send_signal (peer, SIGKILL);
      g_subprocess_wait (peer, NULL, NULL);
      acquire (lock, BEAVER_TEST_DEADLINE, 60);
      g_assert_cmpint (g_get_monotonic_time () - begin, >=, 900 * 1000);
      g_assert_cmpint (count_rows (lock), ==, 1);
      release (lock);
    }
}

/* A waiter in front of us that was killed does not stand in the way for ever. */
static void
test_killed_waiter (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "killed");
  g_autoptr (GSubprocess) peer = beaver_test_spawn_self ("holder", f->path, "killed", "60", NULL);
  Waiter waiter = { .lock = lock, .timeout = BEAVER_TEST_DEADLINE, .ttl = 60, .go = TRUE };
  GThread *thread;

  acquire (lock, 0, 60);
  beaver_test_write_line (peer, "acquire -1 1");
  beaver_test_wait_until (count_rows (lock) == 2);
  thread = g_thread_new ("waiter", waiter_run, &waiter);
  beaver_test_wait_until (count_rows (lock) == 3);
  g_subprocess_send_signal (peer, SIGKILL);
  g_subprocess_wait (peer, NULL, NULL);
  release (lock);
  g_thread_join (thread);
  g_assert_no_error (waiter.error);
  g_assert_cmpint (waiter.entered, ==, 1);
}

static void
test_expired (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "expired");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "expired");
  g_autoptr (GError) error = NULL;

  acquire (lock, 0, 0.05);
  beaver_test_wait_until (!beaver_lock_is_held (lock));
  g_assert_false (is_locked (lock));
  /* Nobody took it: a renewal brings it back. */
  g_assert_true (beaver_lock_renew (lock, 0.05, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (is_locked (lock) || !beaver_lock_is_held (lock));

  assert_answer (peer, "acquire -1 60", "held");
  g_assert_false (beaver_lock_acquire (lock, 0, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (beaver_lock_renew (lock, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (beaver_lock_is_lost (lock));
  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_assert_false (beaver_lock_is_lost (lock));

  /* The release did not touch what is the other one's, and the thread starts anew. */
  g_assert_false (try_acquire (lock));
  assert_answer (peer, "release", "released");
  acquire (lock, 0, 60);
  release (lock);
  beaver_test_join (peer);
}

static void
test_clear (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "broken");
  g_autoptr (GError) error = NULL;
  Waiter waiter = { .lock = lock, .timeout = -1, .ttl = 60 };
  GThread *thread;

  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (lock), NULL, &error), ==, 0);
  acquire (lock, 0, 60);
  thread = g_thread_new ("waiter", waiter_run, &waiter);
  beaver_test_wait_until (count_rows (lock) == 2);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (lock), NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_false (beaver_lock_is_held (lock));
  beaver_test_wait_until (g_atomic_int_get (&waiter.entered));
  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_assert_cmpint (count_rows (lock), ==, 1);
  g_atomic_int_set (&waiter.go, TRUE);
  g_thread_join (thread);
  g_assert_no_error (waiter.error);
}

static void
on_lost (GObject *object, GParamSpec *pspec, gpointer data)
{
  GThread **thread = data;

  *thread = g_thread_self ();
}

/* A machine may keep the thread that renews from doing so for longer than the lock's time: whether
 * the lock stayed ours for longer than that. */
static gboolean
stays_held (BeaverLock *lock, GSubprocess *peer, double ttl)
{
  g_autoptr (GError) error = NULL;
  guint n_threads = beaver_test_count_threads ();
  gint64 end = g_get_monotonic_time () + (gint64) (ttl * 1.25 * G_TIME_SPAN_SECOND);
  g_autofree char *answer = NULL;

  acquire (lock, 0, ttl);
  beaver_test_wait_until (beaver_test_count_threads () == n_threads + 1);
  /* Each look of the peer removes what has expired. */
  assert_answer (peer, "insert 0 600", "inserted");
  do
    {
      g_free (answer);
      answer = ask (peer, "look");
    }
  while (g_str_equal (answer, "wait") && g_get_monotonic_time () < end);
  if (!g_str_equal (answer, "wait"))
    {
      g_test_message ("lost with a time of %g s", ttl);
      g_assert_false (beaver_lock_release (lock, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
      assert_answer (peer, "release", "released");
      beaver_test_wait_until (beaver_test_count_threads () == n_threads);
      return FALSE;
    }
  beaver_test_wait_until (beaver_lock_is_held (lock)); /* it may be late this once */
  g_assert_false (beaver_lock_is_lost (lock));
  release (lock);
  g_assert_cmpuint (beaver_test_count_threads (), ==, n_threads);
  assert_answer (peer, "look", "held");
  return TRUE;
}

static void
test_auto_renew (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "renewed");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "renewed");
  double ttl = 4;

  g_assert_false (beaver_lock_get_auto_renew (lock));
  beaver_lock_set_auto_renew (lock, TRUE);
  g_assert_true (beaver_lock_get_auto_renew (lock));
  while (!stays_held (lock, peer, ttl))
    {
      ttl *= 4;
      g_assert_cmpfloat (ttl, <, 100);
    }
  beaver_test_join (peer);
}

static void
test_auto_renew_loss (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "renewed");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "renewed");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;
  GThread *lock_thread = NULL;
  GThread *guard_thread = NULL;

  beaver_lock_set_auto_renew (lock, TRUE);
  guard = beaver_lock_hold (lock, 0, 0.3, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_lock_guard_get_auto_renew (guard));
  g_signal_connect (lock, "notify::lost", G_CALLBACK (on_lost), &lock_thread);
  g_signal_connect (guard, "notify::lost", G_CALLBACK (on_lost), &guard_thread);
  assert_answer (peer, "steal", "1");
  beaver_test_spin_until (NULL, lock_thread != NULL && guard_thread != NULL);
  g_assert_true (lock_thread == g_thread_self () && guard_thread == g_thread_self ());
  g_assert_true (beaver_lock_is_lost (lock));
  g_assert_true (beaver_lock_guard_is_lost (guard));
  g_assert_false (beaver_lock_guard_is_held (guard));
  g_assert_false (beaver_lock_guard_renew (guard, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (beaver_lock_guard_release (guard, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (beaver_lock_guard_release (guard, NULL, &error));
  g_assert_false (beaver_lock_is_lost (lock));
  g_assert_true (beaver_lock_guard_is_lost (guard));
  beaver_test_join (peer);
}

/* Released before the thread that renews has begun, renewed at its very first moment, and anything
 * between. */
static void
test_auto_renew_short (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "renewed");
  static const double ttls[] = { 60, 1e-3, 1e-6 };

  beaver_lock_set_auto_renew (lock, TRUE);
  for (guint i = 0; i < beaver_test_rounds (300); i++)
    {
      acquire (lock, 0, ttls[i % G_N_ELEMENTS (ttls)]);
      if (i % 7 == 0)
        g_thread_yield ();
      /* Nobody else is there to take it. */
      release (lock);
    }
}

/* Turned on and off while the lock is held, and a thread that ends without releasing is not renewed
 * for ever. */
static void
test_auto_renew_later (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "renewed");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = beaver_lock_hold (lock, 0, 0.4, NULL, &error);
  gint64 end = g_get_monotonic_time () + 1 * G_TIME_SPAN_SECOND;
  Waiter waiter = { .lock = lock, .timeout = -1, .ttl = 0.2, .keep = TRUE, .go = TRUE };

  g_assert_no_error (error);
  beaver_lock_guard_set_auto_renew (guard, TRUE);
  beaver_test_wait_until (g_get_monotonic_time () > end);
  beaver_test_wait_until (beaver_lock_guard_is_held (guard)); /* it may be late this once */
  beaver_lock_guard_set_auto_renew (guard, FALSE);
  beaver_test_wait_until (!beaver_lock_guard_is_held (guard));
  g_clear_object (&guard);

  beaver_lock_set_auto_renew (lock, TRUE);
  g_thread_join (g_thread_new ("forgetful", waiter_run, &waiter));
  g_assert_no_error (waiter.error);
  acquire (lock, BEAVER_TEST_DEADLINE, 60);
  release (lock);
}

static void
test_token (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "fenced");
  gint64 last = 0;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GSubprocess) peer =
          beaver_test_spawn_self ("holder", f->path, "fenced", "60", NULL);
      g_autofree char *theirs = NULL;

      acquire (lock, 0, 60);
      g_assert_cmpint (beaver_lock_get_token (lock), >, last);
      last = beaver_lock_get_token (lock);
      release (lock);
      assert_answer (peer, "acquire -1 60", "held");
      theirs = ask (peer, "token");
      g_assert_cmpint (g_ascii_strtoll (theirs, NULL, 10), >, last);
      last = g_ascii_strtoll (theirs, NULL, 10);
      assert_answer (peer, "release", "released");
      beaver_test_join (peer);
      if (i == 2)
        {
          fixture_reopen (f);
          lock = get_lock (f->db, "fenced");
        }
    }

  /* Each lock has its own. */
  lock = get_lock (f->db, "fenced too");
  acquire (lock, 0, 60);
  g_assert_cmpint (beaver_lock_get_token (lock), ==, 1);
  release (lock);
}

/* --- guards --- */

static void
test_guard (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "guarded");
  g_autoptr (GError) error = NULL;

  {
    g_autoptr (BeaverLockGuard) guard = beaver_lock_hold (lock, 0, 60, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (beaver_lock_guard_get_name (guard), ==, "guarded");
    g_assert_cmpint (beaver_lock_guard_get_token (guard), ==, 1);
    g_assert_true (beaver_lock_guard_is_held (guard));
    g_assert_true (beaver_lock_is_held (lock));
    g_assert_cmpfloat (beaver_lock_guard_get_expires_at (guard), >, g_get_real_time () / 1e6 + 30);
    {
      g_autoptr (BeaverLockGuard) again = beaver_lock_hold (lock, 0, 60, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (beaver_lock_guard_get_token (again), ==, 1);
    }
    g_assert_true (beaver_lock_guard_renew (guard, 600, NULL, &error));
    g_assert_cmpfloat (beaver_lock_guard_get_expires_at (guard), >, g_get_real_time () / 1e6 + 500);
    g_assert_cmpint (count_rows (lock), ==, 1);
  }
  g_assert_cmpint (count_rows (lock), ==, 0);

  {
    g_autoptr (BeaverLockGuard) guard = beaver_lock_hold (lock, 0, 60, NULL, &error);

    g_assert_true (beaver_lock_guard_release (guard, NULL, &error));
    g_assert_cmpint (count_rows (lock), ==, 0);
    g_assert_true (beaver_lock_guard_release (guard, NULL, &error));
    g_assert_no_error (error);
    g_assert_false (beaver_lock_guard_is_held (guard));
    g_assert_false (beaver_lock_guard_is_lost (guard));
    g_assert_false (beaver_lock_guard_renew (guard, 60, NULL, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  }
}

static gpointer
drop_guard (gpointer data)
{
  g_object_unref (data);

  return NULL;
}

static void
test_guard_other_thread (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "guarded");

  acquire (lock, 0, 60);
  g_thread_join (g_thread_new ("drop", drop_guard, beaver_lock_hold (lock, 0, 60, NULL, NULL)));
  g_assert_true (beaver_lock_is_held (lock));
  release (lock);
  g_assert_cmpint (count_rows (lock), ==, 0);
  g_thread_join (g_thread_new ("drop", drop_guard, beaver_lock_hold (lock, 0, 60, NULL, NULL)));
  g_assert_cmpint (count_rows (lock), ==, 0);
}

static void
test_guard_async (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "guarded");
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) renewed = NULL;
  g_autoptr (GAsyncResult) released = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;
  g_autoptr (BeaverLockGuard) next = NULL;
  g_autoptr (GError) error = NULL;

  beaver_lock_hold_async (lock, -1, 60, NULL, beaver_test_ready, &first);
  beaver_test_wait_result (&first);
  guard = beaver_lock_hold_finish (lock, first, &error);
  g_assert_no_error (error);

  /* The guard owns it, and not the thread. */
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_false (try_acquire (lock));
  beaver_lock_hold_async (lock, -1, 60, NULL, beaver_test_ready, &second);
  beaver_test_wait_until (count_rows (lock) == 2);
  g_main_context_iteration (NULL, FALSE);
  g_assert_null (second);

  beaver_lock_guard_renew_async (guard, 600, NULL, beaver_test_ready, &renewed);
  beaver_test_wait_result (&renewed);
  g_assert_true (beaver_lock_guard_renew_finish (guard, renewed, &error));
  beaver_lock_guard_release_async (guard, NULL, beaver_test_ready, &released);
  beaver_test_wait_result (&released);
  g_assert_true (beaver_lock_guard_release_finish (guard, released, &error));
  g_assert_no_error (error);

  beaver_test_wait_result (&second);
  next = beaver_lock_hold_finish (lock, second, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_lock_guard_get_token (next), >, beaver_lock_guard_get_token (guard));
  g_clear_object (&next);
  g_assert_cmpint (count_rows (lock), ==, 0);
}

/* Nobody asks for the result: the lock does not stay. */
static void
test_guard_async_forgotten (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "guarded");
  GAsyncResult *result = NULL;

  beaver_lock_hold_async (lock, -1, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_clear_object (&result);
  beaver_test_spin_until (NULL, count_rows (lock) == 0);

  beaver_lock_hold_async (lock, -1, 60, NULL, NULL, NULL);
  beaver_test_wait_until (count_rows (lock) == 1);
  beaver_test_spin_until (NULL, count_rows (lock) == 0);
}

/* In the thread that has held it: its time is over, and nobody has taken it. */
static void
test_expired_again (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "expired");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);

  g_assert_no_error (error);
  acquire (lock, 0, 0.05);
  beaver_test_wait_until (!beaver_lock_is_held (lock));
  acquire (lock, 0, 3600);
  g_assert_true (beaver_lock_is_held (lock));
  assert_timeout (get_lock (other, "expired"), 0);
  release (lock);
  g_assert_true (beaver_lock_is_held (lock));
  release (lock);
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_cmpint (count_rows (lock), ==, 0);
}

/* What could not be given back is not renewed for ever, with nobody left who could. */
static void
test_guard_abandoned (Fixture *f, gconstpointer data)
{
  for (guint how = 0; how < 2; how++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverDb) db = g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", f->path,
                                                "connection-timeout", 0.05, NULL);
      BeaverLock *lock = get_lock (db, how == 0 ? "dropped" : "unheard");
      g_autoptr (GSubprocess) peer = spawn_peer (f, "busy");
      BeaverLockGuard *guard;

      g_assert_no_error (error);
      guard = beaver_lock_hold (lock, 0, 1, NULL, &error);
      g_assert_no_error (error);
      beaver_lock_guard_set_auto_renew (guard, TRUE);
      assert_answer (peer, "busy", "busy");
      if (how == 1)
        beaver_lock_guard_release_async (guard, NULL, NULL, NULL);
      g_object_add_weak_pointer (G_OBJECT (guard), (gpointer *) &guard);
      g_object_unref (guard);
      beaver_test_spin_until (NULL, guard == NULL);
      assert_answer (peer, "idle", "idle");
      acquire (get_lock (f->db, beaver_manager_get_name (BEAVER_MANAGER (lock))),
               BEAVER_TEST_DEADLINE, 60);
      beaver_test_join (peer);
    }
}

static void
test_guard_busy (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "guarded");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "guarded");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = beaver_lock_hold (lock, 0, 60, NULL, &error);

  /* A release that failed can be tried again. */
  assert_answer (peer, "busy", "busy");
  g_cancellable_cancel (cancellable);
  g_assert_false (beaver_lock_guard_release (guard, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (beaver_lock_guard_is_held (guard));
  assert_answer (peer, "idle", "idle");
  g_assert_true (beaver_lock_guard_release (guard, NULL, &error));
  g_assert_no_error (error);
  assert_answer (peer, "count", "0");
  beaver_test_join (peer);
}

/* --- closing --- */

static void
test_close_held (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "close");
  g_autoptr (BeaverLock) kept = g_object_ref (lock);
  g_autoptr (GSubprocess) peer = spawn_peer (f, "close");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;

  beaver_lock_set_auto_renew (lock, TRUE);
  acquire (lock, 0, 60);
  guard = beaver_lock_hold (lock, 0, 60, NULL, &error);
  assert_answer (peer, "count", "1");
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  beaver_test_assert_all_closed (f->dir);
  assert_answer (peer, "count", "0");
  g_assert_false (beaver_lock_guard_is_held (guard));
  g_assert_false (beaver_lock_is_held (kept));
  g_assert_false (beaver_lock_guard_release (guard, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  beaver_test_join (peer);
}

static void
test_close_waiting (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) peer = spawn_peer (f, "close");

  assert_answer (peer, "acquire 0 600", "held");
  for (guint i = 0; i < beaver_test_rounds (10); i++)
    {
      BeaverLock *lock = get_lock (f->db, "close");
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      Waiter waiters[4] = { 0 };
      GThread *threads[4];

      for (guint j = 0; j < G_N_ELEMENTS (waiters); j++)
        {
          waiters[j] = (Waiter){ .lock = g_object_ref (lock), .timeout = -1, .ttl = 600 };
          threads[j] = g_thread_new ("waiter", waiter_run, &waiters[j]);
        }
      beaver_lock_hold_async (lock, -1, 600, NULL, beaver_test_ready, &result);
      if (i % 2 == 0)
        beaver_test_wait_until (count_rows (lock) == 6);
      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      assert_answer (peer, "count", "1");
      for (guint j = 0; j < G_N_ELEMENTS (waiters); j++)
        {
          g_thread_join (threads[j]);
          g_assert_error (waiters[j].error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          g_clear_error (&waiters[j].error);
          g_object_unref (waiters[j].lock);
        }
      beaver_test_wait_result (&result);
      g_assert_null (beaver_lock_hold_finish (lock, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_object (&result);
      fixture_reopen (f);
    }
  beaver_test_join (peer);
}

typedef gboolean (*Call) (BeaverLock *lock, GError **error);

static gboolean
call_acquire (BeaverLock *lock, GError **error)
{
  return beaver_lock_acquire (lock, 0, 60, NULL, error);
}

static gboolean
call_try_acquire (BeaverLock *lock, GError **error)
{
  return beaver_lock_try_acquire (lock, 60, NULL, error);
}

static gboolean
call_release (BeaverLock *lock, GError **error)
{
  return beaver_lock_release (lock, NULL, error);
}

static gboolean
call_renew (BeaverLock *lock, GError **error)
{
  return beaver_lock_renew (lock, 60, NULL, error);
}

static gboolean
call_is_locked (BeaverLock *lock, GError **error)
{
  return beaver_lock_is_locked (lock, NULL, error);
}

static gboolean
call_hold (BeaverLock *lock, GError **error)
{
  return beaver_lock_hold (lock, 0, 60, NULL, error) != NULL;
}

static gboolean
call_get_info (BeaverLock *lock, GError **error)
{
  return beaver_lock_get_info (lock, NULL, error) != NULL;
}

static gboolean
call_hold_async (BeaverLock *lock, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  beaver_lock_hold_async (lock, 0, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);

  return beaver_lock_hold_finish (lock, result, error) != NULL;
}

static gboolean
call_is_locked_async (BeaverLock *lock, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  beaver_lock_is_locked_async (lock, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);

  return beaver_lock_is_locked_finish (lock, result, error);
}

static gboolean
call_get_info_async (BeaverLock *lock, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  beaver_lock_get_info_async (lock, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);

  return beaver_lock_get_info_finish (lock, result, error) != NULL;
}

static const Call calls[] = {
  call_acquire, call_try_acquire, call_release,    call_renew,           call_is_locked,
  call_hold,    call_get_info,    call_hold_async, call_is_locked_async, call_get_info_async,
};

static void
assert_all_closed_calls (BeaverLock *lock)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (calls[i](lock, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
    }
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_false (beaver_lock_is_lost (lock));
  g_assert_cmpint (beaver_lock_get_token (lock), ==, 0);
}

static void
test_after_close (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverLock) lock = g_object_ref (get_lock (f->db, "closed"));
  g_autoptr (BeaverLock) unused = g_object_ref (get_lock (f->db, "closed too"));

  acquire (lock, 0, 60);
  release (lock);
  fixture_close (f);
  assert_all_closed_calls (lock);
  assert_all_closed_calls (unused);
}

/* What a binding can make by hand is a closed one. */
static void
test_made_by_hand (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverLock) lock = g_object_new (BEAVER_TYPE_LOCK, NULL);
  g_autoptr (BeaverLockGuard) guard = g_object_new (BEAVER_TYPE_LOCK_GUARD, NULL);
  g_autoptr (BeaverLockInfo) info = g_object_new (BEAVER_TYPE_LOCK_INFO, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  assert_all_closed_calls (lock);
  beaver_lock_set_auto_renew (lock, TRUE);
  g_assert_false (beaver_lock_get_auto_renew (lock));

  g_assert_null (beaver_lock_guard_get_name (guard));
  g_assert_cmpint (beaver_lock_guard_get_token (guard), ==, 0);
  g_assert_false (beaver_lock_guard_is_held (guard));
  g_assert_false (beaver_lock_guard_is_lost (guard));
  beaver_lock_guard_set_auto_renew (guard, TRUE);
  g_assert_false (beaver_lock_guard_release (guard, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  beaver_lock_guard_renew_async (guard, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_false (beaver_lock_guard_renew_finish (guard, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);

  g_assert_null (beaver_lock_info_get_name (info));
  g_assert_cmpint (beaver_lock_info_get_process_id (info), ==, 0);
}

/* --- bad input --- */

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  static const double bad_ttls[] = { 0, -1, NAN, INFINITY, -INFINITY, 1e11, 1e300 };
  static const double bad_timeouts[] = { NAN, INFINITY, -INFINITY };
  BeaverLock *lock = get_lock (f->db, "it's 100% “odd”");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;

  g_assert_null (beaver_db_get_lock (f->db, "", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_db_get_lock (f->db, "\xff\xfe", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);

  for (guint i = 0; i < G_N_ELEMENTS (bad_ttls); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_false (beaver_lock_acquire (lock, 0, bad_ttls[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      g_assert_false (beaver_lock_try_acquire (lock, bad_ttls[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      beaver_lock_hold_async (lock, 0, bad_ttls[i], NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_null (beaver_lock_hold_finish (lock, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_timeouts); i++)
    {
      g_assert_false (beaver_lock_acquire (lock, bad_timeouts[i], 60, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_cmpint (count_rows (lock), ==, 0);

  acquire (lock, 1e300, 1e10);
  for (guint i = 0; i < G_N_ELEMENTS (bad_ttls); i++)
    {
      g_assert_false (beaver_lock_renew (lock, bad_ttls[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_true (beaver_lock_is_held (lock));
  release (lock);

  guard = beaver_lock_hold (lock, 0, 60, NULL, &error);
  g_assert_false (beaver_lock_guard_renew (guard, NAN, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_true (beaver_lock_guard_is_held (guard));
}

/* --- the lock of every manager --- */

static gpointer
manager_thread (gpointer data)
{
  BeaverManager *manager = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;

  /* Kept out of the lock, not of the structure. */
  g_assert_false (beaver_manager_try_acquire (manager, 60, NULL, &error));
  g_assert_no_error (error);
  guard = beaver_manager_hold (manager, 0.01, 60, NULL, &error);
  g_assert_null (guard);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  beaver_dict_set_string ((BeaverDict *) manager, "other", "written", NULL, &error);
  g_assert_no_error (error);

  return NULL;
}

static void
test_manager (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "accounts", &error);
  BeaverManager *manager = BEAVER_MANAGER (dict);
  BeaverLock *under = get_lock (f->db, "__lock__dict__accounts");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "__lock__dict__accounts");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;
  g_autofree char *value = NULL;
  g_auto (GStrv) names = NULL;

  g_assert_false (beaver_manager_is_locked (manager, NULL, &error));
  g_assert_true (beaver_manager_acquire (manager, 0, 60, NULL, &error));
  g_assert_true (beaver_manager_is_locked (manager, NULL, &error));
  g_assert_true (beaver_manager_renew (manager, 60, NULL, &error));
  assert_answer (peer, "count", "1");
  assert_answer (peer, "acquire 0 60", "timeout");
  beaver_dict_set_string (dict, "own", "written", NULL, &error);
  g_assert_no_error (error);
  g_thread_join (g_thread_new ("other", manager_thread, dict));
  value = beaver_dict_get_string (dict, "other", NULL, &error);
  g_assert_cmpstr (value, ==, "written");

  /* The lock of that name is the same one; it is not listed among the locks of users. */
  g_assert_true (beaver_lock_is_held (under));
  acquire (under, 0, 60);
  release (under);
  names = beaver_db_get_lock_names (f->db, NULL, &error);
  g_assert_cmpuint (g_strv_length (names), ==, 0);

  beaver_manager_hold_async (manager, -1, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_until (count_rows (under) == 2);
  g_assert_true (beaver_manager_release (manager, NULL, &error));
  beaver_test_wait_result (&result);
  guard = beaver_manager_hold_finish (manager, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_lock_guard_get_name (guard), ==, "__lock__dict__accounts");
  g_assert_false (beaver_manager_release (manager, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_clear_object (&guard);
  assert_answer (peer, "acquire 0 60", "held");
  beaver_test_join (peer);
}

/* A lock is its own public lock. */
static void
test_manager_of_lock (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "x");
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_manager_acquire (BEAVER_MANAGER (lock), 0, 60, NULL, &error));
  g_assert_true (beaver_lock_is_held (lock));
  g_assert_false (is_locked (get_lock (f->db, "__lock__lock__x")));
  release (lock);
}

/* A lock that is taken inside a transaction shares its fate, and nobody waits there for ever. */
static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "inside");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "inside");
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  acquire (lock, -1, 60);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_clear_object (&transaction);
  assert_answer (peer, "count", "1");
  release (lock);

  transaction = beaver_db_begin (f->db, NULL, &error);
  acquire (lock, -1, 60);
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_clear_object (&transaction);
  assert_answer (peer, "count", "0");
  g_assert_false (beaver_lock_renew (lock, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_clear_error (&error);

  assert_answer (peer, "acquire 0 60", "held");
  transaction = beaver_db_begin (f->db, NULL, &error);
  assert_timeout (lock, -1);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  assert_answer (peer, "count", "1");
  beaver_test_join (peer);
}

int
main (int argc, char **argv)
{
  if (argc > 3 && strcmp (argv[1], "holder") == 0)
    return role_holder (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/lock/D6-closing-leaves-no-row", test_close_held);
  beaver_test_add ("/lock/killed-holder", test_killed_holder);
  beaver_test_add ("/lock/killed-waiter", test_killed_waiter);
  beaver_test_add ("/lock/expired", test_expired);
  beaver_test_add ("/lock/clear", test_clear);
  beaver_test_add ("/lock/auto-renew", test_auto_renew);
  beaver_test_add ("/lock/auto-renew-loss", test_auto_renew_loss);
  beaver_test_add ("/lock/auto-renew-short", test_auto_renew_short);
  beaver_test_add ("/lock/auto-renew-later", test_auto_renew_later);
  beaver_test_add ("/lock/token", test_token);
  beaver_test_add ("/lock/guard", test_guard);
  beaver_test_add ("/lock/guard-other-thread", test_guard_other_thread);
  beaver_test_add ("/lock/guard-async", test_guard_async);
  beaver_test_add ("/lock/guard-async-forgotten", test_guard_async_forgotten);
  beaver_test_add ("/lock/expired-again", test_expired_again);
  beaver_test_add ("/lock/guard-abandoned", test_guard_abandoned);
  beaver_test_add ("/lock/guard-failed-release", test_guard_busy);
  beaver_test_add ("/lock/close-waiting", test_close_waiting);
  beaver_test_add ("/lock/after-close", test_after_close);
  beaver_test_add ("/lock/made-by-hand", test_made_by_hand);
  beaver_test_add ("/lock/bad-input", test_bad_input);
  beaver_test_add ("/lock/manager", test_manager);
  beaver_test_add ("/lock/manager-of-a-lock", test_manager_of_lock);
  beaver_test_add ("/lock/transaction", test_transaction);

  return g_test_run ();
}
