/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-graph-private.h>

/* The calls that go more than one step. */

/**
 * beaver_graph_walk:
 * @self: a graph
 * @start: the id of the node to start from
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @limit: at most so many; -1 for all
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Walks from node to node, those that are nearest first.
 *
 * Each node that can be reached comes once, with the number of edges to it and a shortest path.
 * Nodes of the same depth come in the order in which their edges are found: by the place of the
 * node before, then by id. The start itself is not among them. It all happens in one snapshot of
 * the file; memory grows with the number of nodes that are found.
 *
 * Returns: (transfer container) (element-type BeaverGraphVisit): the visits; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_graph_walk (BeaverGraph *self, const char *start, BeaverGraphDirection direction, const char *const *labels, gint max_depth, gint64 limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_walk_op (self, start, NULL, FALSE, direction, labels, max_depth, limit, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_walk_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_results (op, error);
}

/**
 * beaver_graph_walk_async:
 * @self: a graph
 * @start: the id of the node to start from
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @limit: at most so many; -1 for all
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.walk].
 *
 * Since: 1.0
 */
void
beaver_graph_walk_async (BeaverGraph *self, const char *start, BeaverGraphDirection direction, const char *const *labels, gint max_depth, gint64 limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_walk_op (self, start, NULL, FALSE, direction, labels, max_depth, limit, &error);
  _beaver_graph_start (self, beaver_graph_walk_async, BEAVER_ACCESS_SCAN, _beaver_graph_walk_work, op, error, _beaver_graph_finish_results, cancellable, callback, user_data);
}

/**
 * beaver_graph_walk_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.walk_async].
 *
 * Returns: (transfer container) (element-type BeaverGraphVisit): the visits; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_graph_walk_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_neighbours:
 * @self: a graph
 * @node: the id of a node
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the nodes within a number of steps, in one recursive statement: nearest first, then by id,
 * each once and without @node itself.
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_graph_neighbours (BeaverGraph *self, const char *node, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_walk_op (self, node, NULL, FALSE, direction, labels, max_depth, -1, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_neighbours_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_strv (op, error);
}

/**
 * beaver_graph_neighbours_async:
 * @self: a graph
 * @node: the id of a node
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.neighbours].
 *
 * Since: 1.0
 */
void
beaver_graph_neighbours_async (BeaverGraph *self, const char *node, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_walk_op (self, node, NULL, FALSE, direction, labels, max_depth, -1, &error);
  _beaver_graph_start (self, beaver_graph_neighbours_async, BEAVER_ACCESS_SCAN, _beaver_graph_neighbours_work, op, error, _beaver_graph_finish_strv, cancellable, callback, user_data);
}

/**
 * beaver_graph_neighbours_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.neighbours_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_graph_neighbours_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_graph_shortest_path:
 * @self: a graph
 * @source: the id of the node to start from
 * @target: the id of the node to reach
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds a path of the fewest edges. From a node to itself it has no edge.
 *
 * Searches from both ends at once, so that it looks at far less than a walk of the whole length.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): ids from @source to @target, both
 * included; %NULL without an error when there is no way
 *
 * Since: 1.0
 */
char **
beaver_graph_shortest_path (BeaverGraph *self, const char *source, const char *target, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverGraphOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_GRAPH (self), NULL);

  op = _beaver_graph_new_walk_op (self, source, target, TRUE, direction, labels, max_depth, -1, error);
  if (op == NULL || !_beaver_graph_run (self, BEAVER_ACCESS_SCAN, _beaver_graph_path_work, op, cancellable, error))
    return NULL;
  return _beaver_graph_take_strv (op, error);
}

/**
 * beaver_graph_shortest_path_async:
 * @self: a graph
 * @source: the id of the node to start from
 * @target: the id of the node to reach
 * @direction: along the edges, against them, or both
 * @labels: (nullable) (array zero-terminated=1): only along edges with one of these labels; %NULL
 *   for all
 * @max_depth: edges on the way, 1 or more; -1 for any number
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Graph.shortest_path].
 *
 * Since: 1.0
 */
void
beaver_graph_shortest_path_async (BeaverGraph *self, const char *source, const char *target, BeaverGraphDirection direction, const char *const *labels, gint max_depth, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  BeaverGraphOp *op;

  g_return_if_fail (BEAVER_IS_GRAPH (self));

  op = _beaver_graph_new_walk_op (self, source, target, TRUE, direction, labels, max_depth, -1, &error);
  _beaver_graph_start (self, beaver_graph_shortest_path_async, BEAVER_ACCESS_SCAN, _beaver_graph_path_work, op, error, _beaver_graph_finish_strv, cancellable, callback, user_data);
}

/**
 * beaver_graph_shortest_path_finish:
 * @self: a graph
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Graph.shortest_path_async].
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): ids from @source to @target, both
 * included; %NULL without an error when there is no way
 *
 * Since: 1.0
 */
char **
beaver_graph_shortest_path_finish (BeaverGraph *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

