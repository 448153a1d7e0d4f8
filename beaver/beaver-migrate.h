/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_MIGRATE_REPORT (beaver_migrate_report_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverMigrateReport, beaver_migrate_report, BEAVER, MIGRATE_REPORT, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverMigrateReport *beaver_migrate (const char *source,
                                     const char *destination,
                                     BeaverProgressFunc progress,
                                     gpointer progress_data,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_migrate_async (const char *source,
                           const char *destination,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GDestroyNotify progress_destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverMigrateReport *beaver_migrate_finish (GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_migrate_report_get_legacy_version (BeaverMigrateReport *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_migrate_report_is_dry_run (BeaverMigrateReport *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_migrate_report_is_split_brain (BeaverMigrateReport *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_migrate_report_get_total_rows (BeaverMigrateReport *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_migrate_report_to_json (BeaverMigrateReport *self);

G_END_DECLS
