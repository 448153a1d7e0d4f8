/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Searches for words and vectors at once. */
#include "documents-test.h"

#define EUCLID BEAVER_VECTOR_METRIC_EUCLID

static BeaverVectors *
vectors_of (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, name, &error);

  g_assert_no_error (error);
  return vectors;
}

static void
set (BeaverVectors *vectors, const char *id, double x, double y, const char *metadata)
{
  g_autoptr (GError) error = NULL;
  const float values[] = { (float) x, (float) y };

  beaver_vectors_set_floats (vectors, id, values, 2, metadata, NULL, &error);
  g_assert_no_error (error);
}

static BeaverVectorQuery *
near_to (double x, double y, guint k)
{
  const float values[] = { (float) x, (float) y };
  g_autoptr (GBytes) vector = g_bytes_new (values, sizeof values);
  BeaverVectorQuery *query = beaver_vector_query_new (vector, k);

  beaver_vector_query_set_metric (query, EUCLID);
  return query;
}

static void
set_near (BeaverQuery *query, BeaverVectors *vectors, double x, double y, guint k, double weight)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverVectorQuery) near = near_to (x, y, k);

  g_assert_true (beaver_query_set_near (query, vectors, near, weight, &error));
  g_assert_no_error (error);
}

/* Five documents on a line, a vector without a document, a document without a vector. */
static void
add_line (Fixture *f)
{
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverVectors *vectors = vectors_of (f, "v");

  put (docs, "a", "{\"t\": \"beaver beaver\", \"n\": 1}", TEXT | FUZZY);
  put (docs, "b", "{\"t\": \"a dam of sticks\", \"n\": 2}", TEXT | FUZZY);
  put (docs, "c", "{\"t\": \"a beaver and a dam\", \"n\": 3}", TEXT | FUZZY);
  put (docs, "d", "{\"t\": \"otter\", \"n\": 4}", TEXT | FUZZY);
  put (docs, "e", "{\"t\": \"otter\", \"n\": 5}", TEXT | FUZZY);
  put (docs, "far", "{\"t\": \"a beaver, a beaver\", \"n\": 6}", TEXT | FUZZY);
  for (guint i = 0; i < 5; i++)
    {
      const char id[] = { (char) ('a' + i), '\0' };

      set (vectors, id, i, 0, i % 2 == 0 ? "{\"even\": true}" : NULL);
    }
  set (vectors, "nobody", 2.2, 0, NULL);
}

static void
test_near (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverVectorQuery) near = near_to (2.1, 0, 9);
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  set_near (query, vectors_of (f, "v"), 2.1, 0, 2, 1);
  assert_found (docs, query, "c d");
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (beaver_hit_get_score (hits->pdata[0]), 0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (beaver_hit_get_score (hits->pdata[1]), 0.9, 1e-6);
  g_assert_cmpstr (beaver_hit_get_body (hits->pdata[1]), ==, "{\"t\": \"otter\", \"n\": 4}");
  set_near (query, vectors_of (f, "v"), 2.1, 0, 100, 7);
  assert_found (docs, query, "c d b e a");
  beaver_query_set_limit (query, 2);
  beaver_query_set_offset (query, 1);
  assert_found (docs, query, "d b");
  g_assert_true (beaver_query_sort (query, "n", TRUE, &error));
  assert_found (docs, query, "d c");

  /* what the query for vectors can do */
  beaver_vector_query_add_filter (near, "even", "==", "true");
  g_assert_true (beaver_query_set_near (query, vectors_of (f, "v"), near, 1, &error));
  beaver_query_set_limit (query, -1);
  beaver_query_set_offset (query, 0);
  assert_found (docs, query, "e c a");
  beaver_vector_query_set_candidates (near, (const char *const[]){ "a", "b", "e", NULL });
  /* it was copied */
  assert_found (docs, query, "e c a");
  g_assert_true (beaver_query_set_near (query, vectors_of (f, "v"), near, 1, &error));
  assert_found (docs, query, "e a");
  g_assert_true (beaver_query_set_near (query, NULL, NULL, 1, &error));
  assert_found (docs, query, "far e d c b a");
  g_assert_no_error (error);
}

/* The nearest are those for which the conditions hold, however far they are, with an index of the
 * field or without. */
