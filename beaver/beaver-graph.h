/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_GRAPH (beaver_graph_get_type ())

/**
 * BeaverGraphDirection:
 * @BEAVER_GRAPH_DIRECTION_OUT: from source to target
 * @BEAVER_GRAPH_DIRECTION_IN: from target to source
 * @BEAVER_GRAPH_DIRECTION_BOTH: either way
 *
 * Which way to go along edges.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_GRAPH_DIRECTION_OUT,
  BEAVER_GRAPH_DIRECTION_IN,
  BEAVER_GRAPH_DIRECTION_BOTH,
} BeaverGraphDirection;

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverGraph, beaver_graph, GRAPH)

BEAVER_AVAILABLE_IN_1_0
BeaverGraph *beaver_db_get_graph (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_graph_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_graph_names_async (BeaverDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_graph_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_graph_edges (BeaverGraph *self, const char *source, const char *target, const char *label, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_link (BeaverGraph *self, const char *source, const char *target, const char *label, const char *metadata, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_link_async (BeaverGraph *self, const char *source, const char *target, const char *label, const char *metadata, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_link_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_link_many (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_link_many_async (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_link_many_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_unlink (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_unlink_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_unlink_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_linked (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_linked_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_graph_linked_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverEdge * beaver_graph_get (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_get_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverEdge * beaver_graph_get_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverEdge * beaver_graph_lookup (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_lookup_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverEdge * beaver_graph_lookup_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_children (BeaverGraph *self, const char *source, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_children_async (BeaverGraph *self, const char *source, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_children_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_parents (BeaverGraph *self, const char *target, const char *label, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_parents_async (BeaverGraph *self, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_parents_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_labels (BeaverGraph *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_labels_async (BeaverGraph *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_labels_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray * beaver_graph_walk (BeaverGraph *self, const char *start, BeaverGraphDirection direction, const char *const *labels, gint max_depth, gint64 limit, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_walk_async (BeaverGraph *self, const char *start, BeaverGraphDirection direction, const char *const *labels, gint max_depth, gint64 limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray * beaver_graph_walk_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_neighbours (BeaverGraph *self, const char *node, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_neighbours_async (BeaverGraph *self, const char *node, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_neighbours_finish (BeaverGraph *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_shortest_path (BeaverGraph *self, const char *source, const char *target, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_graph_shortest_path_async (BeaverGraph *self, const char *source, const char *target, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char ** beaver_graph_shortest_path_finish (BeaverGraph *self, GAsyncResult *result, GError **error);


G_END_DECLS
