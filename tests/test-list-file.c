/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lists read from files that Python wrote, what they write, and several processes at once. */
#include "list-test.h"

static void
check_list (BeaverList *list, JsonArray *items)
{
  g_autoptr (GError) error = NULL;
  guint n = json_array_get_length (items);
  g_auto (GStrv) values = beaver_list_slice (list, 0, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (values), ==, n);
  g_assert_cmpint (count (list), ==, n);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *expected = json_array_get_element (items, i);
      g_autoptr (JsonNode) value = json_from_string (values[i], &error);
      g_autoptr (JsonNode) got = beaver_list_get_node (list, i, NULL, &error);
      g_autoptr (JsonNode) back = beaver_list_get_node (list, (gint64) i - n, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (json_node_equal (value, expected));
      g_assert_true (json_node_equal (got, expected));
      g_assert_true (json_node_equal (back, expected));
      /* models are written in a form of their own */
      if (strstr (values[i], "\":") == NULL || strstr (values[i], "\": ") != NULL)
        g_assert_true (beaver_list_contains_json (list, values[i], NULL, &error));
    }
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("lists");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) found = NULL;
  guint filled = 0;

  fixture_open_data (f, "lists");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);

      check_list (get_list (f, l->data), json_object_get_array_member (one, "items"));
      filled += json_array_get_length (json_object_get_array_member (one, "items")) > 0;
      if (json_object_has_member (one, "get[1:4]"))
        {
          JsonArray *part = json_object_get_array_member (one, "get[1:4]");
          g_auto (GStrv) values = beaver_list_slice (get_list (f, l->data), 1, 3, NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpuint (g_strv_length (values), ==, json_array_get_length (part));
        }
    }
  found = beaver_db_get_list_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, filled);

  fixture_open_data (f, "everything");
  g_clear_pointer (&root, json_node_unref);
  root = beaver_test_load_json ("everything");
  expect = json_object_get_object_member (json_node_get_object (root), "expect");
  check_list (get_list (f, "tasks"), json_object_get_array_member (expect, "list tasks"));
}

static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "it's");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw;

  push (list, "{\"a\":\"\xc3\xa9\"}");
  push (list, "1.50");
  beaver_list_prepend_json (list, "null", NULL, &error);
  beaver_list_insert_json (list, 1, "[ ]", NULL, &error);
  g_assert_no_error (error);
  raw = raw_open (f->path);
  raw_assert (raw,
              "SELECT list_name, item_value, typeof (item_order), typeof (item_value) "
              "FROM __beaver_lists__ ORDER BY item_order",
              "it's|null|text|text\nit's|[]|text|text\nit's|{\"a\": \"\\u00e9\"}|text|text\n"
              "it's|1.5|text|text");
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_lists__ WHERE item_order GLOB '*[^0-9A-Za-z]*' OR "
              "item_order LIKE '%0' OR item_order = ''",
              "0");
  raw_close (raw);
}

/* Python's keys grow by a digit for five or six items, and break near 6,000. */
static void
test_d26 (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  guint n = beaver_test_rounds (8000);
  g_autoptr (GError) error = NULL;
  sqlite3 *raw;

  for (guint i = 0; i < n; i++)
    {
      push (list, "1");
      g_assert_true (beaver_list_prepend_json (list, "0", NULL, &error));
      g_assert_true (beaver_list_insert_json (list, 1, "2", NULL, &error));
    }
  raw = raw_open (f->path);
  g_assert_cmpint (raw_int (raw, "SELECT MAX (LENGTH (item_order)) FROM __beaver_lists__"), <=, 40);
  g_assert_cmpint (raw_int (raw, "SELECT COUNT(*) FROM __beaver_lists__"), ==, 3 * n);
  raw_close (raw);
}

/* What Python has brought to its limit gets new keys, and Python can go on. */
static void
test_renumbering (Fixture *f, gconstpointer data)
{
  static const char *const grown[] = {
    /* at the end, at the beginning, side by side, not to be divided, foreign characters */
    "VALUES ('l', 'V', '1'), ('l', printf ('%.*c', 950, 'z'), '2'), ('l', printf ('%.*c', 951, "
    "'z'), '3')",
    "VALUES ('l', printf ('%.*c', 950, '0') || '1', '1'), ('l', printf ('%.*c', 949, '0') || '1', "
    "'2'), "
    "('l', 'V', '3')",
    "VALUES ('l', 'V' || printf ('%.*c', 950, '0') || '1', '1'), ('l', 'V' || printf ('%.*c', 950, "
    "'0') || "
    "'2', '2'), ('l', 'W', '3')",
    "VALUES ('l', 'V', '1'), ('l', 'V0', '2'), ('l', 'V00', '3')",
    "VALUES ('l', '', '1'), ('l', '!', '2'), ('l', '~', '3')",
  };
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (grown); i++)
    for (guint place = 0; place < 4; place++)
      {
        sqlite3 *raw = raw_open (f->path);
        g_autofree char *sql = g_strconcat ("INSERT INTO __beaver_lists__ ", grown[i], NULL);
        g_autoptr (BeaverCursor) cursor = beaver_list_items (list, &error);
        static const char *const after[] = { "0 1 2 3", "1 0 2 3", "1 2 0 3", "1 2 3 0" };
        g_autofree char *value = NULL;

        raw_exec (raw, "DELETE FROM __beaver_lists__");
        raw_exec (raw, sql);
        assert_list (list, "1 2 3");
        g_assert_true (beaver_list_insert_json (list, place, "0", NULL, &error));
        g_assert_no_error (error);
        assert_list (list, after[place]);
        value = beaver_list_get_json (list, place, NULL, &error);
        g_assert_cmpstr (value, ==, "0");
        g_assert_true (beaver_list_push_json (list, "4", NULL, &error));
        g_assert_true (beaver_list_prepend_json (list, "5", NULL, &error));
        g_assert_no_error (error);
        raw_close (raw);
      }
}

