/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every call of a dict in its asynchronous form, and every call on what is closed or was never
 * opened. */
#include "beaver-test-sqlite.h"

#include <math.h>

static const char *const two_keys[] = { "a", "b", NULL };
static const char *const two_values[] = { "1", "[2]", NULL };

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

static void
take_string (GString *out, char *text)
{
  g_string_append (out, text != NULL ? text : "NULL");
  g_free (text);
}

/* Each call: its three forms, with arguments that fit a dict holding {"k": 1}. What comes out is
 * printed, so that the forms can be compared. */
#define CALLS(CALL)                                                                                \
  CALL (set_json, boolean, "k", "5")                                                               \
  CALL (set_json_with_ttl, boolean, "k", "5", 100)                                                 \
  CALL (get_json, text, "k")                                                                       \
  CALL (lookup_json, text, "k")                                                                    \
  CALL (lookup, object, "k")                                                                       \
  CALL (lookup_many, array, two_keys)                                                              \
  CALL (list_keys, strv, "")                                                                       \
  CALL (contains, boolean, "k")                                                                    \
  CALL (remove, boolean, "k")                                                                      \
  CALL (pop_json, text, "k")                                                                       \
  CALL (pop_entry, object, "k")                                                                    \
  CALL (compare_and_set_json, boolean, "k", "1", "2")                                              \
  CALL (get_or_set_json, text, "new", "[3]", 100)                                                  \
  CALL (increment, number, "k", 41)                                                                \
  CALL (increment_double, number, "k", 0.5)                                                        \
  CALL (set_ttl, boolean, "k", 100)                                                                \
  CALL (get_ttl, number, "k")                                                                      \
  CALL (set_many_json, boolean, two_keys, two_values)                                              \
  CALL (update_json, boolean, "{\"a\": 1}")                                                        \
  CALL (set_string, boolean, "k", "x")                                                             \
  CALL (set_int, boolean, "k", 7)                                                                  \
  CALL (get_int, number, "k")                                                                      \
  CALL (set_double, boolean, "k", 7)                                                               \
  CALL (get_double, number, "k")                                                                   \
  CALL (set_boolean, boolean, "k", TRUE)                                                           \
  CALL (set_node, boolean, "k", node)                                                              \
  CALL (get_node, node, "k")                                                                       \
  CALL (set_object, boolean, "k", plain_object)

/* How each kind of result is printed and freed. */
#define PRINT_boolean(value) g_string_append (out, (value) ? "TRUE" : "FALSE")
#define PRINT_text(value) take_string (out, (value))
#define PRINT_number(value) g_string_append_printf (out, "%g", (double) (value))
#define PRINT_object(value) print_object (out, (gpointer) (value))
#define PRINT_array(value) print_array (out, (value))
#define PRINT_strv(value) print_strv (out, (value))
#define PRINT_node(value) print_node (out, (value))

static void
print_object (GString *out, BeaverEntry *entry)
{
  g_string_append (out, entry != NULL ? beaver_entry_get_value (entry) : "NULL");
  g_clear_object (&entry);
}

static void
print_array (GString *out, GPtrArray *array)
{
  g_string_append_printf (out, "%d", array != NULL ? (int) array->len : -1);
  g_clear_pointer (&array, g_ptr_array_unref);
}

static void
print_strv (GString *out, char **strv)
{
  g_autofree char *joined = strv != NULL ? g_strjoinv (",", strv) : g_strdup ("NULL");

  g_string_append (out, joined);
  g_strfreev (strv);
}

static void
print_node (GString *out, JsonNode *node)
{
  take_string (out, node != NULL ? json_to_string (node, FALSE) : NULL);
  g_clear_pointer (&node, json_node_unref);
}

typedef enum
{
  FORM_SYNC,
  FORM_ASYNC,
  N_FORMS,
} Form;

