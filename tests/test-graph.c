/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#define OUT BEAVER_GRAPH_DIRECTION_OUT
#define IN BEAVER_GRAPH_DIRECTION_IN
#define BOTH BEAVER_GRAPH_DIRECTION_BOTH

static BeaverGraph *
get_graph (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverGraph *graph = beaver_db_get_graph (f->db, name, &error);

  g_assert_no_error (error);
  return graph;
}

static void
link_edge (BeaverGraph *graph,
           const char *source,
           const char *target,
           const char *label,
           const char *metadata)
{
  g_autoptr (GError) error = NULL;

  beaver_graph_link (graph, source, target, label, metadata, NULL, &error);
  g_assert_no_error (error);
}

static gint64
count (BeaverGraph *graph)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (graph), NULL, &error);

  g_assert_no_error (error);
  return n;
}

#define assert_fails(call, code)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) failure = NULL;                                                             \
    (void) (call);                                                                                 \
    g_assert_error (failure, BEAVER_ERROR, (code));                                                \
  }                                                                                                \
  G_STMT_END

/* Takes ids. */
static void
assert_ids (char **ids, const char *expected)
{
  g_autofree char *joined = ids != NULL ? g_strjoinv (" ", ids) : NULL;

  g_assert_cmpstr (joined, ==, expected);
  g_strfreev (ids);
}

