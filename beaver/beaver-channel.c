/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-channel-private.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/beaver-message-private.h>
#include <beaver/beaver-pubsub-private.h>
#include <beaver/beaver-subscription-private.h>
#include <beaver/beaver-site-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverChannel:
 *
 * Messages from anybody to everybody: publish and subscribe, across threads and processes.
 *
 * Every message is a JSON value that is stored in the database, in one order for all. Subscribers
 * get what is published from the moment they subscribe on ([method@Beaver.Channel.subscribe]); who
 * must not miss anything while it is away uses a [class@Beaver.Consumer], which remembers in the
 * file how far it is. What was published can be read again with [method@Beaver.Channel.history].
 *
 * ```c
 * BeaverChannel *news = beaver_db_get_channel (db, "news", &error);
 *
 * beaver_channel_publish (news, "{\"title\": \"Dam finished\"}", NULL, &error);
 * ```
 *
 * A channel keeps its messages until it is cleared, or as long as
 * [method@Beaver.Channel.set_retention] says.
 *
 * Events, when somebody listens: `publish` with `{"payload": VALUE}`, `clear` with `{}`.
 *
 * Since: 1.0
 */

#define SQL_NAMES "SELECT DISTINCT channel_name FROM __beaver_pubsub_log__ ORDER BY channel_name"
#define SQL_COUNT "SELECT COUNT(*) FROM __beaver_pubsub_log__ WHERE channel_name = $1"
#define SQL_CLEAR "DELETE FROM __beaver_pubsub_log__ WHERE channel_name = $1"
#define SQL_HISTORY                                                                                \
  "SELECT rowid, timestamp, message_payload FROM __beaver_pubsub_log__ WHERE channel_name = $1 "   \
  "ORDER BY timestamp DESC LIMIT $2"

/* Seconds by which the newest stamp may be ahead of the clock before that is reported. */
#define AHEAD 60.0

G_DEFINE_FINAL_TYPE (BeaverChannel, beaver_channel, BEAVER_TYPE_MANAGER)

typedef enum
{
  PROP_MAX_AGE = 1,
  PROP_MAX_COUNT,
  PROP_CLOCK_AHEAD,
} BeaverChannelProperty;
static GParamSpec *props[PROP_CLOCK_AHEAD + 1];

BeaverChannelState *
_beaver_channel_state_ref (BeaverChannelState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_channel_state_unref (BeaverChannelState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  _beaver_retention_unref (self->retention);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Works */

static gboolean
channel_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) count = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 1, op->core->name, -1);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (count, 0);
  return TRUE;
}

static gboolean
channel_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) clear = _beaver_connection_prepare (connection, SQL_CLEAR, error);

  if (clear == NULL)
    return FALSE;
  _beaver_statement_bind_text (clear, 1, op->core->name, -1);
  if (!_beaver_statement_run (clear, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  return _beaver_manager_core_emit (op->core, connection, "clear", "{}", error);
}

typedef struct
{
  BeaverManagerCore *core;
  BeaverChannelState *state;
  char **payloads;  /* in the normal form */
  double timestamp; /* result: of the last one */
} PublishOp;

static gboolean
channel_publish_work (BeaverConnection *connection, gpointer data, GError **error)
{
  PublishOp *op = data;
  guint n = g_strv_length (op->payloads);
  gboolean only;

  if (n == 0)
    return TRUE;
  if (_beaver_manager_core_wants_events (op->core, connection))
    {
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *payload = g_strdup_printf ("{\"payload\": %s}", op->payloads[i]);

          if (!_beaver_pubsub_append (connection, op->core->name, op->payloads[i], NULL,
                                      &op->timestamp, error) ||
              !_beaver_manager_core_emit (op->core, connection, "publish", payload, error))
            return FALSE;
        }
      return _beaver_retention_publish (op->state->retention, connection, op->core->name, n, error);
    }
  only = n == 1 && _beaver_retention_is_idle (op->state->retention, connection);
  return _beaver_pubsub_append_many (connection, op->core->name, op->core->topic,
                                     (const char *const *) op->payloads, n, only, &op->timestamp,
                                     error) &&
         (only ||
          _beaver_retention_publish (op->state->retention, connection, op->core->name, n, error));
}

