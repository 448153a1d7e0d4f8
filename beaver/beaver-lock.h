/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LOCK (beaver_lock_get_type ())

BEAVER_AVAILABLE_IN_1_0
BEAVER_DECLARE_INTERNAL_TYPE (BeaverLock, beaver_lock, LOCK)

BEAVER_AVAILABLE_IN_1_0
BeaverLock *beaver_db_get_lock (BeaverDb *self, const char *name, GError **error);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_lock_names (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_get_lock_names_async (BeaverDb *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_db_get_lock_names_finish (BeaverDb *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_acquire (BeaverLock *self,
                              double timeout,
                              double ttl,
                              GCancellable *cancellable,
                              GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_lock_try_acquire (BeaverLock *self, double ttl, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_release (BeaverLock *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_lock_renew (BeaverLock *self, double ttl, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_is_held (BeaverLock *self);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_lock_get_token (BeaverLock *self);

BEAVER_AVAILABLE_IN_1_0
BeaverLockGuard *beaver_lock_hold (BeaverLock *self,
                                   double timeout,
                                   double ttl,
                                   GCancellable *cancellable,
                                   GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_hold_async (BeaverLock *self,
                             double timeout,
                             double ttl,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLockGuard *beaver_lock_hold_finish (BeaverLock *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_is_locked (BeaverLock *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_is_locked_async (BeaverLock *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_is_locked_finish (BeaverLock *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLockInfo *beaver_lock_get_info (BeaverLock *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_get_info_async (BeaverLock *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLockInfo *beaver_lock_get_info_finish (BeaverLock *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_is_lost (BeaverLock *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_lock_get_auto_renew (BeaverLock *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_lock_set_auto_renew (BeaverLock *self, gboolean auto_renew);

/* The public lock of any manager */

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_acquire (BeaverManager *self,
                                 double timeout,
                                 double ttl,
                                 GCancellable *cancellable,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_try_acquire (BeaverManager *self,
                                     double ttl,
                                     GCancellable *cancellable,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_release (BeaverManager *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_manager_renew (BeaverManager *self, double ttl, GCancellable *cancellable, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverLockGuard *beaver_manager_hold (BeaverManager *self,
                                      double timeout,
                                      double ttl,
                                      GCancellable *cancellable,
                                      GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_hold_async (BeaverManager *self,
                                double timeout,
                                double ttl,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverLockGuard *beaver_manager_hold_finish (BeaverManager *self,
                                             GAsyncResult *result,
                                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_is_locked (BeaverManager *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_manager_is_locked_async (BeaverManager *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_manager_is_locked_finish (BeaverManager *self,
                                          GAsyncResult *result,
                                          GError **error);

G_END_DECLS
