/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_JOB (beaver_job_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverJob, beaver_job, BEAVER, JOB, GObject)

/**
 * BeaverJobState:
 * @BEAVER_JOB_STATE_WAITING: whoever asks next gets it
 * @BEAVER_JOB_STATE_DELAYED: it waits for its time
 * @BEAVER_JOB_STATE_CLAIMED: a worker has it
 * @BEAVER_JOB_STATE_DEAD: it was given up
 *
 * Where a job stands.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_JOB_STATE_WAITING,
  BEAVER_JOB_STATE_DELAYED,
  BEAVER_JOB_STATE_CLAIMED,
  BEAVER_JOB_STATE_DEAD,
} BeaverJobState;

BEAVER_AVAILABLE_IN_1_0
const char *beaver_job_get_value (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_job_get_priority (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_job_get_timestamp (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_job_get_id (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
BeaverJobState beaver_job_get_state (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_job_get_attempts (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_job_get_max_attempts (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_job_get_due (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_job_get_reason (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_job_get_unique_key (BeaverJob *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_job_get_token (BeaverJob *self);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_ack (BeaverJob *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_job_ack_async (BeaverJob *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_ack_finish (BeaverJob *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_nack (BeaverJob *self,
                          double delay,
                          const char *reason,
                          GCancellable *cancellable,
                          GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_job_nack_async (BeaverJob *self,
                            double delay,
                            const char *reason,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_nack_finish (BeaverJob *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_job_bury (BeaverJob *self, const char *reason, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_job_bury_async (BeaverJob *self,
                            const char *reason,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_bury_finish (BeaverJob *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_job_extend (BeaverJob *self, double lease, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_job_extend_async (BeaverJob *self,
                              double lease,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_job_extend_finish (BeaverJob *self, GAsyncResult *result, GError **error);

G_END_DECLS
