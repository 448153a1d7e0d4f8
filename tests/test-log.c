/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-test.h"

/* ---- writing ---- */

static void
test_append (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "app");
  double before = g_get_real_time () / 1e6;
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_true (beaver_log_append_json (log, "{\"b\":1,\"a\":[1.0,\"\xc3\xa9\"]}", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (beaver_log_append_string (log, "say \"hi\"", NULL, &error));
  g_assert_no_error (error);

  entries = all (log);
  g_assert_cmpuint (entries->len, ==, 2);
  g_assert_cmpstr (beaver_log_entry_get_data (g_ptr_array_index (entries, 0)), ==,
                   "{\"b\": 1, \"a\": [1.0, \"\\u00e9\"]}");
  g_assert_cmpstr (beaver_log_entry_get_data (g_ptr_array_index (entries, 1)), ==,
                   "\"say \\\"hi\\\"\"");
  for (guint i = 0; i < 2; i++)
    {
      double timestamp = beaver_log_entry_get_timestamp (g_ptr_array_index (entries, i));

      g_assert_cmpfloat (timestamp, >=, before);
      g_assert_cmpfloat (timestamp, <=, before + BEAVER_TEST_DEADLINE);
    }
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, &error), ==, 2);
}

static const struct
{
  double wanted;
  double next; /* the slot of the second entry; NaN: the next double */
} collisions[] = {
  { 1700000000.0, 1700000000.000001 },
  { 0, 1e-6 },
  { -5.25, -5.249999 },
  { 1099511627776.0, 1099511627776.000244140625 },   /* 2^40: one ulp */
  { 17179869184.0, 17179869184.000003814697265625 }, /* 2^34 */
  { -1099511627776.0, -1099511627775.9998779296875 },
  { 1e300, NAN },
  { 5e-324, 1e-6 },
};

static void
test_collisions (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (collisions); i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);
      BeaverLog *log = get_log (f, name);
      double second;

      g_assert_cmpfloat (append_at (log, "1", collisions[i].wanted), ==, collisions[i].wanted);
      second = append_at (log, "2", collisions[i].wanted);
      g_assert_cmpfloat (second, >, collisions[i].wanted);
      g_assert_cmpfloat (second, ==,
                         isnan (collisions[i].next) ? nextafter (collisions[i].wanted, INFINITY) :
                                                      collisions[i].next);
    }
}

static void
test_zero_means_zero (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "zero");
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = NULL;

  append_at (log, "1", 0);
  append_at (log, "2", -0.0); /* the same moment */
  append_at (log, "3", -1099511627776.0);
  append_at (log, "4", 1099511627776.0);
  entries = all (log);
  text = show (entries);
  g_assert_cmpstr (text, ==, "-1099511627776=3 0=1 9.9999999999999995e-07=2 1099511627776=4");
}

/* Quadratic upstream, and endless from 2^34 on. */
static void
test_flood (Fixture *f, gconstpointer data)
{
  const double stamps[] = { 1700000000.0, 1099511627776.0 };
  guint n = 20000;

  for (guint s = 0; s < G_N_ELEMENTS (stamps); s++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_strdup_printf ("flood%u", s);
      BeaverLog *log = get_log (f, name);
      g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GPtrArray) entries = NULL;
      gint64 began = g_get_monotonic_time ();

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *json = g_strdup_printf ("%u", i);

          g_ptr_array_add (batch, beaver_log_entry_new (stamps[s], json));
        }
      g_assert_true (
          beaver_log_append_batch (log, (BeaverLogEntry **) batch->pdata, n, NULL, &error));
      g_assert_no_error (error);
      g_test_message ("%u equal stamps: %.3f s", n, (g_get_monotonic_time () - began) / 1e6);
      g_assert_cmpfloat ((g_get_monotonic_time () - began) / 1e6, <, BEAVER_TEST_DEADLINE);

      entries = all (log);
      g_assert_cmpuint (entries->len, ==, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpint (atoi (beaver_log_entry_get_data (g_ptr_array_index (entries, i))), ==, i);
    }
}