static void
test_conditions (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverManager *manager = BEAVER_MANAGER (docs);
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverQueryPlan) scan = NULL;
  g_autoptr (BeaverQueryPlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  set_near (query, vectors_of (f, "v"), 4, 0, 2, 1);
  where (query, "n", BEAVER_OPERATOR_LESS_EQUAL, "2");
  assert_found (docs, query, "b a");
  scan = beaver_manager_explain (manager, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_query_plan_get_text (scan), ==,
                   "find the 2 nearest that fit in the vectors “v”\ncompare “n” in each");

  g_assert_true (beaver_manager_add_index (manager, "n", NULL, &error));
  g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), ==, 6);
  assert_found (docs, query, "b a");
  beaver_query_set_text (query, "beaver");
  assert_found (docs, query, "a b");
  plan = beaver_manager_explain (manager, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_query_plan_get_indexed (plan)[0], ==, "n");
  g_assert_cmpstr (beaver_query_plan_get_text (plan), ==,
                   "search the full-text index for “beaver”\n"
                   "look up “n” in its index: up to 2 items\n"
                   "find the 2 nearest that fit in the vectors “v”\n"
                   "fuse both results by reciprocal rank, vectors with weight 1");
}

static void
test_words_and_near (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = words ("beaver");
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  assert_found (docs, query, "a far c");
  set_near (query, vectors_of (f, "v"), 2, 0, 3, 1);
  beaver_query_set_snippet (query, "<", ">", 0);
  /* words: a far c; near: c b d */
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  assert_found (docs, query, "c a far b d");
  g_assert_cmpfloat (beaver_hit_get_score (hits->pdata[0]), ==, 1.0 / 62 + 1.0 / 60);
  g_assert_cmpfloat (beaver_hit_get_score (hits->pdata[1]), ==, 1.0 / 60);
  g_assert_cmpfloat (beaver_hit_get_score (hits->pdata[3]), ==, 1.0 / 61);
  g_assert_cmpstr (beaver_hit_get_snippet (hits->pdata[0]), ==, "a <beaver> and a dam");
  g_assert_null (beaver_hit_get_snippet (hits->pdata[3]));
  set_near (query, vectors_of (f, "v"), 2, 0, 3, 5);
  assert_found (docs, query, "c b d a far");
  beaver_query_set_limit (query, 2);
  beaver_query_set_offset (query, 1);
  assert_found (docs, query, "b d");
  g_assert_true (beaver_query_sort (query, "n", FALSE, &error));
  assert_found (docs, query, "b c");
  beaver_query_set_limit (query, -1);
  beaver_query_set_offset (query, 0);
  assert_found (docs, query, "a b c d far");

  /* in every way to search for words */
  beaver_query_set_fuzzy_text (query, "beavr");
  assert_found (docs, query, "a b c d far");
  beaver_query_set_text (query, "baever");
  beaver_query_set_fuzzy_text (query, NULL);
  beaver_query_set_fuzziness (query, 2);
  assert_found (docs, query, "a b c d far");
  beaver_query_set_fuzziness (query, 1);
  assert_found (docs, query, "b c d");
  beaver_query_set_text (query, "AND (");
  beaver_query_set_fuzziness (query, 0);
  assert_found (docs, query, "b c d");
  beaver_query_set_syntax (query, BEAVER_QUERY_SYNTAX_FTS5);
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
}

/* Any two searches give, fused at once, what BeaverRankFusion makes of them. */
static void
test_as_fusion (Fixture *f, gconstpointer data)
{
  static const char *const vocabulary[] = { "alpha", "bravo", "charlie", "delta", "echo" };
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverVectors *vectors = vectors_of (f, "v");
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autoptr (GError) error = NULL;
  guint rounds = beaver_test_rounds (300);

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *id = g_strdup_printf ("%03u", i);
      g_autofree char *made = NULL;
      g_autoptr (GString) body = g_string_new ("{\"t\": \"");

      for (guint n = (guint) g_test_rand_int_range (0, 6); n > 0; n--)
        g_string_append_printf (body, "%s ", vocabulary[g_test_rand_int_range (0, 5)]);
      g_string_append_printf (body, "\", \"n\": %d}", g_test_rand_int_range (0, 10));
      if (i % 5 != 0)
        {
          made = beaver_documents_batch_index (batch, id, body->str, TEXT, NULL, &error);
          g_assert_no_error (error);
        }
      if (i % 7 != 0)
        set (vectors, id, g_test_rand_double (), g_test_rand_double (), NULL);
    }
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 320);

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (BeaverRankFusion) fusion = beaver_rank_fusion_new (60);
      g_autoptr (BeaverQuery) query = words (vocabulary[round % 5]);
      double weight = g_test_rand_double_range (0.1, 3);
      g_autoptr (GPtrArray) by_words = NULL;
      g_autoptr (GPtrArray) by_near = NULL;
      g_autoptr (GPtrArray) both = NULL;
      g_auto (GStrv) ids = NULL;
      guint n;

      if (round % 3 == 0)
        where (query, "n", BEAVER_OPERATOR_GREATER, "6");
      by_words = beaver_documents_search (docs, query, NULL, &error);
      g_assert_no_error (error);
      set_near (query, vectors, g_test_rand_double (), g_test_rand_double (),
                (guint) g_test_rand_int_range (1, 50), weight);
      both = beaver_documents_search (docs, query, NULL, &error);
      g_assert_no_error (error);
      beaver_query_set_text (query, NULL);
      by_near = beaver_documents_search (docs, query, NULL, &error);
      g_assert_no_error (error);

      g_assert_true (beaver_rank_fusion_add_hits (fusion, (BeaverHit **) by_words->pdata,
                                                  by_words->len, 1, &error));
      g_assert_true (beaver_rank_fusion_add_hits (fusion, (BeaverHit **) by_near->pdata,
                                                  by_near->len, weight, &error));
      ids = beaver_rank_fusion_get_ids (fusion);
      n = g_strv_length (ids);
      g_assert_cmpuint (both->len, ==, n);
      for (guint i = 0; i < n; i++)
        {
          g_assert_cmpstr (beaver_hit_get_id (both->pdata[i]), ==, ids[i]);
          g_assert_cmpfloat (beaver_hit_get_score (both->pdata[i]), ==,
                             beaver_rank_fusion_get_score (fusion, ids[i]));
        }
    }
}

