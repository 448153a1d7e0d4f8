/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Queues: putting and taking with few or many waiting, and how long an item is on its way to
 * another process. */
#include "bench.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTION 10000
#define ITEMS 2000

typedef struct
{
  BenchRaw raw;
  sqlite3_stmt *put;
  sqlite3_stmt *take;
  double stamp;
} Plain;

static sqlite3_stmt *
prepare (BenchRaw *raw, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (raw->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (raw->db));
  return statement;
}

/* The statements that the table needs for it. */
static void
plain_open (Plain *self, const BenchArgs *args, const char *path)
{
  bench_raw_open (&self->raw, path, args->full);
  self->put = prepare (&self->raw, "INSERT INTO __beaver_priority_queues__"
                                   " (queue_name, priority, timestamp, data)"
                                   " VALUES (?1, ?2, ?3, ?4)");
  self->take =
      prepare (&self->raw, "DELETE FROM __beaver_priority_queues__ WHERE rowid = (SELECT rowid FROM"
                           " __beaver_priority_queues__ WHERE queue_name = ?1"
                           " ORDER BY priority, timestamp, rowid LIMIT 1)"
                           " RETURNING priority, timestamp, data");
  self->stamp = 2e9;
}

static void
plain_close (Plain *self)
{
  sqlite3_finalize (self->put);
  sqlite3_finalize (self->take);
  bench_raw_close (&self->raw);
}

static void
plain_put (Plain *self, double priority, const char *value)
{
  self->stamp += 1e-5;
  sqlite3_bind_text (self->put, 1, "jobs", 4, SQLITE_STATIC);
  sqlite3_bind_double (self->put, 2, priority);
  sqlite3_bind_double (self->put, 3, self->stamp);
  sqlite3_bind_text (self->put, 4, value, -1, SQLITE_STATIC);
  bench_raw_step (&self->raw, self->put);
}

static void
plain_take (Plain *self)
{
  sqlite3_bind_text (self->take, 1, "jobs", 4, SQLITE_STATIC);
  if (sqlite3_step (self->take) != SQLITE_ROW)
    g_error ("nothing waits");
  free (strdup ((const char *) sqlite3_column_text (self->take, 2)));
  while (sqlite3_step (self->take) == SQLITE_ROW)
    ;
  sqlite3_reset (self->take);
}

static BeaverDb *
open_filled (const BenchArgs *args, const char *path, BeaverQueue **queue)
{
  GError *error = NULL;
  BeaverDb *db;

  bench_fill (path, 10);
  db = bench_open (args, path);
  *queue = beaver_db_get_queue (db, "jobs", NULL);
  for (guint i = 0; i < args->n; i += PORTION)
    {
      guint some = MIN (args->n - i, PORTION);
      g_auto (GStrv) values = g_new0 (char *, some + 1);

      for (guint j = 0; j < some; j++)
        {
          char value[160];

          bench_value (value, i + j);
          values[j] = g_strdup (value);
        }
      bench_check (beaver_queue_put_many_json (*queue, (const char *const *) values, 5, NULL,
                                               &error) == some,
                   error);
    }
  return db;
}

/* One is put and one is taken, while args->n wait: the new one is in front half of the time. */
static void
run_queue (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "queue.db");
  gboolean plain = bench_is (args, "sqlite");
  gboolean claims = bench_is (args, "claim");
  BeaverQueue *queue;
  g_autoptr (BeaverDb) db = open_filled (args, path, &queue);
  guint64 done = 0;
  BenchTimes times;
  gint64 begin, end;
  Plain other;
  double cpu;

  bench_times_init (&times, 2000000);
  if (plain)
    {
      g_clear_object (&db);
      plain_open (&other, args, path);
    }
  cpu = bench_cpu ();
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      char value[160];
      double priority = done % 2 ? 1 : 9;
      GError *error = NULL;
      gint64 start;

      bench_value (value, (guint) done);
      start = bench_now ();
      if (plain)
        {
          plain_put (&other, priority, value);
          plain_take (&other);
        }
      else
        {
          bench_check (beaver_queue_put_json (queue, value, priority, NULL, &error), error);
          if (claims)
            {
              g_autoptr (BeaverJob) job = beaver_queue_claim (queue, 60, 0, NULL, &error);

              bench_check (job != NULL, error);
              bench_check (beaver_job_ack (job, NULL, &error), error);
            }
          else
            {
              g_autoptr (BeaverQueueItem) item = beaver_queue_get (queue, 0, NULL, &error);

              bench_check (item != NULL, error);
            }
        }
      bench_times_add (&times, start);
      done++;
    }
  bench_report ("ops_s", (double) done / ((double) (bench_now () - begin) / 1e9));
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) done);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  if (plain)
    plain_close (&other);
  g_clear_object (&db);
  bench_remove (path);
}

