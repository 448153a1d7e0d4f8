/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-queue-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-fork-private.h>

/* The items that wait lie in the table that Python knows, and nowhere else: whoever takes the row
 * has the item. What Python cannot hold is in the jobs table, see beaver-queue-jobs.c. */

#define ITEMS "FROM __beaver_priority_queues__ WHERE queue_name = $1"
#define ORDER " ORDER BY priority, timestamp, rowid"

static const char SQL_PUT[] = "INSERT INTO __beaver_priority_queues__"
                              " (queue_name, priority, timestamp, data) VALUES ($1, $2, $3, $4)";
static const char SQL_PEEK[] = "SELECT priority, timestamp, data " ITEMS ORDER " LIMIT 1";
static const char SQL_TAKE[] =
    "DELETE FROM __beaver_priority_queues__ WHERE rowid = (SELECT rowid " ITEMS ORDER " LIMIT 1)"
    " RETURNING priority, timestamp, data";
static const char SQL_COUNT[] = "SELECT COUNT(*) " ITEMS;
static const char SQL_ANY[] = "SELECT 1 " ITEMS " LIMIT 1";
static const char SQL_CLEAR[] = "DELETE " ITEMS;
static const char SQL_PAGE[] = "SELECT priority, timestamp, data, rowid " ITEMS
                               " AND (priority, timestamp, rowid) > ($2, $3, $4)" ORDER " LIMIT $5";

/* Takes in a row from which on there is likely something for the next one. */
#define LIKELY_STREAK 2
/* Rows and bytes of a page of a cursor. */
#define PAGE_ROWS 256
#define PAGE_BYTES (1024 * 1024)

static BeaverStatement *
prepare (BeaverConnection *connection, BeaverManagerCore *core, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, core->name, -1);
  return statement;
}

gboolean
_beaver_queue_emit (BeaverConnection *connection,
                    BeaverManagerCore *core,
                    const char *event,
                    GError **error)
{
  _beaver_connection_touch (connection, core->topic);
  return !_beaver_manager_core_wants_events (core, connection) ||
         _beaver_manager_core_emit (core, connection, event, "{}", error);
}

/* Putting */

gboolean
_beaver_queue_insert_item (BeaverConnection *connection,
                           BeaverManagerCore *core,
                           double priority,
                           double timestamp,
                           const char *value,
                           gboolean only,
                           GError **error)
{
  g_autoptr (BeaverStatement) statement =
      only ? _beaver_connection_prepare_only (connection, SQL_PUT, error) :
             _beaver_connection_prepare (connection, SQL_PUT, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, core->name, -1);
  _beaver_statement_bind_double (statement, 2, priority);
  _beaver_statement_bind_double (statement, 3, timestamp);
  _beaver_statement_bind_text (statement, 4, value, -1);
  return _beaver_statement_run (statement, error);
}

gboolean
_beaver_queue_put_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  gboolean only = !_beaver_manager_core_wants_events (op->core, connection);

  if (!_beaver_queue_insert_item (connection, op->core, op->priority, _beaver_clock_now (),
                                  op->value, only, error))
    return FALSE;
  __atomic_fetch_add (&op->core->ready, 1, __ATOMIC_RELAXED);
  if (!only)
    return _beaver_queue_emit (connection, op->core, "put", error);
  _beaver_connection_touch (connection, op->core->topic);
  return TRUE;
}

gboolean
_beaver_queue_put_many_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;

  op->number = op->many->len;
  for (guint i = 0; i < op->many->len; i++)
    {
      if (!_beaver_queue_insert_item (connection, op->core, op->priority, _beaver_clock_now (),
                                      op->many->pdata[i], FALSE, error))
        return FALSE;
    }
  __atomic_fetch_add (&op->core->ready, op->number, __ATOMIC_RELAXED);
  return op->number == 0 || _beaver_queue_emit (connection, op->core, "put", error);
}

/* Taking */

