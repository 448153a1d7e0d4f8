/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>
#include <beaver/beaver-vectors.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_VECTOR_QUERY (beaver_vector_query_get_type ())

/**
 * BeaverVectorMethod:
 * @BEAVER_VECTOR_METHOD_AUTO: exact; approximate when [method@Beaver.Vectors.train] was called for
 *   the metric, as long as what it measured reaches the recall of the query
 * @BEAVER_VECTOR_METHOD_EXACT: looks at all items
 * @BEAVER_VECTOR_METHOD_APPROXIMATE: looks at the parts of the collection where near items are
 *   likely, and may miss some. Where there are none yet, the search is exact, and then divides the
 *   collection into such parts before it returns, which takes seconds for 100,000 items; other
 *   searches go on meanwhile. Small collections, and those that are not in memory, are searched
 *   exactly, and so is one where the recall takes most of the parts.
 *
 * How a search finds the nearest items.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_VECTOR_METHOD_AUTO,
  BEAVER_VECTOR_METHOD_EXACT,
  BEAVER_VECTOR_METHOD_APPROXIMATE,
} BeaverVectorMethod;

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverVectorQuery, beaver_vector_query, BEAVER, VECTOR_QUERY, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverVectorQuery *beaver_vector_query_new (GBytes *vector, guint k);
BEAVER_AVAILABLE_IN_1_0
void beaver_vector_query_set_metric (BeaverVectorQuery *self, BeaverVectorMetric metric);
BEAVER_AVAILABLE_IN_1_0
void beaver_vector_query_set_method (BeaverVectorQuery *self, BeaverVectorMethod method);
BEAVER_AVAILABLE_IN_1_0
void beaver_vector_query_set_recall (BeaverVectorQuery *self, double recall);
BEAVER_AVAILABLE_IN_1_0
void beaver_vector_query_set_candidates (BeaverVectorQuery *self, const char *const *ids);
BEAVER_AVAILABLE_IN_1_0
void beaver_vector_query_add_filter (BeaverVectorQuery *self,
                                     const char *path,
                                     const char *comparison,
                                     const char *value);

G_END_DECLS
