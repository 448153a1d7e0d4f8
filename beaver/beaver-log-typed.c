/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-json.h>
#include <beaver/beaver-log-private.h>

/* What is no text: trees, and objects by their properties. */

/* Takes json, which may be NULL with an error. */
static BeaverLogOp *
typed_op (BeaverLog *self, char *json, GError **error)
{
  BeaverLogOp *op;

  if (json == NULL)
    {
      _beaver_log_prefix (self, error);
      return NULL;
    }
  op = _beaver_log_op_new (self, error);
  if (op == NULL)
    {
      g_free (json);
      return NULL;
    }
  op->start = NAN;
  op->row.data = json;
  return op;
}

static BeaverLogOp *
node_op (BeaverLog *self, JsonNode *value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return typed_op (self, beaver_json_from_node (value, error), error);
}

static BeaverLogOp *
object_op (BeaverLog *self, GObject *value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return typed_op (self, beaver_json_from_object (value, error), error);
}

/**
 * beaver_log_append_node:
 * @self: a log
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Logs now what a `JsonNode` holds.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_node (BeaverLog *self, JsonNode *value, GCancellable *cancellable, GError **error)
{
  BeaverLogOp *op;
  gboolean done;

  g_return_val_if_fail (BEAVER_IS_LOG (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  op = node_op (self, value, error);
  done = _beaver_log_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, cancellable,
                          error);
  g_clear_pointer (&op, _beaver_log_op_free);
  return done;
}

/**
 * beaver_log_append_node_async:
 * @self: a log
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Log.append_node].
 *
 * Since: 1.0
 */
void
beaver_log_append_node_async (BeaverLog *self,
                              JsonNode *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));
  g_return_if_fail (value != NULL);

  op = node_op (self, value, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, error,
                     _beaver_log_finish_true, beaver_log_append_node_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_append_node_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Log.append_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_node_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_boolean (self, result, error);
}

/**
 * beaver_log_append_object:
 * @self: a log
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Logs now the properties of an object, as a JSON object.
 *
 * How they are written is up to json-glib: the object's class may implement `JsonSerializable`.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_object (BeaverLog *self,
                          GObject *value,
                          GCancellable *cancellable,
                          GError **error)
{
  BeaverLogOp *op;
  gboolean done;

  g_return_val_if_fail (BEAVER_IS_LOG (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  op = object_op (self, value, error);
  done = _beaver_log_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, cancellable,
                          error);
  g_clear_pointer (&op, _beaver_log_op_free);
  return done;
}

/**
 * beaver_log_append_object_async:
 * @self: a log
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Log.append_object].
 *
 * Since: 1.0
 */
void
beaver_log_append_object_async (BeaverLog *self,
                                GObject *value,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));
  g_return_if_fail (G_IS_OBJECT (value));

  op = object_op (self, value, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, error,
                     _beaver_log_finish_true, beaver_log_append_object_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_append_object_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Log.append_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_object_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_boolean (self, result, error);
}
