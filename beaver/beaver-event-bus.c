/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events: who listens, here and elsewhere, and how what happens gets to them.
 *
 * An event is a message on the channel __events_TOPIC__ (spec 3.4). One feed per database follows
 * the channels that somebody of this process listens to; its thread reads the envelopes and queues
 * them, and the callbacks run in the context of the database.
 *
 * A write emits when anybody listens. Listeners of this process are counted here; those of other
 * processes lie in
 *
 *   __beaver_x_listeners__
 *     bus         TEXT     the channel
 *     listener    TEXT     one for each open database
 *     expires_at  REAL     renewed while it listens, so that a process that dies is forgotten
 *     primary key (bus, listener)
 *
 * A writer reads that table again only when another process has committed since, which the engine
 * knows for nothing. Python's listeners do not register anywhere; for them there is
 * BeaverDb:always-emit-events. */
#include "config.h"

#include <beaver/beaver-event-bus-private.h>
#include <beaver/beaver-event-private.h>
#include <beaver/beaver-pubsub-private.h>
#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-fork-private.h>

#define SQL_HAS_LISTENERS                                                                          \
  "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '__beaver_x_listeners__'"
#define SQL_CREATE_LISTENERS                                                                       \
  "CREATE TABLE IF NOT EXISTS __beaver_x_listeners__ "                                             \
  "(bus TEXT NOT NULL, listener TEXT NOT NULL, expires_at REAL NOT NULL, "                         \
  "PRIMARY KEY (bus, listener))"
#define SQL_OTHERS                                                                                 \
  "SELECT bus, MAX(expires_at) FROM __beaver_x_listeners__ "                                       \
  "WHERE listener <> $1 AND expires_at > $2 GROUP BY bus"
#define SQL_LISTEN                                                                                 \
  "INSERT INTO __beaver_x_listeners__ (bus, listener, expires_at) VALUES ($1, $2, $3) "            \
  "ON CONFLICT (bus, listener) DO UPDATE SET expires_at = excluded.expires_at"
#define SQL_LEAVE "DELETE FROM __beaver_x_listeners__ WHERE listener = $1 OR expires_at < $2"

/* The primary key of the log is the stamp. */
#define SQL_PRUNE                                                                                  \
  "DELETE FROM __beaver_pubsub_log__ WHERE timestamp IN "                                          \
  "(SELECT timestamp FROM __beaver_pubsub_log__ WHERE channel_name = $1 AND timestamp < $2 "       \
  "ORDER BY timestamp LIMIT $3)"

/* Seconds. */
#define LISTENER_TTL 300.0
#define LISTENER_RENEW 100.0

/* How long events stay in the file, in seconds, and after how many of a channel it is looked for
 * older ones: a prime, so that channels that take turns all have theirs. */
#define KEPT 3600.0
#define PRUNE_EVERY 251

/* Events that wait for the context; beyond, the oldest are dropped. */
#define MAX_PENDING 16384

struct _BeaverEventRegistration
{
  gatomicrefcount ref_count;
  BeaverEventBus *bus;   /* strong */
  GMainContext *context; /* strong, of the database */
  char *topic;
  GRefString *channel;
  char *event;
  BeaverEventFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean unique;
  int active;           /* atomic */
  BeaverFeedSink *sink; /* cleared by whoever sets active to 0 */
  guint running;        /* only in the context: calls of func that have not returned */
  gboolean released;    /* only in the context: to be destroyed when running falls to 0 */
};

typedef struct
{
  BeaverEventRegistration *registration; /* strong */
  BeaverEnvelope *envelope;              /* strong */
} Delivery;

struct _BeaverEventBus
{
  gatomicrefcount ref_count;
  BeaverEngine *engine; /* strong */
  BeaverFeed *feed;
  char *listener;
  int always; /* atomic */

  GMutex on_mutex; /* makes "look for the pair, attach it" one step; taken before mutex, and not
                      while writing */

