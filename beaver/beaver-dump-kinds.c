/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What each kind of structure puts into a dump and takes out of one. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-blobs-private.h>
#include <beaver/beaver-dict-secret-private.h>
#include <beaver/beaver-dump-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-list-private.h>
#include <beaver/beaver-log-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-lsh-private.h>

static const char SQL_HYPERPLANES[] =
    "SELECT hyperplanes FROM __beaver_lsh_config__ WHERE collection = $1";
static const char SQL_CLEAR_FTS[] = "DELETE FROM __beaver_fts_index__ WHERE collection = $1";
static const char SQL_CLEAR_TRIGRAMS[] = "DELETE FROM __beaver_trigrams__ WHERE collection = $1";
static const char SQL_CLEAR_LSH[] = "DELETE FROM __beaver_lsh_index__ WHERE collection = $1";
static const char SQL_DOCUMENT[] =
    "INSERT INTO __beaver_documents__ (collection, item_id, data) VALUES ($1, $2, $3)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET data = excluded.data";
static const char SQL_CLEAR_JOBS[] = "DELETE FROM __beaver_x_queue_jobs__ WHERE queue_name = $1";

static gboolean
is_kind (BeaverDumpSection *section, const char *kind)
{
  return g_str_equal (section->kind->kind, kind);
}

/* Reading */

/* Stored JSON in normal form; what only readers accept (NaN) stays as it is, on one line. */
static gboolean
append_json (GString *out, const char *json, gsize length, GError **error)
{
  g_autofree char *normal = _beaver_json_normalize (json, (gssize) length, NULL);
  g_autoptr (GError) local_error = NULL;
  gsize start = out->len;

  if (normal != NULL)
    {
      g_string_append (out, normal);
      return TRUE;
    }
  if (!_beaver_json_check (json, (gssize) length, &local_error))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT, local_error->message);
      return FALSE;
    }
  g_string_append_len (out, json, (gssize) length);
  for (gsize i = start; i < out->len; i++)
    if (out->str[i] == '\n' || out->str[i] == '\r')
      out->str[i] = ' ';
  return TRUE;
}

