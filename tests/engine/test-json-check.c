/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fast checks of JSON text against a plain one that follows the grammar letter by letter. */

#include <string.h>

#include <gio/gio.h>

#include <beaver/engine/beaver-json-private.h>

static guint
rounds (guint normal)
{
  const char *text = g_getenv ("BEAVER_TEST_ROUNDS");
  double factor = text != NULL ? g_ascii_strtod (text, NULL) : 1;

  return (guint) MAX (1, normal * (factor > 0 ? factor : 1));
}

/* The reference */

typedef struct
{
  const char *text;
  gsize length;
  gsize at;
  gboolean extras; /* NaN and the infinities */
} Plain;

static int
look (Plain *self, gsize ahead)
{
  return self->at + ahead < self->length ? (guchar) self->text[self->at + ahead] : -1;
}

static void
plain_space (Plain *self)
{
  int c;

  while ((c = look (self, 0)) == ' ' || c == '\t' || c == '\r' || c == '\n')
    self->at++;
}

static gboolean
plain_word (Plain *self, const char *word)
{
  gsize n = strlen (word);

  if (self->length - self->at < n || memcmp (self->text + self->at, word, n) != 0)
    return FALSE;
  self->at += n;
  return TRUE;
}

static gboolean
plain_digits (Plain *self)
{
  if (look (self, 0) < '0' || look (self, 0) > '9')
    return FALSE;
  while (look (self, 0) >= '0' && look (self, 0) <= '9')
    self->at++;
  return TRUE;
}

static gboolean
plain_number (Plain *self)
{
  if (look (self, 0) == '-')
    self->at++;
  if (look (self, 0) == '0')
    {
      self->at++;
      if (look (self, 0) >= '0' && look (self, 0) <= '9')
        return FALSE;
    }
  else if (!plain_digits (self))
    return FALSE;
  if (look (self, 0) == '.')
    {
      self->at++;
      if (!plain_digits (self))
        return FALSE;
    }
  if (look (self, 0) == 'e' || look (self, 0) == 'E')
    {
      self->at++;
      if (look (self, 0) == '+' || look (self, 0) == '-')
        self->at++;
      if (!plain_digits (self))
        return FALSE;
    }
  return TRUE;
}

/* A fault lies where the string begins when it has no end, else where it is. */
static gboolean
plain_string (Plain *self)
{
  gsize start = self->at++;

  for (;;)
    {
      int c = look (self, 0);

      if (c < 0)
        {
          self->at = start;
          return FALSE;
        }
      if (c == '"')
        {
          self->at++;
          return TRUE;
        }
      if (c < 0x20)
        return FALSE;
      if (c == '\\' && look (self, 1) == 'u')
        {
          for (gsize i = 2; i < 6; i++)
            if (look (self, i) < 0 || !g_ascii_isxdigit ((char) look (self, i)))
              return FALSE;
          self->at += 6;
        }
      else if (c == '\\')
        {
          if (look (self, 1) <= 0 || strchr ("\"\\/bfnrt", look (self, 1)) == NULL)
            return FALSE;
          self->at += 2;
        }
      else if (c < 0x80)
        self->at++;
      else
        {
          gsize n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

          if (self->length - self->at < n || !g_utf8_validate_len (self->text + self->at, n, NULL))
            return FALSE;
          self->at += n;
        }
    }
}

static gboolean
plain_value (Plain *self, guint depth)
{
  int c = look (self, 0);
  int close = c == '{' ? '}' : ']';

  if (c == '"')
    return plain_string (self);
  if (c == '-' && look (self, 1) == 'I')
    return self->extras && plain_word (self, "-Infinity");
  if (c == '-' || (c >= '0' && c <= '9'))
    return plain_number (self);
  if (c != '{' && c != '[')
    return plain_word (self, "true") || plain_word (self, "false") || plain_word (self, "null") ||
           (self->extras && (plain_word (self, "NaN") || plain_word (self, "Infinity")));
  if (depth == 1000)
    return FALSE;
  self->at++;
  plain_space (self);
  if (look (self, 0) == close)
    {
      self->at++;
      return TRUE;
    }
  for (;;)
    {
      if (c == '{')
        {
          if (look (self, 0) != '"' || !plain_string (self))
            return FALSE;
          plain_space (self);
          if (look (self, 0) != ':')
            return FALSE;
          self->at++;
          plain_space (self);
        }
      if (!plain_value (self, depth + 1))
        return FALSE;
      plain_space (self);
      if (look (self, 0) == close)
        {
          self->at++;
          return TRUE;
        }
      if (look (self, 0) != ',')
        return FALSE;
      self->at++;
      plain_space (self);
    }
}

