/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* beaver __complete WORD... PREFIX: what could stand in the place of the last word, one a line,
 * with an explanation after a tab; a line of :files asks the shell for file names. It never says
 * that something is wrong, makes no file, and waits for nobody. */

#define MOST_KEYS 200

static void
offer (const char *prefix, const char *word, const char *summary)
{
  if (!g_str_has_prefix (word, prefix) || strpbrk (word, "\n\t") != NULL)
    return;
  if (summary != NULL && *summary != '\0')
    cli_printf ("%s\t%s\n", word, _ (summary));
  else
    cli_printf ("%s\n", word);
}

static void
offer_options (const char *prefix, const GOptionEntry *entries)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    if ((entries->flags & G_OPTION_FLAG_HIDDEN) == 0)
      {
        g_autofree char *word = g_strconcat ("--", entries->long_name, NULL);

        offer (prefix, word, entries->description);
      }
}

static gboolean
option_takes_value (const GOptionEntry *entries, const char *word)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    if ((entries->arg != G_OPTION_ARG_NONE && (entries->flags & G_OPTION_FLAG_NO_ARG) == 0) &&
        ((g_str_has_prefix (word, "--") && strcmp (word + 2, entries->long_name) == 0) ||
         (entries->short_name != 0 && word[0] == '-' && word[1] == entries->short_name &&
          word[2] == '\0')))
      return TRUE;
  return FALSE;
}

static void
offer_groups (const char *prefix)
{
  for (int i = 0; cli_groups[i] != NULL; i++)
    offer (prefix, cli_groups[i]->name, cli_groups[i]->summary);
}

static gboolean
open_quickly (Cli *cli)
{
  cli->busy_timeout = 0.2;
  return cli_open (cli, FALSE, NULL) != NULL;
}

static void
offer_names (Cli *cli, const char *prefix)
{
  g_auto (GStrv) names = NULL;

  if (cli->group->names == NULL || !open_quickly (cli))
    return;
  names = cli->group->names (cli->db, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++)
    offer (prefix, *name, NULL);
}

static void
offer_topics (Cli *cli, const char *prefix)
{
  if (!open_quickly (cli))
    return;
  for (int i = 0; cli_groups[i] != NULL; i++)
    {
      const CliGroup *group = cli_groups[i];
      g_auto (GStrv) names =
          group->names != NULL && group->get != NULL ? group->names (cli->db, NULL, NULL) : NULL;

      for (char **name = names; name != NULL && *name != NULL; name++)
        {
          g_autofree char *topic = g_strconcat (group->name, ":", *name, NULL);

          offer (prefix, topic, NULL);
        }
    }
}

static void
offer_keys (Cli *cli, const char *prefix)
{
  g_auto (GStrv) keys = NULL;

  if (cli->group->keys == NULL || !open_quickly (cli))
    return;
  keys = cli->group->keys (cli, prefix, NULL);
  for (int i = 0; keys != NULL && keys[i] != NULL && i < MOST_KEYS; i++)
    offer (prefix, keys[i], NULL);
}

int
cli_complete (int argc, char **argv)
{
  Cli cli = { .busy_timeout = -1 };
  const char *prefix = argc > 0 ? argv[argc - 1] : "";
  const char *before = argc > 1 ? argv[argc - 2] : "";
  gboolean have_path = FALSE;
  int n_args = 0;

  for (int i = 0; i < argc - 1; i++)
    {
      const char *word = argv[i];

      if (*word == '-' && word[1] != '\0')
        {
          if (strcmp (word, "--db") == 0 || strcmp (word, "--database") == 0)
            {
              if (i + 1 < argc - 1)
                {
                  cli.path = argv[++i];
                  have_path = TRUE;
                }
            }
          else if (g_str_has_prefix (word, "--db="))
            {
              cli.path = word + strlen ("--db=");
              have_path = TRUE;
            }
          else if (option_takes_value (cli_global_options (), word) ||
                   (cli.group != NULL && option_takes_value (cli.group->options, word)) ||
                   (cli.verb != NULL && option_takes_value (cli.verb->options, word)))
            {
              i++;
            }
        }
      else if (cli.group == NULL)
        {
          cli.group = cli_find_group (word);
          if (cli.group == NULL && !have_path)
            {
              cli.path = word;
              have_path = TRUE;
            }
          if (cli.group != NULL && cli.group->command != NULL)
            cli.verb = cli.group->command;
        }
      else if (cli.verb != NULL)
        {
          n_args++;
        }
      else if (cli.name == NULL)
        {
          cli.name = argv[i];
        }
      else
        {
          cli.verb = cli_find_verb (cli.group, word);
          if (cli.verb == NULL)
            return 0;
        }
    }
  if (cli.path == NULL)
    cli.path = "beaver.db";
  if (strcmp (before, "--db") == 0 || strcmp (before, "--database") == 0)
    {
      cli_put (":files\n");
    }
  else if (*prefix == '-')
    {
      if (cli.verb != NULL)
        offer_options (prefix, cli.verb->options);
      if (cli.verb != NULL)
        offer_options (prefix, cli.group->options);
      offer_options (prefix, cli_global_options ());
    }
  else if (*before == '-' &&
           (option_takes_value (cli_global_options (), before) ||
            (cli.group != NULL && option_takes_value (cli.group->options, before)) ||
            (cli.verb != NULL && option_takes_value (cli.verb->options, before))))
    {
      /* a number or a word that nobody can guess */
    }
  else if (cli.group == NULL)
    {
      offer_groups (prefix);
      if (!have_path)
        cli_put (":files\n");
    }
  else if (cli.name == NULL && cli.verb == NULL)
    {
      if (strcmp (cli.group->name, "events") == 0)
        offer_topics (&cli, prefix);
      else
        offer_names (&cli, prefix);
    }
  else if (cli.verb == NULL)
    {
      for (const CliVerb *verb = cli.group->verbs; verb->name != NULL; verb++)
        offer (prefix, verb->name, verb->summary);
    }
  else if ((cli.verb->flags & CLI_VERB_KEYS) != 0 && n_args == 0)
    {
      offer_keys (&cli, prefix);
    }
  else if ((cli.verb->flags & (CLI_VERB_STRICT | CLI_VERB_NO_FILE)) != 0 || n_args > 0)
    {
      cli_put (":files\n");
    }
  cli_flush (NULL);
  g_clear_object (&cli.db);
  return 0;
}
