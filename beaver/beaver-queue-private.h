/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-job.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-queue-item.h>
#include <beaver/beaver-queue.h>

G_BEGIN_DECLS

/* A job as a row says it. Plain data; free the texts with _beaver_job_row_clear(). */
typedef struct
{
  gint64 id; /* of the jobs table; 0: only in the table that Python knows */
  BeaverJobState state;
  double priority, timestamp;
  char *value;
  gint64 attempts, max_attempts; /* max 0: as often as it takes */
  double due;                    /* delayed: runs then; claimed: the lease ends; dead: since */
  char *token;                   /* of the claim; nullable */
  char *reason;                  /* nullable */
  char *unique_key;              /* nullable */
} BeaverJobRow;

void _beaver_job_row_free (gpointer row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverJobRow, _beaver_job_row_free)

/* The data of every work on a queue: arguments, then results, which a work writes afresh each time
 * it runs. */
typedef struct
{
  BeaverManagerCore *core;

  char *value;     /* normal form */
  GPtrArray *many; /* (element-type utf8) normal forms, to put */
  double priority;
  double seconds; /* delay, lease, or age */
  gint64 max_attempts;
  char *unique_key; /* nullable */
  BeaverUniquePolicy policy;
  gint64 limit;         /* of claims */
  BeaverJobState state; /* to count; what a settled job becomes */
  gint64 id;
  char *token;
  char *reason;

  gint64 number;
  double real;
  GPtrArray *rows; /* (element-type BeaverJobRow) */
  char *corrupt;   /* the front was no JSON and lies with the dead now: why */

  const BeaverWaitOps *wait; /* NULL: the work runs once */
  gint64 timeout_us;
} BeaverQueueOp;

/* NULL with an error when the queue is closed, which comes before any other complaint. */
BeaverQueueOp *_beaver_queue_op_new (BeaverQueue *self, GError **error);
BeaverQueueOp *_beaver_queue_op_new_for_core (BeaverManagerCore *core, GError **error);
void _beaver_queue_op_free (gpointer op);
void _beaver_queue_op_clear (BeaverQueueOp *op); /* the results of one that is not allocated */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverQueueOp, _beaver_queue_op_free)
BeaverQueueOp *
_beaver_queue_new_put_op (BeaverQueue *self, const char *json, double priority, GError **error);
gboolean _beaver_queue_op_set_priority (BeaverQueueOp *op, double priority, GError **error);
gboolean _beaver_queue_op_set_seconds (BeaverQueueOp *op,
                                       const char *what,
                                       double seconds,
                                       gboolean zero,
                                       GError **error);
gboolean _beaver_queue_op_set_timeout (BeaverQueueOp *op, double timeout, GError **error);
gboolean _beaver_queue_check_state (BeaverQueue *self, BeaverJobState state, GError **error);
void _beaver_queue_op_prefix_error (gpointer op, GError **error);
char *_beaver_queue_normalize (BeaverManagerCore *core, const char *json, GError **error);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_queue_run_op (BeaverManagerCore *core,
                               BeaverAccess access,
                               BeaverWork work,
                               BeaverQueueOp *op,
                               GCancellable *cancellable,
                               GError **error);
gboolean _beaver_queue_run (BeaverQueue *self,
                            BeaverAccess access,
                            BeaverWork work,
                            BeaverQueueOp *op,
                            GCancellable *cancellable,
                            GError **error);
