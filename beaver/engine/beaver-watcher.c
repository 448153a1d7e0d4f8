/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who waits for a change, and how he hears of it.
 *
 * Changes of this process: the committing thread says which topics it touched, and exactly those
 * watches are woken. Changes of other processes: one thread per database, there only while somebody
 * waits, sleeps on an inotify watch of the -wal file. The event comes with the write of the frames,
 * before the commit is visible in the wal-index header, so the thread looks at the header again and
 * again for some milliseconds, then ever more rarely (a commit that waits for the disk), then
 * sleeps again. What changed is not in the header, so a foreign commit wakes every watch. Where
 * there is no header (rollback journal) every write wakes everybody; where there is no inotify the
 * header is polled. The same thread keeps the timers of asynchronous waits. Where the system
 * refuses it, each thread that waits polls for itself. */
#define _GNU_SOURCE /* ppoll() */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#if HAVE_INOTIFY
#include <sys/inotify.h>
#endif

#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-core-private.h>

/* Looks at the header after an event: first close together, then with pauses that grow with the
 * time since the event, as long as a commit may wait for its disk. */
#define CLOSE_LOOKS 50
#define SHORT_PAUSE_US 20
#define SHORT_PAUSES_US 4000
#define SHORTEST_TAIL_PAUSE_US 500
#define SHORT_TAIL_US 1000000
#define LONGEST_TAIL_PAUSE_US 10000000
#define TAIL_US 60000000
/* So many wakes in a row by own commits, less than BUSY_GAP_US apart, and events are left alone for
 * a while: beginning to write looks at the header anyway. */
#define BUSY_WAKES 16
#define BUSY_GAP_US 1000
#define BUSY_PAUSE_US 2000
/* Without inotify. */
#define POLL_SHORTEST_US 1000
#define POLL_LONGEST_US 100000
/* The thread stays a moment after the last watch is gone. */
#define LINGER_US 2000000

struct _BeaverWatch
{
  gatomicrefcount ref_count;
  BeaverEngine *engine; /* strong */
  char *topic;
  BeaverWatchNotify notify; /* immutable; NULL: a thread waits */
  BeaverWatchDirect direct; /* immutable, NULL for most */
  gpointer notify_data;     /* of either */
  GDestroyNotify notify_destroy;
  GMutex lock;
  GCond cond;       /* with lock */
  gboolean changed; /* (mutex lock) */
  gboolean stopped; /* (mutex lock) */
  gint64 timer;     /* (mutex watcher.lock) monotonic, 0 none */
};

struct _BeaverWatcher
{
  BeaverEngine *engine; /* not a reference: the engine owns the watcher */
  int n_watches;        /* atomic copy of the number of watches */
  GMutex lock;
  GPtrArray *watches; /* (mutex lock) (element-type BeaverWatch) not references: unref takes them
                         out under the lock */
  GThread *thread;    /* (mutex lock) */
  gboolean running;   /* atomic; written with lock held: the thread has not decided to end */
  gboolean closing;   /* (mutex lock) */
  int wake_fd[2];     /* (mutex lock) pipe that wakes the thread; -1 while there is none */
};

/* --- Watches
 * ----------------------------------------------------------------------------------------------------------------
 */

static gboolean see_foreign_change (BeaverEngine *engine);
static gboolean watcher_ensure_thread_locked (BeaverWatcher *self, GError **error);
static void watcher_poke_thread_locked (BeaverWatcher *self);

