/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "documents-test.h"

#define FTS_ROWS                                                                                   \
  "SELECT collection, item_id, field_path, field_content FROM __beaver_fts_index__ ORDER BY rowid"
#define TRIGRAMS "SELECT trigram FROM __beaver_trigrams__ ORDER BY trigram"

static char *
get_body (BeaverDocuments *docs, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocument) document = beaver_documents_get (docs, id, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (beaver_document_get_id (document), ==, id);
  return g_strdup (beaver_document_get_body (document));
}

static void
assert_body (BeaverDocuments *docs, const char *id, const char *expected)
{
  g_autofree char *body = get_body (docs, id);

  g_assert_cmpstr (body, ==, expected);
}

static char *
all_ids (BeaverDocuments *docs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_documents_items (docs, &error);
  g_autoptr (GString) ids = g_string_new (NULL);
  BeaverDocument *document;

  g_assert_no_error (error);
  while ((document = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "",
                              beaver_document_get_id (document));
      g_object_unref (document);
    }
  g_assert_no_error (error);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
test_index_get (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocument) made = NULL;
  g_autoptr (BeaverDocument) absent = NULL;
  g_autofree char *id = NULL;

  g_assert_true (docs_of (f, "a") == docs);
  put (docs, "1", " {\"x\":1,\"y\":[true]}", TEXT);
  assert_body (docs, "1", "{\"x\": 1, \"y\": [true]}");
  put (docs, "1", "[1.50, null]", TEXT);
  assert_body (docs, "1", "[1.5, null]");
  put (docs, "", "null", TEXT);
  assert_body (docs, "", "null");

  made = beaver_documents_index (docs, NULL, "\"just a string\"", TEXT, NULL, &error);
  g_assert_no_error (error);
  g_object_get (made, "id", &id, NULL);
  g_assert_cmpuint (strlen (id), ==, 32);
  for (const char *p = id; *p != '\0'; p++)
    g_assert_true (g_ascii_isdigit (*p) || (*p >= 'a' && *p <= 'f'));
  g_assert_cmpint (id[12], ==, '4');
  assert_body (docs, id, "\"just a string\"");
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, &error), ==, 3);
  g_assert_no_error (error);

  absent = beaver_documents_lookup (docs, "none", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (absent);
  absent = beaver_documents_get (docs, "none", NULL, &error);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "“a”"));
  g_assert_null (absent);
  drop (docs, "none");
  drop (docs, id);
  drop (docs, "1");
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, NULL), ==, 1);
}

static void
test_names (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;

  put (docs_of (f, "b"), "1", "1", TEXT);
  put (docs_of (f, "a"), "1", "1", TEXT);
  put (docs_of (f, "a"), "2", "1", TEXT);
  names = beaver_db_get_documents_names (f->db, NULL, &error);
  g_assert_no_error (error);
  joined = g_strjoinv (" ", names);
  g_assert_cmpstr (joined, ==, "a b");
}

/* Spec 11.2, with its own example. */
static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  sqlite3 *raw = raw_open (f->path);

  put (docs, "1",
       "{\"title\":\"Hello\",\"tags\":[\"x "
       "y\",\"z\",{\"k\":\"deep\"}],\"n\":{\"m\":\"inner\"},\"num\":5,"
       "\"b\":true,\"nul\":null,\"blank\":\" \\u2003\\t\",\"empty\":\"\"}",
       TEXT);
  raw_assert (raw, FTS_ROWS,
              "a|1|title|Hello\na|1|tags|x y\na|1|tags|z\na|1|tags.k|deep\na|1|n.m|inner");
  raw_assert (raw, TRIGRAMS, "");
  raw_assert (
      raw,
      "SELECT typeof(collection), typeof(item_id), typeof(data), data FROM __beaver_documents__",
      "text|text|text|{\"title\": \"Hello\", \"tags\": [\"x y\", \"z\", {\"k\": \"deep\"}], \"n\": "
      "{\"m\": "
      "\"inner\"}, \"num\": 5, \"b\": true, \"nul\": null, \"blank\": \" \\u2003\\t\", \"empty\": "
      "\"\"}");

  put (docs, "1", "\"just a string\"", TEXT | FUZZY);
  raw_assert (raw, FTS_ROWS, "a|1||just a string");
  raw_assert (raw, TRIGRAMS, " a \n st\na s\ning\njus\nrin\nst \nstr\nt a\ntri\nust");
  raw_assert (raw, "SELECT DISTINCT collection, item_id, typeof(trigram) FROM __beaver_trigrams__",
              "a|1|text");

  put (docs, "1", "{\"t\":\"\xc4\xb0\xce\xa3 x\"}", FUZZY);
  raw_assert (raw, FTS_ROWS, "");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_trigrams__", "3");
  put (docs, "1", "\"ab\"", FUZZY);
  raw_assert (raw, TRIGRAMS, "");
  put (docs, "1", "\"ab\"", BEAVER_INDEX_FLAGS_NONE);
  drop (docs, "1");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_documents__", "0");
  raw_close (raw);
}

