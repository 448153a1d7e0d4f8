/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one way to the file's write lock.
 *
 * Writers of this process queue in front of it (the lane): first come, first served when somebody
 * waited long, otherwise whoever is awake first, which spares a context switch per write. The one
 * who has the lane leads: where sharing pays (a commit that waits for the disk, or several waiters)
 * it runs the waiting units as well and commits once. Between processes the busy handler waits;
 * while others are seen writing, a leader leaves the lock alone for a moment of each slot of time,
 * the same moment in all processes of ours, so that a peer with SQLite's default handler (which
 * only polls) gets its turn. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

/* Most units that share a commit. */
#define MAX_BATCH 64
/* Waiters from which on a commit is shared although it does not wait for the disk. */
#define MIN_SHARE 3
/* A waiter who waited longer gets the lane handed over instead of competing. */
#define HANDOVER_AFTER_US 2000
/* Politeness: each SLOT_US begins with a gap of GAP_US while another process was seen in the last
 * FOREIGN_RECENT_US. SQLite's default busy handler comes to look every 100 ms, and some 0.1 ms more
 * for waking: each time it is 2.5 ms further in the slot, less than the gap, so that five looks
 * cannot all miss it (a checkpoint may still be in the way). A slot that divides 100 ms would let
 * it look at the same moment for ever. */
#define SLOT_US 10844
#define GAP_US 3000
#define FOREIGN_RECENT_US 1000000
/* Another process was seen that recently: it is likely to commit again before our next commit. */
#define FOREIGN_BUSY_US 20000

/* --- The lane
 * ------------------------------------------------------------------------------------------------------------
 */

static void
request_init (BeaverWriteRequest *request,
              BeaverWork work,
              gpointer data,
              gboolean one,
              GCancellable *cancellable)
{
  *request =
      (BeaverWriteRequest){ .work = work, .data = data, .one = one, .cancellable = cancellable };
  g_cond_init (&request->cond);
  request->link.data = request;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  _beaver_writer_wake_all (data);
}

void
_beaver_writer_wake_all (BeaverEngine *self)
{
  g_mutex_lock (&self->writer.lock);
  for (GList *l = self->writer.queue.head; l != NULL; l = l->next)
    g_cond_signal (&((BeaverWriteRequest *) l->data)->cond);
  g_mutex_unlock (&self->writer.lock);
}

/* The calling thread has asked for a transaction, which is open, but it has not heard of it. It
 * cannot while it waits here, so it gets the lane, and the transaction begins anew later. */
static gboolean
take_back_grant_locked (BeaverEngine *self)
{
  if (G_LIKELY (self->writer.granted_to == 0) ||
      self->writer.granted_to != _beaver_thread_number ())
    return FALSE;
  self->writer.granted_to = 0;
  return _beaver_engine_withdraw_locked (self, self->writer.granted_serial);
}

/* Waits until the request leads or was done by another leader. Returns FALSE when it left the queue
 * instead: closing or cancelled. work NULL means it wants the lane and nothing else, so no leader
 * takes it along. */
