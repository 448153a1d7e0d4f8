/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <locale.h>
#include <math.h>
#include <string.h>

#include <gio/gio.h>

#include <beaver/engine/beaver-json-private.h>

/* How often something random is tried: normal times BEAVER_TEST_ROUNDS, which `./dev stress` sets.
 */
static guint
rounds (guint normal)
{
  const char *text = g_getenv ("BEAVER_TEST_ROUNDS");
  double factor = text != NULL ? g_ascii_strtod (text, NULL) : 1;

  return (guint) MAX (1, normal * (factor > 0 ? factor : 1));
}

/* What json.dumps (json.loads (text)) of Python 3.11 gives; NULL where there is no such JSON. */
static const struct
{
  const char *text;
  const char *normal;
} vectors[] = {
  /* spec, 20.1 */
  { "\"\xc3\xa9\"", "\"\\u00e9\"" },
  { "\"\xf0\x9f\x98\x80\"", "\"\\ud83d\\ude00\"" },
  { "\"a/b\xe2\x80\xa8\x7f\\\"\\\\\\n\\t\\u0001\"", "\"a/b\\u2028\\u007f\\\"\\\\\\n\\t\\u0001\"" },
  { "{\"b\":1,\"a\":[true,1e16,1e-7,0.1]}", "{\"b\": 1, \"a\": [true, 1e+16, 1e-07, 0.1]}" },
  { "1", "1" },
  { "1.0", "1.0" },
  { "null", "null" },
  /* white space and separators */
  { " \t\r\n{ } \n", "{}" },
  { "[ ]", "[]" },
  { "[\n1\n,\n2\n]", "[1, 2]" },
  { "[1,  2]", "[1, 2]" },
  { "[1 ,2]", "[1, 2]" },
  { "{\"a\" : 1}", "{\"a\": 1}" },
  { "{\"a\":  1}", "{\"a\": 1}" },
  { "{\"a\":\t1}", "{\"a\": 1}" },
  { "{\"a\": {\"b\":[ [],{} ]}}", "{\"a\": {\"b\": [[], {}]}}" },
  { " true", "true" },
  { "false ", "false" },
  /* strings */
  { "\"\"", "\"\"" },
  { "\"\\/\"", "\"/\"" },
  { "\"\\u0041\\u002F\\u0022\\u005c\"", "\"A/\\\"\\\\\"" },
  { "\"\\u0008\\u0009\\u000a\\u000B\\u000c\\u000d\"", "\"\\b\\t\\n\\u000b\\f\\r\"" },
  { "\"\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\\"\\\\\"" },
  { "\"\\u0000\\u001F\\u007E\\u007F\\u0080\"", "\"\\u0000\\u001f~\\u007f\\u0080\"" },
  { "\"\\u00E9\\uD83D\\uDE00\"", "\"\\u00e9\\ud83d\\ude00\"" },
  { "\"\\ud800\"", "\"\\ud800\"" },
  { "\"\\uDC00\\uD800x\"", "\"\\udc00\\ud800x\"" },
  { "\"\xf4\x8f\xbf\xbf\xef\xbf\xbf\"", "\"\\udbff\\udfff\\uffff\"" },
  { "\"plain text of some length, longer than a word\"",
    "\"plain text of some length, longer than a word\"" },
  /* integers keep every digit */
  { "0", "0" },
  { "-0", "0" },
  { "[-0,-1]", "[0, -1]" },
  { "-123456789012345678901234567890123456789012345678901234567890",
    "-123456789012345678901234567890123456789012345678901234567890" },
  /* doubles */
  { "-0.0", "-0.0" },
  { "0e0", "0.0" },
  { "-0E5", "-0.0" },
  { "0.00", "0.0" },
  { "1.50", "1.5" },
  { "100.0", "100.0" },
  { "100.00", "100.0" },
  { "1e2", "100.0" },
  { "1E+2", "100.0" },
  { "0.0001", "0.0001" },
  { "0.00001", "1e-05" },
  { "0.00010", "0.0001" },
  { "1e15", "1000000000000000.0" },
  { "999999999999999.0", "999999999999999.0" },
  { "9999999999999998.0", "9999999999999998.0" },
  { "10000000000000000.0", "1e+16" },
  { "123456789012345678.0", "1.2345678901234568e+17" },
  { "0.1000000000000000055511151231257827", "0.1" },
  { "0.30000000000000004", "0.30000000000000004" },
  { "1795330027.8289607", "1795330027.8289607" },
  { "4.9e-324", "5e-324" },
  { "1e-400", "0.0" },
  { "-1e-400", "-0.0" },
  { "1e00000000000000000000002", "100.0" },
  { "0e99999999999999999999", "0.0" },
  { "1e-99999999999999999999", "0.0" },
  { "1.7976931348623157e308", "1.7976931348623157e+308" },
  { "1.7976931348623158e308", "1.7976931348623157e+308" },
  { "2.2250738585072011e-308", "2.225073858507201e-308" },
  /* of equal keys the last value at the first place */
  { "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}" },
  { "{\"a\": 1, \"a\": 2}", "{\"a\": 2}" },
  { "{\"a\": 1, \"\\u0061\": 2}", "{\"a\": 2}" },
  { "{\"\xc3\xa9\": 1, \"\\u00E9\": [1,2]}", "{\"\\u00e9\": [1, 2]}" },
  { "{\"b\":{\"a\":1,\"a\":{\"c\":1,\"c\":[]}},\"a\":0,\"b\":{\"b\":1,\"b\":2}}",
    "{\"b\": {\"b\": 2}, \"a\": 0}" },
  { "{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, \"f\": 6, \"g\": 7, \"h\": 8, \"i\": 9, "
    "\"j\": 10, \"k\": 11, \"l\": 12, \"m\": 13, \"a\": 14, \"m\": 15}",
    "{\"a\": 14, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, \"f\": 6, \"g\": 7, \"h\": 8, \"i\": 9, "
    "\"j\": 10, \"k\": 11, \"l\": 12, \"m\": 15}" },
  { "{\"\": 1, \"\": 2}", "{\"\": 2}" },
};