/* at is where the fault lies. */
static gboolean
plain_check (const char *text, gsize length, gboolean extras, gsize *at)
{
  Plain self = { text, length, 0, extras };
  gboolean good;

  plain_space (&self);
  good = plain_value (&self, 0);
  if (good)
    plain_space (&self);
  *at = self.at;
  return good && self.at == length;
}

/* Comparing */

typedef struct
{
  guint good, bad;
} Seen;

static void
assert_place (GError *error, const char *text, gsize length, gsize at)
{
  guint line = 1, column = 1;
  g_autofree char *prefix = NULL;

  for (gsize i = 0; i < at; i++)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n')))
      {
        line++;
        column = 1;
      }
    else
      column += ((guchar) text[i] & 0xc0) != 0x80;
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  prefix = g_strdup_printf ("Not JSON at line %u, column %u: ", line, column);
  if (!g_str_has_prefix (error->message, prefix))
    g_error ("%.*s: %s, expected %s", (int) length, text, error->message, prefix);
}

static void
compare (const char *text, gsize length, Seen *seen)
{
  /* of just this size, for the sanitizers to watch */
  g_autofree char *exact = g_memdup2 (text, length);
  g_autofree char *broken = g_malloc (length + 1);
  g_autofree char *thorough = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) dup_error = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *normal = NULL;
  gsize at, strict_at;
  gboolean expected = plain_check (text, length, TRUE, &at);
  gboolean strict = plain_check (text, length, FALSE, &strict_at);
  gboolean good = _beaver_json_check (exact, (gssize) length, &error);

  if (good != expected)
    g_error ("%.*s: %s", (int) length, text, good ? "accepted" : error->message);
  copy = _beaver_json_dup_checked (exact, length, &dup_error);
  g_assert_true ((copy != NULL) == good);
  if (good)
    {
      g_assert_no_error (error);
      g_assert_no_error (dup_error);
      g_assert_cmpmem (copy, strlen (copy), text, length);
      seen->good++;
    }
  else
    {
      assert_place (error, text, length, at);
      g_assert_error (dup_error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_cmpstr (dup_error->message, ==, error->message);
      seen->bad++;
    }
  g_clear_error (&error);

  normal = _beaver_json_normalize (exact, (gssize) length, &error);
  if (strict && normal == NULL)
    g_assert_nonnull (strstr (error->message, "out of range"));
  else if (!strict)
    {
      g_assert_null (normal);
      if (strstr (error->message, "out of range") == NULL)
        assert_place (error, text, length, strict_at);
    }

  /* With a line break behind it, no text is normal already: what finds that out must find the same.
   */
  if (length > 0)
    memcpy (broken, text, length);
  broken[length] = '\n';
  thorough = _beaver_json_normalize (broken, (gssize) length + 1, NULL);
  g_assert_cmpstr (normal, ==, thorough);
}

/* Making texts */

