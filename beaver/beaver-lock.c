/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "beaver-db-private.h"
#include "beaver-lock-private.h"

/**
 * BeaverLock:
 *
 * A lock between threads and processes that use the same database file, those of beaver-db in
 * Python included.
 *
 * ```c
 * BeaverLock *lock = beaver_db_get_lock (db, "report", &error);
 *
 * if (!beaver_lock_acquire (lock, 10.0, 60.0, NULL, &error))   // wait 10 s, keep it 60 s at most
 *   return FALSE;
 * write_report ();
 * beaver_lock_release (lock, NULL, &error);
 * ```
 *
 * Whoever asks first gets it first. A waiter sleeps until the lock is released; nobody polls.
 *
 * The time-to-live is there for holders that die: when it is over and the lock was not renewed, the
 * lock is free for the next one. Choose it longer than the work takes, renew in between, or set
 * [property@Beaver.Lock:auto-renew]. A holder whose lock was lost so learns it from renew and
 * release, which answer %BEAVER_ERROR_CONFLICT, and, when auto-renew is on, from
 * [property@Beaver.Lock:lost]. What must never be done by two at once carries the fencing token
 * along: see [method@Beaver.LockGuard.get_token].
 *
 * [method@Beaver.Lock.acquire] and [method@Beaver.Lock.hold] belong to the calling thread, which
 * may acquire the lock again and has to release it as often. [method@Beaver.Lock.hold_async]
 * belongs to nobody but its guard, since asynchronous code has no thread of its own: a second
 * acquisition by the same thread waits for the first.
 *
 * Acquire locks before you begin a transaction. Inside one, the lock shares its fate: nobody else
 * sees it before the commit.
 *
 * When the database is closed, all its locks are released and all its waiters get
 * %BEAVER_ERROR_CLOSED. [method@Beaver.Manager.clear] breaks a lock: it takes it from its holder,
 * whoever that is, and those who wait line up anew. [method@Beaver.Manager.count] is the number of
 * those who hold or wait.
 *
 * Since: 1.0
 */

#define SQL_NAMES "SELECT DISTINCT lock_name FROM __beaver_lock_waiters__ ORDER BY lock_name"

struct _BeaverLockClass
{
  BeaverManagerClass parent_class;
};

struct _BeaverLock
{
  BeaverManager parent_instance;
};

typedef enum
{
  PROP_AUTO_RENEW = 1,
  PROP_LOST,
} BeaverLockProperty;
static GParamSpec *props[PROP_LOST + 1];

G_DEFINE_FINAL_TYPE (BeaverLock, beaver_lock, BEAVER_TYPE_MANAGER)

static BeaverLockState *
get_state (BeaverLock *self, GError **error)
{
  return _beaver_manager_get_lock_state (BEAVER_MANAGER (self), error);
}

/* Made when the lock is attached. NULL in one that was made by hand. */
static BeaverLockState *
peek_state (BeaverLock *self)
{
  return g_atomic_pointer_get (&BEAVER_MANAGER (self)->lock);
}

static void
beaver_lock_attached (BeaverManager *manager)
{
  BeaverLockState *state = _beaver_manager_get_lock_state (manager, NULL);

  if (state != NULL)
    _beaver_lock_state_add_object (state, manager);
}

