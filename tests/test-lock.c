/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: what they do, in which order, and what the original did wrong. */
#include "lock-test.h"

/* --- plain use --- */

static void
test_acquire_release (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "plain");
  g_autoptr (GError) error = NULL;

  g_assert_true (get_lock (f->db, "plain") == lock);
  g_assert_cmpstr (beaver_manager_get_kind (BEAVER_MANAGER (lock)), ==, "lock");
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_false (is_locked (lock));
  g_assert_cmpint (beaver_lock_get_token (lock), ==, 0);

  acquire (lock, 0, 60);
  g_assert_true (beaver_lock_is_held (lock));
  g_assert_true (is_locked (lock));
  g_assert_cmpint (beaver_lock_get_token (lock), ==, 1);
  g_assert_cmpint (count_rows (lock), ==, 1);

  release (lock);
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_false (is_locked (lock));
  g_assert_cmpint (count_rows (lock), ==, 0);

  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (beaver_lock_renew (lock, 60, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
}

/* Spec 10.1, as Python sees it: pid, UUID, pinned stamp, time counted from the acquisition. */
static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "rows");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "rows");
  g_autofree char *pattern = g_strdup_printf (
      "^pid:%d:id:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12},0\\.0,(.*)$",
      (int) getpid ());
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *row = NULL;
  g_autofree char *left = NULL;

  acquire (lock, 0, 1000);
  row = ask (peer, "rows");
  g_test_message ("%s", row);
  g_assert_true (g_regex_match (regex, row, 0, &match));
  left = g_match_info_fetch (match, 1);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (left, NULL), 1000, 30);

  g_assert_true (beaver_lock_renew (lock, 5000, NULL, NULL));
  g_clear_pointer (&row, g_free);
  g_clear_pointer (&left, g_free);
  g_clear_pointer (&match, g_match_info_unref);
  row = ask (peer, "rows");
  g_assert_true (g_regex_match (regex, row, 0, &match));
  left = g_match_info_fetch (match, 1);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (left, NULL), 5000, 30);

  release (lock);
  assert_answer (peer, "rows", "");
  beaver_test_join (peer);
}

static void
test_reentrant (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "deep");
  gint64 token;

  acquire (lock, 0, 60);
  token = beaver_lock_get_token (lock);
  for (guint i = 0; i < 3; i++)
    acquire (lock, 0, 60);
  g_assert_true (try_acquire (lock));
  g_assert_cmpint (beaver_lock_get_token (lock), ==, token);
  g_assert_cmpint (count_rows (lock), ==, 1);

  for (guint i = 0; i < 4; i++)
    {
      release (lock);
      g_assert_true (beaver_lock_is_held (lock));
      g_assert_cmpint (count_rows (lock), ==, 1);
    }
  release (lock);
  g_assert_cmpint (count_rows (lock), ==, 0);
}

/* An acquisition is part of the transaction in which it happens: when that is undone, so is the
 * lock, and nobody may believe that he holds it. */
static void
test_rolled_back (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "undone");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

  g_assert_no_error (error);
  acquire (lock, 0, 60);
  g_assert_true (beaver_lock_is_held (lock));
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_rows (lock), ==, 0);
  g_assert_false (beaver_lock_is_held (lock));
  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  acquire (lock, 0, 60);
  g_assert_true (beaver_lock_is_held (lock));
  release (lock);
}

/* Who has given it back does not hold it any more, whatever becomes of the transaction in which he
 * did: it must not lie there until its time is over. */
static void
test_released_and_rolled_back (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "given-back");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (BeaverTransaction) transaction = NULL;
      g_autoptr (BeaverLockGuard) guard =
          beaver_manager_hold (BEAVER_MANAGER (lock), 0, 1e6, NULL, &error);

      g_assert_no_error (error);
      transaction = beaver_db_begin (f->db, NULL, &error);
      g_assert_no_error (error);
      if (i == 0)
        g_assert_true (beaver_lock_guard_release (guard, NULL, &error));
      else
        {
          beaver_lock_guard_release_async (guard, NULL, beaver_test_ready, &result);
          beaver_test_wait_result (&result);
          g_assert_true (beaver_lock_guard_release_finish (guard, result, &error));
        }
      g_assert_no_error (error);
      g_assert_true (beaver_transaction_rollback (transaction, &error));
      g_assert_no_error (error);
      beaver_test_wait_until (count_rows (lock) == 0);
      acquire (lock, 0, 60);
      release (lock);
    }
}

/* The original lets every task of a process in once one of them holds the lock, and the first
 * release frees all. */
