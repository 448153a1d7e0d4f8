/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "beaver-cipher-private.h"

/* Layout of a token (Fernet): version, seconds (8 bytes, big endian), IV, AES-128-CBC blocks,
 * HMAC-SHA256 of all before it. */
#define VERSION 0x80
#define HEADER_SIZE (1 + 8 + BEAVER_CIPHER_IV_SIZE)
#define BLOCK_SIZE 16
#define MAC_SIZE 32
#define ITERATIONS 100000
#define VERIFIER_TEXT "beaver-secure"
/* the first half of the key signs, the second one encrypts */
#define SIGN_SIZE 16

#if HAVE_CRYPTO
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

struct _BeaverCipher
{
  gatomicrefcount ref_count;
  guint8 key[BEAVER_CIPHER_KEY_SIZE];
};

static void
set_crypto_error (GError **error, const char *what)
{
  unsigned long code = ERR_get_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FAILED, _ ("libcrypto failed at %s: %s"), what,
               reason != NULL ? reason : _ ("no reason given"));
}

static gboolean
derive (const char *secret, gssize length, const guint8 *salt, guint8 *key, GError **error)
{
  gsize size = length < 0 ? strlen (secret) : (gsize) length;

  if (size > G_MAXINT)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("The secret is too long"));
      return FALSE;
    }
  if (PKCS5_PBKDF2_HMAC (secret, size, salt, BEAVER_CIPHER_SALT_SIZE, ITERATIONS, EVP_sha256 (),
                         BEAVER_CIPHER_KEY_SIZE, key) != 1)
    {
      set_crypto_error (error, "PBKDF2");
      return FALSE;
    }
  return TRUE;
}

BeaverCipher *
_beaver_cipher_new (const char *secret, gssize length, const guint8 *salt, GError **error)
{
  g_autoptr (BeaverCipher) self = g_new0 (BeaverCipher, 1);

  g_atomic_ref_count_init (&self->ref_count);
  if (!derive (secret, length, salt, self->key, error))
    return NULL;
  return g_steal_pointer (&self);
}

BeaverCipher *
_beaver_cipher_ref (BeaverCipher *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_cipher_unref (BeaverCipher *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
}

const guint8 *
_beaver_cipher_get_key (BeaverCipher *self)
{
  return self->key;
}

void
_beaver_cipher_wipe (char *plain, gssize length)
{
  if (plain == NULL)
    return;
  OPENSSL_cleanse (plain, length < 0 ? strlen (plain) : (gsize) length);
  g_free (plain);
}

static char *
base64_encode (const guint8 *bytes, gsize length, gboolean url_safe)
{
  char *text = g_base64_encode (bytes, length);

  if (url_safe)
    for (char *c = text; *c != '\0'; c++)
      *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
  return text;
}

/* Strict: nothing but the alphabet and the padding that belongs there. NULL otherwise. */
static guint8 *
base64_decode (const char *text, gsize length, gboolean url_safe, gsize *size)
{
  g_autofree char *plain = NULL;
  gsize padding = 0;

  if (length == 0 || length % 4 != 0)
    return NULL;
  plain = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (c == '=' && i + 2 >= length)
        padding++;
      else if (padding > 0 ||
               !(g_ascii_isalnum (c) || c == (url_safe ? '-' : '+') || c == (url_safe ? '_' : '/')))
        return NULL;
      plain[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
  plain[length] = '\0';
  return g_base64_decode (plain, size);
}

static gboolean
sign (BeaverCipher *self, const guint8 *bytes, gsize length, guint8 *mac, GError **error)
{
  unsigned int size = MAC_SIZE;

  if (HMAC (EVP_sha256 (), self->key, SIGN_SIZE, bytes, length, mac, &size) != NULL)
    return TRUE;
  set_crypto_error (error, "HMAC");
  return FALSE;
}

/* The token's text, once base64 encoded. */
static char *
make_token (BeaverCipher *self,
            const char *plain,
            gsize length,
            guint64 time,
            const guint8 *iv,
            GError **error)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree guint8 *token = NULL;
  gsize size = HEADER_SIZE;
  int written = 0;

  if (length > G_MAXINT / 2)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("A value of %lu bytes is too long to be encrypted"), (unsigned long) length);
      return NULL;
    }
  token = g_malloc (HEADER_SIZE + length + BLOCK_SIZE + MAC_SIZE);
  token[0] = VERSION;
  for (guint i = 0; i < 8; i++)
    token[1 + i] = time >> (56 - 8 * i);
  memcpy (token + 9, iv, BEAVER_CIPHER_IV_SIZE);

  context = EVP_CIPHER_CTX_new ();
  if (context == NULL ||
      EVP_EncryptInit_ex (context, EVP_aes_128_cbc (), NULL, self->key + SIGN_SIZE, iv) != 1 ||
      EVP_EncryptUpdate (context, token + size, &written, (const guint8 *) plain, length) != 1)
    {
      set_crypto_error (error, "AES");
      return NULL;
    }
  size += written;
  if (EVP_EncryptFinal_ex (context, token + size, &written) != 1)
    {
      set_crypto_error (error, "AES");
      return NULL;
    }
  size += written;
  if (!sign (self, token, size, token + size, error))
    return NULL;
  return base64_encode (token, size + MAC_SIZE, TRUE);
}

