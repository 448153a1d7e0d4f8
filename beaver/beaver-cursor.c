/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-cursor-private.h>

/**
 * BeaverCursor:
 *
 * Goes over the entries of a structure, from page to page.
 *
 * A cursor fetches some hundred entries at a time, of a long list up to two thousand, and remembers
 * where it stands by key, not by an open statement: it never holds a snapshot, blocks no writer and
 * needs no closing to let the database go. It is not one frozen view either: what is inserted or
 * removed behind the current page while it runs is seen or not seen accordingly; what stays in
 * place all the time is delivered exactly once.
 *
 * [method@Beaver.Cursor.next] gives %NULL without an error at the end. After the database was
 * closed it answers %BEAVER_ERROR_CLOSED. A cursor is used by one thread at a time.
 *
 * ```c
 * g_autoptr(BeaverCursor) cursor = beaver_dict_items (settings, NULL, &error);
 * BeaverEntry *entry;
 *
 * while ((entry = beaver_cursor_next (cursor, NULL, &error)) != NULL)
 *   {
 *     g_print ("%s: %s\n", beaver_entry_get_key (entry), beaver_entry_get_value (entry));
 *     g_object_unref (entry);
 *   }
 * ```
 *
 * Since: 1.0
 */

/* What a page work on another thread may see. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  BeaverCursorKind kind;
  gpointer state;
  GDestroyNotify state_free;

  /* Of the thread that uses the cursor; of the worker while the cursor is pending. */
  GPtrArray *entries; /* (element-type GObject) the page; those in front of next are given away */
  guint next;
  BeaverTexts texts; /* the page, when it is made of texts */
  gint64 passed;     /* texts given as they are since the last object was made of one */
  gboolean at_end;   /* no page follows */
  gpointer current;  /* (nullable) the entry that the last JSON text was borrowed from */
} CursorPlain;

struct _BeaverCursor
{
  GObject parent_instance;

  CursorPlain *plain;
  int pending; /* atomic: an asynchronous call is under way */
  int closed;  /* atomic */
};

G_DEFINE_FINAL_TYPE (BeaverCursor, beaver_cursor, G_TYPE_OBJECT)

static CursorPlain *
cursor_plain_ref (CursorPlain *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
cursor_plain_unref (gpointer pointer)
{
  CursorPlain *self = pointer;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->state_free != NULL)
    self->state_free (self->state);
  for (guint i = self->next; i < self->entries->len; i++)
    g_object_unref (self->entries->pdata[i]);
  g_ptr_array_unref (self->entries);
  g_clear_object (&self->current);
  _beaver_texts_destroy (&self->texts);
  _beaver_manager_core_unref (self->core);
  g_free (self);
}

static void
beaver_cursor_finalize (GObject *object)
{
  BeaverCursor *self = BEAVER_CURSOR (object);

  g_clear_pointer (&self->plain, cursor_plain_unref);
  G_OBJECT_CLASS (beaver_cursor_parent_class)->finalize (object);
}

static void
beaver_cursor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, beaver_cursor_is_closed (BEAVER_CURSOR (object)));
}

