/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-event-private.h>
#include <beaver/engine/beaver-connection-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-fork-private.h>

/**
 * BeaverEvent:
 *
 * Something that happened: what a [callback@Beaver.EventFunc] gets.
 *
 * Events do not change; they may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverEvent
{
  GObject parent_instance;

  BeaverEnvelope *envelope; /* constant after construction; NULL in one that was made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverEvent, beaver_event, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_TOPIC,
  PROP_NAME,
  PROP_PAYLOAD,
  PROP_TIMESTAMP,
} BeaverEventProperty;
static GParamSpec *props[PROP_TIMESTAMP + 1];

/* Envelopes */

static void
envelope_clear (gpointer pointer)
{
  BeaverEnvelope *self = pointer;

  g_free (self->id);
  g_free (self->topic);
  g_free (self->name);
  g_free (self->payload);
}

BeaverEnvelope *
_beaver_envelope_ref (BeaverEnvelope *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
_beaver_envelope_unref (BeaverEnvelope *self)
{
  g_atomic_rc_box_release_full (self, envelope_clear);
}

/* Reads the value of a member: a string into *place, or anything as raw text. */
static gboolean
read_member (BeaverJsonReader *reader, char **string, char **raw, double *number)
{
  BeaverJsonToken token = _beaver_json_reader_next (reader);
  gsize length;
  const char *text;

  switch (token)
    {
    case BEAVER_JSON_OBJECT_START:
    case BEAVER_JSON_ARRAY_START:
      if (!_beaver_json_reader_skip (reader))
        return FALSE;
      break;
    case BEAVER_JSON_STRING:
      if (string != NULL)
        {
          text = _beaver_json_reader_string (reader, &length);
          g_free (*string);
          *string = g_strndup (text, length);
        }
      break;
    case BEAVER_JSON_INTEGER:
    case BEAVER_JSON_DOUBLE:
      if (number != NULL)
        *number = _beaver_json_reader_double (reader);
      break;
    case BEAVER_JSON_TRUE:
    case BEAVER_JSON_FALSE:
    case BEAVER_JSON_NULL:
      break;
    case BEAVER_JSON_END:
    case BEAVER_JSON_OBJECT_END:
    case BEAVER_JSON_ARRAY_END:
    case BEAVER_JSON_KEY:
    case BEAVER_JSON_ERROR:
    default:
      return FALSE;
    }
  if (raw != NULL)
    {
      text = _beaver_json_reader_raw (reader, &length);
      g_free (*raw);
      *raw = g_strndup (text, length);
    }
  return TRUE;
}

BeaverEnvelope *
_beaver_envelope_parse (const char *topic, const char *text, gsize length)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  g_autoptr (BeaverEnvelope) self = NULL;
  BeaverJsonToken token;
  char *normal;

  if (!_beaver_json_check (text, (gssize) length, NULL))
    return NULL;

  self = g_atomic_rc_box_new0 (BeaverEnvelope);
  reader = _beaver_json_reader_new (text, (gssize) length);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_OBJECT_START)
    return NULL;
  while ((token = _beaver_json_reader_next (reader)) == BEAVER_JSON_KEY)
    {
      const char *key = _beaver_json_reader_string (reader, NULL);
      gboolean ok;

      if (g_str_equal (key, "id"))
        ok = read_member (reader, &self->id, NULL, NULL);
      else if (g_str_equal (key, "event"))
        ok = read_member (reader, &self->name, NULL, NULL);
      else if (g_str_equal (key, "payload"))
        ok = read_member (reader, NULL, &self->payload, NULL);
      else if (g_str_equal (key, "timestamp"))
        ok = read_member (reader, NULL, NULL, &self->timestamp);
      else
        ok = read_member (reader, NULL, NULL, NULL);
      if (!ok)
        return NULL;
    }
  if (token != BEAVER_JSON_OBJECT_END || self->name == NULL)
    return NULL;

  self->topic = g_strdup (topic);
  if (self->id == NULL)
    self->id = g_strdup ("");
  if (self->payload == NULL)
    self->payload = g_strdup ("null");
  else if ((normal = _beaver_json_normalize (self->payload, -1, NULL)) != NULL)
    {
      g_free (self->payload);
      self->payload = normal;
    }
  return g_steal_pointer (&self);
}

/* Without the blanks between tokens, as Python writes envelopes. */
static void
append_compact (GString *out, const char *json)
{
  gboolean quoted = FALSE;

  for (const char *p = json; *p != '\0'; p++)
    {
      if (quoted && *p == '\\' && p[1] != '\0')
        g_string_append_c (out, *p++);
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        continue;
      g_string_append_c (out, *p);
    }
}