/* Enough of them for the parts of an approximate search, and after them for changes. */
static void
test_approximate (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverVectors *vectors = vectors_of (f, "v");
  g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (BeaverVectorQuery) near = near_to (1234, 0, 3);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3000; i++)
    {
      const float values[] = { (float) i, 0 };
      g_autofree char *id = g_strdup_printf ("%04u", i);
      g_autofree char *made = beaver_documents_batch_index (
          batch, id, i % 2 == 0 ? "{\"even\": true}" : "{}", BEAVER_INDEX_FLAGS_NONE, NULL, &error);

      g_assert_no_error (error);
      g_byte_array_append (all, (const guint8 *) values, sizeof values);
      g_ptr_array_add (ids, g_steal_pointer (&id));
    }
  g_ptr_array_add (ids, NULL);
  g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 3000);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  g_assert_true (beaver_vectors_set_many (vectors, (const char *const *) ids->pdata, bytes, NULL,
                                          NULL, &error));

  beaver_vector_query_set_method (near, BEAVER_VECTOR_METHOD_APPROXIMATE);
  g_assert_true (beaver_query_set_near (query, vectors, near, 1, &error));
  where (query, "even", BEAVER_OPERATOR_EQUAL, "true");
  assert_found (docs, query, "1234 1232 1236");
  drop (docs, "1234");
  assert_found (docs, query, "1232 1236 1230");
  set (vectors, "0002", 1234, 0.5, NULL);
  assert_found (docs, query, "0002 1232 1236");
}

