/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who waits for something that does not happen costs nothing: no thread of the library wakes up
 * more than once in ten seconds. */
#include "beaver-test.h"

static gpointer
next_thread (gpointer data)
{
  g_assert_null (beaver_subscription_next (data, -1, NULL, NULL));
  return NULL;
}

static gpointer
tail_thread (gpointer data)
{
  g_assert_null (beaver_live_iterator_next (data, -1, NULL, NULL));
  return NULL;
}

static void
on_event (BeaverEvent *event, gpointer data)
{
}

static void
test_idle (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, "c", NULL);
  BeaverLog *log = beaver_db_get_log (f->db, "l", NULL);
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (BeaverSubscription) subscription = beaver_channel_subscribe (channel, NULL, &error);
  g_autoptr (BeaverLiveIterator) tail = beaver_log_tail (log, NULL, &error);
  g_autoptr (BeaverLiveIterator) live = beaver_log_live (log, 60, 60, NULL, NULL, NULL, &error);
  g_autoptr (BeaverEventHandler) handler =
      beaver_manager_on (BEAVER_MANAGER (dict), "set", on_event, NULL, NULL, &error);
  g_autoptr (BeaverLogEntry) first = NULL;
  GThread *threads[2];
  gint64 give_up = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;
  guint64 sleeps;

  g_assert_no_error (error);
  first = beaver_live_iterator_next (live, -1, NULL, &error);
  g_assert_no_error (error);
  threads[0] = g_thread_new ("next", next_thread, subscription);
  threads[1] = g_thread_new ("tail", tail_thread, tail);
  g_assert_true (beaver_dict_set_int (dict, "k", 1, NULL, &error)); /* the last that happens */
  /* a machine that stood still meanwhile has what is left of the looks after the commit done later
   */
  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, give_up);
      beaver_test_settle ("beaver-", 2);
      sleeps = beaver_test_count_wakeups ("beaver-", 2, 10);
      g_test_message ("%" G_GUINT64_FORMAT " wake-ups in ten seconds", sleeps);
    }
  while (sleeps > 1);

  g_assert_true (beaver_db_close (f->db, &error));
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  g_clear_object (&handler);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/idle/wake-ups", test_idle);
  return g_test_run ();
}
