/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "beaver-test-sqlite.h"

static inline BeaverList *
get_list (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverList *list = beaver_db_get_list (f->db, name, &error);

  g_assert_no_error (error);
  return list;
}

static inline void
push (BeaverList *list, const char *json)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_list_push_json (list, json, NULL, &error));
  g_assert_no_error (error);
}

static inline gint64
count (BeaverList *list)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (list), NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* All values, joined by blanks. */
static inline char *
join (BeaverList *list)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = beaver_list_slice (list, 0, -1, NULL, &error);

  g_assert_no_error (error);
  return g_strjoinv (" ", values);
}

#define assert_list(list, expected)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *joined = join (list);                                                         \
    g_assert_cmpstr (joined, ==, (expected));                                                      \
  }                                                                                                \
  G_STMT_END

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
