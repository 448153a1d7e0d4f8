/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "beaver-test-sqlite.h"

static inline BeaverQueue *
get_queue (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverQueue *queue = beaver_db_get_queue (f->db, name, &error);

  g_assert_no_error (error);
  return queue;
}

static inline void
put (BeaverQueue *queue, const char *json, double priority)
{
  g_autoptr (GError) error = NULL;

  beaver_queue_put_json (queue, json, priority, NULL, &error);
  g_assert_no_error (error);
}

/* The value that comes out next, NULL when there is none (transfer full). */
static inline char *
pop (BeaverQueue *queue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQueueItem) item = beaver_queue_pop (queue, NULL, &error);

  g_assert_no_error (error);
  return item != NULL ? g_strdup (beaver_queue_item_get_value (item)) : NULL;
}

#define assert_pop(queue, expected)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *popped = pop (queue);                                                         \
    g_assert_cmpstr (popped, ==, (expected));                                                      \
  }                                                                                                \
  G_STMT_END

static inline gint64
count_jobs (BeaverQueue *queue, BeaverJobState state)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_queue_count_jobs (queue, state, NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* NULL when there is none. */
static inline BeaverJob *
claim (BeaverQueue *queue, double lease)
{
  g_autoptr (GError) error = NULL;
  BeaverJob *job = beaver_queue_claim (queue, lease, 0, NULL, &error);

  if (!g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
    g_assert_no_error (error);
  return job;
}

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
