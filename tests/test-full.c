/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk that is full, and one that has room again: SQLite's own file layer runs, only the system
 * calls below it say ENOSPC once the room is used up. Every kind of write fails with
 * BEAVER_ERROR_FULL and changes nothing, reading and closing go on, and so does writing once there
 * is room. */
#include "beaver-test-sqlite.h"

#define UNLIMITED G_MAXINT

static int room = UNLIMITED; /* atomic: how many more writes the disk takes */

static gboolean
take_room (void)
{
  int left = g_atomic_int_get (&room);

  while (left > 0 && left != UNLIMITED)
    {
      if (g_atomic_int_compare_and_exchange (&room, left, left - 1))
        return TRUE;
      left = g_atomic_int_get (&room);
    }
  errno = ENOSPC;
  return left > 0;
}

static ssize_t
full_pwrite (int fd, const void *buffer, size_t size, off_t offset)
{
  return take_room () ? pwrite (fd, buffer, size, offset) : -1;
}

static ssize_t
full_write (int fd, const void *buffer, size_t size)
{
  return take_room () ? write (fd, buffer, size) : -1;
}

static void
install (void)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find (NULL);
  guint n = 0;

  g_assert_nonnull (vfs);
  g_assert_cmpint (vfs->iVersion, >=, 3);
  /* whichever of them this SQLite was built to use */
  n += vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr) full_pwrite) == SQLITE_OK;
  n += vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr) full_pwrite) == SQLITE_OK;
  n += vfs->xSetSystemCall (vfs, "write", (sqlite3_syscall_ptr) full_write) == SQLITE_OK;
  g_assert_cmpuint (n, >, 0);
}

static void
set_room (int writes)
{
  g_atomic_int_set (&room, writes);
}

/* --- every kind of write --- */

static const char *
big_json (void)
{
  static char *text;

  if (text == NULL)
    {
      g_autofree char *filling = g_strnfill (20000, 'x');

      text = g_strdup_printf ("\"%s\"", filling);
    }
  return text;
}

static gboolean
dict_set (BeaverDb *db, GError **error)
{
  BeaverDict *dict = beaver_db_get_dict (db, "d", error);

  beaver_dict_set_json (dict, "key", big_json (), NULL, error);
  return error == NULL || *error == NULL;
}

static gboolean
dict_increment (BeaverDb *db, GError **error)
{
  beaver_dict_increment (beaver_db_get_dict (db, "d", error), "n", 1, NULL, error);
  return error == NULL || *error == NULL;
}

static gboolean
dict_async (BeaverDb *db, GError **error)
{
  BeaverDict *dict = beaver_db_get_dict (db, "d", error);
  g_autoptr (GAsyncResult) result = NULL;

  beaver_dict_set_json_async (dict, "async", big_json (), NULL, beaver_test_ready, &result);
  beaver_test_wait_result (&result);
  return beaver_dict_set_json_finish (dict, result, error);
}

static gboolean
dict_clear (BeaverDb *db, GError **error)
{
  return beaver_manager_clear (BEAVER_MANAGER (beaver_db_get_dict (db, "full", error)), NULL,
                               error) >= 0;
}

static gboolean
list_push (BeaverDb *db, GError **error)
{
  return beaver_list_push_json (beaver_db_get_list (db, "l", error), big_json (), NULL, error);
}

static gboolean
queue_put (BeaverDb *db, GError **error)
{
  return beaver_queue_put_json (beaver_db_get_queue (db, "q", error), big_json (), 1, NULL, error);
}

static gboolean
log_append (BeaverDb *db, GError **error)
{
  return beaver_log_append_json (beaver_db_get_log (db, "l", error), big_json (), NULL, error);
}

static gboolean
channel_publish (BeaverDb *db, GError **error)
{
  return beaver_channel_publish (beaver_db_get_channel (db, "c", error), big_json (), NULL, error);
}

static gboolean
lock_acquire (BeaverDb *db, GError **error)
{
  BeaverLock *lock = beaver_db_get_lock (db, "l", error);

  return beaver_lock_acquire (lock, 10, 60, NULL, error) && beaver_lock_release (lock, NULL, error);
}

static gboolean
transaction (BeaverDb *db, GError **error)
{
  g_autoptr (BeaverTransaction) self = beaver_db_begin (db, NULL, error);

  return self != NULL && dict_set (db, error) && list_push (db, error) && log_append (db, error) &&
         beaver_transaction_commit (self, NULL, error);
}

typedef struct
{
  const char *name;
  gboolean (*func) (BeaverDb *db, GError **error);
} Case;

static const Case cases[] = {
  { "dict", dict_set },           { "increment", dict_increment }, { "async", dict_async },
  { "clear", dict_clear },        { "list", list_push },           { "queue", queue_put },
  { "log", log_append },          { "channel", channel_publish },  { "lock", lock_acquire },
  { "transaction", transaction },
};

/* All that the file holds, as another program reads it. */
static char *
read_all (const char *path)
{
  static const char *const tables[] = { "dicts", "lists",      "priority_queues",
                                        "logs",  "pubsub_log", "lock_waiters" };
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3 *raw = raw_open (path);

  raw_assert (raw, "PRAGMA integrity_check", "ok");
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *sql =
          g_strdup_printf ("SELECT * FROM __beaver_%s__ ORDER BY 1, 2", tables[i]);
      g_autofree char *rows = raw_query (raw, sql);

      g_string_append_printf (text, "%s:\n%s\n", tables[i], rows);
    }
  raw_close (raw);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
