/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "documents-test.h"

static BeaverOperator
op_of (const char *text)
{
  const char *const names[] = { "==", "!=", "<", "<=", ">", ">=" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      return (BeaverOperator) i;
  g_assert_not_reached ();
}

/* The query of a fixture's arguments. */
static BeaverQuery *
query_of (JsonObject *args)
{
  BeaverQuery *query = beaver_query_new ();
  gboolean fuzzy =
      json_object_has_member (args, "fuzzy") && json_object_get_boolean_member (args, "fuzzy");

  if (json_object_has_member (args, "query"))
    {
      const char *text = json_object_get_string_member (args, "query");

      if (fuzzy)
        beaver_query_set_fuzzy_text (query, text);
      else
        beaver_query_set_text (query, text);
      beaver_query_set_syntax (query, BEAVER_QUERY_SYNTAX_FTS5);
    }
  if (json_object_has_member (args, "on"))
    {
      JsonArray *on = json_object_get_array_member (args, "on");
      const char *fields[2] = { json_array_get_string_element (on, 0), NULL };

      g_assert_cmpuint (json_array_get_length (on), ==, 1);
      beaver_query_set_fields (query, fields);
    }
  if (json_object_has_member (args, "where"))
    {
      JsonArray *filters = json_object_get_array_member (args, "where");

      for (guint i = 0; i < json_array_get_length (filters); i++)
        {
          JsonArray *filter = json_array_get_array_element (filters, i);
          g_autofree char *value = json_to_string (json_array_get_element (filter, 2), FALSE);

          where (query, json_array_get_string_element (filter, 0),
                 op_of (json_array_get_string_element (filter, 1)), value);
        }
    }
  if (json_object_has_member (args, "sort"))
    {
      JsonObject *sort = json_object_get_object_member (args, "sort");
      g_autoptr (GList) fields = json_object_get_members (sort);

      for (GList *l = fields; l != NULL; l = l->next)
        g_assert_true (beaver_query_sort (
            query, l->data, g_str_equal (json_object_get_string_member (sort, l->data), "DESC"),
            NULL));
    }
  if (json_object_has_member (args, "limit"))
    beaver_query_set_limit (query, json_object_get_int_member (args, "limit"));
  if (json_object_has_member (args, "offset"))
    beaver_query_set_offset (query, json_object_get_int_member (args, "offset"));
  return query;
}

static void
assert_hits (BeaverDocuments *docs, BeaverQuery *query, JsonArray *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = beaver_documents_search (docs, query, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < hits->len; i++)
    {
      JsonArray *pair = json_array_get_array_element (expected, i);
      double score = beaver_hit_get_score (g_ptr_array_index (hits, i));

      g_assert_cmpstr (beaver_hit_get_id (g_ptr_array_index (hits, i)), ==,
                       json_array_get_string_element (pair, 0));
      if (json_array_get_null_element (pair, 1))
        g_assert_true (isnan (score));
      else
        g_assert_cmpfloat_with_epsilon (score, json_array_get_double_element (pair, 1), 1e-12);
    }
}

/* Every query that Python's beaver-db answered, with its scores. */
static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("docs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  guint n = 0;

  fixture_open_data (f, "docs");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (expect, l->data);
      JsonArray *queries;

      if (!JSON_NODE_HOLDS_OBJECT (node) ||
          !json_object_has_member (json_node_get_object (node), "queries"))
        continue;
      queries = json_object_get_array_member (json_node_get_object (node), "queries");
      for (guint i = 0; i < json_array_get_length (queries); i++)
        {
          JsonObject *object = json_array_get_object_element (queries, i);
          g_autoptr (BeaverQuery) query = query_of (json_object_get_object_member (object, "args"));

          n++;
          if (json_object_has_member (object, "raises"))
            {
              g_autoptr (GError) error = NULL;

              g_assert_null (beaver_documents_search (docs_of (f, l->data), query, NULL, &error));
              g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
            }
          else
            assert_hits (docs_of (f, l->data), query,
                         json_object_get_array_member (object, "result_id_score"));
        }
    }
  g_assert_cmpuint (n, >, 30);
}

