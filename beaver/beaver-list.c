/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-list-private.h>

/* From name to name and not row by row: there may be millions. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE names (name) AS"
    " (SELECT MIN(list_name) FROM __beaver_lists__ UNION ALL"
    " SELECT (SELECT MIN(list_name) FROM __beaver_lists__ WHERE list_name > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name IS NOT NULL";

/**
 * BeaverList:
 *
 * Values in an order that stays.
 *
 * A value is JSON: handed over as text ([method@Beaver.List.push_json]), as a string, number or
 * boolean ([method@Beaver.List.push_string] and its like), as a `JsonNode` or as an object with
 * properties ([method@Beaver.List.push_object]). An index counts from 0; a negative one counts from
 * the end.
 *
 * ```c
 * BeaverList *tasks = beaver_db_get_list (db, "tasks", &error);
 *
 * beaver_list_push_string (tasks, "write the letter", NULL, &error);
 * beaver_list_prepend_string (tasks, "buy paper", NULL, &error);
 *
 * g_autofree char *next = beaver_list_pop_first_json (tasks, NULL, &error);
 * ```
 *
 * ```python
 * tasks = db.list("tasks")
 * tasks.append("write the letter")
 * tasks[0], len(tasks), "write the letter" in tasks
 * ```
 *
 * ```js
 * const tasks = db.list('tasks');
 * tasks.push('write the letter');
 * ```
 *
 * Adding and removing at either end costs the same however long the list is, and so does adding in
 * the middle but for finding the place. The file holds what the list of Python's beaver-db 2.x
 * holds, and both may use it at the same time; should Python have brought it near the limit of its
 * order keys, the next write here gives the items new ones.
 *
 * Events: `push`, `prepend`, `pop`, `deque` (of the first item) and `clear` with `{}`, `set`, `del`
 * and `insert` with `{"index": …}`; an insertion at one of the ends is told as `push` or `prepend`
 * before. A list may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverList
{
  BeaverManager parent_instance;
};

struct _BeaverListClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverList, beaver_list, BEAVER_TYPE_MANAGER)

static void
beaver_list_attached (BeaverManager *manager)
{
  BeaverManagerCore *core = _beaver_manager_get_core (manager);

  core->shared = _beaver_list_index_new ();
  core->shared_free = _beaver_list_index_free;
}

static void
beaver_list_class_init (BeaverListClass *klass)
{
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  manager_class->kind = "list";
  manager_class->count_work = _beaver_list_count_work;
  manager_class->clear_work = _beaver_list_clear_work;
  manager_class->attached = beaver_list_attached;
}

static void
beaver_list_init (BeaverList *self)
{
}

/**
 * beaver_db_get_list:
 * @self: a database
 * @name: the name, not empty
 * @error: return location for an error
 *
 * Gets a list, which exists as soon as something is put into it.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the structure; %NULL on error
 *
 * Since: 1.0
 */
