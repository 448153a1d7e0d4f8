/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Following __beaver_pubsub_log__ (spec, section 9).
 *
 * Writers hold the write lock when they insert, so the order of rowids is the order of commits,
 * whatever the stamps say: a clock that steps back, a transaction that began long ago, a future
 * stamp lose nothing. The position is the last row of the table that was seen, called the anchor,
 * and a read begins *at* the anchor: as long as it comes back as it was, all that follows is new.
 *
 * Rowids are not for ever: clearing a channel can delete the newest rows, whose numbers are then
 * given out again, and VACUUM may renumber. When the anchor does not come back, the place is found
 * again by the stamps of the last rows seen, which are unique in the table: behind the newest of
 * them that is still there, everything is new, under whatever number. When none is there, the first
 * row that has a greater number or a later stamp than all seen begins the new. */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-feed-private.h>
#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-watch-private.h>

/* rowid is SQLite's own; the format has no other column that tells the order of commits. */
#define SQL_END                                                                                    \
  "SELECT rowid, timestamp, "                                                                      \
  "(SELECT MAX(timestamp) FROM __beaver_pubsub_log__ WHERE timestamp < 1e300) "                    \
  "FROM __beaver_pubsub_log__ ORDER BY rowid DESC LIMIT 1"
#define SQL_READ                                                                                   \
  "SELECT rowid, timestamp, channel_name, message_payload FROM __beaver_pubsub_log__ "             \
  "WHERE rowid >= $1 ORDER BY rowid"
#define SQL_BY_STAMP "SELECT rowid FROM __beaver_pubsub_log__ WHERE timestamp = $1"
#define SQL_FIRST_NEW                                                                              \
  "SELECT MIN(rowid) FROM __beaver_pubsub_log__ WHERE rowid >= $1 OR timestamp > $2"

/* A unit of work reads at most so much, to let others have the connection. */
#define PORTION_ROWS 512
#define DIRECT_ROWS 16
#define PORTION_BYTES (4 * 1024 * 1024)

/* A thread that commits reads and delivers itself when the last time was at least so long ago:
 * whoever waits is woken at once then, without the feed's thread in between. Where commits come
 * faster, that thread takes many at a time. */
#define DIRECT_PAUSE_US 200

/* Seconds of waiting after a failed read, doubled up to the second. */
#define RETRY_FIRST 0.05
#define RETRY_LAST 2.0

struct _BeaverFeedSink
{
  gatomicrefcount ref_count;
  GRefString *channel;
  const BeaverFeedSinkFuncs *funcs;
  gpointer data;
  GDestroyNotify data_free;
  gboolean removed; /* (lock of the feed) before or after it was added */
};

typedef struct
{
  BeaverFeedSink *sink; /* strong */
  GTask *task;          /* strong; NULL when somebody waits on the feed's condition */
  gboolean done;        /* (lock of the feed) */
  GError *error;        /* set before done */
} FeedRequest;

struct _BeaverFeed
{
  gatomicrefcount ref_count;
  BeaverEngine *engine;
  char *topic;
  char *thread_name;
  double period; /* of the tick, seconds; 0: none. Constant once there are sinks, as the next two */
  void (*tick) (gpointer data);
  gpointer tick_data;

  GMutex start_mutex; /* taken before mutex; never by the thread */
  GThread *thread;    /* (start_mutex) the last one started, until it is joined */

  GMutex mutex;
  GCond cond;         /* (mutex) a request is done */
  GHashTable *sinks;  /* (mutex) GRefString channel -> GPtrArray of BeaverFeedSink */
  guint n_sinks;      /* (mutex) */
  GQueue requests;    /* (mutex) of FeedRequest */
  BeaverWatch *watch; /* (mutex) while running */
  gboolean running;   /* (mutex) the thread will look at requests again */
  gboolean stopped;   /* (mutex) for good */

