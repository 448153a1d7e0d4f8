/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-queue-private.h>

/**
 * BeaverQueueItem:
 *
 * What came out of a queue, or waits in it.
 *
 * An item is a snapshot: it does not change when the queue does.
 *
 * Since: 1.0
 */
struct _BeaverQueueItem
{
  GObject parent_instance;

  /* All constant after construction. */
  char *value; /* NULL of what a binding made by hand */
  double priority, timestamp;
};

G_DEFINE_FINAL_TYPE (BeaverQueueItem, beaver_queue_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_VALUE = 1,
  PROP_PRIORITY,
  PROP_TIMESTAMP,
} BeaverQueueItemProperty;
static GParamSpec *props[PROP_TIMESTAMP + 1];

static void
beaver_queue_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverQueueItem *self = BEAVER_QUEUE_ITEM (object);

  switch ((BeaverQueueItemProperty) prop_id)
    {
    case PROP_VALUE:
      g_value_set_string (value, beaver_queue_item_get_value (self));
      break;
    case PROP_PRIORITY:
      g_value_set_double (value, beaver_queue_item_get_priority (self));
      break;
    case PROP_TIMESTAMP:
      g_value_set_double (value, beaver_queue_item_get_timestamp (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_queue_item_finalize (GObject *object)
{
  BeaverQueueItem *self = BEAVER_QUEUE_ITEM (object);

  g_free (self->value);
  G_OBJECT_CLASS (beaver_queue_item_parent_class)->finalize (object);
}

static void
beaver_queue_item_class_init (BeaverQueueItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_queue_item_finalize;
  object_class->get_property = beaver_queue_item_get_property;

  /**
   * BeaverQueueItem:value: (getter get_value)
   *
   * The value as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_VALUE] =
      g_param_spec_string ("value", NULL, NULL, "null", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverQueueItem:priority: (getter get_priority)
   *
   * The priority; the smallest comes out first.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] = g_param_spec_double ("priority", NULL, NULL, -INFINITY, INFINITY, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverQueueItem:timestamp: (getter get_timestamp)
   *
   * When it was put, in seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -INFINITY, INFINITY, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_queue_item_init (BeaverQueueItem *self)
{
}

BeaverQueueItem *
_beaver_queue_item_new (BeaverJobRow *row)
{
  BeaverQueueItem *self = g_object_new (BEAVER_TYPE_QUEUE_ITEM, NULL);

  self->value = g_steal_pointer (&row->value);
  self->priority = row->priority;
  self->timestamp = row->timestamp;
  return self;
}

/**
 * beaver_queue_item_get_value:
 * @self: an item
 *
 * Gets the value as JSON text.
 *
 * Returns: (transfer none): the value
 *
 * Since: 1.0
 */
const char *
beaver_queue_item_get_value (BeaverQueueItem *self)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE_ITEM (self), NULL);

  return self->value != NULL ? self->value : "null";
}

/**
 * beaver_queue_item_get_priority:
 * @self: an item
 *
 * Gets the priority; the smallest comes out first.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
double
beaver_queue_item_get_priority (BeaverQueueItem *self)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE_ITEM (self), 0);

  return self->priority;
}

/**
 * beaver_queue_item_get_timestamp:
 * @self: an item
 *
 * Gets when it was put, in seconds since the epoch.
 *
 * Returns: the timestamp
 *
 * Since: 1.0
 */
double
beaver_queue_item_get_timestamp (BeaverQueueItem *self)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE_ITEM (self), 0);

  return self->timestamp;
}
