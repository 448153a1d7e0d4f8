/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The value cache behind the gets of dicts: what it answers is never older than the call, whoever
 * wrote. */
#include "beaver-test-sqlite.h"

#include <beaver/beaver-manager-private.h>
#include <beaver/engine/beaver-cache-private.h>

#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>

static BeaverDict *
get_dict (Fixture *f)
{
  return beaver_db_get_dict (f->db, "d", NULL);
}

static BeaverCacheStats
get_stats (BeaverDict *dict)
{
  BeaverCacheStats stats;

  _beaver_cache_get_stats (_beaver_manager_get_core (BEAVER_MANAGER (dict))->engine, &stats);
  return stats;
}

static void
set (BeaverDict *dict, const char *key, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json (dict, key, json, NULL, &error);
  g_assert_no_error (error);
}

#define assert_value(dict, key, expected)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) value_error = NULL;                                                         \
    g_autofree char *value_text = beaver_dict_lookup_json (dict, key, NULL, &value_error);         \
                                                                                                   \
    g_assert_no_error (value_error);                                                               \
    g_assert_cmpstr (value_text, ==, expected);                                                    \
  }                                                                                                \
  G_STMT_END

/* Read twice, so that the second answer is the cache's. */
#define assert_cached(dict, key, expected)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 cached_hits;                                                                            \
                                                                                                   \
    assert_value (dict, key, expected);                                                            \
    cached_hits = get_stats (dict).hits;                                                           \
    assert_value (dict, key, expected);                                                            \
    g_assert_cmpint (get_stats (dict).hits, ==, cached_hits + 1);                                  \
  }                                                                                                \
  G_STMT_END

static void
test_own_writes (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  g_autoptr (GError) error = NULL;
  gint64 hits;

  set (dict, "a", "1");
  set (dict, "b", "1");
  assert_cached (dict, "a", "1");
  assert_cached (dict, "b", "1");
  assert_cached (dict, "absent", NULL);

  /* only the key that was written has to be read again */
  set (dict, "a", "2");
  hits = get_stats (dict).hits;
  assert_value (dict, "b", "1");
  assert_value (dict, "absent", NULL);
  g_assert_cmpint (get_stats (dict).hits, ==, hits + 2);
  assert_cached (dict, "a", "2");

  g_assert_true (beaver_dict_contains (dict, "a", NULL, &error));
  g_assert_false (beaver_dict_contains (dict, "absent", NULL, &error));
  g_assert_no_error (error);
  set (dict, "absent", "3");
  assert_cached (dict, "absent", "3");
  g_assert_true (beaver_dict_remove (dict, "absent", NULL, &error));
  assert_cached (dict, "absent", NULL);
  g_assert_cmpint (beaver_dict_increment (dict, "a", 5, NULL, &error), ==, 7);
  assert_cached (dict, "a", "7");
  g_assert_true (beaver_dict_compare_and_set_json (dict, "a", "7", "\"swapped\"", NULL, &error));
  assert_cached (dict, "a", "\"swapped\"");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, 2);
  g_assert_no_error (error);
  assert_cached (dict, "a", NULL);
  assert_cached (dict, "b", NULL);
}

static void
test_foreign_writes (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  sqlite3 *raw = raw_open (f->path);

  set (dict, "a", "1");
  for (guint i = 2; i < beaver_test_rounds (200); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "UPDATE __beaver_dicts__ SET value = '%u' WHERE dict_name = 'd' AND key = 'a'", i);
      g_autofree char *value = g_strdup_printf ("%u", i);

      raw_exec (raw, sql);
      assert_cached (dict, "a", value);
      /* the log begins anew, with the same number of frames */
      if (i % 10 == 0)
        raw_exec (raw, i % 20 == 0 ? "PRAGMA wal_checkpoint(TRUNCATE)" :
                                     "PRAGMA wal_checkpoint(RESTART)");
      assert_value (dict, "a", value);
      if (i % 3 == 0)
        set (dict, "b", value);
    }
  g_assert_cmpint (get_stats (dict).epochs, >, 0);
  raw_exec (raw, "DELETE FROM __beaver_dicts__");
  assert_cached (dict, "a", NULL);
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('d', 'a', '\"back\"', NULL)");
  assert_cached (dict, "a", "\"back\"");
  raw_close (raw);
}

