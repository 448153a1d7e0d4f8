/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-consumer-private.h>
#include <beaver/beaver-message-private.h>

/**
 * BeaverConsumer:
 *
 * A reader of a channel that remembers in the database how far it is.
 *
 * A consumer has a name. It gets every message of the channel, also those that were published while
 * it was away; [method@Beaver.Consumer.ack] says that one, and all before it, are dealt with. Who
 * opens the consumer again, in whatever process, gets what was not acknowledged, once more. So a
 * program that dies between taking a message and acknowledging it sees that message twice, and
 * misses none.
 *
 * ```c
 * g_autoptr (BeaverConsumer) audit = beaver_channel_open_consumer (
 *     channel, "audit", BEAVER_CONSUMER_START_BEGINNING, NULL, &error);
 *
 * while ((message = beaver_consumer_next (audit, -1, NULL, &error)) != NULL)
 *   {
 *     write_down (beaver_message_get_json (message));
 *     beaver_consumer_ack (audit, message, NULL, &error);
 *     g_object_unref (message);
 *   }
 * ```
 *
 * One object at a time has a consumer: opening it a second time, here or in another process,
 * answers %BEAVER_ERROR_CONFLICT. It is had for a minute from the last call, and for as long as
 * [method@Beaver.Consumer.next] waits; a process that died has lost it after that minute. Who was
 * slower than that, and was replaced, gets %BEAVER_ERROR_CONFLICT too.
 *
 * Messages that were removed before they were read, by clearing the channel or by its
 * [method@Beaver.Channel.set_retention], are gone for consumers as well.
 *
 * Use a consumer from one thread at a time.
 *
 * Since: 1.0
 */

struct _BeaverConsumer
{
  GObject parent_instance;

  /* Constant; NULL in one that was made by hand, which is closed. */
  BeaverConsumerState *state;
};

G_DEFINE_FINAL_TYPE (BeaverConsumer, beaver_consumer, G_TYPE_OBJECT)

typedef enum
{
  PROP_CHANNEL = 1,
  PROP_NAME,
} BeaverConsumerProperty;
static GParamSpec *props[PROP_NAME + 1];

/* Object */

static gboolean
check_open (BeaverConsumer *self, GError **error)
{
  gboolean closed;

  if (self->state == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                   "this consumer belongs to no channel; get it from one");
      return FALSE;
    }
  if (!_beaver_manager_core_check_open (self->state->core, error))
    return FALSE;
  g_mutex_lock (&self->state->mutex);
  closed = self->state->closed;
  g_mutex_unlock (&self->state->mutex);
  if (closed)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "consumer “%s” was closed",
                 self->state->name);
  return !closed;
}

static void
release_free (gpointer data)
{
  BeaverConsumerState *state = data;

  /* also what waits for one that is running */
  _beaver_engine_remove_close_work (state->core->engine, state->close_work);
  _beaver_consumer_state_mark_released (state, FALSE);
  _beaver_consumer_state_unref (state);
}

static void
beaver_consumer_dispose (GObject *object)
{
  beaver_consumer_close (BEAVER_CONSUMER (object));
  G_OBJECT_CLASS (beaver_consumer_parent_class)->dispose (object);
}

static void
beaver_consumer_finalize (GObject *object)
{
  BeaverConsumer *self = BEAVER_CONSUMER (object);

  g_clear_pointer (&self->state, _beaver_consumer_state_unref);
  G_OBJECT_CLASS (beaver_consumer_parent_class)->finalize (object);
}

