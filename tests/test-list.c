/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "list-test.h"

#include <math.h>

static void
test_ends (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autofree char *last = NULL;
  g_autofree char *first = NULL;

  g_assert_null (beaver_list_pop_json (list, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_list_pop_first_json (list, NULL, &error));
  g_assert_no_error (error);
  push (list, "2");
  push (list, "[3,{\"a\":1}]");
  g_assert_true (beaver_list_prepend_json (list, "1", NULL, &error));
  assert_list (list, "1 2 [3, {\"a\": 1}]");
  g_assert_cmpint (count (list), ==, 3);
  last = beaver_list_pop_json (list, NULL, &error);
  g_assert_cmpstr (last, ==, "[3, {\"a\": 1}]");
  first = beaver_list_pop_first_json (list, NULL, &error);
  g_assert_cmpstr (first, ==, "1");
  assert_list (list, "2");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (list), NULL, &error), ==, 1);
  g_assert_cmpint (count (list), ==, 0);
  g_assert_true (list == get_list (f, "l"));
}

static void
test_insert (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  static const struct
  {
    gint64 index;
    const char *json, *after;
  } cases[] = {
    { 5, "1", "1" },
    { 0, "0", "0 1" },
    { 1, "2", "0 2 1" },
    { 99, "3", "0 2 1 3" },
    { -1, "4", "4 0 2 1 3" },
    { G_MININT64, "5", "5 4 0 2 1 3" },
    { 6, "6", "5 4 0 2 1 3 6" },
    { 6, "7", "5 4 0 2 1 3 7 6" },
    { G_MAXINT64, "8", "5 4 0 2 1 3 7 6 8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (beaver_list_insert_json (list, cases[i].index, cases[i].json, NULL, &error));
      g_assert_no_error (error);
      assert_list (list, cases[i].after);
    }
}

static void
test_index (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  static const struct
  {
    gint64 index;
    const char *value;
  } cases[] = {
    { 0, "0" },  { 4, "4" },   { -1, "4" },   { -5, "0" },          { 2, "2" },
    { 5, NULL }, { -6, NULL }, { 999, NULL }, { G_MAXINT64, NULL }, { G_MININT64, NULL }
  };

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);

      push (list, json);
    }
  /* cold, and with the rows in memory */
  for (int round = 0; round < 3; round++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *value = beaver_list_lookup_json (list, cases[i].index, NULL, &error);
        g_autofree char *again = NULL;

        g_assert_no_error (error);
        g_assert_cmpstr (value, ==, cases[i].value);
        again = beaver_list_get_json (list, cases[i].index, NULL, &error);
        g_assert_cmpstr (again, ==, cases[i].value);
        if (cases[i].value == NULL)
          {
            assert_error (BEAVER_ERROR_NOT_FOUND);
            g_assert_false (beaver_list_set_json (list, cases[i].index, "1", NULL, &error));
            assert_error (BEAVER_ERROR_NOT_FOUND);
            g_assert_false (beaver_list_remove (list, cases[i].index, NULL, &error));
            assert_error (BEAVER_ERROR_NOT_FOUND);
          }
      }
  g_assert_true (beaver_list_set_json (list, -2, "\"x\"", NULL, &error));
  g_assert_true (beaver_list_remove (list, 0, NULL, &error));
  g_assert_true (beaver_list_remove (list, -1, NULL, &error));
  assert_list (list, "1 2 \"x\"");
}

static void
test_slice (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  static const struct
  {
    gint64 start, count;
    const char *values;
  } cases[] = { { 0, -1, "0 1 2 3 4" },
                { 0, G_MAXINT64, "0 1 2 3 4" },
                { 0, 0, "" },
                { 1, 2, "1 2" },
                { 3, 9, "3 4" },
                { 5, 1, "" },
                { 99, -1, "" },
                { -2, -1, "3 4" },
                { -2, 1, "3" },
                { -99, 2, "0 1" },
                { G_MININT64, G_MININT64, "0 1 2 3 4" },
                { G_MAXINT64, 1, "" } };

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);

      push (list, json);
    }
  for (int round = 0; round < 3; round++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_auto (GStrv) slice =
            beaver_list_slice (list, cases[i].start, cases[i].count, NULL, &error);
        g_autofree char *joined = NULL;

        g_assert_no_error (error);
        joined = g_strjoinv (" ", slice);
        g_assert_cmpstr (joined, ==, cases[i].values);
      }
}

