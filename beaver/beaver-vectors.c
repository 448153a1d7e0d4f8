/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-db-private.h>
#include <beaver/beaver-vectors-private.h>

/* From name to name and not row by row. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE found (text) AS"
    " (SELECT MIN(collection) FROM __beaver_vectors__ UNION ALL"
    " SELECT (SELECT MIN(collection) FROM __beaver_vectors__ WHERE collection > text)"
    " FROM found WHERE text IS NOT NULL)"
    " SELECT text FROM found WHERE text IS NOT NULL";

/**
 * BeaverVectors:
 *
 * Vectors, and what is near them.
 *
 * An item has an id, a vector of float32 numbers and perhaps metadata, which is JSON. All vectors
 * of a collection have the same number of numbers.
 *
 * ```c
 * BeaverVectors *places = beaver_db_get_vectors (db, "places", &error);
 * const float here[] = { 0.5f, 0.25f };
 * g_autoptr(GBytes) query = g_bytes_new (here, sizeof here);
 * g_autoptr(GPtrArray) hits = NULL;
 *
 * beaver_vectors_set_floats (places, "home", here, 2, "{\"kind\": \"house\"}", NULL, &error);
 * hits = beaver_vectors_near (places, query, 10, BEAVER_VECTOR_METRIC_EUCLID, NULL, &error);
 * ```
 *
 * The first search reads the collection into memory, where the following ones find it: four bytes a
 * number, a quarter more for large collections, and the metadata. What changes in the file, by
 * whomever, is read anew before the next search, and nothing else. A collection that is larger than
 * [property@Beaver.Vectors:memory-limit] is read from the file for each search instead, and so it
 * is inside a transaction. Searches block no writer.
 *
 * For this a few triggers and a table of ours note what changes in the file. The rows are those of
 * Python's beaver-db 2.x, and its approximate search finds what is written here.
 *
 * Events: `set` and `delete` with `{"id": …}`, `clear` with `{}`. A collection may be used from any
 * thread.
 *
 * Since: 1.0
 */
struct _BeaverVectors
{
  BeaverManager parent_instance;

  BeaverVectorsShared *shared; /* constant; NULL in one that was made by hand */
};

struct _BeaverVectorsClass
{
  BeaverManagerClass parent_class;
};

G_DEFINE_FINAL_TYPE (BeaverVectors, beaver_vectors, BEAVER_TYPE_MANAGER)

typedef enum
{
  PROP_MEMORY_LIMIT = 1,
  PROP_QUANTIZE,
  PROP_RECALL,
} BeaverVectorsProperty;
static GParamSpec *props[PROP_RECALL + 1];

static void
beaver_vectors_attached (BeaverManager *manager)
{
  BeaverVectors *self = BEAVER_VECTORS (manager);

  self->shared = _beaver_vectors_shared_new (_beaver_manager_get_core (manager));
}

static void
beaver_vectors_stop (BeaverManager *manager)
{
  BeaverVectors *self = BEAVER_VECTORS (manager);

  if (self->shared != NULL)
    g_atomic_int_set (&self->shared->stopped, 1);
  ((BeaverManagerClass *) beaver_vectors_parent_class)->stop (manager);
}

static guint
beaver_vectors_join (BeaverManager *manager)
{
  BeaverVectors *self = BEAVER_VECTORS (manager);

  /* in a child process, the lock may be that of a thread that is not there */
  if (self->shared != NULL && !_beaver_engine_is_forked (self->shared->core->engine))
    _beaver_vectors_index_drop (self->shared);
  return ((BeaverManagerClass *) beaver_vectors_parent_class)->join (manager);
}

static void
beaver_vectors_finalize (GObject *object)
{
  BeaverVectors *self = BEAVER_VECTORS (object);

  g_clear_pointer (&self->shared, _beaver_vectors_shared_unref);
  G_OBJECT_CLASS (beaver_vectors_parent_class)->finalize (object);
}

