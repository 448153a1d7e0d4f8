/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-json.h>
#include <beaver/beaver-queue-private.h>

/* From name to name and not row by row: there may be millions. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE names (name) AS"
    " (SELECT MIN(queue_name) FROM __beaver_priority_queues__ UNION ALL"
    " SELECT (SELECT MIN(queue_name) FROM __beaver_priority_queues__ WHERE queue_name > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name IS NOT NULL";

/**
 * BeaverQueue:
 *
 * Items that come out in the order of their priority, one to each who asks.
 *
 * ```c
 * BeaverQueue *jobs = beaver_db_get_queue (db, "mails", &error);
 *
 * beaver_queue_put_json (jobs, "{\"to\": \"ada@example.org\"}", 1, NULL, &error);
 *
 * g_autoptr(BeaverJob) job = beaver_queue_claim (jobs, 30, -1, NULL, &error);
 * send_mail (beaver_job_get_value (job));
 * beaver_job_ack (job, NULL, &error);
 * ```
 *
 * ```python
 * jobs = db.queue("mails")
 * jobs.put({"to": "ada@example.org"}, priority=1)
 * with jobs.claim(lease=30) as job:   # acknowledged at the end, given back on an exception
 *     send_mail(job.data)
 * ```
 *
 * ```js
 * const jobs = db.queue('mails');
 * jobs.put({to: 'ada@example.org'}, 1);
 * const item = await jobs.get_async();
 * ```
 *
 * There are two ways to take an item. [method@Beaver.Queue.get] removes it, as Python's beaver-db
 * 2.x does; both may use the queue at the same time. [method@Beaver.Queue.claim] lends it, and it
 * comes back when the one who has it dies: each job is done at least once. Jobs that failed too
 * often lie with the dead letters until somebody looks at them.
 *
 * Events: `put`, `get`, `claim`, `ack`, `nack` and `clear`, all with `{}`. A queue may be used from
 * any thread.
 *
 * Clearing a queue removes what waits or is delayed; the jobs that are being worked on and the dead
 * letters stay.
 *
 * Since: 1.0
 */
struct _BeaverQueue
{
  BeaverManager parent_instance;
};

struct _BeaverQueueClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverQueue, beaver_queue, BEAVER_TYPE_MANAGER)

static void
beaver_queue_class_init (BeaverQueueClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  manager_class->kind = "queue";
  manager_class->count_work = _beaver_queue_count_work;
  manager_class->clear_work = _beaver_queue_clear_work;
}

static void
beaver_queue_init (BeaverQueue *self)
{
}

/**
 * beaver_db_get_queue:
 * @self: a database
 * @name: the name, not empty
 * @error: return location for an error
 *
 * Gets a queue, which exists as soon as something is put into it.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the structure; %NULL on error
 *
 * Since: 1.0
 */
BeaverQueue *
beaver_db_get_queue (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("queue", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_QUEUE, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_queue_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the queues in which something waits, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_queue_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_queue_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_queue_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_queue_names_async (BeaverDb *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_queue_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_queue_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_queue_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_queue_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

static const char *
get_item_value (gpointer item)
{
  return beaver_queue_item_get_value (item);
}

static const char *
get_job_value (gpointer job)
{
  return beaver_job_get_value (job);
}

static BeaverCursor *
new_cursor (BeaverQueue *self, gboolean jobs, BeaverJobState state, GError **error)
{
  const BeaverCursorKind kind = { .page = _beaver_queue_cursor_page,
                                  .get_json = jobs ? get_job_value : get_item_value };
  BeaverManagerCore *core = _beaver_manager_get_core (BEAVER_MANAGER (self));

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return _beaver_cursor_new_of (core, &kind, _beaver_queue_cursor_state_new (core, jobs, state),
                                _beaver_queue_cursor_state_free);
}

/**
 * beaver_queue_items:
 * @self: a queue
 * @error: return location for an error
 *
 * Goes over the items that wait, in the order in which they come out, and leaves them there.
 *
 * The cursor gives [class@Beaver.QueueItem] objects. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_queue_items (BeaverQueue *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  return new_cursor (self, FALSE, BEAVER_JOB_STATE_WAITING, error);
}

/**
 * beaver_queue_dead_letters:
 * @self: a queue
 * @error: return location for an error
 *
 * Goes over the jobs that were given up.
 *
 * The cursor gives [class@Beaver.Job] objects. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_queue_dead_letters (BeaverQueue *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  return new_cursor (self, TRUE, BEAVER_JOB_STATE_DEAD, error);
}

/**
 * beaver_queue_jobs:
 * @self: a queue
 * @state: which jobs
 * @error: return location for an error
 *
 * Goes over the jobs in one state: those that wait in the order in which they come out, the others
 * in the order in which they are due or died.
 *
 * The cursor gives [class@Beaver.Job] objects. This call reads nothing yet. Jobs whose time has
 * come, but that nobody has asked for yet, are shown as what they were.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_queue_jobs (BeaverQueue *self, BeaverJobState state, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  if (!_beaver_queue_check_state (self, state, error))
    return NULL;
  return new_cursor (self, TRUE, state, error);
}

static BeaverQueueOp *
new_text_op (BeaverQueue *self, char *json, double priority, GError **error)
{
  g_autofree char *text = json;

  /* NULL: error is set already */
  return text != NULL ? _beaver_queue_new_put_op (self, text, priority, error) : NULL;
}

static BeaverQueueOp *
new_node_op (BeaverQueue *self, JsonNode *value, double priority, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return new_text_op (self, beaver_json_from_node (value, error), priority, error);
}

static BeaverQueueOp *
new_object_op (BeaverQueue *self, GObject *value, double priority, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return new_text_op (self, beaver_json_from_object (value, error), priority, error);
}

static BeaverQueueOp *
new_many_op (BeaverQueue *self, const char *const *values, double priority, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL || !_beaver_queue_op_set_priority (op, priority, error))
    return NULL;
  op->many = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      char *normal = _beaver_queue_normalize (op->core, values[i], error);

      if (normal == NULL)
        {
          g_prefix_error (error, "number %u: ", i);
          return NULL;
        }
      g_ptr_array_add (op->many, normal);
    }
  return g_steal_pointer (&op);
}