  GMutex mutex;
  GHashTable *channels; /* (mutex) channel -> number of registrations */
  GPtrArray
      *registrations;  /* (mutex) of BeaverEventRegistration, strong, in the order of attaching */
  gboolean stopped;    /* (mutex) */
  guint close_work;    /* (mutex) id; 0: none */
  GQueue pending;      /* (mutex) of Delivery */
  gboolean scheduled;  /* (mutex) a dispatch is posted */
  gboolean overflow;   /* (mutex) dropped, and not said yet */
  GHashTable *others;  /* (mutex) channel -> double, until when others listen; NULL: never read */
  gint64 others_token; /* (mutex) state of the file when others was read */

  BeaverFeedRow
      *last_row; /* under the feed's lock, in its thread: the envelope of this row was read */
  BeaverEnvelope *last_envelope;
};

/* All of the process: engine -> bus. */
static GHashTable *registry; /* (process mutex) */

/* atomic: moves on whenever somebody of this process begins to listen to something, or all is to be
 * emitted */
static int bus_serial = 1;

static void event_bus_tick (gpointer data);

static void
event_bus_free (BeaverEventBus *self)
{
  g_clear_pointer (&self->feed, _beaver_feed_unref);
  g_clear_pointer (&self->last_row, _beaver_feed_row_unref);
  g_clear_pointer (&self->last_envelope, _beaver_envelope_unref);
  g_clear_pointer (&self->others, g_hash_table_unref);
  g_hash_table_unref (self->channels);
  g_ptr_array_unref (self->registrations);
  g_mutex_clear (&self->on_mutex);
  g_mutex_clear (&self->mutex);
  g_free (self->listener);
  _beaver_engine_unref (self->engine);
  g_free (self);
}

BeaverEventBus *
_beaver_event_bus_ref (BeaverEventBus *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_event_bus_unref (BeaverEventBus *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    event_bus_free (self);
}

static BeaverEventBus *
event_bus_new (BeaverEngine *engine)
{
  BeaverEventBus *self = g_new0 (BeaverEventBus, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->engine = _beaver_engine_ref (engine);
  self->feed = _beaver_feed_new (engine, BEAVER_PUBSUB_EVENTS_TOPIC, "beaver-events");
  if (!_beaver_engine_is_memory (engine))
    _beaver_feed_set_tick (self->feed, LISTENER_RENEW, event_bus_tick, self);
  self->listener = _beaver_uuid_new ();
  g_mutex_init (&self->on_mutex);
  g_mutex_init (&self->mutex);
  self->channels =
      g_hash_table_new_full (g_str_hash, g_str_equal, (GDestroyNotify) g_ref_string_release, NULL);
  self->registrations =
      g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_event_registration_unref);
  g_queue_init (&self->pending);
  return self;
}

BeaverEventBus *
_beaver_event_bus_get (BeaverEngine *engine)
{
  BeaverEventBus *self;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_EVENTS));
  if (registry == NULL)
    registry = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (registry, engine);
  /* Closing shuts the door first and takes the bus out of here afterwards, so none is left behind.
   */
  if (self == NULL && !_beaver_engine_is_closed (engine))
    {
      self = event_bus_new (engine);
      g_hash_table_insert (registry, engine, self);
    }
  if (self != NULL)
    _beaver_event_bus_ref (self);
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_EVENTS));
  return self;
}

static BeaverEventBus *
event_bus_find (BeaverEngine *engine, gboolean forget)
{
  BeaverEventBus *self = NULL;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_EVENTS));
  if (registry != NULL)
    self = g_hash_table_lookup (registry, engine);
  if (self != NULL && forget)
    g_hash_table_remove (registry, engine);
  else if (self != NULL)
    _beaver_event_bus_ref (self);
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_EVENTS));
  return self;
}

/* Registrations */

