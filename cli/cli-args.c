/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* The words of the command line. Both spellings of the Python command are read here:
 * beaver FILE GROUP NAME VERB ..., beaver --db FILE GROUP NAME VERB ..., and, in a directory with a
 * beaver.db, beaver GROUP NAME VERB ... */

#define DEFAULT_FILE "beaver.db"
/* before a word that begins as an option and is a number */
#define GUARD '\001'

static struct
{
  char *path;
  char *url;
  char *api_key;
  double busy_timeout;
  gboolean help;
  gboolean version;
  gboolean no_colour;
  CliFormat format;
} globals = { .busy_timeout = -1 };

static gboolean
on_format (const char *option, const char *value, gpointer data, GError **error)
{
  static const struct
  {
    const char *option;
    CliFormat format;
  } formats[] = {
    { "--json", CLI_FORMAT_JSON },   { "--raw", CLI_FORMAT_RAW },   { "--jsonl", CLI_FORMAT_LINES },
    { "--table", CLI_FORMAT_TABLE }, { "--text", CLI_FORMAT_TEXT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (option, formats[i].option) == 0)
      globals.format = formats[i].format;
  return TRUE;
}

#define FORMAT_OPTION(name, text)                                                                  \
  {                                                                                                \
    name, 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, on_format, text, NULL                    \
  }

static const GOptionEntry global_entries[] = {
  { "db", 0, 0, G_OPTION_ARG_FILENAME, &globals.path,
    N_ ("The database, instead of the first word"), N_ ("FILE") },
  { "database", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &globals.path, NULL, NULL },
  { "url", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &globals.url, NULL, NULL },
  { "api-key", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &globals.api_key, NULL, NULL },
  FORMAT_OPTION ("json", N_ ("One JSON document, indented")),
  FORMAT_OPTION ("raw", N_ ("One JSON document on one line")),
  FORMAT_OPTION ("jsonl", N_ ("One JSON value a line (what a pipe gets)")),
  FORMAT_OPTION ("table", N_ ("For eyes (what a terminal gets)")),
  FORMAT_OPTION ("text", N_ ("Strings without quotes, columns between tabs")),
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &globals.no_colour,
    N_ ("No colours (nor with NO_COLOR set)"), NULL },
  { "busy-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &globals.busy_timeout,
    N_ ("How long to wait for writers of other processes (30)"), N_ ("SECONDS") },
  { "help", 'h', 0, G_OPTION_ARG_NONE, &globals.help, N_ ("Explain, and do nothing"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &globals.version, N_ ("Print the version"), NULL },
  { NULL },
};

const GOptionEntry *
cli_global_options (void)
{
  return global_entries;
}

gboolean
cli_usage_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, text);
  return FALSE;
}

/* --- Finding what was meant --- */

static gboolean
is_named (const char *word, const char *name, const char *aliases)
{
  g_auto (GStrv) others = aliases != NULL ? g_strsplit (aliases, " ", -1) : NULL;

  return strcmp (word, name) == 0 ||
         (others != NULL && g_strv_contains ((const char *const *) others, word));
}

const CliGroup *
cli_find_group (const char *word)
{
  for (int i = 0; cli_groups[i] != NULL; i++)
    if (is_named (word, cli_groups[i]->name, cli_groups[i]->aliases))
      return cli_groups[i];
  return NULL;
}

const CliVerb *
cli_find_verb (const CliGroup *group, const char *word)
{
  for (const CliVerb *verb = group->verbs; verb != NULL && verb->name != NULL; verb++)
    if (is_named (word, verb->name, verb->aliases))
      return verb;
  return NULL;
}

/* How many letters have to be changed, up to a few. */
static int
distance (const char *a, const char *b)
{
  int row[32];
  int n = MIN ((int) strlen (b), 31);

  for (int j = 0; j <= n; j++)
    row[j] = j;
  for (int i = 1; a[i - 1] != '\0'; i++)
    {
      int corner = row[0];

      row[0] = i;
      for (int j = 1; j <= n; j++)
        {
          int before = row[j];

          row[j] = MIN (MIN (row[j] + 1, row[j - 1] + 1), corner + (a[i - 1] != b[j - 1]));
          corner = before;
        }
    }
  return row[n];
}

