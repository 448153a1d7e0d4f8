/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* What is in the file and how it changes, again and again. */

#define HISTORY 30

static struct
{
  char *period;
  gint64 count;
} options;

typedef struct
{
  const CliGroup *group;
  char *name;
  gint64 count;
  double rate; /* entries a second, negative when they go */
  double history[HISTORY];
  int n_history;
  gint64 seen; /* the picture in which it was there */
} Structure;

typedef struct
{
  GHashTable *by_name;   /* (element-type utf8 Structure), KIND:NAME */
  GPtrArray *structures; /* (element-type Structure) */
  gint64 picture;
  double seconds; /* since the picture before */
  gint64 total;
  double changes;          /* entries that came or went, a second */
  gint64 commits;          /* so far; -1: unknown */
  double commit_rate;      /* a second; negative: unknown */
  double history[HISTORY]; /* of commit_rate */
  int n_history;
} Top;

static void
structure_free (gpointer data)
{
  Structure *self = data;

  g_free (self->name);
  g_free (self);
}

static gboolean
see (const CliGroup *group, const char *name, gint64 count, gpointer data, GError **error)
{
  Top *self = data;
  g_autofree char *key = g_strconcat (group->name, ":", name, NULL);
  Structure *structure = g_hash_table_lookup (self->by_name, key);

  if (structure == NULL)
    {
      structure = g_new0 (Structure, 1);
      structure->group = group;
      structure->name = g_strdup (name);
      structure->count = self->picture > 1 ? 0 : count;
      g_ptr_array_add (self->structures, structure);
      g_hash_table_insert (self->by_name, g_steal_pointer (&key), structure);
    }
  structure->rate = self->seconds > 0 ? (count - structure->count) / self->seconds : 0;
  structure->count = count;
  structure->seen = self->picture;
  if (structure->n_history == HISTORY)
    memmove (structure->history, structure->history + 1, sizeof (double) * --structure->n_history);
  structure->history[structure->n_history++] = count;
  self->total += count;
  self->changes += fabs (structure->rate);
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Structure *x = *(const Structure *const *) a;
  const Structure *y = *(const Structure *const *) b;
  double difference = fabs (y->rate) - fabs (x->rate);

  if (difference != 0)
    return difference > 0 ? 1 : -1;
  return x->group != y->group ? strcmp (x->group->name, y->group->name) : strcmp (x->name, y->name);
}

static char *
shown (const char *text, int width)
{
  g_autofree char *json = cli_json_string (text);
  g_autofree char *display = cli_display (json, TRUE);
  int fill = MAX (0, width - cli_width (display));

  return g_strdup_printf ("%s%*s", display, fill, "");
}

static void
draw_live (CliScreen *screen, CliLive *live)
{
  if (live->queues->len + live->consumers->len + live->locks->len > 0)
    cli_screen_line (screen, "%s", "");
  for (guint i = 0; i < live->queues->len; i++)
    {
      CliQueued *queued = g_ptr_array_index (live->queues, i);
      g_autofree char *name = shown (queued->name, 0);

      cli_screen_line (screen,
                       _ ("queue “%s”: %" PRIu64 " waiting, %" PRIu64 " delayed, %" PRIu64
                          " worked on, %" PRIu64 " given up"),
                       name, (guint64) queued->jobs[BEAVER_JOB_STATE_WAITING],
                       (guint64) queued->jobs[BEAVER_JOB_STATE_DELAYED],
                       (guint64) queued->jobs[BEAVER_JOB_STATE_CLAIMED],
                       (guint64) queued->jobs[BEAVER_JOB_STATE_DEAD]);
    }
  for (guint i = 0; i < live->consumers->len; i++)
    {
      CliConsumer *consumer = g_ptr_array_index (live->consumers, i);
      g_autofree char *channel = shown (consumer->channel, 0);
      g_autofree char *name = shown (consumer->name, 0);

      cli_screen_line (
          screen,
          consumer->open ?
              ngettext ("channel “%s”: consumer “%s” listens, %" PRIu64 " message behind",
                        "channel “%s”: consumer “%s” listens, %" PRIu64 " messages behind",
                        (gulong) consumer->lag) :
              ngettext ("channel “%s”: consumer “%s” is away, %" PRIu64 " message behind",
                        "channel “%s”: consumer “%s” is away, %" PRIu64 " messages behind",
                        (gulong) consumer->lag),
          channel, name, (guint64) consumer->lag);
    }
  for (guint i = 0; i < live->locks->len; i++)
    {
      CliHeld *held = g_ptr_array_index (live->locks, i);
      g_autofree char *name = shown (held->name, 0);
      g_autofree char *holder = shown (held->holder, 0);

      cli_screen_line (screen, _ ("lock “%s” held by %s, %" PRIu64 " waiting, expires in %.0f s"),
                       name, holder, (guint64) held->waiting, held->expires_at - cli_now ());
    }
}

