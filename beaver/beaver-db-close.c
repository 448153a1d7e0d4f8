/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-state-private.h>
#include <beaver/beaver-events-private.h>
#include <beaver/beaver-site-private.h>
#include <beaver/engine/beaver-context-private.h>

void
_beaver_db_thread_free (gpointer data)
{
  BeaverDbThread *self = data;

  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->engine, _beaver_engine_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self);
}

gboolean
_beaver_db_thread_start (GTask *task,
                         const char *name,
                         GThreadFunc func,
                         BeaverDbThread *data,
                         GError **error)
{
  data->task = g_object_ref (task);
  data->context = g_main_context_ref (g_task_get_context (task));
  if (g_task_get_cancellable (task) != NULL)
    data->cancellable = g_object_ref (g_task_get_cancellable (task));
  if (_beaver_thread_start (name, func, data, &data->thread, error))
    return TRUE;
  _beaver_db_thread_free (data);
  return FALSE;
}

/* --- Closing
 * ----------------------------------------------------------------------------------------------------------------
 */

static void
notify_closed (gpointer data)
{
  BeaverDb *self = g_weak_ref_get (data);

  if (self != NULL)
    {
      g_object_notify (G_OBJECT (self), "closed");
      g_object_unref (self);
    }
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* A database that nobody iterates the context of must not be kept alive by the news of its end. */
static void
post_notify_closed (BeaverDb *self)
{
  GWeakRef *ref;

  /* A program without a main loop would never get rid of it. */
  if (!g_signal_has_handler_pending (self, g_signal_lookup ("notify", G_TYPE_OBJECT),
                                     g_quark_from_static_string ("closed"), FALSE))
    return;
  ref = g_new (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  _beaver_context_post (self->context, notify_closed, ref, weak_ref_free);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  const BeaverReferenced *left = *(BeaverReferenced *const *) a;
  const BeaverReferenced *right = *(BeaverReferenced *const *) b;

  return strcmp (left->text, right->text);
}

/* Strong references to all managers; with told, also what of them (and of their iterators) the
 * program holds (element-type BeaverReferenced). */
GPtrArray *
_beaver_db_snapshot_managers (BeaverDb *self, GPtrArray *told)
{
  GPtrArray *managers = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer manager;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->managers);
  while (g_hash_table_iter_next (&iter, NULL, &manager))
    {
      /* Ours in the table is one: what is more is the program's. */
      if (told != NULL && g_atomic_int_get ((int *) &G_OBJECT (manager)->ref_count) > 1)
        _beaver_referenced_add (told,
                                g_strdup_printf ("%s %s", beaver_manager_get_kind (manager),
                                                 beaver_manager_get_name (manager)),
                                _beaver_site_of (manager));
      g_ptr_array_add (managers, g_object_ref (manager));
    }
  g_mutex_unlock (&self->lock);

  if (told != NULL)
    {
      for (guint i = 0; i < managers->len; i++)
        {
          BeaverManagerClass *klass = BEAVER_MANAGER_GET_CLASS (g_ptr_array_index (managers, i));

          if (klass->add_live_objects != NULL)
            klass->add_live_objects (g_ptr_array_index (managers, i), told);
        }
      g_ptr_array_sort (told, compare_texts);
    }
  return managers;
}

/* The protocol of doc/closing.md. Returns FALSE when another thread closed, or is just closing,
 * which then has been waited for. */
gboolean
_beaver_db_close_now (BeaverDb *self)
{
  g_autoptr (GPtrArray) managers = NULL;
  g_autoptr (GPtrArray) referenced = NULL;
  BeaverEngineCloseStats stats = { 0 };
  BeaverEngine *engine;
  gint64 start = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  engine = self->engine;
  g_mutex_unlock (&self->lock);
  if (engine == NULL)
    return FALSE;

  /* 1, 2: the door is shut, whoever sleeps in the engine is awake. */
  if (!_beaver_engine_begin_close (engine))
    {
      _beaver_engine_wait_closed (engine);
      /* the report comes last */
      g_mutex_lock (&self->lock);
      while (self->report == NULL && !_beaver_engine_is_forked (engine))
        g_cond_wait (&self->reported, &self->lock);
      g_mutex_unlock (&self->lock);
      return FALSE;
    }
  referenced = g_ptr_array_new_with_free_func ((GDestroyNotify) _beaver_referenced_free);
  managers = _beaver_db_snapshot_managers (self, referenced);
  for (guint i = 0; i < managers->len; i++)
    _beaver_manager_stop (g_ptr_array_index (managers, i));
  _beaver_events_stop (engine);
  /* 3: all have been told before the first is waited for. */
  for (guint i = 0; i < managers->len; i++)
    _beaver_engine_count_joined (engine, _beaver_manager_join (g_ptr_array_index (managers, i)));
  _beaver_engine_count_joined (engine, _beaver_events_join (engine));
  /* 4, 5 */
  _beaver_engine_finish_close (engine, &stats);
  _beaver_events_forget (engine);

  stats.duration_us = g_get_monotonic_time () - start;
  g_mutex_lock (&self->lock);
  self->report = _beaver_close_report_new (&stats, referenced);
  g_cond_broadcast (&self->reported);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/**
 * beaver_db_close:
 * @self: a database
 * @error: return location for an error
 *
 * Closes the database: the connections of all threads, and every background thread.
 *
 * This **forcibly closes the connections of all threads that use this object and stops all its
 * background listeners** (channels, live logs, event callbacks). Threads in the middle of an
 * operation fail at once with %BEAVER_ERROR_CLOSED; an open transaction is rolled back; whoever
 * waits (next message, next window, next job, a lock) is woken. Locks held through this object are
 * released. Writes that had returned %TRUE are in the file.
 *
 * May be called from any thread, callbacks of the library included, and more than once: it returns
 * when the one real close is over. Dropping the last reference does the same.
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_FORKED in a child process
 *
 * Since: 1.0
 */
gboolean
beaver_db_close (BeaverDb *self, GError **error)
{
  BeaverEngine *engine;

  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  engine = _beaver_db_get_engine (self);
  if (engine != NULL && _beaver_engine_is_forked (engine))
    {
      _beaver_engine_set_error_if_closed (engine, error);
      return FALSE;
    }
  if (_beaver_db_close_now (self))
    post_notify_closed (self);
  return TRUE;
}

static void
close_done (gpointer data)
{
  BeaverDbThread *self = data;

  g_thread_join (self->thread);
  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (self->task, TRUE);
}

static gpointer
close_thread (gpointer data)
{
  BeaverDbThread *self = data;

  beaver_db_close (self->db, &self->error);
  _beaver_context_post (self->context, close_done, self, _beaver_db_thread_free);
  return NULL;
}

/**
 * beaver_db_close_async:
 * @self: a database
 * @cancellable: (nullable): must be %NULL or is ignored: a close that has begun ends
 * @callback: (scope async) (closure user_data): called when it is closed
 * @user_data: data for @callback
 *
 * Closes the database without blocking the caller; see [method@Beaver.Db.close].
 *
 * New calls answer %BEAVER_ERROR_CLOSED as soon as the close has begun. Where the system refuses
 * the thread for it, the calling one closes.
 *
 * Since: 1.0
 */
void
beaver_db_close_async (BeaverDb *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  BeaverDbThread *data;

  g_return_if_fail (BEAVER_IS_DB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_db_close_async);
  g_task_set_check_cancellable (task, FALSE);
  data = g_new0 (BeaverDbThread, 1);
  data->db = self;
  if (_beaver_db_thread_start (task, "beaver-close", close_thread, data, NULL))
    return;
  /* A close never fails for want of a thread. */
  if (beaver_db_close (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * beaver_db_close_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.close_async].
 *
 * Returns: %TRUE; %FALSE with %BEAVER_ERROR_FORKED in a child process
 *
 * Since: 1.0
 */
gboolean
beaver_db_close_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_db_close_full:
 * @self: a database
 * @error: return location for an error
 *
 * Closes the database as [method@Beaver.Db.close] does and says what that ended. When it was closed
 * before, the report is that of the real close.
 *
 * Returns: (transfer full): the report, or %NULL with %BEAVER_ERROR_FORKED, or %BEAVER_ERROR_CLOSED
 *   when the database was never open
 *
 * Since: 1.0
 */
BeaverCloseReport *
beaver_db_close_full (BeaverDb *self, GError **error)
{
  BeaverCloseReport *report = NULL;

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!beaver_db_close (self, error))
    return NULL;
  g_mutex_lock (&self->lock);
  if (self->report != NULL)
    report = g_object_ref (self->report);
  g_mutex_unlock (&self->lock);
  if (report == NULL)
    g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                         _ ("the database was never opened"));
  return report;
}

static void
on_shutdown (BeaverDb *self, GApplication *application)
{
  beaver_db_close (self, NULL);
}

/**
 * beaver_db_close_on_shutdown:
 * @self: a database
 * @application: an application
 *
 * Closes the database when @application shuts down, unless it is gone by then. Neither keeps the
 * other alive.
 *
 * Since: 1.0
 */
void
beaver_db_close_on_shutdown (BeaverDb *self, GApplication *application)
{
  g_return_if_fail (BEAVER_IS_DB (self));
  g_return_if_fail (G_IS_APPLICATION (application));

  g_signal_connect_object (application, "shutdown", G_CALLBACK (on_shutdown), self,
                           G_CONNECT_SWAPPED);
}
