/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

#include <glib/gstdio.h>

static BeaverBlobs *
get_blobs (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverBlobs *blobs = beaver_db_get_blobs (f->db, name, &error);

  g_assert_no_error (error);
  return blobs;
}

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static void
put (BeaverBlobs *blobs, const char *key, const char *text, const char *metadata)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  beaver_blobs_put (blobs, key, bytes, metadata, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_bytes (BeaverBlobs *blobs, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = beaver_blobs_lookup (blobs, key, NULL, &error);

  g_assert_no_error (error);
  if (expected == NULL)
    g_assert_null (bytes);
  else
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                     strlen (expected));
}

static void
test_basics (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "it's");
  g_autoptr (GError) error = NULL;
  g_autofree char *metadata = NULL;
  sqlite3 *raw = raw_open (f->path);

  assert_bytes (blobs, "a", NULL);
  put (blobs, "a", "one", "{\"x\":1}");
  put (blobs, "b", "", NULL);
  raw_assert (
      raw,
      "SELECT store_name, key, data, typeof (data), metadata FROM __beaver_blobs__ ORDER BY key",
      "it's|a|one|blob|{\"x\": 1}\nit's|b||blob|NULL");
  raw_close (raw);
  assert_bytes (blobs, "a", "one");
  assert_bytes (blobs, "b", "");
  metadata = beaver_blobs_get_metadata (blobs, "a", NULL, &error);
  g_assert_cmpstr (metadata, ==, "{\"x\": 1}");
  g_assert_null (beaver_blobs_get_metadata (blobs, "b", NULL, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_blobs_get_metadata (blobs, "c", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_cmpint (beaver_blobs_get_size (blobs, "a", NULL, &error), ==, 3);
  put (blobs, "a", "two!", NULL);
  g_assert_null (beaver_blobs_get_metadata (blobs, "a", NULL, &error));
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (blobs), NULL, &error), ==, 2);
  g_assert_true (beaver_blobs_contains (blobs, "b", NULL, &error));
  g_assert_true (beaver_blobs_remove (blobs, "b", NULL, &error));
  g_assert_false (beaver_blobs_contains (blobs, "b", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_blobs_remove (blobs, "b", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_null (beaver_blobs_get (blobs, "b", NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_false (beaver_blobs_contains (blobs, "\xff", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_blobs_open_write (blobs, "k", "{oops", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (blobs), NULL, &error), ==, 1);
  fixture_close (f);
}

static void
check_store (BeaverBlobs *blobs, JsonObject *items, JsonArray *order)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) keys = beaver_blobs_keys (blobs, &error);

  for (guint i = 0; i < json_array_get_length (order); i++)
    {
      const char *key = json_array_get_string_element (order, i);
      JsonObject *item = json_object_get_object_member (items, key);
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (keys, NULL, &error);
      g_autoptr (GBytes) bytes = beaver_blobs_get (blobs, key, NULL, &error);
      g_autofree char *base64 = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (beaver_entry_get_key (entry), ==, key);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, json_object_get_int_member (item, "length"));
      if (!json_object_has_member (item, "data_base64"))
        continue;
      base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_assert_cmpstr (base64, ==, json_object_get_string_member (item, "data_base64"));
    }
  g_assert_null (beaver_cursor_next (keys, NULL, &error));
  g_assert_no_error (error);
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("blobs");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);

  fixture_open_data (f, "blobs");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);

      if (json_object_has_member (one, "keys_order"))
        check_store (get_blobs (f, l->data), json_object_get_object_member (one, "items"),
                     json_object_get_array_member (one, "keys_order"));
    }
  fixture_open_data (f, "everything");
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = beaver_blobs_get (get_blobs (f, "b"), "k", NULL, &error);
    g_autofree char *metadata = beaver_blobs_get_metadata (get_blobs (f, "b"), "k", NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\0\1data", 6);
    g_assert_cmpstr (metadata, ==, "{\"m\": 1}");
  }
}

