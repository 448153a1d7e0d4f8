/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-helpers.h"

/* ---- the order, whoever writes ---- */

/* A subscriber that stays behind its clock sees rows that are stamped before what it saw last, from
 * a process whose clock is slow, and from one that only writes now and then. */
static void
test_clock_steps_back (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  g_autoptr (GSubprocess) process = NULL;

  publish (channel, "1");
  assert_next (subscription, "1");
  process = beaver_test_spawn_python ("publish.py", f->path, "news", "slow", "3", "-3600", NULL);
  beaver_test_write_line (process, "go");
  beaver_test_join (process);
  publish (channel, "2");
  assert_next (subscription, "{\"from\": \"slow\", \"n\": 0}");
  assert_next (subscription, "{\"from\": \"slow\", \"n\": 1}");
  assert_next (subscription, "{\"from\": \"slow\", \"n\": 2}");
  assert_next (subscription, "2");
  assert_nothing (subscription);
}

/* Each stamp is greater than all there are, across channels, and readers by time see all. */
static void
test_stamps_grow (Fixture *f, gconstpointer data)
{
  BeaverChannel *channels[] = { get_channel (f, "a"), get_channel (f, "b") };
  double last = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) newest = NULL;

      publish_number (channels[i % 2], i);
      newest = beaver_channel_history (channels[i % 2], 1, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (beaver_message_get_timestamp (newest->pdata[0]), >, last);
      last = beaver_message_get_timestamp (newest->pdata[0]);
    }
}

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    ++*(guint *) data;
  return G_LOG_WRITER_HANDLED;
}

/* The writer of structured messages can be set once in a process. */
static guint warnings;

static void
test_future_stamp (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);
  guint before = warnings;

  publish (channel, "1");
  g_assert_cmpfloat (beaver_channel_get_clock_ahead (channel), ==, 0);
  foreign_sql (f, "INSERT INTO __beaver_pubsub_log__ VALUES "
                  "(strftime('%s', 'now') + 86400.0, 'other', '\"tomorrow\"')");
  publish (channel, "2");
  publish (channel, "3");
  g_assert_cmpuint (warnings, ==, before + 1);
  g_assert_cmpfloat (beaver_channel_get_clock_ahead (channel), >, 86000);
  assert_next (subscription, "1");
  assert_next (subscription, "2");
  assert_next (subscription, "3");

  foreign_sql (f, "DELETE FROM __beaver_pubsub_log__ WHERE timestamp > strftime('%s', 'now') + 60");
  publish (channel, "4");
  g_assert_cmpfloat (beaver_channel_get_clock_ahead (channel), ==, 0);
  assert_next (subscription, "4");

  /* what no clock wrote */
  foreign_sql (f, "INSERT INTO __beaver_pubsub_log__ VALUES (9e999, 'news', '\"infinity\"'), "
                  "('never', 'news', '\"text\"'), (NULL, 'news', '\"null\"')");
  publish (channel, "5");
  assert_next (subscription, "\"infinity\"");
  assert_next (subscription, "\"text\"");
  assert_next (subscription, "\"null\"");
  assert_next (subscription, "5");
  assert_nothing (subscription);
}

typedef struct
{
  const char *sql;
  const char *what;
} Upheaval;

static const Upheaval upheavals[] = {
  { "DELETE FROM __beaver_pubsub_log__ WHERE channel_name = 'news'", "clear" },
  { "DELETE FROM __beaver_pubsub_log__", "clear-all" },
  { "VACUUM", "vacuum" },
  { "DELETE FROM __beaver_pubsub_log__ WHERE rowid = (SELECT MAX(rowid) FROM "
    "__beaver_pubsub_log__)",
    "newest" },
  { "DELETE FROM __beaver_pubsub_log__ WHERE channel_name = 'early'", "oldest" },
  { "UPDATE __beaver_pubsub_log__ SET rowid = rowid + 1000", "renumbered" },
};

static void
test_resume (Fixture *f, gconstpointer data)
{
  const Upheaval *upheaval = data;
  BeaverChannel *channel = get_channel (f, "news");
  BeaverChannel *early = get_channel (f, "early");
  g_autoptr (BeaverSubscription) subscription = NULL;
  guint n = 0;

  for (guint i = 0; i < 10; i++)
    publish (early, "0");
  subscription = subscribe (channel);
  for (guint i = 0; i < 3; i++)
    publish_number (channel, n++);
  for (guint i = 0; i < 3; i++)
    assert_next_number (subscription, i);

  for (guint round = 0; round < 5; round++)
    {
      guint from = n;

      foreign_sql (f, upheaval->sql);
      if (round % 2 == 0) /* the numbers of what is gone are given out again */
        for (guint i = 0; i < round; i++)
          publish (early, "0");
      for (guint i = 0; i < 100; i++)
        publish_number (channel, n++);
      for (guint i = from; i < n; i++)
        assert_next_number (subscription, i);
      assert_nothing (subscription);
    }
}

/* A clear by ourselves between every two messages. */
static void
test_resume_own_clear (Fixture *f, gconstpointer data)
{
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) subscription = subscribe (channel);

  for (guint i = 0; i < beaver_test_rounds (200); i++)
    {
      g_autoptr (GError) error = NULL;

      publish_number (channel, i);
      assert_next_number (subscription, i);
      g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (channel), NULL, &error), ==, 1);
      g_assert_no_error (error);
    }
  assert_nothing (subscription);
}

