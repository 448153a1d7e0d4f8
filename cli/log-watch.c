/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* Statistics of a moving window, key by key. They are taken from the text of the entries, member by
 * member, because a window may hold a hundred thousand of them every second. */

#define BUCKETS 30
/* keys made of data, identifiers for instance, would fill the memory */
#define MOST_KEYS 1000

static struct
{
  char *window;
  char *period;
  gint64 count;
} options;

typedef enum
{
  TYPE_INT = 1 << 0,
  TYPE_FLOAT = 1 << 1,
  TYPE_STR = 1 << 2,
  TYPE_BOOL = 1 << 3,
  TYPE_NULL = 1 << 4,
  TYPE_LIST = 1 << 5,
  TYPE_DICT = 1 << 6,
} Types;

static const char *const type_names[] = { "int", "float", "str", "bool", "null", "list", "dict" };

typedef struct
{
  char *key; /* NULL: the entries that are no objects */
  gint64 count;
  gint64 numbers;
  Types types;
  double min;
  double max;
  double sum;
  gint64 counts[BUCKETS];
  gint64 bucket_numbers[BUCKETS];
  double sums[BUCKETS];
} Statistic;

typedef struct
{
  double start;
  double end;
  gint64 count;
  guint late;
  gint64 counts[BUCKETS];
  GHashTable *by_key;    /* (element-type utf8 Statistic) */
  GPtrArray *statistics; /* (element-type Statistic) in the order of appearance */
} Picture;

static void
statistic_free (gpointer data)
{
  Statistic *self = data;

  g_free (self->key);
  g_free (self);
}

static Statistic *
get_statistic (Picture *self, const char *key)
{
  Statistic *statistic = g_hash_table_lookup (self->by_key, key != NULL ? key : "");

  /* an empty key is as good as none here */
  if (statistic == NULL && self->statistics->len < MOST_KEYS)
    {
      statistic = g_new0 (Statistic, 1);
      statistic->key = key != NULL && *key != '\0' ? g_strdup (key) : NULL;
      statistic->min = INFINITY;
      statistic->max = -INFINITY;
      g_ptr_array_add (self->statistics, statistic);
      g_hash_table_insert (self->by_key, statistic->key != NULL ? statistic->key : (char *) "",
                           statistic);
    }
  return statistic;
}

static const char *
skip_string (const char *text)
{
  for (text++; *text != '\0' && *text != '"'; text++)
    if (*text == '\\' && text[1] != '\0')
      text++;
  return *text == '"' ? text + 1 : text;
}

static const char *
skip_space (const char *text)
{
  while (*text == ' ' || *text == '\n' || *text == '\t' || *text == '\r')
    text++;
  return text;
}

static const char *
skip_value (const char *text)
{
  int depth = 0;

  do
    {
      if (*text == '"')
        {
          text = skip_string (text);
          continue;
        }
      if (*text == '{' || *text == '[')
        depth++;
      else if (*text == '}' || *text == ']')
        {
          if (depth == 0)
            return text;
          depth--;
        }
      else if (*text == ',' && depth == 0)
        return text;
      if (*text != '\0')
        text++;
    }
  while (*text != '\0' && (depth > 0 || (*text != ',' && *text != '}' && *text != ']')));
  return text;
}

static void
add_value (Picture *self, const char *key, const char *value, int bucket)
{
  Statistic *statistic = get_statistic (self, key);
  gboolean number = FALSE;

  if (statistic == NULL)
    return;
  statistic->count++;
  statistic->counts[bucket]++;
  switch (*value)
    {
    case '"':
      statistic->types |= TYPE_STR;
      break;
    case '{':
      statistic->types |= TYPE_DICT;
      break;
    case '[':
      statistic->types |= TYPE_LIST;
      break;
    case 't':
    case 'f':
      statistic->types |= TYPE_BOOL;
      break;
    case 'n':
      statistic->types |= TYPE_NULL;
      break;
    default:
      {
        gsize n = strcspn (value, ",]} \n");

        number = TRUE;
        statistic->types |= memchr (value, '.', n) || memchr (value, 'e', n) ||
                                    memchr (value, 'E', n) || memchr (value, 'N', n) ||
                                    memchr (value, 'I', n) ?
                                TYPE_FLOAT :
                                TYPE_INT;
      }
      break;
    }
  if (number)
    {
      double x = g_ascii_strtod (value, NULL);

      if (!isfinite (x))
        return;
      statistic->numbers++;
      statistic->min = MIN (statistic->min, x);
      statistic->max = MAX (statistic->max, x);
      statistic->sum += x;
      statistic->bucket_numbers[bucket]++;
      statistic->sums[bucket] += x;
    }
}