static void
test_fields (Fixture *f, gconstpointer data)
{
  const char *const fields[] = { "title", "tags.k", NULL };
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocument) document = NULL;
  sqlite3 *raw = raw_open (f->path);

  document = beaver_documents_index_fields (
      docs, "1", "{\"title\": \"abc\", \"body\": \"no\", \"tags\": [\"no\", {\"k\": \"def\"}]}",
      TEXT | FUZZY, fields, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (document);
  raw_assert (raw, FTS_ROWS, "a|1|title|abc\na|1|tags.k|def");
  raw_assert (raw, TRIGRAMS, " de\nabc\nbc \nc d\ndef");
  raw_close (raw);
}

static void
test_get_many (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) documents = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);

  /* more than SQLite has parameters */
  for (guint i = 0; i < 40000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%05u", i % 100);
      g_autofree char *made = NULL;

      if (i < 100 && i % 2 == 0)
        made = beaver_documents_batch_index (batch, id, "1", BEAVER_INDEX_FLAGS_NONE, NULL, &error);
      g_assert_no_error (error);
      g_ptr_array_add (ids, i < 100 ? g_steal_pointer (&id) : g_strdup_printf ("x%u", i));
    }
  g_ptr_array_add (ids, g_strdup ("00004"));
  g_ptr_array_add (ids, NULL);
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 50);
  documents = beaver_documents_get_many (docs, (const char *const *) ids->pdata, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (documents->len, ==, 50);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("%05u", i * 2);

      g_assert_cmpstr (beaver_document_get_id (g_ptr_array_index (documents, i)), ==, id);
    }
  g_ptr_array_set_size (ids, 0);
  g_ptr_array_add (ids, NULL);
  none = beaver_documents_get_many (docs, (const char *const *) ids->pdata, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_cursor (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autofree char *ids = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%04u", i * 7919 % 1000);
      g_autofree char *made = beaver_documents_batch_index (batch, id, "{}", TEXT, NULL, &error);

      g_assert_cmpstr (made, ==, id);
      g_string_append_printf (expected, "%s%04u", i > 0 ? " " : "", i);
    }
  g_assert_cmpuint (beaver_documents_batch_get_size (batch), ==, 1000);
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 1000);
  g_assert_no_error (error);
  ids = all_ids (docs);
  g_assert_cmpstr (ids, ==, expected->str);
}

static void
test_clear (Fixture *f, gconstpointer data)
{
  BeaverDocuments *a = docs_of (f, "a"), *b = docs_of (f, "b");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);

  put (a, "1", "\"some text\"", TEXT | FUZZY);
  put (a, "2", "\"more text\"", TEXT | FUZZY);
  put (b, "1", "\"abc\"", TEXT | FUZZY);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (a), NULL, &error), ==, 2);
  g_assert_no_error (error);
  raw_assert (raw, FTS_ROWS, "b|1||abc");
  raw_assert (raw, TRIGRAMS, "abc");
  raw_assert (raw, "SELECT collection, item_id FROM __beaver_documents__", "b|1");
  put (a, "1", "\"again\"", TEXT);
  assert_words (a, "again", "1");
  assert_words (a, "text", "");
  raw_close (raw);
}