/* "source>target:label metadata, …" */
static char *
edges_text (BeaverGraph *graph, const char *source, const char *target, const char *label)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_graph_edges (graph, source, target, label, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  BeaverEdge *edge;

  g_assert_no_error (error);
  while ((edge = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      const char *metadata = beaver_edge_get_metadata (edge);

      g_string_append_printf (text, "%s%s>%s:%s %s", text->len > 0 ? ", " : "",
                              beaver_edge_get_source (edge), beaver_edge_get_target (edge),
                              beaver_edge_get_label (edge), metadata != NULL ? metadata : "-");
      g_object_unref (edge);
    }
  g_assert_no_error (error);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_edges (BeaverGraph *graph,
              const char *source,
              const char *target,
              const char *label,
              const char *expected)
{
  g_autofree char *text = edges_text (graph, source, target, label);

  g_assert_cmpstr (text, ==, expected);
}

static char *
walk_text (BeaverGraph *graph,
           const char *start,
           BeaverGraphDirection direction,
           const char *const *labels,
           int depth,
           gint64 limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) visits =
      beaver_graph_walk (graph, start, direction, labels, depth, limit, NULL, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < visits->len; i++)
    {
      BeaverGraphVisit *visit = visits->pdata[i];
      g_autofree char *path = g_strjoinv ("/", (char **) beaver_graph_visit_get_path (visit));

      g_assert_true (g_str_has_suffix (path, beaver_graph_visit_get_node (visit)));
      g_string_append_printf (text, "%s%d %s", i > 0 ? ", " : "",
                              beaver_graph_visit_get_depth (visit), path);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_walk (BeaverGraph *graph,
             const char *start,
             BeaverGraphDirection direction,
             const char *const *labels,
             int depth,
             gint64 limit,
             const char *expected)
{
  g_autofree char *text = walk_text (graph, start, direction, labels, depth, limit);

  g_assert_cmpstr (text, ==, expected);
}

/* ---- what Python wrote ---- */

static void
compare_lists (BeaverGraph *graph, JsonObject *one, const char *member, const char *label)
{
  JsonObject *lists = json_object_get_object_member (one, member);
  g_autoptr (GList) nodes = json_object_get_members (lists);

  for (GList *l = nodes; l != NULL; l = l->next)
    {
      g_autoptr (GError) error = NULL;
      JsonArray *expected = json_object_get_array_member (lists, l->data);
      g_auto (GStrv) ids = g_str_has_prefix (member, "children") ?
                               beaver_graph_children (graph, l->data, label, NULL, &error) :
                               beaver_graph_parents (graph, l->data, label, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_strv_length (ids), ==, json_array_get_length (expected));
      for (guint i = 0; ids[i] != NULL; i++)
        g_assert_cmpstr (ids[i], ==, json_array_get_string_element (expected, i));
    }
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = beaver_test_load_json ("graphs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);
  g_auto (GStrv) found = NULL;

  fixture_open_data (f, "graphs");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);
      JsonArray *rows = json_object_get_array_member (one, "rows_source_target_label_metadata");
      BeaverGraph *graph = get_graph (f, l->data);
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_cmpint (count (graph), ==, json_object_get_int_member (one, "count"));
      for (guint i = 0; i < json_array_get_length (rows); i++)
        {
          JsonArray *row = json_array_get_array_element (rows, i);
          const char *metadata =
              json_array_get_null_element (row, 3) ? NULL : json_array_get_string_element (row, 3);
          g_autoptr (BeaverEdge) edge = beaver_graph_get (
              graph, json_array_get_string_element (row, 0), json_array_get_string_element (row, 1),
              json_array_get_string_element (row, 2), NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (beaver_edge_get_metadata (edge), ==, metadata);
          g_string_append_printf (
              text, "%s%s>%s:%s %s", i > 0 ? ", " : "", json_array_get_string_element (row, 0),
              json_array_get_string_element (row, 1), json_array_get_string_element (row, 2),
              metadata != NULL ? metadata : "-");
        }
      assert_edges (graph, NULL, NULL, NULL, text->str);
      compare_lists (graph, one, "children", NULL);
      compare_lists (graph, one, "children_follows", "follows");
      compare_lists (graph, one, "parents", NULL);
    }
  found = beaver_db_get_graph_names (f->db, NULL, &error);
  g_assert_no_error (error);
  assert_ids (g_steal_pointer (&found), "other social");
  fixture_open_data (f, "everything");
  assert_ids (beaver_graph_children (get_graph (f, "g"), "a", NULL, NULL, &error), "b");
  assert_ids (beaver_graph_parents (get_graph (f, "g"), "c", NULL, NULL, &error), "b");
}

static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverGraph *graph = get_graph (f, "it's");
  sqlite3 *raw;

  link_edge (graph, "a", "b", "x", "{\"é\":1.0}");
  link_edge (graph, "a", "b", "", NULL);
  link_edge (graph, "a", "b", "", NULL);
  raw = raw_open (f->path);
  raw_assert (raw,
              "SELECT collection, source_item_id, target_item_id, label, metadata,"
              " typeof (metadata) FROM __beaver_edges__ ORDER BY label",
              "it's|a|b||NULL|null\nit's|a|b|x|{\"\\u00e9\": 1.0}|text");
  raw_close (raw);
}

/* ---- defects of Python's ---- */

/* Without metadata get() works, and what Python takes for nothing is kept. */
static void
test_metadata (Fixture *f, gconstpointer data)
{
  static const char *const kept[] = { "{}", "0", "\"\"", "false", "null", "[]", NULL };
  g_autoptr (GError) error = NULL;
  BeaverGraph *graph = get_graph (f, "g");

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autoptr (BeaverEdge) edge = NULL;

      link_edge (graph, "a", "b", "x", kept[i]);
      edge = beaver_graph_get (graph, "a", "b", "x", NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (beaver_edge_get_metadata (edge), ==, kept[i]);
    }
  g_assert_cmpint (count (graph), ==, 1);
}

static void
on_event (BeaverEvent *event, gpointer user_data)
{
  GString *heard = user_data;

  g_string_append_printf (heard, "%s%s %s", heard->len > 0 ? ", " : "",
                          beaver_event_get_name (event), beaver_event_get_payload (event));
}

static void
test_events (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) heard = g_string_new (NULL);
  BeaverGraph *graph = get_graph (f, "g");
  static const char *const names[] = { "link", "unlink", "clear" };
  const char *expected =
      "link {\"source\": \"a\", \"target\": \"b\", \"label\": \"x\"},"
      " unlink {\"source\": \"a\", \"target\": \"b\", \"label\": \"x\"}, clear {}";

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (BeaverEventHandler) handler =
          beaver_manager_on (BEAVER_MANAGER (graph), names[i], on_event, heard, NULL, &error);

      g_assert_no_error (error);
    }
  link_edge (graph, "a", "b", "x", NULL);
  beaver_graph_unlink (graph, "a", "b", "x", NULL, &error);
  beaver_graph_unlink (graph, "a", "b", "x", NULL, &error);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (graph), NULL, &error), ==, 0);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, heard->len >= strlen (expected));
  g_assert_cmpstr (heard->str, ==, expected);
}

