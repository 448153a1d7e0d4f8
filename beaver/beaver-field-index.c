/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-field-index-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-json-private.h>

#define SQL_FIELDS                                                                                 \
  "SELECT field FROM __beaver_field_index_manifest__ WHERE kind = $1 AND name = $2 ORDER BY field"
#define SQL_DISTRUST                                                                               \
  "UPDATE __beaver_field_index_manifest__ SET complete = 0"                                        \
  " WHERE kind = $1 AND name = $2 AND field = $3 AND complete <> 0"
#define SQL_INSERT                                                                                 \
  "INSERT INTO __beaver_field_index__ (kind, name, item_key, field, value, value_num)"             \
  " VALUES ($1, $2, $3, $4, $5, $6)"
#define SQL_REMOVE                                                                                 \
  "DELETE FROM __beaver_field_index__ WHERE kind = $1 AND name = $2 AND item_key = $3"
#define SQL_CLEAR "DELETE FROM __beaver_field_index__ WHERE kind = $1 AND name = $2"
#define SQL_HAS_ROWS "SELECT 1 FROM __beaver_field_index__ WHERE kind = $1 AND name = $2 LIMIT 1"

#define SQL_GIVE_UP                                                                                \
  "UPDATE __beaver_x_field_trust__ SET ready = -1 WHERE kind = $1 AND name = $2 AND field = $3"
#define SQL_CLEAN                                                                                  \
  "DELETE FROM __beaver_x_field_dirty__ WHERE kind = $1 AND name = $2 AND item_key = $3"
#define SQL_CLEAN_ALL "DELETE FROM __beaver_x_field_dirty__ WHERE kind = $1 AND name = $2"
#define SQL_CLEAN_UNTIL                                                                            \
  "DELETE FROM __beaver_x_field_dirty__ WHERE kind = $1 AND name = $2 AND item_key <= $3"

struct _BeaverFieldIndex
{
  char *kind;
  char *name;
  GPtrArray *fields; /* (element-type utf8) as the manifest spells them */
  gboolean guarded;  /* notes about written items have to be taken back */
};

/* What an index row holds of a value. */
typedef enum
{
  FIELD_ABSENT, /* no row */
  FIELD_STORED,
  FIELD_UNINDEXABLE,
} FieldState;

typedef struct
{
  char *text; /* NULL: SQL NULL */
  gsize text_length;
  double number;
  gboolean has_number;
} FieldValue;

BeaverFieldIndex *
_beaver_field_index_load (BeaverConnection *connection,
                          const char *kind,
                          const char *name,
                          GError **error)
{
  g_autoptr (BeaverFieldIndex) self = g_new0 (BeaverFieldIndex, 1);
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_FIELDS, error);
  BeaverStep step;

  self->kind = g_strdup (kind);
  self->name = g_strdup (name);
  self->fields = g_ptr_array_new_with_free_func (g_free);
  if (statement == NULL)
    return NULL;

  _beaver_statement_bind_text (statement, 1, kind, -1);
  _beaver_statement_bind_text (statement, 2, name, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    g_ptr_array_add (self->fields, _beaver_statement_dup_text (statement, 0));
  if (step == BEAVER_STEP_ERROR)
    return NULL;
  if (self->fields->len > 0)
    {
      int guarded = _beaver_field_guard_exists (connection, error);

      if (guarded < 0)
        return NULL;
      self->guarded = guarded;
    }
  return g_steal_pointer (&self);
}

void
_beaver_field_index_free (BeaverFieldIndex *self)
{
  g_free (self->kind);
  g_free (self->name);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self);
}

gboolean
_beaver_field_index_is_empty (BeaverFieldIndex *self)
{
  return self->fields->len == 0;
}

