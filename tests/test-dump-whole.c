/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dumps of every structure, there and back; what the whole database has beside them; and that live
 * objects see what a load has written. */
#include "beaver-test-sqlite.h"

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_test_message ("%s", error->message);                                                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

#define JSON BEAVER_DUMP_FORMAT_JSON
#define JSONL BEAVER_DUMP_FORMAT_JSONL
#define OVERWRITE BEAVER_LOAD_STRATEGY_OVERWRITE
#define APPEND BEAVER_LOAD_STRATEGY_APPEND

static char *
dump (gpointer source, BeaverDumpFormat format, BeaverDumpFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  if (BEAVER_IS_DB (source))
    beaver_db_dump (source, stream, format, flags, NULL, NULL, NULL, &error);
  else
    beaver_manager_dump (source, stream, format, flags, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (stream, "", 1, NULL, NULL, &error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (stream));
}

static gint64
load (gpointer source,
      const char *text,
      BeaverDumpFormat format,
      BeaverLoadStrategy strategy,
      GError **error)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (g_strdup (text), (gssize) strlen (text), g_free);

  return BEAVER_IS_DB (source) ?
             beaver_db_load (source, stream, format, strategy, NULL, NULL, NULL, error) :
             beaver_manager_load (source, stream, format, strategy, NULL, NULL, NULL, error);
}

static BeaverManager *
get_manager (BeaverDb *db, const char *kind)
{
  g_autoptr (GError) error = NULL;
  gpointer manager =
      g_str_equal (kind, "dict")    ? (gpointer) beaver_db_get_dict (db, "x", &error) :
      g_str_equal (kind, "list")    ? (gpointer) beaver_db_get_list (db, "x", &error) :
      g_str_equal (kind, "queue")   ? (gpointer) beaver_db_get_queue (db, "x", &error) :
      g_str_equal (kind, "blob")    ? (gpointer) beaver_db_get_blobs (db, "x", &error) :
      g_str_equal (kind, "log")     ? (gpointer) beaver_db_get_log (db, "x", &error) :
      g_str_equal (kind, "channel") ? (gpointer) beaver_db_get_channel (db, "x", &error) :
      g_str_equal (kind, "graph")   ? (gpointer) beaver_db_get_graph (db, "x", &error) :
      g_str_equal (kind, "vectors") ? (gpointer) beaver_db_get_vectors (db, "x", &error) :
                                      beaver_db_get_documents (db, "x", &error);

  g_assert_no_error (error);
  return manager;
}

/* Each kind: two items as JSON lines, and its metadata in a JSON dump up to what is dated. */
static const struct
{
  const char *kind;
  const char *type;
  const char *lines;
} kinds[] = {
  { "dict", "Dict",
    "{\"key\": \"a\", \"value\": {\"x\": [1, 2.0]}}\n{\"key\": \"b\", \"value\": null}\n" },
  { "list", "List", "{\"a\": 1}\n[null, \"\\u00fc\"]\n" },
  { "queue", "Queue",
    "{\"priority\": 1.5, \"timestamp\": 100.25, \"data\": {\"job\": 1}}\n"
    "{\"priority\": 2.0, \"timestamp\": 50.0, \"data\": \"two\"}\n" },
  { "blob", "BlobStore",
    "{\"key\": \"a\", \"metadata\": {\"w\": 1}, \"size\": 3, \"payload\": \"AAH/\"}\n"
    "{\"key\": \"b\", \"metadata\": null, \"size\": 0, \"payload\": \"\"}\n" },
  { "log", "Log",
    "{\"timestamp\": 1.5, \"data\": 1}\n{\"timestamp\": 2.0, \"data\": {\"a\": []}}\n" },
  { "documents", "Documents",
    "{\"id\": \"a\", \"body\": {\"t\": \"one\"}}\n"
    "{\"id\": \"b\", \"body\": {\"t\": \"two\", \"u\": \"three\"}, \"fts\": [\"u\"]}\n" },
  { "channel", "Channel",
    "{\"timestamp\": 1.5, \"payload\": {\"a\": 1}}\n"
    "{\"timestamp\": 2.0, \"payload\": null}\n" },
  { "graph", "Graph",
    "{\"source\": \"a\", \"target\": \"b\", \"label\": \"knows\", \"metadata\": {\"w\": 1}}\n"
    "{\"source\": \"b\", \"target\": \"a\", \"label\": \"\", \"metadata\": null}\n" },
  { "vectors", "Vectors",
    "{\"id\": \"a\", \"vector\": [1.0, 0.5], \"metadata\": {\"w\": 1}}\n"
    "{\"id\": \"b\", \"vector\": [0.25, -2.0], \"metadata\": null}\n" },
};