static char *
make_stored (BeaverCipher *self,
             const char *plain,
             gsize length,
             guint64 time,
             const guint8 *iv,
             gboolean url_safe,
             GError **error)
{
  g_autofree char *token = make_token (self, plain, length, time, iv, error);

  return token != NULL ? base64_encode ((const guint8 *) token, strlen (token), url_safe) : NULL;
}

static gboolean
fill_random (guint8 *bytes, gsize size, GError **error)
{
  if (RAND_bytes (bytes, size) == 1)
    return TRUE;
  set_crypto_error (error, "RAND");
  return FALSE;
}

static guint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

char *
_beaver_cipher_encrypt_with (BeaverCipher *self,
                             const char *plain,
                             gsize length,
                             guint64 time,
                             const guint8 *iv,
                             GError **error)
{
  return make_stored (self, plain, length, time, iv, TRUE, error);
}

char *
_beaver_cipher_encrypt (BeaverCipher *self, const char *plain, gssize length, GError **error)
{
  guint8 iv[BEAVER_CIPHER_IV_SIZE];

  if (!fill_random (iv, sizeof iv, error))
    return NULL;
  return make_stored (self, plain, length < 0 ? strlen (plain) : (gsize) length, now (), iv, TRUE,
                      error);
}

static char *
not_a_token (GError **error)
{
  g_set_error (
      error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
      _ ("This is not an encrypted value; it was written without the secret, or it is damaged"));
  return NULL;
}

static char *
open_stored (BeaverCipher *self,
             const char *stored,
             gsize stored_length,
             gboolean url_safe,
             gsize *length,
             GError **error)
{
  g_autoptr (EVP_CIPHER_CTX) context = NULL;
  g_autofree char *text = NULL;
  g_autofree guint8 *token = NULL;
  guint8 mac[MAC_SIZE];
  gsize text_size = 0, size = 0, written;
  int part = 0, rest = 0;
  guint8 *plain;

  text = (char *) base64_decode (stored, stored_length, url_safe, &text_size);
  if (text == NULL)
    return not_a_token (error);
  token = base64_decode (text, text_size, TRUE, &size);
  if (token == NULL || size < HEADER_SIZE + BLOCK_SIZE + MAC_SIZE || token[0] != VERSION ||
      (size - HEADER_SIZE - MAC_SIZE) % BLOCK_SIZE != 0 || size > G_MAXINT)
    return not_a_token (error);

  size -= MAC_SIZE;
  if (!sign (self, token, size, mac, error))
    return NULL;
  if (CRYPTO_memcmp (mac, token + size, MAC_SIZE) != 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
                   _ ("The value was encrypted with another secret, or it was altered"));
      return NULL;
    }

  plain = g_malloc (size - HEADER_SIZE + 1);
  context = EVP_CIPHER_CTX_new ();
  if (context == NULL ||
      EVP_DecryptInit_ex (context, EVP_aes_128_cbc (), NULL, self->key + SIGN_SIZE, token + 9) !=
          1 ||
      EVP_DecryptUpdate (context, plain, &part, token + HEADER_SIZE, size - HEADER_SIZE) != 1 ||
      EVP_DecryptFinal_ex (context, plain + part, &rest) != 1)
    {
      ERR_clear_error ();
      _beaver_cipher_wipe ((char *) plain, size - HEADER_SIZE);
      return not_a_token (error); /* signed, and badly padded all the same */
    }
  written = (gsize) part + rest;
  plain[written] = '\0';
  if (length != NULL)
    *length = written;
  return (char *) plain;
}

char *
_beaver_cipher_decrypt (BeaverCipher *self,
                        const char *stored,
                        gssize stored_length,
                        gsize *length,
                        GError **error)
{
  return open_stored (self, stored, stored_length < 0 ? strlen (stored) : (gsize) stored_length,
                      TRUE, length, error);
}

gboolean
_beaver_cipher_make_salt (guint8 *salt, GError **error)
{
  return fill_random (salt, BEAVER_CIPHER_SALT_SIZE, error);
}

char *
_beaver_cipher_salt_to_text (const guint8 *salt)
{
  return base64_encode (salt, BEAVER_CIPHER_SALT_SIZE, FALSE);
}

gboolean
_beaver_cipher_salt_from_text (const char *text, guint8 *salt, GError **error)
{
  gsize size = 0;
  g_autofree guint8 *bytes = base64_decode (text, strlen (text), FALSE, &size);

  if (bytes == NULL || size != BEAVER_CIPHER_SALT_SIZE)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                   _ ("The stored salt is damaged: it is not the base64 text of %d bytes"),
                   BEAVER_CIPHER_SALT_SIZE);
      return FALSE;
    }
  memcpy (salt, bytes, size);
  return TRUE;
}

