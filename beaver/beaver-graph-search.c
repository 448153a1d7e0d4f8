/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-graph-private.h>

static const char SQL_OUT[] =
    "SELECT target_item_id, label FROM __beaver_edges__"
    " WHERE collection = $1 AND source_item_id = $2 ORDER BY target_item_id, label";
static const char SQL_IN[] =
    "SELECT source_item_id, label FROM __beaver_edges__"
    " WHERE collection = $1 AND target_item_id = $2 ORDER BY source_item_id, label";

/* The neighbours of $2 within $3 steps: %1$s is the end of an edge where one comes from, %2$s the
 * other one, %3$s a condition on labels. A node and a depth come once, so the depth has to be
 * bounded where there are cycles. */
#define SQL_NEIGHBOURS                                                                             \
  "WITH RECURSIVE reach (node, depth) AS (SELECT $2, 0 UNION"                                      \
  " SELECT edge.%2$s, reach.depth + 1 FROM reach"                                                  \
  " JOIN __beaver_edges__ AS edge ON edge.collection = $1 AND edge.%1$s = reach.node%3$s"          \
  " WHERE reach.depth < $3)"                                                                       \
  " SELECT node FROM reach WHERE node <> $2 GROUP BY node ORDER BY MIN(depth), node"
/* Beyond these, node after node is looked at instead. */
#define STATEMENT_DEPTH 8
#define STATEMENT_LABELS 64

/* Breadth first */

typedef struct _Node Node;
struct _Node
{
  Node *before; /* NULL: the start */
  gint64 depth;
  char id[];
};

/* What has been reached from one start. */
typedef struct
{
  BeaverGraphDirection direction;
  GHashTable *nodes; /* (element-type utf8 Node) by id, owned */
  GPtrArray *order;  /* (element-type Node) as they were reached */
  guint next;        /* the first one whose edges have not been looked at */
} Search;

static Node *
search_reach (Search *self, const char *id, Node *before)
{
  gsize size = strlen (id) + 1;
  Node *node = g_malloc (sizeof (Node) + size);

  node->before = before;
  node->depth = before != NULL ? before->depth + 1 : 0;
  memcpy (node->id, id, size);
  g_hash_table_insert (self->nodes, node->id, node);
  g_ptr_array_add (self->order, node);
  return node;
}

static void
search_init (Search *self, BeaverGraphDirection direction, const char *start)
{
  self->direction = direction;
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->order = g_ptr_array_new ();
  self->next = 0;
  search_reach (self, start, NULL);
}

static void
search_clear (Search *self)
{
  g_clear_pointer (&self->nodes, g_hash_table_unref);
  g_clear_pointer (&self->order, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
collect (BeaverConnection *connection,
         BeaverGraphOp *op,
         const char *sql,
         const char *node,
         GPtrArray *found,
         GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_text (statement, 2, node, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *label = _beaver_statement_text (statement, 1, NULL);
      const char *id = _beaver_statement_text (statement, 0, NULL);

      if (id != NULL && label != NULL &&
          (op->labels == NULL || g_strv_contains ((const char *const *) op->labels, label)))
        g_ptr_array_add (found, g_strdup (id));
    }
  return step == BEAVER_STEP_DONE;
}

/* The nodes one step from a node, sorted. */
static GPtrArray *
neighbours_of (BeaverConnection *connection,
               BeaverGraphOp *op,
               BeaverGraphDirection direction,
               const char *node,
               GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  if (direction != BEAVER_GRAPH_DIRECTION_IN &&
      !collect (connection, op, SQL_OUT, node, found, error))
    return NULL;
  if (direction != BEAVER_GRAPH_DIRECTION_OUT &&
      !collect (connection, op, SQL_IN, node, found, error))
    return NULL;
  if (direction == BEAVER_GRAPH_DIRECTION_BOTH)
    g_ptr_array_sort (found, compare_texts);
  return g_steal_pointer (&found);
}

/* Reaches all that is one step further, until there are limit nodes besides the start. */
static gboolean
search_deepen (Search *self,
               BeaverConnection *connection,
               BeaverGraphOp *op,
               gint64 limit,
               GError **error)
{
  guint end = self->order->len;

  for (; self->next < end; self->next++)
    {
      Node *node = g_ptr_array_index (self->order, self->next);
      g_autoptr (GPtrArray) found = NULL;

      if (limit >= 0 && (gint64) self->order->len > limit)
        return TRUE;
      found = neighbours_of (connection, op, self->direction, node->id, error);
      if (found == NULL)
        return FALSE;
      for (guint i = 0; i < found->len; i++)
        if (!g_hash_table_contains (self->nodes, found->pdata[i]))
          search_reach (self, found->pdata[i], node);
    }
  return TRUE;
}

static gboolean
search_all (Search *self, BeaverConnection *connection, BeaverGraphOp *op, GError **error)
{
  for (gint64 depth = 0; op->max_depth < 0 || depth < op->max_depth; depth++)
    {
      if (self->next == self->order->len ||
          (op->limit >= 0 && (gint64) self->order->len > op->limit))
        break;
      if (!search_deepen (self, connection, op, op->limit, error))
        return FALSE;
    }
  return TRUE;
}

static char **
path_to (Node *node)
{
  char **path = g_new0 (char *, node->depth + 2);

  for (; node != NULL; node = node->before)
    path[node->depth] = g_strdup (node->id);
  return path;
}

gboolean
_beaver_graph_walk_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  g_auto (Search) search = { 0 };

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  search_init (&search, op->direction, op->source);
  if (!search_all (&search, connection, op, error))
    return FALSE;
  for (guint i = 1; i < search.order->len; i++)
    {
      if (op->limit >= 0 && i > op->limit)
        break;
      g_ptr_array_add (op->results, _beaver_graph_visit_new_take (
                                        path_to (g_ptr_array_index (search.order, i))));
    }
  return TRUE;
}

/* Neighbours */

static int
compare_nodes (gconstpointer a, gconstpointer b)
{
  const Node *one = *(const Node *const *) a;
  const Node *other = *(const Node *const *) b;

  if (one->depth != other->depth)
    return one->depth < other->depth ? -1 : 1;
  return strcmp (one->id, other->id);
}

static gboolean
neighbours_by_search (BeaverConnection *connection, BeaverGraphOp *op, GError **error)
{
  g_auto (Search) search = { 0 };

  search_init (&search, op->direction, op->source);
  if (!search_all (&search, connection, op, error))
    return FALSE;
  g_ptr_array_sort (search.order, compare_nodes);
  for (guint i = 1; i < search.order->len; i++)
    g_ptr_array_add (op->results, g_strdup (((Node *) search.order->pdata[i])->id));
  return TRUE;
}

static gboolean
neighbours_by_statement (BeaverConnection *connection, BeaverGraphOp *op, GError **error)
{
  gboolean out = op->direction == BEAVER_GRAPH_DIRECTION_OUT;
  guint n_labels = op->labels != NULL ? g_strv_length (op->labels) : 0;
  g_autoptr (GString) labels = g_string_new (op->labels != NULL ? " AND edge.label IN (" : "");
  g_autofree char *sql = NULL;
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverStep step;

  for (guint i = 0; i < n_labels; i++)
    g_string_append_printf (labels, "%s$%u", i > 0 ? ", " : "", i + 4);
  if (op->labels != NULL)
    g_string_append_c (labels, ')');
  sql = g_strdup_printf (SQL_NEIGHBOURS, out ? "source_item_id" : "target_item_id",
                         out ? "target_item_id" : "source_item_id", labels->str);
  statement = _beaver_connection_prepare_dynamic (connection, sql, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->source, -1);
  _beaver_statement_bind_int (statement, 3, op->max_depth);
  for (guint i = 0; i < n_labels; i++)
    _beaver_statement_bind_text (statement, (int) i + 4, op->labels[i], -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      char *text = _beaver_statement_dup_text (statement, 0);

      if (text != NULL)
        g_ptr_array_add (op->results, text);
    }
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_graph_neighbours_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  guint n_labels = op->labels != NULL ? g_strv_length (op->labels) : 1;
  gboolean ok = TRUE;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_free);
  if (n_labels == 0)
    ok = TRUE;
  else if (op->direction != BEAVER_GRAPH_DIRECTION_BOTH && op->max_depth > 0 &&
           op->max_depth <= STATEMENT_DEPTH && n_labels <= STATEMENT_LABELS)
    ok = neighbours_by_statement (connection, op, error);
  else
    ok = neighbours_by_search (connection, op, error);
  g_ptr_array_add (op->results, NULL);
  return ok;
}

