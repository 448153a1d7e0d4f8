/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-channel-private.h>
#include <beaver/beaver-json.h>

/* What is no text: trees, and objects by their properties. */

/* Takes json, which may be NULL with an error. */
static char *
check_json (BeaverChannel *self, char *json, GError **error)
{
  if (json == NULL)
    g_prefix_error (error, "channel “%s”: ", beaver_manager_get_name (BEAVER_MANAGER (self)));
  return json;
}

static char *
node_to_json (BeaverChannel *self, JsonNode *value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return check_json (self, beaver_json_from_node (value, error), error);
}

static char *
object_to_json (BeaverChannel *self, GObject *value, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return check_json (self, beaver_json_from_object (value, error), error);
}

/* Takes json, and error without it. */
static void
start (BeaverChannel *self,
       char *json,
       GError *error,
       gpointer tag,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  if (json != NULL)
    beaver_channel_publish_async (self, json, cancellable, callback, user_data);
  else
    g_task_report_error (self, callback, user_data, tag, error);
  g_free (json);
}

/**
 * beaver_channel_publish_node:
 * @self: a channel
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Publishes what a `JsonNode` holds.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_node (BeaverChannel *self,
                             JsonNode *value,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  json = node_to_json (self, value, error);
  return json != NULL && beaver_channel_publish (self, json, cancellable, error);
}

/**
 * beaver_channel_publish_node_async:
 * @self: a channel
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.publish_node].
 *
 * Since: 1.0
 */
void
beaver_channel_publish_node_async (BeaverChannel *self,
                                   JsonNode *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  char *json;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));
  g_return_if_fail (value != NULL);

  json = node_to_json (self, value, &error);
  start (self, json, error, beaver_channel_publish_node_async, cancellable, callback, user_data);
}

/**
 * beaver_channel_publish_node_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.publish_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_node_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_channel_publish_object:
 * @self: a channel
 * @value: the value
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Publishes the properties of an object, as a JSON object.
 *
 * How they are written is up to json-glib: the object's class may implement `JsonSerializable`.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_object (BeaverChannel *self,
                               GObject *value,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  json = object_to_json (self, value, error);
  return json != NULL && beaver_channel_publish (self, json, cancellable, error);
}

/**
 * beaver_channel_publish_object_async:
 * @self: a channel
 * @value: the value
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.publish_object].
 *
 * Since: 1.0
 */
void
beaver_channel_publish_object_async (BeaverChannel *self,
                                     GObject *value,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *error = NULL;
  char *json;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));
  g_return_if_fail (G_IS_OBJECT (value));

  json = object_to_json (self, value, &error);
  start (self, json, error, beaver_channel_publish_object_async, cancellable, callback, user_data);
}

/**
 * beaver_channel_publish_object_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.publish_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_object_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
