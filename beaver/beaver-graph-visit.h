/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_GRAPH_VISIT (beaver_graph_visit_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverGraphVisit, beaver_graph_visit, BEAVER, GRAPH_VISIT, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_graph_visit_get_node (BeaverGraphVisit *self);
BEAVER_AVAILABLE_IN_1_0
int beaver_graph_visit_get_depth (BeaverGraphVisit *self);
BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_graph_visit_get_path (BeaverGraphVisit *self);

G_END_DECLS