static void
test_fixture_migrated (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("migrated_from_legacy");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (BeaverQuery) query = words ("database");

  fixture_open_data (f, "migrated_from_legacy");
  assert_hits (docs_of (f, "articles"), query,
               json_object_get_array_member (expect, "docs articles search(database)"));
}

static void
test_fixture_everything (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("everything");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  JsonObject *docs = json_object_get_object_member (expect, "docs docs");
  g_autoptr (BeaverQuery) language = words ("language");
  g_autoptr (BeaverQuery) fuzzy = beaver_query_new ();

  fixture_open_data (f, "everything");
  assert_hits (docs_of (f, "docs"), language,
               json_object_get_array_member (docs, "search(language)"));
  beaver_query_set_fuzzy_text (fuzzy, "progamming");
  assert_hits (docs_of (f, "docs"), fuzzy,
               json_object_get_array_member (docs, "fuzzy(progamming)"));
}

/* What a person types never fails and means what it says. */
static void
test_D43_plain (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *text, *expected;
  } cases[] = {
    { "C++", "c" },        { "it's", "its" },      { "foo-bar", "foo" },
    { "a:b", "ab" },       { "\"", "" },           { "***", "" },
    { "AND", "and" },      { "NOT c", "" },        { "c AND", "" },
    { "(c", "c" },         { "title : c", "" },    { "NEAR(c, 2)", "" },
    { "^c", "c" },         { "'; DROP --", "" },   { "c\"c", "" },
    { "programs C", "c" }, { "\t c \n", "c" },     { "{c} : c", "c" },
    { "-", "" },           { "c *", "c" },         { "\"\" c", "c" },
    { "%s%n", "" },        { "\xe2\x80\x94", "" },
  };
  BeaverDocuments *docs = docs_of (f, "x");

  put (docs, "c", "{\"t\": \"C++ programming\"}", TEXT);
  put (docs, "its", "{\"t\": \"it's\"}", TEXT);
  put (docs, "foo", "{\"t\": \"foo-bar\"}", TEXT);
  put (docs, "ab", "{\"t\": \"a:b\"}", TEXT);
  put (docs, "and", "{\"t\": \"and\"}", TEXT);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint strict = 0; strict < 2; strict++)
      {
        g_autoptr (BeaverQuery) query = words (cases[i].text);

        beaver_query_set_strict (query, strict);
        g_test_message ("%s", cases[i].text);
        assert_found (docs, query, cases[i].expected);
      }
}

static void
test_fts5_syntax (Fixture *f, gconstpointer data)
{
  const char *const wrong[] = { "foo-bar", "it's", "C++",   "a:b", "\"",
                                "AND",     "(x",   "NEAR(", "*",   "title : x" };
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = beaver_query_new ();

  put (docs, "1", "{\"t\": \"one two\"}", TEXT);
  put (docs, "2", "{\"t\": \"two three\"}", TEXT);
  beaver_query_set_syntax (query, BEAVER_QUERY_SYNTAX_FTS5);
  g_assert_cmpint (beaver_query_get_syntax (query), ==, BEAVER_QUERY_SYNTAX_FTS5);
  for (guint strict = 0; strict < 2; strict++)
    {
      beaver_query_set_strict (query, strict);
      for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
        {
          g_autoptr (GError) error = NULL;

          beaver_query_set_text (query, wrong[i]);
          g_assert_null (beaver_documents_search (docs, query, NULL, &error));
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
          g_assert_nonnull (strstr (error->message, "“x”"));
        }
      beaver_query_set_text (query, "one OR thr*");
      assert_found (docs, query, "1 2");
      beaver_query_set_text (query, "two NOT one");
      assert_found (docs, query, "2");
    }
}

