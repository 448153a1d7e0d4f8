/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* Queries and the indexes that make them fast, for all kinds that have fields. */

static struct
{
  char **where;
  char **sort;
  char *fields;
  gint64 limit;
  gint64 offset;
  gint fuzziness;
} options = { .limit = -1 };

/* PATH OPERATOR VALUE, or PATH alone for a field that has to be there */
static gboolean
add_condition (BeaverQuery *query, const char *text, GError **error)
{
  static const struct
  {
    const char *sign;
    BeaverOperator operator;
  } operators[] = {
    { "!=", BEAVER_OPERATOR_NOT_EQUAL },      { "<=", BEAVER_OPERATOR_LESS_EQUAL },
    { ">=", BEAVER_OPERATOR_GREATER_EQUAL },  { "==", BEAVER_OPERATOR_EQUAL },
    { "=", BEAVER_OPERATOR_EQUAL },           { "<", BEAVER_OPERATOR_LESS },
    { ">", BEAVER_OPERATOR_GREATER },         { " in ", BEAVER_OPERATOR_IN },
    { " between ", BEAVER_OPERATOR_BETWEEN }, { " contains ", BEAVER_OPERATOR_CONTAINS },
  };
  const char *found = NULL;
  guint which = 0;
  g_autofree char *path = NULL;
  g_autofree char *value = NULL;
  g_autofree char *json = NULL;

  /* the first in the text, of those the longest */
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    {
      const char *place = strstr (text, operators[i].sign);

      if (place != NULL && (found == NULL || place < found))
        {
          found = place;
          which = i;
        }
    }
  if (found == NULL)
    {
      path = g_strstrip (g_strdup (text));
      return beaver_query_where (query, path, BEAVER_OPERATOR_EXISTS, "true", error);
    }
  path = g_strstrip (g_strndup (text, found - text));
  value = g_strstrip (g_strdup (found + strlen (operators[which].sign)));
  json = cli_parse_value (value, error);
  return json != NULL && beaver_query_where (query, path, operators[which].operator, json, error);
}

/* What the options ask for; the first word, if there is one, is searched for. */
BeaverQuery *
cli_query_new (Cli *cli, GError **error)
{
  g_autoptr (BeaverQuery) query = beaver_query_new ();

  if (cli->n_args > 0)
    {
      beaver_query_set_text (query, cli->args[0]);
      beaver_query_set_snippet (query, "[", "]", 12);
      if (options.fuzziness > 0)
        beaver_query_set_fuzziness (query, options.fuzziness);
    }
  if (options.fields != NULL)
    {
      g_auto (GStrv) fields = g_strsplit (options.fields, ",", -1);

      beaver_query_set_fields (query, (const char *const *) fields);
    }
  for (char **where = options.where; where != NULL && *where != NULL; where++)
    if (!add_condition (query, *where, error))
      return NULL;
  for (char **sort = options.sort; sort != NULL && *sort != NULL; sort++)
    if (!beaver_query_sort (query, **sort == '-' ? *sort + 1 : *sort, **sort == '-', error))
      return NULL;
  if (options.limit >= 0)
    beaver_query_set_limit (query, options.limit);
  if (options.offset > 0)
    beaver_query_set_offset (query, options.offset);
  return g_steal_pointer (&query);
}

