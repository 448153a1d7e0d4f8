/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* A feed follows __beaver_pubsub_log__ with one thread and hands every row that is committed on one of its channels to
 * the sinks of that channel: in order, once, whatever process wrote it.
 *
 * The thread lives while there are sinks. It sleeps in a BeaverWatch on the feed's topic and reads with one cached
 * statement. All positions are kept by the thread; sinks are added by the thread too, right after it has read what
 * was there, so a sink gets exactly what was committed after it was asked for. */

typedef struct _BeaverFeed BeaverFeed;

/* A row on its way; g_atomic_rc_box, immutable. */
typedef struct
{
  GRefString *channel;
  gint64 rowid;
  double timestamp;
  gsize length;
  char payload[]; /* NUL-terminated UTF-8 */
} BeaverFeedRow;

BeaverFeedRow *_beaver_feed_row_new (GRefString *channel, gint64 rowid, double timestamp, const char *payload, gsize length);
void _beaver_feed_row_unref (BeaverFeedRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFeedRow, _beaver_feed_row_unref)

/* A place in the log; see beaver-feed.c for how it survives what happens to the rows. Zero is: behind the end, wherever
 * that is at the first read. */
#define BEAVER_FEED_RING 64
typedef struct
{
  gboolean known;                /* whether the rest means anything */
  gint64 rowid;                  /* of the anchor, the last row seen; 0: none */
  double ring[BEAVER_FEED_RING]; /* stamps of the last rows seen, the anchor's at (seen - 1); NaN for NULL */
  guint64 seen;
  double newest; /* the latest stamp of all seen */
} BeaverFeedPosition;

/* Data of the works that read on from a place. When read_work sets lost, resume_work has to follow, with the position of before;
 * it wants one snapshot (SCAN or WRITE). On errors the position means nothing. */
typedef struct
{
  BeaverFeedPosition position;
  GPtrArray *rows;                                         /* (element-type BeaverFeedRow) appended to */
  GRefString *(*match) (gpointer data, const char *channel); /* the channel (transfer full) when wanted */
  gpointer match_data;
  guint most;    /* rows at once; 0: as many as is good for a thread of its own */
  gboolean more; /* there may be more rows */
  gboolean lost; /* the anchor did not come back */
} BeaverFeedRead;

gboolean _beaver_feed_read_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_feed_resume_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_feed_position_at_end (BeaverFeedPosition *self, BeaverConnection *connection, GError **error);

/* Called in the feed's thread under the feed's lock: they may take their own lock and wake or post, no more. */
typedef struct
{
  void (*deliver) (gpointer data, BeaverFeedRow *row); /* row is borrowed */
  void (*failed) (gpointer data, const GError *error); /* reading failed; it will be tried again. Nullable */
  void (*ended) (gpointer data);                       /* the feed was stopped: nothing follows. Nullable */
} BeaverFeedSinkFuncs;

typedef struct _BeaverFeedSink BeaverFeedSink;

/* funcs is static. data is released with data_free (any thread) when nobody needs the sink any more. */
BeaverFeedSink *
_beaver_feed_sink_new (const char *channel, const BeaverFeedSinkFuncs *funcs, gpointer data, GDestroyNotify data_free);
BeaverFeedSink *_beaver_feed_sink_ref (BeaverFeedSink *self);
void _beaver_feed_sink_unref (BeaverFeedSink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFeedSink, _beaver_feed_sink_unref)

/* topic: see _beaver_connection_touch(). thread_name: at most 15 characters. */
BeaverFeed *_beaver_feed_new (BeaverEngine *engine, const char *topic, const char *thread_name);
BeaverFeed *_beaver_feed_ref (BeaverFeed *self);
void _beaver_feed_unref (BeaverFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFeed, _beaver_feed_unref)

/* Before the first sink: tick is called in the feed's thread, without locks, every period seconds while the thread lives. */
void _beaver_feed_set_tick (BeaverFeed *self, double period, void (*tick) (gpointer data), gpointer data);

/* Returns when the sink is in: it gets everything that is committed from now on. */
gboolean _beaver_feed_add (BeaverFeed *self, BeaverFeedSink *sink, GError **error);
/* The same; task returns TRUE or the error, in its context. */
void _beaver_feed_add_async (BeaverFeed *self, BeaverFeedSink *sink, GTask *task);
/* Never blocks on a reading thread; when it has returned, no function of the sink is called any more. Not for the
 * sink's own functions. */
void _beaver_feed_remove (BeaverFeed *self, BeaverFeedSink *sink);

/* For good. stop wakes and returns; join waits for the thread and returns how many that were (0 from the thread itself). */
void _beaver_feed_stop (BeaverFeed *self);
guint _beaver_feed_join (BeaverFeed *self);

G_END_DECLS