void _beaver_queue_start (gpointer source,
                          gpointer self, /* the same, or the queue */
                          gpointer source_tag,
                          BeaverAccess access,
                          BeaverWork work,
                          BeaverQueueOp *op,
                          GError *error,
                          BeaverFinish finish,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/* Results for the caller of a work, and for the end of a task. */
void _beaver_queue_finish_true (GTask *task, gpointer op);
gint64 _beaver_queue_take_number (BeaverQueueOp *op, GError **error);
void _beaver_queue_finish_number (GTask *task, gpointer op);
BeaverQueueItem *_beaver_queue_take_item (BeaverQueueOp *op, GError **error);
void _beaver_queue_finish_item (GTask *task, gpointer op);
BeaverJob *_beaver_queue_take_job (BeaverQueueOp *op, GError **error);
void _beaver_queue_finish_job (GTask *task, gpointer op);
GPtrArray *_beaver_queue_take_jobs (BeaverQueueOp *op, GError **error);
void _beaver_queue_finish_jobs (GTask *task, gpointer op);

/* Works over BeaverQueueOp; POINT or SCAN those that read, WRITE the others. */
gboolean _beaver_queue_put_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_put_many_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_put_job_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_peek_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_pop_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_claim_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_count_jobs_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_requeue_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_purge_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_resume_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_ack_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_nack_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_extend_work (BeaverConnection *connection, gpointer op, GError **error);
extern const BeaverWaitOps _beaver_queue_get_ops;
extern const BeaverWaitOps _beaver_queue_claim_ops;

/* The data of count and clear are those of every manager. */
gboolean _beaver_queue_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_queue_clear_work (BeaverConnection *connection, gpointer op, GError **error);

/* The page function and state of a cursor: over the items that wait, or over the jobs of a state.
 */
gpointer _beaver_queue_cursor_state_new (BeaverManagerCore *core,
                                         gboolean jobs,
                                         BeaverJobState state);
void _beaver_queue_cursor_state_free (gpointer state);
gboolean _beaver_queue_cursor_page (BeaverConnection *connection,
                                    gpointer state,
                                    GPtrArray *entries,
                                    gboolean *at_end,
                                    GError **error);

/* The jobs table (beaver-queue-jobs.c), inside works. */
gboolean _beaver_queue_jobs_table_exists (BeaverConnection *connection,
                                          gboolean *exists,
                                          GError **error);
extern const char _beaver_queue_jobs_schema[]; /* also of dumps */
gboolean _beaver_queue_jobs_table_create (BeaverConnection *connection, GError **error);
gboolean _beaver_queue_has_jobs (BeaverConnection *connection,
                                 BeaverManagerCore *core,
                                 gboolean *exists,
                                 GError **error);
/* Brings back what is due: delayed jobs, expired leases. */
gboolean _beaver_queue_jobs_sweep (BeaverConnection *connection,
                                   BeaverManagerCore *core,
                                   GError **error);
/* When the next one is due, infinity for never. */
gboolean _beaver_queue_jobs_next_due (BeaverConnection *connection,
                                      BeaverManagerCore *core,
                                      double *due,
                                      GError **error);
/* Reads what is known of an item that waits into row, whose priority and timestamp say which. */
gboolean _beaver_queue_jobs_read_waiting (BeaverConnection *connection,
                                          BeaverManagerCore *core,
                                          BeaverJobRow *row,
                                          GError **error);
gboolean _beaver_queue_jobs_insert (BeaverConnection *connection,
                                    BeaverManagerCore *core,
                                    BeaverJobRow *row,
                                    GError **error);
/* Puts a job where everybody gets it from, Python too. */
gboolean _beaver_queue_jobs_insert_waiting (BeaverConnection *connection,
                                            BeaverManagerCore *core,
                                            const BeaverJobRow *row,
                                            GError **error);
/* Those in a state that is not WAITING, behind due and id; NULL on error. */
GPtrArray *_beaver_queue_jobs_read_page (BeaverConnection *connection,
                                         BeaverManagerCore *core,
                                         BeaverJobState state,
                                         double due,
                                         gint64 id,
                                         gint64 limit,
                                         GError **error);
gboolean _beaver_queue_jobs_clear (BeaverConnection *connection,
                                   BeaverManagerCore *core,
                                   gint64 *removed,
                                   GError **error);
gboolean _beaver_queue_emit (BeaverConnection *connection,
                             BeaverManagerCore *core,
                             const char *event,
                             GError **error);
gboolean _beaver_queue_insert_item (BeaverConnection *connection,
                                    BeaverManagerCore *core,
                                    double priority,
                                    double timestamp,
                                    const char *value,
                                    gboolean only, /* see _beaver_connection_prepare_only() */
                                    GError **error);

BeaverQueueItem *_beaver_queue_item_new (BeaverJobRow *row); /* takes its value */
BeaverJob *_beaver_job_new (BeaverManagerCore *core, const BeaverJobRow *row);

G_END_DECLS
