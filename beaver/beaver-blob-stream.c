/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include <beaver/beaver-blobs-private.h>

/**
 * BeaverBlobInputStream:
 *
 * Reads a blob a part at a time, see [method@Beaver.Blobs.open_read].
 *
 * It takes 16 MiB of memory at most, and keeps no transaction open. When the blob is removed, or
 * replaced, the next read that needs the file answers %BEAVER_ERROR_CONFLICT, so that what was read
 * is never a mixture of two blobs. The stream can be sought.
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
check_input (BeaverBlobInputStream *self, GError **error)
{
  if (self->op != NULL)
    return _beaver_manager_core_check_open (self->op->core, error);
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                       _ ("this stream belongs to no blob; open one"));
  return FALSE;
}

/* Whether a read needs no look at the file. */
static gboolean
is_at_hand (BeaverBlobInputStream *self, gsize count)
{
  return count == 0 || self->position >= (gsize) self->op->size ||
         (self->position >= self->part_start &&
          self->position < self->part_start + self->part_length);
}

static gsize
take (BeaverBlobInputStream *self, void *buffer, gsize count)
{
  gsize n;

  if (count == 0 || self->position >= (gsize) self->op->size)
    return 0;
  n = MIN (count, self->part_start + self->part_length - self->position);
  memcpy (buffer, self->part + (self->position - self->part_start), n);
  self->position += n;
  return n;
}

/* Says in op which part comes next. */
static gboolean
prepare_part (BeaverBlobInputStream *self, GError **error)
{
  BeaverBlobsOp *op = self->op;
  gsize size = (gsize) op->size;

  if (self->part == NULL)
    {
      self->part_capacity = MIN (size, _beaver_blobs_part_size (op->size));
      self->part = g_try_malloc (self->part_capacity);
      if (self->part == NULL)
        {
          g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED, _ ("no memory is left"));
          return FALSE;
        }
    }
  op->buffer = self->part;
  /* all of a small one at once: its row may be written over */
  op->offset = size <= self->part_capacity ? 0 : self->position;
  op->length = MIN (self->part_capacity, size - op->offset);
  self->part_length = 0;
  return TRUE;
}

static void
keep_part (BeaverBlobInputStream *self)
{
  self->part_start = self->op->offset;
  self->part_length = self->op->length;
}

static gssize
beaver_blob_input_stream_read (GInputStream *stream,
                               void *buffer,
                               gsize count,
                               GCancellable *cancellable,
                               GError **error)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (stream);

  if (!check_input (self, error))
    return -1;
  if (!is_at_hand (self, count))
    {
      if (!prepare_part (self, error) ||
          !_beaver_manager_core_run (self->op->core, BEAVER_ACCESS_SCAN, _beaver_blobs_read_work,
                                     self->op, cancellable, error))
        return -1;
      keep_part (self);
    }
  return (gssize) take (self, buffer, count);
}

/* Asynchronously: GIO would call the above on threads of its own. The worker sees op and part,
 * which belong to the stream, which the task holds. */

typedef struct
{
  void *buffer; /* the caller's */
  gsize count;
} Read;

static void
finish_read (GTask *task, gpointer data)
{
  BeaverBlobInputStream *self = g_task_get_source_object (task);
  Read *read = g_task_get_task_data (task);

  keep_part (self);
  g_task_return_int (task, (gssize) take (self, read->buffer, read->count));
}