static void
test_D40_strict (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "articles");
  g_autoptr (BeaverQuery) query = words ("articles");

  put (docs, "1", "{\"title\": \"one\"}", TEXT);
  put (docs_of (f, "other"), "1", "{\"title\": \"articles\"}", TEXT);
  /* as Python does it */
  assert_found (docs, query, "1");
  assert_words (docs, "title", "1");
  beaver_query_set_strict (query, TRUE);
  assert_found (docs, query, "");
  beaver_query_set_text (query, "title");
  assert_found (docs, query, "");
  beaver_query_set_text (query, "one");
  assert_found (docs, query, "1");
  g_assert_true (beaver_query_get_strict (query));
  assert_words (docs_of (f, "other"), "articles", "1");
}

static void
test_fields (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = words ("beaver");
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_free);

  put (docs, "1", "{\"title\": \"beaver\", \"body\": \"dam\"}", TEXT);
  put (docs, "2", "{\"title\": \"dam\", \"body\": [\"a\", {\"x\": \"beaver\"}]}", TEXT);
  beaver_query_set_fields (query, (const char *const[]){ "title", NULL });
  assert_found (docs, query, "1");
  beaver_query_set_fields (query, (const char *const[]){ "body.x", NULL });
  assert_found (docs, query, "2");
  beaver_query_set_fields (query, (const char *const[]){ "') OR 1=1 --", NULL });
  assert_found (docs, query, "");
  beaver_query_set_fields (query, (const char *const[]){ NULL });
  assert_found (docs, query, "");
  for (guint i = 0; i < 40000; i++)
    g_ptr_array_add (many, g_strdup_printf ("f%u", i));
  g_ptr_array_add (many, g_strdup ("title"));
  g_ptr_array_add (many, NULL);
  beaver_query_set_fields (query, (const char *const *) many->pdata);
  assert_found (docs, query, "1");
  beaver_query_set_fields (query, NULL);
  assert_found (docs, query, "1 2");
}

static void
add_numbers (BeaverDocuments *docs)
{
  put (docs, "int", "{\"v\": 5}", TEXT);
  put (docs, "real", "{\"v\": 5.0}", TEXT);
  put (docs, "text", "{\"v\": \"5\"}", TEXT);
  put (docs, "word", "{\"v\": \"beaver\"}", TEXT);
  put (docs, "true", "{\"v\": true}", TEXT);
  put (docs, "null", "{\"v\": null}", TEXT);
  put (docs, "none", "{\"w\": 1}", TEXT);
  put (docs, "list", "{\"v\": [1, \"a\", {\"k\": 7}]}", TEXT);
  put (docs, "big", "{\"v\": 9007199254740993}", TEXT);
}

