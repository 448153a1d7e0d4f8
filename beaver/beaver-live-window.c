/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-live-private.h>
#include <beaver/engine/beaver-json-private.h>

/**
 * BeaverLiveWindow:
 *
 * The entries of a log within a span of time, as [method@Beaver.Log.live] hands them to an
 * aggregator.
 *
 * It holds what was logged after [property@Beaver.LiveWindow:start] and not after
 * [property@Beaver.LiveWindow:end], entries that came late or were back-dated included. A window
 * never changes and may be kept.
 *
 * Since: 1.0
 */
struct _BeaverLiveWindow
{
  GObject parent_instance;

  BeaverLiveSnapshot *snapshot; /* constant; NULL in one that was made by hand */
};

G_DEFINE_FINAL_TYPE (BeaverLiveWindow, beaver_live_window, G_TYPE_OBJECT)

typedef enum
{
  PROP_START = 1,
  PROP_END,
  PROP_N_ENTRIES,
  PROP_N_LATE,
} BeaverLiveWindowProperty;
static GParamSpec *props[PROP_N_LATE + 1];

static void
beaver_live_window_finalize (GObject *object)
{
  BeaverLiveWindow *self = BEAVER_LIVE_WINDOW (object);

  g_clear_pointer (&self->snapshot, _beaver_live_snapshot_unref);
  G_OBJECT_CLASS (beaver_live_window_parent_class)->finalize (object);
}

static void
beaver_live_window_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverLiveWindow *self = BEAVER_LIVE_WINDOW (object);

  switch ((BeaverLiveWindowProperty) prop_id)
    {
    case PROP_START:
      g_value_set_double (value, beaver_live_window_get_start (self));
      break;
    case PROP_END:
      g_value_set_double (value, beaver_live_window_get_end (self));
      break;
    case PROP_N_ENTRIES:
      g_value_set_uint (value, beaver_live_window_get_n_entries (self));
      break;
    case PROP_N_LATE:
      g_value_set_uint (value, beaver_live_window_get_n_late (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_live_window_class_init (BeaverLiveWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_live_window_finalize;
  object_class->get_property = beaver_live_window_get_property;

  /**
   * BeaverLiveWindow:start: (getter get_start)
   *
   * Where the window begins, in seconds since the epoch; this moment itself is outside.
   *
   * Since: 1.0
   */
  props[PROP_START] = g_param_spec_double ("start", NULL, NULL, -INFINITY, INFINITY, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveWindow:end: (getter get_end)
   *
   * When the window was taken, in seconds since the epoch; this moment itself is inside.
   *
   * Since: 1.0
   */
  props[PROP_END] = g_param_spec_double ("end", NULL, NULL, -INFINITY, INFINITY, 0,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveWindow:n-entries: (getter get_n_entries)
   *
   * How many entries the window holds.
   *
   * Since: 1.0
   */
  props[PROP_N_ENTRIES] = g_param_spec_uint ("n-entries", NULL, NULL, 0, G_MAXUINT, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverLiveWindow:n-late: (getter get_n_late)
   *
   * How many of the entries are new and yet not younger than the window before.
   *
   * Since: 1.0
   */
  props[PROP_N_LATE] = g_param_spec_uint ("n-late", NULL, NULL, 0, G_MAXUINT, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_live_window_init (BeaverLiveWindow *self)
{
}

BeaverLiveWindow *
_beaver_live_window_new_take (BeaverLiveSnapshot *snapshot)
{
  BeaverLiveWindow *self = g_object_new (BEAVER_TYPE_LIVE_WINDOW, NULL);

  self->snapshot = snapshot;
  return self;
}

/**
 * beaver_live_window_get_start:
 * @self: a window
 *
 * Gets where the window begins.
 *
 * Returns: seconds since the epoch; -infinity for a window without beginning
 *
 * Since: 1.0
 */
double
beaver_live_window_get_start (BeaverLiveWindow *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), NAN);

  return self->snapshot != NULL ? self->snapshot->start : 0;
}

/**
 * beaver_live_window_get_end:
 * @self: a window
 *
 * Gets when the window was taken.
 *
 * Returns: seconds since the epoch
 *
 * Since: 1.0
 */
double
beaver_live_window_get_end (BeaverLiveWindow *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), NAN);

  return self->snapshot != NULL ? self->snapshot->end : 0;
}

/**
 * beaver_live_window_get_n_entries:
 * @self: a window
 *
 * Gets how many entries the window holds.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
beaver_live_window_get_n_entries (BeaverLiveWindow *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), 0);

  return self->snapshot != NULL ? self->snapshot->rows->len : 0;
}

/**
 * beaver_live_window_get_n_late:
 * @self: a window
 *
 * Gets how many entries came late.
 *
 * These are entries that the window before should have held but could not, because they were
 * written later: back-dated ones, and ones whose transaction took its time. It is 0 for the first
 * window and for one after the log was cleared or pruned.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
beaver_live_window_get_n_late (BeaverLiveWindow *self)
{
  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), 0);

  return self->snapshot != NULL ? self->snapshot->n_late : 0;
}

/**
 * beaver_live_window_get_entries:
 * @self: a window
 *
 * Gets the entries, oldest first.
 *
 * The array and the entries are made for each call.
 *
 * Returns: (transfer container) (element-type BeaverLogEntry): the entries
 *
 * Since: 1.0
 */
GPtrArray *
beaver_live_window_get_entries (BeaverLiveWindow *self)
{
  GPtrArray *entries;
  guint n;

  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), NULL);

  n = beaver_live_window_get_n_entries (self);
  entries = g_ptr_array_new_full (n, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      BeaverLiveRow *row = g_ptr_array_index (self->snapshot->rows, i);

      g_ptr_array_add (
          entries, _beaver_log_entry_new_take (row->timestamp, g_ref_string_acquire (row->data)));
    }
  return entries;
}

/**
 * beaver_live_window_to_json:
 * @self: a window
 * @error: return location for an error
 *
 * Gets the data of all entries as one JSON array, oldest first.
 *
 * An entry that is no JSON, which only another program can have written, is %BEAVER_ERROR_CORRUPT.
 *
 * Returns: (transfer full): JSON text, or %NULL with @error set
 *
 * Since: 1.0
 */
char *
beaver_live_window_to_json (BeaverLiveWindow *self, GError **error)
{
  g_autoptr (GString) json = g_string_new ("[");
  guint n;

  g_return_val_if_fail (BEAVER_IS_LIVE_WINDOW (self), NULL);

  n = beaver_live_window_get_n_entries (self);
  for (guint i = 0; i < n; i++)
    {
      BeaverLiveRow *row = g_ptr_array_index (self->snapshot->rows, i);

      if (!_beaver_live_row_is_json (row))
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
                       "the entry of %.17g is not JSON; remove it or write it again",
                       row->timestamp);
          return NULL;
        }
      if (i > 0)
        g_string_append (json, ", ");
      g_string_append_len (json, row->data, (gssize) g_ref_string_length (row->data));
    }
  g_string_append_c (json, ']');
  return g_strndup (json->str, json->len);
}
