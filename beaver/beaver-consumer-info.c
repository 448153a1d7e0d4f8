/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>

#include <beaver/beaver-consumer-info.h>
#include <beaver/beaver-consumer-private.h>

/**
 * BeaverConsumerInfo:
 *
 * How far a [class@Beaver.Consumer] was and how many messages it had left, at the moment of
 * [method@Beaver.Channel.get_consumers].
 *
 * Since: 1.0
 */

/* What is left is counted by rowid, as a consumer reads; by stamp when the row it stopped at is
 * gone, for then another may have its rowid. */
#define SQL_LIST                                                                                   \
  "SELECT consumer.consumer_name, consumer.message_rowid, consumer.message_stamp, consumer.owner," \
  " consumer.lease_until, CASE WHEN EXISTS (SELECT 1 FROM __beaver_pubsub_log__ AS place"          \
  " WHERE place.rowid = consumer.message_rowid AND place.timestamp = consumer.message_stamp)"      \
  " THEN (SELECT COUNT(*) FROM __beaver_pubsub_log__ AS message"                                   \
  " WHERE message.channel_name = $1 AND message.rowid > consumer.message_rowid)"                   \
  " ELSE (SELECT COUNT(*) FROM __beaver_pubsub_log__ AS message"                                   \
  " WHERE message.channel_name = $1 AND message.timestamp > consumer.message_stamp) END"           \
  " FROM __beaver_x_consumers__ AS consumer WHERE consumer.channel_name = $1"                      \
  " ORDER BY consumer.consumer_name"

struct _BeaverConsumerInfo
{
  GObject parent_instance;

  /* Constant from construction on. */
  char *name;
  gint64 offset;
  double timestamp;
  gint64 lag;
  gboolean open;
};

typedef enum
{
  PROP_NAME = 1,
  PROP_OFFSET,
  PROP_TIMESTAMP,
  PROP_LAG,
  PROP_OPEN,
} BeaverConsumerInfoProperty;
static GParamSpec *props[PROP_OPEN + 1];

G_DEFINE_FINAL_TYPE (BeaverConsumerInfo, beaver_consumer_info, G_TYPE_OBJECT)

static void
beaver_consumer_info_finalize (GObject *object)
{
  g_free (BEAVER_CONSUMER_INFO (object)->name);
  G_OBJECT_CLASS (beaver_consumer_info_parent_class)->finalize (object);
}

