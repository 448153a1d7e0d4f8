/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files of beaver-db 1.x become files of 2.x (spec, section 18). The new file grows under a
 * temporary name and gets its own when it is whole: a run that fails, or dies, leaves nothing in
 * the way of the next one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <beaver/beaver-dump-private.h>
#include <beaver/beaver-migrate.h>
#include <beaver/engine/beaver-context-private.h>
#include <beaver/engine/beaver-fts-private.h>
#include <beaver/engine/beaver-json-private.h>
#include <beaver/engine/beaver-legacy-private.h>
#include <beaver/engine/beaver-order-private.h>
#include <beaver/engine/beaver-temporary-private.h>

/* What only 1.x used: in __metadata__ its version, in __events__ counters of listeners. */
#define NOT_OLD_DICTS "dict_name NOT IN ('__metadata__', '__events__')"

static const struct
{
  const char *table;
  const char *count;
  const char *read;
  const char *write;
} copies[] = {
  { "beaver_dicts", "SELECT count(*) FROM beaver_dicts WHERE " NOT_OLD_DICTS,
    "SELECT dict_name, key, value, expires_at FROM beaver_dicts WHERE " NOT_OLD_DICTS,
    "INSERT INTO __beaver_dicts__ (dict_name, key, value, expires_at) VALUES ($1, $2, $3, $4)" },
  { "beaver_blobs", "SELECT count(*) FROM beaver_blobs",
    "SELECT store_name, key, data, metadata FROM beaver_blobs",
    "INSERT INTO __beaver_blobs__ (store_name, key, data, metadata) VALUES ($1, $2, $3, $4)" },
  { "beaver_logs", "SELECT count(*) FROM beaver_logs",
    "SELECT log_name, timestamp, data FROM beaver_logs",
    "INSERT INTO __beaver_logs__ (log_name, timestamp, data) VALUES ($1, $2, $3)" },
  { "beaver_priority_queues", "SELECT count(*) FROM beaver_priority_queues",
    "SELECT queue_name, priority, timestamp, data FROM beaver_priority_queues ORDER BY rowid",
    "INSERT INTO __beaver_priority_queues__ (queue_name, priority, timestamp, data)"
    " VALUES ($1, $2, $3, $4)" },
  { "beaver_sketches", "SELECT count(*) FROM beaver_sketches",
    "SELECT name, type, capacity, error_rate, data FROM beaver_sketches",
    "INSERT INTO __beaver_sketches__ (name, type, capacity, error_rate, data)"
    " VALUES ($1, $2, $3, $4, $5)" },
  { "beaver_edges", "SELECT count(*) FROM beaver_edges",
    "SELECT collection, source_item_id, target_item_id, label, metadata FROM beaver_edges",
    "INSERT INTO __beaver_edges__ (collection, source_item_id, target_item_id, label, metadata)"
    " VALUES ($1, $2, $3, $4, $5)" },
};

static const struct
{
  const char *table;
  const char *reason;
} dropped[] = {
  { "beaver_collection_versions", "told caches of 1.x what had changed" },
  { "beaver_manager_versions", "told caches of 1.x what had changed" },
  { "beaver_vector_change_log", "belonged to the vector index of 1.x" },
  { "beaver_lock_waiters", "belonged to processes that do not run any more" },
  { "beaver_pubsub_log", "messages that nobody waits for any more" },
};

#define SQL_COUNT_LISTS "SELECT count(*) FROM beaver_lists"
#define SQL_LISTS "SELECT list_name, item_value FROM beaver_lists ORDER BY list_name, item_order"
#define SQL_COUNT_DOCUMENTS "SELECT count(*) FROM beaver_collections WHERE metadata IS NOT NULL"
#define SQL_DOCUMENTS                                                                              \
  "SELECT collection, item_id, metadata, %s FROM beaver_collections AS item"                       \
  " WHERE metadata IS NOT NULL ORDER BY collection, item_id"
#define SQL_IS_FUZZY                                                                               \
  "EXISTS (SELECT 1 FROM beaver_trigrams AS t WHERE t.collection = item.collection)"
#define SQL_COUNT_VECTORS "SELECT count(*) FROM beaver_collections WHERE item_vector IS NOT NULL"
#define SQL_VECTORS                                                                                \
  "SELECT collection, item_id, item_vector, metadata FROM beaver_collections"                      \
  " WHERE item_vector IS NOT NULL ORDER BY collection, item_id"

