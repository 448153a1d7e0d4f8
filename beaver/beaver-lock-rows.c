/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue of a lock in the file. Works; they run on any thread.
 *
 * One row per waiter in __beaver_lock_waiters__, in the order of requested_at; the first that has
 * not expired holds the lock. Ours are stamped inside the transaction that inserts them and behind
 * every row there is, so we never push in. A row that comes to the front is pinned there at 0.0, so
 * a process that stamped its own row earlier but was late to insert it does not push in either.
 * While waiting each look refreshes expires_at; a row that went away all the same (a clear(), or
 * this process stood still for longer than its time-to-live) goes to the end of the queue again.
 *
 * __beaver_x_lock_tokens__ (lock_name, token) counts the acquisitions of each lock for fencing; it
 * appears with the first. */
#include "config.h"

#include <math.h>

#include "beaver-lock-private.h"

#define SQL_EXPIRE                                                                                 \
  "DELETE FROM __beaver_lock_waiters__ WHERE lock_name = $1 AND expires_at < $2 AND waiter_id <> " \
  "$3"
#define SQL_FRONT                                                                                  \
  "SELECT waiter_id, expires_at FROM __beaver_lock_waiters__ WHERE lock_name = $1 ORDER BY "       \
  "requested_at LIMIT 1"
#define SQL_OWN                                                                                    \
  "SELECT expires_at FROM __beaver_lock_waiters__ WHERE lock_name = $1 AND waiter_id = $2"
#define SQL_LAST "SELECT MAX(requested_at) FROM __beaver_lock_waiters__ WHERE lock_name = $1"
#define SQL_INSERT                                                                                 \
  "INSERT INTO __beaver_lock_waiters__ (lock_name, waiter_id, requested_at, expires_at) VALUES "   \
  "($1, $2, $3, $4)"
#define SQL_PIN                                                                                    \
  "UPDATE __beaver_lock_waiters__ SET requested_at = 0.0, expires_at = $3 WHERE lock_name = $1 "   \
  "AND waiter_id = $2"
#define SQL_REFRESH                                                                                \
  "UPDATE __beaver_lock_waiters__ SET expires_at = $3 WHERE lock_name = $1 AND waiter_id = $2"
#define SQL_REMOVE "DELETE FROM __beaver_lock_waiters__ WHERE lock_name = $1 AND waiter_id = $2"
#define SQL_CLEAR "DELETE FROM __beaver_lock_waiters__ WHERE lock_name = $1"
#define SQL_COUNT                                                                                  \
  "SELECT COUNT(*) FROM __beaver_lock_waiters__ WHERE lock_name = $1 AND expires_at >= $2"
#define SQL_HOLDER                                                                                 \
  "SELECT waiter_id, expires_at FROM __beaver_lock_waiters__ WHERE lock_name = $1 AND expires_at " \
  ">= $2 "                                                                                         \
  "ORDER BY requested_at LIMIT 1"
#define SQL_TOKENS_CREATE                                                                          \
  "CREATE TABLE IF NOT EXISTS __beaver_x_lock_tokens__ (lock_name TEXT NOT NULL PRIMARY KEY, "     \
  "token INTEGER NOT NULL)"
#define SQL_TOKEN_NEXT                                                                             \
  "INSERT INTO __beaver_x_lock_tokens__ (lock_name, token) VALUES ($1, 1) ON CONFLICT "            \
  "(lock_name) "                                                                                   \
  "DO UPDATE SET token = __beaver_x_lock_tokens__.token + 1 RETURNING token"
#define SQL_TOKEN "SELECT token FROM __beaver_x_lock_tokens__ WHERE lock_name = $1"

/* Between stamps: far above the resolution of a double of this size, so that the order is never a
 * matter of rounding. */
#define STAMP_GAP 1e-6

/* A waiter refreshes its row when a third of its time is over, and looks at least this often, for
 * clocks that are set. */
#define LONGEST_SLEEP_US (600 * G_USEC_PER_SEC)

/* First row of sql (lock_name, second). Text is the holder, number the time. */
const char _beaver_lock_tokens_schema[] = SQL_TOKENS_CREATE;

static BeaverStep
query_row (BeaverConnection *connection,
           const char *sql,
           const char *lock_name,
           const char *waiter_id,
           char **text,
           double *number,
           GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);
  BeaverStep step;

  if (statement == NULL)
    return BEAVER_STEP_ERROR;

  _beaver_statement_bind_text (statement, 1, lock_name, -1);
  if (waiter_id != NULL)
    _beaver_statement_bind_text (statement, 2, waiter_id, -1);

  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      if (text != NULL)
        *text = _beaver_statement_dup_text (statement, 0);
      *number = _beaver_statement_double (statement, text != NULL ? 1 : 0);
    }

  return step;
}

