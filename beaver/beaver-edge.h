/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_EDGE (beaver_edge_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverEdge, beaver_edge, BEAVER, EDGE, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverEdge *
beaver_edge_new (const char *source, const char *target, const char *label, const char *metadata);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_edge_get_source (BeaverEdge *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_edge_get_target (BeaverEdge *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_edge_get_label (BeaverEdge *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_edge_get_metadata (BeaverEdge *self);

G_END_DECLS
