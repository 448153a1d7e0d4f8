/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-vector-hit-private.h>
#include <beaver/beaver-vector-query-private.h>
#include <beaver/beaver-vectors.h>
#include <beaver/engine/beaver-ivf-private.h>

G_BEGIN_DECLS

#define BEAVER_VECTORS_MEMORY_LIMIT (G_GINT64_CONSTANT (1) << 30)
#define BEAVER_VECTORS_K_MAX 1000000
#define BEAVER_VECTORS_N_METRICS 4
/* Items from which on parts are worth their memory. */
#define BEAVER_VECTORS_PARTS_ROWS 2000

/* A collection in memory: what the file held after a certain change. */
typedef struct
{
  gsize dimension;
  gint64 change;
  BeaverMatrix *matrix;
  GPtrArray *ids;      /* (element-type utf8) of each row, owned */
  GPtrArray *metadata; /* (element-type utf8) of each row, NULL for none */
  GHashTable *rows;    /* (element-type utf8 uint) row + 1 by id, which ids owns */
  gsize text_bytes;
  gboolean ordered;                         /* rows are in the order of their ids */
  gboolean quantize;                        /* whether it is to have bytes beside the floats */
  guint64 serial;                           /* of this load, never used again */
  BeaverIvf *ivf[BEAVER_VECTORS_N_METRICS]; /* nullable */
  GPtrArray *making; /* (element-type BeaverIvf) those that somebody is making, owned */
} BeaverVectorsIndex;

/* What the works of a collection share. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  int stopped;         /* atomic: searches give up */
  int quantize;        /* atomic: whether there are bytes beside the floats */
  gint64 memory_limit; /* atomic: bytes */
  gint64 refused;      /* atomic: the limit under which the collection did not fit, or -1 */
  double recall;       /* atomic: measured, -1 before */
  int chosen[BEAVER_VECTORS_N_METRICS]; /* atomic: searches may be approximate by themselves */
  int making[BEAVER_VECTORS_N_METRICS]; /* atomic: how many threads make parts just now */

  GRWLock lock;              /* readers search; a writer brings the index up to date. Taken inside a
                                work, behind the connection's lock; no writer of the file needs it */
  BeaverVectorsIndex *index; /* (lock) NULL: nothing in memory */
  guint64 serial;            /* (lock) of the last load */
} BeaverVectorsShared;

BeaverVectorsShared *_beaver_vectors_shared_new (BeaverManagerCore *core);
BeaverVectorsShared *_beaver_vectors_shared_ref (BeaverVectorsShared *self);
void _beaver_vectors_shared_unref (BeaverVectorsShared *self);
BeaverVectorsShared *_beaver_vectors_get_shared (BeaverVectors *self);

/* The data of every work on vectors: arguments, then results. */
typedef struct
{
  BeaverVectorsShared *shared;
  GCancellable *cancellable; /* nullable */

  char *id;
  GPtrArray *ids;      /* (element-type utf8) set: of the vectors */
  GBytes *vectors;     /* set: all of them, as in the file; search: the query, in native order */
  GPtrArray *metadata; /* (element-type utf8) set: of each, NULL for none */
  gsize dimension;
  BeaverVectorSearch *search;                       /* how to search */
  gboolean (*fits) (const char *id, gpointer data); /* one more filter of a search; nullable */
  gpointer fits_data;
  gint64 limit;
  GBytes *last; /* the cursor stands behind this id */

  gboolean found;
  gboolean untracked;   /* nobody notes the changes of this file yet */
  gboolean wants_parts; /* an approximate search that was exact, as there are no parts yet */
  gint64 number;
  BeaverVectorHit *hit;
  GPtrArray *results; /* (element-type BeaverVectorHit) */
} BeaverVectorsOp;

BeaverVectorsOp *_beaver_vectors_op_new (BeaverVectors *self, GError **error);
void _beaver_vectors_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverVectorsOp, _beaver_vectors_op_free)
BeaverVectorsOp *_beaver_vectors_new_id_op (BeaverVectors *self, const char *id, GError **error);
BeaverVectorsOp *_beaver_vectors_new_limit_op (BeaverVectors *self, guint limit, GError **error);
BeaverVectorsOp *_beaver_vectors_new_set_op (BeaverVectors *self,
                                             const char *id,
                                             GBytes *vector,
                                             const char *metadata,
                                             GError **error);
