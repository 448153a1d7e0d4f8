/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-entry-private.h>
#include <beaver/engine/beaver-json-private.h>

/* A row of dict __security__ under the dict's name: the dict is encrypted (spec 4.3). $1 is the
 * dict. */
#define SECURITY_ROW                                                                               \
  "SELECT 1 FROM __beaver_dicts__ AS security"                                                     \
  " WHERE security.dict_name = '__security__' AND security.key = $1"

/* Always one row, so that an encrypted dict is noticed even where the key is missing. */
static const char SQL_LOOKUP[] =
    "SELECT entry.value, entry.expires_at, EXISTS (" SECURITY_ROW ")"
    " FROM (SELECT 1) AS one"
    " LEFT JOIN __beaver_dicts__ AS entry ON entry.dict_name = $1 AND entry.key = $2";
static const char SQL_VALUE[] =
    "SELECT value, expires_at FROM __beaver_dicts__ WHERE dict_name = $1 AND key = $2";
static const char SQL_IS_SEALED[] = SECURITY_ROW;
static const char SQL_EXPIRY[] =
    "SELECT expires_at FROM __beaver_dicts__ WHERE dict_name = $1 AND key = $2";
static const char SQL_COUNT[] =
    "SELECT COUNT(*) FROM __beaver_dicts__"
    " WHERE dict_name = $1 AND (expires_at IS NULL OR expires_at >= $2)";

/* No condition in here: a SELECT from the table that is written costs a temporary one, twice the
 * price of the whole statement. */
static const char SQL_SET[] =
    "INSERT INTO __beaver_dicts__ (dict_name, key, value, expires_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (dict_name, key)"
    " DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";
static const char SQL_SET_VALUE[] =
    "UPDATE __beaver_dicts__ SET value = $3 WHERE dict_name = $1 AND key = $2";
static const char SQL_SET_EXPIRY[] =
    "UPDATE __beaver_dicts__ SET expires_at = $3"
    " WHERE dict_name = $1 AND key = $2 AND (expires_at IS NULL OR expires_at >= $4)";
static const char SQL_REMOVE[] = "DELETE FROM __beaver_dicts__ WHERE dict_name = $1 AND key = $2"
                                 " RETURNING value, expires_at";
static const char SQL_CLEAR[] = "DELETE FROM __beaver_dicts__ WHERE dict_name = $1";

static void
bind_expiry (BeaverStatement *statement, int index, double expires_at)
{
  if (isfinite (expires_at))
    _beaver_statement_bind_double (statement, index, expires_at);
  else
    _beaver_statement_bind_null (statement, index);
}

/* Secrets */

/* Set once, by a write unit: works that write never see it change, and those that read then meet
 * nothing that they had to decode. */
static BeaverDictCodec *
codec_of (BeaverDictShared *shared)
{
  return g_atomic_pointer_get (&shared->codec);
}

static gboolean
set_sealed (BeaverDictShared *shared, GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
                       _ ("the dict is encrypted; open it with its secret"));
  return FALSE;
}

static gboolean
is_known_plain (BeaverDictShared *shared, guint64 epoch)
{
  return epoch != 0 && __atomic_load_n (&shared->plain_epoch, __ATOMIC_RELAXED) == epoch;
}

static void
remember_plain (BeaverDictShared *shared, guint64 epoch)
{
  if (epoch != 0)
    __atomic_store_n (&shared->plain_epoch, epoch, __ATOMIC_RELAXED);
}