static void
beaver_cursor_class_init (BeaverCursorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_cursor_finalize;
  object_class->get_property = beaver_cursor_get_property;

  /**
   * BeaverCursor:closed: (getter is_closed)
   *
   * Whether the cursor, or its database, was closed.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
beaver_cursor_init (BeaverCursor *self)
{
}

BeaverCursor *
_beaver_cursor_new (BeaverManagerCore *core,
                    BeaverCursorPage page,
                    gpointer state,
                    GDestroyNotify state_free)
{
  BeaverCursorKind kind = { .page = page };

  return _beaver_cursor_new_of (core, &kind, state, state_free);
}

BeaverCursor *
_beaver_cursor_new_of (BeaverManagerCore *core,
                       const BeaverCursorKind *kind,
                       gpointer state,
                       GDestroyNotify state_free)
{
  BeaverCursor *self = g_object_new (BEAVER_TYPE_CURSOR, NULL);
  CursorPlain *plain = g_new0 (CursorPlain, 1);

  g_atomic_ref_count_init (&plain->ref_count);
  plain->core = _beaver_manager_core_ref (core);
  plain->kind = *kind;
  plain->state = state;
  plain->state_free = state_free;
  plain->entries = g_ptr_array_new ();
  self->plain = plain;
  return self;
}

static inline gboolean
cursor_has_buffered (CursorPlain *plain)
{
  return plain->next < plain->entries->len || plain->texts.next < plain->texts.length;
}

/* A scan may meet a page without any entry that is not the last one: everything in it had expired.
 * Of a damaged entry the caller hears after those before it. */
static gboolean
cursor_page_work (BeaverConnection *connection, gpointer data, GError **error)
{
  CursorPlain *plain = data;

  while (!cursor_has_buffered (plain) && !plain->at_end)
    {
      GError *local_error = NULL;

      if (plain->kind.texts != NULL)
        {
          _beaver_texts_clear (&plain->texts);
          if (plain->kind.texts (connection, plain->state, &plain->texts, &plain->at_end,
                                 &local_error))
            continue;
        }
      else if (plain->kind.page (connection, plain->state, plain->entries, &plain->at_end,
                                 &local_error))
        continue;
      if (cursor_has_buffered (plain) &&
          g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT))
        {
          g_error_free (local_error);
          return TRUE;
        }
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return TRUE;
}

/* Sets an error unless the cursor can be used now. */
static gboolean
cursor_check (BeaverCursor *self, GError **error)
{
  if (self->plain == NULL)
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED,
                           _ ("this cursor belongs to no structure; get it from one"));
      return FALSE;
    }
  if (!_beaver_manager_core_check_open (self->plain->core, error))
    return FALSE;
  if (g_atomic_int_get (&self->closed))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_CLOSED, _ ("the cursor was closed"));
      return FALSE;
    }
  if (g_atomic_int_get (&self->pending))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "the cursor is still busy with an earlier call; wait for that first");
      return FALSE;
    }
  return TRUE;
}

typedef struct
{
  gconstpointer data;
  gsize length;
} Aside;

static const char *
take_one (CursorPlain *plain, GError **error)
{
  gsize length;

  if (G_UNLIKELY (plain->kind.unchecked) && plain->texts.next < plain->texts.length)
    return _beaver_texts_take_raw (&plain->texts, &length);
  return _beaver_texts_take (&plain->texts, error);
}

/* The next text of the page. What is damaged counts as given when its error is told; with
 * keep_damaged it stays where it is. */
static const char *
cursor_take_text (CursorPlain *plain, gboolean keep_damaged, Aside *aside, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize before = plain->texts.next;
  const char *json = take_one (plain, &local_error);

  if (plain->kind.with_asides && (json != NULL || local_error != NULL))
    aside->data = _beaver_texts_take_raw (&plain->texts, &aside->length);
  if (G_LIKELY (local_error == NULL))
    return json;
  if (keep_damaged)
    plain->texts.next = before;
  else
    plain->passed++;
  if (plain->kind.with_asides)
    {
      plain->kind.set_damaged (aside->data, aside->length, local_error->message, error);
      g_prefix_error (error, "%s “%s”: ", plain->core->kind, plain->core->name);
      return NULL;
    }
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT,
               "%s “%s”: an item is not JSON: %s; set or remove it", plain->core->kind,
               plain->core->name, local_error->message);
  return NULL;
}

/* The next entry that is at hand, NULL when there is none or with an error. */
static gpointer
cursor_take (CursorPlain *plain, gboolean keep_damaged, GError **error)
{
  gpointer entry;

  g_clear_object (&plain->current);
  if (plain->kind.texts != NULL)
    {
      Aside aside = { NULL, 0 };
      const char *json = cursor_take_text (plain, keep_damaged, &aside, error);

      if (json == NULL)
        return NULL;
      entry = plain->kind.make (plain->state, json, plain->passed, aside.data, aside.length);
      plain->passed = 0;
      return entry;
    }
  if (plain->next == plain->entries->len)
    return NULL;

  entry = plain->entries->pdata[plain->next++];
  if (plain->next == plain->entries->len)
    {
      g_ptr_array_set_size (plain->entries, 0);
      plain->next = 0;
    }
  return entry;
}

