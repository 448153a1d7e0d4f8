/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cursors that give values alone: beaver_cursor_next_json() and its kin. */
#include "beaver-test-sqlite.h"

#include <math.h>

/* Around several pages. */
#define MANY 700

static BeaverList *
get_list (Fixture *f, guint n)
{
  g_autoptr (GError) error = NULL;
  BeaverList *list = beaver_db_get_list (f->db, "l", &error);
  g_auto (GStrv) values = g_new0 (char *, n + 1);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    values[i] = g_strdup_printf ("{\"n\": %u}", i);
  if (n > 0)
    beaver_list_push_many (list, (const char *const *) values, NULL, &error);
  g_assert_no_error (error);
  return list;
}

static BeaverCursor *
items (BeaverList *list)
{
  g_autoptr (GError) error = NULL;
  BeaverCursor *cursor = beaver_list_items (list, &error);

  g_assert_no_error (error);
  return cursor;
}

static char *
numbered (guint i)
{
  return g_strdup_printf ("{\"n\": %u}", i);
}

/* All values in the ways there are; each has to give the same. Takes cursors made by make. */

typedef BeaverCursor *(*Make) (Fixture *f, GError **error);

static char *
all_by_one (BeaverCursor *cursor)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *json;

  while ((json = beaver_cursor_next_json (cursor, NULL, &error)) != NULL)
    g_string_append_printf (out, "%s\n", json);
  g_assert_no_error (error);
  /* the end stays the end */
  g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

static char *
all_by_page (BeaverCursor *cursor)
{
  GString *out = g_string_new (NULL);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) page = beaver_cursor_next_json_page (cursor, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (page);
      if (page[0] == NULL)
        return g_string_free (out, FALSE);
      for (guint i = 0; page[i] != NULL; i++)
        g_string_append_printf (out, "%s\n", page[i]);
    }
}

static char *
all_async (BeaverCursor *cursor)
{
  GString *out = g_string_new (NULL);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) one = NULL, more = NULL;
      g_auto (GStrv) page = NULL;
      const char *json;

      beaver_cursor_next_json_async (cursor, NULL, beaver_test_ready, &one);
      beaver_test_wait_result (&one);
      json = beaver_cursor_next_json_finish (cursor, one, &error);
      g_assert_no_error (error);
      if (json == NULL)
        return g_string_free (out, FALSE);
      g_string_append_printf (out, "%s\n", json);
      beaver_cursor_next_json_page_async (cursor, NULL, beaver_test_ready, &more);
      beaver_test_wait_result (&more);
      page = beaver_cursor_next_json_page_finish (cursor, more, &error);
      g_assert_no_error (error);
      for (guint i = 0; page[i] != NULL; i++)
        g_string_append_printf (out, "%s\n", page[i]);
    }
}

static char *
all_by_object (BeaverCursor *cursor, const char *property)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gpointer entry;

  while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      g_autofree char *value = NULL;

      g_object_get (entry, property, &value, NULL);
      g_string_append_printf (out, "%s\n", value);
      g_object_unref (entry);
    }
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

static BeaverCursor *
make_list (Fixture *f, GError **error)
{
  return beaver_list_items (beaver_db_get_list (f->db, "l", error), error);
}

static BeaverCursor *
make_list_backward (Fixture *f, GError **error)
{
  return beaver_list_items_backward (beaver_db_get_list (f->db, "l", error), error);
}

static BeaverCursor *
make_dict (Fixture *f, GError **error)
{
  return beaver_dict_items (beaver_db_get_dict (f->db, "d", error), NULL, error);
}

static BeaverCursor *
make_log (Fixture *f, GError **error)
{
  return beaver_log_iterate (beaver_db_get_log (f->db, "log", error), BEAVER_LOG_ORDER_OLDEST_FIRST,
                             error);
}