static void
beaver_consumer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverConsumer *self = BEAVER_CONSUMER (object);

  switch ((BeaverConsumerProperty) prop_id)
    {
    case PROP_CHANNEL:
      g_value_set_string (value, beaver_consumer_get_channel (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, beaver_consumer_get_name (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_consumer_class_init (BeaverConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beaver_consumer_dispose;
  object_class->finalize = beaver_consumer_finalize;
  object_class->get_property = beaver_consumer_get_property;

  /**
   * BeaverConsumer:channel: (getter get_channel)
   *
   * The name of the channel.
   *
   * Since: 1.0
   */
  props[PROP_CHANNEL] =
      g_param_spec_string ("channel", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverConsumer:name: (getter get_name)
   *
   * The name of the consumer.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_consumer_init (BeaverConsumer *self)
{
}

/* Opening */

static gboolean
check_start (BeaverConsumerStart start, double value, gboolean open, GError **error)
{
  gboolean fits = start == BEAVER_CONSUMER_START_BEGINNING || start == BEAVER_CONSUMER_START_END;

  if (!open)
    fits |= start == BEAVER_CONSUMER_START_ACKNOWLEDGED ||
            (start == BEAVER_CONSUMER_START_TIME && isfinite (value)) ||
            (start == BEAVER_CONSUMER_START_OFFSET && fabs (value) < 9007199254740992.0);
  if (!fits)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 "a consumer cannot start at %g (%d); give %s", value, (int) start,
                 open ? "BEGINNING or END" : "a finite time, an offset below 2^53, or no value");
  return fits;
}

static BeaverConsumerOp *
op_new (BeaverConsumerState *state)
{
  BeaverConsumerOp *op = g_new0 (BeaverConsumerOp, 1);

  op->state = _beaver_consumer_state_ref (state);
  return op;
}

static void
op_free (gpointer pointer)
{
  BeaverConsumerOp *op = pointer;

  _beaver_consumer_state_unref (op->state);
  g_free (op);
}

/* The checks of open and remove, and their op. */
static BeaverConsumerOp *
channel_op_new (BeaverChannel *self, const char *name, BeaverConsumerStart start, GError **error)
{
  BeaverManager *manager = BEAVER_MANAGER (self);
  BeaverConsumerState *state;
  BeaverConsumerOp *op;

  if (_beaver_manager_get_engine (manager, error) == NULL ||
      !_beaver_check_name ("consumer", name, error) || !check_start (start, 0, TRUE, error))
    return NULL;
  state = _beaver_consumer_state_new (_beaver_manager_get_core (manager), name);
  op = op_new (state);
  op->start = start;
  _beaver_consumer_state_unref (state);
  return op;
}

static BeaverConsumer *
opened (BeaverConsumerOp *op)
{
  BeaverConsumer *self = g_object_new (BEAVER_TYPE_CONSUMER, NULL);

  self->state = _beaver_consumer_state_ref (op->state);
  _beaver_consumer_state_set_position (self->state, &op->position);
  _beaver_consumer_state_renewed (self->state);
  self->state->close_work = _beaver_engine_add_close_work (
      self->state->core->engine, _beaver_consumer_release_work, self->state);
  return self;
}

static void
open_finish (GTask *task, gpointer data)
{
  g_task_return_pointer (task, opened (data), g_object_unref);
}

/**
 * beaver_channel_open_consumer:
 * @self: a channel
 * @name: the name of the consumer
 * @start: where a consumer of a new name starts: %BEAVER_CONSUMER_START_BEGINNING, which is the
 *   default of the languages that have one, or %BEAVER_CONSUMER_START_END
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Opens the consumer of this name, and makes it when there is none.
 *
 * One that was there goes on behind the last message it acknowledged.
 *
 * Returns: (transfer full): the consumer; %NULL on error, with %BEAVER_ERROR_CONFLICT when somebody
 *   else has it open
 *
 * Since: 1.0
 */
BeaverConsumer *
beaver_channel_open_consumer (BeaverChannel *self,
                              const char *name,
                              BeaverConsumerStart start,
                              GCancellable *cancellable,
                              GError **error)
{
  BeaverConsumer *consumer = NULL;
  BeaverConsumerOp *op;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), NULL);

  op = channel_op_new (self, name, start, error);
  if (op == NULL)
    return NULL;
  if (_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE, _beaver_consumer_place_work,
                           op, cancellable, error))
    consumer = opened (op);
  op_free (op);
  return consumer;
}

/**
 * beaver_channel_open_consumer_async:
 * @self: a channel
 * @name: the name of the consumer
 * @start: where a consumer of a new name starts
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when it is open
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.open_consumer].
 *
 * Since: 1.0
 */
void
beaver_channel_open_consumer_async (BeaverChannel *self,
                                    const char *name,
                                    BeaverConsumerStart start,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverConsumerOp *op;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_open_consumer_async);
  op = channel_op_new (self, name, start, &error);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                               _beaver_consumer_place_work, op, op_free, task, open_finish);
}

/**
 * beaver_channel_open_consumer_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.open_consumer_async].
 *
 * Returns: (transfer full): the consumer; %NULL on error
 *
 * Since: 1.0
 */
BeaverConsumer *
beaver_channel_open_consumer_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
remove_finish (GTask *task, gpointer data)
{
  BeaverConsumerOp *op = data;

  g_task_return_boolean (task, op->found);
}

