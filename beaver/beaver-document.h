/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_DOCUMENT (beaver_document_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverDocument, beaver_document, BEAVER, DOCUMENT, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_document_get_id (BeaverDocument *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_document_get_body (BeaverDocument *self);
BEAVER_AVAILABLE_IN_1_0
JsonNode *beaver_document_get_node (BeaverDocument *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
GObject *beaver_document_get_object (BeaverDocument *self, GType type, GError **error);

G_END_DECLS
