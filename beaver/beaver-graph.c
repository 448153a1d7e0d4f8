/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-graph-private.h>

/* From name to name and not row by row. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE found (text) AS"
    " (SELECT MIN(collection) FROM __beaver_edges__ UNION ALL"
    " SELECT (SELECT MIN(collection) FROM __beaver_edges__ WHERE collection > text)"
    " FROM found WHERE text IS NOT NULL)"
    " SELECT text FROM found WHERE text IS NOT NULL";

/**
 * BeaverGraph:
 *
 * Nodes and the labelled edges between them.
 *
 * A node is an id, any UTF-8; it needs no making. An edge goes from a source to a target, has a
 * label and may have metadata, which is JSON. There is one edge at most for the same source, target
 * and label.
 *
 * ```c
 * BeaverGraph *social = beaver_db_get_graph (db, "social", &error);
 * g_auto(GStrv) path = NULL;
 *
 * beaver_graph_link (social, "ann", "bob", "follows", "{\"since\": 2021}", NULL, &error);
 * beaver_graph_link (social, "bob", "cid", "follows", NULL, NULL, &error);
 * path = beaver_graph_shortest_path (social, "ann", "cid", BEAVER_GRAPH_DIRECTION_OUT, NULL, -1, NULL, &error);
 * ```
 *
 * The file holds what the graph of Python's beaver-db 2.x holds, and both may use it at the same
 * time.
 *
 * Events: `link` and `unlink` with `{"source": …, "target": …, "label": …}`, `clear` with `{}`. A
 * graph may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverGraph
{
  BeaverManager parent_instance;
};

struct _BeaverGraphClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverGraph, beaver_graph, BEAVER_TYPE_MANAGER)

static void
beaver_graph_class_init (BeaverGraphClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  manager_class->kind = "graph";
  manager_class->count_work = _beaver_graph_count_work;
  manager_class->clear_work = _beaver_graph_clear_work;
}

static void
beaver_graph_init (BeaverGraph *self)
{
}

/**
 * beaver_db_get_graph:
 * @self: a database
 * @name: the name of the graph, not empty
 * @error: return location for an error
 *
 * Gets a graph, which exists as soon as it has an edge.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the graph; %NULL on error
 *
 * Since: 1.0
 */
