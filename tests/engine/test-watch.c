/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <sqlite3.h>

#include "engine-test.h"

#include <beaver/engine/beaver-core-private.h>

static gint64
deadline (void)
{
  return g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_USEC_PER_SEC;
}

static void
wait_changed (BeaverWatch *watch)
{
  g_assert_cmpint (_beaver_watch_wait (watch, deadline (), NULL), ==, BEAVER_WAKE_CHANGED);
}

/* What was latched so far. */
static void
forget (BeaverWatch *watch)
{
  while (_beaver_watch_wait (watch, g_get_monotonic_time (), NULL) == BEAVER_WAKE_CHANGED)
    ;
}

static void
touch (BeaverEngine *engine, const char *topic)
{
  g_autoptr (GError) error = NULL;
  EngineOp op = { .key = "touched", .value = g_random_int (), .topic = (char *) topic };

  _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_write_work, &op, NULL, &error);
  g_assert_no_error (error);
}

/* The thread's own first look may wake once, for a change can have been before it was there; it
 * comes when the thread gets to run. From then on nothing wakes but what happens. */
static void
settle (BeaverEngine *engine, BeaverWatch *watch)
{
  if (!engine->memory)
    beaver_test_settle ("beaver-watch", 1);
  forget (watch);
}

/* --- This process --- */

static void
test_own (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (data != NULL ? data : f->path);
  g_autoptr (BeaverWatch) a = _beaver_watch_new (engine, "a");
  g_autoptr (BeaverWatch) b = _beaver_watch_new (engine, "b");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BeaverEngineTransaction *transaction;
  gint64 now;

  touch (engine, "none");
  for (guint i = 0; i < 20; i++)
    {
      forget (a);
      forget (b);
      touch (engine, "a");
      wait_changed (a);
      touch (engine, "b");
      wait_changed (b);
    }
  /* latched, once */
  settle (engine, a);
  touch (engine, "a");
  touch (engine, "a");
  wait_changed (a);
  now = g_get_monotonic_time ();
  g_assert_cmpint (_beaver_watch_wait (a, now + 20000, NULL), ==, BEAVER_WAKE_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time (), >=, now + 20000);

  /* rolled back: nothing happened */
  forget (a);
  transaction = _beaver_engine_begin (engine, NULL, NULL);
  touch (engine, "a");
  g_assert_cmpint (_beaver_watch_wait (a, g_get_monotonic_time () + 5000, NULL), ==,
                   BEAVER_WAKE_TIMEOUT);
  _beaver_engine_rollback (transaction, NULL);
  _beaver_engine_transaction_free (transaction);
  g_assert_cmpint (_beaver_watch_wait (a, g_get_monotonic_time () + 5000, NULL), ==,
                   BEAVER_WAKE_TIMEOUT);
  transaction = _beaver_engine_begin (engine, NULL, NULL);
  touch (engine, "a");
  _beaver_engine_commit (transaction, NULL, NULL);
  _beaver_engine_transaction_free (transaction);
  wait_changed (a);

  _beaver_watch_poke (b);
  wait_changed (b);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (_beaver_watch_wait (a, -1, cancellable), ==, BEAVER_WAKE_CANCELLED);
  _beaver_watch_stop (b);
  g_assert_true (_beaver_watch_is_stopped (b));
  g_assert_cmpint (_beaver_watch_wait (b, -1, NULL), ==, BEAVER_WAKE_STOPPED);
  g_assert_false (_beaver_watch_is_stopped (a));
  engine_close (engine);
  g_assert_cmpint (_beaver_watch_wait (a, -1, NULL), ==, BEAVER_WAKE_STOPPED);
  beaver_test_assert_all_closed (f->dir);
  _beaver_engine_unref (engine);
}

typedef struct
{
  BeaverWatch *watch;
  BeaverEngine *engine;
  gint64 seen; /* atomic */
  int target;
} Follower;

static gpointer
follow_thread (gpointer data)
{
  Follower *self = data;

  for (;;)
    {
      gint64 value = engine_read (self->engine, "counter");

      __atomic_store_n (&self->seen, value, __ATOMIC_RELEASE);
      if (value >= self->target)
        return NULL;
      wait_changed (self->watch);
    }
}

