/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_SECRET (beaver_secret_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverSecret, beaver_secret, BEAVER, SECRET, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverSecret *beaver_secret_new (const char *text, GError **error);
BEAVER_AVAILABLE_IN_1_0
BeaverSecret *beaver_secret_new_from_json (const char *json, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_secret_matches (BeaverSecret *self, const char *text);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_secret_equal (BeaverSecret *self, BeaverSecret *other);
BEAVER_AVAILABLE_IN_1_0
char *beaver_secret_to_json (BeaverSecret *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_secret_to_string (BeaverSecret *self);

G_END_DECLS
