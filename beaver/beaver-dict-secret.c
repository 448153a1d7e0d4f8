/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-dict-secret-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-json-private.h>

#define SECURITY "__security__"

static const char SQL_READ[] =
    "SELECT value FROM __beaver_dicts__ WHERE dict_name = '" SECURITY "' AND key = $1";
static const char SQL_WRITE[] =
    "INSERT INTO __beaver_dicts__ (dict_name, key, value, expires_at)"
    " VALUES ('" SECURITY "', $1, $2, NULL)"
    " ON CONFLICT (dict_name, key) DO UPDATE SET value = excluded.value, expires_at = NULL";
static const char SQL_HAS_ROWS[] = "SELECT 1 FROM __beaver_dicts__ WHERE dict_name = $1"
                                   " AND (expires_at IS NULL OR expires_at >= $2) LIMIT 1";

static const char SQL_CLEAR[] = "DELETE FROM __beaver_dicts__ WHERE dict_name = $1";
static const char SQL_CLEAR_TRUST[] =
    "DELETE FROM __beaver_x_field_trust__ WHERE kind = 'dict' AND name = $1";
static const char SQL_CLEAR_INDEXES[] =
    "DELETE FROM __beaver_field_index_manifest__ WHERE kind = 'dict' AND name = $1";

/* The optimiser may not leave this out. */
void
_beaver_dict_wipe (char *secret)
{
  volatile char *c = secret;

  if (secret == NULL)
    return;
  while (*c != '\0')
    *c++ = '\0';
  g_free (secret);
}

/* Keys */

static BeaverDictKey *
key_new (const char *secret, const guint8 *salt, GError **error)
{
  BeaverCipher *cipher = _beaver_cipher_new (secret, -1, salt, error);
  BeaverDictKey *self;

  if (cipher == NULL)
    return NULL;
  self = g_new0 (BeaverDictKey, 1);
  g_atomic_ref_count_init (&self->ref_count);
  memcpy (self->salt, salt, sizeof self->salt);
  self->cipher = cipher;
  return self;
}

BeaverDictKey *
_beaver_dict_key_ref (BeaverDictKey *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_dict_key_unref (BeaverDictKey *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  _beaver_cipher_unref (self->cipher);
  g_free (self->metadata);
  g_free (self);
}

BeaverDictKey *
_beaver_dict_key_new (const char *secret, GError **error)
{
  guint8 salt[BEAVER_CIPHER_SALT_SIZE];
  g_autofree char *salt_text = NULL;
  g_autofree char *verifier = NULL;
  g_autoptr (BeaverDictKey) self = NULL;
  GString *metadata;

  if (!_beaver_cipher_make_salt (salt, error))
    return NULL;
  self = key_new (secret, salt, error);
  if (self == NULL)
    return NULL;
  verifier = _beaver_cipher_make_verifier (self->cipher, error);
  if (verifier == NULL)
    return NULL;
  salt_text = _beaver_cipher_salt_to_text (salt);
  metadata = g_string_new (NULL);
  g_string_printf (metadata, "{\"salt\": \"%s\", \"verifier\": \"%s\", \"created_at\": ", salt_text,
                   verifier);
  _beaver_json_append_double (metadata, (double) g_get_real_time () / G_USEC_PER_SEC);
  g_string_append_c (metadata, '}');
  self->metadata = g_string_free (metadata, FALSE);
  return g_steal_pointer (&self);
}

static char *
member (const char *json, const char *name)
{
  gsize length;
  const char *raw = _beaver_json_path_find (json, -1, name, &length);
  g_autoptr (BeaverJsonReader) reader = NULL;

  if (raw == NULL)
    return NULL;
  reader = _beaver_json_reader_new (raw, (gssize) length);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_STRING)
    return NULL;
  return g_strdup (_beaver_json_reader_string (reader, NULL));
}

