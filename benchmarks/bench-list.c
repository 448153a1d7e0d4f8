/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists: access by index, one after the other, pushing. */
#include "bench.h"

#define PORTION 10000

static const char SQL_ALL[] =
    "SELECT item_value FROM __beaver_lists__ WHERE list_name = 'tasks' ORDER BY item_order";

static void
fill (BeaverList *list, guint n)
{
  GError *error = NULL;

  for (guint i = 0; i < n; i += PORTION)
    {
      guint some = MIN (n - i, PORTION);
      g_auto (GStrv) values = g_new0 (char *, some + 1);

      for (guint j = 0; j < some; j++)
        {
          char value[160];

          bench_value (value, i + j);
          values[j] = g_strdup (value);
        }
      bench_check (beaver_list_push_many (list, (const char *const *) values, NULL, &error) == some,
                   error);
    }
}

static BeaverDb *
open_filled (const BenchArgs *args, const char *path, BeaverList **list)
{
  BeaverDb *db;

  bench_fill (path, 10);
  db = bench_open (args, path);
  *list = beaver_db_get_list (db, "tasks", NULL);
  fill (*list, args->n);
  return db;
}

static sqlite3_stmt *
prepare (BenchRaw *raw, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (raw->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (raw->db));
  return statement;
}

/* Random indexes. The plain one does what the tables alone can: it skips rows. */
static void
run_list_get (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "list.db");
  gboolean plain = bench_is (args, "sqlite");
  BeaverList *list;
  g_autoptr (BeaverDb) db = open_filled (args, path, &list);
  guint64 seed = 7;
  guint64 done = 0;
  sqlite3_stmt *get = NULL;
  BenchTimes times;
  gint64 begin, end;
  BenchRaw raw;
  double cpu;

  bench_times_init (&times, 5000000);
  if (plain)
    {
      g_clear_object (&db);
      bench_raw_open (&raw, path, args->full);
      get = prepare (&raw, "SELECT item_value FROM __beaver_lists__ WHERE list_name = 'tasks'"
                           " ORDER BY item_order LIMIT 1 OFFSET ?1");
    }
  else
    for (guint i = 0; i < 1000; i++)
      g_free (beaver_list_get_json (list, (gint64) (bench_random (&seed) % args->n), NULL, NULL));
  cpu = bench_cpu ();
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      gint64 index = (gint64) (bench_random (&seed) % args->n);
      GError *error = NULL;
      gint64 start = bench_now ();

      if (plain)
        {
          sqlite3_bind_int64 (get, 1, index);
          if (sqlite3_step (get) != SQLITE_ROW)
            g_error ("there is no item %d", (int) index);
          free (strdup ((const char *) sqlite3_column_text (get, 0)));
          sqlite3_reset (get);
        }
      else
        {
          g_autofree char *value = beaver_list_get_json (list, index, NULL, &error);

          bench_check (value != NULL, error);
        }
      bench_times_add (&times, start);
      done++;
    }
  bench_report ("ops_s", (double) done / ((double) (bench_now () - begin) / 1e9));
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) done);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  if (plain)
    {
      sqlite3_finalize (get);
      bench_raw_close (&raw);
    }
  g_clear_object (&db);
  bench_remove (path);
}

/* All items, from the first to the last, an own copy of each; or an object. */
static void
run_list_iterate (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "list.db");
  gboolean plain = bench_is (args, "sqlite");
  BeaverList *list;
  g_autoptr (BeaverDb) db = open_filled (args, path, &list);
  sqlite3_stmt *all = NULL;
  guint64 done = 0, bytes = 0;
  gint64 begin, end;
  BenchRaw raw;
  double cpu;

  if (plain)
    {
      g_clear_object (&db);
      bench_raw_open (&raw, path, args->full);
      all = prepare (&raw, SQL_ALL);
    }
  cpu = bench_cpu ();
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  do
    {
      GError *error = NULL;

      if (plain)
        {
          while (sqlite3_step (all) == SQLITE_ROW)
            {
              char *value = strdup ((const char *) sqlite3_column_text (all, 0));

              bytes += strlen (value);
              free (value);
              done++;
            }
          sqlite3_reset (all);
        }
      else if (bench_is (args, "slice"))
        for (guint i = 0; i < args->n; i += PORTION)
          {
            g_auto (GStrv) values = beaver_list_slice (list, i, PORTION, NULL, &error);

            bench_check (values != NULL, error);
            for (guint j = 0; values[j] != NULL; j++, done++)
              bytes += strlen (values[j]);
          }
      else if (bench_is (args, "object"))
        {
          g_autoptr (BeaverCursor) cursor = beaver_list_items (list, &error);
          BeaverListItem *item;

          while ((item = beaver_cursor_next (cursor, NULL, &error)) != NULL)
            {
              bytes += strlen (beaver_list_item_get_value (item));
              g_object_unref (item);
              done++;
            }
          bench_check (error == NULL, error);
        }
      else
        {
          g_autoptr (BeaverCursor) cursor = beaver_list_items (list, &error);
          const char *json;

          while ((json = beaver_cursor_next_json (cursor, NULL, &error)) != NULL)
            {
              char *value = strdup (json);

              bytes += strlen (value);
              free (value);
              done++;
            }
          bench_check (error == NULL, error);
        }
    }
  while (bench_now () < end);
  bench_report ("ops_s", (double) done / ((double) (bench_now () - begin) / 1e9));
  bench_report ("cpu_us", (bench_cpu () - cpu) * 1e6 / (double) done);
  bench_report ("bytes", (double) bytes / (double) done);
  if (plain)
    {
      sqlite3_finalize (all);
      bench_raw_close (&raw);
    }
  g_clear_object (&db);
  bench_remove (path);
}

