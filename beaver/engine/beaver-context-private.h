/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs func (data) in context, later, never in the calling thread; destroy runs there too. An attached source and not
 * the "invoke" call of GLib, which calls func in the worker itself whenever nobody iterates context at that moment. */
void _beaver_context_post (GMainContext *context, GSourceOnceFunc func, gpointer data, GDestroyNotify destroy);

/* The same for what may be taken back with g_source_destroy() (transfer full). */
GSource *_beaver_context_post_source (GMainContext *context, GSourceOnceFunc func, gpointer data, GDestroyNotify destroy);

/* The only way in which the library starts threads: NULL and BEAVER_ERROR_FULL when the system refuses one. */
GThread *_beaver_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error);

/* The same for a thread that may be joined, in another one, before this returns. *place has it before func runs. */
gboolean _beaver_thread_start (const char *name, GThreadFunc func, gpointer data, GThread **place, GError **error);

G_END_DECLS
