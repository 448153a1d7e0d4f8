/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/beaver-documents-private.h>
#include <beaver/beaver-field-index-private.h>
#include <beaver/beaver-hit-private.h>
#include <beaver/engine/beaver-flatten-private.h>
#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-trigram-private.h>

static const char SQL_SCAN[] =
    "SELECT item_id, data FROM __beaver_documents__ WHERE collection = $1 ORDER BY item_id";
/* One trigram a run: however long the query is, it needs no more parameters. */
static const char SQL_TRIGRAM[] =
    "SELECT item_id FROM __beaver_trigrams__ WHERE collection = $1 AND trigram = $2";

/* Of the trigrams of a query, how many a document must share to be looked at for typing errors. */
#define FUZZY_SHARE 0.3

/* A document on its way to becoming a hit. */
typedef struct
{
  char *id;
  gint64 rowid; /* of the best text; 0: none */
  double score; /* of the words; NaN: none */
  guint shared; /* trigrams */
  char *body;   /* NULL: to be read when it is on the page */
} Candidate;

static void
candidate_free (gpointer data)
{
  Candidate *self = data;

  g_free (self->id);
  g_free (self->body);
  g_free (self);
}

static Candidate *
find_or_add (GHashTable *table, const char *id, gsize length)
{
  g_autofree char *key = NULL;
  Candidate *candidate;

  /* an id with a NUL has been written by another program, and nothing here can name it */
  if (memchr (id, '\0', length) != NULL)
    return NULL;
  key = g_strndup (id, length);
  candidate = g_hash_table_lookup (table, key);
  if (candidate == NULL)
    {
      candidate = g_new0 (Candidate, 1);
      candidate->id = g_steal_pointer (&key);
      candidate->score = NAN;
      g_hash_table_insert (table, candidate->id, candidate);
    }
  return candidate;
}

/* ---- by words ---- */

typedef struct
{
  GHashTable *table;
  GHashTable *paths; /* NULL: all */
} WordSearch;

static void
add_word_match (gint64 rowid,
                const char *item,
                gsize item_length,
                const char *path,
                gsize path_length,
                double rank,
                gpointer user_data)
{
  WordSearch *search = user_data;
  Candidate *candidate;

  if (search->paths != NULL)
    {
      g_autofree char *key = g_strndup (path, path_length);

      if (strlen (key) != path_length || !g_hash_table_contains (search->paths, key))
        return;
    }
  candidate = find_or_add (search->table, item, item_length);
  if (candidate != NULL && (isnan (candidate->score) || rank < candidate->score))
    {
      candidate->score = rank;
      candidate->rowid = rowid;
    }
}

static GHashTable *
paths_of (BeaverQuerySpec *spec)
{
  GHashTable *paths;

  if (spec->fields == NULL)
    return NULL;
  paths = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; spec->fields[i] != NULL; i++)
    g_hash_table_add (paths, spec->fields[i]);
  return paths;
}

static gboolean
search_words (BeaverConnection *connection,
              BeaverDocumentsOp *op,
              const char *expression,
              GHashTable *table,
              GError **error)
{
  g_autoptr (GHashTable) paths = paths_of (op->spec);
  WordSearch search = { table, paths };

  return _beaver_fts_search (connection, op->core->name, expression, add_word_match, &search,
                             error);
}

/* ---- by trigrams ---- */

static gboolean
search_trigrams (BeaverConnection *connection,
                 BeaverDocumentsOp *op,
                 GArray *trigrams,
                 GHashTable *table,
                 GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_TRIGRAM, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  for (guint i = 0; i < trigrams->len; i++)
    {
      BeaverTrigram *trigram = &g_array_index (trigrams, BeaverTrigram, i);
      BeaverStep step;

      _beaver_statement_bind_text (statement, 2, trigram->text, trigram->length);
      while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
        {
          gsize length;
          const char *id = _beaver_statement_text (statement, 0, &length);
          Candidate *candidate = find_or_add (table, id, length);

          if (candidate != NULL)
            candidate->shared++;
        }
      if (step == BEAVER_STEP_ERROR)
        return FALSE;
      _beaver_statement_rewind (statement);
    }
  return TRUE;
}

