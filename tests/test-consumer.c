/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "beaver-test-sqlite.h"

static BeaverChannel *
get_channel (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, "news", &error);

  g_assert_no_error (error);
  return channel;
}

static void
publish (Fixture *f, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = g_strdup_printf ("%u", i);

      beaver_channel_publish (get_channel (f), json, NULL, &error);
      g_assert_no_error (error);
    }
}

static BeaverConsumer *
open_consumer (Fixture *f, const char *name, BeaverConsumerStart start)
{
  g_autoptr (GError) error = NULL;
  BeaverConsumer *consumer =
      beaver_channel_open_consumer (get_channel (f), name, start, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (beaver_consumer_get_name (consumer), ==, name);
  g_assert_cmpstr (beaver_consumer_get_channel (consumer), ==, "news");
  return consumer;
}

static BeaverMessage *
next (BeaverConsumer *consumer)
{
  g_autoptr (GError) error = NULL;
  BeaverMessage *message = beaver_consumer_next (consumer, BEAVER_TEST_DEADLINE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  return message;
}

static void
ack (BeaverConsumer *consumer, BeaverMessage *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_consumer_ack (consumer, message, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_range (BeaverConsumer *consumer, guint from, guint to, gboolean acknowledge)
{
  for (guint i = from; i < to; i++)
    {
      g_autoptr (BeaverMessage) message = next (consumer);
      g_autofree char *json = g_strdup_printf ("%u", i);

      g_assert_cmpstr (beaver_message_get_json (message), ==, json);
      if (acknowledge)
        ack (consumer, message);
    }
}

static void
assert_nothing (BeaverConsumer *consumer)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beaver_consumer_next (consumer, 0, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
}

static void
foreign_sql (Fixture *f, const char *sql)
{
  g_autoptr (GSubprocess) process = beaver_test_spawn_python ("run_sql.py", f->path, sql, NULL);

  beaver_test_join (process);
}

static void
test_replay (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverConsumer) consumer = NULL;
  g_autoptr (BeaverConsumer) late = NULL;

  publish (f, 0, 3);
  consumer = open_consumer (f, "audit", BEAVER_CONSUMER_START_BEGINNING);
  late = open_consumer (f, "late", BEAVER_CONSUMER_START_END);
  assert_range (consumer, 0, 3, FALSE);
  assert_nothing (consumer);
  assert_nothing (late);
  publish (f, 3, 5);
  assert_range (consumer, 3, 5, FALSE);
  assert_range (late, 3, 5, TRUE);

  /* nothing was acknowledged: all comes again, after the database was away too */
  g_clear_object (&consumer);
  g_clear_object (&late);
  fixture_reopen (f);
  publish (f, 5, 6);
  consumer = open_consumer (f, "audit", BEAVER_CONSUMER_START_END);
  late = open_consumer (f, "late", BEAVER_CONSUMER_START_BEGINNING);
  assert_range (consumer, 0, 4, TRUE);
  assert_range (consumer, 4, 6, FALSE);
  assert_range (late, 5, 6, TRUE);
  assert_nothing (late);
  g_clear_object (&consumer);
  consumer = open_consumer (f, "audit", BEAVER_CONSUMER_START_END);
  assert_range (consumer, 4, 6, TRUE);
}

/* name:offset:lag:open of all consumers, and that the asynchronous form says the same. */
static char *
describe_consumers (BeaverChannel *channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) infos = beaver_channel_get_consumers (channel, NULL, &error);
  g_autoptr (GPtrArray) again = NULL;
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  beaver_channel_get_consumers_async (channel, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  again = beaver_channel_get_consumers_finish (channel, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->len, ==, infos->len);
  for (guint i = 0; i < infos->len; i++)
    {
      BeaverConsumerInfo *info = infos->pdata[i];

      g_assert_cmpint (beaver_consumer_info_get_lag (again->pdata[i]), ==,
                       beaver_consumer_info_get_lag (info));
      g_assert_cmpint (beaver_consumer_info_get_offset (info) > 0, ==,
                       beaver_consumer_info_get_timestamp (info) > 0);
      g_string_append_printf (
          text, "%s%s:%d:%d:%d", i > 0 ? " " : "", beaver_consumer_info_get_name (info),
          (int) beaver_consumer_info_get_offset (info), (int) beaver_consumer_info_get_lag (info),
          beaver_consumer_info_get_open (info));
    }
  return g_string_free (text, FALSE);
}

#define assert_consumers(channel, expected)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *consumers = describe_consumers (channel);                                     \
    g_assert_cmpstr (consumers, ==, (expected));                                                   \
  }                                                                                                \
  G_STMT_END

/* Who gave it back does not have it any more, whether that is in the file yet or not. */
static void
test_given_back (Fixture *f, gconstpointer data)
{
  guint n = beaver_test_rounds (100);

  publish (f, 0, 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);

      assert_consumers (get_channel (f), "a:0:1:1");
      g_clear_object (&consumer);
      for (guint j = 0; j < i % 8; j++)
        assert_consumers (get_channel (f), "a:0:1:0");
    }
}

static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverConsumer) consumer = NULL;
  g_autoptr (BeaverConsumer) late = NULL;
  g_autoptr (GError) error = NULL;
  BeaverChannel *other = beaver_db_get_channel (f->db, "other", &error);

  assert_consumers (get_channel (f), "");
  publish (f, 0, 3);
  beaver_channel_publish (other, "1", NULL, &error);
  g_assert_no_error (error);
  consumer = open_consumer (f, "b", BEAVER_CONSUMER_START_BEGINNING);
  late = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
  publish (f, 3, 5);
  assert_consumers (get_channel (f), "a:4:2:1 b:0:5:1");
  assert_consumers (other, "");
  assert_range (consumer, 0, 2, TRUE);
  assert_range (consumer, 2, 3, FALSE);
  assert_range (late, 3, 5, TRUE);
  assert_consumers (get_channel (f), "a:6:0:1 b:2:3:1");
  g_clear_object (&late);
  assert_consumers (get_channel (f), "a:6:0:0 b:2:3:1");
  fixture_reopen (f);
  assert_consumers (get_channel (f), "a:6:0:0 b:2:3:0");
  /* what it stopped at is gone, and new messages have the old rowids */
  beaver_manager_clear (BEAVER_MANAGER (get_channel (f)), NULL, &error);
  g_assert_no_error (error);
  publish (f, 5, 7);
  assert_consumers (get_channel (f), "a:6:2:0 b:2:2:0");
}

