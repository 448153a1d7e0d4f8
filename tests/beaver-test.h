/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every test of libbeaver shares. A test gets a directory of its own with an open database in
 * it (beaver_test_add()); tear-down closes the database and holds it to its promise: no descriptor
 * on the directory, no thread of the library, nobody holding the object.
 *
 * Nothing here sleeps for a fixed time: wait for a condition with beaver_test_spin_until() (a main
 * context has to run) or beaver_test_wait_until() (other threads and processes do the work). Both
 * give up, and fail the test, after BEAVER_TEST_DEADLINE seconds. */
#pragma once

#include <beaver/beaver.h>

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Seconds: far beyond what any test needs, sanitizers and a busy machine included. */
#define BEAVER_TEST_DEADLINE 120

typedef struct
{
  char *dir;    /* private, removed with all that is in it */
  char *path;   /* the database's file in dir */
  BeaverDb *db; /* open; a test may close it, or clear the pointer */
} Fixture;

/* ---- how much to do ---- */

/* Rounds of a loop that provokes a race, or steps of a random test: `normal` in an everyday run,
 * multiplied by BEAVER_TEST_ROUNDS (`./dev stress` sets 25; a slow build may set 0.1). */
static inline guint
beaver_test_rounds (guint normal)
{
  const char *text = g_getenv ("BEAVER_TEST_ROUNDS");
  double factor = text != NULL ? g_ascii_strtod (text, NULL) : 1.0;

  return (guint) MAX (1.0, normal * (factor > 0 ? factor : 1.0));
}

/* ---- files ---- */

static inline void
beaver_test_remove_tree (const char *path)
{
  g_autoptr (GDir) dir =
      g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      beaver_test_remove_tree (child);
    }
  g_assert_no_errno (g_remove (path));
}

/* Copies tests/data/NAME (say "dicts.db") into the directory of the test; returns the copy's path
 * (transfer full). */
static inline char *
beaver_test_copy_data (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  char *to = g_build_filename (f->dir, name, NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_file_get_contents (from, &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, contents, (gssize) length, &error);
  g_assert_no_error (error);
  return to;
}

/* tests/data/NAME.json, parsed (transfer full): what a reader must see in NAME.db. */
static inline JsonNode *
beaver_test_load_json (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autofree char *base = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", base, NULL);

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

/* ---- what is left ---- */

/* Descriptors of this process on files in dir, deleted ones included. */
static inline guint
beaver_test_look_for_descriptors (const char *dir, gboolean say)
{
  g_autoptr (GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (fds);
  while ((name = g_dir_read_name (fds)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      char target[4096];
      ssize_t length = readlink (link, target, sizeof target - 1);

      if (length <= 0)
        continue;
      target[length] = '\0';
      if (g_str_has_prefix (target, dir) && target[strlen (dir)] == '/')
        {
          if (say)
            g_test_message ("open: %s -> %s", name, target);
          n++;
        }
    }
  return n;
}

/* Threads of the library in this process: their names start with "beaver-". A joined thread stays
 * listed for an instant after pthread_join() came back; the kernel marks it as exiting (PF_EXITING,
 * 0x4), and it does not count. */
static inline guint
beaver_test_look_for_threads (gboolean say)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (tasks);
  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "stat", NULL);
      g_autofree char *stat = NULL;
      const char *comm, *end;
      guint flags = 0;

      /* "tid (comm) state ppid pgrp session tty_nr tpgid flags ..." */
      if (!g_file_get_contents (path, &stat, NULL, NULL) || (comm = strchr (stat, '(')) == NULL ||
          (end = strrchr (stat, ')')) == NULL || !g_str_has_prefix (comm + 1, "beaver-"))
        continue;
      if (sscanf (end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && (flags & 0x4) != 0)
        continue;
      if (say)
        g_test_message ("thread: %.*s", (int) (end - comm) + 1, comm);
      n++;
    }
  return n;
}

static inline guint
beaver_test_count_descriptors (const char *dir)
{
  return beaver_test_look_for_descriptors (dir, FALSE);
}

static inline guint
beaver_test_count_threads (void)
{
  return beaver_test_look_for_threads (FALSE);
}

/* What must hold in the very moment in which beaver_db_close() has returned. */
static inline void
beaver_test_assert_all_closed (const char *dir)
{
  g_assert_cmpuint (beaver_test_look_for_descriptors (dir, TRUE), ==, 0);
  g_assert_cmpuint (beaver_test_look_for_threads (TRUE), ==, 0);
}

/* ---- what it costs ---- */

/* Microseconds that this process has spent on processors: unlike the time on the clock, it does not
 * depend on what else the machine does. */
static inline gint64
beaver_test_cpu_us (void)
{
  struct timespec time;

  g_assert_no_errno (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time));
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* How often the threads of the library whose names start so have gone to sleep by themselves, all
 * together, in their lives. The number of these threads goes to n_threads. */
static inline guint64
beaver_test_count_sleeps (const char *prefix, guint *n_threads)
{
  g_autofree char *start = g_strconcat ("Name:\t", prefix, NULL);
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint64 sum = 0;

  g_assert_nonnull (tasks);
  *n_threads = 0;
  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *status = NULL;
      const char *line;

      if (!g_file_get_contents (path, &status, NULL, NULL) || !g_str_has_prefix (status, start))
        continue;
      line = strstr (status, "\nvoluntary_ctxt_switches:");
      g_assert_nonnull (line);
      sum += g_ascii_strtoull (strchr (line, ':') + 1, NULL, 10);
      ++*n_threads;
    }
  return sum;
}

/* Lets seconds pass, and returns how often those threads woke up meanwhile. Only whole looks count:
 * when a thread has ended in between, or fewer than `expected` are there yet, it looks again. */
static inline guint64
beaver_test_count_wakeups (const char *prefix, guint expected, double seconds)
{
  gint64 give_up = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;

  for (;;)
    {
      guint n_before, n_after;
      guint64 before = beaver_test_count_sleeps (prefix, &n_before), after;
      gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_TIME_SPAN_SECOND);

      while (g_get_monotonic_time () < end)
        g_poll (NULL, 0, 5);
      after = beaver_test_count_sleeps (prefix, &n_after);
      if (n_before == n_after && n_after >= expected)
        return after - before;
      if (end > give_up)
        g_error ("%s: the threads of the library come and go", G_STRLOC);
    }
}

