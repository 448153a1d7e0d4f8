/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-site-private.h>

/**
 * BeaverManager:
 *
 * What all structures of a database have in common: a name, a size, a lock and events.
 *
 * Managers are handed out by the database ([method@Beaver.Db.get_dict] and its like), which keeps
 * them: asking twice for the same name gives the same object. A manager does not keep its database
 * alive. After the database was closed every call answers %BEAVER_ERROR_CLOSED.
 *
 * A manager may be used from any thread.
 *
 * Since: 1.0
 */

/* BeaverManager:closed has no notification of its own: listen to the one of the database. */
G_DEFINE_ABSTRACT_TYPE (BeaverManager, beaver_manager, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_KIND,
  PROP_CLOSED,
} BeaverManagerProperty;
static GParamSpec *props[PROP_CLOSED + 1];

/* Core */

static BeaverManagerCore *
beaver_manager_core_new (const char *kind,
                         const char *name,
                         BeaverEngine *engine,
                         GMainContext *context)
{
  BeaverManagerCore *self = g_new0 (BeaverManagerCore, 1);

  g_atomic_ref_count_init (&self->ref_count);
  if (engine != NULL)
    self->engine = _beaver_engine_ref (engine);
  if (context != NULL)
    self->context = g_main_context_ref (context);
  self->kind = kind;
  self->name = g_strdup (name);
  self->topic = g_strdup_printf ("%s:%s", kind, name);
  self->events_channel = g_strdup_printf ("__events_%s:%s__", kind, name);
  return self;
}

BeaverManagerCore *
_beaver_manager_core_ref (BeaverManagerCore *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_manager_core_unref (BeaverManagerCore *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->shared_free != NULL)
    self->shared_free (self->shared);
  g_clear_pointer (&self->engine, _beaver_engine_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->name);
  g_free (self->topic);
  g_free (self->events_channel);
  g_free (self);
}

/* Cancellation has a text of its own that programs compare. */
static void
prefix_error (BeaverManagerCore *core, GError **error)
{
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "%s “%s”: ", core->kind, core->name);
}

gboolean
_beaver_manager_core_check_open (BeaverManagerCore *self, GError **error)
{
  if (self->engine == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                   _ ("this %s belongs to no database; get it from an open one"), self->kind);
      return FALSE;
    }
  if (_beaver_engine_set_error_if_closed (self->engine, error))
    {
      prefix_error (self, error);
      return FALSE;
    }
  return TRUE;
}

/* Says to the connection who is at work: readers that keep the log from starting anew, and slow
 * operations, have a name. */
typedef struct
{
  BeaverManagerCore *core;
  BeaverWork work;
  gpointer data;
} NamedWork;

static gboolean
named_work (BeaverConnection *connection, gpointer data, GError **error)
{
  NamedWork *named = data;

  _beaver_connection_set_user (connection, named->core->kind, named->core->name);
  return named->work (connection, named->data, error);
}

gboolean
_beaver_manager_core_run (BeaverManagerCore *self,
                          BeaverAccess access,
                          BeaverWork work,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  NamedWork named;

  /* that it is closed says the engine's door */
  if (self->engine == NULL)
    return _beaver_manager_core_check_open (self, error);
  if (access == BEAVER_ACCESS_SCAN || G_UNLIKELY (_beaver_engine_is_observed (self->engine)))
    {
      named = (NamedWork){ self, work, data };
      work = named_work;
      data = &named;
    }
  if (!_beaver_engine_run (self->engine, access, work, data, cancellable, error))
    {
      prefix_error (self, error);
      return FALSE;
    }
  return TRUE;
}

/* The work of another thread, with its name put in front of errors. */
typedef struct
{
  BeaverManagerCore *core;
  BeaverWork work;
  gpointer data;
  GDestroyNotify data_free;
  BeaverFinish finish;
} ManagerJob;

static void
manager_job_free (gpointer pointer)
{
  ManagerJob *job = pointer;

  if (job->data_free != NULL)
    job->data_free (job->data);
  _beaver_manager_core_unref (job->core);
  g_free (job);
}

static gboolean
manager_job_work (BeaverConnection *connection, gpointer data, GError **error)
{
  ManagerJob *job = data;

  _beaver_connection_set_user (connection, job->core->kind, job->core->name);
  if (job->work (connection, job->data, error))
    return TRUE;
  prefix_error (job->core, error);
  return FALSE;
}