/* Of a kind that has values. */
static const char *
cursor_take_json (CursorPlain *plain, gboolean keep_damaged, GError **error)
{
  const char *json;
  Aside aside;

  if (plain->kind.texts != NULL)
    {
      json = cursor_take_text (plain, keep_damaged, &aside, error);
      plain->passed += json != NULL;
      return json;
    }
  plain->current = cursor_take (plain, keep_damaged, error);
  return plain->current != NULL ? plain->kind.get_json (plain->current) : NULL;
}

/* An error is told when nothing stands in front of it. */
static GPtrArray *
cursor_take_page (CursorPlain *plain, GError **error)
{
  GPtrArray *page = g_ptr_array_new_with_free_func (g_object_unref);
  GError *local_error = NULL;
  gpointer entry;

  while ((entry = cursor_take (plain, page->len > 0, &local_error)) != NULL)
    g_ptr_array_add (page, entry);
  if (local_error == NULL || page->len > 0)
    {
      g_clear_error (&local_error);
      return page;
    }
  g_propagate_error (error, local_error);
  g_ptr_array_unref (page);
  return NULL;
}

static char **
cursor_take_json_page (CursorPlain *plain, GError **error)
{
  GPtrArray *page = g_ptr_array_new_with_free_func (g_free);
  GError *local_error = NULL;
  const char *json;

  while ((json = cursor_take_json (plain, page->len > 0, &local_error)) != NULL)
    g_ptr_array_add (page, g_strdup (json));
  if (local_error == NULL || page->len > 0)
    {
      g_clear_error (&local_error);
      g_ptr_array_add (page, NULL);
      return (char **) g_ptr_array_free (page, FALSE);
    }
  g_propagate_error (error, local_error);
  g_ptr_array_unref (page);
  return NULL;
}

/* Sets an error unless the entries have values. */
static gboolean
cursor_check_json (CursorPlain *plain, GError **error)
{
  if (G_LIKELY (plain->kind.texts != NULL || plain->kind.get_json != NULL))
    return TRUE;
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_UNSUPPORTED,
               _ ("%s “%s”: what this cursor gives has no value; take the entries themselves"),
               plain->core->kind, plain->core->name);
  return FALSE;
}

static gboolean
cursor_fill (BeaverCursor *self, gboolean json, GCancellable *cancellable, GError **error)
{
  CursorPlain *plain;

  if (!cursor_check (self, error) || (json && !cursor_check_json (self->plain, error)))
    return FALSE;
  plain = self->plain;
  if (cursor_has_buffered (plain) || plain->at_end)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);

  return _beaver_manager_core_run (plain->core, BEAVER_ACCESS_SCAN, cursor_page_work, plain,
                                   cancellable, error);
}

static void
cursor_fill_finish (GTask *task, gpointer data)
{
  g_task_return_boolean (task, TRUE);
}

/* In the context of the caller: the cursor is the caller's again before the callback runs. */
static void
cursor_filled (GObject *object, GAsyncResult *result, gpointer user_data)
{
  BeaverCursor *self = BEAVER_CURSOR (object);
  g_autoptr (GTask) task = user_data;
  gpointer tag = g_task_get_source_tag (task);
  GDestroyNotify destroy = NULL;
  GError *error = NULL;
  gpointer taken;

  g_atomic_int_set (&self->pending, 0);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    taken = NULL;
  else if (tag == beaver_cursor_next_page_async)
    {
      taken = cursor_take_page (self->plain, &error);
      destroy = (GDestroyNotify) g_ptr_array_unref;
    }
  else if (tag == beaver_cursor_next_json_page_async)
    {
      taken = cursor_take_json_page (self->plain, &error);
      destroy = (GDestroyNotify) g_strfreev;
    }
  else if (tag == beaver_cursor_next_json_async)
    taken = (gpointer) cursor_take_json (self->plain, FALSE, &error);
  else
    {
      taken = cursor_take (self->plain, FALSE, &error);
      destroy = g_object_unref;
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, taken, destroy);
}

