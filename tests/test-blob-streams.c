/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blobs as streams and files: asynchronously, closed in the middle, never by halves. */
#include "beaver-test-sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static BeaverBlobs *
get_blobs (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverBlobs *blobs = beaver_db_get_blobs (f->db, name, &error);

  g_assert_no_error (error);
  return blobs;
}

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static void
put (BeaverBlobs *blobs, const char *key, const char *text, const char *metadata)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  beaver_blobs_put (blobs, key, bytes, metadata, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_bytes (BeaverBlobs *blobs, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = beaver_blobs_lookup (blobs, key, NULL, &error);

  g_assert_no_error (error);
  if (expected == NULL)
    g_assert_null (bytes);
  else
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                     strlen (expected));
}

/* Streams, asynchronously: nothing runs on threads of GIO's. */

static guint8 *
make_bytes (gsize size, guint32 seed)
{
  guint8 *bytes = g_malloc (MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (((guint32) i + seed) * 2654435761u >> 13);
  return bytes;
}

static guint
count_threads (const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint n = 0;

  while (dir != NULL && (task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", task);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, prefix))
        n++;
    }
  return n;
}

static gssize
read_async (GInputStream *in, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_input_stream_read_async (in, buffer, count, G_PRIORITY_DEFAULT, cancellable, beaver_test_ready,
                             &result);
  beaver_test_wait_result (&result);
  return g_input_stream_read_finish (in, result, error);
}

static gssize
write_async (GOutputStream *out, const void *buffer, gsize count, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_output_stream_write_async (out, buffer, count, G_PRIORITY_DEFAULT, NULL, beaver_test_ready,
                               &result);
  beaver_test_wait_result (&result);
  return g_output_stream_write_finish (out, result, error);
}

static gboolean
close_async (GOutputStream *out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_output_stream_close_async (out, G_PRIORITY_DEFAULT, cancellable, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  return g_output_stream_close_finish (out, result, error);
}

static void
test_async_streams (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  gsize size = 2 * 256 * 1024 + 17;
  g_autofree guint8 *bytes = make_bytes (size, 1);
  g_autofree guint8 *back = g_malloc0 (size);
  g_autoptr (BeaverBlobOutputStream) out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_autoptr (BeaverBlobInputStream) in = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GOutputVector vectors[2] = { { bytes, 100 }, { bytes + 100, 50 } };
  guint pool = count_threads ("pool-");
  gsize done = 150;
  gsize n;

  g_assert_no_error (error);
  g_output_stream_writev_async (G_OUTPUT_STREAM (out), vectors, 2, G_PRIORITY_DEFAULT, NULL,
                                beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_true (g_output_stream_writev_finish (G_OUTPUT_STREAM (out), result, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 150);
  g_clear_object (&result);
  while (done < size)
    {
      gssize written =
          write_async (G_OUTPUT_STREAM (out), bytes + done, MIN (size - done, 77777), &error);

      g_assert_no_error (error);
      done += (gsize) written;
    }
  g_output_stream_flush_async (G_OUTPUT_STREAM (out), G_PRIORITY_DEFAULT, NULL, beaver_test_ready,
                               &result);
  beaver_test_wait_result (&result);
  g_assert_true (g_output_stream_flush_finish (G_OUTPUT_STREAM (out), result, &error));
  g_clear_object (&result);
  assert_bytes (blobs, "k", NULL);
  g_assert_true (close_async (G_OUTPUT_STREAM (out), NULL, &error));
  g_assert_no_error (error);

  in = beaver_blobs_open_read (blobs, "k", NULL, &error);
  g_assert_no_error (error);
  for (done = 0; done < size;)
    {
      gssize got =
          read_async (G_INPUT_STREAM (in), back + done, MIN (size - done, 99999), NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (got, >, 0);
      done += (gsize) got;
    }
  g_assert_cmpmem (back, size, bytes, size);
  g_assert_cmpint (read_async (G_INPUT_STREAM (in), back, 1, NULL, &error), ==, 0);
  g_assert_true (g_seekable_seek (G_SEEKABLE (in), 5, G_SEEK_SET, NULL, &error));
  g_input_stream_skip_async (G_INPUT_STREAM (in), 300000, G_PRIORITY_DEFAULT, NULL,
                             beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (g_input_stream_skip_finish (G_INPUT_STREAM (in), result, &error), ==, 300000);
  g_clear_object (&result);
  g_assert_cmpint (read_async (G_INPUT_STREAM (in), back, 1, NULL, &error), ==, 1);
  g_assert_cmpuint (back[0], ==, bytes[300005]);
  g_input_stream_close_async (G_INPUT_STREAM (in), G_PRIORITY_DEFAULT, NULL, beaver_test_ready,
                              &result);
  beaver_test_wait_result (&result);
  g_assert_true (g_input_stream_close_finish (G_INPUT_STREAM (in), result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_threads ("pool-"), <=, pool);
}

static void
test_async_cancelled (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BeaverBlobOutputStream) out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_autoptr (BeaverBlobInputStream) in = NULL;
  char c;

  put (blobs, "k", "before", NULL);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (write_async (G_OUTPUT_STREAM (out), "x", 1, &error), ==, 1);
  g_assert_false (close_async (G_OUTPUT_STREAM (out), cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_bytes (blobs, "k", "before");
  /* a part that was not written: closing, with another cancellable or none, stores no half */
  g_clear_object (&out);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (out), "x", 1, NULL, &error), ==, 1);
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (out), "y", 1, cancellable, &error), ==,
                   -1);
  g_clear_error (&error);
  g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_bytes (blobs, "k", "before");
  in = beaver_blobs_open_read (blobs, "k", NULL, &error);
  g_assert_cmpint (read_async (G_INPUT_STREAM (in), &c, 1, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (read_async (G_INPUT_STREAM (in), &c, 1, NULL, &error), ==, 1);
}

/* Closed while a read, a write or the storing is under way: an answer at once, and nothing by
 * halves. */
static void
test_close_in_the_middle (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (30);
  gsize size = 3 * 1024 * 1024;
  g_autofree guint8 *bytes = make_bytes (size, 7);
  g_autofree guint8 *back = g_malloc0 (size);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      BeaverBlobs *blobs = get_blobs (f, "b");
      g_autoptr (GAsyncResult) read = NULL;
      g_autoptr (GAsyncResult) stored = NULL;
      g_autoptr (GAsyncResult) written = NULL;
      g_autoptr (BeaverBlobOutputStream) out = NULL;
      g_autoptr (BeaverBlobOutputStream) other = NULL;
      g_autoptr (BeaverBlobInputStream) in = NULL;
      g_autoptr (GBytes) now = NULL;

      put (blobs, "k", "before", NULL);
      in = beaver_blobs_open_read (blobs, "k", NULL, &error);
      out = beaver_blobs_open_write (blobs, "k", NULL, &error);
      other = beaver_blobs_open_write (blobs, "other", NULL, &error);
      g_assert_true (
          g_output_stream_write_all (G_OUTPUT_STREAM (out), bytes, size, NULL, NULL, &error));
      g_assert_no_error (error);
      g_input_stream_read_async (G_INPUT_STREAM (in), back, size, 0, NULL, beaver_test_ready,
                                 &read);
      g_output_stream_write_async (G_OUTPUT_STREAM (other), bytes, size, 0, NULL, beaver_test_ready,
                                   &written);
      g_output_stream_close_async (G_OUTPUT_STREAM (out), 0, NULL, beaver_test_ready, &stored);
      for (guint k = 0; k < i % 8; k++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_true (beaver_db_close (f->db, &error));
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      beaver_test_wait_result (&read);
      beaver_test_wait_result (&written);
      beaver_test_wait_result (&stored);
      /* what was done before is an answer; what was not is CLOSED */
      if (g_input_stream_read_finish (G_INPUT_STREAM (in), read, &error) < 0)
        assert_error (BEAVER_ERROR_CLOSED);
      if (g_output_stream_write_finish (G_OUTPUT_STREAM (other), written, &error) < 0)
        assert_error (BEAVER_ERROR_CLOSED);
      g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (other), NULL, &error));
      assert_error (BEAVER_ERROR_CLOSED);
      if (!g_output_stream_close_finish (G_OUTPUT_STREAM (out), stored, &error))
        {
          assert_error (BEAVER_ERROR_CLOSED);
          size = 0;
        }
      g_clear_object (&f->db);
      fixture_open (f, f->path);
      blobs = get_blobs (f, "b");
      now = beaver_blobs_get (blobs, "k", NULL, &error);
      g_assert_no_error (error);
      if (size > 0)
        g_assert_cmpmem (g_bytes_get_data (now, NULL), g_bytes_get_size (now), bytes, size);
      else
        g_assert_cmpmem (g_bytes_get_data (now, NULL), g_bytes_get_size (now), "before", 6);
      size = 3 * 1024 * 1024;
      g_assert_false (beaver_blobs_contains (blobs, "other", NULL, &error));
      g_assert_no_error (error);
    }
}

/* A source that gives a few bytes and then fails. */
typedef struct
{
  GInputStream parent;
  guint left;
} Failing;
typedef GInputStreamClass FailingClass;
GType failing_get_type (void);
G_DEFINE_TYPE (Failing, failing, G_TYPE_INPUT_STREAM)

static gssize
failing_read (GInputStream *stream,
              void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  Failing *self = (Failing *) stream;

  if (self->left == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the line is dead");
      return -1;
    }
  count = MIN (count, self->left);
  memset (buffer, 'x', count);
  self->left -= (guint) count;
  return (gssize) count;
}

static void
failing_class_init (FailingClass *klass)
{
  klass->read_fn = failing_read;
}

static void
failing_init (Failing *self)
{
  self->left = 20000;
}

static void
test_nothing_by_halves (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  const GOutputStreamSpliceFlags both =
      G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) source = NULL;
  g_autoptr (BeaverBlobOutputStream) out = NULL;

  put (blobs, "k", "before", NULL);
  /* dropped */
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_assert_true (g_output_stream_write_all (G_OUTPUT_STREAM (out), "half", 4, NULL, NULL, &error));
  g_clear_object (&out);
  assert_bytes (blobs, "k", "before");
  /* the source fails in the middle, and GIO closes what it was spliced into */
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  source = g_object_new (failing_get_type (), NULL);
  g_assert_cmpint (g_output_stream_splice (G_OUTPUT_STREAM (out), source, both, NULL, &error), ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_clear_error (&error);
  g_assert_true (g_output_stream_is_closed (G_OUTPUT_STREAM (out)));
  assert_bytes (blobs, "k", "before");
  g_clear_object (&out);
  g_clear_object (&source);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  source = g_object_new (failing_get_type (), NULL);
  g_output_stream_splice_async (G_OUTPUT_STREAM (out), source, both, 0, NULL, beaver_test_ready,
                                &result);
  beaver_test_wait_result (&result);
  g_assert_cmpint (g_output_stream_splice_finish (G_OUTPUT_STREAM (out), result, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_clear_error (&error);
  g_clear_object (&result);
  assert_bytes (blobs, "k", "before");
  g_clear_object (&out);
  g_clear_object (&source);
  /* without closing it, closing says why */
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  source = g_object_new (failing_get_type (), NULL);
  g_assert_cmpint (g_output_stream_splice (G_OUTPUT_STREAM (out), source, 0, NULL, NULL), ==, -1);
  g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_clear_error (&error);
  assert_bytes (blobs, "k", "before");
  g_clear_object (&out);
  g_clear_object (&source);
  /* and what goes well is stored, in both forms */
  for (guint i = 0; i < 2; i++)
    {
      const char *text = i == 0 ? "spliced" : "spliced too";

      out = beaver_blobs_open_write (blobs, "k", NULL, &error);
      source = g_memory_input_stream_new_from_data (text, -1, NULL);
      if (i == 0)
        g_assert_cmpint (g_output_stream_splice (G_OUTPUT_STREAM (out), source, both, NULL, &error),
                         ==, 7);
      else
        {
          g_output_stream_splice_async (G_OUTPUT_STREAM (out), source, both, 0, NULL,
                                        beaver_test_ready, &result);
          beaver_test_wait_result (&result);
          g_assert_cmpint (g_output_stream_splice_finish (G_OUTPUT_STREAM (out), result, &error),
                           ==, 11);
        }
      g_assert_no_error (error);
      assert_bytes (blobs, "k", text);
      g_clear_object (&out);
      g_clear_object (&source);
    }
}

/* A file with holes, so that nothing of it has to be there. */
static char *
make_sparse (Fixture *f, gint64 size)
{
  char *path = g_build_filename (f->dir, "sparse", NULL);
  int fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (ftruncate (fd, size));
  close (fd);
  return path;
}

/* Too large: an error that says how much there can be, before anything is written. */
static void
test_too_large (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autofree char *path = make_sparse (f, G_GINT64_CONSTANT (1000000001));
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (BeaverBlobOutputStream) out = NULL;
  g_autoptr (BeaverBlobsBatch) batch = beaver_blobs_create_batch (blobs);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) exact = NULL;
  g_autoptr (GError) error = NULL;

  put (blobs, "k", "before", NULL);
  g_assert_false (beaver_blobs_import_file (blobs, "k", file, NULL, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "1000000000"));
  assert_error (BEAVER_ERROR_FULL);
  g_assert_nonnull (mapped);
  bytes = g_mapped_file_get_bytes (mapped);
  g_assert_false (beaver_blobs_put (blobs, "k", bytes, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "1000000000"));
  assert_error (BEAVER_ERROR_FULL);
  g_assert_false (beaver_blobs_batch_put (batch, "k", bytes, NULL, &error));
  assert_error (BEAVER_ERROR_FULL);
  /* the row has a key and a head, too */
  exact = g_bytes_new_from_bytes (bytes, 0, 1000000000);
  g_assert_false (beaver_blobs_put (blobs, "k", exact, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_FULL);
  out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (out), "x", 1, NULL, &error), ==, 1);
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (out), g_bytes_get_data (bytes, NULL),
                                          1000000000, NULL, &error),
                   ==, -1);
  assert_error (BEAVER_ERROR_FULL);
  g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error));
  assert_error (BEAVER_ERROR_FULL);
  assert_bytes (blobs, "k", "before");
}

/* Files */

typedef struct
{
  guint calls;
  gint64 last, total;
  GCancellable *cancellable;
  BeaverDb *close;
  gboolean destroyed;
} Progress;

static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  Progress *self = user_data;

  g_assert_cmpint (done, >=, self->last);
  g_assert_cmpint (done, <=, total);
  self->calls++;
  self->last = done;
  self->total = total;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->close != NULL)
    beaver_db_close (self->close, NULL);
}