BeaverDictKey *
_beaver_dict_key_open (const char *secret, const char *metadata, GError **error)
{
  g_autofree char *salt_text = NULL;
  g_autofree char *verifier = NULL;
  g_autoptr (BeaverDictKey) self = NULL;
  g_autoptr (GError) local_error = NULL;
  guint8 salt[BEAVER_CIPHER_SALT_SIZE];

  if (_beaver_json_check (metadata, -1, NULL))
    {
      salt_text = member (metadata, "salt");
      verifier = member (metadata, "verifier");
    }
  if (salt_text == NULL || verifier == NULL ||
      !_beaver_cipher_salt_from_text (salt_text, salt, NULL))
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
          _ ("what the file holds about the secret is damaged; restore the row of this dict in "
             "dict “%s” from a backup"),
          SECURITY);
      return NULL;
    }
  self = key_new (secret, salt, error);
  if (self == NULL)
    return NULL;
  if (!_beaver_cipher_verify (self->cipher, verifier, &local_error))
    {
      if (g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_SECRET))
        g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_SECRET, _ ("the secret is wrong"));
      else
        g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  self->metadata = g_strdup (metadata);
  return g_steal_pointer (&self);
}

static gboolean
is_same_key (BeaverDictKey *a, BeaverDictKey *b)
{
  const guint8 *x = _beaver_cipher_get_key (a->cipher);
  const guint8 *y = _beaver_cipher_get_key (b->cipher);
  guint8 differs = 0;

  for (guint i = 0; i < BEAVER_CIPHER_KEY_SIZE; i++)
    differs |= x[i] ^ y[i];
  return differs == 0;
}

/* Rows */

gboolean
_beaver_dict_read_security (BeaverConnection *connection,
                            const char *dict_name,
                            char **metadata,
                            GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_READ, error);
  BeaverStep step;

  *metadata = NULL;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, dict_name, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    *metadata = _beaver_statement_dup_text (statement, 0);
  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_dict_write_security (BeaverConnection *connection,
                             const char *dict_name,
                             const char *metadata,
                             GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_WRITE, error);

  if (statement == NULL)
    return FALSE;
  /* others remember that the dict was not encrypted */
  _beaver_connection_end_epoch (connection);
  _beaver_statement_bind_text (statement, 1, dict_name, -1);
  _beaver_statement_bind_text (statement, 2, metadata, -1);
  /* Who remembers that the dict is plain has to look again. */
  _beaver_connection_end_epoch (connection);
  return _beaver_statement_run (statement, error);
}

static gboolean
has_rows (BeaverConnection *connection, const char *dict_name, gboolean *found, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_HAS_ROWS, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, dict_name, -1);
  _beaver_statement_bind_double (statement, 2, (double) g_get_real_time () / G_USEC_PER_SEC);
  step = _beaver_statement_step (statement, error);
  *found = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

static gboolean
run_named (BeaverConnection *connection, const char *sql, const char *dict_name, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, dict_name, -1);
  return _beaver_statement_run (statement, error);
}

/* What is left of a plain dict has expired, and does not stay in the clear; nor do its indexes,
 * which an encrypted one cannot have. */
static gboolean
remove_plain (BeaverConnection *connection, const char *dict_name, GError **error)
{
  int guarded = _beaver_field_guard_exists (connection, error);

  return guarded >= 0 && run_named (connection, SQL_CLEAR, dict_name, error) &&
         (!guarded || run_named (connection, SQL_CLEAR_TRUST, dict_name, error)) &&
         run_named (connection, SQL_CLEAR_INDEXES, dict_name, error) &&
         _beaver_field_index_clear (connection, "dict", dict_name, error);
}

static gboolean
set_plain_error (GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("the dict holds entries that are not encrypted; move them into one that "
                          "is, or clear it first"));
  return FALSE;
}

/* State */