/* Several parts, in pieces of odd lengths, with seeking. */
static void
test_streams (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  gsize size = 3 * 256 * 1024 + 17;
  g_autofree guint8 *bytes = g_malloc (size);
  g_autofree guint8 *back = g_malloc0 (size);
  g_autoptr (BeaverBlobOutputStream) out = NULL;
  g_autoptr (BeaverBlobInputStream) in = NULL;
  gsize n = 0;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 2654435761u >> 13);
  put (blobs, "k", "before", NULL);
  out = beaver_blobs_open_write (blobs, "k", "[1]", &error);
  g_assert_no_error (error);
  while (n < size)
    {
      gssize written = g_output_stream_write (G_OUTPUT_STREAM (out), bytes + n,
                                              MIN (size - n, 77777), NULL, &error);

      g_assert_no_error (error);
      n += (gsize) written;
    }
  assert_bytes (blobs, "k", "before");
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  g_assert_no_error (error);
  in = beaver_blobs_open_read (blobs, "k", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_blob_input_stream_get_size (in), ==, size);
  g_assert_true (g_input_stream_read_all (G_INPUT_STREAM (in), back, size, &n, NULL, &error));
  g_assert_cmpmem (back, n, bytes, size);
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (in), back, 1, NULL, &error), ==, 0);
  for (guint i = 0; i < 200; i++)
    {
      goffset at = g_test_rand_int_range (0, (gint32) size);

      g_assert_true (g_seekable_seek (G_SEEKABLE (in), at, G_SEEK_SET, NULL, &error));
      g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (in), back, 1, NULL, &error), ==, 1);
      g_assert_cmpuint (back[0], ==, bytes[at]);
    }
  g_assert_false (g_seekable_seek (G_SEEKABLE (in), 1, G_SEEK_END, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (g_seekable_seek (G_SEEKABLE (in), 0, G_SEEK_SET, NULL, &error));
  put (blobs, "k", "after", NULL);
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (in), back, 1, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_CONFLICT);
  g_clear_object (&out);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_output_stream_write_all (G_OUTPUT_STREAM (out), "x", 1, NULL, NULL, &error);
  beaver_blob_output_stream_abandon (out);
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  assert_bytes (blobs, "k", "after");
  /* an empty one */
  g_clear_object (&out);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  g_assert_no_error (error);
  assert_bytes (blobs, "k", "");
}

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GBytes) back = NULL;

  beaver_blobs_put_async (blobs, "k", bytes, NULL, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_blobs_put_finish (blobs, result, &error));
  g_clear_object (&result);
  beaver_blobs_get_async (blobs, "k", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  back = beaver_blobs_get_finish (blobs, result, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, back));
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverBlobs) blobs = g_object_ref (get_blobs (f, "b"));
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobInputStream) in = NULL;
  g_autoptr (BeaverBlobOutputStream) out = NULL;
  char c;

  put (blobs, "k", "x", NULL);
  in = beaver_blobs_open_read (blobs, "k", NULL, &error);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_assert_no_error (error);
  fixture_close (f);
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (in), &c, 1, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_blobs_get (blobs, "k", NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

static void
test_batch (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (BeaverBlobsBatch) batch = beaver_blobs_create_batch (blobs);
  g_autoptr (BeaverBlobsBatch) by_hand = g_object_new (BEAVER_TYPE_BLOBS_BATCH, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("one", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  put (blobs, "gone", "x", NULL);
  g_assert_true (beaver_blobs_batch_get_blobs (batch) == blobs);
  g_assert_true (beaver_blobs_batch_put (batch, "a", bytes, "[1]", &error));
  g_assert_true (beaver_blobs_batch_put (batch, "b", bytes, NULL, &error));
  g_assert_true (beaver_blobs_batch_remove (batch, "gone", &error));
  g_assert_true (beaver_blobs_batch_remove (batch, "never", &error));
  g_assert_no_error (error);
  g_assert_false (beaver_blobs_batch_put (batch, "c", bytes, "{", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_false (beaver_blobs_batch_remove (batch, "\xff", &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_cmpuint (beaver_blobs_batch_get_size (batch), ==, 4);
  assert_bytes (blobs, "a", NULL);
  g_assert_cmpint (beaver_blobs_batch_apply (batch, NULL, &error), ==, 4);
  g_assert_no_error (error);
  g_assert_cmpuint (beaver_blobs_batch_get_size (batch), ==, 0);
  assert_bytes (blobs, "a", "one");
  assert_bytes (blobs, "b", "one");
  assert_bytes (blobs, "gone", NULL);
  g_assert_true (beaver_blobs_batch_remove (batch, "a", &error));
  beaver_blobs_batch_discard (batch);
  g_assert_cmpint (beaver_blobs_batch_apply (batch, NULL, &error), ==, 0);
  g_assert_true (beaver_blobs_batch_remove (batch, "a", &error));
  beaver_blobs_batch_apply_async (batch, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (beaver_blobs_batch_apply_finish (batch, result, &error), ==, 1);
  g_assert_no_error (error);
  assert_bytes (blobs, "a", NULL);
  g_assert_cmpint (beaver_blobs_batch_apply (by_hand, NULL, &error), ==, -1);
  assert_error (BEAVER_ERROR_CLOSED);
}

/* Events: one for each change, in their order. */

typedef struct
{
  GString *seen;
  guint n;
} Seen;

static void
on_event (BeaverEvent *event, gpointer user_data)
{
  Seen *seen = user_data;

  g_string_append_printf (seen->seen, "%s %s;", beaver_event_get_name (event),
                          beaver_event_get_payload (event));
  seen->n++;
}

static void
test_events (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "put", "del", "clear" };
  BeaverManager *manager = BEAVER_MANAGER (get_blobs (f, "b"));
  BeaverBlobs *blobs = get_blobs (f, "b");
  Seen seen = { g_string_new (NULL), 0 };
  BeaverEventHandler *handlers[3];
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobOutputStream) out = NULL;
  g_autoptr (BeaverBlobsBatch) batch = beaver_blobs_create_batch (blobs);
  g_autofree char *path = g_build_filename (f->dir, "in", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  for (guint i = 0; i < 3; i++)
    {
      handlers[i] = beaver_manager_on (manager, names[i], on_event, &seen, NULL, &error);
      g_assert_no_error (error);
    }
  put (blobs, "it's \"k\"", "x", NULL);
  out = beaver_blobs_open_write (blobs, "s", NULL, &error);
  g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  g_file_set_contents (path, "x", 1, NULL);
  g_assert_true (beaver_blobs_import_file (blobs, "f", file, NULL, NULL, NULL, NULL, &error));
  beaver_blobs_remove (blobs, "s", NULL, &error);
  g_assert_false (beaver_blobs_remove (blobs, "none", NULL, NULL));
  beaver_blobs_batch_remove (batch, "f", &error);
  beaver_blobs_batch_apply (batch, NULL, &error);
  beaver_manager_clear (manager, NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, seen.n >= 6);
  g_assert_cmpstr (seen.seen->str, ==,
                   "put {\"key\": \"it's \\\"k\\\"\"};put {\"key\": \"s\"};put {\"key\": \"f\"};"
                   "del {\"key\": \"s\"};del {\"key\": \"f\"};clear {};");
  for (guint i = 0; i < 3; i++)
    g_object_unref (handlers[i]);
  fixture_close (f);
  g_string_free (seen.seen, TRUE);
}

/* Bad arguments: what, where, what to do; nothing changes. */
static void
test_bad_input (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *key;
    const char *metadata;
  } bad[] = {
    { "\xff", NULL },    { "a\xc3", "1" },    { "k", "" },    { "k", "{" },
    { "k", "{\"a\":}" }, { "k", "[1,]" },     { "k", "NaN" }, { "k", "[-Infinity]" },
    { "k", "'x'" },      { "k", "\"\xff\"" }, { "k", "1 2" }, { "k", "nul" },
  };
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autofree char *path = g_build_filename (f->dir, "in", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (BeaverBlobsBatch) batch = beaver_blobs_create_batch (blobs);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  put (blobs, "k", "before", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *key = bad[i].key;
      const char *metadata = bad[i].metadata;
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_false (beaver_blobs_put (blobs, key, bytes, metadata, NULL, &error));
      g_test_message ("%s", error->message);
      assert_error (BEAVER_ERROR_INVALID);
      beaver_blobs_put_async (blobs, key, bytes, metadata, NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_false (beaver_blobs_put_finish (blobs, result, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_blobs_open_write (blobs, key, metadata, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_blobs_batch_put (batch, key, bytes, metadata, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (
          beaver_blobs_import_file (blobs, key, file, metadata, NULL, NULL, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      if (metadata != NULL)
        continue;
      g_assert_null (beaver_blobs_get (blobs, key, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_blobs_lookup (blobs, key, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_cmpint (beaver_blobs_get_size (blobs, key, NULL, &error), ==, -1);
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_blobs_remove (blobs, key, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_null (beaver_blobs_open_read (blobs, key, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
      g_assert_false (beaver_blobs_export_file (blobs, key, file, NULL, NULL, NULL, &error));
      assert_error (BEAVER_ERROR_INVALID);
    }
  g_assert_null (beaver_db_get_blobs (f->db, "", &error));
  assert_error (BEAVER_ERROR_INVALID);
  assert_bytes (blobs, "k", "before");
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (blobs), NULL, &error), ==, 1);
}

/* Rows that another program has left in no good state: said, and only when they are asked for. */
static void
test_odd_rows (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobInputStream) stream = NULL;
  g_autoptr (GBytes) text = NULL;
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_blobs__ VALUES ('b', 'broken', x'01', '{'),"
                 " ('b', 'empty', x'02', ''), ('b', 'text', 'as text', NULL)");
  raw_close (raw);
  g_assert_null (beaver_blobs_get_metadata (blobs, "broken", NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  /* its bytes are there, however they are asked for */
  assert_bytes (blobs, "broken", "\1");
  g_assert_true (beaver_blobs_contains (blobs, "broken", NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (beaver_blobs_get_size (blobs, "broken", NULL, &error), ==, 1);
  g_assert_no_error (error);
  stream = beaver_blobs_open_read (blobs, "broken", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (beaver_blobs_get_metadata (blobs, "empty", NULL, &error));
  g_assert_no_error (error);
  text = beaver_blobs_get (blobs, "text", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "as text", 7);
}

/* Every row of the fixture, written again by us, is the same in each column, and of the same type.
 */
static void
test_rows_as_python_writes_them (Fixture *f, gconstpointer data)
{
  static const char SQL[] = "SELECT store_name, key, typeof (data), hex (data), typeof (metadata),"
                            " metadata FROM __beaver_blobs__ WHERE length (data) < 100000"
                            " ORDER BY 1, 2";
  g_autofree char *source_path = beaver_test_copy_data (f, "blobs.db");
  sqlite3 *source = raw_open (source_path);
  sqlite3 *ours;
  sqlite3_stmt *rows;
  g_autofree char *expected = raw_query (source, SQL);
  g_autofree char *got = NULL;
  guint n = 0;

  g_assert_cmpint (sqlite3_prepare_v2 (source,
                                       "SELECT store_name, key, data, metadata"
                                       " FROM __beaver_blobs__ WHERE length (data) < 100000",
                                       -1, &rows, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (rows) == SQLITE_ROW)
    {
      g_autoptr (GError) error = NULL;
      BeaverBlobs *blobs = get_blobs (f, (const char *) sqlite3_column_text (rows, 0));
      const char *key = (const char *) sqlite3_column_text (rows, 1);
      const char *metadata = (const char *) sqlite3_column_text (rows, 3);
      g_autoptr (GBytes) bytes =
          g_bytes_new (sqlite3_column_blob (rows, 2), (gsize) sqlite3_column_bytes (rows, 2));

      if (n++ % 2 == 0)
        beaver_blobs_put (blobs, key, bytes, metadata, NULL, &error);
      else
        {
          g_autoptr (BeaverBlobOutputStream) out =
              beaver_blobs_open_write (blobs, key, metadata, &error);

          g_assert_no_error (error);
          g_output_stream_write_all (G_OUTPUT_STREAM (out), g_bytes_get_data (bytes, NULL),
                                     g_bytes_get_size (bytes), NULL, NULL, &error);
          g_assert_true (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
        }
      g_assert_no_error (error);
    }
  sqlite3_finalize (rows);
  raw_close (source);
  g_assert_cmpuint (n, >, 2);
  ours = raw_open (f->path);
  got = raw_query (ours, SQL);
  g_assert_cmpstr (got, ==, expected);
  raw_close (ours);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/blobs/basics", test_basics);
  beaver_test_add ("/blobs/conformance", test_conformance);
  beaver_test_add ("/blobs/streams", test_streams);
  beaver_test_add ("/blobs/async", test_async);
  beaver_test_add ("/blobs/closed", test_closed);
  beaver_test_add ("/blobs/batch", test_batch);
  beaver_test_add ("/blobs/events", test_events);
  beaver_test_add ("/blobs/bad-input", test_bad_input);
  beaver_test_add ("/blobs/odd-rows", test_odd_rows);
  beaver_test_add ("/blobs/rows-as-python-writes-them", test_rows_as_python_writes_them);
  return g_test_run ();
}
