/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverLiveIterator:
 *
 * What happens in a log, as it happens: its new entries ([method@Beaver.Log.tail]), or a moving
 * window over them
 * ([method@Beaver.Log.live]).
 *
 * ```c
 * g_autoptr (BeaverLiveIterator) live = beaver_log_live (log, 60, 1, NULL, NULL, NULL, &error);
 * BeaverLogEntry *last_minute;
 *
 * while ((last_minute = beaver_live_iterator_next (live, -1, NULL, &error)) != NULL)
 *   {
 *     g_print ("%s\n", beaver_log_entry_get_data (last_minute));
 *     g_object_unref (last_minute);
 *   }
 * ```
 *
 * The first use starts one thread, which reads; [method@Beaver.LiveIterator.close], or dropping the
 * last reference, ends it at once, whatever the period. The results wait in a queue of
 * [property@Beaver.LiveIterator:capacity] items. When windows come faster than they are taken, the
 * oldest one is dropped and counted; a tail stops reading instead and loses nothing.
 *
 * An iterator is used by one thread at a time; closing it is allowed from any. When the iterator,
 * its log or its database is closed, a call that waits then ends with %NULL and no error, and every
 * later call answers %BEAVER_ERROR_CLOSED. Closing the database closes the iterators of all
 * threads.
 *
 * Since: 1.0
 */

/* The user's function, shared with a call of it that may be under way when the iterator is closed.
 */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverLogAggregator func;
  gpointer user_data;
  GDestroyNotify destroy;
} Aggregator;

struct _BeaverLiveIterator
{
  GObject parent_instance;

  BeaverLiveState *state; /* constant; NULL in one that was made by hand */

  GMutex mutex;
  Aggregator *aggregator; /* (mutex mutex) nullable */
};

G_DEFINE_FINAL_TYPE (BeaverLiveIterator, beaver_live_iterator, G_TYPE_OBJECT)

typedef enum
{
  PROP_CLOSED = 1,
  PROP_CAPACITY,
  PROP_DROPPED,
  PROP_WINDOW,
  PROP_PERIOD,
} BeaverLiveIteratorProperty;
static GParamSpec *props[PROP_PERIOD + 1];

