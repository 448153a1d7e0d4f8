/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-json.h>
#include <beaver/beaver-log-private.h>

/**
 * BeaverLogEntry:
 *
 * A moment and what was logged then.
 *
 * An entry is a snapshot that never changes. What a [class@Beaver.LiveIterator] delivers comes as
 * an entry too: of a tail the new row, of live windows the end of the window and its result.
 *
 * Since: 1.0
 */
struct _BeaverLogEntry
{
  GObject parent_instance;

  /* Both constant after construction. */
  double timestamp;
  GRefString *data;
};

G_DEFINE_FINAL_TYPE (BeaverLogEntry, beaver_log_entry, G_TYPE_OBJECT)

typedef enum
{
  PROP_TIMESTAMP = 1,
  PROP_DATA,
} BeaverLogEntryProperty;
static GParamSpec *props[PROP_DATA + 1];

static void
beaver_log_entry_finalize (GObject *object)
{
  BeaverLogEntry *self = BEAVER_LOG_ENTRY (object);

  g_clear_pointer (&self->data, g_ref_string_release);
  G_OBJECT_CLASS (beaver_log_entry_parent_class)->finalize (object);
}

static void
beaver_log_entry_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLogEntry *self = BEAVER_LOG_ENTRY (object);

  switch ((BeaverLogEntryProperty) prop_id)
    {
    case PROP_TIMESTAMP:
      g_value_set_double (value, self->timestamp);
      break;
    case PROP_DATA:
      g_value_set_string (value, beaver_log_entry_get_data (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_log_entry_class_init (BeaverLogEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_log_entry_finalize;
  object_class->get_property = beaver_log_entry_get_property;

  /**
   * BeaverLogEntry:timestamp: (getter get_timestamp)
   *
   * The moment, in seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -INFINITY, INFINITY, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLogEntry:data: (getter get_data)
   *
   * What was logged, as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_DATA] =
      g_param_spec_string ("data", NULL, NULL, "null", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_log_entry_init (BeaverLogEntry *self)
{
}

BeaverLogEntry *
_beaver_log_entry_new_take (double timestamp, GRefString *data)
{
  BeaverLogEntry *self = g_object_new (BEAVER_TYPE_LOG_ENTRY, NULL);

  self->timestamp = timestamp;
  self->data = data;
  return self;
}

/**
 * beaver_log_entry_new:
 * @timestamp: seconds since the epoch, or NaN for the time of writing
 * @data: what to log, as JSON text
 *
 * Makes an entry for [method@Beaver.Log.append_batch].
 *
 * Nothing is written yet, and neither argument is checked before that: what is missing or no JSON
 * is refused then.
 *
 * Returns: (transfer full): a new entry
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_entry_new (double timestamp, const char *data)
{
  return _beaver_log_entry_new_take (timestamp, data != NULL ? g_ref_string_new (data) : NULL);
}

/* (nullable): NULL where there is none, which is no null. */
const char *
_beaver_log_entry_peek_data (BeaverLogEntry *self)
{
  return self->data;
}

/**
 * beaver_log_entry_get_timestamp:
 * @self: an entry
 *
 * Gets the moment of the entry.
 *
 * Returns: seconds since the epoch
 *
 * Since: 1.0
 */
double
beaver_log_entry_get_timestamp (BeaverLogEntry *self)
{
  g_return_val_if_fail (BEAVER_IS_LOG_ENTRY (self), NAN);

  return self->timestamp;
}

/**
 * beaver_log_entry_get_data:
 * @self: an entry
 *
 * Gets what was logged.
 *
 * Returns: (transfer none): JSON text
 *
 * Since: 1.0
 */
const char *
beaver_log_entry_get_data (BeaverLogEntry *self)
{
  g_return_val_if_fail (BEAVER_IS_LOG_ENTRY (self), NULL);

  return self->data != NULL ? self->data : "null";
}

/**
 * beaver_log_entry_get_node:
 * @self: an entry
 * @error: return location for an error
 *
 * Gets what was logged as a tree.
 *
 * Returns: (transfer full): the tree; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_log_entry_get_node (BeaverLogEntry *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG_ENTRY (self), NULL);

  return beaver_json_to_node (beaver_log_entry_get_data (self), error);
}

/**
 * beaver_log_entry_get_object:
 * @self: an entry
 * @type: type of the object to make
 * @error: return location for an error
 *
 * Gets what was logged as a new object whose properties are set from it.
 *
 * Returns: (transfer full): a new object; %NULL with %BEAVER_ERROR_INVALID when what was logged
 * does not fit the type
 *
 * Since: 1.0
 */
GObject *
beaver_log_entry_get_object (BeaverLogEntry *self, GType type, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG_ENTRY (self), NULL);

  return beaver_json_to_object (beaver_log_entry_get_data (self), type, error);
}
