/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-vector-query-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverVectorQuery:
 *
 * What [method@Beaver.Vectors.search] looks for.
 *
 * ```c
 * g_autoptr(BeaverVectorQuery) query = beaver_vector_query_new (vector, 10);
 *
 * beaver_vector_query_set_metric (query, BEAVER_VECTOR_METRIC_EUCLID);
 * beaver_vector_query_add_filter (query, "kind", "==", "\"house\"");
 * hits = beaver_vectors_search (places, query, NULL, &error);
 * ```
 *
 * A query is checked when it is used; it may be used again. One thread at a time.
 *
 * Since: 1.0
 */
struct _BeaverVectorQuery
{
  GObject parent_instance;

  GBytes *vector; /* nullable */
  BeaverVectorSearch *search;
};

G_DEFINE_FINAL_TYPE (BeaverVectorQuery, beaver_vector_query, G_TYPE_OBJECT)

static void
filter_clear (gpointer pointer)
{
  BeaverVectorFilter *filter = pointer;

  g_free (filter->path);
  g_free (filter->comparison);
  g_free (filter->value);
}

BeaverVectorSearch *
_beaver_vector_search_new (void)
{
  BeaverVectorSearch *self = g_new0 (BeaverVectorSearch, 1);

  self->k = 10;
  self->recall = 0.95;
  self->filters = g_array_new (FALSE, TRUE, sizeof (BeaverVectorFilter));
  g_array_set_clear_func (self->filters, filter_clear);
  return self;
}

void
_beaver_vector_search_free (BeaverVectorSearch *self)
{
  g_array_unref (self->filters);
  g_strfreev (self->candidates);
  g_free (self);
}

static void
add_filter (BeaverVectorSearch *self, const char *path, const char *comparison, const char *value)
{
  BeaverVectorFilter filter = { g_strdup (path), g_strdup (comparison), g_strdup (value), 0 };

  g_array_append_val (self->filters, filter);
}

BeaverVectorSearch *
_beaver_vector_search_copy (const BeaverVectorSearch *self)
{
  BeaverVectorSearch *copy = _beaver_vector_search_new ();

  copy->k = self->k;
  copy->metric = self->metric;
  copy->method = self->method;
  copy->recall = self->recall;
  copy->candidates = g_strdupv (self->candidates);
  for (guint i = 0; i < self->filters->len; i++)
    {
      BeaverVectorFilter *filter = &g_array_index (self->filters, BeaverVectorFilter, i);

      add_filter (copy, filter->path, filter->comparison, filter->value);
    }
  return copy;
}

static void
beaver_vector_query_finalize (GObject *object)
{
  BeaverVectorQuery *self = BEAVER_VECTOR_QUERY (object);

  g_clear_pointer (&self->vector, g_bytes_unref);
  _beaver_vector_search_free (self->search);
  G_OBJECT_CLASS (beaver_vector_query_parent_class)->finalize (object);
}

static void
beaver_vector_query_class_init (BeaverVectorQueryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_vector_query_finalize;
}

static void
beaver_vector_query_init (BeaverVectorQuery *self)
{
  self->search = _beaver_vector_search_new ();
}

GBytes *
_beaver_vector_query_get_vector (BeaverVectorQuery *self)
{
  return self->vector;
}

const BeaverVectorSearch *
_beaver_vector_query_get_search (BeaverVectorQuery *self)
{
  return self->search;
}

/**
 * beaver_vector_query_new:
 * @vector: the vector: float32, little-endian, one after the other
 * @k: at most so many items, 1 to 1,000,000
 *
 * Makes a query for the items that are nearest to a vector, by cosine and exact.
 *
 * Returns: (transfer full): a query
 *
 * Since: 1.0
 */
BeaverVectorQuery *
beaver_vector_query_new (GBytes *vector, guint k)
{
  BeaverVectorQuery *self = g_object_new (BEAVER_TYPE_VECTOR_QUERY, NULL);

  self->vector = vector != NULL ? g_bytes_ref (vector) : NULL;
  self->search->k = k;
  return self;
}