static const char SQL_LIST_ITEM[] =
    "INSERT INTO __beaver_lists__ (list_name, item_order, item_value) VALUES ($1, $2, $3)";
static const char SQL_VECTOR[] = "INSERT INTO __beaver_vectors__"
                                 " (collection, item_id, vector, metadata) VALUES ($1, $2, $3, $4)";
static const char SQL_COLLECTIONS[] =
    "SELECT DISTINCT collection FROM __beaver_vectors__ ORDER BY collection";

/**
 * BeaverMigrateReport:
 *
 * What [func@Beaver.migrate] did, or would do.
 *
 * Immutable; may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverMigrateReport
{
  GObject parent_instance;

  char *version;
  gboolean dry_run;
  gboolean split_brain;
  gint64 total;
  char *json;
};

G_DEFINE_FINAL_TYPE (BeaverMigrateReport, beaver_migrate_report, G_TYPE_OBJECT)

static void
beaver_migrate_report_finalize (GObject *object)
{
  BeaverMigrateReport *self = BEAVER_MIGRATE_REPORT (object);

  g_free (self->version);
  g_free (self->json);
  G_OBJECT_CLASS (beaver_migrate_report_parent_class)->finalize (object);
}

static void
beaver_migrate_report_class_init (BeaverMigrateReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beaver_migrate_report_finalize;
}

static void
beaver_migrate_report_init (BeaverMigrateReport *self)
{
}

/* What a run knows: plain data. */
typedef struct
{
  char *source;
  char *destination; /* NULL: a dry run */
  GCancellable *cancellable;
  BeaverLongOp op; /* for its progress */

  BeaverLegacy *legacy;
  BeaverEngine *engine;
  BeaverConnection *connection; /* of a unit */
  BeaverStatement *statement;
  guint step;
  gint64 done, total;
  gboolean split_brain;
  char *version;
  GString *json;

  char *list; /* whose items come */
  char *key;
  gboolean fuzzy;
} Migration;

static gboolean
copy_row (BeaverLegacy *legacy, gpointer data, GError **error)
{
  Migration *self = data;

  _beaver_legacy_bind (legacy, self->statement);
  self->done++;
  return _beaver_statement_run (self->statement, error);
}

static gboolean
list_row (BeaverLegacy *legacy, gpointer data, GError **error)
{
  Migration *self = data;
  const char *name = _beaver_legacy_column (legacy, 0, NULL);
  const char *value;
  char *key;
  gsize length;

  if (name == NULL)
    return TRUE;
  if (g_strcmp0 (name, self->list) != 0)
    {
      g_free (self->list);
      self->list = g_strdup (name);
      g_clear_pointer (&self->key, g_free);
    }
  key = _beaver_order_after (self->key);
  g_free (self->key);
  self->key = key;
  value = _beaver_legacy_column (legacy, 1, &length);
  _beaver_statement_bind_text (self->statement, 1, name, -1);
  _beaver_statement_bind_text (self->statement, 2, self->key, -1);
  _beaver_statement_bind_text (self->statement, 3, value, (gssize) length);
  self->done++;
  return _beaver_statement_run (self->statement, error);
}

static gboolean
document_row (BeaverLegacy *legacy, gpointer data, GError **error)
{
  Migration *self = data;
  const char *id = _beaver_legacy_column (legacy, 1, NULL);
  const char *body = _beaver_legacy_column (legacy, 2, NULL);

  self->done++;
  if (!_beaver_dump_write_document (self->connection, _beaver_legacy_column (legacy, 0, NULL), id,
                                    body, _beaver_json_check (body, -1, NULL),
                                    _beaver_json_check (body, -1, NULL) &&
                                        _beaver_legacy_double (legacy, 3) != 0,
                                    NULL, error))
    {
      g_prefix_error (error, "document “%s”: ", id);
      return FALSE;
    }
  return TRUE;
}

static gboolean
index_collections (Migration *self, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (self->connection, SQL_COLLECTIONS, error);
  BeaverStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    if (!_beaver_dump_index_vectors (self->connection, _beaver_statement_text (statement, 0, NULL),
                                     NULL, NULL, error))
      return FALSE;
  return step == BEAVER_STEP_DONE;
}