/**
 * beaver_channel_remove_consumer:
 * @self: a channel
 * @name: the name of a consumer
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Forgets a consumer and how far it is.
 *
 * Returns: %TRUE when it was there; %FALSE without an error when there was none, and with
 *   %BEAVER_ERROR_CONFLICT when somebody has it open
 *
 * Since: 1.0
 */
gboolean
beaver_channel_remove_consumer (BeaverChannel *self,
                                const char *name,
                                GCancellable *cancellable,
                                GError **error)
{
  BeaverConsumerOp *op;
  gboolean found;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);

  op = channel_op_new (self, name, BEAVER_CONSUMER_START_END, error);
  if (op == NULL)
    return FALSE;
  found = _beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                               _beaver_consumer_remove_work, op, cancellable, error) &&
          op->found;
  op_free (op);
  return found;
}

/**
 * beaver_channel_remove_consumer_async:
 * @self: a channel
 * @name: the name of a consumer
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when it is gone
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.remove_consumer].
 *
 * Since: 1.0
 */
void
beaver_channel_remove_consumer_async (BeaverChannel *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverConsumerOp *op;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_remove_consumer_async);
  op = channel_op_new (self, name, BEAVER_CONSUMER_START_END, &error);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE,
                               _beaver_consumer_remove_work, op, op_free, task, remove_finish);
}

/**
 * beaver_channel_remove_consumer_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.remove_consumer_async].
 *
 * Returns: %TRUE when it was there
 *
 * Since: 1.0
 */
gboolean
beaver_channel_remove_consumer_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_consumer_get_channel:
 * @self: a consumer
 *
 * Gets the name of the channel.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_consumer_get_channel (BeaverConsumer *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER (self), NULL);

  return self->state != NULL ? self->state->core->name : "";
}

/**
 * beaver_consumer_get_name:
 * @self: a consumer
 *
 * Gets the name of the consumer.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_consumer_get_name (BeaverConsumer *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER (self), NULL);

  return self->state != NULL ? self->state->name : "";
}

/* Reading */

static gboolean
check_next (BeaverConsumer *self, double timeout, GError **error)
{
  if (isnan (timeout))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "the timeout is not a number; give seconds, or less than 0 to wait for ever");
      return FALSE;
    }
  return check_open (self, error);
}

/**
 * beaver_consumer_next:
 * @self: a consumer
 * @timeout: seconds to wait; 0 takes what is there, less than 0 waits for ever
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes the next message; waits until there is one.
 *
 * Messages come in their order, each once until the consumer is opened again or moved. When
 * @timeout is over that is %BEAVER_ERROR_TIMEOUT.
 *
 * Returns: (transfer full) (nullable): the message; %NULL without an error when the consumer was
 *   closed meanwhile
 *
 * Since: 1.0
 */
BeaverMessage *
beaver_consumer_next (BeaverConsumer *self,
                      double timeout,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverFeedRow) row = NULL;
  GError *reason = NULL;
  BeaverConsumerNext *op;

  g_return_val_if_fail (BEAVER_IS_CONSUMER (self), NULL);

  if (!check_next (self, timeout, error))
    return NULL;
  op = _beaver_consumer_next_op_new (self->state, timeout);
  while ((row = _beaver_consumer_next_take (op, &reason)) == NULL && reason == NULL &&
         _beaver_engine_wait (self->state->core->engine, self->state->core->topic,
                              &_beaver_consumer_next_ops, op, _beaver_consumer_next_op_left (op),
                              cancellable, &reason))
    _beaver_consumer_next_keep (op);
  _beaver_consumer_next_op_free (op);
  if (reason != NULL && g_error_matches (reason, BEAVER_ERROR, BEAVER_ERROR_CLOSED))
    g_clear_error (&reason); /* it was open when this began */
  else if (reason != NULL)
    {
      if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_prefix_error (&reason, "channel “%s”: ", self->state->core->name);
      g_propagate_error (error, reason);
    }
  return row != NULL ? _beaver_message_new (row) : NULL;
}

static void next_step (GTask *task, BeaverConsumerNext *op);

static void
next_done (GTask *task, gpointer data)
{
  BeaverConsumerNext *op = data;
  BeaverConsumerNext *again;

  _beaver_consumer_next_keep (op);
  again = _beaver_consumer_next_op_new (op->state, -1);
  again->deadline = op->deadline;
  next_step (task, again);
}

