/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-consumer-private.h>
#include <beaver/engine/beaver-fork-private.h>

/* __beaver_x_consumers__
 *
 * - channel_name, consumer_name: TEXT, primary key
 * - message_rowid, message_stamp: of the last message acknowledged; 0 and -1: none yet. The stamp
 *   finds the place again when rowids have changed owner
 * - owner: TEXT, who has it; empty: nobody
 * - lease_until: REAL, until when */
#define TABLE "__beaver_x_consumers__"
#define SQL_CREATE                                                                                 \
  "CREATE TABLE IF NOT EXISTS __beaver_x_consumers__ "                                             \
  "(channel_name TEXT NOT NULL, consumer_name TEXT NOT NULL, message_rowid INTEGER NOT NULL, "     \
  "message_stamp REAL NOT NULL, owner TEXT NOT NULL, lease_until REAL NOT NULL, "                  \
  "PRIMARY KEY (channel_name, consumer_name))"
#define SQL_LOAD                                                                                   \
  "SELECT message_rowid, message_stamp, owner, lease_until FROM __beaver_x_consumers__ "           \
  "WHERE channel_name = $1 AND consumer_name = $2"
#define SQL_STORE                                                                                  \
  "INSERT INTO __beaver_x_consumers__ "                                                            \
  "(channel_name, consumer_name, message_rowid, message_stamp, owner, lease_until) "               \
  "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (channel_name, consumer_name) DO UPDATE SET "       \
  "message_rowid = excluded.message_rowid, message_stamp = excluded.message_stamp, "               \
  "owner = excluded.owner, lease_until = excluded.lease_until"
#define SQL_RELEASE                                                                                \
  "UPDATE __beaver_x_consumers__ SET owner = '', lease_until = 0 "                                 \
  "WHERE channel_name = $1 AND consumer_name = $2 AND owner = $3"
#define SQL_REMOVE                                                                                 \
  "DELETE FROM __beaver_x_consumers__ WHERE channel_name = $1 AND consumer_name = $2"
#define SQL_BEFORE_TIME                                                                            \
  "SELECT rowid, timestamp FROM __beaver_pubsub_log__ "                                            \
  "WHERE channel_name = $1 AND timestamp < $2 ORDER BY timestamp DESC LIMIT 1"
#define SQL_BEFORE_OFFSET                                                                          \
  "SELECT rowid, timestamp FROM __beaver_pubsub_log__ WHERE rowid < $1 ORDER BY rowid DESC LIMIT " \
  "1"

/* Seconds. */
#define LEASE 60.0
#define RENEW 20.0

/* Owners that gave their consumers back, which is not written yet: in this process they are free at
 * once. */
const char _beaver_consumers_schema[] = SQL_CREATE;

static GHashTable *released; /* (process mutex) set of owners */

BeaverConsumerState *
_beaver_consumer_state_new (BeaverManagerCore *core, const char *name)
{
  BeaverConsumerState *self = g_new0 (BeaverConsumerState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->core = _beaver_manager_core_ref (core);
  self->channel = g_ref_string_new (core->name);
  self->name = g_strdup (name);
  self->owner = _beaver_uuid_new ();
  g_mutex_init (&self->mutex);
  g_queue_init (&self->rows);
  return self;
}

BeaverConsumerState *
_beaver_consumer_state_ref (BeaverConsumerState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_consumer_state_unref (BeaverConsumerState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->rows, (GDestroyNotify) _beaver_feed_row_unref);
  g_mutex_clear (&self->mutex);
  g_ref_string_release (self->channel);
  g_free (self->name);
  g_free (self->owner);
  _beaver_manager_core_unref (self->core);
  g_free (self);
}

void
_beaver_consumer_state_set_position (BeaverConsumerState *self, const BeaverFeedPosition *position)
{
  GQueue rows;

  g_mutex_lock (&self->mutex);
  rows = self->rows;
  g_queue_init (&self->rows);
  self->position = *position;
  self->generation++;
  g_mutex_unlock (&self->mutex);
  g_queue_clear_full (&rows, (GDestroyNotify) _beaver_feed_row_unref);
}

void
_beaver_consumer_state_renewed (BeaverConsumerState *self)
{
  g_mutex_lock (&self->mutex);
  self->renew_at = g_get_monotonic_time () + (gint64) (RENEW * G_USEC_PER_SEC);
  g_mutex_unlock (&self->mutex);
}

static BeaverFeedPosition
position_behind (gint64 rowid, double stamp)
{
  BeaverFeedPosition position = { .known = TRUE, .rowid = rowid, .newest = stamp };

  if (rowid > 0)
    {
      position.ring[0] = stamp;
      position.seen = 1;
    }
  return position;
}

void
_beaver_consumer_state_mark_released (BeaverConsumerState *self, gboolean mark)
{
  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
  if (released == NULL)
    released = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (mark)
    g_hash_table_add (released, g_strdup (self->owner));
  else
    g_hash_table_remove (released, self->owner);
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
}

/* For who reads without keeping others from writing: the release of one that is not in here was in
 * the file before, so a read that begins now sees it. */
GHashTable *
_beaver_consumer_get_released (void)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer owner;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
  if (released != NULL)
    {
      g_hash_table_iter_init (&iter, released);
      while (g_hash_table_iter_next (&iter, &owner, NULL))
        g_hash_table_add (copy, g_strdup (owner));
    }
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
  return copy;
}

