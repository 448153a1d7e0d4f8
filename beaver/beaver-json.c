/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-json-node-private.h>

#include <glib/gi18n-lib.h>

/* What people hold in their hands, from and to JSON text. Of json-glib only the types are used: its
 * parser and its generator change numbers and strings on the way. */

#define MAX_DEPTH 1000

/**
 * beaver_json_normalize:
 * @json: a JSON text
 *
 * Brings a JSON text to the form in which libbeaver stores it: byte for byte what Python's
 * `json.dumps (json.loads (text))` gives.
 *
 * Separators are `, ` and `: `, what is not ASCII is escaped, floating point numbers have the
 * fewest digits that read back as the same number, integers keep all of theirs, whatever their
 * size. The order of keys stays; of equal keys the last value counts. Two texts of the same value
 * have the same normal form, as long as the order of keys is the same and `1` is not taken for
 * `1.0`.
 *
 * Every function that stores JSON does this by itself.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON, not UTF-8 or nested deeper
 * than 1000; the message says at which line and column. `NaN` and `Infinity`, which Python reads
 * and writes, are refused, and numbers that would become infinite, too.
 *
 * Returns: (transfer full): the normal form
 *
 * Since: 1.0
 */
char *
beaver_json_normalize (const char *json, GError **error)
{
  g_return_val_if_fail (json != NULL, NULL);

  return _beaver_json_normalize (json, -1, error);
}

/* ---- json-glib's nodes ---- */

static gboolean
holds_nul (const char *string, gsize length, GError **error)
{
  if (memchr (string, '\0', length) == NULL)
    return FALSE;
  g_set_error_literal (
      error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
      _ ("A string in the JSON text holds the character U+0000, which would cut it; "
         "use the text itself"));
  return TRUE;
}

static JsonNode *
scalar_node (BeaverJsonReader *reader, BeaverJsonToken token, GError **error)
{
  JsonNode *node = NULL;
  const char *string;
  gsize length;
  gint64 number;

  switch (token)
    {
    case BEAVER_JSON_STRING:
      string = _beaver_json_reader_string (reader, &length);
      if (!holds_nul (string, length, error))
        node = json_node_init_string (json_node_alloc (), string);
      break;
    case BEAVER_JSON_INTEGER:
      if (_beaver_json_reader_int (reader, &number))
        {
          node = json_node_init_int (json_node_alloc (), number);
          break;
        }
      G_GNUC_FALLTHROUGH;
    case BEAVER_JSON_DOUBLE:
      node = json_node_init_double (json_node_alloc (), _beaver_json_reader_double (reader));
      break;
    case BEAVER_JSON_TRUE:
    case BEAVER_JSON_FALSE:
      node = json_node_init_boolean (json_node_alloc (), token == BEAVER_JSON_TRUE);
      break;
    default:
      node = json_node_init_null (json_node_alloc ());
      break;
    }
  return node;
}

JsonNode *
_beaver_json_node_new (const char *text, gssize length, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, length);
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GString) key = g_string_sized_new (32);
  JsonNode *open[MAX_DEPTH]; /* the containers around the position; borrowed, root owns them */
  guint depth = 0;

  for (;;)
    {
      BeaverJsonToken token = _beaver_json_reader_next (reader);
      JsonNode *node;
      const char *name;
      gsize name_length;

      switch (token)
        {
        case BEAVER_JSON_END:
          return g_steal_pointer (&root);
        case BEAVER_JSON_ERROR:
          _beaver_json_reader_set_error (reader, error);
          return NULL;
        case BEAVER_JSON_OBJECT_END:
        case BEAVER_JSON_ARRAY_END:
          depth--;
          continue;
        case BEAVER_JSON_KEY:
          name = _beaver_json_reader_string (reader, &name_length);
          if (holds_nul (name, name_length, error))
            return NULL;
          g_string_truncate (key, 0);
          g_string_append_len (key, name, (gssize) name_length);
          continue;
        case BEAVER_JSON_OBJECT_START:
          node = json_node_alloc ();
          json_node_init (node, JSON_NODE_OBJECT);
          json_node_take_object (node, json_object_new ());
          break;
        case BEAVER_JSON_ARRAY_START:
          node = json_node_alloc ();
          json_node_init (node, JSON_NODE_ARRAY);
          json_node_take_array (node, json_array_new ());
          break;
        default:
          node = scalar_node (reader, token, error);
          if (node == NULL)
            return NULL;
          break;
        }

      if (depth == 0)
        root = node;
      else if (JSON_NODE_HOLDS_OBJECT (open[depth - 1]))
        json_object_set_member (json_node_get_object (open[depth - 1]), key->str, node);
      else
        json_array_add_element (json_node_get_array (open[depth - 1]), node);
      if (token == BEAVER_JSON_OBJECT_START || token == BEAVER_JSON_ARRAY_START)
        open[depth++] = node;
    }
}

static gboolean
append_text (GString *out, const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("A string that should become JSON is not UTF-8"));
      return FALSE;
    }
  _beaver_json_append_string (out, text, -1);
  return TRUE;
}

