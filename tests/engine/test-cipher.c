/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <beaver/engine/beaver-cipher-private.h>

#define SECRET "correct horse"
#define PLAIN "{\"p\": 1}"
#define TIME 1700000000
#define SALT_TEXT "AAECAwQFBgcICQoLDA0ODw=="
#define STORED                                                                                     \
  "Z0FBQUFBQmxVX0VBRUJFU0V4UVZGaGNZR1JvYkhCMGVIeThBS1VQLTZNRUItTU8yQ2xEY0dpU1ZXYUdyTU12MzdaZ3dyUk" \
  "tac1F0R1VwcExuekIt"                                                                             \
  "UkxHNDFVeUF2ZlB6TUE9PQ=="
#define TOKEN                                                                                      \
  "gAAAAABlU_EAEBESExQVFhcYGRobHB0eHy8AKUP-6MEB-MO2ClDcGiSVWaGrMMv37ZgwrRKZsQtGUppLnzB-"           \
  "RLG41UyAvfPzMA=="
#define VERIFIER                                                                                   \
  "Z0FBQUFBQmxVX0VBRUJFU0V4UVZGaGNZR1JvYkhCMGVIMEUxZXlmd3pZVHlEaUxhX1VhOWF1ano0ckV6RWVnMU8yNWhRan" \
  "lnclBQTUw3MG1kZmc0"                                                                             \
  "WDBIRnIybWR1QUE1VEE9PQ=="

static guint8 salt[BEAVER_CIPHER_SALT_SIZE], iv[BEAVER_CIPHER_IV_SIZE];

static BeaverCipher *
cipher_new (const char *secret)
{
  g_autoptr (GError) error = NULL;
  BeaverCipher *cipher = _beaver_cipher_new (secret, -1, salt, &error);

  g_assert_no_error (error);
  return cipher;
}

static void
test_key (void)
{
  g_autoptr (BeaverCipher) cipher = cipher_new (SECRET);
  g_autoptr (BeaverCipher) other = NULL;
  g_autoptr (GString) hex = g_string_new (NULL);

  for (guint i = 0; i < BEAVER_CIPHER_KEY_SIZE; i++)
    g_string_append_printf (hex, "%02x", _beaver_cipher_get_key (cipher)[i]);
  g_assert_cmpstr (hex->str, ==,
                   "57f2c2f0739748d516419b062a884666323c583ea4ae165504a81f7b53c62a09");
  other = _beaver_cipher_ref (cipher);
  g_assert_true (other == cipher);
}

