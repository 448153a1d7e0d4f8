/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a structure and on a simple model of it, which have to agree. All
 * operations are made before the first runs, so a failing sequence can be run again in parts: it is
 * cut down to a short one, which is printed. Repeat with --seed; BEAVER_TEST_ROUNDS makes it longer
 * or shorter. */
#pragma once

#include "beaver-test-sqlite.h"

typedef struct
{
  guint kind;
  guint32 a, b, c; /* any numbers: what they mean is up to the kind */
} ModelOp;

/* What an operation does is a matter of its numbers only, so leaving out others changes nothing. */
static inline GRand *
model_rand_new (const ModelOp *op)
{
  guint32 seed[] = { op->a, op->b, op->c };

  return g_rand_new_with_seed_array (seed, G_N_ELEMENTS (seed));
}

/* Runs the operations on a new database at path. Answers what disagreed, after *at operations
 * (transfer full), or NULL. */
typedef char *(*ModelRun) (const char *path, const ModelOp *ops, guint n, guint *at);

static inline char *
model_run (Fixture *f, ModelRun run, const ModelOp *ops, guint n, guint *at)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *path = g_build_filename (f->dir, "model.db", NULL);
  char *complaint = run (path, ops, n, at);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_remove (file);
    }
  return complaint;
}

/* Leaves out whatever can be left out, as long as something still disagrees. */
static inline GArray *
model_shrink (Fixture *f, ModelRun run, const ModelOp *ops, guint n)
{
  GArray *left = g_array_new (FALSE, FALSE, sizeof (ModelOp));
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  g_array_append_vals (left, ops, n);
  for (guint chunk = MAX (n / 2, 1); chunk > 0; chunk /= 2)
    {
      guint from = 0;

      while (from < left->len && g_get_monotonic_time () < end)
        {
          g_autoptr (GArray) fewer = g_array_new (FALSE, FALSE, sizeof (ModelOp));
          guint skip = MIN (chunk, left->len - from);
          g_autofree char *complaint = NULL;
          guint at = 0;

          g_array_append_vals (fewer, left->data, from);
          g_array_append_vals (fewer, (ModelOp *) (void *) left->data + from + skip,
                               left->len - from - skip);
          complaint = model_run (f, run, (ModelOp *) (void *) fewer->data, fewer->len, &at);
          if (complaint == NULL)
            {
              from += chunk;
              continue;
            }
          g_array_set_size (left, 0);
          g_array_append_vals (left, fewer->data, MIN (at + 1, fewer->len));
        }
    }
  return left;
}

/* A kind by chance; weights say how often each comes, NULL: all the same. */
static inline guint
model_kind (const guint *weights, guint n_kinds)
{
  gint32 total = 0, drawn;
  guint kind = 0;

  if (weights == NULL)
    return (guint) g_test_rand_int_range (0, (gint32) n_kinds);
  for (guint i = 0; i < n_kinds; i++)
    total += (gint32) weights[i];
  drawn = g_test_rand_int_range (0, total);
  while (drawn >= (gint32) weights[kind])
    drawn -= (gint32) weights[kind++];
  return kind;
}

static inline void
model_test_weighted (Fixture *f,
                     ModelRun run,
                     const char *const *kinds,
                     const guint *weights,
                     guint n_kinds,
                     guint normal)
{
  guint n = beaver_test_rounds (normal);
  g_autofree ModelOp *ops = g_new (ModelOp, n);
  g_autofree char *complaint = NULL;
  g_autoptr (GArray) few = NULL;
  guint at = 0;

  for (guint i = 0; i < n; i++)
    {
      ops[i].kind = model_kind (weights, n_kinds);
      ops[i].a = (guint32) g_test_rand_int ();
      ops[i].b = (guint32) g_test_rand_int ();
      ops[i].c = (guint32) g_test_rand_int ();
    }
  complaint = model_run (f, run, ops, n, &at);
  if (complaint == NULL)
    return;

  g_test_message ("operation %u of %u: %s", at, n, complaint);
  few = model_shrink (f, run, ops, MIN (at + 1, n));
  for (guint i = 0; i < few->len; i++)
    {
      ModelOp *op = &g_array_index (few, ModelOp, i);

      g_test_message ("%s %u %u %u", kinds[op->kind], op->a, op->b, op->c);
    }
  g_error ("%s", complaint);
}

static inline void
model_test (Fixture *f, ModelRun run, const char *const *kinds, guint n_kinds, guint normal)
{
  model_test_weighted (f, run, kinds, NULL, n_kinds, normal);
}