gboolean
_beaver_dict_check_sealed (BeaverConnection *connection,
                           BeaverDictShared *shared,
                           gboolean writing,
                           GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  guint64 epoch;

  if (codec_of (shared) != NULL)
    return codec_of (shared)->begin (connection, codec_of (shared)->state, shared->core->name,
                                     writing, error);

  epoch = _beaver_connection_get_epoch (connection);
  if (is_known_plain (shared, epoch))
    return TRUE;
  statement = _beaver_connection_prepare (connection, SQL_IS_SEALED, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  switch (_beaver_statement_step (statement, error))
    {
    case BEAVER_STEP_ROW:
      return set_sealed (shared, error);
    case BEAVER_STEP_DONE:
      /* seen at this epoch if it has not ended meanwhile */
      if (_beaver_connection_get_epoch (connection) == epoch)
        remember_plain (shared, epoch);
      return TRUE;
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
}

/* Before a write to key, to all with NULL. */
static void
forget (BeaverConnection *connection, BeaverDictShared *shared, const char *key)
{
  _beaver_cache_forget (connection, shared->space, key);
  if (G_UNLIKELY (shared->is_security))
    _beaver_connection_end_epoch (connection);
}

void
_beaver_dict_set_damaged (const char *key, const char *reason, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               _ ("the value of key “%s” is not JSON: %s; set or remove it"), key, reason);
}

/* What is stored, as JSON text. */
char *
_beaver_dict_decode (BeaverDictShared *shared,
                     const char *key,
                     const char *stored,
                     gsize length,
                     GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *value;

  if (codec_of (shared) != NULL)
    return codec_of (shared)->decode (codec_of (shared)->state, stored, error);

  value = _beaver_json_dup_checked (stored, length, &local_error);
  if (value == NULL)
    _beaver_dict_set_damaged (key, local_error->message, error);
  return value;
}

/* Writing */

/* value: as it is stored. */
static gboolean
write_row (BeaverConnection *connection,
           BeaverDictShared *shared,
           BeaverStatement *statement,
           const char *key,
           const char *value,
           double expires_at,
           GError **error)
{
  if (codec_of (shared) != NULL || shared->is_security)
    forget (connection, shared, key);
  else
    _beaver_cache_replace (connection, shared->space, key, value, expires_at);
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, key, -1);
  _beaver_statement_bind_text (statement, 3, value, -1);
  bind_expiry (statement, 4, expires_at);
  return _beaver_statement_run (statement, error);
}

static gboolean
write_value (BeaverConnection *connection,
             BeaverDictShared *shared,
             BeaverStatement *statement,
             const char *key,
             const char *value,
             double expires_at,
             GError **error)
{
  g_autofree char *encoded = NULL;
  const char *json = value;

  if (codec_of (shared) != NULL)
    {
      encoded = codec_of (shared)->encode (codec_of (shared)->state, value, error);
      if (encoded == NULL)
        return FALSE;
      value = encoded;
    }
  if (!write_row (connection, shared, statement, key, value, expires_at, error))
    return FALSE;
  return codec_of (shared) != NULL ||
         _beaver_field_index_keep (connection, shared->core, key, json, error);
}

/* Whether the dict is encrypted has been checked before. */
static gboolean
upsert (BeaverConnection *connection,
        BeaverDictShared *shared,
        const char *key,
        const char *value,
        double expires_at,
        GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_SET, error);

  return statement != NULL &&
         write_value (connection, shared, statement, key, value, expires_at, error);
}

/* Keeps the expiry. */
static gboolean
update_value (BeaverConnection *connection,
              BeaverDictShared *shared,
              const char *key,
              const char *value,
              GError **error)
{
  g_autofree char *encoded = NULL;
  const char *json = value;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_SET_VALUE, error);

  if (statement == NULL)
    return FALSE;
  if (codec_of (shared) != NULL)
    {
      encoded = codec_of (shared)->encode (codec_of (shared)->state, value, error);
      if (encoded == NULL)
        return FALSE;
      value = encoded;
    }
  forget (connection, shared, key);
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, key, -1);
  _beaver_statement_bind_text (statement, 3, value, -1);
  return _beaver_statement_run (statement, error) &&
         (codec_of (shared) != NULL ||
          _beaver_field_index_keep (connection, shared->core, key, json, error));
}

/* found tells whether a row went that had not expired; its value is left in *value unless that is
 * NULL. */
