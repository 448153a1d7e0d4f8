/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peers that are no SQL, each where the distribution has it: Redis (one command per round trip over
 * a unix socket), LMDB and GDBM (one transaction per operation). */
#include "config.h"

#include "bench.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef HAVE_LMDB
#include <lmdb.h>
#endif
#ifdef HAVE_GDBM
#include <gdbm.h>
#endif

typedef struct
{
  gboolean (*open) (const BenchArgs *args, gboolean filling);
  void (*set) (const char *key, const char *value, int length);
  gboolean (*get) (const char *key);
  void (*close) (const BenchArgs *args, gboolean filling);
} Peer;

static void
fail (const char *what, const char *why)
{
  g_printerr ("bench: %s: %s\n", what, why);
  exit (1);
}

/* Redis */

static int redis = -1;
static char redis_buffer[4096];

static gboolean
redis_open (const BenchArgs *args, gboolean filling)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (args->socket == NULL)
    return FALSE;
  redis = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, args->socket, sizeof address.sun_path);
  if (connect (redis, (struct sockaddr *) &address, sizeof address) != 0)
    fail (args->socket, g_strerror (errno));
  return TRUE;
}

static gsize
redis_ask (const char *command, gsize length)
{
  gsize n = 0;

  if (write (redis, command, length) != (gssize) length)
    fail ("redis", g_strerror (errno));
  /* "+OK", "$-1" or "$N" and its text: whole when it ends in a line end and is long enough */
  for (;;)
    {
      gssize got = read (redis, redis_buffer + n, sizeof redis_buffer - 1 - n);
      const char *end;

      if (got <= 0)
        fail ("redis", "the server went away");
      n += (gsize) got;
      redis_buffer[n] = '\0';
      end = strstr (redis_buffer, "\r\n");
      if (redis_buffer[0] == '-')
        fail ("redis", redis_buffer);
      if (end != NULL &&
          (redis_buffer[0] != '$' || redis_buffer[1] == '-' ||
           n >= (gsize) (end - redis_buffer) + 4 + (gsize) strtoul (redis_buffer + 1, NULL, 10)))
        return n;
    }
}

static void
redis_set (const char *key, const char *value, int length)
{
  char command[512];
  int n = g_snprintf (command, sizeof command, "*3\r\n$3\r\nSET\r\n$%u\r\n%s\r\n$%d\r\n%s\r\n",
                      (guint) strlen (key), key, length, value);

  redis_ask (command, (gsize) n);
}

static gboolean
redis_get (const char *key)
{
  char command[128];
  int n = g_snprintf (command, sizeof command, "*2\r\n$3\r\nGET\r\n$%u\r\n%s\r\n",
                      (guint) strlen (key), key);

  redis_ask (command, (gsize) n);
  return redis_buffer[0] == '$' && redis_buffer[1] != '-';
}

static void
redis_close (const BenchArgs *args, gboolean filling)
{
  if (!filling)
    redis_ask ("*1\r\n$8\r\nFLUSHALL\r\n", strlen ("*1\r\n$8\r\nFLUSHALL\r\n"));
  close (redis);
}

/* LMDB */

#ifdef HAVE_LMDB
static MDB_env *lmdb;
static MDB_dbi lmdb_table;
static MDB_txn *lmdb_reader;
static MDB_txn *lmdb_bulk;

static void
lmdb_check (int code)
{
  if (code != 0)
    fail ("lmdb", mdb_strerror (code));
}

static gboolean
lmdb_open (const BenchArgs *args, gboolean filling)
{
  g_autofree char *path = bench_path (args, "peer.lmdb");
  MDB_txn *transaction;

  lmdb_check (mdb_env_create (&lmdb));
  lmdb_check (mdb_env_set_mapsize (lmdb, (size_t) 4 << 30));
  lmdb_check (
      mdb_env_open (lmdb, path, MDB_NOSUBDIR | (args->full && !filling ? 0 : MDB_NOSYNC), 0600));
  lmdb_check (mdb_txn_begin (lmdb, NULL, 0, &transaction));
  lmdb_check (mdb_dbi_open (transaction, NULL, 0, &lmdb_table));
  lmdb_check (mdb_txn_commit (transaction));
  lmdb_reader = lmdb_bulk = NULL;
  if (filling)
    lmdb_check (mdb_txn_begin (lmdb, NULL, 0, &lmdb_bulk));
  return TRUE;
}

static void
lmdb_set (const char *key, const char *value, int length)
{
  MDB_val k = { strlen (key), (void *) key };
  MDB_val v = { (size_t) length, (void *) value };
  MDB_txn *transaction = lmdb_bulk;

  if (lmdb_bulk == NULL)
    lmdb_check (mdb_txn_begin (lmdb, NULL, 0, &transaction));
  lmdb_check (mdb_put (transaction, lmdb_table, &k, &v, 0));
  if (lmdb_bulk == NULL)
    lmdb_check (mdb_txn_commit (transaction));
}

