/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-vector-hit-private.h>

/**
 * BeaverVectorHit:
 *
 * An item of a collection of vectors, as [method@Beaver.Vectors.near] finds it.
 *
 * It is a snapshot: it does not change when the collection does.
 *
 * Since: 1.0
 */
struct _BeaverVectorHit
{
  GObject parent_instance;

  /* All constant after construction. */
  char *id;
  GBytes *vector;
  char *metadata;
  double score;
};

G_DEFINE_FINAL_TYPE (BeaverVectorHit, beaver_vector_hit, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_VECTOR,
  PROP_METADATA,
  PROP_SCORE,
} BeaverVectorHitProperty;
static GParamSpec *props[PROP_SCORE + 1];

static void
beaver_vector_hit_finalize (GObject *object)
{
  BeaverVectorHit *self = BEAVER_VECTOR_HIT (object);

  g_free (self->id);
  g_clear_pointer (&self->vector, g_bytes_unref);
  g_free (self->metadata);
  G_OBJECT_CLASS (beaver_vector_hit_parent_class)->finalize (object);
}

static void
beaver_vector_hit_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverVectorHit *self = BEAVER_VECTOR_HIT (object);

  switch ((BeaverVectorHitProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, beaver_vector_hit_get_id (self));
      break;
    case PROP_VECTOR:
      g_value_set_boxed (value, beaver_vector_hit_get_vector (self));
      break;
    case PROP_METADATA:
      g_value_set_string (value, beaver_vector_hit_get_metadata (self));
      break;
    case PROP_SCORE:
      g_value_set_double (value, beaver_vector_hit_get_score (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_vector_hit_class_init (BeaverVectorHitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_vector_hit_finalize;
  object_class->get_property = beaver_vector_hit_get_property;

  /**
   * BeaverVectorHit:id: (getter get_id)
   *
   * The id of the item.
   *
   * Since: 1.0
   */
  props[PROP_ID] =
      g_param_spec_string ("id", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverVectorHit:vector: (getter get_vector)
   *
   * The vector: float32, little-endian, one after the other.
   *
   * Since: 1.0
   */
  props[PROP_VECTOR] = g_param_spec_boxed ("vector", NULL, NULL, G_TYPE_BYTES,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverVectorHit:metadata: (getter get_metadata)
   *
   * The metadata as JSON text; %NULL for none.
   *
   * Since: 1.0
   */
  props[PROP_METADATA] =
      g_param_spec_string ("metadata", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverVectorHit:score: (getter get_score)
   *
   * How far the item is from what was asked for: lower is nearer.
   *
   * Since: 1.0
   */
  props[PROP_SCORE] = g_param_spec_double ("score", NULL, NULL, -INFINITY, INFINITY, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_vector_hit_init (BeaverVectorHit *self)
{
}

BeaverVectorHit *
_beaver_vector_hit_new_take (const char *id, GBytes *vector, const char *metadata, double score)
{
  BeaverVectorHit *self = g_object_new (BEAVER_TYPE_VECTOR_HIT, NULL);

  self->id = g_strdup (id);
  self->vector = vector;
  self->metadata = g_strdup (metadata);
  self->score = score;
  return self;
}

/**
 * beaver_vector_hit_get_id:
 * @self: an item
 *
 * Gets the id of the item.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
beaver_vector_hit_get_id (BeaverVectorHit *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTOR_HIT (self), NULL);

  return self->id != NULL ? self->id : "";
}

/**
 * beaver_vector_hit_get_vector:
 * @self: an item
 *
 * Gets the vector: float32, little-endian, one after the other.
 *
 * Returns: (transfer none): the vector
 *
 * Since: 1.0
 */
GBytes *
beaver_vector_hit_get_vector (BeaverVectorHit *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTOR_HIT (self), NULL);

  return self->vector;
}

/**
 * beaver_vector_hit_get_metadata:
 * @self: an item
 *
 * Gets the metadata as JSON text; %NULL for none.
 *
 * Returns: (transfer none) (nullable): JSON text; %NULL for none
 *
 * Since: 1.0
 */
const char *
beaver_vector_hit_get_metadata (BeaverVectorHit *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTOR_HIT (self), NULL);

  return self->metadata;
}

/**
 * beaver_vector_hit_get_score:
 * @self: an item
 *
 * Gets how far the item is from what was asked for: lower is nearer.
 *
 * Returns: the score
 *
 * Since: 1.0
 */
double
beaver_vector_hit_get_score (BeaverVectorHit *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTOR_HIT (self), 0);

  return self->score;
}

/**
 * beaver_vector_hit_get_values:
 * @self: an item
 * @n_values: (out): how many numbers there are
 *
 * Gets the vector as numbers.
 *
 * Returns: (transfer full) (array length=n_values): the numbers
 *
 * Since: 1.0
 */
float *
beaver_vector_hit_get_values (BeaverVectorHit *self, gsize *n_values)
{
  gsize size = 0;
  const char *bytes = NULL;
  float *values;

  g_return_val_if_fail (BEAVER_IS_VECTOR_HIT (self), NULL);

  if (self->vector != NULL)
    bytes = g_bytes_get_data (self->vector, &size);
  *n_values = size / sizeof (float);
  values = g_new (float, *n_values + 1);
  for (gsize i = 0; i < *n_values; i++)
    {
      guint32 bits;

      memcpy (&bits, bytes + i * sizeof bits, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy (values + i, &bits, sizeof bits);
    }
  return values;
}
