/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "beaver-lock-private.h"

/**
 * BeaverLockGuard:
 *
 * A lock that is held, as an object: it is released with the last reference to the guard, at the
 * latest.
 *
 * ```c
 * {
 *   g_autoptr (BeaverLockGuard) guard = beaver_lock_hold (lock, 10.0, 60.0, NULL, &error);
 *
 *   if (guard == NULL)
 *     return FALSE;
 *   ...
 * } // released here
 * ```
 *
 * Garbage collectors take their time: in Python use `with`, in JavaScript `release()` in a
 * `finally` block.
 *
 * A guard may be used and released from any thread, also from another one than that which acquired
 * the lock.
 *
 * Since: 1.0
 */

struct _BeaverLockGuard
{
  GObject parent_instance;

  BeaverLockHold *hold; /* (nullable) constant; NULL in a guard that was made by hand */
  int released;         /* atomic: the share was given back, or is on its way */
};

typedef enum
{
  PROP_NAME = 1,
  PROP_TOKEN,
  PROP_EXPIRES_AT,
  PROP_HELD,
  PROP_LOST,
  PROP_AUTO_RENEW,
} BeaverLockGuardProperty;
static GParamSpec *props[PROP_AUTO_RENEW + 1];

G_DEFINE_FINAL_TYPE (BeaverLockGuard, beaver_lock_guard, G_TYPE_OBJECT)

static void
beaver_lock_guard_dispose (GObject *object)
{
  BeaverLockGuard *self = BEAVER_LOCK_GUARD (object);

  /* What fails here (the database is closed, or busy for longer than its timeout) is cleaned up by
   * the close or by the time-to-live; a lost lock was reported. */
  if (self->hold != NULL && !beaver_lock_guard_release (self, NULL, NULL) &&
      g_atomic_int_compare_and_exchange (&self->released, FALSE, TRUE))
    _beaver_lock_hold_abandon (self->hold);

  G_OBJECT_CLASS (beaver_lock_guard_parent_class)->dispose (object);
}

static void
beaver_lock_guard_finalize (GObject *object)
{
  BeaverLockGuard *self = BEAVER_LOCK_GUARD (object);

  g_clear_pointer (&self->hold, _beaver_lock_hold_unref);

  G_OBJECT_CLASS (beaver_lock_guard_parent_class)->finalize (object);
}

