/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files that are made under a temporary name, TARGET.beaver-XXXXXX, beside the one that they get.
 *
 * Who makes one has a lock on it (flock(), of which SQLite's own locks know nothing) that ends with
 * the process, however that ends. So one that nobody has locked was left behind. There is a moment
 * without the lock before the file gets its name: what was touched a short while ago is spared.
 *
 * Only on Linux, and on file systems of which it is known that both kinds of locks keep out of each
 * other's way, which over a network they do not. Elsewhere nothing is removed. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <glib/gstdio.h>
#ifdef __linux__
#include <sys/file.h>
#include <sys/vfs.h>
#endif

#include <beaver/engine/beaver-temporary-private.h>

#define MARK ".beaver-"
#define MARK_LETTERS 6
#define SPARED_SECONDS 60
#define ATTEMPTS 100

static void
remove_all (const char *path)
{
  static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_unlink (file);
    }
}

#ifdef __linux__
static gboolean
can_lock (int fd)
{
  static const guint32 known[] = {
    0xef53,     /* ext2, ext3, ext4 */
    0x58465342, /* xfs */
    0x9123683e, /* btrfs */
    0x01021994, /* tmpfs */
    0x794c7630, /* overlayfs */
    0xf2f52010, /* f2fs */
    0x2fc12fc1, /* zfs */
    0xca451a4e, /* bcachefs */
  };
  struct statfs status;

  if (fstatfs (fd, &status) != 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if ((guint32) status.f_type == known[i])
      return TRUE;
  return FALSE;
}

/* FALSE: somebody has it, or has just taken it away. */
static gboolean
take (const char *path, int fd)
{
  GStatBuf there;
  struct stat own;

  return flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &own) == 0 &&
         g_lstat (path, &there) == 0 && there.st_dev == own.st_dev && there.st_ino == own.st_ino;
}

/* Whether it was made here, by this user, some time ago: empty, or a database. */
static gboolean
is_old (int fd)
{
  static const char magic[] = "SQLite format 3";
  char start[sizeof magic];
  struct stat status;
  ssize_t n;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_uid != geteuid () ||
      status.st_nlink != 1 || time (NULL) - status.st_mtime < SPARED_SECONDS)
    return FALSE;
  n = pread (fd, start, sizeof start, 0);
  return n == 0 || (n == sizeof start && memcmp (start, magic, sizeof start) == 0);
}

static void
remove_left (const char *path)
{
  int fd = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);

  if (fd < 0)
    return;
  /* the lock is taken before anything else is known, and goes with the descriptor */
  if (can_lock (fd) && take (path, fd) && is_old (fd))
    remove_all (path);
  close (fd);
}

static void
remove_all_left (const char *target)
{
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *base = g_path_get_basename (target);
  g_autofree char *prefix = g_strconcat (base, MARK, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix) && strlen (name) == strlen (prefix) + MARK_LETTERS)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        remove_left (path);
      }
}
#else
static gboolean
can_lock (int fd)
{
  return FALSE;
}

static gboolean
take (const char *path, int fd)
{
  return TRUE;
}

static void
remove_all_left (const char *target)
{
}
#endif

gboolean
_beaver_temporary_make (BeaverTemporary *self, const char *target, int mode)
{
  remove_all_left (target);
  for (guint i = 0; i < ATTEMPTS; i++)
    {
      self->path = g_strconcat (target, MARK, "XXXXXX", NULL);
      self->fd = g_mkstemp_full (self->path, O_RDWR | O_CLOEXEC, mode);
      if (self->fd < 0)
        return FALSE;
      if (!can_lock (self->fd) || take (self->path, self->fd))
        return TRUE;
      /* who looks for what was left took it for that; it is gone, or will be another time */
      g_unlink (self->path);
      _beaver_temporary_clear (self);
    }
  errno = EBUSY;
  self->path = g_strdup (target);
  return FALSE;
}

void
_beaver_temporary_release (BeaverTemporary *self)
{
  if (self->fd < 0)
    return;
  /* the moment without the lock begins now */
  futimens (self->fd, NULL);
  close (self->fd);
  self->fd = -1;
}

void
_beaver_temporary_remove (BeaverTemporary *self)
{
  remove_all (self->path);
}

void
_beaver_temporary_clear (BeaverTemporary *self)
{
  if (self->path != NULL)
    _beaver_temporary_release (self);
  g_clear_pointer (&self->path, g_free);
}
