/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *metadata;
  char *source;
  char *target;
  char *label;
  char *direction;
  gint depth;
  gint64 limit;
  gboolean dot;
} options = { .depth = 0, .limit = -1 };

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_graph (db, name, error);
}

static BeaverGraph *
get_graph (Cli *cli, GError **error)
{
  return beaver_db_get_graph (cli->db, cli->name, error);
}

static gboolean
parse_direction (BeaverGraphDirection *direction, GError **error)
{
  const char *word = options.direction != NULL ? options.direction : "out";

  /* as 1.3 spelt them, too */
  if (strcmp (word, "out") == 0 || strcmp (word, "outgoing") == 0)
    *direction = BEAVER_GRAPH_DIRECTION_OUT;
  else if (strcmp (word, "in") == 0 || strcmp (word, "incoming") == 0)
    *direction = BEAVER_GRAPH_DIRECTION_IN;
  else if (strcmp (word, "both") == 0)
    *direction = BEAVER_GRAPH_DIRECTION_BOTH;
  else
    return cli_usage_error (error, _ ("“%s” is no direction; write out, in or both"), word);
  return TRUE;
}

static char **
parse_labels (void)
{
  return options.label != NULL ? g_strsplit (options.label, ",", -1) : NULL;
}

int
cli_graph_link (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);
  g_autofree char *metadata = NULL;

  if (graph == NULL ||
      (options.metadata != NULL && (metadata = cli_parse_value (options.metadata, error)) == NULL))
    return -1;
  return beaver_graph_link (graph, cli->args[0], cli->args[1], cli->args[2], metadata,
                            cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_unlink (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);

  return graph != NULL && beaver_graph_unlink (graph, cli->args[0], cli->args[1], cli->args[2],
                                               cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_linked (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);
  g_autoptr (GError) local_error = NULL;
  gboolean linked;

  if (graph == NULL)
    return -1;
  linked = beaver_graph_linked (graph, cli->args[0], cli->args[1], cli->args[2], cli->cancellable,
                                &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!cli_put_value (cli, linked ? "true" : "false", error))
    return -1;
  return linked ? CLI_OK : CLI_NOT_FOUND;
}

/* A text in the language of Graphviz. */
static char *
dot_quoted (const char *text)
{
  g_autoptr (GString) out = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      if (*text == '\n')
        g_string_append (out, "\\n");
      else
        g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static int
run_edges (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "source", N_ ("SOURCE"), CLI_COLUMN_TEXT },
                                       { "label", N_ ("LABEL"), CLI_COLUMN_TEXT },
                                       { "target", N_ ("TARGET"), CLI_COLUMN_TEXT },
                                       { "metadata", N_ ("METADATA"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverGraph *graph = get_graph (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (graph == NULL || (cursor = beaver_graph_edges (graph, options.source, options.target,
                                                     options.label, error)) == NULL)
    return -1;
  if (options.dot)
    {
      g_autofree char *name = dot_quoted (cli->name);

      cli_printf ("digraph %s {\n", name);
    }
  for (;;)
    {
      g_autoptr (BeaverEdge) edge = beaver_cursor_next (cursor, cli->cancellable, &local_error);

      if (edge == NULL)
        break;
      if (options.dot)
        {
          g_autofree char *source = dot_quoted (beaver_edge_get_source (edge));
          g_autofree char *target = dot_quoted (beaver_edge_get_target (edge));
          g_autofree char *label = dot_quoted (beaver_edge_get_label (edge));

          cli_printf ("  %s -> %s [label=%s];\n", source, target, label);
        }
      else
        {
          g_autofree char *source = cli_json_string (beaver_edge_get_source (edge));
          g_autofree char *target = cli_json_string (beaver_edge_get_target (edge));
          g_autofree char *label = cli_json_string (beaver_edge_get_label (edge));

          if (!cli_rows_add (
                  rows, (const char *[]){ source, label, target, beaver_edge_get_metadata (edge) },
                  error))
            return -1;
        }
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (options.dot)
    {
      cli_put ("}\n");
      return cli_flush (error) ? CLI_OK : -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

int
cli_graph_neighbours (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);
  g_auto (GStrv) labels = parse_labels ();
  g_auto (GStrv) names = NULL;
  BeaverGraphDirection direction;

  if (graph == NULL || !parse_direction (&direction, error))
    return -1;
  names = beaver_graph_neighbours (graph, cli->args[0], direction, (const char *const *) labels,
                                   options.depth != 0 ? options.depth : 1, cli->cancellable, error);
  return names != NULL ? cli_put_names (cli, names, "node", N_ ("NODE"), error) : -1;
}

int
cli_graph_walk (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "depth", N_ ("DEPTH"), CLI_COLUMN_NUMBER },
                                       { "node", N_ ("NODE"), CLI_COLUMN_TEXT },
                                       { "path", N_ ("PATH"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverGraph *graph = get_graph (cli, error);
  g_auto (GStrv) labels = parse_labels ();
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) visits = NULL;
  BeaverGraphDirection direction;

  if (graph == NULL || !parse_direction (&direction, error))
    return -1;
  visits = beaver_graph_walk (graph, cli->args[0], direction, (const char *const *) labels,
                              options.depth != 0 ? options.depth : -1, options.limit,
                              cli->cancellable, error);
  if (visits == NULL)
    return -1;
  for (guint i = 0; i < visits->len; i++)
    {
      BeaverGraphVisit *visit = g_ptr_array_index (visits, i);
      g_autofree char *depth = g_strdup_printf ("%d", beaver_graph_visit_get_depth (visit));
      g_autofree char *node = cli_json_string (beaver_graph_visit_get_node (visit));
      g_autoptr (GString) path = g_string_new ("[");

      for (const char *const *step = beaver_graph_visit_get_path (visit);
           step != NULL && *step != NULL; step++)
        {
          g_autofree char *json = cli_json_string (*step);

          g_string_append_printf (path, "%s%s", path->len > 1 ? ", " : "", json);
        }
      g_string_append_c (path, ']');
      if (!cli_rows_add (rows, (const char *[]){ depth, node, path->str }, error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_path (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);
  g_auto (GStrv) labels = parse_labels ();
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) path = NULL;
  BeaverGraphDirection direction;

  if (graph == NULL || !parse_direction (&direction, error))
    return -1;
  path = beaver_graph_shortest_path (
      graph, cli->args[0], cli->args[1], direction, (const char *const *) labels,
      options.depth != 0 ? options.depth : -1, cli->cancellable, &local_error);
  if (path != NULL)
    return cli_put_names (cli, path, "node", N_ ("NODE"), error);
  if (local_error == NULL)
    g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("there is no way from “%s” to “%s”"), cli->args[0], cli->args[1]);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static int
run_labels (Cli *cli, GError **error)
{
  BeaverGraph *graph = get_graph (cli, error);
  g_auto (GStrv) names =
      graph != NULL ? beaver_graph_labels (graph, cli->cancellable, error) : NULL;

  return names != NULL ? cli_put_names (cli, names, "label", N_ ("LABEL"), error) : -1;
}

const GOptionEntry cli_graph_link_options[] = {
  { "metadata", 0, 0, G_OPTION_ARG_FILENAME, &options.metadata, N_ ("Keep this with the edge"),
    N_ ("JSON") },
  { NULL },
};

static const GOptionEntry edges_options[] = {
  { "source", 0, 0, G_OPTION_ARG_FILENAME, &options.source, N_ ("Only edges from there"),
    N_ ("NODE") },
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &options.target, N_ ("Only edges to there"),
    N_ ("NODE") },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &options.label, N_ ("Only edges with this label"),
    N_ ("LABEL") },
  { "dot", 0, 0, G_OPTION_ARG_NONE, &options.dot, N_ ("In the language of Graphviz"), NULL },
  { NULL },
};

const GOptionEntry cli_graph_way_options[] = {
  { "direction", 0, 0, G_OPTION_ARG_FILENAME, &options.direction,
    N_ ("Along the edges, against them, or both (out)"), N_ ("out|in|both") },
  { "label", 0, 0, G_OPTION_ARG_FILENAME, &options.label, N_ ("Only along these, between commas"),
    N_ ("LABEL") },
  { "labels", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.label, NULL, NULL },
  { "depth", 0, 0, G_OPTION_ARG_INT, &options.depth,
    N_ ("At most so many edges away; -1 for any number"), N_ ("NUMBER") },
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &options.limit, N_ ("At most so many nodes"),
    N_ ("NUMBER") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "link", "connect", N_ ("SOURCE TARGET LABEL"), N_ ("Make an edge"), 3, 3, CLI_VERB_CREATES,
    cli_graph_link_options, cli_graph_link },
  { "unlink", NULL, N_ ("SOURCE TARGET LABEL"), N_ ("Remove an edge"), 3, 3, CLI_VERB_READS, NULL,
    run_unlink },
  { "linked", NULL, N_ ("SOURCE TARGET LABEL"),
    N_ ("Print whether there is such an edge; exit code 3 when not"), 3, 3, CLI_VERB_READS, NULL,
    run_linked },
  { "edges", "items show", "", N_ ("List edges"), 0, 0, CLI_VERB_READS, edges_options, run_edges },
  { "neighbours", "neighbors", N_ ("NODE"), N_ ("List the nodes next to one"), 1, 1, CLI_VERB_READS,
    cli_graph_way_options, cli_graph_neighbours },
  { "walk", NULL, N_ ("NODE"), N_ ("List what can be reached, the nearest first"), 1, 1,
    CLI_VERB_READS, cli_graph_way_options, cli_graph_walk },
  { "path", NULL, N_ ("SOURCE TARGET"), N_ ("Print the shortest way"), 2, 2, CLI_VERB_READS,
    cli_graph_way_options, run_path },
  { "labels", NULL, "", N_ ("List the labels"), 0, 0, CLI_VERB_READS, NULL, run_labels },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_graph = {
  .name = "graph",
  .aliases = "graphs",
  .summary = N_ ("Nodes and labelled edges"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_graph_names,
};
