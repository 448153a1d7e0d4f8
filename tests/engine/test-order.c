/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib.h>

#include <beaver/engine/beaver-order-private.h>

/* The rule by which the Python original makes keys (spec, section 5.2): every key of ours must be
 * good input for it. */

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int
value_of (char c)
{
  const char *found = c != '\0' ? strchr (digits, c) : NULL;

  return found != NULL ? (int) (found - digits) : -1;
}

static char *
upstream (const char *a, const char *b)
{
  GString *key = g_string_new (NULL);

  if (a == NULL)
    a = "";
  for (const char *p = a; *p != '\0'; p++)
    g_assert_cmpint (value_of (*p), >=, 0);
  if (b != NULL && strcmp (a, b) >= 0)
    {
      g_string_free (key, TRUE);
      return NULL;
    }
  for (;;)
    {
      int da, db;

      while (b != NULL && *a != '\0' && *a == *b)
        {
          g_string_append_c (key, *a);
          a++;
          b++;
        }
      da = *a != '\0' ? value_of (*a) : 0;
      db = b != NULL && *b != '\0' ? value_of (*b) : 62;
      if (db - da > 1)
        {
          g_string_append_c (key, digits[(da + db) / 2]);
          return g_string_free (key, FALSE);
        }
      if (b != NULL && strlen (b) > 1)
        {
          g_string_append_c (key, *b);
          a = "";
          b++;
        }
      else
        {
          g_string_append_c (key, digits[da]);
          if (*a != '\0')
            a++;
          b = NULL;
        }
    }
}

static void
assert_between (const char *key, const char *a, const char *b)
{
  g_assert_nonnull (key);
  g_assert_true (_beaver_order_is_valid (key));
  if (a != NULL)
    g_assert_cmpstr (a, <, key);
  if (b != NULL)
    g_assert_cmpstr (key, <, b);
}

/* Python goes on from our key on both sides of it. */
static void
assert_python_can_use (const char *key, const char *a, const char *b)
{
  g_autofree char *left = upstream (a, key);
  g_autofree char *right = upstream (key, b);

  assert_between (left, a, key);
  assert_between (right, key, b);
}

static const struct
{
  const char *a, *b, *key;
} table[] = {
  { NULL, NULL, "V" },      { "1", "2V", "2F" },    { "V", NULL, "k" },
  { "1z", "2", "1zV" },     { "k", NULL, "s" },     { "0V", "1", "0k" },
  { "z", NULL, "zV" },      { "az", "bV", "bF" },   { "zV", NULL, "zk" },
  { "k", "s", "o" },        { "zz", NULL, "zzV" },  { "9", "A", "9V" },
  { NULL, "V", "F" },       { "Z", "a", "ZV" },     { NULL, "2", "1" },
  { "Vaa", "Vab", "VaaV" }, { NULL, "1", "0V" },    { "ABCx", "ABD", "ABCy" },
  { NULL, "0V", "0F" },     { "AB", "ABC", "AB6" }, { NULL, "01", "00V" },
  { "1", "10V", "10F" },    { "V", "k", "c" },      { "10V", "11", "10k" },
  { "V", "W", "VV" },       { "V0", "V1", "V0V" },  { "V", "V1", "V0V" },
  { "V", "V", NULL },       { "V", "V01", "V00V" }, { "k", "V", NULL },
  { "Vz", "W", "VzV" },     { "Vzz", "W", "VzzV" },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *expected = upstream (table[i].a, table[i].b);
      g_autofree char *key = _beaver_order_between (table[i].a, table[i].b);

      g_assert_cmpstr (expected, ==, table[i].key);
      if (expected == NULL)
        {
          g_assert_null (key);
          continue;
        }
      assert_between (key, table[i].a, table[i].b);
      assert_python_can_use (key, table[i].a, table[i].b);
    }
}