static void
consider (const char **best, int *least, const char *word, const char *name)
{
  int far = distance (word, name);

  if (far < *least)
    {
      *best = name;
      *least = far;
    }
}

static void
set_unknown_group (const char *word, GError **error)
{
  const char *best = NULL;
  int least = 3;

  for (int i = 0; cli_groups[i] != NULL; i++)
    consider (&best, &least, word, cli_groups[i]->name);
  if (best != NULL)
    cli_usage_error (error, _ ("there is no command “%s”; did you mean “%s”?"), word, best);
  else if (strcmp (word, "serve") == 0)
    cli_usage_error (error, _ ("this command has no server; run “beaver serve” of Python's "
                               "beaver-db on the same file"));
  else
    cli_usage_error (error, _ ("there is no command “%s”; see beaver --help"), word);
}

static void
set_unknown_verb (const CliGroup *group, const char *word, GError **error)
{
  const char *best = NULL;
  int least = 3;

  for (const CliVerb *verb = group->verbs; verb->name != NULL; verb++)
    consider (&best, &least, word, verb->name);
  if (best != NULL)
    cli_usage_error (error, _ ("%s knows no command “%s”; did you mean “%s”?"), group->name, word,
                     best);
  else
    cli_usage_error (error, _ ("%s knows no command “%s”; see beaver %s --help"), group->name, word,
                     group->name);
}

/* --- Options --- */

static void
add_entries (GOptionGroup *group, const GOptionEntry *entries)
{
  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
}

/* verb is NULL while the words before it are read: then options end at the next word. */
GOptionContext *
cli_option_context (Cli *cli, const CliGroup *group, const CliVerb *verb, char ***rest)
{
  GOptionContext *context = g_option_context_new (NULL);
  GOptionGroup *main_group = g_option_group_new ("main", NULL, NULL, NULL, NULL);
  GOptionGroup *global = g_option_group_new ("global", _ ("Options of every command:"),
                                             _ ("Options of every command"), NULL, NULL);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, verb == NULL || (verb->flags & CLI_VERB_STRICT) != 0);
  if (verb != NULL && verb->options != NULL)
    add_entries (main_group, verb->options);
  if (group != NULL && group->options != NULL)
    add_entries (main_group, group->options);
  if (rest != NULL)
    {
      const GOptionEntry entries[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, rest, NULL, NULL }, { NULL }
      };

      g_option_group_add_entries (main_group, entries);
    }
  g_option_context_set_main_group (context, main_group);
  add_entries (global, global_entries);
  g_option_context_add_group (context, global);
  return context;
}

static gboolean
takes_value (const GOptionEntry *entries, const char *word)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    {
      gboolean flag =
          entries->arg == G_OPTION_ARG_NONE || (entries->flags & G_OPTION_FLAG_NO_ARG) != 0;

      if (!flag &&
          ((g_str_has_prefix (word, "--") && strcmp (word + 2, entries->long_name) == 0) ||
           (entries->short_name != 0 && word[1] == entries->short_name && word[2] == '\0')))
        return TRUE;
    }
  return FALSE;
}

/* The words hold it until the end of the process. */
static char *
guarded (const char *word)
{
  static GPtrArray *all = NULL;
  char *text = g_strdup_printf ("%c%s", GUARD, word);

  if (all == NULL)
    all = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (all, text);
  return text;
}

/* -5 is a number and no option, unless an option asks for it. */
static void
guard_numbers (char **words, const CliGroup *group, const CliVerb *verb)
{
  for (int i = 1; words[i] != NULL; i++)
    {
      const char *word = words[i];

      if (strcmp (word, "--") == 0)
        return;
      if (word[0] == '-' &&
          (g_ascii_isdigit (word[1]) || (word[1] == '.' && g_ascii_isdigit (word[2]))) &&
          !(words[i - 1][0] == '-' && (takes_value (verb->options, words[i - 1]) ||
                                       takes_value (group->options, words[i - 1]) ||
                                       takes_value (global_entries, words[i - 1]))))
        words[i] = guarded (word);
    }
}

