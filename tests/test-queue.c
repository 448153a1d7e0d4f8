/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "queue-test.h"

#include <math.h>

static void
test_order (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQueueItem) front = NULL;
  static const char *const many[] = { "8", "9", NULL };

  g_assert_null (beaver_queue_peek (queue, NULL, &error));
  assert_pop (queue, NULL);
  put (queue, "1", 5);
  put (queue, "2", -1.5);
  put (queue, "3", 5);
  put (queue, "{\"a\":4}", 0);
  g_assert_cmpint (beaver_queue_put_many_json (queue, many, 5, NULL, &error), ==, 2);
  front = beaver_queue_peek (queue, NULL, &error);
  g_assert_cmpstr (beaver_queue_item_get_value (front), ==, "2");
  g_assert_cmpfloat (beaver_queue_item_get_priority (front), ==, -1.5);
  g_assert_cmpfloat (beaver_queue_item_get_timestamp (front), >, 1e9);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (queue), NULL, &error), ==, 6);
  assert_pop (queue, "2");
  assert_pop (queue, "{\"a\": 4}");
  assert_pop (queue, "1");
  assert_pop (queue, "3");
  assert_pop (queue, "8");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (queue), NULL, &error), ==, 1);
  assert_pop (queue, NULL);
  g_assert_no_error (error);
}

static void
check_queue (BeaverQueue *queue, JsonArray *rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_queue_items (queue, &error);

  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (queue), NULL, &error), ==,
                   json_array_get_length (rows));
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < json_array_get_length (rows); i++)
      {
        JsonArray *row = json_array_get_array_element (rows, i);
        g_autoptr (BeaverQueueItem) item = pass == 0 ? beaver_cursor_next (cursor, NULL, &error) :
                                                       beaver_queue_get (queue, 0, NULL, &error);
        g_autoptr (JsonNode) value = NULL;

        g_assert_no_error (error);
        value = json_from_string (beaver_queue_item_get_value (item), &error);
        g_assert_true (json_node_equal (value, json_array_get_element (row, 2)));
        g_assert_cmpfloat (beaver_queue_item_get_priority (item), ==,
                           json_array_get_double_element (row, 0));
        g_assert_cmpfloat (beaver_queue_item_get_timestamp (item), ==,
                           json_array_get_double_element (row, 1));
      }
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_null (beaver_queue_get (queue, 0, NULL, &error));
  assert_error (BEAVER_ERROR_TIMEOUT);
}

static void
test_conformance (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("queues");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) names = json_object_get_members (expect);

  fixture_open_data (f, "queues");
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *one = json_object_get_object_member (expect, l->data);

      check_queue (get_queue (f, l->data),
                   json_object_get_array_member (one, "get_order_priority_timestamp_data"));
    }
  fixture_open_data (f, "everything");
  g_clear_pointer (&root, json_node_unref);
  root = beaver_test_load_json ("everything");
  expect = json_object_get_object_member (json_node_get_object (root), "expect");
  check_queue (get_queue (f, "q"), json_object_get_array_member (expect, "queue q"));
}

static void
test_rows (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "it's");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);

  put (queue, "[\"\xc3\xa9\"]", 3);
  g_assert_true (beaver_queue_put_job_json (queue, "2", 1, 0, 5, "key", 0, NULL, &error));
  raw_assert (raw,
              "SELECT queue_name, priority, typeof (priority), typeof (timestamp), "
              "timestamp > 1e9, data, typeof (data) FROM __beaver_priority_queues__ "
              "ORDER BY priority",
              "it's|1.0|real|real|1|2|text\nit's|3.0|real|real|1|[\"\\u00e9\"]|text");
  raw_close (raw);
}

static gpointer
wait_for_one (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQueueItem) item = beaver_queue_get (data, -1, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (beaver_queue_item_get_value (item));
}

