/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *metadata;
  char *metric;
  gint k;
} options = { .k = 10 };

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_vectors (db, name, error);
}

static BeaverVectors *
get_vectors (Cli *cli, GError **error)
{
  return beaver_db_get_vectors (cli->db, cli->name, error);
}

/* [0.1, 0.2, …] as little-endian floats, as the library takes them. */
static GBytes *
parse_vector (Cli *cli, int index, GError **error)
{
  g_autofree char *json = cli_value (cli, index, error);
  g_autoptr (JsonNode) node = json != NULL ? beaver_json_to_node (json, error) : NULL;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));
  JsonArray *array;

  if (node == NULL)
    return NULL;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      GType type = json_node_get_value_type (element);
      float value;
      guint32 bits;

      if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
        {
          array = NULL;
          break;
        }
      value = (float) json_node_get_double (element);
      memcpy (&bits, &value, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_array_append_vals (values, &bits, 1);
    }
  if (array == NULL || values->len == 0)
    {
      cli_usage_error (error, _ ("a vector is a JSON array of numbers, like [0.25, -1, 3]"));
      return NULL;
    }
  return g_bytes_new (values->data, values->len * sizeof (float));
}

/* As few digits as give the same float again. */
static char *
to_json (BeaverVectorHit *hit)
{
  g_autoptr (GString) out = g_string_new ("[");
  gsize n_values = 0;
  g_autofree float *values = beaver_vector_hit_get_values (hit, &n_values);

  for (gsize i = 0; i < n_values; i++)
    {
      char buffer[64] = "null";

      for (int digits = 1; isfinite (values[i]) && digits <= 9; digits++)
        {
          char format[8];

          g_snprintf (format, sizeof format, "%%.%dg", digits);
          g_ascii_formatd (buffer, sizeof buffer, format, (double) values[i]);
          if ((float) g_ascii_strtod (buffer, NULL) == values[i])
            break;
        }
      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", buffer);
    }
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static int
run_set (Cli *cli, GError **error)
{
  BeaverVectors *vectors = get_vectors (cli, error);
  g_autoptr (GBytes) vector = vectors != NULL ? parse_vector (cli, 1, error) : NULL;
  g_autofree char *metadata = NULL;

  if (vector == NULL ||
      (options.metadata != NULL && (metadata = cli_parse_value (options.metadata, error)) == NULL))
    return -1;
  return beaver_vectors_set (vectors, cli->args[0], vector, metadata, cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_get (Cli *cli, GError **error)
{
  BeaverVectors *vectors = get_vectors (cli, error);
  g_autoptr (BeaverVectorHit) hit =
      vectors != NULL ? beaver_vectors_get (vectors, cli->args[0], cli->cancellable, error) : NULL;
  g_autofree char *json = NULL;

  if (hit == NULL)
    return -1;
  json = to_json (hit);
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_delete (Cli *cli, GError **error)
{
  BeaverVectors *vectors = get_vectors (cli, error);

  return vectors != NULL && beaver_vectors_remove (vectors, cli->args[0], cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_contains (Cli *cli, GError **error)
{
  BeaverVectors *vectors = get_vectors (cli, error);
  g_autoptr (GError) local_error = NULL;
  gboolean there;

  if (vectors == NULL)
    return -1;
  there = beaver_vectors_contains (vectors, cli->args[0], cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!cli_put_value (cli, there ? "true" : "false", error))
    return -1;
  return there ? CLI_OK : CLI_NOT_FOUND;
}

static int
run_items (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "id", N_ ("ID"), CLI_COLUMN_TEXT },
                                       { "vector", N_ ("VECTOR"), CLI_COLUMN_JSON },
                                       { "metadata", N_ ("METADATA"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverVectors *vectors = get_vectors (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (vectors == NULL || (cursor = beaver_vectors_items (vectors, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverVectorHit) hit = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *id = NULL;
      g_autofree char *vector = NULL;

      if (hit == NULL)
        break;
      id = cli_json_string (beaver_vector_hit_get_id (hit));
      vector = to_json (hit);
      if (!cli_rows_add (rows, (const char *[]){ id, vector, beaver_vector_hit_get_metadata (hit) },
                         error))
        return -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

int
cli_vectors_near (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "id", N_ ("ID"), CLI_COLUMN_TEXT },
                                       { "score", N_ ("SCORE"), CLI_COLUMN_NUMBER },
                                       { "metadata", N_ ("METADATA"), CLI_COLUMN_JSON },
                                       { NULL } };
  static const char *const names[] = { "cosine", "euclid", "manhattan", "dot", NULL };
  BeaverVectors *vectors = get_vectors (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GBytes) vector = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  guint metric = BEAVER_VECTOR_METRIC_COSINE;

  if (vectors == NULL)
    return -1;
  for (metric = 0; options.metric != NULL && names[metric] != NULL; metric++)
    if (strcmp (options.metric, names[metric]) == 0)
      break;
  if (names[metric] == NULL || options.k < 1)
    {
      cli_usage_error (
          error, _ ("--metric is one of cosine, euclid, manhattan and dot, and --k is 1 or more"));
      return -1;
    }
  vector = parse_vector (cli, 0, error);
  if (vector == NULL)
    return -1;
  hits = beaver_vectors_near (vectors, vector, options.k, (BeaverVectorMetric) metric,
                              cli->cancellable, error);
  if (hits == NULL)
    return -1;
  for (guint i = 0; i < hits->len; i++)
    {
      BeaverVectorHit *hit = g_ptr_array_index (hits, i);
      g_autofree char *id = cli_json_string (beaver_vector_hit_get_id (hit));
      g_autofree char *score = cli_json_double (beaver_vector_hit_get_score (hit));

      if (!cli_rows_add (rows, (const char *[]){ id, score, beaver_vector_hit_get_metadata (hit) },
                         error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static const GOptionEntry set_options[] = {
  { "metadata", 0, 0, G_OPTION_ARG_FILENAME, &options.metadata, N_ ("Keep this with the vector"),
    N_ ("JSON") },
  { NULL },
};

static const GOptionEntry near_options[] = {
  { "k", 'k', 0, G_OPTION_ARG_INT, &options.k, N_ ("So many (10)"), N_ ("NUMBER") },
  { "metric", 0, 0, G_OPTION_ARG_FILENAME, &options.metric,
    N_ ("cosine, euclid, manhattan or dot (cosine)"), N_ ("METRIC") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "set", "index put", N_ ("ID [VECTOR]"), N_ ("Store a vector, a JSON array of numbers"), 1, 2,
    CLI_VERB_CREATES, set_options, run_set },
  { "get", NULL, N_ ("ID"), N_ ("Print a vector"), 1, 1, CLI_VERB_READS, NULL, run_get },
  { "delete", "del remove drop", N_ ("ID"), N_ ("Remove a vector"), 1, 1, CLI_VERB_READS, NULL,
    run_delete },
  { "contains", NULL, N_ ("ID"), N_ ("Print whether there is such a vector; exit code 3 when not"),
    1, 1, CLI_VERB_READS, NULL, run_contains },
  { "near", "search", N_ ("[VECTOR]"), N_ ("List the vectors that are nearest to one"), 0, 1,
    CLI_VERB_READS, near_options, cli_vectors_near },
  { "items", "show", "", N_ ("List all vectors"), 0, 0, CLI_VERB_READS, NULL, run_items },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_vectors = {
  .name = "vectors",
  .aliases = "vector",
  .summary = N_ ("Vectors, and what is near"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_vectors_names,
};
