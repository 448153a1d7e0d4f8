/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a collection of vectors and on an array, which have to agree. Repeat a
 * failure with --seed. */
#include "beaver-test.h"

#include <math.h>

#define OPERATIONS 100000
#define EUCLID BEAVER_VECTOR_METRIC_EUCLID
#define MANHATTAN BEAVER_VECTOR_METRIC_MANHATTAN
#define DOT BEAVER_VECTOR_METRIC_DOT

static BeaverVectors *
get_vectors (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, name, &error);

  g_assert_no_error (error);
  return vectors;
}

static GBytes *
floats (guint n, ...)
{
  g_autofree float *values = g_new (float, n);
  va_list args;

  va_start (args, n);
  for (guint i = 0; i < n; i++)
    values[i] = va_arg (args, double);
  va_end (args);
  return g_bytes_new (values, n * sizeof (float));
}

static void
set2 (BeaverVectors *vectors, const char *id, double x, double y, const char *metadata)
{
  g_autoptr (GError) error = NULL;
  const float values[] = { x, y };

  beaver_vectors_set_floats (vectors, id, values, 2, metadata, NULL, &error);
  g_assert_no_error (error);
}

#define ITEMS 150

typedef struct
{
  gboolean there;
  float x, y;
  int tag; /* -1: no metadata */
} Item;

static float
score_of (Item *item, float x, float y, BeaverVectorMetric metric)
{
  return metric == EUCLID ? sqrtf ((item->x - x) * (item->x - x) + (item->y - y) * (item->y - y)) :
         metric == MANHATTAN ? fabsf (item->x - x) + fabsf (item->y - y) :
                               -(item->x * x + item->y * y);
}

typedef struct
{
  float score;
  guint item;
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *one = a, *other = b;

  return one->score < other->score ? -1 :
         one->score > other->score ? 1 :
                                     (int) one->item - (int) other->item;
}

/* Coordinates are small integers: scores are exact, and many are equal. */
static void
check_near (BeaverVectors *vectors, Item *items)
{
  g_autoptr (GError) error = NULL;
  float x = g_test_rand_int_range (-5, 6), y = g_test_rand_int_range (-5, 6);
  BeaverVectorMetric metric = (BeaverVectorMetric) g_test_rand_int_range (EUCLID, DOT + 1);
  guint k = (guint) g_test_rand_int_range (1, 12);
  int tag = g_test_rand_int_range (-3, 4);
  g_autoptr (GBytes) vector = floats (2, x, y);
  g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, k);
  g_autoptr (GPtrArray) hits = NULL;
  Ranked ranked[ITEMS];
  guint n = 0;

  beaver_vector_query_set_metric (query, metric);
  if (tag >= 0)
    {
      g_autofree char *value = g_strdup_printf ("%d", tag);

      beaver_vector_query_add_filter (query, "tag", "==", value);
    }
  for (guint i = 0; i < ITEMS; i++)
    if (items[i].there && (tag < 0 || items[i].tag == tag))
      {
        ranked[n].score = score_of (&items[i], x, y, metric);
        ranked[n++].item = i;
      }
  qsort (ranked, n, sizeof (Ranked), compare_ranked);
  hits = beaver_vectors_search (vectors, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, MIN (n, k));
  for (guint i = 0; i < hits->len; i++)
    {
      g_autofree char *id = g_strdup_printf ("i%03u", ranked[i].item);

      g_assert_cmpstr (beaver_vector_hit_get_id (hits->pdata[i]), ==, id);
      g_assert_cmpfloat_with_epsilon (beaver_vector_hit_get_score (hits->pdata[i]), ranked[i].score,
                                      1e-5);
    }
}

static void
test_random (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree Item *items = g_new0 (Item, ITEMS);
  BeaverVectors *vectors = get_vectors (f, "v");
  guint n = beaver_test_rounds (OPERATIONS);

  for (guint step = 0; step < n; step++)
    {
      guint i = (guint) g_test_rand_int_range (0, ITEMS);
      int dice = g_test_rand_int_range (0, 1000);
      g_autofree char *id = g_strdup_printf ("i%03u", i);
      Item *item = &items[i];

      if (dice < 250)
        {
          g_autofree char *metadata = NULL;

          item->there = TRUE;
          item->x = g_test_rand_int_range (-5, 6);
          item->y = g_test_rand_int_range (-5, 6);
          item->tag = g_test_rand_int_range (-1, 4);
          if (item->tag >= 0)
            metadata = g_strdup_printf ("{\"tag\": %d}", item->tag);
          set2 (vectors, id, item->x, item->y, metadata);
        }
      else if (dice < 400)
        {
          beaver_vectors_remove (vectors, id, NULL, &error);
          if (item->there)
            g_assert_no_error (error);
          else
            g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
          g_clear_error (&error);
          item->there = FALSE;
        }
      else if (dice < 900)
        check_near (vectors, items);
      else if (dice < 990)
        g_assert_cmpint (beaver_vectors_contains (vectors, id, NULL, &error), ==, item->there);
      else if (dice == 998)
        {
          fixture_reopen (f);
          vectors = get_vectors (f, "v");
        }
      else if (dice == 999)
        {
          beaver_manager_clear (BEAVER_MANAGER (vectors), NULL, &error);
          g_assert_no_error (error);
          memset (items, 0, ITEMS * sizeof (Item));
        }
    }
  g_test_message ("%u operations", n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/vectors/random", test_random);
  return g_test_run ();
}
