/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LIST (beaver_list_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverList, beaver_list, LIST)

BEAVER_AVAILABLE_IN_1_0
BeaverList *beaver_db_get_list (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_list_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_list_names_async (BeaverDb *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_list_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_list_items (BeaverList *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_list_items_backward (BeaverList *self, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverListBatch *beaver_list_create_batch (BeaverList *self);

/* Values as JSON text */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_json (BeaverList *self,
                                const char *json,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_json_async (BeaverList *self,
                                  const char *json,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_prepend_json (BeaverList *self,
                                   const char *json,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_prepend_json_async (BeaverList *self,
                                     const char *json,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_prepend_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_insert_json (BeaverList *self,
                                  gint64 index,
                                  const char *json,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_insert_json_async (BeaverList *self,
                                    gint64 index,
                                    const char *json,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_insert_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_json (BeaverList *self,
                               gint64 index,
                               const char *json,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_set_json_async (BeaverList *self,
                                 gint64 index,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *
beaver_list_get_json (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_json_async (BeaverList *self,
                                 gint64 index,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_list_get_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *
beaver_list_lookup_json (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_lookup_json_async (BeaverList *self,
                                    gint64 index,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_list_lookup_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_list_remove (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_remove_async (BeaverList *self,
                               gint64 index,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_remove_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_list_pop_json (BeaverList *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_pop_json_async (BeaverList *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_list_pop_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_list_pop_first_json (BeaverList *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_pop_first_json_async (BeaverList *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_list_pop_first_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

/* Many items */

BEAVER_AVAILABLE_IN_1_0
char **beaver_list_slice (BeaverList *self,
                          gint64 start,
                          gint64 count,
                          GCancellable *cancellable,
                          GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_slice_async (BeaverList *self,
                              gint64 start,
                              gint64 count,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_list_slice_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_contains_json (BeaverList *self,
                                    const char *json,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_contains_json_async (BeaverList *self,
                                      const char *json,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_contains_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_index_of_json (BeaverList *self,
                                  const char *json,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_index_of_json_async (BeaverList *self,
                                      const char *json,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_index_of_json_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_push_many (BeaverList *self,
                              const char *const *values,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_many_async (BeaverList *self,
                                  const char *const *values,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_push_many_finish (BeaverList *self, GAsyncResult *result, GError **error);

/* Values of one type */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_string (BeaverList *self,
                                  const char *value,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_string_async (BeaverList *self,
                                    const char *value,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_string_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_prepend_string (BeaverList *self,
                                     const char *value,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_prepend_string_async (BeaverList *self,
                                       const char *value,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_prepend_string_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *
beaver_list_get_string (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_string_async (BeaverList *self,
                                   gint64 index,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_list_get_string_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_list_push_int (BeaverList *self, gint64 value, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_int_async (BeaverList *self,
                                 gint64 value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_int_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64
beaver_list_get_int (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_int_async (BeaverList *self,
                                gint64 index,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_get_int_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_list_push_double (BeaverList *self, double value, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_double_async (BeaverList *self,
                                    double value,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_double_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
double
beaver_list_get_double (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_double_async (BeaverList *self,
                                   gint64 index,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
double beaver_list_get_double_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_boolean (BeaverList *self,
                                   gboolean value,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_boolean_async (BeaverList *self,
                                     gboolean value,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_boolean_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_list_get_boolean (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_boolean_async (BeaverList *self,
                                    gint64 index,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_get_boolean_finish (BeaverList *self, GAsyncResult *result, GError **error);

/* Values that are a JsonNode or a GObject */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_node (BeaverList *self,
                                JsonNode *value,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_node_async (BeaverList *self,
                                  JsonNode *value,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_node_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_node (BeaverList *self,
                               gint64 index,
                               JsonNode *value,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_set_node_async (BeaverList *self,
                                 gint64 index,
                                 JsonNode *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_node_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
JsonNode *
beaver_list_get_node (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_node_async (BeaverList *self,
                                 gint64 index,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_list_get_node_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_object (BeaverList *self,
                                  GObject *value,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_push_object_async (BeaverList *self,
                                    GObject *value,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_push_object_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_object (BeaverList *self,
                                 gint64 index,
                                 GObject *value,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_set_object_async (BeaverList *self,
                                   gint64 index,
                                   GObject *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_list_set_object_finish (BeaverList *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GObject *beaver_list_get_object (BeaverList *self,
                                 gint64 index,
                                 GType type,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_list_get_object_async (BeaverList *self,
                                   gint64 index,
                                   GType type,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_list_get_object_finish (BeaverList *self, GAsyncResult *result, GError **error);

G_END_DECLS
