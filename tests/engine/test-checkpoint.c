/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The log stays bounded, nothing acknowledged is lost, and writers of several processes get on. */
#include "config.h"

#include <signal.h>
#include <sqlite3.h>

#include "engine-test.h"

#include <beaver/engine/beaver-core-private.h>

#define PAGE 4096
/* The writer's own hard limit, and what may be added before a checkpoint gets its turn on a busy
 * machine. Without any the log would hold all that is written. */
#define BOUND_FRAMES (16000 + 16000)

static gint64
log_frames (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  GStatBuf buf;

  return g_stat (wal, &buf) == 0 ? (gint64) buf.st_size / (PAGE + 24) : 0;
}

static void
assert_whole (const char *path)
{
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

/* A row of three pages, one of a thousand. */
static gboolean
fill_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection,
      "INSERT INTO __beaver_blobs__ (store_name, key, data) VALUES ('test', $1, randomblob(12000)) "
      "ON CONFLICT (store_name, key) DO UPDATE SET data = excluded.data",
      error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->key, -1);
  return _beaver_statement_run (statement, error);
}

static void
fill (BeaverEngine *engine, guint i)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strdup_printf ("%u", i % 1000);
  EngineOp op = { .key = key };

  _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, fill_work, &op, NULL, &error);
  g_assert_no_error (error);
}

static gpointer
scan_thread (gpointer data)
{
  gpointer *args = data;

  while (!__atomic_load_n ((int *) args[1], __ATOMIC_ACQUIRE))
    engine_read_access (args[0], BEAVER_ACCESS_SCAN, "counter");
  return NULL;
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (f->path, data != NULL, &error);
  gint64 most = 0;
  int stop = 0;
  gpointer args[] = { engine, &stop };
  GThread *scanners[2];

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (scanners); i++)
    scanners[i] = g_thread_new ("scanner", scan_thread, args);
  for (guint i = 0; i < beaver_test_rounds (data != NULL ? 6000 : 16000); i++)
    {
      fill (engine, i);
      if (i % 64 == 0)
        most = MAX (most, log_frames (f->path));
    }
  __atomic_store_n (&stop, 1, __ATOMIC_RELEASE);
  for (guint i = 0; i < G_N_ELEMENTS (scanners); i++)
    g_thread_join (scanners[i]);
  g_test_message ("at most %" G_GINT64_FORMAT " frames", most);
  g_assert_cmpint (most, <=, BOUND_FRAMES);
  engine_end (engine, f->dir);
  assert_whole (f->path);
}

/* Somebody else writes in between, and copies nothing: with every commit synced the writer copies
 * the log himself then, under the write lock. */
static void
test_bounded_beside_others (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (f->path, TRUE, &error);
  gint64 most = 0;
  sqlite3 *other;

  g_assert_no_error (error);
  fill (engine, 0);
  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  sqlite3_busy_timeout (other, BEAVER_TEST_DEADLINE * 1000);
  sqlite3_wal_autocheckpoint (other, 0);
  for (guint i = 0; i < beaver_test_rounds (3000); i++)
    {
      fill (engine, i);
      if (i % 8 == 0)
        g_assert_cmpint (sqlite3_exec (other,
                                       "UPDATE __beaver_blobs__ SET key = key WHERE key = '1'",
                                       NULL, NULL, NULL),
                         ==, SQLITE_OK);
      if (i % 64 == 0)
        most = MAX (most, log_frames (f->path));
    }
  g_test_message ("at most %" G_GINT64_FORMAT " frames", most);
  g_assert_cmpint (most, <=, BOUND_FRAMES);
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  engine_end (engine, f->dir);
  assert_whole (f->path);
}

/* --- Other processes --- */

/* Increments until its input ends; prints what it has acknowledged. */
static int
play_writer (const char *path, const char *full)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (path, *full == '1', &error);
  GPollFD input = { 0, G_IO_IN | G_IO_HUP, 0 };

  g_assert_no_error (error);
  printf ("ready\n");
  fflush (stdout);
  while (g_poll (&input, 1, 0) == 0)
    {
      EngineOp op = { .key = "counter" };

      _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_increment_work, &op, NULL, &error);
      g_assert_no_error (error);
      printf ("%" G_GINT64_FORMAT "\n", op.value);
      fflush (stdout);
    }
  engine_end (engine, NULL);
  return 0;
}

/* Killed at any moment: what it said to have committed is there. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < beaver_test_rounds (20); i++)
    {
      g_autoptr (GSubprocess) process = beaver_test_spawn_self ("writer", f->path, data, NULL);
      g_autofree char *ready = beaver_test_read_line (process);
      gint64 last = 0;
      gint64 until = g_get_monotonic_time () + g_test_rand_int_range (0, 40000);
      BeaverEngine *engine;
      char *line;

      g_assert_cmpstr (ready, ==, "ready");
      while (g_get_monotonic_time () < until)
        {
          g_autofree char *text = beaver_test_read_line (process);

          last = g_ascii_strtoll (text, NULL, 10);
        }
      g_subprocess_send_signal (process, SIGKILL);
      while ((line = beaver_test_read_line (process)) != NULL)
        {
          /* the last line may be cut */
          last = MAX (last, g_ascii_strtoll (line, NULL, 10));
          g_free (line);
        }
      g_subprocess_wait (process, NULL, NULL);
      engine = engine_open (f->path);
      g_assert_cmpint (MAX (0, engine_read (engine, "counter")), >=, last);
      engine_end (engine, f->dir);
      assert_whole (f->path);
    }
}

