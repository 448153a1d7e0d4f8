/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a list and on an array. */
#include "model-test.h"

enum
{
  PUSH,
  PUSH2,
  PREPEND,
  INSERT,
  INSERT2,
  SET,
  GET,
  GET2,
  GET3,
  REMOVE,
  POP,
  DEQUE,
  SLICE,
  INDEX_OF,
  COUNT,
  MANY,
  RARE,
  N_KINDS
};
static const char *const kinds[] = { "push",  "push",  "prepend", "insert", "insert", "set",
                                     "get",   "get",   "get",     "remove", "pop",    "deque",
                                     "slice", "index", "count",   "many",   "rare" };

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverList *list;
  sqlite3 *raw;
  GPtrArray *model; /* (element-type utf8) */
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->list = beaver_db_get_list (w->db, "l", &error);
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
agree (World *w, const char *what, const char *got, const char *expected)
{
  if (w->complaint == NULL && g_strcmp0 (got, expected) != 0)
    w->complaint = g_strdup_printf ("%s: got %s, expected %s", what, got, expected);
}

static void
agree_number (World *w, const char *what, gint64 got, gint64 expected)
{
  if (w->complaint == NULL && got != expected)
    w->complaint = g_strdup_printf ("%s: got %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT,
                                    what, got, expected);
}

static void
agree_found (World *w, const char *what, GError *error, gboolean expected)
{
  gboolean found = !g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND);

  if (found)
    g_assert_no_error (error);
  agree_number (w, what, found, expected);
}

static void
check_all (World *w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor = beaver_list_items (w->list, &error);
  g_autoptr (BeaverCursor) back = beaver_list_items_backward (w->list, &error);

  for (guint i = 0; w->complaint == NULL; i++)
    {
      g_autoptr (BeaverListItem) item = beaver_cursor_next (cursor, NULL, &error);
      g_autoptr (BeaverListItem) last = beaver_cursor_next (back, NULL, &error);

      g_assert_no_error (error);
      agree_number (w, "the end", item == NULL, i >= w->model->len);
      agree_number (w, "the beginning", last == NULL, i >= w->model->len);
      if (item == NULL || last == NULL)
        break;
      agree (w, "an item", beaver_list_item_get_value (item), w->model->pdata[i]);
      agree (w, "an item backward", beaver_list_item_get_value (last),
             w->model->pdata[w->model->len - 1 - i]);
      agree_number (w, "an index", beaver_list_item_get_index (item), i);
      agree_number (w, "an index backward", beaver_list_item_get_index (last), -1 - (gint64) i);
    }
}

/* An index that is in the list most of the time, from either end. */
static gint64
some_index (World *w, const ModelOp *op)
{
  gint64 range = (gint64) w->model->len * 2 + 6;

  return (gint64) (op->a % range) - (gint64) w->model->len - 3;
}

static gboolean
resolve (World *w, gint64 index, guint *position)
{
  gint64 n = w->model->len;

  index = index < 0 ? index + n : index;
  *position = (guint) index;
  return index >= 0 && index < n;
}

static char *
some_value (const ModelOp *op)
{
  return op->b % 4 == 0 ? g_strdup_printf ("{\"v\": %u}", op->c % 50) :
                          g_strdup_printf ("%u", op->c % 50);
}

static void
model_insert (World *w, gint64 index, const char *value)
{
  g_ptr_array_insert (w->model, (int) CLAMP (index, 0, (gint64) w->model->len), g_strdup (value));
}

static void step (World *w, const ModelOp *op);

/* Some operations in a transaction, which is rolled back half of the time. */
static void
transaction (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverTransaction) transaction = beaver_db_begin (w->db, NULL, &error);
  GPtrArray *before = g_ptr_array_copy (w->model, (GCopyFunc) (void (*) (void)) g_strdup, NULL);

  g_ptr_array_set_free_func (before, g_free);
  g_assert_no_error (error);
  for (guint i = 0; i < 6; i++)
    {
      ModelOp inner = { (op->a >> i * 4) % RARE, op->b * (i + 7), op->c + i, op->a / (i + 1) };

      step (w, &inner);
    }
  if (op->c & 1)
    {
      beaver_transaction_commit (transaction, NULL, &error);
      g_ptr_array_unref (before);
    }
  else
    {
      beaver_transaction_rollback (transaction, &error);
      g_ptr_array_unref (w->model);
      w->model = before;
    }
  g_assert_no_error (error);
}

