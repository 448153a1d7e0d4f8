/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-dict-private.h>

/* Methods of BeaverDict that read and write in one go, and those over many keys. */

static BeaverDictOp *
new_compare_op (BeaverDict *self,
                const char *key,
                const char *expected,
                const char *json,
                GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL || (expected != NULL && !_beaver_dict_op_set_expected (op, expected, error)) ||
      (json != NULL && !_beaver_dict_op_set_value (op, json, error)))
    return NULL;
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_amount_op (BeaverDict *self, const char *key, gint64 amount, double real_amount, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_check_finite ("the amount", real_amount, error))
    {
      g_prefix_error (error, "dict “%s”: ", op->shared->core->name);
      return NULL;
    }
  op->amount = amount;
  op->real_amount = real_amount;
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_ttl_op (BeaverDict *self, const char *key, double ttl, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL || !_beaver_dict_op_set_ttl (op, ttl, error))
    return NULL;
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_prefix_op (BeaverDict *self, const char *prefix, GError **error)
{
  return _beaver_dict_new_key_op (self, prefix != NULL ? prefix : "", error);
}

static BeaverDictOp *
new_keys_op (BeaverDict *self, const char *const *keys, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_op_new (self, error);

  if (op == NULL)
    return NULL;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      if (!_beaver_check_text ("a key", keys[i], error))
        {
          g_prefix_error (error, "dict “%s”: ", op->shared->core->name);
          return NULL;
        }
    }
  op->keys = g_strdupv ((char **) keys);
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_many_op (BeaverDict *self, const char *const *keys, const char *const *values, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_op_new (self, error);
  guint n_keys, n_values;

  if (op == NULL)
    return NULL;
  n_keys = g_strv_length ((char **) keys);
  n_values = g_strv_length ((char **) values);
  if (n_keys != n_values)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "dict “%s”: %u keys but %u values; give one value for each key",
                   op->shared->core->name, n_keys, n_values);
      return NULL;
    }
  for (guint i = 0; i < n_keys; i++)
    {
      if (!_beaver_dict_op_add_change (op, keys[i], values[i], INFINITY, error))
        return NULL;
    }
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_update_op (BeaverDict *self, const char *object, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_op_new (self, error);

  if (op == NULL || !_beaver_dict_op_add_object (op, object, error))
    return NULL;
  return g_steal_pointer (&op);
}

/**
 * beaver_dict_lookup_many:
 * @self: a dict
 * @keys: (array zero-terminated=1): the keys
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the entries of many keys, all of the same moment.
 *
 * Those that are absent are left out; the others come in the order of @keys.
 *
 * Returns: (transfer container) (element-type BeaverEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_dict_lookup_many (BeaverDict *self,
                         const char *const *keys,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);
  g_return_val_if_fail (keys != NULL, NULL);

  op = new_keys_op (self, keys, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_SCAN, _beaver_dict_lookup_many_work, op,
                                       cancellable, error))
    return NULL;
  return _beaver_dict_take_results (op, error);
}

/**
 * beaver_dict_lookup_many_async:
 * @self: a dict
 * @keys: (array zero-terminated=1): the keys
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.lookup_many].
 *
 * Since: 1.0
 */
void
beaver_dict_lookup_many_async (BeaverDict *self,
                               const char *const *keys,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));
  g_return_if_fail (keys != NULL);

  op = new_keys_op (self, keys, &error);
  _beaver_dict_start (self, self, beaver_dict_lookup_many_async, BEAVER_ACCESS_SCAN,
                      _beaver_dict_lookup_many_work, op, error, _beaver_dict_finish_results,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_lookup_many_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.lookup_many_async].
 *
 * Returns: (transfer container) (element-type BeaverEntry): the entries; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_dict_lookup_many_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_list_keys:
 * @self: a dict
 * @prefix: (nullable): only keys that begin with this
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists all keys at once, sorted by their bytes.
 *
 * For large dicts [method@Beaver.Dict.keys] goes through them without holding all in memory.
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_dict_list_keys (BeaverDict *self,
                       const char *prefix,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  op = new_prefix_op (self, prefix, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_SCAN, _beaver_dict_list_keys_work, op,
                                       cancellable, error))
    return NULL;
  return _beaver_dict_take_strv (op, error);
}

/**
 * beaver_dict_list_keys_async:
 * @self: a dict
 * @prefix: (nullable): only keys that begin with this
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.list_keys].
 *
 * Since: 1.0
 */