static gpointer
write_thread (gpointer data)
{
  Follower *self = data;

  for (int i = 0; i < self->target / 4; i++)
    {
      EngineOp op = { .key = "counter", .topic = (char *) "counter" };

      g_assert_true (_beaver_engine_run (self->engine, BEAVER_ACCESS_WRITE, engine_increment_work,
                                         &op, NULL, NULL));
    }
  return NULL;
}

/* Many writers, many who follow: the last value is seen by all of them. */
static void
test_own_many (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (data != NULL ? data : f->path);
  int target = 4 * (int) beaver_test_rounds (200);
  Follower followers[6];
  GThread *threads[G_N_ELEMENTS (followers)], *writers[4];

  for (guint i = 0; i < G_N_ELEMENTS (followers); i++)
    {
      followers[i] = (Follower){ _beaver_watch_new (engine, "counter"), engine, 0, target };
      threads[i] = g_thread_new ("follower", follow_thread, &followers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    writers[i] = g_thread_new ("writer", write_thread, &followers[0]);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    g_thread_join (writers[i]);
  for (guint i = 0; i < G_N_ELEMENTS (followers); i++)
    {
      g_thread_join (threads[i]);
      _beaver_watch_unref (followers[i].watch);
    }
  engine_end (engine, f->dir);
}

/* --- Other processes --- */

typedef struct
{
  sqlite3 *db;
  GMutex lock;
  GCond cond;
  int order;     /* (mutex lock) number of the commit to make; -1 end */
  int committed; /* atomic: number of the last one */
  gint64 when;   /* atomic: when it had returned */
} Foreign;

static void
foreign_exec (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
}

/* A connection that is not ours, in the same process. */
static sqlite3 *
foreign_open (const char *path, const char *pragmas)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, BEAVER_TEST_DEADLINE * 1000);
  foreign_exec (db, pragmas);
  return db;
}

static void
pause_up_to (int us)
{
  gint64 until = g_get_monotonic_time () + (us > 0 ? g_random_int_range (0, us) : 0);

  while (g_get_monotonic_time () < until)
    g_thread_yield ();
}

