/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on sketches and on sets. */
#include "model-test.h"

#include <math.h>

#define OPERATIONS 100000
#define ITEMS 1500
#define CAPACITY 2000
#define ERROR_RATE 0.001

/* Those that come often have several numbers. */
enum
{
  ADD,
  ADD2,
  ADD3,
  CONTAINS,
  CONTAINS2,
  CONTAINS3,
  CONTAINS4,
  COUNT,
  RARE,
  N_KINDS
};
static const char *const kinds[] = { "add",      "add",      "add",   "contains", "contains",
                                     "contains", "contains", "count", "rare" };
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == N_KINDS);

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverSketch *sketches[2];
  gboolean known[2][ITEMS];
  guint misses, wrong;
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      w->sketches[i] =
          beaver_db_get_sketch (w->db, i ? "other" : "one", CAPACITY, ERROR_RATE, &error);
      g_assert_no_error (error);
    }
}

static void
world_close (World *w)
{
  g_autoptr (GError) error = NULL;

  beaver_db_close (w->db, &error);
  g_assert_no_error (error);
  g_clear_object (&w->db);
}

G_GNUC_PRINTF (3, 4) static void agree (World *w, gboolean ok, const char *format, ...)
{
  va_list args;

  if (ok || w->complaint != NULL)
    return;
  va_start (args, format);
  w->complaint = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
add_batch (World *w, guint which, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < op->c % 40; i++)
    {
      guint item = (op->b + i * 37) % ITEMS;

      g_ptr_array_add (batch, g_strdup_printf ("{\"n\":%u}", item));
      w->known[which][item] = TRUE;
    }
  g_ptr_array_add (batch, NULL);
  beaver_sketch_add_many (w->sketches[which], (const char *const *) batch->pdata, NULL, &error);
  g_assert_no_error (error);
}

static void
step_rare (World *w, guint which, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (op->a / 16 % 4 != 0)
    return;
  switch (op->a % 16)
    {
    case 0:
      world_close (w);
      world_open (w);
      break;
    case 1:
      beaver_manager_clear (BEAVER_MANAGER (w->sketches[which]), NULL, &error);
      memset (w->known[which], 0, sizeof w->known[which]);
      break;
    case 2:
      beaver_sketch_merge (w->sketches[which], w->sketches[!which], NULL, &error);
      break;
    case 3:
      bytes = beaver_sketch_get_bytes (w->sketches[!which], NULL, &error);
      g_assert_no_error (error);
      beaver_sketch_merge_bytes (w->sketches[which], bytes, NULL, &error);
      break;
    default:
      add_batch (w, which, op);
    }
  g_assert_no_error (error);
  if (op->a % 16 == 2 || op->a % 16 == 3) /* merged */
    for (guint i = 0; i < ITEMS; i++)
      w->known[which][i] |= w->known[!which][i];
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint which = op->b / ITEMS % 2, item = op->b % ITEMS;
  BeaverSketch *sketch = w->sketches[which];
  g_autofree char *json = g_strdup_printf ("{\"n\": %u}", item);

  switch (op->kind)
    {
    case ADD:
    case ADD2:
    case ADD3:
      beaver_sketch_add_json (sketch, json, NULL, &error);
      w->known[which][item] = TRUE;
      break;
    case COUNT:
      {
        gint64 n = op->a % 8 ? 0 : beaver_manager_count (BEAVER_MANAGER (sketch), NULL, &error);
        double size = 0;

        for (guint i = 0; i < ITEMS; i++)
          size += w->known[which][i];
        agree (w, op->a % 8 || fabs ((double) n - size) <= 3 + size * 0.01,
               "count: %" G_GINT64_FORMAT " of %g", n, size);
        break;
      }
    case RARE:
      step_rare (w, which, op);
      break;
    default:
      {
        gboolean found = beaver_sketch_contains_json (sketch, json, NULL, &error);

        agree (w, found || !w->known[which][item], "%s is lost", json);
        w->misses += !w->known[which][item];
        w->wrong += found && !w->known[which][item];
      }
    }
  g_assert_no_error (error);
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  g_autofree World *w = g_new0 (World, 1);

  w->path = path;
  world_open (w);
  for (*at = 0; *at < n && w->complaint == NULL; ++*at)
    step (w, &ops[*at]);
  world_close (w);
  agree (w, w->wrong <= 5 + w->misses / 100, "%u of %u answers were a wrong yes", w->wrong,
         w->misses);
  return w->complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, OPERATIONS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/sketch/random", test_random);
  return g_test_run ();
}