static void
test_ack (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  g_autoptr (BeaverMessage) first = NULL;
  g_autoptr (BeaverMessage) second = NULL;
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) foreign = NULL;
  BeaverChannel *other;

  publish (f, 0, 4);
  first = next (consumer);
  second = next (consumer);
  ack (consumer, second);
  ack (consumer, first); /* is behind already */
  g_clear_object (&consumer);
  consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  assert_range (consumer, 2, 3, FALSE);

  /* what is rolled back was not acknowledged */
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  {
    g_autoptr (BeaverMessage) message = next (consumer);

    ack (consumer, message);
  }
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  g_clear_object (&consumer);
  consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  assert_range (consumer, 2, 4, FALSE);

  other = beaver_db_get_channel (f->db, "other", &error);
  beaver_channel_publish (other, "1", NULL, &error);
  foreign = beaver_channel_history (other, 1, NULL, &error);
  g_assert_false (beaver_consumer_ack (consumer, foreign->pdata[0], NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
}

static void
test_exclusive (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverConsumer) consumer = NULL;
  g_autoptr (BeaverConsumer) thief = NULL;
  g_autoptr (BeaverMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  guint rounds = beaver_test_rounds (50);

  publish (f, 0, 2);
  for (guint i = 0; i < rounds; i++) /* given back before the next call, whoever drops it */
    {
      g_clear_object (&consumer);
      consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
    }
  g_assert_null (
      beaver_channel_open_consumer (get_channel (f), "a", BEAVER_CONSUMER_START_END, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (beaver_channel_remove_consumer (get_channel (f), "a", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);

  /* the minute is over: somebody else takes it, and the slow one is told */
  message = next (consumer);
  foreign_sql (f, "UPDATE __beaver_x_consumers__ SET lease_until = 1");
  thief = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
  g_assert_false (beaver_consumer_ack (consumer, message, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  g_clear_error (&error);
  assert_range (thief, 0, 2, TRUE);

  g_clear_object (&thief);
  g_assert_true (beaver_channel_remove_consumer (get_channel (f), "a", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_channel_remove_consumer (get_channel (f), "a", NULL, &error));
  g_assert_no_error (error);
}

static void
test_seek (Fixture *f, gconstpointer data)
{
  g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  g_autoptr (BeaverMessage) third = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  publish (f, 0, 10);
  history = beaver_channel_history (get_channel (f), -1, NULL, &error);
  third = g_object_ref (history->pdata[3]);
  assert_range (consumer, 0, 5, FALSE);

  g_assert_true (beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_OFFSET,
                                       beaver_message_get_offset (third), NULL, &error));
  assert_range (consumer, 3, 5, FALSE);
  g_assert_true (beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_TIME,
                                       beaver_message_get_timestamp (third), NULL, &error));
  assert_range (consumer, 3, 10, FALSE);
  assert_nothing (consumer);
  g_assert_true (
      beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_ACKNOWLEDGED, 0, NULL, &error));
  assert_range (consumer, 3, 4, TRUE);
  g_assert_true (beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_BEGINNING, 0, NULL, &error));
  assert_range (consumer, 0, 10, FALSE);
  beaver_consumer_seek_async (consumer, BEAVER_CONSUMER_START_TIME, -1e9, NULL, beaver_test_ready,
                              &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_consumer_seek_finish (consumer, result, &error));
  assert_range (consumer, 0, 2, FALSE);
  g_assert_true (beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_END, 0, NULL, &error));
  assert_nothing (consumer);
  publish (f, 10, 11);
  assert_range (consumer, 10, 11, FALSE);

  g_assert_false (beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_TIME, NAN, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (
      beaver_consumer_seek (consumer, BEAVER_CONSUMER_START_OFFSET, 1e300, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (beaver_consumer_seek (consumer, (BeaverConsumerStart) 99, 0, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (
      beaver_channel_open_consumer (get_channel (f), "", BEAVER_CONSUMER_START_END, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (beaver_channel_open_consumer (get_channel (f), "b", BEAVER_CONSUMER_START_TIME,
                                               NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
}

/* Python writers, and what they and others do to the table while the consumer is away and while it
 * reads. */
static void
test_upheaval (Fixture *f, gconstpointer data)
{
  static const char *const upheavals[] = {
    "DELETE FROM __beaver_pubsub_log__ WHERE channel_name = 'news'",
    "VACUUM",
    "DELETE FROM __beaver_pubsub_log__",
    "UPDATE __beaver_pubsub_log__ SET rowid = rowid + 1000",
  };
  g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  guint n = 0;

  publish (f, 0, 5);
  assert_range (consumer, 0, 5, TRUE);
  n = 5;
  for (guint i = 0; i < 2 * G_N_ELEMENTS (upheavals); i++)
    {
      if (i % 2 == 0)
        g_clear_object (&consumer);
      foreign_sql (f, upheavals[i / 2]);
      foreign_sql (
          f, "INSERT INTO __beaver_pubsub_log__ VALUES ((SELECT MAX(x) FROM (SELECT "
             "(julianday('now') - 2440587.5) * 86400 AS x UNION ALL SELECT MAX(timestamp) + 0.001 "
             "FROM __beaver_pubsub_log__)), 'news', '7777')");
      publish (f, n, n + 20);
      if (consumer == NULL)
        consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
      assert_range (consumer, 7777, 7778, TRUE);
      assert_range (consumer, n, n + 20, TRUE);
      assert_nothing (consumer);
      n += 20;
    }
}

typedef struct
{
  BeaverConsumer *consumer;
  BeaverMessage *message;
  GError *error;
  int entered; /* atomic */
} Sleeper;

static gpointer
sleeper_run (gpointer data)
{
  Sleeper *self = data;

  g_atomic_int_set (&self->entered, 1);
  self->message = beaver_consumer_next (self->consumer, -1, NULL, &self->error);
  return NULL;
}

static void
test_close (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (40);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
      g_autoptr (BeaverConsumer) lonely = open_consumer (f, "b", BEAVER_CONSUMER_START_END);
      g_autoptr (GAsyncResult) pending = NULL;
      g_autoptr (GError) error = NULL;
      Sleeper sleeper = { consumer };
      GThread *thread = g_thread_new ("sleeper", sleeper_run, &sleeper);

      beaver_consumer_next_async (lonely, -1, NULL, beaver_test_ready, &pending);
      beaver_test_wait_until (g_atomic_int_get (&sleeper.entered));
      if (i % 2 == 0)
        {
          beaver_db_close (f->db, &error);
          g_assert_no_error (error);
          beaver_test_assert_all_closed (f->dir);
        }
      else
        {
          beaver_consumer_close (consumer);
          beaver_consumer_close (lonely);
        }
      g_thread_join (thread);
      g_assert_null (sleeper.message);
      if (sleeper.error != NULL) /* it had not come in yet */
        g_assert_error (sleeper.error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      g_clear_error (&sleeper.error);
      beaver_test_wait_result (&pending);
      g_assert_null (beaver_consumer_next_finish (lonely, pending, &error));
      g_assert_no_error (error);
      g_assert_null (beaver_consumer_next (lonely, 0, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      if (i % 2 == 0)
        {
          fixture_close (f);
          fixture_open (f, f->path);
        }
    }
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) acked = NULL;
  g_autoptr (GAsyncResult) over = NULL;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (BeaverConsumer) consumer = NULL;
  g_autoptr (BeaverMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  beaver_channel_open_consumer_async (get_channel (f), "a", BEAVER_CONSUMER_START_BEGINNING, NULL,
                                      beaver_test_ready, &opened);
  beaver_test_wait_result (&opened);
  consumer = beaver_channel_open_consumer_finish (get_channel (f), opened, &error);
  g_assert_no_error (error);
  beaver_consumer_next_async (consumer, -1, NULL, beaver_test_ready, &first);
  publish (f, 0, 2);
  beaver_test_wait_result (&first);
  message = beaver_consumer_next_finish (consumer, first, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (message), ==, "0");
  beaver_consumer_ack_async (consumer, message, NULL, beaver_test_ready, &acked);
  beaver_test_wait_result (&acked);
  g_assert_true (beaver_consumer_ack_finish (consumer, acked, &error));
  assert_range (consumer, 1, 2, TRUE);
  beaver_consumer_next_async (consumer, 0.02, NULL, beaver_test_ready, &over);
  beaver_test_wait_result (&over);
  g_assert_null (beaver_consumer_next_finish (consumer, over, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_assert_true (g_str_has_prefix (error->message, "channel “"));
  g_clear_error (&error);
  beaver_consumer_close (consumer);
  beaver_channel_remove_consumer_async (get_channel (f), "a", NULL, beaver_test_ready, &removed);
  beaver_test_wait_result (&removed);
  g_assert_true (beaver_channel_remove_consumer_finish (get_channel (f), removed, &error));
  g_assert_no_error (error);
}

/* The last message seen is gone, and much of other channels lies between: who only asks and never
 * waits gets on all the same. */
static void
test_polling_behind_others (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_BEGINNING);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  BeaverChannel *other = beaver_db_get_channel (f->db, "other", &error);

  publish (f, 0, 1);
  assert_range (consumer, 0, 1, TRUE);
  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (others, (gpointer) "null");
  g_ptr_array_add (others, NULL);
  beaver_channel_publish_batch (other, (const char *const *) others->pdata, NULL, &error);
  g_assert_no_error (error);
  beaver_manager_clear (BEAVER_MANAGER (get_channel (f)), NULL, &error);
  g_assert_no_error (error);
  publish (f, 1, 2);
  {
    g_autoptr (BeaverMessage) message = beaver_consumer_next (consumer, 0, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (message);
    g_assert_cmpstr (beaver_message_get_json (message), ==, "1");
  }
}

static gboolean
is_given_back (sqlite3 *raw)
{
  g_autofree char *owner = raw_query (raw, "SELECT owner FROM __beaver_x_consumers__");

  return *owner == '\0';
}

/* Closing gives it back whatever becomes of the transaction in which that happens, and needs no
 * main loop to do so, nor leaves anything for one. */
static void
test_close_rolled_back (Fixture *f, gconstpointer data)
{
  sqlite3 *raw = raw_open (f->path);

  while (g_main_context_iteration (NULL, FALSE)) /* of tests before */
    ;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverConsumer) consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

      g_assert_no_error (error);
      g_clear_object (&consumer);
      g_assert_true (beaver_transaction_rollback (transaction, &error));
      g_assert_no_error (error);
      beaver_test_wait_until (is_given_back (raw));
      g_assert_false (g_main_context_pending (NULL));
    }
  raw_close (raw);
}

/* Takes some messages, acknowledges most, and is killed. */
static int
role_take (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (argv[2], NULL, &error);
  g_autoptr (BeaverConsumer) consumer = NULL;

  g_assert_no_error (error);
  consumer = beaver_channel_open_consumer (beaver_db_get_channel (db, "news", &error), "a",
                                           BEAVER_CONSUMER_START_BEGINNING, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0;; i++)
    {
      g_autoptr (BeaverMessage) message = next (consumer);

      g_print ("%s\n", beaver_message_get_json (message));
      if (i == 7)
        for (;;)
          g_poll (NULL, 0, 1000);
      ack (consumer, message);
    }
  return 0;
}

/* A process that dies in the middle has acknowledged seven: the eighth comes again. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (BeaverConsumer) consumer = NULL;
  g_autoptr (GError) error = NULL;

  publish (f, 0, 20);
  process = beaver_test_spawn_self ("take", f->path, NULL);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *line = beaver_test_read_line (process);

      g_assert_cmpint (atoi (line), ==, (int) i);
    }
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (
      beaver_channel_open_consumer (get_channel (f), "a", BEAVER_CONSUMER_START_END, NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
  foreign_sql (f, "UPDATE __beaver_x_consumers__ SET lease_until = lease_until - 61");
  consumer = open_consumer (f, "a", BEAVER_CONSUMER_START_END);
  assert_range (consumer, 7, 20, TRUE);
  assert_nothing (consumer);
}

int
main (int argc, char *argv[])
{
  if (argc > 1 && g_str_equal (argv[1], "take"))
    return role_take (argc, argv);

  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/consumer/list", test_list);
  beaver_test_add ("/consumer/given-back", test_given_back);
  beaver_test_add ("/consumer/replay", test_replay);
  beaver_test_add ("/consumer/ack", test_ack);
  beaver_test_add ("/consumer/exclusive", test_exclusive);
  beaver_test_add ("/consumer/seek", test_seek);
  beaver_test_add ("/consumer/upheaval", test_upheaval);
  beaver_test_add ("/consumer/async", test_async);
  beaver_test_add ("/consumer/close", test_close);
  beaver_test_add ("/consumer/polling-behind-others", test_polling_behind_others);
  beaver_test_add ("/consumer/close-rolled-back", test_close_rolled_back);
  beaver_test_add ("/consumer/killed", test_killed);
  return g_test_run ();
}
