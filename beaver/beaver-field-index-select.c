/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <beaver/beaver-field-index-private.h>
#include <beaver/engine/beaver-field-guard-private.h>
#include <beaver/engine/beaver-filter-private.h>

#define SELECT                                                                                     \
  "SELECT item_key FROM __beaver_field_index__ WHERE kind = $1 AND name = $2 AND field = $3 AND "
static const char SQL_TEXT_IS[] = SELECT "value = $4";
static const char SQL_TEXT_FROM[] = SELECT "value >= $4";
static const char SQL_TEXT_TO[] = SELECT "value <= $4";
static const char SQL_TEXTS[] = SELECT "value_num IS NULL AND value IS NOT NULL";
static const char SQL_NUMBER_IS[] = SELECT "value_num = $4";
static const char SQL_NUMBER_FROM[] = SELECT "value_num >= $4";
static const char SQL_NUMBER_TO[] = SELECT "value_num <= $4";
static const char SQL_NUMBER_BETWEEN[] = SELECT "value_num >= $4 AND value_num <= $5";
static const char SQL_NUMBERS[] = SELECT "value_num IS NOT NULL";

static const char SQL_USABLE[] =
    "SELECT 1 FROM __beaver_x_field_trust__ AS trust"
    " JOIN __beaver_field_index_manifest__ AS manifest ON manifest.kind = trust.kind"
    " AND manifest.name = trust.name AND manifest.field = trust.field"
    " WHERE trust.kind = $1 AND trust.name = $2 AND trust.field = $3 AND trust.ready = 1"
    " AND manifest.complete = 1";
static const char SQL_DIRTY[] =
    "SELECT item_key FROM __beaver_x_field_dirty__ WHERE kind = $1 AND name = $2";

/* The less, the fewer items it is likely to find; -1: an index does not help. */
static int
rank_of (const BeaverFilter *filter)
{
  if (!_beaver_path_is_plain (filter->path))
    return -1;
  switch (filter->op)
    {
    case BEAVER_FILTER_EQUAL:
      return 0;
    case BEAVER_FILTER_IN:
      return 1;
    case BEAVER_FILTER_BETWEEN:
      return 2;
    case BEAVER_FILTER_LESS:
    case BEAVER_FILTER_LESS_EQUAL:
    case BEAVER_FILTER_GREATER:
    case BEAVER_FILTER_GREATER_EQUAL:
      return 3;
    case BEAVER_FILTER_NOT_EQUAL:
    case BEAVER_FILTER_CONTAINS:
    case BEAVER_FILTER_EXISTS:
    default:
      return -1;
    }
}

int
_beaver_field_index_choose (BeaverConnection *connection,
                            const char *kind,
                            const char *name,
                            GPtrArray *filters,
                            GError **error)
{
  g_autoptr (BeaverStatement) usable = NULL;
  int chosen = -1, best = G_MAXINT, guarded;

  if (filters->len == 0)
    return -1;
  guarded = _beaver_field_guard_exists (connection, error);
  if (guarded <= 0)
    return guarded < 0 ? -2 : -1;
  usable = _beaver_connection_prepare (connection, SQL_USABLE, error);
  if (usable == NULL)
    return -2;
  _beaver_statement_bind_text (usable, 1, kind, -1);
  _beaver_statement_bind_text (usable, 2, name, -1);
  for (guint i = 0; i < filters->len; i++)
    {
      BeaverFilter *filter = g_ptr_array_index (filters, i);
      int rank = rank_of (filter);
      BeaverStep step;

      if (rank < 0 || rank >= best)
        continue;
      _beaver_statement_bind_text (usable, 3, _beaver_path_get_text (filter->path), -1);
      step = _beaver_statement_step (usable, error);
      if (step == BEAVER_STEP_ERROR)
        return -2;
      if (step == BEAVER_STEP_ROW)
        {
          best = rank;
          chosen = (int) i;
        }
      _beaver_statement_rewind (usable);
    }
  return chosen;
}

typedef struct
{
  BeaverConnection *connection;
  const char *kind;
  const char *name;
  const char *field;
  GHashTable *keys; /* a set of texts */
} Collector;

static gboolean
add_keys (Collector *self, BeaverStatement *statement, GError **error)
{
  BeaverStep step;

  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      gboolean is_real = _beaver_statement_type (statement, 0) == BEAVER_COLUMN_REAL;
      gsize length;
      const char *key;

      if (is_real)
        {
          char *buffer = g_malloc (G_ASCII_DTOSTR_BUF_SIZE);

          g_ascii_dtostr (buffer, G_ASCII_DTOSTR_BUF_SIZE, _beaver_statement_double (statement, 0));
          g_hash_table_add (self->keys, buffer);
          continue;
        }
      key = _beaver_statement_text (statement, 0, &length);
      /* what has a NUL in it is nothing that can be named here */
      if (key != NULL && memchr (key, '\0', length) == NULL)
        g_hash_table_add (self->keys, g_strndup (key, length));
    }
  return step == BEAVER_STEP_DONE;
}

