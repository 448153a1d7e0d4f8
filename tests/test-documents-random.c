/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a collection and on a table of words, which have to agree, and two processes
 * at once. Repeat a failure with --seed: the shortest list of operations that still fails is
 * printed. BEAVER_TEST_ROUNDS makes it longer or shorter. */
#include "documents-test.h"

#define OPERATIONS 100000
#define CHUNK 2500
#define N_IDS 40
#define N_WORDS 12

static const char *const vocabulary[N_WORDS] = { "alpha", "bravo",   "charlie",  "delta",
                                                 "echo",  "foxtrot", "golf",     "hotel",
                                                 "india", "juliet",  "kilobyte", "zulu" };

typedef enum
{
  INDEX,
  INDEX_BATCH,
  DROP,
  FOREIGN_INDEX, /* as Python does it */
  FOREIGN_DROP,
  SEARCH,
  SEARCH_WHERE,
  FUZZY_SEARCH,
  GET,
  REOPEN,
  CLEAR,
  N_KINDS,
} Kind;

typedef struct
{
  Kind kind;
  guint id;
  guint words; /* a bit a word */
  int number;
  BeaverIndexFlags flags;
} Op;

/* What the model knows of a document. */
typedef struct
{
  gboolean exists;
  guint words;
  int number;
  BeaverIndexFlags flags;
} Model;

typedef struct
{
  Fixture *f;
  sqlite3 **raw;
  Model model[N_IDS];
  char *failure;
} World;

static Op
random_op (void)
{
  static const guint weights[N_KINDS] = { 30, 8, 10, 8, 3, 16, 12, 6, 10, 1, 1 };
  guint total = 0, pick;
  Op op = { INDEX, 0, 0, 0, BEAVER_INDEX_FLAGS_NONE };

  for (guint i = 0; i < N_KINDS; i++)
    total += weights[i];
  pick = (guint) g_test_rand_int_range (0, (gint32) total);
  while (pick >= weights[op.kind])
    pick -= weights[op.kind++];
  /* reopening costs as much as a thousand other operations */
  if ((op.kind == REOPEN || op.kind == CLEAR) && g_test_rand_int_range (0, 20) != 0)
    op.kind = GET;
  op.id = (guint) g_test_rand_int_range (0, N_IDS);
  op.words = (guint) (g_test_rand_int () & g_test_rand_int () & ((1 << N_WORDS) - 1));
  op.number = g_test_rand_int_range (-5, 6);
  op.flags = (BeaverIndexFlags) g_test_rand_int_range (0, 4);
  return op;
}

static char *
id_of (guint id)
{
  static const char *const odd[] = { "", "—", "it's", "two words", "\"" };

  return id < G_N_ELEMENTS (odd) ? g_strdup (odd[id]) : g_strdup_printf ("doc-%02u", id);
}

static char *
body_of (const Op *op)
{
  GString *body = g_string_new ("{\"t\": [");
  gboolean first = TRUE;

  for (guint i = 0; i < N_WORDS; i++)
    if (op->words >> i & 1)
      {
        g_string_append_printf (body, "%s\"%s\"", first ? "" : ", ", vocabulary[i]);
        first = FALSE;
      }
  g_string_append_printf (body, "], \"n\": %d}", op->number);
  return g_string_free (body, FALSE);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
expected_of (World *w, const Op *op)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  guint word = op->id % N_WORDS;
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < N_IDS; i++)
    {
      const Model *m = &w->model[i];
      gboolean has = (m->words >> word & 1) != 0, ok = FALSE;

      if (op->kind == SEARCH)
        ok = has && (m->flags & TEXT) != 0;
      else if (op->kind == SEARCH_WHERE)
        ok = m->number >= op->number;
      else
        ok = has && (m->flags & FUZZY) != 0;
      if (m->exists && ok)
        g_ptr_array_add (ids, id_of (i));
    }
  g_ptr_array_sort (ids, compare_texts);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (joined, "|%s", (char *) ids->pdata[i]);
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

