/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of a dump: the shapes of beaver-db 2.x for one structure, and, around them, ours for a
 * whole database. */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-dump-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Sections */

void
_beaver_dump_item_clear (gpointer pointer)
{
  BeaverDumpItem *item = pointer;

  for (guint i = 0; i < BEAVER_MAX_FIELDS; i++)
    g_clear_pointer (&item->values[i].bytes, g_bytes_unref);
  g_clear_pointer (&item->fields, g_strfreev);
}

BeaverDumpSection *
_beaver_dump_section_new (const BeaverDumpKind *kind, const char *name)
{
  BeaverDumpSection *self = g_new0 (BeaverDumpSection, 1);

  self->kind = kind;
  self->name = g_strdup (name);
  self->items = g_string_new (NULL);
  self->rows = g_array_new (FALSE, TRUE, sizeof (BeaverDumpItem));
  g_array_set_clear_func (self->rows, _beaver_dump_item_clear);
  return self;
}

void
_beaver_dump_section_free (gpointer pointer)
{
  BeaverDumpSection *self = pointer;

  g_clear_pointer (&self->core, _beaver_manager_core_unref);
  g_clear_pointer (&self->dict, _beaver_dict_shared_unref);
  g_clear_pointer (&self->hyperplanes, g_bytes_unref);
  g_string_free (self->items, TRUE);
  g_array_unref (self->rows);
  g_free (self->name);
  g_free (self);
}

/* The text */

static void
append_date (GString *out)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *seconds = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");

  g_string_append_printf (out, ", \"dump_date\": \"%s.%06d+00:00\"", seconds,
                          g_date_time_get_microsecond (now));
}

char *
_beaver_dump_metadata (BeaverDumpSection *section)
{
  GString *out = g_string_new ("{\"type\": ");

  _beaver_json_append_string (out, section->kind->type, -1);
  g_string_append (out, ", \"name\": ");
  _beaver_json_append_string (out, section->name, -1);
  g_string_append_printf (out, ", \"count\": %" G_GINT64_FORMAT, section->count);
  if (section->kind->dated)
    append_date (out);
  if (g_str_equal (section->kind->kind, "dict"))
    g_string_append_printf (
        out, ", \"encrypted\": %s",
        section->sealed || (section->dict != NULL && g_atomic_pointer_get (&section->dict->codec)) ?
            "true" :
            "false");
  if (section->sealed)
    g_string_append (out, ", \"sealed\": true");
  if (section->hyperplanes != NULL)
    {
      gsize size;
      const guchar *data = g_bytes_get_data (section->hyperplanes, &size);
      g_autofree char *text = g_base64_encode (data, size);

      g_string_append_printf (out, ", \"hyperplanes\": \"%s\"", text);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* As Python's json.dump (indent=2), out of JSON in normal form. */
static void
append_indented (GString *out, const char *json, gsize length, guint depth)
{
  const char *end = json + length;

  for (const char *c = json; c < end; c++)
    switch (*c)
      {
      case '"':
        {
          const char *start = c++;

          while (*c != '"')
            c += *c == '\\' ? 2 : 1;
          g_string_append_len (out, start, c + 1 - start);
          break;
        }
      case '{':
      case '[':
        g_string_append_c (out, *c);
        while (c[1] == ' ')
          c++;
        if (c[1] == '}' || c[1] == ']')
          g_string_append_c (out, *++c);
        else
          g_string_append_printf (out, "\n%*s", (int) ++depth * 2, "");
        break;
      case '}':
      case ']':
        g_string_append_printf (out, "\n%*s%c", (int) --depth * 2, "", *c);
        break;
      case ',':
        g_string_append_printf (out, ",\n%*s", (int) depth * 2, "");
        break;
      case ':':
        g_string_append (out, ": ");
        break;
      case ' ':
        break;
      default:
        g_string_append_c (out, *c);
      }
}

static void
append_section (GString *out, BeaverDumpSection *section)
{
  g_autofree char *metadata = _beaver_dump_metadata (section);
  const char *line = section->items->str;

  g_string_append_printf (out, "{\"metadata\": %s, \"items\": [", metadata);
  while (*line != '\0')
    {
      const char *end = strchr (line, '\n');

      if (line != section->items->str)
        g_string_append (out, ", ");
      g_string_append_len (out, line, end - line);
      line = end + 1;
    }
  g_string_append (out, "]}");
}

GBytes *
_beaver_dump_to_bytes (GPtrArray *sections,
                       gboolean whole,
                       BeaverDumpFormat format,
                       BeaverDumpFlags flags)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GString *result = NULL;

  if (whole)
    {
      g_autoptr (GString) head = g_string_new ("{\"type\": \"Database\", \"version\": 1");

      g_string_append_printf (head, ", \"count\": %u", sections->len);
      append_date (head);
      g_string_append_c (head, '}');
      g_string_append_printf (out, "{\"metadata\": %s%s", head->str,
                              format == BEAVER_DUMP_FORMAT_JSONL ? "}\n" : ", \"structures\": [");
    }
  for (guint i = 0; i < sections->len; i++)
    {
      BeaverDumpSection *section = g_ptr_array_index (sections, i);

      if (format == BEAVER_DUMP_FORMAT_JSON)
        {
          if (i > 0)
            g_string_append (out, ", ");
          append_section (out, section);
          continue;
        }
      if (whole)
        {
          g_autofree char *metadata = _beaver_dump_metadata (section);

          g_string_append_printf (out, "{\"metadata\": %s}\n", metadata);
        }
      g_string_append_len (out, section->items->str, (gssize) section->items->len);
    }
  if (format == BEAVER_DUMP_FORMAT_JSON)
    {
      if (whole)
        g_string_append (out, "]}");
      if ((flags & BEAVER_DUMP_COMPACT) == 0)
        {
          result = g_string_sized_new (out->len * 2);
          append_indented (result, out->str, out->len, 0);
        }
    }
  return g_string_free_to_bytes (result != NULL ? result : g_steal_pointer (&out));
}

/* Reading */

static gboolean
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, text);
  return FALSE;
}