fill (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "full", &error);

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_true (beaver_dict_set_int (dict, key, i, NULL, &error));
    }
  g_assert_no_error (error);
}

static void
assert_readable (BeaverDb *db)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (db, "full", &error);

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_cmpint (beaver_dict_get_int (dict, key, NULL, &error), ==, i);
      g_assert_no_error (error);
    }
}

/* Not a single write: it says FULL, nothing has changed; with room it does its work. */
static void
test_case (Fixture *f, gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;

  fill (f);
  before = read_all (f->path);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *now = NULL;

      set_room (0);
      g_assert_false (test->func (f->db, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL);
      g_clear_error (&error);
      assert_readable (f->db);
      set_room (UNLIMITED);
      now = read_all (f->path);
      g_assert_cmpstr (now, ==, before);
    }
  g_assert_true (test->func (f->db, &error));
  g_assert_no_error (error);
}

/* Room for ever more writes: each time either all of it is there, or nothing. */
static void
test_sweep (Fixture *f, gconstpointer data)
{
  guint failed = 0;

  fill (f);
  for (int writes = 0;; writes++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *before = read_all (f->path);
      g_autofree char *after = NULL;
      gboolean done;

      set_room (writes);
      done = transaction (f->db, &error);
      set_room (UNLIMITED);
      after = read_all (f->path);
      if (done)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (after, !=, before);
          if (writes > 60)
            break;
          continue;
        }
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL);
      g_assert_cmpstr (after, ==, before);
      assert_readable (f->db);
      failed++;
    }
  g_test_message ("%u of them failed", failed);
  g_assert_cmpuint (failed, >, 3);
  fixture_reopen (f);
  assert_readable (f->db);
}

/* Closing on a full disk, with much in the log that cannot be brought into the file: it is there
 * when there is room again. */
static void
test_close (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;

  fill (f);
  for (guint i = 0; i < 100; i++)
    g_assert_true (list_push (f->db, &error));
  before = read_all (f->path);
  set_room (0);
  g_assert_true (beaver_db_close (f->db, &error));
  g_assert_no_error (error);
  beaver_test_assert_all_closed (f->dir);
  set_room (UNLIMITED);
  after = read_all (f->path);
  g_assert_cmpstr (after, ==, before);
  fixture_reopen (f);
  assert_readable (f->db);
  g_assert_true (dict_set (f->db, &error));
}

/* Many writers while the room comes and goes, past the point where the log is brought into the
 * file: what was acknowledged is there. */
typedef struct
{
  BeaverDb *db;
  guint number;
  guint rounds;
  int *running; /* atomic */
  gint64 acknowledged;
} Writer;

static gpointer
writer_run (gpointer data)
{
  Writer *self = data;
  BeaverDict *dict = beaver_db_get_dict (self->db, "writers", NULL);
  g_autofree char *key = g_strdup_printf ("%u", self->number);

  /* a thread that runs only now and then may meet a full disk each time */
  for (guint i = 0; i < self->rounds || self->acknowledged == 0; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 n = beaver_dict_increment (dict, key, 1, NULL, &error);

      if (error == NULL)
        {
          g_assert_cmpint (n, ==, self->acknowledged + 1);
          self->acknowledged = n;
          dict_set (self->db, &error);
        }
      if (error != NULL)
        g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL);
    }
  g_atomic_int_add (self->running, -1);
  return NULL;
}

static void
test_writers (Fixture *f, gconstpointer data)
{
  Writer writers[4];
  GThread *threads[G_N_ELEMENTS (writers)];
  int running = G_N_ELEMENTS (writers);

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      writers[i] = (Writer){ f->db, i, beaver_test_rounds (300), &running, 0 };
      threads[i] = g_thread_new ("writer", writer_run, &writers[i]);
    }
  while (g_atomic_int_get (&running) > 0)
    {
      set_room (g_test_rand_int_range (0, 60));
      g_poll (NULL, 0, 1);
      set_room (UNLIMITED);
      g_poll (NULL, 0, 2);
    }
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    g_thread_join (threads[i]);
  fixture_reopen (f);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_test_message ("%d of %u", (int) writers[i].acknowledged, writers[i].rounds);
      g_assert_cmpint (
          beaver_dict_get_int (beaver_db_get_dict (f->db, "writers", NULL), key, NULL, NULL), ==,
          writers[i].acknowledged);
    }
}

/* A new file needs room from the start, and leaves nothing that is in the way of the next one. */
static void
test_open (Fixture *f, gconstpointer data)
{
  guint failed = 0;

  for (int writes = 0; f->db == NULL; writes += 1 + writes / 8)
    {
      g_autoptr (GError) error = NULL;

      set_room (writes);
      f->db = beaver_db_open (f->path, NULL, &error);
      set_room (UNLIMITED);
      beaver_test_look_for_descriptors (f->dir, f->db == NULL);
      if (f->db == NULL)
        {
          g_test_message ("%d: %s", writes, error->message);
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_FULL);
          beaver_test_assert_all_closed (f->dir);
          failed++;
        }
    }
  g_assert_cmpuint (failed, >, 0);
  fill (f);
  assert_readable (f->db);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  install ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/full/write/", cases[i].name, NULL);

      beaver_test_add_data (path, &cases[i], test_case);
    }
  beaver_test_add ("/full/sweep", test_sweep);
  beaver_test_add ("/full/close", test_close);
  beaver_test_add ("/full/writers", test_writers);
  beaver_test_add_closed ("/full/open", test_open);
  return g_test_run ();
}
