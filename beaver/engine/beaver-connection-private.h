/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-engine-private.h>

G_BEGIN_DECLS

/* What a BeaverWork sees of its connection. */

BeaverEngine *_beaver_connection_get_engine (BeaverConnection *self);

/* Tells, once the transaction is committed, whoever waits for topic ("queue:jobs", "channel:news", ...: the manager's
 * topic). Cheap when nobody waits. */
void _beaver_connection_touch (BeaverConnection *self, const char *topic);

/* Who is at work, for the warning that names a reader which keeps the log from starting anew, and for the log of slow
 * operations. kind is static. */
void _beaver_connection_set_user (BeaverConnection *self, const char *kind, const char *name);

/* Which state of the file a work sees, for caches that live longer than the work.
 *
 * A read may rely on it when it is the same before and after the statement that read. A write sees what counter says and
 * the uncommitted changes of those before it in the same transaction; when it is committed, the counter is one more.
 * Between two changes of the same generation only this process has committed. FALSE when it cannot be told: outside WAL
 * mode, or in the moment of a commit. */
typedef struct
{
  guint64 generation;
  guint32 counter;         /* one more with each commit of any process */
  gboolean writing;        /* uncommitted changes are visible */
  gboolean in_transaction; /* ... and they are not committed when the unit is over */
} BeaverChange;

gboolean _beaver_connection_get_change (BeaverConnection *self, BeaverChange *change);

/* The wall clock in seconds, strictly increasing within the process so that stamps do not collide. */
double _beaver_clock_now (void);

/* A statement out of the connection's cache. sql is compared by address first and must be static text; use
 * _beaver_connection_prepare_dynamic() for text that is built. Parameters are $1, $2 ...; all are NULL at first.
 * Let go of it with _beaver_statement_reset() (g_autoptr does) before the work returns. */
typedef struct _BeaverStatement BeaverStatement;

BeaverStatement *_beaver_connection_prepare (BeaverConnection *self, const char *sql, GError **error);
BeaverStatement *_beaver_connection_prepare_dynamic (BeaverConnection *self, const char *sql, GError **error);

/* In a WRITE_ONE work, for the only statement that it needs. Everything else that it has to know is remembered for the
 * epoch and asked before; the statement is then run to its end, and nothing may fail behind it. Outside a transaction it
 * commits by itself, a fourth cheaper than one of BEGIN, statement and COMMIT. As soon as the work asks for any other
 * statement, or another process has committed since the work began, nothing is written and the work is run once more, in
 * a transaction. Everything answers NULL or an error without setting one in the meantime: just return FALSE. */
BeaverStatement *_beaver_connection_prepare_only (BeaverConnection *self, const char *sql, GError **error);
/* Whether the work runs without a transaction, and may have its only statement yet. */
gboolean _beaver_connection_is_only (BeaverConnection *self);
/* What the only statement has found needs more than that: TRUE when the work is to run it to its end and return FALSE.
 * FALSE in a transaction. */
gboolean _beaver_connection_refuse_only (BeaverConnection *self);

/* The same for a statement that goes over many rows, which is much cheaper when they do not have to come out one by one:
 * its last condition is beaver_take (VALUE), which hands the text of each row over and is false. When take gives FALSE
 * it is true and the statement comes to that row, behind which the caller is to go on another time. One such statement
 * at a time.
 *
 * The rows are handed over as they are met. Ask after the step whether that was in the order that the statement wants:
 * it is as long as an index has that order, but old statistics (ANALYZE) may talk SQLite into sorting. */
typedef gboolean (*BeaverTake) (gconstpointer text, gsize length, gpointer data); /* no NUL at its end */
BeaverStatement *_beaver_connection_prepare_take (BeaverConnection *self,
                                                  const char *sql,
                                                  BeaverTake take,
                                                  gpointer data,
                                                  GError **error);
gboolean _beaver_statement_took_in_order (BeaverStatement *self);

