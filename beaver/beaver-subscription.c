/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-message-private.h>
#include <beaver/beaver-subscription-private.h>
#include <beaver/beaver-site-private.h>
#include <beaver/engine/beaver-context-private.h>

/**
 * BeaverSubscription:
 *
 * The messages of a channel from now on.
 *
 * A subscription gets every message that is committed after [method@Beaver.Channel.subscribe]
 * returned, in order, once, whatever process published it. Take them with
 * [method@Beaver.Subscription.next], with [method@Beaver.Subscription.next_async], or listen to
 * [signal@Beaver.Subscription::message].
 *
 * ```c
 * g_autoptr (BeaverSubscription) news = beaver_channel_subscribe (channel, NULL, &error);
 *
 * while ((message = beaver_subscription_next (news, -1, NULL, &error)) != NULL)
 *   {
 *     g_print ("%s\n", beaver_message_get_json (message));
 *     g_object_unref (message);
 *   }
 * ```
 *
 * Messages wait in a queue of limited size ([property@Beaver.Subscription:capacity]). When nobody
 * takes them the oldest are dropped, and counted in [property@Beaver.Subscription:dropped]; a slow
 * subscriber never delays another one or a publisher.
 *
 * A subscription ends with [method@Beaver.Subscription.close], with its last reference, and when
 * the database is closed: whoever waits gets %NULL without an error, later calls answer
 * %BEAVER_ERROR_CLOSED. What was still in the queue is gone then; see [class@Beaver.Consumer] for
 * messages that must not be missed.
 *
 * Take messages from one thread at a time.
 *
 * Since: 1.0
 */

/* What the feed's thread sees; never the object. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  GWeakRef object; /* taken only in the context of the database */

  GMutex mutex;
  GCond cond;     /* (mutex) a message, an error, the end, a cancellation */
  GQueue rows;    /* (mutex) of BeaverFeedRow */
  GQueue waiters; /* (mutex) of Waiter: calls of next_async; only while rows is empty */
  GError *error;  /* (mutex) the first one that nobody has been told yet */
  BeaverSubscription *has_handler; /* (mutex) to ask for handlers; NULL once disposed */
  guint capacity;                  /* (mutex) */
  guint64 dropped;                 /* (mutex) */
  gboolean ended;                  /* (mutex) */
  gboolean scheduled;              /* (mutex) an emission is posted */
  GSource *posted;                 /* (mutex) the last one; nullable */
  gboolean tried;                  /* (mutex) an emission was posted at least once */
} SubscriptionState;

struct _BeaverSubscription
{
  GObject parent_instance;

  /* All constant after construction; NULL in one that was made by hand, which is closed. */
  SubscriptionState *state;
  BeaverFeed *feed;
  BeaverFeedSink *sink;
};

G_DEFINE_FINAL_TYPE (BeaverSubscription, beaver_subscription, G_TYPE_OBJECT)

typedef enum
{
  PROP_CHANNEL = 1,
  PROP_CAPACITY,
  PROP_DROPPED,
  PROP_WAITING,
  PROP_CLOSED,
} BeaverSubscriptionProperty;
static GParamSpec *props[PROP_CLOSED + 1];

enum
{
  SIGNAL_MESSAGE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* A pending next_async(). */
typedef struct
{
  gatomicrefcount ref_count;
  SubscriptionState *state;
  GTask *task;
  GSource *timeout;   /* in the context of the task */
  GSource *cancelled; /* the same */
  BeaverFeedRow *row; /* set before it is posted */
  GError *error;      /* the same */
} Waiter;

static SubscriptionState *
state_ref (SubscriptionState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
state_unref (gpointer pointer)
{
  SubscriptionState *self = pointer;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->rows, (GDestroyNotify) _beaver_feed_row_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->posted, g_source_unref);
  g_weak_ref_clear (&self->object);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  _beaver_manager_core_unref (self->core);
  g_free (self);
}

static Waiter *
waiter_ref (Waiter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
waiter_unref (gpointer pointer)
{
  Waiter *self = pointer;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->timeout, g_source_unref);
  g_clear_pointer (&self->cancelled, g_source_unref);
  g_clear_pointer (&self->row, _beaver_feed_row_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->task);
  state_unref (self->state);
  g_free (self);
}

/* Runs in the context of the task. The sources hold the waiter, so they have to go. */
static void
waiter_complete (gpointer pointer)
{
  Waiter *self = pointer;

  if (self->timeout != NULL)
    g_source_destroy (self->timeout);
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else if (self->row != NULL)
    g_task_return_pointer (self->task, _beaver_message_new (self->row), g_object_unref);
  else
    g_task_return_pointer (self->task, NULL, NULL);
}

static void
waiter_post (Waiter *self)
{
  _beaver_context_post (g_task_get_context (self->task), waiter_complete, self, waiter_unref);
}

/* Takes the waiter out of the queue, unless a message is already on its way to it. */
static gboolean
waiter_give_up (Waiter *self)
{
  gboolean found;

  g_mutex_lock (&self->state->mutex);
  found = g_queue_remove (&self->state->waiters, self);
  g_mutex_unlock (&self->state->mutex);
  return found;
}

static void
set_timeout_error (SubscriptionState *state, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT,
               "channel “%s”: no message within the given time", state->core->name);
}