typedef struct
{
  BeaverManagerCore *core;
  gint64 limit;
  GPtrArray *rows; /* (element-type BeaverFeedRow) result */
} HistoryOp;

static gboolean
channel_history_work (BeaverConnection *connection, gpointer data, GError **error)
{
  HistoryOp *op = data;
  g_autoptr (BeaverStatement) history = _beaver_connection_prepare (connection, SQL_HISTORY, error);
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_feed_row_unref);
  GRefString *name;
  BeaverStep step;

  if (history == NULL)
    return FALSE;
  _beaver_statement_bind_text (history, 1, op->core->name, -1);
  _beaver_statement_bind_int (history, 2, op->limit);
  name = g_ref_string_new (op->core->name);
  while ((step = _beaver_statement_step (history, error)) == BEAVER_STEP_ROW)
    {
      gsize length = 0;
      const char *payload = _beaver_statement_text (history, 2, &length);

      g_ptr_array_add (rows, _beaver_feed_row_new (name, _beaver_statement_int (history, 0),
                                                   _beaver_statement_double (history, 1),
                                                   payload != NULL ? payload : "null",
                                                   payload != NULL ? length : 4));
    }
  g_ref_string_release (name);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  g_clear_pointer (&op->rows, g_ptr_array_unref);
  op->rows = g_steal_pointer (&rows);
  return TRUE;
}

/* Oldest first. */
static GPtrArray *
history_result (HistoryOp *op)
{
  GPtrArray *messages = g_ptr_array_new_full (op->rows->len, g_object_unref);

  for (guint i = op->rows->len; i > 0; i--)
    g_ptr_array_add (messages, _beaver_message_new (op->rows->pdata[i - 1]));
  return messages;
}

/* Object */

static void
beaver_channel_attached (BeaverManager *manager)
{
  BeaverChannel *self = BEAVER_CHANNEL (manager);
  BeaverManagerCore *core = _beaver_manager_get_core (manager);

  self->feed = _beaver_feed_new (core->engine, core->topic, "beaver-channel");
}

static void
beaver_channel_stop (BeaverManager *manager)
{
  BeaverChannel *self = BEAVER_CHANNEL (manager);

  if (self->feed != NULL)
    _beaver_feed_stop (self->feed);
  ((BeaverManagerClass *) beaver_channel_parent_class)->stop (manager);
}

static guint
beaver_channel_join (BeaverManager *manager)
{
  BeaverChannel *self = BEAVER_CHANNEL (manager);
  guint joined = self->feed != NULL ? _beaver_feed_join (self->feed) : 0;

  return joined + ((BeaverManagerClass *) beaver_channel_parent_class)->join (manager);
}

static void
beaver_channel_add_live_objects (BeaverManager *manager, GPtrArray *objects)
{
  BeaverChannel *self = BEAVER_CHANNEL (manager);
  g_autoptr (GPtrArray) subscriptions = _beaver_weak_set_get (self->subscriptions);

  for (guint i = 0; i < subscriptions->len; i++)
    _beaver_referenced_add (
        objects, g_strdup_printf ("subscription “%s”", _beaver_manager_get_core (manager)->name),
        _beaver_site_of (g_ptr_array_index (subscriptions, i)));
}

static void
beaver_channel_finalize (GObject *object)
{
  BeaverChannel *self = BEAVER_CHANNEL (object);

  g_clear_pointer (&self->feed, _beaver_feed_unref);
  _beaver_channel_state_unref (self->state);
  _beaver_weak_set_free (self->subscriptions);
  G_OBJECT_CLASS (beaver_channel_parent_class)->finalize (object);
}