typedef struct
{
  int argc;
  char **argv; /* argv[0] is the program */
} Words;

/* Options that hold for everything may stand anywhere. FALSE on error; no word is no error. */
static gboolean
next_word (Cli *cli, Words *words, char **word, GError **error)
{
  g_autoptr (GOptionContext) context = cli_option_context (cli, NULL, NULL, NULL);

  *word = NULL;
  if (!g_option_context_parse (context, &words->argc, &words->argv, error))
    return FALSE;
  if (words->argc > 1)
    {
      *word = words->argv[1];
      words->argv[1] = words->argv[0];
      words->argv++;
      words->argc--;
    }
  return TRUE;
}

static void
settle (Cli *cli)
{
  /* options may come late, so nothing is opened before the last word was read */
  cli->path = globals.path != NULL ? globals.path : (char *) DEFAULT_FILE;
  cli->path_given = globals.path != NULL;
  cli->terminal = isatty (STDOUT_FILENO);
  cli->asked = cli->format = globals.format;
  if (cli->format == CLI_FORMAT_AUTO)
    cli->format = cli->terminal ? CLI_FORMAT_TABLE : CLI_FORMAT_LINES;
  cli->colour = cli->terminal && !globals.no_colour && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0 &&
                (g_getenv ("NO_COLOR") == NULL || *g_getenv ("NO_COLOR") == '\0');
  cli->busy_timeout = globals.busy_timeout;
}

/* A structure without a verb: how much is in it, and what can be done with it. */
static int
describe (Cli *cli, GError **error)
{
  BeaverManager *manager;
  gint64 count;

  if (cli->group->get == NULL)
    {
      cli_usage_error (error, _ ("what shall be done with “%s”? See beaver %s --help"), cli->name,
                       cli->group->name);
      return -1;
    }
  manager = cli_manager (cli, error);
  count = manager != NULL ? beaver_manager_count (manager, cli->cancellable, error) : -1;
  if (count < 0)
    return -1;
  if (cli->format == CLI_FORMAT_TABLE)
    {
      cli_printf (ngettext ("%s “%s”: %" PRIu64 " entry\n\n", "%s “%s”: %" PRIu64 " entries\n\n",
                            (gulong) count),
                  cli->group->name, cli->name, (guint64) count);
      cli_help (cli, cli->group, NULL);
    }
  else
    {
      g_autofree char *name = cli_json_string (cli->name);
      g_autofree char *json =
          g_strdup_printf ("{\"kind\": \"%s\", \"name\": %s, \"count\": %" G_GINT64_FORMAT "}",
                           cli->group->name, name, count);

      if (!cli_put_value (cli, json, error))
        return -1;
    }
  return cli_flush (error) ? CLI_OK : -1;
}

static int
list (Cli *cli, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (cli->group->list != NULL)
    return cli->group->list (cli, error);
  if (cli->group->names == NULL)
    {
      cli_usage_error (error, _ ("which one? See beaver %s --help"), cli->group->name);
      return -1;
    }
  if (cli_open (cli, FALSE, error) == NULL)
    return -1;
  names = cli->group->names (cli->db, cli->cancellable, error);
  return names != NULL ? cli_put_names (cli, names, "name", N_ ("NAME"), error) : -1;
}