static gboolean
delete_key (BeaverConnection *connection,
            BeaverDictShared *shared,
            const char *key,
            gboolean *found,
            char **value,
            double *expires_at,
            GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_REMOVE, error);
  BeaverStep step;

  *found = FALSE;
  if (statement == NULL)
    return FALSE;
  forget (connection, shared, key);
  _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, key, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *stored;
      gsize length;
      double expiry = _beaver_dict_column_expiry (statement, 1);

      if (_beaver_dict_is_expired (expiry, _beaver_dict_wall_clock ()))
        continue;
      *found = TRUE;
      if (value == NULL)
        continue;
      *expires_at = expiry;
      stored = _beaver_statement_text (statement, 0, &length);
      *value = _beaver_dict_decode (shared, key, stored, length, error);
      if (*value == NULL)
        return FALSE;
    }
  return step == BEAVER_STEP_DONE &&
         (codec_of (shared) != NULL ||
          _beaver_field_index_keep (connection, shared->core, key, NULL, error));
}

static gboolean
emit (BeaverConnection *connection,
      BeaverDictShared *shared,
      const char *event,
      const char *key,
      GError **error)
{
  g_autoptr (GString) payload = NULL;

  if (!_beaver_manager_core_wants_events (shared->core, connection))
    return TRUE;
  payload = g_string_new ("{");
  if (key != NULL)
    {
      g_string_append (payload, "\"key\":");
      _beaver_json_append_string (payload, key, -1);
    }
  g_string_append_c (payload, '}');
  return _beaver_manager_core_emit (shared->core, connection, event, payload->str, error);
}

/* Whether a write of one row is all that there is to do: no index rows, no event, no sweeping. */
static gboolean
is_single (BeaverConnection *connection, BeaverDictShared *shared)
{
  return codec_of (shared) == NULL && !shared->is_security &&
         _beaver_field_index_is_known_absent (connection, shared->core) &&
         !_beaver_dict_sweep_is_due (shared) &&
         !_beaver_manager_core_wants_events (shared->core, connection);
}

/* The end of every write. event NULL: nothing that listeners want to know. */
static gboolean
finish_write (BeaverConnection *connection,
              BeaverDictShared *shared,
              const char *event,
              const char *key,
              GError **error)
{
  if (event != NULL && !emit (connection, shared, event, key, error))
    return FALSE;
  if (!_beaver_dict_sweep (connection, shared, error))
    return FALSE;
  _beaver_connection_touch (connection, shared->core->topic);
  return TRUE;
}

/* Takes the row of a key, which may be an empty one, into op. */
static gboolean
take_row (BeaverConnection *connection,
          BeaverDictOp *op,
          const char *key,
          BeaverStatement *statement,
          guint64 epoch,
          GError **error)
{
  BeaverDictShared *shared = op->shared;
  gsize length;
  const char *stored = _beaver_statement_text (statement, 0, &length);
  double expires_at;

  if (stored == NULL)
    {
      if (codec_of (shared) == NULL)
        _beaver_cache_store (connection, epoch, shared->space, key, NULL, 0, INFINITY);
      return TRUE;
    }
  expires_at = _beaver_dict_column_expiry (statement, 1);
  if (isfinite (expires_at) && _beaver_dict_is_expired (expires_at, _beaver_dict_wall_clock ()))
    {
      _beaver_dict_sweep_expect (shared, expires_at);
      return TRUE;
    }
  op->result = _beaver_dict_decode (shared, key, stored, length, error);
  if (op->result == NULL)
    return FALSE;
  if (codec_of (shared) == NULL)
    _beaver_cache_store (connection, epoch, shared->space, key, op->result, length, expires_at);
  op->expires_at = expires_at;
  op->found = TRUE;
  return TRUE;
}

