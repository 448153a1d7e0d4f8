/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-json-private.h>

/* What is new in a log.
 *
 * Time does not tell: rows come late and back-dated. The rowid does: SQLite gives a new row one
 * more than the largest there is, so whatever came after the table's newest row has a larger one,
 * while that row stands. If it was deleted (its number may be given again) or moved (VACUUM), a
 * tail looks for the next best row that it knows, and a window reads itself anew. */

#define SQL_TOP "SELECT rowid, timestamp, log_name FROM __beaver_logs__ ORDER BY rowid DESC LIMIT 1"
#define SQL_AT_ROWID "SELECT timestamp, log_name FROM __beaver_logs__ WHERE rowid = $1"
#define SQL_AT_TIME "SELECT rowid FROM __beaver_logs__ WHERE log_name = $1 AND timestamp = $2"
#define SQL_MAX_TIME "SELECT MAX(timestamp) FROM __beaver_logs__ WHERE log_name = $1"
/* The data of other logs' rows stays where it is, maybe on pages of its own. */
#define SQL_BEHIND                                                                                 \
  "SELECT rowid, timestamp, log_name, CASE WHEN log_name = $2 THEN data END"                       \
  " FROM __beaver_logs__ WHERE rowid > $1 ORDER BY rowid LIMIT $3"
#define SQL_LATER                                                                                  \
  "SELECT rowid, timestamp, data FROM __beaver_logs__"                                             \
  " WHERE log_name = $1 AND timestamp > $2 ORDER BY rowid"
#define SQL_SPAN                                                                                   \
  "SELECT timestamp, data FROM __beaver_logs__"                                                    \
  " WHERE log_name = $1 AND timestamp > $2 AND timestamp <= $3 ORDER BY timestamp"
#define SQL_SPAN_COUNT                                                                             \
  "SELECT COUNT(*) FROM __beaver_logs__ WHERE log_name = $1 AND timestamp > $2 AND timestamp <= "  \
  "$3"

/* Rows that one unit of work reads behind the position of a tail. */
#define PAGE_SIZE 256

/* Windows know the rows of this many seconds to come, so that an entry of the future has its hour
 * without another look at the whole log. */
#define AHEAD 120.0

/* Rows */

BeaverLiveRow *
_beaver_live_row_new (double timestamp, const char *data, gsize length)
{
  BeaverLiveRow *self = g_atomic_rc_box_new0 (BeaverLiveRow);

  self->timestamp = timestamp;
  self->data =
      g_ref_string_new_len (data != NULL ? data : "null", data != NULL ? (gssize) length : 4);
  return self;
}

static void
row_clear (gpointer row)
{
  g_ref_string_release (((BeaverLiveRow *) row)->data);
}

void
_beaver_live_row_unref (gpointer row)
{
  g_atomic_rc_box_release_full (row, row_clear);
}

gboolean
_beaver_live_row_is_json (BeaverLiveRow *row)
{
  int checked = g_atomic_int_get (&row->checked);

  if (checked == 0)
    {
      gssize length = (gssize) g_ref_string_length (row->data);

      checked = _beaver_json_check (row->data, length, NULL) ? 1 : 2;
      g_atomic_int_set (&row->checked, checked);
    }
  return checked == 1;
}

/* Position */

void
_beaver_live_position_clear (BeaverLivePosition *self)
{
  g_clear_pointer (&self->top_name, g_free);
}

static void
position_copy (BeaverLivePosition *to, const BeaverLivePosition *from)
{
  _beaver_live_position_clear (to);
  *to = *from;
  to->top_name = g_strdup (from->top_name);
}

static BeaverStatement *
prepare_named (BeaverConnection *connection, BeaverLogStore *store, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, store->core->name, -1);
  return statement;
}

static void
position_see_own (BeaverLivePosition *self, gint64 rowid, double timestamp)
{
  self->own_rowid = rowid;
  self->own_timestamp = timestamp;
  if (isnan (self->max_timestamp) || timestamp > self->max_timestamp)
    self->max_timestamp = timestamp;
}

static gboolean
position_find_top (BeaverLivePosition *self,
                   BeaverConnection *connection,
                   BeaverLogStore *store,
                   GError **error)
{
  g_autoptr (BeaverStatement) top = _beaver_connection_prepare (connection, SQL_TOP, error);
  BeaverStep step = top != NULL ? _beaver_statement_step (top, error) : BEAVER_STEP_ERROR;

  if (step == BEAVER_STEP_ERROR)
    return FALSE;

  _beaver_live_position_clear (self);
  self->top_rowid = 0;
  if (step == BEAVER_STEP_ROW)
    {
      self->top_rowid = _beaver_statement_int (top, 0);
      self->top_timestamp = _beaver_statement_double (top, 1);
      self->top_name = _beaver_statement_dup_text (top, 2);
    }
  return TRUE;
}

