/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

/**
 * BeaverCheckSeverity:
 * @BEAVER_CHECK_SEVERITY_NOTE: worth knowing
 * @BEAVER_CHECK_SEVERITY_WARNING: may become trouble, or gives wrong results somewhere
 * @BEAVER_CHECK_SEVERITY_ERROR: something is damaged
 *
 * How bad a finding is.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_CHECK_SEVERITY_NOTE,
  BEAVER_CHECK_SEVERITY_WARNING,
  BEAVER_CHECK_SEVERITY_ERROR,
} BeaverCheckSeverity;

#define BEAVER_TYPE_CHECK_FINDING (beaver_check_finding_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverCheckFinding, beaver_check_finding, BEAVER, CHECK_FINDING, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_check_finding_get_code (BeaverCheckFinding *self);
BEAVER_AVAILABLE_IN_1_0
BeaverCheckSeverity beaver_check_finding_get_severity (BeaverCheckFinding *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_check_finding_get_text (BeaverCheckFinding *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_check_finding_is_fixed (BeaverCheckFinding *self);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *
beaver_db_check (BeaverDb *self, gboolean fix, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_check_async (BeaverDb *self,
                            gboolean fix,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_db_check_finish (BeaverDb *self, GAsyncResult *result, GError **error);

G_END_DECLS
