/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-live-private.h>

/* How long a tail waits before it tries again what failed, in microseconds. */
#define RETRY_US G_USEC_PER_SEC

/* The consumer learns of a failure and may go on; the end of the database is the end of the stream.
 */
static gboolean
report (BeaverLiveState *self, GError *error)
{
  BeaverLiveItem *item;

  if (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED) ||
      g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_FORKED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return FALSE;
    }
  item = g_new0 (BeaverLiveItem, 1);
  item->error = error;
  return _beaver_live_state_push (self, item);
}

/* The next moment of the schedule behind now: a fixed grid, which does not drift, and of which
 * missed moments are left out. */
static gint64
next_moment (gint64 start, double period, gint64 now)
{
  double periods = floor ((double) (now - start) / G_USEC_PER_SEC / period) + 1;
  double moment = (double) start + periods * period * G_USEC_PER_SEC;

  return moment < (double) G_MAXINT64 / 2 ? MAX ((gint64) moment, now + 1) : G_MAXINT64;
}

static void
collect_windows (BeaverLiveState *self)
{
  BeaverLiveCollect collect = { .store = _beaver_log_store_ref (self->store),
                                .window = self->window,
                                .rows = g_ptr_array_new_with_free_func (_beaver_live_row_unref),
                                .covered = NAN,
                                .end = NAN };
  gint64 start = g_get_monotonic_time ();
  gboolean go_on = TRUE;

  while (go_on)
    {
      GError *error = NULL;

      if (_beaver_manager_core_run (self->store->core, BEAVER_ACCESS_SCAN,
                                    _beaver_live_collect_work, &collect, self->cancellable, &error))
        {
          BeaverLiveItem *item = g_new0 (BeaverLiveItem, 1);

          item->snapshot = _beaver_live_collect_take (&collect);
          go_on = _beaver_live_state_push (self, item);
        }
      else
        go_on = report (self, error);

      if (go_on)
        go_on = _beaver_live_state_wait_until (
            self, next_moment (start, self->period, g_get_monotonic_time ()));
    }
  _beaver_live_collect_clear (&collect);
}

static gboolean
push_rows (BeaverLiveState *self, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      BeaverLiveItem *item = g_new0 (BeaverLiveItem, 1);

      item->row = g_atomic_rc_box_acquire (g_ptr_array_index (rows, i));
      if (!_beaver_live_state_push (self, item))
        return FALSE;
    }
  return TRUE;
}

static void
follow_rows (BeaverLiveState *self)
{
  BeaverLiveFollow follow = { .store = _beaver_log_store_ref (self->store),
                              .position = self->position };

  self->position.top_name = NULL;
  /* Rows wait in the database until there is room for them. */
  while (_beaver_live_state_wait_room (self))
    {
      GError *error = NULL;
      gint64 deadline = -1;

      if (!_beaver_manager_core_run (self->store->core, BEAVER_ACCESS_SCAN,
                                     _beaver_live_follow_work, &follow, self->cancellable, &error))
        {
          if (!report (self, error))
            break;
          deadline = g_get_monotonic_time () + RETRY_US;
          follow.more = FALSE;
        }
      else if (!push_rows (self, follow.rows))
        break;

      if (!follow.more && _beaver_watch_wait (self->watch, deadline, NULL) == BEAVER_WAKE_STOPPED)
        break;
    }
  _beaver_live_follow_clear (&follow);
}

gpointer
_beaver_live_worker (gpointer state)
{
  BeaverLiveState *self = state;

  if (self->tail)
    follow_rows (self);
  else
    collect_windows (self);

  /* However it came here, nobody must wait for more. */
  _beaver_live_state_stop (self, TRUE);
  _beaver_live_state_unref (self);
  return NULL;
}
