/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <beaver/beaver-check.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-long-op-private.h>
#include <beaver/engine/beaver-cache-private.h>
#include <beaver/engine/beaver-sketch-bits-private.h>

/* A log that is longer than this is not shortened, because somebody reads for long. */
#define LONG_WAL (256 * 1024 * 1024)

/* Fewer rows than entries that have the field; a name with a quote in it cannot be asked for. */
#define INCOMPLETE                                                                                 \
  "m.kind = 'log' AND m.complete = 1 AND m.field NOT LIKE '%\"%' AND"                              \
  " (SELECT COUNT(*) FROM __beaver_logs__ AS l WHERE l.log_name = m.name AND CASE"                 \
  " WHEN json_valid(l.data) THEN json_type(l.data, '$.\"' || REPLACE(m.field, '.', '\".\"')"       \
  " || '\"') IS NOT NULL ELSE 0 END) > (SELECT COUNT(*) FROM __beaver_field_index__ AS i"          \
  " WHERE i.kind = m.kind AND i.name = m.name AND i.field = m.field)"

/* A dict with field indexes forgets its expired entries by itself, and their rows in the indexes.
 */
#define UNINDEXED                                                                                  \
  "dict_name NOT IN (SELECT name FROM __beaver_field_index_manifest__ WHERE kind = 'dict')"

/* What can be counted, and, when that is safe, undone: $1 is now. A statement without rows to
 * change changes nothing, so all fixes may run at any time. */
static const struct
{
  const char *code;
  BeaverCheckSeverity severity;
  const char *table; /* has to be there; NULL: always is */
  const char *count;
  const char *text; /* behind their number */
  const char *fix;
} counts[] = {
  { "orphan-fts", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_fts_index__ AS f WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_documents__ AS d WHERE d.collection = f.collection AND d.item_id = f.item_id)",
    N_ ("rows of the full-text index belong to no document"),
    "DELETE FROM __beaver_fts_index__ WHERE rowid IN (SELECT f.rowid FROM __beaver_fts_index__ AS f"
    " WHERE NOT EXISTS (SELECT 1 FROM __beaver_documents__ AS d"
    " WHERE d.collection = f.collection AND d.item_id = f.item_id))" },
  { "orphan-trigrams", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_trigrams__ AS t WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_documents__ AS d WHERE d.collection = t.collection AND d.item_id = t.item_id)",
    N_ ("trigrams belong to no document"),
    "DELETE FROM __beaver_trigrams__ WHERE NOT EXISTS (SELECT 1 FROM __beaver_documents__ AS d"
    " WHERE d.collection = __beaver_trigrams__.collection"
    " AND d.item_id = __beaver_trigrams__.item_id)" },
  { "orphan-lsh", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_lsh_index__ AS l WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_vectors__ AS v WHERE v.collection = l.collection AND v.item_id = l.item_id)",
    N_ ("rows of the vector index belong to no vector"),
    "DELETE FROM __beaver_lsh_index__ WHERE NOT EXISTS (SELECT 1 FROM __beaver_vectors__ AS v"
    " WHERE v.collection = __beaver_lsh_index__.collection"
    " AND v.item_id = __beaver_lsh_index__.item_id)" },
  { "orphan-fields", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_field_index__ AS i WHERE i.kind = 'log' AND NOT EXISTS"
    " (SELECT 1 FROM __beaver_logs__ AS l WHERE l.log_name = i.name"
    " AND l.timestamp = CAST(i.item_key AS REAL))",
    N_ ("rows of field indexes belong to no entry of a log"),
    "DELETE FROM __beaver_field_index__ WHERE kind = 'log' AND NOT EXISTS"
    " (SELECT 1 FROM __beaver_logs__ AS l WHERE l.log_name = __beaver_field_index__.name"
    " AND l.timestamp = CAST(__beaver_field_index__.item_key AS REAL))" },
  { "incomplete-index", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_field_index_manifest__ AS m WHERE " INCOMPLETE,
    N_ ("field indexes say that they are complete and are not, so that queries miss entries; "
        "declare them again"),
    "UPDATE __beaver_field_index_manifest__ AS m SET complete = 0 WHERE " INCOMPLETE },
  { "unindexed-vectors", BEAVER_CHECK_SEVERITY_NOTE, NULL,
    "SELECT COUNT(*) FROM __beaver_vectors__ AS v WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_lsh_index__ AS l WHERE l.collection = v.collection AND l.item_id = v.item_id)",
    N_ ("vectors are in no bucket, so that Python's approximate search does not find them; set "
        "them again"),
    NULL },
  { "stale-locks", BEAVER_CHECK_SEVERITY_NOTE, NULL,
    "SELECT COUNT(*) FROM __beaver_lock_waiters__ WHERE expires_at < $1",
    N_ ("rows of locks belong to holders and waiters that are gone"),
    "DELETE FROM __beaver_lock_waiters__ WHERE expires_at < $1" },
  { "expired-entries", BEAVER_CHECK_SEVERITY_NOTE, NULL,
    "SELECT COUNT(*) FROM __beaver_dicts__ WHERE expires_at < $1 AND " UNINDEXED,
    N_ ("entries of dicts have expired and take up room"),
    "DELETE FROM __beaver_dicts__ WHERE expires_at < $1 AND " UNINDEXED },
  { "long-list-keys", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_lists__ WHERE LENGTH(item_order) > 800",
    N_ ("items of lists have order keys so long that Python will soon fail to add to them; "
        "dump those lists and load them again"),
    NULL },
  { "bad-list-keys", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_lists__ WHERE item_order = '' OR item_order LIKE '%0'",
    N_ ("items of lists have order keys that end in 0, beside which Python puts items on the "
        "wrong side; dump those lists and load them again"),
    NULL },
  { "future-messages", BEAVER_CHECK_SEVERITY_WARNING, NULL,
    "SELECT COUNT(*) FROM __beaver_pubsub_log__ WHERE timestamp > $1 + 3600",
    N_ ("messages of channels have stamps more than an hour ahead; all that is published until "
        "then gets stamps behind them"),
    NULL },
  { "left-rotation", BEAVER_CHECK_SEVERITY_NOTE, "__beaver_x_secret_rotation__",
    "SELECT COUNT(*) FROM __beaver_x_secret_rotation__ AS r WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_x_secret_rotations__ AS h WHERE h.dict_name = r.dict_name)",
    N_ ("values were left behind by a change of a secret that is over"),
    "DELETE FROM __beaver_x_secret_rotation__ WHERE NOT EXISTS (SELECT 1"
    " FROM __beaver_x_secret_rotations__ AS h"
    " WHERE h.dict_name = __beaver_x_secret_rotation__.dict_name)" },
  { "unfinished-rotation", BEAVER_CHECK_SEVERITY_NOTE, "__beaver_x_secret_rotations__",
    "SELECT COUNT(*) FROM __beaver_x_secret_rotations__",
    N_ ("changes of secrets were interrupted; the old secrets are valid until they are done"),
    NULL },
};