static void
cursor_start (BeaverCursor *self,
              gboolean json,
              gpointer source_tag,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) fill = NULL;
  GError *error = NULL;
  CursorPlain *plain;

  g_task_set_source_tag (task, source_tag);
  /* What was taken out of the page must reach the caller. */
  g_task_set_check_cancellable (task, FALSE);

  if (!cursor_check (self, &error) || (json && !cursor_check_json (self->plain, &error)))
    {
      g_task_return_error (task, error);
      return;
    }
  plain = self->plain;
  g_atomic_int_set (&self->pending, 1);
  fill = g_task_new (self, cancellable, cursor_filled, g_steal_pointer (&task));
  g_task_set_source_tag (fill, cursor_start);
  if (cursor_has_buffered (plain) || plain->at_end)
    {
      g_task_return_boolean (fill, TRUE);
      return;
    }
  _beaver_manager_core_run_async (plain->core, BEAVER_ACCESS_SCAN, cursor_page_work,
                                  cursor_plain_ref (plain), cursor_plain_unref, fill,
                                  cursor_fill_finish);
}

/**
 * beaver_cursor_next:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the next entry.
 *
 * Which type it has stands with the function that made the cursor; [class@Beaver.Entry] for a dict.
 *
 * Returns: (transfer full) (nullable) (type GObject): the entry; %NULL at the end, or on error
 *
 * Since: 1.0
 */
gpointer
beaver_cursor_next (BeaverCursor *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_CURSOR (self), NULL);

  if (!cursor_fill (self, FALSE, cancellable, error))
    return NULL;
  return cursor_take (self->plain, FALSE, error);
}

/**
 * beaver_cursor_next_async:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Cursor.next].
 *
 * Only one call at a time: another one meanwhile answers %G_IO_ERROR_PENDING.
 *
 * Since: 1.0
 */
void
beaver_cursor_next_async (BeaverCursor *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_CURSOR (self));

  cursor_start (self, FALSE, beaver_cursor_next_async, cancellable, callback, user_data);
}

/**
 * beaver_cursor_next_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Cursor.next_async].
 *
 * Returns: (transfer full) (nullable) (type GObject): the entry; %NULL at the end, or on error
 *
 * Since: 1.0
 */
gpointer
beaver_cursor_next_finish (BeaverCursor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, beaver_cursor_next_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_cursor_next_page:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets all entries that the cursor has at hand, and fetches some hundred when it has none.
 *
 * Much cheaper than [method@Beaver.Cursor.next] where every call costs something, as in language
 * bindings.
 *
 * Returns: (transfer container) (element-type GObject) (nullable): the entries, empty at the end;
 * %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_cursor_next_page (BeaverCursor *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_CURSOR (self), NULL);

  if (!cursor_fill (self, FALSE, cancellable, error))
    return NULL;
  return cursor_take_page (self->plain, error);
}

/**
 * beaver_cursor_next_page_async:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Cursor.next_page].
 *
 * Only one call at a time: another one meanwhile answers %G_IO_ERROR_PENDING.
 *
 * Since: 1.0
 */
void
beaver_cursor_next_page_async (BeaverCursor *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_CURSOR (self));

  cursor_start (self, FALSE, beaver_cursor_next_page_async, cancellable, callback, user_data);
}

/**
 * beaver_cursor_next_page_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Cursor.next_page_async].
 *
 * Returns: (transfer container) (element-type GObject) (nullable): the entries, empty at the end;
 * %NULL on error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_cursor_next_page_finish (BeaverCursor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, beaver_cursor_next_page_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_cursor_next_json:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the value of the next entry and nothing else.
 *
 * This is [method@Beaver.Cursor.next] for who wants the values only: no object is made for each of
 * them, which takes most of the time there. Both may be mixed: each gives the entry behind the one
 * that was given last. It is there for what has a value as JSON text: the items of a list, the
 * values of a dict, the entries of a log, the items and jobs of a queue, the bodies of documents.
 * Other cursors, such as those over keys and edges, answer %BEAVER_ERROR_UNSUPPORTED.
 *
 * ```c
 * g_autoptr(BeaverCursor) cursor = beaver_list_items (tasks, &error);
 * const char *json;
 *
 * while ((json = beaver_cursor_next_json (cursor, NULL, &error)) != NULL)
 *   g_print ("%s\n", json);
 * ```
 *
 * Returns: (transfer none) (nullable): JSON text, which belongs to the cursor and stays until its
 * next call; %NULL at the end, or on error
 *
 * Since: 1.0
 */
