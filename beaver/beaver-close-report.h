/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_CLOSE_REPORT (beaver_close_report_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverCloseReport, beaver_close_report, BEAVER, CLOSE_REPORT, GObject)

BEAVER_AVAILABLE_IN_1_0
double beaver_close_report_get_duration (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_close_report_get_connections_closed (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_close_report_get_threads_joined (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_close_report_get_operations_interrupted (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_close_report_get_referenced (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_close_report_get_sites (BeaverCloseReport *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_close_report_to_string (BeaverCloseReport *self);

G_END_DECLS
