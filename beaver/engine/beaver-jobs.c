/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asynchronous units, on threads that are there only while there is work.
 *
 * A worker sees a job: plain data, a work function, and the engine. The GTask is only carried: it
 * is looked at, and let go of, in the context it belongs to (see doc/threads.md), so that no worker
 * ever drops the last reference to an object that a binding has wrapped. Three lanes: point reads
 * and writes in the order they were started, by one thread, which runs queued writes in one
 * transaction; units of an open transaction, which must not queue behind writes that wait for its
 * end; scans, in parallel.
 *
 * A wait is a job that comes back: it tries, and when its time has not come it lies on a watch
 * until a change, its deadline or its cancellable sends it to the lane again. No thread is parked
 * for it. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-core-private.h>

#define MAX_SCANNERS 4
/* Writes that the point lane takes at once. */
#define MAX_TAKEN 64
/* A worker without work stays for a while. */
#define LINGER_US (5 * G_USEC_PER_SEC)
/* Waking a thread costs more than a short unit. Where the last job came so soon after the one
 * before, a worker looks out for the next one so long before it sleeps. */
#define LOOK_OUT_US 40

typedef enum
{
  LANE_POINT,
  LANE_TRANSACTION,
  LANE_SCAN,
  N_LANES,
} Lane;

typedef struct _Wait Wait;

typedef struct
{
  BeaverEngine *engine; /* strong */
  BeaverAccess access;
  BeaverWork work;
  BeaverJobCall call; /* instead of work */
  gpointer data;
  GDestroyNotify data_free;
  void (*prefix_error) (gpointer data, GError **error); /* nullable */
  guint transaction_serial;
  GTask *task;               /* only carried; looked at in context; NULL: nobody hears of the end */
  GMainContext *context;     /* strong; NULL like task */
  GCancellable *cancellable; /* strong, nullable */
  BeaverFinish finish;
  GError *error;
  gboolean ok;
  gulong cancel_handler;          /* of a wait */
  BeaverObservation *observation; /* owned; NULL while nobody watches */
  Wait *wait; /* strong: this is an attempt of it, and nothing else here is used but engine */
} Job;

typedef struct
{
  BeaverJobs *jobs;
  GQueue queue; /* (mutex jobs.lock) (element-type Job) */
  guint max_threads;
  guint threads;  /* (mutex jobs.lock) running */
  guint idle;     /* (mutex jobs.lock) of these, waiting */
  int pending;    /* atomic; written with jobs.lock held: whether there is something in the queue */
  int under_way;  /* atomic; jobs that wait or run */
  gint64 idle_at; /* (mutex jobs.lock) monotonic: when the queue was last found empty */
  gboolean is_busy; /* (mutex jobs.lock) the last job came soon after that */
  GCond cond;       /* with jobs.lock */
} LaneState;

struct _BeaverJobs
{
  BeaverEngine *engine; /* not a reference */
  GMutex lock;
  LaneState lanes[N_LANES];
  GPtrArray *threads; /* (mutex lock) (element-type GThread) to be joined: running and ended ones */
  GPtrArray *ended;   /* (mutex lock) (element-type GThread) not references: of threads, those that
                         can be joined at once */
  GPtrArray *waits;   /* (mutex lock) (element-type Wait) strong: under way */
  gboolean closing;   /* (mutex lock) */
};

static void wait_attempt (Wait *wait);
static void wait_unref (Wait *wait);

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->cancel_handler != 0)
    g_cancellable_disconnect (job->cancellable, job->cancel_handler);
  if (job->data_free != NULL)
    job->data_free (job->data);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_clear_pointer (&job->wait, wait_unref);
  g_free (job->observation);
  _beaver_engine_unref (job->engine);
  g_free (job);
}

/* In the context of the task. */
static void
job_return (gpointer data)
{
  Job *job = data;

  if (!job->ok)
    {
      if (job->prefix_error != NULL)
        job->prefix_error (job->data, &job->error);
      g_task_return_error (job->task, g_steal_pointer (&job->error));
    }
  else
    job->finish (job->task, job->data);
}

