/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-blobs.h>
#include <beaver/beaver-db-private.h>
#include <beaver/beaver-documents.h>
#include <beaver/beaver-dump-private.h>
#include <beaver/beaver-graph.h>
#include <beaver/beaver-list.h>
#include <beaver/beaver-log.h>
#include <beaver/beaver-queue.h>
#include <beaver/beaver-vectors.h>

/* From name to name and not row by row. */
#define SQL_NAMES                                                                                  \
  "WITH RECURSIVE names (found) AS (SELECT MIN(%s) FROM %s UNION ALL"                              \
  " SELECT (SELECT MIN(%s) FROM %s WHERE %s > found) FROM names WHERE found IS NOT NULL)"          \
  " SELECT found FROM names WHERE found IS NOT NULL"

/* Items of one transaction when they are appended. */
#define APPEND_CHUNK 2000

typedef struct
{
  GObject *source; /* strong; not looked at by a worker */
  BeaverEngine *engine;
  gboolean whole;
  BeaverDumpFormat format;
  BeaverDumpFlags flags;
  BeaverLoadStrategy strategy;
  GPtrArray *sections; /* (element-type BeaverDumpSection) */
  GObject *stream;     /* strong; the same */
  GBytes *bytes;
  gint64 n; /* items loaded */

  /* of a unit */
  BeaverDumpSection *section;
  guint first, count;

  BeaverProgressFunc progress;
  gpointer progress_data;
  GDestroyNotify progress_destroy;
} DumpOp;

static void
dump_op_free (gpointer pointer)
{
  DumpOp *self = pointer;

  g_ptr_array_unref (self->sections);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->engine, _beaver_engine_unref);
  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);
  g_object_unref (self->source);
  g_free (self);
}

static void
prefix (DumpOp *self, BeaverDumpSection *section, GError **error)
{
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "%s “%s”: ", section->kind->kind, section->name);
}

/* Dumping */

