/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>

#include <math.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-query-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-lower-private.h>

/* More would find everything, and not fit into sums. */
#define FUZZINESS_MAX 1000000

G_STATIC_ASSERT ((int) BEAVER_OPERATOR_EXISTS == (int) BEAVER_FILTER_EXISTS);

/**
 * BeaverQuery:
 *
 * What to look for: words, conditions on fields, an order and a part of the result.
 *
 * A query is made once and may be used often, on documents ([method@Beaver.Documents.search]), and
 * without words also on dicts ([method@Beaver.Dict.query]) and logs ([method@Beaver.Log.query]).
 *
 * ```c
 * g_autoptr(BeaverQuery) query = beaver_query_new ();
 *
 * beaver_query_set_text (query, "busy beavers");
 * beaver_query_where_int (query, "year", BEAVER_OPERATOR_GREATER, 1992, &error);
 * beaver_query_sort (query, "author.name", FALSE, &error);
 * beaver_query_set_limit (query, 10);
 * ```
 *
 * A path names a field: names of members joined by dots, `author.name`. `tags[0]` and `tags[#-1]`
 * are elements of an array, a name in double quotes may hold dots, and the empty path is the whole
 * value.
 *
 * A query is used by one thread at a time; a search copies what it needs when it starts.
 *
 * Since: 1.0
 */
struct _BeaverQuery
{
  GObject parent_instance;

  BeaverQuerySpec *spec; /* never NULL */
};

G_DEFINE_FINAL_TYPE (BeaverQuery, beaver_query, G_TYPE_OBJECT)

/* ---- plain data ---- */

static void
sort_free (gpointer data)
{
  BeaverQuerySort *sort = data;

  _beaver_path_unref (sort->path);
  g_free (sort);
}

static BeaverQuerySpec *
spec_new (void)
{
  BeaverQuerySpec *self = g_new0 (BeaverQuerySpec, 1);

  self->filters = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_filter_unref);
  self->sorts = g_ptr_array_new_with_free_func (sort_free);
  self->limit = -1;
  self->start = -INFINITY;
  self->end = INFINITY;
  return self;
}

void
_beaver_query_spec_free (BeaverQuerySpec *self)
{
  g_free (self->text);
  g_free (self->fuzzy_text);
  g_strfreev (self->fields);
  g_free (self->before);
  g_free (self->after);
  g_clear_pointer (&self->near, _beaver_query_near_unref);
  g_ptr_array_unref (self->filters);
  g_ptr_array_unref (self->sorts);
  g_free (self);
}

BeaverQuerySpec *
_beaver_query_get_spec (BeaverQuery *self)
{
  return self->spec;
}

gboolean
_beaver_query_spec_has_words (BeaverQuerySpec *self)
{
  return self->text != NULL || self->fuzzy_text != NULL;
}

BeaverQuerySpec *
_beaver_query_dup_spec (BeaverQuery *query)
{
  BeaverQuerySpec *copy = spec_new (), *self;

  if (query == NULL)
    return copy;
  self = query->spec;
  copy->text = g_strdup (self->text);
  copy->fuzzy_text = g_strdup (self->fuzzy_text);
  copy->syntax = self->syntax;
  copy->strict = self->strict;
  copy->fields = g_strdupv (self->fields);
  copy->fuzziness = self->fuzziness;
  copy->snippet = self->snippet;
  copy->before = g_strdup (self->before);
  copy->after = g_strdup (self->after);
  copy->words = self->words;
  copy->near = self->near != NULL ? _beaver_query_near_ref (self->near) : NULL;
  for (guint i = 0; i < self->filters->len; i++)
    g_ptr_array_add (copy->filters, _beaver_filter_ref (g_ptr_array_index (self->filters, i)));
  for (guint i = 0; i < self->sorts->len; i++)
    {
      BeaverQuerySort *sort = g_memdup2 (g_ptr_array_index (self->sorts, i), sizeof *sort);

      _beaver_path_ref (sort->path);
      g_ptr_array_add (copy->sorts, sort);
    }
  copy->limit = self->limit;
  copy->offset = self->offset;
  copy->start = self->start;
  copy->end = self->end;
  return copy;
}

static gboolean
check_text (const char *text, const char *what, GError **error)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("%s of the query is not UTF-8"), what);
  return FALSE;
}

