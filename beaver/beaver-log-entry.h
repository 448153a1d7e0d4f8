/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LOG_ENTRY (beaver_log_entry_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverLogEntry, beaver_log_entry, BEAVER, LOG_ENTRY, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverLogEntry *beaver_log_entry_new (double timestamp, const char *data);
BEAVER_AVAILABLE_IN_1_0
double beaver_log_entry_get_timestamp (BeaverLogEntry *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_log_entry_get_data (BeaverLogEntry *self);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_log_entry_get_node (BeaverLogEntry *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_log_entry_get_object (BeaverLogEntry *self, GType type, GError **error);

G_END_DECLS
