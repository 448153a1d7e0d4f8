/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager.h>
#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* What a manager's work may see: immutable but for the atomics, reference counted, no GObject. Works that run on
 * other threads hold one of these and never the manager. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverEngine *engine;  /* strong; NULL in a manager that was made by hand */
  GMainContext *context; /* strong; the context in which the database was opened: signals and callbacks */
  const char *kind;      /* static: "dict", "log", "documents" ... the prefix of spec 3.2 */
  char *name;
  char *topic;          /* "dict:NAME" */
  char *events_channel; /* "__events_dict:NAME__" */
  int emits;            /* atomic: > 0 while somebody of this process listens, or the database always emits */
  gpointer shared;      /* what works of this kind of manager share; set when attached, constant then; nullable */
  GDestroyNotify shared_free;
  guint64 unindexed_epoch; /* atomic: the epoch at which there was no field index */
  guint64 tableless_epoch; /* atomic: of queues: the epoch at which there was no table of jobs */
  gint64 ready;            /* atomic: of queues: items that this process has put and not taken, as far as it knows */
  int streak;              /* atomic: of queues: takes that found something since one did not */
  int quiet_serial;        /* atomic: of the event bus, when nobody listened to this ... */
  gint64 quiet_token;      /* (point.lock) ... and the state of other processes then */
} BeaverManagerCore;

BeaverManagerCore *_beaver_manager_core_ref (BeaverManagerCore *self);
void _beaver_manager_core_unref (BeaverManagerCore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverManagerCore, _beaver_manager_core_unref)

/* Data of the count and clear works below. */
typedef struct
{
  BeaverManagerCore *core;
  gint64 result; /* count: the number; clear: how many went */
} BeaverManagerOp;

/* Subclasses embed this; the base's own fields are for beaver-manager.c, beaver-lock.c and beaver-events.c. */
struct _BeaverManager
{
  GObject parent_instance;

  BeaverManagerCore *core; /* set before anybody else sees the manager, constant until finalize */
  char *options;           /* the same; nullable */
  int stopped;             /* atomic: _beaver_manager_stop() was called */
  gpointer lock;           /* atomic: the BeaverLockState of beaver-manager-lock.c; made on first use */
};

struct _BeaverManagerClass
{
  GObjectClass parent_class;

  const char *kind; /* static; "manager" when the class says nothing */
  BeaverWork count_work; /* SCAN, data BeaverManagerOp; NULL: not countable (BEAVER_ERROR_UNSUPPORTED) */
  BeaverWork clear_work; /* WRITE, data BeaverManagerOp; NULL: not clearable. Emits its event itself. */

  /* The core is there: what a manager needs of it from the start (threads, caches) begins here and not in constructed().
   * Not called for managers that were made by hand. May be NULL. */
  void (*attached) (BeaverManager *self);

  /* Closing, in this order, from any thread, each once at least and idempotent. stop only sets flags and wakes threads and
   * waiters; join blocks until the manager's threads are gone (never from one of them: compare with g_thread_self()) and
   * returns how many it joined. The default of both does nothing; chain up. dispose calls both. */
  void (*stop) (BeaverManager *self);
  guint (*join) (BeaverManager *self);
  /* Live iterators, subscriptions: what a user still holds, for the close report (element-type BeaverReferenced); may be
   * NULL. */
  void (*add_live_objects) (BeaverManager *self, GPtrArray *objects);
};

/* How _beaver_db_get_manager() makes one. The engine and the context are no properties: what a binding constructs by
 * hand (Beaver.Dict()) has neither and answers BEAVER_ERROR_CLOSED to everything. Properties of the subclass follow,
 * NULL-terminated, as for g_object_new_valist(). name has been checked. */
gpointer _beaver_manager_new (GType type,
                              const char *name,
                              BeaverEngine *engine,
                              GMainContext *context,
                              const char *options,
                              const char *first_property,
                              va_list properties);

#define BEAVER_MANAGER_GET_CLASS(instance) (G_TYPE_INSTANCE_GET_CLASS ((instance), BEAVER_TYPE_MANAGER, BeaverManagerClass))

BeaverManagerCore *_beaver_manager_get_core (BeaverManager *self); /* borrowed, never NULL, valid until finalize */
/* The engine of the core; NULL with BEAVER_ERROR_CLOSED when there is none, it is closed, or the manager was stopped. */
BeaverEngine *_beaver_manager_get_engine (BeaverManager *self, GError **error);
const char *_beaver_manager_get_options (BeaverManager *self); /* nullable */
void _beaver_manager_stop (BeaverManager *self);
guint _beaver_manager_join (BeaverManager *self);

/* The same for the lock of the manager, when it was ever used; clear is for finalize. Part of the above. */
void _beaver_manager_lock_stop (BeaverManager *self);
guint _beaver_manager_lock_join (BeaverManager *self);
void _beaver_manager_lock_clear (BeaverManager *self);

/* _beaver_engine_run() and _run_async() with "dict “settings”: " in front of error messages. task stays the caller's, who
 * may drop it at once. */
gboolean _beaver_manager_run (BeaverManager *self,
                              BeaverAccess access,
                              BeaverWork work,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error);
void _beaver_manager_run_async (BeaverManager *self,
                                BeaverAccess access,
                                BeaverWork work,
                                gpointer data,
                                GDestroyNotify data_free,
                                GTask *task,
                                BeaverFinish finish);

/* The same with a core alone, for cursors and iterators that outlive their manager. */
gboolean _beaver_manager_core_check_open (BeaverManagerCore *self, GError **error);
gboolean _beaver_manager_core_run (BeaverManagerCore *self,
                                   BeaverAccess access,
                                   BeaverWork work,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   GError **error);
void _beaver_manager_core_run_async (BeaverManagerCore *self,
                                     BeaverAccess access,
                                     BeaverWork work,
                                     gpointer data,
                                     GDestroyNotify data_free,
                                     GTask *task,
                                     BeaverFinish finish);

/* Inside a WRITE work: tells listeners of this manager's events, after the commit, when anybody of this process listens
 * or the database always emits. payload is JSON text. */
gboolean _beaver_manager_core_emit (BeaverManagerCore *self,
                                    BeaverConnection *connection,
                                    const char *event,
                                    const char *payload,
                                    GError **error);

/* Argument checks that every noun shares; they set BEAVER_ERROR_INVALID saying what, where and what to do. */
gboolean _beaver_check_name (const char *kind, const char *name, GError **error);  /* not empty, UTF-8 */
gboolean _beaver_check_text (const char *what, const char *text, GError **error);  /* UTF-8 */
gboolean _beaver_check_finite (const char *what, double value, GError **error);    /* no NaN, no infinity */

G_END_DECLS