static gboolean
is_released (const char *owner)
{
  gboolean found;

  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
  found = released != NULL && g_hash_table_contains (released, owner);
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_CONSUMERS));
  return found;
}

/* Works */

static double
wall_clock (void)
{
  return g_get_real_time () / (double) G_USEC_PER_SEC;
}

gboolean
_beaver_consumer_is_owned (const char *owner, double lease_until, GHashTable *gone)
{
  return owner != NULL && *owner != '\0' && lease_until > wall_clock () &&
         !(gone != NULL ? g_hash_table_contains (gone, owner) : is_released (owner));
}

static void
set_conflict (BeaverConsumerState *state, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               "consumer “%s” is in use elsewhere; close it there, or try again in a minute",
               state->name);
}

typedef struct
{
  gboolean found;
  gint64 rowid;
  double stamp;
} ConsumerRow;

/* What the file says; an error when somebody else has it. */
static gboolean
load (BeaverConsumerState *state,
      BeaverConnection *connection,
      gboolean must_own,
      ConsumerRow *row,
      GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_LOAD, error);
  BeaverStep step;
  const char *owner;

  *row = (ConsumerRow){ FALSE };
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, state->core->name, -1);
  _beaver_statement_bind_text (statement, 2, state->name, -1);
  if ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ERROR)
    return FALSE;
  if (step == BEAVER_STEP_DONE)
    {
      if (must_own)
        g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                     "consumer “%s” was removed; open it again", state->name);
      return !must_own;
    }
  row->found = TRUE;
  row->rowid = _beaver_statement_int (statement, 0);
  row->stamp = _beaver_statement_double (statement, 1);
  owner = _beaver_statement_text (statement, 2, NULL);
  if (g_strcmp0 (owner, state->owner) != 0 &&
      (must_own ||
       _beaver_consumer_is_owned (owner, _beaver_statement_double (statement, 3), NULL)))
    {
      set_conflict (state, error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
store (BeaverConsumerState *state,
       BeaverConnection *connection,
       gint64 rowid,
       double stamp,
       GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_STORE, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, state->core->name, -1);
  _beaver_statement_bind_text (statement, 2, state->name, -1);
  _beaver_statement_bind_int (statement, 3, rowid);
  _beaver_statement_bind_double (statement, 4, stamp);
  _beaver_statement_bind_text (statement, 5, state->owner, -1);
  _beaver_statement_bind_double (statement, 6, wall_clock () + LEASE);
  return _beaver_statement_run (statement, error);
}

/* The message before the place that start and value name. */
static gboolean
find_start (BeaverConsumerOp *op, BeaverConnection *connection, GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverStep step;

  op->position = position_behind (0, -1);
  switch (op->start)
    {
    case BEAVER_CONSUMER_START_END:
      return _beaver_feed_position_at_end (&op->position, connection, error);
    case BEAVER_CONSUMER_START_TIME:
      statement = _beaver_connection_prepare (connection, SQL_BEFORE_TIME, error);
      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_text (statement, 1, op->state->core->name, -1);
      _beaver_statement_bind_double (statement, 2, op->value);
      break;
    case BEAVER_CONSUMER_START_OFFSET:
      statement = _beaver_connection_prepare (connection, SQL_BEFORE_OFFSET, error);
      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_int (statement, 1, (gint64) op->value);
      break;
    case BEAVER_CONSUMER_START_BEGINNING:
    case BEAVER_CONSUMER_START_ACKNOWLEDGED:
    default:
      return TRUE;
    }
  if ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    op->position = position_behind (_beaver_statement_int (statement, 0),
                                    _beaver_statement_double (statement, 1));
  return step != BEAVER_STEP_ERROR;
}

/* Opening and seeking: the place is in the file too. */
gboolean
_beaver_consumer_place_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverConsumerOp *op = data;
  ConsumerRow row;

  if (!_beaver_connection_execute (connection, SQL_CREATE, error) ||
      !load (op->state, connection, op->seek, &row, error))
    return FALSE;
  if (row.found && (!op->seek || op->start == BEAVER_CONSUMER_START_ACKNOWLEDGED))
    op->position = position_behind (row.rowid, row.stamp);
  else if (!find_start (op, connection, error))
    return FALSE;
  else
    {
      row.rowid = op->position.rowid;
      row.stamp =
          op->position.seen > 0 && isfinite (op->position.ring[0]) ? op->position.ring[0] : -1;
    }
  return store (op->state, connection, row.rowid, row.stamp, error);
}

