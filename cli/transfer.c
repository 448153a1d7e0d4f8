/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* What goes out of a database and comes in, as a whole or structure by structure. */

static struct
{
  char *output;
  gboolean append;
} options;

/* --- dump --- */

static int
dump (Cli *cli, BeaverManager *manager, GError **error)
{
  BeaverDumpFormat format =
      cli->asked == CLI_FORMAT_LINES ? BEAVER_DUMP_FORMAT_JSONL : BEAVER_DUMP_FORMAT_JSON;
  BeaverDumpFlags flags = cli->asked == CLI_FORMAT_RAW ? BEAVER_DUMP_COMPACT : BEAVER_DUMP_NONE;
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("dumping"));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *file = NULL;
  struct stat status;

  if (options.output != NULL && !cli_find_target (cli, options.output, &file, error))
    return -1;
  cli_progress_pulse (progress);
  /* whole before a byte of it is written: half a dump is none */
  if (!(manager != NULL ? beaver_manager_dump (manager, stream, format, flags, cli_progress_tell,
                                               progress, cli->cancellable, error) :
                          beaver_db_dump (cli->db, stream, format, flags, cli_progress_tell,
                                          progress, cli->cancellable, error)) ||
      !g_output_stream_close (stream, cli->cancellable, error))
    return -1;
  g_clear_pointer (&progress, cli_progress_free);
  if (g_cancellable_set_error_if_cancelled (cli->cancellable, error))
    return -1;
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  if (file != NULL)
    return g_file_set_contents_full (
               file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_ONLY_EXISTING,
               stat (file, &status) == 0 ? status.st_mode & 0777 : 0666, error) ?
               CLI_OK :
               -1;
  {
    const char *text = g_bytes_get_data (bytes, NULL);
    gsize size = g_bytes_get_size (bytes);

    for (gsize done = 0; done < size;)
      {
        gsize n = MIN (size - done, 65536);
        g_autofree char *part = g_strndup (text + done, n);

        cli_put (part);
        if (!cli_flush (error))
          return -1;
        done += n;
      }
    if (size > 0 && text[size - 1] != '\n')
      cli_put ("\n");
  }
  return cli_flush (error) ? CLI_OK : -1;
}

int
cli_dump (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);

  return manager != NULL ? dump (cli, manager, error) : -1;
}

static int
run_dump (Cli *cli, GError **error)
{
  return dump (cli, NULL, error);
}

/* --- load --- */

/* One JSON text is a dump as JSON, more than one are lines. */
static BeaverDumpFormat
guess_format (const char *text)
{
  const char *end = strchr (text, '\n');
  g_autofree char *first = g_strndup (text, end != NULL ? (gsize) (end - text) : strlen (text));
  g_autoptr (JsonNode) node = beaver_json_to_node (first, NULL);
  gboolean whole;

  if (node == NULL)
    return BEAVER_DUMP_FORMAT_JSON;
  whole = JSON_NODE_HOLDS_OBJECT (node) &&
          (json_object_has_member (json_node_get_object (node), "items") ||
           json_object_has_member (json_node_get_object (node), "structures"));
  if (whole && (end == NULL || end[strspn (end, " \t\r\n")] == '\0'))
    return BEAVER_DUMP_FORMAT_JSON;
  return BEAVER_DUMP_FORMAT_JSONL;
}

static int
load (Cli *cli, BeaverManager *manager, GError **error)
{
  g_autoptr (CliProgress) progress = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  BeaverDumpFormat format;
  BeaverLoadStrategy strategy =
      options.append ? BEAVER_LOAD_STRATEGY_APPEND : BEAVER_LOAD_STRATEGY_OVERWRITE;
  gint64 n;

  if (cli->n_args == 0 || strcmp (cli->args[0], "-") == 0)
    text = cli_read_stdin (cli, &length, error);
  else
    g_file_get_contents (cli->args[0], &text, &length, error);
  if (text == NULL)
    return -1;
  format = cli->asked == CLI_FORMAT_LINES ? BEAVER_DUMP_FORMAT_JSONL :
           cli->asked == CLI_FORMAT_JSON  ? BEAVER_DUMP_FORMAT_JSON :
                                            guess_format (text);
  stream = g_memory_input_stream_new_from_data (text, length, NULL);
  progress = cli_progress_new (cli, _ ("loading"));
  cli_progress_pulse (progress);
  n = manager != NULL ? beaver_manager_load (manager, stream, format, strategy, cli_progress_tell,
                                             progress, cli->cancellable, error) :
                        beaver_db_load (cli->db, stream, format, strategy, cli_progress_tell,
                                        progress, cli->cancellable, error);
  g_clear_pointer (&progress, cli_progress_free);
  if (n < 0)
    return -1;
  cli->format = cli->format == CLI_FORMAT_TABLE ? CLI_FORMAT_LINES : cli->format;
  return cli_put_int (cli, n, error) ? CLI_OK : -1;
}

int
cli_load (Cli *cli, GError **error)
{
  BeaverManager *manager = cli_manager (cli, error);

  return manager != NULL ? load (cli, manager, error) : -1;
}

static int
run_load (Cli *cli, GError **error)
{
  return load (cli, NULL, error);
}

/* --- backup and export --- */

static int
run_backup (Cli *cli, GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("copying"));

  return beaver_db_backup (cli->db, cli->args[0], cli_progress_tell, progress, cli->cancellable,
                           error) ?
             CLI_OK :
             -1;
}

static int
run_export (Cli *cli, GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("copying"));

  return beaver_db_export_file (cli->db, cli->args[0], cli_progress_tell, progress,
                                cli->cancellable, error) ?
             CLI_OK :
             -1;
}

const GOptionEntry cli_dump_options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Write it there"), N_ ("FILE") },
  { NULL },
};

const GOptionEntry cli_load_options[] = {
  { "append", 0, 0, G_OPTION_ARG_NONE, &options.append,
    N_ ("Add to what is there, in place of replacing it"), NULL },
  { NULL },
};

static const CliVerb dump_command = {
  "dump",
  NULL,
  "",
  N_ ("Write all structures as JSON, or as lines of it with --jsonl"),
  0,
  0,
  CLI_VERB_READS,
  cli_dump_options,
  run_dump
};
static const CliVerb load_command = {
  "load",  NULL, N_ ("[DUMP]"),    N_ ("Read what dump has written, and print how many items"),
  0,       1,    CLI_VERB_CREATES, cli_load_options,
  run_load
};
static const CliVerb backup_command = {
  "backup",       NULL, N_ ("COPY"), N_ ("Copy the database while it is in use"), 1, 1,
  CLI_VERB_READS, NULL, run_backup
};
static const CliVerb export_command = {
  "export",  NULL, N_ ("COPY"),    N_ ("Copy the database into a new file, packed and verified"),
  1,         1,    CLI_VERB_READS, NULL,
  run_export
};

const CliGroup cli_group_dump = { .name = "dump",
                                  .summary = N_ ("All structures as JSON"),
                                  .command = &dump_command };
const CliGroup cli_group_load = { .name = "load",
                                  .summary = N_ ("What dump has written"),
                                  .command = &load_command };
const CliGroup cli_group_backup = { .name = "backup",
                                    .summary = N_ ("A copy of the file while it is in use"),
                                    .command = &backup_command };
const CliGroup cli_group_export = { .name = "export",
                                    .summary = N_ ("A packed and verified copy"),
                                    .command = &export_command };