static void
beaver_blob_input_stream_read_async (GInputStream *stream,
                                     void *buffer,
                                     gsize count,
                                     int io_priority,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  Read *read;

  g_task_set_source_tag (task, beaver_blob_input_stream_read_async);
  g_task_set_priority (task, io_priority);
  if (!check_input (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (is_at_hand (self, count))
    {
      if (!g_task_return_error_if_cancelled (task))
        g_task_return_int (task, (gssize) take (self, buffer, count));
      return;
    }
  if (!prepare_part (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  read = g_new (Read, 1);
  *read = (Read){ buffer, count };
  g_task_set_task_data (task, read, g_free);
  _beaver_manager_core_run_async (self->op->core, BEAVER_ACCESS_SCAN, _beaver_blobs_read_work,
                                  self->op, NULL, task, finish_read);
}

static void
beaver_blob_input_stream_skip_async (GInputStream *stream,
                                     gsize count,
                                     int io_priority,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  BeaverBlobInputStream *self = BEAVER_BLOB_INPUT_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  gsize n;

  g_task_set_source_tag (task, beaver_blob_input_stream_skip_async);
  g_task_set_priority (task, io_priority);
  if (!check_input (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  n = MIN (count, (gsize) self->op->size - self->position);
  self->position += n;
  g_task_return_int (task, (gssize) n);
}

static gssize
finish_count (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
beaver_blob_input_stream_close_async (GInputStream *stream,
                                      int io_priority,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, beaver_blob_input_stream_close_async);
  g_task_set_priority (task, io_priority);
  g_task_return_boolean (task, TRUE);
}

static gboolean
beaver_blob_input_stream_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
beaver_blob_input_stream_class_init (BeaverBlobInputStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = beaver_blob_input_stream_finalize;
  stream_class->read_fn = beaver_blob_input_stream_read;
  stream_class->read_async = beaver_blob_input_stream_read_async;
  stream_class->read_finish = finish_count;
  stream_class->skip_async = beaver_blob_input_stream_skip_async;
  stream_class->skip_finish = finish_count;
  stream_class->close_async = beaver_blob_input_stream_close_async;
  stream_class->close_finish = beaver_blob_input_stream_close_finish;
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
 * What is written goes into a nameless temporary file, in `/var/tmp` or where the environment
 * variable `TMPDIR` says. Closing the stream puts it into the database, in one transaction and with
 * little memory; until then nobody sees anything of it.
 *
 * Nothing is ever stored by halves. A stream that is dropped without being closed stores nothing;
 * neither does one to which something could not be written, or into which another stream that
 * failed was spliced: closing it says what went wrong. [method@Beaver.BlobOutputStream.abandon]
 * makes it forget what was written.
 *
 * Since: 1.0
 */
struct _BeaverBlobOutputStream
{
  GOutputStream parent_instance;

  BeaverBlobsOp *op; /* NULL in a stream that was made by hand */
  int fd;            /* the temporary file, without a name */
  gboolean abandoned;
  GError *broken; /* what went wrong while writing; nullable */
};

G_DEFINE_FINAL_TYPE (BeaverBlobOutputStream, beaver_blob_output_stream, G_TYPE_OUTPUT_STREAM)

static void
beaver_blob_output_stream_dispose (GObject *object)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (object);

  /* GIO closes it now: dropped on the way out of some error, it may be a half */
  self->abandoned = TRUE;
  G_OBJECT_CLASS (beaver_blob_output_stream_parent_class)->dispose (object);
}

static void
beaver_blob_output_stream_finalize (GObject *object)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (object);

  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->op, _beaver_blobs_op_free);
  g_clear_error (&self->broken);
  G_OBJECT_CLASS (beaver_blob_output_stream_parent_class)->finalize (object);
}

/* After a failure nothing more is written, and nothing is stored. */
static void
set_broken (BeaverBlobOutputStream *self, const GError *error)
{
  if (self->broken == NULL)
    self->broken = g_error_copy (error);
}

static gboolean
check_output (BeaverBlobOutputStream *self, gsize count, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (self->op == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this stream belongs to no blob; open one"));
      return FALSE;
    }
  if (!_beaver_manager_core_check_open (self->op->core, error))
    return FALSE;
  if (self->broken == NULL &&
      !_beaver_blobs_check_size (self->op, (guint64) self->op->size + count, &local_error))
    set_broken (self, local_error);
  if (self->broken == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->broken));
  return FALSE;
}

static gboolean
write_spool (int fd, const GOutputVector *vectors, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!_beaver_blobs_write_fd (fd, vectors[i].buffer, vectors[i].size, _ ("the temporary file"),
                                 error))
      return FALSE;
  return TRUE;
}

static gssize
beaver_blob_output_stream_write (GOutputStream *stream,
                                 const void *buffer,
                                 gsize count,
                                 GCancellable *cancellable,
                                 GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  g_autoptr (GError) local_error = NULL;
  GOutputVector vector = { buffer, count };

  if (!check_output (self, count, error))
    return -1;
  if ((cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, &local_error)) ||
      !write_spool (self->fd, &vector, 1, &local_error))
    {
      set_broken (self, local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  self->op->size += (gint64) count;
  return (gssize) count;
}

static gboolean
end (BeaverBlobOutputStream *self, gboolean *done, GError **error)
{
  *done = self->op == NULL || self->abandoned || self->broken != NULL;
  if (!*done || self->abandoned || self->broken == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->broken));
  return FALSE;
}

static void
close_spool (BeaverBlobOutputStream *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static gboolean
beaver_blob_output_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  gboolean done;
  gboolean ok = end (self, &done, error);

  if (!done)
    {
      self->op->fd = self->fd;
      self->op->cancellable = cancellable;
      ok = _beaver_manager_core_run (self->op->core, BEAVER_ACCESS_WRITE, _beaver_blobs_store_work,
                                     self->op, cancellable, error);
      self->op->cancellable = NULL;
    }
  close_spool (self);
  return ok;
}

/* Asynchronously: the worker sees the file and the caller's bytes, or op. */

typedef struct
{
  int fd;
  gsize count;
  gsize n;
  GOutputVector vectors[];
} Write;

static gboolean
write_call (BeaverEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  Write *write = data;

  return (cancellable == NULL || !g_cancellable_set_error_if_cancelled (cancellable, error)) &&
         write_spool (write->fd, write->vectors, write->n, error);
}

static void
finish_write (GTask *task, gpointer data)
{
  Write *write = data;
  BeaverBlobOutputStream *self = g_task_get_source_object (task);

  self->op->size += (gint64) write->count;
  g_task_return_int (task, (gssize) write->count);
}

static void
start_write (BeaverBlobOutputStream *self,
             gpointer source_tag,
             const GOutputVector *vectors,
             gsize n,
             int io_priority,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  Write *write;
  gsize count = 0;

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  for (gsize i = 0; i < n; i++)
    count += vectors[i].size;
  if (!check_output (self, count, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  write = g_malloc (sizeof (Write) + n * sizeof (GOutputVector));
  write->fd = self->fd;
  write->count = count;
  write->n = n;
  for (gsize i = 0; i < n; i++)
    write->vectors[i] = vectors[i];
  g_task_set_check_cancellable (task, FALSE);
  _beaver_engine_call_async (self->op->core->engine, write_call, write, g_free, task, finish_write);
}

static void
beaver_blob_output_stream_write_async (GOutputStream *stream,
                                       const void *buffer,
                                       gsize count,
                                       int io_priority,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GOutputVector vector = { buffer, count };

  start_write (BEAVER_BLOB_OUTPUT_STREAM (stream), beaver_blob_output_stream_write_async, &vector,
               1, io_priority, cancellable, callback, user_data);
}

static gssize
beaver_blob_output_stream_write_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  g_autoptr (GError) local_error = NULL;
  gssize n = g_task_propagate_int (G_TASK (result), &local_error);

  if (n >= 0)
    return n;
  /* a part of it may have been written */
  set_broken (self, local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static void
beaver_blob_output_stream_writev_async (GOutputStream *stream,
                                        const GOutputVector *vectors,
                                        gsize n_vectors,
                                        int io_priority,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  start_write (BEAVER_BLOB_OUTPUT_STREAM (stream), beaver_blob_output_stream_writev_async, vectors,
               n_vectors, io_priority, cancellable, callback, user_data);
}

static gboolean
beaver_blob_output_stream_writev_finish (GOutputStream *stream,
                                         GAsyncResult *result,
                                         gsize *bytes_written,
                                         GError **error)
{
  gssize n = beaver_blob_output_stream_write_finish (stream, result, error);

  if (bytes_written != NULL)
    *bytes_written = n >= 0 ? (gsize) n : 0;
  return n >= 0;
}

static void
return_true (GOutputStream *stream,
             gpointer source_tag,
             int io_priority,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  g_task_return_boolean (task, TRUE);
}

/* What was written is in the temporary file. */
static void
beaver_blob_output_stream_flush_async (GOutputStream *stream,
                                       int io_priority,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  return_true (stream, beaver_blob_output_stream_flush_async, io_priority, cancellable, callback,
               user_data);
}

static gboolean
finish_boolean (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finish_store (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

static void
beaver_blob_output_stream_close_async (GOutputStream *stream,
                                       int io_priority,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  gboolean done;

  if (end (self, &done, &error) && done)
    {
      return_true (stream, beaver_blob_output_stream_close_async, io_priority, NULL, callback,
                   user_data);
      return;
    }
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_blob_output_stream_close_async);
  g_task_set_priority (task, io_priority);
  if (done)
    {
      g_task_return_error (task, error);
      return;
    }
  self->op->fd = self->fd;
  self->op->cancellable = cancellable; /* which the task holds */
  _beaver_manager_core_run_async (self->op->core, BEAVER_ACCESS_WRITE, _beaver_blobs_store_work,
                                  self->op, NULL, task, finish_store);
}

static gboolean
beaver_blob_output_stream_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  BeaverBlobOutputStream *self = BEAVER_BLOB_OUTPUT_STREAM (stream);

  if (self->op != NULL)
    self->op->cancellable = NULL;
  close_spool (self);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Splicing: GIO closes the target also when the source fails in the middle. So it copies first, and
 * closes then, by copying nothing. */

static gssize
beaver_blob_output_stream_splice (GOutputStream *stream,
                                  GInputStream *source,
                                  GOutputStreamSpliceFlags flags,
                                  GCancellable *cancellable,
                                  GError **error)
{
  GOutputStreamClass *parent = G_OUTPUT_STREAM_CLASS (beaver_blob_output_stream_parent_class);
  g_autoptr (GError) local_error = NULL;
  gssize n = parent->splice (stream, source, flags & ~G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                             cancellable, &local_error);

  if (n < 0)
    set_broken (BEAVER_BLOB_OUTPUT_STREAM (stream), local_error);
  if ((flags & G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET) != 0)
    {
      g_autoptr (GInputStream) nothing = g_memory_input_stream_new ();

      if (parent->splice (stream, nothing, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, cancellable,
                          n < 0 ? NULL : &local_error) < 0)
        n = -1;
    }
  if (n < 0)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return n;
}

typedef struct
{
  GOutputStreamSpliceFlags flags;
  gssize n;
  GError *error;
} Splice;

static void
splice_free (gpointer data)
{
  Splice *splice = data;

  g_clear_error (&splice->error);
  g_free (splice);
}

static void
on_splice_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GOutputStreamClass *parent = G_OUTPUT_STREAM_CLASS (beaver_blob_output_stream_parent_class);
  g_autoptr (GTask) task = user_data;
  Splice *splice = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (parent->splice_finish (G_OUTPUT_STREAM (object), result, &error) < 0 && splice->error == NULL)
    splice->error = g_steal_pointer (&error);
  if (splice->error != NULL)
    g_task_return_error (task, g_steal_pointer (&splice->error));
  else
    g_task_return_int (task, splice->n);
}

static void
on_spliced (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GOutputStreamClass *parent = G_OUTPUT_STREAM_CLASS (beaver_blob_output_stream_parent_class);
  g_autoptr (GTask) task = user_data;
  Splice *splice = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  int priority = g_task_get_priority (task);
  g_autoptr (GInputStream) nothing = NULL;

  splice->n = parent->splice_finish (G_OUTPUT_STREAM (object), result, &splice->error);
  if (splice->n < 0)
    set_broken (BEAVER_BLOB_OUTPUT_STREAM (object), splice->error);
  if ((splice->flags & G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET) != 0)
    {
      nothing = g_memory_input_stream_new ();
      parent->splice_async (G_OUTPUT_STREAM (object), nothing, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                            priority, cancellable, on_splice_closed, g_steal_pointer (&task));
      return;
    }
  if (splice->error != NULL)
    g_task_return_error (task, g_steal_pointer (&splice->error));
  else
    g_task_return_int (task, splice->n);
}

static void
beaver_blob_output_stream_splice_async (GOutputStream *stream,
                                        GInputStream *source,
                                        GOutputStreamSpliceFlags flags,
                                        int io_priority,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  GOutputStreamClass *parent = G_OUTPUT_STREAM_CLASS (beaver_blob_output_stream_parent_class);
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  Splice *splice = g_new0 (Splice, 1);

  splice->flags = flags;
  g_task_set_source_tag (task, beaver_blob_output_stream_splice_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, splice, splice_free);
  parent->splice_async (stream, source, flags & ~G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, io_priority,
                        cancellable, on_spliced, task);
}

static gssize
beaver_blob_output_stream_splice_finish (GOutputStream *stream,
                                         GAsyncResult *result,
                                         GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
beaver_blob_output_stream_class_init (BeaverBlobOutputStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beaver_blob_output_stream_dispose;
  G_OBJECT_CLASS (klass)->finalize = beaver_blob_output_stream_finalize;
  stream_class->write_fn = beaver_blob_output_stream_write;
  stream_class->write_async = beaver_blob_output_stream_write_async;
  stream_class->write_finish = beaver_blob_output_stream_write_finish;
  stream_class->writev_async = beaver_blob_output_stream_writev_async;
  stream_class->writev_finish = beaver_blob_output_stream_writev_finish;
  stream_class->flush_async = beaver_blob_output_stream_flush_async;
  stream_class->flush_finish = finish_boolean;
  stream_class->splice = beaver_blob_output_stream_splice;
  stream_class->splice_async = beaver_blob_output_stream_splice_async;
  stream_class->splice_finish = beaver_blob_output_stream_splice_finish;
  stream_class->close_fn = beaver_blob_output_stream_close;
  stream_class->close_async = beaver_blob_output_stream_close_async;
  stream_class->close_finish = beaver_blob_output_stream_close_finish;
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
  int fd = _beaver_blobs_open_spool (op->core, error);
  BeaverBlobOutputStream *self;

  if (fd < 0)
    return NULL;
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