/* The last entry of an id counts, and nothing is left of the ones before. */
static void
test_D41 (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autofree char *one =
      beaver_documents_batch_index (batch, "1", "\"first\"", TEXT | FUZZY, NULL, &error);
  g_autofree char *two =
      beaver_documents_batch_index (batch, "2", "\"gone\"", TEXT | FUZZY, NULL, &error);
  g_autofree char *again = NULL;
  sqlite3 *raw = raw_open (f->path);

  again =
      beaver_documents_batch_index (batch, "1", "[\"last\", \"  \"]", TEXT | FUZZY, NULL, &error);
  g_assert_true (beaver_documents_batch_drop (batch, "2", &error));
  g_assert_cmpuint (beaver_documents_batch_get_size (batch), ==, 2);
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_cmpuint (beaver_documents_batch_get_size (batch), ==, 0);
  raw_assert (raw, FTS_ROWS, "a|1||last");
  raw_assert (raw, TRIGRAMS, "ast\nlas");
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 0);

  g_free (again);
  again = beaver_documents_batch_index (batch, "3", "1", TEXT, NULL, &error);
  beaver_documents_batch_discard (batch);
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 0);
  assert_body (docs, "1", "[\"last\", \"  \"]");
  raw_close (raw);
}

/* Whatever wrote the rows before: what is indexed again leaves none of them behind. */
static void
test_foreign_rows (Fixture *f, gconstpointer data)
{
  const char *const ids[] = { "plain", "two words", "it's \"quoted\"",
                              "—",     "",          "\xd0\xb1\xd0\xbe\xd0\xb1\xd1\x80" };
  BeaverDocuments *docs = docs_of (f, "a");
  sqlite3 *raw = raw_open (f->path);

  put (docs, "neighbour", "\"plain two words quoted\"", TEXT);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    for (guint foreign_first = 0; foreign_first < 2; foreign_first++)
      {
        char *sql = sqlite3_mprintf (
            "BEGIN; DELETE FROM __beaver_fts_index__ WHERE collection = 'a' AND item_id = %Q;"
            "INSERT OR REPLACE INTO __beaver_documents__ VALUES ('a', %Q, '\"foreign\"');"
            "INSERT INTO __beaver_fts_index__ VALUES ('a', %Q, '', 'foreign'), ('a', %Q, 'x', "
            "'foreign');"
            "INSERT INTO __beaver_fts_index__ VALUES ('b', %Q, '', 'other collection'); COMMIT",
            ids[i], ids[i], ids[i], ids[i], ids[i]);

        if (!foreign_first)
          put (docs, ids[i], "[\"ours\", \"as well\"]", TEXT);
        raw_exec (raw, sql);
        sqlite3_free (sql);
        assert_words (docs, "foreign", ids[i]);
        put (docs, ids[i], "[\"again\", \"ours\"]", TEXT);
        assert_words (docs, "foreign", "");
        assert_words (docs, "well", "");
        assert_words (docs, "again", ids[i]);
        raw_assert (raw, "SELECT COUNT(*) FROM __beaver_fts_index__ WHERE collection = 'a'", "3");
        drop (docs, ids[i]);
        raw_assert (raw, "SELECT COUNT(*) FROM __beaver_fts_index__ WHERE collection = 'a'", "1");
      }
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_fts_index__ WHERE collection = 'b'", "12");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_fts_rows__", "1");
  raw_close (raw);
}

static int
count_steps (void *data)
{
  ++*(gint64 *) data;
  return 0;
}

/* The virtual machine's steps of what index() does with an item that exists, on a connection of the
 * test's own. */