static void
aggregator_unref (Aggregator *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

/* A function may hold the iterator itself, as closures of bindings do: the end of the stream is the
 * end of that circle. */
static void
drop_aggregator (BeaverLiveIterator *self)
{
  Aggregator *aggregator;

  g_mutex_lock (&self->mutex);
  aggregator = g_steal_pointer (&self->aggregator);
  g_mutex_unlock (&self->mutex);
  if (aggregator != NULL)
    aggregator_unref (aggregator);
}

static Aggregator *
ref_aggregator (BeaverLiveIterator *self)
{
  Aggregator *aggregator;

  g_mutex_lock (&self->mutex);
  aggregator = self->aggregator;
  if (aggregator != NULL)
    g_atomic_ref_count_inc (&aggregator->ref_count);
  g_mutex_unlock (&self->mutex);
  return aggregator;
}

/* In a child process there is no thread to wait for, and locks may be held by threads that do not
 * exist. */
static void
beaver_live_iterator_dispose (GObject *object)
{
  BeaverLiveIterator *self = BEAVER_LIVE_ITERATOR (object);

  if (self->state != NULL && !_beaver_live_state_is_forked (self->state))
    {
      _beaver_live_state_stop (self->state, FALSE);
      _beaver_live_state_join (self->state);
      _beaver_log_store_unregister (self->state->store, self->state);
    }
  drop_aggregator (self);
  G_OBJECT_CLASS (beaver_live_iterator_parent_class)->dispose (object);
}

static void
beaver_live_iterator_finalize (GObject *object)
{
  BeaverLiveIterator *self = BEAVER_LIVE_ITERATOR (object);

  g_clear_pointer (&self->state, _beaver_live_state_unref);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (beaver_live_iterator_parent_class)->finalize (object);
}

static void
beaver_live_iterator_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLiveIterator *self = BEAVER_LIVE_ITERATOR (object);

  switch ((BeaverLiveIteratorProperty) prop_id)
    {
    case PROP_CLOSED:
      g_value_set_boolean (value, beaver_live_iterator_is_closed (self));
      break;
    case PROP_CAPACITY:
      g_value_set_uint (value, beaver_live_iterator_get_capacity (self));
      break;
    case PROP_DROPPED:
      g_value_set_uint64 (value, beaver_live_iterator_get_dropped (self));
      break;
    case PROP_WINDOW:
      g_value_set_double (value, beaver_live_iterator_get_window (self));
      break;
    case PROP_PERIOD:
      g_value_set_double (value, beaver_live_iterator_get_period (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_live_iterator_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  BeaverLiveIterator *self = BEAVER_LIVE_ITERATOR (object);

  switch ((BeaverLiveIteratorProperty) prop_id)
    {
    case PROP_CAPACITY:
      beaver_live_iterator_set_capacity (self, g_value_get_uint (value));
      break;
    case PROP_CLOSED:
    case PROP_DROPPED:
    case PROP_WINDOW:
    case PROP_PERIOD:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_live_iterator_class_init (BeaverLiveIteratorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beaver_live_iterator_dispose;
  object_class->finalize = beaver_live_iterator_finalize;
  object_class->get_property = beaver_live_iterator_get_property;
  object_class->set_property = beaver_live_iterator_set_property;

  /**
   * BeaverLiveIterator:closed: (getter is_closed)
   *
   * Whether the stream has ended. The notification comes in the context in which the database was
   * opened.
   *
   * Since: 1.0
   */
  props[PROP_CLOSED] =
      g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveIterator:capacity: (getter get_capacity) (setter set_capacity)
   *
   * How many results wait for the consumer at most.
   *
   * 16 for windows; 1 means that the latest window wins. 256 for a tail, which reads ahead so far.
   *
   * Since: 1.0
   */
  props[PROP_CAPACITY] =
      g_param_spec_uint ("capacity", NULL, NULL, 0, G_MAXUINT, 16,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveIterator:dropped: (getter get_dropped)
   *
   * How many windows were dropped because nobody took them in time. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_DROPPED] = g_param_spec_uint64 ("dropped", NULL, NULL, 0, G_MAXUINT64, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveIterator:window: (getter get_window)
   *
   * The length of the window in seconds, 0 for a tail.
   *
   * Since: 1.0
   */
  props[PROP_WINDOW] = g_param_spec_double ("window", NULL, NULL, 0, INFINITY, 0,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveIterator:period: (getter get_period)
   *
   * The seconds from one window to the next, 0 for a tail.
   *
   * Since: 1.0
   */
  props[PROP_PERIOD] = g_param_spec_double ("period", NULL, NULL, 0, INFINITY, 0,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_live_iterator_init (BeaverLiveIterator *self)
{
  g_mutex_init (&self->mutex);
}

/* Items become entries: always in the consumer's thread. */

static char *
fold (BeaverLiveIterator *self, BeaverLiveWindow *window, GError **error)
{
  Aggregator *aggregator = ref_aggregator (self);
  g_autofree char *result = NULL;
  GError *failure = NULL;
  char *normal = NULL;

  if (aggregator == NULL)
    return beaver_live_window_to_json (window, error);

  result = aggregator->func (window, aggregator->user_data, &failure);
  aggregator_unref (aggregator);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  if (result == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                   "the aggregator failed and did not say why; let it return JSON text");
      return NULL;
    }
  normal = _beaver_json_normalize (result, -1, error);
  if (normal == NULL)
    g_prefix_error (error, "the result of the aggregator: ");
  return normal;
}

static BeaverLogEntry *
item_to_entry (BeaverLiveIterator *self, BeaverLiveItem *item, GError **error)
{
  g_autoptr (BeaverLiveWindow) window = NULL;
  g_autofree char *result = NULL;
  double end;

  if (item->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&item->error));
      return NULL;
    }
  if (item->row != NULL)
    return _beaver_log_entry_new_take (item->row->timestamp,
                                       g_ref_string_acquire (item->row->data));

  end = item->snapshot->end;
  window = _beaver_live_window_new_take (g_steal_pointer (&item->snapshot));
  result = fold (self, window, error);
  if (result == NULL)
    {
      g_prefix_error (error, "log “%s”: ", self->state->store->core->name);
      return NULL;
    }
  return _beaver_log_entry_new_take (end, g_ref_string_new (result));
}

static void
pending_ready (gpointer data)
{
  BeaverLivePending *pending = data;
  BeaverLiveIterator *self = g_task_get_source_object (pending->task);
  BeaverLogEntry *entry = NULL;
  GError *error = NULL;

  /* From here on neither its timer nor its cancellable touches it. */
  _beaver_live_pending_settle (pending);
  if (pending->item != NULL)
    entry = item_to_entry (self, pending->item, &error);
  else if (pending->cancelled)
    g_cancellable_set_error_if_cancelled (g_task_get_cancellable (pending->task), &error);
  else if (pending->timed_out)
    _beaver_live_state_set_timeout (pending->state, pending->timeout_us, &error);

  if (error != NULL)
    g_task_return_error (pending->task, error);
  else
    g_task_return_pointer (pending->task, entry, g_object_unref);
}

BeaverLiveIterator *
_beaver_live_iterator_new (BeaverLiveState *state,
                           BeaverLogAggregator aggregator,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  BeaverLiveIterator *self = g_object_new (BEAVER_TYPE_LIVE_ITERATOR, NULL);

  self->state = _beaver_live_state_ref (state);
  if (aggregator != NULL)
    {
      self->aggregator = g_new0 (Aggregator, 1);
      g_atomic_ref_count_init (&self->aggregator->ref_count);
      self->aggregator->func = aggregator;
      self->aggregator->user_data = user_data;
      self->aggregator->destroy = destroy;
    }
  else if (destroy != NULL)
    destroy (user_data);
  state->pending_ready = pending_ready;
  g_weak_ref_set (&state->owner, self);
  return self;
}

void
_beaver_live_iterator_ended (BeaverLiveIterator *self)
{
  drop_aggregator (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CLOSED]);
}

static gboolean
check_made (BeaverLiveIterator *self, GError **error)
{
  if (self->state != NULL)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
               "this live iterator belongs to no log; get it from one");
  return FALSE;
}

/**
 * beaver_live_iterator_start:
 * @self: a live iterator
 * @error: return location for an error
 *
 * Starts the thread that reads, unless it runs already.
 *
 * There is no need to: the first [method@Beaver.LiveIterator.next] does so too. Called earlier, the
 * first window is taken earlier.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_live_iterator_start (BeaverLiveIterator *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), FALSE);

  return check_made (self, error) && _beaver_live_state_start (self->state, error);
}

/* Microseconds, -1 for ever. */
static gboolean
check_timeout (double timeout, gint64 *timeout_us, GError **error)
{
  if (isnan (timeout))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "the timeout is not a number; give seconds, negative for ever");
      return FALSE;
    }
  *timeout_us = timeout < 0 || timeout > 1e12 ? -1 : (gint64) (timeout * G_USEC_PER_SEC);
  return TRUE;
}

/**
 * beaver_live_iterator_next:
 * @self: a live iterator
 * @timeout: how many seconds to wait; negative for ever, 0 for what is there already
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Waits for the next result.
 *
 * Of a tail it is the next entry of the log. Of live windows it has the end of the window as its
 * time and what the aggregator made of it as its data.
 *
 * When nothing comes in time, that is %BEAVER_ERROR_TIMEOUT. A window that could not be read, or an
 * aggregator that failed, is an error of this one call; the next one goes on.
 *
 * Returns: (transfer full) (nullable): the next result; %NULL without @error when the stream was
 * closed while this call waited. Every call after the end answers %BEAVER_ERROR_CLOSED
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_live_iterator_next (BeaverLiveIterator *self,
                           double timeout,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverLiveItem) item = NULL;
  gint64 timeout_us;

  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (check_made (self, error) && check_timeout (timeout, &timeout_us, error))
    item = _beaver_live_state_pop (self->state, timeout_us, cancellable, error);
  if (item != NULL)
    return item_to_entry (self, item, error);

  /* A program without a main loop does not get to _beaver_live_iterator_ended(). */
  if (self->state != NULL && _beaver_live_state_is_stopped (self->state))
    drop_aggregator (self);
  return NULL;
}

/**
 * beaver_live_iterator_next_async:
 * @self: a live iterator
 * @timeout: how many seconds to wait; negative for ever, 0 for what is there already
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when a result is there
 * @user_data: data for @callback
 *
 * Asks for the next result without blocking.
 *
 * No thread is parked for the call. It keeps the iterator alive until it is answered. The
 * aggregator runs in the thread-default context of the caller.
 *
 * Since: 1.0
 */
void
beaver_live_iterator_next_async (BeaverLiveIterator *self,
                                 double timeout,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  gint64 timeout_us;

  g_return_if_fail (BEAVER_IS_LIVE_ITERATOR (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_live_iterator_next_async);
  /* A result that was taken out of the queue must not get lost by a cancellation that comes later.
   */
  g_task_set_check_cancellable (task, FALSE);
  if (!check_made (self, &error) || !check_timeout (timeout, &timeout_us, &error))
    g_task_return_error (task, error);
  else
    _beaver_live_state_pop_async (self->state, timeout_us, task);
}

/**
 * beaver_live_iterator_next_finish:
 * @self: a live iterator
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.LiveIterator.next_async] found.
 *
 * Returns: (transfer full) (nullable): the next result; %NULL without @error when the stream was
 * closed while the call waited
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_live_iterator_next_finish (BeaverLiveIterator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A program without a main loop would never get rid of notifications that wait for one. */
static gboolean
is_watched (BeaverLiveIterator *self)
{
  return g_signal_has_handler_pending (self, g_signal_lookup ("notify", G_TYPE_OBJECT),
                                       g_quark_from_static_string ("closed"), FALSE);
}

/**
 * beaver_live_iterator_close:
 * @self: a live iterator
 *
 * Ends the stream and its thread, now. Results that wait are dropped.
 *
 * Closing again does nothing. A call that waits in another thread comes back with %NULL.
 *
 * Since: 1.0
 */
void
beaver_live_iterator_close (BeaverLiveIterator *self)
{
  g_return_if_fail (BEAVER_IS_LIVE_ITERATOR (self));

  if (self->state == NULL || _beaver_live_state_is_forked (self->state))
    return;
  _beaver_live_state_stop (self->state, is_watched (self));
  _beaver_live_state_join (self->state);
  drop_aggregator (self);
}

/**
 * beaver_live_iterator_is_closed: (get-property closed)
 * @self: a live iterator
 *
 * Gets whether the stream has ended.
 *
 * Returns: %TRUE after [method@Beaver.LiveIterator.close], and when the log or the database was
 * closed
 *
 * Since: 1.0
 */
gboolean
beaver_live_iterator_is_closed (BeaverLiveIterator *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), TRUE);

  return self->state == NULL || _beaver_engine_is_closed (self->state->store->core->engine) ||
         _beaver_live_state_is_stopped (self->state);
}

