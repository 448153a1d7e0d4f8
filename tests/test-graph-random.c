/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a graph and on a matrix of edges. */
#include "model-test.h"

#define OPERATIONS 100000
#define NODES 12
#define LABELS 3
#define OUT BEAVER_GRAPH_DIRECTION_OUT
#define IN BEAVER_GRAPH_DIRECTION_IN

/* Those that come often have several numbers. */
enum
{
  LINK,
  LINK2,
  LINK3,
  LINK_MANY,
  UNLINK,
  UNLINK2,
  LOOKUP,
  LOOKUP2,
  CHILDREN,
  PARENTS,
  EDGES,
  WALK,
  COUNT,
  RARE,
  N_KINDS
};
static const char *const kinds[] = { "link",   "link",   "link",   "link_many", "unlink",
                                     "unlink", "lookup", "lookup", "children",  "parents",
                                     "edges",  "walk",   "count",  "rare" };
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == N_KINDS);

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverGraph *graph;
  gboolean there[NODES][NODES][LABELS];
  int metadata[NODES][NODES][LABELS]; /* -1: none */
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->graph = beaver_db_get_graph (w->db, "g", &error);
  g_assert_no_error (error);
}

static void
world_close (World *w)
{
  g_autoptr (GError) error = NULL;

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

static void
agree_texts (World *w, const char *what, char **got, GString *expected)
{
  g_autofree char *text = got != NULL ? g_strjoinv (" ", got) : g_strdup ("nothing");

  g_strchomp (expected->str);
  agree (w, g_str_equal (text, expected->str), "%s: %s, expected %s", what, text, expected->str);
}

/* Depth of each node from a start, by relaxing until nothing changes. */
static void
model_depths (World *w, guint start, BeaverGraphDirection direction, int label, int *depths)
{
  gboolean changed = TRUE;

  for (guint i = 0; i < NODES; i++)
    depths[i] = i == start ? 0 : G_MAXINT / 2;
  while (changed)
    {
      changed = FALSE;
      for (int s = 0; s < NODES; s++)
        for (int t = 0; t < NODES; t++)
          for (int l = 0; l < LABELS; l++)
            {
              if (!w->there[s][t][l] || (label >= 0 && l != label))
                continue;
              if (direction != IN && depths[s] + 1 < depths[t])
                {
                  changed = TRUE;
                  depths[t] = depths[s] + 1;
                }
              if (direction != OUT && depths[t] + 1 < depths[s])
                {
                  changed = TRUE;
                  depths[s] = depths[t] + 1;
                }
            }
    }
}

static void
check_walk (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint start = op->a % NODES, end = op->a / NODES % NODES;
  BeaverGraphDirection direction = (BeaverGraphDirection) (op->b % 3);
  int label = (int) (op->b / 3 % (LABELS + 1)) - 1;
  int max_depth = op->c % 2 ? -1 : (int) (op->c / 2 % 4) + 1;
  int most = max_depth < 0 ? NODES : max_depth;
  char label_text[] = { 'l', (char) ('0' + label), '\0' };
  const char *const labels[] = { label_text, NULL };
  const char *const *wanted = label >= 0 ? labels : NULL;
  char start_text[] = { (char) ('a' + start), '\0' };
  char end_text[] = { (char) ('a' + end), '\0' };
  int depths[NODES], last = 0;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GPtrArray) visits = NULL;
  g_auto (GStrv) near = NULL;
  g_auto (GStrv) path = NULL;
  guint n = 0;

  model_depths (w, start, direction, label, depths);
  for (int depth = 1; depth <= MIN (most, NODES); depth++)
    for (int i = 0; i < NODES; i++)
      if (depths[i] == depth)
        {
          g_string_append_printf (expected, "%c ", 'a' + i);
          n++;
        }
  visits = beaver_graph_walk (w->graph, start_text, direction, wanted, max_depth, -1, NULL, &error);
  g_assert_no_error (error);
  agree (w, visits->len == n, "walk: %u nodes, expected %u", visits->len, n);
  for (guint i = 0; i < visits->len; i++)
    {
      BeaverGraphVisit *visit = visits->pdata[i];
      int depth = beaver_graph_visit_get_depth (visit);

      agree (w, depth == depths[beaver_graph_visit_get_node (visit)[0] - 'a'] && depth >= last,
             "walk: %s at depth %d", beaver_graph_visit_get_node (visit), depth);
      last = depth;
    }
  near = beaver_graph_neighbours (w->graph, start_text, direction, wanted, max_depth, NULL, &error);
  g_assert_no_error (error);
  agree_texts (w, "neighbours", near, expected);
  path = beaver_graph_shortest_path (w->graph, start_text, end_text, direction, wanted, max_depth,
                                     NULL, &error);
  g_assert_no_error (error);
  if (depths[end] > most)
    {
      agree (w, path == NULL, "a path to %s where there is none", end_text);
      return;
    }
  agree (w, path != NULL && g_strv_length (path) == (guint) depths[end] + 1,
         "the path to %s does not have %d steps", end_text, depths[end]);
  for (guint i = 0; path != NULL && path[i] != NULL; i++)
    agree (w, depths[path[i][0] - 'a'] == (int) i, "the path to %s goes through %s", end_text,
           path[i]);
}

static void
check_ends (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_auto (GStrv) got = NULL;
  guint node = op->a % NODES;
  int label = (int) (op->b % (LABELS + 1)) - 1;
  char node_text[] = { (char) ('a' + node), '\0' };
  char label_text[] = { 'l', (char) ('0' + label), '\0' };
  const char *wanted = label >= 0 ? label_text : NULL;
  gboolean children = op->kind == CHILDREN;

  for (int i = 0; i < NODES; i++)
    for (int l = 0; l < LABELS; l++)
      if ((children ? w->there[node][i][l] : w->there[i][node][l]) && (label < 0 || l == label))
        g_string_append_printf (expected, "%c ", 'a' + i);
  got = children ? beaver_graph_children (w->graph, node_text, wanted, NULL, &error) :
                   beaver_graph_parents (w->graph, node_text, wanted, NULL, &error);
  g_assert_no_error (error);
  agree_texts (w, kinds[op->kind], got, expected);
}

