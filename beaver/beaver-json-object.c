/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <beaver/beaver-json-node-private.h>

#include <glib/gi18n-lib.h>

/* GObject models from and to JSON text, by the rules of json-glib's serialisation
 * (JsonSerializable, registered boxed types, names and numbers of enumerations) but checked:
 * json-glib itself cuts an integer to the width of the property and leaves out, with a warning,
 * what it cannot read. */

#define MAX_MODEL_DEPTH 100

static gboolean append_object (GString *out, GObject *object, guint depth, GError **error);
static GObject *
read_object (const char *text, gsize length, GType type, guint depth, GError **error);

/* Whether the class answers this function of JsonSerializable itself. json-glib's own answers stand
 * in the interface's default structure. */
#define OVERRIDES(iface, name)                                                                     \
  ((iface) != NULL && (iface)->name != NULL &&                                                     \
   (iface)->name !=                                                                                \
       ((JsonSerializableIface *) g_type_default_interface_peek (JSON_TYPE_SERIALIZABLE))->name)

static JsonSerializableIface *
serializable_iface (GObjectClass *klass)
{
  return g_type_interface_peek (klass, JSON_TYPE_SERIALIZABLE);
}

static gboolean invalid (GError **error, GType owner, GParamSpec *pspec, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* "Property name of Type: ..." */
static gboolean
invalid (GError **error, GType owner, GParamSpec *pspec, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* translators: a property's name, its class, what is wrong with it */
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("Property “%s” of %s: %s"),
               pspec->name, g_type_name (owner), message);
  return FALSE;
}

/* ---- writing ---- */

static gboolean
append_value (GString *out,
              GType owner,
              GParamSpec *pspec,
              const GValue *value,
              guint depth,
              GError **error)
{
  GType type = G_VALUE_TYPE (value);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      g_string_append (out, g_value_get_boolean (value) ? "true" : "false");
      return TRUE;
    case G_TYPE_CHAR:
      g_string_append_printf (out, "%d", g_value_get_schar (value));
      return TRUE;
    case G_TYPE_UCHAR:
      g_string_append_printf (out, "%u", g_value_get_uchar (value));
      return TRUE;
    case G_TYPE_INT:
      g_string_append_printf (out, "%d", g_value_get_int (value));
      return TRUE;
    case G_TYPE_UINT:
      g_string_append_printf (out, "%u", g_value_get_uint (value));
      return TRUE;
    case G_TYPE_LONG:
      g_string_append_printf (out, "%ld", g_value_get_long (value));
      return TRUE;
    case G_TYPE_ULONG:
      g_string_append_printf (out, "%lu", g_value_get_ulong (value));
      return TRUE;
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, g_value_get_int64 (value));
      return TRUE;
    case G_TYPE_UINT64:
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, g_value_get_uint64 (value));
      return TRUE;
    case G_TYPE_ENUM:
      g_string_append_printf (out, "%d", g_value_get_enum (value));
      return TRUE;
    case G_TYPE_FLAGS:
      g_string_append_printf (out, "%u", g_value_get_flags (value));
      return TRUE;
    case G_TYPE_FLOAT:
      text = beaver_json_from_double (g_value_get_float (value), &local);
      break;
    case G_TYPE_DOUBLE:
      text = beaver_json_from_double (g_value_get_double (value), &local);
      break;
    case G_TYPE_STRING:
      if (g_value_get_string (value) == NULL)
        text = g_strdup ("null");
      else
        text = beaver_json_from_string (g_value_get_string (value), &local);
      break;
    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      if (G_VALUE_HOLDS_OBJECT (value) && g_value_get_object (value) != NULL)
        return append_object (out, g_value_get_object (value), depth + 1, error);
      text = g_strdup ("null");
      break;
    case G_TYPE_BOXED:
      if (g_value_get_boxed (value) == NULL)
        text = g_strdup ("null");
      else if (type == JSON_TYPE_NODE)
        text = beaver_json_from_node (g_value_get_boxed (value), &local);
      else if (type == G_TYPE_STRV)
        {
          const char *const *strings = g_value_get_boxed (value);

          node = json_node_init_array (json_node_alloc (), NULL);
          json_node_take_array (node, json_array_new ());
          for (guint i = 0; strings[i] != NULL; i++)
            json_array_add_string_element (json_node_get_array (node), strings[i]);
        }
      else if (type == G_TYPE_DATE_TIME)
        {
          g_autofree char *date = g_date_time_format_iso8601 (g_value_get_boxed (value));

          text = beaver_json_from_string (date, &local);
        }
      else if (json_boxed_can_serialize (type, &(JsonNodeType){ 0 }))
        node = json_boxed_serialize (type, g_value_get_boxed (value));
      if (node != NULL)
        text = beaver_json_from_node (node, &local);
      break;
    case G_TYPE_VARIANT: /* of an action without a state, say */
      if (g_value_get_variant (value) == NULL)
        text = g_strdup ("null");
      break;
    default:
      break;
    }

  if (local != NULL)
    return invalid (error, owner, pspec, "%s", local->message);
  if (text == NULL)
    return invalid (error, owner, pspec,
                    _ ("JSON cannot hold a %s; let the class implement JsonSerializable"),
                    g_type_name (type));
  g_string_append (out, text);
  return TRUE;
}

