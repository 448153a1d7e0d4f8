/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "beaver-test-sqlite.h"

static BeaverChannel *
get_channel (BeaverDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (db, name, &error);

  g_assert_no_error (error);
  return channel;
}

/* What the callbacks saw: "name payload". */
static void
on_event (BeaverEvent *event, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup_printf ("%s %s", beaver_event_get_name (event),
                                               beaver_event_get_payload (event)));
}

static void
on_other (BeaverEvent *event, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup_printf ("other %s", beaver_event_get_name (event)));
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static BeaverEventHandler *
attach (gpointer manager, const char *event, GPtrArray *seen)
{
  g_autoptr (GError) error = NULL;
  BeaverEventHandler *handler = beaver_manager_on (manager, event, on_event, seen, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (beaver_event_handler_is_active (handler));
  return handler;
}

static BeaverEventHandler *
attach_db (BeaverDb *db, const char *topic, const char *event, GPtrArray *seen)
{
  g_autoptr (GError) error = NULL;
  BeaverEventHandler *handler = beaver_db_on (db, topic, event, on_event, seen, NULL, &error);

  g_assert_no_error (error);
  return handler;
}

static void
emit (BeaverDb *db, const char *topic, const char *event, const char *payload)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (beaver_db_emit_event (db, topic, event, payload, NULL, &error));
  g_assert_no_error (error);
}

static void
set (BeaverDb *db, const char *dict, const char *key)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *self = beaver_db_get_dict (db, dict, &error);

  g_assert_no_error (error);
  beaver_dict_set_json (self, key, "1", NULL, &error);
  g_assert_no_error (error);
}

static gint64
count_rows (BeaverDb *db, const char *channel)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (get_channel (db, channel)), NULL, &error);

  g_assert_no_error (error);
  return n;
}

static void
test_manager (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "settings", &error);
  BeaverChannel *channel = get_channel (f->db, "news");
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) set_handler = NULL;
  g_autoptr (BeaverEventHandler) clear_handler = NULL;
  g_autoptr (BeaverEventHandler) publish_handler = NULL;

  set (f->db, "settings", "before"); /* nobody listens */
  g_assert_cmpint (count_rows (f->db, "__events_dict:settings__"), ==, 0);

  set_handler = attach (dict, "set", seen);
  g_assert_cmpstr (beaver_event_handler_get_topic (set_handler), ==, "dict:settings");
  g_assert_cmpstr (beaver_event_handler_get_event (set_handler), ==, "set");
  clear_handler = attach (dict, "clear", seen);
  publish_handler = attach (channel, "publish", seen);
  set (f->db, "settings", "theme");
  beaver_channel_publish (channel, "[1, {\"a\": \"b c\"}]", NULL, &error);
  g_assert_no_error (error);
  beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, seen->len == 3);
  g_assert_cmpstr (seen->pdata[0], ==, "set {\"key\": \"theme\"}");
  g_assert_cmpstr (seen->pdata[1], ==, "publish {\"payload\": [1, {\"a\": \"b c\"}]}");
  g_assert_cmpstr (seen->pdata[2], ==, "clear {}");

  beaver_event_handler_off (set_handler);
  beaver_event_handler_off (set_handler);
  g_assert_false (beaver_event_handler_is_active (set_handler));
  set (f->db, "settings", "theme");
  g_assert_true (beaver_manager_emit_event (BEAVER_MANAGER (dict), "clear", "{}", NULL, &error));
  beaver_test_spin_until (NULL, seen->len == 4);
  g_assert_cmpstr (seen->pdata[3], ==, "clear {}");
}

/* The envelope of beaver-db 2.x, byte for byte. */
static void
test_envelope (Fixture *f, gconstpointer data)
{
  g_autoptr (GRegex) form = g_regex_new (
      "^\\{\"id\":\"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\",\"event\":\"log\\\\nin\","
      "\"payload\":\\{\"user\":\"a n\\\\\"n \",\"n\":\\[1,2.5,null\\]\\},"
      "\"timestamp\":[0-9]+\\.[0-9]+\\}$",
      0, 0, NULL);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  emit (f->db, "app", "log\nin", "{\"user\": \"a n\\\"n \", \"n\": [1, 2.5, null]}");
  emit (f->db, "app", "ping", NULL);
  rows = beaver_channel_history (get_channel (f->db, "__events_app__"), -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 2);
  g_test_message ("%s", beaver_message_get_json (rows->pdata[0]));
  g_assert_true (g_regex_match (form, beaver_message_get_json (rows->pdata[0]), 0, NULL));
  g_assert_nonnull (strstr (beaver_message_get_json (rows->pdata[1]), "\"payload\":null,"));
}

