/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Waiting for something in the file: a thread that sleeps on a watch between its tries, or a job
 * that comes back.
 *
 * The latter tries, and when its time has not come it lies on a watch until a change, its deadline
 * or its cancellable sends it to the lane again. No thread is parked for it. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-jobs-private.h>

/* For one that found no worker. */
#define RETRY_US 100000

typedef struct
{
  BeaverAttemptFunc func;
  gpointer data;
  BeaverAttempt result;
  gint64 retry_at;
} Attempt;

static gboolean
attempt_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Attempt *attempt = data;

  attempt->retry_at = 0;
  attempt->result = attempt->func (connection, attempt->data, &attempt->retry_at, error);
  return attempt->result != BEAVER_ATTEMPT_FAILED;
}

static gboolean
attempt_act (BeaverEngine *self,
             const BeaverWaitOps *ops,
             Attempt *attempt,
             GCancellable *cancellable,
             guint serial,
             GError **error)
{
  attempt->func = ops->act;
  return _beaver_engine_run_inside (self, ops->one ? BEAVER_ACCESS_WRITE_ONE : BEAVER_ACCESS_WRITE,
                                    attempt_work, attempt, cancellable, serial, error);
}

/* One try, inside. retry_at comes back 0 when no time was named. */
static BeaverAttempt
try_once (BeaverEngine *self,
          const BeaverWaitOps *ops,
          gpointer data,
          GCancellable *cancellable,
          guint serial,
          gint64 *retry_at,
          GError **error)
{
  Attempt attempt = { ops->peek, data, BEAVER_ATTEMPT_DONE, 0 };

  if (ops->peek != NULL && ops->is_likely != NULL && ops->is_likely (data))
    {
      if (!attempt_act (self, ops, &attempt, cancellable, serial, error))
        return BEAVER_ATTEMPT_FAILED;
      *retry_at = attempt.retry_at;
      if (attempt.result != BEAVER_ATTEMPT_AGAIN)
        return attempt.result;
      attempt.func = ops->peek;
    }
  if (ops->peek != NULL)
    {
      if (!_beaver_engine_run_inside (self, BEAVER_ACCESS_POINT, attempt_work, &attempt,
                                      cancellable, serial, error))
        return BEAVER_ATTEMPT_FAILED;
      *retry_at = attempt.retry_at;
      if (attempt.result == BEAVER_ATTEMPT_AGAIN)
        return BEAVER_ATTEMPT_AGAIN;
    }
  if (!attempt_act (self, ops, &attempt, cancellable, serial, error))
    return BEAVER_ATTEMPT_FAILED;
  *retry_at = attempt.retry_at;
  return attempt.result;
}

static void
set_timeout_error (GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT,
                       _ ("the time for waiting is over"));
}

/* What it waits for cannot happen while its thread keeps everybody else from writing. */
static void
set_transaction_error (GError **error)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT,
                       _ ("waiting inside a transaction would never end"));
}

static gint64
deadline_after (gint64 timeout_us)
{
  gint64 now = g_get_monotonic_time ();

  return timeout_us < 0 || timeout_us > G_MAXINT64 - now ? -1 : now + timeout_us;
}