/* The decoded string at a member; NULL when there is none. */
static char *
string_member (const char *json, gsize length, const char *name)
{
  gsize found;
  const char *raw = _beaver_json_path_find (json, (gssize) length, name, &found);
  g_autoptr (BeaverJsonReader) reader = NULL;

  if (raw == NULL)
    return NULL;
  reader = _beaver_json_reader_new (raw, (gssize) found);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_STRING)
    return NULL;
  return g_strdup (_beaver_json_reader_string (reader, NULL));
}

static gboolean
is_true (const char *json, gsize length, const char *name)
{
  gsize found;
  const char *raw = _beaver_json_path_find (json, (gssize) length, name, &found);

  return raw != NULL && found == 4 && memcmp (raw, "true", 4) == 0;
}

/* metadata of a dump that is not for what it is loaded into */
static gboolean
check_type (BeaverDumpSection *section, const char *json, gsize length, GError **error)
{
  g_autofree char *type = string_member (json, length, "metadata.type");

  if (type == NULL || g_str_equal (type, section->kind->type))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               _ ("this is the dump of a %s and not of a %s; load it into one"), type,
               section->kind->type);
  return FALSE;
}

static gboolean
parse_items (BeaverDumpSection *section, const char *json, gsize length, GError **error)
{
  gsize found;
  const char *raw = _beaver_json_path_find (json, (gssize) length, "items", &found);
  g_autoptr (BeaverJsonReader) reader = NULL;

  if (raw == NULL)
    return set_invalid (error, _ ("there is no member “items” in it; this is no dump"));
  reader = _beaver_json_reader_new (raw, (gssize) found);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_ARRAY_START)
    return set_invalid (error, _ ("“items” is no array; this is no dump"));
  for (;;)
    {
      BeaverJsonToken token = _beaver_json_reader_next (reader);
      const char *item;
      gsize size;

      if (token == BEAVER_JSON_ARRAY_END)
        return TRUE;
      if (token == BEAVER_JSON_ERROR || token == BEAVER_JSON_END)
        {
          _beaver_json_reader_set_error (reader, error);
          return FALSE;
        }
      if (token == BEAVER_JSON_OBJECT_START || token == BEAVER_JSON_ARRAY_START)
        _beaver_json_reader_skip (reader);
      item = _beaver_json_reader_raw (reader, &size);
      if (!_beaver_dump_parse_item (section, item, size, error))
        {
          g_prefix_error (error, "item %u: ", section->rows->len + 1);
          return FALSE;
        }
    }
}

