/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_FIELD_INDEX_INFO (beaver_field_index_info_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverFieldIndexInfo,
                      beaver_field_index_info,
                      BEAVER,
                      FIELD_INDEX_INFO,
                      GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_field_index_info_get_kind (BeaverFieldIndexInfo *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_field_index_info_get_name (BeaverFieldIndexInfo *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_field_index_info_get_field (BeaverFieldIndexInfo *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_field_index_info_get_complete (BeaverFieldIndexInfo *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_field_index_info_get_used (BeaverFieldIndexInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_field_index_info_get_rows (BeaverFieldIndexInfo *self);

G_END_DECLS