static gboolean
append_floats (GString *out, const guint8 *blob, gsize size, GError **error)
{
  if (size % 4 != 0)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                           _ ("a vector is no sequence of floats; remove it"));
      return FALSE;
    }
  g_string_append_c (out, '[');
  for (gsize i = 0; i < size; i += 4)
    {
      guint32 bits;
      float value;

      memcpy (&bits, blob + i, 4);
      bits = GUINT32_FROM_LE (bits);
      memcpy (&value, &bits, 4);
      if (i > 0)
        g_string_append (out, ", ");
      if (isfinite (value))
        _beaver_json_append_double (out, (double) value);
      else
        g_string_append (out, isnan (value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
  g_string_append_c (out, ']');
  return TRUE;
}

static void
append_number (GString *out, double value)
{
  if (isfinite (value))
    _beaver_json_append_double (out, value);
  else
    g_string_append (out, isnan (value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

static gboolean
append_value (BeaverDumpSection *section,
              const BeaverField *field,
              BeaverStatement *statement,
              int column,
              GError **error)
{
  GString *out = section->items;
  gsize length;

  if (_beaver_statement_is_null (statement, column))
    {
      g_string_append (out, "null");
      return TRUE;
    }
  switch (field->type)
    {
    case BEAVER_FIELD_TEXT:
      {
        const char *text = _beaver_statement_text (statement, column, &length);

        _beaver_json_append_string (out, text, (gssize) length);
        return TRUE;
      }
    case BEAVER_FIELD_JSON:
      {
        const char *text = _beaver_statement_text (statement, column, &length);
        BeaverDictCodec *codec =
            section->dict != NULL ? g_atomic_pointer_get (&section->dict->codec) : NULL;
        g_autofree char *plain = NULL;

        if (section->sealed)
          {
            _beaver_json_append_string (out, text, (gssize) length);
            return TRUE;
          }
        if (codec != NULL)
          {
            plain = codec->decode (codec->state, text, error);
            if (plain == NULL)
              return FALSE;
            text = plain;
            length = strlen (plain);
          }
        /* empty metadata are none */
        if (length == 0 && (field->flags & BEAVER_FIELD_NULLABLE))
          {
            g_string_append (out, "null");
            return TRUE;
          }
        return append_json (out, text, length, error);
      }
    case BEAVER_FIELD_REAL:
      if (_beaver_statement_type (statement, column) == BEAVER_COLUMN_INTEGER)
        g_string_append_printf (out, "%" G_GINT64_FORMAT,
                                _beaver_statement_int (statement, column));
      else
        append_number (out, _beaver_statement_double (statement, column));
      return TRUE;
    case BEAVER_FIELD_BLOB:
      {
        const guchar *blob = _beaver_statement_blob (statement, column, &length);
        g_autofree char *text = NULL;

        if (g_str_equal (field->member, "payload"))
          {
            /* written here, between its neighbours in the shape of 2.x */
            g_string_truncate (out, out->len - strlen ("\"payload\": "));
            g_string_append_printf (out, "\"size\": %" G_GSIZE_FORMAT ", \"payload\": ", length);
            if (section->without_payload)
              {
                g_string_append (out, "null");
                return TRUE;
              }
          }
        text = g_base64_encode (blob, length);
        g_string_append_printf (out, "\"%s\"", text);
        return TRUE;
      }
    case BEAVER_FIELD_FLOATS:
      {
        const guint8 *blob = _beaver_statement_blob (statement, column, &length);

        return append_floats (out, blob, length, error);
      }
    default:
      g_assert_not_reached ();
    }
}

static gboolean
append_row (BeaverDumpSection *section,
            BeaverStatement *statement,
            guint n_fields,
            BeaverSearchNotes *notes,
            GError **error)
{
  const BeaverField *fields = section->kind->fields;
  gboolean bare = fields[0].member == NULL;
  gboolean first = TRUE;

  if (!bare)
    g_string_append_c (section->items, '{');
  for (guint i = 0; i < n_fields; i++)
    {
      gboolean omitted = (fields[i].flags & BEAVER_FIELD_OMITTED) != 0 &&
                         (fields[i].flags & BEAVER_FIELD_NULLABLE) == 0;

      if (omitted && _beaver_statement_is_null (statement, (int) i))
        continue;
      if (!bare)
        g_string_append_printf (section->items, "%s\"%s\": ", first ? "" : ", ", fields[i].member);
      first = FALSE;
      if (!append_value (section, &fields[i], statement, (int) i, error))
        {
          gsize length;
          const char *key = (fields[0].flags & BEAVER_FIELD_KEY) != 0 ?
                                _beaver_statement_text (statement, 0, &length) :
                                NULL;

          if (key != NULL)
            g_prefix_error (error, "“%s”: ", key);
          return FALSE;
        }
    }
  if (notes != NULL)
    {
      const char *id = _beaver_statement_text (statement, 0, NULL);
      gsize length;
      const char *body = _beaver_statement_text (statement, 1, &length);

      _beaver_search_notes_append (notes, section->items, id, body, length);
    }
  g_string_append (section->items, bare ? "\n" : "}\n");
  section->count++;
  return TRUE;
}

gboolean
_beaver_dump_read (BeaverConnection *connection,
                   BeaverDumpSection *section,
                   gboolean raw,
                   GError **error)
{
  const BeaverDumpKind *kind = section->kind;
  guint n = _beaver_dump_kind_n_fields (kind);
  g_autoptr (GString) sql = g_string_new ("SELECT ");
  g_autoptr (BeaverSearchNotes) notes = NULL;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean is_dict = is_kind (section, "dict");
  BeaverStep step;

  section->count = 0;
  g_string_truncate (section->items, 0);
  if (is_dict)
    {
      BeaverDictCodec *codec =
          section->dict != NULL ? g_atomic_pointer_get (&section->dict->codec) : NULL;
      g_autofree char *metadata = NULL;

      if (codec != NULL)
        {
          if (!codec->begin (connection, codec->state, section->name, FALSE, error))
            return FALSE;
        }
      else
        {
          if (!_beaver_dict_read_security (connection, section->name, &metadata, error))
            return FALSE;
          section->sealed = metadata != NULL;
          if (section->sealed && !raw)
            {
              g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
                                   _ ("the dict is encrypted; open it with its secret"));
              return FALSE;
            }
        }
    }
  if (is_kind (section, "documents"))
    {
      notes = _beaver_search_notes_read (connection, section->name, error);
      if (notes == NULL)
        return FALSE;
    }
  if (is_kind (section, "vectors"))
    {
      statement = _beaver_connection_prepare (connection, SQL_HYPERPLANES, error);
      if (statement == NULL)
        return FALSE;
      _beaver_statement_bind_text (statement, 1, section->name, -1);
      step = _beaver_statement_step (statement, error);
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      g_clear_pointer (&section->hyperplanes, g_bytes_unref);
      if (step == BEAVER_STEP_ROW)
        section->hyperplanes = _beaver_statement_dup_bytes (statement, 0);
      g_clear_pointer (&statement, _beaver_statement_reset);
    }

  for (guint i = 0; i < n; i++)
    g_string_append_printf (sql, "%s%s", i > 0 ? ", " : "", kind->fields[i].column);
  g_string_append_printf (
      sql, " FROM %s WHERE %s = $1%s ORDER BY %s", kind->table, kind->name_column,
      is_dict ? " AND (expires_at IS NULL OR expires_at >= $2)" : "", kind->order);
  statement = _beaver_connection_prepare_dynamic (connection, sql->str, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, section->name, -1);
  if (is_dict)
    _beaver_statement_bind_double (statement, 2, (double) g_get_real_time () / G_USEC_PER_SEC);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    if (!append_row (section, statement, n, notes, error))
      return FALSE;
  return step == BEAVER_STEP_DONE;
}

/* Parsing */

static gboolean
set_wrong (const BeaverField *field, const char *expected, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("“%s” is not %s; correct the dump"),
               field->member != NULL ? field->member : "it", expected);
  return FALSE;
}

/* Terminated like any string, and whole: keys that other programs write may hold a NUL. */
static GBytes *
text_to_bytes (const char *text, gsize length)
{
  char *copy = g_malloc (length + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return g_bytes_new_take (copy, length);
}

static gboolean
parse_floats (const BeaverField *field,
              BeaverJsonReader *reader,
              BeaverDumpValue *value,
              GError **error)
{
  g_autoptr (GByteArray) floats = g_byte_array_new ();

  if (_beaver_json_reader_next (reader) != BEAVER_JSON_ARRAY_START)
    return set_wrong (field, _ ("an array of numbers"), error);
  for (;;)
    {
      BeaverJsonToken token = _beaver_json_reader_next (reader);
      float number;
      guint32 bits;

      if (token == BEAVER_JSON_ARRAY_END)
        break;
      if (token != BEAVER_JSON_INTEGER && token != BEAVER_JSON_DOUBLE)
        return set_wrong (field, _ ("an array of numbers"), error);
      number = (float) _beaver_json_reader_double (reader);
      memcpy (&bits, &number, 4);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (floats, (const guint8 *) &bits, 4);
    }
  if (floats->len == 0)
    return set_wrong (field, _ ("a vector of at least one number"), error);
  value->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&floats));
  return TRUE;
}

static gboolean
parse_json_value (BeaverDumpSection *section,
                  const BeaverField *field,
                  const char *raw,
                  gsize length,
                  BeaverDumpValue *value,
                  GError **error)
{
  char *normal;

  if (section->sealed && is_kind (section, "dict"))
    {
      g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (raw, (gssize) length);
      const char *text;

      if (_beaver_json_reader_next (reader) != BEAVER_JSON_STRING)
        return set_wrong (field, _ ("an encrypted value, which is a string"), error);
      text = _beaver_json_reader_string (reader, &length);
      value->bytes = text_to_bytes (text, length);
      return TRUE;
    }
  normal = _beaver_json_normalize (raw, (gssize) length, NULL);
  /* what another program had stored, NaN for one, comes back as it was */
  value->bytes =
      normal != NULL ? g_bytes_new_take (normal, strlen (normal)) : text_to_bytes (raw, length);
  return TRUE;
}

static gboolean
parse_value (BeaverDumpSection *section,
             const BeaverField *field,
             const char *raw,
             gsize length,
             BeaverDumpValue *value,
             GError **error)
{
  g_autoptr (BeaverJsonReader) reader = _beaver_json_reader_new (raw, (gssize) length);
  BeaverJsonToken token;
  const char *text;

  switch (field->type)
    {
    case BEAVER_FIELD_JSON:
      return parse_json_value (section, field, raw, length, value, error);
    case BEAVER_FIELD_FLOATS:
      return parse_floats (field, reader, value, error);
    case BEAVER_FIELD_REAL:
      token = _beaver_json_reader_next (reader);
      if (token != BEAVER_JSON_INTEGER && token != BEAVER_JSON_DOUBLE)
        return set_wrong (field, _ ("a number"), error);
      value->number = _beaver_json_reader_double (reader);
      return isfinite (value->number) || set_wrong (field, _ ("a finite number"), error);
    case BEAVER_FIELD_TEXT:
    case BEAVER_FIELD_BLOB:
    default:
      token = _beaver_json_reader_next (reader);
      if (token != BEAVER_JSON_STRING)
        return set_wrong (field,
                          field->type == BEAVER_FIELD_TEXT ? _ ("a text") :
                                                             _ ("bytes in base64; a dump without "
                                                                "payloads cannot be loaded"),
                          error);
      text = _beaver_json_reader_string (reader, &length);
      if (field->type == BEAVER_FIELD_TEXT)
        value->bytes = text_to_bytes (text, length);
      else
        {
          gsize size;
          g_autofree guchar *data = g_base64_decode (text, &size);
          g_autofree char *again = g_base64_encode (data, size);

          if (!g_str_equal (again, text))
            return set_wrong (field, _ ("bytes in base64"), error);
          value->bytes = g_bytes_new_take (g_steal_pointer (&data), size);
        }
      return TRUE;
    }
}

/* How a document is searched: true, false, or the fields. */
static gboolean
parse_search (BeaverDumpItem *item, const char *json, gsize length, GError **error)
{
  static const BeaverField fts = { .member = "fts" };
  static const BeaverField fuzzy = { .member = "fuzzy" };
  g_autoptr (GPtrArray) fields = NULL;
  g_autoptr (BeaverJsonReader) reader = NULL;
  BeaverJsonToken token;
  const char *raw;
  gsize found;

  raw = _beaver_json_path_find (json, (gssize) length, "fuzzy", &found);
  item->fuzzy = raw != NULL && found == 4 && memcmp (raw, "true", 4) == 0;
  if (raw != NULL && !item->fuzzy && !(found == 5 && memcmp (raw, "false", 5) == 0))
    return set_wrong (&fuzzy, _ ("true or false"), error);
  raw = _beaver_json_path_find (json, (gssize) length, "fts", &found);
  item->fts = raw == NULL || !(found == 5 && memcmp (raw, "false", 5) == 0);
  if (raw == NULL || !item->fts || (found == 4 && memcmp (raw, "true", 4) == 0))
    return TRUE;
  reader = _beaver_json_reader_new (raw, (gssize) found);
  if (_beaver_json_reader_next (reader) != BEAVER_JSON_ARRAY_START)
    return set_wrong (&fts, _ ("true, false, or a list of fields"), error);
  fields = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  while ((token = _beaver_json_reader_next (reader)) == BEAVER_JSON_STRING)
    g_ptr_array_add (fields, g_strdup (_beaver_json_reader_string (reader, NULL)));
  if (token != BEAVER_JSON_ARRAY_END)
    return set_wrong (&fts, _ ("true, false, or a list of fields"), error);
  item->fields = (char **) g_ptr_array_free (g_steal_pointer (&fields), FALSE);
  return TRUE;
}

gboolean
_beaver_dump_parse_item (BeaverDumpSection *section, const char *json, gsize length, GError **error)
{
  const BeaverDumpKind *kind = section->kind;
  BeaverDumpItem item = { .fts = TRUE };
  guint n = _beaver_dump_kind_n_fields (kind);
  const char *raw;
  gsize found;

  while (length > 0 && g_ascii_isspace (*json))
    {
      json++;
      length--;
    }
  if (kind->fields[0].member != NULL && (length == 0 || *json != '{'))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("it is no object, as an item of a %s is; correct the dump"), kind->kind);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      const BeaverField *field = &kind->fields[i];
      BeaverDumpValue *value = &item.values[i];

      found = length;
      raw = field->member == NULL ?
                json :
                _beaver_json_path_find (json, (gssize) length, field->member, &found);
      if (raw == NULL ||
          (found == 4 && memcmp (raw, "null", 4) == 0 &&
           (field->type != BEAVER_FIELD_JSON || (field->flags & BEAVER_FIELD_NULLABLE) != 0)))
        {
          if ((field->flags & (BEAVER_FIELD_OMITTED | BEAVER_FIELD_NOW)) != 0)
            {
              value->is_null = TRUE;
              continue;
            }
          if (raw == NULL)
            {
              g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("“%s” is missing; correct the dump"), field->member);
              _beaver_dump_item_clear (&item);
              return FALSE;
            }
        }
      if (!parse_value (section, field, raw, found, value, error))
        {
          _beaver_dump_item_clear (&item);
          return FALSE;
        }
    }
  if (is_kind (section, "documents") && !parse_search (&item, json, length, error))
    {
      _beaver_dump_item_clear (&item);
      return FALSE;
    }
  g_array_append_val (section->rows, item);
  section->count++;
  return TRUE;
}

