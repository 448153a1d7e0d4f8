/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Another secret for an encrypted dict, while everybody goes on using it.
 *
 * Python keeps one metadata row for all values of a dict, so they have to change in one
 * transaction. To keep that one short the work is done before it: values are encrypted anew in
 * small units into an additional table, beside the very text that each was made from. The last unit
 * puts in place what still belongs to an unchanged value, encrypts what changed meanwhile, and
 * writes the new metadata. A rotation that ends anywhere before has changed nothing; the next one
 * with the same secret goes on where it stood, one with another secret begins anew. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-dict-secret-private.h>

static const char SQL_TABLES[] =
    "CREATE TABLE IF NOT EXISTS __beaver_x_secret_rotations__"
    " (dict_name TEXT NOT NULL PRIMARY KEY, metadata TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS __beaver_x_secret_rotation__"
    " (dict_name TEXT NOT NULL, key TEXT NOT NULL, old_value TEXT NOT NULL,"
    " new_value TEXT NOT NULL, PRIMARY KEY (dict_name, key))";
static const char SQL_HEADER[] =
    "SELECT metadata FROM __beaver_x_secret_rotations__ WHERE dict_name = $1";
static const char SQL_SET_HEADER[] =
    "INSERT INTO __beaver_x_secret_rotations__ (dict_name, metadata) VALUES ($1, $2)"
    " ON CONFLICT (dict_name) DO UPDATE SET metadata = excluded.metadata";
static const char SQL_DROP_HEADER[] =
    "DELETE FROM __beaver_x_secret_rotations__ WHERE dict_name = $1";
static const char SQL_TRIM[] =
    "DELETE FROM __beaver_x_secret_rotation__ WHERE dict_name = $1 AND key IN"
    " (SELECT key FROM __beaver_x_secret_rotation__ WHERE dict_name = $1 LIMIT 1000)";
static const char SQL_COUNT[] = "SELECT COUNT(*) FROM __beaver_dicts__ WHERE dict_name = $1";

#define UNPREPARED                                                                                 \
  "SELECT entry.key, entry.value FROM __beaver_dicts__ AS entry"                                   \
  " LEFT JOIN __beaver_x_secret_rotation__ AS ready"                                               \
  " ON ready.dict_name = entry.dict_name AND ready.key = entry.key"                                \
  " AND ready.old_value = entry.value"                                                             \
  " WHERE entry.dict_name = $1 AND ready.key IS NULL"                                              \
  " AND (entry.expires_at IS NULL OR entry.expires_at >= $2)"
static const char SQL_FIRST[] = UNPREPARED " ORDER BY entry.key LIMIT $3";
static const char SQL_NEXT[] = UNPREPARED " AND entry.key > $4 ORDER BY entry.key LIMIT $3";

static const char SQL_PREPARE[] =
    "INSERT INTO __beaver_x_secret_rotation__ (dict_name, key, old_value, new_value)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (dict_name, key)"
    " DO UPDATE SET old_value = excluded.old_value, new_value = excluded.new_value";
static const char SQL_PURGE[] =
    "DELETE FROM __beaver_dicts__ WHERE dict_name = $1 AND expires_at < $2";
static const char SQL_SWAP[] =
    "UPDATE __beaver_dicts__ SET value = ready.new_value"
    " FROM __beaver_x_secret_rotation__ AS ready"
    " WHERE __beaver_dicts__.dict_name = $1 AND ready.dict_name = $1"
    " AND ready.key = __beaver_dicts__.key AND ready.old_value = __beaver_dicts__.value";

/* Values of a unit, and how many the last one may find changed before another pass is worth it. */
#define PAGE_ROWS 64
#define MAX_PASSES 8

typedef struct
{
  char *key;
  gsize key_length;
  char *old_value;
  char *new_value;
} Row;

typedef struct
{
  BeaverDict *dict; /* strong; not looked at by a worker */
  BeaverDictShared *shared;
  char *secret;

  BeaverDictKey *next;
  gboolean resumed;
  char *header;   /* as the file has it; NULL: none */
  char *metadata; /* of the dict */
  GArray *rows;   /* (element-type Row) */
  char *position; /* the last key seen */
  gsize position_length;
  gboolean started; /* position counts */
  gint64 limit;     /* of rows */
  gint64 total;
  gboolean more;
  gboolean over; /* somebody else finished it */
} Rotation;

static void
row_clear (gpointer pointer)
{
  Row *row = pointer;

  g_free (row->key);
  g_free (row->old_value);
  g_free (row->new_value);
}

