/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tour: opens a file that the Python package beaver-db wrote, reads and changes it, lets eight
 * threads, three live windows, three channels and event callbacks work on it in two processes at
 * once, and leaves the scope in the middle of it all.
 *
 * usage: tour [SECONDS [DATABASE]]        (3 seconds, on a copy of the file given, or of
 * tests/data/everything.db)
 */
#include <beaver/beaver.h>

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>

#define N_THREADS 8
#define N_LIVE 3
#define N_CHANNELS 3

typedef struct
{
  BeaverDict *counters;
  BeaverLog *log;
  BeaverChannel *channels[N_CHANNELS];
  guint index; /* the next thread's; atomic */

  int writes;   /* atomic: changes that were acknowledged */
  int messages; /* atomic: received by the subscribers */
  int windows;  /* atomic: that the live iterators gave */
  int peer;     /* atomic: messages that the other process sent */
  int events;   /* callbacks, in the main context */
  char *window; /* the last result of the first live iterator; main context */
} Tour;

static void
check (gboolean ok, GError *error)
{
  if (!ok)
    g_error ("tour: %s", error != NULL ? error->message : "failed");
}

/* --- The work of the threads: until the database is closed over their heads
 * -------------------------------------------------- */

static gpointer
writer_thread (gpointer data)
{
  Tour *tour = data;
  guint index = (guint) g_atomic_int_add (&tour->index, 1);
  g_autofree char *name = g_strdup_printf ("thread %u", index);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; error == NULL; i++)
    {
      g_autofree char *entry =
          g_strdup_printf ("{\"thread\": %u, \"ms\": %d}", index, g_random_int_range (1, 100));
      g_autofree char *message = g_strdup_printf ("{\"from\": \"%s\", \"n\": %u}", name, i);

      beaver_dict_increment (tour->counters, name, 1, NULL, &error);
      if (error == NULL)
        beaver_log_append_json (tour->log, entry, NULL, &error);
      if (error == NULL)
        beaver_channel_publish (tour->channels[i % N_CHANNELS], message, NULL, &error);
      if (error == NULL)
        g_atomic_int_add (&tour->writes, 3);
    }
  if (!g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED))
    g_printerr ("%s ended with: %s\n", name, error->message);
  return NULL;
}

static gpointer
subscriber_thread (gpointer data)
{
  Tour *tour = data;
  guint index = (guint) g_atomic_int_add (&tour->index, 1) % N_CHANNELS;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverSubscription) subscription =
      beaver_channel_subscribe (tour->channels[index], NULL, &error);
  BeaverMessage *message;

  check (subscription != NULL, error);
  while ((message = beaver_subscription_next (subscription, -1, NULL, &error)) != NULL)
    {
      g_atomic_int_inc (&tour->messages);
      if (strstr (beaver_message_get_json (message), "peer") != NULL)
        g_atomic_int_inc (&tour->peer);
      g_object_unref (message);
    }
  return NULL;
}

/* Mean of a window's milliseconds. Runs in the thread that asks for the next result. */
static char *
mean (BeaverLiveWindow *window, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) entries = beaver_live_window_get_entries (window);
  double sum = 0;
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (JsonNode) node =
          beaver_json_to_node (beaver_log_entry_get_data (g_ptr_array_index (entries, i)), NULL);

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
          !json_object_has_member (json_node_get_object (node), "ms"))
        continue;
      sum += json_object_get_double_member (json_node_get_object (node), "ms");
      n++;
    }
  return g_strdup_printf ("{\"n\": %u, \"mean\": %.1f}", n, n > 0 ? sum / n : 0.0);
}

static gpointer
live_thread (gpointer data)
{
  Tour *tour = data;
  g_autoptr (GError) error = NULL;
  /* One of them has a period of a minute: closing does not wait for it. */
  guint index = (guint) g_atomic_int_add (&tour->index, 1);
  g_autoptr (BeaverLiveIterator) live =
      beaver_log_live (tour->log, 1, index % N_LIVE == 0 ? 60 : 0.2, mean, NULL, NULL, &error);
  BeaverLogEntry *result;

  check (live != NULL, error);
  while ((result = beaver_live_iterator_next (live, -1, NULL, &error)) != NULL)
    {
      g_atomic_int_inc (&tour->windows);
      g_object_unref (result);
    }
  return NULL;
}