static void
check_search (World *w, const Op *op)
{
  BeaverDocuments *docs = docs_of (w->f, "c");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GString) joined = g_string_new (NULL);
  g_autofree char *expected = expected_of (w, op);

  if (op->kind == SEARCH)
    {
      beaver_query_set_text (query, vocabulary[op->id % N_WORDS]);
      beaver_query_set_strict (query, TRUE);
    }
  else if (op->kind == SEARCH_WHERE)
    {
      g_autofree char *json = g_strdup_printf ("%d", op->number);

      where (query, "n", BEAVER_OPERATOR_GREATER_EQUAL, json);
    }
  else
    beaver_query_set_fuzzy_text (query, vocabulary[op->id % N_WORDS]);
  hits = beaver_documents_search (docs, query, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    {
      BeaverHit *hit = g_ptr_array_index (hits, i);

      /* other words may share a trigram: those that share all of them are the ones with the word */
      if (op->kind == FUZZY_SEARCH &&
          beaver_hit_get_score (hit) < (double) strlen (vocabulary[op->id % N_WORDS]) - 2)
        continue;
      g_ptr_array_add (ids, (gpointer) beaver_hit_get_id (hit));
    }
  g_ptr_array_sort (ids, compare_texts);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (joined, "|%s", (char *) ids->pdata[i]);
  if (strcmp (joined->str, expected) != 0)
    w->failure =
        g_strdup_printf ("search %d: got %s, expected %s", op->kind, joined->str, expected);
}

static void
foreign (World *w, const Op *op, const char *id, const char *body)
{
  char *sql = sqlite3_mprintf (
      "BEGIN IMMEDIATE; DELETE FROM __beaver_fts_index__ WHERE collection = 'c' AND item_id = %Q;"
      "DELETE FROM __beaver_trigrams__ WHERE collection = 'c' AND item_id = %Q;",
      id, id);
  GString *script = g_string_new (sql);

  sqlite3_free (sql);
  if (op->kind == FOREIGN_DROP)
    sql = sqlite3_mprintf (
        "DELETE FROM __beaver_documents__ WHERE collection = 'c' AND item_id = %Q;", id);
  else
    sql = sqlite3_mprintf ("INSERT OR REPLACE INTO __beaver_documents__ VALUES ('c', %Q, %Q);", id,
                           body);
  g_string_append (script, sql);
  sqlite3_free (sql);
  for (guint i = 0; op->kind == FOREIGN_INDEX && i < N_WORDS; i++)
    if (op->words >> i & 1)
      {
        sql = sqlite3_mprintf ("INSERT INTO __beaver_fts_index__ VALUES ('c', %Q, 't', %Q);", id,
                               vocabulary[i]);
        g_string_append (script, sql);
        sqlite3_free (sql);
      }
  g_string_append (script, "COMMIT");
  raw_exec (*w->raw, script->str);
  g_string_free (script, TRUE);
}

