/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  gboolean lines;
  gboolean text;
  gint64 count;
  gint64 limit;
  gint64 history;
  char *timeout;
  char *from;
  char *max_age;
  char *max_count;
  gboolean keep;
} options = { .limit = -1 };

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_channel (db, name, error);
}

static BeaverChannel *
get_channel (Cli *cli, GError **error)
{
  return beaver_db_get_channel (cli->db, cli->name, error);
}

static const CliColumn columns[] = {
  { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME },
  { "message", N_ ("MESSAGE"), CLI_COLUMN_JSON },
  { NULL },
};

static const CliColumn offset_columns[] = {
  { "offset", N_ ("OFFSET"), CLI_COLUMN_NUMBER },
  { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME },
  { "message", N_ ("MESSAGE"), CLI_COLUMN_JSON },
  { NULL },
};

static gboolean
put_message (CliRows *rows, BeaverMessage *message, GError **error)
{
  g_autofree char *timestamp = cli_json_double (beaver_message_get_timestamp (message));

  return cli_rows_add (rows, (const char *[]){ timestamp, beaver_message_get_json (message) },
                       error);
}

static gboolean
put_offset_message (CliRows *rows, BeaverMessage *message, GError **error)
{
  g_autofree char *timestamp = cli_json_double (beaver_message_get_timestamp (message));
  g_autofree char *offset =
      g_strdup_printf ("%" G_GINT64_FORMAT, beaver_message_get_offset (message));

  return cli_rows_add (
      rows, (const char *[]){ offset, timestamp, beaver_message_get_json (message) }, error);
}

static int
run_publish (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);

  if (channel == NULL)
    return -1;
  if (options.lines)
    {
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
          json =
              options.text ? beaver_json_from_string (line, error) : cli_parse_value (line, error);
          if (json == NULL || !beaver_channel_publish (channel, json, cli->cancellable, error))
            return -1;
        }
    }
  else
    {
      g_autofree char *json = options.text && cli->n_args > 0 ?
                                  beaver_json_from_string (cli->args[0], error) :
                                  cli_value (cli, 0, error);

      return json != NULL && beaver_channel_publish (channel, json, cli->cancellable, error) ?
                 CLI_OK :
                 -1;
    }
}

static gboolean
parse_timeout (double *timeout, GError **error)
{
  *timeout = -1;
  if (options.timeout == NULL)
    return TRUE;
  if (!cli_parse_duration (options.timeout, timeout, error))
    return FALSE;
  if (*timeout < 0)
    return cli_usage_error (error,
                            _ ("--timeout cannot be negative; leave it out to wait for ever"));
  return TRUE;
}