gboolean
_beaver_consumer_ack_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverConsumerOp *op = data;
  ConsumerRow row;

  if (!load (op->state, connection, TRUE, &row, error))
    return FALSE;
  /* what came before the last one is acknowledged already */
  if (op->ack_rowid > row.rowid || op->ack_stamp > row.stamp)
    row = (ConsumerRow){ TRUE, op->ack_rowid, op->ack_stamp };
  return store (op->state, connection, row.rowid, row.stamp, error);
}

gboolean
_beaver_consumer_release_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverConsumerState *state = data;
  g_autoptr (BeaverStatement) release = _beaver_connection_prepare (connection, SQL_RELEASE, error);

  if (release == NULL)
    return FALSE;
  _beaver_statement_bind_text (release, 1, state->core->name, -1);
  _beaver_statement_bind_text (release, 2, state->name, -1);
  _beaver_statement_bind_text (release, 3, state->owner, -1);
  if (!_beaver_statement_run (release, error))
    return FALSE;
  _beaver_connection_touch (connection, state->core->topic);
  return TRUE;
}

gboolean
_beaver_consumer_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverConsumerOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  ConsumerRow row;

  if (!_beaver_pubsub_has_table (connection, TABLE, &op->found, error))
    return FALSE;
  if (!op->found)
    return TRUE;
  if (!load (op->state, connection, FALSE, &row, error) ||
      (statement = _beaver_connection_prepare (connection, SQL_REMOVE, error)) == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->state->core->name, -1);
  _beaver_statement_bind_text (statement, 2, op->state->name, -1);
  op->found = row.found;
  return _beaver_statement_run (statement, error);
}

/* Waiting for a message */

static GRefString *
match (gpointer data, const char *channel)
{
  BeaverConsumerState *state = data;

  return g_str_equal (channel, state->channel) ? g_ref_string_acquire (state->channel) : NULL;
}

static gboolean
next_is_open (BeaverConsumerNext *op, gint64 *renew_at, GError **error)
{
  gboolean closed;

  g_mutex_lock (&op->state->mutex);
  closed = op->state->closed;
  *renew_at = op->state->renew_at;
  g_mutex_unlock (&op->state->mutex);
  if (closed)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "consumer “%s” was closed",
                 op->state->name);
  return !closed;
}

static BeaverAttempt
next_peek (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverConsumerNext *op = data;
  BeaverFeedPosition before = op->read.position;
  gint64 renew_at;

  op->valid = FALSE;
  if (!next_is_open (op, &renew_at, error))
    return BEAVER_ATTEMPT_FAILED;
  do
    if (!_beaver_feed_read_work (connection, &op->read, error))
      return BEAVER_ATTEMPT_FAILED;
  while (!op->read.lost && op->read.more && op->read.rows->len == 0);
  if (op->read.lost)
    {
      op->read.position = before; /* act has a snapshot to find it again */
      g_ptr_array_set_size (op->read.rows, 0);
      return BEAVER_ATTEMPT_DONE;
    }
  op->valid = TRUE;
  if (op->read.rows->len > 0 || g_get_monotonic_time () >= renew_at)
    return BEAVER_ATTEMPT_DONE;
  *retry_at = renew_at;
  return BEAVER_ATTEMPT_AGAIN;
}

