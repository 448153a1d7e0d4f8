/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* beaver FILE migrate, and beaver migrate FILE as Python spells it. */

static struct
{
  char *output;
  gboolean dry_run;
} options;

static void
put_rows (const char *name, gint64 rows, const char *reason)
{
  if (rows > 0)
    cli_printf ("  %-26s %10" PRId64 "%s%s\n", name, rows, reason != NULL ? "  " : "",
                reason != NULL ? reason : "");
}

static void
put_copied (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  put_rows (name, json_node_get_int (node), NULL);
}

static void
put_dropped (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  JsonObject *what = json_node_get_object (node);

  put_rows (name, json_object_get_int_member (what, "rows"),
            json_object_get_string_member (what, "reason"));
}

static int
put_report (Cli *cli,
            BeaverMigrateReport *report,
            const char *source,
            const char *destination,
            GError **error)
{
  g_autofree char *json = beaver_migrate_report_to_json (report);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (cli->format != CLI_FORMAT_TABLE)
    return cli_put_value (cli, json, error) ? CLI_OK : -1;
  node = beaver_json_to_node (json, error);
  if (node == NULL)
    return -1;
  object = json_node_get_object (node);
  if (destination == NULL)
    cli_printf (_ ("%s is of beaver-db %s. This would be copied:\n"), source,
                beaver_migrate_report_get_legacy_version (report));
  else
    cli_printf (_ ("%s is of beaver-db %s. Copied to %s:\n"), source,
                beaver_migrate_report_get_legacy_version (report), destination);
  json_object_foreach_member (json_object_get_object_member (object, "copied"), put_copied, NULL);
  cli_put (_ ("Not copied:\n"));
  json_object_foreach_member (json_object_get_object_member (object, "dropped"), put_dropped, NULL);
  if (beaver_migrate_report_is_split_brain (report))
    cli_put (_ ("Programs of 2.x have written to this file too, so it cannot be converted as it "
                "is: dump what they wrote, and load it into the converted copy of a backup.\n"));
  else if (destination != NULL)
    {
      g_autofree char *old = g_shell_quote (source);
      g_autofree char *new = g_shell_quote (destination);

      cli_printf (_ ("To use the copy, end the programs that have the file open, and then:\n"
                     "  mv %s %s.1x\n"
                     "  mv %s %s\n"),
                  old, old, new, old);
    }
  return cli_flush (error) ? CLI_OK : -1;
}

static int
run_migrate (Cli *cli, GError **error)
{
  const char *source = cli->n_args > 0 ? cli->args[0] : cli->path;
  g_autofree char *destination = NULL;
  g_autoptr (CliProgress) progress = NULL;
  g_autoptr (BeaverMigrateReport) report = NULL;

  if (cli->n_args > 0 && cli->path_given)
    {
      cli_usage_error (error, _ ("the file was given twice; write either beaver FILE migrate or "
                                 "beaver migrate FILE"));
      return -1;
    }
  if (options.dry_run && options.output != NULL)
    {
      cli_usage_error (error, _ ("--dry-run writes nothing, so it needs no --output"));
      return -1;
    }
  if (!options.dry_run)
    destination = options.output != NULL ? g_strdup (options.output) :
                                           g_strconcat (source, ".migrated", NULL);
  progress = cli_progress_new (cli, _ ("converting"));
  report =
      beaver_migrate (source, destination, cli_progress_tell, progress, cli->cancellable, error);
  g_clear_pointer (&progress, cli_progress_free);
  return report != NULL ? put_report (cli, report, source, destination, error) : -1;
}

static const GOptionEntry migrate_options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    N_ ("The file to make (FILE.migrated)"), N_ ("PATH") },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_ ("Only tell what would be copied"),
    NULL },
  { NULL },
};

static const CliVerb command = {
  .name = "migrate",
  .arguments = "",
  .summary = N_ ("Convert a file of beaver-db 1.x into a new one, and leave the old one as it is"),
  .max_args = 1,
  .flags = CLI_VERB_NO_FILE,
  .options = migrate_options,
  .run = run_migrate,
};

const CliGroup cli_group_migrate = { .name = "migrate",
                                     .summary = N_ ("A file of beaver-db 1.x becomes a new one"),
                                     .command = &command };
