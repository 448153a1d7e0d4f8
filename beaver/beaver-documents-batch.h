/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-documents.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_DOCUMENTS_BATCH (beaver_documents_batch_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverDocumentsBatch,
                      beaver_documents_batch,
                      BEAVER,
                      DOCUMENTS_BATCH,
                      GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverDocumentsBatch *beaver_documents_create_batch (BeaverDocuments *self);
BEAVER_AVAILABLE_IN_1_0
BeaverDocuments *beaver_documents_batch_get_documents (BeaverDocumentsBatch *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_documents_batch_get_size (BeaverDocumentsBatch *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_documents_batch_index (BeaverDocumentsBatch *self,
                                    const char *id,
                                    const char *body,
                                    BeaverIndexFlags flags,
                                    const char *const *fields,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_documents_batch_drop (BeaverDocumentsBatch *self, const char *id, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_batch_discard (BeaverDocumentsBatch *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_documents_batch_apply (BeaverDocumentsBatch *self,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_batch_apply_async (BeaverDocumentsBatch *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_documents_batch_apply_finish (BeaverDocumentsBatch *self,
                                            GAsyncResult *result,
                                            GError **error);

G_END_DECLS
