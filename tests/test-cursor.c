/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#include <math.h>

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  return dict;
}

/* Keys "000000", "000001" ... with their numbers as values. */
static void
fill (BeaverDict *dict, guint n)
{
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%06u", i);
      g_autofree char *value = g_strdup_printf ("%u", i);

      beaver_dict_batch_set_json (batch, key, value, INFINITY, &error);
    }
  beaver_dict_batch_apply (batch, NULL, &error);
  g_assert_no_error (error);
}

static BeaverCursor *
items (BeaverDict *dict, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  BeaverCursor *cursor = beaver_dict_items (dict, prefix, &error);

  g_assert_no_error (error);
  return cursor;
}

/* The key of the next entry (transfer full); NULL at the end. */
static char *
next_key (BeaverCursor *cursor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, NULL, &error);

  g_assert_no_error (error);
  return entry != NULL ? g_strdup (beaver_entry_get_key (entry)) : NULL;
}

static guint
count_rest (BeaverCursor *cursor)
{
  guint n = 0;

  for (;;)
    {
      g_autofree char *key = next_key (cursor);

      if (key == NULL)
        return n;
      n++;
    }
}

static void
test_sizes (Fixture *f, gconstpointer data)
{
  /* around the size of a page */
  static const guint sizes[] = { 0, 1, 255, 256, 257, 511, 512, 513, 1000 };
  BeaverDict *dict = get_dict (f, "d");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (BeaverCursor) cursor = NULL;
      g_autofree char *last = NULL;
      guint n = 0;

      beaver_manager_clear (BEAVER_MANAGER (dict), NULL, NULL);
      fill (dict, sizes[i]);
      cursor = items (dict, NULL);
      for (;;)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, NULL, &error);
          g_autofree char *key = g_strdup_printf ("%06u", n);
          g_autofree char *value = g_strdup_printf ("%u", n);

          g_assert_no_error (error);
          if (entry == NULL)
            break;
          g_assert_cmpstr (beaver_entry_get_key (entry), ==, key);
          g_assert_cmpstr (beaver_entry_get_value (entry), ==, value);
          n++;
        }
      g_assert_cmpuint (n, ==, sizes[i]);
      /* the end stays the end */
      last = next_key (cursor);
      g_assert_null (last);
    }
}