static void
assert_lines (gpointer manager, const char *expected)
{
  g_autofree char *lines = dump (manager, JSONL, 0);

  g_assert_cmpstr (lines, ==, expected);
}

/* JSON and JSON lines, indented and not, overwritten and appended. */
static void
test_each_kind (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      BeaverManager *manager = get_manager (f->db, kinds[i].kind);
      g_autoptr (GError) error = NULL;
      g_autofree char *start = g_strdup_printf (
          "{\"metadata\": {\"type\": \"%s\", \"name\": \"x\", \"count\": 2", kinds[i].type);
      gint64 count;

      g_test_message ("%s", kinds[i].kind);
      g_assert_cmpint (load (manager, kinds[i].lines, JSONL, OVERWRITE, &error), ==, 2);
      g_assert_no_error (error);
      assert_lines (manager, kinds[i].lines);
      for (guint flags = 0; flags < 2; flags++)
        {
          g_autofree char *json =
              dump (manager, JSON, flags == 0 ? BEAVER_DUMP_NONE : BEAVER_DUMP_COMPACT);

          if (flags == 1)
            g_assert_true (g_str_has_prefix (json, start));
          beaver_manager_clear (manager, NULL, &error);
          g_assert_cmpint (load (manager, json, JSON, OVERWRITE, &error), ==, 2);
          g_assert_no_error (error);
          assert_lines (manager, kinds[i].lines);
        }
      /* added: a key takes the new value, what has none is there twice */
      g_assert_cmpint (load (manager, kinds[i].lines, JSONL, APPEND, &error), ==, 2);
      g_assert_no_error (error);
      count = beaver_manager_count (manager, NULL, &error);
      g_assert_cmpint (count, ==,
                       strstr (kinds[i].lines, "\"key\"") != NULL ||
                               strstr (kinds[i].lines, "\"id\"") != NULL ||
                               strstr (kinds[i].lines, "\"source\"") != NULL ?
                           2 :
                           4);
    }
}