static void
test_D52 (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  guint large = MAX (2000, beaver_test_rounds (20000));
  gint64 times[2] = { 0, 0 };
  sqlite3 *raw = raw_open (f->path);
  gint64 steps = 0;

  for (guint size = 0; size < 2; size++)
    {
      guint from = size == 0 ? 0 : 200, to = size == 0 ? 200 : large;
      gint64 best = G_MAXINT64;
      g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);

      for (guint i = from; i < to; i++)
        {
          g_autofree char *id = g_strdup_printf ("doc-%u", i);
          g_autofree char *body =
              g_strdup_printf ("{\"title\": \"title %u\", \"body\": \"some words %u\"}", i, i % 7);
          g_autofree char *made =
              beaver_documents_batch_index (batch, id, body, TEXT, NULL, &error);

          g_assert_no_error (error);
        }
      g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, to - from);
      for (guint round = 0; round < 5; round++)
        {
          gint64 start = beaver_test_cpu_us ();

          for (guint i = 0; i < 40; i++)
            {
              g_autofree char *id = g_strdup_printf ("doc-%u", (i * 31 + round * 7) % to);

              put (docs, id, "{\"title\": \"changed\", \"body\": \"some other words\"}", TEXT);
            }
          best = MIN (best, beaver_test_cpu_us () - start);
        }
      times[size] = best;
    }
  g_test_message ("40 documents indexed again: %" G_GINT64_FORMAT " us of 200, %" G_GINT64_FORMAT
                  " us of %u",
                  times[0], times[1], large);
  /* a scan of the index would take a hundred times as long */
  g_assert_cmpint (times[1], <, times[0] * 20 + 20000);

  /* and what finds the rows of an item reads only those: counted, not timed */
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_fts_rows__ WHERE collection = 'none'", "0");
  sqlite3_progress_handler (raw, 1, count_steps, &steps);
  raw_assert (raw,
              "SELECT n FROM __beaver_x_fts_rows__ WHERE collection = 'a' AND item_id = 'doc-17'",
              "2");
  g_assert_cmpint (steps, <, 1000);
  sqlite3_progress_handler (raw, 0, NULL, NULL);
  raw_close (raw);
}

/* What Python's beaver-db wrote. */
static void
test_fixture_docs (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = beaver_test_load_json ("docs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);

  fixture_open_data (f, "docs");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (expect, l->data);
      BeaverDocuments *docs;
      g_autoptr (GList) ids = NULL;
      JsonObject *bodies;

      if (!JSON_NODE_HOLDS_OBJECT (node) ||
          !json_object_has_member (json_node_get_object (node), "bodies"))
        continue;
      docs = docs_of (f, l->data);
      g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, &error), ==,
                       json_object_get_int_member (json_node_get_object (node), "count"));
      bodies = json_object_get_object_member (json_node_get_object (node), "bodies");
      ids = json_object_get_members (bodies);
      for (GList *id = ids; id != NULL; id = id->next)
        {
          g_autofree char *body = get_body (docs, id->data);
          g_autoptr (JsonNode) parsed = json_from_string (body, &error);

          g_assert_no_error (error);
          g_assert_true (json_node_equal (parsed, json_object_get_member (bodies, id->data)));
        }
    }
}

