/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_EVENT_HANDLER (beaver_event_handler_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverEventHandler, beaver_event_handler, BEAVER, EVENT_HANDLER, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_handler_get_topic (BeaverEventHandler *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_handler_get_event (BeaverEventHandler *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_event_handler_is_active (BeaverEventHandler *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_event_handler_off (BeaverEventHandler *self);

G_END_DECLS