static gboolean
enqueue (BeaverEngine *self, BeaverWriteRequest *request, GError **error)
{
  gulong handler = 0;
  gboolean ok = TRUE;

  g_mutex_lock (&self->writer.lock);
  if (!self->writer.active && self->writer.queue.length == 0)
    {
      self->writer.active = TRUE;
      request->state = WRITE_LEADER;
      g_mutex_unlock (&self->writer.lock);
      return TRUE;
    }
  if (take_back_grant_locked (self))
    {
      request->state = WRITE_LEADER;
      g_mutex_unlock (&self->writer.lock);
      return TRUE;
    }
  request->since = g_get_monotonic_time ();
  request->state = WRITE_QUEUED;
  g_queue_push_tail_link (&self->writer.queue, &request->link);
  if (request->cancellable != NULL)
    {
      /* Runs on_cancelled() at once when it is cancelled already, hence not under the lock. */
      g_mutex_unlock (&self->writer.lock);
      handler = g_cancellable_connect (request->cancellable, G_CALLBACK (on_cancelled), self, NULL);
      g_mutex_lock (&self->writer.lock);
    }
  for (;;)
    {
      if (request->state == WRITE_DONE || request->state == WRITE_LEADER)
        break;
      if (request->state == WRITE_QUEUED)
        {
          gboolean closing = _beaver_engine_closing (self);

          if (closing ||
              (request->cancellable != NULL && g_cancellable_is_cancelled (request->cancellable)))
            {
              g_queue_unlink (&self->writer.queue, &request->link);
              ok = FALSE;
              break;
            }
          if (!self->writer.active || take_back_grant_locked (self))
            {
              g_queue_unlink (&self->writer.queue, &request->link);
              self->writer.active = TRUE;
              request->state = WRITE_LEADER;
              break;
            }
        }
      g_cond_wait (&request->cond, &self->writer.lock);
    }
  /* The lane may have been offered to somebody who left. */
  if (!ok && !self->writer.active && self->writer.queue.head != NULL)
    g_cond_signal (&((BeaverWriteRequest *) self->writer.queue.head->data)->cond);
  g_mutex_unlock (&self->writer.lock);
  if (handler != 0)
    g_cancellable_disconnect (request->cancellable, handler);
  _beaver_count_longest (&self->counts.longest_wait_us, g_get_monotonic_time () - request->since);

  if (!ok)
    {
      if (_beaver_engine_closing (self))
        _beaver_engine_set_interrupted (self, error);
      else
        g_cancellable_set_error_if_cancelled (request->cancellable, error);
    }
  return ok;
}

void
_beaver_writer_give_lane (BeaverEngine *self)
{
  GList *head;

  g_mutex_lock (&self->writer.lock);
  head = self->writer.queue.head;
  self->writer.active = FALSE;
  self->writer.granted_to = 0;
  if (head != NULL)
    {
      BeaverWriteRequest *next = head->data;

      if (g_get_monotonic_time () - next->since > HANDOVER_AFTER_US)
        {
          g_queue_unlink (&self->writer.queue, head);
          self->writer.active = TRUE;
          next->state = WRITE_LEADER;
        }
      g_cond_signal (&next->cond);
    }
  g_mutex_unlock (&self->writer.lock);
}

gboolean
_beaver_writer_take_lane (BeaverEngine *self, GCancellable *cancellable, GError **error)
{
  BeaverWriteRequest request;
  gboolean ok;

  request_init (&request, NULL, NULL, FALSE, cancellable);
  ok = enqueue (self, &request, error);
  g_cond_clear (&request.cond);
  return ok;
}

/* --- Transactions of SQLite's, with the lane and point.lock held
 * -------------------------------------------------------------- */

static void
be_polite (BeaverEngine *self)
{
  gint64 foreign = __atomic_load_n (&self->foreign_at, __ATOMIC_RELAXED);
  gint64 now, offset;

  if (foreign == 0)
    return;
  now = g_get_monotonic_time ();
  if (now - foreign > FOREIGN_RECENT_US)
    return;
  offset = now % SLOT_US;
  if (offset < GAP_US)
    _beaver_engine_doze (self, now + GAP_US - offset);
}

static void
prepare_to_wait (BeaverEngine *self)
{
  BeaverConnection *point = self->point;

  if (!point->closer)
    be_polite (self);
  point->busy_deadline = BEAVER_BUSY_NOT_YET;
  _beaver_connection_touch_reset (point);
  point->wal_frames = -1;
}

static void
count_wait (BeaverEngine *self)
{
  BeaverConnection *point = self->point;

  if (G_LIKELY (point->busy_since == 0))
    return;
  _beaver_count_longest (&self->counts.longest_wait_us,
                         g_get_monotonic_time () - point->busy_since);
  point->busy_since = 0;
}

