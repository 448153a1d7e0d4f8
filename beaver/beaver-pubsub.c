/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing into __beaver_pubsub_log__.
 *
 * Python's readers select what is stamped later than the last row they saw, and the stamp is a
 * primary key across all channels. So a row is stamped here, where the write lock is held, and
 * later than every row there is: nobody can come between the look and the insert, no reader passes
 * over it, no two publishers collide. */
#include "config.h"

#include <math.h>

#include <beaver/beaver-pubsub-private.h>
#include <beaver/engine/beaver-cache-private.h>

/* What lies beyond was not written by a clock: infinity, or text that sorts behind every number. */
#define SQL_NEWEST "SELECT MAX(timestamp) FROM __beaver_pubsub_log__ WHERE timestamp < 1e300"
#define SQL_APPEND                                                                                 \
  "INSERT INTO __beaver_pubsub_log__ (timestamp, channel_name, message_payload) "                  \
  "VALUES ($1, $2, $3)"

/* The stamp of the newest row, -INFINITY when there is none. */
static gboolean
find_newest (BeaverConnection *connection, double *stamp, GError **error)
{
  g_autoptr (BeaverStatement) newest = NULL;

  *stamp = _beaver_connection_get_newest_stamp (connection);
  if (isfinite (*stamp))
    return TRUE;
  newest = _beaver_connection_prepare (connection, SQL_NEWEST, error);
  if (newest == NULL || _beaver_statement_step (newest, error) != BEAVER_STEP_ROW)
    return FALSE;
  if (!_beaver_statement_is_null (newest, 0))
    *stamp = _beaver_statement_double (newest, 0);
  return TRUE;
}

/* Later than last, which is finite or not known. */
static double
stamp_behind (double last)
{
  double stamp = _beaver_clock_now ();

  if (isfinite (last))
    stamp = MAX (stamp, MAX (last + 1e-6, nextafter (last, INFINITY)));
  return stamp;
}

gboolean
_beaver_pubsub_append_many (BeaverConnection *connection,
                            const char *channel,
                            const char *topic,
                            const char *const *payloads,
                            guint n,
                            gboolean only,
                            double *timestamp,
                            GError **error)
{
  g_autoptr (BeaverStatement) append = NULL;
  double stamp;

  if (!find_newest (connection, &stamp, error))
    return FALSE;
  append = only ? _beaver_connection_prepare_only (connection, SQL_APPEND, error) :
                  _beaver_connection_prepare (connection, SQL_APPEND, error);
  if (append == NULL)
    return FALSE;
  _beaver_statement_bind_text (append, 2, channel, -1);
  for (guint i = 0; i < n; i++)
    {
      stamp = stamp_behind (stamp);
      _beaver_statement_bind_double (append, 1, stamp);
      _beaver_statement_bind_text (append, 3, payloads[i], -1);
      if (!_beaver_statement_run (append, error))
        return FALSE;
    }
  _beaver_connection_set_newest_stamp (connection, stamp);
  *timestamp = stamp;
  _beaver_connection_touch (connection, topic);
  if (g_str_has_prefix (channel, "__events_"))
    _beaver_connection_touch (connection, BEAVER_PUBSUB_EVENTS_TOPIC);
  return TRUE;
}

gboolean
_beaver_pubsub_append (BeaverConnection *connection,
                       const char *channel,
                       const char *payload,
                       gint64 *rowid,
                       double *timestamp,
                       GError **error)
{
  g_autoptr (BeaverStatement) append = NULL;
  g_autofree char *topic = NULL;
  double stamp, last;

  if (!find_newest (connection, &last, error))
    return FALSE;
  stamp = stamp_behind (last);
  if ((append = _beaver_connection_prepare (connection, SQL_APPEND, error)) == NULL)
    return FALSE;
  _beaver_statement_bind_double (append, 1, stamp);
  _beaver_statement_bind_text (append, 2, channel, -1);
  _beaver_statement_bind_text (append, 3, payload, -1);
  if (!_beaver_statement_run (append, error))
    return FALSE;

  _beaver_connection_set_newest_stamp (connection, stamp);
  if (rowid != NULL)
    *rowid = _beaver_connection_last_rowid (connection);
  if (timestamp != NULL)
    *timestamp = stamp;

  topic = g_strconcat ("channel:", channel, NULL);
  _beaver_connection_touch (connection, topic);
  if (g_str_has_prefix (channel, "__events_"))
    _beaver_connection_touch (connection, BEAVER_PUBSUB_EVENTS_TOPIC);
  return TRUE;
}