static void
beaver_channel_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverChannel *self = BEAVER_CHANNEL (object);

  switch ((BeaverChannelProperty) prop_id)
    {
    case PROP_MAX_AGE:
      g_value_set_double (value, beaver_channel_get_max_age (self));
      break;
    case PROP_MAX_COUNT:
      g_value_set_int64 (value, beaver_channel_get_max_count (self));
      break;
    case PROP_CLOCK_AHEAD:
      g_value_set_double (value, beaver_channel_get_clock_ahead (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_channel_class_init (BeaverChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  object_class->finalize = beaver_channel_finalize;
  object_class->get_property = beaver_channel_get_property;
  manager_class->kind = "channel";
  manager_class->count_work = channel_count_work;
  manager_class->clear_work = channel_clear_work;
  manager_class->attached = beaver_channel_attached;
  manager_class->stop = beaver_channel_stop;
  manager_class->join = beaver_channel_join;
  manager_class->add_live_objects = beaver_channel_add_live_objects;

  /**
   * BeaverChannel:max-age: (getter get_max_age)
   *
   * See [method@Beaver.Channel.get_max_age]. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_MAX_AGE] = g_param_spec_double ("max-age", NULL, NULL, 0, G_MAXDOUBLE, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverChannel:max-count: (getter get_max_count)
   *
   * See [method@Beaver.Channel.get_max_count]. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_MAX_COUNT] = g_param_spec_int64 ("max-count", NULL, NULL, 0, G_MAXINT64, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverChannel:clock-ahead: (getter get_clock_ahead)
   *
   * See [method@Beaver.Channel.get_clock_ahead]. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK_AHEAD] = g_param_spec_double ("clock-ahead", NULL, NULL, 0, G_MAXDOUBLE, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_channel_init (BeaverChannel *self)
{
  self->subscriptions = _beaver_weak_set_new ();
  self->state = g_new0 (BeaverChannelState, 1);
  g_atomic_ref_count_init (&self->state->ref_count);
  g_mutex_init (&self->state->mutex);
  self->state->retention = _beaver_retention_new ();
}

/**
 * beaver_db_get_channel:
 * @self: a database
 * @name: the name of the channel
 * @error: return location for an error
 *
 * Gets the channel of this name, the same object each time.
 *
 * Returns: (transfer none): the channel, a child of the database; %NULL on error
 *
 * Since: 1.0
 */
BeaverChannel *
beaver_db_get_channel (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_get_manager (self, BEAVER_TYPE_CHANNEL, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_channel_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the channels that hold messages, in alphabetical order, without those whose names begin
 * with two underscores.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_channel_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_channel_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_channel_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_channel_names_async (BeaverDb *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_channel_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_channel_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_channel_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_channel_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/* Publishing */

static gboolean
publish_op_init (PublishOp *op, BeaverChannel *self, const char *const *jsons, GError **error)
{
  guint n = jsons != NULL ? g_strv_length ((char **) jsons) : 0;
  g_auto (GStrv) payloads = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      payloads[i] = _beaver_json_normalize (jsons[i], -1, error);
      if (payloads[i] == NULL)
        {
          if (n > 1)
            g_prefix_error (error, "message %u of %u: ", i + 1, n);
          g_prefix_error (error, "channel “%s”: ", beaver_manager_get_name (BEAVER_MANAGER (self)));
          return FALSE;
        }
    }
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->state = _beaver_channel_state_ref (self->state);
  op->payloads = g_steal_pointer (&payloads);
  op->timestamp = 0;
  return TRUE;
}

static void
publish_op_clear (PublishOp *op)
{
  _beaver_manager_core_unref (op->core);
  _beaver_channel_state_unref (op->state);
  g_strfreev (op->payloads);
}

static void
publish_op_free (gpointer pointer)
{
  publish_op_clear (pointer);
  g_free (pointer);
}

/* One stamp of the future drags all later ones along, and readers that go by the clock do not see
 * publishers that do. */
static void
publish_op_report (PublishOp *op)
{
  double ahead = op->timestamp - g_get_real_time () / (double) G_USEC_PER_SEC;
  gboolean warn;

  if (op->payloads[0] == NULL)
    return;
  if (ahead < AHEAD)
    ahead = 0;
  g_mutex_lock (&op->state->mutex);
  warn = ahead > 0 && !op->state->warned;
  op->state->ahead = ahead;
  op->state->warned |= warn;
  g_mutex_unlock (&op->state->mutex);

  if (warn)
    g_warning ("channel “%s”: the newest message in %s is stamped %.0f seconds in the future, so "
               "every later one is too, and programs that read by the clock may miss messages; "
               "clear the channel that holds it once the clocks are right",
               op->core->name, _beaver_engine_get_path (op->core->engine), ahead);
}

static void
publish_op_finish (GTask *task, gpointer data)
{
  publish_op_report (data);
  g_task_return_boolean (task, TRUE);
}

static BeaverAccess
access_of (const PublishOp *op)
{
  return op->payloads[0] != NULL && op->payloads[1] == NULL ? BEAVER_ACCESS_WRITE_ONE :
                                                              BEAVER_ACCESS_WRITE;
}

static gboolean
channel_publish (BeaverChannel *self,
                 const char *const *jsons,
                 GCancellable *cancellable,
                 GError **error)
{
  PublishOp op;
  gboolean ok;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !publish_op_init (&op, self, jsons, error))
    return FALSE;
  ok = _beaver_manager_run (BEAVER_MANAGER (self), access_of (&op), channel_publish_work, &op,
                            cancellable, error);
  if (ok)
    publish_op_report (&op);
  publish_op_clear (&op);
  return ok;
}

static void
channel_publish_async (BeaverChannel *self, const char *const *jsons, GTask *task)
{
  PublishOp *op = g_new0 (PublishOp, 1);
  GError *error = NULL;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), &error) == NULL ||
      !publish_op_init (op, self, jsons, &error))
    {
      g_free (op);
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), access_of (op), channel_publish_work, op,
                             publish_op_free, task, publish_op_finish);
}

/* A batch of nothing is fine, a message of nothing is not. */
static gboolean
payload_is_there (BeaverChannel *self, const char *json, GError **error)
{
  if (json != NULL)
    return TRUE;
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) != NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 "channel “%s”: the message is missing; JSON's null is the text “null”",
                 beaver_manager_get_name (BEAVER_MANAGER (self)));
  return FALSE;
}

