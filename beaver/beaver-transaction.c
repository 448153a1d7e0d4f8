/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-transaction.h>

/**
 * BeaverTransaction:
 *
 * Several changes that happen together or not at all, across any structures of one database.
 *
 * Between [method@Beaver.Db.begin] and [method@Beaver.Transaction.commit] everything that the
 * thread which began does to the database is part of the transaction, and it sees its own changes.
 * Writes of other threads wait for the end, they do not join; reads of others see what was there
 * before. Dropping the last reference rolls back what was not committed.
 *
 * A transaction begun inside another one is a savepoint: rolling it back undoes its own part only.
 *
 * Keep transactions short: nobody else, in no process, can write meanwhile.
 *
 * ```c
 * g_autoptr(BeaverTransaction) transaction = beaver_db_begin (db, NULL, &error);
 *
 * if (transaction == NULL || !beaver_dict_set_int (accounts, "a", 90, NULL, &error) ||
 *     !beaver_dict_set_int (accounts, "b", 110, NULL, &error) ||
 *     !beaver_transaction_commit (transaction, NULL, &error))
 *   g_warning ("nothing was moved: %s", error->message);
 * ```
 *
 * Since: 1.0
 */
struct _BeaverTransaction
{
  GObject parent_instance;

  BeaverEngineTransaction *transaction; /* constant until finalize; NULL when made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverTransaction, beaver_transaction, G_TYPE_OBJECT)

static void
beaver_transaction_dispose (GObject *object)
{
  BeaverTransaction *self = BEAVER_TRANSACTION (object);

  if (self->transaction != NULL && _beaver_engine_transaction_is_open (self->transaction))
    _beaver_engine_rollback (self->transaction, NULL);
  G_OBJECT_CLASS (beaver_transaction_parent_class)->dispose (object);
}

static void
beaver_transaction_finalize (GObject *object)
{
  BeaverTransaction *self = BEAVER_TRANSACTION (object);

  g_clear_pointer (&self->transaction, _beaver_engine_transaction_free);
  G_OBJECT_CLASS (beaver_transaction_parent_class)->finalize (object);
}

static void
beaver_transaction_class_init (BeaverTransactionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beaver_transaction_dispose;
  object_class->finalize = beaver_transaction_finalize;
}

static void
beaver_transaction_init (BeaverTransaction *self)
{
}

/**
 * beaver_db_begin:
 * @self: a database
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Begins a transaction of the calling thread, or a savepoint when it has one.
 *
 * Blocks while another thread has a transaction, and up to [property@Beaver.Db:connection-timeout]
 * while another process writes (%BEAVER_ERROR_BUSY then).
 *
 * Returns: (transfer full): the transaction, or %NULL with @error set
 *
 * Since: 1.0
 */
BeaverTransaction *
beaver_db_begin (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverEngine) engine = NULL;
  BeaverEngineTransaction *inner;
  BeaverTransaction *transaction;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  engine = _beaver_db_ref_engine (self, error);
  if (engine == NULL)
    return NULL;
  inner = _beaver_engine_begin (engine, cancellable, error);
  if (inner == NULL)
    return NULL;
  transaction = g_object_new (BEAVER_TYPE_TRANSACTION, NULL);
  transaction->transaction = inner;
  return transaction;
}

static void
begin_finish (GTask *task, BeaverEngineTransaction *inner)
{
  BeaverTransaction *transaction = g_object_new (BEAVER_TYPE_TRANSACTION, NULL);

  transaction->transaction = inner;
  g_task_return_pointer (task, transaction, g_object_unref);
}

/**
 * beaver_db_begin_async:
 * @self: a database
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when the transaction is open
 * @user_data: data for @callback
 *
 * Begins a transaction of the calling thread without blocking it; see [method@Beaver.Db.begin].
 *
 * As soon as @callback is called, everything that this thread does to the database, synchronously
 * or not, is part of it. What it does before is not, and is not undone with it.
 *
 * Since: 1.0
 */
void
beaver_db_begin_async (BeaverDb *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (BeaverEngine) engine = NULL;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_begin_async);
  g_task_set_check_cancellable (task, FALSE);
  engine = _beaver_db_ref_engine (self, &error);
  if (engine == NULL)
    g_task_return_error (task, error);
  else
    _beaver_engine_begin_async (engine, task, begin_finish);
}

