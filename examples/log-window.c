/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A log in a window of GTK 4: what any process writes to it appears at once.
 *
 *     log-window notes.db notes
 *     beaver notes.db log notes append '"from elsewhere"'    # in a terminal, while the window is
 * open
 *
 * Nothing here waits: whatever reads or writes the file has a callback, in the main loop. The
 * window's end is the end of main(), whose scope closes the database.
 */
#include <gtk/gtk.h>

#include <beaver.h>

#define MAX_ENTRIES 1000

typedef struct
{
  char *path;
  char *name;
  BeaverDb *db;
  BeaverLog *log;             /* borrowed: a child of db */
  BeaverLiveIterator *tail;   /* every new entry */
  BeaverLiveIterator *minute; /* how many there were in the last one */
  GCancellable *cancellable;
  GListStore *entries; /* of BeaverLogEntry, by time */
  GtkWidget *window;   /* borrowed, like all that is in it; NULL before and after */
  GtkWidget *list;
  GtkWidget *status;
} App;

static void
app_clear (App *app)
{
  g_cancellable_cancel (app->cancellable);
  g_clear_object (&app->tail);
  g_clear_object (&app->minute);
  g_clear_object (&app->db); /* closes the file, ends what still waits, and joins all threads */
  g_clear_object (&app->entries);
  g_clear_object (&app->cancellable);
  g_free (app->path);
  g_free (app->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (App, app_clear)

/* Takes error. What was cancelled has a window no more. */
static void
app_fail (App *app, GError *error)
{
  if (app->window != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_label_set_text (GTK_LABEL (app->status), error->message);
  g_error_free (error);
}

/* --- the list --- */

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  double one = beaver_log_entry_get_timestamp ((BeaverLogEntry *) a);
  double other = beaver_log_entry_get_timestamp ((BeaverLogEntry *) b);

  return (one > other) - (one < other);
}

/* An entry may come twice, from before the tail began and from the tail; a time is there once. */
static void
app_show (App *app, BeaverLogEntry *entry)
{
  GListModel *model = G_LIST_MODEL (app->entries);
  guint n = g_list_model_get_n_items (model);
  guint position = n;

  while (position > 0)
    {
      g_autoptr (GObject) before = g_list_model_get_item (model, position - 1);
      int order = compare (before, entry, NULL);

      if (order == 0)
        return;
      if (order < 0)
        break;
      position--;
    }
  g_list_store_insert (app->entries, position, entry);
  if (n >= MAX_ENTRIES)
    g_list_store_remove (app->entries, 0);
  n = g_list_model_get_n_items (model);
  if (app->window != NULL)
    gtk_widget_activate_action (app->list, "list.scroll-to-item", "u", n - 1);
}

static char *
entry_to_text (GtkListItem *item, BeaverLogEntry *entry)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *clock = NULL;
  g_autofree char *text = NULL;

  if (entry == NULL)
    return NULL;
  time = g_date_time_new_from_unix_local ((gint64) beaver_log_entry_get_timestamp (entry));
  clock = g_date_time_format (time, "%F %T");
  text = beaver_json_to_string (beaver_log_entry_get_data (entry), NULL);
  return g_strdup_printf ("%s  %s", clock, text != NULL ? text : beaver_log_entry_get_data (entry));
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);
  GtkExpression *entry = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *text = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, &entry,
                                                     G_CALLBACK (entry_to_text), NULL, NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_expression_bind (text, label, "label", item); /* takes it */
  gtk_list_item_set_child (item, label);
}

/* --- reading --- */

static void
on_next (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeaverLiveIterator *tail = BEAVER_LIVE_ITERATOR (source);
  App *app = user_data;
  GError *error = NULL;
  g_autoptr (BeaverLogEntry) entry = beaver_live_iterator_next_finish (tail, result, &error);

  if (entry != NULL)
    {
      app_show (app, entry);
      beaver_live_iterator_next_async (tail, -1, app->cancellable, on_next, app);
    }
  else if (error != NULL)
    app_fail (app, error);
}

static void
on_minute (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeaverLiveIterator *minute = BEAVER_LIVE_ITERATOR (source);
  App *app = user_data;
  GError *error = NULL;
  g_autoptr (BeaverLogEntry) count = beaver_live_iterator_next_finish (minute, result, &error);

  if (count != NULL)
    {
      g_autofree char *text =
          g_strdup_printf ("%s in the last minute", beaver_log_entry_get_data (count));

      if (app->window != NULL)
        gtk_label_set_text (GTK_LABEL (app->status), text);
      beaver_live_iterator_next_async (minute, -1, app->cancellable, on_minute, app);
    }
  else if (error != NULL)
    app_fail (app, error);
}