static void
test_db (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) first = attach_db (f->db, "app", "login", seen);
  g_autoptr (BeaverEventHandler) second = attach_db (f->db, "app", "login", seen);
  g_autoptr (BeaverEventHandler) dict = attach_db (f->db, "dict:d", "set", seen);
  g_autoptr (GAsyncResult) emitted = NULL;
  g_autoptr (GError) error = NULL;

  emit (f->db, "app", "login", "{\"user\": \"ann\"}");
  emit (f->db, "app", "logout", "{}");
  emit (f->db, "elsewhere", "login", "{}");
  beaver_test_spin_until (NULL, seen->len == 2); /* attached twice, called twice */
  g_assert_cmpstr (seen->pdata[0], ==, "login {\"user\": \"ann\"}");
  g_assert_cmpstr (seen->pdata[1], ==, "login {\"user\": \"ann\"}");

  set (f->db, "d", "k"); /* the topic of a structure is its bus */
  beaver_test_spin_until (NULL, seen->len == 3);

  g_assert_true (beaver_db_off (f->db, "app", "login", on_event, seen));
  g_assert_false (beaver_event_handler_is_active (first));
  g_assert_true (beaver_event_handler_is_active (second));
  beaver_db_emit_event_async (f->db, "app", "login", "2", NULL, beaver_test_ready, &emitted);
  beaver_test_wait_result (&emitted);
  g_assert_true (beaver_db_emit_event_finish (f->db, emitted, &error));
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, seen->len == 4);
  g_assert_true (beaver_db_off (f->db, "app", "login", on_event, seen));
  g_assert_false (beaver_db_off (f->db, "app", "login", on_event, seen));
  g_assert_false (beaver_db_off (f->db, "app", "login", on_other, seen));
}

static void
count_destroy (gpointer data)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  ++*(guint *) data;
}

static void
on_count (BeaverEvent *event, gpointer data)
{
}

