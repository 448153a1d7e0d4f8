/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-queue-private.h>
#include <beaver/engine/beaver-cache-private.h>

/* The jobs table: what the queue of Python cannot hold. It is made when it is needed first.
 *
 * A job that is delayed, claimed or dead lies here and not in the table of Python, which therefore
 * cannot take it. A job that waits lies there; when there is more to say of it than Python can hold
 * (attempts, a unique key), a row of state WAITING says it here, without the value, found again by
 * priority and timestamp. A trigger removes that row with the item, whoever takes it. */

static const char TABLE[] = "__beaver_x_queue_jobs__";
const char _beaver_queue_jobs_schema[] =
    "CREATE TABLE IF NOT EXISTS __beaver_x_queue_jobs__ ("
    " id INTEGER PRIMARY KEY,"
    " queue_name TEXT NOT NULL,"
    " state INTEGER NOT NULL," /* BeaverJobState */
    " priority REAL NOT NULL,"
    " timestamp REAL NOT NULL,"
    " data TEXT NOT NULL," /* empty of those that wait */
    " attempts INTEGER NOT NULL,"
    " max_attempts INTEGER NOT NULL,"
    " due REAL NOT NULL," /* waiting: the timestamp again */
    " token TEXT,"
    " reason TEXT,"
    " unique_key TEXT);"
    "CREATE INDEX IF NOT EXISTS idx_beaver_x_queue_jobs_due"
    " ON __beaver_x_queue_jobs__ (queue_name, state, due);"
    "CREATE INDEX IF NOT EXISTS idx_beaver_x_queue_jobs_key"
    " ON __beaver_x_queue_jobs__ (queue_name, unique_key);"
    "CREATE TRIGGER IF NOT EXISTS __beaver_x_queue_taken__"
    " AFTER DELETE ON __beaver_priority_queues__ BEGIN"
    " DELETE FROM __beaver_x_queue_jobs__"
    " WHERE queue_name = OLD.queue_name AND state = 0"
    " AND due = OLD.timestamp AND priority = OLD.priority; END";

#define COLUMNS                                                                                    \
  "id, state, priority, timestamp, data, attempts, max_attempts, due, token, reason, unique_key"
#define JOBS "FROM __beaver_x_queue_jobs__ WHERE queue_name = $1"

static const char SQL_INSERT[] =
    "INSERT INTO __beaver_x_queue_jobs__ (queue_name, state, priority, timestamp, data, attempts,"
    " max_attempts, due, token, reason, unique_key)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
static const char SQL_NEXT_DUE[] =
    "SELECT MIN(due) FROM (SELECT MIN(due) AS due " JOBS " AND state = 1"
    " UNION ALL SELECT MIN(due) " JOBS " AND state = 2) AS next";
static const char SQL_TAKE_DUE[] =
    "DELETE FROM __beaver_x_queue_jobs__ WHERE id IN (SELECT id " JOBS
    " AND state = $2 AND due <= $3 ORDER BY due LIMIT $4)"
    " RETURNING " COLUMNS;
static const char SQL_TAKE_CLAIMED[] = "DELETE " JOBS " AND id = $2 AND state = 2 AND token = $3"
                                       " RETURNING " COLUMNS;
static const char SQL_TAKE_DEAD[] = "DELETE " JOBS " AND id = $2 AND state = 3 RETURNING " COLUMNS;
static const char SQL_CLAIMED[] =
    "SELECT " COLUMNS " " JOBS " AND id = $2 AND state = 2 AND token = $3";
static const char SQL_EXTEND[] = "UPDATE __beaver_x_queue_jobs__ SET due = $4"
                                 " WHERE queue_name = $1 AND id = $2 AND state = 2 AND token = $3";
static const char SQL_COUNT[] = "SELECT COUNT(*) " JOBS " AND state = $2";
static const char SQL_COUNT_WAITING[] =
    "SELECT COUNT(*) FROM __beaver_priority_queues__ WHERE queue_name = $1 AND $2 = 0";
static const char SQL_PAGE[] =
    "SELECT " COLUMNS " " JOBS " AND state = $2 AND (due, id) > ($3, $4) ORDER BY due, id LIMIT $5";
