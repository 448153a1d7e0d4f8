/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-json-private.h>

#define SQL_INSERT                                                                                 \
  "INSERT INTO __beaver_logs__ (log_name, timestamp, data) VALUES ($1, $2, $3)"                    \
  " ON CONFLICT (log_name, timestamp) DO NOTHING"
#define SQL_EXISTS "SELECT 1 FROM __beaver_logs__ WHERE log_name = $1 AND timestamp = $2"
#define SQL_TAKEN                                                                                  \
  "SELECT timestamp FROM __beaver_logs__ WHERE log_name = $1 AND timestamp >= $2"                  \
  " ORDER BY timestamp"
#define SQL_RANGE_ASC                                                                              \
  "SELECT timestamp, data FROM __beaver_logs__"                                                    \
  " WHERE log_name = $1 AND timestamp >= $2 AND timestamp <= $3"                                   \
  " ORDER BY timestamp LIMIT $4 OFFSET $5"
#define SQL_RANGE_DESC                                                                             \
  "SELECT timestamp, data FROM __beaver_logs__"                                                    \
  " WHERE log_name = $1 AND timestamp >= $2 AND timestamp <= $3"                                   \
  " ORDER BY timestamp DESC LIMIT $4 OFFSET $5"
#define SQL_COUNT "SELECT COUNT(*) FROM __beaver_logs__ WHERE log_name = $1"
#define SQL_COUNT_RANGE                                                                            \
  "SELECT COUNT(*) FROM __beaver_logs__"                                                           \
  " WHERE log_name = $1 AND timestamp >= $2 AND timestamp <= $3"
#define SQL_CLEAR "DELETE FROM __beaver_logs__ WHERE log_name = $1"
#define SQL_NTH_NEWEST                                                                             \
  "SELECT timestamp FROM __beaver_logs__ WHERE log_name = $1"                                      \
  " ORDER BY timestamp DESC LIMIT 1 OFFSET $2"
#define SQL_OLDEST                                                                                 \
  "SELECT timestamp FROM __beaver_logs__ WHERE log_name = $1 AND timestamp < $2"                   \
  " ORDER BY timestamp LIMIT $3"
#define SQL_PRUNE "DELETE FROM __beaver_logs__ WHERE log_name = $1 AND timestamp <= $2"

/* Rows of one page of a cursor, rows that one transaction prunes. */
#define PAGE_SIZE 256
#define PRUNE_CHUNK 10000

/* Store */

BeaverLogStore *
_beaver_log_store_new (BeaverManagerCore *core)
{
  BeaverLogStore *self = g_new0 (BeaverLogStore, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->core = _beaver_manager_core_ref (core);
  g_mutex_init (&self->mutex);
  self->live = g_ptr_array_new ();
  for (guint i = 0; i < BEAVER_LOG_N_HINTS; i++)
    self->hints[i].wanted = NAN;
  return self;
}

BeaverLogStore *
_beaver_log_store_ref (BeaverLogStore *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_log_store_unref (BeaverLogStore *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_ptr_array_unref (self->live);
  _beaver_manager_core_unref (self->core);
  g_free (self);
}

static BeaverLogHint *
hint_of (BeaverLogStore *self, double wanted)
{
  guint64 bits;

  memcpy (&bits, &wanted, sizeof bits);
  return &self->hints[(bits * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 58];
}

static double
get_hint (BeaverLogStore *self, double wanted)
{
  BeaverLogHint *hint = hint_of (self, wanted);
  double slot;

  g_mutex_lock (&self->mutex);
  slot = hint->wanted == wanted ? hint->slot : NAN;
  g_mutex_unlock (&self->mutex);
  return slot;
}

static void
set_hint (BeaverLogStore *self, double wanted, double slot)
{
  BeaverLogHint *hint = hint_of (self, wanted);

  g_mutex_lock (&self->mutex);
  hint->wanted = wanted;
  hint->slot = slot;
  g_mutex_unlock (&self->mutex);
}

static void
forget_hints (BeaverLogStore *self)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < BEAVER_LOG_N_HINTS; i++)
    self->hints[i].wanted = NAN;
  g_mutex_unlock (&self->mutex);
}

/* Op */

static void
row_clear (gpointer data)
{
  BeaverLogRow *row = data;

  g_clear_pointer (&row->data, g_free);
}

void
_beaver_log_op_free (gpointer pointer)
{
  BeaverLogOp *self = pointer;

  if (self->rows != NULL)
    for (guint i = 0; i < self->rows->len; i++)
      row_clear (&g_array_index (self->rows, BeaverLogRow, i));
  g_clear_pointer (&self->rows, g_array_unref);
  row_clear (&self->row);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->store, _beaver_log_store_unref);
  g_free (self);
}

