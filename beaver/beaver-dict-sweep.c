/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-field-index-private.h>

static const char SQL_KEYS_FROM[] = "SELECT key, expires_at FROM __beaver_dicts__"
                                    " WHERE dict_name = $1 AND key >= $2 ORDER BY key LIMIT $3";
static const char SQL_PURGE[] =
    "DELETE FROM __beaver_dicts__"
    " WHERE dict_name = $1 AND key >= $2 AND key <= $3 AND expires_at < $4";

/* Sweeping. A portion may take as long again as a write or a few; then the following writes pay it
 * off. */
#define SWEEP_ROWS 64
#define SWEEP_PAYOFF 64
/* Seconds after which a round looks for what other processes let expire. */
#define SWEEP_INTERVAL 60.0

/* Sweeping expired rows: in rounds over the dict in the order of its keys, SWEEP_ROWS a write. The
 * first write begins a round, whose end knows when the next one is worth it: when the first entry
 * that it met expires, or after SWEEP_INTERVAL for those that other processes wrote meanwhile.
 * Nothing depends on a round being complete, for readers look at the stamps themselves; so one that
 * loses its place (a write that was undone, a clear) does no harm. */

void
_beaver_dict_sweep_expect (BeaverDictShared *shared, double expires_at)
{
  if (!isfinite (expires_at))
    return;
  g_mutex_lock (&shared->lock);
  shared->sweep_due = MIN (shared->sweep_due, expires_at);
  shared->sweep_next = MIN (shared->sweep_next, expires_at);
  g_mutex_unlock (&shared->lock);
}

static gboolean
sweep_portion (BeaverConnection *connection,
               BeaverDictShared *shared,
               const char *from,
               double now,
               char **last,
               double *next,
               GError **error)
{
  g_autoptr (BeaverStatement) scan = NULL;
  g_autoptr (BeaverStatement) purge = NULL;
  g_autofree char *end = NULL;
  g_autoptr (GPtrArray) expired = g_ptr_array_new_with_free_func (g_free);
  guint rows = 0;
  BeaverStep step;

  scan = _beaver_connection_prepare (connection, SQL_KEYS_FROM, error);
  if (scan == NULL)
    return FALSE;
  _beaver_statement_bind_text (scan, 1, shared->core->name, -1);
  _beaver_statement_bind_text (scan, 2, from, -1);
  _beaver_statement_bind_int (scan, 3, SWEEP_ROWS);
  while ((step = _beaver_statement_step (scan, error)) == BEAVER_STEP_ROW)
    {
      double expires_at = _beaver_dict_column_expiry (scan, 1);

      if (_beaver_statement_type (scan, 0) != BEAVER_COLUMN_TEXT)
        break;
      if (_beaver_dict_is_expired (expires_at, now))
        g_ptr_array_add (expired, _beaver_statement_dup_text (scan, 0));
      else
        *next = MIN (*next, expires_at);
      if (++rows == SWEEP_ROWS)
        end = _beaver_statement_dup_text (scan, 0);
    }
  if (step == BEAVER_STEP_ERROR)
    return FALSE;

  if (expired->len > 0)
    {
      purge = _beaver_connection_prepare (connection, SQL_PURGE, error);
      if (purge == NULL)
        return FALSE;
      _beaver_statement_bind_text (purge, 1, shared->core->name, -1);
      _beaver_statement_bind_text (purge, 2, from, -1);
      /* no key lies behind U+10FFFF that is text */
      _beaver_statement_bind_text (purge, 3, end != NULL ? end : "\xf4\x8f\xbf\xbf\xf4\x8f\xbf\xbf",
                                   -1);
      _beaver_statement_bind_double (purge, 4, now);
      if (!_beaver_statement_run (purge, error))
        return FALSE;
    }
  /* their rows in field indexes go with them */
  for (guint i = 0; i < expired->len && g_atomic_pointer_get (&shared->codec) == NULL; i++)
    if (!_beaver_field_index_keep (connection, shared->core, g_ptr_array_index (expired, i), NULL,
                                   error))
      return FALSE;
  *last = g_steal_pointer (&end);
  return TRUE;
}

gboolean
_beaver_dict_sweep_is_due (BeaverDictShared *shared)
{
  gboolean due;

  g_mutex_lock (&shared->lock);
  due = shared->sweep_key != NULL ? g_get_monotonic_time () >= shared->sweep_not_before :
                                    _beaver_dict_wall_clock () > shared->sweep_due;
  g_mutex_unlock (&shared->lock);
  return due;
}

gboolean
_beaver_dict_sweep (BeaverConnection *connection, BeaverDictShared *shared, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  double now = _beaver_dict_wall_clock ();
  double next = INFINITY;
  g_autofree char *from = NULL;
  g_autofree char *last = NULL;

  g_mutex_lock (&shared->lock);
  if (begin < shared->sweep_not_before || (shared->sweep_key == NULL && now <= shared->sweep_due))
    {
      g_mutex_unlock (&shared->lock);
      return TRUE;
    }
  if (shared->sweep_key == NULL)
    shared->sweep_next = now + SWEEP_INTERVAL;
  from = shared->sweep_key != NULL ? g_steal_pointer (&shared->sweep_key) : g_strdup ("");
  g_mutex_unlock (&shared->lock);

  if (!sweep_portion (connection, shared, from, now, &last, &next, error))
    return FALSE;

  g_mutex_lock (&shared->lock);
  shared->sweep_next = MIN (shared->sweep_next, next);
  g_free (shared->sweep_key);
  shared->sweep_key = g_steal_pointer (&last);
  shared->sweep_due = shared->sweep_next;
  /* A small dict is done in one portion, which is no burden. */
  if (shared->sweep_key != NULL)
    shared->sweep_not_before = begin + (1 + SWEEP_PAYOFF) * (g_get_monotonic_time () - begin);
  g_mutex_unlock (&shared->lock);
  return TRUE;
}
