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