static void
test_where (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path;
    BeaverOperator op;
    const char *json, *expected;
  } cases[] = {
    { "v", BEAVER_OPERATOR_EQUAL, "5", "int real" },
    { "v", BEAVER_OPERATOR_EQUAL, "5.0", "int real" },
    { "v", BEAVER_OPERATOR_EQUAL, "\"5\"", "text" },
    { "v", BEAVER_OPERATOR_EQUAL, "true", "true" },
    { "v", BEAVER_OPERATOR_EQUAL, "1", "true" },
    { "v", BEAVER_OPERATOR_EQUAL, "null", "" },
    { "v", BEAVER_OPERATOR_NOT_EQUAL, "null", "" },
    { "v", BEAVER_OPERATOR_NOT_EQUAL, "5", "big list text true word" },
    { "v", BEAVER_OPERATOR_GREATER, "5", "big list text word" },
    { "v", BEAVER_OPERATOR_GREATER_EQUAL, "5", "big int list real text word" },
    { "v", BEAVER_OPERATOR_LESS, "5", "true" },
    { "v", BEAVER_OPERATOR_LESS_EQUAL, "5", "int real true" },
    { "v", BEAVER_OPERATOR_GREATER, "\"a\"", "word" },
    { "v", BEAVER_OPERATOR_LESS, "\"a\"", "big int list real text true" },
    { "v", BEAVER_OPERATOR_EQUAL, "9007199254740992", "" },
    { "v", BEAVER_OPERATOR_EQUAL, "9007199254740992.0", "" },
    { "v", BEAVER_OPERATOR_EQUAL, "9007199254740993", "big" },
    { "v", BEAVER_OPERATOR_EQUAL, "\"[1,\\\"a\\\",{\\\"k\\\":7}]\"", "list" },
    { "v", BEAVER_OPERATOR_IN, "[5, \"beaver\", null, 77]", "int real word" },
    { "v", BEAVER_OPERATOR_IN, "[]", "" },
    { "v", BEAVER_OPERATOR_BETWEEN, "[1, 5]", "int real true" },
    { "v", BEAVER_OPERATOR_BETWEEN, "[5, 1]", "" },
    { "v", BEAVER_OPERATOR_BETWEEN, "[\"a\", \"c\"]", "word" },
    { "v", BEAVER_OPERATOR_CONTAINS, "\"eave\"", "word" },
    { "v", BEAVER_OPERATOR_CONTAINS, "\"a\"", "list word" },
    { "v", BEAVER_OPERATOR_CONTAINS, "1.0", "list" },
    { "v", BEAVER_OPERATOR_CONTAINS, "5", "" },
    { "v", BEAVER_OPERATOR_EXISTS, NULL, "big int list null real text true word" },
    { "v", BEAVER_OPERATOR_EXISTS, "true", "big int list null real text true word" },
    { "v", BEAVER_OPERATOR_EXISTS, "false", "none" },
    { "v[0]", BEAVER_OPERATOR_EQUAL, "1", "list" },
    { "v[#-1].k", BEAVER_OPERATOR_EQUAL, "7", "list" },
    { "v[7]", BEAVER_OPERATOR_EXISTS, NULL, "" },
    { "v[#-9]", BEAVER_OPERATOR_EXISTS, NULL, "" },
    { "\"v\"", BEAVER_OPERATOR_EQUAL, "\"beaver\"", "word" },
    { "v' OR 1=1 --", BEAVER_OPERATOR_EQUAL, "1", "" },
    { "v') = 1 OR json_extract(data, '$", BEAVER_OPERATOR_EQUAL, "1", "" },
    { "", BEAVER_OPERATOR_CONTAINS, "1", "" },
  };
  BeaverDocuments *docs = docs_of (f, "x");

  add_numbers (docs);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      assert_where (docs, cases[i].path, cases[i].op, cases[i].json, cases[i].expected);
    }
}

/* The plain operators against SQLite's own json_extract(). */
static void
test_where_as_sqlite (Fixture *f, gconstpointer data)
{
  const char *const ops[] = { "=", "<>", "<", "<=", ">", ">=" };
  const char *const values[] = { "0",
                                 "1",
                                 "-1",
                                 "5",
                                 "5.5",
                                 "1e3",
                                 "9007199254740993",
                                 "9007199254740992.0",
                                 "\"\"",
                                 "\"a\"",
                                 "\"B\"",
                                 "\"\\u00e9\"",
                                 "true",
                                 "false",
                                 "\"[1]\"",
                                 "\"5\"",
                                 "-0.0",
                                 "1e300" };
  BeaverDocuments *docs = docs_of (f, "x");
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"a\": {\"b\": %s}}", values[i]);
      g_autofree char *id = g_strdup_printf ("%02u", i);

      put (docs, id, body, BEAVER_INDEX_FLAGS_NONE);
    }
  put (docs, "list", "{\"a\": {\"b\": [1]}}", BEAVER_INDEX_FLAGS_NONE);
  put (docs, "array", "{\"a\": [{\"b\": 1}]}", BEAVER_INDEX_FLAGS_NONE);
  for (guint op = 0; op < G_N_ELEMENTS (ops); op++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      {
        g_autofree char *sql = g_strdup_printf (
            "SELECT group_concat(item_id, ' ') FROM (SELECT item_id FROM __beaver_documents__ WHERE"
            " json_extract(data, '$.a.b') %s json_extract('%s', '$') ORDER BY item_id)",
            ops[op], values[i]);
        g_autofree char *expected = raw_query (raw, sql);

        g_test_message ("%s %s", ops[op], values[i]);
        assert_where (docs, "a.b", (BeaverOperator) op, values[i],
                      g_str_equal (expected, "NULL") ? "" : expected);
      }
  raw_close (raw);
}

