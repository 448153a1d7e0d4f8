/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-field-index-info-private.h>

/**
 * BeaverFieldIndexInfo:
 *
 * What is known about the index of one field, see [method@Beaver.Manager.list_indexes].
 *
 * Since: 1.0
 */
struct _BeaverFieldIndexInfo
{
  GObject parent_instance;

  /* All constant after construction. */
  char *kind;
  char *name;
  char *field;
  gboolean complete;
  gboolean used;
  gint64 rows;
};

G_DEFINE_FINAL_TYPE (BeaverFieldIndexInfo, beaver_field_index_info, G_TYPE_OBJECT)

typedef enum
{
  PROP_KIND = 1,
  PROP_NAME,
  PROP_FIELD,
  PROP_COMPLETE,
  PROP_USED,
  PROP_ROWS,
} BeaverFieldIndexInfoProperty;
static GParamSpec *props[PROP_ROWS + 1];

static void
beaver_field_index_info_finalize (GObject *object)
{
  BeaverFieldIndexInfo *self = BEAVER_FIELD_INDEX_INFO (object);

  g_free (self->kind);
  g_free (self->name);
  g_free (self->field);
  G_OBJECT_CLASS (beaver_field_index_info_parent_class)->finalize (object);
}

static void
beaver_field_index_info_get_property (GObject *object,
                                      guint prop_id,
                                      GValue *value,
                                      GParamSpec *pspec)
{
  BeaverFieldIndexInfo *self = BEAVER_FIELD_INDEX_INFO (object);

  switch ((BeaverFieldIndexInfoProperty) prop_id)
    {
    case PROP_KIND:
      g_value_set_string (value, self->kind);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_FIELD:
      g_value_set_string (value, self->field);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    case PROP_USED:
      g_value_set_boolean (value, self->used);
      break;
    case PROP_ROWS:
      g_value_set_int64 (value, self->rows);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_field_index_info_class_init (BeaverFieldIndexInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_field_index_info_finalize;
  object_class->get_property = beaver_field_index_info_get_property;

  /**
   * BeaverFieldIndexInfo:kind: (getter get_kind)
   *
   * The kind of structure: “dict”, “log” or “documents”.
   *
   * Since: 1.0
   */
  props[PROP_KIND] =
      g_param_spec_string ("kind", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverFieldIndexInfo:name: (getter get_name)
   *
   * The name of the structure.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverFieldIndexInfo:field: (getter get_field)
   *
   * The path of the field.
   *
   * Since: 1.0
   */
  props[PROP_FIELD] =
      g_param_spec_string ("field", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverFieldIndexInfo:complete: (getter get_complete)
   *
   * Whether every item is in the index, as far as its writers say.
   *
   * Since: 1.0
   */
  props[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverFieldIndexInfo:used: (getter get_used)
   *
   * Whether queries use the index: it is complete, and this library watches that it stays so.
   *
   * Since: 1.0
   */
  props[PROP_USED] =
      g_param_spec_boolean ("used", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverFieldIndexInfo:rows: (getter get_rows)
   *
   * How many items have the field, according to the index.
   *
   * Since: 1.0
   */
  props[PROP_ROWS] = g_param_spec_int64 ("rows", NULL, NULL, -1, G_MAXINT64, 0,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_field_index_info_init (BeaverFieldIndexInfo *self)
{
}

BeaverFieldIndexInfo *
_beaver_field_index_info_new_take (char *kind,
                                   char *name,
                                   char *field,
                                   gboolean complete,
                                   gboolean used,
                                   gint64 rows)
{
  BeaverFieldIndexInfo *self = g_object_new (BEAVER_TYPE_FIELD_INDEX_INFO, NULL);

  self->kind = kind;
  self->name = name;
  self->field = field;
  self->complete = complete;
  self->used = used;
  self->rows = rows;
  return self;
}

/**
 * beaver_field_index_info_get_kind:
 * @self: a description
 *
 * Gets the kind of structure: “dict”, “log” or “documents”.
 *
 * Returns: (transfer none): the kind
 *
 * Since: 1.0
 */
const char *
beaver_field_index_info_get_kind (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), NULL);

  return self->kind != NULL ? self->kind : "";
}

/**
 * beaver_field_index_info_get_name:
 * @self: a description
 *
 * Gets the name of the structure.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_field_index_info_get_name (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), NULL);

  return self->name != NULL ? self->name : "";
}

/**
 * beaver_field_index_info_get_field:
 * @self: a description
 *
 * Gets the path of the field.
 *
 * Returns: (transfer none): the path
 *
 * Since: 1.0
 */
const char *
beaver_field_index_info_get_field (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), NULL);

  return self->field != NULL ? self->field : "";
}

/**
 * beaver_field_index_info_get_complete:
 * @self: a description
 *
 * Gets whether every item is in the index, as far as its writers say.
 *
 * Returns: %TRUE when it is said to be complete
 *
 * Since: 1.0
 */
gboolean
beaver_field_index_info_get_complete (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), FALSE);

  return self->complete;
}

/**
 * beaver_field_index_info_get_used:
 * @self: a description
 *
 * Gets whether queries use the index: it is complete, and this library watches that it stays so.
 *
 * Returns: %TRUE when queries use it
 *
 * Since: 1.0
 */
gboolean
beaver_field_index_info_get_used (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), FALSE);

  return self->used;
}

/**
 * beaver_field_index_info_get_rows:
 * @self: a description
 *
 * Gets how many items have the field, according to the index.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
gint64
beaver_field_index_info_get_rows (BeaverFieldIndexInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_FIELD_INDEX_INFO (self), -1);

  return self->rows;
}