/* Not JSON, and where. checked: a reader must accept it all the same. */
static const struct
{
  const char *text;
  gssize length;
  gboolean checked;
  const char *message;
} bad[] = {
  { "", -1, FALSE, "Not JSON at line 1, column 1: a value is missing at the end" },
  { " \n ", -1, FALSE, "Not JSON at line 2, column 2: a value is missing at the end" },
  { "tru", -1, FALSE, "Not JSON at line 1, column 1: expected a value*" },
  { "nul", 3, FALSE, "Not JSON at line 1, column 1: expected a value*" },
  { "True", -1, FALSE, "*column 1: expected a value*" },
  { "'a'", -1, FALSE, "*column 1: expected a value*" },
  { "NaN", -1, TRUE, "*column 1: NaN and Infinity are not JSON" },
  { "[1, Infinity]", -1, TRUE, "*column 5: NaN and Infinity are not JSON" },
  { "{\"a\":\n -Infinity}", -1, TRUE, "*line 2, column 2: NaN and Infinity are not JSON" },
  { "[1,\r\n2,\r3,\n1e400]", -1, TRUE, "*line 4, column 1: the number is out of range" },
  { "-1E400", -1, TRUE, "*column 1: the number is out of range" },
  { "1 2", -1, FALSE, "*column 3: there is more behind the value" },
  { "1\0", 2, FALSE, "*column 2: there is more behind the value" },
  { "\0", 1, FALSE, "*column 1: expected a value*" },
  { "\"\xc3\xa9\xe2\x82\xac\" x", -1, FALSE, "*column 6: there is more behind the value" },
  { "\xef\xbb\xbf"
    "1",
    -1, FALSE, "*column 1: expected a value*" },
  { "\xc2\xa0"
    "1",
    -1, FALSE, "*column 1: expected a value*" },
  { "01", -1, FALSE, "*column 2: a number cannot start with 0" },
  { "-01", -1, FALSE, "*column 3: a number cannot start with 0" },
  { "+1", -1, FALSE, "*column 1: expected a value*" },
  { ".5", -1, FALSE, "*column 1: expected a value*" },
  { "-", -1, FALSE, "*column 2: a digit is missing" },
  { "-x", -1, FALSE, "*column 2: a digit is missing" },
  { "-I", -1, FALSE, "*column 1: expected a value*" },
  { "1.", -1, FALSE, "*column 3: a digit is missing behind the decimal point" },
  { "1,5", -1, FALSE, "*column 2: there is more behind the value" },
  { "1e", -1, FALSE, "*column 3: a digit is missing in the exponent" },
  { "1e+", -1, FALSE, "*column 4: a digit is missing in the exponent" },
  { "0x10", -1, FALSE, "*column 2: there is more behind the value" },
  { "\"abc", -1, FALSE, "*column 1: the string that starts here has no end" },
  { "\"abc\\\"", -1, FALSE, "*column 1: the string that starts here has no end" },
  { "\"\\", -1, FALSE, "*column 2: there is no such escape" },
  { "\"\\x41\"", -1, FALSE, "*column 2: there is no such escape" },
  { "\"\\\0\"", 4, FALSE, "*column 2: there is no such escape" },
  { "\"\\u12g4\"", -1, FALSE, "*column 2: \\u needs four hexadecimal digits" },
  { "\"\\u123", -1, FALSE, "*column 2: \\u needs four hexadecimal digits" },
  { "\"a\nb\"", -1, FALSE, "*column 3: a control character in a string has to be escaped" },
  { "\"a\0b\"", 5, FALSE, "*column 3: a control character in a string has to be escaped" },
  { "\"\xff\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xc0\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xe0\x80\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xed\xa0\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xf4\x90\x80\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xf0\x80\x80\x80\"", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "\"\xe2\x82", -1, FALSE, "*column 2: the text is not UTF-8" },
  { "{", -1, FALSE, "*column 2: expected a key in quotes" },
  { "{a: 1}", -1, FALSE, "*column 2: expected a key in quotes" },
  { "{1: 1}", -1, FALSE, "*column 2: expected a key in quotes" },
  { "{\"a\" 1}", -1, FALSE, "*column 6: expected a colon behind the key" },
  { "{\"a\": 1,}", -1, FALSE, "*column 9: expected a key in quotes" },
  { "{\"a\": 1 \"b\": 2}", -1, FALSE, "*column 9: expected , or }" },
  { "{\"a\": 1", -1, FALSE, "*column 8: an object has no end" },
  { "{\"a\": 1]", -1, FALSE, "*column 8: expected , or }" },
  { "[", -1, FALSE, "*column 2: a value is missing at the end" },
  { "[1,]", -1, FALSE, "*column 4: expected a value*" },
  { "[,1]", -1, FALSE, "*column 2: expected a value*" },
  { "[1}", -1, FALSE, "*column 3: expected , or ]" },
  { "[1", -1, FALSE, "*column 3: an array has no end" },
  { "]", -1, FALSE, "*column 1: expected a value*" },
};

