/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-edge-private.h>
#include <beaver/beaver-graph-visit-private.h>
#include <beaver/beaver-graph.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* An edge as plain data; metadata in normal form, NULL for none. */
typedef struct
{
  char *source, *target, *label, *metadata;
} BeaverGraphLink;

/* The data of every work on a graph, and the state of a cursor over edges: arguments, then
 * results. */
typedef struct
{
  BeaverManagerCore *core;

  char *source, *target, *label; /* also filters: NULL for any */
  GArray *links;                 /* (element-type BeaverGraphLink) */
  BeaverGraphDirection direction;
  char **labels; /* NULL: all */
  gint64 max_depth;
  gint64 limit;

  gboolean begun; /* the cursor stands behind this edge: */
  GBytes *last_source, *last_target, *last_label;

  gboolean found;
  char *metadata;
  GPtrArray *results; /* ids (char *, terminated by NULL) or BeaverGraphVisit */
} BeaverGraphOp;

BeaverGraphOp *_beaver_graph_op_new (BeaverGraph *self, GError **error);
void _beaver_graph_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverGraphOp, _beaver_graph_op_free)
BeaverGraphOp *_beaver_graph_new_edge_op (BeaverGraph *self, const char *source, const char *target, const char *label, GError **error);
BeaverGraphOp *_beaver_graph_new_filter_op (BeaverGraph *self, const char *source, const char *target, const char *label, GError **error);
BeaverGraphOp *_beaver_graph_new_node_op (BeaverGraph *self, const char *node, const char *label, GError **error);
BeaverGraphOp *_beaver_graph_new_link_op (BeaverGraph *self, const char *source, const char *target, const char *label, const char *metadata, GError **error);
BeaverGraphOp *_beaver_graph_new_edges_op (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GError **error);
BeaverGraphOp *_beaver_graph_new_walk_op (BeaverGraph *self, const char *start, const char *target, gboolean to_target, BeaverGraphDirection direction, const char *const *labels, gint max_depth, gint64 limit, GError **error);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_graph_run (BeaverGraph *self, BeaverAccess access, BeaverWork work, BeaverGraphOp *op, GCancellable *cancellable, GError **error);
void _beaver_graph_start (BeaverGraph *self, gpointer source_tag, BeaverAccess access, BeaverWork work, BeaverGraphOp *op, GError *error, BeaverFinish finish, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Turn the results of a work into what the caller gets; the second of each is the end of a task. */
gboolean _beaver_graph_take_true (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_true (GTask *task, gpointer op);
gboolean _beaver_graph_take_found (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_found (GTask *task, gpointer op);
char **_beaver_graph_take_strv (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_strv (GTask *task, gpointer op);
GPtrArray *_beaver_graph_take_results (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_results (GTask *task, gpointer op);
BeaverEdge *_beaver_graph_take_edge (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_edge (GTask *task, gpointer op);
BeaverEdge *_beaver_graph_take_edge_or_null (BeaverGraphOp *op, GError **error);
void _beaver_graph_finish_edge_or_null (GTask *task, gpointer op);

gboolean _beaver_graph_link_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_unlink_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_lookup_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_children_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_parents_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_labels_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_walk_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_neighbours_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_path_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_edges_page (BeaverConnection *connection, gpointer op, GPtrArray *entries, gboolean *at_end, GError **error);

/* The data of count and clear are those of every manager. */
gboolean _beaver_graph_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_graph_clear_work (BeaverConnection *connection, gpointer op, GError **error);

G_END_DECLS