char *
_beaver_envelope_write (const char *event, const char *payload)
{
  GString *out = g_string_new ("{\"id\":\"");
  g_autofree char *uuid = _beaver_uuid_new ();

  for (const char *p = uuid; *p != '\0'; p++)
    {
      if (*p != '-')
        g_string_append_c (out, *p);
    }
  g_string_append (out, "\",\"event\":");
  _beaver_json_append_string (out, event, -1);
  g_string_append (out, ",\"payload\":");
  append_compact (out, payload);
  g_string_append (out, ",\"timestamp\":");
  _beaver_json_append_double (out, _beaver_clock_now ());
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* Object */

static void
beaver_event_finalize (GObject *object)
{
  BeaverEvent *self = BEAVER_EVENT (object);

  g_clear_pointer (&self->envelope, _beaver_envelope_unref);
  G_OBJECT_CLASS (beaver_event_parent_class)->finalize (object);
}

static void
beaver_event_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverEvent *self = BEAVER_EVENT (object);

  switch ((BeaverEventProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, beaver_event_get_id (self));
      break;
    case PROP_TOPIC:
      g_value_set_string (value, beaver_event_get_topic (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, beaver_event_get_name (self));
      break;
    case PROP_PAYLOAD:
      g_value_set_string (value, beaver_event_get_payload (self));
      break;
    case PROP_TIMESTAMP:
      g_value_set_double (value, beaver_event_get_timestamp (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_event_class_init (BeaverEventClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_event_finalize;
  object_class->get_property = beaver_event_get_property;

  /**
   * BeaverEvent:id: (getter get_id)
   *
   * The number of the event: 32 hexadecimal digits.
   *
   * Since: 1.0
   */
  props[PROP_ID] =
      g_param_spec_string ("id", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEvent:topic: (getter get_topic)
   *
   * Where it happened: `dict:settings`, or what [method@Beaver.Db.emit_event] was given.
   *
   * Since: 1.0
   */
  props[PROP_TOPIC] =
      g_param_spec_string ("topic", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEvent:name: (getter get_name)
   *
   * What happened: `set`, `clear` ...
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEvent:payload: (getter get_payload)
   *
   * To what, as JSON text: `{"key": "theme"}`.
   *
   * Since: 1.0
   */
  props[PROP_PAYLOAD] = g_param_spec_string ("payload", NULL, NULL, "null",
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEvent:timestamp: (getter get_timestamp)
   *
   * When: seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -INFINITY, INFINITY, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_event_init (BeaverEvent *self)
{
}

BeaverEvent *
_beaver_event_new (BeaverEnvelope *envelope)
{
  BeaverEvent *self = g_object_new (BEAVER_TYPE_EVENT, NULL);

  self->envelope = _beaver_envelope_ref (envelope);
  return self;
}

/**
 * beaver_event_get_id:
 * @self: an event
 *
 * Gets the number of the event, which no other event has.
 *
 * Returns: (transfer none): 32 hexadecimal digits
 *
 * Since: 1.0
 */
const char *
beaver_event_get_id (BeaverEvent *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT (self), NULL);

  return self->envelope != NULL ? self->envelope->id : "";
}

/**
 * beaver_event_get_topic:
 * @self: an event
 *
 * Gets where it happened: `dict:settings` for the dict of that name, or the topic that
 * [method@Beaver.Db.emit_event] was given.
 *
 * Returns: (transfer none): the topic
 *
 * Since: 1.0
 */
const char *
beaver_event_get_topic (BeaverEvent *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT (self), NULL);

  return self->envelope != NULL ? self->envelope->topic : "";
}

/**
 * beaver_event_get_name:
 * @self: an event
 *
 * Gets what happened: `set`, `clear` ...
 *
 * Returns: (transfer none): the name of the event
 *
 * Since: 1.0
 */
const char *
beaver_event_get_name (BeaverEvent *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT (self), NULL);

  return self->envelope != NULL ? self->envelope->name : "";
}

/**
 * beaver_event_get_payload:
 * @self: an event
 *
 * Gets to what it happened.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_event_get_payload (BeaverEvent *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT (self), NULL);

  return self->envelope != NULL ? self->envelope->payload : "null";
}

/**
 * beaver_event_get_timestamp:
 * @self: an event
 *
 * Gets when it happened.
 *
 * Returns: seconds since the epoch
 *
 * Since: 1.0
 */
double
beaver_event_get_timestamp (BeaverEvent *self)
{
  g_return_val_if_fail (BEAVER_IS_EVENT (self), 0);

  return self->envelope != NULL ? self->envelope->timestamp : 0;
}