static const char SQL_INTEGRITY[] = "PRAGMA integrity_check(20)";
static const char SQL_SKETCHES[] =
    "SELECT name, capacity, error_rate, LENGTH(data) FROM __beaver_sketches__";
static const char SQL_RELEASE[] = "SELECT sqlite_version()";

/**
 * BeaverCheckFinding:
 *
 * One thing that [method@Beaver.Db.check] found.
 *
 * Immutable; may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverCheckFinding
{
  GObject parent_instance;

  const char *code;
  BeaverCheckSeverity severity;
  char *text;
  gboolean fixed;
};

G_DEFINE_FINAL_TYPE (BeaverCheckFinding, beaver_check_finding, G_TYPE_OBJECT)

static void
beaver_check_finding_finalize (GObject *object)
{
  g_free (BEAVER_CHECK_FINDING (object)->text);
  G_OBJECT_CLASS (beaver_check_finding_parent_class)->finalize (object);
}

static void
beaver_check_finding_class_init (BeaverCheckFindingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_check_finding_finalize;
}

static void
beaver_check_finding_init (BeaverCheckFinding *self)
{
}

typedef struct
{
  BeaverEngine *engine;
  gboolean fix;
  guint i; /* of counts */
  gint64 number;
  GPtrArray *findings; /* (element-type BeaverCheckFinding) */
} Check;

static void
check_free (gpointer pointer)
{
  Check *self = pointer;

  g_clear_pointer (&self->findings, g_ptr_array_unref);
  _beaver_engine_unref (self->engine);
  g_free (self);
}