/* ---- by edit distance ---- */

typedef struct
{
  BeaverFuzzy *fuzzy;
  GHashTable *paths; /* NULL: all */
  guint best;
} DistanceSearch;

static void
measure_text (const char *path,
              gsize path_length,
              const char *text,
              gsize length,
              gpointer user_data)
{
  DistanceSearch *search = user_data;
  guint distance;

  if (search->paths != NULL)
    {
      g_autofree char *key = g_strndup (path, path_length);

      if (strlen (key) != path_length || !g_hash_table_contains (search->paths, key))
        return;
    }
  distance = _beaver_fuzzy_distance (search->fuzzy, text, (gssize) length);
  search->best = MIN (search->best, distance);
}

/* ---- together ---- */

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *x = *(Candidate *const *) a, *y = *(Candidate *const *) b;
  gboolean x_scored = !isnan (x->score), y_scored = !isnan (y->score);

  /* of the same distance, what matches by words comes first */
  if (x_scored != y_scored)
    return x_scored ? -1 : 1;
  if (x_scored && x->score != y->score)
    return x->score < y->score ? -1 : 1;
  return strcmp (x->id, y->id);
}

/* Takes the candidates of the table in the order of their score and id, so that ties have an order.
 */
static GPtrArray *
sorted_candidates (GHashTable *table)
{
  GPtrArray *sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer candidate;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &candidate))
    g_ptr_array_add (sorted, candidate);
  g_ptr_array_sort (sorted, compare_candidates);
  return sorted;
}

static char *
expression_of (BeaverQuerySpec *spec)
{
  return _beaver_fts_expression (spec->text, spec->syntax != BEAVER_QUERY_SYNTAX_FTS5,
                                 spec->strict);
}

/* Collects who may be a hit of a query that has words, each with its final score. */
static gboolean
rank_candidates (BeaverConnection *connection,
                 BeaverDocumentsOp *op,
                 const char *expression,
                 BeaverRanking *ranking,
                 GError **error)
{
  BeaverQuerySpec *spec = op->spec;
  gboolean by_distance = spec->text != NULL && spec->fuzziness > 0;
  g_autoptr (GHashTable) table =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, candidate_free);
  g_autoptr (GHashTable) paths = by_distance ? paths_of (spec) : NULL;
  g_autoptr (BeaverFuzzy) fuzzy =
      by_distance ? _beaver_fuzzy_new (spec->text, -1, spec->fuzziness) : NULL;
  g_autoptr (GPtrArray) sorted = NULL;
  guint least = 1;

  if (spec->text != NULL && !search_words (connection, op, expression, table, error))
    return FALSE;
  if (spec->fuzzy_text != NULL || by_distance)
    {
      const char *text = spec->fuzzy_text != NULL ? spec->fuzzy_text : spec->text;
      g_autoptr (GArray) trigrams = _beaver_trigrams (text, -1);

      if (spec->fuzzy_text == NULL)
        least = (guint) floor (FUZZY_SHARE * trigrams->len);
      if (least > 0 && !search_trigrams (connection, op, trigrams, table, error))
        return FALSE;
    }

  sorted = sorted_candidates (table);
  for (guint i = 0; i < sorted->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (sorted, i);
      gboolean has_words = !isnan (candidate->score);
      double score = candidate->score;
      char *body;
      gsize length;

      if (spec->fuzzy_text != NULL && candidate->shared == 0)
        continue;
      if (spec->text != NULL && !by_distance && !has_words)
        continue;
      if (by_distance && !has_words && (least == 0 || candidate->shared < least))
        continue;
      if (spec->text == NULL)
        score = -(double) candidate->shared; /* the more, the better */
      if (!_beaver_documents_read (connection, op->core->name, candidate->id, &body, &length,
                                   error))
        return FALSE;
      g_free (candidate->body);
      candidate->body = body;
      if (body == NULL || !_beaver_filters_match (spec->filters, body, length))
        continue;
      if (by_distance)
        {
          DistanceSearch search = { fuzzy, paths, spec->fuzziness + 1 };

          if (!_beaver_flatten (body, (gssize) length, measure_text, &search, error))
            return FALSE;
          if (search.best > spec->fuzziness)
            continue;
          score = search.best;
        }
      g_hash_table_steal (table, candidate->id);
      candidate->score = spec->text == NULL ? candidate->shared : score;
      _beaver_ranking_add (ranking, candidate, candidate_free, score, body, length);
      /* bodies of what will not be on the page are not worth their memory */
      if (spec->limit >= 0)
        g_clear_pointer (&candidate->body, g_free);
    }
  return TRUE;
}