static BeaverWatch *
watch_new (BeaverEngine *engine,
           const char *topic,
           BeaverWatchNotify notify,
           BeaverWatchDirect direct,
           gpointer data,
           GDestroyNotify destroy)
{
  BeaverWatcher *watcher = engine->watcher;
  BeaverWatch *self = g_new0 (BeaverWatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->engine = _beaver_engine_ref (engine);
  self->topic = g_strdup (topic);
  self->notify = notify;
  self->direct = direct;
  self->notify_data = data;
  self->notify_destroy = destroy;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  g_mutex_lock (&watcher->lock);
  g_ptr_array_add (watcher->watches, self);
  __atomic_store_n (&watcher->n_watches, (int) watcher->watches->len, __ATOMIC_SEQ_CST);
  self->stopped = watcher->closing;
  if (!watcher->closing && !engine->memory)
    watcher_ensure_thread_locked (watcher, NULL);
  g_mutex_unlock (&watcher->lock);
  return self;
}

BeaverWatch *
_beaver_watch_new (BeaverEngine *engine, const char *topic)
{
  return watch_new (engine, topic, NULL, NULL, NULL, NULL);
}

BeaverWatch *
_beaver_watch_new_direct (BeaverEngine *engine,
                          const char *topic,
                          BeaverWatchDirect direct,
                          gpointer data,
                          GDestroyNotify destroy)
{
  return watch_new (engine, topic, NULL, direct, data, destroy);
}

BeaverWatch *
_beaver_watch_new_notify (BeaverEngine *engine,
                          const char *topic,
                          BeaverWatchNotify notify,
                          gpointer data,
                          GDestroyNotify destroy)
{
  return watch_new (engine, topic, notify, NULL, data, destroy);
}

BeaverWatch *
_beaver_watch_ref (BeaverWatch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
unregister (BeaverWatch *self)
{
  BeaverWatcher *watcher = self->engine->watcher;

  /* Its thread is the parent's, and may have had the lock. */
  if (_beaver_engine_is_forked (self->engine))
    return;
  g_mutex_lock (&watcher->lock);
  if (g_ptr_array_remove_fast (watcher->watches, self))
    __atomic_store_n (&watcher->n_watches, (int) watcher->watches->len, __ATOMIC_SEQ_CST);
  g_mutex_unlock (&watcher->lock);
}

void
_beaver_watch_unref (BeaverWatch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  unregister (self);
  if (self->notify_destroy != NULL)
    self->notify_destroy (self->notify_data);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->topic);
  _beaver_engine_unref (self->engine);
  g_free (self);
}

void
_beaver_watch_withdraw (BeaverWatch *self)
{
  unregister (self);
}

gboolean
_beaver_watch_set_timer (BeaverWatch *self, gint64 deadline, GError **error)
{
  BeaverWatcher *watcher = self->engine->watcher;
  gboolean ok = TRUE;

  g_mutex_lock (&watcher->lock);
  self->timer = deadline;
  if (!watcher->closing && (deadline != 0 || (!watcher->running && !self->engine->memory)))
    {
      ok = watcher_ensure_thread_locked (watcher, error);
      watcher_poke_thread_locked (watcher);
    }
  g_mutex_unlock (&watcher->lock);
  return ok;
}

static void
watch_wake (BeaverWatch *self, gboolean stop)
{
  if (self->notify != NULL)
    {
      self->notify (self, self->notify_data);
      return;
    }
  g_mutex_lock (&self->lock);
  self->changed = TRUE;
  self->stopped |= stop;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
_beaver_watch_poke (BeaverWatch *self)
{
  watch_wake (self, FALSE);
}

void
_beaver_watch_stop (BeaverWatch *self)
{
  watch_wake (self, TRUE);
}

gboolean
_beaver_watch_is_stopped (BeaverWatch *self)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return stopped || _beaver_engine_closing (self->engine);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  BeaverWatch *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Does what the thread would do, once, when there is none. */
static gboolean
poll_instead (BeaverWatch *self)
{
  BeaverWatcher *watcher = self->engine->watcher;
  gboolean served;

  g_mutex_lock (&watcher->lock);
  served = watcher->closing || watcher_ensure_thread_locked (watcher, NULL);
  g_mutex_unlock (&watcher->lock);
  if (!served && (self->engine->wal_index.map == NULL || see_foreign_change (self->engine)))
    _beaver_watcher_foreign (watcher);
  return !served;
}

static BeaverWake
watch_wait (BeaverWatch *self, gint64 deadline, GCancellable *cancellable)
{
  BeaverWake wake = BEAVER_WAKE_CHANGED;
  gulong handler = 0;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);
  g_mutex_lock (&self->lock);
  for (;;)
    {
      if (self->stopped)
        {
          wake = BEAVER_WAKE_STOPPED;
          break;
        }
      if (cancellable != NULL && g_cancellable_is_cancelled (cancellable))
        {
          wake = BEAVER_WAKE_CANCELLED;
          break;
        }
      if (self->changed)
        {
          self->changed = FALSE;
          break;
        }
      if (deadline < 0)
        g_cond_wait (&self->cond, &self->lock);
      else if (!g_cond_wait_until (&self->cond, &self->lock, deadline) && !self->changed &&
               !self->stopped)
        {
          wake = BEAVER_WAKE_TIMEOUT;
          break;
        }
    }
  g_mutex_unlock (&self->lock);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  return wake;
}

BeaverWake
_beaver_watch_wait (BeaverWatch *self, gint64 deadline, GCancellable *cancellable)
{
  BeaverWatcher *watcher = self->engine->watcher;
  gint64 pause = POLL_SHORTEST_US;
  BeaverWake wake;

  /* A database in memory has no other writers. */
  if (self->engine->memory || __atomic_load_n (&watcher->running, __ATOMIC_ACQUIRE))
    return watch_wait (self, deadline, cancellable);
  for (;;)
    {
      gboolean polls = poll_instead (self);
      gint64 look_at = g_get_monotonic_time () + pause;

      if (!polls || (deadline >= 0 && deadline <= look_at))
        return watch_wait (self, deadline, cancellable);
      wake = watch_wait (self, look_at, cancellable);
      if (wake != BEAVER_WAKE_TIMEOUT)
        return wake;
      pause = MIN (pause * 2, POLL_LONGEST_US);
    }
}

/* --- Waking
 * -------------------------------------------------------------------------------------------------------------------
 */

static gboolean
is_touched (BeaverWatch *watch, GPtrArray *topics)
{
  if (topics == NULL || topics->len == 0)
    return TRUE;
  for (guint i = 0; i < topics->len; i++)
    if (strcmp (g_ptr_array_index (topics, i), watch->topic) == 0)
      return TRUE;
  return FALSE;
}

/* A reference to a watch that is registered but may just be on its way out. */
static BeaverWatch *
try_ref (BeaverWatch *watch)
{
  int count = g_atomic_int_get (&watch->ref_count);

  while (count > 0)
    {
      if (g_atomic_int_compare_and_exchange (&watch->ref_count, count, count + 1))
        return watch;
      count = g_atomic_int_get (&watch->ref_count);
    }
  return NULL;
}

/* own: the thread that calls has just committed, and may be asked to do more. */
static void
wake (BeaverWatcher *self, GPtrArray *topics, gboolean own, gboolean stop)
{
  g_autoptr (GPtrArray) woken = NULL;

  if (__atomic_load_n (&self->n_watches, __ATOMIC_SEQ_CST) == 0)
    return;
  woken = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_watch_unref);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->watches->len; i++)
    {
      BeaverWatch *watch = g_ptr_array_index (self->watches, i);

      if (is_touched (watch, topics) && try_ref (watch) != NULL)
        g_ptr_array_add (woken, watch);
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < woken->len; i++)
    {
      BeaverWatch *watch = g_ptr_array_index (woken, i);

      if (!own || watch->direct == NULL || !watch->direct (watch->notify_data))
        watch_wake (watch, stop);
    }
}

