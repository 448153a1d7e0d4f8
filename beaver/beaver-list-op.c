/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-list-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Arguments */

BeaverListOp *
_beaver_list_op_new (BeaverList *self, GError **error)
{
  BeaverListOp *op;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = g_new0 (BeaverListOp, 1);
  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  return op;
}

void
_beaver_list_op_free (gpointer data)
{
  BeaverListOp *op = data;

  g_free (op->value);
  g_clear_pointer (&op->back, g_ptr_array_unref);
  g_clear_pointer (&op->front, g_ptr_array_unref);
  g_free (op->result);
  g_clear_pointer (&op->results, g_ptr_array_unref);
  _beaver_manager_core_unref (op->core);
  g_free (op);
}

BeaverListOp *
_beaver_list_new_index_op (BeaverList *self, gint64 index, GError **error)
{
  BeaverListOp *op = _beaver_list_op_new (self, error);

  if (op != NULL)
    op->index = index;
  return op;
}

static char *
normalize (BeaverListOp *op, const char *json, GError **error)
{
  char *normal;

  if (json == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "list “%s”: the value is missing; JSON's null is the text “null”",
                   op->core->name);
      return NULL;
    }
  normal = _beaver_json_normalize (json, -1, error);
  if (normal == NULL)
    g_prefix_error (error, "list “%s”: the value: ", op->core->name);
  return normal;
}

BeaverListOp *
_beaver_list_new_value_op (BeaverList *self, gint64 index, const char *json, GError **error)
{
  g_autoptr (BeaverListOp) op = _beaver_list_new_index_op (self, index, error);

  if (op == NULL)
    return NULL;
  op->value = normalize (op, json, error);
  if (op->value == NULL)
    return NULL;
  return g_steal_pointer (&op);
}

gboolean
_beaver_list_op_add (BeaverListOp *op, gboolean back, const char *json, GError **error)
{
  GPtrArray **values = back ? &op->back : &op->front;
  char *normal = normalize (op, json, error);

  if (normal == NULL)
    return FALSE;
  if (*values == NULL)
    *values = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*values, normal);
  return TRUE;
}

BeaverListOp *
_beaver_list_new_many_op (BeaverList *self, const char *const *values, GError **error)
{
  g_autoptr (BeaverListOp) op = _beaver_list_op_new (self, error);

  for (guint i = 0; op != NULL && values != NULL && values[i] != NULL; i++)
    {
      if (!_beaver_list_op_add (op, TRUE, values[i], error))
        {
          g_prefix_error (error, "number %u: ", i);
          return NULL;
        }
    }
  return g_steal_pointer (&op);
}

/* Running */

gboolean
_beaver_list_run (BeaverList *self,
                  BeaverAccess access,
                  BeaverWork work,
                  BeaverListOp *op,
                  GCancellable *cancellable,
                  GError **error)
{
  if (!_beaver_manager_run (BEAVER_MANAGER (self), access, work, op, cancellable, error))
    return FALSE;
  /* committed now */
  _beaver_list_index_apply (op->core->shared, &op->patch);
  return TRUE;
}

static void
finish_op (GTask *task, gpointer data)
{
  BeaverListOp *op = data;

  _beaver_list_index_apply (op->core->shared, &op->patch);
  op->finish (task, op);
}

void
_beaver_list_start (gpointer source,
                    BeaverList *self,
                    gpointer source_tag,
                    BeaverAccess access,
                    BeaverWork work,
                    BeaverListOp *op,
                    GError *error,
                    BeaverFinish finish,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (op == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  op->finish = finish;
  _beaver_manager_run_async (BEAVER_MANAGER (self), access, work, op, _beaver_list_op_free, task,
                             finish_op);
}

/* Results */

/* In front of what is wrong with a value. */
void
_beaver_list_prefix_index (BeaverListOp *op, GError **error)
{
  g_prefix_error (error, "list “%s”: index %" G_GINT64_FORMAT ": ", op->core->name, op->index);
}

gboolean
_beaver_list_must_exist (BeaverListOp *op, GError **error)
{
  if (!op->found)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 "list “%s”: there is no item at index %" G_GINT64_FORMAT, op->core->name,
                 op->index);
  return op->found;
}

gboolean
_beaver_list_take_true (BeaverListOp *op, GError **error)
{
  return TRUE;
}

void
_beaver_list_finish_true (GTask *task, gpointer op)
{
  g_task_return_boolean (task, TRUE);
}

gboolean
_beaver_list_take_found (BeaverListOp *op, GError **error)
{
  return op->found;
}

void
_beaver_list_finish_found (GTask *task, gpointer data)
{
  BeaverListOp *op = data;

  g_task_return_boolean (task, op->found);
}

void
_beaver_list_finish_must_exist (GTask *task, gpointer op)
{
  GError *error = NULL;

  if (_beaver_list_must_exist (op, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

char *
_beaver_list_take_value (BeaverListOp *op, GError **error)
{
  if (!_beaver_list_must_exist (op, error))
    return NULL;
  return g_steal_pointer (&op->result);
}

void
_beaver_list_finish_value (GTask *task, gpointer op)
{
  GError *error = NULL;
  char *value = _beaver_list_take_value (op, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

char *
_beaver_list_take_value_or_null (BeaverListOp *op, GError **error)
{
  return g_steal_pointer (&op->result);
}

void
_beaver_list_finish_value_or_null (GTask *task, gpointer data)
{
  BeaverListOp *op = data;

  g_task_return_pointer (task, g_steal_pointer (&op->result), g_free);
}

gint64
_beaver_list_take_number (BeaverListOp *op, GError **error)
{
  return op->number;
}

void
_beaver_list_finish_number (GTask *task, gpointer data)
{
  BeaverListOp *op = data;

  g_task_return_int (task, op->number);
}

char **
_beaver_list_take_strv (BeaverListOp *op, GError **error)
{
  return (char **) g_ptr_array_free (g_steal_pointer (&op->results), FALSE);
}

void
_beaver_list_finish_strv (GTask *task, gpointer op)
{
  g_task_return_pointer (task, _beaver_list_take_strv (op, NULL), (GDestroyNotify) g_strfreev);
}
