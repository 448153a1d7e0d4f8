/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-json-private.h>

static const char SQL_NAMES[] = "SELECT DISTINCT log_name FROM __beaver_logs__ ORDER BY log_name";

/**
 * BeaverLog:
 *
 * Entries in the order of time.
 *
 * An entry is a moment, in seconds since the epoch, and a JSON value. Each moment of a log holds
 * one entry: one that finds its moment taken goes to the next free slot, a microsecond or so later.
 * Moments may lie anywhere, also before 1970 and in the future; 0 is a moment like any other.
 *
 * ```c
 * BeaverLog *requests = beaver_db_get_log (db, "requests", &error);
 *
 * beaver_log_append_json (requests, "{\"path\": \"/\", \"ms\": 12}", NULL, &error);
 * ```
 *
 * Two kinds of [class@Beaver.LiveIterator] watch a log: [method@Beaver.Log.tail] gives every new
 * entry, [method@Beaver.Log.live] a moving window over the last seconds or hours.
 *
 * The file holds what the log of Python's beaver-db 2.x holds, and both may use it at the same
 * time. When a field index was declared for the log, every write here keeps it.
 *
 * Events: `log` with `{"data": …}`, `clear` with `{}`; a batch and pruning emit none. A log may be
 * used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverLog
{
  BeaverManager parent_instance;

  BeaverLogStore *store; /* constant; NULL in a log that was made by hand */
};

struct _BeaverLogClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverLog, beaver_log, BEAVER_TYPE_MANAGER)

static void
beaver_log_attached (BeaverManager *manager)
{
  BeaverLog *self = BEAVER_LOG (manager);

  self->store = _beaver_log_store_new (_beaver_manager_get_core (manager));
}

static void
beaver_log_stop (BeaverManager *manager)
{
  BeaverLog *self = BEAVER_LOG (manager);

  if (self->store != NULL)
    _beaver_log_store_stop (self->store);
  ((BeaverManagerClass *) beaver_log_parent_class)->stop (manager);
}

static guint
beaver_log_join (BeaverManager *manager)
{
  BeaverLog *self = BEAVER_LOG (manager);
  guint joined = ((BeaverManagerClass *) beaver_log_parent_class)->join (manager);

  if (self->store != NULL)
    {
      g_autoptr (GPtrArray) live = _beaver_log_store_get_live (self->store);

      for (guint i = 0; i < live->len; i++)
        joined += _beaver_live_state_join (g_ptr_array_index (live, i));
    }
  return joined;
}

static void
beaver_log_add_live_objects (BeaverManager *manager, GPtrArray *objects)
{
  BeaverLog *self = BEAVER_LOG (manager);
  g_autoptr (GPtrArray) live = NULL;

  if (self->store == NULL)
    return;
  live = _beaver_log_store_get_live (self->store);
  for (guint i = 0; i < live->len; i++)
    {
      const BeaverLiveState *state = g_ptr_array_index (live, i);

      _beaver_referenced_add (
          objects, g_strdup_printf ("live iterator of log “%s”", beaver_manager_get_name (manager)),
          state->site);
    }
}

static void
beaver_log_finalize (GObject *object)
{
  BeaverLog *self = BEAVER_LOG (object);

  g_clear_pointer (&self->store, _beaver_log_store_unref);
  G_OBJECT_CLASS (beaver_log_parent_class)->finalize (object);
}

static void
beaver_log_class_init (BeaverLogClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  G_OBJECT_CLASS (klass)->finalize = beaver_log_finalize;
  manager_class->kind = "log";
  manager_class->count_work = _beaver_log_count_work;
  manager_class->clear_work = _beaver_log_clear_work;
  manager_class->attached = beaver_log_attached;
  manager_class->stop = beaver_log_stop;
  manager_class->join = beaver_log_join;
  manager_class->add_live_objects = beaver_log_add_live_objects;
}

static void
beaver_log_init (BeaverLog *self)
{
}

/* Getting one */

/**
 * beaver_db_get_log:
 * @self: a database
 * @name: the name of the log, not empty
 * @error: return location for an error
 *
 * Gets the log of that name. It needs no creation: a log without entries is as good as none.
 *
 * The same name gives the same object every time.
 *
 * Returns: (transfer none): the log, which belongs to the database; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLog *
beaver_db_get_log (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_get_manager (self, BEAVER_TYPE_LOG, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_log_names:
 * @self: a database
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Lists the logs that hold anything, sorted by name.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names; %NULL with @error set
 *
 * Since: 1.0
 */
