/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One SQLite handle, its statement cache, and what a unit of work may do with it. Opened without
 * SQLite's own mutex: ours is held by whoever uses the connection. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-core-private.h>
#include <beaver/engine/beaver-sqlite-error-private.h>

/* Statements built at run time that are kept for the next time. */
#define MAX_DYNAMIC_STATEMENTS 64
/* Virtual machine steps between two looks at the closing flag and the cancellable: some 10 us. */
#define PROGRESS_STEPS 1000
/* Between two tries to get another process's lock. */
#define LONGEST_DOZE_US 500

struct _BeaverStatement
{
  BeaverConnection *connection; /* not a reference */
  sqlite3_stmt *stmt;
  const char *text; /* static, of cached ones */
  gboolean active;  /* to be reset */
  gboolean in_use;
  gboolean cached; /* else finalised by the reset */
  gboolean dirty;  /* parameters are bound */
  int refused;     /* why SQLite did not take a parameter; 0 when it took all */
  gboolean takes;  /* it is for it that the connection has a take */
  int *places;     /* of parameters $1, $2 ..., from 0 on; NULL: they stand in that order */
  int n_places;
  char *sql; /* of dynamic ones */
};

struct _BeaverBlobHandle
{
  BeaverConnection *connection; /* not a reference */
  sqlite3_blob *blob;
};

G_DEFINE_FINAL_TYPE (BeaverConnection, _beaver_connection, G_TYPE_OBJECT)

static void
statement_free (gpointer data)
{
  BeaverStatement *self = data;

  sqlite3_finalize (self->stmt);
  g_free (self->places);
  g_free (self->sql);
  g_free (self);
}

static void
_beaver_connection_finalize (GObject *object)
{
  BeaverConnection *self = (BeaverConnection *) object;

  if (self->db != NULL)
    g_critical ("libbeaver: a connection is dropped that nobody closed");
  g_hash_table_unref (self->statements);
  g_hash_table_unref (self->dynamic_statements);
  g_ptr_array_unref (self->touched);
  g_ptr_array_unref (self->written);
  g_mutex_clear (&self->handle_lock);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (_beaver_connection_parent_class)->finalize (object);
}

static void
_beaver_connection_class_init (BeaverConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = _beaver_connection_finalize;
}

static void
_beaver_connection_init (BeaverConnection *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->handle_lock);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, statement_free);
  self->dynamic_statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, statement_free);
  self->touched = g_ptr_array_new_with_free_func (g_free);
  self->written = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_cache_value_unref);
}

/* --- What SQLite asks while it works
 * --------------------------------------------------------------------------------- */

static int
on_progress (void *data)
{
  BeaverConnection *self = data;

  if (self->closer || self->ending)
    return 0;
  return _beaver_engine_closing (self->engine) ||
         (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable));
}

/* Another process holds the write lock (writers of this one queue up in front of it). Spins a
 * moment, then sleeps in small steps: short enough not to lose to spinning peers, and woken at once
 * when the database closes. */
static int
on_busy (void *data, int n)
{
  BeaverConnection *self = data;
  gint64 now;

  if ((!self->closer && _beaver_engine_closing (self->engine)) ||
      (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable)))
    return 0;
  for (guint i = 0; i < self->n_batch; i++)
    if (self->batch[i]->error == NULL && self->batch[i]->cancellable != NULL &&
        g_cancellable_is_cancelled (self->batch[i]->cancellable))
      return 0;
  now = g_get_monotonic_time ();
  if (self->busy_deadline == BEAVER_BUSY_NOT_YET)
    self->busy_deadline =
        now + (gint64) (self->engine->options.connection_timeout * G_USEC_PER_SEC);
  /* Without a log it may as well be a reader of ours. */
  if (self->patience > 0)
    {
      /* Copying, which takes long, does not count: only time spent here. */
      if (now - self->patient_at > 20 * LONGEST_DOZE_US)
        self->busy_deadline = now + self->patience;
      self->patient_at = now;
    }
  else
    {
      if (self->engine->wal)
        __atomic_store_n (&self->engine->foreign_at, now, __ATOMIC_RELAXED);
      if (n == 0)
        {
          _beaver_count_shared (&self->engine->counts.busy_waits, 1);
          self->busy_since = now;
        }
    }
  if (now >= self->busy_deadline)
    return 0;

  if (n < 20 && !self->engine->options.synchronous_full)
    g_thread_yield ();
  else
    {
      gint64 step = n < 40 && !self->engine->options.synchronous_full ? 20 :
                    n < 100                                           ? 100 :
                                                                        LONGEST_DOZE_US;

      _beaver_engine_doze (self->engine, MIN (now + step, self->busy_deadline));
    }
  return 1;
}