/* A search sees what its own transaction has written, in both. */
static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = words ("weasel");
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  set_near (query, vectors_of (f, "v"), 100, 0, 1, 1);
  assert_found (docs, query, "e");
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  put (docs, "new", "{\"t\": \"weasel\"}", TEXT);
  put (docs, "newer", "{\"t\": \"stoat\"}", TEXT);
  set (vectors_of (f, "v"), "newer", 99, 0, NULL);
  assert_found (docs, query, "new newer");
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  assert_found (docs, query, "e");
}

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverDocuments *docs = docs_of (f, "x");
  g_autoptr (BeaverQuery) query = words ("beaver");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  set_near (query, vectors_of (f, "v"), 2, 0, 3, 1);
  beaver_documents_search_async (docs, query, NULL, beaver_test_ready, &result);
  /* it has been copied */
  set_near (query, vectors_of (f, "v"), 0, 0, 1, 1);
  beaver_test_wait_result (&result);
  hits = beaver_documents_search_finish (docs, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 5);
  g_assert_cmpstr (beaver_hit_get_id (hits->pdata[0]), ==, "c");

  g_cancellable_cancel (cancellable);
  beaver_documents_search_async (docs, query, cancellable, beaver_test_ready, &cancelled);
  beaver_test_wait_result (&cancelled);
  g_assert_null (beaver_documents_search_finish (docs, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (beaver_documents_search (docs, query, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A query may outlive the database whose vectors it names. */
static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverQuery) query = words ("beaver");
  g_autoptr (BeaverVectorQuery) near = near_to (0, 0, 1);
  g_autoptr (BeaverVectors) vectors = NULL;
  g_autoptr (GError) error = NULL;

  add_line (f);
  vectors = g_object_ref (vectors_of (f, "v"));
  set_near (query, vectors, 2, 0, 3, 1);
  fixture_reopen (f);
  g_assert_null (beaver_documents_search (docs_of (f, "x"), query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_manager_explain (BEAVER_MANAGER (docs_of (f, "x")), query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_query_set_near (query, vectors, near, 1, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
  set_near (query, vectors_of (f, "v"), 2, 0, 3, 1);
  assert_found (docs_of (f, "x"), query, "c a far b d");
}

static void
test_bad_near (Fixture *f, gconstpointer data)
{
  static const double weights[] = { 0, -1, NAN, INFINITY, -INFINITY };
  BeaverDocuments *docs = docs_of (f, "x");
  BeaverVectors *vectors = vectors_of (f, "v");
  g_autoptr (BeaverQuery) query = words ("beaver");
  g_autoptr (BeaverVectorQuery) near = near_to (0, 0, 1);
  g_autoptr (BeaverVectorQuery) none = near_to (0, 0, 0);
  g_autoptr (BeaverVectorQuery) empty = beaver_vector_query_new (NULL, 1);
  g_autoptr (BeaverVectorQuery) injected = near_to (0, 0, 1);
  g_autoptr (BeaverVectorQuery) unfit = near_to (0, 0, 1);
  g_autoptr (BeaverVectorQuery) not_a_number = near_to (NAN, 0, 1);
  g_autoptr (GError) error = NULL;
  const float three[] = { 1, 2, 3 };
  g_autoptr (GBytes) longer = g_bytes_new (three, sizeof three);
  g_autoptr (BeaverVectorQuery) other = beaver_vector_query_new (longer, 1);
  BeaverVectorQuery *wrong[] = { NULL, none, empty, unfit, not_a_number };

  add_line (f);
  beaver_vector_query_add_filter (unfit, "even", "LIKE", "1");
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      g_assert_false (beaver_query_set_near (query, vectors, near, weights[i], &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (beaver_query_set_near (query, vectors, wrong[i], 1, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_false (beaver_query_set_near (query, NULL, near, 1, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  assert_found (docs, query, "a far c");

  /* seen only when the search runs */
  g_assert_true (beaver_query_set_near (query, vectors, other, 1, &error));
  g_assert_null (beaver_documents_search (docs, query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  beaver_vector_query_add_filter (injected, "x') OR 1=1 --", "==", "1");
  g_assert_true (beaver_query_set_near (query, vectors, injected, 1, &error));
  assert_found (docs, query, "a far c");
  set_near (query, vectors_of (f, "no such vectors"), 0, 0, 5, 1);
  assert_found (docs, query, "a far c");

  /* only documents have words and vectors */
  beaver_query_set_text (query, NULL);
  g_assert_null (beaver_dict_query (beaver_db_get_dict (f->db, "d", NULL), query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (
      beaver_manager_explain (BEAVER_MANAGER (vectors_of (f, "v")), query, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
}

/* In a file of Python's, in which nobody notes the changes of vectors yet. */
static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) nearest = NULL;
  g_autoptr (BeaverVectorQuery) near = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  fixture_open_data (f, "everything");
  names = beaver_db_get_vectors_names (f->db, NULL, &error);
  g_assert_no_error (error);
  {
    BeaverVectors *vectors = vectors_of (f, names[0]);
    g_autoptr (BeaverCursor) cursor = beaver_vectors_items (vectors, &error);
    g_autoptr (BeaverVectorHit) first =
        BEAVER_VECTOR_HIT (beaver_cursor_next (cursor, NULL, &error));

    g_assert_no_error (error);
    near = beaver_vector_query_new (beaver_vector_hit_get_vector (first), 1000);
    nearest = beaver_vectors_search (vectors, near, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (nearest->len, >, 1);
  }

  fixture_open_data (f, "everything");
  for (guint i = 0; i < nearest->len; i++)
    {
      const char *id = beaver_vector_hit_get_id (nearest->pdata[i]);

      put (docs_of (f, "beside"), id, "{}", TEXT);
      g_string_append_printf (expected, "%s%s", i > 0 ? " " : "", id);
    }
  g_assert_true (beaver_query_set_near (query, vectors_of (f, names[0]), near, 1, &error));
  assert_found (docs_of (f, "beside"), query, expected->str);
  assert_found (docs_of (f, "beside"), query, expected->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/hybrid/near", test_near);
  beaver_test_add ("/hybrid/conditions", test_conditions);
  beaver_test_add ("/hybrid/words-and-near", test_words_and_near);
  beaver_test_add ("/hybrid/as-rank-fusion", test_as_fusion);
  beaver_test_add ("/hybrid/approximate", test_approximate);
  beaver_test_add ("/hybrid/transaction", test_transaction);
  beaver_test_add ("/hybrid/async", test_async);
  beaver_test_add ("/hybrid/closed", test_closed);
  beaver_test_add ("/hybrid/bad-input", test_bad_near);
  beaver_test_add ("/hybrid/fixture", test_fixture);

  return g_test_run ();
}