gboolean
_beaver_query_spec_check (BeaverQuerySpec *self, const char *kind, GError **error)
{
  if ((_beaver_query_spec_has_words (self) || self->near != NULL) &&
      g_strcmp0 (kind, "documents") != 0)
    {
      g_set_error (
          error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
          self->near != NULL ?
              _ ("the query searches for vectors, which only documents can; search the "
                 "vectors themselves, or use conditions") :
              _ ("the query searches for words, which only documents can; use conditions"));
      return FALSE;
    }
  if ((self->start != -INFINITY || self->end != INFINITY) && g_strcmp0 (kind, "log") != 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
                   _ ("the query has a range of time, which only logs know; use a condition"));
      return FALSE;
    }
  if (self->syntax != BEAVER_QUERY_SYNTAX_PLAIN && self->syntax != BEAVER_QUERY_SYNTAX_FTS5)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("there is no syntax %d of a query; use plain text or FTS5"),
                   (int) self->syntax);
      return FALSE;
    }
  if (isnan (self->start) || isnan (self->end))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the range of the query is not a number; use infinity for “no limit”"));
      return FALSE;
    }
  if (self->offset < 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the offset of the query is %" PRId64 "; it must not be negative"),
                   self->offset);
      return FALSE;
    }
  for (guint i = 0; self->fields != NULL && self->fields[i] != NULL; i++)
    if (!check_text (self->fields[i], _ ("a field"), error))
      return FALSE;
  return check_text (self->text, _ ("the text"), error) &&
         check_text (self->fuzzy_text, _ ("the fuzzy text"), error) &&
         check_text (self->before, _ ("the mark before a match"), error) &&
         check_text (self->after, _ ("the mark behind a match"), error);
}

/* ---- order ---- */

typedef struct
{
  gpointer item;
  GDestroyNotify item_free;
  double score;
  guint64 serial;
  BeaverScalar *keys;
} Ranked;

struct _BeaverRanking
{
  BeaverQuerySpec *spec;
  GArray *items; /* (element-type Ranked) */
  guint64 serial;
  gboolean scored;
};

BeaverRanking *
_beaver_ranking_new (BeaverQuerySpec *spec)
{
  BeaverRanking *self = g_new0 (BeaverRanking, 1);

  self->spec = spec;
  self->items = g_array_new (FALSE, FALSE, sizeof (Ranked));
  return self;
}

void
_beaver_ranking_free (BeaverRanking *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      Ranked *ranked = &g_array_index (self->items, Ranked, i);

      for (guint j = 0; ranked->keys != NULL && j < self->spec->sorts->len; j++)
        _beaver_scalar_clear (&ranked->keys[j]);
      g_free (ranked->keys);
      if (ranked->item != NULL)
        ranked->item_free (ranked->item);
    }
  g_array_unref (self->items);
  g_free (self);
}

static gboolean
is_ordered (BeaverRanking *self)
{
  return self->spec->sorts->len == 0 && !self->scored;
}

gboolean
_beaver_ranking_add (BeaverRanking *self,
                     gpointer item,
                     GDestroyNotify item_free,
                     double score,
                     const char *json,
                     gsize length)
{
  Ranked ranked = { item, item_free, score, self->serial++, NULL };
  BeaverQuerySpec *spec = self->spec;

  if (!isnan (score))
    self->scored = TRUE;
  if (spec->sorts->len > 0)
    {
      ranked.keys = g_new0 (BeaverScalar, spec->sorts->len);
      for (guint i = 0; i < spec->sorts->len; i++)
        _beaver_path_read (((BeaverQuerySort *) g_ptr_array_index (spec->sorts, i))->path, json,
                           length, &ranked.keys[i]);
    }
  g_array_append_val (self->items, ranked);
  return !is_ordered (self) || spec->limit < 0 || spec->offset > G_MAXINT64 - spec->limit ||
         (gint64) self->items->len < spec->offset + spec->limit;
}

static int
compare_ranked (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Ranked *x = a, *y = b;
  GPtrArray *sorts = user_data;

  for (guint i = 0; i < sorts->len; i++)
    {
      BeaverQuerySort *sort = g_ptr_array_index (sorts, i);
      int order = _beaver_scalar_compare (&x->keys[i], &y->keys[i]);

      if (order != 0)
        return sort->descending ? -order : order;
    }
  if (x->score != y->score && !isnan (x->score) && !isnan (y->score))
    return x->score < y->score ? -1 : 1;
  return (x->serial > y->serial) - (x->serial < y->serial);
}

