/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-field-index-info.h>
#include <beaver/beaver-manager.h>
#include <beaver/beaver-query-plan.h>
#include <beaver/beaver-query.h>

G_BEGIN_DECLS

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_add_index (BeaverManager *self,
                                   const char *field,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_add_index_async (BeaverManager *self,
                                     const char *field,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_add_index_finish (BeaverManager *self,
                                          GAsyncResult *result,
                                          GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_remove_index (BeaverManager *self,
                                      const char *field,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_remove_index_async (BeaverManager *self,
                                        const char *field,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_remove_index_finish (BeaverManager *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_manager_list_indexes (BeaverManager *self,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_list_indexes_async (BeaverManager *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_manager_list_indexes_finish (BeaverManager *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverQueryPlan *beaver_manager_explain (BeaverManager *self,
                                         BeaverQuery *query,
                                         GCancellable *cancellable,
                                         GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_explain_async (BeaverManager *self,
                                   BeaverQuery *query,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverQueryPlan *beaver_manager_explain_finish (BeaverManager *self,
                                                GAsyncResult *result,
                                                GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_reindex (BeaverManager *self,
                               BeaverProgressFunc progress,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_reindex_async (BeaverManager *self,
                                   BeaverProgressFunc progress,
                                   gpointer progress_data,
                                   GDestroyNotify progress_destroy,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_reindex_finish (BeaverManager *self, GAsyncResult *result, GError **error);

G_END_DECLS
