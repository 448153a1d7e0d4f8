/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Single gets and sets. */
#include "bench.h"

#include <math.h>

__attribute__ ((noinline)) void
bench_counted (void (*operation) (gpointer data, guint i), gpointer data, guint n)
{
  for (guint i = 0; i < n; i++)
    operation (data, i);
}

#define COUNT_WARM 6000

typedef struct
{
  BeaverDict *dict;
  BeaverLog *log;
  BeaverChannel *channel;
  BenchRaw raw;
  char (*keys)[BENCH_KEY_SIZE];
  double stamp;
} Counted;

static void
count_get (gpointer data, guint i)
{
  Counted *self = data;
  GError *error = NULL;
  char *value = beaver_dict_get_json (self->dict, self->keys[i], NULL, &error);

  bench_check (value != NULL, error);
  g_free (value);
}

static void
count_get_raw (gpointer data, guint i)
{
  Counted *self = data;
  char *value = bench_raw_get (&self->raw, self->keys[i]);

  bench_check (value != NULL, NULL);
  free (value);
}

static void
count_set (gpointer data, guint i)
{
  Counted *self = data;
  GError *error = NULL;
  char value[160];

  bench_value (value, i + 1000000);
  bench_check (beaver_dict_set_json (self->dict, self->keys[i], value, NULL, &error), error);
}

static void
count_set_raw (gpointer data, guint i)
{
  Counted *self = data;
  char value[160];

  bench_raw_set (&self->raw, self->keys[i], value, bench_value (value, i + 1000000));
}

static void
count_append (gpointer data, guint i)
{
  Counted *self = data;
  GError *error = NULL;
  char value[160];

  bench_value (value, i);
  bench_check (beaver_log_append_json (self->log, value, NULL, &error), error);
}

static void
count_append_raw (gpointer data, guint i)
{
  Counted *self = data;
  char value[160];

  self->stamp += 1e-5;
  bench_raw_append (&self->raw, self->stamp, value, bench_value (value, i));
}

static void
count_publish (gpointer data, guint i)
{
  Counted *self = data;
  GError *error = NULL;
  char value[160];

  bench_value (value, i);
  bench_check (beaver_channel_publish (self->channel, value, NULL, &error), error);
}

static void
count_publish_raw (gpointer data, guint i)
{
  Counted *self = data;
  char value[160];

  self->stamp += 1e-5;
  bench_raw_publish (&self->raw, self->stamp, value, bench_value (value, i));
}

/* A batch for as many calls, so that what is counted is one row of it. */
#define COUNT_BATCH 1000

static void
count_append_batch (gpointer data, guint i)
{
  Counted *self = data;
  g_autoptr (GPtrArray) entries = NULL;
  GError *error = NULL;

  if (i % COUNT_BATCH != 0)
    return;
  entries = g_ptr_array_new_full (COUNT_BATCH, g_object_unref);
  for (guint j = 0; j < COUNT_BATCH; j++)
    {
      char value[160];

      bench_value (value, i + j);
      g_ptr_array_add (entries, beaver_log_entry_new (NAN, value));
    }
  bench_check (beaver_log_append_batch (self->log, (BeaverLogEntry **) entries->pdata, entries->len,
                                        NULL, &error),
               error);
}

static void
count_append_batch_raw (gpointer data, guint i)
{
  Counted *self = data;

  if (i % COUNT_BATCH == 0)
    bench_raw_step (&self->raw, self->raw.begin);
  count_append_raw (data, i);
  if (i % COUNT_BATCH == COUNT_BATCH - 1)
    bench_raw_step (&self->raw, self->raw.commit);
}