GPtrArray *
_beaver_ranking_take (BeaverRanking *self, GDestroyNotify item_free)
{
  GPtrArray *page = g_ptr_array_new_with_free_func (item_free);
  BeaverQuerySpec *spec = self->spec;

  if (!is_ordered (self))
    g_array_sort_with_data (self->items, compare_ranked, spec->sorts);
  for (guint64 i = (guint64) spec->offset; i < self->items->len; i++)
    {
      if (spec->limit >= 0 && (gint64) page->len >= spec->limit)
        break;
      g_ptr_array_add (page,
                       g_steal_pointer (&g_array_index (self->items, Ranked, (guint) i).item));
    }
  return page;
}

/* ---- the object ---- */

static void
beaver_query_finalize (GObject *object)
{
  _beaver_query_spec_free (BEAVER_QUERY (object)->spec);
  G_OBJECT_CLASS (beaver_query_parent_class)->finalize (object);
}

static void
beaver_query_class_init (BeaverQueryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_query_finalize;
}

static void
beaver_query_init (BeaverQuery *self)
{
  self->spec = spec_new ();
}

/**
 * beaver_query_new:
 *
 * Makes a query that finds everything.
 *
 * Returns: (transfer full): a query
 *
 * Since: 1.0
 */
BeaverQuery *
beaver_query_new (void)
{
  return g_object_new (BEAVER_TYPE_QUERY, NULL);
}

/**
 * beaver_query_where:
 * @self: a query
 * @path: names the field
 * @op: how to compare
 * @json: (nullable): what to compare with, as JSON text: a text, number or boolean; an array for
 *   %BEAVER_OPERATOR_IN and %BEAVER_OPERATOR_BETWEEN; `true`, `false` or %NULL for
 *   %BEAVER_OPERATOR_EXISTS
 * @error: return location for an error
 *
 * Adds a condition. All conditions of a query have to hold.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID, which leaves the query as it was
 *
 * Since: 1.0
 */
gboolean
beaver_query_where (BeaverQuery *self,
                    const char *path,
                    BeaverOperator op,
                    const char *json,
                    GError **error)
{
  BeaverFilter *filter;

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  filter = _beaver_filter_new (path, (int) op, json, error);
  if (filter == NULL)
    return FALSE;
  g_ptr_array_add (self->spec->filters, filter);
  return TRUE;
}

/**
 * beaver_query_where_string:
 * @self: a query
 * @path: names the field
 * @op: how to compare
 * @value: the text to compare with, UTF-8
 * @error: return location for an error
 *
 * Adds a condition with a text; see [method@Beaver.Query.where].
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID
 *
 * Since: 1.0
 */
gboolean
beaver_query_where_string (BeaverQuery *self,
                           const char *path,
                           BeaverOperator op,
                           const char *value,
                           GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  if (value != NULL && !g_utf8_validate (value, -1, NULL))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the value to compare “%s” with is not UTF-8"), path != NULL ? path : "");
      return FALSE;
    }
  json = value != NULL ? _beaver_json_from_string (value) : NULL;
  return beaver_query_where (self, path, op, json, error);
}

/**
 * beaver_query_where_int:
 * @self: a query
 * @path: names the field
 * @op: how to compare
 * @value: the number to compare with
 * @error: return location for an error
 *
 * Adds a condition with an integer; see [method@Beaver.Query.where].
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID
 *
 * Since: 1.0
 */
gboolean
beaver_query_where_int (BeaverQuery *self,
                        const char *path,
                        BeaverOperator op,
                        gint64 value,
                        GError **error)
{
  g_autofree char *json = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  return beaver_query_where (self, path, op, json, error);
}

/**
 * beaver_query_where_double:
 * @self: a query
 * @path: names the field
 * @op: how to compare
 * @value: the number to compare with, finite
 * @error: return location for an error
 *
 * Adds a condition with a number; see [method@Beaver.Query.where].
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID
 *
 * Since: 1.0
 */
gboolean
beaver_query_where_double (BeaverQuery *self,
                           const char *path,
                           BeaverOperator op,
                           double value,
                           GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  if (!isfinite (value))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("the value to compare “%s” with is no finite number"),
                   path != NULL ? path : "");
      return FALSE;
    }
  json = _beaver_json_from_double (value);
  return beaver_query_where (self, path, op, json, error);
}

/**
 * beaver_query_where_boolean:
 * @self: a query
 * @path: names the field
 * @op: how to compare
 * @value: what to compare with
 * @error: return location for an error
 *
 * Adds a condition with true or false; see [method@Beaver.Query.where].
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID
 *
 * Since: 1.0
 */