static gboolean
collect (Collector *self,
         const char *sql,
         const BeaverScalar *low,
         const BeaverScalar *high,
         GError **error)
{
  const BeaverScalar *values[] = { low, high };
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (self->connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->kind, -1);
  _beaver_statement_bind_text (statement, 2, self->name, -1);
  _beaver_statement_bind_text (statement, 3, self->field, -1);
  for (int i = 0; i < 2; i++)
    if (values[i] == NULL)
      continue;
    else if (values[i]->type == BEAVER_SCALAR_TEXT)
      _beaver_statement_bind_text (statement, 4 + i, values[i]->text, (gssize) values[i]->length);
    else
      _beaver_statement_bind_double (statement, 4 + i, values[i]->real);
  return add_keys (self, statement, error);
}

static gboolean
collect_range (Collector *self, const BeaverScalar *low, const BeaverScalar *high, GError **error)
{
  gboolean low_text = low != NULL && low->type == BEAVER_SCALAR_TEXT;
  gboolean high_text = high != NULL && high->type == BEAVER_SCALAR_TEXT;

  /* Every number is less than every text. Numbers have a text in the index, too, which finds them
   * too often, never too seldom. */
  if (low == NULL)
    return high_text ? collect (self, SQL_NUMBERS, NULL, NULL, error) &&
                           collect (self, SQL_TEXT_TO, high, NULL, error) :
                       collect (self, SQL_NUMBER_TO, high, NULL, error);
  if (high == NULL)
    return low_text ? collect (self, SQL_TEXT_FROM, low, NULL, error) :
                      collect (self, SQL_NUMBER_FROM, low, NULL, error) &&
                          collect (self, SQL_TEXTS, NULL, NULL, error);
  if (low_text)
    return collect (self, SQL_TEXT_FROM, low, NULL, error);
  if (high_text)
    return collect (self, SQL_NUMBER_FROM, low, NULL, error) &&
           collect (self, SQL_TEXT_TO, high, NULL, error);
  return collect (self, SQL_NUMBER_BETWEEN, low, high, error);
}

static gboolean
collect_filter (Collector *self, const BeaverFilter *filter, GError **error)
{
  for (guint i = 0; i < filter->n_values; i++)
    if (filter->values[i].type == BEAVER_SCALAR_NULL)
      return TRUE; /* nothing can hold */
  switch (filter->op)
    {
    case BEAVER_FILTER_EQUAL:
    case BEAVER_FILTER_IN:
      for (guint i = 0; i < filter->n_values; i++)
        if (!collect (self,
                      filter->values[i].type == BEAVER_SCALAR_TEXT ? SQL_TEXT_IS : SQL_NUMBER_IS,
                      &filter->values[i], NULL, error))
          return FALSE;
      return TRUE;
    case BEAVER_FILTER_LESS:
    case BEAVER_FILTER_LESS_EQUAL:
      return collect_range (self, NULL, &filter->values[0], error);
    case BEAVER_FILTER_GREATER:
    case BEAVER_FILTER_GREATER_EQUAL:
      return collect_range (self, &filter->values[0], NULL, error);
    case BEAVER_FILTER_BETWEEN:
      return collect_range (self, &filter->values[0], &filter->values[1], error);
    case BEAVER_FILTER_NOT_EQUAL:
    case BEAVER_FILTER_CONTAINS:
    case BEAVER_FILTER_EXISTS:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

gboolean
_beaver_field_index_select (BeaverConnection *connection,
                            const char *kind,
                            const char *name,
                            GPtrArray *filters,
                            GPtrArray **keys,
                            GError **error)
{
  int chosen = _beaver_field_index_choose (connection, kind, name, filters, error);
  g_autoptr (GHashTable) set = NULL;
  g_autoptr (BeaverStatement) dirty = NULL;
  Collector collector = { connection, kind, name, NULL, NULL };
  const BeaverFilter *filter;
  GHashTableIter iter;
  gpointer key;

  *keys = NULL;
  if (chosen < 0)
    return chosen == -1;
  filter = g_ptr_array_index (filters, (guint) chosen);
  collector.field = _beaver_path_get_text (filter->path);
  collector.keys = set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!collect_filter (&collector, filter, error))
    return FALSE;

  /* what other programs have written since: whether it matches, its value will say */
  dirty = _beaver_connection_prepare (connection, SQL_DIRTY, error);
  if (dirty == NULL)
    return FALSE;
  _beaver_statement_bind_text (dirty, 1, kind, -1);
  _beaver_statement_bind_text (dirty, 2, name, -1);
  if (!add_keys (&collector, dirty, error))
    return FALSE;

  *keys = g_ptr_array_new_full (g_hash_table_size (set), g_free);
  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_hash_table_iter_steal (&iter);
      g_ptr_array_add (*keys, key);
    }
  g_ptr_array_sort (*keys, compare_keys);
  return TRUE;
}