static void
count_publish_batch (gpointer data, guint i)
{
  Counted *self = data;
  g_autofree char *texts = NULL;
  g_autofree const char **jsons = NULL;
  GError *error = NULL;

  if (i % COUNT_BATCH != 0)
    return;
  texts = g_malloc (COUNT_BATCH * 160);
  jsons = g_new0 (const char *, COUNT_BATCH + 1);
  for (guint j = 0; j < COUNT_BATCH; j++)
    {
      bench_value (texts + j * 160, i + j);
      jsons[j] = texts + j * 160;
    }
  bench_check (beaver_channel_publish_batch (self->channel, jsons, NULL, &error), error);
}

static void
count_publish_batch_raw (gpointer data, guint i)
{
  Counted *self = data;

  if (i % COUNT_BATCH == 0)
    bench_raw_step (&self->raw, self->raw.begin);
  count_publish_raw (data, i);
  if (i % COUNT_BATCH == COUNT_BATCH - 1)
    bench_raw_step (&self->raw, self->raw.commit);
}

/* Somebody else commits, and caches start anew. */
static void
forget_cached (const char *path)
{
  BenchRaw other;

  bench_raw_open (&other, path, FALSE);
  bench_raw_set (&other, "other", "1", 1);
  bench_raw_set (&other, "other", "2", 1);
  bench_raw_close (&other);
}

static BeaverCursor *walk;
static void count_walk_log (gpointer data, guint i);

/* Under callgrind: BENCH_COUNT_OPERATIONS in bench_counted(), on args->n keys. */
static void
run_counted (const BenchArgs *args,
             void (*ours) (gpointer, guint),
             void (*raw) (gpointer, guint),
             gboolean repeated)
{
  g_autofree char *path = bench_path (args, "count.db");
  Counted self = { .stamp = 1.7e9 };
  volatile guint operations = BENCH_COUNT_OPERATIONS; /* no clone for the constant */
  gboolean plain = bench_is (args, "sqlite");
  gboolean streams = ours == count_append || ours == count_publish || ours == count_append_batch ||
                     ours == count_publish_batch || ours == count_walk_log;
  BeaverDb *db = NULL;

  bench_fill (path, args->n);
  if (streams)
    bench_fill_streams (path, args->n,
                        ours == count_append || ours == count_append_batch ||
                            ours == count_walk_log);
  self.keys = g_malloc_n (BENCH_COUNT_OPERATIONS + COUNT_WARM, BENCH_KEY_SIZE);
  for (guint i = 0; i < BENCH_COUNT_OPERATIONS + COUNT_WARM; i++)
    bench_key (self.keys[i], (repeated ? i % 100 : i) % args->n);
  if (plain)
    {
      bench_raw_open (&self.raw, path, args->full);
      sqlite3_wal_autocheckpoint (self.raw.db, 0);
    }
  else
    {
      db = bench_open (args, path);
      self.dict = beaver_db_get_dict (db, "users", NULL);
      self.log = beaver_db_get_log (db, "events", NULL);
      self.channel = beaver_db_get_channel (db, "news", NULL);
    }
  for (guint i = 0; i < COUNT_WARM; i++)
    (plain ? raw : ours) (&self, BENCH_COUNT_OPERATIONS + i);
  if (!repeated)
    forget_cached (path);
  bench_counted (plain ? raw : ours, &self, operations);
  bench_report ("operations", BENCH_COUNT_OPERATIONS);
  if (plain)
    bench_raw_close (&self.raw);
  g_clear_object (&walk);
  g_clear_object (&db);
  g_free (self.keys);
  bench_remove (path);
}

/* One entry of a walk through the whole dict, which begins again at its end. */

static void
count_walk (gpointer data, guint i)
{
  Counted *self = data;
  const char *json;

  if (walk == NULL)
    walk = beaver_dict_items (self->dict, NULL, NULL);
  json = beaver_cursor_next_json (walk, NULL, NULL);
  if (json == NULL)
    g_clear_object (&walk);
  else
    free (strdup (json));
}

