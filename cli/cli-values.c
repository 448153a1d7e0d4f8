/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* Words become values here, and values words. */

char *
cli_json_string (const char *text)
{
  return beaver_json_from_string (text, NULL);
}

char *
cli_json_double (double number)
{
  g_autofree char *json = beaver_json_from_double (number, NULL);

  return json != NULL ? g_steal_pointer (&json) : g_strdup ("null");
}

double
cli_now (void)
{
  return g_get_real_time () / 1e6;
}

/* What begins as an object, an array or a quoted text has to be one: a slip of the pen shall not be
 * stored as a text. Anything else that is no JSON is the text that it is. NaN and the infinities
 * are words of Python's JSON, and more often the user's own. */
char *
cli_parse_value (const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = NULL;
  const char *start = text;

  if (!g_utf8_validate (text, -1, NULL))
    {
      cli_usage_error (error, _ ("the value is no valid UTF-8; store bytes as a blob"));
      return NULL;
    }
  while (g_ascii_isspace (*start))
    start++;
  if (*start == '{' || *start == '[' || *start == '"')
    {
      json = beaver_json_normalize (text, &local_error);
      if (json == NULL)
        cli_usage_error (error, _ ("%s; for a text that begins with “%c”, quote it: '\"%c…\"'"),
                         local_error->message, *start, *start == '"' ? '\'' : *start);
      return g_steal_pointer (&json);
    }
  if (g_ascii_isdigit (*start) || (*start == '-' && g_ascii_isdigit (start[1])) || *start == 't' ||
      *start == 'f' || *start == 'n')
    json = beaver_json_normalize (text, NULL);
  return json != NULL ? g_steal_pointer (&json) : beaver_json_from_string (text, error);
}

/* Reads what there is, until Ctrl-C. -1 on error, 0 at the end. */
gssize
cli_read_fd (Cli *cli, int fd, char *buffer, gsize size, GError **error)
{
  for (;;)
    {
      GPollFD fds[2] = { { fd, G_IO_IN | G_IO_HUP | G_IO_ERR, 0 } };
      gboolean polled = g_cancellable_make_pollfd (cli->cancellable, &fds[1]);
      gssize n;

      g_poll (fds, polled ? 2 : 1, -1);
      if (polled)
        g_cancellable_release_fd (cli->cancellable);
      if (g_cancellable_set_error_if_cancelled (cli->cancellable, error))
        return -1;
      if (fds[0].revents == 0)
        continue;
      n = read (fd, buffer, size);
      if (n >= 0)
        return n;
      if (errno != EINTR && errno != EAGAIN)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       fd == STDIN_FILENO ? _ ("cannot read standard input: %s") :
                                            _ ("cannot read the file: %s"),
                       g_strerror (errno));
          return -1;
        }
    }
}

