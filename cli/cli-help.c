/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* The options without GLib's line of usage, which knows nothing of words and ends at an empty one.
 */
static void
put_options (Cli *cli, const CliGroup *group, const CliVerb *verb)
{
  g_autoptr (GOptionContext) context = cli_option_context (cli, group, verb, NULL);
  g_autofree char *options = g_option_context_get_help (context, FALSE, NULL);
  const char *start = strstr (options, "\n\n");

  cli_put (start != NULL ? start + 1 : "");
}

static void
put_item (const char *left, const char *right)
{
  cli_printf ("  %s%*s  %s\n", left, MAX (0, 30 - cli_width (left)), "", right);
}

/* What follows the file. */
char *
cli_usage (const CliGroup *group, const CliVerb *verb)
{
  gboolean arguments = verb->arguments != NULL && *verb->arguments != '\0';

  return g_strconcat (group->name, group->command != NULL ? "" : _ (" NAME "),
                      group->command != NULL ? "" : verb->name, arguments ? " " : "",
                      arguments ? _ (verb->arguments) : "", NULL);
}

/* Of all, of a group, or of one verb. */
void
cli_help (Cli *cli, const CliGroup *group, const CliVerb *verb)
{
  if (group != NULL && group->command != NULL)
    verb = group->command;
  if (verb != NULL)
    {
      g_autofree char *usage = cli_usage (group, verb);

      cli_printf (_ ("Usage: beaver FILE %s\n\n%s.\n"), usage, _ (verb->summary));
      if (verb->aliases != NULL)
        cli_printf (_ ("Also spelt: %s\n"), verb->aliases);
      put_options (cli, group, verb);
      return;
    }
  if (group != NULL)
    {
      cli_printf (_ ("Usage: beaver FILE %s NAME COMMAND\n\n%s.\n\n"), group->name,
                  _ (group->summary));
      for (verb = group->verbs; verb->name != NULL; verb++)
        {
          gboolean arguments = verb->arguments != NULL && *verb->arguments != '\0';
          g_autofree char *left = g_strconcat (verb->name, arguments ? " " : "",
                                               arguments ? _ (verb->arguments) : "", NULL);

          put_item (left, _ (verb->summary));
        }
      cli_printf (_ ("\nWithout NAME: the names. Options of a command: beaver FILE %s NAME COMMAND "
                     "--help\n"),
                  group->name);
      return;
    }
  cli_put (
      _ ("Usage: beaver FILE KIND NAME COMMAND [ARGUMENT…]\n"
         "       beaver --db FILE KIND NAME COMMAND [ARGUMENT…]\n\n"
         "Reads and writes the structures of a database file. Without FILE it is beaver.db.\n\n"));
  for (int i = 0; cli_groups[i] != NULL; i++)
    put_item (cli_groups[i]->name, _ (cli_groups[i]->summary));
  put_options (cli, NULL, NULL);
  cli_put (
      _ ("Values are JSON or plain words; - reads standard input, and a missing value is null.\n"
         "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not there, 4 nothing in time, 5 busy,\n"
         "128 and the number of the signal that ended it.\n"));
}

static void
put_option_names (const GOptionEntry *entries)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    if ((entries->flags & G_OPTION_FLAG_HIDDEN) == 0)
      cli_printf ("  --%s\n", entries->long_name);
}

/* Every command on a line, for the tests of the documentation. */
int
cli_reference (void)
{
  for (int i = 0; cli_groups[i] != NULL; i++)
    {
      const CliGroup *group = cli_groups[i];
      const CliVerb *verb = group->command != NULL ? group->command : group->verbs;

      for (; verb->name != NULL; verb++)
        {
          g_autofree char *usage = cli_usage (group, verb);

          cli_printf ("%s\n", usage);
          put_option_names (verb->options);
          put_option_names (group->options);
          if (group->command != NULL)
            break;
        }
    }
  return cli_flush (NULL) ? CLI_OK : CLI_FAILED;
}
