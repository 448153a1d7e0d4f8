/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_DICT (beaver_dict_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverDict, beaver_dict, DICT)

BEAVER_AVAILABLE_IN_1_0
BeaverDict *beaver_db_get_dict (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverDict *beaver_db_get_dict_with_secret (BeaverDb *self,
                                            const char *name,
                                            const char *secret,
                                            GCancellable *cancellable,
                                            GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_dict_with_secret_async (BeaverDb *self,
                                           const char *name,
                                           const char *secret,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverDict *beaver_db_get_dict_with_secret_finish (BeaverDb *self,
                                                   GAsyncResult *result,
                                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_rotate_secret (BeaverDict *self,
                                    const char *new_secret,
                                    BeaverProgressFunc progress,
                                    gpointer progress_data,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_rotate_secret_async (BeaverDict *self,
                                      const char *new_secret,
                                      BeaverProgressFunc progress,
                                      gpointer progress_data,
                                      GDestroyNotify progress_destroy,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_rotate_secret_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_dict_names (BeaverDb *self, GCancellable *cancellable, GError **error);

BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_dict_names_async (BeaverDb *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_dict_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

/* Values as JSON text */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_json (BeaverDict *self,
                               const char *key,
                               const char *json,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_json_async (BeaverDict *self,
                                 const char *key,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_json_with_ttl (BeaverDict *self,
                                        const char *key,
                                        const char *json,
                                        double ttl,
                                        GCancellable *cancellable,
                                        GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_json_with_ttl_async (BeaverDict *self,
                                          const char *key,
                                          const char *json,
                                          double ttl,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_json_with_ttl_finish (BeaverDict *self,
                                               GAsyncResult *result,
                                               GError **error);

BEAVER_AVAILABLE_IN_1_0
char *
beaver_dict_get_json (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_json_async (BeaverDict *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_get_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_lookup_json (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_lookup_json_async (BeaverDict *self,
                                    const char *key,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_lookup_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverEntry *
beaver_dict_lookup (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_lookup_async (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverEntry *beaver_dict_lookup_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_dict_contains (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_contains_async (BeaverDict *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_contains_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_dict_remove (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_remove_async (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_remove_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *
beaver_dict_pop_json (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_pop_json_async (BeaverDict *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_pop_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverEntry *beaver_dict_pop_entry (BeaverDict *self,
                                    const char *key,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_pop_entry_async (BeaverDict *self,
                                  const char *key,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverEntry *beaver_dict_pop_entry_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_dict_lookup_many (BeaverDict *self,
                                    const char *const *keys,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_lookup_many_async (BeaverDict *self,
                                    const char *const *keys,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_dict_lookup_many_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char **beaver_dict_list_keys (BeaverDict *self,
                              const char *prefix,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_list_keys_async (BeaverDict *self,
                                  const char *prefix,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_dict_list_keys_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_compare_and_set_json (BeaverDict *self,
                                           const char *key,
                                           const char *expected,
                                           const char *json,
                                           GCancellable *cancellable,
                                           GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_compare_and_set_json_async (BeaverDict *self,
                                             const char *key,
                                             const char *expected,
                                             const char *json,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_compare_and_set_json_finish (BeaverDict *self,
                                                  GAsyncResult *result,
                                                  GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_get_or_set_json (BeaverDict *self,
                                   const char *key,
                                   const char *json,
                                   double ttl,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_or_set_json_async (BeaverDict *self,
                                        const char *key,
                                        const char *json,
                                        double ttl,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_get_or_set_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_dict_increment (BeaverDict *self,
                              const char *key,
                              gint64 amount,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_increment_async (BeaverDict *self,
                                  const char *key,
                                  gint64 amount,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_dict_increment_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
double beaver_dict_increment_double (BeaverDict *self,
                                     const char *key,
                                     double amount,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_increment_double_async (BeaverDict *self,
                                         const char *key,
                                         double amount,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
double beaver_dict_increment_double_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_ttl (BeaverDict *self,
                              const char *key,
                              double ttl,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_ttl_async (BeaverDict *self,
                                const char *key,
                                double ttl,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_ttl_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
double
beaver_dict_get_ttl (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_ttl_async (BeaverDict *self,
                                const char *key,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
double beaver_dict_get_ttl_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_many_json (BeaverDict *self,
                                    const char *const *keys,
                                    const char *const *values,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_many_json_async (BeaverDict *self,
                                      const char *const *keys,
                                      const char *const *values,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_many_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_update_json (BeaverDict *self,
                                  const char *object,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_update_json_async (BeaverDict *self,
                                    const char *object,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_update_json_finish (BeaverDict *self, GAsyncResult *result, GError **error);

/* Values as what they are */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_string (BeaverDict *self,
                                 const char *key,
                                 const char *value,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_string_async (BeaverDict *self,
                                   const char *key,
                                   const char *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_string_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_get_string (BeaverDict *self,
                              const char *key,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_string_async (BeaverDict *self,
                                   const char *key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char *beaver_dict_get_string_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_int (BeaverDict *self,
                              const char *key,
                              gint64 value,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_int_async (BeaverDict *self,
                                const char *key,
                                gint64 value,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_int_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64
beaver_dict_get_int (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_int_async (BeaverDict *self,
                                const char *key,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_dict_get_int_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_double (BeaverDict *self,
                                 const char *key,
                                 double value,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_double_async (BeaverDict *self,
                                   const char *key,
                                   double value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_double_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
double beaver_dict_get_double (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_double_async (BeaverDict *self,
                                   const char *key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
double beaver_dict_get_double_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_boolean (BeaverDict *self,
                                  const char *key,
                                  gboolean value,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_boolean_async (BeaverDict *self,
                                    const char *key,
                                    gboolean value,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_boolean_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_get_boolean (BeaverDict *self,
                                  const char *key,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_boolean_async (BeaverDict *self,
                                    const char *key,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_get_boolean_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_node (BeaverDict *self,
                               const char *key,
                               JsonNode *value,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_node_async (BeaverDict *self,
                                 const char *key,
                                 JsonNode *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_node_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
JsonNode *
beaver_dict_get_node (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_node_async (BeaverDict *self,
                                 const char *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_dict_get_node_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_object (BeaverDict *self,
                                 const char *key,
                                 GObject *value,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_set_object_async (BeaverDict *self,
                                   const char *key,
                                   GObject *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_dict_set_object_finish (BeaverDict *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GObject *beaver_dict_get_object (BeaverDict *self,
                                 const char *key,
                                 GType type,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_get_object_async (BeaverDict *self,
                                   const char *key,
                                   GType type,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_dict_get_object_finish (BeaverDict *self, GAsyncResult *result, GError **error);

/* Going over all of it */

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_dict_keys (BeaverDict *self, const char *prefix, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_dict_items (BeaverDict *self, const char *prefix, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverDictBatch *beaver_dict_create_batch (BeaverDict *self);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *
beaver_dict_query (BeaverDict *self, BeaverQuery *query, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_dict_query_async (BeaverDict *self,
                              BeaverQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_dict_query_finish (BeaverDict *self, GAsyncResult *result, GError **error);

G_END_DECLS