/* Waits until nothing of what happened before keeps those threads busy: the watcher looks some more
 * times after a commit, ever more rarely; threads without work end. */
static inline void
beaver_test_settle (const char *prefix, guint expected)
{
  gint64 give_up = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;

  while (beaver_test_count_wakeups (prefix, expected, 2) > 0)
    if (g_get_monotonic_time () > give_up)
      g_error ("%s: the threads of the library do not come to rest", G_STRLOC);
}

/* ---- the fixture ---- */

static inline void
fixture_open (Fixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;

  f->db = beaver_db_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->db);
}

/* Closes f->db, if it still stands, and checks that nothing of it is left. */
static inline void
fixture_close (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  if (f->db == NULL)
    return;
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  beaver_test_assert_all_closed (f->dir);
  g_assert_finalize_object (g_steal_pointer (&f->db));
}

static inline void
fixture_reopen (Fixture *f)
{
  fixture_close (f);
  fixture_open (f, f->path);
}

/* Puts a copy of tests/data/NAME.db in the place of the test's database, and opens it. */
static inline void
fixture_open_data (Fixture *f, const char *name)
{
  g_autofree char *base = g_strconcat (name, ".db", NULL);

  fixture_close (f);
  g_free (f->path);
  f->path = beaver_test_copy_data (f, base);
  fixture_open (f, f->path);
}

/* The directory alone, for tests that open the database themselves. */
static inline void
fixture_set_up_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("beaver-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->dir, "test.db", NULL);
}

static inline void
fixture_set_up (Fixture *f, gconstpointer data)
{
  fixture_set_up_closed (f, data);
  fixture_open (f, f->path);
}

static inline void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  fixture_close (f);
  beaver_test_assert_all_closed (f->dir);
  beaver_test_remove_tree (f->dir);
  g_clear_pointer (&f->path, g_free);
  g_clear_pointer (&f->dir, g_free);
}

/* func is static void func (Fixture *f, gconstpointer data) */
#define beaver_test_add(path, func) beaver_test_add_data (path, NULL, func)
#define beaver_test_add_data(path, data, func)                                                     \
  g_test_add (path, Fixture, data, fixture_set_up, func, fixture_tear_down)
#define beaver_test_add_closed(path, func)                                                         \
  g_test_add (path, Fixture, NULL, fixture_set_up_closed, func, fixture_tear_down)

/* ---- waiting ---- */

static inline gboolean
beaver_test_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Iterates context (NULL: the default one) until condition holds. A tick wakes it now and then,
 * because the condition may become true in another thread. */
#define beaver_test_spin_until(context, condition)                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GMainContext *spin_context = (context);                                                        \
    g_autoptr (GSource) spin_tick = g_timeout_source_new (5);                                      \
    gint64 spin_end = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;         \
                                                                                                   \
    g_source_set_callback (spin_tick, beaver_test_tick, NULL, NULL);                               \
    g_source_attach (spin_tick, spin_context);                                                     \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (g_get_monotonic_time () > spin_end)                                                    \
          g_error ("%s: not within %d s: %s", G_STRLOC, BEAVER_TEST_DEADLINE, #condition);         \
        g_main_context_iteration (spin_context, TRUE);                                             \
      }                                                                                            \
    g_source_destroy (spin_tick);                                                                  \
  }                                                                                                \
  G_STMT_END

