/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a dict and on a hash table. */
#include "model-test.h"

#include <math.h>

#define N_KEYS 60

/* What the model knows of an entry: its value in normal form, and whether it has a time to live,
 * which is long. */
typedef struct
{
  char *value;
  gboolean mortal;
} Entry;

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverDict *dict;
  GHashTable *model; /* (element-type utf8 Entry) */
  GRand *rand;       /* of this operation */
  char *said;        /* the operation in words */
  char *complaint;
} World;

static const char *const kinds[] = { "set",
                                     "set",
                                     "set",
                                     "set",
                                     "set with ttl",
                                     "set with ttl",
                                     "lookup",
                                     "lookup",
                                     "lookup",
                                     "get",
                                     "contains",
                                     "remove",
                                     "pop",
                                     "compare and set",
                                     "get or set",
                                     "increment",
                                     "set ttl",
                                     "get ttl",
                                     "batch or count",
                                     "rare" };

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->value);
  g_free (entry);
}

static void
model_set (World *w, const char *key, const char *value, gboolean mortal)
{
  Entry *entry = g_new (Entry, 1);

  entry->value = g_strdup (value);
  entry->mortal = mortal;
  g_hash_table_insert (w->model, g_strdup (key), entry);
}

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->dict = beaver_db_get_dict (w->db, "random", &error);
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

G_GNUC_PRINTF (2, 3) static void say (World *w, const char *format, ...)
{
  va_list args;

  g_free (w->said);
  va_start (args, format);
  w->said = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
fail (World *w, const char *what, const char *got, const char *expected)
{
  if (w->complaint == NULL)
    w->complaint =
        g_strdup_printf ("%s: %s: got %s, expected %s", w->said, what, got != NULL ? got : "NULL",
                         expected != NULL ? expected : "NULL");
}

static void
agree (World *w, const char *what, const char *got, const char *expected)
{
  if (g_strcmp0 (got, expected) != 0)
    fail (w, what, got, expected);
}

static void
agree_number (World *w, const char *what, gint64 got, gint64 expected)
{
  g_autofree char *a = g_strdup_printf ("%" G_GINT64_FORMAT, got);
  g_autofree char *b = g_strdup_printf ("%" G_GINT64_FORMAT, expected);

  agree (w, what, a, b);
}

static void
agree_error (World *w, GError **error, gboolean expected, BeaverError code)
{
  if (!expected && *error != NULL)
    fail (w, "an error", (*error)->message, "none");
  if (expected && !g_error_matches (*error, BEAVER_ERROR, (int) code))
    fail (w, "an error", *error != NULL ? (*error)->message : "none", "another");
  g_clear_error (error);
}

static char *
random_key (GRand *rand)
{
  switch (g_rand_int_range (rand, 0, 6))

    {
    case 0:
      return g_strdup_printf ("k%d", g_rand_int_range (rand, 0, N_KEYS));
    case 1:
      return g_strdup_printf ("é%d", g_rand_int_range (rand, 0, N_KEYS / 4));
    case 2:
      return g_strdup_printf ("%d%%", g_rand_int_range (rand, 0, N_KEYS / 4));
    case 3:
      return g_strdup_printf ("'%d", g_rand_int_range (rand, 0, N_KEYS / 4));
    case 4:
      return g_strdup_printf ("\xf0\x9f\xa6\xab%d", g_rand_int_range (rand, 0, N_KEYS / 4));
    default:
      return g_strdup ("");
    }
}

/* In normal form. */
static char *
random_value (GRand *rand)
{
  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      return g_strdup_printf ("\"text %d\"", g_rand_int_range (rand, 0, 5));
    case 1:
      return g_strdup_printf ("[%d, {\"a\": null}]", g_rand_int_range (rand, 0, 5));
    case 2:
      return g_strdup ("true");
    default:
      return g_strdup_printf ("%d", g_rand_int_range (rand, -3, 3));
    }
}

static gboolean
is_integer (const char *value)
{
  return value[strspn (value, "-0123456789")] == '\0';
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Everything, in order. */
static void
compare_all (World *w, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (BeaverCursor) cursor = beaver_dict_items (w->dict, prefix, &error);
  GHashTableIter iter;
  gpointer key;

  g_assert_no_error (error);
  g_hash_table_iter_init (&iter, w->model);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      if (prefix == NULL || g_str_has_prefix (key, prefix))
        g_ptr_array_add (keys, key);
    }
  g_ptr_array_sort (keys, compare_keys);
  for (guint i = 0; i <= keys->len; i++)
    {
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, NULL, &error);
      Entry *expected = i < keys->len ? g_hash_table_lookup (w->model, keys->pdata[i]) : NULL;

      g_assert_no_error (error);
      agree (w, "key of the cursor", entry != NULL ? beaver_entry_get_key (entry) : NULL,
             expected != NULL ? keys->pdata[i] : NULL);
      if (entry == NULL)
        break;
      agree (w, "value of the cursor", beaver_entry_get_value (entry), expected->value);
      agree_number (w, "mortality", isfinite (beaver_entry_get_expires_at (entry)),
                    expected->mortal);
    }
}

