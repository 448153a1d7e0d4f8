/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-graph-private.h>
#include <beaver/engine/beaver-json-private.h>

static void
link_clear (gpointer pointer)
{
  BeaverGraphLink *link = pointer;

  g_free (link->source);
  g_free (link->target);
  g_free (link->label);
  g_free (link->metadata);
}

BeaverGraphOp *
_beaver_graph_op_new (BeaverGraph *self, GError **error)
{
  BeaverGraphOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverGraphOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->max_depth = -1;
  op->limit = -1;
  return op;
}

void
_beaver_graph_op_free (gpointer pointer)
{
  BeaverGraphOp *op = pointer;

  g_free (op->source);
  g_free (op->target);
  g_free (op->label);
  g_clear_pointer (&op->links, g_array_unref);
  g_strfreev (op->labels);
  g_clear_pointer (&op->last_source, g_bytes_unref);
  g_clear_pointer (&op->last_target, g_bytes_unref);
  g_clear_pointer (&op->last_label, g_bytes_unref);
  g_free (op->metadata);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

static gboolean
check_text (BeaverGraphOp *op, const char *what, const char *text, GError **error)
{
  if (_beaver_check_text (what, text, error))
    return TRUE;
  g_prefix_error (error, "graph “%s”: ", op->core->name);
  return FALSE;
}

static gboolean
check_edge (BeaverGraphOp *op,
            const char *source,
            const char *target,
            const char *label,
            GError **error)
{
  return check_text (op, "the source", source, error) &&
         check_text (op, "the target", target, error) && check_text (op, "the label", label, error);
}

static BeaverGraphOp *
new_op (BeaverGraph *self,
        const char *source,
        const char *target,
        const char *label,
        gboolean partly,
        GError **error)
{
  g_autoptr (BeaverGraphOp) op = _beaver_graph_op_new (self, error);

  if (op == NULL ||
      (!(partly && source == NULL) && !check_text (op, "the source", source, error)) ||
      (!(partly && target == NULL) && !check_text (op, "the target", target, error)) ||
      (!(partly && label == NULL) && !check_text (op, "the label", label, error)))
    return NULL;
  op->source = g_strdup (source);
  op->target = g_strdup (target);
  op->label = g_strdup (label);
  return g_steal_pointer (&op);
}

BeaverGraphOp *
_beaver_graph_new_edge_op (BeaverGraph *self,
                           const char *source,
                           const char *target,
                           const char *label,
                           GError **error)
{
  return new_op (self, source, target, label, FALSE, error);
}

BeaverGraphOp *
_beaver_graph_new_filter_op (BeaverGraph *self,
                             const char *source,
                             const char *target,
                             const char *label,
                             GError **error)
{
  return new_op (self, source, target, label, TRUE, error);
}

BeaverGraphOp *
_beaver_graph_new_node_op (BeaverGraph *self, const char *node, const char *label, GError **error)
{
  g_autoptr (BeaverGraphOp) op = new_op (self, NULL, NULL, label, TRUE, error);

  if (op == NULL || !check_text (op, "the node", node, error))
    return NULL;
  op->source = g_strdup (node);
  return g_steal_pointer (&op);
}

static gboolean
add_link (BeaverGraphOp *op,
          const char *source,
          const char *target,
          const char *label,
          const char *metadata,
          GError **error)
{
  BeaverGraphLink link = { NULL, NULL, NULL, NULL };

  if (!check_edge (op, source, target, label, error))
    return FALSE;
  if (metadata != NULL)
    {
      link.metadata = _beaver_json_normalize (metadata, -1, error);
      if (link.metadata == NULL)
        {
          g_prefix_error (error, "graph “%s”: the metadata of “%s” to “%s”: ", op->core->name,
                          source, target);
          return FALSE;
        }
    }
  link.source = g_strdup (source);
  link.target = g_strdup (target);
  link.label = g_strdup (label);
  g_array_append_val (op->links, link);
  return TRUE;
}

static BeaverGraphOp *
new_links_op (BeaverGraph *self, GError **error)
{
  BeaverGraphOp *op = _beaver_graph_op_new (self, error);

  if (op != NULL)
    {
      op->links = g_array_new (FALSE, FALSE, sizeof (BeaverGraphLink));
      g_array_set_clear_func (op->links, link_clear);
    }
  return op;
}

BeaverGraphOp *
_beaver_graph_new_link_op (BeaverGraph *self,
                           const char *source,
                           const char *target,
                           const char *label,
                           const char *metadata,
                           GError **error)
{
  g_autoptr (BeaverGraphOp) op = new_links_op (self, error);

  if (op == NULL || !add_link (op, source, target, label, metadata, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverGraphOp *
_beaver_graph_new_edges_op (BeaverGraph *self, BeaverEdge **edges, gsize n_edges, GError **error)
{
  g_autoptr (BeaverGraphOp) op = new_links_op (self, error);

  if (op == NULL)
    return NULL;
  for (gsize i = 0; i < n_edges; i++)
    {
      if (!BEAVER_IS_EDGE (edges[i]))
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                       _ ("graph “%s”: item %zu is no edge"), op->core->name, i);
          return NULL;
        }
      if (!add_link (op, beaver_edge_get_source (edges[i]), beaver_edge_get_target (edges[i]),
                     beaver_edge_get_label (edges[i]), beaver_edge_get_metadata (edges[i]), error))
        return NULL;
    }
  return g_steal_pointer (&op);
}

BeaverGraphOp *
_beaver_graph_new_walk_op (BeaverGraph *self,
                           const char *start,
                           const char *target,
                           gboolean to_target,
                           BeaverGraphDirection direction,
                           const char *const *labels,
                           gint max_depth,
                           gint64 limit,
                           GError **error)
{
  g_autoptr (BeaverGraphOp) op = _beaver_graph_op_new (self, error);

  if (op == NULL || !check_text (op, "the start", start, error) ||
      (to_target && !check_text (op, "the target", target, error)))
    return NULL;
  if (direction < BEAVER_GRAPH_DIRECTION_OUT || direction > BEAVER_GRAPH_DIRECTION_BOTH)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("graph “%s”: there is no direction %d"), op->core->name, direction);
      return NULL;
    }
  if (max_depth == 0 || max_depth < -1)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("graph “%s”: a depth of %d goes nowhere; give 1 or more, or -1 for any"),
                   op->core->name, max_depth);
      return NULL;
    }
  if (limit < -1)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("graph “%s”: a limit of %" PRId64 " is not possible; give 0 or more, or -1 for all"),
          op->core->name, limit);
      return NULL;
    }
  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    if (!check_text (op, "a label", labels[i], error))
      return NULL;
  op->source = g_strdup (start);
  op->target = to_target ? g_strdup (target) : NULL;
  op->direction = direction;
  op->labels = g_strdupv ((char **) labels);
  op->max_depth = max_depth;
  op->limit = limit;
  return g_steal_pointer (&op);
}

