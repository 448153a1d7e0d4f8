/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

static void
test_properties (Fixture *f, gconstpointer data)
{
  BeaverManager *manager = BEAVER_MANAGER (get_dict (f, "settings"));
  g_autofree char *name = NULL, *kind = NULL;
  gboolean closed;

  g_object_get (manager, "name", &name, "kind", &kind, "closed", &closed, NULL);
  g_assert_cmpstr (name, ==, "settings");
  g_assert_cmpstr (kind, ==, "dict");
  g_assert_false (closed);
  g_assert_cmpstr (beaver_manager_get_name (manager), ==, "settings");
  g_assert_cmpstr (beaver_manager_get_kind (manager), ==, "dict");
  g_assert_false (beaver_manager_is_closed (manager));
  g_assert_true (G_TYPE_IS_ABSTRACT (BEAVER_TYPE_MANAGER));
  g_assert_true (g_type_is_a (BEAVER_TYPE_DICT, BEAVER_TYPE_MANAGER));
}

/* Nobody can hang an engine into a manager by its properties. */
static void
test_no_plumbing_in_sight (Fixture *f, gconstpointer data)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (BEAVER_TYPE_DICT);
  guint n;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n);

  for (guint i = 0; i < n; i++)
    g_assert_cmpint (specs[i]->flags & G_PARAM_WRITABLE, ==, 0);
}

static void
test_same_object (Fixture *f, gconstpointer data)
{
  BeaverDict *a = get_dict (f, "a");

  g_assert_true (get_dict (f, "a") == a);
  g_assert_true (get_dict (f, "b") != a);
}

typedef struct
{
  Fixture *f;
  int ready; /* atomic */
  BeaverDict *got[8];
} Race;

static gpointer
race_thread (gpointer data)
{
  Race *race = data;
  int me = g_atomic_int_add (&race->ready, 1);

  while (g_atomic_int_get (&race->ready) < 8)
    g_thread_yield ();
  race->got[me] = get_dict (race->f, "raced");
  return NULL;
}

static void
test_same_object_for_all_threads (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < beaver_test_rounds (50); round++)
    {
      Race race = { f, 0, { NULL } };
      GThread *threads[8];

      for (guint i = 0; i < 8; i++)
        threads[i] = g_thread_new ("race", race_thread, &race);
      for (guint i = 0; i < 8; i++)
        g_thread_join (threads[i]);
      for (guint i = 1; i < 8; i++)
        g_assert_true (race.got[i] == race.got[0]);
      fixture_reopen (f);
    }
}

static void
test_count_and_clear (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverManager *manager = BEAVER_MANAGER (get_dict (f, "a"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_cmpint (beaver_manager_count (manager, NULL, &error), ==, 0);
  g_assert_cmpint (beaver_manager_clear (manager, NULL, &error), ==, 0);
  beaver_dict_set_json (BEAVER_DICT (manager), "k", "1", NULL, &error);
  g_assert_cmpint (beaver_manager_count (manager, NULL, &error), ==, 1);
  g_assert_no_error (error);

  g_cancellable_cancel (cancellable);
  g_assert_cmpint (beaver_manager_clear (manager, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (beaver_manager_clear (manager, NULL, &error), ==, 1);
  g_assert_no_error (error);
}

/* Errors say where. */
static void
test_errors_name_the_structure (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  BeaverDict *dict = get_dict (f, "settings");

  beaver_dict_set_json (dict, "k", "1.5", NULL, &error);
  beaver_dict_increment (dict, "k", 1, NULL, &error);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“settings”"));
  g_assert_nonnull (strstr (error->message, "“k”"));
  g_clear_error (&error);

  beaver_dict_increment_async (dict, "k", 1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  beaver_dict_increment_finish (dict, result, &error);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“settings”"));
  g_clear_error (&error);

  beaver_dict_get_json (dict, "absent", NULL, &error);
  g_assert_nonnull (strstr (error->message, "“settings”"));
  g_assert_nonnull (strstr (error->message, "“absent”"));
  g_clear_error (&error);
  beaver_dict_set_json (dict, "k", "[1,", NULL, &error);
  g_assert_nonnull (strstr (error->message, "“settings”"));
  g_assert_nonnull (strstr (error->message, "“k”"));
}

/* The user may keep a manager longer than the database. */
static void
test_outlives_the_database (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDict) dict = g_object_ref (get_dict (f, "settings"));
  gboolean closed;

  fixture_close (f);
  g_object_get (dict, "closed", &closed, NULL);
  g_assert_true (closed);
  g_assert_cmpstr (beaver_manager_get_name (BEAVER_MANAGER (dict)), ==, "settings");
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), ==, -1);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

/* and it does not keep the database. */
static void
test_does_not_keep_the_database (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDict) dict = g_object_ref (get_dict (f, "settings"));

  beaver_dict_set_json (dict, "k", "1", NULL, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&f->db));
  beaver_test_assert_all_closed (f->dir);
  g_assert_false (beaver_dict_set_json (dict, "k", "2", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

static void
test_dispose_by_hand (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");

  /* as run_dispose() of a binding does */
  g_object_run_dispose (G_OBJECT (dict));
  g_assert_false (beaver_dict_set_json (dict, "k", "1", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_dict_items (dict, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/manager/properties", test_properties);
  beaver_test_add ("/manager/no-plumbing-in-sight", test_no_plumbing_in_sight);
  beaver_test_add ("/manager/same-object", test_same_object);
  beaver_test_add ("/manager/same-object-for-all-threads", test_same_object_for_all_threads);
  beaver_test_add ("/manager/count-and-clear", test_count_and_clear);
  beaver_test_add ("/manager/errors-name-the-structure", test_errors_name_the_structure);
  beaver_test_add ("/manager/outlives-the-database", test_outlives_the_database);
  beaver_test_add ("/manager/does-not-keep-the-database", test_does_not_keep_the_database);
  beaver_test_add ("/manager/dispose-by-hand", test_dispose_by_hand);

  return g_test_run ();
}
