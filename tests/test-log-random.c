/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a log and on a sorted array. */
#include "model-test.h"

#include <math.h>

enum
{
  APPEND,
  RANGE,
  BATCH,
  REMOVE,
  COMPARE,
  REOPEN,
  N_KINDS
};
/* how often, in a thousand */
static const guint often[] = { 700, 200, 50, 35, 14, 1 };
static const char *const kinds[] = { "append", "range", "batch", "remove", "compare", "reopen" };

typedef struct
{
  double timestamp;
  char data[24];
} ModelRow;

static guint
model_find (GArray *model, double timestamp)
{
  guint i = 0;

  while (i < model->len && g_array_index (model, ModelRow, i).timestamp < timestamp)
    i++;
  return i;
}

static gboolean
model_has (GArray *model, double timestamp)
{
  guint i = model_find (model, timestamp);

  return i < model->len && g_array_index (model, ModelRow, i).timestamp == timestamp;
}

static double
model_append (GArray *model, double wanted, const char *data)
{
  ModelRow row = { wanted + 0.0, "" };

  while (model_has (model, row.timestamp))
    row.timestamp = MAX (row.timestamp + 1e-6, nextafter (row.timestamp, INFINITY));
  g_strlcpy (row.data, data, sizeof row.data);
  g_array_insert_val (model, model_find (model, row.timestamp), row);
  return row.timestamp;
}

static double
random_stamp (GRand *rand)
{
  static const double bases[] = { 0, -3.5, 1700000000, 1099511627776.0, 17179869184.0 };
  double base = bases[g_rand_int_range (rand, 0, G_N_ELEMENTS (bases))];

  switch (g_rand_int_range (rand, 0, 3))
    {
    case 0:
      return base;
    case 1: /* straight into somebody's run of slots */
      return base + g_rand_int_range (rand, 0, 20) * 1e-6;
    default:
      return base + g_rand_int_range (rand, -50, 50);
    }
}

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverLog *log;
  GArray *model; /* (element-type ModelRow) */
  GRand *rand;   /* of this operation */
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->log = beaver_db_get_log (w->db, "model", &error);
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
agree (World *w, const char *what, gint64 got, gint64 expected)
{
  if (w->complaint == NULL && got != expected)
    w->complaint = g_strdup_printf ("%s: got %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT,
                                    what, got, expected);
}

static void
agree_entry (World *w, const char *what, BeaverLogEntry *entry, const ModelRow *row)
{
  if (w->complaint == NULL && (beaver_log_entry_get_timestamp (entry) != row->timestamp ||
                               !g_str_equal (beaver_log_entry_get_data (entry), row->data)))
    w->complaint = g_strdup_printf (
        "%s: got %s at %.17g, expected %s at %.17g", what, beaver_log_entry_get_data (entry),
        beaver_log_entry_get_timestamp (entry), row->data, row->timestamp);
}

static void
compare (World *w)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverCursor) cursor =
      beaver_log_iterate (w->log, BEAVER_LOG_ORDER_OLDEST_FIRST, &error);
  guint i = 0;

  for (BeaverLogEntry *entry; (entry = beaver_cursor_next (cursor, NULL, &error)) != NULL; i++)
    {
      if (i < w->model->len)
        agree_entry (w, "an entry", entry, &g_array_index (w->model, ModelRow, i));
      g_object_unref (entry);
    }
  g_assert_no_error (error);
  agree (w, "entries", i, w->model->len);
  agree (w, "count", beaver_manager_count (BEAVER_MANAGER (w->log), NULL, &error), w->model->len);
}

static void
range (World *w)
{
  g_autoptr (GError) error = NULL;
  double a = random_stamp (w->rand), b = random_stamp (w->rand);
  gint64 limit = g_rand_int_range (w->rand, -1, 6), offset = g_rand_int_range (w->rand, 0, 4);
  gboolean newest = g_rand_boolean (w->rand);
  g_autoptr (GPtrArray) entries = beaver_log_range (
      w->log, a, b, limit, offset,
      newest ? BEAVER_LOG_ORDER_NEWEST_FIRST : BEAVER_LOG_ORDER_OLDEST_FIRST, NULL, &error);
  guint got = 0;

  g_assert_no_error (error);
  for (guint n = 0; n < w->model->len && (limit < 0 || got < limit); n++)
    {
      ModelRow *row = &g_array_index (w->model, ModelRow, newest ? w->model->len - 1 - n : n);

      if (row->timestamp < a || row->timestamp > b || offset-- > 0)
        continue;
      if (got < entries->len)
        agree_entry (w, "of a range", entries->pdata[got], row);
      got++;
    }
  agree (w, "range", entries->len, got);
}

static void
append (World *w, guint at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverLogEntry) entry = NULL;
  g_autofree char *json = g_strdup_printf ("%u", at);
  double wanted = random_stamp (w->rand);
  ModelRow row = { model_append (w->model, wanted, json), "" };

  g_strlcpy (row.data, json, sizeof row.data);
  entry = beaver_log_append_json_at (w->log, json, wanted, NULL, &error);
  g_assert_no_error (error);
  agree_entry (w, "appended", entry, &row);
}

static void
batch (World *w, guint at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = (guint) g_rand_int_range (w->rand, 0, 10);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *json = g_strdup_printf ("\"%u.%u\"", at, i);
      double wanted = random_stamp (w->rand);

      g_ptr_array_add (entries, beaver_log_entry_new (wanted, json));
      model_append (w->model, wanted, json);
    }
  beaver_log_append_batch (w->log, (BeaverLogEntry **) entries->pdata, n, NULL, &error);
  g_assert_no_error (error);
}

static void
take_away (World *w)
{
  g_autoptr (GError) error = NULL;
  guint n;

  if (g_rand_boolean (w->rand))
    {
      double before = random_stamp (w->rand);

      n = model_find (w->model, before);
      agree (w, "prune", beaver_log_prune (w->log, before, NULL, &error), n);
    }
  else
    {
      guint keep = (guint) g_rand_int_range (w->rand, 0, 200);

      n = w->model->len > keep ? w->model->len - keep : 0;
      agree (w, "keep newest", beaver_log_keep_newest (w->log, keep, NULL, &error), n);
    }
  g_assert_no_error (error);
  if (n > 0)
    g_array_remove_range (w->model, 0, n);
}

static void
step (World *w, const ModelOp *op, guint at)
{
  switch (op->kind)
    {
    case APPEND:
      append (w, at);
      break;
    case RANGE:
      range (w);
      break;
    case BATCH:
      batch (w, at);
      break;
    case REMOVE:
      take_away (w);
      break;
    case COMPARE:
      compare (w);
      break;
    case REOPEN:
    default:
      world_close (w);
      world_open (w);
    }
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  World w = { .path = path, .model = g_array_new (FALSE, FALSE, sizeof (ModelRow)) };

  world_open (&w);
  for (*at = 0; *at < n && w.complaint == NULL; ++*at)
    {
      w.rand = model_rand_new (ops + *at);
      step (&w, ops + *at, *at);
      g_clear_pointer (&w.rand, g_rand_free);
    }
  if (w.complaint == NULL)
    compare (&w);
  world_close (&w);
  g_array_unref (w.model);
  return w.complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test_weighted (f, run, kinds, often, N_KINDS, 100000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/log/random/model", test_random);
  return g_test_run ();
}