/* Runs call number index, prints its result, and answers FALSE when there is no such call. */
static gboolean
run_call (BeaverDict *dict,
          guint index,
          Form form,
          GCancellable *cancellable,
          const char **name,
          GString *out,
          GError **error)
{
  g_autoptr (JsonNode) node = json_from_string ("[1]", NULL);
  g_autoptr (GObject) plain_object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  guint i = 0;

  g_string_truncate (out, 0);
#define CALL(verb, kind, ...)                                                                      \
  if (i++ == index)                                                                                \
    {                                                                                              \
      *name = #verb;                                                                               \
      if (form == FORM_SYNC)                                                                       \
        PRINT_##kind (beaver_dict_##verb (dict, __VA_ARGS__, cancellable, error));                 \
      else                                                                                         \
        {                                                                                          \
          beaver_dict_##verb##_async (dict, __VA_ARGS__, cancellable, beaver_test_ready, &result); \
          g_assert_null (result); /* never at once */                                              \
          beaver_test_wait_result (&result);                                                       \
          PRINT_##kind (beaver_dict_##verb##_finish (dict, result, error));                        \
        }                                                                                          \
      return TRUE;                                                                                 \
    }
  CALLS (CALL)
#undef CALL
  return FALSE;
}

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  const char *name;

  for (guint i = 0;; i++)
    {
      for (Form form = FORM_SYNC; form < N_FORMS; form++)
        {
          g_autoptr (GError) error = NULL;

          beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error);
          beaver_dict_set_json (dict, "k", "1", NULL, &error);
          beaver_dict_set_json (dict, "b", "[2]", NULL, &error);
          g_assert_no_error (error);
          if (!run_call (dict, i, form, NULL, &name, out, &error))
            return;
          g_assert_no_error (error);
          {
            g_auto (GStrv) keys = beaver_dict_list_keys (dict, NULL, NULL, &error);

            g_assert_no_error (error);
            for (guint k = 0; keys[k] != NULL; k++)
              {
                g_autofree char *value = beaver_dict_lookup_json (dict, keys[k], NULL, &error);

                g_string_append_printf (out, " %s=%s", keys[k], value);
              }
          }
          g_test_message ("%s: %s", name, out->str);
          if (form == FORM_SYNC)
            g_string_assign (expected, out->str);
          else if (!g_str_equal (name, "get_ttl"))
            g_assert_cmpstr (out->str, ==, expected->str);
        }
    }
}

static void
test_async_others (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  g_autoptr (GAsyncResult) applied = NULL, got_boolean = NULL, got_string = NULL, got_object = NULL;
  g_autoptr (GAsyncResult) counted = NULL, cleared = NULL, named = NULL;
  g_autoptr (GObject) object = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree char *text = NULL;

  beaver_dict_batch_set_json (batch, "b", "true", INFINITY, &error);
  beaver_dict_batch_set_json (batch, "s", "\"x\"", INFINITY, &error);
  beaver_dict_batch_set_json (batch, "o", "{}", INFINITY, &error);
  g_assert_no_error (error);
  beaver_dict_batch_apply_async (batch, NULL, beaver_test_ready, &applied);
  g_assert_cmpuint (beaver_dict_batch_get_size (batch), ==, 0);
  beaver_test_wait_result (&applied);
  g_assert_cmpint (beaver_dict_batch_apply_finish (batch, applied, &error), ==, 3);

  beaver_dict_get_boolean_async (dict, "b", NULL, beaver_test_ready, &got_boolean);
  beaver_dict_get_string_async (dict, "s", NULL, beaver_test_ready, &got_string);
  beaver_dict_get_object_async (dict, "o", G_TYPE_OBJECT, NULL, beaver_test_ready, &got_object);
  beaver_manager_count_async (BEAVER_MANAGER (dict), NULL, beaver_test_ready, &counted);
  beaver_db_get_dict_names_async (f->db, NULL, beaver_test_ready, &named);
  beaver_test_wait_result (&got_boolean);
  beaver_test_wait_result (&got_string);
  beaver_test_wait_result (&got_object);
  beaver_test_wait_result (&counted);
  beaver_test_wait_result (&named);
  g_assert_true (beaver_dict_get_boolean_finish (dict, got_boolean, &error));
  text = beaver_dict_get_string_finish (dict, got_string, &error);
  g_assert_cmpstr (text, ==, "x");
  object = beaver_dict_get_object_finish (dict, got_object, &error);
  g_assert_nonnull (object);
  g_assert_cmpint (beaver_manager_count_finish (BEAVER_MANAGER (dict), counted, &error), ==, 3);
  names = beaver_db_get_dict_names_finish (f->db, named, &error);
  g_assert_cmpstrv (names, ((const char *[]){ "settings", NULL }));

  beaver_manager_clear_async (BEAVER_MANAGER (dict), NULL, beaver_test_ready, &cleared);
  beaver_test_wait_result (&cleared);
  g_assert_cmpint (beaver_manager_clear_finish (BEAVER_MANAGER (dict), cleared, &error), ==, 3);
  g_assert_no_error (error);
}

