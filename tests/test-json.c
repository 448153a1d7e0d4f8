/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>

#include <beaver/beaver.h>

/* ---- models ---- */

typedef enum
{
  COLOR_RED = 1,
  COLOR_GREEN = 5,
} Color;

static GType
color_get_type (void)
{
  static GType type;
  static const GEnumValue values[] = {
    { COLOR_RED, "COLOR_RED", "red" },
    { COLOR_GREEN, "COLOR_GREEN", "green" },
    { 0, NULL, NULL },
  };

  if (type == 0)
    type = g_enum_register_static ("TestColor", values);
  return type;
}

static GType
marks_get_type (void)
{
  static GType type;
  static const GFlagsValue values[] = {
    { 1, "MARK_NEW", "new" },
    { 2, "MARK_OLD", "old" },
    { 4, "MARK_ODD", "odd" },
    { 0, NULL, NULL },
  };

  if (type == 0)
    type = g_flags_register_static ("TestMarks", values);
  return type;
}

/* A class whose properties are told by a table: every kind that JSON can hold, and one that it
 * cannot. */
typedef struct
{
  GObject parent;
  GValue values[32];
} Model;

typedef struct
{
  GObjectClass parent;
} ModelClass;

static GType model_get_type (void);
G_DEFINE_TYPE (Model, model, G_TYPE_OBJECT)

enum
{
  P_BOOLEAN = 1,
  P_CHAR,
  P_UCHAR,
  P_INT,
  P_UINT,
  P_LONG,
  P_ULONG,
  P_INT64,
  P_UINT64,
  P_FLOAT,
  P_DOUBLE,
  P_TEXT,
  P_COLOR,
  P_MARKS,
  P_WORDS,
  P_WHEN,
  P_NODE,
  P_CHILD,
  P_BIRTH_PLACE,
  P_CONSTRUCTED,
  P_ONCE,
  P_COMPUTED,
  P_HIDDEN,
  P_POINTER,
  N_PROPS
};

static void
model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  Model *self = (Model *) object;

  if (id == P_COMPUTED)
    g_value_set_int (value, 42);
  else
    g_value_copy (&self->values[id], value);
}

static void
model_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_value_copy (value, &((Model *) object)->values[id]);
}

static void
model_finalize (GObject *object)
{
  for (guint i = 1; i < N_PROPS; i++)
    g_value_unset (&((Model *) object)->values[i]);
  G_OBJECT_CLASS (model_parent_class)->finalize (object);
}

static void
model_class_init (ModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamSpec *props[N_PROPS] = {
    NULL,
    g_param_spec_boolean ("boolean", NULL, NULL, FALSE, rw),
    g_param_spec_char ("char", NULL, NULL, G_MININT8, G_MAXINT8, 0, rw),
    g_param_spec_uchar ("uchar", NULL, NULL, 0, G_MAXUINT8, 0, rw),
    g_param_spec_int ("int", NULL, NULL, -10, 100, 7, rw),
    g_param_spec_uint ("uint", NULL, NULL, 0, G_MAXUINT, 0, rw),
    g_param_spec_long ("long", NULL, NULL, G_MINLONG, G_MAXLONG, 0, rw),
    g_param_spec_ulong ("ulong", NULL, NULL, 0, G_MAXULONG, 0, rw),
    g_param_spec_int64 ("int64", NULL, NULL, G_MININT64, G_MAXINT64, 0, rw),
    g_param_spec_uint64 ("uint64", NULL, NULL, 0, G_MAXUINT64, 0, rw),
    g_param_spec_float ("float", NULL, NULL, -G_MAXFLOAT, G_MAXFLOAT, 0, rw),
    g_param_spec_double ("double", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, rw),
    g_param_spec_string ("text", NULL, NULL, NULL, rw),
    g_param_spec_enum ("color", NULL, NULL, color_get_type (), COLOR_RED, rw),
    g_param_spec_flags ("marks", NULL, NULL, marks_get_type (), 0, rw),
    g_param_spec_boxed ("words", NULL, NULL, G_TYPE_STRV, rw),
    g_param_spec_boxed ("when", NULL, NULL, G_TYPE_DATE_TIME, rw),
    g_param_spec_boxed ("node", NULL, NULL, JSON_TYPE_NODE, rw),
    g_param_spec_object ("child", NULL, NULL, model_get_type (), rw),
    g_param_spec_string ("birth-place", NULL, NULL, NULL, rw),
    g_param_spec_int ("constructed", NULL, NULL, 0, 9, 3, rw | G_PARAM_CONSTRUCT),
    g_param_spec_string ("once", NULL, NULL, NULL, rw | G_PARAM_CONSTRUCT_ONLY),
    g_param_spec_int ("computed", NULL, NULL, 0, 99, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
    g_param_spec_int ("hidden", NULL, NULL, 0, 99, 0, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS),
    NULL,
  };

  object_class->get_property = model_get_property;
  object_class->set_property = model_set_property;
  object_class->finalize = model_finalize;
  g_object_class_install_properties (object_class, P_POINTER, props);
}

static void
model_init (Model *self)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (self);
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  pspecs = g_object_class_list_properties (klass, &n);
  for (guint i = 0; i < n; i++)
    if (pspecs[i]->owner_type == model_get_type ())
      {
        g_value_init (&self->values[pspecs[i]->param_id], pspecs[i]->value_type);
        g_param_value_set_default (pspecs[i], &self->values[pspecs[i]->param_id]);
      }
  g_value_init (&self->values[P_POINTER], G_TYPE_POINTER);
}