static BeaverEventRegistration *
registration_ref (BeaverEventRegistration *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_event_registration_unref (BeaverEventRegistration *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ref_string_release (self->channel);
  g_free (self->topic);
  g_free (self->event);
  g_clear_pointer (&self->context, g_main_context_unref);
  _beaver_event_bus_unref (self->bus);
  g_free (self);
}

gboolean
_beaver_event_registration_is_active (BeaverEventRegistration *self)
{
  return g_atomic_int_get (&self->active) != 0;
}

const char *
_beaver_event_registration_get_topic (BeaverEventRegistration *self)
{
  return self->topic;
}

const char *
_beaver_event_registration_get_event (BeaverEventRegistration *self)
{
  return self->event;
}

static void
registration_destroy_data (BeaverEventRegistration *self)
{
  GDestroyNotify destroy = self->destroy;

  self->destroy = NULL;
  if (destroy != NULL)
    destroy (g_steal_pointer (&self->user_data));
}

/* In the context, behind every call that began before. */
static void
registration_release (gpointer data)
{
  BeaverEventRegistration *self = data;

  if (self->running > 0)
    self->released = TRUE;
  else
    registration_destroy_data (self);
}

gboolean
_beaver_event_registration_detach (BeaverEventRegistration *self)
{
  BeaverEventBus *bus = self->bus;
  BeaverFeedSink *sink;
  gpointer count;

  if (!g_atomic_int_compare_and_exchange (&self->active, 1, 0))
    return FALSE;

  sink = g_steal_pointer (&self->sink);
  _beaver_feed_remove (bus->feed, sink);
  registration_ref (self); /* what is posted below */
  g_mutex_lock (&bus->mutex);
  if (g_ptr_array_find (bus->registrations, self, NULL))
    {
      count = g_hash_table_lookup (bus->channels, self->channel);
      if (GPOINTER_TO_UINT (count) > 1)
        g_hash_table_replace (bus->channels, g_ref_string_acquire (self->channel),
                              GUINT_TO_POINTER (GPOINTER_TO_UINT (count) - 1));
      else
        g_hash_table_remove (bus->channels, self->channel);
      g_ptr_array_remove (bus->registrations, self);
    }
  g_mutex_unlock (&bus->mutex);
  _beaver_context_post (self->context, registration_release, self,
                        (GDestroyNotify) _beaver_event_registration_unref);
  _beaver_feed_sink_unref (sink);
  return TRUE;
}

/* Delivery */

static void
delivery_free (Delivery *self)
{
  _beaver_event_registration_unref (self->registration);
  _beaver_envelope_unref (self->envelope);
  g_free (self);
}

/* In the context: one call. */
static void
event_bus_dispatch (gpointer data)
{
  BeaverEventBus *self = data;
  BeaverEventRegistration *registration;
  Delivery *delivery;
  gboolean overflow;

  g_mutex_lock (&self->mutex);
  delivery = g_queue_pop_head (&self->pending);
  /* The next one is posted first: the callback may run the context itself. */
  self->scheduled = !g_queue_is_empty (&self->pending);
  if (self->scheduled)
    _beaver_context_post (delivery->registration->context, event_bus_dispatch,
                          _beaver_event_bus_ref (self), (GDestroyNotify) _beaver_event_bus_unref);
  overflow = self->overflow;
  self->overflow = FALSE;
  g_mutex_unlock (&self->mutex);

  if (overflow)
    g_warning ("%s: more than %d events waited for the main context; the oldest were dropped",
               _beaver_engine_get_path (self->engine), MAX_PENDING);
  if (delivery == NULL)
    return;

  registration = delivery->registration;
  if (_beaver_event_registration_is_active (registration))
    {
      g_autoptr (BeaverEvent) event = _beaver_event_new (delivery->envelope);

      registration->running++;
      registration->func (event, registration->user_data);
      registration->running--;
      if (registration->running == 0 && registration->released)
        registration_destroy_data (registration);
    }
  delivery_free (delivery);
}

static void
registration_deliver (gpointer data, BeaverFeedRow *row)
{
  BeaverEventRegistration *registration = data;
  BeaverEventBus *self = registration->bus;
  Delivery *delivery;
  Delivery *dropped = NULL;

  /* the row comes once for each registration */
  if (self->last_row != row)
    {
      g_clear_pointer (&self->last_envelope, _beaver_envelope_unref);
      g_clear_pointer (&self->last_row, _beaver_feed_row_unref);
      self->last_row = g_atomic_rc_box_acquire (row);
      self->last_envelope = _beaver_envelope_parse (registration->topic, row->payload, row->length);
    }
  /* Anybody can publish on the channel; what is no envelope is no event. */
  if (self->last_envelope == NULL ||
      !g_str_equal (self->last_envelope->name, registration->event) ||
      !_beaver_event_registration_is_active (registration))
    return;

  delivery = g_new (Delivery, 1);
  delivery->registration = registration_ref (registration);
  delivery->envelope = _beaver_envelope_ref (self->last_envelope);
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->pending, delivery);
  if (self->pending.length > MAX_PENDING)
    {
      dropped = g_queue_pop_head (&self->pending);
      self->overflow = TRUE;
    }
  if (!self->scheduled)
    {
      self->scheduled = TRUE;
      _beaver_context_post (registration->context, event_bus_dispatch, _beaver_event_bus_ref (self),
                            (GDestroyNotify) _beaver_event_bus_unref);
    }
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&dropped, delivery_free);
}

