/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *priority;
  char *delay;
  gint64 attempts;
  char *unique;
  gboolean lines;
  gboolean text;
  gboolean block;
  gboolean no_block;
  char *timeout;
  char *lease;
  gint64 count;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_queue (db, name, error);
}

static BeaverQueue *
get_queue (Cli *cli, GError **error)
{
  return beaver_db_get_queue (cli->db, cli->name, error);
}

static gboolean
put_one (Cli *cli,
         BeaverQueue *queue,
         const char *json,
         double priority,
         double delay,
         GError **error)
{
  if (options.delay == NULL && options.attempts == 0 && options.unique == NULL)
    return beaver_queue_put_json (queue, json, priority, cli->cancellable, error);
  return beaver_queue_put_job_json (queue, json, priority, delay, options.attempts, options.unique,
                                    BEAVER_UNIQUE_POLICY_REJECT, cli->cancellable, error);
}

/* put [DATA] --priority NUMBER, or, as 1.3 had it, put PRIORITY VALUE */
static int
run_put (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  int at = cli->n_args > 1 ? 1 : 0;
  const char *word = at == 1 ? cli->args[0] : options.priority;
  double priority = 0;
  double delay = 0;

  if (queue == NULL || (word != NULL && !cli_parse_double (word, &priority, error)) ||
      (options.delay != NULL && !cli_parse_duration (options.delay, &delay, error)))
    return -1;
  if (at == 1 && options.priority != NULL)
    {
      cli_usage_error (error, _ ("the priority was given twice, as a word and with --priority"));
      return -1;
    }
  if (!options.lines)
    {
      g_autofree char *json = options.text && cli->n_args > at ?
                                  beaver_json_from_string (cli->args[at], error) :
                                  cli_value (cli, at, error);

      return json != NULL && put_one (cli, queue, json, priority, delay, error) ? CLI_OK : -1;
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
      if (json == NULL || !put_one (cli, queue, json, priority, delay, error))
        return -1;
    }
}

static char *
item_to_json (BeaverQueueItem *item)
{
  g_autofree char *priority = cli_json_double (beaver_queue_item_get_priority (item));
  g_autofree char *timestamp = cli_json_double (beaver_queue_item_get_timestamp (item));

  return g_strdup_printf ("{\"priority\": %s, \"timestamp\": %s, \"data\": %s}", priority,
                          timestamp, beaver_queue_item_get_value (item));
}

static int
put_item (Cli *cli, BeaverQueueItem *item, GError *local_error, GError **error)
{
  g_autofree char *json = NULL;

  if (item == NULL)
    {
      if (local_error == NULL)
        g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT, _ ("queue “%s” is empty"),
                     cli->name);
      g_propagate_error (error, local_error);
      return -1;
    }
  json = item_to_json (item);
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static gboolean
parse_timeout (double *timeout, GError **error)
{
  *timeout = -1;
  if (options.timeout != NULL && !cli_parse_duration (options.timeout, timeout, error))
    return FALSE;
  if (options.timeout != NULL && *timeout < 0)
    return cli_usage_error (error,
                            _ ("--timeout cannot be negative; leave it out to wait for ever"));
  if (options.no_block)
    *timeout = 0;
  return TRUE;
}

