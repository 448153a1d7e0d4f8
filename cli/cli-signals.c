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
static int stopped_by; /* atomic: a signal's number, written under child_lock */
static GMutex child_lock;
static GPid child;                    /* child_lock: who gets the signals, 0: nobody */
static gboolean child_starts;         /* child_lock: it is not known yet who it is */
static int child_waits;               /* child_lock: a signal that came meanwhile */
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
take (int number, gboolean from_terminal)
{
  gboolean first;

  g_mutex_lock (&child_lock);
  if (child_starts || child != 0)
    {
      /* a command that runs has an output of its own */
      if (number != SIGPIPE)
        {
          g_atomic_int_set (&forwarded, number);
          if (child_starts)
            child_waits = number;
          /* the terminal gave it to the command as well */
          else if (!from_terminal || (number != SIGINT && number != SIGQUIT))
            kill (child, number);
        }
      g_mutex_unlock (&child_lock);
      return;
    }
  first = g_atomic_int_compare_and_exchange (&stopped_by, 0, number);
  g_mutex_unlock (&child_lock);
  if (first)
    {
      g_cancellable_cancel (cancellable);
    }
  else if (number != SIGPIPE)
    {
      cli_secret_restore_terminal ();
      _exit (CLI_SIGNAL + number);
    }
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
          take (SIGPIPE, FALSE);
        }
      if ((fds[0].revents & G_IO_IN) != 0 && read (notes[0], &note, sizeof note) == sizeof note)
        take (note.number, note.from_terminal);
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
  thread = g_thread_try_new ("beaver-signals", watch, NULL, NULL);
  /* without it signals end the command as they end any other */
  if (thread == NULL)
    return;
  g_thread_unref (thread);
  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction before;

      /* what nohup ignores stays ignored */
      if (sigaction (numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction (numbers[i], &action, NULL);
    }
  signal (SIGPIPE, SIG_IGN);
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
    take (SIGPIPE, FALSE);
}

/* The last signal that came while a command ran, 0 for none. */
int
cli_signals_forwarded (void)
{
  return g_atomic_int_get (&forwarded);
}

/* From here on signals are for the command that is about to run; the other end is
 * cli_signals_forward_to(). A signal between the two waits for it: the command may well have
 * printed something, or sent the signal itself, before we are told that it runs. False if a signal
 * was there before, and has ended the work. */
gboolean
cli_signals_hold (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&child_lock);

  child_starts = g_atomic_int_get (&stopped_by) == 0;
  return child_starts;
}

/* Whose the signals are, 0 for ours. */
void
cli_signals_forward_to (GPid pid)
{
  int waits;

  g_mutex_lock (&child_lock);
  waits = child_waits;
  child = pid;
  child_starts = FALSE;
  child_waits = 0;
  if (waits != 0 && pid != 0)
    kill (pid, waits);
  g_mutex_unlock (&child_lock);
  if (waits != 0 && pid == 0)
    take (waits, FALSE);
}