BeaverVectorsOp *_beaver_vectors_new_floats_op (BeaverVectors *self,
                                                const char *id,
                                                const float *values,
                                                gsize n_values,
                                                const char *metadata,
                                                GError **error);
BeaverVectorsOp *_beaver_vectors_new_many_op (BeaverVectors *self,
                                              const char *const *ids,
                                              GBytes *vectors,
                                              const char *const *metadata,
                                              GError **error);
BeaverVectorsOp *_beaver_vectors_new_near_op (BeaverVectors *self,
                                              GBytes *vector,
                                              guint k,
                                              BeaverVectorMetric metric,
                                              GError **error);
BeaverVectorsOp *_beaver_vectors_new_query_op (BeaverVectors *self,
                                               BeaverVectorQuery *query,
                                               GError **error);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_vectors_run (BeaverVectors *self,
                              BeaverAccess access,
                              BeaverWork work,
                              BeaverVectorsOp *op,
                              GCancellable *cancellable,
                              GError **error);
void _beaver_vectors_start (BeaverVectors *self,
                            gpointer source_tag,
                            BeaverAccess access,
                            BeaverWork work,
                            BeaverVectorsOp *op,
                            GError *error,
                            BeaverFinish finish,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Turn the results of a work into what the caller gets; the second of each is the end of a task. */
gboolean _beaver_vectors_take_true (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_true (GTask *task, gpointer op);
gboolean _beaver_vectors_take_found (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_found (GTask *task, gpointer op);
gint64 _beaver_vectors_take_number (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_number (GTask *task, gpointer op);
GPtrArray *_beaver_vectors_take_results (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_results (GTask *task, gpointer op);
gboolean _beaver_vectors_take_must_exist (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_must_exist (GTask *task, gpointer op);
BeaverVectorHit *_beaver_vectors_take_hit (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_hit (GTask *task, gpointer op);
BeaverVectorHit *_beaver_vectors_take_hit_or_null (BeaverVectorsOp *op, GError **error);
void _beaver_vectors_finish_hit_or_null (GTask *task, gpointer op);

/* After a search that found nobody noting the changes: from now on somebody does. waits: at once,
 * and not later in the background. */
void _beaver_vectors_track (BeaverVectorsOp *op, gboolean waits);

gboolean _beaver_vectors_set_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_remove_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_index_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_track_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_lookup_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_near_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_items_page (BeaverConnection *connection,
                                     gpointer op,
                                     GPtrArray *entries,
                                     gboolean *at_end,
                                     GError **error);

/* The data of count and clear are those of every manager. */
gboolean _beaver_vectors_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_vectors_clear_work (BeaverConnection *connection, gpointer op, GError **error);

/* The collection in memory. ensure answers with the lock held for reading when the index is that of
 * the connection's snapshot, and otherwise with NULL and without the lock: no error then means to
 * read from the file. */
BeaverVectorsIndex *_beaver_vectors_index_ensure (BeaverConnection *connection,
                                                  BeaverVectorsOp *op,
                                                  GError **error);
void _beaver_vectors_index_free (BeaverVectorsIndex *self);
/* When the database closes: gives the memory back, as soon as nobody is searching. */
void _beaver_vectors_index_drop (BeaverVectorsShared *shared);

/* What has to be measured for a wanted recall: a sample says a little more or less than what comes
 * out, and the items that it is made of are a little easier to find than others. */
double _beaver_vectors_recall_to_measure (double wanted);

/* A search that makes the parts that it wants. */
gboolean _beaver_vectors_search (BeaverVectors *self,
                                 BeaverVectorsOp *op,
                                 GCancellable *cancellable,
                                 GError **error);
void _beaver_vectors_search_start (BeaverVectors *self,
                                   gpointer source_tag,
                                   BeaverVectorsOp *op,
                                   GError *error,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/* Whether somebody wants the search to end. */
gboolean _beaver_vectors_set_error_if_over (BeaverVectorsOp *op, GError **error);

G_END_DECLS
