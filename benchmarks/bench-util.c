/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <glib/gstdio.h>

static GString *report;
int bench_stop;

void
bench_report (const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (report == NULL)
    report = g_string_new (NULL);
  g_string_append_printf (report, "%s\"%s\": %s", report->len > 0 ? ", " : "", name,
                          g_ascii_dtostr (text, sizeof text, value));
}

static void
print_report (void)
{
  printf ("{%s}\n", report != NULL ? report->str : "");
}

gboolean
bench_is (const BenchArgs *args, const char *variant)
{
  return strcmp (args->variant, variant) == 0;
}

/* Latencies */

void
bench_times_init (BenchTimes *self, gsize room)
{
  self->times = g_new (guint32, room);
  self->room = room;
  self->n = 0;
  /* no page faults while it is measured */
  memset (self->times, 0, room * sizeof *self->times);
}

void
bench_times_clear (BenchTimes *self)
{
  g_clear_pointer (&self->times, g_free);
}

static int
compare (gconstpointer one, gconstpointer other)
{
  guint32 a = *(const guint32 *) one;
  guint32 b = *(const guint32 *) other;

  return (a > b) - (a < b);
}

double
bench_times_median (BenchTimes *self)
{
  gsize n = MIN (self->n, self->room);

  qsort (self->times, n, sizeof *self->times, compare);
  return n > 0 ? self->times[n / 2] / 1e3 : 0;
}

static void
report_quantile (const char *prefix, const char *name, guint32 *times, gsize n, double quantile)
{
  g_autofree char *key = g_strconcat (prefix, name, NULL);

  bench_report (key, times[MIN (n - 1, (gsize) (quantile * (double) n))] / 1e3);
}

void
bench_report_times (const char *prefix, BenchTimes *times, guint n_threads)
{
  g_autofree guint32 *all = NULL;
  gsize n = 0;

  for (guint i = 0; i < n_threads; i++)
    n += MIN (times[i].n, times[i].room);
  if (n == 0)
    return;
  all = g_new (guint32, n);
  n = 0;
  for (guint i = 0; i < n_threads; i++)
    {
      gsize len = MIN (times[i].n, times[i].room);

      memcpy (all + n, times[i].times, len * sizeof *all);
      n += len;
    }
  qsort (all, n, sizeof *all, compare);
  report_quantile (prefix, "p50_us", all, n, 0.5);
  report_quantile (prefix, "p99_us", all, n, 0.99);
  report_quantile (prefix, "p9999_us", all, n, 0.9999);
  report_quantile (prefix, "max_us", all, n, 1);
}

/* Threads */

typedef struct
{
  BenchThread *thread;
  BenchThreadFunc run;
  int *started; /* atomic */
  int *go;      /* atomic */
} Start;

static gpointer
thread_main (gpointer data)
{
  Start start = *(Start *) data;

  g_free (data);
  __atomic_fetch_add (start.started, 1, __ATOMIC_RELEASE);
  while (!__atomic_load_n (start.go, __ATOMIC_ACQUIRE))
    g_thread_yield ();
  start.run (start.thread);
  return NULL;
}

double
bench_run_threads (const BenchArgs *args,
                   BenchThread *threads,
                   BenchThreadFunc run,
                   gpointer data,
                   gsize room)
{
  g_autofree GThread **handles = g_new (GThread *, args->threads);
  int started = 0, go = 0;
  gint64 begin;

  __atomic_store_n (&bench_stop, 0, __ATOMIC_RELEASE);
  for (guint i = 0; i < args->threads; i++)
    {
      Start *start = g_new (Start, 1);

      threads[i] = (BenchThread){ .index = i, .args = args, .data = data, .seed = i + 1 };
      bench_times_init (&threads[i].times, room);
      *start = (Start){ &threads[i], run, &started, &go };
      handles[i] = g_thread_new ("bench", thread_main, start);
    }
  while (__atomic_load_n (&started, __ATOMIC_ACQUIRE) < (int) args->threads)
    g_thread_yield ();
  begin = bench_now ();
  __atomic_store_n (&go, 1, __ATOMIC_RELEASE);
  g_usleep ((gulong) (args->seconds * G_USEC_PER_SEC));
  __atomic_store_n (&bench_stop, 1, __ATOMIC_RELEASE);
  for (guint i = 0; i < args->threads; i++)
    g_thread_join (handles[i]);
  return (double) (bench_now () - begin) / 1e9;
}

void
bench_threads_clear (BenchThread *threads, guint n)
{
  for (guint i = 0; i < n; i++)
    bench_times_clear (&threads[i].times);
}

/* Keys and values */

void
bench_key (char key[BENCH_KEY_SIZE], guint i)
{
  guint64 state = i;

  g_snprintf (key, BENCH_KEY_SIZE, "user:%016" G_GINT64_MODIFIER "x", bench_random (&state));
}

