/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-vector-hit.h>

G_BEGIN_DECLS

/* Takes vector. */
BeaverVectorHit *
_beaver_vector_hit_new_take (const char *id, GBytes *vector, const char *metadata, double score);

G_END_DECLS