static void
on_event (BeaverEvent *event, gpointer data)
{
  ((Tour *) data)->events++;
}

/* --- The other process
 * ----------------------------------------------------------------------------------------------------------
 */

static int
run_peer (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverChannel *channel;

  check (db != NULL, error);
  channel = beaver_db_get_channel (db, "tour 0", &error);
  check (channel != NULL, error);
  for (guint i = 0;; i++)
    {
      g_autofree char *message = g_strdup_printf ("{\"peer\": %u}", i);
      char byte;

      check (beaver_channel_publish (channel, message, NULL, &error), error);
      check (beaver_db_emit_event (db, "tour", "tick", "{}", NULL, &error), error);
      /* Ends when the first process does, or says so. */
      if (read (STDIN_FILENO, &byte, 1) == 0)
        return 0;
      g_poll (NULL, 0, 5);
    }
}

/* --- The tour
 * ---------------------------------------------------------------------------------------------------------------------
 */

static guint
count_descriptors (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      n += target != NULL && g_str_has_prefix (target, directory);
    }
  return n;
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename ("/proc/self/task", name, "comm", NULL);
      g_autofree char *comm = NULL;

      n += g_file_get_contents (file, &comm, NULL, NULL) && g_str_has_prefix (comm, "beaver-");
    }
  return n;
}

static void
look_around (BeaverDb *db)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *config = beaver_db_get_dict (db, "config", &error);
  BeaverLog *log = beaver_db_get_log (db, "log", &error);
  g_autoptr (BeaverCursor) cursor = beaver_dict_items (config, NULL, &error);
  g_autoptr (GPtrArray) entries = NULL;
  BeaverEntry *entry;

  check (cursor != NULL, error);
  g_print ("What Python wrote:\n");
  while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
    {
      g_print ("  config[%s] = %s\n", beaver_entry_get_key (entry), beaver_entry_get_value (entry));
      g_object_unref (entry);
    }
  check (error == NULL, error);
  g_print ("  log “log”: %" G_GINT64_FORMAT " entries\n",
           beaver_manager_count (BEAVER_MANAGER (log), NULL, &error));
  check (beaver_dict_set_string (config, "theme", "light", NULL, &error), error);
  check (beaver_dict_set_string (config, "visited by", "libbeaver", NULL, &error), error);
  g_print ("Changed: config[theme] = light, config[visited by] = libbeaver\n");
}

typedef struct
{
  Tour *tour;
  gboolean terminal;
  gint64 start;
} Display;

