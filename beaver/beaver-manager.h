/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_MANAGER (beaver_manager_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverManager, beaver_manager, MANAGER)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_manager_get_name (BeaverManager *self);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_manager_get_kind (BeaverManager *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_is_closed (BeaverManager *self);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_count (BeaverManager *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_count_async (BeaverManager *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_count_finish (BeaverManager *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_clear (BeaverManager *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_clear_async (BeaverManager *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_manager_clear_finish (BeaverManager *self, GAsyncResult *result, GError **error);

G_END_DECLS
