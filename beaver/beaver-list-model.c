/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-json.h>
#include <beaver/beaver-list-private.h>

/* Methods of BeaverList for values that are a JsonNode or a GObject. */

static BeaverListOp *
new_node_op (BeaverList *self, gint64 index, JsonNode *value, GError **error)
{
  g_autoptr (BeaverListOp) op = _beaver_list_new_index_op (self, index, error);

  if (op == NULL)
    return NULL;
  op->value = beaver_json_from_node (value, error);
  if (op->value == NULL)
    {
      g_prefix_error (error, "list “%s”: ", op->core->name);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static JsonNode *
take_node (BeaverListOp *op, GError **error)
{
  JsonNode *value;

  if (!_beaver_list_must_exist (op, error))
    return NULL;
  value = beaver_json_to_node (op->result, error);
  if (value == NULL)
    _beaver_list_prefix_index (op, error);
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

static BeaverListOp *
new_object_op (BeaverList *self, gint64 index, GObject *value, GError **error)
{
  g_autoptr (BeaverListOp) op = _beaver_list_new_index_op (self, index, error);

  if (op == NULL)
    return NULL;
  op->value = beaver_json_from_object (value, error);
  if (op->value == NULL)
    {
      g_prefix_error (error, "list “%s”: ", op->core->name);
      return NULL;
    }
  return g_steal_pointer (&op);
}

static GObject *
take_object (BeaverListOp *op, GError **error)
{
  GObject *value;

  if (!_beaver_list_must_exist (op, error))
    return NULL;
  value = beaver_json_to_object (op->result, op->type, error);
  if (value == NULL)
    _beaver_list_prefix_index (op, error);
  return value;
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

static BeaverListOp *
new_typed_op (BeaverList *self, gint64 index, GType type, GError **error)
{
  BeaverListOp *op = _beaver_list_new_index_op (self, index, error);

  if (op != NULL)
    op->type = type;
  return op;
}

/**
 * beaver_list_push_node:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds what a `JsonNode` holds behind the last item.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_node (BeaverList *self, JsonNode *value, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  op = new_node_op (self, -1, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_node_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_node].
 *
 * Since: 1.0
 */
void
beaver_list_push_node_async (BeaverList *self,
                             JsonNode *value,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));
  g_return_if_fail (value != NULL);

  op = new_node_op (self, -1, value, &error);
  _beaver_list_start (self, self, beaver_list_push_node_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_node_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_node_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_set_node:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives the item at @index another value: what a `JsonNode` holds.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_node (BeaverList *self,
                      gint64 index,
                      JsonNode *value,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  op = new_node_op (self, index, value, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_set_work, op, cancellable, error))
    return FALSE;
  return _beaver_list_must_exist (op, error);
}

/**
 * beaver_list_set_node_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.set_node].
 *
 * Since: 1.0
 */
void
beaver_list_set_node_async (BeaverList *self,
                            gint64 index,
                            JsonNode *value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));
  g_return_if_fail (value != NULL);

  op = new_node_op (self, index, value, &error);
  _beaver_list_start (self, self, beaver_list_set_node_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_set_work, op, error, _beaver_list_finish_must_exist, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_set_node_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.set_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_node_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_node:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of an item as a `JsonNode`.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item. It holds integers of 64 bits only: for
 * exactness beyond see [method@Beaver.List.get_json].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_list_get_node (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return NULL;
  return take_node (op, error);
}

/**
 * beaver_list_get_node_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_node].
 *
 * Since: 1.0
 */
void
beaver_list_get_node_async (BeaverList *self,
                            gint64 index,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_node_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_node, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_node_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_node_async].
 *
 * Returns: (transfer full): the value; %NULL on error
 *
 * Since: 1.0
 */
JsonNode *
beaver_list_get_node_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_push_object:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds the properties of an object, as a JSON object behind the last item.
 *
 * How they are written is up to json-glib: the object's class may implement `JsonSerializable`.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_object (BeaverList *self,
                         GObject *value,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  op = new_object_op (self, -1, value, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_object_async:
 * @self: a list
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_object].
 *
 * Since: 1.0
 */
void
beaver_list_push_object_async (BeaverList *self,
                               GObject *value,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));
  g_return_if_fail (G_IS_OBJECT (value));

  op = new_object_op (self, -1, value, &error);
  _beaver_list_start (self, self, beaver_list_push_object_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_object_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_object_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_set_object:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives the item at @index another value: the properties of an object, as a JSON object.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_object (BeaverList *self,
                        gint64 index,
                        GObject *value,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  op = new_object_op (self, index, value, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_set_work, op, cancellable, error))
    return FALSE;
  return _beaver_list_must_exist (op, error);
}

/**
 * beaver_list_set_object_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.set_object].
 *
 * Since: 1.0
 */
void
beaver_list_set_object_async (BeaverList *self,
                              gint64 index,
                              GObject *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));
  g_return_if_fail (G_IS_OBJECT (value));

  op = new_object_op (self, index, value, &error);
  _beaver_list_start (self, self, beaver_list_set_object_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_set_work, op, error, _beaver_list_finish_must_exist, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_set_object_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.set_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_object_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_object:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @type: type of the object to make
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of an item as a new object whose properties are set from it.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item, %BEAVER_ERROR_INVALID when the value does not
 * fit the type.
 *
 * Returns: (transfer full): a new object; %NULL on error
 *
 * Since: 1.0
 */
GObject *
beaver_list_get_object (BeaverList *self,
                        gint64 index,
                        GType type,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT), NULL);

  op = new_typed_op (self, index, type, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return NULL;
  return take_object (op, error);
}

/**
 * beaver_list_get_object_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @type: type of the object to make
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_object].
 *
 * Since: 1.0
 */
void
beaver_list_get_object_async (BeaverList *self,
                              gint64 index,
                              GType type,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));
  g_return_if_fail (g_type_is_a (type, G_TYPE_OBJECT));

  op = new_typed_op (self, index, type, &error);
  _beaver_list_start (self, self, beaver_list_get_object_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, finish_object, cancellable, callback,
                      user_data);
}

/**
 * beaver_list_get_object_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_object_async].
 *
 * Returns: (transfer full): a new object; %NULL on error
 *
 * Since: 1.0
 */
GObject *
beaver_list_get_object_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