BeaverGraph *
beaver_db_get_graph (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("graph", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_GRAPH, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_graph_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the graphs that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_graph_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_graph_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_graph_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_graph_names_async (BeaverDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_graph_names_async, SQL_NAMES, cancellable, callback, user_data);
}

/**
 * beaver_db_get_graph_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_graph_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_graph_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/**
 * beaver_graph_edges:
 * @self: a graph
 * @source: (nullable): only edges that begin at this node
 * @target: (nullable): only edges that end at this node
 * @label: (nullable): only edges with this label
 * @error: return location for an error
 *
 * Goes over edges, sorted by source, target and label.
 *
 * The cursor gives [class@Beaver.Edge] objects. This call reads nothing yet. With a source or a
 * target the file is only looked at where their edges are.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_graph_edges (BeaverGraph *self, const char *source, const char *target, const char *label, GError **error)
{
  BeaverGraphOp *op;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_filter_op (self, source, target, label, error);
  if (op == NULL)
    return NULL;
  return _beaver_cursor_new (op->core, _beaver_graph_edges_page, op, _beaver_graph_op_free);
}

/**
 * beaver_graph_link:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @metadata: (nullable): JSON text to keep with the edge; %NULL for none
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Makes an edge, or gives the one there is other metadata.
 *
 * Any JSON is kept, `{}`, `0` and `null` too, which Python's beaver-db reads as such but would not
 * write. Only %NULL means no metadata.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_link (BeaverGraph *self, const char *source, const char *target, const char *label, const char *metadata, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), FALSE);

  op = _beaver_graph_new_link_op (self, source, target, label, metadata, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_WRITE, _beaver_graph_link_work, op, cancellable, error))
    return FALSE;
  return _beaver_graph_take_true (op, error);
}

/**
 * beaver_graph_link_async:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @metadata: (nullable): JSON text to keep with the edge; %NULL for none
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.link].
 *
 * Since: 1.0
 */
void
beaver_graph_link_async (BeaverGraph *self, const char *source, const char *target, const char *label, const char *metadata, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_link_op (self, source, target, label, metadata, &error);
  _beaver_graph_start (self, beaver_graph_link_async, BEAVER_ACCESS_WRITE, _beaver_graph_link_work, op, error, _beaver_graph_finish_true, cancellable, callback, user_data);
}

/**
 * beaver_graph_link_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.link_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_link_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_graph_link_many:
 * @self: a graph
 * @edges: (array length=n_edges): the edges
 * @n_edges: their number
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Makes many edges in one transaction: all of them, or on an error none.
 *
 * Of equal ones the last counts.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_link_many (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), FALSE);

  op = _beaver_graph_new_edges_op (self, edges, n_edges, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_WRITE, _beaver_graph_link_work, op, cancellable, error))
    return FALSE;
  return _beaver_graph_take_true (op, error);
}

/**
 * beaver_graph_link_many_async:
 * @self: a graph
 * @edges: (array length=n_edges): the edges
 * @n_edges: their number
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.link_many].
 *
 * Since: 1.0
 */
void
beaver_graph_link_many_async (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_edges_op (self, edges, n_edges, &error);
  _beaver_graph_start (self, beaver_graph_link_many_async, BEAVER_ACCESS_WRITE, _beaver_graph_link_work, op, error, _beaver_graph_finish_true, cancellable, callback, user_data);
}

/**
 * beaver_graph_link_many_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.link_many_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_link_many_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_graph_unlink:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes an edge. One that is not there is no error.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_unlink (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), FALSE);

  op = _beaver_graph_new_edge_op (self, source, target, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_WRITE, _beaver_graph_unlink_work, op, cancellable, error))
    return FALSE;
  return _beaver_graph_take_true (op, error);
}

/**
 * beaver_graph_unlink_async:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.unlink].
 *
 * Since: 1.0
 */
void
beaver_graph_unlink_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_edge_op (self, source, target, label, &error);
  _beaver_graph_start (self, beaver_graph_unlink_async, BEAVER_ACCESS_WRITE, _beaver_graph_unlink_work, op, error, _beaver_graph_finish_true, cancellable, callback, user_data);
}

/**
 * beaver_graph_unlink_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.unlink_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_graph_unlink_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_graph_linked:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Says whether there is an edge from @source to @target with this label.
 *
 * Returns: %TRUE when it is there; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_graph_linked (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), FALSE);

  op = _beaver_graph_new_edge_op (self, source, target, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, cancellable, error))
    return FALSE;
  return _beaver_graph_take_found (op, error);
}

/**
 * beaver_graph_linked_async:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.linked].
 *
 * Since: 1.0
 */
void
beaver_graph_linked_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_edge_op (self, source, target, label, &error);
  _beaver_graph_start (self, beaver_graph_linked_async, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, error, _beaver_graph_finish_found, cancellable, callback, user_data);
}

/**
 * beaver_graph_linked_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.linked_async].
 *
 * Returns: %TRUE when it is there; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_graph_linked_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_graph_get:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an edge that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Returns: (transfer full): the edge; %NULL on error
 *
 * Since: 1.0
 */
BeaverEdge *
beaver_graph_get (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_edge_op (self, source, target, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_edge (op, error);
}

/**
 * beaver_graph_get_async:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.get].
 *
 * Since: 1.0
 */
void
beaver_graph_get_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_edge_op (self, source, target, label, &error);
  _beaver_graph_start (self, beaver_graph_get_async, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, error, _beaver_graph_finish_edge, cancellable, callback, user_data);
}

/**
 * beaver_graph_get_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.get_async].
 *
 * Returns: (transfer full): the edge; %NULL on error
 *
 * Since: 1.0
 */
BeaverEdge *
beaver_graph_get_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_lookup:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an edge that may be missing.
 *
 * Returns: (transfer full) (nullable): the edge; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverEdge *
beaver_graph_lookup (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_edge_op (self, source, target, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_edge_or_null (op, error);
}

/**
 * beaver_graph_lookup_async:
 * @self: a graph
 * @source: the id of the node where the edge begins, any UTF-8
 * @target: the id of the node where it ends, any UTF-8
 * @label: its label, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.lookup].
 *
 * Since: 1.0
 */
void
beaver_graph_lookup_async (BeaverGraph *self, const char *source, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_edge_op (self, source, target, label, &error);
  _beaver_graph_start (self, beaver_graph_lookup_async, BEAVER_ACCESS_POINT, _beaver_graph_lookup_work, op, error, _beaver_graph_finish_edge_or_null, cancellable, callback, user_data);
}

/**
 * beaver_graph_lookup_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.lookup_async].
 *
 * Returns: (transfer full) (nullable): the edge; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverEdge *
beaver_graph_lookup_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_children:
 * @self: a graph
 * @source: the id of a node
 * @label: (nullable): only edges with this label
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the nodes to which edges go from @source.
 *
 * A node comes once for each edge, sorted by id and label, as in Python. For each node only once,
 * or for more than one step, see [method@Beaver.Graph.neighbours].
 *
 * Returns: (transfer full) (array zero-terminated=1): ids, none for a node without edges; %NULL on
 * error
 *
 * Since: 1.0
 */
char **
beaver_graph_children (BeaverGraph *self, const char *source, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_node_op (self, source, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_children_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_strv (op, error);
}

/**
 * beaver_graph_children_async:
 * @self: a graph
 * @source: the id of a node
 * @label: (nullable): only edges with this label
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.children].
 *
 * Since: 1.0
 */
void
beaver_graph_children_async (BeaverGraph *self, const char *source, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_node_op (self, source, label, &error);
  _beaver_graph_start (self, beaver_graph_children_async, BEAVER_ACCESS_SCAN, _beaver_graph_children_work, op, error, _beaver_graph_finish_strv, cancellable, callback, user_data);
}

/**
 * beaver_graph_children_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.children_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): ids, none for a node without edges; %NULL on
 * error
 *
 * Since: 1.0
 */
char **
beaver_graph_children_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_parents:
 * @self: a graph
 * @target: the id of a node
 * @label: (nullable): only edges with this label
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the nodes from which edges go to @target.
 *
 * A node comes once for each edge, sorted by id and label, as in Python. For each node only once,
 * or for more than one step, see [method@Beaver.Graph.neighbours].
 *
 * Returns: (transfer full) (array zero-terminated=1): ids, none for a node without edges; %NULL on
 * error
 *
 * Since: 1.0
 */
char **
beaver_graph_parents (BeaverGraph *self, const char *target, const char *label, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_node_op (self, target, label, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_parents_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_strv (op, error);
}

/**
 * beaver_graph_parents_async:
 * @self: a graph
 * @target: the id of a node
 * @label: (nullable): only edges with this label
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.parents].
 *
 * Since: 1.0
 */
void
beaver_graph_parents_async (BeaverGraph *self, const char *target, const char *label, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_node_op (self, target, label, &error);
  _beaver_graph_start (self, beaver_graph_parents_async, BEAVER_ACCESS_SCAN, _beaver_graph_parents_work, op, error, _beaver_graph_finish_strv, cancellable, callback, user_data);
}

/**
 * beaver_graph_parents_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.parents_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): ids, none for a node without edges; %NULL on
 * error
 *
 * Since: 1.0
 */
char **
beaver_graph_parents_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_labels:
 * @self: a graph
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the labels that edges have, each once. Looks at every edge.
 *
 * Returns: (transfer full) (array zero-terminated=1): labels, sorted; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_graph_labels (BeaverGraph *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_op_new (self, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_labels_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_strv (op, error);
}

/**
 * beaver_graph_labels_async:
 * @self: a graph
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.labels].
 *
 * Since: 1.0
 */
void
beaver_graph_labels_async (BeaverGraph *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_op_new (self, &error);
  _beaver_graph_start (self, beaver_graph_labels_async, BEAVER_ACCESS_SCAN, _beaver_graph_labels_work, op, error, _beaver_graph_finish_strv, cancellable, callback, user_data);
}

/**
 * beaver_graph_labels_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.labels_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): labels, sorted; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_graph_labels_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

