/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_BLOBS_BATCH (beaver_blobs_batch_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverBlobsBatch, beaver_blobs_batch, BEAVER, BLOBS_BATCH, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverBlobs *beaver_blobs_batch_get_blobs (BeaverBlobsBatch *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_blobs_batch_get_size (BeaverBlobsBatch *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_batch_put (BeaverBlobsBatch *self,
                                 const char *key,
                                 GBytes *bytes,
                                 const char *metadata,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_batch_remove (BeaverBlobsBatch *self, const char *key, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_batch_discard (BeaverBlobsBatch *self);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_blobs_batch_apply (BeaverBlobsBatch *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_batch_apply_async (BeaverBlobsBatch *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_blobs_batch_apply_finish (BeaverBlobsBatch *self,
                                        GAsyncResult *result,
                                        GError **error);

G_END_DECLS