/* From the return of put() in one process to the return of get() in another, which sleeps. */

typedef struct
{
  gint64 received; /* atomic: when get() returned, 0 not yet */
  int ready;       /* atomic */
} Board;

static void
take_all (BeaverDb *db, Board *board)
{
  BeaverQueue *queue = beaver_db_get_queue (db, "jobs", NULL);

  __atomic_store_n (&board->ready, 1, __ATOMIC_RELEASE);
  for (guint i = 0; i < ITEMS; i++)
    {
      GError *error = NULL;
      g_autoptr (BeaverQueueItem) item = beaver_queue_get (queue, -1, NULL, &error);
      gint64 now = bench_now ();

      bench_check (item != NULL, error);
      __atomic_store_n (&board->received, now, __ATOMIC_RELEASE);
    }
}

static void
run_hand_over (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "hand-over.db");
  Board *board =
      mmap (NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autoptr (BeaverDb) db = NULL;
  BeaverQueue *queue;
  BenchTimes times;

  bench_fill (path, 10);
  bench_times_init (&times, ITEMS);
  if (fork () == 0)
    {
      db = bench_open (args, path);
      take_all (db, board);
      g_clear_object (&db);
      _exit (0);
    }
  db = bench_open (args, path);
  queue = beaver_db_get_queue (db, "jobs", NULL);
  while (!__atomic_load_n (&board->ready, __ATOMIC_ACQUIRE))
    g_usleep (1000);
  for (guint i = 0; i < ITEMS; i++)
    {
      GError *error = NULL;
      gint64 committed, received;

      g_usleep (500); /* the other one is asleep again */
      __atomic_store_n (&board->received, 0, __ATOMIC_RELEASE);
      bench_check (beaver_queue_put_json (queue, "\"job\"", 1, NULL, &error), error);
      committed = bench_now ();
      while ((received = __atomic_load_n (&board->received, __ATOMIC_ACQUIRE)) == 0)
        g_thread_yield ();
      times.times[times.n++] = (guint32) MAX (received - committed, 0);
    }
  wait (NULL);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  g_clear_object (&db);
  munmap (board, sizeof *board);
  bench_remove (path);
}

/* Instructions of one put and one get, with args->n waiting. */

typedef struct
{
  BeaverQueue *queue;
  Plain plain;
} Counted;

static void
count_queue (gpointer data, guint i)
{
  Counted *self = data;

  beaver_queue_put_json (self->queue, "\"job\"", i % 2 ? 1 : 9, NULL, NULL);
  g_object_unref (beaver_queue_get (self->queue, 0, NULL, NULL));
}

static void
count_queue_raw (gpointer data, guint i)
{
  Counted *self = data;

  plain_put (&self->plain, i % 2 ? 1 : 9, "\"job\"");
  plain_take (&self->plain);
}

static void
run_count_queue (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "count.db");
  volatile guint operations = BENCH_COUNT_OPERATIONS; /* no clone for the constant */
  gboolean plain = bench_is (args, "sqlite");
  Counted self;
  g_autoptr (BeaverDb) db = open_filled (args, path, &self.queue);

  if (plain)
    {
      g_clear_object (&db);
      plain_open (&self.plain, args, path);
      sqlite3_wal_autocheckpoint (self.plain.raw.db, 0);
    }
  for (guint i = 0; i < BENCH_COUNT_OPERATIONS; i++)
    (plain ? count_queue_raw : count_queue) (&self, i);
  bench_counted (plain ? count_queue_raw : count_queue, &self, operations);
  bench_report ("operations", BENCH_COUNT_OPERATIONS);
  if (plain)
    plain_close (&self.plain);
  g_clear_object (&db);
  bench_remove (path);
}

const BenchCase bench_queue_cases[] = {
  { "queue", "beaver sqlite claim", run_queue },
  { "hand-over", "beaver", run_hand_over },
  { "count-queue", "beaver sqlite", run_count_queue },
  { NULL },
};