static gboolean
list_work (BeaverConnection *connection, DumpOp *self, const BeaverDumpKind *kind, GError **error)
{
  g_autofree char *sql = g_strdup_printf (SQL_NAMES, kind->name_column, kind->table,
                                          kind->name_column, kind->table, kind->name_column);
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists = TRUE;
  BeaverStep step;

  if (kind->create != NULL &&
      !_beaver_connection_has_table (connection, kind->table, &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  statement = _beaver_connection_prepare_dynamic (connection, sql, error);
  if (statement == NULL)
    return FALSE;
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *name = _beaver_statement_text (statement, 0, NULL);

      if (name != NULL && *name != '\0' && g_utf8_validate (name, -1, NULL))
        g_ptr_array_add (self->sections, _beaver_dump_section_new (kind, name));
    }
  return step == BEAVER_STEP_DONE;
}

/* All in one snapshot. */
static gboolean
read_work (BeaverConnection *connection, gpointer data, GError **error)
{
  DumpOp *self = data;

  if (self->whole)
    {
      guint n;
      const BeaverDumpKind *kinds = _beaver_dump_kinds (&n);

      g_ptr_array_set_size (self->sections, 0);
      for (guint i = 0; i < n; i++)
        if (!list_work (connection, self, &kinds[i], error))
          return FALSE;
    }
  for (guint i = 0; i < self->sections->len; i++)
    {
      BeaverDumpSection *section = g_ptr_array_index (self->sections, i);

      section->without_payload = (self->flags & BEAVER_DUMP_WITHOUT_PAYLOAD) != 0;
      if (!_beaver_dump_read (connection, section, self->whole, error))
        {
          prefix (self, section, error);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
dump_run (BeaverLongOp *op, gpointer data, GError **error)
{
  DumpOp *self = data;

  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, read_work, self, error))
    return FALSE;
  self->bytes = _beaver_dump_to_bytes (self->sections, self->whole, self->format, self->flags);
  g_ptr_array_set_size (self->sections, 0);
  return TRUE;
}

/* Loading */

static gboolean
parse_run (BeaverLongOp *op, gpointer data, GError **error)
{
  DumpOp *self = data;
  BeaverDumpSection *section = self->whole ? NULL : g_ptr_array_index (self->sections, 0);

  if (_beaver_dump_parse (self->bytes, self->format, section, self->sections, error))
    return TRUE;
  if (section != NULL)
    prefix (self, section, error);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  return FALSE;
}

static gint64
count_rows (DumpOp *self)
{
  gint64 n = 0;

  for (guint i = 0; i < self->sections->len; i++)
    n += ((BeaverDumpSection *) g_ptr_array_index (self->sections, i))->rows->len;
  return n;
}

/* In which order they are written. dict __security__ comes before all values, which are checked
 * against it; what belongs to structures behind them. */
#define FIRST_STAGE (-1)
#define LAST_STAGE 1

static int
stage_of (DumpOp *self, BeaverDumpSection *section)
{
  return self->whole && g_str_equal (section->kind->kind, "dict") &&
                 g_str_equal (section->name, "__security__") ?
             FIRST_STAGE :
             section->kind->stage;
}

static gboolean
overwrite_work (BeaverConnection *connection, gpointer data, GError **error)
{
  DumpOp *self = data;

  for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++)
    for (guint i = 0; i < self->sections->len; i++)
      {
        BeaverDumpSection *section = g_ptr_array_index (self->sections, i);

        if (stage_of (self, section) == stage &&
            (!_beaver_dump_clear (connection, section, error) ||
             !_beaver_dump_write (connection, section, 0, section->rows->len, FALSE, error)))
          {
            prefix (self, section, error);
            return FALSE;
          }
      }
  return TRUE;
}

static gboolean
append_work (BeaverConnection *connection, gpointer data, GError **error)
{
  DumpOp *self = data;

  if (_beaver_dump_write (connection, self->section, self->first, self->count, TRUE, error))
    return TRUE;
  prefix (self, self->section, error);
  return FALSE;
}

static gboolean
write_run (BeaverLongOp *op, gpointer data, GError **error)
{
  DumpOp *self = data;
  gint64 total = count_rows (self), done = 0;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  if (self->strategy == BEAVER_LOAD_STRATEGY_OVERWRITE)
    {
      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, overwrite_work, self, error))
        return FALSE;
      done = total;
    }
  else
    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++)
      for (guint i = 0; i < self->sections->len; i++)
        {
          self->section = g_ptr_array_index (self->sections, i);
          if (stage_of (self, self->section) != stage)
            continue;
          for (self->first = 0; self->first < self->section->rows->len; self->first += self->count)
            {
              self->count = MIN (APPEND_CHUNK, self->section->rows->len - self->first);
              if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, append_work, self, error))
                return FALSE;
              done += self->count;
              if (!_beaver_long_op_tell (op, done, total, error))
                return FALSE;
            }
        }
  self->n = total;
  if (total == 0 || self->strategy == BEAVER_LOAD_STRATEGY_OVERWRITE)
    _beaver_long_op_tell (op, total, total, NULL);
  return TRUE;
}

/* Who clears, and tells of it, and knows more than the file. */
static BeaverManager *
get_manager (BeaverDb *db, BeaverDumpSection *section, GError **error)
{
  const char *kind = section->kind->kind;
  const char *name = section->name;

  if (g_str_equal (kind, "list"))
    return (BeaverManager *) beaver_db_get_list (db, name, error);
  if (g_str_equal (kind, "log"))
    return (BeaverManager *) beaver_db_get_log (db, name, error);
  if (g_str_equal (kind, "queue"))
    return (BeaverManager *) beaver_db_get_queue (db, name, NULL);
  if (g_str_equal (kind, "blob"))
    return (BeaverManager *) beaver_db_get_blobs (db, name, NULL);
  if (g_str_equal (kind, "documents"))
    return (BeaverManager *) beaver_db_get_documents (db, name, NULL);
  if (g_str_equal (kind, "graph"))
    return (BeaverManager *) beaver_db_get_graph (db, name, NULL);
  if (g_str_equal (kind, "vectors"))
    return (BeaverManager *) beaver_db_get_vectors (db, name, NULL);
  return NULL;
}

