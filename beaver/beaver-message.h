/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_MESSAGE (beaver_message_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverMessage, beaver_message, BEAVER, MESSAGE, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_message_get_channel (BeaverMessage *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_message_get_json (BeaverMessage *self);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_message_get_node (BeaverMessage *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_message_get_object (BeaverMessage *self, GType type, GError **error);
BEAVER_AVAILABLE_IN_1_0
double beaver_message_get_timestamp (BeaverMessage *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_message_get_offset (BeaverMessage *self);

G_END_DECLS