/* Writing */

static gboolean
run_named (BeaverConnection *connection, const char *sql, const char *name, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare_dynamic (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, name, -1);
  return _beaver_statement_run (statement, error);
}

static void
touch (BeaverConnection *connection, BeaverDumpSection *section)
{
  const char *kind = section->kind->topic != NULL ? section->kind->topic : section->kind->kind;
  g_autofree char *topic = g_strdup_printf ("%s:%s", kind, section->name);

  _beaver_connection_touch (connection, topic);
}

/* What a claim, a delay or a failure has left of a queue. */
static gboolean
clear_jobs (BeaverConnection *connection, BeaverDumpSection *section, GError **error)
{
  gboolean exists;

  return _beaver_connection_has_table (connection, "__beaver_x_queue_jobs__", &exists, error) &&
         (!exists || run_named (connection, SQL_CLEAR_JOBS, section->name, error));
}

/* Makes the table of an additional kind, and what belongs to it. */
static gboolean
ensure_table (BeaverConnection *connection, BeaverDumpSection *section, GError **error)
{
  if (is_kind (section, "field-index"))
    return _beaver_field_guard_install (connection, error);
  return section->kind->create == NULL ||
         _beaver_connection_execute (connection, section->kind->create, error);
}

gboolean
_beaver_dump_clear (BeaverConnection *connection, BeaverDumpSection *section, GError **error)
{
  g_autofree char *sql = NULL;

  _beaver_connection_end_epoch (connection);
  if (section->kind->keeps)
    return TRUE;
  if (!ensure_table (connection, section, error))
    return FALSE;
  if (section->clear_work != NULL && section->core != NULL)
    {
      BeaverManagerOp op = { section->core, 0 };

      return section->clear_work (connection, &op, error) &&
             (!section->whole || !is_kind (section, "queue") ||
              clear_jobs (connection, section, error));
    }
  /* the metadata of encrypted dicts that are not in the dump stay */
  if (is_kind (section, "dict") && g_str_equal (section->name, "__security__"))
    return TRUE;
  sql = g_strdup_printf ("DELETE FROM %s WHERE %s = $1", section->kind->table,
                         section->kind->name_column);
  if (!run_named (connection, sql, section->name, error))
    return FALSE;
  if (is_kind (section, "documents") &&
      (!run_named (connection, SQL_CLEAR_FTS, section->name, error) ||
       !run_named (connection, SQL_CLEAR_TRIGRAMS, section->name, error)))
    return FALSE;
  if (is_kind (section, "vectors") && !run_named (connection, SQL_CLEAR_LSH, section->name, error))
    return FALSE;
  if (!_beaver_field_index_clear (connection, section->kind->kind, section->name, error))
    return FALSE;
  touch (connection, section);
  return TRUE;
}