/* A section out of an object with metadata; NULL with an error. */
static BeaverDumpSection *
section_from_metadata (const char *json, gsize length, gint64 *count, GError **error)
{
  g_autofree char *type = string_member (json, length, "metadata.type");
  g_autofree char *name = string_member (json, length, "metadata.name");
  g_autofree char *planes = string_member (json, length, "metadata.hyperplanes");
  const BeaverDumpKind *kind;
  BeaverDumpSection *section;
  const char *raw;
  gsize found;

  if (type == NULL || name == NULL)
    {
      set_invalid (error, _ ("the metadata of a structure lack its type or its name"));
      return NULL;
    }
  kind = _beaver_dump_kind_of_type (type);
  if (kind == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("“%s” is no kind of structure that this release knows"), type);
      return NULL;
    }
  if (!_beaver_check_name (kind->kind, name, error))
    return NULL;
  section = _beaver_dump_section_new (kind, name);
  section->sealed = is_true (json, length, "metadata.sealed");
  if (planes != NULL)
    {
      gsize size;
      guchar *data = g_base64_decode (planes, &size);

      section->hyperplanes = g_bytes_new_take (data, size);
    }
  raw = _beaver_json_path_find (json, (gssize) length, "metadata.count", &found);
  *count = raw != NULL ? g_ascii_strtoll (raw, NULL, 10) : -1;
  return section;
}

static gboolean
parse_json (const char *text,
            gsize length,
            BeaverDumpSection *section,
            GPtrArray *sections,
            GError **error)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  const char *raw;
  gsize found;

  if (!_beaver_json_check (text, (gssize) length, error))
    return FALSE;
  if (section != NULL)
    return check_type (section, text, length, error) && parse_items (section, text, length, error);

  raw = _beaver_json_path_find (text, (gssize) length, "structures", &found);
  if (raw != NULL)
    {
      reader = _beaver_json_reader_new (raw, (gssize) found);
      if (_beaver_json_reader_next (reader) != BEAVER_JSON_ARRAY_START)
        raw = NULL;
    }
  if (raw == NULL)
    return set_invalid (error, _ ("there is no array “structures” in it; this is no dump of a "
                                  "database"));
  while (_beaver_json_reader_next (reader) == BEAVER_JSON_OBJECT_START)
    {
      BeaverDumpSection *next;
      const char *object;
      gint64 count;
      gsize size;

      _beaver_json_reader_skip (reader);
      object = _beaver_json_reader_raw (reader, &size);
      next = section_from_metadata (object, size, &count, error);
      if (next == NULL)
        return FALSE;
      g_ptr_array_add (sections, next);
      if (!parse_items (next, object, size, error))
        {
          g_prefix_error (error, "%s “%s”: ", next->kind->kind, next->name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
parse_line (const char *line,
            gsize length,
            BeaverDumpSection *section,
            GPtrArray *sections,
            gint64 *left,
            gboolean first,
            GError **error)
{
  BeaverDumpSection *next;

  if (!_beaver_json_check (line, (gssize) length, error))
    return FALSE;
  if (section != NULL)
    return _beaver_dump_parse_item (section, line, length, error);

  if (first)
    {
      g_autofree char *type = string_member (line, length, "metadata.type");

      return g_strcmp0 (type, "Database") == 0 ||
             set_invalid (error,
                          _ ("this is no dump of a database; its first line says so in one"));
    }
  if (*left > 0)
    {
      --*left;
      return _beaver_dump_parse_item (g_ptr_array_index (sections, sections->len - 1), line, length,
                                      error);
    }
  next = section_from_metadata (line, length, left, error);
  if (next == NULL)
    return FALSE;
  g_ptr_array_add (sections, next);
  return *left >= 0 ||
         set_invalid (error, _ ("the metadata of a structure lack the number of its items"));
}

static gboolean
parse_lines (const char *text,
             gsize length,
             BeaverDumpSection *section,
             GPtrArray *sections,
             GError **error)
{
  const char *end = text + length;
  gboolean first = TRUE;
  gint64 left = 0;
  guint number = 0;

  for (const char *line = text; line < end;)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));
      gsize size;

      if (stop == NULL)
        stop = end;
      number++;
      size = (gsize) (stop - line);
      while (size > 0 && g_ascii_isspace (line[size - 1]))
        size--;
      while (size > 0 && g_ascii_isspace (*line))
        {
          line++;
          size--;
        }
      if (size > 0)
        {
          if (!parse_line (line, size, section, sections, &left, first, error))
            {
              g_prefix_error (error, "line %u: ", number);
              return FALSE;
            }
          first = FALSE;
        }
      line = stop + 1;
    }
  if (left > 0 || (section == NULL && first))
    return set_invalid (error, _ ("the dump ends too early; it was cut off"));
  return TRUE;
}

gboolean
_beaver_dump_parse (GBytes *bytes,
                    BeaverDumpFormat format,
                    BeaverDumpSection *section,
                    GPtrArray *sections,
                    GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (text == NULL)
    text = "";
  return format == BEAVER_DUMP_FORMAT_JSON ? parse_json (text, length, section, sections, error) :
                                             parse_lines (text, length, section, sections, error);
}