static char *
texts_to_json (const char *const *texts)
{
  g_autoptr (GString) out = g_string_new ("[");

  for (; texts != NULL && *texts != NULL; texts++)
    {
      g_autofree char *json = cli_json_string (*texts);

      g_string_append_printf (out, "%s%s", out->len > 1 ? ", " : "", json);
    }
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

int
cli_query_explain (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);
  g_autoptr (BeaverQuery) query = manager != NULL ? cli_query_new (cli, error) : NULL;
  g_autoptr (BeaverQueryPlan) plan =
      query != NULL ? beaver_manager_explain (manager, query, cli->cancellable, error) : NULL;
  g_autofree char *indexed = NULL;
  g_autofree char *scanned = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;

  if (plan == NULL)
    return -1;
  if (cli->format == CLI_FORMAT_TABLE || cli->format == CLI_FORMAT_TEXT)
    {
      cli_printf ("%s\n", beaver_query_plan_get_text (plan));
      return cli_flush (error) ? CLI_OK : -1;
    }
  indexed = texts_to_json (beaver_query_plan_get_indexed (plan));
  scanned = texts_to_json (beaver_query_plan_get_scanned (plan));
  text = cli_json_string (beaver_query_plan_get_text (plan));
  json = g_strdup_printf ("{\"indexed\": %s, \"scanned\": %s, \"estimated_rows\": %" G_GINT64_FORMAT
                          ", \"plan\": %s}",
                          indexed, scanned, beaver_query_plan_get_estimated_rows (plan), text);
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

int
cli_indexes (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "field", N_ ("FIELD"), CLI_COLUMN_TEXT },
                                       { "complete", N_ ("COMPLETE"), CLI_COLUMN_TEXT },
                                       { "used", N_ ("USED"), CLI_COLUMN_TEXT },
                                       { "rows", N_ ("ROWS"), CLI_COLUMN_NUMBER },
                                       { NULL } };
  BeaverManager *manager = cli_manager (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) indexes =
      manager != NULL ? beaver_manager_list_indexes (manager, cli->cancellable, error) : NULL;

  if (indexes == NULL)
    return -1;
  for (guint i = 0; i < indexes->len; i++)
    {
      BeaverFieldIndexInfo *info = g_ptr_array_index (indexes, i);
      g_autofree char *field = cli_json_string (beaver_field_index_info_get_field (info));
      g_autofree char *n =
          g_strdup_printf ("%" G_GINT64_FORMAT, beaver_field_index_info_get_rows (info));

      if (!cli_rows_add (rows,
                         (const char *[]){
                             field, beaver_field_index_info_get_complete (info) ? "true" : "false",
                             beaver_field_index_info_get_used (info) ? "true" : "false", n },
                         error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static gint64
reindex (Cli *cli, BeaverManager *manager, GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("indexing"));

  cli_progress_pulse (progress);
  return beaver_manager_reindex (manager, cli_progress_tell, progress, cli->cancellable, error);
}

/* What is there already is indexed at once: an index that is not complete is not used. */
int
cli_add_index (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);

  if (manager == NULL || !beaver_manager_add_index (manager, cli->args[0], cli->cancellable, error))
    return -1;
  return reindex (cli, manager, error) >= 0 ? CLI_OK : -1;
}

int
cli_remove_index (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);

  return manager != NULL &&
                 beaver_manager_remove_index (manager, cli->args[0], cli->cancellable, error) ?
             CLI_OK :
             -1;
}

int
cli_reindex (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);
  g_autoptr (GError) local_error = NULL;
  gint64 n;

  if (manager == NULL)
    return -1;
  n = reindex (cli, manager, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_put_int (cli, n, error) ? CLI_OK : -1;
}

const GOptionEntry cli_query_options[] = {
  { "where", 'w', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.where,
    N_ ("Only those, for instance 'age >= 18'; may be repeated"), N_ ("CONDITION") },
  { "sort", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.sort,
    N_ ("In this order; -PATH downwards; may be repeated"), N_ ("PATH") },
  { "fields", 0, 0, G_OPTION_ARG_FILENAME, &options.fields,
    N_ ("Look for the words in these, between commas"), N_ ("LIST") },
  { "on", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.fields, NULL, NULL },
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &options.limit, N_ ("At most so many"), N_ ("NUMBER") },
  { "k", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT64, &options.limit, NULL, NULL },
  { "offset", 0, 0, G_OPTION_ARG_INT64, &options.offset, N_ ("Leave out the first ones"),
    N_ ("NUMBER") },
  { "fuzziness", 0, 0, G_OPTION_ARG_INT, &options.fuzziness, N_ ("So many letters may be wrong"),
    N_ ("NUMBER") },
  { NULL },
};