static void
found (Check *self, const char *code, BeaverCheckSeverity severity, char *text, gboolean fixed)
{
  BeaverCheckFinding *finding = g_object_new (BEAVER_TYPE_CHECK_FINDING, NULL);

  finding->code = code;
  finding->severity = severity;
  finding->text = text;
  finding->fixed = fixed;
  g_ptr_array_add (self->findings, finding);
}

static double
wall_clock (void)
{
  return (double) g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
integrity_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Check *self = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_INTEGRITY, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      g_autofree char *text = _beaver_statement_dup_text (statement, 0);

      if (g_strcmp0 (text, "ok") != 0)
        found (self, "integrity", BEAVER_CHECK_SEVERITY_ERROR,
               g_strdup_printf (_ ("the file is damaged: %s; restore a backup"), text), FALSE);
    }
  return step == BEAVER_STEP_DONE;
}

static gboolean
sketch_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Check *self = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_SKETCHES, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      BeaverSketchShape shape;

      if (!_beaver_sketch_shape_init (&shape, _beaver_statement_int (statement, 1),
                                      _beaver_statement_double (statement, 2), NULL) ||
          (gint64) shape.size != _beaver_statement_int (statement, 3))
        found (self, "sketch-size", BEAVER_CHECK_SEVERITY_ERROR,
               g_strdup_printf (_ ("sketch “%s” has not the size that its capacity and error rate "
                                   "ask for; clear it and add its items again"),
                                _beaver_statement_text (statement, 0, NULL)),
               FALSE);
    }
  return step == BEAVER_STEP_DONE;
}

static gboolean
release_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Check *self = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_RELEASE, error);
  g_auto (GStrv) parts = NULL;
  gint64 number = 0;

  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  parts = g_strsplit (_beaver_statement_text (statement, 0, NULL), ".", 4);
  for (guint i = 0; i < 3 && parts[i] != NULL; i++)
    number = number * 1000 + g_ascii_strtoll (parts[i], NULL, 10);
  if (number < 3051003)
    found (
        self, "sqlite-release", BEAVER_CHECK_SEVERITY_NOTE,
        g_strdup_printf (_ ("SQLite %s can lose a commit when several processes write in WAL mode;"
                            " this library keeps out of its way, other programs may not: 3.51.3 "
                            "is safe"),
                         _beaver_statement_text (statement, 0, NULL)),
        FALSE);
  return TRUE;
}

static gboolean
count_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Check *self = data;
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists = TRUE;

  self->number = 0;
  if (counts[self->i].table != NULL &&
      !_beaver_connection_has_table (connection, counts[self->i].table, &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  statement = _beaver_connection_prepare (connection, counts[self->i].count, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_double (statement, 1, wall_clock ());
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  self->number = _beaver_statement_int (statement, 0);
  return TRUE;
}

static gboolean
fix_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Check *self = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, counts[self->i].fix, error);

  if (statement == NULL)
    return FALSE;
  /* what others remember of the file may be changed by this */
  _beaver_connection_end_epoch (connection);
  _beaver_statement_bind_double (statement, 1, wall_clock ());
  return _beaver_statement_run (statement, error);
}

static void
check_wal (Check *self)
{
  g_autofree char *wal = g_strconcat (_beaver_engine_get_file (self->engine), "-wal", NULL);
  GStatBuf status;

  if (!_beaver_engine_is_memory (self->engine) && g_stat (wal, &status) == 0 &&
      status.st_size > LONG_WAL)
    {
      g_autofree char *size = g_format_size ((guint64) status.st_size);

      found (self, "long-log", BEAVER_CHECK_SEVERITY_WARNING,
             g_strdup_printf (_ ("the log beside the file has grown to %s: some program reads, or "
                                 "has a transaction open, for very long"),
                              size),
             FALSE);
    }
}

static gboolean
check_run (BeaverLongOp *op, gpointer data, GError **error)
{
  Check *self = data;
  gboolean damaged;

  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, integrity_work, self, error))
    return FALSE;
  damaged = self->findings->len > 0;
  for (self->i = 0; self->i < G_N_ELEMENTS (counts); self->i++)
    {
      g_autofree char *number = NULL;
      gboolean fixed = FALSE;

      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, count_work, self, error))
        return FALSE;
      if (self->number == 0)
        continue;
      /* nothing is written into a damaged file */
      if (self->fix && !damaged && counts[self->i].fix != NULL)
        {
          if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, fix_work, self, error))
            return FALSE;
          fixed = TRUE;
        }
      number = g_strdup_printf ("%" G_GINT64_FORMAT, self->number);
      found (self, counts[self->i].code, counts[self->i].severity,
             g_strdup_printf ("%s %s", number, _ (counts[self->i].text)), fixed);
    }
  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, sketch_work, self, error) ||
      !_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, release_work, self, error))
    return FALSE;
  check_wal (self);
  return TRUE;
}

