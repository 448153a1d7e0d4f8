/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-list-private.h>

/* Methods of BeaverList that look at many items, or add many. */

static BeaverListOp *
new_slice_op (BeaverList *self, gint64 start, gint64 count, GError **error)
{
  BeaverListOp *op = _beaver_list_new_index_op (self, start, error);

  if (op != NULL)
    op->length = MAX (count, -1);
  return op;
}

/**
 * beaver_list_slice:
 * @self: a list
 * @start: the index of the first item; a negative one counts from the end, up to the beginning
 * @count: how many items at most; negative: up to the end
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the values of items that stand side by side.
 *
 * What lies outside of the list is left out, as slices of Python do.
 *
 * Returns: (transfer full) (array zero-terminated=1): the values as JSON texts, an empty array when
 * there are none; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_list_slice (BeaverList *self,
                   gint64 start,
                   gint64 count,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), NULL);

  op = new_slice_op (self, start, count, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_SCAN, _beaver_list_slice_work, op, cancellable, error))
    return NULL;
  return _beaver_list_take_strv (op, error);
}

/**
 * beaver_list_slice_async:
 * @self: a list
 * @start: the index of the first item; a negative one counts from the end, up to the beginning
 * @count: how many items at most; negative: up to the end
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.slice].
 *
 * Since: 1.0
 */
void
beaver_list_slice_async (BeaverList *self,
                         gint64 start,
                         gint64 count,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = new_slice_op (self, start, count, &error);
  _beaver_list_start (self, self, beaver_list_slice_async, BEAVER_ACCESS_SCAN,
                      _beaver_list_slice_work, op, error, _beaver_list_finish_strv, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_slice_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.slice_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the values as JSON texts, an empty array when
 * there are none; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_list_slice_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_list_contains_json:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Whether an item has this very value.
 *
 * Values are compared in their normal form, so 1 and 1.0 differ, and so do objects whose members
 * stand in another order. Takes time in proportion to the length of the list.
 *
 * Returns: %TRUE when one does; %FALSE without an error when none does
 *
 * Since: 1.0
 */
gboolean
beaver_list_contains_json (BeaverList *self,
                           const char *json,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), FALSE);

  op = _beaver_list_new_value_op (self, 0, json, error);
  if (op == NULL || !_beaver_list_run (self, BEAVER_ACCESS_SCAN, _beaver_list_contains_work, op,
                                       cancellable, error))
    return FALSE;
  return _beaver_list_take_found (op, error);
}

/**
 * beaver_list_contains_json_async:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.contains_json].
 *
 * Since: 1.0
 */
void
beaver_list_contains_json_async (BeaverList *self,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, 0, json, &error);
  _beaver_list_start (self, self, beaver_list_contains_json_async, BEAVER_ACCESS_SCAN,
                      _beaver_list_contains_work, op, error, _beaver_list_finish_found, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_contains_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.contains_json_async].
 *
 * Returns: %TRUE when one does; %FALSE without an error when none does
 *
 * Since: 1.0
 */
gboolean
beaver_list_contains_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_list_index_of_json:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Finds the first item that has this very value, see [method@Beaver.List.contains_json].
 *
 * Returns: its index; -1 without an error when there is none, -1 with one on error
 *
 * Since: 1.0
 */
gint64
beaver_list_index_of_json (BeaverList *self,
                           const char *json,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), -1);

  op = _beaver_list_new_value_op (self, 0, json, error);
  if (op == NULL || !_beaver_list_run (self, BEAVER_ACCESS_SCAN, _beaver_list_index_of_work, op,
                                       cancellable, error))
    return -1;
  return _beaver_list_take_number (op, error);
}

/**
 * beaver_list_index_of_json_async:
 * @self: a list
 * @json: the value as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.index_of_json].
 *
 * Since: 1.0
 */
void
beaver_list_index_of_json_async (BeaverList *self,
                                 const char *json,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_value_op (self, 0, json, &error);
  _beaver_list_start (self, self, beaver_list_index_of_json_async, BEAVER_ACCESS_SCAN,
                      _beaver_list_index_of_work, op, error, _beaver_list_finish_number,
                      cancellable, callback, user_data);
}

/**
 * beaver_list_index_of_json_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.index_of_json_async].
 *
 * Returns: its index; -1 without an error when there is none, -1 with one on error
 *
 * Since: 1.0
 */
gint64
beaver_list_index_of_json_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_list_push_many:
 * @self: a list
 * @values: (array zero-terminated=1): the values as JSON texts
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds many items behind the last one, in one transaction.
 *
 * One `push` event tells of all. On any error nothing is added.
 *
 * Returns: how many items were added; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_push_many (BeaverList *self,
                       const char *const *values,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (BeaverListOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_LIST (self), -1);

  op = _beaver_list_new_many_op (self, values, error);
  if (op == NULL ||
      !_beaver_list_run (self, BEAVER_ACCESS_WRITE, _beaver_list_many_work, op, cancellable, error))
    return -1;
  return _beaver_list_take_number (op, error);
}

/**
 * beaver_list_push_many_async:
 * @self: a list
 * @values: (array zero-terminated=1): the values as JSON texts
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.List.push_many].
 *
 * Since: 1.0
 */
void
beaver_list_push_many_async (BeaverList *self,
                             const char *const *values,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  BeaverListOp *op;

  g_return_if_fail (BEAVER_IS_LIST (self));

  op = _beaver_list_new_many_op (self, values, &error);
  _beaver_list_start (self, self, beaver_list_push_many_async, BEAVER_ACCESS_WRITE,
                      _beaver_list_many_work, op, error, _beaver_list_finish_number, cancellable,
                      callback, user_data);
}

/**
 * beaver_list_push_many_finish:
 * @self: a list
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.List.push_many_async].
 *
 * Returns: how many items were added; -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_list_push_many_finish (BeaverList *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
