/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli.h"

/* A job is claimed by one process and settled by another: its number and the token that the claim
 * gave it go from hand to hand. */

static struct
{
  char *lease;
  char *timeout;
  gboolean no_block;
  char *delay;
  char *reason;
} options;

static BeaverQueue *
get_queue (Cli *cli, GError **error)
{
  return beaver_db_get_queue (cli->db, cli->name, error);
}

static gboolean
parse_lease (double *lease, GError **error)
{
  *lease = 60;
  return options.lease == NULL || cli_parse_duration (options.lease, lease, error);
}

char *
cli_job_to_json (BeaverJob *job)
{
  static const char *const states[] = { "waiting", "delayed", "claimed", "dead" };
  BeaverJobState state = beaver_job_get_state (job);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *priority = cli_json_double (beaver_job_get_priority (job));
  g_autofree char *timestamp = cli_json_double (beaver_job_get_timestamp (job));
  g_autofree char *due =
      beaver_job_get_due (job) > 0 ? cli_json_double (beaver_job_get_due (job)) : g_strdup ("null");

  g_string_append_printf (out, "{\"id\": %" G_GINT64_FORMAT, beaver_job_get_id (job));
  if (beaver_job_get_token (job) != NULL)
    {
      g_autofree char *token = cli_json_string (beaver_job_get_token (job));

      g_string_append_printf (out, ", \"token\": %s", token);
    }
  g_string_append_printf (out,
                          ", \"state\": \"%s\", \"priority\": %s, \"timestamp\": %s, \"due\": %s, "
                          "\"attempts\": %" G_GINT64_FORMAT ", \"data\": %s}",
                          states[CLAMP ((int) state, 0, 3)], priority, timestamp, due,
                          beaver_job_get_attempts (job), beaver_job_get_value (job));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

int
cli_queue_claim (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = NULL;
  double timeout = -1;
  double lease;

  if (queue == NULL || !parse_lease (&lease, error) ||
      (options.timeout != NULL && !cli_parse_duration (options.timeout, &timeout, error)))
    return -1;
  if (options.timeout != NULL && timeout < 0)
    {
      cli_usage_error (error, _ ("--timeout cannot be negative; leave it out to wait for ever"));
      return -1;
    }
  if (options.no_block)
    timeout = 0;
  job = beaver_queue_claim (queue, lease, timeout, cli->cancellable, &local_error);
  if (job == NULL)
    {
      if (timeout == 0 && g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
        g_clear_error (&local_error);
      if (local_error == NULL)
        g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT, _ ("queue “%s” is empty"),
                     cli->name);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  json = cli_job_to_json (job);
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static BeaverJob *
resume (Cli *cli, GError **error)
{
  BeaverQueue *queue = get_queue (cli, error);
  gint64 id;

  if (queue == NULL || !cli_parse_int (cli->args[0], &id, error))
    return NULL;
  return beaver_queue_resume (queue, id, cli->args[1], cli->cancellable, error);
}

int
cli_queue_ack (Cli *cli, GError **error)
{
  g_autoptr (BeaverJob) job = resume (cli, error);

  return job != NULL && beaver_job_ack (job, cli->cancellable, error) ? CLI_OK : -1;
}

int
cli_queue_nack (Cli *cli, GError **error)
{
  g_autoptr (BeaverJob) job = NULL;
  double delay = 0;

  if (options.delay != NULL && !cli_parse_duration (options.delay, &delay, error))
    return -1;
  job = resume (cli, error);
  return job != NULL && beaver_job_nack (job, delay, options.reason, cli->cancellable, error) ?
             CLI_OK :
             -1;
}

int
cli_queue_bury (Cli *cli, GError **error)
{
  g_autoptr (BeaverJob) job = resume (cli, error);

  return job != NULL && beaver_job_bury (job, options.reason, cli->cancellable, error) ? CLI_OK :
                                                                                         -1;
}

int
cli_queue_extend (Cli *cli, GError **error)
{
  g_autoptr (BeaverJob) job = NULL;
  double lease;

  if (!parse_lease (&lease, error))
    return -1;
  job = resume (cli, error);
  return job != NULL && beaver_job_extend (job, lease, cli->cancellable, error) ? CLI_OK : -1;
}

const GOptionEntry cli_queue_claim_options[] = {
  { "lease", 0, 0, G_OPTION_ARG_FILENAME, &options.lease,
    N_ ("When others may take the job over (60)"), N_ ("SECONDS") },
  { "no-block", 0, 0, G_OPTION_ARG_NONE, &options.no_block, N_ ("Do not wait"), NULL },
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("How long to wait (for ever); then the exit code is 4"), N_ ("SECONDS") },
  { NULL },
};

const GOptionEntry cli_queue_nack_options[] = {
  { "delay", 0, 0, G_OPTION_ARG_FILENAME, &options.delay, N_ ("Not before so long (0)"),
    N_ ("SECONDS") },
  { "reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason, N_ ("Why it failed"), N_ ("TEXT") },
  { NULL },
};

const GOptionEntry cli_queue_bury_options[] = {
  { "reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason, N_ ("Why it failed"), N_ ("TEXT") },
  { NULL },
};

const GOptionEntry cli_queue_extend_options[] = {
  { "lease", 0, 0, G_OPTION_ARG_FILENAME, &options.lease, N_ ("From now on (60)"), N_ ("SECONDS") },
  { NULL },
};
