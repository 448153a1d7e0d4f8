/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-event-bus-private.h>
#include <beaver/beaver-event-handler-private.h>
#include <beaver/beaver-event-private.h>
#include <beaver/engine/beaver-json-private.h>

/* Shared by managers and database */

static gboolean
check_word (const char *what, const char *text, GError **error)
{
  if (!_beaver_check_text (what, text, error))
    return FALSE;
  if (*text == '\0')
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   "%s cannot be empty; give it at least one character", what);
      return FALSE;
    }
  return TRUE;
}

static void
set_closed (GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "the database was closed");
}

/* Takes user_data whatever happens. */
static BeaverEventHandler *
attach (BeaverEngine *engine,
        GMainContext *context,
        const char *topic,
        const char *event,
        BeaverEventFunc func,
        gpointer user_data,
        GDestroyNotify destroy,
        gboolean unique,
        GError **error)
{
  g_autoptr (BeaverEventBus) bus = NULL;
  BeaverEventRegistration *registration;

  if (engine == NULL || !check_word ("the topic of an event", topic, error) ||
      !check_word ("the name of an event", event, error) ||
      (bus = _beaver_event_bus_get (engine)) == NULL)
    {
      if (error != NULL && *error == NULL)
        set_closed (error);
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }
  registration = _beaver_event_bus_attach (bus, context, topic, event, func, user_data, destroy,
                                           unique, error);
  return registration != NULL ? _beaver_event_handler_new (registration) : NULL;
}

typedef struct
{
  char *channel;
  char *event;
  char *payload; /* in the normal form */
} EmitOp;

static gboolean
emit_work (BeaverConnection *connection, gpointer data, GError **error)
{
  EmitOp *op = data;
  g_autofree char *envelope = _beaver_envelope_write (op->event, op->payload);

  return _beaver_event_bus_append (connection, op->channel, envelope, error);
}

static void
emit_op_clear (EmitOp *op)
{
  g_free (op->channel);
  g_free (op->event);
  g_free (op->payload);
}

static void
emit_op_free (gpointer pointer)
{
  emit_op_clear (pointer);
  g_free (pointer);
}

static gboolean
emit_op_init (EmitOp *op, const char *topic, const char *event, const char *payload, GError **error)
{
  if (!check_word ("the topic of an event", topic, error) ||
      !check_word ("the name of an event", event, error))
    return FALSE;
  op->payload = _beaver_json_normalize (payload != NULL ? payload : "null", -1, error);
  if (op->payload == NULL)
    {
      g_prefix_error (error, "the payload of event “%s” of “%s”: ", event, topic);
      return FALSE;
    }
  op->channel = g_strdup_printf ("__events_%s__", topic);
  op->event = g_strdup (event);
  return TRUE;
}

static gboolean
emit (BeaverEngine *engine,
      const char *topic,
      const char *event,
      const char *payload,
      GCancellable *cancellable,
      GError **error)
{
  EmitOp op;
  gboolean ok;

  if (_beaver_engine_set_error_if_closed (engine, error) ||
      !emit_op_init (&op, topic, event, payload, error))
    return FALSE;
  ok = _beaver_engine_run (engine, BEAVER_ACCESS_WRITE, emit_work, &op, cancellable, error);
  emit_op_clear (&op);
  return ok;
}

static void
emit_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

static void
emit_async (BeaverEngine *engine,
            const char *topic,
            const char *event,
            const char *payload,
            GTask *task)
{
  EmitOp *op = g_new0 (EmitOp, 1);
  GError *error = NULL;

  g_task_set_check_cancellable (task, FALSE); /* what was committed is a success */
  if (_beaver_engine_set_error_if_closed (engine, &error) ||
      !emit_op_init (op, topic, event, payload, &error))
    {
      g_free (op);
      g_task_return_error (task, error);
      return;
    }
  _beaver_engine_run_async (engine, BEAVER_ACCESS_WRITE, emit_work, op, emit_op_free, task,
                            emit_finish);
}

/* Managers */