static gboolean
attach (DumpOp *self, GError **error)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      BeaverDumpSection *section = g_ptr_array_index (self->sections, i);
      g_autoptr (GError) local_error = NULL;
      BeaverManager *manager;

      section->whole = self->whole;
      if (section->core != NULL)
        continue;
      manager = get_manager (BEAVER_DB (self->source), section, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (manager == NULL)
        continue;
      section->core = _beaver_manager_core_ref (_beaver_manager_get_core (manager));
      section->clear_work = BEAVER_MANAGER_GET_CLASS (manager)->clear_work;
    }
  return TRUE;
}

/* Both */

static DumpOp *
dump_op_new (gpointer source, gpointer stream, BeaverDumpFormat format, GError **error)
{
  g_autoptr (BeaverEngine) engine = NULL;
  BeaverDumpSection *section = NULL;
  DumpOp *self;

  if (BEAVER_IS_DB (source))
    {
      engine = _beaver_db_ref_engine (source, error);
      if (engine == NULL)
        return NULL;
    }
  else
    {
      BeaverManagerCore *core = _beaver_manager_get_core (source);
      const BeaverDumpKind *kind = _beaver_dump_kind (core->kind);

      if (_beaver_manager_get_engine (source, error) == NULL)
        return NULL;
      engine = _beaver_engine_ref (core->engine);
      if (kind == NULL || kind->alone)
        {
          g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
                       _ ("a %s can only be dumped and loaded with the whole database"),
                       core->kind);
          return NULL;
        }
      section = _beaver_dump_section_new (kind, core->name);
      section->core = _beaver_manager_core_ref (core);
      section->clear_work = BEAVER_MANAGER_GET_CLASS (source)->clear_work;
      if (BEAVER_IS_DICT (source))
        section->dict = _beaver_dict_shared_ref (_beaver_dict_get_shared (source));
    }
  self = g_new0 (DumpOp, 1);
  self->source = g_object_ref (source);
  self->engine = g_steal_pointer (&engine);
  self->whole = section == NULL;
  self->format = format;
  self->stream = g_object_ref (stream);
  self->sections = g_ptr_array_new_with_free_func (_beaver_dump_section_free);
  if (section != NULL)
    g_ptr_array_add (self->sections, section);
  return self;
}

static gboolean
dump (gpointer source,
      GOutputStream *stream,
      BeaverDumpFormat format,
      BeaverDumpFlags flags,
      BeaverProgressFunc progress,
      gpointer progress_data,
      GCancellable *cancellable,
      GError **error)
{
  DumpOp *self = dump_op_new (source, stream, format, error);
  gboolean ok;

  if (self == NULL)
    return FALSE;
  self->flags = flags;
  ok = _beaver_long_op_run (self->engine, dump_run, self, NULL, NULL, cancellable, error);
  if (ok)
    {
      gsize size, done = 0;
      const char *text = g_bytes_get_data (self->bytes, &size);

      while (ok && done < size)
        {
          gsize part = MIN (size - done, 256 * 1024);

          ok = g_output_stream_write_all (stream, text + done, part, NULL, cancellable, error);
          done += part;
          if (ok && progress != NULL)
            progress ((gint64) done, (gint64) size, progress_data);
        }
    }
  dump_op_free (self);
  return ok;
}

static gint64
load (gpointer source,
      GInputStream *stream,
      BeaverDumpFormat format,
      BeaverLoadStrategy strategy,
      BeaverProgressFunc progress,
      gpointer progress_data,
      GCancellable *cancellable,
      GError **error)
{
  DumpOp *self = dump_op_new (source, stream, format, error);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  gint64 n = -1;

  if (self == NULL)
    return -1;
  self->strategy = strategy;
  if (g_output_stream_splice (memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, cancellable,
                              error) >= 0)
    {
      self->bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
      if (_beaver_long_op_run (self->engine, parse_run, self, NULL, NULL, cancellable, error) &&
          attach (self, error) &&
          _beaver_long_op_run (self->engine, write_run, self, progress, progress_data, cancellable,
                               error))
        n = self->n;
    }
  dump_op_free (self);
  return n;
}