static void
test_equal (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  static const char *const values[] = { "1", "1.0", "true", "\"é\"", "{\"b\":1,\"a\":[]}", NULL };

  g_assert_cmpint (beaver_list_push_many (list, values, NULL, &error), ==, 5);
  for (guint i = 0; values[i] != NULL; i++)
    {
      g_assert_cmpint (beaver_list_index_of_json (list, values[i], NULL, &error), ==, i);
      g_assert_true (beaver_list_contains_json (list, values[i], NULL, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (beaver_list_index_of_json (list, "\"\\u00e9\"", NULL, &error), ==, 3);
  g_assert_cmpint (beaver_list_index_of_json (list, "{\"a\":[],\"b\":1}", NULL, &error), ==, -1);
  g_assert_no_error (error);
  g_assert_false (beaver_list_contains_json (list, "null", NULL, &error));
  g_assert_no_error (error);
}

static void
test_typed (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  beaver_list_push_string (list, "a\"b", NULL, &error);
  beaver_list_push_int (list, G_MININT64, NULL, &error);
  beaver_list_push_double (list, 0.5, NULL, &error);
  beaver_list_push_boolean (list, TRUE, NULL, &error);
  beaver_list_prepend_string (list, "front", NULL, &error);
  g_assert_no_error (error);
  assert_list (list, "\"front\" \"a\\\"b\" -9223372036854775808 0.5 true");
  text = beaver_list_get_string (list, 1, NULL, &error);
  g_assert_cmpstr (text, ==, "a\"b");
  g_assert_cmpint (beaver_list_get_int (list, 2, NULL, &error), ==, G_MININT64);
  g_assert_cmpfloat (beaver_list_get_double (list, 3, NULL, &error), ==, 0.5);
  g_assert_true (beaver_list_get_boolean (list, 4, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (beaver_list_get_int (list, 1, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_list_get_string (list, 99, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_false (beaver_list_push_double (list, NAN, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_list_push_string (list, "\xff", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_list_push_string (list, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpint (count (list), ==, 5);
}

static void
test_model (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string ("{\"x\":[1,2]}", &error);
  g_autoptr (JsonNode) got = NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("127.0.0.1");
  g_autoptr (GObject) object = NULL;

  beaver_list_push_node (list, node, NULL, &error);
  g_assert_no_error (error);
  got = beaver_list_get_node (list, 0, NULL, &error);
  g_assert_true (json_node_equal (node, got));
  beaver_list_set_node (list, 0, node, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (beaver_list_set_node (list, 9, node, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  object = g_object_new (BEAVER_TYPE_LIST_ITEM, NULL);
  beaver_list_push_object (list, object, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&object);
  object = beaver_list_get_object (list, -1, BEAVER_TYPE_LIST_ITEM, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (BEAVER_IS_LIST_ITEM (object));
  push (list, "12");
  g_assert_null (beaver_list_get_object (list, -1, BEAVER_TYPE_LIST_ITEM, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
}

static void
test_batch (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverListBatch) batch = beaver_list_create_batch (list);
  g_autoptr (BeaverListBatch) orphan = g_object_new (BEAVER_TYPE_LIST_BATCH, NULL);

  push (list, "0");
  for (int i = 1; i < 4; i++)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);
      g_autofree char *minus = g_strdup_printf ("-%d", i);

      g_assert_true (beaver_list_batch_push_json (batch, json, &error));
      g_assert_true (beaver_list_batch_prepend_json (batch, minus, &error));
    }
  g_assert_false (beaver_list_batch_push_json (batch, "nope", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpuint (beaver_list_batch_get_size (batch), ==, 6);
  assert_list (list, "0");
  g_assert_cmpint (beaver_list_batch_apply (batch, NULL, &error), ==, 6);
  assert_list (list, "-3 -2 -1 0 1 2 3");
  g_assert_cmpuint (beaver_list_batch_get_size (batch), ==, 0);
  g_assert_cmpint (beaver_list_batch_apply (batch, NULL, &error), ==, 0);
  g_assert_true (beaver_list_batch_push_json (batch, "9", &error));
  beaver_list_batch_discard (batch);
  g_assert_cmpint (beaver_list_batch_apply (batch, NULL, &error), ==, 0);
  assert_list (list, "-3 -2 -1 0 1 2 3");
  g_assert_true (beaver_list_batch_get_list (batch) == list);
  g_assert_false (beaver_list_batch_push_json (orphan, "1", &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  static const char *const bad[] = { "", "nope", "NaN", "[1", "\"\xff\"", "1 2", NULL };
  static const char *const half[] = { "1", "oops", NULL };

  push (list, "0");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (beaver_list_push_json (list, bad[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_list_prepend_json (list, bad[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_list_insert_json (list, 1, bad[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_list_set_json (list, 0, bad[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_list_contains_json (list, bad[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_cmpint (beaver_list_index_of_json (list, bad[i], NULL, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
    }
  g_assert_cmpint (beaver_list_push_many (list, half, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_INVALID);
  assert_list (list, "0");
  g_assert_null (beaver_db_get_list (f->db, "", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_list (f->db, "\xff", &error));
  assert_error (BEAVER_ERROR_INVALID);
}

/* ---- events ---- */

static void
on_event (BeaverEvent *event, gpointer data)
{
  GString *seen = data;

  g_string_append_printf (seen, "%s%s ", beaver_event_get_name (event),
                          beaver_event_get_payload (event));
}

static void
test_events (Fixture *f, gconstpointer data)
{
  static const char *const events[] = { "push", "prepend", "insert", "set",
                                        "del",  "pop",     "deque",  "clear" };
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  BeaverEventHandler *handlers[G_N_ELEMENTS (events)];
  g_autofree char *got = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      handlers[i] =
          beaver_manager_on (BEAVER_MANAGER (list), events[i], on_event, seen, NULL, &error);
      g_assert_no_error (error);
    }
  push (list, "1");
  beaver_list_prepend_json (list, "0", NULL, &error);
  beaver_list_insert_json (list, 1, "0.5", NULL, &error);
  beaver_list_insert_json (list, -4, "-1", NULL, &error);
  beaver_list_insert_json (list, 99, "2", NULL, &error);
  beaver_list_set_json (list, -1, "3", NULL, &error);
  beaver_list_remove (list, 1, NULL, &error);
  got = beaver_list_pop_json (list, NULL, &error);
  g_free (got);
  got = beaver_list_pop_first_json (list, NULL, &error);
  /* nothing happens, nothing is told */
  beaver_list_remove (list, 77, NULL, NULL);
  beaver_manager_clear (BEAVER_MANAGER (list), NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, strstr (seen->str, "clear") != NULL);
  g_assert_cmpstr (
      seen->str, ==,
      "push{} prepend{} insert{\"index\": 1} prepend{} insert{\"index\": -4} push{} "
      "insert{\"index\": 99} set{\"index\": -1} del{\"index\": 1} pop{} deque{} clear{} ");
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    g_object_unref (handlers[i]);
}

/* ---- asynchronous ---- */

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *value = NULL;
  g_auto (GStrv) slice = NULL;
  g_auto (GStrv) names = NULL;
  static const char *const many[] = { "2", "3", NULL };

#define DO(call, ...)                                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_clear_object (&result);                                                                      \
    call##_async (list, ##__VA_ARGS__, NULL, beaver_test_ready, &result);                          \
    beaver_test_wait_result (&result);                                                             \
  }                                                                                                \
  G_STMT_END
  DO (beaver_list_push_json, "1");
  g_assert_true (beaver_list_push_json_finish (list, result, &error));
  DO (beaver_list_push_json, "nope");
  g_assert_false (beaver_list_push_json_finish (list, result, &error));
  assert_error (BEAVER_ERROR_INVALID);
  DO (beaver_list_push_many, many);
  g_assert_cmpint (beaver_list_push_many_finish (list, result, &error), ==, 2);
  DO (beaver_list_insert_json, 1, "1.5");
  g_assert_true (beaver_list_insert_json_finish (list, result, &error));
  DO (beaver_list_get_json, -1);
  value = beaver_list_get_json_finish (list, result, &error);
  g_assert_cmpstr (value, ==, "3");
  DO (beaver_list_get_json, 77);
  g_assert_null (beaver_list_get_json_finish (list, result, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  DO (beaver_list_remove, 77);
  g_assert_false (beaver_list_remove_finish (list, result, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  DO (beaver_list_slice, 1, 2);
  slice = beaver_list_slice_finish (list, result, &error);
  g_assert_cmpstr (slice[0], ==, "1.5");
  g_assert_cmpstr (slice[1], ==, "2");
  g_assert_null (slice[2]);
  DO (beaver_list_get_double, 1);
  g_assert_cmpfloat (beaver_list_get_double_finish (list, result, &error), ==, 1.5);
  DO (beaver_list_index_of_json, "3");
  g_assert_cmpint (beaver_list_index_of_json_finish (list, result, &error), ==, 3);
  DO (beaver_list_pop_first_json);
  g_free (value);
  value = beaver_list_pop_first_json_finish (list, result, &error);
  g_assert_cmpstr (value, ==, "1");
#undef DO
  g_clear_object (&result);
  beaver_db_get_list_names_async (f->db, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  names = beaver_db_get_list_names_finish (f->db, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (names[0], ==, "l");
  g_assert_null (names[1]);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverList) list = g_object_ref (get_list (f, "l"));
  g_autoptr (BeaverList) orphan = g_object_new (BEAVER_TYPE_LIST, NULL);
  g_autoptr (BeaverCursor) cursor = beaver_list_items (list, &error);
  g_autoptr (BeaverListBatch) batch = beaver_list_create_batch (list);

  push (list, "1");
  beaver_list_batch_push_json (batch, "2", &error);
  fixture_close (f);
  g_assert_false (beaver_list_push_json (list, "nope", NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_list_get_json (list, 0, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_list_slice (list, 0, -1, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_list_items (list, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_cmpint (beaver_list_batch_apply (batch, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_false (beaver_list_push_int (orphan, 1, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/list/ends", test_ends);
  beaver_test_add ("/list/insert", test_insert);
  beaver_test_add ("/list/index", test_index);
  beaver_test_add ("/list/slice", test_slice);
  beaver_test_add ("/list/equal", test_equal);
  beaver_test_add ("/list/typed", test_typed);
  beaver_test_add ("/list/model", test_model);
  beaver_test_add ("/list/batch", test_batch);
  beaver_test_add ("/list/bad-input", test_bad_input);
  beaver_test_add ("/list/events", test_events);
  beaver_test_add ("/list/async", test_async);
  beaver_test_add ("/list/closed", test_closed);
  return g_test_run ();
}
