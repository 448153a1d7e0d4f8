/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LIST_ITEM (beaver_list_item_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverListItem, beaver_list_item, BEAVER, LIST_ITEM, GObject)

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_list_item_get_index (BeaverListItem *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_list_item_get_value (BeaverListItem *self);

G_END_DECLS
