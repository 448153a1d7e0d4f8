/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vectors, graphs and sketches while a program with Python's plain sqlite3 writes the same ones, as
 * beaver-db does: nothing is lost, and what one writes the other one sees. */
#include "beaver-test-sqlite.h"

#define EUCLID BEAVER_VECTOR_METRIC_EUCLID

static GSubprocess *
start (Fixture *f, const char *structure, guint n)
{
  g_autofree char *number = g_strdup_printf ("%u", n);
  GSubprocess *process =
      beaver_test_spawn_python ("structures.py", f->path, structure, number, NULL);
  g_autofree char *line = beaver_test_read_line (process);

  g_assert_cmpstr (line, ==, "ready");
  beaver_test_write_line (process, "go");
  return process;
}

static void
finish (GSubprocess *process)
{
  g_autofree char *line = beaver_test_read_line (process);

  g_assert_cmpstr (line, ==, "done");
  beaver_test_join (process);
  g_object_unref (process);
}

static GPtrArray *
near (BeaverVectors *vectors, float x, float y, guint k)
{
  g_autoptr (GError) error = NULL;
  const float place[] = { x, y };
  g_autoptr (GBytes) query = g_bytes_new (place, sizeof place);
  GPtrArray *hits = beaver_vectors_near (vectors, query, k, EUCLID, NULL, &error);

  g_assert_no_error (error);
  return hits;
}

static void
test_vectors (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, "shared", NULL);
  guint n = 3 * beaver_test_rounds (50);
  const float first[] = { 0, 0 };
  const float foreign = 5;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  GSubprocess *process;
  guint seen = 0;

  /* the collection gets its dimension and its planes */
  beaver_vectors_set_floats (vectors, "first", first, 2, NULL, NULL, &error);
  g_assert_no_error (error);
  process = start (f, "vectors", n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);
      const float place[] = { (float) i + 1, -5 };
      const float both[] = { 1000 + (float) i, -7 };
      g_autoptr (GPtrArray) hits = NULL;

      g_assert_true (beaver_vectors_set_floats (vectors, id, place, 2, NULL, NULL, &error));
      g_assert_true (i % 3 != 2 || beaver_vectors_remove (vectors, id, NULL, &error));
      g_assert_true (beaver_vectors_set_floats (vectors, "both", both, 2, NULL, NULL, &error));
      /* what is committed is in the next answer */
      hits = near (vectors, place[0], place[1], 1);
      g_assert_cmpuint (hits->len, ==, 1);
      if (i % 3 != 2)
        g_assert_cmpstr (beaver_vector_hit_get_id (hits->pdata[0]), ==, id);
      g_clear_pointer (&hits, g_ptr_array_unref);
      /* theirs only come, but for each third, which goes again */
      hits = near (vectors, 1, 100000, 100000);
      g_assert_cmpuint (hits->len + 1, >=, seen);
      seen = hits->len;
    }
  finish (process);

  all = near (vectors, 0, 0, 100000);
  g_assert_cmpuint (all->len, ==, 2 + 2 * (n / 3 * 2));
  for (guint i = 0; i < all->len; i++)
    g_hash_table_add (ids, (gpointer) beaver_vector_hit_get_id (all->pdata[i]));
  for (guint i = 0; i < n; i++)
    for (guint side = 0; side < 2; side++)
      {
        g_autofree char *id = g_strdup_printf ("%c%u", side ? 'p' : 'c', i);
        g_autoptr (BeaverVectorHit) hit = beaver_vectors_lookup (vectors, id, NULL, &error);
        g_autoptr (GPtrArray) hits = NULL;

        g_assert_no_error (error);
        g_assert_cmpint (hit != NULL, ==, i % 3 != 2);
        g_assert_cmpint (g_hash_table_contains (ids, id), ==, i % 3 != 2);
        if (i % 3 == 2)
          continue;
        hits = near (vectors, (float) i + 1, side ? foreign : -foreign, 1);
        g_assert_cmpstr (beaver_vector_hit_get_id (hits->pdata[0]), ==, id);
        g_assert_cmpfloat (beaver_vector_hit_get_score (hits->pdata[0]), ==, 0);
      }
}

static void
test_graph (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverGraph *graph = beaver_db_get_graph (f->db, "shared", NULL);
  guint n = 2 * beaver_test_rounds (100);
  GSubprocess *process = start (f, "graph", n);
  g_autoptr (BeaverEdge) edge = NULL;
  g_auto (GStrv) path = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *node = g_strdup_printf ("%u", i);
      g_autoptr (GPtrArray) visits = NULL;

      g_assert_true (beaver_graph_link (graph, node, "c", "x", NULL, NULL, &error));
      g_assert_true (beaver_graph_link (graph, "all", node, "c", "[1]", NULL, &error));
      g_assert_true (i % 2 == 0 || beaver_graph_unlink (graph, node, "c", "x", NULL, &error));
      visits =
          beaver_graph_walk (graph, "all", BEAVER_GRAPH_DIRECTION_OUT, NULL, 2, -1, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (visits->len, >, i);
    }
  finish (process);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (graph), NULL, &error), ==,
                   2 * (n + n / 2));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *node = g_strdup_printf ("%u", i);

      g_assert_cmpint (beaver_graph_linked (graph, node, "c", "x", NULL, &error), ==, i % 2 == 0);
      g_assert_cmpint (beaver_graph_linked (graph, node, "python", "x", NULL, &error), ==,
                       i % 2 == 0);
      g_assert_true (beaver_graph_linked (graph, "all", node, "c", NULL, &error));
      g_assert_true (beaver_graph_linked (graph, "all", node, "python", NULL, &error));
    }
  edge = beaver_graph_get (graph, "all", "0", "python", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_edge_get_metadata (edge), ==, "{\"n\": 1}");
  path = beaver_graph_shortest_path (graph, "all", "python", BEAVER_GRAPH_DIRECTION_OUT, NULL, -1,
                                     NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (path), ==, 3);
}

static void
test_sketch (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverSketch *sketch = beaver_db_get_sketch (f->db, "shared", 100000, 0.01, NULL);
  BeaverSketch *alone = beaver_db_get_sketch (f->db, "alone", 100000, 0.01, NULL);
  guint n = beaver_test_rounds (150);
  GSubprocess *process = start (f, "sketch", n);
  g_autoptr (GBytes) shared_bytes = NULL, alone_bytes = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *item = g_strdup_printf ("c %u", i);

      g_assert_true (beaver_sketch_add_string (sketch, item, NULL, &error));
      g_assert_true (beaver_sketch_contains_string (sketch, item, NULL, &error));
      g_assert_no_error (error);
    }
  finish (process);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *ours = g_strdup_printf ("c %u", i);
      g_autofree char *theirs = g_strdup_printf ("python %u", i);

      g_assert_true (beaver_sketch_contains_string (sketch, ours, NULL, &error));
      g_assert_true (beaver_sketch_contains_string (sketch, theirs, NULL, &error));
      beaver_sketch_add_string (alone, ours, NULL, &error);
      beaver_sketch_add_string (alone, theirs, NULL, &error);
    }
  g_assert_no_error (error);
  shared_bytes = beaver_sketch_get_bytes (sketch, NULL, &error);
  alone_bytes = beaver_sketch_get_bytes (alone, NULL, &error);
  g_assert_true (g_bytes_equal (shared_bytes, alone_bytes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/vectors/beside-python", test_vectors);
  beaver_test_add ("/graph/beside-python", test_graph);
  beaver_test_add ("/sketch/beside-python", test_sketch);
  return g_test_run ();
}
