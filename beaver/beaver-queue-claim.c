/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-queue-private.h>

/* Methods of BeaverQueue for jobs that are lent, delayed, unique or dead. */

static BeaverQueueOp *
new_job_op (BeaverQueue *self,
            const char *json,
            double priority,
            double delay,
            gint64 max_attempts,
            const char *unique_key,
            BeaverUniquePolicy policy,
            GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_new_put_op (self, json, priority, error);

  if (op == NULL || !_beaver_queue_op_set_seconds (op, "a delay", delay, TRUE, error))
    return NULL;
  if (max_attempts < 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "queue “%s”: a job cannot be handed out %" G_GINT64_FORMAT
                   " times at most; 0 is without limit",
                   op->core->name, max_attempts);
      return NULL;
    }
  if ((guint) policy > BEAVER_UNIQUE_POLICY_EXTEND)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, "queue “%s”: there is no policy %d",
                   op->core->name, (int) policy);
      return NULL;
    }
  if (unique_key != NULL && !_beaver_check_text ("the unique key", unique_key, error))
    {
      g_prefix_error (error, "queue “%s”: ", op->core->name);
      return NULL;
    }
  op->max_attempts = max_attempts;
  op->unique_key = g_strdup (unique_key);
  op->policy = policy;
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_claim_op (BeaverQueue *self, gint64 limit, double lease, double timeout, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL || !_beaver_queue_op_set_seconds (op, "a lease", lease, FALSE, error) ||
      !_beaver_queue_op_set_timeout (op, timeout, error))
    return NULL;
  if (limit < 1)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "queue “%s”: %" G_GINT64_FORMAT " jobs cannot be claimed; ask for 1 at least",
                   op->core->name, limit);
      return NULL;
    }
  op->limit = limit;
  op->wait = &_beaver_queue_claim_ops;
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_count_op (BeaverQueue *self, BeaverJobState state, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_queue_check_state (self, state, error))
    return NULL;
  op->state = state;
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_id_op (BeaverQueue *self, gint64 id, GError **error)
{
  BeaverQueueOp *op = _beaver_queue_op_new (self, error);

  if (op != NULL)
    op->id = id;
  return op;
}

static BeaverQueueOp *
new_resume_op (BeaverQueue *self, gint64 id, const char *token, GError **error)
{
  g_autoptr (BeaverQueueOp) op = new_id_op (self, id, error);

  if (op == NULL)
    return NULL;
  if (!_beaver_check_text ("the token", token, error))
    {
      g_prefix_error (error, "queue “%s”: ", op->core->name);
      return NULL;
    }
  op->token = g_strdup (token);
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_age_op (BeaverQueue *self, double min_age, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL || !_beaver_queue_op_set_seconds (op, "an age", min_age, TRUE, error))
    return NULL;
  return g_steal_pointer (&op);
}

/**
 * beaver_queue_put_job_json:
 * @self: a queue
 * @json: the value as JSON text
 * @priority: any finite number; the smallest comes out first
 * @delay: seconds before which nobody gets it, from 0
 * @max_attempts: how often it is handed out at most before it goes to the dead letters; 0: as often
 * as it takes
 * @unique_key: (nullable): optional name of the job: of those that wait or are being worked on only
 * one has it
 * @policy: what happens when there is one with this @unique_key
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts a job into the queue that is delayed, limited in its attempts or unique.
 *
 * A delayed job is out of reach of all, Python included, until it is due. %BEAVER_ERROR_CONFLICT
 * when the policy is to reject.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_job_json (BeaverQueue *self,
                           const char *json,
                           double priority,
                           double delay,
                           gint64 max_attempts,
                           const char *unique_key,
                           BeaverUniquePolicy policy,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), FALSE);

  op = new_job_op (self, json, priority, delay, max_attempts, unique_key, policy, error);
  return op != NULL && _beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_put_job_work, op,
                                          cancellable, error);
}

/**
 * beaver_queue_put_job_json_async:
 * @self: a queue
 * @json: the value as JSON text
 * @priority: any finite number; the smallest comes out first
 * @delay: seconds before which nobody gets it, from 0
 * @max_attempts: how often it is handed out at most before it goes to the dead letters; 0: as often
 * as it takes
 * @unique_key: (nullable): optional name of the job: of those that wait or are being worked on only
 * one has it
 * @policy: what happens when there is one with this @unique_key
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.put_job_json].
 *
 * Since: 1.0
 */
