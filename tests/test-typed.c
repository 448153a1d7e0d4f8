/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Trees and objects in logs and channels. */
#include "beaver-test.h"

#include <math.h>
#include <sqlite3.h>

/* What a log and a channel have alike. */
typedef struct
{
  gpointer self;
  gboolean (*node) (gpointer self, JsonNode *value, GCancellable *cancellable, GError **error);
  void (*node_async) (gpointer self,
                      JsonNode *value,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*node_finish) (gpointer self, GAsyncResult *result, GError **error);
  gboolean (*object) (gpointer self, GObject *value, GCancellable *cancellable, GError **error);
  void (*object_async) (gpointer self,
                        GObject *value,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*object_finish) (gpointer self, GAsyncResult *result, GError **error);
} Kind;

#define KIND(place, noun, verb)                                                                    \
  (Kind)                                                                                           \
  {                                                                                                \
    place, (gpointer) beaver_##noun##_##verb##_node,                                               \
        (gpointer) beaver_##noun##_##verb##_node_async,                                            \
        (gpointer) beaver_##noun##_##verb##_node_finish,                                           \
        (gpointer) beaver_##noun##_##verb##_object,                                                \
        (gpointer) beaver_##noun##_##verb##_object_async,                                          \
        (gpointer) beaver_##noun##_##verb##_object_finish                                          \
  }

static Kind
kind_of (Fixture *f, guint i)
{
  return i == 0 ? KIND (beaver_db_get_log (f->db, "things", NULL), log, append) :
                  KIND (beaver_db_get_channel (f->db, "things", NULL), channel, publish);
}

/* What is in it now: entries, or messages. */
static GPtrArray *
read_all (const Kind *kind)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *all = BEAVER_IS_LOG (kind->self) ?
                       beaver_log_range (kind->self, -INFINITY, INFINITY, -1, 0,
                                         BEAVER_LOG_ORDER_OLDEST_FIRST, NULL, &error) :
                       beaver_channel_history (kind->self, -1, NULL, &error);

  g_assert_no_error (error);
  return all;
}

static JsonNode *
get_node (gpointer entry, GError **error)
{
  return BEAVER_IS_LOG_ENTRY (entry) ? beaver_log_entry_get_node (entry, error) :
                                       beaver_message_get_node (entry, error);
}

static GObject *
get_object (gpointer entry, GType type, GError **error)
{
  return BEAVER_IS_LOG_ENTRY (entry) ? beaver_log_entry_get_object (entry, type, error) :
                                       beaver_message_get_object (entry, type, error);
}

static const char *
get_text (gpointer entry)
{
  return BEAVER_IS_LOG_ENTRY (entry) ? beaver_log_entry_get_data (entry) :
                                       beaver_message_get_json (entry);
}

static void
test_in_and_out (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Kind kind = kind_of (f, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string ("{\"x\":[1,\"\303\251\"]}", &error);
      g_autoptr (GObject) action = G_OBJECT (g_simple_action_new ("save", NULL));
      g_autoptr (GPtrArray) all = NULL;

      g_assert_true (kind.node (kind.self, node, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (kind.object (kind.self, action, NULL, &error));
      g_assert_no_error (error);
      for (guint k = 0; k < 2; k++)
        {
          g_autoptr (GAsyncResult) result = NULL;

          if (k == 0)
            kind.node_async (kind.self, node, NULL, beaver_test_ready, &result);
          else
            kind.object_async (kind.self, action, NULL, beaver_test_ready, &result);
          beaver_test_wait_result (&result);
          g_assert_true (
              (k == 0 ? kind.node_finish : kind.object_finish) (kind.self, result, &error));
          g_assert_no_error (error);
        }

      all = read_all (&kind);
      g_assert_cmpuint (all->len, ==, 4);
      for (guint k = 0; k < 4; k++)
        {
          g_autoptr (JsonNode) got = get_node (all->pdata[k], &error);
          g_autoptr (GObject) object = NULL;

          g_assert_no_error (error);
          if (k % 2 == 0)
            {
              g_assert_true (json_node_equal (node, got));
              g_assert_cmpstr (get_text (all->pdata[k]), ==, "{\"x\": [1, \"\\u00e9\"]}");
              /* no object has such a property, and that is fine */
              object = get_object (all->pdata[k], G_TYPE_SIMPLE_ACTION, &error);
              g_assert_no_error (error);
              continue;
            }
          object = get_object (all->pdata[k], G_TYPE_SIMPLE_ACTION, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (g_action_get_name (G_ACTION (object)), ==, "save");
        }
    }
}

static void
test_bad (Fixture *f, gconstpointer data)
{
  sqlite3 *raw;

  for (guint i = 0; i < 2; i++)
    {
      Kind kind = kind_of (f, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_node_init_double (json_node_alloc (), INFINITY);
      g_autoptr (GObject) stateful = /* a variant has no place in JSON */
          G_OBJECT (g_simple_action_new_stateful ("save", NULL, g_variant_new_boolean (TRUE)));
      g_autoptr (JsonNode) good = json_node_init_int (json_node_alloc (), 7);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) all = NULL;

      g_assert_false (kind.node (kind.self, node, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "things"));
      g_clear_error (&error);
      g_assert_false (kind.object (kind.self, stateful, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "things"));
      g_clear_error (&error);
      kind.node_async (kind.self, node, NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_false (kind.node_finish (kind.self, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "things"));
      g_clear_error (&error);
      g_clear_object (&result);

      g_cancellable_cancel (cancellable);
      g_assert_false (kind.node (kind.self, good, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      all = read_all (&kind);
      g_assert_cmpuint (all->len, ==, 0);

      /* a number is no object */
      g_assert_true (kind.node (kind.self, good, NULL, &error));
      g_assert_no_error (error);
      g_clear_pointer (&all, g_ptr_array_unref);
      all = read_all (&kind);
      g_assert_null (get_object (all->pdata[0], G_TYPE_SIMPLE_ACTION, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }

  /* other programs publish what they like */
  g_assert_cmpint (sqlite3_open (f->path, &raw), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (raw,
                                 "UPDATE __beaver_pubsub_log__ SET message_payload = '{broken'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (raw);
  {
    Kind kind = kind_of (f, 1);
    g_autoptr (GPtrArray) all = read_all (&kind);
    g_autoptr (GError) error = NULL;

    g_assert_cmpuint (all->len, ==, 1);
    g_assert_null (get_object (all->pdata[0], G_TYPE_SIMPLE_ACTION, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    g_clear_error (&error);
    g_assert_null (get_node (all->pdata[0], &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
  }
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  Kind kinds[] = { kind_of (f, 0), kind_of (f, 1) };
  g_autoptr (GObject) action = G_OBJECT (g_simple_action_new ("save", NULL));
  g_autoptr (JsonNode) node = json_node_init_int (json_node_alloc (), 7);

  g_object_ref (kinds[0].self);
  g_object_ref (kinds[1].self);
  fixture_close (f);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_false (kinds[i].node (kinds[i].self, node, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_false (kinds[i].object (kinds[i].self, action, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
      kinds[i].object_async (kinds[i].self, action, NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_false (kinds[i].object_finish (kinds[i].self, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_object_unref (kinds[i].self);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/typed/in-and-out", test_in_and_out);
  beaver_test_add ("/typed/bad", test_bad);
  beaver_test_add ("/typed/closed", test_closed);
  return g_test_run ();
}
