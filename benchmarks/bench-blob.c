/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One blob of n bytes, in and out by streams and by files: how fast, and how much memory that takes
 * beside what was there before. */
#include "bench.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PART (1024 * 1024)

static gint64
read_status (const char *field)
{
  g_autofree char *text = NULL;
  const char *found;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  found = strstr (text, field);
  return found != NULL ? g_ascii_strtoll (found + strlen (field), NULL, 10) : 0;
}

/* The peak begins anew: what is there now. */
static gint64
begin_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  if (fd >= 0)
    {
      bench_check (write (fd, "5", 1) == 1, NULL);
      close (fd);
    }
  return read_status ("VmRSS:");
}

static void
report (const char *what, gint64 bytes, gint64 begin)
{
  g_autofree char *name = g_strdup_printf ("%s_mib_s", what);

  bench_report (name, (double) bytes / 1048576 / ((double) (bench_now () - begin) / 1e9));
}

static void
write_blob (BeaverBlobs *blobs, gint64 size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobOutputStream) out = beaver_blobs_open_write (blobs, "k", NULL, &error);
  g_autofree guint8 *part = g_malloc (PART);
  gint64 begin = bench_now ();

  bench_check (out != NULL, error);
  memset (part, 0x5a, PART);
  for (gint64 at = 0; at < size; at += PART)
    bench_check (g_output_stream_write_all (G_OUTPUT_STREAM (out), part,
                                            (gsize) MIN (PART, size - at), NULL, NULL, &error),
                 error);
  bench_check (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error), error);
  report ("write", size, begin);
}

static void
read_blob (BeaverBlobs *blobs, gint64 size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverBlobInputStream) in = beaver_blobs_open_read (blobs, "k", NULL, &error);
  g_autofree guint8 *part = g_malloc (PART);
  gint64 begin = bench_now ();
  gint64 total = 0;
  gssize n;

  bench_check (in != NULL, error);
  while ((n = g_input_stream_read (G_INPUT_STREAM (in), part, PART, NULL, &error)) > 0)
    {
      bench_check (part[0] == 0x5a && part[n - 1] == 0x5a, NULL);
      total += n;
    }
  bench_check (n == 0 && total == size, error);
  report ("read", size, begin);
}

static void
run_blob (const BenchArgs *args)
{
  g_autofree char *path = bench_path (args, "blob.db");
  g_autofree char *file_path = bench_path (args, "blob.file");
  g_autoptr (GFile) file = g_file_new_for_path (file_path);
  g_autoptr (GError) error = NULL;
  BeaverDb *db = bench_open (args, path);
  BeaverBlobs *blobs = beaver_db_get_blobs (db, "b", &error);
  gint64 size = args->n, before, begin;

  bench_check (blobs != NULL, error);
  /* whatever is needed once: caches, code */
  {
    g_autoptr (GBytes) small = g_bytes_new_static ("x", 1);

    bench_check (beaver_blobs_put (blobs, "small", small, NULL, NULL, &error), error);
  }
  before = begin_peak ();
  write_blob (blobs, size);
  read_blob (blobs, size);
  begin = bench_now ();
  bench_check (beaver_blobs_export_file (blobs, "k", file, NULL, NULL, NULL, &error), error);
  report ("export", size, begin);
  begin = bench_now ();
  bench_check (beaver_blobs_import_file (blobs, "k", file, NULL, NULL, NULL, NULL, &error), error);
  report ("import", size, begin);
  bench_report ("peak_kib", (double) (read_status ("VmHWM:") - before));
  g_object_unref (db);
  g_unlink (file_path);
  bench_remove (path);
}

const BenchCase bench_blob_cases[] = {
  { "blob", "beaver", run_blob },
  { NULL },
};
