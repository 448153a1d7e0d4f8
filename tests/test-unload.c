/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plug-in that uses the library is loaded, and unloaded again. Types of GObject, a file layer of
 * SQLite's and what runs at a fork() stay behind, so the library has to stay, too. */
#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static void
use (const char *library, const char *path)
{
  void *handle = dlopen (library, RTLD_NOW | RTLD_LOCAL);
  GObject *(*open_database) (const char *path, GCancellable *cancellable, GError **error);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) db = NULL;

  if (handle == NULL)
    g_error ("%s", dlerror ());
  *(void **) &open_database = dlsym (handle, "beaver_db_open");
  g_assert_nonnull (open_database);
  db = open_database (path, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&db);
  g_assert_cmpint (dlclose (handle), ==, 0);
}

static void
test_unload (void)
{
  const char *library = g_getenv ("BEAVER_TEST_LIBRARY");
  g_autofree char *dir = g_dir_make_tmp ("beaver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "unload.db", NULL);
  int status = -1;
  pid_t pid;

  g_assert_nonnull (library);
  for (int round = 0; round < 3; round++)
    {
      sqlite3 *raw = NULL;

      use (library, path);
      g_assert_cmpint (sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, "libbeaver"), ==,
                       SQLITE_OK);
      g_assert_cmpint (sqlite3_exec (raw, "DELETE FROM __beaver_dicts__", NULL, NULL, NULL), ==,
                       SQLITE_OK);
      g_assert_cmpint (sqlite3_close (raw), ==, SQLITE_OK);
      pid = fork ();
      if (pid == 0)
        _exit (0);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
    }
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unload/again-and-again", test_unload);
  return g_test_run ();
}
