/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-list-private.h>

/**
 * BeaverListItem:
 *
 * An item of a list, as [method@Beaver.List.items] finds it.
 *
 * An item is a snapshot: it does not change when the list does.
 *
 * Since: 1.0
 */
struct _BeaverListItem
{
  GObject parent_instance;

  /* All constant after construction. */
  gint64 index;
  char *value; /* NULL in an item that was made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverListItem, beaver_list_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_INDEX = 1,
  PROP_VALUE,
} BeaverListItemProperty;
static GParamSpec *props[PROP_VALUE + 1];

static void
beaver_list_item_finalize (GObject *object)
{
  BeaverListItem *self = BEAVER_LIST_ITEM (object);

  g_free (self->value);
  G_OBJECT_CLASS (beaver_list_item_parent_class)->finalize (object);
}

static void
beaver_list_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverListItem *self = BEAVER_LIST_ITEM (object);

  switch ((BeaverListItemProperty) prop_id)
    {
    case PROP_INDEX:
      g_value_set_int64 (value, self->index);
      break;
    case PROP_VALUE:
      g_value_set_string (value, beaver_list_item_get_value (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_list_item_class_init (BeaverListItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_list_item_finalize;
  object_class->get_property = beaver_list_item_get_property;

  /**
   * BeaverListItem:index: (getter get_index)
   *
   * Where the item stood: from 0 at the front, from -1 down when read from the end.
   *
   * Since: 1.0
   */
  props[PROP_INDEX] = g_param_spec_int64 ("index", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverListItem:value: (getter get_value)
   *
   * The value as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_VALUE] =
      g_param_spec_string ("value", NULL, NULL, "null", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_list_item_init (BeaverListItem *self)
{
}

BeaverListItem *
_beaver_list_item_new_take (gint64 index, char *value)
{
  BeaverListItem *self = g_object_new (BEAVER_TYPE_LIST_ITEM, NULL);

  self->index = index;
  self->value = value;
  return self;
}

/**
 * beaver_list_item_get_index:
 * @self: an item
 *
 * Gets where the item stood: from 0 at the front, from -1 down when the list is read from its end.
 *
 * Items that were added or removed in front of the cursor meanwhile are not accounted for.
 *
 * Returns: the index
 *
 * Since: 1.0
 */
gint64
beaver_list_item_get_index (BeaverListItem *self)
{
  g_return_val_if_fail (BEAVER_IS_LIST_ITEM (self), 0);

  return self->index;
}

/**
 * beaver_list_item_get_value:
 * @self: an item
 *
 * Gets the value.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_list_item_get_value (BeaverListItem *self)
{
  g_return_val_if_fail (BEAVER_IS_LIST_ITEM (self), NULL);

  return self->value != NULL ? self->value : "null";
}