static void
test_expiry (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverEntry) entry = NULL;
  double until, ttl = 0.3;

  /* long enough to be read before it runs out, whatever else the machine does */
  for (; entry == NULL; ttl *= 4)
    {
      beaver_dict_set_json_with_ttl (dict, "a", "1", ttl, NULL, &error);
      g_assert_no_error (error);
      entry = beaver_dict_lookup (dict, "a", NULL, &error);
      g_assert_no_error (error);
    }
  until = beaver_entry_get_expires_at (entry);
  while ((double) g_get_real_time () / G_USEC_PER_SEC < until)
    {
      g_autofree char *value = beaver_dict_lookup_json (dict, "a", NULL, &error);

      g_assert_no_error (error);
      /* it may run out between the look at the clock and the call */
      g_assert_true (value != NULL || (double) g_get_real_time () / G_USEC_PER_SEC > until);
    }
  g_assert_cmpint (get_stats (dict).hits, >, 0);
  beaver_test_wait_until ((double) g_get_real_time () / G_USEC_PER_SEC > until);
  assert_value (dict, "a", NULL);
  assert_value (dict, "a", NULL);
  g_assert_false (beaver_dict_contains (dict, "a", NULL, &error));
  /* a new time to live is seen */
  beaver_dict_set_json_with_ttl (dict, "a", "2", 3600, NULL, &error);
  assert_cached (dict, "a", "2");
  g_assert_true (beaver_dict_set_ttl (dict, "a", INFINITY, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&entry);
  entry = beaver_dict_lookup (dict, "a", NULL, &error);
  g_assert_true (isinf (beaver_entry_get_expires_at (entry)));
}

static gpointer
lookup_elsewhere (gpointer dict)
{
  return beaver_dict_lookup_json (dict, "a", NULL, NULL);
}

static void
assert_elsewhere (BeaverDict *dict, const char *expected)
{
  g_autofree char *value = g_thread_join (g_thread_new ("elsewhere", lookup_elsewhere, dict));

  g_assert_cmpstr (value, ==, expected);
}

static void
test_transactions (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  g_autoptr (GError) error = NULL;

  set (dict, "a", "1");
  assert_cached (dict, "a", "1");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (BeaverTransaction) transaction = beaver_db_begin (f->db, NULL, &error);

      assert_value (dict, "a", "1");
      set (dict, "a", "2");
      assert_value (dict, "a", "2");
      assert_elsewhere (dict, "1");
      assert_elsewhere (dict, "1");
      assert_value (dict, "a", "2");
      if (i == 0)
        g_assert_true (beaver_transaction_rollback (transaction, &error));
      else
        g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
      g_assert_no_error (error);
      assert_elsewhere (dict, i == 0 ? "1" : "2");
      assert_cached (dict, "a", i == 0 ? "1" : "2");
    }
}

static void
assert_sealed (BeaverDict *dict)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beaver_dict_get_json (dict, "a", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
  g_clear_error (&error);
  g_assert_false (beaver_dict_set_json (dict, "a", "2", NULL, &error));
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
}