void
beaver_dict_list_keys_async (BeaverDict *self,
                             const char *prefix,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_prefix_op (self, prefix, &error);
  _beaver_dict_start (self, self, beaver_dict_list_keys_async, BEAVER_ACCESS_SCAN,
                      _beaver_dict_list_keys_work, op, error, _beaver_dict_finish_strv, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_list_keys_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.list_keys_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_dict_list_keys_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_compare_and_set_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @expected: (nullable): the value that @key must have, as JSON text; %NULL: it must be absent
 * @json: (nullable): the new value as JSON text; %NULL removes the key
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key when it still is the expected one, and answers %BEAVER_ERROR_CONFLICT
 * otherwise.
 *
 * Values are compared in their normal form: white space does not matter, the order of members
 * does, and `1` is not `1.0`. An entry that exists keeps its time to live.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_compare_and_set_json (BeaverDict *self,
                                  const char *key,
                                  const char *expected,
                                  const char *json,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_compare_op (self, key, expected, json, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE,
                                         _beaver_dict_compare_and_set_work, op, cancellable, error);
}

/**
 * beaver_dict_compare_and_set_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @expected: (nullable): the value that @key must have, as JSON text; %NULL: it must be absent
 * @json: (nullable): the new value as JSON text; %NULL removes the key
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.compare_and_set_json].
 *
 * Since: 1.0
 */
void
beaver_dict_compare_and_set_json_async (BeaverDict *self,
                                        const char *key,
                                        const char *expected,
                                        const char *json,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_compare_op (self, key, expected, json, &error);
  _beaver_dict_start (self, self, beaver_dict_compare_and_set_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_compare_and_set_work, op, error, _beaver_dict_finish_true,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_compare_and_set_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.compare_and_set_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_compare_and_set_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_or_set_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of @key, and sets it first when it is absent or has expired.
 *
 * Of many callers who find it absent only one sets it; all get the same value.
 *
 * Returns: (transfer full): the value that @key has now, as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_or_set_json (BeaverDict *self,
                             const char *key,
                             const char *json,
                             double ttl,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  op = _beaver_dict_new_value_op (self, key, json, ttl, error);
  if (op == NULL)
    return NULL;
  /* mostly it is there, and reading stands in nobody's way */
  if (!_beaver_dict_run (self, BEAVER_ACCESS_POINT, _beaver_dict_lookup_work, op, cancellable,
                         error))
    return NULL;
  if (!op->found && !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_get_or_set_work, op,
                                       cancellable, error))
    return NULL;
  return _beaver_dict_take_value (op, error);
}

/**
 * beaver_dict_get_or_set_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_or_set_json].
 *
 * Since: 1.0
 */
void
beaver_dict_get_or_set_json_async (BeaverDict *self,
                                   const char *key,
                                   const char *json,
                                   double ttl,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_value_op (self, key, json, ttl, &error);
  _beaver_dict_start (self, self, beaver_dict_get_or_set_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_get_or_set_work, op, error, _beaver_dict_finish_value,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_get_or_set_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_or_set_json_async].
 *
 * Returns: (transfer full): the value that @key has now, as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_or_set_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_increment:
 * @self: a dict
 * @key: the key, any UTF-8
 * @amount: what to add; may be negative
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds to an integer, which counts as 0 when it is absent.
 *
 * An entry that exists keeps its time to live. A value that is no integer, and a result beyond
 * 64 bits, is %BEAVER_ERROR_INVALID.
 *
 * Returns: the new value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
gint64
beaver_dict_increment (BeaverDict *self,
                       const char *key,
                       gint64 amount,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), -1);

  op = new_amount_op (self, key, amount, 0, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_increment_work, op,
                                       cancellable, error))
    return -1;
  return _beaver_dict_take_number (op, error);
}

/**
 * beaver_dict_increment_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @amount: what to add; may be negative
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.increment].
 *
 * Since: 1.0
 */
void
beaver_dict_increment_async (BeaverDict *self,
                             const char *key,
                             gint64 amount,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_amount_op (self, key, amount, 0, &error);
  _beaver_dict_start (self, self, beaver_dict_increment_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_increment_work, op, error, _beaver_dict_finish_number,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_increment_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.increment_async].
 *
 * Returns: the new value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
gint64
beaver_dict_increment_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_dict_increment_double:
 * @self: a dict
 * @key: the key, any UTF-8
 * @amount: what to add; may be negative
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds to a number, which counts as 0 when it is absent, and stores the sum as a floating point
 * number.
 *
 * An entry that exists keeps its time to live. A value that is no number, and a sum that is not
 * finite, is %BEAVER_ERROR_INVALID.
 *
 * Returns: the new value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
double
beaver_dict_increment_double (BeaverDict *self,
                              const char *key,
                              double amount,
                              GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), -1);

  op = new_amount_op (self, key, 0, amount, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_WRITE,
                                       _beaver_dict_increment_double_work, op, cancellable, error))
    return -1;
  return _beaver_dict_take_real (op, error);
}