static void
job_post (Job *job)
{
  if (G_UNLIKELY (job->observation != NULL))
    _beaver_observation_end (job->observation);
  if (job->task != NULL)
    {
      _beaver_context_post (job->context, job_return, job, job_free);
      return;
    }
  /* Nobody asked. A close work may do instead, with the same data, what was refused. */
  if (!job->ok && !_beaver_engine_is_forked (job->engine) && _beaver_engine_closing (job->engine))
    _beaver_engine_await_close_works (job->engine);
  job_free (job);
}

static Job *
job_new (BeaverEngine *engine,
         GTask *task,
         BeaverFinish finish,
         gpointer data,
         GDestroyNotify data_free)
{
  Job *job = g_new0 (Job, 1);

  job->engine = _beaver_engine_ref (engine);
  job->task = g_object_ref (task);
  job->context = g_main_context_ref (g_task_get_context (task));
  if (g_task_get_cancellable (task) != NULL)
    job->cancellable = g_object_ref (g_task_get_cancellable (task));
  job->finish = finish;
  job->data = data;
  job->data_free = data_free;
  return job;
}

static BeaverWork
job_work (Job *job)
{
  return job->observation != NULL ? _beaver_observation_work : job->work;
}

static gpointer
job_data (Job *job)
{
  return job->observation != NULL ? job->observation : job->data;
}

/* --- Workers
 * ------------------------------------------------------------------------------------------------------------------
 */

static void
run_writes (BeaverEngine *engine, Job **jobs, guint n)
{
  g_autofree BeaverWriteRequest *requests = g_new0 (BeaverWriteRequest, n);
  g_autofree BeaverWriteRequest **pointers = g_new (BeaverWriteRequest *, n);

  for (guint i = 0; i < n; i++)
    {
      requests[i].work = job_work (jobs[i]);
      requests[i].data = job_data (jobs[i]);
      requests[i].one = jobs[i]->access == BEAVER_ACCESS_WRITE_ONE;
      requests[i].cancellable = jobs[i]->cancellable;
      pointers[i] = &requests[i];
    }
  _beaver_writer_run_batch (engine, pointers, n);
  for (guint i = 0; i < n; i++)
    {
      jobs[i]->ok = requests[i].ok;
      jobs[i]->error = requests[i].error;
    }
}

static void
run_jobs (BeaverEngine *engine, Job **jobs, guint n)
{
  GError *error = NULL;

  if (jobs[0]->wait != NULL)
    {
      wait_attempt (jobs[0]->wait);
      job_free (jobs[0]);
      return;
    }
  if (!_beaver_engine_enter (engine, &error))
    {
      for (guint i = 0; i < n; i++)
        jobs[i]->error = g_error_copy (error);
      g_error_free (error);
    }
  else
    {
      if (n > 1)
        run_writes (engine, jobs, n);
      else if (jobs[0]->call != NULL)
        jobs[0]->ok = jobs[0]->call (engine, jobs[0]->data, jobs[0]->cancellable, &jobs[0]->error);
      else if (jobs[0]->cancellable == NULL ||
               !g_cancellable_set_error_if_cancelled (jobs[0]->cancellable, &jobs[0]->error))
        jobs[0]->ok = _beaver_engine_run_inside (engine, jobs[0]->access, job_work (jobs[0]),
                                                 job_data (jobs[0]), jobs[0]->cancellable,
                                                 jobs[0]->transaction_serial, &jobs[0]->error);
      _beaver_engine_leave (engine);
    }
  for (guint i = 0; i < n; i++)
    job_post (jobs[i]);
}

static gboolean
can_share (Job *job)
{
  return job->wait == NULL && job->access >= BEAVER_ACCESS_WRITE && job->transaction_serial == 0 &&
         (job->cancellable == NULL || !g_cancellable_is_cancelled (job->cancellable));
}

