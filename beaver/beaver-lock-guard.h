/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LOCK_GUARD (beaver_lock_guard_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverLockGuard, beaver_lock_guard, BEAVER, LOCK_GUARD, GObject)

BEAVER_AVAILABLE_IN_1_0
const char *beaver_lock_guard_get_name (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_lock_guard_get_token (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_lock_guard_get_expires_at (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_is_held (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_is_lost (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_get_auto_renew (BeaverLockGuard *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_guard_set_auto_renew (BeaverLockGuard *self, gboolean auto_renew);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_release (BeaverLockGuard *self,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_guard_release_async (BeaverLockGuard *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_release_finish (BeaverLockGuard *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_renew (BeaverLockGuard *self,
                                  double ttl,
                                  GCancellable *cancellable,
                                  GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_guard_renew_async (BeaverLockGuard *self,
                                    double ttl,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_guard_renew_finish (BeaverLockGuard *self,
                                         GAsyncResult *result,
                                         GError **error);

G_END_DECLS