  GMutex pump_mutex;           /* taken before mutex, and before those of the engine */
  BeaverFeedPosition position; /* (pump_mutex) */
  gint64 pumped_at;            /* (pump_mutex) monotonic */
};

/* Rows and sinks */

BeaverFeedRow *
_beaver_feed_row_new (GRefString *channel,
                      gint64 rowid,
                      double timestamp,
                      const char *payload,
                      gsize length)
{
  g_autofree char *valid = NULL;
  BeaverFeedRow *self;

  if (!g_utf8_validate (payload, (gssize) length, NULL))
    {
      /* written by somebody else; better seen with a replacement character than not at all */
      valid = g_utf8_make_valid (payload, (gssize) length);
      payload = valid;
      length = strlen (valid);
    }
  self = g_atomic_rc_box_alloc (sizeof (BeaverFeedRow) + length + 1);
  self->channel = g_ref_string_acquire (channel);
  self->rowid = rowid;
  self->timestamp = timestamp;
  self->length = length;
  memcpy (self->payload, payload, length);
  self->payload[length] = '\0';
  return self;
}

static void
feed_row_clear (gpointer pointer)
{
  BeaverFeedRow *self = pointer;

  g_ref_string_release (self->channel);
}

void
_beaver_feed_row_unref (BeaverFeedRow *self)
{
  g_atomic_rc_box_release_full (self, feed_row_clear);
}