/* Whatever is wrong with a dump, and wherever: nothing is lost. */
static void
test_malformed (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *kind;
    const char *item;
  } bad[] = {
    { "list", "nonsense" },
    { "list", "[1," },
    { "list", "1 2" },
    { "queue", "5" },
    { "queue", "{\"timestamp\": 1, \"data\": 1}" },
    { "queue", "{\"priority\": \"high\", \"data\": 1}" },
    { "queue", "{\"priority\": null, \"data\": 1}" },
    { "queue", "{\"priority\": Infinity, \"data\": 1}" },
    { "queue", "{\"priority\": 1, \"timestamp\": \"now\", \"data\": 1}" },
    { "queue", "{\"priority\": 1}" },
    { "blob", "{\"key\": \"a\", \"payload\": null}" },
    { "blob", "{\"key\": \"a\", \"metadata\": null, \"size\": 1, \"payload\": null}" },
    { "blob", "{\"key\": \"a\"}" },
    { "blob", "{\"payload\": \"\"}" },
    { "blob", "{\"key\": 1, \"payload\": \"\"}" },
    { "blob", "{\"key\": \"a\", \"payload\": \"!!!\"}" },
    { "blob", "{\"key\": \"a\", \"payload\": \"AAH\"}" },
    { "log", "{\"timestamp\": \"x\", \"data\": 1}" },
    { "log", "{\"timestamp\": NaN, \"data\": 1}" },
    { "log", "{\"timestamp\": 1}" },
    { "log", "[]" },
    { "documents", "{\"id\": \"a\"}" },
    { "documents", "{\"body\": {}}" },
    { "documents", "{\"id\": null, \"body\": {}}" },
    { "documents", "{\"id\": \"a\", \"body\": {}, \"fts\": 1}" },
    { "documents", "{\"id\": \"a\", \"body\": {}, \"fts\": [1]}" },
    { "documents", "{\"id\": \"a\", \"body\": {}, \"fts\": \"t\"}" },
    { "documents", "{\"id\": \"a\", \"body\": {}, \"fuzzy\": \"yes\"}" },
    { "dict", "{\"key\": \"a\", \"value\": 1, \"expires_at\": true}" },
    { "channel", "{\"payload\": 1}" },
    { "channel", "{\"timestamp\": null, \"payload\": 1}" },
    { "graph", "{\"source\": \"a\", \"target\": \"b\", \"metadata\": null}" },
    { "graph", "{\"source\": 1, \"target\": \"b\", \"label\": \"l\"}" },
    { "vectors", "{\"id\": \"a\"}" },
    { "vectors", "{\"id\": \"a\", \"vector\": [\"x\"]}" },
    { "vectors", "{\"id\": \"a\", \"vector\": []}" },
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_cmpint (
          load (get_manager (f->db, kinds[i].kind), kinds[i].lines, JSONL, OVERWRITE, &error), ==,
          2);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        BeaverManager *manager = get_manager (f->db, kinds[k].kind);
        g_autofree char *lines = g_strconcat (kinds[k].lines, bad[i].item, "\n", NULL);
        g_autofree char *json = g_strdup_printf (
            "{\"metadata\": {\"type\": \"%s\"}, \"items\": [%s]}", kinds[k].type, bad[i].item);
        g_autofree char *whole =
            g_strdup_printf ("{\"structures\": [{\"metadata\": {\"type\": \"%s\", \"name\": \"x\","
                             " \"count\": 1}, \"items\": [%s]}]}",
                             kinds[k].type, bad[i].item);

        if (!g_str_equal (kinds[k].kind, bad[i].kind))
          continue;
        for (guint strategy = 0; strategy < 2; strategy++)
          {
            g_assert_cmpint (load (manager, lines, JSONL, strategy, &error), ==, -1);
            assert_error (BEAVER_ERROR_INVALID);
            g_assert_cmpint (load (manager, json, JSON, strategy, &error), ==, -1);
            assert_error (BEAVER_ERROR_INVALID);
            g_assert_cmpint (load (f->db, whole, JSON, strategy, &error), ==, -1);
            assert_error (BEAVER_ERROR_INVALID);
          }
        assert_lines (manager, kinds[k].lines);
      }
  /* of another kind */
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      BeaverManager *other = get_manager (f->db, kinds[(i + 1) % G_N_ELEMENTS (kinds)].kind);
      g_autofree char *json = dump (get_manager (f->db, kinds[i].kind), JSON, 0);

      g_assert_cmpint (load (other, json, JSON, OVERWRITE, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
      assert_lines (other, kinds[(i + 1) % G_N_ELEMENTS (kinds)].lines);
    }
}

static BeaverDb *
open_other (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->dir, "other.db", NULL);
  BeaverDb *db = beaver_db_open (path, NULL, &error);

  g_assert_no_error (error);
  return db;
}

