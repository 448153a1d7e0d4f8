/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Databases coming and going, and what calls cost beside the work. */
#include "bench.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors on the file, its log and so on, and threads of the library: what a close left behind.
 */
static guint
count_leaks (const char *path)
{
  g_autoptr (GDir) files = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint n = 0;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      n += target != NULL && g_str_has_prefix (target, path);
    }
  while (threads != NULL && (name = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *comm = g_build_filename ("/proc/self/task", name, "comm", NULL);
      g_autofree char *text = NULL;

      n += g_file_get_contents (comm, &text, NULL, NULL) && g_str_has_prefix (text, "beaver-");
    }
  return n;
}

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
  guint connections = 0, leaks = 0;
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
      leaks += count_leaks (path);
      g_object_unref (db);
    }
  bench_report ("connections", connections);
  bench_report ("leaks", leaks);
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

/* Heap of each connection more that reads: many threads scan at once until several are kept. */

typedef struct
{
  BeaverDict *dict;
  int *stop; /* atomic */
} Scan;

static gpointer
scan_until_stopped (gpointer data)
{
  Scan *scan = data;

  while (!__atomic_load_n (scan->stop, __ATOMIC_RELAXED))
    bench_check (beaver_manager_count (BEAVER_MANAGER (scan->dict), NULL, NULL) >= 0, NULL);
  return NULL;
}

static gint64
readers_of (BeaverDb *db)
{
  g_autoptr (BeaverStats) stats = beaver_db_get_stats (db);

  return beaver_stats_get_readers_idle (stats) + beaver_stats_get_readers_busy (stats);
}

static void
run_readers (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "readers.db");
  g_autoptr (BeaverDb) db = NULL;
  GThread *threads[16];
  int stop = 0;
  gsize before, after;
  gint64 first, end;
  Scan scan;

  bench_fill (path, args->n);
  db = bench_open (args, path);
  scan = (Scan){ beaver_db_get_dict (db, "users", NULL), &stop };
  bench_check (beaver_manager_count (BEAVER_MANAGER (scan.dict), NULL, NULL) >= 0, NULL);
  first = readers_of (db);
  before = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
  end = bench_now () + G_GINT64_CONSTANT (5000000000);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("scan", scan_until_stopped, &scan);
  while (readers_of (db) < 8 && bench_now () < end)
    g_usleep (1000);
  __atomic_store_n (&stop, 1, __ATOMIC_RELAXED);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  after = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
  bench_report ("readers", (double) readers_of (db));
  if (readers_of (db) > first)
    bench_report ("kib",
                  ((double) after - (double) before) / 1024 / (double) (readers_of (db) - first));
  else
    bench_report ("missing", 1);
  g_clear_object (&db);
  bench_remove (path);
}

/* Wake-ups of a process that waits for messages of others, in ten seconds in which there are none.
 */

static gint64
count_switches (void)
{
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  gint64 n = 0;

  while (threads != NULL && (name = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *status = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *text = NULL;
      const char *line;

      /* not the one that measures */
      if (g_ascii_strtoll (name, NULL, 10) == getpid ())
        continue;
      if (g_file_get_contents (status, &text, NULL, NULL) &&
          (line = strstr (text, "\nvoluntary_ctxt_switches:")) != NULL)
        n += g_ascii_strtoll (line + strlen ("\nvoluntary_ctxt_switches:"), NULL, 10);
    }
  return n;
}

static void
run_idle (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "idle.db");
  g_autoptr (BeaverDb) db = NULL;
  g_autoptr (BeaverSubscription) subscription = NULL;
  gint64 before;

  bench_fill (path, 10);
  db = bench_open (args, path);
  subscription = beaver_channel_subscribe (beaver_db_get_channel (db, "news", NULL), NULL, NULL);
  bench_check (subscription != NULL, NULL);
  g_usleep (2 * G_USEC_PER_SEC);
  before = count_switches ();
  g_usleep (10 * G_USEC_PER_SEC);
  bench_report ("wakeups", (double) (count_switches () - before));
  g_clear_object (&subscription);
  g_clear_object (&db);
  bench_remove (path);
}

/* The time from a release to the return of the acquire that waited for it, in another process. */

typedef struct
{
  int ready;          /* atomic */
  int stop;           /* atomic */
  gint64 released_at; /* by whom has the lock */
  guint holder;       /* the last one; the same */
} Handover;