static const BeaverFeedSinkFuncs sink_funcs = { registration_deliver, NULL, NULL };

/* Listeners in the file: works */

typedef struct
{
  const char *listener;
  GPtrArray *channels; /* (element-type GRefString); NULL: leave */
  gboolean renew;      /* channels are all, not one more */
} ListenOp;

static gboolean
has_listeners (BeaverConnection *connection, gboolean *result, GError **error)
{
  g_autoptr (BeaverStatement) has =
      _beaver_connection_prepare (connection, SQL_HAS_LISTENERS, error);
  BeaverStep step = has != NULL ? _beaver_statement_step (has, error) : BEAVER_STEP_ERROR;

  *result = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

static double
wall_clock (void)
{
  return g_get_real_time () / (double) G_USEC_PER_SEC;
}

static gboolean
listen_work (BeaverConnection *connection, gpointer data, GError **error)
{
  ListenOp *op = data;
  gboolean there;

  if (!has_listeners (connection, &there, error))
    return FALSE;
  if (!there && op->channels == NULL)
    return TRUE;
  if (!there && !_beaver_connection_execute (connection, SQL_CREATE_LISTENERS, error))
    return FALSE;

  if (op->channels == NULL || op->renew)
    {
      g_autoptr (BeaverStatement) leave = _beaver_connection_prepare (connection, SQL_LEAVE, error);

      if (leave == NULL)
        return FALSE;
      _beaver_statement_bind_text (leave, 1, op->listener, -1);
      _beaver_statement_bind_double (leave, 2, wall_clock ());
      if (!_beaver_statement_run (leave, error))
        return FALSE;
    }
  for (guint i = 0; op->channels != NULL && i < op->channels->len; i++)
    {
      g_autoptr (BeaverStatement) listen =
          _beaver_connection_prepare (connection, SQL_LISTEN, error);

      if (listen == NULL)
        return FALSE;
      _beaver_statement_bind_text (listen, 1, op->channels->pdata[i], -1);
      _beaver_statement_bind_text (listen, 2, op->listener, -1);
      _beaver_statement_bind_double (listen, 3, wall_clock () + LISTENER_TTL);
      if (!_beaver_statement_run (listen, error))
        return FALSE;
    }
  return TRUE;
}

/* The same as an operation of its own. */
typedef struct
{
  ListenOp op;
  BeaverEventBus *bus; /* strong */
} ListenJob;

static void
listen_job_free (gpointer data)
{
  ListenJob *self = data;

  g_ptr_array_unref (self->op.channels);
  _beaver_event_bus_unref (self->bus);
  g_free (self);
}

static gboolean
listen_job_work (BeaverConnection *connection, gpointer data, GError **error)
{
  ListenJob *self = data;

  return listen_work (connection, &self->op, error);
}

static void
event_bus_listen_later (BeaverEventBus *self, GRefString *channel)
{
  ListenJob *job = g_new0 (ListenJob, 1);

  job->bus = _beaver_event_bus_ref (self);
  job->op.listener = self->listener;
  job->op.channels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  g_ptr_array_add (job->op.channels, g_ref_string_acquire (channel));
  _beaver_engine_run_detached (self->engine, BEAVER_ACCESS_WRITE, listen_job_work, job,
                               listen_job_free);
}

static gboolean
leave_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverEventBus *self = data;
  ListenOp op = { self->listener, NULL, FALSE };

  return listen_work (connection, &op, error);
}

