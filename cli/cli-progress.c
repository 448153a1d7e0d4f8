/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* How far long work is, on standard error when that is a terminal. Short work says nothing. */

#define WIDTH 30
#define PATIENCE (G_USEC_PER_SEC / 2)
#define PERIOD (G_USEC_PER_SEC / 10)

struct _CliProgress
{
  char *title;
  gboolean terminal;
  gboolean shown;
  gint64 next; /* when to draw again */
};

CliProgress *
cli_progress_new (Cli *cli, const char *title)
{
  CliProgress *self = g_new0 (CliProgress, 1);

  self->title = g_strdup (title);
  self->terminal = isatty (STDERR_FILENO);
  self->next = g_get_monotonic_time () + PATIENCE;
  return self;
}

/* A BeaverProgressFunc */
void
cli_progress_tell (gint64 done, gint64 total, gpointer data)
{
  CliProgress *self = data;
  gint64 now = g_get_monotonic_time ();
  int filled = total > 0 ? (int) (CLAMP ((double) done / total, 0, 1) * WIDTH) : 0;

  if (!self->terminal || now < self->next)
    return;
  self->next = now + PERIOD;
  self->shown = TRUE;
  fprintf (stderr, "\r%s [", self->title);
  for (int i = 0; i < WIDTH; i++)
    fputc (i < filled ? '#' : '.', stderr);
  if (total > 0)
    fprintf (stderr, "] %3d %%\033[K", (int) (100.0 * done / total));
  else
    fprintf (stderr, "] %" G_GINT64_FORMAT "\033[K", done);
  fflush (stderr);
}

void
cli_progress_free (CliProgress *self)
{
  if (self->shown)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
    }
  g_free (self->title);
  g_free (self);
}