char *
_beaver_log_normalize (const char *json, GError **error)
{
  char *normal;

  if (json == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "the data to log is missing; JSON's null is the text “null”");
      return NULL;
    }
  normal = _beaver_json_normalize (json, -1, error);
  if (normal == NULL)
    g_prefix_error (error, "the data to log: ");
  return normal;
}

double
_beaver_log_next_slot (double timestamp)
{
  /* What Python adds; where that is lost in rounding (from 2^34 on), the next double. */
  return MAX (timestamp + 1e-6, nextafter (timestamp, INFINITY));
}

char *
_beaver_log_item_key (double timestamp)
{
  g_autoptr (GString) key = g_string_new (NULL);

  _beaver_json_append_double (key, timestamp);
  return g_strdup (key->str);
}

/* Works */

static BeaverStatement *
prepare_named (BeaverConnection *connection, BeaverLogStore *store, const char *sql, GError **error)
{
  BeaverStatement *statement = _beaver_connection_prepare (connection, sql, error);

  if (statement != NULL)
    _beaver_statement_bind_text (statement, 1, store->core->name, -1);
  return statement;
}

/* 1 when the row went in, 0 when its timestamp is taken, -1 with error. */
static int
insert_at (BeaverConnection *connection,
           BeaverStatement *insert,
           double timestamp,
           const char *data,
           GError **error)
{
  _beaver_statement_bind_double (insert, 2, timestamp);
  _beaver_statement_bind_text (insert, 3, data, -1);
  if (!_beaver_statement_run (insert, error))
    return -1;
  return _beaver_connection_changes (connection) > 0;
}

/* Where to begin the search for a free slot behind wanted, which is taken. */
static gboolean
first_candidate (BeaverConnection *connection,
                 BeaverLogStore *store,
                 double wanted,
                 double *candidate,
                 GError **error)
{
  g_autoptr (BeaverStatement) exists = NULL;
  double hint = get_hint (store, wanted);
  BeaverStep step = BEAVER_STEP_DONE;

  if (!isnan (hint))
    {
      exists = prepare_named (connection, store, SQL_EXISTS, error);
      if (exists == NULL)
        return FALSE;
      _beaver_statement_bind_double (exists, 2, hint);
      step = _beaver_statement_step (exists, error);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
    }

  /* Rows leave a log from its old end only: as long as the first and the last of a run are there,
   * so is everything between. */
  *candidate = _beaver_log_next_slot (step == BEAVER_STEP_ROW ? hint : wanted);
  return TRUE;
}

/* The next free slot behind wanted, which is taken: one query, walked up to the first gap. */
static gboolean
find_slot (BeaverConnection *connection,
           BeaverLogStore *store,
           double wanted,
           double *slot,
           GError **error)
{
  g_autoptr (BeaverStatement) taken = NULL;
  BeaverStep step;
  double candidate;

  if (!first_candidate (connection, store, wanted, &candidate, error))
    return FALSE;
  taken = prepare_named (connection, store, SQL_TAKEN, error);
  if (taken == NULL)
    return FALSE;

  _beaver_statement_bind_double (taken, 2, candidate);
  while ((step = _beaver_statement_step (taken, error)) == BEAVER_STEP_ROW)
    {
      double timestamp = _beaver_statement_double (taken, 0);

      if (timestamp > candidate)
        break;
      if (timestamp == candidate)
        candidate = _beaver_log_next_slot (candidate);
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (!isfinite (candidate))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
                   "no timestamp behind %.17g is free; use smaller timestamps", wanted);
      return FALSE;
    }
  *slot = candidate;
  return TRUE;
}

/* The field index, in a WRITE work. *index NULL: there is none. */
static gboolean
load_index (BeaverConnection *connection,
            BeaverLogStore *store,
            BeaverFieldIndex **index,
            GError **error)
{
  *index = NULL;
  if (_beaver_field_index_is_known_absent (connection, store->core))
    return TRUE;
  *index = _beaver_field_index_load (connection, "log", store->core->name, error);
  if (*index == NULL)
    return FALSE;
  if (_beaver_field_index_is_empty (*index))
    {
      g_clear_pointer (index, _beaver_field_index_free);
      _beaver_field_index_remember_absent (connection, store->core);
    }
  return TRUE;
}

