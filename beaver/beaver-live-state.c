/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-context-private.h>

/* Windows that wait for their consumer; rows of a tail, of which none is ever dropped. */
#define DEFAULT_WINDOWS 16
#define DEFAULT_ROWS 256

/* Items */

void
_beaver_live_item_free (BeaverLiveItem *self)
{
  g_clear_pointer (&self->row, _beaver_live_row_unref);
  g_clear_pointer (&self->snapshot, _beaver_live_snapshot_unref);
  g_clear_error (&self->error);
  g_free (self);
}

void
_beaver_live_snapshot_unref (BeaverLiveSnapshot *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->rows);
  g_free (self);
}

/* Life */

BeaverLiveState *
_beaver_live_state_new (BeaverLogStore *store, gboolean tail)
{
  BeaverLiveState *self = g_new0 (BeaverLiveState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->store = _beaver_log_store_ref (store);
  self->cancellable = g_cancellable_new ();
  g_weak_ref_init (&self->owner, NULL);
  g_mutex_init (&self->join_mutex);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->items);
  g_queue_init (&self->pending);
  self->site = _beaver_site_new ();
  self->tail = tail;
  self->capacity = tail ? DEFAULT_ROWS : DEFAULT_WINDOWS;
  return self;
}

BeaverLiveState *
_beaver_live_state_ref (BeaverLiveState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_live_state_unref (BeaverLiveState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->items, (GDestroyNotify) _beaver_live_item_free);
  _beaver_live_position_clear (&self->position);
  g_clear_pointer (&self->watch, _beaver_watch_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->site, _beaver_site_free);
  g_weak_ref_clear (&self->owner);
  g_mutex_clear (&self->join_mutex);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  _beaver_log_store_unref (self->store);
  g_free (self);
}

gboolean
_beaver_live_state_is_forked (BeaverLiveState *self)
{
  return _beaver_engine_is_forked (self->store->core->engine);
}

gboolean
_beaver_live_state_is_stopped (BeaverLiveState *self)
{
  gboolean stopped;

  g_mutex_lock (&self->mutex);
  stopped = self->stopped;
  g_mutex_unlock (&self->mutex);
  return stopped;
}

/* (mutex self->mutex) */
static gboolean
check_open (BeaverLiveState *self, GError **error)
{
  if (!self->stopped)
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
               "log “%s”: this live iterator was closed; make a new one", self->store->core->name);
  return FALSE;
}

/* (mutex self->mutex) However often and from wherever it is entered, an iterator has one thread. */
static gboolean
ensure_thread (BeaverLiveState *self, GError **error)
{
  if (self->thread != NULL)
    return TRUE;

  if (self->tail && self->watch == NULL)
    self->watch = _beaver_watch_new (self->store->core->engine, self->store->core->topic);
  self->thread = _beaver_thread_try_new (self->tail ? "beaver-tail" : "beaver-live",
                                         _beaver_live_worker, _beaver_live_state_ref (self), error);
  if (self->thread == NULL)
    _beaver_live_state_unref (self);
  return self->thread != NULL;
}