/* One table. */
static gboolean
step_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Migration *self = data;
  guint n = G_N_ELEMENTS (copies);
  g_autoptr (BeaverStatement) statement = NULL;
  const char *sql = self->step < n       ? copies[self->step].write :
                    self->step == n      ? SQL_LIST_ITEM :
                    self->step == n + 2u ? SQL_VECTOR :
                                           NULL;

  self->connection = connection;
  if (sql != NULL)
    {
      statement = _beaver_connection_prepare (connection, sql, error);
      if (statement == NULL)
        return FALSE;
      self->statement = statement;
    }
  if (self->step < n)
    return !_beaver_legacy_has (self->legacy, copies[self->step].table) ||
           _beaver_legacy_each (self->legacy, copies[self->step].read, copy_row, self, error);
  if (self->step == n)
    return !_beaver_legacy_has (self->legacy, "beaver_lists") ||
           _beaver_legacy_each (self->legacy, SQL_LISTS, list_row, self, error);
  if (!_beaver_legacy_has (self->legacy, "beaver_collections"))
    return TRUE;
  if (self->step == n + 1)
    {
      g_autofree char *read = g_strdup_printf (
          SQL_DOCUMENTS, _beaver_legacy_has (self->legacy, "beaver_trigrams") ? SQL_IS_FUZZY : "0");

      return _beaver_fts_prepare (connection, error) &&
             _beaver_legacy_each (self->legacy, read, document_row, self, error);
    }
  return _beaver_legacy_each (self->legacy, SQL_VECTORS, copy_row, self, error) &&
         index_collections (self, error);
}

static gboolean
count_into (Migration *self,
            GString *into,
            const char *table,
            const char *label,
            const char *sql,
            GError **error)
{
  gint64 n;

  if (!_beaver_legacy_has (self->legacy, table))
    return TRUE;
  n = _beaver_legacy_count (self->legacy, sql, error);
  if (n < 0)
    return FALSE;
  g_string_append_printf (into, "%s\"%s\": %" G_GINT64_FORMAT, into->len > 0 ? ", " : "", label, n);
  self->total += n;
  return TRUE;
}