static void
test_vectors (void)
{
  g_autoptr (BeaverCipher) cipher = cipher_new (SECRET);
  g_autoptr (GError) error = NULL;
  g_autofree char *stored =
      _beaver_cipher_encrypt_with (cipher, PLAIN, strlen (PLAIN), TIME, iv, &error);
  g_autofree char *verifier = _beaver_cipher_make_verifier_with (cipher, TIME, iv, &error);
  g_autofree char *text = _beaver_cipher_salt_to_text (salt);
  g_autofree guint8 *token = NULL;
  guint8 read[BEAVER_CIPHER_SALT_SIZE];
  gsize length = 0;
  char *plain;

  g_assert_no_error (error);
  g_assert_cmpstr (stored, ==, STORED);
  g_assert_cmpstr (verifier, ==, VERIFIER);
  token = g_base64_decode (STORED, &length);
  g_assert_cmpmem (token, length, TOKEN, strlen (TOKEN));
  g_assert_cmpstr (text, ==, SALT_TEXT);
  g_assert_true (_beaver_cipher_salt_from_text (SALT_TEXT, read, &error));
  g_assert_cmpmem (read, sizeof read, salt, sizeof salt);

  plain = _beaver_cipher_decrypt (cipher, STORED, -1, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (plain, length, PLAIN, strlen (PLAIN));
  g_assert_cmpint (plain[length], ==, '\0');
  _beaver_cipher_wipe (plain, length);
  g_assert_true (_beaver_cipher_verify (cipher, VERIFIER, &error));
  g_assert_no_error (error);
}

/* What beaver-db 2.3.0 wrote: rows of tests/data/encrypted.db. */
static void
test_python_rows (void)
{
  static const struct
  {
    const char *stored, *plain;
  } rows[] = {
    { "Z0FBQUFBQnJBcE5qNGEtbS1CTEt6eFB5dEtyVDNhYkxtSXRrWFVDY29MVHJ4LXFCUlZlVnlmNzBNU0owQmx4dlVxVDBi"
      "OHVWRWdWUkVJckQ5VXd"
      "uUU8tZDd1cFhCazdkcnc9PQ==",
      "\"\"" },
    { "Z0FBQUFBQnJBcE5qMlRONDZlN2g2Rlk3TGlITlhudmdOUWpDSlZNaENsejJNcmxsZklGTm1qSWlfMmRkVDE1cjJrMWQ0"
      "T2Qzbm9MRUJvLVYyTld"
      "4WmhCV3hRdm5aSW5lYkE9PQ==",
      "1234" },
    { "Z0FBQUFBQnJBcE5qUk9CX2hMaTRPdU5XSzhCQjRlVUR3c19ybU5pQXFmYnV0Q0NPZllxb1pZQm1OWUFyeFM5ZURaOUxE"
      "cVFWTGxyclZ4cHdLc2t"
      "ETWpqMGV5S2l6b2I4eHFZbHdLZXU1Z1hVWmNGZGZKOUQ0S1E9",
      "{\"a\": [1, 2, {\"b\": null}]}" },
    { "Z0FBQUFBQnJBcE5qZ2IwcTQ0ZDR1eTItSlZVYWJEZlh5b1BnNDVhN2NEVkJ1dGRfY3dFS3dkLTdDWGtKZFo0VGFfY0xB"
      "YVdtVDFsSFFka1llZ3l"
      "DaEoybE5UMFBfdkxYeGQtVkFxR1ZtbEtSbDAzQlRaU2hNRDQ9",
      "\"s\\u00e9cret \\u2713\"" },
  };
  static const char verifier[] = "Z0FBQUFBQnJBcE5qeERwck5ncFZPYTd5TUJFSUM0ZDBjVUZYQk13NFZDbVdLNmNzd"
                                 "nVzYlBBT0ZyN21OTmN5QlZoSXRjUDByYlhjS0xvd1Z0bk9H"
                                 "bDdvSHVBazVRR2hQSHc9PQ==";
  g_autoptr (BeaverCipher) cipher = NULL, wrong = NULL;
  g_autoptr (GError) error = NULL;
  guint8 stored_salt[BEAVER_CIPHER_SALT_SIZE];

  g_assert_true (_beaver_cipher_salt_from_text ("MxYThjndr9cqfCforZgqFw==", stored_salt, &error));
  cipher = _beaver_cipher_new ("correct horse battery staple", -1, stored_salt, &error);
  g_assert_no_error (error);
  g_assert_true (_beaver_cipher_verify (cipher, verifier, &error));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *plain = _beaver_cipher_decrypt (cipher, rows[i].stored, -1, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (plain, ==, rows[i].plain);
    }

  wrong = _beaver_cipher_new ("correct horse battery stapler", -1, stored_salt, &error);
  g_assert_false (_beaver_cipher_verify (wrong, verifier, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
  g_clear_error (&error);
  g_assert_null (_beaver_cipher_decrypt (wrong, rows[0].stored, -1, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
}

static void
test_round_trip (void)
{
  g_autoptr (BeaverCipher) cipher = cipher_new ("\xc3\xa9\xe2\x9c\x93");
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_malloc (100000);

  for (gsize i = 0; i < 100000; i++)
    big[i] = i * 7;
  for (gsize length = 0; length <= 100000; length += length < 70 ? 1 : 9993)
    {
      g_autofree char *stored = _beaver_cipher_encrypt (cipher, big, length, &error);
      g_autofree char *again = _beaver_cipher_encrypt (cipher, big, length, &error);
      gsize read = 0;
      char *plain;

      g_assert_no_error (error);
      g_assert_cmpstr (stored, !=, again); /* a fresh IV each time */
      plain = _beaver_cipher_decrypt (cipher, stored, -1, &read, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (plain, read, big, length);
      _beaver_cipher_wipe (plain, read);
    }
}

static char *
twice (const guint8 *token, gsize length)
{
  g_autofree char *text = g_base64_encode (token, length);

  for (char *c = text; *c != '\0'; c++)
    *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
  return g_base64_encode ((const guint8 *) text, strlen (text));
}

/* No altered byte goes unnoticed, wherever it is. */
static void
test_altered (void)
{
  g_autoptr (BeaverCipher) cipher = cipher_new (SECRET);
  g_autoptr (GError) error = NULL;
  g_autofree char *stored =
      _beaver_cipher_encrypt_with (cipher, PLAIN, strlen (PLAIN), TIME, iv, &error);
  g_autofree char *text = NULL;
  g_autofree guint8 *token = NULL;
  gsize length, text_length;

  text = (char *) g_base64_decode (stored, &text_length);
  text = g_realloc (text, text_length + 1);
  text[text_length] = '\0';
  for (char *c = text; *c != '\0'; c++)
    *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
  token = g_base64_decode (text, &length);
  for (gsize i = 0; i < length; i++)
    for (guint bit = 0; bit < 8; bit += 3)
      {
        g_autofree char *bad = NULL;

        token[i] ^= 1 << bit;
        bad = twice (token, length);
        token[i] ^= 1 << bit;
        g_assert_null (_beaver_cipher_decrypt (cipher, bad, -1, NULL, &error));
        g_assert_error (error, BEAVER_ERROR, (i == 0 ? BEAVER_ERROR_CORRUPT : BEAVER_ERROR_SECRET));
        g_clear_error (&error);
      }
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree char *bad = twice (token, cut);

      g_assert_null (_beaver_cipher_decrypt (cipher, bad, -1, NULL, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
  {
    g_autofree char *good = twice (token, length);

    g_assert_cmpstr (good, ==, stored);
  }
}

static void
test_not_a_token (void)
{
  static const char *const cases[] = { "",           "\"plain\"",   "1",        "=",
                                       "====",       "A===",        "AA=A",     "not base64",
                                       "Z0FBQUFBQg", "Z0FBQUFBQg=", "\n\n\n\n", "++++",
                                       TOKEN,        "gAAA" };
  g_autoptr (BeaverCipher) cipher = cipher_new (SECRET);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (_beaver_cipher_decrypt (cipher, cases[i], -1, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
      g_clear_error (&error);
      g_assert_false (_beaver_cipher_verify (cipher, cases[i], &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
    }

  /* a good token of something else is no proof of the secret */
  {
    g_autoptr (GError) error = NULL;

    g_assert_false (_beaver_cipher_verify (cipher, STORED, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
  }
}

static void
test_bad_salts (void)
{
  static const char *const cases[] = {
    "", "AAEC", "AAECAwQFBgcICQoLDA0ODxA=", "AAECAwQFBgcICQoLDA0OD", "%%%%", "-_-_"
  };
  guint8 read[BEAVER_CIPHER_SALT_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (_beaver_cipher_salt_from_text (cases[i], read, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
    }
  {
    g_autoptr (GError) error = NULL;
    guint8 first[BEAVER_CIPHER_SALT_SIZE], second[BEAVER_CIPHER_SALT_SIZE];

    g_assert_true (_beaver_cipher_make_salt (first, &error));
    g_assert_true (_beaver_cipher_make_salt (second, &error));
    g_assert_cmpint (memcmp (first, second, sizeof first), !=, 0);
  }
}

static void
test_secret_hash (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = _beaver_secret_hash (SECRET, -1, SALT_TEXT, &error);

  g_assert_no_error (error);
  /* the derived key of the vectors, as base64 */
  g_assert_cmpstr (hash, ==, "V/LC8HOXSNUWQZsGKohGZjI8WD6krhZVBKgfe1PGKgk=");
  g_assert_true (_beaver_secret_matches (SECRET, -1, SALT_TEXT, hash, &error));
  g_assert_false (_beaver_secret_matches (SECRET "r", -1, SALT_TEXT, hash, &error));
  g_assert_no_error (error);
  g_assert_false (_beaver_secret_matches (SECRET, -1, SALT_TEXT, "short", &error));
  g_assert_no_error (error);
  g_assert_false (_beaver_secret_matches (SECRET, -1, "no salt", hash, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
}

static void
test_unsupported (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (_beaver_cipher_new (SECRET, -1, salt, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (_beaver_secret_hash (SECRET, -1, SALT_TEXT, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCipher) cipher = NULL;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 16; i++)
    {
      salt[i] = i;
      iv[i] = 16 + i;
    }
  cipher = _beaver_cipher_new (SECRET, -1, salt, &error);
  if (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED))
    {
      g_test_add_func ("/cipher/unsupported", test_unsupported);
      return g_test_run ();
    }
  g_test_add_func ("/cipher/key", test_key);
  g_test_add_func ("/cipher/vectors", test_vectors);
  g_test_add_func ("/cipher/python-rows", test_python_rows);
  g_test_add_func ("/cipher/round-trip", test_round_trip);
  g_test_add_func ("/cipher/altered", test_altered);
  g_test_add_func ("/cipher/not-a-token", test_not_a_token);
  g_test_add_func ("/cipher/bad-salts", test_bad_salts);
  g_test_add_func ("/cipher/secret-hash", test_secret_hash);
  return g_test_run ();
}
