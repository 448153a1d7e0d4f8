/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a queue and on an array in the order of priorities. */
#include "model-test.h"

enum
{
  PUT,
  PUT2,
  PUT3,
  PUT_JOB,
  POP,
  PEEK,
  CLAIM,
  CLAIM2,
  ACK,
  NACK,
  BURY,
  REQUEUE,
  COUNT,
  RARE,
  N_KINDS
};
static const char *const kinds[] = {
  "put",   "put", "put",  "put_job", "pop",     "peek",  "claim",
  "claim", "ack", "nack", "bury",    "requeue", "count", "rare"
};

typedef struct
{
  guint priority;
  guint32 number; /* value; the order of those with the same priority */
  guint attempts, max_attempts;
} Thing;

typedef struct
{
  const char *path;
  BeaverDb *db;
  BeaverQueue *queue;
  guint32 last;
  GArray *waiting, *claimed, *dead; /* (element-type Thing); waiting is sorted */
  GPtrArray *jobs;                  /* (element-type BeaverJob) beside claimed */
  char *complaint;
} World;

static void
world_open (World *w)
{
  g_autoptr (GError) error = NULL;

  w->db = beaver_db_open (w->path, NULL, &error);
  g_assert_no_error (error);
  w->queue = beaver_db_get_queue (w->db, "q", &error);
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
wait_again (World *w, Thing thing)
{
  guint i = 0;

  while (i < w->waiting->len)
    {
      Thing *other = &g_array_index (w->waiting, Thing, i);

      if (other->priority > thing.priority ||
          (other->priority == thing.priority && other->number > thing.number))
        break;
      i++;
    }
  g_array_insert_val (w->waiting, i, thing);
}

static void
expect_front (World *w, const char *what, const char *value)
{
  agree (w, what, value != NULL ? g_ascii_strtoll (value, NULL, 10) : -1,
         w->waiting->len > 0 ? (gint64) g_array_index (w->waiting, Thing, 0).number : -1);
}

static void
lose (World *w, Thing thing)
{
  thing.attempts = 0;
  g_array_append_val (w->dead, thing);
}

static void
settle (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  guint i;
  Thing thing;

  if (w->claimed->len == 0)
    return;
  i = op->a % w->claimed->len;
  thing = g_array_index (w->claimed, Thing, i);
  if (op->kind == ACK)
    beaver_job_ack (w->jobs->pdata[i], NULL, &error);
  else if (op->kind == NACK)
    {
      beaver_job_nack (w->jobs->pdata[i], 0, "again", NULL, &error);
      if (thing.max_attempts > 0 && thing.attempts >= thing.max_attempts)
        lose (w, thing);
      else
        wait_again (w, thing);
    }
  else
    {
      beaver_job_bury (w->jobs->pdata[i], NULL, NULL, &error);
      lose (w, thing);
    }
  g_assert_no_error (error);
  g_array_remove_index (w->claimed, i);
  g_ptr_array_remove_index (w->jobs, i);
}

static void
step (World *w, const ModelOp *op)
{
  g_autoptr (GError) error = NULL;
  Thing thing = { .priority = op->a % 4, .number = w->last + 1 };
  g_autofree char *value = g_strdup_printf ("%u", thing.number);

  switch (op->kind)
    {
    case PUT:
    case PUT2:
    case PUT3:
      beaver_queue_put_json (w->queue, value, thing.priority, NULL, &error);
      w->last++;
      wait_again (w, thing);
      break;
    case PUT_JOB:
      thing.max_attempts = op->b % 3;
      beaver_queue_put_job_json (w->queue, value, thing.priority, 0, thing.max_attempts,
                                 op->c % 2 ? value : NULL, BEAVER_UNIQUE_POLICY_REPLACE, NULL,
                                 &error);
      w->last++;
      wait_again (w, thing);
      break;
    case POP:
    case PEEK:
      {
        g_autoptr (BeaverQueueItem) item = op->kind == POP ?
                                               beaver_queue_pop (w->queue, NULL, &error) :
                                               beaver_queue_peek (w->queue, NULL, &error);

        expect_front (w, kinds[op->kind], item != NULL ? beaver_queue_item_get_value (item) : NULL);
        if (op->kind == POP && w->waiting->len > 0)
          g_array_remove_index (w->waiting, 0);
        break;
      }
    case CLAIM:
    case CLAIM2:
      {
        g_autoptr (BeaverJob) job = beaver_queue_claim (w->queue, 3600, 0, NULL, &error);

        if (g_error_matches (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT))
          g_clear_error (&error);
        expect_front (w, "claim", job != NULL ? beaver_job_get_value (job) : NULL);
        if (job == NULL || w->complaint != NULL)
          break;
        thing = g_array_index (w->waiting, Thing, 0);
        thing.attempts++;
        agree (w, "attempts", beaver_job_get_attempts (job), thing.attempts);
        agree (w, "max_attempts", beaver_job_get_max_attempts (job), thing.max_attempts);
        g_array_remove_index (w->waiting, 0);
        g_array_append_val (w->claimed, thing);
        g_ptr_array_add (w->jobs, g_steal_pointer (&job));
        break;
      }
    case ACK:
    case NACK:
    case BURY:
      settle (w, op);
      break;
    case REQUEUE:
      if (op->a % 8 == 0)
        {
          agree (w, "requeue", beaver_queue_requeue_dead (w->queue, 0, NULL, &error), w->dead->len);
          for (guint i = 0; i < w->dead->len; i++)
            wait_again (w, g_array_index (w->dead, Thing, i));
          g_array_set_size (w->dead, 0);
        }
      break;
    case COUNT:
      agree (w, "waiting", beaver_manager_count (BEAVER_MANAGER (w->queue), NULL, &error),
             w->waiting->len);
      agree (w, "claimed",
             beaver_queue_count_jobs (w->queue, BEAVER_JOB_STATE_CLAIMED, NULL, &error),
             w->claimed->len);
      agree (w, "dead", beaver_queue_count_jobs (w->queue, BEAVER_JOB_STATE_DEAD, NULL, &error),
             w->dead->len);
      break;
    case RARE:
    default:
      if (op->b % 64 == 0 && w->jobs->len == 0)
        {
          world_close (w);
          world_open (w);
        }
      else if (op->b % 512 == 1)
        {
          agree (w, "clear", beaver_manager_clear (BEAVER_MANAGER (w->queue), NULL, &error),
                 w->waiting->len);
          g_array_set_size (w->waiting, 0);
        }
      else if (op->b % 64 == 2)
        {
          g_autoptr (BeaverCursor) cursor = beaver_queue_items (w->queue, &error);
          guint i = 0;

          for (BeaverQueueItem *item; (item = beaver_cursor_next (cursor, NULL, &error)) != NULL;
               i++)
            {
              if (i < w->waiting->len)
                agree (w, "an item", g_ascii_strtoll (beaver_queue_item_get_value (item), NULL, 10),
                       g_array_index (w->waiting, Thing, i).number);
              g_object_unref (item);
            }
          agree (w, "items", i, w->waiting->len);
        }
    }
  g_assert_no_error (error);
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  World w = { .path = path,
              .waiting = g_array_new (FALSE, FALSE, sizeof (Thing)),
              .claimed = g_array_new (FALSE, FALSE, sizeof (Thing)),
              .dead = g_array_new (FALSE, FALSE, sizeof (Thing)),
              .jobs = g_ptr_array_new_with_free_func (g_object_unref) };

  world_open (&w);
  for (*at = 0; *at < n && w.complaint == NULL; ++*at)
    step (&w, ops + *at);
  g_ptr_array_unref (w.jobs);
  world_close (&w);
  g_array_unref (w.waiting);
  g_array_unref (w.claimed);
  g_array_unref (w.dead);
  return w.complaint;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, 100000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  beaver_test_add_closed ("/queue/random/model", test_random);
  return g_test_run ();
}
