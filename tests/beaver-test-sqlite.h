/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A second connection to the file of a test, as any other program would have one. */
#pragma once

#include "beaver-test.h"

#include <sqlite3.h>

/* Opened at first use in a test; close it with raw_close() before the fixture's tear-down. */
static inline sqlite3 *
raw_open (const char *path)
{
  sqlite3 *raw = NULL;

  g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
  sqlite3_busy_timeout (raw, BEAVER_TEST_DEADLINE * 1000);
  /* a test has no need to survive a power cut, and each would take milliseconds */
  g_assert_cmpint (sqlite3_exec (raw, "PRAGMA synchronous = OFF", NULL, NULL, NULL), ==, SQLITE_OK);
  return raw;
}

static inline void
raw_close (sqlite3 *raw)
{
  g_assert_cmpint (sqlite3_close (raw), ==, SQLITE_OK);
}

static inline void
raw_exec (sqlite3 *raw, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (raw, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

/* All rows: columns as sqlite3 prints them, NULL as “NULL”, joined by “|”, rows by newlines. */
static inline char *
raw_query (sqlite3 *raw, const char *sql)
{
  GString *rows = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (raw));
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      if (rows->len > 0)
        g_string_append_c (rows, '\n');
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        {
          const char *text = (const char *) sqlite3_column_text (statement, i);

          g_string_append_printf (rows, "%s%s", i > 0 ? "|" : "", text != NULL ? text : "NULL");
        }
    }
  g_assert_cmpint (sqlite3_finalize (statement), ==, SQLITE_OK);
  return g_string_free (rows, FALSE);
}

static inline gint64
raw_int (sqlite3 *raw, const char *sql)
{
  g_autofree char *text = raw_query (raw, sql);

  return g_ascii_strtoll (text, NULL, 10);
}

#define raw_assert(raw, sql, expected)                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *raw_text = raw_query ((raw), (sql));                                          \
    g_assert_cmpstr (raw_text, ==, (expected));                                                    \
  }                                                                                                \
  G_STMT_END
