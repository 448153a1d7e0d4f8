/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* Rows of columns, as whatever the user asked for. A table measures its first rows and goes on with
 * their widths, so that a long one costs no memory; a stream shows every row at once. */

#define MEASURED 1000
#define WIDEST 40

struct _CliRows
{
  Cli *cli;
  const CliColumn *columns; /* ended by one without a key */
  int n_columns;
  gboolean stream;
  gboolean measured;
  guint n_rows;
  int *widths;
  GPtrArray *waiting; /* (element-type GStrv): rows as they will be shown */
};

CliRows *
cli_rows_new (Cli *cli, const CliColumn *columns, gboolean stream)
{
  CliRows *self = g_new0 (CliRows, 1);

  self->cli = cli;
  self->columns = columns;
  self->stream = stream;
  while (columns[self->n_columns].key != NULL)
    self->n_columns++;
  self->widths = g_new0 (int, self->n_columns);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return self;
}

void
cli_rows_free (CliRows *self)
{
  g_ptr_array_unref (self->waiting);
  g_free (self->widths);
  g_free (self);
}

static char *
shown (const CliColumn *column, const char *cell, gboolean text)
{
  if (cell == NULL || (column->kind != CLI_COLUMN_JSON && strcmp (cell, "null") == 0))
    return g_strdup ("");
  if (column->kind == CLI_COLUMN_TIME && !text)
    return cli_format_time (g_ascii_strtod (cell, NULL));
  if (column->kind == CLI_COLUMN_JSON && !text)
    return cli_display (cell, FALSE);
  return cli_display (cell, TRUE);
}

static void
put_line (CliRows *self, char **cells, const char *colour)
{
  if (colour != NULL && self->cli->colour)
    cli_put (colour);
  for (int i = 0; i < self->n_columns; i++)
    {
      int fill = MAX (0, self->widths[i] - cli_width (cells[i]));
      gboolean right = self->columns[i].kind == CLI_COLUMN_NUMBER;

      if (right)
        cli_printf ("%*s", fill, "");
      cli_put (cells[i]);
      if (i + 1 < self->n_columns)
        cli_printf ("%*s", (right ? 0 : fill) + 2, "");
    }
  if (colour != NULL && self->cli->colour)
    cli_put ("\033[0m");
  cli_put ("\n");
}

static void
put_waiting (CliRows *self)
{
  if (self->waiting->len == 0)
    return;
  for (guint r = 0; r < self->waiting->len; r++)
    {
      char **cells = g_ptr_array_index (self->waiting, r);

      for (int i = 0; i < self->n_columns; i++)
        self->widths[i] = MIN (WIDEST, MAX (self->widths[i], cli_width (cells[i])));
    }
  if (!self->measured && self->n_columns > 1)
    {
      g_auto (GStrv) titles = g_new0 (char *, self->n_columns + 1);

      for (int i = 0; i < self->n_columns; i++)
        {
          titles[i] = g_strdup (_ (self->columns[i].title));
          self->widths[i] = MAX (self->widths[i], cli_width (titles[i]));
        }
      if (!self->stream)
        put_line (self, titles, "\033[1m");
    }
  self->measured = TRUE;
  for (guint r = 0; r < self->waiting->len; r++)
    put_line (self, g_ptr_array_index (self->waiting, r), NULL);
  g_ptr_array_set_size (self->waiting, 0);
}

static char *
as_object (CliRows *self, const char *const *cells)
{
  g_autoptr (GString) out = g_string_new ("{");

  if (self->n_columns == 1)
    return cli_json_compact (cells[0]);
  for (int i = 0; i < self->n_columns; i++)
    {
      g_autofree char *value = cli_json_compact (cells[i] != NULL ? cells[i] : "null");

      g_string_append_printf (out, "%s\"%s\": %s", i > 0 ? ", " : "", self->columns[i].key, value);
    }
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
put_indented (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    cli_printf ("%s  %s", line == lines ? "" : "\n", *line);
}

/* Cells are JSON, one for each column, NULL for none. */
gboolean
cli_rows_add (CliRows *self, const char *const *cells, GError **error)
{
  switch (self->cli->format)
    {
    case CLI_FORMAT_TABLE:
    case CLI_FORMAT_TEXT:
      {
        gboolean text = self->cli->format == CLI_FORMAT_TEXT;
        char **row = g_new0 (char *, self->n_columns + 1);

        for (int i = 0; i < self->n_columns; i++)
          row[i] = shown (&self->columns[i], cells[i], text);
        if (text)
          {
            g_autofree char *line = g_strjoinv ("\t", row);

            cli_printf ("%s\n", line);
            g_strfreev (row);
          }
        else
          {
            g_ptr_array_add (self->waiting, row);
            if (self->stream || self->waiting->len >= MEASURED)
              put_waiting (self);
          }
      }
      break;
    case CLI_FORMAT_JSON:
    case CLI_FORMAT_RAW:
      {
        g_autofree char *object = as_object (self, cells);
        gboolean indent = self->cli->format == CLI_FORMAT_JSON;
        g_autofree char *normal = indent ? beaver_json_normalize (object, NULL) : NULL;
        g_autofree char *text =
            indent ? cli_json_pretty (normal != NULL ? normal : object, self->cli->colour, FALSE) :
                     g_strdup (object);

        if (self->stream)
          {
            cli_printf ("%s\n", text);
          }
        else if (indent)
          {
            cli_put (self->n_rows == 0 ? "[\n" : ",\n");
            put_indented (text);
          }
        else
          {
            cli_printf ("%s%s", self->n_rows == 0 ? "[" : ", ", text);
          }
      }
      break;
    default:
      {
        g_autofree char *object = as_object (self, cells);

        cli_printf ("%s\n", object);
      }
      break;
    }
  self->n_rows++;
  /* a closed pipe ends a long listing at once */
  return self->stream || self->n_rows % 256 == 0 ? cli_flush (error) : TRUE;
}

gboolean
cli_rows_end (CliRows *self, GError **error)
{
  put_waiting (self);
  if (!self->stream && self->cli->format == CLI_FORMAT_JSON)
    cli_put (self->n_rows > 0 ? "\n]\n" : "[]\n");
  else if (!self->stream && self->cli->format == CLI_FORMAT_RAW)
    cli_put (self->n_rows > 0 ? "]\n" : "[]\n");
  return cli_flush (error);
}

int
cli_put_names (Cli *cli, char **names, const char *key, const char *title, GError **error)
{
  const CliColumn columns[] = { { key, title, CLI_COLUMN_TEXT }, { NULL } };
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);

  for (; *names != NULL; names++)
    {
      g_autofree char *json = cli_json_string (*names);
      const char *cells[] = { json };

      if (!cli_rows_add (rows, cells, error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}