/* A row with NaN is a row like others. */
static void
test_D49_nan (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) sorted = beaver_query_new ();
  sqlite3 *raw = raw_open (f->path);

  put (docs, "1", "{\"v\": 1, \"w\": 2}", TEXT);
  raw_exec (raw, "INSERT INTO __beaver_documents__ VALUES ('x', '2', '{\"v\": NaN, \"w\": 2}'),"
                 " ('x', '3', '{\"v\": -Infinity, \"w\": 3}'), ('x', '4', '{\"v\": Infinity}')");
  assert_where (docs, "w", BEAVER_OPERATOR_EQUAL, "2", "1 2");
  assert_where (docs, "v", BEAVER_OPERATOR_LESS, "5", "1 3");
  assert_where (docs, "v", BEAVER_OPERATOR_GREATER, "5", "4");
  assert_where (docs, "v", BEAVER_OPERATOR_NOT_EQUAL, "5", "1 3 4");
  g_assert_true (beaver_query_sort (sorted, "v", FALSE, NULL));
  assert_found (docs, sorted, "2 3 1 4");
  raw_close (raw);
}

/* Sorting, limit and offset work in every mode. */
static void
test_D42_modes (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *body =
          g_strdup_printf ("{\"t\": \"beaver\", \"n\": %u, \"g\": %u}", 9 - i, i % 2);

      put (docs, id, body, TEXT | FUZZY);
    }
  for (guint mode = 0; mode < 4; mode++)
    {
      g_autoptr (BeaverQuery) query = beaver_query_new ();

      if (mode == 1 || mode == 3)
        beaver_query_set_text (query, "beaver");
      if (mode == 2 || mode == 3)
        beaver_query_set_fuzzy_text (query, "beaverr");
      assert_found (docs, query, "0 1 2 3 4 5");
      beaver_query_set_offset (query, 4);
      assert_found (docs, query, "4 5");
      g_assert_true (beaver_query_sort (query, "g", FALSE, NULL));
      g_assert_true (beaver_query_sort (query, "n", FALSE, NULL));
      beaver_query_set_offset (query, 1);
      assert_found (docs, query, "2 0 5 3 1");
      beaver_query_set_limit (query, 2);
      assert_found (docs, query, "2 0");
      where (query, "n", BEAVER_OPERATOR_LESS, "9");
      assert_found (docs, query, "2 5");
      beaver_query_set_limit (query, 0);
      assert_found (docs, query, "");
      beaver_query_set_limit (query, -7);
      beaver_query_set_offset (query, G_MAXINT64);
      assert_found (docs, query, "");
    }
}

/* A page is that part of the whole, whatever was asked: what stops early stops at the right place.
 */
