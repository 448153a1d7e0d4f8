/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_EVENT (beaver_event_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverEvent, beaver_event, BEAVER, EVENT, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_get_id (BeaverEvent *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_get_topic (BeaverEvent *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_get_name (BeaverEvent *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_event_get_payload (BeaverEvent *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_event_get_timestamp (BeaverEvent *self);

G_END_DECLS
