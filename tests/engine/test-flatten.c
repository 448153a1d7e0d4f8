/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <beaver/engine/beaver-flatten-private.h>

static void
collect (const char *path, gsize path_length, const char *text, gsize length, gpointer user_data)
{
  GString *rows = user_data;

  g_string_append_len (rows, path, path_length);
  g_string_append_c (rows, '=');
  g_string_append_len (rows, text, length);
  g_string_append_c (rows, ';');
}

static void
test_rows (void)
{
  static const struct
  {
    const char *json, *rows, *text;
  } cases[] = {
    { "{\"title\":\"Hello\",\"tags\":[\"x "
      "y\",\"z\",{\"k\":\"deep\"}],\"n\":{\"m\":\"inner\"},\"num\":5}",
      "title=Hello;tags=x y;tags=z;tags.k=deep;n.m=inner;", "Hello x y z deep inner" },
    { "\"just a string\"", "=just a string;", "just a string" },
    { "{}", "", "" },
    { "[]", "", "" },
    { "5", "", "" },
    { "null", "", "" },
    { "[\"a\", [\"b\", {\"k\": [\"c\"]}], \"d\"]", "=a;=b;k=c;=d;", "a b c d" },
    { "{\"a\": {\"b\": {\"c\": \"1\", \"d\": [{\"e\": \"2\"}, \"3\"]}, \"f\": \"4\"}, \"g\": "
      "\"5\"}",
      "a.b.c=1;a.b.d.e=2;a.b.d=3;a.f=4;g=5;", "1 2 3 4 5" },
    { "{\"a\": \"\", \"b\": \" \\t\\u00a0\\u3000\", \"c\": \" x \"}", "c= x ;", " x " },
    { "{\"\": \"x\", \"a\": {\"\": \"y\"}}", "=x;a.=y;", "x y" },
    { "{\"\": {\"k\": \"x\"}}", "k=x;", "x" },
    { "{\"\\u00e9.b\": \"\\ud83d\\ude00\"}", "\xc3\xa9.b=\xf0\x9f\x98\x80;", "\xf0\x9f\x98\x80" },
    { "{\"a\": true, \"b\": NaN, \"c\": 1e5, \"d\": \"t\"}", "d=t;", "t" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) rows = g_string_new (NULL);
      g_autoptr (GString) text = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (_beaver_flatten (cases[i].json, -1, collect, rows, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (rows->str, ==, cases[i].rows);
      text = _beaver_flatten_text (cases[i].json, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text->str, ==, cases[i].text);
    }
}

static void
test_nul (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (_beaver_flatten ("{\"a\\u0000b\": \"c\\u0000d\"}", -1, collect, rows, &error));
  g_assert_cmpmem (rows->str, rows->len, "a\0b=c\0d;", 8);
}

static void
test_bad (void)
{
  static const char *const cases[] = { "",  "{", "{\"a\": }", "[\"x\"", "\"x", "{\"a\": \"x\"} y",
                                       "[}" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) rows = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (_beaver_flatten (cases[i], -1, collect, rows, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      g_assert_null (_beaver_flatten_text (cases[i], -1, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flatten/rows", test_rows);
  g_test_add_func ("/flatten/nul", test_nul);
  g_test_add_func ("/flatten/bad", test_bad);
  return g_test_run ();
}
