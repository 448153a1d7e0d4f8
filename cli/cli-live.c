/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* Who uses a file at this moment, as far as the file tells: holders of locks, jobs, consumers, and
 * how many commits there were. */

static void
held_free (gpointer data)
{
  CliHeld *self = data;

  g_free (self->name);
  g_free (self->holder);
  g_free (self);
}

static void
queued_free (gpointer data)
{
  CliQueued *self = data;

  g_free (self->name);
  g_free (self);
}

static void
consumer_free (gpointer data)
{
  CliConsumer *self = data;

  g_free (self->channel);
  g_free (self->name);
  g_free (self);
}

void
cli_live_free (CliLive *self)
{
  g_ptr_array_unref (self->locks);
  g_ptr_array_unref (self->queues);
  g_ptr_array_unref (self->consumers);
  g_free (self);
}

static gboolean
see_locks (CliLive *self, Cli *cli, GError **error)
{
  g_auto (GStrv) names = beaver_db_get_lock_names (cli->db, cli->cancellable, error);

  if (names == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++)
    {
      BeaverLock *lock = beaver_db_get_lock (cli->db, *name, error);
      g_autoptr (BeaverLockInfo) info =
          lock != NULL ? beaver_lock_get_info (lock, cli->cancellable, error) : NULL;
      CliHeld *held;

      if (info == NULL)
        return FALSE;
      if (beaver_lock_info_get_holder (info) == NULL)
        continue;
      held = g_new0 (CliHeld, 1);
      held->name = g_strdup (*name);
      held->holder = g_strdup (beaver_lock_info_get_holder (info));
      held->process_id = beaver_lock_info_get_process_id (info);
      held->waiting = beaver_lock_info_get_waiting (info);
      held->expires_at = beaver_lock_info_get_expires_at (info);
      g_ptr_array_add (self->locks, held);
    }
  return TRUE;
}

static gboolean
see_queues (CliLive *self, Cli *cli, GError **error)
{
  g_auto (GStrv) names = beaver_db_get_queue_names (cli->db, cli->cancellable, error);

  if (names == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++)
    {
      BeaverQueue *queue = beaver_db_get_queue (cli->db, *name, error);
      CliQueued *queued;

      if (queue == NULL)
        return FALSE;
      queued = g_new0 (CliQueued, 1);
      queued->name = g_strdup (*name);
      g_ptr_array_add (self->queues, queued);
      for (int state = 0; state < 4; state++)
        {
          queued->jobs[state] = beaver_queue_count_jobs (queue, state, cli->cancellable, error);
          if (queued->jobs[state] < 0)
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
see_consumers (CliLive *self, Cli *cli, GError **error)
{
  g_auto (GStrv) names = beaver_db_get_channel_names (cli->db, cli->cancellable, error);

  if (names == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++)
    {
      BeaverChannel *channel = beaver_db_get_channel (cli->db, *name, error);
      g_autoptr (GPtrArray) infos =
          channel != NULL ? beaver_channel_get_consumers (channel, cli->cancellable, error) : NULL;

      if (infos == NULL)
        return FALSE;
      for (guint i = 0; i < infos->len; i++)
        {
          BeaverConsumerInfo *info = g_ptr_array_index (infos, i);
          CliConsumer *consumer = g_new0 (CliConsumer, 1);

          consumer->channel = g_strdup (*name);
          consumer->name = g_strdup (beaver_consumer_info_get_name (info));
          consumer->lag = beaver_consumer_info_get_lag (info);
          consumer->open = beaver_consumer_info_get_open (info);
          g_ptr_array_add (self->consumers, consumer);
        }
    }
  return TRUE;
}

CliLive *
cli_live_new (Cli *cli, GError **error)
{
  g_autoptr (CliLive) self = g_new0 (CliLive, 1);

  self->locks = g_ptr_array_new_with_free_func (held_free);
  self->queues = g_ptr_array_new_with_free_func (queued_free);
  self->consumers = g_ptr_array_new_with_free_func (consumer_free);
  if (!see_locks (self, cli, error) || !see_queues (self, cli, error) ||
      !see_consumers (self, cli, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* As a terminal may show it. */
char *
cli_live_shown (const char *text)
{
  g_autofree char *json = cli_json_string (text);

  return cli_display (json, TRUE);
}

/* "locks": [...], "queues": [...], "consumers": [...] */
void
cli_live_append_json (CliLive *self, GString *out)
{
  g_string_append (out, "\"locks\": [");
  for (guint i = 0; i < self->locks->len; i++)
    {
      CliHeld *held = g_ptr_array_index (self->locks, i);
      g_autofree char *name = cli_json_string (held->name);
      g_autofree char *holder = cli_json_string (held->holder);
      g_autofree char *expires = cli_json_double (held->expires_at);

      g_string_append_printf (out,
                              "%s{\"name\": %s, \"holder\": %s, \"process_id\": %" G_GINT64_FORMAT
                              ", \"waiting\": %" G_GINT64_FORMAT ", \"expires_at\": %s}",
                              i > 0 ? ", " : "", name, holder, held->process_id, held->waiting,
                              expires);
    }
  g_string_append (out, "], \"queues\": [");
  for (guint i = 0; i < self->queues->len; i++)
    {
      CliQueued *queued = g_ptr_array_index (self->queues, i);
      g_autofree char *name = cli_json_string (queued->name);

      g_string_append_printf (
          out,
          "%s{\"name\": %s, \"waiting\": %" G_GINT64_FORMAT ", \"delayed\": %" G_GINT64_FORMAT
          ", \"claimed\": %" G_GINT64_FORMAT ", \"dead\": %" G_GINT64_FORMAT "}",
          i > 0 ? ", " : "", name, queued->jobs[BEAVER_JOB_STATE_WAITING],
          queued->jobs[BEAVER_JOB_STATE_DELAYED], queued->jobs[BEAVER_JOB_STATE_CLAIMED],
          queued->jobs[BEAVER_JOB_STATE_DEAD]);
    }
  g_string_append (out, "], \"consumers\": [");
  for (guint i = 0; i < self->consumers->len; i++)
    {
      CliConsumer *consumer = g_ptr_array_index (self->consumers, i);
      g_autofree char *channel = cli_json_string (consumer->channel);
      g_autofree char *name = cli_json_string (consumer->name);

      g_string_append_printf (
          out, "%s{\"channel\": %s, \"name\": %s, \"lag\": %" G_GINT64_FORMAT ", \"open\": %s}",
          i > 0 ? ", " : "", channel, name, consumer->lag, consumer->open ? "true" : "false");
    }
  g_string_append (out, "]");
}

/* How many commits all processes have made since the write-ahead log was set up, modulo 2^32; -1
 * when nobody can tell. The index of the log begins with 48 bytes, twice, of which the third number
 * counts. The descriptor is never closed: that would drop the locks that SQLite has on the file. */
gint64
cli_live_commits (Cli *cli)
{
  static int fd = -1;
  static ino_t inode;
  g_autofree char *path = cli_beside (cli->path, "-shm");
  struct stat status;
  guint32 header[24];

  if (stat (path, &status) != 0)
    return -1;
  if (fd < 0 || status.st_ino != inode)
    {
      fd = open (path, O_RDONLY | O_CLOEXEC);
      inode = status.st_ino;
    }
  for (int i = 0; fd >= 0 && i < 100; i++)
    if (pread (fd, header, sizeof header, 0) == sizeof header &&
        memcmp (header, header + 12, 48) == 0)
      return header[2];
  return -1;
}