static gboolean
append_object (GString *out, GObject *object, guint depth, GError **error)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (object);
  JsonSerializableIface *iface = serializable_iface (klass);
  gboolean chosen = OVERRIDES (iface, list_properties), first = TRUE;
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  if (depth > MAX_MODEL_DEPTH)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("The objects are nested deeper than %d, perhaps in a circle"),
                   MAX_MODEL_DEPTH);
      return FALSE;
    }

  if (chosen)
    pspecs = json_serializable_list_properties (JSON_SERIALIZABLE (object), &n);
  else
    pspecs = g_object_class_list_properties (klass, &n);
  g_string_append_c (out, '{');
  for (guint i = 0; i < n; i++)
    {
      GParamSpec *pspec = pspecs[i];
      g_auto (GValue) value = G_VALUE_INIT;
      g_autoptr (JsonNode) node = NULL;

      /* what cannot be set is computed from the rest, and could not come back */
      if (!(pspec->flags & G_PARAM_READABLE) || (!chosen && !(pspec->flags & G_PARAM_WRITABLE)))
        continue;
      g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
      if (OVERRIDES (iface, get_property))
        json_serializable_get_property (JSON_SERIALIZABLE (object), pspec, &value);
      else
        g_object_get_property (object, pspec->name, &value);
      if (OVERRIDES (iface, serialize_property))
        {
          node = json_serializable_serialize_property (JSON_SERIALIZABLE (object), pspec->name,
                                                       &value, pspec);
          if (node == NULL)
            continue;
        }

      if (!first)
        g_string_append (out, ", ");
      first = FALSE;
      _beaver_json_append_string (out, pspec->name, -1);
      g_string_append (out, ": ");
      if (node != NULL)
        {
          g_autoptr (GError) local = NULL;

          if (!_beaver_json_append_node (out, node, &local))
            return invalid (error, G_OBJECT_TYPE (object), pspec, "%s", local->message);
        }
      else if (!append_value (out, G_OBJECT_TYPE (object), pspec, &value, depth, error))
        return FALSE;
    }
  g_string_append_c (out, '}');
  return TRUE;
}

/**
 * beaver_json_from_object:
 * @object: an object
 *
 * Writes an object as JSON text: a JSON object with one member for each property that can be both
 * read and written.
 *
 * Properties may be booleans, numbers, strings, string arrays, enumerations and flags (as numbers),
 * dates
 * ([struct@GLib.DateTime], as ISO 8601 text), [struct@Json.Node], boxed types registered with
 * json-glib, and objects, which are written in the same way, up to 100 in each other. Classes that
 * implement [iface@Json.Serializable] decide for themselves, property by property.
 *
 * The result is in the form of [func@Beaver.json_normalize]; [func@Beaver.json_to_object] makes an
 * object of it again.
 *
 * It fails with [error@Beaver.Error.INVALID], and the name of the property, when JSON cannot hold
 * its value.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 1.0
 */
