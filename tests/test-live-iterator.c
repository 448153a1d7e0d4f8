/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-test.h"

/* ---- windows ---- */

static void
test_first_window_at_once (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) empty = get_live (log, 60, 3600);
  g_autoptr (BeaverLiveIterator) live = NULL;
  g_autoptr (BeaverLogEntry) first = NULL;
  g_autoptr (BeaverLogEntry) none = next_entry (empty);
  double t = now ();

  g_assert_cmpstr (beaver_log_entry_get_data (none), ==, "[]");
  append_at (log, "\"outside\"", t - 1000);
  append_at (log, "\"a\"", t - 59);
  append_at (log, "\"b\"", t - 1);
  append_at (log, "\"future\"", t + 3600);
  live = get_live (log, 500, 3600);
  first = next_entry (live);
  g_assert_cmpstr (beaver_log_entry_get_data (first), ==, "[\"a\", \"b\"]");
  g_assert_cmpfloat (beaver_log_entry_get_timestamp (first), >=, t);
  g_assert_cmpfloat (beaver_live_iterator_get_period (live), ==, 3600);
  expect_nothing (live);
}

/* E6: upstream's first poll after an empty window read the whole log. */
static void
test_empty_first_window (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = NULL;

  append_at (log, "\"ancient\"", 1);
  live = get_live (log, 1000, 0.005);
  expect_window (live, "[]");
  append_at (log, "1", now ());
  expect_window (live, "[1]");
  expect_window (live, "[1]");
}

static void
test_late_rows (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (GSubprocess) sql = sql_open (f->path);
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1000, 0.005);
  g_autofree char *insert = NULL;
  double t = now ();

  append_at (log, "2", t);
  expect_window (live, "[2]");
  append_at (log, "1", t - 500);  /* back-dated, inside */
  append_at (log, "0", t - 5000); /* outside */
  expect_window (live, "[1, 2]");
  insert =
      g_strdup_printf ("INSERT INTO __beaver_logs__ VALUES ('w', %.17g, '\"foreign\"')", t - 100);
  sql_expect (sql, insert, "[]");
  expect_window (live, "[1, \"foreign\", 2]");
  beaver_test_join (sql);
}

static void
test_removed_rows (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  BeaverLog *other = get_log (f, "x");
  g_autoptr (GSubprocess) sql = sql_open (f->path);
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1000, 0.005);
  double t = now ();

  for (int i = 0; i < 6; i++)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);

      append_at (log, json, t - 10 + i);
    }
  append_at (other, "0", t); /* the newest row of the table stays */
  expect_window (live, "[0, 1, 2, 3, 4, 5]");
  beaver_log_prune (log, t - 10 + 2, NULL, &error);
  expect_window (live, "[2, 3, 4, 5]");
  sql_expect (sql, "DELETE FROM __beaver_logs__ WHERE data = '4'", "[]");
  expect_window (live, "[2, 3, 5]");
  sql_expect (sql, "VACUUM", "[]");
  expect_window (live, "[2, 3, 5]");
  beaver_manager_clear (BEAVER_MANAGER (log), NULL, &error);
  append_at (log, "6", t - 5);
  expect_window (live, "[6]");
  beaver_manager_clear (BEAVER_MANAGER (log), NULL, &error);
  beaver_manager_clear (BEAVER_MANAGER (other), NULL, &error);
  expect_window (live, "[]");
  g_assert_no_error (error);
  beaver_test_join (sql);
}

static void
test_future_and_past (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = get_live (log, 0.4, 0.005);
  double stamp, end;
  gboolean seen = FALSE;

  /* On a machine that was busy elsewhere for so long, no window fell on it. */
  while (!seen)
    {
      stamp = append_at (log, "\"soon\"", now () + 0.2);
      do
        {
          g_autoptr (BeaverLogEntry) window = next_entry (live);
          gboolean inside;

          end = beaver_log_entry_get_timestamp (window);
          inside = stamp > end - 0.4 && stamp <= end;
          g_assert_cmpstr (beaver_log_entry_get_data (window), ==, inside ? "[\"soon\"]" : "[]");
          seen |= inside;
        }
      while (end <= stamp + 0.5);
    }
}

typedef struct
{
  double timestamp;
  guint id;
} OracleRow;

