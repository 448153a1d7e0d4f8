/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *timestamp;
  gboolean lines;
  gboolean text;
  char *start;
  char *end;
  gint64 limit;
  gint64 offset;
  gboolean newest;
  gint64 last;
  gboolean follow;
  gint64 count;
  char *timeout;
  char *before;
  gint64 keep;
} options = { .limit = -1, .last = 10, .keep = -1 };

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_log (db, name, error);
}

static BeaverLog *
get_log (Cli *cli, GError **error)
{
  return beaver_db_get_log (cli->db, cli->name, error);
}

static const CliColumn columns[] = {
  { "timestamp", N_ ("TIME"), CLI_COLUMN_TIME },
  { "data", N_ ("DATA"), CLI_COLUMN_JSON },
  { NULL },
};

static gboolean
put_entry (CliRows *rows, BeaverLogEntry *entry, GError **error)
{
  g_autofree char *timestamp = cli_json_double (beaver_log_entry_get_timestamp (entry));

  return cli_rows_add (rows, (const char *[]){ timestamp, beaver_log_entry_get_data (entry) },
                       error);
}

static gboolean
append (Cli *cli, BeaverLog *log, const char *json, double timestamp, GError **error)
{
  g_autoptr (BeaverLogEntry) entry = NULL;

  if (isnan (timestamp))
    return beaver_log_append_json (log, json, cli->cancellable, error);
  entry = beaver_log_append_json_at (log, json, timestamp, cli->cancellable, error);
  return entry != NULL;
}

static int
run_append (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  double timestamp = NAN;

  if (log == NULL ||
      (options.timestamp != NULL && !cli_parse_time (options.timestamp, &timestamp, error)))
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
          if (json == NULL || !append (cli, log, json, timestamp, error))
            return -1;
        }
    }
  else
    {
      g_autofree char *json = options.text && cli->n_args > 0 ?
                                  beaver_json_from_string (cli->args[0], error) :
                                  cli_value (cli, 0, error);

      return json != NULL && append (cli, log, json, timestamp, error) ? CLI_OK : -1;
    }
}

