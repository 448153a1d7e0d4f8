/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-context-private.h>

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

void
_beaver_context_post (GMainContext *context,
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
  g_source_unref (source);
}
