/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "cli.h"

/* As the help shows them. */
/* clang-format off */
const CliGroup *const cli_groups[] = {
  &cli_group_dict,
  &cli_group_list,
  &cli_group_queue,
  &cli_group_blob,
  &cli_group_log,
  &cli_group_channel,
  &cli_group_lock,
  &cli_group_events,
  &cli_group_docs,
  &cli_group_graph,
  &cli_group_vectors,
  &cli_group_sketch,
  &cli_group_info,
  &cli_group_top,
  &cli_group_dump,
  &cli_group_load,
  &cli_group_backup,
  &cli_group_export,
  &cli_group_check,
  &cli_group_doctor,
  &cli_group_migrate,
  NULL,
};
/* clang-format on */

/* Opens the database, once. Who only reads shall not leave an empty file where a name was
 * mistyped. */
BeaverDb *
cli_open (Cli *cli, gboolean create, GError **error)
{
  if (cli->db != NULL)
    return cli->db;
  if (!create && strcmp (cli->path, ":memory:") != 0 &&
      !g_file_test (cli->path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                   _ ("there is no file “%s”; commands that write make it"), cli->path);
      return NULL;
    }
  if (!g_utf8_validate (cli->path, -1, NULL))
    {
      cli_usage_error (error, _ ("the path of the database is no valid UTF-8"));
      return NULL;
    }
  if (cli->busy_timeout != -1 && !(cli->busy_timeout >= 0 && cli->busy_timeout <= 1e9))
    {
      cli_usage_error (error, _ ("--busy-timeout is a number of seconds, up to 1000000000"));
      return NULL;
    }
  if (cli->busy_timeout >= 0)
    cli->db = g_initable_new (BEAVER_TYPE_DB, cli->cancellable, error, "path", cli->path,
                              "connection-timeout", cli->busy_timeout, NULL);
  else
    cli->db = beaver_db_open (cli->path, cli->cancellable, error);
  return cli->db;
}

/* The structure of this name. */
BeaverManager *
cli_manager (Cli *cli, GError **error)
{
  return cli->group->open != NULL ? cli->group->open (cli, error) :
                                    cli->group->get (cli->db, cli->name, error);
}

int
cli_count (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);
  gint64 count = manager != NULL ? beaver_manager_count (manager, cli->cancellable, error) : -1;

  return count >= 0 && cli_put_int (cli, count, error) ? CLI_OK : -1;
}

int
cli_clear (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);
  gint64 count = manager != NULL ? beaver_manager_clear (manager, cli->cancellable, error) : -1;

  return count >= 0 && cli_put_int (cli, count, error) ? CLI_OK : -1;
}

int
cli_exit_of (const GError *error)
{
  if (error->domain == G_OPTION_ERROR || error->domain == G_CONVERT_ERROR)
    return CLI_USAGE;
  if (error->domain != BEAVER_ERROR)
    return CLI_FAILED;
  switch (error->code)
    {
    case BEAVER_ERROR_NOT_FOUND:
      return CLI_NOT_FOUND;
    case BEAVER_ERROR_TIMEOUT:
      return CLI_EMPTY;
    case BEAVER_ERROR_BUSY:
      return CLI_BUSY;
    case BEAVER_ERROR_INVALID:
      return CLI_USAGE;
    default:
      return CLI_FAILED;
    }
}

static void
complain (const char *message)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  gboolean colour = isatty (STDERR_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
                    g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  g_autofree char *line = g_strdelimit (g_strdup (message), "\n", ' ');

  fprintf (stderr, "%sbeaver:%s %s\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "", line);
}

/* Ends as a shell expects of somebody whom a signal ended, with everything closed before. */
static int
end_by_signal (int number)
{
  if (number == SIGPIPE)
    {
      signal (SIGPIPE, SIG_DFL);
      raise (SIGPIPE);
    }
  return CLI_SIGNAL + number;
}

/* Where standard input, output or errors are closed, the next file that is opened would take their
 * place: the pipe of the signals, which we would read values from, or write them to. What stands
 * there instead answers as nothing does, with an error. */
static void
hold_standard_files (void)
{
  static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF && open ("/dev/null", modes[fd]) != fd)
      _exit (CLI_FAILED);
}

int
main (int argc, char **argv)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char **words = NULL;
  Cli cli = { .cancellable = cancellable, .busy_timeout = -1 };
  gboolean runs;
  int status;

  hold_standard_files ();
  setlocale (LC_ALL, "");
  /* what a program prints, a program reads: no decimal commas */
  setlocale (LC_NUMERIC, "C");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("beaver");
  if (argc > 1 && strcmp (argv[1], "__complete") == 0)
    return cli_complete (argc - 2, argv + 2);
  if (argc > 1 && strcmp (argv[1], "__reference") == 0)
    return cli_reference ();

  cli_signals_start (&cli);
  words = g_memdup2 (argv, sizeof (char *) * (argc + 1));
  status = cli_main (&cli, argc, words, &error);
  runs = cli.verb != NULL && (cli.verb->flags & CLI_VERB_RUNS) != 0;
  if (status >= 0)
    {
      /* what stands in the buffer and could not be written is a failure too */
      if (!cli_flush (&error))
        status = -1;
    }
  else
    {
      cli_flush (NULL);
    }
  if (cli.db != NULL)
    {
      g_autoptr (GError) close_error = NULL;

      if (!beaver_db_close (cli.db, &close_error) && status >= 0 && error == NULL)
        {
          error = g_steal_pointer (&close_error);
          status = -1;
        }
      g_clear_object (&cli.db);
    }
  g_strfreev (cli.args);
  if (status >= 0)
    return status;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && cli_signals_get () != 0)
    return end_by_signal (cli_signals_get ());
  complain (error->message);
  status = cli_exit_of (error);
  if (runs && status != CLI_USAGE)
    return status == CLI_EMPTY ? CLI_RUN_TIMEOUT : CLI_RUN_FAILED;
  return status;
}
