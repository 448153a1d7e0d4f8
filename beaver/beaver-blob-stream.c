/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <beaver/beaver-blobs-private.h>

/* What is read at a time. Each part is a short unit of work of its own, and SQLite walks to its
 * place page by page: the larger a blob, the larger its parts. */
#define PART (256 * 1024)
#define LARGE (64 * 1024 * 1024)
#define LARGE_PART (16 * 1024 * 1024)

/**
 * BeaverBlobInputStream:
 *
 * Reads a blob a part at a time, see [method@Beaver.Blobs.open_read].
 *
 * It takes 16 MiB of memory at most, and keeps no transaction open. When the blob is removed, or
 * replaced by one of another size, the next read answers %BEAVER_ERROR_CONFLICT. The stream can be
 * sought.
 *
 * Since: 1.0
 */
struct _BeaverBlobInputStream
{
  GInputStream parent_instance;

  BeaverBlobsOp *op; /* NULL in a stream that was made by hand */
  gsize position;
  guint8 *part; /* of part_length, at part_start of the blob */
  gsize part_start, part_length, part_capacity;
};

static void beaver_blob_input_stream_seekable_init (GSeekableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BeaverBlobInputStream,
                               beaver_blob_input_stream,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE,
                                                      beaver_blob_input_stream_seekable_init))

static void
beaver_blob_input_stream_finalize (GObject *object)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (object);

  g_clear_pointer (&self->op, _beaver_blobs_op_free);
  g_free (self->part);
  G_OBJECT_CLASS (beaver_blob_input_stream_parent_class)->finalize (object);
}

static gboolean
load_part (BeaverBlobInputStream *self, GCancellable *cancellable, GError **error)
{
  BeaverBlobsOp *op = self->op;
  gsize size = (gsize) op->size;

  if (self->part == NULL)
    {
      self->part_capacity = MIN (size, size > LARGE ? LARGE_PART : PART);
      self->part = g_try_malloc (self->part_capacity);
      if (self->part == NULL)
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED, "no memory is left");
          return FALSE;
        }
    }
  op->buffer = self->part;
  op->offset = self->position;
  op->length = MIN (self->part_capacity, size - self->position);
  self->part_length = 0;
  if (!_beaver_manager_core_run (op->core, BEAVER_ACCESS_SCAN, _beaver_blobs_read_work, op,
                                 cancellable, error))
    return FALSE;
  self->part_start = op->offset;
  self->part_length = op->length;
  return TRUE;
}

static gssize
beaver_blob_input_stream_read (GInputStream *stream,
                               void *buffer,
                               gsize count,
                               GCancellable *cancellable,
                               GError **error)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (stream);
  gsize n;

  if (self->op == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           "this stream belongs to no blob; open one");
      return -1;
    }
  if (!_beaver_manager_core_check_open (self->op->core, error))
    return -1;
  if (self->position >= (gsize) self->op->size || count == 0)
    return 0;
  if ((self->position < self->part_start ||
       self->position >= self->part_start + self->part_length) &&
      !load_part (self, cancellable, error))
    return -1;
  n = MIN (count, self->part_start + self->part_length - self->position);
  memcpy (buffer, self->part + (self->position - self->part_start), n);
  self->position += n;
  return (gssize) n;
}

static void
beaver_blob_input_stream_class_init (BeaverBlobInputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_blob_input_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = beaver_blob_input_stream_read;
}

static void
beaver_blob_input_stream_init (BeaverBlobInputStream *self)
{
}

static goffset
seekable_tell (GSeekable *seekable)
{
  return (goffset) BEAVER_BLOB_INPUT_STREAM (seekable)->position;
}

static gboolean
seekable_can_seek (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
seekable_seek (GSeekable *seekable,
               goffset offset,
               GSeekType type,
               GCancellable *cancellable,
               GError **error)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (seekable);
  goffset size = beaver_blob_input_stream_get_size (self);
  goffset base = type == G_SEEK_CUR ? (goffset) self->position : type == G_SEEK_END ? size : 0;

  if (offset < -base || offset > size - base)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "a blob of %" G_GINT64_FORMAT " bytes has no such place", (gint64) size);
      return FALSE;
    }
  self->position = (gsize) (base + offset);
  return TRUE;
}

static gboolean
seekable_can_truncate (GSeekable *seekable)
{
  return FALSE;
}

static gboolean
seekable_truncate (GSeekable *seekable, goffset offset, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "a blob that is read cannot be cut");
  return FALSE;
}

