/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asynchronous units, on threads that are there only while there is work.
 *
 * A worker sees a job: plain data, a work function, and the engine. The GTask is only carried: it
 * is looked at, and let go of, in the context it belongs to (see doc/threads.md), so that no worker
 * ever drops the last reference to an object that a binding has wrapped. Four lanes: point reads
 * and writes in the order they were started, by one thread, which runs queued writes in one
 * transaction; units of an open transaction, which must not queue behind writes that wait for its
 * end; scans, in parallel; and those who wait to begin a transaction, perhaps for long.
 *
 * A wait (beaver-wait.c) is a job that comes back.
 *
 * Where the system refuses a lane its first thread, whoever begins something hears of it; what has
 * begun is tried again. */
#include "config.h"

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-jobs-private.h>

#define MAX_SCANNERS 4
/* One transaction is open at a time, but each who waits for it can be cancelled. */
#define MAX_BEGINNERS 4
/* Writes that the point lane takes at once. */
#define MAX_TAKEN 64
/* A worker without work stays for a while. */
#define LINGER_US (5 * G_USEC_PER_SEC)
/* Waking a thread costs more than a short unit. Where the last job came so soon after the one
 * before, a worker looks out for the next one so long before it sleeps. */
#define LOOK_OUT_US 40

void
_beaver_unit_free (gpointer data)
{
  BeaverUnit *job = data;

  if (job->cancel_handler != 0)
    g_cancellable_disconnect (job->cancellable, job->cancel_handler);
  if (job->data_free != NULL)
    job->data_free (job->data);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->context, g_main_context_unref);
  g_clear_pointer (&job->wait, _beaver_wait_unref);
  g_free (job->observation);
  _beaver_engine_unref (job->engine);
  g_free (job);
}

/* In the context of the task. */
static void
job_return (gpointer data)
{
  BeaverUnit *job = data;

  if (!job->ok)
    {
      if (job->prefix_error != NULL)
        job->prefix_error (job->data, &job->error);
      g_task_return_error (job->task, g_steal_pointer (&job->error));
    }
  else
    job->finish (job->task, job->data);
}

void
_beaver_unit_post (BeaverUnit *job)
{
  if (G_UNLIKELY (job->observation != NULL))
    _beaver_observation_end (job->observation);
  if (job->task != NULL)
    {
      _beaver_context_post (job->context, job_return, job, _beaver_unit_free);
      return;
    }
  /* Nobody asked. A close work may do instead, with the same data, what was refused. */
  if (!job->ok && !_beaver_engine_is_forked (job->engine) && _beaver_engine_closing (job->engine))
    _beaver_engine_await_close_works (job->engine);
  _beaver_unit_free (job);
}

