/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <glib.h>
#include <beaver/beaver-version-macros.h>

G_BEGIN_DECLS

/**
 * BeaverError:
 * @BEAVER_ERROR_FAILED: anything without a better name
 * @BEAVER_ERROR_CLOSED: the database was closed, before the call or during it
 * @BEAVER_ERROR_NOT_FOUND: what was asked for is not there
 * @BEAVER_ERROR_TIMEOUT: the given time is over
 * @BEAVER_ERROR_BUSY: another connection kept the write lock longer than `connection-timeout`; try again
 * @BEAVER_ERROR_INVALID: an argument or a value does not fit: not JSON, wrong type, out of range
 * @BEAVER_ERROR_CORRUPT: what the file holds is damaged
 * @BEAVER_ERROR_FULL: the disk, or a bounded structure, is full, or the system gives no further thread
 * @BEAVER_ERROR_READ_ONLY: the file or its directory cannot be written
 * @BEAVER_ERROR_IO: the operating system refused to read, write or open the file
 * @BEAVER_ERROR_SCHEMA: the file is not a beaver database, or one of a newer or unsupported release
 * @BEAVER_ERROR_LEGACY: the file was written by beaver-db 1.x and has to be migrated first
 * @BEAVER_ERROR_SPLIT_BRAIN: the file holds tables of beaver-db 1.x and of 2.x
 * @BEAVER_ERROR_SECRET: the secret is missing or wrong
 * @BEAVER_ERROR_CONFLICT: somebody else was first: a lost lock, a failed comparison, options that differ
 * @BEAVER_ERROR_FORKED: the database was opened by the parent of this process
 * @BEAVER_ERROR_UNSUPPORTED: this build, or this kind of file, cannot do that
 *
 * What went wrong, named for what the caller can do about it.
 *
 * A cancelled call answers %G_IO_ERROR_CANCELLED instead.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_ERROR_FAILED,
  BEAVER_ERROR_CLOSED,
  BEAVER_ERROR_NOT_FOUND,
  BEAVER_ERROR_TIMEOUT,
  BEAVER_ERROR_BUSY,
  BEAVER_ERROR_INVALID,
  BEAVER_ERROR_CORRUPT,
  BEAVER_ERROR_FULL,
  BEAVER_ERROR_READ_ONLY,
  BEAVER_ERROR_IO,
  BEAVER_ERROR_SCHEMA,
  BEAVER_ERROR_LEGACY,
  BEAVER_ERROR_SPLIT_BRAIN,
  BEAVER_ERROR_SECRET,
  BEAVER_ERROR_CONFLICT,
  BEAVER_ERROR_FORKED,
  BEAVER_ERROR_UNSUPPORTED,
} BeaverError;

/**
 * BEAVER_ERROR:
 *
 * Error domain of libbeaver; its codes are [error@Beaver.Error].
 *
 * Since: 1.0
 */
#define BEAVER_ERROR (beaver_error_quark ())

/**
 * beaver_error_quark:
 *
 * The quark of the error domain, `BEAVER_ERROR` in C.
 *
 * Returns: the quark
 *
 * Since: 1.0
 */
BEAVER_AVAILABLE_IN_1_0
GQuark beaver_error_quark (void);

G_END_DECLS
