/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LIST_BATCH (beaver_list_batch_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverListBatch, beaver_list_batch, BEAVER, LIST_BATCH, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverList *beaver_list_batch_get_list (BeaverListBatch *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_list_batch_get_size (BeaverListBatch *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_batch_push_json (BeaverListBatch *self, const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_batch_prepend_json (BeaverListBatch *self, const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_batch_discard (BeaverListBatch *self);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_batch_apply (BeaverListBatch *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_batch_apply_async (BeaverListBatch *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_batch_apply_finish (BeaverListBatch *self, GAsyncResult *result, GError **error);

G_END_DECLS