/* Asynchronously: streams are used in the caller's context, workers see bytes. */

static void
on_written (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DumpOp *self = g_task_get_task_data (task);
  GError *error = NULL;
  gsize size = g_bytes_get_size (self->bytes);

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->progress != NULL)
    self->progress ((gint64) size, (gint64) size, self->progress_data);
  g_task_return_boolean (task, TRUE);
}

static void
dump_finish (GTask *task, gpointer data)
{
  DumpOp *self = data;
  gsize size;
  const char *text = g_bytes_get_data (self->bytes, &size);

  g_output_stream_write_all_async (G_OUTPUT_STREAM (self->stream), text, size, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_written, g_object_ref (task));
}

static void
dump_async (gpointer source,
            gpointer tag,
            GOutputStream *stream,
            BeaverDumpFormat format,
            BeaverDumpFlags flags,
            BeaverProgressFunc progress,
            gpointer progress_data,
            GDestroyNotify progress_destroy,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  GError *error = NULL;
  DumpOp *self = dump_op_new (source, stream, format, &error);

  g_task_set_source_tag (task, tag);
  if (self == NULL)
    {
      _beaver_long_op_refuse (task, error, NULL, NULL, progress_data, progress_destroy);
      return;
    }
  self->flags = flags;
  self->progress = progress;
  self->progress_data = progress_data;
  self->progress_destroy = progress_destroy;
  g_task_set_task_data (task, self, dump_op_free);
  _beaver_long_op_start (self->engine, dump_run, self, NULL, NULL, NULL, NULL, task, dump_finish);
}

static void
load_finish (GTask *task, gpointer data)
{
  DumpOp *self = data;

  g_task_return_int (task, self->n);
}

static void
parse_finish (GTask *task, gpointer data)
{
  DumpOp *self = data;
  GError *error = NULL;

  if (!attach (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  _beaver_long_op_start (self->engine, write_run, self, NULL, self->progress, self->progress_data,
                         NULL, task, load_finish);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DumpOp *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (object), result, &error) < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  self->bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (object));
  _beaver_long_op_start (self->engine, parse_run, self, NULL, NULL, NULL, NULL, task, parse_finish);
}

static void
load_async (gpointer source,
            gpointer tag,
            GInputStream *stream,
            BeaverDumpFormat format,
            BeaverLoadStrategy strategy,
            BeaverProgressFunc progress,
            gpointer progress_data,
            GDestroyNotify progress_destroy,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  g_autoptr (GOutputStream) memory = NULL;
  GError *error = NULL;
  DumpOp *self = dump_op_new (source, stream, format, &error);

  g_task_set_source_tag (task, tag);
  if (self == NULL)
    {
      _beaver_long_op_refuse (task, error, NULL, NULL, progress_data, progress_destroy);
      return;
    }
  self->strategy = strategy;
  self->progress = progress;
  self->progress_data = progress_data;
  self->progress_destroy = progress_destroy;
  g_task_set_task_data (task, self, dump_op_free);
  g_task_set_check_cancellable (task, FALSE);
  memory = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, cancellable, on_read, g_object_ref (task));
}

