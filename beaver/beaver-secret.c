/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-secret.h>
#include <beaver/engine/beaver-cipher-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverSecret:
 *
 * A text that can be recognised and not be read: what is kept of a password.
 *
 * Holds a salt and a hash (PBKDF2 with SHA-256, 100,000 rounds). As JSON it is what Python's
 * beaver-db stores for its `Secret`, so that it can be a value of a dict or a member of one:
 *
 * ```c
 * g_autoptr (BeaverSecret) secret = beaver_secret_new ("correct horse", &error);
 * g_autofree char *json = beaver_secret_to_json (secret);
 *
 * beaver_dict_set_json (users, "ann", json, NULL, &error);
 * ```
 *
 * Immutable; may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverSecret
{
  GObject parent_instance;

  char *hash;
  char *salt;
};

G_DEFINE_FINAL_TYPE (BeaverSecret, beaver_secret, G_TYPE_OBJECT)

static void
beaver_secret_finalize (GObject *object)
{
  BeaverSecret *self = BEAVER_SECRET (object);

  g_free (self->hash);
  g_free (self->salt);
  G_OBJECT_CLASS (beaver_secret_parent_class)->finalize (object);
}

static void
beaver_secret_class_init (BeaverSecretClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_secret_finalize;
}

static void
beaver_secret_init (BeaverSecret *self)
{
}

static BeaverSecret *
secret_take (char *hash, char *salt)
{
  BeaverSecret *self = g_object_new (BEAVER_TYPE_SECRET, NULL);

  self->hash = hash;
  self->salt = salt;
  return self;
}

/**
 * beaver_secret_new:
 * @text: what to recognise later, UTF-8
 * @error: return location for an error
 *
 * Hashes a text with a fresh salt. Takes tens of milliseconds, on purpose.
 *
 * Without libcrypto this answers %BEAVER_ERROR_UNSUPPORTED.
 *
 * Returns: (transfer full): what is left of it; %NULL on error
 *
 * Since: 1.0
 */
BeaverSecret *
beaver_secret_new (const char *text, GError **error)
{
  guint8 bytes[BEAVER_CIPHER_SALT_SIZE];
  g_autofree char *salt = NULL;
  char *hash;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("the text is not UTF-8; convert it first"));
      return NULL;
    }
  if (!_beaver_cipher_make_salt (bytes, error))
    return NULL;
  salt = _beaver_cipher_salt_to_text (bytes);
  hash = _beaver_secret_hash (text, -1, salt, error);
  return hash != NULL ? secret_take (hash, g_steal_pointer (&salt)) : NULL;
}

static char *
base64_member (const char *json, const char *name, gsize size)
{
  gsize length, decoded_length;
  const char *raw = _beaver_json_path_find (json, -1, name, &length);
  g_autoptr (BeaverJsonReader) reader = NULL;
  g_autofree guchar *decoded = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  if (raw == NULL)
    return NULL;
  reader = _beaver_json_reader_new (raw, (gssize) length);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_STRING)
    return NULL;
  text = g_strdup (_beaver_json_reader_string (reader, NULL));
  decoded = g_base64_decode (text, &decoded_length);
  again = g_base64_encode (decoded, decoded_length);
  return decoded_length == size && g_str_equal (text, again) ? g_steal_pointer (&text) : NULL;
}

/**
 * beaver_secret_new_from_json:
 * @json: an object with the members `hash` and `salt`
 * @error: return location for an error
 *
 * Takes up what [method@Beaver.Secret.to_json], or Python, has written.
 *
 * Returns: (transfer full): a secret; %NULL with %BEAVER_ERROR_INVALID when it is none
 *
 * Since: 1.0
 */
BeaverSecret *
beaver_secret_new_from_json (const char *json, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *salt = NULL;

  g_return_val_if_fail (json != NULL, NULL);

  if (!_beaver_json_check (json, -1, error))
    return NULL;
  hash = base64_member (json, "hash", BEAVER_CIPHER_KEY_SIZE);
  salt = base64_member (json, "salt", BEAVER_CIPHER_SALT_SIZE);
  if (hash == NULL || salt == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("this is no secret; it needs a hash (32 bytes) and a salt (16 bytes) "
                              "in base64"));
      return NULL;
    }
  return secret_take (g_steal_pointer (&hash), g_steal_pointer (&salt));
}

/**
 * beaver_secret_matches:
 * @self: a secret
 * @text: a text
 *
 * Whether this is the secret of @text. Takes tens of milliseconds, the same for a right and a wrong
 * one.
 *
 * Returns: %TRUE when it is
 *
 * Since: 1.0
 */
gboolean
beaver_secret_matches (BeaverSecret *self, const char *text)
{
  g_return_val_if_fail (BEAVER_IS_SECRET (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  return self->hash != NULL && _beaver_secret_matches (text, -1, self->salt, self->hash, NULL);
}

/**
 * beaver_secret_equal:
 * @self: a secret
 * @other: (nullable): another one
 *
 * Whether both hold the same salt and hash. Two secrets of one text do not: their salts differ.
 *
 * Returns: %TRUE when they do
 *
 * Since: 1.0
 */
gboolean
beaver_secret_equal (BeaverSecret *self, BeaverSecret *other)
{
  g_return_val_if_fail (BEAVER_IS_SECRET (self), FALSE);
  g_return_val_if_fail (other == NULL || BEAVER_IS_SECRET (other), FALSE);

  return other != NULL && g_strcmp0 (self->hash, other->hash) == 0 &&
         g_strcmp0 (self->salt, other->salt) == 0;
}

/**
 * beaver_secret_to_json:
 * @self: a secret
 *
 * Writes it as JSON, to be stored.
 *
 * Returns: (transfer full): an object with `hash` and `salt`
 *
 * Since: 1.0
 */
char *
beaver_secret_to_json (BeaverSecret *self)
{
  g_return_val_if_fail (BEAVER_IS_SECRET (self), NULL);

  return g_strdup_printf ("{\"hash\": \"%s\", \"salt\": \"%s\"}",
                          self->hash != NULL ? self->hash : "",
                          self->salt != NULL ? self->salt : "");
}

/**
 * beaver_secret_to_string:
 * @self: a secret
 *
 * A text for messages and logs, which tells nothing.
 *
 * Returns: (transfer full): `Secret(**********)`
 *
 * Since: 1.0
 */
char *
beaver_secret_to_string (BeaverSecret *self)
{
  g_return_val_if_fail (BEAVER_IS_SECRET (self), NULL);

  return g_strdup ("Secret(**********)");
}
