/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a channel keeps. The limits lie in the file, so that every process that publishes with this
 * library keeps to them; beaver-db of Python ignores the table and removes nothing.
 *
 *   __beaver_x_channel_options__
 *     channel_name  TEXT, primary key
 *     max_age       REAL, seconds; NULL for no limit
 *     max_count     INTEGER; NULL for no limit
 *
 * Publishing pays for keeping: each publisher removes a bounded portion with what it publishes, so
 * that a limit set on a long channel never makes one transaction long. A publisher reads the limits
 * again when another process has committed since, and when what set them was rolled back. */
#include "config.h"

#include <math.h>

#include <beaver/beaver-retention-private.h>
#include <beaver/engine/beaver-cache-private.h>

#define SQL_CREATE                                                                                 \
  "CREATE TABLE IF NOT EXISTS __beaver_x_channel_options__ "                                       \
  "(channel_name TEXT NOT NULL PRIMARY KEY, max_age REAL, max_count INTEGER)"
#define SQL_STORE                                                                                  \
  "INSERT INTO __beaver_x_channel_options__ (channel_name, max_age, max_count) "                   \
  "VALUES ($1, $2, $3) ON CONFLICT (channel_name) "                                                \
  "DO UPDATE SET max_age = excluded.max_age, max_count = excluded.max_count"
#define SQL_LOAD                                                                                   \
  "SELECT max_age, max_count FROM __beaver_x_channel_options__ WHERE channel_name = $1"
/* The primary key of the log is the stamp. */
#define SQL_REMOVE_OLD                                                                             \
  "DELETE FROM __beaver_pubsub_log__ WHERE timestamp IN "                                          \
  "(SELECT timestamp FROM __beaver_pubsub_log__ WHERE channel_name = $1 AND timestamp < $2 "       \
  "ORDER BY timestamp LIMIT $3)"
#define SQL_NEWEST_TOO_MANY                                                                        \
  "SELECT timestamp FROM __beaver_pubsub_log__ WHERE channel_name = $1 "                           \
  "ORDER BY timestamp DESC LIMIT 1 OFFSET $2"
#define SQL_HAS_TABLE "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"

const char _beaver_channel_options_schema[] = SQL_CREATE;

struct _BeaverRetention
{
  gatomicrefcount ref_count;

  GMutex mutex;
  guint64 epoch;    /* (mutex) when it was read; 0: to be read again */
  double max_age;   /* (mutex) 0: no limit */
  gint64 max_count; /* (mutex) 0: no limit */
  gint64 published; /* (mutex) since the count was last looked at */
  double before; /* (mutex) what is older than this is too many, and there was more than a portion
                    of it */
};

BeaverRetention *
_beaver_retention_new (void)
{
  BeaverRetention *self = g_new0 (BeaverRetention, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->before = -INFINITY;
  return self;
}

BeaverRetention *
_beaver_retention_ref (BeaverRetention *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_retention_unref (BeaverRetention *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
_beaver_retention_get (BeaverRetention *self, double *max_age, gint64 *max_count)
{
  g_mutex_lock (&self->mutex);
  if (max_age != NULL)
    *max_age = self->max_age;
  if (max_count != NULL)
    *max_count = self->max_count;
  g_mutex_unlock (&self->mutex);
}

gboolean
_beaver_pubsub_has_table (BeaverConnection *connection,
                          const char *table,
                          gboolean *result,
                          GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_HAS_TABLE, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, table, -1);
  step = _beaver_statement_step (statement, error);
  *result = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

static void
retention_remember (BeaverRetention *self, guint64 epoch, double max_age, gint64 max_count)
{
  g_mutex_lock (&self->mutex);
  self->epoch = epoch;
  if (self->max_age != max_age || self->max_count != max_count)
    {
      self->published = G_MAXINT64 / 2; /* look at once */
      self->before = -INFINITY;
    }
  self->max_age = max_age;
  self->max_count = max_count;
  g_mutex_unlock (&self->mutex);
}

gboolean
_beaver_retention_load (BeaverRetention *self,
                        BeaverConnection *connection,
                        const char *channel,
                        GError **error)
{
  g_autoptr (BeaverStatement) load = NULL;
  guint64 epoch = _beaver_connection_get_epoch (connection);
  double max_age = 0;
  gint64 max_count = 0;
  gboolean there;
  BeaverStep step;

  if (!_beaver_pubsub_has_table (connection, "__beaver_x_channel_options__", &there, error))
    return FALSE;
  if (there)
    {
      if ((load = _beaver_connection_prepare (connection, SQL_LOAD, error)) == NULL)
        return FALSE;
      _beaver_statement_bind_text (load, 1, channel, -1);
      if ((step = _beaver_statement_step (load, error)) == BEAVER_STEP_ERROR)
        return FALSE;
      if (step == BEAVER_STEP_ROW)
        {
          max_age = MAX (_beaver_statement_double (load, 0), 0);
          max_count = MAX (_beaver_statement_int (load, 1), 0);
        }
    }
  retention_remember (self, epoch, max_age, max_count);
  return TRUE;
}

gboolean
_beaver_retention_store (BeaverRetention *self,
                         BeaverConnection *connection,
                         const char *channel,
                         double max_age,
                         gint64 max_count,
                         GError **error)
{
  g_autoptr (BeaverStatement) store = NULL;

  if (!_beaver_connection_execute (connection, SQL_CREATE, error) ||
      (store = _beaver_connection_prepare (connection, SQL_STORE, error)) == NULL)
    return FALSE;
  _beaver_statement_bind_text (store, 1, channel, -1);
  if (max_age > 0)
    _beaver_statement_bind_double (store, 2, max_age);
  if (max_count > 0)
    _beaver_statement_bind_int (store, 3, max_count);
  if (!_beaver_statement_run (store, error))
    return FALSE;
  /* Ends once more when this is rolled back: nothing may be removed because of limits that nobody
   * set. */
  _beaver_connection_end_epoch (connection);
  retention_remember (self, _beaver_connection_get_epoch (connection), max_age, max_count);
  return TRUE;
}

/* Removes what is older than before, the oldest first. */
static gboolean
remove_older (BeaverConnection *connection,
              const char *channel,
              double before,
              gint64 limit,
              gint64 *removed,
              GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_REMOVE_OLD, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, channel, -1);
  _beaver_statement_bind_double (statement, 2, before);
  _beaver_statement_bind_int (statement, 3, limit);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  *removed += _beaver_connection_changes (connection);
  return TRUE;
}

/* The stamp of the newest message that is too many, which takes time in proportion to max_count;
 * -INFINITY when there are not so many. */
static gboolean
find_too_many (BeaverConnection *connection,
               const char *channel,
               gint64 max_count,
               double *newest,
               GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_NEWEST_TOO_MANY, error);
  BeaverStep step;

  *newest = -INFINITY;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, channel, -1);
  _beaver_statement_bind_int (statement, 2, max_count);
  if ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    *newest = _beaver_statement_double (statement, 0);
  return step != BEAVER_STEP_ERROR;
}

