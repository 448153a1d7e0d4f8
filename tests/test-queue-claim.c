/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that are lent, delayed, unique or dead, and workers that die. */
#include "queue-test.h"

#include <signal.h>

static void
put_job (BeaverQueue *queue,
         const char *json,
         double delay,
         gint64 max_attempts,
         const char *key,
         BeaverUniquePolicy policy)
{
  g_autoptr (GError) error = NULL;

  beaver_queue_put_job_json (queue, json, 1, delay, max_attempts, key, policy, NULL, &error);
  g_assert_no_error (error);
}

static void
test_settle (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (BeaverJob) again = NULL;
  g_autoptr (BeaverJob) third = NULL;

  put (queue, "1", 1);
  job = claim (queue, 60);
  g_assert_cmpstr (beaver_job_get_value (job), ==, "1");
  g_assert_cmpint (beaver_job_get_attempts (job), ==, 1);
  g_assert_cmpint (beaver_job_get_state (job), ==, BEAVER_JOB_STATE_CLAIMED);
  /* nobody else sees it, Python least of all */
  g_assert_null (claim (queue, 60));
  assert_pop (queue, NULL);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (queue), NULL, &error), ==, 0);
  g_assert_cmpint (count_jobs (queue, BEAVER_JOB_STATE_CLAIMED), ==, 1);

  g_assert_true (beaver_job_nack (job, 0, "not today", NULL, &error));
  g_assert_false (beaver_job_ack (job, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_false (beaver_job_extend (job, 1, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);

  again = claim (queue, 60);
  g_assert_cmpint (beaver_job_get_attempts (again), ==, 2);
  g_assert_cmpstr (beaver_job_get_reason (again), ==, "not today");
  g_assert_cmpfloat (beaver_job_get_timestamp (again), ==, beaver_job_get_timestamp (job));
  g_assert_true (beaver_job_extend (again, 3600, NULL, &error));
  g_assert_cmpfloat (beaver_job_get_due (again), >, beaver_job_get_timestamp (again) + 3000);
  g_assert_true (beaver_job_nack (again, 3600, "later", NULL, &error));
  g_assert_cmpint (count_jobs (queue, BEAVER_JOB_STATE_DELAYED), ==, 1);
  g_assert_null (claim (queue, 60));
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (queue), NULL, &error), ==, 1);

  put (queue, "2", 1);
  third = claim (queue, 60);
  g_assert_true (beaver_job_ack (third, NULL, &error));
  for (int state = 0; state < 4; state++)
    g_assert_cmpint (count_jobs (queue, state), ==, 0);
  g_assert_no_error (error);
}