/**
 * beaver_manager_dump:
 * @self: a manager
 * @stream: where to write it
 * @format: JSON or JSON lines
 * @flags: what goes into it
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes all entries in the shapes of Python's beaver-db 2.x, as they are at one moment.
 *
 * As JSON, an object with `metadata` (type, name, count and what belongs to the kind) and `items`:
 * of a dict `{key, value}`, of a list the values, of a queue `{priority, timestamp, data}`, of
 * blobs
 * `{key, metadata, size, payload}` with the payload in base64, of a log `{timestamp, data}`, of
 * documents `{id, body}`; and of what 2.x does not dump, a graph `{source, target, label,
 * metadata}`, vectors `{id, vector, metadata}`, a channel `{timestamp, payload}`. As JSON lines, the
 * items alone. Beyond 2.x, which ignores them, there are
 * `expires_at` of entries with a time to live, and of documents `fts` (false, or the fields that
 * are searched) and `fuzzy`, where they are not as a load of 2.x would make them.
 *
 * The values of an encrypted dict are written in plain. NaN, if another program stored it, is
 * written as Python does, which is not JSON.
 *
 * A sketch, whose items nobody can tell, and a lock answer %BEAVER_ERROR_UNSUPPORTED; they are part
 * of [method@Beaver.Db.dump]. So are the positions of a channel's consumers and how long it keeps
 * its messages. The dump is made in memory; @progress counts its bytes. @stream is not closed.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_dump (BeaverManager *self,
                     GOutputStream *stream,
                     BeaverDumpFormat format,
                     BeaverDumpFlags flags,
                     BeaverProgressFunc progress,
                     gpointer progress_data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (stream), FALSE);

  return dump (self, stream, format, flags, progress, progress_data, cancellable, error);
}

/**
 * beaver_manager_dump_async:
 * @self: a manager
 * @stream: where to write it
 * @format: JSON or JSON lines
 * @flags: what goes into it
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.dump].
 *
 * Since: 1.0
 */
void
beaver_manager_dump_async (BeaverManager *self,
                           GOutputStream *stream,
                           BeaverDumpFormat format,
                           BeaverDumpFlags flags,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GDestroyNotify progress_destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_MANAGER (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (stream));

  dump_async (self, beaver_manager_dump_async, stream, format, flags, progress, progress_data,
              progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_manager_dump_finish:
 * @self: a manager
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.dump_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_manager_dump_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_manager_load:
 * @self: a manager
 * @stream: where to read it from
 * @format: JSON or JSON lines
 * @strategy: what becomes of what is there
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Reads what [method@Beaver.Manager.dump], or Python, has written.
 *
 * Everything is read and checked before anything is changed: what does not fit is
 * %BEAVER_ERROR_INVALID, with the item or line, and the structure stays as it was. Overwriting is
 * one transaction; appending is one for every few thousand items, so that others come in between,
 * and what was appended before it was cancelled stays.
 *
 * Times to live go on to the same end; what is over is not there. Entries of a queue and of a log
 * keep their times (a taken one of a log moves to the next free one), and so do the messages of a
 * channel, of which a consumer gets what is newer than what it has acknowledged. There is one event
 * of clearing, and none for each item.
 *
 * @progress counts items. @stream is not closed.
 *
 * Returns: how many items were read, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_load (BeaverManager *self,
                     GInputStream *stream,
                     BeaverDumpFormat format,
                     BeaverLoadStrategy strategy,
                     BeaverProgressFunc progress,
                     gpointer progress_data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_return_val_if_fail (BEAVER_IS_MANAGER (self), -1);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), -1);

  return load (self, stream, format, strategy, progress, progress_data, cancellable, error);
}

/**
 * beaver_manager_load_async:
 * @self: a manager
 * @stream: where to read it from
 * @format: JSON or JSON lines
 * @strategy: what becomes of what is there
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.load].
 *
 * Since: 1.0
 */
