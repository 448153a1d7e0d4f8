/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_QUERY_PLAN (beaver_query_plan_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverQueryPlan, beaver_query_plan, BEAVER, QUERY_PLAN, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_query_plan_get_indexed (BeaverQueryPlan *self);
BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_query_plan_get_scanned (BeaverQueryPlan *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_query_plan_get_estimated_rows (BeaverQueryPlan *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_query_plan_get_text (BeaverQueryPlan *self);

G_END_DECLS
