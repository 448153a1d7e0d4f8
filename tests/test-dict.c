/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#include <math.h>

/* ---- helpers ---- */

static BeaverDict *
get_dict (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, name, &error);

  g_assert_no_error (error);
  g_assert_true (BEAVER_IS_DICT (dict));
  return dict;
}

static void
set (BeaverDict *dict, const char *key, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json (dict, key, json, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_value (BeaverDict *dict, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = beaver_dict_lookup_json (dict, key, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

static gint64
count (BeaverDict *dict)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error);

  g_assert_no_error (error);
  return n;
}

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_assert_cmpint ((int) strlen (error->message), >, 10);                                        \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

/* ---- values and keys ---- */

static void
test_set_and_get (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *key, *json, *stored;
  } cases[] = {
    { "theme", "\"dark\"", "\"dark\"" },
    { "", "\"the empty key\"", "\"the empty key\"" },
    { "100%", "[1,2 , 3]", "[1, 2, 3]" },
    { "it's \"quoted\"; DROP TABLE x; --", "1", "1" },
    { "clé/ü:*?", "{\"é\":\"\\u00e9\"}", "{\"\\u00e9\": \"\\u00e9\"}" },
    { "\xf0\x9f\xa6\xab", "\"\xf0\x9f\xa6\xab\"", "\"\\ud83e\\uddab\"" },
    { "tab\tand\nline", "null", "null" },
    { "big", "1180591620717411303424", "1180591620717411303424" },
    { "one", "1", "1" },
    { "one point", "1.0", "1.0" },
    { "exponent", "1E16", "1e+16" },
    { "white", " \t\n true \r\n", "true" },
    { "nested", "{\"z\":[{}],\"a\":[[]]}", "{\"z\": [{}], \"a\": [[]]}" },
    { "twice", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}" },
  };
  BeaverDict *dict = get_dict (f, "settings");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *value = NULL;

      set (dict, cases[i].key, "\"before\"");
      set (dict, cases[i].key, cases[i].json);
      value = beaver_dict_get_json (dict, cases[i].key, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, cases[i].stored);
      g_assert_true (beaver_dict_contains (dict, cases[i].key, NULL, &error));
    }
  g_assert_cmpint (count (dict), ==, G_N_ELEMENTS (cases));

  fixture_reopen (f);
  dict = get_dict (f, "settings");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_value (dict, cases[i].key, cases[i].stored);
}

