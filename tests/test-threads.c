/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of the library when the system gives the process no further thread. */
#define _GNU_SOURCE /* pthread_setattr_default_np() */
#include "config.h"

#include <pthread.h>

#include "beaver-test.h"

/* No address space holds such a stack: the system refuses the thread as it does beyond ulimit -u,
 * which does not bind root. */
#define NO_STACK ((gsize) 1 << 48)

static gsize usual_stack;

static gpointer
nothing (gpointer data)
{
  return NULL;
}

static void
set_stack (gsize size)
{
  pthread_attr_t attributes;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, size), ==, 0);
  g_assert_cmpint (pthread_setattr_default_np (&attributes), ==, 0);
  pthread_attr_destroy (&attributes);
}

static void
refuse_threads (void)
{
  pthread_attr_t attributes;

  if (usual_stack == 0)
    {
      g_assert_cmpint (pthread_getattr_default_np (&attributes), ==, 0);
      g_assert_cmpint (pthread_attr_getstacksize (&attributes, &usual_stack), ==, 0);
      pthread_attr_destroy (&attributes);
    }
  set_stack (NO_STACK);
  g_assert_null (g_thread_try_new ("none", nothing, NULL, NULL));
}

static void
allow_threads (void)
{
  set_stack (usual_stack);
}

static void
assert_refused (GError **error)
{
  g_assert_error (*error, BEAVER_ERROR, BEAVER_ERROR_FULL);
  g_assert_nonnull (strstr ((*error)->message, "thread"));
  g_assert_nonnull (strstr ((*error)->message, "ulimit -u"));
  g_clear_error (error);
}

/* ---- what is asked for asynchronously ---- */

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "settings", NULL);
  BeaverQueue *queue = beaver_db_get_queue (f->db, "jobs", NULL);
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (BeaverCursor) cursor = NULL;
  const char *json;

  refuse_threads ();
  beaver_dict_set_json_async (dict, "a", "1", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_false (beaver_dict_set_json_finish (dict, result, &error));
  assert_refused (&error);
  g_clear_object (&result);

  /* a wait has not even begun */
  beaver_queue_get_async (queue, -1, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_queue_get_finish (queue, result, &error));
  assert_refused (&error);
  g_clear_object (&result);

  /* nor does a transaction stay open because it could not be ended */
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_dict_set_json (dict, "b", "1", NULL, &error));
  beaver_transaction_commit_async (transaction, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_transaction_commit_finish (transaction, result, &error));
  g_assert_no_error (error);
  g_clear_object (&result);
  g_assert_true (beaver_dict_remove (dict, "b", NULL, &error));
  g_assert_no_error (error);

  /* what needs none goes on */
  g_assert_true (beaver_dict_set_json (dict, "a", "2", NULL, &error));
  g_assert_no_error (error);
  cursor = beaver_dict_items (dict, NULL, &error);
  g_assert_no_error (error);
  json = beaver_cursor_next_json (cursor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json, ==, "2");

  allow_threads ();
  beaver_dict_set_json_async (dict, "a", "3", NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_dict_set_json_finish (dict, result, &error));
  g_assert_no_error (error);
}

/* Of this process, whosever they are. A thread has its name only once it runs. */
static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  g_assert_nonnull (tasks);
  while (g_dir_read_name (tasks) != NULL)
    n++;
  return n;
}

