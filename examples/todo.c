/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A to-do list for several terminals: the program of the tutorial.
 *
 *     todo add TITLE | done N | undo | list | stats | remind N SECONDS | watch */
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include <beaver.h>
#include <glib-unix.h>

/* [task] */
struct _MyTask
{
  GObject parent;
  char *title;
  gboolean done;
};

#define MY_TYPE_TASK (my_task_get_type ())
G_DECLARE_FINAL_TYPE (MyTask, my_task, MY, TASK, GObject)
G_DEFINE_FINAL_TYPE (MyTask, my_task, G_TYPE_OBJECT)

enum
{
  TITLE = 1,
  DONE
};

static void
my_task_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == TITLE)
    g_value_set_string (value, MY_TASK (object)->title);
  else
    g_value_set_boolean (value, MY_TASK (object)->done);
}

static void
my_task_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MyTask *self = MY_TASK (object);

  if (id == DONE)
    self->done = g_value_get_boolean (value);
  else
    {
      g_free (self->title);
      self->title = g_value_dup_string (value);
    }
}

static void
my_task_finalize (GObject *object)
{
  g_free (MY_TASK (object)->title);
  G_OBJECT_CLASS (my_task_parent_class)->finalize (object);
}

static void
my_task_class_init (MyTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = my_task_get_property;
  object_class->set_property = my_task_set_property;
  object_class->finalize = my_task_finalize;
  g_object_class_install_property (
      object_class, TITLE, g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READWRITE));
  g_object_class_install_property (
      object_class, DONE, g_param_spec_boolean ("done", NULL, NULL, FALSE, G_PARAM_READWRITE));
}

static void
my_task_init (MyTask *self)
{
}
/* [task] */

/* [todo] */
typedef struct
{
  BeaverDb *db;
  BeaverDict *tasks;      /* "000001" -> {"title": "buy milk", "done": false} */
  BeaverDict *counters;   /* the last number */
  BeaverList *undo;       /* the numbers of what was done, the last one at the end */
  BeaverLog *history;     /* what was done, by time */
  BeaverQueue *reminders; /* what to say later */
} Todo;

static gboolean
todo_open (Todo *todo, const char *path, GError **error)
{
  todo->db = beaver_db_open (path, NULL, error);
  return todo->db != NULL &&
         (todo->tasks = beaver_db_get_dict (todo->db, "tasks", error)) != NULL &&
         (todo->counters = beaver_db_get_dict (todo->db, "counters", error)) != NULL &&
         (todo->undo = beaver_db_get_list (todo->db, "undo", error)) != NULL &&
         (todo->history = beaver_db_get_log (todo->db, "history", error)) != NULL &&
         (todo->reminders = beaver_db_get_queue (todo->db, "reminders", error)) != NULL;
}

static void
todo_clear (Todo *todo)
{
  g_clear_object (&todo->db);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Todo, todo_clear)
/* [todo] */

/* [add] */
static gboolean
add (Todo *todo, const char *title, GError **error)
{
  gint64 number = beaver_dict_increment (todo->counters, "task", 1, NULL, error);
  g_autoptr(MyTask) task = g_object_new (MY_TYPE_TASK, "title", title, NULL);
  g_autofree char *key = g_strdup_printf ("%06" G_GINT64_FORMAT, number);

  return number > 0 && beaver_dict_set_object (todo->tasks, key, G_OBJECT (task), NULL, error);
}
/* [add] */

