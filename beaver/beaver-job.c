/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-enum-types.h>
#include <beaver/beaver-queue-private.h>

/**
 * BeaverJob:
 *
 * A job that was lent by [method@Beaver.Queue.claim], or one that [method@Beaver.Queue.jobs] shows.
 *
 * Who has claimed it settles it: [method@Beaver.Job.ack] when it is done, [method@Beaver.Job.nack]
 * when somebody shall try again, [method@Beaver.Job.bury] when nobody shall. Dropping the object
 * settles nothing: the job comes back when its lease has run out. Once that has happened, or the
 * job was settled, all of these answer %BEAVER_ERROR_CONFLICT.
 *
 * Another program can settle the job, too: it needs the id and the token of the claim, see
 * [method@Beaver.Queue.resume].
 *
 * A job is used by one thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverJob
{
  GObject parent_instance;

  BeaverManagerCore *core; /* strong; NULL in a job that was made by hand */
  BeaverJobRow *row;       /* never NULL */
};

G_DEFINE_FINAL_TYPE (BeaverJob, beaver_job, G_TYPE_OBJECT)

typedef enum
{
  PROP_VALUE = 1,
  PROP_PRIORITY,
  PROP_TIMESTAMP,
  PROP_ID,
  PROP_STATE,
  PROP_ATTEMPTS,
  PROP_MAX_ATTEMPTS,
  PROP_DUE,
  PROP_REASON,
  PROP_UNIQUE_KEY,
  PROP_TOKEN,
} BeaverJobProperty;
static GParamSpec *props[PROP_TOKEN + 1];

