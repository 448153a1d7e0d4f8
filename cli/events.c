/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  gint64 count;
  char *timeout;
} options;

typedef struct
{
  Cli *cli;
  CliRows *rows;
  GMainLoop *loop;
  GError *error;
  gint64 n;
  double timeout;
  GSource *timer;
} Listener;

static const CliColumn columns[] = {
  { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME },
  { "topic", N_ ("TOPIC"), CLI_COLUMN_TEXT },
  { "event", N_ ("EVENT"), CLI_COLUMN_TEXT },
  { "payload", N_ ("PAYLOAD"), CLI_COLUMN_JSON },
  { NULL },
};

static gboolean
on_timeout (gpointer data)
{
  Listener *self = data;

  if (self->error == NULL)
    g_set_error (&self->error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT,
                 _ ("nothing happened to “%s” within %g seconds"), self->cli->name, self->timeout);
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static void
set_timer (Listener *self)
{
  if (self->timeout < 0)
    return;
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_source_unref (self->timer);
    }
  self->timer = g_timeout_source_new ((guint) MIN (self->timeout * 1000, G_MAXUINT));
  g_source_set_callback (self->timer, on_timeout, self, NULL);
  g_source_attach (self->timer, NULL);
}

static void
on_event (BeaverEvent *event, gpointer data)
{
  Listener *self = data;
  g_autofree char *timestamp = cli_json_double (beaver_event_get_timestamp (event));
  g_autofree char *topic = cli_json_string (beaver_event_get_topic (event));
  g_autofree char *name = cli_json_string (beaver_event_get_name (event));

  if (self->error != NULL || (options.count > 0 && self->n >= options.count))
    return;
  if (!cli_rows_add (self->rows,
                     (const char *[]){ timestamp, topic, name, beaver_event_get_payload (event) },
                     &self->error) ||
      ++self->n == options.count)
    g_main_loop_quit (self->loop);
  set_timer (self);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Listener *self = data;

  if (self->error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, &self->error);
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* What the structures tell of themselves. */
static const struct
{
  const char *kind;
  const char *events;
} known[] = {
  { "dict:", "set del clear" },
  { "list:", "push prepend insert set del pop deque clear" },
  { "queue:", "put get claim ack nack clear" },
  { "blob:", "put set del clear" },
  { "log:", "log clear" },
  { "channel:", "publish clear" },
  { "documents:", "index drop clear" },
  { "graph:", "link unlink clear" },
  { "vectors:", "set delete clear" },
  { "sketch:", "clear" },
};

static int
run_listen (Cli *cli, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, TRUE);
  g_autoptr (GSource) source = g_cancellable_source_new (cli->cancellable);
  g_auto (GStrv) usual = NULL;
  Listener listener = { .cli = cli, .rows = rows, .loop = loop, .timeout = -1 };
  char **events = cli->args;

  if (options.timeout != NULL && !cli_parse_duration (options.timeout, &listener.timeout, error))
    return -1;
  for (guint i = 0; cli->n_args == 0 && i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (cli->name, known[i].kind))
      events = usual = g_strsplit (known[i].events, " ", -1);
  if (*events == NULL)
    {
      cli_usage_error (error,
                       _ ("which events of “%s”? Name them; all that a structure has come "
                          "without names for topics like dict:settings"),
                       cli->name);
      return -1;
    }
  for (char **event = events; *event != NULL; event++)
    {
      g_autoptr (BeaverEventHandler) handler =
          beaver_db_on (cli->db, cli->name, *event, on_event, &listener, NULL, error);

      if (handler == NULL)
        return -1;
    }
  cli_say (cli, _ ("listening to “%s”; Ctrl-C ends"), cli->name);
  g_source_set_callback (source, G_SOURCE_FUNC (on_cancelled), &listener, NULL);
  g_source_attach (source, NULL);
  set_timer (&listener);
  g_main_loop_run (loop);
  g_source_destroy (source);
  if (listener.timer != NULL)
    {
      g_source_destroy (listener.timer);
      g_source_unref (listener.timer);
    }
  /* no callback may come after this frame is gone */
  beaver_db_close (cli->db, NULL);
  if (listener.error != NULL)
    {
      g_propagate_error (error, listener.error);
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_emit (Cli *cli, GError **error)
{
  g_autofree char *payload = cli_value (cli, 1, error);

  if (payload == NULL ||
      !beaver_db_emit_event (cli->db, cli->name, cli->args[0], payload, cli->cancellable, error))
    return -1;
  return CLI_OK;
}

static const GOptionEntry listen_options[] = {
  { "count", 'n', 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many"), N_ ("NUMBER") },
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("End with exit code 4 when nothing comes for so long"), N_ ("SECONDS") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "listen", "on", N_ ("[EVENT…]"), N_ ("Print events as they come"), 0, -1, CLI_VERB_CREATES,
    listen_options, run_listen },
  { "emit", NULL, N_ ("EVENT [PAYLOAD]"), N_ ("Tell everybody who listens"), 1, 2, CLI_VERB_CREATES,
    NULL, run_emit },
  { NULL },
};

const CliGroup cli_group_events = {
  .name = "events",
  .aliases = "event",
  .summary =
      N_ ("What happens to structures (dict:settings, log:requests …) and topics of your own"),
  .verbs = verbs,
};
