/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-close-report-private.h>
#include <beaver/beaver-site-private.h>

/**
 * BeaverCloseReport:
 *
 * What closing a database ended: see [method@Beaver.Db.close_full].
 *
 * Immutable; may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverCloseReport
{
  GObject parent_instance;

  BeaverEngineCloseStats stats;
  char **referenced;
  char **sites; /* of each of them, "" where it is not known */
};

G_DEFINE_FINAL_TYPE (BeaverCloseReport, beaver_close_report, G_TYPE_OBJECT)

typedef enum
{
  PROP_DURATION = 1,
  PROP_CONNECTIONS_CLOSED,
  PROP_THREADS_JOINED,
  PROP_OPERATIONS_INTERRUPTED,
  PROP_REFERENCED,
  PROP_SITES,
} BeaverCloseReportProperty;
static GParamSpec *props[PROP_SITES + 1];

static void
beaver_close_report_finalize (GObject *object)
{
  BeaverCloseReport *self = BEAVER_CLOSE_REPORT (object);

  g_strfreev (self->referenced);
  g_strfreev (self->sites);
  G_OBJECT_CLASS (beaver_close_report_parent_class)->finalize (object);
}

static void
beaver_close_report_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverCloseReport *self = BEAVER_CLOSE_REPORT (object);

  switch ((BeaverCloseReportProperty) prop_id)
    {
    case PROP_DURATION:
      g_value_set_double (value, beaver_close_report_get_duration (self));
      break;
    case PROP_CONNECTIONS_CLOSED:
      g_value_set_uint (value, self->stats.connections_closed);
      break;
    case PROP_THREADS_JOINED:
      g_value_set_uint (value, self->stats.threads_joined);
      break;
    case PROP_OPERATIONS_INTERRUPTED:
      g_value_set_uint (value, self->stats.operations_interrupted);
      break;
    case PROP_REFERENCED:
      g_value_set_boxed (value, self->referenced);
      break;
    case PROP_SITES:
      g_value_set_boxed (value, self->sites);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_close_report_class_init (BeaverCloseReportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = beaver_close_report_finalize;
  object_class->get_property = beaver_close_report_get_property;

  /**
   * BeaverCloseReport:duration: (getter get_duration)
   *
   * How long closing took, in seconds.
   *
   * Since: 1.0
   */
  props[PROP_DURATION] = g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  /**
   * BeaverCloseReport:connections-closed: (getter get_connections_closed)
   *
   * How many SQLite connections were closed, of all threads.
   *
   * Since: 1.0
   */
  props[PROP_CONNECTIONS_CLOSED] =
      g_param_spec_uint ("connections-closed", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * BeaverCloseReport:threads-joined: (getter get_threads_joined)
   *
   * How many background threads were stopped.
   *
   * Since: 1.0
   */
  props[PROP_THREADS_JOINED] =
      g_param_spec_uint ("threads-joined", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * BeaverCloseReport:operations-interrupted: (getter get_operations_interrupted)
   *
   * How many calls of other threads were under way and answered %BEAVER_ERROR_CLOSED.
   *
   * Since: 1.0
   */
  props[PROP_OPERATIONS_INTERRUPTED] =
      g_param_spec_uint ("operations-interrupted", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * BeaverCloseReport:referenced: (getter get_referenced)
   *
   * What the program still held when the database was closed, as `kind name`. That is no error:
   * these objects answer %BEAVER_ERROR_CLOSED from now on.
   *
   * Since: 1.0
   */
  props[PROP_REFERENCED] = g_param_spec_boxed ("referenced", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * BeaverCloseReport:sites: (getter get_sites)
   *
   * Where the program made each of what it still held, if the library was built to know that.
   *
   * Since: 1.0
   */
  props[PROP_SITES] = g_param_spec_boxed ("sites", NULL, NULL, G_TYPE_STRV, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_close_report_init (BeaverCloseReport *self)
{
  self->referenced = g_new0 (char *, 1);
  self->sites = g_new0 (char *, 1);
}

BeaverCloseReport *
_beaver_close_report_new (const BeaverEngineCloseStats *stats, GPtrArray *referenced)
{
  BeaverCloseReport *self = g_object_new (BEAVER_TYPE_CLOSE_REPORT, NULL);

  self->stats = *stats;
  self->referenced = g_renew (char *, self->referenced, referenced->len + 1);
  self->sites = g_renew (char *, self->sites, referenced->len + 1);
  for (guint i = 0; i < referenced->len; i++)
    {
      const BeaverReferenced *one = g_ptr_array_index (referenced, i);

      self->referenced[i] = g_strdup (one->text);
      self->sites[i] = g_strdup (one->site != NULL ? one->site : "");
    }
  self->referenced[referenced->len] = NULL;
  self->sites[referenced->len] = NULL;
  return self;
}

/**
 * beaver_close_report_get_duration: (get-property duration)
 * @self: a report
 *
 * Gets how long closing took.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
beaver_close_report_get_duration (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), 0);
  return (double) self->stats.duration_us / G_USEC_PER_SEC;
}

/**
 * beaver_close_report_get_connections_closed: (get-property connections-closed)
 * @self: a report
 *
 * Gets how many SQLite connections were closed, of all threads.
 *
 * Returns: the number of connections
 *
 * Since: 1.0
 */
guint
beaver_close_report_get_connections_closed (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), 0);
  return self->stats.connections_closed;
}

/**
 * beaver_close_report_get_threads_joined: (get-property threads-joined)
 * @self: a report
 *
 * Gets how many background threads were stopped.
 *
 * Returns: the number of threads
 *
 * Since: 1.0
 */
guint
beaver_close_report_get_threads_joined (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), 0);
  return self->stats.threads_joined;
}

/**
 * beaver_close_report_get_operations_interrupted: (get-property operations-interrupted)
 * @self: a report
 *
 * Gets how many calls of other threads were under way and answered %BEAVER_ERROR_CLOSED.
 *
 * Returns: the number of calls
 *
 * Since: 1.0
 */
guint
beaver_close_report_get_operations_interrupted (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), 0);
  return self->stats.operations_interrupted;
}

/**
 * beaver_close_report_get_referenced: (get-property referenced)
 * @self: a report
 *
 * Gets what the program still held when the database was closed.
 *
 * Returns: (transfer none) (array zero-terminated=1): texts like `dict settings`
 *
 * Since: 1.0
 */
const char *const *
beaver_close_report_get_referenced (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), NULL);
  return (const char *const *) self->referenced;
}