static void
pass_lock (const BenchArgs *args,
           const char *path,
           Handover *shared,
           guint index,
           BenchTimes *times)
{
  g_autoptr (BeaverDb) db = bench_open (args, path);
  BeaverLock *lock = beaver_db_get_lock (db, "shared", NULL);
  gint64 end = bench_now () + (gint64) (args->seconds * 1e9);

  __atomic_fetch_add (&shared->ready, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n (&shared->ready, __ATOMIC_SEQ_CST) < 2)
    g_thread_yield ();
  while (!__atomic_load_n (&shared->stop, __ATOMIC_SEQ_CST))
    {
      GError *error = NULL;

      bench_check (beaver_lock_acquire (lock, 30, 60, NULL, &error), error);
      if (shared->holder != index && shared->released_at != 0)
        bench_times_add (times, shared->released_at);
      shared->holder = index;
      if (bench_now () > end)
        __atomic_store_n (&shared->stop, 1, __ATOMIC_SEQ_CST);
      shared->released_at = bench_now ();
      bench_check (beaver_lock_release (lock, NULL, &error), error);
    }
}

static void
run_lock_handover (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "handover.db");
  Handover *shared =
      mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  BenchTimes times;
  pid_t child;

  bench_fill (path, 10);
  bench_times_init (&times, 1000000);
  child = fork ();
  pass_lock (args, path, shared, child == 0 ? 1 : 2, &times);
  if (child == 0)
    _exit (0);
  waitpid (child, NULL, 0);
  bench_report ("handovers", (double) times.n);
  if (times.n > 0)
    bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  munmap (shared, sizeof *shared);
  bench_remove (path);
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

/* A lock that nobody else wants; "sqlite" changes the same rows in as many transactions. */

static const char *const lock_statements[] = {
  "BEGIN IMMEDIATE",
  "DELETE FROM __beaver_lock_waiters__ WHERE lock_name = 'alone' AND expires_at < ?1",
  "SELECT waiter_id FROM __beaver_lock_waiters__ WHERE lock_name = 'alone'"
  " ORDER BY requested_at LIMIT 1",
  "INSERT INTO __beaver_lock_waiters__ VALUES ('alone', '1:2:0123456789abcdef', 0.0, ?1)",
  "INSERT INTO __beaver_x_lock_tokens__ VALUES ('alone', 1)"
  " ON CONFLICT (lock_name) DO UPDATE SET token = token + 1 RETURNING token",
  "COMMIT",
  "BEGIN IMMEDIATE",
  "DELETE FROM __beaver_lock_waiters__ WHERE lock_name = 'alone'"
  " AND waiter_id = '1:2:0123456789abcdef'",
  "COMMIT",
};

static void
lock_raw (sqlite3_stmt **statements)
{
  for (guint i = 0; i < G_N_ELEMENTS (lock_statements); i++)
    {
      int code;

      if (sqlite3_bind_parameter_count (statements[i]) > 0)
        sqlite3_bind_double (statements[i], 1,
                             (double) g_get_real_time () / G_USEC_PER_SEC + (i == 3 ? 60 : 0));
      while ((code = sqlite3_step (statements[i])) == SQLITE_ROW)
        ;
      bench_check (code == SQLITE_DONE, NULL);
      sqlite3_reset (statements[i]);
    }
}

static void
run_lock (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "lock.db");
  g_autoptr (BeaverDb) db = NULL;
  gboolean plain = bench_is (args, "sqlite");
  sqlite3_stmt *statements[G_N_ELEMENTS (lock_statements)];
  BeaverLock *lock;
  GError *error = NULL;
  BenchTimes times;
  BenchRaw raw;
  gint64 end;
  double cpu;

  bench_fill (path, 10);
  bench_times_init (&times, 1000000);
  db = bench_open (args, path);
  lock = beaver_db_get_lock (db, "alone", NULL);
  /* makes the table of the tokens */
  bench_check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
  bench_check (beaver_lock_release (lock, NULL, &error), error);
  if (plain)
    {
      g_clear_object (&db);
      bench_raw_open (&raw, path, FALSE);
      for (guint i = 0; i < G_N_ELEMENTS (lock_statements); i++)
        bench_check (sqlite3_prepare_v3 (raw.db, lock_statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                                         &statements[i], NULL) == SQLITE_OK,
                     NULL);
    }
  cpu = bench_cpu ();
  end = bench_now () + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      gint64 begin = bench_now ();

      if (plain)
        lock_raw (statements);
      else
        {
          bench_check (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
          bench_check (beaver_lock_release (lock, NULL, &error), error);
        }
      bench_times_add (&times, begin);
    }
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) times.n);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  if (plain)
    {
      for (guint i = 0; i < G_N_ELEMENTS (lock_statements); i++)
        sqlite3_finalize (statements[i]);
      bench_raw_close (&raw);
    }
  g_clear_object (&db);
  bench_remove (path);
}

const BenchCase bench_life_cases[] = {
  { "open", "beaver sqlite", run_open },
  { "close", "beaver", run_close },
  { "memory", "beaver sqlite", run_memory },
  { "async", "async sync", run_async },
  { "lock", "beaver sqlite", run_lock },
  { "lock-handover", "beaver", run_lock_handover },
  { "readers", "beaver", run_readers },
  { "idle", "beaver", run_idle },
  { NULL },
};
