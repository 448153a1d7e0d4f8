/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

BEAVER_AVAILABLE_IN_1_0
char *beaver_json_normalize (const char *json, GError **error);

BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_json_to_node (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_node (JsonNode *node, GError **error);

BEAVER_AVAILABLE_IN_1_0
GObject *beaver_json_to_object (const char *json, GType type, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_object (GObject *object, GError **error);

BEAVER_AVAILABLE_IN_1_0
char *beaver_json_to_string (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_string (const char *text, GError **error);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_json_to_int (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_int (gint64 value);
BEAVER_AVAILABLE_IN_1_0
double beaver_json_to_double (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_double (double value, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_json_to_boolean (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
char *beaver_json_from_boolean (gboolean value);

G_END_DECLS
