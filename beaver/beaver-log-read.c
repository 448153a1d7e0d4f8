/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-live-private.h>

/* The reading, pruning and watching part of BeaverLog. */

/* Live windows closer together than this are a mistake. */
#define MIN_PERIOD 0.001

/**
 * beaver_log_range:
 * @self: a log
 * @start: the first moment, itself included; -infinity for the beginning
 * @end: the last moment, itself included; infinity for the end
 * @limit: how many entries at most; negative for all
 * @offset: how many entries to leave out first
 * @order: in which order
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Reads the entries of a span of time at once.
 *
 * @offset and @limit count in the given order. NaN is %BEAVER_ERROR_INVALID; a span that ends
 * before it begins is empty. For many entries see [method@Beaver.Log.iterate_range].
 *
 * Returns: (transfer container) (element-type BeaverLogEntry): the entries; %NULL with @error set
 *
 * Since: 1.0
 */
GPtrArray *
beaver_log_range (BeaverLog *self,
                  double start,
                  double end,
                  gint64 limit,
                  gint64 offset,
                  BeaverLogOrder order,
                  GCancellable *cancellable,
                  GError **error)
{
  GPtrArray *entries = NULL;
  BeaverLogOp *op;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  op = _beaver_log_range_op (self, start, end, limit, offset, order, error);
  if (_beaver_log_run (self, BEAVER_ACCESS_SCAN, _beaver_log_range_work, op, cancellable, error))
    entries = g_steal_pointer (&op->entries);
  g_clear_pointer (&op, _beaver_log_op_free);
  return entries;
}

/**
 * beaver_log_range_async:
 * @self: a log
 * @start: the first moment, itself included; -infinity for the beginning
 * @end: the last moment, itself included; infinity for the end
 * @limit: how many entries at most; negative for all
 * @offset: how many entries to leave out first
 * @order: in which order
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Reads the entries of a span of time, without blocking. See [method@Beaver.Log.range].
 *
 * Since: 1.0
 */
void
beaver_log_range_async (BeaverLog *self,
                        double start,
                        double end,
                        gint64 limit,
                        gint64 offset,
                        BeaverLogOrder order,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = _beaver_log_range_op (self, start, end, limit, offset, order, &error);
  _beaver_log_start (self, BEAVER_ACCESS_SCAN, _beaver_log_range_work, op, error,
                     _beaver_log_finish_entries, beaver_log_range_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_range_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Log.range_async] read.
 *
 * Returns: (transfer container) (element-type BeaverLogEntry): the entries; %NULL with @error set
 *
 * Since: 1.0
 */
GPtrArray *
beaver_log_range_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_pointer (self, result, error);
}

/**
 * beaver_log_iterate:
 * @self: a log
 * @order: in which order
 * @error: return location for an error
 *
 * Walks through all entries ([class@Beaver.LogEntry]), page by page.
 *
 * An entry that is added behind the cursor is not seen, one that is added ahead of it is, and none
 * is seen twice.
 *
 * Returns: (transfer full): a cursor; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_log_iterate (BeaverLog *self, BeaverLogOrder order, GError **error)
{
  return beaver_log_iterate_range (self, -INFINITY, INFINITY, -1, 0, order, error);
}

/**
 * beaver_log_iterate_range:
 * @self: a log
 * @start: the first moment, itself included; -infinity for the beginning
 * @end: the last moment, itself included; infinity for the end
 * @limit: how many entries at most; negative for all
 * @offset: how many entries to leave out first
 * @order: in which order
 * @error: return location for an error
 *
 * Walks through the entries ([class@Beaver.LogEntry]) of a span of time, page by page.
 *
 * See [method@Beaver.Log.range] for the arguments.
 *
 * Returns: (transfer full): a cursor; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_log_iterate_range (BeaverLog *self,
                          double start,
                          double end,
                          gint64 limit,
                          gint64 offset,
                          BeaverLogOrder order,
                          GError **error)
{
  BeaverLogOp *op;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  op = _beaver_log_range_op (self, start, end, limit, offset, order, error);
  if (op == NULL)
    return NULL;
  return _beaver_cursor_new_of (op->store->core, &_beaver_log_cursor_kind, op, _beaver_log_op_free);
}

/* The first or the last entry */