char *
beaver_json_from_object (GObject *object, GError **error)
{
  g_autoptr (GString) out = NULL;

  g_return_val_if_fail (G_IS_OBJECT (object), NULL);

  out = g_string_sized_new (256);
  if (!append_object (out, object, 1, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* ---- reading ---- */

/* A member of the JSON object: where its value stands in the text. */
typedef struct
{
  char *name;
  GParamSpec *pspec; /* borrowed of the class; NULL for a name that it does not know */
  const char *raw;
  gsize length;
} Member;

static void
member_clear (gpointer data)
{
  g_free (((Member *) data)->name);
}

static gboolean
unlike (GError **error, GType owner, GParamSpec *pspec, BeaverJsonToken found, const char *wanted)
{
  return invalid (error, owner, pspec, _ ("expected %s, found %s"), wanted,
                  _beaver_json_describe (found));
}

static gboolean
read_integer (BeaverJsonReader *reader,
              BeaverJsonToken token,
              GType owner,
              GParamSpec *pspec,
              GValue *value,
              GError **error)
{
  gint64 number = 0, low, high;

  if (token != BEAVER_JSON_INTEGER)
    return unlike (error, owner, pspec, token, _ ("an integer"));
  if (G_VALUE_HOLDS_UINT64 (value) || G_VALUE_HOLDS_ULONG (value))
    {
      /* the one kind that 64 bits with a sign do not hold */
      gsize length;
      const char *raw = _beaver_json_reader_raw (reader, &length);
      g_autofree char *digits = g_strndup (raw, length);
      guint64 size;

      if (!g_ascii_string_to_unsigned (
              digits, 10, 0, G_VALUE_HOLDS_ULONG (value) ? G_MAXULONG : G_MAXUINT64, &size, NULL))
        {
          if (!_beaver_json_reader_int (reader, &number) || number != 0)
            return invalid (error, owner, pspec, _ ("%s is out of range"), digits);
          size = 0; /* -0 */
        }
      if (G_VALUE_HOLDS_ULONG (value))
        g_value_set_ulong (value, (gulong) size);
      else
        g_value_set_uint64 (value, size);
      return TRUE;
    }

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_CHAR:
      low = G_MININT8;
      high = G_MAXINT8;
      break;
    case G_TYPE_UCHAR:
      low = 0;
      high = G_MAXUINT8;
      break;
    case G_TYPE_UINT:
    case G_TYPE_FLAGS:
      low = 0;
      high = G_MAXUINT;
      break;
    case G_TYPE_LONG:
      low = G_MINLONG;
      high = G_MAXLONG;
      break;
    case G_TYPE_INT64:
      low = G_MININT64;
      high = G_MAXINT64;
      break;
    case G_TYPE_INT:
    case G_TYPE_ENUM:
    default:
      low = G_MININT;
      high = G_MAXINT;
      break;
    }
  if (!_beaver_json_reader_int (reader, &number) || number < low || number > high)
    {
      gsize length;
      const char *raw = _beaver_json_reader_raw (reader, &length);

      return invalid (error, owner, pspec, _ ("%.*s is out of range"), (int) MIN (length, 40), raw);
    }
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_CHAR:
      g_value_set_schar (value, (gint8) number);
      break;
    case G_TYPE_UCHAR:
      g_value_set_uchar (value, (guchar) number);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, (guint) number);
      break;
    case G_TYPE_FLAGS:
      g_value_set_flags (value, (guint) number);
      break;
    case G_TYPE_LONG:
      g_value_set_long (value, (glong) number);
      break;
    case G_TYPE_INT64:
      g_value_set_int64 (value, number);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, (gint) number);
      break;
    case G_TYPE_INT:
    default:
      g_value_set_int (value, (gint) number);
      break;
    }
  return TRUE;
}

/* The text of the token, as a C string; NULL when it is none or holds a NUL. */
static const char *
read_text (BeaverJsonReader *reader, GType owner, GParamSpec *pspec, GError **error)
{
  gsize length;
  const char *text = _beaver_json_reader_string (reader, &length);

  if (memchr (text, '\0', length) == NULL)
    return text;
  invalid (error, owner, pspec, _ ("the string holds the character U+0000"));
  return NULL;
}