static void
begin_rows (BeaverQueueOp *op)
{
  g_clear_pointer (&op->rows, g_ptr_array_unref);
  op->rows = g_ptr_array_new_with_free_func (_beaver_job_row_free);
  g_clear_pointer (&op->corrupt, g_free);
}

/* The row that a statement stands on. */
static BeaverJobRow *
read_row (BeaverStatement *statement)
{
  BeaverJobRow *row = g_new0 (BeaverJobRow, 1);

  row->state = BEAVER_JOB_STATE_WAITING;
  row->priority = _beaver_statement_double (statement, 0);
  row->timestamp = _beaver_statement_double (statement, 1);
  row->value = _beaver_statement_dup_text (statement, 2);
  return row;
}

/* What is known of the front goes with it: it has to be read before. */
static gboolean
read_front (BeaverConnection *connection, BeaverQueueOp *op, BeaverJobRow **row, GError **error)
{
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_PEEK, error);

  if (statement == NULL)
    return FALSE;
  switch (_beaver_statement_step (statement, error))
    {
    case BEAVER_STEP_ROW:
      *row = read_row (statement);
      return _beaver_queue_jobs_read_waiting (connection, op->core, *row, error);
    case BEAVER_STEP_DONE:
      return TRUE;
    case BEAVER_STEP_ERROR:
    default:
      return FALSE;
    }
}

/* Takes the front out of the table; *row NULL when there is none. */
static gboolean
take_front (BeaverConnection *connection,
            BeaverQueueOp *op,
            gboolean has_jobs,
            BeaverJobRow **row,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverStep step;

  *row = NULL;
  if (has_jobs && !read_front (connection, op, row, error))
    {
      g_clear_pointer (row, _beaver_job_row_free);
      return FALSE;
    }
  if (has_jobs && *row == NULL)
    return TRUE;
  statement = prepare (connection, op->core, SQL_TAKE, error);
  step = statement != NULL ? _beaver_statement_step (statement, error) : BEAVER_STEP_ERROR;
  if (step == BEAVER_STEP_ROW && *row == NULL)
    *row = read_row (statement);
  while (step == BEAVER_STEP_ROW)
    step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_DONE)
    return TRUE;
  g_clear_pointer (row, _beaver_job_row_free);
  return FALSE;
}

/* What nobody can read must not stop the others: it goes to the dead letters, and one caller is
 * told. */
static gboolean
check_row (BeaverConnection *connection,
           BeaverQueueOp *op,
           BeaverJobRow *row,
           gboolean *fits,
           GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *fits = _beaver_json_check (row->value, -1, &local_error);
  if (*fits)
    return TRUE;
  op->corrupt = g_strdup_printf ("an item is not JSON: %s", local_error->message);
  row->state = BEAVER_JOB_STATE_DEAD;
  row->due = _beaver_clock_now ();
  g_free (row->reason);
  row->reason = g_strdup (op->corrupt);
  return _beaver_queue_jobs_table_create (connection, error) &&
         _beaver_queue_jobs_insert (connection, op->core, row, error);
}

/* Whether there is likely something to take, so that looking first is not worth it. Nothing depends
 * on it: puts may have been undone, and others take too. */
static gboolean
is_likely (gpointer data)
{
  BeaverQueueOp *op = data;

  return __atomic_load_n (&op->core->ready, __ATOMIC_RELAXED) > 0 ||
         __atomic_load_n (&op->core->streak, __ATOMIC_RELAXED) >= LIKELY_STREAK;
}

static void
note_take (BeaverManagerCore *core, gint64 n)
{
  if (n == 0)
    {
      __atomic_store_n (&core->ready, 0, __ATOMIC_RELAXED);
      __atomic_store_n (&core->streak, 0, __ATOMIC_RELAXED);
      return;
    }
  if (__atomic_load_n (&core->ready, __ATOMIC_RELAXED) > 0)
    __atomic_fetch_sub (&core->ready, n, __ATOMIC_RELAXED);
  if (__atomic_load_n (&core->streak, __ATOMIC_RELAXED) < LIKELY_STREAK)
    __atomic_fetch_add (&core->streak, 1, __ATOMIC_RELAXED);
}