/* Takes op. */
static void
next_step (GTask *task, BeaverConsumerNext *op)
{
  GError *error = NULL;
  g_autoptr (BeaverFeedRow) row = _beaver_consumer_next_take (op, &error);

  if (error != NULL || row != NULL)
    {
      if (error != NULL)
        g_task_return_error (task, error);
      else
        g_task_return_pointer (task, _beaver_message_new (row), g_object_unref);
      _beaver_consumer_next_op_free (op);
      return;
    }
  _beaver_engine_wait_async (op->state->core->engine, op->state->core->topic,
                             &_beaver_consumer_next_ops, op, _beaver_consumer_next_op_free,
                             _beaver_consumer_next_op_left (op), task, next_done);
}

/**
 * beaver_consumer_next_async:
 * @self: a consumer
 * @timeout: seconds to wait; 0 takes what is there, less than 0 waits for ever
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when there is a message
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Consumer.next]. No thread waits meanwhile.
 *
 * Since: 1.0
 */
void
beaver_consumer_next_async (BeaverConsumer *self,
                            double timeout,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_CONSUMER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_consumer_next_async);
  g_task_set_check_cancellable (task, FALSE); /* a message that was taken is delivered */
  if (!check_next (self, timeout, &error))
    g_task_return_error (task, error);
  else
    {
      /* marks that it was open when this began */
      g_task_set_task_data (task, GINT_TO_POINTER (TRUE), NULL);
      next_step (task, _beaver_consumer_next_op_new (self->state, timeout));
    }
}

/**
 * beaver_consumer_next_finish:
 * @self: a consumer
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Consumer.next_async].
 *
 * Returns: (transfer full) (nullable): the message; %NULL without an error when the consumer was
 *   closed meanwhile
 *
 * Since: 1.0
 */
BeaverMessage *
beaver_consumer_next_finish (BeaverConsumer *self, GAsyncResult *result, GError **error)
{
  GError *reason = NULL;
  BeaverMessage *message;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  message = g_task_propagate_pointer (G_TASK (result), &reason);
  if (reason != NULL && g_task_get_task_data (G_TASK (result)) != NULL &&
      g_error_matches (reason, BEAVER_ERROR, BEAVER_ERROR_CLOSED))
    g_clear_error (&reason);
  if (reason != NULL)
    g_propagate_error (error, reason);
  return message;
}

static BeaverConsumerOp *
ack_op_new (BeaverConsumer *self, BeaverMessage *message, GError **error)
{
  BeaverConsumerOp *op;

  if (!check_open (self, error))
    return NULL;
  if (!g_str_equal (beaver_message_get_channel (message), self->state->core->name))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "consumer “%s” of channel “%s” cannot acknowledge a message of channel “%s”",
                   self->state->name, self->state->core->name,
                   beaver_message_get_channel (message));
      return NULL;
    }
  op = op_new (self->state);
  op->ack_rowid = beaver_message_get_offset (message);
  op->ack_stamp = beaver_message_get_timestamp (message);
  return op;
}

