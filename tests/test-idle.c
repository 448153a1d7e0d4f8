/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who waits for something that does not happen costs nothing: no thread of the library wakes up
 * more than once in ten seconds. */
#include "beaver-test.h"

#define LOOK_US (10 * G_TIME_SPAN_SECOND)

/* How often the threads of the library have gone to sleep by themselves, all together. */
static guint64
count_sleeps (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint64 sum = 0;

  g_assert_nonnull (tasks);
  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *status = NULL;
      const char *line;

      if (!g_file_get_contents (path, &status, NULL, NULL) ||
          !g_str_has_prefix (status, "Name:\tbeaver-"))
        continue;
      line = strstr (status, "\nvoluntary_ctxt_switches:");
      g_assert_nonnull (line);
      sum += g_ascii_strtoull (strchr (line, ':') + 1, NULL, 10);
    }
  return sum;
}

static void
pass_time (gint64 us)
{
  gint64 end = g_get_monotonic_time () + us;

  beaver_test_wait_until (g_get_monotonic_time () >= end);
}

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
  guint64 sleeps;

  g_assert_no_error (error);
  first = beaver_live_iterator_next (live, -1, NULL, &error);
  g_assert_no_error (error);
  threads[0] = g_thread_new ("next", next_thread, subscription);
  threads[1] = g_thread_new ("tail", tail_thread, tail);
  /* The last thing that happens, and two seconds for what follows from it: threads without work
   * end, the watcher looks again. */
  g_assert_true (beaver_dict_set_int (dict, "k", 1, NULL, &error));
  pass_time (2 * G_TIME_SPAN_SECOND);

  sleeps = count_sleeps ();
  pass_time (LOOK_US);
  sleeps = count_sleeps () - sleeps;
  g_test_message ("%" G_GUINT64_FORMAT " wake-ups in ten seconds", sleeps);
  g_assert_cmpuint (sleeps, <=, 1);

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