/* The front and nothing else: no table of jobs, no listener. */
static BeaverAttempt
get_only (BeaverConnection *connection, BeaverQueueOp *op, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare_only (connection, SQL_TAKE, error);
  g_autoptr (BeaverJobRow) row = NULL;
  BeaverStep step;

  if (statement == NULL)
    return BEAVER_ATTEMPT_FAILED;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    {
      row = read_row (statement);
      /* has to go to the dead letters instead */
      if (!_beaver_json_check (row->value, -1, NULL))
        _beaver_connection_refuse_only (connection);
    }
  while (step == BEAVER_STEP_ROW)
    step = _beaver_statement_step (statement, error);
  if (step != BEAVER_STEP_DONE)
    return BEAVER_ATTEMPT_FAILED;
  note_take (op->core, row != NULL);
  if (row == NULL)
    return BEAVER_ATTEMPT_AGAIN;
  _beaver_connection_touch (connection, op->core->topic);
  g_ptr_array_add (op->rows, g_steal_pointer (&row));
  return BEAVER_ATTEMPT_DONE;
}

static BeaverAttempt
get_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverJobRow) row = NULL;
  gboolean has_jobs, fits;

  begin_rows (op);
  if (!_beaver_queue_has_jobs (connection, op->core, &has_jobs, error))
    return BEAVER_ATTEMPT_FAILED;
  if (!has_jobs && _beaver_connection_is_only (connection) &&
      !_beaver_manager_core_wants_events (op->core, connection))
    return get_only (connection, op, error);
  if ((has_jobs && !_beaver_queue_jobs_sweep (connection, op->core, error)) ||
      !take_front (connection, op, has_jobs, &row, error))
    return BEAVER_ATTEMPT_FAILED;
  note_take (op->core, row != NULL);
  if (row == NULL)
    return BEAVER_ATTEMPT_AGAIN;
  if (!check_row (connection, op, row, &fits, error) ||
      !_beaver_queue_emit (connection, op->core, "get", error))
    return BEAVER_ATTEMPT_FAILED;
  if (fits)
    g_ptr_array_add (op->rows, g_steal_pointer (&row));
  return BEAVER_ATTEMPT_DONE;
}

static BeaverAttempt
claim_act (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverQueueOp *op = data;
  double now = _beaver_clock_now ();
  gboolean taken = FALSE;

  begin_rows (op);
  if (!_beaver_queue_jobs_table_create (connection, error) ||
      !_beaver_queue_jobs_sweep (connection, op->core, error))
    return BEAVER_ATTEMPT_FAILED;
  while ((gint64) op->rows->len < op->limit && op->corrupt == NULL)
    {
      g_autoptr (BeaverJobRow) row = NULL;
      gboolean fits;

      if (!take_front (connection, op, TRUE, &row, error))
        return BEAVER_ATTEMPT_FAILED;
      if (row == NULL)
        break;
      taken = TRUE;
      if (!check_row (connection, op, row, &fits, error))
        return BEAVER_ATTEMPT_FAILED;
      if (!fits)
        continue;
      row->state = BEAVER_JOB_STATE_CLAIMED;
      row->attempts++;
      row->due = now + op->seconds;
      row->token = _beaver_uuid_new ();
      if (!_beaver_queue_jobs_insert (connection, op->core, row, error))
        return BEAVER_ATTEMPT_FAILED;
      g_ptr_array_add (op->rows, g_steal_pointer (&row));
    }
  note_take (op->core, (gint64) op->rows->len);
  if (!taken)
    return BEAVER_ATTEMPT_AGAIN;
  return _beaver_queue_emit (connection, op->core, "claim", error) ? BEAVER_ATTEMPT_DONE :
                                                                     BEAVER_ATTEMPT_FAILED;
}