static int
run_get (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  GError *local_error = NULL;
  g_autoptr (BeaverQueueItem) item = NULL;
  double timeout;

  if (queue == NULL || !parse_timeout (&timeout, error))
    return -1;
  item = beaver_queue_get (queue, timeout, cli->cancellable, &local_error);
  if (timeout == 0 && g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
    g_clear_error (&local_error);
  if (put_item (cli, item, local_error, error) == CLI_OK)
    return CLI_OK;
  /* nobody has it: the disk is full, or whoever read has left */
  if (item != NULL)
    beaver_queue_put_json (queue, beaver_queue_item_get_value (item),
                           beaver_queue_item_get_priority (item), NULL, NULL);
  return -1;
}

static int
run_peek (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  GError *local_error = NULL;
  g_autoptr (BeaverQueueItem) item = NULL;

  if (queue == NULL)
    return -1;
  item = beaver_queue_peek (queue, cli->cancellable, &local_error);
  return put_item (cli, item, local_error, error);
}

static int
run_items (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "priority", N_ ("PRIORITY"), CLI_COLUMN_NUMBER },
                                       { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME },
                                       { "data", N_ ("DATA"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverQueue *queue = get_queue (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (queue == NULL || (cursor = beaver_queue_items (queue, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverQueueItem) item =
          beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *priority = NULL;
      g_autofree char *timestamp = NULL;

      if (item == NULL)
        break;
      priority = cli_json_double (beaver_queue_item_get_priority (item));
      timestamp = cli_json_double (beaver_queue_item_get_timestamp (item));
      if (!cli_rows_add (
              rows, (const char *[]){ priority, timestamp, beaver_queue_item_get_value (item) },
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

static const char *const states[] = { "waiting", "delayed", "claimed", "dead" };

static int
list_jobs (Cli *cli, BeaverQueue *queue, GError **error)
{
  static const CliColumn columns[] = {
    { "id", N_ ("ID"), CLI_COLUMN_NUMBER },   { "priority", N_ ("PRIORITY"), CLI_COLUMN_NUMBER },
    { "due", N_ ("DUE"), CLI_COLUMN_TIME },   { "attempts", N_ ("ATTEMPTS"), CLI_COLUMN_NUMBER },
    { "data", N_ ("DATA"), CLI_COLUMN_JSON }, { NULL }
  };
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;
  guint state = 0;

  while (state < G_N_ELEMENTS (states) && strcmp (cli->args[0], states[state]) != 0)
    state++;
  if (state == G_N_ELEMENTS (states))
    {
      cli_usage_error (error,
                       _ ("“%s” is no state of jobs; there are waiting, delayed, claimed and "
                          "dead"),
                       cli->args[0]);
      return -1;
    }
  cursor = beaver_queue_jobs (queue, (BeaverJobState) state, error);
  if (cursor == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverJob) job = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *id = NULL;
      g_autofree char *priority = NULL;
      g_autofree char *due = NULL;
      g_autofree char *attempts = NULL;

      if (job == NULL)
        break;
      id = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_id (job));
      priority = cli_json_double (beaver_job_get_priority (job));
      due = beaver_job_get_due (job) > 0 ? cli_json_double (beaver_job_get_due (job)) : NULL;
      attempts = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_attempts (job));
      if (!cli_rows_add (
              rows, (const char *[]){ id, priority, due, attempts, beaver_job_get_value (job) },
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

static int
run_jobs (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  g_autoptr (GString) out = g_string_new ("{");

  if (queue == NULL)
    return -1;
  if (cli->n_args > 0)
    return list_jobs (cli, queue, error);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      gint64 n = beaver_queue_count_jobs (queue, (BeaverJobState) i, cli->cancellable, error);

      if (n < 0)
        return -1;
      g_string_append_printf (out, "%s\"%s\": %" G_GINT64_FORMAT, i > 0 ? ", " : "", states[i], n);
    }
  g_string_append_c (out, '}');
  return cli_put_value (cli, out->str, error) ? CLI_OK : -1;
}

static int
run_dead (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "id", N_ ("ID"), CLI_COLUMN_NUMBER },
                                       { "attempts", N_ ("ATTEMPTS"), CLI_COLUMN_NUMBER },
                                       { "reason", N_ ("REASON"), CLI_COLUMN_TEXT },
                                       { "data", N_ ("DATA"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverQueue *queue = get_queue (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (queue == NULL || (cursor = beaver_queue_dead_letters (queue, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverJob) job = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *id = NULL;
      g_autofree char *attempts = NULL;
      g_autofree char *reason = NULL;

      if (job == NULL)
        break;
      id = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_id (job));
      attempts = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_attempts (job));
      reason = beaver_job_get_reason (job) != NULL ? cli_json_string (beaver_job_get_reason (job)) :
                                                     NULL;
      if (!cli_rows_add (rows, (const char *[]){ id, attempts, reason, beaver_job_get_value (job) },
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

static int
run_requeue (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  gint64 id = 0;
  gint64 n;

  if (queue == NULL || (cli->n_args > 0 && !cli_parse_int (cli->args[0], &id, error)))
    return -1;
  /* to the library this means all of them */
  if (cli->n_args > 0 && id == 0)
    {
      cli_usage_error (error, _ ("no job has the ID 0; leave it out to mean all"));
      return -1;
    }
  n = beaver_queue_requeue_dead (queue, id, cli->cancellable, error);
  return n >= 0 && cli_put_int (cli, n, error) ? CLI_OK : -1;
}

static int
run_purge (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  gint64 n = queue != NULL ? beaver_queue_purge_dead (queue, 0, cli->cancellable, error) : -1;

  return n >= 0 && cli_put_int (cli, n, error) ? CLI_OK : -1;
}

/* --- work --- */

typedef struct
{
  BeaverJob *job;
  double lease;
} Work;

/* FALSE when the job is another's; what may pass, like a busy file, is left to the next time. */
static gboolean
extend (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) local_error = NULL;

  return beaver_job_extend (work->job, work->lease, NULL, &local_error) ||
         !g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
}

/* What came of one job; the exit code that ends the work, -1 with error set, or -2 to go on. */
static int
work_on (Cli *cli, BeaverJob *job, double lease, double delay, GError **error)
{
  Work work = { job, lease };
  g_autoptr (GBytes) input = g_bytes_new_take (g_strconcat (beaver_job_get_value (job), "\n", NULL),
                                               strlen (beaver_job_get_value (job)) + 1);
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_id (job));
  g_autofree char *attempt = g_strdup_printf ("%" G_GINT64_FORMAT, beaver_job_get_attempts (job));
  g_autofree char *reason = NULL;
  g_autoptr (GError) local_error = NULL;
  CliRun run = { .input = input, .period = lease / 3, .tick = extend, .data = &work };
  int status, signal;

  environment = g_environ_setenv (environment, "BEAVER_QUEUE_NAME", cli->name, TRUE);
  environment = g_environ_setenv (environment, "BEAVER_JOB_ID", id, TRUE);
  environment = g_environ_setenv (environment, "BEAVER_JOB_ATTEMPT", attempt, TRUE);
  run.environment = environment;
  status = cli_run_command (cli, cli->args, &run, &local_error);
  signal = cli_signals_forwarded ();
  /* Ctrl-C goes to the command and to us; the command may be gone before we hear of it. */
  if (signal == 0 && status == CLI_SIGNAL + SIGINT)
    signal = SIGINT;
  if (status == 0)
    {
      if (!beaver_job_ack (job, NULL, error))
        return -1;
    }
  else
    {
      gboolean no_fault = !run.started || signal != 0;

      reason = local_error != NULL ? g_strdup (local_error->message) :
                                     g_strdup_printf (_ ("the command answered %d"), status);
      if (!run.lost && !beaver_job_nack (job, no_fault ? 0 : delay, reason, NULL, error))
        return -1;
      if (!run.started)
        {
          if (status < 0)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return status;
        }
      fprintf (stderr, "beaver: %s\n", reason);
    }
  return signal != 0 ? CLI_SIGNAL + signal : -2;
}

static int
run_work (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  double timeout;
  double lease = 60;
  double delay = 1;

  if (queue == NULL || !parse_timeout (&timeout, error) ||
      (options.lease != NULL && !cli_parse_duration (options.lease, &lease, error)) ||
      (options.delay != NULL && !cli_parse_duration (options.delay, &delay, error)))
    return -1;
  for (gint64 n = 0; options.count <= 0 || n < options.count; n++)
    {
      g_autoptr (BeaverJob) job =
          beaver_queue_claim (queue, lease, timeout, cli->cancellable, error);
      int status;

      if (job == NULL)
        return -1;
      status = work_on (cli, job, lease, delay, error);
      if (status != -2)
        return status;
    }
  return CLI_OK;
}

static const GOptionEntry put_options[] = {
  { "priority", 'p', 0, G_OPTION_ARG_FILENAME, &options.priority,
    N_ ("The smallest comes out first (0)"), N_ ("NUMBER") },
  { "delay", 0, 0, G_OPTION_ARG_FILENAME, &options.delay, N_ ("Not before so long"),
    N_ ("SECONDS") },
  { "attempts", 0, 0, G_OPTION_ARG_INT64, &options.attempts, N_ ("Give up after so many failures"),
    N_ ("NUMBER") },
  { "unique", 0, 0, G_OPTION_ARG_FILENAME, &options.unique,
    N_ ("Only when no job with this key waits"), N_ ("KEY") },
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Put every line of standard input"),
    NULL },
  { "string", 's', 0, G_OPTION_ARG_NONE, &options.text,
    N_ ("The data is a text, whatever it looks like"), NULL },
  { NULL },
};

static const GOptionEntry get_options[] = {
  { "block", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.block, NULL, NULL },
  { "no-block", 0, 0, G_OPTION_ARG_NONE, &options.no_block, N_ ("Do not wait"), NULL },
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("How long to wait (for ever); then the exit code is 4"), N_ ("SECONDS") },
  { NULL },
};

static const GOptionEntry work_options[] = {
  { "lease", 0, 0, G_OPTION_ARG_FILENAME, &options.lease,
    N_ ("When others may take a job over if this process dies (60); it is renewed while the "
        "command runs"),
    N_ ("SECONDS") },
  { "delay", 0, 0, G_OPTION_ARG_FILENAME, &options.delay,
    N_ ("When a job that failed comes again (1)"), N_ ("SECONDS") },
  { "count", 'n', 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many jobs"),
    N_ ("NUMBER") },
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("End with exit code 124 when no job comes for so long"), N_ ("SECONDS") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "put", "push", N_ ("[PRIORITY] [DATA]"), N_ ("Put something into the queue"), 0, 2,
    CLI_VERB_CREATES, put_options, run_put },
  { "get", "pop", "", N_ ("Take what comes next, and print it"), 0, 0, CLI_VERB_CREATES,
    get_options, run_get },
  { "peek", NULL, "", N_ ("Print what comes next"), 0, 0, CLI_VERB_READS, NULL, run_peek },
  { "claim", NULL, "", N_ ("Take a job for a while, and print its ID and TOKEN"), 0, 0,
    CLI_VERB_CREATES, cli_queue_claim_options, cli_queue_claim },
  { "ack", NULL, N_ ("ID TOKEN"), N_ ("Say that a claimed job is done"), 2, 2, CLI_VERB_READS, NULL,
    cli_queue_ack },
  { "nack", NULL, N_ ("ID TOKEN"), N_ ("Give a claimed job back, because it failed"), 2, 2,
    CLI_VERB_READS, cli_queue_nack_options, cli_queue_nack },
  { "bury", NULL, N_ ("ID TOKEN"), N_ ("Give a claimed job up, for it will never do"), 2, 2,
    CLI_VERB_READS, cli_queue_bury_options, cli_queue_bury },
  { "extend", NULL, N_ ("ID TOKEN"), N_ ("Keep a claimed job for longer"), 2, 2, CLI_VERB_READS,
    cli_queue_extend_options, cli_queue_extend },
  { "work", NULL, N_ ("[--] COMMAND [ARGUMENT…]"),
    N_ ("Run a command for each job, which it reads from standard input"), 1, -1,
    CLI_VERB_CREATES | CLI_VERB_STRICT | CLI_VERB_RUNS, work_options, run_work },
  { "items", "show", "", N_ ("List what waits"), 0, 0, CLI_VERB_READS, NULL, run_items },
  { "jobs", NULL, N_ ("[STATE]"),
    N_ ("Print how many jobs wait, are delayed, worked on and given up, or list those"), 0, 1,
    CLI_VERB_READS, NULL, run_jobs },
  { "dead", NULL, "", N_ ("List the jobs that were given up"), 0, 0, CLI_VERB_READS, NULL,
    run_dead },
  { "requeue", NULL, N_ ("[ID]"),
    N_ ("Give a dead job another chance, or all of them, and print how many"), 0, 1, CLI_VERB_READS,
    NULL, run_requeue },
  { "purge", NULL, "", N_ ("Forget the dead jobs and print how many"), 0, 0, CLI_VERB_READS, NULL,
    run_purge },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_queue = {
  .name = "queue",
  .aliases = "queues",
  .summary = N_ ("Jobs by priority"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_queue_names,
};
