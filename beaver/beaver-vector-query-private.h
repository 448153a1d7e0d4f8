/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-vector-query.h>

G_BEGIN_DECLS

typedef struct
{
  char *path, *comparison, *value;
  guint number; /* of the comparison, once it was checked */
} BeaverVectorFilter;

/* How to search, as plain data. */
typedef struct
{
  guint k;
  BeaverVectorMetric metric;
  BeaverVectorMethod method;
  double recall;
  char **candidates; /* NULL: all */
  GArray *filters;   /* (element-type BeaverVectorFilter) */
} BeaverVectorSearch;

BeaverVectorSearch *_beaver_vector_search_new (void);
BeaverVectorSearch *_beaver_vector_search_copy (const BeaverVectorSearch *self);
void _beaver_vector_search_free (BeaverVectorSearch *self);
/* Once before the others. */
gboolean _beaver_vector_search_check (BeaverVectorSearch *self, GError **error);
gboolean _beaver_vector_search_fits (const BeaverVectorSearch *self, const char *metadata);

GBytes *_beaver_vector_query_get_vector (BeaverVectorQuery *self); /* nullable */
const BeaverVectorSearch *_beaver_vector_query_get_search (BeaverVectorQuery *self);

G_END_DECLS