static void
beaver_consumer_info_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeaverConsumerInfo *self = BEAVER_CONSUMER_INFO (object);

  switch ((BeaverConsumerInfoProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_OFFSET:
      g_value_set_int64 (value, self->offset);
      break;
    case PROP_TIMESTAMP:
      g_value_set_double (value, self->timestamp);
      break;
    case PROP_LAG:
      g_value_set_int64 (value, self->lag);
      break;
    case PROP_OPEN:
      g_value_set_boolean (value, self->open);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beaver_consumer_info_class_init (BeaverConsumerInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = beaver_consumer_info_finalize;
  object_class->get_property = beaver_consumer_info_get_property;

  /**
   * BeaverConsumerInfo:name: (getter get_name)
   *
   * The name of the consumer.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverConsumerInfo:offset: (getter get_offset)
   *
   * The offset of the last message that was acknowledged; 0 before the first.
   *
   * Since: 1.0
   */
  props[PROP_OFFSET] = g_param_spec_int64 ("offset", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverConsumerInfo:timestamp: (getter get_timestamp)
   *
   * When the last message that was acknowledged was published, in seconds since the epoch; -1
   * before the first.
   *
   * Since: 1.0
   */
  props[PROP_TIMESTAMP] = g_param_spec_double ("timestamp", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE,
                                               -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverConsumerInfo:lag: (getter get_lag)
   *
   * How many messages are not acknowledged yet.
   *
   * Since: 1.0
   */
  props[PROP_LAG] = g_param_spec_int64 ("lag", NULL, NULL, 0, G_MAXINT64, 0,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * BeaverConsumerInfo:open: (getter get_open)
   *
   * Whether somebody has the consumer.
   *
   * Since: 1.0
   */
  props[PROP_OPEN] =
      g_param_spec_boolean ("open", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
beaver_consumer_info_init (BeaverConsumerInfo *self)
{
  self->timestamp = -1;
}

/* Listing. The rows of the work are plain data: works make no objects. */

typedef struct
{
  char *name;
  gint64 offset, lag;
  double timestamp;
  gboolean open;
} InfoRow;

typedef struct
{
  BeaverManagerCore *core;
  GArray *rows; /* (element-type InfoRow) result */
} InfoOp;

static void
info_row_clear (gpointer row)
{
  g_free (((InfoRow *) row)->name);
}

static gboolean
list_work (BeaverConnection *connection, gpointer data, GError **error)
{
  InfoOp *op = data;
  g_autoptr (BeaverStatement) statement = NULL;
  g_autoptr (GHashTable) gone = _beaver_consumer_get_released ();
  gboolean exists;
  BeaverStep step;

  g_array_set_size (op->rows, 0);
  if (!_beaver_connection_has_table (connection, "__beaver_x_consumers__", &exists, error))
    return FALSE;
  if (!exists)
    return TRUE;
  statement = _beaver_connection_prepare (connection, SQL_LIST, error);
  if (statement == NULL)
    return FALSE;
  _beaver_statement_bind_text (statement, 1, op->core->name, -1);
  while ((step = _beaver_statement_step (statement, error)) == BEAVER_STEP_ROW)
    {
      InfoRow row = {
        .name = _beaver_statement_dup_text (statement, 0),
        .offset = _beaver_statement_int (statement, 1),
        .timestamp = _beaver_statement_double (statement, 2),
        .open = _beaver_consumer_is_owned (_beaver_statement_text (statement, 3, NULL),
                                           _beaver_statement_double (statement, 4), gone),
        .lag = _beaver_statement_int (statement, 5),
      };

      g_array_append_val (op->rows, row);
    }
  return step == BEAVER_STEP_DONE;
}

static InfoOp *
op_new (BeaverChannel *self)
{
  InfoOp *op = g_new0 (InfoOp, 1);

  op->core = _beaver_manager_core_ref (_beaver_manager_get_core (BEAVER_MANAGER (self)));
  op->rows = g_array_new (FALSE, FALSE, sizeof (InfoRow));
  g_array_set_clear_func (op->rows, info_row_clear);
  return op;
}

static void
op_free (gpointer pointer)
{
  InfoOp *op = pointer;

  _beaver_manager_core_unref (op->core);
  g_array_unref (op->rows);
  g_free (op);
}

static GPtrArray *
op_result (InfoOp *op)
{
  GPtrArray *infos = g_ptr_array_new_full (op->rows->len, g_object_unref);

  for (guint i = 0; i < op->rows->len; i++)
    {
      InfoRow *row = &g_array_index (op->rows, InfoRow, i);
      BeaverConsumerInfo *info = g_object_new (BEAVER_TYPE_CONSUMER_INFO, NULL);

      info->name = g_steal_pointer (&row->name);
      info->offset = row->offset;
      info->timestamp = row->timestamp;
      info->lag = row->lag;
      info->open = row->open;
      g_ptr_array_add (infos, info);
    }
  return infos;
}

static void
op_finish (GTask *task, gpointer data)
{
  g_task_return_pointer (task, op_result (data), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * beaver_channel_get_consumers:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @error: return location for an error
 *
 * Gets all consumers of the channel, how far each is and how much it has left.
 *
 * Takes time in proportion to the messages of the channel, for each consumer.
 *
 * Returns: (transfer container) (element-type BeaverConsumerInfo): the consumers, by name; %NULL on
 *   error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_channel_get_consumers (BeaverChannel *self, GCancellable *cancellable, GError **error)
{
  GPtrArray *infos = NULL;
  InfoOp *op;

  g_return_val_if_fail (BEAVER_IS_CHANNEL (self), NULL);

  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), error) == NULL)
    return NULL;
  op = op_new (self);
  if (_beaver_manager_run (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, list_work, op, cancellable,
                           error))
    infos = op_result (op);
  op_free (op);
  return infos;
}

/**
 * beaver_channel_get_consumers_async:
 * @self: a channel
 * @cancellable: (nullable): optional
 * @callback: (scope async) (closure user_data) (nullable): called when they are read
 * @user_data: data for @callback
 *
 * Asynchronous form of [method@Beaver.Channel.get_consumers].
 *
 * Since: 1.0
 */
void
beaver_channel_get_consumers_async (BeaverChannel *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (BEAVER_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beaver_channel_get_consumers_async);
  if (_beaver_manager_get_engine (BEAVER_MANAGER (self), &error) == NULL)
    g_task_return_error (task, error);
  else
    _beaver_manager_run_async (BEAVER_MANAGER (self), BEAVER_ACCESS_SCAN, list_work, op_new (self),
                               op_free, task, op_finish);
}

/**
 * beaver_channel_get_consumers_finish:
 * @self: a channel
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Beaver.Channel.get_consumers_async].
 *
 * Returns: (transfer container) (element-type BeaverConsumerInfo): the consumers, by name; %NULL on
 *   error
 *
 * Since: 1.0
 */
GPtrArray *
beaver_channel_get_consumers_finish (BeaverChannel *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * beaver_consumer_info_get_name:
 * @self: what is known of a consumer
 *
 * Gets the name of the consumer.
 *
 * Returns: (transfer none) (nullable): the name
 *
 * Since: 1.0
 */
const char *
beaver_consumer_info_get_name (BeaverConsumerInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER_INFO (self), NULL);

  return self->name;
}

/**
 * beaver_consumer_info_get_offset:
 * @self: what is known of a consumer
 *
 * Gets the offset of the last message that was acknowledged, see
 * [method@Beaver.Message.get_offset].
 *
 * Returns: the offset; 0 before the first
 *
 * Since: 1.0
 */
gint64
beaver_consumer_info_get_offset (BeaverConsumerInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER_INFO (self), 0);

  return self->offset;
}

/**
 * beaver_consumer_info_get_timestamp:
 * @self: what is known of a consumer
 *
 * Gets when the last message that was acknowledged was published.
 *
 * Returns: seconds since the epoch; -1 before the first
 *
 * Since: 1.0
 */
double
beaver_consumer_info_get_timestamp (BeaverConsumerInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER_INFO (self), -1);

  return self->timestamp;
}

/**
 * beaver_consumer_info_get_lag:
 * @self: what is known of a consumer
 *
 * Gets how many messages the consumer has not acknowledged yet.
 *
 * Returns: the number of messages
 *
 * Since: 1.0
 */
gint64
beaver_consumer_info_get_lag (BeaverConsumerInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER_INFO (self), 0);

  return self->lag;
}

/**
 * beaver_consumer_info_get_open:
 * @self: what is known of a consumer
 *
 * Gets whether somebody has the consumer, here or in another process.
 *
 * A process that died has it for a minute longer.
 *
 * Returns: %TRUE when it is in use
 *
 * Since: 1.0
 */
gboolean
beaver_consumer_info_get_open (BeaverConsumerInfo *self)
{
  g_return_val_if_fail (BEAVER_IS_CONSUMER_INFO (self), FALSE);

  return self->open;
}
