/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-document-private.h>
#include <beaver/beaver-json.h>

/**
 * BeaverDocument:
 *
 * A JSON value with an id, as [class@Beaver.Documents] keeps it.
 *
 * A document is a snapshot: it does not change when the collection does.
 *
 * Since: 1.0
 */
struct _BeaverDocument
{
  GObject parent_instance;

  /* All constant after construction. */
  char *id;
  char *body;
};

G_DEFINE_FINAL_TYPE (BeaverDocument, beaver_document, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_BODY,
} BeaverDocumentProperty;
static GParamSpec *props[PROP_BODY + 1];

static void
beaver_document_finalize (GObject *object)
{
  BeaverDocument *self = BEAVER_DOCUMENT (object);

  g_free (self->id);
  g_free (self->body);
  G_OBJECT_CLASS (beaver_document_parent_class)->finalize (object);
}

static void
beaver_document_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverDocument *self = BEAVER_DOCUMENT (object);

  switch ((BeaverDocumentProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_BODY:
      g_value_set_string (value, self->body);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_document_class_init (BeaverDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_document_finalize;
  object_class->get_property = beaver_document_get_property;

  /**
   * BeaverDocument:id: (getter get_id)
   *
   * The id.
   *
   * Since: 1.0
   */
  props[PROP_ID] =
      g_param_spec_string ("id", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverDocument:body: (getter get_body)
   *
   * The body, as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_BODY] =
      g_param_spec_string ("body", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_document_init (BeaverDocument *self)
{
}

BeaverDocument *
_beaver_document_new_take (char *id, char *body)
{
  BeaverDocument *self = g_object_new (BEAVER_TYPE_DOCUMENT, NULL);

  self->id = id;
  self->body = body;
  return self;
}

/**
 * beaver_document_get_id:
 * @self: a document
 *
 * Gets the id.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
beaver_document_get_id (BeaverDocument *self)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENT (self), NULL);

  return self->id != NULL ? self->id : "";
}

/**
 * beaver_document_get_body:
 * @self: a document
 *
 * Gets the body, as JSON text.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_document_get_body (BeaverDocument *self)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENT (self), NULL);

  return self->body != NULL ? self->body : "";
}

/**
 * beaver_document_get_node:
 * @self: a document
 * @error: return location for an error
 *
 * Gets the body as a tree.
 *
 * Returns: (transfer full): the tree; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_document_get_node (BeaverDocument *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENT (self), NULL);

  return beaver_json_to_node (self->body != NULL ? self->body : "null", error);
}

/**
 * beaver_document_get_object:
 * @self: a document
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
beaver_document_get_object (BeaverDocument *self, GType type, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DOCUMENT (self), NULL);

  return beaver_json_to_object (self->body != NULL ? self->body : "null", type, error);
}