void
beaver_manager_load_async (BeaverManager *self,
                           GInputStream *stream,
                           BeaverDumpFormat format,
                           BeaverLoadStrategy strategy,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GDestroyNotify progress_destroy,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_MANAGER (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));

  load_async (self, beaver_manager_load_async, stream, format, strategy, progress, progress_data,
              progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_manager_load_finish:
 * @self: a manager
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.load_async].
 *
 * Returns: how many items were read, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_manager_load_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * beaver_db_dump:
 * @self: a database
 * @stream: where to write it
 * @format: JSON or JSON lines
 * @flags: what goes into it
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Writes all structures of the database, as they are at one moment.
 *
 * As JSON, an object with `metadata` (`type` is `Database`, `version` is 1) and `structures`, each
 * of which is what [method@Beaver.Manager.dump] writes for it. As JSON lines, a line
 * `{"metadata": …}` for the database, then for each structure one with its metadata and as many
 * with items as its `count` says.
 *
 * Channels (`{timestamp, payload}`), graphs (`{source, target, label, metadata}`), vectors (`{id,
 * vector, metadata}`) and sketches (`{type, capacity, error_rate, data}`) are in it too, and what
 * 2.x does not know: the claimed, delayed and dead jobs of queues (`QueueJobs`), positions of
 * consumers (`Consumers`), how long messages are kept (`ChannelOptions`), fencing tokens
 * (`LockToken`) and declared field indexes (`FieldIndexes`). Who holds or waits for a lock is not,
 * and neither is what can be made again from the rest. Encrypted dicts are written as they are in
 * the file, with what their secrets are checked against, so that this needs no secret.
 *
 * The dump is made in memory; for a large database see [method@Beaver.Db.backup]. @progress counts
 * its bytes. @stream is not closed.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_db_dump (BeaverDb *self,
                GOutputStream *stream,
                BeaverDumpFormat format,
                BeaverDumpFlags flags,
                BeaverProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (stream), FALSE);

  return dump (self, stream, format, flags, progress, progress_data, cancellable, error);
}

/**
 * beaver_db_dump_async:
 * @self: a database
 * @stream: where to write it
 * @format: JSON or JSON lines
 * @flags: what goes into it
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.dump].
 *
 * Since: 1.0
 */
void
beaver_db_dump_async (BeaverDb *self,
                      GOutputStream *stream,
                      BeaverDumpFormat format,
                      BeaverDumpFlags flags,
                      BeaverProgressFunc progress,
                      gpointer progress_data,
                      GDestroyNotify progress_destroy,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (stream));

  dump_async (self, beaver_db_dump_async, stream, format, flags, progress, progress_data,
              progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_db_dump_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.dump_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_db_dump_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_db_load:
 * @self: a database
 * @stream: where to read it from
 * @format: JSON or JSON lines
 * @strategy: what becomes of what is there
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Reads what [method@Beaver.Db.dump] has written.
 *
 * Each structure in the dump takes the place of the one of that name, or is added to it; structures
 * that are not in the dump stay. For the rest see [method@Beaver.Manager.load]; overwriting is one
 * transaction for all.
 *
 * Claims of jobs go on until the end of their leases, consumers begin behind what they had
 * acknowledged and belong to nobody, fencing tokens never go back. Field indexes are declared, and
 * queries do not rely on them until [method@Beaver.Manager.reindex] has built them again.
 *
 * Returns: how many items were read, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_db_load (BeaverDb *self,
                GInputStream *stream,
                BeaverDumpFormat format,
                BeaverLoadStrategy strategy,
                BeaverProgressFunc progress,
                gpointer progress_data,
                GCancellable *cancellable,
                GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), -1);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), -1);

  return load (self, stream, format, strategy, progress, progress_data, cancellable, error);
}

/**
 * beaver_db_load_async:
 * @self: a database
 * @stream: where to read it from
 * @format: JSON or JSON lines
 * @strategy: what becomes of what is there
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.load].
 *
 * Since: 1.0
 */
void
beaver_db_load_async (BeaverDb *self,
                      GInputStream *stream,
                      BeaverDumpFormat format,
                      BeaverLoadStrategy strategy,
                      BeaverProgressFunc progress,
                      gpointer progress_data,
                      GDestroyNotify progress_destroy,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));

  load_async (self, beaver_db_load_async, stream, format, strategy, progress, progress_data,
              progress_destroy, cancellable, callback, user_data);
}

/**
 * beaver_db_load_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.load_async].
 *
 * Returns: how many items were read, or -1 on error
 *
 * Since: 1.0
 */
gint64
beaver_db_load_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
