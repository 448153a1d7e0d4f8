/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_HIT (beaver_hit_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverHit, beaver_hit, BEAVER, HIT, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_hit_get_id (BeaverHit *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_hit_get_body (BeaverHit *self);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_hit_get_node (BeaverHit *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_hit_get_object (BeaverHit *self, GType type, GError **error);
BEAVER_AVAILABLE_IN_1_0
double beaver_hit_get_score (BeaverHit *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_hit_get_path (BeaverHit *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_hit_get_snippet (BeaverHit *self);

G_END_DECLS
