/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-sketch-private.h>

/* Sketches as they are in the file, for who does not know how they were made. */

static const char SQL_SHAPE[] =
    "SELECT type, capacity, error_rate FROM __beaver_sketches__ WHERE name = $1";

typedef struct
{
  char *name;
  gboolean found;
  char *type; /* nullable */
  gint64 capacity;
  double error_rate;
} LookupOp;

static void
lookup_op_free (gpointer pointer)
{
  LookupOp *op = pointer;

  g_free (op->name);
  g_free (op->type);
  g_free (op);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LookupOp, lookup_op_free)

static LookupOp *
lookup_op_new (const char *name, GError **error)
{
  LookupOp *op;

  if (!_beaver_check_name ("sketch", name, error))
    return NULL;
  op = g_new0 (LookupOp, 1);
  op->name = g_strdup (name);
  return op;
}

static gboolean
lookup_work (BeaverConnection *connection, gpointer data, GError **error)
{
  LookupOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_SHAPE, error);
  BeaverStep step;

  op->found = FALSE;
  g_clear_pointer (&op->type, g_free);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->name, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      op->found = TRUE;
      op->type = _beaver_statement_dup_text (statement, 0);
      op->capacity = _beaver_statement_int (statement, 1);
      op->error_rate = _beaver_statement_double (statement, 2);
    }
  return step != BEAVER_STEP_ERROR;
}

/* The sketch of what was found. */
static BeaverSketch *
take_sketch (BeaverDb *self, LookupOp *op, GError **error)
{
  BeaverSketchShape shape;

  if (g_strcmp0 (op->type, "approx_set") != 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
                   _ ("sketch “%s”: it is of the kind “%s”, which another program may know"),
                   op->name, op->type != NULL ? op->type : "");
      return NULL;
    }
  if (!_beaver_sketch_shape_init (&shape, op->capacity, op->error_rate, NULL))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                   _ ("sketch “%s”: a capacity of %" PRId64 " and an error rate of %g are damaged; "
                      "remove its row"),
                   op->name, op->capacity, op->error_rate);
      return NULL;
    }
  return beaver_db_get_sketch (self, op->name, op->capacity, op->error_rate, error);
}

/**
 * beaver_db_lookup_sketch:
 * @self: a database
 * @name: the name of the sketch
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets a sketch that is in the file, with the capacity and the error rate that it was made with.
 *
 * For who does not know these; [method@Beaver.Sketch.get_capacity] and
 * [method@Beaver.Sketch.get_error_rate] tell. A sketch gets into the file when something is added
 * for the first time.
 *
 * Fails with %BEAVER_ERROR_CORRUPT when what the file says of it cannot be, and with
 * %BEAVER_ERROR_UNSUPPORTED when it is of another kind.
 *
 * Returns: (transfer none) (nullable): the sketch; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverSketch *
beaver_db_lookup_sketch (BeaverDb *self,
                         const char *name,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (BeaverEngine) engine = NULL;
  g_autoptr (LookupOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  engine = _beaver_db_ref_engine (self, error);
  op = engine != NULL ? lookup_op_new (name, error) : NULL;
  if (op == NULL)
    return NULL;
  if (!_beaver_engine_run (engine, BEAVER_ACCESS_POINT, lookup_work, op, cancellable, error))
    {
      g_prefix_error (error, "sketch “%s”: ", name);
      return NULL;
    }
  return op->found ? take_sketch (self, op, error) : NULL;
}

static void
lookup_finish (GTask *task, gpointer data)
{
  LookupOp *op = data;
  GError *error = NULL;
  BeaverSketch *sketch =
      op->found ? take_sketch (g_task_get_source_object (task), op, &error) : NULL;

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, sketch, NULL); /* the database, which the task holds, owns it */
}

/**
 * beaver_db_lookup_sketch_async:
 * @self: a database
 * @name: the name of the sketch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.lookup_sketch].
 *
 * Since: 1.0
 */
void
beaver_db_lookup_sketch_async (BeaverDb *self,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (BeaverEngine) engine = NULL;
  GError *error = NULL;
  LookupOp *op;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_lookup_sketch_async);
  engine = _beaver_db_ref_engine (self, &error);
  op = engine != NULL ? lookup_op_new (name, &error) : NULL;
  if (op == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  _beaver_engine_run_async (engine, BEAVER_ACCESS_POINT, lookup_work, op, lookup_op_free, task,
                            lookup_finish);
}

/**
 * beaver_db_lookup_sketch_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.lookup_sketch_async].
 *
 * Returns: (transfer none) (nullable): the sketch; %NULL without an error when there is none
 *
 * Since: 1.0
 */
BeaverSketch *
beaver_db_lookup_sketch_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