static void
rotation_free (gpointer pointer)
{
  Rotation *self = pointer;

  _beaver_dict_wipe (self->secret);
  g_clear_pointer (&self->next, _beaver_dict_key_unref);
  g_free (self->header);
  g_free (self->metadata);
  g_array_unref (self->rows);
  g_free (self->position);
  _beaver_dict_shared_unref (self->shared);
  g_object_unref (self->dict);
  g_free (self);
}

static double
wall_clock (void)
{
  return (double) g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
begin (BeaverConnection *connection, Rotation *self, gboolean writing, GError **error)
{
  BeaverDictCodec *codec = g_atomic_pointer_get (&self->shared->codec);

  return codec->begin (connection, codec->state, self->shared->core->name, writing, error);
}

static gboolean
read_header (BeaverConnection *connection, Rotation *self, GError **error)
{
  g_autoptr (BeaverStatement) statement = NULL;
  gboolean exists = FALSE;
  BeaverStep step;

  g_clear_pointer (&self->header, g_free);
  if (!_beaver_connection_has_table (connection, "__beaver_x_secret_rotations__", &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  statement = _beaver_connection_prepare (connection, SQL_HEADER, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ROW)
    self->header = _beaver_statement_dup_text (statement, 0);
  return step != BEAVER_STEP_ERROR;
}

static gboolean
look_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;
  g_autoptr (BeaverStatement) statement = NULL;

  g_clear_pointer (&self->metadata, g_free);
  if (!begin (connection, self, FALSE, error) || !read_header (connection, self, error) ||
      !_beaver_dict_read_security (connection, self->shared->core->name, &self->metadata, error))
    return FALSE;
  statement = _beaver_connection_prepare (connection, SQL_COUNT, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  self->total = _beaver_statement_int (statement, 0);
  return TRUE;
}

/* Writes the header, once everything that belonged to another one is gone. */
static gboolean
start_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;
  g_autoptr (BeaverStatement) statement = NULL;

  self->more = FALSE;
  if (!_beaver_connection_execute (connection, SQL_TABLES, error))
    return FALSE;
  if (self->resumed)
    return TRUE;
  statement = _beaver_connection_prepare (connection, SQL_TRIM, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  self->more = _beaver_connection_changes (connection) > 0;
  g_clear_pointer (&statement, _beaver_statement_reset);
  statement = _beaver_connection_prepare (connection, SQL_SET_HEADER, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  _beaver_statement_bind_text (statement, 2, self->next->metadata, -1);
  return _beaver_statement_run (statement, error);
}

/* Whether this is still the rotation that the file knows of. */
static gboolean
check_header (BeaverConnection *connection, Rotation *self, GError **error)
{
  g_autofree char *metadata = NULL;

  self->over = FALSE;
  if (!read_header (connection, self, error))
    return FALSE;
  if (g_strcmp0 (self->header, self->next->metadata) == 0)
    return TRUE;
  if (!_beaver_dict_read_security (connection, self->shared->core->name, &metadata, error))
    return FALSE;
  if (g_strcmp0 (metadata, self->next->metadata) == 0)
    {
      self->over = TRUE;
      return TRUE;
    }
  g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                       _ ("somebody else gives this dict another secret; let one of you do it"));
  return FALSE;
}

static gboolean
collect (BeaverConnection *connection, Rotation *self, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, self->started ? SQL_NEXT : SQL_FIRST, error);
  BeaverStep step;

  g_array_set_size (self->rows, 0);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  _beaver_statement_bind_double (statement, 2, wall_clock ());
  _beaver_statement_bind_int (statement, 3, self->limit);
  if (self->started)
    _beaver_statement_bind_text (statement, 4, self->position, (gssize) self->position_length);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      const char *key;
      Row row = { NULL };

      key = _beaver_statement_text (statement, 0, &row.key_length);
      row.key = g_memdup2 (key, row.key_length + 1);
      row.old_value = _beaver_statement_dup_text (statement, 1);
      g_array_append_val (self->rows, row);
    }
  return step == BEAVER_STEP_DONE;
}

static gboolean
collect_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;

  return begin (connection, self, FALSE, error) && collect (connection, self, error);
}