/* [list] */
static gboolean
list (Todo *todo, GError **error)
{
  g_autoptr(BeaverCursor) cursor = beaver_dict_items (todo->tasks, NULL, error);
  g_autoptr(GError) failed = NULL;
  BeaverEntry *next;

  if (cursor == NULL)
    return FALSE;
  while ((next = beaver_cursor_next (cursor, NULL, &failed)) != NULL)
    {
      g_autoptr(BeaverEntry) entry = next;
      const char *json = beaver_entry_get_value (entry);
      g_autoptr(GObject) task = beaver_json_to_object (json, MY_TYPE_TASK, &failed);

      if (task == NULL)
        break;
      g_print ("%3d [%c] %s\n", atoi (beaver_entry_get_key (entry)),
               MY_TASK (task)->done ? 'x' : ' ', MY_TASK (task)->title);
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
/* [list] */

/* [done] */
static gboolean
set_done (Todo *todo, const char *key, gboolean done, GError **error)
{
  g_autoptr(GObject) task = beaver_dict_get_object (todo->tasks, key, MY_TYPE_TASK, NULL, error);

  if (task == NULL)
    return FALSE;
  g_object_set (task, "done", done, NULL);
  return beaver_dict_set_object (todo->tasks, key, task, NULL, error);
}

static gboolean
done (Todo *todo, const char *number, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%06d", atoi (number));
  g_autoptr(BeaverTransaction) change = beaver_db_begin (todo->db, NULL, error);

  return change != NULL && set_done (todo, key, TRUE, error) &&
         beaver_list_push_string (todo->undo, key, NULL, error) &&
         beaver_log_append_string (todo->history, key, NULL, error) &&
         beaver_transaction_commit (change, NULL, error);
} /* without the commit, the end of the scope rolls back */
/* [done] */

/* [undo] */
static gboolean
undo (Todo *todo, GError **error)
{
  g_autoptr(BeaverTransaction) change = beaver_db_begin (todo->db, NULL, error);
  g_autoptr(GError) failed = NULL;
  g_autofree char *json = NULL;
  g_autofree char *key = NULL;

  if (change == NULL)
    return FALSE;
  json = beaver_list_pop_json (todo->undo, NULL, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (json == NULL)
    {
      g_print ("nothing to undo\n");
      return TRUE;
    }
  key = beaver_json_to_string (json, error);
  return key != NULL && set_done (todo, key, FALSE, error) &&
         beaver_transaction_commit (change, NULL, error);
}
/* [undo] */

/* [stats] */
static gboolean
stats (Todo *todo, GError **error)
{
  double now = g_get_real_time () / 1e6;
  gint64 week = beaver_log_count_range (todo->history, now - 7 * 24 * 3600, INFINITY, NULL, error);

  if (week < 0)
    return FALSE;
  g_print ("%" G_GINT64_FORMAT " done in the last seven days\n", week);
  return TRUE;
}
/* [stats] */

/* [remind] */
static gboolean
remind (Todo *todo, const char *number, const char *seconds, GError **error)
{
  double delay = g_ascii_strtod (seconds, NULL);
  g_autofree char *key = g_strdup_printf ("%06d", atoi (number));
  g_autofree char *json = beaver_json_from_string (key, error);

  return json != NULL && beaver_queue_put_job_json (todo->reminders, json, 0, delay, 0, key,
                                                    BEAVER_UNIQUE_POLICY_REPLACE, NULL, error);
}
/* [remind] */

/* [watch] */
typedef struct
{
  GMainLoop *loop;
  GCancellable *stop;
  GError *error;
} Watch;

static void
on_change (BeaverEvent *event, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_print ("--\n");
  if (!list (user_data, &error))
    g_printerr ("%s\n", error->message);
}

static gboolean
on_interrupt (gpointer user_data)
{
  Watch *watch = user_data;

  g_cancellable_cancel (watch->stop); /* the claim ends, and with it the loop */
  return G_SOURCE_CONTINUE;
}
/* [watch] */

/* [reminders] */
static void
on_reminder (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Watch *watch = user_data;
  BeaverQueue *reminders = BEAVER_QUEUE (source);
  g_autoptr(BeaverJob) job = beaver_queue_claim_finish (reminders, result, &watch->error);
  g_autofree char *key = NULL;

  if (job == NULL)
    {
      g_main_loop_quit (watch->loop);
      return;
    }
  key = beaver_json_to_string (beaver_job_get_value (job), NULL);
  g_print ("remember task %d!\n", key != NULL ? atoi (key) : 0);
  beaver_job_ack (job, NULL, NULL);
  beaver_queue_claim_async (reminders, 60, -1, watch->stop, on_reminder, watch);
}
/* [reminders] */

/* [loop] */
static gboolean
watch (Todo *todo, GError **error)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GCancellable) stop = g_cancellable_new ();
  Watch watch = { loop, stop, NULL };
  g_autoptr(BeaverEventHandler) on_set =
      beaver_manager_on (BEAVER_MANAGER (todo->tasks), "set", on_change, todo, NULL, error);
  guint interrupt;

  if (on_set == NULL || !list (todo, error))
    return FALSE;
  interrupt = g_unix_signal_add (SIGINT, on_interrupt, &watch);
  beaver_queue_claim_async (todo->reminders, 60, -1, stop, on_reminder, &watch);

  g_main_loop_run (loop);

  g_source_remove (interrupt);
  beaver_event_handler_off (on_set);
  if (g_error_matches (watch.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_clear_error (&watch.error); /* that was Ctrl-C */
  if (watch.error == NULL)
    return TRUE;
  g_propagate_error (error, watch.error);
  return FALSE;
}
/* [loop] */

/* [main] */
static gboolean
run (Todo *todo, int n, char **words, GError **error)
{
  const char *verb = n > 0 ? words[0] : "list";

  if (n == 2 && g_str_equal (verb, "add"))
    return add (todo, words[1], error);
  if (n == 2 && g_str_equal (verb, "done"))
    return done (todo, words[1], error);
  if (n == 3 && g_str_equal (verb, "remind"))
    return remind (todo, words[1], words[2], error);
  if (n == 1 && g_str_equal (verb, "undo"))
    return undo (todo, error);
  if (n == 1 && g_str_equal (verb, "stats"))
    return stats (todo, error);
  if (n == 1 && g_str_equal (verb, "watch"))
    return watch (todo, error);
  if (n <= 1 && g_str_equal (verb, "list"))
    return list (todo, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "usage: todo add TITLE | done N | undo | list | stats | remind N SECONDS | watch");
  return FALSE;
}

int
main (int argc, char **argv)
{
  const char *path = g_getenv ("TODO_DB");
  g_auto(Todo) todo = { NULL };
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, ""); /* for titles in any language */
  if (!todo_open (&todo, path != NULL ? path : "todo.db", &error) ||
      !run (&todo, argc - 1, argv + 1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
} /* here the database is closed: by the end of the scope of todo */
/* [main] */