gboolean
beaver_query_where_boolean (BeaverQuery *self,
                            const char *path,
                            BeaverOperator op,
                            gboolean value,
                            GError **error)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  return beaver_query_where (self, path, op, value ? "true" : "false", error);
}

/**
 * beaver_query_sort:
 * @self: a query
 * @path: names the field
 * @descending: from the greatest to the least
 * @error: return location for an error
 *
 * Adds a field to sort by; the first one counts most.
 *
 * Without one, what is found comes in the order of its score, and of its id, key or timestamp. What
 * has no such field is less than everything.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_INVALID when @path is no path
 *
 * Since: 1.0
 */
gboolean
beaver_query_sort (BeaverQuery *self, const char *path, gboolean descending, GError **error)
{
  BeaverPath *parsed;
  BeaverQuerySort *sort;

  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  parsed = _beaver_path_new (path, error);
  if (parsed == NULL)
    return FALSE;
  sort = g_new0 (BeaverQuerySort, 1);
  sort->path = parsed;
  sort->descending = descending;
  g_ptr_array_add (self->spec->sorts, sort);
  return TRUE;
}

static void
set_string (char **place, const char *text)
{
  char *copy = g_strdup (text);

  g_free (*place);
  *place = copy;
}

static gboolean
is_blank (const char *text)
{
  return text == NULL || *text == '\0' ||
         (g_utf8_validate (text, -1, NULL) && _beaver_is_blank (text, -1));
}

/**
 * beaver_query_set_text:
 * @self: a query
 * @text: (nullable): words; %NULL or blank searches for none
 *
 * Sets the words to search documents for, in full text: “program” finds “programming”.
 * [method@Beaver.Query.set_near] adds a search by vectors.
 *
 * In the plain syntax all words have to be there, and marks between them count for nothing: what a
 * person types never fails.
 *
 * Since: 1.0
 */
void
beaver_query_set_text (BeaverQuery *self, const char *text)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  set_string (&self->spec->text, is_blank (text) ? NULL : text);
}

/**
 * beaver_query_get_text:
 * @self: a query
 *
 * Gets the words to search for.
 *
 * Returns: (transfer none) (nullable): the text; %NULL when there is none
 *
 * Since: 1.0
 */
const char *
beaver_query_get_text (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), NULL);

  return self->spec->text;
}

/**
 * beaver_query_set_syntax:
 * @self: a query
 * @syntax: how to read the text
 *
 * Sets how the text of the query is read: as plain words, unless this is called.
 *
 * Since: 1.0
 */
void
beaver_query_set_syntax (BeaverQuery *self, BeaverQuerySyntax syntax)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->syntax = syntax;
}

/**
 * beaver_query_get_syntax:
 * @self: a query
 *
 * Gets how the text of the query is read.
 *
 * Returns: the syntax
 *
 * Since: 1.0
 */
BeaverQuerySyntax
beaver_query_get_syntax (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), BEAVER_QUERY_SYNTAX_PLAIN);

  return self->spec->syntax;
}

/**
 * beaver_query_set_strict:
 * @self: a query
 * @strict: whether only the texts of documents count
 *
 * Sets whether words have to be in the texts of a document.
 *
 * By default, as in Python's beaver-db, the name of the collection, the id and the names of the
 * fields match too: “title” finds every document with a title.
 *
 * Since: 1.0
 */
void
beaver_query_set_strict (BeaverQuery *self, gboolean strict)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->strict = strict;
}

/**
 * beaver_query_get_strict:
 * @self: a query
 *
 * Gets whether words have to be in the texts of a document.
 *
 * Returns: %TRUE when only texts count
 *
 * Since: 1.0
 */
gboolean
beaver_query_get_strict (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), FALSE);

  return self->spec->strict;
}

/**
 * beaver_query_set_fields:
 * @self: a query
 * @fields: (nullable) (array zero-terminated=1): paths of fields; %NULL for all
 *
 * Sets in which fields of a document the words of the text have to be.
 *
 * Texts in an array have the path of the array.
 *
 * Since: 1.0
 */
void
beaver_query_set_fields (BeaverQuery *self, const char *const *fields)
{
  char **copy;

  g_return_if_fail (BEAVER_IS_QUERY (self));

  copy = g_strdupv ((char **) fields);
  g_strfreev (self->spec->fields);
  self->spec->fields = copy;
}

/**
 * beaver_query_get_fields:
 * @self: a query
 *
 * Gets in which fields of a document the words of the text have to be.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): paths; %NULL for all
 *
 * Since: 1.0
 */