/* What others have committed before the unit that begins. */
static void
follow_others (BeaverEngine *self, const BeaverWalHeader *header)
{
  gboolean foreign;

  _beaver_cache_follow (self, header);
  self->point->epoch_ended = FALSE;
  g_mutex_lock (&self->change_lock);
  foreign = _beaver_wal_header_change (header) != _beaver_wal_header_change (&self->known);
  self->known = *header;
  self->generation += foreign ? 1 : 0;
  g_mutex_unlock (&self->change_lock);
  if (foreign)
    {
      __atomic_store_n (&self->foreign_at, g_get_monotonic_time (), __ATOMIC_RELAXED);
      _beaver_watcher_foreign (self->watcher);
    }
}

gboolean
_beaver_writer_begin_immediate (BeaverEngine *self, GError **error)
{
  BeaverConnection *point = self->point;
  BeaverWalHeader header;
  gboolean ok;

  prepare_to_wait (self);
  /* Only the busy handler ends it early: SQLite can ask the progress handler when the transaction
   * has begun already. */
  point->ending = TRUE;
  ok = _beaver_connection_step_simple (point, "BEGIN IMMEDIATE", error);
  point->ending = FALSE;
  count_wait (self);
  if (!ok)
    {
      _beaver_writer_rollback (self);
      return FALSE;
    }

  /* Nobody else can commit now: what the header says more than we know is another process's. */
  header = _beaver_wal_index_peek (&self->wal_index);
  __atomic_store_n (&self->own_writing, 1, __ATOMIC_RELEASE);
  follow_others (self, &header);
  return TRUE;
}

void
_beaver_writer_rollback (BeaverEngine *self)
{
  BeaverConnection *point = self->point;

  /* SQLite may have rolled back already, after a full disk or an interrupt. An interrupt of the
   * closer's can hit the ROLLBACK itself. */
  point->ending = TRUE;
  for (int i = 0; i < 100 && point->db != NULL && !sqlite3_get_autocommit (point->db); i++)
    sqlite3_exec (point->db, "ROLLBACK", NULL, NULL, NULL);
  point->ending = FALSE;
  _beaver_connection_touch_reset (point);
  _beaver_connection_undone (point);
  __atomic_store_n (&self->own_writing, 0, __ATOMIC_RELEASE);
}

/* What is known of the file's changes moves on to our own commit. */
static void
account_for_commit (BeaverEngine *self)
{
  BeaverConnection *point = self->point;
  gboolean current = TRUE;

  _beaver_count (&self->counts.commits, 1);
  if (point->wal_frames >= 0 && self->wal_index.map != NULL)
    {
      BeaverWalHeader header = _beaver_wal_index_peek (&self->wal_index);
      gint64 before;

      current = _beaver_cache_committed (self, &header);
      g_mutex_lock (&self->change_lock);
      /* fewer than before: the log began anew */
      before = _beaver_wal_header_frames (&self->known);
      _beaver_count (&self->counts.frames,
                     point->wal_frames > before ? point->wal_frames - before : point->wal_frames);
      /* One more than before is our own commit; when it is more, another process was quick, and
       * whoever looks next sees it. */
      if (_beaver_wal_header_change (&header) == _beaver_wal_header_change (&self->known) + 1)
        self->known = header;
      g_mutex_unlock (&self->change_lock);
    }
  if (point->wal_frames >= 0)
    __atomic_fetch_add (&self->own_commits, 1, __ATOMIC_RELEASE);
  _beaver_cache_publish (self, current);
  __atomic_store_n (&self->own_writing, 0, __ATOMIC_RELEASE);
  _beaver_checkpointer_committed (self->checkpointer, point->wal_frames);
}

