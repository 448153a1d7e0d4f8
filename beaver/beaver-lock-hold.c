/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done with holds: acquire, release, renew, look; each for threads and asynchronously. */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "beaver-lock-state-private.h"

/* Durations beyond this are mistakes, and make doubles coarse. */
#define LONGEST_TTL 1e10

static void
set_error_not_held (BeaverLockState *self, GError **error)
{
  g_set_error (
      error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
      _ ("lock “%s”: the calling thread does not hold it; acquire it first, in the same thread"),
      self->name);
}

/* --- acquire --- */

gboolean
_beaver_lock_check_ttl (double ttl, GError **error)
{
  if (ttl > 0.0 && ttl <= LONGEST_TTL)
    return TRUE;

  g_set_error (
      error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
      _ ("the time-to-live of a lock cannot be %g seconds; give a number above 0 and not above %g"),
      ttl, LONGEST_TTL);

  return FALSE;
}

gboolean
_beaver_lock_check_timeout (double timeout, gint64 *timeout_us, GError **error)
{
  if (!isfinite (timeout))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("a timeout cannot be %g seconds; give 0 to try once or a negative number to "
                      "wait for ever"),
                   timeout);
      return FALSE;
    }

  if (timeout < 0.0 || timeout > LONGEST_TTL)
    *timeout_us = -1;
  else
    *timeout_us = (gint64) ceil (timeout * G_USEC_PER_SEC);

  return TRUE;
}

static gboolean
check_arguments (BeaverLockState *self,
                 double timeout,
                 double ttl,
                 gint64 *timeout_us,
                 GError **error)
{
  if (!_beaver_lock_check_open (self, error))
    return FALSE;
  if (_beaver_lock_check_ttl (ttl, error) &&
      _beaver_lock_check_timeout (timeout, timeout_us, error))
    return TRUE;

  _beaver_lock_prefix_error (self, error);

  return FALSE;
}

/* After an acquisition that came to nothing. When the database closed meanwhile the hold stays
 * listed, so that the work on close removes its row in case the waiter could not do that itself any
 * more. */
static void
hold_give_up (BeaverLockHold *self)
{
  if (!_beaver_engine_is_closed (self->state->engine))
    _beaver_lock_hold_unlist (self);
}

static gboolean
hold_begin (BeaverLockHold *self, const BeaverLockOp *op, gboolean for_guard, GError **error)
{
  BeaverLockState *state = self->state;
  g_autoptr (GError) local_error = NULL;
  gboolean renew;

  g_mutex_lock (&state->mutex);
  self->held = TRUE;
  self->n_guards = for_guard ? 1 : 0;
  self->token = op->token;
  _beaver_lock_hold_set_time (self, op->ttl, op->expires_at);
  renew = self->auto_renew;
  g_mutex_unlock (&state->mutex);

  if (!renew || _beaver_lock_start_renewer (state, error))
    return TRUE;

  if (!_beaver_lock_hold_release (self, for_guard, NULL, &local_error))
    g_debug ("%s", local_error->message);

  return FALSE;
}

/* A new share for the thread that already holds. FALSE without error: it does not. A lock whose
 * time is over begins it anew if nobody has taken it, as a renewal does. */
static gboolean
hold_again (BeaverLockHold *self,
            double ttl,
            gboolean for_guard,
            GCancellable *cancellable,
            GError **error)
{
  BeaverLockState *state = self->state;
  BeaverLockOp op;
  gboolean expired;
  gboolean lost;
  gboolean shared = FALSE;

  expired = _beaver_lock_hold_get_expires_at (self) < _beaver_clock_now ();
  _beaver_lock_op_init (&op, state, self);
  op.ttl = ttl;
  if (!_beaver_lock_run (state, expired ? BEAVER_ACCESS_WRITE : BEAVER_ACCESS_POINT,
                         expired ? _beaver_lock_renew_work : _beaver_lock_check_work, &op,
                         cancellable, error))
    return FALSE;
  if (!op.found)
    _beaver_lock_hold_set_lost (self);

  g_mutex_lock (&state->mutex);
  if (expired && op.found)
    {
      _beaver_lock_hold_set_time (self, ttl, op.expires_at);
      if (state->renewer != NULL)
        g_cond_broadcast (&state->renewer->cond);
    }
  lost = self->lost;
  if (self->held && !self->leaving && !lost)
    {
      self->count++;
      self->n_guards += for_guard ? 1 : 0;
      shared = TRUE;
    }
  else if (!self->held || self->leaving)
    lost = FALSE;
  g_mutex_unlock (&state->mutex);

  if (lost)
    _beaver_lock_set_error_lost (state, error);

  return shared;
}