/* A key that was kept is kept with its new value, once that is committed. */
static void
test_written_values (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);
  gint64 misses, over;

  set (dict, "hot", "1");
  assert_cached (dict, "hot", "1");
  misses = get_stats (dict).misses;
  for (guint i = 2; i < 100; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);

      set (dict, "hot", value);
      set (dict, "cold", value);
      assert_value (dict, "hot", value);
    }
  g_assert_cmpint (get_stats (dict).misses, ==, misses);
  assert_value (dict, "cold", "99");
  g_assert_cmpint (get_stats (dict).misses, ==, misses + 1);

  /* the last of several wins, also when that is a removal */
  transaction = beaver_db_begin (f->db, NULL, &error);
  set (dict, "hot", "100");
  set (dict, "hot", "101");
  set (dict, "cold", "102");
  g_assert_true (beaver_dict_remove (dict, "cold", NULL, &error));
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  assert_value (dict, "hot", "101");
  assert_value (dict, "cold", NULL);
  g_clear_object (&transaction);

  transaction = beaver_db_begin (f->db, NULL, &error);
  set (dict, "hot", "103");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, &error), ==, 1);
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  assert_value (dict, "hot", NULL);
  g_clear_object (&transaction);

  /* a part that is undone */
  set (dict, "hot", "1");
  assert_cached (dict, "hot", "1");
  transaction = beaver_db_begin (f->db, NULL, &error);
  set (dict, "hot", "2");
  {
    g_autoptr (BeaverTransaction) inner = beaver_db_begin (f->db, NULL, &error);

    set (dict, "hot", "3");
    g_assert_true (beaver_transaction_rollback (inner, &error));
  }
  assert_value (dict, "hot", "2");
  g_assert_true (beaver_transaction_commit (transaction, NULL, &error));
  g_assert_no_error (error);
  assert_cached (dict, "hot", "2");

  /* the same text again, which SQLite does not write */
  set (dict, "hot", "2");
  assert_value (dict, "hot", "2");
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '4' WHERE key = 'hot'");
  assert_value (dict, "hot", "4");
  /* with its time */
  g_assert_true (beaver_dict_set_json_with_ttl (dict, "hot", "5", 1e-6, NULL, &error));
  over = g_get_real_time () + 1000;
  beaver_test_wait_until (g_get_real_time () > over);
  assert_value (dict, "hot", NULL);
  raw_close (raw);
}

/* A dict that becomes encrypted is refused from that moment on, remembered or not. */
static void
test_sealing (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  BeaverDict *security = beaver_db_get_dict (f->db, "__security__", NULL);
  g_autoptr (BeaverTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *raw = raw_open (f->path);

  set (dict, "a", "1");
  assert_cached (dict, "a", "1");
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('__security__', 'd', '{}', NULL)");
  assert_sealed (dict);
  raw_exec (raw, "DELETE FROM __beaver_dicts__ WHERE dict_name = '__security__'");
  assert_cached (dict, "a", "1");
  set (dict, "a", "1");
  assert_cached (dict, "a", "1");

  /* by this process, in a transaction that comes to nothing */
  transaction = beaver_db_begin (f->db, NULL, &error);
  set (security, "d", "{}");
  assert_sealed (dict);
  g_assert_true (beaver_transaction_rollback (transaction, &error));
  assert_cached (dict, "a", "1");
  set (dict, "a", "3");
  assert_cached (dict, "a", "3");
  set (security, "d", "{}");
  assert_sealed (dict);
  g_assert_true (beaver_dict_remove (security, "d", NULL, &error));
  assert_cached (dict, "a", "3");
  raw_close (raw);
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  sqlite3 *raw = raw_open (f->path);
  BeaverCacheStats stats;

  raw_exec (raw, "INSERT INTO __beaver_dicts__"
                 " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
                 " SELECT 'd', 'key' || i, '\"' || hex(zeroblob(1000)) || '\"', NULL FROM n");
  raw_close (raw);
  for (guint i = 1; i <= 30000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key%u", i);
      g_autofree char *value = beaver_dict_get_json (dict, key, NULL, NULL);

      g_assert_cmpuint (strlen (value), ==, 2002);
    }
  stats = get_stats (dict);
  g_assert_cmpint (stats.values, >, 1000);
  g_assert_cmpint (stats.bytes, <, 40 * 1024 * 1024);
}

static BeaverDb *
open_with (Fixture *f, const char *property, double timeout)
{
  g_autoptr (GError) error = NULL;
  BeaverDb *db =
      timeout > 0 ?
          g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", f->path, property, timeout, NULL) :
          g_initable_new (BEAVER_TYPE_DB, NULL, &error, "path", f->path, property, FALSE, NULL);

  g_assert_no_error (error);
  return db;
}

static void
test_timeout (Fixture *f, gconstpointer data)
{
  BeaverDict *dict;
  sqlite3 *raw;

  f->db = open_with (f, "cache-timeout", 1e6);
  dict = get_dict (f);
  raw = raw_open (f->path);
  set (dict, "a", "1");
  assert_cached (dict, "a", "1");
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '2' WHERE key = 'a'");
  assert_value (dict, "a", "1");
  g_assert_cmpint (get_stats (dict).unvalidated, ==, 1);
  /* what this process writes is seen at once all the same */
  set (dict, "a", "3");
  assert_value (dict, "a", "3");
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, NULL), ==, 1);
  assert_value (dict, "a", NULL);
  raw_close (raw);
}

