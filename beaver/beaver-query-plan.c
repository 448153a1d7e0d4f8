/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-query-plan-private.h>
#include <beaver/beaver-query-near-private.h>

/**
 * BeaverQueryPlan:
 *
 * How a query would be answered, see [method@Beaver.Manager.explain].
 *
 * Since: 1.0
 */
struct _BeaverQueryPlan
{
  GObject parent_instance;

  /* All constant after construction. */
  char **indexed;
  char **scanned;
  gint64 estimated_rows;
  char *text;
};

G_DEFINE_FINAL_TYPE (BeaverQueryPlan, beaver_query_plan, G_TYPE_OBJECT)

typedef enum
{
  PROP_INDEXED = 1,
  PROP_SCANNED,
  PROP_ESTIMATED_ROWS,
  PROP_TEXT,
} BeaverQueryPlanProperty;
static GParamSpec *props[PROP_TEXT + 1];

static void
beaver_query_plan_finalize (GObject *object)
{
  BeaverQueryPlan *self = BEAVER_QUERY_PLAN (object);

  g_strfreev (self->indexed);
  g_strfreev (self->scanned);
  g_free (self->text);
  G_OBJECT_CLASS (beaver_query_plan_parent_class)->finalize (object);
}

static void
beaver_query_plan_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverQueryPlan *self = BEAVER_QUERY_PLAN (object);

  switch ((BeaverQueryPlanProperty) prop_id)
    {
    case PROP_INDEXED:
      g_value_set_boxed (value, self->indexed);
      break;
    case PROP_SCANNED:
      g_value_set_boxed (value, self->scanned);
      break;
    case PROP_ESTIMATED_ROWS:
      g_value_set_int64 (value, self->estimated_rows);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_query_plan_class_init (BeaverQueryPlanClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_query_plan_finalize;
  object_class->get_property = beaver_query_plan_get_property;

  /**
   * BeaverQueryPlan:indexed: (getter get_indexed)
   *
   * The paths of the conditions that an index answers.
   *
   * Since: 1.0
   */
  props[PROP_INDEXED] = g_param_spec_boxed ("indexed", NULL, NULL, G_TYPE_STRV,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverQueryPlan:scanned: (getter get_scanned)
   *
   * The paths of the conditions for which values are read.
   *
   * Since: 1.0
   */
  props[PROP_SCANNED] = g_param_spec_boxed ("scanned", NULL, NULL, G_TYPE_STRV,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverQueryPlan:estimated-rows: (getter get_estimated_rows)
   *
   * How many items would be read at most.
   *
   * Since: 1.0
   */
  props[PROP_ESTIMATED_ROWS] = g_param_spec_int64 ("estimated-rows", NULL, NULL, -1, G_MAXINT64, 0,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverQueryPlan:text: (getter get_text)
   *
   * The plan in words, a line a step.
   *
   * Since: 1.0
   */
  props[PROP_TEXT] =
      g_param_spec_string ("text", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_query_plan_init (BeaverQueryPlan *self)
{
}

BeaverQueryPlan *
_beaver_query_plan_new_take (char **indexed, char **scanned, gint64 estimated_rows, char *text)
{
  BeaverQueryPlan *self = g_object_new (BEAVER_TYPE_QUERY_PLAN, NULL);

  self->indexed = indexed;
  self->scanned = scanned;
  self->estimated_rows = estimated_rows;
  self->text = text;
  return self;
}

/**
 * beaver_query_plan_get_indexed:
 * @self: a plan
 *
 * Gets the paths of the conditions that an index answers.
 *
 * Returns: (transfer none) (array zero-terminated=1): paths
 *
 * Since: 1.0
 */
const char *const *
beaver_query_plan_get_indexed (BeaverQueryPlan *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY_PLAN (self), NULL);

  return (const char *const *) self->indexed;
}

/**
 * beaver_query_plan_get_scanned:
 * @self: a plan
 *
 * Gets the paths of the conditions for which values are read.
 *
 * Returns: (transfer none) (array zero-terminated=1): paths
 *
 * Since: 1.0
 */
const char *const *
beaver_query_plan_get_scanned (BeaverQueryPlan *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY_PLAN (self), NULL);

  return (const char *const *) self->scanned;
}

/**
 * beaver_query_plan_get_estimated_rows:
 * @self: a plan
 *
 * Gets how many items would be read at most.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
gint64
beaver_query_plan_get_estimated_rows (BeaverQueryPlan *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY_PLAN (self), -1);

  return self->estimated_rows;
}

/**
 * beaver_query_plan_get_text:
 * @self: a plan
 *
 * Gets the plan in words, a line a step.
 *
 * Returns: (transfer none): lines of text
 *
 * Since: 1.0
 */
const char *
beaver_query_plan_get_text (BeaverQueryPlan *self)
{
  g_return_val_if_fail (BEAVER_IS_QUERY_PLAN (self), NULL);

  return self->text != NULL ? self->text : "";
}

/* chosen: the number of the condition that is looked up in its index; less than 0 for none. */
BeaverQueryPlan *
_beaver_field_index_plan (BeaverQuerySpec *spec, int chosen, gint64 number)
{
  g_autoptr (GPtrArray) indexed = g_ptr_array_new ();
  g_autoptr (GPtrArray) scanned = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  if (spec->text != NULL)
    g_string_append_printf (text, _ ("search the full-text index for “%s”\n"), spec->text);
  if (spec->fuzzy_text != NULL || (spec->text != NULL && spec->fuzziness > 0))
    g_string_append_printf (text, _ ("look up the trigrams of “%s”\n"),
                            spec->fuzzy_text != NULL ? spec->fuzzy_text : spec->text);
  if (chosen >= 0)
    g_string_append_printf (
        text, _ ("look up “%s” in its index: up to %" PRId64 " items\n"),
        _beaver_path_get_text (
            ((BeaverFilter *) g_ptr_array_index (spec->filters, (guint) chosen))->path),
        number);
  else if (!_beaver_query_spec_has_words (spec) && spec->near == NULL)
    g_string_append_printf (text, _ ("read all %" PRId64 " items\n"), number);
  if (spec->near != NULL)
    g_string_append_printf (text, _ ("find the %u nearest that fit in the vectors “%s”\n"),
                            spec->near->op->search->k, spec->near->op->shared->core->name);
  for (guint i = 0; i < spec->filters->len; i++)
    {
      BeaverFilter *filter = g_ptr_array_index (spec->filters, i);
      const char *path = _beaver_path_get_text (filter->path);

      if ((int) i != chosen)
        g_string_append_printf (text, _ ("compare “%s” in each\n"), path);
      g_ptr_array_add ((int) i == chosen ? indexed : scanned, g_strdup (path));
    }
  if (spec->near != NULL && _beaver_query_spec_has_words (spec))
    g_string_append_printf (text,
                            _ ("fuse both results by reciprocal rank, vectors with weight %g\n"),
                            spec->near->weight);
  for (guint i = 0; i < spec->sorts->len; i++)
    g_string_append_printf (
        text, _ ("sort by “%s”\n"),
        _beaver_path_get_text (((BeaverQuerySort *) g_ptr_array_index (spec->sorts, i))->path));
  if (text->len > 0)
    g_string_truncate (text, text->len - 1);
  g_ptr_array_add (indexed, NULL);
  g_ptr_array_add (scanned, NULL);
  return _beaver_query_plan_new_take (
      (char **) g_ptr_array_free (g_steal_pointer (&indexed), FALSE),
      (char **) g_ptr_array_free (g_steal_pointer (&scanned), FALSE), number,
      g_string_free (g_steal_pointer (&text), FALSE));
}
