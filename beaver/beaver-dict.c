/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-entry.h>

/* From name to name and not row by row: a dict may hold millions. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE names (name) AS"
    " (SELECT MIN(dict_name) FROM __beaver_dicts__ UNION ALL"
    " SELECT (SELECT MIN(dict_name) FROM __beaver_dicts__ WHERE dict_name > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name IS NOT NULL";

/**
 * BeaverDict:
 *
 * Keys and values that stay.
 *
 * A key is any UTF-8 text, the empty one too. A value is JSON: handed over as text
 * ([method@Beaver.Dict.set_json]), as a string, number or boolean ([method@Beaver.Dict.set_string]
 * and its like), as a `JsonNode` or as an object with properties ([method@Beaver.Dict.set_object]).
 *
 * An entry may have a time to live. When that is over it is gone for every reader at once; its row
 * is removed by later writes.
 *
 * ```c
 * BeaverDict *settings = beaver_db_get_dict (db, "settings", &error);
 *
 * beaver_dict_set_string (settings, "theme", "dark", NULL, &error);
 * beaver_dict_set_json_with_ttl (settings, "token", "\"3f9a\"", 3600, NULL, &error);
 * ```
 *
 * The file holds what the dict of Python's beaver-db 2.x holds, and both may use it at the same
 * time. The values of an encrypted dict cannot be read or written without its secret:
 * %BEAVER_ERROR_SECRET.
 *
 * Events: `set` and `del` with `{"key": …}`, `clear` with `{}`. A dict may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverDict
{
  BeaverManager parent_instance;

  BeaverDictShared *shared; /* constant; NULL in a dict that was made by hand */
};

struct _BeaverDictClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverDict, beaver_dict, BEAVER_TYPE_MANAGER)

static void
beaver_dict_attached (BeaverManager *manager)
{
  BeaverDict *self = BEAVER_DICT (manager);

  self->shared = _beaver_dict_shared_new (_beaver_manager_get_core (manager));
}

static void
beaver_dict_finalize (GObject *object)
{
  BeaverDict *self = BEAVER_DICT (object);

  g_clear_pointer (&self->shared, _beaver_dict_shared_unref);
  G_OBJECT_CLASS (beaver_dict_parent_class)->finalize (object);
}

static void
beaver_dict_class_init (BeaverDictClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  G_OBJECT_CLASS (klass)->finalize = beaver_dict_finalize;
  manager_class->kind = "dict";
  manager_class->count_work = _beaver_dict_count_work;
  manager_class->clear_work = _beaver_dict_clear_work;
  manager_class->attached = beaver_dict_attached;
}

static void
beaver_dict_init (BeaverDict *self)
{
}

BeaverDictShared *
_beaver_dict_get_shared (BeaverDict *self)
{
  return self->shared;
}

/**
 * beaver_db_get_dict:
 * @self: a database
 * @name: the name of the dict, not empty
 * @error: return location for an error
 *
 * Gets a dict, which exists as soon as something is put into it.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the dict; %NULL on error
 *
 * Since: 1.0
 */
