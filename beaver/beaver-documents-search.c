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

static gboolean
is_among (GHashTable *paths, const char *path, gsize length)
{
  g_autofree char *key = NULL;

  if (paths == NULL)
    return TRUE;
  key = g_strndup (path, length);
  return strlen (key) == length && g_hash_table_contains (paths, key);
}

static gboolean
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

  if (!is_among (search->paths, path, path_length))
    return TRUE;
  candidate = find_or_add (search->table, item, item_length);
  if (candidate != NULL && (isnan (candidate->score) || rank < candidate->score))
    {
      candidate->score = rank;
      candidate->rowid = rowid;
    }
  return TRUE;
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

  return _beaver_fts_search (connection, op->core->name, expression, FALSE, add_word_match, &search,
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

  if (!is_among (search->paths, path, path_length))
    return;
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

/* What shares the most is the most similar. */
static int
compare_shared (gconstpointer a, gconstpointer b)
{
  const Candidate *x = *(Candidate *const *) a, *y = *(Candidate *const *) b;

  if (x->shared != y->shared)
    return x->shared > y->shared ? -1 : 1;
  return strcmp (x->id, y->id);
}

/* The candidates of the table in the order of their score and id, so that ties have an order. */
static GPtrArray *
sorted_candidates (GHashTable *table, gboolean by_words)
{
  GPtrArray *sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer candidate;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &candidate))
    g_ptr_array_add (sorted, candidate);
  g_ptr_array_sort (sorted, by_words ? compare_candidates : compare_shared);
  return sorted;
}

static char *
expression_of (BeaverQuerySpec *spec)
{
  return _beaver_fts_expression (spec->text, spec->syntax != BEAVER_QUERY_SYNTAX_FTS5,
                                 spec->strict);
}

/* How many hits are enough: those that the page leaves out, and the page. */
static guint64
wanted_hits (BeaverQuerySpec *spec)
{
  return spec->limit < 0 ? G_MAXUINT64 : (guint64) spec->offset + (guint64) spec->limit;
}

/* The best of what the words alone find, one after the other while more are wanted. */
typedef struct
{
  BeaverConnection *connection;
  BeaverDocumentsOp *op;
  BeaverRanking *ranking;
  GHashTable *paths; /* NULL: all */
  GHashTable *seen;  /* (element-type utf8) */
  GPtrArray *tied;   /* (element-type Candidate) of the same score: their ids decide */
  guint64 wanted;
  GError *error;
} BestSearch;

static gboolean
take_tied (BestSearch *self)
{
  BeaverQuerySpec *spec = self->op->spec;

  g_ptr_array_sort (self->tied, compare_candidates);
  for (guint i = 0; i < self->tied->len && self->wanted > 0; i++)
    {
      Candidate *candidate = g_ptr_array_index (self->tied, i);
      gsize length;

      if (!_beaver_documents_read (self->connection, self->op->core->name, candidate->id,
                                   &candidate->body, &length, &self->error))
        return FALSE;
      if (candidate->body == NULL ||
          !_beaver_filters_match (spec->filters, candidate->body, length))
        continue;
      self->tied->pdata[i] = NULL;
      _beaver_ranking_add (self->ranking, candidate, candidate_free, candidate->score,
                           candidate->body, length);
      self->wanted--;
    }
  g_ptr_array_set_size (self->tied, 0);
  return self->wanted > 0;
}

static gboolean
add_best_match (gint64 rowid,
                const char *item,
                gsize item_length,
                const char *path,
                gsize path_length,
                double rank,
                gpointer user_data)
{
  BestSearch *self = user_data;
  Candidate *candidate;
  char *id;

  if (self->tied->len > 0 && ((Candidate *) self->tied->pdata[0])->score != rank &&
      !take_tied (self))
    return FALSE;
  if (!is_among (self->paths, path, path_length) || memchr (item, '\0', item_length) != NULL)
    return TRUE;
  id = g_strndup (item, item_length);
  if (!g_hash_table_add (self->seen, id)) /* which frees it */
    return TRUE;
  candidate = g_new0 (Candidate, 1);
  candidate->id = g_strdup (id);
  candidate->rowid = rowid;
  candidate->score = rank;
  g_ptr_array_add (self->tied, candidate);
  return self->wanted > 0;
}