static void
test_batch (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "batch");
  BeaverLogEntry *batch[] = { beaver_log_entry_new (50, "\"old\""),
                              beaver_log_entry_new (NAN, "\"now\""),
                              beaver_log_entry_new (50, "\"again\"") };
  BeaverLogEntry *bad[] = { beaver_log_entry_new (51, "1"), beaver_log_entry_new (52, "nonsense") };
  BeaverLogEntry *endless[] = { beaver_log_entry_new (51, "1"),
                                beaver_log_entry_new (INFINITY, "1") };
  BeaverLogEntry *missing[] = { beaver_log_entry_new (51, NULL),
                                g_object_new (BEAVER_TYPE_LOG_ENTRY, NULL), NULL };
  g_autoptr (GPtrArray) entries = NULL;

  append_at (log, "\"first\"", 100);
  g_assert_true (beaver_log_append_batch (log, batch, 3, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (beaver_log_append_batch (log, NULL, 0, NULL, &error));
  g_assert_no_error (error);

  g_assert_false (beaver_log_append_batch (log, bad, 2, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "entry 2 of 2"));
  g_clear_error (&error);
  g_assert_false (beaver_log_append_batch (log, endless, 2, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  for (guint i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      g_clear_error (&error);
      g_assert_false (beaver_log_append_batch (log, &missing[i], 1, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "missing"));
    }

  entries = all (log);
  g_assert_cmpuint (entries->len, ==, 4);
  assert_entry (g_ptr_array_index (entries, 0), 50, "\"old\"");
  assert_entry (g_ptr_array_index (entries, 1), 50.000001, "\"again\"");
  assert_entry (g_ptr_array_index (entries, 2), 100, "\"first\"");
  g_assert_cmpstr (beaver_log_entry_get_data (g_ptr_array_index (entries, 3)), ==, "\"now\"");
  for (guint i = 0; i < 3; i++)
    g_object_unref (batch[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (bad[i]);
      g_object_unref (endless[i]);
      g_object_unref (missing[i]);
    }
}

/* ---- reading ---- */

static const struct
{
  double start, end;
  gint64 limit, offset;
  BeaverLogOrder order;
  const char *expected; /* the log holds 1 .. 5 at 1.0 .. 5.0 */
} ranges[] = {
  { -INFINITY, INFINITY, -1, 0, OLDEST, "1=1 2=2 3=3 4=4 5=5" },
  { -INFINITY, INFINITY, -1, 0, NEWEST, "5=5 4=4 3=3 2=2 1=1" },
  { 2, 4, -1, 0, OLDEST, "2=2 3=3 4=4" },
  { 2, 4, 2, 0, OLDEST, "2=2 3=3" },
  { 2, 4, 2, 1, OLDEST, "3=3 4=4" },
  { 2, 4, 2, 0, NEWEST, "4=4 3=3" },
  { 2, 4, -1, 2, NEWEST, "2=2" },
  { 2, 4, -1, 3, OLDEST, "" },
  { 2, 4, 0, 0, OLDEST, "" },
  { 4, 2, -1, 0, OLDEST, "" },
  { 3, 3, -1, 0, OLDEST, "3=3" },
  { 2.5, 2.9, -1, 0, OLDEST, "" },
  { -INFINITY, 1, -1, 0, OLDEST, "1=1" },
  { 5, INFINITY, -1, 0, OLDEST, "5=5" },
  { INFINITY, INFINITY, -1, 0, OLDEST, "" },
  { -INFINITY, INFINITY, G_MAXINT64, 0, OLDEST, "1=1 2=2 3=3 4=4 5=5" },
  { -INFINITY, INFINITY, -1, G_MAXINT64, OLDEST, "" },
};

static void
test_range (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "r");
  BeaverLog *other = get_log (f, "other");

  for (int i = 5; i > 0; i--)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);

      append_at (log, json, i);
      append_at (other, "null", i + 0.5);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = range (log, ranges[i].start, ranges[i].end, ranges[i].limit,
                                             ranges[i].offset, ranges[i].order);
      g_autofree char *text = show (entries);
      g_autoptr (BeaverCursor) cursor =
          beaver_log_iterate_range (log, ranges[i].start, ranges[i].end, ranges[i].limit,
                                    ranges[i].offset, ranges[i].order, &error);
      g_autoptr (GPtrArray) walked = g_ptr_array_new_with_free_func (g_object_unref);
      g_autofree char *walked_text = NULL;
      gpointer entry;

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, ranges[i].expected);
      while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
        g_ptr_array_add (walked, entry);
      g_assert_no_error (error);
      walked_text = show (walked);
      g_assert_cmpstr (walked_text, ==, ranges[i].expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = range (log, ranges[i].start, ranges[i].end, -1, 0, OLDEST);

      g_assert_cmpint (beaver_log_count_range (log, ranges[i].start, ranges[i].end, NULL, &error),
                       ==, entries->len);
      g_assert_no_error (error);
    }
}

static void
test_ends (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "ends");
  g_autoptr (BeaverLogEntry) first = NULL;
  g_autoptr (BeaverLogEntry) last = NULL;

  g_assert_null (beaver_log_lookup_first (log, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_log_lookup_last (log, NULL, &error));
  g_assert_no_error (error);
  append_at (log, "2", 2);
  append_at (log, "1", 1);
  append_at (log, "3", 3);
  first = beaver_log_lookup_first (log, NULL, &error);
  last = beaver_log_lookup_last (log, NULL, &error);
  assert_entry (first, 1, "1");
  assert_entry (last, 3, "3");
}

/* An entry added behind the cursor is not seen, one ahead is, none comes twice; over several pages.
 */
static void
test_iterate_under_mutation (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "walk");
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);
  double before = -INFINITY;
  guint n = 0;
  BeaverLogEntry *entry;

  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (batch, beaver_log_entry_new (i, "0"));
  g_assert_true (
      beaver_log_append_batch (log, (BeaverLogEntry **) batch->pdata, 1000, NULL, &error));

  cursor = beaver_log_iterate (log, OLDEST, &error);
  g_assert_no_error (error);
  while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      double timestamp = beaver_log_entry_get_timestamp (entry);

      g_assert_cmpfloat (timestamp, >, before);
      before = timestamp;
      if (n == 10)
        {
          append_at (log, "1", 0.5);   /* behind */
          append_at (log, "1", 998.5); /* ahead */
        }
      n++;
      g_object_unref (entry);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1001);
}