/* A pair is attached once for each event of a structure. */
static void
test_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverManager *channel = BEAVER_MANAGER (get_channel (f->db, "news"));
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) first = attach (channel, "clear", seen);
  g_autoptr (BeaverEventHandler) same = attach (channel, "clear", seen);
  g_autoptr (BeaverEventHandler) other = NULL;
  guint destroyed = 0;

  other = beaver_manager_on (channel, "clear", on_other, seen, NULL, &error);
  g_assert_no_error (error);
  beaver_manager_clear (channel, NULL, &error);
  g_assert_no_error (error);
  beaver_test_spin_until (NULL, seen->len == 2);
  g_assert_cmpstr (seen->pdata[0], ==, "clear {}"); /* in the order of attaching */
  g_assert_cmpstr (seen->pdata[1], ==, "other clear");

  beaver_event_handler_off (same);
  g_assert_false (beaver_event_handler_is_active (first));
  g_assert_false (beaver_manager_off (channel, "clear", on_event, seen));
  g_assert_true (beaver_manager_off (channel, "clear", on_other, seen));
  beaver_manager_clear (channel, NULL, &error);

  g_assert_true (g_main_context_acquire (NULL));
  {
    g_autoptr (BeaverEventHandler) a =
        beaver_manager_on (channel, "x", on_count, &destroyed, count_destroy, &error);
    g_autoptr (BeaverEventHandler) b =
        beaver_manager_on (channel, "x", on_count, &destroyed, count_destroy, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (destroyed, ==, 1); /* the data of the second call */
    beaver_event_handler_off (a);
    beaver_test_spin_until (NULL, destroyed == 2);
    g_assert_false (beaver_event_handler_is_active (b));
  }
  /* on errors too */
  g_assert_null (beaver_manager_on (channel, "", on_count, &destroyed, count_destroy, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
  g_assert_cmpuint (destroyed, ==, 3);
  g_main_context_release (NULL);
}

typedef struct
{
  BeaverDb *db;
  BeaverEventHandler *handler;
  GPtrArray *seen;
  GThread *thread;
  gboolean destroyed;
} Busy;

static void
on_busy (BeaverEvent *event, gpointer user_data)
{
  Busy *self = user_data;

  g_assert_true (self->thread == g_thread_self ());
  g_assert_false (self->destroyed);
  on_event (event, self->seen);
  if (g_str_equal (beaver_event_get_name (event), "once"))
    {
      /* Uses the database, detaches itself, runs the context inside: nothing of it may stop the
       * others. */
      set (self->db, "d", "k");
      beaver_event_handler_off (self->handler);
      for (guint i = 0; i < 20; i++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_false (self->destroyed);
    }
}

static void
busy_destroy (gpointer data)
{
  ((Busy *) data)->destroyed = TRUE;
}

static void
test_isolation (Fixture *f, gconstpointer data)
{
  static const char *const broken[] = {
    "", "nothing", "{", "[]", "{}", "{\"event\":1}", "null", "{\"event\":\"go\"", "{\"payload\":{}}"
  };
  g_autoptr (GPtrArray) seen = new_list ();
  Busy busy = { f->db, NULL, seen, g_thread_self (), FALSE };
  g_autoptr (BeaverEventHandler) go = attach_db (f->db, "app", "go", seen);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) sql = g_string_new ("INSERT INTO __beaver_pubsub_log__ VALUES ");
  g_autoptr (GError) error = NULL;

  busy.handler = beaver_db_on (f->db, "app", "once", on_busy, &busy, busy_destroy, &error);
  g_assert_no_error (error);

  /* D20, D21: what is no envelope is no event, and ends nothing */
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_string_append_printf (sql, "%s(%u.5, '__events_app__', '%s')", i > 0 ? ", " : "", i,
                            broken[i]);
  process = beaver_test_spawn_python ("run_sql.py", f->path, sql->str, NULL);
  beaver_test_join (process);
  emit (f->db, "app", "go", "1");
  emit (f->db, "app", "once", "2");
  emit (f->db, "app", "once", "3");
  emit (f->db, "app", "go", "4");
  beaver_test_spin_until (NULL, seen->len == 3 && busy.destroyed);
  g_assert_cmpstr (seen->pdata[0], ==, "go 1");
  g_assert_cmpstr (seen->pdata[1], ==, "once 2");
  g_assert_cmpstr (seen->pdata[2], ==, "go 4");
  g_object_unref (busy.handler);
}

static void
test_python_events (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) handler = attach_db (f->db, "dict:watched", "set", seen);
  g_autoptr (JsonNode) root = beaver_test_load_json ("events");
  JsonArray *rows = json_object_get_array_member (
      json_object_get_object_member (json_node_get_object (root), "expect"),
      "rows_timestamp_channel_payload");
  g_autoptr (GError) error = NULL;

  /* the very rows that beaver-db wrote, published again */
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonArray *row = json_array_get_array_element (rows, i);

      beaver_channel_publish (get_channel (f->db, json_array_get_string_element (row, 1)),
                              json_array_get_string_element (row, 2), NULL, &error);
      g_assert_no_error (error);
    }
  beaver_test_spin_until (NULL, seen->len == 2);
  g_assert_cmpstr (seen->pdata[0], ==, "set {\"key\": \"k1\"}");
  g_assert_cmpstr (seen->pdata[1], ==, "set {\"key\": \"k2\"}");
}

/* A listener in a context of its own, whose callback does not come back before it is let go. */
typedef struct
{
  const char *path;
  GMutex mutex;
  GCond cond;
  gboolean listening, called, let_go; /* (mutex) */
} Slow;

static void
on_slow (BeaverEvent *event, gpointer user_data)
{
  Slow *slow = user_data;

  g_mutex_lock (&slow->mutex);
  slow->called = TRUE;
  g_cond_broadcast (&slow->cond);
  while (!slow->let_go)
    g_cond_wait (&slow->cond, &slow->mutex);
  g_mutex_unlock (&slow->mutex);
}