static gpointer
d4_thread (gpointer data)
{
  BeaverLock *lock = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (beaver_lock_is_held (lock));
  g_assert_cmpint (beaver_lock_get_token (lock), ==, 0);
  g_assert_false (try_acquire (lock));
  assert_timeout (lock, 0.02);
  g_assert_false (beaver_lock_release (lock, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);

  return NULL;
}

static void
test_d4 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "threads");

  acquire (lock, 0, 60);
  acquire (lock, 0, 60);
  g_thread_join (g_thread_new ("other", d4_thread, lock));
  release (lock);
  g_thread_join (g_thread_new ("other", d4_thread, lock));
  g_assert_true (beaver_lock_is_held (lock));
  release (lock);
  g_assert_cmpint (count_rows (lock), ==, 0);
}

/* Two databases of one process on one file are as foreign to each other as two processes. */
static void
test_two_databases (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverLock *one = get_lock (f->db, "both");
  BeaverLock *two = get_lock (other, "both");

  acquire (one, 0, 60);
  g_assert_false (try_acquire (two));
  g_assert_true (is_locked (two));
  release (one);
  g_assert_true (try_acquire (two));
  g_assert_false (try_acquire (one));
  beaver_db_close (other, NULL);
  g_assert_true (try_acquire (one));
  release (one);
}

static void
test_info (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "info");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "info");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLockInfo) info = beaver_lock_get_info (lock, NULL, &error);
  g_auto (GStrv) names = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (beaver_lock_info_get_name (info), ==, "info");
  g_assert_null (beaver_lock_info_get_holder (info));
  g_assert_cmpint (beaver_lock_info_get_process_id (info), ==, 0);
  g_assert_cmpint (beaver_lock_info_get_waiting (info), ==, 0);
  g_assert_cmpint (beaver_lock_info_get_token (info), ==, 0);
  g_clear_object (&info);

  acquire (lock, 0, 60);
  assert_answer (peer, "foreign someone 1 60", "inserted");
  assert_answer (peer, "foreign gone -100 -10", "inserted");
  info = beaver_lock_get_info (lock, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_lock_info_get_process_id (info), ==, getpid ());
  g_assert_cmpfloat (beaver_lock_info_get_expires_at (info), >, g_get_real_time () / 1e6);
  g_assert_cmpint (beaver_lock_info_get_waiting (info), ==, 1);
  g_assert_cmpint (beaver_lock_info_get_token (info), ==, 1);
  g_clear_object (&info);

  release (lock);
  info = beaver_lock_get_info (lock, NULL, &error);
  g_assert_cmpstr (beaver_lock_info_get_holder (info), ==, "someone");
  g_assert_cmpint (beaver_lock_info_get_process_id (info), ==, 0);

  names = beaver_db_get_lock_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (names[0], ==, "info");
  beaver_test_join (peer);
}

static void
test_info_async (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "info");
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) locked = NULL;
  g_autoptr (BeaverLockInfo) info = NULL;

  acquire (lock, 0, 60);
  beaver_lock_get_info_async (lock, NULL, beaver_test_ready, &result);
  beaver_lock_is_locked_async (lock, NULL, beaver_test_ready, &locked);
  beaver_test_wait_result (&result);
  beaver_test_wait_result (&locked);
  info = beaver_lock_get_info_finish (lock, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_lock_info_get_process_id (info), ==, getpid ());
  g_assert_true (beaver_lock_is_locked_finish (lock, locked, &error));
  g_assert_no_error (error);
  release (lock);
}

/* --- files of the original --- */

static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("locks");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  JsonObject *acquirable = json_object_get_object_member (expect, "acquire_nonblocking");
  g_autoptr (GList) names = json_object_get_members (acquirable);
  JsonArray *rows = json_object_get_array_member (expect, "rows_lock_waiter_requested_expires");
  g_autofree char *value = NULL;
  double now = g_get_real_time () / 1e6;

  fixture_open_data (f, "locks");

  /* Per lock: the first unexpired row holds, the rest waits. Rows come ordered by lock and stamp.
   */
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverLockInfo) info =
          beaver_lock_get_info (get_lock (f->db, l->data), NULL, &error);
      const char *holder = NULL;
      double expires_at = 0;
      gint64 alive = 0;

      g_assert_no_error (error);
      for (guint i = 0; i < json_array_get_length (rows); i++)
        {
          JsonArray *row = json_array_get_array_element (rows, i);

          if (strcmp (json_array_get_string_element (row, 0), l->data) != 0 ||
              json_array_get_double_element (row, 3) < now)
            continue;
          if (alive++ == 0)
            {
              holder = json_array_get_string_element (row, 1);
              expires_at = json_array_get_double_element (row, 3);
            }
        }
      g_assert_cmpstr (beaver_lock_info_get_holder (info), ==, holder);
      g_assert_cmpfloat (beaver_lock_info_get_expires_at (info), ==, expires_at);
      g_assert_cmpint (beaver_lock_info_get_waiting (info), ==, MAX (alive - 1, 0));
    }

  for (GList *l = names; l != NULL; l = l->next)
    g_assert_cmpint (try_acquire (get_lock (f->db, l->data)), ==,
                     json_object_get_boolean_member (acquirable, l->data));

  value =
      beaver_dict_get_string (beaver_db_get_dict (f->db, "locked_manager", NULL), "k", NULL, NULL);
  g_assert_cmpstr (value, ==,
                   json_object_get_string_member (expect, "dict_get_while_publicly_locked"));

  /* What we could not get stands as it stood. */
  g_assert_cmpint (count_rows (get_lock (f->db, "queue")), ==, 2);
  for (GList *l = names; l != NULL; l = l->next)
    if (json_object_get_boolean_member (acquirable, l->data))
      release (get_lock (f->db, l->data));
}