/**
 * beaver_db_begin_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.begin_async].
 *
 * Returns: (transfer full): the transaction, or %NULL with @error set
 *
 * Since: 1.0
 */
BeaverTransaction *
beaver_db_begin_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_db_transact:
 * @self: a database
 * @func: (scope call) (closure user_data): does the work, in this thread, before this call returns
 * @user_data: data for @func
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Runs @func in a transaction and commits it, or rolls it back when @func returns %FALSE.
 *
 * Returns: %TRUE when it was committed; otherwise @error is that of @func or of the commit
 *
 * Since: 1.0
 */
gboolean
beaver_db_transact (BeaverDb *self,
                    BeaverTransactionFunc func,
                    gpointer user_data,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  transaction = beaver_db_begin (self, cancellable, error);
  if (transaction == NULL)
    return FALSE;
  if (!func (self, user_data, &local) || local != NULL)
    {
      beaver_transaction_rollback (transaction, NULL);
      if (local == NULL) /* a binding's exception is not always a GError */
        g_set_error_literal (&local, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                             _ ("the function given to transact() failed; nothing was changed"));
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return beaver_transaction_commit (transaction, cancellable, error);
}

/**
 * beaver_transaction_commit:
 * @self: a transaction
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @error: return location for an error
 *
 * Makes the changes permanent and visible to everybody; for a savepoint: part of the transaction
 * around it. Asynchronous calls that belong to it must have ended.
 *
 * The transaction is over afterwards, whatever comes of it: a commit that fails, and one whose
 * @cancellable is cancelled before it has begun (%G_IO_ERROR_CANCELLED), rolls back. A commit that
 * has begun is not interrupted.
 *
 * Returns: %TRUE when they are; with %FALSE nothing was changed
 *
 * Since: 1.0
 */
gboolean
beaver_transaction_commit (BeaverTransaction *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_TRANSACTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->transaction == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this transaction belongs to no database"));
      return FALSE;
    }
  return _beaver_engine_commit (self->transaction, cancellable, error);
}

/**
 * beaver_transaction_commit_async:
 * @self: a transaction
 * @cancellable: (nullable): a [class@Gio.Cancellable]
 * @callback: (scope async) (closure user_data): called when it is committed
 * @user_data: data for @callback
 *
 * Commits without blocking the caller, after the asynchronous calls that were started in the
 * transaction before; see [method@Beaver.Transaction.commit]. When @cancellable is cancelled
 * before its turn has come, the transaction is rolled back.
 *
 * Since: 1.0
 */
void
beaver_transaction_commit_async (BeaverTransaction *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BEAVER_IS_TRANSACTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_transaction_commit_async);
  g_task_set_check_cancellable (task, FALSE);
  if (self->transaction == NULL)
    g_task_return_new_error (task, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "%s",
                             _ ("this transaction belongs to no database"));
  else
    _beaver_engine_commit_async (self->transaction, task);
}

/**
 * beaver_transaction_commit_finish:
 * @self: a transaction
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Transaction.commit_async].
 *
 * Returns: %TRUE when the changes are permanent; with %FALSE nothing was changed
 *
 * Since: 1.0
 */
gboolean
beaver_transaction_commit_finish (BeaverTransaction *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_TRANSACTION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_transaction_rollback:
 * @self: a transaction
 * @error: return location for an error
 *
 * Undoes the changes.
 *
 * Returns: %TRUE unless it was over already (%BEAVER_ERROR_INVALID) or the database is closed,
 * which undid the changes too
 *
 * Since: 1.0
 */
gboolean
beaver_transaction_rollback (BeaverTransaction *self, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_TRANSACTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->transaction == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this transaction belongs to no database"));
      return FALSE;
    }
  return _beaver_engine_rollback (self->transaction, error);
}

/**
 * beaver_transaction_is_open:
 * @self: a transaction
 *
 * Whether it was neither committed nor rolled back, and the database is open.
 *
 * Returns: %TRUE while it is
 *
 * Since: 1.0
 */
gboolean
beaver_transaction_is_open (BeaverTransaction *self)
{
  g_return_val_if_fail (BEAVER_IS_TRANSACTION (self), FALSE);

  return self->transaction != NULL && _beaver_engine_transaction_is_open (self->transaction);
}