static const char SQL_WAITING[] =
    "SELECT " COLUMNS " " JOBS " AND state = 0 AND due = $2 AND priority = $3 LIMIT 1";
static const char SQL_ALL_DEAD[] = "SELECT id " JOBS " AND state = 3 ORDER BY due, id";
static const char SQL_PURGE[] = "DELETE " JOBS " AND state = 3 AND due <= $2";
static const char SQL_CLEAR_DELAYED[] = "DELETE " JOBS " AND state = 1";
static const char SQL_CLEAR_WAITING[] = "DELETE " JOBS " AND state = 0";
/* The waiting, delayed or claimed jobs with a key; those that wait only while the item is there. */
static const char SQL_SAME_KEY[] =
    "SELECT " COLUMNS " FROM __beaver_x_queue_jobs__ AS job"
    " WHERE queue_name = $1 AND unique_key = $2 AND state < 3 AND (state > 0 OR EXISTS"
    " (SELECT 1 FROM __beaver_priority_queues__ AS item WHERE item.queue_name = $1"
    " AND item.priority = job.priority AND item.timestamp = job.timestamp))";
static const char SQL_TAKE_ID[] = "DELETE " JOBS " AND id = $2";
static const char SQL_TAKE_ITEM[] =
    "DELETE FROM __beaver_priority_queues__ WHERE rowid = (SELECT rowid FROM"
    " __beaver_priority_queues__ WHERE queue_name = $1 AND priority = $2 AND timestamp = $3"
    " ORDER BY rowid LIMIT 1) RETURNING data";
static const char SQL_IS_TAKEN[] = "SELECT 1 FROM __beaver_priority_queues__"
                                   " WHERE queue_name = $1 AND priority = $2 AND timestamp = $3";
/* How many jobs one write brings back: short transactions. */
#define SWEEP_ROWS 200

static BeaverStatement *
prepare (BeaverConnection *connection, BeaverManagerCore *core, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, core->name, -1);
  return statement;
}

void
_beaver_job_row_free (gpointer data)
{
  BeaverJobRow *row = data;

  g_free (row->value);
  g_free (row->token);
  g_free (row->reason);
  g_free (row->unique_key);
  g_free (row);
}

gboolean
_beaver_queue_jobs_table_exists (BeaverConnection *connection, gboolean *exists, GError **error)
{
  return _beaver_connection_has_table (connection, TABLE, exists, error);
}

gboolean
_beaver_queue_jobs_table_create (BeaverConnection *connection, GError **error)
{
  gboolean exists;

  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return FALSE;
  if (exists)
    return TRUE;
  _beaver_connection_end_epoch (connection); /* queues look again */
  return _beaver_connection_execute (connection, _beaver_queue_jobs_schema, error);
}

/* The same for a queue that may remember that there is none; in a WRITE work. */
gboolean
_beaver_queue_has_jobs (BeaverConnection *connection,
                        BeaverManagerCore *core,
                        gboolean *exists,
                        GError **error)
{
  guint64 epoch = _beaver_connection_get_epoch (connection);

  *exists = FALSE;
  if (epoch != 0 && __atomic_load_n (&core->tableless_epoch, __ATOMIC_RELAXED) == epoch)
    return TRUE;
  if (!_beaver_queue_jobs_table_exists (connection, exists, error))
    return FALSE;
  if (!*exists)
    __atomic_store_n (&core->tableless_epoch, epoch, __ATOMIC_RELAXED);
  return TRUE;
}

/* The row that a statement over COLUMNS stands on. */
static BeaverJobRow *
read_row (BeaverStatement *statement)
{
  BeaverJobRow *row = g_new0 (BeaverJobRow, 1);
  gint64 state = _beaver_statement_int (statement, 1);

  row->id = _beaver_statement_int (statement, 0);
  row->state = (BeaverJobState) CLAMP (state, 0, (gint64) BEAVER_JOB_STATE_DEAD);
  row->priority = _beaver_statement_double (statement, 2);
  row->timestamp = _beaver_statement_double (statement, 3);
  row->value = _beaver_statement_dup_text (statement, 4);
  row->attempts = _beaver_statement_int (statement, 5);
  row->max_attempts = _beaver_statement_int (statement, 6);
  row->due = _beaver_statement_double (statement, 7);
  row->token = _beaver_statement_dup_text (statement, 8);
  row->reason = _beaver_statement_dup_text (statement, 9);
  row->unique_key = _beaver_statement_dup_text (statement, 10);
  return row;
}