/* Whether there is something to take, without writing anything. */
static BeaverAttempt
look (BeaverConnection *connection, gpointer data, gint64 *retry_at, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverStatement) any = prepare (connection, op->core, SQL_ANY, error);
  gboolean has_jobs;
  double due, now;

  if (any == NULL)
    return BEAVER_ATTEMPT_FAILED;
  switch (_beaver_statement_step (any, error))
    {
    case BEAVER_STEP_ROW:
      return BEAVER_ATTEMPT_DONE;
    case BEAVER_STEP_DONE:
      break;
    case BEAVER_STEP_ERROR:
    default:
      return BEAVER_ATTEMPT_FAILED;
    }
  if (!_beaver_queue_jobs_table_exists (connection, &has_jobs, error))
    return BEAVER_ATTEMPT_FAILED;
  if (!has_jobs)
    return BEAVER_ATTEMPT_AGAIN;
  if (!_beaver_queue_jobs_next_due (connection, op->core, &due, error))
    return BEAVER_ATTEMPT_FAILED;
  now = (double) g_get_real_time () / G_USEC_PER_SEC;
  if (due <= now)
    return BEAVER_ATTEMPT_DONE;
  /* a day at most: the clock may be set meanwhile */
  if (isfinite (due))
    *retry_at = g_get_monotonic_time () + (gint64) (MIN (due - now, 86400.0) * G_USEC_PER_SEC) + 1;
  return BEAVER_ATTEMPT_AGAIN;
}

const BeaverWaitOps _beaver_queue_get_ops = {
  .peek = look,
  .act = get_act,
  .one = TRUE,
  .is_likely = is_likely,
  .prefix_error = _beaver_queue_op_prefix_error,
};
const BeaverWaitOps _beaver_queue_claim_ops = {
  .peek = look,
  .act = claim_act,
  .is_likely = is_likely,
  .prefix_error = _beaver_queue_op_prefix_error,
};

gboolean
_beaver_queue_pop_work (BeaverConnection *connection, gpointer data, GError **error)
{
  gint64 retry_at = 0;

  return get_act (connection, data, &retry_at, error) != BEAVER_ATTEMPT_FAILED;
}

gboolean
_beaver_queue_claim_work (BeaverConnection *connection, gpointer data, GError **error)
{
  gint64 retry_at = 0;

  return claim_act (connection, data, &retry_at, error) != BEAVER_ATTEMPT_FAILED;
}

/* Looking */

gboolean
_beaver_queue_peek_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverQueueOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_PEEK, error);
  g_autoptr (GError) local_error = NULL;
  BeaverJobRow *row;
  BeaverStep step;

  begin_rows (op);
  if (statement == NULL)
    return FALSE;
  step = _beaver_statement_step (statement, error);
  if (step != BEAVER_STEP_ROW)
    return step == BEAVER_STEP_DONE;
  row = read_row (statement);
  g_ptr_array_add (op->rows, row);
  if (_beaver_json_check (row->value, -1, &local_error))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               "the item in front is not JSON: %s; getting it moves it to the dead letters",
               local_error->message);
  return FALSE;
}

gboolean
_beaver_queue_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_COUNT, error);

  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->result = _beaver_statement_int (statement, 0);
  return TRUE;
}

gboolean
_beaver_queue_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) statement = prepare (connection, op->core, SQL_CLEAR, error);
  gboolean has_jobs;
  gint64 delayed = 0;

  if (statement == NULL || !_beaver_statement_run (statement, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);
  if (!_beaver_queue_jobs_table_exists (connection, &has_jobs, error) ||
      (has_jobs && !_beaver_queue_jobs_clear (connection, op->core, &delayed, error)))
    return FALSE;
  op->result += delayed;
  return _beaver_queue_emit (connection, op->core, "clear", error);
}

/* Cursors */