/* Reading a key. Refuses an encrypted dict; leaves found, result and expires_at in op. */
static gboolean
read_key (BeaverConnection *connection,
          BeaverDictOp *op,
          const char *key,
          gboolean writing,
          GError **error)
{
  BeaverDictShared *shared = op->shared;
  guint64 epoch = _beaver_connection_get_epoch (connection);
  gboolean plain = codec_of (shared) != NULL || is_known_plain (shared, epoch);

  op->found = FALSE;
  op->expires_at = INFINITY;
  g_clear_pointer (&op->result, g_free);

  if (codec_of (shared) != NULL && !_beaver_dict_check_sealed (connection, shared, writing, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (BeaverStatement) statement =
          _beaver_connection_prepare (connection, plain ? SQL_VALUE : SQL_LOOKUP, error);
      BeaverStep step;

      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_text (statement, 1, shared->core->name, -1);
      _beaver_statement_bind_text (statement, 2, key, -1);
      step = _beaver_statement_step (statement, error);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      if (codec_of (shared) == NULL && _beaver_connection_get_epoch (connection) != epoch)
        {
          epoch = 0;
          if (plain)
            {
              /* What is known of the dict may have changed before the statement began. */
              plain = FALSE;
              continue;
            }
        }
      if (!plain)
        {
          if (_beaver_statement_int (statement, 2) != 0)
            return set_sealed (shared, error);
          remember_plain (shared, epoch);
        }
      if (step == BEAVER_STEP_DONE)
        {
          if (codec_of (shared) == NULL)
            _beaver_cache_store (connection, epoch, shared->space, key, NULL, 0, INFINITY);
          return TRUE;
        }
      return take_row (connection, op, key, statement, epoch, error);
    }
}

gboolean
_beaver_dict_lookup_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;

  return read_key (connection, op, op->key, FALSE, error);
}

/* Whether and until when, without the value and so without the secret. */
gboolean
_beaver_dict_contains_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_EXPIRY, error);
  BeaverStep step;

  op->found = FALSE;
  op->expires_at = INFINITY;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->key, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      op->expires_at = _beaver_dict_column_expiry (statement, 0);
      op->found = !_beaver_dict_is_expired (op->expires_at, _beaver_dict_wall_clock ());
    }
  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_dict_lookup_many_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; op->keys[i] != NULL; i++)
    {
      if (!read_key (connection, op, op->keys[i], FALSE, error))
        return FALSE;
      if (op->found)
        g_ptr_array_add (op->results,
                         _beaver_entry_new_take (op->keys[i], -1, g_steal_pointer (&op->result),
                                                 op->expires_at));
    }
  return TRUE;
}

static gboolean
set_single (BeaverConnection *connection, BeaverDictOp *op, double expires_at, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare_only (connection, SQL_SET, error);

  if (statement == NULL ||
      !write_row (connection, op->shared, statement, op->key, op->value, expires_at, error))
    return FALSE;
  _beaver_dict_sweep_expect (op->shared, expires_at);
  _beaver_connection_touch (connection, op->shared->core->topic);
  return TRUE;
}

gboolean
_beaver_dict_set_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  double expires_at = isfinite (op->ttl) ? _beaver_dict_wall_clock () + op->ttl : op->ttl;

  if (!_beaver_dict_check_sealed (connection, op->shared, TRUE, error))
    return FALSE;
  if (is_single (connection, op->shared))
    return set_single (connection, op, expires_at, error);
  if (!upsert (connection, op->shared, op->key, op->value, expires_at, error))
    return FALSE;
  _beaver_dict_sweep_expect (op->shared, expires_at);
  return finish_write (connection, op->shared, "set", op->key, error);
}

gboolean
_beaver_dict_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;

  if (!delete_key (connection, op->shared, op->key, &op->found, NULL, NULL, error))
    return FALSE;
  return finish_write (connection, op->shared, op->found ? "del" : NULL, op->key, error);
}

