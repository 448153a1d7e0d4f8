/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-job.h>
#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_QUEUE (beaver_queue_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverQueue, beaver_queue, QUEUE)

/**
 * BeaverUniquePolicy:
 * @BEAVER_UNIQUE_POLICY_REJECT: the new one is refused
 * @BEAVER_UNIQUE_POLICY_REPLACE: the new one takes the place of the one that waits or is delayed
 * @BEAVER_UNIQUE_POLICY_EXTEND: the one that waits or is delayed stays, and its delay begins anew
 *
 * What happens when a job is put whose unique key another one has.
 *
 * A job that a worker has at the moment only counts for rejecting: with the other two policies the
 * new one waits beside it.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_UNIQUE_POLICY_REJECT,
  BEAVER_UNIQUE_POLICY_REPLACE,
  BEAVER_UNIQUE_POLICY_EXTEND,
} BeaverUniquePolicy;

BEAVER_AVAILABLE_IN_1_0
BeaverQueue *beaver_db_get_queue (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_queue_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_queue_names_async (BeaverDb *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_queue_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_queue_items (BeaverQueue *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_queue_dead_letters (BeaverQueue *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverCursor *beaver_queue_jobs (BeaverQueue *self, BeaverJobState state, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_json (BeaverQueue *self,
                                const char *json,
                                double priority,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_put_json_async (BeaverQueue *self,
                                  const char *json,
                                  double priority,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_node (BeaverQueue *self,
                                JsonNode *value,
                                double priority,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_put_node_async (BeaverQueue *self,
                                  JsonNode *value,
                                  double priority,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_node_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_object (BeaverQueue *self,
                                  GObject *value,
                                  double priority,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_put_object_async (BeaverQueue *self,
                                    GObject *value,
                                    double priority,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_object_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_put_many_json (BeaverQueue *self,
                                   const char *const *values,
                                   double priority,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_put_many_json_async (BeaverQueue *self,
                                       const char *const *values,
                                       double priority,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_put_many_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *beaver_queue_peek (BeaverQueue *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_peek_async (BeaverQueue *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *beaver_queue_peek_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *
beaver_queue_get (BeaverQueue *self, double timeout, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_get_async (BeaverQueue *self,
                             double timeout,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *beaver_queue_get_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *beaver_queue_pop (BeaverQueue *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_pop_async (BeaverQueue *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverQueueItem *beaver_queue_pop_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

/* Jobs that are lent, delayed, unique or dead */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_job_json (BeaverQueue *self,
                                    const char *json,
                                    double priority,
                                    double delay,
                                    gint64 max_attempts,
                                    const char *unique_key,
                                    BeaverUniquePolicy policy,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_put_job_json_async (BeaverQueue *self,
                                      const char *json,
                                      double priority,
                                      double delay,
                                      gint64 max_attempts,
                                      const char *unique_key,
                                      BeaverUniquePolicy policy,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_queue_put_job_json_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverJob *beaver_queue_claim (BeaverQueue *self,
                               double lease,
                               double timeout,
                               GCancellable *cancellable,
                               GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_claim_async (BeaverQueue *self,
                               double lease,
                               double timeout,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverJob *beaver_queue_claim_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_queue_claim_many (BeaverQueue *self,
                                    gint64 limit,
                                    double lease,
                                    double timeout,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_claim_many_async (BeaverQueue *self,
                                    gint64 limit,
                                    double lease,
                                    double timeout,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_queue_claim_many_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverJob *beaver_queue_resume (BeaverQueue *self,
                                gint64 id,
                                const char *token,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_resume_async (BeaverQueue *self,
                                gint64 id,
                                const char *token,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverJob *beaver_queue_resume_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_count_jobs (BeaverQueue *self,
                                BeaverJobState state,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_count_jobs_async (BeaverQueue *self,
                                    BeaverJobState state,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_count_jobs_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64
beaver_queue_requeue_dead (BeaverQueue *self, gint64 id, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_requeue_dead_async (BeaverQueue *self,
                                      gint64 id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_requeue_dead_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_purge_dead (BeaverQueue *self,
                                double min_age,
                                GCancellable *cancellable,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_queue_purge_dead_async (BeaverQueue *self,
                                    double min_age,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_queue_purge_dead_finish (BeaverQueue *self, GAsyncResult *result, GError **error);

G_END_DECLS