/* Waits, without running any main context, until other threads or processes have made condition
 * true. */
#define beaver_test_wait_until(condition)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 wait_end = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;         \
                                                                                                   \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (g_get_monotonic_time () > wait_end)                                                    \
          g_error ("%s: not within %d s: %s", G_STRLOC, BEAVER_TEST_DEADLINE, #condition);         \
        g_poll (NULL, 0, 1);                                                                       \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

/* The GAsyncReadyCallback of a test: user_data is a GAsyncResult **, NULL until the call is done.
 *
 *     g_autoptr(GAsyncResult) result = NULL;
 *     beaver_dict_get_json_async (dict, "key", NULL, beaver_test_ready, &result);
 *     beaver_test_wait_result (&result);
 *     text = beaver_dict_get_json_finish (dict, result, &error);
 */
static inline void
beaver_test_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place); /* once, never twice */
  *place = g_object_ref (result);
}

/* Runs the thread's own default context until *result is there. */
static inline void
beaver_test_wait_result (GAsyncResult **result)
{
  beaver_test_spin_until (g_main_context_get_thread_default (), *result != NULL);
}

/* ---- other processes (spawned: fork() would lose the library's threads) ---- */

static inline GSubprocess *
beaver_test_spawnv (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  GSubprocess *process = g_subprocess_launcher_spawnv (launcher, argv, &error);

  g_assert_no_error (error);
  return process;
}

/* Runs tests/helpers/SCRIPT with the distribution's Python (transfer full): plain sqlite3 standing
 * in for beaver-db. Its standard input and output are pipes; further arguments are strings, NULL
 * ends them. */
G_GNUC_NULL_TERMINATED static inline GSubprocess *
beaver_test_spawn_python (const char *script, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "helpers", script, NULL);
  const char *python = g_getenv ("BEAVER_TEST_PYTHON");
  const char *arg;
  va_list args;

  g_ptr_array_add (argv, (gpointer) (python != NULL ? python : "/usr/bin/python3"));
  g_ptr_array_add (argv, (gpointer) "-u");
  g_ptr_array_add (argv, path);
  va_start (args, script);
  do
    g_ptr_array_add (argv, (gpointer) (arg = va_arg (args, const char *)));
  while (arg != NULL);
  va_end (args);
  return beaver_test_spawnv ((const char *const *) argv->pdata);
}

/* Runs this very test program again, as `test-x ROLE ARGS...` (transfer full): a second process of
 * ours. main() looks at argv[1] before g_test_init() and plays the role instead of running tests.
 */
G_GNUC_NULL_TERMINATED static inline GSubprocess *
beaver_test_spawn_self (const char *role, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *arg;
  va_list args;

  g_ptr_array_add (argv, self);
  g_ptr_array_add (argv, (gpointer) role);
  va_start (args, role);
  do
    g_ptr_array_add (argv, (gpointer) (arg = va_arg (args, const char *)));
  while (arg != NULL);
  va_end (args);
  return beaver_test_spawnv ((const char *const *) argv->pdata);
}

/* The next line that the process prints, without its end (transfer full); NULL when it has closed
 * its output. */
static inline char *
beaver_test_read_line (GSubprocess *process)
{
  int fd =
      g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (process)));
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 end = g_get_monotonic_time () + BEAVER_TEST_DEADLINE * G_TIME_SPAN_SECOND;

  for (;;)
    {
      GPollFD poll_fd = { fd, G_IO_IN | G_IO_HUP, 0 };
      gint64 left = (end - g_get_monotonic_time ()) / 1000;
      char c;
      ssize_t n;

      if (left <= 0)
        g_error ("%s: no line from the helper within %d s", G_STRLOC, BEAVER_TEST_DEADLINE);
      if (g_poll (&poll_fd, 1, (int) left) <= 0)
        continue;
      n = read (fd, &c, 1);
      if (n < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (n <= 0)
        return line->len > 0 ? g_strdup (line->str) : NULL;
      if (c == '\n')
        return g_strdup (line->str);
      g_string_append_c (line, c);
    }
}

static inline void
beaver_test_write_line (GSubprocess *process, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), text, strlen (text), NULL, NULL,
                             &error);
  g_assert_no_error (error);
}

/* Closes the process's input and waits for its end, which must be exit status 0. */
static inline void
beaver_test_join (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}
