/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-test.h"

/* ---- tails ---- */

static void
test_tail (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "t");
  BeaverLog *other = get_log (f, "u");
  g_autoptr (BeaverLiveIterator) tail = NULL;

  append_at (log, "\"before\"", 100);
  tail = get_tail (log);
  append_at (other, "0", 101);
  append_at (log, "1", 101);
  append_at (log, "2", 1);            /* back-dated */
  append_at (log, "3", 4102444800.0); /* of the future */
  append_at (log, "4", 102);          /* and the past again */
  append_at (other, "0", 103);
  expect (tail, 101, "1");
  expect (tail, 1, "2");
  expect (tail, 4102444800.0, "3");
  expect (tail, 102, "4");
  expect_nothing (tail);
  append_at (log, "5", -7);
  expect (tail, -7, "5");
  g_assert_cmpuint (beaver_live_iterator_get_dropped (tail), ==, 0);
  g_assert_cmpfloat (beaver_live_iterator_get_period (tail), ==, 0);
}

static void
test_tail_foreign (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "t");
  g_autoptr (GSubprocess) sql = sql_open (f->path);
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *insert =
          g_strdup_printf ("INSERT INTO __beaver_logs__ VALUES ('t', %d, '%d')", 1000 - i, i);
      g_autofree char *json = g_strdup_printf ("%d", i);

      sql_expect (sql, insert, "[]");
      expect (tail, 1000 - i, json);
    }
  beaver_test_join (sql);
}

/* What holds the position is deleted, moved, or both. */
static void
test_tail_resumes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "t");
  BeaverLog *other = get_log (f, "u");
  g_autoptr (GSubprocess) sql = sql_open (f->path);
  g_autoptr (BeaverLiveIterator) tail = NULL;

  append_at (log, "\"old\"", 1);
  append_at (other, "0", 1);
  append_at (other, "0", 2);
  tail = get_tail (log);
  append_at (log, "1", 10);
  expect (tail, 10, "1");

  /* the rows behind ours vanish, their numbers are given again */
  append_at (other, "0", 3);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (other), NULL, &error), ==, 3);
  append_at (log, "2", 5);
  expect (tail, 5, "2");

  /* all numbers change */
  sql_expect (sql, "DELETE FROM __beaver_logs__ WHERE timestamp = 1", "[]");
  sql_expect (sql, "VACUUM", "[]");
  append_at (log, "3", 4);
  expect (tail, 4, "3");
  expect_nothing (tail);

  /* our own newest row, by number, goes; the newest by time stays */
  g_assert_cmpint (beaver_log_prune (log, 10, NULL, &error), ==, 2);
  append_at (log, "4", 11);
  expect (tail, 11, "4");

  /* everything goes */
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (log), NULL, &error), ==, 2);
  append_at (log, "5", 2);
  append_at (log, "6", 1);
  expect (tail, 2, "5");
  expect (tail, 1, "6");
  expect_nothing (tail);
  g_assert_no_error (error);
  beaver_test_join (sql);
}

/* A slow reader with little room: nothing lost, nothing twice, in the order of writing. */
static void
test_tail_backpressure (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "t");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);
  guint n = 5000;

  beaver_live_iterator_set_capacity (tail, 3);
  g_assert_cmpuint (beaver_live_iterator_get_capacity (tail), ==, 3);
  g_assert_true (beaver_live_iterator_start (tail, &error));
  for (guint i = 0; i < n; i += 500)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint k = 0; k < 500; k++)
        {
          g_autofree char *json = g_strdup_printf ("%u", i + k);

          g_ptr_array_add (batch, beaver_log_entry_new ((i + k) * 7919 % 104729, json));
        }
      g_assert_true (
          beaver_log_append_batch (log, (BeaverLogEntry **) batch->pdata, 500, NULL, &error));
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BeaverLogEntry) entry = next_entry (tail);

      g_assert_cmpint (atoi (beaver_log_entry_get_data (entry)), ==, i);
    }
  expect_nothing (tail);
}

typedef struct
{
  BeaverLog *log;
  guint id, n;
} Writer;

static gpointer
writer_thread (gpointer data)
{
  Writer *writer = data;

  for (guint i = 0; i < writer->n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = g_strdup_printf ("[%u, %u]", writer->id, i);

      g_assert_true (beaver_log_append_json (writer->log, json, NULL, &error));
      g_assert_no_error (error);
    }
  return NULL;
}

static void
test_tail_many_writers (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "t");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);
  Writer writers[4];
  GThread *threads[4];
  guint seen[4] = { 0 };
  guint n = 300;

  for (guint i = 0; i < 4; i++)
    {
      writers[i] = (Writer){ log, i, n };
      threads[i] = g_thread_new ("writer", writer_thread, &writers[i]);
    }
  for (guint i = 0; i < 4 * n; i++)
    {
      g_autoptr (BeaverLogEntry) entry = next_entry (tail);
      guint id, k;

      g_assert_cmpint (sscanf (beaver_log_entry_get_data (entry), "[%u, %u]", &id, &k), ==, 2);
      g_assert_cmpuint (k, ==, seen[id]);
      seen[id]++;
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  expect_nothing (tail);
}

static void
test_tail_idle (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "t");
  g_autoptr (BeaverLiveIterator) tail = get_tail (log);

  append_at (log, "1", 1);
  expect (tail, 1, "1");
  expect_nothing (tail);
  beaver_test_settle ("beaver-tail", 1);
  g_assert_cmpuint (beaver_test_count_wakeups ("beaver-tail", 1, 2), <=, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/live/D25-a-tail-sees-back-dated-entries", test_tail);
  beaver_test_add ("/live/tail-sees-other-processes", test_tail_foreign);
  beaver_test_add ("/live/tail-resumes", test_tail_resumes);
  beaver_test_add ("/live/tail-backpressure", test_tail_backpressure);
  beaver_test_add ("/live/tail-many-writers", test_tail_many_writers);
  beaver_test_add ("/live/tail-idle", test_tail_idle);
  return g_test_run ();
}