/* Runs sql (lock_name, waiter_id, [number]); returns the rows changed, -1 on error. */
static gint64
change_rows (BeaverConnection *connection,
             const char *sql,
             const BeaverLockOp *op,
             int n_numbers,
             double first,
             double second,
             GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return -1;

  _beaver_statement_bind_text (statement, 1, op->lock_name, -1);
  _beaver_statement_bind_text (statement, 2, op->waiter_id, -1);
  if (n_numbers > 0)
    _beaver_statement_bind_double (statement, 3, first);
  if (n_numbers > 1)
    _beaver_statement_bind_double (statement, 4, second);

  if (!_beaver_statement_run (statement, error))
    return -1;

  return _beaver_connection_changes (connection);
}

static gboolean
delete_expired (BeaverConnection *connection, const BeaverLockOp *op, double now, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_EXPIRE, error);

  if (statement == NULL)
    return FALSE;

  _beaver_statement_bind_text (statement, 1, op->lock_name, -1);
  _beaver_statement_bind_double (statement, 2, now);
  _beaver_statement_bind_text (statement, 3, op->waiter_id, -1);

  return _beaver_statement_run (statement, error);
}

static gboolean
next_token (BeaverConnection *connection, BeaverLockOp *op, GError **error)
{
  g_autoptr (BeaverStatement) create = NULL;
  g_autoptr (BeaverStatement) next = NULL;

  /* Costs nothing when it exists, and survives somebody dropping it while we are at work. */
  create = _beaver_connection_prepare (connection, SQL_TOKENS_CREATE, error);
  if (create == NULL || !_beaver_statement_run (create, error))
    return FALSE;

  next = _beaver_connection_prepare (connection, SQL_TOKEN_NEXT, error);
  if (next == NULL)
    return FALSE;

  _beaver_statement_bind_text (next, 1, op->lock_name, -1);
  if (_beaver_statement_step (next, error) != BEAVER_STEP_ROW)
    return FALSE;

  op->token = _beaver_statement_int (next, 0);

  return _beaver_statement_step (next, error) == BEAVER_STEP_DONE;
}

/* When a wait has to look again although nothing changed: wall is a time of the wall clock, which
 * passes first. */
static gint64
monotonic_after (double wall, double now)
{
  double us = (wall - now) * G_USEC_PER_SEC + 500;

  return g_get_monotonic_time () + (gint64) CLAMP (us, 500, LONGEST_SLEEP_US);
}

/* --- acquire --- */

static BeaverAttempt
acquire_peek (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverLockOp *op = data;
  g_autofree char *front = NULL;
  double now = _beaver_clock_now ();
  double front_expires = 0.0;
  double own_expires = 0.0;
  double refresh_at;

  /* The first try has to register in any case. */
  if (!op->once && !op->asked)
    return BEAVER_ATTEMPT_DONE;

  switch (query_row (connection, SQL_FRONT, op->lock_name, NULL, &front, &front_expires, error))
    {
    case BEAVER_STEP_ERROR:
      return BEAVER_ATTEMPT_FAILED;
    case BEAVER_STEP_DONE:
      return BEAVER_ATTEMPT_DONE;
    case BEAVER_STEP_ROW:
    default:
      break;
    }

  if (front_expires < now || g_strcmp0 (front, op->waiter_id) == 0)
    return BEAVER_ATTEMPT_DONE;
  if (op->once)
    return BEAVER_ATTEMPT_AGAIN;

  switch (query_row (connection, SQL_OWN, op->lock_name, op->waiter_id, NULL, &own_expires, error))
    {
    case BEAVER_STEP_ERROR:
      return BEAVER_ATTEMPT_FAILED;
    case BEAVER_STEP_DONE:
      return BEAVER_ATTEMPT_DONE;
    case BEAVER_STEP_ROW:
    default:
      break;
    }

  refresh_at = own_expires - op->ttl * 2.0 / 3.0;
  if (refresh_at <= now)
    return BEAVER_ATTEMPT_DONE;

  *retry_at = monotonic_after (MIN (refresh_at, front_expires), now);

  return BEAVER_ATTEMPT_AGAIN;
}

static BeaverAttempt
acquire_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverLockOp *op = data;
  g_autofree char *front = NULL;
  double now = _beaver_clock_now ();
  double front_expires = 0.0;
  double last = 0.0;
  double stamp;
  BeaverStep step;
  gint64 changes;

  op->expires_at = now + op->ttl;
  op->asked = TRUE;

  if (!delete_expired (connection, op, now, error))
    return BEAVER_ATTEMPT_FAILED;

  step = query_row (connection, SQL_FRONT, op->lock_name, NULL, &front, &front_expires, error);
  if (step == BEAVER_STEP_ERROR)
    return BEAVER_ATTEMPT_FAILED;

  if (step == BEAVER_STEP_DONE || g_strcmp0 (front, op->waiter_id) == 0)
    {
      if (step == BEAVER_STEP_DONE)
        changes = change_rows (connection, SQL_INSERT, op, 2, 0.0, op->expires_at, error);
      else
        changes = change_rows (connection, SQL_PIN, op, 1, op->expires_at, 0.0, error);

      if (changes < 0 || !next_token (connection, op, error))
        return BEAVER_ATTEMPT_FAILED;

      return BEAVER_ATTEMPT_DONE;
    }

  if (op->once)
    return BEAVER_ATTEMPT_AGAIN;

  changes = change_rows (connection, SQL_REFRESH, op, 1, op->expires_at, 0.0, error);
  if (changes == 0)
    {
      step = query_row (connection, SQL_LAST, op->lock_name, NULL, NULL, &last, error);
      if (step != BEAVER_STEP_ROW)
        return BEAVER_ATTEMPT_FAILED;

      stamp = MAX (now, last + STAMP_GAP);
      if (stamp <= last)
        stamp = nextafter (last, HUGE_VAL);

      changes = change_rows (connection, SQL_INSERT, op, 2, stamp, op->expires_at, error);
    }
  if (changes < 0)
    return BEAVER_ATTEMPT_FAILED;

  *retry_at = monotonic_after (MIN (now + op->ttl / 3.0, front_expires), now);

  return BEAVER_ATTEMPT_AGAIN;
}