typedef struct
{
  BeaverManagerCore *core;
  gboolean jobs;              /* else items */
  BeaverJobState state;       /* of jobs */
  double priority, timestamp; /* of the item before */
  double due;                 /* of the job before */
  gint64 id;                  /* of either */
} CursorState;

gpointer
_beaver_queue_cursor_state_new (BeaverManagerCore *core, gboolean jobs, BeaverJobState job_state)
{
  CursorState *state = g_new0 (CursorState, 1);

  state->core = _beaver_manager_core_ref (core);
  state->jobs = jobs;
  state->state = job_state;
  state->priority = -INFINITY;
  state->timestamp = -INFINITY;
  state->due = -INFINITY;
  state->id = G_MININT64;
  return state;
}

void
_beaver_queue_cursor_state_free (gpointer data)
{
  CursorState *state = data;

  _beaver_manager_core_unref (state->core);
  g_free (state);
}

static gboolean
page_of_jobs (BeaverConnection *connection,
              CursorState *state,
              GPtrArray *entries,
              gboolean *at_end,
              GError **error)
{
  gboolean has_jobs;
  g_autoptr (GPtrArray) rows = NULL;

  if (!_beaver_queue_jobs_table_exists (connection, &has_jobs, error))
    return FALSE;
  *at_end = TRUE;
  if (!has_jobs)
    return TRUE;
  rows = _beaver_queue_jobs_read_page (connection, state->core, state->state, state->due, state->id,
                                       PAGE_ROWS, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      BeaverJobRow *row = rows->pdata[i];

      state->due = row->due;
      state->id = row->id;
      g_ptr_array_add (entries, _beaver_job_new (state->core, row));
    }
  *at_end = rows->len < PAGE_ROWS;
  return TRUE;
}

/* A waiting item as a job: with what the jobs table knows of it. */
static gpointer
waiting_job (BeaverConnection *connection,
             CursorState *state,
             gboolean has_jobs,
             BeaverJobRow *row,
             GError **error)
{
  if (has_jobs && !_beaver_queue_jobs_read_waiting (connection, state->core, row, error))
    return NULL;
  return _beaver_job_new (state->core, row);
}

gboolean
_beaver_queue_cursor_page (BeaverConnection *connection,
                           gpointer data,
                           GPtrArray *entries,
                           gboolean *at_end,
                           GError **error)
{
  CursorState *state = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gsize bytes = 0;
  guint rows = 0;
  gboolean has_jobs = FALSE;
  BeaverStep step;

  if (state->jobs && state->state != BEAVER_JOB_STATE_WAITING)
    return page_of_jobs (connection, state, entries, at_end, error);
  if (state->jobs && !_beaver_queue_jobs_table_exists (connection, &has_jobs, error))
    return FALSE;
  statement = prepare (connection, state->core, SQL_PAGE, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_double (statement, 2, state->priority);
  _beaver_statement_bind_double (statement, 3, state->timestamp);
  _beaver_statement_bind_int (statement, 4, state->id);
  _beaver_statement_bind_int (statement, 5, PAGE_ROWS);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      g_autoptr (BeaverJobRow) row = read_row (statement);
      g_autoptr (GError) local_error = NULL;
      gboolean fits = _beaver_json_check (row->value, -1, &local_error);
      gpointer entry;

      /* told once, as the first of its page; then the cursor can go on behind it */
      if (fits || entries->len == 0)
        {
          state->priority = row->priority;
          state->timestamp = row->timestamp;
          state->id = _beaver_statement_int (statement, 3);
        }
      if (!fits)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT, "an item is not JSON: %s",
                       local_error->message);
          return FALSE;
        }
      rows++;
      bytes += strlen (row->value);
      entry = state->jobs ? waiting_job (connection, state, has_jobs, row, error) :
                            (gpointer) _beaver_queue_item_new (row);
      if (entry == NULL)
        return FALSE;
      g_ptr_array_add (entries, entry);
      if (bytes > PAGE_BYTES)
        return TRUE;
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  *at_end = rows < PAGE_ROWS;
  return TRUE;
}
