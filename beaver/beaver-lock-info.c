/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "beaver-lock-private.h"

/**
 * BeaverLockInfo:
 *
 * Who holds a lock and how many wait for it, at the moment of [method@Beaver.Lock.get_info].
 *
 * Since: 1.0
 */

struct _BeaverLockInfo
{
  GObject parent_instance;

  /* Constant from construction on. */
  char *name;
  char *holder;
  double expires_at;
  gint64 waiting;
  gint64 token;
};

typedef enum
{
  PROP_NAME = 1,
  PROP_HOLDER,
  PROP_PROCESS_ID,
  PROP_EXPIRES_AT,
  PROP_WAITING,
  PROP_TOKEN,
} BeaverLockInfoProperty;
static GParamSpec *props[PROP_TOKEN + 1];

G_DEFINE_FINAL_TYPE (BeaverLockInfo, beaver_lock_info, G_TYPE_OBJECT)

static void
beaver_lock_info_finalize (GObject *object)
{
  BeaverLockInfo *self = BEAVER_LOCK_INFO (object);

  g_free (self->name);
  g_free (self->holder);

  G_OBJECT_CLASS (beaver_lock_info_parent_class)->finalize (object);
}

static void
beaver_lock_info_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLockInfo *self = BEAVER_LOCK_INFO (object);

  switch ((BeaverLockInfoProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_HOLDER:
      g_value_set_string (value, self->holder);
      break;
    case PROP_PROCESS_ID:
      g_value_set_int64 (value, beaver_lock_info_get_process_id (self));
      break;
    case PROP_EXPIRES_AT:
      g_value_set_double (value, self->expires_at);
      break;
    case PROP_WAITING:
      g_value_set_int64 (value, self->waiting);
      break;
    case PROP_TOKEN:
      g_value_set_int64 (value, self->token);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_lock_info_class_init (BeaverLockInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_lock_info_finalize;
  object_class->get_property = beaver_lock_info_get_property;

  /**
   * BeaverLockInfo:name: (getter get_name)
   *
   * The name of the lock.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockInfo:holder: (getter get_holder)
   *
   * The id under which the lock is held, or %NULL when nobody holds it.
   *
   * Since: 1.0
   */
  props[PROP_HOLDER] =
      g_param_spec_string ("holder", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockInfo:process-id: (getter get_process_id)
   *
   * The process that holds the lock; 0 when nobody does or its id does not say.
   *
   * Since: 1.0
   */
  props[PROP_PROCESS_ID] = g_param_spec_int64 ("process-id", NULL, NULL, 0, G_MAXINT64, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockInfo:expires-at: (getter get_expires_at)
   *
   * When the lock becomes free unless it is renewed or released, in seconds since the epoch; 0 when
   * nobody holds it.
   *
   * Since: 1.0
   */
  props[PROP_EXPIRES_AT] = g_param_spec_double ("expires-at", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE,
                                                0.0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockInfo:waiting: (getter get_waiting)
   *
   * How many wait behind the holder.
   *
   * Since: 1.0
   */
  props[PROP_WAITING] = g_param_spec_int64 ("waiting", NULL, NULL, 0, G_MAXINT64, 0,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * BeaverLockInfo:token: (getter get_token)
   *
   * The newest fencing token handed out for the lock; 0 before the first.
   *
   * Since: 1.0
   */
  props[PROP_TOKEN] = g_param_spec_int64 ("token", NULL, NULL, 0, G_MAXINT64, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_lock_info_init (BeaverLockInfo *self)
{
}

BeaverLockInfo *
_beaver_lock_info_new (const char *name,
                       const char *holder,
                       double expires_at,
                       gint64 waiting,
                       gint64 token)
{
  BeaverLockInfo *self = g_object_new (BEAVER_TYPE_LOCK_INFO, NULL);

  self->name = g_strdup (name);
  self->holder = g_strdup (holder);
  self->expires_at = expires_at;
  self->waiting = waiting;
  self->token = token;

  return self;
}

/**
 * beaver_lock_info_get_name:
 * @self: what is known of a lock
 *
 * Gets the name of the lock.
 *
 * Returns: (transfer none) (nullable): the name
 *
 * Since: 1.0
 */
const char *
beaver_lock_info_get_name (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), NULL);

  return self->name;
}

/**
 * beaver_lock_info_get_holder:
 * @self: what is known of a lock
 *
 * Gets the id under which the lock is held: `pid:PID:id:UUID`, though other programs may write
 * other forms.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL when nobody holds the lock
 *
 * Since: 1.0
 */
const char *
beaver_lock_info_get_holder (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), NULL);

  return self->holder;
}

/**
 * beaver_lock_info_get_process_id:
 * @self: what is known of a lock
 *
 * Gets the process that holds the lock.
 *
 * The process may be gone: a lock of a process that was killed is free when its time-to-live is
 * over.
 *
 * Returns: the process id; 0 when nobody holds the lock or the id of the holder does not say
 *
 * Since: 1.0
 */
gint64
beaver_lock_info_get_process_id (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), 0);

  if (self->holder == NULL || !g_str_has_prefix (self->holder, "pid:"))
    return 0;

  return MAX (g_ascii_strtoll (self->holder + strlen ("pid:"), NULL, 10), 0);
}

/**
 * beaver_lock_info_get_expires_at:
 * @self: what is known of a lock
 *
 * Gets when the lock becomes free unless it is renewed or released before.
 *
 * Returns: seconds since the epoch; 0 when nobody holds the lock
 *
 * Since: 1.0
 */
double
beaver_lock_info_get_expires_at (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), 0.0);

  return self->expires_at;
}

/**
 * beaver_lock_info_get_waiting:
 * @self: what is known of a lock
 *
 * Gets how many wait behind the holder, in all processes.
 *
 * Returns: the number of waiters
 *
 * Since: 1.0
 */
gint64
beaver_lock_info_get_waiting (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), 0);

  return self->waiting;
}

/**
 * beaver_lock_info_get_token:
 * @self: what is known of a lock
 *
 * Gets the newest fencing token handed out for the lock.
 *
 * Returns: the token; 0 before the first
 *
 * Since: 1.0
 */
gint64
beaver_lock_info_get_token (BeaverLockInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_LOCK_INFO (self), 0);

  return self->token;
}