static BeaverCursor *
make_queue (Fixture *f, GError **error)
{
  return beaver_queue_items (beaver_db_get_queue (f->db, "q", error), error);
}

static BeaverCursor *
make_jobs (Fixture *f, GError **error)
{
  return beaver_queue_jobs (beaver_db_get_queue (f->db, "q", error), BEAVER_JOB_STATE_WAITING,
                            error);
}

static BeaverCursor *
make_documents (Fixture *f, GError **error)
{
  return beaver_documents_items (beaver_db_get_documents (f->db, "docs", error), error);
}

static void
test_nouns (Fixture *f, gconstpointer data)
{
  static const struct
  {
    Make make;
    const char *property;
  } cases[] = {
    { make_list, "value" },     { make_list_backward, "value" }, { make_dict, "value" },
    { make_log, "data" },       { make_queue, "value" },         { make_jobs, "value" },
    { make_documents, "body" },
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  BeaverLog *log = beaver_db_get_log (f->db, "log", &error);
  BeaverQueue *queue = beaver_db_get_queue (f->db, "q", &error);
  BeaverDocuments *documents = beaver_db_get_documents (f->db, "docs", &error);

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (BeaverCursor) first = cases[i].make (f, &error);
          g_autoptr (BeaverCursor) second = cases[i].make (f, &error);
          g_autoptr (BeaverCursor) third = cases[i].make (f, &error);
          g_autoptr (BeaverCursor) fourth = cases[i].make (f, &error);
          g_autofree char *expected = all_by_object (first, cases[i].property);
          g_autofree char *one = all_by_one (second);
          g_autofree char *page = all_by_page (third);
          g_autofree char *async = all_async (fourth);

          g_assert_cmpuint (strlen (expected) > 0, ==, round);
          g_assert_cmpstr (one, ==, expected);
          g_assert_cmpstr (page, ==, expected);
          g_assert_cmpstr (async, ==, expected);
        }
      if (round > 0)
        break;
      get_list (f, MANY);
      for (guint i = 0; i < 300; i++)
        {
          g_autofree char *value = numbered (i);
          g_autofree char *key = g_strdup_printf ("%03u", i);
          g_autoptr (BeaverDocument) document = NULL;

          beaver_dict_set_json (dict, key, value, NULL, &error);
          beaver_log_append_json (log, value, NULL, &error);
          beaver_queue_put_json (queue, value, i % 3, NULL, &error);
          if (i < 20)
            document = beaver_documents_index (documents, key, value, 0, NULL, &error);
          g_assert_no_error (error);
        }
    }
}

/* Objects and values in turn, one by one and by the page: each item once, with its index. */
static void
test_mixed (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, MANY);
  guint64 seed = 5;

  for (guint round = 0; round < 50; round++)
    {
      gboolean backward = round % 2 == 1;
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverCursor) cursor =
          backward ? beaver_list_items_backward (list, &error) : beaver_list_items (list, &error);
      guint seen = 0;
      gboolean more = TRUE;

      while (more)
        {
          guint before = seen;
          guint way;

          seed = seed * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
          way = (guint) (seed >> 60);
          if (way < 7)
            {
              g_autofree char *expected = numbered (backward ? MANY - 1 - seen : seen);
              const char *json = beaver_cursor_next_json (cursor, NULL, &error);

              g_assert_no_error (error);
              if (json != NULL)
                g_assert_cmpstr (json, ==, expected);
              seen += json != NULL;
            }
          else if (way < 14)
            {
              g_autofree char *expected = numbered (backward ? MANY - 1 - seen : seen);
              g_autoptr (BeaverListItem) item = beaver_cursor_next (cursor, NULL, &error);

              g_assert_no_error (error);
              if (item != NULL)
                {
                  g_assert_cmpstr (beaver_list_item_get_value (item), ==, expected);
                  g_assert_cmpint (beaver_list_item_get_index (item), ==,
                                   backward ? -1 - (gint64) seen : (gint64) seen);
                }
              seen += item != NULL;
            }
          else if (way < 15)
            {
              g_autoptr (GPtrArray) page = beaver_cursor_next_page (cursor, NULL, &error);

              g_assert_no_error (error);
              for (guint i = 0; i < page->len; i++, seen++)
                g_assert_cmpint (beaver_list_item_get_index (page->pdata[i]), ==,
                                 backward ? -1 - (gint64) seen : (gint64) seen);
            }
          else
            {
              g_auto (GStrv) page = beaver_cursor_next_json_page (cursor, NULL, &error);

              g_assert_no_error (error);
              seen += g_strv_length (page);
            }
          more = seen > before;
        }
      g_assert_cmpuint (seen, ==, MANY);
    }
}

