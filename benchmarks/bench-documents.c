/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Documents with two texts: indexing them one by one and in batches, and finding them. The peer is
 * SQLite with the same tables and prepared statements: one row for the document, two for the
 * full-text index. */
#include "bench.h"

#define TITLE_WORDS 6
#define BODY_WORDS 40
#define VOCABULARY 5000
#define BATCH 1000
#define PAGE 10
#define SAMPLES 300

/* Of bench-dict.c: callgrind collects within it only. */
void bench_counted (void (*operation) (gpointer data, guint i), gpointer data, guint n);

typedef struct
{
  BenchRaw raw;
  sqlite3_stmt *document;
  sqlite3_stmt *text;
  sqlite3_stmt *search;
} Plain;

static void
plain_open (Plain *self, const char *path, gboolean full)
{
  static const char *const sql[] = {
    "INSERT INTO __beaver_documents__ (collection, item_id, data) VALUES ('docs', ?1, ?2)"
    " ON CONFLICT (collection, item_id) DO UPDATE SET data = excluded.data",
    "INSERT INTO __beaver_fts_index__ (collection, item_id, field_path, field_content)"
    " VALUES ('docs', ?1, ?2, ?3)",
    "SELECT item_id, rank, (SELECT data FROM __beaver_documents__ AS d"
    " WHERE d.collection = f.collection AND d.item_id = f.item_id) FROM __beaver_fts_index__ AS f"
    " WHERE __beaver_fts_index__ MATCH ?1 AND collection = 'docs' ORDER BY rank LIMIT ?2",
  };
  sqlite3_stmt **places[] = { &self->document, &self->text, &self->search };

  bench_raw_open (&self->raw, path, full);
  for (guint i = 0; i < G_N_ELEMENTS (sql); i++)
    if (sqlite3_prepare_v2 (self->raw.db, sql[i], -1, places[i], NULL) != SQLITE_OK)
      {
        g_printerr ("bench: %s\n", sqlite3_errmsg (self->raw.db));
        exit (1);
      }
}

static void
plain_close (Plain *self)
{
  sqlite3_finalize (self->document);
  sqlite3_finalize (self->text);
  sqlite3_finalize (self->search);
  bench_raw_close (&self->raw);
}

/* Frequent words are much more frequent than others, as in a language. */
static void
append_words (GString *text, guint n, guint64 *seed)
{
  for (guint i = 0; i < n; i++)
    {
      double u = (double) (bench_random (seed) >> 11) / 9007199254740992.0;

      g_string_append_printf (text, "%sword%u", i > 0 ? " " : "", (guint) (u * u * u * VOCABULARY));
    }
}

typedef struct
{
  char id[24];
  GString *title, *body, *json;
} Sample;

static void
sample_init (Sample *self, guint i)
{
  guint64 seed = i + 1;

  g_snprintf (self->id, sizeof self->id, "doc%07u", i);
  self->title = g_string_new (NULL);
  self->body = g_string_new (NULL);
  append_words (self->title, TITLE_WORDS, &seed);
  append_words (self->body, BODY_WORDS, &seed);
  self->json = g_string_new (NULL);
  g_string_printf (self->json, "{\"title\": \"%s\", \"body\": \"%s\", \"n\": %u}", self->title->str,
                   self->body->str, i);
}

static void
sample_clear (Sample *self)
{
  g_string_free (self->title, TRUE);
  g_string_free (self->body, TRUE);
  g_string_free (self->json, TRUE);
}