static BeaverQueueOp *
new_get_op (BeaverQueue *self, double timeout, GError **error)
{
  g_autoptr (BeaverQueueOp) op = _beaver_queue_op_new (self, error);

  if (op == NULL || !_beaver_queue_op_set_timeout (op, timeout, error))
    return NULL;
  op->wait = &_beaver_queue_get_ops;
  return g_steal_pointer (&op);
}

/**
 * beaver_queue_put_json:
 * @self: a queue
 * @json: the value as JSON text
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts an item into the queue.
 *
 * Of equal priorities the one that was put first comes out first. The value is stored in a normal
 * form of @json that is the same in all languages. What is not JSON, NaN included, is
 * %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_json (BeaverQueue *self,
                       const char *json,
                       double priority,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autofree char *value = NULL;
  BeaverQueueOp op = { 0 };

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), FALSE);

  op.core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !_beaver_queue_op_set_priority (&op, priority, error))
    return FALSE;
  op.value = value = _beaver_queue_normalize (op.core, json, error);
  return value != NULL && _beaver_queue_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_queue_put_work,
                                             &op, cancellable, error);
}

/**
 * beaver_queue_put_json_async:
 * @self: a queue
 * @json: the value as JSON text
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.put_json].
 *
 * Since: 1.0
 */
void
beaver_queue_put_json_async (BeaverQueue *self,
                             const char *json,
                             double priority,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = _beaver_queue_new_put_op (self, json, priority, &error);
  _beaver_queue_start (self, self, beaver_queue_put_json_async, BEAVER_ACCESS_WRITE_ONE,
                       _beaver_queue_put_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_put_json_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.put_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_queue_put_node:
 * @self: a queue
 * @value: the value
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts what a `JsonNode` holds into the queue.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_node (BeaverQueue *self,
                       JsonNode *value,
                       double priority,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  op = new_node_op (self, value, priority, error);
  return op != NULL && _beaver_queue_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_queue_put_work, op,
                                          cancellable, error);
}

/**
 * beaver_queue_put_node_async:
 * @self: a queue
 * @value: the value
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.put_node].
 *
 * Since: 1.0
 */
void
beaver_queue_put_node_async (BeaverQueue *self,
                             JsonNode *value,
                             double priority,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));
  g_return_if_fail (value != NULL);

  op = new_node_op (self, value, priority, &error);
  _beaver_queue_start (self, self, beaver_queue_put_node_async, BEAVER_ACCESS_WRITE_ONE,
                       _beaver_queue_put_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_put_node_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.put_node_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_node_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_queue_put_object:
 * @self: a queue
 * @value: the value
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts the properties of an object, as a JSON object, into the queue.
 *
 * How they are written is up to json-glib: the object's class may implement `JsonSerializable`.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_object (BeaverQueue *self,
                         GObject *value,
                         double priority,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);

  op = new_object_op (self, value, priority, error);
  return op != NULL && _beaver_queue_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_queue_put_work, op,
                                          cancellable, error);
}

/**
 * beaver_queue_put_object_async:
 * @self: a queue
 * @value: the value
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.put_object].
 *
 * Since: 1.0
 */
void
beaver_queue_put_object_async (BeaverQueue *self,
                               GObject *value,
                               double priority,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));
  g_return_if_fail (G_IS_OBJECT (value));

  op = new_object_op (self, value, priority, &error);
  _beaver_queue_start (self, self, beaver_queue_put_object_async, BEAVER_ACCESS_WRITE_ONE,
                       _beaver_queue_put_work, op, error, _beaver_queue_finish_true, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_put_object_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.put_object_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_queue_put_object_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_queue_put_many_json:
 * @self: a queue
 * @values: (array zero-terminated=1): the values as JSON texts
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Puts many items into the queue, in one transaction.
 *
 * One `put` event tells of all. On any error nothing is put.
 *
 * Returns: how many items were put; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_put_many_json (BeaverQueue *self,
                            const char *const *values,
                            double priority,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), -1);

  op = new_many_op (self, values, priority, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE, _beaver_queue_put_many_work, op,
                                        cancellable, error))
    return -1;
  return _beaver_queue_take_number (op, error);
}