/* Its worker has gone home when its time comes, and no other is to be had: later, then. */
static void
test_wait_goes_on (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverQueue *queues[3];
  g_autoptr (GAsyncResult) put = NULL, cancelled = NULL, closed = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BeaverQueueItem) item = NULL;

  guint threads = count_threads ();

  queues[0] = beaver_db_get_queue (f->db, "put", NULL);
  queues[1] = beaver_db_get_queue (f->db, "cancelled", NULL);
  queues[2] = beaver_db_get_queue (f->db, "closed", NULL);
  beaver_queue_get_async (queues[0], -1, NULL, beaver_test_ready, &put);
  beaver_queue_get_async (queues[1], -1, cancellable, beaver_test_ready, &cancelled);
  beaver_queue_get_async (queues[2], -1, NULL, beaver_test_ready, &closed);
  /* all but the watcher, which is needed for those that wait */
  beaver_test_wait_until (count_threads () == threads + 1);
  refuse_threads ();

  g_assert_true (beaver_queue_put_json (queues[0], "7", 0, NULL, &error));
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  /* in vain, for some time: more than one round of trying again */
  for (gint64 end = g_get_monotonic_time () + 250000; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (put);
  g_assert_null (cancelled);

  allow_threads ();
  beaver_test_wait_result (&put);
  item = beaver_queue_get_finish (queues[0], put, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_queue_item_get_value (item), ==, "7");
  beaver_test_wait_result (&cancelled);
  g_assert_null (beaver_queue_get_finish (queues[1], cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  refuse_threads ();
  beaver_db_close (f->db, NULL);
  allow_threads ();
  beaver_test_wait_result (&closed);
  g_assert_null (beaver_queue_get_finish (queues[2], closed, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
}

/* ---- what needs a thread of its own ---- */

static void
on_event (BeaverEvent *event, gpointer data)
{
}

static void
test_listeners (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, "news", NULL);
  BeaverLog *log = beaver_db_get_log (f->db, "log", NULL);
  BeaverDict *dict = beaver_db_get_dict (f->db, "settings", NULL);
  BeaverLock *lock = beaver_db_get_lock (f->db, "lock", NULL);
  g_autoptr (BeaverSubscription) subscription = NULL;
  g_autoptr (BeaverLiveIterator) live = NULL, tail = NULL;
  g_autoptr (BeaverMessage) message = NULL;
  g_autoptr (BeaverLockGuard) guard = NULL;
  g_autoptr (BeaverLogEntry) entry = NULL;

  refuse_threads ();
  g_assert_null (beaver_channel_subscribe (channel, NULL, &error));
  assert_refused (&error);
  beaver_channel_subscribe_async (channel, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_channel_subscribe_finish (channel, result, &error));
  assert_refused (&error);

  live = beaver_log_live (log, 1, 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (beaver_live_iterator_next (live, -1, NULL, &error));
  assert_refused (&error);
  tail = beaver_log_tail (log, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (beaver_live_iterator_next (tail, -1, NULL, &error));
  assert_refused (&error);

  g_assert_null (beaver_manager_on (BEAVER_MANAGER (dict), "set", on_event, NULL, NULL, &error));
  assert_refused (&error);
  /* a lock that nobody would renew is not taken */
  beaver_lock_set_auto_renew (lock, TRUE);
  g_assert_null (beaver_lock_hold (lock, 0, 60, NULL, &error));
  assert_refused (&error);

  allow_threads ();
  subscription = beaver_channel_subscribe (channel, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_channel_publish (channel, "1", NULL, &error));
  g_assert_no_error (error);
  message = beaver_subscription_next (subscription, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beaver_message_get_json (message), ==, "1");
  g_assert_true (beaver_log_append_json (log, "{}", NULL, &error));
  g_assert_no_error (error);
  entry = beaver_live_iterator_next (tail, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (entry);
  guard = beaver_lock_hold (lock, 0, 60, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (guard);
}

/* ---- what the library does in the background ---- */

/* The writer copies the log by itself, and does not let it grow until it has to. */
static void
test_checkpoints (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverBlobs *blobs = beaver_db_get_blobs (f->db, "files", NULL);
  g_autofree char *filler = g_strnfill (200 * 4096, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new_static (filler, 200 * 4096);
  g_autoptr (BeaverStats) stats = NULL;

  refuse_threads ();
  for (int i = 0; i < 40; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", i % 4);

      g_assert_true (beaver_blobs_put (blobs, key, bytes, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  allow_threads ();
  stats = beaver_db_get_stats (f->db);
  g_assert_cmpint (beaver_stats_get_checkpoints (stats), >, 0);
  g_assert_cmpint (beaver_stats_get_checkpointed_frames (stats), >, 1000);
  g_assert_cmpint (beaver_stats_get_wal_frames (stats), <, 4000);
}

/* Nobody would let go of a snapshot that spares reads their locks: none is kept. */
static void
test_reads (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "settings", NULL);
  g_autoptr (BeaverDb) other = NULL;
  guint n = 0;

  beaver_dict_set_json (dict, "a", "1", NULL, &error);
  g_assert_no_error (error);
  refuse_threads ();
  for (int round = 0; round < 3; round++)
    for (gint64 end = g_get_monotonic_time () + 60000; g_get_monotonic_time () < end;)
      {
        g_autofree char *key = g_strdup_printf ("%u", n++); /* no cache knows it */

        g_assert_false (beaver_dict_contains (dict, key, NULL, &error));
        g_assert_no_error (error);
      }
  other = beaver_db_open (f->path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      beaver_dict_set_json (beaver_db_get_dict (other, "settings", NULL), "b", "2", NULL, &error));
  g_assert_no_error (error);
  beaver_db_close (f->db, &error);
  beaver_db_close (other, &error);
  g_assert_no_error (error);
  allow_threads ();
}

typedef struct
{
  BeaverQueue *queue;
  double timeout;
  BeaverQueueItem *item;
  GError *error;
} Waiter;

static GMutex may_wait;

static gpointer
wait_thread (gpointer data)
{
  Waiter *self = data;

  g_mutex_lock (&may_wait);
  g_mutex_unlock (&may_wait);
  self->item = beaver_queue_get (self->queue, self->timeout, NULL, &self->error);
  return NULL;
}

/* Two that wait in threads of their own look for themselves. */
static void
test_foreign (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Waiter waiters[2] = { { beaver_db_get_queue (f->db, "a", NULL), -1, NULL, NULL },
                        { beaver_db_get_queue (f->db, "b", NULL), 0.05, NULL, NULL } };
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  GThread *threads[2];

  g_assert_no_error (error);
  /* first, so that these threads can be had; they begin to wait after the refusal */
  g_mutex_lock (&may_wait);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("waiter", wait_thread, &waiters[i]);
  refuse_threads ();
  g_mutex_unlock (&may_wait);
  g_thread_join (threads[1]);
  g_assert_error (waiters[1].error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
  g_clear_error (&waiters[1].error);
  g_assert_cmpuint (beaver_test_count_threads (), ==, 0);
  beaver_queue_put_json (beaver_db_get_queue (other, "a", NULL), "5", 0, NULL, &error);
  g_assert_no_error (error);
  g_thread_join (threads[0]);
  g_assert_no_error (waiters[0].error);
  g_assert_cmpstr (beaver_queue_item_get_value (waiters[0].item), ==, "5");
  g_object_unref (waiters[0].item);
  beaver_db_close (other, NULL);
  allow_threads ();
}

/* ---- opening, closing, migrating ---- */

static void
test_life (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *missing = g_build_filename (f->dir, "old.db", NULL);
  g_autofree char *opened = g_build_filename (f->dir, "opened.db", NULL);

  refuse_threads ();
  beaver_db_open_async (opened, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_db_open_finish (result, &error));
  assert_refused (&error);
  g_clear_object (&result);
  g_assert_false (g_file_test (opened, G_FILE_TEST_EXISTS));

  beaver_migrate_async (missing, NULL, NULL, NULL, NULL, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_null (beaver_migrate_finish (result, &error));
  assert_refused (&error);
  g_clear_object (&result);

  beaver_db_close_async (f->db, NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (beaver_db_close_finish (f->db, result, &error));
  g_assert_no_error (error);
  beaver_test_assert_all_closed (f->dir);
  allow_threads ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* GLib starts two threads with its first task, and cannot do without */
  g_type_ensure (G_TYPE_TASK);
  beaver_test_add ("/threads/async-is-refused", test_async);
  beaver_test_add ("/threads/wait-goes-on", test_wait_goes_on);
  beaver_test_add ("/threads/listeners-are-refused", test_listeners);
  beaver_test_add ("/threads/writer-checkpoints", test_checkpoints);
  beaver_test_add ("/threads/reads-go-on", test_reads);
  beaver_test_add ("/threads/foreign-changes-are-seen", test_foreign);
  beaver_test_add ("/threads/open-close-migrate", test_life);
  return g_test_run ();
}