/* 1 when the row of this number is still the same, 0 when not, -1 with error. */
static int
row_stands (BeaverConnection *connection,
            gint64 rowid,
            double timestamp,
            const char *name,
            GError **error)
{
  g_autoptr (BeaverStatement) row = _beaver_connection_prepare (connection, SQL_AT_ROWID, error);
  BeaverStep step;

  if (row == NULL)
    return -1;
  _beaver_statement_bind_int (row, 1, rowid);
  step = _beaver_statement_step (row, error);
  if (step == BEAVER_STEP_ERROR)
    return -1;
  return step == BEAVER_STEP_ROW && _beaver_statement_double (row, 0) == timestamp &&
         g_strcmp0 (_beaver_statement_text (row, 1, NULL), name) == 0;
}

/* The number of the log's row of that time; 0 when there is none, -1 with error. */
static gint64
rowid_at_time (BeaverConnection *connection,
               BeaverLogStore *store,
               double timestamp,
               GError **error)
{
  g_autoptr (BeaverStatement) row = prepare_named (connection, store, SQL_AT_TIME, error);
  BeaverStep step;

  if (row == NULL)
    return -1;
  _beaver_statement_bind_double (row, 2, timestamp);
  step = _beaver_statement_step (row, error);
  if (step == BEAVER_STEP_ERROR)
    return -1;
  return step == BEAVER_STEP_ROW ? _beaver_statement_int (row, 0) : 0;
}

gboolean
_beaver_live_locate_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLiveFollow *self = data;
  BeaverLivePosition *position = &self->position;
  g_autoptr (BeaverStatement) max = prepare_named (connection, self->store, SQL_MAX_TIME, error);

  position->own_rowid = 0;
  position->max_timestamp = NAN;
  if (max == NULL || _beaver_statement_step (max, error) != BEAVER_STEP_ROW)
    return FALSE;
  if (!_beaver_statement_is_null (max, 0))
    position->max_timestamp = _beaver_statement_double (max, 0);
  if (!position_find_top (position, connection, self->store, error))
    return FALSE;
  if (g_strcmp0 (position->top_name, self->store->core->name) == 0)
    position_see_own (position, position->top_rowid, position->top_timestamp);
  return TRUE;
}

/* Following */

void
_beaver_live_follow_clear (BeaverLiveFollow *self)
{
  _beaver_live_position_clear (&self->position);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->store, _beaver_log_store_unref);
}

typedef enum
{
  RESUME_FAILED,
  RESUME_BEHIND_ROWID,
  RESUME_BY_TIME,
} Resume;

/* Where to go on. Entries are deleted from the old end only: when the newest one that was seen is
 * gone, all are, and what stands there now is new. */
static Resume
find_resume (BeaverLiveFollow *self, BeaverConnection *connection, gint64 *rowid, GError **error)
{
  BeaverLivePosition *position = &self->position;
  const char *name = self->store->core->name;
  gint64 newest, own;
  int stands;

  *rowid = 0;
  if (position->top_rowid == 0)
    return RESUME_BEHIND_ROWID;

  stands = row_stands (connection, position->top_rowid, position->top_timestamp, position->top_name,
                       error);
  *rowid = position->top_rowid;
  if (stands == 0 && position->own_rowid > 0)
    {
      stands = row_stands (connection, position->own_rowid, position->own_timestamp, name, error);
      *rowid = position->own_rowid;
    }
  if (stands != 0)
    return stands > 0 ? RESUME_BEHIND_ROWID : RESUME_FAILED;

  *rowid = 0;
  if (isnan (position->max_timestamp))
    return RESUME_BEHIND_ROWID;
  newest = rowid_at_time (connection, self->store, position->max_timestamp, error);
  if (newest <= 0)
    return newest == 0 ? RESUME_BEHIND_ROWID : RESUME_FAILED;
  if (position->own_rowid == 0)
    return RESUME_BY_TIME;

  /* VACUUM gives new numbers and keeps the order. */
  own = rowid_at_time (connection, self->store, position->own_timestamp, error);
  *rowid = own;
  return own > 0 ? RESUME_BEHIND_ROWID : own == 0 ? RESUME_BY_TIME : RESUME_FAILED;
}

static void
take_row (BeaverLiveFollow *self, BeaverStatement *row, int data_column)
{
  double timestamp = _beaver_statement_double (row, 1);
  gsize length = 0;
  const char *data = _beaver_statement_text (row, data_column, &length);

  g_ptr_array_add (self->rows, _beaver_live_row_new (timestamp, data, length));
  position_see_own (&self->position, _beaver_statement_int (row, 0), timestamp);
}