static BeaverAttempt
next_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverConsumerNext *op = data;
  gboolean more = TRUE;
  gint64 renew_at;
  ConsumerRow row;

  op->valid = FALSE;
  if (!next_is_open (op, &renew_at, error))
    return BEAVER_ATTEMPT_FAILED;
  if (g_get_monotonic_time () >= renew_at)
    {
      if (!load (op->state, connection, TRUE, &row, error) ||
          !store (op->state, connection, row.rowid, row.stamp, error))
        return BEAVER_ATTEMPT_FAILED;
      _beaver_consumer_state_renewed (op->state);
    }
  /* to the end, for those who do not wait and would never get there */
  while (op->read.rows->len == 0 && more)
    {
      BeaverFeedPosition before = op->read.position;

      if (!_beaver_feed_read_work (connection, &op->read, error))
        return BEAVER_ATTEMPT_FAILED;
      if (op->read.lost)
        {
          op->read.position = before;
          g_ptr_array_set_size (op->read.rows, 0);
          if (!_beaver_feed_resume_work (connection, &op->read, error))
            return BEAVER_ATTEMPT_FAILED;
        }
      more = op->read.more;
    }
  op->valid = TRUE;
  if (op->read.rows->len > 0)
    return BEAVER_ATTEMPT_DONE;
  g_mutex_lock (&op->state->mutex);
  *retry_at = op->state->renew_at;
  g_mutex_unlock (&op->state->mutex);
  return BEAVER_ATTEMPT_AGAIN;
}

static void
next_prefix_error (gpointer data, GError **error)
{
  BeaverConsumerNext *op = data;

  if (!g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "channel “%s”: ", op->state->core->name);
}

const BeaverWaitOps _beaver_consumer_next_ops = {
  .peek = next_peek,
  .act = next_act,
  .prefix_error = next_prefix_error,
};

/* Takes a row that was read before; else prepares op to wait. */
BeaverFeedRow *
_beaver_consumer_next_take (BeaverConsumerNext *op, GError **error)
{
  BeaverConsumerState *state = op->state;
  BeaverFeedRow *row = NULL;

  g_mutex_lock (&state->mutex);
  if (state->closed)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "consumer “%s” was closed", state->name);
  else if ((row = g_queue_pop_head (&state->rows)) == NULL)
    {
      op->generation = state->generation;
      op->valid = FALSE;
      op->read.position = state->position;
      g_ptr_array_set_size (op->read.rows, 0);
    }
  g_mutex_unlock (&state->mutex);
  return row;
}

/* Keeps what was read, unless somebody else read or sought meanwhile. */
void
_beaver_consumer_next_keep (BeaverConsumerNext *op)
{
  BeaverConsumerState *state = op->state;

  g_mutex_lock (&state->mutex);
  if (state->generation == op->generation && !state->closed)
    {
      for (guint i = 0; i < op->read.rows->len; i++)
        g_queue_push_tail (&state->rows, g_atomic_rc_box_acquire (op->read.rows->pdata[i]));
      state->position = op->read.position;
      state->generation++;
    }
  g_mutex_unlock (&state->mutex);
}

BeaverConsumerNext *
_beaver_consumer_next_op_new (BeaverConsumerState *state, double timeout)
{
  BeaverConsumerNext *op = g_new0 (BeaverConsumerNext, 1);

  op->state = _beaver_consumer_state_ref (state);
  op->read.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_feed_row_unref);
  op->read.match = match;
  op->read.match_data = state;
  op->deadline = timeout < 0 || timeout > 1e9 ?
                     -1 :
                     g_get_monotonic_time () + (gint64) (timeout * G_USEC_PER_SEC);
  return op;
}

void
_beaver_consumer_next_op_free (gpointer pointer)
{
  BeaverConsumerNext *op = pointer;

  /* Nothing for us, and the time is over: the next call need not look there again. */
  if (op->valid)
    _beaver_consumer_next_keep (op);
  g_ptr_array_unref (op->read.rows);
  _beaver_consumer_state_unref (op->state);
  g_free (op);
}

gint64
_beaver_consumer_next_op_left (BeaverConsumerNext *op)
{
  return op->deadline < 0 ? -1 : MAX (op->deadline - g_get_monotonic_time (), 0);
}