static double
oldest_to_keep (double max_age)
{
  return max_age > 0 ? g_get_real_time () / (double) G_USEC_PER_SEC - max_age : -INFINITY;
}

gboolean
_beaver_retention_is_idle (BeaverRetention *self, BeaverConnection *connection)
{
  guint64 epoch = _beaver_connection_get_epoch (connection);
  gboolean idle;

  g_mutex_lock (&self->mutex);
  idle = epoch != 0 && self->epoch == epoch && self->max_age <= 0 && self->max_count <= 0 &&
         !(self->before > -G_MAXDOUBLE);
  g_mutex_unlock (&self->mutex);
  return idle;
}

gboolean
_beaver_retention_publish (BeaverRetention *self,
                           BeaverConnection *connection,
                           const char *channel,
                           guint n,
                           GError **error)
{
  gint64 limit = BEAVER_RETENTION_PORTION + (gint64) n;
  guint64 epoch = _beaver_connection_get_epoch (connection);
  gint64 removed = 0;
  gint64 max_count;
  double max_age;
  double before;
  gboolean stale;
  gboolean look;

  g_mutex_lock (&self->mutex);
  stale = epoch == 0 || self->epoch != epoch;
  g_mutex_unlock (&self->mutex);
  if (stale && !_beaver_retention_load (self, connection, channel, error))
    return FALSE;

  g_mutex_lock (&self->mutex);
  max_age = self->max_age;
  max_count = self->max_count;
  self->published += n;
  look = max_count > 0 && self->published >= MAX (max_count / 128, 1);
  if (look)
    self->published = 0;
  before = self->before;
  g_mutex_unlock (&self->mutex);

  if (look)
    {
      double newest;

      if (!find_too_many (connection, channel, max_count, &newest, error))
        return FALSE;
      before = nextafter (newest, INFINITY);
    }
  if (max_age <= 0 && !(before > -G_MAXDOUBLE))
    return TRUE;

  if (!remove_older (connection, channel, MAX (before, oldest_to_keep (max_age)), limit, &removed,
                     error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->before = removed < limit ? -INFINITY : before;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

gboolean
_beaver_retention_prune (BeaverRetention *self,
                         BeaverConnection *connection,
                         const char *channel,
                         double *before,
                         gint64 *removed,
                         GError **error)
{
  *removed = 0;
  if (isnan (*before))
    {
      gint64 max_count;
      double max_age;
      double newest = -INFINITY;

      if (!_beaver_retention_load (self, connection, channel, error))
        return FALSE;
      _beaver_retention_get (self, &max_age, &max_count);
      if (max_count > 0 && !find_too_many (connection, channel, max_count, &newest, error))
        return FALSE;
      *before = MAX (nextafter (newest, INFINITY), oldest_to_keep (max_age));
    }
  return !(*before > -G_MAXDOUBLE) ||
         remove_older (connection, channel, *before, BEAVER_RETENTION_PORTION, removed, error);
}
