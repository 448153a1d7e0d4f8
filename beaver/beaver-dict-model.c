/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-json.h>

/* Methods of BeaverDict for values that are a JsonNode or a GObject. */

static BeaverDictOp *
new_node_op (BeaverDict *self, const char *key, JsonNode *value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL)
    return NULL;
  op->value = beaver_json_from_node (value, error);
  if (op->value == NULL)
    {
      _beaver_dict_prefix_key (op, error);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_object_op (BeaverDict *self, const char *key, GObject *value, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op == NULL)
    return NULL;
  op->value = beaver_json_from_object (value, error);
  if (op->value == NULL)
    {
      _beaver_dict_prefix_key (op, error);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static BeaverDictOp *
new_typed_op (BeaverDict *self, const char *key, GType type, GError **error)
{
  g_autoptr (BeaverDictOp) op = _beaver_dict_new_key_op (self, key, error);

  if (op != NULL)
    op->type = type;
  return g_steal_pointer (&op);
}

static JsonNode *
take_node (BeaverDictOp *op, GError **error)
{
  JsonNode *value;

  if (!_beaver_dict_must_exist (op, error))
    return NULL;
  value = beaver_json_to_node (op->result, error);
  if (value == NULL)
    _beaver_dict_prefix_key (op, error);
  return value;
}

static GObject *
take_object (BeaverDictOp *op, GError **error)
{
  GObject *value;

  if (!_beaver_dict_must_exist (op, error))
    return NULL;
  value = beaver_json_to_object (op->result, op->type, error);
  if (value == NULL)
    _beaver_dict_prefix_key (op, error);
  return value;
}

static void
finish_node (GTask *task, gpointer op)
{
  GError *error = NULL;
  JsonNode *value = take_node (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, (GDestroyNotify) json_node_unref);
}

static void
finish_object (GTask *task, gpointer op)
{
  GError *error = NULL;
  GObject *value = take_object (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_object_unref);
}

/**
 * beaver_dict_set_node:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to what a `JsonNode` holds.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_node (BeaverDict *self,
                      const char *key,
                      JsonNode *value,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  op = new_node_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_node_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_node].
 *
 * Since: 1.0
 */
void
beaver_dict_set_node_async (BeaverDict *self,
                            const char *key,
                            JsonNode *value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));
  g_return_if_fail (value != NULL);

  op = new_node_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_node_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_node_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_node_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_node:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of @key as a `JsonNode`.
 *
 * %BEAVER_ERROR_NOT_FOUND when the key is absent or has expired. It holds integers of 64 bits
 * only: for exactness beyond see [method@Beaver.Dict.get_json].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_dict_get_node (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_auto (BeaverDictReading) op = { 0 };

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return NULL;
  return take_node (&op, error);
}

/**
 * beaver_dict_get_node_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_node].
 *
 * Since: 1.0
 */
void
beaver_dict_get_node_async (BeaverDict *self,
                            const char *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_node_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_node, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_node_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_node_async].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_dict_get_node_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_set_object:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key to the properties of an object, as a JSON object.
 *
 * How they are written is up to json-glib: the object's class may implement `JsonSerializable`.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_object (BeaverDict *self,
                        const char *key,
                        GObject *value,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  op = new_object_op (self, key, value, error);
  return op != NULL && _beaver_dict_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_dict_set_work, op,
                                         cancellable, error);
}

/**
 * beaver_dict_set_object_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_object].
 *
 * Since: 1.0
 */
void
beaver_dict_set_object_async (BeaverDict *self,
                              const char *key,
                              GObject *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));
  g_return_if_fail (G_IS_OBJECT (value));

  op = new_object_op (self, key, value, &error);
  _beaver_dict_start (self, self, beaver_dict_set_object_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_object_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_object_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_object:
 * @self: a dict
 * @key: the key, any UTF-8
 * @type: type of the object to make
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of @key as a new object whose properties are set from it.
 *
 * %BEAVER_ERROR_NOT_FOUND when the key is absent or has expired, %BEAVER_ERROR_INVALID when the
 * value does not fit the type.
 *
 * Returns: (transfer full): a new object; %NULL on error
 *
 * Since: 1.0
 */
GObject *
beaver_dict_get_object (BeaverDict *self,
                        const char *key,
                        GType type,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT), NULL);

  op = new_typed_op (self, key, type, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_POINT, _beaver_dict_lookup_work, op,
                                       cancellable, error))
    return NULL;
  return take_object (op, error);
}

/**
 * beaver_dict_get_object_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @type: type of the object to make
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_object].
 *
 * Since: 1.0
 */
void
beaver_dict_get_object_async (BeaverDict *self,
                              const char *key,
                              GType type,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));
  g_return_if_fail (g_type_is_a (type, G_TYPE_OBJECT));

  op = new_typed_op (self, key, type, &error);
  _beaver_dict_start (self, self, beaver_dict_get_object_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, finish_object, cancellable, callback,
                      user_data);
}

/**
 * beaver_dict_get_object_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_object_async].
 *
 * Returns: (transfer full): a new object; %NULL on error
 *
 * Since: 1.0
 */
GObject *
beaver_dict_get_object_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