static void
test_pages (Fixture *f, gconstpointer data)
{
  static const char *const vocabulary[] = { "beaver", "dam", "lodge", "pond" };
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autoptr (GError) error = NULL;
  guint rounds = beaver_test_rounds (400);

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *body = g_strdup_printf (
          "{\"t\": \"%s %s\", \"u\": [\"%s\", \"%s\"], \"n\": %d}",
          vocabulary[g_test_rand_int_range (0, 4)], vocabulary[g_test_rand_int_range (0, 4)],
          vocabulary[g_test_rand_int_range (0, 4)], vocabulary[g_test_rand_int_range (0, 4)],
          g_test_rand_int_range (0, 5));
      g_autofree char *made =
          beaver_documents_batch_index (batch, id, body, TEXT | FUZZY, NULL, &error);

      g_assert_no_error (error);
    }
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 200);
  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (BeaverQuery) query = words (vocabulary[g_test_rand_int_range (0, 4)]);
      gint64 offset = g_test_rand_int_range (0, 60), limit = g_test_rand_int_range (0, 60);
      g_autoptr (GPtrArray) whole = NULL;
      g_autoptr (GPtrArray) page = NULL;

      if (g_test_rand_bit ())
        where (query, "n", BEAVER_OPERATOR_LESS, "2");
      if (g_test_rand_bit ())
        beaver_query_set_fields (query, (const char *const[]){ "u", NULL });
      if (g_test_rand_bit ())
        beaver_query_set_fuzzy_text (query, "bever");
      if (g_test_rand_bit ())
        beaver_query_set_text (query, NULL);
      if (g_test_rand_int_range (0, 4) == 0)
        g_assert_true (beaver_query_sort (query, "n", TRUE, NULL));
      beaver_query_set_snippet (query, "<", ">", 3);
      whole = beaver_documents_search (docs, query, NULL, &error);
      g_assert_no_error (error);
      beaver_query_set_offset (query, offset);
      beaver_query_set_limit (query, limit);
      page = beaver_documents_search (docs, query, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (page->len, ==, MIN (limit, MAX (0, (gint64) whole->len - offset)));
      for (guint i = 0; i < page->len; i++)
        {
          BeaverHit *a = page->pdata[i], *b = whole->pdata[offset + i];

          g_assert_cmpstr (beaver_hit_get_id (a), ==, beaver_hit_get_id (b));
          g_assert_cmpstr (beaver_hit_get_body (a), ==, beaver_hit_get_body (b));
          g_assert_cmpstr (beaver_hit_get_snippet (a), ==, beaver_hit_get_snippet (b));
          g_assert_true (beaver_hit_get_score (a) == beaver_hit_get_score (b) ||
                         isnan (beaver_hit_get_score (a)));
        }
    }
}

static void
test_fuzziness (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (BeaverQuery) query = words ("python programing");

  put (docs, "exact", "{\"t\": \"learn python programing today\"}", TEXT | FUZZY);
  put (docs, "near", "{\"t\": \"Python programming\"}", TEXT | FUZZY);
  put (docs, "far", "{\"t\": \"pythons and programs\"}", TEXT | FUZZY);
  put (docs, "none", "{\"t\": \"something else\"}", TEXT | FUZZY);
  put (docs, "unindexed", "{\"t\": \"Python programming\"}", BEAVER_INDEX_FLAGS_NONE);
  assert_found (docs, query, "near far exact");
  beaver_query_set_fuzziness (query, 1);
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 2);
  g_assert_cmpstr (beaver_hit_get_id (hits->pdata[0]), ==, "exact");
  g_assert_cmpfloat (beaver_hit_get_score (hits->pdata[0]), ==, 0);
  g_assert_cmpstr (beaver_hit_get_id (hits->pdata[1]), ==, "near");
  g_assert_cmpfloat (beaver_hit_get_score (hits->pdata[1]), ==, 1);
  beaver_query_set_text (query, "pyton programing");
  assert_found (docs, query, "exact");
  beaver_query_set_fuzziness (query, 2);
  assert_found (docs, query, "exact near");
  beaver_query_set_fields (query, (const char *const[]){ "u", NULL });
  assert_found (docs, query, "");

  /* however many may be wrong: what shares no part with the query is not even looked at */
  beaver_query_set_fields (query, NULL);
  beaver_query_set_fuzziness (query, G_MAXUINT);
  g_assert_cmpuint (beaver_query_get_fuzziness (query), ==, 1000000);
  assert_found (docs, query, "exact near far");
  {
    g_autoptr (GPtrArray) all = beaver_documents_search (docs, query, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpfloat (beaver_hit_get_score (all->pdata[0]), ==, 1);
  }
}