BeaverFeedSink *
_beaver_feed_sink_new (const char *channel,
                       const BeaverFeedSinkFuncs *funcs,
                       gpointer data,
                       GDestroyNotify data_free)
{
  BeaverFeedSink *self = g_new0 (BeaverFeedSink, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->channel = g_ref_string_new (channel);
  self->funcs = funcs;
  self->data = data;
  self->data_free = data_free;
  return self;
}

BeaverFeedSink *
_beaver_feed_sink_ref (BeaverFeedSink *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_feed_sink_unref (BeaverFeedSink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->data_free != NULL)
    self->data_free (self->data);
  g_ref_string_release (self->channel);
  g_free (self);
}

/* Reading: works, run on the feed's own thread */

static void
position_note (BeaverFeedPosition *self, gint64 rowid, double timestamp)
{
  self->rowid = rowid;
  self->ring[self->seen++ % BEAVER_FEED_RING] = timestamp;
  if (timestamp > self->newest && timestamp < 1e300)
    self->newest = timestamp;
}

static double
stamp_column (BeaverStatement *statement, int column)
{
  return _beaver_statement_is_null (statement, column) ?
             NAN :
             _beaver_statement_double (statement, column);
}

static gboolean
same_stamp (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

gboolean
_beaver_feed_position_at_end (BeaverFeedPosition *self,
                              BeaverConnection *connection,
                              GError **error)
{
  g_autoptr (BeaverStatement) end = _beaver_connection_prepare (connection, SQL_END, error);
  BeaverStep step;

  if (end == NULL || (step = _beaver_statement_step (end, error)) == BEAVER_STEP_ERROR)
    return FALSE;
  self->seen = 0;
  self->rowid = 0;
  if (step == BEAVER_STEP_ROW)
    {
      if (!_beaver_statement_is_null (end, 2))
        self->newest = MAX (self->newest, _beaver_statement_double (end, 2));
      position_note (self, _beaver_statement_int (end, 0), stamp_column (end, 1));
    }
  self->known = TRUE;
  return TRUE;
}

/* Reads from first on; when anchored, the row first must be the anchor. */
static gboolean
read_rows (BeaverFeedRead *self,
           BeaverConnection *connection,
           gint64 first,
           gboolean anchored,
           GError **error)
{
  g_autoptr (BeaverStatement) read = _beaver_connection_prepare (connection, SQL_READ, error);
  BeaverFeedPosition *position = &self->position;
  gsize bytes = 0;
  guint n = 0;
  BeaverStep step;

  if (read == NULL)
    return FALSE;
  _beaver_statement_bind_int (read, 1, first);
  while ((step = _beaver_statement_step (read, error)) == BEAVER_STEP_ROW)
    {
      gint64 rowid = _beaver_statement_int (read, 0);
      double timestamp = stamp_column (read, 1);
      const char *channel;
      GRefString *key;

      if (anchored)
        {
          anchored = FALSE;
          if (rowid == position->rowid &&
              same_stamp (timestamp, position->ring[(position->seen - 1) % BEAVER_FEED_RING]))
            continue;
          self->lost = TRUE;
          return TRUE;
        }

      channel = _beaver_statement_text (read, 2, NULL);
      key = channel != NULL ? self->match (self->match_data, channel) : NULL;
      if (key != NULL)
        {
          gsize length = 0;
          const char *payload = _beaver_statement_text (read, 3, &length);

          g_ptr_array_add (self->rows, _beaver_feed_row_new (key, rowid, timestamp,
                                                             payload != NULL ? payload : "null",
                                                             payload != NULL ? length : 4));
          g_ref_string_release (key);
          bytes += length;
        }
      position_note (position, rowid, timestamp);
      if (++n >= (self->most > 0 ? self->most : PORTION_ROWS) || bytes >= PORTION_BYTES)
        {
          self->more = TRUE;
          return TRUE;
        }
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (anchored)
    self->lost = TRUE; /* not even the anchor */
  return TRUE;
}

gboolean
_beaver_feed_read_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFeedRead *self = data;

  self->more = self->lost = FALSE;
  if (!self->position.known)
    return _beaver_feed_position_at_end (&self->position, connection, error);
  return read_rows (self, connection, MAX (self->position.rowid, 1), self->position.seen > 0,
                    error);
}

gboolean
_beaver_feed_resume_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverFeedRead *self = data;
  BeaverFeedPosition *position = &self->position;
  g_autoptr (BeaverStatement) by_stamp = NULL;
  g_autoptr (BeaverStatement) first = NULL;
  guint64 oldest = position->seen > BEAVER_FEED_RING ? position->seen - BEAVER_FEED_RING : 0;
  gint64 rowid = position->rowid;

  self->more = self->lost = FALSE;
  if ((by_stamp = _beaver_connection_prepare (connection, SQL_BY_STAMP, error)) == NULL)
    return FALSE;
  for (; position->seen > oldest; position->seen--)
    {
      double stamp = position->ring[(position->seen - 1) % BEAVER_FEED_RING];
      BeaverStep step;

      if (isnan (stamp))
        continue;
      _beaver_statement_bind_double (by_stamp, 1, stamp);
      if ((step = _beaver_statement_step (by_stamp, error)) == BEAVER_STEP_ERROR)
        return FALSE;
      if (step == BEAVER_STEP_ROW)
        {
          position->rowid = _beaver_statement_int (by_stamp, 0);
          return read_rows (self, connection, position->rowid + 1, FALSE, error);
        }
      _beaver_statement_rewind (by_stamp);
    }

  if ((first = _beaver_connection_prepare (connection, SQL_FIRST_NEW, error)) == NULL)
    return FALSE;
  _beaver_statement_bind_int (first, 1, MAX (rowid, 1));
  _beaver_statement_bind_double (first, 2, position->newest);
  if (_beaver_statement_step (first, error) != BEAVER_STEP_ROW)
    return FALSE;
  if (_beaver_statement_is_null (first, 0))
    return _beaver_feed_position_at_end (position, connection, error);
  position->seen = 0;
  return read_rows (self, connection, _beaver_statement_int (first, 0), FALSE, error);
}

static GRefString *
feed_match (gpointer data, const char *channel)
{
  BeaverFeed *self = data;
  gpointer key = NULL;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_lookup_extended (self->sinks, channel, &key, NULL))
    g_ref_string_acquire (key);
  g_mutex_unlock (&self->mutex);
  return key;
}

