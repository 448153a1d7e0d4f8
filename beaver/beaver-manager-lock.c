/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The public lock that every manager has. */
#include "config.h"

#include "beaver-lock-private.h"

BeaverLockState *
_beaver_manager_get_lock_state (BeaverManager *self, GError **error)
{
  BeaverManagerCore *core = _beaver_manager_get_core (self);
  BeaverLockState *state = g_atomic_pointer_get (&self->lock);
  g_autofree char *lock_name = NULL;

  if (_beaver_manager_get_engine (self, error) == NULL)
    return NULL;
  if (state != NULL)
    return state;

  if (!BEAVER_IS_LOCK (self))
    lock_name = g_strdup_printf ("__lock__%s__%s", core->kind, core->name);
  state = _beaver_lock_state_get (core->engine, core->context,
                                  lock_name != NULL ? lock_name : core->name);

  if (!g_atomic_pointer_compare_and_exchange (&self->lock, NULL, state))
    _beaver_lock_state_unref (state); /* another thread was faster; there is one state for all */

  return g_atomic_pointer_get (&self->lock);
}

void
_beaver_manager_lock_stop (BeaverManager *self)
{
  BeaverLockState *state = g_atomic_pointer_get (&self->lock);

  if (state != NULL)
    _beaver_lock_state_stop (state);
}

guint
_beaver_manager_lock_join (BeaverManager *self)
{
  BeaverLockState *state = g_atomic_pointer_get (&self->lock);

  return state != NULL ? _beaver_lock_state_join (state) : 0;
}

void
_beaver_manager_lock_clear (BeaverManager *self)
{
  g_clear_pointer (&self->lock, _beaver_lock_state_leave);
}

gboolean
_beaver_manager_lock_acquire (BeaverManager *self,
                              BeaverLockMode mode,
                              double timeout,
                              double ttl,
                              GCancellable *cancellable,
                              GError **error)
{
  BeaverLockState *state = _beaver_manager_get_lock_state (self, error);
  g_autoptr (BeaverLockHold) hold = NULL;

  if (state != NULL)
    hold = _beaver_lock_state_acquire (state, mode, timeout, ttl, FALSE, cancellable, error);

  return hold != NULL;
}

/**
 * beaver_manager_acquire:
 * @self: a manager
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the public lock of this structure for the calling thread.
 *
 * The lock keeps out other threads and processes that acquire it, too, those of beaver-db in Python
 * included. It does not keep anybody from using the structure without it. Its name is
 * `__lock__KIND__NAME`; everything said about [method@Beaver.Lock.acquire] holds.
 *
 * Returns: %TRUE when the lock is held; %FALSE with %BEAVER_ERROR_TIMEOUT when it was not to be had
 * in time
 *
 * Since: 1.0
 */
gboolean
beaver_manager_acquire (BeaverManager *self,
                        double timeout,
                        double ttl,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return _beaver_manager_lock_acquire (self, BEAVER_LOCK_WAIT, timeout, ttl, cancellable, error);
}

/**
 * beaver_manager_try_acquire:
 * @self: a manager
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the public lock of this structure for the calling thread if that is possible at once.
 *
 * Returns: %TRUE when the lock is held; %FALSE without an error when somebody else holds it or
 * waits for it
 *
 * Since: 1.0
 */
gboolean
beaver_manager_try_acquire (BeaverManager *self,
                            double ttl,
                            GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return _beaver_manager_lock_acquire (self, BEAVER_LOCK_TRY, 0.0, ttl, cancellable, error);
}

/**
 * beaver_manager_release:
 * @self: a manager
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Releases the public lock of this structure, once for each time the calling thread acquired it.
 *
 * Returns: %TRUE on success; %FALSE with %BEAVER_ERROR_CONFLICT when the lock had been lost, and
 * with %BEAVER_ERROR_NOT_FOUND when the calling thread does not hold it
 *
 * Since: 1.0
 */