int
bench_value (char value[160], guint n)
{
  return g_snprintf (value, 160,
                     "{\"name\": \"Ada Lovelace\", \"age\": 36, \"tags\": [\"math\", \"poetry\"],"
                     " \"active\": true, \"score\": 98.6, \"note\": \"%010u\"}",
                     n * 2654435761u);
}

/* Ours */

void
bench_check (gboolean ok, GError *error)
{
  if (!ok)
    {
      g_printerr ("bench: %s\n", error != NULL ? error->message : "failed");
      exit (1);
    }
}

char *
bench_path (const BenchArgs *args, const char *name)
{
  return g_build_filename (args->directory, name, NULL);
}

void
bench_remove (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_unlink (file);
    }
}

void
bench_fill (const char *path, guint n)
{
  g_autoptr (BeaverDb) db = NULL;
  GError *error = NULL;
  BenchRaw raw;

  bench_remove (path);
  /* makes the tables */
  db = beaver_db_open (path, NULL, &error);
  bench_check (db != NULL, error);
  bench_check (beaver_db_close (db, &error), error);

  bench_raw_open (&raw, path, FALSE);
  bench_raw_step (&raw, raw.begin);
  for (guint i = 0; i < n; i++)
    {
      char key[BENCH_KEY_SIZE], value[160];

      bench_key (key, i);
      bench_raw_set (&raw, key, value, bench_value (value, i));
    }
  bench_raw_step (&raw, raw.commit);
  bench_raw_execute (&raw, "PRAGMA wal_checkpoint(TRUNCATE)");
  bench_raw_close (&raw);
}

BeaverDb *
bench_open (const BenchArgs *args, const char *path)
{
  GError *error = NULL;
  BeaverDb *db =
      g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", path, "synchronous", args->full, NULL);

  bench_check (db != NULL, error);
  return db;
}

/* Plain SQLite */

static sqlite3_stmt *
prepare (BenchRaw *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    {
      g_printerr ("bench: %s: %s\n", sql, sqlite3_errmsg (self->db));
      exit (1);
    }
  return statement;
}