static void
feed_deliver (BeaverFeed *self, GPtrArray *rows)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < rows->len; i++)
    {
      BeaverFeedRow *row = rows->pdata[i];
      GPtrArray *sinks = g_hash_table_lookup (self->sinks, row->channel);

      for (guint j = 0; sinks != NULL && j < sinks->len; j++)
        {
          BeaverFeedSink *sink = sinks->pdata[j];

          sink->funcs->deliver (sink->data, row);
        }
    }
  g_mutex_unlock (&self->mutex);
}

static gboolean
feed_is_stopped (BeaverFeed *self)
{
  gboolean stopped;

  g_mutex_lock (&self->mutex);
  stopped = self->stopped;
  g_mutex_unlock (&self->mutex);
  return stopped;
}

static gboolean
feed_read (BeaverFeed *self, BeaverFeedRead *read, gboolean directly, GError **error)
{
  if (directly)
    return _beaver_engine_try_point (self->engine, _beaver_feed_read_work, read) && !read->lost;
  if (!_beaver_engine_run (self->engine, BEAVER_ACCESS_POINT, _beaver_feed_read_work, read, NULL,
                           error))
    return FALSE;
  if (!read->lost)
    return TRUE;
  read->position = self->position;
  g_ptr_array_set_size (read->rows, 0);
  return _beaver_engine_run (self->engine, BEAVER_ACCESS_SCAN, _beaver_feed_resume_work, read, NULL,
                             error);
}

/* Reads and delivers all that is committed; directly: what can be had at once. Holds pump_mutex. */
static gboolean
feed_pump_locked (BeaverFeed *self, gboolean directly, GError **error)
{
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_feed_row_unref);
  BeaverFeedRead read = {
    .rows = rows, .most = directly ? DIRECT_ROWS : 0, .match = feed_match, .match_data = self
  };

  do
    {
      read.position = self->position;
      if (!feed_read (self, &read, directly, error))
        return FALSE;
      self->position = read.position;
      if (rows->len > 0)
        {
          feed_deliver (self, rows);
          g_ptr_array_set_size (rows, 0);
        }
    }
  while (read.more && !directly && !feed_is_stopped (self));
  self->pumped_at = g_get_monotonic_time ();
  return !directly || !read.more;
}

static gboolean
feed_pump (BeaverFeed *self, GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->pump_mutex);
  ok = feed_pump_locked (self, FALSE, error);
  g_mutex_unlock (&self->pump_mutex);
  return ok;
}

/* In the thread that has committed. What it does not manage is left to the feed's own, which also
 * knows what to do with an error. */
static gboolean
feed_pump_directly (gpointer data)
{
  BeaverFeed *self = data;
  gboolean ok = FALSE;

  if (!g_mutex_trylock (&self->pump_mutex))
    return FALSE;
  /* the thread begins with where the end is, and with those who ask for it */
  if (self->position.known && g_get_monotonic_time () - self->pumped_at >= DIRECT_PAUSE_US)
    ok = feed_pump_locked (self, TRUE, NULL);
  g_mutex_unlock (&self->pump_mutex);
  return ok;
}

/* Requests */

static void
request_post_result (gpointer pointer)
{
  FeedRequest *request = pointer;

  if (request->error != NULL)
    g_task_return_error (request->task, g_steal_pointer (&request->error));
  else
    g_task_return_boolean (request->task, TRUE);
}

static void
request_free (gpointer pointer)
{
  FeedRequest *request = pointer;

  _beaver_feed_sink_unref (request->sink);
  g_clear_object (&request->task);
  g_clear_error (&request->error);
  g_free (request);
}

static void
set_closed (GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "the database was closed");
}