/* A model that holds what JSON cannot. */
typedef Model Odd;
typedef ModelClass OddClass;
static GType odd_get_type (void);
G_DEFINE_TYPE (Odd, odd, model_get_type ())

static void
odd_class_init (OddClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = model_get_property;
  object_class->set_property = model_set_property;
  g_object_class_install_property (
      object_class, P_POINTER,
      g_param_spec_pointer ("pointer", NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
odd_init (Odd *self)
{
}

/* A class that decides for itself: "text" is stored in reverse, everything else stays out. */
typedef Model Own;
typedef ModelClass OwnClass;
static GType own_get_type (void);
static void own_iface_init (JsonSerializableIface *iface);
G_DEFINE_TYPE_WITH_CODE (Own,
                         own,
                         model_get_type (),
                         G_IMPLEMENT_INTERFACE (JSON_TYPE_SERIALIZABLE, own_iface_init))

static JsonNode *
own_serialize (JsonSerializable *serializable,
               const char *name,
               const GValue *value,
               GParamSpec *pspec)
{
  g_autofree char *text = NULL;

  if (!g_str_equal (name, "text"))
    return NULL;
  text = g_utf8_strreverse (g_value_get_string (value), -1);
  return json_node_init_string (json_node_alloc (), text);
}

static gboolean
own_deserialize (JsonSerializable *serializable,
                 const char *name,
                 GValue *value,
                 GParamSpec *pspec,
                 JsonNode *node)
{
  if (!g_str_equal (name, "text") || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  g_value_take_string (value, g_utf8_strreverse (json_node_get_string (node), -1));
  return TRUE;
}

static void
own_iface_init (JsonSerializableIface *iface)
{
  iface->serialize_property = own_serialize;
  iface->deserialize_property = own_deserialize;
}

static void
own_class_init (OwnClass *klass)
{
}

static void
own_init (Own *self)
{
}

/* A class with the interface and no opinion: json-glib's own answers must not cut its numbers. */
typedef Model Plain;
typedef ModelClass PlainClass;
static GType plain_get_type (void);
static void
plain_iface_init (JsonSerializableIface *iface)
{
}
G_DEFINE_TYPE_WITH_CODE (Plain,
                         plain,
                         model_get_type (),
                         G_IMPLEMENT_INTERFACE (JSON_TYPE_SERIALIZABLE, plain_iface_init))

static void
plain_class_init (PlainClass *klass)
{
}

static void
plain_init (Plain *self)
{
}

/* ---- tests ---- */

static void
assert_invalid (GError **error, const char *pattern)
{
  g_assert_error (*error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  if (!g_pattern_match_simple (pattern, (*error)->message))
    g_error ("\"%s\" is not \"%s\"", (*error)->message, pattern);
  g_clear_error (error);
}

static void
test_normalize (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = beaver_json_normalize ("{\"b\":1,\"a\":[true,1e16,1e-7,0.1]} ", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json, ==, "{\"b\": 1, \"a\": [true, 1e+16, 1e-07, 0.1]}");
  g_assert_null (beaver_json_normalize ("{\n'a': 1}", &error));
  assert_invalid (&error, "Not JSON at line 2, column 1: *");
  g_assert_null (beaver_json_normalize ("[NaN]", &error));
  assert_invalid (&error, "*column 2: NaN*");
}

static void
test_nodes (void)
{
  static const struct
  {
    const char *json;
    const char *back; /* NULL: the same */
  } cases[] = {
    { "null", NULL },
    { "true", NULL },
    { "false", NULL },
    { "0", NULL },
    { "-9223372036854775808", NULL },
    { "9223372036854775807", NULL },
    { "9223372036854775808", "9.223372036854776e+18" },
    { "1.0", NULL },
    { "-0.0", NULL },
    { "0.1", NULL },
    { "5.684341886080802e-14", NULL },
    { "1e2", "100.0" },
    { "\"\"", NULL },
    { "\"\\u00e9\\ud83d\\ude00\\n\\u0001\"", NULL },
    { "\"\\ud800\"", "\"\\ufffd\"" },
    { "[]", NULL },
    { "{}", NULL },
    { "[[], {}, [[1]], {\"a\": {\"b\": []}}, null, \"x\"]", NULL },
    { "{\"b\": 1, \"a\": {\"d\": [1, 2, {\"e\": null}], \"c\": false}, \"\": 1.5}", NULL },
    { "{\"b\": 1, \"a\": 2, \"b\": [3]}", "{\"b\": [3], \"a\": 2}" },
    { "{\"\\u00e9\": {\"\\n\": 1}}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = beaver_json_to_node (cases[i].json, &error);
      g_autofree char *back = NULL;

      g_assert_no_error (error);
      back = beaver_json_from_node (node, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (back, ==, cases[i].back != NULL ? cases[i].back : cases[i].json);
    }
}

static void
test_node_types (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      beaver_json_to_node ("{\"i\": 1, \"d\": 1.0, \"n\": NaN, \"s\": \"x\", \"b\": true}", &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_get_object (node);
  g_assert_true (json_node_get_value_type (json_object_get_member (object, "i")) == G_TYPE_INT64);
  g_assert_true (json_node_get_value_type (json_object_get_member (object, "d")) == G_TYPE_DOUBLE);
  g_assert_true (isnan (json_object_get_double_member (object, "n")));
  g_assert_cmpstr (json_object_get_string_member (object, "s"), ==, "x");
  g_assert_true (json_object_get_boolean_member (object, "b"));

  /* what json-glib can say and JSON cannot */
  g_assert_null (beaver_json_from_node (node, &error));
  assert_invalid (&error, "*NaN*");
  json_object_set_string_member (object, "n", "\xff");
  g_assert_null (beaver_json_from_node (node, &error));
  assert_invalid (&error, "*UTF-8*");
}

static void
test_node_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_null (beaver_json_to_node ("", &error));
  assert_invalid (&error, "Not JSON at line 1, column 1: *");
  g_assert_null (beaver_json_to_node ("{\"a\": [1, {\"b\": 2}", &error));
  assert_invalid (&error, "*has no end*");
  g_assert_null (beaver_json_to_node ("[1] 2", &error));
  assert_invalid (&error, "*more behind*");
  g_assert_null (beaver_json_to_node ("[\"a\\u0000b\"]", &error));
  assert_invalid (&error, "*U+0000*");
  g_assert_null (beaver_json_to_node ("{\"a\\u0000b\": 1}", &error));
  assert_invalid (&error, "*U+0000*");

  node = json_node_init_null (json_node_alloc ());
  for (guint i = 0; i < 1001; i++)
    {
      JsonArray *array = json_array_new ();

      json_array_add_element (array, g_steal_pointer (&node));
      node = json_node_init_array (json_node_alloc (), array);
      json_array_unref (array);
      if (i == 999)
        {
          g_autofree char *json = beaver_json_from_node (node, &error);
          g_autoptr (JsonNode) back = NULL;

          g_assert_no_error (error);
          g_assert_cmpuint (strlen (json), ==, 2004);
          back = beaver_json_to_node (json, &error);
          g_assert_no_error (error);
          g_assert_true (json_node_equal (back, node));
        }
    }
  g_assert_null (beaver_json_from_node (node, &error));
  assert_invalid (&error, "*deeper than 1000");
}

static void
test_single_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *a = beaver_json_from_string ("h\xc3\xa9 \"x\"", &error);
  g_autofree char *b = beaver_json_to_string (" \"h\xc3\xa9 \\\"x\\\"\" ", &error);
  g_autofree char *c = beaver_json_from_int (G_MININT64);
  g_autofree char *d = beaver_json_from_double (0x1p-44, &error);
  g_autofree char *e = beaver_json_from_boolean (TRUE);
  g_autofree char *f = beaver_json_from_boolean (FALSE);

  g_assert_no_error (error);
  g_assert_cmpstr (a, ==, "\"h\\u00e9 \\\"x\\\"\"");
  g_assert_cmpstr (b, ==, "h\xc3\xa9 \"x\"");
  g_assert_cmpstr (c, ==, "-9223372036854775808");
  g_assert_cmpstr (d, ==, "5.684341886080802e-14");
  g_assert_cmpstr (e, ==, "true");
  g_assert_cmpstr (f, ==, "false");
  g_assert_cmpint (beaver_json_to_int ("-9223372036854775808", &error), ==, G_MININT64);
  g_assert_cmpint (beaver_json_to_int (" -0", &error), ==, 0);
  g_assert_cmpfloat (beaver_json_to_double ("0.1", &error), ==, 0.1);
  g_assert_cmpfloat (beaver_json_to_double ("3", &error), ==, 3);
  g_assert_cmpfloat (beaver_json_to_double ("100000000000000000000000", &error), ==, 1e23);
  g_assert_true (isinf (beaver_json_to_double ("-Infinity", &error)));
  g_assert_true (beaver_json_to_boolean ("true", &error));
  g_assert_false (beaver_json_to_boolean ("false", &error));
  g_assert_no_error (error);

  g_assert_null (beaver_json_from_string ("\xc3", &error));
  assert_invalid (&error, "*UTF-8*");
  g_assert_null (beaver_json_from_double (NAN, &error));
  assert_invalid (&error, "*NaN*");
  g_assert_null (beaver_json_from_double (-INFINITY, &error));
  assert_invalid (&error, "*infinite*");
}

static void
test_wrong_kinds (void)
{
  static const struct
  {
    const char *json;
    const char *name;
  } kinds[] = {
    { "\"x\"", "a string" }, { "1", "an integer" }, { "1.0", "a floating point number" },
    { "true", "a boolean" }, { "null", "null" },    { "[1]", "an array" },
    { "{}", "an object" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *pattern = g_strdup_printf ("The JSON value is %s, not *", kinds[i].name);

      if (i != 0)
        {
          g_assert_null (beaver_json_to_string (kinds[i].json, &error));
          assert_invalid (&error, pattern);
        }
      if (i != 1)
        {
          g_assert_cmpint (beaver_json_to_int (kinds[i].json, &error), ==, 0);
          assert_invalid (&error, pattern);
        }
      if (i != 1 && i != 2)
        {
          g_assert_cmpfloat (beaver_json_to_double (kinds[i].json, &error), ==, 0);
          assert_invalid (&error, pattern);
        }
      if (i != 3)
        {
          g_assert_false (beaver_json_to_boolean (kinds[i].json, &error));
          assert_invalid (&error, pattern);
        }
    }
}

static void
test_single_errors (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (beaver_json_to_int ("9223372036854775808", &error), ==, 0);
  assert_invalid (&error, "*64 bits*");
  g_assert_null (beaver_json_to_string ("\"a\\u0000b\"", &error));
  assert_invalid (&error, "*U+0000*");
  g_assert_null (beaver_json_to_string ("\"a\" \"b\"", &error));
  assert_invalid (&error, "*more behind*");
  g_assert_cmpint (beaver_json_to_int ("1,", &error), ==, 0);
  assert_invalid (&error, "*more behind*");
  g_assert_false (beaver_json_to_boolean ("true]", &error));
  assert_invalid (&error, "*more behind*");
  g_assert_cmpfloat (beaver_json_to_double ("1.", &error), ==, 0);
  assert_invalid (&error, "*digit*");
}

static void
test_model (void)
{
  static const char *const words[] = { "one", "zw\xc3\xb6lf", "", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) when = g_date_time_new_utc (2026, 11, 22, 11, 15, 0.25);
  g_autoptr (JsonNode) node = beaver_json_to_node ("{\"z\": [1.0, 1]}", &error);
  g_autoptr (GObject) child = g_object_new (model_get_type (), "text", "in", NULL);
  g_autoptr (GObject) back = NULL;
  g_autofree char *json = NULL;
  g_autofree char *again = NULL;
  g_autofree char *once = NULL;
  g_autoptr (GObject) object =
      g_object_new (model_get_type (), "boolean", TRUE, "char", -128, "uchar", 255, "int", -10,
                    "uint", G_MAXUINT, "long", G_MINLONG, "ulong", G_MAXULONG, "int64", G_MININT64,
                    "uint64", G_MAXUINT64, "float", 0.5, "double", 0x1p-44, "text", "h\xc3\xa9",
                    "color", COLOR_GREEN, "marks", 5, "words", words, "when", when, "node", node,
                    "child", child, "constructed", 9, "once", "only", "hidden", 5, NULL);

  json = beaver_json_from_object (object, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (
      json, ==,
      "{\"boolean\": true, \"char\": -128, \"uchar\": 255, \"int\": -10, \"uint\": 4294967295, "
      "\"long\": -9223372036854775808, \"ulong\": 18446744073709551615, \"int64\": "
      "-9223372036854775808, \"uint64\": 18446744073709551615, \"float\": 0.5, \"double\": "
      "5.684341886080802e-14, \"text\": \"h\\u00e9\", \"color\": 5, \"marks\": 5, \"words\": "
      "[\"one\", \"zw\\u00f6lf\", \"\"], \"when\": \"2026-11-22T11:15:00.250000Z\", \"node\": "
      "{\"z\": [1.0, 1]}, \"child\": {\"boolean\": false, \"char\": 0, \"uchar\": 0, \"int\": 7, "
      "\"uint\": 0, \"long\": 0, \"ulong\": 0, \"int64\": 0, \"uint64\": 0, \"float\": 0.0, "
      "\"double\": 0.0, \"text\": \"in\", \"color\": 1, \"marks\": 0, \"words\": null, \"when\": "
      "null, \"node\": null, \"child\": null, \"birth-place\": null, \"constructed\": 3, \"once\": "
      "null}, \"birth-place\": null, \"constructed\": 9, \"once\": \"only\"}");
  again = beaver_json_normalize (json, &error);
  g_assert_cmpstr (again, ==, json);
  g_clear_pointer (&again, g_free);

  back = beaver_json_to_object (json, model_get_type (), &error);
  g_assert_no_error (error);
  g_assert_true (G_OBJECT_TYPE (back) == model_get_type ());
  again = beaver_json_from_object (back, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, json);
  g_object_get (back, "once", &once, NULL);
  g_assert_cmpstr (once, ==, "only");
}

static void
test_model_lenient (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;
  g_autofree char *place = NULL;
  int number, computed;
  Color color;
  guint marks;
  double value;

  /* unknown members, underscores, nicks, the last of equal names, integers for doubles */
  object = beaver_json_to_object (
      " {\"nobody\": [{}], \"birth_place\": \"x\", \"birth-place\": \"Rome\", "
      "\"color\": \"green\", \"marks\": \"new | MARK_OLD\", \"int\": 1, "
      "\"double\": 3, \"int\": 2, \"computed\": 5, \"uint64\": -0} ",
      model_get_type (), &error);
  g_assert_no_error (error);
  g_object_get (object, "birth-place", &place, "color", &color, "marks", &marks, "int", &number,
                "computed", &computed, "double", &value, NULL);
  g_assert_cmpstr (place, ==, "Rome");
  g_assert_cmpint (color, ==, COLOR_GREEN);
  g_assert_cmpuint (marks, ==, 3);
  g_assert_cmpint (number, ==, 2);
  g_assert_cmpint (computed, ==, 42);
  g_assert_cmpfloat (value, ==, 3);
}

static void
test_model_errors (void)
{
  static const struct
  {
    const char *json;
    const char *pattern;
  } cases[] = {
    { "[]", "A Model is stored as a JSON object, this is an array" },
    { "null", "A Model is stored as a JSON object, this is null" },
    { "\"x\"", "A Model is stored as a JSON object, this is a string" },
    { "{", "Not JSON at*" },
    { "{\"boolean\": 1}", "Property “boolean” of Model: expected a boolean, found an integer" },
    { "{\"boolean\": null}", "*“boolean”*expected a boolean, found null" },
    { "{\"int\": \"1\"}", "*“int”*expected an integer, found a string" },
    { "{\"int\": 1.0}", "*“int”*expected an integer, found a floating*" },
    { "{\"int\": 101}", "*“int”*101 is out of range" },
    { "{\"int\": 4294967297}", "*“int”*4294967297 is out of range" },
    { "{\"char\": 128}", "*“char”*out of range" },
    { "{\"uchar\": -1}", "*“uchar”*out of range" },
    { "{\"uchar\": 256}", "*“uchar”*out of range" },
    { "{\"uint\": -1}", "*“uint”*out of range" },
    { "{\"int64\": 9223372036854775808}", "*“int64”*out of range" },
    { "{\"uint64\": 18446744073709551616}", "*“uint64”*out of range" },
    { "{\"uint64\": -1}", "*“uint64”*out of range" },
    { "{\"ulong\": true}", "*“ulong”*expected an integer*" },
    { "{\"double\": \"1\"}", "*“double”*expected a number, found a string" },
    { "{\"float\": [1]}", "*“float”*expected a number, found an array" },
    { "{\"float\": 1e39}", "*“float”*out of range" },
    { "{\"text\": 1}", "*“text”*expected a string, found an integer" },
    { "{\"text\": \"a\\u0000\"}", "*“text”*U+0000*" },
    { "{\"color\": \"blue\"}", "*“color”*there is no “blue”" },
    { "{\"color\": 2}", "*“color”*2 is out of range" },
    { "{\"color\": true}", "*“color”*expected an integer*" },
    { "{\"marks\": \"new|blue\"}", "*“marks”*there is no “blue”" },
    { "{\"marks\": 8}", "*“marks”*8 is out of range" },
    { "{\"words\": \"x\"}", "*“words”*expected an array of strings, found a string" },
    { "{\"words\": [\"x\", 1]}", "*“words”*expected an array of strings, found an integer" },
    { "{\"when\": 5}", "*“when”*expected a date*" },
    { "{\"when\": \"soon\"}", "*“when”*“soon” is no date*" },
    { "{\"node\": [\"\\u0000\"]}", "*“node”*U+0000*" },
    { "{\"child\": 1}", "*“child”*expected an object, found an integer" },
    { "{\"child\": {\"child\": {\"int\": true}}}", "*“int”*expected an integer, found a boolean" },
    { "{\"constructed\": 10}", "*“constructed”*10 is out of range" },
    { "{\"once\": 1}", "*“once”*expected a string*" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) deep = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (beaver_json_to_object (cases[i].json, model_get_type (), &error));
      assert_invalid (&error, cases[i].pattern);
    }

  for (guint i = 0; i < 101; i++)
    g_string_append (deep, "{\"child\": ");
  g_string_append (deep, "null");
  for (guint i = 0; i < 101; i++)
    g_string_append_c (deep, '}');
  g_assert_null (beaver_json_to_object (deep->str, model_get_type (), &error));
  assert_invalid (&error, "*too deep");
}

static void
test_model_write_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) odd = g_object_new (odd_get_type (), NULL);
  g_autoptr (GObject) circle = g_object_new (model_get_type (), NULL);
  g_autoptr (GObject) nan = g_object_new (model_get_type (), NULL);
  g_autoptr (GObject) latin = g_object_new (model_get_type (), "text", "\xe9", NULL);

  g_assert_null (beaver_json_from_object (odd, &error));
  assert_invalid (&error, "Property “pointer” of Odd: JSON cannot hold a gpointer; *");
  g_assert_null (beaver_json_to_object ("{\"pointer\": 1}", odd_get_type (), &error));
  assert_invalid (&error, "Property “pointer” of Odd: a gpointer cannot be made of an integer");
  g_assert_null (beaver_json_from_object (latin, &error));
  assert_invalid (&error, "Property “text” of Model: *UTF-8*");

  g_value_set_double (&((Model *) nan)->values[P_DOUBLE], NAN);
  g_assert_null (beaver_json_from_object (nan, &error));
  assert_invalid (&error, "Property “double” of Model: *NaN*");

  g_object_set (circle, "child", circle, NULL);
  g_assert_null (beaver_json_from_object (circle, &error));
  assert_invalid (&error, "*deeper than 100, perhaps in a circle");
  g_object_set (circle, "child", NULL, NULL);
}

static void
test_model_serializable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) own = g_object_new (own_get_type (), "text", "abc", "int", 5, NULL);
  g_autoptr (GObject) back = NULL;
  g_autofree char *json = beaver_json_from_object (own, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (json, ==, "{\"text\": \"cba\"}");
  back = beaver_json_to_object (json, own_get_type (), &error);
  g_assert_no_error (error);
  g_object_get (back, "text", &text, NULL);
  g_assert_cmpstr (text, ==, "abc");
  g_clear_object (&back);

  /* what it does not want itself is checked as ever */
  g_assert_null (beaver_json_to_object ("{\"int\": 1000}", own_get_type (), &error));
  assert_invalid (&error, "Property “int” of Own: 1000 is out of range");
  g_assert_null (beaver_json_to_object ("{\"uchar\": 256}", plain_get_type (), &error));
  assert_invalid (&error, "Property “uchar” of Plain: 256 is out of range");
  back =
      beaver_json_to_object ("{\"uchar\": 255, \"constructed\": 4, \"once\": \"x\", \"what\": 1}",
                             plain_get_type (), &error);
  g_assert_no_error (error);
  g_free (g_steal_pointer (&json));
  json = beaver_json_from_object (back, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (json, "\"uchar\": 255, "));
  g_assert_nonnull (strstr (json, "\"constructed\": 4, \"once\": \"x\"}"));
}

static void
test_model_floating (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = beaver_json_to_object ("{}", G_TYPE_INITIALLY_UNOWNED, &error);

  g_assert_no_error (error);
  g_assert_false (g_object_is_floating (object));
  g_assert_finalize_object (g_steal_pointer (&object));
  g_assert_null (beaver_json_to_object ("{}", G_TYPE_INPUT_STREAM, &error));
  assert_invalid (&error, "*abstract class GInputStream");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/normalize", test_normalize);
  g_test_add_func ("/json/nodes", test_nodes);
  g_test_add_func ("/json/node-types", test_node_types);
  g_test_add_func ("/json/node-errors", test_node_errors);
  g_test_add_func ("/json/single-values", test_single_values);
  g_test_add_func ("/json/wrong-kinds", test_wrong_kinds);
  g_test_add_func ("/json/single-errors", test_single_errors);
  g_test_add_func ("/json/model", test_model);
  g_test_add_func ("/json/model-lenient", test_model_lenient);
  g_test_add_func ("/json/model-errors", test_model_errors);
  g_test_add_func ("/json/model-write-errors", test_model_write_errors);
  g_test_add_func ("/json/model-serializable", test_model_serializable);
  g_test_add_func ("/json/model-floating", test_model_floating);
  return g_test_run ();
}