/* Which fields are searched, and whether fuzzily, comes back as it was chosen. */
static void
test_search_choices (Fixture *f, gconstpointer data)
{
  static const char SQL[] = "SELECT item_id, field_path, field_content FROM __beaver_fts_index__"
                            " UNION ALL SELECT item_id, trigram, '' FROM __beaver_trigrams__"
                            " ORDER BY 1, 2, 3";
  static const char BODY[] = "{\"title\": \"red\", \"tags\": [\"green\", \"blue\"], \"n\": 1,"
                             " \"deep\": {\"er\": \"black\"}}";
  static const char *const on[] = { "title", "deep.er", NULL };
  static const struct
  {
    const char *id;
    BeaverIndexFlags flags;
    gboolean fields;
    const char *told;
  } documents[] = {
    { "all", BEAVER_INDEX_FLAGS_TEXT, FALSE, "" },
    { "both", BEAVER_INDEX_FLAGS_TEXT | BEAVER_INDEX_FLAGS_FUZZY, FALSE, ", \"fuzzy\": true" },
    { "none", BEAVER_INDEX_FLAGS_NONE, FALSE, ", \"fts\": false" },
    { "some", BEAVER_INDEX_FLAGS_TEXT, TRUE, ", \"fts\": [\"title\", \"deep.er\"]" },
    { "some-fuzzy", BEAVER_INDEX_FLAGS_TEXT | BEAVER_INDEX_FLAGS_FUZZY, TRUE,
      ", \"fts\": [\"title\", \"deep.er\"], \"fuzzy\": true" },
  };
  g_autoptr (GError) error = NULL;
  BeaverDocuments *docs = beaver_db_get_documents (f->db, "x", NULL);
  g_autoptr (BeaverDb) other = open_other (f);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *lines = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *rows = NULL;
  sqlite3 *raw = raw_open (f->path);
  sqlite3 *copy;

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (BeaverDocument) document = NULL;

      document = documents[i].fields ?
                     beaver_documents_index_fields (docs, documents[i].id, BODY, documents[i].flags,
                                                    on, NULL, &error) :
                     beaver_documents_index (docs, documents[i].id, BODY, documents[i].flags, NULL,
                                             &error);
      g_assert_no_error (error);
      g_string_append_printf (expected, "{\"id\": \"%s\", \"body\": %s%s}\n", documents[i].id, BODY,
                              documents[i].told);
    }
  assert_lines (docs, expected->str);
  lines = dump (docs, JSONL, 0);
  whole = dump (f->db, JSON, 0);
  rows = raw_query (raw, SQL);
  copy = raw_open (beaver_db_get_path (other));
  for (guint i = 0; i < 4; i++)
    {
      if (i < 2)
        load (other, whole, JSON, OVERWRITE, &error);
      else
        load (beaver_db_get_documents (other, "x", NULL), lines, JSONL, i == 2 ? OVERWRITE : APPEND,
              &error);
      g_assert_no_error (error);
      raw_assert (copy, SQL, rows);
    }
  raw_close (copy);
  raw_close (raw);
  beaver_db_close (other, NULL);
}

/* What 2.x does not know: claims, delays, dead letters, unique keys; positions of consumers, how
 * long messages are kept; fencing tokens; declared field indexes. */