/* All rows of a statement; NULL on error. */
static GPtrArray *
read_rows (BeaverStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (_beaver_job_row_free);
  BeaverStep step;

  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    g_ptr_array_add (rows, read_row (statement));
  return step == BEAVER_STEP_DONE ? g_steal_pointer (&rows) : NULL;
}

static void
bind_text_or_null (BeaverStatement *statement, int index, const char *text)
{
  if (text != NULL)
    _beaver_statement_bind_text (statement, index, text, -1);
  else
    _beaver_statement_bind_null (statement, index);
}

gboolean
_beaver_queue_jobs_insert (BeaverConnection *connection,
                           BeaverManagerCore *core,
                           BeaverJobRow *row,
                           GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_INSERT, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, row->state);
  _beaver_statement_bind_double (statement, 3, row->priority);
  _beaver_statement_bind_double (statement, 4, row->timestamp);
  _beaver_statement_bind_text (statement, 5,
                               row->state == BEAVER_JOB_STATE_WAITING ? "" : row->value, -1);
  _beaver_statement_bind_int (statement, 6, row->attempts);
  _beaver_statement_bind_int (statement, 7, row->max_attempts);
  _beaver_statement_bind_double (
      statement, 8, row->state == BEAVER_JOB_STATE_WAITING ? row->timestamp : row->due);
  bind_text_or_null (statement, 9, row->token);
  bind_text_or_null (statement, 10, row->reason);
  bind_text_or_null (statement, 11, row->unique_key);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  row->id = _beaver_connection_last_rowid (connection);
  return TRUE;
}

gboolean
_beaver_queue_jobs_insert_waiting (BeaverConnection *connection,
                                   BeaverManagerCore *core,
                                   const BeaverJobRow *row,
                                   GError **error)
{
  BeaverJobRow waiting = *row;

  waiting.state = BEAVER_JOB_STATE_WAITING;
  waiting.token = NULL;
  if (row->attempts > 0 || row->max_attempts > 0 || row->unique_key != NULL || row->reason != NULL)
    {
      /* It is found again by its stamp, which nobody else may have. */
      for (;;)
        {
          g_autoptr (BeaverStatement) taken = prepare (connection, core, SQL_IS_TAKEN, error);
          BeaverStep step;

          if (taken == NULL)
            return FALSE;
          _beaver_statement_bind_double (taken, 2, waiting.priority);
          _beaver_statement_bind_double (taken, 3, waiting.timestamp);
          step = _beaver_statement_step (taken, error);
          if (step == BEAVER_STEP_ERROR)
            return FALSE;
          if (step == BEAVER_STEP_DONE)
            break;
          waiting.timestamp = nextafter (waiting.timestamp, INFINITY);
        }
      if (!_beaver_queue_jobs_insert (connection, core, &waiting, error))
        return FALSE;
    }
  return _beaver_queue_insert_item (connection, core, waiting.priority, waiting.timestamp,
                                    waiting.value, FALSE, error);
}

gboolean
_beaver_queue_jobs_read_waiting (BeaverConnection *connection,
                                 BeaverManagerCore *core,
                                 BeaverJobRow *row,
                                 GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_WAITING, error);
  g_autoptr (GPtrArray) rows = NULL;
  BeaverJobRow *known;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_double (statement, 2, row->timestamp);
  _beaver_statement_bind_double (statement, 3, row->priority);
  rows = read_rows (statement, error);
  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    return TRUE;
  known = rows->pdata[0];
  row->id = known->id;
  row->attempts = known->attempts;
  row->max_attempts = known->max_attempts;
  row->reason = g_steal_pointer (&known->reason);
  row->unique_key = g_steal_pointer (&known->unique_key);
  return TRUE;
}