static void
do_batch (World *w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDictBatch) batch = beaver_dict_create_batch (w->dict);
  int n = g_rand_int_range (w->rand, 0, 20);
  gboolean apply = g_rand_int_range (w->rand, 0, 4) > 0;

  say (w, "batch of %d%s", n, apply ? "" : ", discarded");
  for (int i = 0; i < n; i++)
    {
      g_autofree char *key = random_key (w->rand);
      g_autofree char *value = random_value (w->rand);
      gboolean mortal = g_rand_boolean (w->rand);

      if (g_rand_int_range (w->rand, 0, 4) == 0)
        {
          say (w, "  remove “%s”", key);
          beaver_dict_batch_remove (batch, key, &error);
          if (apply)
            g_hash_table_remove (w->model, key);
        }
      else
        {
          say (w, "  set “%s” %s", key, value);
          beaver_dict_batch_set_json (batch, key, value, mortal ? 10000 : (double) INFINITY,
                                      &error);
          if (apply)
            model_set (w, key, value, mortal);
        }
    }
  if (apply)
    agree_number (w, "batch", beaver_dict_batch_apply (batch, NULL, &error), n);
  g_assert_no_error (error);
}

static void
do_compare_and_set (World *w, const char *key, Entry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = g_rand_int_range (w->rand, 0, 5) > 0 ? random_value (w->rand) : NULL;
  g_autofree char *other = random_value (w->rand);
  const char *present = entry != NULL ? entry->value : NULL;
  const char *expected = g_rand_boolean (w->rand) ? present :
                         g_rand_boolean (w->rand) ? other :
                                                    NULL;
  gboolean fits = g_strcmp0 (present, expected) == 0;
  gboolean mortal = entry != NULL && entry->mortal;

  say (w, "compare “%s” %s and set %s", key, expected, value);
  beaver_dict_compare_and_set_json (w->dict, key, expected, value, NULL, &error);
  agree_error (w, &error, !fits, BEAVER_ERROR_CONFLICT);
  if (!fits)
    return;
  if (value != NULL)
    model_set (w, key, value, mortal);
  else
    g_hash_table_remove (w->model, key);
}

static void
do_increment (World *w, const char *key, Entry *entry)
{
  g_autoptr (GError) error = NULL;
  gboolean fits = entry == NULL || is_integer (entry->value);
  gint64 amount = g_rand_int_range (w->rand, -5, 5);
  gint64 expected = (entry != NULL && fits ? g_ascii_strtoll (entry->value, NULL, 10) : 0) + amount;
  gint64 got;

  say (w, "increment “%s” %" G_GINT64_FORMAT, key, amount);
  got = beaver_dict_increment (w->dict, key, amount, NULL, &error);
  agree_error (w, &error, !fits, BEAVER_ERROR_INVALID);
  if (fits)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, expected);

      agree_number (w, "increment", got, expected);
      model_set (w, key, text, entry != NULL && entry->mortal);
    }
}