static void
add_entry (Picture *self, const char *json, int bucket)
{
  const char *text = skip_space (json);

  if (*text != '{')
    {
      add_value (self, NULL, text, bucket);
      return;
    }
  text = skip_space (text + 1);
  while (*text == '"')
    {
      const char *end = skip_string (text);
      g_autofree char *quoted = g_strndup (text, end - text);
      g_autofree char *decoded =
          strchr (quoted, '\\') != NULL ? beaver_json_to_string (quoted, NULL) : NULL;

      text = skip_space (end);
      if (*text != ':')
        break;
      text = skip_space (text + 1);
      if (decoded == NULL)
        {
          quoted[end - json > 0 ? strlen (quoted) - 1 : 0] = '\0';
          add_value (self, quoted + 1, text, bucket);
        }
      else
        {
          add_value (self, decoded, text, bucket);
        }
      text = skip_space (skip_value (text));
      if (*text == ',')
        text = skip_space (text + 1);
    }
}

static char *
types_text (Types types)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if ((types & (1 << i)) != 0)
      g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "", type_names[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
to_json (Picture *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *start = cli_json_double (self->start);
  g_autofree char *end = cli_json_double (self->end);

  g_string_append_printf (out,
                          "{\"start\": %s, \"end\": %s, \"count\": %" G_GINT64_FORMAT
                          ", \"late\": %u, \"keys\": {",
                          start, end, self->count, self->late);
  for (guint i = 0; i < self->statistics->len; i++)
    {
      Statistic *s = g_ptr_array_index (self->statistics, i);
      g_autofree char *key = cli_json_string (s->key != NULL ? s->key : "");

      g_string_append_printf (out, "%s%s: {\"count\": %" G_GINT64_FORMAT ", \"types\": [",
                              i > 0 ? ", " : "", key, s->count);
      for (guint t = 0, n = 0; t < G_N_ELEMENTS (type_names); t++)
        if ((s->types & (1 << t)) != 0)
          g_string_append_printf (out, "%s\"%s\"", n++ > 0 ? ", " : "", type_names[t]);
      g_string_append_c (out, ']');
      if (s->numbers > 0)
        {
          g_autofree char *min = cli_json_double (s->min);
          g_autofree char *max = cli_json_double (s->max);
          g_autofree char *mean = cli_json_double (s->sum / s->numbers);

          g_string_append_printf (out, ", \"min\": %s, \"max\": %s, \"mean\": %s", min, max, mean);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "}}");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
short_number (double x)
{
  char buffer[64];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer,
                                    fabs (x) >= 1e6 ? "%.4g" :
                                    x == floor (x)  ? "%.0f" :
                                                      "%.4g",
                                    x));
}

static char *
pad (const char *text, int width, gboolean right)
{
  int fill = MAX (0, width - cli_width (text));

  return right ? g_strdup_printf ("%*s%s", fill, "", text) :
                 g_strdup_printf ("%s%*s", text, fill, "");
}

static void
put_line (CliScreen *screen, Cli *cli, Statistic *s, int key_width)
{
  double values[BUCKETS];
  g_autofree char *key_json = cli_json_string (s->key != NULL ? s->key : _ ("(value)"));
  g_autofree char *key_shown = cli_display (key_json, TRUE);
  g_autofree char *key = pad (key_shown, key_width, FALSE);
  g_autofree char *types_shown = types_text (s->types);
  g_autofree char *types = pad (types_shown, 10, FALSE);
  g_autofree char *min = s->numbers > 0 ? short_number (s->min) : g_strdup ("");
  g_autofree char *max = s->numbers > 0 ? short_number (s->max) : g_strdup ("");
  g_autofree char *mean = s->numbers > 0 ? short_number (s->sum / s->numbers) : g_strdup ("");
  g_autofree char *line = NULL;

  for (int i = 0; i < BUCKETS; i++)
    if (s->numbers > 0)
      values[i] = s->bucket_numbers[i] > 0 ? s->sums[i] / s->bucket_numbers[i] : NAN;
    else
      values[i] = s->counts[i] > 0 ? s->counts[i] : NAN;
  line = cli_sparkline (values, BUCKETS);
  cli_screen_line (screen, "%s %8" G_GINT64_FORMAT "  %s %9s %9s %9s  %s%s", key, s->count, types,
                   min, max, mean, cli->colour ? "\033[36m" : "", line);
}

static gboolean
draw (CliScreen *screen, Cli *cli, Picture *self, double window, double period, GError **error)
{
  g_autofree char *time = cli_format_time (self->end);
  g_autofree char *line = NULL;
  double values[BUCKETS];
  int key_width = cli_width (_ ("KEY"));

  for (int i = 0; i < BUCKETS; i++)
    values[i] = self->counts[i] > 0 ? self->counts[i] : NAN;
  line = cli_sparkline (values, BUCKETS);
  for (guint i = 0; i < self->statistics->len; i++)
    {
      Statistic *s = g_ptr_array_index (self->statistics, i);

      key_width = MAX (key_width, MIN (24, cli_width (s->key != NULL ? s->key : _ ("(value)"))));
    }
  cli_screen_begin (screen);
  cli_screen_line (screen, _ ("%slog “%s”%s, the last %g s, every %g s  %s"),
                   cli->colour ? "\033[1m" : "", cli->name, cli->colour ? "\033[0m" : "", window,
                   period, time);
  cli_screen_line (
      screen,
      ngettext ("%" PRIu64 " entry, %.1f a second, %u late  %s",
                "%" PRIu64 " entries, %.1f a second, %u late  %s", (gulong) self->count),
      (guint64) self->count, isfinite (window) ? self->count / window : 0, self->late, line);
  cli_screen_line (screen, "%s", "");
  if (self->statistics->len > 0)
    {
      g_autofree char *key = pad (_ ("KEY"), key_width, FALSE);
      g_autofree char *count = pad (_ ("COUNT"), 8, TRUE);
      g_autofree char *types = pad (_ ("TYPES"), 10, FALSE);
      g_autofree char *min = pad (_ ("MIN"), 9, TRUE);
      g_autofree char *max = pad (_ ("MAX"), 9, TRUE);
      g_autofree char *mean = pad (_ ("MEAN"), 9, TRUE);

      cli_screen_line (screen, "%s%s %s  %s %s %s %s", cli->colour ? "\033[1m" : "", key, count,
                       types, min, max, mean);
    }
  for (guint i = 0; i < self->statistics->len; i++)
    put_line (screen, cli, g_ptr_array_index (self->statistics, i), key_width);
  return cli_screen_end (screen, error);
}

static void
picture_clear (Picture *self)
{
  g_hash_table_remove_all (self->by_key);
  g_ptr_array_set_size (self->statistics, 0);
  memset (self->counts, 0, sizeof self->counts);
}

/* Runs in the thread that takes the windows, which is the only one we have. */
static char *
aggregate (BeaverLiveWindow *window, gpointer data, GError **error)
{
  Picture *self = data;
  g_autoptr (GPtrArray) entries = beaver_live_window_get_entries (window);
  double span;

  picture_clear (self);
  self->start = beaver_live_window_get_start (window);
  self->end = beaver_live_window_get_end (window);
  self->late = beaver_live_window_get_n_late (window);
  self->count = entries->len;
  span = self->end - self->start;
  for (guint i = 0; i < entries->len; i++)
    {
      BeaverLogEntry *entry = g_ptr_array_index (entries, i);
      double part = (beaver_log_entry_get_timestamp (entry) - self->start) / span;
      int bucket =
          isfinite (part) ? (int) CLAMP (floor (part * BUCKETS), 0, BUCKETS - 1) : BUCKETS - 1;

      self->counts[bucket]++;
      add_entry (self, beaver_log_entry_get_data (entry), bucket);
    }
  return g_strdup ("null");
}

const GOptionEntry cli_log_watch_options[] = {
  { "window", 'w', 0, G_OPTION_ARG_FILENAME, &options.window, N_ ("How much of the past (60)"),
    N_ ("SECONDS") },
  { "period", 'p', 0, G_OPTION_ARG_FILENAME, &options.period, N_ ("How often (1)"),
    N_ ("SECONDS") },
  { "frequency", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.period, NULL, NULL },
  { "count", 'n', 0, G_OPTION_ARG_INT64, &options.count, N_ ("End after so many windows"),
    N_ ("NUMBER") },
  { NULL },
};

int
cli_log_watch (Cli *cli, GError **error)
{
  BeaverLog *log = beaver_db_get_log (cli->db, cli->name, error);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) statistics = g_ptr_array_new_with_free_func (statistic_free);
  Picture picture = { .by_key = by_key, .statistics = statistics };
  g_autoptr (BeaverLiveIterator) live = NULL;
  g_autoptr (CliScreen) screen = NULL;
  double window = 60;
  double period = 1;

  if (log == NULL ||
      (options.window != NULL && !cli_parse_duration (options.window, &window, error)) ||
      (options.period != NULL && !cli_parse_duration (options.period, &period, error)))
    return -1;
  live = beaver_log_live (log, window, period, aggregate, &picture, NULL, error);
  if (live == NULL)
    return -1;
  beaver_live_iterator_set_capacity (live, 1);
  screen = cli_screen_new (cli);
  for (gint64 n = 0; options.count <= 0 || n < options.count; n++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (BeaverLogEntry) result =
          beaver_live_iterator_next (live, -1, cli->cancellable, &local_error);

      if (result == NULL && local_error == NULL)
        break;
      if (result == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      if (cli->format == CLI_FORMAT_TABLE)
        {
          if (!draw (screen, cli, &picture, window, period, error))
            return -1;
        }
      else
        {
          g_autofree char *json = to_json (&picture);

          if (!cli_put_value (cli, json, error))
            return -1;
        }
    }
  return CLI_OK;
}
