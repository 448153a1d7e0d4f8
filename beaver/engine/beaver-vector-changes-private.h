/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* What changed in the vectors of a collection, whoever changed it: triggers write an additional
 * table, __beaver_x_vector_changes__, which holds for each item that was written or removed the
 * number of its last change, counted for each collection. So a copy in memory can say exactly
 * whether it is that of a snapshot, and which rows it has to read again. Triggers are part of the
 * file: they work for Python and any other program too.
 *
 * Only the last BEAVER_VECTOR_CHANGES_WINDOW changes of a collection stay, whoever looked at them
 * and whoever did not: the same triggers remove older ones. A copy that is further behind has to be
 * made anew. So the table is bounded without anybody who has to come by, or who may crash.
 *
 * Beside it an index by item on the buckets of Python's LSH, which nobody can remove the rows of an
 * item from otherwise without reading all of the collection's. */

#define BEAVER_VECTOR_CHANGES_WINDOW 16384

/* Inside a WRITE work: makes the table, the triggers and the index where they are missing. */
gboolean _beaver_vector_changes_ensure (BeaverConnection *connection, GError **error);

/* The number of the last change in this snapshot, 0 when there was none since tracking began. FALSE
 * in tracked where it never did. */
gboolean _beaver_vector_changes_get (BeaverConnection *connection,
                                     const char *collection,
                                     gboolean *tracked,
                                     gint64 *change,
                                     GError **error);

/* Items changed behind $2, in collection $1: id, vector and metadata; without a vector it is gone.
 * Complete when $2 is at most the window behind. */
extern const char _beaver_vector_changes_sql[];

/* Whether the connection is in a transaction that has begun to write: what it reads may never be
 * committed. */
gboolean _beaver_connection_is_writing (BeaverConnection *self);

G_END_DECLS
