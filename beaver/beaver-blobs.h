/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-blob-stream.h>
#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_BLOBS (beaver_blobs_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverBlobs, beaver_blobs, BLOBS)

BEAVER_AVAILABLE_IN_1_0
BeaverBlobs *beaver_db_get_blobs (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_blobs_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_blobs_names_async (BeaverDb *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_blobs_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_blobs_keys (BeaverBlobs *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverBlobOutputStream *
beaver_blobs_open_write (BeaverBlobs *self, const char *key, const char *metadata, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_put (BeaverBlobs *self,
                           const char *key,
                           GBytes *bytes,
                           const char *metadata,
                           GCancellable *cancellable,
                           GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_put_async (BeaverBlobs *self,
                             const char *key,
                             GBytes *bytes,
                             const char *metadata,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_put_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GBytes *
beaver_blobs_get (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_get_async (BeaverBlobs *self,
                             const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GBytes *beaver_blobs_get_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GBytes *
beaver_blobs_lookup (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_lookup_async (BeaverBlobs *self,
                                const char *key,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GBytes *beaver_blobs_lookup_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_blobs_get_metadata (BeaverBlobs *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_get_metadata_async (BeaverBlobs *self,
                                      const char *key,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_blobs_get_metadata_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_blobs_get_size (BeaverBlobs *self,
                              const char *key,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_get_size_async (BeaverBlobs *self,
                                  const char *key,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_blobs_get_size_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_contains (BeaverBlobs *self,
                                const char *key,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_contains_async (BeaverBlobs *self,
                                  const char *key,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_contains_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_blobs_remove (BeaverBlobs *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_remove_async (BeaverBlobs *self,
                                const char *key,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_remove_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverBlobInputStream *beaver_blobs_open_read (BeaverBlobs *self,
                                               const char *key,
                                               GCancellable *cancellable,
                                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_open_read_async (BeaverBlobs *self,
                                   const char *key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverBlobInputStream *beaver_blobs_open_read_finish (BeaverBlobs *self,
                                                      GAsyncResult *result,
                                                      GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_import_file (BeaverBlobs *self,
                                   const char *key,
                                   GFile *file,
                                   const char *metadata,
                                   BeaverProgressFunc progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_import_file_async (BeaverBlobs *self,
                                     const char *key,
                                     GFile *file,
                                     const char *metadata,
                                     BeaverProgressFunc progress,
                                     gpointer progress_data,
                                     GDestroyNotify progress_destroy,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_import_file_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_export_file (BeaverBlobs *self,
                                   const char *key,
                                   GFile *file,
                                   BeaverProgressFunc progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_blobs_export_file_async (BeaverBlobs *self,
                                     const char *key,
                                     GFile *file,
                                     BeaverProgressFunc progress,
                                     gpointer progress_data,
                                     GDestroyNotify progress_destroy,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_blobs_export_file_finish (BeaverBlobs *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverBlobsBatch *beaver_blobs_create_batch (BeaverBlobs *self);

G_END_DECLS
