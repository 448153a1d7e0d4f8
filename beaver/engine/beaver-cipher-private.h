/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* Encrypted values of dicts (spec, section 4.3) and the one-way Secret (4.4). Without libcrypto all
 * that can fail answers BEAVER_ERROR_UNSUPPORTED.
 *
 * Deriving a key takes tens of milliseconds on purpose: never do it inside a unit of work that
 * holds the write lock. */

#define BEAVER_CIPHER_SALT_SIZE 16
#define BEAVER_CIPHER_IV_SIZE 16
#define BEAVER_CIPHER_KEY_SIZE 32

/* A derived key. Never changes, any thread may use it; wiped with the last reference. */
typedef struct _BeaverCipher BeaverCipher;

/* length: of the secret in bytes, -1 for a NUL-terminated one; salt: BEAVER_CIPHER_SALT_SIZE bytes.
 */
BeaverCipher *
_beaver_cipher_new (const char *secret, gssize length, const guint8 *salt, GError **error);
BeaverCipher *_beaver_cipher_ref (BeaverCipher *self);
void _beaver_cipher_unref (BeaverCipher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverCipher, _beaver_cipher_unref)
/* For tests. */
const guint8 *_beaver_cipher_get_key (BeaverCipher *self);

/* The text that goes into the column: a Fernet token, base64 encoded once more. */
char *_beaver_cipher_encrypt (BeaverCipher *self, const char *plain, gssize length, GError **error);
/* The same from a given time (Unix seconds) and IV (BEAVER_CIPHER_IV_SIZE bytes): for tests, never
 * use an IV twice. */
char *_beaver_cipher_encrypt_with (BeaverCipher *self,
                                   const char *plain,
                                   gsize length,
                                   guint64 time,
                                   const guint8 *iv,
                                   GError **error);
/* The plain bytes, NUL-terminated; length may be NULL. BEAVER_ERROR_CORRUPT for what is no token at
 * all (a value that somebody wrote in plain, for one), BEAVER_ERROR_SECRET for a token of another
 * key or one that was altered. Free with _beaver_cipher_wipe(). */
char *_beaver_cipher_decrypt (BeaverCipher *self,
                              const char *stored,
                              gssize stored_length,
                              gsize *length,
                              GError **error);
/* Overwrites and frees what _beaver_cipher_decrypt() returned. */
void _beaver_cipher_wipe (char *plain, gssize length);

/* What the metadata of an encrypted dict hold: the salt in standard base64 ... */
gboolean _beaver_cipher_make_salt (guint8 *salt, GError **error);
char *_beaver_cipher_salt_to_text (const guint8 *salt);
/* BEAVER_ERROR_CORRUPT unless it is the base64 of 16 bytes. */
gboolean _beaver_cipher_salt_from_text (const char *text, guint8 *salt, GError **error);
/* ... and a token that only the right key opens. */
char *_beaver_cipher_make_verifier (BeaverCipher *self, GError **error);
char *_beaver_cipher_make_verifier_with (BeaverCipher *self,
                                         guint64 time,
                                         const guint8 *iv,
                                         GError **error);
/* BEAVER_ERROR_SECRET when the key is another one, BEAVER_ERROR_CORRUPT when the verifier is
 * damaged. */
gboolean _beaver_cipher_verify (BeaverCipher *self, const char *verifier, GError **error);

/* The one-way Secret: base64 of the derived key. salt as text, as in the stored JSON. */
char *_beaver_secret_hash (const char *text, gssize length, const char *salt, GError **error);
/* Whether text is what was hashed, in constant time. FALSE without error when it is not. */
gboolean _beaver_secret_matches (const char *text,
                                 gssize length,
                                 const char *salt,
                                 const char *hash,
                                 GError **error);

G_END_DECLS