char *
_beaver_cipher_make_verifier_with (BeaverCipher *self,
                                   guint64 time,
                                   const guint8 *iv,
                                   GError **error)
{
  return make_stored (self, VERIFIER_TEXT, strlen (VERIFIER_TEXT), time, iv, FALSE, error);
}

char *
_beaver_cipher_make_verifier (BeaverCipher *self, GError **error)
{
  guint8 iv[BEAVER_CIPHER_IV_SIZE];

  if (!fill_random (iv, sizeof iv, error))
    return NULL;
  return _beaver_cipher_make_verifier_with (self, now (), iv, error);
}

gboolean
_beaver_cipher_verify (BeaverCipher *self, const char *verifier, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  g_autofree char *plain = open_stored (self, verifier, strlen (verifier), FALSE, &length, &local);

  if (plain != NULL && length == strlen (VERIFIER_TEXT) &&
      memcmp (plain, VERIFIER_TEXT, length) == 0)
    return TRUE;
  if (g_error_matches (local, BEAVER_ERROR, BEAVER_ERROR_SECRET))
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET, _ ("The secret is wrong"));
  else if (local != NULL && !g_error_matches (local, BEAVER_ERROR, BEAVER_ERROR_CORRUPT))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                 _ ("The stored proof of the secret is damaged; the secret cannot be checked"));
  return FALSE;
}

char *
_beaver_secret_hash (const char *text, gssize length, const char *salt, GError **error)
{
  guint8 bytes[BEAVER_CIPHER_SALT_SIZE], key[BEAVER_CIPHER_KEY_SIZE];
  char *hash;

  if (!_beaver_cipher_salt_from_text (salt, bytes, error) ||
      !derive (text, length, bytes, key, error))
    return NULL;
  hash = base64_encode (key, sizeof key, FALSE);
  OPENSSL_cleanse (key, sizeof key);
  return hash;
}

gboolean
_beaver_secret_matches (const char *text,
                        gssize length,
                        const char *salt,
                        const char *hash,
                        GError **error)
{
  g_autofree char *derived = _beaver_secret_hash (text, length, salt, error);
  gsize size;

  if (derived == NULL)
    return FALSE;
  size = strlen (derived);
  return strlen (hash) == size && CRYPTO_memcmp (derived, hash, size) == 0;
}

#else /* !HAVE_CRYPTO */

static gpointer
unsupported (GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
               _ ("This build of libbeaver has no libcrypto and cannot work with secrets"));
  return NULL;
}

BeaverCipher *
_beaver_cipher_new (const char *secret, gssize length, const guint8 *salt, GError **error)
{
  return unsupported (error);
}

BeaverCipher *
_beaver_cipher_ref (BeaverCipher *self)
{
  return self;
}

void
_beaver_cipher_unref (BeaverCipher *self)
{
}

const guint8 *
_beaver_cipher_get_key (BeaverCipher *self)
{
  return NULL;
}

void
_beaver_cipher_wipe (char *plain, gssize length)
{
  g_free (plain);
}

char *
_beaver_cipher_encrypt_with (BeaverCipher *self,
                             const char *plain,
                             gsize length,
                             guint64 time,
                             const guint8 *iv,
                             GError **error)
{
  return unsupported (error);
}

char *
_beaver_cipher_encrypt (BeaverCipher *self, const char *plain, gssize length, GError **error)
{
  return unsupported (error);
}

char *
_beaver_cipher_decrypt (BeaverCipher *self,
                        const char *stored,
                        gssize stored_length,
                        gsize *length,
                        GError **error)
{
  return unsupported (error);
}

gboolean
_beaver_cipher_make_salt (guint8 *salt, GError **error)
{
  return unsupported (error) != NULL;
}

char *
_beaver_cipher_salt_to_text (const guint8 *salt)
{
  return g_base64_encode (salt, BEAVER_CIPHER_SALT_SIZE);
}

gboolean
_beaver_cipher_salt_from_text (const char *text, guint8 *salt, GError **error)
{
  return unsupported (error) != NULL;
}

char *
_beaver_cipher_make_verifier_with (BeaverCipher *self,
                                   guint64 time,
                                   const guint8 *iv,
                                   GError **error)
{
  return unsupported (error);
}

char *
_beaver_cipher_make_verifier (BeaverCipher *self, GError **error)
{
  return unsupported (error);
}

gboolean
_beaver_cipher_verify (BeaverCipher *self, const char *verifier, GError **error)
{
  return unsupported (error) != NULL;
}

char *
_beaver_secret_hash (const char *text, gssize length, const char *salt, GError **error)
{
  return unsupported (error);
}

gboolean
_beaver_secret_matches (const char *text,
                        gssize length,
                        const char *salt,
                        const char *hash,
                        GError **error)
{
  return unsupported (error) != NULL;
}

#endif
