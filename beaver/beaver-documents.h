/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-document.h>
#include <beaver/beaver-hit.h>
#include <beaver/beaver-manager.h>
#include <beaver/beaver-query.h>

G_BEGIN_DECLS

/**
 * BeaverIndexFlags:
 * @BEAVER_INDEX_FLAGS_NONE: the document is found by its id and by conditions only
 * @BEAVER_INDEX_FLAGS_TEXT: by the words in its texts
 * @BEAVER_INDEX_FLAGS_FUZZY: by texts that are similar to its own; takes much room
 *
 * What a document can be searched for.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  BEAVER_INDEX_FLAGS_NONE = 0,
  BEAVER_INDEX_FLAGS_TEXT = 1 << 0,
  BEAVER_INDEX_FLAGS_FUZZY = 1 << 1,
} BeaverIndexFlags;

#define BEAVER_TYPE_DOCUMENTS (beaver_documents_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverDocuments, beaver_documents, DOCUMENTS)

BEAVER_AVAILABLE_IN_1_0
BeaverDocuments *beaver_db_get_documents (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_documents_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_documents_names_async (BeaverDb *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_documents_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index (BeaverDocuments *self,
                                        const char *id,
                                        const char *body,
                                        BeaverIndexFlags flags,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_index_async (BeaverDocuments *self,
                                   const char *id,
                                   const char *body,
                                   BeaverIndexFlags flags,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_finish (BeaverDocuments *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_fields (BeaverDocuments *self,
                                               const char *id,
                                               const char *body,
                                               BeaverIndexFlags flags,
                                               const char *const *fields,
                                               GCancellable *cancellable,
                                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_index_fields_async (BeaverDocuments *self,
                                          const char *id,
                                          const char *body,
                                          BeaverIndexFlags flags,
                                          const char *const *fields,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_fields_finish (BeaverDocuments *self,
                                                      GAsyncResult *result,
                                                      GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_node (BeaverDocuments *self,
                                             const char *id,
                                             JsonNode *body,
                                             BeaverIndexFlags flags,
                                             GCancellable *cancellable,
                                             GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_index_node_async (BeaverDocuments *self,
                                        const char *id,
                                        JsonNode *body,
                                        BeaverIndexFlags flags,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_node_finish (BeaverDocuments *self,
                                                    GAsyncResult *result,
                                                    GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_object (BeaverDocuments *self,
                                               const char *id,
                                               GObject *body,
                                               BeaverIndexFlags flags,
                                               GCancellable *cancellable,
                                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_index_object_async (BeaverDocuments *self,
                                          const char *id,
                                          GObject *body,
                                          BeaverIndexFlags flags,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_index_object_finish (BeaverDocuments *self,
                                                      GAsyncResult *result,
                                                      GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_get (BeaverDocuments *self,
                                      const char *id,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_get_async (BeaverDocuments *self,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_get_finish (BeaverDocuments *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_lookup (BeaverDocuments *self,
                                         const char *id,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_lookup_async (BeaverDocuments *self,
                                    const char *id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDocument *beaver_documents_lookup_finish (BeaverDocuments *self,
                                                GAsyncResult *result,
                                                GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_documents_contains (BeaverDocuments *self,
                                    const char *id,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_contains_async (BeaverDocuments *self,
                                      const char *id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_documents_contains_finish (BeaverDocuments *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_documents_get_many (BeaverDocuments *self,
                                      const char *const *ids,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_get_many_async (BeaverDocuments *self,
                                      const char *const *ids,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_documents_get_many_finish (BeaverDocuments *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_documents_drop (BeaverDocuments *self,
                                const char *id,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_drop_async (BeaverDocuments *self,
                                  const char *id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_documents_drop_finish (BeaverDocuments *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_documents_search (BeaverDocuments *self,
                                    BeaverQuery *query,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_documents_search_async (BeaverDocuments *self,
                                    BeaverQuery *query,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_documents_search_finish (BeaverDocuments *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_documents_items (BeaverDocuments *self, GError **error);

G_END_DECLS