gboolean
_beaver_writer_commit (BeaverEngine *self, GError **error)
{
  BeaverConnection *point = self->point;
  gint64 observed;
  gboolean ok;

  /* SQLite asks the progress handler once more when a statement is through: a commit that is in the
   * file must not answer that it was interrupted. */
  observed = _beaver_observe_begin (self);
  point->ending = TRUE;
  ok = _beaver_connection_step_simple (point, "COMMIT", error);
  point->ending = FALSE;
  _beaver_observe_end (self, observed, "commit", TRUE);
  if (!ok)
    {
      _beaver_writer_rollback (self);
      return FALSE;
    }
  account_for_commit (self);
  return TRUE;
}

GPtrArray *
_beaver_writer_steal_touched (BeaverEngine *self)
{
  BeaverConnection *point = self->point;
  GPtrArray *touched = NULL;

  if (point->touched_unnamed && _beaver_watcher_is_awaited (self->watcher))
    touched = g_ptr_array_new_with_free_func (g_free); /* empty: everybody */
  else if (point->touched->len > 0)
    {
      touched = point->touched;
      point->touched = g_ptr_array_new_with_free_func (g_free);
    }
  _beaver_connection_touch_reset (point);
  return touched;
}

static void
tell (BeaverEngine *self, GPtrArray *touched)
{
  if (touched == NULL)
    return;
  _beaver_watcher_committed (self->watcher, touched);
  g_ptr_array_unref (touched);
}

gboolean
_beaver_writer_run_savepoint (BeaverEngine *self,
                              BeaverWork work,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error)
{
  BeaverConnection *point = self->point;
  gboolean undone;
  gboolean ok;

  if (!_beaver_connection_step_simple (point, "SAVEPOINT unit", error))
    return FALSE;
  _beaver_count (&self->counts.writes, 1);
  point->cancellable = cancellable;
  ok = work (point, data, error);
  point->cancellable = NULL;
  if (sqlite3_get_autocommit (point->db))
    {
      /* SQLite gave up the whole transaction, and the work should have noticed. */
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                             _ ("the transaction was rolled back by SQLite"));
      return FALSE;
    }
  point->ending = TRUE;
  if (ok)
    undone = ok = _beaver_connection_step_simple (point, "RELEASE unit", error);
  else
    {
      undone = _beaver_connection_step_simple (point, "ROLLBACK TO unit", NULL) &&
               _beaver_connection_step_simple (point, "RELEASE unit", NULL);
      _beaver_connection_undone (point);
    }
  point->ending = FALSE;
  if (!undone)
    _beaver_writer_rollback (self); /* rather nothing than half of it */
  return ok;
}

/* --- Units
 * -------------------------------------------------------------------------------------------------------------------
 */

/* One unit whose only statement is its transaction. Returns FALSE when it has to be run in a real
 * one. The lock is taken by the statement: what the unit remembers it looked up before, so the
 * commit hook refuses when anybody has committed since. own_writing is set there and not here, for
 * the wait in front of the lock is no time in which only we can commit. */
static gboolean
execute_only (BeaverEngine *self, BeaverWriteRequest *request)
{
  BeaverConnection *point = self->point;
  gint64 foreign = __atomic_load_n (&self->foreign_at, __ATOMIC_RELAXED);
  gboolean refused;

  /* Among other writers it would be refused more often than not. */
  if (self->wal_index.map == NULL ||
      (foreign != 0 && g_get_monotonic_time () - foreign < FOREIGN_BUSY_US))
    return FALSE;
  prepare_to_wait (self);
  point->only_at = _beaver_wal_index_peek (&self->wal_index);
  follow_others (self, &point->only_at);
  point->only = BEAVER_ONLY_BEGUN;
  request->ok = request->work (point, request->data, &request->error);
  refused = point->only == BEAVER_ONLY_REFUSED;
  point->only = BEAVER_ONLY_NOT;
  point->ending = FALSE;
  count_wait (self);
  if (request->ok && !refused)
    {
      _beaver_count (&self->counts.writes, 1);
      account_for_commit (self);
      return TRUE;
    }
  request->ok = FALSE;
  _beaver_writer_rollback (self);
  if (refused)
    g_clear_error (&request->error);
  else
    _beaver_count (&self->counts.writes, 1);
  return !refused;
}

