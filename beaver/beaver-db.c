/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-state-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/engine/beaver-context-private.h>

#define DEFAULT_CONNECTION_TIMEOUT 30.0

/**
 * BeaverDb:
 *
 * One SQLite file as a database of named structures: dicts, lists, queues, logs, channels, locks.
 *
 * Any number of threads and processes may use the same file at the same time, programs that use the
 * Python package *beaver-db* 2.x among them.
 *
 * ```c
 * g_autoptr(GError) error = NULL;
 * g_autoptr(BeaverDb) db = beaver_db_open ("app.db", NULL, &error);
 * BeaverDict *settings = beaver_db_get_dict (db, "settings", &error);
 *
 * beaver_dict_set_string (settings, "theme", "dark", NULL, &error);
 * ```
 *
 * Closing, by [method@Beaver.Db.close] or by dropping the last reference, **forcibly closes the
 * connections of all threads that use this object and stops all its background listeners**
 * (channels, live logs, event callbacks). Threads in the middle of an operation fail at once with
 * %BEAVER_ERROR_CLOSED. When it returns, no connection, no descriptor and no thread is left, and
 * every write that had been acknowledged is in the file.
 *
 * The structures are children of the database: it keeps them, and they do not keep it. One that
 * outlives it answers %BEAVER_ERROR_CLOSED to everything.
 *
 * All methods may be called from any thread. Signals, notifications and callbacks run in the
 * thread-default main context in which the database was made.
 *
 * After `fork()` the child must not use the parent's databases: every call answers
 * %BEAVER_ERROR_FORKED there, and dropping them touches nothing.
 *
 * Since: 1.0
 */

static void beaver_db_initable_init (GInitableIface *iface);
static void beaver_db_async_initable_init (GAsyncInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BeaverDb,
                               beaver_db,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, beaver_db_initable_init)
                                   G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE,
                                                          beaver_db_async_initable_init))

typedef enum
{
  PROP_PATH = 1,
  PROP_CONNECTION_TIMEOUT,
  PROP_CACHE_TIMEOUT,
  PROP_WAL,
  PROP_SYNCHRONOUS,
  PROP_TEMP_MEMORY,
  PROP_MMAP_SIZE,
  PROP_ALWAYS_EMIT_EVENTS,
  PROP_SLOW_OPERATION_THRESHOLD,
  PROP_CLOSED,
} BeaverDbProperty;
static GParamSpec *props[PROP_CLOSED + 1];

/* --- Opening
 * ---------------------------------------------------------------------------------------------------------------
 */