static FieldState
read_value (BeaverJsonReader *reader, BeaverJsonToken token, FieldValue *value)
{
  const char *text;

  switch (token)
    {
    case BEAVER_JSON_STRING:
      text = _beaver_json_reader_string (reader, &value->text_length);
      /* Lone surrogates have no UTF-8: what would be stored here no query could ask for. */
      if (g_strstr_len (text, (gssize) value->text_length, "\xef\xbf\xbd") != NULL)
        return FIELD_UNINDEXABLE;
      value->text = g_memdup2 (text, value->text_length + 1);
      return FIELD_STORED;

    case BEAVER_JSON_INTEGER:
    case BEAVER_JSON_DOUBLE:
      text = _beaver_json_reader_raw (reader, &value->text_length);
      value->text = g_strndup (text, value->text_length);
      value->number = g_ascii_strtod (value->text, NULL);
      value->has_number = TRUE;
      return isfinite (value->number) ? FIELD_STORED : FIELD_UNINDEXABLE;

    case BEAVER_JSON_TRUE:
    case BEAVER_JSON_FALSE:
      value->text = g_strdup (token == BEAVER_JSON_TRUE ? "True" : "False");
      value->text_length = strlen (value->text);
      value->number = token == BEAVER_JSON_TRUE;
      value->has_number = TRUE;
      return FIELD_STORED;

    case BEAVER_JSON_NULL:
      return FIELD_STORED;

    case BEAVER_JSON_OBJECT_START:
    case BEAVER_JSON_ARRAY_START:
      return FIELD_UNINDEXABLE;

    default:
      return FIELD_ABSENT;
    }
}

static FieldState
find_value (const char *json, const char *field, FieldValue *value)
{
  g_autoptr (BeaverJsonReader) reader = NULL;
  gsize length;
  const char *raw = _beaver_json_path_find (json, -1, field, &length);

  if (raw == NULL)
    return FIELD_ABSENT;
  reader = _beaver_json_reader_new (raw, (gssize) length);
  return read_value (reader, _beaver_json_reader_next (reader), value);
}

static gboolean
insert_row (BeaverFieldIndex *self,
            BeaverConnection *connection,
            const char *item_key,
            const char *field,
            const FieldValue *value,
            GError **error)
{
  g_autoptr (BeaverStatement) insert = _beaver_connection_prepare (connection, SQL_INSERT, error);

  if (insert == NULL)
    return FALSE;
  _beaver_statement_bind_text (insert, 1, self->kind, -1);
  _beaver_statement_bind_text (insert, 2, self->name, -1);
  _beaver_statement_bind_text (insert, 3, item_key, -1);
  _beaver_statement_bind_text (insert, 4, field, -1);
  if (value->text != NULL)
    _beaver_statement_bind_text (insert, 5, value->text, (gssize) value->text_length);
  if (value->has_number)
    _beaver_statement_bind_double (insert, 6, value->number);
  return _beaver_statement_run (insert, error);
}

static gboolean
run_on_field (BeaverFieldIndex *self,
              BeaverConnection *connection,
              const char *sql,
              const char *field,
              GError **error)
{
  g_autoptr (BeaverStatement) update = _beaver_connection_prepare (connection, sql, error);

  if (update == NULL)
    return FALSE;
  _beaver_statement_bind_text (update, 1, self->kind, -1);
  _beaver_statement_bind_text (update, 2, self->name, -1);
  _beaver_statement_bind_text (update, 3, field, -1);
  return _beaver_statement_run (update, error);
}

static gboolean
distrust (BeaverFieldIndex *self, BeaverConnection *connection, const char *field, GError **error)
{
  return run_on_field (self, connection, SQL_DISTRUST, field, error) &&
         (!self->guarded || run_on_field (self, connection, SQL_GIVE_UP, field, error));
}

/* Takes the notes about an item back: its rows are right. */
static gboolean
clean (BeaverFieldIndex *self, BeaverConnection *connection, const char *item_key, GError **error)
{
  g_autoptr (BeaverStatement) clean = NULL;

  if (!self->guarded)
    return TRUE;
  clean = _beaver_connection_prepare (connection, SQL_CLEAN, error);
  if (clean == NULL)
    return FALSE;
  _beaver_statement_bind_text (clean, 1, self->kind, -1);
  _beaver_statement_bind_text (clean, 2, self->name, -1);
  if (g_str_equal (self->kind, "log"))
    _beaver_statement_bind_double (clean, 3, g_ascii_strtod (item_key, NULL));
  else
    _beaver_statement_bind_text (clean, 3, item_key, -1);
  return _beaver_statement_run (clean, error);
}

