/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Databases coming and going, and what calls cost beside the work. */
#include "bench.h"

#include <malloc.h>
#include <unistd.h>

/* Open a warm file, one get, close. */
static void
run_open (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "open.db");
  gboolean plain = bench_is (args, "sqlite");
  gint64 end;
  BenchTimes times;

  bench_fill (path, args->n);
  bench_times_init (&times, 200000);
  end = bench_now () + (gint64) (args->seconds * 1e9);
  for (guint i = 0; bench_now () < end; i++)
    {
      char key[BENCH_KEY_SIZE];
      char *value;
      gint64 begin;

      bench_key (key, i % args->n);
      begin = bench_now ();
      if (plain)
        {
          BenchRaw raw;

          bench_raw_open (&raw, path, FALSE);
          value = bench_raw_get (&raw, key);
          bench_raw_close (&raw);
        }
      else
        {
          g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, NULL);

          value = beaver_dict_get_json (beaver_db_get_dict (db, "users", NULL), key, NULL, NULL);
          beaver_db_close (db, NULL);
        }
      bench_times_add (&times, begin);
      bench_check (value != NULL, NULL);
      free (value);
    }
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  bench_remove (path);
}

/* Closing while many threads are busy: reads, writes and scans, so that each holds a connection or
 * waits for one. */

typedef struct
{
  BeaverDict *dict;
  guint index;
  guint n;
} Busy;

static gpointer
be_busy (gpointer data)
{
  Busy *busy = data;
  guint64 seed = busy->index + 1;
  gboolean open = TRUE;

  while (open)
    {
      g_autoptr (GError) error = NULL;
      char key[BENCH_KEY_SIZE], value[160];
      guint64 dice = bench_random (&seed);

      bench_key (key, (guint) (dice >> 32) % busy->n);
      switch (busy->index % 3)
        {
        case 0:
          g_free (beaver_dict_lookup_json (busy->dict, key, NULL, &error));
          break;
        case 1:
          bench_value (value, (guint) dice);
          beaver_dict_set_json (busy->dict, key, value, NULL, &error);
          break;
        default:
          beaver_manager_count (BEAVER_MANAGER (busy->dict), NULL, &error);
          break;
        }
      open = error == NULL;
    }
  return NULL;
}

static void
run_close (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "close.db");
  g_autofree GThread **threads = g_new (GThread *, args->threads);
  g_autofree Busy *busy = g_new (Busy, args->threads);
  gint64 end;
  guint connections = 0;
  BenchTimes times;

  bench_fill (path, args->n);
  bench_times_init (&times, 10000);
  end = bench_now () + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      BeaverDb *db = bench_open (args, path);
      BeaverDict *dict = beaver_db_get_dict (db, "users", NULL);
      g_autoptr (BeaverCloseReport) report = NULL;
      gint64 begin;

      for (guint i = 0; i < args->threads; i++)
        {
          busy[i] = (Busy){ dict, i, args->n };
          threads[i] = g_thread_new ("busy", be_busy, &busy[i]);
        }
      g_usleep (20000);
      begin = bench_now ();
      report = beaver_db_close_full (db, NULL);
      bench_times_add (&times, begin);
      connections = MAX (connections, beaver_close_report_get_connections_closed (report));
      for (guint i = 0; i < args->threads; i++)
        g_thread_join (threads[i]);
      g_object_unref (db);
    }
  bench_report ("connections", connections);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  bench_remove (path);
}

/* Heap of an open database that did one read and one write. */
#define OPEN_AT_ONCE 32

static void
run_memory (const BenchArgs *args)
{
  BeaverDb *dbs[OPEN_AT_ONCE];
  BenchRaw raws[OPEN_AT_ONCE];
  gboolean plain = bench_is (args, "sqlite");
  gsize before = 0;

  /* the first two pay for what is there once */
  for (guint i = 0; i < OPEN_AT_ONCE; i++)
    {
      g_autofree char *name = g_strdup_printf ("memory-%u.db", i);
      g_autofree char *path = bench_path (args, name);
      char key[BENCH_KEY_SIZE];

      bench_fill (path, 10);
      bench_key (key, 1);
      if (i == 2)
        before = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
      if (plain)
        {
          bench_raw_open (&raws[i], path, FALSE);
          free (bench_raw_get (&raws[i], key));
          bench_raw_set (&raws[i], key, "1", 1);
        }
      else
        {
          BeaverDict *dict;

          dbs[i] = bench_open (args, path);
          dict = beaver_db_get_dict (dbs[i], "users", NULL);
          g_free (beaver_dict_get_json (dict, key, NULL, NULL));
          beaver_dict_set_json (dict, key, "1", NULL, NULL);
        }
    }
  bench_report ("kib", (double) (mallinfo2 ().uordblks + mallinfo2 ().hblkhd - before) / 1024 /
                           (OPEN_AT_ONCE - 2));
  for (guint i = 0; i < OPEN_AT_ONCE; i++)
    {
      g_autofree char *name = g_strdup_printf ("memory-%u.db", i);
      g_autofree char *path = bench_path (args, name);

      if (plain)
        bench_raw_close (&raws[i]);
      else
        g_object_unref (dbs[i]);
      bench_remove (path);
    }
}

/* What the asynchronous form costs: the time from the call to the callback, beside the same sync.
 */

static void
on_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
run_async (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "async.db");
  g_autoptr (BeaverDb) db = NULL;
  BeaverDict *dict;
  gboolean sync = bench_is (args, "sync");
  gint64 end;
  BenchTimes times;

  bench_fill (path, args->n);
  bench_times_init (&times, 2000000);
  db = bench_open (args, path);
  dict = beaver_db_get_dict (db, "users", NULL);
  end = bench_now () + (gint64) (args->seconds * 1e9);
  for (guint i = 0; bench_now () < end; i++)
    {
      char key[BENCH_KEY_SIZE], value[160];
      gint64 begin;

      bench_key (key, i % args->n);
      bench_value (value, i);
      begin = bench_now ();
      if (sync)
        bench_check (beaver_dict_set_json (dict, key, value, NULL, NULL), NULL);
      else
        {
          g_autoptr (GAsyncResult) result = NULL;

          beaver_dict_set_json_async (dict, key, value, NULL, on_ready, &result);
          while (result == NULL)
            g_main_context_iteration (NULL, TRUE);
          bench_check (beaver_dict_set_json_finish (dict, result, NULL), NULL);
        }
      bench_times_add (&times, begin);
    }
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  g_clear_object (&db);
  bench_remove (path);
}

/* A lock that nobody else wants. */
static void
run_lock (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "lock.db");
  g_autoptr (BeaverDb) db = NULL;
  BeaverLock *lock;
  gint64 end;
  BenchTimes times;

  bench_fill (path, 10);
  bench_times_init (&times, 1000000);
  db = bench_open (args, path);
  lock = beaver_db_get_lock (db, "alone", NULL);
  end = bench_now () + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      GError *error = NULL;
      gint64 begin = bench_now ();

      bench_check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
      bench_check (beaver_lock_release (lock, NULL, &error), error);
      bench_times_add (&times, begin);
    }
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  g_clear_object (&db);
  bench_remove (path);
}

const BenchCase bench_life_cases[] = {
  { "open", "beaver sqlite", run_open },
  { "close", "beaver", run_close },
  { "memory", "beaver sqlite", run_memory },
  { "async", "async sync", run_async },
  { "lock", "beaver", run_lock },
  { NULL },
};