static BeaverLogEntry *
lookup_end (BeaverLog *self, BeaverLogOrder order, GCancellable *cancellable, GError **error)
{
  BeaverLogOp *op = _beaver_log_range_op (self, -INFINITY, INFINITY, 1, 0, order, error);
  BeaverLogEntry *entry = NULL;

  if (_beaver_log_run (self, BEAVER_ACCESS_POINT, _beaver_log_range_work, op, cancellable, error))
    entry = _beaver_log_take_only (op);
  g_clear_pointer (&op, _beaver_log_op_free);
  return entry;
}

static void
lookup_end_async (BeaverLog *self,
                  BeaverLogOrder order,
                  gpointer tag,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GError *error = NULL;
  BeaverLogOp *op = _beaver_log_range_op (self, -INFINITY, INFINITY, 1, 0, order, &error);

  _beaver_log_start (self, BEAVER_ACCESS_POINT, _beaver_log_range_work, op, error,
                     _beaver_log_finish_only, tag, cancellable, callback, user_data);
}

/**
 * beaver_log_lookup_first:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Gets the oldest entry.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL when the log is empty, or with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_lookup_first (BeaverLog *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  return lookup_end (self, BEAVER_LOG_ORDER_OLDEST_FIRST, cancellable, error);
}

/**
 * beaver_log_lookup_first_async:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Gets the oldest entry, without blocking.
 *
 * Since: 1.0
 */
void
beaver_log_lookup_first_async (BeaverLog *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_LOG (self));

  lookup_end_async (self, BEAVER_LOG_ORDER_OLDEST_FIRST, beaver_log_lookup_first_async, cancellable,
                    callback, user_data);
}

/**
 * beaver_log_lookup_first_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Log.lookup_first_async] found.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL when the log is empty, or with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_lookup_first_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_pointer (self, result, error);
}

/**
 * beaver_log_lookup_last:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Gets the newest entry.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL when the log is empty, or with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_lookup_last (BeaverLog *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  return lookup_end (self, BEAVER_LOG_ORDER_NEWEST_FIRST, cancellable, error);
}

/**
 * beaver_log_lookup_last_async:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Gets the newest entry, without blocking.
 *
 * Since: 1.0
 */
void
beaver_log_lookup_last_async (BeaverLog *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_LOG (self));

  lookup_end_async (self, BEAVER_LOG_ORDER_NEWEST_FIRST, beaver_log_lookup_last_async, cancellable,
                    callback, user_data);
}

/**
 * beaver_log_lookup_last_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Log.lookup_last_async] found.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL when the log is empty, or with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_lookup_last_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_pointer (self, result, error);
}

/* Counting and pruning */

static gint64
run_counting (BeaverLog *self,
              BeaverAccess access,
              BeaverWork work,
              BeaverLogOp *op,
              GCancellable *cancellable,
              GError **error)
{
  gint64 n = -1;

  if (_beaver_log_run (self, access, work, op, cancellable, error))
    n = op->n;
  g_clear_pointer (&op, _beaver_log_op_free);
  return n;
}

/**
 * beaver_log_count_range:
 * @self: a log
 * @start: the first moment, itself included; -infinity for the beginning
 * @end: the last moment, itself included; infinity for the end
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Counts the entries of a span of time.
 *
 * Returns: the number; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_count_range (BeaverLog *self,
                        double start,
                        double end,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG (self), -1);

  return run_counting (
      self, BEAVER_ACCESS_SCAN, _beaver_log_count_range_work,
      _beaver_log_range_op (self, start, end, -1, 0, BEAVER_LOG_ORDER_OLDEST_FIRST, error),
      cancellable, error);
}

/**
 * beaver_log_count_range_async:
 * @self: a log
 * @start: the first moment, itself included; -infinity for the beginning
 * @end: the last moment, itself included; infinity for the end
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Counts the entries of a span of time, without blocking.
 *
 * Since: 1.0
 */
