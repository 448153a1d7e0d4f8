/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What this process knows about a lock.
 *
 * A hold is one row of the queue and whoever stands behind it: a thread, which may take shares of
 * it again and again, or an acquisition alone (async), which nobody shares. Exclusion between
 * threads is left to the rows, so that one queue orders all threads of all processes; the state
 * only finds the hold of the calling thread again.
 *
 * A hold leaves the list when its row is known to be gone. On close a work of the engine removes
 * the rows of all that are still listed, waiting ones too.
 *
 * The renewer is a thread that lives while a hold with auto-renew is held, and refreshes its row at
 * a third of its time. It sees the state and holds, never a public object. */
#include "config.h"

#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "beaver-lock-state-private.h"

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-fork-private.h>

static GHashTable *registry; /* (process mutex) set of BeaverLockState, not owned */

static void owner_thread_ended (gpointer data);
static GPrivate current_owner = G_PRIVATE_INIT (owner_thread_ended);

/* --- owners --- */

static BeaverLockOwner *
owner_ref (BeaverLockOwner *owner)
{
  g_atomic_ref_count_inc (&owner->ref_count);

  return owner;
}

static void
owner_unref (BeaverLockOwner *owner)
{
  if (g_atomic_ref_count_dec (&owner->ref_count))
    g_free (owner);
}

static void
owner_thread_ended (gpointer data)
{
  BeaverLockOwner *owner = data;

  g_atomic_int_set (&owner->ended, TRUE);
  owner_unref (owner);
}

BeaverLockOwner *
_beaver_lock_get_owner (void)
{
  BeaverLockOwner *owner = g_private_get (&current_owner);

  if (owner == NULL)
    {
      owner = g_new0 (BeaverLockOwner, 1);
      g_atomic_ref_count_init (&owner->ref_count);
      g_private_set (&current_owner, owner);
    }

  return owner;
}

/* --- holds --- */

BeaverLockHold *
_beaver_lock_hold_new (BeaverLockState *state, BeaverLockOwner *owner, double ttl)
{
  BeaverLockHold *self = g_new0 (BeaverLockHold, 1);
  g_autofree char *uuid = _beaver_uuid_new ();

  g_atomic_ref_count_init (&self->ref_count);
  self->state = _beaver_lock_state_ref (state);
  self->waiter_id = g_strdup_printf ("pid:%ld:id:%s", (long) state->pid, uuid);
  self->owner = owner != NULL ? owner_ref (owner) : NULL;
  self->ttl = ttl;
  self->count = 1;
  /* in a transaction, which may be rolled back */
  self->doubtful = _beaver_engine_get_serial (state->engine) != 0;

  g_mutex_lock (&state->mutex);
  self->auto_renew = state->auto_renew;
  g_ptr_array_add (state->holds, _beaver_lock_hold_ref (self));
  g_mutex_unlock (&state->mutex);

  return self;
}

BeaverLockHold *
_beaver_lock_hold_ref (BeaverLockHold *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
_beaver_lock_hold_unref (BeaverLockHold *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->owner, owner_unref);
  g_free (self->waiter_id);
  _beaver_lock_state_unref (self->state);
  g_free (self);
}

BeaverLockState *
_beaver_lock_hold_get_state (BeaverLockHold *self)
{
  return self->state;
}

void
_beaver_lock_hold_unlist (BeaverLockHold *self)
{
  BeaverLockState *state = self->state;
  gboolean listed;

  g_mutex_lock (&state->mutex);
  self->held = FALSE;
  listed = g_ptr_array_remove (state->holds, self);
  g_mutex_unlock (&state->mutex);

  if (listed)
    _beaver_lock_hold_unref (self);
}

/* (mutex state->mutex) */
void
_beaver_lock_hold_set_time (BeaverLockHold *self, double ttl, double expires_at)
{
  gint64 now = g_get_monotonic_time ();

  self->ttl = ttl;
  self->expires_at = expires_at;
  self->renew_at = now + (gint64) (ttl * G_USEC_PER_SEC / 3);
  self->dead_at = now + (gint64) (ttl * G_USEC_PER_SEC);
}

void
_beaver_lock_op_init (BeaverLockOp *op, BeaverLockState *state, BeaverLockHold *hold)
{
  memset (op, 0, sizeof *op);
  op->lock_name = state->name;
  op->topic = state->topic;
  op->waiter_id = hold != NULL ? hold->waiter_id : NULL;
}

/* Runs in the context of the database. */
static void
notify_lost (gpointer data)
{
  BeaverLockState *self = data;
  g_autoptr (GPtrArray) objects = _beaver_weak_set_get (self->objects);

  for (guint i = 0; i < objects->len; i++)
    {
      gboolean lost = FALSE;

      g_object_get (g_ptr_array_index (objects, i), "lost", &lost, NULL);
      if (lost)
        g_object_notify (g_ptr_array_index (objects, i), "lost");
    }
}