static int
on_wal_commit (void *data, sqlite3 *db, const char *name, int frames)
{
  BeaverConnection *self = data;

  self->wal_frames = frames;
  return SQLITE_OK;
}

/* The only statement of a unit is about to be committed, and has the write lock: what the unit went
 * by has to be as it was. */
static int
on_commit (void *data)
{
  BeaverConnection *self = data;
  BeaverWalHeader header;

  if (self->only == BEAVER_ONLY_NOT)
    return 0;
  header = _beaver_wal_index_peek (&self->engine->wal_index);
  if (self->only == BEAVER_ONLY_RUNS && _beaver_wal_header_equal (&header, &self->only_at))
    {
      __atomic_store_n (&self->engine->own_writing, 1, __ATOMIC_RELEASE);
      return 0;
    }
  self->only = BEAVER_ONLY_REFUSED;
  return 1;
}

/* --- Opening and closing
 * -----------------------------------------------------------------------------------------------
 */

BeaverConnection *
_beaver_connection_open (BeaverEngine *engine, GError **error)
{
  g_autoptr (BeaverConnection) self = g_object_new (BEAVER_TYPE_CONNECTION, NULL);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code;

  self->engine = engine;
  self->wal_frames = -1;
  self->busy_deadline =
      g_get_monotonic_time () + (gint64) (engine->options.connection_timeout * G_USEC_PER_SEC);
  code = sqlite3_open_v2 (engine->location, &self->db, flags,
                          engine->memory ? NULL : _beaver_log_file_layer ());
  if (code != SQLITE_OK)
    {
      g_autofree char *what = g_strdup_printf (_ ("cannot open “%s”"), engine->path);

      _beaver_sqlite_set_error (error, code, self->db, what);
      sqlite3_close (self->db);
      self->db = NULL;
      return NULL;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_handler (self->db, on_busy, self);
  sqlite3_progress_handler (self->db, PROGRESS_STEPS, on_progress, self);
  /* One checkpointer per process decides when; SQLite's own must not. */
  sqlite3_wal_autocheckpoint (self->db, 0);
  sqlite3_wal_hook (self->db, on_wal_commit, self);
  sqlite3_commit_hook (self->db, on_commit, self);
  /* Before anything can go wrong with it: whatever is open is known. */
  _beaver_weak_set_add (engine->connections, self);
  return g_steal_pointer (&self);
}

void
_beaver_connection_close_locked (BeaverConnection *self)
{
  int code;

  if (self->db == NULL)
    return;
  if (_beaver_engine_closing (self->engine))
    __atomic_fetch_add (&self->engine->connections_closed, 1, __ATOMIC_RELAXED);

  sqlite3_progress_handler (self->db, 0, NULL, NULL);
  sqlite3_busy_handler (self->db, NULL, NULL);
  while (self->blobs != NULL)
    _beaver_blob_handle_close (self->blobs->data);
  /* whoever makes a copy gives the lock back now and then, and finds that it is gone */
  if (self->backup != NULL)
    sqlite3_backup_finish (g_steal_pointer (&self->backup));
  memset (self->recent, 0, sizeof self->recent);
  g_hash_table_remove_all (self->statements);
  g_queue_clear (&self->dynamic_order);
  g_hash_table_remove_all (self->dynamic_statements);
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  /* An interrupt that met no statement would meet the checkpoint of the last close, and the log
   * would stay behind. The next statement clears it. */
  sqlite3_exec (self->db, "SELECT 1", NULL, NULL, NULL);
  g_mutex_lock (&self->handle_lock);
  /* Every statement of ours is in a cache. What is left belongs to virtual tables (FTS5 keeps
   * some), and they finalize it themselves. */
  code = sqlite3_close (self->db);
  if (code != SQLITE_OK)
    g_critical ("libbeaver: closing a connection to “%s” answered %s", self->engine->path,
                sqlite3_errstr (code));
  self->db = NULL;
  g_mutex_unlock (&self->handle_lock);
  g_ptr_array_set_size (self->touched, 0);
  g_ptr_array_set_size (self->written, 0);
}

void
_beaver_connection_interrupt (BeaverConnection *self)
{
  g_mutex_lock (&self->handle_lock);
  if (self->db != NULL)
    sqlite3_interrupt (self->db);
  g_mutex_unlock (&self->handle_lock);
}

/* kind NULL: nobody any more. */
void
_beaver_connection_set_user (BeaverConnection *self, const char *kind, const char *name)
{
  if (self->observation != NULL && kind != NULL)
    _beaver_observation_set_name (self->observation, kind, name);
  if (self == self->engine->point)
    return;
  g_mutex_lock (&self->handle_lock);
  self->user_kind = kind;
  self->user_thread = kind != NULL ? _beaver_thread_id () : 0;
  g_strlcpy (self->user_name, name != NULL ? name : "", sizeof self->user_name);
  g_mutex_unlock (&self->handle_lock);
  if (kind == NULL)
    __atomic_store_n (&self->used_since, 0, __ATOMIC_RELAXED);
}

/* --- Statements
 * ----------------------------------------------------------------------------------------------------------
 */

BeaverEngine *
_beaver_connection_get_engine (BeaverConnection *self)
{
  return self->engine;
}

void
_beaver_connection_set_error (BeaverConnection *self, int code, const char *what, GError **error)
{
  if ((code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY)
    {
      if (!self->closer && _beaver_engine_closing (self->engine))
        {
          _beaver_engine_set_interrupted (self->engine, error);
          return;
        }
      if (self->cancellable != NULL &&
          g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return;
    }
  if (what == NULL)
    what = self->engine->path;
  _beaver_sqlite_set_error (error, code, self->db, what);
}

/* To SQLite $1 is a name like any other: parameters are counted in the order in which they first
 * appear. */
static void
find_places (BeaverStatement *self)
{
  int n = sqlite3_bind_parameter_count (self->stmt);
  gboolean in_order = TRUE;
  int highest = 0;

  for (int i = 1; i <= n; i++)
    {
      const char *name = sqlite3_bind_parameter_name (self->stmt, i);
      int number = name != NULL && name[0] == '$' ? atoi (name + 1) : i;

      in_order = in_order && number == i;
      highest = MAX (highest, number);
    }
  if (in_order)
    return;

  self->places = g_new0 (int, highest);
  self->n_places = highest;
  for (int i = 1; i <= n; i++)
    {
      const char *name = sqlite3_bind_parameter_name (self->stmt, i);
      int number = name != NULL && name[0] == '$' ? atoi (name + 1) : i;

      if (number > 0)
        self->places[number - 1] = i;
    }
}

static int
place_of (BeaverStatement *self, int index)
{
  self->dirty = TRUE;
  if (G_LIKELY (self->places == NULL))
    return index;
  return index <= self->n_places ? self->places[index - 1] : 0;
}

static BeaverStatement *
prepare (BeaverConnection *self, const char *sql, gboolean cached, GError **error)
{
  BeaverStatement *statement;
  sqlite3_stmt *stmt = NULL;
  int code =
      sqlite3_prepare_v3 (self->db, sql, -1, cached ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL);

  if (code != SQLITE_OK)
    {
      _beaver_connection_set_error (self, code, NULL, error);
      return NULL;
    }
  _beaver_count_shared (&self->engine->counts.prepared, 1);
  statement = g_new0 (BeaverStatement, 1);
  statement->connection = self;
  statement->stmt = stmt;
  statement->cached = cached;
  find_places (statement);
  return statement;
}

/* What a unit without a transaction must not do. Returns TRUE, and sets an error only where
 * running it once more would not help. */
static gboolean
refuse_more (BeaverConnection *self, GError **error)
{
  if (G_LIKELY (self->only == BEAVER_ONLY_NOT))
    return FALSE;
  if (self->only == BEAVER_ONLY_BEGUN)
    self->only = BEAVER_ONLY_REFUSED;
  else if (self->only == BEAVER_ONLY_RUNS)
    {
      /* It may be in the file by now. */
      g_critical ("libbeaver: a unit has more statements than its only one");
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_FAILED,
                           "a unit has more statements than its only one");
    }
  return TRUE;
}

static BeaverStatement *
prepare_static (BeaverConnection *self, const char *sql, GError **error)
{
  BeaverStatement **recent =
      &self->recent[(guint64) (gsize) sql * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 59];
  BeaverStatement *statement = *recent;

  if (statement == NULL || statement->text != sql)
    statement = g_hash_table_lookup (self->statements, sql);
  if (G_UNLIKELY (statement == NULL || statement->in_use))
    {
      gboolean first = statement == NULL;

      statement = prepare (self, sql, first, error);
      if (statement == NULL)
        return NULL;
      if (first)
        {
          statement->text = sql;
          g_hash_table_insert (self->statements, (gpointer) sql, statement);
        }
    }
  if (statement->cached)
    *recent = statement;
  statement->in_use = TRUE;
  return statement;
}

BeaverStatement *
_beaver_connection_prepare (BeaverConnection *self, const char *sql, GError **error)
{
  return refuse_more (self, error) ? NULL : prepare_static (self, sql, error);
}

BeaverStatement *
_beaver_connection_prepare_only (BeaverConnection *self, const char *sql, GError **error)
{
  if (self->only == BEAVER_ONLY_BEGUN)
    {
      self->only = BEAVER_ONLY_RUNS;
      self->ending = TRUE; /* what is committed must not answer that it was interrupted */
    }
  else if (refuse_more (self, error))
    return NULL;
  return prepare_static (self, sql, error);
}

gboolean
_beaver_connection_is_only (BeaverConnection *self)
{
  return self->only == BEAVER_ONLY_BEGUN;
}

gboolean
_beaver_connection_refuse_only (BeaverConnection *self)
{
  if (self->only == BEAVER_ONLY_NOT)
    return FALSE;
  self->only = BEAVER_ONLY_REFUSED;
  return TRUE;
}

BeaverStatement *
_beaver_connection_prepare_dynamic (BeaverConnection *self, const char *sql, GError **error)
{
  BeaverStatement *statement;

  if (refuse_more (self, error))
    return NULL;
  statement = g_hash_table_lookup (self->dynamic_statements, sql);
  if (statement == NULL || statement->in_use)
    {
      gboolean first = statement == NULL;

      statement = prepare (self, sql, first, error);
      if (statement == NULL)
        return NULL;
      if (first)
        {
          statement->sql = g_strdup (sql);
          g_hash_table_insert (self->dynamic_statements, statement->sql, statement);
          g_queue_push_tail (&self->dynamic_order, statement);
        }
    }
  statement->in_use = TRUE;
  return statement;
}

static void
sql_take (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  BeaverConnection *self = sqlite3_user_data (context);
  /* as a blob it is not copied to get a NUL behind its end */
  gconstpointer text = self->takes_blobs ? sqlite3_value_blob (values[0]) :
                                           (gconstpointer) sqlite3_value_text (values[0]);
  gsize length = (gsize) sqlite3_value_bytes (values[0]);

  if (self->take != NULL && self->take (text, length, self->take_data))
    return;
  self->take = NULL;
  sqlite3_result_int (context, 1);
}

gboolean
_beaver_statement_took_in_order (BeaverStatement *self)
{
  return sqlite3_stmt_status (self->stmt, SQLITE_STMTSTATUS_SORT, TRUE) == 0;
}

/* Teaches the connection beaver_take(). */
static gboolean
learn_take (BeaverConnection *self, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (self, "PRAGMA encoding", error);
  int code;

  if (statement == NULL || _beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  self->takes_blobs = g_strcmp0 (_beaver_statement_text (statement, 0, NULL), "UTF-8") == 0;
  code = sqlite3_create_function_v2 (self->db, "beaver_take", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                     self, sql_take, NULL, NULL, NULL);
  if (code == SQLITE_OK)
    return TRUE;
  _beaver_connection_set_error (self, code, NULL, error);
  return FALSE;
}

BeaverStatement *
_beaver_connection_prepare_take (BeaverConnection *self,
                                 const char *sql,
                                 BeaverTake take,
                                 gpointer data,
                                 GError **error)
{
  BeaverStatement *statement;

  if (!self->can_take && !learn_take (self, error))
    return NULL;
  self->can_take = TRUE;
  statement = _beaver_connection_prepare (self, sql, error);
  if (statement == NULL)
    return NULL;
  statement->takes = TRUE;
  self->take = take;
  self->take_data = data;
  return statement;
}

static void
trim_dynamic (BeaverConnection *self)
{
  for (GList *l = self->dynamic_order.head;
       l != NULL && self->dynamic_order.length > MAX_DYNAMIC_STATEMENTS;)
    {
      BeaverStatement *statement = l->data;
      GList *next = l->next;

      if (!statement->in_use)
        {
          g_queue_delete_link (&self->dynamic_order, l);
          g_hash_table_remove (self->dynamic_statements, statement->sql);
        }
      l = next;
    }
}

/* What SQLite did not take is NULL now: told by the next step. */
static void
note_bound (BeaverStatement *self, int code)
{
  if (G_UNLIKELY (code == SQLITE_TOOBIG || code == SQLITE_NOMEM))
    self->refused = code;
}

void
_beaver_statement_bind_text (BeaverStatement *self, int index, const char *text, gssize length)
{
  int place = place_of (self, index);

  if (length < 0)
    note_bound (self, sqlite3_bind_text (self->stmt, place, text, -1, SQLITE_STATIC));
  else
    note_bound (self, sqlite3_bind_text64 (self->stmt, place, text, (sqlite3_uint64) length,
                                           SQLITE_STATIC, SQLITE_UTF8));
}

void
_beaver_statement_bind_blob (BeaverStatement *self, int index, gconstpointer data, gsize length)
{
  /* A NULL pointer would bind NULL, and most columns are NOT NULL. */
  if (length == 0)
    sqlite3_bind_zeroblob (self->stmt, place_of (self, index), 0);
  else
    note_bound (self, sqlite3_bind_blob64 (self->stmt, place_of (self, index), data, length,
                                           SQLITE_STATIC));
}

void
_beaver_statement_bind_bytes (BeaverStatement *self, int index, GBytes *bytes)
{
  gsize length;
  gconstpointer data;

  if (bytes == NULL)
    {
      sqlite3_bind_null (self->stmt, place_of (self, index));
      return;
    }
  data = g_bytes_get_data (bytes, &length);
  _beaver_statement_bind_blob (self, index, data, length);
}

void
_beaver_statement_bind_int (BeaverStatement *self, int index, gint64 value)
{
  sqlite3_bind_int64 (self->stmt, place_of (self, index), value);
}

void
_beaver_statement_bind_double (BeaverStatement *self, int index, double value)
{
  sqlite3_bind_double (self->stmt, place_of (self, index), value);
}

void
_beaver_statement_bind_null (BeaverStatement *self, int index)
{
  sqlite3_bind_null (self->stmt, place_of (self, index));
}

BeaverStep
_beaver_statement_step (BeaverStatement *self, GError **error)
{
  int code;

  self->active = TRUE;
  code = G_LIKELY (self->refused == 0) ? sqlite3_step (self->stmt) : self->refused;
  if (code == SQLITE_ROW)
    return BEAVER_STEP_ROW;
  if (code == SQLITE_DONE)
    return BEAVER_STEP_DONE;
  if (self->connection->only != BEAVER_ONLY_REFUSED)
    _beaver_connection_set_error (self->connection, code, NULL, error);
  return BEAVER_STEP_ERROR;
}

void
_beaver_statement_rewind (BeaverStatement *self)
{
  sqlite3_reset (self->stmt);
  self->active = FALSE;
}

void
_beaver_statement_reset (BeaverStatement *self)
{
  BeaverConnection *connection = self->connection;

  if (self->active)
    _beaver_statement_rewind (self);
  if (self->takes)
    {
      connection->take = NULL;
      connection->take_data = NULL;
      self->takes = FALSE;
    }
  if (!self->cached)
    {
      statement_free (self);
      return;
    }
  if (self->dirty)
    {
      sqlite3_clear_bindings (self->stmt); /* they point into memory of the work */
      self->dirty = FALSE;
      self->refused = 0;
    }
  self->in_use = FALSE;
  if (self->sql != NULL && connection->dynamic_order.length > MAX_DYNAMIC_STATEMENTS)
    trim_dynamic (connection);
}

gboolean
_beaver_statement_run (BeaverStatement *self, GError **error)
{
  BeaverStep step;

  while ((step = _beaver_statement_step (self, error)) == BEAVER_STEP_ROW)
    ;
  _beaver_statement_rewind (self);
  return step == BEAVER_STEP_DONE;
}

gint64
_beaver_connection_changes (BeaverConnection *self)
{
  return sqlite3_changes64 (self->db);
}

gint64
_beaver_connection_last_rowid (BeaverConnection *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

const char *
_beaver_statement_text (BeaverStatement *self, int column, gsize *length)
{
  const char *text = (const char *) sqlite3_column_text (self->stmt, column);

  if (length != NULL)
    *length = text != NULL ? (gsize) sqlite3_column_bytes (self->stmt, column) : 0;
  return text;
}

char *
_beaver_statement_dup_text (BeaverStatement *self, int column)
{
  gsize length;
  const char *text = _beaver_statement_text (self, column, &length);
  char *copy;

  if (text == NULL)
    return NULL;
  copy = g_malloc (length + 1);
  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

gconstpointer
_beaver_statement_blob (BeaverStatement *self, int column, gsize *length)
{
  gconstpointer data = sqlite3_column_blob (self->stmt, column);

  if (length != NULL)
    *length = (gsize) sqlite3_column_bytes (self->stmt, column);
  return data;
}

GBytes *
_beaver_statement_dup_bytes (BeaverStatement *self, int column)
{
  gsize length;
  gconstpointer data;

  if (_beaver_statement_is_null (self, column))
    return NULL;
  data = _beaver_statement_blob (self, column, &length);
  return g_bytes_new (data, length);
}

gint64
_beaver_statement_int (BeaverStatement *self, int column)
{
  return sqlite3_column_int64 (self->stmt, column);
}

double
_beaver_statement_double (BeaverStatement *self, int column)
{
  return sqlite3_column_double (self->stmt, column);
}

gboolean
_beaver_statement_is_null (BeaverStatement *self, int column)
{
  return sqlite3_column_type (self->stmt, column) == SQLITE_NULL;
}

G_STATIC_ASSERT ((int) BEAVER_COLUMN_INTEGER == SQLITE_INTEGER &&
                 (int) BEAVER_COLUMN_REAL == SQLITE_FLOAT &&
                 (int) BEAVER_COLUMN_TEXT == SQLITE_TEXT &&
                 (int) BEAVER_COLUMN_BLOB == SQLITE_BLOB &&
                 (int) BEAVER_COLUMN_NULL == SQLITE_NULL);

BeaverColumnType
_beaver_statement_type (BeaverStatement *self, int column)
{
  return (BeaverColumnType) sqlite3_column_type (self->stmt, column);
}

gboolean
_beaver_connection_step_simple (BeaverConnection *self, const char *sql, GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (self, sql, error);

  return statement != NULL && _beaver_statement_step (statement, error) != BEAVER_STEP_ERROR;
}

gboolean
_beaver_connection_execute (BeaverConnection *self, const char *sql, GError **error)
{
  int code;

  if (refuse_more (self, error))
    return FALSE;
  code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);
  if (code != SQLITE_OK)
    _beaver_connection_set_error (self, code, NULL, error);
  return code == SQLITE_OK;
}

/* SQLite knows the tables, once a statement has made it look whether they are still the same: that
 * is a tenth of what it takes to look for a name among all of them. */
gboolean
_beaver_connection_has_table (BeaverConnection *self,
                              const char *name,
                              gboolean *exists,
                              GError **error)
{
  g_autoptr (BeaverStatement) fresh =
      _beaver_connection_prepare (self, "SELECT 1 FROM sqlite_master LIMIT 1", error);
  g_autoptr (BeaverStatement) statement = NULL;
  BeaverStep step;

  if (fresh == NULL || _beaver_statement_step (fresh, error) == BEAVER_STEP_ERROR)
    return FALSE;
  switch (
      sqlite3_table_column_metadata (self->db, "main", name, NULL, NULL, NULL, NULL, NULL, NULL))
    {
    case SQLITE_OK:
      *exists = TRUE;
      return TRUE;
    case SQLITE_ERROR:
      *exists = FALSE;
      return TRUE;
    default:
      break;
    }
  statement = _beaver_connection_prepare (
      self, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, name, -1);
  step = _beaver_statement_step (statement, error);
  *exists = step == BEAVER_STEP_ROW;
  return step != BEAVER_STEP_ERROR;
}

/* --- Blobs
 * -----------------------------------------------------------------------------------------------------------------
 */

BeaverBlobHandle *
_beaver_connection_open_blob (BeaverConnection *self,
                              const char *table,
                              const char *column,
                              gint64 rowid,
                              gboolean writable,
                              GError **error)
{
  BeaverBlobHandle *handle;
  sqlite3_blob *blob = NULL;
  int code;

  if (refuse_more (self, error))
    return NULL;
  code = sqlite3_blob_open (self->db, "main", table, column, rowid, writable, &blob);
  if (code != SQLITE_OK)
    {
      _beaver_connection_set_error (self, code, NULL, error);
      sqlite3_blob_close (blob);
      return NULL;
    }
  handle = g_new (BeaverBlobHandle, 1);
  handle->connection = self;
  handle->blob = blob;
  self->blobs = g_slist_prepend (self->blobs, handle);
  return handle;
}

gsize
_beaver_blob_handle_size (BeaverBlobHandle *self)
{
  return (gsize) sqlite3_blob_bytes (self->blob);
}

gboolean
_beaver_blob_handle_read (BeaverBlobHandle *self,
                          gpointer buffer,
                          gsize size,
                          gsize offset,
                          GError **error)
{
  int code = sqlite3_blob_read (self->blob, buffer, (int) size, (int) offset);

  if (code != SQLITE_OK)
    _beaver_connection_set_error (self->connection, code, NULL, error);
  return code == SQLITE_OK;
}

gboolean
_beaver_blob_handle_write (BeaverBlobHandle *self,
                           gconstpointer buffer,
                           gsize size,
                           gsize offset,
                           GError **error)
{
  int code = sqlite3_blob_write (self->blob, buffer, (int) size, (int) offset);

  if (code != SQLITE_OK)
    _beaver_connection_set_error (self->connection, code, NULL, error);
  return code == SQLITE_OK;
}

void
_beaver_blob_handle_close (BeaverBlobHandle *self)
{
  self->connection->blobs = g_slist_remove (self->connection->blobs, self);
  sqlite3_blob_close (self->blob);
  g_free (self);
}

/* --- Topics
 * ------------------------------------------------------------------------------------------------------------------
 */

void
_beaver_connection_touch (BeaverConnection *self, const char *topic)
{
  /* Nobody to tell now; somebody who begins to wait before the commit is told without asking for
   * the topic. */
  if (!_beaver_watcher_is_awaited (self->engine->watcher))
    {
      self->touched_unnamed = TRUE;
      return;
    }
  for (guint i = 0; i < self->touched->len; i++)
    if (strcmp (g_ptr_array_index (self->touched, i), topic) == 0)
      return;
  g_ptr_array_add (self->touched, g_strdup (topic));
}

void
_beaver_connection_touch_reset (BeaverConnection *self)
{
  g_ptr_array_set_size (self->touched, 0);
  self->touched_unnamed = FALSE;
}