/**
 * beaver_close_report_get_sites: (get-property sites)
 * @self: a report
 *
 * Gets where the program made each of what [method@Beaver.CloseReport.get_referenced] lists, in the
 * same order.
 *
 * Only a library that was built for debugging (Meson's option `debug`) knows that. A text names the
 * innermost calls of the program, as `program+0x12ab < program+0x34cd`, which
 * `addr2line -e program 0x12ab` turns into a file and a line. It is empty where nothing is known.
 *
 * Returns: (transfer none) (array zero-terminated=1): as many texts as there are objects
 *
 * Since: 1.0
 */
const char *const *
beaver_close_report_get_sites (BeaverCloseReport *self)
{
  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), NULL);
  return (const char *const *) self->sites;
}

/**
 * beaver_close_report_to_string:
 * @self: a report
 *
 * Says the report in one line, for a person.
 *
 * Returns: (transfer full): a line of text without the end of line
 *
 * Since: 1.0
 */
char *
beaver_close_report_to_string (BeaverCloseReport *self)
{
  g_autoptr (GString) referenced = g_string_new (NULL);

  g_return_val_if_fail (BEAVER_IS_CLOSE_REPORT (self), NULL);
  for (guint i = 0; self->referenced[i] != NULL; i++)
    {
      g_string_append_printf (referenced, "%s%s", i > 0 ? ", " : "", self->referenced[i]);
      if (*self->sites[i] != '\0')
        g_string_append_printf (referenced, " (%s)", self->sites[i]);
    }
  return g_strdup_printf (_ ("closed in %.1f ms: %u connections closed, %u threads joined, %u "
                             "operations interrupted%s%s"),
                          beaver_close_report_get_duration (self) * 1000,
                          self->stats.connections_closed, self->stats.threads_joined,
                          self->stats.operations_interrupted,
                          referenced->len > 0 ? _ ("; still referenced: ") : "", referenced->str);
}