/* Called with the lock held; gives it up for a moment. */
static void
feed_finish_requests (BeaverFeed *self, GQueue *requests, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new ();
  FeedRequest *request;

  while ((request = g_queue_pop_head (requests)) != NULL)
    {
      if (error != NULL)
        request->error = g_error_copy (error);
      else if (!request->sink->removed)
        {
          GPtrArray *sinks = g_hash_table_lookup (self->sinks, request->sink->channel);

          if (sinks == NULL)
            {
              sinks = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_feed_sink_unref);
              g_hash_table_insert (self->sinks, g_ref_string_acquire (request->sink->channel),
                                   sinks);
            }
          g_ptr_array_add (sinks, _beaver_feed_sink_ref (request->sink));
          self->n_sinks++;
        }
      if (request->task != NULL)
        g_ptr_array_add (tasks, request);
      request->done = TRUE;
    }
  g_cond_broadcast (&self->cond);
  if (tasks->len == 0)
    return;

  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < tasks->len; i++)
    {
      request = tasks->pdata[i];
      _beaver_context_post (g_task_get_context (request->task), request_post_result, request,
                            request_free);
    }
  g_mutex_lock (&self->mutex);
}

/* Called with the lock held. */
static void
feed_tell_failed (BeaverFeed *self, const GError *error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sinks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GPtrArray *sinks = value;

      for (guint i = 0; i < sinks->len; i++)
        {
          BeaverFeedSink *sink = sinks->pdata[i];

          if (sink->funcs->failed != NULL)
            sink->funcs->failed (sink->data, error);
        }
    }
}

/* Called with the lock held, when the feed ends for good. */
static void
feed_end_locked (BeaverFeed *self)
{
  g_autoptr (GError) closed = NULL;
  g_autoptr (GHashTable) sinks = g_steal_pointer (&self->sinks);
  GQueue requests = self->requests;
  GHashTableIter iter;
  gpointer value;

  set_closed (&closed);
  self->stopped = TRUE;
  self->sinks =
      g_hash_table_new_full (g_str_hash, g_str_equal, (GDestroyNotify) g_ref_string_release,
                             (GDestroyNotify) g_ptr_array_unref);
  self->n_sinks = 0;
  g_queue_init (&self->requests);
  g_hash_table_iter_init (&iter, sinks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GPtrArray *array = value;

      for (guint i = 0; i < array->len; i++)
        {
          BeaverFeedSink *sink = array->pdata[i];

          if (sink->funcs->ended != NULL)
            sink->funcs->ended (sink->data);
        }
    }
  feed_finish_requests (self, &requests, closed);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&sinks, g_hash_table_unref); /* frees their data, not under the lock */
  g_mutex_lock (&self->mutex);
}

static gpointer
feed_thread (gpointer data)
{
  BeaverFeed *self = data; /* strong */
  g_autoptr (BeaverWatch) watch = NULL;
  double retry = RETRY_FIRST;
  gint64 next_tick =
      self->period > 0 ? g_get_monotonic_time () + (gint64) (self->period * G_USEC_PER_SEC) : -1;

  g_mutex_lock (&self->pump_mutex);
  self->position = (BeaverFeedPosition){ .newest = -G_MAXDOUBLE };
  g_mutex_unlock (&self->pump_mutex);
  g_mutex_lock (&self->mutex);
  watch = _beaver_watch_ref (self->watch);
  while (!self->stopped && (self->n_sinks > 0 || !g_queue_is_empty (&self->requests)))
    {
      g_autoptr (GError) error = NULL;
      GQueue requests = self->requests;
      gint64 deadline = next_tick;
      gboolean ok;

      g_queue_init (&self->requests);
      g_mutex_unlock (&self->mutex);
      ok = feed_pump (self, &error);
      g_mutex_lock (&self->mutex);

      if (ok && !self->stopped)
        {
          retry = RETRY_FIRST;
          feed_finish_requests (self, &requests, NULL);
        }
      else
        {
          if (error == NULL)
            set_closed (&error);
          feed_finish_requests (self, &requests, error);
          if (self->stopped || g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED) ||
              g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_FORKED))
            {
              self->stopped = TRUE;
              break;
            }
          feed_tell_failed (self, error);
          deadline =
              g_get_monotonic_time () + (gint64) (retry * G_USEC_PER_SEC); /* the tick can wait */
          retry = MIN (retry * 2, RETRY_LAST);
        }
      if (self->n_sinks == 0 && g_queue_is_empty (&self->requests))
        break;

      g_mutex_unlock (&self->mutex);
      if (_beaver_watch_wait (watch, deadline, NULL) == BEAVER_WAKE_STOPPED)
        {
          g_mutex_lock (&self->mutex);
          self->stopped = TRUE;
          break;
        }
      if (next_tick >= 0 && g_get_monotonic_time () >= next_tick)
        {
          self->tick (self->tick_data);
          next_tick = g_get_monotonic_time () + (gint64) (self->period * G_USEC_PER_SEC);
        }
      g_mutex_lock (&self->mutex);
    }
  self->running = FALSE;
  g_clear_pointer (&self->watch, _beaver_watch_unref);
  if (self->stopped)
    feed_end_locked (self);
  g_mutex_unlock (&self->mutex);
  _beaver_feed_unref (self);
  return NULL;
}