/**
 * beaver_channel_publish:
 * @self: a channel
 * @json: what to publish, as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Publishes a message.
 *
 * When this has returned %TRUE the message is in the database, and every subscriber of every
 * process gets it, in the order of all messages. Inside a transaction they get it when that is
 * committed.
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish (BeaverChannel *self,
                        const char *json,
                        GCancellable *cancellable,
                        GError **error)
{
  const char *jsons[] = { json, NULL };

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);

  return payload_is_there (self, json, error) && channel_publish (self, jsons, cancellable, error);
}

/**
 * beaver_channel_publish_async:
 * @self: a channel
 * @json: what to publish, as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when it is published
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.publish]. What one thread publishes keeps its order.
 *
 * Since: 1.0
 */
void
beaver_channel_publish_async (BeaverChannel *self,
                              const char *json,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  const char *jsons[] = { json, NULL };
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_publish_async);
  if (payload_is_there (self, json, &error))
    channel_publish_async (self, jsons, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_channel_publish_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.publish_async].
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_channel_publish_batch:
 * @self: a channel
 * @jsons: (array zero-terminated=1) (nullable): what to publish, each as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Publishes several messages in one transaction: all of them, one behind the other, or none.
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_batch (BeaverChannel *self,
                              const char *const *jsons,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);

  return channel_publish (self, jsons, cancellable, error);
}

/**
 * beaver_channel_publish_batch_async:
 * @self: a channel
 * @jsons: (array zero-terminated=1) (nullable): what to publish, each as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when they are published
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.publish_batch].
 *
 * Since: 1.0
 */
void
beaver_channel_publish_batch_async (BeaverChannel *self,
                                    const char *const *jsons,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_publish_batch_async);
  channel_publish_async (self, jsons, task);
}

/**
 * beaver_channel_publish_batch_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.publish_batch_async].
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_channel_publish_batch_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Subscribing */

/**
 * beaver_channel_subscribe:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Subscribes to the messages that are published from now on.
 *
 * Not inside a transaction of a database in memory, which has one connection
 * (%BEAVER_ERROR_CONFLICT).
 *
 * Returns: (transfer full): the subscription; it ends with its last reference. %NULL on error
 *
 * Since: 1.0
 */
BeaverSubscription *
beaver_channel_subscribe (BeaverChannel *self, GCancellable *cancellable, GError **error)
{
  BeaverManagerCore *core;
  g_autoptr (BeaverSubscription) subscription = NULL;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), NULL);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  subscription = _beaver_subscription_new (core, self->feed);
  if (!_beaver_feed_add (self->feed, _beaver_subscription_get_sink (subscription), error))
    {
      g_prefix_error (error, "channel “%s”: ", core->name);
      return NULL;
    }
  _beaver_weak_set_add (self->subscriptions, subscription);
  return g_steal_pointer (&subscription);
}