static const struct
{
  double value;
  const char *text;
} doubles[] = {
  { 0.0, "0.0" },
  { -0.0, "-0.0" },
  { 1.0, "1.0" },
  { 0.1, "0.1" },
  { 1e16, "1e+16" },
  { 9999999999999998.0, "9999999999999998.0" },
  { 1e22, "1e+22" },
  { 1e23, "1e+23" },
  { 9007199254740993.0, "9007199254740992.0" },
  { 0x1p53, "9007199254740992.0" },
  { 0x1p-44, "5.684341886080802e-14" }, /* %.16g has ...801e-14 */
  { 0x1p-1074, "5e-324" },
  { 0x1p-1022, "2.2250738585072014e-308" },
  { 0x1.fffffffffffffp1023, "1.7976931348623157e+308" },
  { 0x1p1023, "8.98846567431158e+307" },
  { 9.5367431640625e-07, "9.5367431640625e-07" },
  { 5e-5, "5e-05" },
  { 1e-4, "0.0001" },
  { -123.456, "-123.456" },
  { 2.0 / 3.0, "0.6666666666666666" },
  { 1e-7, "1e-07" },
  { 1.5e300, "1.5e+300" },
};

static void
test_normalize (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *normal = _beaver_json_normalize (vectors[i].text, -1, &error);
      g_autofree char *again = NULL;
      g_autofree char *exact = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (normal, ==, vectors[i].normal);
      again = _beaver_json_normalize (normal, -1, &error);
      g_assert_cmpstr (again, ==, vectors[i].normal);
      g_assert_true (_beaver_json_check (vectors[i].text, -1, &error));
      g_assert_no_error (error);

      /* no byte behind the end is read: a copy without NUL, for the sanitizers to watch */
      exact = g_memdup2 (vectors[i].text, strlen (vectors[i].text));
      g_free (g_steal_pointer (&again));
      again = _beaver_json_normalize (exact, (gssize) strlen (vectors[i].text), &error);
      g_assert_cmpstr (again, ==, vectors[i].normal);
      g_assert_true (_beaver_json_check (exact, (gssize) strlen (vectors[i].text), NULL));
    }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      gsize length = bad[i].length < 0 ? strlen (bad[i].text) : (gsize) bad[i].length;
      g_autofree char *exact = g_memdup2 (bad[i].text, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) check_error = NULL;
      g_autoptr (GError) reader_error = NULL;
      g_autoptr (BeaverJsonReader) reader = NULL;
      BeaverJsonToken token;

      g_assert_null (_beaver_json_normalize (exact, (gssize) length, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      if (!g_pattern_match_simple (bad[i].message, error->message))
        g_error ("%s: %s", bad[i].text, error->message);

      g_assert_cmpint (_beaver_json_check (exact, (gssize) length, &check_error), ==,
                       bad[i].checked);
      reader = _beaver_json_reader_new (exact, (gssize) length);
      do
        token = _beaver_json_reader_next (reader);
      while (token != BEAVER_JSON_END && token != BEAVER_JSON_ERROR);
      g_assert_cmpint (token == BEAVER_JSON_END, ==, bad[i].checked);
      _beaver_json_reader_set_error (reader, &reader_error);
      if (!bad[i].checked)
        {
          g_assert_error (check_error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
          g_assert_cmpstr (check_error->message, ==, error->message);
          g_assert_error (reader_error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
          g_assert_cmpstr (reader_error->message, ==, error->message);
          g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_ERROR);
          g_assert_false (_beaver_json_reader_skip (reader));
        }
      else
        g_assert_no_error (reader_error);
      /* nobody has to want the reason */
      g_assert_null (_beaver_json_normalize (exact, (gssize) length, NULL));
    }
}

/* Every cut of a good text is refused, whatever it is cut from. */
static void
test_cut (void)
{
  static const char text[] =
      "{\"k\\u00e9y \xc3\xa9\": [1.5e-3, -12, \"\\ud83d\\ude00\xf0\x9f\x98\x80"
      "\", true, false, null, {}]}";

  for (gsize n = 0; n < sizeof text - 1; n++)
    {
      g_autofree char *cut = g_memdup2 (text, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (_beaver_json_normalize (cut, (gssize) n, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_false (_beaver_json_check (cut, (gssize) n, NULL));
    }
}

static char *
nested (guint depth, gboolean objects, const char *space)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_printf (out, "%s%s", objects ? "{\"a\": " : "[", space);
  g_string_append (out, "1");
  for (guint i = 0; i < depth; i++)
    g_string_append_c (out, objects ? '}' : ']');
  return g_string_free (out, FALSE);
}

static void
test_depth (void)
{
  for (gint objects = 0; objects < 2; objects++)
    {
      g_autofree char *deepest = nested (1000, objects, "");
      g_autofree char *spaced = nested (1000, objects, " ");
      g_autofree char *deeper = nested (1001, objects, "");
      g_autoptr (GError) error = NULL;
      g_autofree char *normal = _beaver_json_normalize (spaced, -1, &error);
      g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (deepest, -1);
      guint most = 0, tokens = 0;

      g_assert_no_error (error);
      g_assert_cmpstr (normal, ==, deepest);
      g_assert_true (_beaver_json_check (deepest, -1, &error));
      for (; _beaver_json_reader_next (reader) != BEAVER_JSON_END; tokens++)
        most = MAX (most, _beaver_json_reader_depth (reader));
      g_assert_cmpuint (most, ==, 1000);
      g_assert_cmpuint (tokens, ==, 2001 + 1000 * (guint) objects);

      g_assert_null (_beaver_json_normalize (deeper, -1, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "nested deeper than 1000"));
      g_clear_error (&error);
      g_assert_false (_beaver_json_check (deeper, -1, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_pointer (&reader, _beaver_json_reader_free);
      reader = _beaver_json_reader_new (deeper, -1);
      g_assert_cmpint (_beaver_json_reader_next (reader), !=, BEAVER_JSON_ERROR);
      g_assert_false (_beaver_json_reader_skip (reader));
    }
}

static void
test_many_keys (void)
{
  const guint n = 5000;
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (GString) expected = g_string_new ("{");
  g_autoptr (GError) error = NULL;
  g_autofree char *normal = NULL;

  for (guint i = 0; i < 2 * n; i++)
    g_string_append_printf (text, "%s\"key %u\":%u", i > 0 ? "," : "", i * 7 % n, i);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (expected, "%s\"key %u\": %u", i > 0 ? ", " : "", i * 7 % n, i + n);
  g_string_append_c (text, '}');
  g_string_append_c (expected, '}');
  normal = _beaver_json_normalize (text->str, (gssize) text->len, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (normal, ==, expected->str);
}

static void
test_doubles (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      g_autofree char *text = _beaver_json_from_double (doubles[i].value);

      g_assert_cmpstr (text, ==, doubles[i].text);
    }
}

/* Whatever is written reads back as the same bits, here and by strtod(), and no shorter text would.
 */
static void
test_double_round_trip (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 4096 + rounds (20000); i++)
    {
      g_autoptr (BeaverJsonReader) reader = NULL;
      double value, back;
      guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();

      if (i < 4096)
        bits = (guint64) (i / 2) << 52 | (i & 1);
      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      g_string_truncate (text, 0);
      _beaver_json_append_double (text, value);
      back = g_ascii_strtod (text->str, NULL);
      g_assert_cmpmem (&back, sizeof back, &value, sizeof value);
      reader = _beaver_json_reader_new (text->str, -1);
      g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_DOUBLE);
      back = _beaver_json_reader_double (reader);
      g_assert_cmpmem (&back, sizeof back, &value, sizeof value);
    }
}

static void
test_locale (void)
{
  static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8" };
  g_autofree char *old = g_strdup (setlocale (LC_ALL, NULL));
  g_autofree char *normal = NULL;
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names) && !found; i++)
    found = setlocale (LC_ALL, names[i]) != NULL;
  if (!found)
    g_error ("no locale with a decimal comma is installed; the build makes one for the tests, with "
             "localedef");
  normal = _beaver_json_normalize ("[1.50,1.2345678901234567890123e300]", -1, NULL);
  g_assert_cmpstr (normal, ==, "[1.5, 1.2345678901234568e+300]");
  setlocale (LC_ALL, old);
}

static void
test_strings (void)
{
  static const struct
  {
    const char *text;
    gssize length;
    const char *json;
  } strings[] = {
    { "", -1, "\"\"" },
    { "dark", -1, "\"dark\"" },
    { "\xc3\xa9\xf0\x9f\x98\x80", -1, "\"\\u00e9\\ud83d\\ude00\"" },
    { "a/b\xe2\x80\xa8\x7f\"\\\n\t\x01", -1, "\"a/b\\u2028\\u007f\\\"\\\\\\n\\t\\u0001\"" },
    { "a\0b", 3, "\"a\\u0000b\"" },
    { "\b\f\r\v\x1b", -1, "\"\\b\\f\\r\\u000b\\u001b\"" },
    { "\xff.", -1, "\"\\ufffd.\"" },
    { "cut here", 3, "\"cut\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr (GString) out = g_string_new ("x");
      g_autofree char *whole = NULL;

      _beaver_json_append_string (out, strings[i].text, strings[i].length);
      g_assert_cmpstr (out->str + 1, ==, strings[i].json);
      if (strings[i].length < 0)
        {
          whole = _beaver_json_from_string (strings[i].text);
          g_assert_cmpstr (whole, ==, strings[i].json);
        }
    }
}

static void
test_reader (void)
{
  static const char text[] =
      " {\"a\\n\": [1, -2.50, \"x\\u0000\\ud83d\\ude00\\ud800\", true, false, "
      "null, NaN, -Infinity, -0], \"b\": {}, \"c\":{\"d\":[1,{}]}} ";
  static const struct
  {
    BeaverJsonToken token;
    guint depth;
    const char *raw;
  } tokens[] = {
    { BEAVER_JSON_OBJECT_START, 1, "{" },
    { BEAVER_JSON_KEY, 1, "\"a\\n\"" },
    { BEAVER_JSON_ARRAY_START, 2, "[" },
    { BEAVER_JSON_INTEGER, 2, "1" },
    { BEAVER_JSON_DOUBLE, 2, "-2.50" },
    { BEAVER_JSON_STRING, 2, "\"x\\u0000\\ud83d\\ude00\\ud800\"" },
    { BEAVER_JSON_TRUE, 2, "true" },
    { BEAVER_JSON_FALSE, 2, "false" },
    { BEAVER_JSON_NULL, 2, "null" },
    { BEAVER_JSON_DOUBLE, 2, "NaN" },
    { BEAVER_JSON_DOUBLE, 2, "-Infinity" },
    { BEAVER_JSON_INTEGER, 2, "-0" },
    { BEAVER_JSON_ARRAY_END, 1, "]" },
    { BEAVER_JSON_KEY, 1, "\"b\"" },
    { BEAVER_JSON_OBJECT_START, 2, "{" },
    { BEAVER_JSON_OBJECT_END, 1, "}" },
    { BEAVER_JSON_KEY, 1, "\"c\"" },
    { BEAVER_JSON_OBJECT_START, 2, "{" },
    { BEAVER_JSON_KEY, 2, "\"d\"" },
    { BEAVER_JSON_ARRAY_START, 3, "[" },
    { BEAVER_JSON_INTEGER, 3, "1" },
    { BEAVER_JSON_OBJECT_START, 4, "{" },
    { BEAVER_JSON_OBJECT_END, 3, "}" },
    { BEAVER_JSON_ARRAY_END, 2, "]" },
    { BEAVER_JSON_OBJECT_END, 1, "}" },
    { BEAVER_JSON_OBJECT_END, 0, "}" },
    { BEAVER_JSON_END, 0, "" },
    { BEAVER_JSON_END, 0, "" },
  };
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      const char *raw, *string;
      gsize length;
      gint64 number = 77;

      g_assert_cmpint (_beaver_json_reader_next (reader), ==, tokens[i].token);
      g_assert_cmpuint (_beaver_json_reader_depth (reader), ==, tokens[i].depth);
      raw = _beaver_json_reader_raw (reader, &length);
      g_assert_cmpmem (raw, length, tokens[i].raw, strlen (tokens[i].raw));

      string = _beaver_json_reader_string (reader, &length);
      if (tokens[i].token == BEAVER_JSON_STRING)
        g_assert_cmpmem (string, length, "x\0\xf0\x9f\x98\x80\xef\xbf\xbd", 9);
      else if (i == 1)
        g_assert_cmpmem (string, length + 1, "a\n", 3);
      else if (tokens[i].token != BEAVER_JSON_KEY)
        g_assert_null (string);

      if (g_str_equal (tokens[i].raw, "1"))
        {
          g_assert_true (_beaver_json_reader_int (reader, &number));
          g_assert_cmpint (number, ==, 1);
          g_assert_cmpfloat (_beaver_json_reader_double (reader), ==, 1);
        }
      else if (g_str_equal (tokens[i].raw, "-0"))
        {
          g_assert_true (_beaver_json_reader_int (reader, &number));
          g_assert_cmpint (number, ==, 0);
          g_assert_false (signbit (_beaver_json_reader_double (reader)));
        }
      else
        g_assert_false (_beaver_json_reader_int (reader, &number));
      if (g_str_equal (tokens[i].raw, "-2.50"))
        g_assert_cmpfloat (_beaver_json_reader_double (reader), ==, -2.5);
      if (g_str_equal (tokens[i].raw, "NaN"))
        g_assert_true (isnan (_beaver_json_reader_double (reader)));
      if (g_str_equal (tokens[i].raw, "-Infinity"))
        g_assert_cmpfloat (_beaver_json_reader_double (reader), ==, -INFINITY);
    }
}

static void
test_reader_int (void)
{
  static const struct
  {
    const char *text;
    gboolean fits;
    gint64 value;
  } numbers[] = {
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "9223372036854775808", FALSE, 0 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "-9223372036854775809", FALSE, 0 },
    { "18446744073709551616", FALSE, 0 },
    { "99999999999999999999999", FALSE, 0 },
    { "-1", TRUE, -1 },
    { "1.0", FALSE, 0 },
    { "true", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (numbers[i].text, -1);
      gint64 value = 0;

      _beaver_json_reader_next (reader);
      g_assert_cmpint (_beaver_json_reader_int (reader, &value), ==, numbers[i].fits);
      g_assert_cmpint (value, ==, numbers[i].value);
    }
}

static void
test_reader_skip (void)
{
  static const char text[] = "[{\"a\": [1, {\"b\": \"]\"}], \"c\": 2}, [[]], 3]";
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (text, -1);
  const char *raw;
  gsize length;

  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_ARRAY_START);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_OBJECT_START);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_KEY);
  g_assert_true (_beaver_json_reader_skip (reader));
  raw = _beaver_json_reader_raw (reader, &length);
  g_assert_cmpmem (raw, length, "[1, {\"b\": \"]\"}]", 15);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_KEY);
  g_assert_true (_beaver_json_reader_skip (reader));
  raw = _beaver_json_reader_raw (reader, &length);
  g_assert_cmpmem (raw, length, "2", 1);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_OBJECT_END);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_ARRAY_START);
  g_assert_true (_beaver_json_reader_skip (reader));
  g_assert_cmpuint (_beaver_json_reader_depth (reader), ==, 1);
  raw = _beaver_json_reader_raw (reader, &length);
  g_assert_cmpmem (raw, length, "[[]]", 4);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_INTEGER);
  g_assert_true (_beaver_json_reader_skip (reader));
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_ARRAY_END);
  g_assert_cmpint (_beaver_json_reader_next (reader), ==, BEAVER_JSON_END);
}