/* Stopped while no thread was there to tell those who ask. */
static void
feed_end_if_stopped (BeaverFeed *self)
{
  g_mutex_lock (&self->mutex);
  if (self->stopped && !self->running && !g_queue_is_empty (&self->requests))
    feed_end_locked (self);
  g_mutex_unlock (&self->mutex);
}

/* Starts the thread when there are requests and nobody looks at them. */
static void
feed_start (BeaverFeed *self)
{
  g_autoptr (GError) error = NULL;
  gboolean start;

  g_mutex_lock (&self->start_mutex);
  g_mutex_lock (&self->mutex);
  start = !self->running && !self->stopped && !g_queue_is_empty (&self->requests);
  if (start)
    {
      self->running = TRUE;
      /* the reference goes when the thread ends and gives up the watch */
      self->watch =
          _beaver_watch_new_direct (self->engine, self->topic, feed_pump_directly,
                                    _beaver_feed_ref (self), (GDestroyNotify) _beaver_feed_unref);
    }
  g_mutex_unlock (&self->mutex);
  if (start)
    {
      /* the one before has given up its lock and is about to return */
      if (self->thread != NULL)
        g_thread_join (g_steal_pointer (&self->thread));
      self->thread =
          _beaver_thread_try_new (self->thread_name, feed_thread, _beaver_feed_ref (self), &error);
      if (self->thread == NULL)
        {
          GQueue requests;

          g_mutex_lock (&self->mutex);
          requests = self->requests;
          g_queue_init (&self->requests);
          self->running = FALSE;
          g_clear_pointer (&self->watch, _beaver_watch_unref);
          feed_finish_requests (self, &requests, error);
          g_mutex_unlock (&self->mutex);
          _beaver_feed_unref (self);
        }
    }
  g_mutex_unlock (&self->start_mutex);
  feed_end_if_stopped (self);
}

/* Returns whether the thread has to be started. */
static gboolean
feed_push_request (BeaverFeed *self, FeedRequest *request, GError **error)
{
  g_mutex_lock (&self->mutex);
  if (self->stopped)
    {
      g_mutex_unlock (&self->mutex);
      set_closed (error);
      return FALSE;
    }
  g_queue_push_tail (&self->requests, request);
  if (self->running)
    _beaver_watch_poke (self->watch);
  g_mutex_unlock (&self->mutex);
  feed_start (self);
  return TRUE;
}

