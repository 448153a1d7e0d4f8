/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-events-private.h>
#include <beaver/beaver-events.h>
#include <beaver/beaver-feed-private.h>

G_BEGIN_DECLS

/* Everything of one database that has to do with events. Reference counted, no GObject. */
typedef struct _BeaverEventBus BeaverEventBus;

BeaverEventBus *_beaver_event_bus_get (BeaverEngine *engine); /* strong; NULL when the engine is closed */
BeaverEventBus *_beaver_event_bus_ref (BeaverEventBus *self);
void _beaver_event_bus_unref (BeaverEventBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverEventBus, _beaver_event_bus_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverEventRegistration, _beaver_event_registration_unref)

/* unique: a pair of func and user_data is attached once for each event. Takes user_data whatever happens. Returns when
 * everything that is committed from now on is delivered. */
BeaverEventRegistration *_beaver_event_bus_attach (BeaverEventBus *self,
                                                   GMainContext *context,
                                                   const char *topic,
                                                   const char *event,
                                                   BeaverEventFunc func,
                                                   gpointer user_data,
                                                   GDestroyNotify destroy,
                                                   gboolean unique,
                                                   GError **error);
/* One of these; FALSE when there is none. */
gboolean _beaver_event_bus_detach (BeaverEventBus *self,
                                   const char *topic,
                                   const char *event,
                                   BeaverEventFunc func,
                                   gpointer user_data,
                                   gboolean unique);

/* Inside a WRITE work: writes an event, and now and then removes some that are old. */
gboolean _beaver_event_bus_append (BeaverConnection *connection,
                                   const char *channel,
                                   const char *envelope,
                                   GError **error);

G_END_DECLS