static void
test_snippet (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = words ("dams");
  g_autoptr (GPtrArray) plain = NULL;
  g_autoptr (GPtrArray) whole = NULL;
  g_autoptr (GPtrArray) part = NULL;

  put (docs, "1",
       "{\"title\": \"no match\", \"body\": \"one two three four five six seven eight nine ten a "
       "dam at the end\"}",
       TEXT);
  plain = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (beaver_hit_get_snippet (plain->pdata[0]));
  beaver_query_set_snippet (query, "<b>", "</b>", 0);
  whole = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_hit_get_path (whole->pdata[0]), ==, "body");
  g_assert_cmpstr (beaver_hit_get_snippet (whole->pdata[0]), ==,
                   "one two three four five six seven eight nine ten a <b>dam</b> at the end");
  beaver_query_set_snippet (query, NULL, "'--", 5);
  part = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (beaver_hit_get_snippet (part->pdata[0]), "dam'--"));
  g_assert_cmpuint (strlen (beaver_hit_get_snippet (part->pdata[0])), <, 50);
}

/* The sum of 1 / (k + rank), as beaver-db 1.3 does it. */
static void
test_fusion (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (BeaverRankFusion) fusion = beaver_rank_fusion_new (60);
  g_auto (GStrv) ids = NULL;
  g_autofree char *joined = NULL;

  put (docs, "a", "1", TEXT);
  put (docs, "b", "1", TEXT);
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      beaver_rank_fusion_add_hits (fusion, (BeaverHit **) hits->pdata, hits->len, 1, &error));
  g_assert_true (
      beaver_rank_fusion_add_ids (fusion, (const char *const[]){ "b", "c", NULL }, 2, &error));
  g_assert_false (
      beaver_rank_fusion_add_ids (fusion, (const char *const[]){ "c", NULL }, NAN, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  ids = beaver_rank_fusion_get_ids (fusion);
  joined = g_strjoinv (" ", ids);
  g_assert_cmpstr (joined, ==, "b c a");
  g_assert_cmpfloat (beaver_rank_fusion_get_score (fusion, "b"), ==, 1.0 / 61 + 2.0 / 60);
  g_assert_cmpfloat (beaver_rank_fusion_get_score (fusion, "none"), ==, 0);
}

static void
test_long_query (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverQuery) in = beaver_query_new ();
  g_autoptr (GString) text = g_string_new ("beaver");
  g_autoptr (GString) list = g_string_new ("[77");

  put (docs, "1", "{\"t\": \"beaver\", \"n\": 77}", TEXT | FUZZY);
  for (guint i = 0; i < 40000; i++)
    {
      g_string_append_unichar (text, 0x4e00 + i % 20000);
      g_string_append_printf (list, ", %u", i + 1000);
    }
  g_string_append_c (list, ']');
  beaver_query_set_fuzzy_text (query, text->str);
  assert_found (docs, query, "1");
  where (in, "n", BEAVER_OPERATOR_IN, list->str);
  assert_found (docs, in, "1");
}