static void
manager_job_finish (GTask *task, gpointer data)
{
  ManagerJob *job = data;

  job->finish (task, job->data);
}

void
_beaver_manager_core_run_async (BeaverManagerCore *self,
                                BeaverAccess access,
                                BeaverWork work,
                                gpointer data,
                                GDestroyNotify data_free,
                                GTask *task,
                                BeaverFinish finish)
{
  GError *error = NULL;
  ManagerJob *job;

  /* What was committed is a success, cancelled a moment later or not: only the engine says
   * CANCELLED. */
  g_task_set_check_cancellable (task, FALSE);
  if (!_beaver_manager_core_check_open (self, &error))
    {
      if (data_free != NULL)
        data_free (data);
      g_task_return_error (task, error);
      return;
    }

  job = g_new (ManagerJob, 1);
  job->core = _beaver_manager_core_ref (self);
  job->work = work;
  job->data = data;
  job->data_free = data_free;
  job->finish = finish;
  _beaver_engine_run_async (self->engine, access, manager_job_work, job, manager_job_free, task,
                            manager_job_finish);
}

/* Object */

static void
beaver_manager_constructed (GObject *object)
{
  BeaverManager *self = BEAVER_MANAGER (object);

  G_OBJECT_CLASS (beaver_manager_parent_class)->constructed (object);

  /* Detached until _beaver_manager_new() says otherwise, so that what a binding makes by hand is a
   * closed manager. */
  self->core = beaver_manager_core_new (BEAVER_MANAGER_GET_CLASS (self)->kind, "", NULL, NULL);
}

static void
beaver_manager_dispose (GObject *object)
{
  BeaverManager *self = BEAVER_MANAGER (object);

  _beaver_manager_stop (self);
  _beaver_manager_join (self);
  G_OBJECT_CLASS (beaver_manager_parent_class)->dispose (object);
}

static void
beaver_manager_finalize (GObject *object)
{
  BeaverManager *self = BEAVER_MANAGER (object);

  _beaver_manager_lock_clear (self);
  g_clear_pointer (&self->core, _beaver_manager_core_unref);
  g_free (self->options);
  G_OBJECT_CLASS (beaver_manager_parent_class)->finalize (object);
}