/* ---- removing ---- */

static void
test_clear (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "c");
  BeaverLog *other = get_log (f, "d");

  append_at (log, "1", 1);
  append_at (log, "1", 1);
  append_at (other, "1", 1);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (log), NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, &error), ==, 0);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (other), NULL, &error), ==, 1);
  /* the slots are free again */
  g_assert_cmpfloat (append_at (log, "1", 1), ==, 1);
  g_assert_cmpfloat (append_at (log, "1", 1), ==, 1.000001);
}

static void
test_prune (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "p");
  BeaverLog *other = get_log (f, "q");
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (BeaverLogEntry) first = NULL;
  guint n = 25000; /* several portions */

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (batch, beaver_log_entry_new (i, "0"));
  g_assert_true (beaver_log_append_batch (log, (BeaverLogEntry **) batch->pdata, n, NULL, &error));
  append_at (other, "1", 1);

  g_assert_cmpint (beaver_log_prune (log, 21000, NULL, &error), ==, 21000);
  g_assert_no_error (error);
  first = beaver_log_lookup_first (log, NULL, &error);
  g_assert_cmpfloat (beaver_log_entry_get_timestamp (first), ==, 21000);
  g_assert_cmpint (beaver_log_prune (log, 21000, NULL, &error), ==, 0);
  g_assert_cmpint (beaver_log_prune (log, -INFINITY, NULL, &error), ==, 0);

  g_assert_cmpint (beaver_log_keep_newest (log, 5000, NULL, &error), ==, 0);
  g_assert_cmpint (beaver_log_keep_newest (log, 10, NULL, &error), ==, 3990);
  g_assert_cmpint (beaver_log_keep_newest (log, 10, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_clear_object (&first);
  first = beaver_log_lookup_first (log, NULL, &error);
  g_assert_cmpfloat (beaver_log_entry_get_timestamp (first), ==, 24990);
  g_assert_cmpint (beaver_log_keep_newest (log, 0, NULL, &error), ==, 10);
  g_assert_cmpint (beaver_log_prune (log, INFINITY, NULL, &error), ==, 0);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (other), NULL, &error), ==, 1);
}

