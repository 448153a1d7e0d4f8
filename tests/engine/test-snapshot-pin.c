/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A snapshot is held during a burst of reads, and nobody is the worse for it. */
#include "config.h"

#include "../beaver-test-sqlite.h"
#include "engine-test.h"

#include <beaver/engine/beaver-core-private.h>

static void
read_until_held (BeaverEngine *engine)
{
  gint64 end = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;

  while (!_beaver_snapshot_pin_is_held (engine->snapshot_pin))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      engine_read (engine, "a");
    }
}

static void
test_held_and_let_go (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);

  engine_must_write (engine, "a", 1);
  for (guint i = 0; i < beaver_test_rounds (5); i++)
    {
      read_until_held (engine);
      beaver_test_wait_until (!_beaver_snapshot_pin_is_held (engine->snapshot_pin));
    }
  engine_end (engine, f->dir);
}

static void
test_a_few_reads_hold_nothing (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);

  engine_must_write (engine, "a", 1);
  for (guint i = 0; i < 60; i++)
    engine_read (engine, "a");
  g_assert_false (_beaver_snapshot_pin_is_held (engine->snapshot_pin));
  engine_end (engine, f->dir);
}

/* Without a log nothing is shared by counting. */
static void
test_rollback_journal (Fixture *f, gconstpointer data)
{
  BeaverEngineOptions options = { .path = f->path,
                                  .connection_timeout = 30.0,
                                  .temp_memory = TRUE };
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = _beaver_engine_open (&options, NULL, &error);

  g_assert_no_error (error);
  engine_must_write (engine, "a", 1);
  for (guint i = 0; i < 1000; i++)
    engine_read (engine, "a");
  g_assert_false (_beaver_snapshot_pin_is_held (engine->snapshot_pin));
  engine_end (engine, f->dir);
}

static void
test_fresh (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  sqlite3 *raw = raw_open (f->path);

  engine_must_write (engine, "a", 0);
  for (guint i = 1; i <= beaver_test_rounds (10); i++)
    {
      g_autofree char *sql =
          g_strdup_printf ("UPDATE __beaver_dicts__ SET value = '%u' WHERE key = 'a'", 2 * i);

      read_until_held (engine);
      raw_exec (raw, sql);
      g_assert_cmpint (engine_read (engine, "a"), ==, 2 * i);
      g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, 2 * i);
      read_until_held (engine);
      engine_must_write (engine, "a", 2 * i + 1);
      g_assert_cmpint (engine_read (engine, "a"), ==, 2 * i + 1);
      g_assert_cmpint (engine_read_access (engine, BEAVER_ACCESS_SCAN, "a"), ==, 2 * i + 1);
    }
  raw_close (raw);
  engine_end (engine, f->dir);
}

typedef struct
{
  BeaverEngine *engine;
  int stop; /* atomic */
} Reader;

static gpointer
read_on (gpointer data)
{
  Reader *reader = data;

  while (!__atomic_load_n (&reader->stop, __ATOMIC_ACQUIRE))
    engine_read (reader->engine, "a");
  return NULL;
}

/* Somebody who does nothing but read does not keep another program from emptying the log. */
static void
test_foreign_checkpoint (Fixture *f, gconstpointer data)
{
  Reader reader = { .engine = engine_open (f->path) };
  sqlite3 *raw = raw_open (f->path);
  GThread *thread;

  engine_must_write (reader.engine, "a", 0);
  sqlite3_busy_timeout (raw, BEAVER_TEST_DEADLINE * 1000);
  thread = g_thread_new ("reader", read_on, &reader);
  for (guint i = 0; i < beaver_test_rounds (5); i++)
    {
      g_autofree char *answer = NULL;

      raw_exec (raw, "UPDATE __beaver_dicts__ SET value = value + 1");
      beaver_test_wait_until (_beaver_snapshot_pin_is_held (reader.engine->snapshot_pin));
      answer = raw_query (raw, "PRAGMA wal_checkpoint(TRUNCATE)");
      g_assert_cmpstr (answer, ==, "0|0|0");
    }
  __atomic_store_n (&reader.stop, 1, __ATOMIC_RELEASE);
  g_thread_join (thread);
  raw_close (raw);
  engine_end (reader.engine, f->dir);
}

/* Frames in the log at most while `n` commits come from a program with SQLite's own checkpoints. */
static gint64
largest_log (sqlite3 *raw, const char *wal, guint n)
{
  goffset largest = 0;

  for (guint i = 0; i < n; i++)
    {
      GStatBuf buf;

      raw_exec (raw, "UPDATE __beaver_dicts__ SET value = value + 1");
      if (g_stat (wal, &buf) == 0)
        largest = MAX (largest, buf.st_size);
    }
  return (gint64) largest / 4120;
}

/* Nor does the log of a program with SQLite's own checkpoints grow beside it. */
static void
test_foreign_log_is_bounded (Fixture *f, gconstpointer data)
{
  Reader reader = { .engine = engine_open (f->path) };
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  gint64 frames = G_MAXINT64;
  GThread *thread;

  engine_must_write (reader.engine, "a", 0);
  sqlite3_busy_timeout (raw, BEAVER_TEST_DEADLINE * 1000);
  thread = g_thread_new ("reader", read_on, &reader);
  /* Its own checkpoints begin at 1,000. A reader whom the machine lets stand still in the middle of
   * a read keeps the log, once; one who never lets go keeps it each time. */
  for (guint i = 0; i < 5 && frames >= 9000; i++)
    {
      g_autofree char *answer = raw_query (raw, "PRAGMA wal_checkpoint(TRUNCATE)");

      g_assert_cmpstr (answer, ==, "0|0|0");
      frames = largest_log (raw, wal, 12000);
      g_test_message ("at most %" G_GINT64_FORMAT " frames", frames);
    }
  g_assert_cmpint (frames, <, 9000);
  __atomic_store_n (&reader.stop, 1, __ATOMIC_RELEASE);
  g_thread_join (thread);
  raw_close (raw);
  engine_end (reader.engine, f->dir);
}

static gpointer
read_until_closed (gpointer data)
{
  Reader *reader = data;
  g_autoptr (GError) error = NULL;
  EngineOp op = { .key = "a" };

  while (
      _beaver_engine_run (reader->engine, BEAVER_ACCESS_POINT, engine_read_work, &op, NULL, &error))
    ;
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  return NULL;
}

static void
test_close (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < beaver_test_rounds (20); i++)
    {
      Reader reader = { .engine = engine_open (f->path) };
      GThread *threads[2];

      engine_must_write (reader.engine, "a", i);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("reader", read_until_closed, &reader);
      if (i % 2 == 0)
        beaver_test_wait_until (_beaver_snapshot_pin_is_held (reader.engine->snapshot_pin));
      engine_close (reader.engine);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      engine_end (reader.engine, f->dir);
      engine_assert_no_log (f->path);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/snapshot-pin/held-and-let-go", test_held_and_let_go);
  beaver_test_add_closed ("/snapshot-pin/a-few-reads-hold-nothing", test_a_few_reads_hold_nothing);
  beaver_test_add_closed ("/snapshot-pin/rollback-journal", test_rollback_journal);
  beaver_test_add_closed ("/snapshot-pin/fresh", test_fresh);
  beaver_test_add_closed ("/snapshot-pin/foreign-checkpoint", test_foreign_checkpoint);
  beaver_test_add_closed ("/snapshot-pin/foreign-log-is-bounded", test_foreign_log_is_bounded);
  beaver_test_add_closed ("/snapshot-pin/close", test_close);
  return g_test_run ();
}
