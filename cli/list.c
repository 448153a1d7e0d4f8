/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  gboolean lines;
  gboolean text;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_list (db, name, error);
}

static BeaverList *
get_list (Cli *cli, GError **error)
{
  return beaver_db_get_list (cli->db, cli->name, error);
}

static char *
value_at (Cli *cli, int index, GError **error)
{
  return options.text && cli->n_args > index ? beaver_json_from_string (cli->args[index], error) :
                                               cli_value (cli, index, error);
}

typedef gboolean (*Add) (BeaverList *list,
                         const char *json,
                         GCancellable *cancellable,
                         GError **error);

static int
add (Cli *cli, Add function, GError **error)
{
  BeaverList *list = get_list (cli, error);

  if (list == NULL)
    return -1;
  if (!options.lines)
    {
      g_autofree char *json = value_at (cli, 0, error);

      return json != NULL && function (list, json, cli->cancellable, error) ? CLI_OK : -1;
    }
  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *line = cli_read_line (cli, &local_error);
      g_autofree char *json = NULL;

      if (line == NULL && local_error == NULL)
        return CLI_OK;
      if (line == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      json = options.text ? beaver_json_from_string (line, error) : cli_parse_value (line, error);
      if (json == NULL || !function (list, json, cli->cancellable, error))
        return -1;
    }
}

static int
run_push (Cli *cli, GError **error)
{
  return add (cli, beaver_list_push_json, error);
}

static int
run_prepend (Cli *cli, GError **error)
{
  return add (cli, beaver_list_prepend_json, error);
}

static int
put (Cli *cli,
     gboolean (*function) (BeaverList *, gint64, const char *, GCancellable *, GError **),
     GError **error)
{
  BeaverList *list = get_list (cli, error);
  g_autofree char *json = NULL;
  gint64 index;

  if (list == NULL || !cli_parse_int (cli->args[0], &index, error) ||
      (json = value_at (cli, 1, error)) == NULL)
    return -1;
  return function (list, index, json, cli->cancellable, error) ? CLI_OK : -1;
}

static int
run_insert (Cli *cli, GError **error)
{
  return put (cli, beaver_list_insert_json, error);
}

static int
run_set (Cli *cli, GError **error)
{
  return put (cli, beaver_list_set_json, error);
}

static int
run_get (Cli *cli, GError **error)
{
  BeaverList *list = get_list (cli, error);
  g_autofree char *json = NULL;
  gint64 index;

  if (list == NULL || !cli_parse_int (cli->args[0], &index, error))
    return -1;
  json = beaver_list_get_json (list, index, cli->cancellable, error);
  return json != NULL && cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_delete (Cli *cli, GError **error)
{
  BeaverList *list = get_list (cli, error);
  gint64 index;

  if (list == NULL || !cli_parse_int (cli->args[0], &index, error))
    return -1;
  return beaver_list_remove (list, index, cli->cancellable, error) ? CLI_OK : -1;
}

static int
take (Cli *cli,
      char *(*function) (BeaverList *, GCancellable *, GError **),
      gboolean (*back) (BeaverList *, const char *, GCancellable *, GError **),
      GError **error)
{
  BeaverList *list = get_list (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = NULL;

  if (list == NULL)
    return -1;
  json = function (list, cli->cancellable, &local_error);
  if (json != NULL)
    {
      if (cli_put_value (cli, json, error))
        return CLI_OK;
      /* nobody has it: the disk is full, or whoever read has left */
      back (list, json, NULL, NULL);
      return -1;
    }
  if (local_error == NULL)
    g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT, _ ("list “%s” is empty"),
                 cli->name);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static int
run_pop (Cli *cli, GError **error)
{
  return take (cli, beaver_list_pop_json, beaver_list_push_json, error);
}

static int
run_deque (Cli *cli, GError **error)
{
  return take (cli, beaver_list_pop_first_json, beaver_list_prepend_json, error);
}

static int
find (Cli *cli, gboolean position, GError **error)
{
  BeaverList *list = get_list (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = list != NULL ? value_at (cli, 0, error) : NULL;
  gint64 index;

  if (json == NULL)
    return -1;
  index = beaver_list_index_of_json (list, json, cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!position)
    return cli_put_value (cli, index >= 0 ? "true" : "false", error) ?
               (index >= 0 ? CLI_OK : CLI_NOT_FOUND) :
               -1;
  if (index < 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, _ ("list “%s” has no such value"),
                   cli->name);
      return -1;
    }
  return cli_put_int (cli, index, error) ? CLI_OK : -1;
}

static int
run_contains (Cli *cli, GError **error)
{
  return find (cli, FALSE, error);
}

static int
run_index (Cli *cli, GError **error)
{
  return find (cli, TRUE, error);
}

static int
run_items (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "index", N_ ("INDEX"), CLI_COLUMN_NUMBER },
                                       { "value", N_ ("VALUE"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverList *list = get_list (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (list == NULL || (cursor = beaver_list_items (list, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverListItem) item = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *index = NULL;

      if (item == NULL)
        break;
      index = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_list_item_get_index (item));
      if (!cli_rows_add (rows, (const char *[]){ index, beaver_list_item_get_value (item) }, error))
        return -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

#define STRING_OPTION                                                                              \
  {                                                                                                \
    "string", 's', 0, G_OPTION_ARG_NONE, &options.text,                                            \
        N_ ("Values are texts, whatever they look like"), NULL                                     \
  }

static const GOptionEntry add_options[] = {
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Add every line of standard input"),
    NULL },
  STRING_OPTION,
  { NULL },
};

static const GOptionEntry value_options[] = { STRING_OPTION, { NULL } };

static const CliVerb verbs[] = {
  { "push", "append", N_ ("[VALUE]"), N_ ("Add a value at the end"), 0, 1, CLI_VERB_CREATES,
    add_options, run_push },
  { "prepend", NULL, N_ ("[VALUE]"), N_ ("Add a value at the beginning"), 0, 1, CLI_VERB_CREATES,
    add_options, run_prepend },
  { "insert", NULL, N_ ("INDEX [VALUE]"), N_ ("Add a value in front of another"), 1, 2,
    CLI_VERB_CREATES, value_options, run_insert },
  { "set", NULL, N_ ("INDEX [VALUE]"), N_ ("Put a value in the place of another"), 1, 2,
    CLI_VERB_READS, value_options, run_set },
  { "get", NULL, N_ ("INDEX"), N_ ("Print a value; below zero it counts from the end"), 1, 1,
    CLI_VERB_READS, NULL, run_get },
  { "delete", "del remove", N_ ("INDEX"), N_ ("Remove a value"), 1, 1, CLI_VERB_READS, NULL,
    run_delete },
  { "pop", NULL, "", N_ ("Print the last value and remove it"), 0, 0, CLI_VERB_READS, NULL,
    run_pop },
  { "deque", "shift", "", N_ ("Print the first value and remove it"), 0, 0, CLI_VERB_READS, NULL,
    run_deque },
  { "contains", NULL, N_ ("[VALUE]"),
    N_ ("Print whether there is such a value; exit code 3 when not"), 0, 1, CLI_VERB_READS,
    value_options, run_contains },
  { "index", NULL, N_ ("[VALUE]"), N_ ("Print where the first such value is"), 0, 1, CLI_VERB_READS,
    value_options, run_index },
  { "items", "show", "", N_ ("List indexes and values"), 0, 0, CLI_VERB_READS, NULL, run_items },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_list = {
  .name = "list",
  .aliases = "lists",
  .summary = N_ ("Values in an order"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_list_names,
};
