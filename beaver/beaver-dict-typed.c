/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-json.h>
#include <beaver/engine/beaver-json-private.h>

/* Methods of BeaverDict for values that are a string, a number or a boolean. */

static BeaverDictOp *
new_string_op (BeaverDict *self, const char *key, const char *value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_check_text ("the value", value, error))
    {
      _beaver_dict_prefix_key (op, error);
      return NULL;
    }
  op->value = _beaver_json_from_string (value);
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_int_op (BeaverDict *self, const char *key, gint64 value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op != NULL)
    op->value = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_double_op (BeaverDict *self, const char *key, double value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_check_finite ("the value", value, error))
    {
      _beaver_dict_prefix_key (op, error);
      return NULL;
    }
  op->value = _beaver_json_from_double (value);
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_boolean_op (BeaverDict *self, const char *key, gboolean value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op != NULL)
    op->value = g_strdup (value ? "true" : "false");
  return g_steal_pointer (&op);
}

static char *
take_string (BeaverDictOp *op, GError **error)
{
  char *value;

  if (!_beaver_dict_must_exist (op, error))
    return NULL;
  value = beaver_json_to_string (op->result, error);
  if (value == NULL)
    _beaver_dict_prefix_key (op, error);
  return value;
}

static gint64
take_int (BeaverDictOp *op, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint64 value;

  if (!_beaver_dict_must_exist (op, error))
    return -1;
  value = beaver_json_to_int (op->result, &local_error);
  if (local_error != NULL)
    {
      _beaver_dict_prefix_key (op, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return value;
}

static double
take_double (BeaverDictOp *op, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  double value;

  if (!_beaver_dict_must_exist (op, error))
    return -1;
  value = beaver_json_to_double (op->result, &local_error);
  if (local_error != NULL)
    {
      _beaver_dict_prefix_key (op, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return value;
}

static gboolean
take_boolean (BeaverDictOp *op, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean value;

  if (!_beaver_dict_must_exist (op, error))
    return FALSE;
  value = beaver_json_to_boolean (op->result, &local_error);
  if (local_error != NULL)
    {
      _beaver_dict_prefix_key (op, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return value;
}

static void
finish_string (GTask *task, gpointer op)
{
  GError *error = NULL;
  char *value = take_string (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

static void
finish_int (GTask *task, gpointer op)
{
  GError *error = NULL;
  gint64 value = take_int (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, value);
}

static void
finish_double (GTask *task, gpointer op)
{
  GError *error = NULL;
  double value = take_double (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    _beaver_dict_return_double (task, value);
}

static void
finish_boolean (GTask *task, gpointer op)
{
  GError *error = NULL;
  gboolean value = take_boolean (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, value);
}

/**
 * beaver_dict_set_string:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to a string. What is not UTF-8 is %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_string (BeaverDict *self,
                        const char *key,
                        const char *value,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_string_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_string_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_string].
 *
 * Since: 1.0
 */
void
beaver_dict_set_string_async (BeaverDict *self,
                              const char *key,
                              const char *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_string_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_string_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_string_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_string_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_string_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_string:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the string that @key holds. %BEAVER_ERROR_NOT_FOUND when the key is absent or has
 * expired, %BEAVER_ERROR_INVALID when it holds something else.
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_string (BeaverDict *self,
                        const char *key,
                        GCancellable *cancellable,
                        GError **error)
{
  g_auto (BeaverDictReading) op = { 0 };

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return NULL;
  return take_string (&op, error);
}

/**
 * beaver_dict_get_string_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_string].
 *
 * Since: 1.0
 */
void
beaver_dict_get_string_async (BeaverDict *self,
                              const char *key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_string_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_string, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_string_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_string_async].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_string_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_set_int:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to an integer.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_int (BeaverDict *self,
                     const char *key,
                     gint64 value,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_int_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_int_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_int].
 *
 * Since: 1.0
 */
void
beaver_dict_set_int_async (BeaverDict *self,
                           const char *key,
                           gint64 value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_int_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_int_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_int_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_int_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_int_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_int:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the integer that @key holds. %BEAVER_ERROR_NOT_FOUND when the key is absent or has
 * expired, %BEAVER_ERROR_INVALID when it holds something else. An integer beyond 64 bits is
 * %BEAVER_ERROR_INVALID too.
 *
 * Returns: the value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
gint64
beaver_dict_get_int (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_auto (BeaverDictReading) op = { 0 };

  g_return_val_if_fail (BEAVER_IS_DICT (self), -1);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return -1;
  return take_int (&op, error);
}

/**
 * beaver_dict_get_int_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_int].
 *
 * Since: 1.0
 */
void
beaver_dict_get_int_async (BeaverDict *self,
                           const char *key,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_int_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_int, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_int_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_int_async].
 *
 * Returns: the value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
gint64
beaver_dict_get_int_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_dict_set_double:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to a floating point number. NaN and infinity, which JSON does not have,
 * are %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_double (BeaverDict *self,
                        const char *key,
                        double value,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_double_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_double_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_double].
 *
 * Since: 1.0
 */
void
beaver_dict_set_double_async (BeaverDict *self,
                              const char *key,
                              double value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_double_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_double_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_double_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_double_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_double_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_double:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the number that @key holds, be it an integer or not. %BEAVER_ERROR_NOT_FOUND when the key
 * is absent or has expired, %BEAVER_ERROR_INVALID when it holds something else.
 *
 * Returns: the value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
double
beaver_dict_get_double (BeaverDict *self,
                        const char *key,
                        GCancellable *cancellable,
                        GError **error)
{
  g_auto (BeaverDictReading) op = { 0 };

  g_return_val_if_fail (BEAVER_IS_DICT (self), -1);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return -1;
  return take_double (&op, error);
}

/**
 * beaver_dict_get_double_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_double].
 *
 * Since: 1.0
 */
void
beaver_dict_get_double_async (BeaverDict *self,
                              const char *key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_double_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_double, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_double_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_double_async].
 *
 * Returns: the value; -1 on error, so look at @error when that is possible
 *
 * Since: 1.0
 */
double
beaver_dict_get_double_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return _beaver_dict_propagate_double (G_TASK (result), error);
}

/**
 * beaver_dict_set_boolean:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to true or false.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_boolean (BeaverDict *self,
                         const char *key,
                         gboolean value,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = new_boolean_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_boolean_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_boolean].
 *
 * Since: 1.0
 */
void
beaver_dict_set_boolean_async (BeaverDict *self,
                               const char *key,
                               gboolean value,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = new_boolean_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_boolean_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_boolean_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_boolean_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_boolean_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_boolean:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the boolean that @key holds. %BEAVER_ERROR_NOT_FOUND when the key is absent or has
 * expired, %BEAVER_ERROR_INVALID when it holds something else.
 *
 * Returns: the value; %FALSE on error too, so look at @error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_get_boolean (BeaverDict *self,
                         const char *key,
                         GCancellable *cancellable,
                         GError **error)
{
  g_auto (BeaverDictReading) op = { 0 };

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return FALSE;
  return take_boolean (&op, error);
}

/**
 * beaver_dict_get_boolean_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_boolean].
 *
 * Since: 1.0
 */
void
beaver_dict_get_boolean_async (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_boolean_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_boolean, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_boolean_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_boolean_async].
 *
 * Returns: the value; %FALSE on error too, so look at @error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_get_boolean_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
