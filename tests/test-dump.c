/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dumps of one structure in the shapes of Python's beaver-db, of the whole database, and back. */
#include "beaver-test-sqlite.h"

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_test_message ("%s", error->message);                                                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

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

#define JSON BEAVER_DUMP_FORMAT_JSON
#define JSONL BEAVER_DUMP_FORMAT_JSONL
#define OVERWRITE BEAVER_LOAD_STRATEGY_OVERWRITE
#define APPEND BEAVER_LOAD_STRATEGY_APPEND

static void
assert_dump (gpointer source, BeaverDumpFormat format, const char *expected)
{
  g_autofree char *text = dump (source, format, BEAVER_DUMP_COMPACT);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_dict (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  g_autofree char *indented = NULL;
  sqlite3 *raw = raw_open (f->path);

  assert_dump (dict, JSON,
               "{\"metadata\": {\"type\": \"Dict\", \"name\": \"d\", \"count\": 0,"
               " \"encrypted\": false}, \"items\": []}");
  assert_dump (dict, JSONL, "");
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('d', 'a', '{\"x\":[],\"y\":{}}', NULL),"
                 " ('d', 'b', '\"a: [\\\"\"', 9000000000.5), ('d', 'gone', '1', 5.0)");
  assert_dump (dict, JSONL,
               "{\"key\": \"a\", \"value\": {\"x\": [], \"y\": {}}}\n"
               "{\"key\": \"b\", \"value\": \"a: [\\\"\", \"expires_at\": 9000000000.5}\n");
  indented = dump (dict, JSON, BEAVER_DUMP_NONE);
  g_assert_cmpstr (indented, ==,
                   "{\n"
                   "  \"metadata\": {\n"
                   "    \"type\": \"Dict\",\n"
                   "    \"name\": \"d\",\n"
                   "    \"count\": 2,\n"
                   "    \"encrypted\": false\n"
                   "  },\n"
                   "  \"items\": [\n"
                   "    {\n"
                   "      \"key\": \"a\",\n"
                   "      \"value\": {\n"
                   "        \"x\": [],\n"
                   "        \"y\": {}\n"
                   "      }\n"
                   "    },\n"
                   "    {\n"
                   "      \"key\": \"b\",\n"
                   "      \"value\": \"a: [\\\"\",\n"
                   "      \"expires_at\": 9000000000.5\n"
                   "    }\n"
                   "  ]\n"
                   "}");

  /* D36: the time to live comes back, to the bit */
  raw_exec (raw, "DELETE FROM __beaver_dicts__; INSERT INTO __beaver_dicts__ VALUES"
                 " ('d', 'old', '1', NULL)");
  g_assert_cmpint (load (dict, indented, JSON, APPEND, &error), ==, 2);
  g_assert_no_error (error);
  raw_assert (raw, "SELECT key, value, expires_at FROM __beaver_dicts__ ORDER BY key",
              "a|{\"x\": [], \"y\": {}}|NULL\nb|\"a: [\\\"\"|9000000000.5\nold|1|NULL");
  g_assert_cmpint (load (dict, indented, JSON, OVERWRITE, &error), ==, 2);
  raw_assert (raw, "SELECT key FROM __beaver_dicts__ ORDER BY key", "a\nb");
  /* as Python writes it: no expires_at, other members are ignored */
  g_assert_cmpint (
      load (dict, "  {\"key\":\"p\",\"value\":1e2,\"more\":[]}  \r\n\n", JSONL, OVERWRITE, &error),
      ==, 1);
  raw_assert (raw, "SELECT key, value FROM __beaver_dicts__", "p|100.0");
  raw_close (raw);
}

/* What was read is remembered in memory; a load must not leave it there. */
static void
test_after_reading (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);

  beaver_dict_set_json (dict, "a", "0", NULL, NULL);
  for (guint i = 1; i < 20; i++)
    {
      g_autofree char *item = g_strdup_printf ("{\"key\": \"a\", \"value\": %u}", i);
      g_autofree char *expected = g_strdup_printf ("%u", i);
      g_autofree char *value = NULL;

      for (guint k = 0; k < 5; k++)
        g_free (beaver_dict_get_json (dict, "a", NULL, NULL));
      g_assert_cmpint (load (dict, item, JSONL, i % 2 == 0 ? APPEND : OVERWRITE, &error), ==, 1);
      g_assert_no_error (error);
      value = beaver_dict_get_json (dict, "a", NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, expected);
    }
}