void
beaver_queue_put_job_json_async (BeaverQueue *self,
                                 const char *json,
                                 double priority,
                                 double delay,
                                 gint64 max_attempts,
                                 const char *unique_key,
                                 BeaverUniquePolicy policy,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_job_op (self, json, priority, delay, max_attempts, unique_key, policy, &error);
  _beaver_queue_start (self, self, beaver_queue_put_job_json_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_put_job_work, op, error, _beaver_queue_finish_true,
                       cancellable, callback, user_data);
}

/**
 * beaver_queue_put_job_json_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.put_job_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_job_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_queue_claim:
 * @self: a queue
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes the next job, which comes back unless it is acknowledged in time; waits for one while there
 * is none.
 *
 * The job is invisible to everybody else until it is settled with [method@Beaver.Job.ack],
 * [method@Beaver.Job.nack] or [method@Beaver.Job.bury], or until the lease has run out: then
 * whoever asks next gets it, also when the program that had it is dead. Work that takes longer
 * tells so with [method@Beaver.Job.extend]. %BEAVER_ERROR_TIMEOUT when the time is over.
 *
 * Returns: (transfer full): the job; %NULL on error
 *
 * Since: 1.0
 */
BeaverJob *
beaver_queue_claim (BeaverQueue *self,
                    double lease,
                    double timeout,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op = new_claim_op (self, 1, lease, timeout, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_claim_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_queue_take_job (op, error);
}

/**
 * beaver_queue_claim_async:
 * @self: a queue
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.claim].
 *
 * Since: 1.0
 */
void
beaver_queue_claim_async (BeaverQueue *self,
                          double lease,
                          double timeout,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_claim_op (self, 1, lease, timeout, &error);
  _beaver_queue_start (self, self, beaver_queue_claim_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_claim_work, op, error, _beaver_queue_finish_job, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_claim_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.claim_async].
 *
 * Returns: (transfer full): the job; %NULL on error
 *
 * Since: 1.0
 */
BeaverJob *
beaver_queue_claim_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_queue_claim_many:
 * @self: a queue
 * @limit: how many jobs at most, above 0
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes several jobs at once, as [method@Beaver.Queue.claim] takes one.
 *
 * Waits until there is one and takes those that are there then.
 *
 * Returns: (transfer container) (element-type BeaverJob): the jobs; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_queue_claim_many (BeaverQueue *self,
                         gint64 limit,
                         double lease,
                         double timeout,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op = new_claim_op (self, limit, lease, timeout, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_claim_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_queue_take_jobs (op, error);
}

/**
 * beaver_queue_claim_many_async:
 * @self: a queue
 * @limit: how many jobs at most, above 0
 * @lease: seconds for which the job is out of everybody else's reach, above 0
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.claim_many].
 *
 * Since: 1.0
 */
void
beaver_queue_claim_many_async (BeaverQueue *self,
                               gint64 limit,
                               double lease,
                               double timeout,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_claim_op (self, limit, lease, timeout, &error);
  _beaver_queue_start (self, self, beaver_queue_claim_many_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_claim_work, op, error, _beaver_queue_finish_jobs, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_claim_many_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.claim_many_async].
 *
 * Returns: (transfer container) (element-type BeaverJob): the jobs; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_queue_claim_many_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_queue_resume:
 * @self: a queue
 * @id: the number of the job, see [method@Beaver.Job.get_id]
 * @token: the token of the claim, see [method@Beaver.Job.get_token]
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets a job again that was claimed before, here or by another program.
 *
 * With it the claim can be settled or extended elsewhere than where it was made: a dispatcher
 * claims and hands id and token on. The lease goes on as it was, and the attempts stay.
 * %BEAVER_ERROR_CONFLICT when the claim is over.
 *
 * Returns: (transfer full): the job; %NULL on error
 *
 * Since: 1.0
 */
BeaverJob *
beaver_queue_resume (BeaverQueue *self,
                     gint64 id,
                     const char *token,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op = new_resume_op (self, id, token, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_POINT, _beaver_queue_resume_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_queue_take_job (op, error);
}

/**
 * beaver_queue_resume_async:
 * @self: a queue
 * @id: the number of the job, see [method@Beaver.Job.get_id]
 * @token: the token of the claim, see [method@Beaver.Job.get_token]
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.resume].
 *
 * Since: 1.0
 */
void
beaver_queue_resume_async (BeaverQueue *self,
                           gint64 id,
                           const char *token,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_resume_op (self, id, token, &error);
  _beaver_queue_start (self, self, beaver_queue_resume_async, BEAVER_ACCESS_POINT,
                       _beaver_queue_resume_work, op, error, _beaver_queue_finish_job, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_resume_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.resume_async].
 *
 * Returns: (transfer full): the job; %NULL on error
 *
 * Since: 1.0
 */
BeaverJob *
beaver_queue_resume_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_queue_count_jobs:
 * @self: a queue
 * @state: which jobs
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Counts the jobs in one state.
 *
 * Those whose time has come, but that nobody has asked for yet, are counted as what they were.
 *
 * Returns: how many there are; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_count_jobs (BeaverQueue *self,
                         BeaverJobState state,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), -1);

  op = new_count_op (self, state, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_SCAN, _beaver_queue_count_jobs_work, op,
                                        cancellable, error))
    return -1;
  return _beaver_queue_take_number (op, error);
}

/**
 * beaver_queue_count_jobs_async:
 * @self: a queue
 * @state: which jobs
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.count_jobs].
 *
 * Since: 1.0
 */
void
beaver_queue_count_jobs_async (BeaverQueue *self,
                               BeaverJobState state,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_count_op (self, state, &error);
  _beaver_queue_start (self, self, beaver_queue_count_jobs_async, BEAVER_ACCESS_SCAN,
                       _beaver_queue_count_jobs_work, op, error, _beaver_queue_finish_number,
                       cancellable, callback, user_data);
}

/**
 * beaver_queue_count_jobs_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.count_jobs_async].
 *
 * Returns: how many there are; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_count_jobs_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_queue_requeue_dead:
 * @self: a queue
 * @id: the number of a dead letter, see [method@Beaver.Job.get_id]; 0: all of them
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts dead letters back into the queue, where they start with no attempts.
 *
 * Returns: how many there were; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_requeue_dead (BeaverQueue *self, gint64 id, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), -1);

  op = new_id_op (self, id, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_requeue_work, op,
                                        cancellable, error))
    return -1;
  return _beaver_queue_take_number (op, error);
}

/**
 * beaver_queue_requeue_dead_async:
 * @self: a queue
 * @id: the number of a dead letter, see [method@Beaver.Job.get_id]; 0: all of them
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.requeue_dead].
 *
 * Since: 1.0
 */
void
beaver_queue_requeue_dead_async (BeaverQueue *self,
                                 gint64 id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_id_op (self, id, &error);
  _beaver_queue_start (self, self, beaver_queue_requeue_dead_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_requeue_work, op, error, _beaver_queue_finish_number,
                       cancellable, callback, user_data);
}

/**
 * beaver_queue_requeue_dead_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.requeue_dead_async].
 *
 * Returns: how many there were; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_requeue_dead_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_queue_purge_dead:
 * @self: a queue
 * @min_age: only those that have been dead for so many seconds, from 0
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes dead letters.
 *
 * Returns: how many were removed; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_purge_dead (BeaverQueue *self,
                         double min_age,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), -1);

  op = new_age_op (self, min_age, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_purge_work, op,
                                        cancellable, error))
    return -1;
  return _beaver_queue_take_number (op, error);
}

/**
 * beaver_queue_purge_dead_async:
 * @self: a queue
 * @min_age: only those that have been dead for so many seconds, from 0
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.purge_dead].
 *
 * Since: 1.0
 */
void
beaver_queue_purge_dead_async (BeaverQueue *self,
                               double min_age,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_age_op (self, min_age, &error);
  _beaver_queue_start (self, self, beaver_queue_purge_dead_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_purge_work, op, error, _beaver_queue_finish_number,
                       cancellable, callback, user_data);
}

/**
 * beaver_queue_purge_dead_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.purge_dead_async].
 *
 * Returns: how many were removed; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_purge_dead_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