gboolean
_beaver_feed_add (BeaverFeed *self, BeaverFeedSink *sink, GError **error)
{
  FeedRequest request = { .sink = sink };

  /* The thread would wait for the one connection there is, and we for the thread. */
  if (_beaver_engine_is_memory (self->engine) && _beaver_engine_get_serial (self->engine) != 0)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                           "a database in memory cannot be listened to from inside a transaction; "
                           "begin to listen before it");
      return FALSE;
    }
  if (_beaver_engine_set_error_if_closed (self->engine, error) ||
      !feed_push_request (self, &request, error))
    return FALSE;

  g_mutex_lock (&self->mutex);
  while (!request.done)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
  if (request.error != NULL)
    {
      g_propagate_error (error, request.error);
      return FALSE;
    }
  return TRUE;
}

void
_beaver_feed_add_async (BeaverFeed *self, BeaverFeedSink *sink, GTask *task)
{
  FeedRequest *request = g_new0 (FeedRequest, 1);
  GError *error = NULL;

  request->sink = _beaver_feed_sink_ref (sink);
  request->task = g_object_ref (task);
  if (_beaver_engine_set_error_if_closed (self->engine, &error) ||
      !feed_push_request (self, request, &error))
    {
      g_task_return_error (task, error);
      request_free (request);
    }
}

void
_beaver_feed_remove (BeaverFeed *self, BeaverFeedSink *sink)
{
  g_autoptr (BeaverFeedSink) keep = _beaver_feed_sink_ref (sink);
  GPtrArray *sinks;

  g_mutex_lock (&self->mutex);
  sink->removed = TRUE;
  sinks = g_hash_table_lookup (self->sinks, sink->channel);
  if (sinks != NULL && g_ptr_array_remove (sinks, sink))
    {
      self->n_sinks--;
      if (sinks->len == 0)
        g_hash_table_remove (self->sinks, sink->channel);
      if (self->n_sinks == 0 && self->running)
        _beaver_watch_poke (self->watch);
    }
  g_mutex_unlock (&self->mutex);
}

/* Lifetime */

BeaverFeed *
_beaver_feed_new (BeaverEngine *engine, const char *topic, const char *thread_name)
{
  BeaverFeed *self = g_new0 (BeaverFeed, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->engine = _beaver_engine_ref (engine);
  self->topic = g_strdup (topic);
  self->thread_name = g_strdup (thread_name);
  g_mutex_init (&self->start_mutex);
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->pump_mutex);
  g_cond_init (&self->cond);
  self->sinks =
      g_hash_table_new_full (g_str_hash, g_str_equal, (GDestroyNotify) g_ref_string_release,
                             (GDestroyNotify) g_ptr_array_unref);
  g_queue_init (&self->requests);
  return self;
}

void
_beaver_feed_set_tick (BeaverFeed *self, double period, void (*tick) (gpointer data), gpointer data)
{
  self->period = period;
  self->tick = tick;
  self->tick_data = data;
}

BeaverFeed *
_beaver_feed_ref (BeaverFeed *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_feed_unref (BeaverFeed *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  /* A thread that runs holds a reference, so what is left here has ended or is about to. */
  if (self->thread != NULL && self->thread != g_thread_self ())
    g_thread_join (self->thread);
  else if (self->thread != NULL)
    g_thread_unref (self->thread);
  g_hash_table_unref (self->sinks);
  g_mutex_clear (&self->start_mutex);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->pump_mutex);
  g_cond_clear (&self->cond);
  _beaver_engine_unref (self->engine);
  g_free (self->topic);
  g_free (self->thread_name);
  g_free (self);
}

void
_beaver_feed_stop (BeaverFeed *self)
{
  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  if (self->watch != NULL)
    _beaver_watch_stop (self->watch);
  g_mutex_unlock (&self->mutex);
}

guint
_beaver_feed_join (BeaverFeed *self)
{
  guint joined = 0;

  feed_end_if_stopped (self);
  g_mutex_lock (&self->start_mutex);
  if (self->thread != NULL && self->thread != g_thread_self ())
    {
      g_thread_join (g_steal_pointer (&self->thread));
      joined = 1;
    }
  g_mutex_unlock (&self->start_mutex);
  return joined;
}