void
_beaver_lock_hold_set_lost (BeaverLockHold *self)
{
  BeaverLockState *state = self->state;
  gboolean news;

  g_mutex_lock (&state->mutex);
  news = !self->lost && !self->leaving;
  self->lost = TRUE;
  g_mutex_unlock (&state->mutex);

  if (news)
    _beaver_context_post (state->context, notify_lost, _beaver_lock_state_ref (state),
                          (GDestroyNotify) _beaver_lock_state_unref);
}

void
_beaver_lock_set_error_lost (BeaverLockState *self, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               _ ("lock “%s”: it was lost: its time-to-live ran out or somebody cleared it, so "
                  "another one may have it; "
                  "release it and acquire it again, with a longer time-to-live or auto-renew"),
               self->name);
}

/* Cancellation has a text of its own that programs compare. */
void
_beaver_lock_prefix_name (const char *name, GError **error)
{
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "lock “%s”: ", name);
}

void
_beaver_lock_prefix_error (BeaverLockState *self, GError **error)
{
  _beaver_lock_prefix_name (self->name, error);
}

gboolean
_beaver_lock_check_open (BeaverLockState *self, GError **error)
{
  if (!_beaver_engine_set_error_if_closed (self->engine, error))
    return TRUE;

  _beaver_lock_prefix_error (self, error);

  return FALSE;
}

gboolean
_beaver_lock_run (BeaverLockState *self,
                  BeaverAccess access,
                  BeaverWork work,
                  gpointer data,
                  GCancellable *cancellable,
                  GError **error)
{
  if (_beaver_engine_run (self->engine, access, work, data, cancellable, error))
    return TRUE;

  _beaver_lock_prefix_error (self, error);

  return FALSE;
}

/* --- renewer --- */

/* (mutex state->mutex) A thread that ended without releasing must not hold on for ever; its guards
 * live elsewhere. */
static gboolean
hold_wants_renewal (BeaverLockHold *self)
{
  if (!self->held || !self->auto_renew || self->lost || self->leaving)
    return FALSE;

  return self->owner == NULL || self->n_guards > 0 || !g_atomic_int_get (&self->owner->ended);
}

/* (mutex self->mutex) */
static BeaverLockHold *
find_due (BeaverLockState *self)
{
  BeaverLockHold *due = NULL;

  for (guint i = 0; i < self->holds->len; i++)
    {
      BeaverLockHold *hold = g_ptr_array_index (self->holds, i);

      if (hold_wants_renewal (hold) && (due == NULL || hold->renew_at < due->renew_at))
        due = hold;
    }

  return due;
}

static void
renew_one (BeaverLockRenewer *self, BeaverLockHold *hold, double ttl)
{
  BeaverLockState *state = self->state;
  g_autoptr (GError) error = NULL;
  BeaverLockOp op;
  gboolean lost = FALSE;

  _beaver_lock_op_init (&op, state, hold);
  op.ttl = ttl;

  if (_beaver_lock_run (state, BEAVER_ACCESS_WRITE, _beaver_lock_renew_work, &op, self->cancellable,
                        &error))
    {
      lost = !op.found;
      if (op.found)
        {
          g_mutex_lock (&state->mutex);
          _beaver_lock_hold_set_time (hold, ttl, op.expires_at);
          g_mutex_unlock (&state->mutex);
        }
    }
  else
    {
      /* Somebody keeps the file busy, or the disk is full. Try again until the time is over; then
       * another process may take the lock at any moment. */
      g_mutex_lock (&state->mutex);
      lost = g_get_monotonic_time () >= hold->dead_at;
      hold->renew_at = g_get_monotonic_time () + (gint64) (ttl * G_USEC_PER_SEC / 10);
      g_mutex_unlock (&state->mutex);
    }

  if (lost && !g_cancellable_is_cancelled (self->cancellable))
    _beaver_lock_hold_set_lost (hold);
}

static gpointer
renewer_run (gpointer data)
{
  BeaverLockRenewer *self = data;
  BeaverLockState *state = self->state;

  g_mutex_lock (&state->mutex);
  while (!self->stop)
    {
      BeaverLockHold *due = find_due (state);

      if (due == NULL)
        g_cond_wait (&self->cond, &state->mutex);
      else if (due->renew_at > g_get_monotonic_time ())
        g_cond_wait_until (&self->cond, &state->mutex, due->renew_at);
      else
        {
          g_autoptr (BeaverLockHold) hold = _beaver_lock_hold_ref (due);
          double ttl = due->ttl;

          g_mutex_unlock (&state->mutex);
          renew_one (self, hold, ttl);
          g_clear_pointer (&hold, _beaver_lock_hold_unref);
          g_mutex_lock (&state->mutex);

          /* Closed and forked answer at once: nothing is left to do but wait for the end. */
          if (_beaver_engine_is_closed (state->engine))
            break;
        }
    }
  g_mutex_unlock (&state->mutex);

  return NULL;
}