/* Running */

gboolean
_beaver_graph_run (BeaverGraph *self,
                   BeaverAccess access,
                   BeaverWork work,
                   BeaverGraphOp *op,
                   GCancellable *cancellable,
                   GError **error)
{
  return _beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error);
}

void
_beaver_graph_start (BeaverGraph *self,
                     gpointer source_tag,
                     BeaverAccess access,
                     BeaverWork work,
                     BeaverGraphOp *op,
                     GError *error,
                     BeaverFinish finish,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_graph_op_free, task,
                             finish);
}

/* Results, for the caller of a work and for the end of a task */

gboolean
_beaver_graph_take_true (BeaverGraphOp *op, GError **error)
{
  return TRUE;
}

void
_beaver_graph_finish_true (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_graph_take_found (BeaverGraphOp *op, GError **error)
{
  return op->found;
}

void
_beaver_graph_finish_found (GTask *task, gpointer data)
{
  BeaverGraphOp *op = data;

  g_task_return_boolean (task, op->found);
}

char **
_beaver_graph_take_strv (BeaverGraphOp *op, GError **error)
{
  GPtrArray *results = g_steal_pointer (&op->results);

  return results != NULL ? (char **) g_ptr_array_free (results, FALSE) : NULL;
}

void
_beaver_graph_finish_strv (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_graph_take_strv (data, NULL), (GDestroyNotify) g_strfreev);
}

GPtrArray *
_beaver_graph_take_results (BeaverGraphOp *op, GError **error)
{
  return g_steal_pointer (&op->results);
}

void
_beaver_graph_finish_results (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_graph_take_results (data, NULL),
                         (GDestroyNotify) g_ptr_array_unref);
}

BeaverEdge *
_beaver_graph_take_edge_or_null (BeaverGraphOp *op, GError **error)
{
  return op->found ? _beaver_edge_new (op->source, op->target, op->label, op->metadata) : NULL;
}

void
_beaver_graph_finish_edge_or_null (GTask *task, gpointer data)
{
  g_task_return_pointer (task, _beaver_graph_take_edge_or_null (data, NULL), g_object_unref);
}

BeaverEdge *
_beaver_graph_take_edge (BeaverGraphOp *op, GError **error)
{
  if (!op->found)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("graph “%s”: there is no edge “%s” from “%s” to “%s”"), op->core->name,
                 op->label, op->source, op->target);
  return _beaver_graph_take_edge_or_null (op, NULL);
}

void
_beaver_graph_finish_edge (GTask *task, gpointer data)
{
  GError *error = NULL;
  BeaverEdge *edge = _beaver_graph_take_edge (data, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, edge, g_object_unref);
}