static void
beaver_blob_input_stream_seekable_init (GSeekableIface *iface)
{
  iface->tell = seekable_tell;
  iface->can_seek = seekable_can_seek;
  iface->seek = seekable_seek;
  iface->can_truncate = seekable_can_truncate;
  iface->truncate_fn = seekable_truncate;
}

BeaverBlobInputStream *
_beaver_blob_input_stream_new (BeaverBlobsOp *op)
{
  BeaverBlobInputStream *self = g_object_new (BEAVER_TYPE_BLOB_INPUT_STREAM, NULL);

  self->op = op;
  return self;
}

/**
 * beaver_blob_input_stream_get_size:
 * @self: a stream
 *
 * Gets the size of the blob.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_blob_input_stream_get_size (BeaverBlobInputStream *self)
{
  g_return_val_if_fail (BEAVER_IS_BLOB_INPUT_STREAM (self), 0);

  return self->op != NULL ? self->op->size : 0;
}

/**
 * BeaverBlobOutputStream:
 *
 * Writes a blob a part at a time, see [method@Beaver.Blobs.open_write].
 *
 * What is written goes into a nameless temporary file. Closing the stream puts it into the
 * database, in one transaction and with little memory; until then nobody sees anything of it. A
 * stream that is dropped without being closed is closed by GIO;
 * [method@Beaver.BlobOutputStream.abandon] makes it forget what was written.
 *
 * Since: 1.0
 */
struct _BeaverBlobOutputStream
{
  GOutputStream parent_instance;

  BeaverBlobsOp *op; /* NULL in a stream that was made by hand */
  int fd;            /* the temporary file, without a name */
  gboolean abandoned;
};

G_DEFINE_FINAL_TYPE (BeaverBlobOutputStream, beaver_blob_output_stream, G_TYPE_OUTPUT_STREAM)

static void
beaver_blob_output_stream_finalize (GObject *object)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (object);

  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->op, _beaver_blobs_op_free);
  G_OBJECT_CLASS (beaver_blob_output_stream_parent_class)->finalize (object);
}

static gssize
beaver_blob_output_stream_write (GOutputStream *stream,
                                 const void *buffer,
                                 gsize count,
                                 GCancellable *cancellable,
                                 GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  ssize_t n;

  if (self->op == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           "this stream belongs to no blob; open one");
      return -1;
    }
  if (!_beaver_manager_core_check_open (self->op->core, error) ||
      !_beaver_blobs_check_size (self->op->core, (guint64) self->op->size + count, error))
    return -1;
  do
    n = write (self->fd, buffer, count);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      g_set_error (error, BEAVER_ERROR, errno == ENOSPC ? BEAVER_ERROR_FULL : BEAVER_ERROR_IO,
                   "the temporary file in “%s” cannot be written: %s", g_get_tmp_dir (),
                   g_strerror (errno));
      return -1;
    }
  self->op->size += n;
  return n;
}

static gboolean
beaver_blob_output_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  gboolean ok = TRUE;

  if (self->op != NULL && !self->abandoned)
    {
      self->op->fd = self->fd;
      ok = _beaver_manager_core_run (self->op->core, BEAVER_ACCESS_WRITE, _beaver_blobs_store_work,
                                     self->op, cancellable, error);
    }
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  return ok;
}

static void
beaver_blob_output_stream_class_init (BeaverBlobOutputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_blob_output_stream_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = beaver_blob_output_stream_write;
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = beaver_blob_output_stream_close;
}

static void
beaver_blob_output_stream_init (BeaverBlobOutputStream *self)
{
  self->fd = -1;
}

/* Takes op when it does not fail. */
BeaverBlobOutputStream *
_beaver_blob_output_stream_new (BeaverBlobsOp *op, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) local_error = NULL;
  int fd = g_file_open_tmp ("beaver-blob-XXXXXX", &path, &local_error);
  BeaverBlobOutputStream *self;

  if (fd < 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_IO, "blobs “%s”: %s", op->core->name,
                   local_error->message);
      return NULL;
    }
  g_unlink (path);
  self = g_object_new (BEAVER_TYPE_BLOB_OUTPUT_STREAM, NULL);
  self->op = op;
  self->fd = fd;
  return self;
}

/**
 * beaver_blob_output_stream_abandon:
 * @self: a stream
 *
 * Forgets what was written: closing stores nothing any more.
 *
 * Since: 1.0
 */
void
beaver_blob_output_stream_abandon (BeaverBlobOutputStream *self)
{
  g_return_if_fail (BEAVER_IS_BLOB_OUTPUT_STREAM (self));

  self->abandoned = TRUE;
}