static void
ack_finish (GTask *task, gpointer data)
{
  _beaver_consumer_state_renewed (((BeaverConsumerOp *) data)->state);
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_consumer_ack:
 * @self: a consumer
 * @message: a message of it
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Says that @message, and all before it, are dealt with: they do not come again.
 *
 * Inside a transaction this holds when that is committed, so that a message and what it caused are
 * one step.
 *
 * Returns: %TRUE when that is in the database
 *
 * Since: 1.0
 */
gboolean
beaver_consumer_ack (BeaverConsumer *self,
                     BeaverMessage *message,
                     GCancellable *cancellable,
                     GError **error)
{
  BeaverConsumerOp *op;
  gboolean ok;

  g_return_val_if_fail (BEAVER_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (BEAVER_IS_MESSAGE (message), FALSE);

  op = ack_op_new (self, message, error);
  if (op == NULL)
    return FALSE;
  ok = _beaver_manager_core_run (self->state->core, BEAVER_ACCESS_WRITE, _beaver_consumer_ack_work,
                                 op, cancellable, error);
  if (ok)
    _beaver_consumer_state_renewed (self->state);
  op_free (op);
  return ok;
}

/**
 * beaver_consumer_ack_async:
 * @self: a consumer
 * @message: a message of it
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when that is in the database
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Consumer.ack].
 *
 * Since: 1.0
 */
void
beaver_consumer_ack_async (BeaverConsumer *self,
                           BeaverMessage *message,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverConsumerOp *op;

  g_return_if_fail (BEAVER_IS_CONSUMER (self));
  g_return_if_fail (BEAVER_IS_MESSAGE (message));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_consumer_ack_async);
  op = ack_op_new (self, message, &error);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_core_run_async (self->state->core, BEAVER_ACCESS_WRITE,
                                    _beaver_consumer_ack_work, op, op_free, task, ack_finish);
}

/**
 * beaver_consumer_ack_finish:
 * @self: a consumer
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Consumer.ack_async].
 *
 * Returns: %TRUE when that is in the database
 *
 * Since: 1.0
 */
gboolean
beaver_consumer_ack_finish (BeaverConsumer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static BeaverConsumerOp *
seek_op_new (BeaverConsumer *self, BeaverConsumerStart start, double value, GError **error)
{
  BeaverConsumerOp *op;

  if (!check_open (self, error) || !check_start (start, value, FALSE, error))
    return NULL;
  op = op_new (self->state);
  op->seek = TRUE;
  op->start = start;
  op->value = start == BEAVER_CONSUMER_START_OFFSET ? ceil (value) : value;
  return op;
}

static void
seek_finish (GTask *task, gpointer data)
{
  BeaverConsumerOp *op = data;

  _beaver_consumer_state_set_position (op->state, &op->position);
  _beaver_consumer_state_renewed (op->state);
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_consumer_seek:
 * @self: a consumer
 * @start: where to read on
 * @value: for %BEAVER_CONSUMER_START_TIME seconds since the epoch, for
 *   %BEAVER_CONSUMER_START_OFFSET an offset ([method@Beaver.Message.get_offset]); else not used
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Moves the consumer: messages come again, or are passed over. The place is kept in the database,
 * as if everything before it had been acknowledged.
 *
 * Returns: %TRUE when moved
 *
 * Since: 1.0
 */
gboolean
beaver_consumer_seek (BeaverConsumer *self,
                      BeaverConsumerStart start,
                      double value,
                      GCancellable *cancellable,
                      GError **error)
{
  BeaverConsumerOp *op;
  gboolean ok;

  g_return_val_if_fail (BEAVER_IS_CONSUMER (self), FALSE);

  op = seek_op_new (self, start, value, error);
  if (op == NULL)
    return FALSE;
  ok = _beaver_manager_core_run (self->state->core, BEAVER_ACCESS_WRITE,
                                 _beaver_consumer_place_work, op, cancellable, error);
  if (ok)
    {
      _beaver_consumer_state_set_position (self->state, &op->position);
      _beaver_consumer_state_renewed (self->state);
    }
  op_free (op);
  return ok;
}

/**
 * beaver_consumer_seek_async:
 * @self: a consumer
 * @start: where to read on
 * @value: a time or an offset
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when moved
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Consumer.seek].
 *
 * Since: 1.0
 */
void
beaver_consumer_seek_async (BeaverConsumer *self,
                            BeaverConsumerStart start,
                            double value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverConsumerOp *op;

  g_return_if_fail (BEAVER_IS_CONSUMER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_consumer_seek_async);
  op = seek_op_new (self, start, value, &error);
  if (op == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_core_run_async (self->state->core, BEAVER_ACCESS_WRITE,
                                    _beaver_consumer_place_work, op, op_free, task, seek_finish);
}

/**
 * beaver_consumer_seek_finish:
 * @self: a consumer
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Consumer.seek_async].
 *
 * Returns: %TRUE when moved
 *
 * Since: 1.0
 */
gboolean
beaver_consumer_seek_finish (BeaverConsumer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_consumer_close:
 * @self: a consumer
 *
 * Gives the consumer back, so that it can be opened elsewhere. Who waits in
 * [method@Beaver.Consumer.next] gets %NULL without an error; later calls answer
 * %BEAVER_ERROR_CLOSED.
 *
 * Never waits. This process can open it again at once, others a moment later, when that is written:
 * apart from a transaction that the calling thread may have. Dropping the last reference does the
 * same.
 *
 * Since: 1.0
 */
void
beaver_consumer_close (BeaverConsumer *self)
{
  gboolean closed;

  g_return_if_fail (BEAVER_IS_CONSUMER (self));

  if (self->state == NULL || _beaver_engine_is_forked (self->state->core->engine))
    return;
  g_mutex_lock (&self->state->mutex);
  closed = self->state->closed;
  self->state->closed = TRUE;
  g_mutex_unlock (&self->state->mutex);
  if (closed)
    return;

  _beaver_consumer_state_mark_released (self->state, TRUE);
  _beaver_engine_run_detached (self->state->core->engine, BEAVER_ACCESS_WRITE,
                               _beaver_consumer_release_work,
                               _beaver_consumer_state_ref (self->state), release_free);
}