/* The same documents written by us are the same rows. */
static void
test_fixture_rows (Fixture *f, gconstpointer data)
{
  g_autofree char *path = beaver_test_copy_data (f, "docs.db");
  sqlite3 *theirs = raw_open (path), *ours = raw_open (f->path);
  g_autofree char *all =
      raw_query (theirs, "SELECT collection || char(1) || item_id || char(1) || data || char(1) ||"
                         " EXISTS (SELECT 1 FROM __beaver_fts_index__ AS i WHERE i.collection = "
                         "d.collection AND i.item_id = "
                         "d.item_id) || char(1) || EXISTS (SELECT 1 FROM __beaver_trigrams__ AS i "
                         "WHERE i.collection = "
                         "d.collection AND i.item_id = d.item_id) FROM __beaver_documents__ AS d "
                         "WHERE collection <> 'typed'");
  g_auto (GStrv) rows = g_strsplit (all, "\n", -1);
  const char *const queries[] = {
    "SELECT collection, item_id, data FROM __beaver_documents__ WHERE collection <> 'typed' ORDER "
    "BY 1, 2",
    "SELECT collection, item_id, field_path, field_content FROM __beaver_fts_index__ WHERE "
    "collection <> 'typed'"
    " ORDER BY 1, 2, 3, 4",
    "SELECT collection, item_id, trigram FROM __beaver_trigrams__ WHERE collection <> 'typed' "
    "ORDER BY 1, 2, 3",
  };

  g_assert_cmpuint (g_strv_length (rows), >, 15);
  for (guint i = 0; rows[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (rows[i], "\x01", -1);

      put (docs_of (f, parts[0]), parts[1], parts[2],
           (*parts[3] == '1' ? TEXT : 0) | (*parts[4] == '1' ? FUZZY : 0));
    }
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *expected = raw_query (theirs, queries[i]);

      raw_assert (ours, queries[i], expected);
    }
  raw_close (ours);
  raw_close (theirs);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *id, *body;
  } cases[] = {
    { "1", NULL },
    { "1", "" },
    { "1", "{" },
    { "1", "NaN" },
    { "1", "{\"a\": Infinity}" },
    { "\xff", "1" },
    { "1", "\"\xff\"" },
  };
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) batch_error = NULL;

      g_assert_null (beaver_documents_index (docs, cases[i].id, cases[i].body, TEXT, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "“a”"));
      g_assert_null (beaver_documents_batch_index (batch, cases[i].id, cases[i].body, TEXT, NULL,
                                                   &batch_error));
      g_assert_error (batch_error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) path_error = NULL;
    const char *const paths[] = { "title", "\xff", NULL };

    g_assert_null (
        beaver_documents_index (docs, "1", "1", (BeaverIndexFlags) (1 << 7), NULL, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    g_assert_null (beaver_documents_index_fields (docs, "1", "1", TEXT, paths, NULL, &path_error));
    g_assert_error (path_error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  }
  g_assert_cmpuint (beaver_documents_batch_get_size (batch), ==, 0);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, NULL), ==, 0);
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (beaver_db_get_documents (f->db, "", &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  }
}

