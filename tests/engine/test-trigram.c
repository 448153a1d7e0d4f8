/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <string.h>

#include <glib.h>

#include <beaver/engine/beaver-lower-private.h>
#include <beaver/engine/beaver-trigram-private.h>

static void
test_lower (void)
{
  static const struct
  {
    const char *text, *lower;
  } cases[] = {
    { "", "" },
    { "Hello, World! 123", "hello, world! 123" },
    { "\xc3\x84\xc3\x96\xc3\x9c\xc3\x9f", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f" },
    { "\xc4\xb0", "i\xcc\x87" }, /* I with a dot */
    { "\xc4\xb0\xc4\xb0x\xc4\xb0", "i\xcc\x87i\xcc\x87xi\xcc\x87" },
    { "I", "i" },                   /* in Turkish, too */
    { "\xe1\xba\x9e", "\xc3\x9f" }, /* sharp s */
    { "\xce\x9f\xce\x94\xce\x9f\xce\xa3", "\xce\xbf\xce\xb4\xce\xbf\xcf\x82" }, /* final sigma */
    { "\xce\xa3", "\xcf\x83" }, /* alone it is none */
    { "\xce\xa3\xce\xa3", "\xcf\x83\xcf\x82" },
    { "A\xce\xa3'", "a\xcf\x82'" },
    { "A\xce\xa3'B", "a\xcf\x83'b" },
    { "A'\xce\xa3 B", "a'\xcf\x82 b" },
    { "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" }, /* beyond 16 bits */
    { "a\xff"
      "B",
      "a\xef\xbf\xbd"
      "b" }, /* not UTF-8 */
  };

  setlocale (LC_ALL, "tr_TR.UTF-8"); /* where there is none, nothing changes and nothing should */
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = 0;
      g_autofree char *lower = _beaver_lower (cases[i].text, -1, &length);

      g_assert_cmpstr (lower, ==, cases[i].lower);
      g_assert_cmpuint (length, ==, strlen (lower));
    }
  setlocale (LC_ALL, "C");
  {
    gsize length = 0;
    g_autofree char *lower = _beaver_lower ("A\0\xc3\x84", 4, &length);

    g_assert_cmpmem (lower, length, "a\0\xc3\xa4", 4);
  }
}

/* SHA-256 over (before + c + after).lower() and a newline for each character c, computed by
 * Python 3.11 (Unicode 14). */
static void
test_lower_everything (void)
{
  static const struct
  {
    const char *before, *after, *sha256;
  } cases[] = {
    { "", "", "df5f2dce2f27c6135470af16d1fb16abb665a21ddc29386b62030008b01a2429" },
    { "", "\xce\xa3", "75d6f35c8a5052bea430db82ccfb283de782e7e0563dd0a25d57e7e7b7afaf30" },
    { "A", "\xce\xa3", "c85cb665bbf6ed022bb04b5185e1ecdf533019d2b84211d5e59ca7c98abc7ed9" },
    { "A\xce\xa3", "", "4109b8f29531bf252a1acbcd492b19f52079574cec39676d6c7b57b4c0b3a901" },
    { "A\xce\xa3", "b", "3f6b34dfa14df67c7280b5edc815693efdc49b5e4a2dff71a81e7784377e4c2c" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      g_autoptr (GString) text = g_string_new (NULL);

      for (gunichar c = 0; c < 0x110000; c++)
        {
          gsize length;
          g_autofree char *lower = NULL;

          if (c >= 0xd800 && c <= 0xdfff)
            continue;
          g_string_assign (text, cases[i].before);
          if (c == 0)
            g_string_append_c (text, '\0');
          else
            g_string_append_unichar (text, c);
          g_string_append (text, cases[i].after);
          lower = _beaver_lower (text->str, text->len, &length);
          g_checksum_update (sum, (guchar *) lower, length);
          g_checksum_update (sum, (guchar *) "\n", 1);
        }
      g_assert_cmpstr (g_checksum_get_string (sum), ==, cases[i].sha256);
    }
}

static void
test_space (void)
{
  static const gunichar spaces[] = { 0x9,    0xa,    0xb,    0xc,    0xd,    0x1c,   0x1d,   0x1e,
                                     0x1f,   0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002,
                                     0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
                                     0x2028, 0x2029, 0x202f, 0x205f, 0x3000 };
  guint found = 0;

  for (gunichar c = 0; c < 0x110000; c++)
    if (_beaver_is_space (c))
      {
        g_assert_cmpuint (found, <, G_N_ELEMENTS (spaces));
        g_assert_cmpuint (c, ==, spaces[found++]);
      }
  g_assert_cmpuint (found, ==, G_N_ELEMENTS (spaces));
  g_assert_true (_beaver_is_blank ("", -1));
  g_assert_true (_beaver_is_blank (" \t\n\xc2\xa0\xe3\x80\x80", -1));
  g_assert_false (_beaver_is_blank (" x ", -1));
  g_assert_false (_beaver_is_blank ("\0", 1));
  g_assert_false (_beaver_is_blank ("\xe2\x80\x8b", -1)); /* zero width, no space to Python */
}

static void
assert_trigrams (const char *text, gssize length, const char *expected)
{
  g_autoptr (GArray) set = _beaver_trigrams (text, length);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < set->len; i++)
    {
      BeaverTrigram *trigram = &g_array_index (set, BeaverTrigram, i);

      if (i > 0)
        g_string_append_c (joined, '|');
      g_string_append_len (joined, trigram->text, trigram->length);
    }
  g_assert_cmpstr (joined->str, ==, expected);
}