static void
beaver_vectors_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverVectors *self = BEAVER_VECTORS (object);

  switch ((BeaverVectorsProperty) prop_id)
    {
    case PROP_MEMORY_LIMIT:
      g_value_set_int64 (value, beaver_vectors_get_memory_limit (self));
      break;
    case PROP_QUANTIZE:
      g_value_set_boolean (value, beaver_vectors_get_quantize (self));
      break;
    case PROP_RECALL:
      g_value_set_double (value, beaver_vectors_get_recall (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_vectors_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BeaverVectors *self = BEAVER_VECTORS (object);

  switch ((BeaverVectorsProperty) prop_id)
    {
    case PROP_MEMORY_LIMIT:
      beaver_vectors_set_memory_limit (self, g_value_get_int64 (value));
      break;
    case PROP_QUANTIZE:
      beaver_vectors_set_quantize (self, g_value_get_boolean (value));
      break;
    case PROP_RECALL:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_vectors_class_init (BeaverVectorsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BeaverManagerClass *manager_class = (BeaverManagerClass *) klass;

  object_class->finalize = beaver_vectors_finalize;
  object_class->get_property = beaver_vectors_get_property;
  object_class->set_property = beaver_vectors_set_property;
  manager_class->kind = "vectors";
  manager_class->count_work = _beaver_vectors_count_work;
  manager_class->clear_work = _beaver_vectors_clear_work;
  manager_class->attached = beaver_vectors_attached;
  manager_class->stop = beaver_vectors_stop;
  manager_class->join = beaver_vectors_join;

  /**
   * BeaverVectors:memory-limit: (getter get_memory_limit) (setter set_memory_limit)
   *
   * Bytes of memory that the collection may take; 0 for none at all.
   *
   * Since: 1.0
   */
  props[PROP_MEMORY_LIMIT] =
      g_param_spec_int64 ("memory-limit", NULL, NULL, 0, G_MAXINT64, BEAVER_VECTORS_MEMORY_LIMIT,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverVectors:quantize: (getter get_quantize) (setter set_quantize)
   *
   * Whether a large collection in memory also has a byte for each number, a quarter more. Searches
   * by cosine, dot product and Euclid look at these first and at the numbers of those items only
   * that can be near enough, which is up to three times faster; what they answer is the same.
   *
   * Since: 1.0
   */
  props[PROP_QUANTIZE] =
      g_param_spec_boolean ("quantize", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverVectors:recall: (getter get_recall)
   *
   * The share of the nearest ten items that the latest approximate search should have found, as
   * measured with items of the collection when its parts were made; -1 before the first such
   * search.
   *
   * Since: 1.0
   */
  props[PROP_RECALL] = g_param_spec_double ("recall", NULL, NULL, -1, 1, -1,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_vectors_init (BeaverVectors *self)
{
}

BeaverVectorsShared *
_beaver_vectors_get_shared (BeaverVectors *self)
{
  return self->shared;
}

/**
 * beaver_vectors_get_memory_limit:
 * @self: a collection of vectors
 *
 * Gets how much memory the collection may take.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gint64
beaver_vectors_get_memory_limit (BeaverVectors *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTORS (self), 0);

  if (self->shared == NULL)
    return BEAVER_VECTORS_MEMORY_LIMIT;
  return __atomic_load_n (&self->shared->memory_limit, __ATOMIC_RELAXED);
}

/**
 * beaver_vectors_set_memory_limit:
 * @self: a collection of vectors
 * @limit: bytes; 0 to keep nothing in memory
 *
 * Sets how much memory the collection may take. A collection in memory that is larger goes with the
 * next search. The default is 1 GiB.
 *
 * Since: 1.0
 */
void
beaver_vectors_set_memory_limit (BeaverVectors *self, gint64 limit)
{
  g_return_if_fail (BEAVER_IS_VECTORS (self));

  if (self->shared == NULL)
    return;
  __atomic_store_n (&self->shared->memory_limit, MAX (limit, 0), __ATOMIC_RELAXED);
  __atomic_store_n (&self->shared->refused, -1, __ATOMIC_RELAXED);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MEMORY_LIMIT]);
}

/**
 * beaver_vectors_get_quantize:
 * @self: a collection of vectors
 *
 * Gets whether searches look at a byte for each number first.
 *
 * Returns: %TRUE unless it was switched off
 *
 * Since: 1.0
 */
gboolean
beaver_vectors_get_quantize (BeaverVectors *self)
{
  g_return_val_if_fail (BEAVER_IS_VECTORS (self), FALSE);

  return self->shared == NULL || g_atomic_int_get (&self->shared->quantize);
}

/**
 * beaver_vectors_set_quantize:
 * @self: a collection of vectors
 * @quantize: whether to keep bytes beside the numbers
 *
 * Sets whether searches look at a byte for each number first, see
 * [property@Beaver.Vectors:quantize]. When that changes, the next search reads the collection into
 * memory anew.
 *
 * Since: 1.0
 */
void
beaver_vectors_set_quantize (BeaverVectors *self, gboolean quantize)
{
  g_return_if_fail (BEAVER_IS_VECTORS (self));

  if (self->shared == NULL)
    return;
  g_atomic_int_set (&self->shared->quantize, !!quantize);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_QUANTIZE]);
}

/**
 * beaver_vectors_get_recall:
 * @self: a collection of vectors
 *
 * Gets the measured recall of approximate searches, see [property@Beaver.Vectors:recall].
 *
 * Returns: 0 to 1; -1 before the first approximate search
 *
 * Since: 1.0
 */
double
beaver_vectors_get_recall (BeaverVectors *self)
{
  double recall = -1;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), -1);

  if (self->shared != NULL)
    __atomic_load (&self->shared->recall, &recall, __ATOMIC_RELAXED);
  return recall;
}

/**
 * beaver_db_get_vectors:
 * @self: a database
 * @name: the name of the collection, not empty
 * @error: return location for an error
 *
 * Gets a collection of vectors, which exists as soon as it has one.
 *
 * The same name gives the same object. It belongs to the database and answers %BEAVER_ERROR_CLOSED
 * after the database was closed.
 *
 * Returns: (transfer none): the collection; %NULL on error
 *
 * Since: 1.0
 */
BeaverVectors *
beaver_db_get_vectors (BeaverDb *self, const char *name, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  if (!_beaver_check_name ("vectors", name, error))
    return NULL;
  return _beaver_db_get_manager (self, BEAVER_TYPE_VECTORS, name, NULL, error, NULL, NULL);
}

/**
 * beaver_db_get_vectors_names:
 * @self: a database
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Lists the collections of vectors that hold something, sorted.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_vectors_names (BeaverDb *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names (self, SQL_NAMES, cancellable, error);
}

/**
 * beaver_db_get_vectors_names_async:
 * @self: a database
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when done
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Db.get_vectors_names].
 *
 * Since: 1.0
 */
void
beaver_db_get_vectors_names_async (BeaverDb *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (BEAVER_IS_DB (self));

  _beaver_db_list_names_async (self, beaver_db_get_vectors_names_async, SQL_NAMES, cancellable,
                               callback, user_data);
}

/**
 * beaver_db_get_vectors_names_finish:
 * @self: a database
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Db.get_vectors_names_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): their names; %NULL on error
 *
 * Since: 1.0
 */
char **
beaver_db_get_vectors_names_finish (BeaverDb *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (BEAVER_IS_DB (self), NULL);

  return _beaver_db_list_names_finish (self, result, error);
}

/**
 * beaver_vectors_items:
 * @self: a collection of vectors
 * @error: return location for an error
 *
 * Goes over all items, sorted by the bytes of their ids.
 *
 * The cursor gives [class@Beaver.VectorHit] objects whose score is 0. This call reads nothing yet.
 *
 * Returns: (transfer full): a cursor; %NULL on error
 *
 * Since: 1.0
 */
BeaverCursor *
beaver_vectors_items (BeaverVectors *self, GError **error)
{
  BeaverVectorsOp *op;

  g_return_val_if_fail (BEAVER_IS_VECTORS (self), NULL);

  op = _beaver_vectors_op_new (self, error);
  if (op == NULL)
    return NULL;
  return _beaver_cursor_new (op->shared->core, _beaver_vectors_items_page, op,
                             _beaver_vectors_op_free);
}
