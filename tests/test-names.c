/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names that look like patterns, quotes, statements or paths, of every kind of structure: each is a
 * structure of its own, is listed, tells its events, and survives the clearing of its neighbours.
 */
#include "beaver-test.h"

static const char *const names[] = {
  "%",      "_",
  "a%",     "a_",
  "ab",     "'",
  "it's",   "\"",
  "\"; --", "'; DROP TABLE __beaver_dicts__; --",
  "\\",     "%s%n",
  "a b",    " ",
  "\n",     "../x",
  "é",      "e\xcc\x81",
  "*",      "?",
  "__x__",  "dict:ab",
  "[a-b]",  "NULL",
  "\x7f",   "\xf0\x9f\xa6\xab",
};

typedef struct
{
  const char *kind;
  BeaverManager *(*get) (BeaverDb *db, const char *name, GError **error);
  gboolean (*add) (BeaverManager *manager, GError **error);
  char **(*list) (BeaverDb *db, GCancellable *cancellable, GError **error);
} Kind;

#define GETTER(noun)                                                                               \
  static BeaverManager *get_##noun (BeaverDb *db, const char *name, GError **error)                \
  {                                                                                                \
    return (BeaverManager *) beaver_db_get_##noun (db, name, error);                               \
  }

GETTER (dict)
GETTER (list)
GETTER (queue)
GETTER (log)
GETTER (channel)
GETTER (blobs)
GETTER (documents)
GETTER (graph)
GETTER (vectors)

static BeaverManager *
get_sketch (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_sketch (db, name, 1000, 0.01, error);
}

static gboolean
add_to_dict (BeaverManager *manager, GError **error)
{
  return beaver_dict_set_int (BEAVER_DICT (manager), "k", 1, NULL, error);
}

static gboolean
add_to_list (BeaverManager *manager, GError **error)
{
  return beaver_list_push_json (BEAVER_LIST (manager), "1", NULL, error);
}

static gboolean
add_to_queue (BeaverManager *manager, GError **error)
{
  return beaver_queue_put_json (BEAVER_QUEUE (manager), "1", 1, NULL, error);
}

static gboolean
add_to_log (BeaverManager *manager, GError **error)
{
  return beaver_log_append_json (BEAVER_LOG (manager), "1", NULL, error);
}

static gboolean
add_to_channel (BeaverManager *manager, GError **error)
{
  return beaver_channel_publish (BEAVER_CHANNEL (manager), "1", NULL, error);
}

static gboolean
add_to_blobs (BeaverManager *manager, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  return beaver_blobs_put (BEAVER_BLOBS (manager), "k", bytes, NULL, NULL, error);
}

static gboolean
add_to_documents (BeaverManager *manager, GError **error)
{
  g_autoptr (BeaverDocument) document = beaver_documents_index (
      BEAVER_DOCUMENTS (manager), "k", "{\"a\": \"b\"}", BEAVER_INDEX_FLAGS_NONE, NULL, error);

  return document != NULL;
}

static gboolean
add_to_graph (BeaverManager *manager, GError **error)
{
  return beaver_graph_link (BEAVER_GRAPH (manager), "a", "b", "c", NULL, NULL, error);
}

static gboolean
add_to_vectors (BeaverManager *manager, GError **error)
{
  static const float vector[] = { 1, 2 };

  g_autoptr (GBytes) bytes = g_bytes_new_static (vector, sizeof vector);

  return beaver_vectors_set (BEAVER_VECTORS (manager), "k", bytes, NULL, NULL, error);
}

static gboolean
add_to_sketch (BeaverManager *manager, GError **error)
{
  return beaver_sketch_add_json (BEAVER_SKETCH (manager), "1", NULL, error);
}

static const Kind kinds[] = {
  { "dict", get_dict, add_to_dict, beaver_db_get_dict_names },
  { "list", get_list, add_to_list, beaver_db_get_list_names },
  { "queue", get_queue, add_to_queue, beaver_db_get_queue_names },
  { "log", get_log, add_to_log, beaver_db_get_log_names },
  { "channel", get_channel, add_to_channel, beaver_db_get_channel_names },
  { "blobs", get_blobs, add_to_blobs, beaver_db_get_blobs_names },
  { "documents", get_documents, add_to_documents, beaver_db_get_documents_names },
  { "graph", get_graph, add_to_graph, beaver_db_get_graph_names },
  { "vectors", get_vectors, add_to_vectors, beaver_db_get_vectors_names },
  { "sketch", get_sketch, add_to_sketch, beaver_db_get_sketch_names },
};