/* Bad arguments come back through the task, in the right domain, and nothing else happens. */
static void
test_async_bad_input (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (GAsyncResult) set = NULL, got = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  beaver_dict_set_json_async (dict, "k", "NaN", NULL, beaver_test_ready, &set);
  beaver_test_wait_result (&set);
  g_assert_false (beaver_dict_set_json_finish (dict, set, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);

  beaver_dict_get_json_async (dict, "k", NULL, beaver_test_ready, &got);
  beaver_test_wait_result (&got);
  g_assert_null (beaver_dict_get_json_finish (dict, got, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  beaver_dict_set_json_async (dict, "k", "1", cancellable, beaver_test_ready, &cancelled);
  beaver_test_wait_result (&cancelled);
  g_assert_false (beaver_dict_set_json_finish (dict, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (beaver_dict_contains (dict, "k", NULL, &error));
  g_assert_no_error (error);
}

/* Started by one thread, writes are done in the order of starting. */
static void
test_async_order (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 500
  };
  BeaverDict *dict = get_dict (f, "settings");
  GAsyncResult *results[N] = { NULL };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < N; i++)
    beaver_dict_set_int_async (dict, "k", i, NULL, beaver_test_ready, &results[i]);
  for (int i = 0; i < N; i++)
    {
      beaver_test_wait_result (&results[i]);
      g_assert_true (beaver_dict_set_int_finish (dict, results[i], &error));
      g_assert_no_error (error);
      g_object_unref (results[i]);
    }
  g_assert_cmpint (beaver_dict_get_int (dict, "k", NULL, &error), ==, N - 1);
}

/* ---- closed ---- */

#define assert_closed()                                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);                                     \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static void
assert_all_closed (BeaverDict *dict, BeaverDictBatch *batch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GAsyncResult) counted = NULL, cleared = NULL, applied = NULL;
  const char *name;

  for (guint i = 0; run_call (dict, i, FORM_SYNC, NULL, &name, out, &error); i++)
    {
      g_test_message ("%s", name);
      assert_closed ();
      run_call (dict, i, FORM_ASYNC, NULL, &name, out, &error);
      assert_closed ();
    }
  g_assert_null (beaver_dict_get_string (dict, "k", NULL, &error));
  assert_closed ();
  g_assert_false (beaver_dict_get_boolean (dict, "k", NULL, &error));
  assert_closed ();
  g_assert_null (beaver_dict_get_object (dict, "k", G_TYPE_OBJECT, NULL, &error));
  assert_closed ();
  g_assert_null (beaver_dict_keys (dict, NULL, &error));
  assert_closed ();
  g_assert_null (beaver_dict_items (dict, "\xff", &error));
  assert_closed ();
  g_assert_false (beaver_dict_set_json (dict, "\xff", "nonsense", NULL, &error));
  assert_closed ();
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), ==, -1);
  assert_closed ();
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, -1);
  assert_closed ();
  beaver_manager_count_async (BEAVER_MANAGER (dict), NULL, beaver_test_ready, &counted);
  beaver_test_wait_result (&counted);
  g_assert_cmpint (beaver_manager_count_finish (BEAVER_MANAGER (dict), counted, &error), ==, -1);
  assert_closed ();
  beaver_manager_clear_async (BEAVER_MANAGER (dict), NULL, beaver_test_ready, &cleared);
  beaver_test_wait_result (&cleared);
  g_assert_cmpint (beaver_manager_clear_finish (BEAVER_MANAGER (dict), cleared, &error), ==, -1);
  assert_closed ();
  g_assert_true (beaver_manager_is_closed (BEAVER_MANAGER (dict)));

  g_assert_false (beaver_dict_batch_set_json (batch, "k", "1", INFINITY, &error));
  assert_closed ();
  g_assert_false (beaver_dict_batch_remove (batch, "k", &error));
  assert_closed ();
  g_assert_cmpint (beaver_dict_batch_apply (batch, NULL, &error), ==, -1);
  assert_closed ();
  beaver_dict_batch_apply_async (batch, NULL, beaver_test_ready, &applied);
  beaver_test_wait_result (&applied);
  g_assert_cmpint (beaver_dict_batch_apply_finish (batch, applied, &error), ==, -1);
  assert_closed ();
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDict) dict = g_object_ref (get_dict (f, "settings"));
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  beaver_dict_set_json (dict, "k", "1", NULL, &error);
  beaver_dict_batch_set_json (batch, "k", "1", INFINITY, &error);
  cursor = beaver_dict_items (dict, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (beaver_manager_is_closed (BEAVER_MANAGER (dict)));

  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  assert_all_closed (dict, batch);
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  assert_closed ();
  g_assert_true (beaver_cursor_is_closed (cursor));
  beaver_cursor_next_page_async (cursor, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_cursor_next_page_finish (cursor, result, &error));
  assert_closed ();
  g_assert_null (beaver_db_get_dict (f->db, "settings", &error));
  assert_closed ();

  /* and when the database itself is gone */
  g_assert_finalize_object (g_steal_pointer (&f->db));
  assert_all_closed (dict, batch);
}