static void
test_wrong_side (void)
{
  static const struct
  {
    const char *a, *b, *wrong;
  } cases[] = { { NULL, "0", "0V" }, { "V", "V0", "V0V" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *wrong = upstream (cases[i].a, cases[i].b);
      g_autofree char *key = _beaver_order_between (cases[i].a, cases[i].b);

      g_assert_cmpstr (wrong, ==, cases[i].wrong);
      g_assert_cmpstr (wrong, >, cases[i].b);
      g_assert_null (key);
    }
}

static void
test_chains (void)
{
  static const char *const push[] = { "V",  "k",  "s",  "w",  "y",  "z",   "zV",
                                      "zk", "zs", "zw", "zy", "zz", "zzV", "zzk" };
  static const char *const prepend[] = { "V",  "F",  "7",  "3",  "1",   "0V",
                                         "0F", "07", "03", "01", "00V", "00F" };
  static const char *const after_v[] = {
    "c", "Y", "W", "VV", "VF", "V7", "V3", "V1", "V0V", "V0F"
  };
  static const char *const before_k[] = { "c",  "g",  "i",  "j",  "jV", "jk",
                                          "js", "jw", "jy", "jz", "jzV" };

  /* Our keys go on from every key of Python's, in every direction. */
  for (guint i = 0; i < G_N_ELEMENTS (push); i++)
    {
      g_autofree char *expected = upstream (i > 0 ? push[i - 1] : NULL, NULL);
      g_autofree char *next = _beaver_order_after (push[i]);

      g_assert_cmpstr (expected, ==, push[i]);
      assert_between (next, push[i], NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (prepend); i++)
    {
      g_autofree char *expected = upstream (NULL, i > 0 ? prepend[i - 1] : NULL);
      g_autofree char *next = _beaver_order_before (prepend[i]);

      g_assert_cmpstr (expected, ==, prepend[i]);
      assert_between (next, NULL, prepend[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (after_v); i++)
    {
      g_autofree char *expected = upstream ("V", i > 0 ? after_v[i - 1] : "k");
      g_autofree char *next = _beaver_order_between ("V", after_v[i]);

      g_assert_cmpstr (expected, ==, after_v[i]);
      assert_between (next, "V", after_v[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (before_k); i++)
    {
      g_autofree char *expected = upstream (i > 0 ? before_k[i - 1] : "V", "k");
      g_autofree char *next = _beaver_order_between (before_k[i], "k");

      g_assert_cmpstr (expected, ==, before_k[i]);
      assert_between (next, before_k[i], "k");
    }
}

static void
test_valid (void)
{
  static const struct
  {
    const char *key;
    gboolean valid;
  } cases[] = {
    { "V", TRUE },         { "0V", TRUE },   { "zzzz", TRUE }, { "1", TRUE },    { "", FALSE },
    { "0", FALSE },        { "V0", FALSE },  { "000", FALSE }, { "a b", FALSE }, { "-1", FALSE },
    { "\xc3\xa4", FALSE }, { "1.5", FALSE }, { "V\n", FALSE }, { "[", FALSE },   { "`", FALSE },
    { "{", FALSE },        { "/", FALSE },   { ":", FALSE },
  };
  char longest[BEAVER_ORDER_MAX + 2];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (_beaver_order_is_valid (cases[i].key), ==, cases[i].valid);
  memset (longest, 'z', sizeof longest);
  longest[BEAVER_ORDER_MAX + 1] = '\0';
  g_assert_false (_beaver_order_is_valid (longest));
  longest[BEAVER_ORDER_MAX] = '\0';
  g_assert_true (_beaver_order_is_valid (longest));
}

static void
test_damaged_neighbours (void)
{
  static const struct
  {
    const char *a, *b;
  } cases[] = {
    { "1.5", NULL }, { NULL, "1.5" }, { "1.5", "2" },      { "1", "2.5" },
    { "", "0" },     { NULL, "" },    { NULL, "00" },      { "V0", "V00" },
    { "b", "a" },    { "V", "V" },    { "z", "\xc3\xa4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *key = _beaver_order_between (cases[i].a, cases[i].b);

      g_assert_null (key);
    }

  /* Keys that end in '0' are wrong, but there is room around them. */
  {
    g_autofree char *before = _beaver_order_before ("V0");
    g_autofree char *after = _beaver_order_after ("V000");
    g_autofree char *last = _beaver_order_after ("0");
    g_autofree char *between = _beaver_order_between ("V0", "V1");

    assert_between (before, NULL, "V0");
    assert_between (after, "V000", NULL);
    assert_between (last, "0", NULL);
    assert_between (between, "V0", "V1");
  }
}

/* Python's keys grow by one digit with every six pushes; where its recursion ends, we ask for
 * renumbering. */
static void
test_long_keys (void)
{
  g_autofree char *nines = g_strnfill (895, 'z');
  g_autofree char *longest = g_strnfill (BEAVER_ORDER_MAX, 'z');
  g_autofree char *small = g_strnfill (BEAVER_ORDER_MAX - 1, '0');
  g_autofree char *smallest = g_strconcat (small, "1", NULL);
  g_autofree char *grown = g_strconcat (nines, "V", NULL);
  g_autofree char *ok = _beaver_order_after (nines);
  g_autofree char *ok2 = _beaver_order_after (grown);
  g_autofree char *none = _beaver_order_after (longest);
  g_autofree char *none2 = _beaver_order_before (smallest);
  g_autofree char *between = NULL, *none3 = NULL;
  g_autofree char *deep_a = g_strconcat (longest, "1", NULL);
  g_autofree char *deep_b = g_strconcat (longest, "2", NULL);

  assert_between (ok, nines, NULL);
  assert_between (ok2, grown, NULL);
  g_assert_null (none);
  g_assert_null (none2);
  between = _beaver_order_between (nines, grown);
  assert_between (between, nines, grown);
  none3 = _beaver_order_between (deep_a, deep_b);
  g_assert_null (none3);
}

static void
test_runs (void)
{
  static const struct
  {
    const char *name;
    gboolean forward;
    const char *a, *b;
    guint count;
    gsize longest;
  } runs[] = {
    { "append", TRUE, NULL, NULL, 200000, 8 },
    { "append after Python's", TRUE, "zzzzzzzzzzzzzzzzV", NULL, 200000, 24 },
    { "append after V", TRUE, "V", NULL, 200000, 8 },
    { "prepend", FALSE, NULL, NULL, 200000, 8 },
    { "prepend before Python's", FALSE, NULL, "0000000000001", 200000, 16 },
    { "forward at one place", TRUE, "V", "W", 200000, 24 },
    { "backward at one place", FALSE, "V", "W", 200000, 24 },
    { "forward between close ones", TRUE, "V0000001", "V0000002", 200000, 24 },
    { "backward between close ones", FALSE, "V0000001", "V0000002", 200000, 24 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *a = g_strdup (runs[i].a);
      g_autofree char *b = g_strdup (runs[i].b);
      gsize longest = 0;

      for (guint n = 0; n < runs[i].count; n++)
        {
          g_autofree char *key = _beaver_order_between (a, b);

          if (a != NULL)
            g_assert_cmpstr (a, <, key);
          if (b != NULL)
            g_assert_cmpstr (key, <, b);
          if (n % 97 == 0)
            assert_python_can_use (key, a, b);
          longest = MAX (longest, strlen (key));
          g_free (runs[i].forward ? a : b);
          if (runs[i].forward)
            a = g_steal_pointer (&key);
          else
            b = g_steal_pointer (&key);
        }
      g_test_message ("%s: longest key %" G_GSIZE_FORMAT, runs[i].name, longest);
      g_assert_cmpuint (longest, <=, runs[i].longest);
    }
}

/* Ours and Python's insertions, mixed, at random places: one strict order throughout. */
static void
test_mixed (void)
{
  for (guint round = 0; round < 4; round++)
    {
      g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GRand) rand = g_rand_new_with_seed (2026 + round);
      gsize longest = 0;

      for (guint n = 0; n < 6000; n++)
        {
          guint at = 0;
          const char *a, *b;
          char *key;

          switch (g_rand_int_range (rand, 0, 4))
            {
            case 0:
              at = 0;
              break;
            case 1:
              at = keys->len;
              break;
            case 2:
              at = keys->len / 2; /* always about the same place */
              break;
            default:
              at = g_rand_int_range (rand, 0, keys->len + 1);
              break;
            }
          a = at > 0 ? g_ptr_array_index (keys, at - 1) : NULL;
          b = at < keys->len ? g_ptr_array_index (keys, at) : NULL;
          key = round % 2 == 1 && g_rand_boolean (rand) ? upstream (a, b) :
                                                          _beaver_order_between (a, b);
          assert_between (key, a, b);
          assert_python_can_use (key, a, b);
          g_assert_cmpint (key[strlen (key) - 1], !=, '0');
          longest = MAX (longest, strlen (key));
          g_ptr_array_insert (keys, at, key);
        }
      for (guint i = 1; i < keys->len; i++)
        g_assert_cmpstr (g_ptr_array_index (keys, i - 1), <, g_ptr_array_index (keys, i));
      g_test_message ("round %u: longest key %" G_GSIZE_FORMAT, round, longest);
      g_assert_cmpuint (longest, <=, 400);
    }
}

static void
test_random_places (void)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRand) rand = g_rand_new_with_seed (62);
  gsize longest = 0, total = 0;

  for (guint n = 0; n < 20000; n++)
    {
      guint at = g_rand_int_range (rand, 0, keys->len + 1);
      const char *a = at > 0 ? g_ptr_array_index (keys, at - 1) : NULL;
      const char *b = at < keys->len ? g_ptr_array_index (keys, at) : NULL;
      char *key = _beaver_order_between (a, b);

      assert_between (key, a, b);
      longest = MAX (longest, strlen (key));
      total += strlen (key);
      g_ptr_array_insert (keys, at, key);
    }
  g_test_message ("longest %" G_GSIZE_FORMAT ", mean %.1f", longest, total / 20000.0);
  g_assert_cmpuint (longest, <=, 40);
  g_assert_cmpuint (total / 20000, <=, 16);
}

static void
test_renumber (void)
{
  static const guint64 counts[] = { 1, 2, 3, 61, 62, 63, 1000, 5911, 200000 };
  static const guint64 huge = G_GUINT64_CONSTANT (100000000000000);

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *previous = NULL;

      for (guint64 n = 0; n < counts[i]; n++)
        {
          g_autofree char *key = _beaver_order_nth (n, counts[i]);

          assert_between (key, previous, NULL);
          g_assert_cmpuint (strlen (key), <=, 5);
          if (n % 61 == 0)
            {
              g_autofree char *room = _beaver_order_between (previous, key);

              assert_between (room, previous, key);
              assert_python_can_use (key, previous, NULL);
              g_assert_cmpuint (strlen (room), <=, 8);
            }
          g_free (previous);
          previous = g_steal_pointer (&key);
        }
    }
  {
    g_autofree char *first = _beaver_order_nth (0, huge);
    g_autofree char *second = _beaver_order_nth (1, huge);
    g_autofree char *last = _beaver_order_nth (huge - 1, huge);

    assert_between (second, first, last);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/order/upstream-table", test_table);
  g_test_add_func ("/order/wrong-side-is-refused", test_wrong_side);
  g_test_add_func ("/order/upstream-chains", test_chains);
  g_test_add_func ("/order/valid", test_valid);
  g_test_add_func ("/order/damaged-neighbours", test_damaged_neighbours);
  g_test_add_func ("/order/long-keys", test_long_keys);
  g_test_add_func ("/order/D26-runs-stay-short", test_runs);
  g_test_add_func ("/order/mixed-with-upstream", test_mixed);
  g_test_add_func ("/order/random-places", test_random_places);
  g_test_add_func ("/order/renumber", test_renumber);
  return g_test_run ();
}