static char *
count_entries (BeaverLiveWindow *window, gpointer user_data, GError **error)
{
  return g_strdup_printf ("%u", beaver_live_window_get_n_entries (window));
}

static void
on_range (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) range = beaver_log_range_finish (BEAVER_LOG (source), result, &error);

  for (guint i = range != NULL ? range->len : 0; i > 0; i--) /* they are the newest first */
    app_show (app, g_ptr_array_index (range, i - 1));
  if (range != NULL)
    app->minute = beaver_log_live (app->log, 60, 1, count_entries, NULL, NULL, &error);
  if (app->minute == NULL)
    {
      app_fail (app, error);
      return;
    }
  beaver_live_iterator_next_async (app->tail, -1, app->cancellable, on_next, app);
  beaver_live_iterator_next_async (app->minute, -1, app->cancellable, on_minute, app);
}

static void
on_tail (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  GError *error = NULL;

  app->tail = beaver_log_tail_finish (BEAVER_LOG (source), result, &error);
  /* the tail first: so nothing can come between both */
  if (app->tail != NULL)
    beaver_log_range_async (app->log, -INFINITY, INFINITY, MAX_ENTRIES, 0,
                            BEAVER_LOG_ORDER_NEWEST_FIRST, app->cancellable, on_range, app);
  else
    app_fail (app, error);
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  GError *error = NULL;

  g_application_release (g_application_get_default ());
  app->db = beaver_db_open_finish (result, &error);
  if (app->db != NULL)
    app->log = beaver_db_get_log (app->db, app->name, &error);
  if (app->log != NULL)
    beaver_log_tail_async (app->log, app->cancellable, on_tail, app);
  else
    app_fail (app, error);
}

/* --- writing --- */

static void
on_append (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  g_application_release (g_application_get_default ());
  /* it comes back as all others do: through the tail */
  if (!beaver_log_append_string_finish (BEAVER_LOG (source), result, &error))
    app_fail (user_data, error);
}

static void
on_enter (GtkEntry *entry, App *app)
{
  GtkEntryBuffer *buffer = gtk_entry_get_buffer (entry);

  if (app->log == NULL || gtk_entry_buffer_get_length (buffer) == 0)
    return;
  g_application_hold (g_application_get_default ()); /* what was entered gets into the file */
  beaver_log_append_string_async (app->log, gtk_entry_buffer_get_text (buffer), NULL, on_append,
                                  app);
  gtk_entry_buffer_set_text (buffer, "", 0);
}

/* --- the window --- */

static void
on_destroy (GtkWidget *window, App *app)
{
  app->window = NULL;
  g_cancellable_cancel (app->cancellable);
}

static void
on_activate (GtkApplication *application, App *app)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *entry = gtk_entry_new ();
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *model =
      GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (app->entries))));

  app->window = gtk_application_window_new (application);
  app->list = gtk_list_view_new (model, factory);
  app->status = gtk_label_new ("…");
  g_signal_connect (app->window, "destroy", G_CALLBACK (on_destroy), app);
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), app);
  g_signal_connect (entry, "activate", G_CALLBACK (on_enter), app);

  gtk_window_set_title (GTK_WINDOW (app->window), app->name);
  gtk_window_set_default_size (GTK_WINDOW (app->window), 480, 360);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), app->list);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "A note");
  gtk_label_set_ellipsize (GTK_LABEL (app->status), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), app->status);
  gtk_window_set_child (GTK_WINDOW (app->window), box);
  gtk_application_set_accels_for_action (application, "window.close",
                                         (const char *[]){ "<Control>w", "<Control>q", NULL });
  gtk_widget_grab_focus (entry);
  gtk_window_present (GTK_WINDOW (app->window));

  /* the loop runs until this is answered, even if the window is closed first */
  g_application_hold (G_APPLICATION (application));
  beaver_db_open_async (app->path, app->cancellable, on_open, app);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = NULL;
  g_auto (App) app = { 0 };

  if (argc < 2 || argc > 3)
    {
      g_printerr ("usage: %s FILE [LOG]\n", argv[0]);
      return 2;
    }
  app.path = g_strdup (argv[1]);
  app.name = g_strdup (argc > 2 ? argv[2] : "notes");
  app.cancellable = g_cancellable_new ();
  app.entries = g_list_store_new (BEAVER_TYPE_LOG_ENTRY);

  application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), &app);
  return g_application_run (G_APPLICATION (application), 1, argv);
} /* here the database is closed */
