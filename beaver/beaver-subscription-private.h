/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-feed-private.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-subscription.h>

G_BEGIN_DECLS

#define BEAVER_SUBSCRIPTION_CAPACITY 1024

/* Not in the feed yet: the caller adds the sink, which is borrowed. */
BeaverSubscription *_beaver_subscription_new (BeaverManagerCore *core, BeaverFeed *feed);
BeaverFeedSink *_beaver_subscription_get_sink (BeaverSubscription *self);

G_END_DECLS