/* With the lock held, which is given up meanwhile. */
static void
look_out (LaneState *lane)
{
  BeaverJobs *self = lane->jobs;
  gint64 until = g_get_monotonic_time () + LOOK_OUT_US;

  g_mutex_unlock (&self->lock);
  while (!__atomic_load_n (&lane->pending, __ATOMIC_RELAXED) && g_get_monotonic_time () < until)
    g_thread_yield ();
  g_mutex_lock (&self->lock);
}

static gpointer
worker_thread (gpointer data)
{
  LaneState *lane = data;
  BeaverJobs *self = lane->jobs;

  g_mutex_lock (&self->lock);
  for (;;)
    {
      Job *taken[MAX_TAKEN];
      guint n = 0;
      gint64 until = g_get_monotonic_time () + LINGER_US;
      gboolean timed_out = FALSE;

      lane->idle++;
      if (lane->queue.length == 0)
        {
          lane->idle_at = until - LINGER_US;
          if (lane->is_busy && !self->closing)
            look_out (lane);
        }
      while (lane->queue.length == 0 && !self->closing && !timed_out)
        timed_out = !g_cond_wait_until (&lane->cond, &self->lock, until);
      lane->idle--;
      if (lane->queue.length == 0)
        break;
      taken[n++] = g_queue_pop_head (&lane->queue);
      while (n < MAX_TAKEN && can_share (taken[0]) && lane->queue.head != NULL &&
             can_share (lane->queue.head->data))
        taken[n++] = g_queue_pop_head (&lane->queue);
      __atomic_store_n (&lane->pending, lane->queue.length > 0, __ATOMIC_RELAXED);
      g_mutex_unlock (&self->lock);
      run_jobs (self->engine, taken, n);
      __atomic_fetch_sub (&lane->under_way, (int) n, __ATOMIC_RELEASE);
      g_mutex_lock (&self->lock);
    }
  lane->threads--;
  g_ptr_array_add (self->ended, g_thread_self ());
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* Threads that ended by themselves; joined without the lock. */
static GPtrArray *
steal_ended_locked (BeaverJobs *self)
{
  GPtrArray *ended = self->ended;

  if (ended->len == 0)
    return NULL;
  for (guint i = 0; i < ended->len; i++)
    g_ptr_array_remove_fast (self->threads, g_ptr_array_index (ended, i));
  self->ended = g_ptr_array_new ();
  return ended;
}

static void
join_all (GPtrArray *threads)
{
  if (threads == NULL)
    return;
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (g_ptr_array_index (threads, i));
  g_ptr_array_unref (threads);
}

static void
push (BeaverJobs *self, Lane which, Job *job)
{
  LaneState *lane = &self->lanes[which];
  GPtrArray *ended = NULL;
  gboolean refused;

  g_mutex_lock (&self->lock);
  refused = self->closing;
  if (!refused)
    {
      g_queue_push_tail (&lane->queue, job);
      __atomic_fetch_add (&lane->under_way, 1, __ATOMIC_RELAXED);
      lane->is_busy = g_get_monotonic_time () - lane->idle_at < LOOK_OUT_US;
      __atomic_store_n (&lane->pending, 1, __ATOMIC_RELAXED);
      if (lane->idle >= lane->queue.length)
        g_cond_signal (&lane->cond);
      else if (lane->threads < lane->max_threads)
        {
          lane->threads++;
          g_ptr_array_add (self->threads, g_thread_new ("beaver-worker", worker_thread, lane));
        }
      else
        g_cond_signal (&lane->cond);
      ended = steal_ended_locked (self);
    }
  g_mutex_unlock (&self->lock);
  join_all (ended);

  if (!refused)
    return;
  if (job->wait != NULL)
    job_free (job); /* the close of the waits answers it */
  else
    {
      if (!_beaver_engine_set_error_if_closed (self->engine, &job->error))
        g_set_error_literal (&job->error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "closed");
      job_post (job);
    }
}

static Lane
lane_of (BeaverAccess access, guint serial)
{
  return serial != 0 ? LANE_TRANSACTION : access == BEAVER_ACCESS_SCAN ? LANE_SCAN : LANE_POINT;
}

void
_beaver_engine_run_async (BeaverEngine *self,
                          BeaverAccess access,
                          BeaverWork work,
                          gpointer data,
                          GDestroyNotify data_free,
                          GTask *task,
                          BeaverFinish finish)
{
  Job *job = job_new (self, task, finish, data, data_free);

  if (_beaver_engine_set_error_if_closed (self, &job->error))
    {
      job_post (job);
      return;
    }
  job->access = access;
  job->work = work;
  if (G_UNLIKELY (_beaver_engine_is_observed (self)))
    {
      job->observation = g_new (BeaverObservation, 1);
      _beaver_observation_begin (job->observation, self, access, work, data);
    }
  job->transaction_serial = _beaver_engine_own_serial (self);
  push (self->jobs, lane_of (access, job->transaction_serial), job);
}

gboolean
_beaver_engine_has_jobs (BeaverEngine *self)
{
  return __atomic_load_n (&self->jobs->lanes[LANE_POINT].under_way, __ATOMIC_ACQUIRE) != 0;
}

void
_beaver_engine_run_detached (BeaverEngine *self,
                             BeaverAccess access,
                             BeaverWork work,
                             gpointer data,
                             GDestroyNotify data_free)
{
  Job *job = g_new0 (Job, 1);

  job->engine = _beaver_engine_ref (self);
  job->access = access;
  job->work = work;
  job->data = data;
  job->data_free = data_free;
  if (_beaver_engine_set_error_if_closed (self, &job->error))
    job_post (job);
  else
    push (self->jobs, lane_of (access, 0), job);
}

void
_beaver_jobs_call (BeaverEngine *engine,
                   guint transaction_serial,
                   BeaverJobCall call,
                   gpointer data,
                   GDestroyNotify data_free,
                   GTask *task,
                   BeaverFinish finish)
{
  Job *job = job_new (engine, task, finish, data, data_free);

  if (_beaver_engine_set_error_if_closed (engine, &job->error))
    {
      job_post (job);
      return;
    }
  job->access = BEAVER_ACCESS_SCAN; /* never shares a commit */
  job->call = call;
  push (engine->jobs, lane_of (job->access, transaction_serial), job);
}

/* --- Waiting
 * -------------------------------------------------------------------------------------------------------------------
 */

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

struct _Wait
{
  gatomicrefcount ref_count;
  Job *job;             /* (mutex lock) the answer to be; NULL once posted */
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

static Wait *
wait_ref (Wait *wait)
{
  g_atomic_ref_count_inc (&wait->ref_count);
  return wait;
}

static void
wait_unref (Wait *wait)
{
  if (!g_atomic_ref_count_dec (&wait->ref_count))
    return;
  g_mutex_clear (&wait->lock);
  _beaver_engine_unref (wait->engine);
  g_free (wait);
}

static void
wait_send (Wait *wait)
{
  Job *attempt = g_new0 (Job, 1);

  attempt->engine = _beaver_engine_ref (wait->engine);
  attempt->wait = wait_ref (wait);
  push (wait->engine->jobs, lane_of (BEAVER_ACCESS_WRITE, wait->serial), attempt);
}

/* A change, the timer, or the cancellable: look again. */
static void
wait_notify (Wait *wait)
{
  gboolean send = FALSE;

  g_mutex_lock (&wait->lock);
  if (wait->state == WAIT_LYING)
    {
      wait->state = WAIT_ATTEMPTING;
      send = TRUE;
    }
  else if (wait->state == WAIT_ATTEMPTING)
    wait->state = WAIT_AGAIN;
  g_mutex_unlock (&wait->lock);
  if (send)
    wait_send (wait);
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

/* Answers, once. */
static void
wait_end (Wait *wait, gboolean ok, GError *error)
{
  BeaverJobs *jobs = wait->engine->jobs;
  gboolean listed;
  Job *job;

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
  job_post (job);
  if (listed)
    wait_unref (wait);
}

/* On a worker. */
static void
wait_attempt (Wait *wait)
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
      gboolean lies = FALSE;

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
      _beaver_watch_set_timer (wait->watch, until < 0 ? 0 : until);

      g_mutex_lock (&wait->lock);
      if (wait->state == WAIT_AGAIN)
        wait->state = WAIT_ATTEMPTING;
      else
        {
          wait->state = WAIT_LYING;
          lies = TRUE;
        }
      g_mutex_unlock (&wait->lock);
      if (lies)
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
  wait_end (wait, attempt == BEAVER_ATTEMPT_DONE, error);
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
  Job *job = job_new (self, task, finish, data, data_free);
  BeaverJobs *jobs = self->jobs;
  gboolean refused;
  Wait *wait;

  job->prefix_error = ops->prefix_error;
  if (_beaver_engine_set_error_if_closed (self, &job->error))
    {
      job_post (job);
      return;
    }
  wait = g_new0 (Wait, 1);
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
                                          (GDestroyNotify) wait_unref);
  if (job->cancellable != NULL)
    {
      job->cancel_handler = g_cancellable_connect (job->cancellable, G_CALLBACK (on_wait_cancelled),
                                                   wait_ref (wait), (GDestroyNotify) wait_unref);
    }
  g_mutex_lock (&jobs->lock);
  refused = jobs->closing;
  if (!refused)
    g_ptr_array_add (jobs->waits, wait_ref (wait));
  g_mutex_unlock (&jobs->lock);

  if (refused)
    {
      GError *error = NULL;

      _beaver_engine_set_interrupted (self, &error);
      wait_end (wait, FALSE, error);
    }
  else
    wait_send (wait);
  wait_unref (wait);
}

/* --- Life
 * ---------------------------------------------------------------------------------------------------------------------
 */

BeaverJobs *
_beaver_jobs_new (BeaverEngine *engine)
{
  BeaverJobs *self = g_new0 (BeaverJobs, 1);

  self->engine = engine;
  g_mutex_init (&self->lock);
  self->threads = g_ptr_array_new ();
  self->ended = g_ptr_array_new ();
  self->waits = g_ptr_array_new ();
  for (guint i = 0; i < N_LANES; i++)
    {
      self->lanes[i].jobs = self;
      self->lanes[i].max_threads = i == LANE_SCAN ? MAX_SCANNERS : 1;
      g_cond_init (&self->lanes[i].cond);
      g_queue_init (&self->lanes[i].queue);
    }
  return self;
}

void
_beaver_jobs_get_depth (BeaverJobs *self, gint64 *queued, gint64 *waits)
{
  g_mutex_lock (&self->lock);
  *queued = 0;
  for (guint i = 0; i < N_LANES; i++)
    *queued += self->lanes[i].queue.length;
  *waits = self->waits->len;
  g_mutex_unlock (&self->lock);
}

void
_beaver_jobs_free (BeaverJobs *self)
{
  for (guint i = 0; i < N_LANES; i++)
    g_cond_clear (&self->lanes[i].cond);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->ended);
  g_ptr_array_unref (self->waits);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
_beaver_jobs_begin_close (BeaverJobs *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  for (guint i = 0; i < N_LANES; i++)
    g_cond_broadcast (&self->lanes[i].cond);
  g_mutex_unlock (&self->lock);
}

guint
_beaver_jobs_join (BeaverJobs *self)
{
  g_autoptr (GPtrArray) threads = NULL;
  g_autoptr (GPtrArray) waits = NULL;
  guint n = 0;

  g_mutex_lock (&self->lock);
  threads = g_steal_pointer (&self->threads);
  self->threads = g_ptr_array_new ();
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < threads->len; i++)
    if (g_ptr_array_index (threads, i) != g_thread_self ())
      {
        g_thread_join (g_ptr_array_index (threads, i));
        n++;
      }

  /* What still waits has nobody else to answer it. The close works have run, so its data is not
   * needed any more. */
  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->ended, 0);
  waits = g_steal_pointer (&self->waits);
  self->waits = g_ptr_array_new ();
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < waits->len; i++)
    {
      GError *error = NULL;

      _beaver_engine_set_interrupted (self->engine, &error);
      wait_end (g_ptr_array_index (waits, i), FALSE, error);
      wait_unref (g_ptr_array_index (waits, i));
    }
  return n;
}