static gboolean
waiter_timeout (gpointer data)
{
  Waiter *self = data;

  if (waiter_give_up (self))
    {
      set_timeout_error (self->state, &self->error);
      waiter_complete (self);
      waiter_unref (self);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
waiter_cancelled (GCancellable *cancellable, gpointer data)
{
  Waiter *self = data;

  if (waiter_give_up (self))
    {
      g_cancellable_set_error_if_cancelled (cancellable, &self->error);
      waiter_complete (self);
      waiter_unref (self);
    }
  return G_SOURCE_REMOVE;
}

/* The message signal */

static void state_emit (gpointer data);

/* (mutex) */
static void
post_emission (SubscriptionState *self)
{
  g_clear_pointer (&self->posted, g_source_unref);
  self->posted =
      _beaver_context_post_source (self->core->context, state_emit, state_ref (self), state_unref);
}

/* In the context: one message. */
static void
state_emit (gpointer data)
{
  SubscriptionState *self = data;
  g_autoptr (BeaverSubscription) object = g_weak_ref_get (&self->object);
  g_autoptr (BeaverFeedRow) row = NULL;
  g_autoptr (BeaverMessage) message = NULL;
  gboolean wanted =
      object != NULL && g_signal_has_handler_pending (object, signals[SIGNAL_MESSAGE], 0, FALSE);

  g_mutex_lock (&self->mutex);
  if (wanted)
    row = g_queue_pop_head (&self->rows);
  /* The next one is posted first: the handler may run the context itself. */
  self->scheduled = wanted && !g_queue_is_empty (&self->rows);
  if (self->scheduled)
    post_emission (self);
  g_mutex_unlock (&self->mutex);
  if (row == NULL)
    return;

  message = _beaver_message_new (row);
  g_signal_emit (object, signals[SIGNAL_MESSAGE], 0, message);
}

static void
state_notify_closed (gpointer data)
{
  SubscriptionState *self = data;
  g_autoptr (BeaverSubscription) object = g_weak_ref_get (&self->object);

  if (object != NULL)
    g_object_notify_by_pspec (G_OBJECT (object), props[PROP_CLOSED]);
}

/* Sink: the feed's thread */

static void
state_deliver (gpointer data, BeaverFeedRow *row)
{
  SubscriptionState *self = data;
  Waiter *waiter;

  g_mutex_lock (&self->mutex);
  if (self->ended)
    ;
  else if ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      waiter->row = g_atomic_rc_box_acquire (row);
      waiter_post (waiter);
    }
  else
    {
      g_queue_push_tail (&self->rows, g_atomic_rc_box_acquire (row));
      if (self->rows.length > self->capacity)
        {
          _beaver_feed_row_unref (g_queue_pop_head (&self->rows));
          self->dropped++;
        }
      g_cond_signal (&self->cond);

      /* The first message is tried in any case: a handler that is connected right after
       * subscribing, in the context, gets it. */
      if (!self->scheduled && self->has_handler != NULL && self->core->context != NULL &&
          (!self->tried ||
           g_signal_has_handler_pending (self->has_handler, signals[SIGNAL_MESSAGE], 0, FALSE)))
        {
          self->scheduled = self->tried = TRUE;
          post_emission (self);
        }
    }
  g_mutex_unlock (&self->mutex);
}

static void
state_failed (gpointer data, const GError *error)
{
  SubscriptionState *self = data;
  Waiter *waiter;

  g_mutex_lock (&self->mutex);
  if (self->ended)
    ;
  else if ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      waiter->error = g_error_copy (error);
      waiter_post (waiter);
    }
  else if (self->error == NULL)
    {
      self->error = g_error_copy (error);
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->mutex);
}