/* In the thread of the feed. A failure is mended the next time, long before the rows expire. */
static void
event_bus_tick (gpointer data)
{
  BeaverEventBus *self = data;
  g_autoptr (GPtrArray) channels =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  ListenOp op = { self->listener, channels, TRUE };
  GHashTableIter iter;
  gpointer channel;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, &channel, NULL))
    g_ptr_array_add (channels, g_ref_string_acquire (channel));
  g_mutex_unlock (&self->mutex);
  _beaver_engine_run (self->engine, BEAVER_ACCESS_WRITE, listen_work, &op, NULL, NULL);
}

/* Who listens in other processes; what cannot be read is nobody. */
static GHashTable *
read_others (BeaverEventBus *self, BeaverConnection *connection)
{
  g_autoptr (GHashTable) others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean there;

  if (!has_listeners (connection, &there, NULL) || !there ||
      (statement = _beaver_connection_prepare (connection, SQL_OTHERS, NULL)) == NULL)
    return g_steal_pointer (&others);
  _beaver_statement_bind_text (statement, 1, self->listener, -1);
  _beaver_statement_bind_double (statement, 2, wall_clock ());
  while (_beaver_statement_step (statement, NULL) == BEAVER_STEP_ROW)
    {
      char *channel = _beaver_statement_dup_text (statement, 0);
      double until = _beaver_statement_double (statement, 1);

      if (channel != NULL)
        g_hash_table_replace (others, channel, g_memdup2 (&until, sizeof until));
    }
  return g_steal_pointer (&others);
}

/* known: not only because it takes a statement to know. */
static gboolean
event_bus_wants (BeaverEventBus *self,
                 BeaverConnection *connection,
                 const char *channel,
                 gboolean *known)
{
  gboolean wanted = g_atomic_int_get (&self->always) != 0;
  gint64 token = 0;
  gboolean fresh;
  double *until;

  *known = TRUE;
  g_mutex_lock (&self->mutex);
  wanted |= g_hash_table_contains (self->channels, channel);
  fresh = self->others != NULL && _beaver_engine_get_foreign_token (self->engine, &token) &&
          token == self->others_token;
  if (!wanted && !fresh && !_beaver_engine_is_memory (self->engine))
    {
      GHashTable *others;

      g_mutex_unlock (&self->mutex);
      if (_beaver_connection_refuse_only (connection))
        {
          *known = FALSE;
          return FALSE;
        }
      _beaver_engine_get_foreign_token (self->engine, &token);
      others = read_others (self, connection);
      g_mutex_lock (&self->mutex);
      g_clear_pointer (&self->others, g_hash_table_unref);
      self->others = others;
      self->others_token = token;
    }
  if (!wanted && self->others != NULL && g_hash_table_size (self->others) > 0)
    {
      until = g_hash_table_lookup (self->others, channel);
      wanted = until != NULL && *until > wall_clock ();
    }
  g_mutex_unlock (&self->mutex);
  return wanted;
}

gboolean
_beaver_manager_core_wants_events (BeaverManagerCore *self, BeaverConnection *connection)
{
  g_autoptr (BeaverEventBus) bus = NULL;
  int serial = g_atomic_int_get (&bus_serial);
  gint64 token;
  gboolean tells, known;

  if (g_atomic_int_get (&self->emits) > 0)
    return TRUE;
  tells = _beaver_engine_get_foreign_token (self->engine, &token);
  if (g_atomic_int_get (&self->quiet_serial) == serial && token == self->quiet_token && tells)
    return FALSE;
  bus = _beaver_event_bus_get (self->engine);
  if (bus == NULL)
    return FALSE;
  if (event_bus_wants (bus, connection, self->events_channel, &known))
    return TRUE;
  /* What was found for an older token is found again: who listens there now is seen by the next. */
  if (tells && known)
    {
      self->quiet_token = token;
      g_atomic_int_set (&self->quiet_serial, serial);
    }
  return FALSE;
}

/* Events that have been told are of no use to anybody: whoever listens follows from where he began.
 */