/* ---- reading ---- */

static void
make_social (BeaverGraph *graph)
{
  link_edge (graph, "ann", "bob", "follows", NULL);
  link_edge (graph, "ann", "bob", "likes", "1");
  link_edge (graph, "bob", "cid", "follows", NULL);
  link_edge (graph, "cid", "ann", "follows", NULL);
  link_edge (graph, "cid", "dan", "likes", NULL);
  link_edge (graph, "dan", "dan", "self", NULL);
  link_edge (graph, "eva", "cid", "follows", NULL);
}

static void
test_edges (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverGraph *graph = get_graph (f, "g");

  make_social (graph);
  make_social (get_graph (f, "other"));
  assert_edges (graph, "ann", NULL, NULL, "ann>bob:follows -, ann>bob:likes 1");
  assert_edges (graph, NULL, "cid", NULL, "bob>cid:follows -, eva>cid:follows -");
  assert_edges (graph, NULL, NULL, "likes", "ann>bob:likes 1, cid>dan:likes -");
  assert_edges (graph, "ann", "bob", "likes", "ann>bob:likes 1");
  assert_edges (graph, "ann", "cid", NULL, "");
  assert_edges (graph, NULL, "bob", "likes", "ann>bob:likes 1");
  assert_ids (beaver_graph_labels (graph, NULL, &error), "follows likes self");
  assert_ids (beaver_graph_children (graph, "ann", NULL, NULL, &error), "bob bob");
  assert_ids (beaver_graph_children (graph, "nobody", NULL, NULL, &error), "");
  g_assert_true (beaver_graph_linked (graph, "ann", "bob", "likes", NULL, &error));
  g_assert_false (beaver_graph_linked (graph, "bob", "ann", "likes", NULL, &error));
  g_assert_null (beaver_graph_lookup (graph, "bob", "ann", "likes", NULL, &error));
  g_assert_no_error (error);
  assert_fails (beaver_graph_get (graph, "bob", "ann", "likes", NULL, &failure),
                BEAVER_ERROR_NOT_FOUND);
}

/* Over several pages, with each filter. */
static void
test_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) edges = g_ptr_array_new_with_free_func (g_object_unref);
  BeaverGraph *graph = get_graph (f, "g");
  struct
  {
    const char *source, *target, *label;
    guint n;
  } filters[] = { { NULL, NULL, NULL, 2000 },
                  { "hub", NULL, NULL, 1000 },
                  { NULL, "hub", NULL, 1000 },
                  { NULL, NULL, "odd", 1000 },
                  { "hub", NULL, "odd", 500 } };

  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *node = g_strdup_printf ("%d", i);

      g_ptr_array_add (edges, beaver_edge_new ("hub", node, i % 2 ? "odd" : "even", "{}"));
      g_ptr_array_add (edges, beaver_edge_new (node, "hub", i % 2 ? "odd" : "even", NULL));
    }
  beaver_graph_link_many (graph, (BeaverEdge **) edges->pdata, edges->len, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *text =
          edges_text (graph, filters[i].source, filters[i].target, filters[i].label);
      g_auto (GStrv) parts = g_strsplit (text, ", ", -1);

      g_assert_cmpuint (g_strv_length (parts), ==, filters[i].n);
    }
}