char **
beaver_db_get_log_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_log_names_async:
 * @self: a database
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Lists the logs that hold anything, without blocking.
 *
 * Since: 1.0
 */
void
beaver_db_get_log_names_async (BeaverDb *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_log_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_log_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets what [method@Beaver.Db.get_log_names_async] found.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names; %NULL with @error set
 *
 * Since: 1.0
 */
char **
beaver_db_get_log_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

BeaverLogStore *
_beaver_log_get_store (BeaverLog *self)
{
  return self->store;
}

/* timestamp NaN: now. json is JSON text or, quoted here, any text. */
static BeaverLogOp *
append_op (BeaverLog *self, const char *json, const char *text, double timestamp, GError **error)
{
  BeaverLogOp *op = _beaver_log_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->start = timestamp;
  if (text == NULL)
    op->row.data = _beaver_log_normalize (json, error);
  else if (_beaver_check_text ("the text to log", text, error))
    op->row.data = _beaver_json_from_string (text);
  return _beaver_log_op_check (self, op, op->row.data != NULL, error);
}

static BeaverLogOp *
append_at_op (BeaverLog *self, const char *json, double timestamp, GError **error)
{
  BeaverLogOp *op = append_op (self, json, NULL, timestamp, error);

  if (op == NULL)
    return NULL;
  return _beaver_log_op_check (self, op, _beaver_check_finite ("the timestamp", timestamp, error),
                               error);
}

static gboolean
batch_add (BeaverLogOp *op, BeaverLogEntry *entry, GError **error)
{
  gboolean there = BEAVER_IS_LOG_ENTRY (entry);
  BeaverLogRow row = { there ? beaver_log_entry_get_timestamp (entry) : NAN, NULL };

  if (!isnan (row.timestamp) && !_beaver_check_finite ("the timestamp", row.timestamp, error))
    return FALSE;
  row.data = _beaver_log_normalize (there ? _beaver_log_entry_peek_data (entry) : NULL, error);
  if (row.data == NULL)
    return FALSE;
  g_array_append_val (op->rows, row);
  return TRUE;
}

static BeaverLogOp *
batch_op (BeaverLog *self, BeaverLogEntry **entries, gsize n_entries, GError **error)
{
  BeaverLogOp *op = _beaver_log_op_new (self, error);

  if (op == NULL)
    return NULL;
  op->rows = g_array_new (FALSE, FALSE, sizeof (BeaverLogRow));
  for (gsize i = 0; i < n_entries; i++)
    if (!batch_add (op, entries[i], error))
      {
        g_prefix_error (error, "entry %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": ", i + 1,
                        n_entries);
        return _beaver_log_op_check (self, op, FALSE, error);
      }
  return op;
}

/* Appending */

/**
 * beaver_log_append_json:
 * @self: a log
 * @json: what to log, as JSON text
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Logs something now.
 *
 * The time is taken when it is the turn of this write, so that entries stand in the order in which
 * they were committed.
 *
 * Text that is not JSON is %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_json (BeaverLog *self,
                        const char *json,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autofree char *normal = NULL;
  BeaverLogOp op = { .start = NAN };

  g_return_val_if_fail (BEAVER_IS_LOG (self), FALSE);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return FALSE;
  op.store = _beaver_log_get_store (self);
  op.row.data = normal = _beaver_log_normalize (json, error);
  if (normal == NULL)
    {
      _beaver_log_prefix (self, error);
      return FALSE;
    }
  return _beaver_log_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, &op, cancellable,
                          error);
}

/**
 * beaver_log_append_json_async:
 * @self: a log
 * @json: what to log, as JSON text
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Logs something now, without blocking. See [method@Beaver.Log.append_json].
 *
 * Since: 1.0
 */
void
beaver_log_append_json_async (BeaverLog *self,
                              const char *json,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = append_op (self, json, NULL, NAN, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, error,
                     _beaver_log_finish_true, beaver_log_append_json_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_append_json_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.append_json_async].
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_json_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_boolean (self, result, error);
}

/**
 * beaver_log_append_string:
 * @self: a log
 * @text: any UTF-8 text
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Logs a text now, as a JSON string.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_string (BeaverLog *self,
                          const char *text,
                          GCancellable *cancellable,
                          GError **error)
{
  BeaverLogOp *op;
  gboolean done;

  g_return_val_if_fail (BEAVER_IS_LOG (self), FALSE);

  op = append_op (self, NULL, text, NAN, error);
  done = _beaver_log_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, cancellable,
                          error);
  g_clear_pointer (&op, _beaver_log_op_free);
  return done;
}

/**
 * beaver_log_append_string_async:
 * @self: a log
 * @text: any UTF-8 text
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Logs a text now, without blocking. See [method@Beaver.Log.append_string].
 *
 * Since: 1.0
 */
void
beaver_log_append_string_async (BeaverLog *self,
                                const char *text,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = append_op (self, NULL, text, NAN, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, error,
                     _beaver_log_finish_true, beaver_log_append_string_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_append_string_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.append_string_async].
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_string_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_boolean (self, result, error);
}

/**
 * beaver_log_append_json_at:
 * @self: a log
 * @json: what to log, as JSON text
 * @timestamp: when, in seconds since the epoch; any finite number
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Logs something of a given moment.
 *
 * When the log has an entry of that moment already, the new one goes to the next free slot: a
 * microsecond later, or, where doubles are too coarse for that, one step of the double. This is one
 * query, also where thousands want the same moment.
 *
 * Returns: (transfer full): the entry as it was stored; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_append_json_at (BeaverLog *self,
                           const char *json,
                           double timestamp,
                           GCancellable *cancellable,
                           GError **error)
{
  BeaverLogEntry *entry = NULL;
  BeaverLogOp *op;

  g_return_val_if_fail (BEAVER_IS_LOG (self), NULL);

  op = append_at_op (self, json, timestamp, error);
  if (_beaver_log_run (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, cancellable,
                       error))
    entry = _beaver_log_take_appended (op);
  g_clear_pointer (&op, _beaver_log_op_free);
  return entry;
}

/**
 * beaver_log_append_json_at_async:
 * @self: a log
 * @json: what to log, as JSON text
 * @timestamp: when, in seconds since the epoch; any finite number
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Logs something of a given moment, without blocking. See [method@Beaver.Log.append_json_at].
 *
 * Since: 1.0
 */
void
beaver_log_append_json_at_async (BeaverLog *self,
                                 const char *json,
                                 double timestamp,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));

  op = append_at_op (self, json, timestamp, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE_ONE, _beaver_log_append_work, op, error,
                     _beaver_log_finish_appended, beaver_log_append_json_at_async, cancellable,
                     callback, user_data);
}