BeaverUnit *
_beaver_unit_new (BeaverEngine *engine,
                  GTask *task,
                  BeaverFinish finish,
                  gpointer data,
                  GDestroyNotify data_free)
{
  BeaverUnit *job = g_new0 (BeaverUnit, 1);

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
job_work (BeaverUnit *job)
{
  return job->observation != NULL ? _beaver_observation_work : job->work;
}

static gpointer
job_data (BeaverUnit *job)
{
  return job->observation != NULL ? job->observation : job->data;
}

/* --- Workers
 * ------------------------------------------------------------------------------------------------------------------
 */

static void
run_writes (BeaverEngine *engine, BeaverUnit **jobs, guint n)
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
run_jobs (BeaverEngine *engine, BeaverUnit **jobs, guint n)
{
  GError *error = NULL;

  if (jobs[0]->wait != NULL)
    {
      _beaver_wait_attempt (jobs[0]->wait);
      _beaver_unit_free (jobs[0]);
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
    _beaver_unit_post (jobs[i]);
}

static gboolean
can_share (BeaverUnit *job)
{
  return job->wait == NULL && job->access >= BEAVER_ACCESS_WRITE && job->transaction_serial == 0 &&
         (job->cancellable == NULL || !g_cancellable_is_cancelled (job->cancellable));
}

/* With the lock held, which is given up meanwhile. */
static void
look_out (BeaverLane *lane)
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
  BeaverLane *lane = data;
  BeaverJobs *self = lane->jobs;

  g_mutex_lock (&self->lock);
  for (;;)
    {
      BeaverUnit *taken[MAX_TAKEN];
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

/* With the lock held. FALSE: the lane has no thread at all, and gets none. */
static gboolean
add_thread (BeaverLane *lane, GError **error)
{
  GThread *thread = _beaver_thread_try_new ("beaver-worker", worker_thread, lane,
                                            lane->threads == 0 ? error : NULL);

  if (thread == NULL)
    return lane->threads > 0;
  lane->threads++;
  g_ptr_array_add (lane->jobs->threads, thread);
  return TRUE;
}

gboolean
_beaver_jobs_push (BeaverJobs *self, BeaverLaneName which, BeaverUnit *job)
{
  BeaverLane *lane = &self->lanes[which];
  GPtrArray *ended = NULL;
  gboolean refused;
  gboolean ok = TRUE;

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
      else if (lane->threads == lane->max_threads)
        g_cond_signal (&lane->cond);
      else if (!add_thread (lane, &job->error))
        {
          /* What nobody asked for stays, for the next one who gets a thread. */
          if (job->task == NULL && job->wait == NULL)
            g_clear_error (&job->error);
          else
            {
              g_queue_pop_tail (&lane->queue);
              __atomic_fetch_sub (&lane->under_way, 1, __ATOMIC_RELAXED);
              ok = FALSE;
            }
        }
      ended = steal_ended_locked (self);
    }
  g_mutex_unlock (&self->lock);
  join_all (ended);

  if (!ok && job->always)
    {
      g_clear_error (&job->error);
      run_jobs (self->engine, &job, 1);
      return TRUE;
    }
  if (!refused)
    return ok;
  if (job->wait != NULL)
    _beaver_unit_free (job); /* the close of the waits answers it */
  else
    {
      if (!_beaver_engine_set_error_if_closed (self->engine, &job->error))
        g_set_error_literal (&job->error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "closed");
      _beaver_unit_post (job);
    }
  return TRUE;
}

static void
push_or_fail (BeaverJobs *self, BeaverLaneName which, BeaverUnit *job)
{
  if (!_beaver_jobs_push (self, which, job))
    _beaver_unit_post (job);
}

BeaverLaneName
_beaver_unit_lane (BeaverAccess access, guint serial)
{
  return serial != 0                  ? BEAVER_LANE_TRANSACTION :
         access == BEAVER_ACCESS_SCAN ? BEAVER_LANE_SCAN :
                                        BEAVER_LANE_POINT;
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
  BeaverUnit *job = _beaver_unit_new (self, task, finish, data, data_free);

  if (_beaver_engine_set_error_if_closed (self, &job->error))
    {
      _beaver_unit_post (job);
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
  push_or_fail (self->jobs, _beaver_unit_lane (access, job->transaction_serial), job);
}

gboolean
_beaver_engine_has_jobs (BeaverEngine *self)
{
  return __atomic_load_n (&self->jobs->lanes[BEAVER_LANE_POINT].under_way, __ATOMIC_ACQUIRE) != 0;
}

void
_beaver_engine_run_detached (BeaverEngine *self,
                             BeaverAccess access,
                             BeaverWork work,
                             gpointer data,
                             GDestroyNotify data_free)
{
  BeaverUnit *job = g_new0 (BeaverUnit, 1);

  job->engine = _beaver_engine_ref (self);
  job->access = access;
  job->work = work;
  job->data = data;
  job->data_free = data_free;
  if (_beaver_engine_set_error_if_closed (self, &job->error))
    _beaver_unit_post (job);
  else
    push_or_fail (self->jobs, _beaver_unit_lane (access, 0), job);
}

static BeaverUnit *
call_new (BeaverEngine *engine,
          BeaverJobCall func,
          gpointer data,
          GDestroyNotify data_free,
          GTask *task,
          BeaverFinish finish)
{
  BeaverUnit *job = _beaver_unit_new (engine, task, finish, data, data_free);

  job->access = BEAVER_ACCESS_SCAN; /* never shares a commit */
  job->call = func;
  return job;
}

static void
push_call (BeaverLaneName which, BeaverUnit *job)
{
  if (_beaver_engine_set_error_if_closed (job->engine, &job->error))
    _beaver_unit_post (job);
  else
    push_or_fail (job->engine->jobs, which, job);
}

void
_beaver_jobs_call (BeaverEngine *engine,
                   guint transaction_serial,
                   BeaverJobCall func,
                   gpointer data,
                   GDestroyNotify data_free,
                   GTask *task,
                   BeaverFinish finish)
{
  push_call (_beaver_unit_lane (BEAVER_ACCESS_SCAN, transaction_serial),
             call_new (engine, func, data, data_free, task, finish));
}

void
_beaver_jobs_call_always (BeaverEngine *engine,
                          guint transaction_serial,
                          BeaverJobCall func,
                          gpointer data,
                          GTask *task,
                          BeaverFinish finish)
{
  BeaverUnit *job = call_new (engine, func, data, NULL, task, finish);

  job->always = TRUE;
  push_call (_beaver_unit_lane (BEAVER_ACCESS_SCAN, transaction_serial), job);
}

void
_beaver_jobs_call_begin (BeaverEngine *engine,
                         guint transaction_serial,
                         BeaverJobCall func,
                         gpointer data,
                         GDestroyNotify data_free,
                         GTask *task,
                         BeaverFinish finish)
{
  push_call (transaction_serial != 0 ? BEAVER_LANE_TRANSACTION : BEAVER_LANE_BEGIN,
             call_new (engine, func, data, data_free, task, finish));
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
  for (guint i = 0; i < BEAVER_N_LANES; i++)
    {
      self->lanes[i].jobs = self;
      self->lanes[i].max_threads = i == BEAVER_LANE_SCAN  ? MAX_SCANNERS :
                                   i == BEAVER_LANE_BEGIN ? MAX_BEGINNERS :
                                                            1;
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
  for (guint i = 0; i < BEAVER_N_LANES; i++)
    *queued += self->lanes[i].queue.length;
  *waits = self->waits->len;
  g_mutex_unlock (&self->lock);
}

void
_beaver_jobs_free (BeaverJobs *self)
{
  for (guint i = 0; i < BEAVER_N_LANES; i++)
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
  for (guint i = 0; i < BEAVER_N_LANES; i++)
    g_cond_broadcast (&self->lanes[i].cond);
  g_mutex_unlock (&self->lock);
}

guint
_beaver_jobs_join (BeaverJobs *self)
{
  g_autoptr (GPtrArray) threads = NULL;
  g_autoptr (GPtrArray) waits = NULL;
  BeaverUnit *job;
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

  /* What nobody waits for, and nobody was there to run. */
  for (guint i = 0; i < BEAVER_N_LANES; i++)
    while ((job = g_queue_pop_head (&self->lanes[i].queue)) != NULL)
      run_jobs (self->engine, &job, 1);

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
      _beaver_wait_end (g_ptr_array_index (waits, i), FALSE, error);
      _beaver_wait_unref (g_ptr_array_index (waits, i));
    }
  return n;
}
