/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LOCK_INFO (beaver_lock_info_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverLockInfo, beaver_lock_info, BEAVER, LOCK_INFO, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_lock_info_get_name (BeaverLockInfo *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_lock_info_get_holder (BeaverLockInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_lock_info_get_process_id (BeaverLockInfo *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_lock_info_get_expires_at (BeaverLockInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_lock_info_get_waiting (BeaverLockInfo *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_lock_info_get_token (BeaverLockInfo *self);

G_END_DECLS