gboolean
_beaver_dict_pop_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;

  g_clear_pointer (&op->result, g_free);
  if (!_beaver_dict_check_sealed (connection, op->shared, FALSE, error) ||
      !delete_key (connection, op->shared, op->key, &op->found, &op->result, &op->expires_at,
                   error))
    return FALSE;
  return finish_write (connection, op->shared, op->found ? "del" : NULL, op->key, error);
}

/* Other programs may have written the same value in another form. */
static gboolean
is_same_value (const char *stored, const char *expected)
{
  g_autofree char *normal = NULL;

  if (g_str_equal (stored, expected))
    return TRUE;
  normal = _beaver_json_normalize (stored, -1, NULL);
  return normal != NULL && g_str_equal (normal, expected);
}

gboolean
_beaver_dict_compare_and_set_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  gboolean same, gone;

  if (!read_key (connection, op, op->key, TRUE, error))
    return FALSE;
  if (op->expected == NULL)
    same = !op->found;
  else
    same = op->found && is_same_value (op->result, op->expected);
  if (!same)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                   _ ("key “%s” %s; read it again before the next try"), op->key,
                   op->expected == NULL ? "exists already" :
                   op->found            ? "has another value than expected" :
                                          "does not exist any more");
      return FALSE;
    }

  if (op->value == NULL)
    return delete_key (connection, op->shared, op->key, &gone, NULL, NULL, error) &&
           finish_write (connection, op->shared, op->found ? "del" : NULL, op->key, error);
  if (op->found ? !update_value (connection, op->shared, op->key, op->value, error) :
                  !upsert (connection, op->shared, op->key, op->value, INFINITY, error))
    return FALSE;
  return finish_write (connection, op->shared, "set", op->key, error);
}

gboolean
_beaver_dict_get_or_set_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  double expires_at = isfinite (op->ttl) ? _beaver_dict_wall_clock () + op->ttl : op->ttl;

  if (!read_key (connection, op, op->key, TRUE, error))
    return FALSE;
  if (op->found)
    return TRUE;
  if (!upsert (connection, op->shared, op->key, op->value, expires_at, error))
    return FALSE;
  op->result = g_strdup (op->value);
  _beaver_dict_sweep_expect (op->shared, expires_at);
  return finish_write (connection, op->shared, "set", op->key, error);
}

/* Counting */

static BeaverJsonToken
number_token (BeaverDictOp *op, gint64 *number, gboolean *fits, double *real)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (op->result, -1);
  BeaverJsonToken token = _beaver_json_reader_next (reader);

  if (token == BEAVER_JSON_INTEGER)
    *fits = _beaver_json_reader_int (reader, number);
  if (token == BEAVER_JSON_INTEGER || token == BEAVER_JSON_DOUBLE)
    *real = _beaver_json_reader_double (reader);
  return token;
}

static gboolean
write_number (BeaverConnection *connection, BeaverDictOp *op, const char *text, GError **error)
{
  if (op->found ? !update_value (connection, op->shared, op->key, text, error) :
                  !upsert (connection, op->shared, op->key, text, INFINITY, error))
    return FALSE;
  return finish_write (connection, op->shared, "set", op->key, error);
}

gboolean
_beaver_dict_increment_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  gint64 number = 0;
  gboolean fits = TRUE;
  double real;
  char text[32];

  if (!read_key (connection, op, op->key, TRUE, error))
    return FALSE;
  if (op->found && number_token (op, &number, &fits, &real) != BEAVER_JSON_INTEGER)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the value of key “%s” is no integer, so it cannot be counted up"), op->key);
      return FALSE;
    }
  if (!fits || __builtin_add_overflow (number, op->amount, &op->number))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "key “%s”: %.40s plus %" G_GINT64_FORMAT " does not fit into 64 bits", op->key,
                   op->result, op->amount);
      return FALSE;
    }
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, op->number);
  return write_number (connection, op, text, error);
}