static void
candidate_free_nullable (gpointer data)
{
  if (data != NULL)
    candidate_free (data);
}

static gboolean
rank_best (BeaverConnection *connection,
           BeaverDocumentsOp *op,
           BeaverQuerySpec *spec,
           const char *expression,
           BeaverRanking *ranking,
           GError **error)
{
  g_autoptr (GHashTable) paths = paths_of (spec);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) tied = g_ptr_array_new_with_free_func (candidate_free_nullable);
  BestSearch search = { connection, op, ranking, paths, seen, tied, wanted_hits (spec), NULL };

  if (!_beaver_fts_search (connection, op->core->name, expression, TRUE, add_best_match, &search,
                           error))
    {
      g_clear_error (&search.error);
      return FALSE;
    }
  if (search.error == NULL)
    take_tied (&search);
  if (search.error != NULL)
    g_propagate_error (error, g_steal_pointer (&search.error));
  else
    return TRUE;
  return FALSE;
}

/* Collects who may be a hit of a query that has words, each with its final score. */
static gboolean
rank_words (BeaverConnection *connection,
            BeaverDocumentsOp *op,
            BeaverQuerySpec *spec,
            const char *expression,
            BeaverRanking *ranking,
            GError **error)
{
  gboolean by_distance = spec->text != NULL && spec->fuzziness > 0;
  g_autoptr (GHashTable) table =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, candidate_free);
  g_autoptr (GHashTable) paths = by_distance ? paths_of (spec) : NULL;
  g_autoptr (BeaverFuzzy) fuzzy =
      by_distance ? _beaver_fuzzy_new (spec->text, -1, spec->fuzziness) : NULL;
  g_autoptr (GPtrArray) sorted = NULL;
  guint64 wanted = by_distance || spec->sorts->len > 0 ? G_MAXUINT64 : wanted_hits (spec);
  guint least = 1;

  if (spec->text != NULL && spec->fuzzy_text == NULL && wanted < G_MAXINT64)
    return rank_best (connection, op, spec, expression, ranking, error);
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

  /* their order is that of the result, unless it has to be looked for in the bodies */
  sorted = sorted_candidates (table, spec->text != NULL);
  for (guint i = 0; i < sorted->len && wanted > 0; i++)
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
      wanted--;
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

/* ---- by vectors ---- */

typedef struct
{
  BeaverConnection *connection;
  BeaverDocumentsOp *op;
  GHashTable *keys; /* the ids that an index of fields leaves; NULL: all */
  GError *error;
} NearSearch;

static gboolean
is_match (const char *id, gpointer user_data)
{
  NearSearch *search = user_data;
  BeaverDocumentsOp *op = search->op;
  g_autofree char *body = NULL;
  gsize length;

  if (search->error != NULL || id == NULL ||
      (search->keys != NULL && !g_hash_table_contains (search->keys, id)))
    return FALSE;
  return _beaver_documents_read (search->connection, op->core->name, id, &body, &length,
                                 &search->error) &&
         body != NULL && _beaver_filters_match (op->spec->filters, body, length);
}

/* The nearest documents for which the conditions hold, into the results of op->near. */
static gboolean
search_near (BeaverConnection *connection, BeaverDocumentsOp *op, GError **error)
{
  NearSearch search = { connection, op, NULL, NULL };
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GHashTable) table = NULL;
  gboolean ok;

  if (!_beaver_field_index_select (connection, "documents", op->core->name, op->spec->filters,
                                   &keys, error))
    return FALSE;
  if (keys != NULL)
    {
      search.keys = table = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < keys->len; i++)
        g_hash_table_add (table, g_ptr_array_index (keys, i));
    }
  op->near->fits = is_match;
  op->near->fits_data = &search;
  ok = _beaver_vectors_near_work (connection, op->near, error);
  op->near->fits = NULL;
  if (!ok)
    g_clear_error (&search.error);
  else if (search.error != NULL)
    g_propagate_error (error, g_steal_pointer (&search.error));
  else
    return TRUE;
  return FALSE;
}