static void
beaver_job_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverJob *self = BEAVER_JOB (object);

  switch ((BeaverJobProperty) prop_id)
    {
    case PROP_VALUE:
      g_value_set_string (value, beaver_job_get_value (self));
      break;
    case PROP_PRIORITY:
      g_value_set_double (value, beaver_job_get_priority (self));
      break;
    case PROP_TIMESTAMP:
      g_value_set_double (value, beaver_job_get_timestamp (self));
      break;
    case PROP_ID:
      g_value_set_int64 (value, beaver_job_get_id (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, beaver_job_get_state (self));
      break;
    case PROP_ATTEMPTS:
      g_value_set_int64 (value, beaver_job_get_attempts (self));
      break;
    case PROP_MAX_ATTEMPTS:
      g_value_set_int64 (value, beaver_job_get_max_attempts (self));
      break;
    case PROP_DUE:
      g_value_set_double (value, beaver_job_get_due (self));
      break;
    case PROP_REASON:
      g_value_set_string (value, beaver_job_get_reason (self));
      break;
    case PROP_UNIQUE_KEY:
      g_value_set_string (value, beaver_job_get_unique_key (self));
      break;
    case PROP_TOKEN:
      g_value_set_string (value, beaver_job_get_token (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_job_finalize (GObject *object)
{
  BeaverJob *self = BEAVER_JOB (object);

  _beaver_job_row_free (self->row);
  g_clear_pointer (&self->core, _beaver_manager_core_unref);
  G_OBJECT_CLASS (beaver_job_parent_class)->finalize (object);
}

static void
beaver_job_class_init (BeaverJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_job_finalize;
  object_class->get_property = beaver_job_get_property;

  /**
   * BeaverJob:value: (getter get_value)
   *
   * The value as JSON text.
   *
   * Since: 1.0
   */
  props[PROP_VALUE] =
      g_param_spec_string ("value", NULL, NULL, "null", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:priority: (getter get_priority)
   *
   * The priority; the smallest comes out first.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] = g_param_spec_double ("priority", NULL, NULL, -INFINITY, INFINITY, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:timestamp: (getter get_timestamp)
   *
   * When it was put, in seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -INFINITY, INFINITY, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:id: (getter get_id)
   *
   * The number of the job, as long as it keeps its state.
   *
   * Since: 1.0
   */
  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0,
                                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:state: (getter get_state)
   *
   * What had become of the job when it was read.
   *
   * Since: 1.0
   */
  props[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, BEAVER_TYPE_JOB_STATE, BEAVER_JOB_STATE_WAITING,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:attempts: (getter get_attempts)
   *
   * How often it has been handed out, this time included.
   *
   * Since: 1.0
   */
  props[PROP_ATTEMPTS] = g_param_spec_int64 ("attempts", NULL, NULL, 0, G_MAXINT64, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:max-attempts: (getter get_max_attempts)
   *
   * How often it is handed out at most; 0 without limit.
   *
   * Since: 1.0
   */
  props[PROP_MAX_ATTEMPTS] = g_param_spec_int64 ("max-attempts", NULL, NULL, 0, G_MAXINT64, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:due: (getter get_due)
   *
   * When the lease ends, or when the job died, in seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_DUE] = g_param_spec_double ("due", NULL, NULL, -INFINITY, INFINITY, 0,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:reason: (getter get_reason)
   *
   * Why it was given back or given up the last time; %NULL when it was not.
   *
   * Since: 1.0
   */
  props[PROP_REASON] =
      g_param_spec_string ("reason", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverJob:unique-key: (getter get_unique_key)
   *
   * The unique key; %NULL when it has none.
   *
   * Since: 1.0
   */
  props[PROP_UNIQUE_KEY] = g_param_spec_string ("unique-key", NULL, NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverJob:token: (getter get_token)
   *
   * What proves the claim; %NULL when nobody has claimed it.
   *
   * Since: 1.0
   */
  props[PROP_TOKEN] =
      g_param_spec_string ("token", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_job_init (BeaverJob *self)
{
  self->row = g_new0 (BeaverJobRow, 1);
  self->row->value = g_strdup ("null");
}

static BeaverJobRow *
copy_row (const BeaverJobRow *row)
{
  BeaverJobRow *copy = g_memdup2 (row, sizeof *row);

  copy->value = g_strdup (row->value);
  copy->token = g_strdup (row->token);
  copy->reason = g_strdup (row->reason);
  copy->unique_key = g_strdup (row->unique_key);
  return copy;
}

BeaverJob *
_beaver_job_new (BeaverManagerCore *core, const BeaverJobRow *row)
{
  BeaverJob *self = g_object_new (BEAVER_TYPE_JOB, NULL);

  _beaver_job_row_free (self->row);
  self->row = copy_row (row);
  self->core = _beaver_manager_core_ref (core);
  return self;
}

/**
 * beaver_job_get_value:
 * @self: a job
 *
 * Gets the value as JSON text.
 *
 * Returns: (transfer none): the value
 *
 * Since: 1.0
 */
const char *
beaver_job_get_value (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), NULL);

  return self->row->value;
}

/**
 * beaver_job_get_priority:
 * @self: a job
 *
 * Gets the priority; the smallest comes out first.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
double
beaver_job_get_priority (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->priority;
}

/**
 * beaver_job_get_timestamp:
 * @self: a job
 *
 * Gets when it was put, in seconds since the epoch.
 *
 * Returns: the timestamp
 *
 * Since: 1.0
 */
double
beaver_job_get_timestamp (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->timestamp;
}

/**
 * beaver_job_get_id:
 * @self: a job
 *
 * Gets the number of the job, as long as it keeps its state.
 *
 * Returns: the id
 *
 * Since: 1.0
 */
gint64
beaver_job_get_id (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->id;
}

/**
 * beaver_job_get_state:
 * @self: a job
 *
 * Gets what had become of the job when it was read.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
BeaverJobState
beaver_job_get_state (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), BEAVER_JOB_STATE_WAITING);

  return self->row->state;
}

/**
 * beaver_job_get_attempts:
 * @self: a job
 *
 * Gets how often it has been handed out, this time included.
 *
 * Returns: the attempts
 *
 * Since: 1.0
 */
gint64
beaver_job_get_attempts (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->attempts;
}

/**
 * beaver_job_get_max_attempts:
 * @self: a job
 *
 * Gets how often it is handed out at most; 0 without limit.
 *
 * Returns: the max attempts
 *
 * Since: 1.0
 */
gint64
beaver_job_get_max_attempts (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->max_attempts;
}

/**
 * beaver_job_get_due:
 * @self: a job
 *
 * Gets when the lease ends, when a delayed job comes back, or when a dead one died, in seconds
 * since the epoch; 0 of one that waits.
 *
 * Returns: the due
 *
 * Since: 1.0
 */
double
beaver_job_get_due (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), 0);

  return self->row->due;
}

/**
 * beaver_job_get_reason:
 * @self: a job
 *
 * Gets why it was given back or given up the last time; %NULL when it was not.
 *
 * Returns: (transfer none) (nullable): the reason
 *
 * Since: 1.0
 */
const char *
beaver_job_get_reason (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), NULL);

  return self->row->reason;
}

/**
 * beaver_job_get_unique_key:
 * @self: a job
 *
 * Gets the unique key; %NULL when it has none.
 *
 * Returns: (transfer none) (nullable): the unique key
 *
 * Since: 1.0
 */
const char *
beaver_job_get_unique_key (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), NULL);

  return self->row->unique_key;
}

/**
 * beaver_job_get_token:
 * @self: a job
 *
 * Gets what proves the claim, for [method@Beaver.Queue.resume]; %NULL when nobody has claimed it.
 *
 * Returns: (transfer none) (nullable): the token
 *
 * Since: 1.0
 */
const char *
beaver_job_get_token (BeaverJob *self)
{
  g_return_val_if_fail (BEAVER_IS_JOB (self), NULL);

  return self->row->token;
}

static BeaverQueueOp *
new_op (BeaverJob *self, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  if (self->core == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           "this job belongs to no queue; claim one");
      return NULL;
    }
  op = _beaver_queue_op_new_for_core (self->core, error);
  if (op == NULL)
    return NULL;
  if (self->row->token == NULL)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
          "queue “%s”: this job is not claimed; claim one, or put dead letters back into the queue",
          self->core->name);
      return NULL;
    }
  op->id = self->row->id;
  op->token = g_strdup (self->row->token);
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_nack_op (BeaverJob *self, double delay, const char *reason, gboolean bury, GError **error)
{
  g_autoptr (BeaverQueueOp) op = new_op (self, error);

  if (op == NULL || !_beaver_queue_op_set_seconds (op, "a delay", delay, TRUE, error))
    return NULL;
  if (reason != NULL && !_beaver_check_text ("the reason", reason, error))
    {
      g_prefix_error (error, "queue “%s”: ", self->core->name);
      return NULL;
    }
  op->reason = g_strdup (reason);
  op->state = bury ? BEAVER_JOB_STATE_DEAD : BEAVER_JOB_STATE_WAITING;
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_extend_op (BeaverJob *self, double lease, GError **error)
{
  g_autoptr (BeaverQueueOp) op = new_op (self, error);

  if (op == NULL || !_beaver_queue_op_set_seconds (op, "a lease", lease, FALSE, error))
    return NULL;
  return g_steal_pointer (&op);
}

static gboolean
job_run (BeaverJob *self,
         BeaverAccess access,
         BeaverWork work,
         BeaverQueueOp *op,
         GCancellable *cancellable,
         GError **error)
{
  return _beaver_queue_run_op (op->core, access, work, op, cancellable, error);
}

static void
finish_extended (GTask *task, gpointer data)
{
  BeaverQueueOp *op = data;
  BeaverJob *self = g_task_get_source_object (task);

  self->row->due = op->real;
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_job_ack:
 * @self: a job
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Tells that the job is done; it is removed.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_ack (BeaverJob *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_JOB (self), FALSE);

  op = new_op (self, error);
  return op != NULL &&
         job_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_ack_work, op, cancellable, error);
}

/**
 * beaver_job_ack_async:
 * @self: a job
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Job.ack].
 *
 * Since: 1.0
 */
void
beaver_job_ack_async (BeaverJob *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_JOB (self));

  op = new_op (self, &error);
  _beaver_queue_start (self, self, beaver_job_ack_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_ack_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_job_ack_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Job.ack_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_ack_finish (BeaverJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_job_nack:
 * @self: a job
 * @delay: seconds before which nobody gets it, from 0
 * @reason: (nullable): optional, why, for whoever looks at it later
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives the job back, to be tried again.
 *
 * It takes its old place in the queue. When it has been handed out as often as it may it goes to
 * the dead letters.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_nack (BeaverJob *self,
                 double delay,
                 const char *reason,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_JOB (self), FALSE);

  op = new_nack_op (self, delay, reason, FALSE, error);
  return op != NULL &&
         job_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_nack_work, op, cancellable, error);
}

/**
 * beaver_job_nack_async:
 * @self: a job
 * @delay: seconds before which nobody gets it, from 0
 * @reason: (nullable): optional, why, for whoever looks at it later
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Job.nack].
 *
 * Since: 1.0
 */
void
beaver_job_nack_async (BeaverJob *self,
                       double delay,
                       const char *reason,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_JOB (self));

  op = new_nack_op (self, delay, reason, FALSE, &error);
  _beaver_queue_start (self, self, beaver_job_nack_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_nack_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_job_nack_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Job.nack_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_nack_finish (BeaverJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_job_bury:
 * @self: a job
 * @reason: (nullable): optional, why, for whoever looks at it later
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives the job up: it goes to the dead letters.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_bury (BeaverJob *self, const char *reason, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_JOB (self), FALSE);

  op = new_nack_op (self, 0, reason, TRUE, error);
  return op != NULL &&
         job_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_nack_work, op, cancellable, error);
}

/**
 * beaver_job_bury_async:
 * @self: a job
 * @reason: (nullable): optional, why, for whoever looks at it later
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Job.bury].
 *
 * Since: 1.0
 */
void
beaver_job_bury_async (BeaverJob *self,
                       const char *reason,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_JOB (self));

  op = new_nack_op (self, 0, reason, TRUE, &error);
  _beaver_queue_start (self, self, beaver_job_bury_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_nack_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_job_bury_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Job.bury_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_bury_finish (BeaverJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_job_extend:
 * @self: a job
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Begins the lease anew, for work that takes longer.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_extend (BeaverJob *self, double lease, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_JOB (self), FALSE);

  op = new_extend_op (self, lease, error);
  if (op == NULL ||
      !job_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_extend_work, op, cancellable, error))
    return FALSE;
  self->row->due = op->real;
  return TRUE;
}

/**
 * beaver_job_extend_async:
 * @self: a job
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Job.extend].
 *
 * Since: 1.0
 */
void
beaver_job_extend_async (BeaverJob *self,
                         double lease,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_JOB (self));

  op = new_extend_op (self, lease, &error);
  _beaver_queue_start (self, self, beaver_job_extend_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_extend_work, op, error, finish_extended, cancellable, callback,
                       user_data);
}

/**
 * beaver_job_extend_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Job.extend_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_job_extend_finish (BeaverJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