void
_beaver_watcher_committed (BeaverWatcher *self, GPtrArray *topics)
{
  wake (self, topics, TRUE, FALSE);
}

void
_beaver_watcher_foreign (BeaverWatcher *self)
{
  wake (self, NULL, FALSE, FALSE);
}

gboolean
_beaver_watcher_is_awaited (BeaverWatcher *self)
{
  return __atomic_load_n (&self->n_watches, __ATOMIC_SEQ_CST) > 0;
}

/* --- The thread
 * ---------------------------------------------------------------------------------------------------------------
 */

static void
watcher_poke_thread_locked (BeaverWatcher *self)
{
  if (self->wake_fd[1] >= 0)
    {
      gssize n;

      do
        n = write (self->wake_fd[1], "", 1);
      while (n < 0 && errno == EINTR);
    }
}

/* Rings due timers; returns the next deadline, 0 for none. */
static gint64
ring_timers (BeaverWatcher *self)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_watch_unref);
  gint64 now = g_get_monotonic_time ();
  gint64 next = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->watches->len; i++)
    {
      BeaverWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->timer == 0)
        continue;
      if (watch->timer > now)
        next = next == 0 ? watch->timer : MIN (next, watch->timer);
      else
        {
          watch->timer = 0;
          if (try_ref (watch) != NULL)
            g_ptr_array_add (due, watch);
        }
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < due->len; i++)
    watch_wake (g_ptr_array_index (due, i), FALSE);
  return next;
}