/**
 * beaver_live_iterator_get_capacity: (get-property capacity)
 * @self: a live iterator
 *
 * Gets how many results wait for the consumer at most.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
beaver_live_iterator_get_capacity (BeaverLiveIterator *self)
{
  guint capacity;

  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), 0);

  if (self->state == NULL)
    return 0;
  g_mutex_lock (&self->state->mutex);
  capacity = self->state->capacity;
  g_mutex_unlock (&self->state->mutex);
  return capacity;
}

/**
 * beaver_live_iterator_set_capacity: (set-property capacity)
 * @self: a live iterator
 * @capacity: how many results to keep at most; 0 counts as 1
 *
 * Sets how many results wait for the consumer at most.
 *
 * With 1 the latest window wins. Fewer than wait already are reached with the next window.
 *
 * Since: 1.0
 */
void
beaver_live_iterator_set_capacity (BeaverLiveIterator *self, guint capacity)
{
  g_return_if_fail (BEAVER_IS_LIVE_ITERATOR (self));

  if (self->state == NULL)
    return;
  g_mutex_lock (&self->state->mutex);
  self->state->capacity = MAX (capacity, 1);
  g_cond_broadcast (&self->state->changed);
  g_mutex_unlock (&self->state->mutex);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAPACITY]);
}

/**
 * beaver_live_iterator_get_dropped: (get-property dropped)
 * @self: a live iterator
 *
 * Gets how many windows were dropped because nobody took them in time.
 *
 * Returns: the number, always 0 for a tail
 *
 * Since: 1.0
 */
guint64
beaver_live_iterator_get_dropped (BeaverLiveIterator *self)
{
  guint64 dropped;

  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), 0);

  if (self->state == NULL)
    return 0;
  g_mutex_lock (&self->state->mutex);
  dropped = self->state->dropped;
  g_mutex_unlock (&self->state->mutex);
  return dropped;
}

/**
 * beaver_live_iterator_get_window: (get-property window)
 * @self: a live iterator
 *
 * Gets the length of the window.
 *
 * Returns: seconds, 0 for a tail
 *
 * Since: 1.0
 */
double
beaver_live_iterator_get_window (BeaverLiveIterator *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), 0);

  return self->state != NULL ? self->state->window : 0;
}

/**
 * beaver_live_iterator_get_period: (get-property period)
 * @self: a live iterator
 *
 * Gets the time from one window to the next.
 *
 * Returns: seconds, 0 for a tail
 *
 * Since: 1.0
 */
double
beaver_live_iterator_get_period (BeaverLiveIterator *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_ITERATOR (self), 0);

  return self->state != NULL ? self->state->period : 0;
}
