/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

#define FLUSH_AT 65536

/* Not stdio: a closed pipe has to be told from a full disk, at every flush. */
static GString *pending = NULL;
static int failure = 0;           /* errno of the first write that failed */
static gboolean given_up = FALSE; /* Ctrl-C came while nobody read */

/* After Ctrl-C a terminal still gets what puts it right, if it takes it. */
#define PARTING_MS 2000

static gboolean
is_file (void)
{
  static int answer = -1;
  struct stat status;

  if (answer < 0)
    answer = fstat (STDOUT_FILENO, &status) != 0 || S_ISREG (status.st_mode);
  return answer;
}

/* So that Ctrl-C ends a command whose output nobody reads. FALSE: it did. */
static gboolean
wait_for_room (void)
{
  GCancellable *cancellable = cli_signals_cancellable ();
  GPollFD fds[2] = { { STDOUT_FILENO, G_IO_OUT | G_IO_ERR | G_IO_HUP, 0 } };
  gboolean polled = FALSE;
  gboolean ready;

  if (!g_cancellable_is_cancelled (cancellable))
    polled = g_cancellable_make_pollfd (cancellable, &fds[1]);
  while (g_poll (fds, polled ? 2 : 1, polled ? -1 : PARTING_MS) < 0 && errno == EINTR)
    ;
  ready = fds[0].revents != 0;
  if (polled)
    g_cancellable_release_fd (cancellable);
  return ready;
}

static void
write_out (void)
{
  gsize done = 0;

  given_up = FALSE;
  while (failure == 0 && pending != NULL && done < pending->len)
    {
      /* so much fits, wherever there is room at all */
      gsize most = is_file () ? G_MAXSSIZE : PIPE_BUF;
      gssize n;

      if (!is_file () && !wait_for_room () && !wait_for_room ())
        {
          given_up = TRUE;
          break;
        }
      n = write (STDOUT_FILENO, pending->str + done, MIN (most, pending->len - done));

      if (n >= 0)
        {
          done += n;
        }
      else if (errno != EINTR && errno != EAGAIN)
        {
          failure = errno;
        }
    }
  if (pending != NULL)
    g_string_truncate (pending, 0);
}

void
cli_put (const char *text)
{
  if (pending == NULL)
    pending = g_string_sized_new (4096);
  g_string_append (pending, text);
  if (pending->len >= FLUSH_AT)
    write_out ();
}

void
cli_printf (const char *format, ...)
{
  va_list list;

  if (pending == NULL)
    pending = g_string_sized_new (4096);
  va_start (list, format);
  g_string_append_vprintf (pending, format, list);
  va_end (list);
  if (pending->len >= FLUSH_AT)
    write_out ();
}

gboolean
cli_put_bytes (const char *bytes, gsize n_bytes, GError **error)
{
  if (pending == NULL)
    pending = g_string_sized_new (4096);
  g_string_append_len (pending, bytes, n_bytes);
  return pending->len < FLUSH_AT || cli_flush (error);
}

/* What SQLite keeps beside a database, which may be named by a symbolic link. */
char *
cli_beside (const char *path, const char *suffix)
{
  char *real = realpath (path, NULL);
  char *name = g_strconcat (real != NULL ? real : path, suffix, NULL);

  free (real);
  return name;
}

/* What is written into a file must not take the place of the database. */
static gboolean
check_target (Cli *cli, const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  struct stat target;

  if (stat (path, &target) != 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *own = cli_beside (cli->path, suffixes[i]);
      struct stat status;

      if (stat (own, &status) == 0 && status.st_dev == target.st_dev &&
          status.st_ino == target.st_ino)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("“%s” is a database in use; choose another path"), path);
          return FALSE;
        }
    }
  return TRUE;
}

/* The file that is written for a path: behind symbolic links, which stay as they are. A device or a
 * pipe cannot be replaced as a file can, and becomes standard output: then file is NULL. */
gboolean
cli_find_target (Cli *cli, const char *path, char **file, GError **error)
{
  struct stat status;
  int fd;

  *file = NULL;
  if (!check_target (cli, path, error))
    return FALSE;
  if (stat (path, &status) != 0 || S_ISREG (status.st_mode) || S_ISDIR (status.st_mode))
    {
      char *real = realpath (path, NULL);

      *file = g_strdup (real != NULL ? real : path);
      free (real);
      return TRUE;
    }
  /* does not wait for somebody who reads */
  fd = open (path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && dup2 (fd, STDOUT_FILENO) >= 0)
    {
      close (fd);
      return TRUE;
    }
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("cannot write “%s”: %s"), path,
               g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return FALSE;
}

gboolean
cli_flush (GError **error)
{
  write_out ();
  if (given_up)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  if (failure == 0)
    return TRUE;
  if (failure == EPIPE)
    {
      cli_signals_pipe_closed ();
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed pipe");
    }
  else
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure),
                   _ ("cannot write to standard output: %s"), g_strerror (failure));
    }
  return FALSE;
}

/* A remark for a person who looks on, never for a program. */
void
cli_say (Cli *cli, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  if (!isatty (STDERR_FILENO))
    return;
  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  fprintf (stderr, "%s\n", text);
}