static void
test_prefix (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "",   "%",   "%a", "_", "a",  "a%",
                                      "ab", "abc", "b",  "é", "éa", "\xf4\x8f\xbf\xbf",
                                      NULL };
  static const struct
  {
    const char *prefix, *expected;
  } cases[] = {
    { NULL, "|%|%a|_|a|a%|ab|abc|b|é|éa|\xf4\x8f\xbf\xbf" },
    { "", "|%|%a|_|a|a%|ab|abc|b|é|éa|\xf4\x8f\xbf\xbf" },
    { "a", "a|a%|ab|abc" },
    { "ab", "ab|abc" },
    { "%", "%|%a" },
    { "_", "_" },
    { "é", "é|éa" },
    { "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
    { "zz", "" },
    { "abcd", "" },
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");

  beaver_dict_set_many_json (
      dict, keys,
      (const char *[]){ "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", NULL }, NULL,
      &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BeaverCursor) cursor = items (dict, cases[i].prefix);
      g_autoptr (GPtrArray) page = beaver_cursor_next_page (cursor, NULL, &error);
      g_autoptr (GPtrArray) rest = NULL;
      g_autoptr (GString) found = g_string_new (NULL);
      g_auto (GStrv) listed = NULL;
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      for (guint k = 0; k < page->len; k++)
        g_string_append_printf (found, "%s%s", k > 0 ? "|" : "",
                                beaver_entry_get_key (page->pdata[k]));
      g_assert_cmpstr (found->str, ==, cases[i].expected);
      rest = beaver_cursor_next_page (cursor, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (rest->len, ==, 0);

      listed = beaver_dict_list_keys (dict, cases[i].prefix, NULL, &error);
      joined = g_strjoinv ("|", listed);
      g_assert_cmpstr (joined, ==, cases[i].expected);
    }
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  guint n = 0, pages = 0;

  fill (dict, 1000);
  cursor = items (dict, NULL);
  /* mixed with single ones */
  for (; n < 10; n++)
    g_free (next_key (cursor));
  for (;;)
    {
      g_autoptr (GPtrArray) page = beaver_cursor_next_page (cursor, NULL, &error);

      g_assert_no_error (error);
      if (page->len == 0)
        break;
      for (guint i = 0; i < page->len; i++, n++)
        {
          g_autofree char *key = g_strdup_printf ("%06u", n);

          g_assert_cmpstr (beaver_entry_get_key (page->pdata[i]), ==, key);
        }
      pages++;
    }
  g_assert_cmpuint (n, ==, 1000);
  g_assert_cmpuint (pages, >, 1);
}

/* A page is not so large in bytes as its number of rows allows. */
static void
test_large_values (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 40,
    SIZE = 200 * 1000
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autofree char *text = g_strnfill (SIZE, 'x');
  guint n = 0;

  for (guint i = 0; i < N; i++)
    {
      g_autofree char *key = g_strdup_printf ("%03u", i);

      beaver_dict_set_string (dict, key, text, NULL, &error);
      g_assert_no_error (error);
    }
  cursor = items (dict, NULL);
  while (n < N)
    {
      g_autoptr (GPtrArray) page = beaver_cursor_next_page (cursor, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (page->len, >, 0);
      g_assert_cmpuint (page->len, <=, 10);
      n += page->len;
    }
  g_assert_cmpuint (n, ==, N);
}

/* A page of nothing but expired rows is not the end. */
static void
test_expired_pages (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "d");
  sqlite3 *raw = raw_open (f->path);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autofree char *first = NULL;

  fill (dict, 2000);
  raw_exec (raw,
            "UPDATE __beaver_dicts__ SET expires_at = 5 WHERE key < '001500' OR key > '001999'");
  cursor = items (dict, NULL);
  first = next_key (cursor);
  g_assert_cmpstr (first, ==, "001500");
  g_assert_cmpuint (count_rest (cursor), ==, 499);
  raw_close (raw);
}

/* What stays in its place all the time is seen exactly once, whatever happens around it. */
static void
test_mutation (Fixture *f, gconstpointer data)
{
  enum
  {
    N = 3000
  };
  BeaverDict *dict = get_dict (f, "d");

  for (guint round = 0; round < beaver_test_rounds (5); round++)
    {
      g_autoptr (BeaverCursor) cursor = NULL;
      g_autofree guint8 *seen = g_new0 (guint8, N);
      g_autofree char *previous = NULL;
      guint steps = 0;

      beaver_manager_clear (BEAVER_MANAGER (dict), NULL, NULL);
      fill (dict, N);
      cursor = items (dict, NULL);
      for (;;)
        {
          g_autoptr (GError) error = NULL;
          char *key = next_key (cursor);

          if (key == NULL)
            break;
          g_assert_true (previous == NULL || strcmp (previous, key) < 0);
          g_free (previous);
          previous = key;
          /* even numbers are left alone */
          if (strlen (key) == 6)
            seen[atoi (key)]++;
          if (steps++ % 10 == 0)
            {
              guint odd = (guint) g_test_rand_int_range (0, N / 2) * 2 + 1;
              g_autofree char *victim = g_strdup_printf ("%06u", odd);
              g_autofree char *inserted = g_strdup_printf ("%06ux", odd);
              g_autofree char *even = g_strdup_printf ("%06u", odd - 1);

              g_free (beaver_dict_pop_json (dict, victim, NULL, &error));
              beaver_dict_set_json (dict, inserted, "1", NULL, &error);
              beaver_dict_set_json (dict, even, "\"changed\"", NULL, &error);
              g_assert_no_error (error);
            }
        }
      for (guint i = 0; i < N; i += 2)
        g_assert_cmpuint (seen[i], ==, 1);
      for (guint i = 1; i < N; i += 2)
        g_assert_cmpuint (seen[i], <=, 1);
    }
}

/* The loop that everybody writes: removing what the cursor shows. */
static void
test_remove_while_iterating (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  guint n = 0;

  fill (dict, 1000);
  cursor = items (dict, NULL);
  for (;;)
    {
      g_autofree char *key = next_key (cursor);

      if (key == NULL)
        break;
      g_assert_true (beaver_dict_remove (dict, key, NULL, &error));
      g_assert_no_error (error);
      n++;
    }
  g_assert_cmpuint (n, ==, 1000);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), ==, 0);
}

static void
test_many_at_once (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (GPtrArray) cursors = g_ptr_array_new_with_free_func (g_object_unref);

  fill (dict, 600);
  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (cursors, items (dict, NULL));
  for (guint step = 0; step < 600; step++)
    {
      g_autofree char *expected = g_strdup_printf ("%06u", step);

      for (guint i = 0; i < cursors->len; i++)
        {
          g_autofree char *key = next_key (cursors->pdata[i]);

          g_assert_cmpstr (key, ==, expected);
        }
    }
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GAsyncResult) page_result = NULL;
  g_autoptr (GPtrArray) page = NULL;
  guint n = 0;

  fill (dict, 600);
  cursor = items (dict, NULL);
  for (; n < 300; n++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (BeaverEntry) entry = NULL;
      g_autofree char *key = g_strdup_printf ("%06u", n);

      beaver_cursor_next_async (cursor, NULL, beaver_test_ready, &result);
      g_assert_null (result);
      beaver_test_wait_result (&result);
      entry = beaver_cursor_next_finish (cursor, result, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (beaver_entry_get_key (entry), ==, key);
    }
  beaver_cursor_next_page_async (cursor, NULL, beaver_test_ready, &page_result);
  beaver_test_wait_result (&page_result);
  page = beaver_cursor_next_page_finish (cursor, page_result, &error);
  g_assert_no_error (error);
  n += page->len;
  n += count_rest (cursor);
  g_assert_cmpuint (n, ==, 600);
  {
    g_autoptr (GAsyncResult) result = NULL;

    beaver_cursor_next_async (cursor, NULL, beaver_test_ready, &result);
    beaver_test_wait_result (&result);
    g_assert_null (beaver_cursor_next_finish (cursor, result, &error));
    g_assert_no_error (error);
  }
}