#define WRITERS 3 /* of each sort */

typedef struct
{
  BeaverChannel *channel;
  guint number;
  guint messages;
} Writer;

static gpointer
writer_run (gpointer data)
{
  Writer *self = data;

  for (guint i = 0; i < self->messages; i++)
    {
      g_autofree char *json =
          g_strdup_printf ("{\"from\": \"thread-%u\", \"n\": %u}", self->number, i);

      publish (self->channel, json);
    }
  return NULL;
}

/* A process of ours: publishes and goes. */
static int
role_publish (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (argv[2], NULL, &error);
  BeaverChannel *channel;
  char line[64];

  g_assert_no_error (error);
  channel = beaver_db_get_channel (db, argv[3], &error);
  g_assert_no_error (error);
  g_print ("ready\n");
  g_assert_nonnull (fgets (line, sizeof line, stdin));
  for (int i = 0; i < atoi (argv[5]); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"from\": \"%s\", \"n\": %d}", argv[4], i);

      publish (channel, json);
    }
  return 0;
}

/* Nothing lost, nothing twice, the messages of each publisher in their order, and the same order
 * for all. */
static void
test_many_publishers (Fixture *f, gconstpointer data)
{
  const guint messages = beaver_test_rounds (300);
  const guint total = 3 * WRITERS * messages;
  BeaverChannel *channel = get_channel (f, "news");
  g_autoptr (BeaverSubscription) first = subscribe (channel);
  g_autoptr (BeaverSubscription) second = subscribe (channel);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) processes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *count_text = g_strdup_printf ("%u", messages);
  Writer writers[WRITERS];
  GThread *threads[WRITERS];

  beaver_subscription_set_capacity (first, total + 1);
  beaver_subscription_set_capacity (second, total + 1);
  for (guint i = 0; i < WRITERS; i++)
    {
      g_autofree char *ours = g_strdup_printf ("process-%u", i);
      g_autofree char *python = g_strdup_printf ("python-%u", i);

      g_ptr_array_add (processes,
                       beaver_test_spawn_self ("publish", f->path, "news", ours, count_text, NULL));
      g_ptr_array_add (processes, beaver_test_spawn_python ("publish.py", f->path, "news", python,
                                                            count_text, NULL));
    }
  for (guint i = 0; i < processes->len; i++)
    {
      g_autofree char *line = beaver_test_read_line (processes->pdata[i]);

      g_assert_cmpstr (line, ==, "ready");
    }
  for (guint i = 0; i < processes->len; i++)
    beaver_test_write_line (processes->pdata[i], "go");
  for (guint i = 0; i < WRITERS; i++)
    {
      writers[i] = (Writer){ channel, i, messages };
      threads[i] = g_thread_new ("writer", writer_run, &writers[i]);
    }

  for (guint i = 0; i < total; i++)
    {
      g_autoptr (BeaverMessage) message = next (first);
      g_autoptr (BeaverMessage) same = next (second);
      char from[32];
      guint n;

      g_assert_cmpstr (beaver_message_get_json (message), ==, beaver_message_get_json (same));
      g_assert_cmpint (sscanf (beaver_message_get_json (message),
                               "{\"from\": \"%31[^\"]\", \"n\": %u}", from, &n),
                       ==, 2);
      g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (seen, from)), ==, n);
      g_hash_table_insert (seen, g_strdup (from), GUINT_TO_POINTER (n + 1));
    }
  assert_nothing (first);
  assert_nothing (second);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 3 * WRITERS);
  g_assert_cmpuint (beaver_subscription_get_dropped (first), ==, 0);
  for (guint i = 0; i < WRITERS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < processes->len; i++)
    beaver_test_join (processes->pdata[i]);
  g_assert_cmpint (count (channel), ==, total);
}

/* Two databases in one process are strangers to each other. */
static void
test_two_databases (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverChannel *channel;
  g_autoptr (BeaverSubscription) subscription = NULL;

  g_assert_no_error (error);
  channel = beaver_db_get_channel (other, "news", &error);
  subscription = subscribe (get_channel (f, "news"));
  for (guint i = 0; i < 50; i++)
    {
      publish_number (channel, i);
      assert_next_number (subscription, i);
    }
  beaver_db_close (other, &error);
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  if (argc > 1 && g_str_equal (argv[1], "publish"))
    return role_publish (argc, argv);

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, &warnings, NULL);

  beaver_test_add ("/channel-order/D15-E2-late-stamps-are-delivered", test_clock_steps_back);
  beaver_test_add ("/channel-order/D16-E19-stamps-never-collide", test_stamps_grow);
  beaver_test_add ("/channel-order/future-stamp-is-reported", test_future_stamp);
  beaver_test_add ("/channel-order/resume/own-clear", test_resume_own_clear);
  beaver_test_add ("/channel-order/many-publishers", test_many_publishers);
  beaver_test_add ("/channel-order/two-databases", test_two_databases);
  for (guint i = 0; i < G_N_ELEMENTS (upheavals); i++)
    {
      g_autofree char *path = g_strconcat ("/channel-order/resume/", upheavals[i].what, NULL);

      beaver_test_add_data (path, &upheavals[i], test_resume);
    }
  return g_test_run ();
}