static gpointer
slow_thread (gpointer data)
{
  Slow *slow = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (BeaverEventHandler) handler = NULL;
  g_autoptr (BeaverDb) db = NULL;
  g_autoptr (GError) error = NULL;
  gboolean called = FALSE;

  g_main_context_push_thread_default (context);
  db = beaver_db_open (slow->path, NULL, &error);
  g_assert_no_error (error);
  handler = beaver_db_on (db, "app", "go", on_slow, slow, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&slow->mutex);
  slow->listening = TRUE;
  g_cond_broadcast (&slow->cond);
  g_mutex_unlock (&slow->mutex);
  while (!called)
    {
      g_main_context_iteration (context, TRUE);
      g_mutex_lock (&slow->mutex);
      called = slow->called;
      g_mutex_unlock (&slow->mutex);
    }
  beaver_db_close (db, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_slow_callback (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) go = attach_db (f->db, "app", "go", seen);
  g_autoptr (BeaverEventHandler) late = NULL;
  Slow slow = { .path = f->path };
  GThread *thread;

  g_mutex_init (&slow.mutex);
  g_cond_init (&slow.cond);
  thread = g_thread_new ("slow", slow_thread, &slow);
  g_mutex_lock (&slow.mutex);
  while (!slow.listening)
    g_cond_wait (&slow.cond, &slow.mutex);
  g_mutex_unlock (&slow.mutex);
  emit (f->db, "app", "go", "1");
  g_mutex_lock (&slow.mutex);
  while (!slow.called)
    g_cond_wait (&slow.cond, &slow.mutex);
  g_mutex_unlock (&slow.mutex);

  /* while it does not come back: others hear, attach, detach and write */
  beaver_test_spin_until (NULL, seen->len == 1);
  late = attach_db (f->db, "app", "late", seen);
  emit (f->db, "app", "late", "2");
  emit (f->db, "app", "go", "3");
  beaver_test_spin_until (NULL, seen->len == 3);
  beaver_event_handler_off (late);
  g_assert_cmpstr (seen->pdata[0], ==, "go 1");
  g_assert_cmpstr (seen->pdata[1], ==, "late 2");
  g_assert_cmpstr (seen->pdata[2], ==, "go 3");

  g_mutex_lock (&slow.mutex);
  slow.let_go = TRUE;
  g_cond_broadcast (&slow.cond);
  g_mutex_unlock (&slow.mutex);
  g_thread_join (thread);
  g_mutex_clear (&slow.mutex);
  g_cond_clear (&slow.cond);
}

/* ---- other processes ---- */

/* Sets a key whenever it is told to. */
static int
role_set (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (argv[2], NULL, &error);
  char line[64];

  g_assert_no_error (error);
  g_print ("ready\n");
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      set (db, "settings", g_strchomp (line));
      g_print ("set\n");
    }
  return 0;
}

static void
tell (GSubprocess *process, const char *line)
{
  g_autofree char *answer = NULL;

  beaver_test_write_line (process, line);
  answer = beaver_test_read_line (process);
  g_assert_cmpstr (answer, ==, "set");
}

/* D19: who listens in one process hears what another one does, which has never touched events. */
static void
test_cross_process (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) process = beaver_test_spawn_self ("set", f->path, NULL);
  g_autofree char *ready = beaver_test_read_line (process);
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "settings", &error);
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) handler = NULL;

  g_assert_cmpstr (ready, ==, "ready");
  tell (process, "early"); /* nobody listens: nothing is written */
  g_assert_cmpint (count_rows (f->db, "__events_dict:settings__"), ==, 0);
  handler = attach (dict, "set", seen);
  tell (process, "one");
  tell (process, "two");
  beaver_test_spin_until (NULL, seen->len == 2);
  g_assert_cmpstr (seen->pdata[0], ==, "set {\"key\": \"one\"}");
  g_assert_cmpstr (seen->pdata[1], ==, "set {\"key\": \"two\"}");

  /* E14: closing withdraws the registration */
  g_clear_object (&handler);
  fixture_reopen (f);
  tell (process, "late");
  g_assert_cmpint (count_rows (f->db, "__events_dict:settings__"), ==, 2);
  beaver_test_join (process);
}

/* E14: a process that died is forgotten, sooner or later. */
static void
test_dead_listener (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;

  process = beaver_test_spawn_python (
      "run_sql.py", f->path,
      "CREATE TABLE __beaver_x_listeners__ (bus TEXT NOT NULL, listener TEXT NOT NULL, expires_at "
      "REAL NOT NULL, PRIMARY KEY (bus, listener))",
      NULL);
  beaver_test_join (process);
  g_clear_object (&process);
  process = beaver_test_spawn_python (
      "run_sql.py", f->path,
      "INSERT INTO __beaver_x_listeners__ VALUES ('__events_dict:dead__', 'x', 1000.0), "
      "('__events_dict:alive__', 'y', 1e12)",
      NULL);
  beaver_test_join (process);
  set (f->db, "dead", "k");
  set (f->db, "alive", "k");
  g_assert_cmpint (count_rows (f->db, "__events_dict:dead__"), ==, 0);
  g_assert_cmpint (count_rows (f->db, "__events_dict:alive__"), ==, 1);
}