static const char *
text_of (BeaverDumpValue *value)
{
  return g_bytes_get_data (value->bytes, NULL);
}

static gboolean
write_list (BeaverConnection *connection,
            BeaverDumpSection *section,
            guint first,
            guint n,
            GError **error)
{
  g_autoptr (GPtrArray) back = g_ptr_array_new ();
  g_autoptr (GPtrArray) front = g_ptr_array_new ();
  BeaverListOp op = { .core = section->core, .back = back, .front = front, .silent = TRUE };

  for (guint i = first; i < first + n; i++)
    g_ptr_array_add (
        back, (gpointer) text_of (&g_array_index (section->rows, BeaverDumpItem, i).values[0]));
  return _beaver_list_many_work (connection, &op, error);
}

static gboolean
write_log (BeaverConnection *connection,
           BeaverDumpSection *section,
           guint first,
           guint n,
           GError **error)
{
  g_autoptr (BeaverLogStore) store = _beaver_log_store_new (section->core);
  g_autoptr (GArray) rows = g_array_sized_new (FALSE, TRUE, sizeof (BeaverLogRow), n);
  BeaverLogOp op = { .store = store, .rows = rows };

  for (guint i = first; i < first + n; i++)
    {
      BeaverDumpItem *item = &g_array_index (section->rows, BeaverDumpItem, i);
      BeaverLogRow row = { item->values[0].is_null ? (double) NAN : item->values[0].number,
                           (char *) text_of (&item->values[1]) };

      g_array_append_val (rows, row);
    }
  return _beaver_log_batch_work (connection, &op, error);
}