/* A name or nick of an enumeration; of flags several with | between. */
static gboolean
read_names (const char *text, GType owner, GParamSpec *pspec, GValue *value, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (G_VALUE_TYPE (value));
  g_auto (GStrv) names = NULL;
  guint bits = 0;

  if (G_VALUE_HOLDS_ENUM (value))
    {
      GEnumValue *found = g_enum_get_value_by_nick ((GEnumClass *) klass, text);

      if (found == NULL)
        found = g_enum_get_value_by_name ((GEnumClass *) klass, text);
      if (found == NULL)
        return invalid (error, owner, pspec, _ ("there is no “%s”"), text);
      g_value_set_enum (value, found->value);
      return TRUE;
    }

  names = g_strsplit (text, "|", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GFlagsValue *found = g_flags_get_value_by_nick ((GFlagsClass *) klass, g_strstrip (names[i]));

      if (found == NULL)
        found = g_flags_get_value_by_name ((GFlagsClass *) klass, names[i]);
      if (found == NULL)
        return invalid (error, owner, pspec, _ ("there is no “%s”"), names[i]);
      bits |= found->value;
    }
  g_value_set_flags (value, bits);
  return TRUE;
}

static gboolean
read_strings (BeaverJsonReader *reader,
              GType owner,
              GParamSpec *pspec,
              GValue *value,
              GError **error)
{
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  BeaverJsonToken token;

  while ((token = _beaver_json_reader_next (reader)) != BEAVER_JSON_ARRAY_END)
    {
      const char *text;

      if (token != BEAVER_JSON_STRING)
        return unlike (error, owner, pspec, token, _ ("an array of strings"));
      text = read_text (reader, owner, pspec, error);
      if (text == NULL)
        return FALSE;
      g_ptr_array_add (strings, g_strdup (text));
    }
  g_ptr_array_add (strings, NULL);
  g_value_take_boxed (value, g_ptr_array_free (g_steal_pointer (&strings), FALSE));
  return TRUE;
}

static gboolean
read_boxed (BeaverJsonReader *reader,
            BeaverJsonToken token,
            GType owner,
            const Member *member,
            GValue *value,
            GError **error)
{
  GType type = G_VALUE_TYPE (value);
  GParamSpec *pspec = member->pspec;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) local = NULL;

  if (type == G_TYPE_STRV)
    {
      if (token == BEAVER_JSON_NULL)
        return TRUE;
      if (token != BEAVER_JSON_ARRAY_START)
        return unlike (error, owner, pspec, token, _ ("an array of strings"));
      return read_strings (reader, owner, pspec, value, error);
    }
  if (type == G_TYPE_DATE_TIME)
    {
      g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
      const char *text;
      GDateTime *date;

      if (token == BEAVER_JSON_NULL)
        return TRUE;
      if (token != BEAVER_JSON_STRING)
        return unlike (error, owner, pspec, token, _ ("a date"));
      text = read_text (reader, owner, pspec, error);
      if (text == NULL)
        return FALSE;
      date = g_date_time_new_from_iso8601 (text, utc);
      if (date == NULL)
        return invalid (error, owner, pspec, _ ("“%s” is no date in ISO 8601"), text);
      g_value_take_boxed (value, date);
      return TRUE;
    }

  node = _beaver_json_node_new (member->raw, (gssize) member->length, &local);
  if (node == NULL)
    return invalid (error, owner, pspec, "%s", local->message);
  if (type == JSON_TYPE_NODE)
    {
      g_value_take_boxed (value, g_steal_pointer (&node));
      return TRUE;
    }
  if (json_boxed_can_deserialize (type, json_node_get_node_type (node)))
    {
      g_value_take_boxed (value, json_boxed_deserialize (type, node));
      return TRUE;
    }
  if (token == BEAVER_JSON_NULL)
    return TRUE;
  return invalid (error, owner, pspec, _ ("a %s cannot be made of %s"), g_type_name (type),
                  _beaver_json_describe (token));
}