void
bench_raw_open (BenchRaw *self, const char *path, gboolean full)
{
  if (sqlite3_open_v2 (path, &self->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK)
    g_error ("cannot open %s", path);
  sqlite3_busy_timeout (self->db, 60000);
  bench_raw_execute (self, full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  bench_raw_execute (self, "PRAGMA temp_store = MEMORY");
  /* exactly the statements that the library's tables need for it */
  self->get = prepare (self, "SELECT value FROM __beaver_dicts__ WHERE dict_name = ?1 AND key = ?2"
                             " AND (expires_at IS NULL OR expires_at >= ?3)");
  self->set = prepare (self, "INSERT INTO __beaver_dicts__ (dict_name, key, value, expires_at)"
                             " VALUES (?1, ?2, ?3, NULL) ON CONFLICT (dict_name, key) DO UPDATE"
                             " SET value = excluded.value, expires_at = excluded.expires_at");
  self->append =
      prepare (self, "INSERT INTO __beaver_logs__ (log_name, timestamp, data)"
                     " VALUES (?1, ?2, ?3) ON CONFLICT (log_name, timestamp) DO NOTHING");
  self->newest =
      prepare (self, "SELECT MAX(timestamp) FROM __beaver_pubsub_log__ WHERE timestamp < 1e300");
  self->publish = prepare (self, "INSERT INTO __beaver_pubsub_log__"
                                 " (timestamp, channel_name, message_payload) VALUES (?1, ?2, ?3)");
  self->begin = prepare (self, "BEGIN IMMEDIATE");
  self->commit = prepare (self, "COMMIT");
}

void
bench_raw_close (BenchRaw *self)
{
  sqlite3_finalize (self->get);
  sqlite3_finalize (self->set);
  sqlite3_finalize (self->append);
  sqlite3_finalize (self->newest);
  sqlite3_finalize (self->publish);
  sqlite3_finalize (self->begin);
  sqlite3_finalize (self->commit);
  if (sqlite3_close (self->db) != SQLITE_OK)
    g_error ("cannot close");
}

void
bench_raw_execute (BenchRaw *self, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (self->db, sql, NULL, NULL, &message) != SQLITE_OK)
    {
      g_printerr ("bench: %s: %s\n", sql, message);
      exit (1);
    }
}

void
bench_raw_step (BenchRaw *self, sqlite3_stmt *statement)
{
  if (sqlite3_step (statement) != SQLITE_DONE)
    {
      g_printerr ("bench: %s\n", sqlite3_errmsg (self->db));
      exit (1);
    }
  sqlite3_reset (statement);
}

char *
bench_raw_get (BenchRaw *self, const char *key)
{
  char *value = NULL;
  int code;

  sqlite3_bind_text (self->get, 1, "users", 5, SQLITE_STATIC);
  sqlite3_bind_text (self->get, 2, key, -1, SQLITE_STATIC);
  sqlite3_bind_double (self->get, 3, (double) g_get_real_time () / G_USEC_PER_SEC);
  code = sqlite3_step (self->get);
  if (code == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (self->get, 0);
      gsize length = (gsize) sqlite3_column_bytes (self->get, 0);

      value = malloc (length + 1);
      memcpy (value, text, length + 1);
    }
  else if (code != SQLITE_DONE)
    {
      g_printerr ("bench: %s\n", sqlite3_errmsg (self->db));
      exit (1);
    }
  sqlite3_reset (self->get);
  return value;
}

void
bench_raw_set (BenchRaw *self, const char *key, const char *value, int length)
{
  sqlite3_bind_text (self->set, 1, "users", 5, SQLITE_STATIC);
  sqlite3_bind_text (self->set, 2, key, -1, SQLITE_STATIC);
  sqlite3_bind_text (self->set, 3, value, length, SQLITE_STATIC);
  bench_raw_step (self, self->set);
}

void
bench_raw_append (BenchRaw *self, double timestamp, const char *data, int length)
{
  sqlite3_bind_text (self->append, 1, "events", 6, SQLITE_STATIC);
  sqlite3_bind_double (self->append, 2, timestamp);
  sqlite3_bind_text (self->append, 3, data, length, SQLITE_STATIC);
  bench_raw_step (self, self->append);
}

void
bench_raw_publish (BenchRaw *self, double timestamp, const char *payload, int length)
{
  sqlite3_bind_double (self->publish, 1, timestamp);
  sqlite3_bind_text (self->publish, 2, "news", 4, SQLITE_STATIC);
  sqlite3_bind_text (self->publish, 3, payload, length, SQLITE_STATIC);
  bench_raw_step (self, self->publish);
}

void
bench_fill_streams (const char *path, guint n, gboolean log)
{
  BenchRaw raw;

  bench_raw_open (&raw, path, FALSE);
  bench_raw_step (&raw, raw.begin);
  for (guint i = 0; i < n; i++)
    {
      char value[160];
      int length = bench_value (value, i);

      if (log)
        bench_raw_append (&raw, 1e9 + i * 1e-3, value, length);
      else
        bench_raw_publish (&raw, 1e9 + i * 1e-3, value, length);
    }
  bench_raw_step (&raw, raw.commit);
  bench_raw_close (&raw);
}

/* Program */

static const BenchCase *const tables[] = {
  bench_dict_cases,   bench_documents_cases, bench_write_cases,
  bench_stream_cases, bench_life_cases,      bench_vectors_cases,
  bench_blob_cases,   bench_list_cases,      bench_queue_cases,
};

static const BenchCase *
find_case (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const BenchCase *c = tables[i]; c->name != NULL; c++)
      if (strcmp (c->name, name) == 0)
        return c;
  return NULL;
}

int
main (int argc, char **argv)
{
  BenchArgs args = { .n = 10000, .threads = 1, .seconds = 1, .directory = "." };
  const char *directory = NULL, *redis = NULL;
  int n = 10000, hot = 0, threads = 1;
  gboolean full = FALSE;
  const GOptionEntry entries[] = {
    { "items", 'n', 0, G_OPTION_ARG_INT, &n, "Items in the structure", "N" },
    { "hot", 'k', 0, G_OPTION_ARG_INT, &hot, "Items of these that are asked for", "N" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads", "N" },
    { "percent", 'w', 0, G_OPTION_ARG_DOUBLE, &args.percent, "Per cent of writes", "P" },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &args.seconds, "Seconds to measure", "S" },
    { "full", 'f', 0, G_OPTION_ARG_NONE, &full, "synchronous = FULL", NULL },
    { "directory", 'd', 0, G_OPTION_ARG_FILENAME, &directory, "Where the files go", "DIR" },
    { "redis", 0, 0, G_OPTION_ARG_FILENAME, &redis, "Socket of a Redis server", "PATH" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("CASE VARIANT");
  g_autoptr (GError) error = NULL;
  const BenchCase *found;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("bench: %s\n", error->message);
      return 2;
    }
  if (argc != 3)
    {
      for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
        for (const BenchCase *c = tables[i]; c->name != NULL; c++)
          printf ("%s %s\n", c->name, c->variants);
      return argc == 1 ? 0 : 2;
    }
  found = find_case (argv[1]);
  if (found == NULL)
    {
      g_printerr ("bench: there is no case %s\n", argv[1]);
      return 2;
    }
  args.variant = argv[2];
  args.n = (guint) n;
  args.hot = hot > 0 ? (guint) MIN (hot, n) : args.n;
  args.threads = (guint) threads;
  args.full = full;
  args.socket = redis;
  if (directory != NULL)
    args.directory = directory;
  found->run (&args);
  print_report ();
  return 0;
}