static int
compare_oracle (gconstpointer a, gconstpointer b)
{
  const OracleRow *left = a, *right = b;

  return (left->timestamp > right->timestamp) - (left->timestamp < right->timestamp);
}

/* Each window against a brute force over all that was ever written. */
static void
test_oracle (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (150);
  guint32 seed = g_random_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BeaverLog *log = get_log (f, "w");
  BeaverLog *other = get_log (f, "x");
  double length = 0.1;
  g_autoptr (BeaverLiveIterator) live = get_live (log, length, 0.002);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (OracleRow));
  guint id = 0;

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < rounds; round++)
    {
      guint n = g_rand_int_range (rand, 0, 8);
      g_autoptr (BeaverLogEntry) window = NULL;
      g_autoptr (GString) expected = g_string_new ("[");
      double end;

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *json = g_strdup_printf ("%u", id);
          double wanted = now () + g_rand_double_range (rand, -2 * length, length);
          OracleRow row = { append_at (log, json, wanted), id++ };

          g_array_append_val (rows, row);
          if (g_rand_int_range (rand, 0, 3) == 0)
            append_at (other, "0", wanted);
        }
      if (g_rand_int_range (rand, 0, 20) == 0)
        {
          g_autoptr (GError) error = NULL;

          beaver_manager_clear (BEAVER_MANAGER (g_rand_boolean (rand) ? log : other), NULL, &error);
          g_assert_no_error (error);
          if (beaver_manager_count (BEAVER_MANAGER (log), NULL, &error) == 0)
            g_array_set_size (rows, 0);
        }
      window = next_fresh (live);
      end = beaver_log_entry_get_timestamp (window);
      g_array_sort (rows, compare_oracle);
      for (guint i = 0; i < rows->len; i++)
        {
          OracleRow *row = &g_array_index (rows, OracleRow, i);

          if (row->timestamp > end - length && row->timestamp <= end)
            g_string_append_printf (expected, "%s%u", expected->len > 1 ? ", " : "", row->id);
        }
      g_string_append_c (expected, ']');
      g_assert_cmpstr (beaver_log_entry_get_data (window), ==, expected->str);
    }
}

/* Never more than one window a period, and on one grid. */
static void
test_schedule (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  double period = 0.02;
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1, period);
  double began = now (); /* it runs with the first call of next */

  /* By the times of the windows: those of the calls depend on when this thread gets to run. One may
   * be late, but none is early, which the slack of a clock that is being set allows for. */
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (BeaverLogEntry) entry = next_entry (live);

      g_assert_cmpfloat (beaver_log_entry_get_timestamp (entry), >=, began + i * period - 0.01);
    }
}

static void
test_latest_wins (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1000, 0.002);
  g_autoptr (BeaverLogEntry) window = NULL;
  double t;

  g_object_set (live, "capacity", 1, NULL);
  t = now ();
  g_assert_true (beaver_live_iterator_start (live, &error));
  beaver_test_wait_until (beaver_live_iterator_get_dropped (live) >= 10);
  window = next_entry (live);
  /* not the first one, which has been dropped, but one of the end */
  g_assert_cmpfloat (beaver_log_entry_get_timestamp (window), >, t + 9 * 0.002 - 0.001);
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1000, 0.002);
  double before = 0;

  g_assert_true (beaver_live_iterator_start (live, &error));
  beaver_test_wait_until (beaver_live_iterator_get_dropped (live) >= 1);
  for (guint i = 0; i < 16; i++)
    {
      g_autoptr (BeaverLogEntry) window = beaver_live_iterator_next (live, 0, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (beaver_log_entry_get_timestamp (window), >, before);
      before = beaver_log_entry_get_timestamp (window);
    }
}

/* ---- aggregators ---- */

typedef struct
{
  int calls;
  int destroyed;
  GThread *thread;
  const char *answer; /* NULL: fails without saying why; "!" fails */
  guint n_late;
} Aggregation;