static gboolean
append_finite (GString *out, double value, GError **error)
{
  if (!isfinite (value))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("JSON has neither NaN nor infinite numbers; use null"));
      return FALSE;
    }
  _beaver_json_append_double (out, value);
  return TRUE;
}

static gboolean
append_scalar (GString *out, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE)
    return append_finite (out, json_node_get_double (node), error);
  else if (type == G_TYPE_STRING && json_node_get_string (node) != NULL)
    return append_text (out, json_node_get_string (node), error);
  else
    g_string_append (out, "null");
  return TRUE;
}

typedef struct
{
  JsonArray *array;    /* NULL in an object */
  JsonObjectIter iter; /* in an object */
  guint next;
} Level;

static gboolean
enter_node (GArray *levels, GString *out, JsonNode *node, GError **error)
{
  Level level = { .next = 0 };

  if (levels->len == MAX_DEPTH)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("The value is nested deeper than %d"), MAX_DEPTH);
      return FALSE;
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    level.array = json_node_get_array (node);
  else
    json_object_iter_init_ordered (&level.iter, json_node_get_object (node));
  g_array_append_val (levels, level);
  g_string_append_c (out, level.array != NULL ? '[' : '{');
  return TRUE;
}

gboolean
_beaver_json_append_node (GString *out, JsonNode *node, GError **error)
{
  g_autoptr (GArray) levels = NULL;

  for (;;)
    {
      gboolean filled = (JSON_NODE_HOLDS_ARRAY (node) && json_node_get_array (node) != NULL) ||
                        (JSON_NODE_HOLDS_OBJECT (node) && json_node_get_object (node) != NULL);

      if (filled)
        {
          if (levels == NULL)
            levels = g_array_new (FALSE, FALSE, sizeof (Level));
          if (!enter_node (levels, out, node, error))
            return FALSE;
        }
      else if (!append_scalar (out, node, error))
        return FALSE;

      /* to the next value, leaving what has no more */
      for (node = NULL; node == NULL;)
        {
          Level *level;
          const char *name = NULL;

          if (levels == NULL || levels->len == 0)
            return TRUE;
          level = &g_array_index (levels, Level, levels->len - 1);
          if (level->array != NULL ? level->next == json_array_get_length (level->array) :
                                     !json_object_iter_next_ordered (&level->iter, &name, &node))
            {
              g_string_append_c (out, level->array != NULL ? ']' : '}');
              g_array_set_size (levels, levels->len - 1);
              node = NULL;
              continue;
            }
          if (level->next > 0)
            g_string_append (out, ", ");
          if (level->array != NULL)
            node = json_array_get_element (level->array, level->next);
          else if (append_text (out, name, error))
            g_string_append (out, ": ");
          else
            return FALSE;
          level->next++;
        }
    }
}

/**
 * beaver_json_to_node:
 * @json: a JSON text
 *
 * Reads a JSON text into a tree.
 *
 * An integer that no 64 bits hold becomes the nearest floating point number, half of a surrogate
 * pair becomes U+FFFD: who needs those exactly has to stay with the text. `NaN`, `Infinity` and
 * `-Infinity`, which Python writes, are read.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON, not UTF-8 or nested deeper
 * than 1000, and when a string in it holds the character U+0000.
 *
 * Returns: (transfer full): the tree
 *
 * Since: 1.0
 */
JsonNode *
beaver_json_to_node (const char *json, GError **error)
{
  g_return_val_if_fail (json != NULL, NULL);

  return _beaver_json_node_new (json, -1, error);
}

/**
 * beaver_json_from_node:
 * @node: a tree
 *
 * Writes a tree as JSON text, in the form of [func@Beaver.json_normalize].
 *
 * It fails with [error@Beaver.Error.INVALID] when a number is NaN or infinite, when a string is not
 * UTF-8, and when the tree is nested deeper than 1000.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 1.0
 */
char *
beaver_json_from_node (JsonNode *node, GError **error)
{
  g_autoptr (GString) out = NULL;

  g_return_val_if_fail (node != NULL, NULL);

  out = g_string_sized_new (128);
  if (!_beaver_json_append_node (out, node, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* ---- single values ---- */

const char *
_beaver_json_describe (BeaverJsonToken token)
{
  switch (token)
    {
    case BEAVER_JSON_OBJECT_START:
    case BEAVER_JSON_OBJECT_END:
      return _ ("an object");
    case BEAVER_JSON_ARRAY_START:
    case BEAVER_JSON_ARRAY_END:
      return _ ("an array");
    case BEAVER_JSON_STRING:
    case BEAVER_JSON_KEY:
      return _ ("a string");
    case BEAVER_JSON_INTEGER:
      return _ ("an integer");
    case BEAVER_JSON_DOUBLE:
      return _ ("a floating point number");
    case BEAVER_JSON_TRUE:
    case BEAVER_JSON_FALSE:
      return _ ("a boolean");
    case BEAVER_JSON_NULL:
      return _ ("null");
    default:
      return _ ("nothing");
    }
}

/* A reader behind the only value of json; NULL when it is no JSON, or of neither kind. */
static BeaverJsonReader *
read_scalar (const char *json,
             BeaverJsonToken kind,
             BeaverJsonToken other,
             const char *wanted,
             GError **error)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (json, -1);
  BeaverJsonToken token;

  /* all of it is looked at first: half a JSON text is an error, whatever it starts with */
  if (!_beaver_json_check (json, -1, error))
    return NULL;
  token = _beaver_json_reader_next (reader);
  if (token != kind && token != other)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("The JSON value is %s, not %s"),
                   _beaver_json_describe (token), wanted);
      return NULL;
    }
  return g_steal_pointer (&reader);
}

