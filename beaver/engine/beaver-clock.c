/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The wall clock as the file keeps it: seconds since the epoch in a double, whose steps are 238 ns
 * today. Many rows use a stamp as part of their key, so a process never hands out the same one
 * twice. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include <beaver/engine/beaver-connection-private.h>

static gint64 last_bits; /* atomic: the double handed out last */

double
_beaver_clock_now (void)
{
  struct timespec ts;
  double now;

  clock_gettime (CLOCK_REALTIME, &ts);
  now = (double) ts.tv_sec + (double) ts.tv_nsec * 1e-9;

  for (;;)
    {
      gint64 old = __atomic_load_n (&last_bits, __ATOMIC_RELAXED);
      gint64 bits;
      double last;
      double stamp = now;

      memcpy (&last, &old, sizeof last);
      /* A clock set back by more than a moment is believed: stamps follow the clock that the user
       * sees. */
      if (stamp <= last && last - stamp < 1.0)
        stamp = nextafter (last, INFINITY);
      memcpy (&bits, &stamp, sizeof bits);
      if (__atomic_compare_exchange_n (&last_bits, &old, bits, FALSE, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED))
        return stamp;
    }
}
