/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing: sustained, in batches, from many threads, from several processes. */
#include "bench.h"

#include <math.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  BeaverDict *dict;
  const char *path;
  gboolean plain;
} Target;

/* Sets of random keys, one transaction each. Plain SQLite has a connection per thread. */
static void
set_keys (BenchThread *thread)
{
  Target *target = thread->data;
  guint64 seed = thread->seed;
  BenchRaw raw;

  if (target->plain)
    bench_raw_open (&raw, target->path, thread->args->full);
  while (!bench_stopped ())
    {
      char key[BENCH_KEY_SIZE], value[160];
      guint64 dice = bench_random (&seed);
      int length = bench_value (value, (guint) dice);
      GError *error = NULL;
      gint64 begin;

      bench_key (key, (guint) (dice >> 32) % thread->args->n);
      begin = bench_now ();
      if (target->plain)
        bench_raw_set (&raw, key, value, length);
      else
        bench_check (beaver_dict_set_json (target->dict, key, value, NULL, &error), error);
      bench_times_add (&thread->times, begin);
    }
  if (target->plain)
    bench_raw_close (&raw);
}

static void
report_threads (const BenchArgs *args, BenchThread *threads, double seconds, double cpu)
{
  g_autofree BenchTimes *times = g_new (BenchTimes, args->threads);
  guint64 done = 0, least = G_MAXUINT64, most = 0;

  for (guint i = 0; i < args->threads; i++)
    {
      times[i] = threads[i].times;
      done += times[i].n;
      least = MIN (least, times[i].n);
      most = MAX (most, times[i].n);
    }
  bench_report ("ops_s", (double) done / seconds);
  bench_report ("cpu_us", cpu * 1e6 / (double) done);
  bench_report ("fairness", (double) least / (double) MAX (most, 1));
  bench_report_times ("", times, args->threads);
}

static void
run_set (const BenchArgs *args)
{
  g_autofree BenchThread *threads = g_new0 (BenchThread, args->threads);
  g_autofree char *path = bench_path (args, "set.db");
  Target target = { .path = path, .plain = bench_is (args, "sqlite") };
  g_autoptr (BeaverDb) db = NULL;
  double seconds, cpu;
  gint64 begin;

  if (bench_peer_run (args, TRUE))
    return;
  bench_fill (path, args->n);
  if (!target.plain)
    {
      db = bench_open (args, path);
      target.dict = beaver_db_get_dict (db, "users", NULL);
    }
  cpu = bench_cpu ();
  seconds = bench_run_threads (args, threads, set_keys, &target, 4000000 / args->threads);
  /* What the log still owes to the database is part of the bill. Plain connections that closed as
   * the last ones have paid theirs. */
  begin = bench_now ();
  g_clear_object (&db);
  seconds += (double) (bench_now () - begin) / 1e9;
  cpu = bench_cpu () - cpu;
  report_threads (args, threads, seconds, cpu);
  bench_threads_clear (threads, args->threads);
  bench_remove (path);
}

#define BATCH 1000

static void
run_batch (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "batch.db");
  gboolean plain = bench_is (args, "sqlite");
  g_autoptr (BeaverDb) db = NULL;
  BeaverDict *dict = NULL;
  guint64 seed = 5, done = 0;
  gint64 begin, end;
  double cpu;
  BenchRaw raw;

  bench_fill (path, args->n);
  if (plain)
    bench_raw_open (&raw, path, args->full);
  else
    {
      db = bench_open (args, path);
      dict = beaver_db_get_dict (db, "users", NULL);
    }
  cpu = bench_cpu ();
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      g_autoptr (BeaverDictBatch) batch = plain ? NULL : beaver_dict_create_batch (dict);
      GError *error = NULL;

      if (plain)
        bench_raw_step (&raw, raw.begin);
      for (guint i = 0; i < BATCH; i++)
        {
          char key[BENCH_KEY_SIZE], value[160];
          guint64 dice = bench_random (&seed);
          int length = bench_value (value, (guint) dice);

          bench_key (key, (guint) (dice >> 32) % args->n);
          if (plain)
            bench_raw_set (&raw, key, value, length);
          else
            bench_check (beaver_dict_batch_set_json (batch, key, value, INFINITY, &error), error);
        }
      if (plain)
        bench_raw_step (&raw, raw.commit);
      else
        bench_check (beaver_dict_batch_apply (batch, NULL, &error) >= 0, error);
      done += BATCH;
    }
  if (plain)
    bench_raw_close (&raw);
  g_clear_object (&db);
  bench_report ("ops_s", (double) done / ((double) (bench_now () - begin) / 1e9));
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) done);
  bench_remove (path);
}

