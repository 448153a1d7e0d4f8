/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-channel-private.h>

typedef struct
{
  BeaverManagerCore *core;
  BeaverChannelState *state;
  double max_age;
  gint64 max_count;
  double before;
  gint64 removed; /* result: of this portion */
  gint64 total;
} RetentionOp;

static gboolean
channel_store_work (BeaverConnection *connection, gpointer data, GError **error)
{
  RetentionOp *op = data;

  return _beaver_retention_store (op->state->retention, connection, op->core->name, op->max_age,
                                  op->max_count, error);
}

static gboolean
channel_prune_work (BeaverConnection *connection, gpointer data, GError **error)
{
  RetentionOp *op = data;

  return _beaver_retention_prune (op->state->retention, connection, op->core->name, &op->before,
                                  &op->removed, error);
}

/* Public */

static gboolean
retention_op_init (RetentionOp *op,
                   BeaverChannel *self,
                   double max_age,
                   gint64 max_count,
                   GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return FALSE;
  if (isnan (max_age) || max_age < 0 || max_count < 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "channel “%s”: cannot keep messages for %g seconds, %" G_GINT64_FORMAT
                   " at most; give positive numbers, or 0 for no limit",
                   beaver_manager_get_name (BEAVER_MANAGER (self)), max_age, max_count);
      return FALSE;
    }
  *op = (RetentionOp){ .max_age = isinf (max_age) ? 0 : max_age,
                       .max_count = max_count,
                       .before = NAN };
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->state = _beaver_channel_state_ref (self->state);
  return TRUE;
}

static void
retention_op_clear (RetentionOp *op)
{
  _beaver_manager_core_unref (op->core);
  _beaver_channel_state_unref (op->state);
}

static void
retention_op_free (gpointer pointer)
{
  retention_op_clear (pointer);
  g_free (pointer);
}

static void
store_op_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_channel_set_retention:
 * @self: a channel
 * @max_age: how many seconds messages are kept; 0 or infinity for no limit
 * @max_count: how many messages are kept; 0 for no limit
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets what the channel keeps.
 *
 * The limits are stored in the database and hold for all processes that publish with this library;
 * Python's beaver-db knows nothing of them. Messages that are too old or too many go when something
 * is published, some hundred at a time: the channel may hold more for a while, and one per cent
 * more always. [method@Beaver.Channel.prune] removes all of them at once.
 *
 * Limits also hold for messages that a [class@Beaver.Consumer] has not seen yet.
 *
 * Returns: %TRUE when set
 *
 * Since: 1.0
 */
gboolean
beaver_channel_set_retention (BeaverChannel *self,
                              double max_age,
                              gint64 max_count,
                              GCancellable *cancellable,
                              GError **error)
{
  RetentionOp op;
  gboolean ok;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), FALSE);

  if (!retention_op_init (&op, self, max_age, max_count, error))
    return FALSE;
  ok = _beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE, channel_store_work, &op,
                            cancellable, error);
  retention_op_clear (&op);
  return ok;
}

/**
 * beaver_channel_set_retention_async:
 * @self: a channel
 * @max_age: how many seconds messages are kept; 0 or infinity for no limit
 * @max_count: how many messages are kept; 0 for no limit
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when set
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.set_retention].
 *
 * Since: 1.0
 */
void
beaver_channel_set_retention_async (BeaverChannel *self,
                                    double max_age,
                                    gint64 max_count,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  RetentionOp *op;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_set_retention_async);
  op = g_new0 (RetentionOp, 1);
  if (!retention_op_init (op, self, max_age, max_count, &error))
    {
      g_free (op);
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE, channel_store_work, op,
                             retention_op_free, task, store_op_finish);
}

/**
 * beaver_channel_set_retention_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.set_retention_async].
 *
 * Returns: %TRUE when set
 *
 * Since: 1.0
 */
gboolean
beaver_channel_set_retention_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_channel_get_max_age:
 * @self: a channel
 *
 * Gets how long messages are kept, as this object last read it: when it set the limits, published
 * or pruned.
 *
 * Returns: seconds, 0 for no limit
 *
 * Since: 1.0
 */
double
beaver_channel_get_max_age (BeaverChannel *self)
{
  double max_age;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), 0);

  _beaver_retention_get (self->state->retention, &max_age, NULL);
  return max_age;
}

/**
 * beaver_channel_get_max_count:
 * @self: a channel
 *
 * Gets how many messages are kept, as this object last read it: when it set the limits, published
 * or pruned.
 *
 * Returns: the number, 0 for no limit
 *
 * Since: 1.0
 */
gint64
beaver_channel_get_max_count (BeaverChannel *self)
{
  gint64 max_count;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), 0);

  _beaver_retention_get (self->state->retention, NULL, &max_count);
  return max_count;
}

/**
 * beaver_channel_prune:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes all messages that are older or more than [method@Beaver.Channel.set_retention] says, in
 * many small transactions.
 *
 * Returns: how many went, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_channel_prune (BeaverChannel *self, GCancellable *cancellable, GError **error)
{
  RetentionOp op;
  gboolean ok;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), -1);

  if (!retention_op_init (&op, self, 0, 0, error))
    return -1;
  do
    {
      ok = _beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE, channel_prune_work, &op,
                                cancellable, error);
      op.total += op.removed;
    }
  while (ok && op.removed >= BEAVER_RETENTION_PORTION);
  retention_op_clear (&op);
  return ok ? op.total : -1;
}

static void
prune_op_finish (GTask *task, gpointer data)
{
  RetentionOp *op = data;
  RetentionOp *next;

  op->total += op->removed;
  if (op->removed < BEAVER_RETENTION_PORTION)
    {
      g_task_return_int (task, op->total);
      return;
    }
  next = g_memdup2 (op, sizeof *op);
  _beaver_manager_core_ref (next->core);
  _beaver_channel_state_ref (next->state);
  _beaver_manager_core_run_async (next->core, BEAVER_ACCESS_WRITE, channel_prune_work, next,
                                  retention_op_free, task, prune_op_finish);
}

/**
 * beaver_channel_prune_async:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when they are gone
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.prune].
 *
 * Since: 1.0
 */
void
beaver_channel_prune_async (BeaverChannel *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  RetentionOp *op;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_prune_async);
  op = g_new0 (RetentionOp, 1);
  if (!retention_op_init (op, self, 0, 0, &error))
    {
      g_free (op);
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_WRITE, channel_prune_work, op,
                             retention_op_free, task, prune_op_finish);
}

/**
 * beaver_channel_prune_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.prune_async].
 *
 * Returns: how many went, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_channel_prune_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
