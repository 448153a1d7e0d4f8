/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-engine-private.h>

G_BEGIN_DECLS

/* A place to sleep until something may have changed: a commit of this process that touched the topic, or any commit by
 * another process. For the worker threads of managers.
 *
 * A change is latched from the moment of creation, so "create, then { read; wait } in a loop" misses nothing. One thread
 * waits at a time; stop and poke may come from any thread. Closing the engine stops every watch. Reference counted, so
 * that a worker and its owner can share it. */

typedef struct _BeaverWatch BeaverWatch;

typedef enum
{
  BEAVER_WAKE_CHANGED, /* or poked */
  BEAVER_WAKE_TIMEOUT,
  BEAVER_WAKE_STOPPED,   /* _beaver_watch_stop(), or the engine closes */
  BEAVER_WAKE_CANCELLED, /* the cancellable */
} BeaverWake;

/* Asked in the thread that has just committed to the topic, without a lock. TRUE: it did what the thread that waits would
 * have done, which goes on sleeping. */
typedef gboolean (*BeaverWatchDirect) (gpointer data);

BeaverWatch *_beaver_watch_new (BeaverEngine *engine, const char *topic);
BeaverWatch *_beaver_watch_new_direct (BeaverEngine *engine,
                                       const char *topic,
                                       BeaverWatchDirect direct,
                                       gpointer data,
                                       GDestroyNotify destroy);
BeaverWatch *_beaver_watch_ref (BeaverWatch *self);
void _beaver_watch_unref (BeaverWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverWatch, _beaver_watch_unref)

/* deadline: monotonic microseconds, -1 for ever. Costs nothing while nothing happens. */
BeaverWake _beaver_watch_wait (BeaverWatch *self, gint64 deadline, GCancellable *cancellable);
void _beaver_watch_poke (BeaverWatch *self);
void _beaver_watch_stop (BeaverWatch *self);
gboolean _beaver_watch_is_stopped (BeaverWatch *self);

G_END_DECLS
