/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-document-private.h>
#include <beaver/beaver-documents.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-query-near-private.h>

G_BEGIN_DECLS

/* One document to write, or to drop. */
typedef struct
{
  char *id;
  char *body; /* normal form; NULL drops */
  BeaverIndexFlags flags;
  char **fields; /* NULL: all texts are searched */
} BeaverDocumentsChange;

/* The data of every work on documents: arguments, then results, which a work writes afresh each
 * time it runs. */
typedef struct
{
  BeaverManagerCore *core;

  BeaverDocumentsChange change;
  GArray *changes; /* (element-type BeaverDocumentsChange) batch: an id stands once */
  char **ids;
  BeaverQuerySpec *spec;
  BeaverVectorsOp *near; /* of spec, for this one search; NULL: none */

  gint64 number;
  GPtrArray *results; /* documents or hits */
} BeaverDocumentsOp;

/* NULL with an error when the collection is closed, which comes before any other complaint. */
BeaverDocumentsOp *_beaver_documents_op_new (BeaverDocuments *self, GError **error);
void _beaver_documents_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverDocumentsOp, _beaver_documents_op_free)
void _beaver_documents_change_clear (gpointer change);
/* Checks the arguments and fills change; id NULL makes one. The error names the collection. */
gboolean _beaver_documents_fill_change (BeaverDocumentsOp *op,
                                        BeaverDocumentsChange *change,
                                        const char *id,
                                        const char *body,
                                        BeaverIndexFlags flags,
                                        const char *const *fields,
                                        GError **error);
gboolean _beaver_documents_check_id (BeaverDocumentsOp *op, const char *id, GError **error);

BeaverDocumentsOp *_beaver_documents_new_id_op (BeaverDocuments *self,
                                                const char *id,
                                                GError **error);
BeaverDocumentsOp *_beaver_documents_new_index_op (BeaverDocuments *self,
                                                   const char *id,
                                                   const char *body,
                                                   BeaverIndexFlags flags,
                                                   const char *const *fields,
                                                   GError **error);
BeaverDocument *_beaver_documents_take_written (BeaverDocumentsOp *op);
void _beaver_documents_finish_written (GTask *task, gpointer op);
void _beaver_documents_prefix (BeaverDocumentsOp *op, GError **error);

/* start takes op, which is NULL when error says why. source: the collection, or its batch. */
void _beaver_documents_start (gpointer source,
                              BeaverDocuments *self,
                              gpointer source_tag,
                              BeaverAccess access,
                              BeaverWork work,
                              BeaverDocumentsOp *op,
                              GError *error,
                              BeaverFinish finish,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

gboolean _beaver_documents_index_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_documents_drop_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_documents_batch_work (BeaverConnection *connection, gpointer op, GError **error);
/* results: those of ids that exist, in that order, each once */
gboolean _beaver_documents_contains_work (BeaverConnection *connection,
                                          gpointer op,
                                          GError **error);
gboolean _beaver_documents_get_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_documents_search_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_documents_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_documents_clear_work (BeaverConnection *connection, gpointer op, GError **error);

/* found, *body: the text of one document; *body is NULL when there is none. */
gboolean _beaver_documents_read (BeaverConnection *connection,
                                 const char *collection,
                                 const char *id,
                                 char **body,
                                 gsize *length,
                                 GError **error);

/* A BeaverCursorPage. */
gpointer _beaver_documents_cursor_state_new (BeaverManagerCore *core);
void _beaver_documents_cursor_state_free (gpointer state);
gboolean _beaver_documents_cursor_page (BeaverConnection *connection,
                                        gpointer state,
                                        GPtrArray *entries,
                                        gboolean *at_end,
                                        GError **error);

G_END_DECLS