/* Access by index does not count and skip: the rows read stay few. */
static void
test_d55 (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  guint n = 200000;
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gint64 begin, first, warm = G_MAXINT64;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (values, (gpointer) "1");
  g_ptr_array_add (values, NULL);
  g_assert_cmpint (beaver_list_push_many (list, (const char *const *) values->pdata, NULL, &error),
                   ==, n);
  begin = beaver_test_cpu_us ();
  g_free (beaver_list_get_json (list, n / 2, NULL, &error));
  first = beaver_test_cpu_us () - begin;
  for (guint round = 0; round < 20; round++)
    {
      begin = beaver_test_cpu_us ();
      for (guint i = 0; i < 20; i++)
        g_free (beaver_list_get_json (list, (gint64) (n / 2 + i * 777 % n), NULL, &error));
      warm = MIN (warm, beaver_test_cpu_us () - begin);
    }
  g_assert_no_error (error);
  g_test_message ("first %d us, then %.2f us each", (int) first, (double) warm / 20);
  /* twenty of them cost less than one by counting */
  g_assert_cmpint (warm, <, first);
}

/* Another program's writes are seen at once, whatever is known in memory. */
static void
test_e15 (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);

  for (int i = 0; i < 3; i++)
    push (list, "1");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *sql =
          g_strdup_printf ("UPDATE __beaver_lists__ SET item_order = 'z' || %u || 'V', item_value "
                           "= '%u' WHERE rowid "
                           "= (SELECT rowid FROM __beaver_lists__ ORDER BY item_order LIMIT 1)",
                           100000 + i, i);
      g_autofree char *expected = g_strdup_printf ("%u", i);

      for (int again = 0; again < 3; again++)
        {
          g_autofree char *value = beaver_list_get_json (list, -1, NULL, &error);
          g_autofree char *middle = beaver_list_get_json (list, 1, NULL, &error);

          g_assert_no_error (error);
        }
      raw_exec (raw, sql);
      for (int again = 0; again < 2; again++)
        {
          g_autofree char *value = beaver_list_get_json (list, 2, NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (value, ==, expected);
          g_assert_cmpint (count (list), ==, 3);
        }
    }
  raw_exec (raw, "DELETE FROM __beaver_lists__");
  g_assert_cmpint (count (list), ==, 0);
  g_assert_null (beaver_list_lookup_json (list, 0, NULL, &error));
  raw_close (raw);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (GStrv) behind = NULL;
  sqlite3 *raw = raw_open (f->path);

  push (list, "1");
  push (list, "2");
  push (list, "3");
  raw_exec (raw, "UPDATE __beaver_lists__ SET item_value = '{broken' WHERE item_value = '2'");
  g_assert_null (beaver_list_get_json (list, 1, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  g_assert_null (beaver_list_slice (list, 0, -1, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  behind = beaver_list_slice (list, 2, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (behind), ==, 1);
  g_assert_cmpstr (behind[0], ==, "3");
  cursor = beaver_list_items (list, &error);
  for (;;)
    {
      g_autoptr (BeaverListItem) item = beaver_cursor_next (cursor, NULL, &error);

      if (error != NULL)
        {
          assert_error (BEAVER_ERROR_CORRUPT);
          g_string_append (seen, "? ");
          continue;
        }
      if (item == NULL)
        break;
      g_string_append_printf (seen, "%s ", beaver_list_item_get_value (item));
    }
  g_assert_cmpstr (seen->str, ==, "1 ? 3 ");
  g_assert_true (beaver_list_remove (list, 1, NULL, &error));
  assert_list (list, "1 3");
  /* what Python may write */
  raw_exec (raw, "UPDATE __beaver_lists__ SET item_value = 'NaN' WHERE item_value = '3'");
  assert_list (list, "1 NaN");
  raw_close (raw);
}

/* What is removed while one iterates gives its row to what is added then, which is elsewhere. */
static void
test_reused_rows (Fixture *f, gconstpointer data)
{
  BeaverList *list = get_list (f, "l");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverListBatch) batch = beaver_list_create_batch (list);
  g_autoptr (BeaverCursor) cursor = NULL;
  gint64 n = 1000;

  /* so that those at the front have the last rows */
  for (gint64 i = n; i > 0; i--)
    {
      g_autofree char *json = g_strdup_printf ("%" G_GINT64_FORMAT, i - 1);

      g_assert_true (beaver_list_batch_prepend_json (batch, json, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (beaver_list_batch_apply (batch, NULL, &error), ==, n);
  g_assert_no_error (error);

  cursor = beaver_list_items (list, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < n; i++)
    {
      g_autoptr (BeaverListItem) item = beaver_cursor_next (cursor, NULL, &error);
      g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, i);
      g_autofree char *popped = NULL;

      g_assert_no_error (error);
      g_assert_nonnull (item);
      g_assert_cmpstr (beaver_list_item_get_value (item), ==, expected);
      popped = beaver_list_pop_first_json (list, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (popped, ==, expected);
      /* the row is free again, and taken when a page has been read to its end */
      if (i % 256 == 255)
        push (list, "\"added\"");
    }
}

/* ---- several at once ---- */

#define PEERS 3

static int
play_peer (const char *path, const char *number, const char *rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverList *in, *out;
  guint n = (guint) g_ascii_strtoull (rounds, NULL, 10);

  g_assert_no_error (error);
  in = beaver_db_get_list (db, "in", &error);
  out = beaver_db_get_list (db, "out", &error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *mine = g_strdup_printf ("\"%s-%u\"", number, i);
      g_autofree char *item = NULL;

      switch (i % 3)
        {
        case 0:
          beaver_list_push_json (in, mine, NULL, &error);
          break;
        case 1:
          beaver_list_prepend_json (in, mine, NULL, &error);
          break;
        default:
          beaver_list_insert_json (in, 2, mine, NULL, &error);
        }
      g_assert_no_error (error);
      item = i % 2 ? beaver_list_pop_json (in, NULL, &error) :
                     beaver_list_pop_first_json (in, NULL, &error);
      g_assert_no_error (error);
      if (item != NULL)
        beaver_list_push_json (out, item, NULL, &error);
      g_assert_no_error (error);
    }
  beaver_db_close (db, &error);
  g_assert_no_error (error);
  return 0;
}

static void
test_processes (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (600);
  g_autofree char *text = g_strdup_printf ("%u", rounds);
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  static const char *const lists[] = { "in", "out" };

  for (int i = 0; i < PEERS; i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", i);

      g_ptr_array_add (peers, beaver_test_spawn_self ("peer", f->path, number, text, NULL));
    }
  for (guint i = 0; i < peers->len; i++)
    beaver_test_join (peers->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_auto (GStrv) values = beaver_list_slice (get_list (f, lists[i]), 0, -1, NULL, &error);

      g_assert_no_error (error);
      for (guint j = 0; values[j] != NULL; j++)
        g_assert_true (g_hash_table_add (seen, g_strdup (values[j])));
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, PEERS * rounds);
}

typedef struct
{
  BeaverList *list;
  guint rounds;
  int stop; /* atomic */
} Race;

static gpointer
race_reader (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;

  while (!g_atomic_int_get (&race->stop))
    {
      /* every state of the list has the same item there */
      g_autofree char *value = beaver_list_get_json (race->list, 700, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, "700");
    }
  return NULL;
}

/* Readers use what is known in memory while writers change the list. */
static void
test_threads (Fixture *f, gconstpointer data)
{
  Race race = { .list = get_list (f, "l"), .rounds = beaver_test_rounds (3000) };
  g_autoptr (GError) error = NULL;
  GThread *threads[2];

  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *json = g_strdup_printf ("%d", i);

      push (race.list, json);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("race", race_reader, &race);
  for (guint i = 0; i < race.rounds; i++)
    {
      /* at the end, and in one transaction in front of the item and behind it */
      push (race.list, "1");
      g_free (beaver_list_pop_json (race.list, NULL, &error));
      if (i % 8 == 0)
        {
          g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

          g_assert_no_error (error);
          beaver_list_remove (race.list, 3, NULL, &error);
          beaver_list_insert_json (race.list, 3, "3", NULL, &error);
          if (i % 16 == 0)
            beaver_transaction_commit (transaction, NULL, &error);
          else
            beaver_transaction_rollback (transaction, &error);
        }
      g_assert_no_error (error);
    }
  g_atomic_int_set (&race.stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char *argv[])
{
  if (argc == 5 && g_str_equal (argv[1], "peer"))
    return play_peer (argv[2], argv[3], argv[4]);
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/list/file/conformance", test_conformance);
  beaver_test_add ("/list/file/rows", test_rows);
  beaver_test_add ("/list/D26-keys-stay-short", test_d26);
  beaver_test_add ("/list/D26-grown-keys-are-renumbered", test_renumbering);
  beaver_test_add ("/list/D55-index-without-offset", test_d55);
  beaver_test_add ("/list/E15-other-processes-are-seen", test_e15);
  beaver_test_add ("/list/file/damaged", test_damaged);
  beaver_test_add ("/list/file/reused-rows", test_reused_rows);
  beaver_test_add ("/list/file/processes", test_processes);
  beaver_test_add ("/list/file/threads", test_threads);
  return g_test_run ();
}
