/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-sketch-private.h>

/* From name to name and not row by row. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE found (text) AS"
    " (SELECT MIN(name) FROM __beaver_sketches__ UNION ALL"
    " SELECT (SELECT MIN(name) FROM __beaver_sketches__ WHERE name > text)"
    " FROM found WHERE text IS NOT NULL)"
    " SELECT text FROM found WHERE text IS NOT NULL";

/**
 * BeaverSketch:
 *
 * Counts and knows many items in little space, approximately.
 *
 * A sketch does not keep its items. It says how many different ones were added
 * ([method@Beaver.Manager.count], off by about the error rate) and whether a certain one was
 * ([method@Beaver.Sketch.contains_json]: no is certain, yes is wrong with the probability of the
 * error rate). It takes about 1.2 MB for a million items at one per cent, however long they are.
 *
 * ```c
 * BeaverSketch *visitors = beaver_db_get_sketch (db, "visitors", 1000000, 0.01, &error);
 *
 * beaver_sketch_add_string (visitors, "203.0.113.7", NULL, &error);
 * g_print ("%" G_GINT64_FORMAT " visitors\n", beaver_manager_count (BEAVER_MANAGER (visitors),
 * NULL, &error));
 * ```
 *
 * Capacity and error rate belong to the sketch for ever: opening what is stored with others is
 * %BEAVER_ERROR_INVALID at the first use. The bytes are those of Python's beaver-db 2.x; any number
 * of processes may add at the same time.
 *
 * Clearing makes the sketch empty and keeps its capacity and error rate; the event is `clear` with
 * `{}`. Adding has no events. A sketch may be used from any thread.
 *
 * Since: 1.0
 */
struct _BeaverSketch
{
  BeaverManager parent_instance;

  BeaverSketchShape shape; /* constant after construction */
  double error_rate;       /* the same */
  gint64 capacity;         /* the same */
};

struct _BeaverSketchClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverSketch, beaver_sketch, BEAVER_TYPE_MANAGER)

typedef enum
{
  PROP_CAPACITY = 1,
  PROP_ERROR_RATE,
} BeaverSketchProperty;
static GParamSpec *props[PROP_ERROR_RATE + 1];

static void
beaver_sketch_constructed (GObject *object)
{
  BeaverSketch *self = BEAVER_SKETCH (object);

  G_OBJECT_CLASS (beaver_sketch_parent_class)->constructed (object);
  /* What a binding made with nonsense is a closed sketch, which never looks at its shape. */
  _beaver_sketch_shape_init (&self->shape, self->capacity, self->error_rate, NULL);
}

