/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gi18n.h>
#include <gio/gunixoutputstream.h>

#include "cli.h"

/* Runs a command and answers with what it answered, as a shell does. */

typedef struct
{
  GMainLoop *loop;
  GPid pid;
  int status;
  gboolean lost;
} Run;

static void
in_child (gpointer data)
{
  /* handlers go by themselves, what is ignored stays */
  signal (SIGPIPE, SIG_DFL);
}

static void
on_child_exit (GPid pid, int status, gpointer data)
{
  Run *run = data;

  cli_signals_forward_to (0);
  run->status = status;
  g_main_loop_quit (run->loop);
}

static void
on_lost (GObject *object, GParamSpec *spec, gpointer data)
{
  Run *run = data;
  gboolean lost = FALSE;

  g_object_get (object, "lost", &lost, NULL);
  if (!lost || run->lost)
    return;
  run->lost = TRUE;
  kill (run->pid, SIGTERM);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  /* a command need not read what it is given */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  g_output_stream_close (G_OUTPUT_STREAM (source), NULL, NULL);
}

/* lost: an object whose property of that name ends the command when it becomes true. */
int
cli_run_command (Cli *cli,
                 char **argv,
                 char **environment,
                 GBytes *input,
                 GObject *lost,
                 GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) local_error = NULL;
  Run run = { .loop = loop };
  gulong handler = 0;
  int fd = -1;

  if (g_cancellable_set_error_if_cancelled (cli->cancellable, error))
    return -1;
  if (!g_spawn_async_with_pipes (
          NULL, argv, environment,
          G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN |
              G_SPAWN_CLOEXEC_PIPES | (input == NULL ? G_SPAWN_CHILD_INHERITS_STDIN : 0),
          in_child, NULL, &run.pid, input != NULL ? &fd : NULL, NULL, NULL, &local_error))
    {
      gboolean missing = g_error_matches (local_error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ||
                         g_error_matches (local_error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOTDIR);

      fprintf (stderr, "beaver: %s\n", local_error->message);
      return missing ? CLI_RUN_NOT_FOUND : CLI_RUN_REFUSED;
    }
  cli_signals_forward_to (run.pid);
  g_child_watch_add (run.pid, on_child_exit, &run);
  if (input != NULL)
    {
      g_autoptr (GOutputStream) stream = g_unix_output_stream_new (fd, TRUE);

      g_output_stream_write_all_async (stream, g_bytes_get_data (input, NULL),
                                       g_bytes_get_size (input), G_PRIORITY_DEFAULT, NULL,
                                       on_written, NULL);
    }
  if (lost != NULL)
    {
      handler = g_signal_connect (lost, "notify::lost", G_CALLBACK (on_lost), &run);
      on_lost (lost, NULL, &run);
    }
  g_main_loop_run (loop);
  if (handler != 0)
    g_signal_handler_disconnect (lost, handler);
  if (run.lost)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                   _ ("the lock was lost while the command ran, which was ended with SIGTERM; "
                      "somebody cleared the lock, or the machine slept for longer than --ttl"));
      return -1;
    }
  return WIFSIGNALED (run.status) ? CLI_SIGNAL + WTERMSIG (run.status) : WEXITSTATUS (run.status);
}