const char *const *
beaver_query_get_fields (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), NULL);

  return (const char *const *) self->spec->fields;
}

/**
 * beaver_query_set_fuzzy_text:
 * @self: a query
 * @text: (nullable): what to search for; %NULL or empty for nothing
 *
 * Sets what documents have to be similar to, typing errors and all.
 *
 * Documents are found that were indexed with %BEAVER_INDEX_FLAGS_FUZZY and share a sequence of
 * three characters with @text; their score is the number of different ones. Together with
 * [method@Beaver.Query.set_text] both have to match, and the score is that of the text.
 *
 * Since: 1.0
 */
void
beaver_query_set_fuzzy_text (BeaverQuery *self, const char *text)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  set_string (&self->spec->fuzzy_text, text == NULL || *text == '\0' ? NULL : text);
}

/**
 * beaver_query_get_fuzzy_text:
 * @self: a query
 *
 * Gets what documents have to be similar to.
 *
 * Returns: (transfer none) (nullable): the text; %NULL when there is none
 *
 * Since: 1.0
 */
const char *
beaver_query_get_fuzzy_text (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), NULL);

  return self->spec->fuzzy_text;
}

/**
 * beaver_query_set_fuzziness:
 * @self: a query
 * @fuzziness: how many characters may be wrong, 1,000,000 at most; 0 for none
 *
 * Sets how far from the text of the query the words of a document may be.
 *
 * Above 0 the text need not match: of the documents that hold its words or enough of their parts
 * (%BEAVER_INDEX_FLAGS_FUZZY), those are found in which some words, taken together, differ from the
 * text in at most so many characters. The score is that number.
 *
 * Since: 1.0
 */
void
beaver_query_set_fuzziness (BeaverQuery *self, guint fuzziness)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->fuzziness = MIN (fuzziness, FUZZINESS_MAX);
}

/**
 * beaver_query_get_fuzziness:
 * @self: a query
 *
 * Gets how many characters may be wrong.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
beaver_query_get_fuzziness (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), 0);

  return self->spec->fuzziness;
}

/**
 * beaver_query_set_snippet:
 * @self: a query
 * @before: (nullable): what to put before each match, `<b>`
 * @after: (nullable): what to put behind each match, `</b>`
 * @words: how many words, 1 to 64; 0 for the whole text of the field
 *
 * Asks for the part of the best matching field that shows the match, see
 * [property@Beaver.Hit:snippet].
 *
 * The text around the marks is not escaped for any kind of markup.
 *
 * Since: 1.0
 */
void
beaver_query_set_snippet (BeaverQuery *self, const char *before, const char *after, guint words)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->snippet = TRUE;
  set_string (&self->spec->before, before);
  set_string (&self->spec->after, after);
  self->spec->words = MIN (words, 64);
}

/**
 * beaver_query_set_limit:
 * @self: a query
 * @limit: how many at most; negative for all
 *
 * Sets how many of those that match to get.
 *
 * Since: 1.0
 */
void
beaver_query_set_limit (BeaverQuery *self, gint64 limit)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->limit = MAX (limit, -1);
}

/**
 * beaver_query_get_limit:
 * @self: a query
 *
 * Gets how many of those that match to get.
 *
 * Returns: their number, -1 for all
 *
 * Since: 1.0
 */
gint64
beaver_query_get_limit (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), -1);

  return self->spec->limit;
}

/**
 * beaver_query_set_offset:
 * @self: a query
 * @offset: how many, not negative
 *
 * Sets how many of those that match to leave out at the beginning.
 *
 * Since: 1.0
 */
void
beaver_query_set_offset (BeaverQuery *self, gint64 offset)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->offset = offset;
}

/**
 * beaver_query_get_offset:
 * @self: a query
 *
 * Gets how many of those that match to leave out at the beginning.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
gint64
beaver_query_get_offset (BeaverQuery *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY (self), 0);

  return self->spec->offset;
}

/**
 * beaver_query_set_range:
 * @self: a query
 * @start: from this timestamp on; minus infinity for no limit
 * @end: up to this timestamp, inclusive; infinity for no limit
 *
 * Sets the time whose entries of a log to search, in seconds since the epoch.
 *
 * Since: 1.0
 */
void
beaver_query_set_range (BeaverQuery *self, double start, double end)
{
  g_return_if_fail (BEAVER_IS_QUERY (self));

  self->spec->start = start;
  self->spec->end = end;
}