void
beaver_log_count_range_async (BeaverLog *self,
                              double start,
                              double end,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = _beaver_log_range_op (self, start, end, -1, 0, BEAVER_LOG_ORDER_OLDEST_FIRST, &error);
  _beaver_log_start (self, BEAVER_ACCESS_SCAN, _beaver_log_count_range_work, op, error,
                     _beaver_log_finish_count, beaver_log_count_range_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_count_range_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Log.count_range_async] counted.
 *
 * Returns: the number; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_count_range_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_count (self, result, error);
}

static BeaverLogOp *
prune_op (BeaverLog *self, double before, GError **error)
{
  BeaverLogOp *op = _beaver_log_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->end = before;
  return _beaver_log_op_check (self, op, _beaver_log_check_moment ("end of pruning", before, error),
                               error);
}

static BeaverLogOp *
keep_op (BeaverLog *self, gint64 keep, GError **error)
{
  BeaverLogOp *op = _beaver_log_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->keep = keep;
  if (keep < 0)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 "cannot keep %" G_GINT64_FORMAT " entries; give 0 or more", keep);
  return _beaver_log_op_check (self, op, keep >= 0, error);
}

/**
 * beaver_log_prune:
 * @self: a log
 * @before: entries older than this go, in seconds since the epoch
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Removes what is older than a moment.
 *
 * It goes in portions of some thousand entries, between which others can write.
 *
 * Returns: how many entries went; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_prune (BeaverLog *self, double before, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG (self), -1);

  return _beaver_log_run_pruning (self, prune_op (self, before, error), cancellable, error);
}

/**
 * beaver_log_prune_async:
 * @self: a log
 * @before: entries older than this go, in seconds since the epoch
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Removes what is older than a moment, without blocking. See [method@Beaver.Log.prune].
 *
 * Since: 1.0
 */
void
beaver_log_prune_async (BeaverLog *self,
                        double before,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = prune_op (self, before, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE, _beaver_log_prune_work, op, error,
                     _beaver_log_finish_pruning, beaver_log_prune_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_prune_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.prune_async].
 *
 * Returns: how many entries went; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_prune_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_count (self, result, error);
}

/**
 * beaver_log_keep_newest:
 * @self: a log
 * @keep: how many entries stay
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Removes all but the newest entries.
 *
 * It goes in portions of some thousand entries, between which others can write.
 *
 * Returns: how many entries went; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_keep_newest (BeaverLog *self, gint64 keep, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOG (self), -1);

  return _beaver_log_run_pruning (self, keep_op (self, keep, error), cancellable, error);
}

/**
 * beaver_log_keep_newest_async:
 * @self: a log
 * @keep: how many entries stay
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Removes all but the newest entries, without blocking. See [method@Beaver.Log.keep_newest].
 *
 * Since: 1.0
 */
void
beaver_log_keep_newest_async (BeaverLog *self,
                              gint64 keep,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = keep_op (self, keep, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE, _beaver_log_prune_work, op, error,
                     _beaver_log_finish_pruning, beaver_log_keep_newest_async, cancellable,
                     callback, user_data);
}

/**
 * beaver_log_keep_newest_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.keep_newest_async].
 *
 * Returns: how many entries went; -1 with @error set
 *
 * Since: 1.0
 */
gint64
beaver_log_keep_newest_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_count (self, result, error);
}

/* Watching */

static gboolean
check_live (BeaverLog *self, double window, double period, GError **error)
{
  if (!(window > 0))
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 "log “%s”: a live window of %g seconds; give a positive number, or infinity",
                 beaver_manager_get_name (BEAVER_MANAGER (self)), window);
  else if (!(period >= MIN_PERIOD) || !isfinite (period))
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                 "log “%s”: a live period of %g seconds; give a number of seconds, at least %g",
                 beaver_manager_get_name (BEAVER_MANAGER (self)), period, MIN_PERIOD);
  else
    return TRUE;
  return FALSE;
}

/* Takes user_data: it is destroyed by the iterator, or now. */
static BeaverLiveIterator *
make_iterator (BeaverLiveState *state,
               BeaverLogAggregator aggregator,
               gpointer user_data,
               GDestroyNotify destroy,
               GError **error)
{
  BeaverLiveIterator *iterator = _beaver_live_iterator_new (state, aggregator, user_data, destroy);

  /* Only now can closing find it; what was closed meanwhile is noticed here. */
  if (!_beaver_log_store_register (state->store, state, error))
    g_clear_object (&iterator);
  return iterator;
}