/* (mutex self->mutex) */
static void
renewer_stop (BeaverLockRenewer *self)
{
  self->stop = TRUE;
  g_cond_broadcast (&self->cond);
}

static void
renewer_join (BeaverLockRenewer *self)
{
  /* The thread may not even have begun: all it looks at stays until it is gone. */
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  _beaver_lock_state_unref (self->state);
  g_clear_object (&self->cancellable);
  g_cond_clear (&self->cond);
  g_free (self);
}

gboolean
_beaver_lock_start_renewer (BeaverLockState *self, GError **error)
{
  BeaverLockRenewer *renewer;

  g_mutex_lock (&self->mutex);
  if (self->renewer != NULL || self->stopped || find_due (self) == NULL)
    {
      if (self->renewer != NULL)
        g_cond_broadcast (&self->renewer->cond);
      g_mutex_unlock (&self->mutex);
      return TRUE;
    }

  renewer = g_new0 (BeaverLockRenewer, 1);
  renewer->state = _beaver_lock_state_ref (self);
  renewer->cancellable = g_cancellable_new ();
  g_cond_init (&renewer->cond);
  renewer->thread = _beaver_thread_try_new ("beaver-lock", renewer_run, renewer, error);
  if (renewer->thread != NULL)
    self->renewer = renewer;
  g_mutex_unlock (&self->mutex);

  if (renewer->thread != NULL)
    return TRUE;

  g_prefix_error (error, _ ("lock “%s”: cannot renew it automatically: "), self->name);
  _beaver_lock_state_unref (renewer->state);
  g_clear_object (&renewer->cancellable);
  g_cond_clear (&renewer->cond);
  g_free (renewer);

  return FALSE;
}

guint
_beaver_lock_join_renewer (BeaverLockState *self, gboolean always)
{
  BeaverLockRenewer *renewer = NULL;

  /* The thread stayed with the parent. */
  if (self->pid != getpid ())
    return 0;

  g_mutex_lock (&self->mutex);
  if (self->renewer != NULL && (always || find_due (self) == NULL))
    {
      renewer = g_steal_pointer (&self->renewer);
      renewer_stop (renewer);
      self->n_leaving++;
    }
  g_mutex_unlock (&self->mutex);

  if (renewer != NULL)
    renewer_join (renewer);

  g_mutex_lock (&self->mutex);
  if (renewer != NULL)
    {
      self->n_leaving--;
      g_cond_broadcast (&self->left);
    }
  while (always && self->n_leaving > 0)
    g_cond_wait (&self->left, &self->mutex);
  g_mutex_unlock (&self->mutex);

  return renewer != NULL ? 1 : 0;
}

void
_beaver_lock_state_stop (BeaverLockState *self)
{
  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  if (self->renewer != NULL)
    renewer_stop (self->renewer);
  g_mutex_unlock (&self->mutex);
}

guint
_beaver_lock_state_join (BeaverLockState *self)
{
  return _beaver_lock_join_renewer (self, TRUE);
}

/* --- state --- */

static guint
state_hash (gconstpointer data)
{
  const BeaverLockState *self = data;

  return g_str_hash (self->name) ^ g_direct_hash (self->engine);
}

static gboolean
state_equal (gconstpointer one, gconstpointer other)
{
  const BeaverLockState *a = one;
  const BeaverLockState *b = other;

  return a->engine == b->engine && strcmp (a->name, b->name) == 0;
}

/* On close: whatever still stands in the queue for us goes. */
static gboolean
close_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLockState *self = data;
  g_autoptr (GPtrArray) waiter_ids = g_ptr_array_new_with_free_func (g_free);
  BeaverLockOp op;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->holds->len; i++)
    {
      BeaverLockHold *hold = g_ptr_array_index (self->holds, i);

      g_ptr_array_add (waiter_ids, g_strdup (hold->waiter_id));
    }
  g_mutex_unlock (&self->mutex);

  _beaver_lock_op_init (&op, self, NULL);
  for (guint i = 0; i < waiter_ids->len; i++)
    {
      op.waiter_id = g_ptr_array_index (waiter_ids, i);
      if (!_beaver_lock_remove_work (connection, &op, error))
        return FALSE;
    }

  return TRUE;
}

