/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-error.h>
#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-fork-private.h>

typedef struct
{
  GSourceOnceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Post;

static gboolean
post_run (gpointer user_data)
{
  Post *post = user_data;

  post->func (post->data);
  return G_SOURCE_REMOVE;
}

static void
post_free (gpointer user_data)
{
  Post *post = user_data;

  if (post->destroy != NULL)
    post->destroy (post->data);
  g_free (post);
}

GSource *
_beaver_context_post_source (GMainContext *context,
                             GSourceOnceFunc func,
                             gpointer data,
                             GDestroyNotify destroy)
{
  /* func may run, and drop the last reference to its context, before g_source_attach() is through.
   */
  g_autoptr (GMainContext) held =
      g_main_context_ref (context != NULL ? context : g_main_context_default ());
  GSource *source = g_idle_source_new ();
  Post *post = g_new (Post, 1);

  post->func = func;
  post->data = data;
  post->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[libbeaver] post");
  g_source_set_callback (source, post_run, post, post_free);
  g_source_attach (source, held);
  return source;
}

void
_beaver_context_post (GMainContext *context,
                      GSourceOnceFunc func,
                      gpointer data,
                      GDestroyNotify destroy)
{
  /* func may run, and drop the last reference to its context, before this is through with either.
   */
  g_autoptr (GMainContext) held =
      g_main_context_ref (context != NULL ? context : g_main_context_default ());

  g_source_unref (_beaver_context_post_source (held, func, data, destroy));
}

/* --- Threads, which the system may refuse: GLib's plain call ends the process then. */

GThread *
_beaver_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  g_autoptr (GError) local = NULL;
  GThread *thread = g_thread_try_new (name, func, data, &local);

  if (thread == NULL)
    g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
                 _ ("the system gives this process no further thread (%s); end some threads or "
                    "processes, or raise the limit (ulimit -u, TasksMax=, pids.max)"),
                 local->message);
  return thread;
}

/* Those that are joined by whoever hears from them, which may be before the call that starts them
 * has come back: it still writes to what it returns then. */

typedef struct
{
  GThreadFunc func;
  gpointer data;
} Start;

static gpointer
start_run (gpointer data)
{
  Start start = *(Start *) data;

  g_free (data);
  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_THREADS));
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_THREADS));
  return start.func (start.data);
}

gboolean
_beaver_thread_start (const char *name,
                      GThreadFunc func,
                      gpointer data,
                      GThread **place,
                      GError **error)
{
  Start *start = g_new (Start, 1);
  gboolean started;

  *start = (Start){ func, data };
  g_mutex_lock (_beaver_process_mutex (BEAVER_PROCESS_THREADS));
  *place = _beaver_thread_try_new (name, start_run, start, error);
  started = *place != NULL; /* the thread may have freed what place is in as soon as it may run */
  g_mutex_unlock (_beaver_process_mutex (BEAVER_PROCESS_THREADS));
  if (!started)
    g_free (start);
  return started;
}
