/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-engine-private.h>

G_BEGIN_DECLS

/* Values that this process has read, so that reading them again costs no SQL.
 *
 * What the cache holds was read at an epoch. The epoch ends when anybody else commits, which the
 * wal-index header tells (48 bytes of shared memory, compared at each lookup); what this process
 * commits itself takes out the keys it wrote and leaves the rest. So an answer is never older than
 * the call that got it. Not for a thread's own open transaction, and without a wal-index (rollback
 * journal) only within cache-timeout.
 *
 * Keys live in spaces, one for each structure. Memory is bounded; the oldest go. */

typedef struct _BeaverCache BeaverCache;

/* What was found: immutable, reference counted. */
typedef struct
{
  int ref_count; /* atomic */
  guint32 space;
  guint32 key_length;
  gint32 length;     /* of the value; -1: there is no such key */
  double expires_at; /* INFINITY: never */
  guint64 epoch;     /* when it was read */
  gint64 loaded;     /* the same in monotonic time; 0 unless cache-timeout is on */
  char text[];       /* the key, NUL, the value, NUL */
} BeaverCacheValue;

static inline const char *
_beaver_cache_value_text (const BeaverCacheValue *self)
{
  return self->text + self->key_length + 1;
}

void _beaver_cache_value_unref (BeaverCacheValue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverCacheValue, _beaver_cache_value_unref)

/* The number of a structure's space, the same each time for the same name. */
guint32 _beaver_cache_get_space (BeaverEngine *engine, const char *topic);

/* From any thread, without a unit of work. NULL: ask the file, also when the engine is closed or
 * the thread has a transaction open. */
BeaverCacheValue *_beaver_engine_lookup_cached (BeaverEngine *engine,
                                                guint32 space,
                                                const char *key);

/* The rest is for works, which see a connection. */

/* A number that stays the same as long as no other process commits: what a work has read under it
 * and remembers still holds, unless a work of this process changed it (see
 * _beaver_connection_end_epoch()). A read outside a transaction has to compare it afterwards as
 * well. 0: nothing may be remembered. */
guint64 _beaver_connection_get_epoch (BeaverConnection *self);
/* This work changed what others may have remembered (secrets, index definitions). */
void _beaver_connection_end_epoch (BeaverConnection *self);

/* Keeps what was just read, when it is read again. epoch is the one before the read, compared
 * behind it; nothing is kept when that is 0 or the connection is in a transaction. value NULL: no such key. */
void _beaver_cache_store (BeaverConnection *connection,
                          guint64 epoch,
                          guint32 space,
                          const char *key,
                          const char *value,
                          gsize length,
                          double expires_at);
/* This work writes the key, or all of them (key NULL). Before the commit. */
void _beaver_cache_forget (BeaverConnection *connection, guint32 space, const char *key);
/* The same for one key that gets this value: where it was kept, the new value is from the commit
 * on. */
void _beaver_cache_replace (BeaverConnection *connection,
                            guint32 space,
                            const char *key,
                            const char *value,
                            double expires_at);

/* The newest stamp that this process wrote into a table whose rows are ordered by stamps across
 * structures, while nobody else wrote; -INFINITY: ask the table. */
double _beaver_connection_get_newest_stamp (BeaverConnection *self);
void _beaver_connection_set_newest_stamp (BeaverConnection *self, double stamp);

typedef struct
{
  gint64 hits;
  gint64 misses;      /* lookups that had to ask the file */
  gint64 unvalidated; /* of the hits: answered within cache-timeout although somebody wrote */
  gint64 epochs;      /* how often others wrote */
  gint64 values;
  gint64 bytes;
} BeaverCacheStats;

void _beaver_cache_get_stats (BeaverEngine *engine, BeaverCacheStats *stats);

G_END_DECLS