/* (mutex) A program without a main loop would never get rid of notifications that wait for one. */
static gboolean
is_watched (SubscriptionState *self)
{
  return self->has_handler != NULL && self->core->context != NULL &&
         g_signal_has_handler_pending (self->has_handler, g_signal_lookup ("notify", G_TYPE_OBJECT),
                                       g_quark_from_static_string ("closed"), FALSE);
}

static void
state_end (gpointer data)
{
  SubscriptionState *self = data;
  GQueue rows = G_QUEUE_INIT;
  GSource *posted = NULL;
  Waiter *waiter;

  g_mutex_lock (&self->mutex);
  if (!self->ended)
    {
      self->ended = TRUE;
      posted = g_steal_pointer (&self->posted);
      rows = self->rows;
      g_queue_init (&self->rows);
      while ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
        waiter_post (waiter);
      g_cond_broadcast (&self->cond);
      if (is_watched (self))
        _beaver_context_post (self->core->context, state_notify_closed, state_ref (self),
                              state_unref);
    }
  g_mutex_unlock (&self->mutex);
  /* a context that nobody iterates would keep it for ever */
  if (posted != NULL)
    g_source_destroy (posted);
  g_clear_pointer (&posted, g_source_unref);
  g_queue_clear_full (&rows, (GDestroyNotify) _beaver_feed_row_unref);
}

static const BeaverFeedSinkFuncs sink_funcs = { state_deliver, state_failed, state_end };

/* Object */

static void
beaver_subscription_dispose (GObject *object)
{
  BeaverSubscription *self = BEAVER_SUBSCRIPTION (object);

  /* In a forked child there is no thread that would deliver, and the locks may be held for ever. */
  if (self->state != NULL && !_beaver_engine_is_forked (self->state->core->engine))
    {
      g_mutex_lock (&self->state->mutex);
      self->state->has_handler = NULL;
      g_mutex_unlock (&self->state->mutex);
      beaver_subscription_close (self);
    }
  G_OBJECT_CLASS (beaver_subscription_parent_class)->dispose (object);
}

static void
beaver_subscription_finalize (GObject *object)
{
  BeaverSubscription *self = BEAVER_SUBSCRIPTION (object);

  g_clear_pointer (&self->sink, _beaver_feed_sink_unref);
  g_clear_pointer (&self->feed, _beaver_feed_unref);
  g_clear_pointer (&self->state, state_unref);
  G_OBJECT_CLASS (beaver_subscription_parent_class)->finalize (object);
}