static void
apply (World *w, const Op *op)
{
  BeaverDocuments *docs = docs_of (w->f, "c");
  g_autoptr (GError) error = NULL;
  g_autofree char *id = id_of (op->id);
  g_autofree char *body = body_of (op);
  Model *m = &w->model[op->id];
  Model written = { TRUE, op->words, op->number, op->kind == FOREIGN_INDEX ? TEXT : op->flags };

  switch (op->kind)
    {
    case INDEX:
      put (docs, id, body, op->flags);
      *m = written;
      break;
    case INDEX_BATCH:
      {
        g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
        g_autofree char *other = id_of ((op->id + 1) % N_IDS);
        g_autofree char *a =
            beaver_documents_batch_index (batch, id, "\"before\"", TEXT | FUZZY, NULL, &error);
        g_autofree char *b = NULL;

        g_assert_true (beaver_documents_batch_drop (batch, other, &error));
        b = beaver_documents_batch_index (batch, id, body, op->flags, NULL, &error);
        g_assert_cmpint (beaver_documents_batch_apply (batch, NULL, &error), ==, 2);
        g_assert_no_error (error);
        w->model[(op->id + 1) % N_IDS].exists = FALSE;
        *m = written;
        break;
      }
    case DROP:
      drop (docs, id);
      m->exists = FALSE;
      break;
    case FOREIGN_INDEX:
      foreign (w, op, id, body);
      *m = written;
      break;
    case FOREIGN_DROP:
      foreign (w, op, id, body);
      m->exists = FALSE;
      break;
    case SEARCH:
    case SEARCH_WHERE:
    case FUZZY_SEARCH:
      check_search (w, op);
      break;
    case GET:
      {
        g_autoptr (BeaverDocument) document = beaver_documents_lookup (docs, id, NULL, &error);
        Op stored = { INDEX, op->id, m->words, m->number, m->flags };
        g_autofree char *expected = m->exists ? body_of (&stored) : NULL;

        g_assert_no_error (error);
        if (g_strcmp0 (document != NULL ? beaver_document_get_body (document) : NULL, expected) !=
            0)
          w->failure = g_strdup_printf ("get “%s”: expected %s", id, expected);
        break;
      }
    case REOPEN:
      raw_close (*w->raw);
      fixture_reopen (w->f);
      *w->raw = raw_open (w->f->path);
      break;
    case CLEAR:
      g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (docs), NULL, &error), >=, 0);
      g_assert_no_error (error);
      memset (w->model, 0, sizeof w->model);
      break;
    case N_KINDS:
    default:
      g_assert_not_reached ();
    }
}

/* Runs the operations on an empty collection; what went wrong (transfer full), NULL when nothing
 * did. */
static char *
run (Fixture *f, sqlite3 **raw, GArray *ops, gboolean indexed)
{
  World w = { f, raw, { { FALSE, 0, 0, BEAVER_INDEX_FLAGS_NONE } }, NULL };
  g_autoptr (GError) error = NULL;
  BeaverManager *manager = BEAVER_MANAGER (docs_of (f, "c"));

  g_assert_cmpint (beaver_manager_clear (manager, NULL, &error), >=, 0);
  if (indexed)
    {
      g_assert_true (beaver_manager_add_index (manager, "n", NULL, &error));
      g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), ==, 0);
    }
  g_assert_no_error (error);
  for (guint i = 0; i < ops->len && w.failure == NULL; i++)
    apply (&w, &g_array_index (ops, Op, i));
  return w.failure;
}

static void
shrink_and_fail (Fixture *f, sqlite3 **raw, GArray *ops, gboolean indexed)
{
  g_autofree char *failure = NULL;

  for (guint size = ops->len / 2; size > 0; size /= 2)
    for (guint from = 0; from + size <= ops->len;)
      {
        g_autoptr (GArray) shorter = g_array_copy (ops);
        g_autofree char *still = NULL;

        g_array_remove_range (shorter, from, size);
        still = run (f, raw, shorter, indexed);
        if (still != NULL)
          g_array_remove_range (ops, from, size);
        else
          from += size;
      }
  for (guint i = 0; i < ops->len; i++)
    {
      Op *op = &g_array_index (ops, Op, i);

      g_test_message ("kind %d id %u words %x number %d flags %d", op->kind, op->id, op->words,
                      op->number, op->flags);
    }
  failure = run (f, raw, ops, indexed);
  g_error ("%s", failure != NULL ? failure : "the failure does not repeat");
}