/* Whether the header tells of a commit that no commit of this process explains; then it is known
 * from now on. */
static gboolean
see_foreign_change (BeaverEngine *engine)
{
  BeaverWalHeader header;
  gboolean changed;

  if (engine->wal_index.map == NULL)
    return FALSE;
  /* While this process holds the write lock only its own commits can come, and it accounts for them
   * itself. */
  if (__atomic_load_n (&engine->own_writing, __ATOMIC_ACQUIRE))
    return FALSE;
  g_mutex_lock (&engine->change_lock);
  header = _beaver_wal_index_peek (&engine->wal_index);
  changed = _beaver_wal_header_change (&header) != _beaver_wal_header_change (&engine->known) &&
            !__atomic_load_n (&engine->own_writing, __ATOMIC_ACQUIRE);
  if (changed)
    {
      engine->known = header;
      engine->generation++;
      /* with the rest: who sees that nothing is new since must not find the token of before */
      __atomic_store_n (&engine->foreign_at, g_get_monotonic_time (), __ATOMIC_RELAXED);
    }
  g_mutex_unlock (&engine->change_lock);
  return changed;
}

#if HAVE_INOTIFY
static gboolean
drain (int fd)
{
  char buffer[4096] G_GNUC_UNUSED;
  gboolean any = FALSE;

  while (read (fd, buffer, sizeof buffer) > 0)
    any = TRUE;
  return any;
}

static int
watch_file (BeaverEngine *engine)
{
  int fd = engine->memory ? -1 : inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  g_autofree char *path =
      engine->wal ? g_strconcat (engine->file, "-wal", NULL) : g_strdup (engine->file);

  if (fd < 0)
    return -1;
  if (inotify_add_watch (fd, path, IN_MODIFY) < 0)
    {
      close (fd);
      return -1;
    }
  return fd;
}
#else
static gboolean
drain (int fd)
{
  return FALSE;
}

static int
watch_file (BeaverEngine *engine)
{
  return -1;
}
#endif

static void
drain_pipe (int fd)
{
  char buffer[64];

  while (read (fd, buffer, sizeof buffer) > 0)
    ;
}

/* until 0: for ever. Returns FALSE when a signal was in between. */
static gboolean
sleep_until (struct pollfd *fds, nfds_t n, gint64 until)
{
  struct timespec timeout;

  if (until != 0)
    {
      gint64 wait = MAX (0, until - g_get_monotonic_time ());

      timeout.tv_sec = wait / G_USEC_PER_SEC;
      timeout.tv_nsec = (wait % G_USEC_PER_SEC) * 1000;
    }
  return ppoll (fds, n, until != 0 ? &timeout : NULL, NULL) >= 0;
}