/**
 * beaver_queue_put_many_json_async:
 * @self: a queue
 * @values: (array zero-terminated=1): the values as JSON texts
 * @priority: any finite number; the smallest comes out first
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.put_many_json].
 *
 * Since: 1.0
 */
void
beaver_queue_put_many_json_async (BeaverQueue *self,
                                  const char *const *values,
                                  double priority,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_many_op (self, values, priority, &error);
  _beaver_queue_start (self, self, beaver_queue_put_many_json_async, BEAVER_ACCESS_WRITE,
                       _beaver_queue_put_many_work, op, error, _beaver_queue_finish_number,
                       cancellable, callback, user_data);
}

/**
 * beaver_queue_put_many_json_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.put_many_json_async].
 *
 * Returns: how many items were put; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_queue_put_many_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_queue_peek:
 * @self: a queue
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Looks at the item that comes out next, and leaves it there.
 *
 * Returns: (transfer full) (nullable): the item; %NULL without an error when the queue is empty
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_peek (BeaverQueue *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op = _beaver_queue_op_new (self, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_POINT, _beaver_queue_peek_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_queue_take_item (op, error);
}

/**
 * beaver_queue_peek_async:
 * @self: a queue
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.peek].
 *
 * Since: 1.0
 */
void
beaver_queue_peek_async (BeaverQueue *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = _beaver_queue_op_new (self, &error);
  _beaver_queue_start (self, self, beaver_queue_peek_async, BEAVER_ACCESS_POINT,
                       _beaver_queue_peek_work, op, error, _beaver_queue_finish_item, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_peek_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.peek_async].
 *
 * Returns: (transfer full) (nullable): the item; %NULL without an error when the queue is empty
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_peek_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_queue_get:
 * @self: a queue
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes the next item out of the queue, and waits for one while there is none.
 *
 * Of many callers only one gets it. Who waits costs nothing: a put wakes it, also one of another
 * process. %BEAVER_ERROR_TIMEOUT when the time is over. What is in the hands of a program that
 * crashes is lost: see [method@Beaver.Queue.claim].
 *
 * Returns: (transfer full): the item; %NULL on error
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_get (BeaverQueue *self, double timeout, GCancellable *cancellable, GError **error)
{
  BeaverQueueItem *item = NULL;
  BeaverQueueOp op = { .wait = &_beaver_queue_get_ops };

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op.core = _beaver_manager_get_core (BEAVER_MANAGER (self));
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !_beaver_queue_op_set_timeout (&op, timeout, error))
    return NULL;
  if (_beaver_queue_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_queue_pop_work, &op, cancellable,
                         error))
    item = _beaver_queue_take_item (&op, error);
  _beaver_queue_op_clear (&op);
  return item;
}

/**
 * beaver_queue_get_async:
 * @self: a queue
 * @timeout: seconds to wait at most; negative: for ever, 0: tries once
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.get].
 *
 * Since: 1.0
 */
void
beaver_queue_get_async (BeaverQueue *self,
                        double timeout,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = new_get_op (self, timeout, &error);
  _beaver_queue_start (self, self, beaver_queue_get_async, BEAVER_ACCESS_WRITE_ONE,
                       _beaver_queue_pop_work, op, error, _beaver_queue_finish_item, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_get_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.get_async].
 *
 * Returns: (transfer full): the item; %NULL on error
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_get_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_queue_pop:
 * @self: a queue
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes the next item out of the queue, without waiting.
 *
 * Returns: (transfer full) (nullable): the item; %NULL without an error when the queue is empty
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_pop (BeaverQueue *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverQueueOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_QUEUE (self), NULL);

  op = _beaver_queue_op_new (self, error);
  if (op == NULL || !_beaver_queue_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_queue_pop_work, op,
                                        cancellable, error))
    return NULL;
  return _beaver_queue_take_item (op, error);
}

/**
 * beaver_queue_pop_async:
 * @self: a queue
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Queue.pop].
 *
 * Since: 1.0
 */
void
beaver_queue_pop_async (BeaverQueue *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GError *error = NULL;
  BeaverQueueOp *op;

  g_return_if_fail (BEAVER_IS_QUEUE (self));

  op = _beaver_queue_op_new (self, &error);
  _beaver_queue_start (self, self, beaver_queue_pop_async, BEAVER_ACCESS_WRITE_ONE,
                       _beaver_queue_pop_work, op, error, _beaver_queue_finish_item, cancellable,
                       callback, user_data);
}

/**
 * beaver_queue_pop_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Queue.pop_async].
 *
 * Returns: (transfer full) (nullable): the item; %NULL without an error when the queue is empty
 *
 * Since: 1.0
 */
BeaverQueueItem *
beaver_queue_pop_finish (BeaverQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