/* Bound text and blobs are not copied: they have to stay until the reset. length -1: up to the NUL. NULL binds NULL,
 * an empty blob binds an empty blob. */
void _beaver_statement_bind_text (BeaverStatement *self, int index, const char *text, gssize length);
void _beaver_statement_bind_blob (BeaverStatement *self, int index, gconstpointer data, gsize length);
void _beaver_statement_bind_bytes (BeaverStatement *self, int index, GBytes *bytes);
void _beaver_statement_bind_int (BeaverStatement *self, int index, gint64 value);
void _beaver_statement_bind_double (BeaverStatement *self, int index, double value);
void _beaver_statement_bind_null (BeaverStatement *self, int index);

typedef enum
{
  BEAVER_STEP_ERROR = -1,
  BEAVER_STEP_DONE = 0,
  BEAVER_STEP_ROW = 1,
} BeaverStep;

BeaverStep _beaver_statement_step (BeaverStatement *self, GError **error);
void _beaver_statement_rewind (BeaverStatement *self); /* runs again from the start, parameters stay */
void _beaver_statement_reset (BeaverStatement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverStatement, _beaver_statement_reset)

/* Steps to the end, ignoring rows; then rewinds. */
gboolean _beaver_statement_run (BeaverStatement *self, GError **error);
/* Rows changed by the last INSERT, UPDATE or DELETE of this connection; its last rowid. */
gint64 _beaver_connection_changes (BeaverConnection *self);
gint64 _beaver_connection_last_rowid (BeaverConnection *self);

/* Columns count from 0 and are valid until the next step, rewind or reset. */
const char *_beaver_statement_text (BeaverStatement *self, int column, gsize *length); /* NULL for NULL */
char *_beaver_statement_dup_text (BeaverStatement *self, int column);                  /* NULL for NULL */
GBytes *_beaver_statement_dup_bytes (BeaverStatement *self, int column);               /* NULL for NULL */
gconstpointer _beaver_statement_blob (BeaverStatement *self, int column, gsize *length);
gint64 _beaver_statement_int (BeaverStatement *self, int column);
double _beaver_statement_double (BeaverStatement *self, int column);
gboolean _beaver_statement_is_null (BeaverStatement *self, int column);
typedef enum
{
  BEAVER_COLUMN_INTEGER = 1,
  BEAVER_COLUMN_REAL = 2,
  BEAVER_COLUMN_TEXT = 3,
  BEAVER_COLUMN_BLOB = 4,
  BEAVER_COLUMN_NULL = 5,
} BeaverColumnType;
BeaverColumnType _beaver_statement_type (BeaverStatement *self, int column);

/* One statement without result and parameters, or several (schema). */
gboolean _beaver_connection_execute (BeaverConnection *self, const char *sql, GError **error);

/* Whether an additional table (__beaver_x_*__) is there yet. */
gboolean _beaver_connection_has_table (BeaverConnection *self,
                                       const char *name,
                                       gboolean *exists,
                                       GError **error);

/* Incremental blob access; rowid from a query in the same work. The handle must be closed before the work returns. */
typedef struct _BeaverBlobHandle BeaverBlobHandle;
BeaverBlobHandle *_beaver_connection_open_blob (BeaverConnection *self,
                                                const char *table,
                                                const char *column,
                                                gint64 rowid,
                                                gboolean writable,
                                                GError **error);
gsize _beaver_blob_handle_size (BeaverBlobHandle *self);
gboolean _beaver_blob_handle_read (BeaverBlobHandle *self, gpointer buffer, gsize size, gsize offset, GError **error);
gboolean _beaver_blob_handle_write (BeaverBlobHandle *self, gconstpointer buffer, gsize size, gsize offset, GError **error);
void _beaver_blob_handle_close (BeaverBlobHandle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverBlobHandle, _beaver_blob_handle_close)

G_END_DECLS
