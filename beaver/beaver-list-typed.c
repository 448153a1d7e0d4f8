/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-list-private.h>
#include <beaver/beaver-json.h>
#include <beaver/engine/beaver-json-private.h>

/* Methods of BeaverList for values that are a string, a number or a boolean. */

static BeaverListOp *
new_text_op (BeaverList *self, char *json, GError **error)
{
  g_autofree char *value = json;
  BeaverListOp *op;

  /* NULL: error is set already */
  if (value == NULL)
    return NULL;
  op = _beaver_list_op_new (self, error);
  if (op != NULL)
    op->value = g_steal_pointer (&value);
  return op;
}

static BeaverListOp *
new_string_op (BeaverList *self, const char *value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !_beaver_check_text ("the value", value, error))
    return NULL;
  return new_text_op (self, _beaver_json_from_string (value), error);
}

static BeaverListOp *
new_int_op (BeaverList *self, gint64 value, GError **error)
{
  return new_text_op (self, g_strdup_printf ("%" G_GINT64_FORMAT, value), error);
}

static BeaverListOp *
new_double_op (BeaverList *self, double value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !_beaver_check_finite ("the value", value, error))
    return NULL;
  return new_text_op (self, _beaver_json_from_double (value), error);
}

static BeaverListOp *
new_boolean_op (BeaverList *self, gboolean value, GError **error)
{
  return new_text_op (self, g_strdup (value ? "true" : "false"), error);
}

static char *
take_string (BeaverListOp *op, GError **error)
{
  GError *local_error = NULL;
  char *value;

  if (!_beaver_list_must_exist (op, error))
    return NULL;
  value = beaver_json_to_string (op->result, &local_error);
  if (local_error == NULL)
    return value;
  _beaver_list_prefix_index (op, &local_error);
  g_propagate_error (error, local_error);
  return NULL;
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

static gint64
take_int (BeaverListOp *op, GError **error)
{
  GError *local_error = NULL;
  gint64 value;

  if (!_beaver_list_must_exist (op, error))
    return -1;
  value = beaver_json_to_int (op->result, &local_error);
  if (local_error == NULL)
    return value;
  _beaver_list_prefix_index (op, &local_error);
  g_propagate_error (error, local_error);
  return -1;
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

static double
take_double (BeaverListOp *op, GError **error)
{
  GError *local_error = NULL;
  double value;

  if (!_beaver_list_must_exist (op, error))
    return -1;
  value = beaver_json_to_double (op->result, &local_error);
  if (local_error == NULL)
    return value;
  _beaver_list_prefix_index (op, &local_error);
  g_propagate_error (error, local_error);
  return -1;
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

static gboolean
take_boolean (BeaverListOp *op, GError **error)
{
  GError *local_error = NULL;
  gboolean value;

  if (!_beaver_list_must_exist (op, error))
    return FALSE;
  value = beaver_json_to_boolean (op->result, &local_error);
  if (local_error == NULL)
    return value;
  _beaver_list_prefix_index (op, &local_error);
  g_propagate_error (error, local_error);
  return FALSE;
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
 * beaver_list_push_string:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds a string behind the last one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_string (BeaverList *self,
                         const char *value,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = new_string_op (self, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_string_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_string].
 *
 * Since: 1.0
 */
void
beaver_list_push_string_async (BeaverList *self,
                               const char *value,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_string_op (self, value, &error);
  _beaver_list_start (self, self, beaver_list_push_string_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_string_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_string_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_string_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_prepend_string:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds a string before the first one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_prepend_string (BeaverList *self,
                            const char *value,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = new_string_op (self, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_prepend_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_prepend_string_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.prepend_string].
 *
 * Since: 1.0
 */
void
beaver_list_prepend_string_async (BeaverList *self,
                                  const char *value,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_string_op (self, value, &error);
  _beaver_list_start (self, self, beaver_list_prepend_string_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_prepend_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_prepend_string_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.prepend_string_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_prepend_string_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_string:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that is a string.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item, %BEAVER_ERROR_INVALID when it is something
 * else.
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_list_get_string (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return NULL;
  return take_string (op, error);
}

/**
 * beaver_list_get_string_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_string].
 *
 * Since: 1.0
 */
void
beaver_list_get_string_async (BeaverList *self,
                              gint64 index,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_string_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_string, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_string_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_string_async].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_list_get_string_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_push_int:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds an integer behind the last one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_int (BeaverList *self, gint64 value, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = new_int_op (self, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_int_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_int].
 *
 * Since: 1.0
 */
void
beaver_list_push_int_async (BeaverList *self,
                            gint64 value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_int_op (self, value, &error);
  _beaver_list_start (self, self, beaver_list_push_int_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_int_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_int_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_int_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_int:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that is an integer.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item, %BEAVER_ERROR_INVALID when it is something
 * else.
 *
 * Returns: the value; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_get_int (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), -1);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return -1;
  return take_int (op, error);
}

/**
 * beaver_list_get_int_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_int].
 *
 * Since: 1.0
 */
void
beaver_list_get_int_async (BeaverList *self,
                           gint64 index,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_int_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_int, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_int_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_int_async].
 *
 * Returns: the value; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_get_int_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_list_push_double:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds a number behind the last one.
 *
 * NaN and the infinities are %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_double (BeaverList *self, double value, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = new_double_op (self, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_double_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_double].
 *
 * Since: 1.0
 */
void
beaver_list_push_double_async (BeaverList *self,
                               double value,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_double_op (self, value, &error);
  _beaver_list_start (self, self, beaver_list_push_double_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_double_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_double_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_double_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_double:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that is a number.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item, %BEAVER_ERROR_INVALID when it is something
 * else.
 *
 * Returns: the value; -1 on error
 *
 * Since: 1.0
 */
double
beaver_list_get_double (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), -1);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return -1;
  return take_double (op, error);
}

/**
 * beaver_list_get_double_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_double].
 *
 * Since: 1.0
 */
void
beaver_list_get_double_async (BeaverList *self,
                              gint64 index,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_double_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_double, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_double_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_double_async].
 *
 * Returns: the value; -1 on error
 *
 * Since: 1.0
 */
double
beaver_list_get_double_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return _beaver_dict_propagate_double (G_TASK (result), error);
}

/**
 * beaver_list_push_boolean:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds a boolean behind the last one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_boolean (BeaverList *self,
                          gboolean value,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = new_boolean_op (self, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_boolean_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_boolean].
 *
 * Since: 1.0
 */
void
beaver_list_push_boolean_async (BeaverList *self,
                                gboolean value,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_boolean_op (self, value, &error);
  _beaver_list_start (self, self, beaver_list_push_boolean_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_boolean_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_boolean_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_boolean_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_boolean:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets an item that is a boolean.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item, %BEAVER_ERROR_INVALID when it is something
 * else.
 *
 * Returns: the value; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_get_boolean (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return FALSE;
  return take_boolean (op, error);
}

/**
 * beaver_list_get_boolean_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_boolean].
 *
 * Since: 1.0
 */
void
beaver_list_get_boolean_async (BeaverList *self,
                               gint64 index,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_boolean_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_boolean, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_boolean_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_boolean_async].
 *
 * Returns: the value; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_get_boolean_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