struct _BeaverDictSecretState
{
  GMutex lock;
  GPtrArray *keys; /* (lock) (element-type BeaverDictKey) the first is the one in use, then those
                      that values of older snapshots, or of the next moment, are in */
  BeaverDictKey *writer; /* (lock) of the write unit that runs, of which there is one at a time */
  char *secret;          /* (lock) while no row in the file says which salt it goes with */
};

static BeaverDictSecretState *
state_new (BeaverDictKey *key, const char *secret)
{
  BeaverDictSecretState *self = g_new0 (BeaverDictSecretState, 1);

  g_mutex_init (&self->lock);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_dict_key_unref);
  g_ptr_array_add (self->keys, _beaver_dict_key_ref (key));
  self->secret = g_strdup (secret);
  return self;
}

static void
state_free (gpointer pointer)
{
  BeaverDictSecretState *self = pointer;

  g_mutex_clear (&self->lock);
  g_ptr_array_unref (self->keys);
  g_clear_pointer (&self->writer, _beaver_dict_key_unref);
  _beaver_dict_wipe (self->secret);
  g_free (self);
}

/* Holds the lock. */
static void
use_key_locked (BeaverDictSecretState *self, BeaverDictKey *key)
{
  guint place;

  if (g_ptr_array_find (self->keys, key, &place))
    {
      g_ptr_array_insert (self->keys, 0, g_ptr_array_steal_index (self->keys, place));
      return;
    }
  g_ptr_array_insert (self->keys, 0, _beaver_dict_key_ref (key));
}

static BeaverDictKey *
find_key_locked (BeaverDictSecretState *self, const char *metadata)
{
  for (guint i = 0; i < self->keys->len; i++)
    {
      BeaverDictKey *key = g_ptr_array_index (self->keys, i);

      if (g_str_equal (key->metadata, metadata))
        return key;
    }
  return NULL;
}

static void
write_in (BeaverDictSecretState *self, BeaverDictKey *key)
{
  g_clear_pointer (&self->writer, _beaver_dict_key_unref);
  self->writer = _beaver_dict_key_ref (key);
}

/* The first write: nobody has encrypted this dict yet. */
static gboolean
begin_dict (BeaverConnection *connection,
            BeaverDictSecretState *self,
            const char *dict_name,
            GError **error)
{
  g_autoptr (BeaverDictKey) key = NULL;
  gboolean found = FALSE, pending;

  g_mutex_lock (&self->lock);
  key = _beaver_dict_key_ref (g_ptr_array_index (self->keys, 0));
  pending = self->secret != NULL;
  write_in (self, key);
  g_mutex_unlock (&self->lock);

  if (pending)
    {
      if (!has_rows (connection, dict_name, &found, error))
        return FALSE;
      if (found)
        return set_plain_error (error);
      if (!remove_plain (connection, dict_name, error))
        return FALSE;
    }
  return _beaver_dict_write_security (connection, dict_name, key->metadata, error);
}