static Check *
check_new (BeaverDb *db, gboolean fix, GError **error)
{
  BeaverEngine *engine = _beaver_db_ref_engine (db, error);
  Check *self;

  if (engine == NULL)
    return NULL;
  self = g_new0 (Check, 1);
  self->engine = engine;
  self->fix = fix;
  self->findings = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

/**
 * beaver_db_check:
 * @self: a database
 * @fix: whether to put right what can be without losing anything
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Looks through the whole file for damage and for what went wrong: rows of indexes without an
 * owner, indexes that miss something, locks of the dead, sketches of a wrong size, order keys that
 * Python stumbles over, a log that grows, a risky SQLite.
 *
 * Reads everything, which takes its time; others go on meanwhile. What is fixed are rows that
 * nobody can see, and indexes that claim too much. A damaged file is never written to.
 *
 * Returns: (transfer container) (element-type BeaverCheckFinding): what was found, possibly
 * nothing; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_db_check (BeaverDb *self, gboolean fix, GCancellable *cancellable, GError **error)
{
  GPtrArray *findings = NULL;
  Check *check;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  check = check_new (self, fix, error);
  if (check == NULL)
    return NULL;
  if (_beaver_long_op_run (check->engine, check_run, check, NULL, NULL, cancellable, error))
    findings = g_steal_pointer (&check->findings);
  check_free (check);
  return findings;
}

static void
check_finish (GTask *task, gpointer data)
{
  Check *self = data;

  g_task_return_pointer (task, g_steal_pointer (&self->findings),
                         (GDestroyNotify) g_ptr_array_unref);
}

/**
 * beaver_db_check_async:
 * @self: a database
 * @fix: whether to put right what can be without losing anything
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.check].
 *
 * Since: 1.0
 */
void
beaver_db_check_async (BeaverDb *self,
                       gboolean fix,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  Check *check;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_check_async);
  check = check_new (self, fix, &error);
  if (check == NULL)
    g_task_return_error (task, error);
  else
    _beaver_long_op_start (check->engine, check_run, check, check_free, NULL, NULL, NULL, task,
                           check_finish);
}

/**
 * beaver_db_check_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.check_async].
 *
 * Returns: (transfer container) (element-type BeaverCheckFinding): what was found; %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_db_check_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_check_finding_get_code:
 * @self: a finding
 *
 * Gets a short name that stays the same in all languages, such as `orphan-fts`.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
beaver_check_finding_get_code (BeaverCheckFinding *self)
{
  g_return_val_if_fail (BEAVER_IS_CHECK_FINDING (self), NULL);

  return self->code;
}

/**
 * beaver_check_finding_get_severity:
 * @self: a finding
 *
 * Gets how bad it is.
 *
 * Returns: the severity
 *
 * Since: 1.0
 */
BeaverCheckSeverity
beaver_check_finding_get_severity (BeaverCheckFinding *self)
{
  g_return_val_if_fail (BEAVER_IS_CHECK_FINDING (self), BEAVER_CHECK_SEVERITY_NOTE);

  return self->severity;
}

/**
 * beaver_check_finding_get_text:
 * @self: a finding
 *
 * Gets what it is and what to do, for people.
 *
 * Returns: (transfer none): a sentence
 *
 * Since: 1.0
 */
const char *
beaver_check_finding_get_text (BeaverCheckFinding *self)
{
  g_return_val_if_fail (BEAVER_IS_CHECK_FINDING (self), NULL);

  return self->text;
}

/**
 * beaver_check_finding_is_fixed:
 * @self: a finding
 *
 * Whether it was put right.
 *
 * Returns: %TRUE when it was
 *
 * Since: 1.0
 */
gboolean
beaver_check_finding_is_fixed (BeaverCheckFinding *self)
{
  g_return_val_if_fail (BEAVER_IS_CHECK_FINDING (self), FALSE);

  return self->fixed;
}