static void
check_edges (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  int source = (int) (op->a % (NODES + 1)) - 1, target = (int) (op->b % (NODES + 1)) - 1;
  char source_text[] = { (char) ('a' + source), '\0' };
  char target_text[] = { (char) ('a' + target), '\0' };
  g_autoptr (BeaverCursor) cursor = NULL;

  cursor = beaver_graph_edges (w->graph, source < 0 ? NULL : source_text,
                               target < 0 ? NULL : target_text, NULL, &error);
  g_assert_no_error (error);
  for (int s = 0; s < NODES; s++)
    for (int t = 0; t < NODES; t++)
      for (int l = 0; l < LABELS; l++)
        {
          g_autoptr (BeaverEdge) edge = NULL;

          if (!w->there[s][t][l] || (source >= 0 && s != source) || (target >= 0 && t != target))
            continue;
          edge = beaver_cursor_next (cursor, NULL, &error);
          g_assert_no_error (error);
          agree (w,
                 edge != NULL && beaver_edge_get_source (edge)[0] == 'a' + s &&
                     beaver_edge_get_target (edge)[0] == 'a' + t &&
                     beaver_edge_get_label (edge)[1] == '0' + l,
                 "edges: no %c %c l%d", 'a' + s, 'a' + t, l);
        }
  agree (w, beaver_cursor_next (cursor, NULL, &error) == NULL, "edges: one too many");
  g_assert_no_error (error);
}

static gint64
count_model (World *w)
{
  gint64 n = 0;

  for (guint i = 0; i < NODES * NODES * LABELS; i++)
    n += (&w->there[0][0][0])[i];
  return n;
}

static BeaverEdge *
link_model (World *w, guint32 number, guint32 value)
{
  guint s = number % NODES, t = number / NODES % NODES, l = number / NODES / NODES % LABELS;
  char source[] = { (char) ('a' + s), '\0' };
  char target[] = { (char) ('a' + t), '\0' };
  char label[] = { 'l', (char) ('0' + l), '\0' };
  int metadata = (int) (value % 55) - 5;
  g_autofree char *json = metadata < 0 ? NULL : g_strdup_printf ("%d", metadata);

  w->there[s][t][l] = TRUE;
  w->metadata[s][t][l] = MAX (metadata, -1);
  return beaver_edge_new (source, target, label, json);
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint s = op->a % NODES, t = op->b % NODES, l = op->c % LABELS;
  char source[] = { (char) ('a' + s), '\0' };
  char target[] = { (char) ('a' + t), '\0' };
  char label[] = { 'l', (char) ('0' + l), '\0' };

  switch (op->kind)
    {
    case LINK:
    case LINK2:
    case LINK3:
      {
        g_autoptr (BeaverEdge) edge = link_model (w, op->a, op->b);

        beaver_graph_link (w->graph, beaver_edge_get_source (edge), beaver_edge_get_target (edge),
                           beaver_edge_get_label (edge), beaver_edge_get_metadata (edge), NULL,
                           &error);
        break;
      }
    case LINK_MANY:
      {
        BeaverEdge *edges[4];

        for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
          edges[i] = link_model (w, op->a + i * op->b, op->c + i);
        beaver_graph_link_many (w->graph, edges, G_N_ELEMENTS (edges), NULL, &error);
        for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
          g_object_unref (edges[i]);
        break;
      }
    case UNLINK:
    case UNLINK2:
      beaver_graph_unlink (w->graph, source, target, label, NULL, &error);
      w->there[s][t][l] = FALSE;
      break;
    case LOOKUP:
    case LOOKUP2:
      {
        g_autoptr (BeaverEdge) edge =
            beaver_graph_lookup (w->graph, source, target, label, NULL, &error);
        g_autofree char *metadata =
            w->metadata[s][t][l] >= 0 ? g_strdup_printf ("%d", w->metadata[s][t][l]) : NULL;

        agree (w, (edge != NULL) == w->there[s][t][l], "lookup %s %s %s: not %d", source, target,
               label, w->there[s][t][l]);
        if (edge != NULL)
          agree (w, g_strcmp0 (beaver_edge_get_metadata (edge), metadata) == 0,
                 "lookup %s %s %s: metadata %s, expected %s", source, target, label,
                 beaver_edge_get_metadata (edge), metadata);
        break;
      }
    case CHILDREN:
    case PARENTS:
      check_ends (w, op);
      break;
    case EDGES:
      check_edges (w, op);
      break;
    case WALK:
      check_walk (w, op);
      break;
    case COUNT:
      {
        gint64 n = beaver_manager_count (BEAVER_MANAGER (w->graph), NULL, &error);

        agree (w, n == count_model (w), "count: %" G_GINT64_FORMAT, n);
        break;
      }
    case RARE:
    default:
      if (op->a % 32 == 0)
        {
          world_close (w);
          world_open (w);
        }
      else if (op->a % 64 == 1)
        {
          agree (w,
                 beaver_manager_clear (BEAVER_MANAGER (w->graph), NULL, &error) == count_model (w),
                 "clear: not as many as there were");
          memset (w->there, 0, sizeof w->there);
        }
    }
  g_assert_no_error (error);
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
  beaver_test_add_closed ("/graph/random", test_random);
  return g_test_run ();
}