static gboolean
append_row (BeaverConnection *connection,
            BeaverLogStore *store,
            BeaverFieldIndex *index,
            BeaverStatement *insert,
            BeaverLogRow *row,
            double *where,
            GError **error)
{
  double wanted = isnan (row->timestamp) ? _beaver_clock_now () : row->timestamp;
  double timestamp =
      wanted + 0.0; /* no negative zero: it is equal to zero in the table, but not as a key */
  int inserted = insert_at (connection, insert, timestamp, row->data, error);

  if (inserted == 0 && _beaver_connection_refuse_only (connection))
    return FALSE;
  if (inserted == 0)
    {
      if (!find_slot (connection, store, wanted, &timestamp, error))
        return FALSE;
      inserted = insert_at (connection, insert, timestamp, row->data, error);
      if (inserted == 0)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                       "the timestamps of the log near %.17g are out of order; check the database",
                       wanted);
          return FALSE;
        }
      set_hint (store, wanted, timestamp);
    }
  if (inserted < 0)
    return FALSE;

  if (index != NULL)
    {
      g_autofree char *key = _beaver_log_item_key (timestamp);

      if (!_beaver_field_index_write (index, connection, key, row->data, error))
        return FALSE;
    }
  *where = timestamp;
  return TRUE;
}

gboolean
_beaver_log_append_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLogOp *op = data;
  BeaverManagerCore *core = op->store->core;
  g_autoptr (BeaverFieldIndex) index = NULL;
  g_autoptr (BeaverStatement) insert = NULL;
  gboolean wanted;

  /* start keeps the wish, because a work may run twice; end takes the result. */
  op->row.timestamp = op->start;
  if (!load_index (connection, op->store, &index, error))
    return FALSE;
  wanted = _beaver_manager_core_wants_events (core, connection);
  if (index == NULL && !wanted)
    insert = _beaver_connection_prepare_only (connection, SQL_INSERT, error);
  else
    insert = _beaver_connection_prepare (connection, SQL_INSERT, error);
  if (insert == NULL)
    return FALSE;
  _beaver_statement_bind_text (insert, 1, core->name, -1);
  if (!append_row (connection, op->store, index, insert, &op->row, &op->end, error))
    return FALSE;

  _beaver_connection_touch (connection, core->topic);
  if (wanted)
    {
      g_autofree char *payload = g_strconcat ("{\"data\": ", op->row.data, "}", NULL);

      return _beaver_manager_core_emit (core, connection, "log", payload, error);
    }
  return TRUE;
}

gboolean
_beaver_log_batch_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLogOp *op = data;
  BeaverManagerCore *core = op->store->core;
  g_autoptr (BeaverFieldIndex) index = NULL;
  g_autoptr (BeaverStatement) insert = NULL;

  if (!load_index (connection, op->store, &index, error) ||
      (insert = prepare_named (connection, op->store, SQL_INSERT, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < op->rows->len; i++)
    {
      double where;

      if (!append_row (connection, op->store, index, insert,
                       &g_array_index (op->rows, BeaverLogRow, i), &where, error))
        return FALSE;
    }
  op->n = op->rows->len;
  if (op->n > 0)
    _beaver_connection_touch (connection, core->topic);
  return TRUE;
}

/* What one run over the rows between start and end has met. */
typedef struct
{
  GPtrArray *entries; /* or */
  BeaverTexts *texts; /* each with its moment aside */
  gint64 n;
  double last; /* the moment of the last one */
} LogRange;

static gboolean
read_range (BeaverConnection *connection,
            BeaverLogOp *op,
            gint64 limit,
            LogRange *met,
            GError **error)
{
  g_autoptr (BeaverStatement) range = NULL;
  BeaverStep step;

  if (op->order == BEAVER_LOG_ORDER_NEWEST_FIRST)
    range = prepare_named (connection, op->store, SQL_RANGE_DESC, error);
  else
    range = prepare_named (connection, op->store, SQL_RANGE_ASC, error);
  if (range == NULL)
    return FALSE;

  _beaver_statement_bind_double (range, 2, op->start);
  _beaver_statement_bind_double (range, 3, op->end);
  _beaver_statement_bind_int (range, 4, limit < 0 ? G_MAXINT64 : limit);
  _beaver_statement_bind_int (range, 5, op->offset);
  while ((step = _beaver_statement_step (range, error)) == BEAVER_STEP_ROW)
    {
      gsize length;
      const char *text = _beaver_statement_text (range, 1, &length);

      if (text == NULL)
        {
          text = "null";
          length = strlen (text);
        }
      met->last = _beaver_statement_double (range, 0);
      met->n++;
      if (met->texts == NULL)
        g_ptr_array_add (
            met->entries,
            _beaver_log_entry_new_take (met->last, g_ref_string_new_len (text, (gssize) length)));
      else
        {
          _beaver_texts_add (met->texts, text, length);
          _beaver_texts_add (met->texts, &met->last, sizeof met->last);
        }
    }
  return step == BEAVER_STEP_DONE;
}

gboolean
_beaver_log_range_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLogOp *op = data;
  LogRange met = { NULL };

  g_clear_pointer (&op->entries, g_ptr_array_unref);
  met.entries = op->entries = g_ptr_array_new_with_free_func (g_object_unref);
  return read_range (connection, op, op->limit, &met, error);
}