static void
on_destroy (gpointer user_data)
{
  ((Progress *) user_data)->destroyed = TRUE;
}

static guint
count_files (const char *dir_path)
{
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_file (const char *path, gconstpointer bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, length, bytes, size);
}

static void
test_files (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  static const gsize sizes[] = { 0, 1, 1024 * 1024, 3 * 1024 * 1024 + 17 };
  g_autofree char *dir = g_build_filename (f->dir, "files", NULL);
  g_autofree char *path = g_build_filename (dir, "in", NULL);
  g_autofree char *target = g_build_filename (dir, "out", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) out = g_file_new_for_path (target);
  GStatBuf status;

  g_assert_no_errno (g_mkdir (dir, 0700));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint async = 0; async < 2; async++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree guint8 *bytes = make_bytes (sizes[i], i);
        g_autofree char *metadata = NULL;
        g_autoptr (GAsyncResult) result = NULL;
        Progress progress = { 0 };
        gboolean ok;

        g_assert_true (g_file_set_contents (path, (char *) bytes, (gssize) sizes[i], &error));
        if (async == 0)
          ok = beaver_blobs_import_file (blobs, "k", file, "{\"a\":1}", on_progress, &progress,
                                         NULL, &error);
        else
          {
            beaver_blobs_import_file_async (blobs, "k", file, "{\"a\":1}", on_progress, &progress,
                                            on_destroy, NULL, beaver_test_ready, &result);
            beaver_test_wait_result (&result);
            ok = beaver_blobs_import_file_finish (blobs, result, &error);
            g_clear_object (&result);
            beaver_test_spin_until (NULL, progress.destroyed);
          }
        g_assert_no_error (error);
        g_assert_true (ok);
        g_assert_cmpint (progress.last, ==, sizes[i]);
        g_assert_cmpint (progress.total, ==, sizes[i]);
        metadata = beaver_blobs_get_metadata (blobs, "k", NULL, &error);
        g_assert_cmpstr (metadata, ==, "{\"a\": 1}");

        progress = (Progress){ 0 };
        if (async == 0)
          ok = beaver_blobs_export_file (blobs, "k", out, on_progress, &progress, NULL, &error);
        else
          {
            /* over an old one, whose mode stays */
            g_assert_no_errno (g_chmod (target, 0640));
            beaver_blobs_export_file_async (blobs, "k", out, on_progress, &progress, on_destroy,
                                            NULL, beaver_test_ready, &result);
            beaver_test_wait_result (&result);
            ok = beaver_blobs_export_file_finish (blobs, result, &error);
            g_assert_no_errno (g_stat (target, &status));
            g_assert_cmpuint (status.st_mode & 0777, ==, 0640);
            g_clear_object (&result);
            beaver_test_spin_until (NULL, progress.destroyed);
          }
        g_assert_no_error (error);
        g_assert_true (ok);
        g_assert_cmpint (progress.last, ==, sizes[i]);
        assert_file (target, bytes, sizes[i]);
        if (async == 1)
          g_unlink (target);
        g_assert_cmpuint (count_files (dir), ==, async == 1 ? 1 : 2);
      }
}