static void
rare (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;

  switch (op->b % 64)
    {
    case 0:
      world_close (w);
      world_open (w);
      break;
    case 1:
      /* another program, which renumbers by the way */
      raw_exec (w->raw, "DELETE FROM __beaver_lists__ WHERE rowid = (SELECT rowid FROM "
                        "__beaver_lists__ WHERE list_name = 'l' ORDER BY item_order LIMIT 1)");
      if (w->model->len > 0)
        g_ptr_array_remove_index (w->model, 0);
      break;
    case 2:
      raw_exec (w->raw, "INSERT INTO __beaver_lists__ SELECT 'l', MAX (item_order) || 'V', '77' "
                        "FROM __beaver_lists__ WHERE list_name = 'l' HAVING COUNT (*) > 0");
      if (w->model->len > 0)
        g_ptr_array_add (w->model, g_strdup ("77"));
      break;
    case 3:
    case 4:
      check_all (w);
      break;
    case 5:
      if (op->c % 16 == 0)
        {
          agree_number (w, "clear", beaver_manager_clear (BEAVER_MANAGER (w->list), NULL, &error),
                        w->model->len);
          g_ptr_array_set_size (w->model, 0);
        }
      break;
    case 6:
      /* writes elsewhere leave the list alone */
      beaver_dict_set_json (beaver_db_get_dict (w->db, "d", NULL), "k", "1", NULL, &error);
      break;
    default:
      if (op->b % 3 == 0)
        transaction (w, op);
    }
  g_assert_no_error (error);
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = some_value (op);
  g_autofree char *got = NULL;
  gint64 index = some_index (w, op);
  guint position, n = w->model->len;

  switch (op->kind)
    {
    case PUSH:
    case PUSH2:
      beaver_list_push_json (w->list, value, NULL, &error);
      model_insert (w, n, value);
      break;
    case PREPEND:
      beaver_list_prepend_json (w->list, value, NULL, &error);
      model_insert (w, 0, value);
      break;
    case INSERT:
    case INSERT2:
      beaver_list_insert_json (w->list, index, value, NULL, &error);
      model_insert (w, index, value);
      break;
    case SET:
      beaver_list_set_json (w->list, index, value, NULL, &error);
      agree_found (w, "set", error, resolve (w, index, &position));
      if (resolve (w, index, &position))
        {
          g_free (w->model->pdata[position]);
          w->model->pdata[position] = g_strdup (value);
        }
      return;
    case GET:
    case GET2:
    case GET3:
      got = beaver_list_lookup_json (w->list, index, NULL, &error);
      agree (w, "get", got, resolve (w, index, &position) ? w->model->pdata[position] : NULL);
      break;
    case REMOVE:
      beaver_list_remove (w->list, index, NULL, &error);
      agree_found (w, "remove", error, resolve (w, index, &position));
      if (resolve (w, index, &position))
        g_ptr_array_remove_index (w->model, position);
      return;
    case POP:
      got = beaver_list_pop_json (w->list, NULL, &error);
      agree (w, "pop", got, n > 0 ? w->model->pdata[n - 1] : NULL);
      if (n > 0)
        g_ptr_array_remove_index (w->model, n - 1);
      break;
    case DEQUE:
      got = beaver_list_pop_first_json (w->list, NULL, &error);
      agree (w, "deque", got, n > 0 ? w->model->pdata[0] : NULL);
      if (n > 0)
        g_ptr_array_remove_index (w->model, 0);
      break;
    case SLICE:
      {
        gint64 length = (gint64) (op->c % 12) - 1;
        gint64 from = index < 0 ? MAX (index + (gint64) n, 0) : index;
        g_auto (GStrv) slice = beaver_list_slice (w->list, index, length, NULL, &error);
        gint64 expected = MAX ((gint64) n - from, 0);

        g_assert_no_error (error);
        if (length >= 0)
          expected = MIN (expected, length);
        agree_number (w, "slice", g_strv_length (slice), expected);
        for (gint64 i = 0; w->complaint == NULL && i < expected; i++)
          agree (w, "slice", slice[i], w->model->pdata[from + i]);
        break;
      }
    case INDEX_OF:
      {
        gint64 expected = -1;

        for (guint i = 0; i < n && expected < 0; i++)
          if (g_str_equal (w->model->pdata[i], value))
            expected = i;
        agree_number (w, "index_of", beaver_list_index_of_json (w->list, value, NULL, &error),
                      expected);
        agree_number (w, "contains", beaver_list_contains_json (w->list, value, NULL, &error),
                      expected >= 0);
        break;
      }
    case COUNT:
      agree_number (w, "count", beaver_manager_count (BEAVER_MANAGER (w->list), NULL, &error), n);
      break;
    case MANY:
      if (op->c % 4 == 0)
        {
          g_autoptr (BeaverListBatch) batch = beaver_list_create_batch (w->list);

          for (guint i = 0; i < op->b % 5; i++)
            {
              beaver_list_batch_push_json (batch, value, &error);
              g_ptr_array_add (w->model, g_strdup (value));
            }
          for (guint i = 0; i < op->a % 3; i++)
            {
              g_autofree char *front = g_strdup_printf ("%u", i);

              beaver_list_batch_prepend_json (batch, front, &error);
              model_insert (w, 0, front);
            }
          agree_number (w, "batch", beaver_list_batch_apply (batch, NULL, &error),
                        op->b % 5 + op->a % 3);
        }
      break;
    case RARE:
    default:
      rare (w, op);
      break;
    }
  g_assert_no_error (error);
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  World w = { .path = path, .model = g_ptr_array_new_with_free_func (g_free) };

  world_open (&w);
  w.raw = raw_open (path);
  raw_exec (w.raw, "PRAGMA synchronous = OFF");
  for (*at = 0; *at < n && w.complaint == NULL; ++*at)
    step (&w, ops + *at);
  if (w.complaint == NULL)
    check_all (&w);
  raw_close (w.raw);
  world_close (&w);
  g_ptr_array_unref (w.model);
  return w.complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, 100000);
}

/* A run that disagrees from its third push on comes down to three. */
static char *
run_wrongly (const char *path, const ModelOp *ops, guint n, guint *at)
{
  guint pushes = 0;

  for (*at = 0; *at < n; ++*at)
    if (ops[*at].kind == PUSH && ++pushes == 3)
      return g_strdup ("wrong");
  return NULL;
}

static void
test_shrink (Fixture *f, gconstpointer data)
{
  ModelOp ops[200] = { 0 };
  g_autoptr (GArray) few = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    ops[i].kind = i % 50 == 7 ? PUSH : GET;
  few = model_shrink (f, run_wrongly, ops, G_N_ELEMENTS (ops));
  g_assert_cmpuint (few->len, ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/list/random/shrink", test_shrink);
  beaver_test_add_closed ("/list/random/model", test_random);
  return g_test_run ();
}