static void
test_corrupt (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocument) document = NULL;
  sqlite3 *raw = raw_open (f->path);

  put (docs, "1", "1", TEXT);
  raw_exec (
      raw,
      "INSERT INTO __beaver_documents__ VALUES ('a', '2', '{broken'), ('a', '3', '{\"x\": NaN}')");
  g_assert_null (beaver_documents_get (docs, "2", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
  g_clear_error (&error);
  document = beaver_documents_get (docs, "3", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_document_get_body (document), ==, "{\"x\": NaN}");
  put (docs, "2", "2", TEXT);
  assert_body (docs, "2", "2");
  /* what another program has left of a document that it removed */
  raw_exec (raw, "INSERT INTO __beaver_trigrams__ VALUES ('a', '4', 'bea')");
  put (docs, "4", "\"beaver\"", BEAVER_INDEX_FLAGS_FUZZY);
  assert_body (docs, "4", "\"beaver\"");
  /* told once; then it goes on */
  raw_exec (raw, "DELETE FROM __beaver_documents__ WHERE item_id > '1';"
                 "INSERT INTO __beaver_documents__ VALUES ('a', CAST (X'32FF' AS TEXT), '1'),"
                 " ('a', '3', '3')");
  {
    g_autoptr (BeaverCursor) cursor = beaver_documents_items (docs, &error);

    for (guint i = 0; i < 4; i++)
      {
        g_autoptr (GError) failure = NULL;
        g_autoptr (BeaverDocument) one = beaver_cursor_next (cursor, NULL, &failure);

        if (i == 1)
          g_assert_error (failure, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
        else
          g_assert_no_error (failure);
        g_assert_cmpstr (one != NULL ? beaver_document_get_id (one) : "none", ==,
                         i == 0 ? "1" :
                         i == 2 ? "3" :
                                  "none");
      }
  }
  raw_close (raw);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  const char *const ids[] = { "2", "1", NULL }, *const fields[] = { "a", NULL };
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autoptr (BeaverQuery) query = words ("text");
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  BeaverDocument *document;
  GPtrArray *array;
  g_auto (GStrv) names = NULL;
  g_autofree char *made = NULL;

#define WAIT beaver_test_wait_result (&result)
#define DONE                                                                                       \
  g_assert_no_error (error);                                                                       \
  g_clear_object (&result)
  beaver_documents_index_async (docs, "1", "\"text\"", TEXT, NULL, beaver_test_ready, &result);
  WAIT;
  document = beaver_documents_index_finish (docs, result, &error);
  DONE;
  g_assert_cmpstr (beaver_document_get_body (document), ==, "\"text\"");
  g_object_unref (document);
  beaver_documents_index_fields_async (docs, "2", "{\"a\": \"text\"}", TEXT, fields, NULL,
                                       beaver_test_ready, &result);
  WAIT;
  document = beaver_documents_index_fields_finish (docs, result, &error);
  DONE;
  g_object_unref (document);
  beaver_documents_get_async (docs, "1", NULL, beaver_test_ready, &result);
  WAIT;
  document = beaver_documents_get_finish (docs, result, &error);
  DONE;
  g_object_unref (document);
  beaver_documents_lookup_async (docs, "9", NULL, beaver_test_ready, &result);
  WAIT;
  g_assert_null (beaver_documents_lookup_finish (docs, result, &error));
  DONE;
  for (guint i = 0; i < 2; i++)
    {
      const char *id = i == 0 ? "9" : "1";

      g_assert_cmpint (beaver_documents_contains (docs, id, NULL, &error), ==, i == 1);
      g_assert_no_error (error);
      beaver_documents_contains_async (docs, id, NULL, beaver_test_ready, &result);
      WAIT;
      g_assert_cmpint (beaver_documents_contains_finish (docs, result, &error), ==, i == 1);
      DONE;
    }
  beaver_documents_get_many_async (docs, ids, NULL, beaver_test_ready, &result);
  WAIT;
  array = beaver_documents_get_many_finish (docs, result, &error);
  DONE;
  g_assert_cmpuint (array->len, ==, 2);
  g_ptr_array_unref (array);
  beaver_documents_search_async (docs, query, NULL, beaver_test_ready, &result);
  WAIT;
  array = beaver_documents_search_finish (docs, result, &error);
  DONE;
  g_assert_cmpuint (array->len, ==, 2);
  g_ptr_array_unref (array);
  beaver_documents_drop_async (docs, "1", NULL, beaver_test_ready, &result);
  WAIT;
  g_assert_true (beaver_documents_drop_finish (docs, result, &error));
  DONE;
  made = beaver_documents_batch_index (batch, "5", "1", TEXT, NULL, &error);
  beaver_documents_batch_apply_async (batch, NULL, beaver_test_ready, &result);
  WAIT;
  g_assert_cmpint (beaver_documents_batch_apply_finish (batch, result, &error), ==, 1);
  DONE;
  beaver_db_get_documents_names_async (f->db, NULL, beaver_test_ready, &result);
  WAIT;
  names = beaver_db_get_documents_names_finish (f->db, result, &error);
  DONE;
  g_assert_cmpstr (names[0], ==, "a");

  beaver_documents_index_async (docs, "1", "{", TEXT, NULL, beaver_test_ready, &result);
  WAIT;
  g_assert_null (beaver_documents_index_finish (docs, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_clear_object (&result);
  beaver_documents_get_async (docs, "9", NULL, beaver_test_ready, &result);
  WAIT;
  g_assert_null (beaver_documents_get_finish (docs, result, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
  g_clear_object (&result);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverDocuments) docs = g_object_ref (docs_of (f, "a"));
  g_autoptr (BeaverDocuments) hand = g_object_new (BEAVER_TYPE_DOCUMENTS, NULL);
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autoptr (GError) error = NULL;
  BeaverDocuments *both[] = { docs, hand };

  put (docs, "1", "1", TEXT);
  g_assert_true (beaver_db_close (f->db, &error));
  for (guint i = 0; i < 2; i++)
    {
#define CLOSED(call)                                                                               \
  g_assert_false (call);                                                                           \
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);                                       \
  g_clear_error (&error)
      CLOSED (beaver_documents_index (both[i], "1", "{", TEXT, NULL, &error));
      CLOSED (beaver_documents_get (both[i], "1", NULL, &error));
      CLOSED (beaver_documents_contains (both[i], "1", NULL, &error));
      CLOSED (beaver_documents_search (both[i], NULL, NULL, &error));
      CLOSED (beaver_documents_drop (both[i], "1", NULL, &error));
      CLOSED (beaver_documents_items (both[i], &error));
    }
  CLOSED (beaver_documents_batch_index (batch, "1", "1", TEXT, NULL, &error));
}

static void
on_event (BeaverEvent *event, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup_printf ("%s %s", beaver_event_get_name (event),
                                               beaver_event_get_payload (event)));
}

/* D22: the payload says what was meant, however the call was made. */
static void
test_events (Fixture *f, gconstpointer data)
{
  const char *const names[] = { "index", "drop", "clear" };
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);
  BeaverEventHandler *handlers[3];

  for (guint i = 0; i < 3; i++)
    {
      handlers[i] =
          beaver_manager_on (BEAVER_MANAGER (docs), names[i], on_event, seen, NULL, &error);
      g_assert_no_error (error);
    }
  put (docs, "it's \"1\"", "1", TEXT);
  drop (docs, "none");
  drop (docs, "it's \"1\"");
  beaver_manager_clear (BEAVER_MANAGER (docs), NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, seen->len == 3);
  g_assert_cmpstr (seen->pdata[0], ==, "index {\"id\": \"it's \\\"1\\\"\"}");
  g_assert_cmpstr (seen->pdata[1], ==, "drop {\"target\": \"it's \\\"1\\\"\"}");
  g_assert_cmpstr (seen->pdata[2], ==, "clear {}");
  for (guint i = 0; i < 3; i++)
    {
      beaver_event_handler_off (handlers[i]);
      g_object_unref (handlers[i]);
    }
}

/* All of it or nothing. */
static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "a");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);
  BeaverTransaction *transaction = beaver_db_begin (f->db, NULL, &error);

  g_assert_no_error (error);
  put (docs, "1", "\"words\"", TEXT | FUZZY);
  put (docs, "1", "\"words twice\"", TEXT | FUZZY);
  assert_words (docs, "words", "1");
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_object_unref (transaction);
  raw_assert (raw, FTS_ROWS, "");
  put (docs, "1", "\"after\"", TEXT);
  assert_words (docs, "words", "");
  assert_words (docs, "after", "1");
  raw_close (raw);
}

