/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The write-ahead log as we write it: a header and its page in one call, and at every commit the
 * log that SQLite itself would have written. */
#include "../beaver-test-sqlite.h"

/* --- Which calls there are: SQLite's own file layer runs, and we count below it. --- */

static struct
{
  int headers; /* atomic, as the rest: writes of a frame's header alone */
  int pages;   /* of a page alone */
  int frames;  /* of both */
} calls;

static ssize_t
counting_pwrite (int fd, const void *buffer, size_t size, off_t offset)
{
  if (size == 24)
    g_atomic_int_inc (&calls.headers);
  else if (size == 4096)
    g_atomic_int_inc (&calls.pages);
  else if (size == 24 + 4096)
    g_atomic_int_inc (&calls.frames);
  return pwrite (fd, buffer, size, offset);
}

static void
install (void)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find (NULL);
  guint n = 0;

  g_assert_nonnull (vfs);
  n += vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr) counting_pwrite) == SQLITE_OK;
  n += vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr) counting_pwrite) == SQLITE_OK;
  g_assert_cmpuint (n, >, 0);
}

static void
reset_calls (void)
{
  g_atomic_int_set (&calls.headers, 0);
  g_atomic_int_set (&calls.pages, 0);
  g_atomic_int_set (&calls.frames, 0);
}

static void
test_one_write (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *raw;

  g_assert_true (beaver_dict_set_json (dict, "k", "0", NULL, &error));
  reset_calls ();
  for (int i = 0; i < 100; i++)
    g_assert_true (beaver_dict_set_json (dict, "k", i % 2 == 0 ? "1" : "2", NULL, &error));
  g_assert_cmpint (g_atomic_int_get (&calls.frames), >=, 100);
  g_assert_cmpint (g_atomic_int_get (&calls.headers), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&calls.pages), ==, 0);

  /* behind what somebody else wrote the first header goes alone */
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '3'");
  reset_calls ();
  g_assert_true (beaver_dict_set_json (dict, "k", "4", NULL, &error));
  g_assert_cmpint (g_atomic_int_get (&calls.headers), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&calls.pages), ==, 1);
  raw_close (raw);
}

/* --- Each commit, as a program finds it that has only the two files: SQLite reads all headers then
 * and checks their sums. --- */

static void
assert_recovers (Fixture *f, sqlite3 *raw)
{
  static const char *const queries[] = {
    "SELECT key, length (value), substr (value, 1, 20) FROM __beaver_dicts__ ORDER BY key",
    "SELECT count (*), max (rowid) FROM __beaver_logs__",
  };
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *copy = g_build_filename (f->dir, "copy.db", NULL);
  g_autofree char *copied_log = g_strconcat (copy, "-wal", NULL);
  g_autofree char *index = g_strconcat (copy, "-shm", NULL);
  g_autofree char *sound = NULL;
  g_autofree char *contents = NULL;
  gsize length = 0;
  sqlite3 *copied;

  g_unlink (index);
  g_assert_true (g_file_get_contents (f->path, &contents, &length, NULL));
  g_assert_true (g_file_set_contents_full (copy, contents, (gssize) length,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_get_contents (log, &contents, &length, NULL));
  g_assert_true (g_file_set_contents_full (copied_log, contents, (gssize) length,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  copied = raw_open (copy);
  sound = raw_query (copied, "PRAGMA integrity_check");
  g_assert_cmpstr (sound, ==, "ok");
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *there = raw_query (copied, queries[i]);
      g_autofree char *here = raw_query (raw, queries[i]);

      g_assert_cmpstr (there, ==, here);
    }
  raw_close (copied);
}

static char *
random_value (int longest)
{
  g_autofree char *filling =
      g_strnfill (g_test_rand_int_range (0, longest), (char) g_test_rand_int_range ('a', 'z' + 1));

  return g_strdup_printf ("\"%s\"", filling);
}

static void
step (Fixture *f, sqlite3 *raw, GError **error)
{
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  BeaverLog *log = beaver_db_get_log (f->db, "l", NULL);
  g_autofree char *key = g_strdup_printf ("%d", g_test_rand_int_range (0, 40));
  g_autofree char *value = random_value (g_test_rand_int_range (0, 5) == 0 ? 30000 : 100);
  int what = g_test_rand_int_range (0, 12);

  if (what == 0)
    {
      /* another program, whose frames stand between ours */
      raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '\"foreign\"' WHERE key = '7'");
    }
  else if (what == 1)
    {
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, error);

      for (int i = g_test_rand_int_range (1, 30); i > 0; i--)
        g_assert_true (beaver_log_append_json (log, value, NULL, error));
      g_assert_true (g_test_rand_bit () ? beaver_transaction_commit (transaction, NULL, error) :
                                          beaver_transaction_rollback (transaction, error));
    }
  else if (what == 2)
    {
      /* the log begins anew */
      g_autofree char *done = raw_query (raw, "PRAGMA wal_checkpoint (RESTART)");

      g_assert_cmpstr (done, !=, "");
    }
  else if (what == 3)
    g_assert_true (beaver_log_append_json (log, value, NULL, error));
  else
    g_assert_true (beaver_dict_set_json (dict, key, value, NULL, error));
}

static void
test_recovers (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);

  for (guint i = beaver_test_rounds (300); i > 0; i--)
    {
      step (f, raw, &error);
      g_assert_no_error (error);
      assert_recovers (f, raw);
    }
  raw_close (raw);
}

