/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-log.h>
#include <beaver/beaver-log-entry.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

BeaverLogEntry *_beaver_log_entry_new_take (double timestamp, GRefString *data);
const char *_beaver_log_entry_peek_data (BeaverLogEntry *self);

/* ---- what the works of a log share (beaver-log-store.c) ---- */

/* Where the last row went that found its timestamp taken, so that a flood of equal stamps does not
 * walk the same run of rows again and again. Only a hint: each is verified before use. */
#define BEAVER_LOG_N_HINTS 64

typedef struct
{
  double wanted;
  double slot;
} BeaverLogHint;

typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  GMutex mutex;
  BeaverLogHint hints[BEAVER_LOG_N_HINTS]; /* (mutex mutex) */
  GPtrArray
      *live; /* (mutex mutex) (element-type BeaverLiveState) of the iterators that somebody holds */
  gboolean stopped; /* (mutex mutex) */
} BeaverLogStore;

BeaverLogStore *_beaver_log_store_new (BeaverManagerCore *core);
BeaverLogStore *_beaver_log_store_ref (BeaverLogStore *self);
void _beaver_log_store_unref (BeaverLogStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLogStore, _beaver_log_store_unref)

typedef struct
{
  double timestamp; /* NaN: now. Afterwards where the row went */
  char *data;       /* normal form */
} BeaverLogRow;

/* One operation: a plain record of arguments and results. */
typedef struct
{
  BeaverLogStore *store;
  BeaverLogRow row;  /* append */
  GArray *rows;      /* (element-type BeaverLogRow) batch */
  double start, end; /* inclusive bounds; prune: end is exclusive */
  gint64 limit;      /* < 0: none */
  gint64 offset;
  BeaverLogOrder order;
  gint64 keep;        /* prune: newest rows to keep, < 0: by time */
  gboolean more;      /* prune: there is another portion */
  gint64 removed;     /* prune: rows that went in the portions before */
  gint64 n;           /* counts */
  GPtrArray *entries; /* (element-type BeaverLogEntry) range */
} BeaverLogOp;

void _beaver_log_op_free (gpointer self);

/* beaver-log-op.c: what each call does around its work */
BeaverLogStore *_beaver_log_get_store (BeaverLog *self);
BeaverLogOp *_beaver_log_op_new (BeaverLog *self, GError **error); /* NULL: closed */
void _beaver_log_prefix (BeaverLog *self, GError **error);
/* op, or, when the arguments do not fit, NULL with an error that names the log. */
BeaverLogOp *_beaver_log_op_check (BeaverLog *self, BeaverLogOp *op, gboolean fits, GError **error);
BeaverLogOp *_beaver_log_range_op (BeaverLog *self,
                                   double start,
                                   double end,
                                   gint64 limit,
                                   gint64 offset,
                                   BeaverLogOrder order,
                                   GError **error);
gboolean _beaver_log_check_moment (const char *what, double moment, GError **error);
gboolean _beaver_log_run (BeaverLog *self,
                          BeaverAccess access,
                          BeaverWork work,
                          BeaverLogOp *op, /* nullable: FALSE, the error is set */
                          GCancellable *cancellable,
                          GError **error);
void _beaver_log_start (BeaverLog *self,
                        BeaverAccess access,
                        BeaverWork work,
                        BeaverLogOp *op, /* taken; nullable: error is taken */
                        GError *error,
                        BeaverFinish finish,
                        gpointer tag,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* Takes op; portion by portion, to the end. -1 with error. */
gint64 _beaver_log_run_pruning (BeaverLog *self,
                                BeaverLogOp *op,
                                GCancellable *cancellable,
                                GError **error);
void _beaver_log_finish_pruning (GTask *task, gpointer data);
void _beaver_log_finish_true (GTask *task, gpointer data);
void _beaver_log_finish_count (GTask *task, gpointer data);
void _beaver_log_finish_appended (GTask *task, gpointer data);
void _beaver_log_finish_entries (GTask *task, gpointer data);
void _beaver_log_finish_only (GTask *task, gpointer data);
BeaverLogEntry *_beaver_log_take_appended (BeaverLogOp *op);
BeaverLogEntry *_beaver_log_take_only (BeaverLogOp *op);
gboolean _beaver_log_task_boolean (BeaverLog *self, GAsyncResult *result, GError **error);
gpointer _beaver_log_task_pointer (gpointer self, GAsyncResult *result, GError **error);
gint64 _beaver_log_task_count (BeaverLog *self, GAsyncResult *result, GError **error);

gboolean _beaver_log_append_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_batch_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_range_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_count_range_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_prune_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_count_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_log_clear_work (BeaverConnection *connection, gpointer data, GError **error);

/* Of a cursor whose state is a BeaverLogOp. */
extern const BeaverCursorKind _beaver_log_cursor_kind;

/* Checks JSON and brings it to its normal form, saying that it is about data to log. */
char *_beaver_log_normalize (const char *json, GError **error);

/* The smallest timestamp that the collision rule allows behind timestamp. */
double _beaver_log_next_slot (double timestamp);

/* Python's repr(): the item_key of index rows. */
char *_beaver_log_item_key (double timestamp);

G_END_DECLS
