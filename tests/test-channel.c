/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "channel-helpers.h"

/* ---- publishing and reading back ---- */

static void
test_publish_history (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) two = NULL;
  g_autoptr (GPtrArray) none = NULL;
  double last = 0;

  g_assert_true (channel == get_channel (f, "news"));
  for (guint i = 0; i < 5; i++)
    publish_number (channel, i);
  g_assert_cmpint (count (channel), ==, 5);

  all = beaver_channel_history (channel, 100, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 5);
  for (guint i = 0; i < all->len; i++)
    {
      BeaverMessage *message = all->pdata[i];
      g_autofree char *json = g_strdup_printf ("%u", i);

      g_assert_cmpstr (beaver_message_get_json (message), ==, json);
      g_assert_cmpstr (beaver_message_get_channel (message), ==, "news");
      g_assert_cmpfloat (beaver_message_get_timestamp (message), >, last);
      g_assert_cmpint (beaver_message_get_offset (message), >, 0);
      last = beaver_message_get_timestamp (message);
    }
  two = beaver_channel_history (channel, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (two->len, ==, 2);
  g_assert_cmpstr (beaver_message_get_json (two->pdata[0]), ==, "3");
  none = beaver_channel_history (channel, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_batch (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  const char *good[] = { "1", " {\"a\":2} ", "\"\\u00fc\"", NULL };
  const char *bad[] = { "1", "{", NULL };
  const char *none[] = { NULL };
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_channel_publish_batch (channel, good, NULL, &error));
  g_assert_no_error (error);
  assert_next (subscription, "1");
  assert_next (subscription, "{\"a\": 2}");
  assert_next (subscription, "\"\\u00fc\"");

  g_assert_false (beaver_channel_publish_batch (channel, bad, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "2 of 2"));
  g_clear_error (&error);
  g_assert_true (beaver_channel_publish_batch (channel, none, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (channel), ==, 3);
  assert_nothing (subscription);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  const char *batch[] = { "2", "3", NULL };
  g_autoptr (GAsyncResult) subscribed = NULL;
  g_autoptr (GAsyncResult) published = NULL;
  g_autoptr (GAsyncResult) batched = NULL;
  g_autoptr (GAsyncResult) read = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (BeaverSubscription) subscription = NULL;
  g_autoptr (BeaverMessage) message = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GError) error = NULL;

  beaver_channel_subscribe_async (channel, NULL, beaver_test_ready, &subscribed);
  beaver_test_wait_result (&subscribed);
  subscription = beaver_channel_subscribe_finish (channel, subscribed, &error);
  g_assert_no_error (error);

  beaver_subscription_next_async (subscription, -1, NULL, beaver_test_ready, &first);
  beaver_channel_publish_async (channel, "1", NULL, beaver_test_ready, &published);
  beaver_channel_publish_batch_async (channel, batch, NULL, beaver_test_ready, &batched);
  beaver_test_wait_result (&published);
  g_assert_true (beaver_channel_publish_finish (channel, published, &error));
  g_assert_no_error (error);
  beaver_test_wait_result (&batched);
  g_assert_true (beaver_channel_publish_batch_finish (channel, batched, &error));
  g_assert_no_error (error);
  beaver_test_wait_result (&first);
  message = beaver_subscription_next_finish (subscription, first, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (message), ==, "1");
  g_clear_object (&message);
  beaver_subscription_next_async (subscription, BEAVER_TEST_DEADLINE, NULL, beaver_test_ready,
                                  &second);
  beaver_test_wait_result (&second);
  message = beaver_subscription_next_finish (subscription, second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (message), ==, "2");

  beaver_channel_history_async (channel, -1, NULL, beaver_test_ready, &read);
  beaver_test_wait_result (&read);
  history = beaver_channel_history_finish (channel, read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 3);
}

/* ---- subscribing ---- */

static void
test_subscribe (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  BeaverChannel *other = get_channel (f, "other");
  g_autoptr (BeaverSubscription) first = NULL;
  g_autoptr (BeaverSubscription) second = NULL;

  publish (channel, "\"before\"");
  first = subscribe (channel);
  g_assert_cmpstr (beaver_subscription_get_channel (first), ==, "news");
  publish (channel, "1");
  second = subscribe (channel);
  publish (other, "\"elsewhere\"");
  publish (channel, "2");

  assert_next (first, "1");
  assert_next (first, "2");
  assert_next (second, "2");
  assert_nothing (first);
  assert_nothing (second);

  /* the last one gone, the thread goes, and comes again */
  g_clear_object (&first);
  g_clear_object (&second);
  beaver_test_wait_until (beaver_test_count_threads () <= 1 || f->db == NULL);
  publish (channel, "3");
  first = subscribe (channel);
  publish (channel, "4");
  assert_next (first, "4");
  assert_nothing (first);
}

static void
test_many_subscribe (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  guint rounds = beaver_test_rounds (100);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (BeaverSubscription) subscription = subscribe (channel);

      publish_number (channel, i);
      assert_next_number (subscription, i);
      assert_nothing (subscription);
    }
}