/* --- order and exclusion --- */

static void
test_fifo_threads (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "fifo");
  Waiter waiters[N_THREADS] = { 0 };
  GThread *threads[N_THREADS];
  int turn = 0;

  acquire (lock, 0, 60);
  for (int i = 0; i < N_THREADS; i++)
    {
      waiters[i] = (Waiter){ .lock = lock, .timeout = -1, .ttl = 60, .turn = &turn, .go = TRUE };
      threads[i] = g_thread_new ("waiter", waiter_run, &waiters[i]);
      beaver_test_wait_until (count_rows (lock) == i + 2);
    }
  release (lock);
  for (int i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_no_error (waiters[i].error);
      g_assert_cmpint (waiters[i].entered, ==, i + 1);
    }
  g_assert_cmpint (count_rows (lock), ==, 0);
}

/* Ours and Python's, by turns, in the order in which they lined up. */
static void
test_fifo_processes (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "fifo");
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);

  acquire (lock, 0, 60);
  for (guint i = 0; i < 6; i++)
    {
      GSubprocess *peer = i % 2 == 0 ?
                              beaver_test_spawn_self ("holder", f->path, "fifo", "60", NULL) :
                              spawn_peer (f, "fifo");

      g_ptr_array_add (peers, peer);
      beaver_test_write_line (peer, "acquire -1 60");
      beaver_test_wait_until (count_rows (lock) == i + 2);
    }

  release (lock);
  for (guint i = 0; i < peers->len; i++)
    {
      GSubprocess *peer = g_ptr_array_index (peers, i);
      g_autofree char *answer = beaver_test_read_line (peer);

      g_assert_cmpstr (answer, ==, "held");
      g_assert_false (try_acquire (lock));
      g_assert_cmpint (count_rows (lock), ==, peers->len - i);
      assert_answer (peer, "release", "released");
      beaver_test_join (peer);
    }
  g_assert_cmpint (count_rows (lock), ==, 0);
}

static void
test_exclusion_threads (Fixture *f, gconstpointer data)
{
  g_autofree char *counter = g_build_filename (f->dir, "counter", NULL);
  g_autofree char *text = NULL;
  Worker worker = { get_lock (f->db, "exclusive"), f->dir, beaver_test_rounds (40) };
  GThread *threads[N_THREADS];

  g_assert_true (g_file_set_contents (counter, "0", -1, NULL));
  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("worker", worker_run, &worker);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_true (g_file_get_contents (counter, &text, NULL, NULL));
  g_assert_cmpint (atoi (text), ==, N_THREADS * worker.rounds);
  g_assert_cmpint (count_rows (worker.lock), ==, 0);
}