gboolean
_beaver_event_bus_append (BeaverConnection *connection,
                          const char *channel,
                          const char *envelope,
                          GError **error)
{
  static int counters[64]; /* atomic: by the hash of the channel */
  int *counter = &counters[g_str_hash (channel) % G_N_ELEMENTS (counters)];
  g_autoptr (BeaverStatement) prune = NULL;

  if ((guint) g_atomic_int_add (counter, 1) % PRUNE_EVERY == 0)
    {
      prune = _beaver_connection_prepare (connection, SQL_PRUNE, error);
      if (prune == NULL)
        return FALSE;
      _beaver_statement_bind_text (prune, 1, channel, -1);
      _beaver_statement_bind_double (prune, 2, wall_clock () - KEPT);
      _beaver_statement_bind_int (prune, 3, 2 * PRUNE_EVERY);
      if (!_beaver_statement_run (prune, error))
        return FALSE;
    }
  return _beaver_pubsub_append (connection, channel, envelope, NULL, NULL, error);
}

gboolean
_beaver_manager_core_emit (BeaverManagerCore *self,
                           BeaverConnection *connection,
                           const char *event,
                           const char *payload,
                           GError **error)
{
  g_autofree char *envelope = NULL;

  if (!_beaver_manager_core_wants_events (self, connection))
    return TRUE;
  envelope = _beaver_envelope_write (event, payload);
  return _beaver_event_bus_append (connection, self->events_channel, envelope, error);
}

/* Attaching */

static BeaverEventRegistration *
event_bus_lookup (BeaverEventBus *self,
                  const char *channel,
                  const char *event,
                  BeaverEventFunc func,
                  gpointer user_data,
                  gboolean unique)
{
  BeaverEventRegistration *found = NULL;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; found == NULL && i < self->registrations->len; i++)
    {
      BeaverEventRegistration *registration = self->registrations->pdata[i];

      if (registration->func == func && registration->user_data == user_data &&
          registration->unique == unique && g_str_equal (registration->event, event) &&
          g_str_equal (registration->channel, channel) &&
          _beaver_event_registration_is_active (registration))
        found = registration_ref (registration);
    }
  g_mutex_unlock (&self->mutex);
  return found;
}

gboolean
_beaver_event_bus_detach (BeaverEventBus *self,
                          const char *topic,
                          const char *event,
                          BeaverEventFunc func,
                          gpointer user_data,
                          gboolean unique)
{
  g_autofree char *channel = g_strdup_printf ("__events_%s__", topic);

  for (;;)
    {
      g_autoptr (BeaverEventRegistration) registration =
          event_bus_lookup (self, channel, event, func, user_data, unique);

      if (registration == NULL)
        return FALSE;
      if (_beaver_event_registration_detach (registration))
        return TRUE;
    }
}

/* Puts the row of the channel into the file. A file that cannot be written has no other writers
 * that would look. */