static gboolean
draw (CliScreen *screen, Cli *cli, Top *self, CliLive *live, GError **error)
{
  const char *bold = cli->colour ? "\033[1m" : "";
  const char *plain = cli->colour ? "\033[0m" : "";
  g_autofree char *time = cli_format_time (cli_now ());
  g_autofree char *bytes = cli_format_bytes (cli_file_size (cli->path, ""));
  g_autofree char *wal = cli_format_bytes (cli_file_size (cli->path, "-wal"));
  int width = cli_width (_ ("NAME"));

  for (guint i = 0; i < self->structures->len; i++)
    width = MAX (
        width, MIN (32, cli_width (((Structure *) g_ptr_array_index (self->structures, i))->name)));
  cli_screen_begin (screen);
  cli_screen_line (screen, _ ("%s%s%s  %s, write-ahead log %s  %s"), bold, cli->path, plain, bytes,
                   wal, time);
  cli_screen_line (screen, _ ("structures: %u, entries: %" PRIu64 ", locks held: %u"),
                   self->structures->len, (guint64) self->total, live->locks->len);
  if (self->commit_rate >= 0)
    {
      g_autofree char *line = cli_sparkline (self->history, self->n_history);

      cli_screen_line (screen,
                       _ ("commits: %.1f a second, entries that came or went: %.1f a second  "
                          "%s%s"),
                       self->commit_rate, self->changes, cli->colour ? "\033[36m" : "", line);
    }
  cli_screen_line (screen, "%s", "");
  if (self->structures->len > 0)
    {
      g_autofree char *kind = shown (_ ("KIND"), 8);
      g_autofree char *name = shown (_ ("NAME"), width);

      cli_screen_line (screen, "%s%s %s %10s %10s", bold, kind, name, _ ("COUNT"), _ ("A SECOND"));
    }
  for (guint i = 0; i < self->structures->len; i++)
    {
      Structure *s = g_ptr_array_index (self->structures, i);
      g_autofree char *name = shown (s->name, width);
      g_autofree char *line = cli_sparkline (s->history, s->n_history);
      g_autofree char *rate = s->rate == 0 ? g_strdup ("") : g_strdup_printf ("%+.1f", s->rate);

      cli_screen_line (screen, "%-8s %s %10" G_GINT64_FORMAT " %10s  %s%s", s->group->name, name,
                       s->count, rate, cli->colour ? "\033[36m" : "", line);
    }
  draw_live (screen, live);
  return cli_screen_end (screen, error);
}

