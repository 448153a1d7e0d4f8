/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_VECTORS (beaver_vectors_get_type ())

/**
 * BeaverVectorMetric:
 * @BEAVER_VECTOR_METRIC_COSINE: half of 1 - cosine: 0 for the same direction, 0.5 for orthogonal or
 *   zero vectors, 1 for the opposite direction
 * @BEAVER_VECTOR_METRIC_EUCLID: the length of the difference
 * @BEAVER_VECTOR_METRIC_MANHATTAN: the sum of the absolute differences
 * @BEAVER_VECTOR_METRIC_DOT: the negative inner product
 *
 * How the score of an item comes about. Lower is always nearer; computed in float32, as in Python.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_VECTOR_METRIC_COSINE,
  BEAVER_VECTOR_METRIC_EUCLID,
  BEAVER_VECTOR_METRIC_MANHATTAN,
  BEAVER_VECTOR_METRIC_DOT,
} BeaverVectorMetric;

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverVectors, beaver_vectors, VECTORS)

BEAVER_AVAILABLE_IN_1_0
BeaverVectors *beaver_db_get_vectors (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_vectors_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_vectors_names_async (BeaverDb *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_vectors_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_vectors_get_memory_limit (BeaverVectors *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_set_memory_limit (BeaverVectors *self, gint64 limit);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_get_quantize (BeaverVectors *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_set_quantize (BeaverVectors *self, gboolean quantize);
BEAVER_AVAILABLE_IN_1_0
double beaver_vectors_get_recall (BeaverVectors *self);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_vectors_items (BeaverVectors *self, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set (BeaverVectors *self,
                             const char *id,
                             GBytes *vector,
                             const char *metadata,
                             GCancellable *cancellable,
                             GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_set_async (BeaverVectors *self,
                               const char *id,
                               GBytes *vector,
                               const char *metadata,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set_floats (BeaverVectors *self,
                                    const char *id,
                                    const float *values,
                                    gsize n_values,
                                    const char *metadata,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_set_floats_async (BeaverVectors *self,
                                      const char *id,
                                      const float *values,
                                      gsize n_values,
                                      const char *metadata,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set_floats_finish (BeaverVectors *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set_many (BeaverVectors *self,
                                  const char *const *ids,
                                  GBytes *vectors,
                                  const char *const *metadata,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_set_many_async (BeaverVectors *self,
                                    const char *const *ids,
                                    GBytes *vectors,
                                    const char *const *metadata,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_set_many_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_remove (BeaverVectors *self,
                                const char *id,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_remove_async (BeaverVectors *self,
                                  const char *id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_remove_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_vectors_index_missing (BeaverVectors *self,
                                     guint limit,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_index_missing_async (BeaverVectors *self,
                                         guint limit,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_vectors_index_missing_finish (BeaverVectors *self,
                                            GAsyncResult *result,
                                            GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverVectorHit *
beaver_vectors_get (BeaverVectors *self, const char *id, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_get_async (BeaverVectors *self,
                               const char *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverVectorHit *beaver_vectors_get_finish (BeaverVectors *self,
                                            GAsyncResult *result,
                                            GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverVectorHit *beaver_vectors_lookup (BeaverVectors *self,
                                        const char *id,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_lookup_async (BeaverVectors *self,
                                  const char *id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverVectorHit *beaver_vectors_lookup_finish (BeaverVectors *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_contains (BeaverVectors *self,
                                  const char *id,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_contains_async (BeaverVectors *self,
                                    const char *id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_contains_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_vectors_near (BeaverVectors *self,
                                GBytes *vector,
                                guint k,
                                BeaverVectorMetric metric,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_near_async (BeaverVectors *self,
                                GBytes *vector,
                                guint k,
                                BeaverVectorMetric metric,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_vectors_near_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_vectors_search (BeaverVectors *self,
                                  BeaverVectorQuery *query,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_search_async (BeaverVectors *self,
                                  BeaverVectorQuery *query,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_vectors_search_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_train (BeaverVectors *self,
                               BeaverVectorMetric metric,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_vectors_train_async (BeaverVectors *self,
                                 BeaverVectorMetric metric,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_vectors_train_finish (BeaverVectors *self, GAsyncResult *result, GError **error);

G_END_DECLS