static gboolean
event_bus_listen (BeaverEventBus *self, GRefString *channel, GError **error)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new ();
  g_autoptr (GError) reason = NULL;
  ListenOp op = { self->listener, channels, FALSE };

  if (_beaver_engine_is_memory (self->engine))
    return TRUE;
  g_mutex_lock (&self->mutex);
  if (self->close_work == 0)
    self->close_work = _beaver_engine_add_close_work (self->engine, leave_work, self);
  g_mutex_unlock (&self->mutex);
  g_ptr_array_add (channels, channel);
  /* It may be rolled back: once more behind its end. */
  if (_beaver_engine_get_serial (self->engine) != 0)
    event_bus_listen_later (self, channel);
  if (_beaver_engine_run (self->engine, BEAVER_ACCESS_WRITE, listen_work, &op, NULL, &reason) ||
      g_error_matches (reason, BEAVER_ERROR, BEAVER_ERROR_READ_ONLY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

BeaverEventRegistration *
_beaver_event_bus_attach (BeaverEventBus *self,
                          GMainContext *context,
                          const char *topic,
                          const char *event,
                          BeaverEventFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy,
                          gboolean unique,
                          GError **error)
{
  g_autofree char *channel = g_strdup_printf ("__events_%s__", topic);
  g_autoptr (BeaverEventRegistration) registration = NULL;
  g_autoptr (BeaverFeedSink) sink = NULL;
  guint count = 0;
  gboolean stopped;

  g_mutex_lock (&self->on_mutex);
  if (unique && (registration = event_bus_lookup (self, channel, event, func, user_data, TRUE)))
    {
      g_mutex_unlock (&self->on_mutex);
      if (destroy != NULL)
        destroy (user_data);
      return g_steal_pointer (&registration);
    }

  registration = g_new0 (BeaverEventRegistration, 1);
  g_atomic_ref_count_init (&registration->ref_count);
  registration->bus = _beaver_event_bus_ref (self);
  registration->context = context != NULL ? g_main_context_ref (context) : NULL;
  registration->topic = g_strdup (topic);
  registration->channel = g_ref_string_new (channel);
  registration->event = g_strdup (event);
  registration->func = func;
  registration->user_data = user_data;
  registration->destroy = destroy;
  registration->unique = unique;
  registration->active = 1;
  sink = _beaver_feed_sink_new (channel, &sink_funcs, registration_ref (registration),
                                (GDestroyNotify) _beaver_event_registration_unref);
  registration->sink = _beaver_feed_sink_ref (sink);

  g_mutex_lock (&self->mutex);
  stopped = self->stopped;
  if (!stopped)
    {
      count = GPOINTER_TO_UINT (g_hash_table_lookup (self->channels, channel)) + 1;
      g_hash_table_replace (self->channels, g_ref_string_acquire (registration->channel),
                            GUINT_TO_POINTER (count));
      g_ptr_array_add (self->registrations, registration_ref (registration));
      g_atomic_int_inc (&bus_serial);
    }
  g_mutex_unlock (&self->mutex);
  if (stopped)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "the database was closed");
  if (stopped || !_beaver_feed_add (self->feed, sink, error))
    {
      g_mutex_unlock (&self->on_mutex);
      _beaver_event_registration_detach (registration);
      return NULL;
    }
  g_mutex_unlock (&self->on_mutex);

  if (count == 1 && !event_bus_listen (self, registration->channel, error))
    {
      _beaver_event_registration_detach (registration);
      return NULL;
    }
  return g_steal_pointer (&registration);
}

/* Closing */

void
_beaver_events_stop (BeaverEngine *engine)
{
  g_autoptr (BeaverEventBus) self = event_bus_find (engine, FALSE);

  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_mutex_unlock (&self->mutex);
  _beaver_feed_stop (self->feed);
}

guint
_beaver_events_join (BeaverEngine *engine)
{
  g_autoptr (BeaverEventBus) self = event_bus_find (engine, FALSE);

  return self != NULL ? _beaver_feed_join (self->feed) : 0;
}

void
_beaver_events_forget (BeaverEngine *engine)
{
  g_autoptr (BeaverEventBus) self = event_bus_find (engine, TRUE);

  if (self == NULL)
    return;
  for (;;)
    {
      g_autoptr (BeaverEventRegistration) registration = NULL;

      g_mutex_lock (&self->mutex);
      self->stopped = TRUE;
      if (self->registrations->len > 0)
        registration = registration_ref (self->registrations->pdata[0]);
      g_mutex_unlock (&self->mutex);
      if (registration == NULL)
        break;
      _beaver_event_registration_detach (registration);
    }
  if (self->close_work != 0)
    _beaver_engine_remove_close_work (engine, self->close_work);
}

void
_beaver_events_set_always (BeaverEngine *engine, gboolean always)
{
  g_autoptr (BeaverEventBus) self = _beaver_event_bus_get (engine);

  if (self != NULL)
    g_atomic_int_set (&self->always, always ? 1 : 0);
  g_atomic_int_inc (&bus_serial);
}

gboolean
_beaver_events_get_always (BeaverEngine *engine)
{
  g_autoptr (BeaverEventBus) self = event_bus_find (engine, FALSE);

  return self != NULL && g_atomic_int_get (&self->always) != 0;
}

guint
_beaver_events_count (BeaverEngine *engine)
{
  g_autoptr (BeaverEventBus) self = event_bus_find (engine, FALSE);
  guint n = 0;

  if (self == NULL)
    return 0;
  g_mutex_lock (&self->mutex);
  n = self->registrations->len;
  g_mutex_unlock (&self->mutex);
  return n;
}