static void
test_bad_query (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path;
    int op;
    const char *json;
  } cases[] = {
    { NULL, BEAVER_OPERATOR_EQUAL, "1" },
    { "a..b", BEAVER_OPERATOR_EQUAL, "1" },
    { ".a", BEAVER_OPERATOR_EQUAL, "1" },
    { "a.", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[x]", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[1", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[#]", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[#-0]", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[99999999999999999999]", BEAVER_OPERATOR_EQUAL, "1" },
    { "a[1]b", BEAVER_OPERATOR_EQUAL, "1" },
    { "\"a", BEAVER_OPERATOR_EQUAL, "1" },
    { "\"a\"b", BEAVER_OPERATOR_EQUAL, "1" },
    { "\xff", BEAVER_OPERATOR_EQUAL, "1" },
    { "a", -1, "1" },
    { "a", 99, "1" },
    { "a", BEAVER_OPERATOR_EQUAL, NULL },
    { "a", BEAVER_OPERATOR_EQUAL, "" },
    { "a", BEAVER_OPERATOR_EQUAL, "NaN" },
    { "a", BEAVER_OPERATOR_EQUAL, "[1]" },
    { "a", BEAVER_OPERATOR_LESS, "{}" },
    { "a", BEAVER_OPERATOR_IN, "1" },
    { "a", BEAVER_OPERATOR_IN, "[[1]]" },
    { "a", BEAVER_OPERATOR_BETWEEN, "[1]" },
    { "a", BEAVER_OPERATOR_BETWEEN, "[1,2,3]" },
    { "a", BEAVER_OPERATOR_EXISTS, "1" },
    { "a", BEAVER_OPERATOR_CONTAINS, "[]" },
  };
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GError) error = NULL;

  put (docs, "1", "{}", TEXT);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) wrong = NULL;

      g_test_message ("case %u", i);
      g_assert_false (beaver_query_where (query, cases[i].path, (BeaverOperator) cases[i].op,
                                          cases[i].json, &wrong));
      g_assert_error (wrong, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
  g_assert_false (beaver_query_where_double (query, "a", BEAVER_OPERATOR_LESS, NAN, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_query_where_string (query, "a", BEAVER_OPERATOR_LESS, "\xff", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_query_sort (query, "a.", FALSE, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  assert_found (docs, query, "1");

  beaver_query_set_offset (query, -1);
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_query_set_offset (query, 0);
  beaver_query_set_text (query, "\xff");
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_query_set_text (query, "x");
  beaver_query_set_syntax (query, (BeaverQuerySyntax) 99);
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_query_set_syntax (query, BEAVER_QUERY_SYNTAX_PLAIN);
  beaver_query_set_text (query, " \t ");
  g_assert_null (beaver_query_get_text (query));
  beaver_query_set_range (query, 0, 1);
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
}

static void
test_typed_where (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();

  put (docs, "1", "{\"s\": \"it's\", \"i\": 3, \"d\": 0.1, \"b\": false}", TEXT);
  g_assert_true (beaver_query_where_string (query, "s", BEAVER_OPERATOR_EQUAL, "it's", &error));
  g_assert_true (beaver_query_where_int (query, "i", BEAVER_OPERATOR_EQUAL, 3, &error));
  g_assert_true (beaver_query_where_double (query, "d", BEAVER_OPERATOR_EQUAL, 0.1, &error));
  g_assert_true (beaver_query_where_boolean (query, "b", BEAVER_OPERATOR_EQUAL, FALSE, &error));
  g_assert_no_error (error);
  assert_found (docs, query, "1");
  g_assert_true (beaver_query_where_int (query, "i", BEAVER_OPERATOR_LESS, 3, &error));
  assert_found (docs, query, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/search/fixture/docs", test_fixture);
  beaver_test_add ("/search/fixture/migrated", test_fixture_migrated);
  beaver_test_add ("/search/fixture/everything", test_fixture_everything);
  beaver_test_add ("/search/D43-plain-text-never-fails", test_D43_plain);
  beaver_test_add ("/search/D43-fts5-syntax", test_fts5_syntax);
  beaver_test_add ("/search/D40-strict", test_D40_strict);
  beaver_test_add ("/search/fields", test_fields);
  beaver_test_add ("/search/where", test_where);
  beaver_test_add ("/search/where-as-sqlite", test_where_as_sqlite);
  beaver_test_add ("/search/where-typed", test_typed_where);
  beaver_test_add ("/search/D49-rows-with-nan", test_D49_nan);
  beaver_test_add ("/search/D42-sort-limit-offset-in-every-mode", test_D42_modes);
  beaver_test_add ("/search/pages-are-parts-of-the-whole", test_pages);
  beaver_test_add ("/search/fuzziness", test_fuzziness);
  beaver_test_add ("/search/snippet", test_snippet);
  beaver_test_add ("/search/rank-fusion", test_fusion);
  beaver_test_add ("/search/D56-queries-of-any-length", test_long_query);
  beaver_test_add ("/search/bad-query", test_bad_query);

  return g_test_run ();
}