static int
run_range (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;
  double start = -INFINITY;
  double end = INFINITY;

  if (log == NULL || (options.start != NULL && !cli_parse_time (options.start, &start, error)) ||
      (options.end != NULL && !cli_parse_time (options.end, &end, error)))
    return -1;
  cursor = beaver_log_iterate_range (
      log, start, end, options.limit, options.offset,
      options.newest ? BEAVER_LOG_ORDER_NEWEST_FIRST : BEAVER_LOG_ORDER_OLDEST_FIRST, error);
  if (cursor == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverLogEntry) entry =
          beaver_cursor_next (cursor, cli->cancellable, &local_error);

      if (entry == NULL)
        break;
      if (!put_entry (rows, entry, error))
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
follow (Cli *cli, BeaverLiveIterator *live, CliRows *rows, double timeout, GError **error)
{
  for (gint64 n = 0; options.count <= 0 || n < options.count; n++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (BeaverLogEntry) entry =
          beaver_live_iterator_next (live, timeout, cli->cancellable, &local_error);

      if (entry == NULL && local_error == NULL)
        break;
      if (entry == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      if (!put_entry (rows, entry, error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_tail (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, options.follow);
  g_autoptr (BeaverLiveIterator) live = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  double timeout = -1;

  if (log == NULL ||
      (options.timeout != NULL && !cli_parse_duration (options.timeout, &timeout, error)))
    return -1;
  /* first, so that nothing falls between: an entry of that moment comes twice rather than never */
  if (options.follow && (live = beaver_log_tail (log, cli->cancellable, error)) == NULL)
    return -1;
  entries = beaver_log_range (log, -INFINITY, INFINITY, MAX (options.last, 0), 0,
                              BEAVER_LOG_ORDER_NEWEST_FIRST, cli->cancellable, error);
  if (entries == NULL)
    return -1;
  for (guint i = entries->len; i > 0; i--)
    if (!put_entry (rows, g_ptr_array_index (entries, i - 1), error))
      return -1;
  if (live == NULL)
    return cli_rows_end (rows, error) ? CLI_OK : -1;
  cli_say (cli, _ ("following log “%s”; Ctrl-C ends"), cli->name);
  return follow (cli, live, rows, timeout, error);
}

static int
put_one (Cli *cli, BeaverLogEntry *entry, GError *local_error, GError **error)
{
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, TRUE);

  if (entry == NULL)
    {
      if (local_error == NULL)
        g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, _ ("log “%s” is empty"),
                     cli->name);
      g_propagate_error (error, local_error);
      return -1;
    }
  return put_entry (rows, entry, error) && cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_first (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  GError *local_error = NULL;
  g_autoptr (BeaverLogEntry) entry = NULL;

  if (log == NULL)
    return -1;
  entry = beaver_log_lookup_first (log, cli->cancellable, &local_error);
  return put_one (cli, entry, local_error, error);
}

static int
run_last (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  GError *local_error = NULL;
  g_autoptr (BeaverLogEntry) entry = NULL;

  if (log == NULL)
    return -1;
  entry = beaver_log_lookup_last (log, cli->cancellable, &local_error);
  return put_one (cli, entry, local_error, error);
}

static int
run_prune (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  double before;
  gint64 n;

  if (log == NULL)
    return -1;
  if ((options.before != NULL) == (options.keep >= 0))
    {
      cli_usage_error (error, _ ("say what may go: --before TIME, or --keep NUMBER"));
      return -1;
    }
  if (options.before != NULL && !cli_parse_time (options.before, &before, error))
    return -1;
  n = options.before != NULL ? beaver_log_prune (log, before, cli->cancellable, error) :
                               beaver_log_keep_newest (log, options.keep, cli->cancellable, error);
  return n >= 0 && cli_put_int (cli, n, error) ? CLI_OK : -1;
}

static int
run_query (Cli *cli, GError **error)
{
  BeaverLog *log = get_log (cli, error);
  g_autoptr (BeaverQuery) query = log != NULL ? cli_query_new (cli, error) : NULL;
  g_autoptr (GPtrArray) entries =
      query != NULL ? beaver_log_query (log, query, cli->cancellable, error) : NULL;
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);

  if (entries == NULL)
    return -1;
  for (guint i = 0; i < entries->len; i++)
    if (!put_entry (rows, g_ptr_array_index (entries, i), error))
      return -1;
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static const GOptionEntry append_options[] = {
  { "timestamp", 't', 0, G_OPTION_ARG_FILENAME, &options.timestamp, N_ ("When it was (now)"),
    N_ ("TIME") },
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Log every line of standard input"),
    NULL },
  { "string", 's', 0, G_OPTION_ARG_NONE, &options.text,
    N_ ("The data is a text, whatever it looks like"), NULL },
  { NULL },
};

static const GOptionEntry range_options[] = {
  { "start", 0, 0, G_OPTION_ARG_FILENAME, &options.start,
    N_ ("From then on: seconds since 1970, a date, or -15m"), N_ ("TIME") },
  { "end", 0, 0, G_OPTION_ARG_FILENAME, &options.end, N_ ("Until then"), N_ ("TIME") },
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &options.limit, N_ ("At most so many"), N_ ("NUMBER") },
  { "offset", 0, 0, G_OPTION_ARG_INT64, &options.offset, N_ ("Leave out the first ones"),
    N_ ("NUMBER") },
  { "newest", 0, 0, G_OPTION_ARG_NONE, &options.newest, N_ ("The newest first"), NULL },
  { NULL },
};

static const GOptionEntry tail_options[] = {
  { "lines", 'n', 0, G_OPTION_ARG_INT64, &options.last, N_ ("Begin with so many of the last (10)"),
    N_ ("NUMBER") },
  { "follow", 'f', 0, G_OPTION_ARG_NONE, &options.follow,
    N_ ("Go on with new entries as they come"), NULL },
  { "count", 0, 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many new ones"),
    N_ ("NUMBER") },
  { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &options.timeout,
    N_ ("End with exit code 4 when nothing comes for so long"), N_ ("SECONDS") },
  { NULL },
};

static const GOptionEntry prune_options[] = {
  { "before", 0, 0, G_OPTION_ARG_FILENAME, &options.before, N_ ("Remove what is older"),
    N_ ("TIME") },
  { "keep", 0, 0, G_OPTION_ARG_INT64, &options.keep, N_ ("Keep the newest ones"), N_ ("NUMBER") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "append", "log write add", N_ ("[DATA]"), N_ ("Log something"), 0, 1, CLI_VERB_CREATES,
    append_options, run_append },
  { "range", "items show", "", N_ ("Print entries, all or those of a span of time"), 0, 0,
    CLI_VERB_READS, range_options, run_range },
  { "tail", NULL, "", N_ ("Print the last entries, and with -f what comes"), 0, 0, CLI_VERB_READS,
    tail_options, run_tail },
  { "watch", NULL, "", N_ ("Show statistics of the last minute, live"), 0, 0, CLI_VERB_CREATES,
    cli_log_watch_options, cli_log_watch },
  { "first", NULL, "", N_ ("Print the oldest entry"), 0, 0, CLI_VERB_READS, NULL, run_first },
  { "last", NULL, "", N_ ("Print the newest entry"), 0, 0, CLI_VERB_READS, NULL, run_last },
  { "prune", NULL, "", N_ ("Remove old entries and print how many"), 0, 0, CLI_VERB_READS,
    prune_options, run_prune },
  { "query", NULL, "", N_ ("List the entries with these properties"), 0, 0, CLI_VERB_READS,
    cli_query_options, run_query },
  CLI_INDEX_VERBS,
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_log = {
  .name = "log",
  .aliases = "logs",
  .summary = N_ ("Entries in the order of time"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_log_names,
};
