/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Logs and channels: appending, publishing, and how long a message is on its way. */
#include "bench.h"

#include <math.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 1000

static void
run_stream (const BenchArgs *args, gboolean publish, gboolean batch)
{
  g_autofree char *path = bench_path (args, "stream.db");
  gboolean plain = bench_is (args, "sqlite");
  g_autoptr (BeaverDb) db = NULL;
  BeaverLog *log = NULL;
  BeaverChannel *channel = NULL;
  BenchTimes times;
  double stamp = 1.7e9;
  guint64 done = 0;
  gint64 begin, end;
  double cpu;
  BenchRaw raw;

  bench_fill (path, 10);
  bench_fill_streams (path, args->n, !publish);
  bench_times_init (&times, 2000000);
  if (plain)
    bench_raw_open (&raw, path, args->full);
  else
    {
      db = bench_open (args, path);
      log = beaver_db_get_log (db, "events", NULL);
      channel = beaver_db_get_channel (db, "news", NULL);
    }
  cpu = bench_cpu ();
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      char texts[BATCH][160];
      const char *jsons[BATCH + 1] = { NULL };
      guint n = batch ? BATCH : 1;
      GError *error = NULL;
      gint64 start;

      for (guint i = 0; i < n; i++)
        {
          bench_value (texts[i], (guint) (done + i));
          jsons[i] = texts[i];
        }
      jsons[n] = NULL;
      start = bench_now ();
      if (!plain && publish)
        bench_check (batch ? beaver_channel_publish_batch (channel, jsons, NULL, &error) :
                             beaver_channel_publish (channel, jsons[0], NULL, &error),
                     error);
      else if (!plain && batch)
        {
          g_autoptr (GPtrArray) entries = g_ptr_array_new_full (n, g_object_unref);

          for (guint i = 0; i < n; i++)
            g_ptr_array_add (entries, beaver_log_entry_new (NAN, jsons[i]));
          bench_check (
              beaver_log_append_batch (log, (BeaverLogEntry **) entries->pdata, n, NULL, &error),
              error);
        }
      else if (!plain)
        bench_check (beaver_log_append_json (log, jsons[0], NULL, &error), error);
      else
        {
          if (batch)
            bench_raw_step (&raw, raw.begin);
          for (guint i = 0; i < n; i++)
            {
              stamp += 1e-5;
              if (publish)
                bench_raw_publish (&raw, stamp, texts[i], (int) strlen (texts[i]));
              else
                bench_raw_append (&raw, stamp, texts[i], (int) strlen (texts[i]));
            }
          if (batch)
            bench_raw_step (&raw, raw.commit);
        }
      bench_times_add (&times, start);
      done += n;
    }
  if (plain)
    bench_raw_close (&raw);
  g_clear_object (&db);
  bench_report ("ops_s", (double) done / ((double) (bench_now () - begin) / 1e9));
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) done);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  bench_remove (path);
}

static void
run_append (const BenchArgs *args)
{
  run_stream (args, FALSE, FALSE);
}

static void
run_append_batch (const BenchArgs *args)
{
  run_stream (args, FALSE, TRUE);
}

static void
run_publish (const BenchArgs *args)
{
  run_stream (args, TRUE, FALSE);
}

static void
run_publish_batch (const BenchArgs *args)
{
  run_stream (args, TRUE, TRUE);
}

/* From the return of publish() to the return of next(): the publisher waits until the subscriber
 * sleeps again. The value is the time at which publish() was called; committed tells when it had
 * returned. */

#define MESSAGES 2000

typedef struct
{
  gint64 committed; /* atomic: when publish() returned, 0 not yet */
  gint64 received;  /* atomic: when next() returned, 0 not yet */
  int ready;        /* atomic */
} Board;

static void
receive (BeaverDb *db, Board *board)
{
  GError *error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (db, "news", &error);
  g_autoptr (BeaverSubscription) subscription = NULL;

  bench_check (channel != NULL, error);
  subscription = beaver_channel_subscribe (channel, NULL, &error);
  bench_check (subscription != NULL, error);
  __atomic_store_n (&board->ready, 1, __ATOMIC_RELEASE);
  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autoptr (BeaverMessage) message = beaver_subscription_next (subscription, -1, NULL, &error);
      gint64 now = bench_now ();

      bench_check (message != NULL, error);
      __atomic_store_n (&board->received, now, __ATOMIC_RELEASE);
    }
}

static void
send_all (BeaverDb *db, Board *board, BenchTimes *times)
{
  BeaverChannel *channel = beaver_db_get_channel (db, "news", NULL);

  while (!__atomic_load_n (&board->ready, __ATOMIC_ACQUIRE))
    g_usleep (1000);
  for (guint i = 0; i < MESSAGES; i++)
    {
      char value[160];
      gint64 committed, received;
      GError *error = NULL;

      g_usleep (500); /* the subscriber is asleep again */
      bench_value (value, i);
      __atomic_store_n (&board->received, 0, __ATOMIC_RELEASE);
      bench_check (beaver_channel_publish (channel, value, NULL, &error), error);
      committed = bench_now ();
      while ((received = __atomic_load_n (&board->received, __ATOMIC_ACQUIRE)) == 0)
        g_thread_yield ();
      times->times[times->n++] = (guint32) MAX (received - committed, 0);
    }
}

typedef struct
{
  BeaverDb *db;
  Board *board;
} Receiver;

static gpointer
receive_thread (gpointer data)
{
  Receiver *receiver = data;

  receive (receiver->db, receiver->board);
  return NULL;
}

static void
run_wake (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "wake.db");
  Board *board =
      mmap (NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autoptr (BeaverDb) db = NULL;
  BenchTimes times;

  bench_fill (path, 10);
  bench_times_init (&times, MESSAGES);
  if (bench_is (args, "same-process"))
    {
      Receiver receiver = { NULL, board };
      GThread *thread;

      receiver.db = db = bench_open (args, path);
      thread = g_thread_new ("receiver", receive_thread, &receiver);
      send_all (db, board, &times);
      g_thread_join (thread);
    }
  else
    {
      if (fork () == 0)
        {
          db = bench_open (args, path);
          receive (db, board);
          g_clear_object (&db);
          _exit (0);
        }
      db = bench_open (args, path);
      send_all (db, board, &times);
      wait (NULL);
    }
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  g_clear_object (&db);
  bench_remove (path);
}

const BenchCase bench_stream_cases[] = {
  { "append", "beaver sqlite", run_append },
  { "append-batch", "beaver sqlite", run_append_batch },
  { "publish", "beaver sqlite", run_publish },
  { "publish-batch", "beaver sqlite", run_publish_batch },
  { "wake", "same-process other-process", run_wake },
  { NULL },
};