/* How many cells of a terminal a text takes. */
int
cli_width (const char *text)
{
  int width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (c == 0x1b)
        {
          /* a colour */
          while (*text != '\0' && *text != 'm')
            text++;
          if (*text == '\0')
            break;
          continue;
        }
      width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

/* --- JSON for eyes --- */

static const char *
string_end (const char *text)
{
  for (text++; *text != '\0' && *text != '"'; text++)
    if (*text == '\\' && text[1] != '\0')
      text++;
  return *text == '"' ? text + 1 : text;
}

/* The file holds non-ASCII letters as \uXXXX; eyes want letters. Control characters stay escaped:
 * what lies in a file must not steer a terminal. */
static void
append_string (GString *out, const char *text, gsize length, gboolean unescape)
{
  const char *end = text + length;

  while (text < end)
    {
      if (unescape && *text == '\\' && end - text >= 6 && text[1] == 'u')
        {
          char digits[5] = { text[2], text[3], text[4], text[5], 0 };
          gunichar c = (gunichar) g_ascii_strtoull (digits, NULL, 16);
          gsize used = 6;

          if (c >= 0xd800 && c < 0xdc00 && end - text >= 12 && text[6] == '\\' && text[7] == 'u')
            {
              char more[5] = { text[8], text[9], text[10], text[11], 0 };
              gunichar low = (gunichar) g_ascii_strtoull (more, NULL, 16);

              if (low >= 0xdc00 && low < 0xe000)
                {
                  c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                  used = 12;
                }
            }
          if (c >= 0xa0 && g_unichar_validate (c) && g_unichar_isprint (c))
            g_string_append_unichar (out, c);
          else
            g_string_append_len (out, text, used);
          text += used;
        }
      else if (*text == '\\' && end - text >= 2)
        {
          g_string_append_len (out, text, 2);
          text += 2;
        }
      else
        {
          g_string_append_c (out, *text++);
        }
    }
}

#define COLOUR_KEY "\033[34m"
#define COLOUR_STRING "\033[32m"
#define COLOUR_WORD "\033[36m"
#define COLOUR_END "\033[0m"

/* Lays out a text in the normal form as Python's json.dumps (…, indent=2) does. */
char *
cli_json_pretty (const char *json, gboolean colour, gboolean unescape)
{
  g_autoptr (GString) out = g_string_new (NULL);
  int depth = 0;

  while (*json != '\0')
    {
      if (*json == '"')
        {
          const char *end = string_end (json);
          gboolean key = *end == ':';

          if (colour)
            g_string_append (out, key ? COLOUR_KEY : COLOUR_STRING);
          append_string (out, json, end - json, unescape);
          if (colour)
            g_string_append (out, COLOUR_END);
          json = end;
        }
      else if ((*json == '{' && json[1] == '}') || (*json == '[' && json[1] == ']'))
        {
          g_string_append_len (out, json, 2);
          json += 2;
        }
      else if (*json == '{' || *json == '[')
        {
          g_string_append_c (out, *json++);
          g_string_append_printf (out, "\n%*s", 2 * ++depth, "");
        }
      else if (*json == '}' || *json == ']')
        {
          depth--;
          g_string_append_printf (out, "\n%*s%c", 2 * depth, "", *json++);
        }
      else if (*json == ',')
        {
          g_string_append_printf (out, ",\n%*s", 2 * depth, "");
          json++;
          while (*json == ' ')
            json++;
        }
      else if (*json == ':')
        {
          g_string_append (out, ": ");
          json++;
          while (*json == ' ')
            json++;
        }
      else
        {
          gsize n = strcspn (json, ",:{}[]\" ");

          if (n == 0)
            {
              json++;
              continue;
            }
          if (colour)
            g_string_append (out, COLOUR_WORD);
          g_string_append_len (out, json, n);
          if (colour)
            g_string_append (out, COLOUR_END);
          json += n;
        }
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* One line: everything the library stores is that already, what a user or Python wrote may not be.
 */
char *
cli_json_compact (const char *json)
{
  g_autofree char *normal =
      strpbrk (json, "\n\r") != NULL ? beaver_json_normalize (json, NULL) : NULL;

  return normal != NULL ? g_steal_pointer (&normal) : g_strdup (json);
}

/* On one line of a terminal or a text: strings bare where asked for, control characters shown. */
char *
cli_display (const char *json, gboolean bare)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *text = NULL;

  if (bare && *json == '"')
    text = beaver_json_to_string (json, NULL);
  if (text == NULL)
    {
      append_string (out, json, strlen (json), TRUE);
      return g_string_free (g_steal_pointer (&out), FALSE);
    }
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (letter == '\n')
        g_string_append (out, "\\n");
      else if (letter == '\t')
        g_string_append (out, "\\t");
      else if (letter < 0x20 || (letter >= 0x7f && letter < 0xa0))
        g_string_append_printf (out, "\\u%04x", letter);
      else
        g_string_append_unichar (out, letter);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* One result, or nothing when there is none. */
gboolean
cli_put_value (Cli *cli, const char *json, GError **error)
{
  g_autofree char *text = NULL;

  if (json == NULL)
    return cli_flush (error);
  switch (cli->format)
    {
    case CLI_FORMAT_TABLE:
      text = cli_json_pretty (json, cli->colour, TRUE);
      break;
    case CLI_FORMAT_JSON:
      {
        g_autofree char *normal = beaver_json_normalize (json, NULL);

        text = cli_json_pretty (normal != NULL ? normal : json, cli->colour, FALSE);
      }
      break;
    case CLI_FORMAT_TEXT:
      text = *json == '"' ? beaver_json_to_string (json, NULL) : NULL;
      break;
    default:
      break;
    }
  if (text == NULL)
    text = cli_json_compact (json);
  cli_put (text);
  cli_put ("\n");
  return cli_flush (error);
}

gboolean
cli_put_int (Cli *cli, gint64 number, GError **error)
{
  g_autofree char *json = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  return cli_put_value (cli, json, error);
}
