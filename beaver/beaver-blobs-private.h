/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-blobs.h>
#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* SQLite's own limit of a row, which Python has too: the blob with its key, its metadata, the name
 * of its store, and what SQLite writes in front of them. */
#define BEAVER_BLOB_MAX_ROW G_GINT64_CONSTANT (1000000000)
#define BEAVER_BLOB_ROW_HEAD 64

/* The data of every work on blobs: arguments, then results, which a work writes afresh each time it
 * runs. */
typedef struct
{
  BeaverManagerCore *core;

  char *key;
  GBytes *bytes;
  char *metadata; /* normal form; nullable */
  int fd;         /* what to store, in the place of bytes; size says how much */
  gint64 size;
  gint64 rowid; /* of the blob that is read */
  gsize offset, length;
  guint8 *buffer;            /* of length; not ours */
  GCancellable *cancellable; /* looked at while much is stored; not ours, nullable */

  GPtrArray *changes; /* (element-type BeaverBlobsOp) of a batch; nullable */

  gboolean found;
  GBytes *result;
  char *text;
} BeaverBlobsOp;

/* NULL with an error when the store is closed, which comes before any other complaint. */
BeaverBlobsOp *_beaver_blobs_new_key_op (BeaverManagerCore *core, const char *key, GError **error);
void _beaver_blobs_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverBlobsOp, _beaver_blobs_op_free)
gboolean _beaver_blobs_op_set_metadata (BeaverBlobsOp *op, const char *metadata, GError **error);
/* FULL when a blob of that size does not fit with the key and the metadata. */
gboolean _beaver_blobs_check_size (BeaverBlobsOp *op, guint64 size, GError **error);
gboolean _beaver_blobs_must_exist (BeaverBlobsOp *op, GError **error);

/* Running an op, and results for the caller and for the end of a task (beaver-blobs-op.c). */
BeaverBlobsOp *_beaver_blobs_new_own_op (BeaverBlobs *self, const char *key, GError **error);
BeaverBlobsOp *_beaver_blobs_new_put_op (BeaverBlobs *self,
                                         const char *key,
                                         GBytes *bytes,
                                         const char *metadata,
                                         GError **error);
gboolean _beaver_blobs_run (BeaverBlobs *self,
                            BeaverAccess access,
                            BeaverWork work,
                            BeaverBlobsOp *op,
                            GCancellable *cancellable,
                            GError **error);
void _beaver_blobs_start (gpointer source,
                          BeaverBlobs *self,
                          gpointer source_tag,
                          BeaverAccess access,
                          BeaverWork work,
                          BeaverBlobsOp *op,
                          GError *error,
                          BeaverFinish finish,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
void _beaver_blobs_finish_true (GTask *task, gpointer op);
gboolean _beaver_blobs_take_found (BeaverBlobsOp *op, GError **error);
void _beaver_blobs_finish_found (GTask *task, gpointer data);
void _beaver_blobs_finish_must_exist (GTask *task, gpointer op);
GBytes *_beaver_blobs_take_bytes_or_null (BeaverBlobsOp *op, GError **error);
void _beaver_blobs_finish_bytes_or_null (GTask *task, gpointer op);
gint64 _beaver_blobs_take_size (BeaverBlobsOp *op, GError **error);
void _beaver_blobs_finish_size (GTask *task, gpointer data);
BeaverBlobInputStream *_beaver_blobs_take_stream (BeaverBlobsOp *op, GError **error);
GBytes *_beaver_blobs_take_bytes (BeaverBlobsOp *op, GError **error);
char *_beaver_blobs_take_metadata (BeaverBlobsOp *op, GError **error);
void _beaver_blobs_finish_bytes (GTask *task, gpointer op);
void _beaver_blobs_finish_metadata (GTask *task, gpointer op);
void _beaver_blobs_finish_stream (GTask *task, gpointer op);

/* Works over BeaverBlobsOp; POINT those that read, WRITE the others. */
gboolean _beaver_blobs_put_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_store_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_get_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_stat_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_read_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_remove_work (BeaverConnection *connection, gpointer op, GError **error);
/* An op of changes: those with bytes are put, the others removed. */
gboolean _beaver_blobs_changes_work (BeaverConnection *connection, gpointer op, GError **error);

/* The data of count and clear are those of every manager. */
gboolean _beaver_blobs_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_blobs_clear_work (BeaverConnection *connection, gpointer op, GError **error);

gpointer _beaver_blobs_cursor_state_new (BeaverManagerCore *core);
void _beaver_blobs_cursor_state_free (gpointer state);
gboolean _beaver_blobs_cursor_page (BeaverConnection *connection,
                                    gpointer state,
                                    GPtrArray *entries,
                                    gboolean *at_end,
                                    GError **error);

gboolean _beaver_blobs_bind_new_rowid (BeaverConnection *connection,
                                       BeaverStatement *statement,
                                       int index,
                                       GError **error);

/* What is not larger is read in one part. */
#define BEAVER_BLOB_LEAST_PART ((gsize) 256 * 1024)
/* How much of a blob is read at a time. Each part is a short unit of work of its own, and SQLite
 * walks to its place page by page: the larger a blob, the larger its parts. */
gsize _beaver_blobs_part_size (gint64 size);
/* A nameless temporary file; -1 with an error. */
int _beaver_blobs_open_spool (BeaverManagerCore *core, GError **error);
/* Writes all of it, into a spool or another file that what names in errors. */
gboolean
_beaver_blobs_write_fd (int fd, gconstpointer data, gsize size, const char *what, GError **error);

BeaverBlobInputStream *_beaver_blob_input_stream_new (BeaverBlobsOp *op);
BeaverBlobOutputStream *_beaver_blob_output_stream_new (BeaverBlobsOp *op, GError **error);

G_END_DECLS
