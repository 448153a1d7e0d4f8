/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* Inside a WRITE work: whether anybody listens to the events of this manager, here or in another process, or the database
 * always emits. Ask before building a payload that takes time; _beaver_manager_core_emit() asks itself. */
gboolean _beaver_manager_core_wants_events (BeaverManagerCore *self, BeaverConnection *connection);

/* The events of a database, found by its engine. The close of BeaverDb calls stop when the door is shut, then join (which
 * returns how many threads it joined), and forget when the engine is closed. */
void _beaver_events_stop (BeaverEngine *engine);
guint _beaver_events_join (BeaverEngine *engine);
void _beaver_events_forget (BeaverEngine *engine);

/* BeaverDb:always-emit-events. */
void _beaver_events_set_always (BeaverEngine *engine, gboolean always);
gboolean _beaver_events_get_always (BeaverEngine *engine);
/* Handlers that are registered. */
guint _beaver_events_count (BeaverEngine *engine);

/* What BeaverEventHandler holds. */
typedef struct _BeaverEventRegistration BeaverEventRegistration;
void _beaver_event_registration_unref (BeaverEventRegistration *self);
gboolean _beaver_event_registration_is_active (BeaverEventRegistration *self);
/* FALSE when somebody else did. */
gboolean _beaver_event_registration_detach (BeaverEventRegistration *self);
const char *_beaver_event_registration_get_topic (BeaverEventRegistration *self);
const char *_beaver_event_registration_get_event (BeaverEventRegistration *self);

G_END_DECLS