static void
test_absent (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");

  g_assert_null (beaver_dict_get_json (dict, "nobody", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_dict_lookup_json (dict, "nobody", NULL, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_dict_lookup (dict, "nobody", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_dict_contains (dict, "nobody", NULL, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_dict_pop_json (dict, "nobody", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_dict_remove (dict, "nobody", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "nobody", NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_false (beaver_dict_set_ttl (dict, "nobody", 5, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_dict_get_string (dict, "nobody", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  beaver_dict_get_int (dict, "nobody", NULL, &error);
  assert_error (BEAVER_ERROR_NOT_FOUND);
  beaver_dict_get_double (dict, "nobody", NULL, &error);
  assert_error (BEAVER_ERROR_NOT_FOUND);
  beaver_dict_get_boolean (dict, "nobody", NULL, &error);
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_dict_get_node (dict, "nobody", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_dict_get_object (dict, "nobody", G_TYPE_OBJECT, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_cmpint (count (dict), ==, 0);
}

static void
test_remove_pop_clear (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  BeaverDict *other = get_dict (f, "other");
  g_autofree char *popped = NULL;
  g_autoptr (BeaverEntry) entry = NULL;
  g_autoptr (BeaverEntry) lasting = NULL;

  set (dict, "a", "1");
  set (dict, "b", "[2]");
  set (dict, "c", "3");
  set (other, "a", "\"stays\"");

  g_assert_true (beaver_dict_remove (dict, "a", NULL, &error));
  g_assert_no_error (error);
  popped = beaver_dict_pop_json (dict, "b", NULL, &error);
  g_assert_cmpstr (popped, ==, "[2]");
  g_assert_cmpint (count (dict), ==, 1);
  g_assert_true (beaver_dict_set_json_with_ttl (dict, "b", "4", 5000, NULL, &error));
  entry = beaver_dict_pop_entry (dict, "b", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_entry_get_key (entry), ==, "b");
  g_assert_cmpstr (beaver_entry_get_value (entry), ==, "4");
  g_assert_true (isfinite (beaver_entry_get_expires_at (entry)));
  g_assert_null (beaver_dict_pop_entry (dict, "b", NULL, &error));
  g_assert_no_error (error);
  set (dict, "b", "5");
  lasting = beaver_dict_pop_entry (dict, "b", NULL, &error);
  g_assert_cmpfloat (beaver_entry_get_expires_at (lasting), ==, INFINITY);
  g_assert_cmpint (count (dict), ==, 1);
  set (dict, "d", "4");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_cmpint (count (dict), ==, 0);
  assert_value (other, "a", "\"stays\"");
}

static void
test_compare_and_set (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  double ttl;

  g_assert_false (beaver_dict_compare_and_set_json (dict, "k", "1", "2", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_true (beaver_dict_compare_and_set_json (dict, "k", NULL, "{\"a\":1}", NULL, &error));
  g_assert_false (beaver_dict_compare_and_set_json (dict, "k", NULL, "2", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  assert_value (dict, "k", "{\"a\": 1}");
  g_assert_false (beaver_dict_compare_and_set_json (dict, "k", "{\"a\":1.0}", "2", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);

  beaver_dict_set_ttl (dict, "k", 1000, NULL, &error);
  g_assert_true (
      beaver_dict_compare_and_set_json (dict, "k", " { \"a\" : 1 } ", "2", NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "k", "2");
  ttl = beaver_dict_get_ttl (dict, "k", NULL, &error);
  g_assert_cmpfloat (ttl, >, 900);
  g_assert_cmpfloat (ttl, <=, 1000);

  g_assert_true (beaver_dict_compare_and_set_json (dict, "k", "2", NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (dict), ==, 0);
  g_assert_true (beaver_dict_compare_and_set_json (dict, "k", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* A value of Python's models is compact and has its own escapes. */
static void
test_compare_with_foreign_form (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);
  BeaverDict *dict = get_dict (f, "users");

  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('users', 'u', '{\"name\":\"é\"}', NULL)");
  g_assert_true (
      beaver_dict_compare_and_set_json (dict, "u", "{\"name\": \"é\"}", "true", NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "u", "true");
  raw_close (raw);
}

static void
test_get_or_set (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autofree char *first = NULL, *second = NULL;

  first = beaver_dict_get_or_set_json (dict, "k", "[1]", 1000, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "[1]");
  second = beaver_dict_get_or_set_json (dict, "k", "[2]", INFINITY, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second, ==, "[1]");
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "k", NULL, &error), <=, 1000);
}

static void
test_increment (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *json;
    gint64 amount;
    gboolean fits;
    const char *after;
  } cases[] = {
    { "5", 3, TRUE, "8" },
    { "5", -8, TRUE, "-3" },
    { "9223372036854775807", 0, TRUE, "9223372036854775807" },
    { "9223372036854775807", 1, FALSE, "9223372036854775807" },
    { "-9223372036854775808", -1, FALSE, "-9223372036854775808" },
    { "9223372036854775808", -1, FALSE, "9223372036854775808" },
    { "1.0", 1, FALSE, "1.0" },
    { "\"1\"", 1, FALSE, "\"1\"" },
    { "null", 1, FALSE, "null" },
    { "[1]", 1, FALSE, "[1]" },
    { "true", 1, FALSE, "true" },
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "counters");

  g_assert_cmpint (beaver_dict_increment (dict, "new", 7, NULL, &error), ==, 7);
  g_assert_cmpint (beaver_dict_increment (dict, "new", -8, NULL, &error), ==, -1);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      set (dict, "k", cases[i].json);
      beaver_dict_increment (dict, "k", cases[i].amount, NULL, &error);
      if (cases[i].fits)
        g_assert_no_error (error);
      else
        assert_error (BEAVER_ERROR_INVALID);
      assert_value (dict, "k", cases[i].after);
    }

  beaver_dict_set_json_with_ttl (dict, "rate", "1", 1000, NULL, &error);
  g_assert_cmpint (beaver_dict_increment (dict, "rate", 1, NULL, &error), ==, 2);
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "rate", NULL, &error), <=, 1000);
  g_assert_no_error (error);
}

static void
test_increment_double (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *json;
    double amount;
    gboolean fits;
    const char *after;
  } cases[] = {
    { "0.1", 0.2, TRUE, "0.30000000000000004" },
    { "5", 0.5, TRUE, "5.5" },
    { "5", 0, TRUE, "5.0" },
    { "1.7976931348623157e308", 1e308, FALSE, "1.7976931348623157e+308" },
    { "1", NAN, FALSE, "1" },
    { "1", -INFINITY, FALSE, "1" },
    { "\"1\"", 1, FALSE, "\"1\"" },
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "counters");

  g_assert_cmpfloat (beaver_dict_increment_double (dict, "new", 1.5, NULL, &error), ==, 1.5);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      set (dict, "k", cases[i].json);
      beaver_dict_increment_double (dict, "k", cases[i].amount, NULL, &error);
      if (cases[i].fits)
        g_assert_no_error (error);
      else
        assert_error (BEAVER_ERROR_INVALID);
      assert_value (dict, "k", cases[i].after);
    }
}

/* ---- typed forms ---- */

static void
test_typed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autofree char *text = NULL;

  g_assert_true (beaver_dict_set_string (dict, "s", "é \"x\"", NULL, &error));
  text = beaver_dict_get_string (dict, "s", NULL, &error);
  g_assert_cmpstr (text, ==, "é \"x\"");
  assert_value (dict, "s", "\"\\u00e9 \\\"x\\\"\"");

  g_assert_true (beaver_dict_set_int (dict, "i", G_MININT64, NULL, &error));
  g_assert_cmpint (beaver_dict_get_int (dict, "i", NULL, &error), ==, G_MININT64);
  assert_value (dict, "i", "-9223372036854775808");

  g_assert_true (beaver_dict_set_double (dict, "d", 1e16, NULL, &error));
  g_assert_cmpfloat (beaver_dict_get_double (dict, "d", NULL, &error), ==, 1e16);
  assert_value (dict, "d", "1e+16");
  g_assert_true (beaver_dict_set_double (dict, "d", 2, NULL, &error));
  assert_value (dict, "d", "2.0");
  set (dict, "d", "3");
  g_assert_cmpfloat (beaver_dict_get_double (dict, "d", NULL, &error), ==, 3.0);

  g_assert_true (beaver_dict_set_boolean (dict, "b", TRUE, NULL, &error));
  g_assert_true (beaver_dict_get_boolean (dict, "b", NULL, &error));
  g_assert_true (beaver_dict_set_boolean (dict, "b", FALSE, NULL, &error));
  g_assert_false (beaver_dict_get_boolean (dict, "b", NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "b", "false");
}

static void
test_typed_mismatch (Fixture *f, gconstpointer data)
{
  /* which of string, int, double, boolean accept it */
  static const struct
  {
    const char *json;
    gboolean accepts[4];
  } cases[] = {
    { "\"x\"", { TRUE, FALSE, FALSE, FALSE } },
    { "1", { FALSE, TRUE, TRUE, FALSE } },
    { "1.5", { FALSE, FALSE, TRUE, FALSE } },
    { "1.0", { FALSE, FALSE, TRUE, FALSE } },
    { "9223372036854775808", { FALSE, FALSE, TRUE, FALSE } },
    { "true", { FALSE, FALSE, FALSE, TRUE } },
    { "null", { FALSE, FALSE, FALSE, FALSE } },
    { "[1]", { FALSE, FALSE, FALSE, FALSE } },
    { "{}", { FALSE, FALSE, FALSE, FALSE } },
    { "\"a\\u0000b\"", { FALSE, FALSE, FALSE, FALSE } },
  };
  BeaverDict *dict = get_dict (f, "settings");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (guint j = 0; j < 4; j++)
        {
          g_autoptr (GError) error = NULL;

          set (dict, "k", cases[i].json);
          if (j == 0)
            g_free (beaver_dict_get_string (dict, "k", NULL, &error));
          else if (j == 1)
            beaver_dict_get_int (dict, "k", NULL, &error);
          else if (j == 2)
            beaver_dict_get_double (dict, "k", NULL, &error);
          else
            beaver_dict_get_boolean (dict, "k", NULL, &error);
          g_test_message ("%s as %u", cases[i].json, j);
          if (cases[i].accepts[j])
            g_assert_no_error (error);
          else
            assert_error (BEAVER_ERROR_INVALID);
        }
    }
}

static void
test_node (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (JsonNode) node = json_from_string ("{\"a\": [1, 2.5, null, \"é\"]}", NULL);
  g_autoptr (JsonNode) back = NULL;

  g_assert_true (beaver_dict_set_node (dict, "n", node, NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "n", "{\"a\": [1, 2.5, null, \"\\u00e9\"]}");
  back = beaver_dict_get_node (dict, "n", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (node, back));
}

/* A model of an application. */
#define TEST_TYPE_PERSON (test_person_get_type ())
G_DECLARE_FINAL_TYPE (TestPerson, test_person, TEST, PERSON, GObject)
struct _TestPerson
{
  GObject parent_instance;
  char *name;
  gint64 age;
};
G_DEFINE_FINAL_TYPE (TestPerson, test_person, G_TYPE_OBJECT)

static void
test_person_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TestPerson *self = TEST_PERSON (object);

  if (id == 1)
    {
      g_free (self->name);
      self->name = g_value_dup_string (value);
    }
  else
    self->age = g_value_get_int64 (value);
}

static void
test_person_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TestPerson *self = TEST_PERSON (object);

  if (id == 1)
    g_value_set_string (value, self->name);
  else
    g_value_set_int64 (value, self->age);
}

static void
test_person_finalize (GObject *object)
{
  g_free (TEST_PERSON (object)->name);
  G_OBJECT_CLASS (test_person_parent_class)->finalize (object);
}

static void
test_person_class_init (TestPersonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = test_person_set_property;
  object_class->get_property = test_person_get_property;
  object_class->finalize = test_person_finalize;
  g_object_class_install_property (
      object_class, 1, g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READWRITE));
  g_object_class_install_property (
      object_class, 2,
      g_param_spec_int64 ("age", NULL, NULL, G_MININT64, G_MAXINT64, 0, G_PARAM_READWRITE));
}

static void
test_person_init (TestPerson *self)
{
}

static void
test_object (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "people");
  g_autoptr (TestPerson) person =
      g_object_new (TEST_TYPE_PERSON, "name", "Ada", "age", (gint64) 36, NULL);
  g_autoptr (GObject) back = NULL;

  g_assert_true (beaver_dict_set_object (dict, "ada", G_OBJECT (person), NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "ada", "{\"name\": \"Ada\", \"age\": 36}");
  back = beaver_dict_get_object (dict, "ada", TEST_TYPE_PERSON, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (TEST_IS_PERSON (back));
  g_assert_cmpstr (TEST_PERSON (back)->name, ==, "Ada");
  g_assert_cmpint (TEST_PERSON (back)->age, ==, 36);

  set (dict, "ada", "[1]");
  g_assert_null (beaver_dict_get_object (dict, "ada", TEST_TYPE_PERSON, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
}

/* ---- many at once ---- */

static void
test_set_many (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "a", "b", "", NULL };
  static const char *const values[] = { "1", "[2]", "null", NULL };
  static const char *const wrong[] = { "5", "[", "null", NULL };
  static const char *const few[] = { "1", NULL };
  static const char *const none[] = { NULL };
  static const char *const wanted[] = { "", "zz", "a", NULL };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_auto (GStrv) listed = NULL;

  g_assert_true (beaver_dict_set_many_json (dict, keys, values, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_dict_set_many_json (dict, keys, wrong, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_set_many_json (dict, keys, few, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  assert_value (dict, "a", "1");

  entries = beaver_dict_lookup_many (dict, wanted, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 2);
  g_assert_cmpstr (beaver_entry_get_key (entries->pdata[0]), ==, "");
  g_assert_cmpstr (beaver_entry_get_value (entries->pdata[0]), ==, "null");
  g_assert_cmpstr (beaver_entry_get_key (entries->pdata[1]), ==, "a");

  listed = beaver_dict_list_keys (dict, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (listed, ((const char *[]){ "", "a", "b", NULL }));

  /* none are as good as many */
  g_assert_true (beaver_dict_set_many_json (dict, none, none, NULL, &error));
  g_assert_no_error (error);
  beaver_dict_set_many_json_async (dict, none, none, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_dict_set_many_json_finish (dict, result, &error));
  g_assert_no_error (error);
  g_assert_true (beaver_dict_update_json (dict, "{}", NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (beaver_dict_batch_apply (batch, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_clear_pointer (&entries, g_ptr_array_unref);
  entries = beaver_dict_lookup_many (dict, none, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 0);
}

static void
test_update (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");

  set (dict, "stays", "1");
  g_assert_true (beaver_dict_update_json (
      dict, "{\"a\":{\"x\":[1,2]},\"é\":1.50,\"\":\"\",\"a\":[ ]}", NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "a", "[]");
  assert_value (dict, "é", "1.5");
  assert_value (dict, "", "\"\"");
  g_assert_cmpint (count (dict), ==, 4);
  g_assert_true (beaver_dict_update_json (dict, "{}", NULL, &error));
  g_assert_no_error (error);

  g_assert_false (beaver_dict_update_json (dict, "[1]", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_update_json (dict, "{\"a\":1,\"b\"}", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_update_json (dict, "{\"a\\u0000b\":1}", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpint (count (dict), ==, 4);
}

static void
test_batch (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);
  g_autoptr (BeaverDictBatch) by_hand = g_object_new (BEAVER_TYPE_DICT_BATCH, NULL);

  g_assert_true (beaver_dict_batch_get_dict (batch) == dict);
  set (dict, "old", "1");
  g_assert_cmpint (beaver_dict_batch_apply (batch, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_true (beaver_dict_batch_set_json (batch, "a", "1", INFINITY, &error));
  g_assert_true (beaver_dict_batch_set_json (batch, "b", "2", 1000, &error));
  g_assert_true (beaver_dict_batch_remove (batch, "old", &error));
  g_assert_true (beaver_dict_batch_remove (batch, "never", &error));
  g_assert_true (beaver_dict_batch_set_json (batch, "a", "3", INFINITY, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_dict_batch_set_json (batch, "c", "nope", INFINITY, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_batch_set_json (batch, "c", "1", 0, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_batch_remove (batch, "\xff", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpuint (beaver_dict_batch_get_size (batch), ==, 5);
  assert_value (dict, "a", NULL);

  g_assert_cmpint (beaver_dict_batch_apply (batch, NULL, &error), ==, 5);
  g_assert_no_error (error);
  g_assert_cmpuint (beaver_dict_batch_get_size (batch), ==, 0);
  assert_value (dict, "a", "3");
  assert_value (dict, "old", NULL);
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "b", NULL, &error), <=, 1000);
  g_assert_cmpint (count (dict), ==, 2);

  beaver_dict_batch_remove (batch, "a", &error);
  beaver_dict_batch_discard (batch);
  g_assert_cmpint (beaver_dict_batch_apply (batch, NULL, &error), ==, 0);
  assert_value (dict, "a", "3");

  g_assert_false (beaver_dict_batch_set_json (by_hand, "a", "1", INFINITY, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_cmpint (beaver_dict_batch_apply (by_hand, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_CLOSED);
}

/* ---- bad input ---- */

static void
test_bad_values (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = {
    "",
    " ",
    "nope",
    "NaN",
    "Infinity",
    "-Infinity",
    "{\"a\": NaN}",
    "[1,]",
    "{\"a\":1,}",
    "'single'",
    "01",
    ".5",
    "1.",
    "\"\\x\"",
    "[1 2]",
    "// c\n1",
    "\xef\xbb\xbf"
    "1",
    "\"\xff\"",
    "\"a\tb\"",
    "nul",
    "1 2",
    "{1: 2}",
    "[",
    "\"open",
    "+1",
    "1e999999",
  };
  BeaverDict *dict = get_dict (f, "settings");
  g_autofree char *deep = g_strnfill (100000, '[');

  set (dict, "k", "\"kept\"");
  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *json = i < G_N_ELEMENTS (bad) ? bad[i] : deep;

      g_test_message ("case %u", i);
      g_assert_false (beaver_dict_set_json (dict, "k", json, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_dict_get_or_set_json (dict, "k", json, INFINITY, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_compare_and_set_json (dict, "k", "\"kept\"", json, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_compare_and_set_json (dict, "k", json, "1", NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_update_json (dict, json, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
    }
  assert_value (dict, "k", "\"kept\"");
}

static void
test_bad_arguments (Fixture *f, gconstpointer data)
{
  static const double ttls[] = { 0, -0.0, -1, -1e300, NAN, -INFINITY, 1.1e12, 1e300 };
  static const char *const names[] = { "", NULL, "\xff", "a\xc3" };
  static const char *const keys[] = { "\xff", "ok\xc3\x28", "\xed\xa0\x80" };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_dict (f, "settings");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_null (beaver_db_get_dict (f->db, names[i], &error));
      assert_error (BEAVER_ERROR_INVALID);
    }

  set (dict, "k", "1");
  for (guint i = 0; i < G_N_ELEMENTS (ttls); i++)
    {
      g_test_message ("ttl %g", ttls[i]);
      g_assert_false (beaver_dict_set_json_with_ttl (dict, "k", "2", ttls[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_set_ttl (dict, "k", ttls[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_dict_get_or_set_json (dict, "k", "2", ttls[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
    }
  assert_value (dict, "k", "1");
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "k", NULL, &error), ==, INFINITY);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_assert_false (beaver_dict_set_json (dict, keys[i], "1", NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_dict_lookup_json (dict, keys[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_remove (dict, keys[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_dict_keys (dict, keys[i], &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_dict_set_string (dict, "k", keys[i], NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
    }
  g_assert_false (beaver_dict_set_double (dict, "k", NAN, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_dict_set_double (dict, "k", INFINITY, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  assert_value (dict, "k", "1");
  g_assert_cmpint (count (dict), ==, 1);
}

static void
test_names (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "%", "'; --", "\"", "a b", "é", "\xf0\x9f\xa6\xab" };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) listed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      BeaverDict *dict = get_dict (f, names[i]);

      g_assert_true (get_dict (f, names[i]) == dict);
      g_assert_cmpstr (beaver_manager_get_name (BEAVER_MANAGER (dict)), ==, names[i]);
      beaver_dict_set_int (dict, "k", i, NULL, &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (beaver_dict_get_int (get_dict (f, names[i]), "k", NULL, &error), ==, i);
  listed = beaver_db_get_dict_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (listed), ==, G_N_ELEMENTS (names));
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BeaverDict *dict = get_dict (f, "settings");

  g_cancellable_cancel (cancellable);
  g_assert_false (beaver_dict_set_json (dict, "k", "1", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (beaver_dict_lookup_json (dict, "k", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_value (dict, "k", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/dict/set-and-get", test_set_and_get);
  beaver_test_add ("/dict/absent", test_absent);
  beaver_test_add ("/dict/remove-pop-clear", test_remove_pop_clear);
  beaver_test_add ("/dict/compare-and-set", test_compare_and_set);
  beaver_test_add ("/dict/compare-with-foreign-form", test_compare_with_foreign_form);
  beaver_test_add ("/dict/get-or-set", test_get_or_set);
  beaver_test_add ("/dict/increment", test_increment);
  beaver_test_add ("/dict/increment-double", test_increment_double);
  beaver_test_add ("/dict/typed", test_typed);
  beaver_test_add ("/dict/typed-mismatch", test_typed_mismatch);
  beaver_test_add ("/dict/node", test_node);
  beaver_test_add ("/dict/object", test_object);
  beaver_test_add ("/dict/set-many", test_set_many);
  beaver_test_add ("/dict/update", test_update);
  beaver_test_add ("/dict/batch", test_batch);
  beaver_test_add ("/dict/bad-values", test_bad_values);
  beaver_test_add ("/dict/bad-arguments", test_bad_arguments);
  beaver_test_add ("/dict/names", test_names);
  beaver_test_add ("/dict/cancelled", test_cancelled);

  return g_test_run ();
}