static void
beaver_lock_guard_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLockGuard *self = BEAVER_LOCK_GUARD (object);

  switch ((BeaverLockGuardProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, beaver_lock_guard_get_name (self));
      break;
    case PROP_TOKEN:
      g_value_set_int64 (value, beaver_lock_guard_get_token (self));
      break;
    case PROP_EXPIRES_AT:
      g_value_set_double (value, beaver_lock_guard_get_expires_at (self));
      break;
    case PROP_HELD:
      g_value_set_boolean (value, beaver_lock_guard_is_held (self));
      break;
    case PROP_LOST:
      g_value_set_boolean (value, beaver_lock_guard_is_lost (self));
      break;
    case PROP_AUTO_RENEW:
      g_value_set_boolean (value, beaver_lock_guard_get_auto_renew (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_lock_guard_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  BeaverLockGuard *self = BEAVER_LOCK_GUARD (object);

  switch ((BeaverLockGuardProperty) prop_id)
    {
    case PROP_AUTO_RENEW:
      beaver_lock_guard_set_auto_renew (self, g_value_get_boolean (value));
      break;
    case PROP_NAME:
    case PROP_TOKEN:
    case PROP_EXPIRES_AT:
    case PROP_HELD:
    case PROP_LOST:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_lock_guard_class_init (BeaverLockGuardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beaver_lock_guard_dispose;
  object_class->finalize = beaver_lock_guard_finalize;
  object_class->get_property = beaver_lock_guard_get_property;
  object_class->set_property = beaver_lock_guard_set_property;

  /**
   * BeaverLockGuard:name: (getter get_name)
   *
   * The name of the lock.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockGuard:token: (getter get_token)
   *
   * The fencing token of this acquisition.
   *
   * Since: 1.0
   */
  props[PROP_TOKEN] = g_param_spec_int64 ("token", NULL, NULL, 0, G_MAXINT64, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockGuard:expires-at: (getter get_expires_at)
   *
   * When the lock is lost unless it is renewed before, in seconds since the epoch.
   *
   * Since: 1.0
   */
  props[PROP_EXPIRES_AT] = g_param_spec_double ("expires-at", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE,
                                                0.0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockGuard:held: (getter is_held)
   *
   * Whether the lock is still held through this guard. Not notified: see
   * [property@Beaver.LockGuard:lost].
   *
   * Since: 1.0
   */
  props[PROP_HELD] =
      g_param_spec_boolean ("held", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockGuard:lost: (getter is_lost)
   *
   * Whether the lock was lost before it was released. Notified in the main context of the database.
   *
   * Since: 1.0
   */
  props[PROP_LOST] =
      g_param_spec_boolean ("lost", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockGuard:auto-renew: (getter get_auto_renew) (setter set_auto_renew)
   *
   * Whether the library renews the lock by itself while it is held.
   *
   * Since: 1.0
   */
  props[PROP_AUTO_RENEW] =
      g_param_spec_boolean ("auto-renew", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_lock_guard_init (BeaverLockGuard *self)
{
}

BeaverLockGuard *
_beaver_lock_guard_new (BeaverLockHold *hold)
{
  BeaverLockGuard *self = g_object_new (BEAVER_TYPE_LOCK_GUARD, NULL);

  self->hold = _beaver_lock_hold_ref (hold);
  _beaver_lock_state_add_object (_beaver_lock_hold_get_state (hold), self);

  return self;
}

/**
 * beaver_lock_guard_get_name:
 * @self: a guard
 *
 * Gets the name of the lock.
 *
 * Returns: (transfer none) (nullable): the name; %NULL for a guard that no lock handed out
 *
 * Since: 1.0
 */
const char *
beaver_lock_guard_get_name (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), NULL);

  return self->hold != NULL ?
             _beaver_lock_state_get_name (_beaver_lock_hold_get_state (self->hold)) :
             NULL;
}

/**
 * beaver_lock_guard_get_token:
 * @self: a guard
 *
 * Gets the fencing token of this acquisition.
 *
 * Each acquisition of a lock by this library gets a greater number than all before it, in any
 * process. Send it along with what you do under the lock, and let the other side refuse a smaller
 * number than it has seen: so a process that lost the lock without noticing cannot do harm.
 *
 * Returns: the token, above 0
 *
 * Since: 1.0
 */
gint64
beaver_lock_guard_get_token (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), 0);

  return self->hold != NULL ? _beaver_lock_hold_get_token (self->hold) : 0;
}

/**
 * beaver_lock_guard_get_expires_at:
 * @self: a guard
 *
 * Gets when the lock is lost unless it is renewed before.
 *
 * Returns: seconds since the epoch
 *
 * Since: 1.0
 */
double
beaver_lock_guard_get_expires_at (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), 0.0);

  return self->hold != NULL ? _beaver_lock_hold_get_expires_at (self->hold) : 0.0;
}

/**
 * beaver_lock_guard_is_held:
 * @self: a guard
 *
 * Whether the lock is still held through this guard.
 *
 * That is the knowledge of this process: %FALSE once the lock was released, its loss was noticed,
 * its time-to-live ran out or the database was closed. To be sure, renew it.
 *
 * Returns: %TRUE while the lock is held
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_is_held (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);

  return self->hold != NULL && !g_atomic_int_get (&self->released) &&
         _beaver_lock_hold_is_held (self->hold);
}

/**
 * beaver_lock_guard_is_lost:
 * @self: a guard
 *
 * Whether the lock was lost before it was released: its time-to-live ran out and somebody else took
 * it, or somebody cleared it.
 *
 * Loss is noticed by renewing, also automatically, and by releasing. The property is notified in
 * the main context in which the database was opened.
 *
 * Returns: %TRUE once the loss was noticed
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_is_lost (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);

  return self->hold != NULL && _beaver_lock_hold_is_lost (self->hold);
}

/**
 * beaver_lock_guard_get_auto_renew:
 * @self: a guard
 *
 * Whether the library renews the lock by itself while it is held.
 *
 * Returns: %TRUE when it does
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_get_auto_renew (BeaverLockGuard *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);

  return self->hold != NULL && _beaver_lock_hold_get_auto_renew (self->hold);
}

/**
 * beaver_lock_guard_set_auto_renew:
 * @self: a guard
 * @auto_renew: whether to renew the lock
 *
 * Sets whether the library renews the lock by itself, from a thread of its own and each time a
 * third of its time-to-live is over, while it is held.
 *
 * Since: 1.0
 */
void
beaver_lock_guard_set_auto_renew (BeaverLockGuard *self, gboolean auto_renew)
{
  g_return_if_fail (BEAVER_IS_LOCK_GUARD (self));

  if (self->hold != NULL && _beaver_lock_hold_set_auto_renew (self->hold, auto_renew))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_RENEW]);
}

static gboolean
check_made (BeaverLockGuard *self, GError **error)
{
  if (self->hold != NULL)
    return TRUE;

  g_set_error_literal (
      error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
      _ ("this lock guard belongs to no database; get one from beaver_lock_hold()"));

  return FALSE;
}

/* Anything but success and a lost lock leaves the share with the guard, for another try. */
static gboolean
is_still_ours (const GError *error)
{
  return error != NULL && !g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
}

/**
 * beaver_lock_guard_release:
 * @self: a guard
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Releases the lock, or gives back one share of a lock that the thread holds several times.
 *
 * Releasing twice is fine. %BEAVER_ERROR_CONFLICT says that the lock had been lost before, so that
 * what was done under it may have met the work of another holder; the guard is released then, too.
 * After any other error it is not.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_release (BeaverLockGuard *self, GCancellable *cancellable, GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  if (!check_made (self, error))
    return FALSE;
  if (!g_atomic_int_compare_and_exchange (&self->released, FALSE, TRUE))
    return _beaver_lock_hold_check_open (self->hold, error);

  if (_beaver_lock_hold_release (self->hold, TRUE, cancellable, &local_error))
    return TRUE;

  if (is_still_ours (local_error))
    g_atomic_int_set (&self->released, FALSE);
  g_propagate_error (error, local_error);

  return FALSE;
}

/* Before the caller hears of it, who need not ask how it went. */
static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeaverLockGuard *self = BEAVER_LOCK_GUARD (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (is_still_ours (error))
    g_atomic_int_set (&self->released, FALSE);
  g_task_return_error (task, error);
}

/**
 * beaver_lock_guard_release_async:
 * @self: a guard
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Releases the lock without blocking. See [method@Beaver.LockGuard.release].
 *
 * Since: 1.0
 */
void
beaver_lock_guard_release_async (BeaverLockGuard *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOCK_GUARD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_lock_guard_release_async);
  g_task_set_check_cancellable (task, FALSE);

  if (!check_made (self, &error))
    g_task_return_error (task, error);
  else if (g_atomic_int_compare_and_exchange (&self->released, FALSE, TRUE))
    {
      g_autoptr (GTask) inner = g_task_new (self, cancellable, on_released, g_object_ref (task));

      g_task_set_source_tag (inner, beaver_lock_guard_release_async);
      g_task_set_check_cancellable (inner, FALSE);
      _beaver_lock_hold_release_async (self->hold, inner);
    }
  else if (_beaver_lock_hold_check_open (self->hold, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_lock_guard_release_finish:
 * @self: a guard
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.LockGuard.release_async].
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_release_finish (BeaverLockGuard *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_lock_guard_renew:
 * @self: a guard
 * @ttl: seconds from now after which the lock is free for others, above 0
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Gives the lock a new time-to-live.
 *
 * %BEAVER_ERROR_CONFLICT says that it was too late: the lock is lost.
 *
 * Returns: %TRUE when the lock is held for another @ttl seconds
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_renew (BeaverLockGuard *self,
                         double ttl,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return check_made (self, error) &&
         _beaver_lock_hold_renew (self->hold, g_atomic_int_get (&self->released), ttl, cancellable,
                                  error);
}

/**
 * beaver_lock_guard_renew_async:
 * @self: a guard
 * @ttl: seconds from now after which the lock is free for others, above 0
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Gives the lock a new time-to-live without blocking. See [method@Beaver.LockGuard.renew].
 *
 * Since: 1.0
 */
void
beaver_lock_guard_renew_async (BeaverLockGuard *self,
                               double ttl,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOCK_GUARD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_lock_guard_renew_async);
  g_task_set_check_cancellable (task, FALSE);

  if (check_made (self, &error))
    _beaver_lock_hold_renew_async (self->hold, g_atomic_int_get (&self->released), ttl, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_lock_guard_renew_finish:
 * @self: a guard
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.LockGuard.renew_async].
 *
 * Returns: %TRUE when the lock is held on
 *
 * Since: 1.0
 */
gboolean
beaver_lock_guard_renew_finish (BeaverLockGuard *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_GUARD (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