static gpointer
foreign_thread (gpointer data)
{
  Foreign *self = data;

  for (int done = 0;;)
    {
      g_autofree char *sql = NULL;

      g_mutex_lock (&self->lock);
      while (self->order == done)
        g_cond_wait (&self->cond, &self->lock);
      done = self->order;
      g_mutex_unlock (&self->lock);
      if (done < 0)
        return NULL;
      pause_up_to (400);
      sql = g_strdup_printf ("INSERT INTO __beaver_dicts__ VALUES ('test', 'foreign', %d, NULL) "
                             "ON CONFLICT DO UPDATE SET value = excluded.value",
                             done);
      foreign_exec (self->db, sql);
      __atomic_store_n (&self->when, g_get_monotonic_time (), __ATOMIC_RELEASE);
      __atomic_store_n (&self->committed, done, __ATOMIC_RELEASE);
    }
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
report (const char *what, GArray *times)
{
  g_array_sort (times, compare_times);
  g_test_message ("%s: commit to wake, us: p50 %" G_GINT64_FORMAT ", p90 %" G_GINT64_FORMAT
                  ", p99 %" G_GINT64_FORMAT ", max %" G_GINT64_FORMAT,
                  what, g_array_index (times, gint64, times->len / 2),
                  g_array_index (times, gint64, times->len * 9 / 10),
                  g_array_index (times, gint64, times->len * 99 / 100),
                  g_array_index (times, gint64, times->len - 1));
}

typedef struct
{
  const char *pragmas;
  gboolean own_writes;
  gboolean new_watch; /* for each round */
} ForeignCase;

static void
test_foreign (Fixture *f, gconstpointer data)
{
  const ForeignCase *test = data;
  BeaverEngine *engine = engine_open (f->path);
  Foreign foreign = { .db = foreign_open (f->path, test->pragmas) };
  GThread *thread = g_thread_new ("foreign", foreign_thread, &foreign);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  BeaverWatch *watch = test->new_watch ? NULL : _beaver_watch_new (engine, "nothing");
  int rounds = (int) beaver_test_rounds (500);

  for (int i = 1; i <= rounds; i++)
    {
      gint64 now, when;

      g_mutex_lock (&foreign.lock);
      foreign.order = i;
      g_cond_signal (&foreign.cond);
      g_mutex_unlock (&foreign.lock);
      pause_up_to (test->own_writes ? 600 : 0);
      if (test->own_writes)
        for (int j = g_random_int_range (0, 4); j > 0; j--)
          touch (engine, "other");
      if (test->new_watch)
        {
          pause_up_to (500);
          watch = _beaver_watch_new (engine, "nothing");
        }
      while (engine_read (engine, "foreign") < i)
        wait_changed (watch);
      now = g_get_monotonic_time ();
      /* seen may be before the commit has returned over there */
      beaver_test_wait_until (__atomic_load_n (&foreign.committed, __ATOMIC_ACQUIRE) == i);
      when = MAX (0, now - __atomic_load_n (&foreign.when, __ATOMIC_ACQUIRE));
      g_array_append_val (times, when);
      if (test->new_watch)
        _beaver_watch_unref (watch);
    }
  g_mutex_lock (&foreign.lock);
  foreign.order = -1;
  g_cond_signal (&foreign.cond);
  g_mutex_unlock (&foreign.lock);
  g_thread_join (thread);
  report (test->pragmas, times);
  if (!test->new_watch)
    _beaver_watch_unref (watch);
  sqlite3_close (foreign.db);
  engine_end (engine, f->dir);
}

static const char python[] =
    "import sqlite3, sys\n"
    "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "db.execute('PRAGMA synchronous = ' + sys.argv[2])\n"
    "print('ready', flush=True)\n"
    "for line in sys.stdin:\n"
    "    db.execute(\"INSERT INTO __beaver_dicts__ VALUES ('test', 'foreign', ?, NULL) \"\n"
    "               'ON CONFLICT DO UPDATE SET value = excluded.value', (line.strip(),))\n";

static void
test_python (Fixture *f, gconstpointer data)
{
  const char *interpreter = g_getenv ("BEAVER_TEST_PYTHON");
  BeaverEngine *engine = engine_open (f->path);
  const char *argv[] = {
    interpreter != NULL ? interpreter : "/usr/bin/python3", "-c", python, f->path, data, NULL
  };
  g_autoptr (GSubprocess) process = beaver_test_spawnv (argv);
  g_autofree char *ready = beaver_test_read_line (process);
  g_autoptr (BeaverWatch) watch = _beaver_watch_new (engine, "nothing");
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_assert_cmpstr (ready, ==, "ready");
  for (int i = 1; i <= (int) beaver_test_rounds (200); i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);
      gint64 now = g_get_monotonic_time ();

      beaver_test_write_line (process, text);
      while (engine_read (engine, "foreign") < i)
        wait_changed (watch);
      now = g_get_monotonic_time () - now;
      g_array_append_val (times, now);
      pause_up_to (300);
    }
  report (data, times);
  beaver_test_join (process);
  engine_close (engine);
  _beaver_engine_unref (engine);
}

/* --- Idle --- */

typedef struct
{
  guint64 switches; /* of the watch thread */
  guint64 ticks;    /* its time on a processor, in clock ticks */
} Usage;

static gboolean
find_watch_thread (Usage *usage)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *comm_path = g_build_filename ("/proc/self/task", name, "comm", NULL);
      g_autofree char *status_path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *stat_path = g_build_filename ("/proc/self/task", name, "stat", NULL);
      g_autofree char *comm = NULL, *status = NULL, *stat = NULL;
      unsigned long user = 0, system = 0;
      const char *at;

      if (!g_file_get_contents (comm_path, &comm, NULL, NULL) ||
          !g_str_has_prefix (comm, "beaver-watch") ||
          !g_file_get_contents (status_path, &status, NULL, NULL) ||
          !g_file_get_contents (stat_path, &stat, NULL, NULL))
        continue;
      at = strstr (status, "\nvoluntary_ctxt_switches:");
      g_assert_nonnull (at);
      usage->switches = g_ascii_strtoull (strchr (at, ':') + 2, NULL, 10);
      at = strrchr (stat, ')');
      g_assert_cmpint (
          sscanf (at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
          ==, 2);
      usage->ticks = user + system;
      return TRUE;
    }
  return FALSE;
}

