/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A database under a name of its own beside the one that it will get. Making one first removes what processes that died
 * have left behind for the same target.
 *
 * fd stays open while others write the file, since closing it would drop the locks that SQLite has in this process: open
 * no second one, and release it when SQLite has closed the file, before it gets its name. */
typedef struct
{
  char *path;
  int fd; /* -1: released */
} BeaverTemporary;

/* FALSE with errno, and in path what could not be made. */
gboolean _beaver_temporary_make (BeaverTemporary *self, const char *target, int mode);
void _beaver_temporary_release (BeaverTemporary *self);
/* With what SQLite has beside it. Released before. */
void _beaver_temporary_remove (BeaverTemporary *self);
void _beaver_temporary_clear (BeaverTemporary *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BeaverTemporary, _beaver_temporary_clear)

G_END_DECLS