static gboolean
codec_begin (BeaverConnection *connection,
             gpointer state,
             const char *dict_name,
             gboolean writing,
             GError **error)
{
  BeaverDictSecretState *self = state;
  g_autofree char *metadata = NULL;
  g_autofree char *secret = NULL;
  g_autoptr (BeaverDictKey) opened = NULL;
  BeaverDictKey *key;

  if (!_beaver_dict_read_security (connection, dict_name, &metadata, error))
    return FALSE;
  if (metadata == NULL)
    return !writing || begin_dict (connection, self, dict_name, error);

  g_mutex_lock (&self->lock);
  key = find_key_locked (self, metadata);
  if (key != NULL)
    {
      if (writing)
        write_in (self, key);
      _beaver_dict_wipe (g_steal_pointer (&self->secret));
    }
  else
    secret = g_strdup (self->secret);
  g_mutex_unlock (&self->lock);
  if (key != NULL)
    return TRUE;

  if (secret == NULL)
    {
      g_set_error_literal (
          error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
          _ ("the secret of this dict was changed; get it again with the new one"));
      return FALSE;
    }
  /* Another process has encrypted the dict since we opened it. This once in its life the key has
   * to be derived here. */
  opened = _beaver_dict_key_open (secret, metadata, error);
  _beaver_dict_wipe (g_steal_pointer (&secret));
  if (opened == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->keys, 0);
  use_key_locked (self, opened);
  if (writing)
    write_in (self, opened);
  _beaver_dict_wipe (g_steal_pointer (&self->secret));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static char *
codec_encode (gpointer state, const char *json, GError **error)
{
  BeaverDictSecretState *self = state;
  g_autoptr (BeaverDictKey) key = NULL;

  g_mutex_lock (&self->lock);
  key = _beaver_dict_key_ref (self->writer != NULL ? self->writer :
                                                     g_ptr_array_index (self->keys, 0));
  g_mutex_unlock (&self->lock);
  return _beaver_cipher_encrypt (key->cipher, json, -1, error);
}

static char *
codec_decode (gpointer state, const char *stored, GError **error)
{
  BeaverDictSecretState *self = state;
  g_autoptr (GPtrArray) keys =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_dict_key_unref);
  g_autoptr (GError) first = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->keys->len; i++)
    g_ptr_array_add (keys, _beaver_dict_key_ref (g_ptr_array_index (self->keys, i)));
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < keys->len; i++)
    {
      BeaverDictKey *key = g_ptr_array_index (keys, i);
      g_autoptr (GError) local_error = NULL;
      gsize length;
      char *plain = _beaver_cipher_decrypt (key->cipher, stored, -1, &length, &local_error);

      if (plain != NULL)
        {
          if (_beaver_json_check (plain, (gssize) length, NULL))
            return plain;
          _beaver_cipher_wipe (plain, (gssize) length);
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                               _ ("an encrypted value is not JSON; set or remove it"));
          return NULL;
        }
      if (first == NULL)
        first = g_steal_pointer (&local_error);
    }
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

BeaverDictSecretState *
_beaver_dict_secret_state (BeaverDictShared *shared)
{
  BeaverDictCodec *codec = g_atomic_pointer_get (&shared->codec);

  return codec != NULL ? codec->state : NULL;
}

void
_beaver_dict_secret_expect (BeaverDictSecretState *self, BeaverDictKey *key)
{
  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find (self->keys, key, NULL))
    g_ptr_array_add (self->keys, _beaver_dict_key_ref (key));
  g_mutex_unlock (&self->lock);
}

void
_beaver_dict_secret_settle (BeaverDictSecretState *self, BeaverDictKey *key, gboolean ok)
{
  g_mutex_lock (&self->lock);
  if (ok)
    {
      use_key_locked (self, key);
      /* the one before stays for readers whose snapshot is older */
      if (self->keys->len > 2)
        g_ptr_array_set_size (self->keys, 2);
      _beaver_dict_wipe (g_steal_pointer (&self->secret));
    }
  else
    g_ptr_array_remove (self->keys, key);
  g_mutex_unlock (&self->lock);
}

/* Getting one */

typedef struct
{
  BeaverDict *dict; /* strong; not looked at by a worker */
  BeaverDictShared *shared;
  char *secret;
  char *metadata;
  gboolean found;
  BeaverDictKey *key;
} OpenOp;

static void
open_op_free (gpointer pointer)
{
  OpenOp *open = pointer;

  _beaver_dict_wipe (open->secret);
  g_free (open->metadata);
  g_clear_pointer (&open->key, _beaver_dict_key_unref);
  _beaver_dict_shared_unref (open->shared);
  g_object_unref (open->dict);
  g_free (open);
}

static gboolean
look_work (BeaverConnection *connection, gpointer data, GError **error)
{
  OpenOp *open = data;

  g_clear_pointer (&open->metadata, g_free);
  return _beaver_dict_read_security (connection, open->shared->core->name, &open->metadata,
                                     error) &&
         (open->metadata != NULL ||
          has_rows (connection, open->shared->core->name, &open->found, error));
}