/* What becomes of a job that a worker could not finish. */
static gboolean
give_back (BeaverConnection *connection,
           BeaverManagerCore *core,
           BeaverJobRow *row,
           double delay,
           gboolean bury,
           GError **error)
{
  g_clear_pointer (&row->token, g_free);
  if (bury || (row->max_attempts > 0 && row->attempts >= row->max_attempts))
    {
      row->state = BEAVER_JOB_STATE_DEAD;
      row->due = _beaver_clock_now ();
      return _beaver_queue_jobs_insert (connection, core, row, error);
    }
  if (delay > 0)
    {
      row->state = BEAVER_JOB_STATE_DELAYED;
      row->due = _beaver_clock_now () + delay;
      return _beaver_queue_jobs_insert (connection, core, row, error);
    }
  return _beaver_queue_jobs_insert_waiting (connection, core, row, error);
}

static gboolean
sweep_state (BeaverConnection *connection,
             BeaverManagerCore *core,
             BeaverJobState state,
             guint *swept,
             GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_TAKE_DUE, error);
  g_autoptr (GPtrArray) rows = NULL;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, state);
  _beaver_statement_bind_double (statement, 3, (double) g_get_real_time () / G_USEC_PER_SEC);
  _beaver_statement_bind_int (statement, 4, SWEEP_ROWS);
  rows = read_rows (statement, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      BeaverJobRow *row = rows->pdata[i];

      if (state == BEAVER_JOB_STATE_CLAIMED)
        {
          g_free (row->reason);
          row->reason = g_strdup ("the lease expired");
        }
      if (!give_back (connection, core, row, 0, FALSE, error))
        return FALSE;
    }
  *swept += rows->len;
  return TRUE;
}

gboolean
_beaver_queue_jobs_sweep (BeaverConnection *connection, BeaverManagerCore *core, GError **error)
{
  double due;
  guint swept = 0;

  if (!_beaver_queue_jobs_next_due (connection, core, &due, error))
    return FALSE;
  if (due > (double) g_get_real_time () / G_USEC_PER_SEC)
    return TRUE;
  if (!sweep_state (connection, core, BEAVER_JOB_STATE_DELAYED, &swept, error) ||
      !sweep_state (connection, core, BEAVER_JOB_STATE_CLAIMED, &swept, error))
    return FALSE;
  if (swept > 0)
    _beaver_connection_touch (connection, core->topic);
  return TRUE;
}

gboolean
_beaver_queue_jobs_next_due (BeaverConnection *connection,
                             BeaverManagerCore *core,
                             double *due,
                             GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_NEXT_DUE, error);

  *due = INFINITY;
  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  if (!_beaver_statement_is_null (statement, 0))
    *due = _beaver_statement_double (statement, 0);
  return TRUE;
}

/* Putting with more than a priority */

/* Takes a job out of both tables, its value into row. *found FALSE: the item is gone. */
static gboolean
withdraw (BeaverConnection *connection,
          BeaverManagerCore *core,
          BeaverJobRow *row,
          gboolean *found,
          GError **error)
{
  g_autoptr (BeaverStatement) job = prepare (connection, core, SQL_TAKE_ID, error);
  g_autoptr (BeaverStatement) item = NULL;
  BeaverStep step;

  *found = TRUE;
  if (job == NULL)
    return FALSE;
  _beaver_statement_bind_int (job, 2, row->id);
  if (!_beaver_statement_run (job, error))
    return FALSE;
  if (row->state != BEAVER_JOB_STATE_WAITING)
    return TRUE;

  *found = FALSE;
  item = prepare (connection, core, SQL_TAKE_ITEM, error);
  if (item == NULL)
    return FALSE;
  _beaver_statement_bind_double (item, 2, row->priority);
  _beaver_statement_bind_double (item, 3, row->timestamp);
  while ((step = _beaver_statement_step (item, error)) == BEAVER_STEP_ROW)
    {
      *found = TRUE;
      g_free (row->value);
      row->value = _beaver_statement_dup_text (item, 0);
    }
  return step == BEAVER_STEP_DONE;
}