static gboolean
follow_by_time (BeaverLiveFollow *self, BeaverConnection *connection, GError **error)
{
  g_autoptr (BeaverStatement) later = prepare_named (connection, self->store, SQL_LATER, error);
  double limit = self->position.max_timestamp;
  BeaverStep step;

  if (later == NULL)
    return FALSE;
  _beaver_statement_bind_double (later, 2, limit);
  while ((step = _beaver_statement_step (later, error)) == BEAVER_STEP_ROW)
    take_row (self, later, 2);
  return step == BEAVER_STEP_DONE &&
         position_find_top (&self->position, connection, self->store, error);
}

static gboolean
follow_behind (BeaverLiveFollow *self,
               BeaverConnection *connection,
               gint64 rowid,
               gint64 limit,
               GError **error)
{
  g_autoptr (BeaverStatement) behind = _beaver_connection_prepare (connection, SQL_BEHIND, error);
  const char *name = self->store->core->name;
  BeaverLivePosition *position = &self->position;
  BeaverStep step;
  gint64 n = 0;

  if (behind == NULL)
    return FALSE;
  _beaver_statement_bind_int (behind, 1, rowid);
  _beaver_statement_bind_text (behind, 2, name, -1);
  _beaver_statement_bind_int (behind, 3, limit);
  while ((step = _beaver_statement_step (behind, error)) == BEAVER_STEP_ROW)
    {
      const char *row_name = _beaver_statement_text (behind, 2, NULL);

      if (g_strcmp0 (row_name, name) == 0)
        take_row (self, behind, 3);
      if (g_strcmp0 (row_name, position->top_name) != 0)
        {
          g_free (position->top_name);
          position->top_name = g_strdup (row_name);
        }
      position->top_rowid = _beaver_statement_int (behind, 0);
      position->top_timestamp = _beaver_statement_double (behind, 1);
      n++;
    }
  self->more = n == limit;
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_live_follow_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLiveFollow *self = data;
  BeaverLivePosition before = { 0 };
  gboolean done = FALSE;
  gint64 rowid;

  position_copy (&before, &self->position);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  self->rows = g_ptr_array_new_with_free_func (_beaver_live_row_unref);
  self->more = FALSE;
  switch (find_resume (self, connection, &rowid, error))
    {
    case RESUME_BEHIND_ROWID:
      done = follow_behind (self, connection, rowid, PAGE_SIZE, error);
      break;
    case RESUME_BY_TIME:
      done = follow_by_time (self, connection, error);
      break;
    case RESUME_FAILED:
    default:
      break;
    }

  /* What a failed reading had seen is not delivered. */
  if (!done)
    position_copy (&self->position, &before);
  _beaver_live_position_clear (&before);
  return done;
}

/* Windows */

void
_beaver_live_collect_clear (BeaverLiveCollect *self)
{
  _beaver_live_position_clear (&self->position);
  _beaver_live_position_clear (&self->found_position);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->fresh, g_ptr_array_unref);
  g_clear_pointer (&self->store, _beaver_log_store_unref);
}

static gboolean
read_span (BeaverLiveCollect *self,
           BeaverConnection *connection,
           double start,
           double end,
           GError **error)
{
  g_autoptr (BeaverStatement) span = prepare_named (connection, self->store, SQL_SPAN, error);
  BeaverStep step;

  if (span == NULL)
    return FALSE;
  _beaver_statement_bind_double (span, 2, start);
  _beaver_statement_bind_double (span, 3, end);
  while ((step = _beaver_statement_step (span, error)) == BEAVER_STEP_ROW)
    {
      gsize length = 0;
      const char *data = _beaver_statement_text (span, 1, &length);

      g_ptr_array_add (self->fresh,
                       _beaver_live_row_new (_beaver_statement_double (span, 0), data, length));
    }
  return step == BEAVER_STEP_DONE;
}

/* What came in since the last time, of whatever age; then what time itself brought within reach. */
static gboolean
read_news (BeaverLiveCollect *self, BeaverConnection *connection, double start, GError **error)
{
  BeaverLiveFollow follow = { .store = _beaver_log_store_ref (self->store) };
  gboolean done;

  position_copy (&follow.position, &self->position);
  follow.rows = g_ptr_array_new_with_free_func (_beaver_live_row_unref);
  done = follow_behind (&follow, connection, follow.position.top_rowid, G_MAXINT64, error);
  for (guint i = 0; i < follow.rows->len; i++)
    {
      BeaverLiveRow *row = g_ptr_array_index (follow.rows, i);

      if (row->timestamp > start && row->timestamp <= self->covered)
        g_ptr_array_add (self->fresh, g_atomic_rc_box_acquire (row));
    }
  position_copy (&self->found_position, &follow.position);
  _beaver_live_follow_clear (&follow);

  self->found_covered = self->covered;
  if (done && self->found_end > self->covered - AHEAD / 2)
    {
      self->found_covered = self->found_end + AHEAD;
      done = read_span (self, connection, MAX (self->covered, start), self->found_covered, error);
    }
  return done;
}

