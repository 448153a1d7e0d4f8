/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the tests of locks. */

#include "beaver-test.h"

#include <fcntl.h>

static inline BeaverLock *
get_lock (BeaverDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverLock *lock = beaver_db_get_lock (db, name, &error);

  g_assert_no_error (error);
  g_assert_nonnull (lock);

  return lock;
}

static inline void
acquire (BeaverLock *lock, double timeout, double ttl)
{
  g_autoptr (GError) error = NULL;

  beaver_lock_acquire (lock, timeout, ttl, NULL, &error);
  g_assert_no_error (error);
}

static inline void
release (BeaverLock *lock)
{
  g_autoptr (GError) error = NULL;

  beaver_lock_release (lock, NULL, &error);
  g_assert_no_error (error);
}

static inline gboolean
try_acquire (BeaverLock *lock)
{
  g_autoptr (GError) error = NULL;
  gboolean held = beaver_lock_try_acquire (lock, 60.0, NULL, &error);

  g_assert_no_error (error);

  return held;
}

static inline void
assert_timeout (BeaverLock *lock, double timeout)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (beaver_lock_acquire (lock, timeout, 60.0, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
}

static inline gint64
count_rows (BeaverLock *lock)
{
  g_autoptr (GError) error = NULL;
  gint64 count = beaver_manager_count (BEAVER_MANAGER (lock), NULL, &error);

  g_assert_no_error (error);

  return count;
}

static inline gboolean
is_locked (BeaverLock *lock)
{
  g_autoptr (GError) error = NULL;
  gboolean locked = beaver_lock_is_locked (lock, NULL, &error);

  g_assert_no_error (error);

  return locked;
}

static inline GSubprocess *
spawn_peer (Fixture *f, const char *name)
{
  return beaver_test_spawn_python ("lock_peer.py", f->path, name, NULL);
}

static inline char *
ask (GSubprocess *peer, const char *command)
{
  beaver_test_write_line (peer, command);

  return beaver_test_read_line (peer);
}

#define assert_answer(peer, command, expected)                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *answer_text = ask (peer, command);                                            \
    g_assert_cmpstr (answer_text, ==, expected);                                                   \
  }                                                                                                \
  G_STMT_END

/* A call of acquire() in a thread of its own. */
typedef struct
{
  BeaverLock *lock;
  double timeout;
  double ttl;
  GCancellable *cancellable;
  gboolean keep; /* end without releasing */
  int *turn;     /* atomic: counts the holders */
  int entered;   /* atomic: 1 + the turn in which this one held the lock */
  int go;        /* atomic: may release */
  GError *error; /* after join */
} Waiter;

static inline gpointer
waiter_run (gpointer data)
{
  Waiter *self = data;

  if (!beaver_lock_acquire (self->lock, self->timeout, self->ttl, self->cancellable, &self->error))
    return NULL;

  g_atomic_int_set (&self->entered,
                    1 + (self->turn != NULL ? g_atomic_int_add (self->turn, 1) : 0));
  beaver_test_wait_until (g_atomic_int_get (&self->go));
  if (!self->keep)
    beaver_lock_release (self->lock, NULL, &self->error);

  return NULL;
}

#define N_THREADS 8

typedef struct
{
  BeaverLock *lock;
  const char *dir;
  guint rounds;
} Worker;

/* The same as work() of lock_peer.py. */
static inline void
work_once (const char *dir)
{
  g_autofree char *inside = g_build_filename (dir, "inside", NULL);
  g_autofree char *counter = g_build_filename (dir, "counter", NULL);
  g_autofree char *text = NULL;
  g_autofree char *next = NULL;
  int fd = open (inside, O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_no_errno (fd);
  close (fd);
  g_assert_true (g_file_get_contents (counter, &text, NULL, NULL));
  next = g_strdup_printf ("%d", atoi (text) + 1);
  g_assert_true (g_file_set_contents_full (counter, next, -1, 0, 0600, NULL));
  g_assert_no_errno (g_unlink (inside));
}

static inline gpointer
worker_run (gpointer data)
{
  const Worker *self = data;
  gint64 last_token = 0;

  for (guint i = 0; i < self->rounds; i++)
    {
      acquire (self->lock, -1, 60);
      g_assert_cmpint (beaver_lock_get_token (self->lock), >, last_token);
      last_token = beaver_lock_get_token (self->lock);
      work_once (self->dir);
      release (self->lock);
    }

  return NULL;
}

/* --- other roles of this program: a process of ours, driven by lines --- */

static inline int
role_holder (const char *path, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverLock *lock;
  char line[4096];

  g_assert_no_error (error);
  lock = get_lock (db, name);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", -1);

      if (strcmp (words[0], "acquire") == 0)
        {
          acquire (lock, g_ascii_strtod (words[1], NULL), g_ascii_strtod (words[2], NULL));
          puts ("held");
        }
      else if (strcmp (words[0], "release") == 0)
        {
          release (lock);
          puts ("released");
        }
      else if (strcmp (words[0], "token") == 0)
        printf ("%" G_GINT64_FORMAT "\n", beaver_lock_get_token (lock));
      else if (strcmp (words[0], "work") == 0)
        {
          Worker worker = { lock, words[1], (guint) atoi (words[2]) };

          worker_run (&worker);
          puts ("worked");
        }
      fflush (stdout);
    }

  return 0;
}
