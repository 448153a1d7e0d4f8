/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_RANK_FUSION (beaver_rank_fusion_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverRankFusion, beaver_rank_fusion, BEAVER, RANK_FUSION, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverRankFusion *beaver_rank_fusion_new (double k);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_rank_fusion_add_ids (BeaverRankFusion *self,
                                     const char *const *ids,
                                     double weight,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_rank_fusion_add_hits (BeaverRankFusion *self,
                                      BeaverHit **hits,
                                      gsize n_hits,
                                      double weight,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_rank_fusion_get_ids (BeaverRankFusion *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_rank_fusion_get_score (BeaverRankFusion *self, const char *id);

G_END_DECLS