/* In a write unit, so that no other one of this process sees the dict become encrypted half way. */
static gboolean
install_work (BeaverConnection *connection, gpointer data, GError **error)
{
  OpenOp *open = data;
  BeaverDictCodec *codec;

  if (g_atomic_pointer_get (&open->shared->codec) != NULL)
    return TRUE;
  codec = g_new0 (BeaverDictCodec, 1);
  codec->state = state_new (open->key, open->metadata == NULL ? open->secret : NULL);
  codec->state_free = state_free;
  codec->begin = codec_begin;
  codec->encode = codec_encode;
  codec->decode = codec_decode;
  g_atomic_pointer_set (&open->shared->codec, codec);
  return TRUE;
}

static gboolean
set_in_use_error (GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("the dict is in use with another secret; give the same one, or none"));
  return FALSE;
}

/* The dict has a secret already: is it this one? */
static gboolean
compare (OpenOp *open, BeaverDictSecretState *state, GError **error)
{
  g_autoptr (BeaverDictKey) current = NULL;
  g_autoptr (BeaverDictKey) same = NULL;
  gboolean ok = TRUE;

  g_mutex_lock (&state->lock);
  current = _beaver_dict_key_ref (g_ptr_array_index (state->keys, 0));
  g_mutex_unlock (&state->lock);

  if (open->metadata == NULL)
    {
      same = key_new (open->secret, current->salt, error);
      if (same == NULL)
        return FALSE;
      return is_same_key (same, current) || set_in_use_error (error);
    }
  /* It opens what the file holds now. */
  g_mutex_lock (&state->lock);
  current = (_beaver_dict_key_unref (current), find_key_locked (state, open->metadata));
  if (current != NULL)
    {
      _beaver_dict_key_ref (current);
      ok = is_same_key (current, open->key);
    }
  else
    {
      g_ptr_array_set_size (state->keys, 0);
      use_key_locked (state, open->key);
      _beaver_dict_wipe (g_steal_pointer (&state->secret));
    }
  g_mutex_unlock (&state->lock);
  return ok || set_in_use_error (error);
}

static gboolean
open_run (BeaverLongOp *op, gpointer data, GError **error)
{
  OpenOp *open = data;
  BeaverDictSecretState *state;

  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, look_work, open, error))
    goto failed;
  state = _beaver_dict_secret_state (open->shared);
  if (open->metadata != NULL)
    {
      g_autoptr (GError) local_error = NULL;

      open->key = _beaver_dict_key_open (open->secret, open->metadata, &local_error);
      if (open->key == NULL)
        {
          gboolean in_use = FALSE;

          if (state != NULL && g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_SECRET))
            {
              g_mutex_lock (&state->lock);
              in_use = find_key_locked (state, open->metadata) != NULL;
              g_mutex_unlock (&state->lock);
            }
          if (in_use)
            set_in_use_error (error);
          else
            g_propagate_error (error, g_steal_pointer (&local_error));
          goto failed;
        }
    }
  else if (state == NULL)
    {
      if (open->found && !set_plain_error (error))
        goto failed;
      open->key = _beaver_dict_key_new (open->secret, error);
      if (open->key == NULL)
        goto failed;
    }
  if (state == NULL)
    {
      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, install_work, open, error))
        goto failed;
      /* somebody else may have been first, with the same secret or not */
      state = _beaver_dict_secret_state (open->shared);
    }
  if (compare (open, state, error))
    return TRUE;

failed:
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "dict “%s”: ", open->shared->core->name);
  return FALSE;
}

