/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the engine share: an engine on the fixture's file, and units of work on the
 * dicts table that count, read, write, fail and never end. */
#pragma once

#include "../beaver-test.h"

#include <beaver/engine/beaver-connection-private.h>
#include <beaver/engine/beaver-engine-private.h>
#include <beaver/engine/beaver-watch-private.h>

#define ENGINE_TEST_TOPIC "dict:test"

static inline BeaverEngine *
engine_try_open (const char *path, gboolean full, GError **error)
{
  BeaverEngineOptions options = { .path = path,
                                  .connection_timeout = 30.0,
                                  .wal = TRUE,
                                  .synchronous_full = full,
                                  .temp_memory = TRUE };

  return _beaver_engine_open (&options, NULL, error);
}

static inline BeaverEngine *
engine_open (const char *path)
{
  g_autoptr (GError) error = NULL;
  BeaverEngine *engine = engine_try_open (path, FALSE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (engine);
  return engine;
}

static inline void
engine_close (BeaverEngine *engine)
{
  if (_beaver_engine_begin_close (engine))
    _beaver_engine_finish_close (engine, NULL);
  else
    _beaver_engine_wait_closed (engine);
}

/* Closes, checks that nothing is left in dir, and lets go. */
static inline void
engine_end (BeaverEngine *engine, const char *dir)
{
  engine_close (engine);
  if (dir != NULL)
    beaver_test_assert_all_closed (dir);
  _beaver_engine_unref (engine);
}

static inline void
engine_assert_no_log (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);

  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (shm, G_FILE_TEST_EXISTS));
}

/* --- Units --- */

typedef struct
{
  const char *key;
  gint64 value;  /* to write, or what was read; -1 nothing there */
  gint64 count;  /* how often the work ran */
  gboolean fail; /* after the write */
  char *topic;   /* touched by writes; NULL: ENGINE_TEST_TOPIC */
} EngineOp;

#define ENGINE_UPSERT                                                                              \
  "INSERT INTO __beaver_dicts__ (dict_name, key, value) VALUES ('test', $1, $2) "                  \
  "ON CONFLICT (dict_name, key) DO UPDATE SET value = "

static inline gboolean
engine_write_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement =
      _beaver_connection_prepare (connection, ENGINE_UPSERT "excluded.value", error);

  op->count++;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->key, -1);
  _beaver_statement_bind_int (statement, 2, op->value);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  _beaver_connection_touch (connection, op->topic != NULL ? op->topic : ENGINE_TEST_TOPIC);
  if (op->fail)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, "on purpose");
      return FALSE;
    }
  return TRUE;
}

/* Adds 1; value is the result. */
static inline gboolean
engine_increment_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection, ENGINE_UPSERT "CAST (CAST (value AS INTEGER) + 1 AS TEXT) RETURNING value",
      error);

  op->count++;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->key, -1);
  _beaver_statement_bind_int (statement, 2, 1);
  if (_beaver_statement_step (statement, error) != BEAVER_STEP_ROW)
    return FALSE;
  op->value = _beaver_statement_int (statement, 0);
  if (!_beaver_statement_run (statement, error))
    return FALSE;
  _beaver_connection_touch (connection, op->topic != NULL ? op->topic : ENGINE_TEST_TOPIC);
  if (op->fail)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, "on purpose");
      return FALSE;
    }
  return TRUE;
}

static inline gboolean
engine_read_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection, "SELECT value FROM __beaver_dicts__ WHERE dict_name = 'test' AND key = $1",
      error);
  BeaverStep step;

  op->count++;
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->key, -1);
  step = _beaver_statement_step (statement, error);
  if (step == BEAVER_STEP_ERROR)
    return FALSE;
  op->value = step == BEAVER_STEP_ROW ? _beaver_statement_int (statement, 0) : -1;
  return TRUE;
}

/* Would run for years. count is set once it runs. */
static inline gboolean
engine_endless_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection,
      "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
      error);

  __atomic_store_n (&op->count, 1, __ATOMIC_RELEASE);
  return statement != NULL && _beaver_statement_run (statement, error);
}

/* The same as a statement that writes. */
static inline gboolean
engine_endless_write_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EngineOp *op = data;
  g_autoptr (BeaverStatement) statement = _beaver_connection_prepare (
      connection,
      "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
      "INSERT INTO __beaver_dicts__ (dict_name, key, value) SELECT 'test', max(n), 'x' FROM c",
      error);

  __atomic_store_n (&op->count, 1, __ATOMIC_RELEASE);
  return statement != NULL && _beaver_statement_run (statement, error);
}

static inline gboolean
engine_write (BeaverEngine *engine, const char *key, gint64 value, GError **error)
{
  EngineOp op = { .key = key, .value = value };

  return _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, engine_write_work, &op, NULL, error);
}

static inline void
engine_must_write (BeaverEngine *engine, const char *key, gint64 value)
{
  g_autoptr (GError) error = NULL;

  engine_write (engine, key, value, &error);
  g_assert_no_error (error);
}

static inline gint64
engine_read_access (BeaverEngine *engine, BeaverAccess access, const char *key)
{
  g_autoptr (GError) error = NULL;
  EngineOp op = { .key = key };

  _beaver_engine_run (engine, access, engine_read_work, &op, NULL, &error);
  g_assert_no_error (error);
  return op.value;
}

static inline gint64
engine_read (BeaverEngine *engine, const char *key)
{
  return engine_read_access (engine, BEAVER_ACCESS_POINT, key);
}
