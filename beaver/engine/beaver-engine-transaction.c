/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Transactions across structures: a thread takes the lane of the writers and keeps it from begin to
 * end. Its units join, each in a savepoint; the point connection's lock is held by units only, so
 * closing and readers never wait for user code. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-core-private.h>

static guint64 last_thread; /* atomic */
static __thread guint64 thread_number;

guint64
_beaver_thread_number (void)
{
  if (G_UNLIKELY (thread_number == 0))
    thread_number = __atomic_add_fetch (&last_thread, 1, __ATOMIC_RELAXED);
  return thread_number;
}

guint
_beaver_engine_own_serial (BeaverEngine *self)
{
  guint serial;

  if (G_LIKELY (__atomic_load_n (&self->transaction_owner, __ATOMIC_ACQUIRE) == 0) ||
      __atomic_load_n (&self->transaction_owner, __ATOMIC_ACQUIRE) != _beaver_thread_number ())
    return 0;
  serial = __atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE);
  /* Another thread may have dropped ours, and a third one begun its own: the serial was still ours
   * if we are the owner after it was read, because begin writes the serial first. */
  return __atomic_load_n (&self->transaction_owner, __ATOMIC_ACQUIRE) == _beaver_thread_number () ?
             serial :
             0;
}

static BeaverEngineTransaction *
transaction_new (BeaverEngine *self, guint serial, guint depth)
{
  BeaverEngineTransaction *transaction = g_new0 (BeaverEngineTransaction, 1);

  transaction->engine = _beaver_engine_ref (self);
  transaction->serial = serial;
  transaction->depth = depth;
  transaction->open = TRUE;
  return transaction;
}

/* Inside an open transaction of this thread: a savepoint. */
static BeaverEngineTransaction *
begin_nested (BeaverEngine *self, guint serial, GError **error)
{
  BeaverEngineTransaction *transaction = NULL;
  g_autofree char *sql = NULL;

  g_mutex_lock (&self->point->lock);
  if (self->point->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  /* Asked for on another thread, it may come too late; outside, SAVEPOINT would begin a transaction
   * of its own. */
  else if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) != serial ||
           sqlite3_get_autocommit (self->point->db))
    g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                         _ ("the transaction that this call was part of is over; wait for its "
                            "calls before ending it"));
  else
    {
      guint depth = self->transaction_depth + 1;

      sql = g_strdup_printf ("SAVEPOINT nested_%u", depth);
      if (_beaver_connection_execute (self->point, sql, error))
        {
          self->transaction_depth = depth;
          transaction = transaction_new (self, serial, depth);
        }
    }
  g_mutex_unlock (&self->point->lock);
  return transaction;
}

gboolean
_beaver_engine_withdraw_locked (BeaverEngine *self, guint serial)
{
  gboolean ok;

  g_mutex_lock (&self->point->lock);
  ok = __atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == serial;
  if (ok)
    {
      _beaver_writer_rollback (self);
      __atomic_store_n (&self->transaction_serial, 0, __ATOMIC_RELEASE);
    }
  g_mutex_unlock (&self->point->lock);
  return ok;
}

/* The transaction is open; its owner has yet to be told, elsewhere. Should he be about to write
 * meanwhile, he must not wait for its end. */
static void
grant (BeaverEngine *self, BeaverEngineTransaction *transaction, guint64 owner)
{
  g_mutex_lock (&self->writer.lock);
  self->writer.granted_to = owner;
  self->writer.granted_serial = transaction->serial;
  g_mutex_unlock (&self->writer.lock);
  _beaver_writer_wake_all (self);
}

/* By the owner. FALSE: he has taken it back himself. */
static gboolean
accept_grant (BeaverEngine *self, BeaverEngineTransaction *transaction, guint64 owner)
{
  gboolean ok;

  g_mutex_lock (&self->writer.lock);
  ok = self->writer.granted_to == owner && self->writer.granted_serial == transaction->serial;
  if (ok)
    {
      self->writer.granted_to = 0;
      __atomic_store_n (&self->transaction_owner, owner, __ATOMIC_RELEASE);
    }
  g_mutex_unlock (&self->writer.lock);
  return ok;
}