static char *
to_json (Cli *cli, Top *self, CliLive *live)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *now = cli_json_double (cli_now ());

  g_string_append_printf (out,
                          "{\"timestamp\": %s, \"bytes\": %" G_GUINT64_FORMAT
                          ", \"wal_bytes\": %" G_GUINT64_FORMAT ", \"structures\": [",
                          now, cli_file_size (cli->path, ""), cli_file_size (cli->path, "-wal"));
  for (guint i = 0; i < self->structures->len; i++)
    {
      Structure *s = g_ptr_array_index (self->structures, i);
      g_autofree char *name = cli_json_string (s->name);
      g_autofree char *rate = cli_json_double (s->rate);

      g_string_append_printf (
          out, "%s{\"kind\": \"%s\", \"name\": %s, \"count\": %" G_GINT64_FORMAT ", \"rate\": %s}",
          i > 0 ? ", " : "", s->group->name, name, s->count, rate);
    }
  g_string_append (out, "], ");
  cli_live_append_json (live, out);
  if (self->commit_rate >= 0)
    {
      g_autofree char *rate = cli_json_double (self->commit_rate);

      g_string_append_printf (out, ", \"commit_rate\": %s", rate);
    }
  else
    {
      g_string_append (out, ", \"commit_rate\": null");
    }
  {
    g_autofree char *changes = cli_json_double (self->changes);

    g_string_append_printf (out, ", \"change_rate\": %s}", changes);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
forget_gone (Top *self)
{
  for (guint i = self->structures->len; i > 0; i--)
    {
      Structure *s = g_ptr_array_index (self->structures, i - 1);

      if (s->seen != self->picture)
        {
          g_autofree char *key = g_strconcat (s->group->name, ":", s->name, NULL);

          g_hash_table_remove (self->by_name, key);
          g_ptr_array_remove_index (self->structures, i - 1);
        }
    }
  g_ptr_array_sort (self->structures, compare);
}

/* The counter is of 32 bits, and begins anew with a new log. */
static void
count_commits (Top *self, Cli *cli)
{
  gint64 commits = cli_live_commits (cli);
  gint64 made = (guint32) (commits - self->commits);

  self->commit_rate = -1;
  if (commits >= 0 && self->commits >= 0 && self->seconds > 0)
    self->commit_rate = (made < G_MAXINT32 ? made : 0) / self->seconds;
  else if (commits >= 0)
    self->commit_rate = 0;
  self->commits = commits;
  if (self->commit_rate < 0)
    return;
  if (self->n_history == HISTORY)
    memmove (self->history, self->history + 1, sizeof (double) * --self->n_history);
  self->history[self->n_history++] = self->commit_rate;
}

static int
run_top (Cli *cli, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) structures = g_ptr_array_new_with_free_func (structure_free);
  Top top = { .by_name = by_name, .structures = structures, .commits = -1 };
  g_autoptr (CliScreen) screen = NULL;
  double period = 1;
  gint64 before = 0;

  if (options.period != NULL && !cli_parse_duration (options.period, &period, error))
    return -1;
  if (period < 0.05)
    {
      cli_usage_error (error, _ ("--period has to be 0.05 seconds at least"));
      return -1;
    }
  screen = cli_screen_new (cli);
  for (gint64 n = 0; options.count <= 0 || n < options.count; n++)
    {
      g_autoptr (CliLive) live = NULL;
      gint64 now;

      if (n > 0 && !cli_wait (cli, period, error))
        return -1;
      now = g_get_monotonic_time ();
      top.seconds = before > 0 ? (now - before) / 1e6 : 0;
      before = now;
      top.picture++;
      top.total = 0;
      top.changes = 0;
      count_commits (&top, cli);
      if (!cli_for_each_structure (cli, see, &top, error) ||
          (live = cli_live_new (cli, error)) == NULL)
        return -1;
      forget_gone (&top);
      /* for eyes in a pipe as well: who wants to compute says so */
      if (cli->format == CLI_FORMAT_TABLE || cli->format == CLI_FORMAT_TEXT)
        {
          if (!draw (screen, cli, &top, live, error))
            return -1;
        }
      else
        {
          g_autofree char *json = to_json (cli, &top, live);

          if (!cli_put_value (cli, json, error))
            return -1;
        }
    }
  return CLI_OK;
}

static const GOptionEntry top_options[] = {
  { "period", 'p', 0, G_OPTION_ARG_FILENAME, &options.period, N_ ("How often (1)"),
    N_ ("SECONDS") },
  { "count", 'n', 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many pictures"),
    N_ ("NUMBER") },
  { NULL },
};

static const CliVerb command = { "top",
                                 NULL,
                                 "",
                                 N_ ("Show how the structures grow and who holds locks, live"),
                                 0,
                                 0,
                                 CLI_VERB_READS,
                                 top_options,
                                 run_top };

const CliGroup cli_group_top = {
  .name = "top",
  .summary = N_ ("A live view of all structures"),
  .command = &command,
};