static void
test_files_refused (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_build_filename (f->dir, "files", NULL);
  g_autofree char *pipe = g_build_filename (f->dir, "pipe", NULL);
  g_autofree char *shm = g_strconcat (f->path, "-shm", NULL);
  g_autofree char *path = g_build_filename (dir, "in", NULL);
  g_autofree guint8 *bytes = make_bytes (3 * 1024 * 1024, 5);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) nowhere = g_file_new_build_filename (f->dir, "no", "folder", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  g_autoptr (GFile) fifo = g_file_new_for_path (pipe);
  g_autoptr (GFile) own = g_file_new_for_path (f->path);
  g_autoptr (GFile) own_shm = g_file_new_for_path (shm);
  g_autoptr (GFile) resource = g_file_new_for_uri ("resource:///no/such/thing");
  struct
  {
    GFile *file;
    int import, export;
  } bad[] = {
    { nowhere, BEAVER_ERROR_NOT_FOUND, BEAVER_ERROR_NOT_FOUND },
    { folder, BEAVER_ERROR_INVALID, BEAVER_ERROR_INVALID },
    { fifo, BEAVER_ERROR_INVALID, BEAVER_ERROR_INVALID },
    { own, BEAVER_ERROR_CONFLICT, BEAVER_ERROR_CONFLICT },
    { own_shm, BEAVER_ERROR_CONFLICT, BEAVER_ERROR_CONFLICT },
    { resource, BEAVER_ERROR_NOT_FOUND, BEAVER_ERROR_IO },
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Progress progress = { .cancellable = cancellable };

  g_assert_no_errno (g_mkdir (dir, 0700));
  g_assert_no_errno (mkfifo (pipe, 0600));
  put (blobs, "k", "before", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (
          beaver_blobs_import_file (blobs, "k", bad[i].file, NULL, NULL, NULL, NULL, &error));
      g_test_message ("%s", error->message);
      assert_error (bad[i].import);
      g_assert_false (beaver_blobs_export_file (blobs, "k", bad[i].file, NULL, NULL, NULL, &error));
      g_test_message ("%s", error->message);
      assert_error (bad[i].export);
    }
  g_assert_false (beaver_blobs_export_file (blobs, "none", file, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_NOT_FOUND);
  g_assert_false (beaver_blobs_import_file (blobs, "k", file, "{oops", NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  assert_bytes (blobs, "k", "before");
  for (guint i = 3; i <= 4; i++)
    {
      /* the same files, of a database that was opened by another name */
      g_autofree char *link = g_build_filename (f->dir, "link.db", NULL);
      g_autoptr (BeaverDb) db = NULL;
      BeaverBlobs *others;

      g_assert_true (symlink (f->path, link) == 0 || errno == EEXIST);
      db = beaver_db_open (link, NULL, &error);
      g_assert_no_error (error);
      others = beaver_db_get_blobs (db, "b", &error);
      g_assert_false (
          beaver_blobs_import_file (others, "k", bad[i].file, NULL, NULL, NULL, NULL, &error));
      assert_error (BEAVER_ERROR_CONFLICT);
      g_assert_false (
          beaver_blobs_export_file (others, "k", bad[i].file, NULL, NULL, NULL, &error));
      assert_error (BEAVER_ERROR_CONFLICT);
    }

  /* cancelled in the middle: what was there stays, on both sides */
  g_file_set_contents (path, (char *) bytes, 3 * 1024 * 1024, &error);
  g_assert_false (beaver_blobs_import_file (blobs, "k", file, NULL, on_progress, &progress,
                                            cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (progress.calls, ==, 1);
  assert_bytes (blobs, "k", "before");
  g_assert_true (beaver_blobs_import_file (blobs, "big", file, NULL, NULL, NULL, NULL, &error));
  g_assert_true (g_file_set_contents (path, "old", 3, &error));
  g_cancellable_reset (cancellable);
  progress = (Progress){ .cancellable = cancellable };
  g_assert_false (
      beaver_blobs_export_file (blobs, "big", file, on_progress, &progress, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_file (path, "old", 3);
  g_assert_cmpuint (count_files (dir), ==, 1);

  /* and closed */
  progress = (Progress){ .close = f->db };
  g_assert_false (
      beaver_blobs_export_file (blobs, "big", file, on_progress, &progress, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  assert_file (path, "old", 3);
  g_assert_cmpuint (count_files (dir), ==, 1);
  g_assert_false (beaver_blobs_import_file (blobs, "k", file, NULL, NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

/* Closing does not wait until a file is in or out. */
static void
test_files_close (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (20);
  gsize size = 4 * 1024 * 1024;
  g_autofree char *dir = g_build_filename (f->dir, "files", NULL);
  g_autofree char *path = g_build_filename (dir, "in", NULL);
  g_autofree char *target = g_build_filename (dir, "out", NULL);
  g_autofree guint8 *bytes = make_bytes (size, 9);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) out = g_file_new_for_path (target);

  g_assert_no_errno (g_mkdir (dir, 0700));
  g_assert_true (g_file_set_contents (path, (char *) bytes, (gssize) size, NULL));
  g_assert_true (
      beaver_blobs_import_file (get_blobs (f, "b"), "big", file, NULL, NULL, NULL, NULL, NULL));
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (BeaverBlobs) blobs = g_object_ref (get_blobs (f, "b"));
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) imported = NULL;
      g_autoptr (GAsyncResult) exported = NULL;
      gboolean in;

      put (blobs, "k", "before", NULL);
      g_assert_true (g_file_set_contents (target, "old", 3, NULL));
      beaver_blobs_import_file_async (blobs, "k", file, NULL, NULL, NULL, NULL, NULL,
                                      beaver_test_ready, &imported);
      beaver_blobs_export_file_async (blobs, "big", out, NULL, NULL, NULL, NULL, beaver_test_ready,
                                      &exported);
      if (i % 2 == 0)
        g_thread_yield ();
      beaver_db_close (f->db, &error);
      g_assert_no_error (error);
      beaver_test_assert_all_closed (f->dir);
      beaver_test_wait_result (&imported);
      beaver_test_wait_result (&exported);
      if (beaver_blobs_export_file_finish (blobs, exported, &error))
        assert_file (target, bytes, size);
      else
        {
          assert_error (BEAVER_ERROR_CLOSED);
          assert_file (target, "old", 3);
        }
      in = beaver_blobs_import_file_finish (blobs, imported, &error);
      if (!in)
        assert_error (BEAVER_ERROR_CLOSED);
      g_assert_cmpuint (count_files (dir), ==, 2);
      g_clear_object (&f->db);
      fixture_open (f, f->path);
      g_assert_cmpint (beaver_blobs_get_size (get_blobs (f, "b"), "k", NULL, &error), ==,
                       in ? (gint64) size : 6);
      g_assert_no_error (error);
    }
}

/* What is read in parts is of one blob, also when the next one is as large. */

typedef enum
{
  REPLACE_PUT,
  REPLACE_STREAM,
  REPLACE_REMOVED,
  REPLACE_BATCH,
  REPLACE_APPEND,
  REPLACE_LOAD,
  REPLACE_LOAD_WHOLE,
} Replace;

/* A dump in which this blob is what it will be. */
static void
load_blob (BeaverDb *db,
           BeaverBlobs *blobs,
           const char *key,
           GBytes *bytes,
           gboolean whole,
           BeaverLoadStrategy strategy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) other = beaver_db_open (":memory:", NULL, &error);
  BeaverBlobs *source;
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GBytes) dump = NULL;

  g_assert_no_error (error);
  source = beaver_db_get_blobs (other, beaver_manager_get_name (BEAVER_MANAGER (blobs)), &error);
  beaver_blobs_put (source, key, bytes, NULL, NULL, &error);
  g_assert_no_error (error);
  if (whole)
    beaver_db_dump (other, out, BEAVER_DUMP_FORMAT_JSON, 0, NULL, NULL, NULL, &error);
  else
    beaver_manager_dump (BEAVER_MANAGER (source), out, BEAVER_DUMP_FORMAT_JSON, 0, NULL, NULL, NULL,
                         &error);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (out, NULL, &error));
  dump = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  in = g_memory_input_stream_new_from_bytes (dump);
  if (whole)
    beaver_db_load (db, in, BEAVER_DUMP_FORMAT_JSON, strategy, NULL, NULL, NULL, &error);
  else
    beaver_manager_load (BEAVER_MANAGER (blobs), in, BEAVER_DUMP_FORMAT_JSON, strategy, NULL, NULL,
                         NULL, &error);
  g_assert_no_error (error);
}

static void
replace_blob (BeaverDb *db, BeaverBlobs *blobs, const char *key, GBytes *bytes, Replace how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobOutputStream) out = NULL;
  g_autoptr (BeaverBlobsBatch) batch = NULL;

  switch (how)
    {
    case REPLACE_REMOVED:
      beaver_blobs_remove (blobs, key, NULL, &error);
      g_assert_no_error (error);
      /* fall through */
    case REPLACE_PUT:
      beaver_blobs_put (blobs, key, bytes, NULL, NULL, &error);
      break;
    case REPLACE_STREAM:
      out = beaver_blobs_open_write (blobs, key, NULL, &error);
      g_assert_no_error (error);
      g_output_stream_write_all (G_OUTPUT_STREAM (out), g_bytes_get_data (bytes, NULL),
                                 g_bytes_get_size (bytes), NULL, NULL, &error);
      g_assert_no_error (error);
      g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error);
      break;
    case REPLACE_APPEND:
    case REPLACE_LOAD:
    case REPLACE_LOAD_WHOLE:
      load_blob (db, blobs, key, bytes, how == REPLACE_LOAD_WHOLE,
                 how == REPLACE_APPEND ? BEAVER_LOAD_STRATEGY_APPEND :
                                         BEAVER_LOAD_STRATEGY_OVERWRITE);
      break;
    case REPLACE_BATCH:
    default:
      batch = beaver_blobs_create_batch (blobs);
      beaver_blobs_batch_put (batch, key, bytes, NULL, &error);
      g_assert_no_error (error);
      beaver_blobs_batch_apply (batch, NULL, &error);
      break;
    }
  g_assert_no_error (error);
}

static void
test_replaced_by_one_as_large (Fixture *f, gconstpointer data)
{
  BeaverBlobs *blobs = get_blobs (f, "b");
  gsize sizes[] = { 1000, 256 * 1024, 256 * 1024 + 1, 3 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (Replace how = REPLACE_PUT; how <= REPLACE_LOAD_WHOLE; how++)
      {
        gsize size = sizes[i], n = 0;
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) old = g_bytes_new_take (make_bytes (size, 1), size);
        g_autoptr (GBytes) new = g_bytes_new_take (make_bytes (size, 99), size);
        g_autoptr (BeaverBlobInputStream) in = NULL;
        g_autoptr (GBytes) now = NULL;
        g_autofree guint8 *back = g_malloc (size);

        beaver_blobs_put (blobs, "k", old, NULL, NULL, &error);
        g_assert_no_error (error);
        in = beaver_blobs_open_read (blobs, "k", NULL, &error);
        g_assert_no_error (error);
        g_assert_true (g_seekable_seek (G_SEEKABLE (in), 500, G_SEEK_SET, NULL, &error));
        g_input_stream_read_all (G_INPUT_STREAM (in), back, 10, &n, NULL, &error);
        g_assert_no_error (error);
        replace_blob (f->db, blobs, "k", new, how);

        g_assert_true (g_seekable_seek (G_SEEKABLE (in), 0, G_SEEK_SET, NULL, &error));
        if (g_input_stream_read_all (G_INPUT_STREAM (in), back, size, &n, NULL, &error))
          g_assert_cmpmem (back, n, g_bytes_get_data (old, NULL), size);
        else
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
        g_clear_error (&error);
        now = beaver_blobs_lookup (blobs, "k", NULL, &error);
        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (now, new));
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/blob-streams/async", test_async_streams);
  beaver_test_add ("/blob-streams/cancelled", test_async_cancelled);
  beaver_test_add ("/blob-streams/close-in-the-middle", test_close_in_the_middle);
  beaver_test_add ("/blob-streams/nothing-by-halves", test_nothing_by_halves);
  beaver_test_add ("/blob-streams/too-large", test_too_large);
  beaver_test_add ("/blob-streams/replaced-by-one-as-large", test_replaced_by_one_as_large);
  beaver_test_add ("/blob-streams/files", test_files);
  beaver_test_add ("/blob-streams/files-refused", test_files_refused);
  beaver_test_add ("/blob-streams/files-close", test_files_close);
  return g_test_run ();
}
