/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "cli.h"

#define PART 65536

static struct
{
  char *metadata;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_blobs (db, name, error);
}

static BeaverBlobs *
get_blobs (Cli *cli, GError **error)
{
  return beaver_db_get_blobs (cli->db, cli->name, error);
}

static int
run_put (Cli *cli, GError **error)
{
  BeaverBlobs *blobs = get_blobs (cli, error);
  const char *path = cli->n_args > 1 ? cli->args[1] : "-";
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("storing"));
  g_autoptr (BeaverBlobOutputStream) output = NULL;
  g_autofree char *metadata = NULL;
  g_autofree char *buffer = g_malloc (PART);
  gint64 done = 0;
  gint64 total = 0;
  int fd = STDIN_FILENO;
  gssize n;

  if (blobs == NULL ||
      (options.metadata != NULL && (metadata = cli_parse_value (options.metadata, error)) == NULL))
    return -1;
  if (strcmp (path, "-") != 0)
    {
      struct stat status;

      /* without waiting for who may never write into a pipe */
      fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
      if (fd < 0 || fstat (fd, &status) != 0 || S_ISDIR (status.st_mode))
        {
          int code = fd < 0 ? errno : EISDIR;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("cannot read “%s”: %s"),
                       path, g_strerror (code));
          if (fd >= 0)
            close (fd);
          return -1;
        }
      total = S_ISREG (status.st_mode) ? status.st_size : 0;
    }
  output = beaver_blobs_open_write (blobs, cli->args[0], metadata, error);
  if (output == NULL)
    {
      if (fd != STDIN_FILENO)
        close (fd);
      return -1;
    }
  /* nothing of it is in the file before all of it is */
  while ((n = cli_read_fd (cli, fd, buffer, PART, error)) > 0)
    {
      if (!g_output_stream_write_all (G_OUTPUT_STREAM (output), buffer, n, NULL, cli->cancellable,
                                      error))
        {
          n = -1;
          break;
        }
      done += n;
      cli_progress_tell (done, total, progress);
    }
  if (fd != STDIN_FILENO)
    close (fd);
  if (n < 0)
    {
      beaver_blob_output_stream_abandon (output);
      return -1;
    }
  return g_output_stream_close (G_OUTPUT_STREAM (output), cli->cancellable, error) ? CLI_OK : -1;
}

/* To standard output, or into a file that is there only when it is whole. */
static int
run_get (Cli *cli, GError **error)
{
  BeaverBlobs *blobs = get_blobs (cli, error);
  const char *path = cli->n_args > 1 ? cli->args[1] : "-";
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("reading"));
  g_autoptr (BeaverBlobInputStream) input = NULL;
  g_autofree char *buffer = NULL;
  g_autofree char *target = NULL;
  gint64 done = 0;
  gssize n;

  if (blobs == NULL || (strcmp (path, "-") != 0 && !cli_find_target (cli, path, &target, error)))
    return -1;
  if (target != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (target);

      return beaver_blobs_export_file (blobs, cli->args[0], file, cli_progress_tell, progress,
                                       cli->cancellable, error) ?
                 CLI_OK :
                 -1;
    }
  input = beaver_blobs_open_read (blobs, cli->args[0], cli->cancellable, error);
  if (input == NULL)
    return -1;
  buffer = g_malloc (PART);
  while ((n = g_input_stream_read (G_INPUT_STREAM (input), buffer, PART, cli->cancellable, error)) >
         0)
    {
      if (!cli_put_bytes (buffer, n, error))
        return -1;
      done += n;
      cli_progress_tell (done, beaver_blob_input_stream_get_size (input), progress);
    }
  return n == 0 && cli_flush (error) ? CLI_OK : -1;
}

static int
run_metadata (Cli *cli, GError **error)
{
  BeaverBlobs *blobs = get_blobs (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json =
      blobs != NULL ?
          beaver_blobs_get_metadata (blobs, cli->args[0], cli->cancellable, &local_error) :
          NULL;

  if (blobs == NULL)
    return -1;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_delete (Cli *cli, GError **error)
{
  BeaverBlobs *blobs = get_blobs (cli, error);

  return blobs != NULL && beaver_blobs_remove (blobs, cli->args[0], cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_contains (Cli *cli, GError **error)
{
  BeaverBlobs *blobs = get_blobs (cli, error);
  g_autoptr (GError) local_error = NULL;
  gboolean there;

  if (blobs == NULL)
    return -1;
  there = beaver_blobs_contains (blobs, cli->args[0], cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!cli_put_value (cli, there ? "true" : "false", error))
    return -1;
  return there ? CLI_OK : CLI_NOT_FOUND;
}

static int
run_keys (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "key", N_ ("KEY"), CLI_COLUMN_TEXT },
                                       { "size", N_ ("BYTES"), CLI_COLUMN_NUMBER },
                                       { NULL } };
  BeaverBlobs *blobs = get_blobs (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (blobs == NULL || (cursor = beaver_blobs_keys (blobs, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *key = NULL;
      g_autofree char *size = NULL;
      gint64 bytes;

      if (entry == NULL)
        break;
      bytes = beaver_blobs_get_size (blobs, beaver_entry_get_key (entry), cli->cancellable,
                                     &local_error);
      /* somebody removed it since */
      if (g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND))
        {
          g_clear_error (&local_error);
          continue;
        }
      if (bytes < 0)
        break;
      key = cli_json_string (beaver_entry_get_key (entry));
      size = g_strdup_printf ("%" G_GINT64_FORMAT, bytes);
      if (!cli_rows_add (rows, (const char *[]){ key, size }, error))
        return -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static const GOptionEntry put_options[] = {
  { "metadata", 0, 0, G_OPTION_ARG_FILENAME, &options.metadata, N_ ("Keep this with the bytes"),
    N_ ("JSON") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "put", "set", N_ ("KEY [FILE]"), N_ ("Store the bytes of a file, or of standard input"), 1, 2,
    CLI_VERB_CREATES, put_options, run_put },
  { "get", NULL, N_ ("KEY [FILE]"), N_ ("Write the bytes into a file, or to standard output"), 1, 2,
    CLI_VERB_READS, NULL, run_get },
  { "metadata", NULL, N_ ("KEY"), N_ ("Print what is kept with the bytes"), 1, 1, CLI_VERB_READS,
    NULL, run_metadata },
  { "delete", "del remove", N_ ("KEY"), N_ ("Remove a blob"), 1, 1, CLI_VERB_READS, NULL,
    run_delete },
  { "contains", NULL, N_ ("KEY"), N_ ("Print whether there is such a blob; exit code 3 when not"),
    1, 1, CLI_VERB_READS, NULL, run_contains },
  { "items", "list keys show", "", N_ ("List keys and sizes"), 0, 0, CLI_VERB_READS, NULL,
    run_keys },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_blob = {
  .name = "blob",
  .aliases = "blobs",
  .summary = N_ ("Bytes under keys"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_blobs_names,
};