static void
test_what_is_beside (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverQueue *queue = beaver_db_get_queue (f->db, "jobs", NULL);
  BeaverChannel *channel = beaver_db_get_channel (f->db, "news", NULL);
  BeaverLock *lock = beaver_db_get_lock (f->db, "l", NULL);
  gint64 token;

  beaver_queue_put_job_json (queue, "\"claimed\"", 1, 0, 5, NULL, BEAVER_UNIQUE_POLICY_REJECT, NULL,
                             &error);
  {
    g_autoptr (BeaverJob) job = beaver_queue_claim (queue, 3600, 0, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (job);
  }
  beaver_queue_put_job_json (queue, "\"dead\"", 1, 0, 1, NULL, BEAVER_UNIQUE_POLICY_REJECT, NULL,
                             &error);
  {
    g_autoptr (BeaverJob) job = beaver_queue_claim (queue, 3600, 0, NULL, &error);

    g_assert_true (beaver_job_bury (job, "why not", NULL, &error));
  }
  beaver_queue_put_job_json (queue, "\"delayed\"", 1, 3600, 0, "key", BEAVER_UNIQUE_POLICY_REJECT,
                             NULL, &error);
  beaver_queue_put_job_json (queue, "\"waiting\"", 2, 0, 7, "other", BEAVER_UNIQUE_POLICY_REJECT,
                             NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *json = g_strdup_printf ("%u", i);

      beaver_channel_publish (channel, json, NULL, &error);
    }
  {
    g_autoptr (BeaverConsumer) consumer =
        beaver_channel_open_consumer (channel, "c", BEAVER_CONSUMER_START_BEGINNING, NULL, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < 2; i++)
      {
        g_autoptr (BeaverMessage) message = beaver_consumer_next (consumer, -1, NULL, &error);

        g_assert_no_error (error);
        g_assert_true (beaver_consumer_ack (consumer, message, NULL, &error));
      }
  }
  g_assert_true (beaver_channel_set_retention (channel, 9000, 100, NULL, &error));
  g_assert_true (beaver_lock_acquire (lock, -1, 60, NULL, &error));
  token = beaver_lock_get_token (lock);
  g_assert_cmpint (token, >, 0);
  g_assert_true (beaver_lock_release (lock, NULL, &error));
  beaver_dict_set_json (beaver_db_get_dict (f->db, "d", NULL), "a", "{\"n\": 1}", NULL, &error);
  g_assert_true (beaver_manager_add_index (get_manager (f->db, "log"), "level", NULL, &error));
  g_assert_no_error (error);

  for (guint format = 0; format < 2; format++)
    for (guint strategy = 0; strategy < 2; strategy++)
      {
        g_autofree char *whole = dump (f->db, format, 0);
        g_autofree char *name = g_strdup_printf ("%s/copy-%u-%u.db", f->dir, format, strategy);
        g_autoptr (BeaverDb) other = beaver_db_open (name, NULL, &error);
        BeaverQueue *jobs = beaver_db_get_queue (other, "jobs", NULL);
        BeaverLock *there = beaver_db_get_lock (other, "l", NULL);
        g_autoptr (GPtrArray) indexes = NULL;
        g_autoptr (BeaverConsumer) consumer = NULL;
        g_autoptr (BeaverMessage) message = NULL;
        g_autoptr (BeaverJob) job = NULL;

        g_assert_cmpint (load (other, whole, format, strategy, &error), >, 0);
        g_assert_no_error (error);
        g_assert_cmpint (beaver_queue_count_jobs (jobs, BEAVER_JOB_STATE_CLAIMED, NULL, &error), ==,
                         1);
        g_assert_cmpint (beaver_queue_count_jobs (jobs, BEAVER_JOB_STATE_DELAYED, NULL, &error), ==,
                         1);
        g_assert_cmpint (beaver_queue_count_jobs (jobs, BEAVER_JOB_STATE_DEAD, NULL, &error), ==,
                         1);
        /* a key that is taken is taken here, too */
        for (guint i = 0; i < 2; i++)
          {
            g_assert_false (beaver_queue_put_job_json (jobs, "1", 1, 0, 0, i == 0 ? "key" : "other",
                                                       BEAVER_UNIQUE_POLICY_REJECT, NULL, &error));
            assert_error (BEAVER_ERROR_CONFLICT);
          }
        job = beaver_queue_claim (jobs, 60, 0, NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (beaver_job_get_value (job), ==, "\"waiting\"");
        g_assert_cmpint (beaver_job_get_max_attempts (job), ==, 7);
        consumer = beaver_channel_open_consumer (beaver_db_get_channel (other, "news", NULL), "c",
                                                 BEAVER_CONSUMER_START_BEGINNING, NULL, &error);
        g_assert_no_error (error);
        message = beaver_consumer_next (consumer, -1, NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (beaver_message_get_json (message), ==, "2");
        g_assert_true (beaver_lock_acquire (there, -1, 60, NULL, &error));
        g_assert_cmpint (beaver_lock_get_token (there), >, token);
        indexes = beaver_manager_list_indexes (get_manager (other, "log"), NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpuint (indexes->len, ==, 1);
        g_assert_cmpstr (beaver_field_index_info_get_field (indexes->pdata[0]), ==, "level");
        {
          sqlite3 *raw = raw_open (name);

          raw_assert (raw,
                      "SELECT channel_name, max_age, max_count FROM __beaver_x_channel_options__",
                      "news|9000.0|100");
          raw_close (raw);
        }
        beaver_db_close (other, NULL);
      }
}

/* Live objects: vectors in memory, caches, indexes of lists, sketches, graphs, who waits. */

static gboolean
is_near (BeaverVectors *vectors, const char *id)
{
  static const float ONE[4] = { 1, 0, 0, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) vector = g_bytes_new_static (ONE, sizeof ONE);
  g_autoptr (GPtrArray) hits =
      beaver_vectors_near (vectors, vector, 1, BEAVER_VECTOR_METRIC_EUCLID, NULL, &error);

  g_assert_no_error (error);
  return hits->len == 1 && g_str_equal (beaver_vector_hit_get_id (hits->pdata[0]), id);
}

static void
fill (BeaverDb *db, gboolean before)
{
  static const float NEAR[4] = { 1, 0, 0, 0.01f };
  static const float FAR[4] = { -1, 0, 5, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) near = g_bytes_new_static (NEAR, sizeof NEAR);
  g_autoptr (GBytes) far = g_bytes_new_static (FAR, sizeof FAR);
  BeaverVectors *vectors = beaver_db_get_vectors (db, "v", NULL);
  g_autoptr (BeaverDocument) document = NULL;
  const char *value = before ? "\"before\"" : "\"after\"";

  beaver_vectors_set (vectors, "a", before ? near : far, NULL, NULL, &error);
  beaver_vectors_set (vectors, "b", before ? far : near, NULL, NULL, &error);
  beaver_dict_set_json (beaver_db_get_dict (db, "d", NULL), "k", value, NULL, &error);
  beaver_list_push_json (beaver_db_get_list (db, "l", NULL), value, NULL, &error);
  beaver_sketch_add_json (beaver_db_get_sketch (db, "s", 100, 0.01, NULL), value, NULL, &error);
  beaver_graph_link (beaver_db_get_graph (db, "g", NULL), "a", before ? "before" : "after", "l",
                     NULL, NULL, &error);
  document = beaver_documents_index (beaver_db_get_documents (db, "o", NULL), "1", value,
                                     BEAVER_INDEX_FLAGS_TEXT, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_filled (BeaverDb *db, gboolean before, gboolean appended)
{
  g_autoptr (GError) error = NULL;
  const char *value = before ? "\"before\"" : "\"after\"";
  const char *other = before ? "\"after\"" : "\"before\"";
  BeaverSketch *sketch = beaver_db_get_sketch (db, "s", 100, 0.01, NULL);
  BeaverList *list = beaver_db_get_list (db, "l", NULL);
  g_autofree char *in_dict =
      beaver_dict_get_json (beaver_db_get_dict (db, "d", NULL), "k", NULL, &error);
  g_autofree char *in_list = beaver_list_get_json (list, -1, NULL, &error);
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GPtrArray) hits = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (in_dict, ==, value);
  g_assert_cmpstr (in_list, ==, value);
  g_assert_true (is_near (beaver_db_get_vectors (db, "v", NULL), before ? "a" : "b"));
  g_assert_true (beaver_sketch_contains_json (sketch, value, NULL, &error));
  g_assert_false (beaver_sketch_contains_json (sketch, other, NULL, &error));
  g_assert_true (beaver_graph_linked (beaver_db_get_graph (db, "g", NULL), "a",
                                      before ? "before" : "after", "l", NULL, &error));
  if (!appended)
    {
      g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (list), NULL, &error), ==, 1);
      g_assert_false (beaver_graph_linked (beaver_db_get_graph (db, "g", NULL), "a",
                                           before ? "after" : "before", "l", NULL, &error));
    }
  beaver_query_set_text (query, before ? "before" : "after");
  hits = beaver_documents_search (beaver_db_get_documents (db, "o", NULL), query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 1);
}

static void
test_live_objects (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverDb) other = open_other (f);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  fill (f->db, TRUE);
  fill (other, FALSE);
  before = dump (f->db, JSON, 0);
  after = dump (other, JSONL, 0);
  beaver_db_close (other, NULL);
  for (guint i = 0; i < 5; i++)
    {
      /* everything is in memory by now */
      assert_filled (f->db, TRUE, FALSE);
      assert_filled (f->db, TRUE, FALSE);
      g_assert_cmpint (load (f->db, after, JSONL, OVERWRITE, &error), >, 0);
      g_assert_no_error (error);
      assert_filled (f->db, FALSE, FALSE);
      assert_filled (f->db, FALSE, FALSE);
      g_assert_cmpint (load (f->db, before, JSON, i % 2 == 0 ? OVERWRITE : APPEND, &error), >, 0);
      g_assert_no_error (error);
      assert_filled (f->db, TRUE, i % 2 != 0);
      if (i % 2 != 0)
        load (f->db, before, JSON, OVERWRITE, &error);
    }
}

/* Who waits for a queue is woken by a load, of the queue and of the whole database. */
static void
test_waiters (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = beaver_db_get_queue (f->db, "q", NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (BeaverQueueItem) item = NULL;

      beaver_queue_get_async (queue, -1, NULL, beaver_test_ready, &result);
      if (i < 2)
        load (queue, "{\"priority\": 1, \"data\": 5}\n", JSONL, i, &error);
      else
        load (f->db,
              "{\"structures\": [{\"metadata\": {\"type\": \"Queue\", \"name\": \"q\"}, \"items\":"
              " [{\"priority\": 1, \"data\": 5}]}]}",
              JSON, i - 2, &error);
      g_assert_no_error (error);
      beaver_test_wait_result (&result);
      item = beaver_queue_get_finish (queue, result, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (beaver_queue_item_get_value (item), ==, "5");
    }
}

/* Who searches sees what was loaded, and who listens gets it. */
static void
test_live_vectors_and_channels (Fixture *f, gconstpointer data)
{
  BeaverVectors *vectors = beaver_db_get_vectors (f->db, "v", NULL);
  BeaverChannel *channel = beaver_db_get_channel (f->db, "c", NULL);
  g_autoptr (BeaverSubscription) subscription = NULL;
  g_autoptr (GError) error = NULL;
  const float values[] = { 1, 0 };
  g_autoptr (GBytes) query = g_bytes_new_static (values, sizeof values);
  static const char *const ids[] = { "a", "b", "c" };

  beaver_vectors_set_floats (vectors, "a", values, 2, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) hits = NULL;
      g_autofree char *line =
          g_strdup_printf ("{\"id\": \"%s\", \"vector\": [1, %u]}\n", ids[i], i);

      if (i > 0)
        g_assert_cmpint (load (vectors, line, JSONL, i == 1 ? APPEND : OVERWRITE, &error), ==, 1);
      g_assert_no_error (error);
      hits = beaver_vectors_near (vectors, query, 5, BEAVER_VECTOR_METRIC_EUCLID, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (hits->len, ==, i == 1 ? 2 : 1);
      g_assert_cmpstr (beaver_vector_hit_get_id (hits->pdata[hits->len - 1]), ==, ids[i]);
    }

  subscription = beaver_channel_subscribe (channel, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_channel_publish (channel, "1", NULL, &error));
  g_assert_cmpint (load (channel,
                         "{\"timestamp\": 1.5, \"payload\": 0}\n"
                         "{\"timestamp\": 9000000000.5, \"payload\": 2}\n",
                         JSONL, APPEND, &error),
                   ==, 2);
  g_assert_no_error (error);
  for (gboolean seen = FALSE; !seen;)
    {
      g_autoptr (BeaverMessage) message = beaver_subscription_next (subscription, -1, NULL, &error);

      g_assert_no_error (error);
      seen = g_str_equal (beaver_message_get_json (message), "2");
    }
}

/* A load that fails or is cancelled in the middle of writing leaves the old content. */
static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GInputStream) stream = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  gint64 n;

  beaver_dict_set_json (dict, "kept", "1", NULL, NULL);
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (lines, "{\"key\": \"%u\", \"value\": %u}\n", i, i);
  stream = g_memory_input_stream_new_from_data (lines->str, (gssize) lines->len, NULL);
  /* appending tells between its transactions, and what was appended stays */
  n = beaver_manager_load (BEAVER_MANAGER (dict), stream, JSONL, APPEND, on_progress, cancellable,
                           cancellable, &error);
  g_assert_cmpint (n, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  n = beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error);
  g_assert_cmpint (n, >, 1);
  g_assert_cmpint (n, <, 5001);
  /* overwriting is one transaction */
  g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL);
  g_assert_cmpint (beaver_manager_load (BEAVER_MANAGER (dict), stream, JSONL, OVERWRITE, NULL, NULL,
                                        cancellable, &error),
                   ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, &error), ==, n);
  g_assert_true (beaver_dict_contains (dict, "kept", NULL, &error));
}