static BeaverEngineTransaction *
begin_outermost (BeaverEngine *self, guint64 owner, GCancellable *cancellable, GError **error)
{
  BeaverEngineTransaction *transaction = NULL;
  gint64 observed = _beaver_observe_begin (self);

  if (!_beaver_writer_take_lane (self, cancellable, error))
    return NULL;
  g_mutex_lock (&self->point->lock);
  if (self->point->db == NULL || _beaver_engine_closing (self))
    _beaver_engine_set_interrupted (self, error);
  else
    {
      self->point->cancellable = cancellable;
      if (_beaver_writer_begin_immediate (self, error))
        {
          guint serial = ++self->last_serial;

          if (serial == 0)
            serial = ++self->last_serial;
          self->transaction_depth = 0;
          transaction = transaction_new (self, serial, 0);
          __atomic_store_n (&self->transaction_serial, serial, __ATOMIC_RELEASE);
          if (owner == _beaver_thread_number ())
            __atomic_store_n (&self->transaction_owner, owner, __ATOMIC_RELEASE);
        }
      self->point->cancellable = NULL;
    }
  g_mutex_unlock (&self->point->lock);
  _beaver_observe_end (self, observed, "begin", FALSE);
  if (transaction == NULL)
    _beaver_writer_give_lane (self);
  else if (owner != _beaver_thread_number ())
    grant (self, transaction, owner);
  return transaction;
}

/* owner and serial are those of the thread that asked, which need not be this one. */
static BeaverEngineTransaction *
begin_for (BeaverEngine *self,
           guint64 owner,
           guint serial,
           GCancellable *cancellable,
           GError **error)
{
  BeaverEngineTransaction *transaction = NULL;

  if (!_beaver_engine_enter (self, error))
    return NULL;
  if (cancellable == NULL || !g_cancellable_set_error_if_cancelled (cancellable, error))
    transaction = serial != 0 ? begin_nested (self, serial, error) :
                                begin_outermost (self, owner, cancellable, error);
  _beaver_engine_leave (self);
  return transaction;
}

BeaverEngineTransaction *
_beaver_engine_begin (BeaverEngine *self, GCancellable *cancellable, GError **error)
{
  return begin_for (self, _beaver_thread_number (), _beaver_engine_own_serial (self), cancellable,
                    error);
}

typedef struct
{
  guint64 owner;
  guint serial;
  BeaverEngineTransaction *transaction;
  BeaverTransactionFinish finish;
} BeginCall;

static void
begin_call_free (gpointer data)
{
  BeginCall *call = data;

  g_clear_pointer (&call->transaction, _beaver_engine_transaction_free);
  g_free (call);
}

static gboolean
begin_call (BeaverEngine *self, gpointer data, GCancellable *cancellable, GError **error)
{
  BeginCall *call = data;

  call->transaction = begin_for (self, call->owner, call->serial, cancellable, error);
  return call->transaction != NULL;
}

static void
begin_call_finish (GTask *task, gpointer data)
{
  BeginCall *call = data;
  BeaverEngine *engine = call->transaction->engine;

  if (call->serial != 0 || accept_grant (engine, call->transaction, call->owner))
    call->finish (task, g_steal_pointer (&call->transaction));
  else
    {
      BeginCall *again = g_new0 (BeginCall, 1);

      again->owner = call->owner;
      again->finish = call->finish;
      _beaver_jobs_call_begin (engine, 0, begin_call, again, begin_call_free, task,
                               begin_call_finish);
    }
}

void
_beaver_engine_begin_async (BeaverEngine *self, GTask *task, BeaverTransactionFinish finish)
{
  BeginCall *call = g_new0 (BeginCall, 1);

  call->owner = _beaver_thread_number ();
  call->serial = _beaver_engine_own_serial (self);
  call->finish = finish;
  _beaver_jobs_call_begin (self, call->serial, begin_call, call, begin_call_free, task,
                           begin_call_finish);
}

/* Ends it one way or the other. Whatever comes out, the transaction is over then. */
static gboolean
end (BeaverEngineTransaction *transaction, gboolean commit, GError **error)
{
  BeaverEngine *self = transaction->engine;
  GPtrArray *touched = NULL;
  gboolean outermost_over = FALSE;
  gboolean ok = FALSE;

  g_mutex_lock (&self->point->lock);
  if (!transaction->open)
    g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                         _ ("the transaction is over already; begin a new one"));
  else if (self->point->db == NULL || _beaver_engine_closing (self))
    {
      transaction->open = FALSE;
      outermost_over = transaction->depth == 0;
      _beaver_engine_set_interrupted (self, error);
    }
  else if (__atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) != transaction->serial ||
           transaction->depth > self->transaction_depth)
    {
      transaction->open = FALSE;
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                           _ ("the transaction around this one is over; end the inner one first"));
    }
  else if (transaction->depth > 0)
    {
      g_autofree char *sql = commit ? g_strdup_printf ("RELEASE nested_%u", transaction->depth) :
                                      g_strdup_printf ("ROLLBACK TO nested_%u; RELEASE nested_%u",
                                                       transaction->depth, transaction->depth);

      transaction->open = FALSE;
      self->transaction_depth = transaction->depth - 1;
      ok = _beaver_connection_execute (self->point, sql, error);
      if (!commit)
        _beaver_connection_undone (self->point);
    }
  else
    {
      transaction->open = FALSE;
      outermost_over = TRUE;
      if (commit && sqlite3_get_autocommit (self->point->db))
        g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                             _ ("SQLite rolled the transaction back when one of its calls failed; "
                                "nothing was changed"));
      else if (commit)
        ok = _beaver_writer_commit (self, error);
      else
        ok = TRUE;
      if (!ok || !commit)
        _beaver_writer_rollback (self);
      touched = _beaver_writer_steal_touched (self);
    }
  if (outermost_over &&
      __atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == transaction->serial)
    {
      __atomic_store_n (&self->transaction_owner, 0, __ATOMIC_RELEASE);
      __atomic_store_n (&self->transaction_serial, 0, __ATOMIC_RELEASE);
      self->transaction_depth = 0;
    }
  else
    outermost_over = FALSE;
  g_mutex_unlock (&self->point->lock);

  if (outermost_over)
    _beaver_writer_give_lane (self);
  if (touched != NULL)
    {
      _beaver_watcher_committed (self->watcher, touched);
      g_ptr_array_unref (touched);
    }
  return ok;
}