/* ---- events ---- */

static void
on_event (BeaverEvent *event, gpointer user_data)
{
  GString *told = user_data;

  g_string_append_printf (told, "%s %s;", beaver_event_get_name (event),
                          beaver_event_get_payload (event));
}

static void
test_events (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "e");
  BeaverManager *manager = BEAVER_MANAGER (log);
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (BeaverEventHandler) on_log =
      beaver_manager_on (manager, "log", on_event, told, NULL, &error);
  g_autoptr (BeaverEventHandler) on_clear =
      beaver_manager_on (manager, "clear", on_event, told, NULL, &error);
  BeaverLogEntry *batch[] = { beaver_log_entry_new (1, "1") };

  g_assert_no_error (error);
  g_assert_true (beaver_log_append_json (log, "{\"a\":[1,2]}", NULL, &error));
  g_assert_true (beaver_log_append_batch (log, batch, 1, NULL, &error)); /* tells nothing */
  append_at (log, "7", 7);
  g_assert_cmpint (beaver_manager_clear (manager, NULL, &error), ==, 3);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, strstr (told->str, "clear") != NULL);
  g_assert_cmpstr (told->str, ==, "log {\"data\": {\"a\": [1, 2]}};log {\"data\": 7};clear {};");
  g_object_unref (batch[0]);
}