static void
test_walk (Fixture *f, gconstpointer data)
{
  static const char *const follows[] = { "follows", NULL };
  static const char *const none[] = { NULL };
  BeaverGraph *graph = get_graph (f, "g");

  make_social (graph);
  link_edge (get_graph (f, "other"), "ann", "zoe", "follows", NULL);
  assert_walk (graph, "ann", OUT, NULL, -1, -1, "1 ann/bob, 2 ann/bob/cid, 3 ann/bob/cid/dan");
  assert_walk (graph, "ann", OUT, follows, -1, -1, "1 ann/bob, 2 ann/bob/cid");
  assert_walk (graph, "ann", OUT, none, -1, -1, "");
  assert_walk (graph, "ann", OUT, NULL, 2, -1, "1 ann/bob, 2 ann/bob/cid");
  assert_walk (graph, "ann", IN, NULL, -1, -1, "1 ann/cid, 2 ann/cid/bob, 2 ann/cid/eva");
  assert_walk (graph, "ann", BOTH, NULL, 1, -1, "1 ann/bob, 1 ann/cid");
  assert_walk (graph, "ann", BOTH, NULL, -1, 3, "1 ann/bob, 1 ann/cid, 2 ann/cid/dan");
  assert_walk (graph, "ann", OUT, NULL, -1, 0, "");
  assert_walk (graph, "dan", OUT, NULL, -1, -1, "");
  assert_walk (graph, "nobody", BOTH, NULL, -1, -1, "");
}

static void
test_neighbours (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const char *const likes[] = { "likes", "follows", NULL };
  BeaverGraph *graph = get_graph (f, "g");

  make_social (graph);
  assert_ids (beaver_graph_neighbours (graph, "ann", OUT, NULL, 1, NULL, &error), "bob");
  assert_ids (beaver_graph_neighbours (graph, "ann", OUT, NULL, 3, NULL, &error), "bob cid dan");
  assert_ids (beaver_graph_neighbours (graph, "ann", OUT, NULL, 100, NULL, &error), "bob cid dan");
  assert_ids (beaver_graph_neighbours (graph, "ann", OUT, NULL, -1, NULL, &error), "bob cid dan");
  assert_ids (beaver_graph_neighbours (graph, "cid", IN, NULL, 1, NULL, &error), "bob eva");
  assert_ids (beaver_graph_neighbours (graph, "cid", BOTH, NULL, 1, NULL, &error),
              "ann bob dan eva");
  assert_ids (beaver_graph_neighbours (graph, "cid", OUT, likes, 2, NULL, &error), "ann dan bob");
  assert_ids (beaver_graph_neighbours (graph, "dan", OUT, NULL, 5, NULL, &error), "");
  g_assert_no_error (error);
}

static void
test_shortest_path (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const char *const likes[] = { "likes", NULL };
  BeaverGraph *graph = get_graph (f, "g");

  make_social (graph);
#define path(...) beaver_graph_shortest_path (graph, __VA_ARGS__, NULL, &error)
  assert_ids (path ("ann", "dan", OUT, NULL, -1), "ann bob cid dan");
  assert_ids (path ("ann", "dan", OUT, NULL, 3), "ann bob cid dan");
  assert_ids (path ("ann", "dan", OUT, NULL, 2), NULL);
  assert_ids (path ("ann", "dan", OUT, likes, -1), NULL);
  assert_ids (path ("ann", "dan", BOTH, NULL, -1), "ann cid dan");
  assert_ids (path ("dan", "ann", IN, NULL, -1), "dan cid bob ann");
  assert_ids (path ("ann", "ann", OUT, NULL, -1), "ann");
  assert_ids (path ("dan", "ann", OUT, NULL, -1), NULL);
  assert_ids (path ("ann", "nobody", BOTH, NULL, -1), NULL);
#undef path
  g_assert_no_error (error);
}

/* ---- what does not fit ---- */

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverGraph *graph = get_graph (f, "g");
  g_autoptr (BeaverEdge) good = beaver_edge_new ("a", "b", "x", NULL);
  g_autoptr (BeaverEdge) bad = beaver_edge_new ("a", "b", "y", "{");
  g_autoptr (BeaverEdge) worse = g_object_new (BEAVER_TYPE_EDGE, NULL);
  BeaverEdge *edges[] = { good, bad };
  sqlite3 *raw;

#define link(...) beaver_graph_link (graph, __VA_ARGS__, NULL, &failure)
  assert_fails (link (NULL, "b", "x", NULL), BEAVER_ERROR_INVALID);
  assert_fails (link ("a", NULL, "x", NULL), BEAVER_ERROR_INVALID);
  assert_fails (link ("a", "b", NULL, NULL), BEAVER_ERROR_INVALID);
  assert_fails (link ("\xff", "b", "x", NULL), BEAVER_ERROR_INVALID);
  assert_fails (link ("a", "b", "x", "{'a': 1}"), BEAVER_ERROR_INVALID);
  assert_fails (link ("a", "b", "x", "NaN"), BEAVER_ERROR_INVALID);