static gint64
count (BeaverManager *manager)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (manager, NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* All but those that begin like the library's own. */
static void
assert_listed (char **listed)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean shown = !g_str_has_prefix (names[i], "__");

      g_test_message ("“%s”", names[i]);
      g_assert_cmpint (g_strv_contains ((const char *const *) listed, names[i]), ==, shown);
      n += shown;
    }
  g_assert_cmpuint (g_strv_length (listed), ==, n);
}

static void
on_clear (BeaverEvent *event, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (beaver_event_get_topic (event)));
}

static void
test_kind (Fixture *f, gconstpointer data)
{
  const Kind *kind = data;
  BeaverManager *managers[G_N_ELEMENTS (names)];
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) listed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BeaverEventHandler) handler = NULL;

      managers[i] = kind->get (f->db, names[i], &error);
      g_assert_no_error (error);
      g_assert_true (kind->get (f->db, names[i], &error) == managers[i]);
      g_assert_cmpstr (beaver_manager_get_name (managers[i]), ==, names[i]);
      for (guint j = 0; j < i; j++)
        g_assert_true (managers[j] != managers[i]);
      handler = beaver_manager_on (managers[i], "clear", on_clear, told, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (kind->add (managers[i], &error));
      g_assert_no_error (error);
      for (guint j = 0; j <= i; j++)
        g_assert_cmpint (count (managers[j]), ==, 1);
    }
  listed = kind->list (f->db, NULL, &error);
  g_assert_no_error (error);
  /* channels carry the events as well */
  if (!g_str_equal (kind->kind, "channel"))
    assert_listed (listed);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      beaver_manager_clear (managers[i], NULL, &error);
      g_assert_no_error (error);
      beaver_test_spin_until (NULL, told->len > i);
      g_assert_cmpuint (told->len, ==, i + 1);
      g_assert_nonnull (strstr (told->pdata[i], names[i]));
      g_test_message ("%s", (char *) told->pdata[i]);
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        g_assert_cmpint (count (managers[j]), ==, j > i ? 1 : 0);
    }
}

static void
test_lock (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) listed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      BeaverLock *lock = beaver_db_get_lock (f->db, names[i], &error);

      g_assert_no_error (error);
      g_assert_false (beaver_lock_is_locked (lock, NULL, &error));
      g_assert_true (beaver_lock_acquire (lock, 0, 600, NULL, &error));
      g_assert_no_error (error);
    }
  listed = beaver_db_get_lock_names (f->db, NULL, &error);
  g_assert_no_error (error);
  assert_listed (listed);
  g_clear_pointer (&listed, g_strfreev);
  beaver_db_get_lock_names_async (f->db, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  listed = beaver_db_get_lock_names_finish (f->db, result, &error);
  g_assert_no_error (error);
  assert_listed (listed);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      BeaverLock *lock = beaver_db_get_lock (f->db, names[i], &error);

      g_assert_true (beaver_lock_release (lock, NULL, &error));
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        g_assert_cmpint (
            beaver_lock_is_locked (beaver_db_get_lock (f->db, names[j], NULL), NULL, &error), ==,
            j > i);
      g_assert_no_error (error);
    }
}

/* What is no name, of every kind. */
static void
test_bad (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", "\xff", "a\xc3", "\xed\xa0\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          g_assert_null (kinds[k].get (f->db, bad[i], &error));
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
          g_clear_error (&error);
        }
      g_assert_null (beaver_db_get_lock (f->db, bad[i], &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/names/", kinds[i].kind, NULL);

      beaver_test_add_data (path, &kinds[i], test_kind);
    }
  beaver_test_add ("/names/lock", test_lock);
  beaver_test_add ("/names/bad", test_bad);
  return g_test_run ();
}
