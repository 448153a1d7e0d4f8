/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * fork(): what the child may do for itself. (That it leaves alone what its parent opened is tested
 * with the database.) */
#include "beaver-test.h"

#include <sys/wait.h>

/* A child opens the file for itself while threads of its parent are in the middle of everything:
 * reading and writing, SQLite's own locks included. It waits for none of those who are not there,
 * and keeps to the locks of the parent, which goes on as before. (What threads of the parent hold
 * inside of GLib stays locked in a child, so they make no objects here.) */
typedef struct
{
  BeaverDb *db;
  int ends; /* atomic */
} Busy;

static gpointer
be_busy (gpointer data)
{
  Busy *self = data;
  BeaverDict *dict = beaver_db_get_dict (self->db, "d", NULL);

  for (guint i = 0; g_atomic_int_get (&self->ends) == 0; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *key = g_strdup_printf ("%u", i % 500);

      g_assert_true (beaver_dict_set_int (dict, key, i, NULL, &error));
      g_assert_cmpint (beaver_dict_get_int (dict, key, NULL, &error), >=, 0);
      if (i % 8 == 0)
        g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), >, 0);
      g_assert_no_error (error);
    }
  return NULL;
}

static int
in_child (const char *path, guint round)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  g_autofree char *key = g_strdup_printf ("child-%u", round);
  g_autoptr (BeaverSubscription) subscription = NULL;
  BeaverDict *dict;

  if (db == NULL)
    return 2;
  dict = beaver_db_get_dict (db, "d", NULL);
  for (guint i = 0; i < 20; i++)
    if (!beaver_dict_set_int (dict, key, i, NULL, &error) ||
        beaver_dict_get_int (dict, key, NULL, &error) != i)
      return 3;
  subscription = beaver_channel_subscribe (beaver_db_get_channel (db, "c", NULL), NULL, &error);
  if (subscription == NULL)
    return 4;
  return beaver_db_close (db, &error) ? 0 : 5;
}

static void
test_fork_and_open (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (100);
  Busy busy = { f->db, 0 };
  GThread *threads[4];
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("busy", be_busy, &busy);
  for (guint round = 0; round < rounds; round++)
    {
      g_autofree char *key = g_strdup_printf ("child-%u", round);
      int status = -1;
      pid_t pid = fork ();

      if (pid == 0)
        {
          alarm (BEAVER_TEST_DEADLINE / 2);
          _exit (in_child (f->path, round));
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
      g_assert_cmpint (beaver_dict_get_int (dict, key, NULL, &error), ==, 19);
      g_assert_no_error (error);
    }
  g_atomic_int_set (&busy.ends, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* A child of a child, each with its parent's database still open. */
static void
test_generations (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GError) error = NULL;
  int status = -1;
  pid_t pid = fork ();

  if (pid == 0)
    {
      g_autoptr (BeaverDb) db = NULL;
      pid_t inner;

      alarm (BEAVER_TEST_DEADLINE / 2);
      db = beaver_db_open (f->path, NULL, NULL);
      if (db == NULL ||
          !beaver_dict_set_int (beaver_db_get_dict (db, "d", NULL), "x", 1, NULL, NULL))
        _exit (10);
      inner = fork ();
      if (inner == 0)
        {
          alarm (BEAVER_TEST_DEADLINE / 2);
          _exit (in_child (f->path, 0));
        }
      if (waitpid (inner, &status, 0) != inner || !WIFEXITED (status))
        _exit (11);
      if (WEXITSTATUS (status) == 0 && !beaver_db_close (db, NULL))
        _exit (12);
      _exit (WEXITSTATUS (status));
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (beaver_dict_get_int (dict, "x", NULL, &error), ==, 1);
  g_assert_cmpint (beaver_dict_get_int (dict, "child-0", NULL, &error), ==, 19);
  g_assert_no_error (error);
}

/* Random numbers of GLib's go on alike in parent and child: two documents would get one name. */
static gboolean
add_documents (BeaverDb *db, int n)
{
  BeaverDocuments *documents = beaver_db_get_documents (db, "notes", NULL);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (BeaverDocument) document =
          beaver_documents_index (documents, NULL, "{}", BEAVER_INDEX_FLAGS_NONE, NULL, NULL);

      if (document == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
test_names (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int status = -1;
  pid_t pid;

  /* GLib's numbers begin with the first that is asked for */
  g_assert_true (add_documents (f->db, 1));
  pid = fork ();
  if (pid == 0)
    {
      g_autoptr (BeaverDb) db = NULL;

      alarm (BEAVER_TEST_DEADLINE / 2);
      db = beaver_db_open (f->path, NULL, NULL);
      _exit (db != NULL && add_documents (db, 20) && beaver_db_close (db, NULL) ? 0 : 1);
    }
  g_assert_true (add_documents (f->db, 20));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (
      beaver_manager_count (BEAVER_MANAGER (beaver_db_get_documents (f->db, "notes", NULL)), NULL,
                            &error),
      ==, 41);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/fork/open-while-the-parent-is-busy", test_fork_and_open);
  beaver_test_add ("/fork/generations", test_generations);
  beaver_test_add ("/fork/names", test_names);
  return g_test_run ();
}