static char *
aggregate (BeaverLiveWindow *window, gpointer user_data, GError **error)
{
  Aggregation *self = user_data;
  g_autoptr (GPtrArray) entries = beaver_live_window_get_entries (window);
  double start = beaver_live_window_get_start (window), end = beaver_live_window_get_end (window);

  self->calls++;
  self->thread = g_thread_self ();
  self->n_late += beaver_live_window_get_n_late (window);
  g_assert_cmpuint (entries->len, ==, beaver_live_window_get_n_entries (window));
  for (guint i = 0; i < entries->len; i++)
    {
      double timestamp = beaver_log_entry_get_timestamp (g_ptr_array_index (entries, i));

      g_assert_cmpfloat (timestamp, >, start);
      g_assert_cmpfloat (timestamp, <=, end);
    }
  if (g_strcmp0 (self->answer, "!") == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "too much");
  else if (g_strcmp0 (self->answer, "n") == 0)
    return g_strdup_printf ("{\"n\":%u}", entries->len);
  return g_strdup (g_strcmp0 (self->answer, "!") == 0 ? NULL : self->answer);
}

static void
aggregation_destroy (gpointer user_data)
{
  ((Aggregation *) user_data)->destroyed++;
}

static void
test_aggregator (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  Aggregation a = { .answer = "n" };
  g_autoptr (BeaverLiveIterator) live =
      beaver_log_live (log, 1000, 0.005, aggregate, &a, aggregation_destroy, &error);

  g_assert_no_error (error);
  expect_window (live, "{\"n\": 0}");
  g_assert_true (a.thread == g_thread_self ());
  append_at (log, "1", now () - 10);
  append_at (log, "1", now () - 20);
  expect_window (live, "{\"n\": 2}");
  g_assert_cmpuint (a.n_late, ==, 2);
  expect_window (live, "{\"n\": 2}");
  g_assert_cmpuint (a.n_late, ==, 2);
  g_assert_cmpint (a.destroyed, ==, 0);
  g_assert_finalize_object (g_steal_pointer (&live));
  g_assert_cmpint (a.destroyed, ==, 1);
}

