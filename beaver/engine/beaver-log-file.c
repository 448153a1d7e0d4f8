/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How SQLite writes its write-ahead log, with half the system calls.
 *
 * A frame of the log is a header of 24 bytes and a page right behind it ("WAL Frame Header" in
 * SQLite's file format), and SQLite writes them one after the other. Here a header that continues
 * the file where this handle wrote last is kept until the page comes, and both go out together.
 * Nothing else is kept: not the page (its error could not be told any more: what makes a commit
 * visible is shared memory), and not a header that SQLite writes by itself, when it computes the
 * checksums of a transaction anew, since that does not continue the file. Any other use of the file
 * writes what is kept first.
 *
 * All of it stands on whatever file layer is SQLite's default; files other than logs are opened by
 * that alone. */
#include "config.h"

#include <string.h>

#include <beaver/engine/beaver-core-private.h>

#define HEADER 24

typedef struct
{
  sqlite3_file base;
  sqlite3_file *file; /* of the layer below; in the same piece of memory */
  sqlite3_int64 end;  /* where the last write ended, with what is kept */
  gboolean keeps;
  guint8 header[HEADER]; /* when keeps: belongs at end - HEADER */
  guint8 *frame;         /* a header and a page; NULL until it is needed */
  int frame_size;
} LogFile;

static sqlite3_vfs *below; /* constant once registered */

/* --- The file
 * ---------------------------------------------------------------------------------------------------------------
 */

static int
put_out (LogFile *self)
{
  int code;

  if (!self->keeps)
    return SQLITE_OK;
  self->keeps = FALSE;
  code = self->file->pMethods->xWrite (self->file, self->header, HEADER, self->end - HEADER);
  if (code != SQLITE_OK)
    self->end = -1;
  return code;
}

static gboolean
have_room (LogFile *self, int size)
{
  guint8 *frame;

  if (size <= self->frame_size)
    return TRUE;
  frame = sqlite3_realloc (self->frame, size);
  if (frame == NULL)
    return FALSE;
  self->frame = frame;
  self->frame_size = size;
  return TRUE;
}

static int
log_write (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  LogFile *self = (LogFile *) file;
  gboolean continues = offset == self->end;
  int code;

  if (self->keeps && continues && size <= 65536 && have_room (self, HEADER + size))
    {
      memcpy (self->frame, self->header, HEADER);
      memcpy (self->frame + HEADER, data, size);
      self->keeps = FALSE;
      code = self->file->pMethods->xWrite (self->file, self->frame, HEADER + size, offset - HEADER);
    }
  else
    {
      code = put_out (self);
      if (code == SQLITE_OK && size == HEADER && continues)
        {
          memcpy (self->header, data, HEADER);
          self->keeps = TRUE;
        }
      else if (code == SQLITE_OK)
        code = self->file->pMethods->xWrite (self->file, data, size, offset);
    }
  self->end = code == SQLITE_OK ? offset + size : -1;
  return code;
}

static int
log_close (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;
  int kept = put_out (self);
  int code = self->file->pMethods->xClose (self->file);

  sqlite3_free (self->frame);
  return kept != SQLITE_OK ? kept : code;
}

static int
log_read (sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
  LogFile *self = (LogFile *) file;
  int code = put_out (self);

  return code != SQLITE_OK ? code : self->file->pMethods->xRead (self->file, data, size, offset);
}

static int
log_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  LogFile *self = (LogFile *) file;
  int code = put_out (self);

  self->end = -1;
  return code != SQLITE_OK ? code : self->file->pMethods->xTruncate (self->file, size);
}

static int
log_sync (sqlite3_file *file, int flags)
{
  LogFile *self = (LogFile *) file;
  int code = put_out (self);

  /* SQLite may split a page where the disk's sectors end, and sync between the two: the second half
   * is no header, however long it is */
  self->end = -1;
  return code != SQLITE_OK ? code : self->file->pMethods->xSync (self->file, flags);
}

static int
log_size (sqlite3_file *file, sqlite3_int64 *size)
{
  LogFile *self = (LogFile *) file;
  int code = put_out (self);

  return code != SQLITE_OK ? code : self->file->pMethods->xFileSize (self->file, size);
}

static int
log_lock (sqlite3_file *file, int level)
{
  LogFile *self = (LogFile *) file;

  return self->file->pMethods->xLock (self->file, level);
}

static int
log_unlock (sqlite3_file *file, int level)
{
  LogFile *self = (LogFile *) file;

  return self->file->pMethods->xUnlock (self->file, level);
}

static int
log_check_reserved_lock (sqlite3_file *file, int *result)
{
  LogFile *self = (LogFile *) file;

  return self->file->pMethods->xCheckReservedLock (self->file, result);
}