static void
test_exclusion_processes (Fixture *f, gconstpointer data)
{
  g_autofree char *counter = g_build_filename (f->dir, "counter", NULL);
  g_autofree char *text = NULL;
  guint rounds = beaver_test_rounds (30);
  g_autofree char *command = g_strdup_printf ("work %s %u", f->dir, rounds);
  g_autoptr (GSubprocess) python = spawn_peer (f, "exclusive");
  g_autoptr (GSubprocess) one = beaver_test_spawn_self ("holder", f->path, "exclusive", "60", NULL);
  g_autoptr (GSubprocess) two = beaver_test_spawn_self ("holder", f->path, "exclusive", "60", NULL);
  GSubprocess *peers[] = { python, one, two };
  Worker worker = { get_lock (f->db, "exclusive"), f->dir, rounds };
  GThread *threads[3];

  g_assert_true (g_file_set_contents (counter, "0", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    beaver_test_write_line (peers[i], command);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("worker", worker_run, &worker);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autofree char *answer = beaver_test_read_line (peers[i]);

      g_assert_cmpstr (answer, ==, "worked");
      beaver_test_join (peers[i]);
    }
  g_assert_true (g_file_get_contents (counter, &text, NULL, NULL));
  g_assert_cmpint (atoi (text), ==, 6 * rounds);
  g_assert_cmpint (count_rows (worker.lock), ==, 0);
}

/* --- defects of the original --- */

/* A Python process that stamped its row before ours but inserted it later is in front by the stamp.
 */
static void
test_d1 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "late");

  for (guint i = 0; i < beaver_test_rounds (6); i++)
    {
      g_autoptr (GSubprocess) peer = spawn_peer (f, "late");
      g_autofree char *answer = NULL;

      acquire (lock, 0, 60);
      assert_answer (peer, "insert 5 60", "inserted");
      assert_answer (peer, "look", "wait");
      g_assert_true (beaver_lock_renew (lock, 60, NULL, NULL));
      assert_answer (peer, "look", "wait");
      release (lock);
      assert_answer (peer, "look", "held");
      g_assert_false (try_acquire (lock));
      assert_answer (peer, "release", "released");
      beaver_test_join (peer);
    }
}

/* A time-to-live that runs from the request: long waiters are thrown out, late winners hold an
 * almost expired lock. */
static void
test_d5 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "patient");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "patient");
  Waiter waiter = { .lock = lock, .timeout = -1, .ttl = 0.4, .go = TRUE };
  gint64 end = g_get_monotonic_time () + 3 * G_TIME_SPAN_SECOND / 2;
  GThread *thread;

  /* The peer cleans up at each look, as any other process may. */
  assert_answer (peer, "acquire 0 60", "held");
  thread = g_thread_new ("waiter", waiter_run, &waiter);
  while (g_get_monotonic_time () < end)
    assert_answer (peer, "look", "held");
  g_assert_false (g_atomic_int_get (&waiter.entered));
  /* who was kept from telling that it waits lines up anew */
  beaver_test_wait_until (count_rows (lock) == 2);
  g_atomic_int_set (&waiter.go, FALSE);
  assert_answer (peer, "release", "released");
  beaver_test_wait_until (g_atomic_int_get (&waiter.entered));
  g_atomic_int_set (&waiter.go, TRUE);
  g_thread_join (thread);
  g_assert_no_error (waiter.error);
  beaver_test_join (peer);
}

static void
test_d6_sync (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "cancelled");

  acquire (lock, 0, 60);
  for (guint i = 0; i < beaver_test_rounds (30); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Waiter waiter = { .lock = lock, .timeout = -1, .ttl = 60, .cancellable = cancellable };
      GThread *thread = g_thread_new ("waiter", waiter_run, &waiter);

      if (i % 2 == 0)
        beaver_test_wait_until (count_rows (lock) == 2);
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      g_assert_error (waiter.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&waiter.error);
      g_assert_cmpint (count_rows (lock), ==, 1);
    }
  release (lock);
}

static void
test_d6_async (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "cancelled");

  acquire (lock, 0, 60);
  for (guint i = 0; i < beaver_test_rounds (30); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      beaver_lock_hold_async (lock, -1, 60, cancellable, beaver_test_ready, &result);
      if (i % 2 == 0)
        beaver_test_wait_until (count_rows (lock) == 2);
      g_cancellable_cancel (cancellable);
      beaver_test_wait_result (&result);
      g_assert_null (beaver_lock_hold_finish (lock, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      beaver_test_wait_until (count_rows (lock) == 1);
    }
  release (lock);
}

/* Timed out waiters leave no row either. */
static void
test_timeout (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "timeout");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "timeout");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin;

  assert_answer (peer, "acquire 0 60", "held");
  begin = g_get_monotonic_time ();
  assert_timeout (lock, 0.3);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 300 * 1000);
  g_assert_cmpint (count_rows (lock), ==, 1);

  beaver_lock_hold_async (lock, 0.1, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_lock_hold_finish (lock, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_assert_true (g_str_has_prefix (error->message, "lock “timeout”: "));
  beaver_test_wait_until (count_rows (lock) == 1);
  beaver_test_join (peer);
}

/* A stamp that is taken already, or lies in the future, is no error: ours goes behind it. */
static void
test_d7 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "stamps");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "stamps");
  Waiter waiters[4] = { 0 };
  GThread *threads[4];
  g_autofree char *rows = NULL;
  g_auto (GStrv) row = NULL;
  double last = -1;
  int turn = 0;

  assert_answer (peer, "foreign someone 100000 1000000", "inserted");
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    {
      waiters[i] = (Waiter){ .lock = lock, .timeout = -1, .ttl = 60, .turn = &turn, .go = TRUE };
      threads[i] = g_thread_new ("waiter", waiter_run, &waiters[i]);
    }
  beaver_test_wait_until (count_rows (lock) == 5);

  rows = ask (peer, "rows");
  row = g_strsplit (rows, " ", -1);
  g_assert_cmpuint (g_strv_length (row), ==, 5);
  g_assert_true (g_str_has_prefix (row[0], "someone,"));
  for (guint i = 0; row[i] != NULL; i++)
    {
      double stamp = g_ascii_strtod (strchr (row[i], ',') + 1, NULL);

      g_assert_cmpfloat (stamp, >, last);
      last = stamp;
    }

  assert_answer (peer, "steal", "5");
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    {
      g_thread_join (threads[i]);
      g_assert_no_error (waiters[i].error);
      g_assert_cmpint (waiters[i].entered, >, 0);
    }
  g_assert_cmpint (count_rows (lock), ==, 0);
  beaver_test_join (peer);
}

