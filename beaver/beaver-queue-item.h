/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_QUEUE_ITEM (beaver_queue_item_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverQueueItem, beaver_queue_item, BEAVER, QUEUE_ITEM, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_queue_item_get_value (BeaverQueueItem *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_queue_item_get_priority (BeaverQueueItem *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_queue_item_get_timestamp (BeaverQueueItem *self);

G_END_DECLS