/* Texts of the library. Uninstalled programs say where the catalogues are. */
static void
bind_translations (void)
{
  const char *directory = g_getenv ("BEAVER_LOCALEDIR");

  bindtextdomain (GETTEXT_PACKAGE, directory != NULL ? directory : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

/* Above 0 at least 1: everything is logged then. */
static gint64
threshold_us (double seconds)
{
  return seconds > 0 ? MAX (1, (gint64) (seconds * G_USEC_PER_SEC)) : 0;
}

static BeaverEngineOptions
options_of (BeaverDb *self)
{
  return (BeaverEngineOptions){
    .path = self->path,
    .connection_timeout = self->connection_timeout,
    .wal = self->wal,
    .synchronous_full = self->synchronous,
    .temp_memory = self->temp_memory,
    .mmap_size = self->mmap_size,
    .cache_timeout = self->cache_timeout,
    .slow_us = threshold_us (beaver_db_get_slow_operation_threshold (self)),
  };
}

/* Whoever comes second with an engine has been beaten by another thread and drops his. */
static void
take_engine (BeaverDb *self, BeaverEngine *engine)
{
  g_mutex_lock (&self->lock);
  if (self->engine == NULL)
    {
      self->engine = g_steal_pointer (&engine);
      _beaver_engine_set_slow_threshold (self->engine, threshold_us (self->slow_threshold));
      if (g_atomic_int_get (&self->always_emit_events))
        _beaver_events_set_always (self->engine, TRUE);
    }
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&engine, _beaver_engine_unref);
}

static gboolean
is_initialised (BeaverDb *self)
{
  gboolean initialised;

  g_mutex_lock (&self->lock);
  initialised = self->engine != NULL;
  g_mutex_unlock (&self->lock);
  return initialised;
}

static gboolean
beaver_db_init_sync (GInitable *initable, GCancellable *cancellable, GError **error)
{
  BeaverDb *self = BEAVER_DB (initable);
  BeaverEngineOptions options = options_of (self);
  BeaverEngine *engine;

  if (is_initialised (self))
    return TRUE;
  engine = _beaver_engine_open (&options, cancellable, error);
  if (engine == NULL)
    return FALSE;
  take_engine (self, engine);
  return TRUE;
}

static void
beaver_db_initable_init (GInitableIface *iface)
{
  iface->init = beaver_db_init_sync;
}

static void
open_done (gpointer data)
{
  BeaverDbThread *self = data;

  g_thread_join (self->thread);
  if (self->engine == NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else
    {
      take_engine (g_task_get_source_object (self->task), g_steal_pointer (&self->engine));
      g_task_return_boolean (self->task, TRUE);
    }
}

static gpointer
open_thread (gpointer data)
{
  BeaverDbThread *self = data;

  self->engine = _beaver_engine_open (&self->options, self->cancellable, &self->error);
  _beaver_context_post (self->context, open_done, self, _beaver_db_thread_free);
  return NULL;
}

static void
beaver_db_init_async (GAsyncInitable *initable,
                      int io_priority,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  BeaverDb *self = BEAVER_DB (initable);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  BeaverDbThread *data;
  GError *error = NULL;

  g_task_set_source_tag (task, beaver_db_init_async);
  g_task_set_check_cancellable (task, FALSE);
  if (is_initialised (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  data = g_new0 (BeaverDbThread, 1);
  data->options = options_of (self);
  data->options.path = data->path = g_strdup (self->path);
  if (!_beaver_db_thread_start (task, "beaver-open", open_thread, data, &error))
    g_task_return_error (task, error);
}

static gboolean
beaver_db_init_finish (GAsyncInitable *initable, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, initable), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
beaver_db_async_initable_init (GAsyncInitableIface *iface)
{
  iface->init_async = beaver_db_init_async;
  iface->init_finish = beaver_db_init_finish;
}

static void
beaver_db_dispose (GObject *object)
{
  BeaverDb *self = BEAVER_DB (object);

  _beaver_db_close_now (self);
  /* In a forked child the managers' threads do not exist, and joining them would never end: leak.
   */
  if (self->engine == NULL || !_beaver_engine_is_forked (self->engine))
    {
      g_autoptr (GPtrArray) managers = _beaver_db_snapshot_managers (self, NULL);

      g_mutex_lock (&self->lock);
      g_hash_table_remove_all (self->managers);
      g_mutex_unlock (&self->lock);
    }
  G_OBJECT_CLASS (beaver_db_parent_class)->dispose (object);
}

static void
beaver_db_finalize (GObject *object)
{
  BeaverDb *self = BEAVER_DB (object);

  if (self->engine == NULL || !_beaver_engine_is_forked (self->engine))
    g_hash_table_unref (self->managers);
  g_clear_pointer (&self->engine, _beaver_engine_unref);
  g_clear_object (&self->report);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->reported);
  g_free (self->path);
  G_OBJECT_CLASS (beaver_db_parent_class)->finalize (object);
}

/* --- Object
 * -------------------------------------------------------------------------------------------------------------------
 */

static void
beaver_db_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverDb *self = BEAVER_DB (object);

  switch ((BeaverDbProperty) prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_CONNECTION_TIMEOUT:
      g_value_set_double (value, self->connection_timeout);
      break;
    case PROP_CACHE_TIMEOUT:
      g_value_set_double (value, self->cache_timeout);
      break;
    case PROP_WAL:
      g_value_set_boolean (value, self->wal);
      break;
    case PROP_SYNCHRONOUS:
      g_value_set_boolean (value, self->synchronous);
      break;
    case PROP_TEMP_MEMORY:
      g_value_set_boolean (value, self->temp_memory);
      break;
    case PROP_MMAP_SIZE:
      g_value_set_int64 (value, self->mmap_size);
      break;
    case PROP_ALWAYS_EMIT_EVENTS:
      g_value_set_boolean (value, beaver_db_get_always_emit_events (self));
      break;
    case PROP_SLOW_OPERATION_THRESHOLD:
      g_value_set_double (value, beaver_db_get_slow_operation_threshold (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, beaver_db_is_closed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_db_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BeaverDb *self = BEAVER_DB (object);

  switch ((BeaverDbProperty) prop_id)
    {
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_CONNECTION_TIMEOUT:
      self->connection_timeout = g_value_get_double (value);
      break;
    case PROP_CACHE_TIMEOUT:
      self->cache_timeout = g_value_get_double (value);
      break;
    case PROP_WAL:
      self->wal = g_value_get_boolean (value);
      break;
    case PROP_SYNCHRONOUS:
      self->synchronous = g_value_get_boolean (value);
      break;
    case PROP_TEMP_MEMORY:
      self->temp_memory = g_value_get_boolean (value);
      break;
    case PROP_MMAP_SIZE:
      self->mmap_size = g_value_get_int64 (value);
      break;
    case PROP_ALWAYS_EMIT_EVENTS:
      beaver_db_set_always_emit_events (self, g_value_get_boolean (value));
      break;
    case PROP_SLOW_OPERATION_THRESHOLD:
      beaver_db_set_slow_operation_threshold (self, g_value_get_double (value));
      break;
    case PROP_CLOSED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_db_class_init (BeaverDbClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  bind_translations ();
  object_class->dispose = beaver_db_dispose;
  object_class->finalize = beaver_db_finalize;
  object_class->get_property = beaver_db_get_property;
  object_class->set_property = beaver_db_set_property;

  /**
   * BeaverDb:path: (getter get_path)
   *
   * The file, taken literally (no URI); `:memory:` is a database of this object alone that all its
   * threads share and that ends with it.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  /**
   * BeaverDb:connection-timeout: (getter get_connection_timeout)
   *
   * How long a write waits for another process that writes, in seconds, before it answers
   * %BEAVER_ERROR_BUSY.
   *
   * Since: 1.0
   */
  props[PROP_CONNECTION_TIMEOUT] = g_param_spec_double ("connection-timeout", NULL, NULL, 0, 1e9,
                                                        DEFAULT_CONNECTION_TIMEOUT, flags);
  /**
   * BeaverDb:cache-timeout: (getter get_cache_timeout)
   *
   * How old, in seconds, a read that is answered out of memory may be. With 0 every read sees the
   * newest commit of any process.
   *
   * Since: 1.0
   */
  props[PROP_CACHE_TIMEOUT] = g_param_spec_double ("cache-timeout", NULL, NULL, 0, 1e9, 0, flags);
  /**
   * BeaverDb:wal: (getter get_wal)
   *
   * Whether a file that is not in WAL mode is brought into it. A file in WAL mode stays in it.
   * Without WAL readers and writers wait for each other.
   *
   * Since: 1.0
   */
  props[PROP_WAL] = g_param_spec_boolean ("wal", NULL, NULL, TRUE, flags);
  /**
   * BeaverDb:synchronous: (getter get_synchronous)
   *
   * Whether each commit waits for the disk (`PRAGMA synchronous = FULL`), so that it survives a
   * loss of power. Otherwise the last commits may be lost then, but never the database, and nothing
   * is lost when only the program dies.
   *
   * Since: 1.0
   */
  props[PROP_SYNCHRONOUS] = g_param_spec_boolean ("synchronous", NULL, NULL, FALSE, flags);
  /**
   * BeaverDb:temp-memory: (getter get_temp_memory)
   *
   * Whether SQLite's temporary tables are kept in memory.
   *
   * Since: 1.0
   */
  props[PROP_TEMP_MEMORY] = g_param_spec_boolean ("temp-memory", NULL, NULL, TRUE, flags);
  /**
   * BeaverDb:mmap-size: (getter get_mmap_size)
   *
   * Bytes of the file that SQLite maps into memory; 0 turns that off. A mapped file that somebody
   * else makes shorter ends the process, so it is off by default.
   *
   * Since: 1.0
   */
  props[PROP_MMAP_SIZE] = g_param_spec_int64 ("mmap-size", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * BeaverDb:always-emit-events: (getter get_always_emit_events) (setter set_always_emit_events)
   *
   * Whether the structures tell of every change, whoever listens; see
   * [method@Beaver.Db.set_always_emit_events].
   *
   * Since: 1.0
   */
  props[PROP_ALWAYS_EMIT_EVENTS] =
      g_param_spec_boolean ("always-emit-events", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverDb:slow-operation-threshold: (getter get_slow_operation_threshold)
   *
   * Operations that take as long, in seconds, are logged; 0 for none. See
   * [method@Beaver.Db.set_slow_operation_threshold].
   *
   * Since: 1.0
   */
  props[PROP_SLOW_OPERATION_THRESHOLD] =
      g_param_spec_double ("slow-operation-threshold", NULL, NULL, 0, 1e9, 0,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverDb:closed: (getter is_closed)
   *
   * Whether the database was closed, or never opened. Notified once, in the context of the
   * database.
   *
   * Since: 1.0
   */
  props[PROP_CLOSED] =
      g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_db_init (BeaverDb *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->reported);
  self->context = g_main_context_ref_thread_default ();
  self->managers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/* --- Private
 * ------------------------------------------------------------------------------------------------------------------
 */

BeaverEngine *
_beaver_db_ref_engine (BeaverDb *self, GError **error)
{
  BeaverEngine *engine = NULL;

  g_mutex_lock (&self->lock);
  if (self->engine != NULL)
    engine = _beaver_engine_ref (self->engine);
  g_mutex_unlock (&self->lock);

  if (engine == NULL)
    {
      g_set_error_literal (
          error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
          _ ("the database was never opened; call init(), or use beaver_db_open()"));
      return NULL;
    }
  if (_beaver_engine_set_error_if_closed (engine, error))
    {
      _beaver_engine_unref (engine);
      return NULL;
    }
  return engine;
}

BeaverEngine *
_beaver_db_get_engine (BeaverDb *self)
{
  BeaverEngine *engine;

  g_mutex_lock (&self->lock);
  engine = self->engine;
  g_mutex_unlock (&self->lock);
  return engine;
}

GMainContext *
_beaver_db_get_context (BeaverDb *self)
{
  return self->context;
}

gpointer
_beaver_db_get_manager (BeaverDb *self,
                        GType type,
                        const char *name,
                        const char *options,
                        GError **error,
                        const char *first_property,
                        ...)
{
  g_autoptr (BeaverEngine) engine = NULL;
  g_autofree char *key = NULL;
  BeaverManager *manager;

  if (!_beaver_check_name (g_type_name (type) + strlen ("Beaver"), name, error))
    return NULL;
  engine = _beaver_db_ref_engine (self, error);
  if (engine == NULL)
    return NULL;
  key = g_strdup_printf ("%s %s", g_type_name (type), name);

  g_mutex_lock (&self->lock);
  manager = g_hash_table_lookup (self->managers, key);
  if (manager != NULL)
    {
      if (options != NULL && g_strcmp0 (options, _beaver_manager_get_options (manager)) != 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("%s “%s” is in use with other options; give the same ones, or none"),
                       beaver_manager_get_kind (manager), name);
          manager = NULL;
        }
    }
  /* Under the lock, as in the close: no manager appears behind its back. */
  else if (!_beaver_engine_set_error_if_closed (engine, error))
    {
      va_list properties;

      va_start (properties, first_property);
      manager = _beaver_manager_new (type, name, engine, self->context, options, first_property,
                                     properties);
      va_end (properties);
      g_hash_table_insert (self->managers, g_steal_pointer (&key), manager);
    }
  g_mutex_unlock (&self->lock);
  return manager;
}

/* --- Public
 * -------------------------------------------------------------------------------------------------------------------
 */

/**
 * beaver_db_open:
 * @path: (type filename): the file, created when it does not exist; `:memory:` for none
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Opens a database with the usual options. For others, construct a [class@Beaver.Db] with its
 * properties and initialise it ([method@Gio.Initable.init]).
 *
 * Files of beaver-db 1.x (%BEAVER_ERROR_LEGACY), of two releases at once
 * (%BEAVER_ERROR_SPLIT_BRAIN), of newer releases or other programs (%BEAVER_ERROR_SCHEMA) are
 * refused before anything in them is changed.
 *
 * Returns: (transfer full): the database, or %NULL with @error set
 *
 * Since: 1.0
 */
BeaverDb *
beaver_db_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (BEAVER_TYPE_DB, cancellable, error, "path", path, NULL);
}

/**
 * beaver_db_open_async:
 * @path: (type filename): the file
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is open
 * @user_data: data for @callback
 *
 * Opens a database without blocking; see [func@Beaver.Db.open].
 *
 * Since: 1.0
 */
void
beaver_db_open_async (const char *path,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (path != NULL);

  g_async_initable_new_async (BEAVER_TYPE_DB, G_PRIORITY_DEFAULT, cancellable, callback, user_data,
                              "path", path, NULL);
}

/**
 * beaver_db_open_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [func@Beaver.Db.open_async].
 *
 * Returns: (transfer full): the database, or %NULL with @error set
 *
 * Since: 1.0
 */
BeaverDb *
beaver_db_open_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GObject) source = NULL;
  GObject *db;

  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  source = g_async_result_get_source_object (result);
  db = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);
  return db != NULL ? BEAVER_DB (db) : NULL;
}

/**
 * beaver_db_version:
 *
 * Gets the version of the library that runs, which may be newer than the one that was compiled
 * against ([const@Beaver.VERSION_S]).
 *
 * Returns: (transfer none): three numbers with dots
 *
 * Since: 1.0
 */
const char *
beaver_db_version (void)
{
  return PACKAGE_VERSION;
}

/**
 * beaver_db_get_path: (get-property path)
 * @self: a database
 *
 * Gets the path as it was given.
 *
 * Returns: (nullable) (type filename): the path
 *
 * Since: 1.0
 */
const char *
beaver_db_get_path (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  return self->path;
}

/**
 * beaver_db_get_connection_timeout: (get-property connection-timeout)
 * @self: a database
 *
 * Gets how long a write waits for another process that writes.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
beaver_db_get_connection_timeout (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), 0);
  return self->connection_timeout;
}

/**
 * beaver_db_get_cache_timeout: (get-property cache-timeout)
 * @self: a database
 *
 * Gets how old a read that is answered out of memory may be.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
beaver_db_get_cache_timeout (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), 0);
  return self->cache_timeout;
}

/**
 * beaver_db_get_wal: (get-property wal)
 * @self: a database
 *
 * Gets whether WAL mode was asked for.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
beaver_db_get_wal (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  return self->wal;
}

/**
 * beaver_db_get_synchronous: (get-property synchronous)
 * @self: a database
 *
 * Gets whether each commit waits for the disk.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
beaver_db_get_synchronous (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  return self->synchronous;
}

/**
 * beaver_db_get_temp_memory: (get-property temp-memory)
 * @self: a database
 *
 * Gets whether temporary tables are kept in memory.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
beaver_db_get_temp_memory (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  return self->temp_memory;
}

/**
 * beaver_db_get_mmap_size: (get-property mmap-size)
 * @self: a database
 *
 * Gets how much of the file SQLite maps into memory.
 *
 * Returns: bytes, 0 for none
 *
 * Since: 1.0
 */
gint64
beaver_db_get_mmap_size (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), 0);
  return self->mmap_size;
}

/**
 * beaver_db_get_always_emit_events:
 * @self: a database
 *
 * Gets whether the structures tell of every change.
 *
 * Returns: %TRUE if they do
 *
 * Since: 1.0
 */
gboolean
beaver_db_get_always_emit_events (BeaverDb *self)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  return g_atomic_int_get (&self->always_emit_events) != 0;
}

/**
 * beaver_db_set_always_emit_events:
 * @self: a database
 * @always: whether to tell of every change
 *
 * Sets whether the structures tell of every change that is made through this object, whoever
 * listens.
 *
 * Otherwise they tell when somebody of a process that uses this library listens, which is known.
 * Listeners of Python's beaver-db are not: set this when there are some.
 *
 * Since: 1.0
 */
void
beaver_db_set_always_emit_events (BeaverDb *self, gboolean always)
{
  BeaverEngine *engine;

  g_return_if_fail (BEAVER_IS_DB (self));

  always = always != FALSE;
  if (g_atomic_int_exchange (&self->always_emit_events, always) == always)
    return;
  engine = _beaver_db_get_engine (self);
  if (engine != NULL)
    _beaver_events_set_always (engine, always);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ALWAYS_EMIT_EVENTS]);
}

/**
 * beaver_db_get_slow_operation_threshold:
 * @self: a database
 *
 * Gets from when on an operation is logged as slow.
 *
 * Returns: seconds, 0 when none is
 *
 * Since: 1.0
 */
double
beaver_db_get_slow_operation_threshold (BeaverDb *self)
{
  double seconds;

  g_return_val_if_fail (BEAVER_IS_DB (self), 0);

  g_mutex_lock (&self->lock);
  seconds = self->slow_threshold;
  g_mutex_unlock (&self->lock);
  return seconds;
}

/**
 * beaver_db_set_slow_operation_threshold: (set-property slow-operation-threshold)
 * @self: a database
 * @seconds: from 0 up; 0 turns the log off
 *
 * Sets from when on an operation is logged as slow.
 *
 * What takes as long, from the call to the answer, is logged with `g_log_structured()`: domain
 * `Beaver`, level `MESSAGE`, with the fields `BEAVER_OPERATION` (`read`, `scan`, `write`, `begin`,
 * `commit`, `checkpoint`), `BEAVER_KIND` and `BEAVER_NAME` of the structure, `BEAVER_PATH`,
 * `BEAVER_DURATION_USEC`, `BEAVER_WAIT_USEC` (of it, before the work began), `BEAVER_STATEMENT` and
 * `BEAVER_STATEMENT_USEC` (the slowest SQL statement). No key and no value is ever among them.
 *
 * Calls that wait for something to happen, such as [method@Beaver.Queue.get], are not slow. While
 * the log is off it costs nothing; while it is on, some microseconds for each operation.
 *
 * Since: 1.0
 */
void
beaver_db_set_slow_operation_threshold (BeaverDb *self, double seconds)
{
  gboolean changed;

  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (seconds >= 0 && seconds <= 1e9);

  g_mutex_lock (&self->lock);
  changed = self->slow_threshold < seconds || self->slow_threshold > seconds;
  self->slow_threshold = seconds;
  /* under the lock, so that of two threads the same one wins in both places */
  if (self->engine != NULL)
    _beaver_engine_set_slow_threshold (self->engine, threshold_us (seconds));
  g_mutex_unlock (&self->lock);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SLOW_OPERATION_THRESHOLD]);
}

/**
 * beaver_db_is_closed: (get-property closed)
 * @self: a database
 *
 * Whether the database was closed, is being closed, or never opened.
 *
 * Returns: %TRUE when nothing can be done with it
 *
 * Since: 1.0
 */
gboolean
beaver_db_is_closed (BeaverDb *self)
{
  g_autoptr (BeaverEngine) engine = NULL;

  g_return_val_if_fail (BEAVER_IS_DB (self), TRUE);

  engine = _beaver_db_ref_engine (self, NULL);
  return engine == NULL;
}
