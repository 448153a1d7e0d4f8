/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-graph-visit-private.h>

/**
 * BeaverGraphVisit:
 *
 * A node that a walk has reached, see [method@Beaver.Graph.walk].
 *
 * Since: 1.0
 */
struct _BeaverGraphVisit
{
  GObject parent_instance;

  /* All constant after construction. */
  char *node;
  int depth;
  char **path;
};

G_DEFINE_FINAL_TYPE (BeaverGraphVisit, beaver_graph_visit, G_TYPE_OBJECT)

typedef enum
{
  PROP_NODE = 1,
  PROP_DEPTH,
  PROP_PATH,
} BeaverGraphVisitProperty;
static GParamSpec *props[PROP_PATH + 1];

static void
beaver_graph_visit_finalize (GObject *object)
{
  BeaverGraphVisit *self = BEAVER_GRAPH_VISIT (object);

  g_free (self->node);
  g_strfreev (self->path);
  G_OBJECT_CLASS (beaver_graph_visit_parent_class)->finalize (object);
}

static void
beaver_graph_visit_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverGraphVisit *self = BEAVER_GRAPH_VISIT (object);

  switch ((BeaverGraphVisitProperty) prop_id)
    {
    case PROP_NODE:
      g_value_set_string (value, beaver_graph_visit_get_node (self));
      break;
    case PROP_DEPTH:
      g_value_set_int (value, beaver_graph_visit_get_depth (self));
      break;
    case PROP_PATH:
      g_value_set_boxed (value, beaver_graph_visit_get_path (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_graph_visit_class_init (BeaverGraphVisitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_graph_visit_finalize;
  object_class->get_property = beaver_graph_visit_get_property;

  /**
   * BeaverGraphVisit:node: (getter get_node)
   *
   * The id of the node.
   *
   * Since: 1.0
   */
  props[PROP_NODE] =
      g_param_spec_string ("node", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverGraphVisit:depth: (getter get_depth)
   *
   * How many edges the walk went to get there.
   *
   * Since: 1.0
   */
  props[PROP_DEPTH] = g_param_spec_int ("depth", NULL, NULL, 0, G_MAXINT, 0,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverGraphVisit:path: (getter get_path)
   *
   * The ids of the nodes on the way, from the start to this one.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_boxed ("path", NULL, NULL, G_TYPE_STRV,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_graph_visit_init (BeaverGraphVisit *self)
{
}

BeaverGraphVisit *
_beaver_graph_visit_new_take (char **path)
{
  BeaverGraphVisit *self = g_object_new (BEAVER_TYPE_GRAPH_VISIT, NULL);

  self->path = path;
  self->depth = (int) g_strv_length (path) - 1;
  self->node = g_strdup (path[self->depth]);
  return self;
}

/**
 * beaver_graph_visit_get_node:
 * @self: a visit
 *
 * Gets the id of the node.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
beaver_graph_visit_get_node (BeaverGraphVisit *self)
{
  g_return_val_if_fail (BEAVER_IS_GRAPH_VISIT (self), NULL);

  return self->node != NULL ? self->node : "";
}

/**
 * beaver_graph_visit_get_depth:
 * @self: a visit
 *
 * Gets how many edges the walk went to get there.
 *
 * Returns: the depth, 1 or more
 *
 * Since: 1.0
 */
int
beaver_graph_visit_get_depth (BeaverGraphVisit *self)
{
  g_return_val_if_fail (BEAVER_IS_GRAPH_VISIT (self), 0);

  return self->depth;
}

/**
 * beaver_graph_visit_get_path:
 * @self: a visit
 *
 * Gets the ids of the nodes on the way, from the start to this one.
 *
 * Returns: (transfer none) (array zero-terminated=1): ids
 *
 * Since: 1.0
 */
const char *const *
beaver_graph_visit_get_path (BeaverGraphVisit *self)
{
  g_return_val_if_fail (BEAVER_IS_GRAPH_VISIT (self), NULL);

  return (const char *const *) self->path;
}