BeaverDict *
beaver_db_get_dict (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("dict", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_DICT, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_dict_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the dicts that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_dict_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_dict_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_dict_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_dict_names_async (BeaverDb *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_dict_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_dict_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_dict_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_dict_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

static BeaverCursor *
new_cursor (BeaverDict *self, const char *prefix, gboolean with_values, GError **error)
{
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL ||
      (prefix != NULL && !_beaver_check_text ("the prefix", prefix, error)))
    return NULL;
  return _beaver_cursor_new_of (
      self->shared->core, with_values ? &_beaver_dict_items_kind : &_beaver_dict_keys_kind,
      _beaver_dict_cursor_state_new (self->shared, prefix), _beaver_dict_cursor_state_free);
}

/**
 * beaver_dict_keys:
 * @self: a dict
 * @prefix: (nullable): only keys that begin with this
 * @error: return location for an error
 *
 * Goes over the keys, sorted by their bytes.
 *
 * The cursor gives [class@Beaver.Entry] objects whose value is %NULL. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_dict_keys (BeaverDict *self, const char *prefix, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  return new_cursor (self, prefix, FALSE, error);
}

/**
 * beaver_dict_items:
 * @self: a dict
 * @prefix: (nullable): only keys that begin with this
 * @error: return location for an error
 *
 * Goes over the entries, sorted by the bytes of their keys.
 *
 * The cursor gives [class@Beaver.Entry] objects. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_dict_items (BeaverDict *self, const char *prefix, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  return new_cursor (self, prefix, TRUE, error);
}

/**
 * beaver_dict_set_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key, whether it exists or not.
 *
 * The entry lives for ever, even when the one before had a time to live.
 *
 * The value is stored in a normal form of @json that is the same in all languages: white space,
 * escapes and the digits of numbers may change, members keep their order, and of equal ones the
 * last wins. What is not JSON, NaN included, is %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_json (BeaverDict *self,
                      const char *key,
                      const char *json,
                      GCancellable *cancellable,
                      GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  return _beaver_dict_write (self, key, json, INFINITY, cancellable, error);
}

/**
 * beaver_dict_set_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_json].
 *
 * Since: 1.0
 */
void
beaver_dict_set_json_async (BeaverDict *self,
                            const char *key,
                            const char *json,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_value_op (self, key, json, INFINITY, &error);
  _beaver_dict_start (self, self, beaver_dict_set_json_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_set_json_with_ttl:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Sets the value of @key for a time.
 *
 * When the time is over the entry is gone for every reader; its row is removed by later writes.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_json_with_ttl (BeaverDict *self,
                               const char *key,
                               const char *json,
                               double ttl,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  return _beaver_dict_write (self, key, json, ttl, cancellable, error);
}

/**
 * beaver_dict_set_json_with_ttl_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @json: the value as JSON text
 * @ttl: seconds for which the entry lives, above 0 and up to 10^12; infinity for ever
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.set_json_with_ttl].
 *
 * Since: 1.0
 */
void
beaver_dict_set_json_with_ttl_async (BeaverDict *self,
                                     const char *key,
                                     const char *json,
                                     double ttl,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_value_op (self, key, json, ttl, &error);
  _beaver_dict_start (self, self, beaver_dict_set_json_with_ttl_async, BEAVER_ACCESS_WRITE_ONE,
                      _beaver_dict_set_work, op, error, _beaver_dict_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_set_json_with_ttl_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.set_json_with_ttl_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_set_json_with_ttl_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_get_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of a key that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not, or has
 * expired.
 *
 * The text comes as it is stored. What Python wrote may hold `NaN` and infinities, which are not
 * JSON.
 *
 * Returns: (transfer full): the value as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_json (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  BeaverDictOp op;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return NULL;
  return _beaver_dict_take_value (&op, error);
}

/**
 * beaver_dict_get_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.get_json].
 *
 * Since: 1.0
 */
void
beaver_dict_get_json_async (BeaverDict *self,
                            const char *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_get_json_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, _beaver_dict_finish_value, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_get_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.get_json_async].
 *
 * Returns: (transfer full): the value as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_dict_get_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_lookup_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of a key that may be absent.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there
 * is none
 *
 * Since: 1.0
 */
char *
beaver_dict_lookup_json (BeaverDict *self,
                         const char *key,
                         GCancellable *cancellable,
                         GError **error)
{
  BeaverDictOp op;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return NULL;
  return _beaver_dict_take_value_or_null (&op, error);
}

/**
 * beaver_dict_lookup_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.lookup_json].
 *
 * Since: 1.0
 */
void
beaver_dict_lookup_json_async (BeaverDict *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_lookup_json_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, _beaver_dict_finish_value_or_null,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_lookup_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.lookup_json_async].
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there
 * is none
 *
 * Since: 1.0
 */
char *
beaver_dict_lookup_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_lookup:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of a key and the time at which it expires.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverEntry *
beaver_dict_lookup (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  BeaverDictOp op;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  if (!_beaver_dict_read (self, &op, key, cancellable, error))
    return NULL;
  return _beaver_dict_take_entry (&op, error);
}

/**
 * beaver_dict_lookup_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.lookup].
 *
 * Since: 1.0
 */
void
beaver_dict_lookup_async (BeaverDict *self,
                          const char *key,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_lookup_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_lookup_work, op, error, _beaver_dict_finish_entry, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_lookup_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.lookup_async].
 *
 * Returns: (transfer full) (nullable): the entry; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverEntry *
beaver_dict_lookup_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_contains:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Whether the key is there and has not expired.
 *
 * Returns: %TRUE when it is; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_dict_contains (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;
  BeaverDictOp cached;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  if (_beaver_dict_read_cached (self, &cached, key, FALSE, cancellable))
    return cached.found;
  op = _beaver_dict_new_key_op (self, key, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_POINT, _beaver_dict_contains_work, op,
                                       cancellable, error))
    return FALSE;
  return _beaver_dict_take_found (op, error);
}

/**
 * beaver_dict_contains_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.contains].
 *
 * Since: 1.0
 */
void
beaver_dict_contains_async (BeaverDict *self,
                            const char *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_contains_async, BEAVER_ACCESS_POINT,
                      _beaver_dict_contains_work, op, error, _beaver_dict_finish_found, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_contains_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.contains_async].
 *
 * Returns: %TRUE when it is; %FALSE without an error when it is not
 *
 * Since: 1.0
 */
gboolean
beaver_dict_contains_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_remove:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes a key that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not, or has expired.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_remove (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  op = _beaver_dict_new_key_op (self, key, error);
  if (op == NULL || !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_remove_work, op,
                                       cancellable, error))
    return FALSE;
  return _beaver_dict_take_must_exist (op, error);
}

/**
 * beaver_dict_remove_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.remove].
 *
 * Since: 1.0
 */
void
beaver_dict_remove_async (BeaverDict *self,
                          const char *key,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_remove_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_remove_work, op, error, _beaver_dict_finish_must_exist,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_remove_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.remove_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_remove_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_dict_pop_json:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes a key and gets the value that it had. Of many callers only one gets it.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there
 * was none
 *
 * Since: 1.0
 */
char *
beaver_dict_pop_json (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  op = _beaver_dict_new_key_op (self, key, error);
  if (op == NULL ||
      !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_pop_work, op, cancellable, error))
    return NULL;
  return _beaver_dict_take_value_or_null (op, error);
}

/**
 * beaver_dict_pop_json_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.pop_json].
 *
 * Since: 1.0
 */
void
beaver_dict_pop_json_async (BeaverDict *self,
                            const char *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_pop_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_pop_work, op, error, _beaver_dict_finish_value_or_null,
                      cancellable, callback, user_data);
}

/**
 * beaver_dict_pop_json_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.pop_json_async].
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there
 * was none
 *
 * Since: 1.0
 */
char *
beaver_dict_pop_json_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_dict_pop_entry:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes a key and gets the value that it had, and when that would have expired. Of many callers
 * only one gets it.
 *
 * Returns: (transfer full) (nullable): the entry; %NULL without an error when there was none
 *
 * Since: 1.0
 */
BeaverEntry *
beaver_dict_pop_entry (BeaverDict *self, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverDictOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DICT (self), NULL);

  op = _beaver_dict_new_key_op (self, key, error);
  if (op == NULL ||
      !_beaver_dict_run (self, BEAVER_ACCESS_WRITE, _beaver_dict_pop_work, op, cancellable, error))
    return NULL;
  return _beaver_dict_take_entry (op, error);
}

/**
 * beaver_dict_pop_entry_async:
 * @self: a dict
 * @key: the key, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.pop_entry].
 *
 * Since: 1.0
 */
void
beaver_dict_pop_entry_async (BeaverDict *self,
                             const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverDictOp *op;

  g_return_if_fail (BEAVER_IS_DICT (self));

  op = _beaver_dict_new_key_op (self, key, &error);
  _beaver_dict_start (self, self, beaver_dict_pop_entry_async, BEAVER_ACCESS_WRITE,
                      _beaver_dict_pop_work, op, error, _beaver_dict_finish_entry, cancellable,
                      callback, user_data);
}

/**
 * beaver_dict_pop_entry_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.pop_entry_async].
 *
 * Returns: (transfer full) (nullable): the entry; %NULL without an error when there was none
 *
 * Since: 1.0
 */
BeaverEntry *
beaver_dict_pop_entry_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