/* A model of an application. */
#define TEST_TYPE_PERSON (test_person_get_type ())
G_DECLARE_FINAL_TYPE (TestPerson, test_person, TEST, PERSON, GObject)
struct _TestPerson
{
  GObject parent_instance;
  char *name;
  gint64 age;
};
G_DEFINE_FINAL_TYPE (TestPerson, test_person, G_TYPE_OBJECT)

static void
test_person_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TestPerson *self = TEST_PERSON (object);

  if (id == 1)
    {
      g_free (self->name);
      self->name = g_value_dup_string (value);
    }
  else
    self->age = g_value_get_int64 (value);
}

static void
test_person_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TestPerson *self = TEST_PERSON (object);

  if (id == 1)
    g_value_set_string (value, self->name);
  else
    g_value_set_int64 (value, self->age);
}

static void
test_person_finalize (GObject *object)
{
  g_free (TEST_PERSON (object)->name);
  G_OBJECT_CLASS (test_person_parent_class)->finalize (object);
}

static void
test_person_class_init (TestPersonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = test_person_set_property;
  object_class->get_property = test_person_get_property;
  object_class->finalize = test_person_finalize;
  g_object_class_install_property (
      object_class, 1, g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READWRITE));
  g_object_class_install_property (
      object_class, 2,
      g_param_spec_int64 ("age", NULL, NULL, G_MININT64, G_MAXINT64, 0, G_PARAM_READWRITE));
}