static OpenOp *
open_op_new (BeaverDb *self, const char *name, const char *secret, GError **error)
{
  BeaverDict *dict;
  OpenOp *open;

  if (!_beaver_check_name ("dict", name, error) ||
      !_beaver_check_text ("the secret", secret, error))
    return NULL;
  if (*secret == '\0')
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("the secret cannot be empty; get the dict without one, or give it at "
                              "least one character"));
      return NULL;
    }
  if (g_str_equal (name, SECURITY))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("dict “%s” holds what the secrets of other dicts are checked against, and "
                      "cannot have one itself; choose another name"),
                   name);
      return NULL;
    }
  dict = beaver_db_get_dict (self, name, error);
  if (dict == NULL)
    return NULL;
  open = g_new0 (OpenOp, 1);
  open->dict = g_object_ref (dict);
  open->shared = _beaver_dict_shared_ref (_beaver_dict_get_shared (dict));
  open->secret = g_strdup (secret);
  return open;
}

/**
 * beaver_db_get_dict_with_secret:
 * @self: a database
 * @name: the name of the dict, not empty
 * @secret: what its values are encrypted with, not empty
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets a dict whose values are encrypted in the file.
 *
 * The values are encrypted with AES-128 and signed, in the form that Python's beaver-db 2.x uses.
 * Keys, times to live and the sizes of values can be read by anybody who has the file. The secret
 * itself is not kept: not in the file, and not in memory once the file knows how to check it.
 *
 * The first write makes the dict an encrypted one, in the same transaction. From then on it is
 * refused without its secret (%BEAVER_ERROR_SECRET), and with a wrong one. A dict that holds plain
 * entries cannot become encrypted (%BEAVER_ERROR_CONFLICT); those that have expired, and its field
 * indexes, are removed by that first write.
 *
 * The same name gives the same object as [method@Beaver.Db.get_dict], which from then on needs no
 * secret: it is unlocked for all who use this database. Another secret for a dict in use is
 * %BEAVER_ERROR_CONFLICT. To change the secret, see [method@Beaver.Dict.rotate_secret].
 *
 * This takes tens of milliseconds, on purpose: guessing should not be cheap. Without libcrypto it
 * answers %BEAVER_ERROR_UNSUPPORTED.
 *
 * Returns: (transfer none): the dict; %NULL on error
 *
 * Since: 1.0
 */
BeaverDict *
beaver_db_get_dict_with_secret (BeaverDb *self,
                                const char *name,
                                const char *secret,
                                GCancellable *cancellable,
                                GError **error)
{
  BeaverDict *dict = NULL;
  OpenOp *open;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  open = open_op_new (self, name, secret, error);
  if (open == NULL)
    return NULL;
  if (_beaver_long_op_run (open->shared->core->engine, open_run, open, NULL, NULL, cancellable,
                           error))
    dict = open->dict;
  open_op_free (open);
  return dict;
}

static void
open_finish (GTask *task, gpointer data)
{
  OpenOp *open = data;

  g_task_return_pointer (task, g_object_ref (open->dict), g_object_unref);
}

/**
 * beaver_db_get_dict_with_secret_async:
 * @self: a database
 * @name: the name of the dict, not empty
 * @secret: what its values are encrypted with, not empty
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_dict_with_secret].
 *
 * Since: 1.0
 */
void
beaver_db_get_dict_with_secret_async (BeaverDb *self,
                                      const char *name,
                                      const char *secret,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  OpenOp *open;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_get_dict_with_secret_async);
  open = open_op_new (self, name, secret, &error);
  if (open == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  _beaver_long_op_start (open->shared->core->engine, open_run, open, open_op_free, NULL, NULL, NULL,
                         task, open_finish);
}

/**
 * beaver_db_get_dict_with_secret_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_dict_with_secret_async].
 *
 * Returns: (transfer none): the dict; %NULL on error
 *
 * Since: 1.0
 */
BeaverDict *
beaver_db_get_dict_with_secret_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  BeaverDict *dict;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  dict = g_task_propagate_pointer (G_TASK (result), error);
  if (dict == NULL)
    return NULL;
  /* the database holds it */
  g_object_unref (dict);
  return dict;
}