/* ---- asynchronous forms ---- */

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "async");
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (BeaverLogEntry) entry = NULL;
  g_autoptr (BeaverLogEntry) made = beaver_log_entry_new (7, "7");
  GAsyncResult *result = NULL;

  beaver_log_append_json_async (log, "1", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_log_append_json_finish (log, result, &error));
  g_clear_object (&result);

  beaver_log_append_string_async (log, "a", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_log_append_string_finish (log, result, &error));
  g_clear_object (&result);

  beaver_log_append_json_at_async (log, "2", 2, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  entry = beaver_log_append_json_at_finish (log, result, &error);
  assert_entry (entry, 2, "2");
  g_clear_object (&entry);
  g_clear_object (&result);

  beaver_log_append_batch_async (log, &made, 1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_log_append_batch_finish (log, result, &error));
  g_clear_object (&result);

  beaver_log_range_async (log, 0, 10, -1, 0, NEWEST, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  entries = beaver_log_range_finish (log, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 2);
  assert_entry (g_ptr_array_index (entries, 0), 7, "7");
  g_clear_object (&result);

  beaver_log_lookup_first_async (log, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  entry = beaver_log_lookup_first_finish (log, result, &error);
  assert_entry (entry, 2, "2");
  g_clear_object (&entry);
  g_clear_object (&result);

  beaver_log_lookup_last_async (log, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  entry = beaver_log_lookup_last_finish (log, result, &error);
  g_assert_cmpstr (beaver_log_entry_get_data (entry), ==, "\"a\"");
  g_clear_object (&result);

  beaver_log_count_range_async (log, 0, 10, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (beaver_log_count_range_finish (log, result, &error), ==, 2);
  g_clear_object (&result);

  beaver_log_prune_async (log, 5, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (beaver_log_prune_finish (log, result, &error), ==, 1);
  g_clear_object (&result);

  beaver_log_keep_newest_async (log, 1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (beaver_log_keep_newest_finish (log, result, &error), ==, 2);
  g_assert_no_error (error);
  g_clear_object (&result);

  beaver_log_append_json_async (log, "{", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_false (beaver_log_append_json_finish (log, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_object (&result);
}

/* Portions follow each other without blocking. */
static void
test_prune_async_portions (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = get_log (f, "p");
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GAsyncResult) result = NULL;
  guint n = 25000;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (batch, beaver_log_entry_new (i, "0"));
  g_assert_true (beaver_log_append_batch (log, (BeaverLogEntry **) batch->pdata, n, NULL, &error));
  beaver_log_prune_async (log, 24999, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (beaver_log_prune_finish (log, result, &error), ==, 24999);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, &error), ==, 1);
}

/* ---- wrong arguments ---- */

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverLog *log = get_log (f, "bad");
  const double not_finite[] = { NAN, INFINITY, -INFINITY };
  const char *const not_json[] = { NULL,  "",    "{",        "nan",       "NaN",     "[1,]",
                                   "'a'", "1 2", "\"\xff\"", "{\"a\" 1}", "Infinity" };
  const char *const not_text[] = { NULL, "\xff" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (not_json); i++)
    {
      g_autoptr (GAsyncResult) appended = NULL;
      g_autoptr (GAsyncResult) appended_at = NULL;

      g_assert_false (beaver_log_append_json (log, not_json[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "log “bad”"));
      g_clear_error (&error);
      g_assert_null (beaver_log_append_json_at (log, not_json[i], 1, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      beaver_log_append_json_async (log, not_json[i], NULL, beaver_test_ready, &appended);
      beaver_test_wait_result (&appended);
      g_assert_false (beaver_log_append_json_finish (log, appended, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      beaver_log_append_json_at_async (log, not_json[i], 1, NULL, beaver_test_ready, &appended_at);
      beaver_test_wait_result (&appended_at);
      g_assert_null (beaver_log_append_json_at_finish (log, appended_at, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (not_text); i++)
    {
      g_autoptr (GAsyncResult) appended = NULL;

      g_assert_false (beaver_log_append_string (log, not_text[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      beaver_log_append_string_async (log, not_text[i], NULL, beaver_test_ready, &appended);
      beaver_test_wait_result (&appended);
      g_assert_false (beaver_log_append_string_finish (log, appended, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (not_finite); i++)
    {
      g_assert_null (beaver_log_append_json_at (log, "1", not_finite[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  append_at (log, "1", G_MAXDOUBLE);
  g_assert_null (beaver_log_append_json_at (log, "1", G_MAXDOUBLE, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL);
  g_clear_error (&error);

  g_assert_null (beaver_log_range (log, NAN, 1, -1, 0, OLDEST, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_log_range (log, 0, NAN, -1, 0, OLDEST, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_log_range (log, 0, 1, -1, -1, OLDEST, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_log_iterate (log, 7, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (beaver_log_count_range (log, NAN, 0, NULL, &error), ==, -1);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (beaver_log_prune (log, NAN, NULL, &error), ==, -1);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (beaver_log_keep_newest (log, -1, NULL, &error), ==, -1);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_db_get_log (f->db, "", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, NULL), ==, 1);
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BeaverLog *log = get_log (f, "stop");

  g_cancellable_cancel (cancellable);
  g_assert_false (beaver_log_append_json (log, "1", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (log), NULL, NULL), ==, 0);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLog) log = g_object_ref (get_log (f, "closed"));

  append_at (log, "1", 1);
  fixture_close (f);
  g_assert_false (beaver_log_append_json (log, "1", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_log_range (log, 0, 1, -1, 0, OLDEST, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_log_iterate (log, OLDEST, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpint (beaver_log_prune (log, 0, NULL, &error), ==, -1);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_log_tail (log, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_log_live (log, 1, 1, NULL, NULL, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/log/append", test_append);
  beaver_test_add ("/log/E19-equal-timestamps-keep-both", test_collisions);
  beaver_test_add ("/log/D46-zero-means-zero", test_zero_means_zero);
  beaver_test_add ("/log/D46-a-flood-of-equal-stamps", test_flood);
  beaver_test_add ("/log/D45-a-batch-keeps-its-stamps", test_batch);
  beaver_test_add ("/log/range", test_range);
  beaver_test_add ("/log/ends", test_ends);
  beaver_test_add ("/log/iterate-under-mutation", test_iterate_under_mutation);
  beaver_test_add ("/log/clear", test_clear);
  beaver_test_add ("/log/prune", test_prune);
  beaver_test_add ("/log/events", test_events);
  beaver_test_add ("/log/async", test_async);
  beaver_test_add ("/log/prune-async-portions", test_prune_async_portions);
  beaver_test_add ("/log/bad-input", test_bad_input);
  beaver_test_add ("/log/cancelled", test_cancelled);
  beaver_test_add ("/log/closed", test_closed);
  return g_test_run ();
}