/**
 * beaver_dict_increment_double_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @amount: what to add; may be negative
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.increment_double].
 *
 * Since: 1.0
 */
void
beaver_dict_increment_double_async (BeaverDict *self,
                                    const char *key,
                                    double amount,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_amount_op (self, key, 0, amount, &error);
  _beaver_dict_start (self, self, beaver_dict_increment_double_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_increment_double_work, op, error, _beaver_dict_finish_real,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_increment_double_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.increment_double_async].
 *
 * Returns: the new value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
double
beaver_dict_increment_double_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return _beaver_dict_propagate_double (G_TASK (result), error);
}

/**
 * beaver_dict_set_ttl:
 * @self: a dict
 * @key: the key, any UTF-8
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives an entry a new time to live, from now on, and leaves its value alone.
 *
 * %BEAVER_ERROR_NOT_FOUND when the key is absent or has expired.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_ttl (BeaverDict *self,
                     const char *key,
                     double ttl,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_ttl_op (self, key, ttl, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_set_ttl_work, op,
                                       cancellable, error))
    return FALSE;
  return _beaver_dict_take_must_exist (op, error);
}

/**
 * beaver_dict_set_ttl_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_ttl].
 *
 * Since: 1.0
 */
void
beaver_dict_set_ttl_async (BeaverDict *self,
                           const char *key,
                           double ttl,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_ttl_op (self, key, ttl, &error);
  _beaver_dict_start (self, self, beaver_dict_set_ttl_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_set_ttl_work, op, error, _beaver_dict_finish_must_exist,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_set_ttl_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_ttl_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_ttl_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_ttl:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the time that an entry has left.
 *
 * %BEAVER_ERROR_NOT_FOUND when the key is absent or has expired.
 *
 * Returns: seconds, infinity when it never expires; -1 on error
 *
 * Since: 1.0
 */
double
beaver_dict_get_ttl (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), -1);

  op = _beaver_dict_new_key_op (self, key, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_POINT, _beaver_dict_contains_work, op,
                                       cancellable, error))
    return -1;
  return _beaver_dict_take_ttl (op, error);
}

/**
 * beaver_dict_get_ttl_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_ttl].
 *
 * Since: 1.0
 */
void
beaver_dict_get_ttl_async (BeaverDict *self,
                           const char *key,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_ttl_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_contains_work, op, error, _beaver_dict_finish_ttl, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_get_ttl_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_ttl_async].
 *
 * Returns: seconds, infinity when it never expires; -1 on error
 *
 * Since: 1.0
 */
double
beaver_dict_get_ttl_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return _beaver_dict_propagate_double (G_TASK (result), error);
}

/**
 * beaver_dict_set_many_json:
 * @self: a dict
 * @keys: (array zero-terminated=1): the keys
 * @values: (array zero-terminated=1): as many values, as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets many entries in one transaction: all of them or, on any error, none.
 *
 * For times to live, and removals in between, see [class@Beaver.DictBatch].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_many_json (BeaverDict *self,
                           const char *const *keys,
                           const char *const *values,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);
  g_return_val_if_fail (keys != NULL, FALSE);
  g_return_val_if_fail (values != NULL, FALSE);

  op = new_many_op (self, keys, values, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_changes_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_many_json_async:
 * @self: a dict
 * @keys: (array zero-terminated=1): the keys
 * @values: (array zero-terminated=1): as many values, as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_many_json].
 *
 * Since: 1.0
 */
void
beaver_dict_set_many_json_async (BeaverDict *self,
                                 const char *const *keys,
                                 const char *const *values,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));
  g_return_if_fail (keys != NULL);
  g_return_if_fail (values != NULL);

  op = new_many_op (self, keys, values, &error);
  _beaver_dict_start (self, self, beaver_dict_set_many_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_changes_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_many_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_many_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_many_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_update_json:
 * @self: a dict
 * @object: a JSON object
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets an entry for each member of a JSON object, in one transaction. Other entries stay.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_update_json (BeaverDict *self,
                         const char *object,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_update_op (self, object, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_changes_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_update_json_async:
 * @self: a dict
 * @object: a JSON object
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.update_json].
 *
 * Since: 1.0
 */
void
beaver_dict_update_json_async (BeaverDict *self,
                               const char *object,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_update_op (self, object, &error);
  _beaver_dict_start (self, self, beaver_dict_update_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_changes_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_update_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.update_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_update_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