/* No call of ours can name such a thing, but it is not the one whose key ends at the NUL. */
static gboolean
has_nul (BeaverDumpValue *value)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (value->bytes, &size);

  return size > 0 && memchr (data, '\0', size) != NULL;
}

/* Rows of field indexes go with every write. */
static gboolean
keep_index (BeaverConnection *connection,
            BeaverFieldIndex *index,
            BeaverDumpItem *item,
            GError **error)
{
  return _beaver_field_index_is_empty (index) || has_nul (&item->values[0]) ||
         _beaver_field_index_write (index, connection, text_of (&item->values[0]),
                                    text_of (&item->values[1]), error);
}

static gboolean
write_document (BeaverConnection *connection,
                BeaverDumpSection *section,
                BeaverDumpItem *item,
                GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  gsize size;
  const char *id = g_bytes_get_data (item->values[0].bytes, &size);

  if (!has_nul (&item->values[0]))
    return _beaver_dump_write_document (connection, section->name, id, text_of (&item->values[1]),
                                        item->fts, item->fuzzy, item->fields, error);
  /* searches leave it out anyway */
  statement = _beaver_connection_prepare (connection, SQL_DOCUMENT, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, section->name, -1);
  _beaver_statement_bind_text (statement, 2, id, (gssize) size);
  _beaver_statement_bind_text (statement, 3, text_of (&item->values[1]), -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
write_documents (BeaverConnection *connection,
                 BeaverDumpSection *section,
                 guint first,
                 guint n,
                 GError **error)
{
  g_autoptr (BeaverFieldIndex) index =
      _beaver_field_index_load (connection, "documents", section->name, error);

  if (index == NULL || !_beaver_fts_prepare (connection, error))
    return FALSE;
  for (guint i = first; i < first + n; i++)
    {
      BeaverDumpItem *item = &g_array_index (section->rows, BeaverDumpItem, i);

      if (!write_document (connection, section, item, error) ||
          !keep_index (connection, index, item, error))
        return FALSE;
    }
  touch (connection, section);
  return TRUE;
}

/* What a dict needs before values go into it. */
static gboolean
begin_dict (BeaverConnection *connection, BeaverDumpSection *section, GError **error)
{
  BeaverDictCodec *codec =
      section->dict != NULL ? g_atomic_pointer_get (&section->dict->codec) : NULL;
  g_autofree char *metadata = NULL;

  if (codec != NULL)
    return codec->begin (connection, codec->state, section->name, TRUE, error);
  if (!_beaver_dict_read_security (connection, section->name, &metadata, error))
    return FALSE;
  if (!section->sealed && metadata != NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
                           _ ("the dict is encrypted; open it with its secret"));
      return FALSE;
    }
  if (section->sealed && metadata == NULL)
    {
      g_set_error_literal (
          error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
          _ ("the dump holds encrypted values without what their secret is checked "
             "against; load the dump of the whole database"));
      return FALSE;
    }
  return TRUE;
}

/* An encrypted dict keeps the secret that it has. */
static gboolean
check_security (BeaverConnection *connection, BeaverDumpItem *item, GError **error)
{
  const char *name = text_of (&item->values[0]);
  g_autofree char *there = NULL;
  g_autofree char *normal = NULL;

  if (!_beaver_dict_read_security (connection, name, &there, error))
    return FALSE;
  normal = there != NULL ? _beaver_json_normalize (there, -1, NULL) : NULL;
  if (normal == NULL || g_str_equal (normal, text_of (&item->values[1])))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               _ ("dict “%s” is encrypted with another secret here; overwrite it, or dump it with "
                  "its secret"),
               name);
  return FALSE;
}

