/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* A picture that is drawn again and again. On a terminal it takes the other screen, as editors do,
 * so that what was there comes back; elsewhere the pictures follow each other, without escapes. */

struct _CliScreen
{
  Cli *cli;
  int columns;
  int rows;
  int row;
  gboolean entered;
  GString *frame;
};

static void
measure (CliScreen *self)
{
  struct winsize size;

  self->columns = 80;
  self->rows = 24;
  if (self->cli->terminal && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
      size.ws_row > 0)
    {
      self->columns = size.ws_col;
      self->rows = size.ws_row;
    }
  else if (!self->cli->terminal)
    {
      self->columns = G_MAXINT;
      self->rows = G_MAXINT;
    }
}

CliScreen *
cli_screen_new (Cli *cli)
{
  CliScreen *self = g_new0 (CliScreen, 1);

  self->cli = cli;
  self->frame = g_string_new (NULL);
  measure (self);
  return self;
}

int
cli_screen_columns (CliScreen *self)
{
  return MIN (self->columns, 120);
}

void
cli_screen_begin (CliScreen *self)
{
  measure (self);
  self->row = 0;
  g_string_truncate (self->frame, 0);
  if (!self->cli->terminal)
    return;
  if (!self->entered)
    g_string_append (self->frame, "\033[?1049h\033[?25l\033[2J");
  self->entered = TRUE;
  g_string_append (self->frame, "\033[H");
}

/* Cuts at the edge of the screen, colours not counted. */
static void
append_cut (GString *out, const char *text, int columns)
{
  int width = 0;

  while (*text != '\0')
    {
      const char *next = g_utf8_next_char (text);
      gunichar c = g_utf8_get_char (text);

      if (c == 0x1b)
        {
          const char *end = strchr (text, 'm');

          next = end != NULL ? end + 1 : text + strlen (text);
        }
      else
        {
          width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
          if (width > columns)
            break;
        }
      g_string_append_len (out, text, next - text);
      text = next;
    }
}

void
cli_screen_line (CliScreen *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  if (self->row >= self->rows)
    return;
  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  if (self->cli->terminal && self->row > 0)
    g_string_append (self->frame, "\r\n");
  append_cut (self->frame, text, self->columns);
  if (self->cli->terminal)
    g_string_append (self->frame, self->cli->colour ? "\033[0m\033[K" : "\033[K");
  else
    g_string_append_c (self->frame, '\n');
  self->row++;
}

gboolean
cli_screen_end (CliScreen *self, GError **error)
{
  if (self->cli->terminal)
    g_string_append (self->frame, "\033[J");
  cli_put (self->frame->str);
  return cli_flush (error);
}

void
cli_screen_free (CliScreen *self)
{
  if (self->entered)
    {
      cli_put ("\033[?25h\033[?1049l");
      cli_flush (NULL);
    }
  g_string_free (self->frame, TRUE);
  g_free (self);
}

/* NaN: there was nothing. */
char *
cli_sparkline (const double *values, int n_values)
{
  static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  g_autoptr (GString) out = g_string_new (NULL);
  double low = INFINITY;
  double high = -INFINITY;

  for (int i = 0; i < n_values; i++)
    if (!isnan (values[i]))
      {
        low = MIN (low, values[i]);
        high = MAX (high, values[i]);
      }
  for (int i = 0; i < n_values; i++)
    {
      double part = high > low ? (values[i] - low) / (high - low) : 0.5;

      if (isnan (values[i]))
        g_string_append_c (out, ' ');
      else
        g_string_append (out, bars[(int) CLAMP (floor (part * 7.999), 0, 7)]);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* FALSE when the user had enough of it. */
gboolean
cli_wait (Cli *cli, double seconds, GError **error)
{
  double end = g_get_monotonic_time () / 1e6 + seconds;
  double rest;

  while (!g_cancellable_is_cancelled (cli->cancellable) &&
         (rest = end - g_get_monotonic_time () / 1e6) > 0)
    {
      GPollFD fd;

      if (!g_cancellable_make_pollfd (cli->cancellable, &fd))
        break;
      g_poll (&fd, 1, (int) MIN (ceil (rest * 1000), 3600000));
      g_cancellable_release_fd (cli->cancellable);
    }
  return !g_cancellable_set_error_if_cancelled (cli->cancellable, error);
}