/* Beaver.Dict() in Python. */
static void
test_made_by_hand (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverDict) dict = g_object_new (BEAVER_TYPE_DICT, NULL);
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);

  g_assert_cmpstr (beaver_manager_get_kind (BEAVER_MANAGER (dict)), ==, "dict");
  g_assert_cmpstr (beaver_manager_get_name (BEAVER_MANAGER (dict)), ==, "");
  assert_all_closed (dict, batch);
}

static void
test_close_with_calls_pending (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 200
  };
  for (guint round = 0; round < beaver_test_rounds (10); round++)
    {
      g_autoptr (BeaverDict) dict = g_object_ref (get_dict (f, "settings"));
      GAsyncResult *results[N] = { NULL };
      guint written = 0;

      for (int i = 0; i < N; i++)
        {
          g_autofree char *key = g_strdup_printf ("%u-%d", round, i);

          beaver_dict_set_int_async (dict, key, i, NULL, beaver_test_ready, &results[i]);
        }
      beaver_db_close (f->db, NULL);
      for (int i = 0; i < N; i++)
        {
          g_autoptr (GError) error = NULL;

          beaver_test_wait_result (&results[i]);
          if (beaver_dict_set_int_finish (dict, results[i], &error))
            written++;
          else
            g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          g_object_unref (results[i]);
        }
      g_clear_object (&dict);
      fixture_reopen (f);
      {
        g_autofree char *prefix = g_strdup_printf ("%u-", round);
        g_autoptr (GError) error = NULL;
        g_auto (GStrv) keys =
            beaver_dict_list_keys (get_dict (f, "settings"), prefix, NULL, &error);

        /* not less than what was acknowledged, and what was refused is not there */
        g_assert_no_error (error);
        g_assert_cmpuint (g_strv_length (keys), ==, written);
      }
    }
}

/* What the value cache holds is there in the next iteration, without a thread in between; but not
 * before what was asked for earlier. */
static void
test_async_out_of_the_cache (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_dict_set_int (dict, "k", -1, NULL, &error));
  for (int i = 0; i < 500; i++)
    {
      GAsyncResult *set = NULL, *got = NULL, *again = NULL;
      g_autofree char *old = beaver_dict_get_json (dict, "k", NULL, &error);
      g_autofree char *new = g_strdup_printf ("%d", i);
      g_autofree char *value = NULL;
      g_autofree char *same = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (atoi (old), ==, i - 1);
      beaver_dict_set_json_async (dict, "k", new, NULL, beaver_test_ready, &set);
      beaver_dict_get_json_async (dict, "k", NULL, beaver_test_ready, &got);
      beaver_test_wait_result (&got);
      g_assert_nonnull (set);
      g_assert_true (beaver_dict_set_json_finish (dict, set, &error));
      value = beaver_dict_get_json_finish (dict, got, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, new);

      /* the worker has answered, and may still be on its way to bed */
      for (gboolean at_once = FALSE; !at_once;)
        {
          g_clear_object (&again);
          beaver_dict_get_json_async (dict, "k", NULL, beaver_test_ready, &again);
          g_assert_null (again);
          at_once = g_main_context_pending (NULL);
          beaver_test_wait_result (&again);
        }
      same = beaver_dict_get_json_finish (dict, again, &error);
      g_assert_cmpstr (same, ==, new);
      g_object_unref (set);
      g_object_unref (got);
      g_object_unref (again);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/dict/async", test_async);
  beaver_test_add ("/dict/async-others", test_async_others);
  beaver_test_add ("/dict/async-bad-input", test_async_bad_input);
  beaver_test_add ("/dict/async-order", test_async_order);
  beaver_test_add ("/dict/async-out-of-the-cache", test_async_out_of_the_cache);
  beaver_test_add ("/dict/closed", test_closed);
  beaver_test_add ("/dict/made-by-hand", test_made_by_hand);
  beaver_test_add ("/dict/close-with-calls-pending", test_close_with_calls_pending);

  return g_test_run ();
}