/* Looks at the file, and begins the report. */
static gboolean
look (Migration *self, GError **error)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  g_autoptr (GString) gone = g_string_new (NULL);
  g_autofree char *wal = g_strconcat (self->source, "-wal", NULL);
  GStatBuf status;
  gint64 n_legacy, n_modern;

  n_legacy = _beaver_legacy_count (
      self->legacy,
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('beaver_blobs',"
      " 'beaver_collection_versions', 'beaver_collections', 'beaver_dicts', 'beaver_edges',"
      " 'beaver_fts_index', 'beaver_lists', 'beaver_lock_waiters', 'beaver_logs',"
      " 'beaver_manager_versions', 'beaver_priority_queues', 'beaver_pubsub_log',"
      " 'beaver_sketches', 'beaver_trigrams', 'beaver_vector_change_log')",
      error);
  if (n_legacy < 0)
    return FALSE;
  n_modern = _beaver_legacy_count (self->legacy,
                                   "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                                   " AND name GLOB '__beaver_*__'",
                                   error);
  if (n_modern < 0)
    return FALSE;
  if (n_legacy == 0)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SCHEMA,
                   _ ("“%s” holds nothing of beaver-db 1.x; there is nothing to convert"),
                   self->source);
      return FALSE;
    }
  self->split_brain = n_modern > 0;
  if (self->split_brain && self->destination != NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SPLIT_BRAIN,
                   _ ("“%s” holds data of beaver-db 1.x and of 2.x; decide which half is wanted, "
                      "copy the file, and drop the other half's tables"),
                   self->source);
      return FALSE;
    }
  if (_beaver_legacy_has (self->legacy, "beaver_dicts"))
    {
      g_autofree char *text = _beaver_legacy_text (
          self->legacy,
          "SELECT value FROM beaver_dicts WHERE dict_name = '__metadata__' AND key = 'version'");
      gsize length = text != NULL ? strlen (text) : 0;

      if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
        self->version = g_strndup (text + 1, length - 2);
      else
        self->version = g_strdup (text);
    }
  if (self->version == NULL)
    self->version = g_strdup ("unknown");

  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    if (!count_into (self, counts, copies[i].table, copies[i].table + strlen ("beaver_"),
                     copies[i].count, error))
      return FALSE;
  if (!count_into (self, counts, "beaver_lists", "lists", SQL_COUNT_LISTS, error) ||
      !count_into (self, counts, "beaver_collections", "documents", SQL_COUNT_DOCUMENTS, error) ||
      !count_into (self, counts, "beaver_collections", "vectors", SQL_COUNT_VECTORS, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM %s", dropped[i].table);
      gint64 n;

      if (!_beaver_legacy_has (self->legacy, dropped[i].table))
        continue;
      n = _beaver_legacy_count (self->legacy, sql, error);
      if (n < 0)
        return FALSE;
      g_string_append_printf (gone,
                              "%s\"%s\": {\"rows\": %" G_GINT64_FORMAT ", \"reason\": \"%s\"}",
                              gone->len > 0 ? ", " : "", dropped[i].table, n, dropped[i].reason);
    }

  self->json = g_string_new ("{\"source\": ");
  _beaver_json_append_string (self->json, self->source, -1);
  g_string_append (self->json, ", \"destination\": ");
  if (self->destination != NULL)
    _beaver_json_append_string (self->json, self->destination, -1);
  else
    g_string_append (self->json, "null");
  g_string_append (self->json, ", \"legacy_version\": ");
  _beaver_json_append_string (self->json, self->version, -1);
  g_string_append_printf (
      self->json,
      ", \"dry_run\": %s, \"split_brain\": %s, \"wal_bytes\": %" G_GINT64_FORMAT
      ", \"total_rows\": %" G_GINT64_FORMAT
      ", \"copied\": {%s}, \"rebuilt\": {\"beaver_fts_index\": \"made anew from the documents\","
      " \"beaver_trigrams\": \"made anew from the documents of collections that had some\"},"
      " \"dropped\": {%s}}",
      self->destination == NULL ? "true" : "false", self->split_brain ? "true" : "false",
      (gint64) (g_stat (wal, &status) == 0 ? status.st_size : 0), self->total, counts->str,
      gone->str);
  return TRUE;
}

static gboolean
set_exists (Migration *self, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
               _ ("“%s” exists already; choose another path"), self->destination);
  return FALSE;
}

static gboolean
set_errno (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, BEAVER_ERROR, code == ENOSPC ? BEAVER_ERROR_FULL : BEAVER_ERROR_IO,
               _ ("cannot %s “%s”: %s"), what, path, g_strerror (code));
  return FALSE;
}

static gboolean
copy_all (Migration *self, const char *path, GError **error)
{
  BeaverEngineOptions options = {
    .path = path, .connection_timeout = 30, .wal = TRUE, .temp_memory = TRUE
  };
  gboolean ok = TRUE;

  self->engine = _beaver_engine_open (&options, self->cancellable, error);
  if (self->engine == NULL)
    return FALSE;
  for (self->step = 0; ok && self->step < G_N_ELEMENTS (copies) + 3; self->step++)
    ok = _beaver_engine_run (self->engine, BEAVER_ACCESS_WRITE, step_work, self, self->cancellable,
                             error) &&
         _beaver_long_op_tell (&self->op, self->done, self->total, error);
  if (_beaver_engine_begin_close (self->engine))
    {
      BeaverEngineCloseStats stats;

      _beaver_engine_finish_close (self->engine, &stats);
    }
  g_clear_pointer (&self->engine, _beaver_engine_unref);
  return ok;
}

/* Where nobody else has put something meanwhile. */
static gboolean
put_in_place (Migration *self, const char *temporary, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (self->destination);
  int fd;

  if (link (temporary, self->destination) == 0)
    g_unlink (temporary);
  else if (errno == EEXIST)
    return set_exists (self, error);
  else if (g_rename (temporary, self->destination) != 0)
    return set_errno (error, "make", self->destination);
  fd = g_open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
  return TRUE;
}

