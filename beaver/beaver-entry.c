/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-entry-private.h>

/**
 * BeaverEntry:
 *
 * A key and its value, as [method@Beaver.Dict.items] finds them.
 *
 * An entry is a snapshot: it does not change when the dict does.
 *
 * Since: 1.0
 */
struct _BeaverEntry
{
  GObject parent_instance;

  /* All constant after construction. */
  char *key;
  char *value;
  double expires_at;
};

G_DEFINE_FINAL_TYPE (BeaverEntry, beaver_entry, G_TYPE_OBJECT)

typedef enum
{
  PROP_KEY = 1,
  PROP_VALUE,
  PROP_EXPIRES_AT,
} BeaverEntryProperty;
static GParamSpec *props[PROP_EXPIRES_AT + 1];

static void
beaver_entry_finalize (GObject *object)
{
  BeaverEntry *self = BEAVER_ENTRY (object);

  g_free (self->key);
  g_free (self->value);
  G_OBJECT_CLASS (beaver_entry_parent_class)->finalize (object);
}

static void
beaver_entry_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverEntry *self = BEAVER_ENTRY (object);

  switch ((BeaverEntryProperty) prop_id)
    {
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_VALUE:
      g_value_set_string (value, self->value);
      break;
    case PROP_EXPIRES_AT:
      g_value_set_double (value, self->expires_at);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_entry_class_init (BeaverEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_entry_finalize;
  object_class->get_property = beaver_entry_get_property;

  /**
   * BeaverEntry:key: (getter get_key)
   *
   * The key.
   *
   * Since: 1.0
   */
  props[PROP_KEY] =
      g_param_spec_string ("key", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEntry:value: (getter get_value)
   *
   * The value as JSON text; %NULL when only keys were asked for.
   *
   * Since: 1.0
   */
  props[PROP_VALUE] =
      g_param_spec_string ("value", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverEntry:expires-at: (getter get_expires_at)
   *
   * When the entry expires: seconds since the epoch, infinity for never.
   *
   * Since: 1.0
   */
  props[PROP_EXPIRES_AT] =
      g_param_spec_double ("expires-at", NULL, NULL, -INFINITY, INFINITY, INFINITY,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_entry_init (BeaverEntry *self)
{
  self->expires_at = INFINITY;
}

BeaverEntry *
_beaver_entry_new_take (const char *key, gssize key_length, char *value, double expires_at)
{
  BeaverEntry *self = g_object_new (BEAVER_TYPE_ENTRY, NULL);

  self->key = key_length < 0 ? g_strdup (key) : g_strndup (key, (gsize) key_length);
  self->value = value;
  self->expires_at = expires_at;
  return self;
}

/**
 * beaver_entry_get_key:
 * @self: an entry
 *
 * Gets the key.
 *
 * A key may hold any UTF-8; of one that holds a NUL, which only other programs can write, just the
 * part before it is seen here.
 *
 * Returns: (transfer none): the key
 *
 * Since: 1.0
 */
const char *
beaver_entry_get_key (BeaverEntry *self)
{
  g_return_val_if_fail (BEAVER_IS_ENTRY (self), NULL);

  return self->key != NULL ? self->key : "";
}

/**
 * beaver_entry_get_value:
 * @self: an entry
 *
 * Gets the value.
 *
 * Returns: (transfer none) (nullable): JSON text; %NULL when only keys were asked for
 *
 * Since: 1.0
 */
const char *
beaver_entry_get_value (BeaverEntry *self)
{
  g_return_val_if_fail (BEAVER_IS_ENTRY (self), NULL);

  return self->value;
}

/**
 * beaver_entry_get_expires_at:
 * @self: an entry
 *
 * Gets the time at which the entry expires.
 *
 * Returns: seconds since the epoch, infinity when it never expires
 *
 * Since: 1.0
 */
double
beaver_entry_get_expires_at (BeaverEntry *self)
{
  g_return_val_if_fail (BEAVER_IS_ENTRY (self), 0);

  return self->expires_at;
}
