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
#include <glib-unix.h>

#include "cli.h"

/* Runs a command and answers with what it answered, as a shell does. */

typedef struct
{
  CliRun *run;
  GMainLoop *loop;
  GPid pid; /* 0: it has ended, and the number may be another's */
  int status;
  int input; /* where it reads from; -1: nothing, or no more */
  gsize written;
} Child;

static void
in_child (gpointer data)
{
  /* handlers go by themselves, what is ignored stays */
  signal (SIGPIPE, SIG_DFL);
}

static void
on_child_exit (GPid pid, int status, gpointer data)
{
  Child *self = data;

  cli_signals_forward_to (0);
  self->pid = 0;
  self->status = status;
  g_main_loop_quit (self->loop);
}

static void
take_away (Child *self)
{
  if (self->run->lost || self->pid == 0)
    return;
  self->run->lost = TRUE;
  kill (self->pid, SIGTERM);
}

static void
on_lost (GObject *object, GParamSpec *spec, gpointer data)
{
  gboolean lost = FALSE;

  g_object_get (object, "lost", &lost, NULL);
  if (lost)
    take_away (data);
}

static gboolean
on_tick (gpointer data)
{
  Child *self = data;

  if (self->run->tick (self->run->data))
    return G_SOURCE_CONTINUE;
  take_away (self);
  return G_SOURCE_REMOVE;
}

/* Never waits for the command, which need not read what it is given: meanwhile the lease of the job
 * has to be extended. */
static gboolean
on_room (int fd, GIOCondition condition, gpointer data)
{
  Child *self = data;
  gsize size;
  const char *bytes = g_bytes_get_data (self->run->input, &size);
  gssize n = write (fd, bytes + self->written, size - self->written);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  self->written += MAX (n, 0);
  if (n >= 0 && self->written < size)
    return G_SOURCE_CONTINUE;
  close (fd);
  self->input = -1;
  return G_SOURCE_REMOVE;
}

int
cli_run_command (Cli *cli, char **argv, CliRun *run, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) local_error = NULL;
  Child child = { .run = run, .loop = loop, .input = -1 };
  GSource *timer = NULL;
  gulong handler = 0;
  guint writer = 0;

  if (!cli_signals_hold ())
    {
      /* by us, if the thread that reads the signals has not come to it yet */
      g_cancellable_cancel (cli->cancellable);
      g_cancellable_set_error_if_cancelled (cli->cancellable, error);
      return -1;
    }
  if (!g_spawn_async_with_pipes (
          NULL, argv, run->environment,
          G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN |
              G_SPAWN_CLOEXEC_PIPES | (run->input == NULL ? G_SPAWN_CHILD_INHERITS_STDIN : 0),
          in_child, NULL, &child.pid, run->input != NULL ? &child.input : NULL, NULL, NULL,
          &local_error))
    {
      gboolean missing = g_error_matches (local_error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ||
                         g_error_matches (local_error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOTDIR);

      cli_signals_forward_to (0);
      fprintf (stderr, "beaver: %s\n", local_error->message);
      return missing ? CLI_RUN_NOT_FOUND : CLI_RUN_REFUSED;
    }
  run->started = TRUE;
  cli_signals_forward_to (child.pid);
  g_child_watch_add (child.pid, on_child_exit, &child);
  if (child.input >= 0)
    {
      g_unix_set_fd_nonblocking (child.input, TRUE, NULL);
      writer = g_unix_fd_add (child.input, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_room, &child);
    }
  if (run->watched != NULL)
    {
      handler = g_signal_connect (run->watched, "notify::lost", G_CALLBACK (on_lost), &child);
      on_lost (run->watched, NULL, &child);
    }
  if (run->tick != NULL)
    {
      timer = g_timeout_source_new ((guint) CLAMP (run->period * 1000, 1, G_MAXINT));
      g_source_set_callback (timer, on_tick, &child, NULL);
      g_source_attach (timer, NULL);
    }
  g_main_loop_run (loop);
  if (child.input >= 0)
    {
      g_source_remove (writer);
      close (child.input);
    }
  if (handler != 0)
    g_signal_handler_disconnect (run->watched, handler);
  if (timer != NULL)
    {
      g_source_destroy (timer);
      g_source_unref (timer);
    }
  if (run->lost)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                   run->watched != NULL ?
                       _ ("the lock was lost while the command ran, which was ended with SIGTERM; "
                          "somebody cleared the lock, or the machine slept for longer than --ttl") :
                       _ ("the job was lost while the command ran, which was ended with SIGTERM; "
                          "the machine slept for longer than --lease"));
      return -1;
    }
  return WIFSIGNALED (child.status) ? CLI_SIGNAL + WTERMSIG (child.status) :
                                      WEXITSTATUS (child.status);
}
