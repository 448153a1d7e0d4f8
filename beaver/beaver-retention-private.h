/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

extern const char _beaver_channel_options_schema[]; /* also of dumps */

/* How long and how many messages a channel keeps, as __beaver_x_channel_options__ says, and what a publisher of this
 * process remembers of it. Reference counted, no GObject: works hold it. */
typedef struct _BeaverRetention BeaverRetention;

BeaverRetention *_beaver_retention_new (void);
BeaverRetention *_beaver_retention_ref (BeaverRetention *self);
void _beaver_retention_unref (BeaverRetention *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverRetention, _beaver_retention_unref)

void _beaver_retention_get (BeaverRetention *self, double *max_age, gint64 *max_count); /* as last read */

/* Inside WRITE works. store: 0 for no limit. load: now, whatever is remembered. publish: after n messages were appended; removes
 * a portion of what is too much. prune: removes a portion now; *removed < BEAVER_RETENTION_PORTION when nothing is left to
 * remove; *before is NaN at first and kept between the portions. */
#define BEAVER_RETENTION_PORTION 256
/* No limit is known, and nobody can have set one since: publish has nothing to do. */
gboolean _beaver_retention_is_idle (BeaverRetention *self, BeaverConnection *connection);
gboolean _beaver_retention_store (BeaverRetention *self,
                                  BeaverConnection *connection,
                                  const char *channel,
                                  double max_age,
                                  gint64 max_count,
                                  GError **error);
gboolean
_beaver_retention_publish (BeaverRetention *self, BeaverConnection *connection, const char *channel, guint n, GError **error);
gboolean _beaver_retention_prune (BeaverRetention *self,
                                  BeaverConnection *connection,
                                  const char *channel,
                                  double *before,
                                  gint64 *removed,
                                  GError **error);
/* Reads the table; POINT will do. */
gboolean
_beaver_retention_load (BeaverRetention *self, BeaverConnection *connection, const char *channel, GError **error);

/* Whether the file has this table; for the additional ones that are made when they are first needed. */
gboolean
_beaver_pubsub_has_table (BeaverConnection *connection, const char *table, gboolean *result, GError **error);

G_END_DECLS