static gboolean
write_destination (Migration *self, GError **error)
{
  g_auto (BeaverTemporary) temporary = { NULL, -1 };
  GStatBuf status;
  gboolean ok;

  if (g_file_test (self->destination, G_FILE_TEST_EXISTS))
    return set_exists (self, error);
  /* who may not read the old file may not read the new one */
  if (!_beaver_temporary_make (
          &temporary, self->destination,
          g_stat (self->source, &status) == 0 ? (status.st_mode & 0666) | 0600 : 0600))
    return set_errno (error, "make a file beside", self->destination);
  ok = copy_all (self, temporary.path, error);
  fsync (temporary.fd);
  _beaver_temporary_release (&temporary);
  ok = ok && put_in_place (self, temporary.path, error);
  if (!ok)
    _beaver_temporary_remove (&temporary);
  return ok;
}

static BeaverMigrateReport *
migrate (Migration *self, GError **error)
{
  BeaverMigrateReport *report;

  if (!g_file_test (self->source, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, _ ("there is no file “%s”"),
                   self->source);
      return NULL;
    }
  self->legacy = _beaver_legacy_open (self->source, error);
  if (self->legacy == NULL || !look (self, error) ||
      (self->destination != NULL && !write_destination (self, error)))
    return NULL;
  report = g_object_new (BEAVER_TYPE_MIGRATE_REPORT, NULL);
  report->version = g_strdup (self->version);
  report->dry_run = self->destination == NULL;
  report->split_brain = self->split_brain;
  report->total = self->total;
  report->json = g_strdup (self->json->str);
  return report;
}

static Migration *
migration_new (const char *source, const char *destination)
{
  Migration *self = g_new0 (Migration, 1);

  self->source = g_strdup (source);
  self->destination = g_strdup (destination);
  return self;
}

static void
migration_free (Migration *self)
{
  g_clear_pointer (&self->legacy, _beaver_legacy_free);
  if (self->json != NULL)
    g_string_free (self->json, TRUE);
  g_free (self->source);
  g_free (self->destination);
  g_free (self->version);
  g_free (self->list);
  g_free (self->key);
  g_free (self);
}

/**
 * beaver_migrate:
 * @source: (type filename): a file of beaver-db 1.x
 * @destination: (type filename) (nullable): the file to make, which must not exist; %NULL only
 * looks
 * @progress: (scope call) (closure progress_data) (nullable): told how many rows are done
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Converts a database of beaver-db 1.x into one that this library, and beaver-db 2.x, can open.
 *
 * The source is only read. Everything but what belonged to running processes and caches of 1.x
 * comes along; encrypted dicts keep their secrets. What searching needs is made anew, the vector
 * index too. The new file appears when it is complete: after an error nothing is left of it.
 *
 * Errors: %BEAVER_ERROR_NOT_FOUND without a source, %BEAVER_ERROR_SCHEMA when it is no file of 1.x,
 * %BEAVER_ERROR_SPLIT_BRAIN when 2.x has written to it too (only looking tells of it),
 * %BEAVER_ERROR_CONFLICT when the destination exists.
 *
 * Returns: (transfer full): what was done, or would be; %NULL on error
 *
 * Since: 1.0
 */
BeaverMigrateReport *
beaver_migrate (const char *source,
                const char *destination,
                BeaverProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GError **error)
{
  Migration *self;
  BeaverMigrateReport *report;

  g_return_val_if_fail (source != NULL, NULL);

  self = migration_new (source, destination);
  self->cancellable = cancellable;
  self->op.cancellable = cancellable;
  self->op.progress = progress;
  self->op.progress_data = progress_data;
  report = migrate (self, error);
  migration_free (self);
  return report;
}

/* The thread of one asynchronous run, joined in the context of its task. */
typedef struct
{
  GThread *thread;
  GTask *task;
  Migration *migration;
  BeaverMigrateReport *report;
  GError *error;
  GDestroyNotify progress_destroy;
} MigrateThread;

static void
migrate_done (gpointer data)
{
  MigrateThread *self = data;

  g_thread_join (self->thread);
  if (self->report != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->report), g_object_unref);
  else
    g_task_return_error (self->task, g_steal_pointer (&self->error));
}

static void
migrate_thread_free (gpointer data)
{
  MigrateThread *self = data;

  if (self->progress_destroy != NULL)
    self->progress_destroy (self->migration->op.progress_data);
  g_clear_pointer (&self->migration->op.context, g_main_context_unref);
  migration_free (self->migration);
  g_object_unref (self->task);
  g_free (self);
}