gboolean
_beaver_field_index_write (BeaverFieldIndex *self,
                           BeaverConnection *connection,
                           const char *item_key,
                           const char *json,
                           GError **error)
{
  if (!_beaver_field_index_remove (connection, self->kind, self->name, item_key, error))
    return FALSE;

  for (guint i = 0; i < self->fields->len; i++)
    {
      const char *field = g_ptr_array_index (self->fields, i);
      FieldValue value = { 0 };
      FieldState state = find_value (json, field, &value);
      g_autofree char *text = value.text;

      if (state == FIELD_STORED && !insert_row (self, connection, item_key, field, &value, error))
        return FALSE;
      if (state == FIELD_UNINDEXABLE && !distrust (self, connection, field, error))
        return FALSE;
    }
  return clean (self, connection, item_key, error);
}

gboolean
_beaver_field_index_remove (BeaverConnection *connection,
                            const char *kind,
                            const char *name,
                            const char *item_key,
                            GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_REMOVE, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, kind, -1);
  _beaver_statement_bind_text (statement, 2, name, -1);
  _beaver_statement_bind_text (statement, 3, item_key, -1);
  return _beaver_statement_run (statement, error);
}

static gboolean
run_on_all (BeaverConnection *connection,
            const char *sql,
            const char *kind,
            const char *name,
            GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, kind, -1);
  _beaver_statement_bind_text (statement, 2, name, -1);
  return _beaver_statement_run (statement, error);
}

gboolean
_beaver_field_index_clear (BeaverConnection *connection,
                           const char *kind,
                           const char *name,
                           GError **error)
{
  int guarded = _beaver_field_guard_exists (connection, error);

  return guarded >= 0 && run_on_all (connection, SQL_CLEAR, kind, name, error) &&
         (!guarded || run_on_all (connection, SQL_CLEAN_ALL, kind, name, error));
}

gboolean
_beaver_field_index_forget_until (BeaverConnection *connection,
                                  const char *name,
                                  double timestamp,
                                  GError **error)
{
  g_autoptr (BeaverStatement) clean = NULL;
  int guarded = _beaver_field_guard_exists (connection, error);

  if (guarded <= 0)
    return guarded == 0;
  clean = _beaver_connection_prepare (connection, SQL_CLEAN_UNTIL, error);
  if (clean == NULL)
    return FALSE;
  _beaver_statement_bind_text (clean, 1, "log", -1);
  _beaver_statement_bind_text (clean, 2, name, -1);
  _beaver_statement_bind_double (clean, 3, timestamp);
  return _beaver_statement_run (clean, error);
}

int
_beaver_field_index_has_rows (BeaverConnection *connection,
                              const char *kind,
                              const char *name,
                              GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_HAS_ROWS, error);

  if (statement == NULL)
    return -1;
  _beaver_statement_bind_text (statement, 1, kind, -1);
  _beaver_statement_bind_text (statement, 2, name, -1);
  return (int) _beaver_statement_step (statement, error); /* ERROR -1, DONE 0, ROW 1 */
}

gboolean
_beaver_field_index_drop (BeaverFieldIndex *self,
                          BeaverConnection *connection,
                          const char *item_key,
                          GError **error)
{
  return _beaver_field_index_remove (connection, self->kind, self->name, item_key, error) &&
         clean (self, connection, item_key, error);
}

gboolean
_beaver_field_index_is_known_absent (BeaverConnection *connection, BeaverManagerCore *core)
{
  guint64 epoch = _beaver_connection_get_epoch (connection);

  return epoch != 0 && __atomic_load_n (&core->unindexed_epoch, __ATOMIC_RELAXED) == epoch;
}

void
_beaver_field_index_remember_absent (BeaverConnection *connection, BeaverManagerCore *core)
{
  __atomic_store_n (&core->unindexed_epoch, _beaver_connection_get_epoch (connection),
                    __ATOMIC_RELAXED);
}

gboolean
_beaver_field_index_keep (BeaverConnection *connection,
                          BeaverManagerCore *core,
                          const char *item_key,
                          const char *json,
                          GError **error)
{
  g_autoptr (BeaverFieldIndex) self = NULL;

  if (_beaver_field_index_is_known_absent (connection, core))
    return TRUE;
  self = _beaver_field_index_load (connection, core->kind, core->name, error);
  if (self == NULL)
    return FALSE;
  if (self->fields->len == 0)
    {
      _beaver_field_index_remember_absent (connection, core);
      return TRUE;
    }
  return json != NULL ? _beaver_field_index_write (self, connection, item_key, json, error) :
                        _beaver_field_index_drop (self, connection, item_key, error);
}