static void
test_pending (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (BeaverEntry) entry = NULL;

  fill (dict, 10);
  cursor = items (dict, NULL);
  beaver_cursor_next_async (cursor, NULL, beaver_test_ready, &first);
  beaver_cursor_next_async (cursor, NULL, beaver_test_ready, &second);
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  beaver_test_wait_result (&second);
  g_assert_null (beaver_cursor_next_finish (cursor, second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  beaver_test_wait_result (&first);
  entry = beaver_cursor_next_finish (cursor, first, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_entry_get_key (entry), ==, "000000");
  g_assert_cmpuint (count_rest (cursor), ==, 9);
}

/* Dropped while a page is being fetched. */
static void
test_dropped_while_pending (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f, "d");

  fill (dict, 1000);
  for (guint i = 0; i < beaver_test_rounds (100); i++)
    {
      BeaverCursor *cursor = items (dict, NULL);
      GAsyncResult *result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) page = NULL;

      beaver_cursor_next_page_async (cursor, NULL, beaver_test_ready, &result);
      g_object_unref (cursor); /* the call holds it */
      beaver_test_wait_result (&result);
      page = beaver_cursor_next_page_finish (cursor, result, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (page->len, >, 0);
      g_object_unref (result);
    }
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;

  fill (dict, 300);
  cursor = items (dict, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (beaver_cursor_next (cursor, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  beaver_cursor_next_async (cursor, cancellable, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_cursor_next_finish (cursor, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* and nothing is lost by that */
  g_assert_cmpuint (count_rest (cursor), ==, 300);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (BeaverCursor) by_hand = g_object_new (BEAVER_TYPE_CURSOR, NULL);
  g_autofree char *first = NULL;
  gboolean closed;

  fill (dict, 10);
  cursor = items (dict, NULL);
  first = next_key (cursor);
  g_assert_false (beaver_cursor_is_closed (cursor));
  beaver_cursor_close (cursor);
  beaver_cursor_close (cursor);
  g_object_get (cursor, "closed", &closed, NULL);
  g_assert_true (closed);
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);

  g_assert_true (beaver_cursor_is_closed (by_hand));
  g_assert_null (beaver_cursor_next (by_hand, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_cursor_next_page (by_hand, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  beaver_cursor_close (by_hand);
}

static void
test_database_closed_in_between (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autofree char *first = NULL;

  fill (get_dict (f, "d"), 1000);
  cursor = items (get_dict (f, "d"), NULL);
  first = next_key (cursor);
  fixture_close (f);
  g_assert_true (beaver_cursor_is_closed (cursor));
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

static void
test_entry (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "d");
  g_autoptr (BeaverEntry) entry = NULL;
  g_autoptr (BeaverEntry) for_ever = NULL;
  g_autoptr (BeaverEntry) by_hand = g_object_new (BEAVER_TYPE_ENTRY, NULL);
  g_autofree char *key = NULL, *value = NULL;
  double expires_at, now = (double) g_get_real_time () / G_USEC_PER_SEC;

  beaver_dict_set_json_with_ttl (dict, "k", "[1]", 100, NULL, &error);
  beaver_dict_set_json (dict, "for ever", "1", NULL, &error);
  entry = beaver_dict_lookup (dict, "k", NULL, &error);
  for_ever = beaver_dict_lookup (dict, "for ever", NULL, &error);
  g_assert_no_error (error);
  g_object_get (entry, "key", &key, "value", &value, "expires-at", &expires_at, NULL);
  g_assert_cmpstr (key, ==, "k");
  g_assert_cmpstr (value, ==, "[1]");
  g_assert_cmpfloat (expires_at, >, now + 90);
  g_assert_cmpfloat (expires_at, <, now + 200);
  g_assert_cmpfloat (beaver_entry_get_expires_at (for_ever), ==, INFINITY);
  g_assert_cmpstr (beaver_entry_get_key (by_hand), ==, "");
  g_assert_null (beaver_entry_get_value (by_hand));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/cursor/sizes", test_sizes);
  beaver_test_add ("/cursor/prefix", test_prefix);
  beaver_test_add ("/cursor/pages", test_pages);
  beaver_test_add ("/cursor/large-values", test_large_values);
  beaver_test_add ("/cursor/expired-pages", test_expired_pages);
  beaver_test_add ("/cursor/mutation", test_mutation);
  beaver_test_add ("/cursor/remove-while-iterating", test_remove_while_iterating);
  beaver_test_add ("/cursor/many-at-once", test_many_at_once);
  beaver_test_add ("/cursor/async", test_async);
  beaver_test_add ("/cursor/pending", test_pending);
  beaver_test_add ("/cursor/dropped-while-pending", test_dropped_while_pending);
  beaver_test_add ("/cursor/cancelled", test_cancelled);
  beaver_test_add ("/cursor/close", test_close);
  beaver_test_add ("/cursor/database-closed-in-between", test_database_closed_in_between);
  beaver_test_add ("/cursor/entry", test_entry);

  return g_test_run ();
}