gboolean
_beaver_engine_wait (BeaverEngine *self,
                     const char *topic,
                     const BeaverWaitOps *ops,
                     gpointer data,
                     gint64 timeout_us,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverWatch) watch = NULL;
  g_autoptr (GError) local = NULL;
  gint64 deadline = deadline_after (timeout_us);
  guint serial = _beaver_engine_own_serial (self);
  gboolean done = FALSE;
  gboolean registered = FALSE; /* an act may have answered AGAIN: there is something to abandon */
  guint close_work = 0;

  if (!_beaver_engine_enter (self, error))
    return FALSE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      _beaver_engine_leave (self);
      return FALSE;
    }
  for (;;)
    {
      gint64 retry_at = 0;
      gint64 until = deadline;
      BeaverAttempt attempt;
      BeaverWake wake;

      /* Before the attempt: the closer may come right behind its commit. */
      if (close_work == 0 && ops->abandon != NULL)
        close_work = _beaver_engine_add_close_work (self, ops->abandon, data);
      attempt = try_once (self, ops, data, cancellable, serial, &retry_at, &local);
      if (attempt != BEAVER_ATTEMPT_AGAIN)
        {
          done = attempt == BEAVER_ATTEMPT_DONE;
          break;
        }
      registered = TRUE;
      if (serial != 0)
        {
          set_transaction_error (&local);
          break;
        }
      if (timeout_us == 0 || (deadline >= 0 && g_get_monotonic_time () >= deadline))
        {
          set_timeout_error (&local);
          break;
        }
      /* Only who really waits registers; the first round behind it looks again, so nothing is
       * missed. */
      if (watch == NULL)
        {
          watch = _beaver_watch_new (self, topic);
          continue;
        }
      if (retry_at != 0)
        until = deadline < 0 ? retry_at : MIN (deadline, retry_at);
      __atomic_fetch_add (&self->counts.waiting, 1, __ATOMIC_RELAXED);
      wake = _beaver_watch_wait (watch, until, cancellable);
      __atomic_fetch_sub (&self->counts.waiting, 1, __ATOMIC_RELAXED);
      if (wake == BEAVER_WAKE_STOPPED)
        {
          _beaver_engine_set_interrupted (self, &local);
          break;
        }
      if (wake == BEAVER_WAKE_CANCELLED)
        {
          g_cancellable_set_error_if_cancelled (cancellable, &local);
          break;
        }
    }
  if (close_work != 0)
    {
      if (!done && registered && !_beaver_engine_closing (self))
        _beaver_engine_run_inside (self, BEAVER_ACCESS_WRITE, ops->abandon, data, NULL, serial,
                                   NULL);
      /* Then the closer does it, with our data. */
      if (!done && _beaver_engine_closing (self))
        _beaver_engine_await_close_works (self);
      _beaver_engine_remove_close_work (self, close_work);
    }
  _beaver_engine_leave (self);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
}

typedef enum
{
  WAIT_ATTEMPTING, /* queued or running */
  WAIT_AGAIN,      /* the same, and something changed meanwhile */
  WAIT_LYING,      /* on its watch */
  WAIT_OVER,
} WaitState;

struct _BeaverWait
{
  gatomicrefcount ref_count;
  BeaverUnit *job;      /* (mutex lock) the answer to be; NULL once posted */
  BeaverEngine *engine; /* strong */
  const BeaverWaitOps *ops;
  BeaverWatch *watch; /* only by the attempting worker, like close_work; NULL once answered */
  gint64 deadline;
  guint serial;
  gpointer data;       /* the job's */
  gboolean registered; /* like close_work */
  guint close_work; /* only by the attempting worker, and by the close when all workers are gone; 0
                       while nothing is registered */
  GMutex lock;
  WaitState state; /* (mutex lock) */
};

static BeaverWait *
wait_ref (BeaverWait *wait)
{
  g_atomic_ref_count_inc (&wait->ref_count);
  return wait;
}

void
_beaver_wait_unref (BeaverWait *wait)
{
  if (!g_atomic_ref_count_dec (&wait->ref_count))
    return;
  g_mutex_clear (&wait->lock);
  _beaver_engine_unref (wait->engine);
  g_free (wait);
}

static gboolean
wait_send (BeaverWait *wait, GError **error)
{
  BeaverUnit *attempt = g_new0 (BeaverUnit, 1);

  attempt->engine = _beaver_engine_ref (wait->engine);
  attempt->wait = wait_ref (wait);
  if (_beaver_jobs_push (wait->engine->jobs, _beaver_unit_lane (BEAVER_ACCESS_WRITE, wait->serial),
                         attempt))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&attempt->error));
  _beaver_unit_free (attempt);
  return FALSE;
}

