/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-edge-private.h>

/**
 * BeaverEdge:
 *
 * An edge of a graph.
 *
 * It is a snapshot: it does not change when the graph does.
 *
 * Since: 1.0
 */
struct _BeaverEdge
{
  GObject parent_instance;

  /* All constant after construction. */
  char *source;
  char *target;
  char *label;
  char *metadata;
};

G_DEFINE_FINAL_TYPE (BeaverEdge, beaver_edge, G_TYPE_OBJECT)

typedef enum
{
  PROP_SOURCE = 1,
  PROP_TARGET,
  PROP_LABEL,
  PROP_METADATA,
} BeaverEdgeProperty;
static GParamSpec *props[PROP_METADATA + 1];

static void
beaver_edge_finalize (GObject *object)
{
  BeaverEdge *self = BEAVER_EDGE (object);

  g_free (self->source);
  g_free (self->target);
  g_free (self->label);
  g_free (self->metadata);
  G_OBJECT_CLASS (beaver_edge_parent_class)->finalize (object);
}

static void
beaver_edge_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverEdge *self = BEAVER_EDGE (object);

  switch ((BeaverEdgeProperty) prop_id)
    {
    case PROP_SOURCE:
      g_value_set_string (value, beaver_edge_get_source (self));
      break;
    case PROP_TARGET:
      g_value_set_string (value, beaver_edge_get_target (self));
      break;
    case PROP_LABEL:
      g_value_set_string (value, beaver_edge_get_label (self));
      break;
    case PROP_METADATA:
      g_value_set_string (value, beaver_edge_get_metadata (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_edge_class_init (BeaverEdgeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_edge_finalize;
  object_class->get_property = beaver_edge_get_property;

  /**
   * BeaverEdge:source: (getter get_source)
   *
   * The id of the node where the edge begins.
   *
   * Since: 1.0
   */
  props[PROP_SOURCE] =
      g_param_spec_string ("source", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEdge:target: (getter get_target)
   *
   * The id of the node where the edge ends.
   *
   * Since: 1.0
   */
  props[PROP_TARGET] =
      g_param_spec_string ("target", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEdge:label: (getter get_label)
   *
   * The label.
   *
   * Since: 1.0
   */
  props[PROP_LABEL] =
      g_param_spec_string ("label", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEdge:metadata: (getter get_metadata)
   *
   * The metadata as JSON text; %NULL for none.
   *
   * Since: 1.0
   */
  props[PROP_METADATA] =
      g_param_spec_string ("metadata", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_edge_init (BeaverEdge *self)
{
}

/**
 * beaver_edge_new:
 * @source: the id of the node where the edge begins
 * @target: the id of the node where it ends
 * @label: its label
 * @metadata: (nullable): JSON text; %NULL for none
 *
 * Makes an edge for [method@Beaver.Graph.link_many], which checks it.
 *
 * Returns: (transfer full): an edge
 *
 * Since: 1.0
 */
BeaverEdge *
beaver_edge_new (const char *source, const char *target, const char *label, const char *metadata)
{
  return _beaver_edge_new (source, target, label, metadata);
}

BeaverEdge *
_beaver_edge_new (const char *source, const char *target, const char *label, const char *metadata)
{
  BeaverEdge *self = g_object_new (BEAVER_TYPE_EDGE, NULL);

  self->source = g_strdup (source);
  self->target = g_strdup (target);
  self->label = g_strdup (label);
  self->metadata = g_strdup (metadata);
  return self;
}

/**
 * beaver_edge_get_source:
 * @self: an edge
 *
 * Gets the id of the node where the edge begins.
 *
 * Returns: (transfer none): the source
 *
 * Since: 1.0
 */
const char *
beaver_edge_get_source (BeaverEdge *self)
{
  g_return_val_if_fail (BEAVER_IS_EDGE (self), NULL);

  return self->source != NULL ? self->source : "";
}

/**
 * beaver_edge_get_target:
 * @self: an edge
 *
 * Gets the id of the node where the edge ends.
 *
 * Returns: (transfer none): the target
 *
 * Since: 1.0
 */
const char *
beaver_edge_get_target (BeaverEdge *self)
{
  g_return_val_if_fail (BEAVER_IS_EDGE (self), NULL);

  return self->target != NULL ? self->target : "";
}

/**
 * beaver_edge_get_label:
 * @self: an edge
 *
 * Gets the label.
 *
 * Returns: (transfer none): the label
 *
 * Since: 1.0
 */
const char *
beaver_edge_get_label (BeaverEdge *self)
{
  g_return_val_if_fail (BEAVER_IS_EDGE (self), NULL);

  return self->label != NULL ? self->label : "";
}

/**
 * beaver_edge_get_metadata:
 * @self: an edge
 *
 * Gets the metadata as JSON text; %NULL for none.
 *
 * Returns: (transfer none) (nullable): JSON text; %NULL for none
 *
 * Since: 1.0
 */
const char *
beaver_edge_get_metadata (BeaverEdge *self)
{
  g_return_val_if_fail (BEAVER_IS_EDGE (self), NULL);

  return self->metadata;
}