/**
 * beaver_log_live:
 * @self: a log
 * @window: how many seconds of the past the window holds; infinity for all
 * @period: the seconds from one window to the next, at least 0.001
 * @aggregator: (scope notified) (closure user_data) (destroy destroy) (nullable): makes one value
 * of a window; %NULL for the JSON array of the entries' data
 * @user_data: data for @aggregator
 * @destroy: (nullable): frees @user_data once @aggregator will not be called again
 * @error: return location for an error
 *
 * Watches the last seconds of the log: a moving window.
 *
 * The first window comes at once, then exactly one per period, whether anything changed or not.
 * They keep to a fixed schedule; a moment at which the last one was not done yet is left out. A
 * window holds the entries with `now - window < timestamp <= now`, those that came late or were
 * back-dated included, and entries with a time in the future as soon as that is reached. What was
 * cleared or pruned is gone from the next window on.
 *
 * Nothing runs before the iterator is used. @aggregator runs in the thread that takes the windows.
 *
 * Returns: (transfer full): a live iterator; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLiveIterator *
beaver_log_live (BeaverLog *self,
                 double window,
                 double period,
                 BeaverLogAggregator aggregator,
                 gpointer user_data,
                 GDestroyNotify destroy,
                 GError **error)
{
  g_autoptr (BeaverLiveState) state = NULL;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      !check_live (self, window, period, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }

  state = _beaver_live_state_new (_beaver_log_get_store (self), FALSE);
  state->window = window;
  state->period = period;
  return make_iterator (state, aggregator, user_data, destroy, error);
}

static void
tail_free (gpointer data)
{
  _beaver_live_follow_clear (data);
  g_free (data);
}

static BeaverLiveFollow *
tail_new (BeaverLog *self, GError **error)
{
  BeaverLiveFollow *follow;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  follow = g_new0 (BeaverLiveFollow, 1);
  follow->store = _beaver_log_store_ref (_beaver_log_get_store (self));
  return follow;
}

static BeaverLiveIterator *
tail_take (BeaverLiveFollow *follow, GError **error)
{
  g_autoptr (BeaverLiveState) state = _beaver_live_state_new (follow->store, TRUE);

  state->position = follow->position;
  follow->position.top_name = NULL;
  return make_iterator (state, NULL, NULL, NULL, error);
}

static void
tail_finish (GTask *task, gpointer data)
{
  GError *error = NULL;
  BeaverLiveIterator *iterator = tail_take (data, &error);

  if (iterator == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, iterator, g_object_unref);
}

/**
 * beaver_log_tail:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Follows the log: every entry that is written from now on, by whatever process, in the order of
 * writing.
 *
 * Late and back-dated entries are delivered like all others; none is lost or comes twice, however
 * slow the consumer is. When the log is cleared or pruned meanwhile, what was removed before it was
 * read is not delivered. While nothing is written, nothing runs.
 *
 * Returns: (transfer full): a live iterator; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLiveIterator *
beaver_log_tail (BeaverLog *self, GCancellable *cancellable, GError **error)
{
  BeaverLiveIterator *iterator = NULL;
  BeaverLiveFollow *follow;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  follow = tail_new (self, error);
  if (follow == NULL)
    return NULL;
  if (_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT, _beaver_live_locate_work,
                           follow, cancellable, error))
    iterator = tail_take (follow, error);
  tail_free (follow);
  return iterator;
}

/**
 * beaver_log_tail_async:
 * @self: a log
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Follows the log, without blocking. See [method@Beaver.Log.tail].
 *
 * Since: 1.0
 */
void
beaver_log_tail_async (BeaverLog *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeaverLiveFollow *follow;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_log_tail_async);
  follow = tail_new (self, &error);
  if (follow == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_POINT, _beaver_live_locate_work,
                               follow, tail_free, task, tail_finish);
}

/**
 * beaver_log_tail_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Log.tail_async] made.
 *
 * Returns: (transfer full): a live iterator; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLiveIterator *
beaver_log_tail_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_pointer (self, result, error);
}
