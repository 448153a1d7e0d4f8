/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-close-report-private.h>
#include <beaver/beaver-db-private.h>

G_BEGIN_DECLS

/* What beaver-db.c and beaver-db-close.c share. */

struct _BeaverDb
{
  GObject parent_instance;

  /* Construct-only: */
  char *path;
  double connection_timeout;
  double cache_timeout;
  gboolean wal;
  gboolean synchronous;
  gboolean temp_memory;
  gint64 mmap_size;

  int always_emit_events; /* atomic */
  double slow_threshold;  /* (mutex lock) seconds */
  GMainContext *context;  /* constant: signals and callbacks */
  GMutex lock;
  BeaverEngine *engine; /* (mutex lock) strong; set once by init(), constant until finalize */
  GHashTable *managers; /* (mutex lock) (element-type utf8 BeaverManager) strong, by "TYPE name" */
  BeaverCloseReport *report; /* (mutex lock) strong; of the one real close */
  GCond reported;            /* with lock: report was set */
};

/* Opening and closing may block for long, and happen once: a thread of their own, which sees plain
 * data and is joined in the caller's context before the task is answered there. */
typedef struct
{
  GTask *task; /* only carried by the thread */
  GMainContext *context;
  GThread *thread;
  BeaverEngineOptions options;
  char *path;
  GCancellable *cancellable;
  BeaverEngine *engine;
  BeaverDb *db; /* close only: kept alive by the task */
  GError *error;
} BeaverDbThread;

void _beaver_db_thread_free (gpointer data);
/* FALSE: there is no thread to be had, and data is freed. */
gboolean _beaver_db_thread_start (
    GTask *task, const char *name, GThreadFunc func, BeaverDbThread *data, GError **error);

/* The close itself; FALSE when there was nothing to close, or another thread closed, which then has
 * been waited for. */
gboolean _beaver_db_close_now (BeaverDb *self);
/* Strong references to all managers; with told, also what of them (and of their iterators) the
 * program holds. */
GPtrArray *_beaver_db_snapshot_managers (BeaverDb *self, GPtrArray *told);

G_END_DECLS
