/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a store of blobs, held against a hash table; and two processes on one. */
#include "model-test.h"

#include <glib/gstdio.h>

typedef enum
{
  PUT,
  PUT_METADATA,
  STREAM,
  ABANDON,
  BATCH,
  REMOVE,
  GET,
  GET2,
  LOOKUP,
  METADATA,
  SIZE,
  READ,
  IMPORT,
  EXPORT,
  COUNT,
  RARE,
  N_KINDS,
} Kind;

static const char *const kinds[] = { "put",    "put-metadata", "stream", "abandon",
                                     "batch",  "remove",       "get",    "get2",
                                     "lookup", "metadata",     "size",   "read",
                                     "import", "export",       "count",  "rare" };

typedef struct
{
  GBytes *bytes;
  char *metadata;
} Blob;

typedef struct
{
  const char *path;
  char *file; /* beside it, for import and export */
  BeaverDb *db;
  BeaverBlobs *blobs;
  GTree *model; /* (element-type utf8 Blob) */
  char *complaint;
} World;

static void
blob_free (gpointer data)
{
  Blob *blob = data;

  g_bytes_unref (blob->bytes);
  g_free (blob->metadata);
  g_free (blob);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->blobs = beaver_db_get_blobs (w->db, "random", &error);
  g_assert_no_error (error);
}

static void
world_close (World *w)
{
  g_autoptr (GError) error = NULL;

  beaver_db_close (w->db, &error);
  g_assert_no_error (error);
  g_clear_object (&w->db);
}

static void
agree (World *w, const char *what, gboolean same)
{
  if (w->complaint == NULL && !same)
    w->complaint = g_strdup_printf ("%s is not as expected", what);
}

/* Mostly small; now and then more than one page, and more than one part of a stream. */
static GBytes *
make_bytes (const ModelOp *op)
{
  gsize size = op->c % 64 == 0 ? op->b % 300000 : op->c % 8 == 0 ? op->b % 9000 : op->b % 40;
  guint8 *data = g_malloc (MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) ((op->b + (guint32) i) * 2654435761u >> 11);
  return g_bytes_new_take (data, size);
}

static char *
make_key (const ModelOp *op)
{
  static const char *const odd[] = { "", "it's", "ü\"{}", "%_", "a\nb" };

  return op->a % 16 < G_N_ELEMENTS (odd) ? g_strdup (odd[op->a % 16]) :
                                           g_strdup_printf ("key-%u", op->a / 16 % 40);
}

static void
keep (World *w, const char *key, GBytes *bytes, const char *metadata)
{
  Blob *blob = g_new (Blob, 1);

  *blob = (Blob){ g_bytes_ref (bytes), g_strdup (metadata) };
  g_tree_replace (w->model, g_strdup (key), blob);
}

static void
stream (World *w, const ModelOp *op, const char *key, GBytes *bytes, GError **error)
{
  g_autoptr (BeaverBlobOutputStream) out = beaver_blobs_open_write (w->blobs, key, NULL, error);
  const char *data = g_bytes_get_data (bytes, NULL);
  gsize size = g_bytes_get_size (bytes);

  for (gsize at = 0; out != NULL && at < size;)
    {
      gssize n = g_output_stream_write (G_OUTPUT_STREAM (out), data + at,
                                        MIN (size - at, 1 + op->c % 70000), NULL, error);

      if (n < 0)
        return;
      at += (gsize) n;
    }
  if (out != NULL && op->kind == STREAM)
    {
      if (g_output_stream_close (G_OUTPUT_STREAM (out), NULL, error))
        keep (w, key, bytes, NULL);
    }
  else if (out != NULL && op->b % 2 == 0)
    beaver_blob_output_stream_abandon (out); /* the others are dropped */
}

static void
read_some (World *w, const ModelOp *op, const char *key, Blob *blob, GError **error)
{
  g_autoptr (BeaverBlobInputStream) in = beaver_blobs_open_read (w->blobs, key, NULL, error);
  gsize size = blob != NULL ? g_bytes_get_size (blob->bytes) : 0;
  gsize at = size > 0 ? op->c % size : 0;
  gsize length = MIN (size - at, 1 + op->b % 5000);
  g_autofree char *buffer = g_malloc (length + 1);
  gsize n = 0;

  agree (w, "being there", (in != NULL) == (blob != NULL));
  if (in == NULL || blob == NULL)
    return;
  agree (w, "the size of the stream", beaver_blob_input_stream_get_size (in) == (gint64) size);
  if (g_seekable_seek (G_SEEKABLE (in), (goffset) at, G_SEEK_SET, NULL, error) &&
      g_input_stream_read_all (G_INPUT_STREAM (in), buffer, length, &n, NULL, error))
    agree (w, "what was read",
           n == length &&
               (n == 0 ||
                memcmp (buffer, (const char *) g_bytes_get_data (blob->bytes, NULL) + at, n) == 0));
}

