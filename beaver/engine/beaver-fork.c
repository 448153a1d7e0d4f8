/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* fork(): the child may open the files of its parent for itself, whatever the parent's other
 * threads did at that moment.
 *
 * Three things stand in the way. Locks of the process that a thread of the parent held stay locked
 * in the child for ever: SQLite's own (its allocator's, for one) and ours are taken around the
 * fork. SQLite keeps books of the locks that the process has on a file, by device and inode, and
 * asks the system for none that another connection seems to have; but locks do not go over to the
 * child. So there SQLite gets to see another device, and begins new books. And random numbers: see
 * _beaver_uuid_new().
 *
 * What GLib itself holds cannot be helped from here. */
#include "config.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include <sqlite3.h>

#include <beaver/engine/beaver-fork-private.h>

/* SQLite's, those it takes inside others last; what order is right depends on its version, so none
 * is waited for while another one is held. */
static const int sqlite_mutexes[] = {
  SQLITE_MUTEX_STATIC_OPEN,   SQLITE_MUTEX_STATIC_VFS1, SQLITE_MUTEX_STATIC_PRNG,
  SQLITE_MUTEX_STATIC_MASTER, SQLITE_MUTEX_STATIC_LRU,  SQLITE_MUTEX_STATIC_PMEM,
  SQLITE_MUTEX_STATIC_MEM,
};

/* So often, and so long in between, all are tried; then the fork goes on without. */
#define TRIES 2000
#define PAUSE_NS 50000

static GMutex process_mutexes[BEAVER_N_PROCESS_MUTEXES];
guint _beaver_fork_generation;
static gboolean holds_all; /* in the thread that forks, which holds all of them then */
static int (*plain_fstat) (int fd, struct stat *status);
static sqlite3_vfs *plain_vfs; /* whose fstat it is; NULL: not the system's */

GMutex *
_beaver_process_mutex (BeaverProcessMutex which)
{
  return &process_mutexes[which];
}

static void
release (guint n_own, guint n_sqlite)
{
  while (n_sqlite > 0)
    sqlite3_mutex_leave (sqlite3_mutex_alloc (sqlite_mutexes[--n_sqlite]));
  while (n_own > 0)
    g_mutex_unlock (&process_mutexes[--n_own]);
}

static gboolean
try_all (void)
{
  guint n_own = 0, n_sqlite = 0;

  while (n_own < G_N_ELEMENTS (process_mutexes) && g_mutex_trylock (&process_mutexes[n_own]))
    n_own++;
  if (n_own == G_N_ELEMENTS (process_mutexes))
    {
      while (n_sqlite < G_N_ELEMENTS (sqlite_mutexes) &&
             sqlite3_mutex_try (sqlite3_mutex_alloc (sqlite_mutexes[n_sqlite])) == SQLITE_OK)
        n_sqlite++;
      if (n_sqlite == G_N_ELEMENTS (sqlite_mutexes))
        return TRUE;
    }
  release (n_own, n_sqlite);
  return FALSE;
}

static void
before_fork (void)
{
  static const struct timespec pause = { 0, PAUSE_NS };
  gboolean all = try_all ();

  for (int i = 0; i < TRIES && !all; i++)
    {
      nanosleep (&pause, NULL);
      all = try_all ();
    }
  holds_all = all;
}

static void
after_fork (void)
{
  if (!holds_all)
    return;
  holds_all = FALSE;
  release (G_N_ELEMENTS (process_mutexes), G_N_ELEMENTS (sqlite_mutexes));
}

static int
child_fstat (int fd, struct stat *status)
{
  int result = plain_fstat (fd, status);

  if (result == 0)
    status->st_dev ^= (dev_t) _beaver_fork_generation << 20;
  return result;
}

static void
after_fork_in_child (void)
{
  _beaver_fork_generation++;
  if (plain_vfs != NULL)
    plain_vfs->xSetSystemCall (plain_vfs, "fstat", (sqlite3_syscall_ptr) child_fstat);
  after_fork ();
}

void
_beaver_fork_prepare (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      sqlite3_vfs *vfs = sqlite3_initialize () == SQLITE_OK ? sqlite3_vfs_find (NULL) : NULL;

      if (vfs != NULL && g_str_has_prefix (vfs->zName, "unix") && vfs->iVersion >= 3)
        {
          plain_fstat = (int (*) (int, struct stat *)) vfs->xGetSystemCall (vfs, "fstat");
          plain_vfs = plain_fstat != NULL ? vfs : NULL;
        }
      pthread_atfork (before_fork, after_fork, after_fork_in_child);
      g_once_init_leave (&once, 1);
    }
}

/* RFC 4122, version 4. */
char *
_beaver_uuid_new (void)
{
  guint8 b[16];

  if (getentropy (b, sizeof b) != 0)
    return g_uuid_string_random ();
  b[6] = (guint8) ((b[6] & 0x0f) | 0x40);
  b[8] = (guint8) ((b[8] & 0x3f) | 0x80);
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                          b[12], b[13], b[14], b[15]);
}
