/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted dicts, another secret for them, and the one-way Secret. */
#include "beaver-test-sqlite.h"

#include <math.h>
#include <signal.h>

#define assert_error(code)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, BEAVER_ERROR, (code));                                                  \
    g_test_message ("%s", error->message);                                                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END

static BeaverDict *
get_secret (Fixture *f, const char *name, const char *secret)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict_with_secret (f->db, name, secret, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dict);
  return dict;
}

static void
set (BeaverDict *dict, const char *key, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_dict_set_json (dict, key, json, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_value (BeaverDict *dict, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = beaver_dict_lookup_json (dict, key, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

/* What another program makes of it: secret.py. */
static char *
python_sees (GSubprocess *python)
{
  beaver_test_write_line (python, "read");
  return beaver_test_read_line (python);
}

static GSubprocess *
spawn_python (Fixture *f, const char *name, const char *secret, gboolean *has_aes)
{
  GSubprocess *python = beaver_test_spawn_python ("secret.py", f->path, name, secret, NULL);
  g_autofree char *line = beaver_test_read_line (python);

  *has_aes = g_strcmp0 (line, "ready") == 0;
  if (!*has_aes)
    g_assert_cmpstr (line, ==, "ready without AES");
  return python;
}

/* ---- fixtures ---- */

static void
test_fixture (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) root = beaver_test_load_json ("encrypted");
  JsonObject *dicts = json_object_get_object_member (
      json_object_get_object_member (json_node_get_object (root), "expect"), "dicts");
  g_autoptr (GError) error = NULL;
  JsonObjectIter i;
  const char *name;
  JsonNode *node;
  guint n = 0;

  fixture_open_data (f, "encrypted");
  json_object_iter_init (&i, dicts);
  while (json_object_iter_next (&i, &name, &node))
    {
      JsonObject *dict_json = json_node_get_object (node);
      JsonObject *values = json_object_get_object_member (dict_json, "get");
      g_autoptr (GList) keys = json_object_get_members (values);
      BeaverDict *dict;

      if (json_object_get_null_member (dict_json, "secret"))
        dict = beaver_db_get_dict (f->db, name, &error);
      else
        dict = get_secret (f, name, json_object_get_string_member (dict_json, "secret"));
      g_assert_no_error (error);
      for (GList *l = keys; l != NULL; l = l->next)
        {
          g_autofree char *value = beaver_dict_get_json (dict, l->data, NULL, &error);
          g_autoptr (JsonNode) got = NULL;

          g_assert_no_error (error);
          got = json_from_string (value, &error);
          g_assert_no_error (error);
          g_assert_true (json_node_equal (got, json_object_get_member (values, l->data)));
          n++;
        }
      g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, NULL), ==,
                       g_list_length (keys));
    }
  g_assert_cmpuint (n, ==, 7);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict;

  fixture_open_data (f, "encrypted");
  dict = beaver_db_get_dict (f->db, "vault", &error);
  g_assert_no_error (error);
  g_assert_null (beaver_dict_lookup_json (dict, "pin", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_false (beaver_dict_set_json (dict, "pin", "1", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);

  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "wrong", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "\xff", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "", "x", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "__security__", "x", NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "open", "x", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);

  /* the object is unlocked for all, and another secret is not dropped silently */
  g_assert_true (dict == get_secret (f, "vault", "correct horse battery staple"));
  assert_value (dict, "pin", "1234");
  g_assert_true (dict == get_secret (f, "vault", "correct horse battery staple"));
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "wrong", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  assert_value (dict, "pin", "1234");

  beaver_db_close (f->db, NULL);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "x", NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
  g_assert_false (beaver_dict_rotate_secret (dict, "x", NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_CLOSED);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  static const char *const rows[] = {
    "{}",
    "not json",
    "[]",
    "{\"salt\": 1, \"verifier\": \"x\"}",
    "{\"salt\": \"AAECAw==\", \"verifier\": \"x\"}",
    "{\"salt\": \"AAECAwQFBgcICQoLDA0ODw==\", \"verifier\": \"x\"}",
  };
  sqlite3 *raw = raw_open (f->path);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *sql = g_strdup_printf (
          "INSERT INTO __beaver_dicts__ VALUES ('__security__', 'd%u', '%s', NULL)", i, rows[i]);
      g_autofree char *name = g_strdup_printf ("d%u", i);

      raw_exec (raw, sql);
      g_assert_null (beaver_db_get_dict_with_secret (f->db, name, "s", NULL, &error));
      assert_error (BEAVER_ERROR_CORRUPT);
    }
  raw_close (raw);
}

/* ---- writing ---- */

static void
test_python_reads (Fixture *f, gconstpointer data)
{
  BeaverDict *dict = get_secret (f, "vault", "größer");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) python = NULL;
  g_autofree char *seen = NULL;
  sqlite3 *raw = raw_open (f->path);
  gboolean has_aes;

  set (dict, "a", "{\"p\": 1}");
  beaver_dict_set_json_with_ttl (dict, "b", "\"\\u00e9\"", 1000, NULL, &error);
  g_assert_no_error (error);
  beaver_dict_increment (dict, "c", 5, NULL, &error);
  g_assert_no_error (error);

  /* encoded twice; nothing in plain; the metadata as Python writes it */
  raw_assert (raw,
              "SELECT COUNT(*) FROM __beaver_dicts__ WHERE dict_name = 'vault'"
              " AND value LIKE 'Z0FBQUFB%'",
              "3");
  raw_assert (raw, "SELECT key, expires_at FROM __beaver_dicts__ WHERE dict_name = '__security__'",
              "vault|NULL");
  python = spawn_python (f, "vault", "größer", &has_aes);
  seen = python_sees (python);
  g_assert_cmpstr (seen, ==,
                   has_aes ? "{\"a\": {\"p\": 1}, \"b\": \"\\u00e9\", \"c\": 5}" :
                             "{\"a\": null, \"b\": null, \"c\": null}");
  beaver_test_join (python);
  raw_close (raw);

  fixture_reopen (f);
  dict = get_secret (f, "vault", "größer");
  assert_value (dict, "a", "{\"p\": 1}");
  assert_value (dict, "c", "5");
}

static void
test_metadata_comes_with_the_first_write (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_secret (f, "vault", "s");
  g_autoptr (BeaverTransaction) transaction = NULL;
  sqlite3 *raw = raw_open (f->path);

  /* reading makes nothing */
  assert_value (dict, "a", NULL);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__", "0");

  /* D9: and a write belongs to the transaction around it */
  transaction = beaver_db_begin (f->db, NULL, &error);
  g_assert_no_error (error);
  set (dict, "a", "1");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__", "0");
  beaver_transaction_rollback (transaction, &error);
  g_assert_no_error (error);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__", "0");
  assert_value (dict, "a", NULL);

  set (dict, "a", "2");
  raw_assert (raw, "SELECT dict_name, key FROM __beaver_dicts__ ORDER BY 1",
              "__security__|vault\nvault|a");
  /* what is encrypted stays so */
  g_assert_cmpint (beaver_manager_clear (BEAVER_MANAGER (dict), NULL, NULL), ==, 1);
  raw_assert (raw, "SELECT dict_name, key FROM __beaver_dicts__", "__security__|vault");
  raw_close (raw);
}

/* Python does not look whether a dict is encrypted when it is given no secret. */
static void
test_no_plain_text (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *plain = beaver_db_get_dict (f->db, "vault", &error);
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverDict *theirs = beaver_db_get_dict_with_secret (other, "vault", "s", NULL, &error);
  sqlite3 *raw = raw_open (f->path);

  g_assert_no_error (error);
  set (theirs, "a", "1");
  g_assert_false (beaver_dict_set_json (plain, "b", "2", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_null (beaver_dict_lookup_json (plain, "a", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE key = 'b'", "0");

  /* a value that somebody wrote in plain is told apart */
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('vault', 'p', '1', NULL)");
  g_assert_null (beaver_dict_lookup_json (theirs, "p", NULL, &error));
  assert_error (BEAVER_ERROR_CORRUPT);
  raw_close (raw);
  beaver_db_close (other, NULL);
}

/* What had expired in a plain dict does not stay in the clear beside encrypted values. */
static void
test_nothing_expired_is_left (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = beaver_db_get_dict (f->db, "d", &error);
  sqlite3 *raw = raw_open (f->path);

  g_assert_no_error (error);
  beaver_manager_add_index (BEAVER_MANAGER (dict), "pin", NULL, &error);
  g_assert_no_error (error);
  beaver_manager_reindex (BEAVER_MANAGER (dict), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      set (dict, key, "{\"pin\": \"plain text\"}");
    }
  raw_exec (raw, "UPDATE __beaver_dicts__ SET expires_at = 5");

  dict = get_secret (f, "d", "secret");
  set (dict, "k", "{\"pin\": \"plain text\"}");
  raw_assert (raw, "SELECT key FROM __beaver_dicts__ WHERE dict_name = 'd'", "k");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_field_index__", "0");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_field_dirty__", "0");
  assert_value (dict, "k", "{\"pin\": \"plain text\"}");
  raw_close (raw);
}

/* Both open the dict before anybody has written. */
static void
test_two_begin_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverDict *ours = get_secret (f, "vault", "s");
  BeaverDict *theirs = beaver_db_get_dict_with_secret (other, "vault", "s", NULL, &error);
  BeaverDict *stranger;
  g_autoptr (BeaverDb) third = beaver_db_open (f->path, NULL, &error);

  stranger = beaver_db_get_dict_with_secret (third, "vault", "another", NULL, &error);
  g_assert_no_error (error);
  set (ours, "a", "1");
  set (theirs, "b", "2");
  assert_value (ours, "b", "2");
  assert_value (theirs, "a", "1");
  g_assert_false (beaver_dict_set_json (stranger, "c", "3", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_null (beaver_dict_lookup_json (stranger, "a", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  beaver_db_close (other, NULL);
  beaver_db_close (third, NULL);
}

static void
test_async (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GAsyncResult) rotated = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BeaverDict *dict;

  g_cancellable_cancel (cancellable);
  beaver_db_get_dict_with_secret_async (f->db, "v", "s", NULL, beaver_test_ready, &first);
  beaver_db_get_dict_with_secret_async (f->db, "v", "s", NULL, beaver_test_ready, &second);
  beaver_db_get_dict_with_secret_async (f->db, "v", "", NULL, beaver_test_ready, &refused);
  beaver_db_get_dict_with_secret_async (f->db, "w", "s", cancellable, beaver_test_ready,
                                        &cancelled);
  beaver_test_wait_result (&first);
  beaver_test_wait_result (&second);
  beaver_test_wait_result (&refused);
  beaver_test_wait_result (&cancelled);
  dict = beaver_db_get_dict_with_secret_finish (f->db, first, &error);
  g_assert_no_error (error);
  g_assert_true (dict == beaver_db_get_dict_with_secret_finish (f->db, second, &error));
  g_assert_no_error (error);
  g_assert_null (beaver_db_get_dict_with_secret_finish (f->db, refused, &error));
  assert_error (BEAVER_ERROR_INVALID);
  g_assert_null (beaver_db_get_dict_with_secret_finish (f->db, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  set (dict, "a", "1");

  beaver_dict_rotate_secret_async (dict, "t", NULL, NULL, NULL, NULL, beaver_test_ready, &rotated);
  beaver_test_wait_result (&rotated);
  g_assert_true (beaver_dict_rotate_secret_finish (dict, rotated, &error));
  g_assert_no_error (error);
  assert_value (dict, "a", "1");
}

/* ---- rotation ---- */

static void
fill (BeaverDict *dict, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (dict);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %05u", i);
      g_autofree char *value = g_strdup_printf ("%u", i);

      beaver_dict_batch_set_json (batch, key, value, INFINITY, &error);
      g_assert_no_error (error);
    }
  beaver_dict_batch_apply (batch, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  guint calls;
  gint64 last;
  GCancellable *cancel_at_half;
  BeaverDict *dict; /* written to meanwhile */
} Progress;

static void
on_progress (gint64 done, gint64 total, gpointer user_data)
{
  Progress *progress = user_data;

  progress->calls++;
  g_assert_cmpint (done, >=, 0);
  g_assert_cmpint (done, <=, total);
  progress->last = done == total ? -1 : done;
  if (progress->cancel_at_half != NULL && done * 2 > total)
    g_cancellable_cancel (progress->cancel_at_half);
  if (progress->dict != NULL && done < total)
    {
      set (progress->dict, "key 00001", "\"changed\"");
      set (progress->dict, "new", "1");
      beaver_dict_remove (progress->dict, "key 00002", NULL, NULL);
    }
}

static void
test_rotate (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_secret (f, "vault", "old");
  g_autoptr (BeaverDb) other = beaver_db_open (f->path, NULL, &error);
  BeaverDict *theirs;
  Progress progress = { .dict = dict };
  g_autoptr (GSubprocess) python = NULL;
  g_autoptr (GSubprocess) python_old = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *seen_old = NULL;
  sqlite3 *raw = raw_open (f->path);
  gboolean has_aes;

  fill (dict, 500);
  beaver_dict_set_json_with_ttl (dict, "limited", "7", 5000, NULL, &error);
  g_assert_no_error (error);
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('vault', 'expired', 'rubbish', 5.0)");
  theirs = beaver_db_get_dict_with_secret (other, "vault", "old", NULL, &error);
  g_assert_no_error (error);

  g_assert_true (beaver_dict_rotate_secret (dict, "new", on_progress, &progress, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (progress.calls, >, 1);
  g_assert_cmpint (progress.last, ==, -1);

  assert_value (dict, "key 00000", "0");
  assert_value (dict, "key 00001", "\"changed\"");
  assert_value (dict, "key 00002", NULL);
  assert_value (dict, "key 00499", "499");
  assert_value (dict, "new", "1");
  g_assert_cmpfloat (beaver_dict_get_ttl (dict, "limited", NULL, NULL), >, 4000);
  g_assert_cmpint (beaver_manager_count (BEAVER_MANAGER (dict), NULL, NULL), ==, 501);
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_secret_rotation__", "0");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_x_secret_rotations__", "0");
  raw_assert (raw, "SELECT COUNT(*) FROM __beaver_dicts__ WHERE key = 'expired'", "0");

  /* the other one is told, writes nothing in the old secret, and gets it again */
  g_assert_null (beaver_dict_lookup_json (theirs, "new", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_false (beaver_dict_set_json (theirs, "x", "1", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_null (beaver_db_get_dict_with_secret (other, "vault", "old", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_true (beaver_db_get_dict_with_secret (other, "vault", "new", NULL, &error) == theirs);
  g_assert_no_error (error);
  assert_value (theirs, "key 00499", "499");
  set (theirs, "from there", "1");
  assert_value (dict, "from there", "1");
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "old", NULL, &error));
  assert_error (BEAVER_ERROR_CONFLICT);
  beaver_db_close (other, NULL);

  python_old = spawn_python (f, "vault", "old", &has_aes);
  python = spawn_python (f, "vault", "new", &has_aes);
  seen_old = python_sees (python_old);
  seen = python_sees (python);
  g_assert_cmpstr (seen_old, ==, "{\"wrong\": true}");
  if (has_aes)
    g_assert_nonnull (strstr (seen, "\"key 00001\": \"changed\", \"key 00003\": 3"));
  beaver_test_join (python);
  beaver_test_join (python_old);
  raw_close (raw);
  fixture_reopen (f);
  assert_value (get_secret (f, "vault", "new"), "key 00499", "499");
}

static void
test_rotate_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_secret (f, "vault", "old");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Progress progress = { .cancel_at_half = cancellable };
  sqlite3 *raw = raw_open (f->path);
  gint64 prepared;

  fill (dict, 500);
  g_assert_false (
      beaver_dict_rotate_secret (dict, "new", on_progress, &progress, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  prepared = raw_int (raw, "SELECT COUNT(*) FROM __beaver_x_secret_rotation__");
  g_assert_cmpint (prepared, >, 0);
  /* nothing has changed */
  assert_value (dict, "key 00499", "499");
  set (dict, "key 00003", "\"changed\"");

  /* goes on where it stood: what was prepared is not made again */
  raw_exec (raw, "CREATE TABLE was AS SELECT key, new_value FROM __beaver_x_secret_rotation__"
                 " WHERE key <> 'key 00003'");
  g_assert_true (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  {
    g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, prepared - 1);

    raw_assert (raw,
                "SELECT COUNT(*) FROM was JOIN __beaver_dicts__ AS d ON d.key = was.key"
                " AND d.value = was.new_value",
                n);
  }
  assert_value (dict, "key 00003", "\"changed\"");
  assert_value (dict, "key 00499", "499");
  raw_exec (raw, "DROP TABLE was");

  /* another secret begins anew */
  g_cancellable_reset (cancellable);
  g_assert_false (
      beaver_dict_rotate_secret (dict, "third", on_progress, &progress, cancellable, &error));
  g_clear_error (&error);
  g_assert_true (beaver_dict_rotate_secret (dict, "fourth", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  raw_close (raw);
  fixture_reopen (f);
  g_assert_null (beaver_db_get_dict_with_secret (f->db, "vault", "third", NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  assert_value (get_secret (f, "vault", "fourth"), "key 00499", "499");
}

static void
test_rotate_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *plain = beaver_db_get_dict (f->db, "plain", NULL);
  BeaverDict *dict = get_secret (f, "vault", "old");
  sqlite3 *raw = raw_open (f->path);

  g_assert_false (beaver_dict_rotate_secret (plain, "new", NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_SECRET);
  g_assert_false (beaver_dict_rotate_secret (dict, "", NULL, NULL, NULL, &error));
  assert_error (BEAVER_ERROR_INVALID);

  fill (dict, 10);
  raw_exec (raw, "INSERT INTO __beaver_dicts__ VALUES ('vault', 'odd', '{}', NULL)");
  g_assert_false (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "odd"));
  assert_error (BEAVER_ERROR_CORRUPT);
  assert_value (dict, "key 00009", "9");
  beaver_dict_remove (dict, "odd", NULL, NULL);
  g_assert_true (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_value (dict, "key 00009", "9");
  raw_close (raw);
}

/* An empty dict that was never written to. */
static void
test_rotate_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_secret (f, "vault", "old");

  g_assert_true (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  set (dict, "a", "1");
  fixture_reopen (f);
  assert_value (get_secret (f, "vault", "new"), "a", "1");
}

static void
role_progress (gint64 done, gint64 total, gpointer user_data)
{
  gint64 stop_at = *(gint64 *) user_data;

  if (done < stop_at)
    return;
  puts ("stopped");
  fflush (stdout);
  for (;;)
    g_poll (NULL, 0, 1000); /* until killed */
}

static int
role_rotate (const char *path, const char *stop_at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (path, NULL, &error);
  BeaverDict *dict = beaver_db_get_dict_with_secret (db, "vault", "old", NULL, &error);
  gint64 at = g_ascii_strtoll (stop_at, NULL, 10);

  g_assert_no_error (error);
  if (g_str_equal (stop_at, "none"))
    {
      /* killed at any moment */
      puts ("stopped");
      fflush (stdout);
      beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, NULL);
    }
  else
    beaver_dict_rotate_secret (dict, "new", role_progress, &at, NULL, NULL);
  beaver_db_close (db, NULL);
  return 0;
}

/* Killed in the middle, with -9: whatever is there afterwards is whole in the one secret or the
 * other. */
static void
test_rotate_killed (Fixture *f, gconstpointer data)
{
  guint rounds = beaver_test_rounds (6);
  guint resumed = 0;

  fill (get_secret (f, "vault", "old"), 400);
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *at =
          i % 2 == 0 ? g_strdup_printf ("%u", 1 + i * 37 % 350) : g_strdup ("none");
      g_autoptr (GSubprocess) process = beaver_test_spawn_self ("rotate", f->path, at, NULL);
      g_autofree char *line = beaver_test_read_line (process);
      BeaverDict *dict;
      sqlite3 *raw;

      g_assert_cmpstr (line, ==, "stopped");
      g_subprocess_send_signal (process, SIGKILL);
      g_subprocess_wait (process, NULL, NULL);

      raw = raw_open (f->path);
      if (raw_int (raw, "SELECT COUNT(*) FROM sqlite_schema"
                        " WHERE name = '__beaver_x_secret_rotation__'") > 0 &&
          raw_int (raw, "SELECT COUNT(*) FROM __beaver_x_secret_rotation__") > 0)
        resumed++;
      raw_close (raw);
      fixture_reopen (f);
      dict = beaver_db_get_dict_with_secret (f->db, "vault", "old", NULL, &error);
      if (dict == NULL)
        {
          g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
          g_clear_error (&error);
          dict = get_secret (f, "vault", "new");
        }
      else
        {
          assert_value (dict, "key 00399", "399");
          g_assert_true (beaver_dict_rotate_secret (dict, "new", NULL, NULL, NULL, &error));
          g_assert_no_error (error);
        }
      for (guint k = 0; k < 400; k += 13)
        {
          g_autofree char *key = g_strdup_printf ("key %05u", k);
          g_autofree char *value = g_strdup_printf ("%u", k);

          assert_value (dict, key, value);
        }
      g_assert_true (beaver_dict_rotate_secret (dict, "old", NULL, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpuint (resumed, >, 0);
}

/* Python, reading all the time, sees a whole dict in one secret or the other. */
static void
test_rotate_beside_python (Fixture *f, gconstpointer data)
{
  static const char *const secrets[] = { "old", "new" };
  g_autoptr (GError) error = NULL;
  BeaverDict *dict = get_secret (f, "vault", "old");
  g_autoptr (GSubprocess) old = NULL;
  g_autoptr (GSubprocess) new = NULL;
  gboolean has_aes;
  guint seen_whole = 0, rounds = beaver_test_rounds (6);

  fill (dict, 300);
  old = spawn_python (f, "vault", "old", &has_aes);
  new = spawn_python (f, "vault", "new", &has_aes);
  for (guint i = 1; i <= rounds; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      beaver_dict_rotate_secret_async (dict, secrets[i % 2], NULL, NULL, NULL, NULL,
                                       beaver_test_ready, &result);
      while (result == NULL)
        {
          g_autofree char *a = python_sees (old);
          g_autofree char *b = python_sees (new);

          g_assert_nonnull (a);
          g_assert_nonnull (b);
          for (guint k = 0; k < 2; k++)
            {
              const char *text = k == 0 ? a : b;

              if (g_str_equal (text, "{\"wrong\": true}"))
                continue;
              g_assert_nonnull (strstr (text, "\"key 00000\""));
              g_assert_nonnull (strstr (text, "\"key 00299\""));
              seen_whole++;
            }
          g_main_context_iteration (NULL, FALSE);
        }
      g_assert_true (beaver_dict_rotate_secret_finish (dict, result, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpuint (seen_whole, >, 0);
  beaver_test_join (old);
  beaver_test_join (new);
}

/* ---- Secret ---- */

static void
test_secret (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverSecret) secret = beaver_secret_new ("hunter2", &error);
  g_autoptr (BeaverSecret) second = beaver_secret_new ("hunter2", &error);
  g_autoptr (BeaverSecret) again = NULL;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;
  static const char *const bad[] = {
    "",
    "{",
    "[]",
    "{}",
    "{\"hash\": \"\", \"salt\": \"\"}",
    "{\"hash\": 1, \"salt\": 2}",
    "\"x\"",
    "{\"hash\": \"AAAA\", \"salt\": \"AAECAwQFBgcICQoLDA0ODw==\"}",
  };

  g_assert_no_error (error);
  json = beaver_secret_to_json (secret);
  text = beaver_secret_to_string (secret);
  g_assert_true (g_str_has_prefix (json, "{\"hash\": \""));
  g_assert_null (strstr (json, "hunter2"));
  g_assert_cmpstr (text, ==, "Secret(**********)");
  g_assert_true (beaver_secret_matches (secret, "hunter2"));
  g_assert_false (beaver_secret_matches (secret, "hunter3"));
  g_assert_false (beaver_secret_matches (secret, ""));
  g_assert_false (beaver_secret_equal (secret, second));
  again = beaver_secret_new_from_json (json, &error);
  g_assert_no_error (error);
  g_assert_true (beaver_secret_equal (secret, again));
  g_assert_true (beaver_secret_matches (again, "hunter2"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (beaver_secret_new_from_json (bad[i], &error));
      assert_error (BEAVER_ERROR_INVALID);
    }
  g_assert_null (beaver_secret_new ("\xff", &error));
  assert_error (BEAVER_ERROR_INVALID);
}

/* Salt 00 01 .. 0f and the text of the vectors: the hash is the derived key. */
static void
test_secret_vector (void)
{
  g_autoptr (GError) error = NULL;
  static const guint8 key[] = { 0x57, 0xf2, 0xc2, 0xf0, 0x73, 0x97, 0x48, 0xd5, 0x16, 0x41, 0x9b,
                                0x06, 0x2a, 0x88, 0x46, 0x66, 0x32, 0x3c, 0x58, 0x3e, 0xa4, 0xae,
                                0x16, 0x55, 0x04, 0xa8, 0x1f, 0x7b, 0x53, 0xc6, 0x2a, 0x09 };
  g_autofree char *hash = g_base64_encode (key, sizeof key);
  g_autofree char *json =
      g_strdup_printf ("{\"hash\":\"%s\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\"}", hash);
  g_autoptr (BeaverSecret) secret = beaver_secret_new_from_json (json, &error);

  g_assert_no_error (error);
  g_assert_true (beaver_secret_matches (secret, "correct horse"));
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "rotate"))
    return role_rotate (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);

  beaver_test_add_closed ("/secret/fixture", test_fixture);
  beaver_test_add_closed ("/secret/D39-another-secret-is-never-dropped", test_refusals);
  beaver_test_add ("/secret/damaged-metadata", test_damaged);
  beaver_test_add ("/secret/python-reads", test_python_reads);
  beaver_test_add ("/secret/D9-metadata-comes-with-the-first-write",
                   test_metadata_comes_with_the_first_write);
  beaver_test_add ("/secret/D38-no-plain-text-in-encrypted-dicts", test_no_plain_text);
  beaver_test_add ("/secret/nothing-expired-is-left", test_nothing_expired_is_left);
  beaver_test_add ("/secret/two-begin-at-once", test_two_begin_at_once);
  beaver_test_add ("/secret/async", test_async);
  beaver_test_add ("/secret/rotate", test_rotate);
  beaver_test_add ("/secret/rotate-cancelled-goes-on", test_rotate_cancelled);
  beaver_test_add ("/secret/rotate-refused", test_rotate_refused);
  beaver_test_add ("/secret/rotate-nothing", test_rotate_nothing);
  beaver_test_add ("/secret/rotate-killed", test_rotate_killed);
  beaver_test_add ("/secret/rotate-beside-python", test_rotate_beside_python);
  g_test_add_func ("/secret/D68-one-way", test_secret);
  g_test_add_func ("/secret/one-way-vector", test_secret_vector);
  return g_test_run ();
}