BeaverList *
beaver_db_get_list (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("list", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_LIST, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_list_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the lists that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_list_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_list_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_list_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_list_names_async (BeaverDb *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_list_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_list_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_list_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_list_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

static BeaverCursor *
new_cursor (BeaverList *self, gboolean backward, GError **error)
{
  BeaverManagerCore *core = _beaver_manager_get_core (BEAVER_MANAGER (self));

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  return _beaver_cursor_new_of (core, &_beaver_list_cursor_kind,
                                _beaver_list_cursor_state_new (core, backward),
                                _beaver_list_cursor_state_free);
}

/**
 * beaver_list_items:
 * @self: a list
 * @error: return location for an error
 *
 * Goes over the items from the first to the last.
 *
 * The cursor gives [class@Beaver.ListItem] objects. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_list_items (BeaverList *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  return new_cursor (self, FALSE, error);
}

/**
 * beaver_list_items_backward:
 * @self: a list
 * @error: return location for an error
 *
 * Goes over the items from the last to the first.
 *
 * The cursor gives [class@Beaver.ListItem] objects, whose indexes are -1, -2 and so on. This call
 * reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_list_items_backward (BeaverList *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  return new_cursor (self, TRUE, error);
}

static BeaverListOp *
new_pop_op (BeaverList *self, gboolean first, GError **error)
{
  BeaverListOp *op = _beaver_list_op_new (self, error);

  if (op != NULL)
    op->first = first;
  return op;
}

/**
 * beaver_list_push_json:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds an item behind the last one.
 *
 * The value is stored in a normal form of @json that is the same in all languages. What is not
 * JSON, NaN included, is %BEAVER_ERROR_INVALID.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_json (BeaverList *self,
                       const char *json,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_value_op (self, -1, json, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_push_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_push_json_async:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_json].
 *
 * Since: 1.0
 */
void
beaver_list_push_json_async (BeaverList *self,
                             const char *json,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, -1, json, &error);
  _beaver_list_start (self, self, beaver_list_push_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_push_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_push_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_prepend_json:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds an item before the first one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_prepend_json (BeaverList *self,
                          const char *json,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_value_op (self, 0, json, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_prepend_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_prepend_json_async:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.prepend_json].
 *
 * Since: 1.0
 */
void
beaver_list_prepend_json_async (BeaverList *self,
                                const char *json,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, 0, json, &error);
  _beaver_list_start (self, self, beaver_list_prepend_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_prepend_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_prepend_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.prepend_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_prepend_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_insert_json:
 * @self: a list
 * @index: the index that the item shall have
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds an item before the one at @index.
 *
 * Up to 0, and that is any negative one, it becomes the first; behind the end the last.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_insert_json (BeaverList *self,
                         gint64 index,
                         const char *json,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_value_op (self, index, json, error);
  return op != NULL && _beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_insert_work, op,
                                         cancellable, error);
}

/**
 * beaver_list_insert_json_async:
 * @self: a list
 * @index: the index that the item shall have
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.insert_json].
 *
 * Since: 1.0
 */
void
beaver_list_insert_json_async (BeaverList *self,
                               gint64 index,
                               const char *json,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, index, json, &error);
  _beaver_list_start (self, self, beaver_list_insert_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_insert_work, op, error, _beaver_list_finish_true, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_insert_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.insert_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_insert_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_set_json:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gives the item at @index another value.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_json (BeaverList *self,
                      gint64 index,
                      const char *json,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_value_op (self, index, json, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_set_work, op, cancellable, error))
    return FALSE;
  return _beaver_list_must_exist (op, error);
}

/**
 * beaver_list_set_json_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.set_json].
 *
 * Since: 1.0
 */
void
beaver_list_set_json_async (BeaverList *self,
                            gint64 index,
                            const char *json,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, index, json, &error);
  _beaver_list_start (self, self, beaver_list_set_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_set_work, op, error, _beaver_list_finish_must_exist, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_set_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.set_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_set_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_get_json:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of an item that has to be there: %BEAVER_ERROR_NOT_FOUND when it is not.
 *
 * Near the ends this reads some rows. Farther inside, and from the second call on, a table of the
 * rows is kept in memory (8 bytes an item) as long as no other process changes the file: then it
 * reads one row, wherever that is.
 *
 * Returns: (transfer full): the value as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_list_get_json (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return NULL;
  return _beaver_list_take_value (op, error);
}

/**
 * beaver_list_get_json_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.get_json].
 *
 * Since: 1.0
 */
void
beaver_list_get_json_async (BeaverList *self,
                            gint64 index,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_get_json_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, _beaver_list_finish_value, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_get_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.get_json_async].
 *
 * Returns: (transfer full): the value as JSON text; %NULL on error
 *
 * Since: 1.0
 */
char *
beaver_list_get_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_lookup_json:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of an item that may be absent.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there is
 * no such item
 *
 * Since: 1.0
 */
char *
beaver_list_lookup_json (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_POINT, _beaver_list_get_work, op, cancellable, error))
    return NULL;
  return _beaver_list_take_value_or_null (op, error);
}

/**
 * beaver_list_lookup_json_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.lookup_json].
 *
 * Since: 1.0
 */
void
beaver_list_lookup_json_async (BeaverList *self,
                               gint64 index,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_lookup_json_async, BEAVER_ACCESS_POINT,
                      _beaver_list_get_work, op, error, _beaver_list_finish_value_or_null,
                      cancellable, callback, user_data);
}

/**
 * beaver_list_lookup_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.lookup_json_async].
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when there is
 * no such item
 *
 * Since: 1.0
 */
char *
beaver_list_lookup_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_remove:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes the item at @index.
 *
 * %BEAVER_ERROR_NOT_FOUND when there is no such item.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_remove (BeaverList *self, gint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_index_op (self, index, error);
  if (op == NULL || !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_remove_work, op,
                                       cancellable, error))
    return FALSE;
  return _beaver_list_must_exist (op, error);
}

/**
 * beaver_list_remove_async:
 * @self: a list
 * @index: the index; a negative one counts from the end, -1 is the last item
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.remove].
 *
 * Since: 1.0
 */
void
beaver_list_remove_async (BeaverList *self,
                          gint64 index,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_index_op (self, index, &error);
  _beaver_list_start (self, self, beaver_list_remove_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_remove_work, op, error, _beaver_list_finish_must_exist,
                      cancellable, callback, user_data);
}

/**
 * beaver_list_remove_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.remove_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_list_remove_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_pop_json:
 * @self: a list
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes the last item and gets its value. Of many callers only one gets it.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when the list
 * is empty
 *
 * Since: 1.0
 */
char *
beaver_list_pop_json (BeaverList *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = new_pop_op (self, FALSE, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_pop_work, op, cancellable, error))
    return NULL;
  return _beaver_list_take_value_or_null (op, error);
}

/**
 * beaver_list_pop_json_async:
 * @self: a list
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.pop_json].
 *
 * Since: 1.0
 */
void
beaver_list_pop_json_async (BeaverList *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_pop_op (self, FALSE, &error);
  _beaver_list_start (self, self, beaver_list_pop_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_pop_work, op, error, _beaver_list_finish_value_or_null,
                      cancellable, callback, user_data);
}

/**
 * beaver_list_pop_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.pop_json_async].
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when the list
 * is empty
 *
 * Since: 1.0
 */
char *
beaver_list_pop_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_pop_first_json:
 * @self: a list
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Removes the first item and gets its value: the `deque()` of Python. Of many callers only one gets
 * it.
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when the list
 * is empty
 *
 * Since: 1.0
 */
char *
beaver_list_pop_first_json (BeaverList *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = new_pop_op (self, TRUE, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_pop_work, op, cancellable, error))
    return NULL;
  return _beaver_list_take_value_or_null (op, error);
}

/**
 * beaver_list_pop_first_json_async:
 * @self: a list
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.pop_first_json].
 *
 * Since: 1.0
 */
void
beaver_list_pop_first_json_async (BeaverList *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_pop_op (self, TRUE, &error);
  _beaver_list_start (self, self, beaver_list_pop_first_json_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_pop_work, op, error, _beaver_list_finish_value_or_null,
                      cancellable, callback, user_data);
}

/**
 * beaver_list_pop_first_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.pop_first_json_async].
 *
 * Returns: (transfer full) (nullable): the value as JSON text; %NULL without an error when the list
 * is empty
 *
 * Since: 1.0
 */
char *
beaver_list_pop_first_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
