/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_DICT_BATCH (beaver_dict_batch_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverDictBatch, beaver_dict_batch, BEAVER, DICT_BATCH, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverDict *beaver_dict_batch_get_dict (BeaverDictBatch *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_dict_batch_get_size (BeaverDictBatch *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_batch_set_json (BeaverDictBatch *self,
                                     const char *key,
                                     const char *json,
                                     double ttl,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_batch_remove (BeaverDictBatch *self, const char *key, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_batch_discard (BeaverDictBatch *self);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_dict_batch_apply (BeaverDictBatch *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_batch_apply_async (BeaverDictBatch *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_dict_batch_apply_finish (BeaverDictBatch *self, GAsyncResult *result, GError **error);

G_END_DECLS
