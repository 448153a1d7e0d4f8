/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fixture itself: what it looks for it must be able to see. */
#include "beaver-test.h"

#include <fcntl.h>

static void
test_descriptors (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "x", NULL);
  int fd;

  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), ==, 0);
  fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), ==, 1);
  g_assert_no_errno (g_unlink (path));
  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), ==, 1);
  g_assert_no_errno (close (fd));
  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), ==, 0);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean go; /* guarded by lock */
} Gate;

static gpointer
wait_at_gate (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  while (!gate->go)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return NULL;
}

/* A thread that was joined must not be seen, however soon one looks. */
static void
test_threads (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (500);

  for (guint i = 0; i < rounds; i++)
    {
      Gate gate = { .go = FALSE };
      GThread *thread = g_thread_new ("beaver-test", wait_at_gate, &gate);

      /* the thread gives itself its name */
      beaver_test_wait_until (beaver_test_count_threads () == 1);
      g_mutex_lock (&gate.lock);
      gate.go = TRUE;
      g_cond_signal (&gate.changed);
      g_mutex_unlock (&gate.lock);
      g_thread_join (thread);
      g_assert_cmpuint (beaver_test_count_threads (), ==, 0);
    }
}

static void
test_open (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), >, 0);
  fixture_reopen (f);
  g_assert_cmpuint (beaver_test_count_descriptors (f->dir), >, 0);
}

static void
test_data (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) json = beaver_test_load_json ("dicts");

  g_assert_true (json_object_has_member (json_node_get_object (json), "expect"));
  fixture_open_data (f, "dicts");
  g_assert_true (g_str_has_suffix (f->path, "/dicts.db"));
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_spin (Fixture *f, gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = g_idle_source_new ();
  gboolean flag = FALSE;

  g_source_set_callback (source, set_flag, &flag, NULL);
  g_source_attach (source, context);
  beaver_test_spin_until (context, flag);
}

static void
test_process (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) echo = beaver_test_spawn_self ("--echo", "first", NULL);
  g_autofree char *first = beaver_test_read_line (echo);
  g_autofree char *second = NULL;
  g_autofree char *end = NULL;

  g_assert_cmpstr (first, ==, "first");
  beaver_test_write_line (echo, "second");
  second = beaver_test_read_line (echo);
  g_assert_cmpstr (second, ==, "second");
  g_output_stream_close (g_subprocess_get_stdin_pipe (echo), NULL, NULL);
  end = beaver_test_read_line (echo);
  g_assert_null (end);
  beaver_test_join (echo);
}

/* The role of the second process: says what it hears. */
static int
echo (const char *first)
{
  char line[256];

  g_print ("%s\n", first);
  while (fgets (line, sizeof line, stdin) != NULL)
    g_print ("%s", line);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--echo"))
    return echo (argv[2]);

  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/fixture/sees-descriptors", test_descriptors);
  beaver_test_add_closed ("/fixture/sees-threads", test_threads);
  beaver_test_add ("/fixture/open", test_open);
  beaver_test_add ("/fixture/data", test_data);
  beaver_test_add_closed ("/fixture/spin", test_spin);
  beaver_test_add_closed ("/fixture/process", test_process);
  return g_test_run ();
}
