/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-query.h>
#include <beaver/engine/beaver-filter-private.h>

G_BEGIN_DECLS

typedef struct _BeaverQueryNear BeaverQueryNear;

/* What a query asks for, as plain data: works hold a copy. */
typedef struct
{
  char *text;       /* NULL: none */
  char *fuzzy_text; /* NULL: none */
  BeaverQuerySyntax syntax;
  gboolean strict;
  char **fields;   /* NULL: all */
  guint fuzziness; /* 0: texts have to match */
  gboolean snippet;
  char *before, *after;
  guint words;
  BeaverQueryNear *near; /* NULL: no vectors */
  GPtrArray *filters;    /* (element-type BeaverFilter) */
  GPtrArray *sorts;      /* (element-type BeaverQuerySort) */
  gint64 limit;          /* < 0: none */
  gint64 offset;
  double start, end; /* of logs */
} BeaverQuerySpec;

typedef struct
{
  BeaverPath *path;
  gboolean descending;
} BeaverQuerySort;

BeaverQuerySpec *_beaver_query_get_spec (BeaverQuery *self); /* borrowed, never NULL */
BeaverQueryNear *_beaver_query_near_ref (BeaverQueryNear *self);
void _beaver_query_near_unref (BeaverQueryNear *self);

/* A copy; of NULL a query that asks for nothing. */
BeaverQuerySpec *_beaver_query_dup_spec (BeaverQuery *self);
void _beaver_query_spec_free (BeaverQuerySpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverQuerySpec, _beaver_query_spec_free)
gboolean _beaver_query_spec_has_words (BeaverQuerySpec *self);
/* INVALID when it searches texts and kind has none, or ranges and it is no log. */
gboolean _beaver_query_spec_check (BeaverQuerySpec *self, const char *kind, GError **error);

/* Collects what was found and brings it into order: add everything, then take. */
typedef struct _BeaverRanking BeaverRanking;
BeaverRanking *_beaver_ranking_new (BeaverQuerySpec *spec); /* spec stays the caller's */
void _beaver_ranking_free (BeaverRanking *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverRanking, _beaver_ranking_free)
/* Takes item, which item_free frees. Without sort fields: by score, then in the order of adding.
 * FALSE: no more are needed. */
gboolean _beaver_ranking_add (BeaverRanking *self,
                              gpointer item,
                              GDestroyNotify item_free,
                              double score,
                              const char *json,
                              gsize length);
/* The page that limit and offset ask for; ordered: they were added in the order of the result
 * already. */
GPtrArray *_beaver_ranking_take (BeaverRanking *self, GDestroyNotify item_free);

G_END_DECLS