/* A BeaverLogOp is the state: each page moves its bounds and its limit on. */
static gboolean
cursor_page (BeaverConnection *connection,
             gpointer state,
             BeaverTexts *texts,
             gboolean *at_end,
             GError **error)
{
  BeaverLogOp *op = state;
  LogRange met = { .texts = texts };
  gint64 page = op->limit < 0 ? PAGE_SIZE : MIN (op->limit, PAGE_SIZE);

  if (!read_range (connection, op, page, &met, error))
    {
      /* they are read again */
      _beaver_texts_clear (texts);
      return FALSE;
    }

  if (op->limit >= 0)
    op->limit -= met.n;
  op->offset = 0;
  *at_end = met.n < page || op->limit == 0;
  if (met.n == 0)
    return TRUE;
  if (op->order == BEAVER_LOG_ORDER_NEWEST_FIRST)
    op->end = nextafter (met.last, -INFINITY);
  else
    op->start = nextafter (met.last, INFINITY);
  return TRUE;
}

static gpointer
make_entry (gpointer state, const char *json, gint64 passed, gconstpointer aside, gsize length)
{
  double timestamp;

  memcpy (&timestamp, aside, sizeof timestamp);
  return _beaver_log_entry_new_take (timestamp, g_ref_string_new (json));
}

/* What other programs have logged is given as it is. */
const BeaverCursorKind _beaver_log_cursor_kind = { .texts = cursor_page,
                                                   .make = make_entry,
                                                   .with_asides = TRUE,
                                                   .unchecked = TRUE };

static gboolean
read_count (BeaverStatement *statement, gint64 *n, GError **error)
{
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  *n = _beaver_statement_int (statement, 0);
  return TRUE;
}

gboolean
_beaver_log_count_range_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLogOp *op = data;
  g_autoptr (BeaverStatement) count = prepare_named (connection, op->store, SQL_COUNT_RANGE, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_double (count, 2, op->start);
  _beaver_statement_bind_double (count, 3, op->end);
  return read_count (count, &op->n, error);
}

gboolean
_beaver_log_count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) count = _beaver_connection_prepare (connection, SQL_COUNT, error);

  if (count == NULL)
    return FALSE;
  _beaver_statement_bind_text (count, 1, op->core->name, -1);
  return read_count (count, &op->result, error);
}

gboolean
_beaver_log_clear_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverManagerOp *op = data;
  g_autoptr (BeaverStatement) clear = _beaver_connection_prepare (connection, SQL_CLEAR, error);

  if (clear == NULL)
    return FALSE;
  _beaver_statement_bind_text (clear, 1, op->core->name, -1);
  if (!_beaver_statement_run (clear, error))
    return FALSE;
  op->result = _beaver_connection_changes (connection);

  if (!_beaver_field_index_clear (connection, "log", op->core->name, error))
    return FALSE;
  _beaver_connection_touch (connection, op->core->topic);
  return _beaver_manager_core_emit (op->core, connection, "clear", "{}", error);
}

/* Pruning */