static void
count_walk_objects (gpointer data, guint i)
{
  Counted *self = data;
  GObject *entry;

  if (walk == NULL)
    walk = beaver_dict_items (self->dict, NULL, NULL);
  entry = beaver_cursor_next (walk, NULL, NULL);
  if (entry == NULL)
    g_clear_object (&walk);
  else
    g_object_unref (entry);
}

static void
count_walk_log (gpointer data, guint i)
{
  Counted *self = data;
  const char *json;

  if (walk == NULL)
    walk = beaver_log_iterate (self->log, BEAVER_LOG_ORDER_OLDEST_FIRST, NULL);
  json = beaver_cursor_next_json (walk, NULL, NULL);
  if (json == NULL)
    g_clear_object (&walk);
  else
    free (strdup (json));
}

static void
run_count_walk_log (const BenchArgs *args)
{
  BenchArgs whole = *args;

  whole.n = BENCH_COUNT_OPERATIONS - 1; /* and the end */
  run_counted (&whole, count_walk_log, NULL, FALSE);
}

static void
run_count_walk (const BenchArgs *args)
{
  BenchArgs whole = *args;

  whole.n = BENCH_COUNT_OPERATIONS - 1; /* and the end */
  run_counted (&whole, bench_is (args, "object") ? count_walk_objects : count_walk, NULL, FALSE);
}

static void
run_count_get (const BenchArgs *args)
{
  run_counted (args, count_get, count_get_raw, FALSE);
}

static void
run_count_get_repeated (const BenchArgs *args)
{
  run_counted (args, count_get, count_get_raw, TRUE);
}

static void
run_count_set (const BenchArgs *args)
{
  run_counted (args, count_set, count_set_raw, FALSE);
}

static void
run_count_append (const BenchArgs *args)
{
  run_counted (args, count_append, count_append_raw, FALSE);
}

static void
run_count_append_batch (const BenchArgs *args)
{
  run_counted (args, count_append_batch, count_append_batch_raw, FALSE);
}

static void
run_count_publish_batch (const BenchArgs *args)
{
  run_counted (args, count_publish_batch, count_publish_batch_raw, FALSE);
}

static void
run_count_publish (const BenchArgs *args)
{
  run_counted (args, count_publish, count_publish_raw, FALSE);
}

/* Gets and sets */

typedef struct
{
  BeaverDict *dict;
  char *path;
  gboolean plain;
  guint32 *order;                /* a permutation of the keys */
  char (*names)[BENCH_KEY_SIZE]; /* made before it is measured: printing costs as much as a get */
} Keys;

static guint32 *
shuffle (guint n)
{
  guint32 *order = g_new (guint32, n);
  guint64 seed = 11;

  for (guint i = 0; i < n; i++)
    {
      guint j = (guint) (bench_random (&seed) % (i + 1));

      order[i] = order[j];
      order[j] = i;
    }
  return order;
}

/* Every key once, in random order; then somebody else commits, which makes caches start anew. */
static void
get_all (BenchThread *thread)
{
  Keys *keys = thread->data;
  BenchRaw raw;
  guint n = thread->args->n;

  if (keys->plain)
    bench_raw_open (&raw, keys->path, FALSE);
  for (guint i = 0; !bench_stopped (); i++)
    {
      const char *key;
      char *value;
      gint64 begin;

      if (i == n)
        {
          i = 0;
          forget_cached (keys->path);
        }
      key = keys->names[keys->order[i]];
      begin = bench_now ();
      value = keys->plain ? bench_raw_get (&raw, key) :
                            beaver_dict_get_json (keys->dict, key, NULL, NULL);
      bench_times_add (&thread->times, begin);
      bench_check (value != NULL, NULL);
      free (value);
    }
  if (keys->plain)
    bench_raw_close (&raw);
}