static void
test_trigrams (void)
{
  g_autofree char *long_text = g_strnfill (300000, 'a');

  assert_trigrams ("just a string", -1, " a | st|a s|ing|jus|rin|st |str|t a|tri|ust");
  assert_trigrams ("Just A STRING", -1, " a | st|a s|ing|jus|rin|st |str|t a|tri|ust");
  assert_trigrams ("", -1, "");
  assert_trigrams ("ab", -1, "");
  assert_trigrams ("abc", -1, "abc");
  assert_trigrams ("aaaaaa", -1, "aaa");
  assert_trigrams ("   ", -1, "   ");
  assert_trigrams ("\xc4\xb0x", -1, "i\xcc\x87x"); /* two characters become three */
  assert_trigrams ("\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", -1,
                   "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80");
  assert_trigrams ("z\xc3\xa4\xe2\x82\xac", -1, "z\xc3\xa4\xe2\x82\xac");
  assert_trigrams (long_text, -1, "aaa");
}

static guint
plain_distance (const char *a, const char *b)
{
  guint n = strlen (a), m = strlen (b);
  guint table[32][32];

  for (guint i = 0; i <= n; i++)
    for (guint j = 0; j <= m; j++)
      if (i == 0 || j == 0)
        table[i][j] = i + j;
      else
        table[i][j] = MIN (MIN (table[i - 1][j], table[i][j - 1]) + 1,
                           table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
  return table[n][m];
}

static void
test_levenshtein (void)
{
  static const struct
  {
    const char *a, *b;
    guint distance;
  } cases[] = {
    { "", "", 0 },
    { "", "abc", 3 },
    { "kitten", "sitting", 3 },
    { "flaw", "lawn", 2 },
    { "abc", "abc", 0 },
    { "sunday", "saturday", 3 },
    { "\xc3\xa4pfel", "apfel", 1 }, /* a character, not two bytes */
    { "\xf0\x9f\x98\x80", "", 1 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint limit = 0; limit < 9; limit++)
      {
        guint expected = MIN (cases[i].distance, limit + 1);

        g_assert_cmpuint (_beaver_levenshtein (cases[i].a, -1, cases[i].b, -1, limit), ==,
                          expected);
        g_assert_cmpuint (_beaver_levenshtein (cases[i].b, -1, cases[i].a, -1, limit), ==,
                          expected);
      }
  for (guint round = 0; round < 20000; round++)
    {
      char a[20] = "", b[20] = "";
      guint n = g_rand_int_range (rand, 0, 19), m = g_rand_int_range (rand, 0, 19), limit, expected;

      for (guint i = 0; i < n; i++)
        a[i] = 'a' + g_rand_int_range (rand, 0, 3);
      for (guint i = 0; i < m; i++)
        b[i] = 'a' + g_rand_int_range (rand, 0, 3);
      limit = round % 7 == 0 ? G_MAXUINT : (guint) g_rand_int_range (rand, 0, 20);
      expected = plain_distance (a, b);
      if (limit < expected)
        expected = limit + 1;
      g_assert_cmpuint (_beaver_levenshtein (a, -1, b, -1, limit), ==, expected);
    }
}

static void
test_fuzzy (void)
{
  static const struct
  {
    const char *query, *text;
    guint fuzziness, distance;
  } cases[] = {
    { "quick brown", "The quick brown fox", 0, 0 },
    { "QUICK  brown", "the quick\tbrown fox", 0, 0 },
    { "quikc brown", "the quick brown fox", 2, 2 },
    { "quikc brown", "the quick brown fox", 1, 2 }, /* not within: fuzziness + 1 */
    { "quick brown", "the quick red brown fox", 3, 4 },
    { "quick brown", "the quick red brown fox", 4, 4 },
    { "quickbrown", "the quick brown fox", 1, 1 },
    { "qui ck", "the quick brown fox", 1, 1 },
    { "one two three", "one", 2, 3 },
    { "fox", "", 2, 3 },
    { "", "anything", 2, 0 },
    { " \n ", "", 2, 0 },
    { "\xce\x9f\xce\x94\xce\x9f\xce\xa3", "x \xce\xbf\xce\xb4\xce\xbf\xcf\x82 y", 0, 0 },
    { "cat", "concatenate", 2, 3 }, /* whole words */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BeaverFuzzy) fuzzy = _beaver_fuzzy_new (cases[i].query, -1, cases[i].fuzziness);

      g_assert_cmpuint (_beaver_fuzzy_distance (fuzzy, cases[i].text, -1), ==, cases[i].distance);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trigram/lower", test_lower);
  g_test_add_func ("/trigram/lower-everything-as-python", test_lower_everything);
  g_test_add_func ("/trigram/space", test_space);
  g_test_add_func ("/trigram/sets", test_trigrams);
  g_test_add_func ("/trigram/levenshtein", test_levenshtein);
  g_test_add_func ("/trigram/fuzzy", test_fuzzy);
  return g_test_run ();
}