static int
run_verb (Cli *cli, Words *words, GError **error)
{
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) rest = NULL;

  guard_numbers (words->argv, cli->group, cli->verb);
  context = cli_option_context (cli, cli->group, cli->verb, &rest);
  if (!g_option_context_parse (context, &words->argc, &words->argv, error))
    {
      if (g_error_matches (*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        {
          g_autofree char *message = g_strdup ((*error)->message);

          g_clear_error (error);
          cli_usage_error (error, _ ("%s; write -- before values that begin with a hyphen"),
                           message);
        }
      return -1;
    }
  settle (cli);
  if (globals.help)
    {
      cli_help (cli, cli->group, cli->verb);
      return cli_flush (error) ? CLI_OK : -1;
    }
  cli->args = g_steal_pointer (&rest);
  if (cli->args == NULL)
    cli->args = g_new0 (char *, 1);
  cli->n_args = g_strv_length (cli->args);
  for (int i = 0; i < cli->n_args; i++)
    if (cli->args[i][0] == GUARD)
      memmove (cli->args[i], cli->args[i] + 1, strlen (cli->args[i]));
  if (cli->n_args < cli->verb->min_args ||
      (cli->verb->max_args >= 0 && cli->n_args > cli->verb->max_args))
    {
      g_autofree char *usage = cli_usage (cli->group, cli->verb);

      if (cli->n_args < cli->verb->min_args)
        cli_usage_error (error, _ ("too few words; the usage is: beaver FILE %s"), usage);
      else
        cli_usage_error (error, _ ("too many words; the usage is: beaver FILE %s"), usage);
      return -1;
    }
  if ((cli->verb->flags & CLI_VERB_NO_FILE) == 0 &&
      cli_open (cli, (cli->verb->flags & CLI_VERB_CREATES) != 0, error) == NULL)
    return -1;
  return cli->verb->run (cli, error);
}

/* What it answers to the shell, or -1 with error set. */
int
cli_main (Cli *cli, int argc, char **argv, GError **error)
{
  Words words = { argc, argv };
  char *word;

  if (!next_word (cli, &words, &word, error))
    return -1;
  settle (cli);
  if (globals.version)
    {
      cli_printf ("beaver %s\n", beaver_db_version ());
      return cli_flush (error) ? CLI_OK : -1;
    }
  if (globals.url != NULL)
    {
      cli_usage_error (error, _ ("this command opens files and no servers; give the path of a "
                                 "database in place of --url"));
      return -1;
    }
  if (word != NULL && strcmp (word, "help") == 0)
    {
      globals.help = TRUE;
      if (!next_word (cli, &words, &word, error))
        return -1;
    }
  cli->group = word != NULL ? cli_find_group (word) : NULL;
  if (cli->group == NULL && word != NULL && globals.path == NULL)
    {
      /* the file */
      globals.path = word;
      if (!next_word (cli, &words, &word, error))
        return -1;
      cli->group = cli_find_group (word != NULL ? word : "info");
    }
  if (cli->group == NULL && word != NULL)
    {
      set_unknown_group (word, error);
      return -1;
    }
  if (cli->group == NULL)
    {
      if (globals.path != NULL && !globals.help)
        cli->group = cli_find_group ("info");
      else
        {
          cli_help (cli, NULL, NULL);
          return cli_flush (error) ? (globals.help ? CLI_OK : CLI_USAGE) : -1;
        }
    }
  if (cli->group->command != NULL)
    {
      cli->verb = cli->group->command;
      return run_verb (cli, &words, error);
    }
  if (!next_word (cli, &words, &cli->name, error))
    return -1;
  if (cli->name != NULL && *cli->name == '\0')
    {
      cli_usage_error (error, _ ("a name cannot be empty"));
      return -1;
    }
  if (cli->name != NULL && !next_word (cli, &words, &word, error))
    return -1;
  settle (cli);
  if (cli->name != NULL && word != NULL)
    {
      cli->verb = cli_find_verb (cli->group, word);
      /* beaver help dict set */
      if (cli->verb == NULL && globals.help)
        cli->verb = cli_find_verb (cli->group, cli->name);
      if (cli->verb == NULL)
        {
          set_unknown_verb (cli->group, word, error);
          return -1;
        }
      return run_verb (cli, &words, error);
    }
  if (globals.help)
    {
      cli_help (cli, cli->group, cli->name != NULL ? cli_find_verb (cli->group, cli->name) : NULL);
      return cli_flush (error) ? CLI_OK : -1;
    }
  return cli->name == NULL                    ? list (cli, error) :
         cli_open (cli, FALSE, error) != NULL ? describe (cli, error) :
                                                -1;
}