gboolean
beaver_manager_release (BeaverManager *self, GCancellable *cancellable, GError **error)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  state = _beaver_manager_get_lock_state (self, error);

  return state != NULL && _beaver_lock_state_release (state, cancellable, error);
}

/**
 * beaver_manager_renew:
 * @self: a manager
 * @ttl: seconds from now after which the lock is free for others, above 0
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Gives the public lock of this structure, which the calling thread holds, a new time-to-live.
 *
 * Returns: %TRUE on success; %FALSE with %BEAVER_ERROR_CONFLICT when the lock has been lost, and
 * with %BEAVER_ERROR_NOT_FOUND when the calling thread does not hold it
 *
 * Since: 1.0
 */
gboolean
beaver_manager_renew (BeaverManager *self, double ttl, GCancellable *cancellable, GError **error)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  state = _beaver_manager_get_lock_state (self, error);

  return state != NULL && _beaver_lock_state_renew (state, ttl, cancellable, error);
}

/**
 * beaver_manager_hold:
 * @self: a manager
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the public lock of this structure, to be released with the guard.
 *
 * The lock is owned by the calling thread, as with [method@Beaver.Manager.acquire].
 *
 * Returns: (transfer full): the guard, or %NULL with an error, %BEAVER_ERROR_TIMEOUT when the lock
 * was not to be had in time
 *
 * Since: 1.0
 */
BeaverLockGuard *
beaver_manager_hold (BeaverManager *self,
                     double timeout,
                     double ttl,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverLockHold) hold = NULL;
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  state = _beaver_manager_get_lock_state (self, error);
  if (state != NULL)
    hold = _beaver_lock_state_acquire (state, BEAVER_LOCK_WAIT, timeout, ttl, TRUE, cancellable,
                                       error);

  return hold != NULL ? _beaver_lock_guard_new (hold) : NULL;
}

/**
 * beaver_manager_hold_async:
 * @self: a manager
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Acquires the public lock of this structure without blocking. The guard alone owns it: another
 * acquisition by the same thread waits for it. See [method@Beaver.Lock.hold_async].
 *
 * Since: 1.0
 */
void
beaver_manager_hold_async (BeaverManager *self,
                           double timeout,
                           double ttl,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeaverLockState *state;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_MANAGER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_hold_async);
  g_task_set_check_cancellable (task, FALSE);

  state = _beaver_manager_get_lock_state (self, &error);
  if (state != NULL)
    _beaver_lock_state_hold_async (state, timeout, ttl, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_manager_hold_finish:
 * @self: a manager
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.hold_async].
 *
 * Returns: (transfer full): the guard, or %NULL with an error
 *
 * Since: 1.0
 */
BeaverLockGuard *
beaver_manager_hold_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_manager_is_locked:
 * @self: a manager
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Whether anybody, in any process, holds the public lock of this structure.
 *
 * Returns: %TRUE when the lock is held; %FALSE when it is free, or @error is set
 *
 * Since: 1.0
 */
gboolean
beaver_manager_is_locked (BeaverManager *self, GCancellable *cancellable, GError **error)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  state = _beaver_manager_get_lock_state (self, error);

  return state != NULL && _beaver_lock_state_is_locked (state, cancellable, error);
}

/**
 * beaver_manager_is_locked_async:
 * @self: a manager
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Asks without blocking whether anybody holds the public lock. See
 * [method@Beaver.Manager.is_locked].
 *
 * Since: 1.0
 */
void
beaver_manager_is_locked_async (BeaverManager *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeaverLockState *state;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_MANAGER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_is_locked_async);

  state = _beaver_manager_get_lock_state (self, &error);
  if (state != NULL)
    _beaver_lock_state_is_locked_async (state, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_manager_is_locked_finish:
 * @self: a manager
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.is_locked_async].
 *
 * Returns: %TRUE when the lock is held; %FALSE when it is free, or @error is set
 *
 * Since: 1.0
 */
gboolean
beaver_manager_is_locked_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
