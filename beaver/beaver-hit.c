/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-hit-private.h>
#include <beaver/beaver-json.h>

/**
 * BeaverHit:
 *
 * A document that a search has found.
 *
 * Since: 1.0
 */
struct _BeaverHit
{
  GObject parent_instance;

  /* All constant after construction. */
  char *id;
  char *body;
  double score;
  char *path;
  char *snippet;
};

G_DEFINE_FINAL_TYPE (BeaverHit, beaver_hit, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_BODY,
  PROP_SCORE,
  PROP_PATH,
  PROP_SNIPPET,
} BeaverHitProperty;
static GParamSpec *props[PROP_SNIPPET + 1];

static void
beaver_hit_finalize (GObject *object)
{
  BeaverHit *self = BEAVER_HIT (object);

  g_free (self->id);
  g_free (self->body);
  g_free (self->path);
  g_free (self->snippet);
  G_OBJECT_CLASS (beaver_hit_parent_class)->finalize (object);
}

static void
beaver_hit_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverHit *self = BEAVER_HIT (object);

  switch ((BeaverHitProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_BODY:
      g_value_set_string (value, self->body);
      break;
    case PROP_SCORE:
      g_value_set_double (value, self->score);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_SNIPPET:
      g_value_set_string (value, self->snippet);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_hit_class_init (BeaverHitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_hit_finalize;
  object_class->get_property = beaver_hit_get_property;

  /**
   * BeaverHit:id: (getter get_id)
   *
   * The id of the document.
   *
   * Since: 1.0
   */
  props[PROP_ID] =
      g_param_spec_string ("id", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverHit:body: (getter get_body)
   *
   * The body of the document, as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_BODY] =
      g_param_spec_string ("body", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverHit:score: (getter get_score)
   *
   * How well it fits; NaN when the query searched for neither words nor vectors.
   *
   * Since: 1.0
   */
  props[PROP_SCORE] = g_param_spec_double ("score", NULL, NULL, -INFINITY, INFINITY, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverHit:path: (getter get_path)
   *
   * The field whose text fits best, when a snippet was asked for.
   *
   * Since: 1.0
   */
  props[PROP_PATH] =
      g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverHit:snippet: (getter get_snippet)
   *
   * The part of that text that shows the match, when it was asked for.
   *
   * Since: 1.0
   */
  props[PROP_SNIPPET] =
      g_param_spec_string ("snippet", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_hit_init (BeaverHit *self)
{
}

BeaverHit *
_beaver_hit_new_take (char *id, char *body, double score, char *path, char *snippet)
{
  BeaverHit *self = g_object_new (BEAVER_TYPE_HIT, NULL);

  self->id = id;
  self->body = body;
  self->score = score;
  self->path = path;
  self->snippet = snippet;
  return self;
}

/**
 * beaver_hit_get_id:
 * @self: a hit
 *
 * Gets the id of the document.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
beaver_hit_get_id (BeaverHit *self)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return self->id != NULL ? self->id : "";
}

/**
 * beaver_hit_get_body:
 * @self: a hit
 *
 * Gets the body of the document, as JSON text.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_hit_get_body (BeaverHit *self)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return self->body != NULL ? self->body : "";
}

/**
 * beaver_hit_get_score:
 * @self: a hit
 *
 * Gets how well it fits; NaN when the query searched for neither words nor vectors. Which scores
 * are good depends on what was searched for, see [method@Beaver.Documents.search].
 *
 * Returns: the score
 *
 * Since: 1.0
 */
double
beaver_hit_get_score (BeaverHit *self)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), 0);

  return self->score;
}

/**
 * beaver_hit_get_path:
 * @self: a hit
 *
 * Gets the field whose text fits best, when a snippet was asked for.
 *
 * Returns: (transfer none) (nullable): a path; %NULL without a snippet
 *
 * Since: 1.0
 */
const char *
beaver_hit_get_path (BeaverHit *self)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return self->path;
}

/**
 * beaver_hit_get_snippet:
 * @self: a hit
 *
 * Gets the part of that text that shows the match, when it was asked for.
 *
 * Returns: (transfer none) (nullable): a text; %NULL without a snippet
 *
 * Since: 1.0
 */
const char *
beaver_hit_get_snippet (BeaverHit *self)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return self->snippet;
}

/**
 * beaver_hit_get_node:
 * @self: a hit
 * @error: return location for an error
 *
 * Gets the body as a tree.
 *
 * Returns: (transfer full): the tree; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_hit_get_node (BeaverHit *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return beaver_json_to_node (self->body != NULL ? self->body : "null", error);
}

/**
 * beaver_hit_get_object:
 * @self: a hit
 * @type: type of the object to make
 * @error: return location for an error
 *
 * Gets the body as a new object whose properties are set from it.
 *
 * Returns: (transfer full): a new object; %NULL with %BEAVER_ERROR_INVALID when the body does not
 * fit the type
 *
 * Since: 1.0
 */
GObject *
beaver_hit_get_object (BeaverHit *self, GType type, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_HIT (self), NULL);

  return beaver_json_to_object (self->body != NULL ? self->body : "null", type, error);
}