#undef link
  assert_fails (beaver_graph_link_many (graph, edges, 2, NULL, &failure), BEAVER_ERROR_INVALID);
  edges[1] = NULL;
  assert_fails (beaver_graph_link_many (graph, edges, 2, NULL, &failure), BEAVER_ERROR_INVALID);
  g_assert_cmpstr (beaver_edge_get_source (worse), ==, "");
  assert_fails (beaver_graph_walk (graph, "a", OUT, NULL, 0, -1, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (
      beaver_graph_walk (graph, "a", (BeaverGraphDirection) 7, NULL, 1, -1, NULL, &failure),
      BEAVER_ERROR_INVALID);
  assert_fails (beaver_graph_walk (graph, "a", OUT, NULL, 1, -2, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_graph_shortest_path (graph, "a", NULL, OUT, NULL, 1, NULL, &failure),
                BEAVER_ERROR_INVALID);
  assert_fails (beaver_db_get_graph (f->db, "", &failure), BEAVER_ERROR_INVALID);
  g_assert_cmpint (count (graph), ==, 0);

  raw = raw_open (f->path);
  raw_exec (raw, "INSERT INTO __beaver_edges__ VALUES ('g', 'a', 'a', 'x', NULL),"
                 " ('g', 'a', 'b', 'x', '{broken'), ('g', 'a', 'c', 'x', NULL)");
  raw_close (raw);
  assert_fails (beaver_graph_get (graph, "a", "b", "x", NULL, &failure), BEAVER_ERROR_CORRUPT);
  assert_edges (get_graph (f, "none"), NULL, NULL, NULL, "");
  {
    g_autoptr (BeaverCursor) cursor = beaver_graph_edges (graph, NULL, NULL, NULL, NULL);

    /* told once; then it goes on */
    for (guint i = 0; i < 4; i++)
      {
        g_autoptr (GError) failure = NULL;
        g_autoptr (BeaverEdge) edge = beaver_cursor_next (cursor, NULL, &failure);

        if (i == 1)
          g_assert_error (failure, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
        else
          g_assert_no_error (failure);
        g_assert_cmpstr (edge != NULL ? beaver_edge_get_target (edge) : "none", ==,
                         i == 0 ? "a" :
                         i == 2 ? "c" :
                                  "none");
      }
  }
}

/* Ids that hold a NUL, which others may write: every page still ends. */
static void
test_nul (Fixture *f, gconstpointer data)
{
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  raw_exec (raw, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)"
                 " INSERT INTO __beaver_edges__ SELECT 'g', 'a' || char (0) || i, 'b', 'x', NULL"
                 " FROM n");
  raw_close (raw);
  text = edges_text (get_graph (f, "g"), NULL, NULL, NULL);
  parts = g_strsplit (text, ", ", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 600);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverGraph *graph = get_graph (f, "g");
  g_autoptr (BeaverEdge) one = beaver_edge_new ("b", "c", "x", "{}");
  BeaverEdge *edges[] = { one };
  g_autoptr (GAsyncResult) a = NULL, b = NULL, c = NULL, d = NULL, e = NULL, g = NULL;
  g_autoptr (BeaverEdge) edge = NULL;
  g_autoptr (GPtrArray) visits = NULL;

  beaver_graph_link_async (graph, "a", "b", "x", NULL, NULL, beaver_test_ready, &a);
  beaver_graph_link_many_async (graph, edges, 1, NULL, beaver_test_ready, &b);
  beaver_test_wait_result (&a);
  beaver_test_wait_result (&b);
  g_assert_true (beaver_graph_link_finish (graph, a, &error));
  g_assert_true (beaver_graph_link_many_finish (graph, b, &error));
  beaver_graph_get_async (graph, "b", "c", "x", NULL, beaver_test_ready, &c);
  beaver_graph_walk_async (graph, "a", OUT, NULL, -1, -1, NULL, beaver_test_ready, &d);
  beaver_graph_shortest_path_async (graph, "c", "a", OUT, NULL, -1, NULL, beaver_test_ready, &e);
  beaver_graph_get_async (graph, "b", "c", "y", NULL, beaver_test_ready, &g);
  beaver_test_wait_result (&c);
  beaver_test_wait_result (&d);
  beaver_test_wait_result (&e);
  beaver_test_wait_result (&g);
  edge = beaver_graph_get_finish (graph, c, &error);
  g_assert_cmpstr (beaver_edge_get_metadata (edge), ==, "{}");
  visits = beaver_graph_walk_finish (graph, d, &error);
  g_assert_cmpuint (visits->len, ==, 2);
  g_assert_null (beaver_graph_shortest_path_finish (graph, e, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_graph_get_finish (graph, g, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverGraph) graph = g_object_ref (get_graph (f, "g"));
  g_autoptr (BeaverGraph) mine = g_object_new (BEAVER_TYPE_GRAPH, NULL);
  BeaverGraph *both[] = { graph, mine };

  beaver_db_close (f->db, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      assert_fails (beaver_graph_link (both[i], "a", NULL, "x", NULL, NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_graph_unlink (both[i], "a", "b", "x", NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_graph_linked (both[i], "a", "b", "x", NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_graph_edges (both[i], NULL, NULL, NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_graph_walk (both[i], "a", OUT, NULL, 1, -1, NULL, &failure),
                    BEAVER_ERROR_CLOSED);
      assert_fails (beaver_graph_labels (both[i], NULL, &failure), BEAVER_ERROR_CLOSED);
      assert_fails (beaver_manager_count (BEAVER_MANAGER (both[i]), NULL, &failure),
                    BEAVER_ERROR_CLOSED);
    }
}

/* ---- two processes ---- */

static int
linker (const char *path, const char *who, int n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverGraph *graph = beaver_db_get_graph (db, "shared", &error);

  g_print ("ready\n");
  fflush (stdout);
  if (getchar () == EOF)
    return 1;
  for (int i = 0; i < n; i++)
    {
      g_autofree char *node = g_strdup_printf ("%d", i);

      if (!beaver_graph_link (graph, node, who, "x", NULL, NULL, &error) ||
          !beaver_graph_link (graph, "all", node, who, NULL, NULL, &error) ||
          (i % 2 == 1 && !beaver_graph_unlink (graph, node, who, "x", NULL, &error)))
        {
          g_printerr ("linker: %s\n", error->message);
          return 1;
        }
    }
  return beaver_db_close (db, &error) ? 0 : 1;
}

static void
test_processes (Fixture *f, gconstpointer data)
{
  int n = 2 * (int) beaver_test_rounds (200);
  g_autofree char *n_text = g_strdup_printf ("%d", n);
  GSubprocess *processes[2];

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *line = NULL;

      processes[i] = beaver_test_spawn_self ("linker", f->path, i ? "one" : "two", n_text, NULL);
      line = beaver_test_read_line (processes[i]);
      g_assert_cmpstr (line, ==, "ready");
    }
  for (int i = 0; i < 2; i++)
    beaver_test_write_line (processes[i], "go");
  for (int i = 0; i < 2; i++)
    {
      beaver_test_join (processes[i]);
      g_object_unref (processes[i]);
    }
  g_assert_cmpint (count (get_graph (f, "shared")), ==, n + 2 * n);
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "linker") == 0)
    return linker (argv[2], argv[3], atoi (argv[4]));
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/graph/conformance", test_conformance);
  beaver_test_add ("/graph/rows", test_rows);
  beaver_test_add ("/graph/D48-metadata", test_metadata);
  beaver_test_add ("/graph/D22-events", test_events);
  beaver_test_add ("/graph/edges", test_edges);
  beaver_test_add ("/graph/pages", test_pages);
  beaver_test_add ("/graph/walk", test_walk);
  beaver_test_add ("/graph/neighbours", test_neighbours);
  beaver_test_add ("/graph/shortest-path", test_shortest_path);
  beaver_test_add ("/graph/bad-input", test_bad_input);
  beaver_test_add ("/graph/nul", test_nul);
  beaver_test_add ("/graph/async", test_async);
  beaver_test_add ("/graph/closed", test_closed);
  beaver_test_add ("/graph/processes", test_processes);
  return g_test_run ();
}