/* Time goes by, for one entry. */
static void
do_expire (World *w, const char *key)
{
  sqlite3 *raw = raw_open (w->path);
  sqlite3_stmt *statement = NULL;

  say (w, "expire “%s”", key);
  g_assert_cmpint (sqlite3_prepare_v2 (raw,
                                       "UPDATE __beaver_dicts__ SET expires_at = 7 WHERE key = ?",
                                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  sqlite3_bind_text (statement, 1, key, -1, SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  raw_close (raw);
  g_hash_table_remove (w->model, key);
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = random_key (w->rand);
  g_autofree char *value = random_value (w->rand);
  g_autofree char *got = NULL;
  Entry *entry = g_hash_table_lookup (w->model, key);
  gboolean mortal = g_rand_int_range (w->rand, 0, 3) == 0;
  const char *expected = entry != NULL ? entry->value : NULL;
  double left;

  switch (op->kind)
    {
    case 0:
    case 1:
    case 2:
    case 3:
      say (w, "set “%s” %s", key, value);
      beaver_dict_set_json (w->dict, key, value, NULL, &error);
      agree_error (w, &error, FALSE, 0);
      model_set (w, key, value, FALSE);
      break;
    case 4:
    case 5:
      say (w, "set “%s” %s for a time", key, value);
      beaver_dict_set_json_with_ttl (w->dict, key, value, 10000, NULL, &error);
      agree_error (w, &error, FALSE, 0);
      model_set (w, key, value, TRUE);
      break;
    case 6:
    case 7:
    case 8:
      got = beaver_dict_lookup_json (w->dict, key, NULL, &error);
      agree_error (w, &error, FALSE, 0);
      agree (w, "lookup", got, expected);
      break;
    case 9:
      got = beaver_dict_get_json (w->dict, key, NULL, &error);
      agree_error (w, &error, entry == NULL, BEAVER_ERROR_NOT_FOUND);
      agree (w, "get", got, expected);
      break;
    case 10:
      agree_number (w, "contains", beaver_dict_contains (w->dict, key, NULL, &error),
                    entry != NULL);
      agree_error (w, &error, FALSE, 0);
      break;
    case 11:
      say (w, "remove “%s”", key);
      beaver_dict_remove (w->dict, key, NULL, &error);
      agree_error (w, &error, entry == NULL, BEAVER_ERROR_NOT_FOUND);
      g_hash_table_remove (w->model, key);
      break;
    case 12:
      say (w, "pop “%s”", key);
      got = beaver_dict_pop_json (w->dict, key, NULL, &error);
      agree_error (w, &error, FALSE, 0);
      agree (w, "pop", got, expected);
      g_hash_table_remove (w->model, key);
      break;
    case 13:
      do_compare_and_set (w, key, entry);
      break;
    case 14:
      say (w, "get or set “%s” %s", key, value);
      got = beaver_dict_get_or_set_json (w->dict, key, value, mortal ? 10000 : (double) INFINITY,
                                         NULL, &error);
      agree_error (w, &error, FALSE, 0);
      agree (w, "get or set", got, entry != NULL ? expected : value);
      if (entry == NULL)
        model_set (w, key, value, mortal);
      break;
    case 15:
      do_increment (w, key, entry);
      break;
    case 16:
      say (w, "set ttl of “%s”", key);
      beaver_dict_set_ttl (w->dict, key, mortal ? 10000 : (double) INFINITY, NULL, &error);
      agree_error (w, &error, entry == NULL, BEAVER_ERROR_NOT_FOUND);
      if (entry != NULL)
        entry->mortal = mortal;
      break;
    case 17:
      left = beaver_dict_get_ttl (w->dict, key, NULL, &error);
      agree_error (w, &error, entry == NULL, BEAVER_ERROR_NOT_FOUND);
      if (entry != NULL)
        agree_number (w, "mortality", isfinite (left), entry->mortal);
      break;
    case 18:
      if (g_rand_int_range (w->rand, 0, 10) == 0)
        do_batch (w);
      else
        {
          agree_number (w, "count", beaver_manager_count (BEAVER_MANAGER (w->dict), NULL, &error),
                        g_hash_table_size (w->model));
          agree_error (w, &error, FALSE, 0);
        }
      break;
    default:
      switch (g_rand_int_range (w->rand, 0, 100))
        {
        case 0:
          say (w, "clear");
          agree_number (w, "clear", beaver_manager_clear (BEAVER_MANAGER (w->dict), NULL, &error),
                        g_hash_table_size (w->model));
          g_hash_table_remove_all (w->model);
          break;
        case 1:
        case 2:
          compare_all (w, NULL);
          break;
        case 3:
          compare_all (w, key);
          break;
        case 4:
          compare_all (w, "k");
          break;
        case 5:
          say (w, "reopen");
          world_close (w);
          world_open (w);
          break;
        default:
          if (entry != NULL)
            do_expire (w, key);
        }
      agree_error (w, &error, FALSE, 0);
    }
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  World w = { .path = path };

  w.model = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  world_open (&w);
  for (*at = 0; *at < n && w.complaint == NULL; ++*at)
    {
      w.rand = model_rand_new (ops + *at);
      step (&w, ops + *at);
      g_clear_pointer (&w.rand, g_rand_free);
    }
  if (w.complaint == NULL)
    compare_all (&w, NULL);
  world_close (&w);
  g_hash_table_unref (w.model);
  g_free (w.said);
  return w.complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, G_N_ELEMENTS (kinds), 100000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add_closed ("/dict/random", test_random);

  return g_test_run ();
}
