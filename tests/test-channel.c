/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "beaver-test.h"

static BeaverChannel *
get_channel (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, name, &error);

  g_assert_no_error (error);
  g_assert_nonnull (channel);
  return channel;
}

static void
publish (BeaverChannel *channel, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_channel_publish (channel, json, NULL, &error);
  g_assert_no_error (error);
}

static void
publish_number (BeaverChannel *channel, guint number)
{
  g_autofree char *json = g_strdup_printf ("%u", number);

  publish (channel, json);
}

static BeaverSubscription *
subscribe (BeaverChannel *channel)
{
  g_autoptr (GError) error = NULL;
  BeaverSubscription *subscription = beaver_channel_subscribe (channel, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (subscription);
  return subscription;
}

static BeaverMessage *
next (BeaverSubscription *subscription)
{
  g_autoptr (GError) error = NULL;
  BeaverMessage *message =
      beaver_subscription_next (subscription, BEAVER_TEST_DEADLINE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  return message;
}

static void
assert_next (BeaverSubscription *subscription, const char *json)
{
  g_autoptr (BeaverMessage) message = next (subscription);

  g_assert_cmpstr (beaver_message_get_json (message), ==, json);
}

static void
assert_next_number (BeaverSubscription *subscription, guint number)
{
  g_autofree char *json = g_strdup_printf ("%u", number);

  assert_next (subscription, json);
}

static void
assert_nothing (BeaverSubscription *subscription)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverMessage) message = beaver_subscription_next (subscription, 0, NULL, &error);

  g_assert_null (message);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
}

static gint64
count (BeaverChannel *channel)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (channel), NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* Runs SQL with another program's plain SQLite, in a process of its own. */
static void
foreign_sql (Fixture *f, const char *sql)
{
  g_autoptr (GSubprocess) process = beaver_test_spawn_python ("run_sql.py", f->path, sql, NULL);

  beaver_test_join (process);
}

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
  beaver_subscription_next_async (subscription, 5, NULL, beaver_test_ready, &second);
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/channel/publish-history", test_publish_history);
  beaver_test_add ("/channel/batch", test_batch);
  beaver_test_add ("/channel/async", test_async);
  beaver_test_add ("/channel/subscribe", test_subscribe);
  beaver_test_add ("/channel/many-subscribe", test_many_subscribe);
  return g_test_run ();
}