/* All that is older than the keep newest rows goes: finds the timestamp from which on rows stay. */
static gboolean
find_prune_end (BeaverConnection *connection, BeaverLogOp *op, double *end, GError **error)
{
  g_autoptr (BeaverStatement) nth = NULL;
  BeaverStep step;

  if (op->keep <= 0)
    {
      *end = op->keep < 0 ? op->end : INFINITY;
      return TRUE;
    }
  nth = prepare_named (connection, op->store, SQL_NTH_NEWEST, error);
  if (nth == NULL)
    return FALSE;
  _beaver_statement_bind_int (nth, 2, op->keep - 1);
  step = _beaver_statement_step (nth, error);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  *end = step == BEAVER_STEP_ROW ? _beaver_statement_double (nth, 0) : -INFINITY;
  return TRUE;
}

/* Python writes "5" for the timestamp 5 and "5.0" for 5.0. */
static gboolean
remove_index_rows (BeaverConnection *connection,
                   BeaverManagerCore *core,
                   double timestamp,
                   GError **error)
{
  g_autofree char *key = _beaver_log_item_key (timestamp);

  if (!_beaver_field_index_remove (connection, "log", core->name, key, error))
    return FALSE;
  if (timestamp == floor (timestamp) && fabs (timestamp) < 1e18)
    {
      g_autofree char *integer = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) timestamp);

      return _beaver_field_index_remove (connection, "log", core->name, integer, error);
    }
  return TRUE;
}

gboolean
_beaver_log_prune_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverLogOp *op = data;
  BeaverManagerCore *core = op->store->core;
  g_autoptr (BeaverStatement) oldest = NULL;
  g_autoptr (BeaverStatement) prune = NULL;
  int indexed = _beaver_field_index_has_rows (connection, "log", core->name, error);
  BeaverStep step;
  double end, last = NAN;
  gint64 n = 0;

  op->n = 0;
  op->more = FALSE;
  if (indexed < 0 || !find_prune_end (connection, op, &end, error))
    return FALSE;
  oldest = prepare_named (connection, op->store, SQL_OLDEST, error);
  if (oldest == NULL)
    return FALSE;

  _beaver_statement_bind_double (oldest, 2, end);
  _beaver_statement_bind_int (oldest, 3, PRUNE_CHUNK);
  while ((step = _beaver_statement_step (oldest, error)) == BEAVER_STEP_ROW)
    {
      last = _beaver_statement_double (oldest, 0);
      n++;
      if (indexed && !remove_index_rows (connection, core, last, error))
        return FALSE;
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  if (n == 0)
    return TRUE;

  prune = prepare_named (connection, op->store, SQL_PRUNE, error);
  if (prune == NULL)
    return FALSE;
  _beaver_statement_bind_double (prune, 2, last);
  if (!_beaver_statement_run (prune, error))
    return FALSE;
  op->n = _beaver_connection_changes (connection);
  op->more = n == PRUNE_CHUNK;
  if (indexed && !_beaver_field_index_forget_until (connection, core->name, last, error))
    return FALSE;
  forget_hints (op->store);
  _beaver_connection_touch (connection, core->topic);
  return TRUE;
}

/* Live iterators */

gboolean
_beaver_log_store_register (BeaverLogStore *self, BeaverLiveState *state, GError **error)
{
  gboolean stopped;

  g_mutex_lock (&self->mutex);
  stopped = self->stopped;
  if (!stopped)
    g_ptr_array_add (self->live, _beaver_live_state_ref (state));
  g_mutex_unlock (&self->mutex);

  if (stopped)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "log “%s” was closed", self->core->name);
  return !stopped;
}

void
_beaver_log_store_unregister (BeaverLogStore *self, BeaverLiveState *state)
{
  gboolean found;

  g_mutex_lock (&self->mutex);
  found = g_ptr_array_remove_fast (self->live, state);
  g_mutex_unlock (&self->mutex);
  if (found)
    _beaver_live_state_unref (state);
}

GPtrArray *
_beaver_log_store_get_live (BeaverLogStore *self)
{
  GPtrArray *live = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_live_state_unref);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->live->len; i++)
    g_ptr_array_add (live, _beaver_live_state_ref (g_ptr_array_index (self->live, i)));
  g_mutex_unlock (&self->mutex);
  return live;
}

void
_beaver_log_store_stop (BeaverLogStore *self)
{
  g_autoptr (GPtrArray) live = NULL;

  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_mutex_unlock (&self->mutex);

  live = _beaver_log_store_get_live (self);
  for (guint i = 0; i < live->len; i++)
    _beaver_live_state_stop (g_ptr_array_index (live, i), TRUE);
}