/* Nothing happens: the thread looks rarely after its start, and then not at all. */
static void
test_idle (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  g_autoptr (BeaverWatch) watch = _beaver_watch_new (engine, "a");
  gint64 give_up = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_USEC_PER_SEC;
  guint64 switches;

  /* it gets to run when the machine lets it; a thread that never rests would be seen each time */
  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, give_up);
      switches = beaver_test_count_wakeups ("beaver-watch", 1, 2);
      g_test_message ("%" G_GUINT64_FORMAT " switches in 2 s", switches);
    }
  while (switches > 5);
  engine_end (engine, f->dir);
}

/* Own writes about something else. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  BeaverEngine *engine = engine_open (f->path);
  g_autoptr (BeaverWatch) watch = _beaver_watch_new (engine, "a");
  Usage before = { 0 }, after = { 0 };
  guint64 n = 0;
  gint64 end;

  settle (engine, watch);
  g_assert_true (find_watch_thread (&before));
  end = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  for (; g_get_monotonic_time () < end; n++)
    touch (engine, "b");
  g_assert_true (find_watch_thread (&after));
  g_test_message ("%" G_GUINT64_FORMAT " writes in 2 s: the watch thread took %" G_GUINT64_FORMAT
                  " ms and %" G_GUINT64_FORMAT " switches",
                  n, (after.ticks - before.ticks) * 1000 / (guint64) sysconf (_SC_CLK_TCK),
                  after.switches - before.switches);
  /* 10 % of a processor */
  g_assert_cmpuint ((after.ticks - before.ticks) * 1000 / (guint64) sysconf (_SC_CLK_TCK), <=, 200);
  g_assert_cmpint (_beaver_watch_wait (watch, g_get_monotonic_time (), NULL), ==,
                   BEAVER_WAKE_TIMEOUT);
  engine_end (engine, f->dir);
}

int
main (int argc, char *argv[])
{
  static const ForeignCase cases[] = {
    { "PRAGMA synchronous = NORMAL", FALSE, FALSE }, { "PRAGMA synchronous = FULL", FALSE, FALSE },
    { "PRAGMA synchronous = NORMAL", TRUE, FALSE },  { "PRAGMA synchronous = FULL", TRUE, FALSE },
    { "PRAGMA synchronous = NORMAL", FALSE, TRUE },  { "PRAGMA synchronous = FULL", FALSE, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/watch/file/own", Fixture, NULL, fixture_set_up_closed, test_own, fixture_tear_down);
  g_test_add ("/watch/memory/own", Fixture, ":memory:", fixture_set_up_closed, test_own,
              fixture_tear_down);
  g_test_add ("/watch/file/own-many", Fixture, NULL, fixture_set_up_closed, test_own_many,
              fixture_tear_down);
  g_test_add ("/watch/memory/own-many", Fixture, ":memory:", fixture_set_up_closed, test_own_many,
              fixture_tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf (
          "/watch/foreign/%s%s%s", i % 2 == 0 ? "normal" : "full",
          cases[i].own_writes ? "/own-writes" : "", cases[i].new_watch ? "/new-watch" : "");

      g_test_add (path, Fixture, &cases[i], fixture_set_up_closed, test_foreign, fixture_tear_down);
    }
  g_test_add ("/watch/python/normal", Fixture, "NORMAL", fixture_set_up_closed, test_python,
              fixture_tear_down);
  g_test_add ("/watch/python/full", Fixture, "FULL", fixture_set_up_closed, test_python,
              fixture_tear_down);
  beaver_test_add_closed ("/watch/idle", test_idle);
  beaver_test_add_closed ("/watch/busy", test_busy);
  return g_test_run ();
}