/* What the calling thread holds, or NULL. */
static BeaverLockHold *
find_own (BeaverLockState *self)
{
  BeaverLockOwner *owner = _beaver_lock_get_owner ();
  BeaverLockHold *found = NULL;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->holds->len && found == NULL; i++)
    {
      BeaverLockHold *hold = g_ptr_array_index (self->holds, i);

      if (hold->owner == owner && hold->held && !hold->leaving)
        found = _beaver_lock_hold_ref (hold);
    }
  g_mutex_unlock (&self->mutex);

  return found;
}

BeaverLockHold *
_beaver_lock_state_acquire (BeaverLockState *self,
                            BeaverLockMode mode,
                            double timeout,
                            double ttl,
                            gboolean for_guard,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (BeaverLockHold) hold = NULL;
  g_autoptr (GError) local_error = NULL;
  BeaverLockOp op;
  gint64 timeout_us = 0;

  if (!check_arguments (self, timeout, ttl, &timeout_us, error))
    return NULL;

  hold = find_own (self);
  if (hold != NULL)
    {
      if (hold_again (hold, ttl, for_guard, cancellable, &local_error))
        return g_steal_pointer (&hold);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_clear_pointer (&hold, _beaver_lock_hold_unref);
    }

  hold = _beaver_lock_hold_new (self, _beaver_lock_get_owner (), ttl);
  _beaver_lock_op_init (&op, self, hold);
  op.ttl = ttl;
  op.once = timeout_us == 0;

  if (!_beaver_engine_wait (self->engine, self->topic,
                            op.once ? &_beaver_lock_try_ops : &_beaver_lock_acquire_ops, &op,
                            timeout_us, cancellable, &local_error))
    {
      hold_give_up (hold);
      if (mode == BEAVER_LOCK_TRY &&
          g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
        return NULL;
      _beaver_lock_prefix_error (self, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (!hold_begin (hold, &op, for_guard, error))
    return NULL;

  return g_steal_pointer (&hold);
}

/* Data of the asynchronous forms. */
typedef struct
{
  BeaverLockOp op; /* first, so that a work sees it */
  BeaverLockState *state;
  BeaverLockHold *hold; /* (nullable) */
  gboolean begun;
  gboolean in_transaction; /* of whoever asked */
} AsyncOp;

static AsyncOp *
async_op_new (BeaverLockState *state, BeaverLockHold *hold)
{
  AsyncOp *self = g_new0 (AsyncOp, 1);

  _beaver_lock_op_init (&self->op, state, hold);
  self->state = _beaver_lock_state_ref (state);
  self->hold = hold != NULL ? _beaver_lock_hold_ref (hold) : NULL;

  return self;
}

static void
async_op_free (gpointer data)
{
  AsyncOp *self = data;

  g_clear_pointer (&self->hold, _beaver_lock_hold_unref);
  g_clear_pointer (&self->op.holder, g_free);
  _beaver_lock_state_unref (self->state);
  g_free (self);
}

static void
async_acquire_free (gpointer data)
{
  AsyncOp *self = data;

  if (!self->begun)
    hold_give_up (self->hold);
  async_op_free (self);
}

static void
async_acquire_finish (GTask *task, gpointer data)
{
  AsyncOp *self = data;
  GError *error = NULL;

  self->begun = TRUE;
  if (hold_begin (self->hold, &self->op, TRUE, &error))
    g_task_return_pointer (task, _beaver_lock_guard_new (self->hold), g_object_unref);
  else
    g_task_return_error (task, error);
}

void
_beaver_lock_state_hold_async (BeaverLockState *self, double timeout, double ttl, GTask *task)
{
  g_autoptr (BeaverLockHold) hold = NULL;
  AsyncOp *data;
  GError *error = NULL;
  gint64 timeout_us = 0;

  if (!check_arguments (self, timeout, ttl, &timeout_us, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  hold = _beaver_lock_hold_new (self, NULL, ttl);
  data = async_op_new (self, hold);
  data->op.ttl = ttl;
  data->op.once = timeout_us == 0;
  _beaver_engine_wait_async (self->engine, self->topic,
                             data->op.once ? &_beaver_lock_try_ops : &_beaver_lock_acquire_ops,
                             data, async_acquire_free, timeout_us, task, async_acquire_finish);
}

/* --- release --- */

/* Takes one share away. TRUE: that was the last, and the row has to go. */
static gboolean
hold_leave (BeaverLockHold *self, gboolean from_guard, gboolean *known_lost)
{
  BeaverLockState *state = self->state;
  gboolean last = FALSE;

  g_mutex_lock (&state->mutex);
  *known_lost = self->lost;
  if (self->count > 1)
    {
      self->count--;
      self->n_guards -= from_guard ? 1 : 0;
    }
  else if (!self->leaving)
    last = self->leaving = TRUE;
  g_mutex_unlock (&state->mutex);

  return last;
}

/* What was given back in a transaction stays so when that is rolled back. */
static void
remove_again (BeaverLockHold *self)
{
  BeaverLockState *state = self->state;

  _beaver_engine_run_detached (state->engine, BEAVER_ACCESS_WRITE, _beaver_lock_remove_work,
                               async_op_new (state, self), async_op_free);
}

/* After the work that removed the row, or failed to. */
static gboolean
hold_left (BeaverLockHold *self, gboolean done, gboolean found, GError **error)
{
  BeaverLockState *state = self->state;
  gboolean lost;

  if (!done && !_beaver_engine_is_closed (state->engine))
    {
      g_mutex_lock (&state->mutex);
      self->leaving = FALSE;
      g_mutex_unlock (&state->mutex);
      return FALSE;
    }

  g_mutex_lock (&state->mutex);
  lost = self->lost || (done && !found);
  self->lost = lost;
  self->count = 0;
  self->n_guards = 0;
  g_mutex_unlock (&state->mutex);

  /* Closed meanwhile: stays listed for the work on close. */
  if (done)
    _beaver_lock_hold_unlist (self);
  _beaver_lock_join_renewer (state, FALSE);

  if (done && lost)
    _beaver_lock_set_error_lost (state, error);

  return done && !lost;
}

gboolean
_beaver_lock_hold_release (BeaverLockHold *self,
                           gboolean from_guard,
                           GCancellable *cancellable,
                           GError **error)
{
  BeaverLockState *state = self->state;
  BeaverLockOp op;
  gboolean known_lost = FALSE;
  gboolean done;

  if (!_beaver_lock_check_open (state, error))
    return FALSE;

  if (!hold_leave (self, from_guard, &known_lost))
    {
      if (known_lost)
        _beaver_lock_set_error_lost (state, error);
      return !known_lost;
    }

  _beaver_lock_op_init (&op, state, self);
  done = _beaver_lock_run (state, BEAVER_ACCESS_WRITE, _beaver_lock_remove_work, &op, cancellable,
                           error);
  if (done && _beaver_engine_get_serial (state->engine) != 0)
    remove_again (self);

  return hold_left (self, done, op.found, error);
}

/* For a guard that goes without having been able to give its share back: the share stays until its
 * time is over, and that has to come. */
void
_beaver_lock_hold_abandon (BeaverLockHold *self)
{
  BeaverLockState *state = self->state;

  if (_beaver_engine_set_error_if_closed (state->engine, NULL))
    return;

  g_mutex_lock (&state->mutex);
  if (self->count > 1)
    {
      self->count--;
      self->n_guards--;
    }
  else
    {
      self->auto_renew = FALSE;
    }
  g_mutex_unlock (&state->mutex);

  _beaver_lock_join_renewer (state, FALSE);
}

static void
async_release_finish (GTask *task, gpointer data)
{
  AsyncOp *self = data;
  GError *error = NULL;

  self->begun = TRUE;
  if (self->in_transaction)
    remove_again (self->hold);
  if (hold_left (self->hold, TRUE, self->op.found, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
async_release_free (gpointer data)
{
  AsyncOp *self = data;

  if (!self->begun)
    hold_left (self->hold, FALSE, FALSE, NULL);
  async_op_free (self);
}

void
_beaver_lock_hold_release_async (BeaverLockHold *self, GTask *task)
{
  BeaverLockState *state = self->state;
  GError *error = NULL;
  gboolean known_lost = FALSE;

  if (!_beaver_lock_check_open (state, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (hold_leave (self, TRUE, &known_lost))
    {
      AsyncOp *data = async_op_new (state, self);

      data->in_transaction = _beaver_engine_get_serial (state->engine) != 0;
      _beaver_engine_run_async (state->engine, BEAVER_ACCESS_WRITE, _beaver_lock_remove_work, data,
                                async_release_free, task, async_release_finish);
      return;
    }

  if (known_lost)
    {
      _beaver_lock_set_error_lost (state, &error);
      g_task_return_error (task, error);
    }
  else
    g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_lock_state_release (BeaverLockState *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverLockHold) hold = NULL;

  if (!_beaver_lock_check_open (self, error))
    return FALSE;

  hold = find_own (self);
  if (hold == NULL)
    {
      set_error_not_held (self, error);
      return FALSE;
    }

  return _beaver_lock_hold_release (hold, FALSE, cancellable, error);
}

/* --- renew --- */

static gboolean
hold_check_renewal (BeaverLockHold *self, gboolean released, double ttl, GError **error)
{
  BeaverLockState *state = self->state;
  gboolean held;
  gboolean lost;

  if (!_beaver_lock_check_open (state, error))
    return FALSE;
  if (!_beaver_lock_check_ttl (ttl, error))
    {
      _beaver_lock_prefix_error (state, error);
      return FALSE;
    }

  g_mutex_lock (&state->mutex);
  held = self->held && !self->leaving && !released;
  lost = self->lost && !released;
  g_mutex_unlock (&state->mutex);

  if (held && !lost)
    return TRUE;

  if (lost)
    _beaver_lock_set_error_lost (state, error);
  else
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("lock “%s”: it has been released already; acquire it again"), state->name);

  return FALSE;
}

static gboolean
hold_renewed (BeaverLockHold *self, const BeaverLockOp *op, GError **error)
{
  BeaverLockState *state = self->state;

  if (!op->found)
    {
      _beaver_lock_hold_set_lost (self);
      _beaver_lock_set_error_lost (state, error);
      return FALSE;
    }

  g_mutex_lock (&state->mutex);
  _beaver_lock_hold_set_time (self, op->ttl, op->expires_at);
  if (state->renewer != NULL)
    g_cond_broadcast (&state->renewer->cond);
  g_mutex_unlock (&state->mutex);

  return TRUE;
}

gboolean
_beaver_lock_hold_renew (BeaverLockHold *self,
                         gboolean released,
                         double ttl,
                         GCancellable *cancellable,
                         GError **error)
{
  BeaverLockOp op;

  if (!hold_check_renewal (self, released, ttl, error))
    return FALSE;

  _beaver_lock_op_init (&op, self->state, self);
  op.ttl = ttl;

  return _beaver_lock_run (self->state, BEAVER_ACCESS_WRITE, _beaver_lock_renew_work, &op,
                           cancellable, error) &&
         hold_renewed (self, &op, error);
}

static void
async_renew_finish (GTask *task, gpointer data)
{
  AsyncOp *self = data;
  GError *error = NULL;

  if (hold_renewed (self->hold, &self->op, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
_beaver_lock_hold_renew_async (BeaverLockHold *self, gboolean released, double ttl, GTask *task)
{
  AsyncOp *data;
  GError *error = NULL;

  if (!hold_check_renewal (self, released, ttl, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  data = async_op_new (self->state, self);
  data->op.ttl = ttl;
  _beaver_engine_run_async (self->state->engine, BEAVER_ACCESS_WRITE, _beaver_lock_renew_work, data,
                            async_op_free, task, async_renew_finish);
}

gboolean
_beaver_lock_state_renew (BeaverLockState *self,
                          double ttl,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverLockHold) hold = NULL;

  if (!_beaver_lock_check_open (self, error))
    return FALSE;
  if (!_beaver_lock_check_ttl (ttl, error))
    {
      _beaver_lock_prefix_error (self, error);
      return FALSE;
    }

  hold = find_own (self);
  if (hold == NULL)
    {
      set_error_not_held (self, error);
      return FALSE;
    }

  return _beaver_lock_hold_renew (hold, FALSE, ttl, cancellable, error);
}

/* --- looking --- */

gboolean
_beaver_lock_hold_is_lost (BeaverLockHold *self)
{
  gboolean lost;

  g_mutex_lock (&self->state->mutex);
  lost = self->lost;
  g_mutex_unlock (&self->state->mutex);

  return lost;
}

gboolean
_beaver_lock_hold_is_held (BeaverLockHold *self)
{
  BeaverLockState *state = self->state;
  BeaverLockOp op;
  gboolean held;
  gboolean doubtful;

  if (_beaver_engine_set_error_if_closed (state->engine, NULL))
    return FALSE;

  g_mutex_lock (&state->mutex);
  held = self->held && !self->leaving && !self->lost && self->expires_at >= _beaver_clock_now ();
  doubtful = self->doubtful;
  g_mutex_unlock (&state->mutex);

  if (!held || !doubtful)
    return held;

  _beaver_lock_op_init (&op, state, self);
  if (!_beaver_lock_run (state, BEAVER_ACCESS_POINT, _beaver_lock_check_work, &op, NULL, NULL))
    return FALSE;
  if (!op.found)
    _beaver_lock_hold_set_lost (self);

  return op.found;
}

gint64
_beaver_lock_hold_get_token (BeaverLockHold *self)
{
  gint64 token;

  g_mutex_lock (&self->state->mutex);
  token = self->token;
  g_mutex_unlock (&self->state->mutex);

  return token;
}

double
_beaver_lock_hold_get_expires_at (BeaverLockHold *self)
{
  double expires_at;

  g_mutex_lock (&self->state->mutex);
  expires_at = self->expires_at;
  g_mutex_unlock (&self->state->mutex);

  return expires_at;
}

gboolean
_beaver_lock_hold_get_auto_renew (BeaverLockHold *self)
{
  gboolean auto_renew;

  g_mutex_lock (&self->state->mutex);
  auto_renew = self->auto_renew;
  g_mutex_unlock (&self->state->mutex);

  return auto_renew;
}

gboolean
_beaver_lock_hold_set_auto_renew (BeaverLockHold *self, gboolean auto_renew)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  g_mutex_lock (&self->state->mutex);
  changed = self->auto_renew != auto_renew;
  self->auto_renew = auto_renew;
  g_mutex_unlock (&self->state->mutex);

  if (!auto_renew)
    _beaver_lock_join_renewer (self->state, FALSE);
  else if (!_beaver_lock_start_renewer (self->state, &error))
    g_warning ("%s", error->message);

  return changed;
}

gboolean
_beaver_lock_hold_check_open (BeaverLockHold *self, GError **error)
{
  return _beaver_lock_check_open (self->state, error);
}

gboolean
_beaver_lock_state_is_held (BeaverLockState *self)
{
  g_autoptr (BeaverLockHold) hold = find_own (self);

  return hold != NULL && _beaver_lock_hold_is_held (hold);
}

gint64
_beaver_lock_state_get_token (BeaverLockState *self)
{
  g_autoptr (BeaverLockHold) hold = find_own (self);

  return hold != NULL ? _beaver_lock_hold_get_token (hold) : 0;
}

static BeaverLockInfo *
info_new (BeaverLockState *self, const BeaverLockOp *op)
{
  return _beaver_lock_info_new (self->name, op->holder, op->expires_at, MAX (op->count - 1, 0),
                                op->token);
}

gboolean
_beaver_lock_state_is_locked (BeaverLockState *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *holder = NULL;
  BeaverLockOp op;
  gboolean done;

  _beaver_lock_op_init (&op, self, NULL);
  done =
      _beaver_lock_run (self, BEAVER_ACCESS_POINT, _beaver_lock_info_work, &op, cancellable, error);
  holder = op.holder;

  return done && op.found;
}

BeaverLockInfo *
_beaver_lock_state_get_info (BeaverLockState *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *holder = NULL;
  BeaverLockOp op;
  gboolean done;

  _beaver_lock_op_init (&op, self, NULL);
  done =
      _beaver_lock_run (self, BEAVER_ACCESS_POINT, _beaver_lock_info_work, &op, cancellable, error);
  holder = op.holder;

  return done ? info_new (self, &op) : NULL;
}

static void
async_is_locked_finish (GTask *task, gpointer data)
{
  AsyncOp *self = data;

  g_task_return_boolean (task, self->op.found);
}

void
_beaver_lock_state_is_locked_async (BeaverLockState *self, GTask *task)
{
  _beaver_engine_run_async (self->engine, BEAVER_ACCESS_POINT, _beaver_lock_info_work,
                            async_op_new (self, NULL), async_op_free, task, async_is_locked_finish);
}

static void
async_info_finish (GTask *task, gpointer data)
{
  AsyncOp *self = data;

  g_task_return_pointer (task, info_new (self->state, &self->op), g_object_unref);
}

void
_beaver_lock_state_get_info_async (BeaverLockState *self, GTask *task)
{
  _beaver_engine_run_async (self->engine, BEAVER_ACCESS_POINT, _beaver_lock_info_work,
                            async_op_new (self, NULL), async_op_free, task, async_info_finish);
}
