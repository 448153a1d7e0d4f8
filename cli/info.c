/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "cli.h"

/* By asking the file system, never by opening: another descriptor on the file would drop the
 * database's locks when it is closed. */
guint64
cli_file_size (const char *path, const char *suffix)
{
  g_autofree char *name = cli_beside (path, suffix);
  GStatBuf status;

  return g_stat (name, &status) == 0 ? (guint64) status.st_size : 0;
}

/* Every structure of every kind. FALSE on error. */
gboolean
cli_for_each_structure (Cli *cli,
                        gboolean (*each) (const CliGroup *group,
                                          const char *name,
                                          gint64 count,
                                          gpointer data,
                                          GError **error),
                        gpointer data,
                        GError **error)
{
  for (int i = 0; cli_groups[i] != NULL; i++)
    {
      const CliGroup *group = cli_groups[i];
      g_auto (GStrv) names = NULL;

      if (group->names == NULL || group->get == NULL)
        continue;
      names = group->names (cli->db, cli->cancellable, error);
      if (names == NULL)
        return FALSE;
      for (char **name = names; *name != NULL; name++)
        {
          BeaverManager *manager = group->get (cli->db, *name, error);
          gint64 count =
              manager != NULL ? beaver_manager_count (manager, cli->cancellable, error) : -1;

          if (count < 0 || !each (group, *name, count, data, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
add_structure (const CliGroup *group, const char *name, gint64 count, gpointer data, GError **error)
{
  GString *out = data;
  g_autofree char *json = cli_json_string (name);

  g_string_append_printf (out,
                          "%s{\"kind\": \"%s\", \"name\": %s, \"count\": %" G_GINT64_FORMAT "}",
                          out->len > 1 ? ", " : "", group->name, json, count);
  return TRUE;
}

static gboolean
add_row (const CliGroup *group, const char *name, gint64 count, gpointer data, GError **error)
{
  g_autofree char *kind_json = cli_json_string (group->name);
  g_autofree char *name_json = cli_json_string (name);
  g_autofree char *count_json = g_strdup_printf ("%" G_GINT64_FORMAT, count);

  return cli_rows_add (data, (const char *[]){ kind_json, name_json, count_json }, error);
}

/* Who keeps something from others: holders of locks, and consumers at work. */
static gboolean
put_holders (Cli *cli, GError **error)
{
  g_autoptr (CliLive) live = cli_live_new (cli, error);
  gboolean first = TRUE;

  if (live == NULL)
    return FALSE;
  for (guint i = 0; i < live->locks->len; i++)
    {
      CliHeld *held = g_ptr_array_index (live->locks, i);
      g_autofree char *until = cli_format_time (held->expires_at);
      g_autofree char *name = cli_live_shown (held->name);
      g_autofree char *holder = cli_live_shown (held->holder);

      cli_put (first ? "\n" : "");
      first = FALSE;
      cli_printf (_ ("lock “%s” held by %s until %s, %" PRIu64 " waiting\n"), name, holder, until,
                  (guint64) held->waiting);
    }
  for (guint i = 0; i < live->consumers->len; i++)
    {
      CliConsumer *consumer = g_ptr_array_index (live->consumers, i);
      g_autofree char *channel = cli_live_shown (consumer->channel);
      g_autofree char *name = cli_live_shown (consumer->name);

      if (!consumer->open)
        continue;
      cli_put (first ? "\n" : "");
      first = FALSE;
      cli_printf (_ ("channel “%s” read by consumer “%s”\n"), channel, name);
    }
  return cli_flush (error);
}

static int
run_info (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "kind", N_ ("KIND"), CLI_COLUMN_TEXT },
                                       { "name", N_ ("NAME"), CLI_COLUMN_TEXT },
                                       { "count", N_ ("COUNT"), CLI_COLUMN_NUMBER },
                                       { NULL } };
  guint64 bytes = cli_file_size (cli->path, "");
  guint64 wal = cli_file_size (cli->path, "-wal");

  if (cli->format == CLI_FORMAT_TABLE || cli->format == CLI_FORMAT_TEXT)
    {
      g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
      g_autofree char *bytes_text = cli_format_bytes (bytes);
      g_autofree char *wal_text = cli_format_bytes (wal);

      if (cli->format == CLI_FORMAT_TABLE)
        cli_printf (_ ("%s: %s, write-ahead log %s\n\n"), cli->path, bytes_text, wal_text);
      if (!cli_for_each_structure (cli, add_row, rows, error) || !cli_rows_end (rows, error))
        return -1;
      return cli->format == CLI_FORMAT_TEXT || put_holders (cli, error) ? CLI_OK : -1;
    }
  else
    {
      g_autoptr (GString) structures = g_string_new ("[");
      g_autofree char *path = cli_json_string (cli->path);
      g_autoptr (GString) json = NULL;
      g_autoptr (CliLive) live = NULL;

      if (!cli_for_each_structure (cli, add_structure, structures, error))
        return -1;
      live = cli_live_new (cli, error);
      if (live == NULL)
        return -1;
      json = g_string_new (NULL);
      g_string_append_printf (json,
                              "{\"path\": %s, \"bytes\": %" G_GUINT64_FORMAT
                              ", \"wal_bytes\": %" G_GUINT64_FORMAT
                              ", \"version\": \"%s\", \"structures\": %s], ",
                              path, bytes, wal, beaver_db_version (), structures->str);
      cli_live_append_json (live, json);
      g_string_append_c (json, '}');
      return cli_put_value (cli, json->str, error) ? CLI_OK : -1;
    }
}

static const CliVerb command = {
  "info", NULL, "", N_ ("Print what is in the file"), 0, 0, CLI_VERB_READS, NULL, run_info
};

const CliGroup cli_group_info = {
  .name = "info",
  .summary = N_ ("Kinds, names, counts and sizes"),
  .command = &command,
};