/* Instructions: index and push on args->n items. */

typedef struct
{
  BeaverList *list;
  guint n;
  guint64 seed;
} Counted;

static void
count_list_get (gpointer data, guint i)
{
  Counted *self = data;

  g_free (beaver_list_get_json (self->list, (gint64) (bench_random (&self->seed) % self->n), NULL,
                                NULL));
}

static void
count_list_push (gpointer data, guint i)
{
  Counted *self = data;

  beaver_list_push_json (self->list, "\"one more\"", NULL, NULL);
}

/* One item of a walk that begins again at its end. What is counted is a whole walk: a page is read
 * with its first item. */

typedef struct
{
  BeaverList *list;
  BeaverCursor *cursor;
  sqlite3_stmt *all;
} Walk;

static void
count_list_iterate (gpointer data, guint i)
{
  Walk *self = data;
  const char *json;

  if (self->cursor == NULL)
    self->cursor = beaver_list_items (self->list, NULL);
  json = beaver_cursor_next_json (self->cursor, NULL, NULL);
  if (json == NULL)
    g_clear_object (&self->cursor);
  else
    free (strdup (json));
}

static void
count_list_iterate_objects (gpointer data, guint i)
{
  Walk *self = data;
  BeaverListItem *item;

  if (self->cursor == NULL)
    self->cursor = beaver_list_items (self->list, NULL);
  item = beaver_cursor_next (self->cursor, NULL, NULL);
  if (item == NULL)
    g_clear_object (&self->cursor);
  else
    g_object_unref (item);
}

static void
count_list_iterate_plain (gpointer data, guint i)
{
  Walk *self = data;

  if (sqlite3_step (self->all) == SQLITE_ROW)
    free (strdup ((const char *) sqlite3_column_text (self->all, 0)));
  else
    sqlite3_reset (self->all);
}

/* One item of slices of so many, or of few. */

#define SLICE 100
#define FEW 5

static void
count_list_slice (gpointer data, guint i)
{
  Counted *self = data;

  if (i % SLICE == 0)
    g_strfreev (beaver_list_slice (self->list, i % (self->n - SLICE), SLICE, NULL, NULL));
}

static void
count_list_slice_few (gpointer data, guint i)
{
  Counted *self = data;

  if (i % FEW == 0)
    g_strfreev (beaver_list_slice (self->list, i % (self->n - FEW), FEW, NULL, NULL));
}

static void
run_counted (const BenchArgs *args, void (*operation) (gpointer, guint))
{
  g_autofree char *path = bench_path (args, "count.db");
  volatile guint operations = BENCH_COUNT_OPERATIONS; /* no clone for the constant */
  Counted self = { .n = args->n, .seed = 7 };
  g_autoptr (BeaverDb) db = open_filled (args, path, &self.list);

  for (guint i = 0; i < BENCH_COUNT_OPERATIONS; i++)
    operation (&self, i);
  bench_counted (operation, &self, operations);
  bench_report ("operations", BENCH_COUNT_OPERATIONS);
  g_clear_object (&db);
  bench_remove (path);
}

static void
run_count_list_iterate (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "count.db");
  volatile guint operations = BENCH_COUNT_OPERATIONS;
  Walk self = { 0 };
  BenchArgs whole = *args;
  g_autoptr (BeaverDb) db = NULL;
  void (*operation) (gpointer, guint) = count_list_iterate;
  BenchRaw raw;

  whole.n = BENCH_COUNT_OPERATIONS - 1; /* and the end */
  db = open_filled (&whole, path, &self.list);
  if (bench_is (args, "object"))
    operation = count_list_iterate_objects;
  if (bench_is (args, "sqlite"))
    {
      g_clear_object (&db);
      bench_raw_open (&raw, path, args->full);
      self.all = prepare (&raw, SQL_ALL);
      operation = count_list_iterate_plain;
    }
  for (guint i = 0; i < BENCH_COUNT_OPERATIONS; i++)
    operation (&self, i);
  bench_counted (operation, &self, operations);
  bench_report ("operations", BENCH_COUNT_OPERATIONS);
  g_clear_object (&self.cursor);
  if (self.all != NULL)
    {
      sqlite3_finalize (self.all);
      bench_raw_close (&raw);
    }
  g_clear_object (&db);
  bench_remove (path);
}

static void
run_count_list_get (const BenchArgs *args)
{
  run_counted (args, count_list_get);
}

static void
run_count_list_push (const BenchArgs *args)
{
  run_counted (args, count_list_push);
}

static void
run_count_list_slice (const BenchArgs *args)
{
  run_counted (args, bench_is (args, "few") ? count_list_slice_few : count_list_slice);
}

const BenchCase bench_list_cases[] = {
  { "list-get", "beaver sqlite", run_list_get },
  { "list-iterate", "beaver sqlite object slice", run_list_iterate },
  { "count-list-iterate", "beaver sqlite object", run_count_list_iterate },
  { "count-list-get", "beaver", run_count_list_get },
  { "count-list-push", "beaver", run_count_list_push },
  { "count-list-slice", "beaver few", run_count_list_slice },
  { NULL },
};