/* Reciprocal rank fusion, with the numbers of BeaverRankFusion: of equal scores, what the words
 * found comes first. */
#define FUSION_K 60.0

static void
add_share (GHashTable *table, GPtrArray *order, Candidate *candidate, guint rank, double weight)
{
  double share = weight / (FUSION_K + rank);
  Candidate *known = g_hash_table_lookup (table, candidate->id);

  if (known != NULL)
    {
      known->score += share;
      candidate_free (candidate);
      return;
    }
  candidate->score = share;
  g_hash_table_insert (table, candidate->id, candidate);
  g_ptr_array_add (order, candidate);
}

/* What the words find, all of it in the order of its score. */
static gboolean
add_words (BeaverConnection *connection,
           BeaverDocumentsOp *op,
           const char *expression,
           GHashTable *table,
           GPtrArray *order,
           GError **error)
{
  g_autoptr (GPtrArray) no_sorts = g_ptr_array_new ();
  BeaverQuerySpec all = *op->spec;
  g_autoptr (BeaverRanking) ranking = NULL;
  g_autoptr (GPtrArray) found = NULL;

  all.sorts = no_sorts;
  all.limit = op->spec->sorts->len > 0 ? -1 : G_MAXINT64; /* bodies are kept to sort by them */
  all.offset = 0;
  ranking = _beaver_ranking_new (&all);
  if (!rank_words (connection, op, &all, expression, ranking, error))
    return FALSE;
  found = _beaver_ranking_take (ranking, candidate_free);
  for (guint i = 0; i < found->len; i++)
    add_share (table, order, g_steal_pointer (&g_ptr_array_index (found, i)), i, 1);
  g_ptr_array_set_free_func (found, NULL);
  return TRUE;
}

static gboolean
rank_near (BeaverConnection *connection,
           BeaverDocumentsOp *op,
           const char *expression,
           BeaverRanking *ranking,
           GError **error)
{
  gboolean has_words = _beaver_query_spec_has_words (op->spec);
  g_autoptr (GHashTable) table =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, candidate_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  GPtrArray *nearest;

  if (!search_near (connection, op, error) ||
      (has_words && !add_words (connection, op, expression, table, order, error)))
    return FALSE;
  nearest = op->near->results;
  for (guint i = 0; i < nearest->len; i++)
    {
      BeaverVectorHit *hit = g_ptr_array_index (nearest, i);
      Candidate *candidate = g_new0 (Candidate, 1);

      candidate->id = g_strdup (beaver_vector_hit_get_id (hit));
      add_share (table, order, candidate, i, op->spec->near->weight);
      if (!has_words)
        candidate->score = beaver_vector_hit_get_score (hit);
    }
  for (guint i = 0; i < order->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (order, i);
      gsize length = 0;

      if (op->spec->sorts->len > 0 && candidate->body == NULL &&
          !_beaver_documents_read (connection, op->core->name, candidate->id, &candidate->body,
                                   &length, error))
        return FALSE;
      g_hash_table_steal (table, candidate->id);
      _beaver_ranking_add (ranking, candidate, candidate_free,
                           has_words ? -candidate->score : candidate->score,
                           candidate->body != NULL ? candidate->body : "",
                           candidate->body != NULL ? strlen (candidate->body) : 0);
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
  if (op->near != NULL ? !rank_near (connection, op, expression, ranking, error) :
      _beaver_query_spec_has_words (spec) ?
                         !rank_words (connection, op, spec, expression, ranking, error) :
                         !rank_documents (connection, op, ranking, error))
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