gboolean
_beaver_live_state_start (BeaverLiveState *self, GError **error)
{
  gboolean started;

  if (!_beaver_manager_core_check_open (self->store->core, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  started = check_open (self, error) && ensure_thread (self, error);
  g_mutex_unlock (&self->mutex);
  return started;
}

/* Ending */

void
_beaver_live_pending_settle (BeaverLivePending *self)
{
  if (self->cancelled_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (self->task), self->cancelled_id);
  self->cancelled_id = 0;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
pending_free (gpointer data)
{
  BeaverLivePending *self = data;

  _beaver_live_pending_settle (self);
  g_clear_pointer (&self->item, _beaver_live_item_free);
  g_object_unref (self->task);
  _beaver_live_state_unref (self->state);
  g_free (self);
}

/* Hands a pending call back to its own context. The worker must not let go of a task: that could be
 * the last reference of the iterator, which a binding may have wrapped. */
static void
post_pending (BeaverLiveState *self, BeaverLivePending *pending)
{
  _beaver_context_post (g_task_get_context (pending->task), self->pending_ready, pending,
                        pending_free);
}

static void
tell_owner (gpointer data)
{
  BeaverLiveState *self = data;
  g_autoptr (BeaverLiveIterator) owner = g_weak_ref_get (&self->owner);

  if (owner != NULL)
    _beaver_live_iterator_ended (owner);
}

void
_beaver_live_state_stop (BeaverLiveState *self, gboolean notify)
{
  GQueue items = G_QUEUE_INIT, pending = G_QUEUE_INIT;
  BeaverLivePending *one;
  BeaverWatch *watch;

  g_mutex_lock (&self->mutex);
  if (self->stopped)
    {
      g_mutex_unlock (&self->mutex);
      return;
    }
  self->stopped = TRUE;
  watch = self->watch;
  items = self->items;
  pending = self->pending;
  g_queue_init (&self->items);
  g_queue_init (&self->pending);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);

  if (watch != NULL)
    _beaver_watch_stop (watch);
  g_cancellable_cancel (self->cancellable);
  g_queue_clear_full (&items, (GDestroyNotify) _beaver_live_item_free);
  while ((one = g_queue_pop_head (&pending)) != NULL)
    post_pending (self, one);
  if (notify)
    _beaver_context_post (self->store->core->context, tell_owner, _beaver_live_state_ref (self),
                          (GDestroyNotify) _beaver_live_state_unref);
}

gboolean
_beaver_live_state_join (BeaverLiveState *self)
{
  GThread *thread;

  /* Of two closers the second one must not come back before the thread is gone. */
  g_mutex_lock (&self->join_mutex);
  g_mutex_lock (&self->mutex);
  thread = self->thread != g_thread_self () ? g_steal_pointer (&self->thread) : NULL;
  g_mutex_unlock (&self->mutex);
  if (thread != NULL)
    g_thread_join (thread);
  g_mutex_unlock (&self->join_mutex);
  return thread != NULL;
}

/* The worker's side */

gboolean
_beaver_live_state_push (BeaverLiveState *self, BeaverLiveItem *item)
{
  BeaverLivePending *pending = NULL;
  GQueue dropped = G_QUEUE_INIT;
  gboolean stopped;

  g_mutex_lock (&self->mutex);
  stopped = self->stopped;
  if (stopped)
    g_queue_push_tail (&dropped, item);
  else if ((pending = g_queue_pop_head (&self->pending)) != NULL)
    pending->item = item;
  else
    {
      while (!self->tail && self->items.length >= self->capacity)
        {
          g_queue_push_tail (&dropped, g_queue_pop_head (&self->items));
          self->dropped++;
        }
      g_queue_push_tail (&self->items, item);
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->mutex);

  g_queue_clear_full (&dropped, (GDestroyNotify) _beaver_live_item_free);
  if (pending != NULL)
    post_pending (self, pending);
  return !stopped;
}

gboolean
_beaver_live_state_wait_room (BeaverLiveState *self)
{
  gboolean go_on;

  g_mutex_lock (&self->mutex);
  while (!self->stopped && self->items.length >= self->capacity)
    g_cond_wait (&self->changed, &self->mutex);
  go_on = !self->stopped;
  g_mutex_unlock (&self->mutex);
  return go_on;
}

gboolean
_beaver_live_state_wait_until (BeaverLiveState *self, gint64 monotonic_us)
{
  gboolean go_on;

  g_mutex_lock (&self->mutex);
  while (!self->stopped && g_get_monotonic_time () < monotonic_us)
    {
      if (monotonic_us == G_MAXINT64)
        g_cond_wait (&self->changed, &self->mutex);
      else
        g_cond_wait_until (&self->changed, &self->mutex, monotonic_us);
    }
  go_on = !self->stopped;
  g_mutex_unlock (&self->mutex);
  return go_on;
}

/* The consumer's side */

void
_beaver_live_state_set_timeout (BeaverLiveState *self, gint64 timeout_us, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT,
               "log “%s”: nothing new within %.3f seconds", self->store->core->name,
               (double) timeout_us / G_USEC_PER_SEC);
}

static void
on_pop_cancelled (GCancellable *cancellable, gpointer data)
{
  BeaverLiveState *self = data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* (mutex self->mutex) */
static BeaverLiveItem *
wait_for_item (BeaverLiveState *self, gint64 timeout_us, GCancellable *cancellable, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = timeout_us < 0 || timeout_us > G_MAXINT64 - now ? G_MAXINT64 : now + timeout_us;

  for (;;)
    {
      BeaverLiveItem *item = g_queue_pop_head (&self->items);

      if (item != NULL)
        {
          g_cond_broadcast (&self->changed);
          return item;
        }
      if (self->stopped)
        return NULL;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (g_get_monotonic_time () >= end)
        {
          _beaver_live_state_set_timeout (self, timeout_us, error);
          return NULL;
        }
      if (end == G_MAXINT64)
        g_cond_wait (&self->changed, &self->mutex);
      else
        g_cond_wait_until (&self->changed, &self->mutex, end);
    }
}

BeaverLiveItem *
_beaver_live_state_pop (BeaverLiveState *self,
                        gint64 timeout_us,
                        GCancellable *cancellable,
                        GError **error)
{
  BeaverLiveItem *item = NULL;
  gulong id;

  if (!_beaver_manager_core_check_open (self->store->core, error) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  id = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_pop_cancelled),
                                                    _beaver_live_state_ref (self),
                                                    (GDestroyNotify) _beaver_live_state_unref) :
                             0;
  g_mutex_lock (&self->mutex);
  if (check_open (self, error) && ensure_thread (self, error))
    item = wait_for_item (self, timeout_us, cancellable, error);
  g_mutex_unlock (&self->mutex);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, id);
  return item;
}

