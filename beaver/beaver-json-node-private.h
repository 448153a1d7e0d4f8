/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-json.h>
#include <beaver/engine/beaver-json-private.h>

G_BEGIN_DECLS

/* Between JSON text and json-glib's nodes, for the public functions and for models. */

JsonNode *_beaver_json_node_new (const char *text, gssize length, GError **error);
/* Out is garbage after an error. */
gboolean _beaver_json_append_node (GString *out, JsonNode *node, GError **error);
/* "a string", "an array" ... , translated, of the reader's last token. */
const char *_beaver_json_describe (BeaverJsonToken token);

G_END_DECLS