/* How many of rows are not younger than limit. */
static guint
count_until (GPtrArray *rows, double limit)
{
  guint low = 0, high = rows->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const BeaverLiveRow *row = g_ptr_array_index (rows, middle);

      if (row->timestamp <= limit)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* 1 when rows and fresh together are all that the log holds, 0 when something was deleted, -1 with
 * error. */
static int
is_complete (BeaverLiveCollect *self, BeaverConnection *connection, double start, GError **error)
{
  g_autoptr (BeaverStatement) count =
      prepare_named (connection, self->store, SQL_SPAN_COUNT, error);
  gint64 known = self->fresh->len;

  if (count == NULL)
    return -1;
  _beaver_statement_bind_double (count, 2, start);
  _beaver_statement_bind_double (count, 3, self->found_covered);
  if (_beaver_statement_step (count, error) != BEAVER_STEP_ROW)
    return -1;
  known += self->rows->len - count_until (self->rows, start);
  return _beaver_statement_int (count, 0) == known;
}

gboolean
_beaver_live_collect_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLiveCollect *self = data;
  BeaverLivePosition *position = &self->position;
  double start;
  int complete = 0;

  g_clear_pointer (&self->fresh, g_ptr_array_unref);
  self->fresh = g_ptr_array_new_with_free_func (_beaver_live_row_unref);
  /* Before the first look at the table: what was committed until now is seen. */
  self->found_end = _beaver_clock_now ();
  start = self->found_end - self->window;

  if (!isnan (self->covered) && self->found_end >= self->end)
    complete = position->top_rowid == 0 ?
                   1 :
                   row_stands (connection, position->top_rowid, position->top_timestamp,
                               position->top_name, error);
  if (complete > 0)
    {
      if (!read_news (self, connection, start, error))
        return FALSE;
      complete = is_complete (self, connection, start, error);
    }
  if (complete < 0)
    return FALSE;

  self->replace = complete == 0;
  if (complete)
    return TRUE;
  g_ptr_array_set_size (self->fresh, 0);
  self->found_covered = self->found_end + AHEAD;
  return read_span (self, connection, start, self->found_covered, error) &&
         position_find_top (&self->found_position, connection, self->store, error);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const BeaverLiveRow *left = *(const BeaverLiveRow *const *) a;
  const BeaverLiveRow *right = *(const BeaverLiveRow *const *) b;

  return (left->timestamp > right->timestamp) - (left->timestamp < right->timestamp);
}

static void
add_fresh (BeaverLiveCollect *self)
{
  gboolean sorted = TRUE;

  for (guint i = 0; i < self->fresh->len; i++)
    {
      BeaverLiveRow *row = g_ptr_array_index (self->fresh, i);
      guint n = self->rows->len;

      if (n > 0 && compare_rows (&g_ptr_array_index (self->rows, n - 1), &row) > 0)
        sorted = FALSE;
      g_ptr_array_add (self->rows, g_atomic_rc_box_acquire (row));
    }
  if (!sorted)
    g_ptr_array_sort (self->rows, compare_rows);
}

BeaverLiveSnapshot *
_beaver_live_collect_take (BeaverLiveCollect *self)
{
  BeaverLiveSnapshot *snapshot = g_new0 (BeaverLiveSnapshot, 1);
  guint n;

  g_atomic_ref_count_init (&snapshot->ref_count);
  snapshot->end = self->found_end;
  snapshot->start = self->found_end - self->window;

  if (self->replace)
    g_ptr_array_set_size (self->rows, 0);
  else
    for (guint i = 0; i < self->fresh->len; i++)
      {
        const BeaverLiveRow *row = g_ptr_array_index (self->fresh, i);

        snapshot->n_late += row->timestamp <= self->end;
      }
  add_fresh (self);
  n = count_until (self->rows, snapshot->start);
  if (n > 0)
    g_ptr_array_remove_range (self->rows, 0, n);

  n = count_until (self->rows, snapshot->end);
  snapshot->rows = g_ptr_array_new_full (n, _beaver_live_row_unref);
  for (guint i = 0; i < n; i++)
    {
      BeaverLiveRow *row = g_ptr_array_index (self->rows, i);

      g_ptr_array_add (snapshot->rows, g_atomic_rc_box_acquire (row));
    }

  position_copy (&self->position, &self->found_position);
  self->covered = self->found_covered;
  self->end = self->found_end;
  return snapshot;
}
