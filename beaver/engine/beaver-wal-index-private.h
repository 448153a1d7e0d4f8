/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sqlite3.h>
#include <string.h>
#include <glib.h>

G_BEGIN_DECLS

/* A look at the wal-index header, the 48 bytes at the start of FILE-shm that change with every commit of any process
 * (https://www.sqlite.org/walformat.html#the_wal_index_header). Read through the mapping that SQLite itself made, since an
 * own descriptor on the file would drop SQLite's POSIX locks when closed. */
typedef struct
{
  guint64 word[6];
} BeaverWalHeader;

typedef struct
{
  const volatile guint8 *map; /* NULL: not in WAL mode, no shared memory */
} BeaverWalIndex;

void _beaver_wal_index_init (BeaverWalIndex *self, sqlite3 *db);

static inline BeaverWalHeader
_beaver_wal_index_peek (const BeaverWalIndex *self)
{
  BeaverWalHeader header = { { 0 } };

  if (self->map != NULL)
    {
      const volatile guint64 *from = (const volatile guint64 *) self->map;

      for (int i = 0; i < 6; i++)
        header.word[i] = from[i];
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
    }
  return header;
}

static inline gboolean
_beaver_wal_header_equal (const BeaverWalHeader *a, const BeaverWalHeader *b)
{
  guint64 difference = 0;

  for (int i = 0; i < 6; i++)
    difference |= a->word[i] ^ b->word[i];
  return difference == 0;
}

/* The counter of commits: one more with each that wrote something. */
static inline guint32
_beaver_wal_header_change (const BeaverWalHeader *self)
{
  guint32 value;

  memcpy (&value, (const guint8 *) self->word + 8, sizeof value);
  return value;
}

/* Frames in the log. */
static inline guint32
_beaver_wal_header_frames (const BeaverWalHeader *self)
{
  guint32 value;

  memcpy (&value, (const guint8 *) self->word + 16, sizeof value);
  return value;
}

/* Frames that a checkpoint has copied into the database: WalCkptInfo.nBackfill behind the two headers. */
static inline guint32
_beaver_wal_index_backfilled (const BeaverWalIndex *self)
{
  return self->map != NULL ? *(const volatile guint32 *) (self->map + 96) : 0;
}

G_END_DECLS
