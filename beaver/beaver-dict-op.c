/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-entry-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Three thousand centuries or so: what is longer is a mistake, or infinity. */
#define TTL_MAX 1e12

/* Shared state */

BeaverDictShared *
_beaver_dict_shared_new (BeaverManagerCore *core)
{
  BeaverDictShared *self = g_new0 (BeaverDictShared, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->core = _beaver_manager_core_ref (core);
  g_mutex_init (&self->lock);
  self->is_security = g_str_equal (core->name, "__security__");
  if (core->engine != NULL)
    self->space = _beaver_cache_get_space (core->engine, core->topic);
  return self;
}

BeaverDictShared *
_beaver_dict_shared_ref (BeaverDictShared *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_dict_shared_unref (BeaverDictShared *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->codec != NULL)
    {
      if (self->codec->state_free != NULL)
        self->codec->state_free (self->codec->state);
      g_free (self->codec);
    }
  _beaver_manager_core_unref (self->core);
  g_mutex_clear (&self->lock);
  g_free (self->sweep_key);
  g_free (self);
}

/* Arguments */

void
_beaver_dict_change_clear (gpointer pointer)
{
  BeaverDictChange *change = pointer;

  g_free (change->key);
  g_free (change->value);
}

BeaverDictOp *
_beaver_dict_op_new (BeaverDict *self, GError **error)
{
  BeaverDictOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverDictOp, 1);
  op->shared = _beaver_dict_shared_ref (_beaver_dict_get_shared (self));
  op->ttl = INFINITY;
  op->expires_at = INFINITY;
  return op;
}

void
_beaver_dict_op_free (gpointer pointer)
{
  BeaverDictOp *op = pointer;

  g_free (op->key);
  g_free (op->value);
  g_free (op->expected);
  g_strfreev (op->keys);
  g_clear_pointer (&op->changes, g_array_unref);
  g_free (op->result);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_dict_shared_unref (op->shared);
  g_free (op);
}

static void
prefix_error (BeaverDictOp *op, GError **error)
{
  g_prefix_error (error, "dict “%s”: ", op->shared->core->name);
}

gboolean
_beaver_dict_op_set_key (BeaverDictOp *op, const char *key, GError **error)
{
  if (!_beaver_check_text ("the key", key, error))
    {
      prefix_error (op, error);
      return FALSE;
    }
  op->key = g_strdup (key);
  return TRUE;
}

static char *
normalize (BeaverDictOp *op, const char *key, const char *json, GError **error)
{
  char *normal;

  if (json == NULL)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
          _ ("dict “%s”: the value for key “%s” is missing; JSON's null is the text “null”"),
          op->shared->core->name, key);
      return NULL;
    }
  normal = _beaver_json_normalize (json, -1, error);
  if (normal == NULL)
    g_prefix_error (error, "dict “%s”: the value for key “%s”: ", op->shared->core->name, key);
  return normal;
}

gboolean
_beaver_dict_op_set_value (BeaverDictOp *op, const char *json, GError **error)
{
  op->value = normalize (op, op->key, json, error);
  return op->value != NULL;
}

gboolean
_beaver_dict_op_set_expected (BeaverDictOp *op, const char *json, GError **error)
{
  op->expected = normalize (op, op->key, json, error);
  return op->expected != NULL;
}

gboolean
_beaver_dict_check_ttl (double ttl, GError **error)
{
  if (ttl > 0 && (ttl <= TTL_MAX || isinf (ttl)))
    return TRUE;

  if (ttl > TTL_MAX)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 _ ("a time to live of %g seconds is above the limit of %g; use infinity for ever"),
                 ttl, TTL_MAX);
  else
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 _ ("a time to live of %g seconds is not possible; give it a number above 0"), ttl);
  return FALSE;
}

gboolean
_beaver_dict_op_set_ttl (BeaverDictOp *op, double ttl, GError **error)
{
  if (!_beaver_dict_check_ttl (ttl, error))
    {
      prefix_error (op, error);
      return FALSE;
    }
  op->ttl = ttl;
  return TRUE;
}