static void
bind_value (BeaverDumpSection *section,
            BeaverStatement *statement,
            int index,
            const BeaverField *field,
            BeaverDumpValue *value)
{
  gsize size;
  gconstpointer data;

  if (field->type == BEAVER_FIELD_REAL)
    {
      if (!value->is_null)
        _beaver_statement_bind_double (statement, index, value->number);
      else if ((field->flags & BEAVER_FIELD_NOW) != 0)
        _beaver_statement_bind_double (statement, index, _beaver_clock_now ());
      else
        _beaver_statement_bind_null (statement, index);
    }
  else if (value->is_null)
    _beaver_statement_bind_null (statement, index);
  else
    {
      data = g_bytes_get_data (value->bytes, &size);
      if (field->type == BEAVER_FIELD_BLOB || field->type == BEAVER_FIELD_FLOATS)
        _beaver_statement_bind_blob (statement, index, data != NULL ? data : "", size);
      else
        _beaver_statement_bind_text (statement, index, data, (gssize) size);
    }
}

static char *
insert_sql (const BeaverDumpKind *kind, guint n_fields)
{
  GString *sql = g_string_new (NULL);
  GString *keys = g_string_new (kind->name_column);
  GString *sets = g_string_new (NULL);
  gboolean has_key = g_str_equal (kind->kind, "sketch");

  g_string_append_printf (sql, "INSERT INTO %s (%s", kind->table, kind->name_column);
  for (guint i = 0; i < n_fields; i++)
    {
      const BeaverField *field = &kind->fields[i];

      g_string_append_printf (sql, ", %s", field->column);
      if ((field->flags & BEAVER_FIELD_KEY) != 0)
        {
          has_key = TRUE;
          g_string_append_printf (keys, ", %s", field->column);
        }
      else
        g_string_append_printf (sets, "%s%s = excluded.%s", sets->len > 0 ? ", " : "",
                                field->column, field->column);
    }
  g_string_append (sql, ") VALUES ($1");
  for (guint i = 0; i < n_fields; i++)
    g_string_append_printf (sql, ", $%u", i + 2);
  g_string_append_c (sql, ')');
  if (has_key)
    g_string_append_printf (sql, " ON CONFLICT (%s) DO UPDATE SET %s", keys->str, sets->str);
  else if (g_str_equal (kind->kind, "channel"))
    g_string_append (sql, " ON CONFLICT (timestamp) DO NOTHING");
  g_string_free (keys, TRUE);
  g_string_free (sets, TRUE);
  return g_string_free (sql, FALSE);
}