static void
beaver_subscription_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverSubscription *self = BEAVER_SUBSCRIPTION (object);

  switch ((BeaverSubscriptionProperty) prop_id)
    {
    case PROP_CHANNEL:
      g_value_set_string (value, beaver_subscription_get_channel (self));
      break;
    case PROP_CAPACITY:
      g_value_set_uint (value, beaver_subscription_get_capacity (self));
      break;
    case PROP_DROPPED:
      g_value_set_uint64 (value, beaver_subscription_get_dropped (self));
      break;
    case PROP_WAITING:
      g_value_set_uint (value, beaver_subscription_get_waiting (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, beaver_subscription_is_closed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_subscription_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  BeaverSubscription *self = BEAVER_SUBSCRIPTION (object);

  switch ((BeaverSubscriptionProperty) prop_id)
    {
    case PROP_CAPACITY:
      beaver_subscription_set_capacity (self, g_value_get_uint (value));
      break;
    case PROP_CHANNEL:
    case PROP_DROPPED:
    case PROP_WAITING:
    case PROP_CLOSED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_subscription_class_init (BeaverSubscriptionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beaver_subscription_dispose;
  object_class->finalize = beaver_subscription_finalize;
  object_class->get_property = beaver_subscription_get_property;
  object_class->set_property = beaver_subscription_set_property;

  /**
   * BeaverSubscription:channel: (getter get_channel)
   *
   * The name of the channel.
   *
   * Since: 1.0
   */
  props[PROP_CHANNEL] =
      g_param_spec_string ("channel", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverSubscription:capacity: (getter get_capacity) (setter set_capacity)
   *
   * How many messages may wait. When one more comes the oldest is dropped.
   *
   * Since: 1.0
   */
  props[PROP_CAPACITY] =
      g_param_spec_uint ("capacity", NULL, NULL, 1, G_MAXUINT, BEAVER_SUBSCRIPTION_CAPACITY,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverSubscription:dropped: (getter get_dropped)
   *
   * How many messages were dropped because nobody took them in time. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_DROPPED] = g_param_spec_uint64 ("dropped", NULL, NULL, 0, G_MAXUINT64, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverSubscription:waiting: (getter get_waiting)
   *
   * How many messages wait to be taken. There is no notification.
   *
   * Since: 1.0
   */
  props[PROP_WAITING] = g_param_spec_uint ("waiting", NULL, NULL, 0, G_MAXUINT, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverSubscription:closed: (getter is_closed)
   *
   * Whether the subscription has ended. Notified in the context in which the database was opened.
   *
   * Since: 1.0
   */
  props[PROP_CLOSED] =
      g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * BeaverSubscription::message:
   * @self: the subscription
   * @message: a message
   *
   * A message was published.
   *
   * Emitted in the main context in which the database was opened; that context has to run. What is
   * emitted is not returned by [method@Beaver.Subscription.next], so use the one or the other.
   *
   * Since: 1.0
   */
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, BEAVER_TYPE_MESSAGE);
}

static void
beaver_subscription_init (BeaverSubscription *self)
{
}

BeaverSubscription *
_beaver_subscription_new (BeaverManagerCore *core, BeaverFeed *feed)
{
  BeaverSubscription *self = g_object_new (BEAVER_TYPE_SUBSCRIPTION, NULL);
  SubscriptionState *state = g_new0 (SubscriptionState, 1);

  g_atomic_ref_count_init (&state->ref_count);
  state->core = _beaver_manager_core_ref (core);
  g_weak_ref_init (&state->object, self);
  g_mutex_init (&state->mutex);
  g_cond_init (&state->cond);
  g_queue_init (&state->rows);
  g_queue_init (&state->waiters);
  state->has_handler = self;
  state->capacity = BEAVER_SUBSCRIPTION_CAPACITY;

  self->state = state;
  self->feed = _beaver_feed_ref (feed);
  self->sink = _beaver_feed_sink_new (core->name, &sink_funcs, state_ref (state), state_unref);
  _beaver_site_note (self);
  return self;
}

BeaverFeedSink *
_beaver_subscription_get_sink (BeaverSubscription *self)
{
  return self->sink;
}

/**
 * beaver_subscription_get_channel:
 * @self: a subscription
 *
 * Gets the name of the channel.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_subscription_get_channel (BeaverSubscription *self)
{
  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), NULL);

  return self->state != NULL ? self->state->core->name : "";
}

/**
 * beaver_subscription_get_capacity:
 * @self: a subscription
 *
 * Gets how many messages may wait.
 *
 * Returns: the number, 1,024 unless set
 *
 * Since: 1.0
 */
guint
beaver_subscription_get_capacity (BeaverSubscription *self)
{
  guint capacity;

  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), 0);

  if (self->state == NULL)
    return BEAVER_SUBSCRIPTION_CAPACITY;
  g_mutex_lock (&self->state->mutex);
  capacity = self->state->capacity;
  g_mutex_unlock (&self->state->mutex);
  return capacity;
}

/**
 * beaver_subscription_set_capacity:
 * @self: a subscription
 * @capacity: how many, at least 1
 *
 * Sets how many messages may wait. When more than that wait already, the oldest are dropped.
 *
 * Since: 1.0
 */
void
beaver_subscription_set_capacity (BeaverSubscription *self, guint capacity)
{
  GQueue gone = G_QUEUE_INIT;
  gboolean changed;

  g_return_if_fail (BEAVER_IS_SUBSCRIPTION (self));
  g_return_if_fail (capacity > 0);

  if (self->state == NULL)
    return;
  g_mutex_lock (&self->state->mutex);
  changed = self->state->capacity != capacity;
  self->state->capacity = capacity;
  while (self->state->rows.length > capacity)
    {
      g_queue_push_tail (&gone, g_queue_pop_head (&self->state->rows));
      self->state->dropped++;
    }
  g_mutex_unlock (&self->state->mutex);
  g_queue_clear_full (&gone, (GDestroyNotify) _beaver_feed_row_unref);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAPACITY]);
}

/**
 * beaver_subscription_get_dropped:
 * @self: a subscription
 *
 * Gets how many messages were dropped because nobody took them in time.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
beaver_subscription_get_dropped (BeaverSubscription *self)
{
  guint64 dropped;

  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), 0);

  if (self->state == NULL)
    return 0;
  g_mutex_lock (&self->state->mutex);
  dropped = self->state->dropped;
  g_mutex_unlock (&self->state->mutex);
  return dropped;
}

/**
 * beaver_subscription_get_waiting:
 * @self: a subscription
 *
 * Gets how many messages wait to be taken.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
beaver_subscription_get_waiting (BeaverSubscription *self)
{
  guint waiting;

  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), 0);

  if (self->state == NULL)
    return 0;
  g_mutex_lock (&self->state->mutex);
  waiting = self->state->rows.length;
  g_mutex_unlock (&self->state->mutex);
  return waiting;
}

/**
 * beaver_subscription_is_closed:
 * @self: a subscription
 *
 * Whether the subscription has ended.
 *
 * Returns: %TRUE when it gets no more messages
 *
 * Since: 1.0
 */
gboolean
beaver_subscription_is_closed (BeaverSubscription *self)
{
  gboolean ended;

  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), TRUE);

  if (self->state == NULL)
    return TRUE;
  g_mutex_lock (&self->state->mutex);
  ended = self->state->ended;
  g_mutex_unlock (&self->state->mutex);
  return ended;
}