/**
 * beaver_manager_on:
 * @self: a manager
 * @event: the name of an event: `set`, `clear` ...
 * @func: (scope notified) (closure user_data) (destroy destroy): called when it happens
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data when @func will not be called any more
 * @error: return location for an error
 *
 * Calls @func whenever @event happens to this structure, whatever process did it.
 *
 * @func runs in the main context in which the database was opened, which has to run; for every
 * event that is committed after this has returned, in their order, and in the order of attaching
 * for one event. Processes that use this library see that somebody listens and tell; Python's
 * beaver-db tells only when it listens itself.
 *
 * The same @func with the same @user_data is attached once for each event: doing so again gives a
 * handler for the same, and frees @user_data at once.
 *
 * The first callback of this process for the events of a structure tells the other processes, by a
 * short write: while another process holds the write lock, this call waits, for
 * [property@Beaver.Db:connection-timeout] at most. All further ones only wait for a look at the
 * file. There is no asynchronous form, since bindings cannot tell two callbacks of one call apart;
 * a program with a main loop attaches its callbacks before it runs that, or in a thread: @func runs
 * in the database's context all the same.
 *
 * The callback stays until [method@Beaver.EventHandler.off], [method@Beaver.Manager.off], or the
 * close of the database; dropping the handler does not detach it. @destroy is called in the main
 * context too. A binding's callback that refers to the database keeps it alive until then.
 *
 * Returns: (transfer full): a handler, to detach @func; %NULL on error
 *
 * Since: 1.0
 */