static void
acquire_prefix_error (gpointer data, GError **error)
{
  _beaver_lock_prefix_name (((BeaverLockOp *) data)->lock_name, error);
}

const BeaverWaitOps _beaver_lock_acquire_ops = {
  .peek = acquire_peek,
  .act = acquire_act,
  .abandon = _beaver_lock_remove_work,
  .prefix_error = acquire_prefix_error,
};

/* Leaves nothing behind, and so needs no second look at a file that may be busy. */
const BeaverWaitOps _beaver_lock_try_ops = {
  .peek = acquire_peek,
  .act = acquire_act,
  .prefix_error = acquire_prefix_error,
};

/* --- the rest --- */

gboolean
_beaver_lock_check_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLockOp *op = data;
  double expires_at = 0.0;
  BeaverStep step =
      query_row (connection, SQL_OWN, op->lock_name, op->waiter_id, NULL, &expires_at, error);

  op->found = step == BEAVER_STEP_ROW;

  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_lock_renew_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLockOp *op = data;
  gint64 changes;

  op->expires_at = _beaver_clock_now () + op->ttl;
  changes = change_rows (connection, SQL_REFRESH, op, 1, op->expires_at, 0.0, error);
  op->found = changes > 0;

  return changes >= 0;
}

gboolean
_beaver_lock_remove_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLockOp *op = data;
  gint64 changes = change_rows (connection, SQL_REMOVE, op, 0, 0.0, 0.0, error);

  op->found = changes > 0;
  if (op->found)
    _beaver_connection_touch (connection, op->topic);

  return changes >= 0;
}

static gboolean
count_rows (BeaverConnection *connection,
            const char *lock_name,
            double now,
            gint64 *count,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (statement == NULL)
    return FALSE;

  _beaver_statement_bind_text (statement, 1, lock_name, -1);
  _beaver_statement_bind_double (statement, 2, now);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;

  *count = _beaver_statement_int (statement, 0);

  return TRUE;
}

gboolean
_beaver_lock_info_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLockOp *op = data;
  g_autoptr (BeaverStatement) holder = NULL;
  g_autoptr (BeaverStatement) token = NULL;
  double now = _beaver_clock_now ();
  gboolean exist = FALSE;
  BeaverStep step;

  op->found = FALSE;
  op->token = 0;
  op->expires_at = 0.0;
  g_clear_pointer (&op->holder, g_free);

  holder = _beaver_connection_prepare (connection, SQL_HOLDER, error);
  if (holder == NULL)
    return FALSE;

  _beaver_statement_bind_text (holder, 1, op->lock_name, -1);
  _beaver_statement_bind_double (holder, 2, now);
  step = _beaver_statement_step (holder, error);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (step == BEAVER_STEP_ROW)
    {
      op->found = TRUE;
      op->holder = _beaver_statement_dup_text (holder, 0);
      op->expires_at = _beaver_statement_double (holder, 1);
    }

  if (!count_rows (connection, op->lock_name, now, &op->count, error) ||
      !_beaver_connection_has_table (connection, "__beaver_x_lock_tokens__", &exist, error))
    return FALSE;
  if (!exist)
    return TRUE;

  token = _beaver_connection_prepare (connection, SQL_TOKEN, error);
  if (token == NULL)
    return FALSE;

  _beaver_statement_bind_text (token, 1, op->lock_name, -1);
  step = _beaver_statement_step (token, error);
  if (step == BEAVER_STEP_ROW)
    op->token = _beaver_statement_int (token, 0);

  return step != BEAVER_STEP_ERROR;
}

gboolean
_beaver_lock_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;

  return count_rows (connection, op->core->name, _beaver_clock_now (), &op->result, error);
}

gboolean
_beaver_lock_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, SQL_CLEAR, error);

  if (statement == NULL)
    return FALSE;

  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;

  op->result = _beaver_connection_changes (connection);
  if (op->result > 0)
    {
      _beaver_lock_state_doubt (op->core->engine, op->core->name);
      _beaver_connection_touch (connection, op->core->topic);
    }

  return TRUE;
}