/* E7: whatever fails is told to the consumer, who may go on. */
static void
test_errors_are_delivered (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  Aggregation a = { .answer = "!" };
  g_autoptr (BeaverLiveIterator) live =
      beaver_log_live (log, 1000, 0.005, aggregate, &a, aggregation_destroy, &error);
  g_autoptr (BeaverLogEntry) window = NULL;

  g_assert_null (beaver_live_iterator_next (live, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  a.answer = NULL;
  expect_error (live, BEAVER_ERROR_FAILED);
  a.answer = "{";
  expect_error (live, BEAVER_ERROR_INVALID);
  a.answer = "[NaN]";
  expect_error (live, BEAVER_ERROR_INVALID);
  a.answer = "17";
  window = next_entry (live);
  g_assert_cmpstr (beaver_log_entry_get_data (window), ==, "17");
  beaver_live_iterator_close (live);
  g_assert_cmpint (a.destroyed, ==, 1);
}

static void
test_corrupt_row (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (GSubprocess) sql = sql_open (f->path);
  g_autoptr (BeaverLiveIterator) live = get_live (log, INFINITY, 0.005);

  append_at (log, "1", 1);
  sql_expect (sql, "INSERT INTO __beaver_logs__ VALUES ('w', 2, 'nonsense')", "[]");
  for (;;)
    {
      g_autoptr (BeaverLogEntry) window = beaver_live_iterator_next (live, -1, NULL, &error);

      if (window == NULL)
        break;
    }
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
  sql_expect (sql, "UPDATE __beaver_logs__ SET data = 'NaN' WHERE timestamp = 2", "[]");
  sql_expect (sql, "DELETE FROM __beaver_logs__ WHERE timestamp = 2", "[]");
  for (;;)
    {
      g_autoptr (BeaverLogEntry) window = NULL;

      g_clear_error (&error);
      window = beaver_live_iterator_next (live, -1, NULL, &error);
      if (window != NULL)
        {
          g_assert_cmpstr (beaver_log_entry_get_data (window), ==, "[1]");
          break;
        }
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
    }
  beaver_test_join (sql);
}

/* ---- ending ---- */

/* E4: a period of a minute is no reason to wait. */
static void
test_close_at_once (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = get_live (log, 60, 60);
  gint64 began;

  g_object_unref (next_entry (live));
  g_assert_cmpuint (beaver_test_count_threads (), >=, 1);
  began = g_get_monotonic_time ();
  beaver_live_iterator_close (live);
  g_assert_cmpfloat ((g_get_monotonic_time () - began) / 1e6, <, 30);
  g_assert_true (beaver_live_iterator_is_closed (live));
  expect_error (live, BEAVER_ERROR_CLOSED);
  expect_error (live, BEAVER_ERROR_CLOSED);
  beaver_live_iterator_close (live);
  g_assert_false (beaver_live_iterator_start (live, NULL));
}

/* E5 */
static void
test_one_worker (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) live = get_live (log, 1, 0.005);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_cmpuint (count_named ("beaver-live"), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (beaver_live_iterator_start (live, &error));
      g_object_unref (next_entry (live));
    }
  beaver_live_iterator_next_async (live, -1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_object_unref (beaver_live_iterator_next_finish (live, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_named ("beaver-live"), ==, 1);
}

/* E7: the thread does not keep the iterator, nor does the log. */
static void
test_last_reference_ends_it (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");

  for (guint i = 0; i < beaver_test_rounds (50); i++)
    {
      g_autoptr (BeaverLiveIterator) live = get_live (log, 60, i % 2 ? 60 : 0.001);
      g_autoptr (BeaverLiveIterator) tail = get_tail (log);

      g_object_unref (next_entry (live));
      g_assert_true (beaver_live_iterator_start (tail, NULL));
      g_assert_finalize_object (g_steal_pointer (&live));
      g_assert_finalize_object (g_steal_pointer (&tail));
      beaver_test_wait_until (count_named ("beaver-live") + count_named ("beaver-tail") == 0);
    }
}

typedef struct
{
  BeaverLiveIterator *iterator;
  int entered; /* atomic */
  gboolean ended;
} Blocked;

static gpointer
blocked_thread (gpointer data)
{
  Blocked *blocked = data;
  g_autoptr (GError) error = NULL;

  for (;;)
    {
      g_autoptr (BeaverLogEntry) entry = NULL;

      g_atomic_int_inc (&blocked->entered);
      entry = beaver_live_iterator_next (blocked->iterator, -1, NULL, &error);
      if (entry == NULL)
        break;
    }
  /* either it waited, or it came just behind the end */
  if (error != NULL)
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  blocked->ended = TRUE;
  g_clear_error (&error);
  g_assert_null (beaver_live_iterator_next (blocked->iterator, -1, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  return NULL;
}

/* data: whether the database is closed, or the iterator */
static void
test_close_while_blocked (Fixture *f, gconstpointer data)
{
  gboolean whole = GPOINTER_TO_INT (data);

  for (guint i = 0; i < beaver_test_rounds (100); i++)
    {
      g_autoptr (GError) error = NULL;
      BeaverLog *log = get_log (f, "w");
      g_autoptr (BeaverLiveIterator) tail = get_tail (log);
      g_autoptr (BeaverLiveIterator) live = get_live (log, 60, i % 3 == 0 ? 0.001 : 60);
      Blocked on_tail = { tail }, on_live = { live };
      GThread *threads[2];

      threads[0] = g_thread_new ("blocked", blocked_thread, &on_tail);
      threads[1] = g_thread_new ("blocked", blocked_thread, &on_live);
      if (i % 2 == 0)
        beaver_test_wait_until (g_atomic_int_get (&on_tail.entered) >= 1 &&
                                g_atomic_int_get (&on_live.entered) >= 2);
      if (whole)
        {
          beaver_db_close (f->db, &error);
          g_assert_no_error (error);
          beaver_test_assert_all_closed (f->dir);
        }
      else
        {
          beaver_live_iterator_close (tail);
          beaver_live_iterator_close (live);
        }
      g_thread_join (threads[0]);
      g_thread_join (threads[1]);
      g_assert_true (on_tail.ended && on_live.ended);
      g_clear_object (&tail);
      g_clear_object (&live);
      if (whole)
        fixture_reopen (f);
    }
}

static void
test_blocked_next_answers_null (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);
  g_autoptr (BeaverLiveIterator) live = get_live (log, 60, 60);
  GAsyncResult *results[2] = { NULL, NULL };

  g_object_unref (next_entry (live));
  beaver_live_iterator_next_async (tail, -1, NULL, beaver_test_ready, &results[0]);
  beaver_live_iterator_next_async (live, -1, NULL, beaver_test_ready, &results[1]);
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  beaver_test_wait_result (&results[0]);
  beaver_test_wait_result (&results[1]);
  g_assert_null (beaver_live_iterator_next_finish (tail, results[0], &error));
  g_assert_no_error (error);
  g_assert_null (beaver_live_iterator_next_finish (live, results[1], &error));
  g_assert_no_error (error);
  g_clear_object (&results[0]);
  g_clear_object (&results[1]);
  expect_error (tail, BEAVER_ERROR_CLOSED);
  g_assert_true (beaver_live_iterator_is_closed (tail));

  beaver_live_iterator_next_async (live, -1, NULL, beaver_test_ready, &results[0]);
  beaver_test_wait_result (&results[0]);
  g_assert_null (beaver_live_iterator_next_finish (live, results[0], &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_object (&results[0]);
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  int *n = user_data;

  (*n)++;
}

static void
test_notify_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) one = get_tail (log);
  g_autoptr (BeaverLiveIterator) two = get_live (log, 1, 1);
  Aggregation a = { .answer = "1" };
  g_autoptr (BeaverLiveIterator) three =
      beaver_log_live (log, 1, 1, aggregate, &a, aggregation_destroy, &error);
  int n = 0;

  g_signal_connect (one, "notify::closed", G_CALLBACK (on_notify), &n);
  g_signal_connect (two, "notify::closed", G_CALLBACK (on_notify), &n);
  beaver_live_iterator_close (one);
  g_assert_cmpint (n, ==, 0); /* in the context, not in the call */
  beaver_test_spin_until (NULL, n == 1);
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, n == 2 && a.destroyed == 1);
  beaver_live_iterator_close (two);
}

/* ---- asynchronous use ---- */

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) tail = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BeaverLogEntry) entry = NULL;
  GAsyncResult *result = NULL, *second = NULL;

  beaver_log_tail_async (log, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  tail = beaver_log_tail_finish (log, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);

  /* two at once, answered in order */
  beaver_live_iterator_next_async (tail, -1, NULL, beaver_test_ready, &result);
  beaver_live_iterator_next_async (tail, -1, NULL, beaver_test_ready, &second);
  append_at (log, "1", 1);
  append_at (log, "2", 2);
  beaver_test_wait_result (&second);
  beaver_test_wait_result (&result);
  entry = beaver_live_iterator_next_finish (tail, result, &error);
  assert_entry (entry, 1, "1");
  g_clear_object (&entry);
  entry = beaver_live_iterator_next_finish (tail, second, &error);
  assert_entry (entry, 2, "2");
  g_clear_object (&entry);
  g_clear_object (&result);
  g_clear_object (&second);

  beaver_live_iterator_next_async (tail, 0.01, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_live_iterator_next_finish (tail, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_clear_object (&result);

  beaver_live_iterator_next_async (tail, 0, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_live_iterator_next_finish (tail, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_clear_object (&result);

  beaver_live_iterator_next_async (tail, BEAVER_TEST_DEADLINE, cancellable, beaver_test_ready,
                                   &result);
  g_cancellable_cancel (cancellable);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_live_iterator_next_finish (tail, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_clear_object (&result);

  /* what came meanwhile was not lost with them */
  append_at (log, "3", 3);
  expect (tail, 3, "3");
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* A cancellation takes the call, never an entry. */
static void
test_cancel_races (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);
  guint taken = 0, n = beaver_test_rounds (200);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (BeaverLogEntry) entry = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      GThread *thread;

      if (i % 2 == 0)
        beaver_live_iterator_next_async (tail, -1, cancellable, beaver_test_ready, &result);
      thread = g_thread_new ("cancel", cancel_thread, cancellable);
      append_at (log, "0", i);
      if (i % 2 == 0)
        {
          beaver_test_wait_result (&result);
          entry = beaver_live_iterator_next_finish (tail, result, &error);
        }
      else
        entry = beaver_live_iterator_next (tail, -1, cancellable, &error);
      if (entry == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpfloat (beaver_log_entry_get_timestamp (entry), ==, taken++);
      g_thread_join (thread);
    }
  for (; taken < n; taken++)
    expect (tail, taken, "0");
  expect_nothing (tail);
}

/* The aggregator of an asynchronous call runs where its caller runs. */
static gpointer
async_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLogEntry) window = NULL;

  g_main_context_push_thread_default (context);
  beaver_live_iterator_next_async (data, -1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  window = beaver_live_iterator_next_finish (data, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (window);
  g_main_context_pop_thread_default (context);
  return g_thread_self ();
}

static void
test_aggregator_thread (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "w");
  Aggregation a = { .answer = "1" };
  g_autoptr (BeaverLiveIterator) live =
      beaver_log_live (log, 1, 0.01, aggregate, &a, aggregation_destroy, &error);
  GThread *thread = g_thread_new ("consumer", async_thread, live);

  g_assert_true (g_thread_join (thread) == a.thread);
  g_assert_cmpint (a.calls, ==, 1);
}

/* ---- wrong arguments ---- */

static const struct
{
  double window, period;
  gboolean fits;
} lengths[] = {
  { 0, 1, FALSE },         { -1, 1, FALSE },      { NAN, 1, FALSE },     { -INFINITY, 1, FALSE },
  { 1, 0, FALSE },         { 1, -1, FALSE },      { 1, NAN, FALSE },     { 1, INFINITY, FALSE },
  { 1, 1e-9, FALSE },      { INFINITY, 1, TRUE }, { 1e300, 1e18, TRUE }, { 1e-9, 0.001, TRUE },
  { 5e-324, 1e300, TRUE },
};

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "w");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      Aggregation a = { .answer = "1" };
      g_autoptr (BeaverLiveIterator) live = beaver_log_live (
          log, lengths[i].window, lengths[i].period, aggregate, &a, aggregation_destroy, &error);

      g_assert_true ((live != NULL) == lengths[i].fits);
      if (live != NULL)
        g_object_unref (next_entry (live));
      else
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      g_clear_object (&live);
      g_assert_cmpint (a.destroyed, ==, 1);
    }
  {
    Aggregation a = { .answer = NULL };
    g_autoptr (BeaverLiveIterator) live =
        beaver_log_live (log, 1, 1, NULL, &a, aggregation_destroy, &error);

    g_assert_no_error (error);
    g_assert_cmpint (a.destroyed, ==, 1); /* nobody will ask for it */
  }
  g_assert_null (beaver_live_iterator_next (tail, NAN, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);

  {
    g_autoptr (BeaverLiveIterator) made = g_object_new (BEAVER_TYPE_LIVE_ITERATOR, NULL);
    g_autoptr (BeaverLiveWindow) window = g_object_new (BEAVER_TYPE_LIVE_WINDOW, NULL);
    g_autofree char *json = beaver_live_window_to_json (window, &error);

    g_assert_cmpstr (json, ==, "[]");
    expect_error (made, BEAVER_ERROR_CLOSED);
    beaver_live_iterator_close (made);
    g_assert_true (beaver_live_iterator_is_closed (made));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/live/first-window-at-once", test_first_window_at_once);
  beaver_test_add ("/live/E6-an-empty-first-window", test_empty_first_window);
  beaver_test_add ("/live/E7-late-rows-count", test_late_rows);
  beaver_test_add ("/live/removed-rows-go", test_removed_rows);
  beaver_test_add ("/live/future-and-past", test_future_and_past);
  beaver_test_add ("/live/oracle", test_oracle);
  beaver_test_add ("/live/schedule", test_schedule);
  beaver_test_add ("/live/latest-wins", test_latest_wins);
  beaver_test_add ("/live/E7-the-queue-is-bounded", test_bounded);
  beaver_test_add ("/live/aggregator", test_aggregator);
  beaver_test_add ("/live/E7-errors-are-delivered", test_errors_are_delivered);
  beaver_test_add ("/live/E7-a-corrupt-row", test_corrupt_row);
  beaver_test_add ("/live/E4-close-at-once", test_close_at_once);
  beaver_test_add ("/live/E5-one-worker", test_one_worker);
  beaver_test_add ("/live/E7-the-last-reference-ends-it", test_last_reference_ends_it);
  beaver_test_add_data ("/live/close-while-blocked/iterator", GINT_TO_POINTER (FALSE),
                        test_close_while_blocked);
  beaver_test_add_data ("/live/close-while-blocked/database", GINT_TO_POINTER (TRUE),
                        test_close_while_blocked);
  beaver_test_add ("/live/D18-blocked-next-answers-null", test_blocked_next_answers_null);
  beaver_test_add ("/live/notify-closed", test_notify_closed);
  beaver_test_add ("/live/async", test_async);
  beaver_test_add ("/live/cancel-races", test_cancel_races);
  beaver_test_add ("/live/aggregator-thread", test_aggregator_thread);
  beaver_test_add ("/live/bad-input", test_bad_input);
  return g_test_run ();
}