static gboolean
check_next (BeaverSubscription *self, double timeout, GError **error)
{
  if (isnan (timeout))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "the timeout is not a number; give seconds, or less than 0 to wait for ever");
      return FALSE;
    }
  if (self->state == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                   "this subscription belongs to no channel; get it from one");
      return FALSE;
    }
  return _beaver_manager_core_check_open (self->state->core, error);
}

static void
set_ended_error (SubscriptionState *state, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
               "channel “%s”: the subscription was closed", state->core->name);
}

/* A time beyond all times is for ever. */
static gint64
deadline_of (double timeout)
{
  if (timeout < 0 || timeout > 1e9)
    return -1;
  return g_get_monotonic_time () + (gint64) (timeout * G_USEC_PER_SEC);
}

static void
wake_cancelled (GCancellable *cancellable, gpointer data)
{
  SubscriptionState *state = data;

  g_mutex_lock (&state->mutex);
  g_cond_broadcast (&state->cond);
  g_mutex_unlock (&state->mutex);
}

/**
 * beaver_subscription_next:
 * @self: a subscription
 * @timeout: seconds to wait; 0 takes what is there, less than 0 waits for ever
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Takes the next message; waits until there is one.
 *
 * Waiting costs nothing. When @timeout is over that is %BEAVER_ERROR_TIMEOUT. When reading failed,
 * the error is told once; the subscription goes on and misses nothing.
 *
 * Returns: (transfer full) (nullable): the message; %NULL without an error when the subscription
 * was closed meanwhile
 *
 * Since: 1.0
 */
BeaverMessage *
beaver_subscription_next (BeaverSubscription *self,
                          double timeout,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverFeedRow) row = NULL;
  GError *failure = NULL;
  SubscriptionState *state;
  gulong handler = 0;
  gint64 deadline;
  gboolean over = FALSE;

  g_return_val_if_fail (BEAVER_IS_SUBSCRIPTION (self), NULL);

  if (!check_next (self, timeout, error) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  state = self->state;
  deadline = deadline_of (timeout);

  g_mutex_lock (&state->mutex);
  if (state->ended)
    {
      g_mutex_unlock (&state->mutex);
      set_ended_error (state, error);
      return NULL;
    }
  if (cancellable != NULL && g_queue_is_empty (&state->rows) && timeout != 0)
    {
      g_mutex_unlock (&state->mutex);
      handler = g_cancellable_connect (cancellable, G_CALLBACK (wake_cancelled), state_ref (state),
                                       state_unref);
      g_mutex_lock (&state->mutex);
    }
  for (;;)
    {
      row = g_queue_pop_head (&state->rows);
      if (row == NULL)
        failure = g_steal_pointer (&state->error);
      if (row != NULL || failure != NULL || state->ended || over)
        break;
      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (timeout == 0)
        over = TRUE;
      else if (deadline < 0)
        g_cond_wait (&state->cond, &state->mutex);
      else
        over = !g_cond_wait_until (&state->cond, &state->mutex, deadline);
    }
  if (row == NULL && failure == NULL && !state->ended &&
      !g_cancellable_set_error_if_cancelled (cancellable, &failure))
    set_timeout_error (state, &failure);
  g_mutex_unlock (&state->mutex);

  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return row != NULL ? _beaver_message_new (row) : NULL;
}