/* By the one who attempts. FALSE: something changed meanwhile. */
static gboolean
wait_lie_down (BeaverWait *wait)
{
  gboolean lies;

  g_mutex_lock (&wait->lock);
  lies = wait->state != WAIT_AGAIN;
  if (wait->state != WAIT_OVER)
    wait->state = lies ? WAIT_LYING : WAIT_ATTEMPTING;
  g_mutex_unlock (&wait->lock);
  return lies;
}

/* There is no worker now. The close may be answering at the same time. */
static gboolean
wait_retry_later (BeaverWait *wait, GError **error)
{
  BeaverWatch *watch = NULL;
  gboolean ok;

  g_mutex_lock (&wait->lock);
  if (wait->job != NULL)
    watch = _beaver_watch_ref (wait->watch);
  g_mutex_unlock (&wait->lock);
  if (watch == NULL)
    return TRUE;
  ok = _beaver_watch_set_timer (watch, g_get_monotonic_time () + RETRY_US, error);
  _beaver_watch_unref (watch);
  return ok;
}

/* A change, the timer, or the cancellable: look again. */
static void
wait_notify (BeaverWait *wait)
{
  gboolean send = FALSE;
  GError *error = NULL;

  g_mutex_lock (&wait->lock);
  if (wait->state == WAIT_LYING)
    {
      wait->state = WAIT_ATTEMPTING;
      send = TRUE;
    }
  else if (wait->state == WAIT_ATTEMPTING)
    wait->state = WAIT_AGAIN;
  g_mutex_unlock (&wait->lock);
  while (send && !wait_send (wait, NULL))
    {
      if (!wait_retry_later (wait, &error))
        {
          _beaver_wait_end (wait, FALSE, error);
          return;
        }
      send = !wait_lie_down (wait);
    }
}

static void
on_wait_watch (BeaverWatch *watch, gpointer data)
{
  wait_notify (data);
}

static void
on_wait_cancelled (GCancellable *cancellable, gpointer data)
{
  wait_notify (data);
}

void
_beaver_wait_end (BeaverWait *wait, gboolean ok, GError *error)
{
  BeaverJobs *jobs = wait->engine->jobs;
  gboolean listed;
  BeaverUnit *job;

  g_mutex_lock (&wait->lock);
  wait->state = WAIT_OVER;
  job = g_steal_pointer (&wait->job);
  g_mutex_unlock (&wait->lock);
  if (job == NULL)
    {
      g_clear_error (&error);
      return;
    }
  /* The watch holds the wait, since a committing thread may just be about to notify it. */
  _beaver_watch_withdraw (wait->watch);
  g_clear_pointer (&wait->watch, _beaver_watch_unref);
  if (wait->close_work != 0)
    _beaver_engine_remove_close_work (wait->engine, wait->close_work);
  g_mutex_lock (&jobs->lock);
  listed = g_ptr_array_remove_fast (jobs->waits, wait);
  g_mutex_unlock (&jobs->lock);
  job->ok = ok;
  job->error = error;
  _beaver_unit_post (job);
  if (listed)
    _beaver_wait_unref (wait);
}