static gpointer
migrate_thread (gpointer data)
{
  MigrateThread *self = data;

  self->report = migrate (self->migration, &self->error);
  _beaver_context_post (self->migration->op.context, migrate_done, self, migrate_thread_free);
  return NULL;
}

/**
 * beaver_migrate_async:
 * @source: (type filename): a file of beaver-db 1.x
 * @destination: (type filename) (nullable): the file to make, which must not exist; %NULL only
 * looks
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how many rows are done
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [func@Beaver.migrate].
 *
 * Since: 1.0
 */
void
beaver_migrate_async (const char *source,
                      const char *destination,
                      BeaverProgressFunc progress,
                      gpointer progress_data,
                      GDestroyNotify progress_destroy,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  MigrateThread *self;

  g_return_if_fail (source != NULL);

  self = g_new0 (MigrateThread, 1);
  self->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, beaver_migrate_async);
  g_task_set_check_cancellable (self->task, FALSE);
  self->migration = migration_new (source, destination);
  self->migration->cancellable = cancellable; /* the task holds it */
  self->migration->op.cancellable = cancellable;
  self->migration->op.progress = progress;
  self->migration->op.progress_data = progress_data;
  self->migration->op.context = g_main_context_ref (g_task_get_context (self->task));
  self->progress_destroy = progress_destroy;
  if (!_beaver_thread_start ("beaver-migrate", migrate_thread, self, &self->thread, &self->error))
    {
      g_task_return_error (self->task, g_steal_pointer (&self->error));
      migrate_thread_free (self);
    }
}

/**
 * beaver_migrate_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [func@Beaver.migrate_async].
 *
 * Returns: (transfer full): what was done, or would be; %NULL on error
 *
 * Since: 1.0
 */
BeaverMigrateReport *
beaver_migrate_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_migrate_report_get_legacy_version:
 * @self: a report
 *
 * Gets the release that wrote the source.
 *
 * Returns: (transfer none): a version, `unknown` when the file does not say
 *
 * Since: 1.0
 */
const char *
beaver_migrate_report_get_legacy_version (BeaverMigrateReport *self)
{
  g_return_val_if_fail (BEAVER_IS_MIGRATE_REPORT (self), NULL);

  return self->version;
}

/**
 * beaver_migrate_report_is_dry_run:
 * @self: a report
 *
 * Whether nothing was written.
 *
 * Returns: %TRUE when it was only looked
 *
 * Since: 1.0
 */
gboolean
beaver_migrate_report_is_dry_run (BeaverMigrateReport *self)
{
  g_return_val_if_fail (BEAVER_IS_MIGRATE_REPORT (self), FALSE);

  return self->dry_run;
}

/**
 * beaver_migrate_report_is_split_brain:
 * @self: a report
 *
 * Whether 2.x has written to the source too, so that it cannot be converted as it is.
 *
 * Returns: %TRUE when it has
 *
 * Since: 1.0
 */
gboolean
beaver_migrate_report_is_split_brain (BeaverMigrateReport *self)
{
  g_return_val_if_fail (BEAVER_IS_MIGRATE_REPORT (self), FALSE);

  return self->split_brain;
}

/**
 * beaver_migrate_report_get_total_rows:
 * @self: a report
 *
 * Gets how many rows come along.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
gint64
beaver_migrate_report_get_total_rows (BeaverMigrateReport *self)
{
  g_return_val_if_fail (BEAVER_IS_MIGRATE_REPORT (self), 0);

  return self->total;
}

/**
 * beaver_migrate_report_to_json:
 * @self: a report
 *
 * Gets all of it: `source`, `destination`, `legacy_version`, `dry_run`, `split_brain`, `wal_bytes`,
 * `total_rows`, `copied` (rows by kind), `rebuilt` and `dropped` with their reasons.
 *
 * Returns: (transfer full): a JSON object
 *
 * Since: 1.0
 */
char *
beaver_migrate_report_to_json (BeaverMigrateReport *self)
{
  g_return_val_if_fail (BEAVER_IS_MIGRATE_REPORT (self), NULL);

  return g_strdup (self->json != NULL ? self->json : "{}");
}
