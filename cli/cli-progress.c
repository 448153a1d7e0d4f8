/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* How far long work is, on standard error when that is a terminal. Short work says nothing, unless
 * BEAVER_PROGRESS=always asks for it. Work that does not know how far it is gets a bar that moves,
 * drawn by a thread of its own. */

#define WIDTH 30
#define PATIENCE (G_USEC_PER_SEC / 2)
#define PERIOD (G_USEC_PER_SEC / 10)
/* of the part that moves */
#define RUNNER 6

struct _CliProgress
{
  Cli *cli;
  char *title;
  gboolean terminal;
  GMutex lock;
  gboolean shown; /* lock */
  gint64 next;    /* lock: when to draw again */
  gint64 started;
  GThread *pulse; /* (nullable) */
  GCond ended;
  gboolean end;  /* lock */
  gboolean told; /* lock: it knows how far it is after all */
};

CliProgress *
cli_progress_new (Cli *cli, const char *title)
{
  CliProgress *self = g_new0 (CliProgress, 1);
  const char *wish = g_getenv ("BEAVER_PROGRESS");

  self->cli = cli;
  self->title = g_strdup (title);
  self->terminal = isatty (STDERR_FILENO) && g_strcmp0 (wish, "never") != 0;
  self->started = g_get_monotonic_time ();
  self->next = self->started + (g_strcmp0 (wish, "always") == 0 ? 0 : PATIENCE);
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);
  return self;
}

/* One write, so that nothing comes between. */
static void
draw (CliProgress *self, int from, int to, const char *text)
{
  g_autoptr (GString) line = g_string_new ("\r");

  g_string_append_printf (line, "%s [", self->title);
  for (int i = 0; i < WIDTH; i++)
    g_string_append_c (line, i >= from && i < to ? '#' : '.');
  g_string_append_printf (line, "] %s\033[K", text);
  fputs (line->str, stderr);
  fflush (stderr);
}

static gboolean
is_time (CliProgress *self, gboolean told)
{
  gint64 now = g_get_monotonic_time ();
  gboolean due;

  if (!self->terminal)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->told |= told;
  due = now >= self->next;
  if (due)
    {
      self->next = now + PERIOD;
      self->shown = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return due;
}

/* A BeaverProgressFunc */
void
cli_progress_tell (gint64 done, gint64 total, gpointer data)
{
  CliProgress *self = data;
  g_autofree char *text = NULL;

  if (is_time (self, total > 0))
    {
      text = total > 0 ?
                 g_strdup_printf ("%3d %%", (int) (100.0 * CLAMP (done, 0, total) / total)) :
                 g_strdup_printf ("%" G_GINT64_FORMAT, done);
      draw (self, 0, total > 0 ? (int) (CLAMP ((double) done / total, 0, 1) * WIDTH) : 0, text);
    }
  /* a terminal that stood still goes on with Ctrl-C: nothing more is done once that was pressed */
  if (cli_signals_arrived ())
    cli_wait (self->cli, 10, NULL);
}

static gpointer
pulse (gpointer data)
{
  CliProgress *self = data;

  g_mutex_lock (&self->lock);
  /* what is due is shown even when the work was done before this thread came to run */
  do
    {
      gint64 now = g_get_monotonic_time ();

      if (now >= self->next && !self->told)
        {
          int at = (int) ((now - self->started) / PERIOD) % (2 * (WIDTH - RUNNER));
          g_autofree char *text =
              g_strdup_printf ("%.0f s", (double) (now - self->started) / G_USEC_PER_SEC);

          if (at > WIDTH - RUNNER)
            at = 2 * (WIDTH - RUNNER) - at;
          self->next = now + PERIOD;
          self->shown = TRUE;
          g_mutex_unlock (&self->lock);
          draw (self, at, at + RUNNER, text);
          g_mutex_lock (&self->lock);
        }
      if (!self->end)
        g_cond_wait_until (&self->ended, &self->lock, MAX (self->next, now + PERIOD));
    }
  while (!self->end);
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* For work that tells nothing until it is done. */
void
cli_progress_pulse (CliProgress *self)
{
  if (self->terminal && self->pulse == NULL)
    self->pulse =
        g_thread_try_new ("beaver-progress", pulse, self, NULL); /* no thread, no ornament */
}

void
cli_progress_free (CliProgress *self)
{
  if (self->pulse != NULL)
    {
      g_mutex_lock (&self->lock);
      self->end = TRUE;
      g_cond_signal (&self->ended);
      g_mutex_unlock (&self->lock);
      g_thread_join (self->pulse);
    }
  if (self->shown)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
    }
  if (cli_signals_arrived ())
    cli_wait (self->cli, 10, NULL);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
  g_free (self->title);
  g_free (self);
}
