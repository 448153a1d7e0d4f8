/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-channel-private.h>
#include <beaver/beaver-consumer.h>

G_BEGIN_DECLS

extern const char _beaver_consumers_schema[]; /* also of dumps */

/* What the works of a consumer see; no GObject. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  GRefString *channel;
  char *name;
  char *owner;

  GMutex mutex;
  GQueue rows;                 /* (mutex) of BeaverFeedRow, read and not taken */
  BeaverFeedPosition position; /* (mutex) behind rows */
  guint generation;            /* (mutex) grows with every change of position */
  gint64 renew_at;             /* (mutex) monotonic */
  guint close_work;            /* constant once open */
  gboolean closed;             /* (mutex) */
} BeaverConsumerState;

typedef struct
{
  BeaverConsumerState *state;
  BeaverConsumerStart start;
  double value;
  gboolean seek; /* else open */
  gint64 ack_rowid;
  double ack_stamp;
  gboolean found;              /* result: the consumer was there */
  BeaverFeedPosition position; /* result */
} BeaverConsumerOp;

typedef struct
{
  BeaverConsumerState *state;
  guint generation;
  BeaverFeedRead read;
  gint64 deadline; /* monotonic; -1: none */
  gboolean valid;  /* what was read, and how far, is good: of the last attempt */
} BeaverConsumerNext;

/* Whether what the file says of the owner of a consumer still holds. */
/* gone: what _beaver_consumer_get_released() said before the row was read; NULL in a WRITE work. */
gboolean _beaver_consumer_is_owned (const char *owner, double lease_until, GHashTable *gone);
GHashTable *_beaver_consumer_get_released (void); /* transfer full: a set of owners */

BeaverConsumerState *_beaver_consumer_state_new (BeaverManagerCore *core, const char *name);
BeaverConsumerState *_beaver_consumer_state_ref (BeaverConsumerState *self);
void _beaver_consumer_state_unref (BeaverConsumerState *self);
void _beaver_consumer_state_set_position (BeaverConsumerState *self,
                                          const BeaverFeedPosition *position);
void _beaver_consumer_state_renewed (BeaverConsumerState *self);
gboolean _beaver_consumer_place_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_consumer_ack_work (BeaverConnection *connection, gpointer data, GError **error);
gboolean _beaver_consumer_release_work (BeaverConnection *connection,
                                        gpointer data,
                                        GError **error);
gboolean _beaver_consumer_remove_work (BeaverConnection *connection, gpointer data, GError **error);
BeaverFeedRow *_beaver_consumer_next_take (BeaverConsumerNext *op, GError **error);
void _beaver_consumer_next_keep (BeaverConsumerNext *op);
BeaverConsumerNext *_beaver_consumer_next_op_new (BeaverConsumerState *state, double timeout);
void _beaver_consumer_next_op_free (gpointer pointer);
gint64 _beaver_consumer_next_op_left (BeaverConsumerNext *op);
void _beaver_consumer_state_mark_released (BeaverConsumerState *self, gboolean mark);
extern const BeaverWaitOps _beaver_consumer_next_ops;

G_END_DECLS
