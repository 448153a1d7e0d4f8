/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-query-plan.h>
#include <beaver/beaver-query-private.h>

G_BEGIN_DECLS

/* Takes all. */
BeaverQueryPlan *
_beaver_query_plan_new_take (char **indexed, char **scanned, gint64 estimated_rows, char *text);

BeaverQueryPlan *_beaver_field_index_plan (BeaverQuerySpec *spec, int chosen, gint64 number);

G_END_DECLS