gboolean
_beaver_engine_commit (BeaverEngineTransaction *transaction,
                       GCancellable *cancellable,
                       GError **error)
{
  BeaverEngine *self = transaction->engine;
  gint64 observed = _beaver_observe_begin (self);
  gboolean ok = FALSE;

  if (!_beaver_engine_enter (self, error))
    return FALSE;
  /* Over in any case: else its thread would go on writing into it, and keep out everybody else. */
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    end (transaction, FALSE, NULL);
  else
    {
      ok = end (transaction, TRUE, error);
      _beaver_observe_end (self, observed, "commit", FALSE);
    }
  _beaver_engine_leave (self);
  return ok;
}

static gboolean
commit_call (BeaverEngine *self, gpointer data, GCancellable *cancellable, GError **error)
{
  return _beaver_engine_commit (data, cancellable, error);
}

static void
commit_call_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

void
_beaver_engine_commit_async (BeaverEngineTransaction *transaction, GTask *task)
{
  /* Behind the units of the transaction that were started before; of those there is none where the
   * system refuses their thread, so that the calling one may do it. */
  _beaver_jobs_call_always (transaction->engine, transaction->serial, commit_call, transaction,
                            task, commit_call_finish);
}

gboolean
_beaver_engine_rollback (BeaverEngineTransaction *transaction, GError **error)
{
  BeaverEngine *self = transaction->engine;
  gboolean ok;

  if (!_beaver_engine_enter (self, error))
    return FALSE;
  ok = end (transaction, FALSE, error);
  _beaver_engine_leave (self);
  return ok;
}

gboolean
_beaver_engine_transaction_is_open (BeaverEngineTransaction *transaction)
{
  BeaverEngine *self = transaction->engine;
  gboolean open;

  /* Somebody who only the parent has may hold the lock. */
  if (_beaver_engine_is_forked (self))
    return FALSE;
  g_mutex_lock (&self->point->lock);
  open = transaction->open && !_beaver_engine_closing (self) &&
         __atomic_load_n (&self->transaction_serial, __ATOMIC_ACQUIRE) == transaction->serial &&
         transaction->depth <= self->transaction_depth;
  g_mutex_unlock (&self->point->lock);
  return open;
}

void
_beaver_engine_transaction_free (BeaverEngineTransaction *transaction)
{
  if (_beaver_engine_transaction_is_open (transaction))
    _beaver_engine_rollback (transaction, NULL);
  _beaver_engine_unref (transaction->engine);
  g_free (transaction);
}

guint
_beaver_engine_get_serial (BeaverEngine *self)
{
  return _beaver_engine_own_serial (self);
}

void
_beaver_engine_call_async (BeaverEngine *self,
                           BeaverCall call,
                           gpointer data,
                           GDestroyNotify data_free,
                           GTask *task,
                           BeaverFinish finish)
{
  _beaver_jobs_call (self, _beaver_engine_own_serial (self), call, data, data_free, task, finish);
}

gboolean
_beaver_engine_run_for (BeaverEngine *self,
                        guint serial,
                        BeaverAccess access,
                        BeaverWork work,
                        gpointer data,
                        GCancellable *cancellable,
                        GError **error)
{
  gboolean ok;

  if (serial == 0)
    return _beaver_engine_run (self, access, work, data, cancellable, error);
  if (!_beaver_engine_enter (self, error))
    return FALSE;
  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    ok = FALSE;
  else
    ok = _beaver_engine_run_inside (self, access, work, data, cancellable, serial, error);
  _beaver_engine_leave (self);
  return ok;
}
