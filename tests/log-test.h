/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of logs share. */
#pragma once

#include <math.h>

#include "beaver-test.h"

#define OLDEST BEAVER_LOG_ORDER_OLDEST_FIRST
#define NEWEST BEAVER_LOG_ORDER_NEWEST_FIRST

/* ---- helpers ---- */

static inline BeaverLog *
get_log (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = beaver_db_get_log (f->db, name, &error);

  g_assert_no_error (error);
  g_assert_nonnull (log);
  return log;
}

static inline double
append_at (BeaverLog *log, const char *json, double timestamp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLogEntry) entry = beaver_log_append_json_at (log, json, timestamp, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (entry);
  return beaver_log_entry_get_timestamp (entry);
}

static inline GPtrArray *
range (BeaverLog *log, double start, double end, gint64 limit, gint64 offset, BeaverLogOrder order)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = beaver_log_range (log, start, end, limit, offset, order, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (entries);
  return entries;
}

static inline GPtrArray *
all (BeaverLog *log)
{
  return range (log, -INFINITY, INFINITY, -1, 0, OLDEST);
}

static inline void
assert_entry (gpointer entry, double timestamp, const char *data)
{
  g_assert_true (BEAVER_IS_LOG_ENTRY (entry));
  g_assert_cmpfloat (beaver_log_entry_get_timestamp (entry), ==, timestamp);
  g_assert_cmpstr (beaver_log_entry_get_data (entry), ==, data);
}

/* "t=data t=data ...", for short lists. */
static inline char *
show (GPtrArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      BeaverLogEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (text, "%s%.17g=%s", i > 0 ? " " : "",
                              beaver_log_entry_get_timestamp (entry),
                              beaver_log_entry_get_data (entry));
    }
  return g_string_free (text, FALSE);
}

static inline GSubprocess *
sql_open (const char *path)
{
  GSubprocess *sql = beaver_test_spawn_python ("sql.py", path, NULL);
  g_autofree char *ready = beaver_test_read_line (sql);

  g_assert_cmpstr (ready, ==, "ready");
  return sql;
}

static inline char *
sql_run (GSubprocess *sql, const char *statement)
{
  beaver_test_write_line (sql, statement);
  return beaver_test_read_line (sql);
}

#define sql_expect(sql, statement, expected)                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *sql_answer = sql_run (sql, statement);                                        \
    g_assert_cmpstr (sql_answer, ==, expected);                                                    \
  }                                                                                                \
  G_STMT_END

/* ---- live iterators ---- */

static inline BeaverLiveIterator *
get_tail (BeaverLog *log)
{
  g_autoptr (GError) error = NULL;
  BeaverLiveIterator *tail = beaver_log_tail (log, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tail);
  return tail;
}

static inline BeaverLiveIterator *
get_live (BeaverLog *log, double window, double period)
{
  g_autoptr (GError) error = NULL;
  BeaverLiveIterator *live = beaver_log_live (log, window, period, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (live);
  return live;
}

static inline BeaverLogEntry *
next_entry (BeaverLiveIterator *iterator)
{
  g_autoptr (GError) error = NULL;
  BeaverLogEntry *entry = beaver_live_iterator_next (iterator, BEAVER_TEST_DEADLINE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (entry);
  return entry;
}

static inline void
expect (BeaverLiveIterator *tail, double timestamp, const char *data)
{
  g_autoptr (BeaverLogEntry) entry = next_entry (tail);

  assert_entry (entry, timestamp, data);
}

static inline void
expect_error (BeaverLiveIterator *iterator, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beaver_live_iterator_next (iterator, BEAVER_TEST_DEADLINE, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, code);
}

static inline void
expect_nothing (BeaverLiveIterator *iterator)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beaver_live_iterator_next (iterator, 0.05, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
}

static inline double
now (void)
{
  return g_get_real_time () / 1e6;
}

/* The first window that was taken after the call: all that was committed before is in it. */
static inline BeaverLogEntry *
next_fresh (BeaverLiveIterator *live)
{
  double called = now ();

  for (;;)
    {
      g_autoptr (BeaverLogEntry) entry = next_entry (live);

      if (beaver_log_entry_get_timestamp (entry) > called)
        return g_steal_pointer (&entry);
    }
}

static inline void
expect_window (BeaverLiveIterator *live, const char *json)
{
  g_autoptr (BeaverLogEntry) entry = next_fresh (live);

  g_assert_cmpstr (beaver_log_entry_get_data (entry), ==, json);
}

/* Threads of this process whose name begins so. */
static inline guint
count_named (const char *name)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint n = 0;

  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *comm = NULL;

      n += g_file_get_contents (path, &comm, NULL, NULL) && g_str_has_prefix (comm, name);
    }
  return n;
}
