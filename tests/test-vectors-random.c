/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a collection of vectors and on an array. */
#include "model-test.h"

#include <math.h>

#define OPERATIONS 100000
#define ITEMS 150
#define EUCLID BEAVER_VECTOR_METRIC_EUCLID
#define MANHATTAN BEAVER_VECTOR_METRIC_MANHATTAN
#define DOT BEAVER_VECTOR_METRIC_DOT

/* Those that come often have several numbers. */
enum
{
  SET,
  SET2,
  SET3,
  REMOVE,
  REMOVE2,
  NEAR,
  NEAR2,
  NEAR3,
  NEAR4,
  NEAR5,
  CANDIDATES,
  CONTAINS,
  GET,
  FOREIGN,
  RARE,
  N_KINDS
};
static const char *const kinds[] = { "set",        "set",      "set",  "remove",  "remove",
                                     "near",       "near",     "near", "near",    "near",
                                     "candidates", "contains", "get",  "foreign", "rare" };
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == N_KINDS);

typedef struct
{
  gboolean there;
  float x, y;
  int tag; /* -1: no metadata */
} Item;

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverVectors *vectors;
  sqlite3 *raw; /* another program on the file */
  Item items[ITEMS];
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->vectors = beaver_db_get_vectors (w->db, "v", &error);
  g_assert_no_error (error);
  w->raw = raw_open (w->path);
}

static void
world_close (World *w)
{
  g_autoptr (GError) error = NULL;

  raw_close (g_steal_pointer (&w->raw));
  beaver_db_close (w->db, &error);
  g_assert_no_error (error);
  g_clear_object (&w->db);
}

G_GNUC_PRINTF (3, 4) static void agree (World *w, gboolean ok, const char *format, ...)
{
  va_list args;

  if (ok || w->complaint != NULL)
    return;
  va_start (args, format);
  w->complaint = g_strdup_vprintf (format, args);
  va_end (args);
}

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
check_near (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  const float place[] = { (float) (op->a % 11) - 5, (float) (op->a / 11 % 11) - 5 };
  BeaverVectorMetric metric = (BeaverVectorMetric) (EUCLID + op->b % 3);
  guint k = op->b / 3 % 12 + 1;
  int tag = (int) (op->c % 7) - 3;
  gboolean chosen = op->kind == CANDIDATES;
  g_autoptr (GBytes) vector = g_bytes_new (place, sizeof place);
  g_autoptr (BeaverVectorQuery) query = beaver_vector_query_new (vector, k);
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
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
    {
      if (chosen && (i + op->c) % 4 != 0)
        continue;
      g_ptr_array_add (candidates, g_strdup_printf ("i%03u", i));
      if (w->items[i].there && (tag < 0 || w->items[i].tag == tag))
        {
          ranked[n].score = score_of (&w->items[i], place[0], place[1], metric);
          ranked[n++].item = i;
        }
    }
  g_ptr_array_add (candidates, NULL);
  if (chosen)
    beaver_vector_query_set_candidates (query, (const char *const *) candidates->pdata);
  qsort (ranked, n, sizeof (Ranked), compare_ranked);
  hits = beaver_vectors_search (w->vectors, query, NULL, &error);
  g_assert_no_error (error);
  agree (w, hits->len == MIN (n, k), "near: %u hits, expected %u", hits->len, MIN (n, k));
  for (guint i = 0; i < hits->len && w->complaint == NULL; i++)
    {
      g_autofree char *id = g_strdup_printf ("i%03u", ranked[i].item);
      BeaverVectorHit *hit = hits->pdata[i];

      agree (w,
             g_str_equal (beaver_vector_hit_get_id (hit), id) &&
                 fabs (beaver_vector_hit_get_score (hit) - ranked[i].score) < 1e-5,
             "near: hit %u is %s %f, expected %s %f", i, beaver_vector_hit_get_id (hit),
             beaver_vector_hit_get_score (hit), id, ranked[i].score);
    }
}