/* value is initialised for the property. */
static gboolean
read_value (GType owner, const Member *member, GValue *value, guint depth, GError **error)
{
  g_autoptr (BeaverJsonReader) reader =
      _beaver_json_reader_new (member->raw, (gssize) member->length);
  BeaverJsonToken token = _beaver_json_reader_next (reader);
  GParamSpec *pspec = member->pspec;
  GType type = G_VALUE_TYPE (value);
  const char *text;
  GObject *object;

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      if (token != BEAVER_JSON_TRUE && token != BEAVER_JSON_FALSE)
        return unlike (error, owner, pspec, token, _ ("a boolean"));
      g_value_set_boolean (value, token == BEAVER_JSON_TRUE);
      return TRUE;

    case G_TYPE_ENUM:
    case G_TYPE_FLAGS:
      if (token == BEAVER_JSON_STRING)
        {
          text = read_text (reader, owner, pspec, error);
          return text != NULL && read_names (text, owner, pspec, value, error);
        }
      G_GNUC_FALLTHROUGH;
    case G_TYPE_CHAR:
    case G_TYPE_UCHAR:
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
      if (!read_integer (reader, token, owner, pspec, value, error))
        return FALSE;
      break;

    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      if (token != BEAVER_JSON_INTEGER && token != BEAVER_JSON_DOUBLE)
        return unlike (error, owner, pspec, token, _ ("a number"));
      if (G_VALUE_HOLDS_FLOAT (value))
        g_value_set_float (value, (float) _beaver_json_reader_double (reader));
      else
        g_value_set_double (value, _beaver_json_reader_double (reader));
      break;

    case G_TYPE_STRING:
      if (token == BEAVER_JSON_NULL)
        return TRUE;
      if (token != BEAVER_JSON_STRING)
        return unlike (error, owner, pspec, token, _ ("a string"));
      text = read_text (reader, owner, pspec, error);
      g_value_set_string (value, text);
      return text != NULL;

    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      if (token == BEAVER_JSON_NULL)
        return TRUE;
      if (token != BEAVER_JSON_OBJECT_START || !g_type_is_a (type, G_TYPE_OBJECT))
        return unlike (error, owner, pspec, token, _ ("an object"));
      object = read_object (member->raw, member->length, type, depth + 1, error);
      if (object == NULL)
        return FALSE;
      g_value_take_object (value, object);
      return TRUE;

    case G_TYPE_BOXED:
      return read_boxed (reader, token, owner, member, value, error);

    case G_TYPE_VARIANT:
      if (token == BEAVER_JSON_NULL)
        return TRUE;
      G_GNUC_FALLTHROUGH;

    default:
      return invalid (error, owner, pspec, _ ("a %s cannot be made of %s"), g_type_name (type),
                      _beaver_json_describe (token));
    }

  /* a number: GObject would bend it into the range of the property without a word */
  if (!(pspec->flags & G_PARAM_LAX_VALIDATION) && g_param_value_validate (pspec, value))
    return invalid (error, owner, pspec, _ ("%.*s is out of range"), (int) MIN (member->length, 40),
                    member->raw);
  return TRUE;
}

/* The members of the JSON object; of equal names, and of names of the same property, the last. */
static GArray *
read_members (const char *text, gsize length, GType type, GObjectClass *klass, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, (gssize) length);
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  BeaverJsonToken token = _beaver_json_reader_next (reader);

  g_array_set_clear_func (members, member_clear);
  if (token != BEAVER_JSON_OBJECT_START)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("A %s is stored as a JSON object, this is %s"), g_type_name (type),
                   _beaver_json_describe (token));
      return NULL;
    }
  while (_beaver_json_reader_next (reader) == BEAVER_JSON_KEY)
    {
      Member member = { 0 };
      const char *name = _beaver_json_reader_string (reader, NULL);

      member.pspec = g_object_class_find_property (klass, name);
      /* a name that nobody knows matters only to a class that may know better */
      if (member.pspec == NULL && serializable_iface (klass) == NULL)
        {
          _beaver_json_reader_skip (reader);
          continue;
        }
      member.name = g_strdup (name);
      _beaver_json_reader_skip (reader);
      member.raw = _beaver_json_reader_raw (reader, &member.length);
      for (guint i = 0; i < members->len; i++)
        {
          Member *other = &g_array_index (members, Member, i);

          if (member.pspec != NULL ? member.pspec == other->pspec :
                                     g_str_equal (member.name, other->name))
            {
              g_array_remove_index (members, i);
              break;
            }
        }
      g_array_append_val (members, member);
    }
  return g_steal_pointer (&members);
}