static gboolean
write_rows (BeaverConnection *connection,
            BeaverDumpSection *section,
            guint first,
            guint n,
            gboolean append,
            GError **error)
{
  const BeaverDumpKind *kind = section->kind;
  guint n_fields = _beaver_dump_kind_n_fields (kind);
  g_autofree char *sql =
      kind->insert != NULL ? g_strdup (kind->insert) : insert_sql (kind, n_fields);
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (BeaverFieldIndex) index = NULL;
  gboolean is_channel = is_kind (section, "channel");
  gboolean is_blob = is_kind (section, "blob");
  BeaverDictCodec *codec =
      section->dict != NULL ? g_atomic_pointer_get (&section->dict->codec) : NULL;
  gboolean is_security = is_kind (section, "dict") && g_str_equal (section->name, "__security__");

  if (!ensure_table (connection, section, error))
    return FALSE;
  if (is_kind (section, "dict"))
    {
      if (!begin_dict (connection, section, error))
        return FALSE;
      index = _beaver_field_index_load (connection, "dict", section->name, error);
      if (index == NULL)
        return FALSE;
    }
  statement = _beaver_connection_prepare_dynamic (connection, sql, error);
  if (statement == NULL)
    return FALSE;
  for (guint r = first; r < first + n; r++)
    {
      BeaverDumpItem *item = &g_array_index (section->rows, BeaverDumpItem, r);
      double stamp = item->values[0].number;
      g_autofree char *encoded = NULL;

      if (is_security && append && !check_security (connection, item, error))
        return FALSE;
      _beaver_statement_bind_text (statement, 1, section->name, -1);
      for (guint i = 0; i < n_fields; i++)
        bind_value (section, statement, (int) i + 2, &kind->fields[i], &item->values[i]);
      if (is_blob &&
          !_beaver_blobs_bind_new_rowid (connection, statement, (int) n_fields + 2, error))
        return FALSE;
      if (codec != NULL)
        {
          encoded = codec->encode (codec->state, text_of (&item->values[1]), error);
          if (encoded == NULL)
            return FALSE;
          _beaver_statement_bind_text (statement, 3, encoded, -1);
        }
      if (!_beaver_statement_run (statement, error) ||
          (index != NULL && codec == NULL && !section->sealed &&
           !keep_index (connection, index, item, error)))
        return FALSE;
      /* stamps are unique in all channels together */
      while (is_channel && _beaver_connection_changes (connection) == 0)
        {
          stamp = nextafter (stamp, INFINITY);
          _beaver_statement_bind_double (statement, 2, stamp);
          if (!_beaver_statement_run (statement, error))
            return FALSE;
        }
    }
  touch (connection, section);
  return TRUE;
}

gboolean
_beaver_dump_write (BeaverConnection *connection,
                    BeaverDumpSection *section,
                    guint first,
                    guint n,
                    gboolean append,
                    GError **error)
{
  if (n == 0)
    return TRUE;
  /* caches of this process know only of writes that tell them */
  _beaver_connection_end_epoch (connection);
  if (is_kind (section, "list"))
    return write_list (connection, section, first, n, error);
  if (is_kind (section, "log"))
    return write_log (connection, section, first, n, error);
  if (is_kind (section, "documents"))
    return write_documents (connection, section, first, n, error);
  if (!write_rows (connection, section, first, n, append, error))
    return FALSE;
  return !is_kind (section, "vectors") || first + n < section->rows->len ||
         _beaver_dump_index_vectors (connection, section->name, section->hyperplanes, NULL, error);
}
