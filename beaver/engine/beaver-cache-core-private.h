/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-wal-index-private.h>

/* What the engine tells the cache, with point.lock held. */

G_BEGIN_DECLS

BeaverCache *_beaver_cache_new (void);
void _beaver_cache_free (BeaverCache *self);
/* The file is open, timeout is BeaverDb:cache-timeout. */
void _beaver_cache_open (BeaverEngine *engine, double timeout);
/* The header as it is now: when it is not the one we know, the epoch ends. */
void _beaver_cache_follow (BeaverEngine *engine, const BeaverWalHeader *header);
/* This process committed something, and that is the header after it. FALSE: others did so, too. */
gboolean _beaver_cache_committed (BeaverEngine *engine, const BeaverWalHeader *header);
/* The end of a commit. current: nobody else has committed since it began, as far as the cache
 * knows. */
void _beaver_cache_publish (BeaverEngine *engine, gboolean current);
/* A transaction, or the part of one behind a savepoint, was rolled back. */
void _beaver_connection_undone (BeaverConnection *self);

G_END_DECLS