BeaverEventHandler *
beaver_manager_on (BeaverManager *self,
                   const char *event,
                   BeaverEventFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy,
                   GError **error)
{
  BeaverManagerCore *core;
  g_autoptr (GError) reason = NULL;
  BeaverEventHandler *handler;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  core = _beaver_manager_get_core (self);
  handler = attach (_beaver_manager_get_engine (self, &reason), core->context, core->topic, event,
                    func, user_data, destroy, TRUE, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return handler;
}

/**
 * beaver_manager_off: (skip)
 * @self: a manager
 * @event: the name of an event
 * @func: a callback that was attached with [method@Beaver.Manager.on]
 * @user_data: the data it was attached with
 *
 * Detaches a callback, as [method@Beaver.EventHandler.off] does, which is the form for languages
 * whose callbacks have no address.
 *
 * Returns: %TRUE when it was attached
 *
 * Since: 1.0
 */
gboolean
beaver_manager_off (BeaverManager *self,
                    const char *event,
                    BeaverEventFunc func,
                    gpointer user_data)
{
  BeaverEngine *engine;
  g_autoptr (BeaverEventBus) bus = NULL;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  engine = _beaver_manager_get_engine (self, NULL);
  bus = engine != NULL ? _beaver_event_bus_get (engine) : NULL;
  return bus != NULL && _beaver_event_bus_detach (bus, _beaver_manager_get_core (self)->topic,
                                                  event, func, user_data, TRUE);
}

/**
 * beaver_manager_emit_event:
 * @self: a manager
 * @event: the name of an event, of your own or one of the structure's
 * @payload: (nullable): JSON text; %NULL for `null`
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Tells everybody who listens to @event of this structure, in all processes.
 *
 * The structure's own events come by themselves.
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_manager_emit_event (BeaverManager *self,
                           const char *event,
                           const char *payload,
                           GCancellable *cancellable,
                           GError **error)
{
  BeaverEngine *engine;

  g_return_val_if_fail (BEAVER_IS_MANAGER (self), FALSE);

  engine = _beaver_manager_get_engine (self, error);
  return engine != NULL &&
         emit (engine, _beaver_manager_get_core (self)->topic, event, payload, cancellable, error);
}

/**
 * beaver_manager_emit_event_async:
 * @self: a manager
 * @event: the name of an event, of your own or one of the structure's
 * @payload: (nullable): JSON text; %NULL for `null`
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when it is published
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Manager.emit_event].
 *
 * Since: 1.0
 */
void
beaver_manager_emit_event_async (BeaverManager *self,
                                 const char *event,
                                 const char *payload,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverEngine *engine;

  g_return_if_fail (BEAVER_IS_MANAGER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_manager_emit_event_async);
  engine = _beaver_manager_get_engine (self, &error);
  if (engine != NULL)
    emit_async (engine, _beaver_manager_get_core (self)->topic, event, payload, task);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_manager_emit_event_finish:
 * @self: a manager
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Manager.emit_event_async].
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_manager_emit_event_finish (BeaverManager *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Database */

/**
 * beaver_db_on:
 * @self: a database
 * @topic: a topic: `dict:settings` for the events of that dict, or one of your own
 * @event: the name of an event
 * @func: (scope notified) (closure user_data) (destroy destroy): called when it happens
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data when @func will not be called any more
 * @error: return location for an error
 *
 * Calls @func whenever @event happens to @topic, whatever process did it.
 *
 * As [method@Beaver.Manager.on], but a callback that is attached twice is called twice.
 *
 * Returns: (transfer full): a handler, to detach @func; %NULL on error
 *
 * Since: 1.0
 */
BeaverEventHandler *
beaver_db_on (BeaverDb *self,
              const char *topic,
              const char *event,
              BeaverEventFunc func,
              gpointer user_data,
              GDestroyNotify destroy,
              GError **error)
{
  g_autoptr (GError) reason = NULL;
  BeaverEventHandler *handler;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  handler = attach (_beaver_db_get_engine (self), _beaver_db_get_context (self), topic, event, func,
                    user_data, destroy, FALSE, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return handler;
}

/**
 * beaver_db_off: (skip)
 * @self: a database
 * @topic: a topic
 * @event: the name of an event
 * @func: a callback that was attached with [method@Beaver.Db.on]
 * @user_data: the data it was attached with
 *
 * Detaches a callback once, as [method@Beaver.EventHandler.off] does, which is the form for
 * languages whose callbacks have no address.
 *
 * Returns: %TRUE when it was attached
 *
 * Since: 1.0
 */
gboolean
beaver_db_off (BeaverDb *self,
               const char *topic,
               const char *event,
               BeaverEventFunc func,
               gpointer user_data)
{
  BeaverEngine *engine;
  g_autoptr (BeaverEventBus) bus = NULL;

  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  engine = _beaver_db_get_engine (self);
  bus = engine != NULL ? _beaver_event_bus_get (engine) : NULL;
  return bus != NULL && _beaver_event_bus_detach (bus, topic, event, func, user_data, FALSE);
}

/**
 * beaver_db_emit_event:
 * @self: a database
 * @topic: a topic, of your own or one of a structure
 * @event: the name of an event
 * @payload: (nullable): JSON text; %NULL for `null`
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Tells everybody who listens to @event of @topic, in all processes. Python's beaver-db listens
 * with `db.events(topic)`.
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_db_emit_event (BeaverDb *self,
                      const char *topic,
                      const char *event,
                      const char *payload,
                      GCancellable *cancellable,
                      GError **error)
{
  BeaverEngine *engine;

  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);

  engine = _beaver_db_get_engine (self);
  if (engine == NULL)
    {
      set_closed (error);
      return FALSE;
    }
  return emit (engine, topic, event, payload, cancellable, error);
}

/**
 * beaver_db_emit_event_async:
 * @self: a database
 * @topic: a topic, of your own or one of a structure
 * @event: the name of an event
 * @payload: (nullable): JSON text; %NULL for `null`
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when it is published
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.emit_event].
 *
 * Since: 1.0
 */
void
beaver_db_emit_event_async (BeaverDb *self,
                            const char *topic,
                            const char *event,
                            const char *payload,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  BeaverEngine *engine;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_emit_event_async);
  engine = _beaver_db_get_engine (self);
  if (engine != NULL)
    emit_async (engine, topic, event, payload, task);
  else
    g_task_return_new_error (task, BEAVER_ERROR, BEAVER_ERROR_CLOSED, "the database was closed");
}

/**
 * beaver_db_emit_event_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.emit_event_async].
 *
 * Returns: %TRUE when published
 *
 * Since: 1.0
 */
gboolean
beaver_db_emit_event_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