void
_beaver_wait_attempt (BeaverWait *wait)
{
  BeaverEngine *engine = wait->engine;
  GError *error = NULL;
  BeaverAttempt attempt = BEAVER_ATTEMPT_FAILED;
  GCancellable *cancellable;
  gpointer data = wait->data;

  g_mutex_lock (&wait->lock);
  if (wait->job == NULL)
    {
      g_mutex_unlock (&wait->lock);
      return;
    }
  /* The job is posted by this worker, or by the close after all workers are gone. */
  cancellable = wait->job->cancellable;
  g_mutex_unlock (&wait->lock);

  if (!_beaver_engine_enter (engine, NULL))
    return; /* the close answers it, after it has abandoned what was registered */
  for (;;)
    {
      gint64 retry_at = 0;
      gint64 until = wait->deadline;

      if (wait->close_work == 0 && wait->ops->abandon != NULL)
        wait->close_work = _beaver_engine_add_close_work (engine, wait->ops->abandon, data);
      if (!g_cancellable_set_error_if_cancelled (cancellable, &error))
        attempt = try_once (engine, wait->ops, data, cancellable, wait->serial, &retry_at, &error);
      else
        attempt = BEAVER_ATTEMPT_FAILED;
      if (attempt != BEAVER_ATTEMPT_AGAIN)
        break;
      wait->registered = TRUE;
      if (wait->serial != 0)
        {
          set_transaction_error (&error);
          attempt = BEAVER_ATTEMPT_FAILED;
          break;
        }
      if (wait->deadline >= 0 && g_get_monotonic_time () >= wait->deadline)
        {
          set_timeout_error (&error);
          attempt = BEAVER_ATTEMPT_FAILED;
          break;
        }
      if (retry_at != 0)
        until = until < 0 ? retry_at : MIN (until, retry_at);
      if (!_beaver_watch_set_timer (wait->watch, until < 0 ? 0 : until, &error))
        {
          attempt = BEAVER_ATTEMPT_FAILED;
          break;
        }
      if (wait_lie_down (wait))
        {
          _beaver_engine_leave (engine);
          return;
        }
    }
  if (attempt == BEAVER_ATTEMPT_FAILED && wait->close_work != 0)
    {
      if (wait->registered && !_beaver_engine_closing (engine))
        _beaver_engine_run_inside (engine, BEAVER_ACCESS_WRITE, wait->ops->abandon, data, NULL,
                                   wait->serial, NULL);
      if (_beaver_engine_closing (engine))
        {
          g_clear_error (&error);
          _beaver_engine_leave (engine);
          return;
        }
    }
  _beaver_wait_end (wait, attempt == BEAVER_ATTEMPT_DONE, error);
  _beaver_engine_leave (engine);
}

void
_beaver_engine_wait_async (BeaverEngine *self,
                           const char *topic,
                           const BeaverWaitOps *ops,
                           gpointer data,
                           GDestroyNotify data_free,
                           gint64 timeout_us,
                           GTask *task,
                           BeaverFinish finish)
{
  BeaverUnit *job = _beaver_unit_new (self, task, finish, data, data_free);
  BeaverJobs *jobs = self->jobs;
  GError *error = NULL;
  gboolean refused;
  BeaverWait *wait;

  job->prefix_error = ops->prefix_error;
  if (_beaver_engine_set_error_if_closed (self, &job->error))
    {
      _beaver_unit_post (job);
      return;
    }
  wait = g_new0 (BeaverWait, 1);
  g_atomic_ref_count_init (&wait->ref_count);
  g_mutex_init (&wait->lock);
  wait->engine = _beaver_engine_ref (self);
  wait->ops = ops;
  wait->job = job;
  wait->data = data;
  wait->deadline = deadline_after (timeout_us);
  wait->serial = _beaver_engine_own_serial (self);
  wait->state = WAIT_ATTEMPTING;
  wait->watch = _beaver_watch_new_notify (self, topic, on_wait_watch, wait_ref (wait),
                                          (GDestroyNotify) _beaver_wait_unref);
  if (job->cancellable != NULL)
    {
      job->cancel_handler =
          g_cancellable_connect (job->cancellable, G_CALLBACK (on_wait_cancelled), wait_ref (wait),
                                 (GDestroyNotify) _beaver_wait_unref);
    }
  g_mutex_lock (&jobs->lock);
  refused = jobs->closing;
  if (!refused)
    g_ptr_array_add (jobs->waits, wait_ref (wait));
  g_mutex_unlock (&jobs->lock);

  if (refused)
    _beaver_engine_set_interrupted (self, &error);
  if (refused || !wait_send (wait, &error))
    _beaver_wait_end (wait, FALSE, error);
  _beaver_wait_unref (wait);
}