/* One unit, one transaction. */
static void
execute_alone (BeaverEngine *self, BeaverWriteRequest *request)
{
  BeaverConnection *point = self->point;

  request->ok = FALSE;
  g_clear_error (&request->error);
  if (_beaver_engine_closing (self))
    {
      _beaver_engine_set_interrupted (self, &request->error);
      return;
    }
  point->cancellable = request->cancellable;
  if (request->one && execute_only (self, request))
    ;
  else if (_beaver_writer_begin_immediate (self, &request->error))
    {
      _beaver_count (&self->counts.writes, 1);
      if (request->work (point, request->data, &request->error))
        request->ok = _beaver_writer_commit (self, &request->error);
      else
        _beaver_writer_rollback (self);
    }
  point->cancellable = NULL;
  if (!request->ok && request->error == NULL)
    g_set_error_literal (&request->error, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                         "a unit of work failed without saying why");
}

/* The wait for another process's lock ends early for who is cancelled meanwhile. Returns FALSE when
 * nobody is left; all have their error then. */
static gboolean
begin_shared (BeaverEngine *self, BeaverWriteRequest **requests, guint n)
{
  BeaverConnection *point = self->point;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      guint left = n;
      gboolean cancelled = FALSE;
      gboolean begun;

      point->batch = requests;
      point->n_batch = n;
      begun = _beaver_writer_begin_immediate (self, &error);
      point->n_batch = 0;
      if (begun)
        return TRUE;
      for (guint i = 0; i < n; i++)
        if (requests[i]->error == NULL &&
            g_cancellable_set_error_if_cancelled (requests[i]->cancellable, &requests[i]->error))
          cancelled = TRUE;
      for (guint i = 0; i < n; i++)
        {
          if (requests[i]->error == NULL && !cancelled)
            requests[i]->error = g_error_copy (error);
          left -= requests[i]->error != NULL;
        }
      if (left == 0)
        return FALSE;
    }
}

/* Several units, one transaction, a savepoint each. Returns FALSE when SQLite gave the transaction
 * up on the way: then nothing of it is in the file, and all but the failing one are to be run
 * again. */
static gboolean
execute_shared (BeaverEngine *self, BeaverWriteRequest **requests, guint n)
{
  BeaverConnection *point = self->point;
  g_autoptr (GError) error = NULL;
  guint succeeded = 0;

  if (!begin_shared (self, requests, n))
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      BeaverWriteRequest *request = requests[i];

      if (request->error != NULL)
        continue;
      request->ok = _beaver_writer_run_savepoint (self, request->work, request->data,
                                                  request->cancellable, &request->error);
      if (sqlite3_get_autocommit (point->db))
        {
          _beaver_writer_rollback (self);
          return FALSE;
        }
      succeeded += request->ok;
    }
  if (succeeded == 0)
    _beaver_writer_rollback (self);
  else if (!_beaver_writer_commit (self, &error))
    for (guint i = 0; i < n; i++)
      if (requests[i]->ok)
        {
          requests[i]->ok = FALSE;
          requests[i]->error = g_error_copy (error);
        }
  if (succeeded > 1 && error == NULL)
    _beaver_count (&self->counts.shared_commits, 1);
  return TRUE;
}