static gboolean
encrypt_rows (Rotation *self, GError **error)
{
  BeaverDictCodec *codec = g_atomic_pointer_get (&self->shared->codec);

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);
      char *plain = codec->decode (codec->state, row->old_value, error);

      if (plain != NULL)
        {
          row->new_value = _beaver_cipher_encrypt (self->next->cipher, plain, -1, error);
          _beaver_cipher_wipe (plain, -1);
        }
      if (row->new_value == NULL)
        {
          g_prefix_error (error, "the value of key “%s”: ", row->key);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
store_rows (BeaverConnection *connection, Rotation *self, GError **error)
{
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, SQL_PREPARE, error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);

      _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
      _beaver_statement_bind_text (statement, 2, row->key, (gssize) row->key_length);
      _beaver_statement_bind_text (statement, 3, row->old_value, -1);
      _beaver_statement_bind_text (statement, 4, row->new_value, -1);
      if (!_beaver_statement_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;

  return check_header (connection, self, error) &&
         (self->over || store_rows (connection, self, error));
}

static gboolean
run_for_dict (BeaverConnection *connection,
              Rotation *self,
              const char *sql,
              gboolean timed,
              GError **error)
{
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, self->shared->core->name, -1);
  if (timed)
    _beaver_statement_bind_double (statement, 2, wall_clock ());
  return _beaver_statement_run (statement, error);
}

static gboolean
swap_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;

  if (!check_header (connection, self, error))
    return FALSE;
  if (self->over)
    return TRUE;
  /* also refuses when the secret we know is not the dict's any more */
  if (!begin (connection, self, TRUE, error))
    return FALSE;
  self->started = FALSE;
  self->limit = -1;
  if (!run_for_dict (connection, self, SQL_PURGE, TRUE, error) ||
      !collect (connection, self, error) || !encrypt_rows (self, error) ||
      !store_rows (connection, self, error) ||
      !run_for_dict (connection, self, SQL_SWAP, FALSE, error) ||
      !_beaver_dict_write_security (connection, self->shared->core->name, self->next->metadata,
                                    error) ||
      !run_for_dict (connection, self, SQL_DROP_HEADER, FALSE, error))
    return FALSE;
  _beaver_connection_touch (connection, self->shared->core->topic);
  return TRUE;
}

static gboolean
trim_work (BeaverConnection *connection, gpointer data, GError **error)
{
  Rotation *self = data;

  /* the next rotation may have begun */
  self->more = FALSE;
  if (!read_header (connection, self, error))
    return FALSE;
  if (self->header != NULL)
    return TRUE;
  if (!run_for_dict (connection, self, SQL_TRIM, FALSE, error))
    return FALSE;
  self->more = _beaver_connection_changes (connection) > 0;
  return TRUE;
}

/* One pass over what is not ready. */
static gboolean
prepare (BeaverLongOp *op, Rotation *self, gint64 *prepared, GError **error)
{
  *prepared = 0;
  self->started = FALSE;
  self->limit = PAGE_ROWS;
  for (;;)
    {
      Row *last;

      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, collect_work, self, error) ||
          !encrypt_rows (self, error))
        return FALSE;
      if (self->rows->len == 0)
        return TRUE;
      if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, prepare_work, self, error))
        return FALSE;
      if (self->over)
        return TRUE;
      *prepared += self->rows->len;
      last = &g_array_index (self->rows, Row, self->rows->len - 1);
      g_free (self->position);
      self->position = g_steal_pointer (&last->key);
      self->position_length = last->key_length;
      self->started = TRUE;
      if (!_beaver_long_op_tell (op, MIN (*prepared, self->total), self->total + 1, error))
        return FALSE;
      if (self->rows->len < PAGE_ROWS)
        return TRUE;
    }
}

static gboolean
rotate (BeaverLongOp *op, Rotation *self, GError **error)
{
  BeaverDictSecretState *state = _beaver_dict_secret_state (self->shared);
  gint64 prepared;
  gboolean ok;

  if (!_beaver_long_op_unit (op, BEAVER_ACCESS_SCAN, look_work, self, error))
    return FALSE;
  if (self->header != NULL)
    {
      self->next = _beaver_dict_key_open (self->secret, self->header, NULL);
      self->resumed = self->next != NULL;
    }
  if (self->next == NULL)
    self->next = _beaver_dict_key_new (self->secret, error);
  _beaver_dict_wipe (g_steal_pointer (&self->secret));
  if (self->next == NULL)
    return FALSE;
  do
    if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, start_work, self, error))
      return FALSE;
  while (self->more);

  for (guint pass = 0; pass < MAX_PASSES; pass++)
    {
      if (!prepare (op, self, &prepared, error))
        return FALSE;
      if (prepared <= PAGE_ROWS || self->over)
        break;
    }

  /* From the very commit on, readers meet values of both keys. */
  _beaver_dict_secret_expect (state, self->next);
  ok = _beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, swap_work, self, error);
  _beaver_dict_secret_settle (state, self->next, ok);
  if (!ok)
    return FALSE;

  /* What is left is of no use to anybody; a later rotation, or a check, would remove it as well. */
  do
    if (!_beaver_long_op_unit (op, BEAVER_ACCESS_WRITE, trim_work, self, NULL))
      break;
  while (self->more);
  _beaver_long_op_tell (op, self->total + 1, self->total + 1, NULL);
  return TRUE;
}