/* What the thread has seen of the file so far. */
typedef struct
{
  int notify_fd; /* inotify; -1 where there is none */
  gboolean has_header;
  gboolean polls;    /* nothing tells of changes */
  gint64 poll_pause; /* for polls */
  gint64 tail_since; /* when the file was last written by whomever, 0 when that is long ago */
  guint own_commits; /* of this process at the last look */
  gint64 own_at;     /* when they had grown */
  guint busy;        /* wakes by own commits in quick succession */
} Sight;

/* When to look at the header without being told, 0 never. */
static gint64
next_look (const Sight *sight, gint64 now)
{
  gint64 age = now - sight->tail_since;

  if (sight->busy >= BUSY_WAKES)
    return now + BUSY_PAUSE_US;
  if (sight->polls)
    return now + sight->poll_pause;
  if (sight->tail_since == 0 || age > TAIL_US)
    return 0;
  if (age > SHORT_TAIL_US)
    return now + LONGEST_TAIL_PAUSE_US;
  return now + MAX (age / 4, SHORTEST_TAIL_PAUSE_US);
}

/* Whether this process has committed since the last time; keeps count of how quickly it does. */
static gboolean
see_own_commits (Sight *sight, BeaverEngine *engine)
{
  guint own = (guint) __atomic_load_n (&engine->own_commits, __ATOMIC_ACQUIRE);
  guint n = own - sight->own_commits;
  gint64 now = g_get_monotonic_time ();

  if (n == 0)
    {
      if (now - sight->own_at > BUSY_PAUSE_US)
        sight->busy = 0;
      return FALSE;
    }
  sight->busy = (now - sight->own_at) / n < BUSY_GAP_US ? MIN (sight->busy + 1, BUSY_WAKES) : 0;
  sight->own_commits = own;
  sight->own_at = now;
  return TRUE;
}

static void
look (BeaverWatcher *self, Sight *sight, gboolean event)
{
  BeaverEngine *engine = self->engine;
  gboolean own = see_own_commits (sight, engine);
  gint64 give_up = g_get_monotonic_time () + SHORT_PAUSES_US;
  gboolean foreign = FALSE;

  if (event)
    sight->tail_since = g_get_monotonic_time ();
  for (int i = 0; i < (event ? CLOSE_LOOKS : 1) && !foreign; i++)
    foreign = see_foreign_change (engine);
  /* When we committed ourselves, the event was most likely ours; the later looks are for the case
   * that it was not. */
  while (event && !own && !foreign && !_beaver_engine_closing (engine) &&
         !__atomic_load_n (&engine->own_writing, __ATOMIC_ACQUIRE) &&
         g_get_monotonic_time () < give_up)
    {
      _beaver_engine_doze (engine, g_get_monotonic_time () + SHORT_PAUSE_US);
      foreign = see_foreign_change (engine);
    }
  if (foreign)
    {
      sight->busy = 0;
      _beaver_watcher_foreign (self);
    }
  sight->poll_pause = foreign ? POLL_SHORTEST_US : MIN (sight->poll_pause * 2, POLL_LONGEST_US);
}