/* Increments for SECONDS, then prints the number. */
static int
play_counter (const char *path, const char *seconds)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (path, FALSE, &error);
  gint64 until;
  gint64 n = 0;

  g_assert_no_error (error);
  until = g_get_monotonic_time () + g_ascii_strtoll (seconds, NULL, 10) * G_USEC_PER_SEC;
  for (; g_get_monotonic_time () < until; n++)
    {
      EngineOp op = { .key = "counter" };

      _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_increment_work, &op, NULL, &error);
      g_assert_no_error (error);
    }
  engine_end (engine, NULL);
  printf ("%" G_GINT64_FORMAT "\n", n);
  return 0;
}

/* Python's sqlite3 with its default busy timeout of five seconds. */
static const char python[] =
    "import sqlite3, sys, time\n"
    "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "end, n, longest = time.monotonic() + float(sys.argv[2]), 0, 0\n"
    "while time.monotonic() < end:\n"
    "    start = time.monotonic()\n"
    "    db.execute('BEGIN IMMEDIATE')\n"
    "    db.execute(\"INSERT INTO __beaver_dicts__ VALUES ('test', 'counter', '1', NULL) ON "
    "CONFLICT \"\n"
    "               'DO UPDATE SET value = CAST (CAST (value AS INTEGER) + 1 AS TEXT)')\n"
    "    db.execute('COMMIT')\n"
    "    longest = max(longest, time.monotonic() - start)\n"
    "    n += 1\n"
    "print(n, 'longest wait %.3f s' % longest)\n";

static void
test_peers (Fixture *f, gconstpointer data)
{
  const char *interpreter = g_getenv ("BEAVER_TEST_PYTHON");
  const char *argv[] = {
    interpreter != NULL ? interpreter : "/usr/bin/python3", "-c", python, f->path, "3", NULL
  };
  BeaverEngine *engine = engine_open (f->path);
  GSubprocess *processes[4];
  gint64 expected = 0;

  for (guint i = 0; i < 3; i++)
    processes[i] = beaver_test_spawn_self ("counter", f->path, "3", NULL);
  processes[3] = beaver_test_spawnv (argv);
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autofree char *line = beaver_test_read_line (processes[i]);

      g_assert_nonnull (line);
      g_test_message ("%s: %s", i < 3 ? "ours" : "Python", line);
      expected += g_ascii_strtoll (line, NULL, 10);
      beaver_test_join (processes[i]);
      g_object_unref (processes[i]);
    }
  g_assert_cmpint (engine_read (engine, "counter"), ==, expected);
  g_assert_cmpint (log_frames (f->path), <=, BOUND_FRAMES);
  engine_close (engine);
  _beaver_engine_unref (engine);
  assert_whole (f->path);
}

/* Long before the writer has to do it itself. */
static void
test_background (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  BeaverWalHeader header;

  for (guint i = 0; i < 500; i++)
    fill (engine, i);
  header = _beaver_wal_index_peek (&engine->wal_index);
  g_assert_cmpuint (_beaver_wal_header_frames (&header), <, 16000);
  /* not what the log's index says: the log may have begun anew since */
  beaver_test_wait_until (__atomic_load_n (&engine->counts.copied, __ATOMIC_ACQUIRE) > 0);
  engine_end (engine, f->dir);
  assert_whole (f->path);
}

int
main (int argc, char *argv[])
{
  if (argc > 3 && strcmp (argv[1], "writer") == 0)
    return play_writer (argv[2], argv[3]);
  if (argc > 3 && strcmp (argv[1], "counter") == 0)
    return play_counter (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/checkpoint/bounded/normal", Fixture, NULL, fixture_set_up_closed, test_bounded,
              fixture_tear_down);
  g_test_add ("/checkpoint/bounded/full", Fixture, "full", fixture_set_up_closed, test_bounded,
              fixture_tear_down);
  g_test_add ("/checkpoint/killed/normal", Fixture, "0", fixture_set_up_closed, test_killed,
              fixture_tear_down);
  g_test_add ("/checkpoint/bounded/beside-others", Fixture, NULL, fixture_set_up_closed,
              test_bounded_beside_others, fixture_tear_down);
  g_test_add ("/checkpoint/killed/full", Fixture, "1", fixture_set_up_closed, test_killed,
              fixture_tear_down);
  beaver_test_add_closed ("/checkpoint/background", test_background);
  beaver_test_add_closed ("/checkpoint/peers", test_peers);
  return g_test_run ();
}