/**
 * beaver_channel_subscribe_async:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when subscribed
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.subscribe].
 *
 * Since: 1.0
 */
void
beaver_channel_subscribe_async (BeaverChannel *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverSubscription *subscription;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_subscribe_async);
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), &error) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;
  subscription =
      _beaver_subscription_new (_beaver_manager_get_core (BEAVER_MANAGER (self)), self->feed);
  _beaver_weak_set_add (self->subscriptions, subscription);
  g_task_set_task_data (task, subscription, g_object_unref);
  _beaver_feed_add_async (self->feed, _beaver_subscription_get_sink (subscription), task);
}

/**
 * beaver_channel_subscribe_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.subscribe_async].
 *
 * Returns: (transfer full): the subscription; it ends with its last reference. %NULL on error
 *
 * Since: 1.0
 */
BeaverSubscription *
beaver_channel_subscribe_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_object_ref (g_task_get_task_data (G_TASK (result)));
}

/**
 * beaver_channel_close_subscriptions:
 * @self: a channel
 *
 * Ends all subscriptions that were made with this object, as [method@Beaver.Subscription.close]
 * does. New ones can be made.
 *
 * Since: 1.0
 */
void
beaver_channel_close_subscriptions (BeaverChannel *self)
{
  g_autoptr (GPtrArray) subscriptions = NULL;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  subscriptions = _beaver_weak_set_get (self->subscriptions);
  for (guint i = 0; i < subscriptions->len; i++)
    beaver_subscription_close (subscriptions->pdata[i]);
}

/* History */

/**
 * beaver_channel_history:
 * @self: a channel
 * @limit: how many messages at most; less than 0 for all
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the newest messages, the oldest of them first.
 *
 * Returns: (transfer container) (element-type BeaverMessage): the messages; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_channel_history (BeaverChannel *self,
                        gint64 limit,
                        GCancellable *cancellable,
                        GError **error)
{
  HistoryOp op = { NULL, limit, NULL };
  g_autoptr (GPtrArray) rows = NULL;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), NULL);

  op.core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  if (!_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, channel_history_work, &op,
                            cancellable, error))
    return NULL;
  rows = op.rows;
  return history_result (&op);
}

static void
history_op_free (gpointer pointer)
{
  HistoryOp *op = pointer;

  _beaver_manager_core_unref (op->core);
  g_clear_pointer (&op->rows, g_ptr_array_unref);
  g_free (op);
}

static void
history_op_finish (GTask *task, gpointer data)
{
  g_task_return_pointer (task, history_result (data), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * beaver_channel_history_async:
 * @self: a channel
 * @limit: how many messages at most; less than 0 for all
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when they are read
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.history].
 *
 * Since: 1.0
 */
void
beaver_channel_history_async (BeaverChannel *self,
                              gint64 limit,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  HistoryOp *op;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_history_async);
  op = g_new0 (HistoryOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->limit = limit;
  _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, channel_history_work, op,
                             history_op_free, task, history_op_finish);
}

/**
 * beaver_channel_history_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.history_async].
 *
 * Returns: (transfer container) (element-type BeaverMessage): the messages; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_channel_history_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_channel_get_clock_ahead:
 * @self: a channel
 *
 * Gets by how much the newest message in the file was ahead of the clock of this machine when this
 * object last published.
 *
 * Stamps of messages only grow, so one message from a machine whose clock is a day fast makes all
 * later ones a day too late, and hides the messages of Python processes, which stamp by the clock,
 * from Python readers. Subscribers of this library are not affected. A warning is logged once.
 *
 * Returns: seconds; 0 when it is less than a minute
 *
 * Since: 1.0
 */
double
beaver_channel_get_clock_ahead (BeaverChannel *self)
{
  double ahead;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), 0);

  g_mutex_lock (&self->state->mutex);
  ahead = self->state->ahead;
  g_mutex_unlock (&self->state->mutex);
  return ahead;
}
