/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_SKETCH (beaver_sketch_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverSketch, beaver_sketch, SKETCH)

BEAVER_AVAILABLE_IN_1_0
BeaverSketch *beaver_db_get_sketch (BeaverDb *self,
                                    const char *name,
                                    gint64 capacity,
                                    double error_rate,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverSketch *beaver_db_lookup_sketch (BeaverDb *self,
                                       const char *name,
                                       GCancellable *cancellable,
                                       GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_lookup_sketch_async (BeaverDb *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverSketch *beaver_db_lookup_sketch_finish (BeaverDb *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_sketch_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_sketch_names_async (BeaverDb *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_sketch_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_sketch_get_capacity (BeaverSketch *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_sketch_get_error_rate (BeaverSketch *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_json (BeaverSketch *self,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_add_json_async (BeaverSketch *self,
                                   const char *json,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_json_finish (BeaverSketch *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_string (BeaverSketch *self,
                                   const char *text,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_add_string_async (BeaverSketch *self,
                                     const char *text,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_string_finish (BeaverSketch *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_many (BeaverSketch *self,
                                 const char *const *items,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_add_many_async (BeaverSketch *self,
                                   const char *const *items,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_add_many_finish (BeaverSketch *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_contains_json (BeaverSketch *self,
                                      const char *json,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_contains_json_async (BeaverSketch *self,
                                        const char *json,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_contains_json_finish (BeaverSketch *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_contains_string (BeaverSketch *self,
                                        const char *text,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_contains_string_async (BeaverSketch *self,
                                          const char *text,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_contains_string_finish (BeaverSketch *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_merge (BeaverSketch *self,
                              BeaverSketch *other,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_merge_async (BeaverSketch *self,
                                BeaverSketch *other,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_merge_finish (BeaverSketch *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_merge_bytes (BeaverSketch *self,
                                    GBytes *bytes,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_merge_bytes_async (BeaverSketch *self,
                                      GBytes *bytes,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_sketch_merge_bytes_finish (BeaverSketch *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
GBytes *beaver_sketch_get_bytes (BeaverSketch *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_sketch_get_bytes_async (BeaverSketch *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GBytes *beaver_sketch_get_bytes_finish (BeaverSketch *self, GAsyncResult *result, GError **error);

G_END_DECLS
