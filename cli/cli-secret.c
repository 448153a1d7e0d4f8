/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "cli.h"

/* Secrets come out of files, out of the environment, or from a terminal that does not show them.
 * Never from the command line, which every user of the machine can read. */

#define LONGEST 4096

static int terminal = -1; /* atomic: whose echo is off */
static struct termios before;

void
cli_secret_wipe (char *secret)
{
  if (secret == NULL)
    return;
  for (volatile char *letter = secret; *letter != '\0'; letter++)
    *letter = '\0';
  g_free (secret);
}

/* Also called on the way out by a second Ctrl-C: an invisible shell would be left behind. */
void
cli_secret_restore_terminal (void)
{
  int fd = g_atomic_int_get (&terminal);

  if (fd >= 0)
    tcsetattr (fd, TCSAFLUSH, &before);
}

static gboolean
check_secret (const char *secret, gsize length, const char *origin, GError **error)
{
  if (length == 0)
    return cli_usage_error (error, _ ("the secret of %s is empty"), origin);
  if (strlen (secret) != length || !g_utf8_validate (secret, length, NULL))
    return cli_usage_error (error, _ ("the secret of %s is no text in UTF-8"), origin);
  return TRUE;
}

/* What stands in a file, without the end of its line. */
char *
cli_secret_read (Cli *cli, const char *path, GError **error)
{
  char *secret = NULL;
  gsize length;

  if (!g_file_get_contents (path, &secret, &length, error))
    return NULL;
  if (length > 0 && secret[length - 1] == '\n')
    secret[--length] = '\0';
  if (length > 0 && secret[length - 1] == '\r')
    secret[--length] = '\0';
  if (!check_secret (secret, length, path, error))
    g_clear_pointer (&secret, cli_secret_wipe);
  return secret;
}

static int
open_terminal (void)
{
  return open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

gboolean
cli_secret_can_ask (void)
{
  int fd = open_terminal ();

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/* -1 on error; 0 when the terminal is gone. */
static gssize
read_terminal (Cli *cli, int fd, char *buffer, gsize size, GError **error)
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
      if (n >= 0 || (errno != EINTR && errno != EAGAIN))
        return MAX (n, 0);
    }
}

static gboolean
say (int fd, const char *text)
{
  return write (fd, text, strlen (text)) == (gssize) strlen (text);
}

static char *
ask (Cli *cli, int fd, const char *prompt, GError **error)
{
  char buffer[LONGEST];
  gsize length = 0;
  char *secret = NULL;

  say (fd, prompt);
  for (;;)
    {
      gssize n = read_terminal (cli, fd, buffer + length, sizeof buffer - 1 - length, error);
      char *end = n > 0 ? memchr (buffer + length, '\n', n) : NULL;

      if (n < 0)
        break;
      length += n;
      if (n > 0 && end == NULL && length < sizeof buffer - 1)
        continue;
      if (end != NULL)
        length = end - buffer;
      buffer[length] = '\0';
      if (check_secret (buffer, length, _ ("the terminal"), error))
        secret = g_strdup (buffer);
      break;
    }
  say (fd, "\n");
  for (volatile char *letter = buffer; letter < buffer + sizeof buffer; letter++)
    *letter = '\0';
  return secret;
}

/* From whoever sits at the terminal, wherever input and output go. */
char *
cli_secret_ask (Cli *cli, const char *prompt, gboolean twice, GError **error)
{
  int fd = open_terminal ();
  struct termios silent;
  char *secret;

  if (fd < 0 || tcgetattr (fd, &before) != 0)
    {
      if (fd >= 0)
        close (fd);
      cli_usage_error (error, _ ("there is no terminal to ask for the secret; use --secret-file, "
                                 "or put it into BEAVER_SECRET"));
      return NULL;
    }
  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  silent.c_lflag |= ICANON | ISIG;
  g_atomic_int_set (&terminal, fd);
  tcsetattr (fd, TCSAFLUSH, &silent);
  secret = ask (cli, fd, prompt, error);
  if (secret != NULL && twice)
    {
      char *again = ask (cli, fd, _ ("Once more: "), error);

      if (again == NULL || strcmp (secret, again) != 0)
        {
          if (again != NULL)
            cli_usage_error (error, _ ("these were two different secrets; nothing was changed"));
          g_clear_pointer (&secret, cli_secret_wipe);
        }
      cli_secret_wipe (again);
    }
  cli_secret_restore_terminal ();
  g_atomic_int_set (&terminal, -1);
  close (fd);
  return secret;
}
