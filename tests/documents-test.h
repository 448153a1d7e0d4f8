/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of documents and of their search share. */
#pragma once

#include "beaver-test-sqlite.h"
#include "beaver-test.h"

#include <math.h>

#define TEXT BEAVER_INDEX_FLAGS_TEXT
#define FUZZY BEAVER_INDEX_FLAGS_FUZZY

static inline BeaverDocuments *
docs_of (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDocuments *docs = beaver_db_get_documents (f->db, name, &error);

  g_assert_no_error (error);
  return docs;
}

static inline void
put (BeaverDocuments *docs, const char *id, const char *body, BeaverIndexFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDocument) document =
      beaver_documents_index (docs, id, body, flags, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (beaver_document_get_id (document), ==, id);
}

static inline void
drop (BeaverDocuments *docs, const char *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_documents_drop (docs, id, NULL, &error));
  g_assert_no_error (error);
}

/* The ids of the hits, joined by spaces (transfer full). */
static inline char *
found (BeaverDocuments *docs, BeaverQuery *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = beaver_documents_search (docs, query, NULL, &error);
  g_autoptr (GString) ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "",
                            beaver_hit_get_id (g_ptr_array_index (hits, i)));
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static inline void
assert_found (BeaverDocuments *docs, BeaverQuery *query, const char *expected)
{
  g_autofree char *ids = found (docs, query);

  g_assert_cmpstr (ids, ==, expected);
}

static inline BeaverQuery *
words (const char *text)
{
  BeaverQuery *query = beaver_query_new ();

  beaver_query_set_text (query, text);
  return query;
}

static inline void
assert_words (BeaverDocuments *docs, const char *text, const char *expected)
{
  g_autoptr (BeaverQuery) query = words (text);

  assert_found (docs, query, expected);
}

static inline void
where (BeaverQuery *query, const char *path, BeaverOperator op, const char *json)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_query_where (query, path, op, json, &error));
  g_assert_no_error (error);
}

static inline void
assert_where (BeaverDocuments *docs,
              const char *path,
              BeaverOperator op,
              const char *json,
              const char *expected)
{
  g_autoptr (BeaverQuery) query = beaver_query_new ();

  where (query, path, op, json);
  assert_found (docs, query, expected);
}
