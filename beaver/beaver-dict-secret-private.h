/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-long-op-private.h>
#include <beaver/engine/beaver-cipher-private.h>

G_BEGIN_DECLS

/* One secret of a dict: the derived key, and the metadata row that belongs to it. Constant. */
typedef struct
{
  gatomicrefcount ref_count;
  char *metadata; /* the value of the row in dict __security__, to the byte */
  guint8 salt[BEAVER_CIPHER_SALT_SIZE];
  BeaverCipher *cipher;
} BeaverDictKey;

/* A fresh salt: tens of milliseconds. */
BeaverDictKey *_beaver_dict_key_new (const char *secret, GError **error);
/* The key to an existing row, checked: BEAVER_ERROR_SECRET when it is not the right secret. */
BeaverDictKey *_beaver_dict_key_open (const char *secret, const char *metadata, GError **error);
BeaverDictKey *_beaver_dict_key_ref (BeaverDictKey *self);
void _beaver_dict_key_unref (BeaverDictKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverDictKey, _beaver_dict_key_unref)

/* The metadata row of a dict (transfer full), NULL when there is none. */
gboolean _beaver_dict_read_security (BeaverConnection *connection,
                                     const char *dict_name,
                                     char **metadata,
                                     GError **error);
gboolean _beaver_dict_write_security (BeaverConnection *connection,
                                      const char *dict_name,
                                      const char *metadata,
                                      GError **error);

/* The state behind the codec of shared: keys that values may be met in. */
typedef struct _BeaverDictSecretState BeaverDictSecretState;
BeaverDictSecretState *_beaver_dict_secret_state (BeaverDictShared *shared); /* nullable */
/* A key that the file is about to be written in: readers accept it from now on. */
void _beaver_dict_secret_expect (BeaverDictSecretState *self, BeaverDictKey *key);
/* What _expect() announced came true, or did not. */
void _beaver_dict_secret_settle (BeaverDictSecretState *self, BeaverDictKey *key, gboolean ok);

void _beaver_dict_wipe (char *secret);

G_END_DECLS