static void
execute (BeaverEngine *self, BeaverWriteRequest **requests, guint n)
{
  GPtrArray *told[MAX_BATCH];
  guint n_told = 0;

  g_mutex_lock (&self->point->lock);
  if (self->point->db == NULL || _beaver_engine_closing (self))
    {
      for (guint i = 0; i < n; i++)
        _beaver_engine_set_interrupted (self, &requests[i]->error);
    }
  else if (n > 1 && execute_shared (self, requests, n))
    told[n_told++] = _beaver_writer_steal_touched (self);
  else
    for (guint i = 0; i < n; i++)
      {
        /* Who failed on his own account is not asked again: the error is his, unless he was just
         * the one on whom the transaction broke. */
        if (n > 1 && !requests[i]->ok && requests[i]->error != NULL)
          continue;
        execute_alone (self, requests[i]);
        told[n_told++] = _beaver_writer_steal_touched (self);
      }
  g_mutex_unlock (&self->point->lock);

  for (guint i = 0; i < n_told; i++)
    tell (self, told[i]);
}

/* Leads: runs own requests, and those of others where sharing pays. */
static void
lead (BeaverEngine *self, BeaverWriteRequest **own, guint n)
{
  BeaverWriteRequest *batch[MAX_BATCH];
  guint len = 0;

  for (guint i = 0; i < n && len < MAX_BATCH; i++)
    batch[len++] = own[i];

  g_mutex_lock (&self->writer.lock);
  if (self->options.synchronous_full || self->writer.queue.length >= MIN_SHARE)
    for (GList *l = self->writer.queue.head; l != NULL && len < MAX_BATCH;)
      {
        BeaverWriteRequest *request = l->data;
        GList *next = l->next;

        if (request->work == NULL)
          break; /* wants the lane itself: those behind it wait for their turn */
        if (request->cancellable == NULL || !g_cancellable_is_cancelled (request->cancellable))
          {
            g_queue_unlink (&self->writer.queue, l);
            request->state = WRITE_TAKEN;
            batch[len++] = request;
          }
        l = next;
      }
  g_mutex_unlock (&self->writer.lock);

  execute (self, batch, len);

  g_mutex_lock (&self->writer.lock);
  for (guint i = 0; i < len; i++)
    if (batch[i]->state == WRITE_TAKEN)
      {
        batch[i]->state = WRITE_DONE;
        g_cond_signal (&batch[i]->cond);
      }
  g_mutex_unlock (&self->writer.lock);
}

gboolean
_beaver_writer_run (BeaverEngine *self,
                    BeaverWork work,
                    gpointer data,
                    gboolean one,
                    GCancellable *cancellable,
                    GError **error)
{
  BeaverWriteRequest request;
  BeaverWriteRequest *requests = &request;

  request_init (&request, work, data, one, cancellable);
  if (!enqueue (self, &request, error))
    {
      g_cond_clear (&request.cond);
      return FALSE;
    }
  if (request.state == WRITE_LEADER)
    {
      /* nobody was there a moment ago whom it could take along */
      if (request.since == 0)
        execute (self, &requests, 1);
      else
        lead (self, &requests, 1);
      _beaver_writer_give_lane (self);
    }
  g_cond_clear (&request.cond);
  if (request.error != NULL)
    g_propagate_error (error, request.error);
  return request.ok;
}

/* Units that one thread has to run anyway (queued asynchronous writes) in as few transactions as
 * possible. Each request gets its own answer. */
void
_beaver_writer_run_batch (BeaverEngine *self, BeaverWriteRequest **requests, guint n)
{
  GError *error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_cond_init (&requests[i]->cond);
      requests[i]->link.data = requests[i];
      requests[i]->state = WRITE_LEADER;
    }
  if (!_beaver_writer_take_lane (self, NULL, &error))
    {
      for (guint i = 0; i < n; i++)
        requests[i]->error = g_error_copy (error);
      g_error_free (error);
    }
  else
    {
      for (guint done = 0; done < n; done += MAX_BATCH)
        lead (self, requests + done, MIN (MAX_BATCH, n - done));
      _beaver_writer_give_lane (self);
    }
  for (guint i = 0; i < n; i++)
    g_cond_clear (&requests[i]->cond);
}
