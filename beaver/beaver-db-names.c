/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <beaver/beaver-db-private.h>
#include <beaver/engine/beaver-connection-private.h>

/* The names of one kind of structure, for every beaver_db_get_KIND_names(). */

typedef struct
{
  const char *sql;  /* static */
  GPtrArray *names; /* (element-type utf8) */
} NamesOp;

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
names_work (BeaverConnection *connection, gpointer data, GError **error)
{
  NamesOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, op->sql, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  g_ptr_array_set_size (op->names, 0);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *name = _beaver_statement_text (statement, 0, NULL);

      if (name != NULL && !g_str_has_prefix (name, "__"))
        g_ptr_array_add (op->names, g_strdup (name));
    }
  g_ptr_array_sort (op->names, compare_texts);
  return step == BEAVER_STEP_DONE;
}

static char **
names_take (NamesOp *op)
{
  g_ptr_array_add (op->names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&op->names), FALSE);
}

static void
names_op_free (gpointer pointer)
{
  NamesOp *op = pointer;

  g_clear_pointer (&op->names, g_ptr_array_unref);
  g_free (op);
}

static void
names_finish (GTask *task, gpointer data)
{
  g_task_return_pointer (task, names_take (data), (GDestroyNotify) g_strfreev);
}

char **
_beaver_db_list_names (BeaverDb *self, const char *sql, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverEngine) engine = _beaver_db_ref_engine (self, error);
  NamesOp op = { sql, NULL };
  char **names = NULL;

  if (engine == NULL)
    return NULL;
  op.names = g_ptr_array_new_with_free_func (g_free);
  if (_beaver_engine_run (engine, BEAVER_ACCESS_SCAN, names_work, &op, cancellable, error))
    names = names_take (&op);
  g_clear_pointer (&op.names, g_ptr_array_unref);
  return names;
}

void
_beaver_db_list_names_async (BeaverDb *self,
                             gpointer source_tag,
                             const char *sql,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (BeaverEngine) engine = NULL;
  GError *error = NULL;
  NamesOp *op;

  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);
  engine = _beaver_db_ref_engine (self, &error);
  if (engine == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  op = g_new (NamesOp, 1);
  op->sql = sql;
  op->names = g_ptr_array_new_with_free_func (g_free);
  _beaver_engine_run_async (engine, BEAVER_ACCESS_SCAN, names_work, op, names_op_free, task,
                            names_finish);
}

char **
_beaver_db_list_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
