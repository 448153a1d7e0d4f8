/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  gboolean lines;
  gint64 capacity; /* 0: that of the file */
  double rate;     /* the same */
} options;

static BeaverSketch *
find_sketch (BeaverDb *db, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (options.capacity == 0 && options.rate == 0)
    {
      BeaverSketch *sketch = beaver_db_lookup_sketch (db, name, cancellable, &local_error);

      if (sketch != NULL)
        return sketch;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return beaver_db_get_sketch (db, name, options.capacity != 0 ? options.capacity : 1000000,
                               options.rate != 0 ? options.rate : 0.01, error);
}

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) find_sketch (db, name, NULL, error);
}

static BeaverSketch *
get_sketch (Cli *cli, GError **error)
{
  return find_sketch (cli->db, cli->name, cli->cancellable, error);
}

static int
run_add (Cli *cli, GError **error)
{
  BeaverSketch *sketch = get_sketch (cli, error);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  gboolean more = TRUE;

  if (sketch == NULL)
    return -1;
  for (int i = 0; i < cli->n_args; i++)
    {
      char *json = cli_value (cli, i, error);

      if (json == NULL)
        return -1;
      g_ptr_array_add (items, json);
    }
  while (more)
    {
      while (options.lines && items->len < 10000)
        {
          g_autoptr (GError) local_error = NULL;
          g_autofree char *line = cli_read_line (cli, &local_error);
          char *json;

          if (line == NULL && local_error != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&local_error));
              return -1;
            }
          if (line == NULL)
            break;
          json = cli_parse_value (line, error);
          if (json == NULL)
            return -1;
          g_ptr_array_add (items, json);
        }
      more = options.lines && items->len > 0;
      if (items->len > 0)
        {
          g_ptr_array_add (items, NULL);
          if (!beaver_sketch_add_many (sketch, (const char *const *) items->pdata, cli->cancellable,
                                       error))
            return -1;
          g_ptr_array_set_size (items, 0);
        }
    }
  return CLI_OK;
}

static int
run_contains (Cli *cli, GError **error)
{
  BeaverSketch *sketch = get_sketch (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = sketch != NULL ? cli_value (cli, 0, error) : NULL;
  gboolean there;

  if (json == NULL)
    return -1;
  there = beaver_sketch_contains_json (sketch, json, cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!cli_put_value (cli, there ? "true" : "false", error))
    return -1;
  return there ? CLI_OK : CLI_NOT_FOUND;
}

static const GOptionEntry sketch_options[] = {
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Add every line of standard input"),
    NULL },
  { "capacity", 0, 0, G_OPTION_ARG_INT64, &options.capacity,
    N_ ("For so many different items (1000000); always the same for one sketch"), N_ ("NUMBER") },
  { "error", 0, 0, G_OPTION_ARG_DOUBLE, &options.rate,
    N_ ("How often contains may be wrong (0.01); always the same for one sketch"), N_ ("RATE") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "add", NULL, N_ ("[ITEM…]"), N_ ("Add items"), 0, -1, CLI_VERB_CREATES, sketch_options,
    run_add },
  { "contains", NULL, N_ ("ITEM"),
    N_ ("Print whether an item was added, as far as one can tell; exit code 3 when not"), 1, 1,
    CLI_VERB_READS, sketch_options + 1, run_contains },
  { "count", NULL, "", N_ ("Print about how many different items were added"), 0, 0, CLI_VERB_READS,
    sketch_options + 1, cli_count },
  { "clear", NULL, "", N_ ("Remove all items"), 0, 0, CLI_VERB_READS, sketch_options + 1,
    cli_clear },
  { NULL },
};

const CliGroup cli_group_sketch = {
  .name = "sketch",
  .aliases = "sketches",
  .summary = N_ ("Whether something was there, and how many different ones, in little room"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_sketch_names,
};
