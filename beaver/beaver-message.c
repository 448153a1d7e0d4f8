/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-json.h>
#include <beaver/beaver-message-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverMessage:
 *
 * A message of a [class@Beaver.Channel]: a value, and when it was published.
 *
 * Messages do not change; they may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverMessage
{
  GObject parent_instance;

  BeaverFeedRow *row; /* constant after construction; NULL in one that was made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverMessage, beaver_message, G_TYPE_OBJECT)

typedef enum
{
  PROP_CHANNEL = 1,
  PROP_JSON,
  PROP_TIMESTAMP,
  PROP_OFFSET,
} BeaverMessageProperty;
static GParamSpec *props[PROP_OFFSET + 1];

static void
beaver_message_finalize (GObject *object)
{
  BeaverMessage *self = BEAVER_MESSAGE (object);

  g_clear_pointer (&self->row, _beaver_feed_row_unref);
  G_OBJECT_CLASS (beaver_message_parent_class)->finalize (object);
}

static void
beaver_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverMessage *self = BEAVER_MESSAGE (object);

  switch ((BeaverMessageProperty) prop_id)
    {
    case PROP_CHANNEL:
      g_value_set_string (value, beaver_message_get_channel (self));
      break;
    case PROP_JSON:
      g_value_set_string (value, beaver_message_get_json (self));
      break;
    case PROP_TIMESTAMP:
      g_value_set_double (value, beaver_message_get_timestamp (self));
      break;
    case PROP_OFFSET:
      g_value_set_int64 (value, beaver_message_get_offset (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_message_class_init (BeaverMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_message_finalize;
  object_class->get_property = beaver_message_get_property;

  /**
   * BeaverMessage:channel: (getter get_channel)
   *
   * The name of the channel.
   *
   * Since: 1.0
   */
  props[PROP_CHANNEL] =
      g_param_spec_string ("channel", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverMessage:json: (getter get_json)
   *
   * What was published, as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_JSON] =
      g_param_spec_string ("json", NULL, NULL, "null", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverMessage:timestamp: (getter get_timestamp)
   *
   * When it was published: seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -INFINITY, INFINITY, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverMessage:offset: (getter get_offset)
   *
   * The place of the message among those of all channels.
   *
   * Since: 1.0
   */
  props[PROP_OFFSET] = g_param_spec_int64 ("offset", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_message_init (BeaverMessage *self)
{
}

BeaverMessage *
_beaver_message_new (BeaverFeedRow *row)
{
  BeaverMessage *self = g_object_new (BEAVER_TYPE_MESSAGE, NULL);

  self->row = g_atomic_rc_box_acquire (row);
  return self;
}

/**
 * beaver_message_get_channel:
 * @self: a message
 *
 * Gets the name of the channel the message was published on.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_message_get_channel (BeaverMessage *self)
{
  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), NULL);

  return self->row != NULL ? self->row->channel : "";
}

/**
 * beaver_message_get_json:
 * @self: a message
 *
 * Gets what was published, as it lies in the file.
 *
 * Other programs can write what is not JSON; it is delivered all the same, with U+FFFD in the place
 * of bytes that are not UTF-8.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_message_get_json (BeaverMessage *self)
{
  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), NULL);

  return self->row != NULL ? self->row->payload : "null";
}

/**
 * beaver_message_get_node:
 * @self: a message
 * @error: return location for an error
 *
 * Gets what was published as a tree.
 *
 * The error is %BEAVER_ERROR_CORRUPT for a message of another program that is not JSON.
 *
 * Returns: (transfer full): the tree; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_message_get_node (BeaverMessage *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  JsonNode *node;

  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), NULL);

  /* json-glib has no limit of depth of its own */
  node = _beaver_json_check (beaver_message_get_json (self), -1, &reason) ?
             json_from_string (beaver_message_get_json (self), &reason) :
             NULL;
  if (node == NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                 "the message of channel “%s” published at %.6f is not JSON: %s",
                 beaver_message_get_channel (self), beaver_message_get_timestamp (self),
                 reason != NULL ? reason->message : "it is empty");
  return node;
}

/**
 * beaver_message_get_object:
 * @self: a message
 * @type: type of the object to make
 * @error: return location for an error
 *
 * Gets what was published as a new object whose properties are set from it.
 *
 * Returns: (transfer full): a new object; %NULL with %BEAVER_ERROR_INVALID when what was published
 * is not JSON, or does not fit the type
 *
 * Since: 1.0
 */
GObject *
beaver_message_get_object (BeaverMessage *self, GType type, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), NULL);

  return beaver_json_to_object (beaver_message_get_json (self), type, error);
}

/**
 * beaver_message_get_timestamp:
 * @self: a message
 *
 * Gets when the message was published.
 *
 * No two messages of a database have the same time. It is the time of the clock, or a little more
 * when the newest message in the file is stamped later than that.
 *
 * Returns: seconds since the epoch
 *
 * Since: 1.0
 */
double
beaver_message_get_timestamp (BeaverMessage *self)
{
  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), 0);

  return self->row != NULL ? self->row->timestamp : 0;
}

/**
 * beaver_message_get_offset:
 * @self: a message
 *
 * Gets the place of the message: it grows with every message published, on whatever channel.
 *
 * Numbers of messages that are gone may be given out again after a channel was cleared, and change
 * when the database is compacted by `VACUUM`; [method@Beaver.Message.get_timestamp] stays.
 *
 * Returns: the offset, for [method@Beaver.Consumer.seek]
 *
 * Since: 1.0
 */
gint64
beaver_message_get_offset (BeaverMessage *self)
{
  g_return_val_if_fail (BEAVER_IS_MESSAGE (self), 0);

  return self->row != NULL ? self->row->rowid : 0;
}