/* What there is with the same key. *done TRUE: nothing is left to put. */
static gboolean
meet_same_key (BeaverConnection *connection, BeaverQueueOp *op, gboolean *done, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_SAME_KEY, error);
  g_autoptr (GPtrArray) rows = NULL;

  *done = FALSE;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 2, op->unique_key, -1);
  rows = read_rows (statement, error);
  if (rows == NULL)
    return FALSE;
  g_clear_pointer (&statement, _beaver_statement_reset);

  for (guint i = 0; i < rows->len; i++)
    {
      BeaverJobRow *row = rows->pdata[i];
      gboolean found;

      if (op->policy == BEAVER_UNIQUE_POLICY_REJECT)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       "a job with the unique key “%s” is %s already", op->unique_key,
                       row->state == BEAVER_JOB_STATE_CLAIMED ? "being worked on" : "waiting");
          return FALSE;
        }
      /* What a worker has began with other data: it does not stand for the new one. */
      if (row->state == BEAVER_JOB_STATE_CLAIMED)
        continue;
      if (!withdraw (connection, op->core, row, &found, error))
        return FALSE;
      if (op->policy == BEAVER_UNIQUE_POLICY_EXTEND && found && !*done)
        {
          *done = TRUE;
          if (!give_back (connection, op->core, row, op->seconds, FALSE, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
_beaver_queue_put_job_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  BeaverJobRow row = {
    .priority = op->priority,
    .timestamp = _beaver_clock_now (),
    .value = op->value,
    .max_attempts = op->max_attempts,
    .unique_key = op->unique_key,
  };
  gboolean done = FALSE;

  if (!_beaver_queue_jobs_table_create (connection, error) ||
      !_beaver_queue_jobs_sweep (connection, op->core, error))
    return FALSE;
  if (op->unique_key != NULL && !meet_same_key (connection, op, &done, error))
    return FALSE;
  if (!done && op->seconds > 0)
    {
      row.state = BEAVER_JOB_STATE_DELAYED;
      row.due = row.timestamp + op->seconds;
      if (!_beaver_queue_jobs_insert (connection, op->core, &row, error))
        return FALSE;
    }
  else if (!done && !_beaver_queue_jobs_insert_waiting (connection, op->core, &row, error))
    return FALSE;
  return _beaver_queue_emit (connection, op->core, "put", error);
}

/* Settling */

/* The claim that op names, with SQL_TAKE_CLAIMED taken out of the table; NULL on error. */
static BeaverJobRow *
find_claim (BeaverConnection *connection, BeaverQueueOp *op, const char *sql, GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  gboolean exists;

  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return NULL;
  if (exists)
    {
      statement = prepare (connection, op->core, sql, error);
      if (statement == NULL)
        return NULL;
      _beaver_statement_bind_int (statement, 2, op->id);
      _beaver_statement_bind_text (statement, 3, op->token, -1);
      rows = read_rows (statement, error);
      if (rows == NULL)
        return NULL;
    }
  if (rows == NULL || rows->len == 0)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                           "this claim is over: the lease expired, or the job was acknowledged or "
                           "given back before");
      return NULL;
    }
  return g_ptr_array_steal_index (rows, 0);
}

gboolean
_beaver_queue_resume_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  BeaverJobRow *row;

  g_clear_pointer (&op->rows, g_ptr_array_unref);
  row = find_claim (connection, op, SQL_CLAIMED, error);
  if (row == NULL)
    return FALSE;
  op->rows = g_ptr_array_new_with_free_func (_beaver_job_row_free);
  g_ptr_array_add (op->rows, row);
  return TRUE;
}

gboolean
_beaver_queue_ack_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverJobRow) row = find_claim (connection, op, SQL_TAKE_CLAIMED, error);

  return row != NULL && _beaver_queue_emit (connection, op->core, "ack", error);
}

gboolean
_beaver_queue_nack_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverJobRow) row = find_claim (connection, op, SQL_TAKE_CLAIMED, error);

  if (row == NULL)
    return FALSE;
  g_free (row->reason);
  row->reason = g_strdup (op->reason);
  return give_back (connection, op->core, row, op->seconds, op->state == BEAVER_JOB_STATE_DEAD,
                    error) &&
         _beaver_queue_emit (connection, op->core, "nack", error);
}