static void
beaver_lock_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLock *self = BEAVER_LOCK (object);

  switch ((BeaverLockProperty) prop_id)
    {
    case PROP_AUTO_RENEW:
      g_value_set_boolean (value, beaver_lock_get_auto_renew (self));
      break;
    case PROP_LOST:
      g_value_set_boolean (value, beaver_lock_is_lost (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_lock_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BeaverLock *self = BEAVER_LOCK (object);

  switch ((BeaverLockProperty) prop_id)
    {
    case PROP_AUTO_RENEW:
      beaver_lock_set_auto_renew (self, g_value_get_boolean (value));
      break;
    case PROP_LOST:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_lock_class_init (BeaverLockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  object_class->get_property = beaver_lock_get_property;
  object_class->set_property = beaver_lock_set_property;
  manager_class->kind = "lock";
  manager_class->count_work = _beaver_lock_count_work;
  manager_class->clear_work = _beaver_lock_clear_work;
  manager_class->attached = beaver_lock_attached;

  /**
   * BeaverLock:auto-renew: (getter get_auto_renew) (setter set_auto_renew)
   *
   * Whether acquisitions from now on are renewed by the library while they are held.
   *
   * Since: 1.0
   */
  props[PROP_AUTO_RENEW] =
      g_param_spec_boolean ("auto-renew", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLock:lost: (getter is_lost)
   *
   * Whether this process lost the lock and has not released it since. Notified in the main context
   * of the database.
   *
   * Since: 1.0
   */
  props[PROP_LOST] =
      g_param_spec_boolean ("lost", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_lock_init (BeaverLock *self)
{
}

/**
 * beaver_db_get_lock:
 * @self: a database
 * @name: the name of the lock, not empty
 * @error: return location for an error
 *
 * Gets the lock of this name. Locks need not be made: each name is one.
 *
 * Asking twice for the same name gives the same object.
 *
 * Returns: (transfer none): the lock, which belongs to the database, or %NULL with an error
 *
 * Since: 1.0
 */
BeaverLock *
beaver_db_get_lock (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_get_manager (self, BEAVER_TYPE_LOCK, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_lock_names:
 * @self: a database
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Lists the locks that somebody holds or waits for, in any process. The public locks of managers
 * are left out. Whoever died without releasing is among them until somebody else asks for the
 * lock, although its time may be over; [method@Beaver.Lock.is_locked] tells.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted, or %NULL with an error
 *
 * Since: 1.0
 */
char **
beaver_db_get_lock_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_lock_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_lock_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_lock_names_async (BeaverDb *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_lock_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_lock_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_lock_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_lock_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/**
 * beaver_lock_acquire:
 * @self: a lock
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the lock for the calling thread, waiting for it up to @timeout seconds behind those who
 * asked before.
 *
 * The @ttl counts from the moment in which the lock is held, however long it was waited for. A
 * thread that holds the lock already gets it again, with the time-to-live it has; it has to release
 * it as often. If that time is over and nobody has taken the lock, it begins anew, with @ttl.
 *
 * The error is %BEAVER_ERROR_TIMEOUT when the lock was not to be had in time,
 * %BEAVER_ERROR_CONFLICT when the thread holds the lock already but has lost it meanwhile.
 *
 * Returns: %TRUE when the lock is held
 *
 * Since: 1.0
 */
gboolean
beaver_lock_acquire (BeaverLock *self,
                     double timeout,
                     double ttl,
                     GCancellable *cancellable,
                     GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return _beaver_manager_lock_acquire (BEAVER_MANAGER (self), BEAVER_LOCK_WAIT, timeout, ttl,
                                       cancellable, error);
}

/**
 * beaver_lock_try_acquire:
 * @self: a lock
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the lock for the calling thread if that is possible at once.
 *
 * Returns: %TRUE when the lock is held; %FALSE without an error when somebody else holds it or
 * waits for it
 *
 * Since: 1.0
 */
gboolean
beaver_lock_try_acquire (BeaverLock *self, double ttl, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return _beaver_manager_lock_acquire (BEAVER_MANAGER (self), BEAVER_LOCK_TRY, 0.0, ttl,
                                       cancellable, error);
}

/**
 * beaver_lock_release:
 * @self: a lock
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Releases the lock, once for each time the calling thread acquired it.
 *
 * %BEAVER_ERROR_CONFLICT says that the lock had been lost before, so that what was done under it
 * may have met the work of another holder; it is given back then, too. %BEAVER_ERROR_NOT_FOUND says
 * that the calling thread does not hold the lock. After any other error it is still held.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
beaver_lock_release (BeaverLock *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  return beaver_manager_release (BEAVER_MANAGER (self), cancellable, error);
}

/**
 * beaver_lock_renew:
 * @self: a lock
 * @ttl: seconds from now after which the lock is free for others, above 0
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Gives the lock, which the calling thread holds, a new time-to-live.
 *
 * %BEAVER_ERROR_CONFLICT says that it was too late: the lock is lost. %BEAVER_ERROR_NOT_FOUND says
 * that the calling thread does not hold the lock.
 *
 * Returns: %TRUE when the lock is held for another @ttl seconds
 *
 * Since: 1.0
 */
gboolean
beaver_lock_renew (BeaverLock *self, double ttl, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  return beaver_manager_renew (BEAVER_MANAGER (self), ttl, cancellable, error);
}

/**
 * beaver_lock_is_held:
 * @self: a lock
 *
 * Whether the calling thread holds the lock.
 *
 * That is the knowledge of this process: %FALSE once the loss of the lock was noticed, its
 * time-to-live ran out or the database was closed. To be sure, renew it.
 *
 * Returns: %TRUE while the lock is held by this thread
 *
 * Since: 1.0
 */
gboolean
beaver_lock_is_held (BeaverLock *self)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  state = peek_state (self);

  return state != NULL && _beaver_lock_state_is_held (state);
}

/**
 * beaver_lock_get_token:
 * @self: a lock
 *
 * Gets the fencing token of the acquisition by the calling thread. See
 * [method@Beaver.LockGuard.get_token].
 *
 * Returns: the token; 0 when the thread does not hold the lock
 *
 * Since: 1.0
 */
gint64
beaver_lock_get_token (BeaverLock *self)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_LOCK (self), 0);

  state = peek_state (self);

  return state != NULL ? _beaver_lock_state_get_token (state) : 0;
}

/**
 * beaver_lock_hold:
 * @self: a lock
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Acquires the lock, to be released with the guard.
 *
 * Like [method@Beaver.Lock.acquire] this is for the calling thread, which may hold the lock several
 * times; the guard itself may be released by any thread.
 *
 * Returns: (transfer full): the guard, or %NULL with an error, %BEAVER_ERROR_TIMEOUT when the lock
 * was not to be had in time
 *
 * Since: 1.0
 */
BeaverLockGuard *
beaver_lock_hold (BeaverLock *self,
                  double timeout,
                  double ttl,
                  GCancellable *cancellable,
                  GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), NULL);

  return beaver_manager_hold (BEAVER_MANAGER (self), timeout, ttl, cancellable, error);
}

/**
 * beaver_lock_hold_async:
 * @self: a lock
 * @timeout: seconds to wait; negative: for ever, 0: try once
 * @ttl: seconds after which the lock is free for others unless it is renewed, above 0; 60 is usual
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Acquires the lock without blocking.
 *
 * The guard alone owns the lock, not the thread: every further acquisition, by the same thread too,
 * waits for its release.
 *
 * Since: 1.0
 */
void
beaver_lock_hold_async (BeaverLock *self,
                        double timeout,
                        double ttl,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_LOCK (self));

  beaver_manager_hold_async (BEAVER_MANAGER (self), timeout, ttl, cancellable, callback, user_data);
}

/**
 * beaver_lock_hold_finish:
 * @self: a lock
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.Lock.hold_async].
 *
 * Returns: (transfer full): the guard, or %NULL with an error, %BEAVER_ERROR_TIMEOUT when the lock
 * was not to be had in time
 *
 * Since: 1.0
 */
BeaverLockGuard *
beaver_lock_hold_finish (BeaverLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), NULL);

  return beaver_manager_hold_finish (BEAVER_MANAGER (self), result, error);
}

/**
 * beaver_lock_is_locked:
 * @self: a lock
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Whether anybody, in any process, holds the lock.
 *
 * Returns: %TRUE when the lock is held; %FALSE when it is free, or @error is set
 *
 * Since: 1.0
 */
gboolean
beaver_lock_is_locked (BeaverLock *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  return beaver_manager_is_locked (BEAVER_MANAGER (self), cancellable, error);
}

/**
 * beaver_lock_is_locked_async:
 * @self: a lock
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Asks without blocking whether anybody holds the lock. See [method@Beaver.Lock.is_locked].
 *
 * Since: 1.0
 */
void
beaver_lock_is_locked_async (BeaverLock *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_LOCK (self));

  beaver_manager_is_locked_async (BEAVER_MANAGER (self), cancellable, callback, user_data);
}

/**
 * beaver_lock_is_locked_finish:
 * @self: a lock
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.Lock.is_locked_async].
 *
 * Returns: %TRUE when the lock is held; %FALSE when it is free, or @error is set
 *
 * Since: 1.0
 */
gboolean
beaver_lock_is_locked_finish (BeaverLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  return beaver_manager_is_locked_finish (BEAVER_MANAGER (self), result, error);
}

/**
 * beaver_lock_get_info:
 * @self: a lock
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Looks up who holds the lock and how many wait for it, in all processes, at one moment.
 *
 * Returns: (transfer full): what is known, or %NULL with an error
 *
 * Since: 1.0
 */
BeaverLockInfo *
beaver_lock_get_info (BeaverLock *self, GCancellable *cancellable, GError **error)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_LOCK (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  state = get_state (self, error);

  return state != NULL ? _beaver_lock_state_get_info (state, cancellable, error) : NULL;
}

/**
 * beaver_lock_get_info_async:
 * @self: a lock
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Looks up without blocking who holds the lock. See [method@Beaver.Lock.get_info].
 *
 * Since: 1.0
 */
void
beaver_lock_get_info_async (BeaverLock *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeaverLockState *state;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOCK (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_lock_get_info_async);

  state = get_state (self, &error);
  if (state != NULL)
    _beaver_lock_state_get_info_async (state, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_lock_get_info_finish:
 * @self: a lock
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Ends [method@Beaver.Lock.get_info_async].
 *
 * Returns: (transfer full): what is known, or %NULL with an error
 *
 * Since: 1.0
 */
BeaverLockInfo *
beaver_lock_get_info_finish (BeaverLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LOCK (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_lock_is_lost:
 * @self: a lock
 *
 * Whether this process lost the lock, by any of its threads, and has not released it since.
 *
 * Loss is noticed by renewing, also automatically. The property is notified in the main context in
 * which the database was opened.
 *
 * Returns: %TRUE from the loss to the release
 *
 * Since: 1.0
 */
gboolean
beaver_lock_is_lost (BeaverLock *self)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  state = peek_state (self);

  return state != NULL && _beaver_lock_state_is_lost (state);
}

/**
 * beaver_lock_get_auto_renew:
 * @self: a lock
 *
 * Whether acquisitions from now on are renewed by the library while they are held.
 *
 * Returns: %TRUE when they are
 *
 * Since: 1.0
 */
gboolean
beaver_lock_get_auto_renew (BeaverLock *self)
{
  BeaverLockState *state;

  g_return_val_if_fail (BEAVER_IS_LOCK (self), FALSE);

  state = peek_state (self);

  return state != NULL && _beaver_lock_state_get_auto_renew (state);
}

/**
 * beaver_lock_set_auto_renew:
 * @self: a lock
 * @auto_renew: whether to renew
 *
 * Sets whether acquisitions from now on are renewed by the library, from a thread of its own and
 * each time a third of the time-to-live is over, while they are held.
 *
 * So a short time-to-live is enough for long work: should this process die, the lock is soon free.
 * A thread that ended without releasing the lock is not helped.
 *
 * Since: 1.0
 */
void
beaver_lock_set_auto_renew (BeaverLock *self, gboolean auto_renew)
{
  BeaverLockState *state;

  g_return_if_fail (BEAVER_IS_LOCK (self));

  state = peek_state (self);
  if (state != NULL && _beaver_lock_state_set_auto_renew (state, auto_renew))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_RENEW]);
}