static void
add_change (BeaverDictOp *op, const char *key, char *value, double ttl)
{
  BeaverDictChange change = { g_strdup (key), value, ttl };

  if (op->changes == NULL)
    {
      op->changes = g_array_new (FALSE, FALSE, sizeof (BeaverDictChange));
      g_array_set_clear_func (op->changes, _beaver_dict_change_clear);
    }
  g_array_append_val (op->changes, change);
}

gboolean
_beaver_dict_op_add_change (BeaverDictOp *op,
                            const char *key,
                            const char *json,
                            double ttl,
                            GError **error)
{
  char *value;

  if (!_beaver_check_text ("the key", key, error) || !_beaver_dict_check_ttl (ttl, error))
    {
      prefix_error (op, error);
      return FALSE;
    }
  value = normalize (op, key, json, error);
  if (value == NULL)
    return FALSE;
  add_change (op, key, value, ttl);
  return TRUE;
}

gboolean
_beaver_dict_op_add_removal (BeaverDictOp *op, const char *key, GError **error)
{
  if (!_beaver_check_text ("the key", key, error))
    {
      prefix_error (op, error);
      return FALSE;
    }
  add_change (op, key, NULL, INFINITY);
  return TRUE;
}

gboolean
_beaver_dict_op_add_object (BeaverDictOp *op, const char *json, GError **error)
{
  g_autofree char *normal = NULL;
  g_autoptr (BeaverJsonReader) reader = NULL;
  BeaverJsonToken token;

  if (!_beaver_check_text ("the object", json, error) ||
      (normal = _beaver_json_normalize (json, -1, error)) == NULL)
    {
      prefix_error (op, error);
      return FALSE;
    }
  op->changes = g_array_new (FALSE, FALSE, sizeof (BeaverDictChange));
  g_array_set_clear_func (op->changes, _beaver_dict_change_clear);

  /* Parts of a text in normal form are in normal form. */
  reader = _beaver_json_reader_new (normal, -1);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_OBJECT_START)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("dict “%s”: %.40s is no JSON object, so it has no keys"),
                   op->shared->core->name, normal);
      return FALSE;
    }
  while ((token = _beaver_json_reader_next (reader)) == BEAVER_JSON_KEY)
    {
      g_autofree char *key = NULL;
      const char *text, *raw;
      gsize length, raw_length;

      text = _beaver_json_reader_string (reader, &length);
      if (strlen (text) != length)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                       _ ("dict “%s”: a key of the object holds a NUL character behind “%s”"),
                       op->shared->core->name, text);
          return FALSE;
        }
      key = g_strdup (text);
      token = _beaver_json_reader_next (reader);
      if (token == BEAVER_JSON_OBJECT_START || token == BEAVER_JSON_ARRAY_START)
        _beaver_json_reader_skip (reader);
      raw = _beaver_json_reader_raw (reader, &raw_length);
      add_change (op, key, g_strndup (raw, raw_length), INFINITY);
    }
  return TRUE;
}

BeaverDictOp *
_beaver_dict_new_key_op (BeaverDict *self, const char *key, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_op_new (self, error);

  if (op == NULL || !_beaver_dict_op_set_key (op, key, error))
    return NULL;
  return g_steal_pointer (&op);
}

BeaverDictOp *
_beaver_dict_new_value_op (BeaverDict *self,
                           const char *key,
                           const char *json,
                           double ttl,
                           GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL || !_beaver_dict_op_set_ttl (op, ttl, error) ||
      !_beaver_dict_op_set_value (op, json, error))
    return NULL;
  return g_steal_pointer (&op);
}

/* Running */

static void
op_init (BeaverDictOp *op, BeaverDictShared *shared, const char *key)
{
  memset (op, 0, sizeof *op);
  op->shared = shared;
  op->key = (char *) key;
  op->ttl = INFINITY;
  op->expires_at = INFINITY;
}