static void
add_string (GString *out)
{
  static const char *const pieces[] = {
    "a",
    "name",
    "some text",
    "a text of more than sixteen bytes",
    "\\n",
    "\\\"",
    "\\\\",
    "\\u00e9",
    "\\/",
    "\x7f",
    "\xc3\xa9",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xf0\x9f\x98\x80",
  };

  g_string_append_c (out, '"');
  for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
    g_string_append (out, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
  g_string_append_c (out, '"');
}

static void
add_space (GString *out, gboolean loose)
{
  static const char *const spaces[] = { "", " ", "  ", "\n", "\r\n", "\t " };

  g_string_append (out, loose ? spaces[g_test_rand_int_range (0, G_N_ELEMENTS (spaces))] : " ");
}

static void
add_value (GString *out, guint depth, gboolean loose)
{
  static const char *const plain[] = {
    "0",    "-0",    "7",    "-12",   "1234567890123", "1.5", "-0.25", "1e5", "2E-3",
    "1.50", "1e+16", "true", "false", "null",          "[]",  "{}",    "NaN", "-Infinity",
  };
  gint kind = g_test_rand_int_range (0, depth > 0 ? 6 : 3);

  if (kind < 2)
    g_string_append (out, plain[g_test_rand_int_range (0, G_N_ELEMENTS (plain) - (kind ? 2 : 0))]);
  else if (kind == 2)
    add_string (out);
  else
    {
      gboolean object = kind != 3;
      gint n = g_test_rand_int_range (0, 5);

      g_string_append_c (out, object ? '{' : '[');
      for (gint i = 0; i < n; i++)
        {
          if (i > 0)
            {
              g_string_append_c (out, ',');
              add_space (out, loose);
            }
          if (object)
            {
              add_string (out);
              g_string_append_c (out, ':');
              add_space (out, loose);
            }
          add_value (out, depth - 1, loose);
          if (loose)
            add_space (out, TRUE);
        }
      g_string_append_c (out, object ? '}' : ']');
    }
}

static void
damage (GString *out)
{
  static const char letters[] =
      "{}[],:\"\\ \n\t0123456789-+.eEtfnaulrsNIu/bx\x7f\x1f\x80\xc3\xed\xff";
  gsize at = (gsize) g_test_rand_int_range (0, (gint32) out->len + 1);
  gsize n = (gsize) g_test_rand_int_range (1, 20);

  n = MIN (n, out->len - at);
  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      g_string_truncate (out, at);
      break;
    case 1:
      if (at < out->len)
        g_string_erase (out, (gssize) at, 1);
      break;
    case 2:
      /* with the NUL at the end of letters */
      g_string_insert_c (out, (gssize) at,
                         letters[g_test_rand_int_range (0, (gint32) sizeof letters)]);
      break;
    case 3:
      if (at < out->len)
        out->str[at] = letters[g_test_rand_int_range (0, (gint32) sizeof letters)];
      break;
    case 4:
      if (n > 0)
        {
          g_autofree char *some = g_memdup2 (out->str + at, n);

          g_string_insert_len (out, g_test_rand_int_range (0, (gint32) out->len + 1), some,
                               (gssize) n);
        }
      break;
    default:
      g_string_erase (out, (gssize) at, (gssize) n);
      break;
    }
}

static void
test_random (void)
{
  Seen seen = { 0 };

  for (guint i = 0; i < rounds (30000); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean loose = i % 3 == 0;

      if (loose)
        add_space (text, TRUE);
      add_value (text, 1 + i % 5, loose);
      compare (text->str, text->len, &seen);
      for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
        {
          damage (text);
          compare (text->str, text->len, &seen);
        }
    }
  g_test_message ("%u accepted, %u refused", seen.good, seen.bad);
  g_assert_cmpuint (seen.good, >, seen.bad / 4);
  g_assert_cmpuint (seen.bad, >, seen.good / 4);
}

/* Each place of a text becomes each byte, and is cut there. */
static void
test_each_byte (void)
{
  static const char *const texts[] = {
    "{\"name\": \"Ada Lovelace\", \"age\": 36, \"tags\": [\"math\", true], \"on\": {\"score\": "
    "-98.6e+1}}",
    "[[], {}, {\"a\":[null,false]}, \"\\u00e9\\n\", 0.5]",
    "\"some text of more than sixteen bytes, plain\"",
    "-12.5",
  };
  Seen seen = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize at = 0; at <= strlen (texts[i]); at++)
      {
        g_autofree char *text = g_strdup (texts[i]);

        compare (text, at, &seen);
        if (text[at] != '\0')
          for (guint c = 0; c < 256; c++)
            {
              text[at] = (char) c;
              compare (text, strlen (texts[i]), &seen);
            }
      }
  g_assert_cmpuint (seen.good, >, 1000);
  g_assert_cmpuint (seen.bad, >, 1000);
}