/**
 * beaver_subscription_next_async:
 * @self: a subscription
 * @timeout: seconds to wait; 0 takes what is there, less than 0 waits for ever
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when there is a message
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Subscription.next]. No thread waits meanwhile.
 *
 * Several calls may wait at once: messages go to them in the order of the calls.
 *
 * Since: 1.0
 */
void
beaver_subscription_next_async (BeaverSubscription *self,
                                double timeout,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeaverFeedRow) row = NULL;
  GError *error = NULL;
  SubscriptionState *state;

  g_return_if_fail (BEAVER_IS_SUBSCRIPTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_subscription_next_async);
  /* a message that was taken out of the queue is delivered, cancelled or not */
  g_task_set_check_cancellable (task, FALSE);
  if (!check_next (self, timeout, &error) ||
      g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  state = self->state;

  g_mutex_lock (&state->mutex);
  if (state->ended)
    set_ended_error (state, &error);
  else if ((row = g_queue_pop_head (&state->rows)) == NULL)
    {
      error = g_steal_pointer (&state->error);
      if (error == NULL && timeout == 0)
        set_timeout_error (state, &error);
    }
  if (row == NULL && error == NULL)
    {
      Waiter *waiter = g_new0 (Waiter, 1);

      g_atomic_ref_count_init (&waiter->ref_count);
      waiter->state = state_ref (state);
      waiter->task = g_object_ref (task);
      if (timeout > 0 && timeout <= 1e9)
        {
          gint64 now = g_get_monotonic_time ();

          waiter->timeout = g_timeout_source_new (0);
          g_source_set_ready_time (waiter->timeout, now + (gint64) (timeout * G_USEC_PER_SEC));
          g_source_set_callback (waiter->timeout, waiter_timeout, waiter_ref (waiter),
                                 waiter_unref);
          g_source_attach (waiter->timeout, g_task_get_context (task));
        }
      if (cancellable != NULL)
        {
          waiter->cancelled = g_cancellable_source_new (cancellable);
          g_source_set_callback (waiter->cancelled, G_SOURCE_FUNC (waiter_cancelled),
                                 waiter_ref (waiter), waiter_unref);
          g_source_attach (waiter->cancelled, g_task_get_context (task));
        }
      g_queue_push_tail (&state->waiters, waiter);
    }
  g_mutex_unlock (&state->mutex);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (row != NULL)
    g_task_return_pointer (task, _beaver_message_new (row), g_object_unref);
}

/**
 * beaver_subscription_next_finish:
 * @self: a subscription
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Subscription.next_async].
 *
 * Returns: (transfer full) (nullable): the message; %NULL without an error when the subscription
 * was closed meanwhile
 *
 * Since: 1.0
 */
BeaverMessage *
beaver_subscription_next_finish (BeaverSubscription *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_subscription_close:
 * @self: a subscription
 *
 * Ends the subscription. Who waits in [method@Beaver.Subscription.next] gets %NULL without an
 * error; later calls answer %BEAVER_ERROR_CLOSED.
 *
 * Never waits, and may be called from any thread, any number of times.
 *
 * Since: 1.0
 */
void
beaver_subscription_close (BeaverSubscription *self)
{
  g_return_if_fail (BEAVER_IS_SUBSCRIPTION (self));

  if (self->state == NULL || _beaver_engine_is_forked (self->state->core->engine))
    return;
  state_end (self->state);
  _beaver_feed_remove (self->feed, self->sink);
}