/* A waiter whose row vanished waits for ever (1.3), or gives up although it has no timeout (2.x).
 * Ours lines up anew. */
static void
test_e12 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "vanished");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "vanished");
  Waiter waiter = { .lock = lock, .timeout = -1, .ttl = 60, .go = TRUE };
  GThread *thread;

  assert_answer (peer, "acquire 0 60", "held");
  thread = g_thread_new ("waiter", waiter_run, &waiter);
  beaver_test_wait_until (count_rows (lock) == 2);
  assert_answer (peer, "steal", "1");
  beaver_test_wait_until (count_rows (lock) == 2);
  g_assert_false (g_atomic_int_get (&waiter.entered));
  assert_answer (peer, "release", "released");
  g_thread_join (thread);
  g_assert_no_error (waiter.error);
  g_assert_cmpint (waiter.entered, ==, 1);
  beaver_test_join (peer);
}

/* Trying once takes no time and leaves nothing, whatever else is asked for. */
static void
test_e13 (Fixture *f, gconstpointer data)
{
  BeaverLock *lock = get_lock (f->db, "once");
  g_autoptr (GSubprocess) peer = spawn_peer (f, "once");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin;

  assert_answer (peer, "acquire 0 60", "held");
  begin = g_get_monotonic_time ();
  g_assert_false (try_acquire (lock));
  assert_timeout (lock, 0);
  beaver_lock_hold_async (lock, 0, 60, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_lock_hold_finish (lock, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 30 * G_TIME_SPAN_SECOND);
  assert_answer (peer, "count", "1");
  beaver_test_join (peer);
}

int
main (int argc, char **argv)
{
  if (argc > 3 && strcmp (argv[1], "holder") == 0)
    return role_holder (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/lock/acquire-and-release", test_acquire_release);
  beaver_test_add ("/lock/rows", test_rows);
  beaver_test_add ("/lock/re-entrant", test_reentrant);
  beaver_test_add ("/lock/rolled-back", test_rolled_back);
  beaver_test_add ("/lock/released-and-rolled-back", test_released_and_rolled_back);
  beaver_test_add ("/lock/D4-other-threads-stay-out", test_d4);
  beaver_test_add ("/lock/two-databases", test_two_databases);
  beaver_test_add ("/lock/info", test_info);
  beaver_test_add ("/lock/info-async", test_info_async);
  beaver_test_add ("/lock/fixture", test_fixture);
  beaver_test_add ("/lock/fifo-threads", test_fifo_threads);
  beaver_test_add ("/lock/fifo-processes", test_fifo_processes);
  beaver_test_add ("/lock/exclusion-threads", test_exclusion_threads);
  beaver_test_add ("/lock/exclusion-processes", test_exclusion_processes);
  beaver_test_add ("/lock/D1-late-stamps-do-not-overtake", test_d1);
  beaver_test_add ("/lock/D5-waiting-longer-than-the-time-to-live", test_d5);
  beaver_test_add ("/lock/D6-cancelled-waiters-leave-no-row", test_d6_sync);
  beaver_test_add ("/lock/D6-cancelled-async-waiters-leave-no-row", test_d6_async);
  beaver_test_add ("/lock/D7-equal-stamps", test_d7);
  beaver_test_add ("/lock/E12-vanished-rows-line-up-anew", test_e12);
  beaver_test_add ("/lock/E13-trying-once-takes-no-time", test_e13);
  beaver_test_add ("/lock/timeout", test_timeout);

  return g_test_run ();
}