static void
set_item (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint i = op->a % ITEMS;
  g_autofree char *id = g_strdup_printf ("i%03u", i);
  g_autofree char *metadata = NULL;
  Item *item = &w->items[i];

  *item = (Item){ TRUE, (float) (op->b % 11) - 5, (float) (op->b / 11 % 11) - 5,
                  (int) (op->c % 5) - 1 };
  if (item->tag >= 0)
    metadata = g_strdup_printf ("{\"tag\": %d}", item->tag);
  if (op->kind == FOREIGN)
    {
      g_autofree char *sql = NULL;
      guint32 bits[2];

      memcpy (&bits[0], &item->x, 4);
      memcpy (&bits[1], &item->y, 4);
      sql = g_strdup_printf ("INSERT OR REPLACE INTO __beaver_vectors__ VALUES ('v', '%s',"
                             " x'%08x%08x', %s%s%s)",
                             id, GUINT32_TO_BE (GUINT32_TO_LE (bits[0])),
                             GUINT32_TO_BE (GUINT32_TO_LE (bits[1])), metadata ? "'" : "",
                             metadata ? metadata : "NULL", metadata ? "'" : "");
      raw_exec (w->raw, sql);
    }
  else
    beaver_vectors_set_floats (w->vectors, id, &item->x, 2, metadata, NULL, &error);
  g_assert_no_error (error);
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint i = op->a % ITEMS;
  g_autofree char *id = g_strdup_printf ("i%03u", i);
  Item *item = &w->items[i];

  switch (op->kind)
    {
    case SET:
    case SET2:
    case SET3:
      set_item (w, op);
      break;
    case FOREIGN:
      if (op->c % 8 != 0)
        break;
      if (op->c % 3 == 0)
        {
          g_autofree char *sql =
              g_strdup_printf ("DELETE FROM __beaver_vectors__ WHERE item_id = '%s'", id);

          raw_exec (w->raw, sql);
          item->there = FALSE;
        }
      else
        set_item (w, op);
      break;
    case REMOVE:
    case REMOVE2:
      beaver_vectors_remove (w->vectors, id, NULL, &error);
      agree (w,
             item->there ? error == NULL :
                           g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND),
             "remove %s: %s", id, error != NULL ? error->message : "no error");
      item->there = FALSE;
      break;
    case CONTAINS:
      agree (w, beaver_vectors_contains (w->vectors, id, NULL, &error) == item->there,
             "contains %s: not %d", id, item->there);
      g_assert_no_error (error);
      break;
    case GET:
      {
        g_autoptr (BeaverVectorHit) hit = beaver_vectors_lookup (w->vectors, id, NULL, &error);

        g_assert_no_error (error);
        agree (w, (hit != NULL) == item->there, "lookup %s: not %d", id, item->there);
        if (hit != NULL)
          agree (w, (beaver_vector_hit_get_metadata (hit) != NULL) == (item->tag >= 0),
                 "lookup %s: metadata %s", id, beaver_vector_hit_get_metadata (hit));
        break;
      }
    case RARE:
      if (op->a % 32 == 0)
        {
          world_close (w);
          world_open (w);
        }
      else if (op->a % 32 == 1)
        {
          beaver_manager_clear (BEAVER_MANAGER (w->vectors), NULL, &error);
          memset (w->items, 0, sizeof w->items);
        }
      else if (op->a % 32 == 2)
        beaver_vectors_set_memory_limit (w->vectors, op->b % 2 * (1 << 20));
      g_assert_no_error (error);
      break;
    default:
      check_near (w, op);
    }
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  g_autofree World *w = g_new0 (World, 1);

  w->path = path;
  world_open (w);
  for (*at = 0; *at < n && w->complaint == NULL; ++*at)
    step (w, &ops[*at]);
  world_close (w);
  return w->complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, OPERATIONS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/vectors/random", test_random);
  return g_test_run ();
}