static BeaverLockState *
state_new (BeaverEngine *engine, GMainContext *context, const char *lock_name)
{
  BeaverLockState *self = g_new0 (BeaverLockState, 1);

  self->ref_count = 1;
  self->engine = _beaver_engine_ref (engine);
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->name = g_strdup (lock_name);
  self->topic = g_strconcat ("lock:", lock_name, NULL);
  self->pid = getpid ();
  self->objects = _beaver_weak_set_new ();
  self->holds = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->left);
  self->close_work = _beaver_engine_add_close_work (engine, close_work, self);

  return self;
}

static void
state_free (BeaverLockState *self)
{
  _beaver_engine_remove_close_work (self->engine, self->close_work);
  g_ptr_array_unref (self->holds);
  _beaver_weak_set_free (self->objects);
  g_cond_clear (&self->left);
  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->topic);
  g_free (self->name);
  _beaver_engine_unref (self->engine);
  g_free (self);
}

static BeaverLockState *
state_lookup (BeaverEngine *engine, const char *lock_name)
{
  BeaverLockState key = { .engine = engine, .name = (char *) lock_name };
  BeaverLockState *self;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));
  self = registry != NULL ? g_hash_table_lookup (registry, &key) : NULL;
  if (self != NULL)
    self->ref_count++;
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));

  return self;
}

BeaverLockState *
_beaver_lock_state_get (BeaverEngine *engine, GMainContext *context, const char *lock_name)
{
  BeaverLockState *self = state_lookup (engine, lock_name);
  BeaverLockState *made;

  if (self != NULL)
    return self;

  /* Made without the lock, since that asks the engine; somebody else may be faster. */
  made = state_new (engine, context, lock_name);

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));
  if (registry == NULL)
    registry = g_hash_table_new (state_hash, state_equal);

  self = g_hash_table_lookup (registry, made);
  if (self != NULL)
    self->ref_count++;
  else
    {
      self = g_steal_pointer (&made);
      g_hash_table_add (registry, self);
    }
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));

  g_clear_pointer (&made, state_free);

  return self;
}

BeaverLockState *
_beaver_lock_state_ref (BeaverLockState *self)
{
  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));
  self->ref_count++;
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));

  return self;
}

void
_beaver_lock_state_unref (BeaverLockState *self)
{
  gboolean last;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));
  last = --self->ref_count == 0;
  if (last)
    g_hash_table_remove (registry, self);
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_LOCKS));

  if (last)
    state_free (self);
}

/* Holds keep the state and the state lists holds. Whatever is still listed when the database is
 * closed (a thread never released, or waited when the door shut) is dropped here, since nobody can
 * come back for it. */
void
_beaver_lock_state_leave (BeaverLockState *self)
{
  g_autoptr (GPtrArray) holds = NULL;

  if (_beaver_engine_is_closed (self->engine))
    {
      g_mutex_lock (&self->mutex);
      holds = g_steal_pointer (&self->holds);
      self->holds = g_ptr_array_new ();
      g_mutex_unlock (&self->mutex);

      for (guint i = 0; i < holds->len; i++)
        _beaver_lock_hold_unref (g_ptr_array_index (holds, i));
    }

  _beaver_lock_state_unref (self);
}

const char *
_beaver_lock_state_get_name (BeaverLockState *self)
{
  return self->name;
}

void
_beaver_lock_state_add_object (BeaverLockState *self, gpointer object)
{
  _beaver_weak_set_add (self->objects, object);
}

gboolean
_beaver_lock_state_set_auto_renew (BeaverLockState *self, gboolean auto_renew)
{
  gboolean changed;

  g_mutex_lock (&self->mutex);
  changed = self->auto_renew != auto_renew;
  self->auto_renew = auto_renew;
  g_mutex_unlock (&self->mutex);

  return changed;
}

gboolean
_beaver_lock_state_get_auto_renew (BeaverLockState *self)
{
  gboolean auto_renew;

  g_mutex_lock (&self->mutex);
  auto_renew = self->auto_renew;
  g_mutex_unlock (&self->mutex);

  return auto_renew;
}

gboolean
_beaver_lock_state_is_lost (BeaverLockState *self)
{
  gboolean lost = FALSE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->holds->len; i++)
    {
      BeaverLockHold *hold = g_ptr_array_index (self->holds, i);

      lost = lost || (hold->held && hold->lost);
    }
  g_mutex_unlock (&self->mutex);

  return lost;
}

void
_beaver_lock_state_doubt (BeaverEngine *engine, const char *lock_name)
{
  g_autoptr (BeaverLockState) self = state_lookup (engine, lock_name);

  if (self == NULL)
    return;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->holds->len; i++)
    {
      BeaverLockHold *hold = g_ptr_array_index (self->holds, i);

      hold->doubtful = TRUE;
    }
  g_mutex_unlock (&self->mutex);
}