static void
test_path (void)
{
  static const struct
  {
    const char *text;
    const char *path;
    const char *found;
  } paths[] = {
    { "{\"a\": {\"b\": {\"c\": 1}}}", "a.b.c", "1" },
    { "{\"a\": {\"b\": {\"c\": 1}}}", "a.b", "{\"c\": 1}" },
    { " { \"a\" : { \"b\" : [1, 2] } } ", "a.b", "[1, 2]" },
    { "{\"a\": null}", "a", "null" },
    { "{\"a\": null}", "a.b", NULL },
    { "{\"a\": null}", "b", NULL },
    { "{\"a\": [{\"b\": 1}]}", "a.b", NULL },
    { "{\"a\": [{\"b\": 1}]}", "a.0", NULL },
    { "{\"a\": 1, \"b\": {\"a\": 2}, \"a\": 3}", "a", "3" },
    { "{\"a\": {\"b\": 1}, \"a\": {\"c\": 2}}", "a.b", NULL },
    { "{\"a\": {\"b\": 1}, \"a\": {\"c\": 2}}", "a.c", "2" },
    { "{\"\\u00e9\": 1}", "\xc3\xa9", "1" },
    { "{\"\xc3\xa9\": 1}", "\xc3\xa9", "1" },
    { "{\"\\u0061b\": \"x\"}", "ab", "\"x\"" },
    { "{\"a.b\": 1}", "a.b", NULL },
    { "{\"\": {\"\": 5}}", ".", "5" },
    { "{\"\": 5}", "", "5" },
    { "{\"a\": 5}", "a.", NULL },
    { "{}", "a", NULL },
    { "[]", "a", NULL },
    { "1", "a", NULL },
    { "\"a\"", "a", NULL },
    { "{\"a\": NaN}", "a", "NaN" },
    { "{\"abc\": 1, \"ab\": 2}", "ab", "2" },
    { "{\"a\": 1", "a", NULL },
    { "", "a", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *exact = g_memdup2 (paths[i].text, strlen (paths[i].text));
      gsize length = 99;
      const char *found =
          _beaver_json_path_find (exact, (gssize) strlen (paths[i].text), paths[i].path, &length);

      if (paths[i].found == NULL)
        g_assert_null (found);
      else
        g_assert_cmpmem (found, length, paths[i].found, strlen (paths[i].found));
      g_assert_true (found != NULL || length == 0);
    }
}

/* Random texts against the Python that is here. One text a line, so no line breaks inside. */
static void
random_space (GString *out)
{
  static const char *const spaces[] = { "", "", "", " ", " ", "  ", "\t" };

  g_string_append (out, spaces[g_test_rand_int_range (0, G_N_ELEMENTS (spaces))]);
}

static void
random_string (GString *out)
{
  static const char *const pieces[] = {
    "a",          "b",
    "key",        " ",
    "/",          "\\/",
    "\\n",        "\\u000a",
    "\\\"",       "\\u0022",
    "\\\\",       "\\b",
    "\xc3\xa9",   "\\u00E9",
    "\\u00e9",    "\\uD83D",
    "\\ude00",    "\xf0\x9f\x98\x80",
    "\x7f",       "\\u007f",
    "\\u0000",    "\\ud800x",
    "0123456789", "\xe2\x80\xa8",
    "\\u0041",    "\\ud83d\\ude00",
  };

  g_string_append_c (out, '"');
  for (gint n = g_test_rand_int_range (0, 5); n > 0; n--)
    g_string_append (out, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
  g_string_append_c (out, '"');
}

static void
random_value (GString *out, gint depth)
{
  static const char *const words[] = { "true", "false", "null", "-0", "-0.0", "1e5", "[]", "{}" };
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gint n;

  switch (g_test_rand_int_range (depth > 0 ? 0 : 2, 8))
    {
    case 0:
      g_string_append_c (out, '[');
      random_space (out);
      for (n = g_test_rand_int_range (0, 6); n > 0; n--)
        {
          random_value (out, depth - 1);
          random_space (out);
          g_string_append (out, n > 1 ? "," : "");
          random_space (out);
        }
      g_string_append_c (out, ']');
      break;
    case 1:
      g_string_append_c (out, '{');
      random_space (out);
      for (n = g_test_rand_int_range (0, 20); n > 0; n--)
        {
          random_string (out);
          random_space (out);
          g_string_append_c (out, ':');
          random_space (out);
          random_value (out, depth - 1);
          random_space (out);
          g_string_append (out, n > 1 ? "," : "");
          random_space (out);
        }
      g_string_append_c (out, '}');
      break;
    case 2:
      g_string_append (out, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      break;
    case 3:
      g_string_append_printf (out, "%d", g_test_rand_int_range (-1000, 1000));
      break;
    case 4:
      g_ascii_formatd (buffer, sizeof buffer, "%.9f", g_test_rand_double_range (-1e6, 1e6));
      g_string_append (out, buffer);
      break;
    case 5:
      g_ascii_dtostr (buffer, sizeof buffer,
                      ldexp (g_test_rand_double (), g_test_rand_int_range (-1060, 1000)));
      g_string_append (out, buffer);
      break;
    default:
      random_string (out);
      break;
    }
}

static void
test_python (void)
{
  static const char script[] =
      "import sys, json, struct\n"
      "def finite(text):\n"
      "    if float(text) in (float('inf'), -float('inf')):\n"
      "        raise ValueError(text)\n"
      "    return float(text)\n"
      "for line in sys.stdin.buffer.read().split(b'\\n')[:-1]:\n"
      "    kind, text = line[:1], line[1:]\n"
      "    if kind == b'D':\n"
      "        print(repr(struct.unpack('<d', bytes.fromhex(text.decode())[::-1])[0]))\n"
      "        continue\n"
      "    try:\n"
      "        print(json.dumps(json.loads(text, parse_float=finite)))\n"
      "    except ValueError:\n"
      "        print('!')\n";
  g_autoptr (GSubprocess) python = NULL;
  g_autoptr (GString) input = g_string_new (NULL);
  g_autoptr (GBytes) input_bytes = NULL;
  g_autoptr (GBytes) output_bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_auto (GStrv) texts = NULL;
  g_auto (GStrv) answers = NULL;
  guint refused = 0;

  python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                             "/usr/bin/python3", "-c", script, NULL);
  g_assert_no_error (error);

  for (guint i = 0; i < rounds (4000); i++)
    {
      g_string_append_c (input, 'J');
      if (i % 4 == 3)
        {
          /* damaged: one character less */
          gsize start = input->len, at;

          random_value (input, 3);
          at = start + (gsize) g_test_rand_int_range (0, (gint32) (input->len - start));
          if ((guchar) input->str[at] < 0x80)
            g_string_erase (input, (gssize) at, 1);
        }
      else
        random_value (input, 3);
      g_string_append_c (input, '\n');
      g_string_append_printf (input, "D%08x%08x\n", (guint32) g_test_rand_int () & 0xbfffffff,
                              (guint32) g_test_rand_int ());
    }
  input_bytes = g_bytes_new (input->str, input->len);
  g_assert_true (g_subprocess_communicate (python, input_bytes, NULL, &output_bytes, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (python));

  output = g_strndup (g_bytes_get_data (output_bytes, NULL), g_bytes_get_size (output_bytes));
  texts = g_strsplit (input->str, "\n", -1);
  answers = g_strsplit (output, "\n", -1);
  g_assert_cmpuint (g_strv_length (texts), ==, g_strv_length (answers));
  for (guint i = 0; texts[i][0] != '\0'; i++)
    {
      g_autofree char *ours = NULL;

      if (texts[i][0] == 'D')
        {
          guint64 bits = g_ascii_strtoull (texts[i] + 1, NULL, 16);
          double value;

          memcpy (&value, &bits, sizeof value);
          ours = _beaver_json_from_double (value);
        }
      else
        ours = _beaver_json_normalize (texts[i] + 1, -1, NULL);
      refused += ours == NULL;
      if (g_strcmp0 (ours != NULL ? ours : "!", answers[i]) != 0)
        g_error ("%s\n  Python %s\n  ours   %s", texts[i], answers[i], ours);
    }
  g_test_message ("%u texts and doubles, %u refused by both", g_strv_length (texts) - 1, refused);
  g_assert_cmpuint (refused, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/json/normalize", test_normalize);
  g_test_add_func ("/engine/json/bad", test_bad);
  g_test_add_func ("/engine/json/cut", test_cut);
  g_test_add_func ("/engine/json/depth", test_depth);
  g_test_add_func ("/engine/json/many-keys", test_many_keys);
  g_test_add_func ("/engine/json/doubles", test_doubles);
  g_test_add_func ("/engine/json/double-round-trip", test_double_round_trip);
  g_test_add_func ("/engine/json/locale", test_locale);
  g_test_add_func ("/engine/json/strings", test_strings);
  g_test_add_func ("/engine/json/reader", test_reader);
  g_test_add_func ("/engine/json/reader-int", test_reader_int);
  g_test_add_func ("/engine/json/reader-skip", test_reader_skip);
  g_test_add_func ("/engine/json/path", test_path);
  g_test_add_func ("/engine/json/python", test_python);
  return g_test_run ();
}