gboolean
_beaver_dict_increment_double_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  g_autofree char *text = NULL;
  gint64 number;
  gboolean fits;
  double real = 0;

  if (!read_key (connection, op, op->key, TRUE, error))
    return FALSE;
  if (op->found)
    {
      BeaverJsonToken token = number_token (op, &number, &fits, &real);

      if (token != BEAVER_JSON_INTEGER && token != BEAVER_JSON_DOUBLE)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                       _ ("the value of key “%s” is no number, so it cannot be counted up"),
                       op->key);
          return FALSE;
        }
    }
  op->real = real + op->real_amount;
  if (!isfinite (op->real))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("key “%s”: %g plus %g is no finite number"), op->key, real, op->real_amount);
      return FALSE;
    }
  text = _beaver_json_from_double (op->real);
  return write_number (connection, op, text, error);
}

gboolean
_beaver_dict_set_ttl_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  double now = _beaver_dict_wall_clock ();
  double expires_at = isfinite (op->ttl) ? now + op->ttl : op->ttl;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_SET_EXPIRY, error);

  if (statement == NULL)
    return FALSE;
  forget (connection, op->shared, op->key);
  _beaver_statement_bind_text (statement, 1, op->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->key, -1);
  bind_expiry (statement, 3, expires_at);
  _beaver_statement_bind_double (statement, 4, now);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->found = _beaver_connection_changes (connection) > 0;
  _beaver_dict_sweep_expect (op->shared, expires_at);
  return finish_write (connection, op->shared, NULL, NULL, error);
}

gboolean
_beaver_dict_changes_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDictOp *op = data;
  BeaverDictShared *shared = op->shared;
  g_autoptr (BeaverStatement) statement = NULL;
  double earliest = INFINITY;

  if (op->changes == NULL || op->changes->len == 0)
    return TRUE;
  if (!_beaver_dict_check_sealed (connection, shared, TRUE, error))
    return FALSE;
  statement = _beaver_connection_prepare (connection, SQL_SET, error);
  if (statement == NULL)
    return FALSE;

  for (guint i = 0; i < op->changes->len; i++)
    {
      BeaverDictChange *change = &g_array_index (op->changes, BeaverDictChange, i);
      gboolean found = TRUE;

      if (change->value == NULL)
        {
          if (!delete_key (connection, shared, change->key, &found, NULL, NULL, error))
            return FALSE;
        }
      else
        {
          double expires_at =
              isfinite (change->ttl) ? _beaver_dict_wall_clock () + change->ttl : change->ttl;

          if (!write_value (connection, shared, statement, change->key, change->value, expires_at,
                            error))
            return FALSE;
          earliest = MIN (earliest, expires_at);
        }
      if (found &&
          !emit (connection, shared, change->value == NULL ? "del" : "set", change->key, error))
        return FALSE;
    }
  _beaver_dict_sweep_expect (shared, earliest);
  return finish_write (connection, shared, NULL, NULL, error);
}

/* The whole dict */

static gboolean
count (BeaverConnection *connection, BeaverManagerOp *op, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  _beaver_statement_bind_double (statement, 2, _beaver_dict_wall_clock ());
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (statement, 0);
  return TRUE;
}

gboolean
_beaver_dict_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  return count (connection, data, error);
}

gboolean
_beaver_dict_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;

  /* not the number of rows: what had expired was not there any more */
  if (!count (connection, op, error))
    return FALSE;
  statement = _beaver_connection_prepare (connection, SQL_CLEAR, error);
  if (statement == NULL)
    return FALSE;
  _beaver_cache_forget (connection, _beaver_cache_get_space (op->core->engine, op->core->topic),
                        NULL);
  if (g_str_equal (op->core->name, "__security__"))
    _beaver_connection_end_epoch (connection);
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (!_beaver_statement_run (statement, error) ||
      !_beaver_field_index_clear (connection, "dict", op->core->name, error) ||
      !_beaver_manager_core_emit (op->core, connection, "clear", "{}", error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}
