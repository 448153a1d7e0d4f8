/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-engine-private.h>

/* Watching what units of work take: the log of slow operations, and marks for Sysprof. While nobody
 * watches, all of it is one look at BeaverEngine.observed for each unit. */

G_BEGIN_DECLS

typedef enum
{
  BEAVER_OBSERVED_SLOW = 1 << 0,  /* there is a threshold */
  BEAVER_OBSERVED_MARKS = 1 << 1, /* Sysprof listens */
} BeaverObserved;

/* Of one unit, from the call to the answer. */
typedef struct _BeaverObservation
{
  BeaverEngine *engine;  /* not a reference */
  const char *operation; /* static */
  const char *kind;      /* static; nullable */
  char name[64];
  BeaverWork work;
  gpointer data;
  gint64 begin;        /* monotonic microseconds */
  gint64 begun;        /* when the work got its connection, 0: never */
  gint64 statement_ns; /* of the slowest one */
  char *statement;     /* its text, without the values; nullable */
} BeaverObservation;

void _beaver_observe_open (BeaverEngine *engine);
void _beaver_observation_begin (BeaverObservation *self,
                                BeaverEngine *engine,
                                BeaverAccess access,
                                BeaverWork work,
                                gpointer data);
/* The work to run in its place, with the observation as its data. */
gboolean _beaver_observation_work (BeaverConnection *connection, gpointer data, GError **error);
void _beaver_observation_set_name (BeaverObservation *self, const char *kind, const char *name);
void _beaver_observation_end (BeaverObservation *self);

/* Around something that is no unit: begin answers 0 while nobody watches. part: of a unit, so only
 * marked. */
#define _beaver_observe_begin(engine)                                                              \
  (G_UNLIKELY (__atomic_load_n (&(engine)->observed, __ATOMIC_RELAXED) != 0) ?                     \
       g_get_monotonic_time () :                                                                   \
       0)
void _beaver_observe_end (BeaverEngine *engine, gint64 begin, const char *operation, gboolean part);

/* The number that the system gave the calling thread. */
int _beaver_thread_id (void);

/* Who reads an old state of the file, for people: threads of this process with what they do, other
 * processes by number and name. NULL: nobody is known. */
char *_beaver_engine_describe_readers (BeaverEngine *engine);
/* Seconds since the oldest unit on a reader began; 0: none runs. */
double _beaver_engine_get_oldest_read (BeaverEngine *engine);

G_END_DECLS