/* More than the page cache holds: pages go to the log before the commit, and those that change once
 * more are written over, after which SQLite computes the sums of all headers behind them anew. */
static void
test_spills (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", NULL);
  sqlite3 *raw = raw_open (f->path);

  g_assert_true (beaver_dict_set_json (dict, "first", "1", NULL, &error));
  for (int round = 0; round < 2; round++)
    {
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

      g_assert_no_error (error);
      for (int pass = 0; pass < 2; pass++)
        {
          for (int i = 0; i < 1200; i++)
            {
              g_autofree char *key = g_strdup_printf ("%d", i);
              g_autofree char *filling = g_strnfill (20000, (char) ('a' + 2 * round + pass));
              g_autofree char *value = g_strdup_printf ("\"%s\"", filling);

              g_assert_true (beaver_dict_set_json (dict, key, value, NULL, &error));
            }
        }
      g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
      assert_recovers (f, raw);
      g_assert_true (beaver_dict_set_json (dict, "last", round == 0 ? "1" : "2", NULL, &error));
      assert_recovers (f, raw);
    }
  raw_close (raw);
}

/* --- The file itself, used in every way SQLite may use it, against a model of it --- */

#define MOST 200000

static void
assert_same (const char *path, GByteArray *model)
{
  g_autofree char *contents = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, model->data, model->len);
}

static sqlite3_file *
open_log (Fixture *f, char **path)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("libbeaver");
  g_autofree char *database = g_build_filename (f->dir, "model.db", NULL);
  sqlite3_file *file;

  g_assert_nonnull (vfs);
  file = g_malloc0 (vfs->szOsFile);
  /* its log gets the permissions of the database */
  g_assert_true (g_file_set_contents (database, "", 0, NULL));
  /* as sqlite3_uri_parameter() wants names: without parameters */
  *path = g_malloc0 (strlen (database) + 12);
  strcat (strcpy (*path, database), "-wal");
  g_assert_cmpint (vfs->xOpen (vfs, *path, file,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL, NULL),
                   ==, SQLITE_OK);
  return file;
}