static void
test_random (Fixture *f, gconstpointer data)
{
  guint n = beaver_test_rounds (OPERATIONS);
  sqlite3 *raw = raw_open (f->path);

  for (guint done = 0, round = 0; done < n; done += CHUNK, round++)
    {
      g_autoptr (GArray) ops = g_array_new (FALSE, FALSE, sizeof (Op));
      g_autofree char *failure = NULL;

      for (guint i = 0; i < MIN (CHUNK, n - done); i++)
        {
          Op op = random_op ();

          g_array_append_val (ops, op);
        }
      failure = run (f, &raw, ops, round % 2 == 1);
      if (failure != NULL)
        {
          g_test_message ("%s", failure);
          shrink_and_fail (f, &raw, ops, round % 2 == 1);
        }
      raw_assert (raw,
                  "SELECT COUNT(*) FROM __beaver_fts_index__ AS row WHERE NOT EXISTS (SELECT 1 "
                  "FROM __beaver_documents__"
                  " WHERE collection = row.collection AND item_id = row.item_id)",
                  "0");
    }
  raw_exec (raw,
            "INSERT INTO __beaver_fts_index__ (__beaver_fts_index__) VALUES ('integrity-check')");
  raw_close (raw);
}

/* ---- two processes ---- */

static int
play_indexer (const char *path, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverDocuments *docs;

  g_assert_no_error (error);
  docs = beaver_db_get_documents (db, "c", &error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i % 50);
      g_autofree char *body =
          g_strdup_printf ("{\"t\": \"pair left%u\", \"u\": \"pair right%u\"}", i, i);

      put (docs, id, body, TEXT | FUZZY);
    }
  g_assert_true (beaver_db_close (db, &error));
  return 0;
}

/* While one indexes and both drop and search, a hit is always whole: both its texts of one version.
 */
static void
test_two_processes (Fixture *f, gconstpointer data)
{
  guint n = MAX (100, beaver_test_rounds (1500));
  g_autofree char *rounds = g_strdup_printf ("%u", n);
  g_autoptr (GSubprocess) other = beaver_test_spawn_self ("indexer", f->path, rounds, NULL);
  BeaverDocuments *docs = docs_of (f, "c");
  g_autoptr (BeaverQuery) query = words ("pair");
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = g_strdup_printf ("%u", 25 + i % 50);
      g_autofree char *body =
          g_strdup_printf ("{\"t\": \"pair left%u\", \"u\": \"pair right%u\"}", i, i);

      if (i % 3 == 0)
        put (docs, id, body, TEXT);
      else if (i % 3 == 1)
        drop (docs, id);
      else
        {
          g_autoptr (GPtrArray) hits = beaver_documents_search (docs, query, NULL, &error);

          g_assert_no_error (error);
          for (guint j = 0; j < hits->len; j++)
            {
              guint left, right;

              g_assert_cmpint (sscanf (beaver_hit_get_body (hits->pdata[j]),
                                       "{\"t\": \"pair left%u\", \"u\": \"pair right%u\"}", &left,
                                       &right),
                               ==, 2);
              g_assert_cmpuint (left, ==, right);
            }
        }
    }
  beaver_test_join (other);
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_documents__ AS d WHERE 2 <> (SELECT COUNT(*) FROM "
              "__beaver_fts_index__ AS i"
              " WHERE i.collection = d.collection AND i.item_id = d.item_id AND instr (d.data, "
              "i.field_content) > 0)",
              "0");
  raw_assert (
      raw,
      "SELECT COUNT(*) - 2 * (SELECT COUNT(*) FROM __beaver_documents__) FROM __beaver_fts_index__",
      "0");
  raw_close (raw);
}

/* What one search finds of "pair": each hit once, both its texts of one version. */
static void
assert_whole (BeaverDocuments *docs, BeaverQuery *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) hits = beaver_documents_search (docs, query, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    {
      BeaverHit *hit = g_ptr_array_index (hits, i);
      guint left, right;

      g_assert_cmpint (sscanf (beaver_hit_get_body (hit),
                               "{\"t\": \"pair left%u\", \"u\": \"pair right%u\"", &left, &right),
                       ==, 2);
      g_assert_cmpuint (left, ==, right);
      g_assert_true (g_hash_table_add (seen, (gpointer) beaver_hit_get_id (hit)));
    }
}