/* A waiting get wakes for a put of this process and of others, and polls nothing. */
static void
test_blocking (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < beaver_test_rounds (100); i++)
    {
      GThread *thread = g_thread_new ("waiter", wait_for_one, queue);
      g_autofree char *value = NULL;

      if (i % 2)
        put (queue, "7", 1);
      else
        raw_exec (raw, "INSERT INTO __beaver_priority_queues__ VALUES ('q', 1, 1, '7')");
      value = g_thread_join (thread);
      g_assert_cmpstr (value, ==, "7");
    }
  raw_close (raw);
}

/* Upstream's idle consumer commits forty transactions a second. */
static void
test_d51 (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);
  gint64 before = raw_int (raw, "PRAGMA data_version");

  g_assert_null (beaver_queue_get (queue, 0.5, NULL, &error));
  assert_error (BEAVER_ERROR_TIMEOUT);
  g_assert_null (beaver_queue_claim (queue, 5, 0.0, NULL, &error));
  assert_error (BEAVER_ERROR_TIMEOUT);
  g_assert_cmpint (raw_int (raw, "PRAGMA data_version"), ==, before);
  raw_close (raw);
}

static void
on_event (BeaverEvent *event, gpointer data)
{
  g_string_append_printf (data, "%s%s ", beaver_event_get_name (event),
                          beaver_event_get_payload (event));
}

static void
test_events (Fixture *f, gconstpointer data)
{
  static const char *const events[] = { "put", "get", "claim", "ack", "nack", "clear" };
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  BeaverEventHandler *handlers[G_N_ELEMENTS (events)];
  g_autoptr (BeaverJob) job = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    handlers[i] =
        beaver_manager_on (BEAVER_MANAGER (queue), events[i], on_event, seen, NULL, &error);
  put (queue, "1", 1);
  assert_pop (queue, "1");
  assert_pop (queue, NULL);
  put (queue, "2", 1);
  job = claim (queue, 60);
  beaver_job_nack (job, 0, NULL, NULL, &error);
  g_clear_object (&job);
  job = claim (queue, 60);
  beaver_job_ack (job, NULL, &error);
  beaver_manager_clear (BEAVER_MANAGER (queue), NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, strstr (seen->str, "clear") != NULL);
  g_assert_cmpstr (seen->str, ==, "put{} get{} put{} claim{} nack{} claim{} ack{} clear{} ");
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    g_object_unref (handlers[i]);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (BeaverJob) orphan = g_object_new (BEAVER_TYPE_JOB, NULL);
  static const double bad[] = { NAN, INFINITY, -INFINITY };

#define REFUSED(call)                                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_false (call);                                                                         \
    assert_error (BEAVER_ERROR_INVALID);                                                           \
  }                                                                                                \
  G_STMT_END
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      REFUSED (beaver_queue_put_json (queue, "1", bad[i], NULL, &error));
      REFUSED (beaver_queue_put_job_json (queue, "1", 1, bad[i], 0, NULL, 0, NULL, &error));
      REFUSED (beaver_queue_claim (queue, bad[i], 0, NULL, &error) != NULL);
    }
  REFUSED (beaver_queue_put_json (queue, "oops", 1, NULL, &error));
  REFUSED (beaver_queue_put_json (queue, NULL, 1, NULL, &error));
  REFUSED (beaver_queue_put_job_json (queue, "1", 1, -1, 0, NULL, 0, NULL, &error));
  REFUSED (beaver_queue_put_job_json (queue, "1", 1, 0, -1, NULL, 0, NULL, &error));
  REFUSED (beaver_queue_put_job_json (queue, "1", 1, 0, 0, "\xff", 0, NULL, &error));
  REFUSED (beaver_queue_put_job_json (queue, "1", 1, 0, 0, "k", 7, NULL, &error));
  REFUSED (beaver_queue_claim (queue, 0, 0, NULL, &error) != NULL);
  REFUSED (beaver_queue_claim (queue, 1, NAN, NULL, &error) != NULL);
  REFUSED (beaver_queue_claim_many (queue, 0, 1, 0, NULL, &error) != NULL);
  REFUSED (beaver_queue_get (queue, NAN, NULL, &error) != NULL);
  REFUSED (beaver_queue_count_jobs (queue, 9, NULL, &error) != -1);
  REFUSED (beaver_queue_purge_dead (queue, -1, NULL, &error) != -1);
  put (queue, "1", 1);
  job = claim (queue, 60);
  REFUSED (beaver_job_nack (job, -1, NULL, NULL, &error));
  REFUSED (beaver_job_nack (job, 0, "\xff", NULL, &error));
  REFUSED (beaver_job_extend (job, 0, NULL, &error));