static int
run_listen (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, TRUE);
  g_autoptr (BeaverSubscription) subscription = NULL;
  gint64 last = 0;
  double last_time = 0;
  gint64 n = 0;
  double timeout;

  if (channel == NULL || !parse_timeout (&timeout, error))
    return -1;
  subscription = beaver_channel_subscribe (channel, cli->cancellable, error);
  if (subscription == NULL)
    return -1;
  cli_say (cli, _ ("listening to channel “%s”; Ctrl-C ends"), cli->name);
  if (options.history > 0)
    {
      g_autoptr (GPtrArray) messages =
          beaver_channel_history (channel, options.history, cli->cancellable, error);

      if (messages == NULL)
        return -1;
      for (guint i = 0; i < messages->len && (options.count <= 0 || n < options.count); i++)
        {
          BeaverMessage *message = g_ptr_array_index (messages, i);

          if (!put_message (rows, message, error))
            return -1;
          last = MAX (last, beaver_message_get_offset (message));
          last_time = MAX (last_time, beaver_message_get_timestamp (message));
          n++;
        }
    }
  while (options.count <= 0 || n < options.count)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (BeaverMessage) message =
          beaver_subscription_next (subscription, timeout, cli->cancellable, &local_error);

      if (message == NULL && local_error == NULL)
        break;
      if (message == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      /* it came between subscribing and reading what there was; offsets begin anew in a channel
       * that was cleared */
      if (beaver_message_get_offset (message) <= last &&
          beaver_message_get_timestamp (message) <= last_time)
        continue;
      if (!put_message (rows, message, error))
        return -1;
      n++;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_history (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) messages = NULL;

  if (channel == NULL)
    return -1;
  messages = beaver_channel_history (channel, options.limit, cli->cancellable, error);
  if (messages == NULL)
    return -1;
  for (guint i = 0; i < messages->len; i++)
    if (!put_message (rows, g_ptr_array_index (messages, i), error))
      return -1;
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static gboolean
parse_start (const char *text, BeaverConsumerStart *start, double *value, GError **error)
{
  *value = 0;
  if (strcmp (text, "beginning") == 0)
    *start = BEAVER_CONSUMER_START_BEGINNING;
  else if (strcmp (text, "end") == 0)
    *start = BEAVER_CONSUMER_START_END;
  else if (strcmp (text, "acknowledged") == 0)
    *start = BEAVER_CONSUMER_START_ACKNOWLEDGED;
  else if (*text == '#')
    {
      *start = BEAVER_CONSUMER_START_OFFSET;
      return cli_parse_double (text + 1, value, error);
    }
  else
    {
      *start = BEAVER_CONSUMER_START_TIME;
      return cli_parse_time (text, value, error);
    }
  return TRUE;
}

static int
run_consume (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, offset_columns, TRUE);
  g_autoptr (BeaverConsumer) consumer = NULL;
  double timeout;

  if (channel == NULL || !parse_timeout (&timeout, error))
    return -1;
  consumer = beaver_channel_open_consumer (channel, cli->args[0], BEAVER_CONSUMER_START_BEGINNING,
                                           cli->cancellable, error);
  if (consumer == NULL)
    return -1;
  if (options.from != NULL)
    {
      BeaverConsumerStart start;
      double value;

      if (!parse_start (options.from, &start, &value, error) ||
          !beaver_consumer_seek (consumer, start, value, cli->cancellable, error))
        return -1;
    }
  for (gint64 n = 0; options.count <= 0 || n < options.count; n++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (BeaverMessage) message =
          beaver_consumer_next (consumer, timeout, cli->cancellable, &local_error);

      if (message == NULL && local_error == NULL)
        break;
      if (message == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      /* printed first: what a closed pipe swallowed comes again */
      if (!put_offset_message (rows, message, error) ||
          (!options.keep && !beaver_consumer_ack (consumer, message, cli->cancellable, error)))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_seek (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (BeaverConsumer) consumer = NULL;
  BeaverConsumerStart start;
  double value;

  if (channel == NULL || !parse_start (cli->args[1], &start, &value, error))
    return -1;
  consumer = beaver_channel_open_consumer (channel, cli->args[0], BEAVER_CONSUMER_START_BEGINNING,
                                           cli->cancellable, error);
  return consumer != NULL &&
                 beaver_consumer_seek (consumer, start, value, cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_consumers (Cli *cli, GError **error)
{
  static const CliColumn consumer_columns[] = {
    { "name", N_ ("NAME"), CLI_COLUMN_TEXT },      { "offset", N_ ("OFFSET"), CLI_COLUMN_NUMBER },
    { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME }, { "lag", N_ ("LAG"), CLI_COLUMN_NUMBER },
    { "open", N_ ("OPEN"), CLI_COLUMN_TEXT },      { NULL }
  };
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, consumer_columns, FALSE);
  g_autoptr (GPtrArray) infos =
      channel != NULL ? beaver_channel_get_consumers (channel, cli->cancellable, error) : NULL;

  if (infos == NULL)
    return -1;
  for (guint i = 0; i < infos->len; i++)
    {
      BeaverConsumerInfo *info = g_ptr_array_index (infos, i);
      double time = beaver_consumer_info_get_timestamp (info);
      g_autofree char *name = cli_json_string (beaver_consumer_info_get_name (info));
      g_autofree char *offset =
          g_strdup_printf ("%" G_GINT64_FORMAT, beaver_consumer_info_get_offset (info));
      g_autofree char *timestamp = time >= 0 ? cli_json_double (time) : NULL;
      g_autofree char *lag =
          g_strdup_printf ("%" G_GINT64_FORMAT, beaver_consumer_info_get_lag (info));

      if (!cli_rows_add (
              rows,
              (const char *[]){ name, offset, timestamp, lag,
                                beaver_consumer_info_get_open (info) ? "true" : "false" },
              error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_remove_consumer (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autoptr (GError) local_error = NULL;

  if (channel == NULL)
    return -1;
  if (beaver_channel_remove_consumer (channel, cli->args[0], cli->cancellable, &local_error))
    return CLI_OK;
  if (local_error == NULL)
    g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND,
                 _ ("channel “%s” has no consumer “%s”"), cli->name, cli->args[0]);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static int
run_retention (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  g_autofree char *age = NULL;
  g_autofree char *json = NULL;
  double max_age;
  gint64 max_count;

  /* the limits are read from the file by what makes them hold */
  if (channel == NULL || beaver_channel_prune (channel, cli->cancellable, error) < 0)
    return -1;
  max_age = beaver_channel_get_max_age (channel);
  max_count = beaver_channel_get_max_count (channel);
  if (options.max_age != NULL || options.max_count != NULL)
    {
      if (g_strcmp0 (options.max_age, "none") == 0)
        max_age = 0;
      else if (options.max_age != NULL && !cli_parse_duration (options.max_age, &max_age, error))
        return -1;
      if (g_strcmp0 (options.max_count, "none") == 0)
        max_count = 0;
      else if (options.max_count != NULL && !cli_parse_int (options.max_count, &max_count, error))
        return -1;
      return beaver_channel_set_retention (channel, max_age, max_count, cli->cancellable, error) ?
                 CLI_OK :
                 -1;
    }
  age = max_age > 0 ? cli_json_double (max_age) : g_strdup ("null");
  json = max_count > 0 ? g_strdup_printf ("{\"max_age\": %s, \"max_count\": %" G_GINT64_FORMAT "}",
                                          age, max_count) :
                         g_strdup_printf ("{\"max_age\": %s, \"max_count\": null}", age);
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_prune (Cli *cli, GError **error)
{
  BeaverChannel *channel = get_channel (cli, error);
  gint64 n = channel != NULL ? beaver_channel_prune (channel, cli->cancellable, error) : -1;

  return n >= 0 && cli_put_int (cli, n, error) ? CLI_OK : -1;
}

static const GOptionEntry publish_options[] = {
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Publish every line of standard input"),
    NULL },
  { "string", 's', 0, G_OPTION_ARG_NONE, &options.text,
    N_ ("Messages are texts, whatever they look like"), NULL },
  { NULL },
};

#define WAIT_OPTIONS                                                                               \
  {                                                                                                \
    "count", 'n', 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many"), N_ ("NUMBER")   \
  },                                                                                               \
  {                                                                                                \
    "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,                                      \
        N_ ("End with exit code 4 when nothing comes for so long"), N_ ("SECONDS")                 \
  }

static const GOptionEntry listen_options[] = {
  WAIT_OPTIONS,
  { "history", 0, 0, G_OPTION_ARG_INT64, &options.history, N_ ("Begin with the last messages"),
    N_ ("NUMBER") },
  { NULL },
};

static const GOptionEntry history_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &options.limit, N_ ("Only the last ones"), N_ ("NUMBER") },
  { NULL },
};

static const GOptionEntry consume_options[] = {
  WAIT_OPTIONS,
  { "from", 0, 0, G_OPTION_ARG_FILENAME, &options.from,
    N_ ("Go there first: beginning, end, acknowledged, #OFFSET or a time"), N_ ("PLACE") },
  { "keep", 0, 0, G_OPTION_ARG_NONE, &options.keep, N_ ("Acknowledge nothing"), NULL },
  { NULL },
};

static const GOptionEntry retention_options[] = {
  { "max-age", 0, 0, G_OPTION_ARG_FILENAME, &options.max_age,
    N_ ("Forget messages after so long: 90, 15m, 2h, 7d, none"), N_ ("SECONDS") },
  { "max-count", 0, 0, G_OPTION_ARG_FILENAME, &options.max_count,
    N_ ("Keep so many messages, or none for all"), N_ ("NUMBER") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "publish", "send", N_ ("[MESSAGE]"), N_ ("Publish a message"), 0, 1, CLI_VERB_CREATES,
    publish_options, run_publish },
  { "listen", "subscribe", "", N_ ("Print messages as they come"), 0, 0, CLI_VERB_CREATES,
    listen_options, run_listen },
  { "history", "replay items", "", N_ ("Print the messages that are still there"), 0, 0,
    CLI_VERB_READS, history_options, run_history },
  { "consume", "consumer", N_ ("CONSUMER"),
    N_ ("Print messages where this consumer left off, and remember"), 1, 1, CLI_VERB_CREATES,
    consume_options, run_consume },
  { "seek", NULL, N_ ("CONSUMER PLACE"),
    N_ ("Move a consumer: beginning, end, acknowledged, #OFFSET or a time"), 2, 2, CLI_VERB_READS,
    NULL, run_seek },
  { "consumers", NULL, "", N_ ("List the consumers, where they are, and how much they lag behind"),
    0, 0, CLI_VERB_READS, NULL, run_consumers },
  { "remove-consumer", NULL, N_ ("CONSUMER"), N_ ("Forget a consumer"), 1, 1, CLI_VERB_READS, NULL,
    run_remove_consumer },
  { "retention", NULL, "", N_ ("Print or set how long messages are kept"), 0, 0, CLI_VERB_READS,
    retention_options, run_retention },
  { "prune", NULL, "", N_ ("Remove the messages that retention lets go, and print how many"), 0, 0,
    CLI_VERB_READS, NULL, run_prune },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_channel = {
  .name = "channel",
  .aliases = "channels",
  .summary = N_ ("Messages to all who listen"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_channel_names,
};