static void
test_no_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  BeaverCursor *cursors[] = {
    beaver_dict_keys (dict, NULL, &error),
    beaver_blobs_keys (beaver_db_get_blobs (f->db, "b", &error), &error),
    beaver_graph_edges (beaver_db_get_graph (f->db, "g", &error), NULL, NULL, NULL, &error),
  };

  g_assert_no_error (error);
  beaver_dict_set_json (dict, "a", "1", NULL, &error);
  for (guint i = 0; i < G_N_ELEMENTS (cursors); i++)
    {
      g_autoptr (BeaverCursor) cursor = cursors[i];
      g_autoptr (GAsyncResult) one = NULL, page = NULL;
      g_autoptr (GPtrArray) entries = NULL;

      g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
      g_clear_error (&error);
      g_assert_null (beaver_cursor_next_json_page (cursor, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
      g_clear_error (&error);
      beaver_cursor_next_json_async (cursor, NULL, beaver_test_ready, &one);
      beaver_test_wait_result (&one);
      g_assert_null (beaver_cursor_next_json_finish (cursor, one, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
      g_clear_error (&error);
      beaver_cursor_next_json_page_async (cursor, NULL, beaver_test_ready, &page);
      beaver_test_wait_result (&page);
      g_assert_null (beaver_cursor_next_json_page_finish (cursor, page, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
      g_clear_error (&error);
      /* it goes on as it is meant to */
      entries = beaver_cursor_next_page (cursor, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (entries->len, ==, i == 0);
    }
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, MANY);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = items (list);
  g_autoptr (BeaverCursor) other = items (list);
  g_autoptr (BeaverCursor) by_hand = g_object_new (BEAVER_TYPE_CURSOR, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (beaver_cursor_next_json (by_hand, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_cursor_next_json_page (by_hand, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);

  /* with a page at hand */
  g_assert_cmpstr (beaver_cursor_next_json (cursor, NULL, &error), ==, "{\"n\": 0}");
  g_assert_cmpstr (beaver_cursor_next_json (other, NULL, &error), ==, "{\"n\": 0}");
  beaver_cursor_close (cursor);
  g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  fixture_close (f);
  g_assert_null (beaver_cursor_next_json (other, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (beaver_cursor_next_json_page (other, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  g_clear_error (&error);
  beaver_cursor_next_json_async (other, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_cursor_next_json_finish (other, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

/* Before the first page, in the middle of one, and in front of the next: nothing is lost by it. */
static void
test_cancelled (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, MANY);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) idle = g_cancellable_new ();
  g_autoptr (BeaverCursor) cursor = items (list);
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i <= MANY; i++)
    {
      g_autofree char *expected = numbered (i);
      const char *json;

      g_assert_null (beaver_cursor_next_json (cursor, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      if (i % 100 == 0)
        {
          g_autoptr (GAsyncResult) result = NULL;

          beaver_cursor_next_json_async (cursor, cancellable, beaver_test_ready, &result);
          g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
          g_clear_error (&error);
          beaver_test_wait_result (&result);
          json = beaver_cursor_next_json_finish (cursor, result, &error);
          /* what is at hand may be given all the same */
          if (json != NULL)
            {
              g_assert_cmpstr (json, ==, expected);
              continue;
            }
          if (error != NULL)
            g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_clear_error (&error);
        }
      json = beaver_cursor_next_json (cursor, i % 2 == 0 ? idle : NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (json, ==, i < MANY ? expected : NULL);
    }
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  static const struct
  {
    guint n; /* which one is broken */
    const char *by_one, *by_page;
  } cases[] = {
    { 0, "? 1 2 ", "? 1,2 " },
    { 1, "0 ? 2 ", "0 ? 2 " },
    { 2, "0 1 ? ", "0,1 ? " },
  };
  g_autoptr (GError) error = NULL;
  BeaverList *list = beaver_db_get_list (f->db, "l", &error);
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "UPDATE __beaver_lists__ SET item_value = '{\"a\": ' WHERE item_value = '%u'",
          cases[i].n);
      g_autoptr (BeaverCursor) cursor = NULL;
      g_autoptr (BeaverCursor) pages = NULL;
      g_autoptr (BeaverCursor) mixed = NULL;
      g_autoptr (GString) seen = g_string_new (NULL);
      gint64 last = -1;

      beaver_manager_clear (BEAVER_MANAGER (list), NULL, &error);
      beaver_list_push_many (list, (const char *[]){ "0", "1", "2", NULL }, NULL, &error);
      g_assert_no_error (error);
      raw_exec (raw, sql);

      cursor = items (list);
      for (;;)
        {
          const char *json = beaver_cursor_next_json (cursor, NULL, &error);

          if (json == NULL && error == NULL)
            break;
          if (error != NULL)
            {
              g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
              g_assert_true (g_str_has_prefix (error->message, "list “l”: an item is not JSON: "));
            }
          g_clear_error (&error);
          g_string_append_printf (seen, "%s ", json != NULL ? json : "?");
        }
      g_assert_cmpstr (seen->str, ==, cases[i].by_one);

      g_string_truncate (seen, 0);
      pages = items (list);
      for (;;)
        {
          g_auto (GStrv) page = beaver_cursor_next_json_page (pages, NULL, &error);
          g_autofree char *joined = page != NULL ? g_strjoinv (",", page) : NULL;

          if (page == NULL)
            g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
          g_clear_error (&error);
          if (page != NULL && page[0] == NULL)
            break;
          g_string_append_printf (seen, "%s ", joined != NULL ? joined : "?");
        }
      g_assert_cmpstr (seen->str, ==, cases[i].by_page);

      /* the indexes behind it are right */
      mixed = items (list);
      for (guint k = 0; k < 3; k++)
        {
          g_autoptr (BeaverListItem) item = beaver_cursor_next (mixed, NULL, &error);

          g_assert_cmpint (item == NULL, ==, k == cases[i].n);
          if (item != NULL)
            last = beaver_list_item_get_index (item);
          if (item != NULL)
            g_assert_cmpint (last, ==, k);
          g_clear_error (&error);
        }
    }
  raw_close (raw);
}

/* Values that fill a page alone, and changes between the pages. */
static void
test_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverList *list = beaver_db_get_list (f->db, "l", &error);
  g_autofree char *text = g_strnfill (600 * 1024, 'x');
  g_autoptr (BeaverCursor) cursor = NULL;
  const char *json;

  for (guint i = 0; i < 5; i++)
    beaver_list_push_string (list, text, NULL, &error);
  g_assert_no_error (error);
  cursor = items (list);
  for (guint i = 0; i < 3; i++)
    {
      json = beaver_cursor_next_json (cursor, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (strlen (json), ==, 600 * 1024 + 2);
    }
  beaver_list_push_string (list, "late", NULL, &error);
  beaver_list_prepend_string (list, "in front", NULL, &error);
  for (guint i = 3; i < 5; i++)
    {
      json = beaver_cursor_next_json (cursor, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (strlen (json), ==, 600 * 1024 + 2);
    }
  json = beaver_cursor_next_json (cursor, NULL, &error);
  g_assert_cmpstr (json, ==, "\"late\"");
  g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
  g_assert_no_error (error);
}

/* The entries of a dict, some as objects, some as their values only: each has its own key and end,
 * and one that is damaged is told by its key. */
static void
test_dict_mixed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  sqlite3 *raw;

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *key = g_strdup_printf ("%04u", i);
      g_autofree char *value = g_strdup_printf ("[%u]", i);

      if (i % 5 == 0)
        beaver_dict_set_json_with_ttl (dict, key, value, 100000, NULL, &error);
      else
        beaver_dict_set_json (dict, key, value, NULL, &error);
      g_assert_no_error (error);
    }
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '[1' WHERE key = '0300';"
                 "UPDATE __beaver_dicts__ SET expires_at = 5 WHERE key >= '0400' AND key < '0600'");
  raw_close (raw);
  for (guint seed = 0; seed < 4; seed++)
    {
      g_autoptr (BeaverCursor) cursor = beaver_dict_items (dict, NULL, &error);
      guint32 way = seed;

      g_assert_no_error (error);
      for (guint i = 0; i < MANY;)
        {
          g_autofree char *key = g_strdup_printf ("%04u", i);
          g_autofree char *value = g_strdup_printf ("[%u]", i);

          way = way * 1103515245 + 12345;
          if (i == 400)
            {
              i = 600;
              continue;
            }
          if ((way >> 16) % (seed + 1) == 0)
            {
              const char *json = beaver_cursor_next_json (cursor, NULL, &error);

              if (i != 300)
                g_assert_cmpstr (json, ==, value);
            }
          else
            {
              g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, NULL, &error);

              if (i != 300)
                {
                  g_assert_no_error (error);
                  g_assert_cmpstr (beaver_entry_get_key (entry), ==, key);
                  g_assert_cmpstr (beaver_entry_get_value (entry), ==, value);
                  g_assert_true (isfinite (beaver_entry_get_expires_at (entry)) == (i % 5 == 0));
                }
            }
          if (i == 300)
            {
              g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
              g_assert_true (g_str_has_prefix (error->message, "dict “d”: "));
              g_assert_nonnull (strstr (error->message, "0300"));
              g_clear_error (&error);
            }
          g_assert_no_error (error);
          i++;
        }
      g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
      g_assert_no_error (error);
    }
}

/* The same of a log, whose data is given as it is, whatever others have put there. */
static void
test_log_mixed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = beaver_db_get_log (f->db, "l", &error);
  sqlite3 *raw;

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *value = g_strdup_printf ("[%u]", i);
      g_autoptr (BeaverLogEntry) entry = beaver_log_append_json_at (log, value, i, NULL, &error);

      g_assert_no_error (error);
    }
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_logs__ SET data = '[1' WHERE timestamp = 300");
  raw_close (raw);
  for (guint seed = 0; seed < 8; seed++)
    {
      gboolean newest_first = seed % 2 == 1;
      g_autoptr (BeaverCursor) cursor = beaver_log_iterate (
          log, newest_first ? BEAVER_LOG_ORDER_NEWEST_FIRST : BEAVER_LOG_ORDER_OLDEST_FIRST,
          &error);
      guint32 way = seed;

      g_assert_no_error (error);
      for (guint k = 0; k < MANY; k++)
        {
          guint i = newest_first ? MANY - 1 - k : k;
          g_autofree char *value = i == 300 ? g_strdup ("[1") : g_strdup_printf ("[%u]", i);

          way = way * 1103515245 + 12345;
          if ((way >> 16) % (seed / 2 + 1) == 0)
            g_assert_cmpstr (beaver_cursor_next_json (cursor, NULL, &error), ==, value);
          else
            {
              g_autoptr (BeaverLogEntry) entry = beaver_cursor_next (cursor, NULL, &error);

              g_assert_cmpfloat (beaver_log_entry_get_timestamp (entry), ==, i);
              g_assert_cmpstr (beaver_log_entry_get_data (entry), ==, value);
            }
          g_assert_no_error (error);
        }
      g_assert_null (beaver_cursor_next (cursor, NULL, &error));
      g_assert_no_error (error);
    }
}

/* Old statistics of the file, from when each list had one item, say, make SQLite sort what an index
 * has in order already. */
static void
test_order (Fixture *f, gconstpointer data)
{
  static const char *const statistics[] = {
    "5 1 1",
    "50 50 50",
    "100 100 1 unordered",
    "100000 100000 1",
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (statistics); i++)
    {
      g_autofree char *sql = g_strdup_printf ("UPDATE sqlite_stat1 SET stat = '%s'", statistics[i]);
      BeaverList *list = beaver_db_get_list (f->db, "l", &error);
      sqlite3 *raw = raw_open (f->path);

      beaver_manager_clear (BEAVER_MANAGER (list), NULL, &error);
      for (guint k = 0; k < MANY; k++)
        {
          g_autofree char *value = g_strdup_printf ("%u", k);

          /* the rowids are in another order than the items */
          if (k % 2 == 0)
            beaver_list_prepend_json (list, value, NULL, &error);
          else
            beaver_list_push_json (list, value, NULL, &error);
          g_assert_no_error (error);
        }
      raw_exec (raw, "ANALYZE");
      raw_exec (raw, sql);
      raw_close (raw);
      fixture_reopen (f);
      for (guint backward = 0; backward < 2; backward++)
        {
          g_autoptr (BeaverCursor) cursor = NULL;
          const char *json;

          list = beaver_db_get_list (f->db, "l", &error);
          cursor = backward ? beaver_list_items_backward (list, &error) :
                              beaver_list_items (list, &error);
          for (guint k = 0; k < MANY; k++)
            {
              guint at = backward ? MANY - 1 - k : k;
              g_autofree char *value = g_strdup_printf (
                  "%u", at < MANY / 2 ? MANY - 2 - 2 * at : 1 + 2 * (at - MANY / 2));

              json = beaver_cursor_next_json (cursor, NULL, &error);
              g_assert_no_error (error);
              g_assert_cmpstr (json, ==, value);
            }
          g_assert_null (beaver_cursor_next_json (cursor, NULL, &error));
          g_assert_no_error (error);
        }
      for (guint count = 0; count < 9; count++)
        {
          g_auto (GStrv) slice =
              beaver_list_slice (list, MANY / 2 - 4, count < 8 ? (gint64) count : -1, NULL, &error);
          guint expected = count < 8 ? count : MANY / 2 + 4;

          g_assert_no_error (error);
          g_assert_cmpuint (g_strv_length (slice), ==, expected);
          for (guint k = 0; k < expected; k++)
            g_assert_cmpint (g_ascii_strtoll (slice[k], NULL, 10), ==,
                             k < 4 ? 6 - 2 * (gint64) k : 1 + 2 * ((gint64) k - 4));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/cursor/json/nouns", test_nouns);
  beaver_test_add ("/cursor/json/mixed", test_mixed);
  beaver_test_add ("/cursor/json/no-values", test_no_values);
  beaver_test_add ("/cursor/json/closed", test_closed);
  beaver_test_add ("/cursor/json/cancelled", test_cancelled);
  beaver_test_add ("/cursor/json/damaged", test_damaged);
  beaver_test_add ("/cursor/json/pages", test_pages);
  beaver_test_add ("/cursor/json/order", test_order);
  beaver_test_add ("/cursor/json/dict-mixed", test_dict_mixed);
  beaver_test_add ("/cursor/json/log-mixed", test_log_mixed);
  return g_test_run ();
}