#undef REFUSED
  g_assert_true (beaver_job_ack (job, NULL, &error));
  g_assert_false (beaver_job_ack (orphan, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

/* What is no JSON does not stop the others, and is not lost. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) dead = NULL;
  g_autoptr (BeaverJob) job = NULL;
  sqlite3 *raw = raw_open (f->path);

  raw_exec (raw, "INSERT INTO __beaver_priority_queues__ VALUES ('q', 1, 1, '{broken')");
  put (queue, "2", 2);
  g_assert_null (beaver_queue_peek (queue, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  g_assert_null (beaver_queue_pop (queue, NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  assert_pop (queue, "2");
  dead = beaver_queue_dead_letters (queue, &error);
  job = beaver_cursor_next (dead, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_job_get_value (job), ==, "{broken");
  raw_close (raw);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) waiting = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BeaverQueueItem) item = NULL;
  g_autoptr (BeaverJob) job = NULL;

  beaver_queue_get_async (queue, -1, NULL, beaver_test_ready, &waiting);
  beaver_queue_put_json_async (queue, "1", 1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_queue_put_json_finish (queue, result, &error));
  beaver_test_wait_result (&waiting);
  item = beaver_queue_get_finish (queue, waiting, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_queue_item_get_value (item), ==, "1");

  beaver_queue_claim_async (queue, 60, -1, cancellable, beaver_test_ready, &cancelled);
  g_cancellable_cancel (cancellable);
  beaver_test_wait_result (&cancelled);
  g_assert_null (beaver_queue_claim_finish (queue, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_clear_object (&result);
  beaver_queue_claim_async (queue, 60, 0, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_queue_claim_finish (queue, result, &error));
  g_assert_true (g_str_has_prefix (error->message, "queue “q”: "));
  assert_error (BEAVER_ERROR_TIMEOUT);

  put (queue, "2", 1);
  g_clear_object (&result);
  beaver_queue_claim_async (queue, 60, -1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  job = beaver_queue_claim_finish (queue, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  beaver_job_extend_async (job, 600, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_job_extend_finish (job, result, &error));
  g_clear_object (&result);
  beaver_job_ack_async (job, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_job_ack_finish (job, result, &error));
  g_assert_no_error (error);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQueue) queue = g_object_ref (get_queue (f, "q"));
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (GAsyncResult) waiting = NULL;

  put (queue, "1", 1);
  job = claim (queue, 60);
  beaver_queue_get_async (queue, -1, NULL, beaver_test_ready, &waiting);
  beaver_db_close (f->db, &error);
  g_assert_no_error (error);
  beaver_test_wait_result (&waiting);
  g_assert_null (beaver_queue_get_finish (queue, waiting, &error));
  g_assert_true (g_str_has_prefix (error->message, "queue “q”: "));
  assert_error (BEAVER_ERROR_CLOSED);
  g_clear_object (&waiting);
  g_assert_false (beaver_queue_put_json (queue, "oops", NAN, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_null (beaver_queue_get (queue, -1, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_false (beaver_job_ack (job, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/queue/order", test_order);
  beaver_test_add ("/queue/conformance", test_conformance);
  beaver_test_add ("/queue/rows", test_rows);
  beaver_test_add ("/queue/blocking", test_blocking);
  beaver_test_add ("/queue/D51-waiting-writes-nothing", test_d51);
  beaver_test_add ("/queue/D51-clear-tells", test_events);
  beaver_test_add ("/queue/bad-input", test_bad_input);
  beaver_test_add ("/queue/damaged", test_damaged);
  beaver_test_add ("/queue/async", test_async);
  beaver_test_add ("/queue/closed", test_closed);
  return g_test_run ();
}