static void
test_always (Fixture *f, gconstpointer data)
{
  gboolean always;

  g_object_get (f->db, "always-emit-events", &always, NULL);
  g_assert_false (always);
  set (f->db, "settings", "a");
  g_object_set (f->db, "always-emit-events", TRUE, NULL);
  set (f->db, "settings", "b");
  set (f->db, "settings", "c");
  beaver_db_set_always_emit_events (f->db, FALSE);
  set (f->db, "settings", "d");
  g_assert_cmpint (count_rows (f->db, "__events_dict:settings__"), ==, 2);
}

/* An event of a transaction that is rolled back did not happen. */
static void
test_rollback (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) handler = attach_db (f->db, "dict:d", "set", seen);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

  g_assert_no_error (error);
  set (f->db, "d", "never");
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  set (f->db, "d", "ever");
  beaver_test_spin_until (NULL, seen->len == 1);
  g_assert_cmpstr (seen->pdata[0], ==, "set {\"key\": \"ever\"}");
}

/* ---- closing ---- */

static gpointer
emitter_run (gpointer data)
{
  /* not so many that some are dropped, however long the main context takes */
  for (guint i = 0;; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i >= 4000)
        beaver_test_wait_until (beaver_db_is_closed (data));
      if (!beaver_db_emit_event (data, "app", "go", "{}", NULL, &error))
        {
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          return NULL;
        }
    }
}

static gpointer
attacher_run (gpointer data)
{
  static int nothing;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeaverEventHandler) handler =
          beaver_db_on (data, "app", "go", on_count, &nothing, NULL, &error);

      if (handler == NULL)
        {
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
          return NULL;
        }
      beaver_event_handler_off (handler);
    }
}

static void
test_close (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (30);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) seen = new_list ();
      guint destroyed = 0;
      g_autoptr (BeaverEventHandler) handler = attach_db (f->db, "app", "go", seen);
      g_autoptr (BeaverEventHandler) counted = NULL;
      GThread *emitter = g_thread_new ("emitter", emitter_run, g_object_ref (f->db));
      GThread *attacher = g_thread_new ("attacher", attacher_run, g_object_ref (f->db));
      guint n;

      counted = beaver_db_on (f->db, "app", "x", on_count, &destroyed, count_destroy, &error);
      g_assert_no_error (error);
      if (i % 2 == 0)
        beaver_test_spin_until (NULL, seen->len > i % 10);
      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      g_assert_false (beaver_event_handler_is_active (handler));
      n = seen->len;
      g_thread_join (emitter);
      g_thread_join (attacher);
      g_object_unref (f->db);
      g_object_unref (f->db);
      beaver_test_spin_until (NULL, destroyed == 1);
      g_assert_cmpuint (seen->len, ==, n); /* not called any more */
      g_assert_null (beaver_db_on (f->db, "app", "x", on_count, &destroyed, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      fixture_close (f);
      fixture_open (f, f->path);
    }
}

static void
on_close (BeaverEvent *event, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  beaver_db_close (user_data, &error);
  g_assert_no_error (error);
}

static void
test_close_in_callback (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverEventHandler) handler =
      beaver_db_on (f->db, "app", "go", on_close, f->db, NULL, &error);

  g_assert_no_error (error);
  emit (f->db, "app", "go", "{}");
  beaver_test_spin_until (NULL, beaver_db_is_closed (f->db));
  beaver_test_assert_all_closed (f->dir);
}

static gboolean
is_listed (sqlite3 *raw)
{
  return raw_int (raw,
                  "SELECT COUNT(*) FROM sqlite_master WHERE name = '__beaver_x_listeners__'") ==
             1 &&
         raw_int (raw, "SELECT COUNT(*) FROM __beaver_x_listeners__"
                       " WHERE bus = '__events_dict:settings__'") == 1;
}

/* Whoever begins to listen in a transaction that is rolled back listens all the same, and other
 * processes have to know. */