static gboolean
lmdb_get (const char *key)
{
  MDB_val k = { strlen (key), (void *) key };
  MDB_val v;
  char *copy;

  if (lmdb_reader == NULL)
    lmdb_check (mdb_txn_begin (lmdb, NULL, MDB_RDONLY, &lmdb_reader));
  else
    lmdb_check (mdb_txn_renew (lmdb_reader));
  if (mdb_get (lmdb_reader, lmdb_table, &k, &v) != 0)
    return FALSE;
  copy = g_strndup (v.mv_data, v.mv_size);
  mdb_txn_reset (lmdb_reader);
  g_free (copy);
  return TRUE;
}

static void
lmdb_close (const BenchArgs *args, gboolean filling)
{
  g_autofree char *path = bench_path (args, "peer.lmdb");
  g_autofree char *lock = g_strconcat (path, "-lock", NULL);

  if (lmdb_bulk != NULL)
    lmdb_check (mdb_txn_commit (lmdb_bulk));
  g_clear_pointer (&lmdb_reader, mdb_txn_abort);
  mdb_env_sync (lmdb, 1);
  mdb_env_close (lmdb);
  if (!filling)
    {
      unlink (path);
      unlink (lock);
    }
}
#endif

/* GDBM */

#ifdef HAVE_GDBM
static GDBM_FILE gdbm;

static gboolean
gdbm_peer_open (const BenchArgs *args, gboolean filling)
{
  g_autofree char *path = bench_path (args, "peer.gdbm");

  gdbm = gdbm_open (path, 0, GDBM_WRCREAT | (args->full && !filling ? GDBM_SYNC : 0), 0600, NULL);
  if (gdbm == NULL)
    fail ("gdbm", gdbm_strerror (gdbm_errno));
  return TRUE;
}

static void
gdbm_peer_set (const char *key, const char *value, int length)
{
  datum k = { (char *) key, (int) strlen (key) };
  datum v = { (char *) value, length };

  if (gdbm_store (gdbm, k, v, GDBM_REPLACE) != 0)
    fail ("gdbm", gdbm_strerror (gdbm_errno));
}

static gboolean
gdbm_peer_get (const char *key)
{
  datum k = { (char *) key, (int) strlen (key) };
  datum v = gdbm_fetch (gdbm, k);

  free (v.dptr);
  return v.dptr != NULL;
}

static void
gdbm_peer_close (const BenchArgs *args, gboolean filling)
{
  g_autofree char *path = bench_path (args, "peer.gdbm");

  gdbm_close (gdbm);
  if (!filling)
    unlink (path);
}
#endif

static const struct
{
  const char *name;
  Peer peer;
} peers[] = {
  { "redis", { redis_open, redis_set, redis_get, redis_close } },
#ifdef HAVE_LMDB
  { "lmdb", { lmdb_open, lmdb_set, lmdb_get, lmdb_close } },
#endif
#ifdef HAVE_GDBM
  { "gdbm", { gdbm_peer_open, gdbm_peer_set, gdbm_peer_get, gdbm_peer_close } },
#endif
};

gboolean
bench_peer_run (const BenchArgs *args, gboolean writing)
{
  const Peer *peer = NULL;
  guint64 seed = 1;
  gint64 begin, end;
  BenchTimes times;
  double seconds;

  if (bench_is (args, "beaver") || bench_is (args, "sqlite"))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    if (bench_is (args, peers[i].name))
      peer = &peers[i].peer;
  if (peer == NULL || !peer->open (args, TRUE))
    {
      bench_report ("missing", 1);
      return TRUE;
    }

  for (guint i = 0; i < args->n; i++)
    {
      char key[BENCH_KEY_SIZE], value[160];

      bench_key (key, i);
      peer->set (key, value, bench_value (value, i));
    }
  peer->close (args, TRUE);
  peer->open (args, FALSE);
  bench_times_init (&times, 8000000);
  begin = bench_now ();
  end = begin + (gint64) (args->seconds * 1e9);
  while (bench_now () < end)
    {
      char key[BENCH_KEY_SIZE], value[160];
      guint64 dice = bench_random (&seed);
      int length = writing ? bench_value (value, (guint) dice) : 0;
      gint64 start;

      bench_key (key, (guint) (dice >> 32) % args->hot);
      start = bench_now ();
      if (writing)
        peer->set (key, value, length);
      else
        bench_check (peer->get (key), NULL);
      bench_times_add (&times, start);
    }
  seconds = (double) (bench_now () - begin) / 1e9;
  peer->close (args, FALSE);
  bench_report ("ops_s", (double) times.n / seconds);
  bench_report_times ("", &times, 1);
  bench_times_clear (&times);
  return TRUE;
}