/* Random keys; args->percent of the operations write. Plain SQLite has a connection per thread. */
static void
get_and_set (BenchThread *thread)
{
  Keys *keys = thread->data;
  guint64 seed = thread->seed;
  guint threshold = (guint) (thread->args->percent * 1000);
  BenchRaw raw;

  if (keys->plain)
    bench_raw_open (&raw, keys->path, FALSE);
  for (guint i = 0; !bench_stopped (); i++)
    {
      char text[160];
      const char *key;
      guint64 dice = bench_random (&seed);
      gint64 begin;

      key = keys->names[(guint) (dice >> 32) % thread->args->hot];
      if (dice % 100000 < threshold)
        {
          int length = bench_value (text, (guint) (dice >> 20));

          if (keys->plain)
            bench_raw_set (&raw, key, text, length);
          else
            bench_check (beaver_dict_set_json (keys->dict, key, text, NULL, NULL), NULL);
        }
      else
        {
          char *value;

          begin = bench_now ();
          value = keys->plain ? bench_raw_get (&raw, key) :
                                beaver_dict_get_json (keys->dict, key, NULL, NULL);
          bench_times_add (&thread->times, begin);
          bench_check (value != NULL, NULL);
          free (value);
        }
      thread->done++;
    }
  if (keys->plain)
    bench_raw_close (&raw);
}

static void
run_gets (const BenchArgs *args, BenchThreadFunc func, gboolean warm)
{
  g_autofree BenchThread *threads = g_new0 (BenchThread, args->threads);
  g_autofree char *path = bench_path (args, "gets.db");
  g_autofree guint32 *order = shuffle (args->n);
  g_autofree BenchTimes *times = g_new (BenchTimes, args->threads);
  Keys keys = { .path = path, .plain = bench_is (args, "sqlite"), .order = order };
  g_autoptr (BeaverDb) db = NULL;
  guint64 done = 0;
  double seconds, cpu;

  bench_fill (path, args->n);
  keys.names = g_malloc_n (args->n, BENCH_KEY_SIZE);
  for (guint i = 0; i < args->n; i++)
    bench_key (keys.names[i], i);
  if (!keys.plain)
    {
      db = bench_open (args, path);
      keys.dict = beaver_db_get_dict (db, "users", NULL);
      for (guint i = 0; warm && i < args->hot; i++)
        g_free (beaver_dict_get_json (keys.dict, keys.names[i], NULL, NULL));
    }
  cpu = bench_cpu ();
  seconds = bench_run_threads (args, threads, func, &keys, 8000000 / args->threads);
  cpu = bench_cpu () - cpu;
  for (guint i = 0; i < args->threads; i++)
    {
      times[i] = threads[i].times;
      done += MAX (threads[i].done, threads[i].times.n);
    }
  bench_report ("ops_s", (double) done / seconds);
  bench_report ("cpu_us", cpu * 1e6 / (double) done);
  bench_report_times ("", times, args->threads);
  bench_threads_clear (threads, args->threads);
  g_clear_object (&db);
  g_free (keys.names);
  bench_remove (path);
}

static void
run_get (const BenchArgs *args)
{
  if (!bench_peer_run (args, FALSE))
    run_gets (args, get_all, FALSE);
}

static void
run_mix (const BenchArgs *args)
{
  if (args->percent > 0 || !bench_peer_run (args, FALSE))
    run_gets (args, get_and_set, TRUE);
}

const BenchCase bench_dict_cases[] = {
  { "get", "beaver sqlite redis lmdb gdbm", run_get },
  { "mix", "beaver sqlite lmdb", run_mix },
  { "count-get", "beaver sqlite", run_count_get },
  { "count-get-repeated", "beaver sqlite", run_count_get_repeated },
  { "count-set", "beaver sqlite", run_count_set },
  { "count-dict-iterate", "beaver object", run_count_walk },
  { "count-log-iterate", "beaver", run_count_walk_log },
  { "count-append", "beaver sqlite", run_count_append },
  { "count-publish", "beaver sqlite", run_count_publish },
  { "count-append-batch", "beaver sqlite", run_count_append_batch },
  { "count-publish-batch", "beaver sqlite", run_count_publish_batch },
  { NULL },
};
