/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *timeout;
  char *ttl;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_lock (db, name, error);
}

static const CliColumn columns[] = {
  { "name", N_ ("NAME"), CLI_COLUMN_TEXT },
  { "holder", N_ ("HOLDER"), CLI_COLUMN_TEXT },
  { "process_id", N_ ("PROCESS"), CLI_COLUMN_NUMBER },
  { "waiting", N_ ("WAITING"), CLI_COLUMN_NUMBER },
  { "expires_at", N_ ("EXPIRES"), CLI_COLUMN_TIME },
  { "token", N_ ("TOKEN"), CLI_COLUMN_NUMBER },
  { NULL },
};

/* FALSE on error. A lock that nobody holds has a row without holder. */
static gboolean
put_info (Cli *cli, CliRows *rows, const char *name, gboolean *held, GError **error)
{
  BeaverLock *lock = beaver_db_get_lock (cli->db, name, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (BeaverLockInfo) info = NULL;
  g_autofree char *name_json = cli_json_string (name);
  g_autofree char *holder = NULL;
  g_autofree char *process = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *expires = NULL;
  g_autofree char *token = NULL;

  if (lock == NULL)
    return FALSE;
  info = beaver_lock_get_info (lock, cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *held = info != NULL && beaver_lock_info_get_holder (info) != NULL;
  if (*held)
    {
      gint64 pid = beaver_lock_info_get_process_id (info);

      holder = cli_json_string (beaver_lock_info_get_holder (info));
      process = pid > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, pid) : NULL;
      expires = cli_json_double (beaver_lock_info_get_expires_at (info));
      token = beaver_lock_info_get_token (info) > 0 ?
                  g_strdup_printf ("%" G_GINT64_FORMAT, beaver_lock_info_get_token (info)) :
                  NULL;
    }
  waiting =
      g_strdup_printf ("%" G_GINT64_FORMAT, info != NULL ? beaver_lock_info_get_waiting (info) : 0);
  return cli_rows_add (
      rows, (const char *[]){ name_json, holder, process, waiting, expires, token }, error);
}

static int
run_info (Cli *cli, GError **error)
{
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, cli->format != CLI_FORMAT_TABLE);
  gboolean held;

  if (!put_info (cli, rows, cli->name, &held, error))
    return -1;
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
list (Cli *cli, GError **error)
{
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_auto (GStrv) names = NULL;
  gboolean held;

  if (cli_open (cli, FALSE, error) == NULL ||
      (names = beaver_db_get_lock_names (cli->db, cli->cancellable, error)) == NULL)
    return -1;
  for (char **name = names; *name != NULL; name++)
    if (!put_info (cli, rows, *name, &held, error))
      return -1;
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

/* The command runs while the lock is held, and never otherwise. */
static int
run_run (Cli *cli, GError **error)
{
  BeaverLock *lock = beaver_db_get_lock (cli->db, cli->name, error);
  g_autoptr (BeaverLockGuard) guard = NULL;
  g_autoptr (GError) release_error = NULL;
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *token = NULL;
  double timeout = -1;
  double ttl = 60;
  CliRun run = { NULL };
  int status;

  if (lock == NULL ||
      (options.timeout != NULL && !cli_parse_duration (options.timeout, &timeout, error)) ||
      (options.ttl != NULL && !cli_parse_duration (options.ttl, &ttl, error)))
    return -1;
  if (options.timeout != NULL && timeout < 0)
    {
      cli_usage_error (error, _ ("--timeout cannot be negative; leave it out to wait for ever"));
      return -1;
    }
  guard = beaver_lock_hold (lock, timeout, ttl, cli->cancellable, error);
  if (guard == NULL)
    return -1;
  beaver_lock_guard_set_auto_renew (guard, TRUE);
  token = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_lock_guard_get_token (guard));
  environment = g_environ_setenv (environment, "BEAVER_LOCK_NAME", cli->name, TRUE);
  environment = g_environ_setenv (environment, "BEAVER_LOCK_TOKEN", token, TRUE);
  run.environment = environment;
  run.watched = G_OBJECT (guard);
  status = cli_run_command (cli, cli->args, &run, error);
  /* the command has ended: what the lock was for is done, whether Ctrl-C came or not */
  if (!beaver_lock_guard_release (guard, NULL, &release_error) && status >= 0)
    {
      g_propagate_error (error, g_steal_pointer (&release_error));
      return -1;
    }
  return status;
}

static const GOptionEntry run_options[] = {
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("How long to wait for the lock (for ever); 0 tries once"), N_ ("SECONDS") },
  { "ttl", 0, 0, G_OPTION_ARG_FILENAME, &options.ttl,
    N_ ("When others may take it over if this process dies (60); it is renewed while the command "
        "runs"),
    N_ ("SECONDS") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "run", NULL, N_ ("[--] COMMAND [ARGUMENT…]"), N_ ("Run a command while holding the lock"), 1,
    -1, CLI_VERB_CREATES | CLI_VERB_STRICT | CLI_VERB_RUNS, run_options, run_run },
  { "info", "show", "", N_ ("Print who holds the lock"), 0, 0, CLI_VERB_READS, NULL, run_info },
  { "clear", NULL, "", N_ ("Take the lock away from whoever holds it or waits, and print how many"),
    0, 0, CLI_VERB_READS, NULL, cli_clear },
  { "count", NULL, "", N_ ("Print how many hold the lock or wait for it"), 0, 0, CLI_VERB_READS,
    NULL, cli_count },
  { NULL },
};

const CliGroup cli_group_lock = {
  .name = "lock",
  .aliases = "locks",
  .summary = N_ ("Locks between processes"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_lock_names,
  .list = list,
};