static void
test_bad_dumps (Fixture *f, gconstpointer data)
{
  static const struct
  {
    BeaverDumpFormat format;
    const char *text;
  } bad[] = {
    { JSON, "" },
    { JSON, "{" },
    { JSON, "[]" },
    { JSON, "{}" },
    { JSON, "{\"items\": 5}" },
    { JSON, "{\"items\": [1]}" },
    { JSON, "{\"items\": [{\"key\": 1, \"value\": 1}]}" },
    { JSON, "{\"items\": [{\"key\": \"a\"}]}" },
    { JSON, "{\"items\": [{\"key\": \"a\", \"value\": 1}, {\"value\": 1}]}" },
    { JSON, "{\"items\": [{\"key\": \"a\", \"value\": 1, \"expires_at\": \"soon\"}]}" },
    { JSON, "{\"items\": [{\"key\": \"a\", \"value\": 1, \"expires_at\": NaN}]}" },
    { JSON, "{\"metadata\": {\"type\": \"Log\"}, \"items\": []}" },
    { JSON, "{\"items\": [{\"key\": \"a\", \"value\": 1}" },
    { JSONL, "{\"key\": \"a\", \"value\": 1}\n{\"key\": \"b\", \"val" },
    { JSONL, "[1]\n" },
    { JSONL, "{\"key\": \"a\", \"value\": 1}\nnonsense\n" },
  };
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json (dict, "kept", "1", NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_cmpint (load (dict, bad[i].text, bad[i].format, OVERWRITE, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_cmpint (load (dict, bad[i].text, bad[i].format, APPEND, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
      assert_dump (dict, JSONL, "{\"key\": \"kept\", \"value\": 1}\n");
    }
}

static void
test_nan (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('d', 'n', '{\"a\":\n NaN}', NULL)");
  text = dump (dict, JSONL, 0);
  g_assert_cmpstr (text, ==, "{\"key\": \"n\", \"value\": {\"a\":  NaN}}\n");
  g_assert_cmpint (load (dict, text, JSONL, OVERWRITE, &error), ==, 1);
  g_assert_no_error (error);
  raw_assert (raw, "SELECT value FROM __beaver_dicts__", "{\"a\":  NaN}");
  raw_close (raw);
}

static void
test_encrypted (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *path = NULL;
  g_autoptr (BeaverDb) other = NULL;
  BeaverDict *dict;
  char *value;

  fixture_open_data (f, "encrypted");
  dict = beaver_db_get_dict (f->db, "vault2", &error);
  {
    g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

    g_assert_false (
        beaver_manager_dump (BEAVER_MANAGER (dict), stream, JSON, 0, NULL, NULL, NULL, &error));
    assert_error (BEAVER_ERROR_SECRET);
    g_assert_cmpint (load (dict, "{\"key\": \"a\", \"value\": 1}", JSONL, APPEND, &error), ==, -1);
    assert_error (BEAVER_ERROR_SECRET);
  }

  /* the whole database needs no secret, and tells none */
  whole = dump (f->db, JSON, 0);
  g_assert_null (strstr (whole, "1234"));
  path = g_build_filename (f->dir, "other.db", NULL);
  other = beaver_db_open (path, NULL, &error);
  load (other, whole, JSON, OVERWRITE, &error);
  g_assert_no_error (error);
  dict =
      beaver_db_get_dict_with_secret (other, "vault", "correct horse battery staple", NULL, &error);
  g_assert_no_error (error);
  value = beaver_dict_get_json (dict, "pin", NULL, &error);
  g_assert_cmpstr (value, ==, "1234");
  g_free (value);
  /* but one with another secret is not mixed up */
  g_assert_true (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
  g_assert_cmpint (load (other, whole, JSON, APPEND, &error), ==, -1);
  assert_error (BEAVER_ERROR_CONFLICT);
  beaver_db_close (other, NULL);

  /* with the secret, in plain */
  dict = beaver_db_get_dict_with_secret (f->db, "vault2", "other", NULL, &error);
  assert_dump (dict, JSON,
               "{\"metadata\": {\"type\": \"Dict\", \"name\": \"vault2\", \"count\": 1,"
               " \"encrypted\": true}, \"items\": [{\"key\": \"x\", \"value\": [1, 2, 3]}]}");
  g_assert_cmpint (load (dict, "{\"key\": \"y\", \"value\": 5}", JSONL, OVERWRITE, &error), ==, 1);
  g_assert_no_error (error);
  assert_dump (dict, JSONL, "{\"key\": \"y\", \"value\": 5}\n");
}

static void
test_log_and_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverLog *log = beaver_db_get_log (f->db, "l", NULL);
  BeaverList *list = beaver_db_get_list (f->db, "l", NULL);
  g_autofree char *text = NULL;
  char *value;

  g_assert_cmpint (load (log,
                         "{\"timestamp\": 5, \"data\": 1}\n{\"timestamp\": 5.0, \"data\": 2}\n"
                         "{\"timestamp\": 4.5, \"data\": {\"a\":1}}\n",
                         JSONL, APPEND, &error),
                   ==, 3);
  g_assert_no_error (error);
  assert_dump (log, JSON,
               "{\"metadata\": {\"type\": \"Log\", \"name\": \"l\", \"count\": 3}, \"items\": ["
               "{\"timestamp\": 4.5, \"data\": {\"a\": 1}}, {\"timestamp\": 5.0, \"data\": 1}, "
               "{\"timestamp\": 5.000001, \"data\": 2}]}");

  g_assert_cmpint (load (list, "1\n\"two\"\n[3]\nnull\n", JSONL, APPEND, &error), ==, 4);
  g_assert_no_error (error);
  assert_dump (list, JSONL, "1\n\"two\"\n[3]\nnull\n");
  value = beaver_list_get_json (list, -2, NULL, &error);
  g_assert_cmpstr (value, ==, "[3]");
  g_free (value);
  text = dump (list, JSON, BEAVER_DUMP_COMPACT);
  g_assert_true (g_str_has_prefix (text, "{\"metadata\": {\"type\": \"List\", \"name\": \"l\", "
                                         "\"count\": 4, \"dump_date\": \"20"));
  g_assert_true (g_str_has_suffix (text, "+00:00\"}, \"items\": [1, \"two\", [3], null]}"));
  g_assert_cmpint (load (list, "{\"items\": [7]}", JSON, OVERWRITE, &error), ==, 1);
  assert_dump (list, JSONL, "7\n");
  value = beaver_list_get_json (list, 0, NULL, &error);
  g_assert_cmpstr (value, ==, "7");
  g_free (value);
}

static gboolean
same_but_for_dates (const char *a, const char *b)
{
  g_autoptr (GRegex) dates = g_regex_new ("\"dump_date\": \"[^\"]*\"", 0, 0, NULL);
  g_autofree char *x = g_regex_replace_literal (dates, a, -1, 0, "", 0, NULL);
  g_autofree char *y = g_regex_replace_literal (dates, b, -1, 0, "", 0, NULL);

  return g_str_equal (x, y);
}

/* Every table that Python wrote, out and in again: the same rows. */
static void
test_fixtures (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "dicts",        "lists",    "queues",    "blobs",
                                       "logs",         "docs",     "graphs",    "vectors",
                                       "sketches",     "channels", "encrypted", "everything",
                                       "field_indexes" };
  static const char *const queries[] = {
    "SELECT dict_name, key, expires_at FROM __beaver_dicts__"
    " WHERE expires_at IS NULL OR expires_at > 1e10 ORDER BY 1, 2",
    "SELECT list_name, COUNT(*) FROM __beaver_lists__ GROUP BY 1 ORDER BY 1",
    "SELECT queue_name, priority, timestamp FROM __beaver_priority_queues__"
    " ORDER BY 1, 2, 3, rowid",
    "SELECT store_name, key, hex(data) FROM __beaver_blobs__ ORDER BY 1, 2",
    "SELECT log_name, timestamp FROM __beaver_logs__ ORDER BY 1, 2",
    "SELECT collection, item_id FROM __beaver_documents__ ORDER BY 1, 2",
    "SELECT collection, item_id, field_path, field_content FROM __beaver_fts_index__"
    " ORDER BY 1, 2, 3, 4",
    "SELECT collection, item_id, trigram FROM __beaver_trigrams__ ORDER BY 1, 2, 3",
    "SELECT collection, source_item_id, target_item_id, label FROM __beaver_edges__"
    " ORDER BY 1, 2, 3, 4",
    "SELECT collection, item_id, hex(vector) FROM __beaver_vectors__ ORDER BY 1, 2",
    "SELECT collection, hex(hyperplanes) FROM __beaver_lsh_config__"
    " WHERE collection IN (SELECT collection FROM __beaver_vectors__) ORDER BY 1",
    "SELECT name, type, capacity, error_rate, hex(data) FROM __beaver_sketches__ ORDER BY 1",
    "SELECT channel_name, timestamp FROM __beaver_pubsub_log__ ORDER BY 2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint format = 0; format < 2; format++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *first = NULL;
        g_autofree char *second = NULL;
        g_autofree char *path = g_strdup_printf ("%s/copy-%u-%u.db", f->dir, i, format);
        g_autoptr (BeaverDb) other = NULL;
        sqlite3 *raw, *copy;

        g_test_message ("%s", names[i]);
        fixture_open_data (f, names[i]);
        first = dump (f->db, format, 0);
        other = beaver_db_open (path, NULL, &error);
        g_assert_cmpint (load (other, first, format, OVERWRITE, &error), >, 0);
        g_assert_no_error (error);
        raw = raw_open (f->path);
        copy = raw_open (path);
        for (guint q = 0; q < G_N_ELEMENTS (queries); q++)
          {
            g_autofree char *a = raw_query (raw, queries[q]);
            g_autofree char *b = raw_query (copy, queries[q]);

            if (!g_str_equal (a, b))
              g_error ("%s, %s", names[i], queries[q]);
          }
        raw_close (raw);
        raw_close (copy);
        /* the values, which models had written in another form, in the normal one */
        second = dump (other, format, 0);
        if (!same_but_for_dates (first, second))
          g_error ("%s: the second dump differs", names[i]);
        beaver_db_close (other, NULL);
      }
}

static void
test_whole_is_checked (Fixture *f, gconstpointer data)
{
  static const char *const json[] = {
    "{}",
    "{\"items\": []}",
    "{\"structures\": {}}",
    "{\"structures\": [{\"items\": []}]}",
    "{\"structures\": [{\"metadata\": {\"type\": \"Tree\", \"name\": \"x\"}, \"items\": []}]}",
    "{\"structures\": [{\"metadata\": {\"type\": \"Dict\", \"name\": \"\"}, \"items\": []}]}",
    "{\"structures\": [{\"metadata\": {\"type\": \"Dict\", \"name\": \"d\"}}]}",
    "{\"structures\": [{\"metadata\": {\"type\": \"Vectors\", \"name\": \"d\"}, \"items\":"
    " [{\"id\": \"a\", \"vector\": [\"x\"]}]}]}",
    "{\"structures\": [{\"metadata\": {\"type\": \"BlobStore\", \"name\": \"d\"}, \"items\":"
    " [{\"key\": \"a\", \"metadata\": null, \"size\": 1, \"payload\": null}]}]}",
  };
  static const char *const lines[] = {
    "",
    "{\"key\": \"a\", \"value\": 1}\n",
    "{\"metadata\": {\"type\": \"Database\"}}\n{\"metadata\": {\"type\": \"Dict\", \"name\": \"d\","
    " \"count\": 2}}\n{\"key\": \"a\", \"value\": 1}\n",
    "{\"metadata\": {\"type\": \"Database\"}}\n{\"metadata\": {\"type\": \"Dict\", \"name\":"
    " \"d\"}}\n",
  };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);

  beaver_dict_set_json (dict, "kept", "1", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (json); i++)
    {
      g_assert_cmpint (load (f->db, json[i], JSON, OVERWRITE, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_assert_cmpint (load (f->db, lines[i], JSONL, OVERWRITE, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
    }
  assert_dump (dict, JSONL, "{\"key\": \"kept\", \"value\": 1}\n");
}

static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  g_assert_cmpint (done, <=, total);
  ++*(guint *) user_data;
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GAsyncResult) dumped = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint told = 0;

  beaver_dict_set_json (dict, "a", "1", NULL, NULL);
  beaver_manager_dump_async (BEAVER_MANAGER (dict), out, JSONL, 0, on_progress, &told, NULL, NULL,
                             beaver_test_ready, &dumped);
  beaver_test_wait_result (&dumped);
  g_assert_true (beaver_manager_dump_finish (BEAVER_MANAGER (dict), dumped, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (told, ==, 1);
  g_output_stream_close (out, NULL, NULL);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  in = g_memory_input_stream_new_from_bytes (bytes);
  beaver_dict_set_json (dict, "b", "2", NULL, NULL);
  beaver_manager_load_async (BEAVER_MANAGER (dict), in, JSONL, OVERWRITE, on_progress, &told, NULL,
                             NULL, beaver_test_ready, &loaded);
  beaver_test_wait_result (&loaded);
  g_assert_cmpint (beaver_manager_load_finish (BEAVER_MANAGER (dict), loaded, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpuint (told, ==, 2);
  assert_dump (dict, JSONL, "{\"key\": \"a\", \"value\": 1}\n");

  beaver_db_close (f->db, NULL);
  beaver_db_dump_async (f->db, out, JSON, 0, NULL, NULL, NULL, NULL, beaver_test_ready, &refused);
  beaver_test_wait_result (&refused);
  g_assert_false (beaver_db_dump_finish (f->db, refused, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_cmpint (load (dict, "", JSONL, APPEND, &error), ==, -1);
  assert_error (BEAVER_ERROR_CLOSED);
}

static void
test_unsupported_and_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  BeaverLock *lock = beaver_db_get_lock (f->db, "l", NULL);

  g_assert_false (
      beaver_manager_dump (BEAVER_MANAGER (lock), out, JSON, 0, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_UNSUPPORTED);
  g_cancellable_cancel (cancellable);
  g_assert_false (beaver_db_dump (f->db, out, JSON, 0, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* One unit of work: a transaction around it takes it back. */
static void
test_in_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (BeaverTransaction) transaction = NULL;

  beaver_dict_set_json (dict, "a", "1", NULL, NULL);
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_cmpint (load (dict, "{\"key\": \"b\", \"value\": 2}", JSONL, OVERWRITE, &error), ==, 1);
  g_assert_no_error (error);
  assert_dump (dict, JSONL, "{\"key\": \"b\", \"value\": 2}\n");
  beaver_transaction_rollback (transaction, &error);
  assert_dump (dict, JSONL, "{\"key\": \"a\", \"value\": 1}\n");
}

/* What is broken in the file is no mistake of who dumps it. */
static void
test_corrupt (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('d', 'key', '{broken', NULL)");
  raw_close (raw);
  g_assert_false (beaver_db_dump (f->db, stream, JSON, BEAVER_DUMP_NONE, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "key"));
  assert_error (BEAVER_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/dump/D36-dict-keeps-its-times", test_dict);
  beaver_test_add ("/dump/after-reading", test_after_reading);
  beaver_test_add ("/dump/corrupt", test_corrupt);
  beaver_test_add ("/dump/D37-a-bad-dump-destroys-nothing", test_bad_dumps);
  beaver_test_add ("/dump/nan", test_nan);
  beaver_test_add_closed ("/dump/encrypted", test_encrypted);
  beaver_test_add ("/dump/log-and-list", test_log_and_list);
  beaver_test_add_closed ("/dump/D44-fixtures-there-and-back", test_fixtures);
  beaver_test_add ("/dump/whole-is-checked", test_whole_is_checked);
  beaver_test_add ("/dump/async", test_async);
  beaver_test_add ("/dump/unsupported-and-cancelled", test_unsupported_and_cancelled);
  beaver_test_add ("/dump/in-transaction", test_in_transaction);
  return g_test_run ();
}