/* Beside a process of Python that follows the format with plain SQLite: nothing is lost, nothing is
 * there twice, and neither the index of a field nor the others know anything that is not so. */
static void
test_beside_python (Fixture *f, gconstpointer data)
{
  guint n = MAX (30, beaver_test_rounds (240));
  g_autofree char *rounds = g_strdup_printf ("%u", n);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQuery) query = words ("pair");
  BeaverDocuments *docs = docs_of (f, "c");
  BeaverManager *manager = BEAVER_MANAGER (docs);
  g_autoptr (GSubprocess) other = NULL;
  sqlite3 *raw = raw_open (f->path);

  g_assert_true (beaver_manager_add_index (manager, "n", NULL, &error));
  g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), ==, 0);
  g_assert_no_error (error);
  other = beaver_test_spawn_python ("documents_peer.py", f->path, "c", rounds, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *shared = g_strdup_printf ("shared-%u", (i + 7) % 20);
      g_autofree char *own = g_strdup_printf ("own-%u", i);
      g_autofree char *body = g_strdup_printf (
          "{\"t\": \"pair left%u\", \"u\": \"pair right%u\", \"n\": %u}", i, i, i % 7);

      if (i % 4 == 1)
        drop (docs, shared);
      else
        put (docs, shared, body, TEXT | FUZZY);
      put (docs, own, body, TEXT | FUZZY);
      if (i % 3 == 2)
        {
          g_autofree char *before = g_strdup_printf ("own-%u", i - 1);

          drop (docs, before);
        }
      if (i % 5 == 0)
        assert_whole (docs, query);
    }
  beaver_test_join (other);
  assert_whole (docs, query);

  for (guint i = 0; i < n; i++)
    for (guint who = 0; who < 2; who++)
      {
        g_autofree char *id = g_strdup_printf (who == 0 ? "own-%u" : "python-%u", i);
        gboolean dropped = i % 3 == 1 && i + 1 < n;
        g_autoptr (BeaverDocument) document = beaver_documents_lookup (docs, id, NULL, &error);

        g_assert_no_error (error);
        g_assert_true ((document == NULL) == dropped);
      }
  for (guint i = 0; i < 7; i++)
    {
      g_autofree char *json = g_strdup_printf ("%u", i);
      g_autofree char *sql =
          g_strdup_printf ("SELECT COALESCE (group_concat (item_id, ' '), '') FROM (SELECT item_id "
                           "FROM __beaver_documents__"
                           " WHERE json_extract (data, '$.n') = %u ORDER BY item_id)",
                           i);
      g_autofree char *expected = raw_query (raw, sql);

      assert_where (docs, "n", BEAVER_OPERATOR_EQUAL, json, expected);
    }
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_documents__ AS d WHERE 2 <> (SELECT COUNT(*) FROM "
              "__beaver_fts_index__ AS i"
              " WHERE i.collection = d.collection AND i.item_id = d.item_id AND instr (d.data, "
              "i.field_content) > 0)",
              "0");
  raw_assert (
      raw,
      "SELECT COUNT(*) - 2 * (SELECT COUNT(*) FROM __beaver_documents__) FROM __beaver_fts_index__",
      "0");
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_trigrams__ AS t WHERE NOT EXISTS (SELECT 1 FROM "
              "__beaver_documents__ AS d WHERE d.collection = t.collection AND d.item_id = "
              "t.item_id)",
              "0");
  raw_exec (raw,
            "INSERT INTO __beaver_fts_index__ (__beaver_fts_index__) VALUES ('integrity-check')");
  raw_close (raw);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "indexer"))
    return play_indexer (argv[2], (guint) atoi (argv[3]));

  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/documents-random/model", test_random);
  beaver_test_add ("/documents-random/two-processes", test_two_processes);
  beaver_test_add ("/documents-random/beside-python", test_beside_python);

  return g_test_run ();
}