gboolean
_beaver_dict_read_cached (BeaverDict *self,
                          BeaverDictOp *op,
                          const char *key,
                          gboolean with_value,
                          GCancellable *cancellable)
{
  BeaverDictShared *shared = _beaver_dict_get_shared (self);
  BeaverCacheValue *value;
  BeaverEngine *engine;

  /* What an encrypted dict holds is not kept in the clear. */
  if (shared == NULL || g_atomic_pointer_get (&shared->codec) != NULL || key == NULL ||
      (cancellable != NULL && g_cancellable_is_cancelled (cancellable)) ||
      (engine = _beaver_manager_get_engine (BEAVER_MANAGER (self), NULL)) == NULL ||
      (value = _beaver_engine_lookup_cached (engine, shared->space, key)) == NULL)
    return FALSE;
  op_init (op, shared, key);
  op->found =
      value->length >= 0 && (isinf (value->expires_at) ||
                             (double) g_get_real_time () / G_USEC_PER_SEC <= value->expires_at);
  if (op->found)
    {
      op->expires_at = value->expires_at;
      if (with_value)
        op->result = g_memdup2 (_beaver_cache_value_text (value), (gsize) value->length + 1);
    }
  _beaver_cache_value_unref (value);
  return TRUE;
}

gboolean
_beaver_dict_read (BeaverDict *self,
                   BeaverDictOp *op,
                   const char *key,
                   GCancellable *cancellable,
                   GError **error)
{
  if (_beaver_dict_read_cached (self, op, key, TRUE, cancellable))
    return TRUE;
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return FALSE;
  op_init (op, _beaver_dict_get_shared (self), key);
  if (!_beaver_check_text ("the key", key, error))
    {
      prefix_error (op, error);
      return FALSE;
    }
  if (_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT, _beaver_dict_lookup_work, op,
                           cancellable, error))
    return TRUE;
  g_clear_pointer (&op->result, g_free);
  return FALSE;
}

gboolean
_beaver_dict_write (BeaverDict *self,
                    const char *key,
                    const char *json,
                    double ttl,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autofree char *value = NULL;
  BeaverDictOp op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return FALSE;
  op_init (&op, _beaver_dict_get_shared (self), key);
  if (!_beaver_check_text ("the key", key, error))
    {
      prefix_error (&op, error);
      return FALSE;
    }
  if (!_beaver_dict_op_set_ttl (&op, ttl, error) || !_beaver_dict_op_set_value (&op, json, error))
    return FALSE;
  value = op.value;
  return _beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work,
                              &op, cancellable, error);
}

gboolean
_beaver_dict_run (BeaverDict *self,
                  BeaverAccess access,
                  BeaverWork work,
                  BeaverDictOp *op,
                  GCancellable *cancellable,
                  GError **error)
{
  return _beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error);
}

/* What needs no SQL is answered at once, unless calls of before are still under way: they come
 * first. GTask sees to it that the callback is not called before this returns. */
static gboolean
answer_from_cache (BeaverDict *self, BeaverWork work, BeaverDictOp *op, GCancellable *cancellable)
{
  BeaverEngine *engine = _beaver_manager_get_engine (BEAVER_MANAGER (self), NULL);
  BeaverDictOp cached;

  if ((work != _beaver_dict_lookup_work && work != _beaver_dict_contains_work) || engine == NULL ||
      _beaver_engine_has_jobs (engine) ||
      !_beaver_dict_read_cached (self, &cached, op->key, work == _beaver_dict_lookup_work,
                                 cancellable))
    return FALSE;
  op->found = cached.found;
  op->expires_at = cached.expires_at;
  op->result = cached.result;
  return TRUE;
}

void
_beaver_dict_start (gpointer source,
                    BeaverDict *self,
                    gpointer source_tag,
                    BeaverAccess access,
                    BeaverWork work,
                    BeaverDictOp *op,
                    GError *error,
                    BeaverFinish finish,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (answer_from_cache (self, work, op, cancellable))
    {
      finish (task, op);
      _beaver_dict_op_free (op);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_dict_op_free, task,
                             finish);
}

/* Results, for the caller of a work and for the end of a task */

void
_beaver_dict_set_not_found (BeaverDictOp *op, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, _ ("dict “%s”: there is no key “%s”"),
               op->shared->core->name, op->key);
}

/* In front of what is wrong with a value. */
void
_beaver_dict_prefix_key (BeaverDictOp *op, GError **error)
{
  g_prefix_error (error, "dict “%s”: key “%s”: ", op->shared->core->name, op->key);
}

gboolean
_beaver_dict_must_exist (BeaverDictOp *op, GError **error)
{
  if (!op->found)
    _beaver_dict_set_not_found (op, error);
  return op->found;
}