char *
cli_read_stdin (Cli *cli, gsize *length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[65536];
  gssize n;

  while ((n = cli_read_fd (cli, STDIN_FILENO, buffer, sizeof buffer, error)) > 0)
    g_string_append_len (text, buffer, n);
  if (n < 0)
    return NULL;
  if (length != NULL)
    *length = text->len;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What was read is no text, where it would end before its end. */
gboolean
cli_check_text (const char *text, gsize length, GError **error)
{
  return memchr (text, '\0', length) == NULL ||
         cli_usage_error (error, _ ("the text holds a NUL byte; store bytes as a blob"));
}

/* The next line of standard input, without its end; NULL without error after the last. */
char *
cli_read_line (Cli *cli, GError **error)
{
  static GString *pending = NULL;
  static gboolean ended = FALSE;
  static gsize searched = 0;

  if (pending == NULL)
    pending = g_string_new (NULL);
  for (;;)
    {
      char *end = memchr (pending->str + searched, '\n', pending->len - searched);
      char buffer[65536];
      gssize n;

      if (end != NULL || (ended && pending->len > 0))
        {
          gsize length = end != NULL ? (gsize) (end - pending->str) : pending->len;
          g_autofree char *line = NULL;

          if (!cli_check_text (pending->str, length, error))
            return NULL;
          line = g_strndup (pending->str, length);
          g_string_erase (pending, 0, end != NULL ? length + 1 : length);
          searched = 0;
          if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
          return g_steal_pointer (&line);
        }
      if (ended)
        return NULL;
      searched = pending->len;
      n = cli_read_fd (cli, STDIN_FILENO, buffer, sizeof buffer, error);
      if (n < 0)
        return NULL;
      if (n == 0)
        ended = TRUE;
      else
        g_string_append_len (pending, buffer, n);
    }
}

/* The value that stands at index: a word, standard input for "-", null when there is none. */
char *
cli_value (Cli *cli, int index, GError **error)
{
  if (index >= cli->n_args)
    return g_strdup ("null");
  if (strcmp (cli->args[index], "-") == 0)
    {
      gsize length;
      g_autofree char *text = cli_read_stdin (cli, &length, error);

      if (text == NULL)
        return NULL;
      if (!cli_check_text (text, length, error))
        return NULL;
      /* the end of the line that echo and editors add */
      if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
      return cli_parse_value (text, error);
    }
  return cli_parse_value (cli->args[index], error);
}

gboolean
cli_parse_int (const char *text, gint64 *number, GError **error)
{
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, number, NULL))
    return TRUE;
  return cli_usage_error (error, _ ("“%s” is no whole number"), text);
}

gboolean
cli_parse_double (const char *text, double *number, GError **error)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  if (end != text && *end == '\0' && isfinite (*number))
    return TRUE;
  return cli_usage_error (error, _ ("“%s” is no number"), text);
}

/* 90, 1.5, 15m, 2h, 7d */
gboolean
cli_parse_duration (const char *text, double *seconds, GError **error)
{
  char *end;
  double number = g_ascii_strtod (text, &end);
  double unit = 1;

  switch (*end)
    {
    case 'd':
      unit *= 24;
      /* fall through */
    case 'h':
      unit *= 60;
      /* fall through */
    case 'm':
      unit *= 60;
      /* fall through */
    case 's':
      end++;
      break;
    default:
      break;
    }
  if (end == text || *end != '\0' || !isfinite (number) || g_ascii_isalpha (*text))
    return cli_usage_error (error, _ ("“%s” is no duration; write seconds, or 15m, 2h, 7d"), text);
  *seconds = number * unit;
  return TRUE;
}

/* Seconds since the epoch, a date, or with a sign how far it is from now. */
gboolean
cli_parse_time (const char *text, double *time, GError **error)
{
  char *end;
  double number = g_ascii_strtod (text, &end);

  if (*text == '-' || *text == '+')
    {
      if (!cli_parse_duration (text, &number, error))
        return FALSE;
      *time = cli_now () + number;
      return TRUE;
    }
  if (strcmp (text, "now") == 0)
    {
      *time = cli_now ();
      return TRUE;
    }
  if (end != text && *end == '\0' && isfinite (number) && !g_ascii_isalpha (*text))
    {
      *time = number;
      return TRUE;
    }
  {
    g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
    g_autofree char *whole =
        strpbrk (text, "Tt ") == NULL ? g_strconcat (text, "T00:00:00", NULL) : g_strdup (text);
    g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (whole, zone);

    if (date == NULL)
      return cli_usage_error (
          error,
          _ ("“%s” is no time; write seconds since 1970, 2026-11-22T09:30:00, or -15m for a "
             "quarter of an hour ago"),
          text);
    *time = g_date_time_to_unix (date) + g_date_time_get_microsecond (date) / 1e6;
    return TRUE;
  }
}

char *
cli_format_time (double time)
{
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = NULL;
  double whole = floor (time);
  int milliseconds = (int) floor ((time - whole) * 1000);

  if (isfinite (time) && fabs (time) < 1e11)
    date = g_date_time_new_from_unix_local ((gint64) whole);
  if (date == NULL)
    return cli_json_double (time);
  text = g_date_time_format (date, "%Y-%m-%d %H:%M:%S");
  return g_strdup_printf ("%s.%03d", text, milliseconds);
}

char *
cli_format_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}