/* The times of what waits, and of entries of a log, are those of the dump; of what has none, now.
 */
static void
test_times (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  double before = (double) g_get_real_time () / G_USEC_PER_SEC;
  BeaverManager *queue = get_manager (f->db, "queue");
  sqlite3 *raw = raw_open (f->path);

  load (queue,
        "{\"priority\": 1, \"timestamp\": 5.5, \"data\": 1}\n{\"priority\": 2, \"data\": 2}\n",
        JSONL, OVERWRITE, &error);
  g_assert_no_error (error);
  raw_assert (raw, "SELECT timestamp FROM __beaver_priority_queues__ WHERE priority = 1", "5.5");
  {
    g_autofree char *now =
        raw_query (raw, "SELECT timestamp FROM __beaver_priority_queues__ WHERE priority = 2");

    g_assert_cmpfloat (g_ascii_strtod (now, NULL), >=, before - 1);
  }
  raw_close (raw);
}

/* Keys of Python's may hold a NUL, and are others than those that end there. */
static void
test_nul_in_keys (Fixture *f, gconstpointer data)
{
  static const char all[] =
      "SELECT dict_name, hex (key), value FROM __beaver_dicts__"
      " UNION ALL SELECT store_name, hex (key), hex (data) FROM __beaver_blobs__"
      " UNION ALL SELECT collection, hex (item_id), data FROM __beaver_documents__"
      " UNION ALL SELECT collection, hex (source_item_id), hex (target_item_id || label)"
      " FROM __beaver_edges__"
      " UNION ALL SELECT collection, hex (item_id), hex (vector) FROM __beaver_vectors__"
      " ORDER BY 1, 2";
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  sqlite3 *raw = raw_open (f->path);
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_no_error (error);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *key =
          g_strdup (i == 0 ? "CAST (X'61' AS TEXT)" : "CAST (X'610062' AS TEXT)");
      g_autofree char *sql =
          g_strdup_printf ("INSERT INTO __beaver_dicts__ VALUES ('d', %s, '{\"n\": %d}', NULL);"
                           "INSERT INTO __beaver_blobs__ VALUES ('b', %s, X'0%d00', NULL);"
                           "INSERT INTO __beaver_documents__ VALUES ('c', %s, '{\"n\": %d}');"
                           "INSERT INTO __beaver_edges__ VALUES ('g', %s, %s, %s, '%d');"
                           "INSERT INTO __beaver_vectors__ VALUES ('v', %s, X'0000803F', '%d')",
                           key, i, key, i, key, i, key, key, key, i, key, i);

      raw_exec (raw, sql);
    }
  beaver_manager_add_index (BEAVER_MANAGER (dict), "n", NULL, &error);
  g_assert_no_error (error);
  beaver_manager_reindex (BEAVER_MANAGER (dict), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  before = raw_query (raw, all);

  text = dump (f->db, JSON, BEAVER_DUMP_NONE);
  for (BeaverLoadStrategy strategy = OVERWRITE; strategy <= APPEND; strategy++)
    {
      g_autofree char *after = NULL;

      load (f->db, text, JSON, strategy, &error);
      g_assert_no_error (error);
      after = raw_query (raw, all);
      g_assert_cmpstr (after, ==, before);
    }
  raw_close (raw);

  g_assert_true (beaver_query_where_int (query, "n", BEAVER_OPERATOR_EQUAL, 0, &error));
  beaver_manager_reindex (BEAVER_MANAGER (dict), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  load (dict, "{\"key\": \"a\\u0000b\", \"value\": {\"n\": 2}}\n", JSONL, APPEND, &error);
  g_assert_no_error (error);
  entries = beaver_dict_query (dict, query, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (beaver_entry_get_key (entries->pdata[0]), ==, "a");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/dump/each-kind", test_each_kind);
  beaver_test_add ("/dump/D37-malformed-dumps-of-each-kind", test_malformed);
  beaver_test_add ("/dump/D44-search-choices", test_search_choices);
  beaver_test_add ("/dump/what-is-beside", test_what_is_beside);
  beaver_test_add ("/dump/live-objects", test_live_objects);
  beaver_test_add ("/dump/live-vectors-and-channels", test_live_vectors_and_channels);
  beaver_test_add ("/dump/waiters", test_waiters);
  beaver_test_add ("/dump/nul-in-keys", test_nul_in_keys);
  beaver_test_add ("/dump/cancelled", test_cancelled);
  beaver_test_add ("/dump/times", test_times);
  return g_test_run ();
}
