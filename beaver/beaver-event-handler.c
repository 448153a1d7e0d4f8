/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-event-handler-private.h>

/**
 * BeaverEventHandler:
 *
 * A callback that was attached with [method@Beaver.Manager.on] or [method@Beaver.Db.on].
 *
 * It stays attached until [method@Beaver.EventHandler.off] is called or the database is closed.
 * Dropping this object does not detach it, so who listens for as long as there is a database need
 * not keep it.
 *
 * Since: 1.0
 */
struct _BeaverEventHandler
{
  GObject parent_instance;

  BeaverEventRegistration *registration; /* constant; NULL in one that was made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverEventHandler, beaver_event_handler, G_TYPE_OBJECT)

typedef enum
{
  PROP_TOPIC = 1,
  PROP_EVENT,
  PROP_ACTIVE,
} BeaverEventHandlerProperty;
static GParamSpec *props[PROP_ACTIVE + 1];

static void
beaver_event_handler_finalize (GObject *object)
{
  BeaverEventHandler *self = BEAVER_EVENT_HANDLER (object);

  g_clear_pointer (&self->registration, _beaver_event_registration_unref);
  G_OBJECT_CLASS (beaver_event_handler_parent_class)->finalize (object);
}

static void
beaver_event_handler_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverEventHandler *self = BEAVER_EVENT_HANDLER (object);

  switch ((BeaverEventHandlerProperty) prop_id)
    {
    case PROP_TOPIC:
      g_value_set_string (value, beaver_event_handler_get_topic (self));
      break;
    case PROP_EVENT:
      g_value_set_string (value, beaver_event_handler_get_event (self));
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, beaver_event_handler_is_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_event_handler_class_init (BeaverEventHandlerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_event_handler_finalize;
  object_class->get_property = beaver_event_handler_get_property;

  /**
   * BeaverEventHandler:topic: (getter get_topic)
   *
   * The topic that is listened to: `dict:settings`.
   *
   * Since: 1.0
   */
  props[PROP_TOPIC] =
      g_param_spec_string ("topic", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEventHandler:event: (getter get_event)
   *
   * The name of the event that is listened to: `set`.
   *
   * Since: 1.0
   */
  props[PROP_EVENT] =
      g_param_spec_string ("event", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEventHandler:active: (getter is_active)
   *
   * Whether the callback is still attached. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_ACTIVE] =
      g_param_spec_boolean ("active", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_event_handler_init (BeaverEventHandler *self)
{
}

BeaverEventHandler *
_beaver_event_handler_new (BeaverEventRegistration *registration)
{
  BeaverEventHandler *self = g_object_new (BEAVER_TYPE_EVENT_HANDLER, NULL);

  self->registration = registration;
  return self;
}

/**
 * beaver_event_handler_get_topic:
 * @self: a handler
 *
 * Gets the topic that is listened to.
 *
 * Returns: (transfer none): the topic
 *
 * Since: 1.0
 */
const char *
beaver_event_handler_get_topic (BeaverEventHandler *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT_HANDLER (self), NULL);

  return self->registration != NULL ? _beaver_event_registration_get_topic (self->registration) :
                                      "";
}

/**
 * beaver_event_handler_get_event:
 * @self: a handler
 *
 * Gets the name of the event that is listened to.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_event_handler_get_event (BeaverEventHandler *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT_HANDLER (self), NULL);

  return self->registration != NULL ? _beaver_event_registration_get_event (self->registration) :
                                      "";
}

/**
 * beaver_event_handler_is_active:
 * @self: a handler
 *
 * Whether the callback is still attached: neither detached nor the database closed.
 *
 * Returns: %TRUE when it is
 *
 * Since: 1.0
 */
gboolean
beaver_event_handler_is_active (BeaverEventHandler *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT_HANDLER (self), FALSE);

  return self->registration != NULL && _beaver_event_registration_is_active (self->registration);
}

/**
 * beaver_event_handler_off:
 * @self: a handler
 *
 * Detaches the callback. Doing so again does nothing.
 *
 * No call of it begins after this has returned. One that is running, in another thread, is not
 * waited for: its data is freed behind it, in the context in which the database was opened. This
 * never waits, and may be called from any thread, from the callback too.
 *
 * Since: 1.0
 */
void
beaver_event_handler_off (BeaverEventHandler *self)
{
  g_return_if_fail (BEAVER_IS_EVENT_HANDLER (self));

  if (self->registration != NULL)
    _beaver_event_registration_detach (self->registration);
}