static void
test_person_init (TestPerson *self)
{
}

static void
test_model (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "people");
  g_autoptr (GError) error = NULL;
  g_autoptr (TestPerson) ada =
      g_object_new (TEST_TYPE_PERSON, "name", "Ada", "age", (gint64) 36, NULL);
  g_autoptr (JsonNode) grace = json_from_string ("{\"age\": 85, \"name\": \"Grace\"}", NULL);
  g_autoptr (BeaverDocument) stored = NULL;
  g_autoptr (BeaverDocument) other = NULL;
  g_autoptr (BeaverDocument) later = NULL;
  g_autoptr (BeaverDocument) found = NULL;
  g_autoptr (GObject) back = NULL;
  g_autoptr (GObject) from_hit = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) hit_node = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) node_result = NULL;
  g_autoptr (BeaverQuery) query = words ("grace");
  g_autoptr (GPtrArray) hits = NULL;

  stored = beaver_documents_index_object (docs, "ada", G_OBJECT (ada), TEXT, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_document_get_body (stored), ==, "{\"name\": \"Ada\", \"age\": 36}");
  found = beaver_documents_get (docs, "ada", NULL, &error);
  back = beaver_document_get_object (found, TEST_TYPE_PERSON, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (TEST_PERSON (back)->name, ==, "Ada");
  g_assert_cmpint (TEST_PERSON (back)->age, ==, 36);

  other = beaver_documents_index_node (docs, NULL, grace, TEXT, NULL, &error);
  g_assert_no_error (error);
  node = beaver_document_get_node (other, &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (node, grace));
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 1);
  from_hit = beaver_hit_get_object (hits->pdata[0], TEST_TYPE_PERSON, &error);
  g_assert_no_error (error);
  g_assert_cmpint (TEST_PERSON (from_hit)->age, ==, 85);
  hit_node = beaver_hit_get_node (hits->pdata[0], &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (hit_node, grace));

  beaver_documents_index_object_async (docs, "a", G_OBJECT (ada), TEXT, NULL, beaver_test_ready,
                                       &result);
  beaver_test_wait_result (&result);
  later = beaver_documents_index_object_finish (docs, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_document_get_id (later), ==, "a");
  g_clear_object (&later);
  beaver_documents_index_node_async (docs, "b", grace, TEXT, NULL, beaver_test_ready, &node_result);
  beaver_test_wait_result (&node_result);
  later = beaver_documents_index_node_finish (docs, node_result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, &error), ==, 4);

  /* what does not fit the type */
  put (docs, "text", "\"no object\"", TEXT);
  g_clear_object (&found);
  found = beaver_documents_get (docs, "text", NULL, &error);
  g_assert_null (beaver_document_get_object (found, TEST_TYPE_PERSON, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (docs), NULL, &error), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/documents/index-get", test_index_get);
  beaver_test_add ("/documents/names", test_names);
  beaver_test_add ("/documents/rows", test_rows);
  beaver_test_add ("/documents/fields", test_fields);
  beaver_test_add ("/documents/D56-get-many-of-any-number", test_get_many);
  beaver_test_add ("/documents/cursor", test_cursor);
  beaver_test_add ("/documents/clear", test_clear);
  beaver_test_add ("/documents/D41-batch-keeps-the-last", test_D41);
  beaver_test_add ("/documents/foreign-rows", test_foreign_rows);
  beaver_test_add ("/documents/D52-index-again-costs-the-same", test_D52);
  beaver_test_add ("/documents/fixture/docs", test_fixture_docs);
  beaver_test_add ("/documents/fixture/rows", test_fixture_rows);
  beaver_test_add ("/documents/bad-input", test_bad_input);
  beaver_test_add ("/documents/corrupt", test_corrupt);
  beaver_test_add ("/documents/async", test_async);
  beaver_test_add ("/documents/closed", test_closed);
  beaver_test_add ("/documents/D22-events", test_events);
  beaver_test_add ("/documents/transaction", test_transaction);
  beaver_test_add ("/documents/model", test_model);

  return g_test_run ();
}