/* No wal-index: nothing is kept. */
static void
test_rollback_journal (Fixture *f, gconstpointer data)
{
  BeaverDict *dict;
  sqlite3 *raw;

  f->db = open_with (f, "wal", 0);
  dict = get_dict (f);
  set (dict, "a", "1");
  assert_value (dict, "a", "1");
  assert_value (dict, "a", "1");
  g_assert_cmpint (get_stats (dict).hits, ==, 0);
  raw = raw_open (f->path);
  raw_exec (raw, "UPDATE __beaver_dicts__ SET value = '2' WHERE key = 'a'");
  assert_value (dict, "a", "2");
  raw_close (raw);
}

static void
test_memory (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict;

  f->db = beaver_db_open (":memory:", NULL, &error);
  dict = get_dict (f);
  set (dict, "a", "1");
  assert_cached (dict, "a", "1");
  set (dict, "a", "2");
  assert_cached (dict, "a", "2");
}

/* Linearizability. Each key has one writer: a thread, or the other process with plain sqlite3,
 * which checkpoints and truncates as well. It counts up, and publishes what it wrote after the
 * write has returned: who reads then must not see less. */

#define FOREIGN_KEYS 8
#define OWN_KEYS 8
#define WRITERS 2
#define READERS 2
#define N_KEYS (FOREIGN_KEYS + WRITERS * OWN_KEYS)

typedef struct
{
  guint published[N_KEYS]; /* atomic */
  guint stop;              /* atomic */
  guint commits;           /* atomic */
} Board;

typedef struct
{
  BeaverDict *dict;
  Board *board;
  guint index;
  guint rounds;
  guint stale;
  int *reading; /* atomic */
} Worker;

static Board *
map_board (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  Board *board;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, sizeof *board), ==, 0);
  board = mmap (NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (board != MAP_FAILED);
  close (fd);
  return board;
}

static int
play_foreign (const char *path, const char *board_path)
{
  Board *board = map_board (board_path);
  sqlite3 *raw = raw_open (path);
  sqlite3_stmt *put = NULL;
  guint parent = (guint) getppid ();

  g_assert_cmpint (sqlite3_prepare_v2 (raw,
                                       "INSERT OR REPLACE INTO __beaver_dicts__ VALUES ('d', ?, ?,"
                                       " NULL)",
                                       -1, &put, NULL),
                   ==, SQLITE_OK);
  for (guint n = 1;
       !__atomic_load_n (&board->stop, __ATOMIC_ACQUIRE) && (guint) getppid () == parent; n++)
    {
      guint k = n % FOREIGN_KEYS;
      char key[16], value[16];

      g_snprintf (key, sizeof key, "key%u", k);
      g_snprintf (value, sizeof value, "%u", n);
      sqlite3_bind_text (put, 1, key, -1, SQLITE_STATIC);
      sqlite3_bind_text (put, 2, value, -1, SQLITE_STATIC);
      if (sqlite3_step (put) != SQLITE_DONE)
        g_error ("%s", sqlite3_errmsg (raw));
      sqlite3_reset (put);
      __atomic_store_n (&board->published[k], n, __ATOMIC_SEQ_CST);
      __atomic_store_n (&board->commits, n, __ATOMIC_RELEASE);
      if (n % 1000 == 0)
        sqlite3_wal_checkpoint_v2 (
            raw, NULL, n % 2000 == 0 ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL,
            NULL);
      /* quiet now and then, so that the cache gets its turn */
      if (n % 64 == 0)
        g_poll (NULL, 0, 1);
    }
  sqlite3_finalize (put);
  raw_close (raw);
  return 0;
}