void
_beaver_dict_return_double (GTask *task, double value)
{
  double *copy = g_new (double, 1);

  *copy = value;
  g_task_return_pointer (task, copy, g_free);
}

/* -1 on error. */
double
_beaver_dict_propagate_double (GTask *task, GError **error)
{
  g_autofree double *value = g_task_propagate_pointer (task, error);

  return value != NULL ? *value : -1;
}

void
_beaver_dict_finish_true (GTask *task, gpointer op)
{
  g_task_return_boolean (task, TRUE);
}

char *
_beaver_dict_take_value (BeaverDictOp *op, GError **error)
{
  if (!op->found && op->result == NULL)
    {
      _beaver_dict_set_not_found (op, error);
      return NULL;
    }
  return g_steal_pointer (&op->result);
}

void
_beaver_dict_finish_value (GTask *task, gpointer op)
{
  GError *error = NULL;
  char *value = _beaver_dict_take_value (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

char *
_beaver_dict_take_value_or_null (BeaverDictOp *op, GError **error)
{
  return g_steal_pointer (&op->result);
}

void
_beaver_dict_finish_value_or_null (GTask *task, gpointer op)
{
  GError *error = NULL;
  char *value = _beaver_dict_take_value_or_null (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

BeaverEntry *
_beaver_dict_take_entry (BeaverDictOp *op, GError **error)
{
  if (!op->found)
    return NULL;
  return _beaver_entry_new_take (op->key, -1, g_steal_pointer (&op->result), op->expires_at);
}

void
_beaver_dict_finish_entry (GTask *task, gpointer op)
{
  GError *error = NULL;
  BeaverEntry *value = _beaver_dict_take_entry (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_object_unref);
}

GPtrArray *
_beaver_dict_take_results (BeaverDictOp *op, GError **error)
{
  return g_steal_pointer (&op->results);
}

void
_beaver_dict_finish_results (GTask *task, gpointer op)
{
  GError *error = NULL;
  GPtrArray *value = _beaver_dict_take_results (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, (GDestroyNotify) g_ptr_array_unref);
}

char **
_beaver_dict_take_strv (BeaverDictOp *op, GError **error)
{
  char **keys = (char **) g_ptr_array_free (op->results, FALSE);

  op->results = NULL;
  return keys;
}

void
_beaver_dict_finish_strv (GTask *task, gpointer op)
{
  GError *error = NULL;
  char **value = _beaver_dict_take_strv (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, (GDestroyNotify) g_strfreev);
}

gboolean
_beaver_dict_take_found (BeaverDictOp *op, GError **error)
{
  return op->found;
}

void
_beaver_dict_finish_found (GTask *task, gpointer op)
{
  GError *error = NULL;
  gboolean value = _beaver_dict_take_found (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, value);
}

gboolean
_beaver_dict_take_must_exist (BeaverDictOp *op, GError **error)
{
  if (!op->found)
    _beaver_dict_set_not_found (op, error);
  return op->found;
}

void
_beaver_dict_finish_must_exist (GTask *task, gpointer op)
{
  GError *error = NULL;
  gboolean value = _beaver_dict_take_must_exist (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, value);
}

gint64
_beaver_dict_take_number (BeaverDictOp *op, GError **error)
{
  return op->number;
}

void
_beaver_dict_finish_number (GTask *task, gpointer op)
{
  GError *error = NULL;
  gint64 value = _beaver_dict_take_number (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, value);
}

double
_beaver_dict_take_real (BeaverDictOp *op, GError **error)
{
  return op->real;
}

void
_beaver_dict_finish_real (GTask *task, gpointer op)
{
  GError *error = NULL;
  double value = _beaver_dict_take_real (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    _beaver_dict_return_double (task, value);
}

double
_beaver_dict_take_ttl (BeaverDictOp *op, GError **error)
{
  if (!op->found)
    {
      _beaver_dict_set_not_found (op, error);
      return -1;
    }
  /* it had not expired when it was read */
  return MAX (op->expires_at - (double) g_get_real_time () / G_USEC_PER_SEC, 0);
}

void
_beaver_dict_finish_ttl (GTask *task, gpointer op)
{
  GError *error = NULL;
  double value = _beaver_dict_take_ttl (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    _beaver_dict_return_double (task, value);
}