static void
plain_put (Plain *self, Sample *sample)
{
  sqlite3_bind_text (self->document, 1, sample->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (self->document, 2, sample->json->str, (int) sample->json->len, SQLITE_STATIC);
  bench_raw_step (&self->raw, self->document);
  sqlite3_bind_text (self->text, 1, sample->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (self->text, 2, "title", -1, SQLITE_STATIC);
  sqlite3_bind_text (self->text, 3, sample->title->str, (int) sample->title->len, SQLITE_STATIC);
  bench_raw_step (&self->raw, self->text);
  sqlite3_bind_text (self->text, 2, "body", -1, SQLITE_STATIC);
  sqlite3_bind_text (self->text, 3, sample->body->str, (int) sample->body->len, SQLITE_STATIC);
  bench_raw_step (&self->raw, self->text);
}

static void
plain_index (Plain *self, Sample *sample)
{
  bench_raw_step (&self->raw, self->raw.begin);
  plain_put (self, sample);
  bench_raw_step (&self->raw, self->raw.commit);
}

static void
index_one (BeaverDocuments *docs, Sample *sample)
{
  GError *error = NULL;
  BeaverDocument *document = beaver_documents_index (docs, sample->id, sample->json->str,
                                                     BEAVER_INDEX_FLAGS_TEXT, NULL, &error);

  bench_check (document != NULL, error);
  g_object_unref (document);
}

/* Documents from to to - 1, in batches. */
static void
index_batches (BeaverDocuments *docs, guint from, guint to)
{
  while (from < to)
    {
      g_autoptr (BeaverDocumentsBatch) batch = beaver_documents_create_batch (docs);
      guint end = MIN (from + BATCH, to);
      GError *error = NULL;

      for (; from < end; from++)
        {
          Sample sample;

          sample_init (&sample, from);
          g_free (beaver_documents_batch_index (batch, sample.id, sample.json->str,
                                                BEAVER_INDEX_FLAGS_TEXT, NULL, NULL));
          sample_clear (&sample);
        }
      bench_check (beaver_documents_batch_apply (batch, NULL, &error) >= 0, error);
    }
}

/* A file with n documents; which program made them makes no difference to either. */
static void
fill (const BenchArgs *args, const char *path, guint n)
{
  g_autoptr (BeaverDb) db = NULL;

  bench_remove (path);
  db = bench_open (args, path);
  index_batches (beaver_db_get_documents (db, "docs", NULL), 0, n);
  bench_check (beaver_db_close (db, NULL), NULL);
}

/* Behind args->n documents, one commit each, or BATCH of them in one. */
static void
run_index_size (const BenchArgs *args, guint batch)
{
  g_autofree char *path = bench_path (args, "documents.db");
  gboolean plain = bench_is (args, "sqlite");
  g_autoptr (BeaverDb) db = NULL;
  BeaverDocuments *docs = NULL;
  Plain raw;
  guint next = args->n, done = 0;
  g_autofree Sample *samples = g_new (Sample, batch);
  double cpu = 0, seconds = 0;

  fill (args, path, args->n);
  if (plain)
    plain_open (&raw, path, args->full);
  else
    {
      db = bench_open (args, path);
      docs = beaver_db_get_documents (db, "docs", NULL);
    }
  while (seconds < args->seconds)
    {
      double begin_cpu;
      gint64 begin;

      for (guint i = 0; i < batch; i++)
        sample_init (&samples[i], next++);
      begin = bench_now ();
      begin_cpu = bench_cpu ();
      if (plain)
        {
          bench_raw_step (&raw.raw, raw.raw.begin);
          for (guint i = 0; i < batch; i++)
            plain_put (&raw, &samples[i]);
          bench_raw_step (&raw.raw, raw.raw.commit);
        }
      else if (batch == 1)
        index_one (docs, &samples[0]);
      else
        {
          g_autoptr (BeaverDocumentsBatch) all = beaver_documents_create_batch (docs);
          GError *error = NULL;

          for (guint i = 0; i < batch; i++)
            g_free (beaver_documents_batch_index (all, samples[i].id, samples[i].json->str,
                                                  BEAVER_INDEX_FLAGS_TEXT, NULL, NULL));
          bench_check (beaver_documents_batch_apply (all, NULL, &error) >= 0, error);
        }
      cpu += bench_cpu () - begin_cpu;
      seconds += (double) (bench_now () - begin) / 1e9;
      done += batch;
      for (guint i = 0; i < batch; i++)
        sample_clear (&samples[i]);
    }
  bench_report ("ops_s", done / seconds);
  bench_report ("cpu_us", cpu * 1e6 / done);
  if (plain)
    plain_close (&raw);
  g_clear_object (&db);
  bench_remove (path);
}

static void
run_index (const BenchArgs *args)
{
  run_index_size (args, 1);
}

static void
run_index_batch (const BenchArgs *args)
{
  run_index_size (args, BATCH);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The median of the processor time of one document, new or there already: what FTS5 merges now and
 * then falls on few of them, and the rest of the machine on none. */
static double
median_index (BeaverDocuments *docs, guint at, gboolean again)
{
  double times[SAMPLES];

  for (guint i = 0; i < SAMPLES; i++)
    {
      Sample sample;
      double begin;

      sample_init (&sample, again ? i * (at / SAMPLES) : at + i);
      begin = bench_cpu ();
      index_one (docs, &sample);
      times[i] = bench_cpu () - begin;
      sample_clear (&sample);
    }
  qsort (times, SAMPLES, sizeof *times, compare_doubles);
  return times[SAMPLES / 2];
}

/* The 1,000th document, and the args->n-th. */
static void
run_index_growth (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "documents.db");
  g_autoptr (BeaverDb) db = NULL;
  BeaverDocuments *docs;
  double few, few_again, many, many_again;

  fill (args, path, 1000);
  db = bench_open (args, path);
  docs = beaver_db_get_documents (db, "docs", NULL);
  few = median_index (docs, 1000, FALSE);
  few_again = median_index (docs, 1000, TRUE);
  index_batches (docs, 1000 + SAMPLES, args->n);
  many = median_index (docs, args->n, FALSE);
  many_again = median_index (docs, args->n, TRUE);
  bench_report ("p50_us", many * 1e6);
  bench_report ("growth", many / few);
  bench_report ("growth_again", many_again / few_again);
  g_clear_object (&db);
  bench_remove (path);
}

/* The best ten of what one word finds: a rare word, or (args->percent above 0) a frequent one. */
static void
run_search (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "documents.db");
  gboolean plain = bench_is (args, "sqlite");
  g_autoptr (BeaverDb) db = NULL;
  BeaverDocuments *docs = NULL;
  BenchTimes times;
  Plain raw;
  guint64 seed = 3;
  double cpu;

  fill (args, path, args->n);
  if (plain)
    plain_open (&raw, path, FALSE);
  else
    {
      db = bench_open (args, path);
      docs = beaver_db_get_documents (db, "docs", NULL);
    }
  bench_times_init (&times, 1000000);
  cpu = bench_cpu ();
  for (gint64 end = bench_now () + (gint64) (args->seconds * 1e9); bench_now () < end;)
    {
      guint64 dice = bench_random (&seed);
      g_autofree char *word = g_strdup_printf (
          "word%u", (guint) (args->percent > 0 ? dice % 4 : VOCABULARY / 2 + dice % 2000));
      gint64 begin = bench_now ();
      guint found = 0;

      if (plain)
        {
          g_autofree char *quoted = g_strdup_printf ("\"%s\"", word);

          sqlite3_bind_text (raw.search, 1, quoted, -1, SQLITE_STATIC);
          sqlite3_bind_int (raw.search, 2, PAGE);
          for (; sqlite3_step (raw.search) == SQLITE_ROW; found++)
            {
              g_autofree char *id = g_strdup ((const char *) sqlite3_column_text (raw.search, 0));
              g_autofree char *data = g_strdup ((const char *) sqlite3_column_text (raw.search, 2));

              bench_check (id != NULL && data != NULL, NULL);
            }
          sqlite3_reset (raw.search);
        }
      else
        {
          g_autoptr (BeaverQuery) query = beaver_query_new ();
          g_autoptr (GPtrArray) hits = NULL;
          GError *error = NULL;

          beaver_query_set_text (query, word);
          beaver_query_set_limit (query, PAGE);
          hits = beaver_documents_search (docs, query, NULL, &error);
          bench_check (hits != NULL, error);
          found = hits->len;
        }
      bench_times_add (&times, begin);
      bench_check (args->percent == 0 || found == PAGE, NULL);
    }
  cpu = bench_cpu () - cpu;
  bench_report ("cpu_us", cpu * 1e6 / (double) MAX (times.n, 1));
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  if (plain)
    plain_close (&raw);
  g_clear_object (&db);
  bench_remove (path);
}

/* Under callgrind */

#define COUNT_OPERATIONS 1000

typedef struct
{
  BeaverDocuments *docs;
  Plain raw;
  Sample *samples;
} Counted;

static void
count_one (gpointer data, guint i)
{
  Counted *self = data;

  index_one (self->docs, &self->samples[i]);
}

static void
count_one_raw (gpointer data, guint i)
{
  Counted *self = data;

  plain_index (&self->raw, &self->samples[i]);
}

static void
run_count_index (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "count.db");
  g_autofree Sample *samples = g_new (Sample, COUNT_OPERATIONS);
  gboolean plain = bench_is (args, "sqlite");
  volatile guint operations = COUNT_OPERATIONS; /* no clone for the constant */
  Counted self = { .samples = samples };
  g_autoptr (BeaverDb) db = NULL;

  fill (args, path, args->n);
  for (guint i = 0; i < COUNT_OPERATIONS; i++)
    sample_init (&samples[i], args->n + i);
  if (plain)
    {
      plain_open (&self.raw, path, args->full);
      sqlite3_wal_autocheckpoint (self.raw.raw.db, 0);
    }
  else
    {
      db = bench_open (args, path);
      self.docs = beaver_db_get_documents (db, "docs", NULL);
    }
  bench_counted (plain ? count_one_raw : count_one, &self, operations);
  bench_report ("operations", COUNT_OPERATIONS);
  for (guint i = 0; i < COUNT_OPERATIONS; i++)
    sample_clear (&samples[i]);
  if (plain)
    plain_close (&self.raw);
  g_clear_object (&db);
  bench_remove (path);
}

const BenchCase bench_documents_cases[] = {
  { "index", "beaver sqlite", run_index },
  { "index-batch", "beaver sqlite", run_index_batch },
  { "index-growth", "beaver", run_index_growth },
  { "search", "beaver sqlite", run_search },
  { "count-index", "beaver sqlite", run_count_index },
  { NULL },
};