static gpointer
lin_writer (gpointer data)
{
  Worker *self = data;

  for (guint n = 1; __atomic_load_n (self->reading, __ATOMIC_ACQUIRE) > 0; n++)
    {
      guint k = FOREIGN_KEYS + self->index * OWN_KEYS + n % OWN_KEYS;
      g_autofree char *key = g_strdup_printf ("key%u", k);
      g_autofree char *text = g_strdup_printf ("%u", n);

      set (self->dict, key, text);
      __atomic_store_n (&self->board->published[k], n, __ATOMIC_SEQ_CST);
      if (n % 7 == 0)
        assert_value (self->dict, key, text);
      if (n % 8 == 0)
        g_poll (NULL, 0, 1);
    }
  return NULL;
}

static gpointer
lin_reader (gpointer data)
{
  Worker *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (self->index);

  /* as long as it takes the other process to get somewhere too */
  for (guint i = 0; i < self->rounds ||
                    __atomic_load_n (&self->board->commits, __ATOMIC_ACQUIRE) < self->rounds / 50;
       i++)
    {
      guint k = (guint) g_rand_int_range (random, 0, N_KEYS);
      guint published = __atomic_load_n (&self->board->published[k], __ATOMIC_SEQ_CST);
      char key[16];
      g_autofree char *value = NULL;
      guint64 seen;

      g_snprintf (key, sizeof key, "key%u", k);
      value = beaver_dict_lookup_json (self->dict, key, NULL, NULL);
      seen = value != NULL ? g_ascii_strtoull (value, NULL, 10) : 0;
      if (seen < published)
        {
          g_test_message ("%s: %" G_GUINT64_FORMAT " after %u", key, seen, published);
          self->stale++;
        }
    }
  __atomic_sub_fetch (self->reading, 1, __ATOMIC_RELEASE);
  return NULL;
}

static void
test_linearizable (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_dict (f);
  g_autofree char *board_path = g_build_filename (f->dir, "board", NULL);
  Board *board = map_board (board_path);
  g_autoptr (GSubprocess) foreign = NULL;
  Worker workers[WRITERS + READERS];
  GThread *threads[WRITERS + READERS];
  int reading = READERS;
  guint rounds = beaver_test_rounds (200000);
  BeaverCacheStats stats;

  foreign = beaver_test_spawn_self ("foreign", f->path, board_path, NULL);
  beaver_test_wait_until (__atomic_load_n (&board->commits, __ATOMIC_ACQUIRE) > FOREIGN_KEYS);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      workers[i] = (Worker){ dict, board, i, rounds, 0, &reading };
      threads[i] = g_thread_new ("worker", i < WRITERS ? lin_writer : lin_reader, &workers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_thread_join (threads[i]);
  __atomic_store_n (&board->stop, 1, __ATOMIC_RELEASE);
  g_assert_true (g_subprocess_wait_check (foreign, NULL, NULL));
  stats = get_stats (dict);
  g_test_message ("%u gets, %" G_GINT64_FORMAT " hits, %u foreign commits, %" G_GINT64_FORMAT
                  " epochs",
                  rounds * READERS, stats.hits, board->commits, stats.epochs);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_assert_cmpuint (workers[i].stale, ==, 0);
  g_assert_cmpint (stats.hits, >, 0);
  g_assert_cmpint (stats.epochs, >, 0);
  munmap (board, sizeof *board);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "foreign"))
    return play_foreign (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);
  beaver_test_add ("/cache/D65-E15-own-writes", test_own_writes);
  beaver_test_add ("/cache/E15-foreign-writes", test_foreign_writes);
  beaver_test_add ("/cache/expiry", test_expiry);
  beaver_test_add ("/cache/transactions", test_transactions);
  beaver_test_add ("/cache/written-values", test_written_values);
  beaver_test_add ("/cache/sealing", test_sealing);
  beaver_test_add ("/cache/bounded", test_bounded);
  beaver_test_add_closed ("/cache/timeout", test_timeout);
  beaver_test_add_closed ("/cache/rollback-journal", test_rollback_journal);
  beaver_test_add_closed ("/cache/memory", test_memory);
  beaver_test_add ("/cache/linearizable", test_linearizable);
  return g_test_run ();
}
