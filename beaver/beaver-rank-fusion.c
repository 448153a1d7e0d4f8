/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-error.h>
#include <beaver/beaver-hit.h>
#include <beaver/beaver-rank-fusion.h>

/**
 * BeaverRankFusion:
 *
 * Several results of searches, made one.
 *
 * What a full-text search, a fuzzy one and a search by vectors found has scores that do not
 * compare. Their orders do: each list gives its member on place n (from 0) its weight divided by k
 * + n, and the sum is the score. This is known as reciprocal rank fusion.
 *
 * ```c
 * g_autoptr(BeaverRankFusion) fusion = beaver_rank_fusion_new (60);
 *
 * beaver_rank_fusion_add_hits (fusion, (BeaverHit **) hits->pdata, hits->len, 1, &error);
 * beaver_rank_fusion_add_ids (fusion, nearest, 0.5, &error);
 * g_auto(GStrv) best = beaver_rank_fusion_get_ids (fusion);
 * ```
 *
 * A fusion is used by one thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverRankFusion
{
  GObject parent_instance;

  double k;
  GHashTable *places; /* (element-type utf8 guint) id to its place in ranked */
  GArray *ranked;     /* (element-type Ranked) in the order of first appearance */
};

typedef struct
{
  const char *id; /* of places */
  double score;
} Ranked;

G_DEFINE_FINAL_TYPE (BeaverRankFusion, beaver_rank_fusion, G_TYPE_OBJECT)

static void
beaver_rank_fusion_finalize (GObject *object)
{
  BeaverRankFusion *self = BEAVER_RANK_FUSION (object);

  g_array_unref (self->ranked);
  g_hash_table_unref (self->places);
  G_OBJECT_CLASS (beaver_rank_fusion_parent_class)->finalize (object);
}

static void
beaver_rank_fusion_class_init (BeaverRankFusionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_rank_fusion_finalize;
}

static void
beaver_rank_fusion_init (BeaverRankFusion *self)
{
  self->k = 60;
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ranked = g_array_new (FALSE, FALSE, sizeof (Ranked));
}

/**
 * beaver_rank_fusion_new:
 * @k: how little the first places stand out, above 0; 60 is usual, and taken for what is not
 * possible
 *
 * Makes an empty fusion.
 *
 * Returns: (transfer full): a fusion
 *
 * Since: 1.0
 */
BeaverRankFusion *
beaver_rank_fusion_new (double k)
{
  BeaverRankFusion *self = g_object_new (BEAVER_TYPE_RANK_FUSION, NULL);

  if (k > 0 && isfinite (k))
    self->k = k;
  return self;
}

static gboolean
check_weight (double weight, GError **error)
{
  if (isfinite (weight))
    return TRUE;
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                       _ ("a weight has to be a finite number"));
  return FALSE;
}

static void
add (BeaverRankFusion *self, const char *id, gsize rank, double weight)
{
  double share = weight / (self->k + (double) rank);
  gpointer place;

  if (g_hash_table_lookup_extended (self->places, id, NULL, &place))
    g_array_index (self->ranked, Ranked, GPOINTER_TO_UINT (place)).score += share;
  else
    {
      char *key = g_strdup (id);
      Ranked ranked = { key, share };

      g_hash_table_insert (self->places, key, GUINT_TO_POINTER (self->ranked->len));
      g_array_append_val (self->ranked, ranked);
    }
}

/**
 * beaver_rank_fusion_add_ids:
 * @self: a fusion
 * @ids: (array zero-terminated=1): what a search found, the best first
 * @weight: how much this search counts, 1 as a rule
 * @error: return location for an error
 *
 * Adds the result of a search by the ids in it.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID when @weight is not finite
 *
 * Since: 1.0
 */
gboolean
beaver_rank_fusion_add_ids (BeaverRankFusion *self,
                            const char *const *ids,
                            double weight,
                            GError **error)
{
  g_return_val_if_fail (BEAVER_IS_RANK_FUSION (self), FALSE);

  if (!check_weight (weight, error))
    return FALSE;
  for (gsize i = 0; ids != NULL && ids[i] != NULL; i++)
    add (self, ids[i], i, weight);
  return TRUE;
}

/**
 * beaver_rank_fusion_add_hits:
 * @self: a fusion
 * @hits: (array length=n_hits): what a search found, the best first
 * @n_hits: the length of @hits
 * @weight: how much this search counts, 1 as a rule
 * @error: return location for an error
 *
 * Adds the result of a search.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID when @weight is not finite
 *
 * Since: 1.0
 */
gboolean
beaver_rank_fusion_add_hits (BeaverRankFusion *self,
                             BeaverHit **hits,
                             gsize n_hits,
                             double weight,
                             GError **error)
{
  g_return_val_if_fail (BEAVER_IS_RANK_FUSION (self), FALSE);

  if (!check_weight (weight, error))
    return FALSE;
  for (gsize i = 0; i < n_hits; i++)
    add (self, beaver_hit_get_id (hits[i]), i, weight);
  return TRUE;
}

static int
compare_scores (gconstpointer a, gconstpointer b)
{
  const Ranked *x = *(const Ranked *const *) a, *y = *(const Ranked *const *) b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return (x > y) - (x < y);
}

/**
 * beaver_rank_fusion_get_ids:
 * @self: a fusion
 *
 * Gets the ids of all results, the one with the greatest score first. Those of equal scores stand
 * in the order in which they were added.
 *
 * Returns: (transfer full) (array zero-terminated=1): ids
 *
 * Since: 1.0
 */
char **
beaver_rank_fusion_get_ids (BeaverRankFusion *self)
{
  g_autoptr (GPtrArray) order = NULL;
  char **ids;

  g_return_val_if_fail (BEAVER_IS_RANK_FUSION (self), NULL);

  order = g_ptr_array_new ();
  for (guint i = 0; i < self->ranked->len; i++)
    g_ptr_array_add (order, &g_array_index (self->ranked, Ranked, i));
  g_ptr_array_sort (order, compare_scores);
  ids = g_new0 (char *, order->len + 1);
  for (guint i = 0; i < order->len; i++)
    ids[i] = g_strdup (((Ranked *) g_ptr_array_index (order, i))->id);
  return ids;
}

/**
 * beaver_rank_fusion_get_score:
 * @self: a fusion
 * @id: an id
 *
 * Gets the score of an id.
 *
 * Returns: the score; 0 for what is in none of the results
 *
 * Since: 1.0
 */
double
beaver_rank_fusion_get_score (BeaverRankFusion *self, const char *id)
{
  gpointer place;

  g_return_val_if_fail (BEAVER_IS_RANK_FUSION (self), 0);
  g_return_val_if_fail (id != NULL, 0);

  if (!g_hash_table_lookup_extended (self->places, id, NULL, &place))
    return 0;
  return g_array_index (self->ranked, Ranked, GPOINTER_TO_UINT (place)).score;
}
