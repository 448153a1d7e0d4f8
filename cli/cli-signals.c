/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib-unix.h>

#include "cli.h"

/* Ctrl-C, SIGTERM, SIGHUP and a reader who left cancel what runs; the database is closed on the way
 * out. Signal handlers may do next to nothing, so they write to a pipe that one thread reads. It
 * watches standard output too: who waits for a message would not see by writing that nobody reads
 * any more. The second signal does not wait. While a command runs, signals are passed on to it. */

typedef struct
{
  int number;
  gboolean from_terminal;
} Note;

static int notes[2] = { -1, -1 };
static GCancellable *cancellable;
static int stopped_by;                /* atomic: a signal's number */
static int child;                     /* atomic: who gets the signals, 0: nobody */
static volatile sig_atomic_t arrived; /* set by the handler */
static int forwarded;                 /* atomic: the last signal that came while a command ran */

static void
on_signal (int number, siginfo_t *info, void *context)
{
  Note note = { number, info == NULL || info->si_code > 0 };
  int saved = errno;
  gssize n = write (notes[1], &note, sizeof note);

  (void) n;
  arrived = 1;
  errno = saved;
}

static void
stop (int number)
{
  if (!g_atomic_int_compare_and_exchange (&stopped_by, 0, number))
    {
      if (number != SIGPIPE)
        {
          cli_secret_restore_terminal ();
          _exit (CLI_SIGNAL + number);
        }
      return;
    }
  g_cancellable_cancel (cancellable);
}

static gpointer
watch (gpointer data)
{
  struct stat status;
  gboolean watched = fstat (STDOUT_FILENO, &status) == 0 && S_ISFIFO (status.st_mode);

  for (;;)
    {
      GPollFD fds[2] = { { notes[0], G_IO_IN, 0 }, { STDOUT_FILENO, 0, 0 } };
      Note note;

      if (g_poll (fds, watched ? 2 : 1, -1) < 0)
        continue;
      if (watched && (fds[1].revents & (G_IO_ERR | G_IO_NVAL)) != 0)
        {
          watched = FALSE;
          /* a command that runs has an output of its own */
          if (g_atomic_int_get (&child) == 0)
            stop (SIGPIPE);
        }
      if ((fds[0].revents & G_IO_IN) == 0)
        continue;
      if (read (notes[0], &note, sizeof note) == sizeof note)
        {
          GPid pid = g_atomic_int_get (&child);

          if (pid != 0)
            g_atomic_int_set (&forwarded, note.number);
          if (pid == 0)
            stop (note.number);
          /* the terminal gave it to the command as well */
          else if (!note.from_terminal || (note.number != SIGINT && note.number != SIGQUIT))
            kill (pid, note.number);
        }
    }
  return NULL;
}

void
cli_signals_start (Cli *cli)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };
  GThread *thread;

  /* the thread goes on to the very end of the process, beyond that of main() */
  cancellable = g_object_ref (cli->cancellable);
  if (!g_unix_open_pipe (notes, FD_CLOEXEC, NULL))
    return;
  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction before;

      /* what nohup ignores stays ignored */
      if (sigaction (numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction (numbers[i], &action, NULL);
    }
  signal (SIGPIPE, SIG_IGN);
  thread = g_thread_new ("beaver-signals", watch, NULL);
  g_thread_unref (thread);
}

/* The signal that ended the work, 0 for none. */
int
cli_signals_get (void)
{
  return g_atomic_int_get (&stopped_by);
}

/* (transfer none) (nullable) */
GCancellable *
cli_signals_cancellable (void)
{
  return cancellable;
}

/* Whether a signal came at all, perhaps only just now. */
gboolean
cli_signals_arrived (void)
{
  return arrived != 0;
}

void
cli_signals_pipe_closed (void)
{
  if (cancellable != NULL)
    stop (SIGPIPE);
}

/* The last signal that came while a command ran, 0 for none. */
int
cli_signals_forwarded (void)
{
  return g_atomic_int_get (&forwarded);
}

void
cli_signals_forward_to (GPid pid)
{
  g_atomic_int_set (&child, pid);
}