/**
 * beaver_vector_query_set_metric:
 * @self: a query
 * @metric: what near means
 *
 * Sets what near means.
 *
 * Since: 1.0
 */
void
beaver_vector_query_set_metric (BeaverVectorQuery *self, BeaverVectorMetric metric)
{
  g_return_if_fail (BEAVER_IS_VECTOR_QUERY (self));

  self->search->metric = metric;
}

/**
 * beaver_vector_query_set_method:
 * @self: a query
 * @method: how to search
 *
 * Sets whether the answer has to be exact.
 *
 * Since: 1.0
 */
void
beaver_vector_query_set_method (BeaverVectorQuery *self, BeaverVectorMethod method)
{
  g_return_if_fail (BEAVER_IS_VECTOR_QUERY (self));

  self->search->method = method;
}

/**
 * beaver_vector_query_set_recall:
 * @self: a query
 * @recall: more than 0, 1 at most
 *
 * Sets the share of the nearest items that an approximate search should find, 0.95 at first. What
 * it really finds in this collection is measured, see [property@Beaver.Vectors:recall].
 *
 * Since: 1.0
 */
void
beaver_vector_query_set_recall (BeaverVectorQuery *self, double recall)
{
  g_return_if_fail (BEAVER_IS_VECTOR_QUERY (self));

  self->search->recall = recall;
}

/**
 * beaver_vector_query_set_candidates:
 * @self: a query
 * @ids: (nullable) (array zero-terminated=1): only these items; %NULL for all
 *
 * Restricts the search to certain items. With an empty list nothing is found; ids that are not
 * there are left out.
 *
 * Since: 1.0
 */
void
beaver_vector_query_set_candidates (BeaverVectorQuery *self, const char *const *ids)
{
  g_return_if_fail (BEAVER_IS_VECTOR_QUERY (self));

  g_strfreev (self->search->candidates);
  self->search->candidates = g_strdupv ((char **) ids);
}

/**
 * beaver_vector_query_add_filter:
 * @self: a query
 * @path: the member of the metadata, such as `kind` or `size.width`
 * @comparison: one of `==`, `!=`, `<`, `<=`, `>`, `>=`
 * @value: JSON text
 *
 * Restricts the search to items whose metadata has at @path something that compares so with
 * @value. All filters have to hold.
 *
 * Numbers compare with numbers and texts with texts, by their bytes; anything compares as equal or
 * not. Metadata without the path never fits.
 *
 * Since: 1.0
 */
void
beaver_vector_query_add_filter (BeaverVectorQuery *self,
                                const char *path,
                                const char *comparison,
                                const char *value)
{
  g_return_if_fail (BEAVER_IS_VECTOR_QUERY (self));

  add_filter (self->search, path, comparison, value);
}

/* Filters */

static const char *const comparisons[] = { "==", "!=", "<", "<=", ">", ">=" };

gboolean
_beaver_vector_search_check (BeaverVectorSearch *self, GError **error)
{
  if (self->k < 1 || self->k > 1000000)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("%u items cannot be found; ask for 1 to 1,000,000"), self->k);
      return FALSE;
    }
  if (self->metric < BEAVER_VECTOR_METRIC_COSINE || self->metric > BEAVER_VECTOR_METRIC_DOT)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("there is no metric %d"),
                   self->metric);
      return FALSE;
    }
  if (self->method < BEAVER_VECTOR_METHOD_AUTO || self->method > BEAVER_VECTOR_METHOD_APPROXIMATE)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("there is no method %d"),
                   self->method);
      return FALSE;
    }
  if (!(self->recall > 0 && self->recall <= 1))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("a recall of %g is not possible; give more than 0 and 1 at most"),
                   self->recall);
      return FALSE;
    }
  for (guint i = 0; i < self->filters->len; i++)
    {
      BeaverVectorFilter *filter = &g_array_index (self->filters, BeaverVectorFilter, i);
      char *normal;

      for (filter->number = 0; filter->number < G_N_ELEMENTS (comparisons); filter->number++)
        if (g_strcmp0 (filter->comparison, comparisons[filter->number]) == 0)
          break;
      if (filter->number == G_N_ELEMENTS (comparisons))
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                       _ ("there is no comparison “%s”; use ==, !=, <, <=, > or >="),
                       filter->comparison != NULL ? filter->comparison : "");
          return FALSE;
        }
      if (filter->path == NULL || *filter->path == '\0' ||
          !_beaver_check_text ("the path", filter->path, NULL))
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                               _ ("a filter needs the path of a member of the metadata"));
          return FALSE;
        }
      normal = filter->value != NULL ? _beaver_json_normalize (filter->value, -1, error) : NULL;
      if (normal == NULL)
        {
          if (filter->value == NULL)
            g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("the value is missing"));
          g_prefix_error (error, _ ("the filter on “%s”: "), filter->path);
          return FALSE;
        }
      g_free (filter->value);
      filter->value = normal;
    }
  return TRUE;
}