/* The shortest path: a level from the side that has less to look at, until the two meet. All nodes
 * up to the depths of both sides are known, so where they meet first the way is the shortest. */

static void
join_paths (BeaverGraphOp *op, Node *head, Node *tail)
{
  g_auto (GStrv) path = path_to (head);

  op->results = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; path[i] != NULL; i++)
    g_ptr_array_add (op->results, g_strdup (path[i]));
  for (tail = tail->before; tail != NULL; tail = tail->before)
    g_ptr_array_add (op->results, g_strdup (tail->id));
  g_ptr_array_add (op->results, NULL);
}

static BeaverGraphDirection
opposite (BeaverGraphDirection direction)
{
  switch (direction)
    {
    case BEAVER_GRAPH_DIRECTION_OUT:
      return BEAVER_GRAPH_DIRECTION_IN;
    case BEAVER_GRAPH_DIRECTION_IN:
      return BEAVER_GRAPH_DIRECTION_OUT;
    case BEAVER_GRAPH_DIRECTION_BOTH:
    default:
      return BEAVER_GRAPH_DIRECTION_BOTH;
    }
}

gboolean
_beaver_graph_path_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverGraphOp *op = data;
  g_auto (Search) head = { 0 };
  g_auto (Search) tail = { 0 };

  g_clear_pointer (&op->results, g_ptr_array_unref);
  search_init (&head, op->direction, op->source);
  search_init (&tail, opposite (op->direction), op->target);
  if (g_str_equal (op->source, op->target))
    {
      join_paths (op, g_ptr_array_index (head.order, 0), g_ptr_array_index (tail.order, 0));
      return TRUE;
    }
  for (gint64 depth = 0; op->max_depth < 0 || depth < op->max_depth; depth++)
    {
      guint of_head = head.order->len - head.next, of_tail = tail.order->len - tail.next;
      Search *search = of_head <= of_tail ? &head : &tail;
      Search *other = search == &head ? &tail : &head;
      guint from = search->order->len;

      if (of_head == 0 || of_tail == 0)
        return TRUE;
      if (!search_deepen (search, connection, op, -1, error))
        return FALSE;
      for (guint i = from; i < search->order->len; i++)
        {
          Node *node = g_ptr_array_index (search->order, i);
          Node *met = g_hash_table_lookup (other->nodes, node->id);

          if (met == NULL)
            continue;
          if (search == &head)
            join_paths (op, node, met);
          else
            join_paths (op, met, node);
          return TRUE;
        }
    }
  return TRUE;
}