/**
 * beaver_json_to_string:
 * @json: a JSON text
 *
 * Reads a JSON text that is a string.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON or another kind of value,
 * `null` included, and when the string holds the character U+0000. Half of a surrogate pair becomes
 * U+FFFD.
 *
 * Returns: (transfer full): the string
 *
 * Since: 1.0
 */
char *
beaver_json_to_string (const char *json, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  const char *string;
  gsize length;

  g_return_val_if_fail (json != NULL, NULL);

  reader = read_scalar (json, BEAVER_JSON_STRING, BEAVER_JSON_STRING, _ ("a string"), error);
  if (reader == NULL)
    return NULL;
  string = _beaver_json_reader_string (reader, &length);
  if (holds_nul (string, length, error))
    return NULL;
  return g_strndup (string, length);
}

/**
 * beaver_json_from_string:
 * @text: a text in UTF-8
 *
 * Writes a string as JSON text.
 *
 * It fails with [error@Beaver.Error.INVALID] when @text is not UTF-8.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 1.0
 */
char *
beaver_json_from_string (const char *text, GError **error)
{
  g_autoptr (GString) out = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  out = g_string_sized_new (64);
  if (!append_text (out, text, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * beaver_json_to_int:
 * @json: a JSON text
 *
 * Reads a JSON text that is an integer.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON or another kind of value, a
 * number with a fraction or an exponent (such as `1.0`) included, and when the integer has more
 * than 64 bits.
 *
 * Returns: the integer; 0 on error
 *
 * Since: 1.0
 */
gint64
beaver_json_to_int (const char *json, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  gint64 value = 0;

  g_return_val_if_fail (json != NULL, 0);

  reader = read_scalar (json, BEAVER_JSON_INTEGER, BEAVER_JSON_INTEGER, _ ("an integer"), error);
  if (reader == NULL)
    return 0;
  if (!_beaver_json_reader_int (reader, &value))
    g_set_error_literal (
        error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
        _ ("The integer in the JSON text has more than 64 bits; use the text itself"));
  return value;
}

/**
 * beaver_json_from_int:
 * @value: an integer
 *
 * Writes an integer as JSON text.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 1.0
 */
char *
beaver_json_from_int (gint64 value)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

/**
 * beaver_json_to_double:
 * @json: a JSON text
 *
 * Reads a JSON text that is a number, be it an integer.
 *
 * `NaN`, `Infinity` and `-Infinity`, which Python writes, are read.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON or another kind of value.
 *
 * Returns: the nearest floating point number; 0 on error
 *
 * Since: 1.0
 */
double
beaver_json_to_double (const char *json, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = NULL;

  g_return_val_if_fail (json != NULL, 0);

  reader = read_scalar (json, BEAVER_JSON_DOUBLE, BEAVER_JSON_INTEGER, _ ("a number"), error);
  return reader != NULL ? _beaver_json_reader_double (reader) : 0;
}

/**
 * beaver_json_from_double:
 * @value: a number
 *
 * Writes a floating point number as JSON text: with the fewest digits that read back as the same
 * number, and always with a decimal point or an exponent.
 *
 * It fails with [error@Beaver.Error.INVALID] when @value is NaN or infinite.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 1.0
 */
char *
beaver_json_from_double (double value, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (32);

  if (!append_finite (out, value, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * beaver_json_to_boolean:
 * @json: a JSON text
 *
 * Reads a JSON text that is `true` or `false`.
 *
 * It fails with [error@Beaver.Error.INVALID] when @json is not JSON or another kind of value.
 *
 * Returns: the truth; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_json_to_boolean (const char *json, GError **error)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  gsize length;

  g_return_val_if_fail (json != NULL, FALSE);

  reader = read_scalar (json, BEAVER_JSON_TRUE, BEAVER_JSON_FALSE, _ ("a boolean"), error);
  return reader != NULL && *_beaver_json_reader_raw (reader, &length) == 't';
}

/**
 * beaver_json_from_boolean:
 * @value: a truth
 *
 * Writes a boolean as JSON text.
 *
 * Returns: (transfer full): `true` or `false`
 *
 * Since: 1.0
 */
char *
beaver_json_from_boolean (gboolean value)
{
  return g_strdup (value ? "true" : "false");
}
