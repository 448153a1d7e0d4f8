/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locks: an acquisition that nobody contends for, and the time from a release to the return of the
 * acquire that waited for it, between threads and between processes.
 *
 * usage: bench-lock [ROUNDS] */
#include <beaver/beaver.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  BeaverLock *lock;
  guint rounds;
  gint64
      released_at; /* of this side's last release; read by the other side while it holds the lock */
} Side;

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void
check (gboolean ok, GError *error)
{
  if (!ok)
    g_error ("%s", error != NULL ? error->message : "failed");
}

static int
compare (gconstpointer one, gconstpointer other)
{
  gint64 a = *(const gint64 *) one;
  gint64 b = *(const gint64 *) other;

  return (a > b) - (a < b);
}

static void
print (const char *what, gint64 *times, guint n)
{
  qsort (times, n, sizeof *times, compare);
  printf ("%-38s p50 %8.1f us   p99 %8.1f us   max %8.1f us\n", what, times[n / 2] / 1e3,
          times[n * 99 / 100] / 1e3, times[n - 1] / 1e3);
  fflush (stdout);
}

static void
bench_alone (BeaverDb *db, guint rounds)
{
  BeaverLock *lock = beaver_db_get_lock (db, "alone", NULL);
  g_autofree gint64 *times = g_new (gint64, rounds);
  GError *error = NULL;

  for (guint i = 0; i < rounds; i++)
    {
      gint64 begin = now_ns ();

      check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
      check (beaver_lock_release (lock, NULL, &error), error);
      times[i] = now_ns () - begin;
    }
  print ("acquire + release, alone", times, rounds);

  check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
  for (guint i = 0; i < rounds; i++)
    {
      gint64 begin = now_ns ();

      check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
      check (beaver_lock_release (lock, NULL, &error), error);
      times[i] = now_ns () - begin;
    }
  check (beaver_lock_release (lock, NULL, &error), error);
  print ("acquire + release, held already", times, rounds);
}

/* The release that the other side waits for: only when it stands in the queue, and sleeps by then.
 */
static gint64
release_to_waiter (BeaverLock *lock)
{
  GError *error = NULL;
  gint64 at;

  while (beaver_manager_count (BEAVER_MANAGER (lock), NULL, NULL) < 2)
    g_thread_yield ();
  g_usleep (500);
  at = now_ns ();
  check (beaver_lock_release (lock, NULL, &error), error);

  return at;
}

static gpointer
waiter_thread (gpointer data)
{
  Side *self = data;
  GError *error = NULL;
  gint64 *times = g_new (gint64, self->rounds);

  for (guint i = 0; i < self->rounds; i++)
    {
      check (beaver_lock_acquire (self->lock, -1, 60, NULL, &error), error);
      times[i] = now_ns ();
      check (beaver_lock_release (self->lock, NULL, &error), error);
      /* The owner takes it back before this one lines up again. */
      while (!beaver_lock_is_locked (self->lock, NULL, NULL))
        g_thread_yield ();
    }

  return times;
}

static void
bench_threads (BeaverDb *db, guint rounds)
{
  Side side = { beaver_db_get_lock (db, "threads", NULL), rounds, 0 };
  g_autofree gint64 *released = g_new (gint64, rounds);
  g_autofree gint64 *held = NULL;
  GError *error = NULL;
  GThread *thread;

  check (beaver_lock_acquire (side.lock, -1, 60, NULL, &error), error);
  thread = g_thread_new ("waiter", waiter_thread, &side);
  for (guint i = 0; i < rounds; i++)
    {
      released[i] = release_to_waiter (side.lock);
      check (beaver_lock_acquire (side.lock, -1, 60, NULL, &error), error);
    }
  held = g_thread_join (thread);
  check (beaver_lock_release (side.lock, NULL, &error), error);
  for (guint i = 0; i < rounds; i++)
    held[i] -= released[i];
  print ("hand-over between threads", held, rounds);
}

static int
waiter_process (const char *path, guint rounds)
{
  GError *error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  Side side;
  g_autofree gint64 *times = NULL;

  check (db != NULL, error);
  side = (Side){ beaver_db_get_lock (db, "processes", NULL), rounds, 0 };
  times = waiter_thread (&side);
  for (guint i = 0; i < rounds; i++)
    printf ("%" G_GINT64_FORMAT "\n", times[i]);

  return 0;
}

static void
bench_processes (BeaverDb *db, const char *path, guint rounds)
{
  BeaverLock *lock = beaver_db_get_lock (db, "processes", NULL);
  g_autofree gint64 *released = g_new (gint64, rounds);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *count = g_strdup_printf ("%u", rounds);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
  process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self, "waiter", path, count, NULL);
  check (process != NULL, error);
  for (guint i = 0; i < rounds; i++)
    {
      released[i] = release_to_waiter (lock);
      check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
    }
  check (g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error), error);
  check (beaver_lock_release (lock, NULL, &error), error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; i < rounds; i++)
    released[i] = g_ascii_strtoll (lines[i], NULL, 10) - released[i];
  print ("hand-over between processes", released, rounds);
}

int
main (int argc, char **argv)
{
  g_autoptr (BeaverDb) db = NULL;
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;
  guint rounds;

  if (argc > 3 && strcmp (argv[1], "waiter") == 0)
    return waiter_process (argv[2], (guint) atoi (argv[3]));

  rounds = argc > 1 ? (guint) MAX (1, atoi (argv[1])) : 2000;
  dir = g_dir_make_tmp ("beaver-bench-XXXXXX", &error);
  check (dir != NULL, error);
  path = g_build_filename (dir, "bench.db", NULL);
  db = beaver_db_open (path, NULL, &error);
  check (db != NULL, error);

  bench_alone (db, rounds * 10);
  bench_threads (db, rounds);
  bench_processes (db, path, rounds);

  beaver_db_close (db, NULL);
  g_unlink (path);
  g_rmdir (dir);

  return 0;
}