static void
test_listen_rolled_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) handler = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);
  sqlite3 *raw = raw_open (f->path);

  g_assert_no_error (error);
  handler = attach (beaver_db_get_dict (f->db, "settings", NULL), "set", seen);
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  g_assert_no_error (error);
  beaver_test_wait_until (is_listed (raw));
  raw_close (raw);
  set (f->db, "settings", "theme");
  beaver_test_spin_until (NULL, seen->len == 1);
}

/* An event is for those who listen. Its row goes after an hour, or a program that listens would
 * make the file grow for ever. */
static void
test_old_rows_go (Fixture *f, gconstpointer data)
{
  static const char fill[] =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
      " INSERT INTO __beaver_pubsub_log__ (timestamp, channel_name, message_payload)"
      " SELECT unixepoch () - 7200 + i / 1000.0, '__events_dict:settings__', 'null' FROM n"
      " UNION ALL SELECT unixepoch () - 7000 + i / 1000.0, 'news', 'null' FROM n"
      " UNION ALL SELECT unixepoch () - 1800, '__events_dict:settings__', 'null'";
  static const char count_old[] = "SELECT COUNT(*) FROM __beaver_pubsub_log__"
                                  " WHERE timestamp < unixepoch () - 3600 AND channel_name = ";
  g_autofree char *old_events = g_strconcat (count_old, "'__events_dict:settings__'", NULL);
  g_autofree char *old_news = g_strconcat (count_old, "'news'", NULL);
  g_autoptr (GPtrArray) seen = new_list ();
  g_autoptr (BeaverEventHandler) handler =
      attach (beaver_db_get_dict (f->db, "settings", NULL), "set", seen);
  sqlite3 *raw = raw_open (f->path);
  guint n = 0;

  raw_exec (raw, fill);
  while (raw_int (raw, old_events) > 0 && n++ < 2000)
    set (f->db, "settings", "theme");
  g_assert_cmpint (raw_int (raw, old_events), ==, 0);
  g_assert_cmpint (raw_int (raw, old_news), ==, 600);
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_pubsub_log__ WHERE message_payload = 'null'"
              " AND channel_name = '__events_dict:settings__'",
              "1");
  raw_close (raw);
  beaver_test_spin_until (NULL, seen->len == n);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *topic;
    const char *event;
    const char *payload;
  } bad[] = {
    { "", "e", "1" },     { "t", "", "1" },     { "\xff", "e", "1" },
    { "t", "\xff", "1" }, { "t", "e", "nope" }, { "t", "e", "NaN" },
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_false (
          beaver_db_emit_event (f->db, bad[i].topic, bad[i].event, bad[i].payload, NULL, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      beaver_db_emit_event_async (f->db, bad[i].topic, bad[i].event, bad[i].payload, NULL,
                                  beaver_test_ready, &result);
      beaver_test_wait_result (&result);
      g_assert_false (beaver_db_emit_event_finish (f->db, result, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
      g_clear_error (&error);
      if (i < 4)
        {
          g_assert_null (
              beaver_db_on (f->db, bad[i].topic, bad[i].event, on_count, NULL, NULL, &error));
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
          g_clear_error (&error);
        }
    }
}

int
main (int argc, char *argv[])
{
  if (argc > 1 && g_str_equal (argv[1], "set"))
    return role_set (argc, argv);

  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/events/E18-manager", test_manager);
  beaver_test_add ("/events/envelope", test_envelope);
  beaver_test_add ("/events/db", test_db);
  beaver_test_add ("/events/once", test_once);
  beaver_test_add ("/events/D20-D21-D24-callbacks-are-isolated", test_isolation);
  beaver_test_add ("/events/E20-a-slow-callback-delays-nobody", test_slow_callback);
  beaver_test_add ("/events/python", test_python_events);
  beaver_test_add ("/events/D19-cross-process", test_cross_process);
  beaver_test_add ("/events/E14-dead-listener", test_dead_listener);
  beaver_test_add ("/events/always", test_always);
  beaver_test_add ("/events/rollback", test_rollback);
  beaver_test_add ("/events/D17-old-rows-go", test_old_rows_go);
  beaver_test_add ("/events/listen-rolled-back", test_listen_rolled_back);
  beaver_test_add ("/events/D18-close", test_close);
  beaver_test_add ("/events/close-in-callback", test_close_in_callback);
  beaver_test_add ("/events/bad-input", test_bad_input);
  return g_test_run ();
}