static void
test_lease (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (BeaverJob) again = NULL;

  put (queue, "1", 1);
  job = claim (queue, 0.05);
  /* who waits for a job gets the one whose lease runs out, in its time */
  again = beaver_queue_claim (queue, 60, BEAVER_TEST_DEADLINE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beaver_job_get_attempts (again), ==, 2);
  g_assert_cmpstr (beaver_job_get_reason (again), ==, "the lease expired");
  g_assert_cmpfloat (g_get_real_time () / 1e6, >=, beaver_job_get_due (job));
  g_assert_false (beaver_job_ack (job, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_true (beaver_job_ack (again, NULL, &error));
}

static void
test_late_ack (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;

  put (queue, "1", 1);
  job = claim (queue, 0.001);
  beaver_test_wait_until (g_get_real_time () / 1e6 > beaver_job_get_due (job));
  /* nobody has asked for it: it is still ours */
  g_assert_true (beaver_job_ack (job, NULL, &error));
  g_assert_null (claim (queue, 1));
}

static void
test_delay (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverQueueItem) item = NULL;
  double begin = g_get_real_time () / 1e6;

  put_job (queue, "1", 0.1, 0, NULL, 0);
  item = beaver_queue_get (queue, BEAVER_TEST_DEADLINE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (g_get_real_time () / 1e6, >=, begin + 0.1);
  g_clear_object (&item);
  put_job (queue, "2", 3600, 0, NULL, 0);
  assert_pop (queue, NULL);
}

/* What a queue expects of itself is wrong: nothing waits, and there is a table of jobs by now. */
static void
test_delay_unexpected (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (BeaverTransaction) transaction = NULL;
      g_autoptr (BeaverQueueItem) item = NULL;

      put (queue, "0", 1);
      assert_pop (queue, "0");
      transaction = beaver_db_begin (f->db, NULL, &error);
      put (queue, "1", 1);
      put (queue, "2", 1);
      beaver_transaction_rollback (transaction, &error);
      g_assert_no_error (error);
      put_job (queue, "3", 0.1, 0, NULL, 0);
      item = beaver_queue_get (queue, BEAVER_TEST_DEADLINE, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (beaver_queue_item_get_value (item), ==, "3");
      assert_pop (queue, NULL);
    }
}

static void
test_dead (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (BeaverJob) dead = NULL;
  g_autoptr (BeaverJob) buried = NULL;
  g_autoptr (GPtrArray) jobs = NULL;

  put_job (queue, "1", 0, 2, "key", 0);
  for (int i = 1; i <= 2; i++)
    {
      g_autoptr (BeaverJob) job = claim (queue, 60);

      g_assert_cmpint (beaver_job_get_attempts (job), ==, i);
      g_assert_cmpint (beaver_job_get_max_attempts (job), ==, 2);
      g_assert_cmpstr (beaver_job_get_unique_key (job), ==, "key");
      g_assert_true (beaver_job_nack (job, 0, "broken", NULL, &error));
    }
  g_assert_null (claim (queue, 60));
  cursor = beaver_queue_dead_letters (queue, &error);
  dead = beaver_cursor_next (cursor, NULL, &error);
  g_assert_cmpstr (beaver_job_get_reason (dead), ==, "broken");
  g_assert_cmpint (beaver_job_get_state (dead), ==, BEAVER_JOB_STATE_DEAD);
  g_assert_null (beaver_cursor_next (cursor, NULL, &error));
  g_assert_false (beaver_job_ack (dead, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);

  g_assert_cmpint (beaver_queue_requeue_dead (queue, beaver_job_get_id (dead) + 99, NULL, &error),
                   ==, 0);
  g_assert_cmpint (beaver_queue_requeue_dead (queue, beaver_job_get_id (dead), NULL, &error), ==,
                   1);
  buried = claim (queue, 60);
  g_assert_cmpint (beaver_job_get_attempts (buried), ==, 1);
  g_assert_true (beaver_job_bury (buried, NULL, NULL, &error));
  put (queue, "2", 1);
  jobs = beaver_queue_claim_many (queue, 5, 60, 0, NULL, &error);
  g_assert_cmpuint (jobs->len, ==, 1);
  g_assert_true (beaver_job_bury (jobs->pdata[0], "no", NULL, &error));
  g_assert_cmpint (beaver_queue_requeue_dead (queue, 0, NULL, &error), ==, 2);
  g_ptr_array_unref (jobs);
  jobs = beaver_queue_claim_many (queue, 5, 60, 0, NULL, &error);
  g_assert_cmpuint (jobs->len, ==, 2);
  for (guint i = 0; i < jobs->len; i++)
    g_assert_true (beaver_job_bury (jobs->pdata[i], "no", NULL, &error));
  g_assert_cmpint (beaver_queue_purge_dead (queue, 3600, NULL, &error), ==, 0);
  g_assert_cmpint (beaver_queue_purge_dead (queue, 0, NULL, &error), ==, 2);
  g_assert_no_error (error);
}

static void
test_unique (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;

  put_job (queue, "1", 0, 0, "k", BEAVER_UNIQUE_POLICY_REJECT);
  g_assert_false (beaver_queue_put_job_json (queue, "2", 1, 0, 0, "k", BEAVER_UNIQUE_POLICY_REJECT,
                                             NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  put_job (queue, "2", 0, 0, "other", BEAVER_UNIQUE_POLICY_REJECT);
  put_job (queue, "3", 0, 0, "k", BEAVER_UNIQUE_POLICY_REPLACE);
  assert_pop (queue, "2");
  job = claim (queue, 60);
  g_assert_cmpstr (beaver_job_get_value (job), ==, "3");
  g_assert_false (beaver_queue_put_job_json (queue, "4", 1, 0, 0, "k", BEAVER_UNIQUE_POLICY_REJECT,
                                             NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  put_job (queue, "4", 0, 0, "k", BEAVER_UNIQUE_POLICY_REPLACE);
  g_assert_true (beaver_job_ack (job, NULL, &error));
  /* what waits is delayed anew, and stays what it was */
  put_job (queue, "5", 3600, 0, "k", BEAVER_UNIQUE_POLICY_EXTEND);
  assert_pop (queue, NULL);
  g_assert_cmpint (count_jobs (queue, BEAVER_JOB_STATE_DELAYED), ==, 1);
  put_job (queue, "6", 0, 0, "k", BEAVER_UNIQUE_POLICY_EXTEND);
  assert_pop (queue, "4");
  /* it is free again, also when Python has taken it */
  put_job (queue, "7", 0, 0, "k", BEAVER_UNIQUE_POLICY_REJECT);
  {
    sqlite3 *raw = raw_open (f->path);

    raw_exec (raw, "DELETE FROM __beaver_priority_queues__");
    raw_close (raw);
  }
  put_job (queue, "8", 0, 0, "k", BEAVER_UNIQUE_POLICY_REJECT);
  assert_pop (queue, "8");
  g_assert_no_error (error);
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (BeaverJob) job = NULL;

  put (queue, "1", 1);
  transaction = beaver_db_begin (f->db, NULL, &error);
  job = claim (queue, 60);
  g_assert_true (beaver_job_ack (job, NULL, &error));
  assert_pop (queue, NULL);
  beaver_transaction_rollback (transaction, &error);
  g_assert_no_error (error);
  assert_pop (queue, "1");
}

/* Another program that was given id and token: another database object on the same file. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (f->path, NULL, &error);
  BeaverQueue *there = beaver_db_get_queue (db, "q", &error);
  g_autoptr (BeaverJob) job = NULL;
  g_autoptr (BeaverJob) other = NULL;
  g_autoptr (BeaverJob) resumed = NULL;
  g_autoptr (BeaverJob) again = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (beaver_queue_resume (queue, 1, "nothing was ever claimed", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  put_job (queue, "1", 0, 3, "key", 0);
  put (queue, "2", 2);
  job = claim (queue, 60);
  other = claim (queue, 60);
  g_assert_nonnull (beaver_job_get_token (job));

  g_assert_null (beaver_queue_resume (there, beaver_job_get_id (job), beaver_job_get_token (other),
                                      NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  g_assert_null (beaver_queue_resume (there, beaver_job_get_id (job), NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);

  resumed = beaver_queue_resume (there, beaver_job_get_id (job), beaver_job_get_token (job), NULL,
                                 &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_job_get_value (resumed), ==, "1");
  g_assert_cmpint (beaver_job_get_attempts (resumed), ==, 1);
  g_assert_cmpint (beaver_job_get_max_attempts (resumed), ==, 3);
  g_assert_cmpstr (beaver_job_get_unique_key (resumed), ==, "key");
  g_assert_cmpfloat (beaver_job_get_due (resumed), ==, beaver_job_get_due (job));
  g_assert_true (beaver_job_extend (resumed, 3600, NULL, &error));
  g_assert_true (beaver_job_nack (resumed, 0, "there", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (beaver_job_ack (job, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);

  beaver_queue_resume_async (there, beaver_job_get_id (other), beaver_job_get_token (other), NULL,
                             beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  again = beaver_queue_resume_finish (there, result, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_job_ack (again, NULL, &error));
  g_assert_false (beaver_job_ack (other, NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  beaver_db_close (db, &error);
  g_assert_no_error (error);
}

/* The values of the jobs in a state, with commas. */
static char *
list_jobs (BeaverQueue *queue, BeaverJobState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_queue_jobs (queue, state, &error);
  GString *values = g_string_new (NULL);

  for (BeaverJob *job; (job = beaver_cursor_next (cursor, NULL, &error)) != NULL;)
    {
      g_assert_cmpint (beaver_job_get_state (job), ==, state);
      g_assert_cmpint (beaver_job_get_token (job) != NULL, ==, state == BEAVER_JOB_STATE_CLAIMED);
      g_string_append_printf (values, "%s%s", values->len > 0 ? "," : "",
                              beaver_job_get_value (job));
      if (beaver_job_get_unique_key (job) != NULL)
        g_string_append (values, beaver_job_get_unique_key (job));
      g_object_unref (job);
    }
  g_assert_no_error (error);
  return g_string_free (values, FALSE);
}

#define assert_jobs(queue, state, expected)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *jobs = list_jobs (queue, BEAVER_JOB_STATE_##state);                           \
    g_assert_cmpstr (jobs, ==, (expected));                                                        \
  }                                                                                                \
  G_STMT_END

static void
test_jobs (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) second = NULL;
  g_autoptr (BeaverJob) first = NULL;

  assert_jobs (queue, DEAD, "");
  put (queue, "1", 1);
  put (queue, "2", 2);
  assert_jobs (queue, WAITING, "1,2");
  put_job (queue, "3", 7200, 0, NULL, 0);
  put_job (queue, "4", 3600, 0, "late", 0);
  put (get_queue (f, "other"), "9", 1);
  first = claim (queue, 600);
  second = claim (queue, 60);
  put_job (queue, "5", 0, 0, "k", 0);
  put (queue, "6", 2);
  assert_jobs (queue, WAITING, "5k,6");
  assert_jobs (queue, CLAIMED, "2,1");
  assert_jobs (queue, DELAYED, "4late,3");
  assert_jobs (queue, DEAD, "");
  g_assert_true (beaver_job_bury (second, NULL, NULL, &error));
  g_assert_true (beaver_job_bury (first, NULL, NULL, &error));
  assert_jobs (queue, DEAD, "2,1");
  g_assert_null (beaver_queue_jobs (queue, 17, &error));
  assert_error (BEAVER_ERROR_INVALID);
}

/* Of an item that was taken nothing stays behind, whoever took it and however. */
static void
test_nothing_stays (Fixture *f, gconstpointer data)
{
  BeaverQueue *queue = get_queue (f, "q");
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverJob) job = NULL;
  sqlite3 *raw = raw_open (f->path);
  static const char count[] = "SELECT COUNT(*) FROM __beaver_x_queue_jobs__";
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      put_job (queue, "1", 0, 3, key, BEAVER_UNIQUE_POLICY_REJECT);
      if (i % 3 == 0)
        /* as Python takes it */
        raw_exec (raw, "DELETE FROM __beaver_priority_queues__ WHERE rowid ="
                       " (SELECT MIN(rowid) FROM __beaver_priority_queues__)");
      else if (i % 3 == 1)
        assert_pop (queue, "1");
    }
  before = raw_query (raw, count);
  g_assert_cmpstr (before, ==, "100");
  job = claim (queue, 60);
  g_assert_cmpint (beaver_job_get_max_attempts (job), ==, 3);
  g_assert_nonnull (beaver_job_get_unique_key (job));
  g_assert_true (beaver_job_ack (job, NULL, &error));
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (queue), NULL, &error), ==, 99);
  g_assert_no_error (error);
  after = raw_query (raw, count);
  g_assert_cmpstr (after, ==, "0");
  raw_close (raw);
}

/* ---- several processes ---- */

static int
play (const char *role, const char *path, const char *number, const char *rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverQueue *queue;
  BeaverList *done;
  guint n = (guint) g_ascii_strtoull (rounds, NULL, 10);

  g_assert_no_error (error);
  queue = beaver_db_get_queue (db, "q", &error);
  done = beaver_db_get_list (db, "done", &error);
  if (g_str_equal (role, "put"))
    {
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *json = g_strdup_printf ("\"%s-%u\"", number, i);

          beaver_queue_put_json (queue, json, i % 3, NULL, &error);
          g_assert_no_error (error);
        }
    }
  else
    {
      gboolean dies = g_str_equal (role, "die");

      for (;;)
        {
          g_autoptr (BeaverJob) job =
              beaver_queue_claim (queue, dies ? 0.2 : 30, 0.1, NULL, &error);
          GPollFD input = { STDIN_FILENO, G_IO_IN, 0 };

          if (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
            {
              /* nothing now: the end when nothing more will come */
              g_clear_error (&error);
              if (g_poll (&input, 1, 0) != 0)
                break;
              continue;
            }
          g_assert_no_error (error);
          if (dies)
            kill (getpid (), SIGKILL);
          /* work and settlement are one */
          {
            g_autoptr (BeaverTransaction) transaction = beaver_db_begin (db, NULL, &error);

            beaver_list_push_json (done, beaver_job_get_value (job), NULL, &error);
            g_assert_no_error (error);
            beaver_job_ack (job, NULL, &error);
            g_assert_no_error (error);
            beaver_transaction_commit (transaction, NULL, &error);
            g_assert_no_error (error);
          }
        }
    }
  beaver_db_close (db, &error);
  g_assert_no_error (error);
  return 0;
}

static void
test_processes (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (150);
  g_autofree char *text = g_strdup_printf ("%u", rounds);
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = NULL;
  BeaverList *done = beaver_db_get_list (f->db, "done", &error);
  static const char *const roles[] = { "put", "put", "work", "work", "die", "die", "die" };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      g_ptr_array_add (peers, beaver_test_spawn_self (roles[i], f->path, number, text, NULL));
    }
  beaver_test_wait_until (beaver_manager_count (BEAVER_MANAGER (done), NULL, NULL) >= 2 * rounds);
  for (guint i = 0; i < peers->len; i++)
    {
      g_output_stream_close (g_subprocess_get_stdin_pipe (peers->pdata[i]), NULL, NULL);
      g_subprocess_wait (peers->pdata[i], NULL, &error);
      g_assert_no_error (error);
      if (!g_str_equal (roles[i], "die"))
        g_assert_true (g_subprocess_get_successful (peers->pdata[i]));
    }
  values = beaver_list_slice (done, 0, -1, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; values[i] != NULL; i++)
    g_assert_true (g_hash_table_add (seen, g_strdup (values[i])));
  g_assert_cmpuint (g_hash_table_size (seen), ==, 2 * rounds);
  for (int state = 0; state < 4; state++)
    g_assert_cmpint (count_jobs (get_queue (f, "q"), state), ==, 0);
}

int
main (int argc, char *argv[])
{
  if (argc == 5 && (g_str_equal (argv[1], "put") || g_str_equal (argv[1], "work") ||
                    g_str_equal (argv[1], "die")))
    return play (argv[1], argv[2], argv[3], argv[4]);
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/queue/claim/settle", test_settle);
  beaver_test_add ("/queue/claim/lease", test_lease);
  beaver_test_add ("/queue/claim/late-ack", test_late_ack);
  beaver_test_add ("/queue/claim/delay", test_delay);
  beaver_test_add ("/queue/claim/delay-unexpected", test_delay_unexpected);
  beaver_test_add ("/queue/claim/dead", test_dead);
  beaver_test_add ("/queue/claim/unique", test_unique);
  beaver_test_add ("/queue/claim/transaction", test_transaction);
  beaver_test_add ("/queue/claim/resume", test_resume);
  beaver_test_add ("/queue/claim/jobs", test_jobs);
  beaver_test_add ("/queue/claim/nothing-stays-behind", test_nothing_stays);
  beaver_test_add ("/queue/claim/killed-workers-lose-nothing", test_processes);
  return g_test_run ();
}