static void
test_model (Fixture *f, gconstpointer data)
{
  static const int sizes[] = { 24, 24, 24, 24, 512, 4096, 4096, 4096, 32, 65536, 7 };
  g_autofree char *path = NULL;
  g_autoptr (GByteArray) model = g_byte_array_new ();
  g_autofree guint8 *bytes = g_malloc (65536);
  g_autofree guint8 *back = g_malloc (MOST);
  sqlite3_file *file;
  sqlite3_int64 at = 0;

  file = open_log (f, &path);
  for (guint i = beaver_test_rounds (20000); i > 0; i--)
    {
      int what = g_test_rand_int_range (0, 40);
      sqlite3_int64 size = 0;

      if (what < 34)
        {
          int n = sizes[g_test_rand_int_range (0, G_N_ELEMENTS (sizes))];

          /* mostly one behind the other */
          if (what < 4 || at + n > MOST)
            at = g_test_rand_int_range (0, MIN ((int) model->len + 1, MOST - 65536));
          memset (bytes, g_test_rand_int_range (0, 256), n);
          g_assert_cmpint (file->pMethods->xWrite (file, bytes, n, at), ==, SQLITE_OK);
          if (model->len < at + n)
            {
              guint before = model->len;

              g_byte_array_set_size (model, (guint) (at + n));
              memset (model->data + before, 0, model->len - before);
            }
          memcpy (model->data + at, bytes, n);
          at += n;
          /* what is as long as a page is there at once, with the header before it */
          if (n != 24)
            assert_same (path, model);
        }
      else if (what == 34)
        {
          at = g_test_rand_int_range (0, (int) model->len + 1);
          g_byte_array_set_size (model, (guint) at);
          g_assert_cmpint (file->pMethods->xTruncate (file, at), ==, SQLITE_OK);
          assert_same (path, model);
        }
      else if (what == 35)
        {
          g_assert_cmpint (file->pMethods->xSync (file, SQLITE_SYNC_NORMAL), ==, SQLITE_OK);
          assert_same (path, model);
        }
      else if (what == 36)
        {
          g_assert_cmpint (file->pMethods->xFileSize (file, &size), ==, SQLITE_OK);
          g_assert_cmpint (size, ==, model->len);
        }
      else if (model->len > 0)
        {
          int from = g_test_rand_int_range (0, (int) model->len);
          int n = g_test_rand_int_range (1, (int) model->len - from + 1);

          g_assert_cmpint (file->pMethods->xRead (file, back, n, from), ==, SQLITE_OK);
          g_assert_cmpmem (back, n, model->data + from, n);
        }
    }
  g_assert_cmpint (file->pMethods->xClose (file), ==, SQLITE_OK);
  assert_same (path, model);
  g_unlink (path);
  g_free (file);
}

/* A second half that is as long as a header, behind a sync: not kept. */
static void
test_split_page (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GByteArray) model = g_byte_array_new ();
  guint8 bytes[4096] = { 7 };
  sqlite3_file *file = open_log (f, &path);
  static const int sizes[] = { 32, 24, 4072 };
  sqlite3_int64 at = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_assert_cmpint (file->pMethods->xWrite (file, bytes, sizes[i], at), ==, SQLITE_OK);
      g_byte_array_append (model, bytes, sizes[i]);
      at += sizes[i];
    }
  g_assert_cmpint (file->pMethods->xSync (file, SQLITE_SYNC_NORMAL), ==, SQLITE_OK);
  g_assert_cmpint (file->pMethods->xWrite (file, bytes, 24, at), ==, SQLITE_OK);
  g_byte_array_append (model, bytes, 24);
  assert_same (path, model);
  g_assert_cmpint (file->pMethods->xClose (file), ==, SQLITE_OK);
  g_unlink (path);
  g_free (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  install ();
  beaver_test_add ("/log-file/one-write-for-a-frame", test_one_write);
  beaver_test_add ("/log-file/recovers-after-every-commit", test_recovers);
  beaver_test_add ("/log-file/recovers-after-a-spill", test_spills);
  beaver_test_add ("/log-file/any-use", test_model);
  beaver_test_add ("/log-file/a-split-page", test_split_page);
  return g_test_run ();
}