static gpointer
watcher_thread (gpointer data)
{
  BeaverWatcher *self = data;
  BeaverEngine *engine = self->engine;
  Sight sight = { .notify_fd = watch_file (engine),
                  .has_header = engine->wal_index.map != NULL,
                  .poll_pause = POLL_SHORTEST_US };
  /* A watch may have been there before the inotify watch was. */
  gboolean fresh = TRUE;
  gint64 idle_since = 0;
  int wake_fd;

  sight.polls = sight.notify_fd < 0 && !engine->memory;
  g_mutex_lock (&self->lock);
  wake_fd = self->wake_fd[0];
  g_mutex_unlock (&self->lock);

  for (;;)
    {
      struct pollfd fds[2] = { { wake_fd, POLLIN, 0 }, { sight.notify_fd, POLLIN, 0 } };
      gint64 until = ring_timers (self);
      gint64 now = g_get_monotonic_time ();
      gboolean event = FALSE;

      g_mutex_lock (&self->lock);
      if (self->watches->len > 0)
        idle_since = 0;
      else if (idle_since == 0)
        idle_since = now;
      if (self->closing || (idle_since != 0 && now - idle_since >= LINGER_US))
        {
          __atomic_store_n (&self->running, FALSE, __ATOMIC_RELEASE);
          g_mutex_unlock (&self->lock);
          break;
        }
      g_mutex_unlock (&self->lock);

      if (idle_since != 0)
        {
          until = idle_since + LINGER_US;
          fresh = TRUE; /* what happens now is not looked at */
        }
      else if (fresh)
        until = now;
      else if (!engine->memory)
        {
          gint64 at = next_look (&sight, now);

          until = until == 0 ? at : at == 0 ? until : MIN (until, at);
        }
      if (!sleep_until (fds, sight.notify_fd < 0 || sight.busy >= BUSY_WAKES ? 1 : 2, until))
        continue;
      if (fds[0].revents != 0)
        drain_pipe (wake_fd);
      if (sight.notify_fd >= 0)
        event = drain (sight.notify_fd);
      if (idle_since != 0 || engine->memory)
        {
          fresh = fresh && !engine->memory;
          continue;
        }
      event |= fresh;
      fresh = FALSE;

      if (sight.has_header)
        look (self, &sight, event);
      else
        {
          if (event || sight.polls)
            _beaver_watcher_foreign (self);
          sight.poll_pause = MIN (sight.poll_pause * 2, POLL_LONGEST_US);
        }
    }

  if (sight.notify_fd >= 0)
    close (sight.notify_fd);
  return NULL;
}

static void
close_pipe (BeaverWatcher *self)
{
  for (int i = 0; i < 2; i++)
    {
      if (self->wake_fd[i] >= 0)
        close (self->wake_fd[i]);
      self->wake_fd[i] = -1;
    }
}

static gboolean
watcher_ensure_thread_locked (BeaverWatcher *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->running)
    {
      /* It may be sleeping out its last moments. */
      if (self->watches->len == 1)
        watcher_poke_thread_locked (self);
      return TRUE;
    }
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (
        &self->thread)); /* decided to end before it let go of the lock: all but gone */
  close_pipe (self);
  if (!g_unix_open_pipe (self->wake_fd, FD_CLOEXEC, &local) ||
      !g_unix_set_fd_nonblocking (self->wake_fd[0], TRUE, &local) ||
      !g_unix_set_fd_nonblocking (self->wake_fd[1], TRUE, &local))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL,
                   _ ("cannot watch for changes of other processes: %s; close some files, or raise "
                      "the limit (ulimit -n)"),
                   local->message);
      return FALSE;
    }
  /* It takes the lock, which is held here, before it looks at this. */
  self->thread = _beaver_thread_try_new ("beaver-watch", watcher_thread, self, error);
  __atomic_store_n (&self->running, self->thread != NULL, __ATOMIC_RELEASE);
  return self->thread != NULL;
}

BeaverWatcher *
_beaver_watcher_new (BeaverEngine *engine)
{
  BeaverWatcher *self = g_new0 (BeaverWatcher, 1);

  self->engine = engine;
  self->watches = g_ptr_array_new ();
  self->wake_fd[0] = self->wake_fd[1] = -1;
  g_mutex_init (&self->lock);
  return self;
}

void
_beaver_watcher_free (BeaverWatcher *self)
{
  close_pipe (self);
  g_ptr_array_unref (self->watches);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
_beaver_watcher_begin_close (BeaverWatcher *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  watcher_poke_thread_locked (self);
  g_mutex_unlock (&self->lock);
  wake (self, NULL, FALSE, TRUE);
}

guint
_beaver_watcher_join (BeaverWatcher *self)
{
  GThread *thread;

  g_mutex_lock (&self->lock);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->lock);
  if (thread == NULL)
    return 0;
  g_thread_join (thread);
  g_mutex_lock (&self->lock);
  close_pipe (self);
  g_mutex_unlock (&self->lock);
  return 1;
}