static void
beaver_manager_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverManager *self = BEAVER_MANAGER (object);

  switch ((BeaverManagerProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, beaver_manager_get_name (self));
      break;
    case PROP_KIND:
      g_value_set_string (value, beaver_manager_get_kind (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, beaver_manager_is_closed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_manager_real_stop (BeaverManager *self)
{
}

static guint
beaver_manager_real_join (BeaverManager *self)
{
  return 0;
}

static void
beaver_manager_class_init (BeaverManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = beaver_manager_constructed;
  object_class->dispose = beaver_manager_dispose;
  object_class->finalize = beaver_manager_finalize;
  object_class->get_property = beaver_manager_get_property;
  klass->kind = "manager";
  klass->stop = beaver_manager_real_stop;
  klass->join = beaver_manager_real_join;

  /**
   * BeaverManager:name: (getter get_name)
   *
   * The name under which the structure lies in the database.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverManager:kind: (getter get_kind)
   *
   * What it is: `dict`, `log`, `queue` ...
   *
   * Since: 1.0
   */
  props[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, "manager",
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverManager:closed: (getter is_closed)
   *
   * Whether every call answers %BEAVER_ERROR_CLOSED. There is no notification of this property; the
   * one of [property@Beaver.Db:closed] tells the same.
   *
   * Since: 1.0
   */
  props[PROP_CLOSED] =
      g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_manager_init (BeaverManager *self)
{
}

gpointer
_beaver_manager_new (GType type,
                     const char *name,
                     BeaverEngine *engine,
                     GMainContext *context,
                     const char *options,
                     const char *first_property,
                     va_list properties)
{
  BeaverManager *self = BEAVER_MANAGER (g_object_new_valist (type, first_property, properties));
  BeaverManagerClass *klass = BEAVER_MANAGER_GET_CLASS (self);

  _beaver_manager_core_unref (self->core);
  self->core = beaver_manager_core_new (klass->kind, name, engine, context);
  self->options = g_strdup (options);
  _beaver_site_note (self);
  if (klass->attached != NULL)
    klass->attached (self);
  return self;
}

BeaverManagerCore *
_beaver_manager_get_core (BeaverManager *self)
{
  return self->core;
}

const char *
_beaver_manager_get_options (BeaverManager *self)
{
  return self->options;
}

BeaverEngine *
_beaver_manager_get_engine (BeaverManager *self, GError **error)
{
  if (!_beaver_manager_core_check_open (self->core, error))
    return NULL;
  if (g_atomic_int_get (&self->stopped))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, _ ("%s “%s” was closed"),
                   self->core->kind, self->core->name);
      return NULL;
    }
  return self->core->engine;
}

void
_beaver_manager_stop (BeaverManager *self)
{
  g_atomic_int_set (&self->stopped, 1);
  _beaver_manager_lock_stop (self);
  BEAVER_MANAGER_GET_CLASS (self)->stop (self);
}

guint
_beaver_manager_join (BeaverManager *self)
{
  return _beaver_manager_lock_join (self) + BEAVER_MANAGER_GET_CLASS (self)->join (self);
}

gboolean
_beaver_manager_run (BeaverManager *self,
                     BeaverAccess access,
                     BeaverWork work,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  if (G_UNLIKELY (g_atomic_int_get (&self->stopped)) &&
      _beaver_manager_get_engine (self, error) == NULL)
    return FALSE;
  return _beaver_manager_core_run (self->core, access, work, data, cancellable, error);
}

void
_beaver_manager_run_async (BeaverManager *self,
                           BeaverAccess access,
                           BeaverWork work,
                           gpointer data,
                           GDestroyNotify data_free,
                           GTask *task,
                           BeaverFinish finish)
{
  GError *error = NULL;

  if (_beaver_manager_get_engine (self, &error) == NULL)
    {
      if (data_free != NULL)
        data_free (data);
      g_task_return_error (task, error);
      return;
    }
  _beaver_manager_core_run_async (self->core, access, work, data, data_free, task, finish);
}

/* Argument checks */

static inline gboolean
is_ascii (const char *text, gsize length)
{
  guint64 seen = 0, word;

  for (; length >= 8; text += 8, length -= 8)
    {
      memcpy (&word, text, 8);
      seen |= word;
    }
  for (; length > 0; text++, length--)
    seen |= (guchar) *text;
  return (seen & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

gboolean
_beaver_check_text (const char *what, const char *text, GError **error)
{
  const char *end;

  if (text == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("%s is missing"), what);
      return FALSE;
    }
  if (!is_ascii (text, strlen (text)) && !g_utf8_validate (text, -1, &end))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "%s is not UTF-8: byte 0x%02x at offset %" G_GSIZE_FORMAT "; convert it first",
                   what, (guint) (guchar) *end, (gsize) (end - text));
      return FALSE;
    }
  return TRUE;
}

gboolean
_beaver_check_name (const char *kind, const char *name, GError **error)
{
  g_autofree char *what = NULL;

  if (name == NULL || *name == '\0')
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the name of a %s cannot be empty; give it at least one character"), kind);
      return FALSE;
    }
  what = g_strdup_printf ("the name of a %s", kind);
  return _beaver_check_text (what, name, error);
}

gboolean
_beaver_check_finite (const char *what, double value, GError **error)
{
  if (isfinite (value))
    return TRUE;

  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("%s is %s; give it a finite number"),
               what, isnan (value) ? "not a number" : "infinite");
  return FALSE;
}

/* Public */

/**
 * beaver_manager_get_name:
 * @self: a manager
 *
 * Gets the name under which the structure lies in the database.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_manager_get_name (BeaverManager *self)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  return self->core->name;
}

/**
 * beaver_manager_get_kind:
 * @self: a manager
 *
 * Gets what kind of structure this is: `dict`, `log`, `queue` ...
 *
 * Returns: (transfer none): the kind
 *
 * Since: 1.0
 */
const char *
beaver_manager_get_kind (BeaverManager *self)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);

  return self->core->kind;
}

/**
 * beaver_manager_is_closed:
 * @self: a manager
 *
 * Whether the database of this manager was closed, so that every call answers %BEAVER_ERROR_CLOSED.
 *
 * Returns: %TRUE when closed
 *
 * Since: 1.0
 */