/**
 * beaver_log_append_json_at_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.append_json_at_async].
 *
 * Returns: (transfer full): the entry as it was stored; %NULL with @error set
 *
 * Since: 1.0
 */
BeaverLogEntry *
beaver_log_append_json_at_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_pointer (self, result, error);
}

/**
 * beaver_log_append_batch:
 * @self: a log
 * @entries: (array length=n_entries): what to log
 * @n_entries: how many
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Logs many entries in one transaction: all of them or, after an error, none.
 *
 * Each keeps its own time, also one that lies before what the log holds already; one of an entry
 * whose time is NaN is the time of writing. Equal times are treated as in
 * [method@Beaver.Log.append_json_at]. No events are emitted.
 *
 * Other writers wait meanwhile: split what is larger than some ten thousand entries.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_batch (BeaverLog *self,
                         BeaverLogEntry **entries,
                         gsize n_entries,
                         GCancellable *cancellable,
                         GError **error)
{
  BeaverLogOp *op;
  gboolean done;

  g_return_val_if_fail (BEAVER_IS_LOG (self), FALSE);
  g_return_val_if_fail (entries != NULL || n_entries == 0, FALSE);

  op = batch_op (self, entries, n_entries, error);
  done =
      _beaver_log_run (self, BEAVER_ACCESS_WRITE, _beaver_log_batch_work, op, cancellable, error);
  g_clear_pointer (&op, _beaver_log_op_free);
  return done;
}

/**
 * beaver_log_append_batch_async:
 * @self: a log
 * @entries: (array length=n_entries): what to log
 * @n_entries: how many
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Logs many entries in one transaction, without blocking. See [method@Beaver.Log.append_batch].
 *
 * Since: 1.0
 */
void
beaver_log_append_batch_async (BeaverLog *self,
                               BeaverLogEntry **entries,
                               gsize n_entries,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  BeaverLogOp *op;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_LOG (self));
  g_return_if_fail (entries != NULL || n_entries == 0);

  op = batch_op (self, entries, n_entries, &error);
  _beaver_log_start (self, BEAVER_ACCESS_WRITE, _beaver_log_batch_work, op, error,
                     _beaver_log_finish_true, beaver_log_append_batch_async, cancellable, callback,
                     user_data);
}

/**
 * beaver_log_append_batch_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Beaver.Log.append_batch_async].
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
beaver_log_append_batch_finish (BeaverLog *self, GAsyncResult *result, GError **error)
{
  return _beaver_log_task_boolean (self, result, error);
}