static void
take_file (World *w, const char *key, Blob *blob, GFile *file, GError **error)
{
  g_autofree char *contents = NULL;
  gsize length;

  if (!beaver_blobs_export_file (w->blobs, key, file, NULL, NULL, NULL, error))
    {
      agree (w, "an export that fails", blob == NULL);
      return;
    }
  agree (w, "reading the file", g_file_get_contents (w->file, &contents, &length, error));
  agree (w, "the file",
         blob != NULL && contents != NULL && length == g_bytes_get_size (blob->bytes) &&
             (length == 0 || memcmp (contents, g_bytes_get_data (blob->bytes, NULL), length) == 0));
}

typedef struct
{
  World *w;
  BeaverCursor *cursor;
} Walk;

static gboolean
on_key (gpointer key, gpointer value, gpointer data)
{
  Walk *walk = data;
  g_autoptr (BeaverEntry) entry = beaver_cursor_next (walk->cursor, NULL, NULL);

  agree (walk->w, "the order of keys",
         entry != NULL && g_str_equal (beaver_entry_get_key (entry), key));
  agree (walk->w, "the metadata of a key",
         entry != NULL &&
             g_strcmp0 (beaver_entry_get_value (entry), ((Blob *) value)->metadata) == 0);
  return walk->w->complaint != NULL;
}

static void
rarely (World *w, const ModelOp *op, GError **error)
{
  if (op->b % 64 == 0)
    {
      world_close (w);
      world_open (w);
    }
  else if (op->b % 512 == 1)
    {
      gint64 n = beaver_manager_clear (BEAVER_MANAGER (w->blobs), NULL, error);

      agree (w, "how many were cleared", n == g_tree_nnodes (w->model));
      g_tree_remove_all (w->model);
    }
  else if (op->b % 64 == 2)
    {
      Walk walk = { w, beaver_blobs_keys (w->blobs, error) };

      g_tree_foreach (w->model, on_key, &walk);
      agree (w, "the end of the keys", beaver_cursor_next (walk.cursor, NULL, NULL) == NULL);
      g_object_unref (walk.cursor);
    }
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = make_key (op);
  g_autoptr (GBytes) bytes = make_bytes (op);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (w->file);
  g_autofree char *metadata = g_strdup_printf ("{\"n\": %u}", op->c);
  g_autofree char *text = NULL;
  Blob *blob = g_tree_lookup (w->model, key);

  switch (op->kind)
    {
    case PUT:
    case PUT_METADATA:
      if (op->kind == PUT)
        g_clear_pointer (&metadata, g_free);
      agree (w, "put", beaver_blobs_put (w->blobs, key, bytes, metadata, NULL, &error));
      keep (w, key, bytes, metadata);
      break;
    case STREAM:
    case ABANDON:
      stream (w, op, key, bytes, &error);
      break;
    case BATCH:
      {
        g_autoptr (BeaverBlobsBatch) batch = beaver_blobs_create_batch (w->blobs);

        beaver_blobs_batch_put (batch, "of a batch", bytes, NULL, &error);
        beaver_blobs_batch_remove (batch, key, &error);
        agree (w, "batch", beaver_blobs_batch_apply (batch, NULL, &error) == 2);
        keep (w, "of a batch", bytes, NULL);
        g_tree_remove (w->model, key);
        break;
      }
    case REMOVE:
      agree (w, "remove", beaver_blobs_remove (w->blobs, key, NULL, &error) == (blob != NULL));
      g_tree_remove (w->model, key);
      break;
    case GET:
    case GET2:
    case LOOKUP:
      back = op->kind == LOOKUP ? beaver_blobs_lookup (w->blobs, key, NULL, &error) :
                                  beaver_blobs_get (w->blobs, key, NULL, &error);
      agree (w, kinds[op->kind],
             blob == NULL ? back == NULL : back != NULL && g_bytes_equal (back, blob->bytes));
      break;
    case METADATA:
      text = beaver_blobs_get_metadata (w->blobs, key, NULL, &error);
      agree (w, "metadata", g_strcmp0 (text, blob != NULL ? blob->metadata : NULL) == 0);
      break;
    case SIZE:
      agree (w, "size",
             beaver_blobs_get_size (w->blobs, key, NULL, &error) ==
                 (blob != NULL ? (gint64) g_bytes_get_size (blob->bytes) : -1));
      break;
    case READ:
      read_some (w, op, key, blob, &error);
      break;
    case IMPORT:
      if (op->c % 16 != 0)
        break;
      agree (w, "writing the file",
             g_file_set_contents (w->file, g_bytes_get_data (bytes, NULL),
                                  (gssize) g_bytes_get_size (bytes), &error));
      agree (w, "import",
             beaver_blobs_import_file (w->blobs, key, file, metadata, NULL, NULL, NULL, &error));
      keep (w, key, bytes, metadata);
      break;
    case EXPORT:
      if (op->c % 64 == 0)
        take_file (w, key, blob, file, &error);
      break;
    case COUNT:
      agree (w, "count",
             beaver_manager_count (BEAVER_MANAGER (w->blobs), NULL, &error) ==
                 g_tree_nnodes (w->model));
      break;
    case RARE:
    default:
      rarely (w, op, &error);
    }
  if (blob == NULL && g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND))
    g_clear_error (&error);
  g_assert_no_error (error);
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  World w = { .path = path, .model = g_tree_new_full (compare, NULL, g_free, blob_free) };

  w.file = g_strconcat (path, ".file", NULL);
  world_open (&w);
  for (*at = 0; *at < n && w.complaint == NULL; ++*at)
    step (&w, ops + *at);
  world_close (&w);
  g_tree_unref (w.model);
  g_unlink (w.file);
  g_free (w.file);
  return w.complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, 100000);
}

