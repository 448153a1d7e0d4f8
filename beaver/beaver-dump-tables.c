/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tables that are dumped: which column is which member of an item. */
#include "config.h"

#include <string.h>

#include <beaver/beaver-consumer-private.h>
#include <beaver/beaver-dump-private.h>
#include <beaver/beaver-lock-private.h>
#include <beaver/beaver-queue-private.h>
#include <beaver/beaver-retention-private.h>

static const BeaverDumpKind kinds[] = {
  { "dict",
    "Dict",
    "__beaver_dicts__",
    "dict_name",
    "key",
    { { "key", "key", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "value", "value", BEAVER_FIELD_JSON, 0 },
      { "expires_at", "expires_at", BEAVER_FIELD_REAL, BEAVER_FIELD_OMITTED } },
    .dated = FALSE },
  { "list",
    "List",
    "__beaver_lists__",
    "list_name",
    "item_order",
    { { NULL, "item_value", BEAVER_FIELD_JSON, 0 } },
    .dated = TRUE },
  { "queue",
    "Queue",
    "__beaver_priority_queues__",
    "queue_name",
    "priority, timestamp, rowid",
    { { "priority", "priority", BEAVER_FIELD_REAL, 0 },
      { "timestamp", "timestamp", BEAVER_FIELD_REAL, BEAVER_FIELD_NOW },
      { "data", "data", BEAVER_FIELD_JSON, 0 } },
    .dated = TRUE },
  { "blob",
    "BlobStore",
    "__beaver_blobs__",
    "store_name",
    "key",
    { { "key", "key", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "metadata", "metadata", BEAVER_FIELD_JSON, BEAVER_FIELD_NULLABLE | BEAVER_FIELD_OMITTED },
      { "payload", "data", BEAVER_FIELD_BLOB, 0 } },
    /* whoever reads the one that was there has to see that it is gone */
    .insert = "INSERT INTO __beaver_blobs__ (store_name, key, metadata, data, rowid)"
              " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (store_name, key)"
              " DO UPDATE SET data = excluded.data, metadata = excluded.metadata,"
              " rowid = excluded.rowid" },
  { "log",
    "Log",
    "__beaver_logs__",
    "log_name",
    "timestamp",
    { { "timestamp", "timestamp", BEAVER_FIELD_REAL, BEAVER_FIELD_NOW },
      { "data", "data", BEAVER_FIELD_JSON, 0 } } },
  { "documents",
    "Documents",
    "__beaver_documents__",
    "collection",
    "item_id",
    { { "id", "item_id", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "body", "data", BEAVER_FIELD_JSON, 0 } } },
  { "channel",
    "Channel",
    "__beaver_pubsub_log__",
    "channel_name",
    "timestamp",
    { { "timestamp", "timestamp", BEAVER_FIELD_REAL, 0 },
      { "payload", "message_payload", BEAVER_FIELD_JSON, 0 } } },
  { "graph",
    "Graph",
    "__beaver_edges__",
    "collection",
    "source_item_id, target_item_id, label",
    { { "source", "source_item_id", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "target", "target_item_id", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "label", "label", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "metadata", "metadata", BEAVER_FIELD_JSON,
        BEAVER_FIELD_NULLABLE | BEAVER_FIELD_OMITTED } } },
  { "vectors",
    "Vectors",
    "__beaver_vectors__",
    "collection",
    "item_id",
    { { "id", "item_id", BEAVER_FIELD_TEXT, BEAVER_FIELD_KEY },
      { "vector", "vector", BEAVER_FIELD_FLOATS, 0 },
      { "metadata", "metadata", BEAVER_FIELD_JSON,
        BEAVER_FIELD_NULLABLE | BEAVER_FIELD_OMITTED } } },
  { "sketch",
    "Sketch",
    "__beaver_sketches__",
    "name",
    "name",
    { { "type", "type", BEAVER_FIELD_TEXT, 0 },
      { "capacity", "capacity", BEAVER_FIELD_REAL, 0 },
      { "error_rate", "error_rate", BEAVER_FIELD_REAL, 0 },
      { "data", "data", BEAVER_FIELD_BLOB, 0 } },
    .alone = TRUE },
  /* What 2.x does not know: a load of the whole database has to bring it back, too. */
  { "field-index",
    "FieldIndexes",
    "__beaver_field_index_manifest__",
    "name",
    "kind, field",
    { { "kind", "kind", BEAVER_FIELD_TEXT, 0 }, { "field", "field", BEAVER_FIELD_TEXT, 0 } },
    .alone = TRUE,
    /* declared, and not claimed to be complete: queries scan until it is built again */
    .insert = "INSERT INTO __beaver_field_index_manifest__ (name, kind, field, complete)"
              " VALUES ($1, $2, $3, 0) ON CONFLICT (kind, name, field) DO NOTHING",
    .keeps = TRUE,
    .stage = -1 },
  { "queue-jobs",
    "QueueJobs",
    "__beaver_x_queue_jobs__",
    "queue_name",
    "id",
    { { "state", "state", BEAVER_FIELD_REAL, 0 },
      { "priority", "priority", BEAVER_FIELD_REAL, 0 },
      { "timestamp", "timestamp", BEAVER_FIELD_REAL, 0 },
      { "data", "data", BEAVER_FIELD_TEXT, 0 },
      { "attempts", "attempts", BEAVER_FIELD_REAL, 0 },
      { "max_attempts", "max_attempts", BEAVER_FIELD_REAL, 0 },
      { "due", "due", BEAVER_FIELD_REAL, 0 },
      { "token", "token", BEAVER_FIELD_TEXT, BEAVER_FIELD_OMITTED },
      { "reason", "reason", BEAVER_FIELD_TEXT, BEAVER_FIELD_OMITTED },
      { "unique_key", "unique_key", BEAVER_FIELD_TEXT, BEAVER_FIELD_OMITTED } },
    .alone = TRUE,
    .create = _beaver_queue_jobs_schema,
    .topic = "queue",
    .stage = 1 },
  { "consumers",
    "Consumers",
    "__beaver_x_consumers__",
    "channel_name",
    "consumer_name",
    { { "consumer", "consumer_name", BEAVER_FIELD_TEXT, 0 },
      { "stamp", "message_stamp", BEAVER_FIELD_REAL, 0 } },
    .alone = TRUE,
    .create = _beaver_consumers_schema,
    /* nobody's now, behind the message of that stamp, whose rowid is another one */
    .insert = "INSERT INTO __beaver_x_consumers__ (channel_name, consumer_name, message_stamp,"
              " message_rowid, owner, lease_until) VALUES ($1, $2, $3, COALESCE ((SELECT rowid FROM"
              " __beaver_pubsub_log__ WHERE timestamp <= $3 ORDER BY timestamp DESC LIMIT 1), 0),"
              " '', 0) ON CONFLICT (channel_name, consumer_name) DO UPDATE SET"
              " message_stamp = excluded.message_stamp, message_rowid = excluded.message_rowid,"
              " owner = '', lease_until = 0",
    .keeps = TRUE,
    .topic = "channel",
    .stage = 1 },
  { "channel-options",
    "ChannelOptions",
    "__beaver_x_channel_options__",
    "channel_name",
    "channel_name",
    { { "max_age", "max_age", BEAVER_FIELD_REAL, BEAVER_FIELD_OMITTED },
      { "max_count", "max_count", BEAVER_FIELD_REAL, BEAVER_FIELD_OMITTED } },
    .alone = TRUE,
    .create = _beaver_channel_options_schema,
    .insert = "INSERT INTO __beaver_x_channel_options__ (channel_name, max_age, max_count)"
              " VALUES ($1, $2, $3) ON CONFLICT (channel_name)"
              " DO UPDATE SET max_age = excluded.max_age, max_count = excluded.max_count",
    .keeps = TRUE,
    .topic = "channel",
    .stage = 1 },
  { "lock-token",
    "LockToken",
    "__beaver_x_lock_tokens__",
    "lock_name",
    "lock_name",
    { { "token", "token", BEAVER_FIELD_REAL, 0 } },
    .alone = TRUE,
    .create = _beaver_lock_tokens_schema,
    /* never back: who was fenced off stays so */
    .insert = "INSERT INTO __beaver_x_lock_tokens__ (lock_name, token) VALUES ($1, $2)"
              " ON CONFLICT (lock_name) DO UPDATE SET token = excluded.token"
              " WHERE excluded.token > __beaver_x_lock_tokens__.token",
    .keeps = TRUE,
    .topic = "lock",
    .stage = 1 },
};

const BeaverDumpKind *
_beaver_dump_kinds (guint *n)
{
  *n = G_N_ELEMENTS (kinds);
  return kinds;
}

const BeaverDumpKind *
_beaver_dump_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return &kinds[i];
  return NULL;
}

const BeaverDumpKind *
_beaver_dump_kind_of_type (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].type, type))
      return &kinds[i];
  return NULL;
}

guint
_beaver_dump_kind_n_fields (const BeaverDumpKind *self)
{
  guint n = 0;

  while (n < BEAVER_MAX_FIELDS && self->fields[n].column != NULL)
    n++;
  return n;
}