typedef enum
{
  ORDER_LESS,
  ORDER_EQUAL,
  ORDER_GREATER,
  ORDER_NONE, /* not equal, and neither is less */
} Order;

static gboolean
is_number (BeaverJsonToken token)
{
  return token == BEAVER_JSON_INTEGER || token == BEAVER_JSON_DOUBLE;
}

static Order
compare_numbers (BeaverJsonReader *one, BeaverJsonReader *other)
{
  gint64 a, b;
  double x, y;

  if (_beaver_json_reader_int (one, &a) && _beaver_json_reader_int (other, &b))
    return a < b ? ORDER_LESS : a > b ? ORDER_GREATER : ORDER_EQUAL;
  x = _beaver_json_reader_double (one);
  y = _beaver_json_reader_double (other);
  return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : x == y ? ORDER_EQUAL : ORDER_NONE;
}

static Order
compare_values (const char *found, gsize length, const char *value)
{
  g_autoptr (BeaverJsonReader) one = _beaver_json_reader_new (found, (gssize) length);
  g_autoptr (BeaverJsonReader) other = _beaver_json_reader_new (value, -1);
  BeaverJsonToken a = _beaver_json_reader_next (one);
  BeaverJsonToken b = _beaver_json_reader_next (other);
  g_autofree char *normal = NULL;

  if (is_number (a) && is_number (b))
    return compare_numbers (one, other);
  if (a != b)
    return ORDER_NONE;
  if (a == BEAVER_JSON_STRING)
    {
      int order =
          strcmp (_beaver_json_reader_string (one, NULL), _beaver_json_reader_string (other, NULL));

      return order < 0 ? ORDER_LESS : order > 0 ? ORDER_GREATER : ORDER_EQUAL;
    }
  normal = _beaver_json_normalize (found, (gssize) length, NULL);
  return g_strcmp0 (normal, value) == 0 ? ORDER_EQUAL : ORDER_NONE;
}

static gboolean
filter_fits (const BeaverVectorFilter *filter, const char *metadata)
{
  gsize length;
  const char *found = _beaver_json_path_find (metadata, -1, filter->path, &length);
  Order order;

  if (found == NULL)
    return FALSE;
  order = compare_values (found, length, filter->value);
  switch (filter->number)
    {
    case 0:
      return order == ORDER_EQUAL;
    case 1:
      return order != ORDER_EQUAL;
    case 2:
      return order == ORDER_LESS;
    case 3:
      return order == ORDER_LESS || order == ORDER_EQUAL;
    case 4:
      return order == ORDER_GREATER;
    default:
      return order == ORDER_GREATER || order == ORDER_EQUAL;
    }
}

gboolean
_beaver_vector_search_fits (const BeaverVectorSearch *self, const char *metadata)
{
  if (self->filters->len == 0)
    return TRUE;
  if (metadata == NULL || !_beaver_json_check (metadata, -1, NULL))
    return FALSE;
  for (guint i = 0; i < self->filters->len; i++)
    if (!filter_fits (&g_array_index (self->filters, BeaverVectorFilter, i), metadata))
      return FALSE;
  return TRUE;
}