static void
give_up (BeaverLivePending *pending, gboolean *why)
{
  BeaverLiveState *self = pending->state;
  gboolean waiting;

  g_mutex_lock (&self->mutex);
  waiting = g_queue_remove (&self->pending, pending);
  *why = pending->item == NULL;
  g_mutex_unlock (&self->mutex);
  if (waiting)
    post_pending (self, pending);
}

static void
on_pending_cancelled (GCancellable *cancellable, gpointer data)
{
  BeaverLivePending *pending = data;

  give_up (pending, &pending->cancelled);
}

static gboolean
on_pending_timeout (gpointer data)
{
  BeaverLivePending *pending = data;

  give_up (pending, &pending->timed_out);
  return G_SOURCE_REMOVE;
}

/* Whoever ends the wait early is set up before anybody else can know of it; if he is early already,
 * he leaves his mark. */
static BeaverLivePending *
pending_new (BeaverLiveState *self, gint64 timeout_us, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  BeaverLivePending *pending = g_new0 (BeaverLivePending, 1);

  pending->task = g_object_ref (task);
  pending->state = _beaver_live_state_ref (self);
  pending->timeout_us = timeout_us;
  pending->timed_out = timeout_us == 0;
  if (timeout_us > 0 && timeout_us / 1000 < G_MAXUINT)
    {
      pending->timer = g_timeout_source_new ((guint) ((timeout_us + 999) / 1000));
      g_source_set_static_name (pending->timer, "[libbeaver] timeout of a live iterator");
      g_source_set_callback (pending->timer, on_pending_timeout, pending, NULL);
      g_source_attach (pending->timer, g_task_get_context (task));
    }
  if (cancellable != NULL)
    pending->cancelled_id =
        g_cancellable_connect (cancellable, G_CALLBACK (on_pending_cancelled), pending, NULL);
  return pending;
}

void
_beaver_live_state_pop_async (BeaverLiveState *self, gint64 timeout_us, GTask *task)
{
  BeaverLivePending *pending;
  gboolean ready;
  GError *error = NULL;

  if (!_beaver_live_state_start (self, &error) ||
      g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  pending = pending_new (self, timeout_us, task);
  g_mutex_lock (&self->mutex);
  ready = pending->cancelled || self->stopped;
  if (!ready && (pending->item = g_queue_pop_head (&self->items)) != NULL)
    g_cond_broadcast (&self->changed);
  ready = ready || pending->item != NULL || pending->timed_out;
  if (!ready)
    g_queue_push_tail (&self->pending, pending);
  g_mutex_unlock (&self->mutex);

  if (ready)
    post_pending (self, pending);
}