static gboolean
show (gpointer data)
{
  Display *display = data;
  Tour *tour = display->tour;

  g_print ("%s%4.1f s: %d writes, %d messages (%d from the other process), %d windows, %d events%s",
           display->terminal ? "\r" : "",
           (double) (g_get_monotonic_time () - display->start) / G_USEC_PER_SEC,
           g_atomic_int_get (&tour->writes), g_atomic_int_get (&tour->messages),
           g_atomic_int_get (&tour->peer), g_atomic_int_get (&tour->windows), tour->events,
           display->terminal ? "   " : "\n");
  return G_SOURCE_CONTINUE;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* The peer's standard input: a byte lets it publish once more. */
static gboolean
feed_peer (gpointer peer)
{
  g_output_stream_write (g_subprocess_get_stdin_pipe (peer), ".", 1, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static char *
copy_database (const char *from, const char *directory)
{
  g_autofree char *to = g_build_filename (directory, "tour.db", NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) error = NULL;

  check (g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &error), error);
  return g_steal_pointer (&to);
}

static void
run_tour (const char *self, const char *path, const char *directory, double seconds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSubprocess) peer = NULL;
  g_autoptr (BeaverCloseReport) report = NULL;
  GThread *threads[N_THREADS + N_CHANNELS + N_LIVE];
  guint n = 0, sources[2];
  Tour tour = { 0 };
  Display display = { &tour, isatty (STDOUT_FILENO), g_get_monotonic_time () };

  {
    g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
    BeaverEventHandler *handlers[2];

    check (db != NULL, error);
    look_around (db);
    tour.counters = g_object_ref (beaver_db_get_dict (db, "tour", &error));
    tour.log = g_object_ref (beaver_db_get_log (db, "tour", &error));
    for (guint i = 0; i < N_CHANNELS; i++)
      {
        g_autofree char *name = g_strdup_printf ("tour %u", i);

        tour.channels[i] = g_object_ref (beaver_db_get_channel (db, name, &error));
      }
    check (error == NULL, error);

    handlers[0] =
        beaver_manager_on (BEAVER_MANAGER (tour.counters), "set", on_event, &tour, NULL, &error);
    check (handlers[0] != NULL, error);
    handlers[1] = beaver_db_on (db, "tour", "tick", on_event, &tour, NULL, &error);
    check (handlers[1] != NULL, error);

    for (guint i = 0; i < N_CHANNELS; i++)
      threads[n++] = g_thread_new ("subscriber", subscriber_thread, &tour);
    for (guint i = 0; i < N_LIVE; i++)
      threads[n++] = g_thread_new ("live", live_thread, &tour);
    for (guint i = 0; i < N_THREADS; i++)
      threads[n++] = g_thread_new ("writer", writer_thread, &tour);
    peer = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, self, "--peer", path, NULL);
    check (peer != NULL, error);

    sources[0] = g_timeout_add (display.terminal ? 100 : 1000, show, &display);
    sources[1] = g_timeout_add (10, feed_peer, peer);
    g_timeout_add ((guint) (seconds * 1000), quit, loop);
    g_main_loop_run (loop);
    g_source_remove (sources[0]);
    g_source_remove (sources[1]);
    show (&display);

    /* In the middle of it all. */
    report = beaver_db_close_full (db, &error);
    check (report != NULL, error);
    g_object_unref (handlers[0]);
    g_object_unref (handlers[1]);
  }
  g_print (
      "%sclosed in %.1f ms: %u connections closed, %u threads joined, %u operations interrupted\n",
      display.terminal ? "\n" : "", beaver_close_report_get_duration (report) * 1000,
      beaver_close_report_get_connections_closed (report),
      beaver_close_report_get_threads_joined (report),
      beaver_close_report_get_operations_interrupted (report));
  g_print (
      "descriptors left: %u, threads left: %u; %u objects still referenced, all of them closed\n",
      count_descriptors (directory), count_threads (),
      g_strv_length ((char **) beaver_close_report_get_referenced (report)));

  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  g_output_stream_close (g_subprocess_get_stdin_pipe (peer), NULL, NULL);
  g_subprocess_wait (peer, NULL, NULL);
  g_object_unref (tour.counters);
  g_object_unref (tour.log);
  for (guint i = 0; i < N_CHANNELS; i++)
    g_object_unref (tour.channels[i]);

  /* Every write that was acknowledged is in the file: three for each increment. */
  {
    g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
    gint64 sum = 0;

    check (db != NULL, error);
    for (guint i = 0; i < N_THREADS + N_CHANNELS + N_LIVE; i++)
      {
        g_autofree char *name = g_strdup_printf ("thread %u", i);

        if (beaver_dict_contains (beaver_db_get_dict (db, "tour", NULL), name, NULL, NULL))
          sum += beaver_dict_get_int (beaver_db_get_dict (db, "tour", NULL), name, NULL, NULL);
      }
    g_print ("reopened: %" G_GINT64_FORMAT
             " increments in the file, at least %d were acknowledged\n",
             sum, g_atomic_int_get (&tour.writes) / 3);
    if (sum < g_atomic_int_get (&tour.writes) / 3)
      exit (1);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *path = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  double seconds = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 3;

  setlocale (LC_ALL, "");
  if (argc == 3 && strcmp (argv[1], "--peer") == 0)
    return run_peer (argv[2]);
  if (seconds <= 0 || argc > 3)
    {
      g_printerr ("usage: tour [SECONDS [DATABASE]]\n");
      return 2;
    }
  directory = g_dir_make_tmp ("beaver-tour-XXXXXX", &error);
  check (directory != NULL, error);
  path = copy_database (argc > 2 ? argv[2] : TOUR_DATABASE, directory);
  run_tour (self, path, directory, seconds);
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (directory));
  return 0;
}