gboolean
_beaver_queue_extend_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists;

  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return FALSE;
  op->real = _beaver_clock_now () + op->seconds;
  if (exists)
    {
      statement = prepare (connection, op->core, SQL_EXTEND, error);
      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_int (statement, 2, op->id);
      _beaver_statement_bind_text (statement, 3, op->token, -1);
      _beaver_statement_bind_double (statement, 4, op->real);
      if (!_beaver_statement_run (statement, error))
        return FALSE;
    }
  if (!exists || _beaver_connection_changes (connection) == 0)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                           "this claim is over: the lease expired, or the job was acknowledged or "
                           "given back before");
      return FALSE;
    }
  return TRUE;
}

/* Counting, and the dead letters */

gboolean
_beaver_queue_count_jobs_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists;

  op->number = 0;
  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return FALSE;
  if (!exists && op->state != BEAVER_JOB_STATE_WAITING)
    return TRUE;
  statement =
      prepare (connection, op->core,
               op->state == BEAVER_JOB_STATE_WAITING ? SQL_COUNT_WAITING : SQL_COUNT, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, op->state);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->number = _beaver_statement_int (statement, 0);
  return TRUE;
}

GPtrArray *
_beaver_queue_jobs_read_page (BeaverConnection *connection,
                              BeaverManagerCore *core,
                              BeaverJobState state,
                              double due,
                              gint64 id,
                              gint64 limit,
                              GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, core, SQL_PAGE, error);

  if (statement == NULL)
    return NULL;
  _beaver_statement_bind_int (statement, 2, state);
  _beaver_statement_bind_double (statement, 3, due);
  _beaver_statement_bind_int (statement, 4, id);
  _beaver_statement_bind_int (statement, 5, limit);
  return read_rows (statement, error);
}

static gboolean
requeue_one (BeaverConnection *connection, BeaverQueueOp *op, gint64 id, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_TAKE_DEAD, error);
  g_autoptr (GPtrArray) rows = NULL;

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_int (statement, 2, id);
  rows = read_rows (statement, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      BeaverJobRow *row = rows->pdata[i];

      row->attempts = 0;
      g_clear_pointer (&row->reason, g_free);
      if (!_beaver_queue_jobs_insert_waiting (connection, op->core, row, error))
        return FALSE;
      op->number++;
    }
  return TRUE;
}

/* op->id 0: all. */
gboolean
_beaver_queue_requeue_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean exists;

  op->number = 0;
  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  if (op->id != 0)
    g_array_append_val (ids, op->id);
  else
    {
      g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_ALL_DEAD, error);
      BeaverStep step;

      if (statement == NULL)
        return FALSE;
      while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
        {
          gint64 id = _beaver_statement_int (statement, 0);

          g_array_append_val (ids, id);
        }
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
    }
  for (guint i = 0; i < ids->len; i++)
    {
      if (!requeue_one (connection, op, g_array_index (ids, gint64, i), error))
        return FALSE;
    }
  return op->number == 0 || _beaver_queue_emit (connection, op->core, "put", error);
}

/* op->seconds: how long they have been dead. */
gboolean
_beaver_queue_purge_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists;

  op->number = 0;
  if (!_beaver_queue_jobs_table_exists (connection, &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  statement = prepare (connection, op->core, SQL_PURGE, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_double (statement, 2, _beaver_clock_now () - op->seconds);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  op->number = _beaver_connection_changes (connection);
  return TRUE;
}

gboolean
_beaver_queue_jobs_clear (BeaverConnection *connection,
                          BeaverManagerCore *core,
                          gint64 *removed,
                          GError **error)
{
  g_autoptr (BeaverStatement) delayed = prepare (connection, core, SQL_CLEAR_DELAYED, error);
  g_autoptr (BeaverStatement) waiting = NULL;

  if (delayed == NULL || !_beaver_statement_run (delayed, error))
    return FALSE;
  *removed = _beaver_connection_changes (connection);
  waiting = prepare (connection, core, SQL_CLEAR_WAITING, error);
  return waiting != NULL && _beaver_statement_run (waiting, error);
}