static int
log_control (sqlite3_file *file, int op, void *argument)
{
  LogFile *self = (LogFile *) file;
  int code = put_out (self);

  return code != SQLITE_OK ? code : self->file->pMethods->xFileControl (self->file, op, argument);
}

static int
log_sector_size (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;

  return self->file->pMethods->xSectorSize (self->file);
}

static int
log_device_characteristics (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;

  return self->file->pMethods->xDeviceCharacteristics (self->file);
}

/* The first version is all that SQLite asks of a log: its shared memory belongs to the database. */
static const sqlite3_io_methods log_methods = {
  .iVersion = 1,
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_size,
  .xLock = log_lock,
  .xUnlock = log_unlock,
  .xCheckReservedLock = log_check_reserved_lock,
  .xFileControl = log_control,
  .xSectorSize = log_sector_size,
  .xDeviceCharacteristics = log_device_characteristics,
};

/* --- The file layer
 * -----------------------------------------------------------------------------------------------------------
 */

static int
vfs_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  LogFile *self = (LogFile *) file;
  int code;

  if ((flags & SQLITE_OPEN_WAL) == 0)
    return below->xOpen (below, name, file, flags, out_flags);
  memset (self, 0, sizeof *self);
  self->file = (sqlite3_file *) (self + 1);
  self->end = -1;
  code = below->xOpen (below, name, self->file, flags, out_flags);
  if (self->file->pMethods != NULL)
    self->base.pMethods = &log_methods;
  return code;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync)
{
  return below->xDelete (below, name, sync);
}

static int
vfs_access (sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  return below->xAccess (below, name, flags, result);
}

static int
vfs_full_pathname (sqlite3_vfs *vfs, const char *name, int size, char *path)
{
  return below->xFullPathname (below, name, size, path);
}

static void *
vfs_dl_open (sqlite3_vfs *vfs, const char *name)
{
  return below->xDlOpen (below, name);
}

static void
vfs_dl_error (sqlite3_vfs *vfs, int size, char *message)
{
  below->xDlError (below, size, message);
}

static void (*vfs_dl_sym (sqlite3_vfs *vfs, void *handle, const char *symbol)) (void)
{
  return below->xDlSym (below, handle, symbol);
}

static void
vfs_dl_close (sqlite3_vfs *vfs, void *handle)
{
  below->xDlClose (below, handle);
}

static int
vfs_randomness (sqlite3_vfs *vfs, int size, char *bytes)
{
  return below->xRandomness (below, size, bytes);
}

static int
vfs_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return below->xSleep (below, microseconds);
}

static int
vfs_current_time (sqlite3_vfs *vfs, double *time)
{
  return below->xCurrentTime (below, time);
}

static int
vfs_get_last_error (sqlite3_vfs *vfs, int size, char *message)
{
  return below->xGetLastError (below, size, message);
}

static int
vfs_current_time_int64 (sqlite3_vfs *vfs, sqlite3_int64 *time)
{
  return below->xCurrentTimeInt64 (below, time);
}

static sqlite3_vfs layer = {
  .iVersion = 2,
  .zName = "libbeaver",
  .xOpen = vfs_open,
  .xDelete = vfs_delete,
  .xAccess = vfs_access,
  .xFullPathname = vfs_full_pathname,
  .xDlOpen = vfs_dl_open,
  .xDlError = vfs_dl_error,
  .xDlSym = vfs_dl_sym,
  .xDlClose = vfs_dl_close,
  .xRandomness = vfs_randomness,
  .xSleep = vfs_sleep,
  .xCurrentTime = vfs_current_time,
  .xGetLastError = vfs_get_last_error,
  .xCurrentTimeInt64 = vfs_current_time_int64,
};

/* The name of the file layer for a connection, NULL for SQLite's default: when the program has set
 * another one since the first database was opened. Any thread. */
const char *
_beaver_log_file_layer (void)
{
  static gsize registered; /* 1: yes, 2: cannot be */

  if (g_once_init_enter (&registered))
    {
      below = sqlite3_vfs_find (NULL);
      if (below != NULL)
        {
          layer.iVersion = MIN (below->iVersion, 2);
          layer.szOsFile = (int) sizeof (LogFile) + below->szOsFile;
          layer.mxPathname = below->mxPathname;
        }
      g_once_init_leave (
          &registered, below != NULL && sqlite3_vfs_register (&layer, FALSE) == SQLITE_OK ? 1 : 2);
    }
  return registered == 1 && sqlite3_vfs_find (NULL) == below ? layer.zName : NULL;
}