/* Around every length at which a loop or a buffer ends. */
static void
test_lengths (void)
{
  static const gsize middles[] = { 8, 16, 32, 48, 64, 256, 1024, 1040, 4096 };
  Seen seen = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (middles); i++)
    for (gsize n = middles[i] - 8; n <= middles[i] + 24; n++)
      for (guint kind = 0; kind < 6; kind++)
        {
          static const char *const heads[] = { "\"", "[\"", "{\"", "[", "{\"a\": \"", "[1, \"" };
          static const char *const tails[] = { "\"", "\"]", "\": 1}", "]", "\"}", "\\\\\"]" };
          g_autoptr (GString) text = g_string_new (heads[kind]);

          while (text->len + strlen (tails[kind]) < n)
            g_string_append_c (text, kind == 3 ? '7' : 'x');
          g_string_append (text, tails[kind]);
          compare (text->str, text->len, &seen);
          compare (text->str, text->len - 1, &seen);
          compare (text->str, text->len - MIN (text->len, 2), &seen);
          text->str[text->len / 2] = '\n';
          compare (text->str, text->len, &seen);
        }
  g_assert_cmpuint (seen.good, >, 100);
  g_assert_cmpuint (seen.bad, >, 100);
}

static void
test_levels (void)
{
  static const guint depths[] = { 1, 2, 61, 62, 63, 64, 65, 66, 127, 128, 999, 1000, 1001 };
  Seen seen = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    for (guint pattern = 0; pattern < 4; pattern++)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GString) closers = g_string_new (NULL);

        for (guint level = 0; level < depths[i]; level++)
          {
            gboolean object = pattern == 3 ? level % 2 == 0 :
                              pattern == 2 ? level % 5 == 0 :
                                             pattern;

            g_string_append (text, !object ? "[" : level + 1 < depths[i] ? "{\"a\": " : "{");
            g_string_prepend (closers, object ? ", \"b\": 1}" : ", 1]");
          }
        g_string_append (text, closers->str + 2);
        compare (text->str, text->len, &seen);
        g_string_append_c (text, ']');
        compare (text->str, text->len, &seen);
        g_string_truncate (text, text->len - 2);
        compare (text->str, text->len, &seen);
        g_string_append_c (text, ']');
        compare (text->str, text->len, &seen);
        g_string_truncate (text, text->len - 1);
        g_string_append_c (text, '}');
        compare (text->str, text->len, &seen);
      }
  g_assert_cmpuint (seen.good, >, 20);
  g_assert_cmpuint (seen.bad, >, 20);
}

/* No level is forgotten: what ends within any of them is refused. */
static void
test_open_levels (void)
{
  Seen seen = { 0 };

  for (guint depth = 62; depth <= 67; depth++)
    for (guint object = 0; object < depth; object++)
      {
        g_autoptr (GString) text = g_string_new (NULL);

        for (guint level = 0; level < depth; level++)
          g_string_append (text, level == object ? "{\"a\": " : "[");
        g_string_append_c (text, '1');
        for (guint level = depth; level-- > 0;)
          {
            compare (text->str, text->len, &seen);
            g_string_append_c (text, level == object ? '}' : ']');
          }
        compare (text->str, text->len, &seen);
      }
  g_assert_cmpuint (seen.good, ==, 62 + 63 + 64 + 65 + 66 + 67);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/json/check/random", test_random);
  g_test_add_func ("/engine/json/check/each-byte", test_each_byte);
  g_test_add_func ("/engine/json/check/lengths", test_lengths);
  g_test_add_func ("/engine/json/check/levels", test_levels);
  g_test_add_func ("/engine/json/check/open-levels", test_open_levels);
  return g_test_run ();
}
