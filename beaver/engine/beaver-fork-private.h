/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What belongs to the whole process and may be in use when it forks: held around fork(), so that
 * the child finds it whole and free. Innermost but for what is in brackets. */
typedef enum
{
  BEAVER_PROCESS_EVENTS,    /* which bus belongs to which engine */
  BEAVER_PROCESS_LOCKS,     /* the states of locks */
  BEAVER_PROCESS_CONSUMERS, /* consumers that were given back */
  BEAVER_PROCESS_THREADS,   /* while one is started (GLib's and the system's own) */
  BEAVER_N_PROCESS_MUTEXES,
} BeaverProcessMutex;

GMutex *_beaver_process_mutex (BeaverProcessMutex which);

/* How often this process has come out of a fork() since it first opened a database. Written in a
 * child before anything else runs there. */
extern G_GNUC_INTERNAL guint _beaver_fork_generation;
/* Before anything is opened. */
void _beaver_fork_prepare (void);

/* Random in the child of a fork(), too, unlike GLib's, where parent and child go on with the same
 * numbers. (transfer full) */
char *_beaver_uuid_new (void);

G_END_DECLS