/* Two processes: each blob is one that somebody wrote, never a mixture, and none is lost. */

#define WRITERS 2

static GBytes *
make_uniform (guint n)
{
  gsize size = 1 + n * 7919 % 20000;
  char *data = g_malloc (size);

  memset (data, 'a' + (int) (n % 26), size);
  return g_bytes_new_take (data, size);
}

static int
writer (const char *path, const char *name, guint rounds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverBlobs *blobs = db != NULL ? beaver_db_get_blobs (db, "both", &error) : NULL;

  g_print ("ready\n");
  fflush (stdout);
  if (blobs == NULL || getchar () == EOF)
    return 1;
  for (guint n = 0; n < rounds; n++)
    {
      g_autoptr (GBytes) bytes = make_uniform (n);
      g_autofree char *own = g_strdup_printf ("%s-%u", name, n);
      g_autoptr (BeaverBlobOutputStream) out = NULL;

      if (!beaver_blobs_put (blobs, own, bytes, "{}", NULL, &error))
        break;
      out = beaver_blobs_open_write (blobs, "shared", NULL, &error);
      if (out == NULL ||
          !g_output_stream_write_all (G_OUTPUT_STREAM (out), g_bytes_get_data (bytes, NULL),
                                      g_bytes_get_size (bytes), NULL, NULL, &error) ||
          !g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error))
        break;
    }
  if (error != NULL)
    g_printerr ("writer: %s\n", error->message);
  beaver_db_close (db, NULL);
  g_print ("done\n");
  return error != NULL;
}

static void
assert_uniform (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 1; i < size; i++)
    g_assert_cmpint (data[i], ==, data[0]);
}

static void
test_two_processes (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (200);
  g_autofree char *count = g_strdup_printf ("%u", rounds);
  g_autoptr (GError) error = NULL;
  GSubprocess *writers[WRITERS];
  BeaverBlobs *blobs;

  for (guint i = 0; i < WRITERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("writer%u", i);

      writers[i] = beaver_test_spawn_self ("writer", f->path, name, count, NULL);
    }
  for (guint i = 0; i < WRITERS; i++)
    {
      g_autofree char *line = beaver_test_read_line (writers[i]);

      g_assert_cmpstr (line, ==, "ready");
    }
  for (guint i = 0; i < WRITERS; i++)
    beaver_test_write_line (writers[i], "go");
  blobs = beaver_db_get_blobs (f->db, "both", &error);
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GBytes) bytes = beaver_blobs_lookup (blobs, "shared", NULL, &error);
      g_autoptr (BeaverBlobInputStream) in = NULL;
      char buffer[32];

      g_assert_no_error (error);
      if (bytes == NULL)
        continue;
      assert_uniform (bytes);
      in = beaver_blobs_open_read (blobs, "shared", NULL, &error);
      g_assert_no_error (error);
      if (g_input_stream_read (G_INPUT_STREAM (in), buffer, sizeof buffer, NULL, &error) < 0)
        {
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT);
          g_clear_error (&error);
        }
    }
  for (guint i = 0; i < WRITERS; i++)
    {
      g_autofree char *line = beaver_test_read_line (writers[i]);

      g_assert_cmpstr (line, ==, "done");
      beaver_test_join (writers[i]);
      g_object_unref (writers[i]);
    }
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (blobs), NULL, &error), ==,
                   WRITERS * rounds + 1);
  for (guint i = 0; i < WRITERS; i++)
    for (guint n = 0; n < rounds; n++)
      {
        g_autofree char *own = g_strdup_printf ("writer%u-%u", i, n);
        g_autoptr (GBytes) expected = make_uniform (n);
        g_autoptr (GBytes) bytes = beaver_blobs_get (blobs, own, NULL, &error);

        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (bytes, expected));
      }
}

int
main (int argc, char *argv[])
{
  if (argc == 5 && strcmp (argv[1], "writer") == 0)
    return writer (argv[2], argv[3], (guint) atoi (argv[4]));
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/blobs/random/model", test_random);
  beaver_test_add ("/blobs/random/two-processes", test_two_processes);
  return g_test_run ();
}