static gboolean
rotation_run (BeaverLongOp *op, gpointer data, GError **error)
{
  Rotation *self = data;

  if (rotate (op, self, error))
    return TRUE;
  if (error != NULL && *error != NULL &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "dict “%s”: ", self->shared->core->name);
  return FALSE;
}

static Rotation *
rotation_new (BeaverDict *dict, const char *secret, GError **error)
{
  Rotation *self;

  if (_beaver_manager_get_engine (BEAVER_MANAGER (dict), error) == NULL ||
      !_beaver_check_text ("the new secret", secret, error))
    return NULL;
  if (*secret == '\0')
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           _ ("the new secret cannot be empty; give it at least one character"));
      return NULL;
    }
  if (_beaver_dict_secret_state (_beaver_dict_get_shared (dict)) == NULL)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_SECRET,
                   _ ("dict “%s” was got without a secret; get it with the one it has first"),
                   beaver_manager_get_name (BEAVER_MANAGER (dict)));
      return NULL;
    }
  self = g_new0 (Rotation, 1);
  self->dict = g_object_ref (dict);
  self->shared = _beaver_dict_shared_ref (_beaver_dict_get_shared (dict));
  self->secret = g_strdup (secret);
  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  g_array_set_clear_func (self->rows, row_clear);
  return self;
}

/**
 * beaver_dict_rotate_secret:
 * @self: a dict that was got with its secret
 * @new_secret: the secret from now on, not empty
 * @progress: (scope call) (closure progress_data) (nullable): told how far it is
 * @progress_data: data for @progress
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Encrypts all values anew, with another secret.
 *
 * Readers and writers, of other processes too, go on meanwhile. The values are prepared in small
 * steps beside the old ones and put in place in one transaction at the end: until then the old
 * secret counts, from then on the new one. When it is cancelled, or the process dies, nothing has
 * changed, and the next call with the same secret goes on where this one stood.
 *
 * Other processes that have the dict open get %BEAVER_ERROR_SECRET afterwards, and get the dict
 * again with the new secret. (A Python program of beaver-db keeps the old secret for as long as it
 * runs, and what it writes then cannot be read with the new one: restart it first.)
 *
 * A value that the old secret does not open, %BEAVER_ERROR_SECRET or %BEAVER_ERROR_CORRUPT, keeps
 * the secret from being changed; the message names its key.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_rotate_secret (BeaverDict *self,
                           const char *new_secret,
                           BeaverProgressFunc progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GError **error)
{
  Rotation *rotation;
  gboolean ok;

  g_return_val_if_fail (BEAVER_IS_DICT (self), FALSE);

  rotation = rotation_new (self, new_secret, error);
  if (rotation == NULL)
    return FALSE;
  ok = _beaver_long_op_run (rotation->shared->core->engine, rotation_run, rotation, progress,
                            progress_data, cancellable, error);
  rotation_free (rotation);
  return ok;
}

static void
rotation_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

/**
 * beaver_dict_rotate_secret_async:
 * @self: a dict that was got with its secret
 * @new_secret: the secret from now on, not empty
 * @progress: (scope notified) (closure progress_data) (destroy progress_destroy) (nullable): told
 *   how far it is
 * @progress_data: data for @progress
 * @progress_destroy: (nullable): frees @progress_data
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Dict.rotate_secret].
 *
 * Since: 1.0
 */
void
beaver_dict_rotate_secret_async (BeaverDict *self,
                                 const char *new_secret,
                                 BeaverProgressFunc progress,
                                 gpointer progress_data,
                                 GDestroyNotify progress_destroy,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  Rotation *rotation;

  g_return_if_fail (BEAVER_IS_DICT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_dict_rotate_secret_async);
  rotation = rotation_new (self, new_secret, &error);
  if (rotation == NULL)
    {
      _beaver_long_op_refuse (task, error, NULL, NULL, progress_data, progress_destroy);
      return;
    }
  _beaver_long_op_start (rotation->shared->core->engine, rotation_run, rotation, rotation_free,
                         progress, progress_data, progress_destroy, task, rotation_finish);
}

/**
 * beaver_dict_rotate_secret_finish:
 * @self: a dict
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Dict.rotate_secret_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_dict_rotate_secret_finish (BeaverDict *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