gboolean
beaver_manager_is_closed (BeaverManager *self)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), TRUE);

  return _beaver_manager_get_engine (self, NULL) == NULL;
}

static gboolean
unsupported (BeaverManager *self, const char *verb, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED, _ ("%s “%s”: a %s cannot be %s"),
               self->core->kind, self->core->name, self->core->kind, verb);
  return FALSE;
}

static gboolean
run_op (BeaverManager *self,
        BeaverAccess access,
        BeaverWork work,
        const char *verb,
        gint64 *result,
        GCancellable *cancellable,
        GError **error)
{
  BeaverManagerOp op = { self->core, 0 };

  /* closed first: a closed manager says so whatever it is asked */
  if (_beaver_manager_get_engine (self, error) == NULL)
    return FALSE;
  if (work == NULL)
    return unsupported (self, verb, error);
  if (!_beaver_manager_run (self, access, work, &op, cancellable, error))
    return FALSE;
  *result = op.result;
  return TRUE;
}

static void
op_free (gpointer pointer)
{
  BeaverManagerOp *op = pointer;

  _beaver_manager_core_unref (op->core);
  g_free (op);
}

static void
op_finish (GTask *task, gpointer data)
{
  BeaverManagerOp *op = data;

  g_task_return_int (task, op->result);
}

static void
run_op_async (BeaverManager *self,
              BeaverAccess access,
              BeaverWork work,
              const char *verb,
              GTask *task)
{
  GError *error = NULL;
  BeaverManagerOp *op;

  if (_beaver_manager_get_engine (self, &error) == NULL ||
      (work == NULL && !unsupported (self, verb, &error)))
    {
      g_task_return_error (task, error);
      return;
    }
  op = g_new0 (BeaverManagerOp, 1);
  op->core = _beaver_manager_core_ref (self->core);
  _beaver_manager_run_async (self, access, work, op, op_free, task, op_finish);
}

/**
 * beaver_manager_count:
 * @self: a manager
 * @cancellable: (nullable): optional, interrupts counting
 * @error: return location for an error
 *
 * Counts the entries. What has expired does not count.
 *
 * Takes time in proportion to the number of entries.
 *
 * Returns: how many there are, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_count (BeaverManager *self, GCancellable *cancellable, GError **error)
{
  gint64 result = -1;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), -1);

  if (!run_op (self, BEAVER_ACCESS_SCAN, BEAVER_MANAGER_GET_CLASS (self)->count_work, "counted",
               &result, cancellable, error))
    return -1;
  return result;
}

/**
 * beaver_manager_count_async:
 * @self: a manager
 * @cancellable: (nullable): optional, interrupts counting
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.count].
 *
 * Since: 1.0
 */
void
beaver_manager_count_async (BeaverManager *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_count_async);
  run_op_async (self, BEAVER_ACCESS_SCAN, BEAVER_MANAGER_GET_CLASS (self)->count_work, "counted",
                task);
}

/**
 * beaver_manager_count_finish:
 * @self: a manager
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.count_async].
 *
 * Returns: how many entries there are, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_count_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_manager_clear:
 * @self: a manager
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes all entries, in one transaction: all of them or, when it fails or is cancelled, none.
 * Other writers wait meanwhile, which is felt where there are millions.
 *
 * Returns: how many went, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_clear (BeaverManager *self, GCancellable *cancellable, GError **error)
{
  gint64 result = -1;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), -1);

  if (!run_op (self, BEAVER_ACCESS_WRITE, BEAVER_MANAGER_GET_CLASS (self)->clear_work, "cleared",
               &result, cancellable, error))
    return -1;
  return result;
}

/**
 * beaver_manager_clear_async:
 * @self: a manager
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.clear].
 *
 * Since: 1.0
 */
void
beaver_manager_clear_async (BeaverManager *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_clear_async);
  run_op_async (self, BEAVER_ACCESS_WRITE, BEAVER_MANAGER_GET_CLASS (self)->clear_work, "cleared",
                task);
}

/**
 * beaver_manager_clear_finish:
 * @self: a manager
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.clear_async].
 *
 * Returns: how many entries went, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_clear_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