static void
beaver_sketch_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverSketch *self = BEAVER_SKETCH (object);

  switch ((BeaverSketchProperty) prop_id)
    {
    case PROP_CAPACITY:
      g_value_set_int64 (value, self->capacity);
      break;
    case PROP_ERROR_RATE:
      g_value_set_double (value, self->error_rate);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_sketch_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BeaverSketch *self = BEAVER_SKETCH (object);

  switch ((BeaverSketchProperty) prop_id)
    {
    case PROP_CAPACITY:
      self->capacity = g_value_get_int64 (value);
      break;
    case PROP_ERROR_RATE:
      self->error_rate = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_sketch_class_init (BeaverSketchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  object_class->constructed = beaver_sketch_constructed;
  object_class->get_property = beaver_sketch_get_property;
  object_class->set_property = beaver_sketch_set_property;
  manager_class->kind = "sketch";
  manager_class->count_work = _beaver_sketch_count_work;
  manager_class->clear_work = _beaver_sketch_clear_work;

  /**
   * BeaverSketch:capacity: (getter get_capacity)
   *
   * The number of different items up to which the error rate holds.
   *
   * Since: 1.0
   */
  props[PROP_CAPACITY] =
      g_param_spec_int64 ("capacity", NULL, NULL, 1, G_MAXINT64, 1000000,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverSketch:error-rate: (getter get_error_rate)
   *
   * How often [method@Beaver.Sketch.contains_json] may be wrong, and how far the count may be off:
   * more than 0 and less than 1.
   *
   * Since: 1.0
   */
  props[PROP_ERROR_RATE] =
      g_param_spec_double ("error-rate", NULL, NULL, 0, 1, 0.01,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_sketch_init (BeaverSketch *self)
{
}

const BeaverSketchShape *
_beaver_sketch_get_shape (BeaverSketch *self)
{
  return &self->shape;
}

/**
 * beaver_db_get_sketch:
 * @self: a database
 * @name: the name of the sketch, not empty
 * @capacity: the number of different items up to which the error rate holds, 1 or more; 1,000,000
 *   is usual
 * @error_rate: how often an answer may be wrong, more than 0 and less than 1; 0.01 is usual
 * @error: return location for an error
 *
 * Gets a sketch, which exists as soon as something is added.
 *
 * The same name gives the same object; asking for it with another capacity or error rate is
 * %BEAVER_ERROR_CONFLICT. It belongs to the database and answers %BEAVER_ERROR_CLOSED after the
 * database was closed.
 *
 * Returns: (transfer none): the sketch; %NULL on error
 *
 * Since: 1.0
 */
BeaverSketch *
beaver_db_get_sketch (BeaverDb *self,
                      const char *name,
                      gint64 capacity,
                      double error_rate,
                      GError **error)
{
  BeaverSketchShape shape;
  g_autofree char *options = NULL;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("sketch", name, error))
    return NULL;
  if (!_beaver_sketch_shape_init (&shape, capacity, error_rate, error))
    {
      g_prefix_error (error, "sketch “%s”: ", name);
      return NULL;
    }
  options = g_strdup_printf ("capacity=%" G_GINT64_FORMAT " error-rate=%s", capacity,
                             g_ascii_dtostr (number, sizeof number, error_rate));
  return _beaver_db_get_manager (self, BEAVER_TYPE_SKETCH, name, options, error, "capacity",
                                 capacity, "error-rate", error_rate, NULL);
}

/**
 * beaver_sketch_get_capacity:
 * @self: a sketch
 *
 * Gets the number of different items up to which the error rate holds.
 *
 * Returns: the capacity
 *
 * Since: 1.0
 */
gint64
beaver_sketch_get_capacity (BeaverSketch *self)
{
  g_return_val_if_fail (BEAVER_IS_SKETCH (self), 0);

  return self->capacity;
}

/**
 * beaver_sketch_get_error_rate:
 * @self: a sketch
 *
 * Gets how often an answer may be wrong.
 *
 * Returns: the error rate, more than 0 and less than 1
 *
 * Since: 1.0
 */
double
beaver_sketch_get_error_rate (BeaverSketch *self)
{
  g_return_val_if_fail (BEAVER_IS_SKETCH (self), 0);

  return self->error_rate;
}

/**
 * beaver_db_get_sketch_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the sketches that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_sketch_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_sketch_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_sketch_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_sketch_names_async (BeaverDb *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_sketch_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_sketch_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_sketch_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_sketch_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/**
 * beaver_sketch_add_json:
 * @self: a sketch
 * @json: the item as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds an item. Again and by whomever: it counts once.
 *
 * What is added is the normal form of @json, so that `{"a":1}` and `{ "a": 1 }` are the same item,
 * in all languages. Only the bytes that change are written.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_json (BeaverSketch *self,
                        const char *json,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_item_op (self, json, FALSE, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_WRITE, _beaver_sketch_add_work, op,
                                         cancellable, error))
    return FALSE;
  return _beaver_sketch_take_true (op, error);
}

/**
 * beaver_sketch_add_json_async:
 * @self: a sketch
 * @json: the item as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.add_json].
 *
 * Since: 1.0
 */
void
beaver_sketch_add_json_async (BeaverSketch *self,
                              const char *json,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_item_op (self, json, FALSE, &error);
  _beaver_sketch_start (self, beaver_sketch_add_json_async, BEAVER_ACCESS_WRITE,
                        _beaver_sketch_add_work, op, error, _beaver_sketch_finish_true, cancellable,
                        callback, user_data);
}

/**
 * beaver_sketch_add_json_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.add_json_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_json_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_add_string:
 * @self: a sketch
 * @text: the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds a text: the item whose JSON is the string @text.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_string (BeaverSketch *self,
                          const char *text,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_item_op (self, text, TRUE, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_WRITE, _beaver_sketch_add_work, op,
                                         cancellable, error))
    return FALSE;
  return _beaver_sketch_take_true (op, error);
}

/**
 * beaver_sketch_add_string_async:
 * @self: a sketch
 * @text: the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.add_string].
 *
 * Since: 1.0
 */
void
beaver_sketch_add_string_async (BeaverSketch *self,
                                const char *text,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_item_op (self, text, TRUE, &error);
  _beaver_sketch_start (self, beaver_sketch_add_string_async, BEAVER_ACCESS_WRITE,
                        _beaver_sketch_add_work, op, error, _beaver_sketch_finish_true, cancellable,
                        callback, user_data);
}

/**
 * beaver_sketch_add_string_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.add_string_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_string_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_add_many:
 * @self: a sketch
 * @items: (array zero-terminated=1): the items, each as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds many items in one transaction: all of them, or on an error none.
 *
 * Far faster than one by one.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_many (BeaverSketch *self,
                        const char *const *items,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_items_op (self, items, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_WRITE, _beaver_sketch_add_work, op,
                                         cancellable, error))
    return FALSE;
  return _beaver_sketch_take_true (op, error);
}

/**
 * beaver_sketch_add_many_async:
 * @self: a sketch
 * @items: (array zero-terminated=1): the items, each as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.add_many].
 *
 * Since: 1.0
 */
void
beaver_sketch_add_many_async (BeaverSketch *self,
                              const char *const *items,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_items_op (self, items, &error);
  _beaver_sketch_start (self, beaver_sketch_add_many_async, BEAVER_ACCESS_WRITE,
                        _beaver_sketch_add_work, op, error, _beaver_sketch_finish_true, cancellable,
                        callback, user_data);
}

/**
 * beaver_sketch_add_many_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.add_many_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_add_many_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_contains_json:
 * @self: a sketch
 * @json: the item as JSON text
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Says whether an item was added: the answer yes is wrong with the probability of the error rate
 * while there are no more items than the capacity, the answer no is never wrong.
 *
 * It is always the state of the file, whoever wrote there last.
 *
 * Returns: %TRUE when it probably was added; %FALSE without an error when it certainly was not
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_contains_json (BeaverSketch *self,
                             const char *json,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_item_op (self, json, FALSE, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_POINT, _beaver_sketch_contains_work,
                                         op, cancellable, error))
    return FALSE;
  return _beaver_sketch_take_found (op, error);
}

/**
 * beaver_sketch_contains_json_async:
 * @self: a sketch
 * @json: the item as JSON text
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.contains_json].
 *
 * Since: 1.0
 */
void
beaver_sketch_contains_json_async (BeaverSketch *self,
                                   const char *json,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_item_op (self, json, FALSE, &error);
  _beaver_sketch_start (self, beaver_sketch_contains_json_async, BEAVER_ACCESS_POINT,
                        _beaver_sketch_contains_work, op, error, _beaver_sketch_finish_found,
                        cancellable, callback, user_data);
}

/**
 * beaver_sketch_contains_json_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.contains_json_async].
 *
 * Returns: %TRUE when it probably was added; %FALSE without an error when it certainly was not
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_contains_json_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_contains_string:
 * @self: a sketch
 * @text: the item, any UTF-8
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Says whether a text was added, see [method@Beaver.Sketch.contains_json].
 *
 * Returns: %TRUE when it probably was added; %FALSE without an error when it certainly was not
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_contains_string (BeaverSketch *self,
                               const char *text,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_item_op (self, text, TRUE, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_POINT, _beaver_sketch_contains_work,
                                         op, cancellable, error))
    return FALSE;
  return _beaver_sketch_take_found (op, error);
}

/**
 * beaver_sketch_contains_string_async:
 * @self: a sketch
 * @text: the item, any UTF-8
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.contains_string].
 *
 * Since: 1.0
 */
void
beaver_sketch_contains_string_async (BeaverSketch *self,
                                     const char *text,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_item_op (self, text, TRUE, &error);
  _beaver_sketch_start (self, beaver_sketch_contains_string_async, BEAVER_ACCESS_POINT,
                        _beaver_sketch_contains_work, op, error, _beaver_sketch_finish_found,
                        cancellable, callback, user_data);
}

/**
 * beaver_sketch_contains_string_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.contains_string_async].
 *
 * Returns: %TRUE when it probably was added; %FALSE without an error when it certainly was not
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_contains_string_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_merge:
 * @self: a sketch
 * @other: another sketch of the same database, of the same capacity and error rate
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds all that was added to @other, which stays as it is.
 *
 * Sketches of other databases are merged by their bytes, see [method@Beaver.Sketch.merge_bytes].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_merge (BeaverSketch *self,
                     BeaverSketch *other,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_merge_op (self, other, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_WRITE, _beaver_sketch_merge_work, op,
                                         cancellable, error))
    return FALSE;
  return _beaver_sketch_take_true (op, error);
}

/**
 * beaver_sketch_merge_async:
 * @self: a sketch
 * @other: another sketch of the same database, of the same capacity and error rate
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.merge].
 *
 * Since: 1.0
 */
void
beaver_sketch_merge_async (BeaverSketch *self,
                           BeaverSketch *other,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_merge_op (self, other, &error);
  _beaver_sketch_start (self, beaver_sketch_merge_async, BEAVER_ACCESS_WRITE,
                        _beaver_sketch_merge_work, op, error, _beaver_sketch_finish_true,
                        cancellable, callback, user_data);
}

/**
 * beaver_sketch_merge_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.merge_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_merge_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_merge_bytes:
 * @self: a sketch
 * @bytes: what [method@Beaver.Sketch.get_bytes] of a sketch of the same capacity and error rate
 *   gave
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Adds all that was added to the sketch that @bytes came from.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_merge_bytes (BeaverSketch *self,
                           GBytes *bytes,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), FALSE);

  op = _beaver_sketch_new_bytes_op (self, bytes, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_WRITE, _beaver_sketch_merge_work, op,
                                         cancellable, error))
    return FALSE;
  return _beaver_sketch_take_true (op, error);
}

/**
 * beaver_sketch_merge_bytes_async:
 * @self: a sketch
 * @bytes: what [method@Beaver.Sketch.get_bytes] of a sketch of the same capacity and error rate
 *   gave
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.merge_bytes].
 *
 * Since: 1.0
 */
void
beaver_sketch_merge_bytes_async (BeaverSketch *self,
                                 GBytes *bytes,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_new_bytes_op (self, bytes, &error);
  _beaver_sketch_start (self, beaver_sketch_merge_bytes_async, BEAVER_ACCESS_WRITE,
                        _beaver_sketch_merge_work, op, error, _beaver_sketch_finish_true,
                        cancellable, callback, user_data);
}

/**
 * beaver_sketch_merge_bytes_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.merge_bytes_async].
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
beaver_sketch_merge_bytes_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * beaver_sketch_get_bytes:
 * @self: a sketch
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets the whole sketch as bytes: the registers that count, then the bits that know.
 *
 * The size follows from capacity and error rate; an empty sketch is all zeros.
 *
 * Returns: (transfer full): the bytes; %NULL on error
 *
 * Since: 1.0
 */
GBytes *
beaver_sketch_get_bytes (BeaverSketch *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (BeaverSketchOp) op = NULL;

  g_return_val_if_fail (BEAVER_IS_SKETCH (self), NULL);

  op = _beaver_sketch_op_new (self, error);
  if (op == NULL || !_beaver_sketch_run (self, BEAVER_ACCESS_SCAN, _beaver_sketch_bytes_work, op,
                                         cancellable, error))
    return NULL;
  return _beaver_sketch_take_bytes (op, error);
}

/**
 * beaver_sketch_get_bytes_async:
 * @self: a sketch
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Sketch.get_bytes].
 *
 * Since: 1.0
 */
void
beaver_sketch_get_bytes_async (BeaverSketch *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GError *error = NULL;
  BeaverSketchOp *op;

  g_return_if_fail (BEAVER_IS_SKETCH (self));

  op = _beaver_sketch_op_new (self, &error);
  _beaver_sketch_start (self, beaver_sketch_get_bytes_async, BEAVER_ACCESS_SCAN,
                        _beaver_sketch_bytes_work, op, error, _beaver_sketch_finish_bytes,
                        cancellable, callback, user_data);
}

/**
 * beaver_sketch_get_bytes_finish:
 * @self: a sketch
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Sketch.get_bytes_async].
 *
 * Returns: (transfer full): the bytes; %NULL on error
 *
 * Since: 1.0
 */
GBytes *
beaver_sketch_get_bytes_finish (BeaverSketch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
