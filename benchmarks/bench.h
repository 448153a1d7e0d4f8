/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the files of the benchmark program share.
 *
 * A case is a function that does one thing one way (the variant: ours, or a peer's) and reports
 * numbers; a process runs one case once. The driver (bench.py) runs the variants in turn, so that
 * what else happens on the machine meets all of them. */

G_BEGIN_DECLS

typedef struct
{
  const char *variant; /* "beaver", "sqlite", ... */
  guint n;             /* items: rows, keys */
  guint hot;           /* of which so many are asked for; all when not given */
  guint threads;
  double percent; /* of writes */
  double seconds; /* to measure */
  gboolean full;  /* synchronous */
  const char *directory;
  const char *socket; /* of the Redis server that the driver started */
} BenchArgs;

typedef struct
{
  const char *name;
  const char *variants; /* separated by blanks; the first one is ours */
  void (*run) (const BenchArgs *args);
} BenchCase;

/* Each file of cases has a table that ends with an empty one. */
extern const BenchCase bench_dict_cases[];
extern const BenchCase bench_documents_cases[];
extern const BenchCase bench_write_cases[];
extern const BenchCase bench_stream_cases[];
extern const BenchCase bench_life_cases[];
extern const BenchCase bench_vectors_cases[];
extern const BenchCase bench_blob_cases[];
extern const BenchCase bench_list_cases[];
extern const BenchCase bench_queue_cases[];

/* Gets or sets of single keys by a peer that is no SQL; FALSE when the variant is none. */
gboolean bench_peer_run (const BenchArgs *args, gboolean writing);

/* The callgrind runs collect instructions within this one only: n times operation. */
#define BENCH_COUNT_OPERATIONS 1000
void bench_counted (void (*operation) (gpointer data, guint i), gpointer data, guint n);

/* Numbers of this run, printed as one line of JSON when it ends. */
void bench_report (const char *name, double value);
gboolean bench_is (const BenchArgs *args, const char *variant);

static inline gint64
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Seconds of processor time, of all threads. */
static inline double
bench_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static inline guint64
bench_random (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9E3779B97F4A7C15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* Latencies of one thread, in nanoseconds; past the room only the counter goes on. */
typedef struct
{
  guint32 *times;
  gsize room;
  gsize n;
} BenchTimes;

void bench_times_init (BenchTimes *self, gsize room);
void bench_times_clear (BenchTimes *self);
/* Microseconds; puts them in order. */
double bench_times_median (BenchTimes *self);

static inline void
bench_times_add (BenchTimes *self, gint64 begin)
{
  gint64 took = bench_now () - begin;

  if (self->n < self->room)
    self->times[self->n] = (guint32) MIN (took, G_MAXUINT32);
  self->n++;
}

/* Reports PREFIXp50_us, p99, p9999 and max of several threads together. */
void bench_report_times (const char *prefix, BenchTimes *times, guint n_threads);

/* Several threads from one start to one end. */
typedef struct
{
  guint index;
  const BenchArgs *args;
  gpointer data;
  BenchTimes times;
  guint64 done;
  guint64 seed;
} BenchThread;

typedef void (*BenchThreadFunc) (BenchThread *thread);

extern int bench_stop; /* atomic */

static inline gboolean
bench_stopped (void)
{
  return __atomic_load_n (&bench_stop, __ATOMIC_RELAXED) != 0;
}

/* Runs for args->seconds; returns the seconds that it really took. */
double bench_run_threads (const BenchArgs *args,
                          BenchThread *threads,
                          BenchThreadFunc run,
                          gpointer data,
                          gsize room);
void bench_threads_clear (BenchThread *threads, guint n);

/* Keys and values */
#define BENCH_KEY_SIZE 24
void bench_key (char key[BENCH_KEY_SIZE], guint i);
int bench_value (char value[160], guint n);

/* Ours */
void bench_check (gboolean ok, GError *error);
char *bench_path (const BenchArgs *args, const char *name);
void bench_remove (const char *path);
/* A database with a dict "users" of n keys. */
void bench_fill (const char *path, guint n);
BeaverDb *bench_open (const BenchArgs *args, const char *path);

/* Plain SQLite, as a careful program uses it: statements prepared once, no mutex of SQLite's. */
typedef struct
{
  sqlite3 *db;
  sqlite3_stmt *get;
  sqlite3_stmt *set;
  sqlite3_stmt *append;
  sqlite3_stmt *publish;
  sqlite3_stmt *newest;
  sqlite3_stmt *begin;
  sqlite3_stmt *commit;
} BenchRaw;

void bench_raw_open (BenchRaw *self, const char *path, gboolean full);
void bench_raw_close (BenchRaw *self);
void bench_raw_execute (BenchRaw *self, const char *sql);
void bench_raw_step (BenchRaw *self, sqlite3_stmt *statement);
char *bench_raw_get (BenchRaw *self, const char *key); /* free with free() */
void bench_raw_set (BenchRaw *self, const char *key, const char *value, int length);
void bench_raw_append (BenchRaw *self, double timestamp, const char *data, int length);
void bench_raw_publish (BenchRaw *self, double timestamp, const char *payload, int length);

/* n rows of the past in the log or the channel, so that it is seen whether more costs more when
 * there are many. */
void bench_fill_streams (const char *path, guint n, gboolean log);

G_END_DECLS