/* Sets one member that was not set at construction. */
static gboolean
set_member (GObject *object, Member *member, guint depth, GError **error)
{
  JsonSerializableIface *iface = serializable_iface (G_OBJECT_GET_CLASS (object));
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean done = FALSE;

  if (OVERRIDES (iface, find_property))
    member->pspec = json_serializable_find_property (JSON_SERIALIZABLE (object), member->name);
  if (member->pspec == NULL || !(member->pspec->flags & G_PARAM_WRITABLE) ||
      (member->pspec->flags & G_PARAM_CONSTRUCT_ONLY))
    return TRUE;

  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (member->pspec));
  if (OVERRIDES (iface, deserialize_property))
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (JsonNode) node =
          _beaver_json_node_new (member->raw, (gssize) member->length, &local);

      if (node == NULL)
        return invalid (error, G_OBJECT_TYPE (object), member->pspec, "%s", local->message);
      done = json_serializable_deserialize_property (
          JSON_SERIALIZABLE (object), member->pspec->name, &value, member->pspec, node);
      if (!done)
        g_value_reset (&value);
    }
  if (!done && !read_value (G_OBJECT_TYPE (object), member, &value, depth, error))
    return FALSE;
  if (OVERRIDES (iface, set_property))
    json_serializable_set_property (JSON_SERIALIZABLE (object), member->pspec, &value);
  else
    g_object_set_property (object, member->pspec->name, &value);
  return TRUE;
}

static GObject *
read_object (const char *text, gsize length, GType type, guint depth, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autoptr (GArray) members = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GArray) values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_autoptr (GObject) object = NULL;
  GParamFlags early = G_PARAM_CONSTRUCT_ONLY;

  g_array_set_clear_func (values, (GDestroyNotify) g_value_unset);
  if (depth > MAX_MODEL_DEPTH || G_TYPE_IS_ABSTRACT (type))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   depth > MAX_MODEL_DEPTH ? _ ("The %s is nested too deep") :
                                             _ ("There are no objects of the abstract class %s"),
                   g_type_name (type));
      return NULL;
    }
  members = read_members (text, length, type, (GObjectClass *) klass, error);
  if (members == NULL)
    return NULL;

  /* a class with a mind of its own has to be asked, which takes an instance */
  if (serializable_iface ((GObjectClass *) klass) == NULL)
    early |= G_PARAM_CONSTRUCT;
  for (guint i = members->len; i > 0; i--)
    {
      Member *member = &g_array_index (members, Member, i - 1);
      GValue *value;

      if (member->pspec == NULL || !(member->pspec->flags & early) ||
          !(member->pspec->flags & G_PARAM_WRITABLE))
        continue;
      g_array_set_size (values, values->len + 1);
      value = &g_array_index (values, GValue, values->len - 1);
      g_value_init (value, G_PARAM_SPEC_VALUE_TYPE (member->pspec));
      if (!read_value (type, member, value, depth, error))
        return NULL;
      g_ptr_array_add (names, (gpointer) member->pspec->name);
      g_array_remove_index (members, i - 1);
    }

  object = g_object_new_with_properties (type, names->len, (const char **) names->pdata,
                                         (const GValue *) (gpointer) values->data);
  if (g_object_is_floating (object))
    g_object_ref_sink (object);
  g_object_freeze_notify (object);
  for (guint i = 0; i < members->len; i++)
    if (!set_member (object, &g_array_index (members, Member, i), depth, error))
      {
        g_object_thaw_notify (object);
        return NULL;
      }
  g_object_thaw_notify (object);
  return g_steal_pointer (&object);
}

/**
 * beaver_json_to_object:
 * @json: a JSON text that is an object
 * @type: the class of the new object
 *
 * Makes an object of what [func@Beaver.json_from_object] wrote.
 *
 * Members that name no property, and properties that cannot be written, are passed over; properties
 * without a member keep their default. Of enumerations and flags the nicks and names are
 * understood, too. An underscore in a member's name stands for a hyphen. Classes that implement
 * [iface@Json.Serializable] decide for themselves, property by property.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON or not a JSON object, when
 * @type is abstract, and, with the name of the property, when a member is of the wrong kind or out
 * of the range of its property. No value is bent to fit.
 *
 * Returns: (transfer full): a new object of class @type
 *
 * Since: 1.0
 */
GObject *
beaver_json_to_object (const char *json, GType type, GError **error)
{
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT), NULL);

  if (!_beaver_json_check (json, -1, error))
    return NULL;
  return read_object (json, strlen (json), type, 1, error);
}