static void
rank_document (BeaverRanking *ranking,
               const char *id,
               const char *body,
               gsize length,
               gboolean *enough)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->id = g_strdup (id);
  candidate->score = NAN;
  *enough = !_beaver_ranking_add (ranking, candidate, candidate_free, NAN, body, length);
}

/* The documents that a field index names, or all. */
static gboolean
rank_documents (BeaverConnection *connection,
                BeaverDocumentsOp *op,
                BeaverRanking *ranking,
                GError **error)
{
  BeaverQuerySpec *spec = op->spec;
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (BeaverStatement) scan = NULL;
  gboolean enough = spec->limit == 0;
  BeaverStep step;

  if (!_beaver_field_index_select (connection, "documents", op->core->name, spec->filters, &keys,
                                   error))
    return FALSE;
  for (guint i = 0; keys != NULL && i < keys->len && !enough; i++)
    {
      const char *id = g_ptr_array_index (keys, i);
      g_autofree char *body = NULL;
      gsize length;

      if (!_beaver_documents_read (connection, op->core->name, id, &body, &length, error))
        return FALSE;
      if (body != NULL && _beaver_filters_match (spec->filters, body, length))
        rank_document (ranking, id, body, length, &enough);
    }
  if (keys != NULL)
    return TRUE;

  scan = _beaver_connection_prepare (connection, SQL_SCAN, error);
  if (scan == NULL)
    return FALSE;
  _beaver_statement_bind_text (scan, 1, op->core->name, -1);
  while (!enough)
    {
      gsize id_length, length;
      const char *id, *body;

      step = _beaver_statement_step (scan, error);
      if (step != BEAVER_STEP_ROW)
        return step == BEAVER_STEP_DONE;
      id = _beaver_statement_text (scan, 0, &id_length);
      body = _beaver_statement_text (scan, 1, &length);
      if (memchr (id, '\0', id_length) == NULL &&
          _beaver_filters_match (spec->filters, body, length))
        rank_document (ranking, id, body, length, &enough);
    }
  return TRUE;
}

gboolean
_beaver_documents_search_work (BeaverConnection *connection, gpointer data, GError **error)
{
  BeaverDocumentsOp *op = data;
  BeaverQuerySpec *spec = op->spec;
  g_autoptr (BeaverRanking) ranking = _beaver_ranking_new (spec);
  g_autofree char *expression = spec->text != NULL ? expression_of (spec) : NULL;
  g_autoptr (GPtrArray) page = NULL;

  g_clear_pointer (&op->results, g_ptr_array_unref);
  op->results = g_ptr_array_new_with_free_func (g_object_unref);
  if (spec->text == NULL && spec->fuzzy_text == NULL ?
          !rank_documents (connection, op, ranking, error) :
          !rank_candidates (connection, op, expression, ranking, error))
    return FALSE;

  page = _beaver_ranking_take (ranking, candidate_free);
  for (guint i = 0; i < page->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (page, i);
      char *path = NULL, *snippet = NULL;
      gsize length;

      if (candidate->body == NULL &&
          !_beaver_documents_read (connection, op->core->name, candidate->id, &candidate->body,
                                   &length, error))
        return FALSE;
      if (candidate->body == NULL)
        continue;
      if (spec->snippet && candidate->rowid != 0 &&
          !_beaver_fts_snippet (connection, expression, candidate->rowid, spec->before, spec->after,
                                spec->words, &path, &snippet, error))
        return FALSE;
      g_ptr_array_add (op->results, _beaver_hit_new_take (g_steal_pointer (&candidate->id),
                                                          g_steal_pointer (&candidate->body),
                                                          candidate->score, path, snippet));
    }
  return TRUE;
}