static void
test_next_contract (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_null (beaver_subscription_next (subscription, 0.05, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 45000);

  g_assert_null (beaver_subscription_next (subscription, NAN, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);

  publish (channel, "1");
  beaver_test_wait_until (beaver_subscription_get_waiting (subscription) == 1);
  g_cancellable_cancel (cancelled);
  g_assert_null (beaver_subscription_next (subscription, 1, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_next (subscription, "1"); /* not lost */

  g_assert_false (beaver_subscription_is_closed (subscription));
  beaver_subscription_close (subscription);
  beaver_subscription_close (subscription);
  g_assert_true (beaver_subscription_is_closed (subscription));
  g_assert_null (beaver_subscription_next (subscription, -1, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

typedef struct
{
  BeaverSubscription *subscription;
  GCancellable *cancellable;
  double timeout;
  BeaverMessage *message;
  GError *error;
  int entered; /* atomic */
} Sleeper;

static gpointer
sleeper_run (gpointer data)
{
  Sleeper *self = data;

  g_atomic_int_set (&self->entered, 1);
  self->message =
      beaver_subscription_next (self->subscription, self->timeout, self->cancellable, &self->error);
  return NULL;
}

static void
test_cancel_blocked (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  guint rounds = beaver_test_rounds (100);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Sleeper sleeper = { subscription, cancellable, i % 2 ? -1 : 1e12 };
      GThread *thread = g_thread_new ("sleeper", sleeper_run, &sleeper);

      beaver_test_wait_until (g_atomic_int_get (&sleeper.entered));
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      g_assert_null (sleeper.message);
      g_assert_error (sleeper.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&sleeper.error);
    }
}

static void
test_next_async_contract (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) over = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) ended = NULL;
  g_autoptr (BeaverMessage) one = NULL;
  g_autoptr (BeaverMessage) two = NULL;
  g_autoptr (GError) error = NULL;

  beaver_subscription_next_async (subscription, 0.01, NULL, beaver_test_ready, &over);
  beaver_subscription_next_async (subscription, -1, cancellable, beaver_test_ready, &cancelled);
  beaver_subscription_next_async (subscription, -1, NULL, beaver_test_ready, &first);
  beaver_subscription_next_async (subscription, 60, NULL, beaver_test_ready, &second);
  beaver_test_wait_result (&over);
  g_assert_null (beaver_subscription_next_finish (subscription, over, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  beaver_test_wait_result (&cancelled);
  g_assert_null (beaver_subscription_next_finish (subscription, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  publish (channel, "1");
  publish (channel, "2");
  beaver_test_wait_result (&first);
  beaver_test_wait_result (&second);
  one = beaver_subscription_next_finish (subscription, first, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (one), ==, "1");
  two = beaver_subscription_next_finish (subscription, second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (two), ==, "2");

  beaver_subscription_next_async (subscription, -1, NULL, beaver_test_ready, &ended);
  beaver_subscription_close (subscription);
  beaver_test_wait_result (&ended);
  g_assert_null (beaver_subscription_next_finish (subscription, ended, &error));
  g_assert_no_error (error);
}

static void
on_message (BeaverSubscription *subscription, BeaverMessage *message, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (beaver_message_get_json (message)));
}

static void
on_closed (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_signal (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  guint closed = 0;

  publish (channel, "0"); /* before the handler: it waits for the context */
  beaver_test_wait_until (beaver_subscription_get_waiting (subscription) == 1);
  g_signal_connect (subscription, "message", G_CALLBACK (on_message), seen);
  g_signal_connect (subscription, "notify::closed", G_CALLBACK (on_closed), &closed);
  for (guint i = 1; i < 300; i++)
    publish_number (channel, i);
  beaver_test_spin_until (NULL, seen->len == 300);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *json = g_strdup_printf ("%u", i);

      g_assert_cmpstr (seen->pdata[i], ==, json);
    }
  beaver_channel_close_subscriptions (channel);
  beaver_test_spin_until (NULL, closed == 1);
  g_assert_true (beaver_subscription_is_closed (subscription));
}

static void
test_capacity (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) slow = subscribe (channel);
  g_autoptr (BeaverSubscription) fast = subscribe (channel);

  g_assert_cmpuint (beaver_subscription_get_capacity (slow), ==, 1024);
  g_object_set (slow, "capacity", 10, NULL);
  for (guint i = 0; i < 100; i++)
    publish_number (channel, i);
  for (guint i = 0; i < 100; i++)
    assert_next_number (fast, i);
  g_assert_cmpuint (beaver_subscription_get_dropped (slow), ==, 90);
  g_assert_cmpuint (beaver_subscription_get_dropped (fast), ==, 0);
  g_assert_cmpuint (beaver_subscription_get_waiting (slow), ==, 10);
  beaver_subscription_set_capacity (slow, 4);
  g_assert_cmpuint (beaver_subscription_get_dropped (slow), ==, 96);
  for (guint i = 96; i < 100; i++)
    assert_next_number (slow, i);
  assert_nothing (slow);
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (BeaverSubscription) inside = NULL;
  g_autoptr (GError) error = NULL;

  /* never what is rolled back */
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  publish (channel, "\"never\"");
  g_assert_cmpint (count (channel), ==, 1);
  assert_nothing (subscription);
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  g_clear_object (&transaction);

  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  publish (channel, "1");
  inside = subscribe (channel); /* what is not committed yet is to come */
  publish (channel, "2");
  assert_nothing (subscription);
  assert_nothing (inside);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_no_error (error);
  assert_next (subscription, "1");
  assert_next (subscription, "2");
  assert_next (inside, "1");
  assert_next (inside, "2");
  assert_nothing (subscription);
  assert_nothing (inside);
}

/* ---- keeping ---- */

static void
test_retention_count (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  BeaverChannel *other = get_channel (f, "other");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) left = NULL;

  publish (other, "0");
  for (guint i = 0; i < 1000; i++)
    publish_number (channel, i);
  g_assert_true (beaver_channel_set_retention (channel, 0, 10, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (beaver_channel_get_max_count (channel), ==, 10);
  publish (channel, "1000"); /* a portion only */
  g_assert_cmpint (count (channel), <, 1000);
  g_assert_cmpint (count (channel), >, 100);
  for (guint i = 1001; i < 1010; i++)
    publish_number (channel, i);
  g_assert_cmpint (count (channel), ==, 10);
  g_assert_cmpint (count (other), ==, 1);
  left = beaver_channel_history (channel, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (left->pdata[0]), ==, "1000");
  g_assert_cmpstr (beaver_message_get_json (left->pdata[9]), ==, "1009");

  /* it lies in the file */
  fixture_reopen (f);
  channel = get_channel (f, "news");
  for (guint i = 0; i < 20; i++)
    publish_number (channel, i);
  g_assert_cmpint (count (channel), ==, 10);
  g_assert_true (beaver_channel_set_retention (channel, 0, 0, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 20; i++)
    publish_number (channel, i);
  g_assert_cmpint (count (channel), ==, 30);
}

/* Limits that were never committed remove nothing. */
static void
test_retention_rolled_back (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = NULL;

  for (guint i = 0; i < 10; i++)
    publish_number (channel, i);
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_channel_set_retention (channel, 0, 1, NULL, &error));
  g_assert_no_error (error);
  publish_number (channel, 10);
  g_assert_cmpint (count (channel), ==, 1);
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  publish_number (channel, 10);
  g_assert_cmpint (count (channel), ==, 11);
  g_assert_cmpint (beaver_channel_get_max_count (channel), ==, 0);
}

/* A database in memory has one connection, which belongs to the transaction: to subscribe there
 * would wait for its end for ever. */
static void
test_memory_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (BeaverSubscription) subscription = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel;

  fixture_close (f);
  fixture_open (f, ":memory:");
  channel = get_channel (f, "news");
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (beaver_channel_subscribe (channel, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  beaver_channel_subscribe_async (channel, NULL, beaver_test_ready, &result);
  publish_number (channel, 1);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_no_error (error);
  beaver_test_wait_result (&result);
  subscription = beaver_channel_subscribe_finish (channel, result, &error);
  g_assert_no_error (error);
  publish_number (channel, 2);
  assert_next_number (subscription, 2);
}

/* A program without a main loop subscribes and goes again and again: nothing of that may wait for a
 * loop that never runs. */
static void
test_without_loop (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");

  while (g_main_context_iteration (NULL, FALSE)) /* of tests before */
    ;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (BeaverSubscription) subscription = subscribe (channel);

      publish_number (channel, i);
      assert_next_number (subscription, i);
      if (i > 0)
        beaver_subscription_close (subscription);
      g_clear_object (&subscription);
      g_assert_false (g_main_context_pending (NULL));
    }
}

static void
test_retention_age (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) pruned = NULL;
  g_autoptr (GError) error = NULL;

  foreign_sql (f, "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
                  "INSERT INTO __beaver_pubsub_log__ SELECT 1000.0 + i, 'news', '0' FROM n");
  beaver_channel_set_retention_async (channel, 3600, 0, NULL, beaver_test_ready, &set);
  beaver_test_wait_result (&set);
  g_assert_true (beaver_channel_set_retention_finish (channel, set, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (beaver_channel_get_max_age (channel), ==, 3600);
  publish (channel, "1");
  g_assert_cmpint (count (channel), ==, 1001 - 257);
  beaver_channel_prune_async (channel, NULL, beaver_test_ready, &pruned);
  beaver_test_wait_result (&pruned);
  g_assert_cmpint (beaver_channel_prune_finish (channel, pruned, &error), ==, 1000 - 257);
  g_assert_no_error (error);
  g_assert_cmpint (count (channel), ==, 1);
  g_assert_cmpint (beaver_channel_prune (channel, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

/* ---- files of beaver-db ---- */

static void
test_fixture_file (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("channels");
  JsonObject *expect = json_object_get_object_member (json_node_get_object (root), "expect");
  g_autoptr (GList) members = json_object_get_members (expect);
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  fixture_open_data (f, "channels");
  for (GList *l = members; l != NULL; l = l->next)
    {
      BeaverChannel *channel = get_channel (f, l->data);
      JsonObject *object = json_object_get_object_member (expect, l->data);
      const struct
      {
        const char *member;
        gint64 limit;
      } lists[] = { { "history_default", 100 }, { "history_limit_3", 3 } };

      g_assert_cmpint (count (channel), ==, json_object_get_int_member (object, "count"));
      for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
        {
          JsonArray *rows = json_object_get_array_member (object, lists[i].member);
          g_autoptr (GPtrArray) history =
              beaver_channel_history (channel, lists[i].limit, NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpuint (history->len, ==, json_array_get_length (rows));
          for (guint j = 0; j < history->len; j++)
            {
              JsonArray *row = json_array_get_array_element (rows, j);
              g_autoptr (JsonNode) node = beaver_message_get_node (history->pdata[j], &error);

              g_assert_no_error (error);
              g_assert_cmpfloat (beaver_message_get_timestamp (history->pdata[j]), ==,
                                 json_array_get_double_element (row, 0));
              g_assert_true (json_node_equal (node, json_array_get_element (row, 1)));
            }
        }
    }
  names = beaver_db_get_channel_names (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  g_assert_cmpstr (names[0], ==, "news");
}

/* ---- bad input ---- */

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  const char *bad[] = { NULL, "", "{", "NaN", "[1,]", "\xff", "'a'", "1 2" };
  const char *odd[] = { "100%s", "a'b\"c", "ünï", " ", "__events_x__" };
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_false (beaver_channel_publish (channel, bad[i], NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "channel “news”: "));
      g_clear_error (&error);
      beaver_channel_publish_async (channel, bad[i], NULL, beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_false (beaver_channel_publish_finish (channel, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_null (beaver_db_get_channel (f->db, "", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_db_get_channel (f->db, "\xff", &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_channel_set_retention (channel, -1, 0, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_channel_set_retention (channel, NAN, 0, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_channel_set_retention (channel, 0, -1, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  assert_nothing (subscription);

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      BeaverChannel *strange = get_channel (f, odd[i]);
      g_autoptr (BeaverSubscription) listening = subscribe (strange);

      publish_number (strange, i);
      assert_next_number (listening, i);
      g_assert_cmpint (count (strange), ==, 1);
    }
  assert_nothing (subscription);

  /* what others wrote */
  foreign_sql (f, "INSERT INTO __beaver_pubsub_log__ VALUES (1.0, 'news', 'no json'), "
                  "(2.0, 'news', X'ff61'), (3.0, 'news', 7), (4.0, 'news', '')");
  assert_next (subscription, "no json");
  assert_next (subscription, "\xef\xbf\xbd"
                             "a");
  assert_next (subscription, "7");
  {
    g_autoptr (BeaverMessage) message = next (subscription);

    g_assert_cmpstr (beaver_message_get_json (message), ==, "");
    g_assert_null (beaver_message_get_node (message, &error));
    g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
  }
}

/* ---- closing ---- */

static void
test_close_blocked (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (60);

  for (guint i = 0; i < rounds; i++)
    {
      BeaverChannel *channel = get_channel (f, "news");
      BeaverSubscription *subscriptions[3] = { subscribe (channel), subscribe (channel),
                                               subscribe (get_channel (f, "b")) };
      Sleeper sleepers[3] = { { NULL } };
      GThread *threads[3];
      g_autoptr (GAsyncResult) pending = NULL;
      g_autoptr (BeaverSubscription) lonely = subscribe (channel);
      g_autoptr (GError) error = NULL;

      g_object_ref (channel);
      for (guint j = 0; j < 3; j++)
        {
          sleepers[j].subscription = subscriptions[j];
          sleepers[j].timeout = -1;
          threads[j] = g_thread_new ("sleeper", sleeper_run, &sleepers[j]);
        }
      beaver_subscription_next_async (lonely, -1, NULL, beaver_test_ready, &pending);
      for (guint j = 0; j < 3; j++)
        beaver_test_wait_until (g_atomic_int_get (&sleepers[j].entered));

      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      for (guint j = 0; j < 3; j++)
        {
          g_thread_join (threads[j]);
          g_assert_null (sleepers[j].message);
          if (sleepers[j].error != NULL) /* it had not come in yet */
            g_assert_error (sleepers[j].error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          g_clear_error (&sleepers[j].error);
          g_object_unref (subscriptions[j]);
        }
      beaver_test_wait_result (&pending);
      g_assert_null (beaver_subscription_next_finish (lonely, pending, &error));
      g_assert_no_error (error);

      g_assert_null (beaver_subscription_next (lonely, 0, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_null (beaver_channel_subscribe (channel, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_false (beaver_channel_publish (channel, "1", NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&error);
      g_object_unref (channel);
      fixture_close (f);
      fixture_open (f, f->path);
    }
}

static gpointer
subscribe_run (gpointer data)
{
  BeaverChannel *channel = data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverSubscription) subscription =
          beaver_channel_subscribe (channel, NULL, &error);

      if (subscription == NULL)
        {
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          return NULL;
        }
    }
}

/* Subscribing and going in a loop while the database is closed. */
static void
test_close_subscribing (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (40);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (BeaverChannel) channel = g_object_ref (get_channel (f, "news"));
      GThread *threads[4];
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 4; j++)
        threads[j] = g_thread_new ("subscriber", subscribe_run, channel);
      for (guint j = 0; j < i % 7; j++)
        publish_number (channel, j);
      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      for (guint j = 0; j < 4; j++)
        g_thread_join (threads[j]);
      g_clear_object (&channel);
      fixture_close (f);
      fixture_open (f, f->path);
    }
}

/* ---- cost ---- */

static gpointer
idle_run (gpointer data)
{
  g_assert_null (beaver_subscription_next (data, -1, NULL, NULL));
  return NULL;
}

static void
test_idle (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  double window = g_getenv ("BEAVER_TEST_IDLE") != NULL ?
                      g_ascii_strtod (g_getenv ("BEAVER_TEST_IDLE"), NULL) :
                      3.0;
  GThread *thread;
  guint64 woken;

  publish (channel, "1");
  assert_next (subscription, "1");
  thread = g_thread_new ("idle", idle_run, subscription);
  beaver_test_settle ("beaver-", 1);
  woken = beaver_test_count_wakeups ("beaver-", 1, window);
  g_test_message ("%" G_GUINT64_FORMAT " wake-ups in %g s", woken, window);
  g_assert_cmpuint (woken, <=, 1 + (guint) (window / 10));
  beaver_subscription_close (subscription);
  g_thread_join (thread);
}

typedef struct
{
  BeaverSubscription *subscription;
  guint n;
  gint64 *received; /* ns */
  int got;          /* atomic */
} Receiver;

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static gpointer
receiver_run (gpointer data)
{
  Receiver *self = data;

  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (BeaverMessage) message = next (self->subscription);

      self->received[i] = now_ns ();
      g_atomic_int_inc (&self->got);
    }
  return NULL;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static gpointer
pong_run (gpointer data)
{
  GAsyncQueue **queues = data;

  for (gpointer ball = NULL; ball != queues;)
    {
      ball = g_async_queue_pop (queues[0]);
      g_async_queue_push (queues[1], ball);
    }
  return NULL;
}

/* How long it takes, half of the times, until a thread that sleeps has been woken, has woken the
 * one that wakes it, and that one has got to run: what this machine needs at the moment. */
static gint64
median_wake (guint n)
{
  GAsyncQueue *queues[] = { g_async_queue_new (), g_async_queue_new () };
  GThread *thread = g_thread_new ("pong", pong_run, queues);
  g_autofree gint64 *times = g_new (gint64, n);

  for (guint i = 0; i < n; i++)
    {
      gint64 start = now_ns ();

      g_async_queue_push (queues[0], i + 1 < n ? (gpointer) times : queues);
      g_async_queue_pop (queues[1]);
      times[i] = now_ns () - start;
      g_poll (NULL, 0, 1);
    }
  g_thread_join (thread);
  g_async_queue_unref (queues[0]);
  g_async_queue_unref (queues[1]);
  qsort (times, n, sizeof *times, compare_times);
  return times[n / 2];
}

/* Printed, and bounded only where a poll instead of a wake would show. */
static void
test_latency (Fixture *f, gconstpointer data)
{
  guint n = beaver_test_rounds (500);
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autofree gint64 *sent = g_new (gint64, n);
  g_autofree gint64 *received = g_new (gint64, n);
  Receiver receiver = { subscription, n, received, 0 };
  GThread *thread = g_thread_new ("receiver", receiver_run, &receiver);
  gint64 wake;

  for (guint i = 0; i < n; i++)
    {
      publish_number (channel, i);
      sent[i] = now_ns ();
      while (g_atomic_int_get (&receiver.got) <= (int) i)
        g_poll (NULL, 0, 1);
    }
  g_thread_join (thread);
  for (guint i = 0; i < n; i++)
    received[i] -= sent[i];
  qsort (received, n, sizeof *received, compare_times);
  g_test_message ("commit to received: p50 %.1f us, p90 %.1f us, p99 %.1f us",
                  received[n / 2] / 1e3, received[n * 9 / 10] / 1e3, received[n * 99 / 100] / 1e3);
  /* where others take the processors, each of the threads on the way waits for its turn */
  wake = median_wake (n);
  g_test_message ("a wake-up there and back: p50 %.1f us", wake / 1e3);
  g_assert_cmpint (received[n / 2], <, 20 * 1000 * 1000 + 10 * wake);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/channel/publish-history", test_publish_history);
  beaver_test_add ("/channel/batch", test_batch);
  beaver_test_add ("/channel/async", test_async);
  beaver_test_add ("/channel/subscribe", test_subscribe);
  beaver_test_add ("/channel/E3-leaving-never-blocks", test_many_subscribe);
  beaver_test_add ("/channel/next", test_next_contract);
  beaver_test_add ("/channel/next/cancel", test_cancel_blocked);
  beaver_test_add ("/channel/next-async", test_next_async_contract);
  beaver_test_add ("/channel/signal", test_signal);
  beaver_test_add ("/channel/D17-queues-are-bounded", test_capacity);
  beaver_test_add ("/channel/D10-what-is-rolled-back-is-never-seen", test_transaction);
  beaver_test_add ("/channel/D17-retention-count", test_retention_count);
  beaver_test_add ("/channel/D17-retention-age", test_retention_age);
  beaver_test_add ("/channel/retention-rolled-back", test_retention_rolled_back);
  beaver_test_add ("/channel/memory-transaction", test_memory_transaction);
  beaver_test_add ("/channel/without-loop", test_without_loop);
  beaver_test_add ("/channel/fixture", test_fixture_file);
  beaver_test_add ("/channel/bad-input", test_bad_input);
  beaver_test_add ("/channel/D18-close-wakes-the-blocked", test_close_blocked);
  beaver_test_add ("/channel/close-while-subscribing", test_close_subscribing);
  beaver_test_add ("/channel/idle", test_idle);
  beaver_test_add ("/channel/latency", test_latency);
  return g_test_run ();
}
