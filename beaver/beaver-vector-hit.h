/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_VECTOR_HIT (beaver_vector_hit_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverVectorHit, beaver_vector_hit, BEAVER, VECTOR_HIT, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_vector_hit_get_id (BeaverVectorHit *self);
BEAVER_AVAILABLE_IN_1_0
GBytes *beaver_vector_hit_get_vector (BeaverVectorHit *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_vector_hit_get_metadata (BeaverVectorHit *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_vector_hit_get_score (BeaverVectorHit *self);
BEAVER_AVAILABLE_IN_1_0
float *beaver_vector_hit_get_values (BeaverVectorHit *self, gsize *n_values);

G_END_DECLS
