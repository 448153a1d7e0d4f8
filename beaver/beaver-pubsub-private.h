/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* Touched as well by what goes to a channel of events: one dispatcher listens to all of these. */
#define BEAVER_PUBSUB_EVENTS_TOPIC "events"

/* Inside a WRITE work: appends a message to __beaver_pubsub_log__ by the ordering rule of spec 9 and touches the topic
 * "channel:NAME". rowid and timestamp are optional. */
gboolean _beaver_pubsub_append (BeaverConnection *connection,
                                const char *channel,
                                const char *payload,
                                gint64 *rowid,
                                double *timestamp,
                                GError **error);

/* The same for several, one behind the other, for which no event is to be emitted. topic is "channel:NAME". only: there is
 * one, and nothing else to do, see _beaver_connection_prepare_only(). *timestamp: of the last one. */
gboolean _beaver_pubsub_append_many (BeaverConnection *connection,
                                     const char *channel,
                                     const char *topic,
                                     const char *const *payloads,
                                     guint n,
                                     gboolean only,
                                     double *timestamp,
                                     GError **error);

G_END_DECLS