const char *
beaver_cursor_next_json (BeaverCursor *self, GCancellable *cancellable, GError **error)
{
  CursorPlain *plain;

  g_return_val_if_fail (BEAVER_IS_CURSOR (self), NULL);

  /* the short way of most calls */
  plain = self->plain;
  if (G_LIKELY (plain != NULL && plain->texts.next < plain->texts.length && cancellable == NULL &&
                !g_atomic_int_get (&self->closed) && !g_atomic_int_get (&self->pending) &&
                !_beaver_engine_set_error_if_closed (plain->core->engine, NULL)))
    {
      const gsize before = plain->texts.next;
      const char *json = take_one (plain, NULL);

      if (G_LIKELY (json != NULL))
        {
          gsize length;

          if (plain->kind.with_asides)
            _beaver_texts_take_raw (&plain->texts, &length);
          plain->passed++;
          return json;
        }
      plain->texts.next = before;
    }
  if (!cursor_fill (self, TRUE, cancellable, error))
    return NULL;
  return cursor_take_json (self->plain, FALSE, error);
}

/**
 * beaver_cursor_next_json_async:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Cursor.next_json].
 *
 * Only one call at a time: another one meanwhile answers %G_IO_ERROR_PENDING.
 *
 * Since: 1.0
 */
void
beaver_cursor_next_json_async (BeaverCursor *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_CURSOR (self));

  cursor_start (self, TRUE, beaver_cursor_next_json_async, cancellable, callback, user_data);
}

/**
 * beaver_cursor_next_json_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Cursor.next_json_async].
 *
 * Returns: (transfer none) (nullable): JSON text, which belongs to the cursor and stays until its
 * next call; %NULL at the end, or on error
 *
 * Since: 1.0
 */
const char *
beaver_cursor_next_json_finish (BeaverCursor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, beaver_cursor_next_json_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_cursor_next_json_page:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the values of all entries that the cursor has at hand, and fetches some hundred when it has
 * none.
 *
 * What [method@Beaver.Cursor.next_page] is to [method@Beaver.Cursor.next], this is to
 * [method@Beaver.Cursor.next_json].
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): JSON texts, none at the end; %NULL
 * on error
 *
 * Since: 1.0
 */
char **
beaver_cursor_next_json_page (BeaverCursor *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_CURSOR (self), NULL);

  if (!cursor_fill (self, TRUE, cancellable, error))
    return NULL;
  return cursor_take_json_page (self->plain, error);
}

/**
 * beaver_cursor_next_json_page_async:
 * @self: a cursor
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Cursor.next_json_page].
 *
 * Only one call at a time: another one meanwhile answers %G_IO_ERROR_PENDING.
 *
 * Since: 1.0
 */
void
beaver_cursor_next_json_page_async (BeaverCursor *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_CURSOR (self));

  cursor_start (self, TRUE, beaver_cursor_next_json_page_async, cancellable, callback, user_data);
}

/**
 * beaver_cursor_next_json_page_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Cursor.next_json_page_async].
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): JSON texts, none at the end; %NULL
 * on error
 *
 * Since: 1.0
 */
char **
beaver_cursor_next_json_page_finish (BeaverCursor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, beaver_cursor_next_json_page_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_cursor_close:
 * @self: a cursor
 *
 * Ends the cursor before its time: every later call answers %BEAVER_ERROR_CLOSED.
 *
 * There is no need to call this. Closing twice is fine.
 *
 * Since: 1.0
 */
void
beaver_cursor_close (BeaverCursor *self)
{
  g_return_if_fail (BEAVER_IS_CURSOR (self));

  g_atomic_int_set (&self->closed, 1);
}

/**
 * beaver_cursor_is_closed:
 * @self: a cursor
 *
 * Whether the cursor, or its database, was closed.
 *
 * Returns: %TRUE when closed
 *
 * Since: 1.0
 */
gboolean
beaver_cursor_is_closed (BeaverCursor *self)
{
  g_return_val_if_fail (BEAVER_IS_CURSOR (self), TRUE);

  return self->plain == NULL || g_atomic_int_get (&self->closed) ||
         !_beaver_manager_core_check_open (self->plain->core, NULL);
}
