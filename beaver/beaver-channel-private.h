/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-channel.h>
#include <beaver/beaver-feed-private.h>
#include <beaver/beaver-retention-private.h>
#include <beaver/engine/beaver-weak-set-private.h>

G_BEGIN_DECLS

/* What works see. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverRetention *retention;

  GMutex mutex;
  double ahead;    /* (mutex) */
  gboolean warned; /* (mutex) */
} BeaverChannelState;

struct _BeaverChannel
{
  BeaverManager parent_instance;

  BeaverChannelState *state;          /* constant */
  BeaverFeed *feed;             /* constant once attached; NULL in one that was made by hand */
  BeaverWeakSet *subscriptions; /* constant */
};

struct _BeaverChannelClass
{
  BeaverManagerClass parent_class;
};

BeaverChannelState *_beaver_channel_state_ref (BeaverChannelState *self);
void _beaver_channel_state_unref (BeaverChannelState *self);

G_END_DECLS
