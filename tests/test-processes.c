/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two processes of ours and two of plain sqlite3, which stand for beaver-db, work on the dicts,
 * logs, channels and locks of one file: nothing is lost, nothing is doubled, nobody is in the lock
 * with somebody else, and nobody ever hears "locked". */
#include "beaver-test.h"

#define N_PROCESSES 4

/* --- A process of ours
 * ------------------------------------------------------------------------------------------------------
 */

static void
must (gboolean ok, GError *error)
{
  if (ok)
    return;
  g_printerr ("hammer: %s\n", error != NULL ? error->message : "failed");
  exit (1);
}

static void
increment_under_lock (BeaverDict *dict, BeaverLock *lock)
{
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  must (beaver_lock_acquire (lock, -1, 60, NULL, &error), error);
  /* Two transactions: only the lock keeps others from coming in between. */
  value = beaver_dict_get_int (dict, "locked", NULL, &error);
  if (error != NULL)
    {
      must (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND), error);
      g_clear_error (&error);
      value = 0;
    }
  must (beaver_dict_set_int (dict, "locked", value + 1, NULL, &error), error);
  must (beaver_lock_release (lock, NULL, &error), error);
}

static int
hammer (const char *path, const char *name, int rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverDict *dict;
  BeaverLog *log;
  BeaverChannel *channel;
  BeaverLock *lock;

  must (db != NULL, error);
  dict = beaver_db_get_dict (db, "hammer", NULL);
  log = beaver_db_get_log (db, "hammer", NULL);
  channel = beaver_db_get_channel (db, "hammer", NULL);
  lock = beaver_db_get_lock (db, "hammer", NULL);
  g_print ("ready\n");
  fflush (stdout);
  if (getchar () == EOF)
    return 1;
  for (int n = 0; n < rounds; n++)
    {
      g_autofree char *entry = g_strdup_printf ("{\"who\": \"%s\", \"n\": %d}", name, n);

      must (beaver_dict_increment (dict, "shared", 1, NULL, &error) > 0, error);
      must (beaver_log_append_json (log, entry, NULL, &error), error);
      must (beaver_channel_publish (channel, entry, NULL, &error), error);
      if (n % 20 == 0)
        increment_under_lock (dict, lock);
    }
  must (beaver_db_close (db, &error), error);
  g_print ("done\n");
  return 0;
}

/* --- The test
 * ------------------------------------------------------------------------------------------------------------------
 */

typedef struct
{
  BeaverSubscription *subscription;
  int next[N_PROCESSES]; /* of each publisher: what must come next */
  int total;
  int expected;
} Receiver;

static void
parse (const char *json, int *who, int *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = beaver_json_to_node (json, &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_get_object (node);
  *who = atoi (json_object_get_string_member (object, "who"));
  *n = (int) json_object_get_int_member (object, "n");
  g_assert_cmpint (*who, >=, 0);
  g_assert_cmpint (*who, <, N_PROCESSES);
}

/* In the order of commits, none twice, none left out. */
static gpointer
receiver_thread (gpointer data)
{
  Receiver *receiver = data;
  gint64 offset = 0;

  while (receiver->total < receiver->expected)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverMessage) message =
          beaver_subscription_next (receiver->subscription, BEAVER_TEST_DEADLINE, NULL, &error);
      int who, n;

      g_assert_no_error (error);
      g_assert_nonnull (message);
      parse (beaver_message_get_json (message), &who, &n);
      g_assert_cmpint (n, ==, receiver->next[who]);
      receiver->next[who]++;
      g_assert_cmpint (beaver_message_get_offset (message), >, offset);
      offset = beaver_message_get_offset (message);
      receiver->total++;
    }
  return NULL;
}

static void
assert_log (BeaverDb *db, int rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_log_iterate (beaver_db_get_log (db, "hammer", NULL),
                                                        BEAVER_LOG_ORDER_OLDEST_FIRST, &error);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  BeaverLogEntry *entry;

  g_assert_no_error (error);
  while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      int who, n;

      parse (beaver_log_entry_get_data (entry), &who, &n);
      g_assert_true (g_hash_table_add (seen, g_strdup_printf ("%d %d", who, n)));
      g_object_unref (entry);
    }
  g_assert_no_error (error);
  g_assert_cmpint (g_hash_table_size (seen), ==, N_PROCESSES * rounds);
}

static void
test_hammer (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int rounds = (int) beaver_test_rounds (300);
  g_autofree char *rounds_text = g_strdup_printf ("%d", rounds);
  GSubprocess *processes[N_PROCESSES];
  Receiver receiver = { 0 };
  GThread *thread;
  BeaverDict *dict = beaver_db_get_dict (f->db, "hammer", NULL);

  receiver.expected = N_PROCESSES * rounds;
  receiver.subscription =
      beaver_channel_subscribe (beaver_db_get_channel (f->db, "hammer", NULL), NULL, &error);
  g_assert_no_error (error);
  beaver_subscription_set_capacity (receiver.subscription, (guint) receiver.expected);
  for (int i = 0; i < N_PROCESSES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      processes[i] = i < N_PROCESSES / 2 ?
                         beaver_test_spawn_self ("hammer", f->path, name, rounds_text, NULL) :
                         beaver_test_spawn_python ("hammer.py", f->path, name, rounds_text, NULL);
    }
  for (int i = 0; i < N_PROCESSES; i++)
    {
      g_autofree char *line = beaver_test_read_line (processes[i]);

      g_assert_cmpstr (line, ==, "ready");
    }
  thread = g_thread_new ("receiver", receiver_thread, &receiver);
  for (int i = 0; i < N_PROCESSES; i++)
    beaver_test_write_line (processes[i], "go");
  for (int i = 0; i < N_PROCESSES; i++)
    {
      g_autofree char *line = beaver_test_read_line (processes[i]);

      g_assert_cmpstr (line, ==, "done");
      beaver_test_join (processes[i]);
      g_object_unref (processes[i]);
    }
  g_thread_join (thread);
  g_assert_cmpint (receiver.total, ==, receiver.expected);
  g_assert_cmpuint (beaver_subscription_get_dropped (receiver.subscription), ==, 0);
  g_clear_object (&receiver.subscription);

  g_assert_cmpint (beaver_dict_get_int (dict, "shared", NULL, &error), ==, N_PROCESSES * rounds);
  g_assert_cmpint (beaver_dict_get_int (dict, "locked", NULL, &error), ==,
                   N_PROCESSES * ((rounds + 19) / 20));
  g_assert_no_error (error);
  assert_log (f->db, rounds);
  g_assert_false (beaver_lock_is_locked (beaver_db_get_lock (f->db, "hammer", NULL), NULL, &error));
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "hammer") == 0)
    return hammer (argv[2], argv[3], atoi (argv[4]));
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/processes/hammer", test_hammer);
  return g_test_run ();
}