/* Several processes write to one file. The last one is plain SQLite with its own busy handler, as a
 * Python program has it; "sqlite" makes all of them so. */

#define PROCESSES 4

typedef struct
{
  int go; /* atomic */
  int ready;
  struct
  {
    guint64 done;
    guint64 longest; /* nanoseconds */
    guint64 refused; /* "database is locked" */
  } process[PROCESSES];
} Shared;

static void
write_in_child (const BenchArgs *args,
                const char *path,
                Shared *shared,
                guint index,
                gboolean plain)
{
  g_autoptr (BeaverDb) db = NULL;
  BeaverDict *dict = NULL;
  guint64 seed = index + 1;
  BenchRaw raw;
  gint64 end;

  if (plain)
    {
      bench_raw_open (&raw, path, args->full);
      sqlite3_busy_timeout (raw.db, 30000);
    }
  else
    {
      db = bench_open (args, path);
      dict = beaver_db_get_dict (db, "users", NULL);
    }
  __atomic_fetch_add (&shared->ready, 1, __ATOMIC_RELEASE);
  while (!__atomic_load_n (&shared->go, __ATOMIC_ACQUIRE))
    g_thread_yield ();
  end = bench_now () + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      char key[BENCH_KEY_SIZE], value[160];
      guint64 dice = bench_random (&seed);
      int length = bench_value (value, (guint) dice);
      gint64 begin = bench_now ();

      bench_key (key, (guint) (dice >> 32) % args->n);
      if (!plain)
        shared->process[index].refused += !beaver_dict_set_json (dict, key, value, NULL, NULL);
      else
        {
          sqlite3_bind_text (raw.set, 1, "users", 5, SQLITE_STATIC);
          sqlite3_bind_text (raw.set, 2, key, -1, SQLITE_STATIC);
          sqlite3_bind_text (raw.set, 3, value, length, SQLITE_STATIC);
          shared->process[index].refused += sqlite3_step (raw.set) != SQLITE_DONE;
          sqlite3_reset (raw.set);
        }
      shared->process[index].longest =
          MAX (shared->process[index].longest, (guint64) (bench_now () - begin));
      shared->process[index].done++;
    }
  if (plain)
    bench_raw_close (&raw);
}

static void
run_processes (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "processes.db");
  Shared *shared =
      mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  gboolean all_plain = bench_is (args, "sqlite");
  gboolean foreign = !bench_is (args, "beaver-alone");
  guint64 done = 0, least = G_MAXUINT64, longest = 0, refused = 0;

  bench_fill (path, args->n);
  for (guint i = 0; i < PROCESSES; i++)
    if (fork () == 0)
      {
        write_in_child (args, path, shared, i, all_plain || (foreign && i == PROCESSES - 1));
        _exit (0);
      }
  while (__atomic_load_n (&shared->ready, __ATOMIC_ACQUIRE) < PROCESSES)
    g_usleep (1000);
  __atomic_store_n (&shared->go, 1, __ATOMIC_RELEASE);
  while (wait (NULL) > 0)
    ;
  for (guint i = 0; i < PROCESSES; i++)
    {
      done += shared->process[i].done;
      refused += shared->process[i].refused;
      if (foreign && !all_plain && i == PROCESSES - 1)
        continue;
      least = MIN (least, shared->process[i].done);
      longest = MAX (longest, shared->process[i].longest);
    }
  bench_report ("ops_s", (double) done / args->seconds);
  bench_report ("share_of_fair", (double) least * PROCESSES / (double) done);
  bench_report ("longest_ms", (double) longest / 1e6);
  bench_report ("refused", (double) refused);
  if (foreign && !all_plain)
    {
      bench_report ("foreign_share_of_fair",
                    (double) shared->process[PROCESSES - 1].done * PROCESSES / (double) done);
      bench_report ("foreign_longest_ms", (double) shared->process[PROCESSES - 1].longest / 1e6);
    }
  bench_remove (path);
}

const BenchCase bench_write_cases[] = {
  { "set", "beaver sqlite redis lmdb gdbm", run_set },
  { "batch", "beaver sqlite", run_batch },
  { "processes", "beaver sqlite", run_processes },
  { "processes-alone", "beaver-alone sqlite", run_processes },
  { NULL },
};
