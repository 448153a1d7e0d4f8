/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* The full-text index of documents, which is SQLite's alone. FTS5 finds rows by their words and by
 * rowid and by nothing else, so a table of ours remembers which rows belong to an item. Triggers
 * forget what it knows about an item as soon as anybody writes the item's row in
 * __beaver_documents__: what other programs write is never trusted to be known. */

/* Makes that table, once per file. Before the first of the calls below in a WRITE work. */
gboolean _beaver_fts_prepare (BeaverConnection *connection, GError **error);

/* Removes the rows of an item, in a time that does not depend on the size of the index. Before the
 * item's row in
 * __beaver_documents__ is written. */
gboolean _beaver_fts_remove (BeaverConnection *connection,
                             const char *collection,
                             const char *item,
                             GError **error);
gboolean _beaver_fts_clear (BeaverConnection *connection, const char *collection, GError **error);

/* Adds the texts of an item, after its row in __beaver_documents__ was written and nothing is left
 * of it in the index. */
typedef struct
{
  BeaverConnection *connection;
  const char *collection;
  const char *item;
  BeaverStatement *insert;
  gint64 first; /* rowid */
  gint64 n;
  gboolean scattered;
} BeaverFtsWriter;

gboolean _beaver_fts_writer_begin (BeaverFtsWriter *self,
                                   BeaverConnection *connection,
                                   const char *collection,
                                   const char *item,
                                   GError **error);
gboolean _beaver_fts_writer_add (BeaverFtsWriter *self,
                                 const char *path,
                                 gsize path_length,
                                 const char *text,
                                 gsize length,
                                 GError **error);
gboolean _beaver_fts_writer_end (BeaverFtsWriter *self,
                                 GError **error); /* always, before the work returns */
void _beaver_fts_writer_abort (BeaverFtsWriter *self);

/* An expression for MATCH. Of plain text each word is quoted: all of them have to be there. */
char *_beaver_fts_expression (const char *text, gboolean plain, gboolean contents_only);

/* Each row of the collection that matches; rank: the smaller, the better. by_rank: the best first.
 * INVALID when the expression is none. FALSE from func: no more. */
typedef gboolean (*BeaverFtsFunc) (gint64 rowid,
                                   const char *item,
                                   gsize item_length,
                                   const char *path,
                                   gsize path_length,
                                   double rank,
                                   gpointer user_data);
gboolean _beaver_fts_search (BeaverConnection *connection,
                             const char *collection,
                             const char *expression,
                             gboolean by_rank,
                             BeaverFtsFunc func,
                             gpointer user_data,
                             GError **error);

/* The text of one row with its matches marked; words 0: all of it. */
gboolean _beaver_fts_snippet (BeaverConnection *connection,
                              const char *expression,
                              gint64 rowid,
                              const char *before,
                              const char *after,
                              guint words,
                              char **path,
                              char **snippet,
                              GError **error);

G_END_DECLS
